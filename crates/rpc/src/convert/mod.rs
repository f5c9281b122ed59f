//! Messages ↔ domain. Pure: nothing here waits, reads or decides; what cannot be read is a fault with its path.

pub(crate) mod figure;
pub(crate) mod indicator;
pub(crate) mod page;
pub(crate) mod period;
pub(crate) mod report;
pub(crate) mod submission;
pub(crate) mod time;
