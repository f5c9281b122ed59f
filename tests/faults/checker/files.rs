//! Files: what is published is what the database says, whole, and nothing half is to be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::database::Snapshot;
use super::{Counts, Faults, sha256};

/// The checksums of an edition's folder.
const CHECKSUMS: &str = "CHECKSUMS";

/// What stands beside the periods in the root of a site.
const ROOT: [&str; 6] = ["index.html", "style.css", "editions.json", "feed.xml", "reports", "audit"];

pub(super) fn check(snapshot: &Snapshot, folders: &[PathBuf], counts: &mut Counts, faults: &mut Faults) {
    for folder in folders {
        let site = folder.join("site");
        let found = tree_hashes(&site);
        counts.files += found.len();
        let mut editions: BTreeMap<(String, i64), BTreeMap<String, String>> = BTreeMap::new();
        for (path, hash) in &found {
            let parts: Vec<&str> = path.splitn(3, '/').collect();
            match parts.as_slice() {
                [period, number, file] if number.parse::<i64>().is_ok() => {
                    let edition = ((*period).to_owned(), number.parse().expect("a number"));
                    editions.entry(edition).or_default().insert((*file).to_owned(), hash.clone());
                }
                parts => {
                    let is_known = ROOT.contains(&parts[0]);
                    faults.unless(is_known, || format!("site: {path} of {} is a stray", site.display()));
                }
            }
        }
        for ((period, number), files) in &editions {
            whole(&site, period, *number, files, faults);
            documents(snapshot, period, *number, files, faults);
        }
        let shown: BTreeSet<(String, i64)> = editions.into_keys().collect();
        let released: BTreeSet<(String, i64)> = snapshot
            .editions
            .iter()
            .filter(|edition| edition.is_released)
            .map(|edition| (edition.period.clone(), edition.number))
            .collect();
        faults.unless(shown == released, || {
            format!("site: {} shows {shown:?}, released are {released:?}", site.display())
        });
        heads(snapshot, &site, faults);
        objects(&folder.join("objects"), faults);
    }
}

/// Every head that is published stands in the chain.
fn heads(snapshot: &Snapshot, site: &Path, faults: &mut Faults) {
    let Ok(published) = std::fs::read_to_string(site.join("audit/heads.csv")) else { return };
    for line in published.lines().skip(1) {
        let is_there = match line.split(',').collect::<Vec<_>>()[..] {
            [_, seq, hash] => snapshot.audit.iter().any(|entry| entry.seq.to_string() == seq && entry.hash == hash),
            _ => false,
        };
        faults.unless(is_there, || format!("site: the head {line} of {} is not in the chain", site.display()));
    }
}

/// The folder has exactly the files of its list, with their hashes.
fn whole(site: &Path, period: &str, number: i64, files: &BTreeMap<String, String>, faults: &mut Faults) {
    let list = site.join(period).join(number.to_string()).join(CHECKSUMS);
    let Ok(list) = std::fs::read_to_string(&list) else {
        return faults.note(format!("site: {period}/{number} has no {CHECKSUMS}"));
    };
    let listed: BTreeMap<String, String> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect();
    let mut found = files.clone();
    found.remove(CHECKSUMS);
    let differs = listed.iter().find(|&(name, hash)| found.get(name) != Some(hash)).map(|(name, _)| name);
    let differs = differs.or_else(|| found.keys().find(|&name| !listed.contains_key(name)));
    faults.unless(differs.is_none(), || format!("site: {period}/{number} differs from its list in {differs:?}"));
}

/// The documents that are shown are those of the database.
fn documents(snapshot: &Snapshot, period: &str, number: i64, files: &BTreeMap<String, String>, faults: &mut Faults) {
    let of_edition = snapshot.documents.iter().filter(|((of, edition, _), _)| of == period && *edition == number);
    let mut scorecards = 0;
    for ((_, _, name), (hash, kind)) in of_edition {
        let shown = files.get(&format!("documents/{name}"));
        let wanted = (kind == "scorecard").then_some(hash);
        scorecards += usize::from(wanted.is_some());
        faults.unless(shown == wanted, || format!("site: {name} of {period}/{number} has the hash {shown:?}"));
    }
    faults.unless(scorecards > 0, || format!("site: {period}/{number} has no documents"));
}

/// An object bears the hash of its bytes as its name.
fn objects(folder: &Path, faults: &mut Faults) {
    for (path, hash) in tree_hashes(folder) {
        let named = path.rsplit('/').next().unwrap_or_default() == hash;
        faults.unless(named, || format!("objects: {path} has the hash {hash}"));
    }
}

/// The hash of every file below a folder, by its path.
pub(crate) fn tree_hashes(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                found.insert(name, sha256(&std::fs::read(&path).expect("a file")));
            }
        }
    }
    found
}
