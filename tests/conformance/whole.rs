//! The database as a whole: what a copy of it is compared by.

use std::sync::Arc;

use baocao_app::ports::{DeliveryRow, DocumentKind, DocumentRow};

use super::database::{Database, Engine};
use super::rows::{delivery, document, freeze, hash};

pub(crate) async fn every_table_is_counted(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M07/1", "2022-M08/1"]).await;
    let tables = match db.engine {
        Engine::Sqlite => {
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name"
        }
        Engine::Postgres => "select tablename::text from pg_tables where schemaname = 'public' order by 1",
    };
    let mut tables = db.raw(tables).await.expect("read");
    // Not ours, and one row that holds the end of the chain.
    tables.retain(|table| !["_sqlx_migrations", "audit_head"].contains(&table.as_str()));
    let counts = db.store.read().await.expect("begun").table_counts().await.expect("counted");
    let counted: Vec<&str> = counts.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(counted, tables, "a table that is not counted can be lost in a copy");
    assert!(counts.contains(&("edition".into(), 2)) && counts.contains(&("issue".into(), 0)), "{counts:?}");
}

pub(crate) async fn objects_are_listed_once_in_their_order(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M07/1"]).await;
    let mut tx = db.store.begin().await.expect("begun");
    for (unit, digit) in [("178", 'c'), ("180", 'a'), ("181", 'c')] {
        let row = DocumentRow { sha256: hash(digit), ..document("2022-M07/1", DocumentKind::Scorecard, unit) };
        tx.append_document(&row).await.expect("added");
    }
    for (id, message) in [("d-1", hash('b')), ("d-2", hash('c')), ("d-3", String::new())] {
        let row =
            DeliveryRow { message_sha256: message, ..delivery(id, "2022-M07/1", &format!("{id}@langson.example")) };
        assert!(tx.enqueue(&row).await.expect("queued"));
    }
    let all = [hash('a'), hash('b'), hash('c')];
    assert_eq!(tx.object_hashes("", 10).await.expect("read"), all, "a mail that could not be built names none");
    assert_eq!(tx.object_hashes("", 2).await.expect("read"), all[..2], "at most so many");
    assert_eq!(tx.object_hashes(&all[0], 10).await.expect("read"), all[1..], "from behind one on");
    assert_eq!(tx.object_hashes(&all[2], 10).await.expect("read"), Vec::<String>::new());
}

pub(crate) async fn the_schema_has_a_version(db: Arc<Database>) {
    let version = db.store.read().await.expect("begun").schema_version().await.expect("read");
    assert_eq!(version, baocao_store::copies::schema_version());
}
