//! Requests to close and runs that close.

use std::sync::Arc;

use baocao_app::ports::{
    CloseRequestRow, CloseRunRow, CloseStep, RegimeRow, ReopeningRow, Signature, Store, StoreError,
};
use baocao_domain::edition::Cause;

use super::database::Database;
use super::rows::{at, edition_id, extension, form, key, other_form, plan, regime, reopening, request, run};

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
    tx.take_close_requests(&form(), key("2022-M07"), run).await.expect("taken up");
    tx.take_close_requests(&form(), key("2022-M08"), run).await.expect("there is none");
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
    let (sealed, aggregated) = (trouble, CloseStep::Aggregated);
    let elsewhere = CloseRunRow { step: aggregated, ..sealed.clone() };
    assert!(!tx.advance_close_run(&elsewhere, CloseStep::Rendered, 1).await.expect("asked"), "it is not there");
    let unknown = CloseRunRow { id: id + 1, ..sealed.clone() };
    assert!(!tx.advance_close_run(&unknown, aggregated, 1).await.expect("asked"), "there is no such run");
    assert!(!tx.advance_close_run(&sealed, aggregated, 0).await.expect("asked"), "a later holder wrote it");
    assert!(tx.advance_close_run(&sealed, aggregated, 1).await.expect("moved"));
    assert!(!tx.advance_close_run(&sealed, aggregated, 1).await.expect("asked"), "it has moved already");
    let moved = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read").expect("there");
    let expected = CloseRunRow { id, step: aggregated, ..run("2022-M07/1", regime) };
    assert_eq!(moved, expected, "its tries are forgotten");

    let mut at = moved;
    for (fence, step) in (2..).zip(CloseStep::ALL.into_iter().skip(2)) {
        assert!(tx.advance_close_run(&at, step, fence).await.expect("moved"), "{:?} → {step:?}", at.step);
        at = CloseRunRow { step, fence, ..at };
    }
    let found = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read").expect("there");
    assert_eq!(found, at, "it remembers under which fence it was written last");
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

pub(crate) async fn what_an_operator_chose_for_a_run_is_kept(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let id = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    let quiet = CloseRunRow { id, skip_notify: true, ..run("2022-M07/1", regime) };
    assert!(tx.note_close_try(&quiet).await.expect("noted"));
    // Whoever works on the run read it before.
    assert!(tx.note_close_try(&CloseRunRow { tries: 1, skip_notify: false, ..quiet.clone() }).await.expect("noted"));
    let found = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read").expect("there");
    assert!(found.skip_notify, "the wish to close without mail is not unsaid");
    let old = CloseRunRow { fence: 0, ..quiet };
    assert!(!tx.note_close_try(&old).await.expect("asked"), "a later holder wrote it");
}

pub(crate) async fn a_run_that_was_given_up_leaves_its_edition_to_another(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let id = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    let given_up = CloseRunRow { id, abandoned: true, ..run("2022-M07/1", regime) };
    assert!(tx.note_close_try(&given_up).await.expect("given up"));
    assert!(!tx.advance_close_run(&given_up, CloseStep::Aggregated, 9).await.expect("asked"), "it stays where it is");
    assert!(!tx.note_close_try(&CloseRunRow { abandoned: false, ..given_up.clone() }).await.expect("asked"));
    let found = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read");
    assert_eq!(found, Some(given_up.clone()), "it can still be looked at");
    let again = run("2022-M07/1", regime);
    let again = CloseRunRow { id: tx.append_close_run(&again).await.expect("begun again"), ..again };
    let found = tx.close_run(&form(), edition_id("2022-M07/1")).await.expect("read");
    assert_eq!(found, Some(again.clone()), "the one that goes on is meant");
    assert_eq!(tx.close_runs(&form()).await.expect("read"), [given_up, again]);
}

pub(crate) async fn an_extension_that_is_over_calls_for_an_edition_once(db: Arc<Database>) {
    prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let mut granted = extension(7, at(90));
    granted.id = tx.append_extension(&granted).await.expect("granted");
    assert_eq!(tx.lapsed_extensions(&form(), at(89)).await.expect("read"), []);
    assert_eq!(tx.lapsed_extensions(&form(), at(90)).await.expect("read"), [granted.clone()]);
    assert_eq!(tx.lapsed_extensions(&other_form(), at(90)).await.expect("read"), []);
    let asked = CloseRequestRow { extension: Some(granted.id), ..request("2022-M08", at(90)) };
    let id = tx.append_close_request(&asked).await.expect("asked");
    assert_eq!(tx.lapsed_extensions(&form(), at(99)).await.expect("read"), []);
    assert_eq!(tx.open_close_requests(&form()).await.expect("read"), [CloseRequestRow { id, ..asked }]);
}

pub(crate) async fn a_reopening_is_approved_once_and_taken_up_once(db: Arc<Database>) {
    let regime = prepared(db.store.as_ref()).await;
    let mut tx = db.store.begin().await.expect("begun");
    let mut asked = reopening("2022-M07", at(90));
    asked.id = tx.append_reopening(&asked).await.expect("asked");
    assert_eq!(tx.open_reopenings(&form()).await.expect("read"), [asked.clone()]);
    assert_eq!(tx.reopening(asked.id).await.expect("read"), Some(asked.clone()));
    assert_eq!(tx.reopening(asked.id + 1).await.expect("read"), None);
    let run_id = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    tx.take_reopenings(&form(), key("2022-M07"), run_id).await.expect("asked");
    assert_eq!(tx.open_reopenings(&form()).await.expect("read"), [asked.clone()], "nobody has approved it");

    let second = Signature { client: "chanh-van-phong".into(), key: "k-2".into(), at: at(31) };
    assert!(tx.approve_reopening(asked.id, &second).await.expect("approved"));
    let third = Signature { client: "khac".into(), key: "k-3".into(), at: at(32) };
    assert!(!tx.approve_reopening(asked.id, &third).await.expect("asked"), "once");
    let approved = ReopeningRow { approved: Some(second), ..asked };
    assert_eq!(tx.open_reopenings(&form()).await.expect("read"), std::slice::from_ref(&approved));
    tx.take_reopenings(&form(), key("2022-M08"), run_id).await.expect("asked");
    assert_eq!(tx.open_reopenings(&form()).await.expect("read").len(), 1, "that was another period");
    tx.take_reopenings(&form(), key("2022-M07"), run_id).await.expect("taken up");
    assert_eq!(tx.open_reopenings(&form()).await.expect("read"), []);
    assert_eq!(tx.reopening(approved.id).await.expect("read"), Some(ReopeningRow { run: Some(run_id), ..approved }));
}
