//! Sample rows.

use std::collections::BTreeMap;

use baocao_app::actor::Role;
use baocao_app::ports::{
    AnsweredRow, AuditRow, CloseRequestRow, CloseRunRow, CloseStep, DeliveryRow, DeliveryState, DocumentKind,
    DocumentRow, EditionRow, ExtensionRow, KeyRow, PeriodRow, Purpose, RegimeRow, ReopeningRow, Signature, Store,
};
use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::figures::Figures;
use baocao_domain::ids::{FormCode, ProcedureCode, UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::{Receipt, Revision, SubmissionKey};
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};

/// The form of the stories.
pub(crate) fn form() -> FormCode {
    FormCode::parse("tthc").expect("a form")
}

/// Another form, whose rows must not mix with those of the first.
pub(crate) fn other_form() -> FormCode {
    FormCode::parse("khac").expect("a form")
}

/// A period by its name.
pub(crate) fn key(name: &str) -> PeriodKey {
    PeriodKey::parse(name).expect(name)
}

/// An edition by its name.
pub(crate) fn edition_id(name: &str) -> EditionId {
    EditionId::parse(name).expect(name)
}

/// A unit's code.
pub(crate) fn code(text: &str) -> UnitCode {
    UnitCode::parse(text).expect(text)
}

/// So many seconds after some instant in September 2022.
pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_micros(1_663_304_400_000_001).plus_seconds(seconds)
}

/// A hash that looks like one.
pub(crate) fn hash(digit: char) -> String {
    digit.to_string().repeat(64)
}

pub(crate) fn period(name: &str) -> PeriodRow {
    PeriodRow {
        form: form(),
        period: key(name),
        opens: at(0),
        due: at(10),
        locks: at(20),
        publishes: at(30),
        sealed_edition: 0,
    }
}

pub(crate) fn regime(name: &str) -> RegimeRow {
    RegimeRow {
        id: 0,
        name: name.into(),
        document: "{\"name\":\"Lạng Sơn 2022\"}".into(),
        content_hash: hash('a'),
        applied_at: at(1),
    }
}

pub(crate) fn version(id: i64, valid_from: &str) -> UnitVersion {
    UnitVersion {
        id: UnitId(id),
        valid_from: valid_from.parse().expect(valid_from),
        code: code("05971"),
        name: "Phường Đông Kinh".into(),
        tier: Tier::Commune,
        group: Some(PeerGroup::C),
        parent: Some(UnitId(178)),
        dissolved: false,
    }
}

pub(crate) fn submission(unit: i64, period: &str) -> SubmissionKey {
    SubmissionKey { unit: UnitId(unit), form: form(), period: key(period) }
}

pub(crate) fn revision(unit: i64, period: &str, number: u32) -> Revision {
    let rows = [("1.004194", vec![12, 30, 2]), ("2.000815", vec![0, 1_000_000_000_000, i64::from(number)])];
    let rows: BTreeMap<_, _> =
        rows.into_iter().map(|(code, row)| (ProcedureCode::parse(code).expect(code), row)).collect();
    Revision {
        id: 0,
        submission: submission(unit, period),
        number,
        figures: Figures { rows, ..Figures::default() },
        nil: false,
        note: "Đính chính: 'số liệu' \"tháng 7\"".into(),
        content_hash: hash('b'),
        received_at: at(i64::from(number)),
        client: "don-vi".into(),
    }
}

pub(crate) fn answer(request_id: &str) -> AnsweredRow {
    AnsweredRow {
        client: "don-vi".into(),
        request_id: request_id.into(),
        method: "Submit".into(),
        content_hash: hash('c'),
        receipt: Receipt {
            submission: "submissions/05971/tthc/2022-M07".into(),
            revision: 1,
            content_hash: hash('b'),
            received_at: at(1),
            unchanged: false,
            late: true,
            audit_seq: 1,
            audit_head: hash('d'),
        },
        at: at(2),
    }
}

pub(crate) fn extension(unit: i64, expires_at: Instant) -> ExtensionRow {
    ExtensionRow {
        id: 0,
        key: submission(unit, "2022-M08"),
        reason: "Mất điện do bão".into(),
        expires_at,
        granted_by: "vp-ubnd".into(),
        granted_at: at(0),
    }
}

pub(crate) fn request(period: &str, requested_at: Instant) -> CloseRequestRow {
    CloseRequestRow {
        id: 0,
        form: form(),
        period: key(period),
        cause: Cause::ExtensionFiled { unit: code("05971"), reason: "Mất điện do bão".into() },
        requested_at,
        extension: None,
        run: None,
    }
}

pub(crate) fn reopening(period: &str, until: Instant) -> ReopeningRow {
    ReopeningRow {
        id: 0,
        form: form(),
        period: key(period),
        reason: "Nhiều đơn vị nhầm biểu mẫu".into(),
        until,
        requested: Signature { client: "vp-ubnd".into(), key: "k-1".into(), at: at(30) },
        approved: None,
        run: None,
    }
}

pub(crate) fn run(edition: &str, regime: i64) -> CloseRunRow {
    CloseRunRow {
        id: 0,
        form: form(),
        edition: edition_id(edition),
        cause: Cause::MonthRestated { edition: edition_id("2022-M08/2") },
        step: CloseStep::Sealed,
        revisions: vec![1, 2, 9_007_199_254_740_993],
        regime,
        sealed_at: at(20),
        tries: 0,
        failures: 0,
        last_error: String::new(),
        next_try_at: at(20),
        held: false,
        skip_notify: false,
        abandoned: false,
        fence: 1,
    }
}

pub(crate) fn edition(name: &str) -> EditionRow {
    EditionRow {
        form: form(),
        id: edition_id(name),
        document: "{\"id\":\"…\"}".into(),
        content_hash: hash('e'),
        sealed_at: at(20),
        released_at: None,
    }
}

pub(crate) fn document(edition: &str, kind: DocumentKind, unit: &str) -> DocumentRow {
    DocumentRow {
        id: 0,
        form: form(),
        edition: edition_id(edition),
        kind,
        unit: code(unit),
        file_name: "bao-cao.pdf".into(),
        sha256: hash('f'),
        size_bytes: 31_415,
        made_at: at(25),
    }
}

pub(crate) fn issue() -> IssueRecord {
    IssueRecord {
        number: 433,
        date: "2022-09-16".parse().expect("a day"),
        signatory: "Nguyễn Văn A".into(),
        signatory_lines: vec!["TM. ỦY BAN NHÂN DÂN".into(), "CHỦ TỊCH".into()],
    }
}

pub(crate) fn delivery(id: &str, edition: &str, recipient: &str) -> DeliveryRow {
    DeliveryRow {
        id: id.into(),
        form: form(),
        edition: edition_id(edition),
        unit: code("178"),
        purpose: Purpose::Notice,
        recipient: recipient.into(),
        message_sha256: hash('0'),
        state: DeliveryState::Queued,
        attempts: 0,
        next_at: at(30),
        data_begun: false,
        doubts: 0,
        last_reply: String::new(),
        queued_at: at(29),
    }
}

pub(crate) fn api_key(id: &str) -> KeyRow {
    KeyRow {
        id: id.into(),
        client: "don-vi".into(),
        role: Role::UnitWriter,
        scope: UnitId(7),
        secret_sha256: hash('1'),
        expires_at: at(1_000),
        revoked_at: None,
    }
}

/// The entry that follows a head.
pub(crate) fn entry_after(head: &(i64, String), hash_digit: char) -> AuditRow {
    AuditRow {
        seq: head.0 + 1,
        prev_hash: head.1.clone(),
        at: at(head.0),
        actor: "don-vi".into(),
        action: "submit".into(),
        object: "submissions/05971/tthc/2022-M07/1".into(),
        content_hash: hash('b'),
        outcome: "ok".into(),
        hash: hash(hash_digit),
    }
}

/// Plans the periods that the rows of a story lie in.
pub(crate) async fn plan(store: &dyn Store, names: &[&str]) {
    let mut tx = store.begin().await.expect("begun");
    for name in names {
        tx.plan_period(&period(name)).await.expect("planned");
    }
    tx.commit().await.expect("committed");
}

/// Freezes the editions that the rows of a story lie in.
pub(crate) async fn freeze(store: &dyn Store, names: &[&str]) {
    let mut tx = store.begin().await.expect("begun");
    for name in names {
        tx.append_edition(&edition(name)).await.expect("frozen");
    }
    tx.commit().await.expect("committed");
}
