//! Submissions, their revisions, and the answers that were given.

use std::sync::Arc;
use std::time::{Duration, Instant};

use baocao_app::ports::{AnsweredRow, PeriodRow, RevisionHead, StoreError};
use baocao_domain::figures::Figures;
use baocao_domain::ids::UnitId;
use baocao_domain::submission::{Revision, SubmissionKey};

use super::database::Database;
use super::rows::{answer, at, form, key, other_form, period, plan, revision, submission};

pub(crate) async fn a_revision_comes_back_exactly(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08"]).await;
    let filed = revision(7, "2022-M07", 1);
    let nil = Revision { nil: true, figures: Figures::default(), note: String::new(), ..revision(7, "2022-M08", 1) };
    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.revision(&filed.submission, None).await.expect("read"), None);
    let filed_id = tx.append_revision(&filed).await.expect("filed");
    let nil_id = tx.append_revision(&nil).await.expect("filed");
    assert!(0 < filed_id && filed_id < nil_id);
    tx.commit().await.expect("committed");

    let (filed, nil) = (Revision { id: filed_id, ..filed }, Revision { id: nil_id, ..nil });
    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.revision(&filed.submission, Some(1)).await.expect("read"), Some(filed.clone()));
    assert_eq!(tx.revision(&nil.submission, None).await.expect("read"), Some(nil.clone()));
    assert_eq!(tx.revisions(&[nil_id, filed_id]).await.expect("read"), [filed, nil]);
}

pub(crate) async fn the_number_of_a_revision_is_taken_once(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let key = submission(7, "2022-M07");
    let mut tx = db.store.begin().await.expect("begun");
    tx.append_revision(&revision(7, "2022-M07", 1)).await.expect("filed");
    tx.append_revision(&revision(7, "2022-M07", 2)).await.expect("corrected");
    tx.append_revision(&revision(8, "2022-M07", 1)).await.expect("filed by another unit");
    tx.commit().await.expect("committed");

    for taken in [1, 2] {
        let mut tx = db.store.begin().await.expect("begun");
        let twice = tx.append_revision(&revision(7, "2022-M07", taken)).await;
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    }
    let mut tx = db.store.begin().await.expect("begun");
    let orphan = tx.append_revision(&revision(9, "2022-M07", 2)).await;
    assert!(matches!(orphan, Err(StoreError::Broken { .. })), "{orphan:?}");
    drop(tx);

    let mut tx = db.store.read().await.expect("begun");
    let number_of = |revision: Option<Revision>| revision.map(|revision| revision.number);
    assert_eq!(number_of(tx.revision(&key, None).await.expect("read")), Some(2), "the current one");
    assert_eq!(number_of(tx.revision(&key, Some(1)).await.expect("read")), Some(1), "an earlier one");
    assert_eq!(number_of(tx.revision(&key, Some(3)).await.expect("read")), None);
    assert_eq!(tx.submission_counts(&form()).await.expect("counted"), (2, 3));
    assert_eq!(tx.submission_counts(&other_form()).await.expect("counted"), (0, 0));
}

pub(crate) async fn heads_are_the_current_revisions_by_unit(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    tx.plan_period(&PeriodRow { form: other_form(), ..period("2022-M07") }).await.expect("planned");
    let of_nine = tx.append_revision(&revision(9, "2022-M07", 1)).await.expect("filed");
    tx.append_revision(&revision(7, "2022-M07", 1)).await.expect("filed");
    let of_seven = tx.append_revision(&revision(7, "2022-M07", 2)).await.expect("corrected");
    tx.append_revision(&revision(8, "2022-M08", 1)).await.expect("filed for another month");
    let foreign = SubmissionKey { form: other_form(), ..submission(8, "2022-M07") };
    tx.append_revision(&Revision { submission: foreign, ..revision(8, "2022-M07", 1) }).await.expect("filed");
    let heads = tx.revision_heads(&form(), key("2022-M07")).await.expect("read");
    let head =
        |id, unit, number: u32| RevisionHead { id, unit: UnitId(unit), number, received_at: at(i64::from(number)) };
    assert_eq!(heads, [head(of_seven, 7, 2), head(of_nine, 9, 1)]);
    assert_eq!(tx.revision_heads(&form(), key("2022-M09")).await.expect("read"), []);
    let ids = tx.revision_ids(&form(), key("2022-M07")).await.expect("read");
    assert!(ids.is_sorted() && ids.len() > heads.len(), "superseded revisions are among them: {ids:?}");
    assert!(heads.iter().all(|head| ids.contains(&head.id)));
    assert_eq!(tx.revision_ids(&form(), key("2022-M09")).await.expect("read"), [] as [i64; 0]);
}

pub(crate) async fn seven_hundred_revisions_are_read_by_id(db: Arc<Database>) {
    const UNITS: i64 = 700;
    /// Far more than needed, even when the whole suite runs at once: what is excluded is a statement per revision gone wrong.
    const PATIENCE: Duration = Duration::from_secs(5);
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    let mut wanted = Vec::new();
    for unit in 1..=UNITS {
        let first = tx.append_revision(&revision(unit, "2022-M07", 1)).await.expect("filed");
        // Some were corrected: the earlier ones lie between the wanted ones.
        let current = match unit % 10 {
            0 => tx.append_revision(&revision(unit, "2022-M07", 2)).await.expect("corrected"),
            _ => first,
        };
        wanted.push(current);
    }
    tx.commit().await.expect("committed");
    wanted.reverse();

    let mut tx = db.store.read().await.expect("begun");
    let begun = Instant::now();
    let read = tx.revisions(&wanted).await.expect("read");
    let took = begun.elapsed();
    wanted.reverse();
    assert_eq!(read.iter().map(|revision| revision.id).collect::<Vec<_>>(), wanted, "all, by id");
    assert!(took < PATIENCE, "{took:?}");

    assert_eq!(tx.revisions(&[]).await.expect("read"), []);
    assert_eq!(tx.revisions(&[wanted[3], wanted[3]]).await.expect("read").len(), 1, "each once");
    let (few, last) = ([wanted[0], wanted[400], wanted[699]], wanted[699]);
    assert_eq!(tx.revisions(&few).await.expect("read").len(), 3, "far from each other");
    let missing = tx.revisions(&[wanted[0], last + 1]).await;
    assert!(matches!(missing, Err(StoreError::Broken { .. })), "one that does not exist");
}

pub(crate) async fn an_answer_is_remembered_once(db: Arc<Database>) {
    let given = answer("r-1");
    let other = AnsweredRow { client: "khac".into(), ..answer("r-1") };
    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.answered("don-vi", "r-1").await.expect("read"), None);
    tx.remember_answer(&given).await.expect("remembered");
    tx.remember_answer(&other).await.expect("the same id of another client");
    tx.commit().await.expect("committed");

    let mut tx = db.store.begin().await.expect("begun");
    let twice = tx.remember_answer(&AnsweredRow { content_hash: "0".into(), ..given.clone() }).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    drop(tx);
    let mut tx = db.store.read().await.expect("the loser looks again");
    assert_eq!(tx.answered("don-vi", "r-1").await.expect("read"), Some(given));
    assert_eq!(tx.answered("don-vi", "r-2").await.expect("read"), None);
}

/// Whoever repeats a request while it is being answered gets that answer: nothing may be decided beside it.
pub(crate) async fn a_repeat_waits_for_the_first_try(db: Arc<Database>) {
    let mut first = db.store.begin().await.expect("begun");
    first.claim_request("don-vi", "r-1").await.expect("claimed");
    assert_eq!(first.answered("don-vi", "r-1").await.expect("read"), None);
    let store = Arc::clone(&db.store);
    let repeat = tokio::spawn(async move {
        let mut tx = store.begin().await.expect("begun");
        tx.claim_request("don-vi", "r-1").await.expect("claimed");
        tx.answered("don-vi", "r-1").await.expect("read")
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!repeat.is_finished(), "it was decided beside the first try");
    first.remember_answer(&answer("r-1")).await.expect("remembered");
    first.commit().await.expect("committed");
    assert_eq!(repeat.await.expect("asked"), Some(answer("r-1")));

    let mut other = db.store.begin().await.expect("begun");
    other.claim_request("khac", "r-1").await.expect("the same id of another client");
}
