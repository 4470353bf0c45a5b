//! Step 8: a trade's receipt and a coupon's are handed out, and verified by a program that knows
//! nothing but the validators' keys. A copy with one bit flipped is refused.

use super::{Demo, Told, ensure};
use crate::client::{Api, CallError};
use crate::network::Wait;
use anyhow::{Context, Result};
use gcfn_api_wire::trading::TradeDetail;
use gcfn_model::{TradeId, Xqid};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

impl Demo {
    pub(super) async fn check_receipts(&mut self) -> Told {
        let (home, trade) = *self.crossed.first().context("nothing has crossed a border")?;
        let operator = self.net.operator(home)?;
        let path = format!("/api/v1/trades/{trade}/receipt");
        let wait = Wait::new(home, "the receipt");
        let anchored = async || match operator.get::<Value>(&path).await {
            Err(CallError::Refused { problem, .. }) if problem.code == "NotAnchored" => Ok(None),
            other => Ok(Some(other?)),
        };
        let receipt = self.net.until(wait, anchored).await?;
        let dir = self.receipts_dir();
        std::fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
        self.write_validators(&dir).await?;
        let text = serde_json::to_string_pretty(&receipt).context("encode the receipt")?;
        let (good, bad) = (dir.join("receipt.json"), dir.join("receipt-flipped.json"));
        write(&good, &text)?;
        write(&bad, &flip(&text)?)?;
        let accepted = self.verify(&good)?;
        ensure(accepted.status.success(), || {
            format!("the receipt is refused: {}", words(&accepted.stderr))
        })?;
        let refused = self.verify(&bad)?;
        ensure(refused.status.code() == Some(1), || "the flipped copy is accepted".to_owned())?;
        let coupon = self.check_coupon(&operator, trade, &dir).await?;
        self.figures.add("proofs", 3);
        Ok(format!(
            "receipts of {trade} and of coupon {coupon} accepted offline; with one bit flipped \
             refused: {}",
            reason(&refused.stderr)
        ))
    }

    /// Who holds the first coupon of the series that was traded.
    async fn check_coupon(&self, operator: &Api, trade: TradeId, dir: &Path) -> Result<Xqid> {
        let traded: TradeDetail = operator.get(&format!("/api/v1/trades/{trade}")).await?;
        let coupon = Xqid { series: traded.trade.series.0, serial: 0 };
        let receipt: Value = operator.get(&format!("/api/v1/coupons/{coupon}/proof")).await?;
        let file = dir.join("coupon.json");
        write(&file, &serde_json::to_string_pretty(&receipt).context("encode the receipt")?)?;
        let accepted = self.verify(&file)?;
        ensure(accepted.status.success(), || {
            format!("the receipt of a coupon is refused: {}", words(&accepted.stderr))
        })?;
        Ok(coupon)
    }

    fn receipts_dir(&self) -> PathBuf {
        self.net.dir.join("receipts")
    }

    /// Writes the validators' public keys: all that a stranger needs.
    pub(super) async fn write_validators(&self, dir: &Path) -> Result<()> {
        let root = self.net.operator(self.net.root()?)?;
        let anchors: super::anchors::Anchors = root.get("/api/v1/federation/anchors").await?;
        let text = serde_json::to_string_pretty(&anchors.roster).context("encode the roster")?;
        write(&dir.join("validators.json"), &text)
    }

    /// `gcfn verify`, as a stranger would call it.
    fn verify(&self, receipt: &Path) -> Result<Output> {
        let program = self.net.processes.program();
        let verify = Command::new(program).arg("verify").arg(receipt).output();
        verify.with_context(|| format!("run {} verify", program.display()))
    }
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// What a program said, in one line.
fn words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Why a receipt was refused, without its file's name.
fn reason(said: &[u8]) -> String {
    let said = words(said);
    said.split_once("is refused: ").map_or(said.clone(), |(_, reason)| reason.to_owned())
}

/// The text with one bit of the event's bytes flipped: a digit becomes another digit.
fn flip(text: &str) -> Result<String> {
    let event = text.find("\"event\"").context("a receipt has an event")?;
    let hex = text.get(event + 7..).and_then(|rest| rest.find('"')).context("in quotes")?;
    let first = event + 7 + hex + 1;
    let mut bytes = text.as_bytes().to_vec();
    let digit = bytes.iter_mut().skip(first).find(|byte| byte.is_ascii_digit());
    *digit.context("an event has digits")? ^= 1;
    String::from_utf8(bytes).context("digits stay digits")
}

#[cfg(test)]
mod tests {
    use super::flip;

    #[test]
    fn one_bit_of_the_event_is_another() {
        let text = "{\"version\": 1, \"event\": \"ab90\", \"proof\": 3}";
        let flipped = flip(text).expect("it has an event");
        assert_eq!(flipped, "{\"version\": 1, \"event\": \"ab80\", \"proof\": 3}");
        let bits = text.bytes().zip(flipped.bytes()).map(|(a, b)| (a ^ b).count_ones());
        assert_eq!(bits.sum::<u32>(), 1);
    }
}
