//! Traces: a number with the revisions that it was made of.

use baocao_app::totals::Reading;
use baocao_app::trace::{Contribution, Figure, Trace};
use baocao_domain::reason::{Finding, Reason, Refusal};

use crate::convert::faults::Faults;
use crate::convert::indicator::{read_scope, read_span};
use crate::convert::page::{Page, page};
use crate::convert::reading::reading;
use crate::v1;
use crate::v1::trace_figure_request::Figure as Asked;

/// Which number a request names, and in which state.
pub(crate) fn figure(request: &v1::TraceFigureRequest) -> Result<(Figure, Reading), Refusal> {
    let mut faults = Faults::default();
    let reading = faults.keep(reading(request.edition, request.as_of.as_ref()));
    let read = match &request.figure {
        Some(Asked::Column(asked)) => {
            let scope = faults.keep(read_scope(asked.scope, "column.scope"));
            scope.map(|scope| Figure::Column { code: asked.code.clone(), scope })
        }
        Some(Asked::Indicator(asked)) => {
            let span = faults.keep(read_span(asked.span, "indicator.span"));
            span.map(|span| Figure::Indicator { code: asked.code.clone(), span })
        }
        None => {
            faults.add(Finding::new("figure", Reason::FieldRequired, "", "column or indicator"));
            None
        }
    };
    faults.or(read.zip(reading))
}

/// The page of a trace that a request asks for.
pub(crate) fn trace(traced: Trace, request: &v1::TraceFigureRequest) -> Result<v1::TraceFigureResponse, Refusal> {
    let figure = match &request.figure {
        Some(Asked::Column(asked)) => format!("{}~{}", asked.code, asked.scope),
        Some(Asked::Indicator(asked)) => format!("{}~{}", asked.code, asked.span),
        None => String::new(),
    };
    let list = format!("trace~{}~{}~{figure}", request.unit, traced.edition);
    let key = |contribution: &Contribution| format!("{}/{}", contribution.unit, contribution.month);
    let Page { items, next_page_token } =
        page(traced.contributions, &list, request.page_size, &request.page_token, key)?;
    Ok(v1::TraceFigureResponse {
        edition: traced.edition.to_string(),
        formula: traced.formula,
        numerator: traced.total.numerator,
        denominator: traced.total.denominator,
        adds_up: traced.adds_up,
        coverage: Some(traced.coverage.into()),
        contributions: items.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

impl From<Contribution> for v1::Contribution {
    fn from(contribution: Contribution) -> Self {
        let (revision, content_hash) = contribution.revision.unzip();
        Self {
            unit: contribution.unit.into(),
            month: contribution.month.to_string(),
            revision,
            content_hash: content_hash.unwrap_or_default(),
            numerator: contribution.given.numerator,
            denominator: contribution.given.denominator,
        }
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::EditionId;
    use baocao_domain::fold::Coverage;
    use baocao_domain::indicator::{Ratio, Scope};
    use baocao_domain::target::Span;

    use super::*;
    use crate::convert::testing::{code, month, paths};

    fn column(code: &str, scope: i32) -> Option<Asked> {
        Some(Asked::Column(v1::ColumnFigure { code: code.into(), scope }))
    }

    fn indicator(code: &str, span: i32) -> Option<Asked> {
        Some(Asked::Indicator(v1::IndicatorFigure { code: code.into(), span }))
    }

    fn asking(figure: Option<Asked>) -> v1::TraceFigureRequest {
        v1::TraceFigureRequest { unit: "178".into(), figure, ..Default::default() }
    }

    #[test]
    fn a_number_is_a_column_or_an_indicator() {
        let online = Figure::Column { code: "online".into(), scope: Scope::Subtree };
        let share = Figure::Indicator { code: "HS".into(), span: Span::QuarterToDate };
        for (figure_asked, read) in [
            (column("online", 2), Ok(online)),
            (indicator("HS", 3), Ok(share)),
            (column("online", 0), Err(vec!["column.scope"])),
            (indicator("HS", 9), Err(vec!["indicator.span"])),
            (None, Err(vec!["figure"])),
        ] {
            let answer = figure(&asking(figure_asked)).map(|(figure, _)| figure);
            assert_eq!(answer.as_ref().map_err(paths), read.as_ref().map_err(Clone::clone));
        }
    }

    fn traced() -> Trace {
        let contribution = |unit: &str, revision: Option<(u32, &str)>, numerator| Contribution {
            unit: code(unit),
            month: month(),
            revision: revision.map(|(number, hash)| (number, hash.to_owned())),
            given: Ratio { numerator, denominator: 10 },
        };
        Trace {
            edition: EditionId::parse("2022-M09/1").expect("edition"),
            formula: "sum of online / sum of online + direct".into(),
            total: Ratio { numerator: 5, denominator: 20 },
            adds_up: true,
            coverage: Coverage { reported: 2, obliged: 3 },
            contributions: vec![
                contribution("178", Some((2, "aa")), 6),
                contribution("05971", Some((1, "bb")), -1),
                contribution("05972", None, 0),
            ],
        }
    }

    #[test]
    fn every_page_bears_the_whole_number_and_its_own_contributions() {
        let mut request = v1::TraceFigureRequest { page_size: 2, ..asking(indicator("HS", 1)) };
        let first = trace(traced(), &request).expect("a page");
        assert_eq!((first.numerator, first.denominator, first.adds_up), (5, 20, true));
        let told: Vec<_> = first.contributions.iter().map(|c| (c.unit.as_str(), c.revision, c.numerator)).collect();
        assert_eq!(told, [("178", Some(2), 6), ("05971", Some(1), -1)]);
        request.page_token = first.next_page_token;
        let last = trace(traced(), &request).expect("a page");
        assert_eq!((last.numerator, last.next_page_token.as_str()), (5, ""));
        let missing = &last.contributions[0];
        assert_eq!((missing.unit.as_str(), missing.revision, missing.content_hash.as_str()), ("05972", None, ""));
    }

    #[test]
    fn the_pages_of_another_number_are_refused() {
        let mut request = v1::TraceFigureRequest { page_size: 1, ..asking(indicator("HS", 1)) };
        let token = trace(traced(), &request).expect("a page").next_page_token;
        for figure in [indicator("HS", 2), indicator("DV", 1), column("HS", 2), None] {
            request = v1::TraceFigureRequest { page_token: token.clone(), ..asking(figure) };
            assert_eq!(paths(&trace(traced(), &request).expect_err("a refusal")), ["page_token"]);
        }
    }
}
