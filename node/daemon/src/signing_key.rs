//! The key that the node signs with, and how another takes its place while the node runs.
//!
//! [`prepare`] lays the next key beside the present one and tells nobody. Once the validators have
//! decided that it counts, the node signs with it: from the moment on at which it hears of it, or
//! from its next start. What was said between the two is refused for its signature, and said again.
//! The last key stays at hand: until the validators that know a validator by the next key
//! have followed each other, rounds name it by the last one.

use crate::files::NodeFiles;
use anyhow::{Context, Result, ensure};
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_council::SignedJoinRequest;
use gcfn_link::keys::SigningSeed;
use gcfn_transport::{Correspondents, Pen};
use std::fs;
use std::sync::{Arc, RwLock};

/// What the node signs with.
pub(crate) const PRESENT: &str = "keys/signing.key";
const NEXT: &str = "keys/signing-next.key";
const LAST: &str = "keys/signing-last.key";
/// The public keys that have taken the place of the one in the join request.
const ROTATED: &str = "keys/rotated.json";

/// The keys at hand. Clones share them.
#[derive(Clone)]
pub(crate) struct SigningKey {
    files: NodeFiles,
    at_hand: Arc<RwLock<AtHand>>,
}

struct AtHand {
    present: Arc<Signer>,
    last: Option<Arc<Signer>>,
    /// By which key the network knows the node, where it is none of those.
    unknown: Option<PublicKey>,
}

fn load(files: &NodeFiles, name: &str) -> Result<Signer> {
    let seed = SigningSeed::load(&files.path(name))?;
    Ok(Signer::from_seed(&seed.to_bytes()))
}

fn load_if_any(files: &NodeFiles, name: &str) -> Result<Option<Signer>> {
    let path = files.path(name);
    let there = path.try_exists().with_context(|| format!("look for {}", path.display()))?;
    if there { load(files, name).map(Some) } else { Ok(None) }
}

/// Makes the next key of the node in `files`, or finds the one that waits already.
///
/// # Errors
/// When the folder holds no node, or a file cannot be read or written.
pub fn prepare(files: &NodeFiles) -> Result<PublicKey> {
    load(files, PRESENT)?;
    if load_if_any(files, NEXT)?.is_none() {
        SigningSeed::generate()?.create(&files.path(NEXT))?;
    }
    Ok(load(files, NEXT)?.public_key())
}

impl SigningKey {
    /// The key of the node in `files`: the one that it was admitted with, or one that has taken its
    /// place.
    ///
    /// # Errors
    /// When it is another one, or a file cannot be read.
    pub(crate) fn open(files: &NodeFiles) -> Result<SigningKey> {
        let (present, last) = (load(files, PRESENT)?, load_if_any(files, LAST)?);
        let admitted: SignedJoinRequest = files.read_json("join-request.json")?;
        let known = present.public_key();
        ensure!(
            known == admitted.request.profile.key || rotated(files)?.contains(&known),
            "{} is not the key that {} was admitted with, nor one that has taken its place",
            files.path(PRESENT).display(),
            admitted.request.profile.node
        );
        let (present, last) = (Arc::new(present), last.map(Arc::new));
        let at_hand = Arc::new(RwLock::new(AtHand { present, last, unknown: None }));
        Ok(SigningKey { files: files.clone(), at_hand })
    }

    /// What the node signs with.
    pub(crate) fn signer(&self) -> Arc<Signer> {
        self.at_hand.read().expect("nothing panics while it writes").present.clone()
    }

    /// What the node's messages to a bank are signed with, whichever key that is by then.
    pub(crate) fn pen(&self, to_bank: Correspondents) -> Pen {
        let key = self.clone();
        Pen::following(to_bank, move || key.signer())
    }

    /// The one whose public part is `key`, if it is at hand.
    pub(crate) fn signer_of(&self, key: &PublicKey) -> Option<Arc<Signer>> {
        let at_hand = self.at_hand.read().expect("nothing panics while it writes");
        let all = [Some(&at_hand.present), at_hand.last.as_ref()];
        all.into_iter().flatten().find(|signer| signer.public_key() == *key).cloned()
    }

    /// Signs with `key` from now on, by which the network knows this node.
    pub(crate) fn follow(&self, key: PublicKey) {
        let mut at_hand = self.at_hand.write().expect("nothing panics while it writes");
        if at_hand.present.public_key() == key {
            at_hand.unknown = None;
            return;
        }
        match self.take_next(key) {
            Ok(Some(next)) => {
                let last = std::mem::replace(&mut at_hand.present, Arc::new(next));
                (at_hand.last, at_hand.unknown) = (Some(last), None);
                tracing::info!(%key, "another key signs from now on");
            }
            // A replica that is behind knows this node by the last key still.
            _ if at_hand.last.as_ref().is_some_and(|last| last.public_key() == key) => {}
            _ if at_hand.unknown == Some(key) => {}
            Ok(None) => {
                at_hand.unknown = Some(key);
                let path = self.files.path(PRESENT);
                tracing::error!(
                    %key,
                    "the network knows this node by another key than {}: nothing that it says is \
                     heard; put that key's file in its place and start the node anew",
                    path.display()
                );
            }
            Err(fault) => {
                at_hand.unknown = Some(key);
                tracing::error!(error = format!("{fault:#}"), "the next key is not taken");
            }
        }
    }

    /// Puts the next key in the place of the present one, if it is `key`. Every step may be the
    /// last: the file of a key that counts is never the only one to go.
    fn take_next(&self, key: PublicKey) -> Result<Option<Signer>> {
        let files = &self.files;
        let Some(next) = load_if_any(files, NEXT)?.filter(|next| next.public_key() == key) else {
            return Ok(None);
        };
        let (present, next_file) = (files.path(PRESENT), files.path(NEXT));
        let text = fs::read(&present).with_context(|| format!("read {}", present.display()))?;
        files.write(LAST, &text, 0o600)?;
        let mut known = rotated(files)?;
        if !known.contains(&key) {
            known.push(key);
            files.write_json(ROTATED, &known)?;
        }
        fs::rename(&next_file, &present)
            .with_context(|| format!("put {} in its place", next_file.display()))?;
        Ok(Some(next))
    }
}

fn rotated(files: &NodeFiles) -> Result<Vec<PublicKey>> {
    Ok(files.read_json_if_any(ROTATED)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
