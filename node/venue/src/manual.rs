//! Entries by hand, with a reason, by two persons (DRV-24).

use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::reversal::{Numbered, ReversibleKind};
use crate::transfer::owner;
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, IssuerBucket, Posting, UserBucket};
use gcfn_model::{Amount, Digest, Pool};
use serde::{Deserialize, Serialize};

/// Why an entry is made by hand. Closed, so that it can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManualReason {
    /// An earlier entry was wrong.
    Correction,
    /// A party is compensated for a fault of the node.
    Compensation,
    /// A fee that no rule charges by itself.
    Fee,
    /// A fee is given back.
    FeeWaiver,
    /// A court or an authority orders it.
    Order,
}

/// One entry by hand: the money of one account goes to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualPosting {
    /// Whose money shrinks.
    pub from: Account,
    /// Whose money grows.
    pub to: Account,
    /// By how much.
    pub amount: Amount,
    /// Why.
    pub reason: ManualReason,
    /// The digest of the document that says so.
    pub evidence: Digest,
}

impl Venue {
    pub(crate) fn check_manual(&self, wish: &ManualPosting) -> Result<(), Rejection> {
        let ManualPosting { from, to, amount, .. } = *wish;
        self.by_hand(from)?;
        self.by_hand(to)?;
        if matches!(to, Account::User(_, UserBucket::Restricted)) {
            return Err(Rejection::NotByHand);
        }
        if from == to {
            return Err(Rejection::ToOneself);
        }
        // The node moves no money from one party to another: that would be a payment service.
        if let (Some(payer), Some(payee)) = (owner(from), owner(to))
            && payer != payee
        {
            return Err(Rejection::MoneyTransfer);
        }
        self.check_covers(from, amount)
    }

    /// Whether anybody may post to `account` by hand: to what a party may use, to fees, shares
    /// and taxes. Never to a bank's mirror or what is under way or set aside, whose other side
    /// is an order, a trade, a reserve or a bank's entry.
    fn by_hand(&self, account: Account) -> Result<(), Rejection> {
        let kind = owner(account).map(|party| self.party(party)).transpose()?.map(|of| of.kind);
        let open = match account {
            Account::User(_, UserBucket::Available | UserBucket::Restricted) => {
                matches!(kind, Some(PartyKind::User | PartyKind::Merchant))
            }
            Account::Issuer(_, IssuerBucket::Deposit | IssuerBucket::Risk | IssuerBucket::Free) => {
                kind == Some(PartyKind::Issuer)
            }
            Account::Fee(_) | Account::Share(_) | Account::Tax(_) => true,
            _ => false,
        };
        if open { Ok(()) } else { Err(Rejection::NotByHand) }
    }

    /// Posts by hand. The entry is numbered, so that it can be reversed.
    pub(crate) fn post_manually(&mut self, step: &mut Step<'_>, wish: &ManualPosting) -> Outcome {
        self.check_manual(wish)?;
        let ManualPosting { from, to, amount, reason, .. } = *wish;
        let posting = Posting::Manual;
        let item = self.move_money(step, posting, (from, to), amount);
        let moved = Numbered { posting, from, to, amount, item };
        let number = self.number_entry(step, ReversibleKind::Manual(reason), moved, None);
        if let Account::Issuer(issuer, _) = from {
            self.deposited(step, issuer, Pool::IssuerEscrow);
        }
        step.emit(MoneyEvent::PostedManually { number, posting: *wish }.into());
        Ok(Done::Numbered { number })
    }
}
