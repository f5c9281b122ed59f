//! A disk that is full at any moment: nothing is acknowledged that is not kept, nothing half is to be seen, and once there
//! is room again everything is finished without a hand, to the same bytes.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Bytes, MONTHS, SETTLE_WITHIN};
use crate::chance::{Chance, count};
use crate::checker::tree_hashes;
use crate::disk::SmallDisk;
use crate::instance::Instance;
use crate::scene::{Engine, Prepared, Scene};
use crate::waiting::until;
use crate::writers::{Outcome, Writer};

/// Room for everything.
const ROOMY_KIB: u64 = 65_536;

/// How long it may take until the disk is met full.
const MET_WITHIN: Duration = Duration::from_secs(30);

/// How long the disk stays full once it was met so: longer than the jobs need to look again.
const FULL: Duration = Duration::from_millis(1_500);

/// What is said of a full disk.
const FULL_WORDS: [&str; 3] = ["No space left", "disk is full", "database or disk"];

/// The same figures each time.
const SEED: u64 = 1;

/// A life with room for so much more than there is when the close begins; with all the room there is if none is said.
async fn life(scene: &Scene, room_kib: Option<u64>) -> (Bytes, u64, bool) {
    // The folder as it was prepared is what the disk is filled from; the program sees the disk in its place.
    let folder = scene.folder("a", None);
    let disk = SmallDisk::over(&folder, ROOMY_KIB);
    disk.fill_from(&scene.folder("prepared", None));
    let configuration = folder.join("baocao.toml").display().to_string();
    assert!(disk.run(&["test", "-e", &configuration]).status.success(), "the disk is not filled");
    let mut instance = Instance::on(folder, scene.clock.clone()).run_by(&disk.wrapper());
    let doors = vec![instance.door()];
    let mut writers = scene.writers(&doors, &mut Chance::from(SEED));
    instance.start(None).await;
    for writer in &mut writers {
        assert_eq!(writer.file(MONTHS[0].0).await, Outcome::Acknowledged);
    }
    let before = disk.used_kib();
    let was_met = times_met_full(&instance);
    if let Some(room) = room_kib {
        disk.resize(before + room);
    }
    let correcting: Vec<_> = writers.drain(..2).map(|writer| tokio::spawn(correct(writer))).collect();
    if room_kib.is_some() {
        // Whoever is not answered yet waits until there is room again; the lock must not come before.
        stays_full(&instance, was_met, || correcting.iter().all(JoinHandle::is_finished)).await;
        disk.resize(ROOMY_KIB);
    }
    for writer in correcting {
        assert_eq!(writer.await.expect("a writer"), Outcome::Acknowledged);
    }
    let was_met = times_met_full(&instance);
    if let Some(room) = room_kib {
        disk.resize(disk.used_kib() + room);
    }
    scene.clock.set(MONTHS[0].2);
    if room_kib.is_some() {
        stays_full(&instance, was_met, || instance.said().contains("edition published")).await;
        nothing_half_is_seen(scene, &disk, room_kib);
        disk.resize(ROOMY_KIB);
    }
    until_done(scene, &disk, &mut instance).await;
    let taken = disk.used_kib() - before;
    let was_full = times_met_full(&instance) > 0;
    assert!(instance.terminate().await.success(), "a clean stop");
    drop(instance);
    // What was on the disk takes the place of what was below it, where the checker can look at it.
    let (below, kept) = (scene.home().join("a"), scene.home().join("kept"));
    disk.copy_to(&kept);
    drop(disk);
    std::fs::remove_dir_all(&below).and_then(|()| std::fs::rename(&kept, &below)).expect("moved");
    let seen = Instance::on(below, scene.clock.clone());
    scene.check(&[&seen]).await;
    (Bytes::of(scene, &seen).await, taken, was_full)
}

/// How often an instance said that the disk is full.
fn times_met_full(instance: &Instance) -> usize {
    let said = instance.said();
    said.lines().filter(|line| FULL_WORDS.iter().any(|words| line.contains(words))).count()
}

/// Waits until an instance meets the full disk once more, or had room for everything; then the disk stays so for a while.
async fn stays_full(instance: &Instance, was_met: usize, had_room: impl Fn() -> bool) {
    let is_met = async || (times_met_full(instance) > was_met || had_room()).then_some(());
    until("the disk is met full, or there was room", MET_WITHIN, is_met).await;
    tokio::time::sleep(FULL).await;
}

async fn correct(mut writer: Writer) -> Outcome {
    writer.file(MONTHS[0].0).await
}

/// Waits until the edition is released, mailed and nothing is left; moves business time if something waits for it, but not
/// before the seal, which bears its instant.
async fn until_done(scene: &Scene, disk: &SmallDisk, instance: &mut Instance) {
    let begun = std::time::Instant::now();
    loop {
        // A copy: the database on the disk is seen by its processes only.
        let copy = scene.home().join("look");
        let url = match scene.engine() {
            Engine::Sqlite => format!("sqlite:{}", copy_of_database(disk, scene, &copy).display()),
            Engine::Postgres => scene.database_url(),
        };
        let sql = "select cast(count(*) as text), (select cast(count(*) as text) from close_run) \
                   from edition e join close_run r on r.period = e.period \
                   where e.released_at is not null and r.step = 'DONE' \
                   and not exists (select 1 from delivery d where d.state in ('queued', 'sending', 'unknown'))";
        let counts = crate::checker::rows(&url, sql).await;
        let is_one = |column: usize| counts.as_ref().is_ok_and(|rows| rows[0][column] == "1");
        let (is_done, is_sealed) = (is_one(0), is_one(1));
        if is_done {
            return;
        }
        assert!(begun.elapsed() < SETTLE_WITHIN, "it does not recover: {}", instance.log_tail());
        assert!(!instance.is_over(), "it ended: {}", instance.log_tail());
        tokio::time::sleep(Duration::from_millis(500)).await;
        if is_sealed && begun.elapsed() > Duration::from_secs(2) {
            scene.clock.advance_s(61);
        }
    }
}

/// The file and its log as they are now. Taken in the middle of a write they may not fit: then the next copy does.
fn copy_of_database(disk: &SmallDisk, scene: &Scene, to: &std::path::Path) -> std::path::PathBuf {
    let at = scene.home().join("a/baocao.db").display().to_string();
    std::fs::create_dir_all(to).expect("a folder");
    let copy = to.join("baocao.db");
    let words = [
        "sh",
        "-c",
        "cp \"$1\" \"$2\" && cp \"$1-wal\" \"$2-wal\" && rm -f \"$2-shm\"",
        "sh",
        &at,
        &copy.display().to_string(),
    ];
    let copied = disk.run(&words);
    assert!(copied.status.success(), "{copied:?}");
    copy
}

/// An edition below the site is whole, or is not there.
fn nothing_half_is_seen(scene: &Scene, disk: &SmallDisk, room_kib: Option<u64>) {
    let (site, copy) = (scene.home().join("a/site"), scene.home().join("half"));
    let copied = disk.run(&["cp", "-a", &site.display().to_string(), &copy.display().to_string()]);
    assert!(copied.status.success(), "{copied:?}");
    let shown = copy.join("2022-M07/1");
    if shown.exists() {
        let files = tree_hashes(&shown);
        let list = std::fs::read_to_string(shown.join("CHECKSUMS")).expect("a list of the files");
        let listed = list.lines().count();
        let right = list
            .lines()
            .filter_map(|line| line.split_once("  "))
            .filter(|&(hash, name)| files.get(name).is_some_and(|found| found == hash));
        assert_eq!(
            (right.count(), files.len()),
            (listed, listed + 1),
            "half an edition with room for {room_kib:?} KiB"
        );
    }
    std::fs::remove_dir_all(&copy).expect("removed");
}

async fn a_full_disk_harms_nothing(engine: Engine, rounds: usize, story: &str) {
    let prepared = Prepared::on(engine).await;
    let (undisturbed, taken_kib, _) = life(&prepared.scene("undisturbed").await, None).await;
    let mut filled = 0;
    for round in 0..rounds {
        // From no room at all to almost enough.
        let room = taken_kib * u64::try_from(round).expect("few") / u64::try_from(rounds).expect("few");
        let scene = prepared.scene(&format!("room_{room}")).await;
        let (bytes, _, was_full) = life(&scene, Some(room)).await;
        bytes.must_be(&undisturbed, &format!("{story} with room for {room} KiB"));
        filled += usize::from(was_full);
        scene.clear();
    }
    println!(
        "{story}: {rounds} sizes below {taken_kib} KiB, the disk was full in {filled}; all finished to the same bytes"
    );
    assert!(filled * 2 >= rounds, "the disk was hardly ever full: {filled} of {rounds}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_harms_nothing_on_sqlite() {
    a_full_disk_harms_nothing(Engine::Sqlite, count(6, 60), "full disk on sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_of_an_instance_harms_nothing_on_postgres() {
    a_full_disk_harms_nothing(Engine::Postgres, count(4, 40), "full disk on postgres").await;
}
