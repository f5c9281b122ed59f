//! The documents of Lạng Sơn in 2022, whose report 433/BC-UBND is the model.

use std::process::Command;

use baocao_domain::edition::Edition;
use baocao_domain::restatement::Value;
use baocao_domain::target::Verdict;
use baocao_report::{ReportError, check_report, check_scorecard, report, scorecard, text_of};
use sha2::{Digest, Sha256};

use crate::support::lang_son::{Odd, edition, restated};
use crate::support::{code, issue_record};
use crate::text;

fn pair(unit: &str, month: &str) -> (String, String) {
    (unit.to_owned(), month.to_owned())
}

#[test]
fn the_report_states_every_figure_of_report_433() {
    let edition = edition("2022-Q3", &Odd::default());
    let pdf = report(&edition, Some(&issue_record())).expect("a report");
    let text = text(&pdf);
    for wanted in [
        "Số: 433/BC-UBND",
        "Lạng Sơn, ngày 16 tháng 9 năm 2022",
        "Kính gửi: Văn phòng Chính phủ.",
        "đã tiếp nhận 205.488 hồ sơ TTHC",
        "tiếp nhận trực tuyến 64.771 hồ sơ (chiếm 31,52%)",
        "từ kỳ trước chuyển qua 140.717 hồ sơ (chiếm 68,48%)",
        "đã giải quyết 202.543 hồ sơ",
        "trước hạn 39.850 hồ sơ (đạt 19,67%)",
        "đúng hạn 162.404 hồ sơ (đạt 80,19%)",
        "quá hạn 289 hồ sơ (chiếm 0,14%)",
        "Còn 2.945 hồ sơ đang giải quyết, trong đó có 67 hồ sơ đã quá hạn (chiếm 2,28%)",
        "Có 228 cơ quan, đơn vị",
        "1.819 dịch vụ công trực tuyến",
        "383 DVCTT mức độ 2; 390 DVCTT mức độ 3; 1.046 DVCTT mức độ 4 (đạt 57,5%)",
        "Quyết định số 1045/QĐ-UBND ngày 21 tháng 6 năm 2022",
        "từ ngày 15/6/2022 đến ngày 14/9/2022",
        "trân trọng báo cáo./.",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
        "Nguyễn Văn Mẫu",
        "Tổng cộng 205.488 64.771 137.000 3.717 202.543 39.850 162.404 289 2.945 2.878 67",
    ] {
        assert!(text.contains(wanted), "not in the report: {wanted}");
    }
    assert!(!text.contains("DỰ THẢO"));
    check_report(&pdf, &edition).expect("faithful");
}

#[test]
fn a_later_edition_says_what_it_restates_and_lists_what_changed() {
    let odd = Odd { missing: vec![pair("05971", "2022-M08")], ..Odd::default() };
    let edition = restated("2022-Q3", &odd);
    let pdf = report(&edition, Some(&issue_record())).expect("a report");
    let text = text(&pdf);
    for wanted in [
        "5. Nội dung đính chính",
        "đính chính số liệu, kết quả của bản công bố 2022-Q3/1; có 01 báo cáo của đơn vị",
        "Kết quả chung của tỉnh thay đổi:",
        "Kết luận về thực hiện chỉ tiêu được giao thay đổi:",
        "từ chưa đủ số liệu thành",
        "NỘI DUNG ĐÍNH CHÍNH Bản công bố 2022-Q3/2 so với bản công bố 2022-Q3/1",
        "(khôi phục kết nối)",
        "Phụ lục này nêu 100 thay đổi đầu tiên trong tổng số",
        "tệp changes.csv của bản công bố 2022-Q3/2.",
    ] {
        assert!(text.contains(wanted), "not in the report: {wanted}\n{text}");
    }
    check_report(&pdf, &edition).expect("faithful");

    let mut other = edition.clone();
    let told = other.restatement.as_mut().expect("a restatement");
    let count = told.changes.iter_mut().find(|change| matches!(change.new, Some(Value::Count(_)))).expect("a count");
    count.new = Some(Value::Count(7_654_321));
    match check_report(&pdf, &other) {
        Err(ReportError::Unfaithful(faults)) => assert!(faults.iter().any(|fault| fault.contains("7.654.321"))),
        other => panic!("it says another number: {other:?}"),
    }
    let first = self::text(&report(&Edition { restatement: None, ..edition }, None).expect("a draft"));
    assert!(!first.contains("ĐÍNH CHÍNH") && !first.contains("5. Nội dung"));
}

#[test]
fn a_draft_says_so_and_leaves_number_day_and_name_blank() {
    let edition = edition("2022-Q3", &Odd::default());
    let pdf = report(&edition, None).expect("a draft");
    let text = text(&pdf);
    assert!(text.contains("Số: /BC-UBND") && text.contains("Lạng Sơn, ngày tháng năm 2022"), "{}", &text[..800]);
    assert!(text.contains("DỰ THẢO"));
    assert!(!text.contains("433") && !text.contains("Nguyễn Văn Mẫu"));
    check_report(&pdf, &edition).expect("faithful");
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_was_rendered_between() {
    let edition = edition("2022-Q3", &Odd::default());
    let record = issue_record();
    let first = report(&edition, Some(&record)).expect("a report");
    let card = scorecard(&edition, &code("20.SCT")).expect("a scorecard");
    report(&edition, None).expect("a draft");
    assert!(report(&edition, Some(&record)).expect("a report") == first);
    assert!(scorecard(&edition, &code("20.SCT")).expect("a scorecard") == card);
}

/// Prints the hash of a report: run by [`another_process_gives_the_same_bytes`] in a process of its own.
#[test]
fn prints_the_hash_of_a_report() {
    let edition = edition("2022-Q3", &Odd::default());
    let pdf = report(&edition, Some(&issue_record())).expect("a report");
    println!("hash {:x}", Sha256::digest(pdf));
}

#[test]
fn another_process_gives_the_same_bytes() {
    let edition = edition("2022-Q3", &Odd::default());
    scorecard(&edition, &code("178")).expect("a scorecard before it");
    let here = format!("hash {:x}", Sha256::digest(report(&edition, Some(&issue_record())).expect("a report")));
    let mut there = Command::new(std::env::current_exe().expect("this test's program"));
    let output =
        there.args(["--exact", "documents::prints_the_hash_of_a_report", "--nocapture"]).output().expect("it runs");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.contains(&here), "expected {here} in {said}");
}

#[test]
fn a_report_on_228_units_and_a_scorecard_are_small() {
    let edition = edition("2022-Q3", &Odd { first_month: Some(6), ..Odd::default() });
    let size = report(&edition, Some(&issue_record())).expect("a report").len();
    assert!(size <= 150_000, "the report has {size} bytes");
    for unit in ["20", "178", "20.SCT", "05971"] {
        let size = scorecard(&edition, &code(unit)).expect("a scorecard").len();
        assert!(size <= 60_000, "the scorecard of {unit} has {size} bytes");
    }
}

#[test]
fn every_unit_has_a_faithful_scorecard_of_one_page() {
    let odd = Odd { missing: vec![pair("05971", "2022-M08"), pair("20.STP", "2022-M09")], ..Odd::default() };
    for (period, step) in [("2022-M08", 1), ("2022-Q3", 9)] {
        let edition = edition(period, &odd);
        for unit in edition.units.iter().step_by(step) {
            let pdf = scorecard(&edition, &unit.code).expect("a scorecard");
            check_scorecard(&pdf, &edition, &unit.code).expect("faithful");
            assert_eq!(text_of(&pdf).expect("text").len(), 1, "{}", unit.code);
        }
    }
}

#[test]
fn a_name_without_end_still_fits_one_page() {
    let hostile = format!("{}\u{202e}\u{0} (<script>) {}", "Ban Quản lý dự án ".repeat(40), "X".repeat(400));
    for name in [hostile, "Ủy ban nhân dân xã ".repeat(9), "漢字".into(), String::new()] {
        let odd = Odd { name: Some(("178".into(), name)), ..Odd::default() };
        let edition = edition("2022-Q3", &odd);
        let pdf = scorecard(&edition, &code("178")).expect("a scorecard");
        check_scorecard(&pdf, &edition, &code("178")).expect("faithful");
        assert_eq!(text_of(&pdf).expect("text").len(), 1);
        let pdf = report(&edition, None).expect("a report");
        check_report(&pdf, &edition).expect("faithful");
    }
}

#[test]
fn a_year_of_months_still_fits_one_page() {
    // Reports are owed from January on, and in from June to September only.
    let edition = edition("2022", &Odd { first_month: Some(1), ..Odd::default() });
    for unit in ["20", "178", "20.SCT", "05971"] {
        let pdf = scorecard(&edition, &code(unit)).expect("a scorecard");
        check_scorecard(&pdf, &edition, &code(unit)).expect("faithful");
        assert_eq!(text_of(&pdf).expect("text").len(), 1, "{unit}");
    }
    let pdf = report(&edition, None).expect("a report");
    check_report(&pdf, &edition).expect("faithful");
}

#[test]
fn what_is_missing_is_named_and_never_zero() {
    let missing = ["2022-M07", "2022-M08", "2022-M09"].map(|month| pair("20.STP", month));
    let missing = missing.into_iter().chain([pair("05971", "2022-M08")]).collect();
    let edition = edition("2022-Q3", &Odd { missing, late: vec![pair("20.SYT", "2022-M07")], ..Odd::default() });
    let pdf = report(&edition, Some(&issue_record())).expect("a report");
    let text = text(&pdf);
    for wanted in [
        "Chưa có số liệu của: Sở Tư pháp (tháng 7, tháng 8, tháng 9 năm 2022)",
        "còn 04 báo cáo chưa nhận được",
        "Đơn vị gửi chậm: Sở Y tế (tháng 7 năm 2022)",
        "Sở Tư pháp Chưa có số liệu",
        "(chưa có số liệu tháng 8 năm 2022)",
        "Phụ lục IV",
        "Chưa đủ số liệu",
    ] {
        assert!(text.contains(wanted), "not in the report: {wanted}");
    }
    check_report(&pdf, &edition).expect("faithful");
    let card = scorecard(&edition, &code("20.STP")).expect("a scorecard");
    check_scorecard(&card, &edition, &code("20.STP")).expect("faithful");
}

#[test]
fn a_document_of_another_edition_is_not_approved() {
    let complete = edition("2022-Q3", &Odd::default());
    let other = edition("2022-Q3", &Odd { missing: vec![pair("05980", "2022-M08")], ..Odd::default() });
    let pdf = report(&complete, None).expect("a report");
    let faults = match check_report(&pdf, &other) {
        Err(ReportError::Unfaithful(faults)) => faults,
        answer => panic!("approved: {answer:?}"),
    };
    assert!(faults.len() > 1, "all faults are named: {faults:?}");
    let card = scorecard(&complete, &code("05980")).expect("a scorecard");
    assert!(check_scorecard(&card, &other, &code("05980")).is_err());
    assert!(check_scorecard(&card, &complete, &code("05981")).is_err());
    assert!(matches!(text_of(b"not a document"), Err(ReportError::Read(_))));
    assert!(matches!(scorecard(&complete, &code("99")), Err(ReportError::UnknownUnit(_))));
}

#[test]
fn both_spans_are_shown_where_they_differ() {
    let edition = edition("2022-Q3", &Odd { first_month: Some(6), ..Odd::default() });
    let pdf = report(&edition, None).expect("a report");
    check_report(&pdf, &edition).expect("faithful");
    let text = text(&pdf);
    assert!(text.contains("kết quả lũy kế (từ ngày 15/5/2022 đến ngày 14/9/2022)"));
    assert!(text.contains(" Tiến độ ") && text.contains(" Lũy kế "));
}

#[test]
fn a_late_report_shows_when_it_was_due_and_when_it_came() {
    let edition = edition("2022-Q3", &Odd { late: vec![pair("05971", "2022-M07")], ..Odd::default() });
    let text = text(&report(&edition, Some(&issue_record())).expect("a report"));
    let row = "Tháng 7 năm 2022 17 giờ 00 phút ngày 15/7/2022 18 giờ 00 phút ngày 15/7/2022 Trong ngày";
    assert!(text.contains(row), "not in the report: {row}");
}

#[test]
fn a_printed_share_never_contradicts_its_verdict() {
    let mut edition = edition("2022-Q3", &Odd::default());
    let unit = edition.units.iter_mut().find(|unit| unit.code == code("20.SCT")).expect("a unit");
    for outcome in unit.outcomes.iter_mut().filter(|outcome| outcome.indicator.as_str() == "HS_XU_LY_TT") {
        (outcome.ratio.numerator, outcome.ratio.denominator) = (49_996, 100_000);
        let judgement = outcome.judgement.as_mut().expect("a target");
        (judgement.threshold.value, judgement.verdict) = (50, Verdict::Missed);
    }
    let pdf = report(&edition, None).expect("a report");
    check_report(&pdf, &edition).expect("faithful");
    let text = text(&pdf);
    for wanted in [
        "Sở Công Thương (49,996%)",
        "50% 49.996 100.000 49,996% -0,00 Chưa đạt",
        "49,996% 49.996 100.000 4 hồ sơ 8 hồ sơ",
    ] {
        assert!(text.contains(wanted), "not in the report: {wanted}");
    }
}
