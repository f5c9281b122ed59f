//! Opening: migrations, addresses, and what a file looks like.

use std::sync::Arc;

use baocao_store::OpenError;

use super::database::{Database, Engine};

pub(crate) async fn a_database_is_opened_again_with_what_it_held(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    tx.put_setting("live_from", "2022-07-01").await.expect("set");
    tx.commit().await.expect("committed");
    let again = baocao_store::open(&db.url).await.expect("opens");
    again.ping().await.expect("it answers");
    let mut tx = again.read().await.expect("begun");
    assert_eq!(tx.setting("live_from").await.expect("read").as_deref(), Some("2022-07-01"));
    if db.engine == Engine::Sqlite {
        assert_eq!(db.raw("pragma journal_mode").await.expect("read"), ["wal"]);
        assert!(db.folder().is_some_and(|folder| folder.join("baocao.db").is_file()));
    }
}

pub(crate) async fn two_that_open_at_once_migrate_once(db: Arc<Database>) {
    let fresh = match db.engine {
        Engine::Sqlite => db.url.replace("baocao.db", "fresh.db"),
        Engine::Postgres => db.url.clone(),
    };
    let (one, other, third) =
        tokio::join!(baocao_store::open(&fresh), baocao_store::open(&fresh), baocao_store::open(&fresh));
    for store in [one, other, third] {
        store.expect("opens").ping().await.expect("it answers");
    }
    let migrations = db.raw("select description from _sqlx_migrations order by version").await.expect("read");
    assert_eq!(migrations, ["first"]);
}

#[tokio::test]
async fn an_address_that_is_not_understood_is_refused_without_repeating_it() {
    for url in ["", "mysql://u:geheim@h/d", "baocao.db"] {
        let error = baocao_store::open(url).await.err().expect("refused");
        assert!(matches!(error, OpenError::UnknownScheme), "{error:?}");
        assert!(!error.to_string().contains("geheim"));
    }
    for url in ["sqlite::memory:", "sqlite:"] {
        let error = baocao_store::open(url).await.err().expect("refused");
        assert!(matches!(error, OpenError::InMemory), "{error:?}");
    }
    let error = baocao_store::open("sqlite:/no/such/folder/baocao.db").await.err().expect("refused");
    assert!(matches!(error, OpenError::Lock { .. }), "{error:?}");
    let error = baocao_store::open("postgres://u@127.0.0.1:1/d").await.err().expect("refused");
    assert!(matches!(error, OpenError::Connect(_)), "{error:?}");
}
