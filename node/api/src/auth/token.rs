//! Short-lived tokens: JWS compact serialization (RFC 7515) with EdDSA (RFC 8037), JWT claims
//! (RFC 7519).
//!
//! One algorithm and one header, compared byte by byte: nothing in a token chooses how it is
//! checked.

use super::{Caller, Proof, Scope};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey};
use gcfn_model::{Millis, NodeId, PartyId, Timestamp};
use serde::{Deserialize, Serialize};

const HEADER: &str = r#"{"alg":"EdDSA","typ":"JWT"}"#;

/// What a token says. Times are whole seconds of Unix time.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    /// The node that signed it.
    iss: NodeId,
    /// Whom the caller acts for.
    sub: PartyId,
    /// What it opens.
    scope: String,
    /// The credential that it was exchanged for.
    credential: String,
    iat: u64,
    exp: u64,
}

/// Signs and checks the tokens of one node.
pub(crate) struct Tokens {
    node: NodeId,
    key: SigningKey,
    lifetime: Millis,
}

impl Tokens {
    pub(crate) fn new(node: NodeId, secret: &[u8; 32], lifetime: Millis) -> Tokens {
        Tokens { node, key: SigningKey::from_bytes(secret), lifetime }
    }

    /// A token for `caller`, and from when it is refused.
    pub(crate) fn sign(&self, caller: &Caller, now: Timestamp) -> (String, Timestamp) {
        let exp = seconds(now).saturating_add(self.lifetime.0 / 1000);
        let claims = Claims {
            iss: self.node,
            sub: caller.party,
            scope: caller.scope.to_string(),
            credential: caller.credential.clone(),
            iat: seconds(now),
            exp,
        };
        let claims = serde_json::to_vec(&claims).expect("claims are plain data");
        let header = URL_SAFE_NO_PAD.encode(HEADER);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()));
        (token, instant(exp).expect("a clock is not in the year 9999"))
    }

    /// Whom `token` speaks for, if this node signed it and it has not expired at `now`.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<Caller> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        self.key.verifying_key().verify_strict(signed.as_bytes(), &signature).ok()?;
        let (header, claims) = signed.split_once('.')?;
        if header != URL_SAFE_NO_PAD.encode(HEADER) {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        if claims.iss != self.node || claims.exp <= seconds(now) {
            return None;
        }
        let scope: Scope = claims.scope.parse().ok()?;
        let expires_at = Some(instant(claims.exp)?);
        let (party, credential) = (claims.sub, claims.credential);
        Some(Caller { party, scope, credential, proof: Proof::Secret, expires_at })
    }
}

fn seconds(at: Timestamp) -> u64 {
    at.micros() / 1_000_000
}

fn instant(seconds: u64) -> Option<Timestamp> {
    seconds.checked_mul(1_000_000).and_then(Timestamp::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(secret: u8) -> Tokens {
        Tokens::new("cn-sha".parse().expect("a name"), &[secret; 32], Millis(60_000))
    }

    fn at(second: u64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000).expect("before the year 9999")
    }

    fn caller() -> Caller {
        let party = PartyId::from_bytes([7; 16]);
        let (credential, expires_at) = ("key-1".to_owned(), Some(at(1060)));
        let (scope, proof) = (Scope::MarketMaker, Proof::Secret);
        Caller { party, scope, credential, proof, expires_at }
    }

    #[test]
    fn a_token_speaks_for_its_caller_until_it_expires() {
        let (token, expires_at) = tokens(1).sign(&caller(), at(1000));
        assert_eq!(expires_at, at(1060));
        assert_eq!(tokens(1).verify(&token, at(1059)), Some(caller()));
        assert_eq!(tokens(1).verify(&token, at(1060)), None);
        assert_eq!(tokens(2).verify(&token, at(1000)), None, "another node's secret");
    }

    #[test]
    fn no_character_of_a_token_can_be_another() {
        let (token, _) = tokens(1).sign(&caller(), at(1000));
        for index in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            assert_eq!(tokens(1).verify(&altered, at(1000)), None, "character {index}");
        }
    }

    #[test]
    fn a_signed_token_with_another_header_is_refused() {
        let tokens = tokens(1);
        let (token, _) = tokens.sign(&caller(), at(1000));
        let claims = token.split('.').nth(1).expect("three parts");
        let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        let signature = URL_SAFE_NO_PAD.encode(tokens.key.sign(signed.as_bytes()).to_bytes());
        assert_eq!(tokens.verify(&format!("{signed}.{signature}"), at(1000)), None);
    }
}
