//! The manifest of a backup: what it is of, and what every file in it must be.
//!
//! `manifest.json` is for programs and people alike: instants as open data has them, hashes in hex. Objects are named by
//! their hash, so a list of names is enough for them; every other file is listed with hash and size.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{object_name, safe, write_durably};

/// The name of the file.
pub const MANIFEST: &str = "manifest.json";

/// The folder of objects in a backup.
pub(super) const OBJECTS: &str = "objects";

/// The version of this shape.
const FORMAT: u32 = 1;

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this shape.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was begun: `2026-01-15T01:30:00+07:00`.
    pub made_at: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The last migration of the schema.
    pub schema: i64,
    /// Number and hash of the last audit entry: later ones are not in this copy.
    pub audit: Head,
    /// Rows of each table.
    pub counts: BTreeMap<String, i64>,
    /// Every file but objects, by path.
    pub files: BTreeMap<String, FileEntry>,
    /// Names of the objects, which are their hashes.
    pub objects: BTreeSet<String>,
}

/// The end of the audit chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// What a file must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

impl Manifest {
    /// The shape that this version writes.
    pub(super) const fn format() -> u32 {
        FORMAT
    }

    /// That of a backup.
    ///
    /// # Errors
    /// When there is none, or it is of a later version.
    pub fn read(backup: &Path) -> anyhow::Result<Self> {
        let path = backup.join(MANIFEST);
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} is no backup", backup.display()))?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| format!("{} does not read", path.display()))?;
        if manifest.format != FORMAT {
            bail!("{} has format {}, this version reads {FORMAT}", path.display(), manifest.format);
        }
        Ok(manifest)
    }

    /// Writes it into a backup.
    pub(super) fn write(&self, backup: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(write_durably(&backup.join(MANIFEST), text.as_bytes())?)
    }

    /// Reads every byte of a backup and compares it with what is said here.
    ///
    /// # Errors
    /// Names the first file that is missing or is not what it must be.
    pub fn check_files(&self, backup: &Path) -> anyhow::Result<()> {
        for (path, expected) in &self.files {
            let inside = safe(path).map_err(|error| anyhow::anyhow!("{error}"))?;
            let found = entry_of(&backup.join(inside))?;
            if found != *expected {
                bail!("{path} is damaged: it has {} bytes and not the hash of the manifest", found.size_bytes);
            }
        }
        for object in &self.objects {
            let name = object_name(object).map_err(|error| anyhow::anyhow!("{error}"))?;
            if entry_of(&backup.join(OBJECTS).join(name))?.sha256 != *object {
                bail!("object {object} is damaged");
            }
        }
        Ok(())
    }

    /// The bytes of everything but objects.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.values().map(|file| file.size_bytes).sum()
    }

    /// The rows of all tables.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.counts.values().sum()
    }
}

/// Hash and size of a file.
pub(super) fn entry_of(path: &Path) -> anyhow::Result<FileEntry> {
    let said = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(said)?;
    let (mut hash, mut size_bytes, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK_BYTES]);
    loop {
        let length = file.read(&mut chunk).with_context(said)?;
        if length == 0 {
            break;
        }
        hash.update(&chunk[..length]);
        size_bytes += length as u64;
    }
    Ok(FileEntry { sha256: baocao_app::canonical::hex(&hash.finalize()), size_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_cut_or_lost_is_named() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("database.sqlite");
        std::fs::write(&path, "figures").expect("written");
        let object = baocao_app::canonical::sha256_hex(b"pdf");
        let place = dir.path().join(OBJECTS).join(object_name(&object).expect("a hash"));
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        std::fs::write(&place, "pdf").expect("written");
        let manifest = Manifest {
            format: FORMAT,
            program: "0".into(),
            made_at: String::new(),
            engine: "sqlite".into(),
            schema: 1,
            audit: Head { seq: 0, hash: String::new() },
            counts: BTreeMap::new(),
            files: BTreeMap::from([("database.sqlite".into(), entry_of(&path).expect("read"))]),
            objects: BTreeSet::from([object.clone()]),
        };
        manifest.write(dir.path()).expect("written");
        let manifest = Manifest::read(dir.path()).expect("read back");
        manifest.check_files(dir.path()).expect("whole");

        let refused = |named: &str| {
            let error = format!("{:#}", manifest.check_files(dir.path()).expect_err("not whole"));
            assert!(error.contains(named), "{error}");
        };
        std::fs::write(&path, "figured").expect("written");
        refused("database.sqlite");
        std::fs::write(&path, "figure").expect("written");
        refused("database.sqlite");
        std::fs::write(&path, "figures").expect("written");
        std::fs::write(&place, "pdF").expect("written");
        refused(&object);
        std::fs::remove_file(&place).expect("removed");
        refused(&object);
    }

    #[test]
    fn a_path_that_leaves_the_backup_is_refused() {
        let entry = FileEntry { sha256: String::new(), size_bytes: 0 };
        let text = serde_json::json!({
            "format": FORMAT, "program": "0", "made_at": "", "engine": "sqlite", "schema": 1,
            "audit": { "seq": 0, "hash": "" }, "counts": {}, "files": { "../x": entry }, "objects": []
        });
        let manifest: Manifest = serde_json::from_value(text).expect("a manifest");
        let error = manifest.check_files(Path::new("/nowhere")).expect_err("refused");
        assert!(error.to_string().contains("below its folder"), "{error}");
    }
}
