//! Books as they move, over a WebSocket.

use crate::feed::{Session, Told};
use crate::route::{Read, Socket, Upgraded};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use gcfn_api_wire::feed::{FeedEnd, FeedEndReason, FeedMessage, Following};
use gcfn_api_wire::problem::Problem;
use std::time::Duration;
use tokio::time::timeout;

/// The longest message that a follower may send.
const HEARD_BYTES_MAX: usize = 64 * 1024;
/// How long a follower may take to let one message into its connection.
const SEND_TIME_MAX: Duration = Duration::from_secs(10);

pub(crate) async fn open(
    call: Read,
    Socket(upgrade): Socket,
) -> Result<Upgraded<FeedMessage>, Problem> {
    let session = Session::open(call.api, call.caller)?;
    let upgrade = upgrade.max_message_size(HEARD_BYTES_MAX).max_frame_size(HEARD_BYTES_MAX);
    Ok(Upgraded::new(upgrade.on_upgrade(move |socket| converse(socket, session))))
}

/// What ends a conversation that the node ends.
enum Heard {
    /// The follower goes on.
    More,
    /// The follower has gone.
    Gone,
    /// What it said makes no sense.
    Nonsense(FeedEnd),
}

async fn converse(mut socket: WebSocket, mut session: Session) {
    let end = loop {
        tokio::select! {
            heard = socket.recv() => match hear(&mut session, heard) {
                Heard::More => {}
                Heard::Gone => return,
                Heard::Nonsense(end) => break end,
            },
            told = session.next() => {
                let message = match told {
                    Told::Message(message) => text(&message),
                    // A follower that is gone without a word does not answer this.
                    Told::Quiet => Message::Ping(Vec::new().into()),
                    Told::End(end) => break end,
                };
                if !send(&mut socket, message).await {
                    return;
                }
            }
        }
    };
    let reason = end.reason;
    if send(&mut socket, text(&FeedMessage::End(end))).await {
        let frame = CloseFrame { code: code_of(reason), reason: reason.as_str().into() };
        send(&mut socket, Message::Close(Some(frame))).await;
    }
}

fn hear(session: &mut Session, heard: Option<Result<Message, axum::Error>>) -> Heard {
    let said = match heard {
        None | Some(Err(_) | Ok(Message::Close(_))) => return Heard::Gone,
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Heard::More,
        Some(Ok(Message::Text(said))) => Following::read(&said),
        Some(Ok(Message::Binary(_))) => Following::read("[]"),
    };
    let done = said.map_err(Problem::from).and_then(|said| session.hear(&said));
    match done {
        Ok(()) => Heard::More,
        Err(Problem { line, field, .. }) => {
            let (reason, code) = (FeedEndReason::Misunderstood, Some(line.code.to_owned()));
            Heard::Nonsense(FeedEnd { reason, code, field })
        }
    }
}

fn text(message: &FeedMessage) -> Message {
    let text = serde_json::to_string(message).expect("messages are plain data");
    Message::Text(text.into())
}

/// Whether the message has gone into the connection in time.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SEND_TIME_MAX, socket.send(message)).await, Ok(Ok(())))
}

const fn code_of(reason: FeedEndReason) -> u16 {
    match reason {
        FeedEndReason::Closing => close_code::AWAY,
        FeedEndReason::TooSlow | FeedEndReason::Expired | FeedEndReason::Misunderstood => {
            close_code::POLICY
        }
    }
}
