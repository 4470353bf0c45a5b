//! A house, its books, and the bank that keeps its account.

use gcfn_banking::{BankEntry, BankReference, Booked, Side, Statement};
use gcfn_clearing::{
    Bundle, BundleRef, ClearingEvent, Cycle, House, HousePayment, HouseRefusal, Layer, Obligation,
    Phase, Schedule, member_party,
};
use gcfn_ledger::{Account, Ledger};
use gcfn_model::{
    Amount, BusinessDate, Currency, Digest, Hasher, NodeId, PartyId, Pool, Position,
    SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const HOUR: u64 = 3_600_000_000;

pub(crate) const EUR: Currency = Currency::Eur;
pub(crate) const USD: Currency = Currency::Usd;

pub(crate) fn at(day: u64, hour: u64) -> Timestamp {
    Timestamp::from_micros((day * 24 + hour) * HOUR).expect("in range")
}

pub(crate) fn day(day: u64) -> BusinessDate {
    at(day, 0).utc().0
}

pub(crate) fn node(name: &str) -> NodeId {
    name.parse().expect("a name")
}

pub(crate) fn account(of: &str) -> SettlementAccount {
    SettlementAccount { node: node(of), pool: Pool::UserCustody }
}

pub(crate) fn minor(amount: u64) -> Amount {
    Amount::from_minor(amount).expect("in range")
}

pub(crate) fn staff() -> PartyId {
    PartyId::derive(&[b"olga"])
}

pub(crate) fn owes(payer: &str, payee: &str, currency: Currency, amount: u64) -> Obligation {
    let (payer, payee) = (account(payer), account(payee));
    Obligation { payer, payee, currency, amount: minor(amount) }
}

/// Everything that would be lost in a crash is not in here; everything else is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) house: House,
    pub(crate) ledger: Ledger,
    pub(crate) events: Vec<ClearingEvent>,
    pub(crate) booked: Vec<BankEntry>,
    pub(crate) now: Timestamp,
    bundles: u64,
}

impl World {
    /// The cycle of day 10 is open: its cut-off is on day 9 at 18, calls go out on day 10 at 8 and
    /// are due at 14.
    pub(crate) fn new() -> World {
        let house = House::new("federation".parse().expect("a name"), node("root"));
        let (ledger, events, booked) = (Ledger::default(), Vec::new(), Vec::new());
        let mut world = World { house, ledger, events, booked, now: at(9, 8), bundles: 0 };
        world.open(10);
        world
    }

    pub(crate) fn open(&mut self, value: u64) {
        let schedule = Schedule {
            value_date: day(value),
            cut_off: at(value - 1, 18),
            pay_in_from: at(value, 8),
            pay_in_by: at(value, 14),
        };
        self.house.open(schedule, &mut self.events).expect("new");
    }

    /// Both sides affirm.
    pub(crate) fn agree(&mut self, obligations: &[Obligation]) -> BundleRef {
        let bundle = self.bundle(10, obligations);
        let reference = bundle.reference;
        for by in bundle.nodes() {
            self.affirm(by, &bundle).expect("taken");
        }
        reference
    }

    pub(crate) fn bundle(&mut self, value: u64, obligations: &[Obligation]) -> Bundle {
        self.bundles += 1;
        Bundle {
            reference: Hasher::new("bundle").part(&self.bundles.to_be_bytes()).finish(),
            value_date: day(value),
            obligations: obligations.to_vec(),
            trades: 1,
            trades_root: Digest::ZERO,
        }
    }

    pub(crate) fn affirm(&mut self, by: NodeId, bundle: &Bundle) -> Result<(), HouseRefusal> {
        let required: BTreeSet<NodeId> = bundle.nodes().into_iter().collect();
        self.house.affirm(by, bundle.clone(), required, &mut self.events)
    }

    pub(crate) fn until(&mut self, day: u64, hour: u64) {
        self.now = at(day, hour);
        self.house.tick(self.now, &mut self.ledger, &mut self.events);
    }

    /// The bank books what somebody has sent to the house, or what it has sent.
    pub(crate) fn book(
        &mut self,
        (side, currency, amount): (Side, Currency, Amount),
        uetr: Option<Uetr>,
        reference: Option<PartyId>,
    ) -> Booked<HousePayment> {
        let number = self.booked.len() as u64;
        let entry = BankEntry {
            account: self.house.account(),
            currency,
            amount,
            side,
            uetr,
            bank_reference: BankReference::of(&number.to_string()),
            reference,
            booked_on: self.now.utc().0,
        };
        let booked = self.house.booked(self.now, &entry, &mut self.ledger, &mut self.events);
        // What the house disputes no statement of these worlds has.
        if !matches!(booked, Booked::Disputed(_)) {
            self.booked.push(entry);
        }
        booked
    }

    /// The bank takes back some of what an account paid in last.
    pub(crate) fn take_back(&mut self, of: &str, amount: u64) -> Booked<HousePayment> {
        let payment = self.paid(of);
        let currency = self.house.desk().payment(payment).expect("known").instruction.currency;
        self.book((Side::Debit, currency, minor(amount)), Some(payment), None)
    }

    /// What an account paid in last.
    pub(crate) fn paid(&self, of: &str) -> Uetr {
        let paid = |uetr: Uetr| {
            let known = self.house.desk().payment(uetr).filter(|payment| payment.credited);
            known.is_some_and(|payment| payment.instruction.debtor == account(of))
        };
        let credits = self.booked.iter().filter(|entry| entry.side == Side::Credit);
        let last = credits.filter_map(|entry| entry.uetr).rfind(|uetr| paid(*uetr));
        last.expect("it has paid in")
    }

    /// An account brings money for a layer of its deposit.
    pub(crate) fn deposit(&mut self, of: &str, layer: Layer, currency: Currency, amount: u64) {
        let reference = self.house.open_deposit(account(of), layer, &mut self.events);
        let reference = Some(reference.expect("a member's account"));
        self.book((Side::Credit, currency, minor(amount)), None, reference);
    }

    /// What `of` keeps at the house in a layer.
    pub(crate) fn deposited(&self, of: &str, layer: Layer, currency: Currency) -> u64 {
        let these = self.house.deposits().filter(|deposit| {
            (deposit.account, deposit.layer, deposit.currency) == (account(of), layer, currency)
        });
        these.map(|deposit| deposit.amount.minor()).sum()
    }

    /// Who is called for how much, of what is not paid.
    pub(crate) fn calls(&self) -> Vec<(String, u64)> {
        let open = self.cycle().pay_ins().filter(|(_, paid)| !paid);
        let mut calls: Vec<(String, u64)> =
            open.map(|(call, _)| (call.account.node.to_string(), call.amount.minor())).collect();
        calls.sort();
        calls
    }

    /// An account pays everything that it is called for and has not paid.
    pub(crate) fn pay_in(&mut self, of: &str) {
        let cycles = self.house.cycles().flat_map(Cycle::pay_ins);
        let due = cycles.filter(|(_, paid)| !paid).map(|(call, _)| *call);
        let due = due.chain(self.house.claims().map(|claim| claim.again.call));
        let due: Vec<_> = due.filter(|call| call.account == account(of)).collect();
        for call in due {
            let uetr = Uetr::derive(&[call.instruction.as_bytes()]);
            self.book((Side::Credit, call.currency, call.amount), Some(uetr), None);
        }
    }

    /// The bank books every payment of the house that it has not booked.
    pub(crate) fn pay_out(&mut self) {
        let payments = self.events.iter().filter_map(ClearingEvent::instructed).copied();
        let booked: BTreeSet<Option<Uetr>> = self.booked.iter().map(|entry| entry.uetr).collect();
        let due: Vec<_> = payments.filter(|p| !booked.contains(&Some(p.uetr()))).collect();
        for payment in due {
            let of = (Side::Debit, payment.currency, payment.amount);
            self.book(of, Some(payment.uetr()), None);
        }
    }

    /// The bank's statements of every day until today.
    pub(crate) fn statements(&mut self) {
        let today = self.now.utc().0;
        let mut dates: BTreeSet<_> = self.booked.iter().map(|entry| entry.booked_on).collect();
        dates.insert(today);
        for (date, currency) in dates.into_iter().flat_map(|date| [(date, EUR), (date, USD)]) {
            let statement = self.statement(date, currency);
            let result = self.house.reconcile(self.now, &statement, &self.ledger, &mut self.events);
            if let Ok(result) = result {
                assert!(result.is_clean(), "{currency}: {result:?}");
            }
        }
    }

    pub(crate) fn statement(&self, date: BusinessDate, currency: Currency) -> Statement {
        let account = self.house.account();
        let of = self.booked.iter().filter(|entry| entry.currency == currency).copied();
        let until: Vec<_> = of.filter(|entry| entry.booked_on <= date).collect();
        let sum = |entries: &[BankEntry]| entries.iter().map(BankEntry::change).sum();
        let (entries, earlier): (Vec<_>, Vec<_>) =
            until.iter().copied().partition(|entry| entry.booked_on == date);
        let (opening, closing) = (sum(&earlier), sum(&until));
        Statement { account, currency, date, sequence: None, after: 0, opening, closing, entries }
    }

    pub(crate) fn cycle(&self) -> &Cycle {
        self.house.cycles().find(|cycle| cycle.schedule.value_date == day(10)).expect("open")
    }

    pub(crate) fn phase(&self) -> Phase {
        self.cycle().phase
    }

    /// What the house owes to a member.
    pub(crate) fn owed_to(&self, of: &str, currency: Currency) -> i128 {
        self.ledger.balance(Account::ClearingMember(node(of)), currency).minor()
    }

    /// What a member owes to the house by its books.
    pub(crate) fn receivable(&self, of: &str, currency: Currency) -> i128 {
        let owed = Account::Receivable(Pool::ClearingHouse, member_party(node(of)));
        self.ledger.balance(owed, currency).minor()
    }

    /// What the house has at its bank; below zero where the bank has lent.
    pub(crate) fn at_bank(&self, currency: Currency) -> i128 {
        let accounts = [Account::Bank(Pool::ClearingHouse), Account::Transit(Pool::ClearingHouse)];
        accounts.map(|account| self.ledger.balance(account, currency).minor()).iter().sum()
    }

    /// Which bundles have settled, ahead of their cycle or with it.
    pub(crate) fn settled(&self) -> Vec<BundleRef> {
        let settled = self.events.iter().filter_map(|event| match event {
            ClearingEvent::BundlesSettled { bundles, .. }
            | ClearingEvent::CycleSettled { bundles, .. } => Some(bundles.clone()),
            _ => None,
        });
        settled.flatten().collect()
    }

    pub(crate) fn failed(&self) -> Vec<BundleRef> {
        let failed = self.events.iter().filter_map(|event| match event {
            ClearingEvent::BundlesFailed { bundles, .. } => Some(bundles.clone()),
            _ => None,
        });
        failed.flatten().collect()
    }

    /// What was paid out to an account.
    pub(crate) fn paid_out_to(&self, of: &str, currency: Currency) -> u64 {
        let payments = self.events.iter().filter_map(|event| match event {
            ClearingEvent::PayOutInstructed { payment, .. } => Some(*payment),
            _ => None,
        });
        let of_account =
            payments.filter(|p| p.purpose.account == account(of) && p.currency == currency);
        of_account.map(|payment| payment.amount.minor()).sum()
    }

    /// The rest of the day: who is named pays in, the deadline passes, everybody is paid out, and
    /// the bank's statement ties.
    pub(crate) fn finish(&mut self, paying: &[&str]) {
        self.until(9, 18);
        self.until(10, 8);
        paying.iter().for_each(|of| self.pay_in(of));
        self.until(10, 14);
        self.pay_out();
        self.until(10, 20);
        self.statements();
        assert_eq!(self.phase(), Phase::Final);
    }

    /// What waits in suspense at the house, item by item, is what its books have there.
    pub(crate) fn every_cent_in_suspense_is_an_item(&self) {
        for currency in [EUR, USD] {
            let of_currency = self.house.suspense().filter(|item| item.currency == currency);
            let signed = of_currency.map(|item| match item.side {
                Side::Credit => i128::from(item.amount.minor()),
                Side::Debit => -i128::from(item.amount.minor()),
            });
            let suspense = Account::Suspense(Pool::ClearingHouse);
            let booked = self.ledger.balance(suspense, currency).minor();
            assert_eq!(signed.sum::<i128>(), booked, "{currency}");
        }
    }

    /// Nothing is left at the house but what is deposited there, what it has claims to, and what
    /// nobody has explained.
    pub(crate) fn leaves_no_residue(&self) {
        self.every_cent_in_suspense_is_an_item();
        let mut kept = std::collections::BTreeMap::<(Currency, NodeId), i128>::new();
        for deposit in self.house.deposits() {
            let amount = i128::from(deposit.amount.minor());
            *kept.entry((deposit.currency, deposit.account.node)).or_default() += amount;
        }
        let mut claimed = std::collections::BTreeMap::<(Currency, Account), i128>::new();
        for claim in self.house.claims() {
            let owed = member_party(claim.account().node);
            let owed = Account::Receivable(Pool::ClearingHouse, owed);
            let open = i128::from(claim.open.minor());
            *claimed.entry((claim.again.call.currency, owed)).or_default() += open;
        }
        for (currency, account, balance) in self.ledger.balances() {
            if let Account::Receivable(..) = account {
                let of = claimed.get(&(currency, account)).copied().unwrap_or(0);
                assert_eq!(balance, Position::from_minor(of), "{account} {currency}");
            }
            if let Account::ClearingMember(node) = account {
                let of = kept.get(&(currency, node)).copied().unwrap_or(0);
                assert_eq!(balance, Position::from_minor(of), "{account} {currency}");
            }
        }
    }
}
