//! The messages of the feed in protobuf.

use crate::feed::{FeedChange, FeedLevel, FeedMessage, FeedPhase, FeedSnapshot, FeedTrade};
use crate::market::{BookLevel, BookPhase};
use crate::proto;
use crate::proto::feed_message::Told;
use crate::trading::Side;

/// What a follower is told; `None` of the end, which is a status.
#[must_use]
pub fn told(message: &FeedMessage) -> Option<proto::FeedMessage> {
    let (series, sequence, told) = match message {
        FeedMessage::Snapshot(snapshot) => {
            (snapshot.series, snapshot.sequence, Told::Snapshot(whole(snapshot)))
        }
        FeedMessage::Change(change) => {
            (change.series, change.sequence, Told::Change(changed(change)))
        }
        FeedMessage::Trade(trade) => (trade.series, trade.sequence, Told::Trade(traded(trade))),
        FeedMessage::Phase(phase) => (phase.series, phase.sequence, Told::Phase(turned(phase))),
        FeedMessage::End(_) => return None,
    };
    Some(proto::FeedMessage { series: series.0.to_string(), sequence, told: Some(told) })
}

fn whole(snapshot: &FeedSnapshot) -> proto::BookSnapshot {
    proto::BookSnapshot {
        phase: word(snapshot.phase).to_owned(),
        bids: snapshot.bids.iter().map(level).collect(),
        asks: snapshot.asks.iter().map(level).collect(),
    }
}

fn changed(change: &FeedChange) -> proto::BookChange {
    let of = |side: Side| {
        let levels = change.levels.iter().filter(move |level| level.side == side);
        levels.map(|FeedLevel { price, quantity, orders, .. }| {
            level(&BookLevel { price: *price, quantity: *quantity, orders: *orders })
        })
    };
    proto::BookChange { bids: of(Side::Buy).collect(), asks: of(Side::Sell).collect() }
}

fn level(level: &BookLevel) -> proto::BookLevel {
    let BookLevel { price, quantity, orders } = *level;
    proto::BookLevel { price: price.amount.decimal(price.currency), quantity, orders }
}

fn traded(trade: &FeedTrade) -> proto::BookTrade {
    let taker = match trade.taker {
        Some(Side::Buy) => proto::Side::Buy,
        Some(Side::Sell) => proto::Side::Sell,
        None => proto::Side::Unspecified,
    };
    proto::BookTrade {
        trade: trade.trade.0.to_string(),
        price: trade.price.amount.decimal(trade.price.currency),
        quantity: trade.quantity,
        taker: taker.into(),
        at: trade.at.0.to_string(),
    }
}

fn turned(phase: &FeedPhase) -> proto::BookPhase {
    let until = phase.until.map(|until| until.0.to_string());
    proto::BookPhase { phase: word(phase.phase).to_owned(), until }
}

const fn word(phase: BookPhase) -> &'static str {
    match phase {
        BookPhase::Continuous => "continuous",
        BookPhase::Auction => "auction",
        BookPhase::Halted => "halted",
    }
}
