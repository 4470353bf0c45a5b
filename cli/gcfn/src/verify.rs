//! `gcfn verify`: what the receipt of an event, a coupon or an open order proves, offline.

use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use clap::Args;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::receipt::{HeadProof, Receipt};
use gcfn_anchor::roster::Roster;
use gcfn_ledger::{CouponProof, Holder};
use gcfn_market::Side;
use gcfn_replica::{Fact, StateReceipt};
use gcfn_venue::OpenOrder;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Verify {
    /// The receipt, as a node's API gives it out.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// The validators' public keys. Compare its fingerprint with one from a source you trust.
    #[arg(long, value_name = "FILE", help = KEYS)]
    keys: Option<PathBuf>,
}

const KEYS: &str = "The validators' public keys; validators.json beside the receipt when left out";

const EXAMPLE: &str = "\
Checks the event, who holds the coupon or that the order is open, then epoch, cell, region, global
root and co-signatures, and asks nobody.
Examples:
  gcfn verify receipt.json --keys validators.json             as `gcfn app receipt TRADE` gives it
  gcfn verify coupon.json --keys validators.json              as `gcfn app proof XQID` gives it
  gcfn verify order.json --keys validators.json               as `gcfn app order-proof ORDER` does
A receipt that does not verify is refused with exit code 1 and the first step that does not match;
with --output json as { \"valid\": false, \"reason\": ... } on standard output.";

impl Verify {
    pub(crate) fn run(self, format: Format) -> Ended {
        let beside = || self.receipt.with_file_name("validators.json");
        let keys = self.keys.clone().unwrap_or_else(beside);
        let roster = text_of(&keys).and_then(|text| parse::<Roster>(&text, "validators' keys"));
        let roster = roster.map_err(|fault| match fault {
            Failure::Refused(text) => {
                Failure::Usage(format!("{} is refused: {text}", keys.display()))
            }
            other => other,
        })?;
        match self.check(&roster) {
            Ok(proven) => proven.tell(&roster, format),
            Err(Failure::Refused(reason)) => self.refuse(format, &reason),
            Err(other) => Err(other),
        }
    }

    /// What the file proves, or why it proves nothing.
    fn check(&self, roster: &Roster) -> Result<Proven, Failure> {
        let text = text_of(&self.receipt)?;
        let is_of_state = serde_json::from_slice::<Value>(&text)
            .is_ok_and(|document| document.get("shown").is_some());
        if is_of_state {
            let receipt: StateReceipt = parse(&text, "a receipt of a coupon or an order")?;
            receipt.verify(roster).map_err(|fault| Failure::Refused(fault.to_string()))?;
            return Ok(Proven::State(receipt));
        }
        let receipt: Receipt = parse(&text, "a receipt")?;
        receipt.verify(roster).map_err(|fault| Failure::Refused(fault.to_string()))?;
        Ok(Proven::Event(receipt))
    }

    /// A program is told on standard output as well.
    fn refuse(&self, format: Format, reason: &str) -> Ended {
        let receipt = self.receipt.display();
        if format == Format::Json {
            output::json(&json!({
                "valid": false,
                "verified": false,
                "receipt": receipt.to_string(),
                "reason": reason,
            }))?;
        }
        Err(Failure::Refused(format!("{receipt} is refused: {reason}")))
    }
}

/// The text of a file. One that is not there is a mistake of the caller.
fn text_of(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|fault| Failure::Usage(format!("read {}: {fault}", path.display())))
}

/// Reads JSON. What is not what it should be proves nothing.
fn parse<T: DeserializeOwned>(text: &[u8], what: &str) -> Result<T, Failure> {
    serde_json::from_slice(text)
        .map_err(|fault| Failure::Refused(format!("it is not {what}: {fault}")))
}

/// The event, if it is one that this program knows.
fn known(bytes: &[u8]) -> Option<gcfn_replica::Event> {
    let known = postcard::from_bytes::<gcfn_replica::Event>(bytes).ok();
    // Other bytes that read the same are not what was signed.
    known.filter(|event| postcard::to_allocvec(event).is_ok_and(|encoded| encoded == bytes))
}

/// The event for people.
fn in_words(bytes: &[u8]) -> String {
    known(bytes).map_or_else(|| format!("{} bytes", bytes.len()), |event| format!("{event:?}"))
}

/// The event for programs: its bytes as they were signed, and what they say in the form in
/// which they are recorded; `null` where this program does not know them.
fn document_of(bytes: &[u8]) -> Value {
    let bytes_hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let says = known(bytes).and_then(|event| serde_json::to_value(event).ok());
    json!({ "bytes": bytes_hex, "says": says })
}

/// What was verified.
enum Proven {
    Event(Receipt),
    State(StateReceipt),
}

impl Proven {
    fn header(&self) -> &EpochHeader {
        match self {
            Proven::Event(receipt) => &receipt.proof.header,
            Proven::State(receipt) => &receipt.header,
        }
    }

    fn anchor(&self) -> &HeadProof {
        match self {
            Proven::Event(receipt) => &receipt.anchor,
            Proven::State(receipt) => &receipt.anchor,
        }
    }

    fn tell(&self, roster: &Roster, format: Format) -> Ended {
        match format {
            Format::Json => output::json(&self.document(roster))?,
            Format::Table => self.show(roster)?,
        }
        Ok(())
    }

    fn show(&self, roster: &Roster) -> Ended {
        let (header, anchor) = (self.header(), self.anchor());
        let (headline, first, says) = match self {
            Proven::Event(receipt) => (
                "verified: this event is final",
                ("event", format!("{} of the cell", receipt.proof.seq())),
                in_words(&receipt.event),
            ),
            Proven::State(receipt) => {
                let (subject, says) = match &receipt.shown.fact {
                    Fact::Coupon { coupon, proof } => (
                        ("coupon", coupon.to_string()),
                        format!("{}, {}", whereabouts(proof.holder), condition(proof)),
                    ),
                    Fact::Order { order, .. } => (("order", order.id.to_string()), terms(order)),
                };
                ("verified: this was so when the epoch was closed, and it is final", subject, says)
            }
        };
        let region = anchor.region.as_ref();
        let region = region.map_or("-".to_owned(), |step| step.head.region.to_string());
        let by: Vec<String> =
            anchor.cosignatures.iter().map(|by| by.validator.to_string()).collect();
        let round = &anchor.round;
        let rows = [
            ("network", roster.network.to_string()),
            ("cell", anchor.head.cell.to_string()),
            first,
            ("epoch", format!("{}, closed at {}", header.epoch, header.closed_at)),
            ("region", region),
            ("round", format!("{}, closed at {}", round.number, round.closed_at)),
            ("co-signed by", format!("{} of {}", by.join(", "), roster.validators.len())),
            ("roster", roster.digest().to_string()),
            ("says", says),
        ];
        output::line(headline)?;
        for (name, value) in rows {
            output::line(&format!("  {name:<13} {value}"))?;
        }
        Ok(())
    }

    fn document(&self, roster: &Roster) -> Value {
        let (header, anchor) = (self.header(), self.anchor());
        let cosigners: Vec<_> = anchor.cosignatures.iter().map(|by| by.validator).collect();
        let mut document = json!({
            "valid": true,
            "verified": true,
            "network": roster.network,
            "cell": anchor.head.cell,
            "epoch": header.epoch,
            "epoch_closed_at": header.closed_at,
            "state_root": header.state_root,
            "region": anchor.region.as_ref().map(|step| step.head.region),
            "round": anchor.round.number,
            "round_closed_at": anchor.round.closed_at,
            "cosigners": cosigners,
            "validators": roster.validators.len(),
            "roster": roster.digest(),
        });
        match self {
            Proven::Event(receipt) => {
                document["seq"] = receipt.proof.seq().into();
                document["event"] = document_of(&receipt.event);
            }
            Proven::State(receipt) => match &receipt.shown.fact {
                Fact::Coupon { coupon, proof } => {
                    document["coupon"] = json!({
                        "coupon": coupon,
                        "holder": proof.holder,
                        "resales": proof.lot.resales,
                        "left": proof.lot.left,
                        "face": proof.terms.face,
                    });
                }
                Fact::Order { order, .. } => document["order"] = json!(order),
            },
        }
        document
    }
}

/// Where a coupon is, for people.
fn whereabouts(holder: Holder) -> String {
    match holder {
        Holder::Inventory => "not sold yet".to_owned(),
        Holder::InventoryLock => "not sold yet, on offer in the book".to_owned(),
        Holder::Party(party) => format!("held by {party}"),
        Holder::OrderLock(party) => format!("held by {party}, behind a sell order"),
        Holder::OfferLock(party) => format!("held by {party}, behind an offer outside the book"),
        Holder::RedeemLock(party) => format!("held by {party}, locked for redemption"),
        Holder::Frozen(party) => format!("held by {party}, frozen"),
        Holder::Pledged(party) => format!("held by {party}, pledged"),
        Holder::Delivery(node) => format!("sold to a buyer at {node}, not delivered yet"),
        Holder::Abroad(node) => format!("in somebody's hands at {node}"),
        Holder::Home(node) => format!("not here; its home is {node}"),
        Holder::Redeemed => "redeemed".to_owned(),
        Holder::Expired => "expired".to_owned(),
        Holder::Recalled => "taken back by its issuer".to_owned(),
    }
}

/// The condition of a coupon for people; amounts are in minor units of the series' currency.
fn condition(proof: &CouponProof) -> String {
    let CouponProof { terms, lot, .. } = proof;
    format!("resold {} times, {} of {} left", lot.resales, lot.left.minor(), terms.face.minor())
}

/// What an open order is for, for people; the price is in minor units of the series' currency.
fn terms(order: &OpenOrder) -> String {
    let OpenOrder { party, series, side, price, filled, remaining, .. } = order;
    let wishes = match side {
        Side::Buy => "buys",
        Side::Sell => "sells",
    };
    format!("{party} {wishes} {remaining} more of {series} at {}, {filled} traded", price.minor())
}
