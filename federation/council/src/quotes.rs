//! What dealers offer: two-way quotes, kept honest by each other.
//!
//! Decides which quotes stand and which of them is the best. A dealer's signed quote binds it:
//! what is locked from it needs no further word of the dealer.

use crate::council::{Council, Step};
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;
use gcfn_model::{Amount, BasisPoints, Currency, NodeId, QuoteId, Rate, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

/// The largest numerator or denominator of a quoted rate: products of three terms stay exact.
pub const RATE_TERM_MAX: u64 = 1_000_000_000_000;

/// Two currencies in the order of [`Currency::ALL`]: each pair has one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pair {
    /// The currency that is bought and sold.
    pub base: Currency,
    /// The currency that it is paid in.
    pub counter: Currency,
}

/// A dealer's two-way offer. Its rates are counter units for base units, both minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// What is bought and sold.
    pub pair: Pair,
    /// At which the dealer buys the base currency.
    pub bid: Rate,
    /// At which the dealer sells it.
    pub ask: Rate,
    /// How much of the base currency it is good for in all; zero withdraws the dealer's quote.
    pub size: Amount,
    /// Not good from here on.
    pub valid_until: Timestamp,
}

/// A quote and what locks have left of its size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Standing {
    quote: Quote,
    left: Amount,
}

/// The latest quote of every dealer, by pair.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Quotes {
    standing: BTreeMap<Pair, BTreeMap<NodeId, Standing>>,
}

/// What a holder is offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) dealer: NodeId,
    pub(crate) quote: QuoteId,
    /// Of what the holder needs for what it pays.
    pub(crate) rate: Rate,
    /// What it takes of the quote's size.
    takes: Amount,
}

impl Pair {
    /// The pair of two currencies; `None` when they are one.
    #[must_use]
    pub fn of(one: Currency, other: Currency) -> Option<Pair> {
        match one.cmp(&other) {
            Ordering::Less => Some(Pair { base: one, counter: other }),
            Ordering::Equal => None,
            Ordering::Greater => Some(Pair { base: other, counter: one }),
        }
    }
}

impl Quote {
    fn check(&self) -> Result<(), Refusal> {
        let terms = [self.bid, self.ask].into_iter().flat_map(|r| [r.numerator(), r.denominator()]);
        let sound = |term: u64| (1..=RATE_TERM_MAX).contains(&term);
        if Pair::of(self.pair.base, self.pair.counter) != Some(self.pair)
            || !terms.into_iter().all(sound)
        {
            return Err(Refusal::QuoteTerms);
        }
        if self.bid.compare(self.ask) == Ordering::Greater {
            return Err(Refusal::QuoteCrossed);
        }
        Ok(())
    }
}

impl Standing {
    /// The rate for a holder who needs `size` of `needs`, and what that takes of the quote.
    fn offer(&self, needs: Currency, size: Amount) -> Option<(Rate, Amount)> {
        let Quote { pair, bid, ask, .. } = self.quote;
        let dealer_sells = needs == pair.base;
        let inverse = || Rate::new(ask.denominator(), ask.numerator()).ok();
        let rate = if dealer_sells { inverse()? } else { bid };
        let pays = rate.base(size, Rounding::Up)?;
        let takes = if dealer_sells { size } else { pays };
        (takes <= self.left).then_some((rate, takes))
    }
}

impl Quotes {
    /// The quotes that are good at `at`, by pair and dealer, with what locks have left of them.
    pub(crate) fn live(&self, at: Timestamp) -> impl Iterator<Item = (NodeId, &Quote, Amount)> {
        let standing = self.standing.values().flatten();
        let live = standing.filter(move |(_, s)| at < s.quote.valid_until && !s.left.is_zero());
        live.map(|(dealer, standing)| (*dealer, &standing.quote, standing.left))
    }

    /// Whether a quote is too far from the median of what other dealers quote now. Without any
    /// other dealer there is nothing to compare it with.
    fn is_outlier(&self, at: Timestamp, dealer: NodeId, quote: &Quote, band: BasisPoints) -> bool {
        let others = self.live(at).filter(|(by, q, _)| *by != dealer && q.pair == quote.pair);
        let others: Vec<&Quote> = others.map(|(_, quote, _)| quote).collect();
        let strays = |of: fn(&Quote) -> Rate| {
            let middle = median(others.iter().map(|quote| of(quote)).collect());
            middle.is_some_and(|middle| !is_within(of(quote), middle, band))
        };
        strays(|quote| quote.bid) || strays(|quote| quote.ask)
    }

    /// The best rate for `holder` at which some dealer of `dealers` has `size` of `needs` left:
    /// the most of what is needed for what is paid. Of equal rates, the first by name.
    pub(crate) fn best(
        &self,
        at: Timestamp,
        pair: Pair,
        wanted: (Currency, Amount),
        is_dealing: impl Fn(NodeId) -> bool,
    ) -> Option<Offer> {
        let mut best: Option<Offer> = None;
        for (&dealer, standing) in self.standing.get(&pair)? {
            if standing.quote.valid_until <= at || !is_dealing(dealer) {
                continue;
            }
            let Some((rate, takes)) = standing.offer(wanted.0, wanted.1) else { continue };
            if best.is_none_or(|best| rate.compare(best.rate) == Ordering::Greater) {
                best = Some(Offer { dealer, quote: standing.quote.id, rate, takes });
            }
        }
        best
    }

    /// Takes what an offer comes to off its quote.
    pub(crate) fn take(&mut self, pair: Pair, offer: &Offer) {
        let standing = self.standing.get_mut(&pair).and_then(|by| by.get_mut(&offer.dealer));
        if let Some(standing) = standing {
            standing.left = standing.left.saturating_sub(offer.takes);
        }
    }
}

impl Council {
    /// A dealer's quote replaces its last one of the pair, or is refused with an alert.
    pub(crate) fn quote(&mut self, step: &mut Step<'_>, dealer: NodeId, quote: Quote) -> Outcome {
        if let Err(reason) = self.check_quote(step.at, dealer, &quote) {
            step.emit(Event::QuoteRefused { dealer, quote: quote.id, reason });
            return Err(reason);
        }
        let standing = Standing { quote, left: quote.size };
        self.quotes.standing.entry(quote.pair).or_default().insert(dealer, standing);
        Ok(Done::Accepted)
    }

    fn check_quote(&self, at: Timestamp, dealer: NodeId, quote: &Quote) -> Result<(), Refusal> {
        quote.check()?;
        let latest = at.checked_add(self.params.quote_lifetime_max);
        if quote.valid_until <= at || latest.is_some_and(|latest| latest < quote.valid_until) {
            return Err(Refusal::QuoteStale);
        }
        let withdrawn = quote.size.is_zero();
        if !withdrawn && self.quotes.is_outlier(at, dealer, quote, self.params.quote_band) {
            return Err(Refusal::QuoteOutlier);
        }
        Ok(())
    }
}

/// The middle rate; of two middle ones the lower, so that it is one that somebody quoted.
fn median(mut rates: Vec<Rate>) -> Option<Rate> {
    rates.sort_by(|left, right| left.compare(*right));
    let middle = rates.len().saturating_sub(1) / 2;
    rates.get(middle).copied()
}

/// Whether `rate` is within `band` of `middle`, exactly.
fn is_within(rate: Rate, middle: Rate, band: BasisPoints) -> bool {
    let cross = |left: Rate, right: Rate, share: u32| {
        let product = u128::from(left.numerator()).saturating_mul(u128::from(right.denominator()));
        product.saturating_mul(u128::from(share))
    };
    let whole = BasisPoints::ONE.0;
    let rate_share = cross(rate, middle, whole);
    cross(middle, rate, whole.saturating_sub(band.0)) <= rate_share
        && rate_share <= cross(middle, rate, whole.saturating_add(band.0))
}
