//! What is encoded stays readable: every variant keeps its place, and every field of it.
//!
//! Logs, journals and snapshots are read for as long as there is a node. A variant that is added
//! stands behind the others, so it adds a line here and changes none.

use crate::chaos::drawn::Chaos;
use crate::chaos::laws::encodes;
use expect_test::expect_file;
use gcfn_ledger::{Account, Holder, LedgerFault, Posting};
use gcfn_venue::{
    ClearingNotice, Command, Dispatch, Done, Event, FederationRequest, Item, MoneyAct, MoneyEvent,
    Notice, OfferedDeal, OrderAct, Outcome, PointEvent, Purpose, Rejection, Verb,
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::{Debug, Write};

/// One line for every variant: its number, its name, and a value of it as it is encoded.
fn lines<T>(chaos: &mut Chaos, heading: &str) -> String
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let mut told = format!("{heading}\n");
    for (number, (name, value)) in chaos.every_variant::<T>().into_iter().enumerate() {
        encodes(&value);
        let bytes = postcard::to_allocvec(&value).expect("plain data");
        write!(told, "  {number} {name} ").expect("text");
        bytes.iter().for_each(|byte| write!(told, "{byte:02x}").expect("text"));
        told.push('\n');
    }
    told
}

#[test]
fn every_variant_keeps_its_place_and_its_fields() {
    let mut chaos = Chaos::of_bytes(&[]);
    let chaos = &mut chaos;
    let told = [
        lines::<Command>(chaos, "Command"),
        lines::<Verb>(chaos, "Verb"),
        lines::<MoneyAct>(chaos, "MoneyAct"),
        lines::<OrderAct>(chaos, "OrderAct"),
        lines::<OfferedDeal>(chaos, "OfferedDeal"),
        lines::<Dispatch>(chaos, "Dispatch"),
        lines::<Notice>(chaos, "Notice"),
        lines::<ClearingNotice>(chaos, "ClearingNotice"),
        lines::<FederationRequest>(chaos, "FederationRequest"),
        lines::<Outcome>(chaos, "Outcome"),
        lines::<Done>(chaos, "Done"),
        lines::<Rejection>(chaos, "Rejection"),
        lines::<Event>(chaos, "Event"),
        lines::<MoneyEvent>(chaos, "MoneyEvent"),
        lines::<PointEvent>(chaos, "PointEvent"),
        lines::<Item>(chaos, "Item"),
        lines::<Purpose>(chaos, "Purpose"),
        lines::<Account>(chaos, "Account"),
        lines::<Holder>(chaos, "Holder"),
        lines::<Posting>(chaos, "Posting"),
        lines::<LedgerFault>(chaos, "LedgerFault"),
    ];
    expect_file!["../golden/encoding.txt"].assert_eq(&told.concat());
}

#[test]
fn every_enum_inside_keeps_the_order_of_its_variants() {
    let mut chaos = Chaos::of_bytes(&[]);
    drop(lines::<Command>(&mut chaos, ""));
    drop(lines::<Verb>(&mut chaos, ""));
    drop(lines::<MoneyAct>(&mut chaos, ""));
    drop(lines::<Event>(&mut chaos, ""));
    drop(lines::<MoneyEvent>(&mut chaos, ""));
    drop(lines::<PointEvent>(&mut chaos, ""));
    let mut told = String::new();
    for (name, variants) in &chaos.enums {
        writeln!(told, "{name}: {}", variants.join(", ")).expect("text");
    }
    expect_file!["../golden/enums.txt"].assert_eq(&told);
}
