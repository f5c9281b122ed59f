//! Restatements (đính chính): what a later edition of a period changed, old and new side by side, and why.
//!
//! Both editions are first read as lists of values, everything that their readers can see of the results (`values`); what
//! differs between the two lists is a change. So nothing that did not change is listed, and nothing that changed can be
//! forgotten: a field that a unit's results gain does not compile until it is a value. Left out are what every edition has
//! of its own (its number, its instant, its cause), the names on the letterhead and the headings of the form, which are
//! no results, and the instant at which a report came, which its revision stands for: so the list that a check of a
//! correction previews is the one that its later filing makes.

mod values;
mod why;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::edition::{Edition, EditionId, UnitResult};
use crate::fold::Coverage;
use crate::ids::{IndicatorCode, UnitCode};
use crate::indicator::{Ratio, Scope};
use crate::instant::Instant;
use crate::period::{PeriodKey, Window};
use crate::procedure::{Eligibility, ServiceLevel};
use crate::rank::Rank;
use crate::selector::Selector;
use crate::target::{Span, Threshold, Verdict};
use crate::unit::Tier;

/// What an edition changed of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restatement {
    /// The edition that is restated.
    pub of: EditionId,
    /// The reports that differ: in the order of the tree, then by month.
    pub sources: Vec<Source>,
    /// What changed: in the order of the tree, then of [`Item`].
    pub changes: Vec<Change>,
}

/// A report that the two editions do not share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Whose.
    pub unit: UnitCode,
    /// Its name.
    pub name: String,
    /// For which month.
    pub month: PeriodKey,
    /// The revision that counted before; none: it was missing.
    pub before: Option<u32>,
    /// The revision that counts now; none: it is not there any more.
    pub now: Option<u32>,
    /// The words in which the correction was explained; empty where there were none.
    pub note: String,
}

/// One value that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Of which unit; the province's for what is said of the edition as a whole.
    pub unit: UnitCode,
    /// Its name; the one before, if the unit is gone.
    pub name: String,
    /// What changed.
    pub item: Item,
    /// The value in the edition before; none: there was none, or no report that it could rest on.
    pub old: Option<Value>,
    /// The value in this edition; none: there is none, or no report that it could rest on.
    pub new: Option<Value>,
    /// Why.
    pub why: Why,
}

/// What can change. The order is the one in which changes of a unit are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Item {
    /// First and last day counted over the period, or over the year to date.
    Window {
        /// Over which months.
        span: Span,
    },
    /// A decision that targets were judged by.
    Decision {
        /// Its number.
        number: String,
    },
    /// How an indicator is defined.
    Definition {
        /// The indicator.
        indicator: IndicatorCode,
    },
    /// The services on offer at a level.
    Services {
        /// The level.
        level: ServiceLevel,
    },
    /// What readers must know.
    Remark {
        /// The remark.
        text: String,
    },
    /// The unit itself, by its name: one that is new, gone, or called otherwise.
    Unit,
    /// Its tier.
    Tier,
    /// Its group.
    Group,
    /// The unit above it.
    Parent,
    /// Whether its figures are added into the unit above it.
    Included,
    /// Until when its report of a month was due.
    Due {
        /// The month.
        month: PeriodKey,
    },
    /// Its report of a month that it owes: missing, or the revision that counts.
    Report {
        /// The month.
        month: PeriodKey,
    },
    /// The reports that the figures of its subtree rest on.
    Coverage,
    /// A column of the table, filed or derived.
    Column {
        /// Its code.
        code: String,
        /// Whose figures it adds up.
        scope: Scope,
    },
    /// A single field.
    Field {
        /// Its code.
        code: String,
        /// Whose figures it adds up.
        scope: Scope,
    },
    /// The reports that gave a single field.
    FieldCoverage {
        /// Its code.
        code: String,
        /// Whose reports.
        scope: Scope,
    },
    /// How an indicator is counted for the unit.
    Measure {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// The target that the unit is judged by.
    Target {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// The counts of an indicator.
    Ratio {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// The reports that an indicator rests on.
    IndicatorCoverage {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// Between which shares an indicator can still end.
    Bounds {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// The verdict.
    Verdict {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
    /// The place in the group.
    Rank {
        /// The indicator.
        indicator: IndicatorCode,
        /// Over which months.
        span: Span,
    },
}

/// What something was, or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A count.
    Count(i64),
    /// Counts above and below.
    Ratio(Ratio),
    /// Reports that are in, of those owed.
    Coverage(Coverage),
    /// Possible shares.
    Bounds(Bounds),
    /// A place.
    Rank(Rank),
    /// A verdict.
    Verdict(Verdict),
    /// A target.
    Target {
        /// The decision's number.
        decision: String,
        /// Of whom it is expected.
        selector: Selector,
        /// What it expects.
        threshold: Threshold,
        /// Whether it is judged over this span for the record.
        is_of_record: bool,
    },
    /// A way of counting.
    Measure {
        /// Whose rows count.
        scope: Scope,
        /// Only procedures of this competence count; none: all.
        competence: Option<Tier>,
        /// From when on new procedures count; none: always.
        eligibility: Option<Eligibility>,
    },
    /// A report that is owed and not in.
    Missing,
    /// A report that is in.
    Reported {
        /// The revision that counts.
        revision: u32,
        /// Received after the due instant.
        late: bool,
        /// The unit stated that nothing happened.
        nil: bool,
    },
    /// An instant.
    Instant(Instant),
    /// First and last day.
    Window(Window),
    /// Yes or no.
    Flag(bool),
    /// A name, a code or a sentence.
    Text(String),
}

/// Why a value changed. Where several hold, the first is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The unit's own report.
    OwnReport,
    /// A report of a unit that is added into it.
    ReportBelow,
    /// Figures of other units: places move.
    OtherUnits,
    /// The regime, or the tree of units, is another one.
    Rules,
}

impl Edition {
    /// This edition with what it changed of the one before it. `sources` are the reports that the two do not share.
    #[must_use]
    pub fn restating(self, previous: &Self, sources: Vec<Source>) -> Self {
        let restatement = Restatement::between(previous, &self, sources);
        Self { restatement: Some(restatement), ..self }
    }
}

impl Restatement {
    /// What `now` changed of `before`.
    #[must_use]
    pub fn between(before: &Edition, now: &Edition, sources: Vec<Source>) -> Self {
        let reasons = why::Reasons::new(before, now, &sources);
        let (units_before, units_now) = (by_code(before), by_code(now));
        let mut changes = Vec::new();
        for code in values::units_of_both(before, now) {
            let (unit_before, unit_now) = (units_before.get(code).copied(), units_now.get(code).copied());
            let (old, new) = (values::of_unit(before, unit_before), values::of_unit(now, unit_now));
            let name = unit_now.or(unit_before).map(|unit| unit.name.clone()).unwrap_or_default();
            for (item, old, new) in values::differing(&old, &new) {
                let why = reasons.why(code, item);
                let (item, old, new) = (item.clone(), old.cloned(), new.cloned());
                changes.push(Change { unit: code.clone(), name: name.clone(), item, old, new, why });
            }
        }
        Self { of: before.id, sources, changes }
    }

    /// What of it may be told about some units alone: their changes and their reports.
    #[must_use]
    pub fn of_units(self, may_see: impl Fn(&UnitCode) -> bool) -> Self {
        Self {
            of: self.of,
            sources: self.sources.into_iter().filter(|source| may_see(&source.unit)).collect(),
            changes: self.changes.into_iter().filter(|change| may_see(&change.unit)).collect(),
        }
    }

    /// The changes as people read them: where a unit's own figures and those of its subtree changed alike, once; and places
    /// that others moved behind the rest, so that a list which is cut keeps what was corrected.
    #[must_use]
    pub fn for_people(&self) -> Vec<&Change> {
        let said_once = self.changes.iter().enumerate().filter(|(i, change)| !self.is_said_again(*i, change));
        let (moved, corrected): (Vec<&Change>, Vec<&Change>) =
            said_once.map(|(_, change)| change).partition(|change| change.why == Why::OtherUnits);
        corrected.into_iter().chain(moved).collect()
    }

    /// Whether a change of a unit's own figures, which stands at this place, is that of its subtree as well.
    fn is_said_again(&self, at: usize, change: &Change) -> bool {
        let scope = Scope::Subtree;
        let item = match &change.item {
            Item::Column { code, scope: Scope::Own } => Item::Column { code: code.clone(), scope },
            Item::Field { code, scope: Scope::Own } => Item::Field { code: code.clone(), scope },
            Item::FieldCoverage { code, scope: Scope::Own } => Item::FieldCoverage { code: code.clone(), scope },
            _ => return false,
        };
        // Both stand among the changes of one unit, the subtree's after its own.
        let mut of_unit = self.changes[at..].iter().take_while(|other| other.unit == change.unit);
        of_unit.any(|other| other.item == item && (&other.old, &other.new) == (&change.old, &change.new))
    }
}

/// The units of an edition by their codes.
fn by_code(edition: &Edition) -> BTreeMap<&UnitCode, &UnitResult> {
    edition.units.iter().map(|unit| (&unit.code, unit)).collect()
}
