//! One trading node's cell with its journal, and a federation that anchors it.

use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::fold::{GlobalFold, RegionFold};
use gcfn_anchor::header_log::{CellHead, HeaderLog};
use gcfn_anchor::keys::Signer;
use gcfn_anchor::receipt::{HeadProof, RegionStep};
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_anchor::round::Round;
use gcfn_audit::{AnchoredHead, Finding, FindingKind, Mirror, Record};
use gcfn_banking::{BankEntry, BankReference, Creditor, Instruction, Side as Booking};
use gcfn_clearing::Schedule;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, BusinessDate, CommandId, Currency, Digest, Machine, NodeId, OrderId, PartyId,
    Pool, RedemptionId, SeriesId, SettlementAccount, Timestamp, Uetr,
};
use gcfn_replica::{Command, Event, Founded, Genesis, Replica, Reply};
use gcfn_venue::{
    Actor, Event as VenueEvent, OrderTerms, PartyKind, RedemptionTerms, Request, Role, Terms, Tier,
    TradingDay, Verb,
};
use std::collections::BTreeMap;

const DAY: u64 = 86_400_000_000;
const HOUR: u64 = 3_600_000_000;

pub(crate) fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a name")
}

pub(crate) fn cents(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("a small figure")
}

pub(crate) fn party(name: &str) -> PartyId {
    PartyId::derive(&[name.as_bytes()])
}

fn date(day: u64) -> BusinessDate {
    BusinessDate::from_days(i32::try_from(day).expect("a small figure"))
}

fn instant(day: u64, hour: u64) -> Timestamp {
    Timestamp::from_micros(day * DAY + hour * HOUR).expect("in range")
}

pub(crate) fn terms() -> Terms {
    let mut terms = Terms::of((name("sg"), name("sg")), (name("sg"), name("sg")), Currency::Sgd);
    terms.issuing.resale_unsettled = true;
    terms
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        terms: terms(),
        salt_key: SaltKey::from_bytes([7; 32]),
        founded: Founded { roster: roster(), founders: Vec::new() },
        debit_cap: Amount::ZERO,
        mailbox_capacity: 1000,
    }
}

fn signer() -> Signer {
    Signer::from_seed(&[1; 32])
}

pub(crate) fn roster() -> Roster {
    let root = Validator { key: signer().public_key(), weight: 1 };
    Roster { network: name("gcfn-test"), validators: BTreeMap::from([(name("root"), root)]) }
}

/// The head of `sg` in a final round of this number.
pub(crate) fn anchored(number: u64, head: CellHead) -> AnchoredHead {
    let cells = RegionFold::new(name("sg"), [head]);
    let federation = CellHead { cell: name("federation"), size: 0, root: Digest::ZERO };
    let fold = GlobalFold::new(&federation, [cells.head()]);
    let roster = roster();
    let round = Round { number, ..Round::first(&fold, roster.digest(), instant(1000, 9)) };
    let cell = cells.prove(head.cell).expect("folded");
    let proof = HeadProof {
        head,
        region: Some(RegionStep { head: cells.head(), cell }),
        global: fold.prove(name("sg")).expect("folded"),
        round,
        cosignatures: vec![round.cosign(name("root"), &signer())],
    };
    AnchoredHead::verify(&proof, &roster).expect("co-signed by all there are")
}

pub(crate) struct World {
    pub(crate) replica: Replica,
    pub(crate) journal: Vec<Record>,
    pub(crate) headers: HeaderLog,
    at: u64,
    events: u64,
    requests: u64,
    bookings: u64,
    /// Payments that the bank has not answered.
    instructed: Vec<(SettlementAccount, Creditor, Amount, Uetr)>,
}

impl World {
    pub(crate) fn new() -> World {
        World {
            replica: Replica::new(genesis()),
            journal: Vec::new(),
            headers: HeaderLog::new(name("sg")),
            at: 1000 * DAY + 9 * HOUR,
            events: 0,
            requests: 0,
            bookings: 0,
            instructed: Vec::new(),
        }
    }

    /// Two business days: issuance, purchases, a resale, redemptions, clearing, a withdrawal.
    /// An epoch closes after every step.
    pub(crate) fn two_days() -> World {
        let mut world = World::new();
        for day in 1000..1004 {
            let cut_off = instant(day, 18);
            let value_date = date(day + 1);
            world.venue(gcfn_venue::Command::OpenDay(TradingDay {
                date: date(day),
                cut_off,
                value_date,
            }));
            world.venue(gcfn_venue::Command::OpenCycle(Schedule {
                value_date,
                cut_off: instant(day, 20),
                pay_in_from: instant(day + 1, 8),
                pay_in_by: instant(day + 1, 15),
            }));
        }
        world.close();
        let series = world.listed("brand", "b1");
        world.close();
        for user in ["ann", "ben", "cafe"] {
            let kind = if user == "cafe" { PartyKind::Merchant } else { PartyKind::User };
            world.register(user, kind);
        }
        world.deposit("ann", Pool::UserCustody, 10_000_00);
        world.deposit("ben", Pool::UserCustody, 10_000_00);
        world.ask("brand", Role::Issuer, Verb::AuthoriseMerchant { merchant: party("cafe") });
        world.close();
        world.order("ann", Side::Buy, series, 10, Some(95_00));
        world.order("ann", Side::Sell, series, 4, Some(94_00));
        world.order("ben", Side::Buy, series, 6, None);
        world.order("ben", Side::Buy, series, 1, Some(80_00));
        world.order("ann", Side::Sell, series, 1, Some(80_00));
        world.close();
        for hour in [19, 21, 33] {
            world.until(1000, hour);
        }
        world.redeem("ann", series, 1, None);
        world.redeem("ann", series, 2, Some(30_00));
        let withdrawal = gcfn_model::WithdrawalId::derive(&[b"w"]);
        world.ask("ben", Role::User, Verb::Withdraw { withdrawal, amount: cents(100_00) });
        world.close();
        for hour in [19, 21, 33] {
            world.until(1001, hour);
        }
        world
    }

    /// Applies one entry of commands and appends its record.
    pub(crate) fn entry(&mut self, commands: Vec<Command>) {
        self.at += 1000;
        let at = Timestamp::from_micros(self.at).expect("in range");
        let mut events = Vec::new();
        for command in &commands {
            match self.replica.apply(at, command, &mut events) {
                Ok(Reply::Venue(outcome)) => drop(outcome.expect("scripts ask what is possible")),
                outcome => drop(outcome.expect("scripts ask what is possible")),
            }
        }
        for event in &events {
            self.notice(event);
        }
        let index = 3 + 2 * self.journal.len() as u64;
        let first_event = self.events;
        self.events += events.len() as u64;
        self.journal.push(Record { index, at, first_event, commands, events });
    }

    fn notice(&mut self, event: &Event) {
        fn payment<P>(of: &Instruction<P>) -> (SettlementAccount, Creditor, Amount, Uetr) {
            (of.debtor, of.creditor, of.amount, of.uetr())
        }
        match event {
            Event::EpochClosed(header) => self.headers.append(header).expect("in order"),
            Event::Venue(VenueEvent::Instructed(of)) => self.instructed.push(payment(of)),
            Event::Venue(VenueEvent::Clearing(event)) => {
                self.instructed.extend(event.instructed().map(payment));
            }
            _ => {}
        }
    }

    pub(crate) fn venue(&mut self, command: gcfn_venue::Command) {
        self.entry(vec![Command::Venue(command)]);
    }

    pub(crate) fn close(&mut self) {
        self.entry(vec![Command::CloseEpoch]);
    }

    fn request(&mut self, who: &str, role: Role, verb: Verb) -> Command {
        self.requests += 1;
        let id = CommandId::derive(&[&self.requests.to_be_bytes()]);
        let actor = Actor { party: party(who), role };
        Command::Venue(gcfn_venue::Command::Request(Request { id, actor, verb }))
    }

    pub(crate) fn ask(&mut self, who: &str, role: Role, verb: Verb) {
        let command = self.request(who, role, verb);
        self.entry(vec![command]);
    }

    pub(crate) fn register(&mut self, who: &str, kind: PartyKind) {
        self.ask("olga", Role::Operator, Verb::Register { party: party(who), kind, kyc: 1 });
    }

    fn deposit(&mut self, who: &str, pool: Pool, minor: u64) {
        let account = self.replica.venue().terms().account(pool);
        self.booked(account, Booking::Credit, cents(minor), None, Some(party(who)));
    }

    fn booked(
        &mut self,
        account: SettlementAccount,
        side: Booking,
        amount: Amount,
        uetr: Option<Uetr>,
        reference: Option<PartyId>,
    ) {
        self.bookings += 1;
        let bank_reference = BankReference::of(&format!("BANK-{}", self.bookings));
        let (currency, booked_on) = (Currency::Sgd, date(self.at / DAY));
        let entry = BankEntry {
            account,
            currency,
            amount,
            side,
            uetr,
            bank_reference,
            reference,
            booked_on,
        };
        self.venue(gcfn_venue::Command::BankBooked(entry));
    }

    /// An issuer with a deposit and a listed batch of 100 coupons of face 100.00 at 95.00.
    fn listed(&mut self, issuer: &str, batch: &str) -> SeriesId {
        self.register(issuer, PartyKind::Issuer);
        self.deposit(issuer, Pool::IssuerEscrow, 2_000_00);
        let id = BatchId::derive(&[batch.as_bytes()]);
        let (who, quota) = (party(issuer), cents(1_000_000_00));
        let approve = Verb::ApproveIssuer { issuer: who, tier: Tier::Gold, quota };
        let ends = (instant(1008, 0), instant(1008, 2));
        let region = self.replica.venue().terms();
        let terms = region.voucher((cents(100_00), 100), cents(95_00), ends);
        let (issuing, operating) = (Role::Issuer, Role::Operator);
        let steps = [
            (issuer, issuing, Verb::ApplyAsIssuer),
            ("olga", operating, approve),
            (issuer, issuing, Verb::DraftBatch { batch: id, terms }),
            (issuer, issuing, Verb::SubmitBatch { batch: id }),
            ("olga", operating, Verb::ApproveBatch { batch: id }),
            ("oscar", operating, Verb::ApproveBatch { batch: id }),
            (issuer, issuing, Verb::FundBatch { batch: id }),
            ("olga", operating, Verb::MintBatch { batch: id }),
            (issuer, issuing, Verb::ListBatch { batch: id }),
        ];
        // One entry with all of them, as a busy proposer makes it.
        let commands = steps.map(|(who, role, verb)| self.request(who, role, verb));
        self.entry(commands.to_vec());
        let (_, batch) = self.replica.venue().batches().find(|(b, _)| **b == id).expect("listed");
        batch.series
    }

    fn order(
        &mut self,
        who: &str,
        side: Side,
        series: SeriesId,
        quantity: u64,
        limit: Option<u64>,
    ) {
        let order = OrderId::derive(&[who.as_bytes(), &self.requests.to_be_bytes()]);
        let (limit, time_in_force) = (limit.map(cents), TimeInForce::GoodTillCancelled);
        let terms = OrderTerms {
            order,
            series,
            side,
            quantity,
            limit,
            time_in_force,
            display: None,
            not_before: None,
            expires_at: None,
        };
        self.ask(who, Role::User, Verb::PlaceOrder(terms));
    }

    fn redeem(&mut self, who: &str, series: SeriesId, number: u8, amount: Option<u64>) {
        let redemption = RedemptionId::derive(&[&[number]]);
        let (merchant, amount) = (party("cafe"), amount.map(cents));
        let lock = Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant,
            series,
            serial: None,
            amount,
        });
        self.ask(who, Role::User, lock);
        self.ask("cafe", Role::User, Verb::ConfirmRedemption { redemption, detail: None });
    }

    /// Lets time pass to `hour` of `day`; the bank answers every payment on the way.
    fn until(&mut self, day: u64, hour: u64) {
        self.at = instant(day, hour).micros();
        self.venue(gcfn_venue::Command::Tick);
        while let Some((debtor, creditor, amount, uetr)) = self.instructed.pop() {
            self.booked(debtor, Booking::Debit, amount, Some(uetr), None);
            if let Creditor::Account(account) = creditor {
                self.booked(account, Booking::Credit, amount, Some(uetr), None);
            }
        }
        self.close();
    }
}

/// A mirror of `sg` that has taken `records`, up to the first finding.
pub(crate) fn mirror_of(records: &[Record]) -> (Mirror, Option<Finding>) {
    let node: NodeId = name("sg");
    let mut mirror = Mirror::begin(node, genesis(), None).expect("no genesis is filed");
    let finding = records.iter().find_map(|record| mirror.apply(record).err());
    (mirror, finding.map(|finding| *finding))
}

/// The kind of what a mirror finds in `records`, and the last epoch that it vouches for. Asked
/// again, it says the same; saved, it is not.
pub(crate) fn found(records: &[Record]) -> (FindingKind, Option<u64>) {
    let (mut mirror, finding) = mirror_of(records);
    let finding = finding.expect("a finding");
    let last = records.last().expect("records");
    assert_eq!(mirror.apply(last).expect_err("stopped").as_ref(), &finding);
    assert_eq!(mirror.save().expect_err("stopped").as_ref(), &finding);
    assert_eq!(mirror.status().stopped.as_ref(), Some(&finding));
    (finding.kind, mirror.status().verified.map(|verified| verified.epoch))
}
