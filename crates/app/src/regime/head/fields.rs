//! Single fields of the form: figures beside its table, and which of them must not exceed which.

use std::collections::BTreeSet;

use baocao_domain::form::{Limit, SingleField};
use baocao_domain::ids::SingleFieldCode;
use baocao_domain::unit::Tier;

use super::form::over_time;
use super::raw::{RawForm, RawLimit, RawSingleField};
use super::{Check, Names};
use crate::regime::words::{TIERS_BELOW, tier_below};

/// The most single fields of a form.
pub const SINGLE_FIELDS_MAX: usize = 100;

/// The single fields, in the order of the file.
pub(super) fn single_fields(form: &RawForm) -> Names<'_> {
    let codes = form.single_field.iter().map(|field| field.code.get_ref().as_str());
    Names {
        noun: "single field",
        known: codes.map(|code| SingleFieldCode::parse(code).is_ok().then_some(code)).collect(),
    }
}

impl Check<'_> {
    pub(super) fn single_fields(&mut self, form: &RawForm) -> Option<Vec<SingleField>> {
        let count = form.single_field.len();
        if count > SINGLE_FIELDS_MAX {
            self.fault(&form.code, format!("{count} single fields; expected at most {SINGLE_FIELDS_MAX}"));
        }
        let (filed, derived) = (form.column.iter().map(|c| &c.code), form.derived.iter().map(|c| &c.code));
        let columns: BTreeSet<&str> = filed.chain(derived).map(|code| code.get_ref().as_str()).collect();
        let mut codes = BTreeSet::new();
        let mut read = Vec::with_capacity(count);
        for field in &form.single_field {
            let code = field.code.get_ref().as_str();
            if columns.contains(code) {
                self.fault(&field.code, format!("{code} is the code of a column; expected another for a single field"));
            }
            if !codes.insert(code) {
                self.fault(&field.code, format!("single field {code} is given twice; expected each code once"));
            }
            read.push(self.single_field(field));
        }
        read.into_iter().collect()
    }

    fn single_field(&mut self, raw: &RawSingleField) -> Option<SingleField> {
        let (code, heading) = (self.value(&raw.code, SingleFieldCode::parse), self.text(&raw.heading));
        let over_time = self.value(&raw.over_time, over_time);
        let owed_by = self.values(&raw.owed_by, tier_below);
        Some(SingleField { code: code?, heading: heading?, over_time: over_time?, owed_by: owed_by? })
    }

    pub(super) fn limits(&mut self, form: &RawForm) -> Option<Vec<Limit>> {
        let mut seen = BTreeSet::new();
        let mut read = Vec::with_capacity(form.limit.len());
        for raw in &form.limit {
            let limit = self.limit(form, raw);
            if limit.is_some_and(|limit| !seen.insert((limit.part, limit.whole))) {
                self.fault(&raw.part, "the limit is given twice; expected each pair once");
            }
            read.push(limit);
        }
        read.into_iter().collect()
    }

    fn limit(&mut self, form: &RawForm, raw: &RawLimit) -> Option<Limit> {
        let known = single_fields(form);
        let part = self.position(&known, &raw.part);
        let whole = self.position(&known, &raw.whole);
        let limit = Limit { part: part?, whole: whole? };
        if limit.part == limit.whole {
            self.fault(&raw.whole, "part and whole are one field; expected two");
            return None;
        }
        self.limit_of_alike(&form.single_field[limit.part], &form.single_field[limit.whole], raw);
        Some(limit)
    }

    /// A part can stay within its whole only if whoever owes the part owes the whole, and both are folded alike.
    fn limit_of_alike(&mut self, part: &RawSingleField, whole: &RawSingleField, at: &RawLimit) {
        let (name, of) = (part.code.get_ref(), whole.code.get_ref());
        if let (Some(owing), Some(owing_whole)) = (owed_by(part), owed_by(whole))
            && let Some(tier) = owing.difference(&owing_whole).next()
        {
            let message = format!("units of tier {} owe {name} and do not owe {of}", tier.code());
            self.fault(&at.part, format!("{message}; expected whoever owes the part to owe the whole"));
        }
        let folded = [part, whole].map(|field| over_time(field.over_time.get_ref()).ok());
        if let [Some(one), Some(other)] = folded
            && one != other
        {
            let words = [part, whole].map(|field| field.over_time.get_ref().as_str());
            let message = format!("{name} is folded as {} and {of} as {}; expected both alike", words[0], words[1]);
            self.fault(&at.part, message);
        }
    }
}

/// The tiers that owe a field: all where it names none; none if one of its words is none.
fn owed_by(field: &RawSingleField) -> Option<BTreeSet<Tier>> {
    if field.owed_by.is_empty() {
        return Some(TIERS_BELOW.iter().map(|(_, tier)| *tier).collect());
    }
    field.owed_by.iter().map(|tier| tier_below(tier.get_ref()).ok()).collect()
}

/// The limits, whatever faults the form has elsewhere; none if one of them has one.
pub(super) fn known_limits(form: &RawForm) -> Option<Vec<Limit>> {
    let known = single_fields(form).known?;
    let find = |name: &str| known.iter().position(|code| *code == name);
    let limits = form.limit.iter().map(|limit| {
        let (part, whole) = (find(limit.part.get_ref())?, find(limit.whole.get_ref())?);
        (part != whole).then_some(Limit { part, whole })
    });
    limits.collect()
}
