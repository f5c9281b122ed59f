//! A process that is killed at random moments loses, changes and doubles nothing that was acknowledged.

use std::time::Duration;

use tokio::sync::watch;

use super::{MONTHS, SETTLE_WITHIN, bound, doors};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared};
use crate::waiting::until;

/// How many kills one installation sees, so that every one of its months sees some.
const KILLS_PER_INSTALLATION: usize = 100;

/// Kills, each at a random moment of starting, filing or closing.
async fn kills_lose_nothing(engine: Engine, story: &str) {
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(engine).await;
    let wanted = count(100, 1_000);
    let (mut kills, mut acknowledged, mut editions) = (0, 0, 0);
    while kills < wanted {
        let scene = prepared.scene(&format!("after_{kills}")).await;
        let mut instance = scene.instance("a");
        let doors = doors(&[&instance]);
        let month = watch::Sender::new(Some(MONTHS[0].0.to_owned()));
        let writers = scene.writers(&doors, &mut chance);
        let writing: Vec<_> =
            writers.into_iter().map(|writer| tokio::spawn(writer.keep_filing(month.subscribe(), (0, 60)))).collect();
        let of_installation = KILLS_PER_INSTALLATION.min(wanted - kills);
        let mut is_open = true;
        for kill in 0..of_installation {
            // Half of the kills fall while a month is filed, half while it is closed.
            let (half, part) =
                (kill * MONTHS.len() * 2 / of_installation, (kill + 1) * MONTHS.len() * 2 / of_installation);
            instance.start(None).await;
            if kill % 2 == 0 && is_open {
                // On a busy machine blind kills would fall into starts only: every other one waits for an answer.
                let before = scene.journals_size();
                let answered = async || (scene.journals_size() != before).then_some(());
                until("a journal grows", Duration::from_secs(30), answered).await;
            }
            tokio::time::sleep(chance.pause_ms(0, 250)).await;
            if part > half && part < MONTHS.len() * 2 {
                let (name, opens, locked) = MONTHS[part / 2];
                match part % 2 {
                    0 => {
                        is_open = true;
                        scene.clock.set(opens);
                        month.send_replace(Some(name.to_owned()));
                    }
                    _ => {
                        is_open = false;
                        scene.clock.set(locked);
                    }
                }
                tokio::time::sleep(chance.pause_ms(0, 250)).await;
            }
            instance.kill();
        }
        kills += of_installation;
        instance.start(None).await;
        month.send_replace(None);
        for writer in writing {
            let end = tokio::time::timeout(Duration::from_secs(120), writer);
            end.await.expect("every request is answered in the end").expect("a writer");
        }
        scene.clock.set(MONTHS[MONTHS.len() - 1].2);
        scene.settle(&doors, SETTLE_WITHIN).await;
        let counts = scene.check(&[&instance]).await;
        println!("{story}: {of_installation} kills, {counts:?}");
        assert!(
            counts.acknowledged >= of_installation / 2 && counts.editions >= MONTHS.len(),
            "hardly anything happened"
        );
        acknowledged += counts.acknowledged;
        editions += counts.editions;
        drop(instance);
        scene.clear();
    }
    println!("{story}: {acknowledged} acknowledged, {editions} editions; lost, changed or doubled {}", bound(kills));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_kills_lose_change_and_double_nothing_on_sqlite() {
    kills_lose_nothing(Engine::Sqlite, "random kills on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_kills_lose_change_and_double_nothing_on_postgres() {
    kills_lose_nothing(Engine::Postgres, "random kills on postgres").await;
}
