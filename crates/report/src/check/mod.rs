//! The CHECKED step: reads a finished document back and holds it against the edition.
//!
//! Nothing is taken over from the code that drew it but the formatting of numbers: expectations are made in `expected`
//! from the edition, and sought in the text that a reader of the PDF would get. White space is left out of the
//! comparison, as lines break where they must. Rows of annexes are sought in their order, one behind the other, so that
//! no row stands for another.

mod expected;

use baocao_domain::edition::Edition;
use baocao_domain::ids::UnitCode;

use crate::annex::{Annex, NUMERALS, all};
use crate::font::Fonts;
use crate::reading::Reading;
use crate::scorecard::PAGES_MAX;
use crate::{ReportError, pdf, text};

/// Faults that are named one by one; more are only counted.
const FAULTS_MAX: usize = 50;

/// Text of each page, read back from the bytes through the document's own Unicode maps.
///
/// # Errors
/// [`ReportError::Read`] if the bytes are not such a document.
pub fn text_of(pdf: &[u8]) -> Result<Vec<String>, ReportError> {
    pdf::page_texts(pdf)
}

/// Holds a report against its edition: pages and their numbers, every total, every unit's row, every verdict.
///
/// # Errors
/// [`ReportError::Unfaithful`] with all faults; [`ReportError::Read`] if the bytes are not a document.
pub fn check_report(pdf: &[u8], edition: &Edition) -> Result<(), ReportError> {
    let pages = text_of(pdf)?;
    let reading = Reading::of(edition);
    let fonts = Fonts::get()?;
    let mut faults = Faults::default();
    let parts = parts(&pages, &mut faults);
    let annexes = all(&reading);
    if parts.len() != annexes.len() + 1 {
        faults.add(format!("expected a body and {} annexes, found {} parts", annexes.len(), parts.len()));
    }
    let part =
        |i: usize| Part { fonts, name: format!("part {i}"), text: parts.get(i).map_or("", String::as_str), at: 0 };
    for wanted in expected::body(&reading) {
        part(0).seek_anywhere(&wanted, &mut faults);
    }
    for (i, annex) in annexes.into_iter().enumerate() {
        let mut part = part(i + 1);
        let rows = match annex {
            Annex::Dossiers => expected::dossiers(&reading),
            Annex::Results => expected::results(&reading),
            Annex::Missed => expected::missed(&reading),
            Annex::Filings => expected::filings(edition),
            Annex::Changes => expected::changes(edition),
        };
        for wanted in [annex.title().to_owned()].into_iter().chain(rows) {
            part.seek_next(&wanted, &mut faults);
        }
    }
    faults.finish()
}

/// Holds a scorecard against its edition: one sheet, the unit, its figures, its results.
///
/// # Errors
/// [`ReportError::Unfaithful`] with all faults; [`ReportError::UnknownUnit`] if the edition has no such unit.
pub fn check_scorecard(pdf: &[u8], edition: &Edition, unit: &UnitCode) -> Result<(), ReportError> {
    let unit = edition.unit(unit).ok_or_else(|| ReportError::UnknownUnit(unit.clone()))?;
    let pages = text_of(pdf)?;
    let mut faults = Faults::default();
    if !(1..=PAGES_MAX).contains(&pages.len()) {
        faults.add(format!("expected one sheet, found {} pages", pages.len()));
    }
    let text = squash(&pages.concat());
    let card = Part { fonts: Fonts::get()?, name: "the scorecard".to_owned(), text: &text, at: 0 };
    for wanted in expected::scorecard(&Reading::of(edition), unit) {
        card.seek_anywhere(&wanted, &mut faults);
    }
    faults.finish()
}

/// A part of a document, without white space.
struct Part<'a> {
    fonts: &'a Fonts,
    name: String,
    text: &'a str,
    /// Where the last row that was found ends.
    at: usize,
}

impl Part<'_> {
    fn seek_anywhere(&self, wanted: &str, faults: &mut Faults) {
        if !self.text.contains(&squashed(self.fonts, wanted)) {
            faults.add(format!("not in {}: {wanted}", self.name));
        }
    }

    fn seek_next(&mut self, wanted: &str, faults: &mut Faults) {
        let squashed = squashed(self.fonts, wanted);
        match self.text.get(self.at..).and_then(|rest| rest.find(&squashed)) {
            Some(found) => self.at += found + squashed.len(),
            None => faults.add(format!("not in its place in {}: {wanted}", self.name)),
        }
    }
}

/// Body and annexes, each as one text without white space; says where a page is not numbered as it must be.
fn parts(pages: &[String], faults: &mut Faults) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut expected = 1;
    for (i, page) in pages.iter().enumerate() {
        let first = page.lines().next().unwrap_or_default();
        let begins =
            i == 0 || NUMERALS.get(parts.len().wrapping_sub(1)).is_some_and(|n| first == format!("Phụ lục {n}"));
        if begins {
            parts.push(squash(page));
            expected = 1;
            continue;
        }
        expected += 1;
        let numbered = first.split(' ').next() == Some(expected.to_string().as_str());
        if !numbered {
            faults.add(format!("page {} should bear the number {expected}, but begins {first:?}", i + 1));
        }
        if let Some(part) = parts.last_mut() {
            // A sentence goes on over the page's end, the page's head does not belong to it.
            part.push_str(&squash(page.split_once('\n').map_or("", |(_, rest)| rest)));
        }
    }
    parts
}

/// As the documents write it, without white space.
fn squashed(fonts: &Fonts, expected: &str) -> String {
    squash(&text::clean(fonts, expected))
}

fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[derive(Default)]
struct Faults {
    named: Vec<String>,
    more: usize,
}

impl Faults {
    fn add(&mut self, fault: String) {
        if self.named.len() < FAULTS_MAX {
            self.named.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Result<(), ReportError> {
        if self.named.is_empty() {
            return Ok(());
        }
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        Err(ReportError::Unfaithful(self.named))
    }
}
