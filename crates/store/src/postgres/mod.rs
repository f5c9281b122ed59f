//! PostgreSQL: one pool. Everything that differs from SQLite stands in this folder.
//!
//! A `begin` that is cancelled can leave its connection inside a transaction that nobody tracks: whoever gets the
//! connection next would write into it and lose everything with it (sqlx #4385, #4393). So every connection is rolled
//! back when it returns to the pool, and the server ends transactions that stand idle.

pub(crate) mod copy;
mod programs;

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use baocao_app::ports::{Store, StoreError, Tx};
use baocao_domain::instant::Instant;
use sqlx::error::DatabaseError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, SqlSafeStr};

use crate::OpenError;

/// The driver that the shared statements are compiled for.
pub(crate) type Db = sqlx::Postgres;

/// Begins a transaction that may write. Rows that a use case rests on are held by lock clauses.
const BEGIN: &str = "begin isolation level read committed read write";

/// Begins a transaction that reads one snapshot.
const BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// Holds a row against changes.
macro_rules! for_share {
    () => {
        " for share"
    };
}

/// Holds a row against changes and other holders.
macro_rules! for_update {
    () => {
        " for update"
    };
}

/// Microseconds since 1970-01-01T00:00:00Z by the clock of the database: for leases alone.
macro_rules! db_now {
    () => {
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
    };
}

/// Waits until no other transaction is at the same request (client, id): its answer cannot be seen before it commits.
macro_rules! claim_request {
    () => {
        "select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))"
    };
}

#[path = "../sql/mod.rs"]
mod sql;

use sql::SqlTx;

/// Connections of one process.
const CONNECTIONS_MAX: u32 = 10;

/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long one process waits for another to finish its migration.
const MIGRATION_WAIT_MAX: &str = "30s";

/// What the server ends by itself: nobody waits for it any longer.
const LIMITS: [(&str, &str); 4] = [
    ("idle_in_transaction_session_timeout", "15s"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "3s"),
    // The rollback of a connection that is in no transaction is a warning each time.
    ("client_min_messages", "error"),
];

/// Held while the schema is migrated: "baocao" in ASCII.
const MIGRATION_LOCK: i64 = 0x6261_6f63_616f;

/// Waits until no other process migrates; released by the end of the transaction.
const LOCK_MIGRATION: &str = "select pg_advisory_xact_lock($1)";

/// The pool of one database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

/// All statements as this database gets them: name and text.
#[must_use]
pub fn statements() -> Vec<(&'static str, &'static str)> {
    sql::statements()
}

/// Connects to a database that exists and brings its schema to this version.
///
/// # Errors
/// [`OpenError`] when the server does not answer or the schema cannot be migrated.
pub async fn open(url: &str) -> Result<PostgresStore, OpenError> {
    let options = options(url)?;
    migrate(&options, HalfRestored::Refused).await?;
    connect(options).await
}

/// What becomes of a database into which a copy is being read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HalfRestored {
    /// Nothing runs on it.
    Refused,
    /// Whoever reads it back opens it, to hold it.
    Opened,
}

/// Connects to a database that has its schema, as it is.
pub(crate) async fn look(url: &str) -> Result<PostgresStore, OpenError> {
    connect(options(url)?).await
}

fn options(url: &str) -> Result<PgConnectOptions, OpenError> {
    Ok(PgConnectOptions::from_str(url).map_err(OpenError::Connect)?.application_name("baocao"))
}

async fn connect(options: PgConnectOptions) -> Result<PostgresStore, OpenError> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql("rollback").execute(connection).await?;
                Ok(true)
            })
        })
        .connect_with(options.options(LIMITS))
        .await
        .map_err(OpenError::Connect)?;
    Ok(PostgresStore { pool })
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(SqlTx::begin(&self.pool, BEGIN).await?))
    }

    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(SqlTx::begin_reading(&self.pool, BEGIN_READ).await?))
    }

    async fn time(&self) -> Result<Instant, StoreError> {
        sql::time(&self.pool).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sql::ping(&self.pool).await
    }
}

/// Migrates in one transaction under a lock that ends with it: a session's lock would outlive a failed migration and
/// means nothing behind a pooler.
async fn migrate(options: &PgConnectOptions, half_restored: HalfRestored) -> Result<(), OpenError> {
    let options = options.clone().options([("lock_timeout", MIGRATION_WAIT_MAX), ("client_min_messages", "warning")]);
    let mut connection = PgConnection::connect_with(&options).await.map_err(OpenError::Connect)?;
    let mut tx = connection.begin_with(BEGIN).await.map_err(OpenError::Connect)?;
    sqlx::query(LOCK_MIGRATION).bind(MIGRATION_LOCK).execute(&mut *tx).await.map_err(OpenError::Connect)?;
    if half_restored == HalfRestored::Refused && copy::is_half_restored(&mut tx).await.map_err(OpenError::Connect)? {
        return Err(OpenError::HalfRestored);
    }
    // Not `run`: its future is not `Send` for every lifetime, and whoever opens may be a task.
    migrator().run_direct(None, &mut *tx, false).await.map_err(OpenError::Migrate)?;
    tx.commit().await.map_err(OpenError::Connect)?;
    connection.close().await.map_err(OpenError::Connect)
}

fn migrator() -> Migrator {
    let first = include_str!("../../migrations/postgres/0001_first.sql");
    let mut migrator = Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("first"),
        MigrationType::Simple,
        first.into_sql_str(),
        false,
    )]);
    migrator.set_locking(false);
    migrator
}

/// Whether the same call may go through later.
fn passes(refusal: &dyn DatabaseError) -> bool {
    const CLASSES: [&str; 3] = [
        "08",  // the connection failed
        "53",  // the server has too little of something
        "57P", // the server stops or starts
    ];
    const CODES: [&str; 5] = [
        "25P03", // the transaction stood idle for too long
        "40001", // it cannot be serialised with another
        "40P01", // it waited for one that waited for it
        "55P03", // a lock was not granted in time
        "57014", // the statement took too long
    ];
    let code = refusal.code().unwrap_or_default();
    CLASSES.iter().any(|class| code.starts_with(class)) || CODES.contains(&code.as_ref())
}
