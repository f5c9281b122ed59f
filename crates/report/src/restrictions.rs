//! What a target narrows down in the definition of its indicator: whose dossiers, under which procedures.

use std::collections::BTreeMap;

use baocao_domain::edition::UnitResult;
use baocao_domain::indicator::Scope;
use baocao_domain::procedure::Eligibility;
use baocao_domain::rounding::count_in_prose;
use baocao_domain::unit::Tier;
use baocao_domain::wording;

use crate::reading::Reading;
use crate::results::{ResultRow, judged};
use crate::words;

/// Units that are named in a note; more are only counted.
const NAMES_MAX: usize = 5;

/// One thing that is narrowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Restriction {
    /// Only procedures of this competence.
    Competence(Tier),
    /// Only the unit's own dossiers, though units stand below it.
    OwnOnly,
    /// New procedures only from some day on.
    Eligible(Eligibility),
}

impl Restriction {
    fn all_of(reading: &Reading<'_>, unit: &UnitResult, row: &ResultRow<'_>) -> Vec<Self> {
        let outcome = row.outcome;
        let is_narrowed = outcome.scope == Scope::Own && reading.has_units_below(unit);
        let competence = outcome.competence.map(Self::Competence);
        competence
            .into_iter()
            .chain(is_narrowed.then_some(Self::OwnOnly))
            .chain(outcome.eligibility.map(Self::Eligible))
            .collect()
    }

    /// What holds, as the end of a sentence.
    fn clause(self) -> String {
        match self {
            Self::Competence(tier) => format!("chỉ tính thủ tục hành chính thuộc thẩm quyền {}", tier.level_in_words()),
            Self::OwnOnly => "chỉ tính hồ sơ của chính cơ quan, đơn vị, không gồm các đơn vị trực thuộc".to_owned(),
            Self::Eligible(Eligibility { after_days, until }) => {
                let from = match after_days {
                    0 => "từ ngày có hiệu lực".to_owned(),
                    days => format!("sau {} ngày kể từ ngày có hiệu lực", count_in_prose(days.into())),
                };
                let until = until.map(|day| format!("; thủ tục có hiệu lực sau ngày {} không tính", wording::day(day)));
                format!("thủ tục hành chính mới được tính {from}{}", until.unwrap_or_default())
            }
        }
    }
}

/// What holds for one unit, as sentences: for which of its indicators, where not for all.
pub(crate) fn of_unit(reading: &Reading<'_>, unit: &UnitResult, rows: &[ResultRow<'_>]) -> Vec<String> {
    let of_record: Vec<&ResultRow<'_>> = rows.iter().filter(|row| row.role.is_of_record).collect();
    let mut found: BTreeMap<Restriction, Vec<&str>> = BTreeMap::new();
    for row in &of_record {
        for restriction in Restriction::all_of(reading, unit, row) {
            found.entry(restriction).or_default().push(&row.head.short_name);
        }
    }
    let sentences = found.into_iter().map(|(restriction, indicators)| {
        if indicators.len() == of_record.len() {
            return format!("{}.", words::capitalised(&restriction.clause()));
        }
        format!("Chỉ tiêu “{}”: {}.", indicators.join("”, “"), restriction.clause())
    });
    sentences.collect()
}

/// What holds for the units with a target, as sentences: by indicator, then for which units.
pub(crate) fn of_all(reading: &Reading<'_>) -> Vec<String> {
    let judged = judged(reading);
    let mut found: BTreeMap<(usize, Restriction, Tier), Vec<&UnitResult>> = BTreeMap::new();
    for (i, head) in reading.edition.indicators.iter().enumerate() {
        for (unit, rows) in &judged {
            let row = rows.iter().find(|row| row.role.is_of_record && row.head.code == head.code);
            for restriction in row.into_iter().flat_map(|row| Restriction::all_of(reading, unit, row)) {
                found.entry((i, restriction, unit.tier)).or_default().push(unit);
            }
        }
    }
    let with_a_target = |i: usize, tier: Tier| {
        let code = &reading.edition.indicators[i].code;
        let has_it = |rows: &[ResultRow<'_>]| rows.iter().any(|row| row.head.code == *code);
        judged.iter().filter(|(unit, rows)| unit.tier == tier && has_it(rows)).count()
    };
    let sentences = found.into_iter().map(|((i, restriction, tier), units)| {
        let whose = match units.len() {
            all if all == with_a_target(i, tier) => tier.units_in_words().to_owned(),
            1..=NAMES_MAX => units.iter().map(|unit| words::name(reading.edition, unit)).collect::<Vec<_>>().join("; "),
            some => format!("{some} đơn vị trong {}", tier.units_in_words()),
        };
        let which = match reading.edition.indicators.as_slice() {
            [_] => String::new(),
            heads => format!("Chỉ tiêu “{}”: ", heads[i].short_name),
        };
        let whose = if which.is_empty() { format!("Đối với {whose}") } else { format!("đối với {whose}") };
        format!("{which}{whose}, {}.", restriction.clause())
    });
    sentences.collect()
}
