//! What is expected.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::cascade::CascadeTargets;
use tonic::{Request, Response, Status};

use crate::convert::target::{effective_targets, evaluation};
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::target_service_server::TargetService;

#[derive(Debug)]
pub(crate) struct Targets {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl TargetService for Targets {
    async fn list_targets(
        &self,
        request: Request<v1::ListTargetsRequest>,
    ) -> Result<Response<v1::ListTargetsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let v1::ListTargetsRequest { unit, period, with_subtree, .. } = asked.clone();
        let held =
            run(&self.app, |app| async move { app.expectations(&actor, &unit, &period, with_subtree).await }).await?;
        Ok(Response::new(proved(effective_targets(held, &asked))?))
    }

    async fn evaluate_targets(
        &self,
        request: Request<v1::EvaluateTargetsRequest>,
    ) -> Result<Response<v1::EvaluateTargetsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let found = run(&self.app, |app| async move {
            app.totals(&actor, &asked.unit, &asked.form, &asked.period, asked.edition).await
        })
        .await?;
        Ok(Response::new(evaluation(&found)))
    }

    async fn forecast_target(
        &self,
        request: Request<v1::ForecastTargetRequest>,
    ) -> Result<Response<v1::ForecastTargetResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let found = run(&self.app, |app| async move {
            app.forecast(&actor, &asked.unit, &asked.form, &asked.period, &asked.indicator).await
        })
        .await?;
        Ok(Response::new(found.into()))
    }

    async fn cascade_targets(
        &self,
        request: Request<v1::CascadeTargetsRequest>,
    ) -> Result<Response<v1::CascadeTargetsResponse>, Status> {
        let (actor, message) = caller(request)?;
        let command = proved(CascadeTargets::try_from(message))?;
        let cascaded = run(&self.app, |app| async move { app.cascade(&actor, &command).await }).await?;
        Ok(Response::new(cascaded.into()))
    }
}
