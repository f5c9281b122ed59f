//! Who owes which reports.

use baocao_app::obligations::{Obligations, ObligedUnit};
use baocao_domain::edition::{Filing, OwedReport};
use baocao_domain::reason::Refusal;

use crate::convert::page::{Page, page};
use crate::convert::time::timestamp;
use crate::v1;

/// The page of what is owed that a request asks for.
pub(crate) fn obligations(
    owed: Obligations,
    request: &v1::ListObligationsRequest,
) -> Result<v1::ListObligationsResponse, Refusal> {
    let list = format!("obligations~{}~{}", request.unit, owed.edition);
    let key = |unit: &ObligedUnit| unit.unit.to_string();
    let Page { items, next_page_token } = page(owed.units, &list, request.page_size, &request.page_token, key)?;
    Ok(v1::ListObligationsResponse {
        edition: owed.edition.to_string(),
        coverage: Some(owed.coverage.into()),
        units: items.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

impl From<ObligedUnit> for v1::ObligedUnit {
    fn from(obliged: ObligedUnit) -> Self {
        Self {
            unit: obliged.unit.into(),
            name: obliged.name,
            included: obliged.is_included,
            reports: obliged.owed.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<OwedReport> for v1::OwedReport {
    fn from(owed: OwedReport) -> Self {
        let filed = match owed.filing {
            Filing::Reported { revision, received_at, late, nil } => {
                Some(v1::FiledReport { revision, received_at: Some(timestamp(received_at)), late, nil })
            }
            Filing::Missing => None,
        };
        Self { month: owed.month.to_string(), due: Some(timestamp(owed.due)), filed }
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::EditionId;
    use baocao_domain::fold::Coverage;
    use baocao_domain::instant::Instant;

    use super::*;
    use crate::convert::testing::{code, month};

    fn owed() -> Obligations {
        let at = Instant::from_micros;
        let report = |filing| OwedReport { month: month(), due: at(5_000_000), filing };
        let filed = Filing::Reported { revision: 2, received_at: at(6_000_000), late: true, nil: true };
        let unit = |text: &str, is_included, filing| ObligedUnit {
            unit: code(text),
            name: format!("Đơn vị {text}"),
            is_included,
            owed: vec![report(filing)],
        };
        Obligations {
            edition: EditionId::parse("2022-M09/1").expect("edition"),
            coverage: Coverage { reported: 1, obliged: 2 },
            units: vec![unit("178", true, filed), unit("178.CTT", false, Filing::Missing)],
        }
    }

    #[test]
    fn what_is_in_is_told_and_what_is_missing_is_absent() {
        let answer = obligations(owed(), &v1::ListObligationsRequest::default()).expect("a page");
        assert_eq!((answer.edition.as_str(), answer.next_page_token.as_str()), ("2022-M09/1", ""));
        assert_eq!(answer.coverage.map(|coverage| (coverage.reported, coverage.obliged)), Some((1, 2)));
        let told: Vec<_> = answer.units.iter().map(|unit| (unit.unit.as_str(), unit.included)).collect();
        assert_eq!(told, [("178", true), ("178.CTT", false)]);
        let [report] = answer.units[0].reports.as_slice() else { panic!("one report") };
        assert_eq!((report.month.as_str(), report.due.map(|due| due.seconds)), ("2022-M09", Some(5)));
        let filed = report.filed.as_ref().expect("it is in");
        assert_eq!((filed.revision, filed.late, filed.nil), (2, true, true));
        assert_eq!(filed.received_at.map(|at| at.seconds), Some(6));
        assert_eq!(answer.units[1].reports[0].filed, None);
    }

    #[test]
    fn units_come_page_by_page_under_the_whole_coverage() {
        let mut request = v1::ListObligationsRequest { unit: "20".into(), page_size: 1, ..Default::default() };
        let first = obligations(owed(), &request).expect("a page");
        request.page_token = first.next_page_token;
        let last = obligations(owed(), &request).expect("a page");
        assert_eq!((first.units[0].unit.as_str(), last.units[0].unit.as_str()), ("178", "178.CTT"));
        assert_eq!((last.coverage, last.next_page_token.as_str()), (first.coverage, ""));
        request.unit = "178".into();
        obligations(owed(), &request).expect_err("a token of another list");
    }
}
