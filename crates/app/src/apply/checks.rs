//! What stands against applying a regime, and what the operator should know of its effect.

use std::collections::BTreeSet;

use baocao_domain::form::{Form, OverTime};
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;

use super::Installed;
use super::head::over_time_field;
use super::plan::Plan;

/// Stored figures stand in the order of the form's columns: while there are any, columns and single fields stay.
pub(super) fn refuse_other_form(before: &Form, after: &Form, installed: &Installed, plan: &mut Plan) {
    if !installed.has_reports && installed.closed.is_empty() {
        return;
    }
    let columns = |form: &Form| told(form.columns.iter().map(|column| (column.code.as_str(), column.over_time)));
    let fields = |form: &Form| told(form.single_fields.iter().map(|field| (field.code.as_str(), field.over_time)));
    for (what, before, after) in [
        ("code", before.code.to_string(), after.code.to_string()),
        ("columns", columns(before), columns(after)),
        ("single fields", fields(before), fields(after)),
    ] {
        if before != after {
            plan.refused.push(format!("form {what}: {after}; expected {before}, as reports are filed on it"));
        }
    }
}

fn told<'a>(columns: impl Iterator<Item = (&'a str, OverTime)>) -> String {
    let columns: Vec<String> =
        columns.map(|(code, over_time)| format!("{code} ({})", over_time_field(over_time).1)).collect();
    if columns.is_empty() { "none".into() } else { columns.join(", ") }
}

/// A month that has an edition, or reports, stays owed.
pub(super) fn refuse_later_start(before: &Regime, after: &Regime, installed: &Installed, plan: &mut Plan) {
    let has = |months: &[PeriodKey]| {
        let lost = months.iter().filter(|month| (before.first_month..after.first_month).contains(month));
        lost.min().copied()
    };
    let lost = [("an edition", has(&installed.closed)), ("reports", has(&installed.filed))];
    if let Some((what, month)) = lost.into_iter().find_map(|(what, month)| Some((what, month?))) {
        plan.refused
            .push(format!("first_month: {}; expected {month} or earlier, as {month} has {what}", after.first_month));
    }
}

/// What the operator should know of the effect.
pub(super) fn notes(before: &Regime, after: &Regime, installed: &Installed, plan: &mut Plan) {
    if installed.has_reports && before.calendar.window_rule != after.calendar.window_rule {
        plan.notes.push("windows of all months change: what is filed already was counted over the old ones".into());
    }
    if after.first_month < before.first_month {
        plan.notes.push(format!(
            "months from {} on are owed now: until their reports are imported or filed they are named as missing",
            after.first_month
        ));
    }
    let unknown: BTreeSet<&str> = after
        .assigned
        .iter()
        .filter(|target| !after.indicators.iter().any(|indicator| indicator.code == target.indicator))
        .map(|target| target.indicator.as_str())
        .collect();
    if !unknown.is_empty() {
        let unknown = unknown.into_iter().collect::<Vec<_>>().join(", ");
        plan.notes.push(format!("targets that districts assigned for {unknown} stay on record without an indicator"));
    }
}
