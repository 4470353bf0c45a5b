//! How much a party may do in a day, and what is noticed about it (RSK-05, C-43, C-44, A-02 to
//!
//!
//! Limits count what is reserved and not only what is posted: an open order counts as if it had
//! traded. They refuse; rules only notice, unless a rule says that what it noticed waits for a
//! review. Counters are per party, of the region's day and of the rolling hour in whole
//! minutes: bounded, whatever a party does.

use crate::activity::{Activity, total};
use crate::fees::major_units;
use crate::money_event::MoneyEvent;
use crate::orders::OpenOrder;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyClass, PartyKind};
use crate::refusal::Rejection;
use crate::rules::Rule;
use crate::trade::Trade;
use crate::venue::{Step, Venue};
use gcfn_model::{
    Amount, BasisPoints, BusinessDate, Currency, Millis, PartyId, Rounding, Timestamp, TradeId,
};
use serde::{Deserialize, Serialize};

/// How far back fan-out looks.
const FAN_OUT_SPAN: Millis = Millis(24 * 3_600_000);

/// What the region allows and notices. Every threshold is in `currency` (D-16): a template that
/// has it in another one converts it before it becomes terms (C-43).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitTerms {
    /// The currency of every amount here; the venue's.
    pub currency: Currency,
    /// What a party may do, unless its own limits say otherwise.
    pub party: PartyLimits,
    /// A trade above this is tagged: 10,000.
    pub large_amount: Amount,
    /// A trade above this is reported: 50,000.
    pub large_single: Amount,
    /// A day's trades above this are reported: 200,000.
    pub large_daily: Amount,
    /// More trades in an hour than this are tagged: 20 (A-03, C-44).
    pub frequency_flag: u32,
    /// As many trades in an hour as this stop the next order: 500 (A-02, C-44).
    pub frequency_limit: u32,
    /// More recipients of transfers in 24 hours than this stop the next transfer: 10.
    pub fan_out: u32,
    /// A transfer of this much or more needs both sides to be well identified: 3,000.
    pub travel_rule: Amount,
    /// How well: 2 (C-14).
    pub kyc_to_transfer_large: u8,
    /// Values from this part of `travel_rule` up to it are just below it: 83 % (D-15).
    pub structuring_from: BasisPoints,
    /// As many of them in a day are tagged: 3.
    pub structuring_count: u32,
    /// As many trades each way between the same two parties in a day are tagged: 3 (A-43; the
    /// seeds state no number).
    pub round_trips: u32,
}

impl LimitTerms {
    /// As the seeds have them, in major units of `currency`. They state no limit of what a party
    /// may do: a region's template does.
    #[must_use]
    pub const fn of(currency: Currency) -> LimitTerms {
        LimitTerms {
            currency,
            party: PartyLimits::NONE,
            large_amount: major_units(currency, 10_000),
            large_single: major_units(currency, 50_000),
            large_daily: major_units(currency, 200_000),
            frequency_flag: 20,
            frequency_limit: 500,
            fan_out: 10,
            travel_rule: major_units(currency, 3_000),
            kyc_to_transfer_large: 2,
            structuring_from: BasisPoints(8_300),
            structuring_count: 3,
            round_trips: 3,
        }
    }
}

/// What one party may do. Money is in the venue's currency, a day is the region's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyLimits {
    /// The value of one order.
    pub order_value: Amount,
    /// The value of a day's trades and open orders together.
    pub traded_daily: Amount,
    /// How many orders may be open.
    pub open_orders: u32,
    /// What may be withdrawn in a day.
    pub withdrawn_daily: Amount,
    /// How many transfers of coupons in a day.
    pub transfers_daily: u32,
}

impl PartyLimits {
    /// No limit but what the party has.
    pub const NONE: PartyLimits = PartyLimits {
        order_value: Amount::MAX,
        traded_daily: Amount::MAX,
        open_orders: u32::MAX,
        withdrawn_daily: Amount::MAX,
        transfers_daily: u32::MAX,
    };
}

impl Venue {
    /// What a party may do: its own limits, else the region's.
    #[must_use]
    pub fn limits_of(&self, party: PartyId) -> PartyLimits {
        self.limits.get(&party).copied().unwrap_or(self.terms.money.limits.party)
    }

    /// What was noticed and not reviewed: who, by which rule, when.
    pub fn flags(&self) -> impl Iterator<Item = (PartyId, Rule, Timestamp)> {
        self.flags.iter().map(|(&(party, rule), &at)| (party, rule, at))
    }

    pub(crate) fn check_limits_for(&self, party: PartyId) -> Result<(), Rejection> {
        self.party(party).map(|_| ())
    }

    /// Gives a party limits of its own; none at all takes them away.
    pub(crate) fn set_limits(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        limits: Option<PartyLimits>,
    ) -> Outcome {
        self.check_limits_for(party)?;
        match limits {
            Some(limits) => self.limits.insert(party, limits),
            None => self.limits.remove(&party),
        };
        step.emit(MoneyEvent::LimitsSet { party, limits }.into());
        Ok(Done::Accepted)
    }

    /// Somebody has looked at what was noticed: what waited for it may go on, counted anew.
    pub(crate) fn review_flag(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        party: PartyId,
        rule: Rule,
    ) -> Outcome {
        self.flags.remove(&(party, rule)).ok_or(Rejection::UnknownFlag)?;
        if let Some(activity) = self.parties.activity_mut(&party) {
            match rule {
                Rule::FanOut => activity.recipients.clear(),
                Rule::FrequencyLimit => activity.minutes.clear(),
                Rule::Structuring => activity.below_limit = 0,
                Rule::Brushing => activity.bought_from.clear(),
                Rule::FrequencyFlag | Rule::LargeAmount => {}
            }
        }
        step.emit(MoneyEvent::FlagReviewed { party, rule, by }.into());
        Ok(Done::Accepted)
    }

    /// Whether an order of `value` is within what the party may do.
    pub(crate) fn check_order_limits(
        &self,
        party: PartyId,
        value: Amount,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let open_orders = self.parties.activity(&party).map_or(0, |of| of.open_orders);
        self.check_value_limits(party, (value, value), at)?;
        match self.limits_of(party).open_orders <= open_orders {
            true => Err(Rejection::OpenOrdersLimit),
            false => Ok(()),
        }
    }

    /// Whether an order that comes to `value`, `more` than it has reserved, is within what the
    /// party may do.
    pub(crate) fn check_value_limits(
        &self,
        party: PartyId,
        (value, more): (Amount, Amount),
        at: Timestamp,
    ) -> Result<(), Rejection> {
        if self.flags.contains_key(&(party, Rule::FrequencyLimit)) {
            return Err(Rejection::UnderReview);
        }
        let limits = self.limits_of(party);
        if limits.order_value < value {
            return Err(Rejection::OrderLimit);
        }
        let activity = self.parties.activity(&party);
        let today = activity.filter(|of| of.day == self.region_day(at));
        let traded = today.map_or(Amount::ZERO, |of| of.traded);
        let reserved = total(activity.map_or(Amount::ZERO, |of| of.open_value), more);
        match limits.traded_daily < total(traded, reserved) {
            true => Err(Rejection::DailyTradeLimit),
            false => Ok(()),
        }
    }

    /// An order waits in a book from now on. An issuer's own offer is bounded by its batch.
    pub(crate) fn order_opened(&mut self, open: &OpenOrder, at: Timestamp) {
        if !open.primary() {
            self.reserve_limit(open.party, value_of(open, open.remaining), at);
        }
    }

    /// `value` counts for a party although nothing has traded.
    pub(crate) fn reserve_limit(&mut self, party: PartyId, value: Amount, at: Timestamp) {
        let activity = self.activity_of(party, at);
        activity.open_orders = activity.open_orders.saturating_add(1);
        activity.open_value = total(activity.open_value, value);
    }

    /// `value` does not wait any more; `closed` when its order is gone.
    pub(crate) fn release_limit(&mut self, party: PartyId, value: Amount, closed: bool) {
        let Some(activity) = self.parties.activity_mut(&party) else { return };
        activity.open_value = activity.open_value.saturating_sub(value);
        if closed {
            activity.open_orders = activity.open_orders.saturating_sub(1);
        }
    }

    /// `quantity` coupons of an open order do not wait any more; `closed` when it is gone.
    pub(crate) fn order_reduced(&mut self, open: &OpenOrder, quantity: u64, closed: bool) {
        if !open.primary() {
            self.release_limit(open.party, value_of(open, quantity), closed);
        }
    }

    /// Counts a trade for both its sides, and notices what the rules notice.
    pub(crate) fn count_in_limits(&mut self, step: &mut Step<'_>, trade: &Trade) {
        let (id, value) = (trade.id, trade.value());
        if trade.member.is_none() {
            self.note_side(step, trade.buyer, id, value);
        }
        if !trade.primary() {
            self.note_side(step, trade.seller, id, value);
        }
        if trade.member.is_none() && !trade.primary() {
            self.note_pair(step, trade.buyer, trade.seller);
        }
    }

    /// Counts who buys from whom, and notices trades to and fro.
    fn note_pair(&mut self, step: &mut Step<'_>, buyer: PartyId, seller: PartyId) {
        if self.makes_markets(buyer) || self.makes_markets(seller) {
            return;
        }
        let there = self.activity_of(buyer, step.at).count_purchase(seller);
        let back = self.activity_of(seller, step.at).bought_from.get(&buyer).copied();
        if self.terms.money.limits.round_trips <= there.min(back.unwrap_or(0)) {
            self.flag(step, buyer, Rule::Brushing);
            self.flag(step, seller, Rule::Brushing);
        }
    }

    fn makes_markets(&self, party: PartyId) -> bool {
        self.parties.get(&party).is_some_and(|known| known.class == PartyClass::MarketMaker)
    }

    /// Counts one side's part in a trade, here or at another node.
    pub(crate) fn note_side(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        trade: TradeId,
        value: Amount,
    ) {
        let terms = self.terms.money.limits;
        let activity = self.activity_of(party, step.at);
        let before = activity.traded;
        activity.traded = total(before, value);
        let day = activity.day;
        let (today, in_hour) = (activity.traded, activity.count_trade(step.at));
        if terms.large_single < value {
            step.emit(MoneyEvent::LargeTrade { party, trade, value }.into());
        }
        if before <= terms.large_daily && terms.large_daily < today {
            step.emit(MoneyEvent::LargeDay { party, day, total: today }.into());
        }
        if terms.large_amount < value {
            self.flag(step, party, Rule::LargeAmount);
        }
        self.note_below_limit(step, party, value);
        let maker = self.makes_markets(party);
        if !maker && terms.frequency_flag < in_hour {
            self.flag(step, party, Rule::FrequencyFlag);
        }
        if !maker && terms.frequency_limit <= in_hour {
            self.flag(step, party, Rule::FrequencyLimit);
        }
    }

    /// Counts a value just below the limit of the Travel Rule.
    fn note_below_limit(&mut self, step: &mut Step<'_>, party: PartyId, value: Amount) {
        let terms = self.terms.money.limits;
        let from = terms.structuring_from.of(terms.travel_rule, Rounding::Up);
        if from.is_none_or(|from| value < from) || terms.travel_rule <= value {
            return;
        }
        let activity = self.activity_of(party, step.at);
        activity.below_limit = activity.below_limit.saturating_add(1);
        if terms.structuring_count <= activity.below_limit {
            self.flag(step, party, Rule::Structuring);
        }
    }

    /// Whether coupons worth `value` may go from one party to another without payment.
    pub(crate) fn check_transfer(
        &self,
        (from, to): (PartyId, PartyId),
        value: Amount,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        if self.flags.contains_key(&(from, Rule::FanOut)) {
            return Err(Rejection::UnderReview);
        }
        let done = self.parties.activity(&from).filter(|of| of.day == self.region_day(at));
        if self.limits_of(from).transfers_daily <= done.map_or(0, |of| of.transfers) {
            return Err(Rejection::DailyTransferLimit);
        }
        let terms = &self.terms.money.limits;
        let kyc = self.party(from)?.kyc.min(self.party(to)?.kyc);
        match terms.travel_rule <= value && kyc < terms.kyc_to_transfer_large {
            true => Err(Rejection::TravelRule),
            false => Ok(()),
        }
    }

    /// Counts a transfer, and notices when too many parties have received some.
    pub(crate) fn note_transfer(
        &mut self,
        step: &mut Step<'_>,
        (from, to): (PartyId, PartyId),
        value: Amount,
    ) {
        self.note_below_limit(step, from, value);
        let at = step.at;
        let activity = self.activity_of(from, at);
        activity.transfers = activity.transfers.saturating_add(1);
        activity.recipients.retain(|_, last| at.since(*last) < FAN_OUT_SPAN);
        activity.recipients.insert(to, at);
        let recipients = u32::try_from(activity.recipients.len()).unwrap_or(u32::MAX);
        if self.terms.money.limits.fan_out < recipients {
            self.flag(step, from, Rule::FanOut);
        }
    }

    /// Whether `amount` may be withdrawn today.
    pub(crate) fn check_withdrawal_limit(
        &self,
        party: PartyId,
        amount: Amount,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let done = self.parties.activity(&party).filter(|of| of.day == self.region_day(at));
        let total = total(done.map_or(Amount::ZERO, |of| of.withdrawn), amount);
        match self.limits_of(party).withdrawn_daily < total {
            true => Err(Rejection::DailyWithdrawalLimit),
            false => Ok(()),
        }
    }

    pub(crate) fn note_withdrawal(&mut self, party: PartyId, amount: Amount, at: Timestamp) {
        let activity = self.activity_of(party, at);
        activity.withdrawn = total(activity.withdrawn, amount);
    }

    /// A withdrawal of the same day came to nothing.
    pub(crate) fn forget_withdrawal(
        &mut self,
        party: PartyId,
        amount: Amount,
        (then, now): (Timestamp, Timestamp),
    ) {
        if self.region_day(then) == self.region_day(now) {
            let activity = self.activity_of(party, now);
            activity.withdrawn = activity.withdrawn.saturating_sub(amount);
        }
    }

    fn activity_of(&mut self, party: PartyId, at: Timestamp) -> &mut Activity {
        let day = self.region_day(at);
        self.parties.activity_on(day, party)
    }

    /// The region's day: the trading day, or the date while none is open.
    fn region_day(&self, at: Timestamp) -> BusinessDate {
        self.trading_day(at).map_or_else(|_| at.utc().0, |day| day.date)
    }

    /// Notices something once, until it has been reviewed. Other nodes watch their own users.
    fn flag(&mut self, step: &mut Step<'_>, party: PartyId, rule: Rule) {
        let here = self.parties.get(&party).is_some_and(|known| known.kind != PartyKind::Member);
        if here && !self.flags.contains_key(&(party, rule)) {
            self.flags.insert((party, rule), step.at);
            step.emit(MoneyEvent::Flagged { party, rule, level: rule.level() }.into());
        }
    }
}

fn value_of(open: &OpenOrder, quantity: u64) -> Amount {
    open.price.checked_mul(quantity).unwrap_or(Amount::MAX)
}
