//! What a service that was down has missed is caught up: every period once, in order; killed meanwhile, to the same bytes.

use std::time::Duration;

use super::{Bytes, MONTHS, SETTLE_WITHIN, doors, everybody_shows_it};
use crate::chance::{Chance, count};
use crate::scene::{Engine, Prepared, Scene};
use crate::writers::Outcome;

/// What must follow one another: months before the quarter that contains them, older before newer.
const IN_ORDER: [&str; 4] = ["2022-M07/1", "2022-M08/1", "2022-M09/1", "2022-Q3/1"];

/// Down from the middle of the first month until after the third: all four periods are closed after the start.
async fn catches_up(scene: &Scene, chance: &mut Chance, kills: usize) -> Bytes {
    let mut instance = scene.instance("a");
    let doors = doors(&[&instance]);
    instance.start(None).await;
    for mut writer in scene.writers(&doors, chance) {
        assert_eq!(writer.file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    assert!(instance.terminate().await.success(), "a clean stop");
    scene.clock.set(MONTHS[2].2);
    for _ in 0..kills {
        instance.start(None).await;
        tokio::time::sleep(chance.pause_ms(0, 150)).await;
        instance.kill();
    }
    instance.start(None).await;
    let begun = std::time::Instant::now();
    let nudges = scene.settle(&doors, SETTLE_WITHIN).await;
    println!("caught up within {:?} after {kills} kills, business time moved {nudges} times", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(60), "three month ends take a minute at most");

    let closed = "select object from audit where action in ('close.sealed', 'close.done') order by audit.seq";
    let wanted: Vec<String> =
        IN_ORDER.iter().flat_map(|edition| [format!("tthc/{edition}"), format!("tthc/{edition}")]).collect();
    // `close_run 1 tthc/2022-M07/1`: people's name of the run stands last.
    let named = |object: String| object.rsplit(' ').next().map(str::to_owned);
    let found: Vec<String> = scene.query(closed).await.into_iter().filter_map(named).collect();
    assert_eq!(found, wanted, "each is closed once, whole, in order");
    everybody_shows_it(scene, &[&instance]).await;
    scene.check(&[&instance]).await;
    Bytes::of(scene, &instance).await
}

async fn three_month_ends_are_caught_up(engine: Engine, story: &str) {
    let prepared = Prepared::on(engine).await;
    let mut chance = Chance::of(story);
    let seed = chance.branch();
    let undisturbed = catches_up(&prepared.scene("undisturbed").await, &mut seed.clone(), 0).await;
    for round in 0..count(2, 20) {
        let scene = prepared.scene(&format!("killed_{round}")).await;
        // The same figures; the kills fall elsewhere in each round.
        let mut figures = seed.clone();
        let kills = 1 + usize::try_from(chance.below(3)).expect("few");
        let killed = catches_up(&scene, &mut figures, kills).await;
        killed.must_be(&undisturbed, &format!("killed {kills} times while catching up"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_month_ends_and_their_quarter_are_caught_up_in_order_on_sqlite() {
    three_month_ends_are_caught_up(Engine::Sqlite, "downtime on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_month_ends_and_their_quarter_are_caught_up_in_order_on_postgres() {
    three_month_ends_are_caught_up(Engine::Postgres, "downtime on postgres").await;
}
