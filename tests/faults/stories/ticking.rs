//! Five processes look at the same moment, round after round: every period is closed once.

use std::time::Instant;

use super::{MONTHS, SETTLE_WITHIN, bound, doors, everybody_shows_it};
use crate::chance::{Chance, count};
use crate::instance::Instance;
use crate::scene::{Engine, Prepared};
use crate::writers::Outcome;

/// How many processes share the database.
const PROCESSES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// How many rounds one installation sees: its months, each with the longer periods that end with it.
const ROUNDS_PER_INSTALLATION: usize = MONTHS.len();

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_processes_that_tick_at_once_close_every_period_once() {
    let story = "five processes";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let wanted = count(20, 200);
    let (mut rounds, mut editions) = (0, 0);
    while rounds < wanted {
        let scene = prepared.scene(&format!("after_{rounds}")).await;
        let mut instances: Vec<Instance> = PROCESSES.iter().map(|name| scene.instance(name)).collect();
        let doors = doors(&instances.iter().collect::<Vec<_>>());
        for instance in &mut instances {
            instance.start(None).await;
        }
        let mut writers = scene.writers(&doors, &mut chance);
        let of_installation = ROUNDS_PER_INSTALLATION.min(wanted - rounds);
        for (month, opens, locked) in &MONTHS[..of_installation] {
            scene.clock.set(opens);
            for writer in &mut writers {
                assert_eq!(writer.file(month).await, Outcome::Acknowledged);
            }
            // One file is the clock of all: this is the barrier.
            scene.clock.set(locked);
            let begun = Instant::now();
            scene.settle(&doors, SETTLE_WITHIN).await;
            println!("{story}: {month} closed within {:?}", begun.elapsed());
        }
        rounds += of_installation;
        // Every instance shows what is published, also those that did not close it.
        let all: Vec<&Instance> = instances.iter().collect();
        everybody_shows_it(&scene, &all).await;
        let counts = scene.check(&all).await;
        println!("{story}: {of_installation} rounds, {counts:?}");
        assert!(counts.editions >= of_installation, "some period was not closed");
        editions += counts.editions;
        for instance in &mut instances {
            assert!(!instance.is_over(), "a process ended: {}", instance.log_tail());
        }
        drop(instances);
        scene.clear();
    }
    println!("{story}: {rounds} rounds, {editions} editions; closed twice or not at all {}", bound(rounds));
}
