//! The title ledger: which coupon is whose (spec 2.2, 2.3 and the title lines of 3.1).
//!
//! Decides which coupons move when a number of them is asked for, and that nothing moves that may
//! not. Knows nothing of money, prices or time, and not who may ask for a move.

use crate::moves::{check_move, check_way};
use crate::owners::Owners;
use crate::series::{Piece, Series};
use crate::{Holder, Lot, SerialRange, SumNode, SumProof, SumTree, Terms, TitleFault};
use alloc::vec::Vec;
use gcfn_model::{Amount, PartyId, Serial, SeriesId};
use gcfn_table::{Freeze, Index, Row};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Every series that this node knows, its own and those of others.
///
/// Serializes as its series in the order of registration: leaves are numbered in that order, so
/// a restored ledger has the same root.
#[derive(Clone, Debug, Default)]
pub struct Title {
    series: Vec<Series>,
    index: Index<SeriesId>,
    tree: SumTree,
    owners: Owners,
    /// Room for what is picked for one move, so that picking does not allocate. Empty in between.
    pieces: Vec<Piece>,
}

impl Title {
    /// Adds a series with all its coupons in [`Holder::Inventory`] or, when it has a home
    /// elsewhere, in [`Holder::Home`].
    ///
    /// # Errors
    /// [`TitleFault::SeriesExists`] and [`TitleFault::TermsOutOfRange`].
    pub fn register(&mut self, id: SeriesId, terms: Terms) -> Result<(), TitleFault> {
        if self.place(id).is_some() {
            return Err(TitleFault::SeriesExists);
        }
        if terms.face.checked_mul(terms.quantity).is_none_or(Amount::is_zero) {
            return Err(TitleFault::TermsOutOfRange);
        }
        let holder = terms.home.map_or(Holder::Inventory, Holder::Home);
        self.add(Series::new(id, terms, holder));
        Ok(())
    }

    /// Moves `quantity` whole coupons, those with the lowest serials.
    ///
    /// Coupons redeemed in part are not among them, for they are not worth what the others are:
    /// they move by serial only.
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn transfer(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
        quantity: u64,
    ) -> Result<Vec<Lot>, TitleFault> {
        self.shift_any(id, (from, to), quantity, 0, |_| true)
    }

    /// Like [`Title::transfer`], and counts one more resale of each coupon.
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn resell(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
        quantity: u64,
    ) -> Result<Vec<Lot>, TitleFault> {
        self.shift_any(id, (from, to), quantity, 1, |_| true)
    }

    /// Puts whole coupons of `seller` behind a sell order: the lowest serials of those that have
    /// been resold fewer than `resales_max` times (C-38).
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn offer(
        &mut self,
        id: SeriesId,
        seller: PartyId,
        quantity: u64,
        resales_max: u8,
    ) -> Result<Vec<Lot>, TitleFault> {
        let way = (Holder::Party(seller), Holder::OrderLock(seller));
        self.shift_any(id, way, quantity, 0, |lot| lot.resales < resales_max)
    }

    /// Moves exactly these coupons, in whatever condition they are.
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn transfer_ranges(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
        ranges: &[SerialRange],
    ) -> Result<Vec<Lot>, TitleFault> {
        self.shift_ranges(id, (from, to), ranges, 0)
    }

    /// Like [`Title::transfer_ranges`], and counts one more resale of each coupon: the sale of
    /// specific coupons.
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn resell_ranges(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
        ranges: &[SerialRange],
    ) -> Result<Vec<Lot>, TitleFault> {
        self.shift_ranges(id, (from, to), ranges, 1)
    }

    /// The coupons that [`Title::offer`] would take of `from`, without moving them: for an offer
    /// outside the book, which names its coupons.
    ///
    /// # Errors
    /// [`TitleFault::UnknownSeries`] and [`TitleFault::Insufficient`].
    pub fn pick_resellable(
        &self,
        id: SeriesId,
        from: Holder,
        quantity: u64,
        resales_max: u8,
    ) -> Result<Vec<SerialRange>, TitleFault> {
        let (series, mut pieces) = (self.find(id)?, Vec::new());
        series.pick(from, quantity, |lot| lot.resales < resales_max, &mut pieces)?;
        Ok(pieces.iter().map(|piece| piece.range).collect())
    }

    /// Moves all coupons that `from` has, in whatever condition they are: expiry and recall.
    ///
    /// # Errors
    /// [`TitleFault`]; [`TitleFault::Nothing`] when it has none.
    pub fn transfer_all(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
    ) -> Result<Vec<Lot>, TitleFault> {
        let ranges: Vec<SerialRange> = self.find(id)?.lots(from).map(|lot| lot.range).collect();
        self.shift_ranges(id, (from, to), &ranges, 0)
    }

    /// Moves the coupons of `lots` between here and another node, in the condition that the other
    /// node states: resales and redemptions there count here as well.
    ///
    /// # Errors
    /// [`TitleFault`]; [`TitleFault::Condition`] when a coupon would become younger or worth more.
    pub fn adopt(
        &mut self,
        id: SeriesId,
        from: Holder,
        to: Holder,
        lots: &[Lot],
    ) -> Result<(), TitleFault> {
        let ranges: Vec<SerialRange> = lots.iter().map(|lot| lot.range).collect();
        let series = self.find(id)?;
        check_move(series, (from, to), &ranges)?;
        let mut redeemed = Amount::ZERO;
        for stated in lots {
            for (_, known) in series.within(stated.range) {
                let used = used_up(&known, stated);
                let used = used.ok_or(TitleFault::Condition(known.range.first))?;
                redeemed = in_part(redeemed, used);
            }
        }

        self.change_in(id, (from, to), |series| {
            for stated in lots {
                series.update(stated.range, |run| {
                    run.holder = to;
                    run.resales = stated.resales;
                    run.left = stated.left;
                });
            }
            series.redeemed_in_part = in_part(series.redeemed_in_part, redeemed);
        })
    }

    /// Redeems `amount` of one coupon in [`Holder::RedeemLock`] of `party`. Gives what is left.
    ///
    /// When nothing is left the coupon has moved to [`Holder::Redeemed`]; else it stays locked.
    ///
    /// # Errors
    /// [`TitleFault`].
    pub fn redeem(
        &mut self,
        id: SeriesId,
        party: PartyId,
        serial: Serial,
        amount: Amount,
    ) -> Result<Amount, TitleFault> {
        let holder = Holder::RedeemLock(party);
        let series = self.find(id)?;
        if amount.is_zero() {
            return Err(TitleFault::Nothing);
        }
        let run = series.run_at(serial).filter(|run| run.holder == holder);
        let before = run.ok_or(TitleFault::NotHeld { serial, holder })?.left;
        let left = before.checked_sub(amount).ok_or(TitleFault::AboveLeft { left: before })?;

        let end = serial.checked_add(1).expect("serials are below the quantity");
        let range = SerialRange { first: serial, end };
        self.change_in(id, (holder, Holder::Redeemed), |series| {
            if left.is_zero() {
                series.update(range, |run| run.holder = Holder::Redeemed);
            } else {
                series.update(range, |run| run.left = left);
                series.redeemed_in_part = in_part(series.redeemed_in_part, amount);
            }
            left
        })
    }

    /// What was minted, or `None` for an unknown series.
    #[must_use]
    pub fn terms(&self, id: SeriesId) -> Option<Terms> {
        Some(self.known(id)?.terms)
    }

    /// Who holds a coupon, and the lot it is in.
    #[must_use]
    pub fn holder_of(&self, id: SeriesId, serial: Serial) -> Option<(Holder, Lot)> {
        let run = self.known(id)?.run_at(serial)?;
        Some((run.holder, run.lot()))
    }

    /// How many coupons `holder` has, those redeemed in part included.
    #[must_use]
    pub fn quantity(&self, id: SeriesId, holder: Holder) -> u64 {
        let holding = self.known(id).and_then(|series| series.holding(holder));
        holding.map_or(0, |holding| holding.quantity)
    }

    /// What is left of the face of the coupons that `holder` has. Of coupons that have ended: what
    /// was left when they did.
    #[must_use]
    pub fn value(&self, id: SeriesId, holder: Holder) -> Amount {
        let holding = self.known(id).and_then(|series| series.holding(holder));
        holding.map_or(Amount::ZERO, |holding| holding.value)
    }

    /// Whether `party` may still put `quantity` whole coupons on offer under `resales_max` (C-38).
    /// Looks at its lots only until there are enough.
    #[must_use]
    pub fn resells(&self, id: SeriesId, party: PartyId, quantity: u64, resales_max: u8) -> bool {
        let Some(series) = self.known(id) else { return quantity == 0 };
        let lots = series.lots(Holder::Party(party));
        let lots = lots.filter(|lot| lot.left == series.terms.face && lot.resales < resales_max);
        let mut counts = lots.map(|lot| lot.range.count()).scan(0u64, |sum, count| {
            *sum = sum.saturating_add(count);
            Some(*sum)
        });
        quantity == 0 || counts.any(|sum| quantity <= sum)
    }

    /// The lots of `holder`, lowest serials first.
    pub fn lots(&self, id: SeriesId, holder: Holder) -> impl Iterator<Item = Lot> {
        self.known(id).into_iter().flat_map(move |series| series.lots(holder))
    }

    /// Everyone who has coupons of a series, with how many, in the order of holders. Sorts them.
    pub fn holders(&self, id: SeriesId) -> impl Iterator<Item = (Holder, u64)> {
        let series = self.known(id).into_iter();
        series.flat_map(Series::holdings).map(|(holder, holding)| (holder, holding.quantity))
    }

    /// Every series, in the order of ids. Sorts them.
    pub fn series(&self) -> impl Iterator<Item = (SeriesId, Terms)> {
        let mut series: Vec<(SeriesId, Terms)> =
            self.series.iter().map(|series| (series.id, series.terms)).collect();
        series.sort_unstable_by_key(|(id, _)| *id);
        series.into_iter()
    }

    /// The series that a party has coupons of, wherever they are held for it, in the order of
    /// registration.
    pub fn series_of(&self, party: PartyId) -> impl Iterator<Item = SeriesId> {
        self.owners.of(party).filter_map(|place| Some(self.series.get(place)?.id))
    }

    /// Whether every party is found in the series that it has coupons of, and in no other. Looks at
    /// all of them.
    #[must_use]
    pub fn owners_are_found(&self) -> bool {
        let mut owners = Owners::default();
        for (place, series) in self.series.iter().enumerate() {
            series.holdings().into_iter().for_each(|(holder, _)| owners.came(place, holder));
        }
        owners == self.owners
    }

    /// Face redeemed in part so far, from coupons in whatever state.
    #[must_use]
    pub fn redeemed_in_part(&self, id: SeriesId) -> Amount {
        self.known(id).map_or(Amount::ZERO, |series| series.redeemed_in_part)
    }

    /// Whether what was minted is what there is (spec 3.2, invariant 3): coupons by count, and
    /// face by value together with what was redeemed in part. Always, short of a defect.
    #[must_use]
    pub fn is_conserved(&self, id: SeriesId) -> bool {
        self.known(id).is_none_or(|series| {
            let minted = series.terms.face.checked_mul(series.terms.quantity);
            series.totals().is_some_and(|(quantity, value)| {
                quantity == series.terms.quantity
                    && value.checked_add(series.redeemed_in_part) == minted
            })
        })
    }

    /// The root over all series. Its sum is how many coupons were ever minted.
    pub(crate) fn root(&mut self) -> SumNode {
        let series = &mut self.series;
        self.tree.refresh(|leaf| series.get_mut(leaf).map_or(SumNode::EMPTY, Series::leaf));
        self.tree.root()
    }

    /// The lot of a coupon with its proof, and the proof of its series.
    pub(crate) fn prove(
        &mut self,
        id: SeriesId,
        serial: Serial,
    ) -> Option<(Holder, Lot, SumProof, SumProof)> {
        self.root();
        let place = self.place(id)?;
        let (holder, lot, within) = self.series.get_mut(place)?.prove(serial)?;
        Some((holder, lot, within, self.tree.prove(place)?))
    }

    /// Moves `quantity` whole coupons that are `allowed` and counts `resales` more for each.
    fn shift_any(
        &mut self,
        id: SeriesId,
        (from, to): (Holder, Holder),
        quantity: u64,
        resales: u8,
        allowed: impl Fn(&Lot) -> bool,
    ) -> Result<Vec<Lot>, TitleFault> {
        let place = self.place(id).ok_or(TitleFault::UnknownSeries)?;
        let series = self.series.get(place).ok_or(TitleFault::UnknownSeries)?;
        let mut pieces = core::mem::take(&mut self.pieces);
        let picked = series.pick(from, quantity, allowed, &mut pieces);
        let picked = picked.and_then(|()| check_way(series, (from, to), pieces.is_empty()));
        let moved = picked.and_then(|()| {
            self.change(place, (from, to), |series| series.shift((from, to), &pieces, resales))
        });
        pieces.clear();
        self.pieces = pieces;
        moved
    }

    /// Moves `ranges` and counts `resales` more for each coupon.
    fn shift_ranges(
        &mut self,
        id: SeriesId,
        (from, to): (Holder, Holder),
        ranges: &[SerialRange],
        resales: u8,
    ) -> Result<Vec<Lot>, TitleFault> {
        check_move(self.find(id)?, (from, to), ranges)?;
        self.change_in(id, (from, to), |series| {
            let mut lots = Vec::with_capacity(ranges.len());
            for &range in ranges {
                lots.append(&mut series.update(range, |run| {
                    run.holder = to;
                    run.resales = run.resales.saturating_add(resales);
                }));
            }
            lots
        })
    }

    fn add(&mut self, series: Series) {
        let row = u32::try_from(self.series.len()).map(Row);
        for (holder, _) in series.holdings() {
            self.owners.came(self.series.len(), holder);
        }
        self.index.insert(series.id, row.expect("series are fewer than 2^32"));
        self.tree.touch(self.series.len());
        self.series.push(series);
    }

    fn place(&self, id: SeriesId) -> Option<usize> {
        let holds = |row: Row| self.series.get(row.0 as usize).is_some_and(|held| held.id == id);
        self.index.find(id, holds).map(|row| row.0 as usize)
    }

    fn known(&self, id: SeriesId) -> Option<&Series> {
        self.series.get(self.place(id)?)
    }

    fn find(&self, id: SeriesId) -> Result<&Series, TitleFault> {
        self.known(id).ok_or(TitleFault::UnknownSeries)
    }

    fn change_in<T>(
        &mut self,
        id: SeriesId,
        way: (Holder, Holder),
        change: impl FnOnce(&mut Series) -> T,
    ) -> Result<T, TitleFault> {
        let place = self.place(id).ok_or(TitleFault::UnknownSeries)?;
        self.change(place, way, change)
    }

    /// Changes a series, whose coupons may move: its leaf is renewed at the next root.
    fn change<T>(
        &mut self,
        place: usize,
        (from, to): (Holder, Holder),
        change: impl FnOnce(&mut Series) -> T,
    ) -> Result<T, TitleFault> {
        self.tree.touch(place);
        let series = self.series.get_mut(place).ok_or(TitleFault::UnknownSeries)?;
        if from.owner() == to.owner() {
            // Locked or set free: their owner has coupons of the series as before.
            return Ok(change(series));
        }
        let had = series.has_any(to);
        let given = change(series);
        if !had && series.has_any(to) {
            self.owners.came(place, to);
        }
        self.owners.left(place, series, from);
        Ok(given)
    }
}

/// How much of the face of `known` was redeemed until it came into the condition of `stated`;
/// `None` when it cannot have.
fn used_up(known: &Lot, stated: &Lot) -> Option<Amount> {
    if stated.resales < known.resales || stated.left.is_zero() {
        return None;
    }
    known.left.checked_sub(stated.left)?.checked_mul(known.range.count())
}

fn in_part(before: Amount, more: Amount) -> Amount {
    before.checked_add(more).expect("at most the face of the whole series")
}

impl Freeze for Title {
    fn shared(&self) -> Title {
        let series = self.series.iter().map(Series::shared).collect();
        Title { series, ..Title::default() }
    }
}

impl Serialize for Title {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.series.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Title {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Title, D::Error> {
        let mut title = Title::default();
        for series in Vec::<Series>::deserialize(from)? {
            if title.place(series.id).is_some() {
                return Err(de::Error::custom("a series is registered twice"));
            }
            title.add(series);
        }
        Ok(title)
    }
}
