//! Shows what is staged.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::error::AppError;

use crate::runner::JobReport;

/// Makes true that every staged edition whose instant has come is public and listed. If it does not run for a week,
/// readers see it a week late, unchanged.
pub(crate) async fn run(app: Arc<App>) -> Result<JobReport, AppError> {
    let released = app.publish_due().await?;
    Ok(JobReport { done: released.len(), ..JobReport::default() })
}
