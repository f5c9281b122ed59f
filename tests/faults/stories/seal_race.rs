//! Two hundred writers race the seal: whatever is acknowledged is in the snapshot, everything else was refused.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use baocao_tests::fixture;
use tempfile::TempDir;
use tokio::sync::{Barrier, Notify};

use super::{MONTHS, SETTLE_WITHIN, bound, doors, everybody_shows_it};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared, REGIME, Scene, UNITS, copy_tree};
use crate::waiting::until;
use crate::writers::Outcome;

/// How many communes race.
const WRITERS: usize = 200;

/// Over how long they start, in milliseconds; the lock falls into the middle.
const SPREAD_MS: u64 = 400;

/// How long a look for what is due takes at most, and a seal that need not wait.
const SEAL_BEGINS_WITHIN: Duration = Duration::from_millis(2_000);

/// The procedures of communes.
const PROCEDURES: [&str; 2] = ["9.000006", "9.000007"];

async fn every_submission_is_sealed_or_refused(engine: Engine, story: &str) {
    let mut chance = Chance::of(story);
    let regime = TempDir::new().expect("a temporary folder");
    let communes = widened(regime.path());
    let prepared = Prepared::of(engine, regime.path()).await;
    let scene = prepared.scene("race").await;
    let mut instance = scene.instance("a");
    let doors = doors(&[&instance]);
    instance.start(None).await;
    let mut writers: Vec<_> =
        communes.iter().map(|unit| scene.writer(unit, &PROCEDURES, doors.clone(), chance.branch())).collect();
    let (mut acknowledged, mut refused) = (0, 0);
    for (month, opens, locked) in &MONTHS[..count(1, 12)] {
        scene.clock.set(opens);
        let (ready, first) = (Arc::new(Barrier::new(WRITERS + 1)), Arc::new(Notify::new()));
        let racing: Vec<_> = writers
            .into_iter()
            .map(|mut writer| {
                let (ready, first) = (Arc::clone(&ready), Arc::clone(&first));
                let pause = chance.pause_ms(0, SPREAD_MS);
                tokio::spawn(async move {
                    ready.wait().await;
                    tokio::time::sleep(pause).await;
                    let outcome = writer.file(month).await;
                    if outcome == Outcome::Acknowledged {
                        first.notify_one();
                    }
                    (writer, outcome)
                })
            })
            .collect();
        ready.wait().await;
        tokio::time::sleep(Duration::from_millis(SPREAD_MS / 2)).await;
        let somebody = tokio::time::timeout(SETTLE_WITHIN, first.notified()).await;
        somebody.expect("somebody is acknowledged before the lock");
        scene.clock.set(locked);
        // At once, not with the next look of the job: the seal is to meet submissions that began before the lock. A call that
        // found no room among them is made again.
        until("the month is closed by hand", SETTLE_WITHIN, || async {
            let closed = scene.close_by_hand(&doors, month).await;
            closed.inspect_err(|error| println!("{story}: {month} is not closed yet: {error}")).ok()
        })
        .await;
        writers = Vec::new();
        for racer in racing {
            let (writer, outcome) = racer.await.expect("a writer");
            match outcome {
                Outcome::Acknowledged => acknowledged += 1,
                Outcome::Refused(reason) => {
                    assert_eq!(reason, "PERIOD_LOCKED");
                    refused += 1;
                }
            }
            writers.push(writer);
        }
        scene.settle(&doors, SETTLE_WITHIN).await;
    }
    check(&scene, &instance, acknowledged, refused).await;
    println!("{story}: {acknowledged} in the snapshot, {refused} refused; neither {}", bound(acknowledged + refused));
}

async fn check(scene: &Scene, instance: &crate::instance::Instance, acknowledged: usize, refused: usize) {
    let counts = scene.check(&[instance]).await;
    assert_eq!((counts.acknowledged, counts.refused), (acknowledged, refused));
    assert!(acknowledged > 0 && refused > 0, "nobody raced: {acknowledged} acknowledged, {refused} refused");
}

/// The regime of the stories with two hundred communes more, in a folder of its own; answers with their codes.
fn widened(folder: &Path) -> Vec<String> {
    copy_tree(&fixture(REGIME), folder);
    let (mut units, mut contacts, mut codes) = (String::new(), String::new(), Vec::new());
    for number in 0..WRITERS {
        let code = format!("91{number:03}");
        writeln!(units, "{code},Xã Bình {number},commune,C,901,2022-01-01").expect("a text");
        writeln!(contacts, "{code},Chủ tịch Ủy ban nhân dân xã Bình {number},xa{number}@anbinh.example")
            .expect("a text");
        codes.push(code);
    }
    for (name, rows) in [("units.csv", units), ("contacts.csv", contacts)] {
        let file = folder.join(name);
        let text = std::fs::read_to_string(&file).expect("a table");
        std::fs::write(&file, text + &rows).expect("written");
    }
    codes
}

/// The race itself, held still: a submission stands right before its commit when another instance seals its month. The seal
/// waits for it, and has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_seal_waits_for_a_submission_that_is_about_to_commit() {
    let prepared = Prepared::on(Engine::Postgres).await;
    let scene = prepared.scene("waits").await;
    let (mut filing, mut closing) = (scene.instance("a"), scene.instance("b"));
    let (its, others) = (doors(&[&filing]), doors(&[&closing]));
    let mut chance = Chance::from(1);
    let mut late = scene.writers(&its, &mut chance).remove(0);
    closing.start(None).await;
    for writer in &mut scene.writers(&others, &mut chance)[1..] {
        assert_eq!(writer.file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    filing.start(Some("submit.ready:freeze")).await;
    let late = tokio::spawn(async move { late.file(MONTHS[0].0).await });
    let is_frozen = || std::future::ready(filing.is_frozen().then_some(()));
    until("the submission is about to commit", SETTLE_WITHIN, is_frozen).await;

    scene.clock.set(MONTHS[0].2);
    // Long enough for the seal to begin, and less than it waits for a row.
    tokio::time::sleep(SEAL_BEGINS_WITHIN).await;
    let sealed = scene.query("select period from close_run").await;
    filing.thaw();
    assert_eq!(late.await.expect("a writer"), Outcome::Acknowledged);
    assert_eq!(sealed, [""; 0], "sealed while a submission was about to commit");
    scene.settle(&others, SETTLE_WITHIN).await;
    everybody_shows_it(&scene, &[&filing, &closing]).await;
    let counts = scene.check(&[&filing, &closing]).await;
    assert_eq!((counts.acknowledged, counts.editions), (UNITS.len(), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_racing_the_seal_are_sealed_or_refused_on_sqlite() {
    every_submission_is_sealed_or_refused(Engine::Sqlite, "seal race on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_racing_the_seal_are_sealed_or_refused_on_postgres() {
    every_submission_is_sealed_or_refused(Engine::Postgres, "seal race on postgres").await;
}
