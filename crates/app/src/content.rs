//! What an audit entry says of a row: one hash over all its lasting cells.
//!
//! The rule: every lasting row is covered by an entry of the chain whose content hash is taken over all its lasting
//! cells, and the last entry about a row is what it must be now. Here stand both sides of it, next to each other: the
//! content of a row that a use case is about to write, and the content of a row whose cells were read back as texts.
//! Which cells do not last, and why, is [`crate::verify::IRRELEVANT`].
//!
//! Large documents are covered by the cell that holds their own hash; a proof takes that hash again.

use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::submission::{Receipt, Revision};
use baocao_domain::unit::{PeerGroup, UnitVersion};
use serde::Serialize;

use crate::canonical::tagged_hash;
use crate::error::AppError;
use crate::ports::{
    AnsweredRow, Cells, CloseRequestRow, CloseRunRow, DeliveryRow, DeliveryState, DocumentRow, EditionRow,
    ExtensionRow, KeyRow, PeriodRow, RegimeRow, ReopeningRow, Table,
};

/// The name under which the staged files of an edition stand in the chain; the rest are names of tables.
pub(crate) const SITE: &str = "site";

/// What a delivery's outcome is while it has none.
const WAITING: &str = "waiting";

/// What one row says, as the chain keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The table, or `site`.
    pub what: &'static str,
    /// The key of the row: `tthc/2022-M07/1`.
    pub key: String,
    /// The hash over its lasting cells, in hex; empty if the row is gone.
    pub hash: String,
}

impl Content {
    fn of(table: Table, key: String, cells: &[Option<&str>]) -> Self {
        Self { what: table.name(), key, hash: hash(table, cells) }
    }

    /// A row that was taken back.
    pub(crate) fn gone(table: Table, key: String) -> Self {
        Self { what: table.name(), key, hash: String::new() }
    }

    /// The files of an edition, by the hash of their list of checksums.
    pub(crate) fn site(edition: EditionId, checksums_sha256: String) -> Self {
        Self { what: SITE, key: edition.to_string(), hash: checksums_sha256 }
    }

    /// What an entry that bears no further name calls it.
    pub(crate) fn object(&self) -> String {
        format!("{} {}", self.what, self.key)
    }
}

/// The hash over the lasting cells of a row; an absent cell is not an empty one.
fn hash(table: Table, cells: &[Option<&str>]) -> String {
    let parts: Vec<String> =
        cells.iter().map(|cell| cell.map_or_else(String::new, |text| format!("={text}"))).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    tagged_hash(&format!("baocao/row/{}/1", table.name()), &parts)
}

/// As the database keeps a structured value.
fn json<T: Serialize>(value: &T) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|error| AppError::Corrupt(format!("a value has no JSON form: {error}")))
}

fn micros(instant: Instant) -> String {
    instant.micros().to_string()
}

const fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}

/// A value of the installation.
pub fn setting(name: &str, value: &str) -> Content {
    Content::of(Table::Setting, name.to_owned(), &[Some(name), Some(value)])
}

/// A regime that has its id.
pub fn regime(row: &RegimeRow) -> Content {
    let (id, applied_at) = (row.id.to_string(), micros(row.applied_at));
    let cells = [Some(id.as_str()), Some(&row.name), Some(&row.content_hash), Some(&applied_at)];
    Content::of(Table::Regime, id.clone(), &cells)
}

/// A version of a unit.
pub fn unit_version(version: &UnitVersion) -> Content {
    let (id, from) = (version.id.0.to_string(), version.valid_from.to_string());
    let parent = version.parent.map(|parent| parent.0.to_string());
    let cells = [
        Some(id.as_str()),
        Some(&from),
        Some(version.code.as_str()),
        Some(&version.name),
        Some(version.tier.code()),
        version.group.map(PeerGroup::letter),
        parent.as_deref(),
        Some(flag(version.dissolved)),
    ];
    Content::of(Table::UnitVersion, format!("{id}/{from}"), &cells)
}

/// A period.
pub fn period(row: &PeriodRow) -> Content {
    let instants = [row.opens, row.due, row.locks, row.publishes].map(micros);
    let (period, sealed) = (row.period.to_string(), row.sealed_edition.to_string());
    let mut cells = vec![Some(row.form.as_str()), Some(period.as_str())];
    cells.extend(instants.iter().map(|instant| Some(instant.as_str())));
    cells.push(Some(&sealed));
    Content::of(Table::Period, period_key(row), &cells)
}

/// The key of a period.
pub fn period_key(row: &PeriodRow) -> String {
    format!("{}/{}", row.form, row.period)
}

/// A revision that has its id, with the submission that it is of.
///
/// # Errors
/// [`AppError::Corrupt`] for figures that have no JSON form, which none of ours are.
pub fn revision(revision: &Revision) -> Result<Content, AppError> {
    let (id, unit) = (revision.id.to_string(), revision.submission.unit.0.to_string());
    let (period, number) = (revision.submission.period.to_string(), revision.number.to_string());
    let (figures, received_at) = (json(&revision.figures)?, micros(revision.received_at));
    let cells = [
        Some(id.as_str()),
        Some(&unit),
        Some(revision.submission.form.as_str()),
        Some(&period),
        Some(&number),
        Some(&figures),
        Some(flag(revision.nil)),
        Some(&revision.note),
        Some(&revision.content_hash),
        Some(&received_at),
        Some(&revision.client),
    ];
    Ok(Content::of(Table::Revision, id.clone(), &cells))
}

/// An answer but for the head that its receipt bears: the entry that has this hash is that head.
///
/// # Errors
/// Those of [`revision`].
pub fn answer(answer: &AnsweredRow) -> Result<Content, AppError> {
    let (receipt, at) = (json(&without_head(&answer.receipt))?, micros(answer.at));
    let cells = [&answer.client, &answer.request_id, &answer.method, &answer.content_hash, &receipt, &at];
    let cells = cells.map(|cell| Some(cell.as_str()));
    Ok(Content::of(Table::Answer, format!("{}/{}", answer.client, answer.request_id), &cells))
}

fn without_head(receipt: &Receipt) -> Receipt {
    Receipt { audit_seq: 0, audit_head: String::new(), ..receipt.clone() }
}

/// An extension that has its id.
pub fn extension(row: &ExtensionRow) -> Content {
    let (id, unit, period) = (row.id.to_string(), row.key.unit.0.to_string(), row.key.period.to_string());
    let (expires_at, granted_at) = (micros(row.expires_at), micros(row.granted_at));
    let cells = [
        Some(id.as_str()),
        Some(&unit),
        Some(row.key.form.as_str()),
        Some(&period),
        Some(&row.reason),
        Some(&expires_at),
        Some(&row.granted_by),
        Some(&granted_at),
    ];
    Content::of(Table::Extension, id.clone(), &cells)
}

/// A run that has its id: what it sealed, how far it has come and whether it waits for an operator.
///
/// # Errors
/// Those of [`revision`].
pub fn close_run(run: &CloseRunRow) -> Result<Content, AppError> {
    let (id, period, number) = (run.id.to_string(), run.edition.period.to_string(), run.edition.number.to_string());
    let (cause, revisions) = (json(&run.cause)?, json(&run.revisions)?);
    let (regime, sealed_at) = (run.regime.to_string(), micros(run.sealed_at));
    let cells = [
        Some(id.as_str()),
        Some(run.form.as_str()),
        Some(&period),
        Some(&number),
        Some(&cause),
        Some(run.step.code()),
        Some(&revisions),
        Some(&regime),
        Some(&sealed_at),
        Some(flag(run.held)),
        Some(flag(run.skip_notify)),
        Some(flag(run.abandoned)),
    ];
    Ok(Content::of(Table::CloseRun, id.clone(), &cells))
}

/// A request that has its id.
///
/// # Errors
/// Those of [`revision`].
pub fn close_request(row: &CloseRequestRow) -> Result<Content, AppError> {
    let (id, period, cause) = (row.id.to_string(), row.period.to_string(), json(&row.cause)?);
    let (requested_at, run) = (micros(row.requested_at), row.run.map(|run| run.to_string()));
    let extension = row.extension.map(|extension| extension.to_string());
    let cells = [
        Some(id.as_str()),
        Some(row.form.as_str()),
        Some(&period),
        Some(&cause),
        Some(&requested_at),
        extension.as_deref(),
        run.as_deref(),
    ];
    Ok(Content::of(Table::CloseRequest, id.clone(), &cells))
}

/// A reopening that has its id.
pub fn reopening(row: &ReopeningRow) -> Content {
    let (id, period, until) = (row.id.to_string(), row.period.to_string(), micros(row.until));
    let (requested_at, run) = (micros(row.requested.at), row.run.map(|run| run.to_string()));
    let approved = row.approved.as_ref();
    let approved_at = approved.map(|approved| micros(approved.at));
    let cells = [
        Some(id.as_str()),
        Some(row.form.as_str()),
        Some(&period),
        Some(&row.reason),
        Some(&until),
        Some(&row.requested.client),
        Some(&row.requested.key),
        Some(&requested_at),
        approved.map(|approved| approved.client.as_str()),
        approved.map(|approved| approved.key.as_str()),
        approved_at.as_deref(),
        run.as_deref(),
    ];
    Content::of(Table::Reopening, id.clone(), &cells)
}

/// An edition.
pub fn edition(row: &EditionRow) -> Content {
    let (period, number) = (row.id.period.to_string(), row.id.number.to_string());
    let (sealed_at, released_at) = (micros(row.sealed_at), row.released_at.map(micros));
    let cells = [
        Some(row.form.as_str()),
        Some(&period),
        Some(&number),
        Some(&row.content_hash),
        Some(&sealed_at),
        released_at.as_deref(),
    ];
    Content::of(Table::Edition, format!("{}/{}", row.form, row.id), &cells)
}

/// A document.
pub fn document(row: &DocumentRow) -> Content {
    let (period, number) = (row.edition.period.to_string(), row.edition.number.to_string());
    let (size, made_at) = (row.size_bytes.to_string(), micros(row.made_at));
    let cells = [
        Some(row.form.as_str()),
        Some(&period),
        Some(&number),
        Some(row.kind.code()),
        Some(row.unit.as_str()),
        Some(&row.file_name),
        Some(&row.sha256),
        Some(&size),
        Some(&made_at),
    ];
    Content::of(Table::Document, format!("{}/{}/{}/{}", row.form, row.edition, row.kind.code(), row.unit), &cells)
}

/// The issue record of an edition.
///
/// # Errors
/// Those of [`revision`].
pub fn issue(form: &FormCode, id: EditionId, record: &IssueRecord, at: Instant) -> Result<Content, AppError> {
    let (period, edition, number) = (id.period.to_string(), id.number.to_string(), record.number.to_string());
    let (date, lines, at) = (record.date.to_string(), json(&record.signatory_lines)?, micros(at));
    let cells = [
        Some(form.as_str()),
        Some(&period),
        Some(&edition),
        Some(&number),
        Some(&date),
        Some(&record.signatory),
        Some(&lines),
        Some(&at),
    ];
    Ok(Content::of(Table::Issue, format!("{form}/{id}"), &cells))
}

/// A mail: what it is, and what became of it.
pub fn delivery(row: &DeliveryRow) -> Content {
    let (period, number) = (row.edition.period.to_string(), row.edition.number.to_string());
    let (queued_at, doubts) = (micros(row.queued_at), row.doubts.to_string());
    let (outcome, reply) = outcome(row.state.code(), &row.last_reply);
    let cells = [
        Some(row.id.as_str()),
        Some(row.form.as_str()),
        Some(&period),
        Some(&number),
        Some(row.unit.as_str()),
        Some(row.purpose.code()),
        Some(&row.recipient),
        Some(&row.message_sha256),
        Some(&queued_at),
        Some(&doubts),
        Some(outcome),
        Some(reply),
    ];
    Content::of(Table::Delivery, row.id.clone(), &cells)
}

/// A mail that waits has no outcome yet, and what it was last told is no more than a remark.
fn outcome<'a>(state: &'a str, reply: &'a str) -> (&'a str, &'a str) {
    let waits = [DeliveryState::Queued, DeliveryState::Sending].map(DeliveryState::code);
    if waits.contains(&state) { (WAITING, "") } else { (state, reply) }
}

/// A key.
pub fn api_key(row: &KeyRow) -> Content {
    let (scope, expires_at, revoked_at) = (row.scope.0.to_string(), micros(row.expires_at), row.revoked_at.map(micros));
    let cells = [
        Some(row.id.as_str()),
        Some(&row.client),
        Some(row.role.code()),
        Some(&scope),
        Some(&row.secret_sha256),
        Some(&expires_at),
        revoked_at.as_deref(),
    ];
    Content::of(Table::ApiKey, row.id.clone(), &cells)
}

/// The hashes that an entry about a row with these cells may bear. `submission` are the cells of a revision's submission.
///
/// More than one only for a mail that somebody is at: it is still what it was noted as before.
pub(crate) fn of_cells(table: Table, cells: &Cells, submission: Option<&Cells>) -> Vec<String> {
    let get = |column: &str| cells[table.place(column)].as_deref();
    match table {
        Table::Revision => {
            let of = |column| submission.and_then(|cells| cells[Table::Submission.place(column)].as_deref());
            let head = [get("id"), of("unit_id"), of("form"), of("period"), get("number"), get("figures")];
            let rest = [read_flag(get("nil")), get("note"), get("content_hash"), get("received_at"), get("client")];
            vec![hash(table, &[head.as_slice(), &rest].concat())]
        }
        Table::Answer => {
            let receipt = get("receipt").and_then(as_written::<Receipt>);
            let receipt = receipt.and_then(|receipt| json(&without_head(&receipt)).ok());
            let Some(receipt) = receipt else { return Vec::new() };
            let cells = ["client", "request_id", "method", "content_hash"].map(get);
            vec![hash(table, &[cells.as_slice(), &[Some(&receipt), get("answered_at")]].concat())]
        }
        Table::Delivery => {
            let lasting =
                ["id", "form", "period", "edition", "unit", "purpose", "recipient", "message_sha256"].map(get);
            let more = ["queued_at", "doubts"].map(get);
            let (state, reply) = (get("state").unwrap_or(""), get("last_reply").unwrap_or(""));
            let with =
                |(outcome, reply)| hash(table, &[lasting.as_slice(), &more, &[Some(outcome), Some(reply)]].concat());
            let mut hashes = vec![with(outcome(state, reply))];
            if state == DeliveryState::Sending.code() {
                hashes.push(with((DeliveryState::Unknown.code(), reply)));
            }
            hashes
        }
        _ => {
            let lasting = table.columns().iter().filter(|column| lasts(table, column));
            let cells: Vec<Option<&str>> = lasting
                .map(|column| if is_flag(table, column) { read_flag(get(column)) } else { get(column) })
                .collect();
            vec![hash(table, &cells)]
        }
    }
}

/// A stored value, if its text is exactly what would be written of it.
pub(crate) fn as_written<T: Serialize + serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let value: T = serde_json::from_str(text).ok()?;
    (serde_json::to_string(&value).ok()? == text).then_some(value)
}

/// Whether a column is part of the content of its row; those with a rule of their own are not asked.
fn lasts(table: Table, column: &str) -> bool {
    let left_out: &[&str] = match table {
        // Covered by their hash.
        Table::Regime | Table::Edition => &["document"],
        Table::CloseRun => &["tries", "failures", "last_error", "next_try_at", "fence"],
        Table::Document => &["id"],
        _ => &[],
    };
    !left_out.contains(&column)
}

fn is_flag(table: Table, column: &str) -> bool {
    matches!(
        (table, column),
        (Table::UnitVersion, "dissolved") | (Table::CloseRun, "held" | "skip_notify" | "abandoned")
    )
}

/// PostgreSQL writes a flag as a word.
fn read_flag(cell: Option<&str>) -> Option<&str> {
    match cell {
        Some("true") => Some("1"),
        Some("false") => Some("0"),
        other => other,
    }
}
