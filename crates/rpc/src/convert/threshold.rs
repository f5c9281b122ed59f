//! Percentages with their direction.

use baocao_domain::reason::{Finding, Reason};
use baocao_domain::target::{Direction, Threshold};

use crate::convert::faults::Faults;
use crate::v1;

/// The most digits behind the comma.
const SCALE_MAX: u8 = 9;

impl From<Direction> for v1::ThresholdDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::AtLeast => Self::AtLeast,
            Direction::AtMost => Self::AtMost,
            Direction::Exactly => Self::Exactly,
        }
    }
}

impl From<Threshold> for v1::Threshold {
    fn from(threshold: Threshold) -> Self {
        Self {
            value: threshold.value,
            scale: threshold.scale.into(),
            direction: v1::ThresholdDirection::from(threshold.direction).into(),
        }
    }
}

/// The threshold at a path of a request, if it is a percentage with a direction. Which directions and percentages are
/// right for what is asked is not looked at.
pub(crate) fn read_threshold(given: Option<&v1::Threshold>, path: &str, faults: &mut Faults) -> Option<Threshold> {
    let Some(given) = given else {
        faults.add(Finding::new(path, Reason::FieldRequired, "", "a percentage with its direction"));
        return None;
    };
    let scale = faults.keep(read_scale(given.scale, path));
    let value = scale.and_then(|scale| faults.keep(read_value(given.value, scale, path)));
    let direction = faults.keep(read_direction(given.direction, path));
    Some(Threshold { value: value?, scale: scale?, direction: direction? })
}

fn read_scale(given: u32, path: &str) -> Result<u8, Finding> {
    let scale = u8::try_from(given).ok().filter(|scale| *scale <= SCALE_MAX);
    let too_large = || Finding::new(format!("{path}.scale"), Reason::CountTooLarge, given, format!("0 to {SCALE_MAX}"));
    scale.ok_or_else(too_large)
}

fn read_value(given: i64, scale: u8, path: &str) -> Result<i64, Finding> {
    let all = 100 * 10_i64.pow(u32::from(scale));
    let reason = if given < 0 { Reason::NegativeCount } else { Reason::CountTooLarge };
    let no_percentage = || Finding::new(format!("{path}.value"), reason, given, format!("0 to {all}, which is 100%"));
    Some(given).filter(|given| (0..=all).contains(given)).ok_or_else(no_percentage)
}

fn read_direction(given: i32, path: &str) -> Result<Direction, Finding> {
    match v1::ThresholdDirection::try_from(given) {
        Ok(v1::ThresholdDirection::AtLeast) => Ok(Direction::AtLeast),
        Ok(v1::ThresholdDirection::AtMost) => Ok(Direction::AtMost),
        Ok(v1::ThresholdDirection::Exactly) => Ok(Direction::Exactly),
        Ok(v1::ThresholdDirection::Unspecified) | Err(_) => {
            let path = format!("{path}.direction");
            Err(Finding::new(path, Reason::FieldRequired, given, "AT_LEAST, AT_MOST or EXACTLY"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: Option<&v1::Threshold>) -> Result<Threshold, Vec<(String, Reason)>> {
        let mut faults = Faults::default();
        let read = read_threshold(given, "uniform", &mut faults);
        let told = |finding: Finding| (finding.path, finding.reason);
        faults.or(read).map_err(|refusal| refusal.findings.into_iter().map(told).collect())
    }

    #[test]
    fn a_threshold_comes_back_as_it_went() {
        for direction in [Direction::AtLeast, Direction::AtMost, Direction::Exactly] {
            for (value, scale) in [(0, 0), (80, 0), (575, 1), (100, 0), (100_000_000_000, 9)] {
                let threshold = Threshold { value, scale, direction };
                assert_eq!(read(Some(&threshold.into())), Ok(threshold));
            }
        }
    }

    #[test]
    fn what_is_no_percentage_with_a_direction_is_told_part_by_part() {
        let at_least = v1::ThresholdDirection::AtLeast.into();
        let (value, scale, direction) = ("uniform.value", "uniform.scale", "uniform.direction");
        for (given, told) in [
            ((-1, 0, at_least), vec![(value, Reason::NegativeCount)]),
            ((101, 0, at_least), vec![(value, Reason::CountTooLarge)]),
            ((1_001, 1, at_least), vec![(value, Reason::CountTooLarge)]),
            ((i64::MIN, 9, 0), vec![(value, Reason::NegativeCount), (direction, Reason::FieldRequired)]),
            ((80, 10, at_least), vec![(scale, Reason::CountTooLarge)]),
            ((80, u32::MAX, 4), vec![(scale, Reason::CountTooLarge), (direction, Reason::FieldRequired)]),
            ((80, 0, 0), vec![(direction, Reason::FieldRequired)]),
            ((80, 0, -1), vec![(direction, Reason::FieldRequired)]),
        ] {
            let (value, scale, direction) = given;
            let told: Vec<_> = told.into_iter().map(|(path, reason)| (path.to_owned(), reason)).collect();
            assert_eq!(read(Some(&v1::Threshold { value, scale, direction })), Err(told), "{given:?}");
        }
        assert_eq!(read(None), Err(vec![("uniform".to_owned(), Reason::FieldRequired)]));
    }
}
