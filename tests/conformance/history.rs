//! What the database itself refuses, whoever asks.

use std::sync::Arc;

use baocao_app::ports::{DocumentKind, Signature};

use super::database::{Database, Engine};
use super::rows::{
    at, delivery, document, edition_id, entry_after, extension, form, freeze, issue, key, plan, regime, reopening,
    request, revision, run, version,
};

/// Fills every table whose rows are history.
async fn fill(db: &Database) {
    plan(db.store.as_ref(), &["2022-M07", "2022-M08"]).await;
    freeze(db.store.as_ref(), &["2022-M07/1"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    let regime = tx.append_regime(&regime("lang-son-2022")).await.expect("applied");
    tx.append_unit_version(&version(7, "2000-01-01")).await.expect("added");
    tx.append_revision(&revision(7, "2022-M07", 1)).await.expect("filed");
    tx.append_extension(&extension(7, at(90))).await.expect("granted");
    tx.append_close_request(&request("2022-M07", at(1))).await.expect("asked");
    let run = tx.append_close_run(&run("2022-M07/1", regime)).await.expect("begun");
    tx.take_close_requests(&form(), key("2022-M07"), run).await.expect("taken up");
    tx.append_close_request(&request("2022-M07", at(2))).await.expect("asked again");
    let asked = tx.append_reopening(&reopening("2022-M07", at(90))).await.expect("asked");
    let second = Signature { client: "chanh-van-phong".into(), key: "k-2".into(), at: at(31) };
    assert!(tx.approve_reopening(asked, &second).await.expect("approved"));
    tx.append_document(&document("2022-M07/1", DocumentKind::Draft, "20")).await.expect("added");
    tx.append_issue(&form(), edition_id("2022-M07/1"), &issue(), at(60)).await.expect("issued");
    tx.enqueue(&delivery("d-1", "2022-M07/1", "sct@langson.example")).await.expect("queued");
    let head = tx.audit_head().await.expect("held");
    tx.append_audit(&entry_after(&head, 'a')).await.expect("added");
    tx.commit().await.expect("committed");
}

pub(crate) async fn the_database_refuses_to_change_history(db: Arc<Database>) {
    fill(&db).await;
    let refused = [
        "update regime set name = 'x'",
        "delete from regime",
        "update unit_version set name = 'x'",
        "delete from unit_version",
        "update submission set unit_id = 8",
        "delete from submission",
        "update revision set figures = '{}'",
        "update revision set received_at = 0",
        "delete from revision",
        "update extension set expires_at = expires_at + 1",
        "delete from extension",
        "update edition set document = '{}'",
        "update edition set sealed_at = 0",
        "delete from edition",
        "update issue set number = 434",
        "delete from issue",
        "update audit set outcome = 'x'",
        "delete from audit",
        "update close_request set cause = 'x'",
        "update close_request set run_id = null where run_id is not null",
        "delete from close_request",
        "update reopening set reason = 'x'",
        "update reopening set approved_by = 'x'",
        "delete from reopening",
        "update close_run set revisions = '[]'",
        "update close_run set regime_id = 0",
        "delete from close_run",
        "delete from delivery",
    ];
    for sql in refused {
        let error = db.raw(sql).await.expect_err(sql);
        assert!(error.to_string().contains("is history: it only grows"), "{sql}: {error}");
    }
    if db.engine == Engine::Postgres {
        for table in ["regime", "unit_version", "revision", "audit", "edition", "close_run", "delivery"] {
            let sql = format!("truncate {table} cascade");
            let error = db.raw(&sql).await.expect_err(&sql);
            assert!(error.to_string().contains("is history: it only grows"), "{sql}: {error}");
        }
    }
    for sql in [
        "update edition set released_at = 1",
        "update close_request set run_id = 1 where run_id is null",
        "update close_run set step = 'DONE', tries = 1, last_error = ''",
        "update delivery set state = 'sent'",
    ] {
        db.raw(sql).await.expect(sql);
    }
    for sql in ["update edition set released_at = 2", "update edition set released_at = null"] {
        db.raw(sql).await.expect_err(sql);
    }
}

pub(crate) async fn an_analyst_reads_figures_cell_by_cell(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    tx.append_revision(&revision(7, "2022-M07", 1)).await.expect("filed");
    tx.append_revision(&revision(7, "2022-M07", 2)).await.expect("corrected");
    tx.commit().await.expect("committed");
    let cells = db
        .raw(
            "select unit_id || ' ' || form || ' ' || period || '/' || revision || ' ' || procedure_code \
             || ' ' || column_number || ' ' || count from figure_cell where is_current \
             order by procedure_code, column_number",
        )
        .await
        .expect("read");
    let expected = [
        "7 tthc 2022-M07/2 1.004194 1 12",
        "7 tthc 2022-M07/2 1.004194 2 30",
        "7 tthc 2022-M07/2 1.004194 3 2",
        "7 tthc 2022-M07/2 2.000815 1 0",
        "7 tthc 2022-M07/2 2.000815 2 1000000000000",
        "7 tthc 2022-M07/2 2.000815 3 2",
    ];
    assert_eq!(cells, expected);
    let all = db.raw("select procedure_code from figure_cell").await.expect("read");
    assert_eq!(all.len(), 12, "earlier revisions are there too");
}
