//! The list of editions for machines: `editions.json`, and an Atom feed (RFC 4287) for readers who want to be told.

use askama::Template;
use baocao_domain::instant::Instant;
use baocao_domain::regime::Letterhead;
use baocao_domain::wording;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::open_data::head;
use crate::{EditionEntry, SiteError, SiteFile};

/// The list as data, the latest first.
pub(crate) fn editions_json(latest_first: &[&EditionEntry]) -> SiteFile {
    let editions: Vec<_> = latest_first
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id.to_string(),
                "period": entry.id.period.to_string(),
                "number": entry.id.number,
                "path": format!("{}/", entry.id),
                "sealed_at": entry.sealed_at.iso(),
                "cause": head::cause(&entry.cause),
                "window": entry.window,
                "is_latest": entry.is_latest,
            })
        })
        .collect();
    SiteFile { path: "editions.json".into(), bytes: format!("{}\n", json!({ "editions": editions })).into_bytes() }
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed {
    id: String,
    title: String,
    author: String,
    updated: String,
    entries: Vec<FeedEntry>,
}

struct FeedEntry {
    id: String,
    title: String,
    updated: String,
    path: String,
    summary: String,
}

/// The list as a feed. Links are relative to the feed, because the site does not know under which address it stands.
pub(crate) fn atom(latest_first: &[&EditionEntry], letterhead: &Letterhead) -> Result<SiteFile, SiteError> {
    let updated = latest_first.iter().map(|entry| entry.sealed_at).max().unwrap_or(Instant::from_micros(0));
    let feed = Feed {
        id: urn(letterhead, "feed"),
        title: format!("Công khai kết quả giải quyết thủ tục hành chính {}", letterhead.province),
        author: format!("{} {}", letterhead.issuer, letterhead.issuer_place),
        updated: updated.iso(),
        entries: latest_first.iter().map(|entry| feed_entry(entry, letterhead)).collect(),
    };
    let path = "feed.xml".to_owned();
    match feed.render() {
        Ok(text) => Ok(SiteFile { path, bytes: text.into_bytes() }),
        Err(source) => Err(SiteError::Page { path, source }),
    }
}

fn feed_entry(entry: &EditionEntry, letterhead: &Letterhead) -> FeedEntry {
    let correction = if entry.id.number > 1 { " (đính chính)" } else { "" };
    FeedEntry {
        id: urn(letterhead, &entry.id.to_string()),
        title: format!("Kết quả {}, bản công bố số {}{correction}", entry.id.period.in_words(), entry.id.number),
        updated: entry.sealed_at.iso(),
        path: format!("{}/index.html", entry.id),
        summary: format!(
            "Kỳ số liệu {}; số liệu chốt lúc {}.",
            wording::window(entry.window),
            wording::moment(entry.sealed_at)
        ),
    }
}

/// A lasting name without an address: a UUID of version 8 (RFC 9562) made from the province and the edition.
fn urn(letterhead: &Letterhead, what: &str) -> String {
    let digest = Sha256::digest(format!("baocao\n{}\n{}\n{what}", letterhead.issuer, letterhead.issuer_place));
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    let mut number = u128::from_be_bytes(bytes);
    number = number & !(0xf << 76) | (0x8 << 76);
    number = number & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{number:032x}");
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::letterhead;

    #[test]
    fn an_entry_keeps_its_name_and_each_has_its_own() {
        let name = urn(&letterhead(), "2022-Q3/1");
        assert_eq!((name.len(), &name[..9]), ("urn:uuid:".len() + 36, "urn:uuid:"));
        assert_eq!((name.as_bytes()[9 + 14], name), (b'8', urn(&letterhead(), "2022-Q3/1")));
        assert_ne!(urn(&letterhead(), "2022-Q3/1"), urn(&letterhead(), "2022-Q3/2"));
    }
}
