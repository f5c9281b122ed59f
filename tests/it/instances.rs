//! Several instances on one database, each with a folder of its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use baocao_app::Settings;
use baocao_app::error::AppError;
use baocao_app::hold::{Switch, hold, skip_queued};
use baocao_app::ports::{
    Accepted, BeforeBody, Clock, CloseStep, DeliveryState, DocumentKind, Envelope, Files, Mailer, SendFailure, Store,
};
use baocao_domain::instant::Instant;
use baocao_tests::tree;

use crate::database::Database;
use crate::town::{Town, form, instance_with};

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
    let (one, two, three) = tokio::join!(a.publish_due(), b.publish_due(), c.publish_due());
    let released: usize = [one, two, three].map(|released| released.expect("published").len()).iter().sum();
    assert_eq!(released, 1, "released once");
    let entries = store.read().await.expect("read").audit_entries(1, 10_000).await.expect("entries");
    let heads = entries.iter().filter(|entry| entry.action == "publish-heads").count();
    assert_eq!(heads, 1, "what all of them publish is noted once");
    assert!(town.instances.iter().all(|instance| instance.files.is_shown(edition)));
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

/// What cannot be read here and now is no reason to write a mail off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_bytes_are_not_at_hand_is_tried_again() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 2, Settings::default()).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    // The other instance lacks the bytes, and the disk refuses to keep what it makes again.
    let objects = town.instances[1].data().join("objects");
    std::fs::remove_dir_all(&objects).and_then(|()| std::fs::write(&objects, "no folder")).expect("in the way");
    let report = town.instances[1].app.deliver_due().await.expect("tried");
    assert!(report.deferred > 0 && (report.sent, report.failed) == (0, 0), "{report:?}");
    town.pass(60);
    let report = town.app().deliver_due().await.expect("handed over");
    assert!(report.sent > 0 && (report.deferred, report.failed) == (0, 0), "{report:?}");
}

/// What is put aside is nobody's at the moment: the word of a relay is not lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_not_put_aside_under_the_hands_of_who_is_at_it() {
    let database = Database::sqlite().await;
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    let (store, now) = (database.store.as_ref(), town.app().now());
    hold(store, now, &[Switch::Mail], "chuyển máy chủ thư").await.expect("held");
    let sender = town.app().take_lease("mail").await.expect("asked").expect("free");
    let refused = skip_queued(store, now).await.expect_err("somebody is at it");
    assert!(refused.chain().contains("being handed over"), "{}", refused.chain());
    town.app().give_back(sender).await.expect("given back");
    assert!(skip_queued(store, now).await.expect("put aside") > 0);
    assert!(town.app().take_lease("mail").await.expect("asked").is_some(), "the lease is free again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_that_cannot_be_made_again_keeps_no_other_from_being_made() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 2, Settings::default()).await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    let other = &town.instances[1];
    let spoil = "update document set sha256 = replace(sha256, substr(sha256, 1, 8), '00000000') \
                 where id = (select min(id) from document) returning file_name";
    assert_eq!(database.raw(spoil).await.expect("spoilt").len(), 1);
    assert_eq!(other.app.have_everything().await.expect("looked"), 1);
    let documents = database
        .store
        .read()
        .await
        .expect("read")
        .documents(&form(), town.runs().await[0].edition)
        .await
        .expect("rows");
    let here = documents.iter().filter(|document| other.files.has_object(&document.sha256)).count();
    assert_eq!(here, documents.len() - 1, "all but the one whose hash fits nothing");
    assert!(here > 3, "{here}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_waits_for_the_lease_of_another_and_then_goes_on() {
    let database = Database::sqlite().await;
    let town = Town::with(&database.store, 2, Settings::default()).await;
    town.go_to_lock("2022-M07");
    let dead_takes_it_for = async |seconds| {
        let mut tx = database.store.begin().await.expect("begun");
        assert!(tx.take_lease("close", "dead", seconds).await.expect("asked").is_some());
        tx.commit().await.expect("committed");
    };
    // The first took the lease and died without giving it back: nobody renews it.
    dead_takes_it_for(30).await;
    assert!(town.app().close_due().await.expect("looked").closed.is_empty(), "it may be at work");
    // As if its time were nearly over: who holds a lease may take it anew.
    dead_takes_it_for(1).await;
    let goes_on = async {
        loop {
            let closed = town.close().await;
            if !closed.is_empty() {
                return closed;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let closed = tokio::time::timeout(Duration::from_secs(30), goes_on).await.expect("the lease of a dead one ends");
    assert_eq!(closed, ["2022-M07/1"]);
}

/// A relay at which time passes: before the first body is sent, another instance has taken over.
struct Slow {
    store: Arc<dyn Store>,
    holder: OnceLock<String>,
    messages: AtomicI64,
    bodies: AtomicI64,
}

#[tonic::async_trait]
impl Mailer for Slow {
    async fn send(&self, _: &Envelope, _: &[u8], before_body: &dyn BeforeBody) -> Result<Accepted, SendFailure> {
        if self.messages.fetch_add(1, Ordering::SeqCst) == 0 {
            // A holder may take its own lease anew: what it does under the old one is over all the same.
            let holder = self.holder.get().expect("known");
            let mut tx = self.store.begin().await.expect("begun");
            assert!(tx.take_lease("mail", holder, 1).await.expect("asked").is_some());
            tx.commit().await.expect("committed");
        }
        before_body.note().await.map_err(|error| SendFailure::Temporary(error.to_string()))?;
        self.bodies.fetch_add(1, Ordering::SeqCst);
        Ok(Accepted { reply: "250 2.0.0 Ok: queued".into() })
    }
}

/// Nothing but the lease tells the old holder from the new one here: the mail is in the same state for both.
async fn a_mail_whose_lease_is_lost_is_not_begun(store: &Arc<dyn Store>) {
    let town = Town::on(store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    let relay = Arc::new(Slow {
        store: Arc::clone(store),
        holder: OnceLock::new(),
        messages: AtomicI64::new(0),
        bodies: AtomicI64::new(0),
    });
    let clock = Arc::new(town.clock.clone());
    let slow = instance_with(store, clock, Arc::clone(&relay) as _, Settings::default());
    relay.holder.set(slow.files.instance().to_owned()).expect("once");
    let lost = slow.app.deliver_due().await.expect_err("the lease is another's");
    assert!(matches!(lost, AppError::LeaseLost { .. }), "{}", lost.chain());
    assert_eq!(relay.bodies.load(Ordering::SeqCst), 0, "not one byte of a body");
    let edition = town.runs().await[0].edition;
    let mails = || async { store.read().await.expect("read").deliveries(&form(), edition).await.expect("mails") };
    let at_work = mails().await.into_iter().filter(|mail| mail.state == DeliveryState::Sending).count();
    assert_eq!(at_work, 1, "as it was when the lease was lost");

    // Whoever has the lease knows that no body had begun: the mail goes out once, without a doubt.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let sent = town.app().deliver_due().await.expect("handed over").sent;
    let mails = mails().await;
    assert_eq!(sent as usize, mails.len());
    assert!(mails.iter().all(|mail| mail.state == DeliveryState::Sent && mail.doubts == 0), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_lease_is_lost_is_not_begun_on_sqlite() {
    let database = Database::sqlite().await;
    a_mail_whose_lease_is_lost_is_not_begun(&database.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_lease_is_lost_is_not_begun_on_postgres() {
    let tell = |database: Arc<Database>| async move { a_mail_whose_lease_is_lost_is_not_begun(&database.store).await };
    Database::postgres().await.tell(tell).await;
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
        assert!(wrong.app.plan_periods().await.is_err(), "what it plans is noted under its time");
        assert_eq!(town.runs().await, []);
        clock.0.store(0, Ordering::SeqCst);
        assert!(!wrong.app.close_due().await.expect("right again").closed.is_empty());
    };
    Database::postgres().await.tell(tell).await;
}
