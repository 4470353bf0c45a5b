//! Files appear whole, in order, and are not lost.

use crate::world::{NODE_KEY, signer, to_bank};
use expect_test::expect;
use gcfn_model::Uetr;
use gcfn_transport::{
    Channel, Check, FolderChannel, FolderIntake, Intake, Message, Pen, Refusal, Verdict,
    read_signature,
};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

const BYTES_MAX: usize = 1_000;

pub(crate) fn message(seed: u8) -> Message {
    let id = format!("MSG-{seed}").parse().unwrap();
    let bytes = vec![seed; 300_000];
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(&bytes);
    Message { id, uetr: Some(Uetr::derive(&[&[seed]])), bytes, signature }
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A folder whose parts are made, and what the node fetches there.
async fn intake() -> (TempDir, FolderIntake) {
    let root = tempfile::tempdir().unwrap();
    let mut intake = FolderChannel::new(root.path()).intake(BYTES_MAX, Duration::from_millis(1));
    let waited = timeout(Duration::from_millis(50), intake.next()).await;
    assert!(waited.is_err(), "there is nothing");
    (root, intake)
}

fn malformed() -> Verdict {
    let path = Some("Document/Ntfctn".to_owned());
    let at = Refusal { path, line: Some(3), column: Some(7), ..Refusal::whole("iban", "no IBAN") };
    Verdict::Refused(at)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_bank_never_sees_half_a_file() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::new(root.path());
    channel.send(&message(0)).await.unwrap();
    let (out, done) = (root.path().join("out"), AtomicBool::new(false));
    let check = Check::new(to_bank(), signer(NODE_KEY).public_key());
    std::thread::scope(|scope| {
        let bank = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for name in files(&out).into_iter().filter(|name| name.ends_with(".xml")) {
                    let message = fs::read(out.join(&name)).unwrap();
                    assert_eq!(message.len(), 300_000);
                    let signature = fs::read(out.join(format!("{name}.sig"))).unwrap();
                    let signature = read_signature(&signature).unwrap();
                    check.check(&message, Some(&signature)).unwrap();
                }
            }
        });
        let send = async {
            for seed in 0..20 {
                channel.send(&message(seed)).await.unwrap();
                channel.send(&message(seed)).await.unwrap();
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(send));
        done.store(true, Ordering::Relaxed);
        bank.join().unwrap();
    });
    assert_eq!(files(&out).len(), 40, "a repeat takes the place of the first");
}

#[tokio::test]
async fn a_file_torn_by_a_crash_stays_where_no_bank_looks_and_goes_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("tmp")).unwrap();
    fs::write(root.path().join("tmp/0"), b"ha").unwrap();
    let channel = FolderChannel::new(root.path());
    channel.send(&message(1)).await.unwrap();
    let name = format!("{}.xml", message(1).id);
    assert_eq!(fs::read(root.path().join("out").join(name)).unwrap(), message(1).bytes);
    assert_eq!(files(&root.path().join("tmp")), [""; 0]);
}

#[tokio::test]
async fn files_are_read_in_order_and_stay_until_they_are_put_away() {
    let (root, mut intake) = intake().await;
    let folder = |name: &str| root.path().join(name);
    for name in ["2.xml", "1.xml", ".3.xml"] {
        fs::write(folder("in").join(name), name).unwrap();
    }
    assert_eq!(&*intake.next().await.unwrap().bytes, b"1.xml");
    let first = intake.next().await.unwrap();
    assert_eq!(&*first.bytes, b"1.xml");
    intake.put_away(first, &Verdict::Taken).await.unwrap();

    fs::write(folder("in").join("1.xml"), "the next day").unwrap();
    let again = intake.next().await.unwrap();
    assert_eq!(&*again.bytes, b"the next day");
    intake.put_away(again, &Verdict::Taken).await.unwrap();
    let second = intake.next().await.unwrap();
    intake.put_away(second, &malformed()).await.unwrap();
    assert_eq!(files(&folder("in")), [".3.xml"]);
    assert_eq!(files(&folder("done")), ["1.xml", "1.xml.2"]);
    assert_eq!(files(&folder("broken")), ["2.xml", "2.xml.reason"]);
    assert_eq!(files(&folder("ack")), ["1.xml.ack", "2.xml.refused"]);
}

#[tokio::test]
async fn a_file_is_read_with_its_signature_and_put_away_with_it() {
    let (root, mut intake) = intake().await;
    let folder = |name: &str| root.path().join(name);
    // The bank's way: the signature first. Without its message it is nothing to read.
    fs::write(folder("in").join("1.xml.sig"), "signed\n").unwrap();
    assert!(intake.first().await.unwrap().is_none());
    fs::write(folder("in").join("1.xml"), "one").unwrap();
    fs::write(folder("in").join("2.xml"), "two").unwrap();
    let first = intake.next().await.unwrap();
    assert_eq!((&*first.bytes, first.signature.as_deref()), (&b"one"[..], Some(&b"signed\n"[..])));
    intake.put_away(first, &Verdict::Taken).await.unwrap();
    let second = intake.next().await.unwrap();
    assert_eq!((&*second.bytes, &second.signature), (&b"two"[..], &None));
    intake.put_away(second, &malformed()).await.unwrap();
    assert_eq!(files(&folder("in")), [""; 0]);
    assert_eq!(files(&folder("done")), ["1.xml", "1.xml.sig"]);
    assert_eq!(files(&folder("broken")), ["2.xml", "2.xml.reason"]);
}

#[tokio::test]
async fn the_bank_and_the_operator_are_told_which_rule_is_broken_where() {
    let (root, mut intake) = intake().await;
    let folder = |name: &str| root.path().join(name);
    for (name, verdict) in [("a.xml", Verdict::Taken), ("b.xml", malformed())] {
        fs::write(folder("in").join(name), "what Ann is paid").unwrap();
        let arrival = intake.next().await.unwrap();
        intake.put_away(arrival, &verdict).await.unwrap();
    }
    let said = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
    expect![[r#"{"file":"a.xml","sha256":"3a4a0d2b5e3e2378e5628c0ba2a665a5561a30df89b266a21c9648b5e7d8a321"}"#]].assert_eq(&said("ack/a.xml.ack"));
    expect![[r#"{"file":"b.xml","refused":{"column":7,"line":3,"path":"Document/Ntfctn","reason":"no IBAN","rule":"iban"},"sha256":"3a4a0d2b5e3e2378e5628c0ba2a665a5561a30df89b266a21c9648b5e7d8a321"}"#]].assert_eq(&said("ack/b.xml.refused"));
    assert_eq!(said("ack/b.xml.refused"), said("broken/b.xml.reason"));
}

/// A crash is a step that was not reached: each leaves the next run what it needs.
#[tokio::test]
async fn a_crash_between_any_two_steps_repeats_and_changes_nothing() {
    for verdict in [Verdict::Taken, malformed()] {
        let (root, mut intake) = intake().await;
        let folder = |name: &str| root.path().join(name);
        let put = |name: &str| fs::write(folder("in").join(name), "<Document/>").unwrap();
        put("1.xml");
        let arrival = intake.next().await.unwrap();
        intake.put_away(arrival, &verdict).await.unwrap();
        let whole: Vec<_> = ["ack", "done", "broken"].map(|name| files(&folder(name))).into();

        // As it is after each step but the last: the file is in `in/` still.
        for name in ["done", "broken"] {
            drop(fs::rename(folder(name).join("1.xml"), folder("in").join("1.xml")));
        }
        for lost in ["", "broken/1.xml.reason", "ack/1.xml.refused", "ack/1.xml.ack"] {
            if !lost.is_empty() {
                drop(fs::remove_file(folder(lost)));
            }
            let mut restarted =
                FolderChannel::new(root.path()).intake(BYTES_MAX, Duration::from_millis(1));
            let arrival = restarted.next().await.unwrap();
            restarted.put_away(arrival, &verdict).await.unwrap();
            let found: Vec<_> = ["ack", "done", "broken"].map(|name| files(&folder(name))).into();
            assert_eq!(found, whole, "after {lost:?} was not written");
            for name in ["done", "broken"] {
                drop(fs::rename(folder(name).join("1.xml"), folder("in").join("1.xml")));
            }
        }
    }
}

#[tokio::test]
async fn names_that_a_bank_chooses_do_no_harm() {
    let (root, mut intake) = intake().await;
    let folder = |name: &str| root.path().join(name);
    let long = "é".repeat(120);
    for name in ["a.xml", "a.xml.reason", &long] {
        fs::write(folder("in").join(name), name).unwrap();
        let arrival = intake.next().await.unwrap();
        intake.put_away(arrival, &malformed()).await.unwrap();
    }
    let short = "é".repeat(100);
    let broken = ["a.xml", "a.xml.reason", "a.xml.reason.2", "a.xml.reason.2.reason"];
    assert_eq!(files(&folder("broken"))[..4], broken);
    assert_eq!(files(&folder("broken"))[4..], [short.clone(), format!("{short}.reason")]);
    // A link leads where the bank may not be: it is no file.
    std::os::unix::fs::symlink("/etc/hostname", folder("in").join("link.xml")).unwrap();
    assert!(timeout(Duration::from_millis(50), intake.next()).await.is_err());
}

#[tokio::test]
async fn what_the_node_writes_is_its_users_and_the_groups_that_the_operator_has_let_in() {
    let (root, mut intake) = intake().await;
    let channel = FolderChannel::new(root.path());
    for name in ["out", "in", "ack", "done", "broken", "tmp"] {
        assert_eq!(mode(&root.path().join(name)), 0o700, "{name}");
    }
    channel.send(&message(1)).await.unwrap();
    assert_eq!(mode(&root.path().join("out/MSG-1.xml")), 0o600);
    let opened = fs::Permissions::from_mode(0o755);
    fs::set_permissions(root.path().join("out"), opened).unwrap();
    channel.send(&message(2)).await.unwrap();
    assert_eq!(mode(&root.path().join("out/MSG-2.xml")), 0o640, "never anybody's");

    fs::write(root.path().join("in/1.xml"), "1").unwrap();
    let arrival = intake.next().await.unwrap();
    intake.put_away(arrival, &malformed()).await.unwrap();
    assert_eq!(mode(&root.path().join("ack/1.xml.refused")), 0o600);
    assert_eq!(mode(&root.path().join("broken/1.xml.reason")), 0o600);
}

#[tokio::test]
async fn a_file_beyond_any_message_is_not_read_whole() {
    let (root, mut intake) = intake().await;
    fs::write(root.path().join("in/big.xml"), vec![b' '; 2 * BYTES_MAX]).unwrap();
    let big = intake.next().await.unwrap();
    assert_eq!(big.bytes.len(), BYTES_MAX + 1);
    let too_large = Verdict::Refused(Refusal::too_large(BYTES_MAX));
    intake.put_away(big, &too_large).await.unwrap();
    let kept = fs::metadata(root.path().join("broken/big.xml")).unwrap().len();
    assert_eq!(kept, 2 * BYTES_MAX as u64);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_fault_and_is_not_made_again() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::new(root.path());
    channel.send(&message(1)).await.unwrap();
    fs::remove_dir_all(root.path().join("out")).unwrap();
    let fault = channel.send(&message(2)).await.unwrap_err();
    assert_eq!(fault.action, "look at");
    assert!(!root.path().join("out").exists(), "a disk that is not mounted is not written beneath");
}
