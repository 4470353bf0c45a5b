//! Who a node is: the name in its certificate.

use gcfn_model::{NameFault, NetworkId, NodeId, RegionId};
use std::fmt;
use std::str::FromStr;

/// What a certificate's holder is in the network. What it may call follows from this and from
/// nothing that the holder says: see [`crate::authority`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The network operator's node: a voter of the federation.
    Root,
    /// A region's clearing house: a voter of the federation.
    Regional,
    /// A trading node.
    Local,
    /// A supervisor's node: a learner of the federation, reads and decides nothing.
    Regulator,
    /// A bank's connector, at the bank door of one node.
    Bank,
    /// A person or a tool at the operator door of one node.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] =
        [Role::Root, Role::Regional, Role::Local, Role::Regulator, Role::Bank, Role::Operator];

    /// The word in a certificate and in a configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Root => "root",
            Role::Regional => "regional",
            Role::Local => "local",
            Role::Regulator => "regulator",
            Role::Bank => "bank",
            Role::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is not a [`Role`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("role {0:?} is not one of root, regional, local, regulator, bank, operator")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Role, UnknownRole> {
        let known = Role::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// Whom a certificate speaks for.
///
/// Text form: `gcfn://<network>/<region>/<role>/<node>`, the subject alternative name of its
/// certificate. Two identities are the same only if all four parts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdentity {
    /// The network that admitted it.
    pub network: NetworkId,
    /// The region it is answerable in.
    pub region: RegionId,
    /// What it is.
    pub role: Role,
    /// Its name.
    pub node: NodeId,
}

pub(crate) const SCHEME: &str = "gcfn://";

/// Why a text is not a [`NodeIdentity`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// Not the scheme and four parts.
    #[error("identity {0:?} is not gcfn://<network>/<region>/<role>/<node>")]
    Shape(String),
    /// A part is not a name.
    #[error("identity {text:?}")]
    Name {
        /// The whole text.
        text: String,
        /// What is wrong with the part.
        source: NameFault,
    },
    /// The role is none of ours.
    #[error("identity {text:?}")]
    Role {
        /// The whole text.
        text: String,
        /// The role found.
        source: UnknownRole,
    },
}

impl FromStr for NodeIdentity {
    type Err = IdentityFault;
    fn from_str(text: &str) -> Result<NodeIdentity, IdentityFault> {
        let shape = || IdentityFault::Shape(text.to_owned());
        let name = |source| IdentityFault::Name { text: text.to_owned(), source };
        let parts: Vec<&str> = text.strip_prefix(SCHEME).ok_or_else(shape)?.split('/').collect();
        let [network, region, role, node] = parts[..] else {
            return Err(shape());
        };
        Ok(NodeIdentity {
            network: network.parse().map_err(name)?,
            region: region.parse().map_err(name)?,
            role: role
                .parse()
                .map_err(|source| IdentityFault::Role { text: text.to_owned(), source })?,
            node: node.parse().map_err(name)?,
        })
    }
}

impl fmt::Display for NodeIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NodeIdentity { network, region, role, node } = self;
        write!(f, "{SCHEME}{network}/{region}/{role}/{node}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_identity_are_the_same_thing() {
        for role in Role::ALL {
            let text = format!("gcfn://gcfn-demo/cn/{role}/cn-sha");
            let identity: NodeIdentity = text.parse().expect("well formed");
            assert_eq!(identity.role, role);
            assert_eq!(identity.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let fault = |text: &str| text.parse::<NodeIdentity>().expect_err("refused");
        for text in ["", "spiffe://a/b/local/c", "gcfn://a/b/local", "gcfn://a/b/local/c/d"] {
            assert_eq!(fault(text), IdentityFault::Shape(text.to_owned()));
        }
        assert!(matches!(fault("gcfn://a/b/king/c"), IdentityFault::Role { .. }));
        assert!(matches!(fault("gcfn://a/b/local/"), IdentityFault::Name { .. }));
        assert!(matches!(fault("gcfn://A/b/local/c"), IdentityFault::Name { .. }));
    }
}
