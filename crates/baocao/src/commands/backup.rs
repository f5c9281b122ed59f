//! `baocao backup` and `baocao restore`: a copy of everything, and back.

use std::path::PathBuf;

use anyhow::bail;
use baocao_app::ports::Clock;
use baocao_domain::rounding::count_text;

use crate::backup::{Keeper, restore};
use crate::cli::Place;
use crate::clock::WallClock;
use crate::commands::serve::{load, open};
use crate::files::DataFolder;
use crate::screen;

/// Options of `backup`.
#[derive(Debug, clap::Args)]
pub struct BackupOptions {
    /// Where to make it; the folder of the configuration by default. Nothing is cleared away from a folder named here.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Options of `restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreOptions {
    /// The backup: a folder `backup-…`.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Makes a backup beside a service that may run.
///
/// # Errors
/// When anything of it cannot be read, written or proved.
pub async fn run(options: &BackupOptions) -> anyhow::Result<()> {
    let config = load(&options.place)?;
    if config.database.is_empty() && !config.data.join("baocao.db").exists() {
        bail!("there is no installation in {}: name it with --data or --config", config.data.display());
    }
    // What another instance made is copied from here too.
    let (wired, _) = open(&config, DataFolder::beside(&config.data)?).await?;
    wired.app.have_what_can_be_had().await;
    let keeper = match &options.to {
        Some(folder) => Keeper::of(&config).kept_in(folder.clone()),
        None => Keeper::of(&config),
    };
    // A name that every machine understands: a play's clock says nothing about when this was made.
    let made = keeper.back_up(WallClock.now()).await?;
    let manifest = &made.manifest;
    screen::line(&format!(
        "Backed up to {}, and proved: {} rows up to audit entry {}, {} objects, {} other files.",
        made.path.display(),
        count_text(manifest.rows()),
        count_text(manifest.audit.seq),
        count_text(length(manifest.objects.len())),
        count_text(length(manifest.files.len())),
    ));
    Ok(())
}

/// Reads a backup back into a new place.
///
/// # Errors
/// When the backup is not whole or the place is not empty.
pub async fn run_restore(options: &RestoreOptions) -> anyhow::Result<()> {
    let config = load(&options.place)?;
    let restored = restore(&options.backup, &config, WallClock.now()).await?;
    let manifest = &restored.manifest;
    for text in [
        format!("Restored the backup of {} into {}.", manifest.made_at, config.data.display()),
        "Mail is held and closing is paused. Look at what is there, then: baocao release --mail --closing".to_owned(),
        format!(
            "What was acknowledged later is not there: units whose receipt has an audit number above {} send again.",
            count_text(manifest.audit.seq)
        ),
        format!(
            "{} mails stand as unsent. Those that went out later would go out again: compare them with the relay's log, and \
             release with --skip-queued if they did.",
            count_text(length(restored.unsent))
        ),
    ] {
        screen::line(&text);
    }
    Ok(())
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
