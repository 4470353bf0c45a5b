//! Which role may ask for what, in two lists that can be read at a glance; those of the money desk
//! stand with its acts. What is in no list, nobody may ask for.

use crate::command::{Role, Verb};

/// Whether `role` may send `verb`. What belongs to whom is checked where it is done.
pub(crate) fn permits(role: Role, verb: &Verb) -> bool {
    match verb {
        Verb::Money(act) => act.permits(role),
        _ if is_for_staff(verb) => role == Role::Operator,
        _ => participants(verb).contains(&role),
    }
}

/// What only the node's own staff decides.
fn is_for_staff(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Register { .. }
            | Verb::ApproveIssuer { .. }
            | Verb::Freeze { .. }
            | Verb::Unfreeze { .. }
            | Verb::ApproveBatch { .. }
            | Verb::MintBatch { .. }
            | Verb::ApproveProposal { .. }
            | Verb::DismissProposal { .. }
            | Verb::ScreenBatch { .. }
            | Verb::RejectBatch { .. }
            | Verb::SuspendBatch { .. }
            | Verb::ResumeBatch { .. }
            | Verb::RejectIssuer { .. }
            | Verb::GrantQuota { .. }
            | Verb::SuspendIssuer { .. }
            | Verb::ReinstateIssuer { .. }
            | Verb::TerminateIssuer { .. }
            | Verb::RecordComplaint { .. }
            | Verb::DeclareDefault { .. }
            | Verb::CloseDefault { .. }
            | Verb::CompensateHolders { .. }
            | Verb::CancelBook { .. }
            | Verb::HaltSeries { .. }
            | Verb::ResumeSeries { .. }
            | Verb::ApproveMaker { .. }
            | Verb::AppointMaker { .. }
            | Verb::SuspendMaker { .. }
            | Verb::ResumeMaker { .. }
            | Verb::TerminateMaker { .. }
            | Verb::PenaliseMaker { .. }
            | Verb::SetDuty { .. }
            | Verb::LiftDuty { .. }
            | Verb::Clearing(_)
            | Verb::Bank(_)
    )
}

/// Who may ask for what is not for the staff alone.
const fn participants(verb: &Verb) -> &'static [Role] {
    match verb {
        Verb::ApplyAsIssuer
        | Verb::AuthoriseMerchant { .. }
        | Verb::DraftBatch { .. }
        | Verb::AmendBatch { .. }
        | Verb::WithdrawBatch { .. }
        | Verb::WithdrawDeposit { .. }
        | Verb::PayOutProceeds { .. }
        | Verb::OfferTranche(_)
        | Verb::BuyBack(_)
        | Verb::Alliance(_) => &[Role::Issuer],
        Verb::SubmitBatch { .. }
        | Verb::FundBatch { .. }
        | Verb::ListBatch { .. }
        | Verb::DelistBatch { .. }
        | Verb::RecallBatch { .. }
        | Verb::TopUpReserve { .. }
        | Verb::PublishTemplate(_)
        | Verb::RetireTemplate { .. } => &[Role::Issuer, Role::Operator],
        Verb::PlaceOrder(_)
        | Verb::BuyAbroad(_)
        | Verb::Gift { .. }
        | Verb::GiveMany(_)
        | Verb::BatchOrders(_)
        | Verb::ApplyAsMaker
        | Verb::LeaveMaking
        | Verb::LockRedemption(_)
        | Verb::Withdraw { .. } => &[Role::User],
        Verb::Refund { .. } => &[Role::User, Role::Operator],
        Verb::AmendOrder(_)
        | Verb::MakeOffer(_)
        | Verb::TakeOffer { .. }
        | Verb::DeclineOffer { .. }
        | Verb::OpenAuction(_)
        | Verb::Bid { .. } => &[Role::User, Role::Issuer],
        Verb::CancelOrder { .. }
        | Verb::CancelOrders { .. }
        | Verb::WithdrawOffer { .. }
        | Verb::CancelAuction { .. }
        | Verb::ConfirmRedemption { .. }
        | Verb::CancelRedemption { .. } => &[Role::User, Role::Issuer, Role::Operator],
        _ => &[],
    }
}
