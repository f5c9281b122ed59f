//! `baocao import`: opening balances and old months, from one CSV file.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::{Context, bail};
use baocao_app::import::{FAULTS_MAX, FILE_BYTES_MAX, Faults, ImportError, Imported};

use crate::cli::Place;
use crate::commands::serve::{load, open};
use crate::files::DataFolder;
use crate::screen::{self, Stages};

/// Options of `import`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The file: unit, period, procedure and the form's columns.
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Imports the file, or lists all its faults.
///
/// # Errors
/// When the file has a fault or the installation refuses; nothing of it is stored then.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let file = options.file.display().to_string();
    let text = read(&options.file)?;
    let config = load(&options.place)?;
    if config.database.is_empty() && !config.data.join("baocao.db").exists() {
        bail!("there is no installation in {}: name it with --data or --config", config.data.display());
    }
    let (wired, _) = open(&config, DataFolder::beside(&config.data)?).await?;
    let (stages, stage) = (Stages::default(), Mutex::new(None));
    let progress = |_done: usize, reports: usize| {
        let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
        stage.get_or_insert_with(|| stages.counting("reports", reports)).step();
    };
    let answer = wired.app.import(&text, &progress).await;
    let stage = stage.into_inner().unwrap_or_else(PoisonError::into_inner);
    match answer {
        Ok(imported) => {
            if let Some(stage) = stage {
                stage.finish(&format!(
                    "{} stored, {} stood already",
                    imported.revisions,
                    imported.reports - imported.revisions
                ));
            }
            told(&file, &imported);
            Ok(())
        }
        Err(ImportError::Refused(faults)) => {
            list(&file, &faults);
            bail!("{file} has faults ({}): nothing was stored", faults.count)
        }
        Err(ImportError::App(error)) => Err(error).context("cannot import"),
    }
}

fn read(file: &std::path::Path) -> anyhow::Result<String> {
    let name = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {name}"))?.len();
    if usize::try_from(size).map_or(true, |size| size > FILE_BYTES_MAX) {
        bail!("{name} has {size} bytes: more than {FILE_BYTES_MAX}; split it by months");
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))
}

fn told(file: &str, imported: &Imported) {
    if !imported.warnings.listed.is_empty() {
        screen::line("Opening stocks that differ from what the month before left pending:");
        list(file, &imported.warnings);
    }
    let months = imported.months.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match imported.revisions {
        0 => screen::line("Nothing to change: everything stands already."),
        _ => screen::line(&format!("Imported {months}.")),
    }
    for month in &imported.restated {
        screen::line(&format!("{month} is closed: the service will make another edition of it, without mail."));
    }
}

/// One line per fault: `FILE:LINE: …`.
fn list(file: &str, faults: &Faults) {
    for fault in &faults.listed {
        screen::line(&format!("{file}:{fault}"));
    }
    if faults.count > faults.listed.len() {
        screen::line(&format!(
            "and {} more, of which the first {FAULTS_MAX} are listed",
            faults.count - faults.listed.len()
        ));
    }
}
