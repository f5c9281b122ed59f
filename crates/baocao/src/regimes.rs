//! The shipped regimes, compiled in: every command works from any folder.

use anyhow::{Context, bail};
use baocao_app::regime::{self, LoadedRegime};

/// Names of the shipped regimes.
pub const NAMES: &[&str] = &["lang-son-2022"];

macro_rules! file {
    ($regime:literal, $name:literal) => {
        ($name, include_str!(concat!("../../../deploy/regimes/", $regime, "/", $name)))
    };
}

const LANG_SON_2022: &[(&str, &str)] = &[
    file!("lang-son-2022", "regime.toml"),
    file!("lang-son-2022", "units.csv"),
    file!("lang-son-2022", "assumed-units.csv"),
    file!("lang-son-2022", "targets.csv"),
    file!("lang-son-2022", "assumed-procedures.csv"),
    file!("lang-son-2022", "assumed-contacts.csv"),
];

/// The shipped regime with this name.
///
/// # Errors
/// When there is none, or with every fault of its files.
pub fn shipped(name: &str) -> anyhow::Result<LoadedRegime> {
    let files = match name {
        "lang-son-2022" => LANG_SON_2022,
        _ => bail!("no regime {name:?} is shipped; there is: {}", NAMES.join(", ")),
    };
    regime::read(files)
        .map_err(|faults| anyhow::anyhow!(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
        .with_context(|| format!("the files of regime {name} have faults"))
}
