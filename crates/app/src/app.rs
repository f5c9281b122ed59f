//! The application: ports, settings and what is cached of the regime in force.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use baocao_domain::edition::Edition;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::regime::Regime;
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::UnitVersion;
use jiff::civil::Date;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::calls::Strangers;
use crate::canonical::from_json;
use crate::error::AppError;
use crate::faults::Watcher;
use crate::pages::Pages;
use crate::ports::{Backups, Clock, EditionRow, Failure, Files, Ids, Mailer, Renderers, Store, Tx};

/// What the use cases ask of the outside world.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time of business.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub ids: Arc<dyn Ids>,
    /// Objects and the public tree.
    pub files: Arc<dyn Files>,
    /// Whoever hands messages over.
    pub mailer: Arc<dyn Mailer>,
    /// Documents, pages and messages.
    pub renderers: Renderers,
    /// Whoever wants to know how far the process has come; nobody, in a release build.
    pub watcher: Arc<dyn Watcher>,
    /// Who this process is among those that share the database: leases bear this name.
    pub instance: String,
    /// Whoever makes backups; none where nobody asked for any (a play, a test).
    pub backups: Option<Arc<dyn Backups>>,
}

/// What an operator chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address that mail comes from.
    pub mail_from: String,
    /// The name that mail comes from.
    pub mail_from_name: String,
    /// Recorded failures of one step of a close before it is held for an operator.
    pub close_failures_max: u32,
    /// Tries of one step that may end without a word (a killed process) before the run is held.
    pub close_tries_max: u32,
    /// Mails handed over in one run of the job.
    pub mail_batch_max: u32,
    /// How long a lease lasts unless it is renewed, in seconds.
    pub lease_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mail_from: "baocao@localhost".into(),
            mail_from_name: "Hệ thống báo cáo".into(),
            close_failures_max: 3,
            close_tries_max: 5,
            mail_batch_max: 500,
            lease_s: 30,
        }
    }
}

/// The application.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    wake: Notify,
    tasks: TaskTracker,
    in_force: Mutex<Option<Arc<InForce>>>,
    /// Which state of the site's root this instance wrote last; empty after a start.
    pub(crate) root_state: Mutex<String>,
    /// What is known of the pages of editions since the start.
    pub(crate) pages: Mutex<Pages>,
    /// Calls without a good key that are not written down yet.
    pub(crate) strangers: Strangers,
    /// Held while close runs are worked on: the job and an officer's call do not work on one run.
    pub(crate) closing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A regime with the units' history, read once per regime.
#[derive(Debug)]
pub(crate) struct InForce {
    /// The id under which it is stored.
    pub id: i64,
    /// The regime.
    pub regime: Regime,
    /// All versions of all units.
    pub versions: Vec<UnitVersion>,
}

impl InForce {
    /// The hierarchy as on this day.
    ///
    /// # Errors
    /// [`AppError::Corrupt`] when the stored units are not one tree.
    pub(crate) fn tree(&self, day: Date) -> Result<Hierarchy, AppError> {
        Hierarchy::at(&self.versions, day)
            .map_err(|error| AppError::Corrupt(format!("the units of {day} are not a tree: {error}")))
    }
}

impl App {
    /// The application over these ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            ports,
            settings,
            wake: Notify::new(),
            tasks: TaskTracker::new(),
            in_force: Mutex::new(None),
            root_state: Mutex::default(),
            pages: Mutex::default(),
            strangers: Strangers::default(),
            closing: tokio::sync::Mutex::new(()),
        })
    }

    /// Now, by the clock of business.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.ports.clock.now()
    }

    /// Runs a use case to its end, whatever becomes of the caller.
    ///
    /// A caller's future may be dropped at any await (a cut line, a deadline); a transaction dropped while it begins or
    /// commits is a trap in the database driver. So no use case lives in the caller's future.
    ///
    /// # Errors
    /// Those of the use case; [`AppError::Corrupt`] if it panicked.
    pub async fn run<T, F, Fut>(self: &Arc<Self>, use_case: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce(Arc<Self>) -> Fut,
        Fut: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        if self.tasks.is_closed() {
            return Err(AppError::because(Reason::ShuttingDown));
        }
        let task = self.tasks.spawn(use_case(Arc::clone(self)));
        task.await.map_err(|error| AppError::Corrupt(format!("a use case panicked: {error}")))?
    }

    /// Refuses new use cases and waits for those that run.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Lets a task of the application run beside its use cases; it must end by itself once its owner is gone.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Tells the jobs that there may be something to do.
    pub fn wake_jobs(&self) {
        self.wake.notify_one();
    }

    /// Waits until there may be something to do.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`AppError::Store`] if it does not.
    pub async fn ping(&self) -> Result<(), AppError> {
        Ok(self.ports.store.ping().await?)
    }

    /// The regime in force with the units' history.
    pub(crate) async fn in_force(&self, tx: &mut dyn Tx) -> Result<Arc<InForce>, AppError> {
        let id = tx.regime_id().await?.ok_or_else(|| AppError::Corrupt("no regime is applied".into()))?;
        self.regime_with_id(tx, id).await
    }

    /// The regime with this id with the units' history.
    pub(crate) async fn regime_with_id(&self, tx: &mut dyn Tx, id: i64) -> Result<Arc<InForce>, AppError> {
        let cached = self.in_force.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cached) = cached.filter(|cached| cached.id == id) {
            return Ok(cached);
        }
        let row = tx.regime_by_id(id).await?.ok_or_else(|| AppError::Corrupt(format!("regime {id} is not stored")))?;
        let regime = from_json("the regime", &row.document)?;
        let versions = tx.unit_versions().await?;
        let fresh = Arc::new(InForce { id, regime, versions });
        *self.in_force.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The hierarchy as on this day.
    ///
    /// # Errors
    /// [`AppError::Corrupt`] before a regime is applied.
    pub async fn hierarchy(&self, day: Date) -> Result<Hierarchy, AppError> {
        let mut tx = self.ports.store.read().await?;
        self.in_force(tx.as_mut()).await?.tree(day)
    }

    /// Runs blocking work (rendering, files) aside.
    pub(crate) async fn aside<T, F>(&self, doing: impl Into<String>, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Failure> + Send + 'static,
    {
        let doing = doing.into();
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result.map_err(AppError::failed(doing)),
            Err(panic) => Err(AppError::Failed { doing, source: Box::new(panic) }),
        }
    }
}

/// The edition in a stored row.
pub(crate) fn read_edition(row: &EditionRow) -> Result<Edition, AppError> {
    from_json("an edition", &row.document)
}

/// A refusal unless the condition holds.
pub(crate) fn require(condition: bool, reason: Reason) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(Refusal::because(reason)) }
}
