//! Netting, from the bundles that other nodes affirmed in envelopes.
//!
//! What the house's node affirms itself is told by reference only. Its positions are therefore
//! held by the zero sum, everybody else's by recomputation.

use crate::finding::{Difference, FindingKind};
use alloc::collections::BTreeMap;
use alloc::format;
use gcfn_clearing::{Bundle, BundleRef, ClearingEvent, NetPosition};
use gcfn_model::{Currency, CycleId, NodeId, Position, SettlementAccount};
use gcfn_replica::Command;
use gcfn_venue::{Dispatch, Event};
use serde::{Deserialize, Serialize};

type Positions = BTreeMap<(Currency, SettlementAccount), Position>;

/// The agreed bundles of every cycle that is not yet netted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cycles {
    agreed: BTreeMap<CycleId, BTreeMap<BundleRef, Bundle>>,
    /// What was affirmed and is not agreed. It may be later, by no word of another node: once
    /// there is room under a cap, or once the house's own node stands by it.
    affirmed: BTreeMap<BundleRef, Bundle>,
}

impl Cycles {
    pub(crate) fn count(
        &mut self,
        house: NodeId,
        command: &Command,
        event: &Event,
    ) -> Result<(), Difference> {
        let Event::Clearing(event) = event else { return Ok(()) };
        match event {
            ClearingEvent::BundleAwaited { bundle, .. }
            | ClearingEvent::BundleQueued { bundle, .. } => {
                if let Some(known) = affirmed_in(command, *bundle) {
                    self.affirmed.insert(*bundle, known);
                }
                Ok(())
            }
            ClearingEvent::BundleAgreed { cycle, bundle } => {
                let known = self.affirmed.remove(bundle);
                if let Some(known) = known.or_else(|| affirmed_in(command, *bundle)) {
                    self.agreed.entry(*cycle).or_default().insert(*bundle, known);
                }
                Ok(())
            }
            // What a run settles counts in its cycle from then on, waited it or not.
            ClearingEvent::BundlesSettled { cycle, bundles, .. } => {
                for bundle in bundles {
                    if let Some(known) = self.affirmed.remove(bundle) {
                        self.agreed.entry(*cycle).or_default().insert(*bundle, known);
                    }
                }
                Ok(())
            }
            ClearingEvent::BundlesFailed { cycle, bundles, .. } => {
                bundles.iter().for_each(|bundle| {
                    self.affirmed.remove(bundle);
                });
                if let Some(agreed) = self.agreed.get_mut(cycle) {
                    bundles.iter().for_each(|bundle| {
                        agreed.remove(bundle);
                    });
                }
                Ok(())
            }
            ClearingEvent::CycleNetted { cycle, positions } => {
                let agreed = self.agreed.remove(cycle).unwrap_or_default();
                check(house, *cycle, &agreed, positions)
            }
            _ => Ok(()),
        }
    }
}

/// The bundle of this name that another node affirms with this command.
fn affirmed_in(command: &Command, reference: BundleRef) -> Option<Bundle> {
    let Command::Envelope(signed) = command else { return None };
    match postcard::from_bytes(&signed.envelope.body) {
        Ok(Dispatch::Affirm(bundle)) if bundle.reference == reference => Some(bundle),
        _ => None,
    }
}

fn check(
    house: NodeId,
    cycle: CycleId,
    agreed: &BTreeMap<BundleRef, Bundle>,
    positions: &[NetPosition],
) -> Result<(), Difference> {
    let mut sums = BTreeMap::<Currency, Position>::new();
    for line in positions {
        let sum = sums.entry(line.currency).or_default();
        *sum = sum.and(line.position);
    }
    if let Some((currency, sum)) = sums.iter().find(|(_, sum)| **sum != Position::ZERO) {
        let kind = FindingKind::PositionsNotZero;
        let detail = format!("{cycle}: positions in {currency} sum to {sum}");
        return Err(Difference::between(kind, Some(&Position::ZERO), Some(sum), detail));
    }
    let others = positions.iter().filter(|line| line.account.node != house);
    let found: Positions =
        others.map(|line| ((line.currency, line.account), line.position)).collect();
    let own = netted(agreed, house);
    if own != found {
        let kind = FindingKind::NettingDiffers;
        let (by_bundles, shown) = (own.len(), found.len());
        let detail = format!(
            "{cycle}: the {shown} positions of other nodes are not the {by_bundles} that their \
             bundles come to"
        );
        return Err(Difference::between(kind, Some(&own), Some(&found), detail));
    }
    Ok(())
}

/// What the bundles come to for everybody but the house's own node, account by account.
fn netted(bundles: &BTreeMap<BundleRef, Bundle>, house: NodeId) -> Positions {
    let mut positions = Positions::new();
    for owed in bundles.values().flat_map(|bundle| &bundle.obligations) {
        let amount = Position::from(owed.amount);
        let sides = [(owed.payee, amount), (owed.payer, amount.negated())];
        for (account, change) in sides.into_iter().filter(|(account, _)| account.node != house) {
            let position = positions.entry((owed.currency, account)).or_default();
            *position = position.and(change);
        }
    }
    positions
}
