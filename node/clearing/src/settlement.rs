//! The one atomic step: who is short has paid, who is long is owed.

use crate::cycle::Standing;
use crate::house::{BUNDLES_PER_EVENT, House, parties};
use crate::netting::payments;
use crate::{Bundle, ClearingEvent, Obligation, Phase};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{BusinessDate, Currency, Position, Timestamp};

impl House {
    /// Settles the cycle in one step if every short account has the money at the house, and
    /// instructs what is owed to the long ones. From here on nothing of it can be undone.
    pub(crate) fn settle_if_funded(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase != Phase::PayIn || !cycle.shortfalls().is_empty() {
            return;
        }
        let owed = cycle.obligations_that_are(Standing::Agreed);
        let entries = entries_of(&payments(owed, cycle.netting));
        if !have_room(ledger, &entries) {
            // A member has left so much at the house that no more can be booked for it. The
            // cycle waits until the bank has paid some of it out.
            return;
        }
        for entry in entries {
            ledger.post(&entry).expect("short accounts are funded and long ones have room");
            events.push(ClearingEvent::Posted(entry));
        }
        cycle.phase = Phase::Settled;
        let agreed = cycle.bundles.values().filter(|a| a.standing == Standing::Agreed);
        let settled: Vec<&Bundle> = agreed.map(|affirmed| &affirmed.bundle).collect();
        // A cycle in which nothing is left to settle says so as well.
        let nothing = settled.is_empty().then_some([].as_slice());
        for part in settled.chunks(BUNDLES_PER_EVENT).chain(nothing) {
            let bundles = part.iter().map(|bundle| bundle.reference).collect();
            let nodes = parties(part.iter().copied());
            events.push(ClearingEvent::CycleSettled { cycle: cycle.id, bundles, nodes });
        }
        for affirmed in cycle.bundles.values() {
            self.caps.discount(affirmed);
        }
        self.pay_out(at, date, events);
        self.drain_queue(events);
    }
}

/// Whether every account that the entries credit can take all that they credit.
pub(crate) fn have_room(ledger: &Ledger, entries: &[Entry]) -> bool {
    let mut after = BTreeMap::<(Currency, Account), Position>::new();
    for entry in entries {
        for leg in &entry.legs {
            let now = || ledger.balance(leg.credit, entry.currency);
            let balance = after.entry((entry.currency, leg.credit)).or_insert_with(now);
            *balance = balance.plus(leg.amount);
        }
    }
    after.values().all(|balance| balance.credit().is_some())
}

/// What `payments` move in the house's books, one entry a currency. Payments between pools of one
/// node change nothing that the house owes to that node.
pub(crate) fn entries_of(payments: &[Obligation]) -> Vec<Entry> {
    let mut entries = BTreeMap::<Currency, Entry>::new();
    for &Obligation { payer, payee, currency, amount } in payments {
        if payer.node != payee.node {
            let entry = entries.remove(&currency);
            let entry = entry.unwrap_or_else(|| Entry::new(Posting::NetLeg, currency));
            let (debit, credit) =
                (Account::ClearingMember(payer.node), Account::ClearingMember(payee.node));
            entries.insert(currency, entry.with(debit, credit, amount));
        }
    }
    entries.into_values().collect()
}
