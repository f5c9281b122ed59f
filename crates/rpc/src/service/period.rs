//! When.

use std::sync::Arc;

use baocao_app::App;
use baocao_app::extension::GrantExtension;
use baocao_app::period::PeriodView;
use baocao_app::reopening::Reopen;
use tonic::{Request, Response, Status};

use crate::convert::page::page;
use crate::convert::period::{close_action, extension};
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::period_service_server::PeriodService;

#[derive(Debug)]
pub(crate) struct Periods {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl PeriodService for Periods {
    async fn list_periods(
        &self,
        request: Request<v1::ListPeriodsRequest>,
    ) -> Result<Response<v1::ListPeriodsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let periods = run(&self.app, |app| async move { app.periods(&actor).await }).await?;
        let key = |view: &PeriodView| view.row.period.to_string();
        let page = proved(page(periods, "periods", asked.page_size, &asked.page_token, key))?;
        let periods = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(v1::ListPeriodsResponse { periods, next_page_token: page.next_page_token }))
    }

    async fn get_period(
        &self,
        request: Request<v1::GetPeriodRequest>,
    ) -> Result<Response<v1::GetPeriodResponse>, Status> {
        let (actor, named) = caller(request)?;
        let view = run(&self.app, |app| async move { app.period(&actor, &named.form, &named.period).await }).await?;
        Ok(Response::new(v1::GetPeriodResponse { period: Some(view.into()) }))
    }

    async fn close_period(
        &self,
        request: Request<v1::ClosePeriodRequest>,
    ) -> Result<Response<v1::ClosePeriodResponse>, Status> {
        let (actor, named) = caller(request)?;
        let action = proved(close_action(named.action))?;
        let closed =
            run(
                &self.app,
                move |app| async move { app.close_period(&actor, &named.form, &named.period, action).await },
            )
            .await?;
        Ok(Response::new(v1::ClosePeriodResponse { run: Some(closed.into()) }))
    }

    async fn grant_extension(
        &self,
        request: Request<v1::GrantExtensionRequest>,
    ) -> Result<Response<v1::GrantExtensionResponse>, Status> {
        let (actor, message) = caller(request)?;
        let unit = message.unit.clone();
        let command = proved(GrantExtension::try_from(message))?;
        let granted = run(&self.app, |app| async move { app.grant_extension(&actor, &command).await }).await?;
        Ok(Response::new(v1::GrantExtensionResponse { extension: Some(extension(granted, unit)) }))
    }

    async fn get_close_run(
        &self,
        request: Request<v1::GetCloseRunRequest>,
    ) -> Result<Response<v1::GetCloseRunResponse>, Status> {
        let (actor, named) = caller(request)?;
        let found =
            run(&self.app, |app| async move { app.close_run(&actor, &named.form, &named.period, named.edition).await });
        Ok(Response::new(v1::GetCloseRunResponse { run: Some(found.await?.into()) }))
    }

    async fn reopen_period(
        &self,
        request: Request<v1::ReopenPeriodRequest>,
    ) -> Result<Response<v1::ReopenPeriodResponse>, Status> {
        let (actor, message) = caller(request)?;
        let command = proved(Reopen::try_from(message))?;
        let reopening = run(&self.app, |app| async move { app.reopen(&actor, &command).await }).await?;
        Ok(Response::new(v1::ReopenPeriodResponse { reopening: Some(reopening.into()) }))
    }

    async fn approve_reopening(
        &self,
        request: Request<v1::ApproveReopeningRequest>,
    ) -> Result<Response<v1::ApproveReopeningResponse>, Status> {
        let (actor, named) = caller(request)?;
        let reopening = run(&self.app, |app| async move { app.approve_reopening(&actor, named.id).await }).await?;
        Ok(Response::new(v1::ApproveReopeningResponse { reopening: Some(reopening.into()) }))
    }
}
