//! Submissions, revisions, receipts.

use baocao_app::submit::{Echo, InForceForm, Judged, Submit, Submitted};
use baocao_domain::edition::Judgement;
use baocao_domain::figures::RawFigures;
use baocao_domain::reason::Finding;
use baocao_domain::submission::{Receipt, Revision};

use crate::convert::indicator::judgement;
use crate::convert::restatement::preview;
use crate::convert::time::timestamp;
use crate::v1;

/// Texts and figures as they came: the use case proves them, so that all faults are told together.
impl From<v1::SubmitFiguresRequest> for Submit {
    fn from(request: v1::SubmitFiguresRequest) -> Self {
        let lines = request.lines.unwrap_or_default();
        let figures = RawFigures {
            nil: request.nil,
            columns: lines.columns,
            rows: lines.rows.into_iter().map(|row| (row.key, row.values)).collect(),
            fields: request.fields.into_iter().map(|field| (field.code, field.value)).collect(),
        };
        Self {
            request_id: request.request_id,
            unit: request.unit,
            form: request.form,
            period: request.period,
            figures,
            expected_revision: request.expected_revision,
            reason: request.reason,
            explanation: request.explanation,
            validate_only: request.validate_only,
        }
    }
}

impl From<Submitted> for v1::SubmitFiguresResponse {
    fn from(submitted: Submitted) -> Self {
        Self {
            receipt: Some(submitted.receipt.into()),
            replayed: submitted.replayed,
            echo: submitted.echo.into_iter().map(Into::into).collect(),
            warnings: submitted.warnings.into_iter().map(Into::into).collect(),
            restatements: preview(submitted.restatements),
        }
    }
}

impl From<Receipt> for v1::Receipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            submission: receipt.submission,
            revision: receipt.revision,
            content_hash: receipt.content_hash,
            received_at: Some(timestamp(receipt.received_at)),
            unchanged: receipt.unchanged,
            late: receipt.late,
            audit_seq: receipt.audit_seq,
            audit_head: receipt.audit_head,
        }
    }
}

impl From<Echo> for v1::IndicatorEcho {
    fn from(echo: Echo) -> Self {
        let ratio = echo.ratio;
        Self {
            indicator: echo.indicator,
            numerator: ratio.numerator,
            denominator: ratio.denominator,
            judgement: echo.judged.map(|judged| judgement(of_month(judged), ratio)),
        }
    }
}

/// A judgement over the figures of one month alone: never the one for the record.
fn of_month(judged: Judged) -> Judgement {
    Judgement {
        decision: judged.target.decision,
        selector: judged.target.selector,
        threshold: judged.threshold,
        verdict: judged.verdict,
        is_of_record: false,
    }
}

impl From<Finding> for v1::Warning {
    fn from(finding: Finding) -> Self {
        Self {
            path: finding.path,
            reason: finding.reason.code().into(),
            given: finding.given,
            expected: finding.expected,
        }
    }
}

pub(crate) fn revision(revision: Revision, named: InForceForm) -> v1::Revision {
    let rows = revision.figures.rows.into_iter().map(|(code, values)| v1::Row { key: code.into(), values });
    let columns = named.form.columns.into_iter().map(|column| column.code.into());
    let fields = revision.figures.single_fields.into_iter();
    let fields = fields.map(|(code, value)| v1::Field { code: code.into(), value });
    v1::Revision {
        unit: named.unit.into(),
        form: revision.submission.form.into(),
        period: revision.submission.period.to_string(),
        number: revision.number,
        nil: revision.nil,
        lines: Some(v1::Lines { columns: columns.collect(), rows: rows.collect() }),
        note: revision.note,
        content_hash: revision.content_hash,
        received_at: Some(timestamp(revision.received_at)),
        client: revision.client,
        fields: fields.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use baocao_domain::figures::Figures;
    use baocao_domain::ids::{IndicatorCode, ProcedureCode, SingleFieldCode, UnitId};
    use baocao_domain::indicator::Ratio;
    use baocao_domain::instant::Instant;
    use baocao_domain::reason::Reason;
    use baocao_domain::selector::Selector;
    use baocao_domain::submission::SubmissionKey;
    use baocao_domain::target::{Span, Target, Threshold, Verdict};
    use jiff::civil::date;

    use super::*;
    use crate::convert::testing::{code, edition, month};

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        let row = |key: &str, values: &[i64]| v1::Row { key: key.into(), values: values.to_vec() };
        let request = v1::SubmitFiguresRequest {
            request_id: "123e4567-e89b-42d3-a456-426614174000".into(),
            unit: "06031".into(),
            form: "tthc".into(),
            period: "2022-M09".into(),
            nil: false,
            lines: Some(v1::Lines {
                columns: vec!["online".into(), "direct".into()],
                rows: vec![row("1.004194", &[12, -30]), row("", &[])],
            }),
            fields: vec![v1::Field { code: "pakn_due".into(), value: 4 }],
            expected_revision: Some(1),
            reason: "sửa số liệu".into(),
            explanation: "giải trình".into(),
            validate_only: true,
        };
        let command = Submit::from(request);
        let expected = Submit {
            request_id: "123e4567-e89b-42d3-a456-426614174000".into(),
            unit: "06031".into(),
            form: "tthc".into(),
            period: "2022-M09".into(),
            figures: RawFigures {
                nil: false,
                columns: vec!["online".into(), "direct".into()],
                rows: vec![("1.004194".into(), vec![12, -30]), (String::new(), vec![])],
                fields: vec![("pakn_due".into(), 4)],
            },
            expected_revision: Some(1),
            reason: "sửa số liệu".into(),
            explanation: "giải trình".into(),
            validate_only: true,
        };
        assert_eq!(command, expected);
    }

    #[test]
    fn an_empty_request_is_an_empty_command_and_expects_no_revision() {
        assert_eq!(Submit::from(v1::SubmitFiguresRequest::default()), Submit::default());
    }

    #[test]
    fn the_answer_bears_receipt_echo_and_warnings() {
        let receipt = Receipt {
            submission: "178/tthc/2022-M09".into(),
            revision: 2,
            content_hash: "aa".into(),
            received_at: Instant::from_micros(1_663_304_400_000_001),
            unchanged: true,
            late: true,
            audit_seq: 7,
            audit_head: "bb".into(),
        };
        let target = Target {
            decision: "1045/QĐ-UBND".into(),
            applies_from: date(2022, 6, 21),
            year: 2022,
            indicator: IndicatorCode::parse("HS").expect("code"),
            selector: Selector::Unit(code("178")),
            threshold: Some(Threshold::percent(80)),
            window: Span::YearToDate,
            scope: None,
            competence: None,
            eligibility: None,
            basis: String::new(),
        };
        let ratio = Ratio { numerator: 7, denominator: 9 };
        let judged = Judged { target, threshold: Threshold::percent(80), verdict: Verdict::Missed };
        let judged = Echo { indicator: "HS".into(), ratio, judged: Some(judged) };
        let unjudged = Echo { indicator: "DV".into(), ratio: Ratio::default(), judged: None };
        let warning = Finding::new("lines.rows[1.004194]", Reason::ExplanationRequired, 2, "3");
        let answer = v1::SubmitFiguresResponse::from(Submitted {
            receipt,
            replayed: true,
            echo: vec![judged, unjudged],
            warnings: vec![warning],
            restatements: Vec::new(),
        });
        let sent = answer.receipt.expect("a receipt");
        assert_eq!((sent.revision, sent.unchanged, sent.late, sent.audit_seq), (2, true, true, 7));
        assert_eq!(sent.received_at.map(|at| (at.seconds, at.nanos)), Some((1_663_304_400, 1_000)));
        let judgement = answer.echo[0].judgement.as_ref().expect("a judgement");
        assert_eq!((judgement.verdict(), judgement.shortfall), (v1::Verdict::Missed, 1));
        assert_eq!((judgement.selector.as_str(), judgement.of_record), ("unit:178", false));
        assert_eq!((answer.echo[1].judgement.is_none(), answer.replayed), (true, true));
        assert_eq!(answer.warnings[0].reason, "EXPLANATION_REQUIRED");
    }
    #[test]
    fn a_revision_bears_rows_and_single_fields_as_they_were_filed() {
        let procedure = |text: &str| ProcedureCode::parse(text).expect(text);
        let figures = Figures {
            rows: BTreeMap::from([(procedure("1.2"), vec![3, 4]), (procedure("1.1"), vec![1, 2])]),
            single_fields: BTreeMap::from([(SingleFieldCode::parse("pakn_due").expect("code"), 4)]),
        };
        let form = edition().form;
        let kept = Revision {
            id: 9,
            submission: SubmissionKey { unit: UnitId(1), form: form.code.clone(), period: month() },
            number: 2,
            figures,
            nil: false,
            note: "sửa số liệu".into(),
            content_hash: "aa".into(),
            received_at: Instant::from_micros(0),
            client: "178".into(),
        };
        let sent = revision(kept, InForceForm { unit: code("178"), form });
        assert_eq!((sent.unit.as_str(), sent.period.as_str(), sent.number), ("178", "2022-M09", 2));
        let lines = sent.lines.expect("lines");
        let rows: Vec<_> = lines.rows.iter().map(|row| (row.key.as_str(), row.values.as_slice())).collect();
        assert_eq!(lines.columns, ["online", "direct"]);
        assert_eq!(rows, [("1.1", &[1, 2][..]), ("1.2", &[3, 4][..])]);
        assert_eq!(sent.fields, [v1::Field { code: "pakn_due".into(), value: 4 }]);
    }
}
