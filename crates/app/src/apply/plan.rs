//! What applying a regime would change, in words.

use std::fmt;

use baocao_domain::ids::UnitCode;
use baocao_domain::unit::UnitVersion;

use crate::ports::PeriodRow;

/// The most characters of one value that a line shows.
const VALUE_LENGTH_MAX: usize = 120;

/// How many characters are shown before the place from which on two long values differ.
const LEAD_LENGTH: usize = 20;

/// What applying a regime would change, and what stands against it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The name of the regime in the files.
    pub name: String,
    /// The name of the regime in force; none before the first one.
    pub in_force: Option<String>,
    /// What differs, section by section; sections that do not differ are left out.
    pub sections: Vec<Section>,
    /// Units of the installation that are not in the files, with their names: they stay as they are.
    pub left: Vec<(UnitCode, String)>,
    /// What the operator should know of the effect.
    pub notes: Vec<String>,
    /// What the files leave open, such as days off that are computed; in Vietnamese.
    pub warnings: Vec<String>,
    /// Why it cannot be applied: every finding. Nothing is applied while there is one.
    pub refused: Vec<String>,
    /// What is to be written.
    pub(super) steps: Steps,
}

/// What is to be written beside the regime itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Steps {
    /// Versions of units to be added.
    pub(super) versions: Vec<UnitVersion>,
    /// Planned periods with other instants.
    pub(super) moved: Vec<PeriodRow>,
    /// Planned periods that the calendar does not ask for any more.
    pub(super) withdrawn: Vec<PeriodRow>,
    /// Whether the regime's own document differs, or a unit does.
    pub(super) is_new: bool,
}

impl Plan {
    /// Whether applying the regime would write nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.steps.is_new
    }
}

/// What differs in one part of the regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The part: `Units`, `Targets` …
    pub title: &'static str,
    /// What differs: added and changed rows in the order of the files, then those that are gone.
    pub changes: Vec<Change>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// One row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What becomes of it.
    pub sign: Sign,
    /// Which row: `05971`, `1045/QĐ-UBND 2022 unit:178 HS_XU_LY_TT`.
    pub what: String,
    /// What it says; of a changed row only what differs.
    pub fields: Vec<Field>,
}

/// One thing that a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is about: `name`, `threshold`; empty where the value speaks for itself.
    pub name: &'static str,
    /// What it said; none for an added row, or where it said nothing.
    pub before: Option<String>,
    /// What it says; none for a removed row, or where it says nothing.
    pub after: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            Sign::Added => '+',
            Sign::Removed => '-',
            Sign::Changed => '~',
        };
        write!(f, "{sign} {}", self.what)?;
        let told = self.fields.iter().filter_map(|field| field.told(self.sign));
        for (i, text) in told.enumerate() {
            write!(f, "{}{text}", if i == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl Field {
    /// The field in a line; none where there is nothing to tell.
    fn told(&self, sign: Sign) -> Option<String> {
        let value = match sign {
            Sign::Added => cut(self.after.as_deref()?, 0),
            Sign::Removed => cut(self.before.as_deref()?, 0),
            Sign::Changed => {
                let [before, after] = [&self.before, &self.after].map(|text| text.as_deref().unwrap_or("none"));
                let from = first_difference(before, after);
                format!("{} → {}", cut(before, from), cut(after, from))
            }
        };
        Some(if self.name.is_empty() { value } else { format!("{} {value}", self.name) })
    }
}

/// The place of the first character from which on two texts differ.
fn first_difference(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// A text that fits a line and shows its character at this place.
fn cut(text: &str, place: usize) -> String {
    let length = text.chars().count();
    if length <= VALUE_LENGTH_MAX {
        return text.to_owned();
    }
    let from = if place < VALUE_LENGTH_MAX - LEAD_LENGTH { 0 } else { place.min(length) - LEAD_LENGTH };
    let shown: String = text.chars().skip(from).take(VALUE_LENGTH_MAX).collect();
    let (before, after) = (if from > 0 { "…" } else { "" }, if from + VALUE_LENGTH_MAX < length { "…" } else { "" });
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(sign: Sign, before: Option<&str>, after: Option<&str>) -> String {
        let field = Field { name: "name", before: before.map(str::to_owned), after: after.map(str::to_owned) };
        Change { sign, what: "178".into(), fields: vec![field] }.to_string()
    }

    #[test]
    fn a_line_says_what_becomes_of_a_row() {
        for (sign, before, after, expected) in [
            (Sign::Added, None, Some("Thành phố A"), "+ 178: name Thành phố A"),
            (Sign::Added, None, None, "+ 178"),
            (Sign::Removed, Some("Thành phố A"), None, "- 178: name Thành phố A"),
            (Sign::Changed, Some("Thành phố A"), Some("Thành phố B"), "~ 178: name Thành phố A → Thành phố B"),
            (Sign::Changed, None, Some("Thành phố B"), "~ 178: name none → Thành phố B"),
        ] {
            assert_eq!(change(sign, before, after), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_around_what_differs() {
        let (before, after) = (format!("{}A", "x".repeat(300)), format!("{}B", "x".repeat(300)));
        let line = change(Sign::Changed, Some(&before), Some(&after));
        let lead = "x".repeat(LEAD_LENGTH);
        assert_eq!(line, format!("~ 178: name …{lead}A → …{lead}B"));
        assert!(change(Sign::Added, None, Some(&after)).ends_with("x…"));
    }
}
