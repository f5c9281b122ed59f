//! Reading a regime folder (`deploy/regimes/<place-year>/`): all of it or all its faults.
//!
//! A regime is checked as a whole before anything of it is applied. [`read`] lists every fault with file, line and
//! what was expected: codes that stand twice, references that lead nowhere, selectors that are about nobody, two rows of
//! equal rank for one unit, indicators that count above what they do not count below, targets that no window is judged
//! by, units that are not one tree. Only a `regime.toml` that is not shaped as expected ends the reading of that one
//! file at its first fault. What refers to something that could not be read is not judged: one fault is told once.
//!
//! Rows of `assumed-X.csv` add to those of `X.csv`: what no published source gives is told apart by the file's name.
//! Files that end in `.md` are notes for people. Finding the files, giving units their identity and storing the regime
//! are not done here.

mod contacts;
mod days_off;
mod decisions;
mod fault;
mod head;
mod maps;
mod obligations;
mod procedures;
mod reach;
mod source;
mod targets;
#[cfg(test)]
mod tests;
mod units;
mod words;

use baocao_domain::calendar::Calendar;
use baocao_domain::indicator::{Better, Indicator};
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::Catalogue;
use baocao_domain::regime::Regime;
use baocao_domain::target::{Direction, Target};

pub use contacts::EMAIL_LENGTH_MAX;
pub use fault::Fault;
pub use head::{COLUMNS_MAX, SINGLE_FIELDS_MAX, WEIGHT_MAX, WORKING_DAYS_MAX};
pub use source::ROWS_MAX;
pub use targets::ELIGIBLE_AFTER_DAYS_MAX;
pub use units::UnitRow;
pub use words::{TEXT_LENGTH_MAX, THRESHOLD_SCALE_MAX};

use fault::Faults;
use head::{Basics, Head};
use source::{CONTACTS, DAYS_OFF, DECISIONS, Folder, LISTS, OBLIGATIONS, PROCEDURES, TARGETS, UNITS};
use units::{Place, Units};

/// A regime as its folder gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRegime {
    /// Its rules. Nothing is assigned under a delegation yet.
    pub regime: Regime,
    /// Its units: those of its map, then those of its tables, in the order of the files.
    pub units: Vec<UnitRow>,
    /// What whoever applies it must know, in Vietnamese: years of which the days off are computed.
    pub warnings: Vec<String>,
}

/// Reads a regime from the files of its folder, each as (name, text), and the maps that there are, each as (name, text
/// of its CSV): `khanh-hoa-2019`. Only the map that the regime names is read.
///
/// # Errors
/// Every [`Fault`], by file and line.
pub fn read(files: &[(&str, &str)], maps: &[(&str, &str)]) -> Result<LoadedRegime, Vec<Fault>> {
    let mut faults = Faults::default();
    match load(files, maps, &mut faults) {
        Some(loaded) if faults.count() == 0 => Ok(loaded),
        _ => Err(faults.into_sorted()),
    }
}

/// Reads all there is, whatever faults are found on the way; what it returns is sound only if there were none.
fn load(files: &[(&str, &str)], maps: &[(&str, &str)], faults: &mut Faults) -> Option<LoadedRegime> {
    let folder = Folder::new(files, faults);
    let head = folder.head(faults).and_then(|source| Head::parse(source, faults));
    let head = head.as_ref();
    let basics = head.map(|head| head.basics(faults)).unwrap_or_default();

    let procedures = procedures::read(&folder.required(&PROCEDURES, faults), faults);
    let decisions = decisions::read(&folder.required(&DECISIONS, faults), faults);
    let units = units_of(&folder, maps, &basics, faults);
    let obligations = obligations::read(&folder.required(&OBLIGATIONS, faults), &units, basics.first_month, faults);
    let contacts = contacts::read(&folder.required(&CONTACTS, faults), &units, faults);

    let first_year = basics.first_month.zip(basics.window_rule).map(|(month, rule)| month.window(rule).from.year());
    let days_off = days_off::read(&folder.optional(&DAYS_OFF, faults), first_year, faults);
    let calendar = head.and_then(|head| head.calendar(days_off, faults));
    let form = head.and_then(|head| head.form(faults));
    let lists = head.and_then(|head| head.lists(faults));
    let lists = procedures::lists(&folder.optional(&LISTS, faults), lists, &procedures, faults);
    let indicators = head.and_then(|head| head.indicators(procedures.fields.as_ref(), faults));
    let delegations = head.and_then(|head| head.delegations(&decisions, units.tree.as_ref(), faults));

    let known = targets::Known {
        units: &units,
        decisions: &decisions,
        codes: head.and_then(Head::indicator_codes),
        indicators: indicators.as_deref(),
        window_rule: basics.window_rule,
    };
    let targets = targets::read(&folder.required(&TARGETS, faults), &known, faults);

    let (first_month, calendar) = (basics.first_month?, calendar?);
    Some(LoadedRegime {
        warnings: warnings(&calendar, first_month),
        regime: Regime {
            name: basics.name?,
            province: basics.province?,
            letterhead: basics.letterhead?,
            calendar,
            first_month,
            obligations,
            form: form?,
            catalogue: Catalogue::from(procedures.all),
            lists,
            indicators: ranked_by(indicators?, &targets),
            decisions: decisions.all,
            targets,
            delegations: delegations?,
            assigned: Vec::new(),
            assigning: Vec::new(),
            contacts,
            remarks: basics.remarks?,
        },
        units: units.rows,
    })
}

/// The units of the map, if the regime is drawn on one, and those of the table, which then may be missing.
fn units_of(folder: &Folder<'_>, maps: &[(&str, &str)], basics: &Basics, faults: &mut Faults) -> Units {
    let (of_map, is_table_required) = match (&basics.map, &basics.province) {
        (Some(None), _) => (Some(Vec::new()), true),
        (Some(Some(choice)), Some(province)) => (maps::read(choice, maps, province, faults), false),
        (Some(Some(_)), None) | (None, _) => (None, false),
    };
    let table = if is_table_required { folder.required(&UNITS, faults) } else { folder.optional(&UNITS, faults) };
    let first_month_ends = basics.first_month.zip(basics.window_rule).map(|(month, rule)| month.window(rule).to);
    units::read(of_map, &table, Place { province: basics.province.as_ref(), first_month_ends }, faults)
}

/// Years of which the days off are not given: the one in which the first window ends, for deadlines come after it, and
/// the next, into which the periods of that year still reach.
fn warnings(calendar: &Calendar, first_month: PeriodKey) -> Vec<String> {
    let first = first_month.window(calendar.window_rule).to.year();
    calendar.warnings(first..=first.saturating_add(1))
}

/// Which end of a ranking is the good one: the lower one where an indicator's targets say at most.
fn ranked_by(mut indicators: Vec<Indicator>, targets: &[Target]) -> Vec<Indicator> {
    for indicator in &mut indicators {
        let of_indicator = targets.iter().filter(|target| target.indicator == indicator.code);
        let mut directions = of_indicator.filter_map(|target| target.threshold).map(|threshold| threshold.direction);
        let is_capped = directions.next() == Some(Direction::AtMost) && directions.all(|d| d == Direction::AtMost);
        indicator.better = if is_capped { Better::Lower } else { Better::Higher };
    }
    indicators
}
