//! Killed and frozen at every named point, on both databases: it resumes, to the same bytes.
//!
//! Every case is the same short life: a unit corrects its figures, the month locks, is closed, published and mailed. The
//! points are those that the program lists; one that is not reached in that life fails the story, so a new point is
//! covered by itself or noticed.

use std::sync::Arc;
use std::time::Duration;

use baocao_app::faults::POINTS;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Bytes, MONTHS, PAST_THE_LEASE, SETTLE_WITHIN, doors, everybody_shows_it, thaws_and_writes_nothing};
use crate::chance::Chance;
use crate::instance::Instance;
use crate::scene::{Engine, Prepared, Scene};
use crate::writers::{Outcome, Writer};

/// Figures under which some units miss their targets, so that there is mail; the same in every case.
const SEED: u64 = 1;

/// Cases at a time: most of a case is waiting.
const AT_A_TIME: usize = 8;

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// SIGKILL.
    Kill,
    /// SIGSTOP, for longer than a lease.
    Freeze,
}

impl Harm {
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Freeze => "freeze",
        }
    }
}

/// All points, with one harm, on one engine.
async fn resumes_everywhere(engine: Engine, harm: Harm) {
    let prepared = Arc::new(Prepared::on(engine).await);
    let undisturbed = life(&prepared.scene("undisturbed").await, None).await;
    assert!(!POINTS.is_empty(), "the program lists no point");
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut cases = JoinSet::new();
    for &point in POINTS {
        let (prepared, undisturbed, places) = (Arc::clone(&prepared), undisturbed.clone(), Arc::clone(&places));
        cases.spawn(async move {
            let _place = places.acquire().await.expect("open");
            let begun = std::time::Instant::now();
            let scene = prepared.scene(&point.replace('.', "_")).await;
            let bytes = life(&scene, Some((point, harm))).await;
            println!("{engine:?}, {} at {point}: the same bytes after {:?}", harm.name(), begun.elapsed());
            bytes.must_be(&undisturbed, &format!("{engine:?}, {} at {point}", harm.name()));
            scene.clear();
        });
    }
    let mut failed = Vec::new();
    while let Some(end) = cases.join_next().await {
        if let Err(error) = end {
            failed.push(error.to_string());
        }
    }
    assert!(failed.is_empty(), "{} of {} points, {engine:?}, {}: {failed:#?}", failed.len(), POINTS.len(), harm.name());
    println!("{engine:?}, {} at each of {} points: all resumed to the same bytes", harm.name(), POINTS.len());
}

/// Correction, lock, close, publication, mail; with a fault, its recovery. Answers with what is published.
async fn life(scene: &Scene, fault: Option<(&str, Harm)>) -> Bytes {
    let mut cast = Cast { instances: vec![scene.instance("a")], fault, is_hit: false };
    let spare = scene.engine() == Engine::Postgres && fault.is_some_and(|(_, harm)| harm == Harm::Freeze);
    if spare {
        cast.instances.push(scene.instance("b"));
    }
    let doors = doors(&cast.instances.iter().collect::<Vec<_>>());
    let mut writers = scene.writers(&doors, &mut Chance::from(SEED));
    cast.instances[0].start(None).await;
    for writer in &mut writers {
        assert_eq!(writer.file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    assert!(cast.instances[0].terminate().await.success(), "a clean stop");

    let wanted = fault.map(|(point, harm)| format!("{point}:{}", harm.name()));
    cast.instances[0].start(wanted.as_deref()).await;
    let mut correcting = tokio::spawn(correct(writers.swap_remove(3)));
    loop {
        tokio::select! {
            corrected = &mut correcting => {
                assert_eq!(corrected.expect("a writer"), Outcome::Acknowledged);
                break;
            }
            () = tokio::time::sleep(Duration::from_millis(20)) => cast.recover(scene).await,
        }
    }
    scene.clock.set(MONTHS[0].2);
    if let Some((point, _)) = fault.filter(|_| !cast.is_hit) {
        let begun = std::time::Instant::now();
        let mut attendant = scene.attendant(&doors);
        while !cast.is_hit {
            assert!(begun.elapsed() < SETTLE_WITHIN, "{point} was not reached: {}", cast.instances[0].log_tail());
            attendant.look().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            cast.recover(scene).await;
        }
    }
    scene.settle(&doors, SETTLE_WITHIN).await;
    cast.frozen_one_wakes_and_writes_nothing(scene).await;
    let instances: Vec<&Instance> = cast.instances.iter().collect();
    everybody_shows_it(scene, &instances).await;
    scene.check(&instances).await;
    Bytes::of(scene, &cast.instances[0]).await
}

async fn correct(mut writer: Writer) -> Outcome {
    writer.file(MONTHS[0].0).await
}

/// The processes of a life.
struct Cast<'a> {
    instances: Vec<Instance>,
    fault: Option<(&'a str, Harm)>,
    is_hit: bool,
}

impl Cast<'_> {
    /// If the first instance has met its fault: what an operator's machine would do about it.
    async fn recover(&mut self, scene: &Scene) {
        let Some((point, harm)) = self.fault.filter(|_| !self.is_hit) else { return };
        match harm {
            Harm::Kill if self.instances[0].is_over() => {
                self.instances[0].was_killed();
                self.instances[0].start(None).await;
            }
            Harm::Freeze if self.instances[0].is_frozen() => match scene.engine() {
                // Nobody else may run on the folder: it goes on by itself, its lease long over.
                Engine::Sqlite => {
                    tokio::time::sleep(PAST_THE_LEASE).await;
                    self.instances[0].thaw();
                }
                // Somebody else takes over while it stands still.
                Engine::Postgres => {
                    self.instances[0].hide();
                    self.instances[1].start(None).await;
                }
            },
            _ => {
                assert!(!self.instances[0].is_over(), "it ended, but not at {point}: {}", self.instances[0].log_tail());
                return;
            }
        }
        self.is_hit = true;
    }

    /// The other one has finished everything. The frozen one goes on where it stood, and nothing changes any more.
    async fn frozen_one_wakes_and_writes_nothing(&mut self, scene: &Scene) {
        if self.instances.len() < 2 {
            return;
        }
        thaws_and_writes_nothing(scene, &mut self.instances[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_every_point_it_resumes_to_the_same_bytes_on_sqlite() {
    resumes_everywhere(Engine::Sqlite, Harm::Kill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_every_point_it_resumes_to_the_same_bytes_on_postgres() {
    resumes_everywhere(Engine::Postgres, Harm::Kill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn frozen_at_every_point_it_resumes_to_the_same_bytes_on_sqlite() {
    resumes_everywhere(Engine::Sqlite, Harm::Freeze).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn frozen_at_every_point_another_takes_over_and_no_write_of_the_holder_is_accepted() {
    resumes_everywhere(Engine::Postgres, Harm::Freeze).await;
}
