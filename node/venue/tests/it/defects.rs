//! The defects of the documents' own code (`11-defects-not-to-copy.md`) that a venue could copy:
//! each has a test that is named after it, here or with its business.
//!
//! The others are no venue's: D-13 (providers) is the bank desks', D-17, D-18 and D-34 are service
//! levels and claims, D-21 is a model's, D-23 to D-25 and D-29 are about the vault and about reports,
//! D-31 is a typing error, and D-37 is the federation's, whose dealers stand by their rates.

use crate::world::{World, cents, date, instant, party, terms};
use gcfn_clearing::Schedule;
use gcfn_ledger::{Account, Entry, Ledger, LedgerFault, Posting, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BasisPoints, Currency, Pool, RedemptionId};
use gcfn_venue::{
    CouponState, PartyKind, RedemptionTerms, Rejection, Role, TaxTerms, TradeState, TradingDay,
    Verb,
};
use std::fs;
use std::path::Path;

const OF_A_VENUE: [&str; 25] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "14", "15", "16", "19",
    "20", "22", "26", "27", "28", "30", "32", "33", "35",
];

/// Every text below `folder`, one after the other.
fn texts(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder of tests");
    let paths = entries.map(|entry| entry.expect("it is read").path());
    let text = |path: std::path::PathBuf| match path.is_dir() {
        true => texts(&path),
        false => fs::read_to_string(path).expect("text"),
    };
    paths.map(text).collect()
}

#[test]
fn every_defect_that_a_venue_could_copy_has_a_test_of_its_name() {
    let tests = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"));
    let named = |number: &&str| tests.contains(&format!("fn d_{number}_"));
    let missing: Vec<&str> = OF_A_VENUE.into_iter().filter(|of| !named(of)).collect();
    assert_eq!(missing, [""; 0], "no test is named after them");
    assert!(named(&"36"), "and the calendar");
}

/// Whoever is not the merchant that the holder named is refused by the caller's name, before
/// anything of the coupon is looked at.
#[test]
fn d_08_a_redemption_asks_who_calls() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 1);
    world.register("shop", PartyKind::Merchant);
    world.register("eve", PartyKind::User);
    world.settle(1000);
    let merchant = party("shop");
    world.issuer("brand", Verb::AuthoriseMerchant { merchant }).expect("its own to say");
    let redemption = RedemptionId::derive(&[b"r"]);
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: None,
        amount: None,
    });
    world.user("ann", lock).expect("hers");
    let confirm = Verb::ConfirmRedemption { redemption, detail: None };
    assert_eq!(world.user("eve", confirm.clone()), Err(Rejection::NotYours));
    assert_eq!(world.ask("eve", Role::Regulator, confirm), Err(Rejection::NotPermitted));
}

/// The database of 004 begins with `available`, which its own enum does not know: here a coupon
/// has a state of the enum from the moment that there is one.
#[test]
fn d_12_a_coupon_has_a_state_of_the_enum_from_its_mint_on() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    let state = |world: &World| world.venue.coupon_state(series, 0);
    assert_eq!(state(&world), Some(CouponState::Listed));
    let batch = world.venue.batch_of(series).expect("its batch").0;
    world.user("ann", Verb::CancelBook { series }).expect_err("staff only");
    world.operator(Verb::CancelBook { series });
    world.issuer("brand", Verb::DelistBatch { batch }).expect("nothing is held");
    assert_eq!(state(&world), Some(CouponState::Minted));
    assert_eq!(world.venue.coupon_state(series, 100), None, "there is no such coupon");
}

/// 1099 has one limit for every case and no look at the region: here nothing is withheld unless
/// the region says so, and then a rate of it, whatever the sum.
#[test]
fn d_26_a_tax_is_the_regions_and_a_rate() {
    let untaxed = terms("sg", "sg", Currency::Sgd).money.taxes;
    assert_eq!(untaxed, TaxTerms::NONE);
    let rate = gcfn_venue::TaxRate { rate: BasisPoints(150), ..untaxed.resale };
    assert_eq!([600_00, 599_99, 1].map(|value| rate.of(cents(value)).minor()), [9_00, 9_00, 0]);
}

/// "Dual" is three: users' money, issuers' money and the hub are bank accounts of their own, and
/// nothing goes from one to another without a bank leg.
#[test]
fn d_30_there_are_three_accounts() {
    let pools = [Pool::UserCustody, Pool::IssuerEscrow, Pool::SettlementHub];
    let own = terms("sg", "sg", Currency::Sgd);
    let accounts = pools.map(|pool| own.account(pool));
    assert!(accounts[0] != accounts[1] && accounts[1] != accounts[2] && accounts[0] != accounts[2]);
    let ann = Account::User(party("ann"), UserBucket::Available);
    let mut books = Ledger::default();
    let paid_in = Entry::new(Posting::UserDeposit, Currency::Sgd);
    let paid_in = paid_in.with(Account::Bank(Pool::UserCustody), ann, cents(10_00));
    books.post(&paid_in).expect("sound");
    let across = Entry::new(Posting::Manual, Currency::Sgd).with(ann, Account::Clearing, cents(1));
    let pool = Pool::UserCustody;
    assert!(matches!(books.post(&across), Err(LedgerFault::PoolUnbalanced { .. })), "{pool}");
}

/// T+1 is the next business day that the region's calendar has, told to the machine as days: what
/// is traded before a holiday settles after it.
#[test]
fn d_36_a_value_date_is_a_day_of_the_calendar() {
    let mut world = World::new();
    // Days 1010 to 1012 are a holiday: 1010's cycle is that of day 1013.
    let value_date = date(1013);
    let open = |day: u64| TradingDay { date: date(day), cut_off: instant(day, 18), value_date };
    let schedule = Schedule {
        value_date,
        cut_off: instant(1012, 20),
        pay_in_from: instant(1013, 8),
        pay_in_by: instant(1013, 15),
    };
    world.until(1009, 18);
    world.must(gcfn_venue::Command::OpenDay(open(1010)));
    world.must(gcfn_venue::Command::OpenCycle(schedule));
    let series = world.listed_until("brand", "b1", 1020);
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 500_00);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    let state = |world: &World| world.venue.trades().next().expect("one").state;
    world.until(1012, 19);
    assert_eq!(state(&world), TradeState::InSettlement, "its banks are closed");
    world.until(1013, 9);
    world.bank_answers();
    world.until(1013, 16);
    assert_eq!(state(&world), TradeState::Settled);
}
