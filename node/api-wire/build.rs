//! Compiles `proto/` in pure Rust: no `protoc` on the machine.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FILES: &[&str] = &[
        "trading.proto",
        "wallet.proto",
        "issuance.proto",
        "coupons.proto",
        "records.proto",
        "parties.proto",
    ];
    let files = protox::compile(FILES, ["proto"])?;
    // These messages are bodies of the REST API field by field, so that one is read as the other.
    let as_bodies = "#[derive(serde::Serialize, serde::Deserialize)]";
    let as_in_its_body = "#[serde(flatten)]";
    let as_a_document = "#[serde(from = \"serde_json::Value\", into = \"serde_json::Value\")]";
    tonic_prost_build::configure()
        .type_attribute(".gcfn.venue.v1", as_bodies)
        .type_attribute(".gcfn.venue.v1.Receipt", as_a_document)
        // It names people.
        .skip_debug([".gcfn.venue.v1.RegisterRequest"])
        .field_attribute(".gcfn.venue.v1.TradeDetail.trade", as_in_its_body)
        .compile_fds(files)?;
    println!("cargo::rerun-if-changed=proto");
    Ok(())
}
