//! `baocao key`: makes an API key.

use anyhow::bail;
use baocao_app::actor::Role;
use baocao_app::setup::{KEY_DAYS_MAX, NewKey};
use baocao_domain::ids::UnitCode;

use crate::cli::Place;
use crate::commands::serve::{load, open};
use crate::files::DataFolder;

/// Options of `key`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// The unit that the key is for, with everything below it: 20, 178, 05971, 20.STTTT.
    #[arg(long)]
    unit: String,
    /// What it allows: unit-writer, region-reader or operator.
    #[arg(long, default_value = "unit-writer")]
    role: String,
    /// The name that receipts and the audit log will bear; the unit's code by default.
    #[arg(long)]
    client: Option<String>,
    /// How many days it is good, at most 400.
    #[arg(long, default_value_t = KEY_DAYS_MAX)]
    days: u16,
}

/// Makes the key and prints it.
///
/// # Errors
/// When the installation is not set up, or the unit is unknown.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let Some(role) = Role::parse(&options.role) else {
        let roles: Vec<_> = Role::ALL.iter().map(|role| role.code()).collect();
        bail!("no role {:?}: there is {}", options.role, roles.join(", "));
    };
    let scope = UnitCode::parse(&options.unit)?;
    let config = load(&options.place)?;
    if config.database.is_empty() && !config.data.join("baocao.db").exists() {
        bail!("there is no installation in {}: name it with --data or --config", config.data.display());
    }
    let (wired, _) = open(&config, DataFolder::beside(&config.data)?).await?;
    let client = options.client.clone().unwrap_or_else(|| scope.to_string());
    let key = NewKey { client, role, scope, days: options.days };
    let print = |texts: &[String]| {
        texts.iter().for_each(|text| crate::screen::line(text));
        Ok(())
    };
    Ok(wired.app.create_keys(&[key], print).await?)
}
