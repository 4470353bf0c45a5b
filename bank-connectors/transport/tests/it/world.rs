//! One node with a store of its own, and a bank that keeps what it gets.

use gcfn_anchor::keys::Signer;
use gcfn_banking::{Creditor, Instruction, StatementRequest};
use gcfn_iso20022::Bic;
use gcfn_model::{
    Amount, BusinessDate, Currency, InstructionId, PartyId, Pool, SettlementAccount, Timestamp,
    Uetr,
};
use gcfn_store::{Store, VaultKey};
use gcfn_transport::{
    AccountBook, Channel, Check, Correspondents, Departure, Inbox, Leaving, Message, Order, Outbox,
    OutboxError, Pen, StatementOrder, TellError,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::time::Instant;

pub(crate) const NAME: &str = "Wang Canary";
pub(crate) const IBAN: &str = "GB82WEST12345698765432";

pub(crate) fn bic() -> Bic {
    "BANKCNSH".parse().unwrap()
}

/// The key of the node, or of its bank.
pub(crate) fn signer(seed: u8) -> Arc<Signer> {
    Arc::new(Signer::from_seed(&[seed; 32]))
}

pub(crate) const NODE_KEY: u8 = 1;
pub(crate) const BANK_KEY: u8 = 2;

pub(crate) fn to_bank() -> Correspondents {
    Correspondents::to_bank("gcfn-test".parse().unwrap(), "cn-sha".parse().unwrap(), &bic())
}

pub(crate) fn to_node() -> Correspondents {
    Correspondents::to_node("gcfn-test".parse().unwrap(), &bic(), "cn-sha".parse().unwrap())
}

pub(crate) fn account(text: &str) -> SettlementAccount {
    let (node, code) = text.split_once('/').unwrap();
    let pool = Pool::ALL.into_iter().find(|pool| pool.code() == code).unwrap();
    SettlementAccount { node: node.parse().unwrap(), pool }
}

pub(crate) fn party(seed: u8) -> PartyId {
    PartyId::from_bytes([seed; 16])
}

pub(crate) fn at(second: u64) -> Timestamp {
    let day = BusinessDate::from_ymd(2026, 11, 20).unwrap();
    Timestamp::from_utc(day, 0).unwrap().checked_add(gcfn_model::Millis(second * 1000)).unwrap()
}

/// An order of `cn-sha` from its user custody, told apart by `seed`.
pub(crate) fn order(seed: u8, creditor: Creditor) -> Order {
    let instruction = Instruction {
        id: InstructionId::from_bytes([seed; 16]),
        debtor: account("cn-sha/UC"),
        creditor,
        currency: Currency::Cny,
        amount: Amount::from_minor(125_050).unwrap(),
        value_date: BusinessDate::from_ymd(2026, 11, 23).unwrap(),
        purpose: "what the bank is not told",
    };
    Order::new(at(u64::from(seed)), &instruction)
}

pub(crate) fn pay_in(seed: u8) -> Order {
    order(seed, Creditor::Account(account("cn/CH")))
}

/// A question of `cn-sha` for two statements of its user custody.
pub(crate) fn statements(number: u32) -> StatementOrder {
    let day = |day| BusinessDate::from_ymd(2026, 11, day).unwrap();
    let (account, currency) = (account("cn-sha/UC"), Currency::Cny);
    let (from, to) = (day(19), day(20));
    let request = StatementRequest { account, currency, number, from, to };
    StatementOrder { at: at(3_600), request }
}

/// The node `cn-sha` with one bank.
pub(crate) struct World {
    _folder: TempDir,
    url: String,
    key: VaultKey,
    pub(crate) store: Store,
    pub(crate) book: Arc<AccountBook>,
}

impl World {
    /// The party 7 has a name and an account, the party 8 has neither.
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("store.db").display());
        let key = VaultKey::generate();
        let store = Store::open(&url, &key).await.unwrap();
        let banks = BTreeMap::from([(Currency::Cny, bic())]);
        let book = Arc::new(AccountBook::new("cn-sha".parse().unwrap(), banks));
        let world = World { _folder: folder, url, key, store, book };
        world.know("name", NAME).await;
        world.know("iban", IBAN).await;
        world
    }

    /// Writes a field of party 7 into the vault.
    pub(crate) async fn know(&self, field: &str, value: &str) {
        self.store.vault().put(party(7), field, value.as_bytes()).await.unwrap();
    }

    /// The store as a node finds it that was started again.
    pub(crate) async fn restarted(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.url, &self.key).await.unwrap();
    }

    pub(crate) async fn outbox<C: Channel>(&self, channel: C) -> Outbox<C> {
        let (store, book) = (self.store.clone(), self.book.clone());
        let pen = Pen::new(to_bank(), signer(NODE_KEY));
        Outbox::open(store, book, (bic(), channel, pen), "cn-sha").await.unwrap()
    }

    pub(crate) fn inbox(&self) -> Inbox {
        Inbox::new(self.store.archive(), self.book.clone(), bic())
    }

    /// The inbox for a bank whose messages are signed.
    pub(crate) fn checked_inbox(&self) -> Inbox {
        self.inbox().checked(Check::new(to_node(), signer(BANK_KEY).public_key()))
    }

    /// Where the outbox would go on after a crash.
    pub(crate) async fn cursor(&self) -> u64 {
        self.outbox(Bank::default()).await.position()
    }
}

/// A bank that keeps every message it gets, once it is up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bank(Arc<Books>);

#[derive(Debug, Default)]
struct Books {
    /// How many calls it will not answer.
    down: AtomicU32,
    tries: Mutex<Vec<Instant>>,
    got: Mutex<Vec<Message>>,
}

#[derive(Debug, thiserror::Error)]
#[error("bank is down")]
pub(crate) struct Down;

impl Bank {
    /// A bank that comes up after `tries` calls. While it is down the clock runs at once to
    /// whatever is waited for.
    pub(crate) fn down_for(tries: u32) -> Bank {
        let bank = Bank::default();
        bank.0.down.store(tries, Ordering::Relaxed);
        bank
    }

    pub(crate) fn got(&self) -> Vec<Message> {
        self.0.got.lock().unwrap().clone()
    }

    /// The payments it was asked for, in order, repeats included.
    pub(crate) fn asked(&self) -> Vec<Uetr> {
        self.got().iter().filter_map(|message| message.uetr).collect()
    }

    /// How long the outbox waited between its calls, in milliseconds.
    pub(crate) fn pauses(&self) -> Vec<u128> {
        let tries = self.0.tries.lock().unwrap();
        tries.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    }
}

impl Channel for Bank {
    type Fault = Down;

    async fn send(&self, message: &Message) -> Result<(), Down> {
        let first = {
            let mut tries = self.0.tries.lock().unwrap();
            tries.push(Instant::now());
            tries.len() == 1
        };
        let down = self.0.down.load(Ordering::Relaxed);
        if down != 0 {
            if first {
                tokio::time::pause();
            }
            self.0.down.store(down - 1, Ordering::Relaxed);
            return Err(Down);
        }
        if !first && self.0.got.lock().unwrap().is_empty() {
            // The store, which comes next, answers in real time.
            tokio::time::resume();
        }
        self.0.got.lock().unwrap().push(message.clone());
        Ok(())
    }

    fn may_have_arrived(_: &Down) -> bool {
        false
    }
}

/// A machine that remembers what it was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    told: Arc<Mutex<Vec<Departure>>>,
    /// What it has ended, and after how many more questions.
    over: Arc<Mutex<BTreeMap<Uetr, u32>>>,
}

impl Machine {
    /// What it was told after the bank had been spoken to.
    pub(crate) fn told_after(&self) -> Vec<Departure> {
        let mut told = self.told();
        told.retain(|departure| !matches!(departure, Departure::Signed(_)));
        told
    }

    pub(crate) fn told(&self) -> Vec<Departure> {
        self.told.lock().unwrap().clone()
    }

    /// The payment is cancelled once the machine was asked `asked` times about it.
    pub(crate) fn cancel(&self, payment: Uetr, asked: u32) {
        self.over.lock().unwrap().insert(payment, asked);
    }

    /// Delivers `due` as journal entry `index`.
    pub(crate) async fn deliver<C: Channel, L: Copy + Into<Leaving>>(
        &self,
        outbox: &mut Outbox<C>,
        index: u64,
        due: &[L],
    ) -> Result<(), OutboxError> {
        let due: Vec<Leaving> = due.iter().map(|&leaving| leaving.into()).collect();
        let is_over = |order: Order| async move { Ok(self.is_over(order.uetr())) };
        outbox.deliver(index, &due, is_over, |departures| self.hear(departures)).await
    }

    fn is_over(&self, payment: Uetr) -> bool {
        let mut over = self.over.lock().unwrap();
        let Some(left) = over.get_mut(&payment) else { return false };
        let is_over = *left == 0;
        *left = left.saturating_sub(1);
        is_over
    }

    async fn hear(&self, departures: Vec<Departure>) -> Result<(), TellError> {
        self.told.lock().unwrap().extend(departures);
        Ok(())
    }
}
