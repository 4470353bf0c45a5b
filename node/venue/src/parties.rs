//! What a venue keeps of each party beside its money and its coupons, in one row each.
//!
//! A command asks for most of it, and to find a party costs more than to read what is known of it.
//! Decides nothing: what is counted, and for what, is the matter of whoever asks.

use crate::activity::Activity;
use crate::conduct::Conduct;
use crate::monthly::{Month, MonthlyTrades};
use crate::party::Party;
use gcfn_model::{BusinessDate, PartyId};
use gcfn_table::{Freeze, Map};
use serde::{Deserialize, Serialize};

/// Everybody that something is known of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Parties(Map<PartyId, Known>);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Known {
    /// What it is; nothing of whoever is not registered here.
    party: Option<Party>,
    activity: Option<Activity>,
    conduct: Option<Conduct>,
    trades: MonthlyTrades,
    /// How many items will bring it money.
    awaited: u32,
}

impl Parties {
    /// A registered party.
    pub(crate) fn get(&self, party: &PartyId) -> Option<&Party> {
        self.0.get(party)?.party.as_ref()
    }

    pub(crate) fn get_mut(&mut self, party: &PartyId) -> Option<&mut Party> {
        self.0.get_mut(party)?.party.as_mut()
    }

    pub(crate) fn contains_key(&self, party: &PartyId) -> bool {
        self.get(party).is_some()
    }

    /// Registers a party, in place of what it was.
    pub(crate) fn insert(&mut self, party: PartyId, is: Party) {
        self.known(party).party = Some(is);
    }

    /// Forgets everything about a party.
    pub(crate) fn remove(&mut self, party: &PartyId) {
        self.0.remove(party);
    }

    /// The first `count` registered parties after a pseudonym that are wanted, in order. Looks at
    /// all.
    pub(crate) fn page(
        &self,
        after: Option<PartyId>,
        count: usize,
        is_wanted: impl Fn(&Party) -> bool,
    ) -> impl Iterator<Item = (PartyId, &Party)> {
        let is_wanted = |known: &Known| known.party.as_ref().is_some_and(&is_wanted);
        let page = self.0.page(after.as_ref(), count, |party| party, is_wanted);
        page.into_iter().filter_map(|party| Some((party, self.get(&party)?)))
    }

    /// What a party did lately, if it ever did anything that counts.
    pub(crate) fn activity(&self, party: &PartyId) -> Option<&Activity> {
        self.0.get(party)?.activity.as_ref()
    }

    pub(crate) fn activity_mut(&mut self, party: &PartyId) -> Option<&mut Activity> {
        self.0.get_mut(party)?.activity.as_mut()
    }

    /// What a party has done on `day` and before.
    pub(crate) fn activity_on(&mut self, day: BusinessDate, party: PartyId) -> &mut Activity {
        let activity = self.known(party).activity.get_or_insert_with(|| Activity::new(day));
        activity.turn(day);
        activity
    }

    /// How a party behaves in the book: as `begun`, if nothing was seen of it yet.
    pub(crate) fn conduct_or(&mut self, party: PartyId, begun: Conduct) -> &mut Conduct {
        self.known(party).conduct.get_or_insert(begun)
    }

    /// Counts a trade of a party in `month`.
    pub(crate) fn count_trade(&mut self, month: Month, party: PartyId) {
        self.known(party).trades.add(month);
    }

    /// How many trades of a party were counted in `month`.
    pub(crate) fn trades_in(&self, month: Month, party: &PartyId) -> u32 {
        self.0.get(party).map_or(0, |known| known.trades.in_month(month))
    }

    /// Counts an item more that will bring a party money.
    pub(crate) fn count_awaited(&mut self, party: PartyId) {
        let known = self.known(party);
        known.awaited = known.awaited.saturating_add(1);
    }

    /// Counts an item less.
    pub(crate) fn count_received(&mut self, party: &PartyId) {
        if let Some(known) = self.0.get_mut(party) {
            known.awaited = known.awaited.saturating_sub(1);
        }
    }

    /// How many items will bring a party money.
    pub(crate) fn awaited(&self, party: &PartyId) -> u32 {
        self.0.get(party).map_or(0, |known| known.awaited)
    }

    /// Everybody who waits for money, in order, with how many items will bring it. Sorts them.
    pub(crate) fn all_awaited(&self) -> impl Iterator<Item = (PartyId, u32)> {
        let all = self.0.iter().map(|(party, known)| (*party, known.awaited));
        all.filter(|(_, awaited)| *awaited != 0)
    }

    fn known(&mut self, party: PartyId) -> &mut Known {
        self.0.or_insert_with(party, Known::default)
    }
}

impl Freeze for Parties {
    fn shared(&self) -> Parties {
        Parties(self.0.shared())
    }
}
