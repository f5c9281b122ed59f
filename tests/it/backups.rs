//! Backups that are made beside everything else: whole or not there, in turn, and refused once they are damaged.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use baocao::backup::{Keeper, Made, Manifest, restore};
use baocao::clock::PlayClock;
use baocao::config::{Backup, Config};
use baocao::files::DataFolder;
use baocao::wire::wire_with;
use baocao_app::App;
use baocao_app::ports::{Backups, Clock, Failure};
use baocao_app::{Settings, hold};
use baocao_domain::instant::Instant;
use baocao_jobs::{JobName, Jobs};
use baocao_mail::{MailSettings, Transport};
use jiff::civil::{date, time};
use tempfile::TempDir;

use crate::database::Database;
use crate::processes::{ask, program};
use crate::town::{Town, UNITS, key};

/// A configuration on an instance's folder and database.
fn configuration(town: &Town, database: &Database, backups: &Path) -> Config {
    let backup = Backup { folder: backups.to_path_buf(), keep: 2, scratch: String::new() };
    Config { data: town.instances[0].data().to_path_buf(), database: database.url.clone(), backup, ..Config::default() }
}

/// Names of what is in a folder, the lock aside.
fn names(folder: &Path) -> Vec<String> {
    let Ok(inside) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = inside.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

/// July closed and published, with its mail queued.
async fn july(database: &Database) -> Town {
    let town = Town::on(&database.store).await;
    town.go_to_opening("2022-M07");
    town.file("90.STP", "2022-M07", 1, 99).await.expect("accepted");
    for (unit, _) in UNITS.iter().filter(|(unit, _)| *unit != "90.STP") {
        town.file(unit, "2022-M07", 10, 10).await.expect("accepted");
    }
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    town.clock.move_to(town.loaded.regime.calendar.schedule(key("2022-M07")).publishes);
    assert!(!Jobs::run_once(town.app(), JobName::Publish).await.expect("run").is_idle());
    town
}

async fn backed_up(keeper: &Keeper, at: Instant) -> Made {
    let made = keeper.back_up(at).await.unwrap_or_else(|error| panic!("{error:#}"));
    made.manifest.check_files(&made.path).expect("whole");
    assert_eq!(Manifest::read(&made.path).expect("a manifest"), made.manifest);
    let listed = made.manifest.files.len() + made.manifest.objects.len() + 1;
    assert_eq!(count_files(&made.path), listed, "nothing is in it that the manifest does not list");
    made
}

fn count_files(folder: &Path) -> usize {
    let inside = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    inside.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

async fn whole_while_units_file(database: Arc<Database>) {
    let town = Arc::new(july(&database).await);
    town.go_to_opening("2022-M08");
    let home = TempDir::new().expect("a temporary folder");
    let keeper = Keeper::of(&configuration(&town, &database, home.path()));

    let filing = tokio::spawn({
        let town = Arc::clone(&town);
        async move {
            for revision in 0..40 {
                for unit in ["901", "90101", "90102"] {
                    let filed = match revision {
                        0 => town.file(unit, "2022-M08", 10, 10).await,
                        _ => town.correct(unit, "2022-M08", revision, i64::from(revision)).await,
                    };
                    filed.expect("accepted");
                }
            }
        }
    });
    let now = town.app().now();
    let mut sizes = Vec::new();
    for second in 0..3 {
        // What an interrupted backup left is swept, and never counted as one.
        std::fs::create_dir(home.path().join(".partial-backup-20220101T000000Z")).expect("made");
        let made = backed_up(&keeper, now.plus_seconds(second)).await;
        assert!(!home.path().join(".partial-backup-20220101T000000Z").exists());
        assert!(made.manifest.files.keys().any(|path| path == "pages/2022-M07/1/index.html"));
        sizes.push((made.manifest.audit.seq, made.manifest.counts["revision"]));
    }
    filing.await.expect("filed");
    assert!(sizes.is_sorted(), "{sizes:?}");
    let last = backed_up(&keeper, now.plus_seconds(9)).await;
    assert_eq!(last.manifest.counts["revision"], 6 + 120);
    assert_eq!(names(home.path()).len(), 2, "as many are kept as configured: {:?}", names(home.path()));
    let again = keeper.back_up(now.plus_seconds(9)).await.expect_err("the name is taken");
    assert!(again.to_string().contains("is there already"), "{again:#}");

    linked_where_nothing_changed(home.path(), &last);
    refused_once_it_is_damaged(&last).await;
}

/// Objects and pages of two backups are the same files.
fn linked_where_nothing_changed(folder: &Path, last: &Made) {
    use std::os::unix::fs::MetadataExt as _;
    let inode = |path: &Path| std::fs::metadata(path).expect("a file").ino();
    let before = folder.join(&names(folder)[0]);
    let pages = "pages/2022-M07/1/index.html";
    assert_eq!(inode(&before.join(pages)), inode(&last.path.join(pages)));
    for object in &last.manifest.objects {
        let name = Path::new("objects").join(&object[..2]).join(object);
        assert_eq!(inode(&before.join(&name)), inode(&last.path.join(&name)), "{object}");
    }
    assert_ne!(inode(&before.join("manifest.json")), inode(&last.path.join("manifest.json")));
}

/// One bit anywhere, and nothing is restored, and nothing made.
async fn refused_once_it_is_damaged(made: &Made) {
    let database = made.manifest.files.keys().find(|path| path.starts_with("database.")).expect("a database");
    let object = made.manifest.objects.first().expect("an object");
    let object = format!("objects/{}/{object}", &object[..2]);
    for path in [database.as_str(), &object, "pages/2022-M07/1/index.html"] {
        let place = made.path.join(path);
        let whole = std::fs::read(&place).expect("a file");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        std::fs::write(&place, &damaged).expect("written");
        let home = TempDir::new().expect("a temporary folder");
        let config = Config { data: home.path().join("new"), ..Config::default() };
        if made.manifest.engine == "sqlite" {
            let refused = restore(&made.path, &config, Instant::from_micros(0)).await.expect_err("damaged");
            let said = format!("{refused:#}");
            assert!(said.contains("not whole") && said.contains(path.rsplit('/').next().expect("a name")), "{said}");
            assert!(!config.data.exists());
        } else {
            made.manifest.check_files(&made.path).expect_err("damaged");
        }
        std::fs::write(&place, &whole).expect("written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_whole_while_units_file_on_sqlite() {
    Database::sqlite().await.tell(whole_while_units_file).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_whole_while_units_file_on_postgres() {
    Database::postgres().await.tell(whole_while_units_file).await;
}

/// The program, with at most so many bytes per file.
fn back_up_with_little_room(config: &Path, to: &Path, blocks: u32) -> (bool, String) {
    // The signal is ignored, so that the write fails as it does on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let program = program();
    let (program, config, to) = (program.to_string_lossy(), config.to_string_lossy(), to.to_string_lossy());
    let output = Command::new("sh")
        .args(["-c", &script, "sh", &program, "backup", "--config", &config, "--to", &to])
        .output()
        .expect("a shell");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

async fn nothing_of_one_that_found_no_room(database: Arc<Database>) {
    let town = july(&database).await;
    let home = TempDir::new().expect("a temporary folder");
    let config = home.path().join("baocao.toml");
    let text = format!("data = {:?}\ndatabase = {:?}\n", town.instances[0].data(), database.url);
    std::fs::write(&config, text).expect("written");
    let mut made_by_size = BTreeMap::new();
    for blocks in [0, 16, 64, 1_024, 1_000_000] {
        let to = home.path().join(blocks.to_string());
        let (is_made, said) = back_up_with_little_room(&config, &to, blocks);
        let whole = names(&to);
        if is_made {
            assert_eq!(whole.len(), 1, "{whole:?}");
        } else {
            assert_eq!(whole, Vec::<String>::new(), "with {blocks} blocks something is left");
            let told = ["too large", "full", "I/O error", "could not write"].iter().any(|word| said.contains(word));
            assert!(told, "{blocks} blocks: {said}");
        }
        made_by_size.insert(blocks, is_made);
    }
    assert!(!made_by_size[&0] && !made_by_size[&16] && made_by_size[&1_000_000], "{made_by_size:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_no_half_backup_on_sqlite() {
    Database::sqlite().await.tell(nothing_of_one_that_found_no_room).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_no_half_backup_on_postgres() {
    Database::postgres().await.tell(nothing_of_one_that_found_no_room).await;
}

/// A role that owns its database and may not make another is told so; a scratch database that is named is used and left
/// empty, also after a check that was interrupted, and one with other things in it is left alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_not_make_databases_names_a_scratch_database() {
    Database::postgres().await.tell(scratch_databases).await;
}

async fn scratch_databases(database: Arc<Database>) {
    let (server, name) = database.url.rsplit_once('/').expect("an address");
    let role = format!("{name}_role");
    let as_role = server.replace("postgres://postgres@", &format!("postgres://{role}:m%40t@"));
    for sql in [
        format!("create role {role} login password 'm@t'"),
        format!("create database {name}_own template template0 owner {role}"),
        format!("create database {name}_scratch template template0 owner {role}"),
    ] {
        database.raw(&sql).await.expect(&sql);
    }
    let (own, scratch) = (format!("{as_role}/{name}_own"), format!("{as_role}/{name}_scratch"));
    drop(baocao_store::open(&own).await.expect("opens"));
    let home = TempDir::new().expect("a temporary folder");
    let config = |scratch: &str| Config {
        data: home.path().join("data"),
        database: own.clone(),
        backup: Backup { scratch: scratch.to_owned(), ..Backup::default() },
        ..Config::default()
    };
    let at = |second| Instant::at(date(2022, 9, 16), time(1, 30, second, 0));
    let refused = Keeper::of(&config("")).back_up(at(0)).await.expect_err("it may not make one");
    let said = format!("{refused:#}");
    assert!(said.contains("createdb") && said.contains("[backup]"), "{said}");

    let keeper = Keeper::of(&config(&scratch));
    backed_up(&keeper, at(1)).await;
    let tables = "select count(*)::text from pg_tables where schemaname = 'public'";
    assert_eq!(ask(&scratch, tables).await, ["0"], "it is emptied");
    ask(&scratch, "create table public.baocao_scratch ()").await;
    ask(&scratch, "create table left_by_an_interrupted_check ()").await;
    backed_up(&keeper, at(2)).await;
    ask(&scratch, "create table somebody_elses ()").await;
    let refused = format!("{:#}", keeper.back_up(at(3)).await.expect_err("it is not empty"));
    assert!(refused.contains("not empty"), "{refused}");
    assert_eq!(ask(&scratch, tables).await, ["1"], "it is left alone");
    assert_eq!(names(&home.path().join("data/backups")).len(), 2);

    for sql in [
        format!("drop database {name}_own with (force)"),
        format!("drop database {name}_scratch with (force)"),
        format!("drop role {role}"),
    ] {
        database.raw(&sql).await.expect(&sql);
    }
}

/// Counts, and fails as often as it is told.
#[derive(Default)]
struct Counting {
    made: Mutex<Vec<String>>,
    failures: AtomicUsize,
}

#[async_trait]
impl Backups for Counting {
    async fn make(&self, at: Instant) -> Result<String, Failure> {
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err("the disk is full".into());
        }
        self.made.lock().expect("not poisoned").push(at.iso());
        Ok(at.iso())
    }
}

/// Two processes on one database.
fn two_instances(database: &Database, home: &Path, clock: &PlayClock, counting: &Arc<Counting>) -> Vec<Arc<App>> {
    let app = |name: &str| {
        let folder = DataFolder::own(&home.join(name)).expect("a folder");
        let mailer = Arc::new(Transport::open(MailSettings::Blackhole).expect("mail"));
        let (store, backups) = (Arc::clone(&database.store), Arc::clone(counting) as Arc<dyn Backups>);
        wire_with(folder, store, Arc::new(clock.clone()), mailer, Settings::default(), Some(backups)).app
    };
    vec![app("a"), app("b")]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_backup_is_made_a_night_by_whichever_process_looks_first() {
    let database = Database::sqlite().await;
    let home = TempDir::new().expect("a temporary folder");
    let clock = PlayClock::at(Instant::at(date(2022, 9, 16), time(9, 0, 0, 0)));
    let counting = Arc::new(Counting::default());
    let apps = two_instances(&database, home.path(), &clock, &counting);
    let look = async |day: i8, hour: i8, minute: i8| {
        clock.move_to(Instant::at(date(2022, 9, day), time(hour, minute, 0, 0)));
        let mut reports = Vec::new();
        for app in &apps {
            let report = Jobs::run_once(app, JobName::Backup).await;
            reports.push(report.map(|report| report.done).map_err(|error| error.chain()));
        }
        reports
    };
    let idle = [Ok(0), Ok(0)];
    assert_eq!(look(16, 9, 0).await, idle, "a new installation waits for the night");
    assert_eq!(look(17, 1, 29).await, idle);
    assert_eq!(look(17, 1, 30).await, [Ok(1), Ok(0)]);
    assert_eq!(look(17, 23, 0).await, idle);

    counting.failures.store(1, Ordering::SeqCst);
    let failed = look(18, 1, 30).await;
    assert_eq!(failed, [Err("cannot make a backup: the disk is full".into()), Ok(0)]);
    assert_eq!(look(18, 2, 29).await, idle, "it pauses for an hour");
    assert_eq!(look(18, 2, 30).await, [Ok(1), Ok(0)]);
    assert_eq!(look(18, 3, 30).await, idle);
    assert_eq!(look(25, 12, 0).await, [Ok(1), Ok(0)], "a week without a run is one backup");
    assert_eq!(counting.made.lock().expect("not poisoned").len(), 3);
}

/// One instance closed, another makes the backup: what it lacks is made again first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_did_not_close_backs_up_what_the_other_wrote() {
    let database = Database::sqlite().await;
    let town = july(&database).await;
    let home = TempDir::new().expect("a temporary folder");
    let config = Config { data: home.path().to_path_buf(), ..configuration(&town, &database, &home.path().join("b")) };
    let folder = DataFolder::own(home.path()).expect("a folder");
    let mailer = Arc::new(Transport::open(MailSettings::Blackhole).expect("mail"));
    let (store, clock) = (Arc::clone(&database.store), Arc::new(town.clock.clone()));
    let backups = Arc::new(Keeper::of(&config)) as Arc<dyn Backups>;
    let refused = backups.make(town.clock.now()).await.expect_err("nothing of it is here");
    assert!(refused.to_string().contains("cannot copy"), "{refused}");

    let app = wire_with(folder, store, clock, mailer, Settings::default(), Some(backups)).app;
    assert!(Jobs::run_once(&app, JobName::Backup).await.expect("looked").is_idle());
    town.pass(24 * 3_600);
    assert_eq!(Jobs::run_once(&app, JobName::Backup).await.expect("made").done, 1);
    let made = home.path().join("b").join(&names(&home.path().join("b"))[0]);
    let named = database.raw("select sha256 from document union select message_sha256 from delivery").await;
    let objects = Manifest::read(&made).expect("a manifest").objects;
    assert_eq!(objects.into_iter().collect::<Vec<_>>(), named.expect("read"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_queued_is_put_aside_only_while_mail_is_held() {
    let database = Database::sqlite().await;
    let town = july(&database).await;
    let (store, now) = (database.store.as_ref(), town.clock.now());
    let queued = hold::unsent(store).await.expect("counted");
    assert!(queued > 0);
    hold::skip_queued(store, now).await.expect_err("mail may be on its way");
    for reason in ["", "one\ntwo"] {
        hold::hold(store, now, &hold::Switch::ALL, reason).await.expect_err("nobody could read it later");
    }
    hold::hold(store, now, &[hold::Switch::Mail], "đổi máy chủ thư").await.expect("held");
    assert_eq!(town.app().held(hold::Switch::Mail).await.expect("read").as_deref(), Some("đổi máy chủ thư"));
    assert_eq!(town.app().held(hold::Switch::Closing).await.expect("read"), None);
    assert!(Jobs::run_once(town.app(), JobName::Mail).await.expect("run").is_idle());
    assert_eq!(hold::unsent(store).await.expect("counted"), queued);

    assert_eq!(hold::skip_queued(store, now).await.expect("put aside"), queued);
    let released = hold::release(store, now, &hold::Switch::ALL).await.expect("released");
    assert_eq!(released, [(hold::Switch::Mail, "đổi máy chủ thư".to_owned())]);
    assert_eq!(hold::release(store, now, &hold::Switch::ALL).await.expect("nothing is held"), []);
    assert!(Jobs::run_once(town.app(), JobName::Mail).await.expect("run").is_idle(), "none of it goes out");
    let held = database.raw("select last_reply from delivery where state = 'held'").await.expect("read");
    assert_eq!(held.len(), queued);
    assert!(held.iter().all(|reply| reply.contains("đổi máy chủ thư")), "{held:?}");
    let noted =
        database.raw("select action || ': ' || object from audit where action in ('hold', 'release') order by seq");
    let expected = ["hold: setting mail_hold đổi máy chủ thư", "release: setting mail_hold"];
    assert_eq!(noted.await.expect("read"), expected);
    let skipped = database.raw("select cast(count(*) as text) from audit where action = 'mail.skipped'").await;
    assert_eq!(skipped.expect("read"), [queued.to_string()]);
}

/// One wrong row or page is no reason to have no backup of everything else, and none to let a sound one go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_whole_and_not_sound_is_kept_apart() {
    let database = Arc::new(Database::sqlite().await);
    let town = july(&database).await;
    let home = TempDir::new().expect("a temporary folder");
    let keeper = Keeper::of(&configuration(&town, &database, home.path()));
    let now = town.app().now();
    let sound = backed_up(&keeper, now).await;
    let page = town.instances[0].files.site().join("2022-M07/1/index.html");
    let whole = std::fs::read(&page).expect("a page");
    std::fs::write(&page, [&whole[..], b" "].concat()).expect("spoilt");
    for second in 1..4 {
        let said = format!("{:#}", keeper.back_up(now.plus_seconds(second)).await.expect_err("a page was changed"));
        assert!(said.contains("unsound-") && said.contains("index.html"), "{said}");
    }
    std::fs::write(&page, &whole).expect("mended");
    let spoil =
        "update delivery set recipient = recipient || '.evil' where id = (select min(id) from delivery) returning id";
    database.raw(spoil).await.expect("spoilt");
    let said = format!("{:#}", keeper.back_up(now.plus_seconds(4)).await.expect_err("a row was changed"));
    assert!(said.contains("delivery"), "{said}");
    let names = names(home.path());
    assert_eq!(names.len(), 2, "the sound one and the last that is not: {names:?}");
    assert!(sound.path.exists() && names[1].starts_with("unsound-"), "{names:?}");
    let kept = home.path().join(&names[1]);
    Manifest::read(&kept).expect("a manifest").check_files(&kept).expect("whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_spoils_none_after_it() {
    let database = Arc::new(Database::sqlite().await);
    let town = july(&database).await;
    let home = TempDir::new().expect("a temporary folder");
    let config = configuration(&town, &database, home.path());
    let keeper = Keeper::of(&Config { backup: Backup { keep: 1, ..config.backup.clone() }, ..config });
    let now = town.app().now();
    // A clock that was ahead once has named it.
    let ahead = backed_up(&keeper, now.plus_seconds(400 * 86_400)).await;
    let object = ahead.manifest.objects.first().expect("an object");
    for path in [format!("objects/{}/{object}", &object[..2]), "pages/2022-M07/1/index.html".to_owned()] {
        std::fs::write(ahead.path.join(path), "damaged").expect("written");
    }
    let made = backed_up(&keeper, now).await;
    assert!(made.path.exists() && !ahead.path.exists(), "the one that was made just now stays");
}
