//! A set of bundles, and what it leaves on every account.

use crate::netting::{Netting, Positions};
use crate::{Bundle, Obligation};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;
use gcfn_model::{Currency, SettlementAccount};

/// How many bundles of one account are tried when money has become free on it.
const TRIED: usize = 32;

/// The bundles to choose from, by number, between accounts by number.
#[derive(Debug)]
pub(super) struct Items {
    items: Vec<Item>,
    /// What each account has, in each currency that it moves.
    funds: Vec<i128>,
    /// Which bundles each account pays in, the most valuable first.
    paying: Vec<Vec<usize>>,
    /// Which bundles each account is paid in, by how much, the least first.
    receiving: Vec<Vec<(i128, usize)>>,
    pairs: usize,
}

#[derive(Debug)]
struct Item {
    flows: Vec<Flow>,
    value: u128,
}

/// One obligation, by the numbers of its accounts and of their pair.
#[derive(Clone, Copy, Debug)]
struct Flow {
    payer: usize,
    payee: usize,
    pair: usize,
    /// Whether it counts against its pair, whose first account is the payee.
    turned: bool,
    amount: i128,
}

impl Items {
    pub(super) fn new(bundles: &[&Bundle], funds: &Positions) -> Items {
        let weights = weights(bundles);
        let mut numbers = Numbers::default();
        let item = |bundle: &&Bundle| {
            let obligations = bundle.obligations.iter();
            let flows = obligations.map(|obligation| numbers.flow(obligation)).collect();
            let worth = |o: &Obligation| {
                let weight = weights.get(&o.currency).copied().unwrap_or(0);
                u128::from(o.amount.minor()).saturating_mul(weight)
            };
            let value = bundle.obligations.iter().map(worth).fold(0, u128::saturating_add);
            Item { flows, value }
        };
        let items: Vec<Item> = bundles.iter().map(item).collect();
        let Numbers { cells, pairs } = numbers;
        let mut has = alloc::vec![0; cells.len()];
        let mut paying = alloc::vec![Vec::new(); cells.len()];
        for (cell, number) in &cells {
            *at_mut(&mut has, *number) = funds.get(cell).copied().unwrap_or_default().minor();
        }
        for (number, item) in items.iter().enumerate() {
            let payers: BTreeSet<usize> = item.flows.iter().map(|flow| flow.payer).collect();
            payers.into_iter().for_each(|payer| at_mut(&mut paying, payer).push(number));
        }
        let mut receiving = alloc::vec![Vec::new(); cells.len()];
        for (number, flow) in items
            .iter()
            .enumerate()
            .flat_map(|(n, item)| item.flows.iter().map(move |flow| (n, flow)))
        {
            at_mut(&mut receiving, flow.payee).push((flow.amount, number));
        }
        for of_cell in &mut paying {
            of_cell.sort_by_key(|&number| (Reverse(at(&items, number).value), number));
        }
        receiving.iter_mut().for_each(|of_cell| of_cell.sort_unstable());
        Items { items, funds: has, paying, receiving, pairs: pairs.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn value(&self, item: usize) -> u128 {
        at(&self.items, item).value
    }
}

/// What a minor unit counts in each currency: the same part of all that is owed in it.
fn weights(bundles: &[&Bundle]) -> BTreeMap<Currency, u128> {
    let mut gross = BTreeMap::<Currency, u128>::new();
    for obligation in bundles.iter().flat_map(|bundle| &bundle.obligations) {
        let sum = gross.entry(obligation.currency).or_default();
        *sum = sum.saturating_add(u128::from(obligation.amount.minor()));
    }
    if gross.len() < 2 {
        return gross.into_keys().map(|currency| (currency, 1)).collect();
    }
    let part = |sum: u128| (1u128 << 100).checked_div(sum).unwrap_or(0).max(1);
    gross.into_iter().map(|(currency, sum)| (currency, part(sum))).collect()
}

/// Numbers for accounts and for pairs of them, in the order in which they are met.
#[derive(Default)]
struct Numbers {
    cells: BTreeMap<(Currency, SettlementAccount), usize>,
    pairs: BTreeMap<(usize, usize), usize>,
}

impl Numbers {
    fn cell(&mut self, cell: (Currency, SettlementAccount)) -> usize {
        let next = self.cells.len();
        *self.cells.entry(cell).or_insert(next)
    }

    fn flow(&mut self, obligation: &Obligation) -> Flow {
        let payer = self.cell((obligation.currency, obligation.payer));
        let payee = self.cell((obligation.currency, obligation.payee));
        let next = self.pairs.len();
        let pair = *self.pairs.entry((payer.min(payee), payer.max(payee))).or_insert(next);
        let amount = i128::from(obligation.amount.minor());
        Flow { payer, payee, pair, turned: payee < payer, amount }
    }
}

/// A set of the bundles on the scales, with what is left on every account.
#[derive(Debug)]
pub(super) struct Scales<'a> {
    of: &'a Items,
    netting: Netting,
    kept: Vec<bool>,
    value: u128,
    /// Below zero, the account is short.
    left: Vec<i128>,
    /// What the first of each pair owes the second.
    pairs: Vec<i128>,
    /// The bundles on the scales in which each account pays, by how much.
    owed: Vec<BTreeSet<(i128, usize)>>,
    short: BTreeSet<usize>,
    /// What was put and taken since the last exchange began, by number.
    log: Vec<usize>,
    steps: u64,
}

impl<'a> Scales<'a> {
    /// With nothing on them.
    pub(super) fn new(of: &'a Items, netting: Netting) -> Scales<'a> {
        let short = of.funds.iter().enumerate().filter(|(_, funds)| **funds < 0);
        Scales {
            of,
            netting,
            kept: alloc::vec![false; of.items.len()],
            value: 0,
            left: of.funds.clone(),
            pairs: alloc::vec![0; of.pairs],
            owed: alloc::vec![BTreeSet::new(); of.funds.len()],
            short: short.map(|(cell, _)| cell).collect(),
            log: Vec::new(),
            steps: u64::MAX,
        }
    }

    pub(super) fn value(&self) -> u128 {
        self.value
    }

    pub(super) fn keeps(&self, item: usize) -> bool {
        *at(&self.kept, item)
    }

    pub(super) fn is_balanced(&self) -> bool {
        self.short.is_empty()
    }

    pub(super) fn into_kept(self) -> Vec<bool> {
        self.kept
    }

    /// Puts another limit to the steps that are left.
    pub(super) fn allow(&mut self, steps: u64) {
        self.steps = steps;
    }

    pub(super) fn has_steps(&self) -> bool {
        0 < self.steps
    }

    /// Puts a bundle on the scales.
    pub(super) fn put(&mut self, item: usize) {
        self.turn(item, true);
    }

    /// Takes a bundle off, or puts it on.
    fn turn(&mut self, item: usize, on: bool) {
        self.steps = self.steps.saturating_sub(1);
        self.log.push(item);
        *at_mut(&mut self.kept, item) = on;
        let of = at(&self.of.items, item);
        self.value = match on {
            true => self.value.saturating_add(of.value),
            false => self.value.saturating_sub(of.value),
        };
        for flow in &of.flows {
            self.shift(flow, on);
        }
        for (index, flow) in of.flows.iter().enumerate() {
            let earlier = of.flows.iter().take(index);
            if earlier.clone().any(|other| other.payer == flow.payer) {
                continue;
            }
            let pays = of.flows.iter().filter(|other| other.payer == flow.payer);
            let pays = (pays.map(|other| other.amount).fold(0, i128::saturating_add), item);
            let owed = at_mut(&mut self.owed, flow.payer);
            let changed = if on { owed.insert(pays) } else { owed.remove(&pays) };
            debug_assert!(changed, "a bundle is on the scales once");
        }
    }

    fn shift(&mut self, flow: &Flow, on: bool) {
        let change = if on { flow.amount } else { flow.amount.saturating_neg() };
        match self.netting {
            Netting::Multilateral => {
                self.leave(flow.payer, change.saturating_neg());
                self.leave(flow.payee, change);
            }
            Netting::Gross => self.leave(flow.payer, change.saturating_neg()),
            Netting::Bilateral => {
                let (first, second, change) = match flow.turned {
                    false => (flow.payer, flow.payee, change),
                    true => (flow.payee, flow.payer, change.saturating_neg()),
                };
                let before = *at(&self.pairs, flow.pair);
                let after = before.saturating_add(change);
                *at_mut(&mut self.pairs, flow.pair) = after;
                let due = |owed: i128| owed.max(0);
                self.leave(first, due(before).saturating_sub(due(after)));
                let (before, after) = (before.saturating_neg(), after.saturating_neg());
                self.leave(second, due(before).saturating_sub(due(after)));
            }
        }
    }

    fn leave(&mut self, cell: usize, change: i128) {
        let left = at_mut(&mut self.left, cell);
        *left = left.saturating_add(change);
        if *left < 0 {
            self.short.insert(cell);
        } else {
            self.short.remove(&cell);
        }
    }

    /// Takes bundles off until nobody is short: of the first account that is, the least that
    /// covers its shortfall, or the largest when none does.
    pub(super) fn reduce(&mut self) {
        self.repair(&mut BTreeSet::new(), false);
    }

    /// Moves bundles until nobody is short, none of `moved` and each once: off the scales, or first
    /// on to them where that brings the account that is short what it needs. Says whether it could.
    fn repair(&mut self, moved: &mut BTreeSet<usize>, first_on: bool) -> bool {
        while let Some(&cell) = self.short.first() {
            let shortfall = at(&self.left, cell).saturating_neg();
            let brings = self.brings(cell, shortfall, moved).filter(|_| first_on);
            let frees = || self.frees(cell, shortfall, moved);
            let move_next = brings.map(|item| (item, true)).or_else(|| Some((frees()?, false)));
            let Some((item, on)) = move_next.filter(|_| self.has_steps()) else { return false };
            moved.insert(item);
            self.turn(item, on);
        }
        true
    }

    /// The bundle that is not on the scales and brings the account the least that is enough.
    fn brings(&self, cell: usize, shortfall: i128, moved: &BTreeSet<usize>) -> Option<usize> {
        let receiving = at(&self.of.receiving, cell);
        let enough = receiving.partition_point(|(amount, _)| *amount < shortfall);
        let from_enough = receiving.iter().skip(enough).take(TRIED);
        let mut out = from_enough.map(|&(_, item)| item);
        out.find(|item| !self.keeps(*item) && !moved.contains(item))
    }

    /// The bundle on the scales by which the account pays the least that is enough, or the most.
    fn frees(&self, cell: usize, shortfall: i128, moved: &BTreeSet<usize>) -> Option<usize> {
        let owed = at(&self.owed, cell);
        let free = |(_, item): &&(i128, usize)| !moved.contains(item);
        let enough = owed.range((shortfall, 0)..).find(free);
        enough.or_else(|| owed.iter().rev().find(free)).map(|&(_, item)| item)
    }

    /// Puts on, in this order, what makes nobody short.
    pub(super) fn fill(&mut self, order: &[usize]) {
        for &item in order {
            if !self.keeps(item) {
                self.put_if_it_fits(item);
            }
        }
    }

    fn put_if_it_fits(&mut self, item: usize) {
        self.turn(item, true);
        if !self.is_balanced() {
            self.turn(item, false);
        }
    }

    /// Puts `item` on, moves what that makes short, and fills up on the accounts concerned; one
    /// way, then the other. Undoes it all where that gains nothing. Says whether it gained.
    pub(super) fn exchange(&mut self, item: usize) -> bool {
        [false, true].into_iter().any(|first_on| self.exchange_this_way(item, first_on))
    }

    fn exchange_this_way(&mut self, item: usize, first_on: bool) -> bool {
        let before = self.value;
        self.log.clear();
        self.turn(item, true);
        let mut moved = BTreeSet::from([item]);
        if self.repair(&mut moved, first_on) {
            let flows = moved.iter().flat_map(|moved| &at(&self.of.items, *moved).flows);
            let cells: BTreeSet<usize> = flows.flat_map(|f| [f.payer, f.payee]).collect();
            for cell in cells {
                let paying = at(&self.of.paying, cell);
                let out = paying.iter().copied().filter(|item| !self.keeps(*item));
                let out: Vec<usize> = out.take(TRIED).collect();
                self.fill(&out);
            }
            if before < self.value {
                return true;
            }
        }
        let log = core::mem::take(&mut self.log);
        for moved in log.into_iter().rev() {
            let on = self.keeps(moved);
            self.turn(moved, !on);
        }
        self.log.clear();
        false
    }

    /// Tries every set there is and leaves the best on the scales. Twice as long for each bundle.
    pub(super) fn try_all(&mut self) {
        let mut best = (self.value, self.kept.clone());
        // Every set differs from the last in one bundle (Gray's code).
        for set in 1u64..1 << self.of.items.len().min(32) {
            let item = usize::try_from(set.trailing_zeros()).unwrap_or(0);
            let on = self.keeps(item);
            self.turn(item, !on);
            if self.is_balanced() && best.0 < self.value {
                best = (self.value, self.kept.clone());
            }
        }
        (self.value, self.kept) = best;
    }
}

/// What `Items::new` has numbered is there.
fn at<T>(list: &[T], number: usize) -> &T {
    list.get(number).expect("a number that was given out")
}

fn at_mut<T>(list: &mut [T], number: usize) -> &mut T {
    list.get_mut(number).expect("a number that was given out")
}
