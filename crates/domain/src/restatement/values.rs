//! An edition as a list of values: all that its readers can see of the results.

use std::collections::BTreeSet;

use super::{Item, Value};
use crate::edition::{Edition, Filing, IndicatorHead, Judgement, Outcome, OwedReport, SideHead, UnitResult};
use crate::fold::FieldTotal;
use crate::form::Form;
use crate::ids::UnitCode;
use crate::indicator::{Count, Scope};
use crate::target::Span;

/// A value with what it is of.
pub(super) type Values = Vec<(Item, Value)>;

/// The codes of all units of two editions: in the order of the later tree, what is gone behind what stood before it.
pub(super) fn units_of_both<'a>(before: &'a Edition, now: &'a Edition) -> Vec<&'a UnitCode> {
    let mut codes: Vec<&UnitCode> = now.units.iter().map(|unit| &unit.code).collect();
    let known: BTreeSet<&UnitCode> = codes.iter().copied().collect();
    for (i, gone) in before.units.iter().enumerate().filter(|(_, unit)| !known.contains(&unit.code)) {
        let neighbour = i.checked_sub(1).map(|above| &before.units[above].code);
        let at = codes.iter().position(|code| Some(*code) == neighbour).map_or(0, |at| at + 1);
        codes.insert(at, &gone.code);
    }
    codes
}

/// The values of a unit in the order of [`Item`]; none if the edition does not have it. What is said of the edition as a
/// whole is said of the province.
pub(super) fn of_unit(edition: &Edition, unit: Option<&UnitResult>) -> Values {
    let Some(unit) = unit else { return Values::new() };
    let mut values = if edition.province().code == unit.code { of_edition(edition) } else { Values::new() };
    values.extend(of_result(&edition.form, unit));
    values.sort_by_key(|(item, _)| item.place());
    values
}

/// What differs between the values of one unit in two editions, in the order of [`Item`].
pub(super) fn differing<'a>(
    old: &'a [(Item, Value)],
    new: &'a [(Item, Value)],
) -> Vec<(&'a Item, Option<&'a Value>, Option<&'a Value>)> {
    if old == new {
        return Vec::new();
    }
    let of = |values: &'a [(Item, Value)], item: &Item| values.iter().find(|(i, _)| i == item).map(|(_, value)| value);
    let gone = old.iter().filter(|(item, _)| of(new, item).is_none());
    let mut items: Vec<&Item> = new.iter().chain(gone).map(|(item, _)| item).collect();
    items.sort_by_key(|item| item.place());
    let both = items.into_iter().map(|item| (item, of(old, item), of(new, item)));
    both.filter(|(_, old, new)| old != new).collect()
}

impl Item {
    /// The place of its kind among the changes of a unit.
    const fn place(&self) -> u8 {
        match self {
            Self::Window { .. } => 0,
            Self::Decision { .. } => 1,
            Self::Definition { .. } => 2,
            Self::Services { .. } => 3,
            Self::Remark { .. } => 4,
            Self::Unit => 5,
            Self::Tier => 6,
            Self::Group => 7,
            Self::Parent => 8,
            Self::Included => 9,
            Self::Due { .. } => 10,
            Self::Report { .. } => 11,
            Self::Coverage => 12,
            Self::Column { .. } => 13,
            Self::Field { .. } => 14,
            Self::FieldCoverage { .. } => 15,
            Self::Measure { .. } => 16,
            Self::Target { .. } => 17,
            Self::Ratio { .. } => 18,
            Self::IndicatorCoverage { .. } => 19,
            Self::Bounds { .. } => 20,
            Self::Verdict { .. } => 21,
            Self::Rank { .. } => 22,
        }
    }
}

/// Every field is named: one that is added has to say whether it is a result.
fn of_edition(edition: &Edition) -> Values {
    let Edition {
        id: _,
        form: _,
        window,
        year_to_date,
        months: _,
        year_to_date_months: _,
        sealed_at: _,
        cause: _,
        regime: _,
        letterhead: _,
        decisions,
        indicators,
        services,
        units: _,
        remarks,
        restatement: _,
    } = edition;
    let mut values = vec![
        (Item::Window { span: Span::Period }, Value::Window(*window)),
        (Item::Window { span: Span::YearToDate }, Value::Window(*year_to_date)),
    ];
    values.extend(decisions.iter().map(|head| {
        let issued = head.issued.map(|day| format!("{day} ")).unwrap_or_default();
        (Item::Decision { number: head.number.clone() }, Value::Text(format!("{issued}{}", head.title)))
    }));
    values.extend(
        indicators
            .iter()
            .map(|head| (Item::Definition { indicator: head.code.clone() }, Value::Text(definition(head)))),
    );
    values.extend(services.iter().map(|(level, count)| (Item::Services { level: *level }, Value::Count(*count))));
    values.extend(remarks.iter().map(|text| (Item::Remark { text: text.clone() }, Value::Flag(true))));
    values
}

/// An indicator in one line: its name, what is counted, and the text that it is taken from.
fn definition(head: &IndicatorHead) -> String {
    let IndicatorHead { code: _, name, short_name, noun, scope, count, numerator, denominator, better, basis } = head;
    let side = |side: &SideHead| {
        let SideHead { columns, single_fields, filter } = side;
        let terms = columns.iter().chain(single_fields).map(|term| match term.weight {
            1 => term.code.clone(),
            weight => format!("{weight} × {}", term.code),
        });
        let sum = terms.collect::<Vec<_>>().join(" + ");
        let levels = filter.levels.iter().map(|level| level.code().to_owned());
        let lists = filter.list.iter().map(ToString::to_string);
        let tiers = filter.competence.iter().map(|tier| tier.code().to_owned());
        let admitted = levels.chain(lists).chain(tiers).chain(filter.fields.iter().cloned()).collect::<Vec<_>>();
        if admitted.is_empty() { sum } else { format!("{sum} [{}]", admitted.join(", ")) }
    };
    let counted = match count {
        Count::Sum => "sum",
        Count::DistinctProcedures => "distinct_procedures",
    };
    format!(
        "{name} ({short_name}; {noun}): {counted} of {} / {}; {}; {better:?}; {basis}",
        side(numerator),
        side(denominator),
        scope.code()
    )
}

/// Every field is named: one that is added has to say what of it a reader sees.
fn of_result(form: &Form, unit: &UnitResult) -> Values {
    let UnitResult {
        id: _,
        code: _,
        name,
        tier,
        group,
        parent,
        filings,
        is_included,
        own,
        subtree,
        subtree_coverage,
        own_fields,
        subtree_fields,
        outcomes,
    } = unit;
    let mut values = vec![
        (Item::Unit, Value::Text(name.clone())),
        (Item::Tier, Value::Text(tier.code().into())),
        (Item::Included, Value::Flag(*is_included)),
        (Item::Coverage, Value::Coverage(*subtree_coverage)),
    ];
    values.extend(group.map(|group| (Item::Group, Value::Text(group.letter().into()))));
    values.extend(parent.iter().map(|parent| (Item::Parent, Value::Text(parent.to_string()))));
    for OwedReport { month, due, filing } in filings {
        values.push((Item::Due { month: *month }, Value::Instant(*due)));
        let value = match filing {
            Filing::Missing => Value::Missing,
            // The instant at which it came is its revision's.
            Filing::Reported { revision, received_at: _, late, nil } => {
                Value::Reported { revision: *revision, late: *late, nil: *nil }
            }
        };
        values.push((Item::Report { month: *month }, value));
    }
    // A sum over no report at all is not zero but unknown.
    let own_is_known = unit.own_coverage().reported > 0;
    for (scope, row, is_known) in
        [(Scope::Own, own, own_is_known), (Scope::Subtree, subtree, subtree_coverage.reported > 0)]
    {
        let columns = form.printed_order().into_iter().filter(|_| is_known);
        values.extend(columns.filter_map(|code| {
            let item = Item::Column { code: code.to_string(), scope };
            form.value(row, code.as_str()).map(|value| (item, Value::Count(value)))
        }));
    }
    for (scope, totals) in [(Scope::Own, own_fields), (Scope::Subtree, subtree_fields)] {
        for (field, FieldTotal { value, coverage }) in form.single_fields.iter().zip(totals) {
            let code = field.code.to_string();
            if coverage.reported > 0 {
                values.push((Item::Field { code: code.clone(), scope }, Value::Count(*value)));
            }
            if coverage.obliged > 0 {
                values.push((Item::FieldCoverage { code, scope }, Value::Coverage(*coverage)));
            }
        }
    }
    values.extend(outcomes.iter().flat_map(of_outcome));
    values
}

/// Every field is named, as above.
fn of_outcome(outcome: &Outcome) -> Values {
    let Outcome { indicator, span, scope, competence, eligibility, ratio, coverage, bounds, rank, judgement } = outcome;
    let (indicator, span) = (|| indicator.clone(), *span);
    let measure = Value::Measure { scope: *scope, competence: *competence, eligibility: *eligibility };
    let mut values = vec![
        (Item::Measure { indicator: indicator(), span }, measure),
        (Item::IndicatorCoverage { indicator: indicator(), span }, Value::Coverage(*coverage)),
    ];
    if coverage.reported > 0 {
        values.push((Item::Ratio { indicator: indicator(), span }, Value::Ratio(*ratio)));
    }
    values.extend(bounds.map(|bounds| (Item::Bounds { indicator: indicator(), span }, Value::Bounds(bounds))));
    values.extend(rank.map(|rank| (Item::Rank { indicator: indicator(), span }, Value::Rank(rank))));
    if let Some(Judgement { decision, selector, threshold, verdict, is_of_record }) = judgement {
        let target = Value::Target {
            decision: decision.clone(),
            selector: selector.clone(),
            threshold: *threshold,
            is_of_record: *is_of_record,
        };
        values.push((Item::Target { indicator: indicator(), span }, target));
        values.push((Item::Verdict { indicator: indicator(), span }, Value::Verdict(*verdict)));
    }
    values
}
