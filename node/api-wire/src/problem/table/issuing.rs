//! What issuing refuses: templates, batches, issuers and their money.

use super::{Class, Row};
use crate::problem::Retry::{Never, NewKey};
use gcfn_venue::Rejection as R;

/// The row of a refusal of issuing; `None` for one of another business.
pub(super) const fn row(rejection: &R) -> Option<Row> {
    use Class::{Forbidden, Short, State, Taken, Unknown, Value};
    Some(match rejection {
        R::UnknownAlliance => {
            ("UnknownAlliance", Unknown, Never, "look for it among the alliances")
        }
        R::AllianceExists => ("AllianceExists", Taken, Never, "nothing to do"),
        R::NotAllied => ("NotAllied", State, NewKey, "ask a member to invite the issuer"),
        R::AllianceFull => ("AllianceFull", State, NewKey, "ask when somebody has left"),
        R::TooManyAlliances => ("TooManyAlliances", State, NewKey, "leave another first"),
        R::TemplateBounds => (
            "TemplateBounds",
            Value,
            Never,
            "put each minimum at or below its maximum, and face and quantity above zero",
        ),
        R::TemplateVersion => ("TemplateVersion", State, Never, "send the version after the last"),
        R::UnknownTemplate => ("UnknownTemplate", Unknown, Never, "publish the template first"),
        R::TemplateRetired => ("TemplateRetired", State, Never, "use a later version"),
        R::TemplateSchema => ("TemplateSchema", Value, Never, "name the schema that was published"),
        R::OutsideTemplate => {
            ("OutsideTemplate", Value, Never, "amend the terms or name another template")
        }
        R::TooEarly => ("TooEarly", State, NewKey, "wait for the listing date"),
        R::NotValidYet => ("NotValidYet", State, NewKey, "redeem them from their start on"),
        R::HoldsOpen => {
            ("HoldsOpen", State, NewKey, "wait for the orders and locks, or suspend the batch")
        }
        R::ReserveLow => ("ReserveLow", Short, NewKey, "top the reserve up"),
        R::DefaultOpen => ("DefaultOpen", State, NewKey, "wait until the default is closed"),
        R::NoDefault => ("NoDefault", State, Never, "nothing to do"),
        R::DefaultNotCritical => ("DefaultNotCritical", State, NewKey, "declare it critical first"),
        R::FundsCalled => ("FundsCalled", Short, NewKey, "deposit what the issuer is called for"),
        R::IssuerState => {
            ("IssuerState", State, NewKey, "look at the issuer and take the step that follows")
        }
        R::GradeTooLow => ("GradeTooLow", Forbidden, NewKey, "wait for a better score"),
        R::BatchesOpen => ("BatchesOpen", State, NewKey, "recall, withdraw or await the batches"),
        R::RecallNotFunded => ("RecallNotFunded", Short, NewKey, "deposit the rest"),
        R::CouponsAbroad => ("CouponsAbroad", State, NewKey, "wait until the coupons are back"),
        R::PaidAtHome => ("PaidAtHome", State, Never, "buy them at their own node"),
        _ => return None,
    })
}
