//! `baocao regime plan` and `baocao regime apply`: what a regime would change, and changing it.

use std::path::Path;

use anyhow::bail;
use baocao_app::App;
use baocao_app::apply::{self, Installed, Plan, Unfit};
use baocao_app::error::AppError;
use baocao_app::ports::Clock;
use baocao_app::regime::LoadedRegime;
use clap::Subcommand;

use crate::cli::Place;
use crate::clock::WallClock;
use crate::commands::serve::{load, open};
use crate::config::Config;
use crate::files::DataFolder;
use crate::regimes::{self, Faulty};
use crate::screen;

/// The most rows of one section that are shown.
const LINES_MAX: usize = 20;

/// What to do with a regime.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Show what applying it would change; changes nothing.
    Plan(Options),
    /// Apply it. Applying it twice is as good as once; what is closed never changes.
    Apply(Options),
}

/// Options of both.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A folder with a regime, or the name of a shipped one.
    #[arg(value_name = "FOLDER|NAME")]
    regime: String,
    #[command(flatten)]
    place: Place,
}

/// Reads the whole regime, then plans or applies it.
///
/// # Errors
/// When the files have faults, or the installation refuses; nothing is changed then.
pub async fn run(action: &Action) -> anyhow::Result<()> {
    let (Action::Plan(options) | Action::Apply(options)) = action;
    let loaded = read(&options.regime)?;
    let config = load(&options.place)?;
    let applies = matches!(action, Action::Apply(_));
    if !applies && !has_installation(&config) {
        let nothing = apply::plan(None, &loaded, &Installed::default(), WallClock.now());
        show(&nothing, &config.data);
        return refuse(&nothing);
    }
    if applies {
        std::fs::create_dir_all(&config.data)?;
    }
    let (wired, _) = open(&config, DataFolder::beside(&config.data)?).await?;
    let plan = wired.app.plan_regime(&loaded).await?;
    show(&plan, &config.data);
    if applies && plan.refused.is_empty() && !plan.is_empty() {
        return carry_out(&wired.app, &loaded, &plan).await;
    }
    refuse(&plan)
}

/// Applies what was shown. Whatever came between is applied to, and shown.
async fn carry_out(app: &App, loaded: &LoadedRegime, shown: &Plan) -> anyhow::Result<()> {
    let applied = app.apply_regime(loaded).await.map_err(|error| match error {
        AppError::Failed { doing, source } => match source.downcast::<Unfit>() {
            Ok(unfit) => anyhow::anyhow!("{unfit}"),
            Err(source) => AppError::Failed { doing, source }.into(),
        },
        error => error.into(),
    })?;
    if applied.sections != shown.sections {
        screen::line("The installation changed meanwhile; this was applied:");
        show_sections(&applied);
    }
    screen::line(&format!("Applied {}.", applied.name));
    Ok(())
}

/// The regime; its faults are listed one per line.
fn read(regime: &str) -> anyhow::Result<LoadedRegime> {
    regimes::named(regime).map_err(|error| match error.downcast_ref::<Faulty>() {
        Some(faulty) => {
            screen::line(&faulty.to_string());
            anyhow::anyhow!("{regime} has faults ({}): nothing was changed", faulty.0.len())
        }
        None => error,
    })
}

/// Whether there is a database to look into: looking must not make one.
fn has_installation(config: &Config) -> bool {
    !config.database.is_empty() || config.data.join("baocao.db").exists()
}

fn refuse(plan: &Plan) -> anyhow::Result<()> {
    if plan.refused.is_empty() {
        return Ok(());
    }
    bail!("{} cannot be applied (reasons: {}): nothing was changed", plan.name, plan.refused.len());
}

fn show(plan: &Plan, data: &Path) {
    let place = data.display();
    match &plan.in_force {
        Some(in_force) => screen::line(&format!("In force in {place}: {in_force}. In the files: {}.", plan.name)),
        None => screen::line(&format!("Nothing is in force in {place}. In the files: {}.", plan.name)),
    }
    if plan.is_empty() {
        screen::line("Nothing to change.");
    }
    show_sections(plan);
    if !plan.left.is_empty() {
        let left: Vec<String> = plan.left.iter().map(|(code, name)| format!("{code} {name}")).collect();
        list(&format!("Units that are not in the files ({}): they stay as they are", left.len()), &left);
    }
    for (title, lines) in [("Notes", &plan.notes), ("Warnings", &plan.warnings), ("Refused", &plan.refused)] {
        if !lines.is_empty() {
            screen::line(title);
            lines.iter().for_each(|text| screen::line(&format!("  ! {text}")));
        }
    }
}

fn show_sections(plan: &Plan) {
    for section in &plan.sections {
        let lines: Vec<String> = section.changes.iter().map(ToString::to_string).collect();
        list(&format!("{} ({})", section.title, lines.len()), &lines);
    }
}

/// A title with the first of its lines.
fn list(title: &str, lines: &[String]) {
    screen::line(title);
    lines.iter().take(LINES_MAX).for_each(|text| screen::line(&format!("  {text}")));
    if lines.len() > LINES_MAX {
        screen::line(&format!("  and {} more", lines.len() - LINES_MAX));
    }
}
