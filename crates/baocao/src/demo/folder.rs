//! The demo's data folder: made anew each time, but never over a folder that is not a demo's.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::files::lock;

/// The file that marks a folder as a demo's: such a folder may be replaced.
const MARKER: &str = ".baocao-demo";

/// The configuration with which `baocao serve` goes on where the demo ended.
fn configuration(sender: &Sender) -> String {
    let Sender { regime, address, name } = sender;
    format!(
        "\
# Written by `baocao demo`. `baocao serve --data <this folder>` goes on from the stored instant of the play.
data = \".\"
regime = \"{regime}\"

[mail]
transport = \"folder\"
folder = \"mail\"
from = \"{address}\"
from_name = \"{name}\"
"
    )
}

/// Whose installation it is, and from whom its mail comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The regime's name.
    pub regime: String,
    /// The address that mail comes from.
    pub address: String,
    /// The name that mail comes from.
    pub name: String,
}

/// Makes the folder; replaces one that an earlier demo made.
///
/// # Errors
/// When there is something else in its place, or the disk refuses.
pub fn make(path: &Path, sender: &Sender) -> anyhow::Result<()> {
    let shown = path.display();
    if path.exists() {
        let is_empty = path.is_dir() && fs::read_dir(path)?.next().is_none();
        if !is_empty && !path.join(MARKER).is_file() {
            bail!("{shown} is not a demo's folder (it has no {MARKER}); it is left alone: choose another with --dir");
        }
        if !is_empty {
            // Held until the folder is gone: a demo or a service that runs on it is not robbed of it.
            let _lock = lock(path).with_context(|| format!("{shown} is in use"))?;
            fs::remove_dir_all(path).with_context(|| format!("cannot replace {shown}"))?;
        }
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make {shown}"))?;
    fs::write(path.join(MARKER), "This folder was made by `baocao demo` and is replaced by its next run.\n")?;
    fs::write(path.join(crate::config::FILE_NAME), configuration(sender))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(path: &Path) -> anyhow::Result<()> {
        let [regime, address, name] = ["lang-son-2022", "baocao@langson.example", "Hệ thống"].map(String::from);
        super::make(path, &Sender { regime, address, name })
    }

    #[test]
    fn a_demo_replaces_only_a_demo() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("demo");
        make(&path).expect("first");
        fs::write(path.join("left.txt"), "over").expect("write");
        make(&path).expect("again");
        assert!(!path.join("left.txt").exists());

        let other = dir.path().join("other");
        fs::create_dir(&other).expect("folder");
        fs::write(other.join("thesis.txt"), "precious").expect("write");
        let error = make(&other).expect_err("not a demo's");
        assert!(error.to_string().contains("not a demo's folder"));
        assert!(other.join("thesis.txt").exists());
    }
}
