//! Backups, as the use case that asks for them sees them.

use async_trait::async_trait;
use baocao_domain::instant::Instant;

use super::Failure;

/// Makes backups of the installation.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Makes one, proves it, and clears away the oldest beyond those that are kept; answers with its name. One that could
    /// not be finished leaves nothing that could be taken for a whole one.
    async fn make(&self, at: Instant) -> Result<String, Failure>;
}
