//! Applying a regime: what a folder would change is told first, then done in one transaction.
//!
//! Everything holds from its own date on: versions of units from their `valid_from`, obligations, indicators and decisions
//! from theirs. Nothing that is closed changes: an edition keeps the regime that it was made under, and a period that is
//! sealed keeps its instants. Targets that districts assigned are no part of a folder; they are carried over from the
//! regime in force.
//!
//! `plan` what would change, in words · `compare` rows by key · `rows`, `head` a regime as rows · `units`, `periods` what
//! becomes of them · `checks` what stands against it

mod checks;
mod compare;
mod head;
mod periods;
mod plan;
mod rows;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeSet;

use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;
use baocao_domain::unit::UnitVersion;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::canonical::{from_json, sha256_hex, to_json};
use crate::content::{self, Content};
use crate::error::AppError;
use crate::ports::{PeriodRow, RegimeRow, RowLock, StoreError, Table, Tx};
use crate::regime::LoadedRegime;
use crate::setup::{SERVICE, live_from};

use periods::planned;
pub use plan::{Change, Field, Plan, Section, Sign};

use compare::section;

/// The section that comes first: name, province, first month and remarks.
const NAMES: &str = "Regime";

/// What an installation holds that a new regime meets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// All versions of all units.
    pub versions: Vec<UnitVersion>,
    /// The periods of the form in force.
    pub periods: Vec<PeriodRow>,
    /// The months that have an edition.
    pub closed: Vec<PeriodKey>,
    /// The months, of those that are owed, for which reports are filed.
    pub filed: Vec<PeriodKey>,
    /// Whether any report is filed, opening balances included.
    pub has_reports: bool,
    /// From which instant on periods close by themselves; none before the first start.
    pub live_from: Option<Instant>,
}

/// Why a regime cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Unfit(pub Vec<String>);

impl App {
    /// What applying a regime would change. Changes nothing.
    ///
    /// # Errors
    /// Those of the database; [`AppError::Corrupt`] when the regime in force does not read.
    pub async fn plan_regime(&self, loaded: &LoadedRegime) -> Result<Plan, AppError> {
        let mut tx = self.ports.store.read().await?;
        let (before, installed) = installed(tx.as_mut(), &loaded.regime).await?;
        Ok(plan(before.as_ref(), loaded, &installed, self.now()))
    }

    /// Applies a regime: what differs from the one in force is added, what is equal is left alone; answers with what was
    /// changed. Nothing is written where nothing differs.
    ///
    /// # Errors
    /// [`AppError::Failed`] with [`Unfit`] and every finding, when it cannot be applied.
    pub async fn apply_regime(&self, loaded: &LoadedRegime) -> Result<Plan, AppError> {
        let now = self.now();
        let mut tx = self.ports.store.begin().await?;
        hold(tx.as_mut()).await?;
        let (before, installed) = installed(tx.as_mut(), &loaded.regime).await?;
        let plan = plan(before.as_ref(), loaded, &installed, now);
        if !plan.refused.is_empty() {
            return Err(unfit(&loaded.regime, plan.refused));
        }
        if plan.is_empty() {
            return Ok(plan);
        }
        let next = carried_over(before.as_ref(), &loaded.regime);
        let document = to_json(&next)?;
        let content_hash = sha256_hex(document.as_bytes());
        let mut entries = Vec::new();
        for version in &plan.steps.versions {
            tx.append_unit_version(version).await?;
            entries.push(Entry::about(SERVICE, "add-unit", &content::unit_version(version), version.code.as_str()));
        }
        let mut row = RegimeRow { id: 0, name: next.name.clone(), document, content_hash, applied_at: now };
        row.id = tx.append_regime(&row).await?;
        entries.extend(bring_periods(tx.as_mut(), &plan, &next, now).await?);
        entries.push(Entry::about(SERVICE, "apply-regime", &content::regime(&row), &row.name));
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        self.wake_jobs();
        Ok(plan)
    }

    /// The units that owe a report in any month from the first one to the end of its year, as the tree lists them.
    ///
    /// # Errors
    /// [`AppError::Corrupt`] before a regime is applied.
    pub async fn reporting_units(&self) -> Result<Vec<UnitCode>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let regime = &in_force.regime;
        let (mut seen, mut units) = (BTreeSet::new(), Vec::new());
        let to_the_end = (regime.first_month.month_range().0..=12)
            .filter_map(|month| PeriodKey::month(regime.first_month.year(), month).ok());
        for month in to_the_end {
            let tree = in_force.tree(month.window(regime.calendar.window_rule).to)?;
            for (position, node) in tree.nodes().iter().enumerate() {
                if regime.duty(&tree, position, month).owes && seen.insert(node.code.clone()) {
                    units.push(node.code.clone());
                }
            }
        }
        Ok(units)
    }
}

fn unfit(regime: &Regime, findings: Vec<String>) -> AppError {
    AppError::Failed { doing: format!("apply regime {}", regime.name), source: Box::new(Unfit(findings)) }
}

/// What applying a regime to an installation would change, compared with the regime in force there.
#[must_use]
pub fn plan(before: Option<&Regime>, after: &LoadedRegime, installed: &Installed, now: Instant) -> Plan {
    let next = carried_over(before, &after.regime);
    let mut plan = Plan {
        name: next.name.clone(),
        in_force: before.map(|before| before.name.clone()),
        warnings: after.warnings.clone(),
        ..Plan::default()
    };
    units::compare(&installed.versions, &after.units, &mut plan);
    plan.sections.extend(sections(before, &next));
    plan.sections.sort_by_key(|section| section.title != NAMES);
    let is_new = before != Some(&next);
    if is_new && plan.sections.is_empty() {
        // Such as positions in a form that was never used.
        plan.sections.push(Section { title: NAMES, changes: vec![stored_otherwise()] });
    }
    plan.steps.is_new = is_new || !plan.steps.versions.is_empty();
    if let Some(before) = before.filter(|before| before.province != next.province) {
        plan.refused.push(format!(
            "province: {}; expected {}, as one installation is one province",
            next.province, before.province
        ));
        return plan;
    }
    periods::compare(before, &next, installed, now, &mut plan);
    units::check_trees(&installed.versions, &next, &mut plan);
    if let Some(before) = before {
        checks::refuse_other_form(&before.form, &next.form, installed, &mut plan);
        checks::refuse_later_start(before, &next, installed, &mut plan);
        checks::notes(before, &next, installed, &mut plan);
    }
    units::note_closed_months(&installed.closed, &next, &mut plan);
    plan
}

/// The regime of the files with the targets that were assigned under the one in force.
fn carried_over(before: Option<&Regime>, after: &Regime) -> Regime {
    let mut next = after.clone();
    if let Some(before) = before {
        next.assigned.clone_from(&before.assigned);
        next.assigning.clone_from(&before.assigning);
    }
    next
}

/// What differs in the regime's own parts.
fn sections(before: Option<&Regime>, after: &Regime) -> Vec<Section> {
    type Words = fn(&Regime) -> Vec<compare::Row>;
    let parts: [(&'static str, Words); 13] = [
        (NAMES, head::names),
        ("Obligations", |regime| rows::obligations(&regime.obligations)),
        ("Procedures", |regime| rows::procedures(&regime.catalogue)),
        ("Lists", |regime| rows::lists(&regime.lists)),
        ("Form", |regime| head::form(&regime.form)),
        ("Indicators", |regime| head::indicators(&regime.indicators, &regime.form)),
        ("Decisions", |regime| rows::decisions(&regime.decisions)),
        ("Targets", |regime| rows::targets(&regime.targets)),
        ("Cascade", |regime| rows::delegations(&regime.delegations)),
        ("Calendar", |regime| head::calendar(&regime.calendar)),
        ("Days off", |regime| head::days_off(&regime.calendar.days_off)),
        ("Letterhead", |regime| head::letterhead(&regime.letterhead)),
        ("Contacts", |regime| rows::contacts(&regime.contacts)),
    ];
    parts
        .into_iter()
        .filter_map(|(title, words)| section(title, &before.map(words).unwrap_or_default(), &words(after)))
        .collect()
}

fn stored_otherwise() -> Change {
    Change { sign: Sign::Changed, what: "how it is stored".into(), fields: Vec::new() }
}

/// Holds what must not move while a regime is applied: the periods that are not sealed, in closing order, then the audit
/// head, in the order in which filing and sealing hold them.
async fn hold(tx: &mut dyn Tx) -> Result<(), AppError> {
    if let Some(row) = tx.regime().await? {
        let regime: Regime = from_json("the regime", &row.document)?;
        for period in tx.periods(&regime.form.code).await?.iter().filter(|period| period.sealed_edition == 0) {
            tx.period(&period.form, period.period, RowLock::Exclusive).await?;
        }
    }
    tx.audit_head().await?;
    Ok(())
}

/// Brings the planned periods to the calendar of the regime; answers with what is to be noted.
async fn bring_periods(
    tx: &mut dyn Tx,
    plan: &Plan,
    next: &Regime,
    now: Instant,
) -> Result<Vec<Entry<'static>>, AppError> {
    let mut entries = Vec::new();
    for row in &plan.steps.withdrawn {
        let PeriodRow { form, period, .. } = row;
        if !tx.withdraw_period(form, *period).await? {
            let finding = format!("period {period}: it is not closed any more, but an extension was granted for it");
            return Err(unfit(next, vec![finding]));
        }
        let gone = Content::gone(Table::Period, content::period_key(row));
        entries.push(Entry::about(SERVICE, "withdraw-period", &gone, ""));
    }
    for period in &plan.steps.moved {
        if !tx.move_period(period).await? {
            return Err(StoreError::Conflict { doing: "moving a period" }.into());
        }
        entries.push(Entry::about(SERVICE, "move-period", &content::period(period), ""));
    }
    entries.extend(plan_periods(tx, next, now).await?);
    Ok(entries)
}

/// Plans what is not planned yet; answers with what is to be noted.
pub(crate) async fn plan_periods(
    tx: &mut dyn Tx,
    regime: &Regime,
    now: Instant,
) -> Result<Vec<Entry<'static>>, StoreError> {
    let mut entries = Vec::new();
    for period in planned(regime, now) {
        if tx.plan_period(&period).await? {
            entries.push(Entry::about(SERVICE, "plan-period", &content::period(&period), ""));
        }
    }
    Ok(entries)
}

/// The regime in force, and what a new one meets.
async fn installed(tx: &mut dyn Tx, after: &Regime) -> Result<(Option<Regime>, Installed), AppError> {
    let (versions, live_from) = (tx.unit_versions().await?, live_from(tx).await?);
    let mut installed = Installed { versions, live_from, ..Installed::default() };
    let Some(row) = tx.regime().await? else { return Ok((None, installed)) };
    let before: Regime = from_json("the regime", &row.document)?;
    let form = &before.form.code;
    installed.periods = tx.periods(form).await?;
    installed.has_reports = tx.submission_counts(form).await?.1 > 0;
    let closed = tx.editions(form).await?.into_iter().map(|edition| edition.id.period);
    installed.closed = closed.filter(|period| period.is_month()).collect();
    // Only months that would no longer be owed are asked for.
    let mut month = after.first_month;
    while month > before.first_month {
        month = month.month_before();
        if !tx.revision_heads(form, month).await?.is_empty() {
            installed.filed.push(month);
        }
    }
    Ok((Some(before), installed))
}
