//! The documents of regimes that are not Lạng Sơn's.

use baocao_domain::edition::Edition;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::target::{Span, Verdict};
use baocao_report::{check_report, check_scorecard, report, scorecard, text_of};
use lopdf::Document;
use lopdf::content::Content;

use crate::support::{code, issue_record, long_an, small};
use crate::text;

/// The text of the report of an edition, which is faithful and the same in every rendering.
fn report_text(edition: &Edition) -> String {
    let record = issue_record();
    let pdf = report(edition, Some(&record)).expect("a report");
    check_report(&pdf, edition).expect("faithful");
    assert!(report(edition, Some(&record)).expect("the same report") == pdf, "two renderings differ");
    nothing_leaves_the_paper(&pdf);
    text(&pdf)
}

/// The text of the scorecard of a unit.
fn card_text(edition: &Edition, unit: &str) -> String {
    let pdf = scorecard(edition, &code(unit)).expect("a scorecard");
    check_scorecard(&pdf, edition, &code(unit)).expect("faithful");
    assert!(scorecard(edition, &code(unit)).expect("the same scorecard") == pdf, "two renderings differ");
    nothing_leaves_the_paper(&pdf);
    text(&pdf)
}

fn says(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "not in the document: {wanted}");
    }
}

fn says_nothing_of(text: &str, unwanted: &[&str]) {
    for unwanted in unwanted {
        assert!(!text.contains(unwanted), "in the document: {unwanted}");
    }
}

/// Every line of text begins at least 10 mm from the edges of its page.
fn nothing_leaves_the_paper(pdf: &[u8]) {
    const EDGE: f32 = 28.0;
    let document = Document::load_mem(pdf).expect("a document");
    for page in document.get_pages().into_values() {
        let media = document.get_dictionary(page).and_then(|page| page.get(b"MediaBox")?.as_array());
        let sides: Vec<f32> = media.expect("a page").iter().map(|side| side.as_float().expect("a number")).collect();
        let content = Content::decode(&document.get_page_content(page)).expect("operations");
        for operation in content.operations.iter().filter(|operation| operation.operator == "Td") {
            let at = |i: usize| operation.operands[i].as_float().expect("a number");
            let is_inside = |at: f32, end: f32| (EDGE..=end - EDGE).contains(&at);
            assert!(is_inside(at(0), sides[2]) && is_inside(at(1), sides[3]), "text at {}, {}", at(0), at(1));
        }
    }
}

#[test]
fn before_a_decision_applies_no_annex_is_empty_and_results_are_followed() {
    let edition = long_an::edition("2024-H1", 30, &long_an::Odd::default());
    let text = report_text(&edition);
    says(
        &text,
        &[
            "Không có chỉ tiêu được giao áp dụng cho kỳ báo cáo.",
            "Kết quả lũy kế (từ ngày 15/12/2023 đến ngày 14/6/2024) của các chỉ số để theo dõi như sau:",
            "h) Tỷ lệ hồ sơ trực tuyến trên tổng số hồ sơ tiếp nhận, giải quyết TTHC: tính chung toàn tỉnh đạt",
            "Phụ lục I ",
        ],
    );
    says_nothing_of(&text, &["Phụ lục II", "CHỈ TIÊU ĐƯỢC GIAO", "được giao chỉ tiêu,"]);
    let card = card_text(&edition, "27685");
    says(&card, &["Không giao", "Không có chỉ tiêu được giao áp dụng cho kỳ báo cáo. Kết quả để theo dõi.", "xếp thứ"]);
}

#[test]
fn annexes_are_numbered_without_gaps() {
    let odd = small::Odd { has_targets: false, late: vec![("70102", "2022-M08")], ..small::Odd::default() };
    let text = report_text(&small::edition("Q3", &odd));
    says(&text, &["Chi tiết nêu tại Phụ lục II.", "Phụ lục II CÁC ĐƠN VỊ GỬI BÁO CÁO CHẬM, CHƯA GỬI BÁO CÁO"]);
    says_nothing_of(&text, &["Phụ lục III"]);
}

#[test]
fn ten_indicators_with_long_names_fit_every_document() {
    for long_names in [false, true] {
        let odd = long_an::Odd { long_names, missing: vec![("80.S03", "2024-M07")], ..long_an::Odd::default() };
        let edition = long_an::edition("2024-Q3", 12, &odd);
        let text = report_text(&edition);
        says(
            &text,
            &[
                "Chỉ tiêu được giao tại Quyết định số …/QĐ-UBND. Kết quả trong kỳ báo cáo (từ ngày 15/6/2024 đến ngày \
                 14/9/2024) phản ánh tiến độ thực hiện; kết quả lũy kế (từ ngày 15/12/2023 đến ngày 14/9/2024) là căn \
                 cứ đánh giá đạt, chưa đạt.",
                "k) Tỷ lệ thanh toán trực tuyến trên Cổng DVCQG",
                "(tiếp theo)",
                "tối thiểu 45%",
                "phải đạt 100%",
            ],
        );
        for unit in ["80", "794", "80.S03", "27685"] {
            let card = scorecard(&edition, &code(unit)).expect("a scorecard");
            assert_eq!(text_of(&card).expect("text").len(), 2, "front and back of a sheet about {unit}");
            says(&card_text(&edition, unit), &["3. Kết quả thực hiện chỉ tiêu được giao", "Bản công bố 2024-Q3/1"]);
        }
    }
}

#[test]
fn twelve_months_of_ten_indicators_with_long_names_fit_one_sheet() {
    let missing = vec![("794", "2024-M03"), ("27685", "2024-M11")];
    let edition = long_an::edition("2024", 18, &long_an::Odd { long_names: true, missing, ..long_an::Odd::default() });
    for unit in ["80", "794", "80.S03", "27685"] {
        says(&card_text(&edition, unit), &["Tháng 12 năm 2024", "Bản công bố 2024/1"][usize::from(unit == "80")..]);
    }
}

#[test]
fn a_stock_has_no_new_cases_and_a_miss_of_100_percent_is_final() {
    let text = report_text(&long_an::edition("2024-Q3", 12, &long_an::Odd::default()));
    says(
        &text,
        &[
            "Sở chuyên ngành thứ 2 DVCTT toàn trình tối thiểu 80% 75,51% 74 98 5 thủ tục –",
            "Sở chuyên ngành thứ 2 Công bố, công khai đúng hạn phải đạt 100% 96,44% 651 675 24 thủ tục –",
            "Sở chuyên ngành thứ 2 Hồ sơ trực tuyến tối thiểu 50% 41,23% 341 827 73 hồ sơ 145 hồ sơ",
            "Số mới cần có: số phải phát sinh thêm, tính cả vào tử số và mẫu số, để đạt mức giao;",
        ],
    );
}

#[test]
fn too_many_are_told_from_too_few() {
    let edition = small::edition("Q3", &small::Odd::default());
    let text = report_text(&edition);
    says(
        &text,
        &[
            "Tỷ lệ hồ sơ giải quyết quá hạn: tính chung toàn tỉnh chiếm 2,04% (844/41.310 hồ sơ)",
            "Sở Y tế Hồ sơ giải quyết quá hạn Tiến độ tối đa 2%",
            "Sở Y tế Hồ sơ giải quyết quá hạn tối đa 2% 8,02% 325 4.050 vượt 244 hồ sơ 12.200 hồ sơ",
            "Huyện Tây Sơn Xử lý PAKN đúng hạn phải đạt 100% 97,92% 423 432 thiếu 9 phản ánh, kiến nghị –",
            "Sở Tư pháp DVCTT có phát sinh hồ sơ tối thiểu 80% 66,67% 2 3 thiếu 1 dịch vụ –",
            "Vượt: số cần bớt khỏi tử số",
            "(đối với mức giao tối đa: chỉ tính vào mẫu số)",
        ],
    );
    let card = card_text(&edition, "702");
    says(&card, &["Còn thiếu hoặc vượt", "vượt 83 hồ sơ", "thiếu 9 phản ánh, kiến nghị", "2,39% (giao tối đa 2%)"]);
    says(&card, &["97,92% (phải đạt 100%)", "Hồ sơ trực tuyến xếp thứ"]);
}

#[test]
fn what_a_target_narrows_down_is_said() {
    let edition = small::edition("Q3", &small::Odd::default());
    says(
        &report_text(&edition),
        &[
            "Chỉ tiêu “Hồ sơ trực tuyến”: đối với UBND cấp huyện, chỉ tính thủ tục hành chính thuộc thẩm quyền cấp huyện.",
            "Chỉ tiêu “Hồ sơ trực tuyến”: đối với Huyện Đông Sơn; Huyện Tây Sơn, chỉ tính hồ sơ của chính cơ quan, đơn vị, \
             không gồm các đơn vị trực thuộc.",
            "thủ tục hành chính mới được tính sau 05 ngày kể từ ngày có hiệu lực; thủ tục có hiệu lực sau ngày 14/12/2022 \
             không tính.",
        ],
    );
    says(&card_text(&edition, "701"), &["Kết quả các chỉ tiêu khác tính cả các đơn vị trực thuộc."]);
}

#[test]
fn the_head_of_the_columns_says_the_days_where_the_year_is_not_judged() {
    let [period, quarter, year] = Span::ALL;
    for (key, windows, sentence, head, note) in [
        (
            "Q3",
            [period; 4],
            "Kết quả trong kỳ báo cáo (từ ngày 15/6/2022 đến ngày 14/9/2022) là căn cứ đánh giá đạt, chưa đạt.",
            "Trong kỳ: 15/6/2022 – 14/9/2022",
            "Kết quả trong kỳ là căn cứ đánh giá.",
        ),
        (
            "M08",
            [quarter; 4],
            "Kết quả trong kỳ báo cáo (từ ngày 15/7/2022 đến ngày 14/8/2022) phản ánh tiến độ thực hiện; kết quả lũy kế \
             quý (từ ngày 15/6/2022 đến ngày 14/8/2022) là căn cứ đánh giá đạt, chưa đạt.",
            "Lũy kế quý: 15/6/2022 – 14/8/2022",
            "Kết quả lũy kế quý là căn cứ đánh giá;",
        ),
        (
            "Q3",
            [quarter; 4],
            "Kết quả lũy kế quý (từ ngày 15/6/2022 đến ngày 14/9/2022) là căn cứ đánh giá đạt, chưa đạt, trong kỳ này \
             cũng là kết quả của kỳ báo cáo.",
            "Lũy kế quý: 15/6/2022 – 14/9/2022",
            "Kết quả lũy kế quý là căn cứ đánh giá.",
        ),
        (
            "H1",
            [period, quarter, year, year],
            "gồm: kết quả trong kỳ báo cáo (từ ngày 15/12/2021 đến ngày 14/6/2022); kết quả lũy kế quý (từ ngày \
             15/3/2022 đến ngày 14/6/2022); kết quả lũy kế (từ ngày 15/12/2021 đến ngày 14/6/2022)",
            "Lũy kế quý: 15/3/2022 – 14/6/2022",
            "Kết quả trong kỳ, kết quả lũy kế quý, kết quả lũy kế là căn cứ đánh giá;",
        ),
    ] {
        let edition = small::edition(key, &small::Odd { windows, ..small::Odd::default() });
        says(&report_text(&edition), &[sentence, head, note]);
        says(&card_text(&edition, "702"), &[head]);
    }
}

#[test]
fn an_uncertain_result_has_a_range_only_where_procedures_are_counted() {
    let odd = small::Odd { missing: vec![("70.SYT", "2022-M09")], ..small::Odd::default() };
    let edition = small::edition("Q3", &odd);
    let unit = edition.unit(&code("70.SYT")).expect("a unit");
    let uncertain = unit.judged_for_record().filter(|(_, judgement)| judgement.verdict == Verdict::Uncertain);
    let codes: Vec<&str> = uncertain.map(|(outcome, _)| outcome.indicator.as_str()).collect();
    assert_eq!(codes, ["QUA_HAN", "PAKN", "DVC", "HS"]);

    // Three of forty procedures are known; every one of the others may come, online or not.
    let range = "có thể từ 7,50% đến 100,00% khi đủ số liệu";
    let text = report_text(&edition);
    says(
        &text,
        &[&format!("Đơn vị chưa đủ số liệu để đánh giá: Sở Y tế ({range})."), &format!("Chưa đủ số liệu ({range})")],
    );
    assert_eq!(text.matches("có thể từ").count(), 2, "in the body and in the annex, and nowhere else");
    let card = card_text(&edition, "70.SYT");
    says(&card, &[&format!("DVCTT có phát sinh hồ sơ: {range}.")]);
    assert_eq!(card.matches("có thể từ").count(), 1);
    says_nothing_of(&card, &["xếp thứ"]);
}

#[test]
fn a_verdict_that_missing_reports_cannot_change_says_what_it_rests_on() {
    let odd = small::Odd { missing: vec![("702", "2022-M09")], ..small::Odd::default() };
    let edition = small::edition("Q3", &odd);
    says(
        &report_text(&edition),
        &["Chưa đạt (theo 35/36 báo cáo)", "Huyện Tây Sơn (theo 35/36 báo cáo) Xử lý PAKN đúng hạn"],
    );
    says(&card_text(&edition, "702"), &["Xử lý PAKN đúng hạn: theo 35/36 báo cáo"]);
}

#[test]
fn periods_are_named_as_official_documents_name_them() {
    for (period, subject, sentence) in [
        (
            "2024-H1",
            "tỉnh Long An 6 tháng đầu năm 2024",
            "6 tháng đầu năm 2024 (từ ngày 15/12/2023 đến ngày 14/6/2024), trên",
        ),
        ("2024-9M", "tỉnh Long An 9 tháng năm 2024", "9 tháng năm 2024 (từ ngày 15/12/2023 đến ngày 14/9/2024), trên"),
        ("2024", "tỉnh Long An năm 2024", "Năm 2024 (từ ngày 15/12/2023 đến ngày 14/12/2024), trên"),
    ] {
        let edition = long_an::edition(period, 3, &long_an::Odd::default());
        says(&report_text(&edition), &[subject, sentence]);
        says(&card_text(&edition, "27685"), &[&format!("Kỳ báo cáo: {}", edition.id.period.in_words())]);
    }
}

#[test]
fn single_fields_are_totalled_by_group_and_shown_on_scorecards() {
    let odd = small::Odd { missing: vec![("70201", "2022-M08")], ..small::Odd::default() };
    let edition = small::edition("Q3", &odd);
    says(
        &report_text(&edition),
        &[
            "Số liệu của từng cơ quan, đơn vị và các chỉ tiêu đơn nêu tại Phụ lục I; tổng hợp",
            "TT Chỉ tiêu đơn Sở, ban, ngành Huyện, thành phố Xã, phường, thị trấn Tổng cộng",
            "1 Số phản ánh, kiến nghị đến hạn xử lý trong kỳ 72 72 168 (14/15 báo cáo) 312 (26/27 báo cáo)",
            "2 Số phản ánh, kiến nghị xử lý đúng hạn 72 69 168 (14/15 báo cáo) 309 (26/27 báo cáo)",
        ],
    );
    says(&card_text(&edition, "702"), &["1 Số phản ánh, kiến nghị đến hạn xử lý trong kỳ 36 132 (11/12 báo cáo)"]);
    says(&card_text(&edition, "70201"), &["1 Số phản ánh, kiến nghị đến hạn xử lý trong kỳ 24 (2/3 báo cáo)"]);
}

#[test]
fn single_fields_are_reported_where_the_table_has_no_row() {
    let edition = long_an::edition("2024-Q3", 6, &long_an::Odd { no_rows: true, ..long_an::Odd::default() });
    let text = report_text(&edition);
    says(
        &text,
        &[
            "trên địa bàn tỉnh không phát sinh hồ sơ TTHC. Số liệu của từng cơ quan, đơn vị và các chỉ tiêu đơn nêu tại \
             Phụ lục I.",
            "Hồ sơ trực tuyến Tiến độ tối thiểu 50% 0 0 – – Không phát sinh",
            "Tổng cộng 0 0 0 0 0 0 0 0 0 0 0",
            // Departments do not owe the field of certified copies.
            "3 Số yêu cầu chứng thực bản sao điện tử từ bản chính –",
            "Dấu “–”: đơn vị thuộc nhóm không phải báo cáo chỉ tiêu này.",
        ],
    );
    says_nothing_of(&text, &["Nhóm đơn vị"]);
    says_nothing_of(&card_text(&edition, "80.S01"), &["chứng thực", "Chứng thực"]);
}

#[test]
fn a_vertical_agency_reports_and_is_not_added() {
    let edition = small::edition("Q3", &small::Odd::default());
    let text = report_text(&edition);
    says(
        &text,
        &[
            "Có 10 cơ quan, đơn vị trên địa bàn tỉnh báo cáo số liệu giải quyết TTHC, gồm: 03 sở, ban, ngành;",
            "Số liệu của các đơn vị sau không cộng vào số liệu chung: Cục Thuế tỉnh Bình Minh.",
            "1 Cục Thuế tỉnh Bình Minh (không cộng vào số liệu chung) 1.197 522",
            "A Sở, ban, ngành 2.460 1.110", // 1.083 + 1.377
            "2 Sở Tư pháp 1.083 408",
            "3 Sở Y tế 1.377 702",
            "3 Huyện Hòn Đảo Không phải báo cáo",
        ],
    );
    says(&card_text(&edition, "70.CT"), &["Cục Thuế tỉnh Bình Minh (không cộng vào số liệu chung)"]);
    says_nothing_of(&card_text(&edition, "70.STP"), &["không cộng"]);
    says(&card_text(&edition, "703"), &["Đơn vị không phải báo cáo trong kỳ."]);
}

#[test]
fn each_late_report_is_held_against_the_deadline_of_its_own_tier() {
    let late = vec![("70102", "2022-M08"), ("70.STP", "2022-M09"), ("701", "2022-M09")];
    let text = report_text(&small::edition("Q3", &small::Odd { late, ..small::Odd::default() }));
    says(
        &text,
        &[
            "Sở Tư pháp Tháng 9 năm 2022 17 giờ 00 phút ngày 18/9/2022 17 giờ 10 phút ngày 18/9/2022 Trong ngày",
            "Huyện Đông Sơn Tháng 9 năm 2022 17 giờ 00 phút ngày 19/9/2022 17 giờ 10 phút ngày 19/9/2022 Trong ngày",
            "Xã Hai, huyện Đông Sơn Tháng 8 năm 2022 17 giờ 00 phút ngày 16/8/2022",
        ],
    );
}

#[test]
fn services_are_counted_in_the_vocabulary_of_the_catalogue() {
    use ServiceLevel::{Four, Full, One, Partial, Three, Two};
    for (levels, sentence) in [
        (
            vec![One, Two, Three, Four],
            "cung cấp 30 dịch vụ công trực tuyến (DVCTT), trong đó có 10 DVCTT mức độ 2; 10 DVCTT mức độ 3; 10 DVCTT mức độ \
             4 (đạt 33,3%).",
        ),
        (
            vec![Full, Partial, Full, Partial, Full],
            "cung cấp 40 dịch vụ công trực tuyến (DVCTT), trong đó có 16 DVCTT một phần; 24 DVCTT toàn trình (đạt 60,0%).",
        ),
        (vec![Partial], "cung cấp 40 dịch vụ công trực tuyến (DVCTT), trong đó có 40 DVCTT một phần."),
    ] {
        says(&report_text(&small::edition("Q3", &small::Odd { levels, ..small::Odd::default() })), &[sentence]);
    }
    let text = report_text(&small::edition("Q3", &small::Odd { levels: vec![One], ..small::Odd::default() }));
    says_nothing_of(&text, &["Cổng dịch vụ công", "DVCTT mức độ"]);
}

#[test]
fn a_report_of_2018_does_not_rest_on_a_circular_of_2020() {
    let text = report_text(&small::edition("", &small::Odd { year: 2018, ..small::Odd::default() }));
    says(&text, &["Ủy ban nhân dân tỉnh báo cáo kết quả công tác kiểm soát thủ tục hành chính (TTHC)"]);
    says_nothing_of(&text, &["01/2020/TT-VPCP"]);
}
