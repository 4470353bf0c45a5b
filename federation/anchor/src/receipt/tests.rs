use super::*;
use crate::samples::{Federation, roster};

#[test]
fn an_event_of_a_venue_is_verified() {
    let receipt = Federation::new().venue_receipt();
    let verified = verify(&receipt, &roster()).unwrap();
    assert_eq!(verified.event(), b"cn-sha event 4.2");
    assert_eq!((verified.cell().as_str(), verified.seq()), ("cn-sha", 13));
}

#[test]
fn an_event_of_the_federation_is_verified() {
    let receipt = Federation::new().federation_receipt();
    let verified = verify(&receipt, &roster()).unwrap();
    assert!(verified.is_of_federation());
}
