//! What stands still until an operator says otherwise: a run whose step takes the process with it every time, and every run while
//! closing is paused. The rest goes on.

use std::process::Command;
use std::time::Duration;

use baocao_tests::program;

use super::{MONTHS, PAST_THE_LEASE, SETTLE_WITHIN, doors};
use crate::chance::Chance;
use crate::scene::{Engine, Prepared};
use crate::waiting::until;
use crate::writers::Outcome;

/// How often a step is tried before its run is held; see `Settings::close_tries_max`.
const TRIES_MAX: usize = 5;

/// How long it may take until the process has died, until the run is held, or until a command is obeyed.
const SEEN_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_step_that_kills_the_process_every_time_is_left_to_an_operator() {
    let prepared = Prepared::on(Engine::Sqlite).await;
    let scene = prepared.scene("held").await;
    let mut instance = scene.instance("a");
    let doors = doors(&[&instance]);
    let mut writers = scene.writers(&doors, &mut Chance::from(1));
    instance.start(None).await;
    for writer in &mut writers {
        assert_eq!(writer.file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    assert!(instance.terminate().await.success(), "a clean stop");

    scene.clock.set(MONTHS[0].2);
    for attempt in 1..=TRIES_MAX {
        instance.start(Some("close.rendered.begun:kill")).await;
        let begun = std::time::Instant::now();
        while !instance.is_over() {
            assert!(begun.elapsed() < SEEN_WITHIN, "try {attempt} is not made: {}", instance.log_tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        instance.was_killed();
    }
    // The same fault waits for it, and it does not go there any more.
    instance.start(Some("close.rendered.begun:kill")).await;
    let held = "select step from close_run where cast(held as text) in ('1', 'true')";
    let is_held = async || (scene.query(held).await == ["AGGREGATED"]).then_some(());
    until("the run is held", SEEN_WITHIN, is_held).await;
    assert!(!instance.is_over(), "it serves: {}", instance.log_tail());
    // Units go on filing for the next month.
    scene.clock.set(MONTHS[1].1);
    assert_eq!(writers[0].file(MONTHS[1].0).await, Outcome::Acknowledged);
    assert!(instance.terminate().await.success(), "a clean stop");

    // What killed it was mended; the operator closes by hand.
    instance.start(None).await;
    scene.close_by_hand(&doors, MONTHS[0].0).await.expect("taken up again");
    scene.settle(&doors, SETTLE_WITHIN).await;
    let counts = scene.check(&[&instance]).await;
    assert_eq!(counts.editions, 1, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_close_that_is_paused_in_the_middle_stops_after_its_step() {
    // Not on SQLite: a process that stands still there while it writes keeps everybody from writing.
    let prepared = Prepared::on(Engine::Postgres).await;
    let scene = prepared.scene("paused").await;
    let mut instance = scene.instance("a");
    let doors = doors(&[&instance]);
    instance.start(Some("close.rendered.begun:freeze")).await;
    scene.clock.set(MONTHS[1].2);
    let begun = std::time::Instant::now();
    while !instance.is_frozen() {
        assert!(begun.elapsed() < SEEN_WITHIN, "it does not come there: {}", instance.log_tail());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Here the server ends a transaction that stands still, after a while: until then a command may be refused.
    let command = async |words: &[&str]| {
        let look = async || {
            let said =
                Command::new(program()).args(words).arg("--data").arg(instance.folder()).output().expect("it runs");
            if !said.status.success() {
                println!("{words:?} is not obeyed: {}", String::from_utf8_lossy(&said.stderr));
            }
            said.status.success().then_some(())
        };
        until("the command is obeyed", SEEN_WITHIN, look).await;
    };
    command(&["hold", "--closing", "--reason", "sai danh mục"]).await;
    instance.thaw();
    // The step that was begun is finished, under its lease or under the next one; nothing is begun after it.
    tokio::time::sleep(PAST_THE_LEASE * 2).await;
    let steps = "select period || ' ' || step from close_run order by close_run.id";
    let found = scene.query(steps).await;
    assert!(found == ["2022-M07 RENDERED"] || found == ["2022-M07 AGGREGATED"], "{found:?}");

    command(&["release", "--closing"]).await;
    scene.settle(&doors, SETTLE_WITHIN).await;
    assert_eq!(scene.query(steps).await, ["2022-M07 DONE", "2022-M08 DONE"]);
    scene.check(&[&instance]).await;
}
