//! Units' systems: each files for one unit, repeats the same request until it is acknowledged or refused, and keeps a
//! journal.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use baocao_rpc::client::{Channel, Status, connect, refusal, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::submission_service_client::SubmissionServiceClient;
use serde_json::json;
use tokio::sync::watch;

use crate::chance::Chance;
use crate::journal::Journal;

/// The form of the regime.
pub(crate) const FORM: &str = "tthc";

/// How long one call may take before it is given up and made again.
const CALL_WITHIN: Duration = Duration::from_secs(5);

/// How long a request is repeated before the story fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// The columns of the form, in an order of the client's own.
const COLUMNS: [&str; 8] =
    ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Acknowledged.
    Acknowledged,
    /// Refused for good, for this reason.
    Refused(String),
}

/// Where the doors of the instances are: any of them may be asked.
pub(crate) type Doors = Vec<watch::Receiver<Option<SocketAddr>>>;

/// The system of one unit.
pub(crate) struct Writer {
    unit: String,
    key: String,
    procedures: Vec<String>,
    doors: Doors,
    journal: Journal,
    chance: Chance,
    channel: Option<(SocketAddr, Channel)>,
    /// The last revision that was acknowledged, by month.
    revisions: BTreeMap<String, u32>,
}

impl Writer {
    /// A system with the key of its unit, which reports on these procedures.
    pub(crate) fn of(
        unit: &str,
        key: &str,
        procedures: &[&str],
        doors: Doors,
        journal: Journal,
        chance: Chance,
    ) -> Self {
        Self {
            unit: unit.to_owned(),
            key: key.to_owned(),
            procedures: procedures.iter().map(|&code| code.to_owned()).collect(),
            doors,
            journal,
            chance,
            channel: None,
            revisions: BTreeMap::new(),
        }
    }

    /// Files random figures for a month, or corrects what was filed, until there is an answer.
    pub(crate) async fn file(&mut self, period: &str) -> Outcome {
        let request = self.request(period);
        let rows: Vec<_> =
            request.lines.iter().flat_map(|lines| &lines.rows).map(|row| json!([row.key, row.values])).collect();
        self.journal.sent(&json!({
            "request_id": request.request_id, "unit": self.unit, "form": FORM, "period": period, "columns": COLUMNS,
            "rows": rows, "expected_revision": request.expected_revision,
        }));
        let answer = self.repeat(&request).await;
        match &answer {
            Ok(receipt) => {
                let received_at = receipt.received_at.as_ref();
                let micros = received_at.map(|at| at.seconds * 1_000_000 + i64::from(at.nanos) / 1_000);
                self.journal.acknowledged(&request.request_id, &json!({
                    "submission": receipt.submission, "revision": receipt.revision, "content_hash": receipt.content_hash,
                    "received_at": micros, "unchanged": receipt.unchanged, "late": receipt.late,
                    "audit_seq": receipt.audit_seq, "audit_head": receipt.audit_head,
                }));
                self.revisions.insert(period.to_owned(), receipt.revision);
            }
            Err(reason) => self.journal.refused(&request.request_id, reason),
        }
        answer.map_or_else(Outcome::Refused, |_| Outcome::Acknowledged)
    }

    /// Files again and again for the month that is asked for, until there is none; answers how many were acknowledged.
    pub(crate) async fn keep_filing(
        mut self,
        mut month: watch::Receiver<Option<String>>,
        pause_ms: (u64, u64),
    ) -> usize {
        let mut acknowledged = 0;
        loop {
            let Some(period) = month.borrow_and_update().clone() else { return acknowledged };
            match self.file(&period).await {
                Outcome::Acknowledged => acknowledged += 1,
                // The month is over: the next one comes.
                Outcome::Refused(reason) if reason == "PERIOD_LOCKED" => {
                    if month.changed().await.is_err() {
                        return acknowledged;
                    }
                }
                Outcome::Refused(reason) => panic!("{} was refused in {period}: {reason}", self.unit),
            }
            tokio::time::sleep(self.chance.pause_ms(pause_ms.0, pause_ms.1)).await;
        }
    }

    fn request(&mut self, period: &str) -> v1::SubmitFiguresRequest {
        let procedures = self.procedures.clone();
        let rows = procedures.into_iter().map(|key| v1::Row { key, values: self.values() }).collect();
        let expected_revision = self.revisions.get(period).copied();
        v1::SubmitFiguresRequest {
            request_id: self.chance.uuid(),
            unit: self.unit.clone(),
            form: FORM.to_owned(),
            period: period.to_owned(),
            lines: Some(v1::Lines { columns: COLUMNS.map(str::to_owned).to_vec(), rows }),
            expected_revision,
            reason: expected_revision.map(|_| "rà soát lại số liệu".to_owned()).unwrap_or_default(),
            explanation: "số liệu thử nghiệm".to_owned(),
            ..v1::SubmitFiguresRequest::default()
        }
    }

    /// A row whose two sides are equal, as the form wants it.
    fn values(&mut self) -> Vec<i64> {
        let [online, direct, carried_over] = [150, 150, 50].map(|bound| self.draw(bound));
        let mut left = online + direct + carried_over;
        let mut values = vec![online, direct, carried_over];
        for _ in 0..4 {
            let part = self.draw(left + 1);
            values.push(part);
            left -= part;
        }
        values.push(left);
        values
    }

    fn draw(&mut self, bound: i64) -> i64 {
        i64::try_from(self.chance.below(bound.unsigned_abs())).expect("small")
    }

    /// Makes the same request until it is answered for good.
    async fn repeat(&mut self, request: &v1::SubmitFiguresRequest) -> Result<v1::Receipt, String> {
        let begun = Instant::now();
        loop {
            let last = match self.call(request.clone()).await {
                Ok(receipt) => return Ok(receipt),
                Err(status) => match refusal(&status).filter(|details| details.retry_delay.is_none()) {
                    Some(details) => return Err(details.reason),
                    None => status,
                },
            };
            assert!(begun.elapsed() < PATIENCE, "{} has no answer after {PATIENCE:?}: {last}", self.unit);
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn call(&mut self, request: v1::SubmitFiguresRequest) -> Result<v1::Receipt, Status> {
        let answer = tokio::time::timeout(CALL_WITHIN, self.try_call(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")));
        if answer.as_ref().is_err_and(|status| refusal(status).is_none()) {
            // It may be the line: the next try takes another.
            self.channel = None;
        }
        answer
    }

    async fn try_call(&mut self, request: v1::SubmitFiguresRequest) -> Result<v1::Receipt, Status> {
        let channel = self.channel().await?;
        let keyed = with_key(channel, &self.key).map_err(|error| Status::internal(error.to_string()))?;
        let answer = SubmissionServiceClient::new(keyed).submit_figures(request).await?.into_inner();
        answer.receipt.ok_or_else(|| Status::internal("an answer without a receipt"))
    }

    /// The connection that is there, if its instance still is; else one to any instance that serves.
    async fn channel(&mut self) -> Result<Channel, Status> {
        let open: Vec<SocketAddr> = self.doors.iter().filter_map(|door| *door.borrow()).collect();
        if let Some((_, channel)) = self.channel.as_ref().filter(|(door, _)| open.contains(door)) {
            return Ok(channel.clone());
        }
        let nobody = || Status::unavailable("nobody serves");
        let bound = u64::try_from(open.len()).expect("few").max(1);
        let chosen = usize::try_from(self.chance.below(bound)).expect("few");
        let door = open.get(chosen).copied().ok_or_else(nobody)?;
        let channel = connect(door).await.map_err(|_| nobody())?;
        self.channel = Some((door, channel.clone()));
        Ok(channel)
    }
}
