//! Periods, how they are held, and extensions.

use std::sync::Arc;
use std::time::Duration;

use baocao_app::ports::{ExtensionRow, PeriodRow, RowLock, StoreError};

use super::database::Database;
use super::rows::{at, edition_id, extension, form, key, other_form, period, plan, revision, submission};

pub(crate) async fn a_period_is_planned_once(db: Arc<Database>) {
    let planned = period("2022-M07");
    let mut tx = db.store.begin().await.expect("begun");
    assert!(tx.plan_period(&planned).await.expect("planned"));
    assert!(!tx.plan_period(&PeriodRow { due: at(99), ..planned.clone() }).await.expect("there already"));
    tx.commit().await.expect("committed");

    let mut tx = db.store.begin().await.expect("begun");
    for lock in [RowLock::None, RowLock::Shared, RowLock::Exclusive] {
        let found = tx.period(&form(), key("2022-M07"), lock).await.expect("read");
        assert_eq!(found.as_ref(), Some(&planned), "{lock:?}");
        assert_eq!(tx.period(&form(), key("2022-M08"), lock).await.expect("read"), None);
    }
    assert_eq!(tx.period(&other_form(), key("2022-M07"), RowLock::None).await.expect("read"), None);
}

pub(crate) async fn periods_are_listed_as_they_close(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022", "2022-Q3", "2022-M10", "2022-M09", "2022-9M", "2022-M07", "2023-M01"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    tx.plan_period(&PeriodRow { form: other_form(), ..period("2022-M01") }).await.expect("planned");
    let names: Vec<String> =
        tx.periods(&form()).await.expect("read").iter().map(|row| row.period.to_string()).collect();
    assert_eq!(names, ["2022-M07", "2022-M09", "2022-Q3", "2022-9M", "2022-M10", "2022", "2023-M01"]);
}

pub(crate) async fn a_period_moves_until_it_is_sealed(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08"]).await;
    let moved = |name: &str| PeriodRow { opens: at(1), due: at(11), locks: at(21), publishes: at(31), ..period(name) };
    let mut tx = db.store.begin().await.expect("begun");
    tx.seal_period(&form(), edition_id("2022-M07/1")).await.expect("sealed");
    assert!(!tx.move_period(&moved("2022-M07")).await.expect("asked"), "it is sealed");
    assert!(tx.move_period(&moved("2022-M08")).await.expect("moved"));
    assert!(!tx.move_period(&moved("2022-M09")).await.expect("asked"), "it is not planned");
    assert!(!tx.move_period(&PeriodRow { form: other_form(), ..moved("2022-M08") }).await.expect("asked"));
    tx.commit().await.expect("committed");

    let mut tx = db.store.read().await.expect("begun");
    let sealed = PeriodRow { sealed_edition: 1, ..period("2022-M07") };
    assert_eq!(tx.periods(&form()).await.expect("read"), [sealed, moved("2022-M08")]);
}

pub(crate) async fn a_planned_period_is_taken_back_while_nothing_was_done_about_it(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08", "2022-M09", "2022-9M", "2022-M10"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    tx.seal_period(&form(), edition_id("2022-M07/1")).await.expect("sealed");
    tx.append_extension(&extension(7, at(50))).await.expect("granted for month 8");
    tx.append_revision(&revision(7, "2022-M09", 1)).await.expect("filed");
    for (name, expected) in
        [("2022-M07", false), ("2022-M08", false), ("2022-M09", false), ("2022-9M", true), ("2022", false)]
    {
        assert_eq!(tx.withdraw_period(&form(), key(name)).await.expect("asked"), expected, "{name}");
    }
    assert!(!tx.withdraw_period(&other_form(), key("2022-M10")).await.expect("asked"));
    let left: Vec<String> = tx.periods(&form()).await.expect("read").iter().map(|row| row.period.to_string()).collect();
    assert_eq!(left, ["2022-M07", "2022-M08", "2022-M09", "2022-M10"]);
}

pub(crate) async fn a_seal_needs_its_period(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    tx.seal_period(&form(), edition_id("2022-M07/2")).await.expect("sealed");
    let sealed: Vec<u32> = tx.periods(&form()).await.expect("read").iter().map(|row| row.sealed_edition).collect();
    assert_eq!(sealed, [2, 0]);
    let unplanned = tx.seal_period(&form(), edition_id("2022-M09/1")).await;
    assert!(matches!(unplanned, Err(StoreError::Broken { .. })), "{unplanned:?}");
}

pub(crate) async fn a_held_period_makes_the_next_holder_wait(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let mut sealing = db.store.begin().await.expect("begun");
    let held = sealing.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("held");
    assert_eq!(held, Some(period("2022-M07")));

    let store = Arc::clone(&db.store);
    let submitting = tokio::spawn(async move {
        let mut tx = store.begin().await.expect("begun");
        tx.period(&form(), key("2022-M07"), RowLock::Shared).await.expect("held").expect("planned").sealed_edition
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!submitting.is_finished(), "it did not wait");

    let mut reading = db.store.read().await.expect("readers do not wait");
    let seen = reading.period(&form(), key("2022-M07"), RowLock::None).await.expect("read").expect("planned");
    assert_eq!(seen.sealed_edition, 0);

    sealing.seal_period(&form(), edition_id("2022-M07/1")).await.expect("sealed");
    sealing.commit().await.expect("committed");
    assert_eq!(submitting.await.expect("ended"), 1, "the one that waited sees the seal");
}

pub(crate) async fn an_extension_counts_until_it_expires(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M08"]).await;
    let (short, long, foreign) = (extension(7, at(50)), extension(7, at(90)), extension(8, at(500)));
    let mut tx = db.store.begin().await.expect("begun");
    let long_id = tx.append_extension(&long).await.expect("granted");
    let short_id = tx.append_extension(&short).await.expect("granted");
    tx.append_extension(&foreign).await.expect("granted");
    assert!(0 < long_id && long_id < short_id);
    tx.commit().await.expect("committed");

    let mut tx = db.store.read().await.expect("begun");
    let key = submission(7, "2022-M08");
    let last = Some(ExtensionRow { id: long_id, ..long });
    assert_eq!(tx.extension(&key, at(40)).await.expect("read"), last, "the one that expires last");
    assert_eq!(tx.extension(&key, at(89)).await.expect("read"), last);
    assert_eq!(tx.extension(&key, at(90)).await.expect("read"), None, "not valid from that instant on");
    assert_eq!(tx.extension(&submission(9, "2022-M08"), at(40)).await.expect("read"), None);
}
