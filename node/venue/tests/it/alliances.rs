//! Issuers that accept each other's coupons (TRD-27, ISS-40).

use crate::world::{World, cents, party};
use gcfn_ledger::Account;
use gcfn_model::{AllianceId, BatchId, RedemptionId, SeriesId};
use gcfn_venue::{
    ALLIANCES_MAX, AllianceAct, MoneyAct, Outcome, PartyKind, RedemptionTerms, Rejection, Tier,
    Verb,
};

fn alliance() -> AllianceId {
    AllianceId::derive(&[b"old town"])
}

/// Brand has sold coupons to Ann and redeems at Cafe; Rival redeems at Inn.
fn town() -> (World, SeriesId) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.admitted("rival", 100_000);
    for (issuer, merchant) in [("brand", "cafe"), ("rival", "inn")] {
        world.register(merchant, PartyKind::Merchant);
        let authorise = Verb::AuthoriseMerchant { merchant: party(merchant) };
        world.issuer(issuer, authorise).expect("admitted");
    }
    world.buyer("ann", series, 4);
    (world, series)
}

fn act(world: &mut World, who: &str, act: AllianceAct) -> Outcome {
    world.issuer(who, Verb::Alliance(act))
}

fn allied(world: &mut World) {
    let (alliance, issuer) = (alliance(), party("rival"));
    act(world, "brand", AllianceAct::Found { alliance }).expect("new");
    act(world, "brand", AllianceAct::Invite { alliance, issuer }).expect("a member invites");
    act(world, "rival", AllianceAct::Join { alliance }).expect("invited");
}

fn lock(world: &mut World, series: SeriesId, merchant: &str, n: u8) -> Outcome {
    let redemption = RedemptionId::derive(&[&[n]]);
    let merchant = party(merchant);
    let terms = RedemptionTerms { redemption, merchant, series, serial: None, amount: None };
    world.user("ann", Verb::LockRedemption(terms))
}

#[test]
fn coupons_are_redeemed_at_the_merchants_of_every_member() {
    let (mut world, series) = town();
    assert_eq!(lock(&mut world, series, "inn", 1), Err(Rejection::MerchantNotAuthorised));
    allied(&mut world);
    for (n, merchant) in [(2, "inn"), (3, "rival"), (4, "cafe")] {
        lock(&mut world, series, merchant, n).expect("accepted there");
    }
    let confirm =
        Verb::ConfirmRedemption { redemption: RedemptionId::derive(&[&[2]]), detail: None };
    let batch = BatchId::derive(&[b"b1"]);
    let debt = |world: &World| world.balance(Account::Obligation(party("brand"), batch));
    let before = debt(&world);
    world.user("inn", confirm).expect("the merchant of another member");
    assert!(debt(&world) < before, "the issuer of the coupon pays");
}

#[test]
fn nobody_is_in_an_alliance_against_its_will() {
    let (mut world, series) = town();
    let (alliance, issuer) = (alliance(), party("rival"));
    act(&mut world, "brand", AllianceAct::Found { alliance }).expect("new");
    let again = act(&mut world, "rival", AllianceAct::Found { alliance });
    assert_eq!(again, Err(Rejection::AllianceExists));
    let unasked = act(&mut world, "rival", AllianceAct::Join { alliance });
    assert_eq!(unasked, Err(Rejection::NotAllied));
    let stranger = AllianceAct::Invite { alliance, issuer: party("brand") };
    assert_eq!(act(&mut world, "rival", stranger), Err(Rejection::NotAllied));
    act(&mut world, "brand", AllianceAct::Invite { alliance, issuer }).expect("a member invites");
    assert_eq!(lock(&mut world, series, "inn", 1), Err(Rejection::MerchantNotAuthorised));
    act(&mut world, "rival", AllianceAct::Leave { alliance }).expect("declined");
    let late = act(&mut world, "rival", AllianceAct::Join { alliance });
    assert_eq!(late, Err(Rejection::NotAllied));
}

#[test]
fn what_was_locked_before_a_member_left_is_confirmed_and_nothing_after() {
    let (mut world, series) = town();
    allied(&mut world);
    lock(&mut world, series, "inn", 1).expect("accepted there");
    act(&mut world, "rival", AllianceAct::Leave { alliance: alliance() }).expect("a member");
    assert_eq!(lock(&mut world, series, "inn", 2), Err(Rejection::MerchantNotAuthorised));
    let confirm =
        Verb::ConfirmRedemption { redemption: RedemptionId::derive(&[&[1]]), detail: None };
    world.user("inn", confirm).expect("locked in time");
    act(&mut world, "brand", AllianceAct::Leave { alliance: alliance() }).expect("a member");
    assert_eq!(world.venue.alliances().count(), 0, "the last member ends it");
}

#[test]
fn an_issuer_that_is_closed_is_in_no_alliance() {
    let (mut world, _) = town();
    world.register("third", PartyKind::Issuer);
    world.issuer("third", Verb::ApplyAsIssuer).expect("a new issuer");
    let (tier, quota) = (Tier::Silver, cents(0));
    world.operator(Verb::ApproveIssuer { issuer: party("third"), tier, quota });
    let (alliance, issuer) = (alliance(), party("third"));
    act(&mut world, "brand", AllianceAct::Found { alliance }).expect("new");
    act(&mut world, "brand", AllianceAct::Invite { alliance, issuer }).expect("a member invites");
    act(&mut world, "third", AllianceAct::Join { alliance }).expect("invited");
    world.operator(MoneyAct::CloseParty { party: issuer }.into());
    let known = world.venue.alliance(alliance).expect("brand is left");
    assert_eq!(known.members, [party("brand")].into());
}

#[test]
fn an_issuer_that_is_terminated_is_in_no_alliance() {
    let (mut world, _) = town();
    allied(&mut world);
    world.two(Verb::TerminateIssuer { issuer: party("rival") }).expect("nothing outstanding");
    let known = world.venue.alliance(alliance()).expect("brand is left");
    assert_eq!(known.members.len(), 1);
}

#[test]
fn an_issuer_is_in_ten_alliances_at_most() {
    let (mut world, _) = town();
    let nth = |n: usize| AllianceId::derive(&[&n.to_be_bytes()]);
    for n in 0..ALLIANCES_MAX {
        act(&mut world, "brand", AllianceAct::Found { alliance: nth(n) }).expect("room is left");
    }
    let one_more = AllianceAct::Found { alliance: nth(ALLIANCES_MAX) };
    assert_eq!(act(&mut world, "brand", one_more), Err(Rejection::TooManyAlliances));
    act(&mut world, "rival", one_more).expect("its first");
    let invite = AllianceAct::Invite { alliance: nth(ALLIANCES_MAX), issuer: party("brand") };
    act(&mut world, "rival", invite).expect("a member invites");
    let join = AllianceAct::Join { alliance: nth(ALLIANCES_MAX) };
    assert_eq!(act(&mut world, "brand", join), Err(Rejection::TooManyAlliances));
}
