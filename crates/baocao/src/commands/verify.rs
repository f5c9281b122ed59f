//! `baocao verify`: proves an installation and names what is wrong.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};
use baocao_app::verify::{Asked, FAULTS_MAX, Verified};

use crate::cli::Place;
use crate::commands::serve::{load, open};
use crate::files::DataFolder;
use crate::screen::{self, Stage, Stages};

/// Something is not as it must be.
const UNSOUND: u8 = 1;

/// Nothing is known: the installation could not be checked.
const NOT_CHECKED: u8 = 2;

/// Options of `verify`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// A copy of site/audit/heads.csv that was kept: every head in it must still be in the chain.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

/// Checks the installation and prints what was checked and what is wrong.
pub async fn run(options: &Options) -> ExitCode {
    match checked(options).await {
        Ok(verified) => {
            told(&verified);
            if verified.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) }
        }
        Err(error) => {
            screen::error(&error);
            ExitCode::from(NOT_CHECKED)
        }
    }
}

async fn checked(options: &Options) -> anyhow::Result<Verified> {
    let heads = options.head.as_ref().map(|file| {
        std::fs::read_to_string(file).with_context(|| format!("cannot read the heads in {}", file.display()))
    });
    let asked = Asked { heads: heads.transpose()?, without_files: false };
    let config = load(&options.place)?;
    if config.database.is_empty() && !config.data.join("baocao.db").exists() {
        bail!("there is no installation in {}: name it with --data or --config", config.data.display());
    }
    let (wired, _) = open(&config, DataFolder::beside(&config.data)?).await?;
    let (stages, stage) = (Stages::default(), Mutex::new(None::<(&'static str, Stage)>));
    let progress = |what: &'static str, done: usize, of: usize| {
        let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
        if stage.as_ref().is_none_or(|(now, _)| *now != what) {
            *stage = Some((what, stages.counting(what, of)));
        }
        if let Some((_, stage)) = stage.as_ref() {
            stage.reach(done);
        }
    };
    wired.app.verify(&asked, &progress).await.context("cannot verify")
}

fn told(verified: &Verified) {
    let rows: Vec<Vec<String>> =
        verified.checked.iter().map(|checked| vec![checked.what.to_owned(), checked.count.to_string()]).collect();
    screen::line(&screen::table(&["checked", "n"], &rows, &[1]));
    if verified.is_sound() {
        screen::line("Everything is as it must be.");
        return;
    }
    let faults: Vec<Vec<String>> = verified
        .faults
        .iter()
        .map(|fault| vec![fault.table.to_owned(), fault.key.clone(), fault.what.clone()])
        .collect();
    screen::line(&screen::table(&["table", "key", "what is wrong"], &faults, &[]));
    if verified.more > 0 {
        screen::line(&format!("and {} more, of which the first {FAULTS_MAX} are listed", verified.more));
    }
}
