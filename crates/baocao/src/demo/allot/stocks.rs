//! What stays on the desk from month to month, and how the rest was resolved.
//!
//! Every total is divided by weights that are zero where nothing can stand, and is far smaller than what it is divided
//! over: so no row gets more pending than it has dossiers, nor more late or early than it resolved.

use super::desks::Row;
use super::plan::{EARLY, LATE, OPENING, OVERDUE, PENDING};
use crate::demo::spread::{apportion, scatter};

/// Files opening and closing stocks: what is pending in one month is carried over into the next.
pub(super) fn file_stocks(rows: &mut [&mut Row]) {
    let opening = divide(OPENING, rows, |row| row.months[0].new_dossiers() * slowness(row));
    for (row, carried_over) in rows.iter_mut().zip(opening) {
        row.months[0].carried_over = carried_over;
    }
    for month in 0..PENDING.len() {
        let pending = divide(PENDING[month], rows, |row| row.months[month].new_dossiers() * slowness(row));
        let overdue = apportion(OVERDUE[month], &pending);
        for (row, (pending, overdue)) in rows.iter_mut().zip(pending.into_iter().zip(overdue)) {
            row.months[month].pending_in_time = pending - overdue;
            row.months[month].pending_overdue = overdue;
            if let Some(next) = row.months.get_mut(month + 1) {
                next.carried_over = pending;
            }
        }
    }
}

/// Files what was resolved: late and early by their totals, all else on time.
pub(super) fn file_resolved(rows: &mut [&mut Row]) {
    let late = divide_over_months(LATE, rows, |row, month| row.months[month].resolved() * slowness(row));
    for (row, late) in rows.iter_mut().zip(late.chunks(3)) {
        for (line, late) in row.months.iter_mut().zip(late) {
            line.late = *late;
        }
    }
    let early = divide_over_months(EARLY, rows, |row, month| {
        let line = &row.months[month];
        (line.resolved() - line.late) * haste(row)
    });
    for (row, early) in rows.iter_mut().zip(early.chunks(3)) {
        for (line, early) in row.months.iter_mut().zip(early) {
            line.early = *early;
            line.on_time = line.resolved() - line.late - early;
        }
    }
}

/// How long a service takes beside others.
fn slowness(row: &Row) -> i64 {
    scatter(&[row.procedure.as_str(), "slow"], 1, 4)
}

/// How often a service is done before its deadline, beside others.
fn haste(row: &Row) -> i64 {
    scatter(&[row.procedure.as_str(), "haste"], 6, 14)
}

fn divide(total: i64, rows: &[&mut Row], weigh: impl Fn(&Row) -> i64) -> Vec<i64> {
    apportion(total, &rows.iter().map(|row| weigh(row)).collect::<Vec<_>>())
}

fn divide_over_months(total: i64, rows: &[&mut Row], weigh: impl Fn(&Row, usize) -> i64) -> Vec<i64> {
    let weigh = &weigh;
    apportion(total, &rows.iter().flat_map(|row| (0..3).map(move |month| weigh(row, month))).collect::<Vec<_>>())
}
