//! A database of its own for each story.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use baocao_app::ports::Store;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr, SqliteConnection};
use tempfile::TempDir;

/// Where the private PostgreSQL cluster of the tests answers, as a superuser.
const POSTGRES_URL: &str = "BAOCAO_TEST_POSTGRES_URL";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A database in the private cluster.
    Postgres,
}

/// A fresh database, opened.
pub(crate) struct Database {
    /// The store under test.
    pub(crate) store: Arc<dyn Store>,
    /// Where it lies.
    pub(crate) url: String,
    /// What it is.
    pub(crate) engine: Engine,
    home: Home,
}

/// What has to be cleared away afterwards.
enum Home {
    Folder(TempDir),
    Cluster { admin_url: String, name: String },
}

impl Database {
    /// A file in a temporary folder.
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("baocao.db").display());
        let store = baocao_store::open(&url).await.expect("SQLite opens");
        Self { store, url, engine: Engine::Sqlite, home: Home::Folder(folder) }
    }

    /// A new database in the private cluster.
    pub(crate) async fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let admin_url = admin_url();
        let name = format!("baocao_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        administer(&admin_url, format!("create database {name} template template0")).await;
        let (server, _) = admin_url.rsplit_once('/').expect("an address with a database");
        let url = format!("{server}/{name}");
        let store = baocao_store::open(&url).await.expect("PostgreSQL opens");
        Self { store, url, engine: Engine::Postgres, home: Home::Cluster { admin_url, name } }
    }

    /// Tells a story; whatever its end, the database is cleared away.
    pub(crate) async fn tell<S, F>(self, story: S)
    where
        S: FnOnce(Arc<Self>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let database = Arc::new(self);
        let end = tokio::spawn(story(Arc::clone(&database))).await;
        if let Home::Cluster { admin_url, name } = &database.home {
            administer(admin_url, format!("drop database {name} with (force)")).await;
        }
        if let Err(error) = end {
            std::panic::resume_unwind(error.into_panic());
        }
    }

    /// Runs a statement past the store, on a connection of its own; answers the first column as text.
    pub(crate) async fn raw(&self, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                rows.iter().map(|row| row.try_get(0)).collect()
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                rows.iter().map(|row| row.try_get(0)).collect()
            }
        }
    }

    /// Prepares statements without running them; answers with those that were refused, and why.
    pub(crate) async fn refused(&self) -> Vec<String> {
        let mut refused = Vec::new();
        for (name, sql) in self.statements() {
            let prepared = match self.engine {
                Engine::Sqlite => match SqliteConnection::connect(&self.url).await {
                    Ok(mut connection) => connection.prepare(sql.into_sql_str()).await.map(drop),
                    Err(error) => Err(error),
                },
                Engine::Postgres => match PgConnection::connect(&self.url).await {
                    Ok(mut connection) => connection.prepare(sql.into_sql_str()).await.map(drop),
                    Err(error) => Err(error),
                },
            };
            if let Err(error) = prepared {
                refused.push(format!("{name}: {error}: {sql}"));
            }
        }
        refused
    }

    /// All statements of the store for this database.
    pub(crate) fn statements(&self) -> Vec<(&'static str, &'static str)> {
        match self.engine {
            Engine::Sqlite => baocao_store::sqlite::statements(),
            Engine::Postgres => baocao_store::postgres::statements(),
        }
    }

    /// The folder of a file.
    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        match &self.home {
            Home::Folder(folder) => Some(folder.path()),
            Home::Cluster { .. } => None,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests/run says here where it started PostgreSQL")]
fn admin_url() -> String {
    std::env::var(POSTGRES_URL)
        .unwrap_or_else(|_| panic!("{POSTGRES_URL} is not set: run tests/run, which starts a PostgreSQL"))
}

async fn administer(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.expect("the private cluster answers");
    connection.execute(AssertSqlSafe(sql)).await.expect("a superuser");
    connection.close().await.expect("closed");
}
