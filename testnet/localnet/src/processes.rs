//! The processes of a network: started, watched, and gone when their owner is gone.
//!
//! Each is a process group of its own, so that Ctrl-C at the terminal reaches the owner alone,
//! and each reads its standard input: the end of it tells a process that its owner has died,
//! however that happened. A line `stay` there lets it live on.

use crate::contract::arguments;
use crate::layout::folder;
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
const PIDS: &str = "pids.json";
/// How long a process may take to end in order.
const GRACE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
/// A killed process is gone in no time, and how long it took is measured.
const LOOK_KILLED: Duration = Duration::from_millis(1);

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
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .with_context(|| format!("start {} for {name}", self.program.display()))?;
        self.running.insert(name, child);
        self.write_down()
    }

    /// Writes down which processes there are, for whoever comes later: this owner's, and those of
    /// an earlier one that live on.
    fn write_down(&self) -> Result<()> {
        let mut pids = match self.dir.join(PIDS).exists() {
            true => running_in(&self.dir)?,
            false => BTreeMap::new(),
        };
        pids.extend(self.running.iter().map(|(name, child)| (*name, child.id())));
        let path = self.dir.join(PIDS);
        let text = serde_json::to_vec_pretty(&pids).context("encode process ids")?;
        std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))
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
    /// One has.
    pub fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.running {
            if let Some(status) = child.try_wait().context("look after a process")? {
                let log = folder(&self.dir, *name).join("log.txt");
                bail!("{name} has ended ({status}); its log is {}{}", log.display(), tail(&log));
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

/// The processes of the network in `dir` that are still running, as they were written down.
/// A number that another program has got since is not taken for one of ours.
///
/// # Errors
/// When there is no network in `dir`.
pub fn running_in(dir: &Path) -> Result<BTreeMap<NodeId, u32>> {
    let path = dir.join(PIDS);
    let text = std::fs::read(&path)
        .with_context(|| format!("no network has run in {}: read {PIDS}", dir.display()))?;
    let pids: BTreeMap<NodeId, u32> =
        serde_json::from_slice(&text).with_context(|| format!("understand {}", path.display()))?;
    let dir = absolute(dir)?;
    let alive = pids.into_iter().filter(|(name, pid)| is_ours(&folder(&dir, *name), *pid));
    Ok(alive.collect())
}

/// A network's folder as its processes were told it, wherever it is asked from.
fn absolute(dir: &Path) -> Result<PathBuf> {
    dir.canonicalize().with_context(|| format!("find {}", dir.display()))
}

fn is_ours(folder: &Path, pid: u32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let folder = folder.display().to_string();
    line.split(|byte| *byte == 0).any(|word| word == folder.as_bytes())
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
    let dir = &absolute(dir)?;
    let running = running_in(dir)?;
    for pid in running.values() {
        signal("TERM", *pid);
    }
    let until = Instant::now() + GRACE;
    for (name, pid) in &running {
        let ours = || is_ours(&folder(dir, *name), *pid);
        while !has_ended(*pid) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        if ours() && !signal("KILL", *pid) {
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

    fn started() -> (tempfile::TempDir, Processes, NodeId) {
        let dir = tempfile::tempdir().expect("a folder");
        let name: NodeId = "a".parse().expect("a name");
        std::fs::create_dir(folder(dir.path(), name)).expect("made");
        let mut processes = Processes::new(&program(dir.path()), dir.path());
        processes.start(name, false).expect("started");
        let pid = processes.pid(name).expect("running");
        // The system shows a program's words a moment after it has begun.
        while !is_ours(&folder(dir.path(), name), pid) {
            std::thread::yield_now();
        }
        (dir, processes, name)
    }

    #[test]
    fn nothing_is_left_when_the_owner_goes() {
        let (dir, processes, name) = started();
        let pid = processes.pid(name).expect("running");
        drop(processes);
        assert!(!is_ours(&folder(dir.path(), name), pid));
        assert!(running_in(dir.path()).expect("written down").is_empty());
    }

    #[test]
    fn who_is_told_to_stay_is_found_and_stopped_later() {
        let (dir, mut processes, name) = started();
        processes.let_stay();
        drop(processes);
        assert!(running_in(dir.path()).expect("written down").contains_key(&name));
        assert_eq!(stop_all(dir.path()).expect("stopped"), 1);
    }

    #[test]
    fn one_of_an_earlier_owner_is_killed_and_the_others_stay_written_down() {
        let (dir, mut processes, name) = started();
        processes.let_stay();
        let other: NodeId = "b".parse().expect("a name");
        std::fs::create_dir(folder(dir.path(), other)).expect("made");
        let mut later = Processes::new(&program(dir.path()), dir.path());
        later.start(other, false).expect("started");
        assert!(running_in(dir.path()).expect("written down").contains_key(&name));

        later.kill(name).expect("killed");
        assert!(!running_in(dir.path()).expect("written down").contains_key(&name));
        let unknown = later.kill(name).expect_err("it is gone").to_string();
        assert_eq!(unknown, "no process a");
    }

    #[test]
    fn a_network_is_found_by_any_way_to_its_folder() {
        let (dir, processes, name) = started();
        let name_of_dir = dir.path().file_name().expect("it has one");
        let roundabout = dir.path().join("..").join(name_of_dir);
        let found = running_in(&roundabout).expect("written down");
        assert_eq!(found.get(&name).copied(), processes.pid(name));
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
