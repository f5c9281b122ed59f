//! Who may call what: one table, and the layer in front of all services that holds callers to it.
//!
//! Denied by default: a method without a row is refused before anything looks at it. A layer and not an interceptor,
//! because proving a key asks the database and needs the name of the method. What a key may do *where* (its unit and
//! everything below it) is the use cases' question; here it is only who calls and in which role.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use baocao_app::App;
use baocao_app::actor::{Actor, Role};
use baocao_domain::reason::{Reason, Refusal};
use http::{HeaderMap, Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::status;

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, without a key.
    Open,
    /// Keys with one of these roles.
    Roles(&'static [Role]),
}

const ANY_ROLE: Access = Access::Roles(&Role::ALL);
const WRITERS: Access = Access::Roles(&[Role::UnitWriter, Role::Operator]);
const OPERATORS: Access = Access::Roles(&[Role::Operator]);

/// Every method that is served.
pub(crate) const TABLE: &[(&str, Access)] = &[
    ("/baocao.v1.SubmissionService/SubmitFigures", WRITERS),
    ("/baocao.v1.SubmissionService/GetSubmission", ANY_ROLE),
    ("/baocao.v1.SubmissionService/GetReceipt", WRITERS),
    ("/baocao.v1.PeriodService/ListPeriods", ANY_ROLE),
    ("/baocao.v1.PeriodService/GetPeriod", ANY_ROLE),
    ("/baocao.v1.PeriodService/ClosePeriod", OPERATORS),
    ("/baocao.v1.PeriodService/GrantExtension", OPERATORS),
    ("/baocao.v1.PeriodService/GetCloseRun", OPERATORS),
    ("/baocao.v1.PeriodService/ReopenPeriod", OPERATORS),
    ("/baocao.v1.PeriodService/ApproveReopening", OPERATORS),
    ("/baocao.v1.AdminService/ListJobs", OPERATORS),
    ("/baocao.v1.FigureService/GetTotals", ANY_ROLE),
    ("/baocao.v1.FigureService/RankUnits", ANY_ROLE),
    ("/baocao.v1.FigureService/TraceFigure", ANY_ROLE),
    ("/baocao.v1.TargetService/ListTargets", ANY_ROLE),
    ("/baocao.v1.TargetService/EvaluateTargets", ANY_ROLE),
    ("/baocao.v1.TargetService/ForecastTarget", ANY_ROLE),
    ("/baocao.v1.TargetService/CascadeTargets", WRITERS),
    ("/baocao.v1.UnitService/ListObligations", ANY_ROLE),
    ("/baocao.v1.ReportService/ListReports", ANY_ROLE),
    ("/baocao.v1.ReportService/DownloadReport", ANY_ROLE),
    ("/baocao.v1.ReportService/IssueReport", OPERATORS),
    ("/grpc.health.v1.Health/Check", Access::Open),
    ("/grpc.health.v1.Health/Watch", Access::Open),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Access::Open),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::Open),
];

/// Who may call this method; none if nobody may.
pub(crate) fn access(path: &str) -> Option<Access> {
    TABLE.iter().find(|(method, _)| *method == path).map(|(_, access)| *access)
}

/// Whether everybody may call this method.
pub(crate) fn is_open(path: &str) -> bool {
    access(path) == Some(Access::Open)
}

/// Proves the caller's key and role, and hands the [`Actor`] on in the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    app: Arc<App>,
}

impl Gate {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Gated { app: Arc::clone(&self.app), inner }
    }
}

/// The services behind the gate.
#[derive(Debug, Clone)]
pub(crate) struct Gated<S> {
    app: Arc<App>,
    inner: S,
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The service that was asked whether it is ready is the one to call; its clone waits for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let app = Arc::clone(&self.app);
        Box::pin(async move {
            match admit(&app, request.uri().path(), request.headers()).await {
                Ok(Some(actor)) => drop(request.extensions_mut().insert(actor)),
                Ok(None) => {}
                Err(status) => return Ok(status.into_http()),
            }
            inner.call(request).await
        })
    }
}

/// The caller; none where everybody may call.
async fn admit(app: &Arc<App>, path: &str, headers: &HeaderMap) -> Result<Option<Actor>, Status> {
    let roles = match access(path) {
        None => return Err(status::no_such_method()),
        Some(Access::Open) => return Ok(None),
        Some(Access::Roles(roles)) => roles,
    };
    let key = bearer(headers).ok_or_else(|| status::because(Reason::KeyMissing))?.to_owned();
    let actor = app.run(|app| async move { app.authenticate(&key).await }).await.map_err(|error| status::of(&error))?;
    if roles.contains(&actor.role) {
        return Ok(Some(actor));
    }
    let object = path.to_owned();
    app.run(|app| async move {
        let refusal = Refusal::because(Reason::RoleNotAllowed);
        app.record_refusal(&actor, "call", &object, &refusal, app.now()).await
    })
    .await
    .map_err(|error| status::of(&error))?;
    Err(status::because(Reason::RoleNotAllowed))
}

/// The key of `authorization: Bearer <key>`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    fn served() -> BTreeSet<String> {
        let sets = [
            crate::FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let files = sets.into_iter().flat_map(|set| FileDescriptorSet::decode(set).expect("descriptors").file);
        files
            .flat_map(|file| {
                let package = file.package().to_owned();
                file.service.into_iter().flat_map(move |service| {
                    let name = format!("/{package}.{}", service.name());
                    service.method.into_iter().map(move |method| format!("{name}/{}", method.name()))
                })
            })
            .collect()
    }

    #[test]
    fn every_method_has_a_row_and_every_row_a_method() {
        let rows: BTreeSet<String> = TABLE.iter().map(|(method, _)| (*method).to_owned()).collect();
        assert_eq!(rows, served());
        assert_eq!(rows.len(), TABLE.len(), "a method has two rows");
    }

    #[test]
    fn what_changes_the_state_of_a_period_is_for_operators_alone() {
        for method in ["ClosePeriod", "GrantExtension", "ReopenPeriod", "ApproveReopening", "IssueReport"] {
            let row = TABLE.iter().find(|(path, _)| path.ends_with(method)).expect(method);
            assert_eq!(row.1, OPERATORS, "{method}");
        }
        assert!(TABLE.iter().all(|(path, access)| *access != Access::Open || !path.contains("baocao")));
    }

    #[test]
    fn readers_change_nothing() {
        let is_read = |path: &str| {
            let method = path.rsplit('/').next().unwrap_or_default();
            ["Get", "List", "Rank", "Trace", "Evaluate", "Forecast", "Download"]
                .iter()
                .any(|verb| method.starts_with(verb))
        };
        for (path, access) in TABLE.iter().filter(|(path, _)| path.contains("baocao") && !is_read(path)) {
            let Access::Roles(roles) = access else { panic!("{path} is open") };
            assert!(!roles.contains(&Role::RegionReader), "{path}");
        }
    }

    #[test]
    fn a_method_without_a_row_is_for_nobody() {
        for path in ["", "/", "/baocao.v1.AdminService/NoSuchMethod", "/baocao.v1.PeriodService/ClosePeriod/"] {
            assert_eq!(access(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_key_is_read_from_a_bearer_header_only() {
        for (given, key) in [
            ("Bearer bc1_a", Some("bc1_a")),
            ("bearer  bc1_a ", Some("bc1_a")),
            ("Basic bc1_a", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("bc1_a", None),
        ] {
            let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, given.parse().expect("a header"))]);
            assert_eq!(bearer(&headers), key, "{given:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
