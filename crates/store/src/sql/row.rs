//! Reading rows: a column becomes a proved type or a failure that names it.

use std::fmt::Display;

use baocao_app::ports::Failure;
use baocao_domain::edition::EditionId;
use baocao_domain::ids::{FormCode, UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::SubmissionKey;
use sqlx::{Database, Row as _};

use super::Db;

/// A row of an answer.
pub(super) type Row = <Db as Database>::Row;

/// A text.
pub(super) fn text(row: &Row, column: &str) -> Result<String, Failure> {
    Ok(row.try_get(column)?)
}

/// A text that may be absent.
pub(super) fn optional_text(row: &Row, column: &str) -> Result<Option<String>, Failure> {
    Ok(row.try_get(column)?)
}

/// A whole number.
pub(super) fn integer(row: &Row, column: &str) -> Result<i64, Failure> {
    Ok(row.try_get(column)?)
}

/// A whole number that may be absent.
pub(super) fn optional_integer(row: &Row, column: &str) -> Result<Option<i64>, Failure> {
    Ok(row.try_get(column)?)
}

/// A small number that is not negative.
pub(super) fn number(row: &Row, column: &str) -> Result<u32, Failure> {
    u32::try_from(integer(row, column)?).map_err(|_| damaged(column, "no number of this size"))
}

/// Yes or no.
pub(super) fn flag(row: &Row, column: &str) -> Result<bool, Failure> {
    Ok(row.try_get(column)?)
}

/// A point in time.
pub(super) fn instant(row: &Row, column: &str) -> Result<Instant, Failure> {
    integer(row, column).map(Instant::from_micros)
}

/// A point in time that may be absent.
pub(super) fn optional_instant(row: &Row, column: &str) -> Result<Option<Instant>, Failure> {
    Ok(optional_integer(row, column)?.map(Instant::from_micros))
}

/// A stable name of a closed list.
pub(super) fn named<T>(row: &Row, column: &str, parse: fn(&str) -> Option<T>) -> Result<T, Failure> {
    let name = text(row, column)?;
    parse(&name).ok_or_else(|| damaged(column, format!("{name:?} is unknown")))
}

/// A form's code, in the column `form`.
pub(super) fn form(row: &Row) -> Result<FormCode, Failure> {
    Ok(FormCode::parse(&text(row, "form")?)?)
}

/// A period's name, in the column `period`.
pub(super) fn period(row: &Row) -> Result<PeriodKey, Failure> {
    Ok(PeriodKey::parse(&text(row, "period")?)?)
}

/// A unit's code, in the column `unit`.
pub(super) fn unit(row: &Row) -> Result<UnitCode, Failure> {
    Ok(UnitCode::parse(&text(row, "unit")?)?)
}

/// An edition's name, in the columns `period` and `edition`.
pub(super) fn edition(row: &Row) -> Result<EditionId, Failure> {
    Ok(EditionId { period: period(row)?, number: number(row, "edition")? })
}

/// A submission's key, in the columns `unit_id`, `form` and `period`.
pub(super) fn submission(row: &Row) -> Result<SubmissionKey, Failure> {
    Ok(SubmissionKey { unit: UnitId(integer(row, "unit_id")?), form: form(row)?, period: period(row)? })
}

/// The id that the database gave.
pub(super) fn id(row: &Row) -> Result<i64, Failure> {
    integer(row, "id")
}

/// A value that this version does not understand.
pub(super) fn damaged(column: &str, what: impl Display) -> Failure {
    format!("column {column}: {what}").into()
}
