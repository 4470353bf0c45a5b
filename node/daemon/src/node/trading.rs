//! The trading side of a node: its venue cell, everything that reads its journal, its API.

use super::{BODY_BYTES_MAX, Base, MAILBOX_CAPACITY, TOKEN_LIFETIME};
use crate::bank_desk::{BankDesk, BankWay, Till};
use crate::config::Config;
use crate::courier::Courier;
use crate::federation::{self, HeadSource};
use crate::gateway::{Listings, NodeGateway};
use crate::handler::{CouncilSide, VenueSide};
use crate::init::OPERATORS;
use crate::network::{random_salt, trading_terms};
use crate::notices::{listen, listen_at_home};
use crate::projector::Projector;
use crate::prover::Prover;
use crate::raft_transport::Alone;
use crate::region::Region;
use crate::scheduler::Scheduler;
use crate::submitter::Submitter;
use crate::voice::{Replicas, Voice};
use anyhow::{Context, Result, anyhow};
use axum::Router;
use gcfn_api::{Api, RateLimits, Scope, Settings};
use gcfn_cell::{Cell, CellConfig};
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::keys::SigningSeed;
use gcfn_model::{Amount, Hasher, PartyId, Pool};
use gcfn_replica::{Founded, Replica};
use gcfn_store::{Grant, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Base {
    pub(super) async fn open_venue(&self) -> Result<(VenueSide, Region)> {
        let (region, terms) = trading_terms(&self.files)?;
        let known = self.files.read_json_if_any("data/genesis.json")?;
        let genesis: gcfn_replica::Genesis = match known {
            Some(genesis) => genesis,
            None => {
                self.files.before_the_first_start("data/genesis.json", "data/venue")?;
                let founded = Founded {
                    roster: self.network.roster.clone(),
                    founders: self.network.founders.clone(),
                };
                let debit_cap =
                    self.network.debit_caps.get(&terms.currency).copied().unwrap_or(Amount::ZERO);
                let genesis = gcfn_replica::Genesis {
                    terms,
                    salt_key: random_salt()?,
                    founded,
                    debit_cap,
                    mailbox_capacity: MAILBOX_CAPACITY,
                };
                self.files.write_json("data/genesis.json", &genesis)?;
                genesis
            }
        };
        let node = self.config.node;
        let me = Replicas::number(node);
        let dir = self.files.path("data/venue");
        let config = CellConfig::new(node.as_str(), me, dir, self.clock.clock());
        let begin = genesis.clone();
        let cell = Cell::open(config, move || Replica::new(begin), Arc::new(Alone)).await?;
        cell.initialize([me].into()).await?;
        let prover = Prover::new(cell.clone(), node, genesis.salt_key.clone());
        let jurisdiction = region.template.region;
        Ok((VenueSide { cell, prover, jurisdiction, genesis }, region))
    }

    pub(super) async fn run_venue(
        &self,
        side: &VenueSide,
        region: &Region,
        council: Option<&CouncilSide>,
        (voice, store): (&Voice, &Store),
    ) -> Result<Router> {
        let cell = || side.cell.clone();
        let clock = self.clock.clock();
        let scheduler = Scheduler { cell: cell(), clock, region: region.clone() };
        self.run("scheduler", scheduler.run());
        self.run_journal(side, voice, store);
        let listings = Listings::default();
        let heads = match council {
            Some(council) => self.beside_council(side, council, voice, &listings),
            None => self.under_regional(side, &listings),
        };
        let gateway = NodeGateway {
            cell: cell(),
            prover: side.prover.clone(),
            read_model: store.read_model(),
            voice: voice.clone(),
            heads,
            listings,
            metrics: self.metrics.clone(),
        };
        self.open_staff(store).await?;
        let api = Api::new(self.api_settings(side)?, Arc::new(gateway), store.clone());
        Ok(api.router().merge(self.run_bank_desk(Till::Venue(cell()), store)?))
    }

    /// Everything that leaves the node by its journal, but for payments.
    fn run_journal(&self, side: &VenueSide, voice: &Voice, store: &Store) {
        let cell = || side.cell.clone();
        self.run("prover", side.prover.clone().follow());
        let (peers, signer) = (self.peers.clone(), self.signer.clone());
        self.run("courier", Courier { cell: cell(), peers, signer }.run());
        let (cursors, voice) = (store.cursors(), voice.clone());
        self.run("submitter", Submitter { cell: cell(), cursors, voice }.run());
        self.run("gauges", crate::gauges::keep(cell(), self.clock.clock()));
        let (read_model, cursors) = (store.read_model(), store.cursors());
        self.run("projector", Projector { cell: cell(), read_model, cursors }.run());
        if let Some(brokers) = self.config.kafka.clone() {
            let node = self.config.node;
            self.run("kafka", crate::bus::publish(cell(), store.cursors(), node, brokers));
        }
    }

    /// A regional has a replica of the federation cell of its own.
    fn beside_council(
        &self,
        side: &VenueSide,
        council: &CouncilSide,
        voice: &Voice,
        listings: &Listings,
    ) -> HeadSource {
        let (cell, feed) = (side.cell.clone(), council.feed.clone());
        self.run("notices", listen_at_home(cell, feed, self.config.node));
        let seen = crate::directory::watch_own(council.cell.clone(), listings.clone());
        self.run("listings", seen);
        let prover = side.prover.clone();
        self.run("anchorer", federation::publish(council.cell.clone(), prover, voice.clone()));
        HeadSource::Own(council.cell.clone())
    }

    /// A local knows of the federation what its regional shows and proves.
    fn under_regional(&self, side: &VenueSide, listings: &Listings) -> HeadSource {
        let (peers, regional) = (self.peers.clone(), self.config.regional);
        self.run("notices", listen(side.cell.clone(), peers.clone(), regional));
        let directory = crate::directory::RemoteDirectory {
            network: self.network.network,
            me: self.config.node,
            peers: peers.clone(),
            regional,
            listings: listings.clone(),
            denied: self.trust.denied().clone(),
        };
        self.run("directory", directory.watch());
        HeadSource::Regional(peers, regional)
    }

    pub(super) fn run_bank_desk(&self, till: Till, store: &Store) -> Result<Router> {
        let desk = BankDesk::new(&self.config, till, store.clone(), self.clock.clock())?;
        for (currency, bank) in &self.config.banks {
            let way = BankWay {
                network: self.network.network,
                credentials: self.credentials.clone(),
                trust: self.trust.clone(),
            };
            self.run("bank-outbox", desk.clone().pay(bank.clone(), *currency, way));
        }
        Ok(desk.router())
    }

    /// Puts the keys that `node init` made for the operator's staff into the store.
    async fn open_staff(&self, store: &Store) -> Result<()> {
        let known = store.credentials().list().await?;
        for person in OPERATORS {
            if known.iter().any(|credential| credential.id == person) {
                continue;
            }
            let path = self.files.path(&format!("keys/{person}.key"));
            let key = std::fs::read_to_string(&path)
                .with_context(|| format!("read {}", path.display()))?;
            let (id, secret) = key.trim().split_once('.').context("a key is <id>.<secret>")?;
            let secret = secret.parse().map_err(|e| anyhow!("{}: {e}", path.display()))?;
            let grant = Grant {
                scope: Scope::Operator.as_str().to_owned(),
                party: Some(PartyId::derive(&[
                    self.config.node.as_str().as_bytes(),
                    id.as_bytes(),
                ])),
                created_at: self.clock.clock().now(),
                expires_at: None,
            };
            store.credentials().insert(id, &secret, &grant).await?;
        }
        Ok(())
    }

    fn api_settings(&self, side: &VenueSide) -> Result<Settings> {
        let currency = side.genesis.terms.currency;
        let mut deposit_accounts = BTreeMap::new();
        if let Some(bank) = self.config.banks.get(&currency) {
            let bic = bank.bic.parse().map_err(|e| anyhow!("bank.{currency}.bic: {e}"))?;
            let book = gcfn_transport::AccountBook::new(
                self.config.node,
                [(currency, bic)].into_iter().collect(),
            );
            for pool in [Pool::UserCustody, Pool::IssuerEscrow] {
                let account = side.genesis.terms.account(pool);
                let number = book.number(account, currency).to_string();
                let bic = bank.bic.clone();
                let to = gcfn_api_wire::settlement::DepositAccount { bic, number };
                deposit_accounts.insert(pool, to);
            }
        }
        let seed = SigningSeed::load(&self.files.path("keys/signing.key"))?.to_bytes();
        Ok(Settings {
            identity: self.identity(),
            jurisdiction: side.jurisdiction,
            banks: self.banks(),
            secret: Hasher::new("gcfn/node/api-secret/v1").part(&seed).finish().0,
            token_lifetime: TOKEN_LIFETIME,
            rate_limits: self.rate_limits(),
            body_bytes_max: BODY_BYTES_MAX,
            deposit_accounts,
        })
    }

    fn identity(&self) -> NodeIdentity {
        let Config { region, role, node, .. } = self.config;
        NodeIdentity { network: self.network.network, region, role, node }
    }

    /// The names in the certificates of the banks that keep this node's accounts.
    fn banks(&self) -> BTreeSet<NodeIdentity> {
        let banks = self.config.banks.values().map(|bank| NodeIdentity {
            network: self.network.network,
            region: bank.region,
            role: Role::Bank,
            node: bank.node,
        });
        banks.collect()
    }

    /// A testnet is loaded by few callers with many calls; anywhere else the network's limits hold.
    pub(super) fn rate_limits(&self) -> RateLimits {
        if !self.network.testnet {
            return RateLimits::NETWORK;
        }
        let plenty = std::num::NonZeroU32::MAX;
        RateLimits {
            user: plenty,
            issuer: plenty,
            market_maker: plenty,
            staff: plenty,
            anonymous: plenty,
        }
    }
}
