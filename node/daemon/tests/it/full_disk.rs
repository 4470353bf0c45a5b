//! A node that cannot write any more: it acknowledges nothing, names the file, and has lost and
//! doubled nothing when there is room again.
//!
//! The node is a process of its own whose files may not grow beyond a size (`RLIMIT_FSIZE`): the
//! kernel refuses its writes as it does on a full disk, without a disk to be filled and without
//! the rights to mount one. Which file is the first to be refused follows from the size.

use crate::world::{Door, World, happened, until, venue};
use axum::http::StatusCode;
use gcfn_daemon::files::Running;
use gcfn_daemon::node::serve;
use gcfn_model::CommandId;
use gcfn_telemetry::{LogFormat, LogTarget, init_logs};
use gcfn_venue::Event;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Names the folder of the node to the child process of these tests.
const DIR: &str = "GCFN_FULL_DISK_DIR";
const USERS: u64 = 30;

/// The child: runs the node until it is killed. Does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(dir) = std::env::var(DIR) else { return };
    init_logs(LogFormat::Text, "info,openraft=off", &LogTarget::Stderr).expect("a log");
    serve(Path::new(&dir), std::future::pending()).await.expect("it serves");
}

/// The node `cn`, as a process.
struct Process {
    child: Child,
    door: Door,
    said: Said,
}

/// What a process has said so far. It goes through a pipe: a file would be full as well.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<String>>);

impl Said {
    fn of(child: &mut Child) -> Said {
        let said = Said::default();
        let (lines, kept) = (child.stderr.take().expect("piped"), said.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                kept.0.lock().expect("nothing panics here").extend([line.as_str(), "\n"]);
            }
        });
        said
    }

    fn text(&self) -> String {
        self.0.lock().expect("nothing panics here").clone()
    }
}

impl Process {
    async fn start(world: &World) -> Process {
        let files = world.files("cn");
        drop(std::fs::remove_file(files.path("run.json")));
        // Ignored signals are inherited: a write that is refused is an error, not the end.
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().expect("this program"))
            .args(["full_disk::victim", "--exact", "--nocapture"])
            .env(DIR, world.dir("cn"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = Said::of(&mut child);
        let running = until("run.json", async || {
            assert!(child.try_wait().expect("a child").is_none(), "{}", said.text());
            files.read_json::<Running>("run.json").ok()
        });
        let door = Door::new(&files, running.await.api, world.client(None));
        door.until_ready().await;
        Process { child, door, said }
    }

    /// From now on no file of the node may grow beyond `bytes`; `false` where that is not to be
    /// had.
    fn limit(&self, bytes: u64) -> bool {
        let told = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string(), &format!("--fsize={bytes}:unlimited")])
            .status();
        match told {
            Ok(status) => status.success(),
            Err(fault) => {
                #[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
                {
                    eprintln!("skipped: prlimit (util-linux): {fault}");
                }
                false
            }
        }
    }

    /// Registers user `number`: its party, if the node has said so.
    async fn register(&self, number: u64) -> Option<Value> {
        let user = json!({ "kind": "user", "kyc": 2, "name": format!("user {number}") });
        let answer = self.door.post_if_any("/api/v1/users", &id(b"register", number), &user).await;
        let (status, answer) = answer?;
        (status == StatusCode::CREATED).then(|| answer["party"].clone())
    }

    /// Freezes a user, once; whether the node has said so.
    async fn freeze(&self, number: u64, party: &Value) -> bool {
        let path = "/api/v1/compliance/freeze";
        let body = json!({ "party": party });
        let answer = self.door.post_if_any(path, &id(b"freeze", number), &body).await;
        answer.is_some_and(|(status, _)| status.is_success())
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Process {
    /// No process outlives its test; one that has failed shows what the node said.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            let said = self.said.text();
            let last = said.lines().rev().take(20).collect::<Vec<_>>();
            #[expect(clippy::print_stderr, reason = "shown with the failure")]
            {
                eprintln!("{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
            }
        }
    }
}

fn id(what: &[u8], number: u64) -> String {
    CommandId::derive(&[what, &number.to_be_bytes()]).to_string()
}

/// The newest file in a folder of the node's cell, with how much of it is written.
fn newest(world: &World, folder: &str) -> (PathBuf, u64) {
    let dir = world.files("cn").path("data/venue").join(folder);
    let entries = std::fs::read_dir(dir).expect("read").map(|entry| entry.expect("one").path());
    let path = entries.filter(|path| path.extension().is_some()).max().expect("a file");
    let bytes = std::fs::read(&path).expect("read");
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    (path, u64::try_from(used).expect("a size"))
}

/// What fills up, and what the node is then asked for that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    Log,
    Journal,
    Store,
}

/// The size beyond which no file may grow, so that this one is refused; and its name.
fn at_its_limit(world: &World, full: Full) -> (u64, PathBuf) {
    let ((log, logged), (journal, recorded)) = (newest(world, "log"), newest(world, "journal"));
    match full {
        Full::Log => (logged, log),
        Full::Journal => {
            assert!(logged < recorded, "the log ({logged}) would be refused first ({recorded})");
            (recorded, journal)
        }
        Full::Store => {
            let store = world.files("cn").path("data/store.db");
            let ahead = store.with_extension("db-wal");
            let grown = std::fs::metadata(&ahead).expect("it is written ahead").len();
            assert!(recorded.max(logged) < grown, "a cell would be refused first");
            (grown, store)
        }
    }
}

/// Fills one file up to its limit, goes on until the node acknowledges nothing more, frees the
/// space and starts the node again.
async fn fill_up(full: Full) {
    let world = World::new();
    let node = Process::start(&world).await;
    let mut users = Vec::new();
    for number in 0..USERS {
        users.push(node.register(number).await.expect("there is room"));
    }
    let (limit, path) = at_its_limit(&world, full);
    if !node.limit(limit) {
        return node.kill();
    }
    let mut acknowledged = 0;
    let mut refused = None;
    for number in 0..USERS {
        let done = match full {
            Full::Store => {
                let party = node.register(USERS + number).await;
                party.map(|party| users.push(party)).is_some()
            }
            Full::Log | Full::Journal => {
                node.freeze(number, &users[usize::try_from(number).expect("small")]).await
            }
        };
        if !done {
            refused = Some(number);
            break;
        }
        acknowledged += 1;
    }
    let refused = refused.expect("the limit was reached");
    let named = path.display().to_string();
    let told = until("a word about it", async || {
        let told = node.said.text();
        let line = told.lines().find(|line| line.contains(&named) && line.contains("ERROR"));
        line.map(str::to_owned)
    });
    assert!(!told.await.is_empty(), "{full:?}");
    // Asked again while it is full, it does not say anything else.
    let again = match full {
        Full::Store => node.register(USERS + refused).await.is_some(),
        Full::Log | Full::Journal => {
            node.freeze(refused, &users[usize::try_from(refused).expect("small")]).await
        }
    };
    assert!(!again, "{full:?}");
    node.kill();

    let node = Process::start(&world).await;
    match full {
        Full::Store => {
            users.push(node.register(USERS + refused).await.expect("there is room again"));
        }
        Full::Log | Full::Journal => {
            let party = &users[usize::try_from(refused).expect("small")];
            assert!(node.freeze(refused, party).await, "there is room again");
        }
    }
    node.kill();
    let cell = venue(&world.files("cn"), "cn").await;
    let mut counted = BTreeMap::<(&str, String), u32>::new();
    for event in happened(&cell) {
        let what = match event {
            Event::PartyRegistered { party, .. } => ("registered", party.to_string()),
            Event::PartyFrozen { party } => ("frozen", party.to_string()),
            _ => continue,
        };
        *counted.entry(what).or_default() += 1;
    }
    cell.shutdown().await;
    assert!(counted.values().all(|times| *times == 1), "{full:?}: {counted:?}");
    let of = |what: &str| counted.keys().filter(|(kind, _)| *kind == what).count();
    let (frozen, registered) = match full {
        Full::Store => (0, users.len()),
        Full::Log | Full::Journal => (acknowledged + 1, users.len()),
    };
    assert_eq!((of("registered"), of("frozen")), (registered, frozen), "{full:?}");
}

#[tokio::test]
async fn a_log_that_is_full() {
    fill_up(Full::Log).await;
}

#[tokio::test]
async fn a_journal_that_is_full() {
    fill_up(Full::Journal).await;
}

#[tokio::test]
async fn a_vault_that_is_full() {
    fill_up(Full::Store).await;
}
