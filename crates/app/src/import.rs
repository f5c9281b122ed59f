//! Importing: opening balances, and reports of months from before the service went live, from one CSV file.
//!
//! A file is proved as a whole, by the rules of a submission, and stored as a whole: one transaction, one revision per unit
//! and month by the client `import`, each with its audit entry. The same file again changes nothing; other figures are a
//! new revision. Nothing of it is ever mailed: a close queues no mail for periods that locked before `live_from`.
//!
//! When an old report came in at the time is not known. It counts as in time: its instant is its due instant, or now if
//! that has not come; the instant of the import is in the audit log.
//!
//! `file` rows of the file as raw figures, with their lines · `prove` rules · `faults` what is wrong, and where · here:
//! storing

mod faults;
mod file;
mod prove;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::edition::Cause;
use baocao_domain::figures::Figures;
use baocao_domain::form::Form;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Finding, Reason};
use baocao_domain::submission::{Revision, SubmissionKey};

use crate::app::{App, InForce};
use crate::audit::{self, Entry};
use crate::canonical::sha256_hex;
use crate::close::ask_for_edition;
use crate::content;
use crate::ports::{CloseRequestRow, RowLock, StoreError, Tx};
use crate::setup::live_from;

pub use faults::{FAULTS_MAX, Fault, Faults, ImportError};
pub use file::header;

use prove::{Months, Proved};

/// The client of imported revisions.
pub const CLIENT: &str = "import";

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 128 << 20;

/// The most rows of a file: a year of some 230 units with 200 procedures each.
pub const ROWS_MAX: usize = 600_000;

/// What imported revisions say of themselves, as readers see it.
const NOTE: &str = "Nhập số liệu trước khi vận hành chính thức";

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Reports in the file: one per unit and month.
    pub reports: usize,
    /// Those of them that were stored as a new revision; the others stood already.
    pub revisions: usize,
    /// Their months.
    pub months: BTreeSet<PeriodKey>,
    /// Months that were closed before: another edition of each will be made.
    pub restated: BTreeSet<PeriodKey>,
    /// Opening stocks that are not what the month before left pending.
    pub warnings: Faults,
}

impl App {
    /// Imports a file. `progress` is told how many of how many reports are stored.
    ///
    /// # Errors
    /// [`ImportError::Refused`] with every fault; nothing is stored then but the audit entry.
    pub async fn import(
        &self,
        text: &str,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Imported, ImportError> {
        let answer = self.try_import(text, progress).await;
        if let Err(ImportError::Refused(faults)) = &answer {
            let now = self.now();
            let refused = faults.listed.first().map_or(Reason::FieldRequired, |fault| fault.finding.reason);
            let mut tx = self.ports.store.begin().await?;
            let entry = Entry {
                actor: CLIENT,
                action: "import",
                object: "file".into(),
                content_hash: sha256_hex(text.as_bytes()),
                refused: Some(refused),
            };
            let noted = audit::record(tx.as_mut(), now, entry).await?;
            audit::commit(tx, noted).await?;
        }
        answer
    }

    async fn try_import(
        &self,
        text: &str,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Imported, ImportError> {
        let now = self.now();
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let months =
            Months::of(&in_force, &tx.periods(&in_force.regime.form.code).await?, live_from(tx.as_mut()).await?, now);
        drop(tx);
        let mut faults = Faults::default();
        let drafts = file::read(text, &in_force.regime.form, &mut faults);
        let proved = prove::prove(&drafts, &in_force, &months, &mut faults)?;
        if faults.count > 0 {
            faults.listed.sort_by_key(|fault| fault.line);
            return Err(ImportError::Refused(faults));
        }
        self.store_reports(&in_force, &proved, now, progress).await
    }

    /// Stores what was proved, all of it or nothing.
    async fn store_reports(
        &self,
        in_force: &InForce,
        proved: &[Proved],
        now: Instant,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Imported, ImportError> {
        let form = &in_force.regime.form;
        let mut tx = self.ports.store.begin().await?;
        let mut imported = Imported {
            reports: proved.len(),
            months: proved.iter().map(|report| report.key.period).collect(),
            ..Imported::default()
        };
        let sealed = hold(tx.as_mut(), &form.code, &imported.months).await?;
        if tx.regime_id().await? != Some(in_force.id) {
            return Err(StoreError::Conflict { doing: "importing: another regime was applied" }.into());
        }
        let by_key: BTreeMap<&SubmissionKey, &Figures> =
            proved.iter().map(|report| (&report.key, &report.figures)).collect();
        let mut entries = Vec::new();
        for (done, report) in proved.iter().enumerate() {
            if let Some(warning) = continuity(tx.as_mut(), form, report, &by_key).await? {
                imported.warnings.add(report.line, warning);
            }
            let current = tx.revision(&report.key, None).await?;
            if current.as_ref().is_none_or(|current| current.content_hash != report.content_hash) {
                let number = current.map_or(1, |current| current.number + 1);
                let mut revision = revision(report, number);
                revision.id = tx.append_revision(&revision).await?;
                let name = format!("{}/{}/{}/{number}", report.unit, form.code, report.key.period);
                entries.push(Entry::about(CLIENT, "import", &content::revision(&revision)?, &name));
                imported.restated.extend(sealed.get(&report.key.period));
            }
            progress(done + 1, proved.len());
        }
        imported.revisions = entries.len();
        if entries.is_empty() {
            return Ok(imported);
        }
        for period in &imported.restated {
            let request = CloseRequestRow {
                extension: None,
                id: 0,
                form: form.code.clone(),
                period: *period,
                cause: Cause::Locked,
                requested_at: now,
                run: None,
            };
            entries.push(ask_for_edition(tx.as_mut(), CLIENT, request).await?);
        }
        // Last, and together: the audit head stays locked from the first entry on.
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        self.wake_jobs();
        Ok(imported)
    }
}

/// Holds the months, in closing order as a seal would find them; answers with those that are closed.
async fn hold(
    tx: &mut dyn Tx,
    form: &FormCode,
    months: &BTreeSet<PeriodKey>,
) -> Result<BTreeSet<PeriodKey>, StoreError> {
    let mut sealed = BTreeSet::new();
    for month in months {
        // The month of the opening balances is not planned: nothing can happen to it meanwhile.
        let row = tx.period(form, *month, RowLock::Exclusive).await?;
        if row.is_some_and(|row| row.sealed_edition > 0) {
            sealed.insert(*month);
        }
    }
    Ok(sealed)
}

fn revision(report: &Proved, number: u32) -> Revision {
    Revision {
        id: 0,
        submission: report.key.clone(),
        number,
        figures: report.figures.clone(),
        nil: report.nil,
        note: NOTE.to_owned(),
        content_hash: report.content_hash.clone(),
        received_at: report.received_at,
        client: CLIENT.to_owned(),
    }
}

/// What was carried over should be what the month before left pending, in the file or in the database.
async fn continuity(
    tx: &mut dyn Tx,
    form: &Form,
    report: &Proved,
    by_key: &BTreeMap<&SubmissionKey, &Figures>,
) -> Result<Option<Finding>, StoreError> {
    let Some((opening, closings)) = &form.continuity else { return Ok(None) };
    let key = SubmissionKey { period: report.key.period.month_before(), ..report.key.clone() };
    let stored;
    let before = match by_key.get(&key) {
        Some(figures) => *figures,
        None => match tx.revision(&key, None).await? {
            Some(revision) => {
                stored = revision.figures;
                &stored
            }
            None => return Ok(None),
        },
    };
    let codes: BTreeSet<_> = before.rows.keys().chain(report.figures.rows.keys()).collect();
    let breaks: Vec<_> = codes
        .into_iter()
        .map(|code| {
            let pending: i64 = before.rows.get(code).map_or(0, |row| closings.iter().map(|i| row[*i]).sum());
            (code, pending, report.figures.rows.get(code).map_or(0, |row| row[*opening]))
        })
        .filter(|(_, pending, carried)| pending != carried)
        .collect();
    let Some((code, pending, carried)) = breaks.first() else { return Ok(None) };
    let opening = &form.columns[*opening].code;
    let more = if breaks.len() > 1 { format!("; and {} more procedures", breaks.len() - 1) } else { String::new() };
    let expected = format!("{pending} for {code}, as pending in {}{more}", key.period);
    let path = format!("{}/{} {opening}", report.unit, report.key.period);
    Ok(Some(Finding::new(path, Reason::ExplanationRequired, carried, expected)))
}
