//! `[bank.XXX]` of `node.toml`: a bank, and the way on which messages go to it and come from it.

use super::Reader;
use gcfn_anchor::keys::PublicKey;
use gcfn_model::{Currency, Millis, NodeId, RegionId};
use gcfn_transport::Topics;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The ways that there are.
const WAYS: &str = "https, folder, kafka";
/// The keys of each way, behind those of every bank.
const URL: &str = "bank.url";
const FOLDER: &str = "bank.folder";
const BROKERS: &str = "bank.brokers";
const TOPICS: [&str; 3] = ["bank.topic_out", "bank.topic_in", "bank.topic_refused"];
/// How long a payment may wait for its bank before the alarm is raised, in seconds, unless the file
/// says another.
pub const ALARM_AFTER_S: u64 = 900;
/// The longest name of a topic.
const TOPIC_LEN_MAX: usize = 249;

/// What may stand in `[bank.XXX]`.
pub(super) const KEYS: [&str; 12] = [
    "node",
    "region",
    "bic",
    "key",
    "way",
    "url",
    "folder",
    "brokers",
    "topic_out",
    "topic_in",
    "topic_refused",
    "alarm_after_s",
];

/// One bank of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLink {
    /// The bank's name in the network: what its certificate says.
    pub node: NodeId,
    /// The region that its certificate names.
    pub region: RegionId,
    /// Its business identifier code.
    pub bic: String,
    /// What it signs its messages with. Where one is named, an unsigned message is not heard.
    pub key: Option<PublicKey>,
    /// How it is reached.
    pub way: Way,
    /// How long a payment may wait for the way before the alarm is raised.
    pub alarm_after: Millis,
}

/// How messages go to a bank and come from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It takes messages at this address, and calls the node's API.
    Https(String),
    /// Both sides see this folder.
    Folder(PathBuf),
    /// Both sides use these topics.
    Kafka(Topics),
}

impl Way {
    /// Its word in the file.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Way::Https(_) => "https",
            Way::Folder(_) => "folder",
            Way::Kafka(_) => "kafka",
        }
    }
}

impl BankLink {
    /// The bank `node`, without a key and with what else holds unless the file says another.
    #[must_use]
    pub fn new(node: NodeId, region: RegionId, bic: &str, way: Way) -> BankLink {
        let alarm_after = Millis(ALARM_AFTER_S * 1_000);
        BankLink { node, region, bic: bic.to_owned(), key: None, way, alarm_after }
    }

    /// Its lines in the file, below its heading.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let BankLink { node, region, bic, key, way, alarm_after } = self;
        let quoted = |key: &str, value: &str| format!("{key} = {}\n", toml::Value::from(value));
        let mut text = format!("node = \"{node}\"\nregion = \"{region}\"\nbic = \"{bic}\"\n");
        match way {
            Way::Https(url) => text.push_str(&quoted("url", url)),
            Way::Folder(folder) => {
                text.push_str("way = \"folder\"\n");
                text.push_str(&quoted("folder", &folder.to_string_lossy()));
            }
            Way::Kafka(Topics { brokers, out, inward, refused }) => {
                text.push_str("way = \"kafka\"\n");
                let keys = [
                    ("brokers", brokers),
                    ("topic_out", out),
                    ("topic_in", inward),
                    ("topic_refused", refused),
                ];
                text.extend(keys.map(|(key, value)| quoted(key, value)));
            }
        }
        if let Some(key) = key {
            text.push_str("# Its messages are signed with this key, or not heard.\n");
            text.push_str(&quoted("key", &key.to_string()));
        }
        let seconds = alarm_after.0 / 1_000;
        if seconds != ALARM_AFTER_S {
            text.push_str(&format!("alarm_after_s = {seconds}\n"));
        }
        text
    }
}

/// `[bank.XXX]` as it is written.
#[derive(serde::Deserialize)]
pub(super) struct Bank {
    node: Spanned<String>,
    region: Spanned<String>,
    bic: Spanned<String>,
    key: Option<Spanned<String>>,
    way: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    folder: Option<Spanned<String>>,
    brokers: Option<Spanned<String>>,
    topic_out: Option<Spanned<String>>,
    topic_in: Option<Spanned<String>>,
    topic_refused: Option<Spanned<String>>,
    alarm_after_s: Option<Spanned<u64>>,
}

impl Bank {
    fn topics(&self) -> [Option<&Spanned<String>>; 3] {
        [self.topic_out.as_ref(), self.topic_in.as_ref(), self.topic_refused.as_ref()]
    }
}

impl Reader<'_> {
    /// The banks of a node in `dir`.
    pub(super) fn banks(
        &mut self,
        dir: &Path,
        written: &BTreeMap<Spanned<String>, Bank>,
    ) -> BTreeMap<Currency, BankLink> {
        let mut banks = BTreeMap::new();
        for (currency, bank) in written {
            let code: Option<Currency> = self.parse("bank", currency);
            let bic = |bic: &str| matches!(bic.len(), 8 | 11);
            self.expect("bank.bic", &bank.bic, "a BIC of 8 or 11 characters", bic);
            let way = self.way(dir, bank, &currency.span());
            let name = self.parse("bank.node", &bank.node);
            let region = self.parse("bank.region", &bank.region);
            let bic = bank.bic.get_ref().clone();
            let key = bank.key.as_ref().and_then(|key| self.parse("bank.key", key));
            let alarm_after = self.alarm_after(bank.alarm_after_s.as_ref());
            if let (Some(code), Some(node), Some(region), Some(way)) = (code, name, region, way) {
                banks.insert(code, BankLink { node, region, bic, key, way, alarm_after });
            }
        }
        self.folders_of_their_own(written);
        banks
    }

    fn way(&mut self, dir: &Path, bank: &Bank, heading: &Range<usize>) -> Option<Way> {
        let word = bank.way.as_ref().map_or("https", |way| way.get_ref().as_str());
        let url = [(URL, bank.url.as_ref())];
        let folder = [(FOLDER, bank.folder.as_ref())];
        let [out, inward, refused] = bank.topics();
        let [key_out, key_in, key_refused] = TOPICS;
        let kafka = [
            (BROKERS, bank.brokers.as_ref()),
            (key_out, out),
            (key_in, inward),
            (key_refused, refused),
        ];
        for (of, keys) in [("https", &url[..]), ("folder", &folder), ("kafka", &kafka)] {
            for (key, value) in keys {
                match value {
                    Some(value) if of != word => {
                        self.wrong(key, &value.span(), format!("is for way = \"{of}\" only"));
                    }
                    None if of == word => {
                        self.wrong(key, heading, format!("missing; way = \"{of}\" needs it"));
                    }
                    _ => {}
                }
            }
        }
        match word {
            "https" => {
                let url = bank.url.as_ref()?;
                let https = |url: &str| url.starts_with("https://");
                self.expect(URL, url, "an https:// URL", https);
                Some(Way::Https(url.get_ref().clone()))
            }
            "folder" => {
                let folder = bank.folder.as_ref()?;
                self.expect(FOLDER, folder, "a path", |path| !path.is_empty());
                Some(Way::Folder(dir.join(folder.get_ref())))
            }
            "kafka" => self.topics(bank).map(Way::Kafka),
            _ => {
                let way = bank.way.as_ref()?;
                self.wrong("bank.way", &way.span(), format!("{word:?} is not one of {WAYS}"));
                None
            }
        }
    }

    fn topics(&mut self, bank: &Bank) -> Option<Topics> {
        let (brokers, [out, inward, refused]) = (bank.brokers.as_ref()?, bank.topics());
        let (out, inward, refused) = (out?, inward?, refused?);
        // The client has no TLS, and messages hold names: what goes further goes through a proxy.
        let here = "one or more brokers on this machine, as 127.0.0.1:9092; a TLS proxy there goes further";
        self.expect(BROKERS, brokers, here, |brokers| brokers.split(',').all(is_here));
        for (key, topic) in TOPICS.into_iter().zip([out, inward, refused]) {
            let rule = "a topic of 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'";
            self.expect(key, topic, rule, is_topic);
        }
        let names = [out, inward, refused].map(Spanned::get_ref);
        let [out_name, in_name, refused_name] = names;
        if refused_name == out_name || refused_name == in_name {
            let rule = "a topic of its own is needed for what is refused";
            self.wrong("bank.topic_refused", &refused.span(), rule.to_owned());
        }
        if in_name == out_name {
            let rule = "what the bank writes and what it reads are two topics";
            self.wrong("bank.topic_in", &inward.span(), rule.to_owned());
        }
        let [out, inward, refused] = names.map(Clone::clone);
        Some(Topics { brokers: brokers.get_ref().clone(), out, inward, refused })
    }

    fn alarm_after(&mut self, value: Option<&Spanned<u64>>) -> Millis {
        let seconds = value.map_or(ALARM_AFTER_S, |value| *value.get_ref());
        if let Some(value) = value
            && !(1..=86_400).contains(&seconds)
        {
            let rule = format!("{seconds} is not 1 to 86400");
            self.wrong("bank.alarm_after_s", &value.span(), rule);
        }
        Millis(seconds.saturating_mul(1_000))
    }

    /// The folder is who the bank is: two banks in one would speak for each other. So would two
    /// that write one topic.
    fn folders_of_their_own(&mut self, written: &BTreeMap<Spanned<String>, Bank>) {
        let folders = written.values().filter_map(|bank| bank.folder.as_ref());
        self.of_their_own(FOLDER, "folder", folders.collect());
        let topics = written.values().filter_map(|bank| bank.topic_in.as_ref());
        self.of_their_own("bank.topic_in", "topic", topics.collect());
    }

    fn of_their_own(&mut self, key: &'static str, what: &str, mut all: Vec<&Spanned<String>>) {
        all.sort_by_key(|value| value.span().start);
        for (n, value) in all.iter().enumerate() {
            if all.iter().take(n).any(|before| before.get_ref() == value.get_ref()) {
                let rule = format!("another bank has this {what}; each needs its own");
                self.wrong(key, &value.span(), rule);
            }
        }
    }
}

/// Whether a broker is on this machine.
fn is_here(broker: &str) -> bool {
    let by_name = || Some(broker.strip_prefix("localhost:")?.parse::<u16>().is_ok());
    let by_address = broker.parse::<SocketAddr>().map(|address| address.ip().is_loopback());
    by_address.unwrap_or_else(|_| by_name().unwrap_or(false))
}

fn is_topic(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=TOPIC_LEN_MAX).contains(&name.len())
        && name.bytes().all(allowed)
        && name != "."
        && name != ".."
}
