//! The server as a whole: services behind gate and limits, health, reflection, and the stop.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use baocao_app::App;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic_health::server::health_reporter;
use tonic_reflection::server::Builder;

use crate::accept::Accepted;
use crate::auth::Gate;
use crate::limits::{self, InFlight};
use crate::service::{admin, figure, period, report, submission, target, unit};
use crate::v1::admin_service_server::AdminServiceServer;
use crate::v1::figure_service_server::FigureServiceServer;
use crate::v1::period_service_server::PeriodServiceServer;
use crate::v1::report_service_server::ReportServiceServer;
use crate::v1::submission_service_server::SubmissionServiceServer;
use crate::v1::target_service_server::TargetServiceServer;
use crate::v1::unit_service_server::UnitServiceServer;
use crate::{FILE_DESCRIPTOR_SET, health};

/// A service whose messages are bounded.
macro_rules! bounded {
    ($server:ident, $service:expr) => {
        $server::new($service)
            .max_decoding_message_size(limits::REQUEST_MAX_BYTES)
            .max_encoding_message_size(limits::ANSWER_MAX_BYTES)
    };
}

/// Certificate and key of the server, in PEM. Its `Debug` shows neither.
#[derive(Clone)]
pub struct TlsIdentity {
    /// The certificate, followed by those that it rests on.
    pub certificate_pem: Vec<u8>,
    /// The private key.
    pub key_pem: Vec<u8>,
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsIdentity(***)")
    }
}

/// Why the server did not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Certificate or key do not read, or do not belong together.
    #[error("cannot use the TLS certificate and key")]
    Tls(#[source] tonic::transport::Error),
    /// Our own descriptors do not read: a bug in the build.
    #[error("cannot read the descriptors for reflection")]
    Reflection(#[source] tonic_reflection::server::Error),
    /// The server ended by itself.
    #[error("cannot serve")]
    Serve(#[source] tonic::transport::Error),
}

/// Serves until `stop` resolves, then lets calls in flight end, for at most 25 seconds.
///
/// Use cases that are still running then go on in the application: end them with `App::finish`.
///
/// # Errors
/// [`ServeError`] before the first call, or when serving ends by itself.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    tls: Option<TlsIdentity>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let (reporter, health_service) = health_reporter();
    health::tell(&reporter, false).await;
    let downloads = TaskTracker::new();
    let routes = settings(tls)?
        .layer(InFlight::new(limits::CALLS_IN_FLIGHT_MAX))
        .layer(Gate::new(Arc::clone(&app)))
        .add_service(health_service)
        .add_service(reflection().build_v1().map_err(ServeError::Reflection)?)
        .add_service(reflection().build_v1alpha().map_err(ServeError::Reflection)?)
        .add_service(bounded!(SubmissionServiceServer, submission::Submissions { app: Arc::clone(&app) }))
        .add_service(bounded!(PeriodServiceServer, period::Periods { app: Arc::clone(&app) }))
        .add_service(bounded!(FigureServiceServer, figure::Figures { app: Arc::clone(&app) }))
        .add_service(bounded!(TargetServiceServer, target::Targets { app: Arc::clone(&app) }))
        .add_service(bounded!(AdminServiceServer, admin::Admin { app: Arc::clone(&app) }))
        .add_service(bounded!(UnitServiceServer, unit::Units { app: Arc::clone(&app) }))
        .add_service(bounded!(
            ReportServiceServer,
            report::Reports { app: Arc::clone(&app), downloads: downloads.clone() }
        ));

    let stopping = CancellationToken::new();
    let stop = async {
        stop.await;
        stopping.cancel();
        health::tell(&reporter, false).await;
    };
    let healthy = async {
        stopping.run_until_cancelled(health::watch(&app, &reporter)).await;
        std::future::pending::<()>().await;
    };
    // A peer that holds its connection open without a word would keep a graceful stop waiting for ever.
    let out_of_patience = async {
        stopping.cancelled().await;
        tokio::time::sleep(limits::DRAIN_MAX).await;
    };
    let accepted = Accepted::new(listener, limits::CONNECTIONS_MAX, limits::FIRST_BYTE_MAX);
    tokio::select! {
        served = routes.serve_with_incoming_shutdown(accepted, stop) => {
            served.map_err(ServeError::Serve)?;
            downloads.close();
            downloads.wait().await;
        }
        () = out_of_patience => tracing::warn!("stopped with connections still open"),
        () = healthy => {}
    }
    Ok(())
}

/// Every limit that the server crate knows. `max_connection_age_grace` is left out with intent: with it, version 0.14
/// cuts connections at age + grace without ever asking them to go; without it they are asked, and their calls end.
fn settings(tls: Option<TlsIdentity>) -> Result<Server, ServeError> {
    let server = Server::builder()
        .max_concurrent_streams(limits::STREAMS_PER_CONNECTION_MAX)
        .http2_max_local_error_reset_streams(Some(limits::LOCAL_ERROR_RESETS_MAX))
        .http2_max_pending_accept_reset_streams(Some(limits::PENDING_RESETS_MAX))
        .concurrency_limit_per_connection(limits::CALLS_PER_CONNECTION_MAX)
        .load_shed(true)
        .timeout(limits::CALL_MAX)
        .http2_keepalive_interval(Some(limits::KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(limits::KEEPALIVE_TIMEOUT))
        .http2_max_header_list_size(limits::HEADERS_MAX_BYTES)
        .max_connection_age(limits::connection_age(spread()));
    let Some(tls) = tls else { return Ok(server) };
    let identity = Identity::from_pem(tls.certificate_pem, tls.key_pem);
    let config = ServerTlsConfig::new().identity(identity).timeout(limits::HANDSHAKE_MAX);
    server.tls_config(config).map_err(ServeError::Tls)
}

/// A number that differs between processes, also where each is number 1 of its container.
fn spread() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn reflection() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
