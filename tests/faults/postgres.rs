//! A private PostgreSQL that can be stopped in the middle of anything and started again.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

/// How many ports are tried for the first start of a server.
const PORTS_TRIED: usize = 5;

/// A server of its own on a port of its own; gone when it is dropped.
pub(crate) struct Cluster {
    home: TempDir,
    programs: PathBuf,
    owner: Option<&'static str>,
    port: u16,
}

impl Cluster {
    /// Makes a cluster and starts it. PostgreSQL that is not there is a failure: an engine is never left out silently.
    pub(crate) fn start() -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let is_root = std::fs::metadata("/proc/self").expect("procfs").uid() == 0;
        let owner = is_root.then_some("postgres");
        if let Some(owner) = owner {
            run(Command::new("chown").arg(owner).arg(home.path()));
        }
        let mut cluster = Self { home, programs: programs(), owner, port: 0 };
        run(cluster.tool("initdb").args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]));
        // Nobody can reserve a port for somebody else: a start that finds it taken tries another.
        for _ in 0..PORTS_TRIED {
            cluster.port = drawn_port();
            if cluster.try_start().is_ok() {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start: {}", tail(&cluster.log()));
    }

    /// Stops the server as a crash would: no checkpoint, every connection gone in the middle of what it does.
    pub(crate) fn stop_immediately(&self) {
        run(self.tool("pg_ctl").args(["-m", "immediate", "-w", "stop"]));
    }

    /// Starts the server again, on the same port; it answers when this returns.
    pub(crate) fn start_server(&self) {
        self.try_start().unwrap_or_else(|error| panic!("{error}: {}", tail(&self.log())));
    }

    fn try_start(&self) -> Result<(), String> {
        let home = self.home.path().display();
        // What is tried is the death of processes, and that needs no flush: what was written is with the kernel.
        let limits = "-c max_connections=200 -c fsync=off";
        let options = format!("-p {} -k {home} -c listen_addresses=127.0.0.1 {limits}", self.port);
        try_run(self.tool("pg_ctl").arg("-l").arg(self.log()).args(["-w", "-t", "60", "-o", &options, "start"]))
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("server.log")
    }

    /// Where it answers.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        url_through(self.port, database)
    }

    /// Makes a database, empty or as a copy of another that nobody is connected to.
    pub(crate) async fn create(&self, name: &str, copy_of: Option<&str>) {
        let template = copy_of.unwrap_or("template0");
        self.administer(format!("create database {name} template {template}")).await;
    }

    async fn administer(&self, sql: String) {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("the cluster answers");
        connection.execute(AssertSqlSafe(sql)).await.expect("a superuser");
        connection.close().await.expect("closed");
    }

    /// A program of PostgreSQL on this cluster. It refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match self.owner {
            None => Command::new(program),
            Some(owner) => {
                let mut command = Command::new("runuser");
                command.args(["-u", owner, "--"]).arg(program);
                command
            }
        };
        command.current_dir("/").arg("-D").arg(self.home.path().join("data"));
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be stopped already; its folder goes next.
        let _stopped = self.tool("pg_ctl").args(["-m", "immediate", "stop"]).output();
    }
}

/// The address of a database behind a port.
pub(crate) fn url_through(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// The folder with the server's programs: often not in PATH, as Debian keeps them below a folder per version.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    let in_path = Command::new("sh").args(["-c", "dirname \"$(command -v initdb)\""]).output().expect("a shell");
    folders.push(PathBuf::from(String::from_utf8_lossy(&in_path.stdout).trim()));
    let has_all = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().find(has_all).expect("initdb, pg_ctl and postgres: tests/run installs PostgreSQL")
}

/// A port outside the range from which the system gives ports out: while the server is stopped nobody gets its port by chance.
#[expect(clippy::disallowed_methods, reason = "clusters that start beside each other are to draw different ports")]
fn drawn_port() -> u16 {
    let drawn = uuid::Uuid::new_v4().as_u128() % 12_000;
    20_000 + u16::try_from(drawn).expect("small")
}

/// Runs a program to its good end.
fn run(command: &mut Command) {
    try_run(command).unwrap_or_else(|error| panic!("{error}"));
}

/// Runs a program; if it does not end well, answers with what it said. Its output goes through a file: a server that it leaves
/// behind would keep a pipe open.
fn try_run(command: &mut Command) -> Result<(), String> {
    let said = tempfile::tempfile().expect("a temporary file");
    let status = command
        .stdin(Stdio::null())
        .stdout(said.try_clone().expect("a file"))
        .stderr(said.try_clone().expect("a file"))
        .status()
        .expect("it starts");
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {}", read_all(said))) }
}

fn read_all(mut file: std::fs::File) -> String {
    use std::io::{Read, Seek};
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("what it said");
    text
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
