//! Reading a regime folder (`deploy/regimes/<place-year>/`): all of it or all its faults.
//!
//! A regime is checked as a whole before anything of it is applied. [`read`] lists every fault with file and line:
//! codes that stand twice, references that lead nowhere, thresholds that are no percentages, units that are not one
//! tree. Only a `regime.toml` that is not shaped as expected ends the reading of that one file at its first fault.
//!
//! Rows of `assumed-X.csv` add to those of `X.csv`: what no published source gives is told apart by the file's name.
//! Files that end in `.md` are notes for people. Finding the files, giving units their identity and storing the regime
//! are not done here.

mod fault;
mod head;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod units;

use baocao_domain::indicator::Catalogue;
use baocao_domain::regime::Regime;

pub use fault::Fault;
pub use head::COLUMNS_MAX;
pub use rows::{EMAIL_LENGTH_MAX, THRESHOLD_SCALE_MAX};
pub use source::{ROWS_MAX, TEXT_LENGTH_MAX};
pub use units::UnitRow;

use fault::Faults;
use source::Folder;

/// A regime as its folder gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRegime {
    /// Its rules.
    pub regime: Regime,
    /// Its units, in the order of the files.
    pub units: Vec<UnitRow>,
}

/// Reads a regime from the files of its folder, each as (name, text).
///
/// # Errors
/// Every [`Fault`], by file and line.
pub fn read(files: &[(&str, &str)]) -> Result<LoadedRegime, Vec<Fault>> {
    let mut faults = Faults::default();
    let folder = Folder::new(files, &mut faults);
    let head = folder.head(&mut faults).and_then(|text| head::read(text, &mut faults));

    let table = folder.table("units", &mut faults);
    let codes = units::codes(&table);
    let codes = codes.as_ref();
    let units = units::read(&table.rows, codes, head.as_ref().map(|head| &head.province), &mut faults);
    if let Some(head) = head.as_ref().filter(|head| units::is_unknown(codes, &head.province)) {
        faults.add("units.csv", None, format!("no row for the province {}", head.province));
    }
    let procedures = rows::procedures(&folder.table("procedures", &mut faults).rows, &mut faults);
    let indicators = head.as_ref().map(|head| head.indicators.as_slice());
    let targets = rows::targets(&folder.table("targets", &mut faults).rows, codes, indicators, &mut faults);
    let contacts = rows::contacts(&folder.table("contacts", &mut faults).rows, codes, &mut faults);

    match head {
        Some(head) if faults.count() == 0 => Ok(LoadedRegime {
            regime: Regime {
                name: head.name,
                province: head.province,
                letterhead: head.letterhead,
                calendar: head.calendar,
                first_month: head.first_month,
                form: head.form,
                catalogue: Catalogue::from(procedures),
                indicators: head.indicators,
                targets,
                contacts,
                remarks: head.remarks,
            },
            units,
        }),
        _ => Err(faults.into_sorted()),
    }
}
