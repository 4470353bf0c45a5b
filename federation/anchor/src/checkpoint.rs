//! A cell's head, published: a C2SP tlog-checkpoint in a C2SP signed note.
//!
//! ```text
//! gcfn-demo/cn-sha
//! 86400
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — gcfn-demo/cn-sha Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```
//!
//! Sources: C2SP tlog-checkpoint v1, signed-note v1. Extension lines, which C2SP advises
//! against, are refused; signature lines of keys and kinds that are not ours are kept.

use crate::header_log::CellHead;
use crate::keys::{Domain, PublicKey, Signature, Signer, verify};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::str::FromStr;
use gcfn_model::{Digest, NetworkId, NodeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text that a cell signs. Its origin is `<network>/<cell>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The network.
    pub network: NetworkId,
    /// The head of the cell's header log.
    pub head: CellHead,
}

/// Why a text is not a signed checkpoint of this network's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// The text does not end in a newline, or no empty line divides it from its signatures.
    #[error("note is not text, an empty line and signature lines")]
    Shape,
    /// Not exactly three lines.
    #[error("checkpoint is not three lines: origin, tree size and root")]
    Lines,
    /// The first line is not the name of a network, `/` and the name of a cell.
    #[error("checkpoint origin is not <network>/<cell>")]
    Origin,
    /// The second line is not a number as it would be printed.
    #[error("checkpoint tree size is not a decimal number without leading zeros")]
    Size,
    /// The third line is not a hash.
    #[error("checkpoint root is not the base64 of 32 bytes")]
    Root,
    /// A line after the empty one is not a signature.
    #[error("signature line is not a dash, a key name and the base64 of key id and signature")]
    SignatureLine,
    /// More signatures than [`SIGNATURES_MAX`].
    #[error("note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
}

/// How many signature lines a note may have. C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

/// The name of a node's key in notes: a cell's checkpoint signed by its own node has it as origin.
#[must_use]
pub fn key_name(network: NetworkId, node: NodeId) -> String {
    format!("{network}/{node}")
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CellHead { cell, size, root } = self.head;
        let root = STANDARD.encode(root.as_bytes());
        writeln!(f, "{}\n{size}\n{root}", key_name(self.network, cell))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteFault;
    fn from_str(text: &str) -> Result<Checkpoint, NoteFault> {
        Checkpoint::from_lines(text.strip_suffix('\n').ok_or(NoteFault::Shape)?)
    }
}

impl Checkpoint {
    /// Reads the text without its last newline.
    fn from_lines(text: &str) -> Result<Checkpoint, NoteFault> {
        let lines: Vec<&str> = text.split('\n').collect();
        let &[origin, size_line, root] = lines.as_slice() else { return Err(NoteFault::Lines) };
        let (network, cell) = origin.split_once('/').ok_or(NoteFault::Origin)?;
        let network = network.parse().map_err(|_| NoteFault::Origin)?;
        let cell = cell.parse().map_err(|_| NoteFault::Origin)?;
        let size: u64 = size_line.parse().map_err(|_| NoteFault::Size)?;
        if size.to_string() != size_line {
            return Err(NoteFault::Size);
        }
        let root = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        let root = root.map(Digest).ok_or(NoteFault::Root)?;
        Ok(Checkpoint { network, head: CellHead { cell, size, root } })
    }
}

/// One signature of a note, of any kind that C2SP knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SignatureLine {
    name: String,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteFault;
    fn from_str(line: &str) -> Result<SignatureLine, NoteFault> {
        let parts = line.strip_prefix("— ").and_then(|line| line.split_once(' '));
        let (name, base64) = parts.ok_or(NoteFault::SignatureLine)?;
        let is_name = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        let bytes = STANDARD.decode(base64).map_err(|_| NoteFault::SignatureLine)?;
        match bytes.split_first_chunk() {
            Some((&key_id, signature)) if !name.is_empty() && name.chars().all(is_name) => {
                Ok(SignatureLine { name: name.into(), key_id, signature: signature.into() })
            }
            _ => Err(NoteFault::SignatureLine),
        }
    }
}

/// A checkpoint and its signatures. Its text is the signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    signatures: Vec<SignatureLine>,
}

/// A checkpoint that the named key did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum CheckpointFault {
    /// No signature line has this key's name and id: ask the node to sign.
    #[error("checkpoint is not signed by {0}")]
    NotSigned(NodeId) = 1,
    /// A line has the key's name and id, but its signature is of something else.
    #[error("signature of {0} is not of this checkpoint")]
    WrongSignature(NodeId) = 2,
}

impl SignedCheckpoint {
    /// Signs `checkpoint` in the name of `node`.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, node: NodeId, signer: &Signer) -> SignedCheckpoint {
        let name = key_name(checkpoint.network, node);
        let key_id = signer.public_key().key_id(&name);
        let signature = signer.sign(Domain::Note, checkpoint.to_string().as_bytes());
        let line = SignatureLine { name, key_id, signature: signature.as_bytes().into() };
        SignedCheckpoint { checkpoint, signatures: Vec::from([line]) }
    }

    /// How many epochs it is over, whoever signed it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.head.size
    }

    /// The checkpoint, once `node`'s signature by `key` was found on it and is right.
    ///
    /// Other signatures are ignored, as C2SP asks; a wrong one by this key is not.
    pub fn verify(&self, node: NodeId, key: &PublicKey) -> Result<&Checkpoint, CheckpointFault> {
        let name = key_name(self.checkpoint.network, node);
        let key_id = key.key_id(&name);
        let text = self.checkpoint.to_string();
        let mut signed = Err(CheckpointFault::NotSigned(node));
        for line in &self.signatures {
            if line.name == name && line.key_id == key_id {
                Signature::from_slice(&line.signature)
                    .filter(|s| verify(key, Domain::Note, text.as_bytes(), s).is_ok())
                    .ok_or(CheckpointFault::WrongSignature(node))?;
                signed = Ok(&self.checkpoint);
            }
        }
        signed
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        self.signatures.iter().try_for_each(|line| fmt::Display::fmt(line, f))
    }
}

impl FromStr for SignedCheckpoint {
    type Err = NoteFault;
    fn from_str(note: &str) -> Result<SignedCheckpoint, NoteFault> {
        let note = note.strip_suffix('\n').ok_or(NoteFault::Shape)?;
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteFault::Shape)?;
        let lines = lines.split('\n');
        if SIGNATURES_MAX < lines.clone().count() {
            return Err(NoteFault::TooManySignatures);
        }
        let signatures = lines.map(str::parse).collect::<Result<_, _>>()?;
        Ok(SignedCheckpoint { checkpoint: Checkpoint::from_lines(text)?, signatures })
    }
}

impl Serialize for SignedCheckpoint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignedCheckpoint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<SignedCheckpoint, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// Two checkpoints of one cell at one size with different roots: proof by itself, to anybody
/// who has the signer's key, that the signer shows two histories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivocation {
    /// One history.
    pub one: SignedCheckpoint,
    /// The other.
    pub other: SignedCheckpoint,
}

/// Why two checkpoints prove nothing against their signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum EquivocationFault {
    /// One of them is not the accused node's: nothing can be held against it.
    #[error(transparent)]
    Unsigned(#[from] CheckpointFault) = 1,
    /// Of different networks, cells or sizes: ask for a consistency proof instead.
    #[error("checkpoints are not of one cell at one size")]
    Incomparable = 2,
    /// The roots are the same.
    #[error("checkpoints agree")]
    Agreed = 3,
}

impl Equivocation {
    /// Checks that `node` signed two histories.
    pub fn verify(&self, node: NodeId, key: &PublicKey) -> Result<(), EquivocationFault> {
        let one = self.one.verify(node, key)?;
        let other = self.other.verify(node, key)?;
        let place = |of: &Checkpoint| (of.network, of.head.cell, of.head.size);
        if place(one) != place(other) {
            return Err(EquivocationFault::Incomparable);
        }
        if one.head.root == other.head.root {
            return Err(EquivocationFault::Agreed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
