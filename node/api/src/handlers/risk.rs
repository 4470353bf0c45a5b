//! Limits of what parties may do, and what rules have noticed.

use crate::Api;
use crate::handlers::page_of;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::claims::ClaimReport;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::risk::{
    Alert, AlertList, AlertReview, BankAlarm, BankDown, IssuerStress, LateCycle, Limits,
    LimitsReport, LimitsSet, LiquidityReport, LiquidityStress, RegionLimits,
};
use gcfn_api_wire::term::{Money, Text};
use gcfn_clearing::House;
use gcfn_ledger::Account;
use gcfn_model::{BasisPoints, PartyId};
use gcfn_venue::{MoneyAct, PartyLimits, Venue};

pub(crate) async fn limits(call: Read, (): ()) -> Result<RegionLimits, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let (currency, terms) = (venue.terms().currency, venue.terms().money.limits);
        let money = |amount| Money::new(amount, currency);
        let party = venue.find_party(call.caller.party).map(|_| call.caller.party);
        RegionLimits {
            region: Limits::new(&terms.party, currency),
            own: party.map(|party| Limits::new(&venue.limits_of(party), currency)),
            large_amount: money(terms.large_amount),
            large_single: money(terms.large_single),
            large_daily: money(terms.large_daily),
            travel_rule: money(terms.travel_rule),
            kyc_to_transfer_large: terms.kyc_to_transfer_large,
            as_of,
        }
    }))
}

pub(crate) async fn limits_of(call: Read<PartyId>, (): ()) -> Result<LimitsReport, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        venue.find_party(call.id)?;
        let limits = Limits::new(&venue.limits_of(call.id), venue.terms().currency);
        Some(LimitsReport { party: Text(call.id), limits, as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn set_limits(
    call: Write<PartyId>,
    Body(sent): Body<LimitsSet>,
) -> Result<Accepted, Problem> {
    let limits = sent.limits.map(|limits| in_amounts(&call.api, &limits)).transpose()?;
    call.accepted(MoneyAct::SetLimits { party: call.id, limits }.into()).await
}

fn in_amounts(api: &Api, limits: &Limits) -> Result<PartyLimits, Problem> {
    let sums = [
        ("limits.order_value", limits.order_value),
        ("limits.traded_daily", limits.traded_daily),
        ("limits.withdrawn_daily", limits.withdrawn_daily),
    ];
    for (field, sum) in sums {
        if let Some(money) = sum {
            api.amount(field, money)?;
        }
    }
    Ok(limits.in_amounts())
}

pub(crate) async fn alerts(call: Read, (): ()) -> Result<AlertList, Problem> {
    let banks_down = call.api.bank_queues().into_iter().filter_map(BankDown::of).collect();
    Ok(call.api.gateway().read(|venue, as_of| {
        let cycles = venue.house().into_iter().flat_map(House::cycles);
        let own = venue.returned_pay_ins().map(ClaimReport::from);
        let claims = venue
            .house()
            .into_iter()
            .flat_map(|house| house.claims().map(|claim| ClaimReport::of_house(house.id(), claim)));
        AlertList {
            alerts: venue.flags().map(Alert::new).collect(),
            late_cycles: cycles.filter_map(|cycle| LateCycle::of(cycle, venue.now())).collect(),
            banks_down,
            returned_pay_ins: own.chain(claims).collect(),
            bank_alarms: venue.bank_alarms().map(BankAlarm::new).collect(),
            as_of,
        }
    }))
}

pub(crate) async fn review_alert(
    call: Write,
    Body(sent): Body<AlertReview>,
) -> Result<Accepted, Problem> {
    let (Text(party), rule) = (sent.party, sent.rule.into());
    call.accepted(MoneyAct::ReviewFlag { party, rule }.into()).await
}

/// Whether issuers could pay if holders came to redeem at once.
pub(crate) async fn liquidity(
    call: Read,
    Query(asked): Query<LiquidityStress>,
) -> Result<LiquidityReport, Problem> {
    if BasisPoints::ONE.0 < asked.stress_bp {
        return Err(Problem::rule("stress_bp", "it is 0 to 10000"));
    }
    let after = asked.after.map(|Text(issuer)| issuer);
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let money = |account| Money::new(venue.books().money.amount(account, currency), currency);
        let known = venue.issuers_after(after);
        let lines = known.map(|(id, _)| (*id, stressed(venue, *id, asked.stress_bp)));
        let (issuers, next) = page_of(lines, asked.limit);
        LiquidityReport {
            stress_bp: asked.stress_bp,
            outstanding: money(Account::ObligationContra),
            guarantee_fund: money(Account::GuaranteeFund),
            issuers,
            next: next.map(Text),
            as_of,
        }
    }))
}

fn stressed(venue: &Venue, issuer: PartyId, stress_bp: u32) -> IssuerStress {
    let of = venue.liquidity_of(issuer, BasisPoints(stress_bp));
    let money = |amount| Money::new(amount, venue.terms().currency);
    IssuerStress {
        issuer: Text(issuer),
        outstanding: money(of.outstanding),
        called: money(of.called),
        reserves: money(of.reserves),
        own_means: money(of.own_means),
        shortfall: money(of.shortfall),
    }
}
