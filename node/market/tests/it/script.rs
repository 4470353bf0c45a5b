//! The script language: one request a line, answered on the same line.
//!
//! ```text
//! rules tick 5 lot 10 max 100 orders 2 cancel-resting   a new book; what is left out is free
//! buy a1 3 @ 95 post                                    or ioc, fok; order a1 belongs to A
//! cancel a1 | reduce a1 2 | cancel-owner a | cancel-all
//! show                                                  the queues, best price first
//! ```

use expect_test::Expect;
use gcfn_market::{
    Book, BookTerms, Fill, Order, Placed, Refusal, Resting, SelfTrade, Side, TimeInForce,
};
use gcfn_model::{Amount, OrderId, PartyId};

/// Runs `script` and compares the answers.
pub(crate) fn check(script: &str, expected: Expect) {
    let mut book = open("");
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let transcript = lines.map(|line| format!("{line}{}\n", answer(&mut book, line)));
    expected.assert_eq(&transcript.collect::<String>());
}

fn answer(book: &mut Book, line: &str) -> String {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split(' ').collect();
    match (verb, &words[..]) {
        ("rules", _) => {
            *book = open(rest);
            String::new()
        }
        ("show", _) => show(book),
        ("cancel", [id]) => match book.cancel(order_id(id)) {
            Some(order) => format!(" -> {}", resting(&order)),
            None => " -> nothing rests".into(),
        },
        ("cancel-owner", [owner]) => list(&book.cancel_owner(party_id(owner))),
        ("cancel-all", _) => list(&book.cancel_all()),
        ("reduce", [id, quantity]) => match book.reduce(order_id(id), number(quantity)) {
            Ok(less) => format!(" -> {less} less"),
            Err(refusal) => refused(refusal),
        },
        (verb, [id, quantity, "@", price, time_in_force @ ..]) => {
            let order = Order {
                id: order_id(id),
                owner: party_id(&id[..1]),
                side: if verb == "buy" { Side::Buy } else { Side::Sell },
                quantity: number(quantity),
                price: Amount::from_minor(number(price)).unwrap(),
                time_in_force: match time_in_force {
                    [] => TimeInForce::GoodTillCancelled,
                    ["post"] => TimeInForce::PostOnly,
                    ["ioc"] => TimeInForce::ImmediateOrCancel,
                    ["fok"] => TimeInForce::FillOrKill,
                    other => panic!("what is {other:?}?"),
                },
            };
            let mut fills = Vec::new();
            match book.place(order, &mut fills) {
                Ok(result) => placed(&fills, &result),
                Err(refusal) => refused(refusal),
            }
        }
        _ => panic!("cannot read {line:?}"),
    }
}

fn open(rules: &str) -> Book {
    let words: Vec<&str> = rules.split(' ').collect();
    let value = |name| words.windows(2).find(|pair| pair[0] == name).map(|pair| number(pair[1]));
    let amount = |minor| Amount::from_minor(minor).unwrap();
    Book::new(BookTerms {
        tick: amount(value("tick").unwrap_or(1)),
        lot: value("lot").unwrap_or(1),
        price_max: value("max").map_or(Amount::MAX, amount),
        orders_max: u32::try_from(value("orders").unwrap_or(1000)).unwrap(),
        self_trade: match words.contains(&"cancel-resting") {
            true => SelfTrade::CancelResting,
            false => SelfTrade::CancelIncoming,
        },
    })
}

fn placed(fills: &[Fill], placed: &Placed) -> String {
    let mut parts: Vec<String> = fills
        .iter()
        .map(|fill| format!("{} {} @ {}", name(fill.maker.as_bytes()), fill.quantity, fill.price))
        .collect();
    parts.extend(placed.withdrawn.iter().map(|own| format!("withdraws {}", resting(own))));
    if 0 < placed.resting {
        parts.push(format!("rests {}", placed.resting));
    }
    if 0 < placed.cancelled {
        parts.push(format!("cancels {}", placed.cancelled));
    }
    if let Some(own) = placed.stopped_by {
        parts.push(format!("stopped by {}", name(own.as_bytes())));
    }
    format!(" -> {}", parts.join(", "))
}

fn refused(refusal: Refusal) -> String {
    format!(" -> {refusal:?}")
}

fn show(book: &Book) -> String {
    let depth = book.depth(usize::MAX);
    let levels = depth.bids.iter().map(|l| ("bid", l)).chain(depth.asks.iter().map(|l| ("ask", l)));
    let lines = levels.map(|(side, level)| {
        let queue = book.orders().filter(|order| order.price == level.price);
        let queue = queue.map(|order| format!(" {} {}", name(order.id.as_bytes()), order.quantity));
        let (price, quantity) = (level.price, level.quantity);
        format!("\n  {side} {price}: {quantity} ={}", queue.collect::<String>())
    });
    format!(" #{}{}", book.sequence(), lines.collect::<String>())
}

fn list(orders: &[Resting]) -> String {
    if orders.is_empty() {
        return " -> nothing rests".into();
    }
    let orders: Vec<String> = orders.iter().map(resting).collect();
    format!(" -> {}", orders.join(", "))
}

fn resting(order: &Resting) -> String {
    format!("{} {} @ {}", name(order.id.as_bytes()), order.quantity, order.price)
}

fn order_id(name: &str) -> OrderId {
    OrderId::from_bytes(bytes(name))
}

fn party_id(name: &str) -> PartyId {
    PartyId::from_bytes(bytes(name))
}

fn bytes(name: &str) -> [u8; 16] {
    std::array::from_fn(|index| name.as_bytes().get(index).copied().unwrap_or(0))
}

fn name(bytes: &[u8; 16]) -> &str {
    std::str::from_utf8(bytes).unwrap().trim_end_matches('\0')
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is not a number"))
}
