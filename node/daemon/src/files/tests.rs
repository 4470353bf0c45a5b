use super::NodeFiles;

#[test]
fn a_genesis_is_made_before_its_cell_and_never_after() {
    let dir = tempfile::tempdir().expect("a folder");
    let files = NodeFiles::new(dir.path());
    files.before_the_first_start("data/genesis.json", "data/venue").expect("nothing has begun");
    std::fs::create_dir_all(files.path("data/venue")).expect("a folder");
    let late = files.before_the_first_start("data/genesis.json", "data/venue");
    assert!(late.expect_err("it has begun").to_string().contains("data/genesis.json is missing"));
}
