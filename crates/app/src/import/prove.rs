//! Rules: those of a submission, and which months may be imported.
//!
//! A month may be imported if it locks before the service went live. Of the months before the first one that is owed only
//! the last may: its reports are opening balances, with which the first month's opening stocks are compared.

use std::collections::BTreeMap;

use baocao_domain::figures::Figures;
use baocao_domain::form::Form;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Finding, Reason};
use baocao_domain::submission::SubmissionKey;
use baocao_domain::tree::Hierarchy;

use super::Faults;
use super::file::Draft;
use crate::app::InForce;
use crate::canonical::submission_hash;
use crate::error::AppError;
use crate::ports::PeriodRow;

/// A report that keeps every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proved {
    /// Which submission it is.
    pub(super) key: SubmissionKey,
    /// The code of its unit.
    pub(super) unit: UnitCode,
    /// The line of its first row.
    pub(super) line: u64,
    /// The figures.
    pub(super) figures: Figures,
    /// Whether nothing happened.
    pub(super) nil: bool,
    /// As of a submission with the same content.
    pub(super) content_hash: String,
    /// Its due instant, or now if that has not come.
    pub(super) received_at: Instant,
}

/// The months as an import meets them.
pub(super) struct Months {
    /// The month before the first one that is owed.
    opening: PeriodKey,
    first: PeriodKey,
    /// When each planned month opens and locks, and the opening month.
    instants: BTreeMap<PeriodKey, (Instant, Instant)>,
    live_from: Option<Instant>,
    now: Instant,
}

impl Months {
    /// Those of an installation with these planned periods.
    pub(super) fn of(in_force: &InForce, rows: &[PeriodRow], live_from: Option<Instant>, now: Instant) -> Self {
        let first = in_force.regime.first_month;
        let opening = first.month_before();
        let planned = rows.iter().filter(|row| row.period.is_month() && row.period >= first);
        let mut instants: BTreeMap<_, _> = planned.map(|row| (row.period, (row.opens, row.locks))).collect();
        let schedule = in_force.regime.calendar.schedule(opening);
        instants.insert(opening, (schedule.opens, schedule.locks));
        Self { opening, first, instants, live_from, now }
    }

    /// The month that a text names, if the installation knows it.
    fn named(&self, text: &str) -> Result<PeriodKey, Finding> {
        let month = PeriodKey::parse(text).ok().filter(|period| period.is_month());
        let month =
            month.ok_or_else(|| Finding::new("period", Reason::PeriodNotAligned, text, "a month, such as 2022-M09"))?;
        if self.instants.contains_key(&month) {
            return Ok(month);
        }
        let last = self.instants.keys().max().copied().unwrap_or(self.first);
        let expected = format!("{} (opening balances), or {} to {last}", self.opening, self.first);
        Err(Finding::new("period", Reason::UnknownPeriod, text, expected))
    }

    /// Whether reports of a month may be imported.
    fn admit(&self, month: PeriodKey) -> Result<(), Finding> {
        let Some((opens, locks)) = self.instants.get(&month).copied() else { return Ok(()) };
        if self.now < opens {
            return Err(Finding::new("period", Reason::PeriodNotOpen, month, format!("from {}", opens.iso())));
        }
        if month == self.opening || self.live_from.is_some_and(|live_from| locks < live_from) {
            return Ok(());
        }
        let expected = match self.live_from {
            Some(live_from) => {
                format!("a month that locks before {}; {month} locks at {}", live_from.iso(), locks.iso())
            }
            None => "a service that was started once, which fixes from when on it is live".into(),
        };
        Err(Finding::new("period", Reason::PeriodIsLive, month, expected))
    }
}

/// A month of the file with its units.
struct Month {
    key: PeriodKey,
    /// The month whose obligations and units count: the first one for opening balances, whose month owes nothing.
    owed: PeriodKey,
    tree: Hierarchy,
}

/// Proves all reports of a file.
///
/// # Errors
/// [`AppError::Corrupt`] when the stored units are not one tree.
pub(super) fn prove(
    drafts: &[Draft],
    in_force: &InForce,
    months: &Months,
    faults: &mut Faults,
) -> Result<Vec<Proved>, AppError> {
    let mut known: BTreeMap<String, Option<Month>> = BTreeMap::new();
    let mut proved = Vec::with_capacity(drafts.len());
    for draft in drafts {
        // A fault of a month is told once, at its first line.
        if !known.contains_key(&draft.period) {
            known.insert(draft.period.clone(), month(draft, in_force, months, faults)?);
        }
        if let Some(Some(month)) = known.get(&draft.period) {
            proved.extend(report(draft, month, in_force, months.now, faults)?);
        }
    }
    Ok(proved)
}

fn month(draft: &Draft, in_force: &InForce, months: &Months, faults: &mut Faults) -> Result<Option<Month>, AppError> {
    let key = match months.named(&draft.period) {
        Ok(key) => key,
        Err(finding) => {
            faults.add(draft.line, finding);
            return Ok(None);
        }
    };
    if let Err(finding) = months.admit(key) {
        faults.add(draft.line, finding);
    }
    let owed = key.max(months.first);
    let tree = in_force.tree(owed.window(in_force.regime.calendar.window_rule).to)?;
    Ok(Some(Month { key, owed, tree }))
}

fn report(
    draft: &Draft,
    month: &Month,
    in_force: &InForce,
    now: Instant,
    faults: &mut Faults,
) -> Result<Option<Proved>, AppError> {
    let (regime, tree) = (&in_force.regime, &month.tree);
    let position = UnitCode::parse(&draft.unit).ok().and_then(|code| tree.position(&code));
    let Some(position) = position else {
        let expected = format!("the official code of a unit of {}", month.owed);
        faults.add(draft.line, Finding::new("unit", Reason::UnknownUnit, &draft.unit, expected));
        return Ok(None);
    };
    let unit = &tree.nodes()[position];
    if !regime.duty(tree, position, month.owed).owes {
        let expected = format!("a unit that owes reports for {}", month.owed);
        faults.add(draft.line, Finding::new("unit", Reason::NotObliged, &draft.unit, expected));
        return Ok(None);
    }
    let is_empty = !draft.raw.nil && draft.raw.rows.is_empty() && draft.raw.fields.is_empty();
    if draft.is_torn && is_empty {
        return Ok(None);
    }
    let figures = match Figures::parse(&regime.form, &regime.catalogue, unit.tier, &draft.raw) {
        Ok(figures) => figures,
        Err(findings) => {
            for finding in findings.into_iter().filter(|finding| !draft.explains(finding)) {
                let (line, finding) = placed(&regime.form, draft, finding);
                faults.add(line, finding);
            }
            return Ok(None);
        }
    };
    Ok(Some(Proved {
        content_hash: submission_hash(&unit.code, &regime.form.code, month.key, draft.raw.nil, &figures)?,
        key: SubmissionKey { unit: unit.id, form: regime.form.code.clone(), period: month.key },
        unit: unit.code.clone(),
        line: draft.line,
        figures,
        nil: draft.raw.nil,
        received_at: regime.calendar.due(month.key, unit.tier).min(now),
    }))
}

impl Draft {
    /// Whether a fault only follows from a row that could not be read.
    fn explains(&self, finding: &Finding) -> bool {
        self.is_torn && finding.path == "fields" && finding.reason == Reason::FieldRequired
    }
}

/// Where a fault of a submission stands in the file: its line, and the column.
fn placed(form: &Form, draft: &Draft, finding: Finding) -> (u64, Finding) {
    let column = |position: usize| form.columns.get(position).map_or("row", |column| column.code.as_str());
    let (lines, rest) = match (finding.path.strip_prefix("lines.rows["), finding.path.strip_prefix("fields[")) {
        (Some(rest), _) => (&draft.row_lines, rest),
        (None, Some(rest)) => (&draft.field_lines, rest),
        (None, None) => return (draft.line, Finding { path: "report".into(), ..finding }),
    };
    let (index, rest) = rest.split_once(']').unwrap_or((rest, ""));
    let line = index.parse().ok().and_then(|index: usize| lines.get(index)).copied().unwrap_or(draft.line);
    let cell = rest.strip_prefix(".values[").and_then(|cell| cell.strip_suffix(']')?.parse().ok());
    let path = match (rest, cell) {
        (".key" | ".code", _) => "procedure",
        (".value", _) => column(0),
        (_, Some(cell)) => column(cell),
        _ => "row",
    };
    (line, Finding { path: path.to_owned(), ..finding })
}
