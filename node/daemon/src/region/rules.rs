//! What a template fixes about issuing, trading, limits and money, in a venue's words.

use super::{days, hours, minutes};
use gcfn_model::{Amount, Millis};
use gcfn_template::{
    Divisible, InterestOwner, Maturity, RecallBasis, RegionTemplate, SignOff, Tax, TaxKind,
};
use gcfn_venue::{
    BreakerTerms, CallTerms, ConductRules, DisputeTimes, DivisibleFor, IssuingTerms, LimitTerms,
    MakerRules, MaturityAction, MoneyTerms, OfferRules, PartyLimits, PointTerms, QuoteDuty,
    ReferralTerms, ShareTable, TaxRate, TaxTerms, TradingTerms, ValidityDays, WithdrawalTerms,
    major_units,
};

pub(super) fn issuing(template: &RegionTemplate) -> IssuingTerms {
    let (product, issuing) = (&template.product, &template.issuing);
    let levels = |by_size: SignOff| {
        gcfn_venue::SignOff::levels(template.currency, by_size.one_up_to, by_size.two_up_to)
    };
    IssuingTerms {
        validity_utility: ValidityDays {
            min: product.validity_days_min,
            max: product.validity_days_max,
        },
        validity_securities: ValidityDays {
            min: issuing.securities_validity_days_min,
            max: issuing.securities_validity_days_max,
        },
        divisible_for: match product.divisible {
            Divisible::Never => DivisibleFor::None,
            Divisible::Redeem => DivisibleFor::Redeem,
            Divisible::Sale => DivisibleFor::Sale,
        },
        maturity: match product.maturity {
            Maturity::Breakage => MaturityAction::Breakage,
            Maturity::Refund => MaturityAction::Refund,
            Maturity::Cash => MaturityAction::Cash,
        },
        prepaid_only: issuing.prepaid_only,
        template_required: issuing.template_required,
        screening: issuing.screening,
        kyc_to_issue: issuing.kyc_to_issue,
        approval: levels(issuing.approval),
        onboarding: levels(issuing.onboarding),
        risk_ratio: issuing.risk_ratio,
        fund_ratio: issuing.fund_ratio,
        deposit_lift: issuing.deposit_lift,
        quota_cut: issuing.quota_cut,
        recall_basis: match issuing.recall {
            RecallBasis::Face => gcfn_venue::RecallBasis::Face,
            RecallBasis::IssuePrice => gcfn_venue::RecallBasis::IssuePrice,
        },
        review_every: days(issuing.review_days),
        resale_unsettled: product.resale_unsettled,
    }
}

pub(super) fn trading(template: &RegionTemplate) -> TradingTerms {
    let trading = &template.trading;
    let (maker, conduct) = (&trading.maker, &trading.conduct);
    let units = |units: u32| major_units(template.currency, units);
    TradingTerms {
        breaker: BreakerTerms {
            band: trading.breaker_band,
            window: minutes(trading.breaker_window_minutes),
            auction: minutes(trading.breaker_auction_minutes),
        },
        calls: CallTerms {
            opening: trading.opening_call_minutes.map(minutes),
            closing: trading.closing_call_minutes.map(minutes),
        },
        offers: OfferRules {
            block_min: units(trading.block_min),
            block_band: trading.block_band,
            lifetime_max: days(trading.offer_days_max),
        },
        auction_extension: minutes(trading.auction_extension_minutes),
        maker: MakerRules {
            kyc: template.kyc.market_maker,
            deposit: units(maker.deposit),
            duty: QuoteDuty {
                max_spread: maker.spread_max,
                min_depth: u64::from(maker.depth_min),
                uptime: maker.uptime,
                response: Millis(u64::from(maker.response_seconds) * 1_000),
            },
        },
        conduct: ConductRules {
            window: minutes(conduct.window_minutes),
            sample: conduct.sample,
            cancel_rate: conduct.cancel_rate,
            layers: conduct.layers,
            layering_window: minutes(conduct.layering_minutes),
        },
    }
}

pub(super) fn money(template: &RegionTemplate) -> MoneyTerms {
    let money = &template.money;
    let units = |units: u32| major_units(template.currency, units);
    MoneyTerms {
        limits: limits(template),
        withdrawals: WithdrawalTerms {
            approval_from: money.withdrawal_approval_from.map_or(Amount::MAX, units),
            held_for: minutes(money.withdrawal_hold_minutes),
        },
        reversal_window: days(money.reversal_days),
        disputes: DisputeTimes {
            answer: hours(money.dispute_answer_hours),
            escalate: hours(money.dispute_escalate_hours),
            resolve: hours(money.dispute_resolve_hours),
            open_within: days(money.dispute_open_days),
        },
        shares: ShareTable { region: money.share_region, partner: money.share_partner },
        points: PointTerms {
            register: money.points.register,
            real_name: money.points.real_name,
            real_name_kyc: money.points.real_name_kyc,
            review: money.points.review,
            per_unit: money.points.per_unit,
        },
        referral: ReferralTerms { rate: money.referral_rate, cap: units(money.referral_cap) },
        taxes: TaxTerms {
            resale: tax_rate(money.tax_resale),
            withdrawal: tax_rate(money.tax_withdrawal),
        },
        interest_to: match money.interest_to {
            InterestOwner::Platform => gcfn_venue::InterestOwner::Platform,
            InterestOwner::Region => gcfn_venue::InterestOwner::Region,
            InterestOwner::GuaranteeFund => gcfn_venue::InterestOwner::GuaranteeFund,
        },
        alarm_after: hours(money.unexplained_hours),
    }
}

fn limits(template: &RegionTemplate) -> LimitTerms {
    let limits = &template.limits;
    let units = |units: u32| major_units(template.currency, units);
    let amount = |limit: Option<u32>| limit.map_or(Amount::MAX, units);
    LimitTerms {
        currency: template.currency,
        party: PartyLimits {
            order_value: amount(limits.party.order_value),
            traded_daily: amount(limits.party.traded_daily),
            open_orders: limits.party.open_orders.unwrap_or(u32::MAX),
            withdrawn_daily: amount(limits.party.withdrawn_daily),
            transfers_daily: limits.party.transfers_daily.unwrap_or(u32::MAX),
        },
        large_amount: units(limits.large_amount),
        large_single: units(limits.large_single),
        large_daily: units(limits.large_daily),
        frequency_flag: limits.frequency_flag,
        frequency_limit: limits.frequency_limit,
        fan_out: limits.fan_out,
        travel_rule: units(limits.travel_rule),
        kyc_to_transfer_large: template.kyc.large,
        structuring_from: limits.structuring_from,
        structuring_count: limits.structuring_count,
        round_trips: limits.round_trips,
    }
}

fn tax_rate(tax: Tax) -> TaxRate {
    let kind = match tax.kind {
        TaxKind::Withholding => gcfn_ledger::TaxKind::Withholding,
        TaxKind::Stamp => gcfn_ledger::TaxKind::Stamp,
        TaxKind::Sales => gcfn_ledger::TaxKind::Sales,
    };
    TaxRate { kind, rate: tax.rate }
}
