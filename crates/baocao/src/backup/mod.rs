//! Backing up (sao lưu): one folder per backup, with everything that an installation cannot make again.
//!
//! ```text
//! backup-20260115T013000Z/
//!   manifest.json                    what it is of, and what each file must be
//!   database.sqlite | database.dump  one consistent state
//!   objects/ab/abcd…                 documents and messages, by hash
//!   pages/2022-Q3/1/…                pages of closed editions, released or not
//! unsound-20260115T013000Z/          the last one whose rows or pages are not as they must be: kept, and never counted
//! .partial-…                         one that is being made, or being cleared away; swept by the next
//! ```
//!
//! Objects are copied before the database and those that it names beyond them after it, so that every row finds its object.
//! Then the copy is opened and looked at; what was never read back does not count. A backup is renamed into its name once
//! everything is on the disk and has been proved: an interrupted one is never taken for a whole one.
//!
//! Not copied: the configuration and the keys, which belong to the machine; the root of the site, which is made again.

mod look;
mod manifest;
mod restore;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use async_trait::async_trait;
use baocao_app::close::CHECKSUMS;
use baocao_app::error::AppError;
use baocao_app::ports::{AuditHead, Backups, Failure, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::instant::Instant;
use baocao_store::copies::{self, Engine};

use crate::config::Config;
use crate::files::{flush_tree, sync_folder};
use look::{Described, Since, describe, look_at};
pub use manifest::{FileEntry, Head, MANIFEST, Manifest};
pub use restore::{Restored, restore};
use tree::Before;

/// What the name of a backup begins with.
const PREFIX: &str = "backup-";

/// What the name of a folder begins with that is no backup yet, or no longer.
const PARTIAL: &str = ".partial-";

/// What the name of a backup begins with that is whole, of an installation that is not sound.
const UNSOUND: &str = "unsound-";

/// Makes backups of one installation in one folder.
#[derive(Clone)]
pub struct Keeper {
    data: PathBuf,
    database: String,
    scratch: String,
    folder: PathBuf,
    /// How many stay; all of them where none is said.
    keep: Option<usize>,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// Its folder.
    pub path: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
}

impl Keeper {
    /// As configured.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            data: config.data.clone(),
            database: config.database_url(),
            scratch: config.backup.scratch.clone(),
            folder: config.backup_folder(),
            keep: Some(config.backup.keep.into()),
        }
    }

    /// Into another folder, from which nothing is cleared away.
    #[must_use]
    pub fn kept_in(self, folder: PathBuf) -> Self {
        Self { folder, keep: None, ..self }
    }

    /// Makes a backup that is called after this instant, and proves it.
    ///
    /// # Errors
    /// When anything of it cannot be read or written; nothing that looks like a backup is left then. When it is whole and its
    /// rows or pages are not as they must be: it is kept under another name, and no sound one makes room for it.
    pub async fn back_up(&self, at: Instant) -> anyhow::Result<Made> {
        let keeper = self.clone();
        let begun = Arc::new(aside(move || keeper.begin(at)).await?);
        let (keeper, held) = (self.clone(), Arc::clone(&begun));
        let filled = self.fill(&begun, at).await;
        aside(move || match filled {
            Ok(Filled { manifest, unsound: None }) => keeper.finish(&held, manifest),
            Ok(Filled { unsound: Some(error), .. }) => Err(keeper.keep_unsound(&held, error)),
            Err(error) => {
                // Best effort: what stays behind is swept by the next.
                let _ = fs::remove_dir_all(&held.aside);
                Err(error)
            }
        })
        .await
    }

    /// Takes the folder, clears away what an interrupted one left, and finds the one before.
    fn begin(&self, at: Instant) -> anyhow::Result<Begun> {
        let shown = self.folder.display();
        tree::make_private(&self.folder).with_context(|| format!("cannot make {shown}"))?;
        let lock = tree::lock(&self.folder).with_context(|| format!("cannot lock {shown}"))?;
        let Some(lock) = lock else { bail!("another backup is being made in {shown}") };
        for path in tree::entries(&self.folder)?.into_iter().filter(|path| is_called(path, PARTIAL)) {
            fs::remove_dir_all(&path).with_context(|| format!("cannot sweep {}", path.display()))?;
        }
        let name = name_of(at);
        if self.folder.join(&name).exists() {
            bail!("{name} is there already in {shown}");
        }
        let aside = self.folder.join(format!("{PARTIAL}{name}"));
        tree::make_private(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
        let before = backups_in(&self.folder)?.pop().and_then(|folder| match Manifest::read(&folder) {
            Ok(manifest) => Some(Before { folder, manifest }),
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "earlier backup does not read, nothing is linked from it");
                None
            }
        });
        Ok(Begun { name, aside, before, _lock: lock })
    }

    /// Fills the folder aside and proves what is in it.
    async fn fill(&self, begun: &Arc<Begun>, at: Instant) -> anyhow::Result<Filled> {
        let (data, held) = (self.data.clone(), Arc::clone(begun));
        let brought = aside(move || bring_objects(&data, &held)).await?;

        let engine = Engine::of(&self.database)?;
        let live = baocao_store::look(&self.database).await.context("cannot open the database")?;
        let AuditHead { seq, hash, .. } = live.read().await?.audit_head().await?;
        drop(live);
        let file = begun.aside.join(engine.file_name());
        copies::write(&self.database, &file).await.context("cannot copy the database")?;

        let copy = copies::open(&self.database, &self.scratch, &file).await.context("cannot open the copy")?;
        let proved = async {
            let described = describe(copy.store.as_ref()).await?;
            let entry = copy.store.read().await?.audit_entries(seq, 1).await?;
            if seq > 0 && entry.first().is_none_or(|entry| entry.hash != hash) {
                bail!("the copy does not hold audit entry {seq}, which was there before it was begun");
            }
            let (data, held) = (self.data.clone(), Arc::clone(begun));
            let manifest = aside(move || complete(&data, &held, engine, at, described, brought)).await?;
            let (held, whole) = (Arc::clone(begun), manifest.clone());
            let pages = aside(move || check_pages(&held.aside, &whole)).await;
            let looked = look_at(&copy.store, &manifest, Since::Nothing).await.map(drop);
            match looked.and(pages) {
                // It could not be read now: that says nothing of what it is.
                Err(error) if error.chain().any(|cause| cause.is::<StoreError>() || cause.is::<AppError>()) => {
                    Err(error)
                }
                looked => Ok(Filled { manifest, unsound: looked.err() }),
            }
        };
        let proved = proved.await;
        let closed = copy.close().await;
        let filled = proved?;
        closed.context("cannot clear the scratch database away")?;
        Ok(filled)
    }

    /// Keeps what is whole and not sound, in the place of the last such; answers with what is to be said.
    fn keep_unsound(&self, begun: &Begun, error: anyhow::Error) -> anyhow::Error {
        let name = begun.name.replacen(PREFIX, UNSOUND, 1);
        let kept = || -> anyhow::Result<()> {
            for path in tree::entries(&self.folder)?.into_iter().filter(|path| is_called(path, UNSOUND)) {
                fs::remove_dir_all(&path)?;
            }
            fs::rename(&begun.aside, self.folder.join(&name))?;
            Ok(sync_folder(&self.folder)?)
        };
        match kept() {
            Ok(()) => {
                error.context(format!("the backup is whole and not sound; it is kept as {name}: run baocao verify"))
            }
            Err(refused) => error.context(format!("the backup is not sound, and was not kept ({refused:#})")),
        }
    }

    /// Gives it its name and clears away the oldest.
    fn finish(&self, begun: &Begun, manifest: Manifest) -> anyhow::Result<Made> {
        let path = self.folder.join(&begun.name);
        fs::rename(&begun.aside, &path).with_context(|| format!("cannot make {}", path.display()))?;
        sync_folder(&self.folder)?;
        let mut all = backups_in(&self.folder)?;
        // Names of a clock that was ahead come last for long; the one that was made just now stays whatever they say.
        all.retain(|other| *other != path);
        let surplus = self.keep.map_or(0, |keep| (all.len() + 1).saturating_sub(keep.max(1)));
        for old in all.drain(..surplus) {
            // Renamed first: half a backup must not bear the name of a whole one.
            let name = old.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let gone = self.folder.join(format!("{PARTIAL}{name}"));
            let cleared = fs::rename(&old, &gone).and_then(|()| fs::remove_dir_all(&gone));
            if let Err(error) = cleared {
                tracing::warn!(backup = %name, %error, "old backup not cleared away");
            }
        }
        Ok(Made { path, manifest })
    }
}

#[async_trait]
impl Backups for Keeper {
    async fn make(&self, at: Instant) -> Result<String, Failure> {
        let made = self.back_up(at).await.map_err(|error| format!("{error:#}"))?;
        Ok(made.path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }
}

/// What a backup holds, and why what it is of is not sound.
struct Filled {
    manifest: Manifest,
    unsound: Option<anyhow::Error>,
}

/// A backup that is being made.
struct Begun {
    name: String,
    aside: PathBuf,
    before: Option<Before>,
    _lock: File,
}

/// Brings every object that is there before the database is copied. A damaged one that no row names is no reason to have
/// no backup; one that a row names is missed afterwards.
fn bring_objects(data: &Path, begun: &Begun) -> anyhow::Result<BTreeSet<String>> {
    let mut brought = BTreeSet::new();
    for object in tree::objects_of(data)? {
        match tree::bring_object(&object, data, &begun.aside, begun.before.as_ref()) {
            Ok(()) => {
                brought.insert(object);
            }
            Err(error) if is_full(&error) => return Err(error),
            Err(error) => tracing::warn!(error = %format!("{error:#}"), "object not backed up"),
        }
    }
    Ok(brought)
}

/// Brings what the copy of the database names beyond that, writes the manifest, and reads everything once more.
fn complete(
    data: &Path,
    begun: &Begun,
    engine: Engine,
    at: Instant,
    described: Described,
    mut objects: BTreeSet<String>,
) -> anyhow::Result<Manifest> {
    for object in described.objects.difference(&objects.clone()) {
        tree::bring_object(object, data, &begun.aside, begun.before.as_ref())?;
        objects.insert(object.clone());
    }
    let mut files = BTreeMap::new();
    files.insert(engine.file_name().to_owned(), manifest::entry_of(&begun.aside.join(engine.file_name()))?);
    for (edition, is_released) in &described.pages {
        files.extend(bring_pages(*edition, *is_released, data, begun)?);
    }
    let manifest = Manifest {
        format: Manifest::format(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: at.iso(),
        engine: engine.code().to_owned(),
        schema: described.schema,
        audit: described.audit,
        counts: described.counts,
        files,
        objects,
    };
    manifest.write(&begun.aside)?;
    flush_tree(&begun.aside).context("cannot bring the backup to the disk")?;
    Manifest::read(&begun.aside)?.check_files(&begun.aside)?;
    Ok(manifest)
}

/// The pages of an edition. One that was staged when the database was copied may have been released since; one that another
/// instance staged is not here, and is made again by whoever shows it.
fn bring_pages(
    edition: EditionId,
    is_released: bool,
    data: &Path,
    begun: &Begun,
) -> anyhow::Result<Vec<(String, FileEntry)>> {
    let folders: &[&str] = if is_released { &["site"] } else { &["staging", "site"] };
    for folder in folders {
        let folder = data.join(folder).join(edition.to_string());
        let brought = tree::bring_folder(&folder, &pages_of(edition), &begun.aside, begun.before.as_ref())?;
        if let Some(brought) = brought.filter(|brought| !brought.is_empty()) {
            return Ok(brought);
        }
        let _ = fs::remove_dir_all(begun.aside.join(pages_of(edition)));
    }
    tracing::warn!(edition.id = %edition, "pages not backed up: they are neither staged nor shown here");
    Ok(Vec::new())
}

/// The pages of each edition against their own list of checksums, which the chain keeps the hash of.
fn check_pages(backup: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    for (path, _) in manifest.files.iter().filter(|(path, _)| path.ends_with(CHECKSUMS)) {
        let folder = path.trim_end_matches(CHECKSUMS);
        let list = fs::read_to_string(backup.join(path)).with_context(|| format!("cannot read {path}"))?;
        let listed: BTreeMap<&str, &str> =
            list.lines().filter_map(|line| line.split_once("  ")).map(|(hash, path)| (path, hash)).collect();
        let pages = manifest.files.iter().filter_map(|(path, entry)| Some((path.strip_prefix(folder)?, entry)));
        let found: BTreeMap<&str, &str> =
            pages.filter(|(path, _)| *path != CHECKSUMS).map(|(path, entry)| (path, entry.sha256.as_str())).collect();
        if let Some(path) = listed.keys().chain(found.keys()).find(|path| listed.get(*path) != found.get(*path)) {
            bail!("{folder}{path} is not what the list of its edition names");
        }
    }
    Ok(())
}

/// Where the pages of an edition are in a backup.
fn pages_of(edition: EditionId) -> String {
    format!("pages/{edition}")
}

/// The whole backups of a folder, oldest first.
fn backups_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let all = tree::entries(folder)?.into_iter();
    Ok(all.filter(|path| is_called(path, PREFIX) && path.join(MANIFEST).exists()).collect())
}

fn is_called(path: &Path, prefix: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
}

/// Names sort as the backups were made: in UTC.
fn name_of(at: Instant) -> String {
    let utc = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MAX);
    format!("{PREFIX}{}", utc.strftime("%Y%m%dT%H%M%SZ"))
}

/// Whether the disk refused for want of room.
fn is_full(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    kinds.into_iter().any(|kind| matches!(kind, StorageFull | QuotaExceeded | FileTooLarge))
}

/// Runs work on files aside: a service goes on meanwhile.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work on the files was broken off")?
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn names_of_backups_sort_as_they_were_made() {
        let name = |day, hour| name_of(Instant::at(day, time(hour, 30, 0, 0)));
        assert_eq!(name(date(2026, 1, 15), 1), "backup-20260114T183000Z");
        assert!(name(date(2026, 1, 15), 1) < name(date(2026, 1, 15), 9));
        assert!(name(date(2026, 9, 30), 1) < name(date(2026, 10, 1), 1));
    }
}
