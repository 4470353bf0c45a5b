//! `gcfn status`: how one node does, or the whole network as one of its nodes sees it.

use crate::failure::{Ended, Failure};
use crate::federation::{list, rows, text_of};
use crate::home::{Home, block_on};
use crate::output::{self, Format};
use clap::Args;
use futures::future::join_all;
use gcfn_anchor::checkpoint::SignedCheckpoint;
use gcfn_localnet::client::Api;
use serde_json::{Value, json};
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

/// How long a node may take to say how it does, before it counts as one that says nothing.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) const EXAMPLES: &str = "\
Examples, at a node of `gcfn testnet up --dir /tmp/net`:
  gcfn status --dir /tmp/net/cn-sha                 its replicas, channels, certificate, disk
  gcfn status --dir /tmp/net/root --network         everybody in the directory, asked one by one
The exit code is 1 when the node takes no commands; with --network when an admitted member that
is reached takes none, or one is not reached.";

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    home: Home,
    /// Ask every member of the network, at the address that the directory has.
    #[arg(long)]
    network: bool,
}

impl Status {
    pub(crate) fn run(self, format: Format) -> Ended {
        if self.network { network(&self.home, format) } else { one(&self.home, format) }
    }
}

fn one(home: &Home, format: Format) -> Ended {
    let document: Value = home.get("/api/v1/node/condition")?;
    match format {
        Format::Json => output::json(&document)?,
        Format::Table => show(&document)?,
    }
    match document["ready"].as_bool() {
        Some(true) => Ok(()),
        _ => Err(Failure::Refused("the node takes no commands".to_owned())),
    }
}

fn show(document: &Value) -> std::io::Result<()> {
    let [node, role, time] = ["node", "role", "time"].map(|field| text_of(document, field));
    let ready = if document["ready"] == true { "ready" } else { "takes no commands" };
    output::line(&format!("{node}, {role}: {ready} at {time}"))?;
    let round = &document["finality"];
    output::line(&match round["age_ms"].as_u64() {
        Some(age) => format!("round {} final, {} s old", text_of(round, "round"), age / 1_000),
        None => "no final round is known".to_owned(),
    })?;
    let certificate = &document["certificate"];
    let [until, days] = ["not_after", "days_left"].map(|field| text_of(certificate, field));
    output::line(&format!("certificate good until {until}: {days} days"))?;
    let gib = |field: &str| document["disk"][field].as_u64().unwrap_or(0) >> 30;
    output::line(&format!("{} of {} GiB of disk free", gib("free_bytes"), gib("total_bytes")))?;
    output::line("")?;
    output::table(
        &[
            "CELL", "STATE", "LEADER", "TERM", "LOG", "APPLIED", "SNAPSHOT", "VOTERS", "LEARNERS",
            "HALTED",
        ],
        rows(
            document,
            "cells",
            &[
                "cell",
                "state",
                "leader",
                "term",
                "log_index",
                "applied_index",
                "snapshot_index",
                "voters",
                "learners",
                "halted",
            ],
        ),
    )?;
    if list(document, "channels").next().is_none() {
        return output::line("nothing waits for another node");
    }
    output::line("")?;
    output::table(
        &["FOR", "WAITING", "SINCE", "FORKED"],
        rows(document, "channels", &["peer", "waiting", "oldest", "forked"]),
    )
}

fn network(home: &Home, format: Format) -> Ended {
    let asked = home.operator()?;
    let seen = block_on(async {
        let members: Value = asked.get("/api/v1/federation/members").await?;
        let anchors: Value = asked.get("/api/v1/federation/anchors").await?;
        let nodes = list(&members, "members").map(|member| look(&asked, member, &anchors));
        Ok::<_, Failure>(json!({
            "round": anchors["round"],
            "nodes": join_all(nodes).await,
        }))
    })??;
    match format {
        Format::Json => output::json(&seen)?,
        Format::Table => {
            output::line(&match seen["round"].is_null() {
                true => "no round is final yet".to_owned(),
                false => format!("round {} is final", text_of(&seen["round"], "number")),
            })?;
            output::table(
                &["NODE", "ROLE", "REGION", "STATUS", "READY", "EPOCHS", "ANCHORED", "API"],
                rows(
                    &seen,
                    "nodes",
                    &["node", "role", "region", "status", "ready", "epochs", "anchored", "api"],
                ),
            )?;
        }
    }
    let missing = |node: &&Value| node["status"] == "admitted" && node["ready"] != true;
    let missing: Vec<String> =
        list(&seen, "nodes").filter(missing).map(|node| text_of(node, "node")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!("not reached, or not ready: {}", missing.join(", "))))
}

/// What a member says of itself to anybody, beside what the federation has of it. One that is not
/// reached says nothing: `ready` is null.
async fn look(asked: &Api, member: &Value, anchors: &Value) -> Value {
    let api = text_of(&member["endpoints"], "api");
    let (ready, epochs) = match address(&api) {
        Some(address) => say(&asked.at(address)).await,
        None => (None, None),
    };
    let node = &member["node"];
    let anchored = list(anchors, "cells").find(|cell| cell["cell"] == *node);
    json!({
        "node": node,
        "role": member["role"],
        "region": member["region"],
        "status": member["status"],
        "ready": ready,
        "epochs": epochs,
        "anchored": anchored.map(|cell| &cell["epochs"]),
        "api": api,
    })
}

async fn say(node: &Api) -> (Option<bool>, Option<u64>) {
    use gcfn_localnet::client::CallError;
    let asked = async {
        let ready = match node.text("/readyz").await {
            Ok(_) => Some(true),
            Err(CallError::Refused { .. }) => Some(false),
            Err(_) => None,
        };
        let head = node.text("/tlog/checkpoint").await.ok();
        let head = head.and_then(|note| note.parse::<SignedCheckpoint>().ok());
        (ready, head.map(|head| head.size()))
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_default()
}

fn address(url: &str) -> Option<SocketAddr> {
    url.strip_prefix("https://")?.trim_end_matches('/').to_socket_addrs().ok()?.next()
}
