//! The public files of an edition: the same bytes in every instance.
//!
//! Every instance shows every edition in a folder of its own, with the bytes of whoever closed it: the chain notes the hash of
//! their list of checksums. Pages that were staged elsewhere are made here again and proved by it; a version that makes
//! others shows none of them, and they must be copied from where they are. What stands in the public tree is proved once
//! after each start, file by file: a folder that was kept while the database was restored may show what has no past any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use baocao_domain::edition::EditionId;

use crate::app::App;
use crate::canonical::sha256_hex;
use crate::close::CHECKSUMS;
use crate::content::Content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, Failure, Files};

/// A published file, and what is wrong with it.
pub(crate) type Wrong = (String, String);

/// What is known of the pages of editions since the start.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// They are shown as they were staged.
    proved: BTreeSet<EditionId>,
    /// This version makes others.
    unmakeable: BTreeSet<EditionId>,
}

impl App {
    /// Whether readers of this instance see an edition as it was staged. What they see otherwise is taken away.
    pub(crate) async fn is_shown_as_staged(&self, edition: EditionId) -> Result<bool, AppError> {
        let files = Arc::clone(&self.ports.files);
        if !files.is_shown(edition) {
            self.pages().proved.remove(&edition);
            return Ok(false);
        }
        if self.pages().proved.contains(&edition) {
            return Ok(true);
        }
        let noted = self.noted_pages(edition).await?;
        let wrong = self.aside(format!("read the pages of {edition}"), move || {
            let wrong = check_edition(files.as_ref(), edition, &noted)?.1.into_iter().next();
            if wrong.is_some() {
                files.withdraw_edition(edition)?;
            }
            Ok(wrong)
        });
        if let Some((path, what)) = wrong.await? {
            tracing::error!(edition.id = %edition, path, what, "edition is not as it was staged, withdrawn");
            return Ok(false);
        }
        self.pages().proved.insert(edition);
        Ok(true)
    }

    /// Shows an edition to readers of this instance; what another instance staged is made here again. False if this version
    /// cannot make it, which was told once.
    pub(crate) async fn show(&self, run: &CloseRunRow) -> Result<bool, AppError> {
        let (edition, files) = (run.edition, Arc::clone(&self.ports.files));
        if files.is_shown(edition) {
            return Ok(true);
        }
        let noted = self.noted_pages(edition).await?;
        let staged = self.aside(format!("read the list of {edition}"), {
            let files = Arc::clone(&files);
            move || files.staged_file(edition, CHECKSUMS)
        });
        let is_here = staged.await?.is_some_and(|list| sha256_hex(&list) == noted);
        if !is_here && !self.make_again(run, &noted).await? {
            return Ok(false);
        }
        self.aside(format!("release {edition}"), move || files.release_edition(edition)).await?;
        if self.is_shown_as_staged(edition).await? {
            return Ok(true);
        }
        let why = "what was staged is not whole: it is made again at the next look";
        Err(AppError::Failed { doing: format!("show {edition}"), source: why.into() })
    }

    /// Makes the pages of an edition that another instance staged; false if this version is known to make others.
    async fn make_again(&self, run: &CloseRunRow, noted: &str) -> Result<bool, AppError> {
        let edition = run.edition;
        if self.pages().unmakeable.contains(&edition) {
            return Ok(false);
        }
        let (pages, made) = self.make_pages(run).await?;
        if made.hash != noted {
            self.pages().unmakeable.insert(edition);
            let why = format!(
                "the pages of {edition} are not here and this version makes others: copy site/{edition} from where it is, as \
                 staging/{edition}"
            );
            return Err(AppError::Failed { doing: format!("make {edition} again"), source: why.into() });
        }
        let files = Arc::clone(&self.ports.files);
        self.aside(format!("stage {edition}"), move || files.stage_edition(edition, &pages)).await?;
        Ok(true)
    }

    /// Takes away what is shown beyond these editions.
    pub(crate) async fn withdraw_all_but(&self, public: BTreeSet<EditionId>) -> Result<(), AppError> {
        let files = Arc::clone(&self.ports.files);
        let withdrawn = self.aside("look for editions that are not public", move || {
            let shown = files.shown()?.into_iter().filter_map(|name| EditionId::parse(&name));
            let strays: Vec<EditionId> = shown.filter(|edition| !public.contains(edition)).collect();
            for edition in &strays {
                files.withdraw_edition(*edition)?;
            }
            Ok(strays)
        });
        for edition in withdrawn.await? {
            tracing::error!(edition.id = %edition, "edition is not public, withdrawn");
        }
        Ok(())
    }

    /// The hash of the list of checksums of an edition, as it was noted when it was staged.
    async fn noted_pages(&self, edition: EditionId) -> Result<String, AppError> {
        let object = Content::site(edition, String::new()).object();
        let noted = self.ports.store.read().await?.staging(&object).await?;
        let noted = noted.ok_or_else(|| AppError::Corrupt(format!("no entry notes the files of {edition}")))?;
        Ok(noted.content_hash)
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The files of an edition against its list of checksums, and that against the chain; answers how many there are.
pub(crate) fn check_edition(
    files: &dyn Files,
    edition: EditionId,
    noted: &str,
) -> Result<(usize, Vec<Wrong>), Failure> {
    let in_folder = |path: &str| format!("{edition}/{path}");
    let mut wrong = Vec::new();
    let Some(checksums) = files.site_file(&in_folder(CHECKSUMS))? else {
        return Ok((0, vec![(in_folder(CHECKSUMS), "is not there, but the edition is public".into())]));
    };
    if sha256_hex(&checksums) != noted {
        wrong.push((in_folder(CHECKSUMS), "is not the list that was staged".into()));
    }
    let checksums = String::from_utf8_lossy(&checksums).into_owned();
    let mut listed: BTreeMap<&str, &str> =
        checksums.lines().filter_map(|line| line.split_once("  ")).map(|(hash, path)| (path, hash)).collect();
    let there = files.edition_files(edition)?;
    for path in there.iter().filter(|path| *path != CHECKSUMS) {
        match listed.remove(path.as_str()) {
            None => wrong.push((in_folder(path), "is there, but the list of checksums does not name it".into())),
            Some(hash) => {
                let bytes = files.site_file(&in_folder(path))?.unwrap_or_default();
                if sha256_hex(&bytes) != hash {
                    wrong.push((in_folder(path), "does not have the hash that the list of checksums names".into()));
                }
            }
        }
    }
    wrong.extend(listed.keys().map(|path| (in_folder(path), "is not there".into())));
    Ok((there.len(), wrong))
}
