//! `baocao demo`: the main job, played.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Monotonic;

use anyhow::Context;
use baocao_app::ports::DocumentKind;
use baocao_app::regime::LoadedRegime;
use baocao_app::summary::EditionSummary;
use baocao_app::{App, Settings};
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;
use baocao_jobs::Pace;
use baocao_mail::{MailSettings, SmtpLimits, SmtpSettings, SmtpTls, Transport};
use tokio_util::sync::CancellationToken;

use crate::clock::PlayClock;
use crate::demo::allot::allot;
use crate::demo::clients::Clients;
use crate::demo::folder::{self, Sender};
use crate::demo::quarter::Quarter;
use crate::demo::scene::{Scene, begins};
use crate::demo::sink::Sink;
use crate::demo::year::Year;
use crate::files::DataFolder;
use crate::screen::{self, Stages};
use crate::service::{Service, StopSignal, listen_near};
use crate::wire::wire;
use crate::{log, regimes, setup};

/// The regime of the quarter that report 433/BC-UBND is about.
const QUARTER_OF: &str = "lang-son-2022";

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The data folder. One that an earlier demo made is replaced, any other is refused.
    #[arg(long, default_value = "baocao-demo", value_name = "FOLDER")]
    dir: PathBuf,
    /// Play the whole year of a shipped regime instead of the quarter of report 433/BC-UBND.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(regimes::NAMES))]
    regime: Option<String>,
    /// With --regime: play so many months only.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=12))]
    months: u8,
    /// Stop when the play is over instead of serving until Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// The gRPC port; the next free one if it is busy.
    #[arg(long, default_value_t = 7050, value_name = "PORT")]
    grpc_port: u16,
    /// The port of the public pages; the next free one if it is busy.
    #[arg(long, default_value_t = 7080, value_name = "PORT")]
    http_port: u16,
}

/// Plays, shows, serves.
///
/// # Errors
/// When something does not go as it must.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let begun = Monotonic::now();
    let stop = StopSignal::listen()?;
    let loaded = regimes::shipped(options.regime.as_deref().unwrap_or(QUARTER_OF))?;
    let sender = sender(&loaded.regime)?;
    folder::make(&options.dir, &sender)?;
    let dir = options.dir.canonicalize().context("the data folder is gone")?;
    log::to_file(std::fs::File::create(dir.join("baocao.log"))?);

    let clock = PlayClock::at(begins(&loaded.regime));
    let stop_sink = CancellationToken::new();
    let sink = Sink::start(dir.join("mail"), stop_sink.clone()).await.context("cannot start the mail sink")?;
    let mailer = Transport::open(to_sink(sink.addr, &sender)).context("cannot set mail up")?;
    let store = baocao_store::open(&format!("sqlite:{}", dir.join("baocao.db").display())).await?;
    let settings =
        Settings { mail_from: sender.address.clone(), mail_from_name: sender.name.clone(), ..Settings::default() };
    let folder = DataFolder::own(&dir).context("cannot open the data folder")?;
    let wired = wire(folder, store, Arc::new(clock.clone()), Arc::new(mailer), settings);
    setup::first_start(&wired.app, &dir, &loaded, begins(&loaded.regime)).await?;

    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let (grpc, http) =
        (listen_near(loopback, options.grpc_port).await?, listen_near(loopback, options.http_port).await?);
    let addresses = Addresses { grpc: grpc.local_addr()?, http: http.local_addr()? };
    let service =
        Service::start(Arc::clone(&wired.app), grpc, None, http, &wired.folder.site(), Pace::Simulated).await?;
    let what = if options.regime.is_some() { "month by month" } else { "quarter III of 2022" };
    screen::line(&format!("{}, {what}, on a simulated clock — data in {}", loaded.regime.name, dir.display()));
    screen::line(&format!("gRPC {} · pages http://{}/", addresses.grpc, addresses.http));

    let stages = Stages::default();
    let scene = Scene {
        app: Arc::clone(&wired.app),
        clock,
        clients: Clients::connect(addresses.grpc, setup::read_keys(&dir.join(setup::KEYS_FILE))?).await?,
        regime: &loaded.regime,
        stages: &stages,
    };
    let played = tokio::select! {
        played = play(scene, options, &loaded) => played.map(|()| true),
        () = stop.asked() => Ok(false),
    };
    if matches!(played, Ok(true)) {
        show(&wired.app, &dir, &addresses, &sink, begun).await?;
        if !options.exit {
            screen::line("Serving until Ctrl-C.");
            stop.asked().await;
        }
    }
    service.stop().await;
    stop_sink.cancel();
    played.map(|_| ())
}

async fn play(scene: Scene<'_>, options: &Options, loaded: &LoadedRegime) -> anyhow::Result<()> {
    if options.regime.is_none() {
        return Quarter { scene, allotment: &allot(&loaded.regime, &loaded.units) }.run().await;
    }
    let year_ends = PeriodKey::parse(&loaded.regime.first_month.year().to_string())?;
    let tree = scene.app.hierarchy(year_ends.window(loaded.regime.calendar.window_rule).to).await?;
    Year::new(scene, &tree, usize::from(options.months))?.run().await
}

/// Whose installation it is: mail comes from the domain of leadership's mailbox.
fn sender(regime: &Regime) -> anyhow::Result<Sender> {
    let leadership = regime.contacts_of(&regime.province).next().context("leadership has no mailbox")?;
    let domain = leadership.email.rsplit('@').next().unwrap_or_default();
    Ok(Sender {
        regime: regime.name.clone(),
        address: format!("baocao@{domain}"),
        name: format!("Hệ thống báo cáo {}", regime.letterhead.province),
    })
}

struct Addresses {
    grpc: SocketAddr,
    http: SocketAddr,
}

fn to_sink(addr: SocketAddr, sender: &Sender) -> MailSettings {
    let domain = sender.address.rsplit('@').next().unwrap_or_default();
    MailSettings::Smtp(Box::new(SmtpSettings {
        host: addr.ip().to_string(),
        port: addr.port(),
        tls: SmtpTls::None,
        hello_name: format!("baocao.{domain}"),
        extra_root_pem: None,
        credentials: None,
        limits: SmtpLimits::default(),
    }))
}

/// The closing table: what was submitted, closed, rendered, mailed and published, and where to look.
async fn show(app: &App, dir: &Path, addresses: &Addresses, sink: &Sink, begun: Monotonic) -> anyhow::Result<()> {
    let summaries = app.summaries().await?;
    let rows: Vec<Vec<String>> = summaries.iter().map(|summary| row(summary, addresses)).collect();
    let head = ["edition", "reports", "closed", "PDF", "mailed", "published"];
    let (submissions, revisions) = app.submission_counts().await?;
    screen::line("");
    screen::line(&screen::table(&head, &rows, &[1, 3, 4]));
    screen::line(&format!("{submissions} submissions in {revisions} revisions; {} mails accepted", sink.accepted()));
    // Months alone make no report.
    let issued = std::fs::read_dir(dir.join("site/reports")).ok().and_then(|mut reports| reports.next()).transpose()?;
    for (what, place) in [
        ("report", issued.map_or_else(|| "none yet".into(), |entry| entry.path().display().to_string())),
        ("pages", format!("http://{}/", addresses.http)),
        ("open data", summaries.last().map_or_else(String::new, |last| data_of(dir, last))),
        ("mail", dir.join("mail").display().to_string()),
        ("keys", dir.join(setup::KEYS_FILE).display().to_string()),
        ("go on", format!("baocao serve --data {}", dir.display())),
    ] {
        screen::line(&format!("  {what:<10} {place}"));
    }
    screen::line(&format!("played in {:.1} s", begun.elapsed().as_secs_f64()));
    Ok(())
}

fn data_of(dir: &Path, summary: &EditionSummary) -> String {
    dir.join("site").join(summary.id.to_string()).join("data").display().to_string()
}

fn row(summary: &EditionSummary, addresses: &Addresses) -> Vec<String> {
    let coverage = summary.coverage.unwrap_or_default();
    let documents: usize = summary.documents.values().sum();
    let reports = summary.documents.iter().filter(|(kind, _)| **kind != DocumentKind::Scorecard).count();
    let mails: usize = summary.mails.values().sum();
    vec![
        summary.id.to_string(),
        format!("{}/{}", coverage.reported, coverage.obliged),
        summary.sealed_at.legal().strftime("%d/%m/%Y %H:%M").to_string(),
        if reports > 0 { format!("{documents} ({reports} reports)") } else { documents.to_string() },
        mails.to_string(),
        if summary.is_public { format!("http://{}/{}/", addresses.http, summary.id) } else { "not yet".into() },
    ]
}
