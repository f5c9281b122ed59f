//! Messages ↔ domain. Pure: nothing here waits, reads or decides; what cannot be read is a fault with its path.

pub(crate) mod cascade;
pub(crate) mod faults;
pub(crate) mod figure;
pub(crate) mod forecast;
pub(crate) mod indicator;
pub(crate) mod job;
pub(crate) mod obligation;
pub(crate) mod page;
pub(crate) mod period;
pub(crate) mod plan;
pub(crate) mod ranking;
pub(crate) mod report;
pub(crate) mod submission;
pub(crate) mod target;
pub(crate) mod threshold;
pub(crate) mod time;
pub(crate) mod trace;

#[cfg(test)]
mod testing;
