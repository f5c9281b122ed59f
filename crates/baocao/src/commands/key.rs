//! `baocao key`: makes an API key.

use anyhow::bail;
use baocao_app::actor::Role;
use baocao_app::setup::{KEY_DAYS_MAX, NewKey};
use baocao_domain::ids::UnitCode;

use crate::cli::Place;
use crate::commands::serve::{load, open};

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
    let (wired, _) = open(&load(&options.place)?).await?;
    let client = options.client.clone().unwrap_or_else(|| scope.to_string());
    let key = NewKey { client, role, scope, days: options.days };
    let texts = wired.app.create_keys(&[key]).await?;
    for text in texts {
        crate::screen::line(&text);
    }
    Ok(())
}
