//! What somebody with access to the database would try: each is named, and what only looks like it is not.

use std::sync::Arc;

use baocao_app::audit::{Entry, hash_of};
use baocao_app::content;
use baocao_app::hold::{Switch, hold, release};
use baocao_app::ports::AuditRow;
use baocao_app::verify::{Asked, Fault};

use super::past::Past;
use crate::database::Database;
use crate::town::Town;

async fn faults(town: &Town) -> Vec<Fault> {
    town.app().verify(&Asked::default(), &|_, _, _| {}).await.expect("verified").faults
}

async fn july(database: &Arc<Database>) -> Town {
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.file_all_but(&["90.STP"], "2022-M07").await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    town
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_people_are_no_answers() {
    let database = Arc::new(Database::sqlite().await);
    let town = july(&database).await;
    let now = town.app().now();
    let reason = "no answer from the relay";
    hold(database.store.as_ref(), now, &[Switch::Mail], reason).await.expect("held");
    assert_eq!(faults(&town).await, []);
    release(database.store.as_ref(), now, &[Switch::Mail]).await.expect("released");
    assert_eq!(faults(&town).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_entry_does_not_make_a_change_right() {
    let database = Arc::new(Database::sqlite().await);
    let town = july(&database).await;
    let sealed = town.runs().await[0].revisions.clone();
    let mut tx = database.store.begin().await.expect("begun");
    let mut revision = tx.revisions(&sealed[..1]).await.expect("read").remove(0);
    revision.note = "thêm sau".into();
    let content = content::revision(&revision).expect("content");
    let entry = Entry::about(&revision.client, "import", &content, &format!("{}/tthc/2022-M07/1", revision.client));
    let last = tx.audit_head().await.expect("the end");
    let mut row = AuditRow {
        seq: last.seq + 1,
        prev_hash: last.hash,
        at: last.at,
        actor: entry.actor.into(),
        action: entry.action.into(),
        object: entry.object.clone(),
        content_hash: entry.content_hash.clone(),
        outcome: "ok".into(),
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    tx.append_audit(&row).await.expect("appended");
    tx.commit().await.expect("committed");
    let mut past = Past::of(&database).await;
    past.run(&format!("update revision set note = 'thêm sau' where id = {}", revision.id)).await.expect("changed");
    let found = faults(&town).await;
    let is_named = |fault: &Fault| fault.table == "revision" && fault.key == revision.id.to_string();
    assert!(found.iter().any(|fault| is_named(fault) && fault.what.contains("a second time")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_stop_or_hurry_the_service_is_named() {
    let database = Arc::new(Database::sqlite().await);
    let town = july(&database).await;
    let mut past = Past::of(&database).await;
    for (table, harm, undo) in [
        (
            "setting",
            "insert into setting values ('clock', '1700000000000000')",
            "delete from setting where name = 'clock'",
        ),
        (
            "delivery",
            "update delivery set next_at = next_at + 4000000000000000",
            "update delivery set next_at = next_at - 4000000000000000",
        ),
        // What is no count keeps everything from being read that stands beside it.
        ("close_run", "update close_run set tries = -tries - 1", "update close_run set tries = -tries - 1"),
        (
            "close_run",
            "update close_run set failures = failures + 4294967296",
            "update close_run set failures = failures - 4294967296",
        ),
        ("delivery", "update delivery set attempts = -attempts - 1", "update delivery set attempts = -attempts - 1"),
        (
            "lease",
            "update lease set expires_at = expires_at + 9000000000000000",
            "update lease set expires_at = expires_at - 9000000000000000",
        ),
        (
            "lease",
            "update lease set fence = fence + 9007199254740992",
            "update lease set fence = fence - 9007199254740992",
        ),
    ] {
        past.run(harm).await.expect("harmed");
        let found = faults(&town).await;
        assert!(!found.is_empty() && found.iter().all(|fault| fault.table == table), "{harm}: {found:?}");
        past.run(undo).await.expect("undone");
        assert_eq!(faults(&town).await, [], "{undo}");
    }
}

/// A filing that began before midnight and commits after it, while the heads of the day are published.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_head_stays_the_end_of_its_day() {
    let tell = |database: Arc<Database>| async move {
        let town = july(&database).await;
        town.app().publish_due().await.expect("published");
        let midnight = baocao_domain::instant::Instant::at(
            town.app().now().local_date().tomorrow().expect("a day"),
            jiff::civil::Time::midnight(),
        );
        town.clock.move_to(midnight.plus_seconds(-1));
        let mut filing = database.store.begin().await.expect("begun");
        let late = Entry {
            actor: "90101",
            action: "submit",
            object: "về lúc nửa đêm".into(),
            content_hash: String::new(),
            refused: None,
        };
        baocao_app::audit::record(filing.as_mut(), town.app().now(), late).await.expect("noted");
        town.clock.move_to(midnight);
        let app = Arc::clone(town.app());
        let publishing = tokio::spawn(async move { app.publish_due().await });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        filing.commit().await.expect("committed");
        publishing.await.expect("no panic").expect("published");
        let path = town.instances[0].files.site().join(baocao_app::heads::PATH);
        let published = std::fs::read_to_string(&path).expect("published");
        town.clock.move_to(midnight.plus_seconds(86_400));
        town.app().publish_due().await.expect("published");
        let next = std::fs::read_to_string(&path).expect("published");
        assert!(next.starts_with(&published), "what was published changed:\n{published}\n{next}");
        let kept = Asked { heads: Some(published), ..Asked::default() };
        assert_eq!(town.app().verify(&kept, &|_, _, _| {}).await.expect("verified").faults, []);
    };
    Database::postgres().await.tell(tell).await;
}
