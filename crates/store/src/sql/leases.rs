//! Leases: who works on what. The one place that asks the database for the time: processes' clocks differ, and a frozen one's
//! stands still.

use baocao_app::ports::{Cells, Failure, Lease, StoreError};
use baocao_domain::instant::Instant;
use sqlx::Pool;

use super::cells;
use super::row::{Row, instant, integer, text};
use super::session::{SqlTx, query};
use super::{Db, passes};
use crate::fault::{broken, store_error};

statements! {
    /// The time, for comparing ours with it. No lease may depend on an answer that has travelled.
    TIME = concat!("select ", db_now!(), " as lease_time");
    /// Takes a lease; no row means that somebody else holds it.
    TAKE = concat!(
        "insert into lease (name, holder, fence, expires_at) values ($1, $2, 1, ", db_now!(), " + $3) \
         on conflict (name) do update \
         set holder = excluded.holder, fence = lease.fence + 1, expires_at = excluded.expires_at \
         where lease.expires_at <= ", db_now!(), " or lease.holder = excluded.holder \
         returning name, holder, fence"
    );
    /// Lets a lease last longer; zero rows means that it is over.
    RENEW = concat!(
        "update lease set expires_at = ", db_now!(), " + $4 \
         where name = $1 and holder = $2 and fence = $3 and expires_at > ", db_now!()
    );
    /// Holds a lease that is not over until the transaction ends.
    HOLD = concat!(
        "select fence from lease where name = $1 and holder = $2 and fence = $3 and expires_at > ", db_now!(),
        for_share!()
    );
    /// Gives a lease back; its fence stays, so that the next one is higher.
    RELEASE = "update lease set expires_at = 0 where name = $1 and holder = $2 and fence = $3";
    /// All of them.
    ALL = "select name, cast(fence as text), cast(expires_at as text) from lease order by lease.name";
}

/// The time by the clock of the database.
pub(in super::super) async fn time(pool: &Pool<Db>) -> Result<Instant, StoreError> {
    const DOING: &str = "asking the database for the time";
    let row = query(TIME).fetch_one(pool).await.map_err(|error| store_error(DOING, error, passes))?;
    instant(&row, "lease_time").map_err(|source| broken(DOING, source))
}

/// A length of time as instants have it.
fn micros(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000_000
}

fn read(row: &Row) -> Result<Lease, Failure> {
    Ok(Lease { name: text(row, "name")?, holder: text(row, "holder")?, fence: integer(row, "fence")? })
}

fn bound(statement: &'static str, lease: &Lease) -> super::session::Query {
    query(statement).bind(lease.name.clone()).bind(lease.holder.clone()).bind(lease.fence)
}

pub(super) async fn take(tx: &mut SqlTx, name: &str, holder: &str, lasts_s: u32) -> Result<Option<Lease>, StoreError> {
    let statement = query(TAKE).bind(name).bind(holder).bind(micros(lasts_s));
    tx.optional("taking a lease", statement, read).await
}

pub(super) async fn renew(tx: &mut SqlTx, lease: &Lease, lasts_s: u32) -> Result<bool, StoreError> {
    Ok(tx.run("renewing a lease", bound(RENEW, lease).bind(micros(lasts_s))).await? == 1)
}

pub(super) async fn hold(tx: &mut SqlTx, lease: &Lease) -> Result<bool, StoreError> {
    let held = tx.optional("holding a lease", bound(HOLD, lease), |row| integer(row, "fence")).await?;
    Ok(held.is_some())
}

pub(super) async fn release(tx: &mut SqlTx, lease: &Lease) -> Result<(), StoreError> {
    tx.run("giving a lease back", bound(RELEASE, lease)).await.map(drop)
}

pub(super) async fn all(tx: &mut SqlTx) -> Result<Vec<Cells>, StoreError> {
    tx.all("reading leases", query(ALL), cells::read).await
}
