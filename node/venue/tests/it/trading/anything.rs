//! Whatever anybody asks in whatever order: nothing panics, the books balance after every
//! command, a refusal leaves no trace, and what is set aside is exactly what is open.

use super::{DEPOSIT, order_id, pass, price, range};
use crate::world::{World, cents, instant, party, terms};
use gcfn_ledger::{Account, Holder, IssuerBucket, UserBucket};
use gcfn_market::{Phase, Side, TimeInForce};
use gcfn_model::{Amount, AuctionId, Currency, Millis, OfferId, Pool, SeriesId, Timestamp};
use gcfn_venue::{
    Amendment, AuctionTerms, BoughtBack, BuyBack, CallTerms, Equaliser, OfferTerms, OfferedDeal,
    OrderAct, OrderTerms, PartyKind, Present, ReserveMode, Role, SwapSide, Tranche, Units, Verb,
};
use proptest::prelude::{ProptestConfig, any, prop};

/// What is drawn for one step: what is asked, by whom, of what, and how much.
type Draw = (u8, u8, u8, u8);

const PEOPLE: [&str; 6] = ["ann", "ben", "inn", "bar", "brand", "other"];

fn one_of<T: Copy>(all: &[T], draw: u8) -> T {
    all[usize::from(draw) % all.len()]
}

fn market() -> (World, [SeriesId; 2]) {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.reserve_mode = ReserveMode::None;
    terms.trading.offers.block_min = cents(200_00);
    terms.trading.auction_extension = Millis(120_000);
    terms.trading.maker.deposit = cents(100_00);
    terms.trading.conduct.sample = 3;
    terms.trading.conduct.layers = 2;
    terms.trading.calls =
        CallTerms { opening: Some(Millis(600_000)), closing: Some(Millis(600_000)) };
    let mut world = World::of(terms);
    let series = [world.listed("brand", "b1"), world.listed("other", "b2")];
    let (user, shop) = (PartyKind::User, PartyKind::Merchant);
    for (who, kind) in [("ann", user), ("ben", user), ("inn", shop), ("bar", shop)] {
        world.operator(Verb::Register { party: party(who), kind, kyc: 3 });
        world.deposit(who, Pool::UserCustody, DEPOSIT / 20);
        for (n, series) in series.into_iter().enumerate() {
            let terms = super::limit(&format!("{who}{n}"), Side::Buy, series, 4, 95_00);
            super::place(&mut world, who, terms).expect("covered");
        }
    }
    (world, series)
}

fn some_price(draw: u8) -> Amount {
    let prices = [80_00, 86_00, 90_00, 94_00, 95_00, 96_00, 99_00, 100_00, 101_00];
    price(one_of(&prices, draw))
}

fn some_time(world: &World, draw: u8) -> Option<Timestamp> {
    match draw % 4 {
        0 => Some(super::later(world, u64::from(draw) * 10)),
        1 => Some(instant(1008, 0)),
        _ => None,
    }
}

fn some_units(draw: u8) -> Units {
    let first = u64::from(draw % 30);
    match draw % 3 {
        0 => Units::Exactly(vec![range(first, first + u64::from(draw % 5))]),
        1 => Units::Exactly(vec![range(first, first + 1), range(first + 2, first + 3)]),
        _ => Units::Any(u64::from(draw % 6)),
    }
}

fn order(world: &World, series: SeriesId, (a, b, n): (u8, u8, u8)) -> OrderTerms {
    let times = [
        TimeInForce::GoodTillCancelled,
        TimeInForce::GoodTillCancelled,
        TimeInForce::PostOnly,
        TimeInForce::ImmediateOrCancel,
        TimeInForce::FillOrKill,
    ];
    OrderTerms {
        order: order_id(&format!("o{}", a % 24)),
        series,
        side: one_of(&[Side::Buy, Side::Sell], a),
        quantity: u64::from(n % 12),
        limit: (b % 9 != 0).then(|| some_price(b)),
        time_in_force: one_of(&times, n),
        display: (b % 5 == 0).then(|| u64::from(n % 4)),
        not_before: (a % 5 == 0).then(|| some_time(world, b)).flatten(),
        expires_at: (n % 3 == 0).then(|| some_time(world, a)).flatten(),
    }
}

fn deal(by: &str, series: [SeriesId; 2], (a, b, n): (u8, u8, u8)) -> OfferedDeal {
    let (units, price, to) = (some_units(n), some_price(b), party(one_of(&PEOPLE, a)));
    let then = one_of(&[BoughtBack::Inventory, BoughtBack::Retired], a);
    let quantity = u64::from(n % 5);
    let own = series[usize::from(by == "other")];
    let [gives, wants] = if a % 2 == 0 { series } else { [series[1], series[0]] };
    let payer = one_of(&[SwapSide::Offerer, SwapSide::Taker], n);
    match b % 4 {
        0 => OfferedDeal::Listing { series: gives, units, price },
        1 => OfferedDeal::Block { series: gives, units, price, to },
        2 => {
            let to = (a % 2 == 0).then_some(to);
            OfferedDeal::BuyBack { series: own, quantity, price, to, then }
        }
        _ => OfferedDeal::Swap {
            gives,
            gives_quantity: quantity,
            wants,
            wants_quantity: u64::from(b % 4),
            to,
            equaliser: (a % 3 == 0).then_some(Equaliser { payer, amount: price }),
        },
    }
}

fn verb(world: &World, who: &str, series: [SeriesId; 2], (what, a, b, n): Draw) -> Verb {
    let one = one_of(&series, a);
    let own = series[usize::from(who == "other")];
    let order_of = order_id(&format!("o{}", a % 24));
    let (offer, auction) = (OfferId::derive(&[&[a % 6]]), AuctionId::derive(&[&[a % 3]]));
    let maker = party(one_of(&PEOPLE[..3], b));
    let amend = Amendment {
        order: order_of,
        price: (b % 2 == 0).then(|| some_price(b)),
        quantity: (n % 2 == 0).then_some(u64::from(n % 12)),
    };
    let expires_at = super::later(world, 60 + u64::from(n) * 30);
    match what % 26 {
        0..=5 => Verb::PlaceOrder(order(world, one, (a, b, n))),
        6 => Verb::AmendOrder(amend),
        7 => Verb::CancelOrder { order: order_of },
        8 => Verb::CancelOrders { party: party(who), series: (n % 2 == 0).then_some(one) },
        9 => Verb::BatchOrders(vec![
            OrderAct::Place(order(world, one, (b, a, n))),
            OrderAct::Amend(amend),
            OrderAct::Cancel(order_of),
        ]),
        10 => Verb::OfferTranche(Tranche {
            order: order_of,
            series: own,
            quantity: u64::from(n % 9),
            price: some_price(b),
            not_before: some_time(world, b),
            expires_at: some_time(world, n),
        }),
        11 => Verb::BuyBack(BuyBack {
            order: order_of,
            series: own,
            quantity: u64::from(n % 9),
            limit: some_price(b),
            time_in_force: TimeInForce::GoodTillCancelled,
            expires_at: some_time(world, n),
            then: one_of(&[BoughtBack::Inventory, BoughtBack::Retired], a),
        }),
        12..=14 => {
            Verb::MakeOffer(OfferTerms { offer, deal: deal(who, series, (a, b, n)), expires_at })
        }
        15 | 16 => {
            let standing = world.venue.offers().nth(usize::from(a) % 4);
            let offer = standing.map_or(offer, |(offer, _)| *offer);
            Verb::TakeOffer { offer, units: some_units(n) }
        }
        17 if b % 2 == 0 => Verb::DeclineOffer { offer },
        17 => Verb::WithdrawOffer { offer },
        18 => Verb::OpenAuction(AuctionTerms {
            auction,
            series: one,
            units: some_units(n),
            reserve: some_price(b),
            increment: price(u64::from(b)),
            ends_at: expires_at,
        }),
        19 | 20 => {
            let running = world.venue.auctions().nth(usize::from(a) % 2);
            let least = running.and_then(|(_, auction)| auction.least());
            let price = least.unwrap_or(some_price(b));
            Verb::Bid { auction: running.map_or(auction, |(auction, _)| *auction), price }
        }
        21 => Verb::CancelAuction { auction },
        22 => {
            let units = some_units(n);
            Verb::GiveMany(vec![Present { to: party(one_of(&PEOPLE, b)), series: one, units }])
        }
        23 => one_of(
            &[
                Verb::ApplyAsMaker,
                Verb::LeaveMaking,
                Verb::ApproveMaker { maker },
                Verb::ApproveMaker { maker },
                Verb::SuspendMaker { maker },
                Verb::ResumeMaker { maker },
                Verb::TerminateMaker { maker },
            ]
            .each_ref(),
            n,
        )
        .clone(),
        24 if b % 2 == 0 => Verb::SetDuty { maker, series: one, duty: None },
        24 => Verb::PenaliseMaker { maker, amount: price(u64::from(n)) },
        _ => one_of(
            &[
                Verb::HaltSeries { series: one },
                Verb::ResumeSeries { series: one },
                Verb::ResumeSeries { series: one },
                Verb::CancelBook { series: one },
                Verb::Freeze { party: maker, reason: gcfn_venue::FreezeReason::Compliance },
                Verb::Unfreeze { party: maker, reason: gcfn_venue::FreezeReason::Compliance },
                Verb::Unfreeze { party: maker, reason: gcfn_venue::FreezeReason::Compliance },
            ]
            .each_ref(),
            n,
        )
        .clone(),
    }
}

/// Whoever alone may take the offer that is to be taken.
fn taker(world: &World, verb: &Verb) -> Option<&'static str> {
    let Verb::TakeOffer { offer, .. } = verb else { return None };
    let named = world.venue.offer(*offer)?.terms.deal.named()?;
    PEOPLE.into_iter().find(|who| party(who) == named)
}

fn staff_only(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::ApproveMaker { .. }
            | Verb::SuspendMaker { .. }
            | Verb::ResumeMaker { .. }
            | Verb::TerminateMaker { .. }
            | Verb::SetDuty { .. }
            | Verb::PenaliseMaker { .. }
            | Verb::HaltSeries { .. }
            | Verb::ResumeSeries { .. }
            | Verb::CancelBook { .. }
            | Verb::Freeze { .. }
            | Verb::Unfreeze { .. }
    )
}

fn step(world: &mut World, series: [SeriesId; 2], draw: Draw) {
    let who = one_of(&PEOPLE, (draw.1 / 2) ^ draw.3);
    let asked = verb(world, who, series, draw);
    let who = taker(world, &asked).unwrap_or(who);
    let (who, role) = match staff_only(&asked) {
        true => (one_of(&["olga", "oscar"], draw.3), Role::Operator),
        false if ["brand", "other"].contains(&who) => (who, Role::Issuer),
        false => (who, Role::User),
    };
    let quiet = world.venue.next_due().is_none_or(|due| world.at + 1_000 < due.micros());
    let (root, events) = (world.venue.state_root(), world.events.len());
    if world.ask(who, role, asked).is_err() && quiet {
        assert_eq!(world.venue.state_root(), root, "a refusal leaves no trace");
        assert_eq!(world.events.len(), events);
    }
}

/// What is set aside is what is open, and what is open is what the books show.
fn check(world: &World, series: [SeriesId; 2]) {
    let venue = &world.venue;
    for who in PEOPLE {
        let id = party(who);
        let orders = venue.orders().filter(|open| open.party == id);
        let buys = orders.filter(|open| open.side == Side::Buy);
        let buys = buys.map(|open| open.hold_per_coupon.minor() * open.remaining);
        let offers = venue.offers().filter(|(_, offer)| offer.by == id);
        let bids = venue.auctions().filter_map(|(_, auction)| auction.best);
        let bids = bids.filter(|bid| bid.bidder == id).map(|bid| bid.held.minor());
        let due: u64 = buys.chain(offers.map(|(_, o)| o.held.minor())).chain(bids).sum();
        let held = world.balance(Account::User(id, UserBucket::Hold))
            + world.balance(Account::Issuer(id, IssuerBucket::Hold));
        assert_eq!(held, due, "{who} has as much on hold as is open");
        for series in series {
            check_locks(world, who, series);
        }
    }
    for series in series {
        let book = &venue.market(series).expect("listed").book;
        let resting: u64 = book.orders().map(|order| order.quantity).sum();
        let entered = venue.orders().filter(|o| o.series == series && o.not_before.is_none());
        assert_eq!(resting, entered.map(|open| open.remaining).sum::<u64>());
        assert!(book.phase() != Phase::Continuous || !book.is_crossed());
    }
}

fn check_locks(world: &World, who: &str, series: SeriesId) {
    let (venue, id) = (&world.venue, party(who));
    let sells = venue.orders().filter(|open| open.party == id && open.series == series);
    let sells = sells.filter(|open| open.side == Side::Sell);
    let (later, sells): (Vec<_>, Vec<_>) =
        sells.partition(|open| open.not_before.is_some() && !open.primary());
    let (primary, own): (Vec<_>, Vec<_>) =
        sells.into_iter().partition(|open: &&gcfn_venue::OpenOrder| open.primary());
    let remaining =
        |orders: Vec<&gcfn_venue::OpenOrder>| orders.iter().map(|o| o.remaining).sum::<u64>();
    assert_eq!(super::with(world, series, Holder::OrderLock(id)), remaining(own));
    if ["brand", "other"].contains(&who)
        && venue.batches().any(|(_, b)| b.issuer == id && b.series == series)
    {
        assert_eq!(super::with(world, series, Holder::InventoryLock), remaining(primary));
    }
    let offers = venue.offers().filter(|(_, o)| o.by == id && o.terms.deal.series() == series);
    let offers = offers.flat_map(|(_, offer)| &offer.locked);
    let auctions = venue.auctions().filter(|(_, a)| a.seller == id && a.terms.series == series);
    let locked = offers.chain(auctions.flat_map(|(_, auction)| &auction.locked));
    let locked: u64 = locked.map(|range| range.count()).sum();
    assert_eq!(super::with(world, series, Holder::OfferLock(id)), locked + remaining(later));
}

fn storm(draws: &[Draw]) {
    let (mut world, series) = market();
    for &draw in draws {
        match draw {
            (what, _, _, n) if 237 < what => pass(&mut world, u64::from(n) * 20),
            (237, ..) => {
                let day = world.at / crate::world::DAY;
                if day < 1009 {
                    super::settle(&mut world);
                }
            }
            draw => step(&mut world, series, draw),
        }
        check(&world, series);
    }
    let bytes = postcard::to_allocvec(&world.venue).expect("plain data");
    let mut again: gcfn_venue::Venue = postcard::from_bytes(&bytes).expect("its own bytes");
    assert_eq!(postcard::to_allocvec(&again).expect("plain data"), bytes);
    assert_eq!(again.state_root(), world.venue.state_root());
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_hold_whatever_is_asked(
        draws in prop::collection::vec(any::<Draw>(), 1..240),
    ) {
        storm(&draws);
    }
}
