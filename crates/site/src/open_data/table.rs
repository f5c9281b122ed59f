//! Tables of open data, as CSV and as JSON.
//!
//! A cell knows its type. Only *text* can be dangerous in a spreadsheet: one that begins with `= + - @ TAB CR` and goes on
//! would be read as a formula, so it is quoted and gets an apostrophe before it. Numbers are written bare, and what is
//! absent is an empty cell, which is neither zero nor an empty text.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// First characters by which a spreadsheet takes a text for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    /// Text, codes and names.
    Text(Cow<'a, str>),
    /// A whole number.
    Count(i64),
    /// A decimal number with a point; a string in JSON, so that no reader turns it into a binary fraction.
    Decimal(String),
    /// There is no figure.
    Absent,
}

impl<'a> Cell<'a> {
    /// A text.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A text, if there is one.
    pub(crate) fn text_if(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Absent, |text| Self::text(text.to_string()))
    }

    /// 1 for yes, 0 for no.
    pub(crate) fn flag(is_so: bool) -> Self {
        Self::Count(i64::from(is_so))
    }

    /// A count, if there is one.
    pub(crate) const fn count_if(is_known: bool, count: i64) -> Self {
        if is_known { Self::Count(count) } else { Self::Absent }
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => serializer.serialize_i64(*count),
            Self::Decimal(decimal) => serializer.serialize_str(decimal),
            Self::Absent => serializer.serialize_none(),
        }
    }
}

/// A table with named columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table<'a> {
    /// The names of the columns.
    pub(crate) columns: Vec<Cow<'a, str>>,
    /// The rows, each as wide as the columns.
    pub(crate) rows: Vec<Vec<Cell<'a>>>,
}

impl<'a> Table<'a> {
    /// An empty table.
    pub(crate) fn new(columns: &[&'a str]) -> Self {
        Self { columns: columns.iter().map(|name| Cow::Borrowed(*name)).collect(), rows: Vec::new() }
    }

    /// As CSV (RFC 4180) with LF and a header row.
    pub(crate) fn csv(&self) -> String {
        let mut out = String::new();
        let header: Vec<Cell<'_>> = self.columns.iter().map(|name| Cell::text(name.as_ref())).collect();
        push_row(&mut out, &header);
        for row in &self.rows {
            push_row(&mut out, row);
        }
        out
    }
}

/// As an array of objects whose members stand in the order of the columns.
impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| Named { columns: &self.columns, row }))
    }
}

struct Named<'a> {
    columns: &'a [Cow<'a, str>],
    row: &'a [Cell<'a>],
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.row.len()))?;
        for (column, cell) in self.columns.iter().zip(self.row) {
            map.serialize_entry(column, cell)?;
        }
        map.end()
    }
}

/// Appends one line of CSV.
pub(crate) fn push_row(out: &mut String, row: &[Cell<'_>]) {
    for (i, cell) in row.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match cell {
            Cell::Text(text) => push_text(out, text),
            Cell::Count(count) => out.push_str(&count.to_string()),
            Cell::Decimal(decimal) => out.push_str(decimal),
            Cell::Absent => {}
        }
    }
    out.push('\n');
}

fn push_text(out: &mut String, text: &str) {
    let is_formula = text.starts_with(FORMULA_STARTS) && text.len() > 1;
    if !is_formula && !text.contains(['"', ',', '\n', '\r']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if is_formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[Cell<'_>]) -> String {
        let mut out = String::new();
        push_row(&mut out, cells);
        out
    }

    #[test]
    fn text_that_reads_as_a_formula_is_disarmed_and_numbers_stay_numbers() {
        for (text, written) in [
            ("=1+1", "\"'=1+1\"\n"),
            ("=", "=\n"),
            ("+84", "\"'+84\"\n"),
            ("-2", "\"'-2\"\n"),
            ("@SUM(A1)", "\"'@SUM(A1)\"\n"),
            ("\tx", "\"'\tx\"\n"),
            ("\rx", "\"'\rx\"\n"),
            ("a,b", "\"a,b\"\n"),
            ("Xã \"Mới\"", "\"Xã \"\"Mới\"\"\"\n"),
            ("two\nlines", "\"two\nlines\"\n"),
            ("<script>", "<script>\n"),
            ("Phường Đông Kinh", "Phường Đông Kinh\n"),
            ("05971", "05971\n"),
        ] {
            assert_eq!(line(&[Cell::text(text)]), written);
        }
        assert_eq!(line(&[Cell::Count(-2), Cell::Decimal("31.52".into()), Cell::Absent]), "-2,31.52,\n");
    }

    #[test]
    fn an_independent_reader_gets_the_same_cells_back() {
        let hostile = ["=1+1", "a,b", "<script>alert(1)</script>", "q\"q", "l\nl", "\r=x", "", "Đình Lập"];
        let columns: Vec<String> = (0..hostile.len()).map(|i| format!("c{i}")).collect();
        let table = Table {
            columns: columns.iter().map(Into::into).collect(),
            rows: vec![hostile.iter().map(|text| Cell::text(*text)).collect()],
        };
        let csv = table.csv();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let record = reader.records().next().expect("a row").expect("well-formed");
        let read: Vec<&str> = record.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell)).collect();
        assert_eq!(read, hostile);
    }

    #[test]
    fn json_keeps_the_order_of_columns_and_tells_absent_from_zero() {
        let mut table = Table::new(&["z", "a", "m"]);
        table.rows.push(vec![Cell::text("=1"), Cell::Count(0), Cell::Absent]);
        assert_eq!(serde_json::to_string(&table).expect("json"), r#"[{"z":"=1","a":0,"m":null}]"#);
    }
}
