//! Figures out.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::ranking::RankUnits;
use tonic::{Request, Response, Status};

use crate::convert::figure::{asked, totals};
use crate::convert::restatement::restatements;
use crate::convert::trace::{figure, trace};
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::figure_service_server::FigureService;

#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl FigureService for Figures {
    async fn get_totals(
        &self,
        request: Request<v1::GetTotalsRequest>,
    ) -> Result<Response<v1::GetTotalsResponse>, Status> {
        let (actor, message) = caller(request)?;
        let (scope, reading) = proved(asked(&message))?;
        let found = run(&self.app, |app| async move {
            app.totals(&actor, &message.unit, &message.form, &message.period, reading).await
        })
        .await?;
        Ok(Response::new(totals(&found, scope)))
    }

    async fn rank_units(
        &self,
        request: Request<v1::RankUnitsRequest>,
    ) -> Result<Response<v1::RankUnitsResponse>, Status> {
        let (actor, message) = caller(request)?;
        let asked = proved(RankUnits::try_from(message))?;
        let ranking = run(&self.app, |app| async move { app.rank_units(&actor, &asked).await }).await?;
        Ok(Response::new(ranking.into()))
    }

    async fn trace_figure(
        &self,
        request: Request<v1::TraceFigureRequest>,
    ) -> Result<Response<v1::TraceFigureResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let (figure, reading) = proved(figure(&asked))?;
        let v1::TraceFigureRequest { unit, form, period, .. } = asked.clone();
        let traced =
            run(&self.app, |app| async move { app.trace(&actor, &unit, &form, &period, reading, &figure).await })
                .await?;
        Ok(Response::new(proved(trace(traced, &asked))?))
    }

    async fn list_restatements(
        &self,
        request: Request<v1::ListRestatementsRequest>,
    ) -> Result<Response<v1::ListRestatementsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let v1::ListRestatementsRequest { form, period, .. } = asked.clone();
        let restated = run(&self.app, |app| async move { app.restatements(&actor, &form, &period).await }).await?;
        Ok(Response::new(proved(restatements(restated, &asked))?))
    }
}
