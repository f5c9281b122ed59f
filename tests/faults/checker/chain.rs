//! The audit chain has no gap and never goes back in time, every hash is right, and every receipt's head stands in it.

use super::database::{Entry, Snapshot};
use super::history::{History, text};
use super::{Counts, Faults, tagged};

pub(super) fn check(snapshot: &Snapshot, history: &History, counts: &mut Counts, faults: &mut Faults) {
    let (mut before, mut noted_at) = ((0, "0".repeat(64)), 0_i64);
    for entry in &snapshot.audit {
        let seq = entry.seq;
        faults.unless(seq == before.0 + 1, || format!("audit: entry {seq} follows {}", before.0));
        faults.unless(entry.prev_hash == before.1, || format!("audit: entry {seq} does not bear the hash before it"));
        faults.unless(entry.hash == hash_of(entry), || format!("audit: entry {seq} has a wrong hash"));
        let at = entry.noted_at.parse().unwrap_or(i64::MIN);
        faults.unless(at >= noted_at, || format!("audit: entry {seq} is earlier than the one before it"));
        (before, noted_at) = ((seq, entry.hash.clone()), at);
    }
    faults.unless(snapshot.audit_head == before, || format!("audit: the head is {:?}", snapshot.audit_head));
    counts.audit = snapshot.audit.len();

    for (id, request, receipt) in history.acknowledged() {
        let seq = receipt["audit_seq"].as_i64().unwrap_or(0);
        let entry = usize::try_from(seq - 1).ok().and_then(|place| snapshot.audit.get(place));
        let Some(entry) = entry else {
            faults.note(format!("audit: the receipt of {id} names entry {seq}, which is not there"));
            continue;
        };
        faults.unless(entry.hash == text(&receipt["audit_head"]), || {
            format!("audit: the receipt of {id} has another head")
        });
        if receipt["unchanged"] == false {
            let name = format!("{}/{}/{}/{}", request.unit, request.form, request.period, receipt["revision"]);
            // `revision 12 05971/tthc/2022-M07/1 answer <request> <hash>`
            let words: Vec<&str> = entry.object.split(' ').collect();
            let is_named = matches!(&words[..], ["revision", _, named, "answer", of, _] if *named == name && *of == id);
            let is_its_own = entry.action == "submit" && is_named;
            faults.unless(is_its_own, || format!("audit: entry {seq} of {id} is {} {}", entry.action, entry.object));
        }
    }
}

fn hash_of(entry: &Entry) -> String {
    let seq = entry.seq.to_string();
    let parts = [
        &seq,
        &entry.prev_hash,
        &entry.noted_at,
        &entry.actor,
        &entry.action,
        &entry.object,
        &entry.content_hash,
        &entry.outcome,
    ];
    tagged("baocao/audit/1", &parts.map(String::as_str))
}
