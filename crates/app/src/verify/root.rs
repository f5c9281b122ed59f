//! The root of the public tree: the pages that list what is shown, and nothing that nobody made.

use std::collections::HashSet;
use std::sync::Arc;

use baocao_domain::edition::EditionId;

use super::Found;
use super::files::FOLLOWS_WITHIN_SECONDS;
use crate::app::App;
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
    reports: HashSet<String>,
    /// Editions that are shown before their instant.
    early: Vec<EditionId>,
    /// Whether what it lists changed a moment ago: it follows at the next look.
    may_be_behind: bool,
}

impl App {
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
            reports: listing.report_paths().collect(),
            pages: listing.pages(self, tx).await?,
        }))
    }

    /// Every page of the root is what is made of what is shown, and there is no file that nobody made.
    pub(super) async fn check_root(&self, root: Root, found: &mut Found<'_>) -> Result<(), AppError> {
        for edition in &root.early {
            found.fault(SITE, edition.to_string(), "is shown before its instant");
        }
        let files = Arc::clone(&self.ports.files);
        let checked = self.aside("read the root of the site", move || {
            let mut wrong = Vec::new();
            let there = files.root_files()?;
            // On a folder that was just restored nothing has run yet.
            for page in root.pages.iter().filter(|_| !there.is_empty()) {
                let bytes = files.site_file(&page.path)?;
                if !root.may_be_behind && bytes.as_deref() != Some(&page.bytes) {
                    wrong.push((
                        page.path.clone(),
                        "is not what this version of the program makes of what is shown: the service writes it anew when it \
                         starts",
                    ));
                }
            }
            let pages: HashSet<&str> = root.pages.iter().map(|page| page.path.as_str()).collect();
            for path in &there {
                let is_known = path == heads::PATH || pages.contains(path.as_str()) || root.reports.contains(path);
                if !is_known {
                    wrong.push((path.clone(), "is there, and nobody made it"));
                }
            }
            Ok((there.len(), wrong))
        });
        let (count, wrong) = checked.await?;
        for (path, what) in wrong {
            found.fault(SITE, path, what);
        }
        found.checked(ROOT, count);
        Ok(())
    }
}
