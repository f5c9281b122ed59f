//! Totals of one unit out of the results of all.

use baocao_app::totals::Totals;
use baocao_domain::edition::{Filing, Outcome, Span, UnitResult};
use baocao_domain::fold::Coverage;
use baocao_domain::reason::{Reason, Refusal};

use crate::convert::indicator::judgement;
use crate::convert::time::{date_message, timestamp};
use crate::v1;

/// Whose figures are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Own,
    Subtree,
}

/// The scope of a request, which is a number that anybody may have sent.
pub(crate) fn scope(request: &v1::GetTotalsRequest) -> Result<Scope, Refusal> {
    match request.scope() {
        v1::TotalsScope::Own => Ok(Scope::Own),
        v1::TotalsScope::Subtree => Ok(Scope::Subtree),
        v1::TotalsScope::Unspecified => {
            Err(Refusal::at("scope", Reason::FieldRequired, request.scope, "OWN or SUBTREE"))
        }
    }
}

impl From<Scope> for v1::TotalsScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Own => Self::Own,
            Scope::Subtree => Self::Subtree,
        }
    }
}

impl From<Span> for v1::Span {
    fn from(span: Span) -> Self {
        match span {
            Span::Period => Self::Period,
            Span::YearToDate => Self::YearToDate,
        }
    }
}

/// The totals of the unit asked for, and of nobody outside the scope.
pub(crate) fn totals(totals: &Totals, scope: Scope) -> v1::GetTotalsResponse {
    let edition = &totals.edition;
    let below = &edition.units[totals.position..];
    let Some(unit) = below.first() else { return v1::GetTotalsResponse::default() };
    let (row, coverage, in_scope) = match scope {
        Scope::Own => (&unit.own, own_coverage(unit), vec![unit]),
        Scope::Subtree => (&unit.subtree, unit.subtree_coverage, subtree(below)),
    };
    let columns = edition.form.printed_order();
    v1::GetTotalsResponse {
        unit: unit.code.to_string(),
        name: unit.name.clone(),
        form: edition.form.code.to_string(),
        edition: edition.id.to_string(),
        frozen: totals.is_frozen,
        sealed_at: Some(timestamp(edition.sealed_at)),
        window_from: Some(date_message(edition.window.from)),
        window_to: Some(date_message(edition.window.to)),
        year_to_date_from: Some(date_message(edition.year_to_date.from)),
        scope: v1::TotalsScope::from(scope).into(),
        columns: columns.iter().map(ToString::to_string).collect(),
        values: columns.iter().map(|column| edition.value(row, column.as_str())).collect(),
        coverage: Some(coverage.into()),
        missing: in_scope.into_iter().filter_map(missing).collect(),
        indicators: unit.outcomes.iter().map(indicator).collect(),
    }
}

/// The first unit and everything below it: each unit stands before what is below it.
fn subtree(units: &[UnitResult]) -> Vec<&UnitResult> {
    let mut within: Vec<&UnitResult> = Vec::new();
    for unit in units {
        let is_below = |above: &&UnitResult| unit.parent.as_ref() == Some(&above.code);
        // Looked for from the back: the parent is seldom far.
        if !within.is_empty() && !within.iter().rev().any(is_below) {
            break;
        }
        within.push(unit);
    }
    within
}

fn own_coverage(unit: &UnitResult) -> Coverage {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let reported = unit.filings.iter().filter(|(_, filing)| *filing != Filing::Missing).count();
    Coverage { reported: count(reported), obliged: count(unit.filings.len()) }
}

fn missing(unit: &UnitResult) -> Option<v1::MissingUnit> {
    let months = unit.missing_months();
    (!months.is_empty()).then(|| v1::MissingUnit {
        unit: unit.code.to_string(),
        name: unit.name.clone(),
        months: months.iter().map(ToString::to_string).collect(),
    })
}

fn indicator(outcome: &Outcome) -> v1::IndicatorResult {
    let judged = outcome.judgement.as_ref();
    v1::IndicatorResult {
        indicator: outcome.indicator.to_string(),
        span: v1::Span::from(outcome.span).into(),
        numerator: outcome.ratio.numerator,
        denominator: outcome.ratio.denominator,
        coverage: Some(outcome.coverage.into()),
        judgement: judged
            .map(|judged| judgement(judged.decision.clone(), judged.threshold, judged.verdict, outcome.ratio)),
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::{Cause, Edition, EditionId, Judgement, ServiceCounts};
    use baocao_domain::form::{Column, DerivedColumn, Form, OverTime};
    use baocao_domain::ids::{ColumnCode, FormCode, IndicatorCode, UnitCode, UnitId};
    use baocao_domain::indicator::Ratio;
    use baocao_domain::instant::Instant;
    use baocao_domain::period::{PeriodKey, Window};
    use baocao_domain::regime::Letterhead;
    use baocao_domain::target::{Threshold, Verdict};
    use baocao_domain::unit::Tier;
    use jiff::civil::date;

    use super::*;

    fn code(text: &str) -> UnitCode {
        UnitCode::parse(text).expect(text)
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
        Form {
            code: FormCode::parse("tthc").expect("code"),
            title: String::new(),
            columns: vec![column("online", 4), column("direct", 5)],
            derived: vec![received],
            identities: Vec::new(),
            continuity: None,
        }
    }

    /// A unit that reported September if `own` is given and misses it otherwise.
    fn unit(name: &str, parent: Option<&str>, own: Option<[i64; 2]>, subtree: [i64; 2]) -> UnitResult {
        let month = PeriodKey::parse("2022-M09").expect("month");
        let filing = own.map_or(Filing::Missing, |_| Filing::Reported {
            revision: 1,
            received_at: Instant::from_micros(0),
            late: false,
            nil: false,
        });
        let ratio = Ratio { numerator: subtree[0], denominator: subtree[0] + subtree[1] };
        let coverage = Coverage { reported: 2, obliged: 3 };
        let judgement = Judgement {
            decision: "1045/QĐ-UBND".into(),
            threshold: Threshold::percent(50),
            verdict: Verdict::Uncertain,
        };
        let outcome = |span, judgement| Outcome {
            indicator: IndicatorCode::parse("HS").expect("code"),
            span,
            ratio,
            coverage,
            judgement,
        };
        UnitResult {
            id: UnitId(1),
            code: code(name),
            name: format!("Đơn vị {name}"),
            tier: Tier::Commune,
            group: None,
            parent: parent.map(code),
            filings: vec![(month, filing)],
            own: own.unwrap_or_default().to_vec(),
            subtree: subtree.to_vec(),
            subtree_coverage: coverage,
            outcomes: vec![outcome(Span::Period, None), outcome(Span::YearToDate, Some(judgement))],
        }
    }

    /// The province with two districts; the first has two communes, one of which misses the month, as does the second.
    fn edition() -> Edition {
        let month = PeriodKey::parse("2022-M09").expect("month");
        let window = Window { from: date(2022, 8, 15), to: date(2022, 9, 14) };
        Edition {
            id: EditionId { period: month, number: 1 },
            form: form(),
            window,
            year_to_date: Window { from: date(2022, 6, 15), to: window.to },
            months: vec![month],
            dues: Vec::new(),
            year_to_date_months: vec![month],
            sealed_at: Instant::from_micros(0),
            cause: Cause::Locked,
            regime: String::new(),
            letterhead: Letterhead {
                issuer: String::new(),
                issuer_place: String::new(),
                place: String::new(),
                province: String::new(),
                symbol: String::new(),
                addressee: String::new(),
                recipients: Vec::new(),
                signatory_lines: Vec::new(),
                urging_organ: String::new(),
            },
            decisions: Vec::new(),
            indicators: Vec::new(),
            services: ServiceCounts { level_2: 0, level_3: 0, level_4: 0 },
            units: vec![
                unit("20", None, Some([0, 0]), [10, 20]),
                unit("178", Some("20"), Some([1, 2]), [4, 8]),
                unit("05971", Some("178"), Some([3, 6]), [3, 6]),
                unit("05972", Some("178"), None, [0, 0]),
                unit("180", Some("20"), None, [6, 12]),
            ],
            remarks: Vec::new(),
        }
    }

    fn ask(position: usize, scope: Scope) -> v1::GetTotalsResponse {
        totals(&Totals { edition: edition(), position, is_frozen: true }, scope)
    }

    #[test]
    fn totals_come_in_the_order_of_the_printed_form_with_the_derived_ones() {
        let answer = ask(1, Scope::Subtree);
        assert_eq!(answer.columns, ["received", "online", "direct"]);
        assert_eq!(answer.values, [12, 4, 8]);
        assert_eq!((answer.edition.as_str(), answer.frozen), ("2022-M09/1", true));
        assert_eq!(answer.window_from.map(|day| (day.year, day.month, day.day)), Some((2022, 8, 15)));
        assert_eq!(answer.year_to_date_from.map(|day| day.month), Some(6));
        assert_eq!(ask(1, Scope::Own).values, [3, 1, 2]);
    }

    #[test]
    fn who_is_missing_is_told_of_the_scope_and_of_nobody_else() {
        for (position, scope, missing) in [
            (0, Scope::Subtree, vec!["05972", "180"]),
            (0, Scope::Own, vec![]),
            (1, Scope::Subtree, vec!["05972"]),
            (1, Scope::Own, vec![]),
            (2, Scope::Subtree, vec![]),
            (3, Scope::Own, vec!["05972"]),
            (4, Scope::Subtree, vec!["180"]),
        ] {
            let answer = ask(position, scope);
            let told: Vec<_> = answer.missing.iter().map(|unit| unit.unit.as_str()).collect();
            assert_eq!(told, missing, "{} {scope:?}", answer.unit);
            assert!(answer.missing.iter().all(|unit| unit.months == ["2022-M09"]));
        }
    }

    #[test]
    fn coverage_is_that_of_the_scope() {
        let coverage = |position, scope| ask(position, scope).coverage.map(|c| (c.reported, c.obliged));
        assert_eq!(coverage(1, Scope::Subtree), Some((2, 3)));
        assert_eq!(coverage(1, Scope::Own), Some((1, 1)));
        assert_eq!(coverage(3, Scope::Own), Some((0, 1)));
    }

    #[test]
    fn indicators_come_over_both_spans_with_their_verdicts() {
        let answer = ask(1, Scope::Subtree);
        let told: Vec<_> = answer
            .indicators
            .iter()
            .map(|result| (result.span(), result.numerator, result.denominator, result.judgement.is_some()))
            .collect();
        assert_eq!(told, [(v1::Span::Period, 4, 12, false), (v1::Span::YearToDate, 4, 12, true)]);
        let judgement = answer.indicators[1].judgement.as_ref().expect("a judgement");
        assert_eq!((judgement.verdict(), judgement.shortfall), (v1::Verdict::Uncertain, 2));
    }

    #[test]
    fn a_scope_that_nobody_knows_is_refused() {
        for (number, known) in [(0, None), (1, Some(Scope::Own)), (2, Some(Scope::Subtree)), (3, None), (-1, None)] {
            let request = v1::GetTotalsRequest { scope: number, ..Default::default() };
            assert_eq!(scope(&request).ok(), known, "{number}");
        }
    }
}
