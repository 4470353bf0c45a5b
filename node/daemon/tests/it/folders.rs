//! A bank that exchanges files with the node: money comes in and goes out by them, what is no message
//! is put aside with its reason, and a bank that takes nothing is told of.

use crate::banks::{as_user, available, payment};
use crate::world::{Node, World, now, until};
use axum::http::StatusCode;
use gcfn_banking::DeskEvent;
use gcfn_model::{BusinessDate, Calendar, CommandId, Currency, Timestamp};
use gcfn_simulator::{AccountConfig, BankConfig, Deposit, NodeConfig, SharedBank, deliver};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tokio::task::JoinSet;

/// A payment may wait this long before the alarm is raised, in seconds.
const ALARM_AFTER_S: u64 = 60;

/// A node whose bank for yuan is a simulated one at the other end of a folder, and Ann.
struct Exchange {
    world: World,
    node: Node,
    bank: SharedBank,
    folder: PathBuf,
    ann: Value,
    http: Client,
    _running: JoinSet<()>,
}

fn account(number: &str, node: Option<&str>) -> AccountConfig {
    AccountConfig {
        number: number.parse().expect("a number"),
        node: node.map(|node| node.parse().expect("a name")),
        name: number.parse().expect("a name"),
    }
}

impl Exchange {
    async fn begin() -> Exchange {
        let world = World::new();
        let way = format!("way = \"folder\"\nfolder = \"files\"\nalarm_after_s = {ALARM_AFTER_S}");
        world.choose_way(&way);
        let folder = world.dir("cn").join("files");
        let cn = "cn".parse().expect("a name");
        let config = BankConfig {
            network: "gcfn-test".parse().expect("a network"),
            bic: "GCFNCNSH".parse().expect("a code"),
            currency: Currency::Cny,
            date: now().utc().0,
            accounts: vec![account("GCFN-CN-UC-CNY", Some("cn")), account("CN0012345678", None)],
            nodes: vec![NodeConfig {
                node: cn,
                api: None,
                folder: Some(folder.clone()),
                key: None,
            }],
        };
        let bank = SharedBank::open(&world.dir("bank-cny"), &config, None).expect("founded");
        let mut running = JoinSet::new();
        let (lives, http) = (bank.clone(), world.client(None));
        let client = http.clone();
        running.spawn(async move { deliver(lives, client).await.expect("written down") });
        let node = world.start("cn").await;
        let body = json!({ "kind": "user", "kyc": 2, "name": "Ann" });
        let id = CommandId::derive(&[b"ann"]).to_string();
        let (_, ann) = node.post("/api/v1/users", &id, &body).await;
        Exchange { world, node, bank, folder, ann, http, _running: running }
    }

    async fn pay_in(&self, amount: &str) {
        let reference = self.ann["deposit_reference"].as_str().expect("one");
        let deposit = Deposit {
            account: "GCFN-CN-UC-CNY".parse().expect("a number"),
            amount: amount.to_owned(),
            reference: Some(reference.parse().expect("short")),
            name: None,
            iban: None,
        };
        self.bank.change(|bank| bank.deposit(&deposit)).await.expect("kept").expect("booked");
    }

    async fn withdraw(&self) {
        let (node, key) = (&self.node, &self.ann["api_key"]);
        until("a trading day", async || {
            let (_, cycles) = node.get("/api/v1/settle/cycles").await;
            cycles["cycles"].get(0).is_some().then_some(())
        })
        .await;
        let iban = json!({ "iban": "CN0012345678" });
        as_user(node, &self.http, key, "/api/v1/users/me/bank-accounts", Some(iban)).await;
        let amount = json!({ "amount": { "amount": "100.00", "currency": "CNY" } });
        as_user(node, &self.http, key, "/api/v1/payments/withdrawals", Some(amount)).await;
    }

    async fn until_available(&self, amount: &str) {
        until(amount, async || {
            let has = available(&self.node, &self.http, &self.ann["api_key"]).await;
            (has == amount).then_some(())
        })
        .await;
    }

    /// The day comes on which the payment is due, and the bank books it.
    async fn until_paid(&self) {
        if let Some(due) = payment(&self.node).await {
            let due: BusinessDate =
                due["value_date"].as_str().expect("a date").parse().expect("a date");
            let is_later = |bank: &mut gcfn_simulator::Bank| bank.date() < due;
            let begin = |bank: &mut gcfn_simulator::Bank| match is_later(bank) {
                true => bank.begin_day(due),
                false => Ok(()),
            };
            self.bank.change(begin).await.expect("kept").expect("later");
        }
        until("the payment's end", async || payment(&self.node).await.is_none().then_some(()))
            .await;
    }

    /// What waits for the bank, as the operator sees it.
    async fn queue(&self) -> Value {
        let (_, list) = self.node.get("/api/v1/settle/instructions").await;
        let queues = list["queues"].as_array().expect("queues").clone();
        queues.into_iter().find(|queue| queue["currency"] == "CNY").expect("one for each bank")
    }

    fn files(&self, name: &str) -> Vec<String> {
        files(&self.folder.join(name))
    }
}

fn files(folder: &Path) -> Vec<String> {
    let names =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("text")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn money_comes_in_and_goes_out_by_files() {
    let exchange = Exchange::begin().await;
    exchange.pay_in("1000.00").await;
    exchange.until_available("1000.00").await;
    let taken = until("the notification", async || exchange.files("done").pop()).await;
    assert_eq!(exchange.files("ack"), [format!("{taken}.ack")], "the bank is told");

    exchange.withdraw().await;
    exchange.until_paid().await;
    assert_eq!(available(&exchange.node, &exchange.http, &exchange.ann["api_key"]).await, "900.00");
    let queue = exchange.queue().await;
    assert_eq!(queue["way"], "folder");
    assert_eq!((&queue["waiting"], &queue["attempts"]), (&json!(0), &json!(0)));
    assert_eq!(exchange.files("broken"), [""; 0]);

    // What the bank leaves while the node is down is there when it comes back, and counts once, also
    // where the node was killed before it had put a file away.
    exchange.node.end().await;
    let done = exchange.folder.join("done").join(&taken);
    fs::rename(done, exchange.folder.join("in").join(&taken)).expect("as before");
    let exchange = Exchange { node: exchange.world.start("cn").await, ..exchange };
    exchange.pay_in("50.00").await;
    exchange.until_available("950.00").await;
    let emptied = async || exchange.files("in").is_empty().then_some(());
    until("everything put away", emptied).await;
    assert_eq!(exchange.files("broken"), [""; 0]);
    exchange.node.end().await;
}

/// The next day on which the bank and the region work.
fn next_business_day() -> BusinessDate {
    let (template, calendar) =
        gcfn_template::catalog::find("cn").expect("in the catalog").read().expect("sound");
    assert_eq!(template.currency, Currency::Cny);
    Calendar::following(&[&calendar], now().utc().0.plus_days(1)).expect("a known year")
}

#[tokio::test]
async fn a_statement_that_does_not_come_is_asked_for_and_heals_by_itself() {
    let exchange = Exchange::begin().await;
    let day = next_business_day();
    let begun = exchange.bank.change(|bank| bank.begin_day(day)).await;
    begun.expect("kept").expect("later");
    exchange.pay_in("1000.00").await;
    exchange.until_available("1000.00").await;
    until("the trading days", async || {
        let (_, cycles) = exchange.node.get("/api/v1/settle/cycles").await;
        cycles["cycles"].get(0).is_some().then_some(())
    })
    .await;
    let silence = "statement 1: silent".parse().expect("a script");
    let ended = exchange.bank.change(|bank| {
        bank.follow(silence);
        bank.end_day();
    });
    ended.await.expect("kept");
    let path = format!("/api/v1/bank/reconciliation/accounts?currency=CNY&date={day}");
    let days =
        async || exchange.node.get(&path).await.1["days"].as_array().expect("a list").clone();
    assert_eq!(days().await, [Value::Null; 0], "nothing has come");

    // Twelve hours after the day's cut-off at 16:00 in Shanghai the node asks, and the bank answers.
    let later = Timestamp::from_utc(day.plus_days(1), 0).expect("a date");
    let ahead = json!({ "offset_ms": later.since(now()).0 });
    let clock = exchange.node.request(&exchange.http, Method::PUT, "/api/v1/testnet/clock");
    let clock = clock.header("idempotency-key", "the-next-morning");
    let (moved, told) = exchange.node.as_operator(clock, &ahead).await;
    assert_eq!(moved, StatusCode::OK, "{told}");
    until("the statement", async || {
        days().await.first().is_some_and(|day| day["state"] == "reconciled").then_some(())
    })
    .await;
    exchange.node.end().await;

    let cell = crate::world::venue(&exchange.world.files("cn"), "cn").await;
    let (mut asked, mut came) = (0, 0);
    for event in crate::world::happened(&cell) {
        match event {
            gcfn_venue::Event::Bank(DeskEvent::StatementsAsked(request)) => {
                asked += u32::from(request.to == day);
            }
            gcfn_venue::Event::Bank(DeskEvent::StatementsCame { .. }) => came += 1,
            _ => {}
        }
    }
    assert_eq!((asked, came), (1, 1), "the question and its end are in the journal, once");
}

#[tokio::test]
async fn a_file_that_is_no_message_is_put_aside_with_its_reason() {
    let exchange = Exchange::begin().await;
    until("the folder", async || exchange.folder.join("in").exists().then_some(())).await;
    let broken = "<Document>\n  <unfinished by='Ann'";
    fs::write(exchange.folder.join("in/0.xml"), broken).expect("written");
    until("the reason", async || exchange.folder.join("broken/0.xml").exists().then_some(())).await;
    assert_eq!(fs::read_to_string(exchange.folder.join("broken/0.xml")).expect("kept"), broken);
    let reason = fs::read_to_string(exchange.folder.join("broken/0.xml.reason")).expect("told");
    let told = fs::read_to_string(exchange.folder.join("ack/0.xml.refused")).expect("told");
    assert_eq!(reason, told, "the bank and the operator are told the same");
    let reason: Value = serde_json::from_str(&reason).expect("JSON");
    assert_eq!(reason["refused"]["rule"], "malformed", "{reason}");
    assert!(reason["refused"]["line"].is_u64() && reason["refused"]["column"].is_u64(), "{reason}");
    assert!(!told.contains("Ann"), "it holds nothing of the message");

    // Nothing behind it is held up.
    exchange.pay_in("1000.00").await;
    exchange.until_available("1000.00").await;
    assert_eq!(exchange.files("broken"), ["0.xml", "0.xml.reason"]);
    exchange.node.end().await;
}

#[tokio::test]
async fn a_bank_that_takes_nothing_is_an_alarm_until_it_takes_messages_again() {
    let exchange = Exchange::begin().await;
    exchange.pay_in("1000.00").await;
    exchange.until_available("1000.00").await;
    let (out, gone) = (exchange.folder.join("out"), exchange.folder.join("unmounted"));
    fs::rename(&out, &gone).expect("the disk is gone");
    exchange.withdraw().await;
    until("a try", async || {
        let queue = exchange.queue().await;
        (queue["attempts"].as_u64() != Some(0)).then_some(())
    })
    .await;
    let queue = exchange.queue().await;
    assert_eq!((&queue["waiting"], &queue["is_late"]), (&json!(1), &json!(false)), "{queue}");
    let alerts = async || {
        let (status, alerts) = exchange.node.get("/api/v1/risk/alerts").await;
        assert_eq!(status, StatusCode::OK);
        alerts["banks_down"].as_array().expect("a list").clone()
    };
    assert_eq!(alerts().await, [Value::Null; 0]);

    let clock = exchange.node.request(&exchange.http, Method::PUT, "/api/v1/testnet/clock");
    let clock = clock.header("idempotency-key", "a-while-later");
    let (moved, _) = exchange.node.as_operator(clock, &json!({ "offset_ms": 120_000 })).await;
    assert_eq!(moved, StatusCode::OK);
    let [down] = alerts().await.try_into().expect("the alarm");
    assert_eq!((&down["level"], &down["queue"]["bank"]), (&json!("l3"), &json!("GCFNCNSH")));
    assert!(ALARM_AFTER_S <= down["queue"]["age_seconds"].as_u64().expect("a figure"), "{down}");
    let shown = async |figure: &str| {
        until(figure, async || exchange.node.text("/metrics").await.contains(figure).then_some(()))
            .await;
    };
    shown("gcfn_bank_down{bank=\"CNY\"} 1").await;
    shown("gcfn_bank_queue{bank=\"CNY\"} 1").await;

    fs::rename(&gone, &out).expect("it is back");
    exchange.until_paid().await;
    assert_eq!(alerts().await, [Value::Null; 0], "it ends by itself");
    shown("gcfn_bank_down{bank=\"CNY\"} 0").await;
    assert_eq!(exchange.queue().await["waiting"], 0);
    exchange.node.end().await;
}

/// The alarms about banks that stand in the machine's state.
async fn standing(node: &Node) -> Value {
    node.get("/api/v1/risk/alerts").await.1["bank_alarms"].clone()
}

#[tokio::test]
async fn an_alarm_about_a_bank_is_in_the_journal_once_when_it_begins_and_once_when_it_ends() {
    let exchange = Exchange::begin().await;
    exchange.pay_in("1000.00").await;
    exchange.until_available("1000.00").await;
    let (out, gone) = (exchange.folder.join("out"), exchange.folder.join("unmounted"));
    fs::rename(&out, &gone).expect("the disk is gone");
    exchange.withdraw().await;
    let clock = exchange.node.request(&exchange.http, Method::PUT, "/api/v1/testnet/clock");
    let clock = clock.header("idempotency-key", "a-while-later");
    let (moved, _) = exchange.node.as_operator(clock, &json!({ "offset_ms": 120_000 })).await;
    assert_eq!(moved, StatusCode::OK);
    let down = json!([{ "currency": "CNY", "alarm": "bank_down", "level": "l3" }]);
    let raised = async |node: &Node| (standing(node).await == down).then_some(());
    until("the alarm", async || raised(&exchange.node).await).await;

    // A node that is started anew makes the folder again, and remembers what it has told.
    exchange.node.end().await;
    let exchange = Exchange { node: exchange.world.start("cn").await, ..exchange };
    exchange.until_paid().await;
    let over = async || (standing(&exchange.node).await == json!([])).then_some(());
    until("the end of the alarm", over).await;
    exchange.node.end().await;

    let cell = crate::world::venue(&exchange.world.files("cn"), "cn").await;
    let told = crate::world::happened(&cell).into_iter().filter_map(|event| match event {
        gcfn_venue::Event::BankAlarm(seen) => Some((seen.alarm, seen.stands)),
        _ => None,
    });
    let down = gcfn_venue::BankAlarm::BankDown;
    assert_eq!(told.collect::<Vec<_>>(), [(down, true), (down, false)], "once each");
}
