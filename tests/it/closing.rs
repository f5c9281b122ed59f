//! Closing, on both databases.

use std::sync::Arc;

use baocao_app::ports::{CloseStep, Store};
use baocao_domain::edition::{Edition, EditionId, Filing};
use baocao_domain::ids::FormCode;
use baocao_jobs::{JobName, Jobs};

use crate::database::Database;
use crate::world::World;

/// A commune of Hữu Lũng: its district's verdicts hang on it.
const ABSENT: &str = "06400";

async fn edition(store: &dyn Store, name: &str) -> (Edition, String) {
    let form = FormCode::parse("tthc").expect("form");
    let id = EditionId::parse(name).expect("edition");
    let row = store.read().await.expect("read").edition(&form, id).await.expect("query").expect("the edition is there");
    (serde_json::from_str(&row.document).expect("an edition"), row.content_hash)
}

async fn july(store: Arc<dyn Store>) -> (World, Edition, String) {
    let world = World::on(Arc::clone(&store)).await;
    world.go_to_due_day("2022-M07");
    world.file_all_but(&[ABSENT], 0).await;
    world.go_to_lock("2022-M07");
    let report = Jobs::run_once(&world.app, JobName::Close).await.expect("closed");
    assert_eq!((report.done, report.failed), (1, 0));
    let (edition, hash) = edition(store.as_ref(), "2022-M07/1").await;
    (world, edition, hash)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_reports_close_to_the_same_edition_on_both_databases() {
    let sqlite = Database::sqlite().await;
    let (_world, _, on_sqlite) = july(Arc::clone(&sqlite.store)).await;
    let postgres = Database::postgres().await;
    postgres
        .tell(move |database| async move {
            let (_world, _, on_postgres) = july(Arc::clone(&database.store)).await;
            assert_eq!(on_sqlite, on_postgres);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_unit_is_named_and_never_counted_as_zero() {
    let database = Database::sqlite().await;
    let (_world, edition, _) = july(Arc::clone(&database.store)).await;
    let missing: Vec<&str> = edition.missing().map(|(unit, _)| unit.code.as_str()).collect();
    assert_eq!(missing, [ABSENT]);
    let unit = edition.units.iter().find(|unit| unit.code.as_str() == ABSENT).expect("the unit");
    assert_eq!(unit.filings[0].1, Filing::Missing);
    let province = edition.province().subtree_coverage;
    assert_eq!((province.reported, province.obliged), (227, 228));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_runs_twice_with_a_still_clock_is_idle_the_second_time() {
    let database = Database::sqlite().await;
    let (world, _, _) = july(Arc::clone(&database.store)).await;
    for job in [JobName::Publish, JobName::Mail] {
        assert!(!Jobs::run_once(&world.app, job).await.expect("run").is_idle(), "{job:?} had nothing to do");
    }
    for job in [JobName::Plan, JobName::Close, JobName::Publish, JobName::Mail] {
        let report = Jobs::run_once(&world.app, job).await.expect("run");
        assert!(report.is_idle(), "{job:?}: {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_makes_the_next_edition_and_restates_the_quarter() {
    Database::postgres()
        .await
        .tell(|database| async move {
            let store = Arc::clone(&database.store);
            let (world, _, _) = july(Arc::clone(&store)).await;
            for (month, period) in [(1, "2022-M08"), (2, "2022-M09")] {
                world.go_to_due_day(period);
                world.file_all_but(&[ABSENT], month).await;
            }
            world.go_to_lock("2022-M09");
            let closed = world.app.close_due().await.expect("closed").closed;
            let names: Vec<String> = closed.iter().map(ToString::to_string).collect();
            assert_eq!(names, ["2022-M08/1", "2022-M09/1", "2022-Q3/1"]);

            world.file(ABSENT, 0).await.expect_err("the period is locked");
            let grant = baocao_app::extension::GrantExtension {
                unit: ABSENT.into(),
                form: "tthc".into(),
                period: "2022-M07".into(),
                reason: "mất kết nối".into(),
                expires_at: Some(world.app.now().plus_seconds(3600)),
            };
            world.app.grant_extension(&world.operator().await, &grant).await.expect("granted");
            world.file(ABSENT, 0).await.expect("the extension holds");
            let closed = world.app.close_due().await.expect("closed").closed;
            let names: Vec<String> = closed.iter().map(ToString::to_string).collect();
            assert_eq!(names, ["2022-M07/2", "2022-Q3/2"]);
            let (first, _) = edition(store.as_ref(), "2022-Q3/1").await;
            let (second, _) = edition(store.as_ref(), "2022-Q3/2").await;
            let received = |edition: &Edition| edition.value(&edition.province().subtree, "received");
            assert!(received(&second) > received(&first));
            assert_eq!(second.province().subtree_coverage.reported, first.province().subtree_coverage.reported + 1);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_months_missed_while_down_close_in_order_once_each() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_lock("2022-M09");
    let names = |closed: Vec<EditionId>| closed.iter().map(ToString::to_string).collect::<Vec<_>>();
    let closed = world.app.close_due().await.expect("closed").closed;
    assert_eq!(names(closed), ["2022-M07/1", "2022-M08/1", "2022-M09/1", "2022-Q3/1"]);
    assert_eq!(names(world.app.close_due().await.expect("idle").closed), Vec::<String>::new());
    let form = FormCode::parse("tthc").expect("form");
    let runs = database.store.read().await.expect("read").close_runs(&form).await.expect("runs");
    assert!(runs.iter().all(|run| run.step == CloseStep::Done));
}
