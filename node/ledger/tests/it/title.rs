//! Scripts of moves: what moves, what is refused, who holds what afterwards.

use crate::names::{minor, party, series, with_names};
use expect_test::{Expect, expect};
use gcfn_ledger::{Holder, Lot, SerialRange, Terms, Title, TitleFault};

/// Ten coupons of 100 each, minted here.
pub(crate) const HOME: Terms = Terms { face: minor(100), quantity: 10, home: None };

/// Plays one move per line on a series of ten coupons of 100, and compares the answers and the
/// holdings with `expected`. Moves:
/// `FROM > TO count`, `FROM > TO first..end`, `FROM > TO all`, `resell FROM > TO count`,
/// `resell FROM > TO first..end`, `pick FROM count max`, `offer PARTY count max`, `redeem PARTY serial amount`.
fn check(terms: Terms, script: &str, expected: Expect) {
    let id = series("s");
    let mut title = Title::default();
    title.register(id, terms).expect("a new series");
    let mut shown = String::new();
    for line in script.lines().map(str::trim) {
        let answer = match play(&mut title, line) {
            Ok(answer) => answer,
            Err(fault) => with_names(&fault.to_string()),
        };
        shown += &format!("{line} -> {answer}\n");
        assert!(title.is_conserved(id));
    }
    let holders: Vec<Holder> = title.holders(id).map(|(holder, _)| holder).collect();
    for holder in holders {
        let lots = shown_lots(&title.lots(id, holder).collect::<Vec<_>>());
        let who = with_names(&format!("{holder:?}"));
        shown += &format!("{who}: {lots} worth {}\n", title.value(id, holder));
    }
    expected.assert_eq(&shown);
}

fn play(title: &mut Title, line: &str) -> Result<String, TitleFault> {
    let id = series("s");
    let words: Vec<&str> = line.split_whitespace().collect();
    let lots = match *words.as_slice() {
        ["offer", who, count, max] => {
            title.offer(id, party(who), number(count), max.parse().expect("a limit"))?
        }
        ["redeem", who, serial, amount] => {
            let left = title.redeem(id, party(who), number(serial), minor(number(amount)))?;
            return Ok(format!("{left} left"));
        }
        ["resell", from, ">", to, what] => match range(what) {
            Some(range) => title.resell_ranges(id, holder(from), holder(to), &[range])?,
            None => title.resell(id, holder(from), holder(to), number(what))?,
        },
        ["pick", from, count, max] => {
            let max = max.parse().expect("a limit");
            let ranges = title.pick_resellable(id, holder(from), number(count), max)?;
            let shown = ranges.iter().map(|range| format!("{}..{}", range.first, range.end));
            return Ok(shown.collect::<Vec<_>>().join(" "));
        }
        [from, ">", to, "all"] => title.transfer_all(id, holder(from), holder(to))?,
        [from, ">", to, what] => match range(what) {
            Some(range) => title.transfer_ranges(id, holder(from), holder(to), &[range])?,
            None => title.transfer(id, holder(from), holder(to), number(what))?,
        },
        _ => panic!("not a move: {line}"),
    };
    Ok(shown_lots(&lots))
}

fn range(text: &str) -> Option<SerialRange> {
    let (first, end) = text.split_once("..")?;
    Some(SerialRange { first: number(first), end: number(end) })
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

pub(crate) fn holder(text: &str) -> Holder {
    let (kind, who) = text.split_once(':').unwrap_or(("party", text));
    match (kind, who) {
        (_, "inventory") => Holder::Inventory,
        (_, "offered") => Holder::InventoryLock,
        (_, "redeemed") => Holder::Redeemed,
        (_, "expired") => Holder::Expired,
        (_, "recalled") => Holder::Recalled,
        ("lock", who) => Holder::OrderLock(party(who)),
        ("shown", who) => Holder::RedeemLock(party(who)),
        ("frozen", who) => Holder::Frozen(party(who)),
        ("pledged", who) => Holder::Pledged(party(who)),
        ("listed", who) => Holder::OfferLock(party(who)),
        ("delivery", node) => Holder::Delivery(node.parse().expect("a node name")),
        ("abroad", node) => Holder::Abroad(node.parse().expect("a node name")),
        ("home", node) => Holder::Home(node.parse().expect("a node name")),
        (_, who) => Holder::Party(party(who)),
    }
}

/// `0..3 4..5*1/70`: resold once, 70 left.
fn shown_lots(lots: &[Lot]) -> String {
    let lot = |lot: &Lot| {
        let resold = if lot.resales == 0 { String::new() } else { format!("*{}", lot.resales) };
        let left = if lot.left == HOME.face { String::new() } else { format!("/{}", lot.left) };
        format!("{}..{}{resold}{left}", lot.range.first, lot.range.end)
    };
    lots.iter().map(lot).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_lowest_serials_move_and_neighbours_join() {
    check(
        HOME,
        "inventory > offered 10
         offered > alice 4
         offered > bob 3
         offered > alice 2
         bob > alice 1
         bob > alice 2",
        expect![[r#"
            inventory > offered 10 -> 0..10
            offered > alice 4 -> 0..4
            offered > bob 3 -> 4..7
            offered > alice 2 -> 7..9
            bob > alice 1 -> 4..5
            bob > alice 2 -> 5..7
            InventoryLock: 9..10 worth 100
            Party(@alice): 0..9 worth 900
        "#]],
    );
}

#[test]
fn a_coupon_is_resold_three_times_at_most() {
    check(
        HOME,
        "inventory > alice 6
         offer alice 2 3
         resell lock:alice > bob 2
         offer bob 2 3
         resell lock:bob > alice 2
         offer alice 2 3
         resell lock:alice > alice 2
         offer alice 5 3
         offer alice 4 3
         lock:alice > alice all",
        expect![[r#"
            inventory > alice 6 -> 0..6
            offer alice 2 3 -> 0..2
            resell lock:alice > bob 2 -> 0..2*1
            offer bob 2 3 -> 0..2*1
            resell lock:bob > alice 2 -> 0..2*2
            offer alice 2 3 -> 0..2*2
            resell lock:alice > alice 2 -> 0..2*3
            offer alice 5 3 -> Party(@alice) has 4 such coupons
            offer alice 4 3 -> 2..6
            lock:alice > alice all -> 2..6
            Inventory: 6..10 worth 400
            Party(@alice): 0..2*3 2..6 worth 600
        "#]],
    );
}

#[test]
fn a_coupon_is_redeemed_in_parts() {
    check(
        HOME,
        "inventory > alice 3
         alice > shown:alice 1..2
         redeem alice 0 100
         redeem alice 1 0
         redeem alice 1 101
         redeem alice 1 30
         shown:alice > alice 1..2
         alice > bob 3
         alice > bob 2
         alice > shown:alice 1..2
         redeem alice 1 70
         redeem alice 1 70
         redeemed > alice 1..2",
        expect![[r#"
            inventory > alice 3 -> 0..3
            alice > shown:alice 1..2 -> 1..2
            redeem alice 0 100 -> coupon 0 is not with RedeemLock(@alice)
            redeem alice 1 0 -> no coupon or no amount is named
            redeem alice 1 101 -> coupon has 100 minor units left
            redeem alice 1 30 -> 70 left
            shown:alice > alice 1..2 -> 1..2/70
            alice > bob 3 -> Party(@alice) has 2 such coupons
            alice > bob 2 -> 0..1 2..3
            alice > shown:alice 1..2 -> 1..2/70
            redeem alice 1 70 -> 0 left
            redeem alice 1 70 -> coupon 1 is not with RedeemLock(@alice)
            redeemed > alice 1..2 -> coupons do not leave Redeemed
            Inventory: 3..10 worth 700
            Party(@bob): 0..1 2..3 worth 200
            Redeemed: 1..2/70 worth 70
        "#]],
    );
}

#[test]
fn what_has_ended_stays_ended() {
    check(
        HOME,
        "inventory > alice 2
         alice > expired all
         alice > expired all
         expired > alice 1
         inventory > recalled 3
         recalled > inventory 3",
        expect![[r#"
            inventory > alice 2 -> 0..2
            alice > expired all -> 0..2
            alice > expired all -> no coupon or no amount is named
            expired > alice 1 -> coupons do not leave Expired
            inventory > recalled 3 -> 2..5
            recalled > inventory 3 -> coupons do not leave Recalled
            Inventory: 5..10 worth 500
            Expired: 0..2 worth 200
            Recalled: 2..5 worth 300
        "#]],
    );
}

#[test]
fn specific_coupons_move_only_from_who_has_them() {
    check(
        HOME,
        "inventory > alice 4
         alice > bob 1..3
         alice > carol 0..2
         alice > carol 3..5
         alice > carol 3..3
         alice > carol 9..11
         alice > alice 0..1
         alice > carol 0
         alice > bob 0..1",
        expect![[r#"
            inventory > alice 4 -> 0..4
            alice > bob 1..3 -> 1..3
            alice > carol 0..2 -> coupon 1 is not with Party(@alice)
            alice > carol 3..5 -> coupon 4 is not with Party(@alice)
            alice > carol 3..3 -> serial ranges are not ascending, apart and within the series, at 3
            alice > carol 9..11 -> serial ranges are not ascending, apart and within the series, at 9
            alice > alice 0..1 -> coupons are with Party(@alice) already
            alice > carol 0 -> no coupon or no amount is named
            alice > bob 0..1 -> 0..1
            Inventory: 4..10 worth 600
            Party(@bob): 0..3 worth 300
            Party(@alice): 3..4 worth 100
        "#]],
    );
}

#[test]
fn a_series_goes_abroad_and_comes_home() {
    check(
        HOME,
        "inventory > delivery:hk-hkg 4
         delivery:hk-hkg > abroad:hk-hkg 4
         inventory > home:cn-sha 1
         abroad:hk-hkg > alice 1..2
         abroad:hk-hkg > redeemed 0..1",
        expect![[r#"
            inventory > delivery:hk-hkg 4 -> 0..4
            delivery:hk-hkg > abroad:hk-hkg 4 -> 0..4
            inventory > home:cn-sha 1 -> coupons of this series cannot be with Home(cn-sha) at this node
            abroad:hk-hkg > alice 1..2 -> 1..2
            abroad:hk-hkg > redeemed 0..1 -> 0..1
            Inventory: 4..10 worth 600
            Party(@alice): 1..2 worth 100
            Abroad(hk-hkg): 2..4 worth 200
            Redeemed: 0..1 worth 100
        "#]],
    );
    check(
        Terms { home: Some("cn-sha".parse().expect("a node name")), ..HOME },
        "home:cn-sha > alice 0..4
         alice > bob 1
         alice > inventory 1
         alice > abroad:sg-sin 1
         alice > home:hk-hkg 1
         alice > home:cn-sha 1..2",
        expect![[r#"
            home:cn-sha > alice 0..4 -> 0..4
            alice > bob 1 -> 0..1
            alice > inventory 1 -> coupons of this series cannot be with Inventory at this node
            alice > abroad:sg-sin 1 -> coupons of this series cannot be with Abroad(sg-sin) at this node
            alice > home:hk-hkg 1 -> coupons of this series cannot be with Home(hk-hkg) at this node
            alice > home:cn-sha 1..2 -> 1..2
            Party(@bob): 0..1 worth 100
            Party(@alice): 2..4 worth 200
            Home(cn-sha): 1..2 4..10 worth 700
        "#]],
    );
}

#[test]
fn what_happened_abroad_is_adopted_at_home() {
    let (id, abroad) = (series("s"), Holder::Abroad("hk-hkg".parse().expect("a node name")));
    let mut title = Title::default();
    title.register(id, HOME).expect("a new series");
    let delivery = Holder::Delivery("hk-hkg".parse().expect("a node name"));
    title.transfer(id, Holder::Inventory, delivery, 5).expect("five are sold abroad");
    title.transfer(id, delivery, abroad, 5).expect("and go there");
    let lot = |first, end, resales, left| Lot {
        range: SerialRange { first, end },
        resales,
        left: minor(left),
    };
    let alice = Holder::Party(party("alice"));
    let worth_more = title.adopt(id, abroad, alice, &[lot(0, 1, 0, 100), lot(1, 2, 0, 101)]);
    assert_eq!(worth_more, Err(TitleFault::Condition(1)));
    let nothing_left = title.adopt(id, abroad, alice, &[lot(2, 3, 0, 0)]);
    assert_eq!(nothing_left, Err(TitleFault::Condition(2)));
    assert_eq!(title.quantity(id, abroad), 5);

    title.adopt(id, abroad, alice, &[lot(0, 2, 2, 100), lot(3, 4, 1, 40)]).expect("three return");
    assert_eq!(shown_lots(&title.lots(id, alice).collect::<Vec<_>>()), "0..2*2 3..4*1/40");
    assert_eq!(title.redeemed_in_part(id), minor(60));
    assert!(title.is_conserved(id));

    let younger = title.adopt(id, alice, delivery, &[lot(0, 2, 1, 100)]);
    assert_eq!(younger, Err(TitleFault::Condition(0)));
}

#[test]
fn a_series_is_registered_once_within_range() {
    let mut title = Title::default();
    let register = |title: &mut Title, face, quantity| {
        title.register(series("s"), Terms { face: minor(face), quantity, home: None })
    };
    assert_eq!(register(&mut title, 0, 10), Err(TitleFault::TermsOutOfRange));
    assert_eq!(register(&mut title, 10, 0), Err(TitleFault::TermsOutOfRange));
    assert_eq!(
        register(&mut title, 1_000_000_000, 1_000_000_000),
        Err(TitleFault::TermsOutOfRange)
    );
    assert_eq!(register(&mut title, 100, u64::MAX), Err(TitleFault::TermsOutOfRange));
    assert_eq!(register(&mut title, 100, 10), Ok(()));
    assert_eq!(register(&mut title, 100, 10), Err(TitleFault::SeriesExists));
    let unknown = title.transfer(series("t"), Holder::Inventory, Holder::Expired, 1);
    assert_eq!(unknown, Err(TitleFault::UnknownSeries));
}

#[test]
fn a_frozen_coupon_moves_only_back_or_to_its_end() {
    check(
        HOME,
        "inventory > alice 6
         alice > pledged:alice 2
         pledged:alice > bob 1
         pledged:alice > lock:alice 1
         pledged:alice > frozen:alice 2
         alice > frozen:alice 1
         alice > frozen:bob 1
         frozen:alice > bob 1
         frozen:alice > shown:alice 1
         frozen:alice > lock:alice 1
         frozen:alice > pledged:alice 0..2
         frozen:alice > alice 2..3
         alice > frozen:alice 1
         frozen:alice > recalled 1
         pledged:alice > expired 1
         pledged:alice > alice 1",
        expect![[r#"
            inventory > alice 6 -> 0..6
            alice > pledged:alice 2 -> 0..2
            pledged:alice > bob 1 -> coupons do not move from Pledged(@alice) to Party(@bob)
            pledged:alice > lock:alice 1 -> coupons do not move from Pledged(@alice) to OrderLock(@alice)
            pledged:alice > frozen:alice 2 -> 0..2
            alice > frozen:alice 1 -> 2..3
            alice > frozen:bob 1 -> coupons do not move from Party(@alice) to Frozen(@bob)
            frozen:alice > bob 1 -> coupons do not move from Frozen(@alice) to Party(@bob)
            frozen:alice > shown:alice 1 -> coupons do not move from Frozen(@alice) to RedeemLock(@alice)
            frozen:alice > lock:alice 1 -> coupons do not move from Frozen(@alice) to OrderLock(@alice)
            frozen:alice > pledged:alice 0..2 -> 0..2
            frozen:alice > alice 2..3 -> 2..3
            alice > frozen:alice 1 -> 2..3
            frozen:alice > recalled 1 -> 2..3
            pledged:alice > expired 1 -> 0..1
            pledged:alice > alice 1 -> 1..2
            Inventory: 6..10 worth 400
            Party(@alice): 1..2 3..6 worth 400
            Expired: 0..1 worth 100
            Recalled: 2..3 worth 100
        "#]],
    );
}

#[test]
fn specific_coupons_are_sold_and_count_a_resale() {
    check(
        HOME,
        "inventory > alice 6
         alice > listed:alice 2..4
         listed:alice > lock:alice 1
         listed:bob > bob 1
         resell listed:alice > bob 3..4
         resell listed:alice > bob 4..5
         pick alice 4 1
         pick bob 1 1
         pick bob 1 2
         listed:alice > alice all",
        expect![[r#"
            inventory > alice 6 -> 0..6
            alice > listed:alice 2..4 -> 2..4
            listed:alice > lock:alice 1 -> coupons do not move from OfferLock(@alice) to OrderLock(@alice)
            listed:bob > bob 1 -> OfferLock(@bob) has 0 such coupons
            resell listed:alice > bob 3..4 -> 3..4*1
            resell listed:alice > bob 4..5 -> coupon 4 is not with OfferLock(@alice)
            pick alice 4 1 -> 0..2 4..6
            pick bob 1 1 -> Party(@bob) has 0 such coupons
            pick bob 1 2 -> 3..4
            listed:alice > alice all -> 2..3
            Inventory: 6..10 worth 400
            Party(@bob): 3..4*1 worth 100
            Party(@alice): 0..3 4..6 worth 500
        "#]],
    );
}

#[test]
fn a_party_is_found_in_the_series_that_it_has_coupons_of() {
    let mut title = Title::default();
    let (s, t) = (series("s"), series("t"));
    title.register(s, HOME).expect("new");
    title.register(t, HOME).expect("new");
    let ann = Holder::Party(party("ann"));
    let of = |title: &Title, who: &str| title.series_of(party(who)).collect::<Vec<_>>();
    assert_eq!(of(&title, "ann"), []);
    title.transfer(t, Holder::Inventory, ann, 2).expect("there are ten");
    title.transfer(s, Holder::Inventory, ann, 1).expect("there are ten");
    assert_eq!(of(&title, "ann"), [s, t]);
    title.offer(t, party("ann"), 2, 3).expect("hers");
    assert_eq!(of(&title, "ann"), [s, t], "behind an order they are hers");
    let bytes = postcard::to_allocvec(&title).expect("plain data");
    let read: Title = postcard::from_bytes(&bytes).expect("as written");
    assert_eq!(of(&read, "ann"), [s, t]);
    title.resell(t, Holder::OrderLock(party("ann")), Holder::Party(party("ben")), 2).expect("sold");
    title.transfer(s, ann, Holder::RedeemLock(party("ann")), 1).expect("hers");
    title.redeem(s, party("ann"), 0, minor(100)).expect("whole");
    assert_eq!((of(&title, "ann"), of(&title, "ben")), (vec![], vec![t]));
    assert!(title.owners_are_found());
}
