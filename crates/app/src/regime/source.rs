//! The folder as text: which files there are, and rows of CSV with the line they stand on.

use std::collections::BTreeMap;
use std::fmt::Display;

use unicode_normalization::is_nfc;

use super::fault::Faults;

/// The most rows of one CSV file: above the 20.000 units and any catalogue of procedures.
pub const ROWS_MAX: usize = 50_000;

/// The longest name, heading or remark, in characters.
pub const TEXT_LENGTH_MAX: usize = 1_000;

/// The head of the folder.
pub(super) const HEAD: &str = "regime.toml";

/// The tables of the folder; each may also stand, whole or in part, in `assumed-<name>.csv`.
pub(super) const TABLES: [(&str, &[&str]); 4] = [
    ("units", &["code", "name", "tier", "group", "parent", "reports", "valid_from"]),
    ("targets", &["decision", "issued", "year", "unit", "indicator", "threshold", "basis"]),
    ("procedures", &["code", "name", "level", "field", "competence"]),
    ("contacts", &["unit", "addressee", "email"]),
];

/// The files of one folder, by name.
pub(super) struct Folder<'a> {
    files: BTreeMap<&'a str, &'a str>,
}

/// The rows of a table.
pub(super) struct Table {
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
            let is_table = TABLES.iter().any(|(table, _)| names_of(table).contains(&(*name).to_owned()));
            if *name != HEAD && !is_table {
                faults.add(name, None, format!("unknown file; expected {}", expected_files()));
            } else if known.insert(*name, *text).is_some() {
                faults.add(name, None, "the file is given twice");
            } else {
                check_lines(name, text, faults);
            }
        }
        Self { files: known }
    }

    /// The text of the head; its absence is a fault.
    pub(super) fn head(&self, faults: &mut Faults) -> Option<&'a str> {
        let head = self.files.get(HEAD).copied();
        if head.is_none() {
            faults.add(HEAD, None, "the file is missing");
        }
        head
    }

    /// The rows of a table, the published ones before the assumed ones.
    pub(super) fn table(&self, table: &str, faults: &mut Faults) -> Table {
        let count_before = faults.count();
        let columns = TABLES.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| columns);
        let names = names_of(table);
        if !names.iter().any(|name| self.files.contains_key(name.as_str())) {
            faults.add(&names[0], None, format!("the file is missing, and so is {}", names[1]));
        }
        let mut rows = Vec::new();
        for name in names {
            if let Some(text) = self.files.get(name.as_str()) {
                read_rows(&name, text, columns, &mut rows, faults);
            }
        }
        Table { rows, is_whole: faults.count() == count_before }
    }
}

fn names_of(table: &str) -> [String; 2] {
    [format!("{table}.csv"), format!("assumed-{table}.csv")]
}

fn expected_files() -> String {
    let tables = TABLES.iter().flat_map(|(table, _)| names_of(table));
    std::iter::once(HEAD.to_owned()).chain(tables).collect::<Vec<_>>().join(", ")
}

fn check_lines(name: &str, text: &str, faults: &mut Faults) {
    for (line, number) in text.lines().zip(1_u64..) {
        if !is_nfc(line) {
            faults.add(name, number, "the text is not in Unicode form NFC; expected composed letters");
        }
    }
    if let Some((_, number)) = text.split('\n').zip(1_u64..).find(|(line, _)| line.chars().any(char::is_control)) {
        faults.add(name, number, "a control character; expected UTF-8 text with lines that end in LF alone");
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
}

/// Proves that a text can be printed: not empty, no blanks around it, no control character.
pub(super) fn text(value: &str) -> Result<String, String> {
    let is_printable = !value.is_empty() && value.trim() == value && !value.chars().any(char::is_control);
    if is_printable && value.chars().count() <= TEXT_LENGTH_MAX {
        return Ok(value.to_owned());
    }
    let given: String = value.chars().take(40).collect();
    Err(format!(
        "{given:?} is not a proper text; expected 1 to {TEXT_LENGTH_MAX} characters on one line, no blanks around"
    ))
}
