//! The drill: an installation is lost, and comes back from its backup in a new place, held until somebody releases it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use baocao::setup::{KEYS_FILE, OPERATOR, read_keys};
use baocao_domain::submission::Receipt;
use baocao_jobs::{JobName, Jobs};
use baocao_rpc::client::{connect, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use baocao_store::OpenError;
use baocao_store::copies;
use tempfile::TempDir;

use crate::database::{Database, Engine};
use crate::processes::{Process, ask, program};
use crate::town::{Town, UNITS, key};
use baocao_tests::tree;

/// How long the service is watched doing nothing; its jobs look every second.
const WATCHED: Duration = Duration::from_secs(4);

/// Runs a subcommand to its end; answers with what it said.
fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program()).args(arguments).output().expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn done(arguments: &[&str]) -> String {
    let (is_done, said) = run(arguments);
    assert!(is_done, "{arguments:?}: {said}");
    said
}

fn mails(data: &Path) -> usize {
    tree(&data.join("mail")).keys().filter(|path| path.extension().is_some_and(|end| end == "eml")).count()
}

/// How long one waits for what the service does by itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// The address of the gRPC door as the service logged it.
fn door(log: &Path) -> SocketAddr {
    let text = std::fs::read_to_string(log).expect("a log");
    let from = text.split_once("grpc=").expect("the log names the door").1;
    from.split_whitespace().next().expect("an address").parse().expect("an address")
}

/// A place with its configuration.
struct Place {
    data: PathBuf,
    config: String,
    database: String,
}

impl Place {
    fn new(home: &Path, name: &str, data: &Path, database: &str) -> Self {
        let config = home.join(format!("{name}.toml"));
        let text = format!("data = {data:?}\ndatabase = {database:?}\n[backup]\nfolder = {:?}\n", home.join("backups"));
        std::fs::write(&config, text).expect("written");
        let database = match database {
            "" => format!("sqlite:{}", data.join("baocao.db").display()),
            url => url.to_owned(),
        };
        Self { data: data.to_path_buf(), config: config.to_string_lossy().into_owned(), database }
    }

    async fn ask(&self, sql: &str) -> Vec<String> {
        ask(&self.database, sql).await
    }

    /// Waits until a question is answered with nothing, or with something.
    async fn until(&self, sql: &str, is_answered: bool) {
        let give_up = Instant::now() + PATIENCE;
        while self.ask(sql).await.is_empty() == is_answered {
            assert!(Instant::now() < give_up, "not in time: {sql}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the public tree is this one, but for the heads of the audit chain: they may have grown.
    async fn until_shown(&self, site: &BTreeMap<PathBuf, Vec<u8>>) {
        let heads = Path::new("audit/heads.csv");
        let is_shown = |shown: &BTreeMap<PathBuf, Vec<u8>>| {
            let known = site.get(heads).map_or(&[][..], Vec::as_slice);
            let has_heads = shown.get(heads).is_some_and(|shown| shown.starts_with(known));
            let rest = |tree: &BTreeMap<PathBuf, Vec<u8>>| {
                tree.iter()
                    .filter(|(path, _)| *path != heads)
                    .map(|(path, bytes)| (path.clone(), bytes.clone()))
                    .collect::<Vec<_>>()
            };
            has_heads && rest(shown) == rest(site)
        };
        let give_up = Instant::now() + PATIENCE;
        while !is_shown(&tree(&self.data.join("site"))) {
            assert!(Instant::now() < give_up, "the site is not what it was");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What units and readers hold of the installation that will be lost.
struct Known {
    receipts: Vec<Receipt>,
    site: BTreeMap<PathBuf, Vec<u8>>,
    objects: BTreeMap<PathBuf, Vec<u8>>,
    queued: usize,
    operator_key: String,
}

/// July is closed, published and its mail queued; August is filed, past its lock and not closed yet.
async fn fill(town: &Town, at: &Place) -> Known {
    let mut receipts = Vec::new();
    for period in ["2022-M07", "2022-M08"] {
        town.go_to_opening(period);
        for (unit, _) in UNITS {
            let (online, direct) = if unit == "90.STP" { (1, 99) } else { (10, 10) };
            receipts.push(town.file(unit, period, online, direct).await.expect("accepted").receipt);
        }
        town.go_to_lock(period);
        if period == "2022-M07" {
            assert_eq!(town.close().await, ["2022-M07/1"]);
            town.clock.move_to(town.loaded.regime.calendar.schedule(key(period)).publishes);
            assert!(!Jobs::run_once(town.app(), JobName::Publish).await.expect("run").is_idle());
        }
    }
    town.app().keep_simulated_clock(town.app().now()).await.expect("kept");
    let queued = at.ask("select id from delivery where state = 'queued'").await.len();
    assert!(queued > 0, "July has notices");
    Known {
        receipts,
        site: tree(&town.instances[0].data().join("site")),
        objects: tree(&town.instances[0].data().join("objects")),
        queued,
        operator_key: read_keys(&town.instances[0].data().join(KEYS_FILE))
            .expect("keys")
            .into_iter()
            .find_map(|(client, key)| (client == OPERATOR).then_some(key))
            .expect("the officer's key"),
    }
}

/// What happens between the backup and the loss: it is what a restore cannot bring back.
async fn go_on(town: &Town, known: &Known) -> Receipt {
    let report = Jobs::run_once(town.app(), JobName::Mail).await.expect("run");
    assert_eq!(report.done, known.queued, "July's notices go out");
    town.go_to_opening("2022-M09");
    town.file("90101", "2022-M09", 7, 7).await.expect("accepted").receipt
}

/// On PostgreSQL the operator knows from the relay's log that the queued mail went out, and has none of it sent again.
async fn lost_and_restored(database: Arc<Database>) {
    let skips = database.engine == Engine::Postgres;
    let home = TempDir::new().expect("a temporary folder");
    let town = Town::on(&database.store).await;
    let old = Place::new(home.path(), "old", town.instances[0].data(), &database.url);
    let known = fill(&town, &old).await;

    let said = done(&["backup", "--config", &old.config]);
    assert!(said.contains("and proved"), "{said}");
    let backup =
        std::fs::read_dir(home.path().join("backups")).expect("a folder").map(|entry| entry.expect("entry").path());
    let backup: Vec<PathBuf> = backup.filter(|path| path.is_dir()).collect();
    let [backup] = backup.as_slice() else { panic!("one backup: {backup:?}") };
    let backup = backup.to_str().expect("a path");

    let lost = go_on(&town, &known).await;
    drop(town);
    assert!(!old.data.exists(), "the machine is gone");

    let url = match database.engine {
        Engine::Sqlite => String::new(),
        Engine::Postgres => format!("{}_restored", database.url),
    };
    if let Some((_, name)) = url.rsplit_once('/') {
        database.raw(&format!("create database {name} template template0")).await.expect("made");
    }
    let new = Place::new(home.path(), "new", &home.path().join("new"), &url);
    restored_and_held(backup, &new, &known, &lost).await;
    released(&new, &known, skips, home.path()).await;
    if let Some((_, name)) = url.rsplit_once('/') {
        database.raw(&format!("drop database {name} with (force)")).await.expect("dropped");
    }
}

/// Everything from before the backup is there, nothing from after it, and a second restore destroys nothing.
async fn restored_and_held(backup: &str, new: &Place, known: &Known, lost: &Receipt) {
    let said = done(&["restore", backup, "--config", &new.config]);
    assert!(said.contains(&format!("{} mails stand as unsent", known.queued)), "{said}");
    assert!(said.contains("--skip-queued") && said.contains("audit number"), "{said}");
    let (is_done, said) = run(&["restore", backup, "--config", &new.config]);
    assert!(!is_done && said.contains("not empty"), "{said}");

    let kept = new.ask("select content_hash from revision order by id").await;
    let acknowledged: Vec<&str> = known.receipts.iter().map(|receipt| receipt.content_hash.as_str()).collect();
    assert_eq!(kept, acknowledged, "everything acknowledged before the backup, in its order");
    assert!(!kept.contains(&lost.content_hash));
    for receipt in &known.receipts {
        let witnessed = new.ask("select hash from audit order by seq").await;
        let place = usize::try_from(receipt.audit_seq).expect("a place") - 1;
        assert_eq!(witnessed[place], receipt.audit_head, "the receipt's head is in the chain");
    }
    assert_eq!(tree(&new.data.join("objects")), known.objects);
    let reasons = new.ask("select value from setting where name in ('mail_hold', 'close_pause')").await;
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| reason.starts_with("restored from the backup of 20")), "{reasons:?}");
    let noted = new.ask("select object from audit where action = 'hold' order by seq").await;
    assert!(
        noted.len() == 2
            && noted[0].starts_with("setting mail_hold restored")
            && noted[1].starts_with("setting close_pause restored"),
        "{noted:?}"
    );
}

/// A service on it mails nothing and closes nothing, not even by hand; then it is released and goes on.
async fn released(new: &Place, known: &Known, skips: bool, home: &Path) {
    let log = home.join("serve.log");
    let mut serve = Process::start_serving(&["serve", "--config", &new.config], &log);
    new.until_shown(&known.site).await;
    tokio::time::sleep(WATCHED).await;
    assert_eq!(mails(&new.data), 0, "nothing is mailed");
    assert_eq!(new.ask("select period from close_run").await, ["2022-M07"], "nothing is closed");
    let text = std::fs::read_to_string(&log).expect("a log");
    assert_eq!(text.matches("held until baocao release").count(), 2, "{text}");

    let channel = with_key(connect(door(&log)).await.expect("connected"), &known.operator_key).expect("a key");
    let mut periods = PeriodServiceClient::new(channel);
    let request = v1::ClosePeriodRequest { form: "tthc".into(), period: "2022-M08".into(), ..Default::default() };
    let refused = periods.close_period(request.clone()).await.expect_err("closing is paused");
    assert!(refused.message().contains("Closing is paused") || format!("{refused:?}").contains("CLOSING_PAUSED"));

    let mut release = vec!["release", "--mail", "--closing", "--config", &new.config];
    release.extend(skips.then_some("--skip-queued"));
    let said = done(&release);
    assert!(said.contains("Released: mail") && said.contains("Released: closing"), "{said}");
    let closed = "select period from close_run where step = 'DONE' and period = '2022-M08'";
    new.until(closed, true).await;
    let waiting = "select id from delivery where state in ('queued', 'sending', 'unknown')";
    new.until(waiting, false).await;
    let (sent, held) = (
        new.ask("select id from delivery where state = 'sent'").await.len(),
        new.ask("select id from delivery where state = 'held'").await.len(),
    );
    assert_eq!(held, if skips { known.queued } else { 0 });
    assert_eq!(mails(&new.data), sent);
    assert!(
        new.ask("select id from delivery where period = '2022-M08' and state = 'sent'").await.len()
            == sent - if skips { 0 } else { known.queued }
    );
    periods.close_period(request).await.expect("closing goes on");
    assert!(serve.terminate().success(), "a clean stop");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_installation_comes_back_from_its_backup_on_sqlite() {
    Database::sqlite().await.tell(lost_and_restored).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_installation_comes_back_from_its_backup_on_postgres() {
    Database::postgres().await.tell(lost_and_restored).await;
}

/// On PostgreSQL another instance could find the database that is being read back: it opens for nobody before it is held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_runs_on_a_database_that_was_read_back_and_is_not_held() {
    let tell = |database: Arc<Database>| async move {
        let home = TempDir::new().expect("a temporary folder");
        Town::on(&database.store).await;
        let dump = home.path().join("dump");
        copies::write(&database.url, &dump).await.expect("copied");
        let url = format!("{}_half", database.url);
        let (_, name) = url.rsplit_once('/').expect("a name");
        database.raw(&format!("create database {name} template template0")).await.expect("made");

        let garbled = home.path().join("garbled");
        std::fs::write(&garbled, "no dump").expect("written");
        assert!(copies::restore(&url, &garbled).await.is_err());
        assert!(copies::is_empty(&url).await.expect("looked"), "what failed left something");

        copies::restore(&url, &dump).await.expect("read back");
        let refused = baocao_store::open(&url).await.err().expect("not held yet");
        assert!(matches!(refused, OpenError::HalfRestored), "{refused}");
        let place = Place::new(home.path(), "half", &home.path().join("half"), &url);
        let (is_done, said) = run(&["serve", "--config", &place.config]);
        assert!(!is_done && said.contains("did not end"), "{said}");
        copies::open_restored(&url).await.expect("for who holds it");
        copies::let_go(&url).await.expect("held");
        baocao_store::open(&url).await.expect("open for everybody");
        database.raw(&format!("drop database {name} with (force)")).await.expect("dropped");
    };
    Database::postgres().await.tell(tell).await;
}

#[test]
fn nothing_runs_on_a_folder_into_which_half_a_backup_was_read_back() {
    let home = TempDir::new().expect("a temporary folder");
    std::fs::write(home.path().join(baocao::files::RESTORING), "").expect("written");
    let data = home.path().to_str().expect("a path");
    let (is_done, said) = run(&["serve", "--data", data]);
    assert!(!is_done && said.contains("did not end"), "{said}");
    assert!(!home.path().join("baocao.db").exists(), "nothing was set up");
}
