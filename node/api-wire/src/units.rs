//! Which coupons: so many of a series, or these.

use crate::read::ReadFault;
use gcfn_ledger::SerialRange;
use gcfn_venue::Units;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Coupons whose serials follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Serials {
    /// The serial of the first one.
    pub first: u64,
    /// The serial of the last one.
    pub last: u64,
}

impl From<SerialRange> for Serials {
    fn from(range: SerialRange) -> Serials {
        Serials { first: range.first, last: range.end.saturating_sub(1) }
    }
}

/// What a body says by `quantity`, or by `serials`.
///
/// # Errors
/// [`ReadFault`] when it says neither or both, or a last serial that has no successor.
pub fn units(quantity: Option<u64>, serials: Option<&[Serials]>) -> Result<Units, ReadFault> {
    match (quantity, serials) {
        (Some(quantity), None) => Ok(Units::Any(quantity)),
        (None, Some(serials)) => {
            let range = |serials: &Serials| {
                let end = serials.last.checked_add(1)?;
                Some(SerialRange { first: serials.first, end })
            };
            let ranges: Option<Vec<_>> = serials.iter().map(range).collect();
            ranges.map(Units::Exactly).ok_or_else(|| ReadFault::Field {
                field: "serials".to_owned(),
                rule: "last serial is above every serial".to_owned(),
            })
        }
        (None, None) => Err(ReadFault::MissingField { field: "quantity".to_owned() }),
        (Some(_), Some(_)) => Err(ReadFault::Field {
            field: "serials".to_owned(),
            rule: "either quantity or serials is said, not both".to_owned(),
        }),
    }
}
