//! Net debit caps: how much an account may owe at the house before more of it has to wait.

use crate::cycle::{Affirmed, Standing};
use crate::{Bundle, Obligation};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, Currency, Position, SettlementAccount};
use serde::{Deserialize, Serialize};

/// The cap of an account in a currency, and what counts against it.
///
/// Unsettled is what the account owes, less what it is owed, in all bundles that are agreed and
/// have not settled, of every value date. Reserved is what it owes in bundles that its node has
/// affirmed and another has not yet: they may become agreed without the house being asked again.
/// What others have yet to affirm to it counts for nothing. Claimed is what it owes for what has
/// settled already: nothing that it will be owed is set off against that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// The most that it may owe.
    pub limit: Amount,
    /// What it is owed, less what it owes.
    pub unsettled: Position,
    /// What it will owe.
    pub reserved: Position,
    /// What it owes for pay-ins that its bank has taken back.
    pub claimed: Position,
}

impl Cap {
    /// A cap against which nothing counts yet.
    pub(crate) fn new(limit: Amount) -> Cap {
        let (unsettled, reserved, claimed) = (Position::ZERO, Position::ZERO, Position::ZERO);
        Cap { limit, unsettled, reserved, claimed }
    }

    /// What counts against it.
    #[must_use]
    pub fn exposure(&self) -> Position {
        self.unsettled.negated().max(Position::ZERO).and(self.reserved).and(self.claimed)
    }
}

/// Every cap of a house. An account without one may owe anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Caps(pub(crate) BTreeMap<(Currency, SettlementAccount), Cap>);

impl Caps {
    /// Counts a bundle as it stands.
    pub(crate) fn count(&mut self, affirmed: &Affirmed) {
        self.weigh(affirmed, |position| position);
    }

    /// Counts a bundle, as it stands, no more.
    pub(crate) fn discount(&mut self, affirmed: &Affirmed) {
        self.weigh(affirmed, Position::negated);
    }

    fn weigh(&mut self, affirmed: &Affirmed, sign: fn(Position) -> Position) {
        if self.0.is_empty() {
            return;
        }
        for owed in &affirmed.bundle.obligations {
            let amount = sign(Position::from(owed.amount));
            let (payer, payee) = ((owed.currency, owed.payer), (owed.currency, owed.payee));
            match affirmed.standing {
                Standing::Awaited if affirmed.by.contains(&owed.payer.node) => {
                    if let Some(cap) = self.0.get_mut(&payer) {
                        cap.reserved = cap.reserved.and(amount);
                    }
                }
                Standing::Agreed => {
                    self.move_unsettled(payer, amount.negated());
                    self.move_unsettled(payee, amount);
                }
                Standing::Awaited | Standing::Queued | Standing::Settled => {}
            }
        }
    }

    fn move_unsettled(&mut self, of: (Currency, SettlementAccount), by: Position) {
        if let Some(cap) = self.0.get_mut(&of) {
            cap.unsettled = cap.unsettled.and(by);
        }
    }

    /// Whether a capped account is owed something in `bundle`.
    pub(crate) fn makes_room(&self, bundle: &Bundle) -> bool {
        let capped = |owed: &Obligation| self.0.contains_key(&(owed.currency, owed.payee));
        !self.0.is_empty() && bundle.obligations.iter().any(capped)
    }

    /// The capped accounts that `bundle` would put above their caps, or further above.
    pub(crate) fn exceeded_by(&self, bundle: &Bundle) -> Vec<(Currency, SettlementAccount)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let positions = crate::net(&bundle.obligations);
        let exceeded = positions.into_iter().filter(|(key, position)| {
            let Some(cap) = self.0.get(key).filter(|_| *position < Position::ZERO) else {
                return false;
            };
            let after = Cap { unsettled: cap.unsettled.and(*position), ..*cap };
            Position::from(cap.limit) < after.exposure()
        });
        exceeded.map(|(key, _)| key).collect()
    }
}
