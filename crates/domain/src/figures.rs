//! Figures (số liệu): one unit's complete, valid set for one form and month.
//!
//! [`Figures::parse`] is the only way in. It collects every fault, not the first, and what it returns needs no further
//! checking: all cells present, none negative, every identity holding in every row.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::form::{Form, OverTime};
use crate::ids::{ProcedureCode, SingleFieldCode};
use crate::procedure::Catalogue;
use crate::reason::{Finding, Reason};
use crate::unit::Tier;

/// The largest count that is accepted.
pub const COUNT_MAX: i64 = 1_000_000_000_000;

/// The most rows of one submission.
pub const ROWS_MAX: usize = 5_000;

/// The most faults that one answer lists; the last one then says how many more there are.
pub const FINDINGS_MAX: usize = 100;

/// Figures as they came: anything may be missing, doubled or wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFigures {
    /// The unit states that nothing happened in the period.
    pub nil: bool,
    /// Names of the columns, once.
    pub columns: Vec<String>,
    /// Rows: procedure code and one value per column.
    pub rows: Vec<(String, Vec<i64>)>,
    /// Single fields: code and value.
    pub fields: Vec<(String, i64)>,
}

/// A complete, valid set. Values stand in the order of the form's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// One row of values per procedure; empty for a nil report.
    pub rows: BTreeMap<ProcedureCode, Vec<i64>>,
    /// The single fields that were given; a nil report gives none, and each then counts as zero.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub single_fields: BTreeMap<SingleFieldCode, i64>,
}

impl Figures {
    /// Proves what a unit of this tier sent against the form and the catalogue of procedures.
    ///
    /// # Errors
    /// All faults, in the order of the request, at most [`FINDINGS_MAX`].
    pub fn parse(form: &Form, catalogue: &Catalogue, tier: Tier, raw: &RawFigures) -> Result<Self, Vec<Finding>> {
        let mut findings = Findings::default();
        if raw.nil {
            if !raw.rows.is_empty() {
                findings.add("lines.rows".into(), Reason::IdentityBroken, raw.rows.len(), "no rows in a nil report");
            }
            if !raw.fields.is_empty() {
                findings.add("fields".into(), Reason::IdentityBroken, raw.fields.len(), "no fields in a nil report");
            }
            return findings.or(Self::default());
        }
        let single_fields = single_fields(form, tier, raw, &mut findings);
        if raw.rows.is_empty() && raw.fields.is_empty() {
            findings.add("lines.rows".into(), Reason::FieldRequired, "", "at least one row or field, or nil = true");
        }
        if raw.rows.is_empty() {
            return findings.or(Self { rows: BTreeMap::new(), single_fields });
        }
        if raw.rows.len() > ROWS_MAX {
            findings.add(
                "lines.rows".into(),
                Reason::BatchTooLarge,
                raw.rows.len(),
                format!("at most {ROWS_MAX} rows"),
            );
            return findings.or(Self::default());
        }
        let columns = slots(form, raw, &mut findings);
        let mut rows = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (i, (key, values)) in raw.rows.iter().enumerate() {
            let path = format!("lines.rows[{i}]");
            let code = ProcedureCode::parse(key).ok().filter(|code| catalogue.get(code).is_some());
            if code.is_none() {
                let expected = "a procedure of the catalogue, such as 1.004194";
                findings.add(format!("{path}.key"), Reason::UnknownProcedure, key, expected);
            }
            if !seen.insert(key) {
                findings.add(format!("{path}.key"), Reason::DuplicateRow, key, "each procedure once");
            }
            if let (Some(row), Some(code)) = (row(form, &columns, values, &path, &mut findings), code) {
                rows.insert(code, row);
            }
        }
        findings.or(Self { rows, single_fields })
    }

    /// The sum over all rows, in the order of the form's columns.
    #[must_use]
    pub fn totals(&self, form: &Form) -> Vec<i64> {
        let mut totals = vec![0; form.columns.len()];
        for row in self.rows.values() {
            add(&mut totals, row);
        }
        totals
    }

    /// The totals of a longer period, by filed column, from the months in order: flows add up, opening stocks are the
    /// first month's, closing stocks the last month's.
    #[must_use]
    pub fn totals_over_time(form: &Form, months: &[&Self]) -> Vec<i64> {
        let mut totals = vec![0; form.columns.len()];
        for (i, month) in months.iter().enumerate() {
            let of_month = month.totals(form);
            for (position, column) in form.columns.iter().enumerate() {
                if column.over_time.counts(i == 0, i + 1 == months.len()) {
                    totals[position] += of_month[position];
                }
            }
        }
        totals
    }

    /// A single field over the months in order, by the same rule. None for a month that says nothing of it.
    #[must_use]
    pub fn field_over_time(over_time: OverTime, months: &[Option<i64>]) -> Option<i64> {
        let given: Vec<i64> = months.iter().flatten().copied().collect();
        match over_time {
            OverTime::Sum => (!given.is_empty()).then(|| given.iter().sum()),
            OverTime::First => given.first().copied(),
            OverTime::Last => given.last().copied(),
        }
    }

    /// A single field: zero where nothing happened, none where the report says nothing of it.
    #[must_use]
    pub fn single_field(&self, code: &SingleFieldCode) -> Option<i64> {
        let is_nil = self.rows.is_empty() && self.single_fields.is_empty();
        self.single_fields.get(code).copied().or(is_nil.then_some(0))
    }
}

/// Adds a row to a running total of the same columns.
pub fn add(totals: &mut [i64], row: &[i64]) {
    for (total, value) in totals.iter_mut().zip(row) {
        *total += value;
    }
}

/// The single fields of the request; unknown, doubled and impossible ones are faults.
fn single_fields(form: &Form, tier: Tier, raw: &RawFigures, findings: &mut Findings) -> BTreeMap<SingleFieldCode, i64> {
    let known: Vec<_> = form.single_fields.iter().filter(|field| field.is_owed_by(tier)).collect();
    let mut given = BTreeMap::new();
    let mut in_range = true;
    for (i, (code, value)) in raw.fields.iter().enumerate() {
        let path = format!("fields[{i}]");
        let Some(field) = known.iter().find(|field| field.code.as_str() == code) else {
            let codes: Vec<_> = known.iter().map(|field| field.code.as_str()).collect();
            let expected = if codes.is_empty() { "no single field".to_owned() } else { codes.join(", ") };
            findings.add(format!("{path}.code"), Reason::UnknownField, code, expected);
            continue;
        };
        in_range &= findings.check_count(&format!("{path}.value"), *value);
        if given.insert(field.code.clone(), *value).is_some() {
            findings.add(format!("{path}.code"), Reason::DuplicateRow, code, "each field once");
        }
    }
    for limit in form.limits.iter().filter(|_| in_range) {
        let [part, whole] = [limit.part, limit.whole].map(|position| &form.single_fields[position].code);
        match (given.get(part), given.get(whole)) {
            (Some(some), Some(all)) if some > all => {
                findings.add(
                    "fields".into(),
                    Reason::IdentityBroken,
                    format!("{some} > {all}"),
                    format!("{part} ≤ {whole}"),
                );
            }
            (Some(_), None) => {
                findings.add("fields".into(), Reason::FieldRequired, "", format!("{whole}, of which {part} is a part"));
            }
            _ => {}
        }
    }
    given
}

/// Where a column of the request goes.
#[derive(Clone, Copy)]
enum Slot {
    Filed(usize),
    Derived(usize),
    /// The form has no such column; its counts are looked at all the same.
    Unknown,
}

/// Where each column of the request goes; unknown, doubled and missing columns are faults.
fn slots(form: &Form, raw: &RawFigures, findings: &mut Findings) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(raw.columns.len());
    let mut seen = BTreeSet::new();
    for (i, code) in raw.columns.iter().enumerate() {
        let filed = form.position(code).map(Slot::Filed);
        let derived = || form.derived.iter().position(|d| d.code.as_str() == code).map(Slot::Derived);
        match filed.or_else(derived) {
            Some(slot) => slots.push(slot),
            None => {
                slots.push(Slot::Unknown);
                let known: Vec<_> = form.printed_order().into_iter().map(|code| code.as_str().to_owned()).collect();
                findings.add(format!("lines.columns[{i}]"), Reason::UnknownColumn, code, known.join(", "));
            }
        }
        if !seen.insert(code) {
            findings.add(format!("lines.columns[{i}]"), Reason::DuplicateRow, code, "each column once");
        }
    }
    for column in form.columns.iter().filter(|column| !raw.columns.iter().any(|code| code == column.code.as_str())) {
        findings.add("lines.columns".into(), Reason::FieldRequired, "", format!("column {}", column.code));
    }
    slots
}

fn row(form: &Form, columns: &[Slot], values: &[i64], path: &str, findings: &mut Findings) -> Option<Vec<i64>> {
    if values.len() != columns.len() {
        let expected = format!("{} values, one per column", columns.len());
        findings.add(format!("{path}.values"), Reason::FieldRequired, format!("{} values", values.len()), expected);
        return None;
    }
    let count_before = findings.count;
    let mut filed = vec![0; form.columns.len()];
    for (i, (slot, value)) in columns.iter().zip(values).enumerate() {
        findings.check_count(&format!("{path}.values[{i}]"), *value);
        if let Slot::Filed(position) = slot {
            filed[*position] = *value;
        }
    }
    let in_range = findings.count == count_before;
    let is_filed = |part: &usize| columns.iter().any(|slot| matches!(slot, Slot::Filed(position) if position == part));
    let are_filed = |parts: &[usize]| parts.iter().all(is_filed);
    // Sums are taken in i128: a row with a count out of range is still shown to be out of balance.
    let sum = |parts: &[usize]| parts.iter().map(|part| i128::from(filed[*part])).sum::<i128>();
    let names =
        |parts: &[usize]| parts.iter().map(|part| form.columns[*part].code.as_str()).collect::<Vec<_>>().join(" + ");
    for (i, (slot, value)) in columns.iter().zip(values).enumerate() {
        let Slot::Derived(position) = slot else { continue };
        let total = &form.derived[*position];
        let expected = sum(&total.parts);
        if are_filed(&total.parts) && expected != i128::from(*value) {
            let expected = format!("{} = {} = {expected}", total.code, names(&total.parts));
            findings.add(format!("{path}.values[{i}]"), Reason::IdentityBroken, value, expected);
        }
    }
    for identity in &form.identities {
        let (left, right) = (sum(&identity.left), sum(&identity.right));
        if are_filed(&identity.left) && are_filed(&identity.right) && left != right {
            let expected = format!("{} = {}", names(&identity.left), names(&identity.right));
            findings.add(format!("{path}.values"), Reason::IdentityBroken, format!("{left} ≠ {right}"), expected);
        }
    }
    (in_range && findings.count == count_before).then_some(filed)
}

/// Faults found so far; keeps the first hundred and counts the rest.
#[derive(Default)]
struct Findings {
    kept: Vec<Finding>,
    count: usize,
}

impl Findings {
    fn add(&mut self, path: String, reason: Reason, given: impl std::fmt::Display, expected: impl Into<String>) {
        self.count += 1;
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(Finding::new(path, reason, given, expected));
        }
    }

    /// Whether a count is in range; a fault otherwise.
    fn check_count(&mut self, path: &str, count: i64) -> bool {
        if count < 0 {
            self.add(path.to_owned(), Reason::NegativeCount, count, "0 or more");
        } else if count > COUNT_MAX {
            self.add(path.to_owned(), Reason::CountTooLarge, count, format!("at most {COUNT_MAX}"));
        }
        (0..=COUNT_MAX).contains(&count)
    }

    fn or<T>(mut self, proved: T) -> Result<T, Vec<Finding>> {
        let Some(last) = self.kept.last_mut() else { return Ok(proved) };
        let more = self.count - FINDINGS_MAX.min(self.count);
        if more > 0 {
            last.expected = format!("{}; and {more} more faults that are not listed", last.expected);
        }
        Err(self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{catalogue, form};

    const COLUMNS: [&str; 8] =
        ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

    fn raw(rows: &[(&str, &[i64])]) -> RawFigures {
        RawFigures {
            columns: COLUMNS.map(String::from).to_vec(),
            rows: rows.iter().map(|(key, values)| ((*key).to_owned(), values.to_vec())).collect(),
            ..RawFigures::default()
        }
    }

    fn faults(raw: &RawFigures) -> Vec<(String, Reason)> {
        let findings = Figures::parse(&form(), &catalogue(), Tier::Commune, raw).expect_err("faults");
        findings.into_iter().map(|finding| (finding.path, finding.reason)).collect()
    }

    #[test]
    fn a_balanced_row_is_accepted() {
        let raw = raw(&[("9.000001", &[12, 30, 2, 8, 33, 0, 3, 0])]);
        let figures = Figures::parse(&form(), &catalogue(), Tier::Commune, &raw).expect("valid");
        assert_eq!(figures.totals(&form()), [12, 30, 2, 8, 33, 0, 3, 0]);
        assert_eq!(form().value(&figures.totals(&form()), "received"), Some(44));
    }

    #[test]
    fn all_faults_are_listed_not_the_first() {
        let raw = raw(&[
            ("9.000001", &[12, 30, 2, 8, 33, 0, 3, 1]),
            ("7.777777", &[-1, 0, 1, 0, 0, 0, 0, 0]),
            ("9.000001", &[0, 0, 0, 0, 0, 0, 0]),
        ]);
        let expected = [
            ("lines.rows[0].values", Reason::IdentityBroken),
            ("lines.rows[1].key", Reason::UnknownProcedure),
            ("lines.rows[1].values[0]", Reason::NegativeCount),
            ("lines.rows[2].key", Reason::DuplicateRow),
            ("lines.rows[2].values", Reason::FieldRequired),
        ];
        assert_eq!(faults(&raw), expected.map(|(path, reason)| (path.to_owned(), reason)));
    }

    #[test]
    fn a_filed_total_is_checked() {
        let mut raw = raw(&[("9.000001", &[12, 30, 2, 8, 33, 0, 3, 0, 45])]);
        raw.columns.push("received".into());
        assert_eq!(faults(&raw), [("lines.rows[0].values[8]".to_owned(), Reason::IdentityBroken)]);
    }

    #[test]
    fn a_nil_report_has_no_rows_and_nothing_else_is_empty() {
        let nil = RawFigures { nil: true, ..RawFigures::default() };
        assert_eq!(Figures::parse(&form(), &catalogue(), Tier::Commune, &nil), Ok(Figures::default()));
        assert_eq!(faults(&RawFigures::default())[0], ("lines.rows".to_owned(), Reason::FieldRequired));
        let both = RawFigures { nil: true, ..raw(&[("9.000001", &[0; 8])]) };
        assert_eq!(faults(&both), [("lines.rows".to_owned(), Reason::IdentityBroken)]);
    }

    #[test]
    fn a_missing_or_foreign_column_is_named_beside_the_faults_of_the_rows() {
        let mut raw = raw(&[("9.000001", &[0; 8])]);
        raw.columns[0] = "onlin".into();
        raw.rows[0].1[3] = -1;
        raw.rows[0].0 = "7.7".into();
        let expected = [
            ("lines.columns[0]", Reason::UnknownColumn),
            ("lines.columns", Reason::FieldRequired),
            ("lines.rows[0].key", Reason::UnknownProcedure),
            ("lines.rows[0].values[3]", Reason::NegativeCount),
        ];
        assert_eq!(faults(&raw), expected.map(|(path, reason)| (path.to_owned(), reason)));
    }

    #[test]
    fn counts_at_the_edges_of_the_integer_are_refused_without_overflow() {
        let raw = raw(&[("9.000001", &[i64::MAX, i64::MAX, i64::MAX, i64::MIN, 0, 0, 0, 0])]);
        assert!(faults(&raw).iter().any(|(_, reason)| *reason == Reason::CountTooLarge));
    }

    #[test]
    fn a_quarter_takes_the_first_opening_and_the_last_closing() {
        let month = |values: [i64; 8]| Figures {
            rows: BTreeMap::from([(ProcedureCode::parse("9.000001").expect("code"), values.to_vec())]),
            ..Figures::default()
        };
        let (july, august) = (month([10, 5, 3, 0, 14, 0, 4, 0]), month([20, 5, 4, 1, 20, 2, 5, 1]));
        assert_eq!(Figures::totals_over_time(&form(), &[&july, &august]), [30, 10, 3, 1, 34, 2, 5, 1]);
        let months = [Some(3), None, Some(5)];
        for (over_time, expected) in [(OverTime::Sum, 8), (OverTime::First, 3), (OverTime::Last, 5)] {
            assert_eq!(Figures::field_over_time(over_time, &months), Some(expected));
        }
        assert_eq!(Figures::field_over_time(OverTime::Sum, &[None]), None, "absent is not zero");
    }

    fn fields(given: &[(&str, i64)]) -> RawFigures {
        RawFigures {
            fields: given.iter().map(|(code, value)| ((*code).to_owned(), *value)).collect(),
            ..RawFigures::default()
        }
    }

    #[test]
    fn single_fields_are_owed_by_tiers_and_a_part_is_within_its_whole() {
        let form = crate::testing::form_with_fields();
        let parse = |tier, given: &[(&str, i64)]| Figures::parse(&form, &catalogue(), tier, &fields(given));
        let code = |code| SingleFieldCode::parse(code).expect("code");
        let some = parse(Tier::Commune, &[("due", 4)]).expect("valid");
        assert_eq!([some.single_field(&code("due")), some.single_field(&code("in_time"))], [Some(4), None]);
        assert_eq!(Figures::default().single_field(&code("due")), Some(0), "nothing happened");
        for (tier, given, path, reason) in [
            (Tier::Commune, &[("due", 4), ("in_time", 5)][..], "fields", Reason::IdentityBroken),
            (Tier::Commune, &[("in_time", 5)], "fields", Reason::FieldRequired),
            (Tier::Department, &[("due", 4)], "fields[0].code", Reason::UnknownField),
            (Tier::Commune, &[("du", 4)], "fields[0].code", Reason::UnknownField),
            (Tier::Commune, &[("due", -1)], "fields[0].value", Reason::NegativeCount),
            (Tier::Commune, &[("due", 1), ("due", 1)], "fields[1].code", Reason::DuplicateRow),
        ] {
            let findings = parse(tier, given).expect_err("a fault");
            assert_eq!((findings[0].path.as_str(), findings[0].reason, findings.len()), (path, reason, 1), "{given:?}");
        }
    }
}
