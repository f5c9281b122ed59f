//! Periods.

use baocao_app::ports::{Failure, PeriodRow, RowLock, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use super::row::{Row, form, instant, number, period as period_name};
use super::session::{SqlTx, query};

/// The text that reads a period, with a lock clause.
macro_rules! select_period {
    ($($lock:tt)*) => {
        concat!(
            "select form, period, opens, due, locks, publishes, sealed_edition \
             from period where form = $1 and period = $2",
            $($lock)*
        )
    };
}

statements! {
    /// Adds a period unless it is there already.
    PLAN = "insert into period (form, period, opens, due, locks, publishes, sealed_edition) \
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (form, period) do nothing";
    /// Gives a period that is not sealed other instants.
    MOVE = "update period set opens = $3, due = $4, locks = $5, publishes = $6 \
            where form = $1 and period = $2 and sealed_edition = 0";
    /// Takes a period back that nothing was done about.
    WITHDRAW = "delete from period where form = $1 and period = $2 and sealed_edition = 0 \
                and not exists (select 1 from extension e where e.form = $1 and e.period = $2) \
                and not exists (select 1 from submission s where s.form = $1 and s.period = $2)";
    /// A period.
    PERIOD = select_period!("");
    /// A period, held against changes.
    PERIOD_SHARED = select_period!(for_share!());
    /// A period, held against changes and other holders.
    PERIOD_EXCLUSIVE = select_period!(for_update!());
    /// All periods of a form. Names do not sort as periods close.
    ALL = "select form, period, opens, due, locks, publishes, sealed_edition from period where form = $1 order by period";
    /// Notes the edition that was sealed last.
    SEAL = "update period set sealed_edition = $3 where form = $1 and period = $2";
}

fn read(row: &Row) -> Result<PeriodRow, Failure> {
    Ok(PeriodRow {
        form: form(row)?,
        period: period_name(row)?,
        opens: instant(row, "opens")?,
        due: instant(row, "due")?,
        locks: instant(row, "locks")?,
        publishes: instant(row, "publishes")?,
        sealed_edition: number(row, "sealed_edition")?,
    })
}

pub(super) async fn plan(tx: &mut SqlTx, period: &PeriodRow) -> Result<bool, StoreError> {
    let statement = query(PLAN)
        .bind(period.form.as_str())
        .bind(period.period.to_string())
        .bind(period.opens.micros())
        .bind(period.due.micros())
        .bind(period.locks.micros())
        .bind(period.publishes.micros())
        .bind(i64::from(period.sealed_edition));
    let added = tx.run("planning a period", statement).await?;
    Ok(added == 1)
}

pub(super) async fn move_to(tx: &mut SqlTx, period: &PeriodRow) -> Result<bool, StoreError> {
    let statement = query(MOVE)
        .bind(period.form.as_str())
        .bind(period.period.to_string())
        .bind(period.opens.micros())
        .bind(period.due.micros())
        .bind(period.locks.micros())
        .bind(period.publishes.micros());
    Ok(tx.run("moving a period", statement).await? == 1)
}

pub(super) async fn withdraw(tx: &mut SqlTx, form: &FormCode, period: PeriodKey) -> Result<bool, StoreError> {
    let statement = query(WITHDRAW).bind(form.as_str()).bind(period.to_string());
    Ok(tx.run("withdrawing a period", statement).await? == 1)
}

pub(super) async fn period(
    tx: &mut SqlTx,
    form: &FormCode,
    period: PeriodKey,
    lock: RowLock,
) -> Result<Option<PeriodRow>, StoreError> {
    let statement = match lock {
        RowLock::Shared if tx.writes() => PERIOD_SHARED,
        RowLock::Exclusive if tx.writes() => PERIOD_EXCLUSIVE,
        _ => PERIOD,
    };
    tx.optional("reading a period", query(statement).bind(form.as_str()).bind(period.to_string()), read).await
}

pub(super) async fn all(tx: &mut SqlTx, form: &FormCode) -> Result<Vec<PeriodRow>, StoreError> {
    let mut periods = tx.all("reading the periods", query(ALL).bind(form.as_str()), read).await?;
    periods.sort_by_key(|row| row.period);
    Ok(periods)
}

pub(super) async fn seal(tx: &mut SqlTx, form: &FormCode, edition: EditionId) -> Result<(), StoreError> {
    let statement = query(SEAL).bind(form.as_str()).bind(edition.period.to_string()).bind(i64::from(edition.number));
    tx.run_one("sealing a period", statement).await
}
