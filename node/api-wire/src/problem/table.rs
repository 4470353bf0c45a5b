//! The one table from a refusal of the machine to what a caller sees.

mod coupons;
mod issuing;
mod money;
mod trading;

use super::{Class, Line, Retry};
use gcfn_venue::Rejection;

/// What a refusal is called, its class, whether to ask again, and what the sender can do.
type Row = (&'static str, Class, Retry, &'static str);

/// The line of a refusal, whatever it carries.
#[must_use]
pub const fn line(rejection: &Rejection) -> Line {
    use Class::{Forbidden, Short, State, Taken, Unknown, Value};
    use Rejection as R;
    use Retry::{Never, NewKey};
    let (code, class, retry, advice) = match rejection {
        R::IdempotencyConflict => {
            ("IdempotencyConflict", State, Never, "send a new key for a new wish")
        }
        R::NotPermitted => ("NotPermitted", Forbidden, Never, "ask an operator of the node"),
        R::NotYours => ("NotYours", Forbidden, Never, "act for the party that it belongs to"),
        R::UnknownParty => ("UnknownParty", Unknown, Never, "register the party first"),
        R::PartyExists => ("PartyExists", Taken, Never, "use the party that exists"),
        R::PartyKind => ("PartyKind", Value, Never, "name a party of the kind that this asks for"),
        R::Frozen => ("Frozen", Forbidden, NewKey, "ask compliance"),
        R::NotFrozen => ("NotFrozen", State, Never, "nothing to do"),
        R::KycTooLow => ("KycTooLow", Forbidden, NewKey, "identify the party further"),
        R::UnknownIssuer => ("UnknownIssuer", Unknown, Never, "apply as an issuer first"),
        R::IssuerExists => ("IssuerExists", Taken, Never, "nothing to do"),
        R::IssuerNotActive => ("IssuerNotActive", State, NewKey, "wait for approval"),
        R::QuotaExceeded => {
            ("QuotaExceeded", Short, NewKey, "issue less or ask for a larger quota")
        }
        R::BatchTerms(_) => ("BatchTerms", Value, Never, "correct the field"),
        R::BatchExists => ("BatchExists", Taken, Never, "use the batch that exists"),
        R::UnknownBatch => {
            ("UnknownBatch", Unknown, Never, "compare the id with where it was told")
        }
        R::BatchState => {
            ("BatchState", State, NewKey, "look at the batch and take the step that follows")
        }
        R::SecondPerson => ("SecondPerson", Forbidden, Never, "let another person approve"),
        R::ReserveNotFunded => ("ReserveNotFunded", Short, NewKey, "deposit the rest"),
        R::UnknownSeries => {
            ("UnknownSeries", Unknown, Never, "compare the id with where it was told")
        }
        R::SeriesNotListed => ("SeriesNotListed", State, NewKey, "wait until it trades"),
        R::Expired => ("Expired", State, Never, "choose another series"),
        R::QuantityZero => ("QuantityZero", Value, Never, "send a quantity above zero"),
        R::AmountZero => ("AmountZero", Value, Never, "send an amount above zero"),
        R::TooLarge => ("TooLarge", Value, Never, "split it"),
        R::Book(_) => ("Book", Value, Never, "correct the order"),
        R::InsufficientFunds => {
            ("InsufficientFunds", Short, NewKey, "deposit more or lower the order")
        }
        R::InsufficientCoupons => {
            ("InsufficientCoupons", Short, NewKey, "lower the quantity or free coupons from orders")
        }
        R::ResaleLimit => ("ResaleLimit", State, Never, "redeem them"),
        R::NotTransferable => ("NotTransferable", State, Never, "redeem them"),
        R::OrderExists => ("OrderExists", Taken, Never, "look at the order that exists"),
        R::UnknownOrder => {
            ("UnknownOrder", Unknown, Never, "nothing to do: it is filled, cancelled or never was")
        }
        R::NoTradingDay => ("NoTradingDay", State, NewKey, "wait for the next trading day"),
        R::TradingDay => ("TradingDay", Value, Never, "compare the times with the known days"),
        R::UnknownTrade => {
            ("UnknownTrade", Unknown, Never, "compare the id with where it was told")
        }
        R::NotRefundable => ("NotRefundable", State, Never, "offer the coupons or redeem them"),
        R::InSettlement => ("InSettlement", State, NewKey, "ask again on the next business day"),
        R::MerchantNotAuthorised => {
            ("MerchantNotAuthorised", Forbidden, NewKey, "ask the issuer to authorise the merchant")
        }
        R::RedemptionExists => {
            ("RedemptionExists", Taken, Never, "lock it under an id that was never used")
        }
        R::UnknownRedemption => {
            ("UnknownRedemption", Unknown, Never, "let the holder lock the coupon again")
        }
        R::NotDivisible => ("NotDivisible", Value, Never, "redeem it whole"),
        R::ReserveShort => ("ReserveShort", Short, NewKey, "ask again when the issuer has paid in"),
        R::WithdrawalExists => ("WithdrawalExists", Taken, Never, "nothing to do"),
        R::UnknownLock => {
            ("UnknownLock", Unknown, NewKey, "ask for a quote, or wait until it is known here")
        }
        R::LockExpired => ("LockExpired", State, Never, "ask for a new quote"),
        R::LockMismatch => {
            ("LockMismatch", Value, Never, "ask for a quote of this currency and size")
        }
        R::LockUsed => ("LockUsed", State, Never, "ask for a new quote"),
        R::UnknownMember => ("UnknownMember", State, NewKey, "wait until the node is admitted"),
        R::CapExceeded => ("CapExceeded", Short, NewKey, "lower the order or wait for settlement"),
        R::DealState => ("DealState", State, Never, "look at the deal"),
        R::House(_) => ("House", State, Never, "compare with the clearing house"),
        R::NoHouse => ("NoHouse", Unknown, Never, "ask the node that runs the house"),
        R::UnknownInstruction => {
            ("UnknownInstruction", Unknown, Never, "compare the reference with the instruction")
        }
        R::ForeignAccount => ("ForeignAccount", Value, Never, "send it to the node of the account"),
        R::NoticeOrder => ("NoticeOrder", State, Never, "nothing to do"),
        R::DealTooLong => ("DealTooLong", Value, Never, "send several orders"),
        R::ValueDateMissed => ("ValueDateMissed", State, NewKey, "send the order again"),
        R::ToOneself => ("ToOneself", Value, Never, "name somebody else"),
        R::UnknownProposal => ("UnknownProposal", Unknown, Never, "propose it again"),
        _ => of_business(rejection),
    };
    Line { code, class, retry, advice }
}

/// The row of a refusal that belongs to one business alone.
const fn of_business(rejection: &Rejection) -> Row {
    if let Some(row) = issuing::row(rejection) {
        return row;
    }
    if let Some(row) = trading::row(rejection) {
        return row;
    }
    if let Some(row) = coupons::row(rejection) {
        return row;
    }
    if let Some(row) = money::row(rejection) {
        return row;
    }
    // The list of refusals may grow before this table does; a test holds them together.
    ("Refused", Class::Internal, Retry::Never, "tell the operator")
}
