//! What every unit files in the demo's three months, so that the quarter is exactly that of report 433/BC-UBND.
//!
//! The report gives totals of the province only. Here they are handed down to units, services and months by plain
//! arithmetic on integers: no chance, no floating point, the same figures on every machine. Every split is invented,
//! and the regime's remarks say so; the totals are the report's to the last dossier.
//!
//! 1. the plan says how large each unit is and how it stands against its targets, the same way in every month
//! 2. new dossiers: online first, then what came over the counter beside them, then services of level 2
//! 3. stocks, and from them what was resolved, early, on time and late
//!
//! Who corrects itself, who is late and who misses a lock is named here too, because it must fit the figures.

mod desks;
mod flows;
mod plan;
mod stocks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use baocao_app::regime::UnitRow;
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::UnitCode;
use baocao_domain::regime::Regime;
use baocao_domain::unit::Tier;

use desks::Row;

/// The months of the quarter, in order.
pub const MONTHS: [&str; 3] = ["2022-M07", "2022-M08", "2022-M09"];

/// The unit that files month 7 twice: [`Allotment::first_attempt`], then the correction.
/// Xã Tân Tri, in a district that meets both targets.
pub const CORRECTS_ITSELF: &str = "06340";

/// The unit that files month 7 after it was due and before it locks: Xã Quốc Khánh.
pub const FILES_LATE: &str = "06004";

/// The unit that misses the lock of month 8 and files under an extension: Sở Lao động - Thương binh và Xã hội.
/// It misses both targets, so its verdicts go from uncertain to missed when month 8 closes again.
pub const MISSES_LOCK: &str = "20.SLDTBXH";

/// How many dossiers the first attempt puts into the wrong column.
const MISPLACED: i64 = 5;

/// The columns that units file, in the order of [`Line::values`].
const COLUMNS: [&str; 8] =
    ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

/// What every unit files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allotment {
    filings: BTreeMap<UnitCode, [RawFigures; 3]>,
}

/// One service of one unit in one month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Line {
    online: i64,
    direct: i64,
    carried_over: i64,
    early: i64,
    on_time: i64,
    late: i64,
    pending_in_time: i64,
    pending_overdue: i64,
}

/// Hands the quarter down to all units that owe reports. Units that are not in the plan have nothing to report.
#[must_use]
pub fn allot(regime: &Regime, units: &[UnitRow]) -> Allotment {
    let mut accounts = desks::open(&regime.catalogue, units);
    flows::file_new_dossiers(&mut accounts);
    let mut rows: Vec<&mut Row> =
        accounts.iter_mut().flat_map(|account| &mut account.desks).flat_map(|desk| &mut desk.rows).collect();
    stocks::file_stocks(&mut rows);
    stocks::file_resolved(&mut rows);

    let mut filings: BTreeMap<UnitCode, [RawFigures; 3]> = units
        .iter()
        .filter(|unit| unit.tier != Tier::Province)
        .map(|unit| (unit.code.clone(), std::array::from_fn(|_| filing(&[], 0))))
        .collect();
    for desk in accounts.iter().flat_map(|account| &account.desks) {
        filings.insert(desk.unit.code.clone(), std::array::from_fn(|month| filing(&desk.rows, month)));
    }
    Allotment { filings }
}

/// The rows in which anything stands; a nil report if there is none.
fn filing(rows: &[Row], month: usize) -> RawFigures {
    let rows: Vec<(String, Vec<i64>)> = rows
        .iter()
        .filter(|row| row.months[month] != Line::default())
        .map(|row| (row.procedure.as_str().to_owned(), row.months[month].values().to_vec()))
        .collect();
    let nil = rows.is_empty();
    let columns = if nil { Vec::new() } else { COLUMNS.map(String::from).to_vec() };
    RawFigures { nil, columns, rows, fields: Vec::new() }
}

impl Allotment {
    /// What a unit files for one of the [`MONTHS`], by its place among them; none for units that owe no report.
    #[must_use]
    pub fn figures(&self, unit: &UnitCode, month: usize) -> Option<&RawFigures> {
        self.filings.get(unit)?.get(month)
    }

    /// All units that file, by code, with their three months.
    pub fn filings(&self) -> impl Iterator<Item = (&UnitCode, &[RawFigures; 3])> {
        self.filings.iter()
    }

    /// What [`CORRECTS_ITSELF`] files first for month 7: balanced and acceptable, but with dossiers that were resolved
    /// on time counted as early in its largest row. None for other units.
    #[must_use]
    pub fn first_attempt(&self, unit: &UnitCode) -> Option<RawFigures> {
        let mut attempt = self.figures(unit, 0).filter(|_| unit.as_str() == CORRECTS_ITSELF)?.clone();
        let position = |code: &str| COLUMNS.iter().position(|column| *column == code);
        let (early, on_time) = (position("early")?, position("on_time")?);
        let (_, largest) = attempt.rows.iter_mut().max_by_key(|(_, values)| values[on_time])?;
        let moved = MISPLACED.min(largest[on_time]);
        largest[on_time] -= moved;
        largest[early] += moved;
        Some(attempt)
    }
}

impl Line {
    const fn new_dossiers(&self) -> i64 {
        self.online + self.direct
    }

    const fn pending(&self) -> i64 {
        self.pending_in_time + self.pending_overdue
    }

    const fn resolved(&self) -> i64 {
        self.new_dossiers() + self.carried_over - self.pending()
    }

    const fn values(&self) -> [i64; 8] {
        [
            self.online,
            self.direct,
            self.carried_over,
            self.early,
            self.on_time,
            self.late,
            self.pending_in_time,
            self.pending_overdue,
        ]
    }
}
