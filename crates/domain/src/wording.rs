//! Days, hours and periods as Vietnamese official documents write them (Decree 30/2020/NĐ-CP, annex I).

use jiff::civil::Date;

use crate::instant::Instant;
use crate::period::{PeriodKey, Window};

/// Days below ten and the months 1 and 2 take a zero: `05`, `01`, but `6`.
fn day_and_month(date: Date) -> (String, String) {
    let month = date.month();
    (format!("{:02}", date.day()), if month < 3 { format!("{month:02}") } else { month.to_string() })
}

/// `16/9/2022`.
#[must_use]
pub fn day(date: Date) -> String {
    let (day, month) = day_and_month(date);
    format!("{day}/{month}/{}", date.year())
}

/// `ngày 16 tháng 9 năm 2022`.
#[must_use]
pub fn day_in_full(date: Date) -> String {
    let (day, month) = day_and_month(date);
    format!("ngày {day} tháng {month} năm {}", date.year())
}

/// `Quyết định số 1045/QĐ-UBND ngày 21/6/2022`; without the day where it is not known.
#[must_use]
pub fn decision(number: &str, issued: Option<Date>) -> String {
    match issued {
        Some(issued) => format!("Quyết định số {number} ngày {}", day(issued)),
        None => format!("Quyết định số {number}"),
    }
}

/// `từ ngày 15/6/2022 đến ngày 14/9/2022` (the wording of the forms; both days are counted).
#[must_use]
pub fn window(window: Window) -> String {
    format!("từ ngày {} đến ngày {}", day(window.from), day(window.to))
}

/// `12 giờ 00 phút ngày 16/9/2022`, on the legal clock.
#[must_use]
pub fn moment(instant: Instant) -> String {
    let legal = instant.legal();
    format!("{:02} giờ {:02} phút ngày {}", legal.hour(), legal.minute(), day(legal.date()))
}

/// `tháng 7, tháng 8 năm 2022`: the year stands once, after the last period of it.
#[must_use]
pub fn periods(periods: &[PeriodKey]) -> String {
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

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn days_read_as_the_decree_writes_them() {
        for (given, short, full) in [
            (date(2020, 1, 5), "05/01/2020", "ngày 05 tháng 01 năm 2020"),
            (date(2019, 6, 29), "29/6/2019", "ngày 29 tháng 6 năm 2019"),
            (date(2022, 9, 16), "16/9/2022", "ngày 16 tháng 9 năm 2022"),
        ] {
            assert_eq!((day(given).as_str(), day_in_full(given).as_str()), (short, full));
        }
        assert_eq!(moment(Instant::at(date(2022, 9, 16), time(12, 0, 0, 0))), "12 giờ 00 phút ngày 16/9/2022");
        let quarter = Window { from: date(2022, 6, 15), to: date(2022, 9, 14) };
        assert_eq!(window(quarter), "từ ngày 15/6/2022 đến ngày 14/9/2022");
    }

    #[test]
    fn the_year_stands_once_after_its_last_month() {
        let keys = ["2021-M12", "2022-M01", "2022-M02"].map(|key| PeriodKey::parse(key).expect(key));
        assert_eq!(periods(&keys), "tháng 12 năm 2021, tháng 1, tháng 2 năm 2022");
    }
}
