//! What people see in the terminal: lines, progress bars, the closing table. The only file that prints.

use std::io::Write as _;
use std::time::Duration;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// One line on standard output.
pub fn line(text: &str) {
    // A closed pipe is not worth a panic.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// An error with its causes, on standard error.
pub fn error(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "baocao: {error}");
    for cause in error.chain().skip(1) {
        let _ = writeln!(out, "  because: {cause}");
    }
}

/// Progress of the play: one bar or spinner per stage; finished ones stay as lines.
pub struct Stages {
    bars: MultiProgress,
}

impl Default for Stages {
    fn default() -> Self {
        Self { bars: MultiProgress::new() }
    }
}

impl Stages {
    /// A bar that counts to `length`.
    #[must_use]
    pub fn counting(&self, label: &str, length: usize) -> Stage {
        let style = ProgressStyle::with_template("{prefix:<34} {bar:30} {pos:>4}/{len:<4} {msg}");
        self.stage(label, ProgressBar::new(length as u64), style)
    }

    /// A spinner for work whose length is not known.
    #[must_use]
    pub fn waiting(&self, label: &str) -> Stage {
        let style = ProgressStyle::with_template("{prefix:<34} {spinner} {elapsed:>4} {msg}");
        let stage = self.stage(label, ProgressBar::new_spinner(), style);
        stage.bar.enable_steady_tick(Duration::from_millis(120));
        stage
    }

    fn stage(
        &self,
        label: &str,
        bar: ProgressBar,
        style: Result<ProgressStyle, indicatif::style::TemplateError>,
    ) -> Stage {
        let bar = self.bars.add(bar);
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_prefix(label.to_owned());
        Stage { bar, label: label.to_owned(), bars: self.bars.clone() }
    }

    /// A line above the bars.
    pub fn say(&self, text: &str) {
        say(&self.bars, text);
    }
}

/// One stage of the play.
pub struct Stage {
    bar: ProgressBar,
    label: String,
    bars: MultiProgress,
}

impl Stage {
    /// One more is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// So many are done.
    pub fn reach(&self, done: usize) {
        self.bar.set_position(done as u64);
    }

    /// What is being done.
    pub fn note(&self, text: &str) {
        self.bar.set_message(text.to_owned());
    }

    /// Done: the bar becomes a line.
    pub fn finish(self, text: &str) {
        self.bar.finish_and_clear();
        say(&self.bars, &format!("✓ {:<32} {text}", self.label));
    }
}

/// Above the bars on a terminal; as a plain line where output is not one.
fn say(bars: &MultiProgress, text: &str) {
    if bars.is_hidden() {
        line(text);
    } else {
        let _ = bars.println(text);
    }
}

/// A table with a head; the columns named are aligned to the right.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(head);
    for row in rows {
        table.add_row(row);
    }
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}
