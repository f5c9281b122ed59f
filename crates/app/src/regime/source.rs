//! The folder as text: which files there are, and rows of CSV with the line they stand on.

use std::collections::BTreeMap;
use std::fmt::Display;

use unicode_normalization::is_nfc;

use super::fault::Faults;
use super::words::text;

/// The most rows of one CSV file: above the 20.000 units and any catalogue of procedures.
pub const ROWS_MAX: usize = 50_000;

/// The head of the folder.
pub(super) const HEAD: &str = "regime.toml";

/// A table of the folder: its name and the header of its files.
pub(super) struct Shape {
    name: &'static str,
    columns: &'static [&'static str],
}

pub(super) const UNITS: Shape =
    Shape { name: "units", columns: &["code", "name", "tier", "group", "parent", "valid_from"] };
pub(super) const OBLIGATIONS: Shape =
    Shape { name: "obligations", columns: &["selector", "from", "to", "owes", "include_in_parent", "basis"] };
pub(super) const PROCEDURES: Shape =
    Shape { name: "procedures", columns: &["code", "name", "level", "field", "competence", "in_force_from"] };
pub(super) const LISTS: Shape = Shape { name: "lists", columns: &["list", "procedure", "from", "to", "basis"] };
pub(super) const DECISIONS: Shape =
    Shape { name: "decisions", columns: &["decision", "issued", "applies_from", "title", "basis"] };
pub(super) const TARGETS: Shape = Shape {
    name: "targets",
    columns: &[
        "decision",
        "year",
        "selector",
        "indicator",
        "direction",
        "threshold",
        "window",
        "scope",
        "competence",
        "eligible_after_days",
        "eligible_until",
        "basis",
    ],
};
pub(super) const CONTACTS: Shape = Shape { name: "contacts", columns: &["unit", "addressee", "email"] };
pub(super) const DAYS_OFF: Shape = Shape { name: "days-off", columns: &["day", "kind", "name", "basis"] };

/// The tables of the folder; each may also stand, whole or in part, in `assumed-<name>.csv`.
const TABLES: [&Shape; 8] = [&UNITS, &OBLIGATIONS, &PROCEDURES, &LISTS, &DECISIONS, &TARGETS, &CONTACTS, &DAYS_OFF];

/// The files of one folder, by name.
pub(super) struct Folder<'a> {
    files: BTreeMap<&'a str, &'a str>,
}

/// The rows of a table.
pub(super) struct Table {
    /// Where to look for what no row gives: the first of its files.
    pub(super) file: String,
    pub(super) rows: Vec<Row>,
    /// Whether every row of the files is here: else references to the table cannot be judged.
    pub(super) is_whole: bool,
}

/// One row of a table.
pub(super) struct Row {
    pub(super) file: String,
    pub(super) line: u64,
    columns: &'static [&'static str],
    cells: csv::StringRecord,
}

impl<'a> Folder<'a> {
    /// Takes the files in, and finds what can be seen without reading their meaning.
    pub(super) fn new(files: &[(&'a str, &'a str)], faults: &mut Faults) -> Self {
        let mut known = BTreeMap::new();
        for (name, text) in files {
            if name.ends_with(".md") {
                continue; // Notes for people.
            }
            let is_table = TABLES.iter().any(|table| table.files().iter().any(|file| file == name));
            if *name != HEAD && !is_table {
                faults.add(name, None, format!("unknown file; expected {}", expected_files()));
            } else if known.contains_key(name) {
                faults.add(name, None, "the file is given twice; expected each once");
            } else {
                known.insert(*name, *text);
                check_lines(name, text, faults);
            }
        }
        Self { files: known }
    }

    /// The text of the head; its absence is a fault.
    pub(super) fn head(&self, faults: &mut Faults) -> Option<&'a str> {
        let head = self.files.get(HEAD).copied();
        if head.is_none() {
            faults.add(HEAD, None, "the file is missing; expected the head of the regime");
        }
        head
    }

    /// The rows of a table that every regime has.
    pub(super) fn required(&self, table: &Shape, faults: &mut Faults) -> Table {
        let [published, assumed] = table.files();
        let is_there = [&published, &assumed].into_iter().any(|name| self.files.contains_key(name.as_str()));
        if !is_there {
            faults.add(&published, None, format!("the file is missing, and so is {assumed}; expected one of them"));
            return Table { file: published, rows: Vec::new(), is_whole: false };
        }
        self.optional(table, faults)
    }

    /// The rows of a table, the published ones before the assumed ones.
    pub(super) fn optional(&self, table: &Shape, faults: &mut Faults) -> Table {
        let count_before = faults.count();
        let names = table.files();
        let mut rows = Vec::new();
        for name in &names {
            if let Some(text) = self.files.get(name.as_str()) {
                read_rows(name, text, table.columns, &mut rows, faults);
            }
        }
        let [published, assumed] = names;
        let is_only_assumed = self.files.contains_key(assumed.as_str()) && !self.files.contains_key(published.as_str());
        let file = if is_only_assumed { assumed } else { published };
        Table { file, rows, is_whole: faults.count() == count_before }
    }
}

impl Shape {
    fn files(&self) -> [String; 2] {
        [format!("{}.csv", self.name), format!("assumed-{}.csv", self.name)]
    }
}

impl Table {
    /// The rows of a single file that is no table of the folder.
    pub(super) fn of_file(file: &str, text: &str, columns: &'static [&'static str], faults: &mut Faults) -> Self {
        let count_before = faults.count();
        let mut rows = Vec::new();
        check_lines(file, text, faults);
        read_rows(file, text, columns, &mut rows, faults);
        Self { file: file.to_owned(), rows, is_whole: faults.count() == count_before }
    }
}

fn expected_files() -> String {
    let tables = TABLES.iter().flat_map(|table| table.files());
    std::iter::once(HEAD.to_owned()).chain(tables).collect::<Vec<_>>().join(", ")
}

fn check_lines(name: &str, text: &str, faults: &mut Faults) {
    for (line, number) in text.lines().zip(1_u64..) {
        if !is_nfc(line) {
            faults.add(name, number, "the text is not in Unicode form NFC; expected composed letters");
        }
    }
    if let Some((_, number)) = text.split('\n').zip(1_u64..).find(|(line, _)| line.contains('\r')) {
        faults.add(name, number, "a carriage return; expected lines that end in LF alone");
    }
}

/// Reads a file to its end, or to where it stops being a table.
fn read_rows(file: &str, text: &str, columns: &'static [&'static str], rows: &mut Vec<Row>, faults: &mut Faults) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut is_header = true;
    for record in reader.records() {
        let cells = match record {
            Ok(cells) => cells,
            Err(error) => {
                faults.add(file, error.position().map(csv::Position::line), error.to_string());
                return;
            }
        };
        let line = cells.position().map_or(1, csv::Position::line);
        if is_header {
            is_header = false;
            if cells.iter().ne(columns.iter().copied()) {
                faults.add(file, line, format!("header {:?}; expected {}", join(&cells), columns.join(",")));
                return;
            }
        } else if cells.len() != columns.len() {
            faults.add(file, line, format!("{} cells; expected {}: {}", cells.len(), columns.len(), columns.join(",")));
        } else if cells.iter().any(|cell| cell.contains(|c: char| c.is_control() && c != '\r')) {
            faults.add(file, line, "a control character; expected printable text on one line");
        } else {
            rows.push(Row { file: file.to_owned(), line, columns, cells });
        }
        if rows.len() > ROWS_MAX {
            faults.add(file, line, format!("too many rows; expected at most {ROWS_MAX}"));
            return;
        }
    }
    if is_header {
        faults.add(file, None, format!("the file is empty; expected the header {}", columns.join(",")));
    }
}

fn join(cells: &csv::StringRecord) -> String {
    cells.iter().collect::<Vec<_>>().join(",")
}

impl Row {
    /// The text of a cell.
    pub(super) fn cell(&self, column: &str) -> &str {
        let position = self.columns.iter().position(|name| *name == column);
        position.and_then(|position| self.cells.get(position)).unwrap_or_default()
    }

    /// The meaning of a cell; a fault names the column.
    pub(super) fn get<T, E: Display>(
        &self,
        column: &str,
        faults: &mut Faults,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.cell(column)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(faults, format!("{column}: {error}"));
                None
            }
        }
    }

    /// A cell that people read.
    pub(super) fn text(&self, column: &str, faults: &mut Faults) -> Option<String> {
        self.get(column, faults, text)
    }

    /// A fault of this row.
    pub(super) fn fault(&self, faults: &mut Faults, message: impl Into<String>) {
        faults.add(&self.file, self.line, message);
    }

    /// Where the row stands, as another row's fault refers to it: `targets.csv:3`.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}
