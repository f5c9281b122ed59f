//! What goes wrong in a year's play, chosen once: who is late, who comes after the lock, who corrects itself, who never
//! files.

use baocao_domain::figures::RawFigures;
use baocao_domain::ids::UnitCode;
use baocao_domain::period::PeriodKey;
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::Tier;

use super::figures::Filings;

/// Places of months in the play, from 0.
const AFTER_THE_LOCK: [usize; 2] = [1, 5];

/// The units to which things happen.
pub(super) struct Mishaps {
    communes: Vec<UnitCode>,
    department: UnitCode,
    district: UnitCode,
    /// The place of the month in which a commune never files; the last but one.
    silent_month: Option<usize>,
}

impl Mishaps {
    /// None if the tree has no department, no district or fewer than four communes that report in every month.
    pub(super) fn choose(tree: &Hierarchy, months: &[PeriodKey], filings: &Filings) -> Option<Self> {
        let files = |code: &&UnitCode| {
            let figures = |month: &PeriodKey| filings.get(&((*code).clone(), *month));
            months.iter().all(|month| figures(month).is_some_and(|figures| slip(figures).is_some()))
        };
        let of_tier = |tier: Tier| tree.nodes().iter().filter(move |node| node.tier == tier).map(|node| &node.code);
        let communes: Vec<UnitCode> = of_tier(Tier::Commune).filter(files).cloned().collect();
        Some(Self {
            department: of_tier(Tier::Department).find(files)?.clone(),
            district: of_tier(Tier::District).find(files)?.clone(),
            silent_month: months.len().checked_sub(2).filter(|place| *place > 0),
            communes: (communes.len() >= 4).then_some(communes)?,
        })
    }

    fn commune(&self, place: usize) -> &UnitCode {
        &self.communes[place % self.communes.len()]
    }

    /// Whether a unit is not among those that file in time.
    pub(super) fn is_absent(&self, unit: &UnitCode, month: usize) -> bool {
        self.late(month).contains(&unit) || self.after_the_lock(month) == Some(unit) || self.never(month) == Some(unit)
    }

    /// Units that file after they were due and before the lock.
    pub(super) fn late(&self, month: usize) -> Vec<&UnitCode> {
        let mut late = vec![self.commune(4 * month)];
        if month % 4 == 2 {
            late.push(&self.district);
        }
        late
    }

    /// The unit that misses the lock and files under an extension.
    pub(super) fn after_the_lock(&self, month: usize) -> Option<&UnitCode> {
        AFTER_THE_LOCK.contains(&month).then_some(&self.department)
    }

    /// The unit that files a slip first and corrects it before the lock.
    pub(super) fn corrects_itself(&self, month: usize) -> Option<&UnitCode> {
        month.is_multiple_of(3).then(|| self.commune(4 * month + 1))
    }

    /// The unit that never files for the month.
    pub(super) fn never(&self, month: usize) -> Option<&UnitCode> {
        (self.silent_month == Some(month)).then(|| self.commune(4 * month + 2))
    }
}

/// The figures with one dossier that was resolved on time counted as early; none if there is no such dossier.
pub(super) fn slip(figures: &RawFigures) -> Option<RawFigures> {
    let position = |code: &str| figures.columns.iter().position(|column| column == code);
    let (early, on_time) = (position("early")?, position("on_time")?);
    let mut slipped = figures.clone();
    let row = slipped.rows.iter_mut().find(|(_, values)| values[on_time] > 0)?;
    row.1[on_time] -= 1;
    row.1[early] += 1;
    Some(slipped)
}
