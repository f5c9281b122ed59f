//! The play of quarter III of 2022 in Lạng Sơn, from the first filing to the issued report.
//!
//! The clock stands still while things happen and jumps between them. Nothing here closes a period: the jobs do, woken
//! by the scheduler, as soon as the clock has passed a lock.

use anyhow::{Context, bail};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use jiff::civil::time;

use super::allot::{Allotment, CORRECTS_ITSELF, FILES_LATE, MISSES_LOCK, MONTHS};
use super::clients::Filing;
use super::scene::Scene;

/// Inputs of the issued report: number, day and post are report 433/BC-UBND's; the name is invented.
const REPORT_NUMBER: u32 = 433;
const REPORT_SIGNATORY: &str = "Nguyễn Văn A";

/// The play of one quarter.
pub struct Quarter<'a> {
    /// Where it is played.
    pub scene: Scene<'a>,
    /// What every unit files.
    pub allotment: &'a Allotment,
}

impl Quarter<'_> {
    /// Plays the quarter.
    ///
    /// # Errors
    /// When something does not go as it must.
    pub async fn run(&self) -> anyhow::Result<()> {
        for (index, month) in MONTHS.iter().enumerate() {
            self.month(index, month).await?;
        }
        self.scene.closed("2022-Q3/1").await?;
        self.issue().await
    }

    /// One month: filings on the due day, its mishaps, the lock, the close.
    async fn month(&self, index: usize, month: &str) -> anyhow::Result<()> {
        let scene = &self.scene;
        let schedule = scene.regime.calendar.schedule(PeriodKey::parse(month)?);
        let due_day = schedule.due.local_date();
        scene.move_to(Instant::at(due_day, time(8, 0, 0, 0))).await?;

        let absent = |unit: &str| (index == 0 && unit == FILES_LATE) || (index == 1 && unit == MISSES_LOCK);
        let filings: Vec<Filing> = self
            .allotment
            .filings()
            .filter(|(unit, _)| !absent(unit.as_str()))
            .map(|(unit, _)| self.filing(unit, index))
            .collect::<anyhow::Result<_>>()?;
        let count = filings.len();
        let stage = scene.stages.counting(&format!("{month}: filing on {due_day}"), count);
        scene.clients.file_all(filings, &stage).await?;
        stage.finish(&format!("{count} units by 17:00"));

        if index == 0 {
            self.correct().await?;
            self.file_late(schedule.due).await?;
        }
        scene.move_to(schedule.locks).await?;
        scene.closed(&format!("{month}/1")).await?;
        if index == 1 {
            let filing = self.filing(&UnitCode::parse(MISSES_LOCK)?, 1)?;
            let reason = "Mất kết nối đường truyền trong ngày khóa kỳ";
            scene.file_after_the_lock(filing, schedule.locks, reason, &format!("{month}/2")).await?;
        }
        Ok(())
    }

    /// A unit finds a slip of its own and files again.
    async fn correct(&self) -> anyhow::Result<()> {
        let today = self.scene.now().local_date();
        self.scene.move_to(Instant::at(today, time(10, 0, 0, 0))).await?;
        let unit = UnitCode::parse(CORRECTS_ITSELF)?;
        let figures = self.allotment.figures(&unit, 0).context("the correcting unit has figures")?.clone();
        let reason = "Nhập nhầm số hồ sơ giải quyết trước hạn và đúng hạn".to_owned();
        let filing = Filing { unit, period: MONTHS[0].to_owned(), figures, corrects: Some((1, reason)) };
        let revision = self.scene.file(filing).await?.revision;
        self.scene.stages.say(&format!("  {CORRECTS_ITSELF} corrects itself: revision {revision}"));
        Ok(())
    }

    /// A unit files after the due hour and before the lock.
    async fn file_late(&self, due: Instant) -> anyhow::Result<()> {
        self.scene.move_to(due.plus_seconds(2 * 3600)).await?;
        let filing = self.filing(&UnitCode::parse(FILES_LATE)?, 0)?;
        if !self.scene.file(filing).await?.late {
            bail!("{FILES_LATE} filed after the due hour and was not marked late");
        }
        self.scene.stages.say(&format!("  {FILES_LATE} files late, before the lock"));
        Ok(())
    }

    /// The report of the quarter gets its number.
    async fn issue(&self) -> anyhow::Result<()> {
        let day = self.scene.regime.calendar.schedule(PeriodKey::parse("2022-Q3")?).locks.local_date();
        self.scene.move_to(Instant::at(day, time(15, 0, 0, 0))).await?;
        self.scene.issue("2022-Q3/1", REPORT_NUMBER, day, REPORT_SIGNATORY).await
    }

    fn filing(&self, unit: &UnitCode, month: usize) -> anyhow::Result<Filing> {
        let slip = (month == 0).then(|| self.allotment.first_attempt(unit)).flatten();
        let figures = slip.or_else(|| self.allotment.figures(unit, month).cloned());
        let figures = figures.with_context(|| format!("{unit} has no figures"))?;
        Ok(Filing { unit: unit.clone(), period: MONTHS[month].to_owned(), figures, corrects: None })
    }
}
