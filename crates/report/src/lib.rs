#![doc = include_str!("../README.md")]

mod annex;
mod chart;
mod check;
mod counts;
mod error;
mod fields;
mod font;
mod hinting;
mod letterhead;
mod page;
mod pdf;
mod reading;
mod report;
mod restrictions;
mod results;
mod scorecard;
mod sentences;
mod signature;
mod summary;
mod table;
mod text;
mod thresholds;
mod words;

pub use check::{check_report, check_scorecard, text_of};
pub use error::ReportError;
pub use report::report;
pub use scorecard::scorecard;
