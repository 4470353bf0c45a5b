//! Whose money at which bank account: the participants of clearing.

use crate::NodeId;
use core::fmt;
use serde::{Deserialize, Serialize};

/// One of a node's bank accounts by purpose. Every pool is a bank account of its own, so money
/// moves from one pool to another only by a payment that the bank confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Pool {
    /// User custody, the omnibus account of users' money (`UC`).
    UserCustody = 0,
    /// Issuer escrow: reserves, deposits and free proceeds of issuers (`IE`).
    IssuerEscrow = 1,
    /// The settlement hub: fees, merchants' claims, suspense (`SH`).
    SettlementHub = 2,
    /// The guarantee fund (`GF`).
    GuaranteeFund = 3,
    /// The settlement account of a clearing house, through which a cycle is paid in and out (`CH`).
    ClearingHouse = 4,
    /// An FX dealer's own account in one currency (`FX`).
    Dealer = 5,
}

impl Pool {
    /// Every pool, in encoding order.
    pub const ALL: [Pool; 6] = [
        Pool::UserCustody,
        Pool::IssuerEscrow,
        Pool::SettlementHub,
        Pool::GuaranteeFund,
        Pool::ClearingHouse,
        Pool::Dealer,
    ];

    /// The two-letter code of the chart of accounts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Pool::UserCustody => "UC",
            Pool::IssuerEscrow => "IE",
            Pool::SettlementHub => "SH",
            Pool::GuaranteeFund => "GF",
            Pool::ClearingHouse => "CH",
            Pool::Dealer => "FX",
        }
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// One bank account of one node: what owes and is owed in a clearing cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SettlementAccount {
    /// The node that operates the account.
    pub node: NodeId,
    /// Which of its accounts.
    pub pool: Pool,
}

impl fmt::Display for SettlementAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.node, self.pool)
    }
}
