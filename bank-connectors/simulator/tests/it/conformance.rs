//! The conformance run passes a bank that keeps its side, and names what another does wrong.

use crate::script::of;
use expect_test::{Expect, expect};
use gcfn_anchor::keys::Signer;
use gcfn_model::{Amount, Currency, Timestamp};
use gcfn_simulator::conformance::{Report, Terms, examine, practise};
use gcfn_simulator::exchange;
use gcfn_transport::{Correspondents, FolderChannel, Pen};
use std::sync::Arc;
use std::time::Duration;

fn signer(seed: u8) -> Arc<Signer> {
    Arc::new(Signer::from_seed(&[seed; 32]))
}

fn terms() -> Terms {
    Terms {
        network: of("gcfn-test"),
        node: of("cn-sha"),
        bank: of("BANKCNSH"),
        currency: Currency::Cny,
        payee: of("CUSTOMER-1"),
        name: of("Conformance Customer"),
        amount: Amount::from_minor(1_000).unwrap(),
        date: of("2026-11-24"),
        at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
        key: Some(signer(2).public_key()),
        patience: Duration::from_secs(3),
        lull: Duration::from_millis(150),
    }
}

/// Grades the simulator, which misbehaves by `script` and signs with the key `seed`.
async fn grade(script: &str, terms: &Terms, seed: u8) -> Report {
    let (home, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keys = (signer(seed), Some(signer(1).public_key()));
    let bank = practise(home.path(), terms, (Some(&keys.0), keys.1), of(script)).await.unwrap();
    let end = FolderChannel::open_as_bank(shared.path()).unwrap();
    let channel = FolderChannel::open(shared.path()).unwrap();
    let to_bank = Correspondents::to_bank(terms.network, terms.node, &terms.bank);
    let pen = Pen::new(to_bank, signer(1));
    tokio::select! {
        report = examine(terms, channel, pen) => report.unwrap(),
        ended = exchange(bank, terms.node, end) => panic!("{ended:?}"),
    }
}

/// What of the run fails, and what was seen.
async fn fails(script: &str, expected: Expect) {
    let report = grade(script, &terms(), 2).await;
    let failed = report.cases.iter().filter(|case| report.failed().contains(&case.id));
    let lines: Vec<String> = failed.map(|case| format!("{}: {}", case.id, case.seen)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn a_bank_that_keeps_its_side_passes_every_case() {
    let report = grade("", &terms(), 2).await;
    expect![[r#"
        25 passed, 0 failed, 0 not tried

        | Case | Asked | | Seen |
        |---|---|---|---|
        | `pacs.009-status` | pays between two accounts; a pacs.002 says that it does | passed | ACSC |
        | `pacs.009-booked` | a camt.054 for the entry, once, with the amount instructed | passed | 10.00 CNY |
        | `pacs.009-order` | the status comes before the entry | passed | the status first |
        | `pacs.009-again` | the same message again gets the same answer and pays nothing | passed | ACSC |
        | `pacs.009-altered` | another amount under the same ids is refused | passed | RJCT DUPL |
        | `pain.001-status` | pays a customer; a pain.002 says that it does | passed | ACSC |
        | `pain.001-booked` | a camt.054 for the entry, once, with the amount instructed | passed | 10.00 CNY |
        | `pain.001-order` | the status comes before the entry | passed | the status first |
        | `pain.001-again` | the same message again gets the same answer and pays nothing | passed | ACSC |
        | `pain.001-altered` | another amount under the same ids is refused | passed | RJCT DUPL |
        | `pacs.009-foreign` | pays nothing from an account that is not the node's | passed | RJCT AC01 |
        | `pacs.009-too-much` | pays nothing that is not there | passed | RJCT AM04 |
        | `pacs.028-known` | says how a payment stands as it has said before | passed | ACSC |
        | `pacs.028-unknown` | says RJCT and NOOR of a payment that it never had | passed | RJCT NOOR |
        | `pain.001-later` | takes a payment of a later day and books it not today | passed | PDNG |
        | `camt.056-later` | answers a request to give that one up, and keeps to its answer | passed | Granted, and it stands at RJCT |
        | `camt.056-booked` | answers a request to get a booked payment back with a camt.029 | passed | Granted |
        | `pacs.004-returned` | what it gives back comes by pacs.004, and by camt.054 to the amount | passed | 10.00 CNY |
        | `camt.056-unknown` | refuses a request about a payment that it never had | passed | refused |
        | `camt.060-day` | sends a camt.052 that has what it has booked today | passed | 3 entries |
        | `camt.060-statement` | sends its last camt.053, whose entries make the balances | passed | of 2026-11-23, 1 entries |
        | `malformed` | half a message pays nothing, and does not end the conversation | passed | nothing was booked, and the next question answered |
        | `understood` | a node understands every message of the run | passed | 23 messages |
        | `said-once` | no answer comes twice | passed | each once |
        | `signed` | every message is signed with the bank's key | passed | 23 messages |
    "#]].assert_eq(&report.to_string());
    assert!(report.passes());
}

#[tokio::test]
async fn another_key_is_named() {
    let report = grade("", &terms(), 3).await;
    assert_eq!(report.failed(), ["signed"]);
}

#[tokio::test]
async fn a_bank_that_is_late_or_silent_is_named() {
    let script = "payment 1: late
                  payment 2: silent
                  question 2: silent
                  request 1: silent";
    fails(
        script,
        expect![[r#"
        pacs.009-status: no pacs.002 about it; nothing came
        pacs.009-booked: no camt.054 of it; nothing came
        pain.001-status: no pain.002 about it; nothing came
        pain.001-booked: no camt.054 of it; nothing came
        camt.056-later: no camt.029; nothing came
        malformed: the next question: nothing came"#]],
    )
    .await;
}

#[tokio::test]
async fn a_bank_that_says_it_twice_or_the_wrong_way_round_is_named() {
    let script = "payment 1: twice
                  payment 4: out of order";
    fails(
        script,
        expect![[r#"
        pain.001-order: the entry first
        said-once: message BANKCNSH-M0000000019 came twice"#]],
    )
    .await;
}

#[tokio::test]
async fn a_bank_that_says_another_amount_or_currency_is_named() {
    let script = "payment 1: wrong amount
                  payment 4: wrong currency";
    fails(script, expect![[r#"
        pacs.009-booked: booked 10.01 CNY, instructed 10.00
        pain.001-booked: no camt.054 of it; came: pain.002.001.10, a message that is refused (account cn-sha/UC is in CNY, message says USD)
        understood: account cn-sha/UC is in CNY, message says USD"#]]).await;
}

#[tokio::test]
async fn a_bank_that_says_half_of_it_or_does_not_pay_is_named() {
    let script = "payment 1: malformed
                  payment 2: reject AM04";
    fails(script, expect![[r#"
        pacs.009-status: no pacs.002 about it; came: a message that is refused (not well-formed XML (line 25, column 5)), a message that is refused (not well-formed XML (line 55, column 23)), a message that is refused (not well-formed XML (line 55, column 23))
        pacs.009-booked: no camt.054 of it; came: a message that is refused (not well-formed XML (line 25, column 5)), a message that is refused (not well-formed XML (line 55, column 23)), a message that is refused (not well-formed XML (line 55, column 23))
        pain.001-status: RJCT AM04
        pain.001-booked: no camt.054 of it; came: pain.002.001.10
        understood: not well-formed XML (line 25, column 5)"#]]).await;
}
