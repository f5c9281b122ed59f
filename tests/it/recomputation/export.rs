//! A province as raw data with what the service makes of it, as one JSON object.

use baocao_domain::edition::{Edition, Filing, Outcome, UnitResult};
use baocao_domain::fold::FieldTotal;
use baocao_domain::form::OverTime;
use baocao_domain::indicator::{Better, Count, Indicator, Ratio, Side, Term};
use baocao_domain::procedure::Eligibility;
use baocao_domain::regime::Regime;
use baocao_domain::target::{Target, Threshold};
use baocao_domain::unit::{PeerGroup, Tier};
use serde_json::{Map, Value, json};

use super::worlds::World;

/// Raw data and results of one case.
pub(super) fn case(number: u64, world: &World, edition: &Edition) -> Value {
    let regime = &world.regime;
    json!({
        "case": number,
        "window_rule": regime.calendar.window_rule,
        "first_month": regime.first_month,
        "period": world.period,
        "sealed_at": world.sealed_at.iso(),
        "due": dues(world),
        "versions": world.versions.iter().map(|version| json!({
            "id": version.id,
            "valid_from": version.valid_from,
            "code": version.code,
            "tier": version.tier.code(),
            "group": version.group.map(PeerGroup::letter),
            "parent": version.parent,
            "dissolved": version.dissolved,
        })).collect::<Vec<_>>(),
        "obligations": regime.obligations.iter().map(|obligation| json!({
            "selector": obligation.selector,
            "from": obligation.from,
            "to": obligation.to,
            "owes": obligation.owes,
            "include_in_parent": obligation.include_in_parent,
        })).collect::<Vec<_>>(),
        "columns": regime.form.columns.iter()
            .map(|column| json!({"code": column.code, "over_time": over_time(column.over_time)})).collect::<Vec<_>>(),
        "single_fields": regime.form.single_fields.iter().map(|field| json!({
            "code": field.code,
            "over_time": over_time(field.over_time),
            "owed_by": field.owed_by.iter().map(|tier| tier.code()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "procedures": regime.catalogue.procedures().iter().map(|procedure| json!({
            "code": procedure.code,
            "level": procedure.level.code(),
            "field": procedure.field,
            "competence": procedure.competence.code(),
            "in_force_from": procedure.in_force_from,
        })).collect::<Vec<_>>(),
        "lists": lists(regime),
        "indicators": regime.indicators.iter().map(|indicator| indicator_of(regime, indicator)).collect::<Vec<_>>(),
        "targets": regime.targets.iter().map(target).collect::<Vec<_>>(),
        "revisions": world.revisions.iter().map(|report| json!({
            "unit": report.unit,
            "month": report.month,
            "revision": report.revision,
            "received_at": report.received_at.iso(),
            "nil": report.nil,
            "rows": report.figures.rows,
            "fields": report.figures.single_fields,
        })).collect::<Vec<_>>(),
        "results": {"months": edition.months, "units": edition.units.iter().map(unit).collect::<Vec<_>>()},
    })
}

fn dues(world: &World) -> Map<String, Value> {
    let tiers = [Tier::Department, Tier::District, Tier::Commune];
    let of_month = |month| -> Map<String, Value> {
        let due = |tier| world.regime.calendar.due(month, tier).iso().into();
        tiers.into_iter().map(|tier: Tier| (tier.code().to_owned(), due(tier))).collect()
    };
    world.period.year_to_date().into_iter().map(|month| (month.to_string(), of_month(month).into())).collect()
}

fn over_time(rule: OverTime) -> &'static str {
    match rule {
        OverTime::Sum => "sum",
        OverTime::First => "first",
        OverTime::Last => "last",
    }
}

fn lists(regime: &Regime) -> Vec<Value> {
    let mut rows = Vec::new();
    for list in &regime.lists {
        for (procedure, memberships) in &list.members {
            rows.extend(memberships.iter().map(|membership| {
                json!({"list": list.code, "procedure": procedure, "from": membership.from, "to": membership.to})
            }));
        }
    }
    rows
}

fn indicator_of(regime: &Regime, indicator: &Indicator) -> Value {
    let column = |term: &Term| json!([regime.form.columns[term.position].code, term.weight]);
    let field = |term: &Term| json!([regime.form.single_fields[term.position].code, term.weight]);
    let side = |side: &Side| {
        json!({
            "columns": side.columns.iter().map(column).collect::<Vec<_>>(),
            "single_fields": side.single_fields.iter().map(field).collect::<Vec<_>>(),
            "levels": side.filter.levels.iter().map(|level| level.code()).collect::<Vec<_>>(),
            "list": side.filter.list,
            "competence": side.filter.competence.iter().map(|tier| tier.code()).collect::<Vec<_>>(),
            "fields": side.filter.fields,
        })
    };
    json!({
        "code": indicator.code,
        "count": match indicator.count { Count::Sum => "sum", Count::DistinctProcedures => "distinct_procedures" },
        "better": match indicator.better { Better::Higher => "higher", Better::Lower => "lower" },
        "scope": indicator.scope.code(),
        "valid_from": indicator.valid_from,
        "valid_to": indicator.valid_to,
        "numerator": side(&indicator.numerator),
        "denominator": side(&indicator.denominator),
    })
}

fn target(target: &Target) -> Value {
    json!({
        "decision": target.decision,
        "applies_from": target.applies_from,
        "year": target.year,
        "indicator": target.indicator,
        "selector": target.selector,
        "direction": target.threshold.map(|threshold| threshold.direction.code()),
        "threshold": target.threshold.map_or_else(|| "exempt".to_owned(), threshold_text),
        "window": target.window.code(),
        "scope": target.scope.map(|scope| scope.code()),
        "competence": target.competence.map(Tier::code),
        "eligible_after_days": target.eligibility.map(|rule| rule.after_days),
        "eligible_until": target.eligibility.and_then(|rule| rule.until),
    })
}

fn threshold_text(threshold: Threshold) -> String {
    let unit = 10_i64.pow(u32::from(threshold.scale));
    if threshold.scale == 0 {
        return threshold.value.to_string();
    }
    format!("{}.{:0width$}", threshold.value / unit, threshold.value % unit, width = usize::from(threshold.scale))
}

fn unit(unit: &UnitResult) -> Value {
    let filing = |owed: &baocao_domain::edition::OwedReport| match owed.filing {
        Filing::Missing => json!({"month": owed.month, "status": "missing"}),
        Filing::Reported { revision, late, nil, .. } => {
            json!({"month": owed.month, "status": "reported", "revision": revision, "late": late, "nil": nil})
        }
    };
    let fields = |totals: &[FieldTotal]| -> Vec<Value> {
        totals.iter().map(|total| json!([total.value, total.coverage.reported, total.coverage.obliged])).collect()
    };
    json!({
        "code": unit.code,
        "parent": unit.parent,
        "included": unit.is_included,
        "filings": unit.filings.iter().map(filing).collect::<Vec<_>>(),
        "own": unit.own,
        "subtree": unit.subtree,
        "coverage": [unit.subtree_coverage.reported, unit.subtree_coverage.obliged],
        "own_fields": fields(&unit.own_fields),
        "subtree_fields": fields(&unit.subtree_fields),
        "outcomes": unit.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    })
}

fn outcome(outcome: &Outcome) -> Value {
    let ratio = |ratio: Ratio| json!([ratio.numerator, ratio.denominator]);
    let until = |rule: Eligibility| rule.until;
    json!({
        "indicator": outcome.indicator,
        "span": outcome.span.code(),
        "scope": outcome.scope.code(),
        "competence": outcome.competence.map(Tier::code),
        "eligible_after_days": outcome.eligibility.map(|rule| rule.after_days),
        "eligible_until": outcome.eligibility.and_then(until),
        "ratio": ratio(outcome.ratio),
        "coverage": [outcome.coverage.reported, outcome.coverage.obliged],
        "bounds": outcome.bounds.map(|bounds| json!({
            "low": ratio(bounds.low),
            "low_reached": bounds.low_is_reached,
            "high": ratio(bounds.high),
            "high_reached": bounds.high_is_reached,
            "may_be_nothing": bounds.may_be_nothing,
        })),
        "rank": outcome.rank.map(|rank| [rank.place, rank.of]),
        "target": outcome.judgement.as_ref().map(|judgement| json!({
            "decision": judgement.decision,
            "selector": judgement.selector,
            "direction": judgement.threshold.direction.code(),
            "threshold": threshold_text(judgement.threshold),
            "verdict": judgement.verdict.code(),
            "of_record": judgement.is_of_record,
        })),
    })
}
