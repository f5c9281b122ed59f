//! The outermost layers over a real socket: who is let in, what is announced, what a stop does.

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use baocao_rpc::client::{self, RefusalDetails};
use baocao_rpc::v1;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

/// A server on a free port.
struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), baocao_rpc::ServeError>>,
}

async fn serve() -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(baocao_rpc::serve(support::app(), listener, None, async {
        stopped.await.expect("a stop");
    }));
    Served { address, stop, server }
}

impl Served {
    async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).expect("an address").connect().await.expect("a server")
    }
}

/// A key that reads well and that nobody has made.
fn well_formed_key() -> String {
    let body = "bc1_0123_4567";
    format!("{body}_{}", &baocao_app::canonical::sha256_hex(body.as_bytes())[..6])
}

async fn list_periods(channel: Channel, key: &str) -> Status {
    let keyed = client::with_key(channel, key).expect("a key");
    PeriodServiceClient::new(keyed).list_periods(v1::ListPeriodsRequest::default()).await.expect_err("a refusal")
}

fn details(status: &Status) -> RefusalDetails {
    client::refusal(status).unwrap_or_else(|| panic!("no details: {status:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_key() {
    let served = serve().await;
    let mut keyless = PeriodServiceClient::new(served.channel().await);
    let status = keyless.list_periods(v1::ListPeriodsRequest::default()).await.expect_err("a refusal");
    assert_eq!((status.code(), details(&status).reason.as_str()), (Code::Unauthenticated, "KEY_MISSING"));

    let status = list_periods(served.channel().await, "bc1_nonsense").await;
    let told = details(&status);
    assert_eq!((status.code(), told.reason.as_str()), (Code::Unauthenticated, "KEY_UNKNOWN"));
    assert_eq!(told.vi, "Khóa truy cập không hợp lệ.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_down_is_said_so_and_worth_another_try() {
    let served = serve().await;
    let status = list_periods(served.channel().await, &well_formed_key()).await;
    let told = details(&status);
    assert_eq!((status.code(), told.reason.as_str()), (Code::Unavailable, "DATABASE_DOWN"));
    assert_eq!(told.retry_delay, Some(Duration::from_secs(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_without_a_row_is_refused_whatever_the_key() {
    let served = serve().await;
    let mut grpc = tonic::client::Grpc::new(served.channel().await);
    grpc.ready().await.expect("a channel");
    let path = http::uri::PathAndQuery::from_static("/baocao.v1.PeriodService/ReopenPeriod");
    let codec = tonic_prost::ProstCodec::<v1::GetPeriodRequest, v1::GetPeriodResponse>::default();
    let request = tonic::Request::new(v1::GetPeriodRequest::default());
    let status = grpc.unary(request, path, codec).await.expect_err("a refusal");
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_the_database_and_needs_no_key() {
    let served = serve().await;
    for service in ["", "baocao.v1.SubmissionService", "baocao.v1.ReportService"] {
        let request = HealthCheckRequest { service: service.into() };
        let health = HealthClient::new(served.channel().await).check(request).await.expect("an answer");
        assert_eq!(health.into_inner().status(), ServingStatus::NotServing, "{service:?}");
    }
}

async fn reflect(channel: Channel, question: MessageRequest) -> MessageResponse {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(request))
        .await
        .expect("answers");
    let answer: ServerReflectionResponse = answers.get_mut().message().await.expect("an answer").expect("one");
    answer.message_response.expect("a message")
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_knows_services_and_error_details() {
    let served = serve().await;
    let answer = reflect(served.channel().await, MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    for name in ["baocao.v1.SubmissionService", "baocao.v1.FigureService", "grpc.health.v1.Health"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let symbol = MessageRequest::FileContainingSymbol("google.rpc.BadRequest".into());
    let answer = reflect(served.channel().await, symbol).await;
    assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{answer:?}");
}

/// The settings that the server announces, by number (RFC 9113, section 6.5.2).
async fn announced(address: SocketAddr) -> Vec<(u16, u32)> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let (preface, empty_settings) = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [0, 0, 0, 4, 0, 0, 0, 0, 0]);
    stream.write_all(preface).await.expect("sent");
    stream.write_all(&empty_settings).await.expect("sent");
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.expect("a frame");
    assert_eq!(head[3], 4, "the first frame is SETTINGS");
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
    stream.read_exact(&mut body).await.expect("its body");
    let number = |part: &[u8]| u32::from_be_bytes([part[2], part[3], part[4], part[5]]);
    body.chunks_exact(6).map(|part| (u16::from_be_bytes([part[0], part[1]]), number(part))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_on_streams_and_headers_are_announced() {
    const MAX_CONCURRENT_STREAMS: u16 = 3;
    const MAX_HEADER_LIST_SIZE: u16 = 6;
    let settings = announced(serve().await.address).await;
    assert!(settings.contains(&(MAX_CONCURRENT_STREAMS, 64)), "{settings:?}");
    assert!(settings.contains(&(MAX_HEADER_LIST_SIZE, 16 * 1024)), "{settings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_idle_connections_and_frees_the_port() {
    let served = serve().await;
    let channel = served.channel().await;
    list_periods(channel.clone(), "bc1_nonsense").await;
    let begun = Instant::now();
    served.stop.send(()).expect("a server");
    served.server.await.expect("no panic").expect("a clean end");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    TcpListener::bind(served.address).await.expect("the port is free");
}
