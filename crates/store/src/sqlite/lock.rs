//! One process at a time migrates a file: the driver's own lock does nothing on SQLite.
//!
//! The lock is the operating system's, on a file beside the database; it ends with its holder, so that a process that
//! was killed leaves nothing behind that has to be cleared away.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::OpenError;

/// How long one process waits for another to finish its migration.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Holds the lock beside this database until the answer is dropped.
pub(super) async fn exclusive(database: &Path) -> Result<File, OpenError> {
    let path = beside(database);
    let failed = |source| OpenError::Lock { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let waiting = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(source)) => return Err(source),
            }
        }
    };
    let ended = tokio::time::timeout(WAIT_MAX, waiting).await;
    ended.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut))).map_err(failed)?;
    Ok(file)
}

/// `baocao.db` → `baocao.db-migrate`, beside `-wal` and `-shm`.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-migrate");
    PathBuf::from(name)
}
