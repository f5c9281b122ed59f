//! Procedures (thủ tục hành chính): the catalogue of a regime, and dated lists of procedures that decisions refer to.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{ListCode, ProcedureCode};
use crate::period::Window;
use crate::unit::Tier;

/// How far a service is online. The two vocabularies are never converted into one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ServiceLevel {
    /// Mức độ 1: information only (Decree 43/2011/NĐ-CP, until 14/8/2022).
    #[serde(rename = "1")]
    One,
    /// Mức độ 2: forms can be downloaded.
    #[serde(rename = "2")]
    Two,
    /// Mức độ 3: forms can be filed online.
    #[serde(rename = "3")]
    Three,
    /// Mức độ 4: everything, payment included, is done online.
    #[serde(rename = "4")]
    Four,
    /// Một phần (Decree 42/2022/NĐ-CP, from 15/8/2022).
    #[serde(rename = "partial")]
    Partial,
    /// Toàn trình.
    #[serde(rename = "full")]
    Full,
}

impl ServiceLevel {
    /// All levels.
    pub const ALL: [Self; 6] = [Self::One, Self::Two, Self::Three, Self::Four, Self::Partial, Self::Full];

    /// As data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
            Self::Three => "3",
            Self::Four => "4",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }

    /// As official documents write it: `mức độ 3`, `toàn trình`.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::One => "mức độ 1",
            Self::Two => "mức độ 2",
            Self::Three => "mức độ 3",
            Self::Four => "mức độ 4",
            Self::Partial => "một phần",
            Self::Full => "toàn trình",
        }
    }

    /// Reads a level as data writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == text)
    }
}

/// A procedure of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its code, the key of rows.
    pub code: ProcedureCode,
    /// Its name.
    pub name: String,
    /// How far it is online.
    pub level: ServiceLevel,
    /// The field that it belongs to (lĩnh vực).
    pub field: String,
    /// The tier that is competent for it.
    pub competence: Tier,
    /// The day on which it took effect; none: longer ago than any period.
    pub in_force_from: Option<Date>,
}

/// The procedures of a regime, each with its place in sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Procedure>", into = "Vec<Procedure>")]
pub struct Catalogue {
    procedures: Vec<Procedure>,
    by_code: BTreeMap<ProcedureCode, usize>,
}

impl From<Vec<Procedure>> for Catalogue {
    fn from(mut procedures: Vec<Procedure>) -> Self {
        procedures.sort_by(|a, b| a.code.cmp(&b.code));
        procedures.dedup_by(|a, b| a.code == b.code);
        let by_code = procedures.iter().enumerate().map(|(i, p)| (p.code.clone(), i)).collect();
        Self { procedures, by_code }
    }
}

impl From<Catalogue> for Vec<Procedure> {
    fn from(catalogue: Catalogue) -> Self {
        catalogue.procedures
    }
}

impl Catalogue {
    /// All procedures, by code.
    #[must_use]
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }

    /// The procedure with this code.
    #[must_use]
    pub fn get(&self, code: &ProcedureCode) -> Option<&Procedure> {
        self.place(code).map(|place| &self.procedures[place])
    }

    /// The place of a procedure in [`Self::procedures`].
    #[must_use]
    pub fn place(&self, code: &ProcedureCode) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// How many services are offered at each level that occurs, lowest first.
    #[must_use]
    pub fn count_by_level(&self) -> Vec<(ServiceLevel, i64)> {
        let mut counts: BTreeMap<ServiceLevel, i64> = BTreeMap::new();
        for procedure in &self.procedures {
            *counts.entry(procedure.level).or_default() += 1;
        }
        counts.into_iter().collect()
    }
}

/// Since when, and until when, a procedure is in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// First day.
    pub from: Date,
    /// Last day; none: still in it.
    pub to: Option<Date>,
}

/// A dated list of procedures, such as the one of Decision 1588/QĐ-UBND.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureList {
    /// Its code.
    pub code: ListCode,
    /// Its title.
    pub title: String,
    /// The text that it is taken from.
    pub basis: String,
    /// Its procedures; one may be in it more than once, at different times.
    pub members: BTreeMap<ProcedureCode, Vec<Membership>>,
}

impl ProcedureList {
    /// Whether a procedure is in the list on every day of a window. Figures of a month cannot be split, so a month in
    /// which it came or went does not count.
    #[must_use]
    pub fn holds(&self, code: &ProcedureCode, window: Window) -> bool {
        self.members.get(code).is_some_and(|memberships| {
            memberships.iter().any(|m| m.from <= window.from && m.to.is_none_or(|to| to >= window.to))
        })
    }
}

/// From when on a newly published procedure counts in a target: so many days after it took effect; procedures that took
/// effect after `until` do not count in it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Eligibility {
    /// Days after the procedure took effect.
    pub after_days: u16,
    /// The last day on which a procedure may have taken effect.
    pub until: Option<Date>,
}

impl Eligibility {
    /// Whether the procedure counts on every day of a window.
    #[must_use]
    pub fn admits(self, procedure: &Procedure, window: Window) -> bool {
        procedure.in_force_from.is_none_or(|from| {
            let counts_from = from.saturating_add(i64::from(self.after_days).days());
            counts_from <= window.from && self.until.is_none_or(|until| from <= until)
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn procedure(in_force_from: Option<Date>) -> Procedure {
        Procedure {
            code: ProcedureCode::parse("9.000001").expect("code"),
            name: "Thủ tục".into(),
            level: ServiceLevel::Four,
            field: "Tư pháp".into(),
            competence: Tier::Commune,
            in_force_from,
        }
    }

    #[test]
    fn a_month_counts_only_if_the_procedure_was_in_the_list_on_all_its_days() {
        let code = procedure(None).code;
        let membership = Membership { from: date(2020, 7, 14), to: Some(date(2020, 9, 14)) };
        let list = ProcedureList {
            code: ListCode::parse("QD-1588").expect("code"),
            title: "Danh mục".into(),
            basis: "Quyết định số 1588/QĐ-UBND".into(),
            members: BTreeMap::from([(code.clone(), vec![membership])]),
        };
        for (from, to, expected) in [
            (date(2020, 6, 15), date(2020, 7, 14), false),
            (date(2020, 7, 15), date(2020, 8, 14), true),
            (date(2020, 8, 15), date(2020, 9, 14), true),
            (date(2020, 9, 15), date(2020, 10, 14), false),
        ] {
            assert_eq!(list.holds(&code, Window { from, to }), expected, "{from}");
        }
    }

    #[test]
    fn a_new_procedure_counts_five_days_after_it_took_effect_until_14_12_2022() {
        let rule = Eligibility { after_days: 5, until: Some(date(2022, 12, 14)) };
        let window = Window { from: date(2022, 11, 15), to: date(2022, 12, 14) };
        for (in_force_from, expected) in [
            (None, true),
            (Some(date(2022, 11, 10)), true),
            (Some(date(2022, 11, 11)), false),
            (Some(date(2022, 12, 15)), false),
        ] {
            assert_eq!(rule.admits(&procedure(in_force_from), window), expected, "{in_force_from:?}");
        }
        let later = Window { from: date(2023, 1, 15), to: date(2023, 2, 14) };
        assert!(!rule.admits(&procedure(Some(date(2022, 12, 15))), later), "took effect after the last day");
    }
}
