//! A database that is stopped in the middle of everything and started again: nothing acknowledged is lost, and the service
//! heals by itself.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{MONTHS, SETTLE_WITHIN, bound, doors};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared};
use crate::waiting::until;

/// How long after the database is back the service may take to acknowledge again.
const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// How many restarts one installation sees.
const RESTARTS_PER_INSTALLATION: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn database_restarts_under_load_lose_nothing_and_heal_by_themselves() {
    let story = "database restarts";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let wanted = count(10, 100);
    let (mut restarts, mut slowest) = (0, Duration::ZERO);
    while restarts < wanted {
        let scene = prepared.scene(&format!("after_{restarts}")).await;
        let mut instance = scene.instance("a");
        let doors = doors(&[&instance]);
        instance.start(None).await;
        let process = instance.pid();
        let month = watch::Sender::new(Some(MONTHS[0].0.to_owned()));
        let writers = scene.writers(&doors, &mut chance);
        let writing: Vec<_> =
            writers.into_iter().map(|writer| tokio::spawn(writer.keep_filing(month.subscribe(), (0, 60)))).collect();
        let of_installation = RESTARTS_PER_INSTALLATION.min(wanted - restarts);
        for restart in 0..of_installation {
            // Every third restart falls into a close.
            if restart % 3 == 2 {
                scene.clock.set(MONTHS[restart / 3].2);
            }
            tokio::time::sleep(chance.pause_ms(0, 400)).await;
            tokio::task::block_in_place(|| prepared.cluster().stop_immediately());
            tokio::time::sleep(chance.pause_ms(0, 1_000)).await;
            tokio::task::block_in_place(|| prepared.cluster().start_server());
            let back = Instant::now();
            if restart % 3 == 2 {
                let (name, opens, _) = MONTHS[restart / 3 + 1];
                scene.clock.set(opens);
                month.send_replace(Some(name.to_owned()));
            }
            let before = scene.query("select cast(count(*) as text) from revision").await;
            until("the service acknowledges again", HEALED_WITHIN, || async {
                let now = scene.query("select cast(count(*) as text) from revision").await;
                (now != before).then_some(())
            })
            .await;
            slowest = slowest.max(back.elapsed());
            assert!(!instance.is_over() && instance.pid() == process, "it was to heal without a restart");
        }
        restarts += of_installation;
        month.send_replace(None);
        for writer in writing {
            let end = tokio::time::timeout(Duration::from_secs(60), writer);
            end.await.expect("every request is answered in the end").expect("a writer");
        }
        scene.settle(&doors, SETTLE_WITHIN).await;
        let counts = scene.check(&[&instance]).await;
        println!("{story}: {of_installation} restarts, {counts:?}");
        assert!(counts.acknowledged > of_installation, "hardly anything happened");
        drop(instance);
        scene.clear();
    }
    println!("{story}: slowest healing {slowest:?}; acknowledged and lost {}", bound(restarts));
}
