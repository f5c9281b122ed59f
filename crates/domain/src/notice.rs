//! Notices (đôn đốc): which units an edition writes to.
//!
//! The first edition of a period writes to every unit with a missed target. A later edition writes only to units whose
//! verdict it changed: to those that now miss one, and to those that were told of a miss that no longer stands. Nobody
//! is written to for "không phát sinh" or for figures that are still missing.

use crate::edition::{Edition, UnitResult};
use crate::target::Verdict;

/// Why a unit is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// At least one target is missed.
    Missed,
    /// An earlier edition said that a target is missed; none is.
    Corrected,
}

/// The units that this edition writes to, in its order; `previous` is the edition before it of the same period.
#[must_use]
pub fn notices<'a>(edition: &'a Edition, previous: Option<&Edition>) -> Vec<(&'a UnitResult, NoticeKind)> {
    edition
        .units
        .iter()
        .filter_map(|unit| {
            let now = unit.verdicts_of_record();
            let before = previous.and_then(|previous| previous.unit(&unit.code)).map(UnitResult::verdicts_of_record);
            let changed = before.as_ref() != Some(&now);
            let was_missed = before.is_some_and(|verdicts| verdicts.contains(&Verdict::Missed));
            match (changed, now.contains(&Verdict::Missed), was_missed) {
                (true, true, _) => Some((unit, NoticeKind::Missed)),
                (true, false, true) if !now.contains(&Verdict::Uncertain) => Some((unit, NoticeKind::Corrected)),
                _ => None,
            }
        })
        .collect()
}
