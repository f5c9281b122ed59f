//! Closes what is due.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::error::AppError;

use crate::runner::JobReport;

/// Makes true that every period past its lock has a finished edition. Idle if none has; safe to run at any time, twice.
/// If it does not run for a week, the periods of that week close in order at its next run.
pub(crate) async fn run(app: Arc<App>) -> Result<JobReport, AppError> {
    let report = app.close_due().await?;
    for (edition, error) in &report.failed {
        tracing::error!(edition.id = %edition, %error, "close failed");
    }
    let waits = app.closing_waits_for().await?;
    Ok(JobReport { done: report.closed.len(), failed: report.failed.len(), waits })
}
