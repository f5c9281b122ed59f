//! One integration binary: walks, faults and what must hold of the repository itself.

mod architecture;
mod closing;
#[path = "../conformance/database.rs"]
#[expect(dead_code, reason = "the conformance suite uses the rest")]
mod database;
mod demo;
mod processes;
mod refusals;
mod serving;
mod world;
