//! Publishing (công khai): staged editions are shown at their period's instant.
//!
//! Every instance shows every edition in a folder of its own, with the bytes of whoever closed it: the chain notes the hash
//! of the list of checksums. Pages that were staged elsewhere are made here again and proved by it; a version that makes
//! others shows none of them, and they must be copied from where they are. What is shown already is proved once after each
//! start: a folder that was kept while the database was restored may show what has no past any more.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};

use baocao_domain::edition::EditionId;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::canonical::sha256_hex;
use crate::close::{CHECKSUMS, STAGE, is_staged};
use crate::content::{self, Content};
use crate::error::AppError;
use crate::ports::{CloseRunRow, EditionRow};
use crate::setup::SERVICE;

/// An edition whose instant has come.
struct Public {
    run: CloseRunRow,
    row: EditionRow,
    /// Whether some instance has shown it already.
    is_released: bool,
}

impl App {
    /// Shows every edition whose instant has come and brings the root up to date, in this instance's folder; answers with what
    /// was released first by this call. Idle if nothing changed.
    ///
    /// # Errors
    /// Those of the database and of the files.
    pub async fn publish_due(&self) -> Result<Vec<EditionId>, AppError> {
        let mut released = Vec::new();
        let public = self.public().await?;
        if public.iter().any(|public| !public.is_released) {
            self.compare_clocks().await?;
        }
        for public in public {
            match self.show_and_note(&public).await {
                Ok(true) => released.push(public.run.edition),
                Ok(false) => {}
                // It is tried again at the next run; the next edition does not wait for it.
                Err(error) => {
                    tracing::error!(edition.id = %public.run.edition, error = %error.chain(), "edition not published");
                }
            }
        }
        self.refresh_root().await?;
        Ok(released)
    }

    /// Shows an edition to readers of this instance, if they do not see it yet; whether that released it.
    async fn show_and_note(&self, public: &Public) -> Result<bool, AppError> {
        if self.is_shown_as_staged(public.run.edition).await? && public.is_released {
            return Ok(false);
        }
        self.reach("publish.begun");
        self.show(&public.run).await?;
        self.reach("publish.shown");
        if public.is_released || !self.note_released(public).await? {
            return Ok(false);
        }
        self.reach("publish.committed");
        tracing::info!(edition.id = %public.run.edition, "edition published");
        Ok(true)
    }

    /// Whether readers of this instance see an edition as it was staged. What they see otherwise is taken away.
    async fn is_shown_as_staged(&self, edition: EditionId) -> Result<bool, AppError> {
        let files = Arc::clone(&self.ports.files);
        if !files.is_shown(edition) {
            self.proved_pages().remove(&edition);
            return Ok(false);
        }
        if self.proved_pages().contains(&edition) {
            return Ok(true);
        }
        let noted = self.noted_pages(edition).await?;
        let list = format!("{edition}/{CHECKSUMS}");
        let is_right = self.aside(format!("read the list of {edition}"), move || {
            let is_right = files.site_file(&list)?.is_some_and(|list| sha256_hex(&list) == noted);
            if !is_right {
                files.withdraw_edition(edition)?;
            }
            Ok(is_right)
        });
        if is_right.await? {
            self.proved_pages().insert(edition);
            return Ok(true);
        }
        tracing::error!(edition.id = %edition, "edition was shown with other files than were staged: withdrawn");
        Ok(false)
    }

    /// Shows an edition to readers of this instance; what another instance staged is made here again.
    async fn show(&self, run: &CloseRunRow) -> Result<(), AppError> {
        let (edition, files) = (run.edition, Arc::clone(&self.ports.files));
        if !files.is_shown(edition) {
            let noted = self.noted_pages(edition).await?;
            let staged = self.aside(format!("read the list of {edition}"), {
                let files = Arc::clone(&files);
                move || files.staged_file(edition, CHECKSUMS)
            });
            let is_right = staged.await?.is_some_and(|list| sha256_hex(&list) == noted);
            if !is_right && self.write_aside(run).await?.hash != noted {
                let why = format!(
                    "the pages of {edition} are not here and this version makes others: copy site/{edition} from where it is"
                );
                return Err(AppError::Failed { doing: format!("show {edition}"), source: why.into() });
            }
        }
        self.aside(format!("release {edition}"), move || files.release_edition(edition)).await?;
        self.proved_pages().insert(edition);
        Ok(())
    }

    /// The hash of the list of checksums of an edition, as it was noted when it was staged.
    async fn noted_pages(&self, edition: EditionId) -> Result<String, AppError> {
        let object = Content::site(edition, String::new()).object();
        let noted = self.ports.store.read().await?.audit_about(STAGE, &object).await?;
        let noted = noted.ok_or_else(|| AppError::Corrupt(format!("no entry notes the files of {edition}")))?;
        Ok(noted.content_hash)
    }

    fn proved_pages(&self) -> MutexGuard<'_, BTreeSet<EditionId>> {
        self.proved_pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this instance shows an edition, and with the bytes that were staged.
    pub(crate) fn shows(&self, edition: EditionId) -> bool {
        self.proved_pages().contains(&edition) && self.ports.files.is_shown(edition)
    }

    /// Notes that an edition is public; false if another instance was first.
    async fn note_released(&self, public: &Public) -> Result<bool, AppError> {
        let mut tx = self.ports.store.begin().await?;
        let now = self.now();
        let (form, edition) = (&public.run.form, public.run.edition);
        if !tx.release_edition(form, edition, now).await? {
            return Ok(false);
        }
        let released = EditionRow { released_at: Some(now), ..public.row.clone() };
        let entry = Entry::about(SERVICE, "publish", &content::edition(&released), "");
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(true)
    }

    /// Editions whose pages are staged and whose instant has come, those that are released already too.
    async fn public(&self) -> Result<Vec<Public>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let runs = tx.close_runs(&form).await?;
        let periods = tx.periods(&form).await?;
        let mut public = Vec::new();
        for row in tx.editions(&form).await? {
            let is_staged = |run: &&CloseRunRow| run.edition == row.id && is_staged(run, &runs);
            let Some(run) = runs.iter().filter(is_staged).max_by_key(|run| run.step) else { continue };
            let is_released = row.released_at.is_some();
            let is_due = periods.iter().any(|p| p.period == row.id.period && p.publishes <= self.now());
            if is_released || is_due {
                public.push(Public { run: run.clone(), row, is_released });
            }
        }
        Ok(public)
    }
}
