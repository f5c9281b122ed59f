//! Configuration: a TOML file, then the environment over it. An unknown key is an error that names it.
//!
//! `BAOCAO_GRPC__LISTEN` stands for `listen` in `[grpc]`: one underscore is part of a name, two are a step down. Empty
//! configuration is safe: an SQLite file, mail into a folder, loopback only.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use baocao_app::lease::LEASE_S_MAX;
use baocao_mail::{MailSettings, SmtpCredentials, SmtpLimits, SmtpSettings, SmtpTls};
use jiff::civil::Date;
use serde::Deserialize;

/// Environment variables with this prefix are configuration.
const PREFIX: &str = "BAOCAO_";

/// Those with these names are not: they are options of the command line, or of the tests.
const NOT_CONFIGURATION: &[&str] = &["BAOCAO_CONFIG", "BAOCAO_DATA", "BAOCAO_LOG"];

/// Those with this prefix belong to the tests.
const TEST_PREFIX: &str = "BAOCAO_TEST_";

/// The name of the file that is looked for in a data folder.
pub const FILE_NAME: &str = "baocao.toml";

/// Everything that an operator chooses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where database, objects, pages and keys live.
    pub data: PathBuf,
    /// `sqlite:<file>` or `postgres://…`; a file in the data folder by default.
    pub database: String,
    /// The regime that a new installation follows: the name of a shipped one, or a folder.
    pub regime: String,
    /// Periods that lock before this day are never closed by themselves; the day of the first start by default.
    pub live_from: Option<Date>,
    /// The jobs.
    pub jobs: Jobs,
    /// The gRPC door.
    pub grpc: Grpc,
    /// The public pages.
    pub http: Http,
    /// Mail.
    pub mail: Mail,
    /// Copies of everything.
    pub backup: Backup,
}

/// `[jobs]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// How long a lease of a job lasts unless it is renewed, in seconds: after so long without a sign of life of one instance
    /// another takes over.
    pub lease_s: u32,
}

/// `[grpc]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grpc {
    /// Address and port.
    pub listen: SocketAddr,
    /// Certificate chain, PEM; plain text where both are empty.
    pub tls_certificate: PathBuf,
    /// Private key, PEM.
    pub tls_key: PathBuf,
    /// Without TLS the door stays on loopback, as keys would travel in the clear; behind a TLS proxy on another machine of
    /// a trusted network it may be opened all the same.
    pub plain_beyond_loopback: bool,
}

/// `[http]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
}

/// How mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Into a folder, one `.eml` file each.
    Folder,
    /// To a relay.
    Smtp,
    /// Nowhere: accepted and forgotten.
    Blackhole,
}

/// How the line to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// STARTTLS, required.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: accepted for loopback only.
    None,
}

/// `[mail]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// How mail leaves.
    pub transport: Transport,
    /// The folder, for `transport = "folder"`; `mail` in the data folder by default.
    pub folder: PathBuf,
    /// The relay, for `transport = "smtp"`.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub tls: Tls,
    /// The name to log in with; none where empty.
    pub user: String,
    /// A file with the password, readable by its owner alone.
    pub password_file: PathBuf,
    /// The name that this machine greets with.
    pub hello_name: String,
    /// The sender's address.
    pub from: String,
    /// The sender's name.
    pub from_name: String,
}

/// `[backup]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Where they are made; `backups` in the data folder by default. Another disk is better.
    pub folder: PathBuf,
    /// How many are kept there, at least one.
    pub keep: u16,
    /// An empty PostgreSQL database that dumps are proved in; one is made and dropped each time by default.
    pub scratch: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "baocao-data".into(),
            database: String::new(),
            regime: "lang-son-2022".into(),
            live_from: None,
            jobs: Jobs::default(),
            grpc: Grpc::default(),
            http: Http::default(),
            mail: Mail::default(),
            backup: Backup::default(),
        }
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self { lease_s: 30 }
    }
}

impl Default for Grpc {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7050)),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            plain_beyond_loopback: false,
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 7080)) }
    }
}

impl Default for Backup {
    fn default() -> Self {
        Self { folder: PathBuf::new(), keep: 14, scratch: String::new() }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: Transport::Folder,
            folder: PathBuf::new(),
            host: "localhost".into(),
            port: 587,
            tls: Tls::Starttls,
            user: String::new(),
            password_file: PathBuf::new(),
            hello_name: "localhost".into(),
            from: "baocao@localhost".into(),
            from_name: "Hệ thống báo cáo".into(),
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and the environment over it. Paths are taken from the file's folder.
    ///
    /// # Errors
    /// When the file does not read, or a key is unknown; the error names it.
    pub fn load(
        file: Option<&Path>,
        data: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let file = match (file, data) {
            (Some(file), _) => Some(file.to_path_buf()),
            (None, Some(data)) => Some(data.join(FILE_NAME)).filter(|file| file.exists()),
            (None, None) => Some(PathBuf::from(FILE_NAME)).filter(|file| file.exists()),
        };
        let mut table = toml::Table::new();
        if let Some(file) = &file {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            // Read as a whole first: its errors name the line.
            let _: Self = toml::from_str(&text).with_context(|| format!("{} is not right", file.display()))?;
            table = text.parse().with_context(|| format!("{} is not right", file.display()))?;
        }
        for (name, value) in environment.filter(|(name, _)| is_configuration(name)) {
            let path = name[PREFIX.len()..].to_lowercase();
            set(&mut table, &path, &value).with_context(|| format!("environment variable {name} is not right"))?;
        }
        let mut config: Self = table.try_into().context("the configuration is not right")?;
        let base = file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        if !(1..=LEASE_S_MAX).contains(&config.jobs.lease_s) {
            bail!("[jobs] lease_s must be from 1 to {LEASE_S_MAX}");
        }
        // A name stays a name; what looks like a path is one.
        if config.regime.contains('/') {
            config.regime = base.join(&config.regime).display().to_string();
        }
        config.data = data.map_or_else(|| base.join(&config.data), Path::to_path_buf);
        let (grpc, mail, backup) = (&mut config.grpc, &mut config.mail, &mut config.backup);
        for path in [&mut grpc.tls_certificate, &mut grpc.tls_key, &mut mail.password_file, &mut backup.folder] {
            if !path.as_os_str().is_empty() {
                *path = base.join(&*path);
            }
        }
        if config.backup.keep == 0 {
            bail!("[backup] keep is 0: at least one must stay");
        }
        Ok(config)
    }

    /// Where backups are made.
    #[must_use]
    pub fn backup_folder(&self) -> PathBuf {
        if self.backup.folder.as_os_str().is_empty() {
            return self.data.join("backups");
        }
        self.backup.folder.clone()
    }

    /// Refuses doors that would let keys travel in the clear.
    ///
    /// # Errors
    /// When the gRPC door is open beyond loopback without TLS.
    pub fn check_doors(&self) -> anyhow::Result<()> {
        let is_plain = self.grpc.tls_certificate.as_os_str().is_empty();
        if is_plain && !self.grpc.listen.ip().is_loopback() && !self.grpc.plain_beyond_loopback {
            bail!("[grpc] listens on {} without TLS: name tls_certificate and tls_key", self.grpc.listen);
        }
        Ok(())
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            return format!("sqlite:{}", self.data.join("baocao.db").display());
        }
        self.database.clone()
    }

    /// The transport with its password.
    ///
    /// # Errors
    /// When the password file does not read or others may read it.
    pub fn mail_settings(&self) -> anyhow::Result<MailSettings> {
        let mail = &self.mail;
        Ok(match mail.transport {
            Transport::Blackhole => MailSettings::Blackhole,
            Transport::Folder => MailSettings::Folder {
                dir: self.data.join(if mail.folder.as_os_str().is_empty() { Path::new("mail") } else { &mail.folder }),
            },
            Transport::Smtp => {
                let credentials = match mail.user.as_str() {
                    "" => None,
                    user => {
                        Some(SmtpCredentials { user: user.to_owned(), password: read_secret(&mail.password_file)? })
                    }
                };
                MailSettings::Smtp(Box::new(SmtpSettings {
                    host: mail.host.clone(),
                    port: mail.port,
                    tls: match mail.tls {
                        Tls::Starttls => SmtpTls::StartTls,
                        Tls::Implicit => SmtpTls::Implicit,
                        Tls::None => SmtpTls::None,
                    },
                    credentials,
                    hello_name: mail.hello_name.clone(),
                    extra_root_pem: None,
                    limits: SmtpLimits::default(),
                }))
            }
        })
    }
}

fn is_configuration(name: &str) -> bool {
    name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX) && !NOT_CONFIGURATION.contains(&name)
}

/// Sets `a__b` to a value: a text, but for the few keys that are not.
fn set(table: &mut toml::Table, path: &str, value: &str) -> anyhow::Result<()> {
    let (last, folders) = match path.rsplit_once("__") {
        Some((folders, last)) => (last, Some(folders)),
        None => (path, None),
    };
    let mut place = table;
    for step in folders.into_iter().flat_map(|folders| folders.split("__")) {
        let entry = place.entry(step).or_insert_with(|| toml::Table::new().into());
        let Some(inner) = entry.as_table_mut() else { bail!("{step} is not a section") };
        place = inner;
    }
    let value = match last {
        "port" | "lease_s" | "keep" => {
            toml::Value::from(value.parse::<i64>().with_context(|| format!("{value:?} is not a whole number"))?)
        }
        "plain_beyond_loopback" => toml::Value::from(value.parse::<bool>().context("expected true or false")?),
        _ => toml::Value::from(value),
    };
    place.insert(last.to_owned(), value);
    Ok(())
}

/// A secret from a file that nobody else may read.
fn read_secret(path: &Path) -> anyhow::Result<String> {
    let file = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).with_context(|| format!("cannot read {file}"))?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("{file} may be read by others: chmod 600 it");
        }
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {file}"))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> anyhow::Result<Config> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join(FILE_NAME);
        std::fs::write(&file, text)?;
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&file), None, environment)
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = load("[grpc]\nlissten = '127.0.0.1:1'", &[]).expect_err("unknown key");
        assert!(format!("{error:#}").contains("lissten"), "{error:#}");
        let error = load("", &[("BAOCAO_GRPC__LISSTEN", "127.0.0.1:1")]).expect_err("unknown variable");
        assert!(format!("{error:#}").contains("lissten"), "{error:#}");
    }

    #[test]
    fn the_environment_stands_over_the_file() {
        let config = load(
            "[http]\nlisten = '127.0.0.1:1'\n[mail]\nport = 25",
            &[
                ("BAOCAO_HTTP__LISTEN", "127.0.0.1:2"),
                ("BAOCAO_LIVE_FROM", "2026-01-15"),
                ("BAOCAO_BACKUP__KEEP", "3"),
                ("BAOCAO_TEST_X", "y"),
            ],
        )
        .expect("config");
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.mail.port, 25);
        assert_eq!(config.backup.keep, 3);
        assert_eq!(config.live_from, Some(jiff::civil::date(2026, 1, 15)));
    }

    #[test]
    fn empty_configuration_is_safe() {
        let config = load("", &[]).expect("config");
        assert!(config.grpc.listen.ip().is_loopback() && config.http.listen.ip().is_loopback());
        assert_eq!(config.mail.transport, Transport::Folder);
        assert!(config.database_url().starts_with("sqlite:"));
        assert_eq!(config.backup_folder(), config.data.join("backups"));
    }

    #[test]
    fn a_folder_of_backups_is_taken_from_the_file_and_one_backup_must_stay() {
        let config = load("[backup]\nfolder = 'copies'", &[]).expect("config");
        assert!(config.backup_folder().is_absolute() && config.backup_folder().ends_with("copies"));
        let error = load("[backup]\nkeep = 0", &[]).expect_err("none would stay");
        assert!(error.to_string().contains("keep"), "{error:#}");
    }
}
