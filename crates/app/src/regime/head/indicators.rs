//! Indicators of the head, all versions, and the proof that what counts above is counted below.

use std::collections::BTreeSet;

use baocao_domain::form::Limit;
use baocao_domain::ids::{IndicatorCode, ListCode};
use baocao_domain::indicator::{Better, Count, Indicator, Scope, Side, Term};
use jiff::civil::Date;

use super::fields::{known_limits, single_fields};
use super::form::columns;
use super::raw::{RawIndicator, RawSide, Texts};
use super::{Check, Head, Names};
use crate::regime::fault::Faults;
use crate::regime::words::{date, one_of};

const COUNTS: [(&str, Count); 2] = [("sum", Count::Sum), ("distinct_procedures", Count::DistinctProcedures)];

/// Whose rows count, as data writes it.
pub(in crate::regime) const SCOPES: [(&str, Scope); 2] =
    [(Scope::Own.code(), Scope::Own), (Scope::Subtree.code(), Scope::Subtree)];

/// What indicators refer to, whatever faults it has elsewhere.
pub(super) struct Known<'a> {
    pub(super) columns: Names<'a>,
    pub(super) single_fields: Names<'a>,
    /// Which single fields are parts of which; none if a limit has a fault.
    pub(super) limits: Option<Vec<Limit>>,
    /// The declared lists; none if a code could not be read.
    pub(super) lists: Option<BTreeSet<ListCode>>,
    /// Fields (lĩnh vực) of the procedures; none if a row of them could not be read.
    pub(super) procedure_fields: Option<&'a BTreeSet<String>>,
}

impl Head<'_> {
    /// All versions of all indicators; none if one has a fault.
    pub(in crate::regime) fn indicators(
        &self,
        procedure_fields: Option<&BTreeSet<String>>,
        faults: &mut Faults,
    ) -> Option<Vec<Indicator>> {
        let form = &self.raw.form;
        let known = Known {
            columns: columns(form),
            single_fields: single_fields(form),
            limits: known_limits(form),
            lists: self.raw.list.iter().map(|list| ListCode::parse(list.code.get_ref()).ok()).collect(),
            procedure_fields,
        };
        let mut check = self.check(faults);
        check.versions(&self.raw.indicator);
        let read: Vec<_> = self.raw.indicator.iter().map(|indicator| check.indicator(indicator, &known)).collect();
        read.into_iter().collect()
    }
}

impl Check<'_> {
    /// On no day may two versions of one indicator be in force.
    fn versions(&mut self, all: &[RawIndicator]) {
        for (i, later) in all.iter().enumerate() {
            let Some(days) = validity(later) else { continue };
            let mut others = all[..i].iter().filter(|other| other.code.get_ref() == later.code.get_ref());
            let clash = others.find(|other| validity(other).is_some_and(|validity| share_a_day(validity, days)));
            if let Some(other) = clash {
                let (code, since) = (later.code.get_ref(), other.valid_from.get_ref());
                let message = format!("another version of {code}, in force from {since} on, shares days with this one");
                self.fault(&later.valid_from, format!("{message}; expected one to end (valid_to) before the next"));
            }
        }
    }

    fn indicator(&mut self, raw: &RawIndicator, known: &Known<'_>) -> Option<Indicator> {
        let code = self.value(&raw.code, IndicatorCode::parse);
        let name = self.text(&raw.name);
        let short_name = self.text(&raw.short_name);
        let noun = self.text(&raw.noun);
        let basis = self.text(&raw.basis);
        let count = self.value(&raw.count, one_of(&COUNTS));
        let scope = self.value(&raw.scope, one_of(&SCOPES));
        let validity = self.validity(raw);
        let numerator = self.side(&raw.numerator, count, known);
        let denominator = self.side(&raw.denominator, count, known);
        let has_fields = [&raw.numerator, &raw.denominator].map(|side| side.get_ref().single_fields.is_some());
        if count == Some(Count::DistinctProcedures) && has_fields.contains(&true) {
            self.fault(
                &raw.count,
                "procedures of single fields, which belong to none; expected columns, or count = \"sum\"",
            );
            return None;
        }
        let (numerator, denominator) = (numerator?, denominator?);
        let is_sound = self.is_counted_below(raw, &numerator, &denominator, known);
        let (valid_from, valid_to) = validity?;
        is_sound.then_some(Indicator {
            code: code?,
            name: name?,
            short_name: short_name?,
            noun: noun?,
            count: count?,
            numerator,
            denominator,
            scope: scope?,
            better: Better::Higher,
            valid_from,
            valid_to,
            basis: basis?,
        })
    }

    fn validity(&mut self, raw: &RawIndicator) -> Option<(Date, Option<Date>)> {
        let from = self.value(&raw.valid_from, date);
        let to = match &raw.valid_to {
            Some(last) => self.value(last, date).map(Some),
            None => Some(None),
        };
        let (from, to) = (from?, to?);
        if let (Some(last), Some(day)) = (&raw.valid_to, to)
            && day < from
        {
            self.fault(last, format!("valid_to: {day} is before valid_from; expected {from} or later"));
            return None;
        }
        Some((from, to))
    }

    /// Whether a share can never exceed 100%, and is not always 100%.
    fn is_counted_below(&mut self, raw: &RawIndicator, above: &Side, below: &Side, known: &Known<'_>) -> bool {
        if above.columns.is_empty() != below.columns.is_empty() {
            let message = "single fields on one side and columns on the other; expected one kind on both";
            self.fault(&raw.denominator, message);
            return false;
        }
        if is_same(above, below) {
            self.fault(&raw.numerator, "the same above and below, which would always be 100%; expected less above");
            return false;
        }
        let is_limited = |a: &Term, b: &Term| {
            let limit = Limit { part: a.position, whole: b.position };
            known.limits.as_ref().is_none_or(|limits| limits.contains(&limit))
        };
        let (lacking, expected) = if below.columns.is_empty() {
            let fits = |a: &Term, b: &Term| a.position == b.position || is_limited(a, b);
            let expected = "single_fields with the same weight, or a [[form.limit]] to one of them alone";
            (unpaired(&above.single_fields, &below.single_fields, fits), expected)
        } else {
            let fits = |a: &Term, b: &Term| a.position == b.position;
            (unpaired(&above.columns, &below.columns, fits), "columns with the same weight")
        };
        for place in &lacking {
            self.fault_of_term(raw.numerator.get_ref(), *place, expected);
        }
        let is_within = above.filter.is_within(&below.filter);
        if !is_within {
            let message = "rows of procedures that are not counted below; expected the denominator's filters or";
            self.fault(&raw.numerator, format!("{message} narrower ones"));
        }
        is_within && lacking.is_empty()
    }

    fn fault_of_term(&mut self, side: &RawSide, place: usize, expected: &str) {
        let terms: Option<&Texts> = side.columns.as_ref().or(side.single_fields.as_ref());
        if let Some(term) = terms.and_then(|terms| terms.get_ref().get(place)) {
            self.fault(
                term,
                format!("{} is not counted below; expected it in the denominator's {expected}", term.get_ref()),
            );
        }
    }
}

/// Whether both sides count the same, in whatever order the file names it.
fn is_same(one: &Side, other: &Side) -> bool {
    let same = |a: &[Term], b: &[Term]| a.len() == b.len() && a.iter().all(|term| b.contains(term));
    same(&one.columns, &other.columns)
        && same(&one.single_fields, &other.single_fields)
        && one.filter.is_within(&other.filter)
        && other.filter.is_within(&one.filter)
}

fn validity(raw: &RawIndicator) -> Option<(Date, Option<Date>)> {
    let to = raw.valid_to.as_ref().map(|to| date(to.get_ref())).transpose().ok()?;
    Some((date(raw.valid_from.get_ref()).ok()?, to))
}

fn share_a_day(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    one.1.is_none_or(|to| other.0 <= to) && other.1.is_none_or(|to| one.0 <= to)
}

/// The terms above that find no term of their own below that they fit, at the same weight.
///
/// Each term above needs one below for itself: two parts of one whole could exceed it together. A term that finds its
/// place taken moves the other one on, if that can go elsewhere.
fn unpaired(above: &[Term], below: &[Term], fits: impl Fn(&Term, &Term) -> bool) -> Vec<usize> {
    fn place(i: usize, fitting: &[Vec<usize>], taken_by: &mut [Option<usize>], tried: &mut BTreeSet<usize>) -> bool {
        fitting[i].iter().any(|&j| {
            let is_new = tried.insert(j);
            let is_free = is_new && taken_by[j].is_none_or(|other| place(other, fitting, taken_by, tried));
            if is_free {
                taken_by[j] = Some(i);
            }
            is_free
        })
    }
    let fitting_of = |a: &Term| {
        let fitting = below.iter().enumerate().filter(|(_, b)| a.weight == b.weight && fits(a, b));
        fitting.map(|(j, _)| j).collect()
    };
    let fitting: Vec<Vec<usize>> = above.iter().map(fitting_of).collect();
    let mut taken_by = vec![None; below.len()];
    (0..above.len()).filter(|i| !place(*i, &fitting, &mut taken_by, &mut BTreeSet::new())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_above_needs_one_of_its_own_below() {
        let term = |(position, weight): &(usize, i64)| Term { position: *position, weight: *weight };
        let limits = [(0, 1), (2, 1), (2, 3)];
        for (above, below, expected) in [
            (&[(0, 1)][..], &[(1, 1)][..], &[][..]),
            (&[(0, 2)], &[(1, 1)], &[0]),
            (&[(1, 1)], &[(1, 1), (3, 1)], &[]),
            (&[(0, 1), (2, 1)], &[(1, 1)], &[1]),
            (&[(2, 1), (0, 1)], &[(1, 1), (3, 1)], &[]), // the first moves on
            (&[(1, 1)], &[(0, 1)], &[0]),
        ] {
            let (above, below): (Vec<Term>, Vec<Term>) =
                (above.iter().map(term).collect(), below.iter().map(term).collect());
            let fits = |a: &Term, b: &Term| a.position == b.position || limits.contains(&(a.position, b.position));
            assert_eq!(unpaired(&above, &below, fits), expected, "{above:?} {below:?}");
        }
    }
}
