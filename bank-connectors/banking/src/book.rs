//! What the bank has booked on one account, and how it ties to statements and to the ledger.

use crate::breaks::{Break, Correction, OpenBreak, Remedy, Tied};
use crate::missing::Missing;
use crate::{BankEntry, BankReference, DeskRefusal, IntradayReport, Statement};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_model::{
    Amount, BreakId, BusinessDate, Currency, PartyId, Position, SettlementAccount, Timestamp, Uetr,
};
use gcfn_table::{Freeze, Map};
use serde::{Deserialize, Serialize};

/// The most days whose statements are remembered once they are reconciled.
const STATED_KEPT: usize = 31;
/// The most differences of an intraday report that are remembered; the rest are counted.
const SHOWN_MAX: usize = 100;

/// What comparing one statement with our books gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// How many entries both sides have alike.
    pub matched: u32,
    /// Every difference; none means that the account ties to the cent and the day is closed.
    pub breaks: Vec<OpenBreak>,
    /// What it has brought to an end on the account, of this day and others.
    pub tied: Tied,
}

impl Reconciliation {
    /// Whether the account ties to the cent.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.breaks.is_empty()
    }
}

/// A day as the bank has stated it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedDay {
    /// The bank's number of the statement.
    pub sequence: Option<u64>,
    /// The balance at the beginning.
    pub opening: Position,
    /// The balance at the end.
    pub closing: Position,
    /// How many entries it has.
    pub entries: u32,
    /// How many of them we have counted alike.
    pub matched: u32,
    /// Our ledger at the end of the day, as it was compared last.
    pub ledger: Position,
    /// When the statement came.
    pub received: Timestamp,
    /// Opening balance and entries.
    sum: Position,
    /// What we have counted of later days, which the ledger has and the statement has not.
    later: Position,
    /// Entries that are not counted alike.
    unmatched: Vec<BankEntry>,
    /// Entries under a reference that the statement has before.
    twice: Vec<BankEntry>,
    /// What two persons have explained of it.
    explained: BTreeSet<Break>,
}

impl StatedDay {
    /// With what the account ended: the closing balance, unless two persons have explained that
    /// it is not what opening balance and entries come to.
    fn end(&self) -> Position {
        let (sum, closing) = (self.sum, self.closing);
        match self.explained.contains(&Break::SumDiffers { sum, closing }) {
            true => sum,
            false => closing,
        }
    }

    /// Our ledger, without later days, where it is not with what the account ended.
    fn ledger_difference(&self, ledger: Position) -> Option<Break> {
        let (ledger, closing) = (ledger.and(self.later.negated()), self.end());
        (ledger != closing).then_some(Break::LedgerDiffers { ledger, closing })
    }

    fn has(&self, reference: BankReference) -> bool {
        self.unmatched.iter().any(|entry| entry.bank_reference == reference)
    }
}

/// How an account stood in the bank's last report of the present day. Never final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intraday {
    /// The booking day.
    pub date: BusinessDate,
    /// When the report came.
    pub received: Timestamp,
    /// The bank's balance, where it says one.
    pub balance: Option<Position>,
    /// Our ledger when the report came.
    pub ledger: Position,
    /// How many entries both sides have alike.
    pub matched: u32,
    /// How many the bank has that we have not counted alike: their notification may be under way.
    pub open: u32,
    /// The first of these.
    pub breaks: Vec<Break>,
}

/// An entry that the ledger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    entry: BankEntry,
    confirmed: Confirmed,
}

/// Whether a statement has confirmed an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Confirmed {
    NotYet,
    /// By that of this day, as it was stated last.
    By(BusinessDate),
    /// It had been, and the corrected statement does not have it.
    NoMore,
}

impl Counted {
    fn is_stated(&self) -> bool {
        matches!(self.confirmed, Confirmed::By(_))
    }

    /// In what it differs while no statement has it.
    fn difference(&self) -> Break {
        match self.confirmed {
            Confirmed::NoMore => Break::StatedNoMore(self.entry),
            Confirmed::NotYet | Confirmed::By(_) => Break::OursOnly(self.entry),
        }
    }
}

/// What a statement is told by: its day and number, its balances.
type Head = (BusinessDate, Option<u64>, Position, Position);

/// A statement as far as it has come: what of it differs, and the references of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Gathered {
    head: Head,
    parts: u32,
    seen: BTreeSet<BankReference>,
    unmatched: Vec<BankEntry>,
    twice: Vec<BankEntry>,
    matched: u32,
    sum: Position,
}

impl Gathered {
    fn new(part: &Statement) -> Gathered {
        Gathered {
            head: head(part),
            parts: 0,
            seen: BTreeSet::new(),
            unmatched: Vec::new(),
            twice: Vec::new(),
            matched: 0,
            sum: part.opening,
        }
    }

    fn goes_on_with(&self, part: &Statement) -> bool {
        (self.head, self.parts) == (head(part), part.after)
    }

    /// The references of what is not counted alike.
    fn differs(&self) -> BTreeSet<BankReference> {
        self.unmatched.iter().map(|entry| entry.bank_reference).collect()
    }

    /// Takes an entry, which is counted `alike` or is not.
    fn take(&mut self, bank: BankEntry, alike: bool) {
        self.sum = self.sum.and(bank.change());
        if !self.seen.insert(bank.bank_reference) {
            self.twice.push(bank);
        } else if alike {
            self.matched = self.matched.saturating_add(1);
        } else {
            self.unmatched.push(bank);
        }
    }
}

const fn head(part: &Statement) -> Head {
    (part.date, part.sequence, part.opening, part.closing)
}

/// The entries of one account that are not yet behind a closed day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    counted: Map<BankReference, Counted>,
    stated: BTreeMap<BusinessDate, StatedDay>,
    /// Every day to this one is reconciled, its entries forgotten.
    closed: Option<BusinessDate>,
    breaks: BTreeMap<BreakId, OpenBreak>,
    intraday: Option<Intraday>,
    /// A statement of which parts have come, and not the last.
    gathered: Option<Gathered>,
    /// Something was counted, or said, that a break may end by.
    stale: bool,
    /// What the bank is asked for.
    pub(crate) missing: Missing,
}

/// The account of a book, and its currency.
pub(crate) type Holding = (SettlementAccount, Currency);

impl Book {
    /// Whether nothing booked on `date` is counted any more, but for what a later statement has.
    pub(crate) fn is_closed(&self, entry: &BankEntry) -> bool {
        let closed = self.closed.is_some_and(|closed| entry.booked_on <= closed);
        closed && !self.open_days().any(|(_, day)| day.has(entry.bank_reference))
    }

    /// The last day that is reconciled.
    pub(crate) fn closed_to(&self) -> Option<BusinessDate> {
        self.closed
    }

    /// The days that the bank has stated and we remember.
    pub(crate) fn stated(&self) -> impl Iterator<Item = (BusinessDate, &StatedDay)> {
        self.stated.iter().map(|(&date, day)| (date, day))
    }

    /// Whether nothing is to be asked about `date`: it is stated, or behind what is reconciled.
    pub(crate) fn is_stated(&self, date: BusinessDate) -> bool {
        self.stated.contains_key(&date) || self.closed.is_some_and(|closed| date <= closed)
    }

    /// The bank's last report of a day that it has not stated.
    pub(crate) fn intraday(&self) -> Option<&Intraday> {
        self.intraday.as_ref()
    }

    /// The entry already counted under this reference.
    pub(crate) fn counted(&self, reference: BankReference) -> Option<&BankEntry> {
        self.counted.get(&reference).map(|counted| &counted.entry)
    }

    /// Takes an entry that the caller posts to its ledger.
    pub(crate) fn count(&mut self, entry: BankEntry) {
        let confirmed = Confirmed::NotYet;
        self.counted.insert(entry.bank_reference, Counted { entry, confirmed });
        self.shift(&entry, entry.change());
    }

    /// Takes an entry back that the caller takes out of its ledger.
    fn uncount(&mut self, entry: &BankEntry) {
        self.counted.remove(&entry.bank_reference);
        self.shift(entry, entry.change().negated());
    }

    /// The ledger changes by `change` for an entry that earlier days do not have.
    fn shift(&mut self, entry: &BankEntry, change: Position) {
        let closed = self.closed;
        let open = self.stated.iter_mut().filter(|(date, _)| closed < Some(**date));
        for (&date, day) in open {
            let has = day.has(entry.bank_reference);
            if date < entry.booked_on && !has {
                day.later = day.later.and(change);
            }
            self.stale |= has || entry.booked_on <= date;
        }
    }

    /// The payments whose entries still wait for a statement, or for somebody to say what they
    /// are.
    pub(crate) fn unreconciled(&self) -> impl Iterator<Item = Uetr> {
        let stated = self.open_days().flat_map(|(_, day)| day.unmatched.iter().chain(&day.twice));
        let gathered =
            self.gathered.iter().flat_map(|part| part.unmatched.iter().chain(&part.twice));
        let counted = self.counted.values().map(|counted| &counted.entry);
        counted.chain(stated).chain(gathered).filter_map(|entry| entry.uetr)
    }

    /// Every break of the account.
    pub(crate) fn breaks(&self) -> impl Iterator<Item = &OpenBreak> {
        self.breaks.values()
    }

    pub(crate) fn find(&self, id: BreakId) -> Option<&OpenBreak> {
        self.breaks.get(&id)
    }

    pub(crate) fn assign(&mut self, id: BreakId, owner: PartyId) {
        if let Some(found) = self.breaks.get_mut(&id) {
            found.owner = Some(owner);
        }
    }

    /// Compares `statement` with what was counted and with the ledger; closes the day if all ties.
    pub(crate) fn reconcile(
        &mut self,
        at: Timestamp,
        statement: &Statement,
        ledger: Position,
    ) -> Result<Reconciliation, DeskRefusal> {
        let &Statement { account, currency, date, .. } = statement;
        let before = self.gathered.as_ref().filter(|gathered| gathered.goes_on_with(statement));
        if before.is_some_and(|gathered| !self.still_has(gathered)) {
            return Err(DeskRefusal::PartMissing);
        }
        self.gather(statement)?;
        let gathered = self.gathered.take().ok_or(DeskRefusal::PartMissing)?;
        let day = self.compare(at, gathered);
        let matched = day.matched;
        self.stated.insert(date, day);
        self.missing.found(date);
        self.intraday.take_if(|intraday| intraday.date <= date);
        let tied = self.tie(at, (account, currency), ledger);
        let open = self.stated.get(&date).filter(|_| self.closed < Some(date));
        let found = open.map(|day| self.differences(date, day, &self.unstated(), ledger));
        let breaks = found.into_iter().flatten().filter_map(|what| {
            let known = self.breaks.get(&what.id((account, currency), date))?;
            Some(OpenBreak { what, ..*known })
        });
        Ok(Reconciliation { matched, breaks: breaks.collect(), tied })
    }

    /// Takes the next part of a statement, or the first one of another.
    pub(crate) fn gather(&mut self, part: &Statement) -> Result<(), DeskRefusal> {
        if self.closed.is_some_and(|closed| part.date <= closed) {
            return Err(DeskRefusal::DayClosed);
        }
        check(part)?;
        let mut gathered = match self.gathered.take() {
            _ if part.after == 0 => Gathered::new(part),
            Some(gathered) if gathered.goes_on_with(part) => gathered,
            other => {
                self.gathered = other;
                return Err(DeskRefusal::PartMissing);
            }
        };
        gathered.parts = gathered.parts.saturating_add(1);
        for &bank in &part.entries {
            let alike = self.counted(bank.bank_reference).map(BankEntry::change);
            gathered.take(bank, alike == Some(bank.change()));
        }
        self.gathered = Some(gathered);
        Ok(())
    }

    /// Whether all that was alike is counted yet: between two parts, two persons may have said
    /// that it never was.
    fn still_has(&self, gathered: &Gathered) -> bool {
        let differs = gathered.differs();
        gathered.seen.difference(&differs).all(|reference| self.counted.contains_key(reference))
    }

    /// Marks what the statement confirms, and what the day's last one had and this one has not.
    fn compare(&mut self, at: Timestamp, gathered: Gathered) -> StatedDay {
        let differs = gathered.differs();
        let Gathered { head, seen, unmatched, twice, matched, sum, .. } = gathered;
        let (date, sequence, opening, closing) = head;
        let had = Confirmed::By(date);
        let gone =
            |ours: &&Counted| ours.confirmed == had && !seen.contains(&ours.entry.bank_reference);
        let gone = self.counted.values().filter(gone).map(|ours| ours.entry.bank_reference);
        for reference in gone.collect::<Vec<_>>() {
            self.mark(reference, Confirmed::NoMore);
        }
        for reference in seen.difference(&differs) {
            self.mark(*reference, had);
        }
        let mut later = Position::ZERO;
        for ours in self.counted.values().filter(|ours| date < ours.entry.booked_on) {
            if !seen.contains(&ours.entry.bank_reference) {
                later = later.and(ours.entry.change());
            }
        }
        let entries = seen.len().saturating_add(twice.len());
        StatedDay {
            sequence,
            opening,
            closing,
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            matched,
            ledger: Position::ZERO,
            received: at,
            sum,
            later,
            unmatched,
            twice,
            explained: BTreeSet::new(),
        }
    }

    fn mark(&mut self, reference: BankReference, confirmed: Confirmed) {
        if let Some(ours) = self.counted.get_mut(&reference) {
            ours.confirmed = confirmed;
        }
    }

    /// Whether `bank` is counted alike, which the statement of `date` confirms.
    fn confirm(&mut self, bank: &BankEntry, date: BusinessDate) -> bool {
        let ours = self.counted.get_mut(&bank.bank_reference);
        let alike = ours.filter(|ours| ours.entry.change() == bank.change());
        alike.map(|ours| ours.confirmed = Confirmed::By(date)).is_some()
    }

    /// Compares the present day so far. Nothing is confirmed, closed or ended by it.
    pub(crate) fn provisional(
        &mut self,
        at: Timestamp,
        report: &IntradayReport,
        ledger: Position,
    ) -> Result<(), DeskRefusal> {
        let &IntradayReport { date, balance, ref entries, .. } = report;
        if self.stated.last_key_value().is_some_and(|(&stated, _)| date <= stated) {
            return Err(DeskRefusal::DayStated);
        }
        let (mut matched, mut open, mut breaks) = (0u32, 0u32, Vec::new());
        for &bank in entries {
            let difference = match self.counted(bank.bank_reference) {
                Some(ours) if ours.change() == bank.change() => {
                    matched = matched.saturating_add(1);
                    continue;
                }
                Some(&ours) => Break::WrongAmount { ours, bank },
                None => Break::BankOnly(bank),
            };
            open = open.saturating_add(1);
            if breaks.len() < SHOWN_MAX {
                breaks.push(difference);
            }
        }
        self.intraday =
            Some(Intraday { date, received: at, balance, ledger, matched, open, breaks });
        Ok(())
    }

    /// Ties every open day again, if anything has changed that a break may end by.
    pub(crate) fn review(&mut self, at: Timestamp, of: Holding, ledger: Position) -> Tied {
        let moved = self.open_days().any(|(date, day)| {
            let found = day.ledger_difference(ledger);
            let known = Break::LedgerDiffers { ledger, closing: ledger }.id(of, date);
            found != self.breaks.get(&known).map(|known| known.what)
        });
        if self.stale || moved { self.tie(at, of, ledger) } else { Tied::default() }
    }

    /// Finds what differs on every open day, and closes those up to the last on which nothing
    /// does. A break that is found again keeps its age and its owner.
    fn tie(&mut self, at: Timestamp, of: Holding, ledger: Position) -> Tied {
        self.stale = false;
        self.confirm_late();
        let unstated = self.unstated();
        let (mut found, mut clean) = (BTreeMap::new(), None);
        for (date, day) in self.open_days() {
            let differences = self.differences(date, day, &unstated, ledger);
            if differences.is_empty() {
                clean = Some(date);
            }
            for what in differences {
                found.entry(what.id(of, date)).or_insert((date, what));
            }
        }
        let closed = self.closed;
        for (_, day) in self.stated.iter_mut().filter(|(date, _)| closed < Some(**date)) {
            day.ledger = ledger.and(day.later.negated());
        }
        if let Some(date) = clean {
            self.close(date);
            found.retain(|_, (found_on, _)| date < *found_on);
        }
        let known = core::mem::take(&mut self.breaks);
        let ended = known.keys().filter(|id| !found.contains_key(id)).copied().collect();
        let (account, currency) = of;
        self.breaks = found
            .into_iter()
            .map(|(id, (date, what))| {
                let known = known.get(&id);
                let since = known.map_or(at, |known| known.since);
                let owner = known.and_then(|known| known.owner);
                (id, OpenBreak { id, account, currency, date, what, since, owner })
            })
            .collect();
        Tied { ended, closed: clean }
    }

    /// What was counted after its statement came is confirmed by it.
    fn confirm_late(&mut self) {
        let closed = self.closed;
        let mut stated = core::mem::take(&mut self.stated);
        for (&date, day) in stated.iter_mut().filter(|(date, _)| closed < Some(**date)) {
            let before = day.unmatched.len();
            day.unmatched.retain(|bank| !self.confirm(bank, date));
            let confirmed = before.saturating_sub(day.unmatched.len());
            let confirmed = u32::try_from(confirmed).unwrap_or(u32::MAX);
            day.matched = day.matched.saturating_add(confirmed);
        }
        self.stated = stated;
    }

    fn unstated(&self) -> Vec<Counted> {
        self.counted.values().filter(|ours| !ours.is_stated()).copied().collect()
    }

    fn open_days(&self) -> impl Iterator<Item = (BusinessDate, &StatedDay)> {
        let open = move |(date, _): &(BusinessDate, &StatedDay)| self.closed < Some(*date);
        self.stated().filter(open)
    }

    /// In what a day differs, but for what was explained.
    fn differences(
        &self,
        date: BusinessDate,
        day: &StatedDay,
        unstated: &[Counted],
        ledger: Position,
    ) -> Vec<Break> {
        let of_bank = day.unmatched.iter().map(|&bank| match self.counted(bank.bank_reference) {
            Some(&ours) => Break::WrongAmount { ours, bank },
            None => Break::BankOnly(bank),
        });
        let ours = unstated
            .iter()
            .filter(|Counted { entry, .. }| {
                entry.booked_on <= date && !day.has(entry.bank_reference)
            })
            .map(Counted::difference);
        let twice = day.twice.iter().map(|entry| Break::StatedTwice(*entry));
        let before = self.stated.range(..date).next_back();
        let opening = before.and_then(|(_, known)| {
            let closed = known.end();
            (closed != day.opening)
                .then_some(Break::OpeningDiffers { closed, opening: day.opening })
        });
        let sequence = before.and_then(|before| out_of_sequence(before, (date, day)));
        let (sum, closing) = (day.sum, day.closing);
        let sums = (sum != closing).then_some(Break::SumDiffers { sum, closing });
        let of_ledger = day.ledger_difference(ledger);
        let of_balances = [opening, sequence, sums, of_ledger].into_iter().flatten();
        let all = of_bank.chain(twice).chain(ours).chain(of_balances);
        all.filter(|what| !day.explained.contains(what)).collect()
    }

    /// The days before each open one whose number says that one before it is missing, from its
    /// neighbour on where none is between.
    pub(crate) fn gaps(&self) -> Vec<(BusinessDate, BusinessDate)> {
        let gaps = self.open_days().filter_map(|(date, day)| {
            let before = self.stated.range(..date).next_back()?;
            let found = out_of_sequence(before, (date, day))?;
            let Break::OutOfSequence { due, stated } = found else { return None };
            if stated < due || day.explained.contains(&found) {
                return None;
            }
            let between = (before.0.plus_days(1), date.plus_days(-1));
            Some(if between.0 <= between.1 { between } else { (*before.0, date) })
        });
        gaps.collect()
    }

    /// Forgets everything behind `date`: whatever the bank reports of it again changes nothing.
    fn close(&mut self, date: BusinessDate) {
        self.closed = Some(date);
        self.missing.closed(date);
        self.counted.retain(|_, ours| !ours.is_stated() || date < ours.entry.booked_on);
        let kept = self.stated.range(..=date).rev().nth(STATED_KEPT).map(|(first, _)| *first);
        if let Some(first) = kept {
            self.stated = self.stated.split_off(&first.plus_days(1));
        }
        for (_, day) in self.stated.range_mut(..=date) {
            (day.unmatched, day.twice) = (Vec::new(), Vec::new());
        }
    }

    /// Whether `remedy` is one for a break of this kind.
    pub(crate) fn check_remedy(what: &Break, remedy: Remedy) -> Result<(), DeskRefusal> {
        let fits = match what {
            Break::BankOnly(_) | Break::WrongAmount { .. } => remedy == Remedy::AsStated,
            Break::OursOnly(_) | Break::StatedNoMore(_) => remedy == Remedy::NeverBooked,
            Break::OpeningDiffers { .. }
            | Break::SumDiffers { .. }
            | Break::StatedTwice(_)
            | Break::OutOfSequence { .. } => remedy == Remedy::Explained,
            // What nothing explains is recognised, which posts it.
            Break::LedgerDiffers { .. } => false,
        };
        if fits { Ok(()) } else { Err(DeskRefusal::RemedyDoesNotFit) }
    }

    /// Does what two persons say about a break; the caller posts, and then reviews.
    pub(crate) fn correct(&mut self, found: &OpenBreak, in_suspense: bool) -> Correction {
        self.stale = true;
        match found.what {
            Break::BankOnly(bank) => Correction::Book(bank),
            Break::OursOnly(ours) | Break::StatedNoMore(ours) => {
                self.uncount(&ours);
                Correction::TakeBack(ours)
            }
            Break::WrongAmount { ours, bank } => {
                self.uncount(&ours);
                if in_suspense {
                    return Correction::Rebook { ours, bank };
                }
                self.count(bank);
                Correction::Amend { ours, bank }
            }
            what => {
                if let Some(day) = self.stated.get_mut(&found.date) {
                    day.explained.insert(what);
                }
                Correction::Nothing
            }
        }
    }
}

impl Freeze for Book {
    fn shared(&self) -> Book {
        Book {
            counted: self.counted.shared(),
            stated: self.stated.clone(),
            closed: self.closed,
            breaks: self.breaks.clone(),
            intraday: self.intraday.clone(),
            gathered: self.gathered.clone(),
            stale: self.stale,
            missing: self.missing.clone(),
        }
    }
}

/// The break of a day whose number is not the one after that of the day stated before it.
fn out_of_sequence(
    (before, known): (&BusinessDate, &StatedDay),
    (date, day): (BusinessDate, &StatedDay),
) -> Option<Break> {
    let due = known.sequence?.saturating_add(1);
    let stated = day.sequence?;
    // Some banks begin again with every year.
    let anew = stated == 1 && before.ymd().0 < date.ymd().0;
    (stated != due && !anew).then_some(Break::OutOfSequence { due, stated })
}

/// Refuses what no bank's statement of one account can hold, before any sum is made.
fn check(statement: &Statement) -> Result<(), DeskRefusal> {
    let max = u128::from(Amount::MAX.minor());
    let balances = [statement.opening, statement.closing];
    if balances.iter().any(|balance| max < balance.minor().unsigned_abs()) {
        return Err(DeskRefusal::BalanceOutOfRange);
    }
    check_entries((statement.account, statement.currency), &statement.entries)
}

pub(crate) fn check_entries(of: Holding, entries: &[BankEntry]) -> Result<(), DeskRefusal> {
    let own = entries.iter().all(|entry| (entry.account, entry.currency) == of);
    if own { Ok(()) } else { Err(DeskRefusal::ForeignEntry) }
}
