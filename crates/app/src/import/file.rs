//! The file: rows of CSV, put together as the raw figures of one unit and month, each with the line it stands on.
//!
//! ```csv
//! unit,period,procedure,online,direct,carried_over,…
//! 178,2022-M07,9.000308,12,30,2,…
//! 178,2022-M07,field:pakn_due,4,,,…
//! 180,2022-M07,nil,,,,…
//! ```

use std::collections::BTreeMap;

use baocao_domain::figures::RawFigures;
use baocao_domain::form::Form;
use baocao_domain::reason::{Finding, Reason};
use csv::StringRecord;

use super::{FILE_BYTES_MAX, Faults, ROWS_MAX};

/// The columns before those of the form.
const KEY_COLUMNS: [&str; 3] = ["unit", "period", "procedure"];

/// What stands in the column `procedure` of a report that nothing happened.
const NIL: &str = "nil";

/// What stands before the code of a single field in the column `procedure`.
const FIELD: &str = "field:";

/// The report of one unit and month, as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// The unit, as it is given.
    pub(super) unit: String,
    /// The period, as it is given.
    pub(super) period: String,
    /// The line of its first row.
    pub(super) line: u64,
    /// Its figures.
    pub(super) raw: RawFigures,
    /// The lines of `raw.rows`.
    pub(super) row_lines: Vec<u64>,
    /// The lines of `raw.fields`.
    pub(super) field_lines: Vec<u64>,
    /// The line that says that nothing happened.
    nil_line: Option<u64>,
    /// Whether a row of it could not be read: that is told already.
    pub(super) is_torn: bool,
}

/// The header of files for a form.
#[must_use]
pub fn header(form: &Form) -> Vec<&str> {
    KEY_COLUMNS.into_iter().chain(form.columns.iter().map(|column| column.code.as_str())).collect()
}

/// Reads the file to its end, or to where it stops being a table.
pub(super) fn read(text: &str, form: &Form, faults: &mut Faults) -> Vec<Draft> {
    if text.len() > FILE_BYTES_MAX {
        let expected = format!("at most {FILE_BYTES_MAX} bytes; split the file by months");
        faults.add(1, Finding::new("file", Reason::BatchTooLarge, format!("{} bytes", text.len()), expected));
        return Vec::new();
    }
    // Spreadsheets put a byte order mark before the header.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = header(form);
    let mut sheet = Sheet { columns: &columns, drafts: Vec::new(), places: BTreeMap::new() };
    let (mut count, mut lines) = (0, Lines { text, byte: 0, line: 1 });
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                faults.add(line, Finding::new("row", Reason::BadText, error, "a row of CSV"));
                return sheet.drafts;
            }
        };
        let line = lines.of(&record);
        count += 1;
        if count == 1 {
            if record.iter().ne(columns.iter().copied()) {
                let given = record.iter().collect::<Vec<_>>().join(",");
                faults.add(line, Finding::new("header", Reason::UnknownColumn, given, columns.join(",")));
                return Vec::new();
            }
        } else if count > ROWS_MAX + 1 {
            let expected = format!("at most {ROWS_MAX} rows; split the file by months");
            faults.add(line, Finding::new("file", Reason::BatchTooLarge, "another row", expected));
            return sheet.drafts;
        } else {
            sheet.take(line, &record, faults);
        }
    }
    if count == 0 {
        faults.add(1, Finding::new("header", Reason::FieldRequired, "", columns.join(",")));
    }
    sheet.drafts
}

/// On which line rows stand. The reader's own count is behind after empty lines and after lines that end in CR LF.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a row; rows are asked for in their order.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let begins = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.byte);
        let rest = self.text.as_bytes().get(begins..).unwrap_or_default();
        let begins = begins + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.as_bytes().get(self.byte..begins).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>();
        self.byte = begins;
        self.line
    }
}

/// The drafts read so far.
struct Sheet<'a> {
    columns: &'a [&'a str],
    drafts: Vec<Draft>,
    places: BTreeMap<(String, String), usize>,
}

impl Sheet<'_> {
    fn take(&mut self, line: u64, record: &StringRecord, faults: &mut Faults) {
        let [unit, period, procedure] = [0, 1, 2].map(|i| record.get(i).unwrap_or_default().to_owned());
        let (columns, draft) = (self.columns, self.draft(line, unit, period));
        let row = CsvRow { line, record, columns };
        let is_read = if record.len() != columns.len() {
            let (given, expected) = (format!("{} cells", record.len()), format!("{} cells", columns.len()));
            faults.add(line, Finding::new("row", Reason::FieldRequired, given, expected));
            false
        } else if procedure == NIL {
            draft.say_nil(&row, faults)
        } else if let Some(code) = procedure.strip_prefix(FIELD) {
            draft.add_field(code, &row, faults)
        } else {
            draft.add_row(&procedure, &row, faults)
        };
        draft.is_torn |= !is_read;
    }

    /// The draft of a unit and period.
    fn draft(&mut self, line: u64, unit: String, period: String) -> &mut Draft {
        let drafts = &mut self.drafts;
        let place = *self.places.entry((unit, period)).or_insert_with_key(|(unit, period)| {
            drafts.push(Draft { unit: unit.clone(), period: period.clone(), line, ..Draft::default() });
            drafts.len() - 1
        });
        &mut drafts[place]
    }
}

/// A row with its line and the names of its columns.
struct CsvRow<'a> {
    line: u64,
    record: &'a StringRecord,
    columns: &'a [&'a str],
}

impl CsvRow<'_> {
    /// The cells of the form's columns, with their names.
    fn figures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns.iter().copied().zip(self.record).skip(KEY_COLUMNS.len())
    }

    /// A count; what is none is a fault.
    fn count(&self, column: &str, cell: &str, faults: &mut Faults) -> Option<i64> {
        if cell.is_empty() {
            faults
                .add(self.line, Finding::new(column, Reason::FieldRequired, "", "a whole number, 0 if there is none"));
            return None;
        }
        let is_number = cell.strip_prefix('-').unwrap_or(cell).bytes().all(|byte| byte.is_ascii_digit());
        match cell.parse() {
            Ok(count) => Some(count),
            Err(_) if is_number => {
                let expected = format!("at most {}", baocao_domain::figures::COUNT_MAX);
                faults.add(self.line, Finding::new(column, Reason::CountTooLarge, cell, expected));
                None
            }
            Err(_) => {
                let expected = "a whole number without dots, commas or spaces";
                faults.add(self.line, Finding::new(column, Reason::BadText, cell, expected));
                None
            }
        }
    }

    /// Whether the cells after the first so many are empty; a fault otherwise.
    fn are_empty_after(&self, count: usize, faults: &mut Faults) -> bool {
        let filled = self.figures().skip(count).find(|(_, cell)| !cell.is_empty());
        if let Some((column, cell)) = filled {
            faults.add(self.line, Finding::new(column, Reason::UnknownColumn, cell, "an empty cell"));
        }
        filled.is_none()
    }
}

impl Draft {
    fn say_nil(&mut self, row: &CsvRow<'_>, faults: &mut Faults) -> bool {
        self.raw.nil = true;
        if let Some(first) = self.nil_line.replace(row.line) {
            let expected = format!("nil once per unit and month; line {first} says it");
            faults.add(row.line, Finding::new("procedure", Reason::DuplicateRow, NIL, expected));
        }
        row.are_empty_after(0, faults)
    }

    fn add_field(&mut self, code: &str, row: &CsvRow<'_>, faults: &mut Faults) -> bool {
        let first = row.figures().next();
        let value = first.and_then(|(column, cell)| row.count(column, cell, faults));
        let alone = row.are_empty_after(1, faults);
        let Some(value) = value.filter(|_| alone) else { return false };
        self.raw.fields.push((code.to_owned(), value));
        self.field_lines.push(row.line);
        true
    }

    fn add_row(&mut self, procedure: &str, row: &CsvRow<'_>, faults: &mut Faults) -> bool {
        let values: Vec<_> = row.figures().map(|(column, cell)| row.count(column, cell, faults)).collect();
        let Some(values) = values.into_iter().collect::<Option<Vec<i64>>>() else { return false };
        if self.raw.columns.is_empty() {
            self.raw.columns = row.columns.iter().skip(KEY_COLUMNS.len()).map(|&column| column.to_owned()).collect();
        }
        self.raw.rows.push((procedure.to_owned(), values));
        self.row_lines.push(row.line);
        true
    }
}
