//! Default: what stands in for an account that has not paid in by the deadline, and what leaves
//! with it when that is not enough.
//!
//! 1. The account's own money at the house: its collateral, its deposit, its part of the guarantee
//!    fund.
//! 2. What that does not carry leaves the cycle; of all sets that are funded, one that keeps the
//!    most value settled (`selection`). Bundles that are final already never leave.
//! 3. If bundles of members would have to leave who have paid all that they were called for, the
//!    guarantee fund, everybody's part in proportion, pays what the defaulter owes to them, where
//!    it is enough for all of it. Else they leave too.
//!
//! What was drawn is the defaulter's debt: when it pays in late, everybody has his own back before
//! it has the rest. In the same order stands what is kept at the house for a pay-in that a bank has
//! taken back (`claim`); nothing leaves then, for its cycle has settled.

use crate::cycle::{Affirmed, Cycle, Standing};
use crate::deposit::{Deposit, Deposits, Layer};
use crate::house::{House, report_failed};
use crate::netting::{Positions, dues, payments};
use crate::selection::most_value;
use crate::settlement::{entries_of, have_room};
use crate::{Bundle, BundleRef, ClearingEvent, HouseRefusal, Obligation, Phase};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_ledger::Ledger;
use gcfn_model::{Amount, BusinessDate, Currency, CycleId, Position, SettlementAccount};
use serde::{Deserialize, Serialize};

type Cell = (Currency, SettlementAccount);

/// How often the fund's help is widened at most: every time it reaches members one step further
/// from the defaulter.
const WIDENED_MAX: usize = 8;

/// Money drawn for an account that did not pay in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// In which currency.
    pub currency: Currency,
    /// Who did not pay in.
    pub account: SettlementAccount,
    /// Whose money it is.
    pub from: SettlementAccount,
    /// Which of it.
    pub layer: Layer,
    /// How much.
    pub amount: Amount,
}

impl Cover {
    pub(crate) fn deposit(self) -> Deposit {
        let Cover { currency, from: account, layer, amount, .. } = self;
        Deposit { account, layer, currency, amount }
    }

    /// What it moves in the house's books, towards the account or back.
    fn payment(self, back: bool) -> Obligation {
        let Cover { currency, account, from, amount, .. } = self;
        let (payer, payee) = if back { (account, from) } else { (from, account) };
        Obligation { payer, payee, currency, amount }
    }
}

/// What happens to a cycle whose deadline passes with what has been paid in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefaultPlan {
    /// Who has not paid in, and what is missing.
    pub missing: BTreeMap<(Currency, SettlementAccount), Amount>,
    /// What is drawn for them, in order.
    pub covers: Vec<Cover>,
    /// The bundles that leave the cycle, in order.
    pub leaving: Vec<BundleRef>,
}

impl House {
    /// What would happen if the deadline of the cycle of `date` passed now.
    ///
    /// # Errors
    /// [`HouseRefusal::NoCycle`], [`HouseRefusal::CycleSettled`], [`HouseRefusal::NotNetted`].
    pub fn plan_default(&self, date: BusinessDate) -> Result<DefaultPlan, HouseRefusal> {
        let cycle = self.cycles.get(&date).ok_or(HouseRefusal::NoCycle(date))?;
        match cycle.phase {
            Phase::Open | Phase::Closed => Err(HouseRefusal::NotNetted(cycle.id)),
            Phase::Netted | Phase::PayIn => Ok(self.default_in(cycle, true)),
            _ => Err(HouseRefusal::CycleSettled(cycle.id)),
        }
    }

    /// What happens at the deadline of `cycle`, with or without the parts of others in the fund.
    pub(crate) fn default_in(&self, cycle: &Cycle, with_fund: bool) -> DefaultPlan {
        let missing = cycle.shortfalls();
        if missing.is_empty() {
            return DefaultPlan::default();
        }
        let mut purses = self.free_deposits(Some(cycle.id));
        let mut funds = cycle.funds();
        for &(currency, account) in missing.keys() {
            let has = funds.entry((currency, account)).or_default();
            let own = Layer::ALL.map(|layer| purses.at((currency, account, layer)));
            *has = own.into_iter().fold(*has, Position::plus);
        }
        let choice = Choice::new(cycle, &missing, funds);
        let kept = match with_fund {
            true => choice.widened(&purses).unwrap_or_else(|| choice.kept.clone()),
            false => choice.kept.clone(),
        };
        let covers = covers(&short(&choice.owed(&kept), cycle, &cycle.funds()), &mut purses);
        let leaving = choice.bundles.iter().zip(&kept).filter(|(_, kept)| !**kept);
        let leaving = leaving.map(|(bundle, _)| bundle.reference).collect();
        DefaultPlan { missing, covers, leaving }
    }

    /// The deposits, less what stands for what was settled ahead of cycles other than `of`.
    pub(crate) fn free_deposits(&self, of: Option<CycleId>) -> Deposits {
        let mut free = self.deposits.clone();
        let others = self.cycles.values().filter(|c| c.phase < Phase::Settled && Some(c.id) != of);
        for (&(currency, account), position) in others.flat_map(|other| &other.ahead) {
            if let Some(used) = position.debit() {
                free.draw((currency, account, Layer::Deposit), used);
            }
        }
        free
    }

    /// The deadline has passed: draws on what stands in for who has not paid, and lets leave what
    /// is still not funded.
    pub(crate) fn go_on_without_defaulters(
        &mut self,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get(&date) else { return };
        let mut plan = self.default_in(cycle, true);
        let moved = |plan: &DefaultPlan| {
            let covers: Vec<Obligation> = plan.covers.iter().map(|c| c.payment(false)).collect();
            entries_of(&covers)
        };
        if !have_room(ledger, &moved(&plan)) {
            plan = self.default_in(cycle, false);
        }
        let id = cycle.id;
        for (&(currency, account), &amount) in &plan.missing {
            events.push(ClearingEvent::PayInMissed { cycle: id, account, currency, amount });
        }
        for entry in moved(&plan) {
            ledger.post(&entry).expect("deposits lie on their members' accounts");
            events.push(ClearingEvent::Posted(entry));
        }
        for cover in &plan.covers {
            self.deposits.draw((cover.currency, cover.from, cover.layer), cover.amount);
            let (account, from) = (cover.account, cover.deposit());
            events.push(ClearingEvent::CoverDrawn { cycle: id, account, from });
        }
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        cycle.covers.extend(plan.covers);
        if plan.leaving.is_empty() {
            return;
        }
        let leaving: BTreeSet<BundleRef> = plan.leaving.into_iter().collect();
        let left = cycle.take(|affirmed| leaving.contains(&affirmed.bundle.reference));
        left.iter().for_each(|affirmed| self.caps.discount(affirmed));
        report_failed(cycle, &left, events);
        cycle.renet();
        let positions = cycle.positions().collect();
        events.push(ClearingEvent::CycleRenetted { cycle: id, positions });
        self.drain_queue(events);
    }

    /// An account has paid in for which money was drawn: puts it back where it was, what was drawn
    /// last first. Says how much.
    pub(crate) fn restore(
        &mut self,
        date: BusinessDate,
        (currency, account): Cell,
        paid: Amount,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Amount {
        let Some(cycle) = self.cycles.get_mut(&date) else { return Amount::ZERO };
        let (id, mut covers) = (cycle.id, core::mem::take(&mut cycle.covers));
        let mut left = paid;
        let drawn = |cover: &&mut Cover| (cover.currency, cover.account) == (currency, account);
        for cover in covers.iter_mut().rev().filter(drawn) {
            let amount = cover.amount.min(left);
            if self.put_back(id, Cover { amount, ..*cover }, ledger, events) {
                cover.amount = cover.amount.saturating_sub(amount);
                left = left.saturating_sub(amount);
            }
        }
        covers.retain(|cover| !cover.amount.is_zero());
        if let Some(cycle) = self.cycles.get_mut(&date) {
            cycle.covers = covers;
        }
        paid.saturating_sub(left)
    }

    /// Gives back what was drawn for an account that has just paid in; says whether its owner had
    /// room for it.
    pub(crate) fn put_back(
        &mut self,
        cycle: CycleId,
        cover: Cover,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> bool {
        let entries = entries_of(&[cover.payment(true)]);
        if cover.amount.is_zero() || !have_room(ledger, &entries) {
            return false;
        }
        for entry in entries {
            ledger.post(&entry).expect("the account has just paid in");
            events.push(ClearingEvent::Posted(entry));
        }
        let (account, to) = (cover.account, cover.deposit());
        self.deposits.add(to.place(), to.amount);
        events.push(ClearingEvent::CoverRestored { cycle, account, to });
        true
    }
}

/// What to keep of a cycle in which some have not paid in.
struct Choice<'a> {
    cycle: &'a Cycle,
    /// What could still leave.
    bundles: Vec<&'a Bundle>,
    missing: &'a BTreeMap<Cell, Amount>,
    /// What each account has; a defaulter with all of its own.
    funds: Positions,
    /// What stays if nobody else helps.
    kept: Vec<bool>,
}

impl<'a> Choice<'a> {
    fn new(cycle: &'a Cycle, missing: &'a BTreeMap<Cell, Amount>, funds: Positions) -> Choice<'a> {
        let agreed = |affirmed: &&Affirmed| affirmed.standing == Standing::Agreed;
        let bundles: Vec<&Bundle> =
            cycle.bundles.values().filter(agreed).map(|affirmed| &affirmed.bundle).collect();
        let kept = most_value(&bundles, &funds, cycle.netting);
        Choice { cycle, bundles, missing, funds, kept }
    }

    fn owed(&self, kept: &[bool]) -> Vec<Obligation> {
        let these = self.bundles.iter().zip(kept).filter(|(_, kept)| **kept);
        these.flat_map(|(bundle, _)| &bundle.obligations).copied().collect()
    }

    /// What stays when the fund pays what defaulters owe to members who would fail without it;
    /// nothing where there are none, or where it is not enough.
    fn widened(&self, purses: &Deposits) -> Option<Vec<bool>> {
        let defaults = |bundle: &Bundle| {
            bundle.obligations.iter().any(|o| self.missing.contains_key(&(o.currency, o.payer)))
        };
        let mut kept: Vec<bool> = self
            .bundles
            .iter()
            .zip(&self.kept)
            .map(|(bundle, kept)| *kept || !defaults(bundle))
            .collect();
        if kept == self.kept {
            return None;
        }
        for _ in 0..WIDENED_MAX {
            let short = short(&self.owed(&kept), self.cycle, &self.funds);
            let (defaulters, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
                short.into_iter().partition(|(cell, _)| self.missing.contains_key(cell));
            if others.is_empty() {
                return self.fund_is_enough(&defaulters, purses).then_some(kept);
            }
            let helps = |bundle: &Bundle| {
                bundle.obligations.iter().any(|o| others.contains_key(&(o.currency, o.payee)))
            };
            let before = kept.clone();
            for (bundle, kept) in self.bundles.iter().zip(&mut kept) {
                *kept |= helps(bundle);
            }
            if kept == before {
                return None;
            }
        }
        None
    }

    fn fund_is_enough(&self, short: &BTreeMap<Cell, Amount>, purses: &Deposits) -> bool {
        let mut wanted = BTreeMap::<Currency, Position>::new();
        for ((currency, _), amount) in short {
            let sum = wanted.entry(*currency).or_default();
            *sum = sum.plus(*amount);
        }
        for ((currency, account, layer), amount) in purses.iter() {
            let helps =
                layer == Layer::FundShare && !self.missing.contains_key(&(currency, account));
            if let Some(sum) = wanted.get_mut(&currency).filter(|_| helps) {
                *sum = sum.minus(amount);
            }
        }
        wanted.values().all(|left| *left <= Position::ZERO)
    }
}

/// What each account is short of for `owed`, with these funds.
fn short(owed: &[Obligation], cycle: &Cycle, funds: &Positions) -> BTreeMap<Cell, Amount> {
    let mut left = funds.clone();
    for (cell, due) in dues(&payments(owed, cycle.netting)) {
        let has = left.entry(cell).or_default();
        *has = has.and(due.negated());
    }
    left.into_iter()
        .filter(|(_, left)| *left < Position::ZERO)
        .filter_map(|(cell, left)| Some((cell, left.debit()?)))
        .collect()
}

/// What is drawn for what each account is short of: its own, layer by layer, then everybody's part
/// of the fund in proportion.
pub(crate) fn covers(short: &BTreeMap<Cell, Amount>, purses: &mut Deposits) -> Vec<Cover> {
    let mut covers = Vec::new();
    let mut rest = short.clone();
    for (&(currency, account), left) in &mut rest {
        for layer in Layer::ALL {
            let amount = purses.draw((currency, account, layer), *left);
            *left = left.saturating_sub(amount);
            covers.push(Cover { currency, account, from: account, layer, amount });
        }
    }
    for (&(currency, account), &left) in &rest {
        let layer = Layer::FundShare;
        for (from, amount) in shared(left, currency, short, purses) {
            purses.draw((currency, from, layer), amount);
            covers.push(Cover { currency, account, from, layer, amount });
        }
    }
    covers.retain(|cover| !cover.amount.is_zero());
    covers
}

/// `amount` shared among those who are not short, in proportion to their parts of the fund; the
/// minor units that do not divide fall on the first in order of accounts.
fn shared(
    amount: Amount,
    currency: Currency,
    short: &BTreeMap<Cell, Amount>,
    purses: &Deposits,
) -> Vec<(SettlementAccount, Amount)> {
    let helps = |&((of, account, layer), _): &((Currency, SettlementAccount, Layer), Amount)| {
        of == currency && layer == Layer::FundShare && !short.contains_key(&(of, account))
    };
    let parts = purses.iter().filter(helps).map(|((_, account, _), part)| (account, part));
    let parts: Vec<(SettlementAccount, Amount)> = parts.collect();
    let fund: u128 = parts.iter().map(|(_, part)| u128::from(part.minor())).sum();
    let mut left = amount;
    let mut drawn = Vec::new();
    for &(account, part) in &parts {
        let share = u128::from(amount.minor()).saturating_mul(u128::from(part.minor()));
        let share = share.checked_div(fund).unwrap_or(0);
        let share = u64::try_from(share).ok().and_then(Amount::from_minor).unwrap_or(part);
        let share = share.min(part).min(left);
        left = left.saturating_sub(share);
        drawn.push((account, share));
    }
    for ((_, part), (_, share)) in parts.iter().zip(&mut drawn) {
        let more = part.saturating_sub(*share).min(left);
        left = left.saturating_sub(more);
        *share = share.checked_add(more).unwrap_or(*share);
    }
    drawn
}
