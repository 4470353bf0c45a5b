//! A bank that takes messages by HTTPS.

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
    /// No connection, or no answer in time.
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
        let answer = request.body(message.bytes.clone()).send().await;
        match answer.map_err(HttpsFault::Unanswered)?.status() {
            status if status.is_success() => Ok(()),
            status => Err(HttpsFault::NotTaken(status)),
        }
    }
}
