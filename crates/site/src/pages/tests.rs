//! The pages of a site of several editions: well-formed, safe, linked, and saying what they should.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::restatement::Restatement;

use super::*;
use crate::testing::{
    Sample, edition_of, every_rule, letterhead, long_an, period, reports, sample, sample_without_targets, unit,
};
use crate::{EditionEntry, edition_files, root_files};

/// Elements without an end tag.
const VOID: [&str; 7] = ["meta", "link", "br", "rect", "!DOCTYPE", "?xml", "hr"];

fn documents(number: u32) -> Vec<PublishedDocument> {
    let document = |title: &str, path: String, code: Option<&str>| PublishedDocument {
        title: title.into(),
        path,
        unit: code.map(unit),
        sha256: "ab".repeat(32),
        size_bytes: 123_456,
    };
    vec![
        document("Báo cáo số 433/BC-UBND", format!("report-{number}.pdf"), None),
        document("Phiếu kết quả", "scorecards/178.pdf".into(), Some("178")),
    ]
}

/// A site of several editions, by path; documents are listed with empty content.
fn site() -> BTreeMap<String, String> {
    let extension = Cause::ExtensionFiled { unit: unit("06001"), reason: "mất điện <b>diện rộng</b>".into() };
    let restated = Cause::MonthRestated { edition: EditionId { period: period("2022-M08"), number: 2 } };
    let editions = [
        edition_of("2022-M07", 1, Cause::Locked, reports()),
        edition_of("2022-M08", 1, Cause::Locked, reports()),
        crate::testing::restated("2022-M08", extension),
        edition_of("2022-Q3", 1, Cause::Locked, reports()),
        crate::testing::restated("2022-Q3", restated),
        every_rule::sample("2022-M09"),
        long_an::sample("2024-M07"),
        sample_without_targets("2022-9M"),
    ];
    let entries: Vec<EditionEntry> = editions
        .iter()
        .map(|sample| EditionEntry {
            id: sample.edition.id,
            sealed_at: sample.edition.sealed_at,
            cause: sample.edition.cause.clone(),
            window: sample.edition.window,
            is_latest: sample.edition.id.number == 2 || sample.edition.id.period == period("2022-M07"),
            report: None,
        })
        .collect();
    let mut site = BTreeMap::new();
    for file in root_files(&entries, &letterhead()).expect("root") {
        site.insert(file.path, String::from_utf8(file.bytes).expect("UTF-8"));
    }
    for Sample { edition, regime, reports } in &editions {
        let mut documents = documents(edition.id.number);
        documents.retain(|document| document.unit.as_ref().is_none_or(|unit| edition.unit(unit).is_some()));
        for file in edition_files(edition, regime, reports, &documents).expect("edition") {
            site.insert(format!("{}/{}", edition.id, file.path), String::from_utf8(file.bytes).expect("UTF-8"));
        }
        for document in documents {
            site.insert(format!("{}/{}", edition.id, document.path), String::new());
        }
    }
    site
}

fn pages(site: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, &String)> {
    site.iter().filter(|(path, _)| path.ends_with(".html") || path.ends_with(".xml"))
}

/// The tags of a page, without their brackets.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or(rest))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// Where a link of a page leads, within the site.
fn resolve(page: &str, href: &str) -> String {
    let mut segments: Vec<&str> = page.split('/').collect();
    segments.pop();
    for segment in href.split('/') {
        match segment {
            ".." => assert!(segments.pop().is_some(), "{href} on {page} leaves the site"),
            name => segments.push(name),
        }
    }
    segments.join("/")
}

#[test]
fn every_tag_of_every_page_is_closed_in_order() {
    for (path, page) in pages(&site()) {
        let mut open: Vec<&str> = Vec::new();
        for tag in tags(page) {
            let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap_or("");
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{path}: </{name}>");
            } else if !VOID.contains(&name) && !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{path}: {open:?}");
    }
}

#[test]
fn nothing_on_a_page_runs_and_no_style_is_inline() {
    for (path, page) in pages(&site()) {
        for tag in tags(page) {
            let name = tag.split(' ').next().unwrap_or("");
            assert!(!matches!(name, "script" | "iframe" | "img" | "style" | "b"), "{path}: <{tag}>");
            assert!(!tag.contains(" style=") && !tag.contains(" on"), "{path}: <{tag}>");
        }
    }
    for template in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).expect("templates") {
        let path = template.expect("template").path();
        let text = std::fs::read_to_string(&path).expect("template");
        assert!(!text.contains("safe"), "{} switches escaping off", path.display());
    }
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let site = site();
    let page = &site["2022-M08/2/units/06001.html"];
    assert!(page.contains("Xã &#60;script&#62;alert(1)&#60;/script&#62;, &#34;Mới&#34;"), "{page}");
    let page = &site["2022-M08/2/index.html"];
    assert!(page.contains("mất điện &#60;b&#62;diện rộng&#60;/b&#62;"), "{page}");
}

#[test]
fn every_link_is_relative_and_leads_to_a_file() {
    let site = site();
    let mut links = BTreeSet::new();
    for (path, page) in pages(&site) {
        for href in tags(page).filter_map(|tag| attribute(tag, "href")).filter(|href| !href.starts_with('#')) {
            assert!(!href.contains(':') && !href.starts_with('/'), "{path}: {href}");
            let target = resolve(path, href);
            assert!(site.contains_key(&target), "{path}: {href} leads to {target}, which is not there");
            links.insert(target);
        }
    }
    let unlinked: Vec<_> = site.keys().filter(|path| !links.contains(*path)).collect();
    assert!(unlinked.is_empty(), "no page links to {unlinked:?}");
}

#[test]
fn the_checksums_name_every_other_file_of_the_edition() {
    let site = site();
    let listed: BTreeSet<&str> =
        site["2022-Q3/1/CHECKSUMS"].lines().filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    let there = site.keys().filter_map(|path| path.strip_prefix("2022-Q3/1/")).filter(|path| *path != "CHECKSUMS");
    assert_eq!(listed, there.collect());
}

#[test]
fn the_same_edition_gives_the_same_bytes() {
    assert_eq!(site(), site());
}

#[test]
fn an_edition_says_what_is_missing_late_and_corrected() {
    let site = site();
    let page = &site["2022-M08/2/index.html"];
    for text in [
        "Công khai tình hình, kết quả",
        "từ ngày 15/7/2022 đến ngày 14/8/2022",
        "Số liệu chốt lúc 12 giờ 00 phút ngày 16/8/2022",
        "Quyết định số 1045/QĐ-UBND ngày 21/6/2022",
        "<strong>Đính chính.</strong> Đây là bản công bố số 2",
        "9/9 báo cáo",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let first = &site["2022-M08/1/index.html"];
    assert!(first.contains("8/9 báo cáo") && first.contains("chưa có số liệu"));
    assert!(!first.contains("Đính chính") && !first.contains("đính chính"));
    assert!(site["2022-M07/1/index.html"].contains("báo cáo tháng 7 năm 2022 nhận lúc 19 giờ 00 phút ngày 15/7/2022"));
    assert!(site["2022-Q3/2/index.html"].contains("số liệu tháng 8 năm 2022 đã được đính chính"));
    assert!(site["index.html"].contains("<span class=\"mark corrected\">đính chính</span>"));
}

#[test]
fn a_unit_without_a_report_has_no_figures_instead_of_zeros() {
    let site = site();
    let page = &site["2022-M08/1/units/06001.html"];
    assert!(page.contains("Số liệu của riêng đơn vị: chưa có số liệu."), "{page}");
    assert!(page.contains("<dd>chưa gửi báo cáo (hạn gửi 17 giờ 00 phút ngày 15/8/2022)</dd>"), "{page}");
    let nil = &site["2022-M08/1/units/20.SNGV.html"];
    assert!(nil.contains("không phát sinh hồ sơ") && nil.contains(">Không phát sinh</span>"), "{nil}");
}

#[test]
fn the_pages_of_a_first_edition_name_all_verdicts() {
    let index = sample("2022-M08").text("index.html");
    for verdict in ["Đạt", "Chưa đạt", "Không phát sinh", "Chưa đủ số liệu"] {
        assert!(index.contains(&format!("\">{verdict}</span>")), "{verdict}");
    }
}

/// What a page must and must not say.
fn check(page: &str, says: &[&str], does_not_say: &[&str]) {
    for text in says {
        assert!(page.contains(text), "{text:?} is not in {page}");
    }
    for text in does_not_say {
        assert!(!page.contains(text), "{text:?} is in {page}");
    }
}

#[test]
fn an_edition_before_the_decision_applies_reads_well() {
    let sample = sample_without_targets("2022-M08");
    let judged = ["class=\"verdict", "Chỉ tiêu giao<", "không giao", "Kết luận", "và thực hiện chỉ tiêu"];
    // Three departments have figures and a place; foreign affairs has nothing to rank.
    let says = [
        "chưa có quyết định giao chỉ tiêu áp dụng cho kỳ này",
        "Kết quả theo chỉ số",
        "kết quả dưới đây để theo dõi, không kết luận",
        "<td class=\"n place\">1/3</td>",
    ];
    check(&sample.text("index.html"), &says, &judged);
    check(&sample.text("units/178.html"), &["Chưa có quyết định giao chỉ tiêu áp dụng cho kỳ này"], &judged);
    check(&sample.text("indicators/HS_XU_LY_TT.html"), &["<td class=\"n place\">1/3</td>"], &judged);
}

#[test]
fn ten_indicators_are_ten_rows_and_a_large_group_stands_on_pages_of_its_own() {
    let sample = long_an::sample("2024-M07");
    let index = sample.text("index.html");
    let says = [
        "Quyết định số …/QĐ-UBND</dd>",
        "gồm 4 dịch vụ một phần, 8 dịch vụ toàn trình; dịch vụ toàn trình chiếm 66,7%",
        "<p>Kết quả của 70 đơn vị, theo từng chỉ số:</p>",
        "Cục Thuế tỉnh</a> <span class=\"small\">(không cộng vào số liệu chung)</span>",
        "Số liệu ngoài biểu (chỉ tiêu đơn), toàn tỉnh",
        "phải đạt 100%",
        "tối thiểu 45%",
    ];
    check(
        &index,
        &says,
        &[
            "<a href=\"units/27690.html\">Xã Bình Thạnh 5</a> <span class=\"small\">(Thành phố Tân An)</span></th><td class=\"goal\">",
        ],
    );
    let indicator = sample.text("indicators/LA02.html");
    check(&indicator, &["Xã Bình Thạnh 5", "<h2 id=\"B\">", "<h2 id=\"C\">"], &["<h2 id=\"A\">", "Cục Thuế"]);
    let commune = sample.text("units/27690.html");
    assert_eq!(commune.matches("<th scope=\"rowgroup\"").count(), 10);
    let department = sample.text("units/80.CTHUE.html");
    assert_eq!(department.matches("<th scope=\"rowgroup\"").count(), 9, "copies are no business of departments");
    check(&department, &["không cộng vào số liệu chung của cấp trên"], &["LA02"]);
}

#[test]
fn directions_bounds_ways_of_counting_and_places_are_said_in_words() {
    let sample = every_rule::sample("2022-M08");
    let index = sample.text("index.html");
    check(
        &index,
        &[
            "tối đa 0,2%",
            "vượt 1 hồ sơ; +10,00\u{a0}điểm\u{a0}%",
            "còn thiếu 1 dịch vụ; -10,00\u{a0}điểm\u{a0}%",
            "5/6 báo cáo, báo cáo còn thiếu không làm thay đổi kết luận",
            "có thể từ 50,00% đến 66,67% khi đủ số liệu; 1/2 báo cáo",
            "chưa thể kết luận; 1/2 báo cáo",
            "Lũy kế từ đầu quý, từ ngày 15/6/2022 đến ngày 14/8/2022",
            "số liệu của riêng đơn vị; chỉ tính thủ tục thuộc thẩm quyền cấp huyện",
            "thủ tục mới tính sau 5 ngày kể từ ngày có hiệu lực, không tính thủ tục có hiệu lực sau ngày 31/7/2022",
            "gồm 3 dịch vụ mức độ 2, 3 dịch vụ mức độ 3, 3 dịch vụ mức độ 4; dịch vụ mức độ 4 chiếm 33,3%",
        ],
        &["mức độ 1"],
    );
    check(
        &sample.text("units/178.html"),
        &["tối thiểu 80%", "theo dõi: đạt", "data-label=\"Xếp thứ trong nhóm\"><div>2/2"],
        &[],
    );
    check(&sample.text("units/20.SVHTTDL.html"), &["không phải gửi báo cáo trong kỳ"], &["Số liệu của riêng đơn vị"]);
    check(
        &sample.text("indicators/HS.html"),
        &["3 × Tiếp nhận trong kỳ - Trực tuyến + Tiếp nhận", "lĩnh vực Tư pháp, Đất đai"],
        &[],
    );
    check(&sample.text("indicators/QH.html"), &["tỷ lệ thấp hơn xếp trên"], &[]);
}

#[test]
fn a_later_edition_shows_what_it_changed_and_points_to_all_of_it() {
    let site = site();
    let page = &site["2022-M08/2/index.html"];
    for text in [
        "<h2 id=\"dinh-chinh\">Nội dung đính chính so với bản công bố số 1</h2>",
        "<a href=\"#dinh-chinh\">Nội dung đính chính</a>",
        "<td>Báo cáo tháng 8 năm 2022</td><td class=\"n\">chưa có số liệu</td><td class=\"n\">lần gửi thứ 1</td><td>đơn vị gửi bổ \
         sung báo cáo tháng 8 năm 2022 (=gửi &#60;i&#62;chậm&#60;/i&#62;)</td>",
        "<a href=\"data/changes.csv\">changes.csv</a>",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    for (path, page) in pages(&site).filter(|(path, _)| path.contains("/1/")) {
        assert!(!page.contains("dinh-chinh") && !page.contains("changes"), "{path}");
    }
    assert!(!site.contains_key("2022-M08/1/data/changes.csv"));
}

#[test]
fn a_long_list_of_changes_is_cut_on_the_page_and_says_how_long_it_is() {
    let mut restated = crate::testing::restated("2022-M08", Cause::Locked);
    let restatement = restated.edition.restatement.as_mut().expect("a restatement");
    let change = restatement.changes[0].clone();
    restatement.changes = vec![change; 1_234];
    restatement.sources = vec![restatement.sources[0].clone(); 60];
    let page = restated.text("index.html");
    assert!(page.contains("(200 thay đổi đầu tiên trong tổng số 1.234)") && page.contains("và 10 báo cáo khác"));
    assert_eq!(restated.text("data/changes.csv").lines().count(), 1_235);
    let same = Restatement { changes: Vec::new(), ..restatement_of(&restated) };
    restated.edition.restatement = Some(same);
    assert!(restated.text("index.html").contains("Không có số liệu, kết quả nào thay đổi."));
}

fn restatement_of(sample: &Sample) -> Restatement {
    sample.edition.restatement.clone().expect("a restatement")
}
