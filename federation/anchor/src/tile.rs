//! A header log as files that anybody can fetch, keep and check: the tiles of C2SP tlog-tiles.
//!
//! A tile has up to 256 hashes side by side: at level 0 those of headers, at each level above the
//! roots over 256 times as many. From the tiles under a checkpoint every inclusion and every
//! consistency proof follows, so a log client that was not written here needs nothing else. A
//! bundle has the headers themselves.
//!
//! ```text
//! 0/000             the hashes of headers 0 to 255
//! 0/x001/067.p/112  those of headers 273 152 to 273 263, before there were more
//! 1/000.p/7         the roots over headers 0 to 255, 256 to 511, ... seven of them
//! entries/000       headers 0 to 255
//! ```
//!
//! Source: C2SP tlog-tiles v1.

use crate::epoch::EpochHeader;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

/// How many hashes or headers a full tile has.
pub const WIDTH: u16 = 256;

/// What one file of a log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Hashes of this level: each is the root over 256^level headers.
    Hashes(u8),
    /// The headers themselves.
    Entries,
}

/// One file of a log, by its place. As text it is the path below `tile/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    kind: Kind,
    index: u64,
    width: u16,
}

/// A path that names no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tile is not <level or entries>/<index>, with .p/<width> behind if it is not full")]
pub struct TilePathFault;

impl Tile {
    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Which hashes of its level, or which headers, it has. `None` beyond what can be counted.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        let start = self.index.checked_mul(u64::from(WIDTH))?;
        let end = start.checked_add(u64::from(self.width))?;
        Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

/// Headers one after the other, each behind its length in two bytes, big-endian.
#[must_use]
pub fn bundle(headers: &[EpochHeader]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for header in headers {
        let header = header.canonical();
        let length = u16::try_from(header.len()).expect("a header has a name and a few digests");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&header);
    }
    bytes
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "{level}/")?,
            Kind::Entries => f.write_str("entries/")?,
        }
        f.write_str(&index_path(self.index))?;
        if self.width == WIDTH { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Three digits a folder; all but the last begin with an x, so that no file has a folder's name.
fn index_path(index: u64) -> String {
    let mut path = String::new();
    let digits = index.to_string();
    let digits = format!("{digits:0>len$}", len = digits.len().next_multiple_of(3));
    let (groups, _) = digits.as_bytes().as_chunks::<3>();
    for (place, [a, b, c]) in groups.iter().enumerate() {
        let last = place.saturating_add(1) == groups.len();
        path.extend((!last).then_some('x'));
        path.extend([a, b, c].map(|digit| char::from(*digit)));
        path.extend((!last).then_some('/'));
    }
    path
}

impl FromStr for Tile {
    type Err = TilePathFault;
    fn from_str(path: &str) -> Result<Tile, TilePathFault> {
        let read = || {
            let (kind, place) = path.split_once('/')?;
            let kind = match kind {
                "entries" => Kind::Entries,
                level => Kind::Hashes(level.parse().ok().filter(|level| *level < 64)?),
            };
            let (index, width) = match place.split_once(".p/") {
                Some((index, width)) => (index, width.parse().ok().filter(|w| *w < WIDTH)?),
                None => (place, WIDTH),
            };
            let digits: String = index.chars().filter(char::is_ascii_digit).collect();
            Some(Tile { kind, index: digits.parse().ok()?, width })
        };
        // A tile has one name: what would be written in another way is none.
        let named = |tile: &Tile| tile.width != 0 && tile.to_string() == path;
        read().filter(named).ok_or(TilePathFault)
    }
}

#[cfg(test)]
mod tests;
