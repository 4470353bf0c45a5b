//! The federation as its members show it: who belongs to it, whose keys make a round final, what
//! is listed; and what a node says in it.

use crate::listing::Listing;
use crate::term::{CurrencyCode, Date, Hash, Money, Node, Proposal, Region, Text, Time};
use crate::trading::RateLock;
use gcfn_anchor::checkpoint::key_name;
use gcfn_anchor::roster::Roster;
use gcfn_anchor::round::Round;
use gcfn_council::{CalendarChange, Council, Member, SignedJoinRequest};
use gcfn_model::{BusinessDate, Calendar, Currency, NetworkId, Rate, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Everybody in the directory.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberList {
    /// Members and applicants, by name.
    pub members: Vec<MemberReport>,
    /// Who leads the federation's cell, as far as the node that answers knows.
    pub leader: Option<Node>,
}

/// A node that is, was or wants to be part of the network.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberReport {
    /// Its name.
    pub node: Node,
    /// Its region.
    pub region: Region,
    /// What it is.
    #[schema(value_type = String, example = "local")]
    pub role: gcfn_council::Role,
    /// How it stands.
    #[schema(value_type = String, example = "admitted")]
    pub status: gcfn_council::Status,
    /// The currency of its venue; none without a venue.
    pub currency: Option<CurrencyCode>,
    /// Whether it quotes rates and stands by them.
    pub dealer: bool,
    /// How much its word counts among validators; zero for everybody else.
    pub weight: u64,
    /// The digest of the join request that it came with; none for a founder.
    pub request: Option<Hash>,
    /// The key that it signs with: 64 hexadecimal digits.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$", example = "7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub key: gcfn_anchor::keys::PublicKey,
    /// The same under the name by which it signs heads, as tools that verify C2SP notes take it.
    #[schema(example = "gcfn-demo/cn-sha+0337ac90+AX0MH1suSphnjxo7XH6dDyoutsjQ4fOlt8nR4vRquMDS")]
    #[serde(default)]
    pub log_key: String,
    /// Where it is reached.
    pub endpoints: MemberEndpoints,
    /// Whether its certificate is recorded.
    pub certified: bool,
    /// How much it may owe at a time for purchases, in each currency that it may buy in.
    #[serde(default)]
    pub debit_caps: Vec<Money>,
}

/// Where a member is reached.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberEndpoints {
    /// By applications.
    #[schema(example = "https://127.0.0.1:8443")]
    pub api: String,
    /// By other nodes.
    #[schema(example = "127.0.0.1:9443")]
    pub link: String,
}

impl MemberReport {
    /// A member of `network`.
    fn new(network: NetworkId, member: &Member) -> MemberReport {
        let profile = &member.profile;
        MemberReport {
            node: Text(profile.node),
            region: Text(profile.region),
            role: profile.role,
            status: member.status,
            currency: profile.currency.map(Text),
            dealer: profile.dealer,
            weight: member.weight,
            request: member.request.map(Text),
            key: profile.key,
            log_key: profile.key.verifier_key(&key_name(network, profile.node)),
            endpoints: MemberEndpoints {
                api: profile.endpoints.api.clone(),
                link: profile.endpoints.link.clone(),
            },
            certified: member.certificate.is_some(),
            debit_caps: member.debit_caps.iter().map(|(of, cap)| Money::new(*cap, *of)).collect(),
        }
    }
}

impl MemberList {
    /// The directory of `council`, which does not know who leads it.
    #[must_use]
    pub fn of(council: &Council) -> MemberList {
        let report = |member| MemberReport::new(council.network(), member);
        MemberList { members: council.directory().members().map(report).collect(), leader: None }
    }
}

/// What the network has made final, and whose keys show it: what `gcfn verify` needs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Anchors {
    /// The validators of the next round.
    pub roster: ValidatorRoster,
    /// The last event of the federation that is final.
    pub final_seq: u64,
    /// The last final round; none before the first.
    pub round: Option<AnchorRound>,
    /// Who has co-signed it.
    pub cosigners: Option<Vec<Node>>,
    /// The heads that trading nodes have published.
    pub cells: Vec<AnchoredCell>,
}

/// Who may co-sign rounds: all that an offline verifier must have and trust.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ValidatorRoster {
    /// The network.
    #[schema(example = "gcfn-demo")]
    pub network: String,
    /// The validators, by name.
    pub validators: BTreeMap<String, ValidatorKey>,
}

/// One validator.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ValidatorKey {
    /// The key that it co-signs with: 64 hexadecimal digits.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$", example = "7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub key: gcfn_anchor::keys::PublicKey,
    /// How much its word counts.
    pub weight: u64,
}

/// A round that two thirds of the validators have co-signed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnchorRound {
    /// Counted from 1 without holes.
    pub number: u64,
    /// The digest of the round before it, zero for the first.
    pub prev: Hash,
    /// How many members were folded.
    pub members: u64,
    /// The global root.
    pub root: Hash,
    /// The digest of the roster whose validators make it final.
    pub roster: Hash,
    /// When it was closed.
    pub closed_at: Time,
}

/// A cell whose head the federation has.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnchoredCell {
    /// The cell.
    pub cell: Node,
    /// How many epochs it has closed.
    pub epochs: u64,
    /// The root over their headers.
    pub root: Hash,
}

impl From<&Roster> for ValidatorRoster {
    fn from(roster: &Roster) -> ValidatorRoster {
        let validators = roster.validators.iter().map(|(node, validator)| {
            let (key, weight) = (validator.key, validator.weight);
            (node.to_string(), ValidatorKey { key, weight })
        });
        ValidatorRoster { network: roster.network.to_string(), validators: validators.collect() }
    }
}

impl From<Round> for AnchorRound {
    fn from(round: Round) -> AnchorRound {
        let Round { number, prev, members, root, roster, closed_at } = round;
        AnchorRound {
            number,
            prev: Text(prev),
            members,
            root: Text(root),
            roster: Text(roster),
            closed_at: Text(closed_at),
        }
    }
}

impl Anchors {
    /// What `council` has made final.
    #[must_use]
    pub fn of(council: &Council) -> Anchors {
        let last = council.latest_final();
        let cells = council.directory().trading().filter_map(|member| {
            let head = council.reported_head(member.profile.node)?;
            let (cell, root) = (Text(head.cell), Text(head.root));
            Some(AnchoredCell { cell, epochs: head.size, root })
        });
        Anchors {
            roster: council.roster().into(),
            final_seq: council.final_seq(),
            round: last.map(|last| last.round.into()),
            cosigners: last
                .map(|last| last.cosignatures.iter().map(|by| Text(by.validator)).collect()),
            cells: cells.collect(),
        }
    }
}

/// What the members list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SeriesListed {
    /// The series, by id.
    pub series: Vec<Listing>,
}

impl SeriesListed {
    /// The listings in the directory of `council`.
    #[must_use]
    pub fn of(council: &Council) -> SeriesListed {
        let series = council.directory().series().map(|series| {
            let gcfn_council::Series { home, listing } = *series;
            Listing {
                series: Text(listing.series),
                home: Text(home),
                issuer: None,
                face: Money::new(listing.face, listing.currency),
                minted: listing.minted,
                expires_at: Text(listing.expires_at),
                last_price: None,
            }
        });
        SeriesListed { series: series.collect() }
    }
}

/// A validator's word for an applicant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The applicant.
    pub node: Node,
    /// The digest of the request that was looked at; the one in the directory when left out.
    pub request: Option<Hash>,
}

/// From a day on, these are the business days of a currency: a validator's word for it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendar {
    /// Of which currency.
    pub currency: CurrencyCode,
    /// The first day that it says anything of; after today.
    pub from: Date,
    /// The last day that it knows.
    pub last: Date,
    /// Days of the week on which banks are closed, 0 is Monday.
    #[schema(example = json!([5, 6]))]
    pub weekend: Vec<u8>,
    /// Other days on which they are closed.
    pub holidays: Vec<Date>,
    /// Days of a weekend on which they are open.
    pub workdays: Vec<Date>,
}

impl NewCalendar {
    /// What the validator stands by.
    #[must_use]
    pub fn change(&self) -> CalendarChange {
        let days = |of: &[Date]| of.iter().map(|Text(day)| *day).collect();
        let calendar = Calendar {
            weekend: self.weekend.iter().copied().collect(),
            holidays: days(&self.holidays),
            workdays: days(&self.workdays),
            first: self.from.0,
            last: self.last.0,
        };
        CalendarChange { currency: self.currency.0, from: self.from.0, calendar }
    }

    /// What `calendar` says of the days from `from` on.
    #[must_use]
    pub fn of(currency: Currency, from: BusinessDate, calendar: &Calendar) -> NewCalendar {
        let days = |of: &BTreeSet<BusinessDate>| of.range(from..).copied().map(Text).collect();
        NewCalendar {
            currency: Text(currency),
            from: Text(from),
            last: Text(calendar.last),
            weekend: calendar.weekend.iter().copied().collect(),
            holidays: days(&calendar.holidays),
            workdays: days(&calendar.workdays),
        }
    }
}

/// A dealer's two-way offer. A new one takes the place of the last.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuote {
    /// What is bought and sold, and what it is paid in.
    pub pair: QuotedPair,
    /// At which the dealer buys the base currency.
    pub bid: Ratio,
    /// At which the dealer sells it.
    pub ask: Ratio,
    /// How much of the base currency it is good for in all; zero withdraws the offer.
    pub size: Money,
    /// Not good from here on.
    pub valid_until: Time,
}

/// Two currencies in the order of the network's list: each pair has one spelling.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotedPair {
    /// The currency that is bought and sold.
    #[schema(example = "CNY")]
    pub base: CurrencyCode,
    /// The currency that it is paid in.
    #[schema(example = "HKD")]
    pub counter: CurrencyCode,
}

/// A rate: minor units of one currency for minor units of another.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Of the counter currency.
    #[schema(minimum = 1, example = 109)]
    pub numerator: u64,
    /// Of the base currency.
    #[schema(minimum = 1, example = 100)]
    pub denominator: u64,
}

/// What dealers offer now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QuoteList {
    /// The quotes, by pair and dealer.
    pub quotes: Vec<StandingQuote>,
    /// When they were good.
    pub at: Time,
}

/// A dealer's two-way offer as it stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct StandingQuote {
    /// Who stands by it.
    pub dealer: Node,
    /// What is bought and sold, and what it is paid in.
    pub pair: QuotedPair,
    /// At which the dealer buys the base currency.
    pub bid: Ratio,
    /// At which the dealer sells it.
    pub ask: Ratio,
    /// How much of the base currency it was good for.
    pub size: Money,
    /// How much of it no lock has reserved yet.
    pub left: Money,
    /// Not good from here on.
    pub valid_until: Time,
}

impl From<Rate> for Ratio {
    fn from(rate: Rate) -> Ratio {
        Ratio { numerator: rate.numerator(), denominator: rate.denominator() }
    }
}

impl QuoteList {
    /// What `council` knows of dealers' offers that are good at `at`.
    #[must_use]
    pub fn of(council: &Council, at: Timestamp) -> QuoteList {
        let quotes = council.quotes(at).map(|(dealer, quote, left)| {
            let gcfn_council::Pair { base, counter } = quote.pair;
            StandingQuote {
                dealer: Text(dealer),
                pair: QuotedPair { base: Text(base), counter: Text(counter) },
                bid: quote.bid.into(),
                ask: quote.ask.into(),
                size: Money::new(quote.size, base),
                left: Money::new(left, base),
                valid_until: Text(quote.valid_until),
            }
        });
        QuoteList { quotes: quotes.collect(), at: Text(at) }
    }
}

/// The rates that dealers hold for nodes, where they can still settle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LockList {
    /// The locks, by id.
    pub locks: Vec<LockReport>,
    /// The log index that this holds at least.
    pub as_of: u64,
}

/// A rate that a dealer holds for a node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct LockReport {
    /// For whom.
    pub holder: Node,
    /// By whom.
    pub dealer: Node,
    /// The rate.
    #[serde(flatten)]
    pub rate: RateLock,
    /// The bundle that both sides affirm and that has used it; none while nobody has.
    pub bundle: Option<Hash>,
}

impl LockList {
    /// The locks that `council` holds, as of a log index.
    #[must_use]
    pub fn of(council: &Council, as_of: u64) -> LockList {
        let locks = council.locks().map(|(rate, bundle)| LockReport {
            holder: Text(rate.holder),
            dealer: Text(rate.dealer),
            rate: RateLock::from(*rate),
            bundle: bundle.map(Text),
        });
        LockList { locks: locks.collect(), as_of }
    }
}

/// The federation has done what was asked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Heard {
    /// When it was answered, by this node's clock.
    pub at: Time,
    /// Set when nothing is done before others say the same: more validators, or at the house a
    /// second person, who may approve this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// An applicant's request, signed with the key in it: the file `join-request.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JoinRequest(pub SignedJoinRequest);

impl PartialSchema for JoinRequest {
    fn schema() -> RefOr<Schema> {
        let what = "An applicant's request, signed with the key in it: `join-request.json`.";
        let object = ObjectBuilder::new().description(Some(what));
        object.examples([join_request()]).into()
    }
}

impl ToSchema for JoinRequest {}

/// As `gcfn node init` writes it, but for the certificate request, which is long.
fn join_request() -> serde_json::Value {
    serde_json::json!({
        "request": {
            "network": "gcfn-demo",
            "profile": {
                "node": "cn-sha",
                "region": "cn",
                "role": "local",
                "key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "endpoints": { "api": "https://127.0.0.1:8443", "link": "127.0.0.1:9443" },
                "currency": "CNY",
                "dealer": false,
            },
            "filing": "the filing at the region's regulator",
            "deposit": "the account of the deposit",
            "certificate_request": "-----BEGIN CERTIFICATE REQUEST-----...",
        },
        "signature": "0".repeat(128),
    })
}

/// How an application stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Application {
    /// The status in the directory.
    #[schema(value_type = String, example = "applied")]
    pub status: gcfn_council::Status,
    /// The certificate, PEM, once it is issued. Public: it opens nothing without its key.
    #[schema(example = "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n")]
    pub certificate: Option<String>,
}

/// How far ahead of real time a testnet's node is to be.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockShift {
    /// In milliseconds.
    #[schema(example = 3_600_000)]
    pub offset_ms: u64,
}

/// A snapshot was taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct SnapshotTaken {
    /// The log entry that it covers.
    pub index: u64,
}

/// What a node's clock shows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClockShown {
    /// How far it is ahead of real time, in milliseconds.
    pub offset_ms: u64,
    /// The time.
    pub now: Time,
}
