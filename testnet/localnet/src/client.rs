//! A client of a node's API, and of a bank's control calls.
//!
//! Trusts the network's authority and nobody else, speaks TLS 1.3 only, and tells three ends of
//! a call apart, because a script has to: it was refused, nobody was there, or the answer was
//! not one of ours.

use gcfn_model::CommandId;
pub use reqwest::Method;
use reqwest::{Client, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// How long a call may take, from connecting to the last byte.
const LIMIT: Duration = Duration::from_secs(20);

/// What a node answers instead of what was asked for (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The stable name of the reason.
    #[serde(default)]
    pub code: String,
    /// The reason in words.
    #[serde(default)]
    pub detail: String,
    /// What the caller can do.
    #[serde(default)]
    pub advice: String,
    /// How asking again may help: `never`, `same_key`, `new_key`.
    #[serde(default)]
    pub retry: String,
}

/// Why a call did not bring what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The node says no.
    #[error("{call}: {} ({status}{}): {}", .problem.code, advice(.problem), .problem.detail)]
    Refused {
        /// The method and the address.
        call: String,
        /// The HTTP status.
        status: u16,
        /// Why.
        problem: Problem,
    },
    /// No connection, or it broke.
    #[error("{call}: not reached: {reason}")]
    Unreachable {
        /// The method and the address.
        call: String,
        /// What the system says.
        reason: String,
    },
    /// An answer that this program does not understand.
    #[error("{call}: answer is not understood: {reason}")]
    Garbled {
        /// The method and the address.
        call: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The client could not be made.
    #[error("set up TLS: {0}")]
    Tls(String),
}

fn advice(problem: &Problem) -> String {
    if problem.advice.is_empty() { String::new() } else { format!("; {}", problem.advice) }
}

impl CallError {
    /// The name of the reason of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            CallError::Refused { problem, .. } => Some(&problem.code),
            _ => None,
        }
    }

    /// Whether the node may not have heard the call, or may answer it later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            CallError::Refused { status, problem, .. } => {
                *status == StatusCode::SERVICE_UNAVAILABLE.as_u16() || problem.retry == "same_key"
            }
            CallError::Unreachable { .. } => true,
            CallError::Garbled { .. } | CallError::Tls(_) => false,
        }
    }
}

/// How a caller shows who it is.
#[derive(Clone)]
enum Credential {
    None,
    Key(String),
}

/// A client of one API under one name. Cloning shares its connections.
#[derive(Clone)]
pub struct Api {
    base: String,
    http: Client,
    credential: Credential,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("base", &self.base).finish_non_exhaustive()
    }
}

/// A client of every API of the network whose authority is `ca` (PEM).
///
/// # Errors
/// [`CallError::Tls`].
pub fn http(ca: &str, identity: Option<&ClientIdentity>) -> Result<Client, CallError> {
    let tls = |fault: &dyn std::error::Error| CallError::Tls(chain(fault));
    let mut roots = rustls::RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate).map_err(|fault| tls(&fault))?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|fault| tls(&fault))?
        .with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let chain = certificates(&identity.certificate)?;
            let key = private_key(&identity.key)?;
            config.with_client_auth_cert(chain, key).map_err(|fault| tls(&fault))?
        }
    };
    let client = Client::builder().tls_backend_preconfigured(config).timeout(LIMIT);
    let client = client.pool_idle_timeout(Duration::from_secs(5)).no_proxy();
    client.build().map_err(|fault| tls(&fault))
}

/// A certificate to show, with its key; both PEM.
pub struct ClientIdentity {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl std::fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientIdentity(..)")
    }
}

fn certificates(pem: &str) -> Result<Vec<rustls::pki_types::CertificateDer<'static>>, CallError> {
    use rustls::pki_types::pem::PemObject as _;
    let chain = rustls::pki_types::CertificateDer::pem_slice_iter(pem.as_bytes());
    chain.collect::<Result<_, _>>().map_err(|fault| CallError::Tls(format!("{fault:?}")))
}

fn private_key(pem: &str) -> Result<rustls::pki_types::PrivateKeyDer<'static>, CallError> {
    use rustls::pki_types::pem::PemObject as _;
    rustls::pki_types::PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|fault| CallError::Tls(format!("{fault:?}")))
}

impl Api {
    /// The API at `address`, for a caller without a name.
    #[must_use]
    pub fn new(http: Client, address: SocketAddr) -> Api {
        Api { base: format!("https://{address}"), http, credential: Credential::None }
    }

    /// The same for the holder of an API key, `<id>.<secret>`.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Api {
        Api { credential: Credential::Key(key.trim().to_owned()), ..self.clone() }
    }

    /// The same caller at another address.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Api {
        Api { base: format!("https://{address}"), ..self.clone() }
    }

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Reads.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CallError> {
        let text = self.send(Method::GET, path, None, None::<&()>).await?;
        self.understand(&Method::GET, path, &text)
    }

    /// Reads text that is not JSON: metrics.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn text(&self, path: &str) -> Result<String, CallError> {
        self.send(Method::GET, path, None, None::<&()>).await
    }

    /// Asks for a change under a key of its own, which makes it happen once however often this
    /// is sent.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: CommandId,
        body: &impl Serialize,
    ) -> Result<T, CallError> {
        let text = self.send(Method::POST, path, Some(key), Some(body)).await?;
        self.understand(&Method::POST, path, &text)
    }

    /// The same where there is nothing more to say than the path does.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn act<T: DeserializeOwned>(
        &self,
        path: &str,
        key: CommandId,
    ) -> Result<T, CallError> {
        let text = self.send(Method::POST, path, Some(key), None::<&()>).await?;
        self.understand(&Method::POST, path, &text)
    }

    /// Sets something.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn put(
        &self,
        path: &str,
        key: CommandId,
        body: &impl Serialize,
    ) -> Result<(), CallError> {
        self.send(Method::PUT, path, Some(key), Some(body)).await.map(drop)
    }

    /// Takes something away.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete<T: DeserializeOwned>(
        &self,
        path: &str,
        key: CommandId,
    ) -> Result<T, CallError> {
        let text = self.send(Method::DELETE, path, Some(key), None::<&()>).await?;
        self.understand(&Method::DELETE, path, &text)
    }

    /// Calls whatever there is.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        key: Option<CommandId>,
        body: Option<&impl Serialize>,
    ) -> Result<T, CallError> {
        let text = self.send(method.clone(), path, key, body).await?;
        self.understand(&method, path, &text)
    }

    /// Tells a bank something; it answers with nothing.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), CallError> {
        self.send(Method::POST, path, None, Some(body)).await.map(drop)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<CommandId>,
        body: Option<&impl Serialize>,
    ) -> Result<String, CallError> {
        let call = self.named(&method, path);
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Credential::Key(secret) = &self.credential {
            request = request.header(header::AUTHORIZATION, format!("ApiKey {secret}"));
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let lost = |fault: reqwest::Error| CallError::Unreachable {
            call: call.clone(),
            reason: chain(&fault.without_url()),
        };
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let text = response.text().await.map_err(lost)?;
        if status.is_success() {
            return Ok(text);
        }
        let problem = serde_json::from_str(&text).unwrap_or_else(|_| Problem {
            code: status.canonical_reason().unwrap_or("refused").to_owned(),
            detail: text.chars().take(200).collect(),
            ..Problem::default()
        });
        Err(CallError::Refused { call, status: status.as_u16(), problem })
    }

    fn understand<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        text: &str,
    ) -> Result<T, CallError> {
        let text = if text.is_empty() { "null" } else { text };
        serde_json::from_str(text).map_err(|fault| CallError::Garbled {
            call: self.named(method, path),
            reason: fault.to_string(),
        })
    }

    fn named(&self, method: &Method, path: &str) -> String {
        format!("{method} {}{path}", self.base)
    }
}

/// An error with all its causes, in one line.
fn chain(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(fault) = cause {
        let more = fault.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = fault.source();
    }
    text
}
