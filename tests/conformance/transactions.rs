//! What a transaction promises, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use baocao_app::ports::{RowLock, StoreError};
use tokio::task::JoinSet;

use super::database::{Database, Engine};
use super::rows::{api_key, entry_after, form, key, period, plan};

pub(crate) async fn a_dropped_transaction_leaves_no_trace(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    tx.put_setting("clock", "2022-07-15").await.expect("set");
    tx.plan_period(&period("2022-M07")).await.expect("planned");
    let head = tx.audit_head().await.expect("held");
    tx.append_audit(&entry_after(&head, 'a')).await.expect("added");
    drop(tx);
    for _ in 0..20 {
        let mut tx = db.store.begin().await.expect("the connection is free again");
        assert_eq!(tx.setting("clock").await.expect("read"), None);
        assert_eq!(tx.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("read"), None);
        assert_eq!(tx.audit_head().await.expect("held"), head);
    }
}

pub(crate) async fn after_a_failure_only_dropping_is_left(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    tx.append_key(&api_key("k1")).await.expect("added");
    let twice = tx.append_key(&api_key("k1")).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    let further = tx.append_key(&api_key("k2")).await;
    assert!(matches!(further, Err(StoreError::Broken { .. })), "{further:?}");
    let commit = tx.commit().await;
    assert!(matches!(commit, Err(StoreError::Broken { .. })), "a commit that keeps half is no commit: {commit:?}");

    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.key("k1").await.expect("read"), None);
    assert_eq!(tx.key("k2").await.expect("read"), None);
}

pub(crate) async fn a_reader_sees_one_snapshot(db: Arc<Database>) {
    let mut reader = db.store.read().await.expect("begun");
    assert_eq!(reader.setting("clock").await.expect("read"), None);
    let mut writer = db.store.begin().await.expect("a reader is in nobody's way");
    writer.put_setting("clock", "2022-07-15").await.expect("set");
    writer.commit().await.expect("committed");
    assert_eq!(reader.setting("clock").await.expect("read"), None, "still as it was");
    drop(reader);
    let mut reader = db.store.read().await.expect("begun");
    assert_eq!(reader.setting("clock").await.expect("read").as_deref(), Some("2022-07-15"));
    reader.commit().await.expect("a reader may end in either way");
}

pub(crate) async fn a_reader_cannot_write_and_holds_nothing(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let mut reader = db.store.read().await.expect("begun");
    let asked = reader.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("read");
    assert_eq!(asked, Some(period("2022-M07")));
    assert_eq!(reader.audit_head().await.expect("read").seq, 0);
    let mut writer = db.store.begin().await.expect("nobody is in the way");
    writer.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("held");
    drop(writer);
    let written = reader.put_setting("clock", "2022-07-15").await;
    assert!(matches!(written, Err(StoreError::Broken { .. })), "{written:?}");
}

/// Deferred transactions failed 356 times in 400 here: SQLite refuses at once when two have read before they write.
pub(crate) async fn read_modify_write_of_many_tasks_loses_nothing(db: Arc<Database>) {
    const TASKS: i64 = 8;
    const ROUNDS: i64 = 50;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let store = Arc::clone(&db.store);
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                let mut tx = store.begin().await.expect("begun");
                let head = tx.audit_head().await.expect("held");
                let count: i64 = match tx.setting("count").await.expect("read") {
                    Some(count) => count.parse().expect("a number"),
                    None => 0,
                };
                tx.put_setting("count", &(count + 1).to_string()).await.expect("set");
                tx.append_audit(&entry_after(&head, 'a')).await.expect("added");
                tx.commit().await.expect("committed");
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no task failed");
    }
    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.setting("count").await.expect("read"), Some((TASKS * ROUNDS).to_string()));
    assert_eq!(tx.audit_head().await.expect("read").seq, TASKS * ROUNDS);
}

/// A `begin` that is cancelled must not leave its connection inside a transaction that the next caller writes into.
pub(crate) async fn cancelled_transactions_leave_nothing_behind(db: Arc<Database>) {
    const CANCELLED: usize = 240;
    const PER_SWEEP: usize = 40;
    let mut whole = 0;
    for n in 0..CANCELLED {
        // From the first moment of a begin to somewhat after its end, as long as one takes on this machine at this time.
        if n % PER_SWEEP == 0 {
            whole = turns_of_a_begin(&db).await;
        }
        let turns = whole * (n % PER_SWEEP) * 4 / (PER_SWEEP * 3);
        let work = async {
            let mut tx = db.store.begin().await.expect("begun");
            tx.put_setting("leaked", "yes").await.expect("set");
            tokio::time::sleep(Duration::from_secs(60)).await;
        };
        // A timer rounds up to a millisecond, by which time every begin is done: patience is counted in turns.
        let patience = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = work => unreachable!("it waits for a minute"),
            () = patience => {}
        }
        assert_eq!(
            idle_in_transaction(&db).await,
            Vec::<String>::new(),
            "nobody knows of it: cancelled at turn {turns}"
        );
    }
    for n in 0..20 {
        let mut tx = db.store.begin().await.expect("no connection was lost");
        tx.put_setting(&format!("kept-{n}"), "yes").await.expect("set");
        tx.commit().await.expect("committed");
    }
    db.store.ping().await.expect("it answers");
    let kept = db.raw("select value from setting where name like 'kept-%'").await.expect("read");
    assert_eq!(kept.len(), 20, "seen from outside: really committed");
    let leaked = db.raw("select value from setting where name = 'leaked'").await.expect("read");
    assert_eq!(leaked, Vec::<String>::new());
}

/// How many turns a begin takes that is not cancelled.
async fn turns_of_a_begin(db: &Database) -> usize {
    let begin = db.store.begin();
    tokio::pin!(begin);
    let mut turns = 0;
    loop {
        tokio::select! {
            biased;
            begun = &mut begin => {
                drop(begun.expect("begun"));
                return turns;
            }
            () = tokio::task::yield_now() => turns += 1,
        }
    }
}

/// Connections that stand in a transaction although nobody holds one. Those on their way back to the pool get a moment.
async fn idle_in_transaction(db: &Database) -> Vec<String> {
    if db.engine == Engine::Sqlite {
        return Vec::new();
    }
    let asked = "select query from pg_stat_activity where datname = current_database() and state like 'idle in%'";
    for _ in 0..50 {
        if db.raw(asked).await.expect("read").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    db.raw(asked).await.expect("read")
}
