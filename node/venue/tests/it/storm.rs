//! Whatever anybody asks in whatever order: nothing panics, the books balance after every
//! command, a refusal leaves no trace, and what the desk's lists say is what the accounts have.

use crate::world::{World, cents, date, party, terms};
use gcfn_banking::Side as Booking;
use gcfn_ledger::{Account, FeeKind, IssuerBucket, SerialRange, ShareKind, TaxKind, UserBucket};
use gcfn_market::Side;
use gcfn_model::{
    BasisPoints, Currency, Digest, DisputeId, Millis, Pool, Position, RedemptionId, SeriesId,
    WithdrawalId,
};
use gcfn_venue::{
    ArbitrationDecision, BankDifference, Claimant, Command, CouponFreezeTerms, DisputeKind,
    DisputeTerms, Done, EntryReference, FreezeReason, Item, ManualPosting, ManualReason, MoneyAct,
    PartyKind, Penalty, PenaltyReason, PledgeTerms, RedemptionTerms, Role, Rule, ShareTable,
    SuspensePart, SuspenseResolution, TaxRate, Verb,
};
use proptest::prelude::{ProptestConfig, any, prop};

/// What is drawn for one step: what is asked, about whom, and how much.
type Draw = (u8, u8, u8, u16);

const PEOPLE: [&str; 4] = ["ann", "ben", "cafe", "brand"];
const STAFF: [&str; 3] = ["olga", "oscar", "hana"];

fn one_of<T: Copy>(all: &[T], draw: u8) -> T {
    all[usize::from(draw) % all.len()]
}

fn market() -> (World, SeriesId) {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    let money = &mut terms.money;
    money.withdrawals.approval_from = cents(100_00);
    money.withdrawals.held_for = Millis(1_800_000);
    money.shares = ShareTable { region: BasisPoints(2_000), partner: BasisPoints(500) };
    money.taxes.resale = TaxRate { kind: TaxKind::Stamp, rate: BasisPoints(100) };
    money.taxes.withdrawal = TaxRate { kind: TaxKind::Withholding, rate: BasisPoints(200) };
    money.limits.frequency_limit = 12;
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for (who, kind) in
        [("ann", PartyKind::User), ("ben", PartyKind::User), ("cafe", PartyKind::Merchant)]
    {
        world.register(who, kind);
        world.deposit(who, Pool::UserCustody, 1_000_00);
    }
    let merchant = party("cafe");
    world.ask("brand", Role::Issuer, Verb::AuthoriseMerchant { merchant }).expect("hers");
    (world, series)
}

fn by_hand(draw: u8, other: u8) -> Account {
    let who = party(one_of(&PEOPLE, other));
    let accounts = [
        Account::User(who, UserBucket::Available),
        Account::User(who, UserBucket::Restricted),
        Account::Issuer(who, IssuerBucket::Deposit),
        Account::Issuer(who, IssuerBucket::Free),
        Account::Fee(FeeKind::Trade),
        Account::Share(ShareKind::Platform),
        Account::Tax(TaxKind::Stamp),
        Account::Bank(Pool::UserCustody),
    ];
    one_of(&accounts, draw)
}

/// What staff asks of the money desk.
fn act(world: &World, series: SeriesId, (what, a, b, n): Draw) -> MoneyAct {
    let (who, other, amount) =
        (party(one_of(&PEOPLE, a)), party(one_of(&PEOPLE, b)), cents(u64::from(n)));
    let digest = Digest([a; 32]);
    let item = world.venue.suspense().nth(usize::from(a) % 4).map_or(0, |item| item.number);
    match what % 17 {
        0 => {
            let whole = world.venue.suspense().find(|known| known.number == item);
            let amount = whole.map_or(amount, |known| known.amount);
            let claimant = one_of(
                &[
                    Claimant::User(other),
                    Claimant::Issuer(other),
                    Claimant::Platform,
                    Claimant::GuaranteeFund,
                ],
                b,
            );
            let parts = [SuspensePart { claimant, amount }].to_vec();
            MoneyAct::ResolveSuspense(SuspenseResolution { item, parts })
        }
        1 => MoneyAct::MatchSuspense { credit: item, debit: item + u64::from(b % 3) },
        2 => MoneyAct::RecogniseDifference(BankDifference {
            pool: one_of(&[Pool::UserCustody, Pool::IssuerEscrow, Pool::SettlementHub], a),
            side: one_of(&[Booking::Credit, Booking::Debit], b),
            amount,
            booked_on: date(1000),
            statement: digest,
        }),
        3 => MoneyAct::RecogniseInterest { item },
        4 => MoneyAct::PostManually(ManualPosting {
            from: by_hand(a, b),
            to: by_hand(b, a),
            amount,
            reason: ManualReason::Correction,
            evidence: digest,
        }),
        5 | 6 => {
            let nth = usize::from(a) % 8;
            let number = world.venue.reversibles().nth(nth).map_or(0, |(number, _)| *number);
            MoneyAct::Reverse { entry: EntryReference::Number(number), on_credit: b % 2 == 0 }
        }
        7 => MoneyAct::WriteOff { party: who, pool: Pool::UserCustody, amount },
        8 => MoneyAct::FreezeCoupons(CouponFreezeTerms {
            series,
            range: SerialRange { first: u64::from(a % 20), end: u64::from(a % 20 + b % 8) },
            reason: FreezeReason::Risk,
        }),
        9 => {
            let freeze = world.venue.coupon_freezes().next().map_or(0, |(number, _)| *number);
            MoneyAct::UnfreezeCoupons { freeze }
        }
        10 => MoneyAct::DecideDispute(ArbitrationDecision {
            dispute: DisputeId::from_bytes([a % 4; 16]),
            refund: b % 4 != 0,
            reasons: Digest([0; 32]),
        }),
        11 => MoneyAct::PayShare { share: one_of(ShareKind::ALL, a), to: other, amount },
        12 => MoneyAct::GrantRebate { party: who, amount },
        13 => MoneyAct::ImposePenalty(Penalty {
            party: who,
            amount,
            reason: PenaltyReason::RuleBreach,
            evidence: digest,
        }),
        14 => {
            let rule = one_of(&[Rule::FrequencyLimit, Rule::FanOut, Rule::LargeAmount], b);
            MoneyAct::ReviewFlag { party: who, rule }
        }
        15 => MoneyAct::CloseParty { party: who },
        _ => {
            let dispute = DisputeId::from_bytes([a % 4; 16]);
            match b % 2 {
                0 => MoneyAct::TakeUpDispute { dispute },
                _ => MoneyAct::ArbitrateDispute { dispute },
            }
        }
    }
}

/// What a user asks.
fn wish(world: &World, series: SeriesId, (what, a, b, n): Draw) -> Verb {
    let to = party(one_of(&PEOPLE, b));
    let quantity = u64::from(n % 6);
    let redemption = RedemptionId::from_bytes([a % 8; 16]);
    let withdrawal = WithdrawalId::from_bytes([b % 8; 16]);
    let trades: Vec<_> = world.venue.trades().map(|trade| trade.id).collect();
    let trade = trades.get(usize::from(a) % trades.len().max(1)).copied();
    match what % 9 {
        0 => Verb::Gift { to, series, quantity },
        1 => Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant: to,
            series,
            serial: None,
            amount: (n % 2 == 0).then(|| cents(u64::from(n % 100) * 100)),
        }),
        2 => Verb::ConfirmRedemption { redemption, detail: None },
        3 => Verb::Withdraw { withdrawal, amount: cents(u64::from(n)) },
        4 => Verb::Money(MoneyAct::CancelWithdrawal { withdrawal }),
        5 => Verb::Money(MoneyAct::Pledge(PledgeTerms { pledgee: to, series, quantity })),
        6 => {
            let pledge = world.venue.pledges().next().map_or(0, |(number, _)| *number);
            Verb::Money(MoneyAct::ReleasePledge { pledge })
        }
        7 => match trade {
            Some(trade) => Verb::Refund { trade },
            None => Verb::Money(MoneyAct::JoinByInvitation { of: to }),
        },
        _ => match trade {
            Some(trade) => Verb::Money(MoneyAct::OpenDispute(DisputeTerms {
                dispute: DisputeId::from_bytes([b % 4; 16]),
                trade,
                kind: one_of(&[DisputeKind::RefundRequest, DisputeKind::SellerComplaint], a),
                evidence: Digest([1; 32]),
            })),
            None => Verb::Money(MoneyAct::JoinByInvitation { of: to }),
        },
    }
}

/// One step: an order, a wish, an act of one or two persons, a bank's entry, or time.
fn step(world: &mut World, series: SeriesId, draw: Draw) {
    let (what, a, b, n) = draw;
    let who = one_of(&PEOPLE, a);
    let inner = (what / 8, a, b, n);
    match what % 8 {
        0 | 1 => {
            let side = one_of(&[Side::Buy, Side::Sell], b);
            let price = 85_00 + u64::from(n % 16) * 100;
            let _asked = world.order(who, side, series, u64::from(b % 7), Some(price));
        }
        2 | 3 => {
            let wish = wish(world, series, inner);
            let _asked = world.user(who, wish);
        }
        4 | 5 => {
            let act = act(world, series, inner);
            let staff = one_of(&STAFF, a.wrapping_add(b));
            let verb = Verb::Money(act);
            let first = world.ask(staff, Role::Operator, verb.clone());
            if matches!(first, Ok(Done::Proposed { .. })) {
                let _asked = world.ask(
                    one_of(&STAFF, a.wrapping_add(b).wrapping_add(1)),
                    Role::Operator,
                    verb,
                );
            }
        }
        6 => match b % 6 {
            0 => {
                let freeze = Verb::Freeze { party: party(who), reason: FreezeReason::Risk };
                let _asked = world.ask("olga", Role::Operator, freeze);
            }
            1 | 2 => {
                let lift = Verb::Unfreeze { party: party(who), reason: FreezeReason::Risk };
                for staff in ["olga", "oscar"] {
                    let _asked = world.ask(staff, Role::Operator, lift.clone());
                }
            }
            3 => {
                let withdrawal = WithdrawalId::from_bytes([a % 8; 16]);
                let approve = Verb::Money(MoneyAct::ApproveWithdrawal { withdrawal });
                let _asked = world.ask("olga", Role::Operator, approve);
            }
            _ => {
                let pool =
                    one_of(&[Pool::UserCustody, Pool::IssuerEscrow, Pool::SettlementHub], what / 8);
                let account = world.venue.terms().account(pool);
                let side = one_of(&[Booking::Credit, Booking::Credit, Booking::Debit], a);
                let reference = (b % 2 == 0).then(|| party(who));
                let entry = world.entry(account, side, cents(u64::from(n) + 1), None, reference);
                world.must(Command::BankBooked(entry));
            }
        },
        _ => {
            world.at += u64::from(n) * 500_000;
            world.must(Command::Tick);
            if b % 2 == 0 {
                world.bank_answers();
            }
        }
    }
}

/// The lists of the money desk against the accounts they are about.
fn check_lists(world: &World) {
    let currency = world.venue.terms().currency;
    let money = &world.venue.books().money;
    for (party, pool, owed) in world.venue.receivables() {
        let booked = money.amount(Account::Receivable(pool, party), currency);
        assert!(owed <= booked, "{party} owes {owed:?} to {pool} and {booked:?} is booked");
    }
    // What waits in suspense, and what is resolved and whose cash has not moved.
    for pool in [Pool::UserCustody, Pool::IssuerEscrow, Pool::SettlementHub] {
        let listed = world.venue.suspense().filter(|item| item.account.pool == pool);
        let listed = listed.fold(Position::ZERO, |sum, item| match item.side {
            Booking::Credit => sum.plus(item.amount),
            Booking::Debit => sum.minus(item.amount),
        });
        let suspense = Account::Suspense(pool);
        let under_way = world.venue.items().fold(Position::ZERO, |sum, (_, item)| match item {
            Item::Transfer { from, amount, .. } if *from == suspense => sum.plus(*amount),
            Item::Transfer { to, amount, .. } if *to == suspense => sum.minus(*amount),
            _ => sum,
        });
        let waits = |entry: &&gcfn_ledger::Entry| {
            entry.legs.iter().any(|leg| [leg.debit, leg.credit].contains(&suspense))
        };
        if world.venue.unposted().iter().filter(waits).count() == 0 {
            let booked = money.balance(suspense, currency);
            assert_eq!(booked, listed.and(under_way), "suspense of {pool}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_anybody_asks_breaks_the_books(
        draws in prop::collection::vec(any::<Draw>(), 1..160),
    ) {
        let (mut world, series) = market();
        for draw in draws {
            step(&mut world, series, draw);
            check_lists(&world);
        }
        for day in 1000..1009 {
            world.at = world.at.max(crate::world::instant(day, 12).micros());
            for hour in [19, 21] {
                if world.at < crate::world::instant(day, hour).micros() {
                    world.until(day, hour);
                    check_lists(&world);
                }
            }
            if world.at < crate::world::instant(day + 1, 9).micros() {
                world.until(day + 1, 9);
            }
            check_lists(&world);
        }
    }
}
