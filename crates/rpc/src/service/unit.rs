//! Who reports.

use std::sync::Arc;

use baocao_app::App;
use tonic::{Request, Response, Status};

use crate::convert::obligation::obligations;
use crate::service::{caller, proved, run};
use crate::v1;
use crate::v1::unit_service_server::UnitService;

#[derive(Debug)]
pub(crate) struct Units {
    pub(crate) app: Arc<App>,
}

#[tonic::async_trait]
impl UnitService for Units {
    async fn list_obligations(
        &self,
        request: Request<v1::ListObligationsRequest>,
    ) -> Result<Response<v1::ListObligationsResponse>, Status> {
        let (actor, asked) = caller(request)?;
        let v1::ListObligationsRequest { unit, form, period, edition, .. } = asked.clone();
        let owed =
            run(&self.app, |app| async move { app.obligations(&actor, &unit, &form, &period, edition).await }).await?;
        Ok(Response::new(proved(obligations(owed, &asked))?))
    }
}
