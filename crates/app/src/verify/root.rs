//! The root of the public tree: the pages that list what is shown, and nothing that nobody made.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use baocao_domain::edition::EditionId;

use super::Found;
use super::files::FOLLOWS_WITHIN_SECONDS;
use crate::app::App;
use crate::canonical::sha256_hex;
use crate::content::SITE;
use crate::error::AppError;
use crate::heads;
use crate::ports::{PageFile, Tx};
use crate::root::Listing;

/// What the progress and the outcome call it.
const ROOT: &str = "files of the root";

/// The root as it must be.
pub(super) struct Root {
    pages: Vec<PageFile>,
    /// Editions that are shown before their instant.
    early: Vec<EditionId>,
    /// Whether what it lists changed a moment ago: it follows at the next look.
    may_be_behind: bool,
}

impl App {
    /// The files of the root with their hashes. Read before the snapshot is taken: what is written later lists what is not in
    /// it.
    pub(super) async fn root_files(&self) -> Result<BTreeMap<String, String>, AppError> {
        let files = Arc::clone(&self.ports.files);
        self.aside("read the root of the site", move || {
            let mut there = BTreeMap::new();
            for path in files.root_files()? {
                if let Some(bytes) = files.site_file(&path)? {
                    there.insert(path, sha256_hex(&bytes));
                }
            }
            Ok(there)
        })
        .await
    }

    /// Makes the root again, of what is shown. None where what it rests on has a fault.
    pub(super) async fn remake_root(
        &self,
        tx: &mut dyn Tx,
        shown: &[String],
        found: &mut Found<'_>,
    ) -> Result<Option<Root>, AppError> {
        if !found.verified.is_sound() || tx.regime_id().await?.is_none() {
            return Ok(None);
        }
        let since = self.now().plus_seconds(-FOLLOWS_WITHIN_SECONDS);
        let is_shown = |id: EditionId| shown.contains(&id.to_string());
        let listing = Listing::read(self, tx, is_shown).await?;
        let periods = listing.periods(tx).await?;
        let is_due = |id: EditionId| periods.iter().any(|row| row.period == id.period && row.publishes <= self.now());
        let shown = shown.iter().filter_map(|name| EditionId::parse(name));
        Ok(Some(Root {
            // One that is due is shown a moment before that is noted.
            early: shown.filter(|id| !listing.lists(*id) && !is_due(*id)).collect(),
            may_be_behind: listing.changed_at(tx).await? > since,
            pages: listing.pages(self, tx).await?,
        }))
    }
}

/// Every page of the root is what is made of what is shown, and there is no file that nobody made. `reports` are the paths of
/// all issued reports.
pub(super) fn check_root(
    root: &Root,
    there: &BTreeMap<String, String>,
    reports: &HashSet<String>,
    found: &mut Found<'_>,
) {
    for edition in &root.early {
        found.fault(SITE, edition.to_string(), "is shown before its instant");
    }
    // On a folder that was just restored nothing has run yet.
    for page in root.pages.iter().filter(|_| !there.is_empty() && !root.may_be_behind) {
        if there.get(&page.path).is_none_or(|hash| *hash != sha256_hex(&page.bytes)) {
            let what = "is not what this version of the program makes of what is shown: the service writes it anew when it \
                        starts";
            found.fault(SITE, page.path.clone(), what);
        }
    }
    let pages: HashSet<&str> = root.pages.iter().map(|page| page.path.as_str()).collect();
    let is_known = |path: &str| path == heads::PATH || pages.contains(path) || reports.contains(path);
    for path in there.keys().filter(|path| !is_known(path)) {
        found.fault(SITE, path.clone(), "is there, and nobody made it");
    }
    found.checked(ROOT, there.len());
}
