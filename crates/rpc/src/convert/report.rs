//! Documents of an edition.

use baocao_app::issue::Download;
use baocao_app::ports::{DocumentKind, DocumentRow};
use baocao_domain::edition::EditionId;
use baocao_domain::issue::IssueRecord;
use baocao_domain::reason::{Finding, Reason, Refusal};

use crate::convert::faults::Faults;
use crate::convert::time::{read_day, timestamp};
use crate::limits::CHUNK_MAX_BYTES;
use crate::v1;
use crate::v1::download_report_response::Part;

impl From<DocumentKind> for v1::DocumentKind {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Draft => Self::Draft,
            DocumentKind::Report => Self::Report,
            DocumentKind::Scorecard => Self::Scorecard,
        }
    }
}

impl From<DocumentRow> for v1::Document {
    fn from(row: DocumentRow) -> Self {
        Self {
            edition: row.edition.to_string(),
            kind: v1::DocumentKind::from(row.kind).into(),
            unit: row.unit.into(),
            file_name: row.file_name,
            sha256: row.sha256,
            size_bytes: row.size_bytes,
            made_at: Some(timestamp(row.made_at)),
        }
    }
}

/// What tells a document apart from the others of its edition.
pub(crate) fn key(row: &DocumentRow) -> String {
    format!("{}/{}", row.kind.code(), row.unit)
}

pub(crate) fn edition(name: &str) -> Result<EditionId, Refusal> {
    let mut faults = Faults::default();
    let edition = faults.keep(read_edition(name));
    faults.or(edition)
}

fn read_edition(name: &str) -> Result<EditionId, Finding> {
    let expected = "the name of an edition, such as 2022-Q3/1";
    EditionId::parse(name).ok_or_else(|| Finding::new("edition", Reason::UnknownEdition, name, expected))
}

/// Which document a request names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) edition: EditionId,
    pub(crate) kind: DocumentKind,
    pub(crate) unit: String,
}

impl TryFrom<v1::DownloadReportRequest> for Wanted {
    type Error = Refusal;

    fn try_from(request: v1::DownloadReportRequest) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let edition = faults.keep(read_edition(&request.edition));
        let kind = faults.keep(read_kind(request.kind));
        let unit = request.unit;
        faults.or(edition.zip(kind).map(|(edition, kind)| Self { edition, kind, unit }))
    }
}

fn read_kind(given: i32) -> Result<DocumentKind, Finding> {
    match v1::DocumentKind::try_from(given) {
        Ok(v1::DocumentKind::Draft) => Ok(DocumentKind::Draft),
        Ok(v1::DocumentKind::Report) => Ok(DocumentKind::Report),
        Ok(v1::DocumentKind::Scorecard) => Ok(DocumentKind::Scorecard),
        Ok(v1::DocumentKind::Unspecified) | Err(_) => {
            Err(Finding::new("kind", Reason::FieldRequired, given, "DRAFT, REPORT or SCORECARD"))
        }
    }
}

/// The edition to issue and the record to issue it with.
pub(crate) fn issue(request: v1::IssueReportRequest) -> Result<(EditionId, IssueRecord), Refusal> {
    let mut faults = Faults::default();
    let edition = faults.keep(read_edition(&request.edition));
    let day = faults.keep(read_day(request.date, "date", "the day of issue"));
    let record = |date| IssueRecord {
        number: request.number,
        date,
        signatory: request.signatory,
        signatory_lines: request.signatory_lines,
    };
    faults.or(edition.zip(day.map(record)))
}

/// The messages of a download: the description, then the bytes in order.
pub(crate) fn parts(download: Download) -> Vec<v1::DownloadReportResponse> {
    let message = |part| v1::DownloadReportResponse { part: Some(part) };
    let chunks = download.bytes.chunks(CHUNK_MAX_BYTES).map(|chunk| message(Part::Chunk(chunk.to_vec())));
    std::iter::once(message(Part::Document(download.document.into()))).chain(chunks).collect()
}

#[cfg(test)]
mod tests {
    use baocao_domain::ids::{FormCode, UnitCode};
    use baocao_domain::instant::Instant;

    use super::*;
    use crate::convert::testing::paths;
    use crate::google::r#type::Date as DateMessage;

    fn row(kind: DocumentKind) -> DocumentRow {
        DocumentRow {
            id: 1,
            form: FormCode::parse("tthc").expect("code"),
            edition: EditionId::parse("2022-Q3/1").expect("edition"),
            kind,
            unit: UnitCode::parse("20").expect("code"),
            file_name: "bao-cao-433-2022-Q3-1.pdf".into(),
            sha256: "aa".into(),
            size_bytes: 140_000,
            made_at: Instant::from_micros(0),
        }
    }

    #[test]
    fn a_document_is_named_by_what_its_answer_says() {
        for kind in DocumentKind::ALL {
            let document = v1::Document::from(row(kind));
            let request =
                v1::DownloadReportRequest { edition: document.edition, kind: document.kind, unit: document.unit };
            let wanted = Wanted::try_from(request).expect("a document");
            assert_eq!((wanted.edition, wanted.kind, wanted.unit.as_str()), (row(kind).edition, kind, "20"));
        }
    }

    #[test]
    fn a_kind_that_nobody_knows_is_a_fault_beside_the_others() {
        for kind in [0, 4, -1] {
            let request = v1::DownloadReportRequest { edition: "2022-Q3".into(), kind, unit: "20".into() };
            assert_eq!(paths(&Wanted::try_from(request).expect_err("a refusal")), ["edition", "kind"], "{kind}");
        }
    }

    #[test]
    fn an_issue_needs_an_edition_and_a_whole_day() {
        let request = v1::IssueReportRequest {
            edition: "2022-Q3/1".into(),
            number: 433,
            date: Some(DateMessage { year: 2022, month: 9, day: 16 }),
            signatory: "Hồ Tiến Thiệu".into(),
            signatory_lines: vec!["TM. ỦY BAN NHÂN DÂN".into()],
        };
        let (edition, record) = issue(request.clone()).expect("a record");
        assert_eq!(
            (edition.to_string().as_str(), record.number, record.date.to_string().as_str()),
            ("2022-Q3/1", 433, "2022-09-16")
        );
        let no_day = DateMessage { year: 2022, month: 2, day: 30 };
        let faulty = v1::IssueReportRequest { edition: "2022-Q3/0".into(), date: Some(no_day), ..request.clone() };
        assert_eq!(paths(&issue(faulty).expect_err("a refusal")), ["edition", "date"]);
        let dateless = v1::IssueReportRequest { date: None, ..request };
        assert_eq!(paths(&issue(dateless).expect_err("a refusal")), ["date"]);
    }

    #[test]
    fn a_download_is_described_first_and_whole_in_its_chunks() {
        for size in [0, 1, CHUNK_MAX_BYTES, CHUNK_MAX_BYTES + 1, 3 * CHUNK_MAX_BYTES] {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
            let mut messages =
                parts(Download { document: row(DocumentKind::Report), bytes: bytes.clone() }).into_iter();
            let head = messages.next().and_then(|message| message.part);
            assert!(matches!(head, Some(Part::Document(_))), "{size}");
            let mut received = Vec::new();
            for message in messages {
                let Some(Part::Chunk(chunk)) = message.part else { panic!("{size}: a second description") };
                assert!(!chunk.is_empty() && chunk.len() <= CHUNK_MAX_BYTES);
                received.extend(chunk);
            }
            assert_eq!(received, bytes);
        }
    }
}
