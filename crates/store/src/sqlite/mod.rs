//! SQLite: one file, one writer, four readers. Everything that differs from PostgreSQL stands in this folder.
//!
//! Write transactions begin with the write lock (`begin immediate`): a deferred one fails with "locked" as soon as two
//! of them read before they write, whatever the busy timeout. A single writer connection makes callers wait in the
//! pool, in order, instead of in SQLite's busy loop.

pub(crate) mod copy;
mod lock;

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use baocao_app::ports::{Store, StoreError, Tx};
use baocao_domain::instant::Instant;
use sqlx::error::DatabaseError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Row, SqlSafeStr};

use crate::OpenError;

/// The driver that the shared statements are compiled for.
pub(crate) type Db = sqlx::Sqlite;

/// Begins a transaction that may write, with the write lock.
const BEGIN: &str = "begin immediate";

/// Begins a transaction that reads one snapshot.
const BEGIN_READ: &str = "begin";

/// Holds a row against changes: the one writer has the whole database already.
macro_rules! for_share {
    () => {
        ""
    };
}

/// Holds a row against changes and other holders: the one writer has the whole database already.
macro_rules! for_update {
    () => {
        ""
    };
}

/// Microseconds since 1970-01-01T00:00:00Z by the clock of the database: for leases alone.
macro_rules! db_now {
    () => {
        "cast(unixepoch('subsec') * 1000000 as integer)"
    };
}

/// Waits until no other transaction is at the same request (client, id): the one writer is alone with it already.
macro_rules! claim_request {
    () => {
        "select length($1 || ' ' || $2)"
    };
}

#[path = "../sql/mod.rs"]
mod sql;

use sql::SqlTx;

/// The oldest library that does not corrupt a write-ahead log on reset (<https://sqlite.org/wal.html>, fixed in 3.51.3).
pub const VERSION_MIN: &str = "3.51.3";

/// How long a connection waits for a lock of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a caller waits for its turn.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections that write.
const WRITERS: u32 = 1;

/// Connections that read.
const READERS_MAX: u32 = 4;

/// The pools of one file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// All statements as this database gets them: name and text.
#[must_use]
pub fn statements() -> Vec<(&'static str, &'static str)> {
    sql::statements()
}

/// Opens a file, makes it if there is none, and brings its schema to this version.
///
/// # Errors
/// [`OpenError`] when the library is too old, the file is locked or cannot be used.
pub async fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        return Err(OpenError::InMemory);
    }
    let _alone = lock::exclusive(path).await?;
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(BUSY_TIMEOUT);
    let writer = pool(WRITERS)
        .connect_with(
            options
                .clone()
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // With NORMAL a power loss may take commits that were acknowledged.
                .synchronous(SqliteSynchronous::Full),
        )
        .await
        .map_err(OpenError::Connect)?;
    refuse_old_library(&writer).await?;
    let mut connection = writer.acquire().await.map_err(OpenError::Connect)?;
    // Not `run`: its future is not `Send` for every lifetime, and whoever opens may be a task.
    migrator().run_direct(None, &mut *connection, false).await.map_err(OpenError::Migrate)?;
    drop(connection);
    let readers = pool(READERS_MAX).connect_with(options.read_only(true)).await.map_err(OpenError::Connect)?;
    Ok(SqliteStore { writer, readers })
}

/// Whether somebody may write into a file while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    /// A service may run on it.
    Possible,
    /// A copy that is put away: no lock is taken and no file made beside it.
    None,
}

/// Opens a file that is there, for reading alone.
pub(crate) async fn look(path: &Path, changes: Changes) -> Result<SqliteStore, OpenError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT).read_only(true);
    let options = options.immutable(changes == Changes::None);
    let readers = pool(READERS_MAX).connect_with(options).await.map_err(OpenError::Connect)?;
    Ok(SqliteStore { writer: readers.clone(), readers })
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(SqlTx::begin(&self.writer, BEGIN).await?))
    }

    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(SqlTx::begin_reading(&self.readers, BEGIN_READ).await?))
    }

    async fn time(&self) -> Result<Instant, StoreError> {
        sql::time(&self.readers).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sql::ping(&self.readers).await
    }
}

/// Connections stay open: there is no server that could go away.
///
/// A full disk makes SQLite roll a transaction back by itself. The driver does not notice: it goes on believing in the
/// transaction and would refuse every further one on this connection. Such a connection is closed when it comes back.
fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_release(|connection, _| {
            Box::pin(async move {
                // The rollback of a dropped transaction is still on its way: whatever is asked now comes after it.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
}

fn migrator() -> Migrator {
    let first = include_str!("../../migrations/sqlite/0001_first.sql");
    Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("first"),
        MigrationType::Simple,
        first.into_sql_str(),
        false,
    )])
}

async fn refuse_old_library(pool: &SqlitePool) -> Result<(), OpenError> {
    let row = sqlx::query("select sqlite_version() as version").fetch_one(pool).await.map_err(OpenError::Connect)?;
    let found: String = row.try_get("version").map_err(OpenError::Connect)?;
    if version(&found) < version(VERSION_MIN) {
        return Err(OpenError::SqliteTooOld { found });
    }
    Ok(())
}

/// The parts of a version as numbers: as text, 3.9 would come after 3.51.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The number of the last migration that this version knows.
pub(crate) fn schema_version() -> i64 {
    migrator().iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Whether the same call may go through later: busy, locked, or a disk that somebody can make room on.
fn passes(refusal: &dyn DatabaseError) -> bool {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const FULL: i32 = 13;
    let extended: Option<i32> = refusal.code().and_then(|code| code.parse().ok());
    extended.is_some_and(|code| [BUSY, LOCKED, FULL].contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;

    /// A row of as many pages as its value asks for.
    const FILL: &str = "insert into setting (name, value) values ($1, $2)";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn after_a_full_disk_the_next_transaction_begins() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(&folder.path().join("baocao.db")).await.expect("it opens");
        let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&store.writer).await.expect("pages");
        let limit = |pages: i64| sqlx::raw_sql(AssertSqlSafe(format!("pragma max_page_count = {pages}")));
        limit(pages).execute(&store.writer).await.expect("limited");

        let mut tx = store.writer.begin_with(BEGIN).await.expect("a transaction");
        let mut full = None;
        for name in ["a", "b", "c"] {
            let filled = sqlx::query(FILL).bind(name).bind("x".repeat(8_000)).execute(&mut *tx).await;
            full = full.or(filled.err());
        }
        assert!(full.expect("no room").to_string().contains("full"));
        drop(tx);

        let mut tx = store.writer.begin_with(BEGIN).await.expect("another transaction, on a connection that is sound");
        sqlx::query(FILL).bind("d").bind("x").execute(&mut *tx).await.expect("there is room");
        tx.commit().await.expect("kept");
    }

    /// An operator's command beside the service: with a deferred begin the second of two that have read is refused at once,
    /// however long it would have waited.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_processes_on_one_file_wait_for_each_other() {
        const ROUNDS: i64 = 100;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("baocao.db");
        let stores = [open(&path).await.expect("it opens"), open(&path).await.expect("it opens twice")];
        let counting = stores.clone().map(|store| {
            tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    let mut tx = store.begin().await.expect("its turn comes");
                    let count = tx.setting("count").await.expect("read");
                    let count: i64 = count.map_or(0, |count| count.parse().expect("a number"));
                    tokio::task::yield_now().await;
                    tx.put_setting("count", &(count + 1).to_string()).await.expect("nobody wrote in between");
                    tx.commit().await.expect("committed");
                }
            })
        });
        for counted in counting {
            counted.await.expect("no refusal");
        }
        let count = stores[0].read().await.expect("read").setting("count").await.expect("read");
        assert_eq!(count, Some((2 * ROUNDS).to_string()));
    }

    #[test]
    fn versions_compare_as_numbers() {
        for (older, newer) in
            [("3.51.2", VERSION_MIN), ("3.9.0", VERSION_MIN), ("3.51", VERSION_MIN), ("2.8.17", "3.0.0")]
        {
            assert!(version(older) < version(newer), "{older} < {newer}");
        }
        assert!(version("3.51.10") > version(VERSION_MIN));
        assert_eq!(version("3.51.3"), version(VERSION_MIN));
    }
}
