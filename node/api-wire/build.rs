//! Compiles `proto/` in pure Rust: no `protoc` on the machine.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FILES: &[&str] =
        &["trading.proto", "wallet.proto", "issuance.proto", "coupons.proto", "records.proto"];
    let files = protox::compile(FILES, ["proto"])?;
    // These messages are bodies of the REST API field by field, so that one is read as the other.
    let as_bodies = "#[derive(serde::Serialize, serde::Deserialize)]";
    let as_in_its_body = "#[serde(flatten)]";
    tonic_prost_build::configure()
        .type_attribute(".gcfn.venue.v1", as_bodies)
        .field_attribute(".gcfn.venue.v1.TradeDetail.trade", as_in_its_body)
        .compile_fds(files)?;
    println!("cargo::rerun-if-changed=proto");
    Ok(())
}
