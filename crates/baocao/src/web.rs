//! The public pages over HTTP: files of one folder with safe headers, and a word for monitors.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::routing::get;
use baocao_app::App;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Pages load nothing but their own style and images; nothing on them runs.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-cache"),
];

/// The routes: `/healthz`, and every file below the public tree.
pub fn router(app: Arc<App>, site: &Path) -> Router {
    let mut router = Router::new().route("/healthz", get(health)).fallback_service(ServeDir::new(site)).with_state(app);
    for (name, value) in HEADERS {
        router = router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)));
    }
    router
}

/// `200 ok` while the database answers.
async fn health(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match app.run(|app| async move { app.ping().await }).await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
