//! Leases and jobs: who works on what, by the clock of the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use baocao_app::ports::{JobRow, JobRun, Lease, Store};

use super::database::Database;
use super::rows::at;

/// How long a busy machine may take to hold a lease of a second before it is over, or to see that it is.
const PATIENCE: Duration = Duration::from_secs(30);

async fn take(store: &dyn Store, holder: &str, lasts_s: u32) -> Option<Lease> {
    let mut tx = store.begin().await.expect("begun");
    let lease = tx.take_lease("close", holder, lasts_s).await.expect("asked");
    tx.commit().await.expect("committed");
    lease
}

async fn holds(store: &dyn Store, lease: &Lease) -> bool {
    store.begin().await.expect("begun").hold_lease(lease).await.expect("asked")
}

async fn renews(store: &dyn Store, lease: &Lease, lasts_s: u32) -> bool {
    let mut tx = store.begin().await.expect("begun");
    let renewed = tx.renew_lease(lease, lasts_s).await.expect("asked");
    tx.commit().await.expect("committed");
    renewed
}

pub(crate) async fn a_lease_has_one_holder_until_it_expires(db: Arc<Database>) {
    let store = db.store.as_ref();
    let first = take(store, "a", 30).await.expect("it was free");
    assert_eq!((first.holder.as_str(), first.fence), ("a", 1));
    assert_eq!(take(store, "b", 30).await, None, "somebody holds it");
    assert!(holds(store, &first).await);
    assert!(renews(store, &first, 1).await, "it ends soon");
    let renewed = Instant::now();
    while holds(store, &first).await {
        assert!(renewed.elapsed() < PATIENCE, "it never ends");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!renews(store, &first, 30).await, "it is over, though nobody has it");
    let second = take(store, "b", 30).await.expect("it is free again");
    assert_eq!((second.holder.as_str(), second.fence), ("b", 2));
    assert!(!holds(store, &first).await && !renews(store, &first, 30).await, "it is somebody else's");
    assert!(holds(store, &second).await && renews(store, &second, 30).await);
}

pub(crate) async fn a_lease_given_back_is_free_and_its_fence_goes_on(db: Arc<Database>) {
    let store = db.store.as_ref();
    let first = take(store, "a", 30).await.expect("it was free");
    let mut tx = store.begin().await.expect("begun");
    tx.release_lease(&first).await.expect("given back");
    tx.commit().await.expect("committed");
    let second = take(store, "b", 30).await.expect("it is free");
    assert_eq!(second.fence, 2);
    let mut tx = store.begin().await.expect("begun");
    tx.release_lease(&first).await.expect("nothing happens");
    tx.commit().await.expect("committed");
    assert!(holds(store, &second).await, "only its holder gives it back");
    let all = store.read().await.expect("begun").leases().await.expect("read");
    let [name, fence, ends] = [0, 1, 2].map(|place| all[0][place].clone().expect("a text"));
    assert_eq!((all.len(), name.as_str(), fence.as_str()), (1, "close", "2"));
    let left = ends.parse::<i64>().expect("a number") - store.time().await.expect("asked").micros();
    assert!((1..=30_000_000).contains(&left), "{left} µs of 30 s are left");
    // The same instance, started again: its lease is its own, and the fence tells the two apart.
    let third = take(store, "b", 30).await.expect("its own");
    assert_eq!(third.fence, 3);
    assert!(!holds(store, &second).await && holds(store, &third).await);
}

pub(crate) async fn nobody_takes_a_lease_over_while_it_is_held(db: Arc<Database>) {
    let store = Arc::clone(&db.store);
    // It must be held before it is over: where that was too late it is taken anew.
    let begun = Instant::now();
    let (lease, mut tx) = loop {
        let lease = take(store.as_ref(), "a", 1).await.expect("nobody else wants it");
        let mut tx = store.begin().await.expect("begun");
        if tx.hold_lease(&lease).await.expect("asked") {
            break (lease, tx);
        }
        assert!(begun.elapsed() < PATIENCE, "it cannot be held");
    };
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { take(store.as_ref(), "b", 30).await }
    });
    // By the clock that it ends by.
    let held_at = store.time().await.expect("asked");
    while store.time().await.expect("asked") <= held_at.plus_seconds(1) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!waiting.is_finished(), "it is over, but what is being written under it is not");
    tx.put_setting("written", "under the lease").await.expect("written");
    tx.commit().await.expect("committed");
    assert_eq!(waiting.await.expect("no panic").map(|lease| lease.fence), Some(lease.fence + 1));
}

pub(crate) async fn the_database_tells_the_time(db: Arc<Database>) {
    let first = db.store.time().await.expect("asked");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let passed = db.store.time().await.expect("asked").micros() - first.micros();
    assert!((45_000..10_000_000).contains(&passed), "{passed} µs");
    // Between 2020 and 2100: microseconds since 1970.
    assert!((1_577_836_800_000_000..4_102_444_800_000_000).contains(&first.micros()));
}

pub(crate) async fn a_job_shows_its_last_run_and_who_is_at_work(db: Arc<Database>) {
    let store = db.store.as_ref();
    let planned = JobRow {
        name: "close".into(),
        schedule: "every minute".into(),
        next_at: at(60),
        instance: "a".into(),
        last: None,
        holder: None,
    };
    let run = JobRun { begun_at: at(60), finished_at: at(61), done: 3, failed: 1, last_error: "no room".into() };
    let ran = JobRow { next_at: at(120), instance: "b".into(), last: Some(run), ..planned.clone() };
    let mut tx = store.begin().await.expect("begun");
    tx.note_job(&planned).await.expect("noted");
    assert_eq!(tx.jobs().await.expect("read"), std::slice::from_ref(&planned));
    tx.note_job(&ran).await.expect("noted");
    tx.note_job(&JobRow { next_at: at(180), ..planned }).await.expect("noted");
    let expected = JobRow { next_at: at(180), ..ran };
    assert_eq!(tx.jobs().await.expect("read"), std::slice::from_ref(&expected), "what it did last stays");
    tx.commit().await.expect("committed");
    take(store, "b", 30).await.expect("it was free");
    let found = store.read().await.expect("begun").jobs().await.expect("read");
    assert_eq!(found, [JobRow { holder: Some("b".into()), ..expected }]);
}
