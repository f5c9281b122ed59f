//! Closing, on both databases.

use std::sync::Arc;

use baocao::files::DataFolder;
use baocao::setup::{KEYS_FILE, first_start, read_keys};
use baocao_app::actor::Role;
use baocao_app::close::CloseAction;
use baocao_app::error::AppError;
use baocao_app::ports::{CloseStep, Store};
use baocao_app::setup::NewKey;
use baocao_domain::edition::{Edition, EditionId, Filing};
use baocao_domain::ids::FormCode;
use baocao_jobs::{JobName, Jobs};

use crate::database::Database;
use crate::town::Town;
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
    assert_eq!(unit.filings[0].filing, Filing::Missing);
    let province = edition.province().subtree_coverage;
    assert_eq!((province.reported, province.obliged), (227, 228));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_runs_twice_with_a_still_clock_is_idle_the_second_time() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.go_to_lock("2022-M07");
    for job in [JobName::Close, JobName::Publish, JobName::Mail] {
        assert!(!Jobs::run_once(town.app(), job).await.expect("run").is_idle(), "{job:?} had nothing to do");
    }
    for job in [JobName::Plan, JobName::Close, JobName::Publish, JobName::Mail] {
        let report = Jobs::run_once(town.app(), job).await.expect("run");
        assert!(report.is_idle(), "{job:?}: {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_makes_the_next_edition_and_restates_the_quarter() {
    Database::postgres()
        .await
        .tell(|database| async move {
            let town = Town::on(&database.store).await;
            for month in ["2022-M07", "2022-M08", "2022-M09"] {
                town.go_to_opening(month);
                town.file_all_but(&["90101"], month).await;
                town.go_to_lock(month);
                let quarter = (month == "2022-M09").then(|| "2022-Q3/1".to_owned());
                let expected: Vec<String> = [format!("{month}/1")].into_iter().chain(quarter).collect();
                assert_eq!(town.close().await, expected);
            }
            town.file("90101", "2022-M07", 5, 5).await.expect_err("the period is locked");
            town.extend("90101", 1).await;
            town.file("90101", "2022-M07", 5, 5).await.expect("the extension holds");
            assert_eq!(town.close().await, ["2022-M07/2", "2022-Q3/2"]);
            let (first, second) = (town.edition("2022-Q3/1").await, town.edition("2022-Q3/2").await);
            let received = |edition: &Edition| edition.value(&edition.province().subtree, "received");
            assert_eq!(received(&second), received(&first) + 10);
            let reported = |edition: &Edition| edition.province().subtree_coverage.reported;
            assert_eq!(reported(&second), reported(&first) + 1);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_months_missed_while_down_close_in_order_once_each() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_lock("2022-M09");
    assert_eq!(town.close().await, ["2022-M07/1", "2022-M08/1", "2022-M09/1", "2022-Q3/1"]);
    assert_eq!(town.close().await, Vec::<String>::new());
    assert!(town.runs().await.iter().all(|run| run.step == CloseStep::Done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_keeps_failing_is_held_until_the_operator_takes_it_up_again() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    let operator = town.operator().await;
    town.go_to_lock("2022-M09");
    // Objects cannot be written: every render fails.
    let data = town.instances[0].data();
    let (objects, aside) = (data.join("objects"), data.join("aside"));
    std::fs::rename(&objects, &aside).expect("moved away");
    std::fs::write(&objects, "in the way").expect("written");
    for (failures, pause) in [(1, 60), (2, 300), (3, 0)] {
        let report = town.app().close_due().await.expect("looked");
        // Months fail one after the other; the quarter waits for them.
        let failed: Vec<String> = report.failed.iter().map(|(edition, _)| edition.to_string()).collect();
        assert_eq!(failed, ["2022-M07/1", "2022-M08/1", "2022-M09/1"], "failure {failures}");
        assert_eq!(town.close().await, Vec::<String>::new(), "it pauses after failure {failures}");
        town.pass(pause);
    }
    town.pass(3_600);
    let refused = town.app().close_period(&operator, "tthc", "2022-Q3", CloseAction::Retry).await;
    let refused = refused.expect_err("its months are not closed");
    assert!(matches!(refused, AppError::Refused(refusal) if refusal.reason.code() == "MONTH_NOT_CLOSED"));

    std::fs::remove_file(&objects).expect("removed");
    std::fs::rename(&aside, &objects).expect("moved back");
    assert_eq!(town.close().await, Vec::<String>::new(), "held runs wait for the operator");
    for month in ["2022-M07", "2022-M08", "2022-M09"] {
        let run = town.app().close_period(&operator, "tthc", month, CloseAction::Retry).await.expect("taken up");
        assert_eq!((run.step, run.held), (CloseStep::Done, false), "{month}: {}", run.last_error);
    }
    let is_quarter = |edition: EditionId| edition.to_string() == "2022-Q3/1";
    assert!(town.runs().await.iter().any(|run| is_quarter(run.edition) && run.step == CloseStep::Done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_was_interrupted_is_finished_by_the_next() {
    let database = Database::sqlite().await;
    let world = World::bare(Arc::clone(&database.store)).await;
    world.app.apply_regime(&world.loaded).await.expect("applied");
    // The process died here: a regime, but no keys and no day from which on periods close.
    let begins = world.app.now();
    assert!(first_start(&world.app, world.data(), &world.loaded, begins).await.expect("finished"));
    assert!(!first_start(&world.app, world.data(), &world.loaded, begins).await.expect("nothing is left to do"));
    assert_eq!(read_keys(&world.data().join(KEYS_FILE)).expect("keys").len(), 229);
    world.go_to_lock("2022-M07");
    assert_eq!(world.app.close_due().await.expect("closed").closed.len(), 1, "periods close by themselves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_has_one_service_and_an_operator_the_whole_province() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    let second = DataFolder::own(world.data()).expect_err("the folder is taken");
    assert!(second.to_string().contains("another process"), "{second}");
    DataFolder::beside(world.data()).expect("a key can be made beside a running service");

    let scope = baocao_domain::ids::UnitCode::parse("178").expect("code");
    let key = NewKey { client: "178".into(), role: Role::Operator, scope, days: 1 };
    let refused = world.app.create_keys(&[key], |_| Ok(())).await.expect_err("a district does not run the province");
    assert!(matches!(refused, AppError::Refused(refusal) if refusal.reason.code() == "ROLE_NOT_ALLOWED"));
}
