//! Every period is closed once per edition, editions have no gaps, and what was acknowledged is in the snapshot.

use std::collections::{BTreeMap, BTreeSet};

use super::database::{Run, Snapshot};
use super::history::History;
use super::{Counts, Faults, sha256};

/// The steps of a close, in their order, as the audit log names them.
const STEPS: [&str; 7] = ["sealed", "aggregated", "rendered", "checked", "published", "enqueued", "done"];

pub(super) fn check(snapshot: &Snapshot, history: &History, counts: &mut Counts, faults: &mut Faults) {
    counts.editions = snapshot.editions.len();
    let mut editions: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for run in &snapshot.runs {
        editions.entry(&run.period).or_default().push(run.edition);
        faults.unless(run.step == "DONE", || format!("close: {}/{} is at {}", run.period, run.edition, run.step));
        each_step_once(snapshot, run, faults);
    }
    for (period, numbers) in &editions {
        let wanted: Vec<i64> = (1..).take(numbers.len()).collect();
        faults.unless(*numbers == wanted, || format!("close: {period} has editions {numbers:?}"));
    }
    for period in &snapshot.periods {
        let made = editions.get(period.period.as_str()).map_or(0, Vec::len);
        let claims = usize::try_from(period.sealed_edition).unwrap_or(usize::MAX);
        faults.unless(made == claims, || format!("close: {} claims {claims} editions and has {made}", period.period));
        let early = snapshot.runs.iter().find(|run| run.period == period.period && run.sealed_at < period.locks);
        faults.unless(early.is_none(), || format!("close: {} was sealed before its lock", period.period));
    }
    let made: BTreeSet<(&str, i64)> = snapshot.runs.iter().map(|run| (run.period.as_str(), run.edition)).collect();
    let stored: BTreeSet<(&str, i64)> =
        snapshot.editions.iter().map(|edition| (edition.period.as_str(), edition.number)).collect();
    faults.unless(made == stored && stored.len() == snapshot.editions.len(), || {
        format!("close: runs made {made:?}, there is {stored:?}")
    });
    for edition in &snapshot.editions {
        let is_right = sha256(edition.document.as_bytes()) == edition.content_hash;
        faults.unless(is_right, || format!("edition: {}/{} has a wrong hash", edition.period, edition.number));
    }
    sealed(snapshot, faults);
    acknowledged_before_the_seal(snapshot, history, faults);
}

/// The log has each step of a run, once, in order.
fn each_step_once(snapshot: &Snapshot, run: &Run, faults: &mut Faults) {
    let suffix = format!("/{}/{}", run.period, run.edition);
    let of_run = snapshot.audit.iter().filter(|entry| entry.object.ends_with(&suffix) && entry.outcome == "ok");
    let steps: Vec<&str> =
        of_run.filter_map(|entry| entry.action.strip_prefix("close.")).filter(|step| STEPS.contains(step)).collect();
    faults.unless(steps == STEPS, || format!("close: run {} of {suffix} took the steps {steps:?}", run.id));
    let releases = snapshot.audit.iter().filter(|entry| entry.action == "publish" && entry.object.ends_with(&suffix));
    let releases = releases.count();
    faults.unless(releases == 1, || format!("publish: {suffix} was released {releases} times"));
}

/// A month's edition rests on revisions that are there, one per unit at most.
fn sealed(snapshot: &Snapshot, faults: &mut Faults) {
    for run in &snapshot.runs {
        let mut units = BTreeSet::new();
        for id in &run.revisions {
            let Some(revision) = snapshot.revisions.iter().find(|revision| revision.id == *id) else {
                faults.note(format!("seal: {}/{} has revision {id}, which is not there", run.period, run.edition));
                continue;
            };
            let is_new = units.insert((&revision.unit, &revision.period));
            faults.unless(is_new, || format!("seal: {} is twice in {}/{}", revision.unit, run.period, run.edition));
        }
    }
}

/// Whatever was acknowledged without an extension was sealed by the month's first edition: itself, or what corrected it.
fn acknowledged_before_the_seal(snapshot: &Snapshot, history: &History, faults: &mut Faults) {
    let by_id: BTreeMap<i64, (&str, &str, i64)> = snapshot
        .revisions
        .iter()
        .map(|revision| (revision.id, (revision.unit.as_str(), revision.period.as_str(), revision.number)))
        .collect();
    for run in snapshot.runs.iter().filter(|run| run.edition == 1) {
        let sealed: BTreeMap<&str, i64> = run
            .revisions
            .iter()
            .filter_map(|id| by_id.get(id))
            .filter(|(_, period, _)| *period == run.period)
            .map(|(unit, _, number)| (*unit, *number))
            .collect();
        for (id, request, receipt) in history.acknowledged().filter(|(_, request, _)| request.period == run.period) {
            let extended = snapshot.extensions.contains(&(request.unit.clone(), request.period.clone()));
            let number = receipt["revision"].as_i64().unwrap_or(i64::MAX);
            let is_in = sealed.get(request.unit.as_str()).is_some_and(|sealed| *sealed >= number);
            faults.unless(is_in || extended, || {
                format!("missing: {id} of {} was acknowledged and is not in {}/1", request.unit, run.period)
            });
        }
    }
}
