//! One delivery per edition, unit, recipient and purpose; what is `sent` is with the relay, and there are no more copies
//! than there were doubts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::database::Snapshot;
use super::{Counts, Faults};

pub(super) fn check(snapshot: &Snapshot, mailbox: &Path, counts: &mut Counts, faults: &mut Faults) {
    let mut keys = BTreeSet::new();
    for delivery in &snapshot.deliveries {
        faults.unless(keys.insert(&delivery.key), || format!("mail: {} stands twice", delivery.key));
        faults.unless(delivery.message_sha256.len() == 64, || format!("mail: {} has no message", delivery.key));
        let is_known = ["queued", "sending", "sent", "unknown", "held"].contains(&delivery.state.as_str());
        faults.unless(is_known, || format!("mail: {} is {}", delivery.key, delivery.state));
    }
    let copies = copies(mailbox);
    counts.mails = copies.values().sum();
    for delivery in &snapshot.deliveries {
        let copies = copies.get(&delivery.id).copied().unwrap_or(0);
        let was_sent = delivery.state == "sent";
        faults.unless(copies > 0 || !was_sent, || format!("mail: {} is sent and the relay has none", delivery.key));
        let allowed = 1 + usize::try_from(delivery.doubts).unwrap_or(0);
        faults.unless(copies <= allowed, || {
            format!("mail: {copies} copies of {} after {} doubts", delivery.key, delivery.doubts)
        });
        counts.extra_copies += copies.saturating_sub(1);
    }
    let known: BTreeSet<&str> = snapshot.deliveries.iter().map(|delivery| delivery.id.as_str()).collect();
    for id in copies.keys() {
        faults.unless(known.contains(id.as_str()), || format!("mail: the relay has {id}, which nobody queued"));
    }
}

/// How many copies of each message the relay took, by the id of the delivery in its Message-ID.
fn copies(mailbox: &Path) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for entry in std::fs::read_dir(mailbox).expect("a mailbox") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a message");
        let text = String::from_utf8_lossy(&bytes);
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: <d.")?.split_once('@'));
        let id = id.map_or_else(|| path.display().to_string(), |(id, _)| id.to_owned());
        *copies.entry(id).or_insert(0) += 1;
    }
    copies
}
