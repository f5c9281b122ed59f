//! `baocao serve`: the service without the play.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use baocao_app::hold::Switch;
use baocao_app::ports::{Backups, Letter};
use baocao_app::setup::LIVE_FROM;
use baocao_app::{App, Settings};
use baocao_domain::instant::Instant;
use baocao_jobs::Pace;
use baocao_mail::Transport;
use baocao_rpc::TlsIdentity;
use jiff::civil::Time;
use tokio::net::TcpListener;

use crate::backup::Keeper;
use crate::cli::Place;
use crate::config::Config;
use crate::files::DataFolder;
use crate::service::{self, Service, StopSignal};
use crate::wire::{Wired, wire_with};
use crate::{log, regimes, setup};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
}

/// Runs until SIGTERM or Ctrl-C.
///
/// # Errors
/// When something does not start; the error says what.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    log::to_stderr();
    let stop = StopSignal::listen()?;
    let config = load(&options.place)?;
    config.check_doors()?;
    let folder =
        DataFolder::own(&config.data).with_context(|| format!("cannot open data folder {}", config.data.display()))?;
    let (wired, pace) = open(&config, folder).await?;
    // A machine that boots with a wrong clock would refuse who is in time, and note it under that time.
    wired.app.compare_clocks().await.map_err(|error| anyhow::anyhow!("{}", error.chain()))?;
    let regime = regimes::named(&config.regime)?;
    let live_from = config.live_from.map_or_else(|| wired.app.now(), |day| Instant::at(day, Time::midnight()));
    if setup::first_start(&wired.app, &config.data, &regime, live_from).await? {
        let keys = config.data.join(setup::KEYS_FILE);
        tracing::info!(regime = %config.regime, live_from = %live_from.iso(), keys = %keys.display(), "set up");
    }
    warn_of_ignored(&wired.app, &config, &regime.regime.name).await?;
    warn_of_held(&wired.app).await?;
    let grpc = listen(config.grpc.listen).await?;
    let http = listen(config.http.listen).await?;
    tracing::info!(grpc = %grpc.local_addr()?, http = %http.local_addr()?, data = %config.data.display(), "serving");
    let service = Service::start(Arc::clone(&wired.app), grpc, tls(&config)?, http, &wired.folder.site(), pace).await?;
    tokio::select! {
        () = stop.asked() => {}
        () = service.failed() => {}
    }
    tracing::info!("stopping");
    let has_failed = service.has_failed();
    service.stop().await;
    if has_failed {
        bail!("a door closed by itself: see the log");
    }
    Ok(())
}

/// What is chosen at the first start stays; a configuration that says otherwise now is told so.
async fn warn_of_ignored(app: &App, config: &Config, configured: &str) -> anyhow::Result<()> {
    let regime = app.regime().await?.name;
    if regime != configured {
        tracing::warn!(in_force = %regime, configured, "configured regime is not the one in force");
    }
    let stored = app.setting(LIVE_FROM).await?.and_then(|micros| micros.parse().ok()).map(Instant::from_micros);
    let configured = config.live_from.map(|day| Instant::at(day, Time::midnight()));
    if let (Some(stored), Some(configured)) = (stored, configured.filter(|configured| stored != Some(*configured))) {
        tracing::warn!(in_force = %stored.iso(), configured = %configured.iso(), "configured live_from is not in force");
    }
    Ok(())
}

/// What is held stays held: nothing says so later on.
async fn warn_of_held(app: &App) -> anyhow::Result<()> {
    for switch in Switch::ALL {
        if let Some(reason) = app.held(switch).await? {
            tracing::warn!(switch = switch.code(), reason, "held until baocao release");
        }
    }
    Ok(())
}

/// The configuration of a place.
///
/// # Errors
/// When it is not right.
pub fn load(place: &Place) -> anyhow::Result<Config> {
    Config::load(place.config.as_deref(), place.data.as_deref(), log::environment())
}

/// The application of a configuration, on the clock of its data folder.
///
/// # Errors
/// When database, folder or mail cannot be opened.
pub async fn open(config: &Config, folder: DataFolder) -> anyhow::Result<(Wired, Pace)> {
    let url = config.database_url();
    let store = baocao_store::open(&url).await.context("cannot open the database")?;
    let (clock, pace) = service::clock_of(store.as_ref()).await?;
    let mailer = Transport::open(config.mail_settings()?).context("cannot set mail up")?;
    let settings = Settings {
        mail_from: config.mail.from.clone(),
        mail_from_name: config.mail.from_name.clone(),
        lease_s: config.jobs.lease_s,
        ..Settings::default()
    };
    let probe = baocao_mail::compose(&probe_letter(&settings));
    probe.context("[mail] from and from_name cannot stand in a message")?;
    // A played folder can be played again; and its nights pass in seconds.
    let backups = (pace == Pace::Wall).then(|| Arc::new(Keeper::of(config)) as Arc<dyn Backups>);
    Ok((wire_with(folder, store, clock, Arc::new(mailer), settings, backups), pace))
}

/// A letter like those that will go out, to see at the start that they can be built.
fn probe_letter(settings: &Settings) -> Letter {
    Letter {
        delivery_id: "probe".into(),
        from: settings.mail_from.clone(),
        from_name: settings.mail_from_name.clone(),
        to: settings.mail_from.clone(),
        to_name: settings.mail_from_name.clone(),
        subject: "probe".into(),
        text: "probe".into(),
        date: Instant::from_micros(0),
        attachments: Vec::new(),
    }
}

async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

fn tls(config: &Config) -> anyhow::Result<Option<TlsIdentity>> {
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let (certificate, key) = (&config.grpc.tls_certificate, &config.grpc.tls_key);
    match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(TlsIdentity { certificate_pem: read(certificate)?, key_pem: read(key)? })),
        _ => bail!("[grpc] needs both tls_certificate and tls_key, or neither"),
    }
}
