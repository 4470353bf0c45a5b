//! Books as they move, as a stream.

use crate::Api;
use crate::auth::authenticate;
use crate::feed::{Session, Told};
use futures::StreamExt;
use futures::stream::{BoxStream, unfold};
use gcfn_api_wire::feed::{FeedEndReason, Followed, Following};
use gcfn_api_wire::grpc;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::proto::market_data_server::MarketData;
use gcfn_api_wire::proto::{FeedMessage, FollowRequest};
use gcfn_api_wire::term::Text;
use tonic::{Request, Response, Status};

/// Shows books.
pub(super) struct Ticker(pub(super) Api);

#[tonic::async_trait]
impl MarketData for Ticker {
    type FollowStream = BoxStream<'static, Result<FeedMessage, Status>>;

    async fn follow(
        &self,
        request: Request<FollowRequest>,
    ) -> Result<Response<Self::FollowStream>, Status> {
        let (metadata, extensions, sent) = request.into_parts();
        let caller = authenticate(&self.0, &metadata.into_headers(), &extensions).await?;
        let mut subscribe = Vec::with_capacity(sent.books.len());
        for book in &sent.books {
            let series = grpc::term("series", &book.series).map_err(Problem::from)?;
            subscribe.push(Followed { series: Text(series), last_sequence: book.last_sequence });
        }
        let mut session = Session::open(self.0.clone(), caller)?;
        session.hear(&Following { subscribe, unsubscribe: Vec::new() })?;
        let told = unfold(Some(session), |session| async move { next(session?).await });
        Ok(Response::new(told.boxed()))
    }
}

/// The next message, and the session if more may come.
async fn next(mut session: Session) -> Option<(Result<FeedMessage, Status>, Option<Session>)> {
    loop {
        let end = match session.next().await {
            Told::Message(message) => match grpc::told(&message) {
                Some(told) => return Some((Ok(told), Some(session))),
                None => continue,
            },
            // The transport looks after a follower that is gone.
            Told::Quiet => continue,
            Told::End(end) => end,
        };
        let code = match end.reason {
            FeedEndReason::TooSlow => Code::TooSlow,
            FeedEndReason::Expired => Code::Unauthenticated,
            FeedEndReason::Closing => Code::Halted,
            FeedEndReason::Misunderstood => Code::Malformed,
        };
        return Some((Err(Problem::from(code).into()), None));
    }
}
