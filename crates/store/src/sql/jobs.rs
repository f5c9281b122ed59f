//! What each job did last and when it is woken next.

use baocao_app::ports::{Failure, JobRow, JobRun, StoreError};

use super::row::{Row, instant, integer, optional_instant, optional_text, text};
use super::session::{SqlTx, query};

statements! {
    /// Notes a job with its last run; without one, the run that was noted before stays.
    NOTE = "insert into job (name, schedule, next_at, instance, begun_at, finished_at, done, failed, last_error) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            on conflict (name) do update set schedule = excluded.schedule, next_at = excluded.next_at, \
            instance = case when excluded.begun_at is null then job.instance else excluded.instance end, \
            done = case when excluded.begun_at is null then job.done else excluded.done end, \
            failed = case when excluded.begun_at is null then job.failed else excluded.failed end, \
            last_error = case when excluded.begun_at is null then job.last_error else excluded.last_error end, \
            finished_at = case when excluded.begun_at is null then job.finished_at else excluded.finished_at end, \
            begun_at = case when excluded.begun_at is null then job.begun_at else excluded.begun_at end";
    /// All jobs, with who holds their leases.
    ALL = concat!(
        "select j.name, j.schedule, j.next_at, j.instance, j.begun_at, j.finished_at, j.done, j.failed, j.last_error, \
         l.holder from job j left join lease l on l.name = j.name and l.expires_at > ", db_now!(), " order by j.name"
    );
}

fn read(row: &Row) -> Result<JobRow, Failure> {
    let times = optional_instant(row, "begun_at")?.zip(optional_instant(row, "finished_at")?);
    let last = match times {
        Some((begun_at, finished_at)) => Some(JobRun {
            begun_at,
            finished_at,
            done: integer(row, "done")?,
            failed: integer(row, "failed")?,
            last_error: text(row, "last_error")?,
        }),
        None => None,
    };
    Ok(JobRow {
        name: text(row, "name")?,
        schedule: text(row, "schedule")?,
        next_at: instant(row, "next_at")?,
        instance: text(row, "instance")?,
        last,
        holder: optional_text(row, "holder")?,
    })
}

pub(super) async fn note(tx: &mut SqlTx, job: &JobRow) -> Result<(), StoreError> {
    let last = job.last.as_ref();
    let statement = query(NOTE)
        .bind(&job.name)
        .bind(&job.schedule)
        .bind(job.next_at.micros())
        .bind(&job.instance)
        .bind(last.map(|run| run.begun_at.micros()))
        .bind(last.map(|run| run.finished_at.micros()))
        .bind(last.map_or(0, |run| run.done))
        .bind(last.map_or(0, |run| run.failed))
        .bind(last.map_or("", |run| run.last_error.as_str()));
    tx.run_one("noting a job", statement).await
}

pub(super) async fn all(tx: &mut SqlTx) -> Result<Vec<JobRow>, StoreError> {
    tx.all("reading the jobs", query(ALL), read).await
}
