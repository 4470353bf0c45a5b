//! Redemption takes two: the holder who shows, and a merchant whom the issuer has authorised.

use crate::world::{World, party};
use gcfn_model::RedemptionId;
use gcfn_venue::{PartyKind, RedemptionTerms, Rejection, Role, Verb};

/// D-07, D-08: whoever calls himself the merchant, nobody but the one that the issuer authorised and
/// the holder named ends a coupon.
#[test]
fn d_07_nobody_burns_anybodys_coupon() {
    let mut world = World::new();
    let series = world.listed("brand", "batch");
    world.buyer("ann", series, 1);
    for merchant in ["shop", "other"] {
        world.register(merchant, PartyKind::Merchant);
    }
    world.settle(1000);

    let redemption = RedemptionId::from_bytes([1; 16]);
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant: party("shop"),
        series,
        serial: None,
        amount: None,
    });
    assert_eq!(world.user("ann", lock.clone()), Err(Rejection::MerchantNotAuthorised));
    for merchant in ["shop", "other"] {
        let merchant = party(merchant);
        world.issuer("brand", Verb::AuthoriseMerchant { merchant }).expect("its own to say");
    }
    assert_eq!(world.user("ben", lock.clone()), Err(Rejection::UnknownParty));
    world.user("ann", lock).expect("she has one, and the shop is authorised");

    let confirm = Verb::ConfirmRedemption { redemption, detail: None };
    for (who, role) in [("other", Role::User), ("ann", Role::User), ("brand", Role::Issuer)] {
        assert!(world.ask(who, role, confirm.clone()).is_err(), "{who} is not whom she named");
    }
    assert_eq!(world.coupons("ann", series), 0, "shown, and not spent");
    world.ask("shop", Role::User, confirm.clone()).expect("whom she named");
    assert!(world.ask("shop", Role::User, confirm).is_err(), "once");
}
