//! The programs that come with PostgreSQL: how they are found, what they are told, how long they may take.
//!
//! Where to connect and with which password travels in the environment of the child: arguments can be read by everybody
//! on the machine.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use crate::copies::CopyError;

/// Where Debian and its relatives keep the programs, one folder per version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// How long a program may take. A province's dump takes seconds; one that hangs must not hang the next night's too.
const WITHIN: Duration = Duration::from_secs(2 * 3_600);

/// The most characters of a program's complaint that are kept.
const SAID_LENGTH_MAX: usize = 1_000;

/// Parameters of an address that the programs know as variables.
const TLS: [(&str, &str); 4] =
    [("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT"), ("sslcert", "PGSSLCERT"), ("sslkey", "PGSSLKEY")];

/// Runs a program against a database to its end.
pub(super) async fn run(
    program: &'static str,
    server_version: u32,
    database: &PgConnectOptions,
    arguments: &[&std::ffi::OsStr],
) -> Result<(), CopyError> {
    for path in places(program, server_version) {
        let mut command = Command::new(&path);
        // Options of our sessions are not theirs; messages in English, as they go into a log.
        command.args(arguments).envs(environment(database)).env_remove("PGOPTIONS").env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(CopyError::File { doing: "run", path, source }),
        };
        let Ok(ended) = tokio::time::timeout(WITHIN, child.wait_with_output()).await else {
            return Err(CopyError::TooSlow { program, within_s: WITHIN.as_secs() });
        };
        let output = ended.map_err(|source| CopyError::File { doing: "wait for", path, source })?;
        if output.status.success() {
            return Ok(());
        }
        let said = last_of(&String::from_utf8_lossy(&output.stderr));
        return Err(CopyError::Program { program, said: format!("{}: {said}", output.status) });
    }
    Err(CopyError::NoProgram { program, version: server_version })
}

/// Where a program may be, best first: of the server's own version, since a later one may write what this server does not
/// read, and an earlier one refuses to dump it.
fn places(program: &str, server_version: u32) -> Vec<PathBuf> {
    let bin = |version: u32| Path::new(VERSIONS).join(version.to_string()).join("bin").join(program);
    let names =
        fs::read_dir(VERSIONS).into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut others: Vec<u32> = names.filter_map(|name| name.parse().ok()).filter(|v| *v > server_version).collect();
    others.sort_unstable();
    let first = [bin(server_version), PathBuf::from(program)];
    first.into_iter().chain(others.into_iter().map(bin)).collect()
}

/// The connection as variables that every program of PostgreSQL reads.
fn environment(database: &PgConnectOptions) -> Vec<(&'static str, OsString)> {
    let host = match database.get_socket() {
        Some(socket) => socket.as_os_str().to_owned(),
        None => database.get_host().into(),
    };
    let name = database.get_database().unwrap_or(database.get_username());
    let mut variables: Vec<(&'static str, OsString)> = vec![
        ("PGHOST", host),
        ("PGPORT", database.get_port().to_string().into()),
        ("PGUSER", database.get_username().into()),
        ("PGDATABASE", name.into()),
        ("PGAPPNAME", "baocao".into()),
        ("PGCONNECT_TIMEOUT", "30".into()),
    ];
    let url = database.to_url_lossy();
    if let Some(password) = url.password() {
        variables.push(("PGPASSWORD", decoded(password).into()));
    }
    for (key, value) in url.query_pairs() {
        let known = TLS.iter().find(|(name, _)| *name == key);
        variables.extend(known.map(|(_, variable)| (*variable, OsString::from(value.into_owned()))));
    }
    variables
}

/// A text without its percent signs; one that is not such a text is left alone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The end of what a program said, in one line.
fn last_of(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let skipped = line.chars().count().saturating_sub(SAID_LENGTH_MAX);
    line.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn a_connection_travels_in_the_environment_with_its_password() {
        let url = "postgres://baocao:m%40t%2Fkh%E1%BA%A9u@db.langson.example:5433/so_lieu?sslmode=require";
        let options = PgConnectOptions::from_str(url).expect("an address");
        let variables = environment(&options);
        for (name, value) in [
            ("PGHOST", "db.langson.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "baocao"),
            ("PGDATABASE", "so_lieu"),
            ("PGPASSWORD", "m@t/khẩu"),
            ("PGSSLMODE", "require"),
        ] {
            assert!(variables.contains(&(name, value.into())), "{name}: {variables:?}");
        }
    }

    #[test]
    fn a_complaint_is_cut_at_its_beginning() {
        assert_eq!(last_of("a\n  b\n"), "a b");
        assert_eq!(last_of(&"x".repeat(SAID_LENGTH_MAX + 5)).len(), SAID_LENGTH_MAX);
    }
}
