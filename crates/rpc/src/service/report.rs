//! Documents.

use std::sync::Arc;

use baocao_app::App;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use crate::convert::page::page;
use crate::convert::report::{Wanted, edition, issue, key, parts};
use crate::service::download::Download;
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::report_service_server::ReportService;

#[derive(Debug)]
pub(crate) struct Reports {
    pub(crate) app: Arc<App>,
    /// The downloads that are under way.
    pub(crate) downloads: TaskTracker,
}

#[tonic::async_trait]
impl ReportService for Reports {
    type DownloadReportStream = Download;

    async fn list_reports(
        &self,
        request: Request<v1::ListReportsRequest>,
    ) -> Result<Response<v1::ListReportsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let edition = proved(edition(&asked.edition))?;
        let documents = run(&self.app, |app| async move { app.documents(&actor, edition).await }).await?;
        let page = proved(page(documents, &format!("reports~{edition}"), asked.page_size, &asked.page_token, key))?;
        let documents = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(v1::ListReportsResponse { documents, next_page_token: page.next_page_token }))
    }

    async fn download_report(
        &self,
        request: Request<v1::DownloadReportRequest>,
    ) -> Result<Response<Self::DownloadReportStream>, Status> {
        let (actor, message) = caller(request)?;
        let wanted = proved(Wanted::try_from(message))?;
        let found =
            run(&self.app, |app| async move { app.download(&actor, wanted.edition, wanted.kind, &wanted.unit).await })
                .await?;
        Ok(Response::new(Download::start(parts(found), &self.downloads)))
    }

    async fn issue_report(
        &self,
        request: Request<v1::IssueReportRequest>,
    ) -> Result<Response<v1::IssueReportResponse>, Status> {
        let (actor, message) = caller(request)?;
        let (edition, record) = proved(issue(message))?;
        let issued = run(&self.app, |app| async move { app.issue_report(&actor, edition, &record).await }).await?;
        Ok(Response::new(v1::IssueReportResponse { document: Some(issued.into()) }))
    }
}
