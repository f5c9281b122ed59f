//! An instance that stands still at any moment, for longer than its lease: another goes on, and nothing that it had in
//! hand is accepted any more.

use std::time::{Duration, Instant};

use super::{MONTHS, PAST_THE_LEASE, SETTLE_WITHIN, bound, doors, everybody_shows_it, thaws_and_writes_nothing};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared, Scene};
use crate::waiting::until;
use crate::writers::Outcome;

/// Waits until the lease of closing has another fence, or would have had one: where nothing is left, nobody takes it.
async fn taken_over(scene: &Scene) {
    const FENCE: &str = "select cast(fence as text) from lease where name = 'close'";
    let (before, begun) = (scene.query(FENCE).await, Instant::now());
    while scene.query(FENCE).await == before && begun.elapsed() < 2 * PAST_THE_LEASE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_instance_frozen_at_random_for_longer_than_its_lease_writes_nothing_afterwards() {
    let story = "frozen at random";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let wanted = count(4, 60);
    let (mut rounds, mut took_over) = (0, 0);
    while rounds < wanted {
        let scene = prepared.scene(&format!("after_{rounds}")).await;
        let (mut frozen, mut other) = (scene.instance("a"), scene.instance("b"));
        frozen.start(None).await;
        other.start(None).await;
        let other_door = doors(&[&other]);
        let mut writers = scene.writers(&other_door, &mut chance);
        let of_installation = MONTHS.len().min(wanted - rounds);
        for (round, (month, opens, locked)) in MONTHS[..of_installation].iter().enumerate() {
            scene.clock.set(opens);
            for writer in &mut writers {
                assert_eq!(writer.file(month).await, Outcome::Acknowledged);
            }
            scene.clock.set(locked);
            // Somewhere in the close, if it is this one that closes.
            let begun = format!("select step from close_run where period = '{month}'");
            let has_begun = async || (!scene.query(&begun).await.is_empty()).then_some(());
            until("the close begins", Duration::from_secs(30), has_begun).await;
            tokio::time::sleep(chance.pause_ms(0, 200)).await;
            frozen.freeze();
            let unfinished = scene.query("select step from close_run where step <> 'DONE'").await;
            took_over += usize::from(!unfinished.is_empty());
            if round % 2 == 1 {
                // It goes on in the moment in which the other takes over: the checker counts each step once.
                taken_over(&scene).await;
                frozen.thaw();
                scene.settle(&other_door, SETTLE_WITHIN).await;
                continue;
            }
            tokio::time::sleep(PAST_THE_LEASE).await;
            scene.settle(&other_door, SETTLE_WITHIN).await;
            thaws_and_writes_nothing(&scene, &mut frozen).await;
        }
        rounds += of_installation;
        // Each shows what the other has closed as well, sooner or later.
        everybody_shows_it(&scene, &[&frozen, &other]).await;
        println!("{story}: {:?}", scene.check(&[&frozen, &other]).await);
        drop((frozen, other));
        scene.clear();
    }
    println!("{story}: {rounds} freezes, {took_over} in the middle of a close; writes accepted {}", bound(rounds));
}
