//! The API of a node, whatever its role: what stands behind it, and who its staff is.

use super::{BODY_BYTES_MAX, Base, TOKEN_LIFETIME};
use crate::bank_desk::Till;
use crate::config::Config;
use crate::gateway::CouncilNode;
use crate::handler::{CouncilSide, VenueSide};
use crate::init::OPERATORS;
use crate::membership::{Membership, Wishes};
use crate::region::Region;
use crate::retention::{self, Retention};
use crate::signing_key::PRESENT;
use crate::testnet::Switches;
use crate::voice::Voice;
use anyhow::{Context, Result, anyhow};
use axum::Router;
use gcfn_api::gateway::{BankDoor, Federation, Gateway, Mirrors, Node, Parts, Testnet};
use gcfn_api::{Api, RateLimits, Scope, Settings};
use gcfn_api_wire::settlement::DepositAccount;
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::keys::SigningSeed;
use gcfn_model::{Hasher, Millis, PartyId, Pool};
use gcfn_store::{Grant, Store};
use gcfn_telemetry::Gauge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long the region's law has it kept who a closed party was.
fn personal_data_kept(venue: Trading<'_>) -> Millis {
    let years = venue.map_or(0, |(_, region)| {
        let retention = &region.template.retention;
        retention.kyc.max(retention.transactions)
    });
    retention::years(years)
}

/// A venue with the region that it goes by.
type Trading<'a> = Option<&'a (VenueSide, Region)>;

impl Base {
    /// Starts what stands behind the API, and gives the API.
    pub(super) async fn app(
        &self,
        venue: Trading<'_>,
        council: Option<&CouncilSide>,
        (voice, store): (&Voice, &Store),
    ) -> Result<Router> {
        self.open_staff(store).await?;
        let (network, node) = (self.network.network, self.config.node);
        let labels = [env!("CARGO_PKG_VERSION"), network.as_str(), self.config.role.as_str()];
        let [version, network, role] = labels;
        Gauge::BuildInfo.set(&[version, network, role, node.as_str()], 1);

        let wishes = Wishes::default();
        let gateway = venue.map(|(side, region)| {
            Arc::new(self.run_venue(side, region, council, (voice, store, wishes.clone())))
        });
        let at_council = council.map(|side| CouncilNode {
            cell: side.cell.clone(),
            prover: side.feed.prover.clone(),
            voice: voice.clone(),
            observer: self.observer(None, Some(&side.cell)),
            metrics: self.metrics.clone(),
        });
        let node: Arc<dyn Node> = match (&gateway, at_council) {
            (Some(gateway), _) => gateway.clone(),
            (None, node) => Arc::new(node.context("a node has a venue or is of the federation")?),
        };
        let council_cell = council.map(|side| side.cell.clone());
        let (voice, files) = (voice.clone(), self.files.clone());
        let banks = self.bank_door(venue, council, (&voice, store))?;
        let mirrors = self.mirrors(council, store).await?;
        let membership = Membership { council: council_cell, voice, files, wishes };
        let parts = Parts {
            node,
            venue: gateway.map(|gateway| gateway as Arc<dyn Gateway>),
            federation: Arc::new(membership) as Arc<dyn Federation>,
            mirrors,
            banks,
            testnet: self.testnet(venue),
        };
        Ok(Api::new(self.api_settings(venue)?, parts, store.clone()).router())
    }

    fn bank_door(
        &self,
        venue: Trading<'_>,
        council: Option<&CouncilSide>,
        (voice, store): (&Voice, &Store),
    ) -> Result<Option<Arc<dyn BankDoor>>> {
        let till = match (venue, council, self.config.role) {
            (Some((side, _)), _, _) => Till::Venue(side.cell.clone()),
            (None, Some(side), Role::Root) => {
                let (cell, clock) = (side.cell.clone(), self.clock.clock());
                self.run("gauges", crate::gauges::keep_of_federation(cell, clock));
                let (archive, years) = (store.archive(), self.config.archive_years);
                let retention = Retention::of_root(archive, self.clock.clock(), years);
                self.run("retention", retention.run());
                Till::Federation(side.cell.clone(), voice.clone())
            }
            _ => return Ok(None),
        };
        Ok(Some(Arc::new(self.run_bank_desk(till, store)?)))
    }

    async fn mirrors(
        &self,
        council: Option<&CouncilSide>,
        store: &Store,
    ) -> Result<Option<Arc<dyn Mirrors>>> {
        match (self.config.role, council) {
            (Role::Regulator, Some(side)) => {
                let console = crate::supervise::start(self.supervision(side, store)).await?;
                Ok(Some(Arc::new(console)))
            }
            _ => Ok(None),
        }
    }

    fn testnet(&self, venue: Trading<'_>) -> Option<Arc<dyn Testnet>> {
        let calendar = venue.map(|(_, region)| region.clone());
        let venue = venue.map(|(side, _)| side.cell.clone());
        let switches = Switches { clock: self.clock.clone(), calendar, venue };
        self.network.testnet.then(|| Arc::new(switches) as Arc<dyn Testnet>)
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

    fn api_settings(&self, venue: Trading<'_>) -> Result<Settings> {
        let seed = SigningSeed::load(&self.files.path(PRESENT))?.to_bytes();
        let region = self.config.region;
        Ok(Settings {
            identity: self.identity(),
            jurisdiction: venue.map_or(region, |(side, _)| side.jurisdiction),
            banks: self.banks(),
            secret: Hasher::new("gcfn/node/api-secret/v1").part(&seed).finish().0,
            token_lifetime: TOKEN_LIFETIME,
            personal_data_kept: personal_data_kept(venue),
            rate_limits: self.rate_limits(),
            body_bytes_max: BODY_BYTES_MAX,
            message_bytes_max: usize::from(self.config.message_mib) << 20,
            deposit_accounts: self.deposit_accounts(venue)?,
        })
    }

    /// Where users and issuers of the venue pay in.
    fn deposit_accounts(&self, venue: Trading<'_>) -> Result<BTreeMap<Pool, DepositAccount>> {
        let mut accounts = BTreeMap::new();
        let Some((side, _)) = venue else { return Ok(accounts) };
        let terms = &side.genesis.terms;
        let Some(bank) = self.config.banks.get(&terms.currency) else { return Ok(accounts) };
        let bic = bank.bic.parse().map_err(|e| anyhow!("bank.{}.bic: {e}", terms.currency))?;
        let banks = [(terms.currency, bic)].into_iter().collect();
        let book = gcfn_transport::AccountBook::new(self.config.node, banks);
        for pool in [Pool::UserCustody, Pool::IssuerEscrow] {
            let number = book.number(terms.account(pool), terms.currency).to_string();
            accounts.insert(pool, DepositAccount { bic: bank.bic.clone(), number });
        }
        Ok(accounts)
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
    fn rate_limits(&self) -> RateLimits {
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
