//! Files of a backup: linked from the backup before where they are the same, copied where they are new.
//!
//! Objects and published pages never change, so a night adds what the day made and costs a name for the rest. What is new
//! is copied from the data folder and not linked to it: a slip there would spoil every backup along with it. Where names
//! cannot be linked (another disk, a file system without links) everything is copied.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::manifest::{FileEntry, Manifest, OBJECTS, entry_of};
use crate::files::object_name;

/// A whole backup that was made before.
pub(super) struct Before {
    /// Where it is.
    pub(super) folder: PathBuf,
    /// What it holds.
    pub(super) manifest: Manifest,
}

/// The names of all objects of a data folder.
pub(super) fn objects_of(data: &Path) -> anyhow::Result<BTreeSet<String>> {
    let folder = data.join(OBJECTS);
    let mut found = BTreeSet::new();
    for bucket in entries(&folder)? {
        if bucket.is_dir() {
            for object in entries(&bucket)? {
                let name = object.file_name().and_then(|name| name.to_str()).filter(|name| object_name(name).is_ok());
                found.extend(name.map(str::to_owned));
            }
        }
    }
    Ok(found)
}

/// Brings one object into a backup, unless it is there; its bytes are what its name says.
pub(super) fn bring_object(sha256: &str, data: &Path, backup: &Path, before: Option<&Before>) -> anyhow::Result<()> {
    let name = object_name(sha256).map_err(|error| anyhow::anyhow!("{error}"))?;
    let place = backup.join(OBJECTS).join(&name);
    if place.exists() {
        return Ok(());
    }
    make_folder_of(&place)?;
    let earlier = before.filter(|before| before.manifest.objects.contains(sha256));
    if let Some(earlier) = earlier {
        let linked = earlier.folder.join(OBJECTS).join(&name);
        // Read first: one that was damaged where it lay would spoil every backup after it.
        if entry_of(&linked).is_ok_and(|found| found.sha256 == sha256) && fs::hard_link(&linked, &place).is_ok() {
            return Ok(());
        }
    }
    let found = copy(&data.join(OBJECTS).join(&name), &place)?;
    if found.sha256 != sha256 {
        fs::remove_file(&place)?;
        anyhow::bail!("object {sha256} in {} has other bytes", data.display());
    }
    Ok(())
}

/// Brings the files of a folder into a backup below `path`; answers with what they are. A folder that goes away meanwhile
/// answers none.
pub(super) fn bring_folder(
    folder: &Path,
    path: &str,
    backup: &Path,
    before: Option<&Before>,
) -> anyhow::Result<Option<Vec<(String, FileEntry)>>> {
    let mut brought = Vec::new();
    let mut open = vec![(folder.to_path_buf(), path.to_owned())];
    while let Some((folder, path)) = open.pop() {
        let inside = match fs::read_dir(&folder) {
            Ok(inside) => inside,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
        };
        for entry in inside {
            let entry = entry?;
            let name =
                entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{} is no name", name.display()))?;
            let (from, path) = (entry.path(), format!("{path}/{name}"));
            if from.is_dir() {
                open.push((from, path));
            } else if from.exists() {
                brought.push((path.clone(), bring_file(&from, &path, backup, before)?));
            } else {
                return Ok(None);
            }
        }
    }
    Ok(Some(brought))
}

/// Brings one file: linked only if the live file still has the bytes that the backup before has under this path.
fn bring_file(from: &Path, path: &str, backup: &Path, before: Option<&Before>) -> anyhow::Result<FileEntry> {
    let place = backup.join(path);
    make_folder_of(&place)?;
    if let Some(before) = before
        && let Some(earlier) = before.manifest.files.get(path)
        && entry_of(from)? == *earlier
        && entry_of(&before.folder.join(path)).is_ok_and(|found| found == *earlier)
        && fs::hard_link(before.folder.join(path), &place).is_ok()
    {
        return Ok(earlier.clone());
    }
    copy(from, &place)
}

/// Copies a file; answers with what was written.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<FileEntry> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    entry_of(to)
}

/// Makes the folder that a file will be in.
pub(super) fn make_folder_of(place: &Path) -> io::Result<()> {
    place.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Makes a folder that nobody else may look into: a backup holds everything.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Locks a folder of backups; none if another backup is being made in it.
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// What is in a folder, by name; nothing if there is no folder.
pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut found = inside.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    found.sort();
    Ok(found)
}
