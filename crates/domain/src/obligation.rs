//! Obligations (nghĩa vụ báo cáo): who owes the form for which month.
//!
//! Completeness is counted from obligations: a report that nobody owes is not counted, so no coverage exceeds 100%. A
//! vertical agency (ngành dọc) may owe reports and yet not be added into the unit above it.

use serde::{Deserialize, Serialize};

use crate::period::PeriodKey;
use crate::selector::{Selector, Specificity};
use crate::tree::Hierarchy;

/// One rule of who owes reports. The most specific that is about a unit and a month decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Whom it is about.
    pub selector: Selector,
    /// The first month.
    pub from: PeriodKey,
    /// The last month; none: until further notice.
    pub to: Option<PeriodKey>,
    /// Whether the unit owes a report; false takes it out.
    pub owes: bool,
    /// Whether its figures are added into the unit above it.
    pub include_in_parent: bool,
    /// The text that it is taken from.
    pub basis: String,
}

/// What a unit owes for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// Whether it owes a report.
    pub owes: bool,
    /// Whether its figures, and those of everything below it, are added into the unit above it.
    pub is_included: bool,
}

impl Obligation {
    /// Whether the rule is about this month.
    #[must_use]
    pub fn covers(&self, month: PeriodKey) -> bool {
        self.from <= month && self.to.is_none_or(|to| month <= to)
    }
}

/// What the unit at this position owes for a month: nothing, where no rule is about it.
#[must_use]
pub fn duty(obligations: &[Obligation], tree: &Hierarchy, position: usize, month: PeriodKey) -> Duty {
    let rules = obligations.iter().filter(|rule| rule.covers(month));
    let about: Option<(Specificity, &Obligation)> = rules
        .filter_map(|rule| rule.selector.selects(tree, position).map(|specificity| (specificity, rule)))
        .max_by_key(|(specificity, _)| *specificity);
    about.map_or(Duty { owes: false, is_included: true }, |(_, rule)| Duty {
        owes: rule.owes,
        is_included: rule.include_in_parent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UnitCode;
    use crate::testing::tree;

    fn rule(selector: &str, from: &str, to: Option<&str>, owes: bool, include_in_parent: bool) -> Obligation {
        let month = |text| PeriodKey::parse(text).expect("a month");
        Obligation {
            selector: Selector::parse(selector).expect(selector),
            from: month(from),
            to: to.map(month),
            owes,
            include_in_parent,
            basis: String::new(),
        }
    }

    #[test]
    fn the_most_specific_rule_of_the_month_decides() {
        let rules = [
            rule("all", "2022-M07", None, true, true),
            rule("unit:20.STTTT", "2022-M08", None, true, false),
            rule("tier:commune@178", "2022-M07", Some("2022-M08"), false, true),
        ];
        let tree = tree();
        let of = |unit: &str, month: &str| {
            let position = tree.position(&UnitCode::parse(unit).expect("code")).expect(unit);
            let duty = duty(&rules, &tree, position, PeriodKey::parse(month).expect("month"));
            (duty.owes, duty.is_included)
        };
        for (unit, month, expected) in [
            ("20", "2022-M07", (false, true)),
            ("178", "2022-M06", (false, true)),
            ("178", "2022-M07", (true, true)),
            ("20.STTTT", "2022-M07", (true, true)),
            ("20.STTTT", "2022-M08", (true, false)),
            ("05971", "2022-M08", (false, true)),
            ("05971", "2022-M09", (true, true)),
        ] {
            assert_eq!(of(unit, month), expected, "{unit} {month}");
        }
    }
}
