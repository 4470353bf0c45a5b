//! A no to one of several wishes that were sent together.

use super::{Problem, Retry};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Why one of several was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refused {
    /// The stable name of the reason.
    #[schema(example = "InsufficientFunds")]
    pub code: &'static str,
    /// What was found and what is allowed.
    #[schema(example = "available money does not cover price and fee")]
    pub detail: Cow<'static, str>,
    /// The field at fault, where one is.
    #[schema(example = "limit")]
    pub field: Option<String>,
    /// Whether to ask again, and under which key.
    pub retry: Retry,
    /// What the caller can do.
    #[schema(example = "deposit more or lower the order")]
    pub advice: &'static str,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        let Problem { line, detail, field, .. } = problem;
        Refused { code: line.code, detail, field, retry: line.retry, advice: line.advice }
    }
}
