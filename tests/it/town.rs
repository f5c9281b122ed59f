//! A province as small as one can be, for stories about closing: the real application on one database, as one instance or as
//! several with a folder each, on a clock that stands still until it is moved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use baocao::clock::PlayClock;
use baocao::demo::scene::begins;
use baocao::files::DataFolder;
use baocao::regimes;
use baocao::setup::{KEYS_FILE, OPERATOR, first_start, read_keys};
use baocao::wire::{Wired, wire};
use baocao_app::actor::{Actor, Role};
use baocao_app::error::AppError;
use baocao_app::extension::GrantExtension;
use baocao_app::ports::{Clock, CloseRunRow, Mailer, Store};
use baocao_app::regime::LoadedRegime;
use baocao_app::setup::NewKey;
use baocao_app::submit::{Submit, Submitted};
use baocao_app::{App, Settings};
use baocao_domain::edition::{Edition, EditionId};
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::{FormCode, UnitCode};
use baocao_domain::period::PeriodKey;
use baocao_mail::{MailSettings, Transport};
use tempfile::TempDir;

/// The units that owe reports, with a procedure that each may handle.
pub(crate) const UNITS: [(&str, &str); 6] = [
    ("90.STTTT", "9.000001"),
    ("90.STP", "9.000002"),
    ("901", "9.000004"),
    ("90101", "9.000006"),
    ("90102", "9.000006"),
    ("90103", "9.000007"),
];

/// The name of the second officer.
pub(crate) const SECOND: &str = "chanh-van-phong";

/// One process: the application over a folder of its own.
pub(crate) struct Instance {
    pub(crate) app: Arc<App>,
    pub(crate) files: Arc<DataFolder>,
    folder: TempDir,
}

impl Instance {
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The process ends, and another begins on its folder.
    pub(crate) fn again(self, store: &Arc<dyn Store>, clock: &PlayClock) -> Self {
        let Self { app, files, folder } = self;
        drop((app, files));
        let mailer = Transport::open(MailSettings::Folder { dir: folder.path().join("mail") }).expect("mail");
        in_folder(folder, store, Arc::new(clock.clone()), Arc::new(mailer), Settings::default())
    }
}

/// An Bình, set up on 15/6/2022.
pub(crate) struct Town {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: PlayClock,
    pub(crate) instances: Vec<Instance>,
    pub(crate) loaded: LoadedRegime,
    keys: BTreeMap<String, String>,
}

impl Town {
    /// On this database, as one instance.
    pub(crate) async fn on(store: &Arc<dyn Store>) -> Self {
        Self::with(store, 1, Settings::default()).await
    }

    /// On this database, as so many instances with these settings.
    pub(crate) async fn with(store: &Arc<dyn Store>, instances: usize, settings: Settings) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/an-binh-2022");
        let loaded = regimes::named(folder.to_str().expect("a path")).expect("the regime");
        let clock = PlayClock::at(begins(&loaded.regime));
        let instances: Vec<Instance> = (0..instances).map(|_| instance(store, &clock, settings.clone())).collect();
        let first = &instances[0];
        first_start(&first.app, first.data(), &loaded, begins(&loaded.regime)).await.expect("first start");
        let mut keys: BTreeMap<String, String> =
            read_keys(&first.data().join(KEYS_FILE)).expect("keys").into_iter().collect();
        let province = UnitCode::parse("90").expect("a code");
        let second = NewKey { client: SECOND.into(), role: Role::Operator, scope: province, days: 400 };
        let mut text = String::new();
        let kept = |texts: &[String]| {
            text.clone_from(&texts[0]);
            Ok(())
        };
        first.app.create_keys(&[second], kept).await.expect("a key");
        keys.insert(SECOND.into(), text);
        Self { store: Arc::clone(store), clock, instances, loaded, keys }
    }

    /// The first instance's application.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.instances[0].app
    }

    /// The caller with a client's key.
    pub(crate) async fn actor(&self, client: &str) -> Actor {
        self.app().authenticate(&self.keys[client]).await.expect("a good key")
    }

    /// The officer.
    pub(crate) async fn operator(&self) -> Actor {
        self.actor(OPERATOR).await
    }

    /// A report with so many dossiers online and directly, all of them resolved.
    pub(crate) fn request(&self, unit: &str, period: &str, online: i64, direct: i64) -> Submit {
        let (_, procedure) = UNITS.iter().find(|(code, _)| *code == unit).expect("a unit");
        let columns =
            ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];
        Submit {
            request_id: new_uuid(),
            unit: unit.into(),
            form: "tthc".into(),
            period: period.into(),
            figures: RawFigures {
                columns: columns.map(String::from).to_vec(),
                rows: vec![((*procedure).into(), vec![online, direct, 0, 0, online + direct, 0, 0, 0])],
                ..RawFigures::default()
            },
            ..Submit::default()
        }
    }

    /// A unit files for the first time in a period.
    pub(crate) async fn file(&self, unit: &str, period: &str, online: i64, direct: i64) -> Result<Submitted, AppError> {
        let request = self.request(unit, period, online, direct);
        self.app().submit(&self.actor(unit).await, &request).await
    }

    /// A unit corrects what it filed.
    pub(crate) async fn correct(
        &self,
        unit: &str,
        period: &str,
        revision: u32,
        online: i64,
    ) -> Result<Submitted, AppError> {
        let request = Submit {
            expected_revision: Some(revision),
            reason: "nhập nhầm số liệu".into(),
            ..self.request(unit, period, online, 10)
        };
        self.app().submit(&self.actor(unit).await, &request).await
    }

    /// A unit may file for July for so many hours more; the id of the extension.
    pub(crate) async fn extend(&self, unit: &str, hours: i64) -> i64 {
        let grant = GrantExtension {
            unit: unit.into(),
            form: "tthc".into(),
            period: "2022-M07".into(),
            reason: "mất điện".into(),
            expires_at: Some(self.app().now().plus_seconds(hours * 3_600)),
        };
        self.app().grant_extension(&self.operator().await, &grant).await.expect("granted").id
    }

    /// Every unit but those named files the same before the lock.
    pub(crate) async fn file_all_but(&self, absent: &[&str], period: &str) {
        for (unit, _) in UNITS.iter().filter(|(unit, _)| !absent.contains(unit)) {
            self.file(unit, period, 10, 10).await.expect("accepted");
        }
    }

    /// To the opening of a period.
    pub(crate) fn go_to_opening(&self, period: &str) {
        self.clock.move_to(self.loaded.regime.calendar.schedule(key(period)).opens);
    }

    /// To the lock of a period.
    pub(crate) fn go_to_lock(&self, period: &str) {
        self.clock.move_to(self.loaded.regime.calendar.schedule(key(period)).locks);
    }

    /// So many seconds later.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.move_to(self.app().now().plus_seconds(seconds));
    }

    /// Files and closes the months of a quarter.
    pub(crate) async fn close_quarter(&self, months: [&str; 3]) {
        for month in months {
            self.go_to_opening(month);
            self.file_all_but(&[], month).await;
            self.go_to_lock(month);
            self.close().await;
        }
    }

    /// Closes what is due; the names of the editions.
    pub(crate) async fn close(&self) -> Vec<String> {
        let report = self.app().close_due().await.expect("closed");
        assert_eq!(report.failed, []);
        report.closed.iter().map(ToString::to_string).collect()
    }

    /// All runs, in the order in which they were begun.
    pub(crate) async fn runs(&self) -> Vec<CloseRunRow> {
        self.store.read().await.expect("read").close_runs(&form()).await.expect("runs")
    }

    /// A frozen edition.
    pub(crate) async fn edition(&self, name: &str) -> Edition {
        let id = EditionId::parse(name).expect("an edition's name");
        let row =
            self.store.read().await.expect("read").edition(&form(), id).await.expect("asked").expect("it is there");
        serde_json::from_str(&row.document).expect("an edition")
    }
}

/// A process on a folder of its own.
pub(crate) fn instance(store: &Arc<dyn Store>, clock: &PlayClock, settings: Settings) -> Instance {
    instance_on(store, Arc::new(clock.clone()), settings)
}

/// A process with a clock of its own.
pub(crate) fn instance_on(store: &Arc<dyn Store>, clock: Arc<dyn Clock>, settings: Settings) -> Instance {
    let folder = TempDir::new().expect("a temporary folder");
    let mailer = Transport::open(MailSettings::Folder { dir: folder.path().join("mail") }).expect("mail");
    in_folder(folder, store, clock, Arc::new(mailer), settings)
}

/// A process with a clock and a relay of its own.
pub(crate) fn instance_with(
    store: &Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
) -> Instance {
    in_folder(TempDir::new().expect("a temporary folder"), store, clock, mailer, settings)
}

fn in_folder(
    folder: TempDir,
    store: &Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
) -> Instance {
    let data = DataFolder::own(folder.path()).expect("a data folder");
    let Wired { app, folder: files } = wire(data, Arc::clone(store), clock, mailer, settings);
    Instance { app, files, folder }
}

/// The form.
pub(crate) fn form() -> FormCode {
    FormCode::parse("tthc").expect("a form")
}

/// A period.
pub(crate) fn key(period: &str) -> PeriodKey {
    PeriodKey::parse(period).expect("a period")
}

#[expect(clippy::disallowed_methods, reason = "a client makes its own request ids")]
fn new_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
