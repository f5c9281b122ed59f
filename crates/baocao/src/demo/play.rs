//! The play: quarter III of 2022 in Lạng Sơn, from the first filing to the issued report.
//!
//! The clock stands still while things happen and jumps between them. Nothing here closes a period: the jobs do, woken
//! by the scheduler, as soon as the clock has passed a lock.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use baocao_app::App;
use baocao_app::summary::EditionSummary;
use baocao_domain::edition::EditionId;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;
use baocao_rpc::client::date_message;
use baocao_rpc::v1;
use jiff::civil::{Time, time};
use tokio::time::{Instant as Monotonic, sleep};

use super::allot::{Allotment, CORRECTS_ITSELF, FILES_LATE, MISSES_LOCK, MONTHS};
use super::clients::{Clients, Filing, in_words};
use crate::clock::{CLOCK_SETTING, PlayClock};
use crate::screen::Stages;

/// How long the jobs may take over one edition before the play gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Inputs of the issued report: number, day and post are report 433/BC-UBND's; the name is invented.
const REPORT_NUMBER: u32 = 433;
const REPORT_SIGNATORY: &str = "Nguyễn Văn A";

/// Everything the play needs.
pub struct Play<'a> {
    /// The application, for the clock's notes and for looking at what became of editions.
    pub app: Arc<App>,
    /// The clock that it moves.
    pub clock: PlayClock,
    /// The units' systems.
    pub clients: Clients,
    /// The regime.
    pub regime: &'a Regime,
    /// What every unit files.
    pub allotment: &'a Allotment,
    /// What people see.
    pub stages: &'a Stages,
}

impl Play<'_> {
    /// Plays the quarter.
    ///
    /// # Errors
    /// When something does not go as it must.
    pub async fn run(&self) -> anyhow::Result<()> {
        for (index, month) in MONTHS.iter().enumerate() {
            self.month(index, month).await?;
        }
        self.closed("2022-Q3/1").await?;
        self.issue().await
    }

    /// One month: filings on the due day, its mishaps, the lock, the close.
    async fn month(&self, index: usize, month: &str) -> anyhow::Result<()> {
        let schedule = self.regime.calendar.schedule(PeriodKey::parse(month)?);
        let due_day = schedule.due.local_date();
        self.move_to(Instant::at(due_day, time(8, 0, 0, 0))).await?;

        let absent = |unit: &str| (index == 0 && unit == FILES_LATE) || (index == 1 && unit == MISSES_LOCK);
        let filings: Vec<Filing> = self
            .allotment
            .filings()
            .filter(|(unit, _)| !absent(unit.as_str()))
            .map(|(unit, _)| self.filing(unit, index))
            .collect::<anyhow::Result<_>>()?;
        let count = filings.len();
        let stage = self.stages.counting(&format!("{month}: filing on {due_day}"), count);
        self.clients.file_all(filings, &stage).await?;
        stage.finish(&format!("{count} units by 17:00"));

        if index == 0 {
            self.correct().await?;
            self.file_late(schedule.due).await?;
        }
        self.move_to(schedule.locks).await?;
        self.closed(&format!("{month}/1")).await?;
        if index == 1 {
            self.file_after_the_lock(schedule.locks).await?;
        }
        Ok(())
    }

    /// A unit finds a slip of its own and files again.
    async fn correct(&self) -> anyhow::Result<()> {
        self.move_to(Instant::at(self.clock_day(), time(10, 0, 0, 0))).await?;
        let unit = UnitCode::parse(CORRECTS_ITSELF)?;
        let figures = self.allotment.figures(&unit, 0).context("the correcting unit has figures")?.clone();
        let reason = "Nhập nhầm số hồ sơ giải quyết trước hạn và đúng hạn".to_owned();
        let filing = Filing { unit, period: MONTHS[0].to_owned(), figures, corrects: Some((1, reason)) };
        let answer = self.clients.file(filing).await?.map_err(|status| anyhow::anyhow!(in_words(&status)))?;
        let revision = answer.receipt.context("a receipt")?.revision;
        self.stages.say(&format!("  {CORRECTS_ITSELF} corrects itself: revision {revision}"));
        Ok(())
    }

    /// A unit files after the due hour and before the lock.
    async fn file_late(&self, due: Instant) -> anyhow::Result<()> {
        self.move_to(due.plus_seconds(2 * 3600)).await?;
        let filing = self.filing(&UnitCode::parse(FILES_LATE)?, 0)?;
        let answer = self.clients.file(filing).await?.map_err(|status| anyhow::anyhow!(in_words(&status)))?;
        if !answer.receipt.context("a receipt")?.late {
            bail!("{FILES_LATE} filed after the due hour and was not marked late");
        }
        self.stages.say(&format!("  {FILES_LATE} files late, before the lock"));
        Ok(())
    }

    /// A unit missed the lock: refused, granted an extension, it files; the month closes again.
    async fn file_after_the_lock(&self, locks: Instant) -> anyhow::Result<()> {
        let (unit, month) = (UnitCode::parse(MISSES_LOCK)?, MONTHS[1]);
        self.move_to(locks.plus_seconds(3 * 3600)).await?;
        match self.clients.file(self.filing(&unit, 1)?).await? {
            Ok(_) => bail!("{unit} filed after the lock and was not refused"),
            Err(status) => self.stages.say(&format!("  {unit} missed the lock: {}", in_words(&status))),
        }
        self.move_to(Instant::at(locks.plus_seconds(24 * 3600).local_date(), time(9, 0, 0, 0))).await?;
        let reason = "Mất kết nối đường truyền trong ngày khóa kỳ";
        let expires_at = self.clock_now().plus_seconds(2 * 24 * 3600);
        self.clients.grant_extension(unit.as_str(), month, reason, expires_at).await?;
        self.stages.say(&format!("  {unit} is granted an extension until {}", expires_at.iso()));
        self.move_to(self.clock_now().plus_seconds(3600)).await?;
        let filed = self.clients.file(self.filing(&unit, 1)?).await?;
        filed.map_err(|status| anyhow::anyhow!(in_words(&status)))?;
        self.closed(&format!("{month}/2")).await
    }

    /// An officer enters what the document system assigned; leadership gets the report.
    async fn issue(&self) -> anyhow::Result<()> {
        let schedule = self.regime.calendar.schedule(PeriodKey::parse("2022-Q3")?);
        let day = schedule.locks.local_date();
        self.move_to(Instant::at(day, time(15, 0, 0, 0))).await?;
        let stage = self.stages.waiting("2022-Q3: issuing the report");
        let document = self
            .clients
            .issue_report(v1::IssueReportRequest {
                edition: "2022-Q3/1".into(),
                number: REPORT_NUMBER,
                date: Some(date_message(day)),
                signatory: REPORT_SIGNATORY.into(),
                signatory_lines: Vec::new(),
            })
            .await?;
        self.settled("2022-Q3/1").await?;
        stage.finish(&format!("433/BC-UBND, {} kB, mailed to leadership", document.size_bytes / 1024));
        Ok(())
    }

    /// Waits until the jobs have finished an edition.
    async fn closed(&self, edition: &str) -> anyhow::Result<()> {
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
            let found = self.app.summaries().await?.into_iter().find(|summary| summary.id == id);
            match found {
                Some(summary) if summary.is_settled() => return Ok(summary),
                _ if Monotonic::now() > give_up => bail!("edition {edition} is not finished after {PATIENCE:?}"),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn filing(&self, unit: &UnitCode, month: usize) -> anyhow::Result<Filing> {
        let slip = (month == 0).then(|| self.allotment.first_attempt(unit)).flatten();
        let figures = slip.or_else(|| self.allotment.figures(unit, month).cloned());
        let figures = figures.with_context(|| format!("{unit} has no figures"))?;
        Ok(Filing { unit: unit.clone(), period: MONTHS[month].to_owned(), figures, corrects: None })
    }

    /// Writes the next instant down and moves the clock to it: what a job does then never lies ahead of what is stored.
    async fn move_to(&self, instant: Instant) -> anyhow::Result<()> {
        self.app.keep_setting(CLOCK_SETTING, &instant.micros().to_string()).await?;
        self.clock.move_to(instant);
        Ok(())
    }

    fn clock_now(&self) -> Instant {
        self.app.now()
    }

    fn clock_day(&self) -> jiff::civil::Date {
        self.clock_now().local_date()
    }
}

/// The instant at which the play begins: the first day of the quarter's first month.
#[must_use]
pub fn begins(regime: &Regime) -> Instant {
    Instant::at(regime.first_month.window(regime.calendar.window_rule).from, Time::midnight())
}
