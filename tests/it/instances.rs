//! Several instances on one database, each with a folder of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use baocao_app::Settings;
use baocao_app::ports::{Clock, CloseStep, DocumentKind, Files, Store};
use baocao_domain::instant::Instant;
use baocao_tests::tree;

use crate::database::Database;
use crate::town::{Town, form};

async fn one_works_and_all_show(store: &Arc<dyn Store>) {
    let town = Town::with(store, 3, Settings::default()).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    for unit in ["90.STTTT", "901", "90101", "90102", "90103"] {
        town.file(unit, "2022-M07", 10, 10).await.expect("accepted");
    }
    town.go_to_lock("2022-M07");
    let (a, b, c) = (&town.instances[0].app, &town.instances[1].app, &town.instances[2].app);
    let (one, two, three) = tokio::join!(a.close_due(), b.close_due(), c.close_due());
    let closed: usize = [one, two, three].map(|report| report.expect("looked").closed.len()).iter().sum();
    assert_eq!(closed, 1, "once, by one of them");
    let runs = town.runs().await;
    assert_eq!((runs.len(), runs[0].step), (1, CloseStep::Done));

    // Every instance shows the same files, whoever made them.
    let edition = runs[0].edition;
    let schedule = town.loaded.regime.calendar.schedule(edition.period);
    town.clock.move_to(schedule.publishes);
    let mut released = 0;
    for instance in &town.instances {
        released += instance.app.publish_due().await.expect("published").len();
        assert!(instance.files.is_shown(edition));
    }
    assert_eq!(released, 1, "released once");
    let shown: Vec<_> = town.instances.iter().map(|i| tree(&i.files.site())).collect();
    assert!(shown[0].len() > 10, "{}", shown[0].len());
    assert!(shown.iter().all(|files| *files == shown[0]), "the same bytes everywhere");

    // Any of them gives a document out and hands the mail over.
    let operator = town.operator().await;
    for instance in &town.instances {
        let download = instance.app.download(&operator, edition, DocumentKind::Scorecard, "90.STP").await;
        assert!(download.expect("a document").bytes.starts_with(b"%PDF-"));
    }
    let mails = store.read().await.expect("read").deliveries(&form(), edition).await.expect("mails");
    let (one, two) = tokio::join!(b.deliver_due(), c.deliver_due());
    assert_eq!((one.expect("sent").sent + two.expect("sent").sent) as usize, mails.len(), "each once");
    assert!(!mails.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_works_and_all_show_on_sqlite() {
    let database = Database::sqlite().await;
    one_works_and_all_show(&database.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_works_and_all_show_on_postgres() {
    let tell = |database: Arc<Database>| async move { one_works_and_all_show(&database.store).await };
    Database::postgres().await.tell(tell).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_waits_for_the_lease_of_another_and_then_goes_on() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 2, Settings { lease_s: 1, ..Settings::default() }).await;
    town.go_to_lock("2022-M07");
    // The first took the lease and died without giving it back: nobody renews it.
    let mut tx = database.store.begin().await.expect("begun");
    assert!(tx.take_lease("close", "dead", 1).await.expect("asked").is_some());
    tx.commit().await.expect("committed");
    assert!(town.app().close_due().await.expect("looked").closed.is_empty(), "it may be at work");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(town.close().await, ["2022-M07/1"]);
}

/// The clock of a machine that is so many seconds off.
struct Off(AtomicI64);

impl Clock for Off {
    #[expect(clippy::disallowed_methods, reason = "it stands for a machine's clock")]
    fn now(&self) -> Instant {
        let now = jiff::Timestamp::now().as_microsecond();
        Instant::from_micros(now + self.0.load(Ordering::SeqCst) * 1_000_000)
    }

    fn is_of_the_world(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_whose_clock_is_wrong_closes_nothing() {
    let tell = |database: Arc<Database>| async move {
        let town = Town::on(&database.store).await;
        let clock = Arc::new(Off(AtomicI64::new(3_600)));
        let wrong = crate::town::instance_on(&database.store, Arc::clone(&clock) as _, Settings::default());
        let refused = wrong.app.close_due().await.expect_err("an hour ahead");
        assert!(refused.chain().contains("clock"), "{}", refused.chain());
        clock.0.store(-60, Ordering::SeqCst);
        assert!(wrong.app.close_due().await.is_err(), "a minute behind");
        assert_eq!(town.runs().await, []);
        clock.0.store(0, Ordering::SeqCst);
        assert!(!wrong.app.close_due().await.expect("right again").closed.is_empty());
    };
    Database::postgres().await.tell(tell).await;
}
