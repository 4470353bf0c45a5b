use super::*;
use crate::samples::signer;
use alloc::format;
use alloc::string::ToString;
use expect_test::expect;

const DOMAINS: [Domain; 6] = [
    Domain::Note,
    Domain::Round,
    Domain::Envelope,
    Domain::Command,
    Domain::JoinRequest,
    Domain::BankMessage,
];

/// RFC 8032 section 7.1, test 1.
#[test]
fn keys_and_signatures_are_those_of_rfc_8032() {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let signer = Signer::from_seed(&hex::read(seed).unwrap().try_into().unwrap());
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(signer.public_key().to_string(), key);
    expect![[r#"
        e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"#]]
    .assert_eq(&signer.sign(Domain::Note, b"").to_string());
}

#[test]
fn a_signature_is_worth_nothing_in_another_domain() {
    let signer = signer("cn-sha");
    for made in DOMAINS {
        let signature = signer.sign(made, b"message");
        for used in DOMAINS {
            let verified = verify(&signer.public_key(), used, b"message", &signature).is_ok();
            assert_eq!(verified, made == used, "{made:?} used for {used:?}");
        }
    }
}

#[test]
fn what_is_not_a_key_verifies_nothing() {
    let signature = signer("cn-sha").sign(Domain::Round, b"message");
    let small_order = [0; 32];
    let off_curve = [2; 32];
    for bytes in [small_order, off_curve] {
        let key = PublicKey::from_bytes(bytes);
        assert_eq!(verify(&key, Domain::Round, b"message", &signature), Err(WrongSignature));
    }
}

/// The key of the documentation of Go's `golang.org/x/mod/sumdb/note`.
#[test]
fn a_key_is_written_as_verifiers_of_notes_take_it() {
    let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let [kind, bytes @ ..]: [u8; 33] =
        STANDARD.decode(known.rsplit('+').next().unwrap()).unwrap().try_into().unwrap();
    assert_eq!(kind, 1, "Ed25519");
    assert_eq!(PublicKey::from_bytes(bytes).verifier_key("PeterNeumann"), known);
}

#[test]
fn text_and_bytes_are_read_back() {
    let signer = signer("cn-sha");
    let (key, signature) = (signer.public_key(), signer.sign(Domain::Round, b"message"));
    assert_eq!(key.to_string().parse(), Ok(key));
    assert_eq!(signature.to_string().parse(), Ok(signature));
    let bytes = postcard::to_allocvec(&(key, signature)).unwrap();
    assert_eq!(bytes, [key.as_bytes().as_slice(), signature.as_bytes()].concat());
    assert_eq!(postcard::from_bytes(&bytes), Ok((key, signature)));
    let json = serde_json::to_string(&(key, signature)).unwrap();
    assert_eq!(json, format!("[\"{key}\",\"{signature}\"]"));
    assert_eq!(serde_json::from_str::<(PublicKey, Signature)>(&json).unwrap(), (key, signature));
}

#[test]
fn other_text_is_refused() {
    let key = signer("cn-sha").public_key().to_string();
    for text in ["", &key[1..], &key[2..], &key.to_uppercase(), &key.replace(&key[..1], "g")] {
        let fault = text.parse::<PublicKey>().unwrap_err();
        assert_eq!(fault.to_string(), "public key is not 64 lower-case hexadecimal digits");
    }
    let fault = key.parse::<Signature>().unwrap_err();
    assert_eq!(fault.to_string(), "signature is not 128 lower-case hexadecimal digits");
}

#[test]
fn the_secret_is_not_printed() {
    let signer = signer("cn-sha");
    assert_eq!(format!("{signer:?}"), format!("Signer of {}", signer.public_key()));
}
