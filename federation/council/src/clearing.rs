//! The federation's clearing house: what nodes of different regions owe each other.
//!
//! The cycles are [`House`]'s matter, the same machine that a regional runs. Decided here is
//! what enters them: a bundle that both nodes stand by and that locked rates explain to the last
//! minor unit, or that is in the one currency of both. Its legs settle together or leave together.

use crate::council::{Council, Step};
use crate::event::Event;
use crate::locks::{Sides, is_paid_into};
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_banking::{
    BankEntry, BankWord, Booked, IntradayReport, Statement, StatusChange, StatusReport,
};
use gcfn_clearing::{
    Bundle, BundleRef, ClearingEvent, House, HouseRefusal, Obligation, Phase, Schedule,
};
use gcfn_ledger::{Books, Ledger};
use gcfn_model::{Amount, BusinessDate, Calendar, Currency, NodeId, Pool, SettlementAccount, Uetr};
use gcfn_venue::{LockUse, PROPOSED_TRADES_MAX};
use serde::{Deserialize, Serialize};

/// The house, its books, and what stands affirmed in its cycles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Clearing {
    pub(crate) house: House,
    /// The house's money. The federation holds no coupons.
    pub(crate) books: Books,
    affirmed: BTreeMap<BundleRef, Affirmed>,
}

/// A bundle that somebody stands by, until it leaves its cycle or its locks are forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Affirmed {
    value_date: BusinessDate,
    uses: Vec<LockUse>,
    by: BTreeSet<NodeId>,
    /// What rounding brings its dealer, once both sides stand by it.
    residue: Option<(NodeId, Currency, Amount)>,
}

impl Clearing {
    pub(crate) fn new(house: House) -> Clearing {
        Clearing { house, books: Books::default(), affirmed: BTreeMap::new() }
    }

    fn stands(&self, by: NodeId, bundle: BundleRef) -> bool {
        self.affirmed.get(&bundle).is_some_and(|affirmed| affirmed.by.contains(&by))
    }

    /// Drops what settled on value dates that have passed once `date` has begun: their locks are
    /// forgotten, so nothing can be affirmed for them any more.
    pub(crate) fn forget_before(&mut self, date: BusinessDate) {
        let unsettled = self.house.cycles().filter(|cycle| cycle.phase < Phase::Settled);
        let unsettled: BTreeSet<_> = unsettled.map(|cycle| cycle.schedule.value_date).collect();
        self.affirmed.retain(|_, affirmed| {
            date <= affirmed.value_date || unsettled.contains(&affirmed.value_date)
        });
    }
}

impl Council {
    /// A node stands by a bundle. It counts once the node on the other side does too.
    pub(crate) fn affirm(
        &mut self,
        step: &mut Step<'_>,
        by: NodeId,
        bundle: &Bundle,
        uses: &[LockUse],
    ) -> Outcome {
        // Every replica keeps them until the cycle ends.
        if PROPOSED_TRADES_MAX < uses.len() {
            return Err(Refusal::TooManyUses);
        }
        let sides = match uses {
            [] => self.at_par(bundle)?,
            _ => self.locks.tie(bundle, uses)?,
        };
        let reference = bundle.reference;
        let affirmed = self.clearing.affirmed.get(&reference);
        if affirmed.is_some_and(|affirmed| affirmed.uses != uses) {
            return Err(Refusal::UsesDiffer);
        }
        let repeated = self.clearing.stands(by, reference);
        let required = BTreeSet::from([sides.holder, sides.home]);
        if !required.contains(&by) {
            return Err(Refusal::House(HouseRefusal::NotAParty));
        }

        let given = |house: &mut House, _: &mut Ledger, events: &mut Vec<ClearingEvent>| {
            house.affirm(by, bundle.clone(), required, events)
        };
        self.in_house(step, given).map_err(Refusal::House)?;
        if repeated {
            return Ok(Done::Repeated);
        }
        let value_date = bundle.value_date;
        let fresh =
            || Affirmed { value_date, uses: uses.to_vec(), by: BTreeSet::new(), residue: None };
        let affirmed = self.clearing.affirmed.entry(reference).or_insert_with(fresh);
        affirmed.by.insert(by);
        if affirmed.by.len() == 2 {
            self.locks.mark_used(reference, uses);
            affirmed.residue = self.locks.residue(uses);
        }
        Ok(Done::Accepted)
    }

    /// The two sides of a bundle without a locked rate: the custody of one node pays another, in
    /// the currency that both keep, on a business day of that currency.
    fn at_par(&self, bundle: &Bundle) -> Result<Sides, Refusal> {
        let first = bundle.obligations.first().ok_or(Refusal::BundleShape)?;
        let (payer, home, currency) = (first.payer, first.payee.node, first.currency);
        let fits = |owed: &Obligation| {
            (owed.payer, owed.payee.node, owed.currency) == (payer, home, currency)
                && is_paid_into(owed.payee.pool)
        };
        let keeps = |node| {
            let member = self.directory.member(node);
            member.is_some_and(|member| member.profile.currency == Some(currency))
        };
        if payer.pool != Pool::UserCustody
            || payer.node == home
            || !bundle.obligations.iter().all(fits)
            || ![payer.node, home].into_iter().all(keeps)
        {
            return Err(Refusal::BundleShape);
        }
        let calendar = self.calendars.get(&currency).ok_or(Refusal::CalendarEnds)?;
        match calendar.is_business_day(bundle.value_date) {
            Ok(true) => Ok(Sides { holder: payer.node, home }),
            Ok(false) => Err(Refusal::NotABusinessDay(bundle.value_date)),
            Err(_) => Err(Refusal::CalendarEnds),
        }
    }

    /// The affirmation of a trading node was refused, for whatever reason.
    ///
    /// Every affirmation has one end that its author is told of: it is refused, or its bundle
    /// settles, or its bundle leaves the cycle. So nothing is said while an earlier affirmation
    /// of the same bundle stands. And nobody else is told: on the word of one node alone, another
    /// would undo what the house still holds it to. Its own affirmation has its own end.
    pub(crate) fn affirmation_refused(
        &self,
        step: &mut Step<'_>,
        by: NodeId,
        bundle: BundleRef,
        reason: Refusal,
    ) {
        if !self.clearing.stands(by, bundle) {
            step.emit(Event::AffirmationRefused { by, bundle, reason });
        }
    }

    /// The root opens the cycle of a value date, which two currencies must be able to settle on.
    pub(crate) fn open_cycle(&mut self, step: &mut Step<'_>, schedule: Schedule) -> Outcome {
        let known = self.house().cycles().any(|cycle| cycle.schedule == schedule);
        let date = schedule.value_date;
        let open = |calendar: &&Calendar| calendar.is_business_day(date) == Ok(true);
        if !known && self.calendars.values().filter(open).count() < 2 {
            return Err(Refusal::NotABusinessDay(date));
        }
        let opened = |house: &mut House, _: &mut Ledger, events: &mut Vec<ClearingEvent>| {
            house.open(schedule, events)
        };
        self.in_house(step, opened).map_err(Refusal::House)?;
        Ok(if known { Done::Repeated } else { Done::Accepted })
    }

    /// What the validators let a member owe counts at the house for what its users buy abroad.
    pub(crate) fn cap_at_house(
        &mut self,
        step: &mut Step<'_>,
        node: NodeId,
        (currency, limit): (Currency, Amount),
    ) {
        let account = SettlementAccount { node, pool: Pool::UserCustody };
        self.in_house(step, |house, _, events| {
            house.set_cap((currency, account), Some(limit), events);
        });
    }

    /// Moves every cycle as far as the time allows.
    pub(crate) fn tick_house(&mut self, step: &mut Step<'_>) {
        let at = step.at;
        self.in_house(step, |house, ledger, events| house.tick(at, ledger, events));
    }

    /// The bank booked something on the house's account.
    pub(crate) fn bank_booked(&mut self, step: &mut Step<'_>, entry: &BankEntry) -> Outcome {
        self.own_account(entry.account)?;
        let at = step.at;
        match self.in_house(step, |house, ledger, events| house.booked(at, entry, ledger, events)) {
            Booked::Repeat | Booked::DayClosed => return Ok(Done::Repeated),
            Booked::Suspended(dispute) | Booked::Disputed(dispute) => {
                step.emit(Event::BankDisputed(dispute));
            }
            Booked::Settled(_)
            | Booked::Received(_)
            | Booked::Returned(_)
            | Booked::TakenBack(_)
            | Booked::Unmatched => {}
        }
        Ok(Done::Accepted)
    }

    /// The bank answered a payment of the house. It moves no money.
    pub(crate) fn bank_status(&mut self, step: &mut Step<'_>, report: StatusReport) -> Outcome {
        let at = step.at;
        let change = self.in_house(step, |house, _, events| house.status(at, report, events));
        match change.map_err(Refusal::Desk)? {
            StatusChange::Unchanged => return Ok(Done::Repeated),
            StatusChange::Accepted(_) | StatusChange::Answered(_) => {}
            StatusChange::Rejected { instruction, .. } => {
                step.emit(Event::InstructionRejected { instruction: instruction.id });
            }
        }
        Ok(Done::Accepted)
    }

    /// The bank said something else about a payment of the house.
    pub(crate) fn bank_word(&mut self, step: &mut Step<'_>, word: &BankWord) -> Outcome {
        let at = step.at;
        let news = self.in_house(step, |house, _, events| house.heard(at, word, events));
        Ok(if news.map_err(Refusal::Desk)? { Done::Accepted } else { Done::Repeated })
    }

    /// A payment of the house is signed and archived; it is handed to the bank next.
    pub(crate) fn bank_signed(&mut self, step: &Step<'_>, uetr: Uetr) -> Outcome {
        self.clearing.house.signed(step.at, uetr).map_err(Refusal::Desk)?;
        Ok(Done::Accepted)
    }

    /// A payment of the house was handed to the bank; its age counts from here.
    pub(crate) fn bank_sent(&mut self, step: &Step<'_>, uetr: Uetr) -> Outcome {
        self.clearing.house.sent(step.at, uetr).map_err(Refusal::Desk)?;
        Ok(Done::Accepted)
    }

    /// Compares a statement of the house's account with its books.
    pub(crate) fn bank_statement(&mut self, step: &mut Step<'_>, statement: &Statement) -> Outcome {
        self.own_account(statement.account)?;
        let at = step.at;
        let reconciled = |house: &mut House, ledger: &mut Ledger, events: &mut Vec<_>| {
            house.reconcile(at, statement, ledger, events)
        };
        let result = self.in_house(step, reconciled).map_err(Refusal::Desk)?;
        step.emit(Event::Reconciled { currency: statement.currency, result });
        Ok(Done::Accepted)
    }

    /// Takes a part of a long statement of the house's account.
    pub(crate) fn bank_part(&mut self, step: &mut Step<'_>, part: &Statement) -> Outcome {
        self.own_account(part.account)?;
        let taken = self.in_house(step, |house, _, _| house.gather(part));
        taken.map(|()| Done::Accepted).map_err(Refusal::Desk)
    }

    /// Compares what the bank says of the house's account during the day. Confirms nothing.
    pub(crate) fn bank_report(&mut self, step: &mut Step<'_>, report: &IntradayReport) -> Outcome {
        self.own_account(report.account)?;
        let at = step.at;
        let compared =
            self.in_house(step, |house, ledger, _| house.provisional(at, report, ledger));
        compared.map(|()| Done::Accepted).map_err(Refusal::Desk)
    }

    fn own_account(&self, account: SettlementAccount) -> Result<(), Refusal> {
        let own = account == self.clearing.house.account();
        if own { Ok(()) } else { Err(Refusal::ForeignAccount) }
    }

    /// Lets the house act, and records what it did.
    pub(crate) fn in_house<T>(
        &mut self,
        step: &mut Step<'_>,
        act: impl FnOnce(&mut House, &mut Ledger, &mut Vec<ClearingEvent>) -> T,
    ) -> T {
        let mut events = Vec::new();
        let Clearing { house, books, .. } = &mut self.clearing;
        let result = act(house, &mut books.money, &mut events);
        for event in events {
            if let ClearingEvent::BundlesFailed { bundles, .. } = &event {
                for bundle in bundles {
                    self.clearing.affirmed.remove(bundle);
                }
            }
            let settled = match &event {
                ClearingEvent::CycleSettled { bundles, .. }
                | ClearingEvent::BundlesSettled { bundles, .. } => self.residues(bundles),
                _ => Vec::new(),
            };
            step.emit(Event::Clearing(event));
            settled.into_iter().for_each(|kept| step.emit(kept));
        }
        result
    }

    /// What rounding has brought the dealers of bundles that have settled.
    fn residues(&self, settled: &[BundleRef]) -> Vec<Event> {
        let kept = settled.iter().filter_map(|bundle| {
            let (dealer, currency, amount) = self.clearing.affirmed.get(bundle)?.residue?;
            Some(Event::ResidueKept { bundle: *bundle, dealer, currency, amount })
        });
        kept.collect()
    }
}
