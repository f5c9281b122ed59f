//! What waits for a row of PostgreSQL has looked at others before: whoever held the row may have changed them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use baocao::clock::PlayClock;
use baocao::regimes;
use baocao_app::ports::RowLock;
use baocao_app::{Settings, error::AppError};
use baocao_domain::edition::Cause;
use baocao_domain::reason::Reason;
use tempfile::TempDir;

use crate::database::Database;
use crate::town::{Town, form, instance, key};

/// Waits until so many transactions stand in line for a row.
async fn waiting(database: &Database, count: usize) {
    let give_up = std::time::Instant::now() + Duration::from_secs(2);
    let of_this = "select l.pid::text from pg_locks l join pg_stat_activity a on a.pid = l.pid \
                   where not l.granted and a.datname = current_database()";
    while database.raw(of_this).await.expect("asked").len() < count {
        assert!(std::time::Instant::now() < give_up, "nobody waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A regime is applied while a submission that was proved under the one before waits for its period.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_submission_is_proved_under_the_regime_that_it_meets() {
    let tell = |database: Arc<Database>| async move {
        let town = Town::with(&database.store, 2, Settings::default()).await;
        town.go_to_opening("2022-M07");
        let home = TempDir::new().expect("a temporary folder");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/an-binh-2022");
        for file in std::fs::read_dir(shipped).expect("the regime") {
            let file = file.expect("an entry");
            let text = std::fs::read_to_string(file.path()).expect("text");
            // From now on there is one procedure less.
            let is_other = |line: &&str| !line.starts_with("9.000006,");
            let text: String = text.lines().filter(is_other).map(|line| format!("{line}\n")).collect();
            std::fs::write(home.path().join(file.file_name()), text).expect("written");
        }
        let next = regimes::named(home.path().to_str().expect("a path")).expect("the next regime");

        let mut holder = database.store.begin().await.expect("begun");
        holder.period(&form(), key("2022-M07"), RowLock::Exclusive).await.expect("held");
        let other = Arc::clone(&town.instances[1].app);
        let applying = tokio::spawn(async move { other.apply_regime(&next).await });
        waiting(&database, 1).await;
        let (app, unit) = (Arc::clone(town.app()), town.actor("90101").await);
        let request = town.request("90101", "2022-M07", 10, 10);
        let filing = tokio::spawn(async move { app.submit(&unit, &request).await });
        waiting(&database, 2).await;
        drop(holder);
        assert!(!applying.await.expect("no panic").expect("applied").is_empty());
        let Err(AppError::Refused(refusal)) = filing.await.expect("no panic") else {
            panic!("it was proved under the regime before")
        };
        assert!(refusal.findings.iter().any(|finding| finding.reason == Reason::UnknownProcedure), "{refusal:?}");
    };
    Database::postgres().await.tell(tell).await;
}

/// A unit files in the last moment of its extension, by the clock of the instance that it reaches, while another one seals the
/// edition that says it did not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_edition_does_not_say_that_a_unit_is_silent_whose_report_it_has() {
    let tell = |database: Arc<Database>| async move {
        let town = Town::on(&database.store).await;
        town.go_to_opening("2022-M07");
        town.file_all_but(&["90101"], "2022-M07").await;
        town.go_to_lock("2022-M07");
        assert_eq!(town.close().await, ["2022-M07/1"]);
        let ends = town.app().now().plus_seconds(3_600);
        town.extend("90101", 1).await;
        let behind = PlayClock::at(ends.plus_seconds(-1));
        let slow = instance(&database.store, &behind, Settings::default());
        town.clock.move_to(ends.plus_seconds(1));

        // Somebody else is at the month: who files may join, who seals must wait.
        let mut holder = database.store.begin().await.expect("begun");
        holder.period(&form(), key("2022-M07"), RowLock::Shared).await.expect("held");
        let app = Arc::clone(town.app());
        let closing = tokio::spawn(async move { app.close_due().await });
        waiting(&database, 1).await;
        let request = town.request("90101", "2022-M07", 10, 10);
        slow.app.submit(&town.actor("90101").await, &request).await.expect("in time");
        drop(holder);
        let closed = closing.await.expect("no panic").expect("closed").closed;
        assert_eq!(closed.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2022-M07/2"]);
        let edition = town.edition("2022-M07/2").await;
        assert!(matches!(edition.cause, Cause::ExtensionFiled { .. }), "{:?}", edition.cause);
        assert_eq!(town.runs().await.len(), 2, "one edition says all of it");
    };
    Database::postgres().await.tell(tell).await;
}
