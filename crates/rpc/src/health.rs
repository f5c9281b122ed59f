//! `grpc.health.v1`: SERVING while the database answers.

use std::sync::Arc;
use std::time::Duration;

use baocao_app::App;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::service::{admin, figure, period, report, submission, target, unit};
use crate::v1;

/// Pause between two questions to the database.
const INTERVAL: Duration = Duration::from_secs(5);
/// How long the database may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// The services whose health is told; the empty name stands for the server as a whole.
const SERVICES: [&str; 8] = [
    "",
    v1::submission_service_server::SubmissionServiceServer::<submission::Submissions>::NAME,
    v1::period_service_server::PeriodServiceServer::<period::Periods>::NAME,
    v1::figure_service_server::FigureServiceServer::<figure::Figures>::NAME,
    v1::report_service_server::ReportServiceServer::<report::Reports>::NAME,
    v1::target_service_server::TargetServiceServer::<target::Targets>::NAME,
    v1::unit_service_server::UnitServiceServer::<unit::Units>::NAME,
    v1::admin_service_server::AdminServiceServer::<admin::Admin>::NAME,
];

/// Asks the database again and again, and tells who asks; never ends.
pub(crate) async fn watch(app: &Arc<App>, reporter: &HealthReporter) {
    let mut was = None;
    loop {
        let answers = answers(app).await;
        tell(reporter, answers).await;
        if was.replace(answers).is_some_and(|was| was != answers) {
            tracing::warn!(database.answers = answers, "health changed");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Tells that all services serve, or that none does.
pub(crate) async fn tell(reporter: &HealthReporter, is_serving: bool) {
    let status = if is_serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}

async fn answers(app: &Arc<App>) -> bool {
    let ping = app.run(|app| async move { app.ping().await });
    matches!(tokio::time::timeout(ANSWER_MAX, ping).await, Ok(Ok(())))
}
