//! What members keep at the house beside its cycles: money at hand, collateral, and their part of
//! the guarantee fund.

use crate::house::House;
use crate::{ClearingEvent, HouseRefusal};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use gcfn_banking::{BankEntry, Side};
use gcfn_model::{Amount, Currency, HouseId, InstructionId, PartyId, Pool, SettlementAccount};
use serde::{Deserialize, Serialize};

/// What a deposit stands for, in the order in which a default draws on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// For the account's own calls when it does not pay in.
    Collateral,
    /// Money at hand: a liquidity-saving run settles with it. For the account's own calls as well.
    Deposit,
    /// Its part of the guarantee fund: for its own calls first, then for those of others.
    FundShare,
}

impl Layer {
    /// Every layer, in its order.
    pub const ALL: [Layer; 3] = [Layer::Collateral, Layer::Deposit, Layer::FundShare];

    const fn word(self) -> &'static str {
        match self {
            Layer::Collateral => "collateral",
            Layer::Deposit => "deposit",
            Layer::FundShare => "fund_share",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What one account keeps at the house in one layer and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Whose.
    pub account: SettlementAccount,
    /// As what.
    pub layer: Layer,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
}

impl Deposit {
    pub(crate) fn place(&self) -> Place {
        (self.currency, self.account, self.layer)
    }
}

/// A layer of an account's deposit in a currency.
pub(crate) type Place = (Currency, SettlementAccount, Layer);

/// All deposits of a house. Their money is with the members' in its books; they say which part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deposits {
    /// By what the payer writes as structured reference.
    references: BTreeMap<PartyId, (SettlementAccount, Layer)>,
    held: BTreeMap<Place, Amount>,
    /// What was asked to be paid back, by the payment. It stays known, for a bank may send it
    /// back long after it has paid it.
    pub(crate) returning: BTreeMap<InstructionId, Deposit>,
}

impl Deposits {
    pub(crate) fn at(&self, place: Place) -> Amount {
        self.held.get(&place).copied().unwrap_or(Amount::ZERO)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Place, Amount)> {
        self.held.iter().map(|(place, amount)| (*place, *amount))
    }

    pub(crate) fn add(&mut self, place: Place, amount: Amount) {
        let held = self.at(place).checked_add(amount);
        self.held.insert(place, held.expect("the books hold it on one account"));
    }

    /// Takes out at most `amount`, and says how much.
    pub(crate) fn draw(&mut self, place: Place, amount: Amount) -> Amount {
        let held = self.at(place);
        let drawn = held.min(amount);
        match held.saturating_sub(drawn) {
            Amount::ZERO => self.held.remove(&place),
            left => self.held.insert(place, left),
        };
        drawn
    }
}

/// What a payer writes as structured reference for a deposit.
fn reference(house: HouseId, account: SettlementAccount, layer: Layer) -> PartyId {
    PartyId::derive(&[
        b"clearing-deposit",
        house.as_str().as_bytes(),
        account.node.as_str().as_bytes(),
        account.pool.code().as_bytes(),
        layer.word().as_bytes(),
    ])
}

impl House {
    /// Lets an account keep money at the house in a layer; again changes nothing. Returns what
    /// must stand as structured reference on the payment that brings it.
    ///
    /// # Errors
    /// [`HouseRefusal::NotAMember`] for an account of a clearing house.
    pub fn open_deposit(
        &mut self,
        account: SettlementAccount,
        layer: Layer,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<PartyId, HouseRefusal> {
        if account.pool == Pool::ClearingHouse {
            return Err(HouseRefusal::NotAMember);
        }
        let reference = reference(self.id(), account, layer);
        if self.deposits.references.insert(reference, (account, layer)).is_none() {
            events.push(ClearingEvent::DepositOpened { account, layer, reference });
        }
        Ok(reference)
    }

    /// The deposits that may be paid into, with their structured references.
    pub fn deposit_references(&self) -> impl Iterator<Item = (PartyId, SettlementAccount, Layer)> {
        self.deposits.references.iter().map(|(reference, (of, layer))| (*reference, *of, *layer))
    }

    /// What is kept at the house.
    pub fn deposits(&self) -> impl Iterator<Item = Deposit> {
        self.deposits.iter().map(|((currency, account, layer), amount)| Deposit {
            account,
            layer,
            currency,
            amount,
        })
    }

    /// The deposit that money from the bank is for, if it says so.
    pub(crate) fn deposit_named_by(&self, entry: &BankEntry) -> Option<(SettlementAccount, Layer)> {
        let credit = entry.side == Side::Credit;
        self.deposits.references.get(&entry.reference.filter(|_| credit)?).copied()
    }

    pub(crate) fn deposited(
        &mut self,
        (account, layer): (SettlementAccount, Layer),
        entry: &BankEntry,
        events: &mut Vec<ClearingEvent>,
    ) {
        let (currency, amount) = (entry.currency, entry.amount);
        self.deposits.add((currency, account, layer), amount);
        let deposit = Deposit { account, layer, currency, amount };
        events.push(ClearingEvent::DepositReceived(deposit));
    }
}
