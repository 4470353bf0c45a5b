//! The script language: one request a line, answered on the same line.
//!
//! ```text
//! rules tick 5 lot 10 max 100 orders 2 cancel-resting   a new book; what is left out is free
//! buy a1 3 @ 95 post                                    or ioc, fok; order a1 belongs to A
//! buy a1 9 @ 95 show 3                                  an iceberg
//! amend a1 3 @ 96
//! cancel a1 | reduce a1 2 | cancel-owner a | cancel-all
//! phase auction | phase halted | phase continuous
//! uncross 95 | indicate 95                              near a price, which may be left out
//! band 90 100                                           for all orders from here on
//! levels                                                what the last call wrote about levels
//! show                                                  the queues, best price first
//! ```

use expect_test::Expect;
use gcfn_market::{
    Band, Book, BookTerms, Order, Phase, Placed, Refusal, Resting, SelfTrade, Side, Tape, Ticket,
    TimeInForce, Uncrossed,
};
use gcfn_model::{Amount, OrderId, PartyId};
use std::collections::BTreeMap;

/// Runs `script` and compares the answers.
pub(crate) fn check(script: &str, expected: Expect) {
    let tickets = BTreeMap::new();
    let mut desk = Desk { book: open(""), band: Band::NONE, tape: Tape::new(), tickets };
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let transcript = lines.map(|line| format!("{line}{}\n", desk.answer(line)));
    expected.assert_eq(&transcript.collect::<String>());
}

/// A book, and what is told with every order.
struct Desk {
    book: Book,
    band: Band,
    tape: Tape,
    tickets: BTreeMap<OrderId, Ticket>,
}

impl Desk {
    fn answer(&mut self, line: &str) -> String {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split(' ').collect();
        match verb {
            "levels" => return self.levels(),
            "show" => return show(&self.book),
            _ => {}
        }
        self.tape.clear();
        let Desk { book, band, tape, tickets } = self;
        match (verb, &words[..]) {
            ("rules", _) => {
                *book = open(rest);
                String::new()
            }
            ("band", [low, high]) => {
                *band = Band { low: amount(low), high: amount(high) };
                String::new()
            }
            ("phase", [phase]) => book.set_phase(named(phase)).map_or_else(refused, |()| "".into()),
            ("indicate", [near]) => auction(book.indicative(optional(near)), tape),
            ("uncross", [near]) => auction(book.uncross(optional(near), tape), tape),
            ("cancel", [id]) => match book.cancel(order_id(id), ticket(tickets, id), tape) {
                Some(order) => format!(" -> {}", resting(&order)),
                None => " -> nothing rests".into(),
            },
            ("cancel-owner", [owner]) => list(&book.cancel_owner(party_id(owner), tape)),
            ("cancel-all", _) => list(&book.cancel_all(tape)),
            ("reduce", [id, quantity]) => {
                let named = (order_id(id), ticket(tickets, id));
                let less = book.reduce(named, number(quantity), tape);
                less.map_or_else(refused, |less| format!(" -> {less} less"))
            }
            ("amend", [id, quantity, "@", price]) => {
                let named = (order_id(id), ticket(tickets, id));
                let to = (amount(price), number(quantity));
                let placed = book.amend(named, to, *band, tape);
                tickets.extend(placed.ok().and_then(|placed| Some((order_id(id), placed.ticket?))));
                placed.map_or_else(refused, |placed| answer(tape, &placed))
            }
            ("buy" | "sell", [id, quantity, "@", price, options @ ..]) => {
                let order = order(verb, id, number(quantity), amount(price), options);
                let placed = book.place(order, *band, tape);
                tickets.extend(placed.ok().and_then(|placed| Some((order.id, placed.ticket?))));
                placed.map_or_else(refused, |placed| answer(tape, &placed))
            }
            _ => panic!("cannot read {line:?}"),
        }
    }

    /// What the last call wrote about levels.
    fn levels(&self) -> String {
        let lines = self.tape.levels.iter().map(|level| {
            let side = if level.side == Side::Buy { "bid" } else { "ask" };
            format!("\n  {side} {}: {} in {}", level.price, level.quantity, level.orders)
        });
        lines.collect()
    }
}

/// The last ticket that was given for the order; of one that never rested, the first of any.
fn ticket(tickets: &BTreeMap<OrderId, Ticket>, id: &str) -> Ticket {
    let any = || postcard::from_bytes(&[0]).expect("a ticket");
    tickets.get(&order_id(id)).copied().unwrap_or_else(any)
}

fn order(verb: &str, id: &str, quantity: u64, price: Amount, options: &[&str]) -> Order {
    let mut order = Order {
        id: order_id(id),
        owner: party_id(&id[..1]),
        side: if verb == "buy" { Side::Buy } else { Side::Sell },
        quantity,
        price,
        time_in_force: TimeInForce::GoodTillCancelled,
        display: None,
    };
    match options {
        [] => {}
        ["post"] => order.time_in_force = TimeInForce::PostOnly,
        ["ioc"] => order.time_in_force = TimeInForce::ImmediateOrCancel,
        ["fok"] => order.time_in_force = TimeInForce::FillOrKill,
        ["show", display] => order.display = Some(number(display)),
        other => panic!("what is {other:?}?"),
    }
    order
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

fn answer(tape: &Tape, placed: &Placed) -> String {
    let fills = tape.fills.iter();
    let fill = |fill: &gcfn_market::Fill| {
        format!("{} {} @ {}", name(fill.maker.as_bytes()), fill.quantity, fill.price)
    };
    let mut parts: Vec<String> = fills.map(fill).collect();
    parts.extend(withdrawals(tape));
    if 0 < placed.resting {
        parts.push(format!("rests {}", placed.resting));
    }
    if 0 < placed.cancelled {
        parts.push(format!("cancels {}", placed.cancelled));
    }
    if let Some(own) = placed.stopped_by {
        parts.push(format!("stopped by {}", name(own.as_bytes())));
    }
    if placed.band_reached {
        parts.push("band reached".into());
    }
    format!(" -> {}", parts.join(", "))
}

fn auction(uncrossed: Option<Uncrossed>, tape: &Tape) -> String {
    let mut parts: Vec<String> = withdrawals(tape).collect();
    parts.push(match uncrossed {
        Some(Uncrossed { price, quantity }) => format!("{quantity} @ {price}"),
        None => "nothing trades".into(),
    });
    parts.extend(tape.fills.iter().map(|fill| {
        let (seller, buyer) = (name(fill.maker.as_bytes()), name(fill.taker.as_bytes()));
        format!("{seller} to {buyer} {}", fill.quantity)
    }));
    format!(" -> {}", parts.join(", "))
}

fn withdrawals(tape: &Tape) -> impl Iterator<Item = String> {
    tape.withdrawn.iter().map(|own| format!("withdraws {}", resting(own)))
}

fn refused(refusal: Refusal) -> String {
    format!(" -> {refusal:?}")
}

fn show(book: &Book) -> String {
    let depth = book.depth(usize::MAX);
    let levels = depth.bids.iter().map(|l| ("bid", l)).chain(depth.asks.iter().map(|l| ("ask", l)));
    let lines = levels.map(|(side, level)| {
        let queue = book.orders().filter(|order| order.price == level.price);
        let queue = queue.filter(|order| (side == "bid") == (order.side == Side::Buy));
        let queue = queue.map(|order| {
            let hidden = match order.quantity - order.shown {
                0 => String::new(),
                hidden => format!("+{hidden}"),
            };
            format!(" {} {}{hidden}", name(order.id.as_bytes()), order.shown)
        });
        let (price, quantity) = (level.price, level.quantity);
        format!("\n  {side} {price}: {quantity} ={}", queue.collect::<String>())
    });
    let phase = match book.phase() {
        Phase::Continuous => "",
        Phase::Auction => " auction",
        Phase::Halted => " halted",
    };
    format!(" #{}{phase}{}", book.sequence(), lines.collect::<String>())
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

fn named(phase: &str) -> Phase {
    match phase {
        "continuous" => Phase::Continuous,
        "auction" => Phase::Auction,
        "halted" => Phase::Halted,
        other => panic!("what is {other:?}?"),
    }
}

fn optional(price: &str) -> Option<Amount> {
    (!price.is_empty()).then(|| amount(price))
}

fn amount(text: &str) -> Amount {
    Amount::from_minor(number(text)).unwrap()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is not a number"))
}
