//! What HTTP costs by itself: a server that answers the calls of a load as a node does, and does
//! nothing else. It stands behind the same door (TLS, HTTP settings, limits), shows the node's
//! certificate and is a process of its own, as the node is.

use anyhow::{Context, Result};
use axum::extract::Path as Named;
use axum::routing::{delete, post};
use axum::{Json, Router};
use gcfn_api_wire::term::Text;
use gcfn_api_wire::trading::{NewOrder, OrderCancelled, Placed};
use gcfn_daemon::network::Network;
use gcfn_link::certificate::Denylist;
use gcfn_link::keys::TlsKey;
use gcfn_link::listener::{Limits, Listener};
use gcfn_link::tls::{Credentials, Trust, server_optional};
use gcfn_model::OrderId;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::sync::watch;

/// The word that makes this program the server.
pub(crate) const SERVE: &str = "serve-bare";

/// The server's process. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Bare {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts it with the certificate of the node in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<Bare> {
        let program = std::env::current_exe().context("find this program")?;
        let mut process = Command::new(program)
            .arg(SERVE)
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the bare server")?;
        let mut said = String::new();
        let out = process.stdout.take().context("it was piped")?;
        BufReader::new(out).read_line(&mut said).context("hear of the bare server")?;
        let address = said.trim().parse().context("the bare server says no address");
        Ok(Bare { address: address.inspect_err(|_| drop(process.kill()))?, process })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Serves until it is killed.
pub(crate) async fn serve(folder: &Path) -> Result<()> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    };
    let network: Network = serde_json::from_str(&read("network.json")?)?;
    let key = TlsKey::load(&folder.join("keys/tls.key"))?;
    let credentials = Credentials::new(&read("certificate.pem")?, &key)?;
    let trust = Trust::new(network.network, &network.ca, Denylist::default())?;
    let tls = server_optional(&credentials, &trust)?;
    let listener = Listener::bind("127.0.0.1:0", tls, Limits::API).await?;
    writeln!(std::io::stdout(), "{}", listener.address()?)?;
    let orders = Router::new()
        .route("/api/v1/trades/orders", post(place))
        .route("/api/v1/trades/orders/{order}", delete(cancel));
    let (_never, shutdown) = watch::channel(false);
    listener.serve(orders, shutdown).await;
    Ok(())
}

async fn place(Json(order): Json<NewOrder>) -> Json<Placed> {
    Json(Placed {
        order: Text(OrderId::derive(&[order.series.0.as_bytes()])),
        filled: 0,
        resting: order.quantity,
        cancelled: 0,
        trades: Vec::new(),
        not_before: None,
        sent_to: None,
        as_of: 1,
    })
}

async fn cancel(Named(order): Named<OrderId>) -> Json<OrderCancelled> {
    Json(OrderCancelled { order: Text(order), quantity: 1, as_of: 1 })
}
