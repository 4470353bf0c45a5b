//! From protobuf to the machine's words and back.

use crate::problem::{Line, Problem, Retry};
use crate::proto;
use crate::read::ReadFault;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{Amount, Currency, OrderId};
use gcfn_venue::{Done, OrderTerms, Outcome};
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
        display: None,
        not_before: None,
        expires_at: None,
    })
}

/// Reads the term in `field`.
///
/// # Errors
/// [`ReadFault`] when the text is not such a term.
pub fn term<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, ReadFault> {
    text.parse().map_err(|fault| broken(field, fault))
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
        Ok(
            Done::Accepted
            | Done::Repeated
            | Done::Locked { .. }
            | Done::Proposed { .. }
            | Done::Waiting { .. }
            | Done::Scheduled { .. }
            | Done::CancelledOrders { .. }
            | Done::Traded { .. }
            | Done::Batch { .. }
            | Done::Numbered { .. },
        ) => {
            unreachable!("orders are answered with what became of them")
        }
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
