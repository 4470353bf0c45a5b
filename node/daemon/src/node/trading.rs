//! The trading side of a node: its venue cell, and everything that reads its journal.

use super::{Base, MAILBOX_CAPACITY};
use crate::bank_desk::{BankDesk, Calls, Till};
use crate::courier::Courier;
use crate::federation::{self, HeadSource};
use crate::gateway::{Listings, NodeGateway};
use crate::handler::{CouncilSide, VenueSide};
use crate::membership::Wishes;
use crate::network::{random_salt, trading_terms};
use crate::notices::{listen, listen_at_home};
use crate::projector::Projector;
use crate::prover::Prover;
use crate::raft_transport::Alone;
use crate::region::Region;
use crate::retention::Retention;
use crate::scheduler::Scheduler;
use crate::submitter::Submitter;
use crate::ticker::Ticker;
use crate::voice::{Replicas, Voice};
use anyhow::Result;
use gcfn_api::feed::Feed;
use gcfn_cell::{Cell, CellConfig};
use gcfn_model::Amount;
use gcfn_replica::{Founded, Replica};
use gcfn_store::Store;
use std::sync::Arc;

impl Base {
    pub(super) async fn open_venue(&self) -> Result<(VenueSide, Region)> {
        let (region, terms) = trading_terms(&self.files, &self.network)?;
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

    /// Starts everything that the venue lives on; gives what the API asks of it.
    pub(super) fn run_venue(
        &self,
        side: &VenueSide,
        region: &Region,
        council: Option<&CouncilSide>,
        (voice, store, wishes): (&Voice, &Store, Wishes),
    ) -> NodeGateway {
        let cell = || side.cell.clone();
        let clock = self.clock.clock();
        let federation = council.map(|side| (side.cell.clone(), self.config.region));
        let scheduler = Scheduler { cell: cell(), clock, region: region.clone(), federation };
        self.run("scheduler", scheduler.run());
        self.run_journal(side, voice, store);
        let kept = region.template.retention;
        let retention = Retention::new(store.archive(), self.clock.clock(), kept);
        self.run("retention", retention.run());
        let feed = Feed::new(side.genesis.terms.currency);
        let journal = side.cell.journal(side.cell.applied().borrow().index + 1);
        self.run("ticker", Ticker { journal, feed: feed.clone() }.run());
        let listings = Listings::of(side.genesis.terms.node);
        let heads = match council {
            Some(council) => self.beside_council(side, council, voice, &listings),
            None => self.under_regional(side, &listings),
        };
        NodeGateway {
            cell: cell(),
            prover: side.prover.clone(),
            read_model: store.read_model(),
            voice: voice.clone(),
            heads,
            listings,
            wishes,
            feed,
            observer: self.observer(Some(&side.cell), council.map(|side| &side.cell)),
            metrics: self.metrics.clone(),
        }
    }

    /// Everything that leaves the node by its journal, but for payments.
    fn run_journal(&self, side: &VenueSide, voice: &Voice, store: &Store) {
        let cell = || side.cell.clone();
        self.run("prover", side.prover.clone().follow());
        let (peers, key) = (self.peers.clone(), self.key.clone());
        self.run("courier", Courier { cell: cell(), peers, key }.run());
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
            key: self.key.clone(),
        };
        self.run("directory", directory.watch());
        HeadSource::Regional(peers, regional)
    }

    pub(super) fn run_bank_desk(&self, till: Till, store: &Store) -> Result<BankDesk> {
        let venue = match &till {
            Till::Venue(cell) => Some(cell.clone()),
            Till::Federation(..) => None,
        };
        let desk = BankDesk::new(
            &self.config,
            self.network.network,
            till,
            store.clone(),
            self.clock.clock(),
        )?;
        for (currency, bank) in &self.config.banks {
            let calls = Calls {
                network: self.network.network,
                credentials: self.credentials.clone(),
                trust: self.trust.clone(),
                key: self.key.clone(),
            };
            self.run("bank-outbox", desk.clone().serve(*currency, bank.clone(), calls));
        }
        self.run("bank-gauges", crate::gauges::keep_queues(desk.clone()));
        if let Some(cell) = venue {
            self.run("bank-alarms", desk.clone().watch(cell));
        }
        Ok(desk)
    }
}
