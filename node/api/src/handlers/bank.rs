//! Where banks deliver.

use crate::auth::Proof;
use crate::route::{Message, Read};
use gcfn_api_wire::bank::MessageTaken;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;

/// A bank speaks by its certificate alone: a key that this node has made up cannot name a bank
/// whose word counts for money.
pub(crate) async fn inbound(
    call: Read,
    Message(message): Message,
) -> Result<MessageTaken, Problem> {
    let Proof::Certificate(bank) = call.caller.proof else {
        return Err(Code::NotPermitted.into());
    };
    call.api.banks().take(bank, &message).await?;
    Ok(MessageTaken { at: Text(call.api.node().now()) })
}
