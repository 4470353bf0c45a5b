//! The state as it was at one moment, to be written down while commands go on.

use crate::venue::Venue;
use gcfn_table::Freeze;

/// What grows with parties, orders, trades and requests is shared; what is small, or is emptied
/// every day, is copied.
impl Freeze for Venue {
    fn shared(&self) -> Venue {
        Venue {
            terms: self.terms,
            now: self.now,
            books: self.books.shared(),
            sequence: self.sequence,
            answers: self.answers.shared(),
            agenda: self.agenda.shared(),
            proposals: self.proposals.clone(),
            parties: self.parties.shared(),
            issuers: self.issuers.clone(),
            members: self.members.clone(),
            closed: self.closed.clone(),
            freezes: self.freezes.clone(),
            limits: self.limits.shared(),
            flags: self.flags.shared(),
            invited: self.invited.shared(),
            points: self.points.shared(),
            defaults: self.defaults.clone(),
            calls: self.calls.clone(),
            fund_promised: self.fund_promised.clone(),
            issuer_payouts: self.issuer_payouts.clone(),
            alliances: self.alliances.clone(),
            templates: self.templates.clone(),
            batches: self.batches.shared(),
            markets: self.markets.shared(),
            orders: self.orders.shared(),
            kept_for_later: self.kept_for_later.shared(),
            offers: self.offers.shared(),
            auctions: self.auctions.shared(),
            makers: self.makers.clone(),
            trades: self.trades.shared(),
            refundable: self.refundable.shared(),
            redemptions: self.redemptions.shared(),
            ended_redemptions: self.ended_redemptions.shared(),
            withdrawals: self.withdrawals.shared(),
            disputes: self.disputes.clone(),
            coupon_freezes: self.coupon_freezes.clone(),
            pledges: self.pledges.shared(),
            days: self.days.clone(),
            items: self.items.shared(),
            unbundled: self.unbundled.shared(),
            bundles: self.bundles.clone(),
            exceptions: self.exceptions.clone(),
            merchants_due: self.merchants_due.clone(),
            receivables: self.receivables.clone(),
            reversible: self.reversible.shared(),
            suspense: self.suspense.clone(),
            locks: self.locks.clone(),
            deals: self.deals.clone(),
            unproposed: self.unproposed.clone(),
            desk: self.desk.shared(),
            early: self.early.clone(),
            returned_pay_ins: self.returned_pay_ins.clone(),
            unposted: self.unposted.clone(),
            bank_alarms: self.bank_alarms.clone(),
            house: self.house.clone(),
        }
    }
}
