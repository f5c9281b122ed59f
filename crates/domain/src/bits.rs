//! Sets of procedures, as bits by their place in the catalogue: united, intersected and counted word by word.

/// A set of procedures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set over a catalogue of so many procedures.
    #[must_use]
    pub(crate) fn none(procedures: usize) -> Self {
        Self { words: vec![0; procedures.div_ceil(64)] }
    }

    /// Puts the procedure at this place into the set.
    pub(crate) fn insert(&mut self, place: usize) {
        self.words[place / 64] |= 1 << (place % 64);
    }

    /// Whether the procedure at this place is in the set.
    #[must_use]
    pub(crate) fn contains(&self, place: usize) -> bool {
        self.words[place / 64] & (1 << (place % 64)) != 0
    }

    /// Puts all procedures of another set over the same catalogue into this one.
    pub(crate) fn unite(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// How many procedures there are in either of two sets.
    #[must_use]
    pub(crate) fn count_with(&self, other: &Self) -> i64 {
        self.words.iter().zip(&other.words).map(|(a, b)| i64::from((a | b).count_ones())).sum()
    }

    /// How many procedures there are.
    #[must_use]
    pub(crate) fn count(&self) -> i64 {
        self.words.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }
}
