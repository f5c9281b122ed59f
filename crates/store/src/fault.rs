//! What went wrong, in the words of the port. The only place that reads the errors of the driver.

use baocao_app::ports::StoreError;
use sqlx::error::DatabaseError;

/// Translates an error of the driver; `passes` says of a database's own error whether the same call may go through later.
pub(crate) fn store_error(
    doing: &'static str,
    error: sqlx::Error,
    passes: fn(&dyn DatabaseError) -> bool,
) -> StoreError {
    match &error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => StoreError::Conflict { doing },
        sqlx::Error::Database(refusal) if !passes(refusal.as_ref()) => broken(doing, error),
        sqlx::Error::Database(_)
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable { doing, source: error.into() },
        _ => broken(doing, error),
    }
}

/// Something that trying again does not help.
pub(crate) fn broken(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>,
) -> StoreError {
    StoreError::Broken { doing, source: source.into() }
}
