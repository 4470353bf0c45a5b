//! Files appear whole, in order, and are not lost.

use crate::world::{NODE_KEY, signer, to_bank};
use gcfn_iso20022::BYTES_MAX;
use gcfn_model::Uetr;
use gcfn_transport::{Channel, Check, FolderChannel, Message, Pen, read_signature};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn message(seed: u8) -> Message {
    let id = format!("MSG-{seed}").parse().unwrap();
    let bytes = vec![seed; 300_000];
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(&bytes);
    Message { id, uetr: Uetr::derive(&[&[seed]]), bytes, signature }
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_bank_never_sees_half_a_file() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
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
async fn a_file_is_read_with_its_signature_and_put_away_with_it() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
    let folder = |name: &str| root.path().join(name);
    // The bank's way: the signature first. Without its message it is nothing to read.
    fs::write(folder("in").join("1.xml.sig"), "signed\n").unwrap();
    assert!(channel.next().await.unwrap().is_none());
    fs::write(folder("in").join("1.xml"), "one").unwrap();
    fs::write(folder("in").join("2.xml"), "two").unwrap();
    let first = channel.next().await.unwrap().unwrap();
    assert_eq!((&*first.bytes, first.signature.as_deref()), (&b"one"[..], Some(&b"signed\n"[..])));
    channel.done(first).await.unwrap();
    let second = channel.next().await.unwrap().unwrap();
    assert_eq!((&*second.bytes, &second.signature), (&b"two"[..], &None));
    channel.broken(second).await.unwrap();
    assert_eq!(files(&folder("in")), [""; 0]);
    assert_eq!(files(&folder("done")), ["1.xml", "1.xml.sig"]);
    assert_eq!(files(&folder("broken")), ["2.xml"]);
}

#[tokio::test]
async fn a_file_torn_by_a_crash_stays_where_no_bank_looks_and_goes_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    FolderChannel::open(root.path()).unwrap();
    fs::write(root.path().join("tmp/0.xml"), b"ha").unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
    assert_eq!(files(&root.path().join("tmp")), [""; 0]);
    channel.send(&message(1)).await.unwrap();
    let name = format!("{}.xml", message(1).id);
    assert_eq!(fs::read(root.path().join("out").join(name)).unwrap(), message(1).bytes);
    assert_eq!(files(&root.path().join("tmp")), [""; 0]);
}

#[tokio::test]
async fn files_are_read_in_order_and_stay_until_they_are_put_away() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
    let folder = |name: &str| root.path().join(name);
    for name in ["2.xml", "1.xml", ".3.xml"] {
        fs::write(folder("in").join(name), name).unwrap();
    }
    assert_eq!(channel.next().await.unwrap().unwrap().bytes, b"1.xml");
    let first = channel.next().await.unwrap().unwrap();
    assert_eq!(first.bytes, b"1.xml");
    channel.done(first).await.unwrap();

    fs::write(folder("in").join("1.xml"), "the next day").unwrap();
    let again = channel.next().await.unwrap().unwrap();
    assert_eq!(again.bytes, b"the next day");
    channel.done(again).await.unwrap();
    let second = channel.next().await.unwrap().unwrap();
    channel.broken(second).await.unwrap();
    assert!(channel.next().await.unwrap().is_none());
    assert_eq!(files(&folder("in")), [".3.xml"]);
    assert_eq!(files(&folder("done")), ["1.xml", "1.xml.2"]);
    assert_eq!(files(&folder("broken")), ["2.xml"]);
}

#[tokio::test]
async fn a_file_beyond_any_message_is_not_read_whole() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
    fs::write(root.path().join("in/big.xml"), vec![b' '; 2 * BYTES_MAX]).unwrap();
    let big = channel.next().await.unwrap().unwrap();
    assert_eq!(big.bytes.len(), BYTES_MAX + 1);
    channel.broken(big).await.unwrap();
    let kept = fs::metadata(root.path().join("broken/big.xml")).unwrap().len();
    assert_eq!(kept, 2 * BYTES_MAX as u64);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_fault() {
    let root = tempfile::tempdir().unwrap();
    let channel = FolderChannel::open(root.path()).unwrap();
    fs::remove_dir_all(root.path().join("out")).unwrap();
    let fault = channel.send(&message(1)).await.unwrap_err();
    assert_eq!(fault.action, "put message into");
}
