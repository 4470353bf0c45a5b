//! Whatever anybody sends, in whatever order: nothing panics, what is refused changes nothing, a
//! replica that is restored before every command does the same (see `World::apply`), the house's
//! books balance, every cent in suspense is an item, and every affirmation has exactly one end.

use crate::cells::report;
use crate::world::{World, amount, at, name, signer};
use gcfn_banking::{BankEntry, BankReference, Side, Statement};
use gcfn_clearing::{
    Bundle, ClearingEvent, Cycle, Deposit, Layer, Obligation, Schedule, member_party,
};
use gcfn_council::{Command, Decision, Event, HouseAct, Motion, Pair, Quote, StaffWish, Verb};
use gcfn_ledger::Account;
use gcfn_model::{
    Amount, Currency, Digest, Hasher, Millis, NodeId, PartyId, Pool, Position, ProposalId, QuoteId,
    Rate, Rounding, SettlementAccount, Timestamp, Uetr,
};
use gcfn_venue::{ClearingAct, LockUse};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One step of a run. Numbers choose among what there is when the step is made.
#[derive(Clone, Debug)]
enum Move {
    Wait(u64),
    Tick,
    Close,
    Say(usize, Wish),
    /// Both sides affirm all of a lock.
    Agree(usize),
    /// The bank books all that was called for and all that the house pays.
    PayAll,
}

#[derive(Clone, Debug)]
enum Wish {
    Approve(usize, usize),
    Publish { cell: usize, size: u64, fork: u8 },
    Propose,
    Cosign { number: u64 },
    Quote { bid: u64, ask: u64, size: Amount },
    Lock { pays: Currency, needs: Currency, size: Amount },
    NextDate(i32),
    OpenCycle { lock: usize, days: i32, after: [u64; 3] },
    Affirm { lock: usize, home: usize, needs: Amount, twist: usize },
    PaidIn(usize),
    TakenBack(usize),
    PaidOut(usize),
    Booked { size: Amount, side: Side, reference: u8 },
    Statement { closing: i128 },
    Staff { person: u8, kind: usize, item: u64 },
}

const NODES: [&str; 11] =
    ["root", "cn", "hk", "sg", "cn-sha", "hk-kln", "sg-fx", "hk-fx", "cn-fx", "cn-reg", "nobody"];
/// Sizes that meet the limits, and small ones.
fn size() -> impl Strategy<Value = Amount> {
    let half = amount(Amount::MAX.minor() / 2);
    prop_oneof![
        1 => Just(amount(0)),
        6 => (1..2_000u64).prop_map(amount),
        2 => Just(half),
        2 => Just(Amount::MAX),
    ]
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![8 => Just(Currency::Cny), 8 => Just(Currency::Hkd), 1 => Just(Currency::Sgd)]
}

/// The right choice mostly, which is 0, else one of `wrong`.
fn mostly_right(wrong: std::ops::Range<usize>) -> impl Strategy<Value = usize> {
    prop_oneof![5 => Just(0), 1 => wrong]
}

fn wish() -> impl Strategy<Value = Wish> {
    let side = prop_oneof![Just(Side::Credit), Just(Side::Debit)];
    prop_oneof![
        1 => (0..8usize, 0..11usize).prop_map(|(kind, node)| Wish::Approve(kind, node)),
        2 => (1..9usize, 0..4u64, mostly_right(1..2)).prop_map(|(cell, size, fork)| {
            Wish::Publish { cell, size, fork: u8::from(fork == 1) }
        }),
        1 => Just(Wish::Propose),
        2 => (0..2u8, 0..6usize, 1..6u64)
            .prop_map(|(person, kind, item)| Wish::Staff { person, kind, item }),
        4 => (0..3u64).prop_map(|number| Wish::Cosign { number }),
        6 => (0..5u64, 0..6u64, size())
            .prop_map(|(bid, ask, size)| Wish::Quote { bid: 98 + bid, ask: 100 + ask, size }),
        8 => (currency(), currency(), size())
            .prop_map(|(pays, needs, size)| Wish::Lock { pays, needs, size }),
        1 => (-1..2i32).prop_map(Wish::NextDate),
        4 => (0..4usize, -1..2i32, prop::array::uniform3(5..40u64))
            .prop_map(|(lock, days, after)| Wish::OpenCycle { lock, days, after }),
        16 => (0..4usize, mostly_right(1..5), size(), mostly_right(1..8)).prop_map(
            |(lock, home, needs, twist)| Wish::Affirm { lock, home, needs, twist }
        ),
        3 => (0..4usize).prop_map(Wish::PaidIn),
        2 => (0..4usize).prop_map(Wish::TakenBack),
        3 => (0..4usize).prop_map(Wish::PaidOut),
        1 => (size(), side, 0..3u8)
            .prop_map(|(size, side, reference)| Wish::Booked { size, side, reference }),
        1 => prop_oneof![Just(0), Just(i128::MAX), Just(i128::MIN), -5..5i128]
            .prop_map(|closing| Wish::Statement { closing }),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let step = prop_oneof![
        2 => (0..20u64).prop_map(Move::Wait),
        1 => Just(Move::Tick),
        1 => Just(Move::Close),
        2 => (0..4usize).prop_map(Move::Agree),
        1 => Just(Move::PayAll),
        16 => (0..44usize, wish()).prop_map(|(author, wish)| Move::Say(author, wish)),
    ];
    prop::collection::vec(step, 1..160)
}

/// Who says it: one who may, three times out of four.
fn author(wish: &Wish, draw: usize) -> &'static str {
    let fit: &[&str] = match wish {
        Wish::Approve(..) | Wish::Propose | Wish::Cosign { .. } => &["root", "cn", "hk", "sg"],
        Wish::Publish { .. } => &["cn", "hk", "sg"],
        Wish::Quote { .. } => &["sg-fx", "hk-fx", "cn-fx"],
        Wish::Lock { .. } | Wish::Affirm { .. } => &["cn-sha", "hk-kln"],
        _ => &["root"],
    };
    if draw < NODES.len() { NODES[draw] } else { fit[draw % fit.len()] }
}

fn verb(world: &World, by: &str, wish: &Wish) -> Option<Verb> {
    let today = world.council.date().unwrap_or(name("2026-11-23"));
    let house = world.council.house();
    Some(match *wish {
        Wish::Approve(kind, node) => Verb::Approve(decision(kind, NODES[node])),
        Wish::Publish { cell, size, fork } => {
            let cell = NODES[cell];
            let known = world.council.reported_head(name(cell)).map_or(0, |head| head.size);
            Verb::PublishRegion(vec![report(cell, (known, size), fork)])
        }
        Wish::Propose => {
            let turn = world.council.turn();
            Verb::ProposeRound { number: turn.number, root: turn.root }
        }
        Wish::Cosign { number } => {
            let last = world.council.open_rounds().last().map_or(0, |round| round.number);
            let number = last.saturating_sub(number / 2);
            Verb::Cosign { number, signature: world.cosignature(by, number) }
        }
        Wish::Quote { bid, ask, size } => Verb::Quote(Quote {
            id: QuoteId::derive(&[]),
            pair: Pair { base: Currency::Cny, counter: Currency::Hkd },
            bid: Rate::new(bid, 100).ok()?,
            ask: Rate::new(ask, 100).ok()?,
            size,
            valid_until: world.now.checked_add(Millis(60_000))?,
        }),
        Wish::Staff { person, kind, item } => staff(world, person, kind, item),
        Wish::Lock { pays, needs, size } => Verb::RequestLock { pays, needs, size },
        Wish::NextDate(days) => Verb::OpenDate(today.plus_days(days)),
        Wish::OpenCycle { lock, days, after: [cut_off, from, by] } => {
            let settles = world.council.locks().nth(lock).map(|(rate, _)| rate.value_date);
            Verb::OpenCycle(Schedule {
                value_date: settles.unwrap_or(today.plus_days(days)),
                cut_off: later(world.now, cut_off),
                pay_in_from: later(world.now, cut_off + from),
                pay_in_by: later(world.now, cut_off + from + by),
            })
        }
        Wish::Affirm { lock, home, needs, twist } => affirmation(world, lock, home, needs, twist)?,
        Wish::PaidIn(index) => {
            let calls = house.cycles().flat_map(Cycle::pay_ins).map(|(call, _)| *call);
            let calls = calls.chain(house.claims().map(|claim| claim.again.call));
            let call = *calls.collect::<Vec<_>>().get(index)?;
            let uetr = Uetr::derive(&[call.instruction.as_bytes()]);
            Verb::BankBooked(entry(world, call.currency, call.amount, (Side::Credit, Some(uetr))))
        }
        Wish::TakenBack(index) => {
            let payment = house.desk().payments().filter(|payment| payment.credited).nth(index)?;
            let payment = payment.instruction;
            let how = (Side::Debit, Some(payment.uetr()));
            Verb::BankBooked(entry(world, payment.currency, payment.amount, how))
        }
        Wish::PaidOut(index) => {
            let own = house.account();
            let outgoing = house.desk().payments().filter(|p| p.instruction.debtor == own);
            let payment = outgoing.map(|p| p.instruction).nth(index)?;
            let how = (Side::Debit, Some(payment.uetr()));
            Verb::BankBooked(entry(world, payment.currency, payment.amount, how))
        }
        Wish::Booked { size, side, reference } => {
            let mut entry = entry(world, Currency::Hkd, size, (side, None));
            entry.bank_reference = BankReference::of(&reference.to_string());
            Verb::BankBooked(entry)
        }
        Wish::Statement { closing } => {
            let (account, currency) = (house.account(), Currency::Cny);
            let (opening, entries) = (Position::ZERO, Vec::new());
            let closing = Position::from_minor(closing);
            Verb::BankStatement(Statement {
                account,
                currency,
                date: today,
                sequence: None,
                after: 0,
                opening,
                closing,
                entries,
            })
        }
    })
}

/// What one of two persons of the root wishes: mostly something that takes both.
fn staff(world: &World, person: u8, kind: usize, item: u64) -> Verb {
    let account = SettlementAccount { node: name("cn-sha"), pool: Pool::UserCustody };
    let layer = Layer::Collateral;
    let waits = world.council.ballots().find(|ballot| matches!(ballot.motion(), Motion::House(_)));
    let waits = waits.map_or(ProposalId::derive(&[]), |ballot| ballot.motion().id());
    let of = |act| StaffWish::Do(HouseAct::Clearing(act));
    let wish = match kind {
        0 => of(ClearingAct::OpenDeposit { account, layer }),
        1 => of(ClearingAct::ResolveSuspense { item, account, layer }),
        2 => of(ClearingAct::MatchSuspense { credit: item, debit: item.saturating_add(1) }),
        3 => {
            let (currency, amount) = (Currency::Hkd, amount(item));
            of(ClearingAct::PayBack(Deposit { account, layer, currency, amount }))
        }
        4 => StaffWish::Approve(waits),
        _ => StaffWish::Dismiss(waits),
    };
    Verb::Staff { by: PartyId::derive(&[&[person]]), wish }
}

fn later(now: Timestamp, seconds: u64) -> Timestamp {
    now.checked_add(Millis(seconds * 1_000)).expect("in range")
}

fn decision(kind: usize, node: &str) -> Decision {
    let node: NodeId = name(node);
    match kind {
        0 => Decision::Admit { node, request: Digest::ZERO },
        1 | 2 => Decision::Suspend { node },
        3 | 4 => Decision::Resume { node },
        5 => Decision::Remove { node },
        6 => Decision::RotateKey { node, key: signer(node.as_str()).public_key() },
        _ => Decision::CapDebit { node, currency: Currency::Hkd, debit_cap: amount(7) },
    }
}

fn entry(
    world: &World,
    currency: Currency,
    amount: Amount,
    (side, uetr): (Side, Option<Uetr>),
) -> BankEntry {
    BankEntry {
        account: world.council.house().account(),
        currency,
        amount,
        side,
        uetr,
        bank_reference: BankReference::of(&format!("{uetr:?} {side:?}")),
        reference: None,
        booked_on: name("2026-11-23"),
    }
}

/// A bundle of all of a lock, or of `needs` of it, that is wrong in one way if there is a twist.
fn affirmation(
    world: &World,
    lock: usize,
    home: usize,
    needs: Amount,
    twist: usize,
) -> Option<Verb> {
    let rate = *world.council.locks().nth(lock)?.0;
    let other = if rate.holder == name("hk-kln") { "cn-sha" } else { "hk-kln" };
    let home: NodeId = if home == 0 { name(other) } else { name(NODES[home]) };
    let account = |node, pool| SettlementAccount { node, pool };
    let needs = if twist == 7 { needs } else { rate.size };
    let pays = rate.rate.base(needs, Rounding::Up)?;
    let dealer = account(rate.dealer, Pool::Dealer);
    let owed = |payer, payee, currency, amount| Obligation { payer, payee, currency, amount };
    let mut obligations = vec![
        owed(account(rate.holder, Pool::UserCustody), dealer, rate.pays, pays),
        owed(dealer, account(home, Pool::IssuerEscrow), rate.needs, needs),
    ];
    let mut uses = vec![LockUse { lock: rate.lock, pays, needs }];
    let mut trades = 1;
    match twist {
        1 => obligations.clear(),
        2 => uses.clear(),
        3 => obligations[1].amount = Amount::MAX,
        4 => uses.push(LockUse { lock: rate.lock, pays: Amount::MAX, needs: Amount::MAX }),
        5 => obligations.push(obligations[0]),
        6 => trades = 2,
        _ => {}
    }
    let reference = Hasher::new("test").part(rate.lock.as_bytes()).finish();
    let (value_date, trades_root) = (rate.value_date, Digest::ZERO);
    let bundle = Bundle { reference, value_date, obligations, trades, trades_root };
    Some(Verb::Affirm { bundle, uses })
}

/// Runs `moves`, then lets every deadline pass; banks pay until then or not.
fn run(moves: &[Move], banks_pay: bool) -> World {
    let mut world = World::new();
    world.now = at(10);
    world.say("root", Verb::OpenDate(name("2026-11-23"))).0.expect("the root may");
    let end = [Move::Wait(20), Move::Tick, Move::PayAll].into_iter().filter(|step| match step {
        Move::PayAll => banks_pay,
        _ => true,
    });
    let end: Vec<Move> = end.cycle().take(18).collect();
    for step in moves.iter().chain(&end) {
        match step {
            Move::Wait(seconds) => world.now = later(world.now, *seconds),
            Move::Tick => drop(world.apply(&Command::Tick)),
            Move::Close => drop(world.apply(&Command::CloseEpoch)),
            Move::Agree(lock) => {
                let wish = Wish::Affirm { lock: *lock, home: 0, needs: amount(0), twist: 0 };
                for author in ["cn-sha", "hk-kln"] {
                    say(&mut world, author, &wish);
                }
            }
            Move::PayAll => {
                for index in 0..4 {
                    say(&mut world, "root", &Wish::PaidIn(index));
                    say(&mut world, "root", &Wish::PaidOut(index));
                }
            }
            Move::Say(draw, wish) => {
                say(&mut world, author(wish, *draw), wish);
            }
        }
    }
    world.now = later(world.now, 1_000);
    world.apply(&Command::Tick).0.expect("time passes");
    world
}

fn say(world: &mut World, author: &str, wish: &Wish) {
    if let Some(verb) = verb(world, author, wish) {
        drop(world.say(author, verb));
    }
}

/// How often each bundle was affirmed by anybody, settled, and left its cycle.
fn ends(world: &World) -> BTreeMap<Digest, (usize, usize)> {
    let mut ends = BTreeMap::<Digest, (usize, usize)>::new();
    for event in &world.events {
        match event {
            Event::Accepted(command) => {
                if let Verb::Affirm { bundle, .. } = &command.request.verb {
                    ends.entry(bundle.reference).or_default().0 += 1;
                }
            }
            Event::Clearing(
                ClearingEvent::CycleSettled { bundles, .. }
                | ClearingEvent::BundlesFailed { bundles, .. },
            ) => bundles.iter().for_each(|bundle| ends.entry(*bundle).or_default().1 += 1),
            _ => {}
        }
    }
    ends
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn nothing_that_is_sent_breaks_the_federation(moves in moves(), banks_pay in any::<bool>()) {
        let world = run(&moves, banks_pay);
        for currency in Currency::ALL {
            let money = &world.council.books().money;
            prop_assert_eq!(money.trial_balance(currency), Position::ZERO);
            let pool = money.pool_position(Pool::ClearingHouse, currency);
            prop_assert_eq!(pool.difference(), Position::ZERO);
            let waits = world.council.house().suspense().filter(|item| item.currency == currency);
            let waits = waits.fold(Position::ZERO, |sum, item| match item.side {
                Side::Credit => sum.plus(item.amount),
                Side::Debit => sum.minus(item.amount),
            });
            let suspense = money.balance(Account::Suspense(Pool::ClearingHouse), currency);
            prop_assert_eq!(waits, suspense, "every cent in suspense is an item");
            for claim in world.council.house().claims() {
                let owed = member_party(claim.account().node);
                let owed = Account::Receivable(Pool::ClearingHouse, owed);
                let booked = money.amount(owed, claim.again.call.currency);
                prop_assert!(claim.open <= booked, "what the house is short of is in its books");
            }
        }
        for (bundle, (affirmed, ended)) in ends(&world) {
            prop_assert!((1..=2).contains(&affirmed), "{bundle} was affirmed {affirmed} times");
            prop_assert_eq!(ended, 1, "{} has {} ends", bundle, ended);
        }
    }
}
