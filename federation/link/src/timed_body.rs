//! A request's body that has to come in time.
//!
//! A caller that sends one byte a minute would hold its place at the door for ever. It is the
//! whole body that is timed, not the pause between two bytes: of pauses there can be many.

use axum::BoxError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// The body did not end in time; the connection ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("request body did not come within {} s; send it faster, or less of it", .0.as_secs())]
pub(crate) struct BodyTooSlow(Duration);

/// Whether a body was given up: known to the door, whatever the handler made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    /// The handler's answer; where the body was given up, that it was (RFC 9110, 15.5.9).
    pub(crate) fn or(&self, answer: Response) -> Response {
        if !self.0.load(Ordering::Relaxed) {
            return answer;
        }
        let body = concat!(
            r#"{"type":"urn:gcfn:problem:BodyTooSlow","title":"Request Timeout","status":408,"#,
            r#""code":"BodyTooSlow","detail":"the body did not come in time; nothing was done"}"#
        );
        let headers =
            [(header::CONTENT_TYPE, "application/problem+json"), (header::CONNECTION, "close")];
        (StatusCode::REQUEST_TIMEOUT, headers, body).into_response()
    }
}

/// A body with a time limit, which runs from when it was made.
pub(crate) struct TimedBody<B> {
    body: B,
    limit: Duration,
    over: Pin<Box<Sleep>>,
    given_up: GivenUp,
}

impl<B> TimedBody<B> {
    pub(crate) fn new(body: B, limit: Duration, given_up: GivenUp) -> TimedBody<B> {
        TimedBody { body, limit, over: Box::pin(sleep(limit)), given_up }
    }
}

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin> Body for TimedBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // What has come is taken, late or not.
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(self.over.as_mut().poll(cx));
        self.given_up.0.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(BodyTooSlow(self.limit).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body as AnyBody, to_bytes};
    use std::convert::Infallible;
    use tokio_stream::{StreamExt, iter, pending};

    const LIMIT: Duration = Duration::from_secs(30);

    async fn read(body: AnyBody) -> Result<Bytes, axum::Error> {
        let given_up = GivenUp::default();
        let read = to_bytes(AnyBody::new(TimedBody::new(body, LIMIT, given_up.clone())), 64).await;
        let answered = given_up.or(StatusCode::OK.into_response()).status();
        let late = if read.is_ok() { StatusCode::OK } else { StatusCode::REQUEST_TIMEOUT };
        assert_eq!(answered, late, "the door knows what the reader knows");
        read
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up_after_the_limit() {
        let begun = tokio::time::Instant::now();
        let first = iter([Ok::<_, Infallible>("{\"kind\":")]);
        let fault = read(AnyBody::from_stream(first.chain(pending()))).await.expect_err("given up");
        assert!(fault.to_string().contains("did not come within 30 s"), "{fault}");
        assert_eq!(begun.elapsed().as_secs(), LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn many_short_pauses_are_one_long_one() {
        let bytes = iter(std::iter::repeat_n(Ok::<_, Infallible>("a"), 64));
        let slow = bytes.throttle(Duration::from_secs(1));
        read(AnyBody::from_stream(slow)).await.expect_err("64 bytes in 64 seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_in_time_is_as_it_was_sent() {
        let bytes = iter(["one ", "two"].map(Ok::<_, Infallible>));
        let slow = bytes.throttle(Duration::from_secs(10));
        assert_eq!(read(AnyBody::from_stream(slow)).await.expect("in time"), "one two");
    }
}
