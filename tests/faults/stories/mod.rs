//! The stories: each does one kind of harm and ends with the checker.

mod checked;
mod disk_full;
mod downtime;
mod frozen;
mod held;
mod jumps;
mod lines;
mod points;
mod random_kills;
mod restarts;
mod seal_race;
mod ticking;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::instance::Instance;
use crate::scene::{LEASE_S, Scene};
use crate::waiting::until;
use crate::writers::Doors;

/// How long a story waits for the end of what is due.
pub(crate) const SETTLE_WITHIN: Duration = Duration::from_secs(120);

/// Longer than a lease.
pub(crate) const PAST_THE_LEASE: Duration = Duration::from_millis(LEASE_S * 1_000 + 1_000);

/// How long a frozen process that goes on is watched: it must not write.
const WATCHED: Duration = Duration::from_secs(3);

/// The months of the stories, each with when it can be filed for and when it is locked.
pub(crate) const MONTHS: [(&str, &str, &str); 12] = [
    ("2022-M07", "2022-07-15T10:00+07", "2022-07-18T12:00:01+07"),
    ("2022-M08", "2022-08-15T10:00+07", "2022-08-16T12:00:01+07"),
    ("2022-M09", "2022-09-15T10:00+07", "2022-09-16T12:00:01+07"),
    ("2022-M10", "2022-10-15T10:00+07", "2022-10-18T12:00:01+07"),
    ("2022-M11", "2022-11-15T10:00+07", "2022-11-16T12:00:01+07"),
    ("2022-M12", "2022-12-15T10:00+07", "2022-12-16T12:00:01+07"),
    ("2023-M01", "2023-01-15T10:00+07", "2023-01-17T12:00:01+07"),
    ("2023-M02", "2023-02-15T10:00+07", "2023-02-16T12:00:01+07"),
    ("2023-M03", "2023-03-15T10:00+07", "2023-03-16T12:00:01+07"),
    ("2023-M04", "2023-04-15T10:00+07", "2023-04-18T12:00:01+07"),
    ("2023-M05", "2023-05-15T10:00+07", "2023-05-16T12:00:01+07"),
    ("2023-M06", "2023-06-15T10:00+07", "2023-06-16T12:00:01+07"),
];

/// The doors of these instances.
pub(crate) fn doors(instances: &[&Instance]) -> Doors {
    instances.iter().map(|instance| instance.door()).collect()
}

/// What is published and what it rests on: the same after every harm as without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes {
    editions: Vec<String>,
    documents: Vec<String>,
    deliveries: Vec<String>,
    files: BTreeMap<String, String>,
}

impl Bytes {
    /// Of an instance of a scene that has settled.
    pub(crate) async fn of(scene: &Scene, instance: &Instance) -> Self {
        let mut files = crate::checker::tree_hashes(&instance.folder().join("site"));
        // The chain bears times and names of requests; the checker holds its heads against it.
        files.retain(|path, _| !path.starts_with("audit/"));
        Self {
            editions: scene
                .query("select period || '/' || cast(number as text) || ' ' || content_hash from edition order by 1")
                .await,
            documents: scene
                .query("select period || '/' || cast(edition as text) || ' ' || file_name || ' ' || sha256 from document order by 1")
                .await,
            deliveries: scene
                .query("select period || '/' || cast(edition as text) || ' ' || recipient || ' ' || purpose from delivery order by 1")
                .await,
            files,
        }
    }

    /// Fails with the first difference.
    pub(crate) fn must_be(&self, undisturbed: &Self, story: &str) {
        assert!(!undisturbed.files.is_empty() && !undisturbed.editions.is_empty(), "{story}: nothing to compare with");
        assert_eq!(self.editions, undisturbed.editions, "{story}");
        assert_eq!(self.documents, undisturbed.documents, "{story}");
        assert_eq!(self.deliveries, undisturbed.deliveries, "{story}");
        let differs = self.files.iter().find(|&(name, hash)| undisturbed.files.get(name) != Some(hash));
        assert!(differs.is_none(), "{story}: another file: {differs:?}");
        let missing = undisturbed.files.keys().find(|&name| !self.files.contains_key(name));
        assert!(missing.is_none(), "{story}: a file is not there: {missing:?}");
    }
}

/// Zero failures in n trials bounds the rate at about 3/n with 95% confidence.
pub(crate) fn bound(trials: usize) -> String {
    format!("0 of {trials}: below {:.2}% with 95% confidence", 300.0 / trials as f64)
}

/// Whether an instance shows an edition, and lists it: the root follows the edition's folder, and the feed is the last file of
/// the root that is written.
fn shows(instance: &Instance, edition: &str) -> bool {
    let feed = std::fs::read_to_string(instance.folder().join("site/feed.xml")).unwrap_or_default();
    feed.contains(&format!("\"{edition}/index.html\""))
}

/// Every instance shows what is released, also one that had no part in it.
pub(crate) async fn everybody_shows_it(scene: &Scene, instances: &[&Instance]) {
    let sql = "select period || '/' || cast(number as text) from edition where released_at is not null";
    until("every instance shows what is released", Duration::from_secs(60), || async {
        let released = scene.query(sql).await;
        let shows_all = |instance: &&Instance| released.iter().all(|edition| shows(instance, edition));
        (!released.is_empty() && instances.iter().all(shows_all)).then_some(())
    })
    .await;
}

/// A process that stood still while another finished everything goes on, and nothing changes any more.
pub(crate) async fn thaws_and_writes_nothing(scene: &Scene, frozen: &mut Instance) {
    let before = tables(scene).await;
    frozen.thaw();
    tokio::time::sleep(WATCHED).await;
    assert!(!frozen.is_over(), "the thawed process ended: {}", frozen.log_tail());
    let after = tables(scene).await;
    for (table, rows) in &before {
        let news: Vec<&String> = after[table].iter().filter(|row| !rows.contains(row)).collect();
        assert!(
            rows.len() == after[table].len() && news.is_empty(),
            "a process that was frozen for longer than its lease wrote into {table}: {news:?}"
        );
    }
}

/// Everything that a close, a publication or a delivery writes.
async fn tables(scene: &Scene) -> BTreeMap<&'static str, Vec<String>> {
    let mut found = BTreeMap::new();
    for (table, sql) in [
        ("audit", "select cast(seq as text) || ' ' || action || ' ' || hash from audit order by audit.seq"),
        ("revision", "select cast(id as text) || content_hash from revision order by revision.id"),
        ("close_run", "select cast(id as text) || step || cast(tries as text) from close_run order by close_run.id"),
        ("edition", "select period || cast(number as text) || content_hash from edition order by 1"),
        ("document", "select cast(id as text) || sha256 from document order by document.id"),
        ("delivery", "select id || state || cast(attempts as text) from delivery order by 1"),
    ] {
        found.insert(table, scene.query(sql).await);
    }
    found
}
