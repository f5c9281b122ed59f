//! Days, instants and names in the wording of official documents.

use baocao_domain::edition::{DecisionHead, Edition, UnitResult};
use baocao_domain::issue::IssueRecord;
use baocao_domain::regime::Letterhead;
use baocao_domain::restatement::Change;
use baocao_domain::unit::Tier;
use baocao_domain::wording;

/// The longest name of a unit that is shown, in characters: real ones have at most some hundred.
const NAME_MAX: usize = 200;

/// With its first letter as a capital.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// With its first letter as a small one: for words that go on within a sentence.
pub(crate) fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The issuing organ in running text: `Ủy ban nhân dân tỉnh`.
pub(crate) fn issuer(letterhead: &Letterhead) -> String {
    let kind = letterhead.province.strip_suffix(&letterhead.place).unwrap_or(&letterhead.province).trim();
    format!("{} {kind}", capitalised(&letterhead.issuer.to_lowercase()))
}

/// The kind of the province in running text: `tỉnh`.
pub(crate) fn kind_of_province(letterhead: &Letterhead) -> &str {
    letterhead.province.strip_suffix(&letterhead.place).map_or("tỉnh", str::trim)
}

/// The issuing organ with its place: `Ủy ban nhân dân tỉnh Lạng Sơn`.
pub(crate) fn issuer_in_full(letterhead: &Letterhead) -> String {
    format!("{} {}", capitalised(&letterhead.issuer.to_lowercase()), letterhead.province)
}

/// `433/BC-UBND`; a number below ten takes a zero, a draft has a blank.
pub(crate) fn number(letterhead: &Letterhead, issue: Option<&IssueRecord>) -> String {
    issue.map_or_else(
        || format!("{}/{}", blank(8), letterhead.symbol),
        |issue| format!("{:02}/{}", issue.number, letterhead.symbol),
    )
}

/// `ngày 16 tháng 9 năm 2022`; a draft has blanks before the year of its close.
pub(crate) fn date_of_issue(edition: &Edition, issue: Option<&IssueRecord>) -> String {
    issue.map_or_else(
        || format!("ngày{}tháng{}năm {}", blank(6), blank(6), edition.sealed_at.local_date().year()),
        |issue| wording::day_in_full(issue.date),
    )
}

/// The trích yếu of the report, which is also the title of its file.
pub(crate) fn subject(edition: &Edition) -> String {
    format!(
        "Kết quả công tác kiểm soát thủ tục hành chính, thực hiện cơ chế một cửa, một cửa liên thông và thực hiện \
         thủ tục hành chính trên môi trường điện tử trên địa bàn {} {}",
        edition.letterhead.province,
        edition.id.period.in_words()
    )
}

/// A unit's name as documents show it. A commune's has its district behind it, as communes of two districts may bear
/// one name: `Xã Hồng Thái, huyện Bình Gia`.
pub(crate) fn name(edition: &Edition, unit: &UnitResult) -> String {
    let district = unit
        .parent
        .as_ref()
        .filter(|_| unit.tier == Tier::Commune)
        .and_then(|parent| edition.unit(parent))
        .filter(|parent| parent.tier == Tier::District);
    match district {
        Some(district) => format!("{}, {}", cut(&unit.name), uncapitalised(&cut(&district.name))),
        None => cut(&unit.name),
    }
}

/// The name of a unit of which something changed; as it was called before, if it is gone.
pub(crate) fn name_of_change(edition: &Edition, change: &Change) -> String {
    edition.unit(&change.unit).map_or_else(|| cut(&change.name), |unit| name(edition, unit))
}

/// A name without end is cut.
fn cut(name: &str) -> String {
    if name.chars().count() <= NAME_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_MAX).chain(['…']).collect()
}

/// The decision that a target stands in, with its day in full where it is cited first.
pub(crate) fn decision_in_full(decision: &DecisionHead) -> String {
    match decision.issued {
        Some(issued) => format!("Quyết định số {} {}", decision.number, wording::day_in_full(issued)),
        None => wording::decision(&decision.number, None),
    }
}

/// A blank to be filled by hand.
fn blank(spaces: usize) -> String {
    "\u{a0}".repeat(spaces)
}
