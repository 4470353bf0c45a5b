//! Giving coupons to somebody else (P-23).

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_ledger::Holder;
use gcfn_model::{PartyId, SeriesId};

impl Venue {
    /// Gives coupons away, free of payment.
    pub(crate) fn gift(
        &mut self,
        step: &mut Step<'_>,
        from: PartyId,
        to: PartyId,
        goods: (SeriesId, u64),
    ) -> Outcome {
        let (series, quantity) = goods;
        self.free_party(from)?;
        // A member holds for its users, whom this node cannot tell of a gift.
        if self.free_party(to)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        if from == to {
            return Err(Rejection::ToOneself);
        }
        self.open_series(series, step.at)?;
        self.transferable(series)?;
        if quantity == 0 {
            return Err(Rejection::QuantityZero);
        }
        let face = self.books.title.terms(series).ok_or(Rejection::UnknownSeries)?.face;
        let value = face.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        self.check_transfer((from, to), value, step.at)?;
        let (giver, receiver) = (Holder::Party(from), Holder::Party(to));
        let lots = self.books.title.transfer(series, giver, receiver, quantity);
        let lots = lots.map_err(|_| Rejection::InsufficientCoupons)?;
        self.not_refundable(from, series, &lots);
        step.emit(Event::TitleMoved { series, from: giver, to: receiver, lots });
        step.emit(Event::Gifted { from, to, series, quantity });
        self.note_transfer(step, (from, to), value);
        Ok(Done::Accepted)
    }
}
