//! What comes after the lock: extensions that lapse, periods opened again, runs that an operator takes in hand.

use std::sync::Arc;
use std::time::Duration;

use baocao::backup::Keeper;
use baocao::config::{Backup, Config};
use baocao_app::Settings;
use baocao_app::close::CloseAction;
use baocao_app::error::AppError;
use baocao_app::ports::{CloseStep, Purpose, RowLock, Signature, Store};
use baocao_app::reopening::Reopen;
use baocao_app::submit::Submit;
use baocao_app::verify::Asked;
use baocao_domain::edition::{Cause, EditionId, Filing};
use baocao_jobs::{JobName, Jobs};

use crate::database::Database;
use crate::town::{SECOND, Town, form, key};

const QUARTER: [&str; 3] = ["2022-M07", "2022-M08", "2022-M09"];

#[track_caller]
fn reason(answer: Result<impl std::fmt::Debug, AppError>) -> &'static str {
    match answer.expect_err("a refusal") {
        AppError::Refused(refusal) => refusal.reason.code(),
        error => panic!("{error:?}"),
    }
}

fn reopen(town: &Town, hours: i64) -> Reopen {
    Reopen {
        form: "tthc".into(),
        period: "2022-M07".into(),
        reason: "nhiều đơn vị nhầm biểu mẫu".into(),
        until: Some(town.app().now().plus_seconds(hours * 3600)),
    }
}

async fn a_period_is_reopened_by_two_people(store: &Arc<dyn Store>) {
    let town = Town::on(store).await;
    town.close_quarter(QUARTER).await;
    let (first, second, app) = (town.operator().await, town.actor(SECOND).await, town.app());
    let unit = town.actor("90101").await;
    assert_eq!(reason(app.reopen(&unit, &reopen(&town, 24)).await), "ROLE_NOT_ALLOWED");
    let quarter = Reopen { period: "2022-Q3".into(), ..reopen(&town, 24) };
    assert_eq!(reason(app.reopen(&first, &quarter).await), "PERIOD_NOT_ALIGNED");
    let open = Reopen { period: "2022-M12".into(), ..reopen(&town, 24) };
    assert_eq!(reason(app.reopen(&first, &open).await), "PERIOD_NOT_LOCKED");
    assert_eq!(reason(app.reopen(&first, &reopen(&town, 32 * 24)).await), "FIELD_REQUIRED");

    let command = reopen(&town, 24);
    let asked = app.reopen(&first, &command).await.expect("asked");
    assert_eq!(app.reopen(&first, &command).await.expect("asked again").id, asked.id);
    assert_eq!(reason(app.reopen(&second, &reopen(&town, 12)).await), "REOPENING_PENDING");
    assert_eq!(reason(town.correct("90101", "2022-M07", 1, 30).await), "PERIOD_LOCKED");
    assert_eq!(reason(app.approve_reopening(&first, asked.id).await), "SECOND_APPROVER_REQUIRED");
    assert_eq!(reason(app.approve_reopening(&second, asked.id + 1).await), "UNKNOWN_REOPENING");
    let approved = app.approve_reopening(&second, asked.id).await.expect("approved");
    assert_eq!(app.approve_reopening(&second, asked.id).await.expect("again"), approved);

    // While it is open every unit may file, and nothing is closed.
    town.correct("90101", "2022-M07", 1, 30).await.expect("accepted");
    assert_eq!(town.close().await, Vec::<String>::new());
    town.pass(24 * 3600);
    assert_eq!(reason(town.correct("90102", "2022-M07", 1, 30).await), "PERIOD_LOCKED");
    assert_eq!(town.close().await, ["2022-M07/2", "2022-Q3/2"]);
    let (before, after) = (town.edition("2022-M07/1").await, town.edition("2022-M07/2").await);
    assert_eq!(after.cause, Cause::Reopened { reason: command.reason });
    let received = |edition: &baocao_domain::edition::Edition| edition.value(&edition.province().subtree, "received");
    assert_eq!(received(&after), received(&before) + 20);
    let (before, after) = (town.edition("2022-Q3/1").await, town.edition("2022-Q3/2").await);
    assert_eq!(received(&after), received(&before) + 20);
    assert_eq!(town.close().await, Vec::<String>::new(), "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_is_reopened_by_two_people_on_sqlite() {
    let database = Database::sqlite().await;
    a_period_is_reopened_by_two_people(&database.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_is_reopened_by_two_people_on_postgres() {
    let tell = |database: Arc<Database>| async move { a_period_is_reopened_by_two_people(&database.store).await };
    Database::postgres().await.tell(tell).await;
}

/// The quarter's next edition rests on both months that are open again, whichever of them is corrected last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_while_two_months_are_open_again_previews_what_their_next_editions_list() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.close_quarter(QUARTER).await;
    let (first, second, app) = (town.operator().await, town.actor(SECOND).await, town.app());
    for month in ["2022-M07", "2022-M08"] {
        let command = Reopen { period: month.into(), ..reopen(&town, 24) };
        let asked = app.reopen(&first, &command).await.expect("asked");
        app.approve_reopening(&second, asked.id).await.expect("approved");
    }
    town.correct("90102", "2022-M08", 1, 70).await.expect("accepted");
    let command = Submit {
        expected_revision: Some(1),
        reason: "nhập nhầm số liệu".into(),
        validate_only: true,
        ..town.request("90101", "2022-M07", 30, 10)
    };
    let previewed = app.submit(&first, &command).await.expect("checked").restatements;
    assert_eq!(app.submit(&first, &command).await.expect("checked again").restatements, previewed, "no effect");
    town.correct("90101", "2022-M07", 1, 30).await.expect("accepted");
    town.pass(24 * 3600);
    assert_eq!(town.close().await, ["2022-M07/2", "2022-M08/2", "2022-Q3/2"]);
    let names: Vec<String> = previewed.iter().map(|restated| restated.edition.to_string()).collect();
    assert_eq!(names, ["2022-M07/2", "2022-Q3/2"]);
    for restated in previewed {
        let made = town.edition(&restated.edition.to_string()).await.restatement.expect("a restatement");
        assert_eq!(restated.restatement, made, "{}", restated.edition);
        assert!(!made.changes.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_to_reopen_lapses_unless_it_is_approved() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    let (first, second, app) = (town.operator().await, town.actor(SECOND).await, town.app());
    let asked = app.reopen(&first, &reopen(&town, 1)).await.expect("asked");
    town.pass(3600);
    assert_eq!(reason(app.approve_reopening(&second, asked.id).await), "REOPENING_LAPSED");
    assert_eq!(town.close().await, Vec::<String>::new(), "nothing was reopened");
    let again = app.reopen(&second, &reopen(&town, 1)).await.expect("another request stands now");
    app.approve_reopening(&first, again.id).await.expect("approved by the other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quarter_waits_for_a_month_that_is_open_again() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    for month in QUARTER {
        town.go_to_opening(month);
        town.file_all_but(&[], month).await;
        if month == "2022-M09" {
            let asked = town.app().reopen(&town.operator().await, &reopen(&town, 30 * 24)).await.expect("asked");
            town.app().approve_reopening(&town.actor(SECOND).await, asked.id).await.expect("approved");
        }
        town.go_to_lock(month);
        town.close().await;
    }
    let names: Vec<String> = town.runs().await.iter().map(|run| run.edition.to_string()).collect();
    assert_eq!(names, ["2022-M07/1", "2022-M08/1", "2022-M09/1"]);
    town.pass(30 * 24 * 3600);
    let closed = town.close().await;
    assert_eq!(closed[..2], ["2022-M07/2".to_owned(), "2022-Q3/1".to_owned()], "{closed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_that_lapses_makes_an_edition_that_says_so() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file_all_but(&["90101", "90102"], "2022-M07").await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    for unit in ["90101", "90102"] {
        town.extend(unit, 1).await;
    }
    town.file("90102", "2022-M07", 5, 5).await.expect("in time");
    assert_eq!(town.close().await, ["2022-M07/2"]);
    town.pass(3600);
    assert_eq!(town.close().await, ["2022-M07/3"]);
    assert_eq!(town.close().await, Vec::<String>::new(), "once");
    let edition = town.edition("2022-M07/3").await;
    let unit = baocao_domain::ids::UnitCode::parse("90101").expect("a code");
    assert_eq!(edition.cause, Cause::ExtensionExpired { unit: unit.clone(), reason: "mất điện".into() });
    assert_eq!(edition.unit(&unit).expect("listed").filings[0].filing, Filing::Missing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_without_mail_queues_none() {
    let database = Database::sqlite().await;
    // No try is left: the run is held before its first step.
    let town = Town::with(&database.store, 1, Settings { close_tries_max: 0, ..Settings::default() }).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    for unit in ["90.STTTT", "901", "90101", "90102", "90103"] {
        town.file(unit, "2022-M07", 10, 10).await.expect("accepted");
    }
    town.go_to_lock("2022-M07");
    let report = town.app().close_due().await.expect("looked");
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert!(town.runs().await[0].held);
    assert!(town.app().close_due().await.expect("looked").failed.is_empty(), "a held run waits");

    let mended = crate::town::instance(&database.store, &town.clock, Settings::default());
    let operator = town.operator().await;
    let run = mended.app.close_period(&operator, "tthc", "2022-M07", CloseAction::SkipNotify).await.expect("closed");
    assert_eq!((run.step, run.skip_notify), (CloseStep::Done, true));
    let mails = database.store.read().await.expect("read").deliveries(&form(), run.edition).await.expect("mails");
    assert_eq!(mails, []);
    let edition = town.edition("2022-M07/1").await;
    assert!(!baocao_domain::notice::notices(&edition, None).is_empty(), "somebody would have been written to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_is_given_up_when_its_period_is_reopened() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 1, Settings { close_tries_max: 0, ..Settings::default() }).await;
    town.go_to_opening("2022-M07");
    town.file_all_but(&["90101"], "2022-M07").await;
    town.go_to_lock("2022-M07");
    town.app().close_due().await.expect("looked");
    let asked = town.app().reopen(&town.operator().await, &reopen(&town, 1)).await.expect("asked");
    town.app().approve_reopening(&town.actor(SECOND).await, asked.id).await.expect("approved");
    town.file("90101", "2022-M07", 7, 7).await.expect("it is open again");

    let mended = crate::town::instance(&database.store, &town.clock, Settings::default());
    assert!(mended.app.close_due().await.expect("looked").closed.is_empty(), "it is open");
    town.pass(3600);
    let closed: Vec<String> =
        mended.app.close_due().await.expect("closed").closed.iter().map(ToString::to_string).collect();
    assert_eq!(closed, ["2022-M07/1"], "the edition was never frozen: its number is not lost");
    let runs = town.runs().await;
    let told: Vec<_> = runs.iter().map(|run| (run.edition.number, run.step, run.abandoned)).collect();
    assert_eq!(told, [(1, CloseStep::Sealed, true), (1, CloseStep::Done, false)]);
    assert_eq!(town.edition("2022-M07/1").await.missing().count(), 0);
}

/// What was frozen stays an edition: it is shown before the one that lists its changes, and since nobody was written to about
/// it, everybody whom it concerns is written to about the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_given_up_after_its_edition_was_frozen_loses_no_notice() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 1, Settings { close_failures_max: 1, ..Settings::default() }).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.file_all_but(&["90.STP", "90101"], "2022-M07").await;
    town.go_to_lock("2022-M07");
    let staging = town.instances[0].data().join("staging");
    std::fs::remove_dir(&staging).and_then(|()| std::fs::write(&staging, "no folder")).expect("in the way");
    assert_eq!(town.app().close_due().await.expect("looked").failed.len(), 1);
    assert_eq!((town.runs().await[0].step, town.runs().await[0].held), (CloseStep::Checked, true));
    let waits = Jobs::run_once(town.app(), JobName::Close).await.expect("looked").waits;
    assert!(waits.contains("2022-M07/1 is held after CHECKED"), "{waits}");

    let asked = town.app().reopen(&town.operator().await, &reopen(&town, 1)).await.expect("asked");
    town.app().approve_reopening(&town.actor(SECOND).await, asked.id).await.expect("approved");
    let refused = town.app().close_period(&town.operator().await, "tthc", "2022-M07", CloseAction::Retry).await;
    assert_eq!(reason(refused), "PERIOD_NOT_LOCKED");
    town.file("90101", "2022-M07", 7, 7).await.expect("it is open again");
    std::fs::remove_file(&staging).and_then(|()| std::fs::create_dir(&staging)).expect("out of the way");
    town.pass(3600);
    assert_eq!(town.close().await, ["2022-M07/2"]);

    let (first, second) = (town.edition("2022-M07/1").await, town.edition("2022-M07/2").await);
    assert!(second.restatement.is_some());
    let concerned = baocao_domain::notice::notices(&second, None).len();
    assert!(concerned > 0 && concerned == baocao_domain::notice::notices(&first, None).len());
    let mails = database.store.read().await.expect("read").deliveries(&form(), second.id).await.expect("mails");
    assert_eq!(mails.len(), concerned, "each has one mailbox");
    assert!(mails.iter().all(|mail| mail.purpose == Purpose::Notice), "nobody is corrected who was not told");
    town.clock.move_to(town.loaded.regime.calendar.schedule(key("2022-M07")).publishes);
    assert_eq!(town.app().publish_due().await.expect("published"), [first.id, second.id]);
    let verified = town.app().verify(&Asked::default(), &|_, _, _| {}).await.expect("verified");
    assert_eq!(verified.faults, []);
    let home = tempfile::TempDir::new().expect("a temporary folder");
    let backup = Backup { folder: home.path().to_path_buf(), keep: 1, scratch: String::new() };
    let data = town.instances[0].data().to_path_buf();
    let config = Config { data, database: database.url.clone(), backup, ..Config::default() };
    let made = Keeper::of(&config).back_up(town.app().now()).await.expect("backed up");
    assert!(made.manifest.files.contains_key("pages/2022-M07/1/CHECKSUMS"), "it is public");
}

/// A wish that was refused is none: the quarter writes to its units when its months are closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_without_mail_that_is_refused_is_not_remembered() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 1, Settings { close_tries_max: 0, ..Settings::default() }).await;
    town.go_to_lock("2022-M09");
    town.app().close_due().await.expect("every month is held");
    let operator = town.operator().await;
    let refused = town.app().close_period(&operator, "tthc", "2022-Q3", CloseAction::SkipNotify).await;
    assert_eq!(reason(refused), "MONTH_NOT_CLOSED");
    assert_eq!(town.app().setting("skip_notify/tthc/2022-Q3").await.expect("read"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_without_mail_may_be_asked_for_before_it_begins() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.file_all_but(&["90.STP"], "2022-M07").await;
    town.go_to_lock("2022-M07");
    let operator = town.operator().await;
    let run = town.app().close_period(&operator, "tthc", "2022-M07", CloseAction::SkipNotify).await.expect("closed");
    assert_eq!((run.step, run.skip_notify), (CloseStep::Done, true));
    let mails = async |name: &str| {
        let edition = EditionId::parse(name).expect("a name");
        database.store.read().await.expect("read").deliveries(&form(), edition).await.expect("mails").len()
    };
    assert_eq!(mails("2022-M07/1").await, 0);
    // Asked again there is nothing to close, and nothing is wished for the next edition.
    town.app().close_period(&operator, "tthc", "2022-M07", CloseAction::SkipNotify).await.expect("closed");
    town.extend("90101", 1).await;
    town.correct("90101", "2022-M07", 1, 30).await.expect("under the extension");
    assert_eq!(town.close().await, ["2022-M07/2"]);
    assert!(mails("2022-M07/2").await > 0, "whom it concerns was not told yet");
    let verified = town.app().verify(&Asked::default(), &|_, _, _| {}).await.expect("verified");
    assert_eq!(verified.faults, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_lapses_only_where_nothing_was_said_yet() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file_all_but(&["90101", "90102"], "2022-M07").await;
    // Over before the lock: the first edition says who is missing.
    town.extend("90101", 1).await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    assert_eq!(town.close().await, Vec::<String>::new(), "edition 1 was sealed after the end of the extension");

    // The same grant twice is one; a longer one takes its place.
    let granted = town.extend("90102", 1).await;
    assert_eq!(town.extend("90102", 1).await, granted);
    assert_ne!(town.extend("90102", 2).await, granted);
    town.file("90102", "2022-M07", 5, 5).await.expect("under the extension");
    assert_eq!(town.close().await, ["2022-M07/2"]);
    town.pass(3 * 3600);
    assert_eq!(town.close().await, Vec::<String>::new(), "it has filed");
}

/// Approved between the look for what is due and the seal's lock: the period stays open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seal_does_not_swallow_a_reopening_that_is_being_approved() {
    let tell = |database: Arc<Database>| async move {
        let town = Town::on(&database.store).await;
        town.go_to_opening("2022-M07");
        town.file_all_but(&["90101"], "2022-M07").await;
        town.go_to_lock("2022-M07");
        let asked = town.app().reopen(&town.operator().await, &reopen(&town, 1)).await.expect("asked");
        let mut approving = database.store.begin().await.expect("begun");
        approving.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("held");
        let app = Arc::clone(town.app());
        let closing = tokio::spawn(async move { app.close_due().await });
        tokio::time::sleep(Duration::from_millis(700)).await;
        let approved = Signature { client: SECOND.into(), key: "k".into(), at: town.app().now() };
        assert!(approving.approve_reopening(asked.id, &approved).await.expect("approved"));
        approving.commit().await.expect("committed");
        let report = closing.await.expect("no panic").expect("looked");
        assert_eq!((report.closed.len(), town.runs().await.len()), (0, 0));
        town.file("90101", "2022-M07", 7, 7).await.expect("it is open");
    };
    Database::postgres().await.tell(tell).await;
}
