//! Limits of what parties may do, and what rules have noticed.

use crate::bank::BankQueue;
use crate::claims::ClaimReport;
use crate::money::limit;
use crate::page::list_size;
use crate::settlement::CyclePhase;
use crate::term::{CurrencyCode, Cycle, Date, Money, Party, Text, Time};
use crate::word::words;
use gcfn_model::{Amount, Currency, PartyId, Timestamp};
use gcfn_venue::PartyLimits;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// A rule that the node applies by itself.
    RuleName = gcfn_venue::Rule {
        /// too many trades in an hour. Orders wait for the review.
        FrequencyLimit,
        /// many trades in an hour.
        FrequencyFlag,
        /// a large trade.
        LargeAmount,
        /// transfers to many parties. Transfers wait for the review.
        FanOut,
        /// several values a little below the limit of the Travel Rule in a day.
        Structuring,
        /// two parties sell each other the same coupons to and fro.
        Brushing,
    }
}

words! {
    /// How bad something is.
    RuleLevel = gcfn_venue::Level {
        /// Act within ten minutes.
        L1,
        /// Act within the hour.
        L2,
        /// Act within the day.
        L3,
        /// Act within two days.
        L4,
    }
}

/// What a party may do; what is left out has no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The value of one order.
    pub order_value: Option<Money>,
    /// The value of a day's trades and open orders together.
    pub traded_daily: Option<Money>,
    /// How many orders may be open.
    pub open_orders: Option<u32>,
    /// What may be withdrawn in a day.
    pub withdrawn_daily: Option<Money>,
    /// How many transfers of coupons in a day.
    pub transfers_daily: Option<u32>,
}

impl Limits {
    /// `limits` as they are shown.
    #[must_use]
    pub fn new(limits: &PartyLimits, currency: Currency) -> Limits {
        let count = |count: u32| (count != u32::MAX).then_some(count);
        Limits {
            order_value: limit(limits.order_value, currency),
            traded_daily: limit(limits.traded_daily, currency),
            open_orders: count(limits.open_orders),
            withdrawn_daily: limit(limits.withdrawn_daily, currency),
            transfers_daily: count(limits.transfers_daily),
        }
    }

    /// The same in the machine's words. The caller has compared the currencies.
    #[must_use]
    pub fn in_amounts(&self) -> PartyLimits {
        let amount = |money: Option<Money>| money.map_or(Amount::MAX, |money| money.amount);
        PartyLimits {
            order_value: amount(self.order_value),
            traded_daily: amount(self.traded_daily),
            open_orders: self.open_orders.unwrap_or(u32::MAX),
            withdrawn_daily: amount(self.withdrawn_daily),
            transfers_daily: self.transfers_daily.unwrap_or(u32::MAX),
        }
    }
}

/// Limits of a party's own.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsSet {
    /// Its limits; the region's again when left out.
    #[schema(example = json!({ "open_orders": 20 }))]
    pub limits: Option<Limits>,
}

/// What parties may do here, and what is noticed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct RegionLimits {
    /// What a party may do unless it has limits of its own.
    pub region: Limits,
    /// What the caller may do, where it is a party.
    pub own: Option<Limits>,
    /// A trade above this is tagged.
    pub large_amount: Money,
    /// A trade above this is reported.
    pub large_single: Money,
    /// A day's trades above this are reported.
    pub large_daily: Money,
    /// A transfer of this much or more needs both sides to be well identified.
    pub travel_rule: Money,
    /// How well.
    pub kyc_to_transfer_large: u8,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What one party may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct LimitsReport {
    /// The party.
    pub party: Party,
    /// Its limits.
    pub limits: Limits,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What was noticed and not reviewed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    /// The alerts, by party.
    pub alerts: Vec<Alert>,
    /// The cycles of this node's house that still owe somebody an hour past their deadline, by
    /// value date (CLR-06). They end by themselves, once everybody is paid.
    pub late_cycles: Vec<LateCycle>,
    /// The banks whose way has taken nothing for longer than the operator lets payments wait
    /// . They end by themselves, once the way takes them.
    pub banks_down: Vec<BankDown>,
    /// The pay-ins that a bank has taken back and that are not paid again: those of this node, and
    /// those that its house is owed. They end by themselves, once they are paid.
    pub returned_pay_ins: Vec<ClaimReport>,
    /// The alarms about banks that stand, as the journal and the event bus were told.
    pub bank_alarms: Vec<BankAlarm>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

words! {
    /// What is wrong at a bank.
    BankAlarmKind = gcfn_venue::BankAlarm {
        /// its way has taken nothing for longer than the operator lets payments wait.
        BankDown,
        /// Payments have waited for its answer for over an hour.
        PaymentsOverdue,
        /// differences from its books have stood for longer than the region lets them.
        BreaksOverdue,
    }
}

/// An alarm about a bank that stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BankAlarm {
    /// The currency of the accounts that the bank keeps.
    pub currency: CurrencyCode,
    /// What is wrong.
    pub alarm: BankAlarmKind,
    /// How bad it is.
    pub level: RuleLevel,
}

impl BankAlarm {
    /// `alarm` at the bank of `currency`.
    #[must_use]
    pub fn new((currency, alarm): (Currency, gcfn_venue::BankAlarm)) -> BankAlarm {
        let level = alarm.level().into();
        BankAlarm { currency: Text(currency), alarm: alarm.into(), level }
    }
}

/// A bank that takes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BankDown {
    /// How bad it is.
    pub level: RuleLevel,
    /// The bank, and what waits for it.
    pub queue: BankQueue,
}

impl BankDown {
    /// `queue`, if what waits there waits too long.
    #[must_use]
    pub fn of(queue: BankQueue) -> Option<BankDown> {
        queue.is_late.then_some(BankDown { level: RuleLevel::L3, queue })
    }
}

/// What a rule has noticed about a party.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// The party.
    pub party: Party,
    /// The rule.
    pub rule: RuleName,
    /// How bad it is.
    pub level: RuleLevel,
    /// When it was noticed.
    pub at: Time,
}

impl Alert {
    /// What `rule` noticed.
    #[must_use]
    pub fn new((party, rule, at): (PartyId, gcfn_venue::Rule, Timestamp)) -> Alert {
        let level = rule.level().into();
        Alert { party: Text(party), rule: rule.into(), level, at: Text(at) }
    }
}

/// A clearing cycle that is late.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct LateCycle {
    /// The cycle.
    pub cycle: Cycle,
    /// Its value date.
    pub value_date: Date,
    /// Where it stands.
    pub phase: CyclePhase,
    /// How bad it is.
    pub level: RuleLevel,
    /// Its pay-in deadline.
    pub due: Time,
    /// How long ago that was, in seconds.
    pub late_seconds: u64,
}

impl LateCycle {
    /// `cycle`, if it is late at `now`.
    #[must_use]
    pub fn of(cycle: &gcfn_clearing::Cycle, now: Timestamp) -> Option<LateCycle> {
        Some(LateCycle {
            cycle: Text(cycle.id),
            value_date: Text(cycle.schedule.value_date),
            phase: cycle.phase.into(),
            level: RuleLevel::L2,
            due: Text(cycle.schedule.pay_in_by),
            late_seconds: cycle.late_by(now)?.0 / 1_000,
        })
    }
}

/// An alert that was looked at.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertReview {
    /// The party.
    pub party: Party,
    /// The rule.
    pub rule: RuleName,
}

/// How hard to press, and whom.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiquidityStress {
    /// Which share of what each batch owes is redeemed at once, in basis points.
    #[serde(default = "everything")]
    #[param(default = 10_000, minimum = 0, maximum = 10_000)]
    pub stress_bp: u32,
    /// At most this many issuers, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only issuers beyond: the `next` of an earlier page.
    pub after: Option<Party>,
}

const fn everything() -> u32 {
    10_000
}

/// Whether issuers could pay if holders came to redeem at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LiquidityReport {
    /// The share that is redeemed at once, in basis points.
    pub stress_bp: u32,
    /// Face value that holders may redeem here, of all issuers.
    pub outstanding: Money,
    /// What the guarantee fund has for those who cannot pay.
    pub guarantee_fund: Money,
    /// The issuers of this page, by pseudonym.
    pub issuers: Vec<IssuerStress>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Party>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What an issuer would have to pay, and with what.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerStress {
    /// Who.
    pub issuer: Party,
    /// Face value that holders may redeem.
    pub outstanding: Money,
    /// What of it is asked for.
    pub called: Money,
    /// What the reserves of its batches have.
    pub reserves: Money,
    /// What it has beside them that can be drawn on.
    pub own_means: Money,
    /// What is called beyond the reserve of each batch and all of that.
    pub shortfall: Money,
}
