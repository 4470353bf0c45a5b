//! The paths of the founding documents, each answered as the one that it stands for.

use crate::access::operations;
use crate::people::People;
use crate::sample::call_at;
use crate::world::World;
use expect_test::expect_file;

#[tokio::test]
async fn an_alias_answers_as_its_canonical_path() {
    let world = World::unlimited().await;
    let people = People::settle_in(&world).await;
    let mut aliases = 0;
    for operation in operations(&world).await {
        for alias in &operation.aliases {
            for (_, key) in people.by_scope() {
                let wish = world.fresh();
                let own = call_at(&world, &people, &operation, &operation.path, (key, &wish)).await;
                let other = call_at(&world, &people, &operation, alias, (key, &wish)).await;
                assert_eq!(own, other, "{alias} {}", operation.path);
            }
            aliases += 1;
        }
    }
    assert!(30 < aliases, "{aliases}");
}

/// What `docs/api-routes.md` says is what is served. Made anew with `UPDATE_EXPECT=1`.
#[tokio::test]
async fn the_documentation_lists_every_route_and_alias() {
    let world = World::new().await;
    let mut text =
        "# Routes\n\nMade from the table of routes by a test of `node/api`: a node with \
         every part.\n`docs/api.md` says how they are called.\n\n\
         | method | path | who | what |\n|---|---|---|---|\n"
            .to_owned();
    let operations = operations(&world).await;
    for operation in &operations {
        let roles = match operation.roles.is_empty() {
            true => "anybody".to_owned(),
            false => operation.roles.join(", "),
        };
        let (method, path, summary) = (&operation.method, &operation.path, &operation.summary);
        text += &format!("| {method} | `{path}` | {roles} | {summary} |\n");
    }
    text += "\n## Aliases\n\nPaths of the founding documents. Each is answered as its canonical \
             path is.\n\n| method | alias | canonical |\n|---|---|---|\n";
    for operation in &operations {
        for alias in &operation.aliases {
            text += &format!("| {} | `{alias}` | `{}` |\n", operation.method, operation.path);
        }
    }
    expect_file!["../../../../docs/api-routes.md"].assert_eq(&text);
}
