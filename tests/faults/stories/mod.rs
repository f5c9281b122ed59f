//! The stories: each does one kind of harm and ends with the checker.

mod checked;
mod disk_full;
mod downtime;
mod jumps;
mod lines;
mod points;
mod random_kills;
mod restarts;
mod seal_race;
mod ticking;

use std::time::Duration;

use crate::instance::Instance;
use crate::scene::Scene;
use crate::writers::Doors;

/// How long a story waits for the end of what is due.
pub(crate) const SETTLE_WITHIN: Duration = Duration::from_secs(120);

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
    files: std::collections::BTreeMap<String, String>,
}

impl Bytes {
    /// Of an instance of a scene that has settled.
    pub(crate) async fn of(scene: &Scene, instance: &Instance) -> Self {
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
            files: crate::checker::tree_hashes(&instance.folder().join("site")),
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
