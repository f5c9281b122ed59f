//! Takes the hinting out of a cut TrueType face: half of its bytes, of use only to screens of another age.
//!
//! Outlines stay untouched. Reads only what the subsetter wrote; anything unexpected gives `None`.

/// Tables that are left out: hinting programs, and names (the name that counts is in the document's descriptor).
const DROPPED: [&[u8; 4]; 4] = [b"cvt ", b"fpgm", b"prep", b"name"];

/// A component of a composite glyph carries instructions behind it.
const WE_HAVE_INSTRUCTIONS: u16 = 0x0100;
/// Another component follows.
const MORE_COMPONENTS: u16 = 0x0020;
/// Its arguments are words, not bytes.
const ARGUMENTS_ARE_WORDS: u16 = 0x0001;
/// It has one scale, two scales, or a matrix.
const SCALES: [(u16, usize); 3] = [(0x0008, 2), (0x0040, 4), (0x0080, 8)];

/// The same face without hinting.
pub(crate) fn without_hinting(face: &[u8]) -> Option<Vec<u8>> {
    let mut tables = tables(face)?;
    let is_long = word(find(&tables, b"head")?, 50)? != 0;
    let (glyf, loca) = strip_glyphs(find(&tables, b"glyf")?, find(&tables, b"loca")?, is_long)?;
    tables.retain(|(tag, _)| !DROPPED.contains(&tag));
    for (tag, data) in &mut tables {
        match &*tag {
            b"glyf" => data.clone_from(&glyf),
            b"loca" => data.clone_from(&loca),
            b"head" => {
                data.get_mut(8..12)?.fill(0); // the checksum of the whole, set at the end
                data.get_mut(50..52)?.copy_from_slice(&1_u16.to_be_bytes());
            }
            _ => {}
        }
    }
    assemble(face.get(..4)?, &tables)
}

type Table = ([u8; 4], Vec<u8>);

fn tables(face: &[u8]) -> Option<Vec<Table>> {
    (0..usize::from(word(face, 4)?))
        .map(|i| {
            let record = face.get(12 + 16 * i..28 + 16 * i)?;
            let (offset, length) = (long(record, 8)?, long(record, 12)?);
            let tag = record.get(..4)?.try_into().ok()?;
            Some((tag, face.get(offset..offset.checked_add(length)?)?.to_vec()))
        })
        .collect()
}

fn find<'a>(tables: &'a [Table], tag: &[u8; 4]) -> Option<&'a [u8]> {
    tables.iter().find(|(name, _)| name == tag).map(|(_, data)| data.as_slice())
}

fn strip_glyphs(glyf: &[u8], loca: &[u8], is_long: bool) -> Option<(Vec<u8>, Vec<u8>)> {
    let step = if is_long { 4 } else { 2 };
    let offset = |i: usize| if is_long { long(loca, 4 * i) } else { word(loca, 2 * i).map(|o| 2 * usize::from(o)) };
    let count = (loca.len() / step).checked_sub(1)?;
    let (mut stripped, mut places) = (Vec::with_capacity(glyf.len()), Vec::with_capacity(loca.len() * 2));
    for i in 0..count {
        places.extend(u32::try_from(stripped.len()).ok()?.to_be_bytes());
        stripped.extend(strip(glyf.get(offset(i)?..offset(i + 1)?)?)?);
        stripped.resize(stripped.len().next_multiple_of(2), 0);
    }
    places.extend(u32::try_from(stripped.len()).ok()?.to_be_bytes());
    Some((stripped, places))
}

fn strip(glyph: &[u8]) -> Option<Vec<u8>> {
    if glyph.is_empty() {
        return Some(Vec::new());
    }
    let contours = i16::from_be_bytes(glyph.get(..2)?.try_into().ok()?);
    match usize::try_from(contours) {
        Ok(contours) => {
            let at = 10 + 2 * contours;
            let length = usize::from(word(glyph, at)?);
            Some([glyph.get(..at)?, &[0, 0], glyph.get(at + 2 + length..)?].concat())
        }
        Err(_) => strip_composite(glyph),
    }
}

fn strip_composite(glyph: &[u8]) -> Option<Vec<u8>> {
    let mut stripped = glyph.to_vec();
    let mut at = 10;
    loop {
        let flags = word(glyph, at)?;
        stripped.get_mut(at..at + 2)?.copy_from_slice(&(flags & !WE_HAVE_INSTRUCTIONS).to_be_bytes());
        at += 4 + if flags & ARGUMENTS_ARE_WORDS != 0 { 4 } else { 2 };
        at += SCALES.iter().find(|(bit, _)| flags & bit != 0).map_or(0, |(_, length)| *length);
        if flags & MORE_COMPONENTS == 0 {
            stripped.truncate(at);
            return Some(stripped);
        }
    }
}

fn assemble(flavour: &[u8], tables: &[Table]) -> Option<Vec<u8>> {
    let count = u16::try_from(tables.len()).ok()?;
    let selector = u16::try_from(count.checked_ilog2()?).ok()?;
    let range = (1 << selector) * 16;
    let mut face = flavour.to_vec();
    for number in [count, range, selector, count * 16 - range] {
        face.extend(number.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head = 0;
    for (tag, data) in tables {
        if tag == b"head" {
            head = offset;
        }
        face.extend(tag);
        for number in [checksum(data), u32::try_from(offset).ok()?, u32::try_from(data.len()).ok()?] {
            face.extend(number.to_be_bytes());
        }
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        face.extend(data);
        face.resize(face.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&face));
    face.get_mut(head + 8..head + 12)?.copy_from_slice(&adjustment.to_be_bytes());
    Some(face)
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum: u32, chunk| {
        let mut whole = [0; 4];
        whole[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(whole))
    })
}

fn word(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn long(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?)).ok()
}
