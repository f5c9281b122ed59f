//! ENQUEUED and DONE: units with missed targets are written to, and longer periods that rest on this one are restated.

use std::sync::Arc;

use baocao_domain::edition::{Cause, Edition, UnitResult};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::notice::{NoticeKind, notices};
use baocao_domain::regime::Contact;

use crate::app::{App, read_edition};
use crate::audit::Entry;
use crate::close::ask_for_edition;
use crate::close::run::stored;
use crate::close::{contains, object_of};
use crate::content;
use crate::error::AppError;
use crate::lease::HeldLease;
use crate::letter::notice_letter;
use crate::ports::{
    CloseRequestRow, CloseRunRow, CloseStep, DeliveryRow, DeliveryState, DocumentKind, DocumentRow, Letter, Purpose,
    RowLock,
};
use crate::setup::{SERVICE, live_from};

impl App {
    /// Builds each notice once, keeps its bytes, and queues it with the step. Nobody is written to about a period that
    /// locked before the service went live (its reports were imported), nor where an operator chose to close without mail.
    pub(super) async fn enqueue_mail(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let edition = self.edition_of(run).await?;
        let mut tx = self.ports.store.read().await?;
        let in_force = self.regime_with_id(tx.as_mut(), run.regime).await?;
        // The last edition of which units were told: one that was given up before told nobody anything.
        let runs = tx.close_runs(&run.form).await?;
        let told = runs.iter().filter(|other| {
            let is_before = other.edition.period == run.edition.period && other.edition.number < run.edition.number;
            is_before && other.step >= CloseStep::Enqueued && !other.skip_notify
        });
        let previous = match told.map(|other| other.edition).max() {
            Some(told) => tx.edition(&run.form, told).await?.as_ref().map(read_edition).transpose()?,
            None => None,
        };
        let documents = tx.documents(&run.form, run.edition).await?;
        let period = tx.period(&run.form, run.edition.period, RowLock::None).await?;
        let live_from = live_from(tx.as_mut()).await?;
        drop(tx);

        let is_old = period.zip(live_from).is_some_and(|(period, live_from)| period.locks < live_from);
        let now = self.now();
        let mut queued = Vec::new();
        let notices = if is_old || run.skip_notify { Vec::new() } else { notices(&edition, previous.as_ref()) };
        for (unit, kind) in notices {
            if in_force.regime.contacts_of(&unit.code).next().is_none() {
                tracing::error!(edition.id = %edition.id, unit = %unit.code, "unit with a missed target has no mailbox");
            }
            for contact in in_force.regime.contacts_of(&unit.code) {
                let letter = self.notice_to(&edition, unit, kind, contact, &documents).await?;
                let purpose = match kind {
                    NoticeKind::Missed => Purpose::Notice,
                    NoticeKind::Corrected => Purpose::Correction,
                };
                queued.push(self.delivery(&edition, &unit.code, purpose, letter, now).await?);
            }
        }
        let mut tx = self.begin_under(lease).await?;
        // The run's row is held from here to the commit: an operator's wish to close without mail comes before or after.
        tx.note_close_try(run).await?;
        if stored(tx.as_mut(), run).await?.skip_notify {
            queued.clear();
        }
        let (name, mut entries) = (object_of(&run.form, run.edition), Vec::new());
        for delivery in &queued {
            if tx.enqueue(delivery).await? {
                entries.push(Entry::about(SERVICE, "queue-mail", &content::delivery(delivery), &name));
            }
        }
        self.commit_step(tx, lease, run, entries, now).await?;
        self.wake_jobs();
        Ok(())
    }

    /// A month that was restated calls for new editions of the longer periods that rest on it.
    pub(super) async fn restate_longer(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.begin_under(lease).await?;
        let now = self.now();
        // Only months call for it: a quarter that is restated follows a month that has called for the year as well.
        let longer = |period| run.edition.period.is_month() && contains(period, run.edition.period);
        let (closed, mut entries) = (tx.periods(&run.form).await?, Vec::new());
        for row in closed.into_iter().filter(|row| row.sealed_edition > 0 && longer(row.period)) {
            let cause = Cause::MonthRestated { edition: run.edition };
            let request = CloseRequestRow {
                id: 0,
                form: row.form,
                period: row.period,
                cause,
                requested_at: now,
                extension: None,
                run: None,
            };
            entries.push(ask_for_edition(tx.as_mut(), SERVICE, request).await?);
        }
        self.commit_step(tx, lease, run, entries, now).await
    }

    /// The notice to a unit, with its scorecard. Its date is the seal's.
    pub(crate) async fn notice_to(
        &self,
        edition: &Edition,
        unit: &UnitResult,
        kind: NoticeKind,
        contact: &Contact,
        documents: &[DocumentRow],
    ) -> Result<Letter, AppError> {
        let mut letter = self.letter_to(contact, edition.sealed_at);
        (letter.subject, letter.text) = notice_letter(edition, unit, kind, &contact.addressee);
        let is_its = |document: &&DocumentRow| document.kind == DocumentKind::Scorecard && document.unit == unit.code;
        if let Some(document) = documents.iter().find(is_its) {
            letter.attachments.push((document.file_name.clone(), self.document_bytes(document).await?));
        }
        Ok(letter)
    }

    /// A letter from the service, still without its words.
    pub(crate) fn letter_to(&self, contact: &Contact, date: Instant) -> Letter {
        Letter {
            delivery_id: self.ports.ids.uuid(),
            from: self.settings.mail_from.clone(),
            from_name: self.settings.mail_from_name.clone(),
            to: contact.email.clone(),
            to_name: contact.addressee.clone(),
            subject: String::new(),
            text: String::new(),
            date,
            attachments: Vec::new(),
        }
    }

    /// A letter as a row of the outbox: its bytes are built here, once, and kept. One that cannot be built is a failed
    /// delivery, not a failed close: no single mailbox may stop the province.
    pub(crate) async fn delivery(
        &self,
        edition: &Edition,
        unit: &UnitCode,
        purpose: Purpose,
        letter: Letter,
        now: Instant,
    ) -> Result<DeliveryRow, AppError> {
        let compose = self.ports.renderers.compose;
        let (id, recipient) = (letter.delivery_id.clone(), letter.to.clone());
        let composed = self.aside(format!("compose the mail about {unit}"), move || compose(&letter)).await;
        let (state, message_sha256, last_reply) = match composed {
            Ok(message) => {
                let files = Arc::clone(&self.ports.files);
                let hash = self.aside("keep a message", move || files.put_object(&message)).await?;
                (DeliveryState::Queued, hash, String::new())
            }
            Err(error) => {
                let why = error.chain();
                tracing::error!(edition.id = %edition.id, unit = %unit, error = %why, "mail cannot be built");
                (DeliveryState::Failed, String::new(), why)
            }
        };
        Ok(DeliveryRow {
            id,
            form: edition.form.code.clone(),
            edition: edition.id,
            unit: unit.clone(),
            purpose,
            recipient,
            message_sha256,
            state,
            attempts: 0,
            next_at: now,
            data_begun: false,
            doubts: 0,
            last_reply,
            queued_at: now,
        })
    }
}
