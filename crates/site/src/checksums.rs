//! The file `CHECKSUMS`: one line of `sha256sum` for each file of an edition, its documents included.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{PublishedDocument, SiteError, SiteFile};

/// SHA-256 in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Proves that every document stays in the edition's folder, under a name that needs no quoting anywhere.
pub(crate) fn check_paths(documents: &[PublishedDocument]) -> Result<(), SiteError> {
    match documents.iter().find(|document| !is_plain(&document.path)) {
        None => Ok(()),
        Some(document) => Err(SiteError::UnsafePath(document.path.clone())),
    }
}

fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| {
        let is_name = segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        is_name && !segment.starts_with(['.', '-']) && !segment.is_empty()
    })
}

/// The checksums of these files and documents, by path.
pub(crate) fn file(files: &[SiteFile], documents: &[PublishedDocument]) -> SiteFile {
    let made = files.iter().map(|file| (file.path.as_str(), sha256_hex(&file.bytes)));
    let given = documents.iter().map(|document| (document.path.as_str(), document.sha256.to_ascii_lowercase()));
    let mut lines: Vec<(&str, String)> = made.chain(given).collect();
    lines.sort();
    let text: String = lines.into_iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
    SiteFile { path: "CHECKSUMS".into(), bytes: text.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_stays_in_the_folder_of_its_edition() {
        for (path, accepted) in [
            ("report.pdf", true),
            ("scorecards/20.STTTT.pdf", true),
            ("../report.pdf", false),
            ("/etc/passwd", false),
            ("a//b.pdf", false),
            ("a/../../b.pdf", false),
            (".htaccess", false),
            ("-rf", false),
            ("a b.pdf", false),
            ("a\\b.pdf", false),
            ("báo-cáo.pdf", false),
            ("", false),
        ] {
            assert_eq!(is_plain(path), accepted, "{path:?}");
        }
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
