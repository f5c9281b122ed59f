//! The four faces of Liberation Serif, whose metrics are those of Times New Roman (Decree 30/2020/NĐ-CP).
//!
//! Each face is parsed, cut to the repertoire below and freed of its hinting once per process; documents then share
//! the result. System fonts are never asked: one edition looks the same, and has the same bytes, on every machine.
//! Precomposed Vietnamese letters need no shaping, so there is no shaper and no kerning here: a width is a sum.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use crate::ReportError;
use crate::hinting::without_hinting;

/// Letters that Vietnamese adds to the Latin alphabet: 134 with marks, in NFC.
pub(crate) const MARKED_LETTERS: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ\
                                         ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ";

/// Punctuation of documents beyond ASCII.
const PUNCTUATION: &str = "–—‘’“”…•·×≥≤±−§°";

/// All that is ever set in bold italic; the whole repertoire would be 18 kB for two words.
pub(crate) const RECIPIENTS_HEADING: &str = "Nơi nhận:";

/// Stands where a face lacks a letter: seen, and no reason to fail a whole report.
pub(crate) const REPLACEMENT: char = '?';

/// Beyond the last character of the repertoire; what lies above has no advance.
const CODEPOINTS: usize = 0x2300;

/// A style of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

impl Face {
    pub(crate) const ALL: [Self; 4] = [Self::Regular, Self::Bold, Self::Italic, Self::BoldItalic];

    const fn file(self) -> (&'static str, &'static [u8]) {
        match self {
            Self::Regular => ("LiberationSerif", include_bytes!("../fonts/LiberationSerif-Regular.ttf")),
            Self::Bold => ("LiberationSerif-Bold", include_bytes!("../fonts/LiberationSerif-Bold.ttf")),
            Self::Italic => ("LiberationSerif-Italic", include_bytes!("../fonts/LiberationSerif-Italic.ttf")),
            Self::BoldItalic => {
                ("LiberationSerif-BoldItalic", include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"))
            }
        }
    }

    /// The name of the font resource inside a document.
    pub(crate) const fn resource(self) -> &'static str {
        match self {
            Self::Regular => "F1",
            Self::Bold => "F2",
            Self::Italic => "F3",
            Self::BoldItalic => "F4",
        }
    }

    fn repertoire(self) -> Vec<char> {
        let mut all: Vec<char> = match self {
            Self::BoldItalic => RECIPIENTS_HEADING.chars().chain([REPLACEMENT, ' ']).collect(),
            Self::Regular | Self::Bold | Self::Italic => {
                (' '..='~').chain(MARKED_LETTERS.chars()).chain(PUNCTUATION.chars()).collect()
            }
        };
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A face cut to its repertoire. Measures are in thousandths of the em.
#[derive(Debug)]
pub(crate) struct Font {
    /// `ABCDEF+LiberationSerif-Bold`: the tag is taken from the hash of the program.
    pub(crate) name: String,
    /// The font program, as it is embedded.
    pub(crate) program: Vec<u8>,
    /// Glyph by character.
    pub(crate) glyphs: BTreeMap<u32, u16>,
    /// Advance by glyph.
    pub(crate) widths: BTreeMap<u16, u16>,
    /// Advance by character; zero where the face lacks it.
    advances: Vec<u16>,
    pub(crate) ascent: i16,
    pub(crate) descent: i16,
    pub(crate) bounds: [i16; 4],
    /// Slope of the caret: run over a rise of 1000.
    pub(crate) slant: i16,
    pub(crate) weight: u16,
}

impl Font {
    /// The advance of a character, if the face has it.
    pub(crate) fn advance(&self, character: char) -> Option<i64> {
        let place = usize::try_from(u32::from(character)).ok()?;
        self.advances.get(place).copied().filter(|advance| *advance > 0).map(i64::from)
    }

    fn cut(face: Face) -> Result<Self, ReportError> {
        let (file, data) = face.file();
        let fail = |why: String| ReportError::Font { face: file, why };
        let parsed = ttf_parser::Face::parse(data, 0).map_err(|error| fail(error.to_string()))?;
        let em = i32::from(parsed.units_per_em());
        let scaled = |units: i32| i16::try_from((units * 1000 + em / 2).div_euclid(em)).unwrap_or(i16::MAX);

        let mut remapper = GlyphRemapper::new();
        let mut font = Self {
            name: String::new(),
            program: Vec::new(),
            glyphs: BTreeMap::new(),
            widths: BTreeMap::new(),
            advances: vec![0; CODEPOINTS],
            ascent: scaled(parsed.ascender().into()),
            descent: scaled(parsed.descender().into()),
            bounds: {
                let bounds = parsed.global_bounding_box();
                [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|units| scaled(units.into()))
            },
            slant: slant(parsed.italic_angle()),
            weight: parsed.weight().to_number(),
        };
        for character in face.repertoire() {
            let glyph = parsed.glyph_index(character).filter(|glyph| glyph.0 > 0);
            let glyph = glyph.ok_or_else(|| fail(format!("it lacks {character:?}")))?;
            let advance = scaled(parsed.glyph_hor_advance(glyph).unwrap_or_default().into()).unsigned_abs();
            let place = remapper.remap(glyph.0);
            font.glyphs.insert(character.into(), place);
            font.widths.insert(place, advance);
            if let Some(slot) = usize::try_from(u32::from(character)).ok().and_then(|i| font.advances.get_mut(i)) {
                *slot = advance;
            }
        }
        let cut = subsetter::subset(data, 0, &remapper).map_err(|error| fail(error.to_string()))?;
        font.program = without_hinting(&cut).ok_or_else(|| fail("its outlines cannot be read".into()))?;
        let tag: String = Sha256::digest(&font.program).iter().take(6).map(|b| char::from(b'A' + b % 26)).collect();
        font.name = format!("{tag}+{file}");
        Ok(font)
    }
}

/// The run of a caret over a rise of 1000. The family knows two angles, so that no tangent need be taken; the
/// descriptor's angle helps only viewers that put another face in place of this one.
fn slant(angle: f32) -> i16 {
    if angle < 0.0 { 287 } else { 0 } // tan 16°
}

/// The faces of the family, ready to measure with and to embed.
#[derive(Debug)]
pub(crate) struct Fonts([Font; 4]);

impl Fonts {
    /// The faces; prepared at the first call of a process.
    pub(crate) fn get() -> Result<&'static Self, ReportError> {
        static FONTS: OnceLock<Result<Fonts, (&'static str, String)>> = OnceLock::new();
        let prepared = FONTS.get_or_init(|| {
            Self::prepare().map_err(|error| match error {
                ReportError::Font { face, why } => (face, why),
                other => ("", other.to_string()),
            })
        });
        prepared.as_ref().map_err(|(face, why)| ReportError::Font { face, why: why.clone() })
    }

    fn prepare() -> Result<Self, ReportError> {
        let [regular, bold, italic, bold_italic] = Face::ALL.map(Font::cut);
        Ok(Self([regular?, bold?, italic?, bold_italic?]))
    }

    /// One of them.
    pub(crate) const fn face(&self, face: Face) -> &Font {
        let [regular, bold, italic, bold_italic] = &self.0;
        match face {
            Face::Regular => regular,
            Face::Bold => bold,
            Face::Italic => italic,
            Face::BoldItalic => bold_italic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASHES: [&str; 4] = [
        "29d12439831b7f59194efec85872f24f54eff05738933f9a860220d2abff88ba",
        "446a4421f297698427170fd7db20e59169a4188baaaf940e9bea58af6341a723",
        "c1830c433ab41379f1139fac388989d37c9f08c81e1bd643efdcc7946db30753",
        "36dd6965be8915f6d7efb259757f1f7546a7c6f72c53a20bbe4ae7092f2cd558",
    ];

    #[test]
    fn the_compiled_in_faces_are_those_of_liberation_2_1_5() {
        let hashes = Face::ALL.map(|face| format!("{:x}", Sha256::digest(face.file().1)));
        assert_eq!(hashes, HASHES);
    }

    #[test]
    fn all_134_marked_letters_are_drawn() {
        let fonts = Fonts::get().expect("fonts");
        assert_eq!(MARKED_LETTERS.chars().count(), 134);
        for face in [Face::Regular, Face::Bold, Face::Italic] {
            let font = fonts.face(face);
            let cut = ttf_parser::Face::parse(&font.program, 0).expect("the cut face reads");
            for letter in MARKED_LETTERS.chars() {
                let glyph = font.glyphs.get(&u32::from(letter)).copied().expect("a glyph");
                assert!(glyph > 0, "{letter} is glyph 0 in {face:?}");
                assert!(font.advance(letter).is_some(), "{letter} has no width in {face:?}");
                assert!(cut.glyph_bounding_box(ttf_parser::GlyphId(glyph)).is_some(), "{letter} is empty");
            }
        }
    }

    #[test]
    fn a_face_is_cut_small() {
        let fonts = Fonts::get().expect("fonts");
        for (face, limit) in
            [(Face::Regular, 20_000), (Face::Bold, 20_000), (Face::Italic, 20_000), (Face::BoldItalic, 2_000)]
        {
            let size = fonts.face(face).program.len();
            assert!(size < limit, "{face:?} has {size} bytes");
        }
    }
}
