//! Entries: what is posted, all of it or nothing.
//!
//! Decides that debits equal credits, by having no way to write anything else. Knows nothing of
//! balances and does not say when an entry is due.

use crate::Account;
use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{Amount, Currency, Pool};
use serde::{Deserialize, Serialize};

/// One amount from one account to another: debit the one, credit the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The account debited: an asset grows, a claim shrinks.
    pub debit: Account,
    /// The account credited: a claim grows, an asset shrinks.
    pub credit: Account,
    /// How much; never zero in an entry that is accepted.
    pub amount: Amount,
}

/// Why it is posted, in which currency, and the legs.
///
/// It is its own record: what [`crate::Ledger::post`] accepted is exactly what changed, so the
/// entry is what goes into the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The line of the posting table.
    pub posting: Posting,
    /// The one currency of all legs.
    pub currency: Currency,
    /// The legs, at least one in an entry that is accepted.
    pub legs: Vec<Leg>,
}

impl Entry {
    /// An entry without legs, to be followed by [`Entry::with`].
    #[must_use]
    pub const fn new(posting: Posting, currency: Currency) -> Entry {
        Entry { posting, currency, legs: Vec::new() }
    }

    /// This entry with one leg more.
    ///
    /// An amount of zero adds no leg, so a fee that comes out as nothing needs no branch at the
    /// caller; an entry that is left without any leg is refused when it is posted.
    #[must_use]
    pub fn with(mut self, debit: Account, credit: Account, amount: Amount) -> Entry {
        if !amount.is_zero() {
            self.legs.push(Leg { debit, credit, amount });
        }
        self
    }

    /// This entry with `amount` on its way from the bank account of one pool to that of another.
    ///
    /// It is the bank leg that an entry between pools needs to balance within each of them. Adds
    /// nothing when both are the same bank account.
    #[must_use]
    pub fn with_transit(self, from: Pool, to: Pool, amount: Amount) -> Entry {
        if from == to {
            return self;
        }
        self.with(Account::Transit(to), Account::Transit(from), amount)
    }

    /// The exact mirror of this entry (P-17): an entry is never changed or deleted.
    #[must_use]
    pub fn reversed(&self) -> Entry {
        let mirror = |leg: &Leg| Leg { debit: leg.credit, credit: leg.debit, amount: leg.amount };
        Entry {
            posting: Posting::Reversal,
            currency: self.currency,
            legs: self.legs.iter().map(mirror).collect(),
        }
    }
}

macro_rules! postings {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal;)*) => {
        /// A line of the posting table (spec 3.3), under the name of the business event.
        ///
        /// Lines that move only title, or nothing, have no entry and are not here; nor are those
        /// whose legs are part of the entry of another line, as settlement is posted whole or not
        /// at all. The order is the encoding: append only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Posting {
            $($(#[doc = $doc])* $name,)*
        }

        impl Posting {
            /// Every posting, in encoding order.
            pub const ALL: &[Posting] = &[$(Posting::$name,)*];

            /// Its number in the posting table, such as `P-04b`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Posting::$name => $code,)*
                }
            }

            /// What it is, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Posting::$name => concat!($($doc),*).trim_start(),)*
                }
            }
        }
    };
}

postings! {
    /// A user's money has arrived.
    UserDeposit "P-01";
    /// Money that arrived without a known owner has found him.
    DepositResolved "P-01b";
    /// An issuer's money has arrived.
    IssuerDeposit "P-02a";
    /// The reserve of a batch is funded ahead of its listing.
    ReserveFunding "P-02b";
    /// An issuer takes a voluntary deposit back into its free money.
    DepositRelease "P-02c";
    /// An issuer keeps a share of its proceeds as deposit.
    Assurance "P-02d";
    /// The fee for issuing a batch.
    IssuanceFee "P-03b";
    /// Money is set aside for a buy order in a primary offer.
    PrimaryHold "P-04a";
    /// A primary order is matched: money committed, obligation born.
    PrimaryMatch "P-04b";
    /// A primary trade settles: the buyer pays in; reserve, proceeds and fees are fed (P-04c to f).
    PrimaryPayIn "P-04c";
    /// Money held for an order is set free: cancelled, expired or overheld.
    HoldRelease "P-05b";
    /// A resale is matched: money committed.
    SecondaryMatch "P-06a";
    /// A resale settles: the buyer pays in, the seller is paid, fees are taken (P-06b to d).
    SecondaryPayIn "P-06b";
    /// A net leg between two bank accounts is instructed.
    NetLeg "P-08a";
    /// The bank has confirmed a movement that was in transit.
    BankConfirmation "P-08b";
    /// A coupon is redeemed: the obligation ends and its face is due.
    Redemption "P-09b";
    /// What is due for redemptions goes to the merchant.
    MerchantDue "P-09c";
    /// A merchant's bank is paid.
    MerchantPayOut "P-09d";
    /// A coupon is redeemed in part.
    PartialRedemption "P-10";
    /// A primary sale is undone before it settled.
    RefundBeforeSettlement "P-11a";
    /// A primary sale is undone after it settled.
    RefundAfterSettlement "P-11b";
    /// A resale is undone by arbitration.
    ArbitratedRefund "P-12";
    /// Coupons have expired: their obligation is cancelled.
    Expiry "P-13a";
    /// What expired coupons leave behind is split.
    Breakage "P-13b";
    /// A withdrawal is asked for.
    WithdrawalRequest "P-14a";
    /// A withdrawal has left the bank.
    WithdrawalPaid "P-14b";
    /// The guarantee fund or the issuer's own means cover a shortfall.
    DefaultCover "P-15b";
    /// A defaulted issuer's money is frozen.
    DefaultFreeze "P-15c";
    /// Holders of a defaulted issuer's coupons are compensated.
    HolderCompensation "P-15d";
    /// Money has been paid into the guarantee fund.
    GuaranteeFunding "P-15e";
    /// A cross-border trade is prepared: the buyer's money is committed.
    CrossBorderPrepare "P-16b";
    /// A cross-border trade settles: pay-in at the buyer's node.
    CrossBorderPayIn "P-16e";
    /// The pay-in leaves the buyer's node.
    CrossBorderRemit "P-16e2";
    /// The dealer has received one currency.
    FxReceive "P-16f";
    /// The dealer pays the other.
    FxPayOut "P-16g";
    /// The seller's node has received its money.
    CrossBorderReceive "P-16h";
    /// The seller is paid.
    CrossBorderPayOut "P-16h2";
    /// A prepared cross-border trade is given up.
    CrossBorderAbort "P-16i";
    /// A cross-border primary sale settles: the issuer is credited.
    CrossBorderPrimary "P-16l";
    /// The exact mirror of an earlier entry.
    Reversal "P-17";
    /// Compliance freezes or sets free.
    Freeze "P-18";
    /// Fees are split and paid out.
    FeeSweep "P-19";
    /// A market maker's deposit is taken or returned.
    MarketMakerDeposit "P-20a";
    /// A node's stake is taken, returned or cut.
    NodeStake "P-20b";
    /// An issuer buys coupons back.
    BuyBack "P-21";
    /// Two businesses swap coupons: the difference in money.
    SwapEqualiser "P-22";
    /// A rebate or a reward out of the platform's share.
    Rebate "P-24";
    /// Coupons are recalled: their holders are paid.
    Recall "P-25";
    /// The bank and the books differ.
    BankDifference "P-27";
    /// Interest on a custody account.
    BankInterest "P-28";
    /// Tax is withheld on an event.
    TaxWithheld "P-29";
    // From here on: lines that the spec has no number for.
    /// Money has come on a dealer's account that no house had announced: its own capital.
    DealerCapital "P-31";
    /// An entry by hand, with a reason.
    Manual "P-32";
    /// A penalty for a breach of the rules.
    Penalty "P-33";
    /// What a party owes is repaid or written off.
    Receivable "P-34";
}

impl fmt::Display for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
