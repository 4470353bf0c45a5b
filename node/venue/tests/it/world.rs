//! One venue with a bank at hand. After every command the books must balance.

use gcfn_banking::{BankEntry, BankReference, Creditor, Instruction, Side as Booking, Statement};
use gcfn_clearing::Schedule;
use gcfn_ledger::{Account, FeeKind, Holder, ShareKind, UserBucket};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, BusinessDate, CommandId, Currency, Machine, OrderId, PartyId, Pool, Position,
    RedemptionId, SeriesId, SettlementAccount, Timestamp,
};
use gcfn_venue::{
    Actor, Batch, BatchTerms, Command, Done, Event, FreezeReason, MoneyEvent, Notice, OrderTerms,
    Outcome, PartyKind, RedemptionTerms, Request, Role, Terms, Tier, TradingDay, Venue, Verb,
};

pub(crate) const DAY: u64 = 86_400_000_000;
const HOUR: u64 = 3_600_000_000;

pub(crate) struct World {
    pub(crate) venue: Venue,
    pub(crate) at: u64,
    pub(crate) events: Vec<Event>,
    /// Everything that was carried out, in order.
    pub(crate) done: Vec<Command>,
    pub(crate) bank_entries: u64,
    requests: u64,
    /// Bank balances per pool and the day's entries, for statements.
    pub(crate) booked: Vec<BankEntry>,
}

pub(crate) fn cents(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("a small figure")
}

pub(crate) fn party(name: &str) -> PartyId {
    PartyId::derive(&[name.as_bytes()])
}

pub(crate) fn date(day: u64) -> BusinessDate {
    BusinessDate::from_days(i32::try_from(day).expect("a small figure"))
}

pub(crate) fn terms(node: &str, house_node: &str, currency: Currency) -> Terms {
    let name = node.parse().expect("a name");
    let house = (house_node.parse().expect("a name"), house_node.parse().expect("a name"));
    let mut terms = Terms::of((name, "sg".parse().expect("a name")), house, currency);
    terms.issuing.resale_unsettled = true;
    terms
}

/// A batch of 100 coupons of face 100.00 at 95.00, valid to day 1008.
pub(crate) fn voucher() -> BatchTerms {
    let ends = (instant(1008, 0), instant(1008, 2));
    terms("sg", "sg", Currency::Sgd).voucher((cents(100_00), 100), cents(95_00), ends)
}

impl World {
    /// A venue on day 1000 at 09:00, with ten trading days and their cycles open.
    pub(crate) fn new() -> World {
        World::of(terms("sg", "sg", Currency::Sgd))
    }

    pub(crate) fn of(terms: Terms) -> World {
        World::of_days(terms, |day| Schedule {
            value_date: date(day + 1),
            cut_off: instant(day, 20),
            pay_in_from: instant(day + 1, 8),
            pay_in_by: instant(day + 1, 15),
        })
    }

    /// The same with T+0: the cycle of a day closes an hour after its cut-off, and calls.
    pub(crate) fn same_day() -> World {
        World::of_days(terms("sg", "sg", Currency::Sgd), |day| Schedule {
            value_date: date(day),
            cut_off: instant(day, 19),
            pay_in_from: instant(day, 19),
            pay_in_by: instant(day, 20),
        })
    }

    pub(crate) fn of_days(terms: Terms, cycle_of: impl Fn(u64) -> Schedule) -> World {
        let mut world = World {
            venue: Venue::new(terms),
            at: 1000 * DAY + 9 * HOUR,
            events: Vec::new(),
            done: Vec::new(),
            bank_entries: 0,
            requests: 0,
            booked: Vec::new(),
        };
        for day in 1000..1010 {
            let cut_off = instant(day, 18);
            let cycle = cycle_of(day);
            let open = TradingDay { date: date(day), cut_off, value_date: cycle.value_date };
            world.must(Command::OpenDay(open));
            if world.venue.house().is_some() {
                world.must(Command::OpenCycle(cycle));
            }
        }
        world
    }

    pub(crate) fn apply(&mut self, command: &Command) -> Outcome {
        self.at += 1000;
        let at = Timestamp::from_micros(self.at).expect("in range");
        let mut events = Vec::new();
        let outcome = self.venue.apply(at, command, &mut events);
        assert_eq!(self.venue.imbalances(), Vec::new(), "after {command:?}");
        self.events.extend(events);
        if outcome.is_ok() {
            self.done.push(command.clone());
        }
        outcome
    }

    #[expect(clippy::needless_pass_by_value, reason = "commands are written in place")]
    pub(crate) fn must(&mut self, command: Command) -> Done {
        self.apply(&command).unwrap_or_else(|refused| panic!("{command:?}: {refused}"))
    }

    pub(crate) fn ask(&mut self, who: &str, role: Role, verb: Verb) -> Outcome {
        self.requests += 1;
        let id = CommandId::derive(&[&self.requests.to_be_bytes()]);
        let actor = Actor { party: party(who), role };
        self.apply(&Command::Request(Request { id, actor, verb }))
    }

    pub(crate) fn operator(&mut self, verb: Verb) -> Done {
        self.ask("olga", Role::Operator, verb).expect("operators ask for what is possible")
    }

    /// What two persons must ask for: proposed by the first, done at the second's word.
    pub(crate) fn two(&mut self, wish: impl Into<Verb>) -> Outcome {
        let verb = wish.into();
        match self.ask("olga", Role::Operator, verb.clone())? {
            Done::Proposed { .. } => self.ask("oscar", Role::Operator, verb),
            done => panic!("{done:?} of one person"),
        }
    }

    pub(crate) fn freeze(&mut self, who: &str) {
        let reason = FreezeReason::Compliance;
        self.operator(Verb::Freeze { party: party(who), reason });
    }

    /// What the money desk told, in order.
    pub(crate) fn told(&self) -> impl Iterator<Item = &MoneyEvent> {
        self.events.iter().filter_map(|event| match event {
            Event::Money(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn user(&mut self, who: &str, verb: Verb) -> Outcome {
        self.ask(who, Role::User, verb)
    }

    pub(crate) fn register(&mut self, who: &str, kind: PartyKind) {
        self.operator(Verb::Register { party: party(who), kind, kyc: 1 });
    }

    /// The bank books a credit that names `who`.
    pub(crate) fn deposit(&mut self, who: &str, pool: Pool, minor: u64) {
        let account = self.venue.terms().account(pool);
        let entry = self.entry(account, Booking::Credit, cents(minor), None, Some(party(who)));
        self.must(Command::BankBooked(entry));
    }

    pub(crate) fn entry(
        &mut self,
        account: SettlementAccount,
        side: Booking,
        amount: Amount,
        uetr: Option<gcfn_model::Uetr>,
        reference: Option<PartyId>,
    ) -> BankEntry {
        self.bank_entries += 1;
        let entry = BankEntry {
            account,
            currency: self.venue.terms().currency,
            amount,
            side,
            uetr,
            bank_reference: BankReference::of(&format!("BANK-{}", self.bank_entries)),
            reference,
            booked_on: date(self.at / DAY),
        };
        self.booked.push(entry);
        entry
    }

    /// An admitted issuer with a deposit.
    /// The federation admits a node, which may owe 10,000.00 here.
    pub(crate) fn member(&mut self, node: &str, region: &str) {
        let (node, region) = (node.parse().expect("a name"), region.parse().expect("a name"));
        let debit_cap = cents(10_000_00);
        self.must(Command::Notice(Notice::MemberAdmitted { node, region, debit_cap }));
    }

    pub(crate) fn admitted(&mut self, issuer: &str, deposit: u64) {
        self.register(issuer, PartyKind::Issuer);
        self.deposit(issuer, Pool::IssuerEscrow, deposit);
        self.issuer(issuer, Verb::ApplyAsIssuer).expect("a new issuer");
        let (who, quota) = (party(issuer), cents(1_000_000_00));
        self.operator(Verb::ApproveIssuer { issuer: who, tier: Tier::Gold, quota });
    }

    /// An issuer with a deposit and a listed batch of 100 coupons of face 100.00 at 95.00.
    pub(crate) fn listed(&mut self, issuer: &str, batch: &str) -> SeriesId {
        self.admitted(issuer, 2_000_00);
        self.lists(issuer, batch)
    }

    /// The same, whose coupons end with the beginning of `day`.
    pub(crate) fn listed_until(&mut self, issuer: &str, batch: &str, day: u64) -> SeriesId {
        self.admitted(issuer, 2_000_00);
        let (expires_at, breakage_at) = (instant(day, 0), instant(day, 2));
        self.issued(issuer, batch, BatchTerms { expires_at, breakage_at, ..voucher() })
    }

    /// One more batch of an issuer that has a deposit.
    pub(crate) fn lists(&mut self, issuer: &str, batch: &str) -> SeriesId {
        let refund_window = self.venue.terms().refund_window;
        self.issued(issuer, batch, BatchTerms { refund_window, ..voucher() })
    }

    /// A listed batch of an admitted issuer, step by step.
    pub(crate) fn issued(&mut self, issuer: &str, batch: &str, terms: BatchTerms) -> SeriesId {
        let id = BatchId::derive(&[batch.as_bytes()]);
        let mut ask = |verb| self.issuer(issuer, verb).expect("the next step");
        ask(Verb::DraftBatch { batch: id, terms });
        ask(Verb::SubmitBatch { batch: id });
        if self.venue.terms().issuing.screening {
            self.operator(Verb::ScreenBatch { batch: id, clear: true });
        }
        self.ask("olga", Role::Operator, Verb::ApproveBatch { batch: id }).expect("one");
        self.ask("oscar", Role::Operator, Verb::ApproveBatch { batch: id }).expect("another");
        self.issuer(issuer, Verb::FundBatch { batch: id }).expect("deposited");
        self.operator(Verb::MintBatch { batch: id });
        self.issuer(issuer, Verb::ListBatch { batch: id }).expect("minted");
        self.batch(batch).series
    }

    pub(crate) fn issuer(&mut self, who: &str, verb: Verb) -> Outcome {
        self.ask(who, Role::Issuer, verb)
    }

    pub(crate) fn batch(&self, name: &str) -> Batch {
        let id = BatchId::derive(&[name.as_bytes()]);
        let (_, batch) = self.venue.batches().find(|(b, _)| **b == id).expect("drafted");
        batch.clone()
    }

    /// The cut-off of `day`, and its settlement on the next.
    pub(crate) fn settle(&mut self, day: u64) {
        self.until(day, 19);
        self.until(day, 21);
        self.until(day + 1, 9);
    }

    /// A user with money who has bought.
    pub(crate) fn buyer(&mut self, who: &str, series: SeriesId, quantity: u64) {
        self.register(who, PartyKind::User);
        self.deposit(who, Pool::UserCustody, 100_000_00);
        self.order(who, Side::Buy, series, quantity, None).expect("on offer");
    }

    /// Locks a coupon of `who` and confirms it at `merchant`.
    pub(crate) fn redeem(
        &mut self,
        who: &str,
        series: SeriesId,
        merchant: &str,
        amount: Option<u64>,
    ) -> Outcome {
        let redemption = RedemptionId::derive(&[&self.requests.to_be_bytes()]);
        let amount = amount.map(cents);
        let merchant_id = party(merchant);
        let verb = Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant: merchant_id,
            series,
            serial: None,
            amount,
        });
        self.user(who, verb)?;
        self.ask(merchant, Role::Issuer, Verb::ConfirmRedemption { redemption, detail: None })
    }

    pub(crate) fn order(
        &mut self,
        who: &str,
        side: Side,
        series: SeriesId,
        quantity: u64,
        limit: Option<u64>,
    ) -> Outcome {
        let order = OrderId::derive(&[who.as_bytes(), &self.requests.to_be_bytes()]);
        let (limit, time_in_force) = (limit.map(cents), TimeInForce::GoodTillCancelled);
        let (display, not_before, expires_at) = (None, None, None);
        let terms = OrderTerms {
            order,
            series,
            side,
            quantity,
            limit,
            time_in_force,
            display,
            not_before,
            expires_at,
        };
        self.user(who, Verb::PlaceOrder(terms))
    }

    pub(crate) fn balance(&self, account: Account) -> u64 {
        self.venue.books().money.amount(account, self.venue.terms().currency).minor()
    }

    /// What the hub has earned: fees, and what of them has been shared out.
    pub(crate) fn earned(&self) -> u64 {
        let fees = FeeKind::ALL.iter().map(|kind| self.balance(Account::Fee(*kind)));
        let shares = ShareKind::ALL.iter().map(|kind| self.balance(Account::Share(*kind)));
        fees.chain(shares).sum()
    }

    pub(crate) fn available(&self, who: &str) -> u64 {
        self.balance(Account::User(party(who), UserBucket::Available))
    }

    pub(crate) fn coupons(&self, who: &str, series: SeriesId) -> u64 {
        self.venue.books().title.quantity(series, Holder::Party(party(who)))
    }

    /// Lets time pass to `hour` of `day`; the bank answers every payment on the way.
    pub(crate) fn until(&mut self, day: u64, hour: u64) {
        self.at = instant(day, hour).micros();
        self.must(Command::Tick);
        self.bank_answers();
    }

    /// The bank books everything that was instructed, both sides where it has both.
    pub(crate) fn bank_answers(&mut self) {
        let mut seen = 0;
        while seen < self.events.len() {
            let event = self.events[seen].clone();
            self.events.remove(seen);
            match event {
                Event::Instructed(payment) => self.book(&payment),
                Event::Clearing(event) if event.instructed().is_some() => {
                    event.instructed().into_iter().for_each(|payment| self.book(payment));
                }
                other => {
                    self.events.insert(seen, other);
                    seen += 1;
                }
            }
        }
    }

    fn book<P>(&mut self, payment: &Instruction<P>) {
        let (uetr, amount) = (Some(payment.uetr()), payment.amount);
        let debit = self.entry(payment.debtor, Booking::Debit, amount, uetr, None);
        self.must(Command::BankBooked(debit));
        if let Creditor::Account(account) = payment.creditor
            && account.node == self.venue.terms().node
        {
            let credit = self.entry(account, Booking::Credit, amount, uetr, None);
            self.must(Command::BankBooked(credit));
        }
    }

    /// The bank's statements of the day for every pool that moved.
    pub(crate) fn statements(&mut self) {
        let today = date(self.at / DAY);
        for pool in Pool::ALL {
            let account = self.venue.terms().account(pool);
            let of_pool = |entry: &&BankEntry| entry.account == account;
            let sum = |entries: Vec<BankEntry>| entries.iter().map(BankEntry::change).sum();
            let all: Vec<_> = self.booked.iter().filter(of_pool).copied().collect();
            let entries: Vec<_> = all.iter().filter(|e| e.booked_on == today).copied().collect();
            let earlier: Vec<_> = all.iter().filter(|e| e.booked_on < today).copied().collect();
            let (opening, closing): (Position, Position) = (sum(earlier), sum(all));
            let currency = self.venue.terms().currency;
            let statement = Statement {
                account,
                currency,
                date: today,
                sequence: None,
                after: 0,
                opening,
                closing,
                entries,
            };
            self.must(Command::BankStatement(statement));
        }
    }
}

pub(crate) fn instant(day: u64, hour: u64) -> Timestamp {
    Timestamp::from_micros(day * DAY + hour * HOUR).expect("in range")
}
