//! Who the caller is and has; issuers; compliance.

use crate::api::store_problem;
use crate::handlers::vault_field;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::party::{
    Assets, Bucket, ComplianceAct, Holding, IssuerAccount, IssuerReview, Me, MerchantGrant,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Account, Holder, IssuerBucket, UserBucket};
use gcfn_model::PartyId;
use gcfn_store::Personal;
use gcfn_venue::{FreezeReason, Role, Venue, Verb};

pub(crate) async fn me(call: Read, (): ()) -> Result<Me, Problem> {
    let party = call.caller.party;
    let vault = call.api.store().vault();
    let read = async |field| {
        let value = vault.get(party, field).await.map_err(|fault| store_problem(&fault))?;
        let text = |personal: Personal| personal.reveal_text().map(str::to_owned);
        Ok::<_, Problem>(value.and_then(text))
    };
    let name = read(vault_field::NAME).await?;
    let phone = read(vault_field::PHONE).await?;
    let email = read(vault_field::EMAIL).await?;
    Ok(call.api.gateway().read(|venue, as_of| {
        let known = venue.find_party(party);
        Me {
            party: Text(party),
            scope: call.caller.scope.to_string(),
            kind: known.map(|known| known.kind.into()),
            kyc: known.map(|known| known.kyc),
            frozen: known.map(|known| known.frozen),
            name,
            phone,
            email,
            as_of,
        }
    }))
}

pub(crate) async fn assets(call: Read, (): ()) -> Result<Assets, Problem> {
    let party = call.caller.party;
    Ok(call.api.gateway().read(|venue, as_of| Assets {
        party: Text(party),
        money: money_of(venue, party),
        coupons: coupons_of(venue, party),
        as_of,
    }))
}

fn money_of(venue: &Venue, party: PartyId) -> Vec<Bucket> {
    let users = UserBucket::ALL.iter();
    let users = users.map(|bucket| (bucket.word(), Account::User(party, *bucket)));
    let issuers = IssuerBucket::ALL.iter();
    let issuers = issuers.map(|bucket| (bucket.word(), Account::Issuer(party, *bucket)));
    let accounts = users.chain(issuers).chain([("payable", Account::Merchant(party))]);
    let currency = venue.terms().currency;
    let filled = accounts.filter_map(|(bucket, account)| {
        let amount = venue.books().money.amount(account, currency);
        let money = Money::new(amount, currency);
        (!amount.is_zero()).then(|| Bucket { bucket: bucket.to_owned(), money })
    });
    filled.collect()
}

fn coupons_of(venue: &Venue, party: PartyId) -> Vec<Holding> {
    let (title, currency) = (&venue.books().title, venue.terms().currency);
    let holdings = title.series().map(|(id, _)| Holding {
        series: Text(id),
        free: title.quantity(id, Holder::Party(party)),
        in_orders: title.quantity(id, Holder::OrderLock(party)),
        in_redemption: title.quantity(id, Holder::RedeemLock(party)),
        redeemable: Money::new(title.value(id, Holder::Party(party)), currency),
    });
    let any = |holding: &Holding| {
        holding.free != 0 || holding.in_orders != 0 || holding.in_redemption != 0
    };
    holdings.filter(any).collect()
}

pub(crate) async fn apply_as_issuer(call: Write, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApplyAsIssuer).await
}

/// An issuer's account is its own and the overseers' to see.
pub(crate) async fn issuer(call: Read<PartyId>, (): ()) -> Result<IssuerAccount, Problem> {
    let currency = call.api.terms().currency;
    let own = call.caller.party == call.id;
    if call.caller.scope.role() == Role::Issuer && !own {
        return Err(Code::NotFound.into());
    }
    let found = call.api.gateway().read(|venue, as_of| {
        let known = venue.issuer(call.id)?;
        Some(IssuerAccount::new(Text(call.id), known, currency, as_of))
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn review_issuer(
    call: Write<PartyId>,
    Body(review): Body<IssuerReview>,
) -> Result<Accepted, Problem> {
    let quota = call.api.amount("quota", review.quota)?;
    let (issuer, tier) = (call.id, review.tier.into());
    call.accepted(Verb::ApproveIssuer { issuer, tier, quota }).await
}

pub(crate) async fn authorise_merchant(
    call: Write<PartyId>,
    Body(grant): Body<MerchantGrant>,
) -> Result<Accepted, Problem> {
    if call.id != call.caller.party {
        return Err(gcfn_venue::Rejection::NotYours.into());
    }
    call.accepted(Verb::AuthoriseMerchant { merchant: grant.merchant.0 }).await
}

pub(crate) async fn freeze(
    call: Write,
    Body(act): Body<ComplianceAct>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::Freeze { party: act.party.0, reason: FreezeReason::Compliance }).await
}

pub(crate) async fn unfreeze(
    call: Write,
    Body(act): Body<ComplianceAct>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::Unfreeze { party: act.party.0, reason: FreezeReason::Compliance }).await
}
