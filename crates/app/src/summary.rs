//! What became of each edition, at a glance.

use std::collections::BTreeMap;

use baocao_domain::edition::EditionId;
use baocao_domain::fold::Coverage;
use baocao_domain::instant::Instant;

use crate::app::{App, read_edition};
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, DeliveryState, DocumentKind, Tx};

/// What became of one edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionSummary {
    /// Its name.
    pub id: EditionId,
    /// How far its run has come.
    pub step: CloseStep,
    /// When its revisions were sealed.
    pub sealed_at: Instant,
    /// Reports in it and reports owed; none before it is frozen.
    pub coverage: Option<Coverage>,
    /// Documents by kind.
    pub documents: BTreeMap<DocumentKind, usize>,
    /// Mails by state.
    pub mails: BTreeMap<DeliveryState, usize>,
    /// Whether readers see it.
    pub is_public: bool,
}

impl EditionSummary {
    /// Whether nothing about it is left to do for the jobs now: closed, public, no mail waiting.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let waiting = [DeliveryState::Queued, DeliveryState::Sending];
        self.step == CloseStep::Done && self.is_public && waiting.iter().all(|state| !self.mails.contains_key(state))
    }
}

impl App {
    /// What became of every edition, in the order in which their runs were begun.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn summaries(&self) -> Result<Vec<EditionSummary>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let mut summaries = Vec::new();
        for run in tx.close_runs(&form).await? {
            summaries.push(summary_of(tx.as_mut(), run).await?);
        }
        Ok(summaries)
    }

    /// What became of one edition; none if its run has not begun.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn summary(&self, edition: EditionId) -> Result<Option<EditionSummary>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let Some(run) = tx.close_run(&form, edition).await? else { return Ok(None) };
        Ok(Some(summary_of(tx.as_mut(), run).await?))
    }
}

async fn summary_of(tx: &mut dyn Tx, run: CloseRunRow) -> Result<EditionSummary, AppError> {
    let row = tx.edition(&run.form, run.edition).await?;
    let mut documents = BTreeMap::new();
    for document in tx.documents(&run.form, run.edition).await? {
        *documents.entry(document.kind).or_default() += 1;
    }
    let mut mails = BTreeMap::new();
    for delivery in tx.deliveries(&run.form, run.edition).await? {
        *mails.entry(delivery.state).or_default() += 1;
    }
    let edition = row.as_ref().map(read_edition).transpose()?;
    Ok(EditionSummary {
        id: run.edition,
        step: run.step,
        sealed_at: run.sealed_at,
        coverage: edition.map(|edition| edition.province().subtree_coverage),
        documents,
        mails,
        is_public: row.is_some_and(|row| row.released_at.is_some()),
    })
}
