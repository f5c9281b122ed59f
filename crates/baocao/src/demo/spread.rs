//! Dividing whole numbers so that nothing is lost, and differences between like units without chance.

/// Divides a total by weights. The shares sum to the total exactly, and each is the exact share rounded up or down.
///
/// Share i is ⌊T·Cᵢ/W⌋ − ⌊T·Cᵢ₋₁/W⌋ with C the running sum of the weights and W all of it: a telescope, so no residual is
/// left to place. Without any weight nothing is divided.
pub(super) fn apportion(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i64 = weights.iter().sum();
    if whole == 0 {
        return vec![0; weights.len()];
    }
    let (mut running, mut given) = (0, 0);
    weights
        .iter()
        .map(|weight| {
            running += weight;
            let up_to_here = total * running / whole;
            let share = up_to_here - given;
            given = up_to_here;
            share
        })
        .collect()
}

/// One claim to a part of a total.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// How large a part.
    pub(super) weight: i64,
    /// Whether it gets at least one, as long as there is one.
    pub(super) at_least_one: bool,
}

/// Divides a total by claims: first one to each that must have one, then the rest by weight.
pub(super) fn spread(total: i64, claims: &[Claim]) -> Vec<i64> {
    let mut left = total;
    let mut shares: Vec<i64> = claims
        .iter()
        .map(|claim| {
            let first = i64::from(claim.at_least_one && left > 0);
            left -= first;
            first
        })
        .collect();
    let weights: Vec<i64> = claims.iter().map(|claim| claim.weight).collect();
    for (share, more) in shares.iter_mut().zip(apportion(left, &weights)) {
        *share += more;
    }
    shares
}

/// A number from `low` to `high` that belongs to these names: always the same, different for other names (FNV-1a).
pub(super) fn scatter(names: &[&str], low: u32, high: u32) -> i64 {
    let bytes = names.iter().flat_map(|name| name.bytes().chain([0]));
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mixed = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    i64::from(low + (mixed ^ (mixed >> 12)) % (high - low + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_total_and_stay_within_one_of_exact() {
        for (total, weights) in [
            (10, vec![1, 1, 1]),
            (0, vec![5, 7]),
            (7, vec![0, 0, 3, 0, 4]),
            (202_543, (1..=500).collect()),
            (3, vec![1; 100]),
        ] {
            let shares = apportion(total, &weights);
            let whole: i64 = weights.iter().sum();
            assert_eq!(shares.iter().sum::<i64>(), total);
            for (share, weight) in shares.iter().zip(&weights) {
                let (low, high) = (total * weight / whole, (total * weight + whole - 1) / whole);
                assert!((low..=high).contains(share), "{share} of {total} for {weight}/{whole}");
            }
        }
        assert_eq!(apportion(5, &[0, 0]), [0, 0]);
    }

    #[test]
    fn who_must_have_one_gets_one_while_there_is_one() {
        let must = Claim { weight: 0, at_least_one: true };
        let may = Claim { weight: 1, at_least_one: false };
        assert_eq!(spread(10, &[must, may, must]), [1, 8, 1]);
        assert_eq!(spread(1, &[must, may, must]), [1, 0, 0]);
    }

    #[test]
    fn scattered_numbers_stay_in_range_and_repeat() {
        for name in ["05971", "05974", "06340", ""] {
            let number = scatter(&[name, "x"], 3, 9);
            assert!((3..=9).contains(&number));
            assert_eq!(number, scatter(&[name, "x"], 3, 9));
        }
    }
}
