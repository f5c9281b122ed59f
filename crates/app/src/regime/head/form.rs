//! The form and the indicators of the head: columns are named in the file and become positions here.

use std::collections::BTreeSet;

use baocao_domain::form::{Column, DerivedColumn, Form, Identity, OverTime};
use baocao_domain::ids::{ColumnCode, FormCode, IndicatorCode};
use baocao_domain::indicator::Indicator;
use toml::Spanned;

use super::Check;
use super::raw::{RawColumn, RawContinuity, RawDerived, RawForm, RawIndicator, Text};
use crate::regime::rows::LEVELS;

/// The most columns of a form, filed and derived together.
pub const COLUMNS_MAX: usize = 100;

impl Check<'_> {
    pub(super) fn form(&mut self, raw: &RawForm) -> Option<Form> {
        let code = self.value(&raw.code, FormCode::parse);
        let title = self.text(&raw.title);
        let filed = raw.column.iter().map(|column| (&column.code, &column.number));
        let derived = raw.derived.iter().map(|column| (&column.code, &column.number));
        self.unique_columns(&raw.code, &filed.chain(derived).collect::<Vec<_>>());

        let columns: Vec<_> = raw.column.iter().map(|column| self.column(column)).collect();
        let columns = columns.into_iter().collect::<Option<Vec<Column>>>()?;
        let derived: Vec<_> = raw.derived.iter().map(|column| self.derived(&columns, column)).collect();
        let identities: Vec<_> = raw
            .identity
            .iter()
            .map(|identity| {
                let (left, right) =
                    (self.positions(&columns, &identity.left), self.positions(&columns, &identity.right));
                Some(Identity { left: left?, right: right? })
            })
            .collect();
        let continuity = match &raw.continuity {
            Some(continuity) => Some(self.continuity(&columns, continuity)?),
            None => None,
        };
        Some(Form {
            code: code?,
            title: title?,
            derived: derived.into_iter().collect::<Option<_>>()?,
            identities: identities.into_iter().collect::<Option<_>>()?,
            columns,
            continuity,
        })
    }

    fn unique_columns(&mut self, form: &Text, columns: &[(&Text, &Spanned<u8>)]) {
        if !(1..=COLUMNS_MAX).contains(&columns.len()) {
            self.fault(form, format!("{} columns; expected 1 to {COLUMNS_MAX}", columns.len()));
        }
        let (mut codes, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for (code, number) in columns {
            if !codes.insert(code.get_ref()) {
                self.fault(code, format!("column {} is given twice", code.get_ref()));
            }
            if !numbers.insert(*number.get_ref()) {
                self.fault(number, format!("two columns have the number {}", number.get_ref()));
            }
        }
    }

    fn column(&mut self, raw: &RawColumn) -> Option<Column> {
        let (code, heading) = (self.value(&raw.code, ColumnCode::parse), self.text(&raw.heading));
        Some(Column { code: code?, number: *raw.number.get_ref(), heading: heading?, over_time: raw.over_time })
    }

    fn derived(&mut self, columns: &[Column], raw: &RawDerived) -> Option<DerivedColumn> {
        let (code, heading) = (self.value(&raw.code, ColumnCode::parse), self.text(&raw.heading));
        let parts = self.positions(columns, &raw.parts);
        Some(DerivedColumn { code: code?, number: *raw.number.get_ref(), heading: heading?, parts: parts? })
    }

    fn continuity(&mut self, columns: &[Column], raw: &RawContinuity) -> Option<(usize, Vec<usize>)> {
        let opening = self.position(columns, &raw.opening);
        let closings = self.positions(columns, &raw.closings);
        if opening.is_some_and(|opening| columns[opening].over_time != OverTime::First) {
            self.fault(&raw.opening, format!("column {} is not an opening stock (first)", raw.opening.get_ref()));
        }
        for closing in raw.closings.get_ref() {
            let found = columns.iter().find(|column| column.code.as_str() == closing.get_ref());
            if found.is_some_and(|column| column.over_time != OverTime::Last) {
                self.fault(closing, format!("column {} is not a closing stock (last)", closing.get_ref()));
            }
        }
        Some((opening?, closings?))
    }

    pub(super) fn indicators(&mut self, form: &Form, raw: &[RawIndicator]) -> Option<Vec<Indicator>> {
        let mut seen = BTreeSet::new();
        for indicator in raw {
            if !seen.insert(indicator.code.get_ref()) {
                self.fault(&indicator.code, format!("indicator {} is given twice", indicator.code.get_ref()));
            }
        }
        let read: Vec<_> = raw.iter().map(|indicator| self.indicator(form, indicator)).collect();
        read.into_iter().collect()
    }

    fn indicator(&mut self, form: &Form, raw: &RawIndicator) -> Option<Indicator> {
        let code = self.value(&raw.code, IndicatorCode::parse);
        let name = self.text(&raw.name);
        let short_name = self.text(&raw.short_name);
        let noun = self.text(&raw.noun);
        let basis = self.text(&raw.basis);
        let numerator = self.positions(&form.columns, &raw.numerator);
        let denominator = self.positions(&form.columns, &raw.denominator);
        for level in &raw.levels {
            if !LEVELS.contains(level.get_ref()) {
                let message = format!("level {}; expected {} to {}", level.get_ref(), LEVELS.start(), LEVELS.end());
                self.fault(level, message);
            }
        }
        Some(Indicator {
            code: code?,
            name: name?,
            short_name: short_name?,
            noun: noun?,
            count: raw.count,
            numerator: numerator?,
            denominator: denominator?,
            levels: raw.levels.iter().map(|level| *level.get_ref()).collect(),
            scope: raw.scope,
            basis: basis?,
        })
    }

    /// Positions of named columns: at least one, each once.
    fn positions(&mut self, columns: &[Column], names: &Spanned<Vec<Text>>) -> Option<Vec<usize>> {
        if names.get_ref().is_empty() {
            self.fault(names, "no column; expected at least one");
        }
        let read: Vec<_> = names.get_ref().iter().map(|name| self.position(columns, name)).collect();
        let mut seen = BTreeSet::new();
        for (position, name) in read.iter().zip(names.get_ref()) {
            if position.is_some_and(|position| !seen.insert(position)) {
                self.fault(name, format!("column {} is given twice", name.get_ref()));
            }
        }
        read.into_iter().collect()
    }

    fn position(&mut self, columns: &[Column], name: &Text) -> Option<usize> {
        let position = columns.iter().position(|column| column.code.as_str() == name.get_ref());
        if position.is_none() {
            let known: Vec<_> = columns.iter().map(|column| column.code.as_str()).collect();
            self.fault(name, format!("no filed column {:?}; expected one of {}", name.get_ref(), known.join(", ")));
        }
        position
    }
}
