//! Values of the installation.

use baocao_app::ports::StoreError;

use super::row::text;
use super::session::{SqlTx, query};

statements! {
    /// The value of a setting.
    SETTING = "select value from setting where name = $1";
    /// Sets a value, whether it was set or not.
    PUT = "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
    /// Sets a value that is known; zero rows means that it is another by now.
    MOVE = "update setting set value = $3 where name = $1 and value = $2";
}

pub(super) async fn setting(tx: &mut SqlTx, name: &str) -> Result<Option<String>, StoreError> {
    tx.optional("reading a setting", query(SETTING).bind(name), |row| text(row, "value")).await
}

pub(super) async fn put(tx: &mut SqlTx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.run_one("setting a value", query(PUT).bind(name).bind(value)).await
}

pub(super) async fn move_from(tx: &mut SqlTx, name: &str, from: &str, to: &str) -> Result<bool, StoreError> {
    Ok(tx.run("moving a setting", query(MOVE).bind(name).bind(from).bind(to)).await? == 1)
}
