//! What the API refuses before the machine is asked, and what keeps it from asking.

use super::{Class, Line, Retry};

/// A no of the API itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Code {
    /// No credentials, or none that this node accepts.
    #[error("no credentials that this node accepts")]
    Unauthenticated,
    /// A certificate that opens nothing here.
    #[error("certificate is for another jurisdiction, bank or node")]
    ForeignCertificate,
    /// The role may not call this route.
    #[error("role may not call this route")]
    NotPermitted,
    /// No such path.
    #[error("no such path")]
    UnknownRoute,
    /// The path has another method.
    #[error("path has no such method")]
    UnknownMethod,
    /// The id in the path is none.
    #[error("id in the path is not of the kind that stands there")]
    PathId,
    /// What is asked for is not here, or not the caller's to see.
    #[error("no such thing here, or not yours to see")]
    NotFound,
    /// The request cannot be read at all.
    #[error("request cannot be read")]
    Malformed,
    /// A field that the operation does not know.
    #[error("field is unknown to this operation")]
    UnknownField,
    /// A field that the operation needs.
    #[error("field is missing")]
    MissingField,
    /// A field breaks a rule.
    #[error("field breaks a rule")]
    FieldRule,
    /// The body is of another type than the operation reads.
    #[error("body is not of the content type that this reads")]
    MediaType,
    /// The body is too long.
    #[error("body is longer than this node reads")]
    BodyTooLong,
    /// Too many orders in one batch.
    #[error("batch is empty or has more than 100 orders")]
    BatchSize,
    /// Not a WebSocket.
    #[error("request does not open a WebSocket")]
    NoUpgrade,
    /// Too many books for one follower.
    #[error("a follower follows at most 100 books")]
    TooManyBooks,
    /// A follower reads too slowly.
    #[error("books move faster than this follower reads")]
    TooSlow,
    /// No idempotency key.
    #[error("header Idempotency-Key is missing")]
    IdempotencyKeyMissing,
    /// Not an idempotency key.
    #[error("idempotency key is not 1 to 64 visible ASCII characters")]
    IdempotencyKeyForm,
    /// The same key was used for other personal data.
    #[error("idempotency key was used before with other content")]
    IdempotencyConflict,
    /// An amount in another currency than it must be in.
    #[error("amount is in another currency than this asks for")]
    CurrencyMismatch,
    /// Somebody else can be found by that telephone number or e-mail address.
    #[error("telephone number or e-mail address is registered for another party")]
    HandleTaken,
    /// Personal data of the party was erased.
    #[error("personal data of this party was erased; it takes no more")]
    Erased,
    /// Personal data that must be kept for now.
    #[error("party is not closed, or the law has its data kept for longer")]
    MustBeKept,
    /// A document that is named here lies in the store of another replica.
    #[error("document is not in this replica's store")]
    DocumentMissing,
    /// A clock is to be further ahead than any is.
    #[error("clock cannot be so far ahead")]
    ClockTooFar,
    /// A clock is to go back.
    #[error("clock never goes back")]
    ClockGoesBack,
    /// A clock is to go where the node has no calendar.
    #[error("node has no calendar for that time")]
    NoCalendar,
    /// The federation refuses what the node said in it.
    #[error("federation refuses it")]
    FederationRefused,
    /// A bank's message cannot be understood.
    #[error("message is not one of ISO 20022 that this node understands")]
    BankMessage,
    /// A message is not the bank's own word.
    #[error("message is not signed as the bank's messages are")]
    BankSignature,
    /// A bank speaks about what it does not keep.
    #[error("payment is of another bank than the one that reports on it")]
    ForeignPayment,
    /// Nobody quotes that pair.
    #[error("no dealer quotes this pair and size now")]
    NoQuote,
    /// The trade is not yet proven.
    #[error("trade is not yet in an anchored epoch")]
    NotAnchored,
    /// Too many requests.
    #[error("more requests than this credential may send")]
    RateLimited,
    /// The state here is older than the caller wants it.
    #[error("state of this replica is older than asked for")]
    Behind,
    /// Another replica leads, or none.
    #[error("this replica does not lead now; nothing was done")]
    NotLeading,
    /// Too much waits.
    #[error("too many commands are waiting; nothing was done")]
    Busy,
    /// The cell does not write any more.
    #[error("node does not take commands; nothing was done")]
    Halted,
    /// No quorum answered in time.
    #[error("no quorum answered in time; nobody knows yet whether it was done")]
    InDoubt,
    /// The node that knows does not answer.
    #[error("node that knows this does not answer; nothing was done")]
    Unreached,
    /// The store of personal data and credentials does not answer.
    #[error("store does not answer")]
    StoreUnavailable,
    /// A fault of this node.
    #[error("node has a fault; its log has the cause under this request")]
    Internal,
}

impl Code {
    /// Its line.
    #[must_use]
    pub const fn line(self) -> Line {
        use Class as C;
        use Retry::{Never, NewKey, SameKey};
        let (code, class, retry, advice) = match self {
            Code::Unauthenticated => (
                "Unauthenticated",
                C::Unauthenticated,
                Never,
                "send a bearer token, an API key or a client certificate",
            ),
            Code::ForeignCertificate => (
                "ForeignCertificate",
                C::Forbidden,
                Never,
                "call a node of your own jurisdiction, one that you keep accounts for, or yours",
            ),
            Code::NotPermitted => {
                ("NotPermitted", C::Forbidden, Never, "ask the operator for another role")
            }
            Code::UnknownRoute => {
                ("UnknownRoute", C::Unknown, Never, "look the path up in /openapi.json")
            }
            Code::UnknownMethod => {
                ("UnknownMethod", C::Method, Never, "look the method up in /openapi.json")
            }
            Code::PathId => ("PathId", C::Unknown, Never, "copy the id from where it was told"),
            Code::NotFound => {
                ("NotFound", C::Unknown, Never, "compare the id with where it was told")
            }
            Code::Malformed => ("Malformed", C::Malformed, Never, "send one JSON object"),
            Code::UnknownField => ("UnknownField", C::Malformed, Never, "leave the field out"),
            Code::MissingField => ("MissingField", C::Malformed, Never, "add the field"),
            Code::FieldRule => ("FieldRule", C::Value, Never, "correct the field"),
            Code::MediaType => {
                ("MediaType", C::MediaType, Never, "send the content type that /openapi.json names")
            }
            Code::BodyTooLong => ("BodyTooLong", C::TooLong, Never, "send less at once"),
            Code::BatchSize => ("BatchSize", C::Value, Never, "split the batch"),
            Code::NoUpgrade => {
                ("NoUpgrade", C::Malformed, Never, "open the path as a WebSocket, over HTTP/1.1")
            }
            Code::TooManyBooks => {
                ("TooManyBooks", C::Value, Never, "follow the others by another connection")
            }
            Code::TooSlow => {
                ("TooSlow", C::Rate, SameKey, "come back with the last sequence of each book")
            }
            Code::IdempotencyKeyMissing => (
                "IdempotencyKeyMissing",
                C::Malformed,
                Never,
                "send a key of your own with every change, and the same one when asking again",
            ),
            Code::IdempotencyKeyForm => {
                ("IdempotencyKeyForm", C::Malformed, Never, "send a UUID or the like")
            }
            Code::IdempotencyConflict => {
                ("IdempotencyConflict", C::State, Never, "send a new key for a new wish")
            }
            Code::CurrencyMismatch => {
                ("CurrencyMismatch", C::Value, Never, "send the amount in the currency asked for")
            }
            Code::HandleTaken => {
                ("HandleTaken", C::Taken, Never, "find the party that has it, or use another")
            }
            Code::Erased => ("Erased", C::State, Never, "register the person anew"),
            Code::MustBeKept => (
                "MustBeKept",
                C::State,
                NewKey,
                "close the party first, and wait until the date that the list of erasures shows",
            ),
            Code::DocumentMissing => {
                ("DocumentMissing", C::Unavailable, SameKey, "ask another replica")
            }
            Code::ClockTooFar => ("ClockTooFar", C::Value, Never, "send a smaller offset"),
            Code::ClockGoesBack => ("ClockGoesBack", C::Value, Never, "send a larger offset"),
            Code::NoCalendar => {
                ("NoCalendar", C::Value, Never, "stay within the years of the calendar")
            }
            Code::FederationRefused => {
                ("FederationRefused", C::Value, Never, "do what the detail asks for")
            }
            Code::BankMessage => {
                ("BankMessage", C::Malformed, Never, "compare it with the message's definition")
            }
            Code::BankSignature => (
                "BankSignature",
                C::Forbidden,
                Never,
                "sign the message's bytes to this node with the key that it has of the bank",
            ),
            Code::ForeignPayment => {
                ("ForeignPayment", C::Forbidden, Never, "let the debtor's bank report on it")
            }
            Code::NoQuote => ("NoQuote", C::Short, SameKey, "ask again later or for less"),
            Code::NotAnchored => {
                ("NotAnchored", C::State, SameKey, "ask again when the epoch has closed")
            }
            Code::RateLimited => {
                ("RateLimited", C::Rate, SameKey, "wait for as long as Retry-After says")
            }
            Code::Behind => ("Behind", C::Unavailable, SameKey, "ask again, or another replica"),
            Code::NotLeading => {
                ("NotLeading", C::Unavailable, SameKey, "ask another replica, or this one again")
            }
            Code::Busy => ("Busy", C::Unavailable, SameKey, "ask again after a pause"),
            Code::Halted => ("Halted", C::Unavailable, SameKey, "ask another replica"),
            Code::InDoubt => {
                ("InDoubt", C::InDoubt, SameKey, "ask again with the same key: it is done once")
            }
            Code::Unreached => ("Unreached", C::Unavailable, SameKey, "ask again after a pause"),
            Code::StoreUnavailable => {
                ("StoreUnavailable", C::Unavailable, SameKey, "ask again after a pause")
            }
            Code::Internal => (
                "Internal",
                C::Internal,
                SameKey,
                "tell the operator the instance; asking again does it once",
            ),
        };
        Line { code, class, retry, advice }
    }
}
