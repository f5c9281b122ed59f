//! Copies of a whole database: written beside a running service, opened to be looked at, read back into an empty place.
//!
//! SQLite copies itself (`vacuum into`: one consistent state, while others write); PostgreSQL is copied by the programs that
//! come with it, since nothing else reads every version of its files. Neither copy is touched once it is written: a copy
//! of SQLite is opened as an unchangeable file, one of PostgreSQL is read back into a scratch database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use baocao_app::ports::Store;

use crate::{OpenError, postgres, sqlite};

/// Why a copy was not written, opened or read back.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A database does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database refused.
    #[error("the database refused while {doing}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A file cannot be written or read.
    #[error("cannot {doing} {path}")]
    File {
        /// What was being done to it.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The copy is there, but SQLite finds it damaged.
    #[error("the copy is damaged: {found}")]
    Damaged {
        /// What SQLite says, cut to a readable length.
        found: String,
    },
    /// A program of PostgreSQL is not on this machine.
    #[error("{program} is not on this machine: install the client programs of PostgreSQL {version}")]
    NoProgram {
        /// The program.
        program: &'static str,
        /// The version of the server.
        version: u32,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {said}")]
    Program {
        /// The program.
        program: &'static str,
        /// What it said last.
        said: String,
    },
    /// A program of PostgreSQL does not end.
    #[error("{program} did not end within {within_s} s")]
    TooSlow {
        /// The program.
        program: &'static str,
        /// Its limit.
        within_s: u64,
    },
    /// The role may not make the database that a dump is proved in.
    #[error(
        "the role may not make a scratch database to prove the dump in: give it `alter role … createdb`, or name an \
         empty database of its own as `scratch` in [backup]"
    )]
    NoScratch,
    /// Another backup is being proved.
    #[error("another backup of this database is being proved")]
    ScratchTaken,
    /// The scratch database that was named holds something else.
    #[error("the scratch database named in [backup] is not empty: name one that is used for nothing else")]
    ScratchNotEmpty,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// That of an address.
    ///
    /// # Errors
    /// [`OpenError::UnknownScheme`].
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(OpenError::UnknownScheme),
        }
    }

    /// Its stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// The name of a copy's file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Sqlite => "database.sqlite",
            Self::Postgres => "database.dump",
        }
    }
}

/// The number of the last migration that this version knows: a copy with a later one is of a later version.
#[must_use]
pub fn schema_version() -> i64 {
    sqlite::schema_version()
}

/// Writes a copy into a file that is not there yet and brings it to the disk. Others go on reading and writing.
///
/// # Errors
/// [`CopyError`]; what was written by then is left to the caller to clear away.
pub async fn write(url: &str, file: &Path) -> Result<(), CopyError> {
    match Engine::of(url)? {
        Engine::Sqlite => sqlite::copy::write(&sqlite_path(url), file).await?,
        Engine::Postgres => postgres::copy::write(url, file).await?,
    }
    let synced = std::fs::File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|source| CopyError::File { doing: "bring to the disk", path: file.to_path_buf(), source })
}

/// A copy that is open for reading.
pub struct OpenCopy {
    /// What it holds.
    pub store: Arc<dyn Store>,
    scratch: Option<postgres::copy::Scratch>,
}

impl OpenCopy {
    /// Closes it and clears the scratch database away. One that was not closed is cleared away by the next.
    ///
    /// # Errors
    /// [`CopyError`] when the scratch database stays.
    pub async fn close(self) -> Result<(), CopyError> {
        match self.scratch {
            Some(scratch) => scratch.clear().await,
            None => Ok(()),
        }
    }
}

/// Opens a copy of the database at this address. A dump is read back into a scratch database: the one named, or, where the
/// text is empty, one that is made on the same server.
///
/// # Errors
/// [`CopyError`], of which [`CopyError::Damaged`] and [`CopyError::Program`] mean that the copy is worth nothing.
pub async fn open(url: &str, scratch: &str, file: &Path) -> Result<OpenCopy, CopyError> {
    match Engine::of(url)? {
        Engine::Sqlite => {
            sqlite::copy::prove(file).await?;
            let store = sqlite::look(file, sqlite::Changes::None).await?;
            Ok(OpenCopy { store: Arc::new(store), scratch: None })
        }
        Engine::Postgres => {
            let (store, scratch) = postgres::copy::open(url, scratch, file).await?;
            Ok(OpenCopy { store: Arc::new(store), scratch: Some(scratch) })
        }
    }
}

/// Whether there is nothing at this address that a restore would destroy.
///
/// # Errors
/// [`CopyError`] when the server does not answer.
pub async fn is_empty(url: &str) -> Result<bool, CopyError> {
    match Engine::of(url)? {
        Engine::Sqlite => Ok(!sqlite_path(url).exists()),
        Engine::Postgres => postgres::copy::is_empty(url).await,
    }
}

/// Reads a copy back into a place that is empty: the whole copy or nothing. Nothing opens it but [`open_restored`] before
/// [`let_go`]: a service that found it would act on what the copy believes.
///
/// # Errors
/// [`CopyError`].
pub async fn restore(url: &str, file: &Path) -> Result<(), CopyError> {
    match Engine::of(url)? {
        Engine::Sqlite => sqlite::copy::restore(file, &sqlite_path(url)),
        Engine::Postgres => postgres::copy::restore(url, file).await,
    }
}

/// Opens what was read back, for whoever holds it before anybody acts on it.
///
/// # Errors
/// [`CopyError`].
pub async fn open_restored(url: &str) -> Result<Arc<dyn Store>, CopyError> {
    match Engine::of(url)? {
        // The data folder is locked and marked: no service starts on it.
        Engine::Sqlite => Ok(crate::open(url).await?),
        Engine::Postgres => Ok(Arc::new(postgres::copy::open_restored(url).await?)),
    }
}

/// What was read back may be opened by anybody.
///
/// # Errors
/// [`CopyError`]; it stays closed then.
pub async fn let_go(url: &str) -> Result<(), CopyError> {
    match Engine::of(url)? {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => postgres::copy::let_go(url).await,
    }
}

fn sqlite_path(url: &str) -> PathBuf {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))
}
