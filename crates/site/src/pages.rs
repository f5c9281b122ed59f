//! The pages, in Vietnamese: the list of editions, an edition, and one page per reporting unit.
//!
//! A page is a struct of texts that are ready to print and an askama template that escapes them. What is shown as a
//! number has gone through `baocao_domain::rounding`; a verdict is shown in words, and colour only repeats it.

mod edition;
mod parts;
mod root;
mod unit;

use askama::Template;
use baocao_domain::edition::Edition;

use crate::{PublishedDocument, SiteError, SiteFile};
pub(crate) use root::root_page;

/// The style of all pages, the only one: pages have no inline style.
pub(crate) fn style() -> SiteFile {
    SiteFile { path: "style.css".into(), bytes: include_bytes!("../templates/style.css").to_vec() }
}

/// The pages of one edition; `data` are the files that it offers for download.
pub(crate) fn edition_pages(
    edition: &Edition,
    documents: &[PublishedDocument],
    data: &[SiteFile],
) -> Result<Vec<SiteFile>, SiteError> {
    let mut pages = vec![render("index.html".into(), &edition::page(edition, documents, data))?];
    for unit in edition.reporting() {
        let path = format!("units/{}.html", unit.code);
        pages.push(render(path, &unit::page(edition, unit, documents))?);
    }
    Ok(pages)
}

fn render(path: String, page: &impl Template) -> Result<SiteFile, SiteError> {
    match page.render() {
        Ok(text) => Ok(SiteFile { path, bytes: text.into_bytes() }),
        Err(source) => Err(SiteError::Page { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use baocao_domain::edition::{Cause, EditionId};

    use super::*;
    use crate::testing::{Sample, edition_of, letterhead, period, reports, sample, unit};
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

    /// A site of four editions, by path; documents are listed with empty content.
    fn site() -> BTreeMap<String, String> {
        let extension =
            Cause::ExtensionFiled { unit: unit("06001"), reason: "mất điện <b>diện rộng</b>".into() };
        let restated = Cause::MonthRestated { edition: EditionId { period: period("2022-M08"), number: 2 } };
        let editions = [
            edition_of("2022-M07", 1, Cause::Locked, reports()),
            edition_of("2022-M08", 1, Cause::Locked, reports()),
            edition_of("2022-M08", 2, extension, reports()),
            edition_of("2022-Q3", 1, Cause::Locked, reports()),
            edition_of("2022-Q3", 2, restated, reports()),
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
        for Sample { edition, catalogue, reports } in &editions {
            let documents = documents(edition.id.number);
            for file in edition_files(edition, catalogue, reports, &documents).expect("edition") {
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
        for template in ["base", "root", "edition", "unit", "downloads", "figures", "indicators", "bar"] {
            let path = format!("{}/templates/{template}.html", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).expect("template");
            assert!(!text.contains("safe"), "{path} switches escaping off");
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
            "8/9 báo cáo",
            "chưa có số liệu",
        ] {
            assert!(page.contains(text), "{text}");
        }
        assert!(!site["2022-M08/1/index.html"].contains("Đính chính"));
        assert!(
            site["2022-M07/1/index.html"].contains("báo cáo tháng 7 năm 2022 nhận lúc 19 giờ 00 phút ngày 15/7/2022")
        );
        assert!(site["2022-Q3/2/index.html"].contains("số liệu tháng 8 năm 2022 đã được đính chính"));
        assert!(site["index.html"].contains("<span class=\"mark corrected\">đính chính</span>"));
    }

    #[test]
    fn a_unit_without_a_report_has_no_figures_instead_of_zeros() {
        let site = site();
        let page = &site["2022-M08/1/units/06001.html"];
        assert!(page.contains("Số liệu của riêng đơn vị: chưa có số liệu."), "{page}");
        assert!(page.contains("<dd>chưa gửi báo cáo</dd>"), "{page}");
        let nil = &site["2022-M08/1/units/20.SNGV.html"];
        assert!(nil.contains("không phát sinh hồ sơ") && nil.contains(">Không phát sinh</span>"), "{nil}");
    }

    #[test]
    fn the_pages_of_a_first_edition_name_all_verdicts() {
        let Sample { edition, catalogue, reports } = sample("2022-M08");
        let files = edition_files(&edition, &catalogue, &reports, &[]).expect("files");
        let index = files.iter().find(|file| file.path == "index.html").expect("index");
        let index = String::from_utf8(index.bytes.clone()).expect("UTF-8");
        for verdict in ["Đạt", "Chưa đạt", "Không phát sinh", "Chưa đủ số liệu"] {
            assert!(index.contains(&format!("\">{verdict}</span>")), "{verdict}");
        }
    }
}
