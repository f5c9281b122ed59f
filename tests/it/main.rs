//! One integration binary: walks, faults and what must hold of the repository itself.

mod architecture;
mod backups;
mod closing;
#[path = "../conformance/database.rs"]
#[expect(dead_code, reason = "the conformance suite uses the rest")]
mod database;
mod demo;
mod expectations;
mod figures;
mod instances;
mod processes;
mod proof;
mod publishing;
mod races;
mod recomputation;
mod refusals;
mod regimes;
mod reopening;
mod restatements;
mod restoring;
mod serving;
mod town;
mod world;
