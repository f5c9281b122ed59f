//! A small world for stories: the real service on a database of its own, on a clock that stands still until it is moved.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use baocao::clock::PlayClock;
use baocao::demo::allot::{Allotment, MONTHS, allot};
use baocao::demo::scene::begins;
use baocao::files::DataFolder;
use baocao::setup::{KEYS_FILE, OPERATOR, first_start, read_keys};
use baocao::wire::{Wired, wire};
use baocao::{regimes, service::Service};
use baocao_app::actor::Actor;
use baocao_app::error::AppError;
use baocao_app::ports::Store;
use baocao_app::regime::LoadedRegime;
use baocao_app::submit::{Submit, Submitted};
use baocao_app::{App, Settings};
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_jobs::Pace;
use baocao_mail::{MailSettings, Transport};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A service with its regime applied, before anything was filed.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) clock: PlayClock,
    folder: TempDir,
    pub(crate) files: Arc<DataFolder>,
    pub(crate) loaded: LoadedRegime,
    pub(crate) allotment: Allotment,
    pub(crate) keys: BTreeMap<String, String>,
}

impl World {
    /// On this database, on 15/6/2022, set up.
    pub(crate) async fn on(store: Arc<dyn Store>) -> Self {
        Self::of("lang-son-2022", store).await
    }

    /// On this database, on the first day of a regime, set up.
    pub(crate) async fn of(regime: &str, store: Arc<dyn Store>) -> Self {
        let mut world = Self::bare_of(regime, store).await;
        let begins = world.app.now();
        assert!(first_start(&world.app, world.data(), &world.loaded, begins).await.expect("first start"));
        world.keys = read_keys(&world.data().join(KEYS_FILE)).expect("keys").into_iter().collect();
        world
    }

    /// On this database, on 15/6/2022, before the first start.
    pub(crate) async fn bare(store: Arc<dyn Store>) -> Self {
        Self::bare_of("lang-son-2022", store).await
    }

    async fn bare_of(regime: &str, store: Arc<dyn Store>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let loaded = regimes::shipped(regime).expect("the regime");
        let clock = PlayClock::at(begins(&loaded.regime));
        let mailer = Transport::open(MailSettings::Folder { dir: folder.path().join("mail") }).expect("mail");
        let data = DataFolder::own(folder.path()).expect("a data folder");
        let Wired { app, folder: files } =
            wire(data, store, Arc::new(clock.clone()), Arc::new(mailer), Settings::default());
        let allotment = allot(&loaded.regime, &loaded.units);
        Self { app, clock, folder, files, loaded, allotment, keys: BTreeMap::new() }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Opens the gRPC door; the jobs do not run unless they are told to.
    pub(crate) async fn serve(&self) -> (Service, SocketAddr) {
        let loopback = || TcpListener::bind(("127.0.0.1", 0));
        let (grpc, http) = (loopback().await.expect("a port"), loopback().await.expect("a port"));
        let address = grpc.local_addr().expect("an address");
        let site = self.files.site();
        let service = Service::start(Arc::clone(&self.app), grpc, None, http, &site, Pace::Wall).await.expect("served");
        (service, address)
    }

    /// The caller with a client's key.
    pub(crate) async fn actor(&self, client: &str) -> Actor {
        self.app.authenticate(&self.keys[client]).await.expect("a good key")
    }

    /// The officer.
    pub(crate) async fn operator(&self) -> Actor {
        self.actor(OPERATOR).await
    }

    /// A request to file figures.
    pub(crate) fn request(&self, unit: &str, period: &str, figures: RawFigures) -> Submit {
        Submit {
            request_id: self.new_uuid(),
            unit: unit.to_owned(),
            form: "tthc".to_owned(),
            period: period.to_owned(),
            figures,
            ..Submit::default()
        }
    }

    /// A new request id.
    #[expect(clippy::disallowed_methods, reason = "a client makes its own request ids")]
    pub(crate) fn new_uuid(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// What the play has a unit file in a month.
    pub(crate) fn figures(&self, unit: &str, month: usize) -> RawFigures {
        let unit = UnitCode::parse(unit).expect("a code");
        self.allotment.figures(&unit, month).expect("figures").clone()
    }

    /// A unit files what the play has it file.
    pub(crate) async fn file(&self, unit: &str, month: usize) -> Result<Submitted, AppError> {
        let request = self.request(unit, MONTHS[month], self.figures(unit, month));
        self.app.submit(&self.actor(unit).await, &request).await
    }

    /// Every unit files, but for those named.
    pub(crate) async fn file_all_but(&self, absent: &[&str], month: usize) {
        let units: Vec<String> = self.allotment.filings().map(|(unit, _)| unit.to_string()).collect();
        for unit in units.iter().filter(|unit| !absent.contains(&unit.as_str())) {
            self.file(unit, month).await.expect("accepted");
        }
    }

    /// To the morning of the due day of a month.
    pub(crate) fn go_to_due_day(&self, period: &str) {
        let schedule = self.loaded.regime.calendar.schedule(PeriodKey::parse(period).expect("a period"));
        self.clock.move_to(Instant::at(schedule.due.local_date(), jiff::civil::time(8, 0, 0, 0)));
    }

    /// To the lock of a period.
    pub(crate) fn go_to_lock(&self, period: &str) {
        self.clock.move_to(self.loaded.regime.calendar.schedule(PeriodKey::parse(period).expect("a period")).locks);
    }
}
