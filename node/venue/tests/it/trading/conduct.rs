//! Conduct that is flagged.

use super::{count, limit, order_id, pass, place, resale, user};
use crate::world::{World, party};
use gcfn_market::Side;
use gcfn_model::SeriesId;
use gcfn_venue::{ConductRule, Event, Verb};

fn flags(world: &World, wanted: ConductRule) -> usize {
    let flagged = |event: &Event| {
        let Event::ConductFlagged { party: who, rule, .. } = event else { return false };
        (*who, *rule) == (party("ben"), wanted)
    };
    count(world, flagged)
}

/// Ben places an order that rests, and takes it back.
fn flicker(world: &mut World, series: SeriesId) {
    place(world, "ben", limit("f", Side::Buy, series, 1, 90_00)).expect("rests");
    world.user("ben", Verb::CancelOrder { order: order_id("f") }).expect("his");
}

#[test]
fn a_15_more_than_four_fifths_taken_back_untraded_is_spoofing() {
    let (mut world, series) = resale(10);
    // Four stay, of twenty-one: the seventeenth that goes is 80.95 %.
    for n in 0..4 {
        let name = format!("stays-{n}");
        place(&mut world, "ben", limit(&name, Side::Buy, series, 1, 89_00)).expect("rests");
    }
    (0..16).for_each(|_| flicker(&mut world, series));
    assert_eq!(flags(&world, ConductRule::Spoofing), 0, "sixteen of twenty are 80 %");
    flicker(&mut world, series);
    assert_eq!(flags(&world, ConductRule::Spoofing), 1);
    (0..20).for_each(|_| flicker(&mut world, series));
    assert_eq!(flags(&world, ConductRule::Spoofing), 1, "once in a window");
    pass(&mut world, 3_601);
    (0..20).for_each(|_| flicker(&mut world, series));
    assert_eq!(flags(&world, ConductRule::Spoofing), 2, "the next window begins anew");
}

#[test]
fn d_20_a_small_sample_says_nothing() {
    let (mut world, series) = resale(10);
    (0..19).for_each(|_| flicker(&mut world, series));
    assert_eq!(flags(&world, ConductRule::Spoofing), 0);
}

#[test]
fn what_the_node_takes_out_is_not_the_partys_conduct() {
    let (mut world, series) = resale(10);
    for _ in 0..30 {
        place(&mut world, "ben", limit("f", Side::Buy, series, 1, 90_00)).expect("rests");
        let verb = Verb::CancelOrders { party: user("ben"), series: None };
        world.operator(verb);
    }
    assert_eq!(flags(&world, ConductRule::Spoofing), 0);
}

#[test]
fn a_16_orders_taken_back_once_the_other_side_has_traded_are_layering() {
    let (mut world, series) = resale(10);
    let layers = ["l1", "l2", "l3", "l4", "l5"];
    let lay = |world: &mut World| {
        for name in layers {
            place(world, "ben", limit(name, Side::Buy, series, 1, 90_00)).expect("rests");
        }
    };
    let withdraw = |world: &mut World| {
        for name in layers {
            world.user("ben", Verb::CancelOrder { order: order_id(name) }).expect("his");
        }
    };
    place(&mut world, "ann", limit("a", Side::Sell, series, 2, 94_00)).expect("hers");
    place(&mut world, "ben", limit("b", Side::Buy, series, 2, 94_00)).expect("covered");
    lay(&mut world);
    place(&mut world, "ben", limit("s", Side::Sell, series, 1, 94_00)).expect("his");
    withdraw(&mut world);
    assert_eq!(flags(&world, ConductRule::Layering), 0, "nothing was sold in between");
    lay(&mut world);
    place(&mut world, "cat", limit("c", Side::Buy, series, 1, 94_00)).expect("meets his ask");
    withdraw(&mut world);
    assert_eq!(flags(&world, ConductRule::Layering), 1);
}

#[test]
fn orders_taken_back_long_after_a_trade_are_not_layering() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 2, 94_00)).expect("hers");
    place(&mut world, "ben", limit("b", Side::Buy, series, 2, 94_00)).expect("covered");
    for n in 0..5 {
        let name = format!("l{n}");
        place(&mut world, "ben", limit(&name, Side::Buy, series, 1, 90_00)).expect("rests");
    }
    place(&mut world, "ben", limit("s", Side::Sell, series, 1, 94_00)).expect("his");
    place(&mut world, "cat", limit("c", Side::Buy, series, 1, 94_00)).expect("meets his ask");
    pass(&mut world, 61);
    for n in 0..5 {
        let order = order_id(&format!("l{n}"));
        world.user("ben", Verb::CancelOrder { order }).expect("his");
    }
    assert_eq!(flags(&world, ConductRule::Layering), 0);
}
