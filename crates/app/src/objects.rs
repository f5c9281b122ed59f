//! Bytes by their hash: documents and messages.
//!
//! The database is what instances share; files are each instance's own. Documents and messages are pure functions of what the
//! database holds, so an instance that does not have an object makes it again and proves it by its hash. A version of the
//! program that renders differently cannot: then the objects must be copied from where they are.

use std::sync::Arc;

use baocao_domain::edition::Edition;
use baocao_domain::issue::IssueRecord;
use baocao_domain::notice::NoticeKind;

use crate::app::{App, read_edition};
use crate::canonical::sha256_hex;
use crate::close::render_one;
use crate::error::AppError;
use crate::letter::report_letter;
use crate::ports::{DeliveryRow, DocumentKind, DocumentRow, Failure, Letter, Purpose};

impl App {
    /// Makes sure that this instance has the bytes of an edition's documents.
    pub(crate) async fn have_documents(
        &self,
        edition: &Arc<Edition>,
        issue: Option<IssueRecord>,
        documents: &[DocumentRow],
    ) -> Result<(), AppError> {
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        let (edition, documents) = (Arc::clone(edition), documents.to_vec());
        self.aside(format!("have the documents of {}", edition.id), move || {
            for document in documents {
                if files.object(&document.sha256).is_ok() {
                    continue;
                }
                let issue = issue.as_ref().filter(|_| document.kind == DocumentKind::Report);
                let bytes = render_one(&renderers, &edition, document.kind, &document.unit, issue)?;
                same(&document.file_name, &document.sha256, &bytes)?;
                files.put_object(&bytes)?;
            }
            Ok(())
        })
        .await
    }

    /// The bytes of a document.
    pub(crate) async fn document_bytes(&self, document: &DocumentRow) -> Result<Vec<u8>, AppError> {
        let (files, hash) = (Arc::clone(&self.ports.files), document.sha256.clone());
        let read = move || files.object(&hash);
        if let Ok(bytes) = self.aside("read a document", read.clone()).await {
            return Ok(bytes);
        }
        let mut tx = self.ports.store.read().await?;
        let row = tx.edition(&document.form, document.edition).await?;
        let issue = tx.issue(&document.form, document.edition).await?;
        drop(tx);
        let row = row.ok_or_else(|| AppError::Corrupt(format!("edition {} is not stored", document.edition)))?;
        self.have_documents(&Arc::new(read_edition(&row)?), issue, std::slice::from_ref(document)).await?;
        self.aside("read a document", read).await
    }

    /// Makes what this instance lacks of the bytes of every document and every message; answers how many cannot be made again
    /// and must be copied from where they are. One of them does not keep the others from being made.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn have_everything(&self) -> Result<usize, AppError> {
        let mut tx = self.ports.store.read().await?;
        let Some(_) = tx.regime_id().await? else { return Ok(0) };
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let lacks = |hash: &str| !hash.is_empty() && !self.ports.files.has_object(hash);
        let (mut documents, mut deliveries) = (Vec::new(), Vec::new());
        for id in tx.editions(&form).await?.into_iter().map(|row| row.id) {
            documents.extend(tx.documents(&form, id).await?.into_iter().filter(|row| lacks(&row.sha256)));
            deliveries.extend(tx.deliveries(&form, id).await?.into_iter().filter(|row| lacks(&row.message_sha256)));
        }
        // Making takes time, and no transaction may stand idle meanwhile.
        drop(tx);
        let mut unmade = 0;
        for document in documents {
            unmade += failed(&document.file_name, &self.document_bytes(&document).await);
        }
        for delivery in deliveries {
            unmade += failed(&delivery.id, &self.message_bytes(&delivery).await);
        }
        Ok(unmade)
    }

    /// The same as well as can be, for who goes on with what is there: what is missing then is named where it is looked for.
    pub async fn have_what_can_be_had(&self) {
        if let Err(error) = self.have_everything().await {
            tracing::warn!(error = %error.chain(), "objects that are not here not looked for");
        }
    }

    /// The bytes of a message.
    pub(crate) async fn message_bytes(&self, delivery: &DeliveryRow) -> Result<Vec<u8>, AppError> {
        let (files, hash) = (Arc::clone(&self.ports.files), delivery.message_sha256.clone());
        if let Ok(message) = self.aside("read a message", move || files.object(&hash)).await {
            return Ok(message);
        }
        let letter = self.letter_again(delivery).await?;
        let (compose, files, wanted) =
            (self.ports.renderers.compose, Arc::clone(&self.ports.files), delivery.message_sha256.clone());
        self.aside(format!("make the message about {} again", delivery.unit), move || {
            let message = compose(&letter)?;
            same("the message", &wanted, &message)?;
            files.put_object(&message)?;
            Ok(message)
        })
        .await
    }

    /// The letter of a delivery, as it was written when it was queued.
    async fn letter_again(&self, delivery: &DeliveryRow) -> Result<Letter, AppError> {
        let missing = |what: &str| AppError::Corrupt(format!("{what} of {} is not stored", delivery.edition));
        let mut tx = self.ports.store.read().await?;
        let row = tx.edition(&delivery.form, delivery.edition).await?.ok_or_else(|| missing("the edition"))?;
        let run = tx.close_run(&delivery.form, delivery.edition).await?.ok_or_else(|| missing("the run"))?;
        let in_force = match delivery.purpose {
            Purpose::Report => self.in_force(tx.as_mut()).await?,
            Purpose::Notice | Purpose::Correction => self.regime_with_id(tx.as_mut(), run.regime).await?,
        };
        let documents = tx.documents(&delivery.form, delivery.edition).await?;
        let issue = tx.issue(&delivery.form, delivery.edition).await?;
        drop(tx);
        let edition = read_edition(&row)?;
        let mut contacts = in_force.regime.contacts_of(&delivery.unit);
        let contact = contacts.find(|contact| contact.email == delivery.recipient);
        let contact = contact.ok_or_else(|| missing("a contact"))?;
        let kind = match delivery.purpose {
            Purpose::Report => {
                let issue = issue.ok_or_else(|| missing("the issue record"))?;
                let document = documents.iter().find(|document| document.kind == DocumentKind::Report);
                let document = document.ok_or_else(|| missing("the report"))?;
                let mut letter = self.letter_to(contact, delivery.queued_at);
                (letter.subject, letter.text) = report_letter(&edition, &issue, &contact.addressee);
                letter.attachments.push((document.file_name.clone(), self.document_bytes(document).await?));
                return Ok(Letter { delivery_id: delivery.id.clone(), ..letter });
            }
            Purpose::Notice => NoticeKind::Missed,
            Purpose::Correction => NoticeKind::Corrected,
        };
        let unit = edition.unit(&delivery.unit).ok_or_else(|| missing("the unit"))?;
        let letter = self.notice_to(&edition, unit, kind, contact, &documents).await?;
        Ok(Letter { delivery_id: delivery.id.clone(), ..letter })
    }
}

/// One if an object was not made, which is told.
fn failed(object: &str, made: &Result<Vec<u8>, AppError>) -> usize {
    if let Err(error) = made {
        tracing::warn!(object, error = %error.chain(), "object not here, and not made again");
    }
    usize::from(made.is_err())
}

/// A failure unless bytes that were made again are those that were.
fn same(what: &str, wanted: &str, made: &[u8]) -> Result<(), Failure> {
    let found = sha256_hex(made);
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what} is not here and this version makes other bytes of it ({found} instead of {wanted}): copy objects/ from where it is")
        .into())
}
