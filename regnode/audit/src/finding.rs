//! What can be wrong with a cell: a closed, numbered list.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_model::{Digest, NodeId};
use serde::{Deserialize, Serialize};

/// How grave a finding is, gravest first (spec 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Act within 10 minutes: isolate the node, keep the evidence.
    L1,
    /// Act within the hour: limit functions, have a person look.
    L2,
    /// Act within the day: log, notify, repair.
    L3,
    /// Answer within two days: a complaint.
    L4,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::L1 => "L1",
            Severity::L2 => "L2",
            Severity::L3 => "L3",
            Severity::L4 => "L4",
        })
    }
}

macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident $number:literal $severity:ident;)*) => {
        /// What was found. Numbers are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u16)]
        pub enum FindingKind {
            $($(#[$doc])* $name = $number,)*
        }

        impl FindingKind {
            /// Every kind, in the order of numbers.
            pub const ALL: &[FindingKind] = &[$(FindingKind::$name,)*];

            /// Its number.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self {
                    $(FindingKind::$name => $number,)*
                }
            }

            /// How grave it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(FindingKind::$name => Severity::$severity,)*
                }
            }
        }
    };
}

findings! {
    /// The operator hands over another genesis than the one in its filing.
    OtherGenesis 1 L1;
    /// Bytes of the stream are not of this version of the protocol.
    Unreadable 2 L2;
    /// Records are missing: events come after others that were never shown.
    Hole 3 L2;
    /// A record comes at or before the place or the time of the last one.
    OutOfOrder 4 L2;
    /// Re-executed, the commands lead to other events than those shown.
    EventDiffers 5 L1;
    /// A header does not commit to the events shown.
    EventsRootDiffers 6 L1;
    /// A header does not commit to the state that the commands lead to.
    StateRootDiffers 7 L1;
    /// A header says something else about its epoch than is so.
    HeaderDiffers 8 L1;
    /// The header log is not the one that the network co-signed: the operator shows the
    /// supervisor one history and the network another.
    OtherHistory 9 L1;
    /// A later round has a shorter header log of the cell than an earlier one.
    HeadWentBack 10 L1;

    /// Recounted, an account that may not is below zero.
    Overdrawn 20 L1;
    /// Recounted, what a pool has is not what it owes.
    PoolUnbalanced 21 L1;
    /// Recounted from the events, a balance is not the one in the books.
    BalanceDiffers 22 L1;
    /// Recounted, coupons are made, lost, or leave a final state.
    TitleNotConserved 23 L1;
    /// Recounted from the events, a holding is not the one in the books.
    HoldingDiffers 24 L1;
    /// A trade's fees are not what the terms say.
    FeeDiffers 25 L2;
    /// Net positions of a cycle do not sum to zero.
    PositionsNotZero 26 L1;
    /// Net positions of a cycle are not what its bundles come to.
    NettingDiffers 27 L1;

    /// The mirror is more than 3 s behind.
    LagWarning 40 L3;
    /// The mirror is more than 5 s behind.
    LagBreach 41 L2;
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F-{:02}", self.number())
    }
}

/// How far into a cell's history something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The epoch that is open there.
    pub epoch: u64,
    /// The sequence number of the event, or that the next event would have.
    pub seq: u64,
    /// The log index of the record.
    pub index: u64,
}

/// Something that is not as it should be, with what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// At which cell.
    pub cell: NodeId,
    /// Where the difference begins.
    pub place: Place,
    /// The digest of what was computed here: a root as it is, anything else the SHA-256 of its
    /// encoding, zero for nothing.
    pub expected: Digest,
    /// The digest of what was shown, likewise.
    pub found: Digest,
    /// A sentence for people, with the figures.
    pub detail: String,
}

impl Finding {
    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// The same finding, made again by another run or by another supervisor, has the same id.
    ///
    /// SHA-256 of layout `gcfn/finding/v1`.
    #[must_use]
    pub fn id(&self) -> Digest {
        let canon = Canon::new("gcfn/finding/v1")
            .number(u64::from(self.kind.number()))
            .text(self.cell.as_str())
            .number(self.place.epoch)
            .number(self.place.seq)
            .number(self.place.index)
            .digest(&self.expected)
            .digest(&self.found);
        sha256(&canon.finish())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { kind, cell, place, detail, .. } = self;
        let Place { epoch, seq, index } = place;
        write!(f, "{kind} {} {cell} epoch {epoch} seq {seq} index {index}: ", kind.severity())?;
        f.write_str(detail)
    }
}

/// A finding before it is known where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) kind: FindingKind,
    pub(crate) expected: Digest,
    pub(crate) found: Digest,
    pub(crate) detail: String,
}

impl Difference {
    /// A difference between two values, either of which may be missing.
    pub(crate) fn between<E: Serialize, F: Serialize>(
        kind: FindingKind,
        expected: Option<&E>,
        found: Option<&F>,
        detail: String,
    ) -> Difference {
        let expected = expected.map(digest_of).unwrap_or_default();
        let found = found.map(digest_of).unwrap_or_default();
        Difference { kind, expected, found, detail }
    }

    pub(crate) fn at(self, cell: NodeId, place: Place) -> Finding {
        let Difference { kind, expected, found, detail } = self;
        Finding { kind, cell, place, expected, found, detail }
    }
}

fn digest_of(value: &impl Serialize) -> Digest {
    let bytes: Vec<u8> = postcard::to_allocvec(value).expect("what is compared is plain data");
    sha256(&bytes)
}
