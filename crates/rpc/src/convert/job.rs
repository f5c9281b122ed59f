//! Jobs.

use baocao_app::ports::JobRow;

use crate::convert::time::timestamp;
use crate::v1;

impl From<JobRow> for v1::Job {
    fn from(job: JobRow) -> Self {
        let instance = job.instance;
        Self {
            name: job.name,
            schedule: job.schedule,
            next_run: Some(timestamp(job.next_at)),
            last_run: job.last.map(|run| v1::JobRun {
                instance,
                begun_at: Some(timestamp(run.begun_at)),
                finished_at: Some(timestamp(run.finished_at)),
                done: run.done,
                failed: run.failed,
                last_error: run.last_error,
            }),
            holder: job.holder.unwrap_or_default(),
        }
    }
}
