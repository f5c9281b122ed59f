//! One task per job: woken, it runs the job once.
//!
//! The tasks are ours, so that an error or a panic in one run is seen, counted and survived.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use baocao_app::App;
use baocao_app::error::AppError;
use baocao_app::instant::Instant as At;
use baocao_app::ports::{JobRow, JobRun};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::catalogue::{CatalogueError, JobEntry, JobName, Pace, shipped};
use crate::ticker::Ticker;

/// Between two looks that nobody asked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What one run of a job did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobReport {
    /// Things brought to where they should be.
    pub done: usize,
    /// Things that failed; they are tried again.
    pub failed: usize,
    /// What waits for an operator, in English; empty if nothing does.
    pub waits: String,
}

impl JobReport {
    /// Nothing was due.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.done == 0 && self.failed == 0
    }
}

/// Why the jobs cannot start.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The catalogue is refused.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The scheduler refused.
    #[error("the scheduler refused job {job}")]
    Scheduler {
        /// The job.
        job: &'static str,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A schedule never fires.
    #[error("job {job} would never be woken")]
    NeverFires {
        /// The job.
        job: &'static str,
    },
}

/// The running jobs.
pub struct Jobs {
    ticker: Ticker,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

impl Jobs {
    /// Starts all jobs of the catalogue; each looks once at once.
    ///
    /// # Errors
    /// [`JobsError`] when the catalogue or the scheduler refuses.
    pub async fn start(app: &Arc<App>, pace: Pace) -> Result<Self, JobsError> {
        let entries: Vec<(JobEntry, Arc<Notify>)> =
            shipped()?.into_iter().map(|entry| (entry, Arc::new(Notify::new()))).collect();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for (entry, wake) in &entries {
            wake.notify_one();
            tasks.spawn(work(Arc::clone(app), entry.clone(), Arc::clone(wake), stop.clone()));
        }
        let wakes: Vec<Arc<Notify>> = entries.iter().map(|(_, wake)| Arc::clone(wake)).collect();
        tasks.spawn(pass_on(Arc::clone(app), wakes, stop.clone()));
        let ticker = Ticker::start(&entries, pace).await?;
        Ok(Self { ticker, tasks, stop })
    }

    /// No new runs; waits for those that run.
    pub async fn stop(self) {
        self.stop.cancel();
        self.ticker.stop().await;
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Runs one job once, as its task would.
    ///
    /// # Errors
    /// Those of the job.
    pub async fn run_once(app: &Arc<App>, job: JobName) -> Result<JobReport, AppError> {
        app.run(move |app| body(job, app)).await
    }
}

/// A use case that finished something wakes everybody: a close wakes publishing and mail.
async fn pass_on(app: Arc<App>, wakes: Vec<Arc<Notify>>, stop: CancellationToken) {
    while stop.run_until_cancelled(app.woken()).await.is_some() {
        for wake in &wakes {
            wake.notify_one();
        }
    }
}

async fn work(app: Arc<App>, entry: JobEntry, wake: Arc<Notify>, stop: CancellationToken) {
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut noted: Option<Instant> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.notified() => {}
            _ = look.tick() => {}
        }
        let (begun, begun_at) = (Instant::now(), app.now());
        // `run` answers a panic as an error: one poison run does not end the job.
        let answer = Jobs::run_once(&app, entry.name).await;
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let is_idle = matches!(&answer, Ok(report) if report.is_idle());
        // A run that found nothing is worth a note once a minute, not one a second.
        if !is_idle || noted.is_none_or(|noted| noted.elapsed() >= LOOK_EVERY) {
            note(&app, &entry, begun_at, &answer).await;
            noted = Some(Instant::now());
        }
        match answer {
            Ok(report) if report.is_idle() => {}
            Ok(JobReport { done, failed, .. }) => {
                tracing::info!(job = entry.name.code(), done, failed, duration_ms, "job run");
                if entry.name == JobName::Close && done > 0 {
                    app.wake_jobs();
                }
            }
            Err(error) => tracing::error!(job = entry.name.code(), error = %error.chain(), duration_ms, "job failed"),
        }
        if begun.elapsed() > entry.budget {
            tracing::warn!(job = entry.name.code(), duration_ms, "job over its budget");
        }
    }
}

/// Notes a run for operators to see; a note that cannot be made is not worth a run.
async fn note(app: &Arc<App>, entry: &JobEntry, begun_at: At, answer: &Result<JobReport, AppError>) {
    let counted = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let finished_at = app.now();
    let report = answer.as_ref().cloned().unwrap_or_default();
    let row = JobRow {
        name: entry.name.code().into(),
        schedule: entry.wake.words(),
        next_at: entry.wake.next_after(finished_at),
        instance: String::new(),
        last: Some(JobRun {
            begun_at,
            finished_at,
            done: counted(report.done),
            failed: counted(report.failed),
            last_error: answer.as_ref().err().map_or(report.waits, AppError::chain),
        }),
        holder: None,
    };
    if let Err(error) = app.run(|app| async move { app.note_job(row).await }).await {
        tracing::debug!(job = entry.name.code(), error = %error.chain(), "job run not noted");
    }
}

type Body = Pin<Box<dyn Future<Output = Result<JobReport, AppError>> + Send>>;

fn body(job: JobName, app: Arc<App>) -> Body {
    match job {
        JobName::Plan => Box::pin(crate::plan::run(app)),
        JobName::Close => Box::pin(crate::close::run(app)),
        JobName::Publish => Box::pin(crate::publish::run(app)),
        JobName::Mail => Box::pin(crate::mail::run(app)),
        JobName::Backup => Box::pin(crate::backup::run(app)),
    }
}
