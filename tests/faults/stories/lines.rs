//! Bad lines between the service and PostgreSQL: cut after a commit, slow, frozen, gone.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::watch;

use super::{MONTHS, SETTLE_WITHIN, bound, doors, everybody_shows_it};
use crate::chance::{Chance, count};
use crate::proxy::{Flow, Proxy, Way};
use crate::scene::{Engine, Prepared};
use crate::waiting::until;
use crate::writers::Outcome;

/// How long a frozen line stays so: longer than a lease.
const FROZEN: Duration = Duration::from_secs(4);

fn server(prepared: &Prepared) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], prepared.cluster().port()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_answer_is_lost_is_resolved_by_the_same_request() {
    let story = "lost answers of commits";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let line = Proxy::to(server(&prepared)).await;
    let scene = prepared.scene("lost").await;
    let mut instance = scene.instance_through("a", line.address);
    let doors = doors(&[&instance]);
    instance.start(None).await;
    let wanted = count(20, 500);
    let mut writers = scene.writers(&doors, &mut chance);
    for filing in 0..wanted {
        // The commit of the submission, or one of the jobs' that comes before it.
        line.lose_answers_of_commits(1);
        let writer = filing % writers.len();
        assert_eq!(writers[writer].file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    let lost = line.commits_lost();
    // Those of a close as well, one after the other.
    scene.clock.set(MONTHS[0].2);
    line.lose_answers_of_commits(5);
    scene.settle(&doors, SETTLE_WITHIN).await;
    let counts = scene.check(&[&instance]).await;
    assert!(lost >= wanted, "only {lost} of {wanted} answers were lost");
    assert!(line.commits_lost() > lost, "no answer was lost during the close");
    println!(
        "{story}: {} lost, {counts:?}; lost, changed or doubled {}",
        line.commits_lost(),
        bound(line.commits_lost())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_that_are_slow_cut_half_closed_or_gone_lose_nothing() {
    let story = "bad lines";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let line = Proxy::to(server(&prepared)).await;
    let scene = prepared.scene("bad").await;
    let mut instance = scene.instance_through("a", line.address);
    let doors = doors(&[&instance]);
    instance.start(None).await;
    let month = watch::Sender::new(Some(MONTHS[0].0.to_owned()));
    let writers = scene.writers(&doors, &mut chance);
    let writing: Vec<_> =
        writers.into_iter().map(|writer| tokio::spawn(writer.keep_filing(month.subscribe(), (0, 60)))).collect();
    let rounds = count(2, 40);
    for round in 0..rounds {
        for harm in 0..5 {
            match harm {
                0 => line.cut(),
                1 => line.set_both(Flow::Delayed(Duration::from_millis(30))),
                2 => line.set(Way::Back, Flow::Closed),
                3 => line.set(Way::There, Flow::Frozen),
                _ => line.down(),
            }
            tokio::time::sleep(chance.pause_ms(100, 1_500)).await;
            line.set_both(Flow::Free);
            line.cut();
            line.up();
            let before = scene.query("select cast(count(*) as text) from revision").await;
            until("the service acknowledges again", Duration::from_secs(10), || async {
                (scene.query("select cast(count(*) as text) from revision").await != before).then_some(())
            })
            .await;
        }
        assert!(!instance.is_over(), "it was to heal without a restart");
        println!("{story}: round {round} healed");
    }
    month.send_replace(None);
    for writer in writing {
        writer.await.expect("every request is answered in the end");
    }
    scene.clock.set(MONTHS[0].2);
    scene.settle(&doors, SETTLE_WITHIN).await;
    let counts = scene.check(&[&instance]).await;
    println!("{story}: {} harms, {counts:?}", rounds * 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_instance_that_cannot_reach_the_database_is_replaced_without_double_effect() {
    let story = "partition";
    let mut chance = Chance::of(story);
    let prepared = Prepared::on(Engine::Postgres).await;
    let line = Proxy::to(server(&prepared)).await;
    let scene = prepared.scene("partition").await;
    let (mut cut_off, mut other) = (scene.instance_through("a", line.address), scene.instance("b"));
    let doors = doors(&[&other]);
    for instance in [&mut cut_off, &mut other] {
        instance.start(None).await;
    }
    let mut writers = scene.writers(&doors, &mut chance);
    let rounds = count(3, MONTHS.len());
    for (month, opens, locked) in &MONTHS[..rounds] {
        scene.clock.set(opens);
        for writer in &mut writers {
            assert_eq!(writer.file(month).await, Outcome::Acknowledged);
        }
        scene.clock.set(locked);
        // Somewhere in the close, if it is at it; nobody hangs up, so it does not know.
        tokio::time::sleep(chance.pause_ms(900, 1_500)).await;
        line.set_both(Flow::Frozen);
        scene.settle(&doors, Duration::from_secs(60)).await;
        tokio::time::sleep(FROZEN).await;
        line.set_both(Flow::Free);
    }
    everybody_shows_it(&scene, &[&cut_off, &other]).await;
    let counts = scene.check(&[&cut_off, &other]).await;
    println!("{story}: {rounds} partitions, {counts:?}; double effects {}", bound(rounds));
}
