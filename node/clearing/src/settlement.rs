//! The one atomic step: who is short has paid, who is long is owed.

use crate::cycle::Cycle;
use crate::house::{BUNDLES_PER_EVENT, House, parties};
use crate::pay_in::shortfalls;
use crate::{Bundle, ClearingEvent, Phase};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, Ledger, Leg, Posting};
use gcfn_model::{Amount, BusinessDate, Position, SettlementAccount, Timestamp};

impl House {
    /// Settles the cycle in one step if every short account has the money at the house, and
    /// instructs what is owed to the long ones.
    pub(crate) fn settle_if_funded(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase != Phase::PayIn || !shortfalls(cycle).is_empty() {
            return;
        }
        let entries = settlement_entries(cycle);
        if !entries.iter().all(|entry| has_room(ledger, entry)) {
            // A member has left so much at the house that no more can be booked for it. The
            // cycle waits until the bank has paid some of it out.
            return;
        }
        for entry in entries {
            ledger.post(&entry).expect("short accounts are funded and long ones have room");
            events.push(ClearingEvent::Posted(entry));
        }
        cycle.phase = Phase::Settled;
        let settled: Vec<&Bundle> = cycle.bundles().map(|(bundle, _)| bundle).collect();
        // A cycle in which nothing is left to settle says so as well.
        let nothing = settled.is_empty().then_some([].as_slice());
        for part in settled.chunks(BUNDLES_PER_EVENT).chain(nothing) {
            let bundles = part.iter().map(|bundle| bundle.reference).collect();
            let nodes = parties(part.iter().copied());
            events.push(ClearingEvent::CycleSettled { cycle: cycle.id, bundles, nodes });
        }
        self.pay_out(at, date, events);
    }
}

/// Whether every account that an entry credits can take all that it credits.
fn has_room(ledger: &Ledger, entry: &Entry) -> bool {
    let mut after = BTreeMap::<Account, Position>::new();
    for leg in &entry.legs {
        let now = || ledger.balance(leg.credit, entry.currency);
        let balance = after.entry(leg.credit).or_insert_with(now);
        *balance = balance.plus(leg.amount);
    }
    after.values().all(|balance| balance.credit().is_some())
}

/// The one atomic step: per currency, what short members owe becomes what long members have.
/// Positions between pools of one node change nothing that the house owes to that node.
fn settlement_entries(cycle: &Cycle) -> Vec<Entry> {
    let mut entries = Vec::new();
    for currency in cycle.currencies() {
        let of = |sign: fn(Position) -> Option<Amount>| {
            let in_currency = cycle.positions.iter().filter(move |((c, _), _)| *c == currency);
            in_currency
                .filter_map(move |((_, account), &position)| {
                    sign(position).filter(|a| !a.is_zero()).map(|amount| (*account, amount))
                })
                .collect::<Vec<_>>()
        };
        let legs = transfers(of(Position::debit), of(Position::credit));
        if !legs.is_empty() {
            entries.push(Entry { posting: Posting::NetLeg, currency, legs });
        }
    }
    entries
}

/// Pairs what the short owe with what the long are owed, in account order. Both sum to the
/// same, so nothing is left over.
fn transfers(
    short: Vec<(SettlementAccount, Amount)>,
    long: Vec<(SettlementAccount, Amount)>,
) -> Vec<Leg> {
    let mut legs = Vec::new();
    let mut long = long.into_iter();
    let mut owed: Option<(SettlementAccount, Amount)> = None;
    for (payer, mut left) in short {
        while !left.is_zero() {
            let Some((payee, due)) = owed.take().or_else(|| long.next()) else { return legs };
            let amount = left.min(due);
            if payer.node != payee.node {
                legs.push(Leg {
                    debit: Account::ClearingMember(payer.node),
                    credit: Account::ClearingMember(payee.node),
                    amount,
                });
            }
            left = left.saturating_sub(amount);
            let rest = due.saturating_sub(amount);
            owed = (!rest.is_zero()).then_some((payee, rest));
        }
    }
    legs
}
