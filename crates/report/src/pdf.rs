//! The only file that names printpdf and lopdf: marks on sheets become bytes, and bytes become text again.
//!
//! Two documents of one input are equal byte for byte, in one process and in two, because nothing of printpdf's own
//! invention is left: fonts stand under our own names, `/ID` is a hash of the content, dates are the edition's, and
//! no printing standard is claimed. printpdf lays out the operations and the font dictionaries; the font program that
//! it is handed is a stand-in, which is then replaced by the one that was compressed once for the whole process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use baocao_domain::instant::Instant;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream, StringFormat, text_string};
use printpdf::{
    Color, FontId, FontMetrics, Greyscale, Line, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont,
    PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, Rect, TextItem,
};
use sha2::{Digest, Sha256};

use crate::ReportError;
use crate::font::{Face, Fonts};
use crate::page::Length;
use crate::text::Style;

/// The version that the header states.
const PDF_VERSION: &str = "1.7";
/// What the document says it was made by.
const PRODUCER: &str = concat!("baocao ", env!("CARGO_PKG_VERSION"));
/// Stands for a font program until the real one is put in its place.
const STAND_IN: &[u8] = b"font";
/// The most bytes that a stream of a document read back may unfold to.
const STREAM_MAX_BYTES: usize = 16 * 1024 * 1024;

/// One page with what was drawn on it.
pub(crate) struct Sheet {
    width: Length,
    height: Length,
    faces: BTreeSet<Face>,
    ops: Vec<Op>,
}

impl Sheet {
    /// An empty page.
    pub(crate) const fn new(width: Length, height: Length) -> Self {
        Self { width, height, faces: BTreeSet::new(), ops: Vec::new() }
    }

    /// Writes a line of clean text from a point on its baseline; every space is widened by `stretch`.
    pub(crate) fn text(&mut self, x: Length, baseline: Length, style: Style, text: &str, stretch: Length) {
        if text.is_empty() {
            return;
        }
        self.faces.insert(style.face);
        let items = if stretch == 0 { vec![TextItem::Text(text.to_owned())] } else { stretched(text, style, stretch) };
        self.ops.extend([
            Op::StartTextSection,
            Op::SetFont {
                font: PdfFontHandle::External(FontId(style.face.resource().to_owned())),
                size: points(style.size * 1000),
            },
            Op::SetTextCursor { pos: self.point(x, baseline) },
            Op::ShowText { items },
            Op::EndTextSection,
        ]);
    }

    /// Draws a straight rule between two points.
    pub(crate) fn rule(&mut self, from: (Length, Length), to: (Length, Length), thickness: Length) {
        let end = |(x, y): (Length, Length)| LinePoint { p: self.point(x, y), bezier: false };
        let line = Line { points: vec![end(from), end(to)], is_closed: false };
        self.ops.extend([Op::SetOutlineThickness { pt: points(thickness) }, Op::DrawLine { line }]);
    }

    /// Fills a rectangle with grey: 0 is black, 100 is white.
    pub(crate) fn fill(&mut self, corner: (Length, Length), size: (Length, Length), grey_percent: u8) {
        let below = self.point(corner.0, corner.1 + size.1);
        let rectangle = Rect {
            x: below.x,
            y: below.y,
            width: points(size.0),
            height: points(size.1),
            mode: Some(PaintMode::Fill),
            winding_order: None,
        };
        let grey = Greyscale { percent: f32::from(grey_percent) / 100.0, icc_profile: None };
        self.ops.extend([
            Op::SaveGraphicsState,
            Op::SetFillColor { col: Color::Greyscale(grey) },
            Op::DrawRectangle { rectangle },
            Op::RestoreGraphicsState,
        ]);
    }

    /// A point of the paper, turned over: PDF measures upwards from the lower edge.
    fn point(&self, x: Length, y: Length) -> Point {
        Point { x: points(x), y: points(self.height - y) }
    }
}

/// Words with their spaces, each space followed by its share of the stretch.
fn stretched(text: &str, style: Style, stretch: Length) -> Vec<TextItem> {
    // A negative number in a TJ array moves to the right, in thousandths of the em.
    let offset = -hundredths(stretch * 100 / style.size);
    let mut items = Vec::new();
    for word in text.split_inclusive(' ') {
        items.push(TextItem::Text(word.to_owned()));
        if word.ends_with(' ') {
            items.push(TextItem::Offset(offset));
        }
    }
    items
}

/// A length in points, to the hundredth: finer than any printer.
fn points(length: Length) -> Pt {
    Pt(hundredths((length + 5).div_euclid(10)))
}

fn hundredths(number: i64) -> f32 {
    // Lengths on paper are far below the limit, so that both conversions are exact.
    let bounded = i32::try_from(number).unwrap_or(i32::MAX);
    let quotient = f64::from(bounded) / 100.0;
    #[expect(clippy::cast_possible_truncation, reason = "PDF numbers are single precision; the bound above keeps it")]
    let single = quotient as f32;
    single
}

/// What the document says about itself.
pub(crate) struct Particulars {
    pub(crate) title: String,
    pub(crate) author: String,
    /// Its date: the edition's, as nothing here reads a clock.
    pub(crate) at: Instant,
}

/// The bytes of a document.
pub(crate) fn write(sheets: Vec<Sheet>, particulars: &Particulars) -> Result<Vec<u8>, ReportError> {
    let fonts = Fonts::get()?;
    let mut source = PdfDocument::new("");
    let faces: BTreeSet<Face> = sheets.iter().flat_map(|sheet| sheet.faces.iter().copied()).collect();
    for face in &faces {
        source.resources.fonts.map.insert(FontId(face.resource().to_owned()), pdf_font(fonts, *face));
    }
    source.pages = sheets.into_iter().map(page).collect();

    let mut warnings = Vec::new();
    let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: true, image_optimization: None };
    let mut document = source.to_lopdf_document(&options, &mut warnings);
    if !warnings.is_empty() {
        return Err(ReportError::Warnings(warnings.into_iter().map(|warning| warning.msg).collect()));
    }
    embed_programs(&mut document)?;
    describe(&mut document, particulars);
    document.version = PDF_VERSION.to_owned();
    document.prune_objects();
    document.compress();
    save(document)
}

fn page(sheet: Sheet) -> PdfPage {
    let mut page = PdfPage::new(Mm(0.0), Mm(0.0), sheet.ops);
    let paper = Rect {
        x: Pt(0.0),
        y: Pt(0.0),
        width: points(sheet.width),
        height: points(sheet.height),
        mode: None,
        winding_order: None,
    };
    (page.media_box, page.trim_box, page.crop_box) = (paper.clone(), paper.clone(), paper);
    page
}

/// What printpdf must know of a face: glyphs, widths and the descriptor, all in thousandths of the em.
fn pdf_font(fonts: &Fonts, face: Face) -> PdfFont {
    let font = fonts.face(face);
    let mut parsed = ParsedFont::with_glyph_data(
        STAND_IN.to_vec(),
        0,
        Some(font.name.clone()),
        font.glyphs.clone(),
        font.widths.clone(),
        1000,
        FontMetrics { ascent: font.ascent, descent: font.descent },
    );
    let metrics = &mut parsed.pdf_font_metrics;
    [metrics.x_min, metrics.y_min, metrics.x_max, metrics.y_max] = font.bounds;
    (metrics.caret_slope_rise, metrics.caret_slope_run) = (1000, font.slant);
    metrics.us_weight_class = font.weight;
    PdfFont::new(parsed)
}

/// Puts the compressed font programs where the stand-ins are.
fn embed_programs(document: &mut Document) -> Result<(), ReportError> {
    static PROGRAMS: OnceLock<BTreeMap<Vec<u8>, Stream>> = OnceLock::new();
    let fonts = Fonts::get()?;
    let programs = PROGRAMS.get_or_init(|| Face::ALL.map(|face| compressed(fonts, face)).into_iter().collect());
    let wanted: Vec<(lopdf::ObjectId, Stream)> = document
        .objects
        .values()
        .filter_map(|object| {
            let descriptor = object.as_dict().ok()?;
            let name = descriptor.get(b"FontName").ok()?.as_name().ok()?;
            let file = descriptor.get(b"FontFile2").ok()?.as_reference().ok()?;
            Some((file, programs.get(name)?.clone()))
        })
        .collect();
    for (file, program) in wanted {
        document.objects.insert(file, Object::Stream(program));
    }
    Ok(())
}

fn compressed(fonts: &Fonts, face: Face) -> (Vec<u8>, Stream) {
    let font = fonts.face(face);
    let length = i64::try_from(font.program.len()).unwrap_or(i64::MAX);
    let mut stream = Stream::new(Dictionary::from_iter([("Length1", Object::Integer(length))]), font.program.clone());
    // Left as it is where it cannot be compressed: larger, and as good.
    let _ = stream.compress();
    (font.name.clone().into_bytes(), stream)
}

/// Replaces what printpdf says about the document by what is true of it.
fn describe(document: &mut Document, particulars: &Particulars) {
    let date = particulars.at.legal().strftime("D:%Y%m%d%H%M%S+07'00'").to_string();
    let date = || Object::String(date.clone().into_bytes(), StringFormat::Literal);
    let information = Dictionary::from_iter([
        ("Title", text_string(&particulars.title)),
        ("Author", text_string(&particulars.author)),
        ("Producer", text_string(PRODUCER)),
        ("CreationDate", date()),
        ("ModDate", date()),
    ]);
    let information = document.add_object(information);
    document.trailer.set("Info", Object::Reference(information));
    if let Ok(catalog) = document.catalog_mut() {
        catalog.remove(b"OutputIntents");
        catalog.remove(b"Metadata");
        catalog.set("Lang", text_string("vi-VN"));
        let preferences = Dictionary::from_iter([("DisplayDocTitle", Object::Boolean(true))]);
        catalog.set("ViewerPreferences", Object::Dictionary(preferences));
    }
}

/// Saves twice: the hash of the document without `/ID` is its `/ID`.
fn save(mut document: Document) -> Result<Vec<u8>, ReportError> {
    document.trailer.remove(b"ID");
    let write = |document: &mut Document| {
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).map_err(|error| ReportError::Write(error.into()))?;
        Ok::<_, ReportError>(bytes)
    };
    let without_id = write(&mut document)?;
    let hash = Sha256::digest(&without_id)[..16].to_vec();
    let id = Object::String(hash, StringFormat::Hexadecimal);
    document.trailer.set("ID", Object::Array(vec![id.clone(), id]));
    write(&mut document)
}

/// The text of each page in the order of drawing; a new baseline begins a new line.
pub(crate) fn page_texts(bytes: &[u8]) -> Result<Vec<String>, ReportError> {
    let document = Document::load_mem(bytes).map_err(ReportError::Read)?;
    document.get_pages().into_values().map(|page| page_text(&document, page).map_err(ReportError::Read)).collect()
}

fn page_text(document: &Document, page: lopdf::ObjectId) -> Result<String, lopdf::Error> {
    let mut encodings = BTreeMap::new();
    for (name, font) in document.get_page_fonts(page)? {
        encodings.insert(name, font.get_font_encoding_with_limit(document, STREAM_MAX_BYTES)?);
    }
    let content = Content::decode(&document.get_page_content_with_limit(page, STREAM_MAX_BYTES)?)?;
    let (mut text, mut encoding, mut baseline) = (String::new(), None, None);
    for operation in &content.operations {
        match operation.operator.as_str() {
            "Tf" => encoding = operation.operands.first().and_then(|name| encodings.get(name.as_name().ok()?)),
            "Td" => {
                let height = operation.operands.get(1).and_then(|y| y.as_float().ok());
                if !text.is_empty() {
                    text.push(if height == baseline { ' ' } else { '\n' });
                }
                baseline = height;
            }
            "Tj" | "TJ" => {
                let Some(encoding) = encoding else { continue };
                for operand in &operation.operands {
                    show(operand, encoding, &mut text)?;
                }
            }
            _ => {}
        }
    }
    Ok(text)
}

fn show(operand: &Object, encoding: &lopdf::Encoding<'_>, text: &mut String) -> Result<(), lopdf::Error> {
    match operand {
        Object::String(bytes, _) => text.push_str(&Document::decode_text(encoding, bytes)?),
        Object::Array(items) => {
            for item in items {
                show(item, encoding, text)?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::MARKED_LETTERS;
    use crate::page::{mm, pt};

    fn particulars() -> Particulars {
        Particulars { title: "Thử".into(), author: "Tỉnh".into(), at: Instant::from_micros(1_663_304_400_000_000) }
    }

    fn sheet(text: &str) -> Sheet {
        let mut sheet = Sheet::new(mm(210), mm(297));
        sheet.text(mm(30), mm(30), Style::regular(14), text, 500);
        sheet.rule((mm(30), mm(40)), (mm(100), mm(40)), pt(1));
        sheet
    }

    #[test]
    fn every_marked_letter_reads_back() {
        for face in [Face::Regular, Face::Bold, Face::Italic] {
            let mut sheet = Sheet::new(mm(210), mm(297));
            sheet.text(mm(10), mm(30), Style { face, size: 6 }, MARKED_LETTERS, 0);
            let bytes = write(vec![sheet], &particulars()).expect("bytes");
            assert_eq!(page_texts(&bytes).expect("text"), [MARKED_LETTERS]);
        }
    }

    #[test]
    fn a_document_claims_version_1_7_and_no_printing_standard() {
        let bytes = write(vec![sheet("một hai")], &particulars()).expect("bytes");
        assert!(bytes.starts_with(b"%PDF-1.7"));
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!has(b"GTS_PDF") && !has(b"OutputIntent"));
        assert!(has(b"D:20220916120000+07'00'"));
    }

    #[test]
    fn the_same_sheets_give_the_same_bytes_whatever_was_written_between() {
        let first = write(vec![sheet("một hai ba")], &particulars()).expect("bytes");
        let other = write(vec![sheet("bốn năm"), sheet("sáu")], &particulars()).expect("bytes");
        let second = write(vec![sheet("một hai ba")], &particulars()).expect("bytes");
        assert_eq!(first, second);
        assert_ne!(first, other);
    }
}
