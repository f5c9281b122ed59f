//! The first page of the site: which periods and editions there are.

use askama::Template;
use baocao_domain::edition::Cause;
use baocao_domain::regime::Letterhead;
use baocao_domain::wording;

use super::render;
use crate::{EditionEntry, SiteError, SiteFile, words};

#[derive(Template)]
#[template(path = "root.html")]
struct RootPage<'a> {
    letterhead: &'a Letterhead,
    periods: Vec<Period>,
}

struct Period {
    name: String,
    window: String,
    editions: Vec<Line>,
}

struct Line {
    number: u32,
    href: String,
    sealed_at: String,
    is_latest: bool,
    correction: Option<String>,
    report: Option<ReportLink>,
}

struct ReportLink {
    href: String,
    title: String,
    size: String,
    sha256: String,
}

/// The list of editions, the latest first.
pub(crate) fn root_page(latest_first: &[&EditionEntry], letterhead: &Letterhead) -> Result<SiteFile, SiteError> {
    let periods = latest_first
        .chunk_by(|a, b| a.id.period == b.id.period)
        .map(|editions| Period {
            name: editions[0].id.period.in_words(),
            window: wording::window(editions[0].window),
            editions: editions.iter().map(|entry| line(entry)).collect(),
        })
        .collect();
    render("index.html".into(), &RootPage { letterhead, periods })
}

fn line(entry: &EditionEntry) -> Line {
    let correction = match &entry.cause {
        _ if entry.id.number == 1 => None,
        Cause::Locked => Some(String::new()),
        Cause::ExtensionFiled { unit, .. } => Some(format!("bổ sung báo cáo của đơn vị mã {unit} được gia hạn")),
        Cause::ExtensionExpired { unit, .. } => {
            Some(format!("đơn vị mã {unit} hết thời gian gia hạn, chưa gửi báo cáo"))
        }
        Cause::Reopened { .. } => Some("sau khi mở lại kỳ báo cáo".into()),
        Cause::MonthRestated { edition } => {
            Some(format!("theo đính chính số liệu {} (bản số {})", edition.period.in_words(), edition.number))
        }
    };
    Line {
        number: entry.id.number,
        href: format!("{}/index.html", entry.id),
        sealed_at: wording::moment(entry.sealed_at),
        is_latest: entry.is_latest,
        correction,
        report: entry.report.as_ref().map(|report| ReportLink {
            href: report.path.clone(),
            title: report.title.clone(),
            size: words::size(report.size_bytes),
            sha256: report.sha256.clone(),
        }),
    }
}
