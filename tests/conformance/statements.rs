//! One text for both databases: what is prepared, and what the stories call.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::database::Database;

/// How each database tells its time, in microseconds; only leases may ask.
const SQLITE_NOW: &str = "cast(unixepoch('subsec') * 1000000 as integer)";
const POSTGRES_NOW: &str = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

/// How each database keeps two transactions from one request: the one writer of SQLite needs no lock.
const SQLITE_CLAIM: &str = "length($1 || ' ' || $2)";
const POSTGRES_CLAIM: &str = "pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))";

pub(crate) async fn every_statement_is_prepared(db: Arc<Database>) {
    assert!(db.statements().len() > 40, "the list is complete: {}", db.statements().len());
    assert_eq!(db.refused().await, Vec::<String>::new());
}

#[test]
fn both_databases_have_the_same_text_but_for_locks_and_their_clocks() {
    let (sqlite, postgres) = (baocao_store::sqlite::statements(), baocao_store::postgres::statements());
    assert_eq!(sqlite.len(), postgres.len());
    for ((name, plain), (_, locking)) in sqlite.iter().zip(&postgres) {
        let unlocked = locking.trim_end_matches(" for update").trim_end_matches(" for share");
        let (plain, unlocked) = (plain.replace(SQLITE_NOW, "{now}"), unlocked.replace(POSTGRES_NOW, "{now}"));
        let (plain, unlocked) = (plain.replace(SQLITE_CLAIM, "{claim}"), unlocked.replace(POSTGRES_CLAIM, "{claim}"));
        assert_eq!(plain, unlocked, "{name}");
        assert!(!plain.contains("{now}") || plain.contains("lease"), "{name} asks for the time");
    }
}

#[test]
fn a_text_names_its_columns_and_leaves_out_what_could_differ() {
    for (name, text) in baocao_store::sqlite::statements() {
        let text = &text.replace(SQLITE_NOW, "0");
        assert_eq!(text, text.trim(), "{name}");
        assert!(!text.replace("count(*)", "").contains('*'), "{name} names no column: {text}");
        let outside_quotes: String = text.split('\'').step_by(2).collect();
        assert_eq!(outside_quotes, outside_quotes.to_lowercase(), "{name} is not in lower case");
        for absent in ["now()", "current_timestamp", "random", "sum(", "strftime", "interval", " like "] {
            assert!(!text.contains(absent), "{name} says {absent}: {text}");
        }
    }
}

/// A method that no story calls is a method that nobody knows to work.
#[test]
fn every_method_of_the_port_is_called_by_a_story() {
    let port = include_str!("../../crates/app/src/ports/store.rs");
    let stories = concat!(
        include_str!("audit.rs"),
        include_str!("cells.rs"),
        include_str!("closes.rs"),
        include_str!("editions.rs"),
        include_str!("leases.rs"),
        include_str!("mails.rs"),
        include_str!("periods.rs"),
        include_str!("submissions.rs"),
        include_str!("transactions.rs"),
        include_str!("units.rs"),
        include_str!("whole.rs"),
    );
    let methods: BTreeSet<&str> = ["pub trait Store", "pub trait Tx"]
        .iter()
        .filter_map(|head| port.split_once(head))
        .filter_map(|(_, rest)| rest.split_once("\n}\n"))
        .flat_map(|(body, _)| body.split("async fn ").skip(1))
        .filter_map(|declaration| declaration.split_once('('))
        .map(|(name, _)| name)
        .collect();
    assert!(methods.len() > 40, "the port was read: {methods:?}");
    let uncalled: Vec<&&str> = methods.iter().filter(|name| !stories.contains(&format!(".{name}("))).collect();
    assert!(uncalled.is_empty(), "no story calls {uncalled:?}");
}
