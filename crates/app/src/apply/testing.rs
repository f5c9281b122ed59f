//! The shipped regimes, changed at will, and installations that they were applied to.

use std::path::PathBuf;

use baocao_domain::instant::Instant;
use baocao_domain::regime::Regime;

use super::{Installed, Plan, plan, planned};
use crate::regime::{LoadedRegime, read};

/// A file of a folder, a text of it, and what stands there instead.
pub(crate) type Edit<'a> = (&'a str, &'a str, &'a str);

/// A shipped regime with edits; an edit of an empty text adds a row or a line at the end of the file.
pub(crate) fn load(regime: &str, edits: &[Edit<'_>]) -> LoadedRegime {
    let mut files = texts(&format!("regimes/{regime}"));
    for (name, from, to) in edits {
        let (_, text) = files.iter_mut().find(|(file, _)| file == name).unwrap_or_else(|| panic!("no file {name}"));
        if from.is_empty() {
            text.push_str(to);
        } else {
            assert!(text.contains(from), "{name} has no {from}");
            *text = text.replacen(from, to, 1);
        }
    }
    let maps = texts("maps");
    let maps: Vec<(&str, &str)> =
        maps.iter().map(|(name, text)| (name.trim_end_matches(".csv"), text.as_str())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    read(&files, &maps).unwrap_or_else(|faults| panic!("{regime}: {faults:#?}"))
}

/// The regime of Lạng Sơn with edits.
pub(crate) fn lang_son(edits: &[Edit<'_>]) -> LoadedRegime {
    load("lang-son-2022", edits)
}

/// The files of a folder below `deploy`, but for notes.
fn texts(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(folder);
    let entries = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let tables = entries.filter(|path| path.extension().is_some_and(|extension| extension != "md"));
    tables
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect()
}

/// An installation on which a regime is in force, and nothing is filed.
pub(crate) fn installation(loaded: &LoadedRegime, now: Instant) -> (Regime, Installed) {
    let first: Plan = plan(None, loaded, &Installed::default(), now);
    assert_eq!(first.refused, Vec::<String>::new());
    let installed = Installed {
        versions: first.steps.versions,
        periods: planned(&loaded.regime, now),
        live_from: Some(now),
        ..Installed::default()
    };
    (loaded.regime.clone(), installed)
}
