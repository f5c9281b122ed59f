//! Hands mail over.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::error::AppError;

use crate::runner::JobReport;

/// Makes true that queued mail is with the relay, or says why not. If it does not run for a week, mail is a week late;
/// none is lost.
pub(crate) async fn run(app: Arc<App>) -> Result<JobReport, AppError> {
    let report = app.deliver_due().await?;
    let failed = (report.deferred + report.failed) as usize;
    Ok(JobReport { done: report.sent as usize, failed, ..JobReport::default() })
}
