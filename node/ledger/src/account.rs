//! The chart of accounts of one node, in one currency at a time (spec 3.1).
//!
//! Decides which side an account normally has its balance on, whether it may be on the other,
//! and which bank account backs it. Knows no balances.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use gcfn_model::{BatchId, NodeId, PartyId, Pool};
use serde::{Deserialize, Serialize};

/// The two sides of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The left side: what the node has.
    Debit,
    /// The right side: what the node owes.
    Credit,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        }
    }
}

/// An account that says, by its pool, whose claim on which bank account it is.
///
/// Every money account belongs to one [`Pool`], and an entry must balance within every pool that
/// it touches. So invariant 2 of the spec (bank mirror = what the pool owes) holds after every
/// entry: per pool and currency, `Bank + Transit + Receivable` = the sum of its credit accounts.
/// The order of the variants is the encoding and the order of iteration: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// The mirror of the pool's bank account, as the bank has confirmed it (`B.UC`).
    Bank(Pool),
    /// Money of the pool under way (`B.TR.UC`): positive when it is to arrive, negative when it
    /// is to leave and the bank has not said so yet.
    Transit(Pool),
    /// What a party owes to a pool (`RCV.SH.pty-..`): an uncollected fee, a reserve shortfall.
    ///
    /// It names the pool whose claims it backs in place of money, else a fee booked against it
    /// would make the hub owe more than its bank holds without anything saying why.
    Receivable(Pool, PartyId),
    /// Money of a user (`UC.pty-...avail`).
    User(PartyId, UserBucket),
    /// Money of an issuer (`IE.pty-...free`).
    Issuer(PartyId, IssuerBucket),
    /// The redemption reserve of one batch of an issuer (`IE.pty-...reserve.bat-..`).
    Reserve(PartyId, BatchId),
    /// Trade money between pay-in and pay-out (`SH.clear`).
    Clearing,
    /// Owed to a merchant for redeemed coupons (`SH.pay.pty-..`).
    Merchant(PartyId),
    /// Fees collected (`SH.fee.trade`).
    Fee(FeeKind),
    /// Fees split and not yet paid out (`SH.share.region`).
    Share(ShareKind),
    /// Owed to another node for cross-border trades (`SH.xb.hk-hkg`).
    CrossBorder(NodeId),
    /// Bank movements of a pool that nobody has explained yet (`UC.susp`): positive when the bank
    /// has more than the books can name, negative when it has less.
    Suspense(Pool),
    /// The guarantee fund (`GF.fund`).
    GuaranteeFund,
    /// What a clearing house holds for a member in a cycle (`CH.mbr.cn-sha`).
    ClearingMember(NodeId),
    /// An FX dealer's position in this currency (`FX.pos`), long when positive.
    FxPosition,
    /// An FX dealer's result in this currency (`FX.pnl`), profit when positive.
    FxResult,
    /// Memo: face value of a batch that holders may still redeem (`O.pty-...bat-...out`).
    Obligation(PartyId, BatchId),
    /// Memo: the other side of every [`Account::Obligation`] (`O.contra`).
    ObligationContra,
    /// Tax withheld and not yet paid over (`SH.tax.withholding`).
    Tax(TaxKind),
    /// What a node has staked to be a member (`ST.hk-hkg`); it lies in the settlement hub's bank.
    Stake(NodeId),
}

/// Declares an enum whose variants each have one word of text.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every variant, in encoding order.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// Its word in the text of an account.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }

            fn from_word(word: &str) -> Result<$name, AccountFault> {
                $name::ALL.iter().copied().find(|v| v.word() == word).ok_or(AccountFault)
            }
        }
    };
}

words! {
    /// What a user's money may be used for.
    UserBucket {
        /// To be spent or withdrawn.
        Available "avail",
        /// Set aside for an open order.
        Hold "hold",
        /// Matched, waiting for settlement.
        Commit "commit",
        /// On its way to the user's own bank.
        Withdrawal "wdrl",
        /// Frozen by compliance.
        Restricted "restricted",
        /// A market maker's deposit, for as long as he makes a market.
        Deposit "deposit",
    }
}

words! {
    /// What an issuer's money may be used for.
    IssuerBucket {
        /// Deposited to back face value, voluntarily or because the rules ask for it.
        Deposit "deposit",
        /// Risk reserve.
        Risk "risk",
        /// Proceeds that the issuer may withdraw.
        Free "free",
        /// Redeemed, waiting for pay-out.
        Due "due",
        /// On its way to the issuer's own bank.
        Withdrawal "wdrl",
        /// Frozen by compliance or default.
        Restricted "restricted",
        /// Set aside for an open order that buys coupons back.
        Hold "hold",
        /// Matched with such an order, waiting for settlement.
        Commit "commit",
    }
}

words! {
    /// What a fee was taken for.
    FeeKind {
        /// A trade.
        Trade "trade",
        /// An issuance.
        Issue "issue",
        /// A redemption.
        Redeem "redeem",
        /// A withdrawal.
        Withdrawal "wdrl",
        /// The network's share of coupons that expired unused.
        Breakage "breakage",
        /// A breach of the rules.
        Penalty "penalty",
    }
}

words! {
    /// Who has a share of the fees.
    ShareKind {
        /// The network operator.
        Platform "platform",
        /// The region operator.
        Region "region",
        /// The partner who brought the business.
        Partner "partner",
    }
}

words! {
    /// Which tax.
    TaxKind {
        /// On income, withheld from who is paid.
        Withholding "withholding",
        /// On the transfer.
        Stamp "stamp",
        /// On the sale.
        Sales "sales",
    }
}

impl Account {
    /// The side on which its balance counts as positive.
    #[must_use]
    pub const fn normal(self) -> Side {
        match self {
            Account::Bank(_)
            | Account::Transit(_)
            | Account::Receivable(..)
            | Account::ObligationContra => Side::Debit,
            _ => Side::Credit,
        }
    }

    /// The pool whose bank account backs it or, for the bank's own side, that it backs.
    /// Memo accounts are not money and have none.
    #[must_use]
    pub const fn pool(self) -> Option<Pool> {
        match self {
            Account::Bank(pool)
            | Account::Transit(pool)
            | Account::Receivable(pool, _)
            | Account::Suspense(pool) => Some(pool),
            Account::User(..) => Some(Pool::UserCustody),
            Account::Issuer(..) | Account::Reserve(..) => Some(Pool::IssuerEscrow),
            Account::Clearing
            | Account::Merchant(_)
            | Account::Fee(_)
            | Account::Share(_)
            | Account::CrossBorder(_)
            | Account::Tax(_)
            | Account::Stake(_) => Some(Pool::SettlementHub),
            Account::GuaranteeFund => Some(Pool::GuaranteeFund),
            Account::ClearingMember(_) => Some(Pool::ClearingHouse),
            Account::FxPosition | Account::FxResult => Some(Pool::Dealer),
            Account::Obligation(..) | Account::ObligationContra => None,
        }
    }

    /// Whether its balance may be on the side that is not [`Account::normal`].
    ///
    /// Nobody's claim is among them: only money under way, differences with the bank that are
    /// still unexplained, and a dealer's own risk.
    #[must_use]
    pub const fn either_sign(self) -> bool {
        matches!(
            self,
            Account::Transit(_) | Account::Suspense(_) | Account::FxPosition | Account::FxResult
        )
    }
}

/// A text that is not an [`Account`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("account is not in the chart of accounts, such as B.UC or SH.fee.trade")]
pub struct AccountFault;

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Bank(pool) => write!(f, "B.{pool}"),
            Account::Transit(pool) => write!(f, "B.TR.{pool}"),
            Account::Receivable(pool, party) => write!(f, "RCV.{pool}.{party}"),
            Account::User(party, bucket) => write!(f, "UC.{party}.{}", bucket.word()),
            Account::Issuer(party, bucket) => write!(f, "IE.{party}.{}", bucket.word()),
            Account::Reserve(party, batch) => write!(f, "IE.{party}.reserve.{batch}"),
            Account::Clearing => f.write_str("SH.clear"),
            Account::Merchant(party) => write!(f, "SH.pay.{party}"),
            Account::Fee(kind) => write!(f, "SH.fee.{}", kind.word()),
            Account::Share(kind) => write!(f, "SH.share.{}", kind.word()),
            Account::CrossBorder(node) => write!(f, "SH.xb.{node}"),
            Account::Suspense(pool) => write!(f, "{pool}.susp"),
            Account::GuaranteeFund => f.write_str("GF.fund"),
            Account::ClearingMember(node) => write!(f, "CH.mbr.{node}"),
            Account::FxPosition => f.write_str("FX.pos"),
            Account::FxResult => f.write_str("FX.pnl"),
            Account::Obligation(party, batch) => write!(f, "O.{party}.{batch}.out"),
            Account::ObligationContra => f.write_str("O.contra"),
            Account::Tax(kind) => write!(f, "SH.tax.{}", kind.word()),
            Account::Stake(node) => write!(f, "ST.{node}"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountFault;
    fn from_str(text: &str) -> Result<Account, AccountFault> {
        let words: Vec<&str> = text.split('.').collect();
        Ok(match *words.as_slice() {
            ["B", pool] => Account::Bank(pool_from(pool)?),
            ["B", "TR", pool] => Account::Transit(pool_from(pool)?),
            ["RCV", pool, party] => Account::Receivable(pool_from(pool)?, parse(party)?),
            [pool, "susp"] => Account::Suspense(pool_from(pool)?),
            ["UC", party, bucket] => Account::User(parse(party)?, UserBucket::from_word(bucket)?),
            ["IE", party, bucket] => {
                Account::Issuer(parse(party)?, IssuerBucket::from_word(bucket)?)
            }
            ["IE", party, "reserve", batch] => Account::Reserve(parse(party)?, parse(batch)?),
            ["SH", "clear"] => Account::Clearing,
            ["SH", "pay", party] => Account::Merchant(parse(party)?),
            ["SH", "fee", kind] => Account::Fee(FeeKind::from_word(kind)?),
            ["SH", "share", kind] => Account::Share(ShareKind::from_word(kind)?),
            ["SH", "tax", kind] => Account::Tax(TaxKind::from_word(kind)?),
            ["ST", node] => Account::Stake(parse(node)?),
            ["SH", "xb", node] => Account::CrossBorder(parse(node)?),
            ["GF", "fund"] => Account::GuaranteeFund,
            ["CH", "mbr", node] => Account::ClearingMember(parse(node)?),
            ["FX", "pos"] => Account::FxPosition,
            ["FX", "pnl"] => Account::FxResult,
            ["O", "contra"] => Account::ObligationContra,
            ["O", party, batch, "out"] => Account::Obligation(parse(party)?, parse(batch)?),
            _ => return Err(AccountFault),
        })
    }
}

fn parse<T: FromStr>(word: &str) -> Result<T, AccountFault> {
    word.parse().map_err(|_| AccountFault)
}

fn pool_from(code: &str) -> Result<Pool, AccountFault> {
    Pool::ALL.into_iter().find(|pool| pool.code() == code).ok_or(AccountFault)
}
