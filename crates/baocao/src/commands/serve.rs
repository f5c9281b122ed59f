//! `baocao serve`: the service without the play.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use baocao_app::Settings;
use baocao_app::ports::Clock;
use baocao_domain::instant::Instant;
use baocao_jobs::Pace;
use baocao_mail::Transport;
use baocao_rpc::TlsIdentity;
use jiff::civil::Time;
use tokio::net::TcpListener;

use crate::cli::Place;
use crate::clock::CLOCK_SETTING;
use crate::config::Config;
use crate::service::{self, Service, StopSignal};
use crate::wire::{Wired, wire};
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
    let (wired, pace) = open(&config).await?;
    let regime = regimes::shipped(&config.regime)?;
    let live_from = config.live_from.map_or_else(|| wired.app.now(), |day| Instant::at(day, Time::midnight()));
    if setup::first_start(&wired.app, &config.data, &regime, live_from).await? {
        let keys = config.data.join(setup::KEYS_FILE);
        tracing::info!(regime = %config.regime, live_from = %live_from.iso(), keys = %keys.display(), "set up");
    }
    let grpc = listen(config.grpc.listen).await?;
    let http = listen(config.http.listen).await?;
    tracing::info!(grpc = %grpc.local_addr()?, http = %http.local_addr()?, data = %config.data.display(), "serving");
    let service = Service::start(Arc::clone(&wired.app), grpc, tls(&config)?, http, &wired.folder.site(), pace).await?;
    stop.asked().await;
    tracing::info!("stopping");
    service.stop().await;
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
pub async fn open(config: &Config) -> anyhow::Result<(Wired, Pace)> {
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("cannot make data folder {}", config.data.display()))?;
    let url = config.database_url();
    let store = baocao_store::open(&url).await.context("cannot open the database")?;
    let stored = store.read().await?.setting(CLOCK_SETTING).await?;
    let (clock, pace): (Arc<dyn Clock>, Pace) = service::clock_from(stored);
    let mailer = Transport::open(config.mail_settings()?).context("cannot set mail up")?;
    let settings = Settings {
        mail_from: config.mail.from.clone(),
        mail_from_name: config.mail.from_name.clone(),
        ..Settings::default()
    };
    Ok((wire(&config.data, store, clock, Arc::new(mailer), settings)?, pace))
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
