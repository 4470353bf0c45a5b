//! Scores, grades and what they allow.

use crate::world::cents;
use gcfn_model::{Amount, BasisPoints, Currency};
use gcfn_venue::{CreditFactors, CreditRules, CreditWeights, Grade, Score};
use proptest::prelude::*;

const RULES: CreditRules = CreditRules::standard(Currency::Cny);

/// What an issuer that has done nothing is scored by, were nobody content with it.
pub(crate) const NOTHING: CreditFactors = CreditFactors {
    issued: Amount::ZERO,
    sold: Amount::ZERO,
    redeemed: Amount::ZERO,
    expired: Amount::ZERO,
    resold: Amount::ZERO,
    redemptions: 0,
    redemption_period: None,
    defaults: 0,
    tenure_months: 0,
    satisfaction: BasisPoints(0),
};

/// An issuer that sold 1 000.00 long ago, of which so much was redeemed and so much expired.
fn seasoned(redeemed: u64, expired: u64, tenure_months: u32, satisfaction: u32) -> CreditFactors {
    CreditFactors {
        sold: cents(1_000_00),
        redeemed: cents(redeemed),
        expired: cents(expired),
        redemptions: 1_000,
        tenure_months,
        satisfaction: BasisPoints(satisfaction),
        ..NOTHING
    }
}

/// An issuer of today that nobody knows yet.
fn new_issuer(satisfaction: u32) -> CreditFactors {
    CreditFactors { satisfaction: BasisPoints(satisfaction), ..NOTHING }
}

#[test]
fn the_score_is_the_weighted_sum_of_four_factors() {
    // 35 x 0.85 + 25 x (1 - 0.10) + 20 x ln 13 / ln 37 + 20 x 0.90 = 84.4566...
    let score = RULES.score(&seasoned(850_00, 100_00, 12, 9_000));
    assert_eq!(score, Score::of(8_446));
    assert_eq!(score.to_string(), "84.46");
    assert_eq!(RULES.score(&seasoned(1_000_00, 0, 36, 10_000)), Score::MAX);
    assert_eq!(RULES.score(&seasoned(0, 1_000_00, 0, 0)), Score::of(0));
}

#[test]
fn the_tenure_term_is_the_logarithm() {
    let only = |tenure| CreditWeights {
        redemption: BasisPoints(0),
        breakage: BasisPoints(0),
        tenure,
        satisfaction: BasisPoints(0),
    };
    let rules = CreditRules { weights: only(BasisPoints::ONE), ..RULES };
    for months in 0..=36 {
        let exact = f64::from(months + 1).ln() / 37f64.ln() * 10_000.0;
        let score = rules.score(&seasoned(0, 0, months, 0));
        let nearest = (exact - f64::from(score.hundredths())).abs();
        assert!(nearest <= 0.5, "{months} months: {exact} and {score}");
    }
}

#[test]
fn d_05_no_tenure_lifts_a_score_above_the_best() {
    for months in [36, 37, 38, 1_200, u32::MAX] {
        assert_eq!(RULES.score(&seasoned(1_000_00, 0, months, 10_000)), Score::MAX);
    }
    assert_eq!(
        RULES.score(&seasoned(500_00, 0, 37, 5_000)),
        RULES.score(&seasoned(500_00, 0, 36, 5_000)),
    );
}

#[test]
fn rates_are_of_what_was_sold_and_never_more_than_all_of_it() {
    let more = seasoned(2_000_00, 3_000_00, 36, 20_000);
    assert_eq!(RULES.score(&more), RULES.score(&seasoned(1_000_00, 1_000_00, 36, 10_000)));
}

#[test]
fn d_03_scores_and_bands_are_on_one_scale() {
    // 0.85 on a scale of 1 would be a hundredth of a point: the type has no such scale.
    assert_eq!(RULES.grade(Score::of(8_500)), Grade::Aa);
    assert_eq!(RULES.grade(RULES.score(&seasoned(850_00, 100_00, 12, 9_000))), Grade::Aa);
}

#[test]
fn d_04_no_score_falls_between_two_grades() {
    let grade = |hundredths| RULES.grade(Score::of(hundredths)).name();
    assert_eq!(grade(10_000), "AAA");
    assert_eq!(grade(9_000), "AAA");
    assert_eq!(grade(8_999), "AA");
    assert_eq!(grade(8_950), "AA");
    assert_eq!(grade(8_000), "AA");
    assert_eq!(grade(7_999), "A");
    assert_eq!(grade(7_000), "A");
    assert_eq!(grade(6_999), "BBB");
    assert_eq!(grade(6_000), "BBB");
    assert_eq!(grade(5_999), "BB");
    assert_eq!(grade(0), "BB");
}

#[test]
fn grades_have_letters_too() {
    let letters: String = Grade::ALL.into_iter().map(Grade::letter).collect();
    assert_eq!(letters, "ABCDE");
}

#[test]
fn d_32_a_new_issuer_is_not_suspended_for_having_no_history() {
    // The formula alone gives 25 to 45.
    assert_eq!(RULES.score(&new_issuer(0)), Score::of(2_500));
    assert_eq!(RULES.score(&new_issuer(10_000)), Score::of(4_500));
    let rating = RULES.rate(&new_issuer(0), None);
    assert_eq!((rating.score, rating.grade), (Score::of(6_000), Grade::Bbb));
    assert!(rating.provisional && rating.may_issue());
}

#[test]
fn enough_redemptions_or_six_months_end_the_provisional_score() {
    let rated = |redemptions, tenure_months| {
        let factors = CreditFactors { redemptions, ..seasoned(0, 0, tenure_months, 0) };
        let rating = RULES.rate(&factors, None);
        (rating.provisional, rating.may_issue())
    };
    assert_eq!(rated(99, 5), (true, true));
    assert_eq!(rated(100, 5), (false, false));
    assert_eq!(rated(99, 6), (false, false));
}

#[test]
fn a_score_of_too_little_history_raises_nobody() {
    let one = CreditFactors { redemptions: 99, ..seasoned(1_000_00, 0, 5, 10_000) };
    let rating = RULES.rate(&one, Some(Score::MAX));
    assert_eq!((rating.score, rating.grade), (Score::of(6_000), Grade::Bbb));
    assert!(rating.provisional);
    // 35 + 25 + 20 x ln 6 / ln 37 + 20
    let rating = RULES.rate(&CreditFactors { redemptions: 100, ..one }, None);
    assert_eq!((rating.score, rating.grade), (Score::of(8_992), Grade::Aa));
}

#[test]
fn a_model_s_score_counts_by_its_weight_and_only_where_it_arrives() {
    let factors = seasoned(850_00, 100_00, 12, 9_000);
    let model = Some(Score::of(4_000));
    assert_eq!(RULES.rate(&factors, model).score, Score::of(8_446), "its weight is zero");
    let blended = CreditRules { model_weight: BasisPoints(3_000), ..RULES };
    // 0.7 x 84.46 + 0.3 x 40.00 = 71.122
    assert_eq!(blended.rate(&factors, model).score, Score::of(7_112));
    assert_eq!(blended.rate(&factors, None).score, Score::of(8_446));
    assert_eq!(
        blended.rate(&seasoned(1_000_00, 0, 36, 10_000), Some(Score::MAX)).score,
        Score::MAX
    );
}

#[test]
fn a_better_grade_has_more_quota_and_the_worst_none() {
    let quotas = Grade::ALL.map(|grade| RULES.quota(grade, RULES.quota_base).minor());
    assert_eq!(quotas, [1_000_000_00, 500_000_00, 200_000_00, 100_000_00, 0]);
}

#[test]
fn the_reserve_is_whole_at_every_grade_unless_the_region_says_less() {
    assert_eq!(Grade::ALL.map(|grade| RULES.reserve_ratio(grade)), [BasisPoints::ONE; 5]);
    let mut lower = RULES;
    lower.reserve_ratio[0] = BasisPoints(4_000);
    assert_eq!(lower.reserve_ratio(Grade::Aaa), BasisPoints(4_000));
    assert_eq!(lower.reserve_ratio(Grade::Aa), BasisPoints::ONE);
}

proptest! {
    /// Redeeming more never lowers a score, and expiring more never raises it.
    #[test]
    fn the_score_goes_the_way_of_its_factors(
        sold in 1u64..1_000_000_000_000_000_000,
        redeemed in 0u64..1_000_000_000_000_000_000,
        expired in 0u64..1_000_000_000_000_000_000,
        more in 0u64..1_000_000_000,
        tenure_months in 0u32..60,
        satisfaction in 0u32..=10_000,
    ) {
        let most = 999_999_999_999_999_999;
        let score = |redeemed: u64, expired: u64| RULES.score(&CreditFactors {
            sold: cents(sold),
            redeemed: cents(redeemed.min(most)),
            expired: cents(expired.min(most)),
            redemptions: 1,
            tenure_months,
            satisfaction: BasisPoints(satisfaction),
            ..NOTHING
        });
        prop_assert!(score(redeemed, expired) <= score(redeemed + more, expired));
        prop_assert!(score(redeemed, expired + more) <= score(redeemed, expired));
        prop_assert!(score(redeemed, expired) <= Score::MAX);
    }
}
