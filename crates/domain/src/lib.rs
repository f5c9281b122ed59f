//! What is true in periodic reporting: no async, no input or output, no clock, no floating point.
//!
//! The nouns, in the order in which a submission meets them:
//!
//! 1. [`ids`] names: codes of units, forms, columns, procedures, indicators
//! 2. [`instant`] points in time and the legal zone; [`period`] periods and windows; [`calendar`] due and lock
//! 3. [`unit`] dated versions of a unit; [`tree`] the hierarchy as on one day
//! 4. [`form`] columns and identities; [`figures`] a complete valid set; [`submission`] revisions and receipts
//! 5. [`indicator`] ratios; [`fold`] totals with coverage; [`target`] thresholds and verdicts
//! 6. [`edition`] the snapshot of a close; [`issue`] what makes its report official; [`notice`] who is written to
//! 7. [`regime`] all rules of one decision; [`reason`] why something is refused; [`rounding`], [`wording`] numbers and days
//!    for people

pub mod calendar;
pub mod edition;
pub mod figures;
pub mod fold;
pub mod form;
pub mod ids;
pub mod indicator;
pub mod instant;
pub mod issue;
pub mod notice;
pub mod period;
pub mod reason;
pub mod regime;
pub mod rounding;
pub mod submission;
pub mod target;
pub mod tree;
pub mod unit;
pub mod wording;

#[cfg(test)]
mod testing;
