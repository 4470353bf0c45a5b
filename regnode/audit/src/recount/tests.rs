//! What the recount sees by itself, where re-execution would agree with the machine's mistake.

use super::{fees::Trading, money::Money, netting::Cycles, title::Titles};
use crate::finding::{Difference, FindingKind};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use gcfn_clearing::{Bundle, ClearingEvent, NetPosition, Obligation};
use gcfn_ledger::{Account, Books, Entry, Holder, Lot, Posting, SerialRange, UserBucket};
use gcfn_market::Side;
use gcfn_model::{
    Amount, BatchId, BusinessDate, Currency, CycleId, Digest, NodeId, PartyId, Pool, Position,
    RedemptionId, SeriesId, SettlementAccount, Timestamp, TradeId,
};
use gcfn_replica::Command;
use gcfn_venue::{
    Event, FeePreset, FeeSchedule, IssuingEvent, MarketKind, PartyKind, Trade, TradeKind,
    TradeState, TradingDay,
};

fn cents(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("a small figure")
}

fn ann() -> PartyId {
    PartyId::derive(&[b"ann"])
}

fn series() -> SeriesId {
    SeriesId::derive(&[b"series"])
}

fn kinds<T>(of: Result<T, Difference>) -> Option<FindingKind> {
    of.err().map(|difference| difference.kind)
}

fn deposit(minor: u64) -> Entry {
    let to = Account::User(ann(), UserBucket::Available);
    Entry::new(Posting::UserDeposit, Currency::Sgd).with(
        Account::Bank(Pool::UserCustody),
        to,
        cents(minor),
    )
}

fn posted(money: &mut Money, entry: Entry) -> Option<FindingKind> {
    kinds(money.count(&Event::Posted(entry)))
}

#[test]
fn no_account_is_overdrawn() {
    let mut money = Money::default();
    assert_eq!(posted(&mut money, deposit(100)), None);
    assert_eq!(posted(&mut money, deposit(100).reversed()), None);
    assert_eq!(posted(&mut money, deposit(1).reversed()), Some(FindingKind::Overdrawn));
}

#[test]
fn a_pool_has_what_it_owes() {
    let mut money = Money::default();
    posted(&mut money, deposit(100));
    let (from, to) = (Account::User(ann(), UserBucket::Available), Account::Clearing);
    let across = Entry::new(Posting::PrimaryPayIn, Currency::Sgd).with(from, to, cents(10));
    let balanced = across.clone().with_transit(Pool::UserCustody, Pool::SettlementHub, cents(10));
    assert_eq!(posted(&mut money, balanced), None);
    assert_eq!(posted(&mut money, across), Some(FindingKind::PoolUnbalanced));
}

#[test]
fn books_that_changed_without_an_event_differ() {
    let mut money = Money::default();
    let mut books = Books::default();
    books.money.post(&deposit(100)).expect("balances");
    assert_eq!(kinds(money.compare(&books.money)), Some(FindingKind::BalanceDiffers));
    posted(&mut money, deposit(100));
    assert_eq!(kinds(money.compare(&books.money)), None);
    posted(&mut money, deposit(1));
    assert_eq!(kinds(money.compare(&books.money)), Some(FindingKind::BalanceDiffers));
}

fn moved(from: Holder, to: Holder, count: u64) -> Event {
    let range = SerialRange { first: 0, end: count };
    let lots = vec![Lot { range, resales: 0, left: cents(100) }];
    Event::TitleMoved { series: series(), from, to, lots }
}

fn minted() -> Event {
    let batch = BatchId::derive(&[b"batch"]);
    Event::Issuing(IssuingEvent::BatchMinted {
        batch,
        series: series(),
        quantity: 10,
        face: cents(100),
    })
}

/// What the last of `events` leads to.
fn titles(events: &[Event]) -> (Titles, Option<FindingKind>) {
    let mut titles = Titles::default();
    let (last, before) = events.split_last().expect("events");
    for event in before {
        titles.count(event).expect("sound until the last");
    }
    let found = kinds(titles.count(last));
    (titles, found)
}

#[test]
fn coupons_are_neither_made_nor_lost() {
    let (buyer, sold) = (Holder::Party(ann()), Holder::Inventory);
    let found = |events: &[Event]| titles(events).1;
    let not_conserved = Some(FindingKind::TitleNotConserved);
    assert_eq!(found(&[minted(), moved(sold, buyer, 10)]), None);
    assert_eq!(found(&[minted(), moved(sold, buyer, 11)]), not_conserved);
    assert_eq!(found(&[minted(), minted()]), not_conserved);
    let ended = [minted(), moved(sold, Holder::Expired, 1), moved(Holder::Expired, buyer, 1)];
    assert_eq!(found(&ended), not_conserved);
    let redemption = RedemptionId::derive(&[b"r"]);
    let redeemed = Event::Redeemed { redemption, value: cents(100), partial: false, detail: None };
    assert_eq!(found(&[minted(), redeemed]), not_conserved);
    // Coupons of another node's series come from their home, as many as there are.
    let home: NodeId = "hk".parse().expect("a name");
    assert_eq!(found(&[moved(Holder::Home(home), buyer, 3)]), None);
    assert_eq!(found(&[moved(Holder::Home(home), buyer, 3), moved(buyer, sold, 4)]), not_conserved);
}

#[test]
fn holdings_that_changed_without_an_event_differ() {
    let mut books = Books::default();
    let terms = gcfn_ledger::Terms { face: cents(100), quantity: 10, home: None };
    books.title.register(series(), terms).expect("new");
    let (mut own, _) = titles(&[minted()]);
    assert_eq!(kinds(own.compare(&books.title)), None);
    let (from, to) = (Holder::Inventory, Holder::Party(ann()));
    books.title.transfer(series(), from, to, 4).expect("there");
    assert_eq!(kinds(own.compare(&books.title)), Some(FindingKind::HoldingDiffers));
    own.count(&moved(from, to, 4)).expect("there");
    assert_eq!(kinds(own.compare(&books.title)), None);
    assert_eq!(kinds(Titles::default().compare(&books.title)), Some(FindingKind::HoldingDiffers));
}

fn ben() -> PartyId {
    PartyId::derive(&[b"ben"])
}

fn trade(buyer_fee: u64, seller_fee: u64) -> Event {
    trade_at(0, buyer_fee, seller_fee)
}

/// A resale of ben's to ann, who came second, so many days into time.
fn trade_at(day: i32, buyer_fee: u64, seller_fee: u64) -> Event {
    trade_by(Some(Side::Buy), day, (buyer_fee, seller_fee))
}

fn trade_by(taker: Option<Side>, day: i32, (buyer_fee, seller_fee): (u64, u64)) -> Event {
    Event::TradeMatched(Trade {
        id: TradeId::derive(&[b"trade"]),
        series: series(),
        buyer: ann(),
        seller: ben(),
        kind: TradeKind::Resale,
        market: MarketKind::C2c,
        taker,
        price: cents(95_01),
        quantity: 10,
        buyer_fee: cents(buyer_fee),
        seller_fee: cents(seller_fee),
        lots: Vec::new(),
        at: instant(day),
        value_date: BusinessDate::from_days(1),
        state: TradeState::Matched,
        item: 0,
        member: None,
    })
}

fn instant(day: i32) -> Timestamp {
    Timestamp::from_utc(BusinessDate::from_days(day), 0).expect("in range")
}

#[test]
fn fees_follow_from_the_terms_and_from_who_came_last() {
    let fees = FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd);
    let after = |taker: Option<Side>, buyer_fee, seller_fee| {
        kinds(Trading::new(fees).count(&trade_by(taker, 0, (buyer_fee, seller_fee))))
    };
    // 950.10: 0.50 % is 4.7505, 0.10 % is 0.9501.
    assert_eq!(after(Some(Side::Buy), 4_75, 95), None);
    assert_eq!(after(Some(Side::Sell), 95, 4_75), None);
    let differs = Some(FindingKind::FeeDiffers);
    assert_eq!(after(Some(Side::Buy), 4_76, 95), differs);
    assert_eq!(after(Some(Side::Buy), 95, 4_75), differs);
    assert_eq!(after(None, 4_75, 95), differs);
    assert_eq!(after(None, 95, 95), None, "an auction brought both together");
}

#[test]
fn the_trades_of_a_trading_days_month_are_counted_and_reduce_what_follows() {
    let mut trading = Trading::new(FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd));
    let day = |days: i32, cut_off| {
        let date = BusinessDate::from_days(days);
        Event::DayOpened(TradingDay { date, cut_off: instant(cut_off), value_date: date })
    };
    // 30 January and 2 February 1970; the 31st is after the cut-off of the 30th.
    for event in [day(29, 30), day(32, 33)] {
        trading.count(&event).expect("nothing to compare");
    }
    for _ in 0..10 {
        assert_eq!(kinds(trading.count(&trade_at(29, 4_75, 95))), None);
    }
    // Both have traded ten times: a fifth less of 4.7505 and 0.9501.
    assert_eq!(kinds(trading.count(&trade_at(29, 3_80, 76))), None);
    let differs = Some(FindingKind::FeeDiffers);
    assert_eq!(kinds(trading.count(&trade_at(29, 4_75, 95))), differs);
    assert_eq!(kinds(trading.count(&trade_at(30, 4_75, 95))), None);
}

#[test]
fn the_kinds_of_the_parties_set_the_market() {
    let mut fees = FeeSchedule::of(FeePreset::Fees003, Currency::Sgd);
    fees.active.after = u32::MAX;
    let mut trading = Trading::new(fees);
    // 950.10 at 0.75 %, and between businesses at 0.20 %.
    assert_eq!(kinds(trading.count(&trade(7_13, 7_13))), None);
    for party in [ann(), ben()] {
        let event = Event::PartyRegistered { party, kind: PartyKind::Merchant, kyc: 1 };
        trading.count(&event).expect("nothing to compare");
    }
    assert_eq!(kinds(trading.count(&trade(1_90, 1_90))), None);
}

fn account(node: &str, pool: Pool) -> SettlementAccount {
    SettlementAccount { node: node.parse().expect("a name"), pool }
}

/// An affirmation of a local's bundle of one obligation, as it comes to the house.
fn affirmed(reference: Digest, minor: u64) -> (Command, Event) {
    affirmed_by(account("sg-2", Pool::UserCustody), reference, minor)
}

/// The same, of what another account owes to the local.
fn affirmed_by(payer: SettlementAccount, reference: Digest, minor: u64) -> (Command, Event) {
    let (currency, amount) = (Currency::Sgd, cents(minor));
    let payee = account("sg-2", Pool::SettlementHub);
    let bundle = Bundle {
        reference,
        value_date: BusinessDate::from_days(1),
        obligations: vec![Obligation { payer, payee, currency, amount }],
        trades: 1,
        trades_root: Digest::ZERO,
    };
    let body = gcfn_venue::Dispatch::Affirm(bundle);
    let envelope = gcfn_peering::envelope::Envelope {
        from: "sg-2".parse().expect("a name"),
        to: "sg".parse().expect("a name"),
        channel: gcfn_replica::DISPATCHES,
        seq: 1,
        prev: Digest::ZERO,
        sent_at: Timestamp::EPOCH,
        body: postcard::to_allocvec(&body).expect("plain data"),
    };
    let signer = gcfn_anchor::keys::Signer::from_seed(&[1; 32]);
    let agreed = ClearingEvent::BundleAgreed { cycle: cycle(), bundle: reference };
    (Command::Envelope(envelope.sign(&signer)), Event::Clearing(agreed))
}

fn cycle() -> CycleId {
    CycleId::derive(&[b"cycle"])
}

fn netted(lines: &[(&str, Pool, i128)]) -> Event {
    let position = |&(node, pool, minor): &(&str, Pool, i128)| NetPosition {
        currency: Currency::Sgd,
        account: account(node, pool),
        position: Position::from_minor(minor),
    };
    let positions = lines.iter().map(position).collect();
    Event::Clearing(ClearingEvent::CycleNetted { cycle: cycle(), positions })
}

#[test]
fn what_waits_for_a_cap_counts_once_it_has_entered_or_was_settled() {
    use Pool::{SettlementHub, UserCustody};
    let house: NodeId = "sg".parse().expect("a name");
    let positions =
        |minor: i128| netted(&[("sg-2", UserCustody, -minor), ("sg-2", SettlementHub, minor)]);
    let check = |then: Option<ClearingEvent>, minor: i128| {
        let mut cycles = Cycles::default();
        let (command, _) = affirmed(Digest([1; 32]), 30);
        let (cycle, bundle) = (cycle(), Digest([1; 32]));
        let queued = Event::Clearing(ClearingEvent::BundleQueued { cycle, bundle });
        cycles.count(house, &command, &queued).expect("noted");
        let tick = Command::CloseEpoch;
        if let Some(then) = then {
            cycles.count(house, &tick, &Event::Clearing(then)).expect("noted");
        }
        kinds(cycles.count(house, &tick, &positions(minor)))
    };
    let (cycle, bundle, nodes) = (cycle(), Digest([1; 32]), BTreeMap::new());
    let entered = ClearingEvent::BundleAgreed { cycle, bundle };
    let bundles = [bundle].to_vec();
    let settled = ClearingEvent::BundlesSettled { cycle, bundles, nodes };
    assert_eq!(check(Some(entered), 30), None);
    assert_eq!(check(Some(settled), 30), None);
    assert_eq!(check(None, 30), Some(FindingKind::NettingDiffers));
}

#[test]
fn what_the_house_s_own_node_agrees_to_counts_as_the_other_affirmed_it() {
    use Pool::{SettlementHub, UserCustody};
    let house: NodeId = "sg".parse().expect("a name");
    let (command, _) = affirmed(Digest([1; 32]), 30);
    let (cycle, bundle, by) = (cycle(), Digest([1; 32]), "sg-2".parse().expect("a name"));
    let awaited = Event::Clearing(ClearingEvent::BundleAwaited { cycle, bundle, by });
    let agreed = Event::Clearing(ClearingEvent::BundleAgreed { cycle, bundle });
    let (mut cycles, tick) = (Cycles::default(), Command::CloseEpoch);
    cycles.count(house, &command, &awaited).expect("noted");
    cycles.count(house, &tick, &agreed).expect("noted");
    let positions = netted(&[("sg-2", UserCustody, -30), ("sg-2", SettlementHub, 30)]);
    assert_eq!(kinds(cycles.count(house, &tick, &positions)), None);
}

#[test]
fn what_the_house_s_own_node_owes_another_counts_for_the_other() {
    use Pool::{SettlementHub, UserCustody};
    let house: NodeId = "sg".parse().expect("a name");
    let check = |lines: &[(&str, Pool, i128)]| {
        let (mut cycles, tick) = (Cycles::default(), Command::CloseEpoch);
        let payer = account("sg", UserCustody);
        let (command, event) = affirmed_by(payer, Digest([1; 32]), 30);
        cycles.count(house, &command, &event).expect("noted");
        kinds(cycles.count(house, &tick, &netted(lines)))
    };
    let (of_house, of_other) = (("sg", UserCustody, -37), ("sg-2", SettlementHub, 30));
    assert_eq!(check(&[of_house, of_other, ("sg", SettlementHub, 7)]), None);
    assert_eq!(check(&[("sg", UserCustody, 0)]), Some(FindingKind::NettingDiffers));
}

#[test]
fn positions_are_what_the_bundles_of_others_come_to_and_sum_to_zero() {
    use Pool::{IssuerEscrow, SettlementHub, UserCustody};
    let house: NodeId = "sg".parse().expect("a name");
    let (one, two) = (Digest([1; 32]), Digest([2; 32]));
    let check = |failed: &[Digest], lines: &[(&str, Pool, i128)]| {
        let mut cycles = Cycles::default();
        for (command, event) in [affirmed(one, 30), affirmed(two, 12)] {
            cycles.count(house, &command, &event).expect("noted");
        }
        let (bundles, nodes) = (failed.to_vec(), BTreeMap::new());
        let failed = ClearingEvent::BundlesFailed { cycle: cycle(), bundles, nodes };
        let close = Command::CloseEpoch;
        cycles.count(house, &close, &Event::Clearing(failed)).expect("noted");
        kinds(cycles.count(house, &close, &netted(lines)))
    };
    let own = [("sg", UserCustody, -7), ("sg", IssuerEscrow, 7)];
    let local = |minor: i128| [("sg-2", UserCustody, -minor), ("sg-2", SettlementHub, minor)];
    assert_eq!(check(&[], &local(42)), None);
    assert_eq!(check(&[], &[own, local(42)].concat()), None);
    assert_eq!(check(&[two], &local(30)), None);
    assert_eq!(check(&[], &local(41)), Some(FindingKind::NettingDiffers));
    assert_eq!(check(&[], &own), Some(FindingKind::NettingDiffers));
    assert_eq!(check(&[], &own[..1]), Some(FindingKind::PositionsNotZero));
}
