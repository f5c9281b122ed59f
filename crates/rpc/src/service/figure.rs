//! Figures out.

use std::sync::Arc;

use baocao_app::App;
use tonic::{Request, Response, Status};

use crate::convert::figure::{scope, totals};
use crate::service::{caller, run};
use crate::v1::figure_service_server::FigureService;
use crate::{status, v1};

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
        let (actor, asked) = caller(request)?;
        let scope = scope(&asked).map_err(|refusal| status::refused(&refusal))?;
        let found = run(&self.app, |app| async move {
            app.totals(&actor, &asked.unit, &asked.form, &asked.period, asked.edition).await
        })
        .await?;
        Ok(Response::new(totals(&found, scope)))
    }
}
