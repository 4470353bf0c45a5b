//! Conduct in the book that looks like manipulation: spoofing and layering (MMK-08, RSK-26, A-15,
//! It is flagged and changes nothing: a person looks at it.

use crate::event::Event;
use crate::orders::OpenOrder;
use crate::venue::{Step, Venue};
use gcfn_market::Side;
use gcfn_model::{PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConductRule {
    /// Most orders are taken back before anything of them has traded.
    Spoofing,
    /// Orders of one side are taken back as soon as the other has traded.
    Layering,
}

/// What a party has done in its present window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conduct {
    /// When the window ends.
    ends: Option<Timestamp>,
    placed: u32,
    cancelled: u32,
    /// The last trade, and how many orders of the other side were taken back since.
    traded: Option<(SeriesId, Side, Timestamp)>,
    withdrawn: u32,
    spoofing: bool,
    layering: bool,
}

impl Venue {
    /// An order of `party` has come to rest.
    pub(crate) fn note_placed(&mut self, at: Timestamp, party: PartyId) {
        let conduct = self.conduct_of(at, party);
        conduct.placed = conduct.placed.saturating_add(1);
    }

    /// A party has traded.
    pub(crate) fn note_trade(
        &mut self,
        at: Timestamp,
        (party, side): (PartyId, Side),
        series: SeriesId,
    ) {
        let conduct = self.conduct_of(at, party);
        conduct.traded = Some((series, side, at));
        conduct.withdrawn = 0;
    }

    /// A party has taken an order back by itself.
    pub(crate) fn note_cancelled(&mut self, step: &mut Step<'_>, open: &OpenOrder) {
        if open.filled != 0 || open.not_before.is_some() {
            return;
        }
        let rules = self.terms.trading.conduct;
        let at = step.at;
        let conduct = self.conduct_of(at, open.party);
        conduct.cancelled = conduct.cancelled.saturating_add(1);
        let followed = conduct.traded.is_some_and(|(series, side, when)| {
            let soon = at.since(when) <= rules.layering_window;
            series == open.series && side == open.side.opposite() && soon
        });
        if followed {
            conduct.withdrawn = conduct.withdrawn.saturating_add(1);
        }
        let sample = rules.sample.max(1) <= conduct.placed;
        let cancelled = u64::from(conduct.cancelled).saturating_mul(10_000);
        let allowed = u64::from(conduct.placed).saturating_mul(u64::from(rules.cancel_rate.0));
        let spoofing = sample && allowed < cancelled && !conduct.spoofing;
        let layering = rules.layers.max(1) <= conduct.withdrawn && !conduct.layering;
        conduct.spoofing |= spoofing;
        conduct.layering |= layering;
        let (party, series) = (open.party, open.series);
        for (seen, rule) in [(spoofing, ConductRule::Spoofing), (layering, ConductRule::Layering)] {
            if seen {
                step.emit(Event::ConductFlagged { party, series, rule });
            }
        }
    }

    /// What a party has done; a window begins with its first act and ends by itself.
    fn conduct_of(&mut self, at: Timestamp, party: PartyId) -> &mut Conduct {
        let ends = at.checked_add(self.terms.trading.conduct.window);
        let begun = Conduct { ends, ..Conduct::default() };
        let conduct = self.parties.conduct_or(party, begun);
        if conduct.ends.is_some_and(|ends| ends <= at) {
            *conduct = begun;
        }
        conduct
    }
}
