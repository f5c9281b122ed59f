//! The outermost layers over a real socket: who is let in, what is announced, what a stop does.

mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use baocao_rpc::client::{self, RefusalDetails};
use baocao_rpc::v1;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use prost::Message;
use prost_types::FileDescriptorSet;
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

/// The services of the API and their methods: `baocao.v1.PeriodService`, `ListPeriods`.
fn api() -> Vec<(String, String)> {
    let set = FileDescriptorSet::decode(baocao_rpc::FILE_DESCRIPTOR_SET).expect("descriptors");
    let ours = set.file.into_iter().filter(|file| file.package() == "baocao.v1");
    let services = ours.flat_map(|file| file.service);
    services
        .flat_map(|service| {
            let name = format!("baocao.v1.{}", service.name());
            service.method.into_iter().map(move |method| (name.clone(), method.name().to_owned()))
        })
        .collect()
}

fn services() -> BTreeSet<String> {
    api().into_iter().map(|(service, _)| service).collect()
}

fn methods() -> Vec<String> {
    api().into_iter().map(|(service, method)| format!("/{service}/{method}")).collect()
}

/// Calls a method with an empty message.
async fn call(channel: Channel, method: &str, key: Option<&str>) -> Status {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.expect("a channel");
    let mut request = tonic::Request::new(());
    if let Some(key) = key {
        request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().expect("a header"));
    }
    let path = method.parse().expect("a path");
    grpc.unary::<(), (), _>(request, path, tonic_prost::ProstCodec::default()).await.expect_err("a refusal")
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
async fn every_method_of_ours_asks_for_a_key_and_proves_it() {
    let served = serve().await;
    let channel = served.channel().await;
    let methods = methods();
    assert!(methods.len() >= 18, "{methods:?}");
    for method in methods {
        let told = |status: Status| (status.code(), details(&status).reason);
        let keyless = call(channel.clone(), &method, None).await;
        assert_eq!(told(keyless), (Code::Unauthenticated, "KEY_MISSING".to_owned()), "{method}");
        let keyed = call(channel.clone(), &method, Some(&well_formed_key())).await;
        assert_eq!(told(keyed), (Code::Unavailable, "DATABASE_DOWN".to_owned()), "{method}");
    }
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
    let status = call(served.channel().await, "/baocao.v1.PeriodService/MovePeriod", Some(&well_formed_key())).await;
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_the_database_and_needs_no_key() {
    let served = serve().await;
    for service in ["".to_owned()].into_iter().chain(services()) {
        let request = HealthCheckRequest { service: service.clone() };
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
    for name in services().into_iter().chain(["grpc.health.v1.Health".to_owned()]) {
        assert!(names.contains(&name.as_str()), "{name}: {names:?}");
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
