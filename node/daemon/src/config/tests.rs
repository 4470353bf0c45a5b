use super::parse;
use expect_test::expect;
use std::path::Path;

const GOOD: &str = r#"
node = "cn-sha"
region = "cn"
role = "local"
regional = "cn"

[listen]
api = "127.0.0.1:8443"
link = "127.0.0.1:9443"

[bank.CNY]
node = "bank-cny"
region = "cn"
bic = "GCFNCNSH"
url = "https://127.0.0.1:7443"
"#;

#[test]
fn a_good_file_is_read() {
    let config = parse(Path::new("/n"), Path::new("/n/node.toml"), GOOD).expect("good");
    assert_eq!(config.store, "sqlite:///n/data/store.db");
    assert_eq!(config.banks.len(), 1);
}

#[test]
fn three_mistakes_are_named_with_their_lines() {
    let bad = GOOD
        .replace("\"local\"", "\"locale\"")
        .replace("127.0.0.1:9443", "nine")
        .replace("https://", "http://");
    let problems = parse(Path::new("/n"), Path::new("/n/node.toml"), &bad).expect_err("bad");
    expect![[r#"
        3 mistakes in the configuration; the node does not start
          /n/node.toml:4: role: "locale" is not one of root, regional, local, regulator
          /n/node.toml:9: listen.link: "nine": invalid socket address syntax
          /n/node.toml:15: bank.url: "http://127.0.0.1:7443" is not an https:// URL"#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn the_longest_message_of_a_bank_is_said_in_mebibytes() {
    let read = |text: &str| parse(Path::new("/n"), Path::new("/n/node.toml"), text);
    assert_eq!(read(GOOD).expect("good").message_mib, 16);
    let longer = format!("message_mib = 128\n{GOOD}");
    assert_eq!(read(&longer).expect("good").message_mib, 128);
    let problems = read(&format!("message_mib = 2\n{GOOD}")).expect_err("too few");
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:1: message_mib: 2 is not 4 to 1024"#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn unknown_keys_are_told_together_with_all_other_mistakes() {
    let bad = format!("peers = []\n{GOOD}colour = \"red\"\n");
    let bad = bad.replace("\"local\"", "\"bank\"").replace("link =", "lnik = \"\"\nlink =");
    let problems = parse(Path::new("/n"), Path::new("/n/node.toml"), &bad).expect_err("bad");
    expect![[r#"
        4 mistakes in the configuration; the node does not start
          /n/node.toml:1: file: unknown key peers; allowed: node, region, role, regional, listen, store, kafka, bank, watch, message_mib
          /n/node.toml:5: role: "bank" is not one of root, regional, local, regulator
          /n/node.toml:10: file: unknown key lnik; allowed: api, link
          /n/node.toml:18: file: unknown key colour; allowed: node, region, bic, url, key"#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn the_key_of_a_bank_is_one_or_the_node_does_not_start() {
    let read = |key: &str| {
        let text = format!("{GOOD}key = \"{key}\"\n");
        parse(Path::new("/n"), Path::new("/n/node.toml"), &text)
    };
    let key = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let config = read(key).expect("good");
    let banks: Vec<_> = config.banks.values().map(|bank| bank.key).collect();
    assert_eq!(banks, [Some(key.parse().expect("a key"))]);
    let problems = read("8A88").expect_err("bad");
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:16: bank.key: "8A88": public key is not 64 lower-case hexadecimal digits"#]]
    .assert_eq(&problems.to_string());
}
