//! The database as a whole: what a copy of it is compared by.

use baocao_app::ports::StoreError;

use super::row::{integer, text};
use super::session::{SqlTx, query};

statements! {
    /// The last migration.
    VERSION = "select max(version) as version from _sqlx_migrations";
    /// The rows of every table. A table that is missing here fails a test.
    COUNTS = "select 'answer' as name, count(*) as rows_found from answer \
              union all select 'api_key' as name, count(*) as rows_found from api_key \
              union all select 'audit' as name, count(*) as rows_found from audit \
              union all select 'close_request' as name, count(*) as rows_found from close_request \
              union all select 'close_run' as name, count(*) as rows_found from close_run \
              union all select 'delivery' as name, count(*) as rows_found from delivery \
              union all select 'document' as name, count(*) as rows_found from document \
              union all select 'edition' as name, count(*) as rows_found from edition \
              union all select 'extension' as name, count(*) as rows_found from extension \
              union all select 'issue' as name, count(*) as rows_found from issue \
              union all select 'job' as name, count(*) as rows_found from job \
              union all select 'lease' as name, count(*) as rows_found from lease \
              union all select 'period' as name, count(*) as rows_found from period \
              union all select 'regime' as name, count(*) as rows_found from regime \
              union all select 'reopening' as name, count(*) as rows_found from reopening \
              union all select 'revision' as name, count(*) as rows_found from revision \
              union all select 'setting' as name, count(*) as rows_found from setting \
              union all select 'submission' as name, count(*) as rows_found from submission \
              union all select 'unit_version' as name, count(*) as rows_found from unit_version \
              order by name";
    /// What documents and mails name, each once.
    OBJECTS = "select sha256 from document where sha256 > $1 \
               union select message_sha256 as sha256 from delivery where message_sha256 > $1 \
               order by sha256 limit $2";
}

pub(super) async fn version(tx: &mut SqlTx) -> Result<i64, StoreError> {
    tx.one("reading the version of the schema", query(VERSION), |row| integer(row, "version")).await
}

pub(super) async fn counts(tx: &mut SqlTx) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all("counting rows", query(COUNTS), |row| Ok((text(row, "name")?, integer(row, "rows_found")?))).await
}

pub(super) async fn objects(tx: &mut SqlTx, after: &str, batch_max: u32) -> Result<Vec<String>, StoreError> {
    let statement = query(OBJECTS).bind(after.to_owned()).bind(i64::from(batch_max));
    tx.all("listing objects", statement, |row| text(row, "sha256")).await
}
