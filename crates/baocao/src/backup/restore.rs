//! Restoring (khôi phục): a backup is read back into a new place, which is held until somebody has looked at it.
//!
//! What the copy believes may be old: mail that was sent since stands as unsent in it, and reports that were acknowledged
//! since are not in it. So neither mail goes out nor a period is closed before an operator releases them.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use baocao_app::hold::{Switch, hold, unsent};
use baocao_domain::instant::Instant;
use baocao_store::copies::{self, Engine};

use super::look::{Described, Since, look_at};
use super::manifest::{Manifest, OBJECTS};
use super::{pages_of, tree};
use crate::config::{Config, FILE_NAME};
use crate::files::{RESTORING, flush_tree, lock, object_name, sync_folder, write_durably};

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup holds.
    pub manifest: Manifest,
    /// Mails that the copy believes not to be with the relay.
    pub unsent: usize,
}

/// Reads a backup back into the empty place that the configuration names.
///
/// # Errors
/// When the backup is not whole, or the place is not empty: nothing is changed then. When the disk or the database refuses
/// later, the folder stays marked, and nothing runs on it.
pub async fn restore(backup: &Path, config: &Config, now: Instant) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(backup)?;
    let url = config.database_url();
    let engine = Engine::of(&url)?;
    if manifest.engine != engine.code() {
        bail!("the backup is of {}, the configuration names {}", manifest.engine, engine.code());
    }
    if manifest.schema > copies::schema_version() {
        bail!(
            "the backup was made by a later version of this program ({}): restore it with that one",
            manifest.program
        );
    }
    refuse_what_is_there(&config.data, &url).await?;
    manifest.check_files(backup).context("the backup is not whole")?;

    fs::create_dir_all(&config.data).with_context(|| format!("cannot make {}", config.data.display()))?;
    let held = lock(&config.data)?;
    let mark = config.data.join(RESTORING);
    write_durably(&mark, backup.display().to_string().as_bytes())?;
    sync_folder(&config.data)?;

    for object in &manifest.objects {
        let name = object_name(object).map_err(|error| anyhow::anyhow!("{error}"))?;
        bring(&backup.join(OBJECTS).join(&name), &config.data.join(OBJECTS).join(&name))?;
    }
    copies::restore(&url, &backup.join(engine.file_name())).await.context("cannot read the database back")?;
    // No service that finds the database acts on it before somebody has looked: none opens it before it is held.
    let store = copies::open_restored(&url).await.context("cannot open the database")?;
    let reason = format!("restored from the backup of {}", manifest.made_at);
    hold(store.as_ref(), now, &Switch::ALL, &reason).await.context("cannot hold what was restored")?;
    let described = look_at(&store, &manifest, Since::Held).await?;
    bring_pages(backup, &config.data, &manifest, &described)?;
    let unsent = unsent(store.as_ref()).await?;
    copies::let_go(&url).await.context("cannot let go of the database")?;
    flush_tree(&config.data).context("cannot bring what was restored to the disk")?;
    fs::remove_file(&mark)?;
    sync_folder(&config.data)?;
    drop(held);
    Ok(Restored { manifest, unsent })
}

/// A restore destroys nothing: it needs a folder and a database without anything in them. The configuration may be there.
async fn refuse_what_is_there(data: &Path, url: &str) -> anyhow::Result<()> {
    for path in tree::entries(data)? {
        if path.file_name().is_none_or(|name| name != FILE_NAME) {
            bail!("{} is not empty ({}): restore into a new folder", data.display(), path.display());
        }
    }
    if !copies::is_empty(url).await.context("cannot look at the database")? {
        bail!("the database that the configuration names is not empty: make a new one and name that");
    }
    Ok(())
}

/// Released pages are shown, others staged.
fn bring_pages(backup: &Path, data: &Path, manifest: &Manifest, described: &Described) -> anyhow::Result<()> {
    for (edition, is_released) in &described.pages {
        let below = format!("{}/", pages_of(*edition));
        let folder = data.join(if *is_released { "site" } else { "staging" }).join(edition.to_string());
        for path in manifest.files.keys() {
            if let Some(inside) = path.strip_prefix(&below) {
                bring(&backup.join(path), &folder.join(inside))?;
            }
        }
    }
    Ok(())
}

fn bring(from: &Path, to: &Path) -> anyhow::Result<()> {
    tree::make_folder_of(to)?;
    tree::copy(from, to).map(drop)
}
