//! The money desk: suspense, differences, entries by hand, reversals, what is owed, taxes.

use crate::handlers::page_of;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::fee_table::FeeTable;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::money::{
    DifferenceFound, EntryList, EntryPage, EntryReport, HandPosting, ReceivableList,
    ReceivableReport, Reversal, SuspenseList, SuspenseMatching, SuspensePage, SuspenseReport,
    SuspenseResolving, TaxHeld, TaxLine, TaxReport, WritingOff,
};
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::reconciliation::BreakOwner;
use gcfn_api_wire::term::{Money, Text};
use gcfn_banking::SuspenseItem;
use gcfn_ledger::{Account, TaxKind};
use gcfn_model::{Millis, Timestamp};
use gcfn_venue::{
    BankDifference, ManualPosting, MoneyAct, SuspensePart, SuspenseResolution, TaxRate, Venue,
};

const ENTRIES_MAX: usize = 500;

pub(crate) async fn suspense(
    call: Read,
    Query(page): Query<SuspensePage>,
) -> Result<SuspenseList, Problem> {
    let now = call.api.node().now();
    Ok(call.api.gateway().read(|venue, as_of| {
        let alarm_after = venue.terms().money.alarm_after;
        suspended(venue.suspense_after(page.after), (now, alarm_after), page.limit, as_of)
    }))
}

/// A page of what waits in suspense, at the node or at its house, as it stands now and with the age
/// from which on it is an alarm.
pub(crate) fn suspended<'a>(
    items: impl Iterator<Item = &'a SuspenseItem>,
    (now, alarm_after): (Timestamp, Millis),
    limit: u32,
    as_of: u64,
) -> SuspenseList {
    let shown = |item| SuspenseReport::new(item, now, alarm_after);
    let (items, next) = page_of(items.map(|item| (item.number, shown(item))), limit);
    SuspenseList { items, next, as_of }
}

pub(crate) async fn assign_suspense(
    call: Write<u64>,
    Body(sent): Body<BreakOwner>,
) -> Result<Accepted, Problem> {
    let owner = sent.owner.map_or(call.caller.party, |owner| owner.0);
    call.accepted(MoneyAct::AssignSuspense { item: call.id, owner }.into()).await
}

pub(crate) async fn resolve_suspense(
    call: Write<u64>,
    Body(sent): Body<SuspenseResolving>,
) -> Result<Accepted, Problem> {
    let part = |part: &gcfn_api_wire::money::SuspenseShare| {
        let amount = call.api.amount("parts.amount", part.amount)?;
        Ok(SuspensePart { claimant: part.claimant()?, amount })
    };
    let parts = sent.parts.iter().map(part).collect::<Result<_, Problem>>()?;
    let wish = SuspenseResolution { item: call.id, parts };
    call.accepted(MoneyAct::ResolveSuspense(wish).into()).await
}

pub(crate) async fn match_suspense(
    call: Write,
    Body(sent): Body<SuspenseMatching>,
) -> Result<Accepted, Problem> {
    let SuspenseMatching { credit, debit } = sent;
    call.accepted(MoneyAct::MatchSuspense { credit, debit }.into()).await
}

pub(crate) async fn recognise_interest(call: Write<u64>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::RecogniseInterest { item: call.id }.into()).await
}

pub(crate) async fn recognise_difference(
    call: Write,
    Body(found): Body<DifferenceFound>,
) -> Result<Accepted, Problem> {
    let difference = BankDifference {
        pool: found.pool.into(),
        side: found.side.into(),
        amount: call.api.amount("amount", found.amount)?,
        booked_on: found.booked_on.0,
        statement: found.statement.0,
    };
    call.accepted(MoneyAct::RecogniseDifference(difference).into()).await
}

pub(crate) async fn entries(
    call: Read,
    Query(page): Query<EntryPage>,
) -> Result<EntryList, Problem> {
    let limit = page.limit.clamp(1, ENTRIES_MAX);
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let entries = venue.reversibles_before(page.before, limit);
        let entries: Vec<EntryReport> =
            entries.map(|(number, of)| EntryReport::new(number, of, currency)).collect();
        let next = entries.last().filter(|_| entries.len() == limit).map(|last| last.number);
        EntryList { entries, next, as_of }
    }))
}

pub(crate) async fn post_by_hand(
    call: Write,
    Body(sent): Body<HandPosting>,
) -> Result<Accepted, Problem> {
    let posting = ManualPosting {
        from: sent.from.0,
        to: sent.to.0,
        amount: call.api.amount("amount", sent.amount)?,
        reason: sent.reason.into(),
        evidence: sent.evidence.0,
    };
    call.accepted(MoneyAct::PostManually(posting).into()).await
}

pub(crate) async fn reverse(call: Write, Body(sent): Body<Reversal>) -> Result<Accepted, Problem> {
    let (entry, on_credit) = (sent.entry()?, sent.on_credit);
    call.accepted(MoneyAct::Reverse { entry, on_credit }.into()).await
}

pub(crate) async fn receivables(call: Read, (): ()) -> Result<ReceivableList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let owed = venue.receivables().map(|(party, pool, amount)| ReceivableReport {
            party: Text(party),
            pool: pool.into(),
            amount: Money::new(amount, currency),
        });
        ReceivableList { receivables: owed.collect(), as_of }
    }))
}

pub(crate) async fn write_off(
    call: Write,
    Body(sent): Body<WritingOff>,
) -> Result<Accepted, Problem> {
    let (Text(party), pool) = (sent.party, sent.pool.into());
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(MoneyAct::WriteOff { party, pool, amount }.into()).await
}

pub(crate) async fn taxes(call: Read, (): ()) -> Result<TaxReport, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let withheld = TaxKind::ALL.iter().map(|kind| TaxHeld {
            kind: (*kind).into(),
            amount: Money::new(venue.books().money.amount(Account::Tax(*kind), currency), currency),
        });
        TaxReport { rates: tax_lines(venue), withheld: withheld.collect(), as_of }
    }))
}

/// What is withheld on which event.
fn tax_lines(venue: &Venue) -> Vec<TaxLine> {
    let taxes = venue.terms().money.taxes;
    let line = |(on, rate): (&str, TaxRate)| TaxLine {
        on: on.to_owned(),
        kind: rate.kind.into(),
        rate_bp: rate.rate.0,
    };
    [("resale", taxes.resale), ("withdrawal", taxes.withdrawal)].map(line).to_vec()
}

/// Everything that is charged here, for everybody (FEE-22).
pub(crate) async fn fee_table(call: Read, (): ()) -> Result<FeeTable, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let terms = venue.terms();
        FeeTable::new(&terms.fees, tax_lines(venue), terms.currency, as_of)
    }))
}
