//! What is charged: the tables, the rounding, the reduction, and that a hold covers it all.

use crate::world::{World, cents, instant, party, terms};
use gcfn_ledger::{Account, FeeKind, IssuerBucket, UserBucket};
use gcfn_market::Side;
use gcfn_model::{Amount, AuctionId, BasisPoints, Currency, Millis, Pool, SeriesId};
use gcfn_venue::{
    AuctionTerms, Done, FeePreset, FeeSchedule, Liquidity, Listing, MarketKind, PartyKind,
    SideRates, Tier, Trade, TradeLine, Trader, Units, Verb, major_units,
};
use proptest::prelude::*;

const KINDS: [MarketKind; 5] =
    [MarketKind::Primary, MarketKind::C2c, MarketKind::B2c, MarketKind::B2b, MarketKind::Block];
const PRESETS: [FeePreset; 4] =
    [FeePreset::DEFAULT, FeePreset::Fees000, FeePreset::Fees001, FeePreset::Fees003];

fn schedule(preset: FeePreset) -> FeeSchedule {
    FeeSchedule::of(preset, Currency::Cny)
}

/// A taker's line without a reduction.
fn line(kind: MarketKind, side: Side, value: u64) -> TradeLine {
    let (value, liquidity) = (cents(value), Liquidity::Taker);
    TradeLine { kind, side, liquidity, value, trades_this_month: 1 }
}

fn fee(preset: FeePreset, line: TradeLine) -> u64 {
    schedule(preset).trade_fee(line).minor()
}

#[test]
fn by_default_the_order_that_came_second_pays_more_on_either_side() {
    for kind in KINDS {
        for side in [Side::Buy, Side::Sell] {
            let taker = line(kind, side, 1_000_00);
            let maker = TradeLine { liquidity: Liquidity::Maker, ..taker };
            assert_eq!(fee(FeePreset::DEFAULT, taker), 5_00);
            assert_eq!(fee(FeePreset::DEFAULT, maker), 1_00);
        }
    }
}

#[test]
fn the_other_presets_charge_by_side_or_by_market() {
    let paid =
        |preset, kind| [Side::Buy, Side::Sell].map(|side| fee(preset, line(kind, side, 1_000_00)));
    assert_eq!(paid(FeePreset::Fees000, MarketKind::C2c), [5_00, 10_00]);
    assert_eq!(paid(FeePreset::Fees000, MarketKind::B2b), [5_00, 10_00]);
    assert_eq!(paid(FeePreset::Fees001, MarketKind::C2c), [1_50, 1_50]);
    assert_eq!(paid(FeePreset::Fees001, MarketKind::B2c), [1_00, 1_00]);
    assert_eq!(paid(FeePreset::Fees001, MarketKind::B2b), [50, 50]);
    assert_eq!(paid(FeePreset::Fees003, MarketKind::C2c), [7_50, 7_50]);
    assert_eq!(paid(FeePreset::Fees003, MarketKind::B2b), [2_00, 2_00]);
}

#[test]
fn a_block_pays_by_its_value_and_a_smaller_one_what_businesses_pay() {
    let paid = |value| fee(FeePreset::Fees003, line(MarketKind::Block, Side::Sell, value));
    assert_eq!(paid(499_999_99), 1_000_00); // 0.20 %, half up
    assert_eq!(paid(500_000_00), 750_00); // 0.15 %
    assert_eq!(paid(2_000_000_00), 2_000_00); // 0.10 %
    assert_eq!(paid(10_000_000_00), 5_000_00); // 0.05 %

    let table = schedule(FeePreset::Fees003).trade;
    let (consumer, business) = (Trader::Consumer, Trader::Business);
    assert_eq!(table.resale_kind(consumer, consumer, cents(499_999_99)), MarketKind::C2c);
    assert_eq!(table.resale_kind(consumer, consumer, cents(500_000_00)), MarketKind::Block);
    assert_eq!(table.resale_kind(business, consumer, cents(1)), MarketKind::B2c);
    assert_eq!(table.resale_kind(consumer, business, cents(1)), MarketKind::B2c);
    assert_eq!(table.resale_kind(business, business, cents(1)), MarketKind::B2b);
    let untiered = schedule(FeePreset::DEFAULT).trade;
    assert_eq!(untiered.resale_kind(consumer, consumer, Amount::MAX), MarketKind::C2c);
}

#[test]
fn d_09_a_fee_is_of_price_times_quantity() {
    let value = cents(94_00).checked_mul(7).expect("in range").minor();
    // 658.00 at 0.50 %: 3.29, seven times what one coupon pays.
    assert_eq!(fee(FeePreset::DEFAULT, line(MarketKind::C2c, Side::Buy, value)), 3_29);
    assert_eq!(fee(FeePreset::DEFAULT, line(MarketKind::C2c, Side::Buy, 94_00)), 47);
}

#[test]
fn d_35_a_fee_is_rounded_half_up_once_per_line() {
    let taker = |value| fee(FeePreset::DEFAULT, line(MarketKind::C2c, Side::Buy, value));
    assert_eq!(taker(99), 0); // 0.495
    assert_eq!(taker(100), 1); // 0.5
    assert_eq!(taker(299), 1); // 1.495
    assert_eq!(taker(300), 2); // 1.5
    // 0.62 less a fifth is 0.496: nothing. Rounded before the reduction it would be 1, and after
    // it 0.8, so 1 again.
    let once = line(MarketKind::C2c, Side::Buy, 124);
    assert_eq!(fee(FeePreset::DEFAULT, once), 1);
    assert_eq!(fee(FeePreset::DEFAULT, TradeLine { trades_this_month: 11, ..once }), 0);
}

#[test]
fn more_than_ten_trades_a_month_pay_a_fifth_less() {
    let quote = |trades_this_month| {
        let line = TradeLine { trades_this_month, ..line(MarketKind::C2c, Side::Buy, 1_000_00) };
        schedule(FeePreset::DEFAULT).quote(line)
    };
    assert_eq!(quote(10).fee, cents(5_00));
    let eleventh = quote(11);
    assert_eq!((eleventh.rate, eleventh.reduction), (BasisPoints(50), BasisPoints(2_000)));
    assert_eq!((eleventh.fee, eleventh.total()), (cents(4_00), Some(cents(1_004_00))));
}

#[test]
fn a_quote_names_what_the_buyer_pays_and_the_seller_gets() {
    let total = |side| schedule(FeePreset::Fees000).quote(line(MarketKind::C2c, side, 100_00));
    assert_eq!(total(Side::Buy).total(), Some(cents(100_50)));
    assert_eq!(total(Side::Sell).total(), Some(cents(99_00)));
}

#[test]
fn the_month_s_volume_earns_a_tier_and_a_threshold_is_in_the_higher_one() {
    let issuance = schedule(FeePreset::DEFAULT).issuance;
    let tier = |units: u32| issuance.tier_of(major_units(Currency::Cny, units));
    let tiers = [0, 999_999, 1_000_000, 4_999_999, 5_000_000, 19_999_999, 20_000_000].map(tier);
    use Tier::{Diamond, Gold, Platinum, Silver};
    assert_eq!(tiers, [Silver, Silver, Gold, Gold, Platinum, Platinum, Diamond]);
    // Thresholds are whole units of the currency, whatever its decimals.
    let yen = FeeSchedule::of(FeePreset::DEFAULT, Currency::Jpy).issuance;
    assert_eq!(yen.tier_of(cents(1_000_000)), Gold);
}

#[test]
fn a_new_issuer_pays_no_more_than_gold_in_its_first_month() {
    let fees = schedule(FeePreset::DEFAULT);
    let fee = |granted, volume: u64, days: u64| {
        let age = Millis(days * 86_400_000);
        let listing = Listing { granted, volume: cents(volume), age };
        fees.issuance_fee(listing, cents(10_000_00)).minor()
    };
    assert_eq!(fee(Tier::Silver, 10_000_00, 29), 120_00);
    assert_eq!(fee(Tier::Silver, 10_000_00, 30), 150_00);
    assert_eq!(fee(Tier::Gold, 10_000_00, 30), 120_00);
    assert_eq!(fee(Tier::Silver, 5_000_000_00, 30), 100_00);
    assert_eq!(fee(Tier::Diamond, 10_000_00, 0), 80_00);
}

#[test]
fn redemption_withdrawal_and_breakage_have_rates_of_their_own() {
    let fees = schedule(FeePreset::DEFAULT);
    assert_eq!(fees.redemption_fee(cents(100_00)), cents(10));
    assert_eq!(fees.withdrawal_fee(cents(1_000_00)), cents(1_00));
    assert_eq!(fees.breakage_share(cents(1_000_00)), cents(100_00));
}

proptest! {
    /// However an order fills, the fees of its fills are within what is held for it.
    #[test]
    fn a_hold_covers_the_fees_of_any_fill(
        limit in 1u64..1_000_000_00,
        fills in prop::collection::vec((1u64..=100, 1u64..50, any::<bool>(), 0usize..5), 1..20),
        trades in 0u32..30,
    ) {
        for preset in PRESETS {
            let fees = schedule(preset);
            let per_coupon = limit + fees.largest_buy_fee(cents(limit)).expect("small").minor();
            let (mut held, mut paid) = (0, 0);
            for (percent, quantity, rested, kind) in &fills {
                let price = (limit * percent / 100).max(1);
                let liquidity = if *rested { Liquidity::Maker } else { Liquidity::Taker };
                let (value, kind) = (cents(price * quantity), KINDS[*kind]);
                let (side, trades_this_month) = (Side::Buy, trades);
                let line = TradeLine { kind, side, liquidity, value, trades_this_month };
                held += per_coupon * quantity;
                paid += fees.quote(line).total().expect("small").minor();
            }
            prop_assert!(paid <= held);
        }
    }
}

/// A world under `fees` with a listed series and two users with money.
fn market(fees: FeeSchedule) -> (World, SeriesId) {
    let mut world = World::of(gcfn_venue::Terms { fees, ..terms("sg", "sg", Currency::Sgd) });
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    (world, series)
}

fn only_trade(world: &World, answer: Done) -> Trade {
    let Done::Order { trades, .. } = answer else { panic!("not an order's answer") };
    let [id] = trades.as_slice() else { panic!("not one trade") };
    world.venue.trade(*id).expect("just made").clone()
}

fn buys(world: &mut World, who: &str, series: SeriesId, quantity: u64) -> Trade {
    let answer = world.order(who, Side::Buy, series, quantity, None).expect("there is an offer");
    only_trade(world, answer)
}

#[test]
fn d_33_the_issuer_pays_the_sell_side_of_a_primary_sale() {
    let (mut world, series) = market(FeeSchedule::of(FeePreset::Fees000, Currency::Sgd));
    let trade = buys(&mut world, "ann", series, 10);
    assert!(trade.primary());
    assert_eq!((trade.buyer_fee, trade.seller_fee), (cents(4_75), cents(9_50)));
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    assert_eq!(world.balance(Account::Fee(FeeKind::Trade)), 4_75 + 9_50);
}

#[test]
fn the_parties_of_a_resale_set_its_market() {
    let mut fees = FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd);
    fees.trade.c2c = SideRates::both(BasisPoints(100));
    fees.trade.b2c = SideRates::both(BasisPoints(200));
    fees.trade.b2b = SideRates::both(BasisPoints(300));
    let (mut world, series) = market(fees);
    for shop in ["shop", "mart"] {
        world.register(shop, PartyKind::Merchant);
        world.deposit(shop, Pool::UserCustody, 10_000_00);
    }
    let mut resale = |seller: &str, buyer: &str| {
        buys(&mut world, seller, series, 1);
        world.order(seller, Side::Sell, series, 1, Some(90_00)).expect("it has one");
        let trade = buys(&mut world, buyer, series, 1);
        assert!(!trade.primary());
        (trade.buyer_fee.minor(), trade.seller_fee.minor())
    };
    assert_eq!(resale("ann", "ben"), (90, 90));
    assert_eq!(resale("ann", "shop"), (1_80, 1_80));
    assert_eq!(resale("shop", "ann"), (1_80, 1_80));
    assert_eq!(resale("shop", "mart"), (2_70, 2_70));
}

#[test]
fn what_is_held_beyond_the_fee_is_free_again_after_the_fill() {
    let mut fees = FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd);
    fees.trade.b2b = SideRates::both(BasisPoints(1_000));
    let (mut world, series) = market(fees);
    buys(&mut world, "ann", series, 1);
    assert_eq!(world.available("ann"), 10_000_00 - 95_00 - 48);
    assert_eq!(world.balance(Account::User(party("ann"), UserBucket::Hold)), 0);
}

#[test]
fn the_eleventh_trade_of_a_month_is_cheaper_and_the_next_month_begins_anew() {
    let (mut world, series) = market(FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd));
    // Day 1000 is 1972-09-27. 95.00 at 0.50 % is 0.475, less a fifth 0.38.
    for _ in 0..10 {
        assert_eq!(buys(&mut world, "ann", series, 1).buyer_fee, cents(48));
    }
    assert_eq!(world.venue.trades_this_month(party("ann")), 10);
    let next = |who| world.venue.quote_fee(party(who), line(MarketKind::Primary, Side::Buy, 95_00));
    assert_eq!((next("ann").fee, next("ben").fee), (cents(38), cents(48)));
    let eleventh = buys(&mut world, "ann", series, 1);
    assert_eq!(eleventh.buyer_fee, cents(38));
    assert_eq!(eleventh.seller_fee, cents(10), "an issuer's sales are not its trades");
    assert_eq!(world.venue.trades_this_month(party("brand")), 0);
    assert_eq!(buys(&mut world, "ben", series, 1).buyer_fee, cents(48));

    // After the cut-off of 30 September, day 1003, a trade belongs to October.
    world.until(1003, 17);
    assert_eq!(buys(&mut world, "ann", series, 1).buyer_fee, cents(38));
    world.until(1003, 18);
    assert_eq!(world.venue.trades_this_month(party("ann")), 0);
    assert_eq!(buys(&mut world, "ann", series, 1).buyer_fee, cents(48));
    assert_eq!(world.venue.trades_this_month(party("ann")), 1);
}

#[test]
fn what_falls_due_in_a_month_is_charged_as_of_that_month_however_late_it_is_done() {
    let (mut world, series) = market(FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd));
    world.until(1003, 9);
    (0..10).for_each(|_| drop(buys(&mut world, "ann", series, 1)));
    buys(&mut world, "ben", series, 1);
    let auction = AuctionId::derive(&[b"a"]);
    let terms = AuctionTerms {
        auction,
        series,
        units: Units::Any(1),
        reserve: cents(50_00),
        increment: cents(1_00),
        ends_at: instant(1003, 12),
    };
    world.user("ben", Verb::OpenAuction(terms)).expect("he has one");
    world.user("ann", Verb::Bid { auction, price: cents(90_00) }).expect("covered");
    // Nothing happens before October: 90.00 at 0.50 % is 0.45, less a fifth 0.36.
    world.until(1004, 12);
    let sale = world.venue.trades().find(|trade| !trade.primary()).expect("sold").clone();
    assert_eq!((sale.at, sale.buyer_fee), (instant(1003, 12), cents(36)));
}

#[test]
fn both_parties_of_a_resale_have_traded() {
    let (mut world, series) = market(FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd));
    buys(&mut world, "ann", series, 1);
    world.order("ann", Side::Sell, series, 1, Some(90_00)).expect("she has one");
    buys(&mut world, "ben", series, 1);
    assert_eq!(world.venue.trades_this_month(party("ann")), 2);
    assert_eq!(world.venue.trades_this_month(party("ben")), 1);
}

#[test]
fn an_issuer_s_listings_of_a_month_add_up_and_earn_a_tier() {
    let mut fees = FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd);
    // A batch here is 10 000.00 of face: the second of a month reaches platinum.
    fees.issuance.tiers_from = [cents(1), cents(20_000_00), cents(1_000_000_00)];
    let (mut world, _) = market(fees);
    let due = Account::Issuer(party("brand"), IssuerBucket::Due);
    let listed = |world: &World| {
        let issuer = world.venue.issuer(party("brand")).expect("approved");
        let listed = issuer.listed.expect("a batch");
        (listed.month.month, listed.face.minor(), world.balance(due))
    };
    assert_eq!(listed(&world), (9, 10_000_00, 120_00));
    world.lists("brand", "b2");
    assert_eq!(listed(&world), (9, 20_000_00, 120_00 + 100_00));
    // October: the fees of September have settled, and the volume begins anew.
    for (day, hour) in [(1000, 19), (1000, 21), (1001, 9), (1003, 18)] {
        world.until(day, hour);
    }
    world.deposit("brand", Pool::IssuerEscrow, 1_000_00);
    world.lists("brand", "b3");
    assert_eq!(listed(&world), (10, 10_000_00, 120_00));
}
