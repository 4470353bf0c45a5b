//! A PostgreSQL of its own, set as it is installed: every commit waits for the disk.
//!
//! One transfer a transaction, written as most would write it: the payer's balance falls, the
//! payee's rises, and two rows say so.

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CLIENTS: &str = "16";

const SCHEMA: &str = "
    CREATE TABLE accounts (id integer PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE entries (id bigserial PRIMARY KEY, account integer NOT NULL, amount bigint NOT NULL);
    INSERT INTO accounts SELECT id, 1000000 FROM generate_series(1, 100000) AS id;";

/// Both rows are locked in the order of their ids, so that no two transfers wait for each other.
const TRANSFER: &str = "
    \\set payer random(1, 100000)
    \\set payee random(1, 100000)
    \\set first least(:payer, :payee)
    \\set second greatest(:payer, :payee)
    BEGIN;
    UPDATE accounts SET balance = balance - 1 WHERE id = :first;
    UPDATE accounts SET balance = balance + 1 WHERE id = :second;
    INSERT INTO entries (account, amount) VALUES (:first, -1);
    INSERT INTO entries (account, amount) VALUES (:second, 1);
    COMMIT;\n";

/// Everything that a transfer must leave as it was: one row, all true.
const BALANCED: &str = "
    SELECT (SELECT sum(balance) FROM accounts) = 1000000 * (SELECT count(*) FROM accounts)
       AND coalesce((SELECT sum(amount) FROM entries), 0) = 0";

/// A running server. Dropped, it is stopped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    dir: PathBuf,
}

impl Postgres {
    /// Makes and starts one in `dir`, which whoever runs it must be able to enter.
    pub(crate) fn start(dir: &Path) -> Result<Postgres> {
        let postgres = Postgres { programs: programs()?, dir: dir.join("postgres") };
        let data = postgres.data();
        let data = data.as_str();
        postgres.run("initdb", &["-D", data, "-U", "postgres", "-A", "trust", "--locale=C"])?;
        let options = format!("-c listen_addresses= -c unix_socket_directories={data}");
        let log = format!("{data}/server.log");
        postgres.run("pg_ctl", &["-D", data, "-o", &options, "-l", &log, "-w", "start"])?;
        for (setting, on) in [("fsync", "on"), ("synchronous_commit", "on")] {
            let found = postgres.sql(&format!("SHOW {setting}"))?;
            ensure!(found == on, "{setting} of PostgreSQL is {found}");
        }
        postgres.sql(SCHEMA)?;
        postgres.sql("VACUUM ANALYZE")?;
        std::fs::write(dir.join("transfer.sql"), TRANSFER).context("write transfer.sql")?;
        Ok(postgres)
    }

    /// Its version, as it says it.
    pub(crate) fn version(&self) -> Result<String> {
        self.sql("SHOW server_version")
    }

    /// Transfers a second, over so many seconds, and that the books balance afterwards.
    pub(crate) fn transfers(&self, seconds: u64) -> Result<u64> {
        let seconds = seconds.to_string();
        let script = self.dir.with_file_name("transfer.sql");
        let script = script.to_str().context("a path in UTF-8")?;
        let told = self.run(
            "pgbench",
            &[
                "-h",
                &self.data(),
                "-U",
                "postgres",
                "-n",
                "-M",
                "prepared",
                "-c",
                CLIENTS,
                "-j",
                "2",
                "-T",
                &seconds,
                "-f",
                script,
                "postgres",
            ],
        )?;
        ensure!(self.sql(BALANCED)? == "t", "the books of PostgreSQL do not balance");
        let rate = told.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split('.').next()?.parse().ok());
        rate.with_context(|| format!("pgbench says no rate: {told}"))
    }

    fn sql(&self, text: &str) -> Result<String> {
        let told = self.run("psql", &["-h", &self.data(), "-U", "postgres", "-qAtc", text])?;
        Ok(told.trim().to_owned())
    }

    fn data(&self) -> String {
        self.dir.display().to_string()
    }

    /// Runs one of its programs, as another user where this one is root: it refuses to be root's.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let folder = self.dir.parent().context("a folder above")?;
        // What the server prints goes to its log: it would hold a pipe open as long as it lives.
        let command = command.args(arguments).current_dir(folder).stdin(Stdio::null());
        let output = command.output().with_context(|| format!("run {program}"))?;
        if !output.status.success() {
            bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]).ok();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|of_self| of_self.uid() == 0)
}

/// The folder of the programs of the newest one that is installed.
fn programs() -> Result<PathBuf> {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").context("no PostgreSQL is installed")?;
    let versions = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let complete =
        versions.filter(|bin| bin.join("initdb").exists() && bin.join("pgbench").exists());
    complete.max().context("no PostgreSQL with pgbench is installed")
}
