//! A copy of one file: SQLite writes it itself, from one snapshot.
//!
//! `cp` of a database that is in use copies pages of different states. `vacuum into` reads one state in a read
//! transaction, so that neither readers nor the writer wait for it, and it leaves the file without a write-ahead log.

use std::fs::{self, File};
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::BUSY_TIMEOUT;
use crate::OpenError;
use crate::copies::CopyError;

/// Writes one consistent state into a new file.
const VACUUM: &str = "vacuum into $1";

/// Reads every page and every index; `ok` where all agree.
const INTEGRITY: &str = "pragma integrity_check(10)";

/// Rows that name a row which is not there.
const FOREIGN_KEYS: &str = "pragma foreign_key_check";

pub(crate) async fn write(database: &Path, file: &Path) -> Result<(), CopyError> {
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await.map_err(OpenError::Connect)?;
    let name = file.to_string_lossy().into_owned();
    let copied = sqlx::query(VACUUM).bind(name).execute(&mut connection).await;
    copied.map_err(|source| CopyError::Refused { doing: "copying itself", source })?;
    connection.close().await.map_err(|source| CopyError::Refused { doing: "ending the copy", source })
}

/// Has SQLite read the whole copy.
pub(crate) async fn prove(file: &Path) -> Result<(), CopyError> {
    let refused = |source| CopyError::Refused { doing: "proving the copy", source };
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut connection: SqliteConnection = options.connect().await.map_err(OpenError::Connect)?;
    let rows = sqlx::query(INTEGRITY).fetch_all(&mut connection).await.map_err(refused)?;
    let found: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(refused)?;
    if found != ["ok"] {
        return Err(CopyError::Damaged { found: found.join("; ").chars().take(500).collect() });
    }
    let loose = sqlx::query(FOREIGN_KEYS).fetch_all(&mut connection).await.map_err(refused)?;
    if !loose.is_empty() {
        return Err(CopyError::Damaged { found: format!("{} rows name rows that are not there", loose.len()) });
    }
    connection.close().await.map_err(refused)
}

/// Puts a copy where a database will be; it is there as a whole or not at all.
pub(crate) fn restore(file: &Path, database: &Path) -> Result<(), CopyError> {
    let failed = |doing| move |source| CopyError::File { doing, path: database.to_path_buf(), source };
    let mut aside = database.as_os_str().to_owned();
    aside.push("-restoring");
    fs::copy(file, &aside).map_err(failed("write"))?;
    File::open(&aside).and_then(|file| file.sync_all()).map_err(failed("bring to the disk"))?;
    fs::rename(&aside, database).map_err(failed("make"))?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("bring to the disk"))
}
