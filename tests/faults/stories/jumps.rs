//! A clock that jumps, forward and back: nothing is closed early or twice, and what is sealed stays sealed.

use std::time::Duration;

use super::{MONTHS, SETTLE_WITHIN, doors};
use crate::chance::Chance;
use crate::scene::{Engine, Prepared};
use crate::writers::Outcome;

/// Longer than the jobs need to look again.
const A_LOOK: Duration = Duration::from_millis(1_500);

/// An hour, in seconds.
const HOUR_S: i64 = 3_600;

async fn jumps_close_nothing_early_or_twice(engine: Engine, story: &str) {
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(engine).await;
    let scene = prepared.scene("jumps").await;
    let mut instance = scene.instance("a");
    let doors = doors(&[&instance]);
    instance.start(None).await;
    let mut writers = scene.writers(&doors, &mut chance);
    let july = MONTHS[0].0;
    for writer in &mut writers {
        assert_eq!(writer.file(july).await, Outcome::Acknowledged);
    }
    // Back by an hour and by a second: what is open stays open, and what was acknowledged is still the current revision.
    for back in [-HOUR_S, -1] {
        scene.clock.advance_s(back);
        assert_eq!(writers[0].file(july).await, Outcome::Acknowledged);
    }
    tokio::time::sleep(A_LOOK).await;
    let editions = "select period from edition order by 1";
    assert_eq!(scene.query(editions).await, [""; 0], "closed before its lock");

    scene.clock.set(MONTHS[0].2);
    scene.settle(&doors, SETTLE_WITHIN).await;
    let closed = scene.query("select cast(count(*) as text) from audit where action like 'close.%'").await;
    // Back before the lock: the month is sealed all the same, and no second edition is made when the lock comes again.
    scene.clock.advance_s(-24 * HOUR_S);
    assert_eq!(writers[0].file(july).await, Outcome::Refused("PERIOD_LOCKED".into()), "sealed is sealed");
    tokio::time::sleep(A_LOOK).await;
    scene.clock.set(MONTHS[0].2);
    tokio::time::sleep(A_LOOK).await;
    assert_eq!(scene.query("select cast(count(*) as text) from audit where action like 'close.%'").await, closed);

    // A whole quarter forward, back again, and forward once more.
    scene.clock.set(MONTHS[2].2);
    scene.settle(&doors, SETTLE_WITHIN).await;
    scene.clock.set(MONTHS[0].1);
    tokio::time::sleep(A_LOOK).await;
    scene.clock.set(MONTHS[2].2);
    scene.settle(&doors, SETTLE_WITHIN).await;
    tokio::time::sleep(A_LOOK).await;
    assert_eq!(scene.query(editions).await, ["2022-M07", "2022-M08", "2022-M09", "2022-Q3"], "each once");
    println!("{story}: {:?}", scene.check(&[&instance]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_that_jumps_closes_nothing_early_or_twice_on_sqlite() {
    jumps_close_nothing_early_or_twice(Engine::Sqlite, "jumps on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_that_jumps_closes_nothing_early_or_twice_on_postgres() {
    jumps_close_nothing_early_or_twice(Engine::Postgres, "jumps on postgres").await;
}
