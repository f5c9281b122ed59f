//! Where events go, and the one place that reads the environment.

use std::fs::File;
use std::sync::Mutex;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// The variable that chooses which events are shown: `info`, `baocao_app=debug` …
const FILTER: &str = "BAOCAO_LOG";

/// The environment, for the configuration.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Events to standard error, as lines with fields.
pub fn to_stderr() {
    // A second subscriber in one process (tests) is refused; the first one stays.
    let _ =
        registry().with(fmt::layer().with_ansi(false).with_writer(std::io::stderr).with_filter(filter())).try_init();
}

/// Events into a file, where the terminal is for people.
pub fn to_file(file: File) {
    let lines = fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(filter());
    let _ = registry().with(lines).try_init();
}

fn filter() -> Targets {
    let chosen = environment().find(|(name, _)| name == FILTER).and_then(|(_, text)| text.parse().ok());
    chosen.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO))
}
