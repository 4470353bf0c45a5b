//! Which coupons: so many of a series, or these.

use crate::read::ReadFault;
use gcfn_ledger::SerialRange;
use gcfn_venue::Units;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Coupons of one series whose serials follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Serials {
    /// The first serial.
    pub first: u64,
    /// The first serial after them.
    #[schema(minimum = 1)]
    pub end: u64,
}

impl From<SerialRange> for Serials {
    fn from(range: SerialRange) -> Serials {
        Serials { first: range.first, end: range.end }
    }
}

impl From<Serials> for SerialRange {
    fn from(serials: Serials) -> SerialRange {
        SerialRange { first: serials.first, end: serials.end }
    }
}

/// What a body says by `quantity`, or by `serials`.
///
/// # Errors
/// [`ReadFault`] when it says neither or both.
pub fn units(quantity: Option<u64>, serials: Option<&[Serials]>) -> Result<Units, ReadFault> {
    match (quantity, serials) {
        (Some(quantity), None) => Ok(Units::Any(quantity)),
        (None, Some(serials)) => {
            Ok(Units::Exactly(serials.iter().map(|serials| (*serials).into()).collect()))
        }
        (None, None) => Err(ReadFault::MissingField { field: "quantity".to_owned() }),
        (Some(_), Some(_)) => Err(ReadFault::Field {
            field: "serials".to_owned(),
            rule: "either quantity or serials is said, not both".to_owned(),
        }),
    }
}
