//! Copies everything.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::error::AppError;

use crate::catalogue::{JobName, Wake, wake_of};
use crate::runner::JobReport;

/// Makes true that there is a proved backup of every night. If it does not run for a week, its next run makes one at
/// once; of several processes on one database one makes it.
pub(crate) async fn run(app: Arc<App>) -> Result<JobReport, AppError> {
    let wake =
        wake_of(JobName::Backup).map_err(|error| AppError::failed("read the catalogue of jobs")(error.into()))?;
    let Some(Wake::Daily(hour, minute)) = wake else { return Ok(JobReport::default()) };
    let Some(name) = app.back_up_due(i64::from(hour) * 3_600 + i64::from(minute) * 60).await? else {
        return Ok(JobReport::default());
    };
    tracing::info!(backup = %name, "backup made");
    Ok(JobReport { done: 1, ..JobReport::default() })
}
