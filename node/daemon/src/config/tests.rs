use super::{Topics, Way, parse};
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

/// The problems of a file whose bank has these lines in place of its URL.
fn bank_problems(lines: &str) -> String {
    let text = GOOD.replace("url = \"https://127.0.0.1:7443\"\n", lines);
    let problems = parse(Path::new("/n"), Path::new("/n/node.toml"), &text).expect_err("bad");
    problems.to_string()
}

const TOPICS: &str = "way = \"kafka\"\nbrokers = \"127.0.0.1:9092,localhost:9093\"\n\
                      topic_out = \"cny.out\"\ntopic_in = \"cny.in\"\ntopic_refused = \"cny.refused\"\n";

#[test]
fn a_bank_names_its_way() {
    let way = |lines: &str| {
        let text = GOOD.replace("url = \"https://127.0.0.1:7443\"\n", lines);
        let config = parse(Path::new("/n"), Path::new("/n/node.toml"), &text).expect("good");
        let bank = config.banks.values().next().expect("one").clone();
        // What is written of it is read as the same.
        let heading = GOOD.split("node = \"bank-cny\"").next().expect("some");
        let written = format!("{heading}{}", bank.to_toml());
        let again = parse(Path::new("/n"), Path::new("/n/node.toml"), &written).expect("good");
        assert_eq!(again.banks.values().next(), Some(&bank), "{written}");
        (bank.way, bank.alarm_after.0)
    };
    let url = "https://127.0.0.1:7443";
    let https = (Way::Https(url.to_owned()), 900_000);
    assert_eq!(way(&format!("url = \"{url}\"\n")), https);
    assert_eq!(way(&format!("way = \"https\"\nurl = \"{url}\"\n")), https);
    let folder = |path: &str| (Way::Folder(path.into()), 60_000);
    let lines = "way = \"folder\"\nalarm_after_s = 60\nfolder = ";
    assert_eq!(way(&format!("{lines}\"banks/cny\"\n")), folder("/n/banks/cny"));
    assert_eq!(way(&format!("{lines}\"/srv/cny\"\n")), folder("/srv/cny"));
    let topics = Topics {
        brokers: "127.0.0.1:9092,localhost:9093".to_owned(),
        out: "cny.out".to_owned(),
        inward: "cny.in".to_owned(),
        refused: "cny.refused".to_owned(),
    };
    assert_eq!(way(TOPICS), (Way::Kafka(topics), 900_000));
}

#[test]
fn a_way_that_is_not_whole_is_told_with_what_it_lacks_and_what_is_not_its_own() {
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:15: bank.way: "swift" is not one of https, folder, kafka"#]]
    .assert_eq(&bank_problems("way = \"swift\"\n"));
    expect![[r#"
        2 mistakes in the configuration; the node does not start
          /n/node.toml:11: bank.folder: missing; way = "folder" needs it
          /n/node.toml:16: bank.url: is for way = "https" only"#]]
    .assert_eq(&bank_problems("way = \"folder\"\nurl = \"https://x\"\n"));
    expect![[r#"
        3 mistakes in the configuration; the node does not start
          /n/node.toml:11: bank.url: missing; way = "https" needs it
          /n/node.toml:15: bank.folder: is for way = "folder" only
          /n/node.toml:16: bank.alarm_after_s: 0 is not 1 to 86400"#]]
    .assert_eq(&bank_problems("folder = \"x\"\nalarm_after_s = 0\n"));
    expect![[r#"
        3 mistakes in the configuration; the node does not start
          /n/node.toml:11: bank.topic_out: missing; way = "kafka" needs it
          /n/node.toml:11: bank.topic_in: missing; way = "kafka" needs it
          /n/node.toml:11: bank.topic_refused: missing; way = "kafka" needs it"#]]
    .assert_eq(&bank_problems("way = \"kafka\"\nbrokers = \"127.0.0.1:9092\"\n"));
}

#[test]
fn brokers_and_topics_are_what_they_must_be() {
    for brokers in ["kafka.example:9092", "10.0.0.1:9092", "127.0.0.1", "", "localhost:x"] {
        let problems = bank_problems(&TOPICS.replace("127.0.0.1:9092,localhost:9093", brokers));
        assert!(problems.contains("16: bank.brokers: "), "{brokers}: {problems}");
    }
    for (from, to) in [("cny.in", "cny.out"), ("cny.refused", "cny.in"), ("cny.in", "cny in")] {
        let problems = bank_problems(&TOPICS.replace(&format!("\"{from}\""), &format!("\"{to}\"")));
        expect_contains(&problems, "1 mistake");
    }
}

fn expect_contains(text: &str, part: &str) {
    assert!(text.contains(part), "{text}");
}

#[test]
fn two_banks_do_not_share_a_folder() {
    let lines = "way = \"folder\"\nfolder = \"banks\"\n";
    let second = "[bank.HKD]\nnode = \"bank-hkd\"\nregion = \"cn\"\nbic = \"GCFNHKHH\"\n";
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:22: bank.folder: another bank has this folder; each needs its own"#]]
    .assert_eq(&bank_problems(&format!("{lines}{second}{lines}")));
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
fn the_root_says_for_how_long_it_keeps_messages() {
    let read = |text: &str| parse(Path::new("/n"), Path::new("/n/node.toml"), text);
    let root = GOOD.replace("\"local\"", "\"root\"");
    assert_eq!(read(&root).expect("good").archive_years, 10);
    let longer = format!("archive_years = 30\n{root}");
    assert_eq!(read(&longer).expect("good").archive_years, 30);
    let told = |text: &str| read(text).expect_err("wrong").to_string();
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:1: archive_years: 1 is not 2 to 100"#]]
    .assert_eq(&told(&format!("archive_years = 1\n{root}")));
    expect![[r#"
        1 mistake in the configuration; the node does not start
          /n/node.toml:1: archive_years: is the root's; a node of a region goes by `retention` of region.toml"#]].assert_eq(&told(&format!("archive_years = 30\n{GOOD}")));
}

#[test]
fn unknown_keys_are_told_together_with_all_other_mistakes() {
    let bad = format!("peers = []\n{GOOD}colour = \"red\"\n");
    let bad = bad.replace("\"local\"", "\"bank\"").replace("link =", "lnik = \"\"\nlink =");
    let problems = parse(Path::new("/n"), Path::new("/n/node.toml"), &bad).expect_err("bad");
    expect![[r#"
        4 mistakes in the configuration; the node does not start
          /n/node.toml:1: file: unknown key peers; allowed: node, region, role, regional, listen, store, kafka, bank, watch, message_mib, archive_years
          /n/node.toml:5: role: "bank" is not one of root, regional, local, regulator
          /n/node.toml:10: file: unknown key lnik; allowed: api, link
          /n/node.toml:18: file: unknown key colour; allowed: node, region, bic, key, way, url, folder, brokers, topic_out, topic_in, topic_refused, alarm_after_s"#]]
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
