//! Files: objects by hash, staged editions, the public tree.
//!
//! Every file is written aside, brought to the disk and then renamed into place, and so are folders of an edition: a
//! reader sees the old or the new, never half. Below the data folder:
//!
//! ```text
//! objects/ab/abcd…        bytes by their SHA-256: documents and messages
//! staging/2022-Q3/1/…     editions that are not public yet
//! site/2022-Q3/1/…        the public tree
//! withdrawn/2022-Q3/1/1/… what was shown and is not what the database says was staged
//! tmp/<process>/          what is being written; swept by the next service that takes the folder
//! backups/                copies of everything, unless they are kept elsewhere
//! .lock                   held by the service that runs on the folder
//! instance                the name under which services on this folder take leases
//! .restoring              there while a backup is read back into the folder
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use baocao_app::canonical::sha256_hex;
use baocao_app::ports::{Failure, Files, Ids, PageFile};
use baocao_domain::edition::EditionId;

use crate::chance::SystemIds;

/// The file that a running service holds locked.
const LOCK: &str = ".lock";

/// The file with the name of the instance. One folder has one service at a time, so whoever bears its name now is the only
/// one alive that ever bore it.
const INSTANCE: &str = "instance";
/// The file that stands in a folder into which a backup is being read back: until it is gone, nothing runs there.
pub const RESTORING: &str = ".restoring";

/// The folders of one installation.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    tmp: PathBuf,
    next_tmp: AtomicU64,
    instance: String,
    /// Held while a service runs on the folder; a second one is refused. The lock ends with the process.
    _lock: Option<File>,
}

impl DataFolder {
    /// Takes the folder for a service: makes what is missing and sweeps what an interrupted write left.
    ///
    /// # Errors
    /// When another process runs on the folder, or the disk refuses.
    pub fn own(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        refuse_half_restored(root)?;
        let lock = lock(root)?;
        let tmp = root.join("tmp");
        if tmp.exists() {
            fs::remove_dir_all(&tmp)?;
        }
        Ok(Self { _lock: Some(lock), ..Self::beside(root)? })
    }

    /// Opens the folder beside a service that may run on it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn beside(root: &Path) -> io::Result<Self> {
        refuse_half_restored(root)?;
        let tmp = root.join("tmp").join(std::process::id().to_string());
        for folder in [root.join("objects"), root.join("staging"), root.join("site"), tmp.clone()] {
            fs::create_dir_all(folder)?;
        }
        let instance = instance_of(root, &tmp)?;
        Ok(Self { root: root.to_path_buf(), tmp, next_tmp: AtomicU64::new(0), instance, _lock: None })
    }

    /// The name under which a service on this folder takes leases.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The public tree.
    #[must_use]
    pub fn site(&self) -> PathBuf {
        self.root.join("site")
    }

    fn object_path(&self, sha256: &str) -> Result<PathBuf, Failure> {
        Ok(self.root.join("objects").join(object_name(sha256)?))
    }

    fn tmp_path(&self) -> PathBuf {
        self.tmp.join(self.next_tmp.fetch_add(1, Ordering::Relaxed).to_string())
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let tmp = self.tmp_path();
        write_durably(&tmp, bytes)?;
        fs::rename(&tmp, path)
    }
}

impl Files for DataFolder {
    fn put_object(&self, bytes: &[u8]) -> Result<String, Failure> {
        let sha256 = sha256_hex(bytes);
        let path = self.object_path(&sha256)?;
        // One that is damaged is replaced.
        if fs::read(&path).is_ok_and(|found| found == bytes) {
            return Ok(sha256);
        }
        let folder = path.parent().ok_or("an object has a folder")?;
        if !folder.exists() {
            fs::create_dir_all(folder)?;
            sync_folder(&self.root.join("objects"))?;
        }
        self.replace(&path, bytes)?;
        sync_folder(folder)?;
        Ok(sha256)
    }

    fn object(&self, sha256: &str) -> Result<Vec<u8>, Failure> {
        let bytes = fs::read(self.object_path(sha256)?)?;
        let found = sha256_hex(&bytes);
        if found != sha256 {
            return Err(format!("object {sha256} has the bytes of {found}").into());
        }
        Ok(bytes)
    }

    fn has_object(&self, sha256: &str) -> bool {
        self.object_path(sha256).is_ok_and(|path| path.exists())
    }

    fn stage_edition(&self, edition: EditionId, files: &[PageFile]) -> Result<(), Failure> {
        let aside = self.tmp_path();
        fs::create_dir_all(&aside)?;
        for file in files {
            let path = aside.join(safe(&file.path)?);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            write_plainly(&path, &file.bytes)?;
        }
        // One flush for the whole tree costs a fraction of one for each of its thousand files.
        flush_tree(&aside)?;
        let staged = self.root.join("staging").join(safe(&edition.to_string())?);
        // Moved out of the way before it is removed: whoever shows it meanwhile shows all of it, or finds nothing.
        let before = self.tmp_path();
        let is_replaced = staged.exists();
        if is_replaced {
            fs::rename(&staged, &before)?;
        }
        move_durably(&aside, &staged)?;
        if is_replaced {
            fs::remove_dir_all(&before)?;
        }
        Ok(())
    }

    fn staged_file(&self, edition: EditionId, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        read_if_there(&self.root.join("staging").join(safe(&edition.to_string())?).join(safe(path)?))
    }

    fn is_shown(&self, edition: EditionId) -> bool {
        self.site().join(edition.to_string()).is_dir()
    }

    fn release_edition(&self, edition: EditionId) -> Result<(), Failure> {
        let name = safe(&edition.to_string())?.to_path_buf();
        let (staged, shown) = (self.root.join("staging").join(&name), self.site().join(&name));
        if shown.exists() {
            return Ok(());
        }
        move_durably(&staged, &shown)
    }

    fn withdraw_edition(&self, edition: EditionId) -> Result<(), Failure> {
        let name = safe(&edition.to_string())?.to_path_buf();
        let (shown, withdrawn) = (self.site().join(&name), self.root.join("withdrawn").join(&name));
        let mut places = (1_u32..).map(|number| withdrawn.join(number.to_string()));
        let place = places.find(|place| !place.exists()).ok_or("withdrawn too often")?;
        let folder = shown.parent().ok_or("an edition has a folder")?;
        move_durably(&shown, &place)?;
        Ok(sync_folder(folder)?)
    }

    fn write_root(&self, files: &[PageFile]) -> Result<(), Failure> {
        for file in files {
            let path = self.site().join(safe(&file.path)?);
            if fs::read(&path).is_ok_and(|found| found == file.bytes) {
                continue;
            }
            let folder = path.parent().ok_or("a page has a folder")?;
            fs::create_dir_all(folder)?;
            self.replace(&path, &file.bytes)?;
            sync_folder(folder)?;
        }
        sync_folder(&self.site())?;
        Ok(())
    }

    fn site_file(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        read_if_there(&self.site().join(safe(path)?))
    }

    fn shown(&self) -> Result<Vec<String>, Failure> {
        let mut shown = Vec::new();
        for period in folders_in(&self.site())? {
            for edition in folders_in(&self.site().join(&period))? {
                let name = format!("{period}/{edition}");
                // Other folders of the root are not editions.
                if EditionId::parse(&name).is_some() {
                    shown.push(name);
                }
            }
        }
        Ok(shown)
    }

    fn edition_files(&self, edition: EditionId) -> Result<Vec<String>, Failure> {
        let folder = self.site().join(safe(&edition.to_string())?);
        let mut files = Vec::new();
        if folder.exists() {
            list_files(&folder, "", &mut files)?;
        }
        files.sort();
        Ok(files)
    }

    fn root_files(&self) -> Result<Vec<String>, Failure> {
        let mut files = Vec::new();
        list_files(&self.site(), "", &mut files)?;
        files.retain(|path| {
            let mut parts = path.splitn(3, '/');
            let folder = [parts.next(), parts.next()].map(Option::unwrap_or_default).join("/");
            // A file right below a period's folder is in no edition's.
            parts.next().is_none() || EditionId::parse(&folder).is_none()
        });
        files.sort();
        Ok(files)
    }
}

/// The bytes of a file; none if it is not there.
fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where an object lies below `objects`: `ab/abcd…`.
pub(crate) fn object_name(sha256: &str) -> Result<PathBuf, Failure> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !is_hash {
        return Err(format!("{sha256:?} is not a SHA-256").into());
    }
    Ok(Path::new(&sha256[..2]).join(sha256))
}

/// A folder into which half a backup was read back would look like a new installation.
fn refuse_half_restored(root: &Path) -> io::Result<()> {
    if root.join(RESTORING).exists() {
        return Err(io::Error::other("a restore into this folder did not end: empty it, and restore again"));
    }
    Ok(())
}

/// Locks a data folder for this process.
///
/// # Errors
/// When another process holds it, or the disk refuses.
pub fn lock(root: &Path) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(root.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(io::Error::other("another process runs on this data folder")),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// The name of the instance of this folder; a new folder gets one.
fn instance_of(root: &Path, tmp: &Path) -> io::Result<String> {
    let path = root.join(INSTANCE);
    if let Ok(name) = fs::read_to_string(&path) {
        return Ok(name.trim().to_owned());
    }
    let name = SystemIds.uuid();
    let aside = tmp.join(INSTANCE);
    write_durably(&aside, name.as_bytes())?;
    fs::rename(&aside, &path)?;
    sync_folder(root)?;
    Ok(name)
}

/// A path that stays below the folder that it is joined to.
pub(crate) fn safe(path: &str) -> Result<&Path, Failure> {
    let inside = Path::new(path);
    let plain = !path.is_empty() && inside.components().all(|part| matches!(part, Component::Normal(_)));
    if plain { Ok(inside) } else { Err(format!("{path:?} is not a path below its folder").into()) }
}

fn write_plainly(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::create(path)?.write_all(bytes)
}

pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Moves a folder into place; both the new entry and the folder that it is in are on the disk afterwards.
fn move_durably(from: &Path, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().ok_or("an edition has a folder")?;
    fs::create_dir_all(folder)?;
    fs::rename(from, to)?;
    sync_folder(folder)?;
    Ok(sync_folder(folder.parent().ok_or("a period has a folder")?)?)
}

/// Brings a folder's entries to the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Brings every file and folder of a tree to the disk.
pub(crate) fn flush_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            flush_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// The names of the folders in a folder; one that is no text is shown as it can be.
fn folders_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder, by its path there; a name that is no text is listed as it can be shown.
fn list_files(folder: &Path, above: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_files(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::EditionId;

    use super::*;

    fn page(path: &str, text: &str) -> PageFile {
        PageFile { path: path.into(), bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn an_edition_is_shown_whole_and_never_rewritten() {
        let dir = tempfile::tempdir().expect("folder");
        let files = DataFolder::own(dir.path()).expect("open");
        let edition = EditionId::parse("2022-Q3/1").expect("edition");
        files.stage_edition(edition, &[page("index.html", "a"), page("data/units.csv", "b")]).expect("stage");
        assert!(!files.site().join("2022-Q3/1").exists());
        files.release_edition(edition).expect("release");
        files.release_edition(edition).expect("a second release does nothing");
        assert_eq!(fs::read(files.site().join("2022-Q3/1/data/units.csv")).expect("file"), b"b");
    }

    #[test]
    fn a_path_cannot_leave_its_folder() {
        let dir = tempfile::tempdir().expect("folder");
        let files = DataFolder::own(dir.path()).expect("open");
        for path in ["../x", "/etc/x", "", "a/../../x"] {
            assert!(files.write_root(&[page(path, "")]).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_changed_object_is_not_given_out_and_is_mended_by_the_next_that_has_it() {
        let dir = tempfile::tempdir().expect("folder");
        let files = DataFolder::own(dir.path()).expect("open");
        let hash = files.put_object(b"bytes").expect("put");
        assert_eq!(files.object(&hash).expect("object"), b"bytes");
        fs::write(files.object_path(&hash).expect("path"), b"other").expect("write");
        assert!(files.object(&hash).is_err());
        files.put_object(b"bytes").expect("put again");
        assert_eq!(files.object(&hash).expect("mended"), b"bytes");
    }
}
