//! How long a run is, and chance that can be had again: every run prints its seed.

use std::time::Duration;

/// Set to anything but nothing, the stories are told at length.
const LONG: &str = "BAOCAO_TEST_LONG";

/// A seed of an earlier run, to have its chances again.
const SEED: &str = "BAOCAO_TEST_SEED";

/// A count of a story: as many in each test run, as many at length.
pub(crate) fn count(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// Whether the stories are told at length.
pub(crate) fn is_long() -> bool {
    variable(LONG).is_some_and(|text| !text.is_empty() && text != "0")
}

#[expect(clippy::disallowed_methods, reason = "tests/faults/long says here how long a run is")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A sequence of pseudo-random numbers (SplitMix64): the same seed, the same sequence.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    /// A sequence for a story; its seed is printed.
    #[expect(clippy::disallowed_methods, reason = "a run without a given seed takes one from the machine's clock")]
    pub(crate) fn of(story: &str) -> Self {
        let given = variable(SEED).map(|text| text.parse().expect("a seed is a number"));
        let seed = given.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs());
        println!("{story}: {SEED}={seed}");
        Self { state: seed }
    }

    /// The sequence of a seed.
    pub(crate) fn from(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A sequence of its own that follows from this one.
    pub(crate) fn branch(&mut self) -> Self {
        Self { state: self.next() }
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A while between two bounds, in milliseconds.
    pub(crate) fn pause_ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let high = high & 0xffff_ffff_ffff_0fff | 0x4000;
        let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        let text = format!("{high:016x}{low:016x}");
        format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
    }
}
