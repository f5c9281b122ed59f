//! Changes past the service: cells, rows and files, each undone after it was looked at.

use std::sync::Arc;

use baocao_app::ports::Table;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::database::{Database, Engine};
use crate::recomputation::chance::Chance;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Flag,
    Text,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) may_be_null: bool,
}

/// A row as it is.
pub(crate) type Cells = Vec<Option<String>>;

/// A table with its rows.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) table: Table,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Cells>,
}

impl Rows {
    /// The key of a row, as a proof names it.
    pub(crate) fn key(&self, cells: &Cells) -> String {
        let keys = &self.table.columns()[..self.table.key_columns()];
        let parts: Vec<&str> = keys.iter().map(|key| self.cell(cells, key).unwrap_or("")).collect();
        parts.join("/")
    }

    /// A cell by the name of its column.
    pub(crate) fn cell<'a>(&self, cells: &'a Cells, column: &str) -> Option<&'a str> {
        let place = self.columns.iter().position(|known| known.name == column).expect("a column");
        cells[place].as_deref()
    }
}

/// A connection that no trigger and no foreign key holds back.
pub(crate) enum Past {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Past {
    pub(crate) async fn of(database: &Arc<Database>) -> Self {
        let mut past = match database.engine {
            Engine::Sqlite => Self::Sqlite(SqliteConnection::connect(&database.url).await.expect("connected")),
            Engine::Postgres => Self::Postgres(PgConnection::connect(&database.url).await.expect("connected")),
        };
        match &mut past {
            Self::Sqlite(_) => {
                past.run("pragma foreign_keys = off").await.expect("off");
                for trigger in past.texts("select name from sqlite_master where type = 'trigger'", 1).await {
                    past.run(&format!("drop trigger {}", trigger[0].as_deref().expect("a name")))
                        .await
                        .expect("dropped");
                }
            }
            Self::Postgres(_) => past.run("set session_replication_role = replica").await.expect("a superuser"),
        }
        past
    }

    /// Runs a statement.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => connection.execute(sql).await.map(drop),
            Self::Postgres(connection) => connection.execute(sql).await.map(drop),
        }
    }

    async fn texts(&mut self, sql: &str, columns: usize) -> Vec<Cells> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("read");
                rows.iter().map(|row| (0..columns).map(|i| row.try_get(i).expect("text")).collect()).collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("read");
                rows.iter().map(|row| (0..columns).map(|i| row.try_get(i).expect("text")).collect()).collect()
            }
        }
    }

    /// Every table with every row.
    pub(crate) async fn everything(&mut self) -> Vec<Rows> {
        let mut all = Vec::new();
        for table in Table::ALL.iter().copied() {
            let listed = match self {
                Self::Sqlite(_) => format!(
                    "select name, type, cast(\"notnull\" as text) from pragma_table_info('{}') order by cid",
                    table.name()
                ),
                Self::Postgres(_) => format!(
                    "select column_name::text, data_type::text, case is_nullable when 'NO' then '1' else '0' end \
                     from information_schema.columns where table_schema = 'public' and table_name = '{}' \
                     order by ordinal_position",
                    table.name()
                ),
            };
            let columns: Vec<Column> = self.texts(&listed, 3).await.into_iter().map(column).collect();
            let read: Vec<String> = columns.iter().map(|column| format!("cast({} as text)", column.name)).collect();
            let rows = self.texts(&format!("select {} from {}", read.join(", "), table.name()), columns.len()).await;
            all.push(Rows { table, columns, rows });
        }
        all
    }
}

fn column(cells: Cells) -> Column {
    let cells: [Option<String>; 3] = cells.try_into().expect("three cells");
    let [name, kind, not_null] = cells.map(|cell| cell.expect("not null"));
    let kind = match kind.to_lowercase().as_str() {
        "integer" | "bigint" => Kind::Number,
        "boolean" => Kind::Flag,
        "text" => Kind::Text,
        other => panic!("a column of type {other}"),
    };
    Column { name, kind, may_be_null: not_null == "0" }
}

/// A value as it stands in a statement.
pub(crate) fn literal(column: &Column, value: Option<&str>) -> String {
    match (value, column.kind) {
        (None, _) => "null".into(),
        (Some(value), Kind::Text) => format!("'{}'", value.replace('\'', "''")),
        (Some(value), Kind::Flag) => format!("cast('{value}' as boolean)"),
        (Some(value), Kind::Number) => value.to_owned(),
    }
}

/// The condition that finds a row.
pub(crate) fn is_row(rows: &Rows, cells: &Cells) -> String {
    let keys = &rows.table.columns()[..rows.table.key_columns()];
    let of_key = |key: &&str| {
        let place = rows.columns.iter().position(|column| column.name == **key).expect("a column");
        format!("{key} = {}", literal(&rows.columns[place], cells[place].as_deref()))
    };
    keys.iter().map(of_key).collect::<Vec<_>>().join(" and ")
}

/// Another value for a cell: near to it, like that of another row, or far off.
pub(crate) fn another(chance: &mut Chance, rows: &Rows, place: usize, before: Option<&str>) -> Option<String> {
    let column = &rows.columns[place];
    if column.may_be_null && before.is_some() && chance.once_in(4) {
        return None;
    }
    let of_others: Vec<String> = rows.rows.iter().filter_map(|cells| cells[place].clone()).collect();
    match column.kind {
        Kind::Flag => Some(if before == Some("true") { "false" } else { "true" }.into()),
        Kind::Number => {
            let number: i64 = before.and_then(|before| before.parse().ok()).unwrap_or(0);
            let near = [number + 1, number - 1, number ^ (1 << chance.below(40)), 0, 1];
            let other = chance.one_of(&of_others.iter().map(String::as_str).chain([""]).collect::<Vec<_>>()).parse();
            Some(if chance.once_in(3) { other.unwrap_or(number + 7) } else { chance.one_of(&near) }.to_string())
        }
        Kind::Text => {
            let mut letters: Vec<char> = before.unwrap_or("").chars().collect();
            match chance.below(6) {
                0 if !of_others.is_empty() => return Some(chance.one_of(&of_others)),
                1 => letters.push(chance.one_of(&[' ', 'a', '0', 'ô'])),
                2 if !letters.is_empty() => drop(letters.remove(chance.below(letters.len()))),
                3 => letters.clear(),
                // One digit of it, such as a count in a document.
                4 if letters.iter().any(char::is_ascii_digit) => {
                    let digits: Vec<usize> = (0..letters.len()).filter(|i| letters[*i].is_ascii_digit()).collect();
                    letters[chance.one_of(&digits)] = chance.one_of(&['0', '1', '7', '9']);
                }
                _ if !letters.is_empty() => {
                    let at = chance.below(letters.len());
                    letters[at] = chance.one_of(&['x', '1', ' ', 'Đ']);
                }
                _ => letters.push('x'),
            }
            Some(letters.into_iter().collect())
        }
    }
}
