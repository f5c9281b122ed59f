#![doc = include_str!("../README.md")]
#![expect(clippy::duplicate_mod, reason = "one SQL text serves both databases: src/sql is compiled once for each")]

#[macro_use]
mod statements;

pub mod copies;
mod fault;
pub mod postgres;
pub mod sqlite;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use baocao_app::ports::Store;

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names no database that is known here. The address itself is not told: it may hold a password.
    #[error("the address of the database begins with neither sqlite: nor postgres://")]
    UnknownScheme,
    /// A database in memory belongs to one connection: readers would see nothing.
    #[error("SQLite needs a file: a database in memory belongs to one connection")]
    InMemory,
    /// The SQLite library can corrupt a write-ahead log when it is reset.
    #[error("SQLite {found} is too old: at least {} is needed", sqlite::VERSION_MIN)]
    SqliteTooOld {
        /// The version of the library.
        found: String,
    },
    /// Somebody else is migrating the file, or the folder cannot be written.
    #[error("cannot lock {path}")]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A copy is being read back into the database, or was and did not get as far as being held.
    #[error("a restore into this database did not end: make a new one, and restore again")]
    HalfRestored,
    /// The database does not answer as it should.
    #[error("cannot connect to the database")]
    Connect(#[source] sqlx::Error),
    /// The schema cannot be brought to this version.
    #[error("cannot migrate the database")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

/// Opens the database with this address and brings its schema to this version.
///
/// `sqlite:<path>` makes the file if there is none; `postgres://…` needs a database that exists.
///
/// # Errors
/// [`OpenError`] when the address is not understood or the database cannot be used.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, OpenError> {
    match url.split_once(':') {
        Some(("sqlite", rest)) => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            Ok(Arc::new(sqlite::open(Path::new(path)).await?))
        }
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(postgres::open(url).await?)),
        _ => Err(OpenError::UnknownScheme),
    }
}

/// Opens a database that is there, as it is: nothing is made, nothing migrated, and only reading is possible.
///
/// # Errors
/// [`OpenError`] when the address is not understood or there is no such database.
pub async fn look(url: &str) -> Result<Arc<dyn Store>, OpenError> {
    match url.split_once(':') {
        Some(("sqlite", rest)) => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            Ok(Arc::new(sqlite::look(Path::new(path), sqlite::Changes::Possible).await?))
        }
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(postgres::look(url).await?)),
        _ => Err(OpenError::UnknownScheme),
    }
}
