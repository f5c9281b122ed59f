//! Jobs as operators see them: when they are woken, what they did last, who holds their leases.

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::error::AppError;
use crate::ports::JobRow;
use baocao_domain::reason::Reason;

impl App {
    /// Notes a job's schedule, and its run where it has one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_job(&self, job: JobRow) -> Result<(), AppError> {
        let job = JobRow { instance: self.ports.instance.clone(), ..job };
        let mut tx = self.ports.store.begin().await?;
        tx.note_job(&job).await?;
        Ok(tx.commit().await?)
    }

    /// All jobs, by name.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator.
    pub async fn jobs(&self, actor: &Actor) -> Result<Vec<JobRow>, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        Ok(self.ports.store.read().await?.jobs().await?)
    }
}
