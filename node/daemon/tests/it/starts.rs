//! What keeps a node from starting: it is told by the name of the file that is wrong.

use crate::world::{World, now};
use gcfn_daemon::network::open_authority;
use gcfn_link::ca::{Admitted, NetworkCa, Validity};
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::keys::{SigningSeed, TlsKey};
use gcfn_model::Timestamp;

/// The regional's own identity.
pub(crate) fn regional(world: &World) -> NodeIdentity {
    NodeIdentity {
        network: world.network().network,
        region: "cn".parse().expect("a region"),
        role: Role::Regional,
        node: "cn".parse().expect("a name"),
    }
}

pub(crate) fn authority(world: &World) -> NetworkCa {
    open_authority(&world.files("root"), world.network().network).expect("a CA")
}

/// Gives `cn` another certificate for the key that it has.
pub(crate) fn certify(world: &World, ca: &NetworkCa, identity: NodeIdentity, validity: Validity) {
    let files = world.files("cn");
    let key = TlsKey::load(&files.path("keys/tls.key")).expect("a key");
    let admitted = Admitted { identity, hosts: Vec::new() };
    let request = key.certificate_request().expect("a request");
    let issued = ca.issue(&request, &admitted, validity).expect("issued");
    files.write("certificate.pem", issued.pem.as_bytes(), 0o644).expect("written");
}

fn days_from_now(from: i64, until: i64) -> Validity {
    const DAY: i64 = 86_400_000_000;
    let at = |days: i64| {
        let micros = now().micros().checked_add_signed(days * DAY);
        Timestamp::from_micros(micros.expect("a time")).expect("a time")
    };
    Validity { not_before: at(from), not_after: at(until) }
}

#[tokio::test]
async fn a_tls_key_that_does_not_fit_the_certificate() {
    let world = World::new();
    let path = world.files("cn").path("keys/tls.key");
    std::fs::remove_file(&path).expect("removed");
    TlsKey::generate().expect("a key").create(&path).expect("written");
    let told = world.refusal("cn").await;
    let certificate = world.files("cn").path("certificate.pem");
    let files = format!("use {} with {}: match node", certificate.display(), path.display());
    assert!(told.starts_with(&files), "{told}");
}

#[tokio::test]
async fn a_signing_key_that_nobody_admitted() {
    let world = World::new();
    let path = world.files("cn").path("keys/signing.key");
    std::fs::remove_file(&path).expect("removed");
    SigningSeed::from_bytes(&[7; 32]).create(&path).expect("written");
    let told = world.refusal("cn").await;
    let expected = format!(
        "{} is not the key that cn was admitted with, nor one that has taken its place",
        path.display()
    );
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_key_file_that_is_missing_or_holds_something_else() {
    for name in ["keys/tls.key", "keys/signing.key", "keys/vault.key", "keys/operator.key"] {
        let world = World::new();
        let path = world.files("cn").path(name);
        std::fs::remove_file(&path).expect("removed");
        let told = world.refusal("cn").await;
        assert!(told.contains(name), "{name}: {told}");
        if name != "keys/operator.key" {
            world.files("cn").write(name, b"no key", 0o600).expect("written");
            let told = world.refusal("cn").await;
            assert!(told.contains(name), "{name}: {told}");
        }
    }
}

#[tokio::test]
async fn an_expired_certificate() {
    let world = World::new();
    certify(&world, &authority(&world), regional(&world), days_from_now(-2, -1));
    let told = world.refusal("cn").await;
    let path = world.files("cn").path("certificate.pem");
    let expected = format!("{}: the certificate has expired", path.display());
    assert!(told.starts_with(&expected), "{told}");
}

#[tokio::test]
async fn a_certificate_of_tomorrow() {
    let world = World::new();
    certify(&world, &authority(&world), regional(&world), days_from_now(1, 2));
    let told = world.refusal("cn").await;
    let path = world.files("cn").path("certificate.pem");
    let expected = format!("{}: the certificate is not valid yet", path.display());
    assert!(told.starts_with(&expected), "{told}");
}

#[tokio::test]
async fn a_certificate_of_another_authority() {
    let world = World::new();
    let validity = days_from_now(-1, 1);
    let (other, _key) = NetworkCa::create(world.network().network, validity).expect("another");
    certify(&world, &other, regional(&world), validity);
    let told = world.refusal("cn").await;
    let path = world.files("cn").path("certificate.pem");
    let expected =
        format!("{}: the certificate is not from the authority in network.json", path.display());
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_role_that_the_certificate_does_not_carry() {
    let world = World::new();
    for role in [Role::Local, Role::Regulator, Role::Root] {
        let identity = NodeIdentity { role, ..regional(&world) };
        certify(&world, &authority(&world), identity, days_from_now(-1, 1));
        let told = world.refusal("cn").await;
        let path = world.files("cn").path("certificate.pem");
        let expected = format!(
            "{} is for gcfn://gcfn-test/cn/{role}/cn, node.toml is for regional cn of cn; a node \
             runs in the role that its certificate carries",
            path.display()
        );
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn a_configuration_with_three_mistakes() {
    let world = World::new();
    let path = world.files("cn").path("node.toml");
    let text = std::fs::read_to_string(&path).expect("read");
    let text = text.replace("\"regional\"", "\"regent\"").replace("GCFNHKHH", "HK");
    let text = text.replacen("https://", "http://", 1);
    std::fs::write(&path, &text).expect("written");
    let told = world.refusal("cn").await;
    let line = |part: &str| text.lines().position(|line| line.contains(part)).expect("there") + 1;
    for (part, key) in [("\"regent\"", "role"), ("\"HK\"", "bank.bic"), ("http://", "bank.url")] {
        let place = format!("{}:{}: {key}: ", path.display(), line(part));
        assert!(told.contains(&place), "{place} in {told}");
    }
}

#[tokio::test]
async fn a_certificate_is_good_to_its_last_day() {
    let world = World::new();
    certify(&world, &authority(&world), regional(&world), days_from_now(-364, 1));
    world.start("cn").await.end().await;
}
