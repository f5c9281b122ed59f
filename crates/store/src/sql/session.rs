//! One transaction: how statements are sent and how they fail.

use baocao_app::ports::{Failure, StoreError};
use sqlx::{Database, Pool, Transaction};

use super::row::Row;
use super::{Db, passes};
use crate::fault::{broken, store_error};

statements! {
    /// Asks for an answer, nothing else.
    PING = "select 1 as answer";
}

/// A statement with its values.
pub(super) type Query = sqlx::query::Query<'static, Db, <Db as Database>::Arguments>;

/// A statement, to bind values to.
pub(super) fn query(statement: &'static str) -> Query {
    sqlx::query(statement)
}

/// Whether the database answers.
pub(in super::super) async fn ping(pool: &Pool<Db>) -> Result<(), StoreError> {
    let answer = query(PING).execute(pool).await;
    answer.map(drop).map_err(|error| store_error("asking whether the database answers", error, passes))
}

/// One transaction. Dropped without a commit it is rolled back before its connection is used again.
///
/// After a failed statement every further one is refused, and so is the commit: PostgreSQL would answer `commit` with
/// a silent rollback, SQLite would keep what went well before.
pub(in super::super) struct SqlTx {
    tx: Transaction<'static, Db>,
    writes: bool,
    failed: bool,
}

impl SqlTx {
    /// Begins a transaction that may write.
    pub(in super::super) async fn begin(pool: &Pool<Db>, begin: &'static str) -> Result<Self, StoreError> {
        let tx = pool.begin_with(begin).await;
        let tx = tx.map_err(|error| store_error("beginning a transaction", error, passes))?;
        Ok(Self { tx, writes: true, failed: false })
    }

    /// Begins a transaction that only reads.
    pub(in super::super) async fn begin_reading(pool: &Pool<Db>, begin: &'static str) -> Result<Self, StoreError> {
        let tx = pool.begin_with(begin).await;
        let tx = tx.map_err(|error| store_error("beginning to read", error, passes))?;
        Ok(Self { tx, writes: false, failed: false })
    }

    /// Whether rows can be held: a snapshot does not change, and PostgreSQL refuses locks in it.
    pub(super) const fn writes(&self) -> bool {
        self.writes
    }

    /// Makes everything durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        const DOING: &str = "committing";
        self.usable(DOING)?;
        self.tx.commit().await.map_err(|error| store_error(DOING, error, passes))
    }

    /// Runs a statement; answers how many rows it changed.
    pub(super) async fn run(&mut self, doing: &'static str, query: Query) -> Result<u64, StoreError> {
        self.usable(doing)?;
        let result = query.execute(&mut *self.tx).await;
        self.noted(doing, result).map(|done| done.rows_affected())
    }

    /// Runs a statement that changes exactly one row.
    pub(super) async fn run_one(&mut self, doing: &'static str, query: Query) -> Result<(), StoreError> {
        match self.run(doing, query).await? {
            1 => Ok(()),
            rows => {
                self.failed = true;
                Err(broken(doing, format!("{rows} rows were changed instead of one")))
            }
        }
    }

    /// The row that a statement answers with, if there is one.
    pub(super) async fn optional<T>(
        &mut self,
        doing: &'static str,
        query: Query,
        read: fn(&Row) -> Result<T, Failure>,
    ) -> Result<Option<T>, StoreError> {
        self.usable(doing)?;
        let result = query.fetch_optional(&mut *self.tx).await;
        let row = self.noted(doing, result)?;
        row.map(|row| read(&row)).transpose().map_err(|source| broken(doing, source))
    }

    /// The one row that a statement answers with.
    pub(super) async fn one<T>(
        &mut self,
        doing: &'static str,
        query: Query,
        read: fn(&Row) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let row = self.optional(doing, query, read).await?;
        row.ok_or_else(|| {
            self.failed = true;
            broken(doing, "a row that must exist does not")
        })
    }

    /// All rows that a statement answers with.
    pub(super) async fn all<T>(
        &mut self,
        doing: &'static str,
        query: Query,
        read: fn(&Row) -> Result<T, Failure>,
    ) -> Result<Vec<T>, StoreError> {
        self.usable(doing)?;
        let result = query.fetch_all(&mut *self.tx).await;
        let rows = self.noted(doing, result)?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| broken(doing, source))
    }

    /// Ends the use of this transaction because somebody else was first.
    pub(super) const fn conflict(&mut self, doing: &'static str) -> StoreError {
        self.failed = true;
        StoreError::Conflict { doing }
    }

    fn usable(&self, doing: &'static str) -> Result<(), StoreError> {
        if self.failed {
            return Err(broken(doing, "a statement of this transaction failed before"));
        }
        Ok(())
    }

    fn noted<T>(&mut self, doing: &'static str, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.failed |= result.is_err();
        result.map_err(|error| store_error(doing, error, passes))
    }
}
