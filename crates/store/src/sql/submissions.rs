//! Submissions, their revisions, and the answers that were given.

use baocao_app::ports::{AnsweredRow, Failure, RevisionHead, StoreError};
use baocao_domain::ids::{FormCode, UnitId};
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::{Revision, SubmissionKey};

use super::row::{Row, flag, id, instant, integer, number, submission, text};
use super::session::{SqlTx, query};
use crate::fault::broken;

/// The most revisions that one statement answers with.
const SPAN_MAX: i64 = 500;

/// The most rows that are read for nothing between two wanted ones: still dearer than these is another statement.
const GAP_MAX: i64 = 20;

/// The text that reads revisions, with what follows the join.
macro_rules! select_revision {
    ($rest:literal) => {
        concat!(
            "select r.id, s.unit_id, s.form, s.period, r.number, r.figures, r.nil, r.note, r.content_hash, \
             r.received_at, r.client from submission s join revision r on r.submission_id = s.id ",
            $rest
        )
    };
}

statements! {
    /// Waits for who is at the same request.
    CLAIM = claim_request!();
    /// The answer to a request.
    ANSWERED = "select client, request_id, method, content_hash, receipt, answered_at from answer \
                where client = $1 and request_id = $2";
    /// Remembers an answer.
    REMEMBER = "insert into answer (client, request_id, method, content_hash, receipt, answered_at) \
                values ($1, $2, $3, $4, $5, $6)";
    /// The current revision of a submission.
    CURRENT = select_revision!(
        "where s.unit_id = $1 and s.form = $2 and s.period = $3 order by r.number desc limit 1"
    );
    /// A revision of a submission by its number.
    NUMBERED = select_revision!("where s.unit_id = $1 and s.form = $2 and s.period = $3 and r.number = $4");
    /// Revisions with neighbouring ids.
    SPAN = select_revision!("where r.id between $1 and $2 order by r.id");
    /// Adds a submission unless it is there already.
    APPEND_SUBMISSION = "insert into submission (unit_id, form, period) values ($1, $2, $3) \
                         on conflict (unit_id, form, period) do nothing";
    /// Adds a revision to a submission that is there.
    APPEND_REVISION = "insert into revision \
                       (submission_id, number, figures, nil, note, content_hash, received_at, client) \
                       select s.id, $4, $5, $6, $7, $8, $9, $10 from submission s \
                       where s.unit_id = $1 and s.form = $2 and s.period = $3 returning id";
    /// Heads of the current revisions of a period.
    HEADS = "select r.id, s.unit_id, r.number, r.received_at \
             from submission s join revision r on r.submission_id = s.id \
             where s.form = $1 and s.period = $2 \
             and r.number = (select max(c.number) from revision c where c.submission_id = s.id) \
             order by s.unit_id";
    /// Ids of all revisions of a period.
    IDS = "select r.id from submission s join revision r on r.submission_id = s.id \
           where s.form = $1 and s.period = $2 order by r.id";
    /// How many submissions and revisions a form has.
    COUNTS = "select (select count(*) from submission where form = $1) as submissions, \
              (select count(*) from revision r join submission s on s.id = r.submission_id where s.form = $1) \
              as revisions";
}

fn read_answer(row: &Row) -> Result<AnsweredRow, Failure> {
    Ok(AnsweredRow {
        client: text(row, "client")?,
        request_id: text(row, "request_id")?,
        method: text(row, "method")?,
        content_hash: text(row, "content_hash")?,
        receipt: serde_json::from_str(&text(row, "receipt")?)?,
        at: instant(row, "answered_at")?,
    })
}

fn read_revision(row: &Row) -> Result<Revision, Failure> {
    Ok(Revision {
        id: id(row)?,
        submission: submission(row)?,
        number: number(row, "number")?,
        figures: serde_json::from_str(&text(row, "figures")?)?,
        nil: flag(row, "nil")?,
        note: text(row, "note")?,
        content_hash: text(row, "content_hash")?,
        received_at: instant(row, "received_at")?,
        client: text(row, "client")?,
    })
}

fn read_head(row: &Row) -> Result<RevisionHead, Failure> {
    Ok(RevisionHead {
        id: id(row)?,
        unit: UnitId(integer(row, "unit_id")?),
        number: number(row, "number")?,
        received_at: instant(row, "received_at")?,
    })
}

pub(super) async fn answered(
    tx: &mut SqlTx,
    client: &str,
    request_id: &str,
) -> Result<Option<AnsweredRow>, StoreError> {
    tx.optional("looking for an answer", query(ANSWERED).bind(client).bind(request_id), read_answer).await
}

pub(super) async fn claim(tx: &mut SqlTx, client: &str, request_id: &str) -> Result<(), StoreError> {
    tx.run("waiting for the same request", query(CLAIM).bind(client).bind(request_id)).await.map(drop)
}

pub(super) async fn remember(tx: &mut SqlTx, answer: &AnsweredRow) -> Result<(), StoreError> {
    const DOING: &str = "remembering an answer";
    let receipt = serde_json::to_string(&answer.receipt).map_err(|error| broken(DOING, error))?;
    let statement = query(REMEMBER)
        .bind(&answer.client)
        .bind(&answer.request_id)
        .bind(&answer.method)
        .bind(&answer.content_hash)
        .bind(receipt)
        .bind(answer.at.micros());
    tx.run_one(DOING, statement).await
}

pub(super) async fn revision(
    tx: &mut SqlTx,
    key: &SubmissionKey,
    number: Option<u32>,
) -> Result<Option<Revision>, StoreError> {
    let statement = match number {
        None => bound(CURRENT, key),
        Some(number) => bound(NUMBERED, key).bind(i64::from(number)),
    };
    tx.optional("reading a revision", statement, read_revision).await
}

pub(super) async fn append_revision(tx: &mut SqlTx, revision: &Revision) -> Result<i64, StoreError> {
    const DOING: &str = "adding a revision";
    let figures = serde_json::to_string(&revision.figures).map_err(|error| broken(DOING, error))?;
    if revision.number == 1 {
        tx.run("adding a submission", bound(APPEND_SUBMISSION, &revision.submission)).await?;
    }
    let statement = bound(APPEND_REVISION, &revision.submission)
        .bind(i64::from(revision.number))
        .bind(figures)
        .bind(revision.nil)
        .bind(&revision.note)
        .bind(&revision.content_hash)
        .bind(revision.received_at.micros())
        .bind(&revision.client);
    tx.one(DOING, statement, id).await
}

pub(super) async fn heads(tx: &mut SqlTx, form: &FormCode, period: PeriodKey) -> Result<Vec<RevisionHead>, StoreError> {
    let statement = query(HEADS).bind(form.as_str()).bind(period.to_string());
    tx.all("reading the heads of revisions", statement, read_head).await
}

pub(super) async fn ids(tx: &mut SqlTx, form: &FormCode, period: PeriodKey) -> Result<Vec<i64>, StoreError> {
    let statement = query(IDS).bind(form.as_str()).bind(period.to_string());
    tx.all("reading the ids of revisions", statement, id).await
}

pub(super) async fn by_ids(tx: &mut SqlTx, ids: &[i64]) -> Result<Vec<Revision>, StoreError> {
    const DOING: &str = "reading revisions";
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut revisions = Vec::with_capacity(wanted.len());
    for (first, last) in spans(&wanted) {
        let found = tx.all(DOING, query(SPAN).bind(first).bind(last), read_revision).await?;
        revisions.extend(found.into_iter().filter(|revision| wanted.binary_search(&revision.id).is_ok()));
    }
    if revisions.len() != wanted.len() {
        let missing = wanted.len() - revisions.len();
        return Err(broken(DOING, format!("{missing} of {} revisions do not exist", wanted.len())));
    }
    Ok(revisions)
}

pub(super) async fn counts(tx: &mut SqlTx, form: &FormCode) -> Result<(i64, i64), StoreError> {
    let statement = query(COUNTS).bind(form.as_str());
    tx.one("counting submissions", statement, |row| Ok((integer(row, "submissions")?, integer(row, "revisions")?)))
        .await
}

/// A statement whose first three values are the key of a submission.
fn bound(statement: &'static str, key: &SubmissionKey) -> super::session::Query {
    query(statement).bind(key.unit.0).bind(key.form.as_str()).bind(key.period.to_string())
}

/// Sorted ids as few spans: the revisions of a period lie close together, so that one statement reads hundreds.
fn spans(sorted: &[i64]) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for id in sorted {
        match spans.last_mut() {
            Some((first, last)) if id - *last <= GAP_MAX && id - *first < SPAN_MAX => *last = *id,
            _ => spans.push((*id, *id)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_hold_every_id_and_neither_wide_gaps_nor_too_many_rows() {
        assert_eq!(spans(&[]), []);
        assert_eq!(spans(&[7]), [(7, 7)]);
        assert_eq!(spans(&[1, 2, 3, 23, 24, 45, 46]), [(1, 24), (45, 46)]);
        let many: Vec<i64> = (1..=1_100).collect();
        assert_eq!(spans(&many), [(1, 500), (501, 1_000), (1_001, 1_100)]);
    }
}
