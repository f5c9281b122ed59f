//! First start: the regime, the day from which on periods close by themselves, the keys.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use baocao_app::App;
use baocao_app::actor::Role;
use baocao_app::regime::LoadedRegime;
use baocao_app::setup::{KEY_DAYS_MAX, KEYS_MADE, NewKey};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;

/// The file in the data folder with the keys of a new installation.
pub const KEYS_FILE: &str = "keys.csv";

/// The name of the lease under which an installation is set up.
const LEASE: &str = "setup";

/// Pause between two looks whether another instance has set the installation up, and how many.
const LOOKS: (Duration, u32) = (Duration::from_millis(200), 600);

/// The name of the operator's client.
pub const OPERATOR: &str = "operator";

/// Brings an installation to where a service can run on it; what was done before is left alone, so that a first start
/// that was interrupted is finished by the next, and a regime that was applied already stays in force. Answers whether
/// anything was new.
///
/// # Errors
/// When the database or the disk refuses, or there is a file of keys that is not this installation's.
pub async fn first_start(app: &App, data: &Path, loaded: &LoadedRegime, live_from: Instant) -> anyhow::Result<bool> {
    // Several instances may start at once on an empty database: one sets it up, the others find it done.
    let mut looks = 0;
    let lease = loop {
        if let Some(lease) = app.take_lease(LEASE).await? {
            break lease;
        }
        looks += 1;
        if looks > LOOKS.1 {
            bail!("another instance has been setting this installation up for too long");
        }
        tokio::time::sleep(LOOKS.0).await;
    };
    let answer = set_up(app, data, loaded, live_from).await;
    app.give_back(lease).await?;
    answer
}

async fn set_up(app: &App, data: &Path, loaded: &LoadedRegime, live_from: Instant) -> anyhow::Result<bool> {
    let (path, aside) = (data.join(KEYS_FILE), data.join(format!("{KEYS_FILE}.tmp")));
    let has_keys = app.setting(KEYS_MADE).await?.is_some();
    if !has_keys && path.exists() {
        bail!("{} is there already, but this installation has made no keys: move it away", path.display());
    }
    let is_new = !app.has_regime().await?;
    if is_new {
        app.apply_regime(loaded).await.with_context(|| format!("cannot apply regime {}", loaded.regime.name))?;
        for warning in &loaded.warnings {
            tracing::warn!(regime = %loaded.regime.name, warning, "regime applied with a warning");
        }
    }
    app.go_live(live_from).await?;
    if !has_keys {
        let keys = keys_of(&app.regime().await?.province, app.reporting_units().await?);
        app.create_keys(&keys, |texts| write_keys(&aside, &keys, texts).map_err(Into::into)).await?;
    }
    if aside.exists() {
        std::fs::rename(&aside, &path).with_context(|| format!("cannot make {}", path.display()))?;
    }
    Ok(is_new || !has_keys)
}

/// One key per unit that owes reports in the regime's first year, and one for the operator.
fn keys_of(province: &UnitCode, units: Vec<UnitCode>) -> Vec<NewKey> {
    let key = |client: String, role, scope| NewKey { client, role, scope, days: KEY_DAYS_MAX };
    let mut keys: Vec<NewKey> = units.into_iter().map(|unit| key(unit.to_string(), Role::UnitWriter, unit)).collect();
    keys.push(key(OPERATOR.to_owned(), Role::Operator, province.clone()));
    keys
}

/// Writes keys into a file that only its owner may read.
///
/// # Errors
/// When the disk refuses.
pub fn write_keys(path: &Path, keys: &[NewKey], texts: &[String]) -> anyhow::Result<()> {
    let mut text = String::from("client,role,unit,key\n");
    for (key, secret) in keys.iter().zip(texts) {
        writeln!(text, "{},{},{},{secret}", key.client, key.role.code(), key.scope)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("cannot make {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

/// The keys in such a file: client and key.
///
/// # Errors
/// When it does not read.
pub fn read_keys(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let rows = text.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?.to_owned(), cells.nth(2)?.to_owned()))
    });
    Ok(rows.collect())
}
