//! Provinces to report on, without a database or a regime file.

pub(crate) mod form;
pub(crate) mod lang_son;
pub(crate) mod long_an;
pub(crate) mod small;

use std::collections::BTreeSet;

use baocao_domain::calendar::Calendar;
use baocao_domain::days_off::DaysOff;
use baocao_domain::deadline::preset;
use baocao_domain::ids::UnitCode;
use baocao_domain::issue::IssueRecord;
use baocao_domain::obligation::Obligation;
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::regime::Letterhead;
use baocao_domain::selector::Selector;
use jiff::civil::{date, time};

pub(crate) fn code(text: &str) -> UnitCode {
    UnitCode::parse(text).expect("a unit's code")
}

pub(crate) fn key(text: &str) -> PeriodKey {
    PeriodKey::parse(text).expect("a period")
}

pub(crate) fn issue_record() -> IssueRecord {
    IssueRecord {
        number: 433,
        date: date(2022, 9, 16),
        signatory: "Nguyễn Văn Mẫu".into(),
        signatory_lines: Vec::new(),
    }
}

/// The names that the documents of this province print.
pub(crate) fn letterhead(place: &str) -> Letterhead {
    Letterhead {
        issuer: "ỦY BAN NHÂN DÂN".into(),
        issuer_place: format!("TỈNH {}", place.to_uppercase()),
        place: place.into(),
        province: format!("tỉnh {place}"),
        symbol: "BC-UBND".into(),
        addressee: "Văn phòng Chính phủ".into(),
        recipients: [
            "Như trên",
            "Thường trực Tỉnh ủy",
            "Chủ tịch, các Phó Chủ tịch UBND tỉnh",
            "Các sở, ban, ngành; UBND các huyện, thành phố",
            "Lưu: VT, KSTT",
        ]
        .map(String::from)
        .to_vec(),
        signatory_lines: ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"].map(String::from).to_vec(),
        urging_organ: "Sở Thông tin và Truyền thông".into(),
    }
}

/// Windows of Decree 09/2019/NĐ-CP, due on the first working day.
pub(crate) fn calendar() -> Calendar {
    Calendar {
        window_rule: WindowRule::FifteenthToFourteenth,
        days_off: DaysOff::default(),
        deadlines: preset("first-working-day").expect("a preset"),
        lock_time: time(12, 0, 0, 0),
        lock_working_days: 1,
        publish: None,
        longer_periods: BTreeSet::new(),
    }
}

/// Every unit below the province owes the form from this month on.
pub(crate) fn everybody_owes(from: &str) -> Obligation {
    Obligation {
        selector: Selector::All,
        from: key(from),
        to: None,
        owes: true,
        include_in_parent: true,
        basis: String::new(),
    }
}
