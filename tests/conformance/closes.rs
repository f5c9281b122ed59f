//! Requests to close and runs that close.

use std::sync::Arc;

use baocao_app::ports::{CloseRequestRow, CloseRunRow, CloseStep, RegimeRow, Store, StoreError};
use baocao_domain::edition::Cause;

use super::database::Database;
use super::rows::{at, edition_id, form, key, other_form, plan, regime, request, run};

/// Plans the periods and applies a regime; answers with its id.
async fn prepared(store: &dyn Store) -> i64 {
    plan(store, &["2022-M07", "2022-M08", "2022-Q3"]).await;
    let mut tx = store.begin().await.expect("begun");
    let id = tx.append_regime(&RegimeRow { ..regime("lang-son-2022") }).await.expect("applied");
    tx.commit().await.expect("committed");
    id
}

pub(crate) async fn a_request_is_taken_up_once_by_the_run_of_its_period(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let later = request("2022-M07", at(9));
    let earlier = CloseRequestRow { cause: Cause::Locked, ..request("2022-M07", at(3)) };
    let other = CloseRequestRow {
        cause: Cause::MonthRestated { edition: edition_id("2022-M07/2") },
        ..request("2022-Q3", at(5))
    };
    let later_id = tx.append_close_request(&later).await.expect("asked");
    let earlier_id = tx.append_close_request(&earlier).await.expect("asked");
    let other_id = tx.append_close_request(&other).await.expect("asked");
    let open = tx.open_close_requests(&form()).await.expect("read");
    let other = CloseRequestRow { id: other_id, ..other };
    let expected =
        [CloseRequestRow { id: earlier_id, ..earlier }, other.clone(), CloseRequestRow { id: later_id, ..later }];
    assert_eq!(open, expected, "oldest first");
    assert_eq!(tx.open_close_requests(&other_form()).await.expect("read"), []);

    let run = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    let taken = tx.take_close_requests(&form(), key("2022-M07"), run).await.expect("taken up");
    let taken: Vec<_> = taken.iter().map(|request| (request.id, request.run)).collect();
    assert_eq!(taken, [(later_id, Some(run)), (earlier_id, Some(run))], "by id, as they are now");
    assert_eq!(tx.take_close_requests(&form(), key("2022-M08"), run).await.expect("read"), [], "there is none");
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.open_close_requests(&form()).await.expect("read"), [other], "another period's stays open");
}

pub(crate) async fn an_edition_has_one_run(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let (month, quarter) = (run("2022-M07/1", regime), run("2022-Q3/1", regime));
    let mut tx = db.store.begin().await.expect("begun");
    let quarter_id = tx.append_close_run(&quarter).await.expect("begun");
    let month_id = tx.append_close_run(&month).await.expect("begun");
    tx.commit().await.expect("committed");

    let mut tx = db.store.begin().await.expect("begun");
    let twice = tx.append_close_run(&month).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    drop(tx);

    let (month, quarter) = (CloseRunRow { id: month_id, ..month }, CloseRunRow { id: quarter_id, ..quarter });
    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read"), Some(month.clone()));
    assert_eq!(tx.close_run(&form(), edition_id("2022-M07/2")).await.expect("read"), None);
    assert_eq!(tx.close_runs(&form()).await.expect("read"), [quarter, month], "in the order in which they were begun");
    assert_eq!(tx.close_runs(&other_form()).await.expect("read"), []);
}

pub(crate) async fn a_run_moves_only_from_where_it_is(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let id = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    let trouble = CloseRunRow { id, tries: 1, last_error: "no room on the disk".into(), ..run("2022-M07/1", regime) };
    assert!(tx.note_close_try(&trouble).await.expect("noted"));
    let (sealed, aggregated) = (CloseStep::Sealed, CloseStep::Aggregated);
    assert!(!tx.advance_close_run(id, aggregated, CloseStep::Rendered).await.expect("asked"), "it is not there");
    assert!(!tx.advance_close_run(id + 1, sealed, aggregated).await.expect("asked"), "there is no such run");
    assert!(tx.advance_close_run(id, sealed, aggregated).await.expect("moved"));
    assert!(!tx.advance_close_run(id, sealed, aggregated).await.expect("asked"), "it has moved already");
    let moved = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read").expect("there");
    let expected = CloseRunRow { id, step: aggregated, ..run("2022-M07/1", regime) };
    assert_eq!(moved, expected, "its tries are forgotten");

    let mut at = aggregated;
    for step in CloseStep::ALL.into_iter().skip(2) {
        assert!(tx.advance_close_run(id, at, step).await.expect("moved"), "{at:?} → {step:?}");
        at = step;
    }
}

pub(crate) async fn a_run_in_trouble_remembers_why(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let id = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    let first = CloseRunRow { id, tries: 1, ..run("2022-M07/1", regime) };
    let failed = CloseRunRow { failures: 1, last_error: "no font".into(), next_try_at: at(99), ..first.clone() };
    let held = CloseRunRow { tries: 2, failures: 2, held: true, ..failed.clone() };
    for noted in [first, failed, held.clone()] {
        assert!(tx.note_close_try(&noted).await.expect("noted"));
        let found = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read").expect("there");
        assert_eq!(found, noted, "an operator reads where it stands and why");
    }
    let elsewhere = CloseRunRow { step: CloseStep::Checked, ..held.clone() };
    assert!(!tx.note_close_try(&elsewhere).await.expect("asked"), "it is not at that step");
    assert!(!tx.note_close_try(&CloseRunRow { id: id + 1, ..held }).await.expect("asked"), "there is no such run");
}
