//! Rows as plain cells: what a proof reads, and that it knows every table and every column.

use std::collections::BTreeSet;
use std::sync::Arc;

use baocao_app::ports::Table;
use baocao_app::verify::IRRELEVANT;

use super::database::{Database, Engine};
use super::rows::{hash, plan, revision};

pub(crate) async fn every_column_of_every_table_is_known(db: Arc<Database>) {
    let listed = match db.engine {
        Engine::Sqlite => {
            "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
        }
        Engine::Postgres => {
            "select c.table_name || '.' || c.column_name from information_schema.columns c \
             join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema \
             where t.table_type = 'BASE TABLE' and t.table_schema = 'public'"
        }
    };
    let is_ours = |name: &String| !name.starts_with("sqlite_") && !name.starts_with("_sqlx_migrations.");
    let there: BTreeSet<String> = db.raw(listed).await.expect("read").into_iter().filter(is_ours).collect();
    let of =
        |table: &Table| table.columns().iter().map(|column| format!("{}.{column}", table.name())).collect::<Vec<_>>();
    let known: BTreeSet<String> = Table::ALL.iter().flat_map(of).collect();
    let matters = |name: &String| {
        let table = name.split('.').next().unwrap_or_default();
        !IRRELEVANT.iter().any(|line| line.table == table && line.column == "*")
    };
    let there: BTreeSet<String> = there.into_iter().filter(matters).collect();
    assert_eq!(there, known, "a table or a column that no proof looks at");
}

pub(crate) async fn rows_come_as_texts_in_batches_by_key(db: Arc<Database>) {
    plan(db.store.as_ref(), &["2022-M07"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    for name in ["c", "a", "b"] {
        tx.put_setting(name, "1").await.expect("set");
    }
    let id = tx.append_revision(&revision(7, "2022-M07", 1)).await.expect("filed");
    for number in 2..=11 {
        tx.append_revision(&revision(7, "2022-M07", number)).await.expect("corrected");
    }
    tx.commit().await.expect("committed");

    let mut tx = db.store.read().await.expect("begun");
    let row = |name: &str| vec![Some(name.to_owned()), Some("1".to_owned())];
    assert_eq!(tx.cells(Table::Setting, &[], 2).await.expect("read"), [row("a"), row("b")]);
    assert_eq!(tx.cells(Table::Setting, &["b".into()], 2).await.expect("read"), [row("b"), row("c")], "with its key");
    assert_eq!(tx.cells(Table::Setting, &["d".into()], 2).await.expect("read"), Vec::<Vec<_>>::new());

    let cells = tx.cells(Table::Revision, &[], 20).await.expect("read");
    let numbers: Vec<_> = cells.iter().map(|cells| cells[Table::Revision.place("number")].clone()).collect();
    let expected: Vec<_> = (1..=11).map(|number| Some(number.to_string())).collect();
    assert_eq!(numbers, expected, "numbers sort as numbers");
    assert_eq!(Table::Revision.key(&cells[0]), id.to_string());
    assert_eq!(cells[0][Table::Revision.place("content_hash")], Some(hash('b')));
    assert!(matches!(cells[0][Table::Revision.place("nil")].as_deref(), Some("0" | "false")));
    let periods = tx.cells(Table::Period, &["tthc".into(), "2022-M07".into()], 10).await.expect("read");
    assert_eq!(periods.iter().map(|cells| Table::Period.key(cells)).collect::<Vec<_>>(), ["tthc/2022-M07"]);
    for table in Table::ALL {
        let rows = tx.cells(*table, &[], 10).await.expect("every table reads");
        assert!(rows.iter().all(|cells| cells.len() == table.columns().len()), "{}", table.name());
    }
}

pub(crate) async fn a_text_that_is_none_still_reads(db: Arc<Database>) {
    // PostgreSQL refuses such a text; SQLite keeps it.
    let planted = match db.engine {
        Engine::Sqlite => "insert into setting (name, value) values ('a', cast(x'61ff62' as text))",
        Engine::Postgres => "insert into setting (name, value) values ('a', 'a?b')",
    };
    db.raw(planted).await.expect("planted");
    let mut tx = db.store.read().await.expect("begun");
    let rows = tx.cells(Table::Setting, &[], 10).await.expect("read");
    assert_eq!(rows.len(), 1);
    assert!(rows[0][1].as_deref().is_some_and(|text| text.starts_with('a') && text.ends_with('b')), "{rows:?}");
}
