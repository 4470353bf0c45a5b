//! Whoever takes part, as their nodes know them.

use super::Demo;
use crate::client::Api;
use crate::contract::account;
use crate::layout::Layout;
use crate::network::Wait;
use crate::scenario::Party;
use anyhow::{Context, Result};
use gcfn_api_wire::party::{Assets, Registered};
use gcfn_model::{
    Amount, BatchId, BusinessDate, Currency, NodeId, PartyId, Pool, SeriesId, TradeId,
};
use gcfn_template::RegionTemplate;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A registered party.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) party: PartyId,
    pub(super) api: Api,
}

/// A batch that is listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) batch: BatchId,
    pub(super) series: SeriesId,
}

/// Everybody and everything by node and by the scenario's word for it.
#[derive(Debug, Default)]
pub(super) struct Cast {
    pub(super) actors: BTreeMap<(NodeId, String), Actor>,
    pub(super) listed: BTreeMap<(NodeId, String), Listed>,
    /// Every trade that a node has told of in its answers. A node's lists may be a moment older.
    pub(super) told: BTreeSet<TradeId>,
    /// When each node last traded.
    pub(super) traded: BTreeMap<NodeId, BusinessDate>,
}

impl Cast {
    pub(super) fn actor(&self, node: NodeId, handle: &str) -> Result<&Actor> {
        let key = (node, handle.to_owned());
        self.actors.get(&key).with_context(|| format!("{handle} is not registered at {node}"))
    }

    pub(super) fn listed(&self, node: NodeId, batch: &str) -> Result<Listed> {
        let key = (node, batch.to_owned());
        self.listed.get(&key).copied().with_context(|| format!("{batch} is not listed at {node}"))
    }
}

impl Demo {
    /// The template that a node goes by.
    pub(super) fn template(&self, node: NodeId) -> Result<RegionTemplate> {
        Layout::rules(self.net.layout.node(node)?)
    }

    /// The currency of a node's venue.
    pub(super) fn currency(&self, node: NodeId) -> Result<Currency> {
        Ok(self.template(node)?.currency)
    }

    /// `amount` as bodies carry it.
    pub(super) fn money(&self, node: NodeId, amount: &str) -> Result<Value> {
        Ok(json!({ "amount": amount, "currency": self.currency(node)? }))
    }

    /// The scenario's users.
    pub(super) fn users(&self) -> Vec<Party> {
        self.scenario.parties.iter().filter(|party| party.kind == "user").cloned().collect()
    }

    /// Registers `parties`, has them pay in, and waits until their nodes have heard of it.
    pub(super) async fn settle_in(&mut self, parties: &[Party]) -> Result<()> {
        for party in parties {
            self.register(party).await?;
            self.pay_in(party).await?;
        }
        for party in parties {
            self.until_paid_in(party).await?;
        }
        Ok(())
    }

    /// Registers a party at its node and keeps its credential.
    async fn register(&mut self, party: &Party) -> Result<()> {
        let body = json!({
            "kind": party.kind,
            "kyc": party.kyc,
            "name": party.name,
            "phone": party.phone,
            "email": party.email,
            "iban": party.account,
        });
        let key = self.net.fresh_key();
        let operator = self.net.operator(party.node)?;
        let registered: Registered = operator.post("/api/v1/users", key, &body).await?;
        let api = self.net.api(party.node)?.with_key(&registered.api_key);
        let actor = Actor { party: registered.party.0, api };
        self.cast.actors.insert((party.node, party.handle.clone()), actor);
        self.figures.add("parties", 1);
        Ok(())
    }

    /// Has the bank tell the node that the party has paid in.
    async fn pay_in(&mut self, party: &Party) -> Result<()> {
        let Some(amount) = &party.deposit else { return Ok(()) };
        let actor = self.cast.actor(party.node, &party.handle)?;
        let currency = self.currency(party.node)?;
        let pool = if party.kind == "issuer" { Pool::IssuerEscrow } else { Pool::UserCustody };
        let body = json!({
            "account": account(party.node, pool, currency),
            "amount": amount,
            "reference": actor.party,
            "name": party.name,
            "iban": party.account,
        });
        self.net.bank(currency)?.tell("/control/deposit", &body).await?;
        Ok(())
    }

    /// Waits until the node has heard from its bank what the party has paid in.
    async fn until_paid_in(&mut self, party: &Party) -> Result<()> {
        let Some(amount) = &party.deposit else { return Ok(()) };
        let amount = Amount::parse(amount, self.currency(party.node)?)?;
        let actor = self.cast.actor(party.node, &party.handle)?.clone();
        let bucket = if party.kind == "issuer" { "deposit" } else { "avail" };
        let wait = Wait::new(party.node, format!("the deposit of {}", party.handle));
        let there = async || {
            let assets = actor.assets().await?;
            Ok((amount <= bucket_of(&assets, bucket)).then_some(()))
        };
        self.net.until(wait, there).await
    }
}

impl Actor {
    pub(super) async fn assets(&self) -> Result<Assets> {
        Ok(self.api.get("/api/v1/users/me/assets").await?)
    }
}

/// What is in a bucket.
pub(super) fn bucket_of(assets: &Assets, name: &str) -> Amount {
    let found = assets.money.iter().find(|bucket| bucket.bucket == name);
    found.map_or(Amount::ZERO, |bucket| bucket.money.amount)
}

/// How many free coupons of a series.
pub(super) fn coupons_of(assets: &Assets, series: SeriesId) -> u64 {
    let found = assets.coupons.iter().find(|holding| holding.series.0 == series);
    found.map_or(0, |holding| holding.free)
}
