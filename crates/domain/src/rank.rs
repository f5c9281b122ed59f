//! Ranks (xếp hạng): the place of a unit among those of its group, for one indicator over one span.
//!
//! Shares are compared as exact fractions: equal shares have one place, and the next place counts on (1, 2, 2, 4). A unit
//! in which nothing happened, or whose missing reports could still change its share, has no place.

use serde::{Deserialize, Serialize};

use crate::indicator::{Better, Ratio};

/// A place among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// 1 for the best share.
    pub place: u32,
    /// How many have a place.
    pub of: u32,
}

/// The places of these shares, in their order.
#[must_use]
pub fn places(shares: &[Ratio], better: Better) -> Vec<Rank> {
    let order = |a: Ratio, b: Ratio| match better {
        Better::Higher => b.compare(a),
        Better::Lower => a.compare(b),
    };
    let mut sorted = shares.to_vec();
    sorted.sort_by(|a, b| order(*a, *b));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let of = count(shares.len());
    let ahead = |share: Ratio| sorted.partition_point(|other| order(*other, share).is_lt());
    shares.iter().map(|share| Rank { place: count(ahead(*share)) + 1, of }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_fractions_share_a_place_and_the_next_counts_on() {
        let shares = [(1, 3), (1, 2), (333, 1_000), (50, 100), (3, 4)]
            .map(|(numerator, denominator)| Ratio { numerator, denominator });
        let of = |better| places(&shares, better).iter().map(|rank| rank.place).collect::<Vec<_>>();
        assert_eq!(of(Better::Higher), [4, 2, 5, 2, 1]);
        assert_eq!(of(Better::Lower), [2, 3, 1, 3, 5]);
        assert!(places(&[], Better::Higher).is_empty());
    }
}
