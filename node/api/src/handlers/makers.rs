//! Market makers: admission, standing, duties and how they are met.

use crate::auth::Caller;
use crate::handlers::{oversees, past_page};
use crate::projection;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::makers::{
    Appointment, Duty, DutyList, DutyOf, DutyPage, DutyPerformance, DutyPeriod, DutyReportList,
    MakerList, MakerPenalty, MakerReport, NewDuty,
};
use gcfn_api_wire::problem::Problem;
use gcfn_ledger::{Account, UserBucket};
use gcfn_model::{PartyId, SeriesId};
use gcfn_store::{Filter, Page};
use gcfn_venue::{DutyReport, Venue, Verb};

pub(crate) async fn apply(call: Write, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApplyAsMaker).await
}

pub(crate) async fn approve(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApproveMaker { maker: call.id }).await
}

pub(crate) async fn appoint(
    call: Write,
    Body(sent): Body<Appointment>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::AppointMaker { maker: sent.maker.0 }).await
}

pub(crate) async fn leave(call: Write, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::LeaveMaking).await
}

pub(crate) async fn suspend(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::SuspendMaker { maker: call.id }).await
}

pub(crate) async fn resume(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ResumeMaker { maker: call.id }).await
}

pub(crate) async fn terminate(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::TerminateMaker { maker: call.id }).await
}

pub(crate) async fn penalise(
    call: Write<PartyId>,
    Body(sent): Body<MakerPenalty>,
) -> Result<Accepted, Problem> {
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(Verb::PenaliseMaker { maker: call.id, amount }).await
}

pub(crate) async fn list(call: Read, (): ()) -> Result<MakerList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let seen = venue.market_makers().filter(|(maker, _)| may_see(&call.caller, **maker));
        let makers = seen.map(|(party, maker)| {
            let deposit = call.api.money(deposit_of(venue, *party));
            MakerReport::new(*party, maker, deposit)
        });
        MakerList { makers: makers.collect(), as_of }
    }))
}

fn deposit_of(venue: &Venue, party: PartyId) -> gcfn_model::Amount {
    let account = Account::User(party, UserBucket::Deposit);
    venue.books().money.amount(account, venue.terms().currency)
}

/// A market maker is its own and the overseers' to see.
fn may_see(caller: &Caller, maker: PartyId) -> bool {
    oversees(caller) || caller.party == maker
}

pub(crate) async fn set_duty(call: Write, Body(sent): Body<NewDuty>) -> Result<Accepted, Problem> {
    let NewDuty { maker, series, duty } = sent;
    let duty = duty.map(Into::into);
    call.accepted(Verb::SetDuty { maker: maker.0, series: series.0, duty }).await
}

pub(crate) async fn lift_duty(
    call: Write<SeriesId>,
    Query(of): Query<DutyOf>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::LiftDuty { maker: of.maker.0, series: call.id }).await
}

pub(crate) async fn duties(call: Read, (): ()) -> Result<DutyList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let seen = venue.market_makers().filter(|(maker, _)| may_see(&call.caller, **maker));
        let duties = seen.flat_map(|(party, maker)| {
            maker.series.iter().map(|(series, watch)| Duty::new(*party, *series, watch))
        });
        DutyList { duties: duties.collect(), as_of }
    }))
}

/// Reports are told once, when the period ends; the read model keeps them.
pub(crate) async fn duty_reports(
    call: Read,
    Query(page): Query<DutyPage>,
) -> Result<DutyReportList, Problem> {
    let kind = match page.period {
        DutyPeriod::Day => projection::DUTY_OF_DAY,
        DutyPeriod::Month => projection::DUTY_OF_MONTH,
    };
    let filter = match oversees(&call.caller) {
        true => Filter::All,
        false => Filter::Party(call.caller.party),
    };
    let (Page { rows, next }, as_of) =
        past_page(&call.api, (kind, filter), page.before.as_deref(), page.limit).await?;
    let reports = rows.iter().filter_map(|row| serde_json::from_value(row.body.clone()).ok());
    let reports = reports.map(|report: DutyReport| DutyPerformance::from(&report)).collect();
    Ok(DutyReportList { reports, next: next.map(|place| place.to_string()), as_of })
}
