//! An edition for tests: the province with two districts; the first has two communes and a vertical agency.

use baocao_app::totals::Totals;
use baocao_domain::edition::{
    Cause, Edition, EditionId, Filing, IndicatorHead, Judgement, Outcome, OwedReport, SideHead, UnitResult,
};
use baocao_domain::fold::{Coverage, FieldTotal};
use baocao_domain::form::{Column, DerivedColumn, Form, OverTime, SingleField};
use baocao_domain::ids::{ColumnCode, FormCode, IndicatorCode, SingleFieldCode, UnitCode, UnitId};
use baocao_domain::indicator::{Better, Count, Filter, Ratio, Scope};
use baocao_domain::instant::Instant;
use baocao_domain::period::{PeriodKey, Window};
use baocao_domain::regime::Letterhead;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Span, Threshold, Verdict};
use baocao_domain::unit::Tier;
use jiff::civil::date;

pub(crate) fn code(text: &str) -> UnitCode {
    UnitCode::parse(text).expect(text)
}

pub(crate) fn indicator_code() -> IndicatorCode {
    IndicatorCode::parse("HS_XU_LY_TT").expect("code")
}

pub(crate) fn month() -> PeriodKey {
    PeriodKey::parse("2022-M09").expect("month")
}

/// The paths of the faults of a refusal.
pub(crate) fn paths(refusal: &baocao_domain::reason::Refusal) -> Vec<&str> {
    refusal.findings.iter().map(|finding| finding.path.as_str()).collect()
}

fn form() -> Form {
    let column = |code: &str, number| Column {
        code: ColumnCode::parse(code).expect(code),
        number,
        heading: code.to_owned(),
        over_time: OverTime::Sum,
    };
    let received = DerivedColumn {
        code: ColumnCode::parse("received").expect("code"),
        number: 3,
        heading: String::new(),
        parts: vec![0, 1],
    };
    let pakn_due = SingleField {
        code: SingleFieldCode::parse("pakn_due").expect("code"),
        heading: String::new(),
        over_time: OverTime::Sum,
        owed_by: Vec::new(),
    };
    Form {
        code: FormCode::parse("tthc").expect("code"),
        title: String::new(),
        columns: vec![column("online", 4), column("direct", 5)],
        derived: vec![received],
        identities: Vec::new(),
        single_fields: vec![pakn_due],
        limits: Vec::new(),
        continuity: None,
    }
}

fn outcome(span: Span, [online, direct]: [i64; 2], verdict: Option<Verdict>) -> Outcome {
    let judgement = verdict.map(|verdict| Judgement {
        decision: "1045/QĐ-UBND".into(),
        selector: Selector::All,
        threshold: Threshold::percent(50),
        verdict,
        is_of_record: span == Span::YearToDate,
    });
    Outcome {
        indicator: indicator_code(),
        span,
        scope: Scope::Subtree,
        competence: None,
        eligibility: None,
        ratio: Ratio { numerator: online, denominator: online + direct },
        coverage: Coverage { reported: 2, obliged: 3 },
        bounds: None,
        rank: None,
        judgement,
    }
}

/// A unit that reported September if `own` is given and misses it otherwise. One field is given by report.
fn unit(name: &str, parent: Option<&str>, own: Option<[i64; 2]>, subtree: [i64; 2]) -> UnitResult {
    let filing = own.map_or(Filing::Missing, |_| Filing::Reported {
        revision: 1,
        received_at: Instant::from_micros(0),
        late: false,
        nil: false,
    });
    let field = |value, reported, obliged| FieldTotal { value, coverage: Coverage { reported, obliged } };
    UnitResult {
        id: UnitId(1),
        code: code(name),
        name: format!("Đơn vị {name}"),
        tier: Tier::Commune,
        group: None,
        parent: parent.map(code),
        filings: vec![OwedReport { month: month(), due: Instant::from_micros(0), filing }],
        is_included: true,
        own: own.unwrap_or_default().to_vec(),
        subtree: subtree.to_vec(),
        subtree_coverage: Coverage { reported: 2, obliged: 3 },
        own_fields: vec![own.map_or_else(|| field(0, 0, 1), |_| field(4, 1, 1))],
        subtree_fields: vec![field(8, 2, 3)],
        outcomes: vec![
            outcome(Span::Period, subtree, None),
            outcome(Span::QuarterToDate, subtree, Some(Verdict::Missed)),
            outcome(Span::YearToDate, subtree, Some(Verdict::Uncertain)),
        ],
    }
}

fn letterhead() -> Letterhead {
    Letterhead {
        issuer: String::new(),
        issuer_place: String::new(),
        place: String::new(),
        province: String::new(),
        symbol: String::new(),
        addressee: String::new(),
        recipients: Vec::new(),
        signatory_lines: Vec::new(),
        urging_organ: String::new(),
    }
}

fn head() -> IndicatorHead {
    let side = || SideHead { columns: Vec::new(), single_fields: Vec::new(), filter: Filter::default() };
    IndicatorHead {
        code: indicator_code(),
        name: String::new(),
        short_name: String::new(),
        noun: "hồ sơ".into(),
        scope: Scope::Subtree,
        count: Count::Sum,
        numerator: side(),
        denominator: side(),
        better: Better::Higher,
        basis: String::new(),
    }
}

/// `05972`, `178.CTT` (which is not added into `178`) and `180` miss the month.
pub(crate) fn edition() -> Edition {
    let window = Window { from: date(2022, 8, 15), to: date(2022, 9, 14) };
    let agency = UnitResult { is_included: false, ..unit("178.CTT", Some("178"), None, [0, 0]) };
    Edition {
        id: EditionId { period: month(), number: 1 },
        form: form(),
        window,
        year_to_date: Window { from: date(2022, 6, 15), to: window.to },
        months: vec![month()],
        year_to_date_months: vec![month()],
        sealed_at: Instant::from_micros(0),
        cause: Cause::Locked,
        regime: String::new(),
        letterhead: letterhead(),
        decisions: Vec::new(),
        indicators: vec![head()],
        services: Vec::new(),
        units: vec![
            unit("20", None, Some([0, 0]), [10, 20]),
            unit("178", Some("20"), Some([1, 2]), [4, 8]),
            unit("05971", Some("178"), Some([3, 6]), [3, 6]),
            unit("05972", Some("178"), None, [0, 0]),
            agency,
            unit("180", Some("20"), None, [6, 12]),
        ],
        remarks: Vec::new(),
        restatement: None,
    }
}

/// The totals of the unit with this code, of a frozen edition.
pub(crate) fn totals_of(unit: &str) -> Totals {
    let edition = edition();
    let position = edition.units.iter().position(|result| result.code.as_str() == unit).expect(unit);
    Totals { edition, position, is_frozen: true }
}
