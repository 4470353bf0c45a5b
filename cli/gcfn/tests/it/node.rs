//! Making nodes and founding networks by hand, and asking a node that is not there.

use crate::{gcfn, told};
use expect_test::expect;
use std::path::Path;

fn init(dir: &Path, node: &str, role: &str, region: &str) -> (i32, String, String) {
    let dir = dir.display().to_string();
    told(&gcfn(&[
        "node",
        "init",
        "--dir",
        &dir,
        "--network",
        "gcfn-test",
        "--node",
        node,
        "--role",
        role,
        "--region",
        region,
        "--regional",
        node,
        "--api",
        "127.0.0.1:1",
        "--link",
        "127.0.0.1:2",
    ]))
}

#[test]
fn a_network_is_founded_by_hand() {
    let dir = tempfile::tempdir().expect("a folder");
    let (root, cn) = (dir.path().join("root"), dir.path().join("cn"));
    assert_eq!(init(&root, "root", "root", "global").0, 0);
    assert_eq!(init(&cn, "cn", "regional", "cn").0, 0);
    let (code, _, errors) = init(&cn, "cn", "regional", "cn");
    assert_eq!(code, 2);
    assert!(errors.contains("holds a node already"), "{errors}");

    let (root, cn) = (root.display().to_string(), cn.display().to_string());
    let found = ["federation", "found", "--network", "gcfn-test", &root, &cn];
    let (code, text, errors) = told(&gcfn(&found));
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(text.starts_with("gcfn-test is founded by 2 nodes"), "{text}");

    let (code, text, errors) = told(&gcfn(&["status", "--dir", &cn]));
    assert_eq!((code, text.as_str()), (3, ""), "it has never run");
    assert!(errors.contains("has no run.json"), "{errors}");
    let run = "{\"pid\": 1, \"api\": \"127.0.0.1:1\", \"link\": \"127.0.0.1:2\"}";
    std::fs::write(Path::new(&cn).join("run.json"), run).expect("written");
    let (code, text, errors) = told(&gcfn(&["federation", "members", "--dir", &cn]));
    assert_eq!((code, text.as_str()), (3, ""), "nobody listens there");
    assert!(errors.contains("not reached"), "{errors}");
}

#[test]
fn three_mistakes_are_told_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = "node = \"Cn\"\nregion = \"cn\"\nrole = \"king\"\nregional = \"cn\"\n\n\
                [listen]\napi = \"here\"\nlink = \"127.0.0.1:2\"\n";
    std::fs::write(dir.path().join("node.toml"), text).expect("written");
    let path = dir.path().display().to_string();
    let (code, text, errors) = told(&gcfn(&["node", "start", "--dir", &path]));
    assert_eq!((code, text.as_str()), (2, ""));
    expect![[r#"
        gcfn: 3 mistakes in the configuration; the node does not start
          DIR/node.toml:1: node: "Cn": node name is not 1 to 16 characters of a-z, 0-9 and '-' beginning with a letter
          DIR/node.toml:3: role: "king" is not one of root, regional, local, regulator
          DIR/node.toml:7: listen.api: "here": invalid socket address syntax
    "#]]
    .assert_eq(&errors.replace(&path, "DIR"));
}

#[test]
fn a_folder_without_a_network_is_wrong_usage() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().display().to_string();
    for verb in ["down", "status"] {
        let (code, _, errors) = told(&gcfn(&["testnet", verb, "--dir", &path]));
        assert_eq!(code, 2, "{verb}: {errors}");
    }
    let (code, _, errors) = told(&gcfn(&["testnet", "demo", "--scenario", &path]));
    assert_eq!(code, 2);
    assert!(errors.contains("mistakes in the scenario"), "{errors}");
}

#[test]
fn a_role_or_a_template_that_there_is_not_is_answered_with_those_that_there_are() {
    let dir = tempfile::tempdir().expect("a folder");
    for role in ["king", "bank", "operator"] {
        let (code, _, errors) = init(&dir.path().join("n"), "n", role, "cn");
        assert_eq!(code, 2);
        assert!(errors.contains("a node is one of root, regional, local, regulator\n"), "{errors}");
    }
    let (code, _, errors) = init(&dir.path().join("n"), "n", "local", "nowhere");
    assert_eq!(code, 2);
    assert!(errors.contains("no region template nowhere in the catalog; there are cn, "));
}

#[test]
fn founding_again_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let (root, cn) = (dir.path().join("root"), dir.path().join("cn"));
    assert_eq!(init(&root, "root", "root", "global").0, 0);
    assert_eq!(init(&cn, "cn", "regional", "cn").0, 0);
    let (root, cn) = (root.display().to_string(), cn.display().to_string());
    let found = ["federation", "found", "--network", "gcfn-test", &root, &cn];
    assert_eq!(told(&gcfn(&found)).0, 0);
    let names = ["ca/ca.pem", "ca/ca.key", "certificate.pem", "network.json", "genesis.json"];
    let files = || names.map(|name| std::fs::read(Path::new(&root).join(name)).expect("read"));
    let before = files();
    let (code, _, errors) = told(&gcfn(&found));
    assert_eq!(code, 2);
    assert!(errors.contains("belongs to a network already"), "{errors}");
    assert!(files() == before, "a file has changed");
}

#[test]
fn a_node_without_a_house_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let sha = dir.path().join("sha");
    assert_eq!(init(&sha, "cn", "local", "cn").0, 0);
    let sha = sha.display().to_string();
    let (code, text, errors) = told(&gcfn(&["clearing", "cycles", "--dir", &sha]));
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(errors.contains("cn is a local node and runs no clearing house"), "{errors}");
}

#[test]
fn a_node_whose_machine_fails_it_is_no_wrong_usage() {
    let dir = tempfile::tempdir().expect("a folder");
    let (root, cn) = (dir.path().join("root"), dir.path().join("cn"));
    assert_eq!(init(&root, "root", "root", "global").0, 0);
    assert_eq!(init(&cn, "cn", "regional", "cn").0, 0);
    let (root, cn) = (root.display().to_string(), cn.display().to_string());
    let start = ["node", "start", "--dir", &cn];
    assert_eq!(told(&gcfn(&["node", "start", "--dir", &format!("{cn}/none")])).0, 2);
    let (code, _, errors) = told(&gcfn(&start));
    assert_eq!(code, 4, "no network.json yet: {errors}");
    let found = ["federation", "found", "--network", "gcfn-test", &root, &cn];
    assert_eq!(told(&gcfn(&found)).0, 0);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let toml = Path::new(&cn).join("node.toml");
    let text = std::fs::read_to_string(&toml).expect("read");
    std::fs::write(&toml, text.replace("127.0.0.1:1\"", &format!("{address}\""))).expect("written");
    let (code, _, errors) = told(&gcfn(&start));
    assert_eq!(code, 4);
    assert!(errors.contains(&format!("gcfn: listen on {address} for the API")), "{errors}");
}
