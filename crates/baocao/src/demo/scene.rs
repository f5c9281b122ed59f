//! The scene of a play: the running service, its clock, its clients, and what people see.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use baocao_app::App;
use baocao_app::summary::EditionSummary;
use baocao_domain::edition::EditionId;
use baocao_domain::instant::Instant;
use baocao_domain::regime::Regime;
use baocao_rpc::client::date_message;
use baocao_rpc::v1;
use jiff::civil::{Date, Time, time};
use tokio::time::{Instant as Monotonic, sleep};

use super::clients::{Clients, Filing, in_words};
use crate::clock::PlayClock;
use crate::screen::Stages;

/// How long the jobs may take over one edition before a play gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that a play needs.
pub struct Scene<'a> {
    /// The application, for the clock's notes and for looking at what became of editions.
    pub app: Arc<App>,
    /// The clock that it moves.
    pub clock: PlayClock,
    /// The units' systems.
    pub clients: Clients,
    /// The regime.
    pub regime: &'a Regime,
    /// What people see.
    pub stages: &'a Stages,
}

impl Scene<'_> {
    /// A filing that must be accepted; the receipt.
    pub(super) async fn file(&self, filing: Filing) -> anyhow::Result<v1::Receipt> {
        let name = format!("{}/{}", filing.unit, filing.period);
        let answer = self.clients.file(filing).await?;
        let answer = answer.map_err(|status| anyhow::anyhow!(in_words(&status))).with_context(|| name)?;
        answer.receipt.context("a receipt")
    }

    /// A unit missed the lock: refused, granted an extension on the next morning, it files; the month closes again.
    pub(super) async fn file_after_the_lock(
        &self,
        filing: Filing,
        locks: Instant,
        reason: &str,
        edition: &str,
    ) -> anyhow::Result<()> {
        let unit = filing.unit.clone();
        self.move_to(locks.plus_seconds(3 * 3600)).await?;
        match self.clients.file(filing.clone()).await? {
            Ok(_) => bail!("{unit} filed after the lock and was not refused"),
            Err(status) => self.stages.say(&format!("  {unit} comes after the lock: {}", in_words(&status))),
        }
        self.move_to(Instant::at(locks.plus_seconds(24 * 3600).local_date(), time(9, 0, 0, 0))).await?;
        let expires_at = self.now().plus_seconds(2 * 24 * 3600);
        self.clients.grant_extension(unit.as_str(), &filing.period, reason, expires_at).await?;
        self.stages.say(&format!("  {unit} is granted an extension until {}", expires_at.iso()));
        self.move_to(self.now().plus_seconds(3600)).await?;
        self.file(filing).await?;
        self.closed(edition).await
    }

    /// An officer enters what the document system assigned; leadership gets the report.
    pub(super) async fn issue(&self, edition: &str, number: u32, day: Date, signatory: &str) -> anyhow::Result<()> {
        let stage = self.stages.waiting(&format!("{edition}: issuing the report"));
        let request = v1::IssueReportRequest {
            edition: edition.to_owned(),
            number,
            date: Some(date_message(day)),
            signatory: signatory.to_owned(),
            signatory_lines: Vec::new(),
        };
        let document = self.clients.issue_report(request).await?;
        self.settled(edition).await?;
        let symbol = &self.regime.letterhead.symbol;
        stage.finish(&format!("{number}/{symbol}, {} kB, mailed to leadership", document.size_bytes / 1024));
        Ok(())
    }

    /// Waits until the jobs have finished an edition.
    pub(super) async fn closed(&self, edition: &str) -> anyhow::Result<()> {
        let stage = self.stages.waiting(&format!("{edition}: closing"));
        let summary = self.settled(edition).await?;
        let coverage = summary.coverage.unwrap_or_default();
        let documents: usize = summary.documents.values().sum();
        let mails: usize = summary.mails.values().sum();
        stage.finish(&format!(
            "{}/{} reports, {documents} PDF, {mails} mails, published",
            coverage.reported, coverage.obliged
        ));
        Ok(())
    }

    async fn settled(&self, edition: &str) -> anyhow::Result<EditionSummary> {
        let id = EditionId::parse(edition).context("an edition")?;
        let give_up = Monotonic::now() + PATIENCE;
        loop {
            match self.app.summary(id).await? {
                Some(summary) if summary.is_settled() => return Ok(summary),
                _ if Monotonic::now() > give_up => bail!("edition {edition} is not finished after {PATIENCE:?}"),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Writes the next instant down and moves the clock to it: what a job does then never lies ahead of what is stored.
    pub(super) async fn move_to(&self, instant: Instant) -> anyhow::Result<()> {
        self.app.keep_simulated_clock(instant).await?;
        self.clock.move_to(instant);
        Ok(())
    }

    /// The instant of the play.
    pub(super) fn now(&self) -> Instant {
        self.app.now()
    }
}

/// The instant at which a play begins: the first day of the regime's first month.
#[must_use]
pub fn begins(regime: &Regime) -> Instant {
    Instant::at(regime.first_month.window(regime.calendar.window_rule).from, Time::midnight())
}
