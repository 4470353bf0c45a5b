//! Short readable names of nodes, regions and networks.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a [`Name`] names, for the text of errors.
pub trait NameKind {
    /// The noun, in lower case.
    const NOUN: &'static str;
}

/// The kinds of name, one type each.
pub mod name_kind {
    use super::NameKind;
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident $noun:literal;)*) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl NameKind for $name { const NOUN: &'static str = $noun; }
        )*};
    }
    kinds! {
        /// A node of the network.
        Node "node";
        /// A region or jurisdiction.
        Region "region";
        /// A whole network.
        Network "network";
        /// A clearing house.
        House "clearing house";
    }
}

/// A name of 1 to 16 characters of `a`-`z`, `0`-`9` and `-`, beginning with a letter.
///
/// Names are given by people at admission and are unique for ever: they are never reused.
pub struct Name<K>([u8; 16], PhantomData<fn() -> K>);

/// A node: `cn-sha`.
pub type NodeId = Name<name_kind::Node>;
/// A region or jurisdiction: `cn`.
pub type RegionId = Name<name_kind::Region>;
/// A network: `gcfn-demo`.
pub type NetworkId = Name<name_kind::Network>;
/// A clearing house: the name of the regional that runs it, or `federation`.
pub type HouseId = Name<name_kind::House>;

/// A text that is not a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} name is not 1 to 16 characters of a-z, 0-9 and '-' beginning with a letter")]
pub struct NameFault {
    /// What was to be named.
    pub noun: &'static str,
}

impl<K> Name<K> {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let used = self.0.iter().position(|&b| b == 0).unwrap_or(self.0.len());
        let bytes = self.0.get(..used).expect("position is within the array");
        core::str::from_utf8(bytes).expect("only ASCII is ever stored")
    }
}

impl<K: NameKind> FromStr for Name<K> {
    type Err = NameFault;
    fn from_str(text: &str) -> Result<Name<K>, NameFault> {
        let fault = NameFault { noun: K::NOUN };
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let mut bytes = [0; 16];
        if bytes.len() < text.len()
            || !text.starts_with(|c: char| c.is_ascii_lowercase())
            || !text.bytes().all(allowed)
        {
            return Err(fault);
        }
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(Name(bytes, PhantomData))
    }
}

impl<K> fmt::Display for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<K> fmt::Debug for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<K> Clone for Name<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Name<K> {}
impl<K> PartialEq for Name<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Name<K> {}
impl<K> PartialOrd for Name<K> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Name<K> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Name<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> Serialize for Name<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de, K: NameKind> Deserialize<'de> for Name<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Name<K>, D::Error> {
        crate::text::deserialize(from)
    }
}
