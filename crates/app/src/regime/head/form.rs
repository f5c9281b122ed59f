//! The form of the head: columns are named in the file and become positions here.

use std::collections::BTreeSet;

use baocao_domain::form::{Column, DerivedColumn, Form, Identity, OverTime};
use baocao_domain::ids::{ColumnCode, FormCode};
use toml::Spanned;

use super::raw::{RawColumn, RawContinuity, RawDerived, RawForm, RawIdentity, Text};
use super::{Check, Head, Names};
use crate::regime::fault::Faults;
use crate::regime::words::one_of;

/// The most columns of a form, filed and derived together.
pub const COLUMNS_MAX: usize = 100;

const OVER_TIME: [(&str, OverTime); 3] = [("sum", OverTime::Sum), ("first", OverTime::First), ("last", OverTime::Last)];

/// The filed columns, in the order in which figures are kept.
pub(super) fn columns(form: &RawForm) -> Names<'_> {
    let codes = form.column.iter().map(|column| column.code.get_ref().as_str());
    Names { noun: "filed column", known: codes.map(|code| ColumnCode::parse(code).is_ok().then_some(code)).collect() }
}

pub(super) fn over_time(word: &str) -> Result<OverTime, String> {
    one_of(&OVER_TIME)(word)
}

impl Head<'_> {
    /// The form; none if a part of it has a fault.
    pub(in crate::regime) fn form(&self, faults: &mut Faults) -> Option<Form> {
        let (raw, mut check) = (&self.raw.form, self.check(faults));
        let known = columns(raw);
        let code = check.value(&raw.code, FormCode::parse);
        let title = check.text(&raw.title);
        check.unique_columns(raw);
        let columns: Vec<_> = raw.column.iter().map(|column| check.column(column)).collect();
        let derived: Vec<_> = raw.derived.iter().map(|column| check.derived(&known, column)).collect();
        let identities: Vec<_> = raw.identity.iter().map(|identity| check.identity(&known, identity)).collect();
        let single_fields = check.single_fields(raw);
        let limits = check.limits(raw);
        let continuity = match &raw.continuity {
            Some(continuity) => check.continuity(raw, continuity).map(Some),
            None => Some(None),
        };
        Some(Form {
            code: code?,
            title: title?,
            columns: columns.into_iter().collect::<Option<_>>()?,
            derived: derived.into_iter().collect::<Option<_>>()?,
            identities: identities.into_iter().collect::<Option<_>>()?,
            single_fields: single_fields?,
            limits: limits?,
            continuity: continuity?,
        })
    }
}

impl Check<'_> {
    fn unique_columns(&mut self, form: &RawForm) {
        let filed = form.column.iter().map(|column| (&column.code, &column.number));
        let derived = form.derived.iter().map(|column| (&column.code, &column.number));
        let columns: Vec<(&Text, &Spanned<u8>)> = filed.chain(derived).collect();
        if form.column.is_empty() || columns.len() > COLUMNS_MAX {
            self.fault(&form.code, format!("{} columns; expected 1 to {COLUMNS_MAX}, filed ones first", columns.len()));
        }
        let (mut codes, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for (code, number) in columns {
            if !codes.insert(code.get_ref()) {
                self.fault(code, format!("column {} is given twice; expected each code once", code.get_ref()));
            }
            if !numbers.insert(*number.get_ref()) {
                let message = format!("two columns have the number {}; expected each number once", number.get_ref());
                self.fault(number, message);
            }
        }
    }

    fn column(&mut self, raw: &RawColumn) -> Option<Column> {
        let (code, heading) = (self.value(&raw.code, ColumnCode::parse), self.text(&raw.heading));
        let over_time = self.value(&raw.over_time, over_time);
        Some(Column { code: code?, number: *raw.number.get_ref(), heading: heading?, over_time: over_time? })
    }

    fn derived(&mut self, known: &Names<'_>, raw: &RawDerived) -> Option<DerivedColumn> {
        let (code, heading) = (self.value(&raw.code, ColumnCode::parse), self.text(&raw.heading));
        let parts = self.positions(known, &raw.parts);
        Some(DerivedColumn { code: code?, number: *raw.number.get_ref(), heading: heading?, parts: parts? })
    }

    fn identity(&mut self, known: &Names<'_>, raw: &RawIdentity) -> Option<Identity> {
        let left = self.positions(known, &raw.left);
        let right = self.positions(known, &raw.right);
        Some(Identity { left: left?, right: right? })
    }

    fn continuity(&mut self, form: &RawForm, raw: &RawContinuity) -> Option<(usize, Vec<usize>)> {
        let known = columns(form);
        let opening = self.position(&known, &raw.opening);
        let closings = self.positions(&known, &raw.closings);
        let stocks = [(&raw.opening, "an opening stock", "first")]
            .into_iter()
            .chain(raw.closings.get_ref().iter().map(|closing| (closing, "a closing stock", "last")));
        for (name, noun, word) in stocks {
            let column = form.column.iter().find(|column| column.code.get_ref() == name.get_ref());
            if column.is_some_and(|column| column.over_time.get_ref() != word) {
                let message =
                    format!("column {} is not {noun}; expected one with over_time = {word:?}", name.get_ref());
                self.fault(name, message);
            }
        }
        Some((opening?, closings?))
    }
}
