//! A venue on which everything is going on at once.

use crate::world::{World, cents, date, instant, party, terms, voucher};
use gcfn_banking::{PaymentState, Side as Booking};
use gcfn_clearing::member_party;
use gcfn_ledger::{Account, SerialRange, ShareKind, UserBucket};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    AuctionId, BatchId, Currency, Digest, DisputeId, LockId, Millis, OfferId, OrderId, Pool, Rate,
    RedemptionId, SeriesId, TemplateId, Uetr, WithdrawalId,
};
use gcfn_venue::{
    AuctionTerms, Bounds, Claimant, Command, CouponFreezeTerms, CouponKind, CustodianAct, Custody,
    DealOrder, DealRate, Dispatch, DisputeKind, DisputeTerms, Done, EntryReference, FreezeReason,
    LockedRate, ManualPosting, ManualReason, Merchandise, MoneyAct, Notice, OfferTerms,
    OfferedDeal, OrderTerms, PartyKind, PledgeTerms, RedemptionTerms, ReserveMode, Role, Severity,
    SuspensePart, SuspenseResolution, SuspensionReason, TemplateBounds, TemplateVersion, Terms,
    Track, Tranche, Units, Verb, WithdrawalTerms,
};

pub(crate) const USERS: [&str; 5] = ["ann", "ben", "cat", "mia", "una"];
pub(crate) const MERCHANTS: [&str; 2] = ["cafe", "inn"];
pub(crate) const ISSUERS: [&str; 6] = ["brand", "rival", "newcomer", "idle", "quiet", "broke"];
/// Users who have not traded: one has nothing but money, one owes some, one is frozen, and one
/// has nothing.
pub(crate) const IDLERS: [&str; 4] = ["eve", "joe", "sam", "nil"];
pub(crate) const STAFF: [&str; 3] = ["olga", "oscar", "hana"];

const HOUR: u64 = 3_600_000_000;

/// The terms of a venue, one way or another: its house is its own or another node's.
fn terms_of(variant: u64) -> Terms {
    let house = if variant.is_multiple_of(3) { "eu" } else { "sg" };
    let mut terms = terms("sg", house, Currency::Sgd);
    let modes = [ReserveMode::Proceeds, ReserveMode::Face, ReserveMode::None];
    terms.reserve_mode = if variant.is_multiple_of(2) { modes[0] } else { modes[1] };
    if variant % 5 == 4 {
        terms.reserve_mode = modes[2];
    }
    terms.trading.offers.block_min = cents(200_00);
    terms.trading.maker.deposit = cents(100_00);
    terms.trading.conduct.sample = 3;
    terms.money.limits.fan_out = 1;
    terms.issuing.screening = !variant.is_multiple_of(2);
    terms.redeem_lock = Millis(86_400_000);
    terms.money.withdrawals = WithdrawalTerms {
        approval_from: cents(100_00),
        held_for: Millis(if variant.is_multiple_of(2) { 1_800_000 } else { 0 }),
    };
    terms.money.points.per_unit = 100;
    if variant % 2 == 1 {
        // So short that trades are forgotten before the chaos ends.
        terms.refund_window = Millis(30 * 3_600_000);
        terms.money.disputes.open_within = Millis(36 * 3_600_000);
    }
    terms
}

/// A venue with parties of all kinds, batches in every state, orders, trades, offers and
/// auctions, redemptions and disputes, members and a house, on its second day.
pub(crate) fn crowd(variant: u64) -> World {
    let mut world = World::of(terms_of(variant));
    let series = issued(&mut world);
    peopled(&mut world, series);
    traded(&mut world, series);
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    offered(&mut world, series);
    redeemed(&mut world, series[0]);
    disputed(&mut world);
    abroad(&mut world, series[0]);
    banked(&mut world);
    waiting(&mut world, series);
    world
}

/// Two batches on the market, and one in every state before and after.
fn issued(world: &mut World) -> [SeriesId; 2] {
    let series = [world.listed("brand", "b1"), world.listed("rival", "c1")];
    world.register("newcomer", PartyKind::Issuer);
    world.deposit("newcomer", Pool::IssuerEscrow, 5_000_00);
    world.issuer("newcomer", Verb::ApplyAsIssuer).expect("new");
    world.deposit("brand", Pool::IssuerEscrow, 100_000_00);
    let names = ["drafted", "submitted", "approved", "funded", "minted", "listed", "suspended"];
    for (steps, name) in names.into_iter().chain(["delisted", "withdrawn"]).enumerate() {
        let batch = BatchId::derive(&[name.as_bytes()]);
        let terms = gcfn_venue::BatchTerms {
            reserve: world.venue.terms().reserve_mode,
            refund_window: world.venue.terms().refund_window,
            quantity: 12,
            ..voucher()
        };
        world.issuer("brand", Verb::DraftBatch { batch, terms }).expect("sound");
        if name == "withdrawn" {
            world.issuer("brand", Verb::WithdrawBatch { batch }).expect("hers");
            continue;
        }
        advance(world, batch, steps.min(5));
        let reason = SuspensionReason::Risk;
        match name {
            "suspended" => drop(world.operator(Verb::SuspendBatch { batch, reason })),
            "delisted" => drop(world.issuer("brand", Verb::DelistBatch { batch })),
            _ => {}
        }
    }
    world.operator(Verb::PublishTemplate(template()));
    series
}

/// Takes a drafted batch some steps on.
fn advance(world: &mut World, batch: BatchId, steps: usize) {
    let steps_of = |step| match step {
        0 => Verb::SubmitBatch { batch },
        1 => Verb::ApproveBatch { batch },
        2 => Verb::FundBatch { batch },
        3 => Verb::MintBatch { batch },
        _ => Verb::ListBatch { batch },
    };
    for step in 0..steps {
        match step {
            1 => {
                if world.venue.terms().issuing.screening {
                    world.operator(Verb::ScreenBatch { batch, clear: true });
                }
                world.operator(steps_of(step));
                world.ask("oscar", Role::Operator, steps_of(step)).expect("another");
            }
            3 => drop(world.operator(steps_of(step))),
            _ => drop(world.issuer("brand", steps_of(step)).expect("the next step")),
        }
    }
}

fn template() -> TemplateVersion {
    let day = 86_400_000;
    let bounds = TemplateBounds {
        face: Bounds { min: cents(10_00), max: cents(100_00) },
        quantity: Bounds { min: 1, max: 100 },
        validity: Bounds { min: Millis(day), max: Millis(30 * day) },
        kind: CouponKind::Voucher,
        track: Track::Utility,
    };
    let template = TemplateId::derive(&[b"meal"]);
    TemplateVersion { template, version: 1, schema: Digest([7; 32]), bounds }
}

fn peopled(world: &mut World, [first, second]: [SeriesId; 2]) {
    let users = USERS.map(|who| (who, PartyKind::User));
    let merchants = MERCHANTS.map(|who| (who, PartyKind::Merchant));
    for (who, kind) in users.into_iter().chain(merchants) {
        world.operator(Verb::Register { party: party(who), kind, kyc: 3 });
        world.deposit(who, Pool::UserCustody, 5_000_00);
    }
    for who in IDLERS {
        world.operator(Verb::Register { party: party(who), kind: PartyKind::User, kyc: 2 });
        if who != "nil" {
            world.deposit(who, Pool::UserCustody, 100_00);
        }
    }
    spend(world, "joe");
    for (issuer, merchant) in [("brand", "cafe"), ("rival", "inn")] {
        let merchant = party(merchant);
        world.ask(issuer, Role::Issuer, Verb::AuthoriseMerchant { merchant }).expect("hers");
    }
    let invitation = Verb::Money(MoneyAct::JoinByInvitation { of: party("ann") });
    world.user("ben", invitation).expect("invited");
    for who in USERS {
        world.order(who, Side::Buy, first, 8, Some(95_00)).expect("on offer");
    }
    for who in ["ann", "cafe", "inn"] {
        world.order(who, Side::Buy, second, 8, Some(95_00)).expect("on offer");
    }
    world.user("mia", Verb::ApplyAsMaker).expect("identified");
    world.two(Verb::ApproveMaker { maker: party("mia") }).expect("two persons");
    world.user("una", Verb::ApplyAsMaker).expect("identified");
    world.user("ben", Verb::ApplyAsMaker).expect("identified");
    world.two(Verb::ApproveMaker { maker: party("ben") }).expect("two persons");
    world.operator(Verb::SuspendMaker { maker: party("ben") });
    world.operator(Verb::SetDuty { maker: party("mia"), series: first, duty: None });
}

/// Resales, and orders of every kind that wait.
fn traded(world: &mut World, series: [SeriesId; 2]) {
    for series in series {
        for (who, side, quantity, price) in [
            ("ann", Side::Sell, 2, 94_00),
            ("cat", Side::Buy, 1, 94_00),
            ("cat", Side::Buy, 1, 94_00),
            ("ann", Side::Sell, 1, 96_00),
            ("ben", Side::Buy, 3, 93_00),
            ("cafe", Side::Buy, 4, 92_00),
        ] {
            world.order(who, side, series, quantity, Some(price)).expect("covered");
        }
    }
    let later = Some(instant(1001, 15));
    for (name, display, not_before) in [("ice", Some(1), None), ("later", None, later)] {
        let terms = OrderTerms {
            order: OrderId::derive(&[name.as_bytes()]),
            series: series[0],
            side: Side::Buy,
            quantity: 3,
            limit: Some(cents(90_00)),
            time_in_force: TimeInForce::GoodTillCancelled,
            display,
            not_before,
            expires_at: Some(instant(1002, 12)),
        };
        world.user("una", Verb::PlaceOrder(terms)).expect("covered");
    }
}

fn offered(world: &mut World, series: [SeriesId; 2]) {
    let expires_at = instant(1002, 9);
    let [gives, wants] = series;
    let deals = [
        ("ann", OfferedDeal::Listing { series: gives, units: Units::Any(1), price: cents(93_00) }),
        ("cat", {
            let (units, to) = (Units::Any(3), party("ben"));
            OfferedDeal::Block { series: gives, units, price: cents(90_00), to }
        }),
        ("inn", {
            let (gives, wants, to) = (wants, gives, party("cafe"));
            let (gives_quantity, wants_quantity, equaliser) = (1, 1, None);
            OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, to, equaliser }
        }),
    ];
    for (who, deal) in deals {
        let offer = OfferId::derive(&[who.as_bytes()]);
        let made = Verb::MakeOffer(OfferTerms { offer, deal, expires_at });
        world.user(who, made).expect("backed");
    }
    let auction = AuctionId::derive(&[b"a"]);
    let (reserve, increment, units) = (cents(50_00), cents(1_00), Units::Any(2));
    let ends_at = expires_at;
    let terms = AuctionTerms { auction, series: gives, units, reserve, increment, ends_at };
    world.user("ben", Verb::OpenAuction(terms)).expect("his");
    world.user("una", Verb::Bid { auction, price: cents(60_00) }).expect("covered");
}

/// Coupons redeemed, locked, pledged and frozen.
fn redeemed(world: &mut World, series: SeriesId) {
    world.redeem("cat", series, "brand", None).expect("hers");
    let pledge = PledgeTerms { pledgee: party("ann"), series, quantity: 1 };
    world.user("una", Verb::Money(MoneyAct::Pledge(pledge))).expect("hers");
    let (first, end) = world
        .venue
        .books()
        .title
        .lots(series, gcfn_ledger::Holder::Party(party("mia")))
        .map(|lot| (lot.range.first, lot.range.first + 1))
        .next()
        .expect("she has some");
    let (range, reason) = (SerialRange { first, end }, FreezeReason::Risk);
    let freeze = MoneyAct::FreezeCoupons(CouponFreezeTerms { series, range, reason });
    world.operator(Verb::Money(freeze));
}

/// Disputes, withdrawals, and wishes that wait for a second person.
fn disputed(world: &mut World) {
    let resales = world.venue.trades().filter(|trade| !trade.primary());
    let resales: Vec<_> = resales.map(|trade| (trade.id, trade.buyer)).collect();
    for (number, (trade, buyer)) in (0u8..).zip(resales) {
        let who = USERS.into_iter().chain(MERCHANTS).find(|who| party(who) == buyer);
        let (dispute, kind) = (DisputeId::derive(&[&[number]]), DisputeKind::RefundRequest);
        let terms = DisputeTerms { dispute, trade, kind, evidence: Digest([1; 32]) };
        let act = Verb::Money(MoneyAct::OpenDispute(terms));
        world.user(who.expect("one of them"), act).expect("its own");
        if number < 2 {
            world.operator(Verb::Money(MoneyAct::TakeUpDispute { dispute }));
        }
        if number < 1 {
            world.operator(Verb::Money(MoneyAct::ArbitrateDispute { dispute }));
        }
    }
    for (who, amount) in [("ann", 10_00), ("ben", 200_00)] {
        let withdrawal = WithdrawalId::derive(&[who.as_bytes()]);
        world.user(who, Verb::Withdraw { withdrawal, amount: cents(amount) }).expect("covered");
    }
    let drafts = world.venue.desk().payments().filter(|of| of.state == PaymentState::Draft);
    let drafts: Vec<Uetr> = drafts.map(|of| of.instruction.uetr()).collect();
    for uetr in drafts {
        drop(world.must(Command::BankSigned(uetr)));
        drop(world.must(Command::BankSent(uetr)));
    }
    let raised = Verb::GrantQuota { issuer: party("rival"), quota: cents(2_000_000_00) };
    let proposed = world.ask("olga", Role::Operator, raised);
    assert!(matches!(proposed, Ok(Done::Proposed { .. })), "{proposed:?}");
}

/// A member that has bought here, and a rate for buying elsewhere.
fn abroad(world: &mut World, series: SeriesId) {
    let node = |name: &str| name.parse().expect("a name");
    let (de, debit_cap) = (node("de"), cents(10_000_00));
    let region = "eu".parse().expect("a name");
    world.must(Command::Notice(Notice::MemberAdmitted { node: de, region, debit_cap }));
    let rate = |name: &str, holder: &str, pays, needs| LockedRate {
        lock: LockId::derive(&[name.as_bytes()]),
        holder: node(holder),
        dealer: node("eu"),
        pays,
        needs,
        rate: Rate::new(3, 2).expect("positive"),
        size: cents(1_000_00),
        expires_at: instant(1004, 12),
        value_date: date(1003),
    };
    let deal = DealOrder {
        order: OrderId::derive(&[b"deal"]),
        series,
        quantity: 2,
        limit: cents(96_00),
        rate: DealRate::Locked(rate("theirs", "de", Currency::Eur, Currency::Sgd)),
    };
    world.must(Command::Dispatch { from: de, body: Dispatch::Deal(deal) });
    for lock in ["used", "unused"] {
        let ours = rate(lock, "sg", Currency::Sgd, Currency::Cny);
        world.must(Command::Notice(Notice::Locked(ours)));
    }
    let goods = Merchandise {
        order: OrderId::derive(&[b"away"]),
        home: node("cn"),
        series: SeriesId::derive(&[b"foreign"]),
        face: cents(100_00),
        minted: 100,
        expires_at: instant(1008, 0),
        quantity: 2,
        limit: cents(95_00),
        lock: Some(LockId::derive(&[b"used"])),
    };
    world.user("ann", Verb::BuyAbroad(goods)).expect("covered");
}

/// Money that nobody can name, and a bank that is asked to pay.
fn banked(world: &mut World) {
    for (side, amount) in [(Booking::Credit, 77_00), (Booking::Debit, 3_00)] {
        let account = world.venue.terms().account(Pool::UserCustody);
        let entry = world.entry(account, side, cents(amount), None, None);
        world.must(Command::BankBooked(entry));
    }
    world.at += HOUR;
    world.must(Command::Tick);
}

/// What has gone so far that one more step ends it.
fn waiting(world: &mut World, [first, second]: [SeriesId; 2]) {
    tranche(world, second);
    marked(world);
    for to in ["ben", "una"] {
        let to = party(to);
        world.user("ann", Verb::Gift { to, series: first, quantity: 1 }).expect("hers");
    }
    indebt(world, "joe");
    world.operator(Verb::Freeze { party: party("sam"), reason: FreezeReason::Risk });
    unexplained(world);
    let (reserve, increment, units) = (cents(50_00), cents(1_00), Units::Any(1));
    let (auction, ends_at) = (AuctionId::derive(&[b"unwanted"]), instant(1002, 9));
    let terms = AuctionTerms { auction, series: first, units, reserve, increment, ends_at };
    world.user("ann", Verb::OpenAuction(terms)).expect("hers");
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption: RedemptionId::derive(&[b"locked"]),
        merchant: party("cafe"),
        series: first,
        serial: None,
        amount: None,
    });
    world.user("una", lock).expect("hers");
    let custody = Custody::Platform { agreement: Digest([1; 32]) };
    for holder in ["ben", "cat", "mia", "una"] {
        let party = party(holder);
        world.two(MoneyAct::SetCustody { party, custody }).expect("the holder has signed");
    }
    let redemption = RedemptionId::derive(&[b"by the keeper"]);
    let (merchant, serial, amount) = (party("cafe"), None, None);
    let terms = RedemptionTerms { redemption, merchant, series: first, serial, amount };
    let act = CustodianAct::Lock(terms);
    world.operator(MoneyAct::ActAsCustodian { party: party("ben"), act }.into());
}

/// A part of what was not sold stands in the book, the rest in the inventory.
fn tranche(world: &mut World, series: SeriesId) {
    let primary = world.venue.orders().find(|open| open.primary() && open.series == series);
    let order = primary.expect("not all is sold").id;
    world.issuer("rival", Verb::CancelOrder { order }).expect("its own");
    let (order, price) = (OrderId::derive(&[b"tranche"]), cents(96_00));
    let (not_before, expires_at) = (None, None);
    let tranche = Tranche { order, series, quantity: 5, price, not_before, expires_at };
    world.issuer("rival", Verb::OfferTranche(tranche)).expect("from the inventory");
}

/// An issuer that is suspended, one whose book is halted, one that has defaulted, and a draft that
/// was amended.
fn marked(world: &mut World) {
    world.admitted("idle", 50_00);
    world.operator(Verb::SuspendIssuer { issuer: party("idle") });
    let series = world.listed("quiet", "q1");
    world.operator(Verb::HaltSeries { series });
    let series = world.listed("broke", "x1");
    world.order("cat", Side::Buy, series, 2, Some(95_00)).expect("on offer");
    let (issuer, severity) = (party("broke"), Severity::Critical);
    world.two(Verb::DeclareDefault { issuer, severity }).expect("it was admitted");
    let batch = BatchId::derive(&[b"drafted"]);
    let region = world.venue.terms();
    let (reserve, refund_window) = (region.reserve_mode, region.refund_window);
    let terms = gcfn_venue::BatchTerms { reserve, refund_window, quantity: 11, ..voucher() };
    world.issuer("brand", Verb::AmendBatch { batch, terms }).expect("a draft");
}

/// A member's stake, and money of whose coming and going nobody knows.
fn unexplained(world: &mut World) {
    let stake = Some(member_party("de".parse().expect("a name")));
    let (hub, custody) = (Pool::SettlementHub, Pool::UserCustody);
    let (credit, debit) = (Booking::Credit, Booking::Debit);
    for (pool, side, amount, reference) in [
        (hub, credit, 500_00, stake),
        (custody, credit, 4_00, None),
        (custody, debit, 4_00, None),
        (custody, credit, 9_00, None),
        (custody, credit, 9_00, None),
    ] {
        let account = world.venue.terms().account(pool);
        let entry = world.entry(account, side, cents(amount), None, reference);
        world.must(Command::BankBooked(entry));
    }
    let item = world.venue.suspense().last().expect("an item").number;
    let (claimant, amount) = (Claimant::User(party("ann")), cents(9_00));
    let parts = [SuspensePart { claimant, amount }].to_vec();
    world.two(MoneyAct::ResolveSuspense(SuspenseResolution { item, parts })).expect("whole");
}

fn purse(who: &str) -> Account {
    Account::User(party(who), UserBucket::Available)
}

/// Most of a party's money goes to the platform, by hand.
fn spend(world: &mut World, who: &str) {
    let (from, to) = (purse(who), Account::Share(ShareKind::Platform));
    let (reason, evidence) = (ManualReason::Correction, Digest([1; 32]));
    let away = ManualPosting { from, to, amount: cents(80_00), reason, evidence };
    world.two(MoneyAct::PostManually(away)).expect("covered");
}

/// A deposit is taken back that was spent, and some of what is owed is written off, where the
/// platform's share has settled.
fn indebt(world: &mut World, who: &str) {
    let mut entries = world.venue.reversibles();
    let deposit = entries.find(|(_, entry)| entry.to == purse(who)).map(|(number, _)| *number);
    drop(entries);
    let entry = EntryReference::Number(deposit.expect("a deposit"));
    world.two(MoneyAct::Reverse { entry, on_credit: true }).expect("on credit");
    let (party, pool, amount) = (party(who), Pool::UserCustody, cents(1_00));
    drop(world.two(MoneyAct::WriteOff { party, pool, amount }));
}

#[test]
fn everything_goes_on_at_once() {
    for variant in 0..6 {
        let venue = crowd(variant).venue;
        assert!(venue.orders().count() > 5 && venue.offers().count() == 3, "{variant}");
        assert!(venue.trades().count() > 5 && venue.auctions().count() == 2, "{variant}");
        assert_eq!((venue.disputes().count(), venue.withdrawals().count()), (4, 2));
        assert_eq!((venue.pledges().count(), venue.coupon_freezes().count()), (1, 1));
        assert!(venue.suspense().count() > 4 && venue.proposals().count() == 1, "{variant}");
        assert_eq!((venue.receivables().count(), venue.flags().count()), (1, 1));
    }
}
