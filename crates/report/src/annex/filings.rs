//! Phụ lục IV: whose reports came late or not at all. Each unit has its own due instant.

use baocao_domain::edition::{Edition, Filing, OwedReport, UnitResult};
use baocao_domain::instant::Instant;
use baocao_domain::rounding::count_text;
use baocao_domain::wording;

use super::{NOTES, SIZE, columns, head_of, note, numbered, row};
use crate::page::Flow;
use crate::results::NONE;
use crate::table::Table;
use crate::text::Align;
use crate::words;

pub(super) fn draw(flow: &mut Flow, edition: &Edition) {
    let widths = [
        (11, Align::Centre),
        (76, Align::Left),
        (34, Align::Left),
        (52, Align::Left),
        (52, Align::Left),
        (22, Align::Right),
    ];
    let labels = ["TT", "Đơn vị", "Kỳ báo cáo", "Hạn gửi", "Ngày gửi", "Số ngày chậm"];
    let rows = troubled(edition)
        .enumerate()
        .map(|(i, (unit, owed))| {
            let (received, late) = match owed.filing {
                Filing::Reported { received_at, .. } => {
                    (wording::moment(received_at), days_late(owed.due, received_at))
                }
                Filing::Missing => ("Chưa gửi".to_owned(), NONE.to_owned()),
            };
            let month = words::capitalised(&owed.month.in_words());
            row(numbered(i + 1, edition, unit).into_iter().chain([month, wording::moment(owed.due), received, late]))
        })
        .collect();
    let head = head_of(&labels, None);
    Table { columns: columns(&widths), head, rows, size: SIZE, keep: NOTES }.draw(flow);
    note(
        flow,
        "Số ngày chậm tính theo ngày lịch, từ ngày đến hạn đến ngày gửi; gửi trong ngày đến hạn nhưng sau giờ đến \
         hạn ghi “Trong ngày”.",
    );
}

/// Days on the calendar from the due day to the day of receipt; a report of the due day is late by hours only.
pub(crate) fn days_late(due: Instant, received_at: Instant) -> String {
    let days = received_at.local_date().duration_since(due.local_date()).as_hours() / 24;
    if days > 0 { count_text(days) } else { "Trong ngày".to_owned() }
}

/// Reports that are late or missing.
pub(crate) fn troubled(edition: &Edition) -> impl Iterator<Item = (&UnitResult, &OwedReport)> {
    edition.units.iter().flat_map(|unit| {
        let is_troubled =
            |owed: &&OwedReport| matches!(owed.filing, Filing::Missing | Filing::Reported { late: true, .. });
        unit.filings.iter().filter(is_troubled).map(move |owed| (unit, owed))
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn days_late_are_those_of_the_calendar() {
        let due = Instant::at(date(2022, 7, 15), time(17, 0, 0, 0));
        for (day, hour, expected) in [(15, 19, "Trong ngày"), (16, 8, "1"), (18, 9, "3"), (31, 17, "16")] {
            assert_eq!(days_late(due, Instant::at(date(2022, 7, day), time(hour, 0, 0, 0))), expected, "day {day}");
        }
    }
}
