//! Whether what the machine finds things by, and what it has counted, is what it would find by
//! looking at everything.

use crate::dispute::Dispute;
use crate::settlement::Item;
use crate::trade::{Trade, TradeState};
use crate::venue::Venue;
use alloc::collections::BTreeMap;
use gcfn_model::{Amount, BatchId, NodeId, PartyId};

impl Venue {
    /// An index or a count that is not what a recount comes to: none, short of a defect. Looks at
    /// everything.
    #[must_use]
    pub fn miscount(&self) -> Option<&'static str> {
        let checks = [
            ("batches", self.batches.is_filed()),
            ("offers", self.offers.is_filed()),
            ("auctions", self.auctions.is_filed()),
            ("redemptions", self.redemptions.is_filed()),
            ("withdrawals", self.withdrawals.is_filed()),
            ("pledges", self.pledges.is_filed()),
            ("awaited", self.awaited_again() == self.parties.all_awaited().collect()),
            ("owed", self.members.iter().all(|(node, of)| of.owed == self.owed_again(*node))),
            ("promised", self.promised_again() == self.fund_promised),
            ("disputes", self.disputes_are_found()),
            ("trades", self.trades.values().all(|trade| self.is_remembered_rightly(trade))),
            (
                "refundable",
                self.refundable.values().flatten().all(|id| self.trades.contains_key(id)),
            ),
        ];
        checks.into_iter().find(|(_, right)| !right).map(|(name, _)| name)
    }

    fn unsettled(&self) -> impl Iterator<Item = &Trade> {
        self.items.values().filter_map(|item| match item {
            Item::Trade { trade } => self.trades.get(trade),
            _ => None,
        })
    }

    fn awaited_again(&self) -> BTreeMap<PartyId, u32> {
        let items = self.items.values().flat_map(Item::payees).flatten();
        let mut awaited = BTreeMap::<PartyId, u32>::new();
        for party in items.chain(self.unsettled().map(|trade| trade.seller)) {
            let count = awaited.entry(party).or_default();
            *count = count.saturating_add(1);
        }
        awaited
    }

    fn owed_again(&self, node: NodeId) -> Amount {
        let of = self.unsettled().filter(|trade| trade.member.is_some_and(|of| of.node == node));
        Amount::sum(of.map(Trade::value)).unwrap_or(Amount::MAX)
    }

    fn promised_again(&self) -> BTreeMap<PartyId, BTreeMap<BatchId, Amount>> {
        let mut promised = BTreeMap::<PartyId, BTreeMap<BatchId, Amount>>::new();
        for item in self.items.values() {
            let Item::GuaranteeCover { issuer, batch, amount } = *item else { continue };
            let sum = promised.entry(issuer).or_default().entry(batch).or_insert(Amount::ZERO);
            *sum = sum.checked_add(amount).unwrap_or(Amount::MAX);
        }
        promised
    }

    /// Every dispute is found by its trade, which is remembered.
    fn disputes_are_found(&self) -> bool {
        let remembered = |of: &Dispute| self.trades.contains_key(&of.trade);
        self.disputes.are_found() && self.disputes.iter().all(|(_, of)| remembered(of))
    }

    /// A trade that waits for money has an item, and one that waits for nothing is forgotten.
    fn is_remembered_rightly(&self, trade: &Trade) -> bool {
        match trade.state {
            TradeState::Matched | TradeState::InSettlement => self.items.contains_key(&trade.item),
            TradeState::Settled | TradeState::Reversed => {
                let late = self.final_from(trade).is_some_and(|until| until <= self.now);
                !late || self.disputes.is_open_about(trade.id)
            }
        }
    }
}
