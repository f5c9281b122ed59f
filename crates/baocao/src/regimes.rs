//! Regimes: the shipped ones, compiled in so that every command works from any folder, and those of a folder on disk.

use std::fmt;
use std::path::Path;

use anyhow::{Context, bail};
use baocao_app::regime::{self, Fault, LoadedRegime};

/// The largest file of a folder, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The most files of a folder.
const FILES_MAX: usize = 100;

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../deploy/", $folder, "/", $name)))),+]
    };
}

/// Names of the shipped regimes, the default one first.
pub const NAMES: &[&str] = &["lang-son-2022", "hoa-binh-2020", "khanh-hoa-2018", "long-an-2024"];

/// The files of one regime, each as (name, text).
type Files = &'static [(&'static str, &'static str)];

/// The shipped regimes with their files.
const SHIPPED: &[(&str, Files)] = &[
    (
        "lang-son-2022",
        files!(
            "regimes/lang-son-2022":
            "regime.toml", "units.csv", "assumed-units.csv", "obligations.csv", "decisions.csv", "targets.csv",
            "assumed-procedures.csv", "assumed-contacts.csv", "days-off.csv", "assumed-days-off.csv",
        ),
    ),
    (
        "hoa-binh-2020",
        files!(
            "regimes/hoa-binh-2020":
            "regime.toml", "assumed-units.csv", "assumed-obligations.csv", "assumed-decisions.csv", "targets.csv",
            "assumed-procedures.csv", "assumed-lists.csv", "assumed-contacts.csv", "assumed-days-off.csv",
        ),
    ),
    (
        "khanh-hoa-2018",
        files!(
            "regimes/khanh-hoa-2018":
            "regime.toml", "units.csv", "assumed-obligations.csv", "decisions.csv", "targets.csv",
            "assumed-procedures.csv", "assumed-lists.csv", "assumed-contacts.csv", "assumed-days-off.csv",
        ),
    ),
    (
        "long-an-2024",
        files!(
            "regimes/long-an-2024":
            "regime.toml", "assumed-units.csv", "obligations.csv", "assumed-decisions.csv", "targets.csv",
            "assumed-procedures.csv", "assumed-contacts.csv", "assumed-days-off.csv",
        ),
    ),
];

/// The files of the shipped maps.
const MAP_FILES: Files = files!("maps": "hoa-binh-2023.csv", "khanh-hoa-2019.csv", "long-an-2023.csv");

/// Every fault of the files of a regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty(pub Vec<Fault>);

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faulty {}

/// The shipped regime with this name.
///
/// # Errors
/// When there is none, or with every fault of its files ([`Faulty`]).
pub fn shipped(name: &str) -> anyhow::Result<LoadedRegime> {
    let Some((_, files)) = SHIPPED.iter().find(|(known, _)| *known == name) else {
        bail!("no regime {name:?} is shipped; there is: {}", NAMES.join(", "));
    };
    read(files).with_context(|| format!("the files of regime {name} have faults"))
}

/// The regime of a folder, or the shipped one with this name.
///
/// # Errors
/// When there is neither or both, or with every fault of the files ([`Faulty`]).
pub fn named(folder_or_name: &str) -> anyhow::Result<LoadedRegime> {
    let folder = Path::new(folder_or_name);
    let is_shipped = NAMES.contains(&folder_or_name);
    match (is_shipped, folder.is_dir()) {
        (true, true) => {
            bail!("{folder_or_name} is a folder here and a shipped regime too: write ./{folder_or_name} for the folder")
        }
        (false, true) => of_folder(folder),
        (_, false) => shipped(folder_or_name).with_context(|| format!("there is no folder {folder_or_name}")),
    }
}

/// The regime of a folder on disk. Subfolders and hidden files are left out, any other file is read or is a fault.
fn of_folder(folder: &Path) -> anyhow::Result<LoadedRegime> {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() || name.starts_with('.') {
            continue;
        }
        if files.len() >= FILES_MAX {
            bail!("{} has more than {FILES_MAX} files", folder.display());
        }
        let is_read = path.extension().is_some_and(|extension| extension == "toml" || extension == "csv");
        match if is_read { text_of(&path)? } else { Ok(String::new()) } {
            Ok(text) => files.push((name, text)),
            Err(line) => {
                let message = "the line is not UTF-8; expected UTF-8 text".to_owned();
                faults.push(Fault { file: name, line: Some(line), message });
            }
        }
    }
    if !faults.is_empty() {
        faults.sort_by(|a, b| a.file.cmp(&b.file));
        return Err(Faulty(faults).into());
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    read(&files)
}

/// The text of a file; or the first line that is no text.
fn text_of(path: &Path) -> anyhow::Result<Result<String, u64>> {
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > FILE_BYTES_MAX {
        bail!("{} has {size} bytes: more than {FILE_BYTES_MAX}", path.display());
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        good.iter().filter(|byte| **byte == b'\n').zip(2_u64..).map(|(_, line)| line).last().unwrap_or(1)
    }))
}

fn read(files: &[(&str, &str)]) -> anyhow::Result<LoadedRegime> {
    let maps: Vec<(&str, &str)> =
        MAP_FILES.iter().map(|(name, text)| (name.strip_suffix(".csv").unwrap_or(name), *text)).collect();
    Ok(regime::read(files, &maps).map_err(Faulty)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn on_disk(folder: &str, keep: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(folder);
        let entries = std::fs::read_dir(&path).expect(folder).map(|entry| entry.expect("entry").file_name());
        entries.filter_map(|name| name.into_string().ok()).filter(|name| keep(name)).collect()
    }

    #[test]
    fn every_shipped_file_is_compiled_in() {
        let names = |files: Files| files.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
        for (regime, files) in SHIPPED {
            let there = on_disk(&format!("regimes/{regime}"), |name| !name.ends_with(".md"));
            assert_eq!(names(files), there, "{regime}");
        }
        assert_eq!(names(MAP_FILES), on_disk("maps", |name| name.ends_with(".csv")));
        let regimes = on_disk("regimes", |name| !name.contains('.'));
        assert_eq!(NAMES.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), regimes);
        assert!(NAMES.iter().eq(SHIPPED.iter().map(|(name, _)| name)));
    }

    #[test]
    fn a_folder_reads_as_the_shipped_regime_that_it_is() {
        for name in NAMES {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regimes").join(name);
            let read = named(folder.to_str().expect("a path")).expect(name);
            assert_eq!(read, shipped(name).expect(name));
        }
    }

    #[test]
    fn what_is_no_regime_is_told_with_file_and_line() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().to_str().expect("a path");
        std::fs::write(folder.path().join("units.csv"), b"code\n\xff\n").expect("written");
        let error = named(path).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "units.csv:2: the line is not UTF-8; expected UTF-8 text");
        std::fs::write(folder.path().join("units.csv"), "code\n").expect("written");
        std::fs::write(folder.path().join("old.txt"), "x").expect("written");
        std::fs::write(folder.path().join(".hidden"), "x").expect("written");
        let Faulty(faults) = named(path).expect_err("faults").downcast().expect("faults");
        let files: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
        assert!(
            files.contains(&"old.txt") && files.contains(&"regime.toml") && !files.contains(&".hidden"),
            "{faults:?}"
        );
        assert!(named("no-such-folder").is_err());
    }
}
