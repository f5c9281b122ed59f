//! `baocao serve` as an operator runs it: a first start, the doors, a clean stop, a second start.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use baocao::setup::{KEYS_FILE, OPERATOR, read_keys};
use baocao_rpc::client::{connect, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::admin_service_client::AdminServiceClient;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::database::Database;
use crate::processes::Process;

/// A port that is free, and kept so until this is dropped. It lies outside the range from which the system gives ports out:
/// between two starts of the service nobody gets it by chance.
#[expect(clippy::disallowed_methods, reason = "tests that run beside each other are to draw different ports")]
fn free_port() -> TcpListener {
    let drawn = || 20_000 + u16::try_from(uuid::Uuid::new_v4().as_u128() % 12_000).expect("small");
    let tried = (0..100).find_map(|_| TcpListener::bind(("127.0.0.1", drawn())).ok());
    tried.expect("a free port")
}

async fn get(server: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(server).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Some(answer)
}

async fn until_healthy(server: SocketAddr) -> String {
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = get(server, "/healthz").await.filter(|answer| answer.starts_with("HTTP/1.1 200")) {
            return answer;
        }
        assert!(Instant::now() < give_up, "the service does not answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn starts_stops_and_starts_again(folder: &Path, database: &str) {
    let kept = [free_port(), free_port()];
    let [grpc, http] = kept.each_ref().map(|port| port.local_addr().expect("an address"));
    let configuration =
        format!("data = \".\"\ndatabase = \"{database}\"\n[grpc]\nlisten = \"{grpc}\"\n[http]\nlisten = \"{http}\"\n");
    std::fs::write(folder.join("baocao.toml"), configuration).expect("written");
    let data = folder.to_str().expect("a path");
    drop(kept);
    let mut keys = Vec::new();
    for _ in 0..2 {
        let mut serve = Process::start_as_configured(&["serve", "--data", data]);
        let health = until_healthy(http).await;
        assert!(
            health.contains("content-security-policy: default-src 'none'") && health.contains("nosniff"),
            "{health}"
        );
        let found = read_keys(&folder.join(KEYS_FILE)).expect("keys");
        assert_eq!(found.len(), 229, "one key per unit, and the officer's");
        assert!(keys.is_empty() || keys == found, "a second start made new keys");
        let (_, key) = found.iter().find(|(client, _)| client == OPERATOR).expect("the officer's key");
        let mut periods =
            PeriodServiceClient::new(with_key(connect(grpc).await.expect("connected"), key).expect("a key"));
        let listed = periods.list_periods(v1::ListPeriodsRequest::default()).await.expect("listed").into_inner();
        assert!(listed.periods.iter().any(|period| period.period == "2022-M07"));
        let mut admin = AdminServiceClient::new(with_key(connect(grpc).await.expect("connected"), key).expect("a key"));
        let give_up = Instant::now() + Duration::from_secs(30);
        loop {
            let jobs = admin.list_jobs(v1::ListJobsRequest {}).await.expect("listed").into_inner().jobs;
            let close = jobs.iter().find(|job| job.name == "close");
            if let Some(run) = close.and_then(|close| close.last_run.clone()) {
                assert_eq!((run.failed, run.last_error.as_str()), (0, ""));
                assert_eq!(close.map(|close| close.schedule.as_str()), Some("every minute"));
                break;
            }
            assert!(Instant::now() < give_up, "no job has run: {jobs:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        keys = found;
        // A connection that stays open makes a clean stop wait for it.
        drop((periods, admin));
        assert!(serve.terminate().success(), "a clean stop");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_starts_stops_and_starts_again_on_sqlite() {
    let folder = TempDir::new().expect("a temporary folder");
    starts_stops_and_starts_again(folder.path(), "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_starts_stops_and_starts_again_on_postgres() {
    let tell = |database: std::sync::Arc<Database>| async move {
        let folder = TempDir::new().expect("a temporary folder");
        starts_stops_and_starts_again(folder.path(), &database.url).await;
    };
    Database::postgres().await.tell(tell).await;
}

#[test]
fn configuration_that_cannot_work_stops_the_start_and_is_named() {
    for (text, named) in [
        ("[grpc]\nlissten = \"127.0.0.1:1\"\n", vec!["lissten", "line 2"]),
        ("[mail]\nfrom = \"Van phong <vp@langson.example>\"\n", vec!["[mail] from"]),
        ("[grpc]\nlisten = \"0.0.0.0:0\"\n", vec!["without TLS"]),
        ("[grpc]\nlisten = \"127.0.0.1:0\"\ntls_certificate = \"c.pem\"\n", vec!["both tls_certificate and tls_key"]),
    ] {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("baocao.toml"), text).expect("written");
        let output = std::process::Command::new(crate::processes::program())
            .args(["serve", "--data", folder.path().to_str().expect("a path")])
            .env("BAOCAO_HTTP__LISTEN", "127.0.0.1:0")
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{text}");
        for name in named {
            assert!(said.contains(name), "{text}: {said}");
        }
    }
}
