//! From protobuf to the machine's words and back.

mod feed;
mod parties;

pub use feed::told;

use crate::problem::{Code, Line, Problem, Retry};
use crate::proto;
use crate::read::ReadFault;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{Amount, Currency, OrderId};
use gcfn_venue::{Amendment, Done, OrderTerms, Outcome};
use std::fmt::Display;
use std::str::FromStr;

/// Reads an order; its id is the caller's matter. Text is in the currency of the venue.
///
/// # Errors
/// [`ReadFault`], the first one found.
pub fn order_terms(
    sent: &proto::NewOrder,
    order: OrderId,
    currency: Currency,
) -> Result<OrderTerms, ReadFault> {
    let side = match sent.side() {
        proto::Side::Buy => Side::Buy,
        proto::Side::Sell => Side::Sell,
        proto::Side::Unspecified => return Err(missing("side")),
    };
    let time_in_force = match sent.time_in_force() {
        proto::TimeInForce::Unspecified | proto::TimeInForce::GoodTillCancelled => {
            TimeInForce::GoodTillCancelled
        }
        proto::TimeInForce::PostOnly => TimeInForce::PostOnly,
        proto::TimeInForce::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
        proto::TimeInForce::FillOrKill => TimeInForce::FillOrKill,
    };
    let limit = sent.limit.as_deref().map(|text| Amount::parse(text, currency));
    let limit = limit.transpose().map_err(|fault| broken("limit", fault))?;
    let series = term("series", &sent.series)?;
    Ok(OrderTerms {
        order,
        series,
        side,
        quantity: sent.quantity,
        limit,
        time_in_force,
        display: sent.display,
        not_before: optional("not_before", sent.not_before.as_deref())?,
        expires_at: optional("expires_at", sent.expires_at.as_deref())?,
    })
}

/// Reads what an open order is to become. Text is in the currency of the venue.
///
/// # Errors
/// [`ReadFault`], the first one found.
pub fn amendment(sent: &proto::Amend, currency: Currency) -> Result<Amendment, ReadFault> {
    let price = sent.limit.as_deref().map(|text| Amount::parse(text, currency));
    let price = price.transpose().map_err(|fault| broken("limit", fault))?;
    Ok(Amendment { order: term("order", &sent.order)?, price, quantity: sent.quantity })
}

/// Reads the term in `field`.
///
/// # Errors
/// [`ReadFault`] when the text is not such a term.
pub fn term<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, ReadFault> {
    text.parse().map_err(|fault| broken(field, fault))
}

fn optional<T: FromStr<Err: Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, ReadFault> {
    text.map(|text| term(field, text)).transpose()
}

/// What is told of `order`.
#[must_use]
pub fn outcome(order: OrderId, outcome: Outcome) -> proto::Outcome {
    use proto::outcome::Result as Told;
    let order = order.to_string();
    let told = match outcome {
        Ok(Done::Order { filled, resting, cancelled, trades }) => {
            let trades = trades.iter().map(ToString::to_string).collect();
            Told::Placed(proto::Placed { order, filled, resting, cancelled, trades })
        }
        Ok(Done::Cancelled { quantity }) => Told::Cancelled(proto::Cancelled { order, quantity }),
        Ok(Done::Scheduled { not_before }) => {
            let not_before = not_before.to_string();
            Told::Scheduled(proto::Scheduled { order, not_before })
        }
        // Orders are answered with nothing else. Were that to change, the sender is told that
        // the node has no words for it, and the order stands as it shows.
        Ok(_) => return refused(Code::Internal.into()),
        Err(rejection) => return refused(Problem::from(rejection)),
    };
    proto::Outcome { result: Some(told) }
}

/// What is told of an order that did not reach the machine.
#[must_use]
pub fn refused(problem: Problem) -> proto::Outcome {
    let Problem { line: Line { code, retry, advice, .. }, detail, field, .. } = problem;
    let refusal = proto::Refusal {
        code: code.to_owned(),
        detail: detail.into_owned(),
        field: field.unwrap_or_default(),
        retryable: retry != Retry::Never,
        advice: advice.to_owned(),
    };
    proto::Outcome { result: Some(proto::outcome::Result::Refusal(refusal)) }
}

fn missing(field: &str) -> ReadFault {
    ReadFault::MissingField { field: field.to_owned() }
}

fn broken(field: &str, rule: impl Display) -> ReadFault {
    ReadFault::Field { field: field.to_owned(), rule: rule.to_string() }
}
