//! One SQL text for both databases: this folder is compiled once for each, as a module of `sqlite` and of `postgres`.
//!
//! What differs comes from `super`: the driver (`Db`), which refusals pass, the lock clauses and the clock of the database. What could differ is
//! left out: no clock (but for leases, `db_now!`), no chance, no arithmetic on dates, no sums. The functions stand in one file per subject; [`Tx`]
//! is one `impl` and delegates to them.

mod audit;
mod closes;
mod deliveries;
mod documents;
mod editions;
mod extensions;
mod jobs;
mod keys;
mod leases;
mod periods;
mod regimes;
mod reopenings;
mod row;
mod session;
mod settings;
mod submissions;
mod tx;
mod units;
mod whole;

pub(super) use leases::time;
pub(super) use session::{SqlTx, ping};

use super::{Db, passes};

/// All statements of the files below, by file.
pub(super) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        session::STATEMENTS,
        settings::STATEMENTS,
        regimes::STATEMENTS,
        units::STATEMENTS,
        periods::STATEMENTS,
        submissions::STATEMENTS,
        extensions::STATEMENTS,
        reopenings::STATEMENTS,
        leases::STATEMENTS,
        jobs::STATEMENTS,
        closes::STATEMENTS,
        editions::STATEMENTS,
        documents::STATEMENTS,
        deliveries::STATEMENTS,
        keys::STATEMENTS,
        audit::STATEMENTS,
        whole::STATEMENTS,
    ]
    .concat()
}
