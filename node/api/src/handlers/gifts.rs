//! Coupons given to several at once.

use crate::route::{Body, Write};
use gcfn_api_wire::gifts::{PresentOutcome, Presents, PresentsGiven};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_api_wire::units::units;
use gcfn_venue::{Done, PRESENTS_MAX, Present, Verb};

pub(crate) async fn give(
    call: Write,
    Body(sent): Body<Presents>,
) -> Result<PresentsGiven, Problem> {
    if sent.gifts.is_empty() || PRESENTS_MAX < sent.gifts.len() {
        return Err(Problem::from(Code::BatchSize).at("gifts"));
    }
    let mut presents = Vec::with_capacity(sent.gifts.len());
    for (number, gift) in sent.gifts.iter().enumerate() {
        let units = units(gift.quantity, gift.serials.as_deref());
        let units = units.map_err(|fault| {
            let field = fault.field().unwrap_or_default().to_owned();
            Problem::from(fault).at(format!("gifts[{number}].{field}"))
        })?;
        presents.push(Present { to: gift.to.0, series: gift.series.0, units });
    }
    let to: Vec<_> = presents.iter().map(|present| present.to).collect();
    let outcomes = match call.submit(Verb::GiveMany(presents)).await? {
        Done::Batch { outcomes } => outcomes,
        _ => Vec::new(),
    };
    let told = to.into_iter().zip(outcomes).map(|(to, outcome)| PresentOutcome {
        to: Text(to),
        refused: outcome.err().map(|rejection| Problem::from(rejection).into()),
    });
    Ok(PresentsGiven { outcomes: told.collect(), as_of: call.as_of() })
}
