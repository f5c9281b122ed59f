//! Limits of the server, each with a name and a reason, and the cap on calls in flight.
//!
//! Most of them have no default in the server crate, or one that is off; none is left to chance here.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use baocao_domain::reason::Reason;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::{auth, status};

/// Streams at a time on one connection. Unset, the server would announce no limit at all.
pub(crate) const STREAMS_PER_CONNECTION_MAX: u32 = 64;
/// Streams that we reset on one connection before it is closed (RUSTSEC-2024-0003).
pub(crate) const LOCAL_ERROR_RESETS_MAX: usize = 256;
/// Streams reset by the peer and not yet accepted before the connection is closed (CVE-2023-44487).
pub(crate) const PENDING_RESETS_MAX: usize = 20;
/// Calls worked on at a time for one connection; the next one is refused, not queued.
pub(crate) const CALLS_PER_CONNECTION_MAX: usize = 32;
/// Calls worked on at a time in all: limits per connection do not add up.
pub(crate) const CALLS_IN_FLIGHT_MAX: usize = 512;
/// Connections at a time.
pub(crate) const CONNECTIONS_MAX: usize = 2_000;
/// How long an accepted connection may take to say its first byte.
pub(crate) const FIRST_BYTE_MAX: Duration = Duration::from_secs(10);
/// How long a call may take; the caller's own deadline counts when it is shorter.
pub(crate) const CALL_MAX: Duration = Duration::from_secs(30);
/// How long a reader may leave the next message of a stream untaken.
pub(crate) const STREAM_IDLE_MAX: Duration = Duration::from_secs(30);
/// How long a TLS handshake may take.
pub(crate) const HANDSHAKE_MAX: Duration = Duration::from_secs(5);
/// The largest request: the buffer is reserved from the length that the peer announces. 5,000 rows take about 150 kB.
pub(crate) const REQUEST_MAX_BYTES: usize = 1024 * 1024;
/// The largest message of an answer.
pub(crate) const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;
/// The largest part of a document in one message.
pub(crate) const CHUNK_MAX_BYTES: usize = 64 * 1024;
/// The largest list of headers of a request.
pub(crate) const HEADERS_MAX_BYTES: u32 = 16 * 1024;
/// The largest error details: they travel in trailers, and clients take 8 KiB of those, in base64.
pub(crate) const DETAILS_MAX_BYTES: usize = 4 * 1024;
/// Pause between pings of a connection.
pub(crate) const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// How long the answer to a ping may take.
pub(crate) const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// The age at which a connection is asked to go, in seconds: 30 minutes, so that load and certificates move on.
pub(crate) const CONNECTION_AGE_SECONDS: u64 = 30 * 60;
/// How long calls in flight may take after the stop; after it every step is resumable.
pub(crate) const DRAIN_MAX: Duration = Duration::from_secs(25);
/// Items on one page of a list; also what is given when none is asked for.
pub(crate) const PAGE_MAX: usize = 1_000;

/// The age at which connections are asked to go: 30 minutes ± 10%, so that instances started together spread.
///
/// `spread` is any number that differs between processes.
pub(crate) fn connection_age(spread: u64) -> Duration {
    let tenth = CONNECTION_AGE_SECONDS / 10;
    Duration::from_secs(CONNECTION_AGE_SECONDS - tenth + spread % (2 * tenth + 1))
}

/// Refuses calls beyond [`CALLS_IN_FLIGHT_MAX`]. Calls that are open to everybody do no work and are let through, so
/// that an overloaded service still says that it is alive.
#[derive(Debug, Clone)]
pub(crate) struct InFlight {
    places: Arc<Semaphore>,
}

impl InFlight {
    pub(crate) fn new(calls_max: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(calls_max)) }
    }
}

impl<S> Layer<S> for InFlight {
    type Service = InFlightService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        InFlightService { places: Arc::clone(&self.places), inner }
    }
}

/// The service behind the cap.
#[derive(Debug, Clone)]
pub(crate) struct InFlightService<S> {
    places: Arc<Semaphore>,
    inner: S,
}

impl<S> Service<Request<Body>> for InFlightService<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if auth::is_open(request.uri().path()) {
            return Box::pin(self.inner.call(request));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Box::pin(async { Ok(status::because(Reason::Overloaded).into_http()) });
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(place);
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn the_age_of_connections_stays_within_a_tenth_of_half_an_hour() {
        for spread in [0, 1, 359, 360, 361, u64::MAX] {
            let age = connection_age(spread).as_secs();
            assert!((1_620..=1_980).contains(&age), "{spread}: {age}");
        }
    }

    #[tokio::test]
    async fn calls_beyond_the_limit_are_refused_with_a_reason_and_health_still_answers() {
        let (release, held) = tokio::sync::watch::channel(false);
        let slow = tower::service_fn(move |_: Request<Body>| {
            let mut held = held.clone();
            async move {
                held.wait_for(|released| *released).await.expect("a sender");
                Ok::<_, std::convert::Infallible>(Response::new(Body::default()))
            }
        });
        let limited = InFlight::new(1).layer(slow);
        let ask = |path: &'static str| {
            let request = Request::builder().uri(path).body(Body::default()).expect("a request");
            limited.clone().oneshot(request)
        };
        let refused = |answer: Response<Body>| {
            let status = tonic::Status::from_header_map(answer.headers());
            status.and_then(|status| crate::client::refusal(&status)).map(|details| details.reason)
        };

        let first = tokio::spawn(ask("/baocao.v1.PeriodService/ListPeriods"));
        tokio::task::yield_now().await;
        let second = ask("/baocao.v1.PeriodService/ListPeriods").await.expect("an answer");
        assert_eq!(refused(second).as_deref(), Some("OVERLOADED"));
        let health = tokio::spawn(ask("/grpc.health.v1.Health/Check"));
        release.send(true).expect("a receiver");
        assert_eq!(refused(health.await.expect("no panic").expect("an answer")), None);
        assert_eq!(refused(first.await.expect("no panic").expect("an answer")), None);
        let third = ask("/baocao.v1.PeriodService/ListPeriods").await.expect("an answer");
        assert_eq!(refused(third), None, "the place is free again");
    }
}
