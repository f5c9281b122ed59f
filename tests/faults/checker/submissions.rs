//! Every acknowledged submission is there once and unchanged; nothing is there that nobody sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::database::{Revision, Snapshot};
use super::history::{History, Request, text};
use super::{Counts, Faults, tagged};

/// The columns of a stored row, in the order of the form.
const COLUMNS: [&str; 8] =
    ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

pub(super) fn check(snapshot: &Snapshot, history: &History, counts: &mut Counts, faults: &mut Faults) {
    counts.revisions = snapshot.revisions.len();
    counts.acknowledged = history.acknowledged().count();
    counts.refused = history.requests.values().filter(|request| request.refused.is_some()).count();
    one_after_the_other(snapshot, faults);
    let by_place: BTreeMap<(&str, &str, i64), &Revision> = snapshot
        .revisions
        .iter()
        .map(|revision| ((revision.unit.as_str(), revision.period.as_str(), revision.number), revision))
        .collect();
    faults.unless(by_place.len() == snapshot.revisions.len(), || "revisions: one number stands twice".into());
    for revision in &snapshot.revisions {
        hash_is_right(revision, faults);
    }

    let mut accounted = BTreeSet::new();
    for (id, request, receipt) in history.acknowledged() {
        let number = receipt["revision"].as_i64().unwrap_or(0);
        let Some(revision) = by_place.get(&(request.unit.as_str(), request.period.as_str(), number)) else {
            faults.note(format!("lost: {id}, acknowledged as {}/{} revision {number}", request.unit, request.period));
            continue;
        };
        is_unchanged(id, request, receipt, revision, faults);
        let answer = snapshot.answers.get(&(request.unit.clone(), id.clone()));
        if receipt["unchanged"] == true {
            continue;
        }
        faults.unless(accounted.insert(revision.id), || format!("doubled: {id} shares revision {number} with another"));
        let stored: Option<Value> = answer.and_then(|answer| serde_json::from_str(answer).ok());
        let same = stored.as_ref().is_some_and(|stored| {
            ["revision", "content_hash", "received_at", "audit_seq", "audit_head"]
                .iter()
                .all(|key| stored[key] == receipt[key])
        });
        faults.unless(same, || format!("answer: the receipt of {id} is stored as {answer:?}"));
    }
    for (id, request) in history.requests.iter().filter(|(_, request)| request.refused.is_some()) {
        let is_answered = snapshot.answers.contains_key(&(request.unit.clone(), id.clone()));
        faults.unless(!is_answered, || format!("refused and stored: {id} ({:?})", request.refused));
    }
    for (client, id) in snapshot.answers.keys() {
        faults.unless(history.requests.contains_key(id), || format!("answer: nobody sent {id} of {client}"));
    }
    // One answer for one revision: so no request made two, and none came from nowhere.
    faults.unless(snapshot.answers.len() == snapshot.revisions.len(), || {
        format!("doubled: {} revisions for {} answers", snapshot.revisions.len(), snapshot.answers.len())
    });
}

/// Revisions have no gap, and none was received before the one that it corrects.
fn one_after_the_other(snapshot: &Snapshot, faults: &mut Faults) {
    let mut last: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
    for revision in &snapshot.revisions {
        let name = (revision.unit.as_str(), revision.period.as_str());
        let (number, received_at) = last.insert(name, (revision.number, revision.received_at)).unwrap_or_default();
        faults.unless(revision.number == number + 1, || {
            format!("revisions: {}/{} has {} after {number}", name.0, name.1, revision.number)
        });
        faults.unless(revision.received_at >= received_at, || {
            format!("revisions: {}/{} received {} before the one before it", name.0, name.1, revision.number)
        });
    }
}

/// What is filed is hashed as canonical JSON: `[nil, figures]`, keys in order.
fn hash_is_right(revision: &Revision, faults: &mut Faults) {
    let Ok(figures) = serde_json::from_str::<Value>(&revision.figures) else {
        return faults.note(format!("revisions: {} does not read", revision.id));
    };
    let content = format!("[{},{figures}]", revision.nil);
    let found = tagged("baocao/submission/1", &[&revision.unit, &revision.form, &revision.period, &content]);
    faults.unless(found == revision.content_hash, || format!("revisions: {} has a wrong hash", revision.id));
}

fn is_unchanged(id: &str, request: &Request, receipt: &Value, revision: &Revision, faults: &mut Faults) {
    let stored: Value = serde_json::from_str(&revision.figures).unwrap_or_default();
    let mut cells = BTreeMap::new();
    for (procedure, values) in stored["rows"].as_object().into_iter().flatten() {
        for (column, value) in COLUMNS.iter().zip(values.as_array().into_iter().flatten()) {
            cells.insert((procedure.clone(), (*column).to_owned()), value.as_i64().unwrap_or(-1));
        }
    }
    faults.unless(cells == request.cells, || format!("changed: the figures of {id} are {}", revision.figures));
    let same_hash = revision.content_hash == text(&receipt["content_hash"]);
    faults.unless(same_hash, || format!("changed: {id} has another hash than its receipt"));
    faults.unless(revision.client == request.unit, || format!("changed: {id} was filed by {}", revision.client));
    if receipt["unchanged"] == false {
        let follows = revision.number == request.expected_revision + 1;
        faults.unless(follows, || format!("changed: {id} was built on {}", request.expected_revision));
    }
    let same_instant = receipt["received_at"].as_i64() == Some(revision.received_at);
    faults.unless(same_instant, || format!("changed: {id} was received at {}", revision.received_at));
}
