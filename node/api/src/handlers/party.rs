//! Who the caller is and has; what compliance says of a party.

use crate::api::store_problem;
use crate::handlers::personal::note_once;
use crate::handlers::vault_field;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::party::{
    Assets, Bucket, Classification, ComplianceAct, CustodySetting, Holding, Invitation,
    KycDecision, Me, PartyReport,
};
use gcfn_api_wire::personal::{PartyLine, PartyList, PartyPage};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Account, Holder, IssuerBucket, UserBucket};
use gcfn_model::PartyId;
use gcfn_store::Personal;
use gcfn_venue::{MoneyAct, Party, Venue, Verb};

/// The most parties of one page.
const PARTIES_MAX: usize = 500;

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
            custody: known.map(|known| known.custody.into()),
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

pub(crate) fn money_of(venue: &Venue, party: PartyId) -> Vec<Bucket> {
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
    let holdings = venue.series_held_by(party).into_iter().map(|id| Holding {
        series: Text(id),
        free: title.quantity(id, Holder::Party(party)),
        in_orders: title.quantity(id, Holder::OrderLock(party)),
        in_redemption: title.quantity(id, Holder::RedeemLock(party)),
        in_offers: title.quantity(id, Holder::OfferLock(party)),
        pledged: title.quantity(id, Holder::Pledged(party)),
        frozen: title.quantity(id, Holder::Frozen(party)),
        redeemable: Money::new(title.value(id, Holder::Party(party)), currency),
    });
    holdings.collect()
}

/// The parties of the node as staff and supervisors see them.
pub(crate) async fn list(call: Read, Query(page): Query<PartyPage>) -> Result<PartyList, Problem> {
    let limit = page.limit.clamp(1, PARTIES_MAX);
    Ok(call.api.gateway().read(|venue, as_of| {
        let after = page.after.map(|Text(party)| party);
        let is_wanted = |of: &Party| page.kind.is_none_or(|kind| kind == of.kind.into());
        let lines = venue.parties_after(after, limit, is_wanted).map(|(party, of)| PartyLine {
            party: Text(party),
            kind: of.kind.into(),
            kyc: of.kyc,
            frozen: of.frozen,
        });
        let parties: Vec<PartyLine> = lines.collect();
        let next = parties.last().filter(|_| parties.len() == limit).map(|line| line.party);
        PartyList { parties, next, as_of }
    }))
}

/// A party as staff and supervisors see it.
pub(crate) async fn party(call: Read<PartyId>, (): ()) -> Result<PartyReport, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let known = venue.find_party(call.id)?;
        Some(PartyReport {
            party: Text(call.id),
            kind: known.kind.into(),
            kyc: known.kyc,
            class: known.class.into(),
            custody: known.custody.into(),
            frozen_for: venue.freezes(call.id).map(Into::into).collect(),
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn set_kyc(
    call: Write<PartyId>,
    Body(decision): Body<KycDecision>,
) -> Result<Accepted, Problem> {
    if 3 < decision.kyc {
        return Err(Problem::rule("kyc", "identity level is 0 to 3"));
    }
    let act = MoneyAct::SetKyc { party: call.id, kyc: decision.kyc };
    call.accepted(act.into()).await
}

pub(crate) async fn classify(
    call: Write<PartyId>,
    Body(sent): Body<Classification>,
) -> Result<Accepted, Problem> {
    let act = MoneyAct::Classify { party: call.id, class: sent.class.into() };
    call.accepted(act.into()).await
}

pub(crate) async fn set_custody(
    call: Write<PartyId>,
    Body(sent): Body<CustodySetting>,
) -> Result<Accepted, Problem> {
    let act = MoneyAct::SetCustody { party: call.id, custody: sent.custody()? };
    call.accepted(act.into()).await
}

/// Closes a party, and every credential that acts for it.
pub(crate) async fn close(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    let closed = call.accepted(MoneyAct::CloseParty { party: call.id }.into()).await?;
    let (credentials, now) = (call.api.store().credentials(), call.api.node().now());
    let known = credentials.list().await.map_err(|fault| store_problem(&fault))?;
    for credential in known.into_iter().filter(|known| known.grant.party == Some(call.id)) {
        let revoked = credentials.revoke(&credential.id, now).await;
        revoked.map_err(|fault| store_problem(&fault))?;
    }
    let vault = call.api.store().vault();
    if vault.shredded_at(call.id).await.map_err(|fault| store_problem(&fault))?.is_none() {
        note_once(&vault, call.id, vault_field::CLOSED, now).await?;
    }
    Ok(closed)
}

pub(crate) async fn join_by_invitation(
    call: Write,
    Body(sent): Body<Invitation>,
) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::JoinByInvitation { of: sent.inviter.0 }.into()).await
}

pub(crate) async fn freeze(
    call: Write,
    Body(act): Body<ComplianceAct>,
) -> Result<Accepted, Problem> {
    let reason = act.reason.reason(act.document)?;
    call.accepted(Verb::Freeze { party: act.party.0, reason }).await
}

pub(crate) async fn unfreeze(
    call: Write,
    Body(act): Body<ComplianceAct>,
) -> Result<Accepted, Problem> {
    let reason = act.reason.reason(act.document)?;
    call.accepted(Verb::Unfreeze { party: act.party.0, reason }).await
}
