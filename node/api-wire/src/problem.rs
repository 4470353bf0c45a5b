//! Every no, as callers see it: RFC 9457 problem details, and the same for gRPC.
//!
//! [`line()`] is the one table from a refusal of the machine to a status; [`Code`] is the same
//! for what the API refuses itself.

mod api;
mod refused;
mod table;

pub use api::Code;
pub use refused::Refused;
pub use table::line;

use crate::read::ReadFault;
use gcfn_venue::Rejection;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// The class of a no: its HTTP status and its gRPC code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The request cannot be read.
    Malformed,
    /// Nobody has said who asks.
    Unauthenticated,
    /// Who asks may not.
    Forbidden,
    /// There is no such thing here.
    Unknown,
    /// There is such a thing already.
    Taken,
    /// The thing is not in the state that this asks for.
    State,
    /// A value breaks a rule.
    Value,
    /// There is not enough of something.
    Short,
    /// The request is longer than it may be.
    TooLong,
    /// The request is in another form than it may be.
    MediaType,
    /// The path has another method.
    Method,
    /// Too many requests.
    Rate,
    /// The node cannot answer now.
    Unavailable,
    /// Nobody knows whether it was done.
    InDoubt,
    /// A fault of this node.
    Internal,
}

impl Class {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Class::Malformed => 400,
            Class::Unauthenticated => 401,
            Class::Forbidden => 403,
            Class::Unknown => 404,
            Class::Method => 405,
            Class::Taken | Class::State => 409,
            Class::TooLong => 413,
            Class::MediaType => 415,
            Class::Value | Class::Short => 422,
            Class::Rate => 429,
            Class::Internal => 500,
            Class::Unavailable => 503,
            Class::InDoubt => 504,
        }
    }

    /// The gRPC code.
    #[must_use]
    pub const fn grpc(self) -> tonic::Code {
        match self {
            Class::Malformed | Class::Value | Class::MediaType => tonic::Code::InvalidArgument,
            Class::Unauthenticated => tonic::Code::Unauthenticated,
            Class::Forbidden => tonic::Code::PermissionDenied,
            Class::Unknown => tonic::Code::NotFound,
            Class::Method => tonic::Code::Unimplemented,
            Class::Taken => tonic::Code::AlreadyExists,
            Class::State | Class::Short => tonic::Code::FailedPrecondition,
            Class::Rate | Class::TooLong => tonic::Code::ResourceExhausted,
            Class::Unavailable => tonic::Code::Unavailable,
            Class::InDoubt => tonic::Code::DeadlineExceeded,
            Class::Internal => tonic::Code::Internal,
        }
    }
}

/// Whether to ask again for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// It will be refused again.
    Never,
    /// Later, under a new idempotency key: the refusal is kept under the old one.
    NewKey,
    /// Later, under the same idempotency key: nothing is kept, or nobody knows.
    SameKey,
}

impl Retry {
    /// Its word, as in a body.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Retry::Never => "never",
            Retry::NewKey => "new_key",
            Retry::SameKey => "same_key",
        }
    }
}

/// One line of the tables: what a refusal is called and what it means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The stable name.
    pub code: &'static str,
    /// Its class.
    pub class: Class,
    /// Whether to ask again.
    pub retry: Retry,
    /// What the caller can do.
    pub advice: &'static str,
}

/// A no, with what is particular to it.
///
/// Its texts are ours and carry no value that was sent: nobody's data shows in a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is called and what it means.
    pub line: Line,
    /// What was found and what is allowed.
    pub detail: Cow<'static, str>,
    /// The field at fault, where one is.
    pub field: Option<String>,
    /// How many seconds to wait before asking again, where it is known.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// The problem of `line`, in the words of `detail`.
    #[must_use]
    pub fn new(line: Line, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem { line, detail: detail.into(), field: None, retry_after: None }
    }

    /// The problem of a `field` that breaks `rule`.
    #[must_use]
    pub fn rule(field: &str, rule: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::FieldRule.line(), rule).at(field)
    }

    /// The same, with the field at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    /// The same, with how many seconds to wait.
    #[must_use]
    pub const fn after(mut self, seconds: u64) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// The body that answers the request `instance`.
    #[must_use]
    pub fn body(&self, instance: &str) -> ProblemBody {
        let Line { code, class, retry, advice } = self.line;
        ProblemBody {
            kind: format!("urn:gcfn:problem:{code}"),
            title: in_words(code),
            status: class.status(),
            code,
            detail: self.detail.clone(),
            field: self.field.clone(),
            retryable: retry != Retry::Never,
            retry,
            retry_after: self.retry_after,
            advice,
            instance: format!("urn:gcfn:request:{instance}"),
        }
    }
}

/// A no in the form of RFC 9457.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The kind of problem, as a URI: `urn:gcfn:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:gcfn:problem:InsufficientFunds")]
    pub kind: String,
    /// The code in words.
    #[schema(example = "Insufficient funds")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// The stable name of the refusal.
    #[schema(example = "InsufficientFunds")]
    pub code: &'static str,
    /// What was found and what is allowed.
    #[schema(value_type = String, example = "available money does not cover price and fee")]
    pub detail: Cow<'static, str>,
    /// The field at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Whether the same wish may succeed later.
    #[schema(example = true)]
    pub retryable: bool,
    /// Under which key.
    #[schema(example = "new_key")]
    pub retry: Retry,
    /// How many seconds to wait before that, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What the caller can do.
    #[schema(example = "deposit more or lower the order")]
    pub advice: &'static str,
    /// The request, as the node's log knows it.
    #[schema(example = "urn:gcfn:request:6f1c0a2b9d3e4f50")]
    pub instance: String,
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Problem {
        let problem = Problem::new(line(&rejection), rejection.to_string());
        match rejection {
            // The rule begins with the name of the field: `face must be above zero`.
            Rejection::BatchTerms(rule) => {
                let rule = rule.to_string();
                problem.at(rule.split(' ').next().unwrap_or_default())
            }
            _ => problem,
        }
    }
}

impl From<gcfn_council::Refusal> for Problem {
    fn from(refusal: gcfn_council::Refusal) -> Problem {
        let code = match refusal {
            gcfn_council::Refusal::IdempotencyConflict => Code::IdempotencyConflict,
            gcfn_council::Refusal::UnknownNode => Code::NotFound,
            _ => Code::FederationRefused,
        };
        // The federation says what was found and what is allowed in every refusal of its own.
        Problem::new(code.line(), refusal.to_string())
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Problem {
        Problem::new(code.line(), code.to_string())
    }
}

impl From<ReadFault> for Problem {
    fn from(fault: ReadFault) -> Problem {
        let code = match fault {
            ReadFault::NotAnObject => Code::Malformed,
            ReadFault::UnknownField { .. } => Code::UnknownField,
            ReadFault::MissingField { .. } => Code::MissingField,
            ReadFault::Field { .. } => Code::FieldRule,
        };
        let problem = Problem::new(code.line(), fault.to_string());
        match fault.field() {
            Some(field) => problem.at(field),
            None => problem,
        }
    }
}

impl From<Problem> for tonic::Status {
    fn from(problem: Problem) -> tonic::Status {
        let Problem { line: Line { code, class, retry, advice }, detail, field, retry_after } =
            problem;
        let mut status = tonic::Status::new(class.grpc(), detail);
        let mut say = |name: &'static str, text: &str| {
            // What metadata cannot carry is left out: it adds to the code and the message.
            if let Ok(text) = text.parse() {
                status.metadata_mut().insert(name, text);
            }
        };
        say("gcfn-code", code);
        say("gcfn-retry", retry.as_str());
        say("gcfn-advice", advice);
        if let Some(field) = field {
            say("gcfn-field", &field);
        }
        if let Some(seconds) = retry_after {
            say("retry-after", &seconds.to_string());
        }
        status
    }
}

/// `InsufficientFunds` as `Insufficient funds`.
fn in_words(code: &str) -> String {
    let mut words = String::with_capacity(code.len() + 4);
    for (index, letter) in code.char_indices() {
        if 0 < index && letter.is_ascii_uppercase() {
            words.push(' ');
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests;
