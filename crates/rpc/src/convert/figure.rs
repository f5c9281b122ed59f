//! Totals of one unit out of the results of all.

use baocao_app::totals::{Reading, Totals};
use baocao_domain::edition::UnitResult;
use baocao_domain::fold::FieldTotal;
use baocao_domain::form::SingleField;
use baocao_domain::indicator::Scope;
use baocao_domain::reason::Refusal;

use crate::convert::faults::Faults;
use crate::convert::indicator::read_scope;
use crate::convert::reading::reading;
use crate::convert::time::{date_message, timestamp};
use crate::v1;

/// The scope and the state that a request asks for.
pub(crate) fn asked(request: &v1::GetTotalsRequest) -> Result<(Scope, Reading), Refusal> {
    let mut faults = Faults::default();
    let scope = faults.keep(read_scope(request.scope, "scope"));
    let reading = faults.keep(reading(request.edition, request.as_of.as_ref()));
    faults.or(scope.zip(reading))
}

/// The totals of the unit asked for, and of nobody outside the scope.
pub(crate) fn totals(totals: &Totals, scope: Scope) -> v1::GetTotalsResponse {
    let edition = &totals.edition;
    let Some(unit) = edition.units.get(totals.position) else { return v1::GetTotalsResponse::default() };
    let (row, coverage, fields, in_scope) = match scope {
        Scope::Own => (&unit.own, unit.own_coverage(), &unit.own_fields, vec![unit]),
        Scope::Subtree => {
            let in_scope = edition.added_into(totals.position);
            (&unit.subtree, unit.subtree_coverage, &unit.subtree_fields, in_scope)
        }
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
        indicators: unit.outcomes.iter().map(Into::into).collect(),
        fields: edition.form.single_fields.iter().zip(fields).map(field).collect(),
    }
}

fn missing(unit: &UnitResult) -> Option<v1::MissingUnit> {
    let months = unit.missing_months();
    (!months.is_empty()).then(|| v1::MissingUnit {
        unit: unit.code.to_string(),
        name: unit.name.clone(),
        months: months.iter().map(ToString::to_string).collect(),
    })
}

fn field((field, total): (&SingleField, &FieldTotal)) -> v1::FieldTotal {
    v1::FieldTotal { code: field.code.to_string(), value: total.value, coverage: Some(total.coverage.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::totals_of;

    fn ask(unit: &str, scope: Scope) -> v1::GetTotalsResponse {
        totals(&totals_of(unit), scope)
    }

    #[test]
    fn a_scope_that_nobody_knows_is_refused() {
        for (number, known) in [(0, None), (1, Some(Scope::Own)), (2, Some(Scope::Subtree)), (3, None), (-1, None)] {
            let request = v1::GetTotalsRequest { scope: number, ..Default::default() };
            assert_eq!(asked(&request).ok().map(|(scope, _)| scope), known, "{number}");
        }
    }

    #[test]
    fn totals_come_in_the_order_of_the_printed_form_with_the_derived_ones() {
        let answer = ask("178", Scope::Subtree);
        assert_eq!(answer.columns, ["received", "online", "direct"]);
        assert_eq!(answer.values, [12, 4, 8]);
        assert_eq!((answer.edition.as_str(), answer.frozen), ("2022-M09/1", true));
        assert_eq!(answer.window_from.map(|day| (day.year, day.month, day.day)), Some((2022, 8, 15)));
        assert_eq!(answer.year_to_date_from.map(|day| day.month), Some(6));
        assert_eq!(ask("178", Scope::Own).values, [3, 1, 2]);
    }

    #[test]
    fn single_fields_come_with_how_many_gave_them() {
        let fields = |unit, scope| {
            let told = ask(unit, scope).fields.into_iter();
            told.map(|f| (f.code, f.value, f.coverage.map(|c| (c.reported, c.obliged)))).collect::<Vec<_>>()
        };
        let pakn_due = |value, reported, obliged| vec![("pakn_due".to_owned(), value, Some((reported, obliged)))];
        assert_eq!(fields("178", Scope::Own), pakn_due(4, 1, 1));
        assert_eq!(fields("178", Scope::Subtree), pakn_due(8, 2, 3));
        assert_eq!(fields("05972", Scope::Own), pakn_due(0, 0, 1));
    }

    #[test]
    fn who_is_missing_is_told_of_the_scope_and_of_nobody_else() {
        for (unit, scope, missing) in [
            ("20", Scope::Subtree, vec!["05972", "180"]),
            ("20", Scope::Own, vec![]),
            ("178", Scope::Subtree, vec!["05972"]), // 178.CTT is missing too, but nothing of it would be added
            ("178", Scope::Own, vec![]),
            ("05971", Scope::Subtree, vec![]),
            ("05972", Scope::Own, vec!["05972"]),
            ("178.CTT", Scope::Subtree, vec!["178.CTT"]),
            ("180", Scope::Subtree, vec!["180"]),
        ] {
            let answer = ask(unit, scope);
            let told: Vec<_> = answer.missing.iter().map(|unit| unit.unit.as_str()).collect();
            assert_eq!(told, missing, "{} {scope:?}", answer.unit);
            assert!(answer.missing.iter().all(|unit| unit.months == ["2022-M09"]));
        }
    }

    #[test]
    fn what_is_below_a_unit_that_is_not_added_is_not_added_either() {
        let mut asked = totals_of("178");
        let below = asked.edition.units.iter_mut().find(|unit| unit.code.as_str() == "05972").expect("a unit");
        below.parent = Some(crate::convert::testing::code("178.CTT"));
        asked.edition.units.swap(3, 4); // each unit stands before what is below it
        assert_eq!(totals(&asked, Scope::Subtree).missing, []);
    }

    #[test]
    fn coverage_is_that_of_the_scope() {
        let coverage = |unit, scope| ask(unit, scope).coverage.map(|c| (c.reported, c.obliged));
        assert_eq!(coverage("178", Scope::Subtree), Some((2, 3)));
        assert_eq!(coverage("178", Scope::Own), Some((1, 1)));
        assert_eq!(coverage("05972", Scope::Own), Some((0, 1)));
    }

    #[test]
    fn indicators_come_over_every_span_with_their_verdicts() {
        let answer = ask("178", Scope::Subtree);
        let told: Vec<_> = answer
            .indicators
            .iter()
            .map(|r| (r.span(), r.numerator, r.denominator, r.judgement.as_ref().map(|j| (j.verdict(), j.of_record))))
            .collect();
        assert_eq!(
            told,
            [
                (v1::Span::Period, 4, 12, None),
                (v1::Span::QuarterToDate, 4, 12, Some((v1::Verdict::Missed, false))),
                (v1::Span::YearToDate, 4, 12, Some((v1::Verdict::Uncertain, true))),
            ]
        );
    }
}
