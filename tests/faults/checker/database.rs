//! The database as plain rows of text, on either engine.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// The rows that a query answers with; every column is a text. An error is a sentence.
pub(crate) async fn rows(url: &str, sql: &str) -> Result<Vec<Vec<String>>, String> {
    macro_rules! ask {
        ($connection:ty, $url:expr) => {{
            let mut connection = <$connection>::connect($url).await.map_err(|error| error.to_string())?;
            let found = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
            let found = found.map_err(|error| format!("{sql}: {error}"))?;
            let texts = found.iter().map(|row| (0..row.len()).map(|column| row.try_get::<String, _>(column)).collect());
            let texts: Result<Vec<Vec<String>>, _> = texts.collect();
            connection.close().await.map_err(|error| error.to_string())?;
            texts.map_err(|error| format!("{sql}: {error}"))
        }};
    }
    if url.starts_with("sqlite:") { ask!(SqliteConnection, &format!("{url}?mode=ro")) } else { ask!(PgConnection, url) }
}

/// A revision.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub(super) id: i64,
    pub(super) unit: String,
    pub(super) form: String,
    pub(super) period: String,
    pub(super) number: i64,
    pub(super) figures: String,
    pub(super) nil: bool,
    pub(super) content_hash: String,
    pub(super) received_at: i64,
    pub(super) client: String,
}

/// A run of a close, with the edition that it made.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: i64,
    pub(super) period: String,
    pub(super) edition: i64,
    pub(super) step: String,
    pub(super) revisions: Vec<i64>,
    pub(super) sealed_at: i64,
}

/// An edition.
#[derive(Debug, Clone)]
pub(super) struct Edition {
    pub(super) period: String,
    pub(super) number: i64,
    pub(super) document: String,
    pub(super) content_hash: String,
    pub(super) is_released: bool,
}

/// A planned period.
#[derive(Debug, Clone)]
pub(super) struct Period {
    pub(super) period: String,
    pub(super) locks: i64,
    pub(super) sealed_edition: i64,
}

/// An entry of the audit log.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) seq: i64,
    pub(super) prev_hash: String,
    pub(super) noted_at: String,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) object: String,
    pub(super) content_hash: String,
    pub(super) outcome: String,
    pub(super) hash: String,
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) message_sha256: String,
    pub(super) state: String,
    pub(super) doubts: i64,
}

/// Everything that the checker looks at. Read while nothing is being done.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) revisions: Vec<Revision>,
    /// Request id and stored receipt, as text, by client.
    pub(super) answers: BTreeMap<(String, String), String>,
    /// Unit and month of each extension.
    pub(super) extensions: Vec<(String, String)>,
    pub(super) runs: Vec<Run>,
    pub(super) editions: Vec<Edition>,
    pub(super) periods: Vec<Period>,
    pub(super) audit: Vec<Entry>,
    pub(super) audit_head: (i64, String),
    pub(super) deliveries: Vec<Delivery>,
    /// Hash by period, edition and name of the file.
    pub(super) documents: BTreeMap<(String, i64, String), (String, String)>,
}

/// The code of the unit with an id.
const CODE: &str = "(select max(code) from unit_version v where v.unit_id = s.unit_id)";

impl Snapshot {
    /// Reads all of it.
    pub(super) async fn read(url: &str) -> Self {
        let ask = async |sql: &str| rows(url, sql).await.expect("the database answers");
        let number = |text: &String| text.parse::<i64>().expect("a number");
        let mut snapshot = Self::default();
        let sql = format!(
            "select cast(r.id as text), {CODE}, s.form, s.period, cast(r.number as text), r.figures, cast(r.nil as text), \
             r.content_hash, cast(r.received_at as text), r.client from revision r join submission s on s.id = r.submission_id \
             order by s.id, r.number"
        );
        for row in ask(&sql).await {
            snapshot.revisions.push(Revision {
                id: number(&row[0]),
                unit: row[1].clone(),
                form: row[2].clone(),
                period: row[3].clone(),
                number: number(&row[4]),
                figures: row[5].clone(),
                nil: is_true(&row[6]),
                content_hash: row[7].clone(),
                received_at: number(&row[8]),
                client: row[9].clone(),
            });
        }
        for row in ask("select client, request_id, receipt from answer where method = 'submit' order by 1, 2").await {
            snapshot.answers.insert((row[0].clone(), row[1].clone()), row[2].clone());
        }
        for row in ask(&format!("select {CODE}, s.period from extension s order by s.id")).await {
            snapshot.extensions.push((row[0].clone(), row[1].clone()));
        }
        let sql = "select cast(id as text), period, cast(edition as text), step, revisions, cast(sealed_at as text) \
                   from close_run where cast(abandoned as text) in ('0', 'false') order by close_run.id";
        for row in ask(sql).await {
            let revisions = serde_json::from_str(&row[4]).expect("a list of ids");
            let (id, edition, sealed_at) = (number(&row[0]), number(&row[2]), number(&row[5]));
            snapshot.runs.push(Run { id, period: row[1].clone(), edition, step: row[3].clone(), revisions, sealed_at });
        }
        let sql = "select period, cast(number as text), document, content_hash, cast(released_at is not null as text) \
                   from edition order by period, edition.number";
        for row in ask(sql).await {
            snapshot.editions.push(Edition {
                period: row[0].clone(),
                number: number(&row[1]),
                document: row[2].clone(),
                content_hash: row[3].clone(),
                is_released: is_true(&row[4]),
            });
        }
        for row in ask("select period, cast(locks as text), cast(sealed_edition as text) from period").await {
            let (locks, sealed_edition) = (number(&row[1]), number(&row[2]));
            snapshot.periods.push(Period { period: row[0].clone(), locks, sealed_edition });
        }
        let sql = "select cast(seq as text), prev_hash, cast(noted_at as text), actor, action, object, content_hash, outcome, \
                   hash from audit order by audit.seq";
        for row in ask(sql).await {
            let [seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash] =
                <[String; 9]>::try_from(row).expect("nine columns");
            let seq = number(&seq);
            snapshot.audit.push(Entry { seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash });
        }
        let head = ask("select cast(seq as text), hash from audit_head").await;
        snapshot.audit_head = (number(&head[0][0]), head[0][1].clone());
        let sql = "select id, period || '/' || cast(edition as text) || ' ' || unit || ' ' || recipient || ' ' || purpose, \
                   message_sha256, state, cast(doubts as text) from delivery order by 2";
        for row in ask(sql).await {
            let [id, key, message_sha256, state, doubts] = <[String; 5]>::try_from(row).expect("five columns");
            snapshot.deliveries.push(Delivery { id, key, message_sha256, state, doubts: number(&doubts) });
        }
        for row in ask("select period, cast(edition as text), file_name, sha256, kind from document").await {
            snapshot
                .documents
                .insert((row[0].clone(), number(&row[1]), row[2].clone()), (row[3].clone(), row[4].clone()));
        }
        snapshot
    }
}

/// Flags are numbers on one engine and words on the other.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true" | "t")
}
