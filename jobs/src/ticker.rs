//! Ticks into wakes: the only file that names tokio-cron-scheduler.
//!
//! The scheduler is an alarm clock, not a record: it forgets what it missed, may fire twice, and swallows panics. So a
//! job body here is one line, and nothing depends on a tick having come: the runner also looks every minute by itself.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::catalogue::{JobEntry, Pace, Wake};
use crate::runner::JobsError;

/// A running scheduler.
pub(crate) struct Ticker {
    scheduler: JobScheduler,
}

impl Ticker {
    /// Wakes each job as its entry says.
    pub(crate) async fn start(jobs: &[(JobEntry, Arc<Notify>)], pace: Pace) -> Result<Self, JobsError> {
        let scheduler = JobScheduler::new().await.map_err(refused("scheduler"))?;
        let mut ids = Vec::with_capacity(jobs.len());
        for (entry, notify) in jobs {
            let wake = if pace == Pace::Simulated { Wake::EverySecond } else { entry.wake };
            let notify = Arc::clone(notify);
            let job = Job::new_async(wake.cron().as_str(), move |_, _| {
                notify.notify_one();
                Box::pin(std::future::ready(()))
            })
            .map_err(refused(entry.name.code()))?;
            ids.push((entry, scheduler.add(job).await.map_err(refused(entry.name.code()))?));
        }
        scheduler.start().await.map_err(refused("scheduler"))?;

        let mut ticker = Self { scheduler };
        for (entry, id) in ids {
            // A schedule without a next firing would be deleted silently.
            let next = ticker.scheduler.next_tick_for_job(id).await.map_err(refused(entry.name.code()))?;
            let next = next.ok_or(JobsError::NeverFires { job: entry.name.code() })?;
            tracing::info!(job = entry.name.code(), next = %next, why = %entry.why, "job scheduled");
        }
        Ok(ticker)
    }

    /// No more ticks. One may still come: whoever it wakes has stopped by then.
    pub(crate) async fn stop(mut self) {
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::warn!(%error, "scheduler did not stop");
        }
    }
}

fn refused(job: &'static str) -> impl Fn(JobSchedulerError) -> JobsError {
    move |source| JobsError::Scheduler { job, source: Box::new(source) }
}
