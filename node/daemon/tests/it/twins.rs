//! The same identity twice: the second one is refused, and the first one goes on.

use crate::world::{Node, World, copy, refusal, until};
use axum::http::StatusCode;
use gcfn_daemon::init::init;
use gcfn_daemon::network::introduce;
use gcfn_link::identity::Role;
use std::path::{Path, PathBuf};

/// Has the node in `dir` listen on ports that are free: as on another machine.
fn on_other_doors(dir: &Path) {
    let toml = dir.join("node.toml");
    let text = std::fs::read_to_string(&toml).expect("read");
    let mut lines: Vec<&str> = text.lines().collect();
    for line in &mut lines {
        if line.starts_with("api = ") {
            *line = "api = \"127.0.0.1:0\"";
        } else if line.starts_with("link = ") {
            *line = "link = \"127.0.0.1:0\"";
        }
    }
    std::fs::write(&toml, lines.join("\n")).expect("written");
}

/// The files of a copy's cells and store, with their sizes.
fn data(dir: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(data(&path)),
            false => {
                let size = std::fs::metadata(&path).expect("there").len();
                found.push((path, size));
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_copy_of_a_node_on_another_machine_does_not_begin() {
    let world = World::new();
    let cn = world.start("cn").await;
    let root = world.start("root").await;
    let round = async |node: &Node| {
        let (_, anchors) = node.get("/api/v1/federation/anchors").await;
        anchors["round"]["number"].as_u64()
    };
    let first = until("a final round", async || round(&root).await).await;

    // With the data that it had when it was copied, and without any.
    for with_data in [true, false] {
        let twin = world.dir(if with_data { "twin" } else { "bare-twin" });
        copy(&world.dir("cn"), &twin);
        on_other_doors(&twin);
        if !with_data {
            std::fs::remove_dir_all(twin.join("data")).expect("removed");
        }
        let before = data(&twin.join("data"));
        let told = refusal(&twin).await;
        assert!(
            told.starts_with("cn runs already: root is connected with another run of it; "),
            "{told}"
        );
        assert_eq!(data(&twin.join("data")), before, "nothing was written in its name");
    }

    // The first one goes on, and the federation with it: its rounds need both validators.
    let later =
        until("a later round", async || round(&cn).await.filter(|later| first + 1 < *later)).await;
    assert!(first < later);
    let (status, shown) = root.get("/api/v1/federation/members").await;
    assert_eq!((status, shown["members"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    cn.end().await;

    // Once it has ended, a folder that was moved is a node like any other.
    let moved = world.dir("twin");
    let moved = Node::start(&moved, world.client(None)).await;
    moved.end().await;
    root.end().await;
}

#[tokio::test]
async fn a_second_node_over_the_same_folder() {
    let world = World::new();
    let first = world.start("cn").await;
    let api = first.api.to_string();
    let told = world.refusal("cn").await;
    assert!(told.starts_with(&format!("listen on {api} for the API: ")), "{told}");

    // On other doors it comes as far as the data.
    on_other_doors(&world.dir("cn"));
    let told = world.refusal("cn").await;
    let held = world.files("cn").path("data/federation");
    assert!(told.starts_with(&format!("{}: in use by another", held.display())), "{told}");

    let (status, report) = first.get("/api/v1/node").await;
    assert_eq!((status, &report["node"]), (StatusCode::OK, &"cn".into()));
    first.end().await;
}

#[tokio::test]
async fn a_copy_of_a_node_on_the_same_machine_does_nothing() {
    let world = World::new();
    let twin = world.dir("twin");
    copy(&world.dir("cn"), &twin);
    let first = world.start("cn").await;
    let told = refusal(&twin).await;
    assert!(told.starts_with(&format!("listen on {} for the API: ", first.api)), "{told}");
    // It has not begun anything in the name of the node.
    assert!(!twin.join("data").exists());
    first.end().await;
}

#[tokio::test]
async fn an_applicant_under_the_name_of_a_member() {
    let world = World::new();
    let cn = world.start("cn").await;
    let root = world.start("root").await;
    let twin = world.dir("twin");
    let told = gcfn_daemon::init::NodeInit { dir: twin.clone(), ..world.told("cn", Role::Local) };
    init(&told).expect("made");
    introduce(&world.dir("root"), &twin).expect("introduced");
    let told = refusal(&twin).await;
    assert!(told.starts_with("the network refuses: "), "{told}");
    assert!(!twin.join("certificate.pem").exists() && !twin.join("data").exists());

    let (status, shown) = root.get("/api/v1/federation/members").await;
    let members = shown["members"].as_array().expect("members");
    assert_eq!((status, members.len()), (StatusCode::OK, 2));
    root.end().await;
    cn.end().await;
}
