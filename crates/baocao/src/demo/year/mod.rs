//! The play of a year: any shipped regime, month by month, with units that are late, that come after the lock, that
//! correct themselves and one that never files; then the year's report gets its number.

mod figures;
mod mishaps;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::tree::Hierarchy;
use jiff::civil::time;

use self::figures::{Filings, invent};
use self::mishaps::Mishaps;
use super::clients::Filing;
use super::scene::Scene;

/// Inputs of the issued report: invented.
const REPORT_NUMBER: u32 = 700;
const REPORT_SIGNATORY: &str = "Nguyễn Văn A";

/// The play of one year.
pub struct Year<'a> {
    scene: Scene<'a>,
    months: Vec<PeriodKey>,
    filings: Filings,
    mishaps: Mishaps,
}

impl<'a> Year<'a> {
    /// The year of the regime's first month, or its first `months_max` months; the tree is that of the last one.
    ///
    /// # Errors
    /// When the regime has no units that file.
    pub fn new(scene: Scene<'a>, tree: &Hierarchy, months_max: usize) -> anyhow::Result<Self> {
        let first = scene.regime.first_month;
        let year = PeriodKey::parse(&first.year().to_string())?;
        let months: Vec<PeriodKey> = scene.regime.owed(&year.months()).into_iter().take(months_max).collect();
        let filings = invent(scene.regime, tree, &months);
        let mishaps = Mishaps::choose(tree, &months, &filings).context("too few units for a play")?;
        Ok(Self { scene, months, filings, mishaps })
    }

    /// Plays the year.
    ///
    /// # Errors
    /// When something does not go as it must.
    pub async fn run(&self) -> anyhow::Result<()> {
        let mut last: BTreeMap<PeriodKey, u32> = BTreeMap::new();
        for (index, month) in self.months.iter().enumerate() {
            self.file(index, *month).await?;
            let locks = self.scene.regime.calendar.schedule(*month).locks;
            self.scene.move_to(locks).await?;
            for period in self.ending_with(*month) {
                self.scene.closed(&format!("{period}/1")).await?;
                last.insert(period, 1);
            }
            if let Some(unit) = self.mishaps.after_the_lock(index) {
                let filing = self.filing(unit, *month)?;
                let reason = "Sự cố hệ thống phần mềm của đơn vị trong ngày khóa kỳ";
                self.scene.file_after_the_lock(filing, locks, reason, &format!("{month}/2")).await?;
                last.insert(*month, 2);
                for period in self.ending_with(*month).into_iter().filter(|period| !period.is_month()) {
                    self.scene.closed(&format!("{period}/2")).await?;
                    last.insert(period, 2);
                }
            }
        }
        // A month has no report of its own.
        let Some((period, number)) = last.iter().rfind(|(period, _)| !period.is_month()) else { return Ok(()) };
        let day = self.scene.now().local_date();
        self.scene.move_to(Instant::at(day, time(15, 0, 0, 0)).max(self.scene.now())).await?;
        self.scene.issue(&format!("{period}/{number}"), REPORT_NUMBER, day, REPORT_SIGNATORY).await
    }

    /// The month and the longer periods that close with it.
    fn ending_with(&self, month: PeriodKey) -> Vec<PeriodKey> {
        let planned = self.scene.regime.calendar.periods_of(month.year()).into_iter();
        planned.filter(|period| period.months().last() == Some(&month)).collect()
    }

    /// One month's filings: on the first due day in time, then what goes wrong.
    async fn file(&self, index: usize, month: PeriodKey) -> anyhow::Result<()> {
        let (scene, calendar) = (&self.scene, &self.scene.regime.calendar);
        let first_due = calendar.deadlines.earliest(month.window(calendar.window_rule).to, &calendar.days_off);
        let day = first_due.local_date();
        scene.move_to(Instant::at(day, time(8, 0, 0, 0))).await?;
        let is_absent = |unit: &UnitCode| self.mishaps.is_absent(unit, index);
        let filings: Vec<Filing> = self
            .filings
            .iter()
            .filter(|((unit, of), _)| *of == month && !is_absent(unit))
            .map(|((unit, of), figures)| {
                let slip = self.mishaps.corrects_itself(index).filter(|corrects| *corrects == unit);
                let figures = slip.and_then(|_| mishaps::slip(figures)).unwrap_or_else(|| figures.clone());
                Filing { unit: unit.clone(), period: of.to_string(), figures, corrects: None }
            })
            .collect();
        let count = filings.len();
        let stage = scene.stages.counting(&format!("{month}: filing on {day}"), count);
        scene.clients.file_all(filings, &stage).await?;
        stage.finish(&format!("{count} units in time"));

        if let Some(unit) = self.mishaps.corrects_itself(index) {
            scene.move_to(scene.now().plus_seconds(2 * 3600)).await?;
            let reason = "Nhập nhầm số hồ sơ giải quyết trước hạn và đúng hạn".to_owned();
            let filing = Filing { corrects: Some((1, reason)), ..self.filing(unit, month)? };
            let revision = scene.file(filing).await?.revision;
            scene.stages.say(&format!("  {unit} corrects itself: revision {revision}"));
        }
        let latest_due = calendar.schedule(month).due;
        scene.move_to(latest_due.plus_seconds(2 * 3600)).await?;
        for unit in self.mishaps.late(index) {
            if !scene.file(self.filing(unit, month)?).await?.late {
                bail!("{unit} filed after the due hour and was not marked late");
            }
            scene.stages.say(&format!("  {unit} files late, before the lock"));
        }
        if let Some(unit) = self.mishaps.never(index) {
            scene.stages.say(&format!("  {unit} never files this month"));
        }
        Ok(())
    }

    fn filing(&self, unit: &UnitCode, month: PeriodKey) -> anyhow::Result<Filing> {
        let figures = self.filings.get(&(unit.clone(), month)).with_context(|| format!("{unit} has no figures"))?;
        Ok(Filing { unit: unit.clone(), period: month.to_string(), figures: figures.clone(), corrects: None })
    }
}
