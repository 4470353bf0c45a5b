//! Issuing, trading, limits and money: every rule, and the line of whoever breaks it.

use expect_test::{Expect, expect};
use gcfn_template::catalog::find;
use gcfn_template::keys::{self, LeftOut};
use gcfn_template::{RegionTemplate, TemplateProblems, parse};

/// The template of Hong Kong with `section` in the place of its own limits, from line 1 on.
fn with(section: &str) -> Result<RegionTemplate, TemplateProblems> {
    let text = find("hk").expect("in the catalog").region;
    let (rest, _) = text.split_once("\n[limits]").expect("its last section");
    parse("region.toml", &format!("{section}\n\n{rest}"))
}

fn check(section: &str, expected: &Expect) {
    let problems = with(section).expect_err("refused");
    expected.assert_eq(&problems.to_string());
}

#[test]
fn a_key_that_may_be_left_out_may_say_the_same() {
    let mut text = String::new();
    for section in ["issuing", "trading", "limits", "money"] {
        text.push_str(&format!("[{section}]\n"));
        for key in keys::keys().filter(|key| key.section == section) {
            if let LeftOut::Value(default) = key.left_out {
                text.push_str(&format!("{} = {default}\n", key.key));
            }
        }
    }
    assert_eq!(with(&text).expect("sound"), with("").expect("sound"));
}

#[test]
fn what_has_no_default_is_none_when_it_is_left_out() {
    let template = with("").expect("sound");
    let party = template.limits.party;
    assert_eq!((party.order_value, party.traded_daily, party.withdrawn_daily), (None, None, None));
    assert_eq!((party.open_orders, party.transfers_daily), (None, None));
    assert_eq!(template.trading.opening_call_minutes, None);
    assert_eq!(template.trading.closing_call_minutes, None);
    assert_eq!(template.money.withdrawal_approval_from, None);
}

/// Sets every key of `section` to a value that none of them allows.
fn check_every_key(section: &str, expected: &Expect) {
    let keys = keys::keys().filter(|key| key.section == section);
    let wrong: String = keys.map(|key| format!("{} = \"much\"\n", key.key)).collect();
    check(&format!("[{section}]\n{wrong}"), expected);
}

/// The same with a number above every range.
fn check_every_number(section: &str, expected: &Expect) {
    let keys = keys::keys().filter(|key| key.section == section);
    let numbers = keys.filter(|key| key.rule.starts_with(|start: char| start.is_ascii_digit()));
    let wrong: String = numbers.map(|key| format!("{} = 4000000001\n", key.key)).collect();
    check(&format!("[{section}]\n{wrong}"), expected);
}

#[test]
fn a_wrong_value_of_issuing_is_refused_with_its_line() {
    check_every_key(
        "issuing",
        &expect![[r#"
        region.toml:2: issuing.securities_validity_days_min is "much"; allowed: 0 to 36500 days
        region.toml:3: issuing.securities_validity_days_max is "much"; allowed: 1 to 36525 days
        region.toml:4: issuing.prepaid_only is "much"; allowed: true or false
        region.toml:5: issuing.template_required is "much"; allowed: true or false
        region.toml:6: issuing.screening is "much"; allowed: true or false
        region.toml:7: issuing.kyc_to_issue is "much"; allowed: a level, 0 to 3
        region.toml:8: issuing.approval_one_up_to is "much"; allowed: 0 to 4000000000, whole units of the currency
        region.toml:9: issuing.approval_two_up_to is "much"; allowed: 0 to 4000000000, whole units of the currency
        region.toml:10: issuing.onboarding_one_up_to is "much"; allowed: 0 to 4000000000, whole units of the currency
        region.toml:11: issuing.onboarding_two_up_to is "much"; allowed: 0 to 4000000000, whole units of the currency
        region.toml:12: issuing.risk_ratio is "much"; allowed: 0 to 10000 basis points
        region.toml:13: issuing.fund_ratio is "much"; allowed: 0 to 10000 basis points
        region.toml:14: issuing.deposit_lift is "much"; allowed: 0 to 1000000 basis points
        region.toml:15: issuing.quota_cut is "much"; allowed: 0 to 10000 basis points
        region.toml:16: issuing.recall is "much"; allowed: "face" or "issue-price"
        region.toml:17: issuing.review_days is "much"; allowed: 1 to 3650 days"#]],
    );
}

#[test]
fn a_number_of_issuing_beyond_its_range_is_refused_with_its_line() {
    check_every_number(
        "issuing",
        &expect![[r#"
        region.toml:2: issuing.securities_validity_days_min is 4000000001; allowed: 0 to 36500 days
        region.toml:3: issuing.securities_validity_days_max is 4000000001; allowed: 1 to 36525 days
        region.toml:4: issuing.approval_one_up_to is 4000000001; allowed: 0 to 4000000000, whole units of the currency
        region.toml:5: issuing.approval_two_up_to is 4000000001; allowed: 0 to 4000000000, whole units of the currency
        region.toml:6: issuing.onboarding_one_up_to is 4000000001; allowed: 0 to 4000000000, whole units of the currency
        region.toml:7: issuing.onboarding_two_up_to is 4000000001; allowed: 0 to 4000000000, whole units of the currency
        region.toml:8: issuing.risk_ratio is 4000000001; allowed: 0 to 10000 basis points
        region.toml:9: issuing.fund_ratio is 4000000001; allowed: 0 to 10000 basis points
        region.toml:10: issuing.deposit_lift is 4000000001; allowed: 0 to 1000000 basis points
        region.toml:11: issuing.quota_cut is 4000000001; allowed: 0 to 10000 basis points
        region.toml:12: issuing.review_days is 4000000001; allowed: 1 to 3650 days"#]],
    );
}

#[test]
fn a_wrong_value_of_trading_is_refused_with_its_line() {
    check_every_key(
        "trading",
        &expect![[r#"
        region.toml:2: trading.breaker_band is "much"; allowed: 1 to 10000 basis points
        region.toml:3: trading.breaker_window_minutes is "much"; allowed: 1 to 1440 minutes
        region.toml:4: trading.breaker_auction_minutes is "much"; allowed: 1 to 1440 minutes
        region.toml:5: trading.opening_call_minutes is "much"; allowed: 1 to 720 minutes
        region.toml:6: trading.closing_call_minutes is "much"; allowed: 1 to 720 minutes
        region.toml:7: trading.block_min is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:8: trading.block_band is "much"; allowed: 0 to 10000 basis points
        region.toml:9: trading.offer_days_max is "much"; allowed: 1 to 365 days
        region.toml:10: trading.auction_extension_minutes is "much"; allowed: 0 to 1440 minutes
        region.toml:11: trading.maker_deposit is "much"; allowed: 0 to 4000000000, whole units of the currency
        region.toml:12: trading.maker_spread_max is "much"; allowed: 1 to 10000 basis points
        region.toml:13: trading.maker_depth_min is "much"; allowed: 1 to 1000000
        region.toml:14: trading.maker_uptime is "much"; allowed: 0 to 10000 basis points
        region.toml:15: trading.maker_response_seconds is "much"; allowed: 0 to 3600 seconds
        region.toml:16: trading.conduct_window_minutes is "much"; allowed: 1 to 10080 minutes
        region.toml:17: trading.conduct_sample is "much"; allowed: 1 to 1000000
        region.toml:18: trading.conduct_cancel_rate is "much"; allowed: 0 to 10000 basis points
        region.toml:19: trading.conduct_layers is "much"; allowed: 1 to 1000000
        region.toml:20: trading.conduct_layering_minutes is "much"; allowed: 1 to 10080 minutes"#]],
    );
}

#[test]
fn a_number_of_trading_beyond_its_range_is_refused_with_its_line() {
    check_every_number(
        "trading",
        &expect![[r#"
        region.toml:2: trading.breaker_band is 4000000001; allowed: 1 to 10000 basis points
        region.toml:3: trading.breaker_window_minutes is 4000000001; allowed: 1 to 1440 minutes
        region.toml:4: trading.breaker_auction_minutes is 4000000001; allowed: 1 to 1440 minutes
        region.toml:5: trading.opening_call_minutes is 4000000001; allowed: 1 to 720 minutes
        region.toml:6: trading.closing_call_minutes is 4000000001; allowed: 1 to 720 minutes
        region.toml:7: trading.block_min is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:8: trading.block_band is 4000000001; allowed: 0 to 10000 basis points
        region.toml:9: trading.offer_days_max is 4000000001; allowed: 1 to 365 days
        region.toml:10: trading.auction_extension_minutes is 4000000001; allowed: 0 to 1440 minutes
        region.toml:11: trading.maker_deposit is 4000000001; allowed: 0 to 4000000000, whole units of the currency
        region.toml:12: trading.maker_spread_max is 4000000001; allowed: 1 to 10000 basis points
        region.toml:13: trading.maker_depth_min is 4000000001; allowed: 1 to 1000000
        region.toml:14: trading.maker_uptime is 4000000001; allowed: 0 to 10000 basis points
        region.toml:15: trading.maker_response_seconds is 4000000001; allowed: 0 to 3600 seconds
        region.toml:16: trading.conduct_window_minutes is 4000000001; allowed: 1 to 10080 minutes
        region.toml:17: trading.conduct_sample is 4000000001; allowed: 1 to 1000000
        region.toml:18: trading.conduct_cancel_rate is 4000000001; allowed: 0 to 10000 basis points
        region.toml:19: trading.conduct_layers is 4000000001; allowed: 1 to 1000000
        region.toml:20: trading.conduct_layering_minutes is 4000000001; allowed: 1 to 10080 minutes"#]],
    );
}

#[test]
fn a_wrong_value_of_limits_is_refused_with_its_line() {
    check_every_key(
        "limits",
        &expect![[r#"
        region.toml:2: limits.order_value is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:3: limits.traded_daily is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:4: limits.open_orders is "much"; allowed: 1 to 1000000
        region.toml:5: limits.withdrawn_daily is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:6: limits.transfers_daily is "much"; allowed: 1 to 1000000
        region.toml:7: limits.large_amount is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:8: limits.large_single is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:9: limits.large_daily is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:10: limits.frequency_flag is "much"; allowed: 1 to 1000000
        region.toml:11: limits.frequency_limit is "much"; allowed: 1 to 1000000
        region.toml:12: limits.fan_out is "much"; allowed: 1 to 1000000
        region.toml:13: limits.travel_rule is "much"; allowed: 1 to 4000000000, whole units of the currency
        region.toml:14: limits.structuring_from is "much"; allowed: 0 to 10000 basis points
        region.toml:15: limits.structuring_count is "much"; allowed: 1 to 1000000
        region.toml:16: limits.round_trips is "much"; allowed: 1 to 1000000"#]],
    );
}

#[test]
fn a_number_of_limits_beyond_its_range_is_refused_with_its_line() {
    check_every_number(
        "limits",
        &expect![[r#"
        region.toml:2: limits.order_value is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:3: limits.traded_daily is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:4: limits.open_orders is 4000000001; allowed: 1 to 1000000
        region.toml:5: limits.withdrawn_daily is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:6: limits.transfers_daily is 4000000001; allowed: 1 to 1000000
        region.toml:7: limits.large_amount is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:8: limits.large_single is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:9: limits.large_daily is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:10: limits.frequency_flag is 4000000001; allowed: 1 to 1000000
        region.toml:11: limits.frequency_limit is 4000000001; allowed: 1 to 1000000
        region.toml:12: limits.fan_out is 4000000001; allowed: 1 to 1000000
        region.toml:13: limits.travel_rule is 4000000001; allowed: 1 to 4000000000, whole units of the currency
        region.toml:14: limits.structuring_from is 4000000001; allowed: 0 to 10000 basis points
        region.toml:15: limits.structuring_count is 4000000001; allowed: 1 to 1000000
        region.toml:16: limits.round_trips is 4000000001; allowed: 1 to 1000000"#]],
    );
}

#[test]
fn a_wrong_value_of_money_is_refused_with_its_line() {
    check_every_key(
        "money",
        &expect![[r#"
            region.toml:2: money.reversal_days is "much"; allowed: 0 to 365 days
            region.toml:3: money.withdrawal_approval_from is "much"; allowed: 1 to 4000000000, whole units of the currency
            region.toml:4: money.withdrawal_hold_minutes is "much"; allowed: 0 to 10080 minutes
            region.toml:5: money.dispute_answer_hours is "much"; allowed: 1 to 8760 hours
            region.toml:6: money.dispute_escalate_hours is "much"; allowed: 1 to 8760 hours
            region.toml:7: money.dispute_resolve_hours is "much"; allowed: 1 to 8760 hours
            region.toml:8: money.dispute_open_days is "much"; allowed: 1 to 3650 days
            region.toml:9: money.share_region is "much"; allowed: 0 to 10000 basis points
            region.toml:10: money.share_partner is "much"; allowed: 0 to 10000 basis points
            region.toml:11: money.referral_rate is "much"; allowed: 0 to 10000 basis points
            region.toml:12: money.referral_cap is "much"; allowed: 0 to 4000000000, whole units of the currency
            region.toml:13: money.points_register is "much"; allowed: 0 to 1000000
            region.toml:14: money.points_real_name is "much"; allowed: 0 to 1000000
            region.toml:15: money.points_real_name_kyc is "much"; allowed: a level, 0 to 3
            region.toml:16: money.points_review is "much"; allowed: 0 to 1000000
            region.toml:17: money.points_per_unit is "much"; allowed: 0 to 1000000
            region.toml:18: money.tax_resale is "much"; allowed: 0 to 10000 basis points
            region.toml:19: money.tax_resale_kind is "much"; allowed: "withholding", "stamp" or "sales"
            region.toml:20: money.tax_withdrawal is "much"; allowed: 0 to 10000 basis points
            region.toml:21: money.tax_withdrawal_kind is "much"; allowed: "withholding", "stamp" or "sales"
            region.toml:22: money.interest_to is "much"; allowed: "platform", "region" or "guarantee-fund"
            region.toml:23: money.proposal_hours is "much"; allowed: 1 to 8760 hours
            region.toml:24: money.unexplained_hours is "much"; allowed: 1 to 8760 hours"#]],
    );
}

#[test]
fn a_number_of_money_beyond_its_range_is_refused_with_its_line() {
    check_every_number(
        "money",
        &expect![[r#"
            region.toml:2: money.reversal_days is 4000000001; allowed: 0 to 365 days
            region.toml:3: money.withdrawal_approval_from is 4000000001; allowed: 1 to 4000000000, whole units of the currency
            region.toml:4: money.withdrawal_hold_minutes is 4000000001; allowed: 0 to 10080 minutes
            region.toml:5: money.dispute_answer_hours is 4000000001; allowed: 1 to 8760 hours
            region.toml:6: money.dispute_escalate_hours is 4000000001; allowed: 1 to 8760 hours
            region.toml:7: money.dispute_resolve_hours is 4000000001; allowed: 1 to 8760 hours
            region.toml:8: money.dispute_open_days is 4000000001; allowed: 1 to 3650 days
            region.toml:9: money.share_region is 4000000001; allowed: 0 to 10000 basis points
            region.toml:10: money.share_partner is 4000000001; allowed: 0 to 10000 basis points
            region.toml:11: money.referral_rate is 4000000001; allowed: 0 to 10000 basis points
            region.toml:12: money.referral_cap is 4000000001; allowed: 0 to 4000000000, whole units of the currency
            region.toml:13: money.points_register is 4000000001; allowed: 0 to 1000000
            region.toml:14: money.points_real_name is 4000000001; allowed: 0 to 1000000
            region.toml:15: money.points_review is 4000000001; allowed: 0 to 1000000
            region.toml:16: money.points_per_unit is 4000000001; allowed: 0 to 1000000
            region.toml:17: money.tax_resale is 4000000001; allowed: 0 to 10000 basis points
            region.toml:18: money.tax_withdrawal is 4000000001; allowed: 0 to 10000 basis points
            region.toml:19: money.proposal_hours is 4000000001; allowed: 1 to 8760 hours
            region.toml:20: money.unexplained_hours is 4000000001; allowed: 1 to 8760 hours"#]],
    );
}

#[test]
fn numbers_that_may_not_be_zero_are_refused_as_zero() {
    let zeros = "[issuing]\nreview_days = 0\nsecurities_validity_days_max = 0\n\
                 [trading]\nbreaker_band = 0\nbreaker_window_minutes = 0\n\
                 breaker_auction_minutes = 0\nopening_call_minutes = 0\nblock_min = 0\n\
                 offer_days_max = 0\nmaker_spread_max = 0\nmaker_depth_min = 0\n\
                 conduct_sample = 0\n[limits]\norder_value = 0\nfan_out = 0\n\
                 [money]\nproposal_hours = 0\ndispute_open_days = 0\n";
    check(
        zeros,
        &expect![[r#"
        region.toml:2: issuing.review_days is 0; allowed: 1 to 3650 days
        region.toml:3: issuing.securities_validity_days_max is 0; allowed: 1 to 36525 days
        region.toml:5: trading.breaker_band is 0; allowed: 1 to 10000 basis points
        region.toml:6: trading.breaker_window_minutes is 0; allowed: 1 to 1440 minutes
        region.toml:7: trading.breaker_auction_minutes is 0; allowed: 1 to 1440 minutes
        region.toml:8: trading.opening_call_minutes is 0; allowed: 1 to 720 minutes
        region.toml:9: trading.block_min is 0; allowed: 1 to 4000000000, whole units of the currency
        region.toml:10: trading.offer_days_max is 0; allowed: 1 to 365 days
        region.toml:11: trading.maker_spread_max is 0; allowed: 1 to 10000 basis points
        region.toml:12: trading.maker_depth_min is 0; allowed: 1 to 1000000
        region.toml:13: trading.conduct_sample is 0; allowed: 1 to 1000000
        region.toml:15: limits.order_value is 0; allowed: 1 to 4000000000, whole units of the currency
        region.toml:16: limits.fan_out is 0; allowed: 1 to 1000000
        region.toml:18: money.proposal_hours is 0; allowed: 1 to 8760 hours
        region.toml:19: money.dispute_open_days is 0; allowed: 1 to 3650 days"#]],
    );
}

#[test]
fn rules_between_keys_are_named_at_the_key_that_breaks_them() {
    check(
        "[issuing]\nsecurities_validity_days_min = 30\nsecurities_validity_days_max = 29\n\
         approval_one_up_to = 10\napproval_two_up_to = 9\n\
         onboarding_two_up_to = 9999999\nrisk_ratio = 6000\nfund_ratio = 4001\n\
         [trading]\nconduct_window_minutes = 5\nconduct_layering_minutes = 6\n\
         [limits]\norder_value = 11\ntraded_daily = 10\nlarge_daily = 49999\n\
         frequency_flag = 500\n\
         [money]\ndispute_answer_hours = 48\ndispute_resolve_hours = 48\n\
         share_region = 5000\nshare_partner = 5001\n",
        &expect![[r#"
            region.toml:3: issuing.securities_validity_days_max is 29; allowed: not less than securities_validity_days_min
            region.toml:5: issuing.approval_two_up_to is 9; allowed: not less than approval_one_up_to
            region.toml:6: issuing.onboarding_two_up_to is 9999999; allowed: not less than onboarding_one_up_to
            region.toml:8: issuing.fund_ratio is 4001; allowed: at most 10000 together with risk_ratio
            region.toml:11: trading.conduct_layering_minutes is 6; allowed: not more than conduct_window_minutes: what is counted is forgotten then
            region.toml:12: limits.frequency_limit is 500; allowed: more than frequency_flag
            region.toml:13: limits.order_value is 11; allowed: not more than traded_daily: no such order would pass
            region.toml:15: limits.large_daily is 49999; allowed: not less than large_single
            region.toml:17: money.dispute_escalate_hours is 48; allowed: more than dispute_answer_hours
            region.toml:19: money.dispute_resolve_hours is 48; allowed: more than dispute_escalate_hours
            region.toml:21: money.share_partner is 5001; allowed: at most 10000 together with share_region"#]],
    );
}

#[test]
fn who_issues_prepaid_vouchers_alone_cannot_promise_cash_or_sell_parts() {
    let text = find("cn").expect("in the catalog").region;
    for (from, to) in [
        ("maturity = \"breakage\"", "maturity = \"cash\""),
        ("divisible = \"redeem\"", "divisible = \"sale\""),
    ] {
        let problems = parse("region.toml", &text.replacen(from, to, 1)).expect_err("refused");
        let line = text.lines().position(|line| line == "prepaid_only = true").expect("a line");
        let expected = format!(
            "region.toml:{}: issuing.prepaid_only is true; allowed: false, unless \
             product.maturity is less than \"cash\" and product.divisible than \"sale\"",
            line + 1,
        );
        assert_eq!(problems.to_string(), expected);
    }
}
