//! Figures in.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::submit::Submit;
use tonic::{Request, Response, Status};

use crate::convert::reading::asked_revision;
use crate::convert::submission::revision;
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::submission_service_server::SubmissionService;

#[derive(Debug)]
pub(crate) struct Submissions {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl SubmissionService for Submissions {
    async fn submit_figures(
        &self,
        request: Request<v1::SubmitFiguresRequest>,
    ) -> Result<Response<v1::SubmitFiguresResponse>, Status> {
        let (actor, message) = caller(request)?;
        let command = Submit::from(message);
        let submitted = run(&self.app, |app| async move { app.submit(&actor, &command).await }).await?;
        Ok(Response::new(submitted.into()))
    }

    async fn get_submission(
        &self,
        request: Request<v1::GetSubmissionRequest>,
    ) -> Result<Response<v1::GetSubmissionResponse>, Status> {
        let (actor, named) = caller(request)?;
        let asked = proved(asked_revision(named.revision, named.as_of.as_ref()))?;
        let (found, form) = run(&self.app, |app| async move {
            app.submission(&actor, &named.unit, &named.form, &named.period, asked).await
        })
        .await?;
        Ok(Response::new(v1::GetSubmissionResponse { revision: Some(revision(found, form)) }))
    }

    async fn get_receipt(
        &self,
        request: Request<v1::GetReceiptRequest>,
    ) -> Result<Response<v1::GetReceiptResponse>, Status> {
        let (actor, named) = caller(request)?;
        let receipt = run(&self.app, |app| async move { app.receipt(&actor, &named.request_id).await }).await?;
        Ok(Response::new(v1::GetReceiptResponse { receipt: Some(receipt.into()) }))
    }
}
