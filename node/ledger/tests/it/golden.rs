//! One state root, written down. When this changes, so has the meaning of every anchored root:
//! it needs a new version of the domain `gcfn/state/v1` and a decision record.

use crate::names::{batch, minor, party, series};
use expect_test::expect;
use gcfn_ledger::{
    Account, Books, Entry, Holder, Ledger, Posting, SerialRange, Terms, Title, UserBucket,
};
use gcfn_model::{Currency, PartyId, Pool};

#[test]
fn the_root_of_a_small_node() {
    let mut books = Books::default();
    let (alice, acme) = (party("alice"), party("acme"));
    let available = Account::User(alice, UserBucket::Available);
    let reserve = Account::Reserve(acme, batch("b1"));
    let entries = [
        Entry::new(Posting::UserDeposit, Currency::Cny).with(
            Account::Bank(Pool::UserCustody),
            available,
            minor(10_000),
        ),
        Entry::new(Posting::PrimaryPayIn, Currency::Cny)
            .with(available, reserve, minor(2_500))
            .with_transit(Pool::UserCustody, Pool::IssuerEscrow, minor(2_500)),
    ];
    for entry in &entries {
        books.money.post(entry).expect("a sound entry");
    }
    let terms = Terms { face: minor(500), quantity: 1_000_000, home: None };
    books.title.register(series("s"), terms).expect("a new series");
    let (holder, locked) = (Holder::Party(alice), Holder::RedeemLock(alice));
    books.title.transfer(series("s"), Holder::Inventory, holder, 5).expect("inventory");
    books.title.transfer(series("s"), holder, locked, 1).expect("held");
    books.title.redeem(series("s"), alice, 0, minor(200)).expect("locked");

    let roots = books.roots();
    let mut shown = String::new();
    for (currency, debit, credit) in &roots.money {
        shown += &format!("{currency} debit  {} {}\n", debit.sum, debit.hash);
        shown += &format!("{currency} credit {} {}\n", credit.sum, credit.hash);
    }
    shown += &format!("title      {} {}\n", roots.title.sum, roots.title.hash);
    shown += &format!("state      {}\n", books.state_root());
    expect![[r#"
        CNY debit  12500 9c76dea9e11f99061a711b76a5f45407cbb0249a65f6303761f5b6fc3768de53
        CNY credit 12500 9247e96f4c74747db70ed3df63cbe69f55e44c7552b0389feccfd10683ecc557
        title      1000000 33910007646f4f00d0ab485ab638289855f0c495ec655f43fb7e3798952320a0
        state      7aea55a4798f601d1769d8471a4f2a4f63ad5a54bf782c764a8c1b53bd6544e9
    "#]]
    .assert_eq(&shown);
}

/// The same steps in every run, told by a linear congruential generator.
struct Steps(u64);

impl Steps {
    fn below(&mut self, bound: u64) -> u64 {
        let (factor, summand) = (6_364_136_223_846_793_005, 1_442_695_040_888_963_407);
        self.0 = self.0.wrapping_mul(factor).wrapping_add(summand);
        (self.0 >> 33) % bound
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("an index")]
    }

    fn party(&mut self) -> PartyId {
        party(self.one_of(&["alice", "bob", "carol", "shop"]))
    }

    fn move_title(&mut self, title: &mut Title) {
        let id = series(self.one_of(&["s", "t", "u"]));
        let (seller, buyer) = (self.party(), self.party());
        let (held, sold) = (Holder::Party(seller), Holder::Party(buyer));
        let first = self.below(500);
        let range = [SerialRange { first, end: first + 1 + self.below(3) }];
        match self.below(8) {
            0 => title.transfer(id, Holder::Inventory, sold, 1 + self.below(9)).ok(),
            1 => title.offer(id, seller, 1 + self.below(4), 3).ok(),
            2 => title.resell(id, Holder::OrderLock(seller), sold, 1 + self.below(3)).ok(),
            3 => title.transfer_ranges(id, held, Holder::RedeemLock(seller), &range).ok(),
            4 => title.redeem(id, seller, first, minor(1 + self.below(100))).ok().map(|_| vec![]),
            5 => title.transfer_ranges(id, held, sold, &range).ok(),
            6 => title.transfer_all(id, Holder::OrderLock(seller), held).ok(),
            _ => title.transfer(id, held, sold, 1 + self.below(5)).ok(),
        };
    }

    fn move_money(&mut self, money: &mut Ledger) {
        let (payer, payee) = (self.party(), self.party());
        let amount = minor(1 + self.below(50));
        let free = Account::User(payer, UserBucket::Available);
        let held = |party| Account::User(party, UserBucket::Hold);
        let currency = self.one_of(&[Currency::Usd, Currency::Cny]);
        let entry = Entry::new(Posting::UserDeposit, currency);
        let entry = match self.below(3) {
            0 => entry.with(Account::Bank(Pool::UserCustody), free, amount),
            1 => entry.with(free, held(payee), amount),
            _ => entry.with(held(payer), Account::Merchant(payee), amount).with_transit(
                Pool::UserCustody,
                Pool::SettlementHub,
                amount,
            ),
        };
        money.post(&entry).ok();
    }
}

#[test]
fn the_root_of_a_long_history() {
    let mut books = Books::default();
    for (name, home) in [("s", None), ("t", None), ("u", Some("hk-hkg"))] {
        let home = home.map(|home| home.parse().expect("a node name"));
        let terms = Terms { face: minor(100), quantity: 500, home };
        books.title.register(series(name), terms).expect("a new series");
    }
    let abroad = Holder::Home("hk-hkg".parse().expect("a node name"));
    books.title.transfer(series("u"), abroad, Holder::Party(party("bob")), 200).expect("all are");
    let mut steps = Steps(1);
    for _ in 0..20_000 {
        steps.move_title(&mut books.title);
        steps.move_money(&mut books.money);
    }
    let lots = |holder| books.title.lots(series("s"), holder).count();
    let runs: usize = books.title.holders(series("s")).map(|(holder, _)| lots(holder)).sum();
    let shown = format!("{} of {runs} runs", books.state_root());
    expect!["a50399ada55cecae6d333215f1e34d51332c388c0fb3a927e450d1c482a0713e of 307 runs"]
        .assert_eq(&shown);
}
