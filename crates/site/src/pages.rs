//! The pages, in Vietnamese: the list of editions, an edition, one page per unit, and one per indicator.
//!
//! A page is a struct of texts that are ready to print and an askama template that escapes them. What is shown as a
//! number has gone through `baocao_domain::rounding`; a verdict is shown in words, and colour only repeats it.

mod changes;
mod edition;
mod indicator;
mod measure;
mod parts;
mod ranking;
mod root;
mod unit;

use askama::Template;
use baocao_domain::edition::Edition;
use baocao_domain::regime::Regime;

use crate::{PublishedDocument, SiteError, SiteFile};
pub(crate) use root::root_page;

/// The style of all pages, the only one: pages have no inline style.
pub(crate) fn style() -> SiteFile {
    SiteFile { path: "style.css".into(), bytes: include_bytes!("../templates/style.css").to_vec() }
}

/// The pages of one edition; `data` are the files that it offers for download.
pub(crate) fn edition_pages(
    edition: &Edition,
    regime: &Regime,
    documents: &[PublishedDocument],
    data: &[SiteFile],
) -> Result<Vec<SiteFile>, SiteError> {
    let mut pages = vec![render("index.html".into(), &edition::page(edition, regime, documents, data))?];
    for unit in edition.units.iter().filter(|unit| parts::has_page(unit)) {
        let path = format!("units/{}.html", unit.code);
        pages.push(render(path, &unit::page(edition, regime, unit, documents))?);
    }
    for head in &edition.indicators {
        let path = format!("indicators/{}.html", head.code);
        pages.push(render(path, &indicator::page(edition, regime, head))?);
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
mod tests;
