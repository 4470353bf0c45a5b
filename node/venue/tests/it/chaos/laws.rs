//! What holds of every venue after every command, recounted from what it shows.

use gcfn_ledger::{Account, Holder, IssuerBucket, Side as Booked, UserBucket};
use gcfn_market::{BookView, Phase, Side};
use gcfn_model::{PartyId, SeriesId};
use gcfn_venue::{Event, Item, Market, Pledge, Venue};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// The first law that is broken; none, short of a defect.
pub(crate) fn broken(venue: &Venue) -> Option<String> {
    let checks = [
        conserved,
        counts,
        claims,
        money_set_aside,
        money_committed,
        coupons_set_aside,
        locks_in_place,
        books,
    ];
    checks.iter().find_map(|check| check(venue))
}

/// Says what differs, where something does.
fn differs<T: PartialEq + Debug>(what: &str, booked: &T, recounted: &T) -> Option<String> {
    let told = || format!("{what}: booked {booked:?}, recounted {recounted:?}");
    (booked != recounted).then(told)
}

fn conserved(venue: &Venue) -> Option<String> {
    differs("imbalances", &venue.imbalances(), &Vec::new())
}

/// What things are found by, and what was counted, is what looking at everything comes to.
fn counts(venue: &Venue) -> Option<String> {
    venue.miscount().map(|what| format!("{what} are not what a recount comes to"))
}

/// Nobody's claim is below zero.
fn claims(venue: &Venue) -> Option<String> {
    let below = venue.books().money.balances().find(|(_, account, balance)| {
        account.normal() == Booked::Credit && !account.either_sign() && balance.minor() < 0
    });
    below.map(|(currency, account, balance)| {
        format!("{account} is negative: {} {currency}", balance.decimal(currency))
    })
}

/// What is on hold is what is open, and what is leaving is what was asked to leave; per party.
fn money_set_aside(venue: &Venue) -> Option<String> {
    let (mut held, mut leaving) = (BTreeMap::new(), BTreeMap::new());
    for (currency, account, balance) in venue.books().money.balances() {
        let (sums, party) = match account {
            Account::User(party, UserBucket::Hold) | Account::Issuer(party, IssuerBucket::Hold) => {
                (&mut held, party)
            }
            Account::User(party, UserBucket::Withdrawal) => (&mut leaving, party),
            _ => continue,
        };
        if currency == venue.terms().currency {
            *sums.entry(party).or_insert(0) += balance.minor();
        }
    }
    let buys = venue.orders().filter(|open| open.side == Side::Buy);
    let buys = buys.map(|open| (open.party, open.hold_per_coupon.minor() * open.remaining));
    let offers = venue.offers().map(|(_, offer)| (offer.by, offer.held.minor()));
    let bids = venue.auctions().filter_map(|(_, auction)| auction.best);
    let bids = bids.map(|bid| (bid.bidder, bid.held.minor()));
    let deals = venue.held_for_deals().map(|(party, held)| (party, held.minor()));
    let open = sums(buys.chain(offers).chain(bids).chain(deals));
    let asked = venue.withdrawals().map(|(_, asked)| (asked.party, asked.amount.minor()));
    differs("on hold", &none_left_out(held), &open)
        .or_else(|| differs("leaving", &none_left_out(leaving), &sums(asked)))
}

/// What is committed is what has been agreed and not settled, and what a withdrawal will cost;
/// per party, whichever of its purses it is in.
fn money_committed(venue: &Venue) -> Option<String> {
    let mut committed = BTreeMap::new();
    for (currency, account, balance) in venue.books().money.balances() {
        let (Account::User(party, UserBucket::Commit)
        | Account::Issuer(party, IssuerBucket::Commit)) = account
        else {
            continue;
        };
        if currency == venue.terms().currency {
            *committed.entry(party).or_insert(0) += balance.minor();
        }
    }
    let agreed = venue.items().flat_map(|(_, item)| owed(venue, item));
    let costs = venue
        .withdrawals()
        .map(|(_, asked)| (asked.party, asked.fee.minor().saturating_add(asked.tax.minor())));
    differs("committed", &none_left_out(committed), &sums(agreed.chain(costs)))
}

/// Who has committed how much for an item. A member's money is at its own node.
fn owed(venue: &Venue, item: &Item) -> Vec<(PartyId, u64)> {
    match item {
        Item::Trade { trade } => {
            let trade = venue.trade(*trade).expect("a trade that settles is kept");
            match trade.member {
                None => {
                    let value = trade.price.minor() * trade.quantity;
                    vec![(trade.buyer, value + trade.buyer_fee.minor())]
                }
                Some(_) => Vec::new(),
            }
        }
        Item::DealPayment { buyer, pays, fee, .. } => {
            vec![(*buyer, pays.minor().saturating_add(fee.minor()))]
        }
        Item::Swap { payer, payee, amount, payer_fee, payee_fee } => vec![
            (*payer, amount.minor().saturating_add(payer_fee.minor())),
            (*payee, payee_fee.minor()),
        ],
        Item::WithdrawalFee { party, amount }
        | Item::DealFee { buyer: party, amount }
        | Item::MakerPenalty { maker: party, amount }
        | Item::Transfer { from: Account::User(party, UserBucket::Commit), amount, .. } => {
            vec![(*party, amount.minor())]
        }
        _ => Vec::new(),
    }
}

fn sums<K: Ord>(of: impl Iterator<Item = (K, u64)>) -> BTreeMap<K, i128> {
    let mut sums = BTreeMap::new();
    of.for_each(|(key, amount)| *sums.entry(key).or_insert(0) += i128::from(amount));
    none_left_out(sums)
}

fn none_left_out<K: Ord>(mut sums: BTreeMap<K, i128>) -> BTreeMap<K, i128> {
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// Where a coupon is held in place, and whose it is.
type Place = (SeriesId, Holder);

/// Coupons behind orders, offers, redemptions, freezes and pledges, per series and holder.
///
/// A redemption holds its coupon until the issuer has paid for it; one that is paid is used up.
fn coupons_set_aside(venue: &Venue) -> Option<String> {
    let title = &venue.books().title;
    if !title.owners_are_found() {
        return Some("a party is not found in the series that it has coupons of".to_owned());
    }
    let mut booked = BTreeMap::new();
    for (series, _) in title.series() {
        for (holder, quantity) in title.holders(series) {
            let in_place = matches!(
                holder,
                Holder::InventoryLock
                    | Holder::OrderLock(_)
                    | Holder::OfferLock(_)
                    | Holder::RedeemLock(_)
                    | Holder::Pledged(_)
                    | Holder::Frozen(_)
            );
            if in_place && quantity != 0 {
                booked.insert((series, holder), i128::from(quantity));
            }
        }
    }
    let sells = venue.orders().filter(|open| open.side == Side::Sell).map(|open| {
        let own = match open.not_before {
            Some(_) => Holder::OfferLock(open.party),
            None => Holder::OrderLock(open.party),
        };
        let holder = if open.primary() { Holder::InventoryLock } else { own };
        ((open.series, holder), open.remaining)
    });
    let offers = venue.offers().flat_map(|(_, offer)| {
        let place = (offer.terms.deal.series(), Holder::OfferLock(offer.by));
        offer.locked.iter().map(move |range| (place, range.count()))
    });
    let auctions = venue.auctions().flat_map(|(_, auction)| {
        let place = (auction.terms.series, Holder::OfferLock(auction.seller));
        auction.locked.iter().map(move |range| (place, range.count()))
    });
    let locks = venue.redemptions().filter(|(_, of)| of.waiting || !of.confirmed);
    let locks = locks.map(|(_, of)| ((of.series, Holder::RedeemLock(of.holder)), 1));
    let open = sells.chain(offers).chain(auctions).chain(locks);
    let open = open.chain(pledged(venue)).chain(frozen(venue));
    differs("set aside", &booked, &sums(open))
}

/// Every coupon that a redemption holds is the one that it names.
fn locks_in_place(venue: &Venue) -> Option<String> {
    let title = &venue.books().title;
    venue.redemptions().filter(|(_, of)| of.waiting || !of.confirmed).find_map(|(id, of)| {
        let place = title.holder_of(of.series, of.serial).map(|(holder, _)| holder);
        differs(&format!("coupon of {id}"), &place, &Some(Holder::RedeemLock(of.holder)))
    })
}

/// Frozen coupons: all that a freeze names, but those that have ended in its hands.
fn frozen(venue: &Venue) -> impl Iterator<Item = (Place, u64)> {
    let title = &venue.books().title;
    let mut frozen = BTreeMap::new();
    for (_, freeze) in venue.coupon_freezes() {
        for (party, range) in &freeze.coupons {
            for serial in range.first..range.end {
                let (place, _) = title.holder_of(freeze.series, serial).expect("minted");
                if !place.is_final() {
                    *frozen.entry((freeze.series, Holder::Frozen(*party))).or_insert(0) += 1;
                }
            }
        }
    }
    frozen.into_iter()
}

/// Pledged coupons. A freeze comes before a pledge, and so does the coupons' end.
fn pledged(venue: &Venue) -> impl Iterator<Item = (Place, u64)> {
    let title = &venue.books().title;
    let mut pledged = BTreeMap::new();
    for (_, Pledge { holder, series, ranges, .. }) in venue.pledges() {
        let ended = venue.batches().any(|(_, b)| b.series == *series && b.state.has_ended());
        for serial in ranges.iter().flat_map(|range| range.first..range.end) {
            let place = title.holder_of(*series, serial).expect("minted").0;
            let passed_over = place.is_final() || place == Holder::Frozen(*holder);
            if !passed_over && (!ended || place == Holder::Pledged(*holder)) {
                *pledged.entry((*series, Holder::Pledged(*holder))).or_insert(0) += 1;
            }
        }
    }
    pledged.into_iter()
}

/// Every open order that has entered rests in its book, and a book that trades is not crossed.
fn books(venue: &Venue) -> Option<String> {
    for (series, Market { book, .. }) in venue.markets() {
        let resting: BTreeMap<_, _> =
            book.orders().map(|order| (order.id, (order.owner, order.quantity))).collect();
        let entered = venue.orders().filter(|o| o.series == *series && o.not_before.is_none());
        let entered = entered.map(|open| (open.id, (open.party, open.remaining))).collect();
        if let Some(wrong) = differs("in the book", &resting, &entered) {
            return Some(wrong);
        }
        if book.phase() == Phase::Continuous && book.is_crossed() {
            return Some(format!("the book of {series} is crossed"));
        }
    }
    None
}

/// The books of a venue as a subscriber sees them: rebuilt from what is told.
pub(crate) struct Feed {
    books: BTreeMap<SeriesId, BookView>,
}

impl Feed {
    pub(crate) fn of(venue: &Venue) -> Feed {
        let view = |(series, market): (&SeriesId, &Market)| {
            (*series, BookView::from(market.book.depth(usize::MAX)))
        };
        Feed { books: venue.markets().map(view).collect() }
    }

    /// Follows the events of one command, and says where a book is not what it was told to be.
    pub(crate) fn follow(&mut self, events: &[Event], venue: &Venue) -> Option<String> {
        let empty = || gcfn_market::Depth { sequence: 0, bids: Vec::new(), asks: Vec::new() };
        for event in events {
            if let Event::BookMoved { series, sequence, levels } = event {
                let view = self.books.entry(*series).or_insert_with(|| BookView::from(empty()));
                if let Err(gap) = view.apply(*sequence, levels) {
                    return Some(format!("the feed of {series}: {gap}"));
                }
            }
        }
        venue.markets().find_map(|(series, market)| {
            let view = self.books.get(series).map_or_else(empty, |view| view.depth(usize::MAX));
            differs(&format!("depth of {series}"), &market.book.depth(usize::MAX), &view)
        })
    }
}

/// What is encoded is read back the same, and encoded the same again.
pub(crate) fn encodes<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = postcard::to_allocvec(value).expect("plain data");
    let again: T = postcard::from_bytes(&bytes).unwrap_or_else(|e| panic!("{value:?}: {e}"));
    assert_eq!(again, *value);
    assert_eq!(postcard::to_allocvec(&again).expect("plain data"), bytes, "{value:?}");
}
