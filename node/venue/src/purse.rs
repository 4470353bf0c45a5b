//! Whose money pays for coupons, and how it is set aside (P-04a, P-05b, P-21).

use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, IssuerBucket, Posting, UserBucket};
use gcfn_model::{Amount, PartyId, Pool};

/// Where a party's money for trading is: an issuer's is what it may withdraw of its proceeds,
/// everybody else's is in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purse {
    User(PartyId),
    Issuer(PartyId),
}

impl Purse {
    /// The bank account behind it.
    pub(crate) const fn pool(self) -> Pool {
        match self {
            Purse::User(_) => Pool::UserCustody,
            Purse::Issuer(_) => Pool::IssuerEscrow,
        }
    }

    /// To be spent.
    pub(crate) const fn available(self) -> Account {
        match self {
            Purse::User(party) => Account::User(party, UserBucket::Available),
            Purse::Issuer(party) => Account::Issuer(party, IssuerBucket::Free),
        }
    }

    /// Set aside for what is still open.
    pub(crate) const fn held(self) -> Account {
        match self {
            Purse::User(party) => Account::User(party, UserBucket::Hold),
            Purse::Issuer(party) => Account::Issuer(party, IssuerBucket::Hold),
        }
    }

    /// Matched, waiting for settlement.
    pub(crate) const fn committed(self) -> Account {
        match self {
            Purse::User(party) => Account::User(party, UserBucket::Commit),
            Purse::Issuer(party) => Account::Issuer(party, IssuerBucket::Commit),
        }
    }
}

impl Venue {
    pub(crate) fn purse(&self, party: PartyId) -> Purse {
        match self.parties.get(&party).map(|known| known.kind) {
            Some(PartyKind::Issuer) => Purse::Issuer(party),
            _ => Purse::User(party),
        }
    }

    /// Where money that becomes free goes: a frozen party's stays frozen.
    pub(crate) fn free_bucket(&self, party: PartyId) -> UserBucket {
        let frozen = self.parties.get(&party).is_some_and(|known| known.frozen);
        match frozen {
            true => UserBucket::Restricted,
            false => UserBucket::Available,
        }
    }

    /// Where money of `party` goes that becomes free: a frozen user's stays frozen, and so does
    /// that of an issuer in critical default.
    pub(crate) fn free_account(&self, party: PartyId) -> Account {
        match self.purse(party) {
            Purse::User(party) => Account::User(party, self.free_bucket(party)),
            Purse::Issuer(party) => self.issuer_free(party),
        }
    }

    pub(crate) fn check_money(&self, party: PartyId, amount: Amount) -> Result<(), Rejection> {
        match self.amount(self.purse(party).available()) < amount {
            true => Err(Rejection::InsufficientFunds),
            false => Ok(()),
        }
    }

    /// Sets money aside that has been checked to be there.
    pub(crate) fn hold_money(&mut self, step: &mut Step<'_>, party: PartyId, amount: Amount) {
        let purse = self.purse(party);
        let entry = self.entry(Posting::PrimaryHold);
        self.post(step, entry.with(purse.available(), purse.held(), amount));
    }

    /// Gives back what was set aside and is not needed.
    pub(crate) fn release_money(&mut self, step: &mut Step<'_>, party: PartyId, amount: Amount) {
        let back = self.free_account(party);
        let entry = self.entry(Posting::HoldRelease);
        self.post(step, entry.with(self.purse(party).held(), back, amount));
    }
}
