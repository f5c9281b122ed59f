//! How the service itself fares.

use std::sync::Arc;

use baocao_app::App;
use tonic::{Request, Response, Status};

use crate::service::{caller, run};
use crate::v1;
use crate::v1::admin_service_server::AdminService;

#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn list_jobs(&self, request: Request<v1::ListJobsRequest>) -> Result<Response<v1::ListJobsResponse>, Status> {
        let (actor, _) = caller(request)?;
        let jobs = run(&self.app, |app| async move { app.jobs(&actor).await }).await?;
        Ok(Response::new(v1::ListJobsResponse { jobs: jobs.into_iter().map(Into::into).collect() }))
    }
}
