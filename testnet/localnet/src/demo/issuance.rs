//! Step 2: issuers onboard; batches are drafted, approved by two persons, funded by the bank's
//! word, minted and listed (P-02, P-03).

use super::cast::Listed;
use super::{Demo, Told, ensure};
use crate::network::Wait;
use crate::scenario::{Batch, Party};
use anyhow::{Context, Result};
use gcfn_api_wire::issuance::{Accepted, BatchReport, Drafted, Stage};
use gcfn_model::NodeId;
use serde::Deserialize;
use serde_json::{Value, json};

/// The answer of `GET /api/v1/federation/series`, as far as it is needed here.
#[derive(Deserialize)]
struct Directory {
    series: Vec<Value>,
}

impl Demo {
    pub(super) async fn issue(&mut self) -> Told {
        let firms: Vec<Party> =
            self.scenario.parties.iter().filter(|party| party.kind != "user").cloned().collect();
        self.settle_in(&firms).await?;
        let batches = self.scenario.batches.clone();
        for (place, batch) in batches.iter().enumerate() {
            let earlier = batches.get(..place).unwrap_or_default();
            if !earlier.iter().any(|b| b.node == batch.node && b.issuer == batch.issuer) {
                self.onboard(batch).await?;
            }
            self.list(batch).await.with_context(|| format!("list {}", batch.name))?;
        }
        let root = self.net.root()?;
        let operator = self.net.operator(root)?;
        let wait = Wait::new(root, "every series in the federation's directory");
        let listed = async || {
            let directory: Directory = operator.get("/api/v1/federation/series").await?;
            Ok((batches.len() <= directory.series.len()).then_some(()))
        };
        self.net.until(wait, listed).await?;
        let coupons: u64 = batches.iter().map(|batch| batch.quantity).sum();
        let issuers = firms.iter().filter(|firm| firm.kind == "issuer").count();
        self.figures.set("series", batches.len());
        self.figures.set("coupons", coupons);
        Ok(format!(
            "{issuers} issuers; {} batches, {coupons} coupons, each batch approved by two \
             persons and listed in the global directory",
            batches.len()
        ))
    }

    /// Applies, is reviewed, and names who redeems.
    async fn onboard(&mut self, batch: &Batch) -> Result<()> {
        let node = batch.node;
        let issuer = self.cast.actor(node, &batch.issuer)?.clone();
        let key = self.net.fresh_key();
        issuer.api.act::<Value>("/api/v1/issuers", key).await?;
        let review = json!({ "tier": batch.tier, "quota": self.money(node, &batch.quota)? });
        let path = format!("/api/v1/issuers/{}/review", issuer.party);
        let key = self.net.fresh_key();
        self.net.operator(node)?.post::<Value>(&path, key, &review).await?;
        for merchant in &batch.merchants {
            let body = json!({ "merchant": self.cast.actor(node, merchant)?.party });
            let path = format!("/api/v1/issuers/{}/merchants", issuer.party);
            let key = self.net.fresh_key();
            issuer.api.post::<Value>(&path, key, &body).await?;
        }
        Ok(())
    }

    /// From draft to an open book.
    async fn list(&mut self, batch: &Batch) -> Result<()> {
        let node = batch.node;
        let issuer = self.cast.actor(node, &batch.issuer)?.api.clone();
        let template = self.template(node)?;
        let ends = self.date.plus_days(i32::try_from(batch.days)?);
        let draft = json!({
            "face": self.money(node, &batch.face)?,
            "quantity": batch.quantity,
            "issue_price": self.money(node, &batch.price)?,
            "expires_at": template.expiry_utc(ends).context("expiry")?,
            "breakage_at": template.breakage_utc(ends).context("breakage")?,
            "divisible": batch.divisible,
        });
        let key = self.net.fresh_key();
        let drafted: Drafted = issuer.post("/api/v1/coupons/batches", key, &draft).await?;
        let id = drafted.batch.0;
        let path = format!("/api/v1/coupons/batches/{id}");
        self.step(&issuer, &path, "submit").await?;
        for person in ["operator", "approver"] {
            let staff = self.net.staff(node, person)?;
            self.step(&staff, &path, "review").await?;
        }
        self.step(&issuer, &path, "fund").await?;
        let operator = self.net.operator(node)?;
        self.step(&operator, &path, "mint").await?;
        self.step(&issuer, &path, "list").await?;
        let report: BatchReport = operator.get(&path).await?;
        let stands = || format!("{} is {:?} with {}", batch.name, report.state, report.approvals);
        ensure(report.state == Stage::Listed && report.approvals == 2, stands)?;
        let listed = Listed { batch: id, series: report.series.0 };
        self.cast.listed.insert((node, batch.name.clone()), listed);
        Ok(())
    }

    async fn step(&mut self, who: &crate::client::Api, path: &str, step: &str) -> Result<Accepted> {
        let key = self.net.fresh_key();
        Ok(who.act(&format!("{path}/{step}"), key).await?)
    }

    /// Where a batch stands.
    pub(super) async fn batch(&self, node: NodeId, name: &str) -> Result<BatchReport> {
        let id = self.cast.listed(node, name)?.batch;
        Ok(self.net.operator(node)?.get(&format!("/api/v1/coupons/batches/{id}")).await?)
    }
}
