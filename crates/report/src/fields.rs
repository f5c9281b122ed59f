//! Single fields of the form (chỉ tiêu đơn): totals by group of units, and how a total is printed.

use baocao_domain::edition::Edition;
use baocao_domain::fold::FieldTotal;
use baocao_domain::rounding::count_text;
use baocao_domain::unit::PeerGroup;

use crate::counts::NO_FIGURES;
use crate::reading::Reading;
use crate::results::NONE;

/// What tables of single fields are called.
pub(crate) const TITLE: &str = "Chỉ tiêu đơn";

/// Whether the form has any.
pub(crate) fn are_filed(edition: &Edition) -> bool {
    !edition.form.single_fields.is_empty()
}

/// The totals of the units' own fields of one group, of those that are added into the province.
pub(crate) fn of_group(reading: &Reading<'_>, group: PeerGroup) -> Vec<FieldTotal> {
    let mut sums = vec![FieldTotal::default(); reading.edition.form.single_fields.len()];
    for unit in reading.edition.group(group).filter(|unit| reading.is_added(unit)) {
        for (sum, own) in sums.iter_mut().zip(&unit.own_fields) {
            sum.value += own.value;
            sum.coverage.add(own.coverage);
        }
    }
    sums
}

/// A total in a cell: a dash where nobody owes the field, no number where nobody gave it, and how many reports gave it
/// where some did not.
pub(crate) fn text(total: FieldTotal) -> String {
    let (reported, obliged) = (total.coverage.reported, total.coverage.obliged);
    match (reported, obliged) {
        (0, 0) => NONE.to_owned(),
        (0, _) => NO_FIGURES.to_owned(),
        _ if total.coverage.is_complete() => count_text(total.value),
        _ => format!("{} ({}/{} báo cáo)", count_text(total.value), count_text(reported), count_text(obliged)),
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::fold::Coverage;

    use super::*;

    #[test]
    fn a_field_that_nobody_gave_is_not_zero() {
        for (value, reported, obliged, expected) in [
            (0, 0, 0, "–"),
            (0, 0, 3, "Chưa có số liệu"),
            (0, 3, 3, "0"),
            (1_234, 3, 3, "1.234"),
            (1_234, 2, 3, "1.234 (2/3 báo cáo)"),
        ] {
            let total = FieldTotal { value, coverage: Coverage { reported, obliged } };
            assert_eq!(text(total), expected, "{reported}/{obliged}");
        }
    }
}
