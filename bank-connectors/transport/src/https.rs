//! A bank that takes messages by HTTPS.

use crate::SIGNATURE_HEADER;
use crate::channel::{Channel, Message};
use reqwest::{Client, StatusCode, header};
use std::time::Duration;

/// Where banks of the network take messages.
const PATH: &str = "iso20022";
/// How long a bank may take to answer before nothing is known of the message.
const PATIENCE: Duration = Duration::from_secs(30);

/// `POST` of each message to one bank.
#[derive(Clone, Debug)]
pub struct HttpsChannel {
    client: Client,
    url: String,
}

/// Why a bank does not have a message for certain.
#[derive(Debug, thiserror::Error)]
pub enum HttpsFault {
    /// No connection: the bank has nothing.
    #[error("bank is not reached")]
    Unreached(#[source] reqwest::Error),
    /// No answer in time, or half of one: the bank may have the message.
    #[error("bank does not answer")]
    Unanswered(#[source] reqwest::Error),
    /// The bank answers, but does not take the message.
    #[error("bank answers {0} and has not taken the message")]
    NotTaken(StatusCode),
}

impl HttpsChannel {
    /// A channel to the bank whose messages go to `{base}/iso20022`. Who the node is, and whom
    /// it takes for the bank, is settled in the TLS setup of `client`.
    #[must_use]
    pub fn new(client: Client, base: &str) -> HttpsChannel {
        HttpsChannel { client, url: format!("{}/{PATH}", base.trim_end_matches('/')) }
    }
}

impl Channel for HttpsChannel {
    type Fault = HttpsFault;

    async fn send(&self, message: &Message) -> Result<(), HttpsFault> {
        let request = self.client.post(&self.url).timeout(PATIENCE);
        let request = request.header(header::CONTENT_TYPE, "application/xml");
        let request = request.header(SIGNATURE_HEADER, message.signature.to_string());
        let answer = request.body(message.bytes.clone()).send().await;
        let unheard = |fault: reqwest::Error| match fault.is_connect() || fault.is_builder() {
            true => HttpsFault::Unreached(fault),
            false => HttpsFault::Unanswered(fault),
        };
        match answer.map_err(unheard)?.status() {
            status if status.is_success() => Ok(()),
            status => Err(HttpsFault::NotTaken(status)),
        }
    }

    /// A gateway that got no answer knows no more than this node.
    fn may_have_arrived(fault: &HttpsFault) -> bool {
        match fault {
            HttpsFault::Unreached(_) => false,
            HttpsFault::Unanswered(_) => true,
            HttpsFault::NotTaken(status) => {
                matches!(*status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
            }
        }
    }
}
