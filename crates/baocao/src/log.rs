//! Where events go, and the one place that reads the environment.

use std::fs::File;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// The variable that chooses which events are shown: `info`, `baocao_app=debug` …
const FILTER: &str = "BAOCAO_LOG";

/// The environment, for the configuration.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars()
}

/// Events to standard error, as lines with fields.
pub fn to_stderr() {
    // A second subscriber in one process (tests) is refused; the first one stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).try_init();
}

/// Events into a file, where the terminal is for people.
pub fn to_file(file: File) {
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter()).with_ansi(false);
    let _ = subscriber.with_writer(Mutex::new(file)).try_init();
}

fn filter() -> EnvFilter {
    EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("info"))
}
