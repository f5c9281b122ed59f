//! `baocao hold` and `baocao release`: mail and closing are stopped, and let go on, beside a running service.

use std::sync::Arc;

use anyhow::{Context, bail};
use baocao_app::error::AppError;
use baocao_app::hold::{self, Switch};
use baocao_app::ports::{Clock, Store};
use baocao_domain::rounding::count_text;

use crate::cli::Place;
use crate::commands::serve::load;
use crate::{screen, service};

/// What is meant.
#[derive(Debug, clap::Args)]
pub struct Switches {
    /// Handing mail over.
    #[arg(long)]
    mail: bool,
    /// Closing periods.
    #[arg(long)]
    closing: bool,
}

/// Options of `hold`.
#[derive(Debug, clap::Args)]
pub struct HoldOptions {
    #[command(flatten)]
    switches: Switches,
    /// Why; it is shown to whoever looks, and noted in the audit log.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Options of `release`.
#[derive(Debug, clap::Args)]
pub struct ReleaseOptions {
    #[command(flatten)]
    switches: Switches,
    /// Leave what is queued to an operator instead of sending it: it was sent already, says the relay's log.
    #[arg(long, requires = "mail")]
    skip_queued: bool,
    #[command(flatten)]
    place: Place,
}

/// Holds.
///
/// # Errors
/// When the database refuses, or the reason cannot stand in a log.
pub async fn run(options: &HoldOptions) -> anyhow::Result<()> {
    let switches = options.switches.named()?;
    let (store, clock) = open(&options.place).await?;
    hold::hold(store.as_ref(), clock.now(), &switches, &options.reason).await.map_err(readable)?;
    for switch in switches {
        screen::line(&format!("Held: {}.", switch.code()));
    }
    Ok(())
}

/// Releases.
///
/// # Errors
/// When the database refuses.
pub async fn run_release(options: &ReleaseOptions) -> anyhow::Result<()> {
    let switches = options.switches.named()?;
    let (store, clock) = open(&options.place).await?;
    if options.skip_queued {
        let skipped = hold::skip_queued(store.as_ref(), clock.now()).await?;
        let skipped = count_text(i64::try_from(skipped).unwrap_or(i64::MAX));
        screen::line(&format!("{skipped} queued mails are left to an operator (held) and are not sent."));
    }
    let released = hold::release(store.as_ref(), clock.now(), &switches).await?;
    for switch in switches {
        match released.iter().find(|(found, _)| *found == switch) {
            Some((_, reason)) => screen::line(&format!("Released: {}; it was held: {reason}.", switch.code())),
            None => screen::line(&format!("Not held: {}.", switch.code())),
        }
    }
    Ok(())
}

impl Switches {
    fn named(&self) -> anyhow::Result<Vec<Switch>> {
        let all = [(self.mail, Switch::Mail), (self.closing, Switch::Closing)];
        let named: Vec<Switch> = all.into_iter().filter(|(is_named, _)| *is_named).map(|(_, switch)| switch).collect();
        if named.is_empty() {
            bail!("say what: --mail, --closing, or both");
        }
        Ok(named)
    }
}

/// The database alone, and its clock: mail that is set up wrongly must not stand in the way of holding it.
async fn open(place: &Place) -> anyhow::Result<(Arc<dyn Store>, Arc<dyn Clock>)> {
    let config = load(place)?;
    if config.database.is_empty() && !config.data.join("baocao.db").exists() {
        bail!("there is no installation in {}: name it with --data or --config", config.data.display());
    }
    let store = baocao_store::open(&config.database_url()).await.context("cannot open the database")?;
    let (clock, _) = service::clock_of(store.as_ref()).await?;
    Ok((store, clock))
}

/// A refusal with what was expected.
fn readable(error: AppError) -> anyhow::Error {
    match error {
        AppError::Refused(refusal) => match refusal.findings.first() {
            Some(finding) => anyhow::anyhow!("{} is refused: expected {}", finding.path, finding.expected),
            None => refusal.into(),
        },
        error => error.into(),
    }
}
