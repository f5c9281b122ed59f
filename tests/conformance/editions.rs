//! Editions, documents and issue records.

use std::sync::Arc;

use baocao_app::ports::{DocumentKind, DocumentRow, EditionRow, StoreError};
use baocao_domain::issue::IssueRecord;

use super::database::Database;
use super::rows::{at, document, edition, edition_id, form, freeze, issue, other_form};

pub(crate) async fn an_edition_is_frozen_once(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M07/1"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    let found = tx.edition(&form(), edition_id("2022-M07/1")).await.expect("read");
    assert_eq!(found, Some(edition("2022-M07/1")));
    assert_eq!(tx.edition(&form(), edition_id("2022-M07/2")).await.expect("read"), None);
    assert_eq!(tx.edition(&other_form(), edition_id("2022-M07/1")).await.expect("read"), None);
    let twice = tx.append_edition(&EditionRow { document: "{}".into(), ..edition("2022-M07/1") }).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
}

pub(crate) async fn editions_are_listed_as_they_close_without_documents(db: Arc<Database>) {
    let names = ["2022-Q3/1", "2022-M08/10", "2022-M08/2", "2022-M10/1", "2022-M07/1"];
    freeze(db.store.as_ref(), &names).await;
    let mut tx = db.store.read().await.expect("begun");
    let editions = tx.editions(&form()).await.expect("read");
    let bare = |name| EditionRow { document: String::new(), ..edition(name) };
    let expected = ["2022-M07/1", "2022-M08/2", "2022-M08/10", "2022-Q3/1", "2022-M10/1"].map(bare);
    assert_eq!(editions, expected);
    assert_eq!(tx.editions(&other_form()).await.expect("read"), []);
}

pub(crate) async fn an_edition_is_released_once(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M07/1"]).await;
    let id = edition_id("2022-M07/1");
    let mut tx = db.store.begin().await.expect("begun");
    assert!(tx.release_edition(&form(), id, at(40)).await.expect("released"));
    assert!(!tx.release_edition(&form(), id, at(50)).await.expect("a step that is repeated does no harm"));
    let released = tx.edition(&form(), id).await.expect("read").expect("there").released_at;
    assert_eq!(released, Some(at(40)), "the first instant stays");
    let missing = tx.release_edition(&form(), edition_id("2022-M07/2"), at(40)).await;
    assert!(matches!(missing, Err(StoreError::Broken { .. })), "{missing:?}");
}

pub(crate) async fn a_document_is_added_once(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M07/1", "2022-M08/1"]).await;
    let (draft, report) = (DocumentKind::Draft, DocumentKind::Report);
    let card = |unit| document("2022-M07/1", DocumentKind::Scorecard, unit);
    let mut tx = db.store.begin().await.expect("begun");
    for row in [card("20.STTTT"), card("178"), card("05971")] {
        tx.append_document(&row).await.expect("added");
    }
    tx.append_document(&document("2022-M07/1", report, "20")).await.expect("added");
    tx.append_document(&document("2022-M07/1", draft, "20")).await.expect("added");
    tx.append_document(&document("2022-M08/1", draft, "20")).await.expect("added to another edition");
    let again = DocumentRow { file_name: "khac.pdf".into(), ..document("2022-M07/1", draft, "20") };
    tx.append_document(&again).await.expect("there already");
    tx.commit().await.expect("committed");

    let mut tx = db.store.read().await.expect("begun");
    let found = tx.documents(&form(), edition_id("2022-M07/1")).await.expect("read");
    assert!(found.iter().all(|row| row.id > 0));
    let found: Vec<DocumentRow> = found.into_iter().map(|row| DocumentRow { id: 0, ..row }).collect();
    let expected = [
        document("2022-M07/1", draft, "20"),
        document("2022-M07/1", report, "20"),
        card("05971"),
        card("178"),
        card("20.STTTT"),
    ];
    assert_eq!(found, expected, "by kind and unit");
    assert_eq!(tx.documents(&form(), edition_id("2022-M07/2")).await.expect("read"), []);
}

pub(crate) async fn an_edition_is_issued_once(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-Q3/1", "2022-Q3/2"]).await;
    let id = edition_id("2022-Q3/1");
    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.issue(&form(), id).await.expect("read"), None);
    tx.append_issue(&form(), id, &issue(), at(60)).await.expect("issued");
    assert_eq!(tx.issue(&form(), id).await.expect("read"), Some(issue()));
    assert_eq!(tx.issue(&form(), edition_id("2022-Q3/2")).await.expect("read"), None);
    let twice = tx.append_issue(&form(), id, &IssueRecord { number: 434, ..issue() }, at(61)).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    drop(tx);

    let mut tx = db.store.begin().await.expect("begun");
    let unfrozen = tx.append_issue(&form(), edition_id("2022-Q3/3"), &issue(), at(60)).await;
    assert!(matches!(unfrozen, Err(StoreError::Broken { .. })), "there is no such edition: {unfrozen:?}");
}
