//! Lifecycle: the gRPC door, the public pages and the jobs, started and stopped as one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use baocao_app::App;
use baocao_app::error::AppError;
use baocao_app::ports::{Clock, Store, StoreError};
use baocao_app::setup::simulated_clock;
use baocao_jobs::{Jobs, Pace};
use baocao_rpc::TlsIdentity;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{FileClock, ResumedClock, WallClock};
use crate::{log, web};

/// How often a simulated clock is written down, so that a killed process goes on about where it was.
const CLOCK_NOTE_EVERY: Duration = Duration::from_secs(10);

/// How long a clean stop may take; every step is resumable, so then the process just ends.
const STOP_WITHIN: Duration = Duration::from_secs(25);

/// Everything that runs.
pub struct Service {
    app: Arc<App>,
    jobs: Jobs,
    tasks: TaskTracker,
    stop: CancellationToken,
    failed: CancellationToken,
    pace: Pace,
}

impl Service {
    /// Starts everything.
    ///
    /// # Errors
    /// When the jobs or the doors cannot start.
    pub async fn start(
        app: Arc<App>,
        grpc: TcpListener,
        tls: Option<TlsIdentity>,
        http: TcpListener,
        site: &Path,
        pace: Pace,
    ) -> anyhow::Result<Self> {
        let (tasks, stop, failed) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());

        let (served, stopped, shut) = (Arc::clone(&app), stop.clone(), failed.clone());
        tasks.spawn(async move {
            if let Err(error) = baocao_rpc::serve(served, grpc, tls, stopped.cancelled_owned()).await {
                tracing::error!(error = %format!("{:#}", anyhow::Error::from(error)), "grpc server ended");
                shut.cancel();
            }
        });
        let (router, stopped, shut) = (web::router(Arc::clone(&app), site), stop.clone(), failed.clone());
        tasks.spawn(async move {
            let pages = axum::serve(http, router).with_graceful_shutdown(stopped.cancelled_owned());
            if let Err(error) = pages.await {
                tracing::error!(%error, "http server ended");
                shut.cancel();
            }
        });
        if pace == Pace::Simulated {
            tasks.spawn(note_clock(Arc::clone(&app), stop.clone()));
        }
        let jobs = Jobs::start(&app, pace).await.context("cannot start the jobs")?;
        Ok(Self { app, jobs, tasks, stop, failed, pace })
    }

    /// Ends once a door has closed by itself: a service without a door is better restarted.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Whether a door has closed by itself.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.is_cancelled()
    }

    /// Stops everything: no new calls, no new runs, what runs is finished within a limit.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        let clean = async {
            self.jobs.stop().await;
            self.tasks.wait().await;
            if self.pace == Pace::Simulated {
                keep_clock(&self.app).await;
            }
            self.app.finish().await;
        };
        if timeout(STOP_WITHIN, clean).await.is_err() {
            tracing::warn!("did not stop in time, what is left is resumed at the next start");
        }
    }
}

async fn note_clock(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(CLOCK_NOTE_EVERY)).await.is_some() {
        keep_clock(&app).await;
    }
}

async fn keep_clock(app: &Arc<App>) {
    let kept = app.run(|app| async move { keep(&app).await }).await;
    if let Err(error) = kept {
        tracing::warn!(error = %error.chain(), "simulated clock not written down");
    }
}

/// Writes the simulated instant down.
async fn keep(app: &App) -> Result<(), AppError> {
    app.keep_simulated_clock(app.now()).await
}

/// A listener on this address, or, where its port is busy, on the next free one.
///
/// # Errors
/// When no port of the next hundred is free.
pub async fn listen_near(ip: std::net::IpAddr, port: u16) -> anyhow::Result<TcpListener> {
    let mut refused = None;
    for port in port..port.saturating_add(100) {
        match TcpListener::bind((ip, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = Some(error),
        }
    }
    Err(anyhow::anyhow!("no free port from {port} on: {}", refused.map_or_else(String::new, |e| e.to_string())))
}

/// Notices SIGTERM and Ctrl-C from the moment it is made: a stop that is asked for while things start is not lost.
#[derive(Debug)]
pub struct StopSignal {
    asked: CancellationToken,
}

impl StopSignal {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub fn listen() -> anyhow::Result<Self> {
        let asked = CancellationToken::new();
        let ask = asked.clone();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                ask.cancel();
            });
        }
        #[cfg(not(unix))]
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                ask.cancel();
            }
        });
        Ok(Self { asked })
    }

    /// Ends once the process was asked to stop.
    pub async fn asked(&self) {
        self.asked.cancelled().await;
    }
}

/// The variable that names a clock file, in a debug build.
const CLOCK_VARIABLE: &str = "BAOCAO_TEST_CLOCK";

/// The clock of an installation: the machine's, or one that goes on where a play ended; in a debug build also the one that the
/// environment names.
///
/// # Errors
/// Those of the database.
pub async fn clock_of(store: &dyn Store) -> Result<(Arc<dyn Clock>, Pace), StoreError> {
    let file = cfg!(debug_assertions).then(|| log::environment().find(|(name, _)| name == CLOCK_VARIABLE)).flatten();
    if let Some((_, path)) = file {
        return Ok((Arc::new(FileClock::follow(path.into())), Pace::Simulated));
    }
    Ok(match simulated_clock(store).await? {
        Some(instant) => (Arc::new(ResumedClock::from(instant)), Pace::Simulated),
        None => (Arc::new(WallClock), Pace::Wall),
    })
}
