//! What parties are told, out of the journal.

use gcfn_api_wire::notices::{Notice, NoticeKind};
use gcfn_api_wire::term::{Money, Text};
use gcfn_model::{Amount, Currency, PartyId, SeriesId, Timestamp, TradeId};
use gcfn_venue::{Event, IssuingEvent};
use serde::{Deserialize, Serialize};

/// One thing that a party is told: the body of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// What.
    pub(crate) kind: NoticeKind,
    /// Of which series.
    pub(crate) series: Option<SeriesId>,
    /// By which trade.
    pub(crate) trade: Option<TradeId>,
    /// How many coupons.
    pub(crate) quantity: Option<u64>,
    /// How much money, in the venue's currency.
    pub(crate) amount: Option<Amount>,
}

impl Told {
    const fn of(kind: NoticeKind) -> Told {
        Told { kind, series: None, trade: None, quantity: None, amount: None }
    }

    /// The same as the API shows it.
    pub(crate) fn notice(self, at: Timestamp, currency: Currency) -> Notice {
        Notice {
            series: self.series.map(Text),
            trade: self.trade.map(Text),
            quantity: self.quantity,
            amount: self.amount.map(|amount| Money::new(amount, currency)),
            ..Notice::new(self.kind, at)
        }
    }
}

/// Who is told what of `event`.
#[must_use]
pub(crate) fn notices(event: &Event) -> Vec<(PartyId, Told)> {
    match event {
        Event::TradeMatched(trade) => {
            let told = Told {
                series: Some(trade.series),
                trade: Some(trade.id),
                quantity: Some(trade.quantity),
                amount: Some(trade.price),
                ..Told::of(NoticeKind::TradeMatched)
            };
            vec![(trade.buyer, told), (trade.seller, told)]
        }
        Event::Gifted { to, series, quantity, .. } => {
            let (series, quantity) = (Some(*series), Some(*quantity));
            vec![(*to, Told { series, quantity, ..Told::of(NoticeKind::CouponsReceived) })]
        }
        Event::DepositReceived { party, amount, .. } => {
            let amount = Some(*amount);
            vec![(*party, Told { amount, ..Told::of(NoticeKind::DepositReceived) })]
        }
        Event::Issuing(IssuingEvent::HolderPaid { series, holder, amount, .. }) => {
            let (series, amount) = (Some(*series), Some(*amount));
            vec![(*holder, Told { series, amount, ..Told::of(NoticeKind::HolderPaid) })]
        }
        Event::PartyFrozen { party } => vec![(*party, Told::of(NoticeKind::AccountFrozen))],
        Event::PartyUnfrozen { party } => vec![(*party, Told::of(NoticeKind::AccountUnfrozen))],
        _ => Vec::new(),
    }
}
