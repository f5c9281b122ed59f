//! Comparing rows: each has a key and says things; what differs is told key by key.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Change, Field, Section, Sign};

/// One row of a section, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Which row.
    key: String,
    /// What it says, by name; a text that is empty says nothing.
    fields: Vec<(&'static str, String)>,
}

impl Row {
    /// A row that says these things.
    pub(super) fn new(key: impl Into<String>, fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self { key: key.into(), fields: fields.into_iter().collect() }
    }

    /// A row that says nothing but its value.
    pub(super) fn value(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(key, [("", value.into())])
    }
}

/// What differs between the rows of a section, were it only their order; none if nothing does.
pub(super) fn section(title: &'static str, before: &[Row], after: &[Row]) -> Option<Section> {
    if before == after {
        return None;
    }
    let mut changes = changes(before, after);
    if changes.is_empty() {
        changes.push(Change { sign: Sign::Changed, what: "the order of the rows".into(), fields: Vec::new() });
    }
    Some(Section { title, changes })
}

/// Added and changed rows in the order of those after, then the rows that are gone.
pub(super) fn changes(before: &[Row], after: &[Row]) -> Vec<Change> {
    let (was, is) = (numbered(before), numbered(after));
    let known: BTreeMap<_, &Row> = was.iter().map(|(key, row)| (*key, *row)).collect();
    let kept: BTreeSet<_> = is.iter().map(|(key, _)| *key).collect();
    let mut changes = Vec::new();
    for (key, row) in &is {
        match known.get(key) {
            None => changes.push(Change { sign: Sign::Added, what: row.key.clone(), fields: fields(None, Some(row)) }),
            Some(old) if old.fields != row.fields => {
                let differing = fields(Some(old), Some(row)).into_iter().filter(|field| field.before != field.after);
                changes.push(Change { sign: Sign::Changed, what: row.key.clone(), fields: differing.collect() });
            }
            Some(_) => {}
        }
    }
    let gone = was.iter().filter(|(key, _)| !kept.contains(key));
    changes.extend(gone.map(|(_, row)| Change {
        sign: Sign::Removed,
        what: row.key.clone(),
        fields: fields(Some(row), None),
    }));
    changes
}

/// Rows by key; of several with one key, by their place among them.
fn numbered(rows: &[Row]) -> Vec<((&str, usize), &Row)> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let nth = seen.entry(&row.key).or_default();
            *nth += 1;
            ((row.key.as_str(), *nth), row)
        })
        .collect()
}

/// What two rows of one key say, name by name.
fn fields(before: Option<&Row>, after: Option<&Row>) -> Vec<Field> {
    let said = |row: Option<&Row>, name: &str| {
        let fields = row.map(|row| row.fields.iter()).into_iter().flatten();
        fields.filter(|(known, _)| *known == name).map(|(_, text)| text.clone()).find(|text| !text.is_empty())
    };
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in [after, before].into_iter().flatten().flat_map(|row| &row.fields) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Field { name, before: said(before, name), after: said(after, name) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[(&str, &str)]) -> Vec<Row> {
        rows.iter().map(|(key, value)| Row::value(*key, *value)).collect()
    }

    fn lines(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        changes(&rows(before), &rows(after)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_are_compared_by_key() {
        let before = [("a", "1"), ("b", "2"), ("c", "3")];
        assert_eq!(lines(&before, &before), Vec::<String>::new());
        assert_eq!(lines(&before, &[("c", "3"), ("d", "4"), ("a", "5")]), ["+ d: 4", "~ a: 1 → 5", "- b: 2"]);
    }

    #[test]
    fn rows_of_one_key_are_told_apart_by_their_place() {
        let lines = lines(&[("a", "1"), ("a", "2")], &[("a", "1"), ("a", "3"), ("a", "4")]);
        assert_eq!(lines, ["~ a: 2 → 3", "+ a: 4"]);
    }

    #[test]
    fn what_differs_only_in_order_is_told_so() {
        let (one, other) = (rows(&[("a", "1"), ("b", "2")]), rows(&[("b", "2"), ("a", "1")]));
        let section = section("Rows", &one, &other).expect("it differs");
        assert_eq!(section.changes[0].to_string(), "~ the order of the rows");
        assert_eq!(super::section("Rows", &one, &one), None);
    }
}
