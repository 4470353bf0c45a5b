//! An issuer's money: reserves, deposit, proceeds, and whether it performs.

use crate::handlers::issuers::own;
use crate::handlers::party::money_of;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::issuer::{
    Assurance, DefaultReport, IssuerAmount, IssuerDeposit, IssuerFinance, IssuerProceeds,
    ReserveReport,
};
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::settlement::WithdrawalTaken;
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Account, IssuerBucket};
use gcfn_model::{Amount, BasisPoints, PartyId, Pool, WithdrawalId};
use gcfn_venue::{MoneyAct, Venue, Verb};

pub(crate) async fn finance(call: Read<PartyId>, (): ()) -> Result<IssuerFinance, Problem> {
    let issuer = call.id;
    own(&call, |venue, _, as_of| {
        let currency = venue.terms().currency;
        let owed = Pool::ALL.into_iter().map(|pool| {
            let account = Account::Receivable(pool, issuer);
            venue.books().money.amount(account, currency)
        });
        IssuerFinance {
            issuer: Text(issuer),
            money: money_of(venue, issuer),
            reserves: reserves_of(venue, issuer),
            owed: Money::new(Amount::sum(owed).unwrap_or(Amount::MAX), currency),
            funding_call: venue.funding_call(issuer).map(Into::into),
            as_of,
        }
    })
}

fn reserves_of(venue: &Venue, issuer: PartyId) -> Vec<ReserveReport> {
    let own = venue.batches_by(issuer);
    let with_coupons = own.filter(|(_, batch)| batch.state.is_live() || batch.state.has_ended());
    let reserves = with_coupons.filter_map(|(id, batch)| {
        let outstanding = Account::Obligation(issuer, *id);
        let outstanding = venue.books().money.amount(outstanding, venue.terms().currency);
        ReserveReport::new(*id, batch, outstanding, venue)
    });
    reserves.collect()
}

fn bucket(venue: &Venue, issuer: PartyId, bucket: IssuerBucket) -> Money {
    let currency = venue.terms().currency;
    Money::new(venue.books().money.amount(Account::Issuer(issuer, bucket), currency), currency)
}

pub(crate) async fn deposit(call: Read<PartyId>, (): ()) -> Result<IssuerDeposit, Problem> {
    let account = call.api.settings().deposit_accounts.get(&Pool::IssuerEscrow).cloned();
    own(&call, |venue, issuer, as_of| IssuerDeposit {
        deposit: bucket(venue, call.id, IssuerBucket::Deposit),
        assurance: Assurance { share: issuer.assurance.0 },
        reference: Text(call.id),
        account,
        as_of,
    })
}

pub(crate) async fn withdraw_deposit(
    call: Write<PartyId>,
    Body(sent): Body<IssuerAmount>,
) -> Result<Accepted, Problem> {
    call.must_be(call.id)?;
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(Verb::WithdrawDeposit { amount }).await
}

pub(crate) async fn keep_assurance(
    call: Write<PartyId>,
    Body(sent): Body<Assurance>,
) -> Result<Accepted, Problem> {
    call.must_be(call.id)?;
    call.accepted(MoneyAct::KeepAssurance { share: BasisPoints(sent.share) }.into()).await
}

pub(crate) async fn proceeds(call: Read<PartyId>, (): ()) -> Result<IssuerProceeds, Problem> {
    own(&call, |venue, _, as_of| IssuerProceeds {
        free: bucket(venue, call.id, IssuerBucket::Free),
        on_the_way: bucket(venue, call.id, IssuerBucket::Withdrawal),
        as_of,
    })
}

pub(crate) async fn pay_out(
    call: Write<PartyId>,
    Body(sent): Body<IssuerAmount>,
) -> Result<WithdrawalTaken, Problem> {
    call.must_be(call.id)?;
    let amount = call.api.amount("amount", sent.amount)?;
    let withdrawal = WithdrawalId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::PayOutProceeds { withdrawal, amount }).await?;
    Ok(WithdrawalTaken { withdrawal: Text(withdrawal), as_of: call.as_of() })
}

pub(crate) async fn default(call: Read<PartyId>, (): ()) -> Result<DefaultReport, Problem> {
    own(&call, |venue, _, as_of| DefaultReport {
        default: venue.default_of(call.id).map(Into::into),
        funding_call: venue.funding_call(call.id).map(Into::into),
        as_of,
    })
}
