//! Issuing (phát hành): number, day and signatory make an edition's draft an official report, and leadership gets it.

use std::sync::Arc;

use baocao_domain::edition::EditionId;
use baocao_domain::issue::IssueRecord;
use baocao_domain::reason::{Finding, Reason, Refusal};

use crate::actor::{Actor, Role};
use crate::app::{App, read_edition, require};
use crate::audit::{self, Entry};
use crate::close::object_of;
use crate::content;
use crate::error::AppError;
use crate::letter::report_letter;
use crate::ports::{CloseStep, DocumentKind, DocumentRow, Purpose};
use crate::text;

/// A document with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// What is kept of it.
    pub document: DocumentRow,
    /// The bytes, checked against their hash.
    pub bytes: Vec<u8>,
}

impl App {
    /// Freezes the issue record of an edition, renders its official report and queues it to leadership. Both documents,
    /// draft and report, stay.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED`, `UNKNOWN_EDITION`, `REPORT_ISSUED` when it has another record already, and text faults.
    pub async fn issue_report(
        &self,
        actor: &Actor,
        edition: EditionId,
        record: &IssueRecord,
    ) -> Result<DocumentRow, AppError> {
        let now = self.now();
        let answer = self.try_issue(actor, edition, record).await;
        if let Err(AppError::Refused(refusal)) = &answer {
            self.record_refusal(actor, "issue-report", &edition.to_string(), refusal, now).await?;
        }
        answer
    }

    async fn try_issue(&self, actor: &Actor, id: EditionId, record: &IssueRecord) -> Result<DocumentRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let record = proved(record)?;
        let now = self.now();
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        let row = tx.edition(&form, id).await?.ok_or(Refusal::because(Reason::UnknownEdition))?;
        let run = tx.close_run(&form, id).await?;
        require(run.is_some_and(|run| run.step >= CloseStep::Checked), Reason::UnknownDocument)?;
        let documents = tx.documents(&form, id).await?;
        let has_draft = documents.iter().any(|document| document.kind == DocumentKind::Draft);
        require(has_draft, Reason::UnknownDocument)?;
        if let Some(issued) = tx.issue(&form, id).await? {
            let same = documents.into_iter().find(|d| d.kind == DocumentKind::Report && issued == record);
            return Ok(same.ok_or(Refusal::because(Reason::ReportIssued))?);
        }
        drop(tx);

        let edition = Arc::new(read_edition(&row)?);
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        let (shown, issued) = (Arc::clone(&edition), record.clone());
        let (bytes, sha256) = self
            .aside(format!("render the report of {id}"), move || {
                let bytes = (renderers.report)(&shown, Some(&issued))?;
                (renderers.check_report)(&bytes, &shown)?;
                let sha256 = files.put_object(&bytes)?;
                Ok((bytes, sha256))
            })
            .await?;
        let document = DocumentRow {
            id: 0,
            form: form.clone(),
            edition: id,
            kind: DocumentKind::Report,
            unit: edition.province().code.clone(),
            file_name: format!("bao-cao-{}-{}.pdf", record.number, id.hyphened()),
            sha256: sha256.clone(),
            size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            made_at: now,
        };
        let mut deliveries = Vec::new();
        for contact in in_force.regime.contacts_of(&document.unit) {
            let mut letter = self.letter_to(contact, now);
            (letter.subject, letter.text) = report_letter(&edition, &record, &contact.addressee);
            letter.attachments.push((document.file_name.clone(), bytes.clone()));
            deliveries.push(self.delivery(&edition, &document.unit, Purpose::Report, letter, now).await?);
        }

        let mut tx = self.ports.store.begin().await?;
        tx.append_issue(&form, id, &record, now).await?;
        let mut entries =
            vec![Entry::about(&actor.client, "issue-report", &content::issue(&form, id, &record, now)?, "")];
        if tx.append_document(&document).await? {
            entries.push(Entry::about(&actor.client, "issue-report", &content::document(&document), ""));
        }
        for delivery in &deliveries {
            if tx.enqueue(delivery).await? {
                entries.push(Entry::about(
                    &actor.client,
                    "queue-mail",
                    &content::delivery(delivery),
                    &object_of(&form, id),
                ));
            }
        }
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        self.wake_jobs();
        Ok(document)
    }

    /// The documents of an edition that the actor may read: a unit's own scorecards, everything for the province.
    ///
    /// # Errors
    /// `UNKNOWN_EDITION`.
    pub async fn documents(&self, actor: &Actor, edition: EditionId) -> Result<Vec<DocumentRow>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        tx.edition(&form, edition).await?.ok_or(Refusal::because(Reason::UnknownEdition))?;
        let tree = in_force.tree(edition.period.window(in_force.regime.calendar.window_rule).to)?;
        let mut documents = tx.documents(&form, edition).await?;
        documents.retain(|document| {
            let unit = tree.find(&document.unit).map(|node| node.id);
            unit.is_some() && actor.may_act_for(&tree, unit).is_ok()
        });
        Ok(documents)
    }

    /// One document with its bytes.
    ///
    /// # Errors
    /// `UNKNOWN_DOCUMENT` also for one that the actor may not read.
    pub async fn download(
        &self,
        actor: &Actor,
        edition: EditionId,
        kind: DocumentKind,
        unit: &str,
    ) -> Result<Download, AppError> {
        let documents = self.documents(actor, edition).await?;
        let found = documents.into_iter().find(|d| d.kind == kind && d.unit.as_str() == unit);
        let document = found.ok_or(Refusal::because(Reason::UnknownDocument))?;
        let bytes = self.document_bytes(&document).await?;
        Ok(Download { document, bytes })
    }
}

/// The record with its texts proved.
fn proved(record: &IssueRecord) -> Result<IssueRecord, Refusal> {
    let mut findings = Vec::new();
    if record.number == 0 {
        findings.push(Finding::new("number", Reason::FieldRequired, 0, "the number that the document system assigned"));
    }
    let signatory = text::needed_line("signatory", &record.signatory, "the full name of the signatory", &mut findings);
    let mut signatory_lines = Vec::new();
    for (i, given) in record.signatory_lines.iter().enumerate() {
        match text::line(given) {
            Ok(line) => signatory_lines.push(line),
            Err(expected) => {
                findings.push(Finding::new(format!("signatory_lines[{i}]"), Reason::BadText, given, expected));
            }
        }
    }
    match Refusal::of(findings) {
        Some(refusal) => Err(refusal),
        None => Ok(IssueRecord { number: record.number, date: record.date, signatory, signatory_lines }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_record_is_named() {
        let record = IssueRecord {
            number: 0,
            date: jiff::civil::date(2022, 9, 27),
            signatory: " ".into(),
            signatory_lines: vec!["KT. CHỦ TỊCH".into(), "a\u{202e}b".into()],
        };
        let refusal = proved(&record).expect_err("three faults");
        let paths: Vec<_> = refusal.findings.iter().map(|finding| (finding.path.as_str(), finding.reason)).collect();
        assert_eq!(
            paths,
            [
                ("number", Reason::FieldRequired),
                ("signatory", Reason::FieldRequired),
                ("signatory_lines[1]", Reason::BadText)
            ]
        );
    }
}
