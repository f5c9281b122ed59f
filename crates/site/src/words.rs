//! Days, hours and reasons as Vietnamese official documents write them.

use baocao_domain::edition::{Cause, Edition};
use baocao_domain::instant::Instant;
use baocao_domain::period::Window;
use baocao_domain::rounding::count_text;
use baocao_domain::unit::Tier;
use jiff::civil::Date;

/// `21/6/2022`: days below ten and the first two months take a zero (Decree 30/2020/NĐ-CP, annex I).
pub(crate) fn day(date: Date) -> String {
    let month = if date.month() <= 2 { format!("{:02}", date.month()) } else { date.month().to_string() };
    format!("{:02}/{month}/{}", date.day(), date.year())
}

/// `từ ngày 15/6/2022 đến hết ngày 14/9/2022`.
pub(crate) fn window(window: Window) -> String {
    format!("từ ngày {} đến hết ngày {}", day(window.from), day(window.to))
}

/// `12 giờ 00 phút ngày 16/9/2022`.
pub(crate) fn moment(instant: Instant) -> String {
    let legal = instant.legal();
    format!("{:02} giờ {:02} phút ngày {}", legal.hour(), legal.minute(), day(legal.date()))
}

/// `35.184 byte`: exact, so that a reader can compare it with the file.
pub(crate) fn size(size_bytes: u64) -> String {
    format!("{} byte", count_text(i64::try_from(size_bytes).unwrap_or(i64::MAX)))
}

/// Why the edition was made, as one sentence; none for an ordinary close.
pub(crate) fn cause(edition: &Edition) -> Option<String> {
    match &edition.cause {
        Cause::Locked => None,
        Cause::ExtensionFiled { unit, reason } => {
            let name = edition.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
            Some(format!("{name} gửi báo cáo trong thời gian được gia hạn (lý do gia hạn: {reason})."))
        }
        Cause::MonthRestated { edition } => Some(format!(
            "số liệu {} đã được đính chính (bản công bố số {}).",
            edition.period.in_words(),
            edition.number
        )),
    }
}

/// A tier as people name it.
pub(crate) const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Province => "cấp tỉnh",
        Tier::Department => "sở, ban, ngành",
        Tier::District => "cấp huyện",
        Tier::Commune => "cấp xã",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn small_days_and_the_first_two_months_take_a_zero() {
        assert_eq!(
            [date(2022, 9, 16), date(2022, 7, 5), date(2022, 2, 1), date(2022, 12, 31)].map(day),
            ["16/9/2022", "05/7/2022", "01/02/2022", "31/12/2022"]
        );
        assert_eq!(moment(crate::testing::noon()), "12 giờ 00 phút ngày 16/8/2022");
    }
}
