//! Values drawn from their own shape.
//!
//! A machine must stand whatever its log says. What can stand there is the shape of a command, and
//! serde knows that shape: this deserializer reads nothing and *draws* instead, so that every field
//! of every command is varied without anybody listing them, and a command that is added tomorrow is
//! drawn tomorrow. Ids, times and names come mostly from what exists, or every command would be
//! refused at the door; the name of a field says which kind of id it wants.

mod shapes;

use super::known::Known;
use gcfn_model::Hasher;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;
use std::mem::take;

/// Where choices come from.
#[derive(Clone, Debug)]
enum Source {
    /// A generator that never ends.
    Seed(u64),
    /// The bytes of a fuzzer, two for each choice: one changed byte changes one choice.
    Bytes(Vec<u8>, usize),
    /// A count, for the plainest value: first variants, one element, every number another.
    Count(u64),
}

/// Draws values.
#[derive(Clone, Debug)]
pub(crate) struct Chaos {
    source: Source,
    /// What exists.
    pub(crate) known: Known,
    /// The field that is being drawn, by its name in the code.
    field: &'static str,
    depth: u32,
    /// What is varied, where something is.
    model: Option<Model>,
    /// Whether the next id is to be one that does not exist. What a command makes is named first.
    fresh: bool,
    /// Which variant the next enum is to be, where that is not drawn.
    variant: Option<usize>,
    /// The variants of the enum that this is of.
    variants: &'static [&'static str],
    /// Every enum that was drawn: its name and its variants, in their order.
    pub(crate) enums: BTreeSet<(&'static str, &'static [&'static str])>,
}

/// A value that another is to be like: its bytes, and how many of them have been read.
#[derive(Clone, Debug)]
struct Model {
    bytes: Vec<u8>,
    read: usize,
    /// One part in so many is changed.
    keeps: u64,
}

/// How deep a value may nest before lists stay empty and options absent.
const DEPTH_MAX: u32 = 12;

/// Numbers at which something changes.
const EDGES: [u64; 12] = [
    0,
    1,
    2,
    100,
    9_500,
    10_000,
    10_001,
    1_000_000,
    1_000_000_000_000,
    999_999_999_999_999_999,
    1_000_000_000_000_000_000,
    u64::MAX,
];

/// SplitMix64's finish.
const fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

fn index(drawn: u64) -> usize {
    usize::try_from(drawn).expect("below a length")
}

impl Chaos {
    /// Draws the same values for the same seed.
    pub(crate) fn of_seed(seed: u64) -> Chaos {
        Chaos::from(Source::Seed(seed))
    }

    /// Draws what the bytes say, and the plainest values when there are no more.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Chaos {
        Chaos::from(Source::Bytes(bytes.to_vec(), 0))
    }

    /// Draws one plain value of every variant of an enum, with its name. The values do not
    /// change when variants are added after the others.
    pub(crate) fn every_variant<T: DeserializeOwned>(&mut self) -> Vec<(&'static str, T)> {
        let mut every: Vec<(&'static str, T)> = Vec::new();
        loop {
            let mut plain = Chaos::from(Source::Count(u64::from(b'A')));
            plain.variant = Some(every.len());
            let value = T::deserialize(&mut plain);
            let variants = plain.variants;
            self.enums.append(&mut plain.enums);
            let Some(name) = variants.get(every.len()) else { return every };
            every.push((name, value.unwrap_or_else(|fault| panic!("{name}: {fault}"))));
        }
    }

    fn from(source: Source) -> Chaos {
        Chaos {
            source,
            known: Known::default(),
            field: "",
            depth: 0,
            model: None,
            fresh: false,
            variant: None,
            variants: &[],
            enums: BTreeSet::new(),
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self.source, Source::Count(_))
    }

    /// Whether no bytes are left to draw from.
    pub(crate) fn is_spent(&self) -> bool {
        matches!(&self.source, Source::Bytes(bytes, read) if bytes.len() <= *read)
    }

    /// A value. Shapes check themselves when they are read, and not everything drawn passes: what
    /// does not is drawn again, and given up where it never passes.
    pub(crate) fn draw<T: DeserializeOwned>(&mut self) -> Option<T> {
        (0..64).find_map(|_| {
            (self.depth, self.field, self.model) = (0, "", None);
            self.fresh = self.once_in(3);
            T::deserialize(&mut *self).ok()
        })
    }

    /// The variant of an enum that has this number.
    pub(crate) fn draw_variant<T: DeserializeOwned>(&mut self, number: usize) -> Option<T> {
        let drawn = (0..64).find_map(|_| {
            (self.depth, self.field, self.model) = (0, "", None);
            self.fresh = self.once_in(3);
            self.variant = Some(number);
            T::deserialize(&mut *self).ok()
        });
        self.variant = None;
        drawn
    }

    /// A value of the same shape as another, with some of its ids, numbers and names changed.
    pub(crate) fn draw_like<T: Serialize + DeserializeOwned>(&mut self, model: &T) -> Option<T> {
        let bytes = postcard::to_allocvec(model).expect("plain data");
        let drawn = (0..16).find_map(|_| {
            self.fresh = self.once_in(4);
            (self.depth, self.field) = (0, "");
            let keeps = self.pick(&[64, 16, 4]).expect("a rate");
            self.model = Some(Model { bytes: bytes.clone(), read: 0, keeps });
            T::deserialize(&mut *self).ok()
        });
        self.model = None;
        drawn
    }

    /// What stands at this place of the model, where there is one.
    fn modelled<T: DeserializeOwned>(&mut self) -> Option<T> {
        let model = self.model.as_mut()?;
        let (value, rest) = postcard::take_from_bytes(&model.bytes[model.read..]).ok()?;
        model.read = model.bytes.len() - rest.len();
        Some(value)
    }

    /// What stands at this place of the model and stays: most of it does.
    fn kept<T: DeserializeOwned>(&mut self) -> Option<T> {
        let modelled = self.modelled()?;
        (!self.changes()).then_some(modelled)
    }

    /// Whether this part of the model is to be another.
    fn changes(&mut self) -> bool {
        let keeps = self.model.as_ref().map_or(1, |model| model.keeps);
        self.once_in(keeps)
    }

    /// The bytes of an id or a digest of so many places. An id of the model that names nothing any
    /// more is changed: for one that is there, or for a new one.
    fn bytes(&mut self, places: usize) -> Vec<u8> {
        let modelled: Option<Vec<u8>> = (0..places).map(|_| self.modelled()).collect();
        let is_id = places == 16;
        let living = self.known.living.get(self.field);
        let gone = |id: &Vec<u8>| {
            living.is_some_and(|living| {
                !living.is_empty() && !living.iter().any(|of| of[..] == id[..])
            })
        };
        let gone = is_id && modelled.as_ref().is_some_and(gone);
        let fresh = is_id && (take(&mut self.fresh) || (gone && self.once_in(2)));
        match modelled {
            Some(bytes) if !fresh && !gone && !self.changes() => bytes,
            _ if fresh => self.sixteen_new().to_vec(),
            _ if is_id => self.sixteen().to_vec(),
            _ => self.digest().to_vec(),
        }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if self.is_plain() {
            return 0;
        }
        self.next() % bound.max(1)
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == times.saturating_sub(1)
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let drawn = self.below(from.len() as u64);
        from.get(index(drawn)).cloned()
    }

    /// Anything.
    pub(crate) fn next(&mut self) -> u64 {
        match &mut self.source {
            Source::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mixed(*state)
            }
            Source::Bytes(bytes, read) => {
                let two = [bytes.get(*read), bytes.get(*read + 1)];
                let two = two.map(|byte| byte.copied().unwrap_or(0));
                *read += 2;
                u64::from(u16::from_le_bytes(two))
            }
            Source::Count(count) => {
                *count += 1;
                *count - 1
            }
        }
    }

    /// Small numbers, edges and their neighbours, and now and then anything.
    fn number(&mut self) -> u64 {
        match self.below(16) {
            _ if self.is_plain() => self.next(),
            0..6 => self.below(12),
            6..11 => self.below(12_000),
            11..15 => {
                let edge = self.pick(&EDGES).expect("there are edges");
                edge.wrapping_add(self.below(3)).wrapping_sub(1)
            }
            _ => mixed(self.next()),
        }
    }

    /// An instant near the present, in microseconds.
    fn instant(&mut self) -> u64 {
        const MINUTE: u64 = 60_000_000;
        let past = self.below(3_000) * MINUTE;
        let future = self.below(20_000) * MINUTE;
        match self.below(4) {
            0 => self.known.now.saturating_sub(past),
            1 => self.known.now,
            _ => self.known.now.saturating_add(future),
        }
    }

    /// Sixteen bytes: of an id of the kind that the field wants, mostly of what is there at present;
    /// of another, or of none.
    fn sixteen(&mut self) -> [u8; 16] {
        let fitting = self.below(16);
        let known = match (fitting, self.known.living.get(self.field)) {
            (0, _) => Vec::new(),
            (1, _) => self.known.of_any_kind(),
            (2..13, Some(living)) if !living.is_empty() => living.clone(),
            _ => self.known.of_field(self.field).to_vec(),
        };
        self.pick(&known).unwrap_or_else(|| self.sixteen_new())
    }

    fn sixteen_new(&mut self) -> [u8; 16] {
        let (high, low) = (mixed(self.next()), mixed(self.next()));
        ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
    }

    fn digest(&mut self) -> [u8; 32] {
        let known = self.known.digests.clone();
        match self.once_in(4) {
            false if !known.is_empty() => self.pick(&known).unwrap_or_default(),
            _ => {
                let fresh = mixed(self.next());
                Hasher::new("chaos").part(&fresh.to_be_bytes()).finish().0
            }
        }
    }

    /// The name of a node, a region or a house, or none at all.
    fn name(&mut self) -> String {
        const NAMES: [&str; 6] = ["sg", "sg", "cn", "eu", "de", "federation"];
        match self.below(12) {
            10 => String::new(),
            11 => format!("x{}", self.below(9)),
            _ => self.pick(&NAMES).unwrap_or_default().to_owned(),
        }
    }
}
