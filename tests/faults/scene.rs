//! An installation to do harm to: set up once, then copied, so that every harm starts from the same bytes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use baocao::setup::{KEYS_FILE, OPERATOR, read_keys};
use baocao_rpc::client::{connect, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use baocao_tests::fixture;
use tempfile::TempDir;

use crate::chance::Chance;
use crate::checker::{self, Evidence, rows};
use crate::clock::FileClock;
use crate::instance::Instance;
use crate::journal::Journal;
use crate::mailbox::Mailbox;
use crate::postgres::{Cluster, url_through};
use crate::waiting::until;
use crate::writers::{Doors, FORM, Writer};

/// The regime of the stories.
pub(crate) const REGIME: &str = "an-binh-2022";

/// Who reports in it, and on what.
pub(crate) const UNITS: [(&str, [&str; 2]); 6] = [
    ("90.STTTT", ["9.000001", "9.000003"]),
    ("90.STP", ["9.000002", "9.000003"]),
    ("901", ["9.000004", "9.000005"]),
    ("90101", ["9.000006", "9.000008"]),
    ("90102", ["9.000006", "9.000007"]),
    ("90103", ["9.000007", "9.000008"]),
];

/// How long a lease lasts in the stories, in seconds.
pub(crate) const LEASE_S: u64 = 2;

/// How far business time is moved when something waits for it, in seconds: mail in doubt waits for 15 minutes.
const NUDGE_S: i64 = 1_200;

/// How long nothing may move before business time is moved.
const STILL: Duration = Duration::from_secs(3);

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file in the data folder.
    Sqlite,
    /// A database in a private cluster.
    Postgres,
}

/// An installation that was set up and stopped; scenes are copies of it.
pub(crate) struct Prepared {
    home: TempDir,
    engine: Engine,
    cluster: Option<Arc<Cluster>>,
}

impl Prepared {
    /// An installation of the regime of the stories on the morning of 15/7/2022, when its first month opens.
    pub(crate) async fn on(engine: Engine) -> Self {
        Self::of(engine, &fixture(REGIME)).await
    }

    /// An installation of the regime in this folder.
    pub(crate) async fn of(engine: Engine, regime: &Path) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let cluster = Arc::new(Cluster::start());
                cluster.create("prepared", None).await;
                Some(cluster)
            }
        };
        let prepared = Self { home, engine, cluster };
        let folder = prepared.home.path().join("prepared");
        std::fs::create_dir(&folder).expect("a folder");
        let clock = FileClock::at(prepared.home.path(), "2022-07-15T10:00+07");
        let database = prepared.cluster.as_ref().map(|cluster| cluster.url("prepared"));
        configure(&folder, database.as_deref().unwrap_or_default(), regime, 9);
        let mut instance = Instance::on(folder, clock);
        instance.start(None).await;
        until("the installation is set up", Duration::from_secs(30), || async {
            instance.folder().join(KEYS_FILE).exists().then_some(())
        })
        .await;
        assert!(instance.terminate().await.success(), "a clean stop");
        prepared
    }

    /// The private server, on PostgreSQL.
    pub(crate) fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("PostgreSQL")
    }

    /// A copy, with a name that no other copy has.
    pub(crate) async fn scene(&self, name: &str) -> Scene {
        let home = self.home.path().join(name);
        std::fs::create_dir(&home).expect("a name of its own");
        let mailbox = Mailbox::start(home.join("mail")).await;
        let clock = FileClock::at(&home, "2022-07-15T10:00+07");
        std::fs::create_dir(home.join("journals")).expect("a folder");
        let database = format!("scene_{}", name.replace(['.', '-', ':'], "_"));
        if let Some(cluster) = &self.cluster {
            cluster.create(&database, Some("prepared")).await;
        }
        let prepared = self.home.path().join("prepared");
        let keys = read_keys(&prepared.join(KEYS_FILE)).expect("keys").into_iter().collect();
        let regime = regime_of(&prepared);
        Scene {
            home,
            engine: self.engine,
            cluster: self.cluster.clone(),
            database,
            prepared,
            regime,
            mailbox,
            clock,
            keys,
        }
    }
}

/// A copy of an installation, with its clock, its mail and its journals.
pub(crate) struct Scene {
    home: PathBuf,
    engine: Engine,
    cluster: Option<Arc<Cluster>>,
    database: String,
    prepared: PathBuf,
    regime: PathBuf,
    /// The relay.
    pub(crate) mailbox: Mailbox,
    /// Business time of all its instances.
    pub(crate) clock: FileClock,
    keys: BTreeMap<String, String>,
}

impl Scene {
    /// An instance on a copy of the data folder; several may share the database on PostgreSQL.
    pub(crate) fn instance(&self, name: &str) -> Instance {
        Instance::on(self.folder(name, None), self.clock.clone())
    }

    /// An instance that reaches PostgreSQL through a line of ours.
    pub(crate) fn instance_through(&self, name: &str, line: SocketAddr) -> Instance {
        Instance::on(self.folder(name, Some(line.port())), self.clock.clone())
    }

    /// A copy of the data folder, configured.
    pub(crate) fn folder(&self, name: &str, port: Option<u16>) -> PathBuf {
        let folder = self.home.join(name);
        copy_tree(&self.prepared, &folder);
        // A copied name would let every copy take the leases of all others over at once.
        std::fs::remove_file(folder.join("instance")).expect("an instance has a name");
        let port = port.or_else(|| self.cluster.as_ref().map(|cluster| cluster.port()));
        let url = port.map(|port| url_through(port, &self.database)).unwrap_or_default();
        configure(&folder, &url, &self.regime, self.mailbox.port());
        folder
    }

    /// The system of a unit that reports on these procedures.
    pub(crate) fn writer(&self, unit: &str, procedures: &[&str], doors: Doors, chance: Chance) -> Writer {
        let journal = Journal::open(&self.home.join("journals").join(format!("{unit}.jsonl")));
        Writer::of(unit, &self.keys[unit], procedures, doors, journal, chance)
    }

    /// The systems of all units of the regime of the stories.
    pub(crate) fn writers(&self, doors: &Doors, chance: &mut Chance) -> Vec<Writer> {
        let writer =
            |(unit, procedures): (&str, [&str; 2])| self.writer(unit, &procedures, doors.clone(), chance.branch());
        UNITS.into_iter().map(writer).collect()
    }

    /// Where the database is, for who looks past the program.
    pub(crate) fn database_url(&self) -> String {
        match &self.cluster {
            Some(cluster) => cluster.url(&self.database),
            None => format!("sqlite:{}", self.home.join("a/baocao.db").display()),
        }
    }

    /// The first column of a query on the database.
    pub(crate) async fn query(&self, sql: &str) -> Vec<String> {
        let found = rows(&self.database_url(), sql).await.expect("the database answers");
        found.into_iter().map(|row| row[0].clone()).collect()
    }

    /// Waits until nothing is left to be done at this business time: what is due is closed, published and mailed. It is
    /// attended meanwhile. Answers how often business time was moved.
    pub(crate) async fn settle(&self, doors: &Doors, patience: Duration) -> usize {
        let mut attendant = self.attendant(doors);
        let begun = Instant::now();
        loop {
            attendant.look().await;
            if attendant.left.is_empty() {
                return attendant.nudges;
            }
            assert!(begun.elapsed() < patience, "not done after {patience:?}: {:?}", attendant.left);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Somebody who attends to it while a story waits.
    pub(crate) fn attendant<'a>(&'a self, doors: &'a Doors) -> Attendant<'a> {
        Attendant { scene: self, doors, left: Vec::new(), moved_at: Instant::now(), nudges: 0 }
    }

    /// What is not done yet, one line each.
    async fn left_to_do(&self) -> Vec<String> {
        let now = self.clock.micros();
        let unsealed = format!("select 'unsealed ' || period from period where locks <= {now} and sealed_edition = 0");
        let unreleased = format!(
            "select 'unreleased ' || e.period from edition e join period p on p.form = e.form and p.period = e.period \
             where e.released_at is null and p.publishes <= {now}"
        );
        let mut left = Vec::new();
        for sql in [
            unsealed.as_str(),
            "select 'unfinished ' || period || ' ' || step || ' ' || last_error from close_run where step <> 'DONE'",
            "select 'asked ' || period from close_request where run_id is null",
            unreleased.as_str(),
            "select 'mail ' || id || ' ' || state || ' ' || cast(doubts as text) from delivery \
             where state in ('queued', 'sending', 'unknown')",
        ] {
            // While the database is away, everything is left, the seal too.
            match rows(&self.database_url(), sql).await {
                Ok(found) => left.extend(found.into_iter().map(|row| row[0].clone())),
                Err(error) => left.push(format!("unsealed, or who knows: {error}")),
            }
        }
        left
    }

    /// Whether some run waits for its next try.
    async fn a_run_waits(&self) -> bool {
        let now = self.clock.micros();
        let waiting = format!("select period from close_run where step <> 'DONE' and next_try_at > {now}");
        rows(&self.database_url(), &waiting).await.is_ok_and(|found| !found.is_empty())
    }

    /// Closes by hand what is held, as an operator would.
    async fn release_held(&self, doors: &Doors) {
        let held = "select period from close_run where cast(held as text) in ('1', 'true')";
        let Ok(held) = rows(&self.database_url(), held).await else { return };
        for row in held {
            // A release that fails is made again: it is held still.
            let released = self.close_by_hand(doors, &row[0]).await;
            println!("held, released by hand: {} ({})", row[0], released.err().unwrap_or_default());
        }
    }

    /// The operator closes a period.
    pub(crate) async fn close_by_hand(&self, doors: &Doors, period: &str) -> Result<(), String> {
        let door = doors.iter().find_map(|door| *door.borrow()).ok_or("nobody serves")?;
        let channel = connect(door).await.map_err(|error| error.to_string())?;
        let keyed = with_key(channel, &self.keys[OPERATOR]).expect("a key");
        let request = v1::ClosePeriodRequest {
            form: FORM.into(),
            period: period.to_owned(),
            ..v1::ClosePeriodRequest::default()
        };
        let closed = PeriodServiceClient::new(keyed).close_period(request).await;
        closed.map(drop).map_err(|status| status.to_string())
    }

    /// The checker's verdict on everything; panics with what it found.
    pub(crate) async fn check(&self, instances: &[&Instance]) -> checker::Counts {
        let evidence = Evidence {
            database_url: self.database_url(),
            journals: self.home.join("journals"),
            folders: instances.iter().map(|instance| instance.folder().to_path_buf()).collect(),
            mailbox: self.mailbox.folder().to_path_buf(),
        };
        checker::check(&evidence).await
    }

    /// Takes the files of a story that ended well away: those of hundreds would fill the disk.
    pub(crate) fn clear(self) {
        std::fs::remove_dir_all(&self.home).expect("removed");
    }

    /// Everything of it but the database on PostgreSQL.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// How much the clients have noted so far.
    pub(crate) fn journals_size(&self) -> u64 {
        let journals = std::fs::read_dir(self.home.join("journals")).expect("journals");
        journals.map(|journal| journal.and_then(|journal| journal.metadata()).expect("a journal").len()).sum()
    }

    /// Which database it is on.
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }
}

/// Attends to a scene: where nothing moves any more, what waits for time gets it, and what is held is released.
pub(crate) struct Attendant<'a> {
    scene: &'a Scene,
    doors: &'a Doors,
    left: Vec<String>,
    moved_at: Instant,
    nudges: usize,
}

impl Attendant<'_> {
    /// Looks at what is left to be done, and does something about it where that has been the same for too long.
    pub(crate) async fn look(&mut self) {
        let left = self.scene.left_to_do().await;
        if left != self.left {
            (self.left, self.moved_at) = (left, Instant::now());
        } else if !left.is_empty() && self.moved_at.elapsed() > STILL {
            self.scene.release_held(self.doors).await;
            // A seal bears its instant, and waits for nothing but its lease and for the months before it: time is moved before
            // it only where one of these waits for time.
            let is_sealed = !left.iter().any(|line| line.starts_with("unsealed"));
            if is_sealed || self.scene.a_run_waits().await {
                self.scene.clock.advance_s(NUDGE_S);
                self.nudges += 1;
            }
            self.moved_at = Instant::now();
        }
    }
}

fn configure(folder: &Path, database: &str, regime: &Path, mail_port: u16) {
    let regime = regime.display();
    let text = format!(
        "data = \".\"\ndatabase = \"{database}\"\nregime = \"{regime}\"\nlive_from = \"2022-07-01\"\n\
         [grpc]\nlisten = \"127.0.0.1:0\"\n[http]\nlisten = \"127.0.0.1:0\"\n[jobs]\nlease_s = {LEASE_S}\n\
         [mail]\ntransport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {mail_port}\ntls = \"none\"\nfrom = \"bc@anbinh.example\"\n"
    );
    std::fs::write(folder.join("baocao.toml"), text).expect("written");
}

/// The regime that a folder is configured for.
fn regime_of(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(folder.join("baocao.toml")).expect("configured");
    let regime = text.lines().find_map(|line| line.strip_prefix("regime = \"")).expect("a regime");
    PathBuf::from(regime.trim_end_matches('"'))
}

/// Copies a folder with everything in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_tree(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("copied");
        }
    }
}
