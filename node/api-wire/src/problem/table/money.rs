//! What the money desk refuses: suspense, entries by hand, limits, withdrawals.

use super::{Class, Row};
use crate::problem::Retry::{Never, NewKey};
use gcfn_venue::Rejection as R;

/// The row of a refusal of the money desk; `None` for one of another business.
pub(super) const fn row(rejection: &R) -> Option<Row> {
    use Class::{Forbidden, Short, State, Unknown, Value};
    Some(match rejection {
        R::UnknownSuspense => {
            ("UnknownSuspense", Unknown, Never, "nothing to do: the item was resolved or matched")
        }
        R::SuspenseParts => {
            ("SuspenseParts", Value, Never, "divide the whole item, each claimant once")
        }
        R::SuspenseCurrency => ("SuspenseCurrency", State, Never, "let the bank send it back"),
        R::SuspenseMismatch => ("SuspenseMismatch", Value, Never, "resolve each item by itself"),
        R::BankBreakOpen => {
            ("BankBreakOpen", State, NewKey, "resolve what the bank has booked first")
        }
        R::NotByHand => ("NotByHand", Forbidden, Never, "use the act of its business"),
        R::MoneyTransfer => {
            ("MoneyTransfer", Forbidden, Never, "let the party withdraw it and pay it by bank")
        }
        R::UnknownEntry => ("UnknownEntry", Unknown, Never, "post a correction by hand"),
        R::AlreadyReversed => ("AlreadyReversed", State, Never, "nothing to do"),
        R::HasOwnReversal => ("HasOwnReversal", State, Never, "cancel, refund or dispute it"),
        R::NothingOwed => ("NothingOwed", Value, Never, "look at what the party owes"),
        R::OrderLimit => {
            ("OrderLimit", Short, NewKey, "split the order, or ask for a higher limit")
        }
        R::DailyTradeLimit => {
            ("DailyTradeLimit", Short, NewKey, "wait for the next day, or ask for a higher limit")
        }
        R::OpenOrdersLimit => ("OpenOrdersLimit", Short, NewKey, "cancel an order"),
        R::DailyWithdrawalLimit => (
            "DailyWithdrawalLimit",
            Short,
            NewKey,
            "wait for the next day, or ask for a higher limit",
        ),
        R::DailyTransferLimit => (
            "DailyTransferLimit",
            Short,
            NewKey,
            "wait for the next day, or ask for a higher limit",
        ),
        R::UnderReview => ("UnderReview", Forbidden, NewKey, "ask compliance"),
        R::TravelRule => ("TravelRule", Forbidden, NewKey, "identify both sides further"),
        R::UnknownFlag => ("UnknownFlag", Unknown, Never, "nothing to do: it was reviewed"),
        R::UnknownWithdrawal => {
            ("UnknownWithdrawal", Unknown, Never, "nothing to do: the bank has paid or refused it")
        }
        R::WithdrawalSent => ("WithdrawalSent", State, Never, "wait for the bank"),
        R::InvitationClosed => ("InvitationClosed", State, Never, "nothing to do"),
        R::PartyNotEmpty => {
            ("PartyNotEmpty", State, NewKey, "end what the party has or does here first")
        }
        R::CalledFor => {
            ("CalledFor", State, Never, "wait for the cycle; what it leaves over is paid back")
        }
        R::Desk(_) => ("Desk", Value, Never, "take it up with the bank"),
        _ => return None,
    })
}
