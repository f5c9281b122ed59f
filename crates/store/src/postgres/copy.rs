//! A copy of a database: `pg_dump` writes it from one snapshot, `pg_restore` reads it back.
//!
//! A dump that was never read back is a hope. So it is read back into a scratch database on the same server, which is made
//! for it and dropped again, or which the operator names where the role may make none. The only file that puts names into
//! statements: databases and schemas cannot be bound.

use std::ffi::OsStr;
use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::{HalfRestored, PostgresStore, connect, migrate, options, programs};
use crate::OpenError;
use crate::copies::CopyError;

/// The server's version: 150004 for 15.4.
const VERSION: &str = "select current_setting('server_version_num')::bigint as version";

/// How many tables, views, sequences and functions of our own a database has.
const THINGS: &str = "select (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                      where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema') \
                      + (select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
                      where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema') as things";

/// Encoding and rules of a database, for another like it.
const LIKE: &str = "select pg_encoding_to_char(encoding)::text as encoding, datcollate::text as collation, \
                    datctype::text as kinds from pg_database where datname = current_database()";

/// Held while a scratch database is in use, on a connection of its own: the lock ends with the process.
const LOCK: &str = "select pg_try_advisory_lock($1) as is_ours";

/// "baocao" in ASCII, then "c" for copies: not the lock of migrations.
const COPY_LOCK: i64 = 0x0062_616f_6361_6f63;

/// Whether a scratch database that was named bears our mark.
const MARKED: &str = "select to_regclass('public.baocao_scratch') is not null as is_ours";

/// Says that what else is in the database may be cleared away.
const MARK: &str = "create table public.baocao_scratch ()";

/// Stands in a database into which a copy is being read back, until what was read back is held: nothing may act on it before.
const RESTORING: &str = "create table public.baocao_restoring ()";

/// Whether that is so.
const IS_RESTORING: &str = "select exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                            where n.nspname = 'public' and c.relname = 'baocao_restoring') as is_so";

/// Ends it.
const RESTORED: &str = "drop table public.baocao_restoring";

/// Clears a scratch database that was named.
const WIPE: [&str; 2] = ["drop schema public cascade", "create schema public"];

/// The longest name of a database, in bytes.
const NAME_LENGTH_MAX: usize = 63;

/// What the name of a scratch database ends with.
const SUFFIX: &str = "_backup_check";

pub(crate) async fn write(url: &str, file: &Path) -> Result<(), CopyError> {
    let database = options(url)?;
    let version = version(&database).await?;
    let arguments = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file"].map(OsStr::new);
    let arguments = [&arguments[..], &[file.as_os_str()]].concat();
    programs::run("pg_dump", version, &database, &arguments).await
}

pub(crate) async fn restore(url: &str, file: &Path) -> Result<(), CopyError> {
    let database = options(url)?;
    let version = version(&database).await?;
    execute(&database, RESTORING).await?;
    let end = read_back(&database, version, file).await;
    if end.is_err() {
        // Why the copy was not read back is what somebody has to read. Where the server did it all the same and only its answer
        // was lost, or where it cannot be asked, the mark stays.
        let _ = unmark_if_alone(&database).await;
    }
    end
}

/// Takes the mark away if nothing else is there.
async fn unmark_if_alone(database: &PgConnectOptions) -> Result<(), CopyError> {
    let mut connection = reach(database).await?;
    if things(&mut connection).await? == 1 {
        connection.execute(RESTORED).await.map_err(refused("marking a restore"))?;
    }
    Ok(())
}

/// Opens what was read back and is not held yet.
pub(crate) async fn open_restored(url: &str) -> Result<PostgresStore, CopyError> {
    let database = options(url)?;
    migrate(&database, HalfRestored::Opened).await?;
    Ok(connect(database).await?)
}

/// What was read back is held: it may be opened by anybody.
pub(crate) async fn let_go(url: &str) -> Result<(), CopyError> {
    execute(&options(url)?, RESTORED).await
}

/// Whether a copy is being read back into a database, or was and is not held.
pub(super) async fn is_half_restored(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    connection.fetch_one(IS_RESTORING).await?.try_get("is_so")
}

async fn execute(database: &PgConnectOptions, statement: &'static str) -> Result<(), CopyError> {
    let mut connection = reach(database).await?;
    connection.execute(statement).await.map_err(refused("marking a restore"))?;
    connection.close().await.map_err(refused("marking a restore"))
}

pub(crate) async fn is_empty(url: &str) -> Result<bool, CopyError> {
    let mut connection = reach(&options(url)?).await?;
    let things = things(&mut connection).await?;
    connection.close().await.map_err(refused("looking whether it is empty"))?;
    Ok(things == 0)
}

/// Reads a dump back into a scratch database and opens that.
pub(crate) async fn open(url: &str, scratch: &str, file: &Path) -> Result<(PostgresStore, Scratch), CopyError> {
    let source = options(url)?;
    let scratch = if scratch.is_empty() { Scratch::make(&source).await? } else { Scratch::named(scratch).await? };
    let filled = async {
        read_back(&scratch.database, version(&scratch.database).await?, file).await?;
        Ok(connect(scratch.database.clone()).await?)
    };
    match filled.await {
        Ok(store) => Ok((store.clone(), Scratch { store: Some(store), ..scratch })),
        Err(error) => {
            // Why the dump is no good is what somebody has to read; what is left is cleared away by the next.
            let _ = scratch.clear().await;
            Err(error)
        }
    }
}

/// All or nothing: what failed leaves an empty database.
async fn read_back(database: &PgConnectOptions, version: u32, file: &Path) -> Result<(), CopyError> {
    let name = database.get_database().unwrap_or(database.get_username()).to_owned();
    let fixed = ["--no-owner", "--no-privileges", "--no-password", "--single-transaction", "--exit-on-error"];
    let fixed = fixed.map(OsStr::new);
    let arguments = [&fixed[..], &[OsStr::new("--dbname"), OsStr::new(&name), file.as_os_str()]].concat();
    programs::run("pg_restore", version, database, &arguments).await
}

/// A database that holds a copy while it is looked at.
pub(crate) struct Scratch {
    /// Where it is.
    database: PgConnectOptions,
    /// What is open on it.
    store: Option<PostgresStore>,
    /// Holds the lock; for one that was made, on the database that it was made from.
    keeper: PgConnection,
    home: Home,
}

enum Home {
    /// Dropped afterwards.
    Made(String),
    /// Emptied afterwards.
    Named,
}

impl Scratch {
    /// Makes one beside its source, after clearing away what an interrupted one left.
    async fn make(source: &PgConnectOptions) -> Result<Self, CopyError> {
        let mut keeper = reach(source).await?;
        lock(&mut keeper).await?;
        let source_name = source.get_database().unwrap_or(source.get_username());
        let kept = source_name.floor_char_boundary(NAME_LENGTH_MAX - SUFFIX.len());
        let name = format!("{}{SUFFIX}", &source_name[..kept]);
        let like = keeper.fetch_one(LIKE).await.map_err(refused("reading its encoding"))?;
        let text = |column| like.try_get::<String, _>(column).map(|text| text.replace('\'', "''"));
        let (encoding, collation, kinds) = (text("encoding"), text("collation"), text("kinds"));
        let (Ok(encoding), Ok(collation), Ok(kinds)) = (encoding, collation, kinds) else {
            return Err(CopyError::NoScratch);
        };
        let make = format!(
            "create database {} template template0 encoding '{encoding}' lc_collate '{collation}' lc_ctype '{kinds}'",
            quoted(&name)
        );
        for statement in [format!("drop database if exists {} with (force)", quoted(&name)), make] {
            keeper.execute(AssertSqlSafe(statement)).await.map_err(not_allowed)?;
        }
        Ok(Self { database: source.clone().database(&name), store: None, keeper, home: Home::Made(name) })
    }

    /// Takes the one that an operator named: an empty one, or one that an interrupted check left.
    async fn named(url: &str) -> Result<Self, CopyError> {
        let database = options(url)?;
        let mut keeper = reach(&database).await?;
        lock(&mut keeper).await?;
        let row = keeper.fetch_one(MARKED).await.map_err(refused("looking at the scratch database"))?;
        if row.try_get("is_ours").map_err(refused("looking at the scratch database"))? {
            wipe(&mut keeper).await?;
        }
        if things(&mut keeper).await? > 0 {
            return Err(CopyError::ScratchNotEmpty);
        }
        keeper.execute(MARK).await.map_err(refused("marking the scratch database"))?;
        Ok(Self { database, store: None, keeper, home: Home::Named })
    }

    /// Clears it away.
    pub(crate) async fn clear(mut self) -> Result<(), CopyError> {
        if let Some(store) = self.store.take() {
            store.pool.close().await;
        }
        match &self.home {
            Home::Made(name) => {
                let statement = format!("drop database if exists {} with (force)", quoted(name));
                let dropped = self.keeper.execute(AssertSqlSafe(statement)).await;
                dropped.map_err(refused("dropping the scratch database"))?;
            }
            Home::Named => wipe(&mut self.keeper).await?,
        }
        self.keeper.close().await.map_err(refused("leaving the scratch database"))
    }
}

async fn reach(database: &PgConnectOptions) -> Result<PgConnection, CopyError> {
    Ok(PgConnection::connect_with(database).await.map_err(OpenError::Connect)?)
}

async fn lock(keeper: &mut PgConnection) -> Result<(), CopyError> {
    let answer = sqlx::query(LOCK).bind(COPY_LOCK).fetch_one(keeper).await;
    let is_ours = answer.and_then(|row| row.try_get("is_ours")).map_err(refused("locking the scratch database"))?;
    if is_ours { Ok(()) } else { Err(CopyError::ScratchTaken) }
}

async fn wipe(keeper: &mut PgConnection) -> Result<(), CopyError> {
    for statement in WIPE {
        keeper.execute(statement).await.map_err(refused("emptying the scratch database"))?;
    }
    Ok(())
}

async fn things(connection: &mut PgConnection) -> Result<i64, CopyError> {
    let answer = connection.fetch_one(THINGS).await.and_then(|row| row.try_get("things"));
    answer.map_err(refused("looking whether it is empty"))
}

/// The server's major version.
async fn version(database: &PgConnectOptions) -> Result<u32, CopyError> {
    let mut connection = reach(database).await?;
    let answer = connection.fetch_one(VERSION).await.and_then(|row| row.try_get::<i64, _>("version"));
    let version = answer.map_err(refused("asking for its version"))?;
    connection.close().await.map_err(refused("asking for its version"))?;
    Ok(u32::try_from(version / 10_000).unwrap_or_default())
}

fn refused(doing: &'static str) -> impl FnOnce(sqlx::Error) -> CopyError {
    move |source| CopyError::Refused { doing, source }
}

/// A role without the right to make databases is told how to get it.
fn not_allowed(error: sqlx::Error) -> CopyError {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let code = error.as_database_error().and_then(|error| error.code());
    if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) {
        CopyError::NoScratch
    } else {
        refused("making a scratch database")(error)
    }
}

/// A name as it may stand in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
