//! What is refused over the wire: the right code, every fault, and nothing stored but the audit entry. On both databases.

use std::sync::Arc;

use baocao_app::ports::AuditRow;
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;
use baocao_rpc::client::{Channel, connect, refusal, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::submission_service_client::SubmissionServiceClient;
use tonic::Code;

use crate::database::Database;
use crate::world::World;

const COLUMNS: [&str; 8] =
    ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

struct Wire<'a> {
    world: &'a World,
    channel: Channel,
}

impl Wire<'_> {
    async fn submit(
        &self,
        client: &str,
        request: v1::SubmitFiguresRequest,
    ) -> Result<v1::SubmitFiguresResponse, tonic::Status> {
        let key = self.world.keys.get(client).map_or(client, String::as_str);
        let mut client = SubmissionServiceClient::new(with_key(self.channel.clone(), key).expect("a key"));
        client.submit_figures(request).await.map(tonic::Response::into_inner)
    }

    fn request(&self, unit: &str, period: &str, rows: &[(&str, [i64; 8])]) -> v1::SubmitFiguresRequest {
        v1::SubmitFiguresRequest {
            request_id: self.world.new_uuid(),
            unit: unit.into(),
            form: "tthc".into(),
            period: period.into(),
            lines: Some(v1::Lines {
                columns: COLUMNS.map(String::from).to_vec(),
                rows: rows
                    .iter()
                    .map(|(key, values)| v1::Row { key: (*key).into(), values: values.to_vec() })
                    .collect(),
            }),
            ..v1::SubmitFiguresRequest::default()
        }
    }
}

const BALANCED: [i64; 8] = [1, 1, 0, 0, 2, 0, 0, 0];

async fn story(database: Arc<Database>) {
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    let (service, address) = world.serve().await;
    let wire = Wire { world: &world, channel: connect(address).await.expect("connected") };
    let before = audit(&database).await.len();

    // (key, request, code, reason, paths of the faults)
    let broken = [1, 1, 0, 0, 3, 0, 0, 0];
    let negative = [-1, 3, 0, 0, 2, 0, 0, 0];
    let (good, foreign) = ("9.001661", "7.7");
    let mut bad_id = wire.request("05971", "2022-M07", &[(good, broken), (foreign, negative)]);
    bad_id.request_id = "1".into();
    let table = [
        (
            "05971",
            wire.request("05971", "2022-M07", &[(good, broken)]),
            Code::InvalidArgument,
            "IDENTITY_BROKEN",
            vec!["lines.rows[0].values"],
        ),
        (
            "05971",
            bad_id,
            Code::InvalidArgument,
            "FIELD_REQUIRED",
            vec!["request_id", "lines.rows[0].values", "lines.rows[1].key", "lines.rows[1].values[0]"],
        ),
        (
            "operator",
            wire.request("99999", "2022-M07", &[(good, BALANCED)]),
            Code::NotFound,
            "UNKNOWN_UNIT",
            vec!["unit"],
        ),
        (
            "05971",
            wire.request("99999", "2022-M07", &[(good, BALANCED)]),
            Code::PermissionDenied,
            "OUTSIDE_SUBTREE",
            vec![],
        ),
        (
            "05974",
            wire.request("05971", "2022-M07", &[(good, BALANCED)]),
            Code::PermissionDenied,
            "OUTSIDE_SUBTREE",
            vec![],
        ),
        (
            "05971",
            wire.request("05971", "2022-Q3", &[(good, BALANCED)]),
            Code::InvalidArgument,
            "PERIOD_NOT_ALIGNED",
            vec!["period"],
        ),
        (
            "05971",
            wire.request("05971", "2022-M08", &[(good, BALANCED)]),
            Code::FailedPrecondition,
            "PERIOD_NOT_OPEN",
            vec!["period"],
        ),
        (
            "operator",
            wire.request("20", "2022-M07", &[(good, BALANCED)]),
            Code::FailedPrecondition,
            "NOT_OBLIGED",
            vec![],
        ),
        (
            "05971",
            wire.request("05971", "2000-M01", &[(good, BALANCED)]),
            Code::FailedPrecondition,
            "NOT_OBLIGED",
            vec![],
        ),
    ];
    let refused = table.len();
    assert_eq!(refused, 9);
    for (client, request, code, reason, paths) in table {
        let status = wire.submit(client, request).await.expect_err(reason);
        let details = refusal(&status).expect("details");
        assert_eq!((status.code(), details.reason.as_str()), (code, reason));
        let found: Vec<&str> = details.faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(found, paths, "{reason}");
        assert!(!details.vi.is_empty() && !details.en.is_empty());
    }
    world.go_to_lock("2022-M07");
    let late = wire.submit("05971", wire.request("05971", "2022-M07", &[(good, BALANCED)])).await.expect_err("locked");
    assert_eq!(refusal(&late).expect("details").reason, "PERIOD_LOCKED");
    for (key, reason) in [("", "KEY_MISSING"), ("bc1_x_y_z", "KEY_UNKNOWN")] {
        let status = wire.submit(key, wire.request("05971", "2022-M07", &[])).await.expect_err(reason);
        assert_eq!(
            (status.code(), refusal(&status).expect("details").reason.as_str()),
            (Code::Unauthenticated, reason)
        );
    }

    let entries = audit(&database).await;
    let outcomes: Vec<&str> =
        entries[before..].iter().filter(|entry| entry.action == "submit").map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes.len(), refused + 1, "{outcomes:?}");
    assert!(!outcomes.contains(&"ok"));
    // The operator's one call is noted before it runs; strangers are counted, and written down at the stop at the latest.
    let calls = |entries: &[AuditRow]| -> Vec<String> {
        let calls = entries[before..].iter().filter(|entry| entry.action == "call");
        calls.map(|entry| format!("{} {} {}", entry.actor, entry.object, entry.outcome)).collect()
    };
    let of_operator = "operator /baocao.v1.SubmissionService/SubmitFigures ok";
    assert_eq!(calls(&entries), [of_operator, of_operator]);
    let form = FormCode::parse("tthc").expect("form");
    let july = PeriodKey::parse("2022-M07").expect("period");
    let mut tx = database.store.read().await.expect("read");
    assert!(tx.revision_heads(&form, july).await.expect("heads").is_empty(), "something was stored");
    drop(tx);
    for _ in 0..20 {
        wire.submit("bc1_x_y_z", wire.request("05971", "2022-M07", &[])).await.expect_err("an unknown key");
    }
    service.stop().await;
    let told = calls(&audit(&database).await);
    let strangers = ["unknown 1 calls KEY_MISSING", "unknown 21 calls KEY_UNKNOWN"];
    assert_eq!(told, [[of_operator, of_operator], strangers].concat(), "one entry per reason");
}

async fn audit(database: &Database) -> Vec<AuditRow> {
    database.store.read().await.expect("read").audit_entries(1, 10_000).await.expect("entries")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_name_every_fault_and_store_nothing_on_sqlite() {
    Database::sqlite().await.tell(story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_name_every_fault_and_store_nothing_on_postgres() {
    Database::postgres().await.tell(story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_gets_the_first_receipt_and_other_content_is_refused() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    let actor = world.actor("05971").await;
    let request = world.request("05971", "2022-M07", world.figures("05971", 0));
    let first = world.app.submit(&actor, &request).await.expect("accepted");
    let again = world.app.submit(&actor, &request).await.expect("answered");
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.receipt, first.receipt);

    let same_content = world.request("05971", "2022-M07", world.figures("05971", 0));
    let unchanged = world.app.submit(&actor, &same_content).await.expect("answered");
    assert!(unchanged.receipt.unchanged);
    assert_eq!(world.app.submission_counts().await.expect("counts"), (1, 1));

    let mut other = request.clone();
    other.figures = world.figures("05974", 0);
    let refused = world.app.submit(&actor, &other).await.expect_err("the id stands for other content");
    assert!(refused.to_string().contains("refused"));
    assert_eq!(world.app.submission_counts().await.expect("counts"), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_names_the_revision_that_it_is_built_on_and_says_why() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    let actor = world.actor("06340").await;
    let unit = baocao_domain::ids::UnitCode::parse("06340").expect("code");
    let first = world.allotment.first_attempt(&unit).expect("the unit that corrects itself");
    world.app.submit(&actor, &world.request("06340", "2022-M07", first)).await.expect("accepted");
    let corrected = world.request("06340", "2022-M07", world.figures("06340", 0));
    for (expected, reason, outcome) in [
        (None, "nhầm", Err("REVISION_MISMATCH")),
        (Some(2), "nhầm", Err("REVISION_MISMATCH")),
        (Some(1), " ", Err("FIELD_REQUIRED")),
        (Some(1), "nhầm", Ok(2)),
    ] {
        let mut request = corrected.clone();
        request.request_id = world.new_uuid();
        (request.expected_revision, request.reason) = (expected, reason.to_owned());
        let answer = world.app.submit(&actor, &request).await;
        match (answer, outcome) {
            (Ok(submitted), Ok(number)) => assert_eq!(submitted.receipt.revision, number),
            (Err(baocao_app::error::AppError::Refused(refusal)), Err(reason)) => {
                assert_eq!(refusal.reason.code(), reason);
            }
            (answer, outcome) => panic!("{answer:?} instead of {outcome:?}"),
        }
    }
}
