//! One short function per RPC: read the message, run the use case to its end, write the answer.

pub(crate) mod admin;
pub(crate) mod download;
pub(crate) mod figure;
pub(crate) mod period;
pub(crate) mod report;
pub(crate) mod submission;
pub(crate) mod target;
pub(crate) mod unit;

use std::sync::Arc;

use baocao_app::App;
use baocao_app::actor::Actor;
use baocao_app::error::AppError;
use baocao_domain::reason::{Reason, Refusal};
use tonic::{Request, Status};

use crate::status;

/// The caller that the gate let in, and what was sent. Without a gate in front there is no caller, and no service.
fn caller<T>(request: Request<T>) -> Result<(Actor, T), Status> {
    let (_, mut extensions, message) = request.into_parts();
    let actor = extensions.remove::<Actor>().ok_or_else(|| status::because(Reason::KeyMissing))?;
    Ok((actor, message))
}

/// Runs a use case to its end, whatever becomes of the call.
async fn run<T, F, Fut>(app: &Arc<App>, use_case: F) -> Result<T, Status>
where
    T: Send + 'static,
    F: FnOnce(Arc<App>) -> Fut,
    Fut: Future<Output = Result<T, AppError>> + Send + 'static,
{
    app.run(use_case).await.map_err(|error| status::of(&error))
}

/// What was read of a message, or the status that tells its faults.
fn proved<T>(read: Result<T, Refusal>) -> Result<T, Status> {
    read.map_err(|refusal| status::refused(&refusal))
}
