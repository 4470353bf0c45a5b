//! The same identity twice: the second one is refused, and the first one goes on.

use crate::world::{World, copy, refusal};
use axum::http::StatusCode;
use gcfn_daemon::init::init;
use gcfn_daemon::network::introduce;
use gcfn_link::identity::Role;

#[tokio::test]
async fn a_second_node_over_the_same_folder() {
    let world = World::new();
    let first = world.start("cn").await;
    let api = first.api.to_string();
    let told = world.refusal("cn").await;
    assert!(told.starts_with(&format!("listen on {api} for the API: ")), "{told}");

    // On other doors it comes as far as the data.
    let toml = world.files("cn").path("node.toml");
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
