//! All problems at once, each with its line and the rule.

use expect_test::{Expect, expect};
use gcfn_template::catalog::find;
use gcfn_template::parse;

/// Makes `edits` in the catalog's entry of mainland China and compares the problems.
fn check(edits: &[(&str, &str)], expected: &Expect) {
    let mut text = find("cn").expect("in the catalog").region.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} is not in the template");
        text = text.replacen(from, to, 1);
    }
    let problems = parse("region.toml", &text).expect_err("refused");
    expected.assert_eq(&problems.to_string());
}

#[test]
fn three_mistakes_give_three_problems() {
    check(
        &[
            ("time_zone = \"Asia/Shanghai\"", "time_zone = \"Asia/Peking\""),
            ("taker = 50", "taker = 50000"),
            ("regional = \"cn\"", "regional = \"China\""),
        ],
        &expect![[r#"
            region.toml:12: region.time_zone is "Asia/Peking"; allowed: a zone of the IANA database
            region.toml:16: federation.regional is "China"; allowed: 1 to 16 characters of a-z, 0-9 and '-', beginning with a letter
            region.toml:58: fees.taker is 50000; allowed: 0 to 10000 basis points"#]],
    );
}

#[test]
fn a_broken_rule_between_keys_is_named() {
    check(
        &[
            ("last_year = 2028", "last_year = 2023"),
            ("breakage = \"02:00\"", "breakage = \"00:00\""),
            ("validity_days_max = 365", "validity_days_max = 30"),
            ("validity_days_min = 0", "validity_days_min = 31"),
            ("regulators = [\"PBOC\", \"MOFCOM\", \"CAC\"]", "regulators = []"),
        ],
        &expect![[r#"
            region.toml:27: calendar.last_year is 2023; allowed: not before first_year
            region.toml:28: calendar.firm_until is 2026; allowed: one of the years from first_year to last_year
            region.toml:36: jobs.breakage is "00:00"; allowed: after jobs.expiry: only what has expired can be shared out
            region.toml:42: product.validity_days_max is 30; allowed: not less than validity_days_min
            region.toml:86: regnode.regulators is []; allowed: at least one regulator"#]],
    );
}

#[test]
fn a_pay_in_is_due_after_the_cut_off_and_an_hour_after_it_with_t_0() {
    check(
        &[
            (
                "cut_off = \"16:00\"",
                "cut_off = \"16:00\"\npay_in_by = \"15:59\"\nnetting = \"net\"",
            ),
            ("firm_until = 2026", "firm_until = 2023"),
        ],
        &expect![[r#"
            region.toml:23: settlement.pay_in_by is "15:59"; allowed: not before cut_off
            region.toml:24: settlement.netting is "net"; allowed: "multilateral", "bilateral" or "gross"
            region.toml:30: calendar.firm_until is 2023; allowed: one of the years from first_year to last_year"#]],
    );
    check(
        &[("domestic_days = 1", "domestic_days = 0")],
        &expect![
            "region.toml:19: settlement.domestic_days is 0; allowed: 1 or more, unless pay_in_by is an hour or more after cut_off"
        ],
    );
    check(
        &[
            ("domestic_days = 1", "domestic_days = 0"),
            ("cut_off = \"16:00\"", "cut_off = \"16:00\"\npay_in_by = \"16:59\""),
        ],
        &expect![
            "region.toml:19: settlement.domestic_days is 0; allowed: 1 or more, unless pay_in_by is an hour or more after cut_off"
        ],
    );
}

#[test]
fn wrong_types_and_wrong_words_are_named() {
    check(
        &[
            ("resale_unsettled = true", "resale_unsettled = \"no\""),
            ("cut_off = \"16:00\"", "cut_off = \"4 pm\""),
            ("weekend = [\"sat\", \"sun\"]", "weekend = [\"sat\", \"sunday\"]"),
            ("prefund = \"face\"", "prefund = \"faces\""),
            ("redeem_lock_minutes = 5", "redeem_lock_minutes = 1.5"),
            ("code = \"cn\"", "code = \"CN\""),
            ("currency = \"CNY\"", "currency = \"RMB\""),
            ("as_of = \"2026-11-20\"", "as_of = 2026-11-20"),
            ("taker = 50", "taker = -1"),
        ],
        &expect![[r#"
            region.toml:8: region.code is "CN"; allowed: 1 to 16 characters of a-z, 0-9 and '-', beginning with a letter
            region.toml:10: region.as_of is 2026-11-20; allowed: a date, YYYY-MM-DD
            region.toml:11: region.currency is "RMB"; allowed: CNY, HKD, USD, SGD, EUR, JPY, AED, GBP, CHF, CAD, AUD, NZD, KRW, TWD, MOP, THB, MYR, INR, IDR, KWD
            region.toml:22: settlement.cut_off is "4 pm"; allowed: a time of day, HH:MM
            region.toml:25: calendar.weekend is ["sat", "sunday"]; allowed: days of mon, tue, wed, thu, fri, sat, sun
            region.toml:46: product.redeem_lock_minutes is 1.5; allowed: 1 to 1440 minutes
            region.toml:47: product.resale_unsettled is "no"; allowed: true or false
            region.toml:58: fees.taker is -1; allowed: 0 to 10000 basis points
            region.toml:72: escrow.prefund is "faces"; allowed: "face", "proceeds" or "none""#]],
    );
}

#[test]
fn a_missing_section_and_an_unknown_one_are_named() {
    check(
        &[("[jobs]", "[job]"), ("regulators =", "regulator ="), ("[refund]\ndays = 7", "[refund]")],
        &expect![[r#"
            region.toml:1: section [jobs] is missing; allowed: expiry, breakage
            region.toml:34: unknown section [job]; allowed: region, federation, settlement, calendar, jobs, product, kyc, fees, escrow, credit, pricing, refund, retention, regnode, issuing, trading, limits, money
            region.toml:75: refund.days is missing; allowed: 0 to 365 days
            region.toml:84: regnode.regulators is missing; allowed: a list of one or more texts
            region.toml:85: unknown key regnode.regulator; allowed: regulators"#]],
    );
}

#[test]
fn broken_toml_is_a_problem_like_any_other() {
    check(
        &[("taker = 50", "taker = = 50"), ("maker = 10", "maker = 20000")],
        &expect![[r#"
            region.toml:58: extra `=`, expected nothing; allowed: TOML
            region.toml:58: unexpected key or value, expected newline, `#`; allowed: TOML
            region.toml:59: fees.maker is 20000; allowed: 0 to 10000 basis points"#]],
    );
}

#[test]
fn fees_of_another_table_take_no_rates_of_maker_taker() {
    check(
        &[("trade = \"maker-taker\"", "trade = \"fees-003\"")],
        &expect![[r#"
            region.toml:58: fees.taker is 50; allowed: left out, unless trade is "maker-taker"
            region.toml:59: fees.maker is 10; allowed: left out, unless trade is "maker-taker""#]],
    );
}

#[test]
fn rows_tiers_weights_and_bands_have_rules_of_their_own() {
    let more = "rows = [\"c2c buy taker 40\", \"block buy taker 40\"]\n\
                block_tiers = [\"500000 15\", \"400000 10\", \"900000 5\"]\n\
                tier_gold = 6000000";
    check(
        &[
            ("trade = \"maker-taker\"", more),
            ("[refund]", "[credit]\nweight_tenure = 2001\nband_aa = 6500\n\n[refund]"),
            ("[retention]", "[pricing]\nmodel = \"mult3\"\n\n[retention]"),
        ],
        &expect![[r#"
            region.toml:56: fees.tier_platinum is 5000000; allowed: more than tier_gold
            region.toml:57: fees.rows is ["c2c buy taker 40", "block buy taker 40"]; allowed: a list of texts such as "c2c buy taker 40": primary, c2c, b2c or b2b; buy or sell; maker or taker; basis points
            region.toml:58: fees.block_tiers is ["500000 15", "400000 10", "900000 5"]; allowed: no tiers or three of rising value
            region.toml:77: credit.weight_satisfaction is 2000; allowed: what makes the four weights sum to 10000
            region.toml:79: credit.band_aa is 6500; allowed: more than band_a
            region.toml:85: pricing.model is "mult3"; allowed: "additive3" or "mult2""#]],
    );
}
