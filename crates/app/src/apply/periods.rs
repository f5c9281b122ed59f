//! Periods: which are planned, and what becomes of planned ones when the calendar changes.
//!
//! A period that is sealed is never touched. One that is not moves to the instants of the new calendar only if it is due
//! under neither: a deadline that has come, or that would have come, is no deadline to move. A longer period that the
//! new calendar does not close any more is withdrawn under the same condition.

use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;

use super::Installed;
use super::compare::{Row, changes};
use super::plan::{Change, Plan, Section, Sign};
use crate::ports::PeriodRow;

/// How far ahead periods are planned, in seconds: a bit more than a year.
const PLAN_AHEAD_SECONDS: i64 = 400 * 24 * 3600;

/// The periods of a regime to a good year ahead, none of them sealed.
pub(crate) fn planned(regime: &Regime, now: Instant) -> Vec<PeriodRow> {
    let until = now.plus_seconds(PLAN_AHEAD_SECONDS).local_date();
    let years = regime.first_month.year()..=until.year().max(regime.first_month.year());
    let periods = years.flat_map(|year| regime.calendar.periods_of(year));
    let begins = |period: &PeriodKey| period.window(regime.calendar.window_rule).from;
    periods
        .filter(|period| begins(period) <= until && is_owed(regime, *period))
        .map(|period| of(regime, period))
        .collect()
}

/// Adds to the plan what becomes of the periods.
pub(super) fn compare(before: Option<&Regime>, after: &Regime, installed: &Installed, now: Instant, plan: &mut Plan) {
    let same = |before: &Regime| {
        (&before.calendar, before.first_month, &before.form.code)
            == (&after.calendar, after.first_month, &after.form.code)
    };
    if before.is_some_and(same) {
        return;
    }
    let (mut told, mut kept, mut stray) = (Vec::new(), Vec::new(), Vec::new());
    for row in installed.periods.iter().filter(|row| row.sealed_edition == 0) {
        let stays = row.form == after.form.code && is_closed_by(after, row.period);
        let next = of(after, row.period);
        if stays && next == *row {
            continue;
        }
        let is_movable = now < row.due && (!stays || now < next.due);
        match (is_movable, stays) {
            (true, true) => {
                told.extend(changes(&[words(row)], &[words(&next)]));
                plan.steps.moved.push(next);
            }
            (true, false) => {
                told.push(alone(row, Sign::Removed));
                plan.steps.withdrawn.push(row.clone());
            }
            (false, true) => kept.push(format!("{} (due {})", row.period, moment(row.due))),
            (false, false) => stray.push(format!("{} (due {})", row.period, moment(row.due))),
        }
    }
    if !kept.is_empty() {
        plan.notes.push(format!(
            "these periods are due already, or would be, and keep their instants: {}; whether their reports are late is judged \
             by the calendar in force when they are closed",
            kept.join(", ")
        ));
    }
    if !stray.is_empty() {
        let stray = stray.join(", ");
        plan.notes.push(format!(
            "these periods are due already and stay planned, although they are not closed any more: {stray}"
        ));
    }
    let is_stored =
        |row: &PeriodRow| installed.periods.iter().any(|known| (&known.form, known.period) == (&row.form, row.period));
    // What the regime in force plans anyway, as time goes on, is not a change.
    let anyway: Vec<PeriodKey> =
        before.map(|before| planned(before, now)).unwrap_or_default().iter().map(|row| row.period).collect();
    for row in planned(after, now).iter().filter(|row| !is_stored(row) && !anyway.contains(&row.period)) {
        told.push(alone(row, Sign::Added));
        if row.locks <= now && installed.live_from.is_some_and(|live_from| live_from <= row.locks) {
            plan.notes.push(format!("{} has locked already ({}): it is closed at once", row.period, moment(row.locks)));
        }
    }
    if !told.is_empty() {
        plan.sections.push(Section { title: "Periods", changes: told });
    }
}

/// Whether reports of any of its months are owed.
fn is_owed(regime: &Regime, period: PeriodKey) -> bool {
    !regime.owed(&period.months()).is_empty()
}

/// Whether the regime closes the period at all.
fn is_closed_by(regime: &Regime, period: PeriodKey) -> bool {
    is_owed(regime, period) && regime.calendar.periods_of(period.year()).contains(&period)
}

/// A period with the instants of this regime, not sealed.
fn of(regime: &Regime, period: PeriodKey) -> PeriodRow {
    let schedule = regime.calendar.schedule(period);
    PeriodRow {
        form: regime.form.code.clone(),
        period,
        opens: schedule.opens,
        due: schedule.due,
        locks: schedule.locks,
        publishes: schedule.publishes,
        sealed_edition: 0,
    }
}

fn alone(row: &PeriodRow, sign: Sign) -> Change {
    let rows = [words(row)];
    let mut changes = if sign == Sign::Removed { changes(&rows, &[]) } else { changes(&[], &rows) };
    changes.swap_remove(0)
}

fn words(row: &PeriodRow) -> Row {
    Row::new(
        row.period.to_string(),
        [
            ("opens", moment(row.opens)),
            ("due", moment(row.due)),
            ("locks", moment(row.locks)),
            ("publishes", moment(row.publishes)),
        ],
    )
}

/// `2022-09-15 17:00`, on the legal clock.
pub(super) fn moment(instant: Instant) -> String {
    instant.legal().strftime("%Y-%m-%d %H:%M").to_string()
}
