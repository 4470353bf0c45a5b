//! The sets of factors that a region can choose, and what the record keeps for them (C-48, CSC-06).

use crate::credit::NOTHING;
use crate::world::{World, cents, party, terms};
use gcfn_market::Side;
use gcfn_model::{BasisPoints, Currency, Millis, Pool, Timestamp};
use gcfn_venue::{
    CreditFactors, CreditRules, FactorSet, IssuerRecord, PartyKind, RateBase, Score, Severity, Verb,
};
use proptest::prelude::*;

const DAY: u64 = 86_400_000;
const SETS: [FactorSet; 3] = [FactorSet::Tenure, FactorSet::Maturity, FactorSet::Volume];

const fn rules(factors: FactorSet) -> CreditRules {
    CreditRules { factors, ..CreditRules::standard(Currency::Sgd) }
}

/// Rates that earn 35 x 0.85 + 25 x (1 - 0.10) = 52.25, and a whole history.
fn known() -> CreditFactors {
    CreditFactors {
        issued: cents(2_000_00),
        sold: cents(1_000_00),
        redeemed: cents(850_00),
        expired: cents(100_00),
        redemptions: 1_000,
        redemption_period: Some(Millis(73 * DAY)),
        tenure_months: 12,
        satisfaction: BasisPoints(9_000),
        ..NOTHING
    }
}

fn score(factors: FactorSet, of: CreditFactors) -> u16 {
    rules(factors).score(&of).hundredths()
}

#[test]
fn a_region_scores_by_tenure_unless_it_says_otherwise() {
    let standard = CreditRules::standard(Currency::Sgd);
    assert_eq!((standard.factors, standard.rate_base), (FactorSet::Tenure, RateBase::Sold));
    assert_eq!(score(FactorSet::Tenure, known()), 8_446);
}

#[test]
fn csc_19_the_sooner_coupons_are_redeemed_the_more_average_maturity_earns() {
    let after = |period| {
        let redemption_period = period;
        score(FactorSet::Maturity, CreditFactors { redemption_period, ..known() })
    };
    // 52.25 + 20 x (1 - 73 / 365) + 20 x 0.90
    assert_eq!(after(Some(Millis(73 * DAY))), 8_625);
    assert_eq!(after(Some(Millis(0))), 9_025);
    assert_eq!(after(Some(Millis(365 * DAY))), 7_025);
    assert_eq!(after(Some(Millis(u64::MAX))), 7_025, "never less than nothing");
    assert_eq!(after(None), 7_025, "nothing redeemed earns nothing");
}

#[test]
fn reputation_is_earned_by_the_redemptions_that_end_the_provisional_score() {
    let with = |redemptions| score(FactorSet::Maturity, CreditFactors { redemptions, ..known() });
    // 52.25 + 16 + 20 x 0.90 x redemptions / 100
    assert_eq!(with(0), 6_825);
    assert_eq!(with(50), 7_725);
    assert_eq!(with(100), 8_625);
    assert_eq!(with(u64::MAX), 8_625);
}

#[test]
fn trade_volume_earns_by_how_much_of_the_coupons_changed_hands() {
    let traded =
        |resold| score(FactorSet::Volume, CreditFactors { resold: cents(resold), ..known() });
    // 52.25 + 20 x resold / 1000.00 + 20
    assert_eq!(traded(0), 7_225);
    assert_eq!(traded(400_00), 8_025);
    assert_eq!(traded(1_000_00), 9_225);
    assert_eq!(traded(9_000_00), 9_225, "trading in circles earns no more");
}

#[test]
fn the_first_default_costs_half_of_its_weight_and_further_ones_less() {
    let defaulted = |defaults| score(FactorSet::Volume, CreditFactors { defaults, ..known() });
    // 52.25 + 20 / (1 + defaults)
    assert_eq!(defaulted(0), 7_225);
    assert_eq!(defaulted(1), 6_225);
    assert_eq!(defaulted(2), 5_892);
    assert_eq!(defaulted(u64::MAX), 5_225);
}

#[test]
fn csc_11_rates_may_be_shares_of_what_was_issued() {
    let rules = CreditRules { rate_base: RateBase::Issued, ..rules(FactorSet::Tenure) };
    // 35 x 0.425 + 25 x 0.95 + 20 x ln 13 / ln 37 + 20 x 0.90 = 70.8316...
    assert_eq!(rules.score(&known()), Score::of(7_083));
}

#[test]
fn the_best_issuer_has_the_best_score_by_every_set() {
    let best = CreditFactors {
        redeemed: cents(1_000_00),
        expired: cents(0),
        resold: cents(1_000_00),
        redemption_period: Some(Millis(0)),
        tenure_months: 36,
        satisfaction: BasisPoints::ONE,
        ..known()
    };
    for set in SETS {
        assert_eq!(rules(set).score(&best), Score::MAX, "{set:?}");
    }
}

fn record(world: &World) -> IssuerRecord {
    world.venue.issuer(party("brand")).expect("known").record
}

fn now(world: &World) -> Timestamp {
    Timestamp::from_micros(world.at).expect("a near time")
}

#[test]
fn the_record_keeps_what_every_set_needs() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.credit = rules(FactorSet::Maturity);
    let mut world = World::of(region);
    let series = world.listed("brand", "b1");
    let minted = world.batch("b1").terms.quantity * 100_00;
    assert_eq!(record(&world).issued, cents(minted));
    world.buyer("ann", series, 2);
    let sold = world.batch("b1").first_sold.expect("sold");
    world.settle(1000);
    assert_eq!(record(&world).redemption_period(), None);
    world.redeem("ann", series, "brand", None).expect("funded");
    let first = now(&world).since(sold);
    assert_eq!(record(&world).redemption_period(), Some(first));
    world.until(1003, 3);
    world.redeem("ann", series, "brand", None).expect("funded");
    let second = now(&world).since(sold);
    assert!(first < second);
    let mean = Millis((first.0 + second.0) / 2);
    assert_eq!(record(&world).redemption_period(), Some(mean), "of two coupons of one face");
}

#[test]
fn what_holders_trade_among_themselves_is_volume_and_the_issuer_s_sales_are_not() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 5);
    world.settle(1000);
    assert_eq!((record(&world).sold, record(&world).resold), (cents(500_00), cents(0)));
    world.register("ben", PartyKind::User);
    world.deposit("ben", Pool::UserCustody, 1_000_00);
    world.order("ann", Side::Sell, series, 3, Some(90_00)).expect("hers");
    world.order("ben", Side::Buy, series, 3, Some(90_00)).expect("funded");
    assert_eq!((record(&world).sold, record(&world).resold), (cents(500_00), cents(300_00)));
}

#[test]
fn a_default_that_gets_worse_is_one_default() {
    let mut world = World::new();
    world.admitted("brand", 100_00);
    let issuer = party("brand");
    for severity in [Severity::Minor, Severity::Major] {
        world.two(Verb::DeclareDefault { issuer, severity }).expect("worse than before");
    }
    assert_eq!(record(&world).defaults, 1);
    world.two(Verb::CloseDefault { issuer }).expect("open");
    world.two(Verb::DeclareDefault { issuer, severity: Severity::Minor }).expect("another");
    assert_eq!(record(&world).defaults, 2);
}

proptest! {
    /// Whatever the inputs, weights that sum to the whole give a score on the scale.
    #[test]
    fn no_set_leaves_the_scale(
        set in prop::sample::select(&SETS[..]),
        base in prop::sample::select(&[RateBase::Sold, RateBase::Issued][..]),
        faces in prop::array::uniform5(0u64..1_000_000_000_000_000_000),
        counts in any::<(u64, u64, u32, u32)>(),
        period in any::<Option<u64>>(),
        maturity in any::<u64>(),
        enough in any::<u64>(),
    ) {
        let [issued, sold, redeemed, expired, resold] = faces.map(cents);
        let (redemptions, defaults, tenure_months, satisfaction) = counts;
        let mut rules = CreditRules {
            rate_base: base,
            maturity: Millis(maturity),
            weights: rules(set).weights,
            ..rules(set)
        };
        rules.provisional.redemptions = enough;
        let factors = CreditFactors {
            issued, sold, redeemed, expired, resold, redemptions, defaults, tenure_months,
            redemption_period: period.map(Millis),
            satisfaction: BasisPoints(satisfaction),
        };
        let score = rules.score(&factors);
        prop_assert!(score <= Score::MAX);
        let worse = CreditFactors { defaults: defaults.saturating_add(1), ..factors };
        prop_assert!(rules.score(&worse) <= score);
        let later = CreditFactors { redemption_period: period.map(|p| Millis(p.saturating_add(DAY))), ..factors };
        prop_assert!(rules.score(&later) <= score);
        let livelier = CreditFactors { resold: cents(faces[4] / 2), ..factors };
        prop_assert!(rules.score(&livelier) <= score);
    }
}
