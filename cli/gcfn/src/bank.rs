//! `gcfn bank`: what an operations desk does by hand with the messages of its bank.

mod message;
mod schema;

use crate::failure::Ended;
use crate::output::Format;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Bank {
    /// Read an ISO 20022 message and say what it says, or why and where it is refused.
    #[command(after_help = message::DECODE)]
    Decode(message::Decode),
    /// Write an ISO 20022 message from the JSON that `decode` prints.
    #[command(after_help = message::ENCODE)]
    Encode(message::Encode),
}

impl Bank {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Bank::Decode(verb) => verb.run(format),
            Bank::Encode(verb) => verb.run(format),
        }
    }
}
