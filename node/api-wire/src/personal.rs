//! A party's own data over time: changed, asked to be erased; what staff did.

use crate::party::Kind;
use crate::term::{Coupon, Money, Party, Time, Trade};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// How the caller is to be reached from now on; what is left out stays. The legal name is what
/// the caller was identified by and is not changed here.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "phone": "+86 21 5555 0100" }))]
pub struct ProfileChange {
    /// The telephone number.
    #[schema(max_length = 32, example = "+86 21 5555 0100")]
    pub phone: Option<String>,
    /// The e-mail address.
    #[schema(max_length = 254, example = "ann@example.org")]
    pub email: Option<String>,
}

impl fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileChange(..)")
    }
}

/// Where the wish of a party stands that its personal data be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStage {
    /// Nobody has asked.
    NotRequested,
    /// Asked for; the party is not closed yet.
    Requested,
    /// The party is closed, and the law has its data kept until a date.
    Deferred,
    /// Nothing stands in the way any more: the operator erases.
    Due,
    /// The key of its data is destroyed, and with it every copy.
    Completed,
}

/// How the erasure of a party's personal data stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureReport {
    /// Whose data.
    pub party: Party,
    /// Where it stands.
    pub status: ErasureStage,
    /// When it was asked for.
    pub requested_at: Option<Time>,
    /// Until when the law has the data kept, once the party is closed.
    pub deferred_until: Option<Time>,
    /// When the key was destroyed.
    pub erased_at: Option<Time>,
}

/// The erasures that were asked for, and those that are done.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasureList {
    /// The erasures: open ones by party, then those that are done, the oldest first.
    pub erasures: Vec<ErasureReport>,
}

/// Whose personal data is to be erased now.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureOrder {
    /// The party: closed, and its data kept for as long as the law asks for.
    pub party: Party,
}

/// Which parties to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PartyPage {
    /// Those of this kind; of all when left out.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: usize,
    /// Only those after: the `next` of an earlier page.
    pub after: Option<Party>,
}

const fn page_size() -> usize {
    50
}

/// Parties, by their pseudonyms.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PartyList {
    /// The parties, by pseudonym.
    pub parties: Vec<PartyLine>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Party>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A party in one line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct PartyLine {
    /// Its pseudonym.
    pub party: Party,
    /// What it is.
    pub kind: Kind,
    /// How well it is identified: 0 to 3.
    pub kyc: u8,
    /// Whether its money and coupons stand still.
    pub frozen: bool,
}

/// Some lines of a list that is kept from the newest back.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogPage {
    /// Look at this many, up to 500; fewer may pass what the route shows.
    #[serde(default = "lines")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

const fn lines() -> u32 {
    50
}

/// What staff have asked the node to change.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallList {
    /// The calls, the newest first.
    pub calls: Vec<CallReport>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
}

/// One call of a member of staff. Nothing of what was sent is kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallReport {
    /// The node's name of the request, as its log has it.
    #[schema(example = "00f1a2b3c4d5e6f7")]
    pub request: String,
    /// When it was answered.
    pub at: Time,
    /// Who asked, by pseudonym.
    pub by: Party,
    /// The method and the path.
    #[schema(example = "POST /api/v1/issuers/{issuer}/quota")]
    pub action: String,
    /// What stood in the variable part of the path.
    #[schema(example = "pty-0000000000000000000000000a")]
    pub subject: Option<String>,
    /// `Done`, or the code of the refusal.
    #[schema(example = "Done")]
    pub outcome: String,
}

/// The trades that a coupon went through here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponHistory {
    /// The coupon.
    pub coupon: Coupon,
    /// The trades, the newest first.
    pub trades: Vec<CouponPassage>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry; it is made from the journal.
    pub as_of: u64,
}

/// A trade that a coupon went through.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponPassage {
    /// The trade.
    pub trade: Trade,
    /// When it was matched.
    pub at: Time,
    /// What the coupon cost.
    pub price: Money,
    /// How often it had been resold before.
    pub resales: u8,
    /// Who sold it: shown to that party, to staff and to supervisors.
    pub seller: Option<Party>,
    /// Who bought it: shown to that party, to staff and to supervisors.
    pub buyer: Option<Party>,
}
