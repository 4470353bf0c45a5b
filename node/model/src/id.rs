//! Typed 16-byte ids: made by the sender or derived from what is already agreed, never drawn
//! at random inside a machine.

use crate::digest::Hasher;
use core::fmt;
use core::hash::{Hash, Hasher as StdHasher};
use core::marker::PhantomData;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an [`Id`] names. The prefix leads its text form, so that a misplaced id is seen.
pub trait Kind {
    /// Three lower-case letters.
    const PREFIX: &'static str;
}

/// A 16-byte id of something of kind `K`.
///
/// Text form: the kind's prefix, `-`, and 26 lower-case Crockford base-32 digits, for example
/// `ord-0000000000000000000000000a`; 30 characters, so it fits ISO 20022 `Max35Text`.
pub struct Id<K>([u8; 16], PhantomData<fn() -> K>);

/// The kinds of id, one type each.
pub mod kind {
    use super::Kind;
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl Kind for $name { const PREFIX: &'static str = $prefix; }
        )*};
    }
    kinds! {
        /// A user, an issuer or a merchant, by pseudonym.
        Party "pty";
        /// An issuance programme.
        Batch "bat";
        /// One order book's worth of fungible coupons.
        Series "ser";
        /// An order.
        Order "ord";
        /// A match of two orders.
        Trade "trd";
        /// A redemption from lock to pay-out.
        Redemption "rdm";
        /// A withdrawal of money to a bank account.
        Withdrawal "wdr";
        /// A payment instruction to a bank.
        Instruction "ins";
        /// One clearing cycle.
        Cycle "cyc";
        /// A dealer's quote.
        Quote "fxq";
        /// A locked FX rate.
        Lock "fxl";
        /// An order sent to another node's book.
        Deal "dea";
        /// A command, as its sender names it: the idempotency key.
        Command "cmd";
        /// A wish of one person that waits for a second.
        Proposal "prp";
        /// A document that says what a batch may promise.
        Template "tpl";
        /// An offer outside the book: a listing, a block, a swap.
        Offer "off";
        /// A sale to the highest bidder.
        Auction "auc";
        /// A dispute about a trade.
        Dispute "dsp";
        /// Issuers that accept each other's coupons.
        Alliance "all";
        /// A difference between a bank's books and a node's.
        Break "brk";
    }
}

/// A user, an issuer or a merchant.
pub type PartyId = Id<kind::Party>;
/// An issuance programme.
pub type BatchId = Id<kind::Batch>;
/// A series: one order book.
pub type SeriesId = Id<kind::Series>;
/// An order.
pub type OrderId = Id<kind::Order>;
/// A trade.
pub type TradeId = Id<kind::Trade>;
/// A redemption.
pub type RedemptionId = Id<kind::Redemption>;
/// A withdrawal.
pub type WithdrawalId = Id<kind::Withdrawal>;
/// A payment instruction.
pub type InstructionId = Id<kind::Instruction>;
/// A clearing cycle.
pub type CycleId = Id<kind::Cycle>;
/// A dealer's quote.
pub type QuoteId = Id<kind::Quote>;
/// A locked FX rate.
pub type LockId = Id<kind::Lock>;
/// A cross-border order.
pub type DealId = Id<kind::Deal>;
/// A command's idempotency key.
pub type CommandId = Id<kind::Command>;
/// A wish that waits for a second person.
pub type ProposalId = Id<kind::Proposal>;
/// A document that says what a batch may promise.
pub type TemplateId = Id<kind::Template>;
/// An offer outside the book.
pub type OfferId = Id<kind::Offer>;
/// A sale to the highest bidder.
pub type AuctionId = Id<kind::Auction>;
/// Issuers that accept each other's coupons.
pub type AllianceId = Id<kind::Alliance>;
/// A dispute about a trade.
pub type DisputeId = Id<kind::Dispute>;
/// A difference between a bank's books and a node's.
pub type BreakId = Id<kind::Break>;

impl<K> Id<K> {
    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Id<K> {
        Id(bytes, PhantomData)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl<K: Kind> Id<K> {
    /// The id that follows from `parts`: the same parts give the same id on every replica.
    #[must_use]
    pub fn derive(parts: &[&[u8]]) -> Id<K> {
        let mut hasher = Hasher::new("gcfn/id/v1");
        hasher.part(K::PREFIX.as_bytes());
        for part in parts {
            hasher.part(part);
        }
        let digest = hasher.finish();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest.0) {
            *to = from;
        }
        Id::from_bytes(bytes)
    }
}

const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: u32 = 26;

/// Why a text is not an [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// The prefix is not the one of this kind.
    #[error("id does not begin with {expected}-")]
    Prefix {
        /// The prefix of the kind that was asked for.
        expected: &'static str,
    },
    /// Not 26 base-32 digits after the prefix.
    #[error("id is not its prefix and 26 lower-case base-32 digits")]
    Digits,
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdFault;
    fn from_str(text: &str) -> Result<Id<K>, IdFault> {
        let prefix = IdFault::Prefix { expected: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).ok_or(prefix)?.strip_prefix('-').ok_or(prefix)?;
        if digits.len() != DIGITS as usize {
            return Err(IdFault::Digits);
        }
        let value = digits.bytes().try_fold(0u128, |value, digit| {
            let digit = BASE32.iter().position(|&b| b == digit)?;
            value.checked_mul(32)?.checked_add(digit as u128)
        });
        value.map(|v| Id::from_bytes(v.to_be_bytes())).ok_or(IdFault::Digits)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        write!(f, "{}-", K::PREFIX)?;
        (0..DIGITS).rev().try_for_each(|place| {
            let shift = place.saturating_mul(5);
            let digit = value.checked_shr(shift).unwrap_or(0) & 31;
            let index = usize::try_from(digit).expect("masked to 5 bits");
            let byte = BASE32.get(index).copied().expect("masked to 5 bits");
            fmt::Write::write_char(f, char::from(byte))
        })
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: StdHasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { self.0.serialize(to) }
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Id<K>, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            <[u8; 16]>::deserialize(from).map(Id::from_bytes)
        }
    }
}
