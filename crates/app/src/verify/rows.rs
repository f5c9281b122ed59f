//! Every row against the last entry about it, both ways: what is not noted, what was changed, what is gone.

use std::collections::{HashMap, HashSet};

use baocao_domain::edition::EditionId;
use baocao_domain::figures::Figures;
use baocao_domain::ids::{FormCode, UnitCode};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::Receipt;

use super::Found;
use super::chain::{Chain, Covering};
use crate::canonical::{sha256_hex, submission_hash};
use crate::close::LEASE as CLOSING;
use crate::content::{self, of_cells};
use crate::error::AppError;
use crate::ports::{Cells, CloseStep, DocumentKind, Table, Tx};
use crate::setup::{BOOKKEEPING, CLOCK, SIMULATED};

/// The longest that anything waits between tries, and a day for clocks that differ, in seconds.
const WAIT_MAX_SECONDS: i64 = 4 * 3_600 + 24 * 3_600;

/// The longest that a lease lasts, with as much for a database whose clock was set back meanwhile, in seconds.
const LEASE_MAX_SECONDS: i64 = 2 * crate::lease::LEASE_S_MAX as i64;

/// No lease changes hands so often.
const FENCE_MAX: i64 = 1 << 53;

/// The table of leases. No entry of the chain covers them.
const LEASES: &str = "lease";

/// What the rest of the proof needs of the rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Versions of units with the places of their entries.
    pub(super) versions: Vec<(i64, Cells)>,
    /// Places of the entries of regimes, by id.
    pub(super) regimes: HashMap<String, i64>,
    /// Close runs.
    pub(super) runs: Vec<Cells>,
    /// Editions that are public, with their keys.
    pub(super) released: Vec<(String, EditionId)>,
    /// What must be an object: table, key, hash, and the size where it is known.
    pub(super) objects: Vec<(&'static str, String, String, Option<String>)>,
    /// The names of all editions: `2022-Q3/1`.
    pub(super) editions: HashSet<String>,
    /// Issued reports.
    pub(super) reports: Vec<Report>,
    /// No try is put off beyond this instant, in microseconds.
    latest: i64,
    /// The last fence of the lease under which periods are closed.
    fence: i64,
    submissions: HashMap<String, Submission>,
    numbers: HashMap<String, Vec<(u32, String)>>,
    outbox: HashSet<Vec<Option<String>>>,
    /// Submissions that are not there, and of which there are revisions.
    absent: HashSet<String>,
}

/// An issued report.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// The key of its edition.
    pub(super) edition: String,
    pub(super) file_name: String,
    pub(super) sha256: String,
    pub(super) made_at: Instant,
}

/// A submission with what its revisions say of it.
#[derive(Debug, Default)]
struct Submission {
    cells: Cells,
    revisions: u32,
    last: u32,
    /// Those that would be right with another unit, form or month, with the places of their entries.
    misplaced: Vec<(String, i64)>,
}

/// The tables in the order in which they are read: submissions before their revisions. `now` is that of business, `time` that
/// of the database.
pub(super) async fn check(
    tx: &mut dyn Tx,
    chain: &mut Chain,
    (now, time): (Instant, Instant),
    found: &mut Found<'_>,
) -> Result<Rows, AppError> {
    let latest = now.max(Instant::from_micros(chain.ended_at)).plus_seconds(WAIT_MAX_SECONDS);
    let fence = check_leases(tx, time, found).await?;
    let mut rows = Rows { latest: latest.micros(), fence, ..Rows::default() };
    for table in Table::ALL.iter().copied().filter(|table| !matches!(table, Table::Audit | Table::AuditHead)) {
        let expected = chain.rows.keys().filter(|(what, _)| *what == table.name()).count();
        let (mut from, mut count) = (Vec::new(), 0);
        loop {
            let batch = tx.cells(table, &from, table.batch_max()).await?;
            // The last row of the batch before comes again: it is where this one begins.
            let skipped = usize::from(!from.is_empty() && batch.first().is_some_and(|cells| key(table, cells) == from));
            for cells in &batch[skipped..] {
                rows.take(table, cells, chain, found);
            }
            count += batch.len() - skipped;
            (found.progress)(table.name(), count, expected);
            if batch.len() < table.batch_max() as usize {
                break;
            }
            from = batch.last().map(|cells| key(table, cells)).unwrap_or_default();
        }
        found.checked(table.name(), count);
        let mut gone: Vec<(i64, String)> = Vec::new();
        chain.rows.retain(|(what, key), covering| {
            let is_of_table = *what == table.name();
            if is_of_table && !covering.content.is_empty() {
                gone.push((covering.seq, key.clone()));
            }
            !is_of_table
        });
        gone.sort();
        for (seq, key) in gone {
            found.fault(table.name(), key, format!("is not there, but entry {seq} of the chain notes it"));
        }
    }
    rows.end(chain, found);
    Ok(rows)
}

fn key(table: Table, cells: &Cells) -> Vec<String> {
    cells[..table.key_columns()].iter().map(|cell| cell.clone().unwrap_or_default()).collect()
}

impl Rows {
    fn take(&mut self, table: Table, cells: &Cells, chain: &mut Chain, found: &mut Found<'_>) {
        let get = |column: &str| cells[table.place(column)].as_deref().unwrap_or("");
        let key = table.key(cells);
        match table {
            Table::Setting if key == CLOCK && !chain.rows.contains_key(&(table.name(), SIMULATED.to_owned())) => {
                return found.fault(table.name(), key, "no entry of the chain says that the time is simulated here");
            }
            Table::Setting if BOOKKEEPING.contains(&key.as_str()) => return,
            Table::Submission => {
                self.submissions.insert(key, Submission { cells: cells.clone(), ..Submission::default() });
                return;
            }
            Table::Answer => return check_answer(cells, &key, chain, found),
            _ => {}
        }
        let Some(covering) = chain.rows.remove(&(table.name(), key.clone())) else {
            return found.fault(table.name(), key, "no entry of the chain notes it");
        };
        match table {
            Table::Revision => return self.take_revision(cells, key, &covering, found),
            Table::Regime | Table::Edition if sha256_hex(get("document").as_bytes()) != get("content_hash") => {
                found.fault(table.name(), key.clone(), "its document does not have its hash");
            }
            Table::CloseRun => {
                check_count(table, &key, "tries", get("tries"), found);
                check_count(table, &key, "failures", get("failures"), found);
                if get("step") != CloseStep::Done.code() {
                    self.check_wait(table, &key, get("next_try_at"), found);
                    if get("fence").parse().is_ok_and(|fence: i64| fence > self.fence) {
                        found.fault(table.name(), key.clone(), "was taken on under a lease that nobody has had");
                    }
                }
            }
            Table::Delivery => {
                check_count(table, &key, "attempts", get("attempts"), found);
                if matches!(get("state"), "queued" | "unknown") {
                    self.check_wait(table, &key, get("next_at"), found);
                }
                let of = ["form", "period", "edition", "unit", "recipient", "purpose"];
                if !self.outbox.insert(of.map(|column| cells[table.place(column)].clone()).to_vec()) {
                    found.fault(table.name(), key.clone(), "is the second mail to its recipient for the same cause");
                }
            }
            _ => {}
        }
        self.keep(table, cells, &key, covering.seq);
        if covering.content.is_empty() {
            found.fault(table.name(), key, format!("is there, but entry {} of the chain took it back", covering.seq));
        } else if !of_cells(table, cells, None).contains(&covering.content) {
            found.fault(table.name(), key, not_noted(covering.seq));
        }
    }

    /// What is put off for longer than any pause is put off by nobody: it would never come.
    fn check_wait(&self, table: Table, key: &str, until: &str, found: &mut Found<'_>) {
        if until.parse().is_ok_and(|until: i64| until > self.latest) {
            found.fault(table.name(), key, "its next try is put off for longer than any pause lasts");
        }
    }

    /// A revision with the submission that it is of: a fault is that of the one which is not as it was noted.
    fn take_revision(&mut self, cells: &Cells, key: String, covering: &Covering, found: &mut Found<'_>) {
        let table = Table::Revision;
        let get = |column: &str| cells[table.place(column)].as_deref().unwrap_or("");
        let named = self.named_submission(&covering.name);
        let Some(submission) = self.submissions.get_mut(get("submission_id")) else {
            if self.absent.insert(get("submission_id").to_owned()) {
                found.fault(
                    Table::Submission.name(),
                    get("submission_id"),
                    format!("is not there, but revision {key} is of it"),
                );
            }
            return found.fault(
                table.name(),
                key,
                format!("is of submission {}, which is not there", get("submission_id")),
            );
        };
        submission.revisions += 1;
        submission.last = submission.last.max(get("number").parse().unwrap_or(0));
        if of_cells(table, cells, Some(&submission.cells)).contains(&covering.content) {
            if figures_fail(cells, &covering.name) {
                found.fault(table.name(), key, "its figures do not have the hash that its receipt names");
            }
        } else if named.iter().any(|named| of_cells(table, cells, Some(named)).contains(&covering.content)) {
            submission.misplaced.push((key, covering.seq));
        } else {
            found.fault(table.name(), key, not_noted(covering.seq));
        }
    }

    /// What the submission must be that an entry names: `05971/tthc/2022-M07/1`. One for each unit that had the code.
    fn named_submission(&self, name: &str) -> Vec<Cells> {
        let mut parts = name.split('/').map(str::to_owned);
        let (Some(code), Some(form), Some(period)) = (parts.next(), parts.next(), parts.next()) else {
            return Vec::new();
        };
        let [unit, column] = ["unit_id", "code"].map(|column| Table::UnitVersion.place(column));
        let of_code = self.versions.iter().filter(|(_, version)| version[column].as_ref() == Some(&code));
        of_code
            .map(|(_, version)| vec![None, version[unit].clone(), Some(form.clone()), Some(period.clone())])
            .collect()
    }

    /// Keeps what the rest of the proof needs.
    fn keep(&mut self, table: Table, cells: &Cells, key: &str, seq: i64) {
        let get = |column: &str| cells[table.place(column)].clone().unwrap_or_default();
        match table {
            Table::UnitVersion => self.versions.push((seq, cells.clone())),
            Table::Regime => drop(self.regimes.insert(key.to_owned(), seq)),
            Table::CloseRun => self.runs.push(cells.clone()),
            Table::Edition => {
                let number = get("number").parse().unwrap_or(0);
                self.numbers
                    .entry(format!("{}/{}", get("form"), get("period")))
                    .or_default()
                    .push((number, key.to_owned()));
                let name = format!("{}/{}", get("period"), get("number"));
                let id = EditionId::parse(&name);
                self.editions.insert(name);
                if let (Some(id), true) = (id, cells[table.place("released_at")].is_some()) {
                    self.released.push((key.to_owned(), id));
                }
            }
            Table::Document => {
                self.objects.push((table.name(), key.to_owned(), get("sha256"), Some(get("size_bytes"))));
                if get("kind") == DocumentKind::Report.code() {
                    let edition = format!("{}/{}/{}", get("form"), get("period"), get("edition"));
                    let made_at = Instant::from_micros(get("made_at").parse().unwrap_or(0));
                    self.reports.push(Report { edition, file_name: get("file_name"), sha256: get("sha256"), made_at });
                }
            }
            // A mail that could not be built has no message.
            Table::Delivery if !get("message_sha256").is_empty() => {
                self.objects.push((table.name(), key.to_owned(), get("message_sha256"), None));
            }
            _ => {}
        }
    }

    /// What only shows once every row was seen.
    fn end(&mut self, chain: &mut Chain, found: &mut Found<'_>) {
        for (id, submission) in &self.submissions {
            let table = Table::Submission.name();
            if submission.revisions == 0 {
                found.fault(table, id.clone(), "has no revision");
            } else if submission.misplaced.len() == submission.revisions as usize {
                found.fault(
                    table,
                    id.clone(),
                    "is not of the unit, form and month that the entries of its revisions name",
                );
                continue;
            } else if submission.last != submission.revisions {
                let what =
                    format!("has {} revisions, but the last has number {}", submission.revisions, submission.last);
                found.fault(table, id.clone(), what);
            }
            for (key, seq) in &submission.misplaced {
                found.fault(Table::Revision.name(), key.clone(), not_noted(*seq));
            }
        }
        for (period, numbers) in &mut self.numbers {
            numbers.sort();
            let gap = (1..).zip(numbers.iter()).find(|(expected, (number, _))| expected != number);
            if let Some((expected, (number, key))) = gap {
                let what = format!("edition {expected} of {period} is missing before number {number}");
                found.fault(Table::Edition.name(), key.clone(), what);
            }
        }
        let mut gone: Vec<_> = chain.answers.drain().map(|(key, answered)| (answered.seq, key)).collect();
        gone.sort();
        for (seq, (client, request)) in gone {
            let what = format!("is not there, but entry {seq} of the chain answered it");
            found.fault(Table::Answer.name(), format!("{client}/{request}"), what);
        }
    }
}

/// Leases that would keep everybody from working; answers with the last fence of the one under which periods are closed.
async fn check_leases(tx: &mut dyn Tx, time: Instant, found: &mut Found<'_>) -> Result<i64, AppError> {
    let mut closing = 0;
    for cells in tx.leases().await? {
        let [name, fence, expires_at] = [0, 1, 2].map(|place| cells[place].as_deref().unwrap_or(""));
        let (Ok(fence), Ok(expires_at)) = (fence.parse::<i64>(), expires_at.parse::<i64>()) else {
            found.fault(LEASES, name, "does not read");
            continue;
        };
        if expires_at > time.plus_seconds(LEASE_MAX_SECONDS).micros() {
            found.fault(LEASES, name, "lasts for longer than any lease: nobody else could take it");
        }
        if fence >= FENCE_MAX {
            found.fault(LEASES, name, "has a fence that no count of holders reaches");
        }
        if name == CLOSING {
            closing = fence;
        }
    }
    Ok(closing)
}

/// A count that does not read keeps everything from being read that stands beside it.
fn check_count(table: Table, key: &str, column: &str, cell: &str, found: &mut Found<'_>) {
    if cell.parse::<u32>().is_err() {
        found.fault(table.name(), key, format!("{column} is no count: nothing beside it can be read"));
    }
}

fn not_noted(seq: i64) -> String {
    format!("is not what entry {seq} of the chain has noted")
}

/// An answer against the entry that it bears the head of.
fn check_answer(cells: &Cells, key: &str, chain: &mut Chain, found: &mut Found<'_>) {
    let table = Table::Answer;
    let get = |column: &str| cells[table.place(column)].as_deref().unwrap_or("");
    let Some(answered) = chain.answers.remove(&(get("client").to_owned(), get("request_id").to_owned())) else {
        return found.fault(table.name(), key, "no entry of the chain answered it");
    };
    let Some(receipt) = content::as_written::<Receipt>(get("receipt")) else {
        return found.fault(table.name(), key, "its receipt does not read");
    };
    if (receipt.audit_seq, &receipt.audit_head) != (answered.seq, &answered.hash) {
        return found.fault(table.name(), key, format!("its receipt bears another head than entry {}", answered.seq));
    }
    if !of_cells(table, cells, None).contains(&answered.content) {
        found.fault(table.name(), key, not_noted(answered.seq));
    }
}

/// Whether the figures of a revision do not have the content hash that its receipt names. `name` is what its entry calls
/// it: `05971/tthc/2022-M07/1`, with the unit's code of the time.
fn figures_fail(cells: &Cells, name: &str) -> bool {
    let get = |column: &str| cells[Table::Revision.place(column)].as_deref().unwrap_or("");
    let own = || {
        let mut parts = name.split('/');
        let unit = UnitCode::parse(parts.next()?).ok()?;
        let (form, month) = (FormCode::parse(parts.next()?).ok()?, PeriodKey::parse(parts.next()?).ok()?);
        let figures: Figures = serde_json::from_str(get("figures")).ok()?;
        let nil = matches!(get("nil"), "1" | "true");
        submission_hash(&unit, &form, month, nil, &figures).ok()
    };
    own().as_deref() != Some(get("content_hash"))
}
