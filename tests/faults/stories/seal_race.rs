//! Two hundred writers race the seal: whatever is acknowledged is in the snapshot, everything else was refused.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use baocao_tests::fixture;
use tempfile::TempDir;
use tokio::sync::Barrier;

use super::{MONTHS, SETTLE_WITHIN, bound, doors};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared, REGIME, Scene, copy_tree};
use crate::writers::Outcome;

/// How many communes race.
const WRITERS: usize = 200;

/// Over how long they start, in milliseconds; the lock falls into the middle.
const SPREAD_MS: u64 = 400;

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
        let ready = Arc::new(Barrier::new(WRITERS + 1));
        let racing: Vec<_> = writers
            .into_iter()
            .map(|mut writer| {
                let (ready, pause) = (Arc::clone(&ready), chance.pause_ms(0, SPREAD_MS));
                tokio::spawn(async move {
                    ready.wait().await;
                    tokio::time::sleep(pause).await;
                    let outcome = writer.file(month).await;
                    (writer, outcome)
                })
            })
            .collect();
        ready.wait().await;
        tokio::time::sleep(std::time::Duration::from_millis(SPREAD_MS / 2)).await;
        scene.clock.set(locked);
        // At once, not with the next look of the job: the seal is to meet submissions that began before the lock.
        scene.close_by_hand(&doors, month).await.expect("closed");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_racing_the_seal_are_sealed_or_refused_on_sqlite() {
    every_submission_is_sealed_or_refused(Engine::Sqlite, "seal race on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_racing_the_seal_are_sealed_or_refused_on_postgres() {
    every_submission_is_sealed_or_refused(Engine::Postgres, "seal race on postgres").await;
}
