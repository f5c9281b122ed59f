//! Assigning targets to units below: a district gives its communes rates of their own, under a decision that lets it.
//!
//! The rates are weighed with the last closed figures; below the decision's floor, or where they would not make the
//! district's own target certain, they are refused with everything that is wrong and the smallest repair. What is
//! assigned becomes part of the regime in force: editions that are closed keep the one that they were made under.

use std::collections::BTreeMap;

use baocao_domain::cascade::{Cascade, Fault, Outcome, Part, Plan, Repair, Rule};
use baocao_domain::fold::{Reports, fold};
use baocao_domain::ids::{IndicatorCode, UnitCode};
use baocao_domain::indicator::{Count, Indicator, Ratio, Scope};
use baocao_domain::instant::Instant;
use baocao_domain::measure::Measure;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Finding, Reason, Refusal};
use baocao_domain::regime::{Decision, Delegation, Regime};
use baocao_domain::rounding::threshold_text;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Target, Threshold};
use baocao_domain::tree::Hierarchy;
use jiff::civil::Date;

use crate::actor::{Actor, Role};
use crate::app::{App, InForce, require};
use crate::audit::{self, Entry};
use crate::canonical::{sha256_hex, to_json};
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseStep, RegimeRow, StoreError, Tx};
use crate::submit::{Seen, visible_unit};
use crate::text;
use crate::totals::sealed_report;

/// What a unit assigns to the units below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CascadeTargets {
    /// The unit that assigns.
    pub unit: String,
    /// The indicator.
    pub indicator: String,
    /// The year that the targets are for.
    pub year: i16,
    /// The number of the assigning decision, such as `215/QĐ-UBND`.
    pub decision: String,
    /// The day of its issue; its targets are judged in windows that end on or after it.
    pub issued: Date,
    /// How the rates are found.
    pub rule: Rule,
    /// Weigh only: the same answer, no effect.
    pub validate_only: bool,
}

/// What was assigned.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascaded {
    /// The decision that lets the unit assign, and its floor.
    pub delegation: Delegation,
    /// The rates with their weights, and whether they are enough.
    pub plan: Plan,
    /// The month up to which the weights were counted; none if nothing was closed yet.
    pub weighed_to: Option<PeriodKey>,
    /// Whether anything was changed: the same assignment again changes nothing.
    pub changed: bool,
}

/// Everything about an assignment that was proved.
struct Proved {
    delegation: Delegation,
    plan: Plan,
    weighed_to: Option<PeriodKey>,
    decision: Decision,
    targets: Vec<Target>,
}

impl App {
    /// Assigns targets to the units below a unit.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_INDICATOR`, `CASCADE_NOT_DELEGATED`, `NO_TARGET`, `CASCADE_BELOW_FLOOR`,
    /// `CASCADE_INFEASIBLE`, each with every fault; nothing is stored then but the audit entry.
    pub async fn cascade(&self, actor: &Actor, command: &CascadeTargets) -> Result<Cascaded, AppError> {
        let now = self.now();
        let answer = match self.try_cascade(actor, command, now).await {
            // Another assignment won by a moment: this one is weighed again beside it.
            Err(AppError::Store(StoreError::Conflict { .. })) => self.try_cascade(actor, command, now).await,
            answer => answer,
        };
        if let (Err(AppError::Refused(refusal)), false) = (&answer, command.validate_only) {
            let object = format!("{}/{}", command.unit, command.indicator);
            self.record_refusal(actor, "cascade-targets", &object, refusal, now).await?;
        }
        answer
    }

    async fn try_cascade(&self, actor: &Actor, command: &CascadeTargets, now: Instant) -> Result<Cascaded, AppError> {
        require(actor.role != Role::RegionReader, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, &command.unit, None, now)?;
        let proved = prove(tx.as_mut(), &in_force, &seen, command).await?;
        let next = with_assigned(&in_force.regime, &proved);
        let changed = next != in_force.regime;
        let cascaded = Cascaded {
            delegation: proved.delegation,
            plan: proved.plan,
            weighed_to: proved.weighed_to,
            changed: changed && !command.validate_only,
        };
        if !cascaded.changed {
            return Ok(cascaded);
        }
        let document = to_json(&next)?;
        let content_hash = sha256_hex(document.as_bytes());
        // The audit head is held from here on: whoever assigns at the same time waits, and then finds another regime.
        tx.audit_head().await?;
        if tx.regime_id().await? != Some(in_force.id) {
            return Err(StoreError::Conflict { doing: "assigning targets" }.into());
        }
        let mut row = RegimeRow { id: 0, name: next.name.clone(), document, content_hash, applied_at: now };
        row.id = tx.append_regime(&row).await?;
        let name = format!("{}/{}/{}", seen.node().code, command.indicator, command.year);
        let entry = Entry::about(&actor.client, "cascade-targets", &content::regime(&row), &name);
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(cascaded)
    }
}

/// Proves an assignment: rights of the unit, rates, floor and feasibility.
async fn prove(tx: &mut dyn Tx, in_force: &InForce, seen: &Seen, command: &CascadeTargets) -> Result<Proved, AppError> {
    let (regime, unit) = (&in_force.regime, seen.node());
    let number = text::line(&command.decision).ok().filter(|number| !number.is_empty());
    let number = number.ok_or_else(|| {
        Refusal::at("decision", Reason::FieldRequired, &command.decision, "the number of the assigning decision")
    })?;
    let indicator = IndicatorCode::parse(&command.indicator).ok();
    let indicator = regime
        .indicators
        .iter()
        .filter(|known| Some(&known.code) == indicator.as_ref())
        .find(|known| known.is_in_force(command.issued))
        .ok_or_else(|| Refusal::because(Reason::UnknownIndicator))?;
    let delegations = regime.delegations.iter();
    let delegation = delegations
        .filter(|delegation| delegation.indicator == indicator.code && delegation.from == unit.tier)
        .find(|delegation| {
            let target = regime.all_targets().find(|target| target.decision == delegation.decision);
            target.is_some_and(|target| target.year == command.year)
        })
        .ok_or(Refusal::because(Reason::CascadeNotDelegated))?;
    let year_ends = PeriodKey::parse(&command.year.to_string())
        .map_err(|_| Refusal::at("year", Reason::PeriodNotAligned, command.year, "a year"))?
        .window(regime.calendar.window_rule)
        .to;
    let own = regime.effective(&seen.tree, seen.position, &indicator.code, (year_ends, command.year));
    let own = own.map(|effective| effective.target).ok_or(Refusal::because(Reason::NoTarget))?;
    let whole = own.threshold.ok_or(Refusal::because(Reason::NoTarget))?;

    let below: Vec<UnitCode> = seen
        .tree
        .subtree(seen.position)
        .map(|position| &seen.tree.nodes()[position])
        .filter(|node| node.tier == delegation.to)
        .map(|node| node.code.clone())
        .collect();
    let (weighed_to, volumes) = volumes(tx, regime, &seen.tree, indicator, own, command.year).await?;
    let part = |code: &UnitCode| Part { unit: code.clone(), last: volumes.get(code).copied().unwrap_or_default() };
    let cascade = Cascade {
        whole,
        floor: delegation.floor,
        office: Some(part(&unit.code)),
        parts: below.iter().map(part).collect(),
        adds_up: indicator.count == Count::Sum,
    };
    let plan = cascade.plan(&command.rule).map_err(|faults| refusal(&faults))?;
    if let (Outcome::Infeasible { .. }, Some(repairs)) = (plan.outcome, &plan.repairs) {
        return Err(infeasible(&plan, &repairs.fewest, &indicator.noun).into());
    }
    let target = |(code, threshold): (UnitCode, Threshold)| Target {
        decision: number.clone(),
        applies_from: command.issued,
        year: command.year,
        indicator: indicator.code.clone(),
        selector: Selector::Unit(code),
        threshold: Some(threshold),
        window: own.window,
        // As the indicator says: a unit without units below it has no other rows than its own.
        scope: None,
        competence: own.competence,
        eligibility: own.eligibility,
        basis: format!("{} giao theo Quyết định số {}", unit.name, delegation.decision),
    };
    Ok(Proved {
        delegation: delegation.clone(),
        targets: plan.assigned().into_iter().map(target).collect(),
        decision: Decision {
            number: number.clone(),
            issued: Some(command.issued),
            title: format!("Giao chỉ tiêu cho các đơn vị thuộc {}", unit.name),
        },
        plan,
        weighed_to,
    })
}

/// Every unit's own counts in the year up to the last closed month, as the target of the unit that assigns counts them.
async fn volumes(
    tx: &mut dyn Tx,
    regime: &Regime,
    tree: &Hierarchy,
    indicator: &Indicator,
    own: &Target,
    year: i16,
) -> Result<(Option<PeriodKey>, BTreeMap<UnitCode, Ratio>), AppError> {
    let runs = tx.close_runs(&regime.form.code).await?;
    let closed = runs.iter().filter(|run| run.step == CloseStep::Done && run.edition.period.year() <= year);
    let months = closed.filter(|run| run.edition.period.is_month());
    let Some(last) = months.max_by_key(|run| run.edition) else { return Ok((None, BTreeMap::new())) };
    let month = last.edition.period;
    let reports: Vec<_> = tx.revisions(&last.revisions).await?.into_iter().map(sealed_report).collect();
    let by_key: Reports<'_> = reports.iter().map(|report| ((report.unit, report.month), &report.figures)).collect();
    let measure = Measure { scope: Scope::Own, ..Measure::of_target(0, indicator, own) };
    let folded = fold(regime, tree, &[(indicator, measure)], &regime.owed(&month.year_to_date()), &by_key);
    let ratios = tree.nodes().iter().zip(folded).map(|(node, folded)| (node.code.clone(), folded.measured[0].ratio));
    Ok((Some(month), ratios.collect()))
}

/// The regime with the assigned targets in place of earlier ones of the same units, indicator and year.
fn with_assigned(regime: &Regime, proved: &Proved) -> Regime {
    let mut next = regime.clone();
    let is_replaced = |old: &Target| {
        let same =
            |new: &Target| (&new.selector, &new.indicator, new.year) == (&old.selector, &old.indicator, old.year);
        proved.targets.iter().any(same)
    };
    next.assigned.retain(|target| !is_replaced(target));
    next.assigned.extend(proved.targets.iter().cloned());
    next.assigned.sort_by(|a, b| (a.year, &a.indicator, &a.selector).cmp(&(b.year, &b.indicator, &b.selector)));
    next.assigning.retain(|decision| decision.number != proved.decision.number);
    next.assigning.push(proved.decision.clone());
    next.assigning.retain(|decision| next.assigned.iter().any(|target| target.decision == decision.number));
    next.assigning.sort_by(|a, b| a.number.cmp(&b.number));
    next
}

/// All faults of the rates; one below the floor gives the refusal its reason.
fn refusal(faults: &[Fault]) -> Refusal {
    let findings = faults.iter().map(|fault| {
        let (reason, given, expected) = match fault {
            Fault::BelowFloor { unit, given, floor } => (
                Reason::CascadeBelowFloor,
                format!("{unit}: {}", threshold_text(*given)),
                format!("at least {}", threshold_text(*floor)),
            ),
            Fault::NotAPart { unit } => {
                (Reason::UnknownUnit, unit.to_string(), "a unit below the one that assigns".into())
            }
            Fault::NotGiven { unit } => (Reason::FieldRequired, unit.to_string(), "a rate for every unit below".into()),
            Fault::Twice { unit } => (Reason::DuplicateRow, unit.to_string(), "each unit once".into()),
            Fault::BadThreshold { .. } | Fault::BadLast { .. } => {
                (Reason::CountTooLarge, String::new(), "a percentage from 0 to 100".into())
            }
        };
        Finding::new("rule", reason, given, format!("{expected} ({})", fault.in_words()))
    });
    let findings: Vec<Finding> = findings.collect();
    let reason = if findings.iter().any(|finding| finding.reason == Reason::CascadeBelowFloor) {
        Reason::CascadeBelowFloor
    } else {
        findings.first().map_or(Reason::FieldRequired, |finding| finding.reason)
    };
    Refusal { reason, findings }
}

/// The common target is not certain: what it comes to, and each raise of the smallest repair.
fn infeasible(plan: &Plan, repair: &Repair, noun: &str) -> Refusal {
    let reached = plan.reached.clone().unwrap_or_default();
    let expected = format!("at least {}; {} {}", threshold_text(plan.whole), plan.in_words(noun), repair.in_words());
    let mut findings = vec![Finding::new("rule", Reason::CascadeInfeasible, reached, expected)];
    findings.extend(repair.raises.iter().map(|raise| {
        let given = format!("{}: {}", raise.unit, threshold_text(raise.from));
        Finding::new(
            "rule",
            Reason::CascadeInfeasible,
            given,
            format!("{} ({})", threshold_text(raise.to), raise.in_words()),
        )
    }));
    findings.truncate(baocao_domain::figures::FINDINGS_MAX);
    Refusal { reason: Reason::CascadeInfeasible, findings }
}
