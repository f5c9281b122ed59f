//! Real processes of `baocao`, started, watched and killed.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub(crate) use baocao_tests::program;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// Ports that nobody else has.
const FREE_PORTS: [(&str, &str); 2] = [("BAOCAO_GRPC__LISTEN", "127.0.0.1:0"), ("BAOCAO_HTTP__LISTEN", "127.0.0.1:0")];

/// A running process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts the program; what it prints goes nowhere.
    ///
    /// It listens on free ports, so that processes of tests that run beside each other do not meet.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(arguments, &FREE_PORTS, Stdio::null())
    }

    /// Starts the program on free ports with its events in a file, and waits until it says that it serves.
    pub(crate) fn start_serving(arguments: &[&str], log: &Path) -> Self {
        let events = std::fs::File::create(log).expect("a log");
        let process = Self::spawn(arguments, &FREE_PORTS, Stdio::from(events));
        let give_up = Instant::now() + Duration::from_secs(30);
        while !std::fs::read_to_string(log).is_ok_and(|text| text.contains(" serving")) {
            assert!(
                Instant::now() < give_up,
                "it does not serve: {}",
                std::fs::read_to_string(log).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        process
    }

    /// Starts the program on the ports that its configuration names.
    pub(crate) fn start_as_configured(arguments: &[&str]) -> Self {
        Self::spawn(arguments, &[], Stdio::null())
    }

    fn spawn(arguments: &[&str], environment: &[(&str, &str)], events: Stdio) -> Self {
        let mut command = Command::new(program());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(events);
        command.envs(environment.iter().copied());
        Self { child: command.spawn().expect("the program starts") }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Asks it to stop, and waits.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
        self.wait(Duration::from_secs(30))
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, patience: Duration) -> ExitStatus {
        let give_up = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < give_up, "the process does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.kill();
        }
    }
}

/// The first column of a query on a data folder's database, as text; nothing while there is no database.
pub(crate) async fn query(data: &Path, sql: &'static str) -> Vec<String> {
    let url = format!("sqlite:{}?mode=ro", data.join("baocao.db").display());
    let Ok(mut connection) = SqliteConnection::connect(&url).await else { return Vec::new() };
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap_or_default();
    rows.iter().map(|row| row.try_get::<String, _>(0).expect("text")).collect()
}

/// The first column of a query on the database at an address, as text.
pub(crate) async fn ask(url: &str, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("the database opens");
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.expect("an answer");
        rows.iter().map(|row| row.try_get(0).expect("text")).collect()
    } else {
        let mut connection = PgConnection::connect(url).await.expect("the database opens");
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.expect("an answer");
        rows.iter().map(|row| row.try_get(0).expect("text")).collect()
    }
}

/// Waits until a query answers with a text.
pub(crate) async fn wait_for(data: &Path, sql: &'static str, wanted: &str, patience: Duration) {
    wait_for_any(data, sql, &[wanted], patience).await;
}

/// Waits until a query answers with one of these texts.
pub(crate) async fn wait_for_any(data: &Path, sql: &'static str, wanted: &[&str], patience: Duration) {
    let give_up = Instant::now() + patience;
    loop {
        if query(data, sql).await.iter().any(|found| wanted.contains(&found.as_str())) {
            return;
        }
        assert!(Instant::now() < give_up, "{sql} does not answer {wanted:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
