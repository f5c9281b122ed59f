//! Days, instants and names in the wording of official documents.

use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::{PeriodKey, Window};
use baocao_domain::regime::Letterhead;
use baocao_domain::unit::Tier;
use jiff::civil::Date;

/// The longest name of a unit that is shown, in characters: real ones have at most some hundred.
const NAME_MAX: usize = 200;

/// Days below ten and the months 1 and 2 take a zero (Decree 30/2020/NĐ-CP): `05`, `01`, but `6`.
fn day_and_month(date: Date) -> (String, String) {
    let month = date.month();
    (format!("{:02}", date.day()), if month < 3 { format!("{month:02}") } else { month.to_string() })
}

/// `ngày 16 tháng 9 năm 2022`.
pub(crate) fn day_in_full(date: Date) -> String {
    let (day, month) = day_and_month(date);
    format!("ngày {day} tháng {month} năm {}", date.year())
}

/// `16/9/2022`.
pub(crate) fn day(date: Date) -> String {
    let (day, month) = day_and_month(date);
    format!("{day}/{month}/{}", date.year())
}

/// `từ ngày 15/6/2022 đến ngày 14/9/2022`.
pub(crate) fn window(window: Window) -> String {
    format!("từ ngày {} đến ngày {}", day(window.from), day(window.to))
}

/// `12 giờ 00 phút ngày 16/9/2022`, on the legal clock.
pub(crate) fn instant(instant: Instant) -> String {
    let legal = instant.legal();
    format!("{:02} giờ {:02} phút ngày {}", legal.hour(), legal.minute(), day(legal.date()))
}

/// `tháng 7, tháng 8 năm 2022`: the year stands once, after the last period of it.
pub(crate) fn periods(periods: &[PeriodKey]) -> String {
    let year_of = |period: &PeriodKey| format!(" năm {}", period.year());
    let mut texts = Vec::with_capacity(periods.len());
    for (i, period) in periods.iter().enumerate() {
        let (words, year) = (period.in_words(), year_of(period));
        let is_followed = periods.get(i + 1).is_some_and(|next| year_of(next) == year);
        let short = words.strip_suffix(&year).filter(|_| is_followed).map(str::to_owned);
        texts.push(short.unwrap_or(words));
    }
    texts.join(", ")
}

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
        |issue| day_in_full(issue.date),
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

/// A name without end is cut.
fn cut(name: &str) -> String {
    if name.chars().count() <= NAME_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_MAX).chain(['…']).collect()
}

/// A blank to be filled by hand.
fn blank(spaces: usize) -> String {
    "\u{a0}".repeat(spaces)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn the_year_stands_once_after_its_last_month() {
        let keys = |keys: &[&str]| keys.iter().map(|key| PeriodKey::parse(key).expect(key)).collect::<Vec<_>>();
        assert_eq!(periods(&keys(&["2022-M07", "2022-M08"])), "tháng 7, tháng 8 năm 2022");
        assert_eq!(periods(&keys(&["2022-M12", "2023-M01"])), "tháng 12 năm 2022, tháng 1 năm 2023");
        assert_eq!(periods(&keys(&["2022-Q3"])), "quý III năm 2022");
    }

    #[test]
    fn days_read_as_the_decree_writes_them() {
        assert_eq!(day_in_full(date(2020, 1, 5)), "ngày 05 tháng 01 năm 2020");
        assert_eq!(day_in_full(date(2022, 9, 16)), "ngày 16 tháng 9 năm 2022");
        assert_eq!([day(date(2022, 6, 21)), day(date(2022, 2, 3))], ["21/6/2022", "03/02/2022"]);
        assert_eq!(instant(Instant::at(date(2022, 9, 16), time(12, 0, 0, 0))), "12 giờ 00 phút ngày 16/9/2022");
    }
}
