//! This machine's clock against the database's: whatever goes by the time of day asks first whether they agree.

use crate::app::App;
use crate::error::AppError;

/// By how much this machine's clock and the database's may differ, in seconds.
const CLOCKS_APART_MAX_S: i64 = 5;

impl App {
    /// Refuses to go by a clock that the database's contradicts: a machine that is an hour ahead would lock out whoever
    /// files in time, and what is sealed stays sealed; one that is a day ahead would publish too early; a year ahead, it would
    /// put mail and backups off until then, and every entry of the chain that follows its own would bear that year.
    ///
    /// # Errors
    /// When they differ; those of the database.
    pub async fn compare_clocks(&self) -> Result<(), AppError> {
        if !self.ports.clock.is_of_the_world() {
            return Ok(());
        }
        let off = (self.now().micros() - self.ports.store.time().await?.micros()).abs() / 1_000_000;
        if off <= CLOCKS_APART_MAX_S {
            return Ok(());
        }
        let why = format!("this machine's clock is {off} s off the database's: nothing is done by it until they agree");
        Err(AppError::Failed { doing: "go by the time of day".into(), source: why.into() })
    }
}
