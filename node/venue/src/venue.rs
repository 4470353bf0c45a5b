//! The state of a venue.

use crate::agenda::Agenda;
use crate::alliance::Alliance;
use crate::answers::Answers;
use crate::bank_alarm::BankAlarm;
use crate::batch::Batch;
use crate::bidding::Auction;
use crate::bundling::Bundled;
use crate::deal_rate::DealRate;
use crate::defaults::DefaultCase;
use crate::dispute::DisputeStep;
use crate::disputes::Disputes;
use crate::escrow::IssuerPayout;
use crate::event::Event;
use crate::exception::BundleException;
use crate::four_eyes::Proposal;
use crate::freeze::FreezeReason;
use crate::funding::FundingCall;
use crate::indexed::{By, Indexed};
use crate::issuer::Issuer;
use crate::limits::PartyLimits;
use crate::maker::MarketMaker;
use crate::market::Market;
use crate::notice::LockedRate;
use crate::offers::Offer;
use crate::orders::{OpenOrder, OpenOrders};
use crate::overlay::{CouponFreeze, Pledge};
use crate::parties::Parties;
use crate::party::Party;
use crate::points::Points;
use crate::redemption::Redemption;
use crate::returned_pay_in::ReturnedPayIn;
use crate::reversal::ReversibleEntry;
use crate::rules::Rule;
use crate::settlement::{Item, ItemId, Purpose, TradingDay};
use crate::template::Template;
use crate::terms::Terms;
use crate::trade::Trade;
use crate::withdrawal::Withdrawal;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Desk, SuspenseItem};
use gcfn_clearing::{BundleRef, House};
use gcfn_ledger::{Account, Books, Entry, Posting, SerialRange};
use gcfn_model::{
    AllianceId, Amount, AuctionId, BatchId, BusinessDate, Currency, DisputeId, InstructionId,
    LockId, NodeId, OfferId, OrderId, PartyId, Pool, ProposalId, RedemptionId, RegionId, SeriesId,
    TemplateId, Timestamp, TradeId, Uetr, WithdrawalId,
};
use gcfn_table::{Map, Shared};
use serde::{Deserialize, Serialize};

/// What is due at an instant. Fired in order of time, then of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Due {
    CutOff(BusinessDate),
    UnlockRedemption(RedemptionId),
    Expire(BatchId),
    ExpireForeign(SeriesId),
    ShareBreakage(BatchId),
    ForgetLock(LockId),
    LapseDeal(OrderId),
    LapsePayment(NodeId, TradeId),
    LapseProposal(ProposalId),
    CallFunding(PartyId),
    ReviewIssuer(PartyId),
    EnterBook(OrderId),
    ExpireOrder(OrderId),
    LapseOffer(OfferId),
    EndAuction(AuctionId),
    EndCall(SeriesId),
    ClosingCall(BusinessDate),
    CloseReversal(u64),
    SendWithdrawal(WithdrawalId),
    Dispute(DisputeId, DisputeStep),
    RewardInviters(TradeId),
    ForgetRedemption(RedemptionId),
    ForgetTrade(TradeId),
    StateDay(BusinessDate),
}

/// Another node that may trade here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) region: RegionId,
    pub(crate) debit_cap: Amount,
    pub(crate) active: bool,
    /// What it owes for trades that have not settled.
    pub(crate) owed: Amount,
}

/// A rate that a dealer holds for this node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Lock {
    pub(crate) rate: LockedRate,
    pub(crate) used: bool,
}

/// A purchase of a user of this node at another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deal {
    pub(crate) buyer: PartyId,
    pub(crate) goods: crate::command::Merchandise,
    pub(crate) rate: DealRate,
    /// What is held of the buyer's money until the home node answers.
    pub(crate) held: Amount,
}

/// The replicated machine of a trading node.
///
/// Fields are grouped as the business is: who, what is issued, what is traded, what is owed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Venue {
    pub(crate) terms: Terms,
    pub(crate) now: Timestamp,
    pub(crate) books: Books,
    /// The source of ids that the machine makes itself.
    pub(crate) sequence: u64,
    pub(crate) answers: Answers,
    pub(crate) agenda: Agenda,

    pub(crate) proposals: BTreeMap<ProposalId, Proposal>,

    pub(crate) parties: Parties,
    pub(crate) issuers: BTreeMap<PartyId, Issuer>,
    pub(crate) members: BTreeMap<NodeId, Member>,
    /// Parties that have left; their pseudonyms are not used again.
    pub(crate) closed: BTreeSet<PartyId>,
    pub(crate) freezes: BTreeMap<PartyId, BTreeSet<FreezeReason>>,
    pub(crate) limits: Map<PartyId, PartyLimits>,
    pub(crate) flags: Map<(PartyId, Rule), Timestamp>,
    /// Who was invited by whom; by nobody any more once the inviter has been rewarded.
    pub(crate) invited: Map<PartyId, Option<PartyId>>,
    pub(crate) points: Points,

    /// Open defaults, by issuer.
    pub(crate) defaults: BTreeMap<PartyId, DefaultCase>,
    /// What issuers are called for.
    pub(crate) calls: BTreeMap<PartyId, FundingCall>,
    /// What the guarantee fund has promised to the batches of issuers and not paid yet.
    pub(crate) fund_promised: BTreeMap<PartyId, BTreeMap<BatchId, Amount>>,
    pub(crate) issuer_payouts: BTreeMap<WithdrawalId, IssuerPayout>,

    pub(crate) alliances: BTreeMap<AllianceId, Alliance>,
    pub(crate) templates: BTreeMap<(TemplateId, u32), Template>,
    pub(crate) batches: Indexed<BatchId, Batch>,
    pub(crate) markets: Map<SeriesId, Shared<Market>>,
    pub(crate) orders: OpenOrders,
    /// Which coupons are behind sell orders that are not in the book yet.
    pub(crate) kept_for_later: Map<OrderId, Vec<SerialRange>>,
    pub(crate) offers: Indexed<OfferId, Offer>,
    pub(crate) auctions: Indexed<AuctionId, Auction>,
    pub(crate) makers: BTreeMap<PartyId, MarketMaker>,
    pub(crate) trades: Map<TradeId, Trade>,
    pub(crate) refundable: Map<(PartyId, SeriesId), Vec<TradeId>>,
    pub(crate) redemptions: Indexed<RedemptionId, Redemption>,
    /// The ids of those that have ended not long ago.
    pub(crate) ended_redemptions: Map<RedemptionId, ()>,
    pub(crate) withdrawals: Indexed<WithdrawalId, Withdrawal>,
    pub(crate) disputes: Disputes,
    pub(crate) coupon_freezes: BTreeMap<u64, CouponFreeze>,
    pub(crate) pledges: Indexed<u64, Pledge>,

    pub(crate) days: BTreeMap<BusinessDate, TradingDay>,
    pub(crate) items: Map<ItemId, Item>,
    pub(crate) unbundled: Map<ItemId, ()>,
    pub(crate) bundles: BTreeMap<BundleRef, Bundled>,
    /// What another node and this one do not say alike.
    pub(crate) exceptions: BTreeMap<BundleRef, BundleException>,
    pub(crate) merchants_due: BTreeMap<PartyId, Amount>,
    /// What parties owe and have not begun to repay.
    pub(crate) receivables: BTreeMap<(PartyId, Pool), Amount>,
    pub(crate) reversible: Map<u64, ReversibleEntry>,
    pub(crate) suspense: BTreeMap<u64, SuspenseItem>,

    pub(crate) locks: BTreeMap<LockId, Lock>,
    pub(crate) deals: BTreeMap<OrderId, Deal>,
    /// The payments for trades at other nodes that their homes have not proposed to settle yet.
    pub(crate) unproposed: BTreeMap<(NodeId, TradeId), ItemId>,

    pub(crate) desk: Desk<Purpose>,
    /// Money that a bank booked before the house that sent it had said so.
    pub(crate) early: BTreeMap<Uetr, BankEntry>,
    /// What houses call for again, by the first call.
    pub(crate) returned_pay_ins: BTreeMap<InstructionId, ReturnedPayIn>,
    /// What a bank booked and the books could not take, in order.
    pub(crate) unposted: Vec<Entry>,
    /// The alarms about banks that stand.
    pub(crate) bank_alarms: BTreeSet<(Currency, BankAlarm)>,
    pub(crate) house: Option<House>,
}

/// Terms whose limits are in the currency that the coupons trade in.
fn in_one_currency(terms: Terms) -> Terms {
    assert_eq!(terms.money.limits.currency, terms.currency, "limits in the venue's currency");
    terms
}

/// The clearing house that a node of these terms runs.
fn own_house(terms: &Terms) -> Option<House> {
    let house = || {
        let house = House::new(terms.house, terms.node).netted(terms.netting);
        house.alarmed(terms.money.alarm_after).with_statement_grace(terms.statement_grace)
    };
    (terms.house_node == terms.node).then(house)
}

/// One application of a command: the time it happens at and what comes of it.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) at: Timestamp,
    pub(crate) events: &'a mut Vec<Event>,
}

impl Step<'_> {
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Venue {
    /// A venue without parties. It runs a clearing house when its terms name itself as the
    /// house's node.
    ///
    /// # Panics
    /// When the limits of its terms are in another currency than its coupons trade in (D-16).
    #[must_use]
    pub fn new(terms: Terms) -> Venue {
        Venue {
            house: own_house(&terms),
            terms: in_one_currency(terms),
            now: Timestamp::EPOCH,
            books: Books::default(),
            sequence: 0,
            answers: Answers::default(),
            agenda: Agenda::default(),
            proposals: BTreeMap::new(),
            parties: Parties::default(),
            issuers: BTreeMap::new(),
            members: BTreeMap::new(),
            defaults: BTreeMap::new(),
            calls: BTreeMap::new(),
            fund_promised: BTreeMap::new(),
            issuer_payouts: BTreeMap::new(),
            alliances: BTreeMap::new(),
            templates: BTreeMap::new(),
            closed: BTreeSet::new(),
            freezes: BTreeMap::new(),
            limits: Map::new(),
            flags: Map::new(),
            invited: Map::new(),
            points: Points::default(),
            batches: Indexed::default(),
            markets: Map::new(),
            orders: OpenOrders::default(),
            kept_for_later: Map::new(),
            offers: Indexed::default(),
            auctions: Indexed::default(),
            makers: BTreeMap::new(),
            trades: Map::new(),
            refundable: Map::new(),
            redemptions: Indexed::default(),
            ended_redemptions: Map::new(),
            withdrawals: Indexed::default(),
            disputes: Disputes::default(),
            coupon_freezes: BTreeMap::new(),
            pledges: Indexed::default(),
            days: BTreeMap::new(),
            items: Map::new(),
            unbundled: Map::new(),
            bundles: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            merchants_due: BTreeMap::new(),
            receivables: BTreeMap::new(),
            reversible: Map::new(),
            suspense: BTreeMap::new(),
            locks: BTreeMap::new(),
            deals: BTreeMap::new(),
            unproposed: BTreeMap::new(),
            desk: Desk::default(),
            early: BTreeMap::new(),
            returned_pay_ins: BTreeMap::new(),
            unposted: Vec::new(),
            bank_alarms: BTreeSet::new(),
        }
    }

    /// The terms it runs on.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The time of the last command.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Money and title.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// The same venue as if it remembered no answer: what a refusal must leave as it was.
    #[must_use]
    pub fn without_answers(&self) -> Venue {
        Venue { answers: Answers::default(), ..self.clone() }
    }

    /// A party by its pseudonym.
    #[must_use]
    pub fn find_party(&self, party: PartyId) -> Option<&Party> {
        self.parties.get(&party)
    }

    /// The first `count` parties after a pseudonym that are wanted, in order. Looks at all.
    pub fn parties_after(
        &self,
        after: Option<PartyId>,
        count: usize,
        is_wanted: impl Fn(&Party) -> bool,
    ) -> impl Iterator<Item = (PartyId, &Party)> {
        self.parties.page(after, count, is_wanted)
    }

    /// An issuer.
    #[must_use]
    pub fn issuer(&self, issuer: PartyId) -> Option<&Issuer> {
        self.issuers.get(&issuer)
    }

    /// Every batch, in the order of ids.
    pub fn batches(&self) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.batches.iter()
    }

    /// The batches beyond `after`, in the order of ids: a page of them costs what it shows.
    pub fn batches_after(
        &self,
        after: Option<BatchId>,
    ) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.batches.after(By::All, after)
    }

    /// The same of those whose coupons are alive.
    pub fn live_batches_after(
        &self,
        after: Option<BatchId>,
    ) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.batches.after(By::Alive, after)
    }

    /// The batches of an issuer, in the order of ids.
    pub fn batches_by(&self, issuer: PartyId) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.batches.of(By::Party(issuer))
    }

    /// A batch by its id.
    #[must_use]
    pub fn batch(&self, id: BatchId) -> Option<&Batch> {
        self.batches.get(&id)
    }

    /// The batch that a series of this node comes from.
    #[must_use]
    pub fn batch_of(&self, series: SeriesId) -> Option<(BatchId, &Batch)> {
        let (id, batch) = self.batches.of(By::Series(series)).next()?;
        Some((*id, batch))
    }

    /// A market by its series.
    #[must_use]
    pub fn market(&self, series: SeriesId) -> Option<&Market> {
        self.markets.get(&series).map(|market| &**market)
    }

    /// Every market, in the order of series. Sorts them: not for a request.
    pub fn markets(&self) -> impl Iterator<Item = (&SeriesId, &Market)> {
        self.markets.iter().map(|(series, market)| (series, &**market))
    }

    /// An open order.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<&OpenOrder> {
        self.orders.get(order)
    }

    /// Every open order, in the order of ids. Sorts them: not for a request.
    pub fn orders(&self) -> impl Iterator<Item = &OpenOrder> {
        self.orders.all()
    }

    /// The open orders of a party: in one book, or in all.
    #[must_use]
    pub fn orders_of(&self, party: PartyId, series: Option<SeriesId>) -> Vec<OpenOrder> {
        self.orders.of(party, series)
    }

    /// An offer that stands.
    #[must_use]
    pub fn offer(&self, offer: OfferId) -> Option<&Offer> {
        self.offers.get(&offer)
    }

    /// Every offer that stands, in the order of ids.
    pub fn offers(&self) -> impl Iterator<Item = (&OfferId, &Offer)> {
        self.offers.iter()
    }

    /// The offers beyond `after` that stand, in the order of ids: all, or those of a series.
    pub fn offers_after(
        &self,
        series: Option<SeriesId>,
        after: Option<OfferId>,
    ) -> impl Iterator<Item = (&OfferId, &Offer)> {
        self.offers.after(series.map_or(By::All, By::Series), after)
    }

    /// An auction that runs.
    #[must_use]
    pub fn auction(&self, auction: AuctionId) -> Option<&Auction> {
        self.auctions.get(&auction)
    }

    /// Every auction that runs, in the order of ids.
    pub fn auctions(&self) -> impl Iterator<Item = (&AuctionId, &Auction)> {
        self.auctions.iter()
    }

    /// The auctions beyond `after` that run, in the order of ids: all, or those of a series.
    pub fn auctions_after(
        &self,
        series: Option<SeriesId>,
        after: Option<AuctionId>,
    ) -> impl Iterator<Item = (&AuctionId, &Auction)> {
        self.auctions.after(series.map_or(By::All, By::Series), after)
    }

    /// A market maker, applied, admitted or former.
    #[must_use]
    pub fn market_maker(&self, party: PartyId) -> Option<&MarketMaker> {
        self.makers.get(&party)
    }

    /// Every market maker.
    pub fn market_makers(&self) -> impl Iterator<Item = (&PartyId, &MarketMaker)> {
        self.makers.iter()
    }

    /// A trade that is not yet forgotten.
    #[must_use]
    pub fn trade(&self, trade: TradeId) -> Option<&Trade> {
        self.trades.get(&trade)
    }

    /// Every trade that is not yet forgotten, in the order of ids. Sorts them: not for a request.
    pub fn trades(&self) -> impl Iterator<Item = &Trade> {
        self.trades.values()
    }

    /// A redemption that is locked or waits for settlement.
    #[must_use]
    pub fn redemption(&self, redemption: RedemptionId) -> Option<&Redemption> {
        self.redemptions.get(&redemption)
    }

    /// Every redemption whose money has not moved.
    pub fn redemptions(&self) -> impl Iterator<Item = (&RedemptionId, &Redemption)> {
        self.redemptions.iter()
    }

    /// The same beyond `after`, in the order of ids: all, or those of a party, be it the holder
    /// or the merchant.
    pub fn redemptions_after(
        &self,
        party: Option<PartyId>,
        series: Option<SeriesId>,
        after: Option<RedemptionId>,
    ) -> impl Iterator<Item = (&RedemptionId, &Redemption)> {
        let of = series.map(By::Series).or(party.map(By::Party)).unwrap_or(By::All);
        self.redemptions.after(of, after)
    }

    /// An FX rate locked for this node.
    #[must_use]
    pub fn lock(&self, lock: LockId) -> Option<&LockedRate> {
        self.locks.get(&lock).map(|lock| &lock.rate)
    }

    /// The life of the node's payments.
    #[must_use]
    pub fn desk(&self) -> &Desk<Purpose> {
        &self.desk
    }

    /// What a bank booked and the books cannot take yet: breaks that somebody must look at.
    #[must_use]
    pub fn unposted(&self) -> &[Entry] {
        &self.unposted
    }

    /// The clearing house, on a node that runs one.
    #[must_use]
    pub fn house(&self) -> Option<&House> {
        self.house.as_ref()
    }

    /// What waits for a second person.
    pub fn proposals(&self) -> impl Iterator<Item = (&ProposalId, &Proposal)> {
        self.proposals.iter()
    }

    /// The trading days known.
    pub fn days(&self) -> impl Iterator<Item = &TradingDay> {
        self.days.values()
    }

    /// When something is due next.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let own = self.agenda.first().map(|(at, _)| *at);
        let house = self.house.as_ref().and_then(House::next_due);
        own.into_iter().chain(house).chain(self.desk.next_question()).min()
    }

    /// Everything that makes cash move between pools and has not settled, oldest first. Sorts it:
    /// not for a request.
    pub fn items(&self) -> impl Iterator<Item = (&ItemId, &Item)> {
        self.items.iter()
    }

    /// How many settlement items wait for the next cut-off, and how many for their cycle.
    #[must_use]
    pub fn open_items(&self) -> (usize, usize) {
        let unbundled = self.unbundled.len();
        (unbundled, self.items.len().saturating_sub(unbundled))
    }

    /// What `account` has in the venue's currency.
    pub(crate) fn amount(&self, account: Account) -> Amount {
        self.books.money.amount(account, self.terms.currency)
    }

    pub(crate) fn entry(&self, posting: Posting) -> Entry {
        Entry::new(posting, self.terms.currency)
    }

    /// Posts an entry whose conditions have all been checked; an entry without legs is none.
    pub(crate) fn post(&mut self, step: &mut Step<'_>, entry: Entry) {
        if entry.legs.is_empty() {
            return;
        }
        if let Err(fault) = self.books.money.post(&entry) {
            panic!("{} was checked before it was posted: {fault}", entry.posting);
        }
        self.posted(step, entry);
    }

    /// Tells what was posted, and lets whoever it brought money repay what is owed.
    fn posted(&mut self, step: &mut Step<'_>, entry: Entry) {
        let credits = (!self.receivables.is_empty()).then(|| entry.clone());
        step.emit(Event::Posted(entry));
        if let Some(entry) = credits {
            self.repay_from(step, &entry);
        }
    }

    /// Posts what a bank says, which no check of this node can have foreseen: a debit may be more
    /// than is booked, or come before its credit. What the books cannot take is recorded as a
    /// break and waits, and the statement will not tie, until a later booking makes room for it.
    /// Says whether it was posted.
    pub(crate) fn post_banked(&mut self, step: &mut Step<'_>, entry: Entry) -> bool {
        if entry.legs.is_empty() {
            return true;
        }
        if let Err(fault) = self.books.money.post(&entry) {
            step.emit(Event::BankUnposted { entry: entry.clone(), fault });
            self.unposted.push(entry);
            return false;
        }
        let mut posted = [entry].to_vec();
        for waiting in core::mem::take(&mut self.unposted) {
            match self.books.money.post(&waiting) {
                Ok(()) => posted.push(waiting),
                Err(_) => self.unposted.push(waiting),
            }
        }
        for entry in posted {
            self.posted(step, entry);
        }
        true
    }

    pub(crate) fn next_number(&mut self) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
    }
}
