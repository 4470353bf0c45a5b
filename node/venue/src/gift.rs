//! Giving coupons to somebody else (P-23).

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::units::{Picked, Units, count, ranges_of, value_left};
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::Holder;
use gcfn_model::{PartyId, SeriesId};
use serde::{Deserialize, Serialize};

/// The most gifts of one wish.
pub const PRESENTS_MAX: usize = 100;

/// Coupons for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who receives them.
    pub to: PartyId,
    /// Of which series.
    pub series: SeriesId,
    /// Which coupons.
    pub units: Units,
}

impl Venue {
    /// Gives coupons away, free of payment. Their first holder cannot hand them back any more.
    pub(crate) fn gift(
        &mut self,
        step: &mut Step<'_>,
        from: PartyId,
        present: &Present,
    ) -> Outcome {
        let Present { to, series, .. } = *present;
        // A member holds for its users, whom this node cannot tell of a gift.
        if self.free_party(to)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        self.trader(from)?;
        self.trader(to)?;
        if from == to {
            return Err(Rejection::ToOneself);
        }
        self.open_series(series, step.at)?;
        self.transferable(series)?;
        let (giver, receiver) = (Holder::Party(from), Holder::Party(to));
        let picked = self.pick(series, giver, &present.units, Picked::Give)?;
        let (ranges, value) = (ranges_of(&picked), value_left(&picked).ok_or(Rejection::TooLarge)?);
        self.check_transfer((from, to), value, step.at)?;
        let lots = self.books.title.transfer_ranges(series, giver, receiver, &ranges);
        let lots = lots.expect("the coupons were picked from the giver's own");
        self.circulate(from, series, &lots);
        step.emit(Event::TitleMoved { series, from: giver, to: receiver, lots });
        step.emit(Event::Gifted { from, to, series, quantity: count(&ranges) });
        self.note_transfer(step, (from, to), value);
        Ok(Done::Accepted)
    }

    /// Gives to several. Each gift is made or refused by itself.
    pub(crate) fn give_many(
        &mut self,
        step: &mut Step<'_>,
        from: PartyId,
        presents: &[Present],
    ) -> Outcome {
        if presents.is_empty() || PRESENTS_MAX < presents.len() {
            return Err(Rejection::BatchSize);
        }
        let outcomes = presents.iter().map(|present| self.gift(step, from, present));
        Ok(Done::Batch { outcomes: outcomes.collect::<Vec<_>>() })
    }
}
