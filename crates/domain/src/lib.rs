//! What is true in periodic reporting: no async, no input or output, no clock, no floating point.
//!
//! The nouns, in the order in which a submission meets them:
//!
//! 1. [`ids`] names: codes of units, forms, columns, procedures, indicators
//! 2. [`instant`] points in time and the legal zone; [`period`] periods and windows; [`calendar`] due and lock
//! 3. [`mod@unit`] dated versions of a unit; [`tree`] the hierarchy as on one day; [`selector`] whom a rule is about;
//!    [`obligation`] who owes reports
//! 4. [`form`] columns, single fields and identities; [`procedure`] the catalogue; [`figures`] a complete valid set;
//!    [`submission`] revisions and receipts
//! 5. [`indicator`] ratios as data; [`measure`] how one is counted for somebody; [`fold`] totals with coverage; [`bounds`]
//!    what missing reports could still change; [`target`] thresholds and verdicts; [`rank`] places
//! 6. [`cascade`] targets assigned to units below; [`forecast`] what is still needed
//! 7. [`edition`] the snapshot of a close; [`restatement`] what a later one changed, and why; [`issue`] what makes its
//!    report official; [`notice`] who is written to
//! 8. [`regime`] all rules of one place and year; [`reason`] why something is refused; [`rounding`], [`wording`] numbers and
//!    days for people
//! 9. [`lunar`], [`days_off`], [`deadline`] what the calendar is made of

mod bits;
pub mod bounds;
pub mod calendar;
pub mod cascade;
pub mod days_off;
pub mod deadline;
pub mod edition;
pub mod figures;
pub mod fold;
pub mod forecast;
pub mod form;
pub mod ids;
pub mod indicator;
pub mod instant;
pub mod issue;
pub mod lunar;
mod making;
pub mod measure;
pub mod notice;
pub mod obligation;
pub mod period;
pub mod procedure;
pub mod rank;
pub mod reason;
pub mod regime;
pub mod restatement;
pub mod rounding;
pub mod selector;
pub mod submission;
pub mod target;
pub mod tree;
pub mod unit;
pub mod wording;

#[cfg(test)]
mod testing;
