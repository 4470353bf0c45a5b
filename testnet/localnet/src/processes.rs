//! The processes of a network: started, watched, and gone when their owner is gone.
//!
//! Each is a process group of its own, so that Ctrl-C at the terminal reaches the owner alone,
//! and each reads its standard input: the end of it tells a process that its owner has died,
//! however that happened. A line `stay` there lets it live on.
//!
//! Whose process one is, is told by the folder that it serves, and the system knows that: so a
//! node that somebody has started by hand is found as well, and a list that has grown old cannot
//! mislead anybody.

use crate::contract::{arguments, serves};
use crate::layout::{FILE, folder};
use anyhow::{Context, Result, bail};
use gcfn_model::NodeId;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The word that lets a process live on without its owner.
pub const STAY: &str = "stay";
/// How long a process may take to end in order.
const GRACE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
/// A killed process is gone in no time, and how long it took is measured.
const LOOK_KILLED: Duration = Duration::from_millis(1);

/// A process that was needed has ended by itself.
#[derive(Debug, thiserror::Error)]
#[error("{name} has ended ({status}); its log is {}{}", .log.display(), tail(.log))]
pub struct HasEnded {
    /// Whose.
    pub name: NodeId,
    /// How.
    pub status: std::process::ExitStatus,
    /// Where it has said why.
    pub log: PathBuf,
}

/// Running processes. Dropped, it kills those that it still owns.
#[derive(Debug)]
pub struct Processes {
    program: PathBuf,
    dir: PathBuf,
    running: BTreeMap<NodeId, Child>,
}

impl Processes {
    /// Processes of `program` for the network in `dir`, none yet.
    #[must_use]
    pub fn new(program: &Path, dir: &Path) -> Processes {
        let (program, dir) = (program.to_owned(), dir.to_owned());
        Processes { program, dir, running: BTreeMap::new() }
    }

    /// The program whose processes they are.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The log of a process.
    #[must_use]
    pub fn log(&self, name: NodeId) -> PathBuf {
        folder(&self.dir, name).join("log.txt")
    }

    /// Starts the node or the bank `name`; what it prints goes to its log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(&mut self, name: NodeId, is_bank: bool) -> Result<()> {
        let path = self.log(name);
        let open = || File::options().create(true).append(true).open(&path);
        let log = open().with_context(|| format!("open {}", path.display()))?;
        let errors = log.try_clone().with_context(|| format!("open {}", path.display()))?;
        let child = Command::new(&self.program)
            .args(arguments(&folder(&self.dir, name), is_bank))
            // Books are read at random places: pages of 2 MiB spare walks through page tables.
            .env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .with_context(|| format!("start {} for {name}", self.program.display()))?;
        self.running.insert(name, child);
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.running.len()
    }

    /// The process of `name`, as this owner knows it.
    #[must_use]
    pub fn pid(&self, name: NodeId) -> Option<u32> {
        self.running.get(&name).map(Child::id)
    }

    /// That none has ended by itself; names the first that has, with its log.
    ///
    /// # Errors
    /// [`HasEnded`], when one has.
    pub fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.running {
            if let Some(status) = child.try_wait().context("look after a process")? {
                let log = folder(&self.dir, *name).join("log.txt");
                return Err(HasEnded { name: *name, status, log }.into());
            }
        }
        Ok(())
    }

    /// Kills one with SIGKILL: it gets no chance to put anything in order.
    ///
    /// # Errors
    /// When there is none, or the system refuses.
    pub fn kill(&mut self, name: NodeId) -> Result<()> {
        let Some(mut child) = self.running.remove(&name) else { return self.kill_earlier(name) };
        child.kill().with_context(|| format!("kill {name}"))?;
        child.wait().map(drop).with_context(|| format!("wait for {name}"))
    }

    /// Kills a process that an earlier owner has let live on.
    fn kill_earlier(&self, name: NodeId) -> Result<()> {
        let running = running_in(&self.dir)?;
        let pid = *running.get(&name).with_context(|| format!("no process {name}"))?;
        if !signal("KILL", pid) {
            bail!("process {pid} of {name} cannot be killed");
        }
        let until = Instant::now() + GRACE;
        while !has_ended(pid) {
            if until < Instant::now() {
                bail!("process {pid} of {name} does not end");
            }
            std::thread::sleep(LOOK_KILLED);
        }
        Ok(())
    }

    /// Lets all of them live on.
    pub fn let_stay(&mut self) {
        for (name, mut child) in std::mem::take(&mut self.running) {
            let told = child.stdin.take().map(|mut stdin| writeln!(stdin, "{STAY}"));
            if !matches!(told, Some(Ok(()))) {
                tracing::warn!(%name, "process was not told to stay");
            }
        }
    }

    /// Ends all of them in order: SIGTERM, and SIGKILL for who has not ended in time.
    pub fn stop(&mut self) {
        for child in self.running.values() {
            signal("TERM", child.id());
        }
        let until = Instant::now() + GRACE;
        for child in self.running.values_mut() {
            while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(LOOK);
            }
        }
        self.end();
    }

    fn end(&mut self) {
        for child in self.running.values_mut() {
            // It may have ended by itself; then there is nothing to kill.
            child.kill().ok();
        }
        for (_, mut child) in std::mem::take(&mut self.running) {
            child.wait().ok();
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends a signal. The standard library sends SIGKILL only, and only to own children.
fn signal(name: &str, pid: u32) -> bool {
    let kill = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).output();
    kill.is_ok_and(|output| output.status.success())
}

/// The processes that serve a folder of the network in `dir`, whoever has started them.
///
/// # Errors
/// When there is no network in `dir`, or the system does not tell of its processes.
pub fn running_in(dir: &Path) -> Result<BTreeMap<NodeId, u32>> {
    let dir = network_folder(dir)?;
    let mut running = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").context("list the processes of this machine")? {
        // One that has ended since it was listed is none of ours any more.
        let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        let Some(served) = served_by(pid).filter(|served| served.parent() == Some(&dir)) else {
            continue;
        };
        let name = served.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.and_then(|name| name.parse().ok()) {
            running.insert(name, pid);
        }
    }
    Ok(running)
}

/// The folder of a network under the one name that the system has for it: `net`, `./net` and a
/// link to it are the same network.
fn network_folder(dir: &Path) -> Result<PathBuf> {
    let found = dir.canonicalize().ok().filter(|dir| dir.join(FILE).is_file());
    found.with_context(|| {
        format!("no network in {}: `gcfn testnet up --dir` makes one there", dir.display())
    })
}

/// The folder that the process `pid` serves, if it runs a node or a bank.
fn served_by(pid: u32) -> Option<PathBuf> {
    let read = |what: &str| std::fs::read(format!("/proc/{pid}/{what}")).ok();
    let words = |bytes: &[u8]| -> Vec<String> {
        let words = bytes.split(|byte| *byte == 0);
        words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    };
    let served = serves(&words(&read("cmdline")?), || {
        let environment = words(&read("environ").unwrap_or_default());
        environment.iter().find_map(|set| set.strip_prefix("GCFN_DIR=").map(PathBuf::from))
    })?;
    let begins_in = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    begins_in.join(served).canonicalize().ok()
}

/// Whether a process has let go of all that it had. Its words are gone, and its first thread is,
/// while another thread that still writes to the disk holds its ports.
fn has_ended(pid: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    if 1 < threads {
        return false;
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state stands behind the program's name, which is in brackets and may hold any others.
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// Ends every process of the network in `dir`; returns how many there were.
///
/// # Errors
/// When there is no network in `dir`, or a process does not end.
pub fn stop_all(dir: &Path) -> Result<usize> {
    let dir = network_folder(dir)?;
    let running = running_in(&dir)?;
    for pid in running.values() {
        signal("TERM", *pid);
    }
    let until = Instant::now() + GRACE;
    for (name, pid) in &running {
        while !has_ended(*pid) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        let serves_still = || served_by(*pid).is_some_and(|served| served == folder(&dir, *name));
        if serves_still() && !signal("KILL", *pid) {
            bail!("process {pid} of {name} does not end");
        }
    }
    Ok(running.len())
}

/// The last lines of a log, to be shown with a failure.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len().saturating_sub(5);
    lines.iter().skip(last).map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that waits for the end of its standard input.
    fn program(dir: &Path) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.join("program.sh");
        std::fs::write(&path, "#!/bin/sh\nread line\n[ \"$line\" = stay ] && sleep 60\n")
            .expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
        path
    }

    /// A folder that counts as a network, with a member `a`.
    fn network() -> (tempfile::TempDir, NodeId) {
        let dir = tempfile::tempdir().expect("a folder");
        let name: NodeId = "a".parse().expect("a name");
        std::fs::create_dir(folder(dir.path(), name)).expect("made");
        std::fs::write(dir.path().join(FILE), "{}").expect("written");
        (dir, name)
    }

    /// The system shows a program's words a moment after it has begun.
    fn until_shown(dir: &Path, name: NodeId) {
        while !running_in(dir).expect("a network").contains_key(&name) {
            std::thread::yield_now();
        }
    }

    fn started() -> (tempfile::TempDir, Processes, NodeId) {
        let (dir, name) = network();
        let mut processes = Processes::new(&program(dir.path()), dir.path());
        processes.start(name, false).expect("started");
        until_shown(dir.path(), name);
        (dir, processes, name)
    }

    #[test]
    fn nothing_is_left_when_the_owner_goes() {
        let (dir, processes, _) = started();
        drop(processes);
        assert!(running_in(dir.path()).expect("a network").is_empty());
    }

    #[test]
    fn who_is_told_to_stay_is_found_and_stopped_later() {
        let (dir, mut processes, name) = started();
        processes.let_stay();
        drop(processes);
        assert!(running_in(dir.path()).expect("a network").contains_key(&name));
        assert_eq!(stop_all(dir.path()).expect("stopped"), 1);
    }

    #[test]
    fn one_of_an_earlier_owner_is_killed_and_the_others_are_not() {
        let (dir, mut processes, name) = started();
        processes.let_stay();
        let other: NodeId = "b".parse().expect("a name");
        std::fs::create_dir(folder(dir.path(), other)).expect("made");
        let mut later = Processes::new(&program(dir.path()), dir.path());
        later.start(other, false).expect("started");
        until_shown(dir.path(), other);
        assert!(running_in(dir.path()).expect("a network").contains_key(&name));

        later.kill(name).expect("killed");
        assert!(running_in(dir.path()).expect("a network").contains_key(&other));
        assert!(!running_in(dir.path()).expect("a network").contains_key(&name));
        let unknown = later.kill(name).expect_err("it is gone").to_string();
        assert_eq!(unknown, "no process a");
    }

    #[test]
    fn a_network_is_the_same_under_every_name_of_its_folder() {
        let (dir, mut processes, name) = started();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).expect("linked");
        for other in [link, folder(dir.path(), name).join("..")] {
            assert!(running_in(&other).expect("a network").contains_key(&name), "{other:?}");
        }
        processes.stop();
    }

    #[test]
    fn one_that_was_started_by_hand_from_where_it_lies_is_found_and_stopped() {
        let (dir, name) = network();
        let mut by_hand = Command::new(program(dir.path()));
        by_hand.args(["node", "start", "--dir=a"]).current_dir(dir.path()).stdin(Stdio::piped());
        let mut by_hand = by_hand.spawn().expect("started");
        until_shown(dir.path(), name);
        assert_eq!(running_in(dir.path()).expect("a network").get(&name), Some(&by_hand.id()));
        assert_eq!(stop_all(dir.path()).expect("stopped"), 1);
        by_hand.wait().expect("ended");
    }

    #[test]
    fn a_folder_without_a_network_says_how_to_make_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let fault = running_in(dir.path()).expect_err("no network").to_string();
        assert!(fault.contains("gcfn testnet up --dir"), "{fault}");
    }

    #[test]
    fn one_that_ends_by_itself_is_named_with_its_log() {
        let (_dir, mut processes, name) = started();
        processes.running.get_mut(&name).expect("there").kill().expect("killed");
        processes.running.get_mut(&name).expect("there").wait().expect("ended");
        let fault = processes.check().expect_err("it has ended").to_string();
        assert!(fault.starts_with("a has ended") && fault.contains("log.txt"), "{fault}");
    }
}
