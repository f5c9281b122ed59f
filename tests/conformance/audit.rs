//! The audit chain.

use std::sync::Arc;
use std::time::Duration;

use baocao_app::ports::{AuditHead, AuditRow, StoreError};
use baocao_domain::instant::Instant;

use super::database::Database;
use super::rows::{at, entry_after, hash};

pub(crate) async fn the_chain_begins_with_zeros(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    let start = AuditHead { seq: 0, hash: hash('0'), at: Instant::from_micros(0) };
    assert_eq!(tx.audit_head().await.expect("read"), start);
    assert_eq!(tx.audit_entries(1, 10).await.expect("read"), []);
}

pub(crate) async fn entries_follow_each_other_or_are_refused(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    let mut written = Vec::new();
    for digit in ['a', 'b', 'c'] {
        let entry = entry_after(&tx.audit_head().await.expect("held"), digit);
        tx.append_audit(&entry).await.expect("added");
        written.push(entry);
    }
    let head = tx.audit_head().await.expect("held");
    assert_eq!(head, AuditHead { seq: 3, hash: hash('c'), at: at(2) });
    tx.commit().await.expect("committed");

    let next = entry_after(&head, 'd');
    for (what, entry) in [
        ("a gap", AuditRow { seq: 5, ..next.clone() }),
        ("a place that is taken", AuditRow { seq: 3, ..next.clone() }),
        ("a fork", AuditRow { prev_hash: hash('b'), ..next.clone() }),
    ] {
        let mut tx = db.store.begin().await.expect("begun");
        let refused = tx.append_audit(&entry).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{what}: {refused:?}");
        let commit = tx.commit().await;
        assert!(matches!(commit, Err(StoreError::Broken { .. })), "{what}: {commit:?}");
    }

    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.audit_head().await.expect("read"), head);
    assert_eq!(tx.audit_entries(1, 10).await.expect("read"), written);
    assert_eq!(tx.audit_entries(2, 1).await.expect("read"), written[1..2], "from a place on, at most so many");
    assert_eq!(tx.audit_entries(4, 10).await.expect("read"), []);
    for (instant, last) in [(at(0), None), (at(1), Some(0)), (at(2), Some(1)), (at(9), Some(2))] {
        let found = tx.audit_before(instant).await.expect("read");
        assert_eq!(found, last.map(|last: usize| written[last].clone()), "before {instant:?}");
    }
}

pub(crate) async fn the_last_entry_says_what_was_staged(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    for (digit, action, object) in [
        ('a', "stage-files", "site 2022-M07/1"),
        ('b', "stage-files", "site 2022-M07/1"),
        ('c', "publish", "site 2022-M07/1"),
    ] {
        let head = tx.audit_head().await.expect("held");
        let entry = AuditRow { action: action.into(), object: object.into(), ..entry_after(&head, digit) };
        tx.append_audit(&entry).await.expect("added");
    }
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    let found = tx.staging("site 2022-M07/1").await.expect("read");
    assert_eq!(found.map(|entry| entry.hash), Some(hash('b')));
    assert_eq!(tx.staging("site 2022-M07/2").await.expect("read"), None);
}

pub(crate) async fn writers_queue_up_at_the_head(db: Arc<Database>) {
    let mut first = db.store.begin().await.expect("begun");
    let head = first.audit_head().await.expect("held");
    let store = Arc::clone(&db.store);
    let second = tokio::spawn(async move {
        let mut tx = store.begin().await.expect("begun");
        let head = tx.audit_head().await.expect("held");
        tx.append_audit(&entry_after(&head, 'b')).await.expect("added");
        tx.commit().await.expect("committed");
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "it did not wait");
    first.append_audit(&entry_after(&head, 'a')).await.expect("added");
    first.commit().await.expect("committed");
    second.await.expect("ended");
    let mut tx = db.store.read().await.expect("begun");
    let seqs: Vec<i64> = tx.audit_entries(1, 10).await.expect("read").iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2]);
    assert_eq!(tx.audit_head().await.expect("read"), AuditHead { seq: 2, hash: hash('b'), at: at(1) });
}
