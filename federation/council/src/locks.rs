//! Locked rates: what a dealer holds for a node, and that it is used once.

use crate::council::{Council, Step};
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::quotes::Pair;
use crate::refusal::Refusal;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_clearing::{Bundle, BundleRef};
use gcfn_model::{
    Amount, BusinessDate, Calendar, CommandId, Currency, LockId, NodeId, Pool, Rounding,
    SettlementAccount,
};
use gcfn_venue::{LockUse, LockedRate};
use serde::{Deserialize, Serialize};

/// The id of the lock that a command asks for, known to its author before it is answered.
#[must_use]
pub fn lock_id(author: NodeId, command: CommandId) -> LockId {
    LockId::derive(&[author.as_str().as_bytes(), command.as_bytes()])
}

/// A rate and the bundle that has used it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Lock {
    rate: LockedRate,
    used_by: Option<BundleRef>,
}

/// Every lock that can still settle.
///
/// A lock's expiry limits the trades made with it, at the node that lists them. Their bundle is
/// affirmed hours later, so a lock is kept until its value date has passed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Locks {
    held: BTreeMap<LockId, Lock>,
}

/// The two nodes that must stand by a bundle. Its dealer, if it has one, does already, by its
/// quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    /// Whose users have bought.
    pub(crate) holder: NodeId,
    /// Whose series they have bought.
    pub(crate) home: NodeId,
}

impl Locks {
    pub(crate) fn rates(&self) -> impl Iterator<Item = (&LockedRate, Option<BundleRef>)> {
        self.held.values().map(|lock| (&lock.rate, lock.used_by))
    }

    /// Drops the locks that cannot settle any more once `date` has begun.
    pub(crate) fn forget_before(&mut self, date: BusinessDate) {
        self.held.retain(|_, lock| date <= lock.rate.value_date);
    }

    /// The locks of `uses` were used for a bundle that both sides stand by.
    pub(crate) fn mark_used(&mut self, bundle: BundleRef, uses: &[LockUse]) {
        for used in uses {
            if let Some(lock) = self.held.get_mut(&used.lock) {
                lock.used_by = Some(bundle);
            }
        }
    }

    /// Checks that `uses` are exactly what `bundle` comes to: locks of one holder with one
    /// dealer, at their rates and within their sizes; the holder's custody pays the dealer, and
    /// the dealer pays one home node.
    pub(crate) fn tie(&self, bundle: &Bundle, uses: &[LockUse]) -> Result<Sides, Refusal> {
        let first = uses.first().ok_or(Refusal::BundleShape)?;
        let lead = self.find(first.lock)?.rate;
        let mut used_of = BTreeMap::<LockId, Amount>::new();
        for used in uses {
            self.check_use(bundle, &lead, used)?;
            let sum = used_of.entry(used.lock).or_insert(Amount::ZERO);
            *sum = sum.checked_add(used.needs).ok_or(Refusal::LockExceeded(used.lock))?;
            if self.find(used.lock)?.rate.size < *sum {
                return Err(Refusal::LockExceeded(used.lock));
            }
        }
        let (paid, delivered, home) = flows(bundle, &lead)?;
        let sum = |of: fn(&LockUse) -> Amount| Amount::sum(uses.iter().map(of));
        if sum(|used| used.pays) != Some(paid) || sum(|used| used.needs) != Some(delivered) {
            return Err(Refusal::SumsDiffer);
        }
        Ok(Sides { holder: lead.holder, home })
    }

    /// What rounding every trade by itself brings the dealer of `uses`, over the trades of each lock
    /// rounded together, in the currency that is paid.
    pub(crate) fn residue(&self, uses: &[LockUse]) -> Option<(NodeId, Currency, Amount)> {
        let mut sums = BTreeMap::<LockId, (Amount, Amount)>::new();
        for used in uses {
            let (pays, needs) = sums.entry(used.lock).or_insert((Amount::ZERO, Amount::ZERO));
            *pays = pays.checked_add(used.pays)?;
            *needs = needs.checked_add(used.needs)?;
        }
        let lead = self.held.get(&uses.first()?.lock)?.rate;
        let kept = sums.iter().map(|(lock, (pays, needs))| {
            let together = self.held.get(lock)?.rate.rate.base(*needs, Rounding::Up)?;
            Some(pays.saturating_sub(together))
        });
        let kept = Amount::sum(kept.collect::<Option<Vec<_>>>()?)?;
        (!kept.is_zero()).then_some((lead.dealer, lead.pays, kept))
    }

    fn check_use(&self, bundle: &Bundle, lead: &LockedRate, used: &LockUse) -> Result<(), Refusal> {
        let Lock { rate, used_by } = *self.find(used.lock)?;
        if used_by.is_some_and(|by| by != bundle.reference) {
            return Err(Refusal::LockUsed(used.lock));
        }
        let terms = |of: &LockedRate| (of.holder, of.dealer, of.pays, of.needs, of.value_date);
        if terms(&rate) != terms(lead) || rate.value_date != bundle.value_date {
            return Err(Refusal::LockMismatch(used.lock));
        }
        if rate.rate.base(used.needs, Rounding::Up) != Some(used.pays) {
            return Err(Refusal::LockRate(used.lock));
        }
        Ok(())
    }

    fn find(&self, lock: LockId) -> Result<&Lock, Refusal> {
        self.held.get(&lock).ok_or(Refusal::UnknownLock(lock))
    }
}

/// Whether a node is paid into this pool for what it has sold.
pub(crate) fn is_paid_into(pool: Pool) -> bool {
    matches!(pool, Pool::UserCustody | Pool::IssuerEscrow | Pool::SettlementHub)
}

/// What the holder pays, what the dealer pays on, and to whom, if that is all there is.
fn flows(bundle: &Bundle, rate: &LockedRate) -> Result<(Amount, Amount, NodeId), Refusal> {
    let payer = SettlementAccount { node: rate.holder, pool: Pool::UserCustody };
    let dealer = SettlementAccount { node: rate.dealer, pool: Pool::Dealer };
    let (mut paid, mut delivered, mut home) = (Amount::ZERO, Amount::ZERO, None);
    for owed in &bundle.obligations {
        let sum = if (owed.payer, owed.payee, owed.currency) == (payer, dealer, rate.pays) {
            &mut paid
        } else if (owed.payer, owed.currency) == (dealer, rate.needs)
            && is_paid_into(owed.payee.pool)
            && owed.payee.node != rate.holder
            && home.is_none_or(|home| home == owed.payee.node)
        {
            home = Some(owed.payee.node);
            &mut delivered
        } else {
            return Err(Refusal::BundleShape);
        };
        *sum = sum.checked_add(owed.amount).ok_or(Refusal::SumsDiffer)?;
    }
    Ok((paid, delivered, home.ok_or(Refusal::BundleShape)?))
}

impl Council {
    /// Holds the best live rate for a node.
    pub(crate) fn request_lock(
        &mut self,
        step: &mut Step<'_>,
        lock: LockId,
        holder: NodeId,
        wanted: (Currency, Currency, Amount),
    ) -> Outcome {
        let (pays, needs, size) = wanted;
        let pair = Pair::of(pays, needs).filter(|_| !size.is_zero()).ok_or(Refusal::LockTerms)?;
        let is_dealing = |dealer| dealer != holder && self.is_dealing(dealer);
        let offer = self.quotes.best(step.at, pair, (needs, size), is_dealing);
        let offer = offer.ok_or(Refusal::NoQuote)?;
        let value_date = self.value_date(pair)?;
        let expires_at = step.at.checked_add(self.params.lock_lifetime).unwrap_or(step.at);

        let (dealer, rate) = (offer.dealer, offer.rate);
        let rate =
            LockedRate { lock, holder, dealer, pays, needs, rate, size, expires_at, value_date };
        self.quotes.take(pair, &offer);
        self.locks.held.insert(lock, Lock { rate, used_by: None });
        step.emit(Event::Locked { rate, quote: offer.quote });
        Ok(Done::Locked(rate))
    }

    /// A business date begins; what could settle only before it is forgotten.
    pub(crate) fn open_date(&mut self, date: BusinessDate) -> Outcome {
        if self.date == Some(date) {
            return Ok(Done::Repeated);
        }
        if self.date.is_some_and(|today| date < today) {
            return Err(Refusal::DateOrder);
        }
        self.date = Some(date);
        self.locks.forget_before(date);
        self.clearing.forget_before(date);
        self.directory.forget_expired(self.now);
        Ok(Done::Accepted)
    }

    fn is_dealing(&self, node: NodeId) -> bool {
        self.directory.member(node).is_some_and(|m| m.is_active() && m.profile.dealer)
    }

    /// The day on which a rate locked today settles: T+n of both calendars.
    fn value_date(&self, pair: Pair) -> Result<BusinessDate, Refusal> {
        let today = self.date.ok_or(Refusal::NoDate)?;
        let calendar = |of: Currency| self.calendars.get(&of).ok_or(Refusal::CalendarEnds);
        let calendars = [calendar(pair.base)?, calendar(pair.counter)?];
        Calendar::value_date(&calendars, today, self.params.settlement_days)
            .map_err(|_| Refusal::CalendarEnds)
    }
}
