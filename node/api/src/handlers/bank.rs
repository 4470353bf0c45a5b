//! Where banks deliver, and what a bank's operations desk asks of the node.

use crate::api::store_problem;
use crate::auth::Proof;
use crate::route::{Body, Message, Read, Write};
use gcfn_api_wire::bank::{
    MessageKept, MessageTaken, MessageWay, PaymentStanding, PaymentTrace, RecallRequest,
    question_about,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_clearing::House;
use gcfn_model::Uetr;
use gcfn_store::{Direction, Kept};

/// A bank speaks by its certificate alone: a key that this node has made up cannot name a bank
/// whose word counts for money.
pub(crate) async fn inbound(
    call: Read,
    Message(message, signature): Message,
) -> Result<MessageTaken, Problem> {
    let Proof::Certificate(bank) = call.caller.proof else {
        return Err(Code::NotPermitted.into());
    };
    call.api.banks().take(bank, &message, signature.as_deref()).await?;
    Ok(MessageTaken { at: Text(call.api.node().now()) })
}

/// Where a payment stands, and the messages about it, whichever desk it is of.
pub(crate) async fn trace(call: Read<Uetr>, (): ()) -> Result<PaymentTrace, Problem> {
    let at_house = |house: &House| house.desk().payment(call.id).map(PaymentStanding::from);
    let (payment, as_of) = match call.api.venue() {
        Some(gateway) => gateway.read(|venue, as_of| {
            let own = venue.desk().payment(call.id).map(PaymentStanding::from);
            (own.or_else(|| venue.house().and_then(at_house)), as_of)
        }),
        None => {
            let federation = call.api.federation();
            let seen = federation.read(|council, as_of| (at_house(council.house()), as_of));
            seen.ok_or(Problem::from(Code::NotFound))?
        }
    };
    let kept = call.api.store().archive().trace(call.id).await;
    let kept = kept.map_err(|fault| store_problem(&fault))?;
    if payment.is_none() && kept.is_empty() {
        return Err(Code::NotFound.into());
    }
    let messages = kept.into_iter().map(message).collect();
    Ok(PaymentTrace { uetr: Text(call.id), payment, messages, as_of })
}

/// Asks now; the answer is in the payment's trace.
pub(crate) async fn ask(call: Write<Uetr>, (): ()) -> Result<Accepted, Problem> {
    call.at_house(question_about(call.id)).await
}

pub(crate) async fn recall(
    call: Write<Uetr>,
    Body(sent): Body<RecallRequest>,
) -> Result<Accepted, Problem> {
    call.at_house(sent.about(call.id)?).await
}

fn message(Kept { label, digest }: Kept) -> MessageKept {
    MessageKept {
        at: Text(label.at),
        way: match label.direction {
            Direction::Received => MessageWay::Received,
            Direction::Sent => MessageWay::Sent,
        },
        bank: label.bank,
        kind: label.kind,
        message_id: label.message_id,
        digest: Text(digest),
    }
}
