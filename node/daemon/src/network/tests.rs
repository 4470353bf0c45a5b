use super::public_part;
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::Signer;
use gcfn_council::{Charter, Endpoints, Founder, Genesis, Params, Profile, Role};
use std::collections::BTreeMap;

fn founded_by(seed: u8) -> Genesis {
    let signer = Signer::from_seed(&[seed; 32]);
    let node = "root".parse().expect("a node");
    let profile = Profile {
        node,
        region: "ch".parse().expect("a region"),
        role: Role::Root,
        key: signer.public_key(),
        endpoints: Endpoints {
            api: "https://127.0.0.1:8443".to_owned(),
            link: "127.0.0.1:9443".to_owned(),
        },
        currency: None,
        dealer: false,
    };
    let charter = Charter {
        network: "test".parse().expect("a network"),
        founders: vec![Founder { profile, weight: 1 }],
        params: Params::default(),
        calendars: BTreeMap::new(),
        salt_key: SaltKey::from_bytes([9; 32]),
    };
    let consents = vec![charter.consent(node, &signer)];
    Genesis { charter, consents }
}

#[test]
fn a_genesis_of_other_founders_is_refused_although_they_consent() {
    let (ours, theirs) = (founded_by(1), founded_by(2));
    let network = public_part(&ours, true, "");
    theirs.check().expect("it is sound by itself");
    network.was_founded_by(&ours).expect("ours");
    network.was_founded_by(&theirs).expect_err("another key under the same name");
}
