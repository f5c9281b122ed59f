//! Plans periods.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::error::AppError;

use crate::runner::JobReport;

/// Makes true that every month and quarter of the coming year is planned. If it does not run for a week, a year is a
/// week shorter.
pub(crate) async fn run(app: Arc<App>) -> Result<JobReport, AppError> {
    app.plan_periods().await?;
    Ok(JobReport::default())
}
