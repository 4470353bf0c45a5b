//! A bank that exchanges records: a topic that it reads, and one that it writes.
//!
//! Whoever may write the topic is the bank: the brokers see to it. What is refused goes to a topic of
//! its own, as it came and with the reason, before it counts as read.

use crate::channel::{Channel, Message};
use crate::intake::{Arrival, Intake, Verdict};
use crate::signature::SIGNATURE_HEADER;
use gcfn_events::{PartnerFault, Post, Poster, Reader, Record};
use gcfn_model::NodeId;
use serde_json::json;

/// What the message is: for whoever reads the topic without opening it.
const MESSAGE_ID: &str = "gcfn-message-id";
const UETR: &str = "gcfn-uetr";
/// Why a record was refused, and where it stood.
const REFUSED: &str = "gcfn-refused";
const PLACE: &str = "gcfn-place";

/// The topics between a node and one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    /// The brokers to begin with, all on this machine: `host:port,host:port`.
    pub brokers: String,
    /// What the bank reads.
    pub out: String,
    /// What the bank writes.
    pub inward: String,
    /// Where what the bank wrote goes when it is refused, with the reason.
    pub refused: String,
}

/// Records to one bank.
#[derive(Debug)]
pub struct KafkaChannel {
    out: Poster,
}

impl KafkaChannel {
    /// Both directions of `node` on these topics. Brokers are spoken to with the first use.
    #[must_use]
    pub fn open(node: NodeId, topics: &Topics) -> (KafkaChannel, KafkaIntake) {
        let poster = |topic: &str| Poster::new(node, &topics.brokers, topic);
        let intake = KafkaIntake {
            node,
            brokers: topics.brokers.clone(),
            topic: topics.inward.clone(),
            refused: poster(&topics.refused),
            reader: None,
            last: None,
        };
        (KafkaChannel { out: poster(&topics.out) }, intake)
    }
}

impl Channel for KafkaChannel {
    type Fault = PartnerFault;

    async fn send(&self, message: &Message) -> Result<(), PartnerFault> {
        let id = message.id.to_string();
        let uetr = message.uetr.map(|uetr| uetr.to_string());
        let signature = message.signature.to_string();
        let own = [(MESSAGE_ID, id.as_bytes()), (SIGNATURE_HEADER, signature.as_bytes())];
        let of_payment = uetr.as_ref().map(|uetr| (UETR, uetr.as_bytes()));
        let headers: Vec<(&str, &[u8])> = own.into_iter().chain(of_payment).collect();
        // All that is said about a payment stays in the order in which it was said.
        let key = uetr.as_ref().unwrap_or(&id);
        self.out.send(Post { key, payload: &message.bytes, headers: &headers }).await
    }

    fn may_have_arrived(fault: &PartnerFault) -> bool {
        matches!(fault, PartnerFault::Unanswered(_))
    }
}

/// Records of one bank, in the order of each partition.
#[derive(Debug)]
pub struct KafkaIntake {
    node: NodeId,
    brokers: String,
    topic: String,
    refused: Poster,
    /// None before the first record and after a fault: the next reader begins at what was put away.
    reader: Option<Reader>,
    last: Option<Record>,
}

impl KafkaIntake {
    async fn read(&mut self) -> Result<Record, PartnerFault> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::open(self.node, &self.brokers, &self.topic).await?,
        };
        self.reader.insert(reader).next().await
    }

    async fn settle(&self, record: &Record, verdict: &Verdict) -> Result<(), PartnerFault> {
        if let Verdict::Refused(refusal) = verdict {
            let (place, reason) = (record.place(), json!(refusal).to_string());
            let mut headers = vec![(REFUSED, reason.as_bytes()), (PLACE, place.as_bytes())];
            let signature = record.header(SIGNATURE_HEADER);
            headers.extend(signature.map(|signature| (SIGNATURE_HEADER, signature)));
            let post = Post { key: &place, payload: &record.payload, headers: &headers };
            self.refused.send(post).await?;
        }
        match &self.reader {
            Some(reader) => reader.done(record).await,
            // It comes again from the next one.
            None => Ok(()),
        }
    }
}

impl Intake for KafkaIntake {
    type Fault = PartnerFault;
    type Place = Record;

    async fn next(&mut self) -> Result<Arrival<Record>, PartnerFault> {
        let place = match &self.last {
            Some(last) => last.clone(),
            None => self.read().await.inspect_err(|_| self.reader = None)?,
        };
        self.last = Some(place.clone());
        let signature = place.header(SIGNATURE_HEADER).map(<[u8]>::to_vec);
        Ok(Arrival { bytes: place.payload.clone(), signature, place })
    }

    async fn put_away(
        &mut self,
        arrival: Arrival<Record>,
        verdict: &Verdict,
    ) -> Result<(), PartnerFault> {
        let settled = self.settle(&arrival.place, verdict).await;
        self.last = None;
        settled.inspect_err(|_| self.reader = None)
    }
}
