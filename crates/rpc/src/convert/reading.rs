//! Which state is read: now, a frozen edition or a revision by its number, or what stood at an instant.

use std::fmt::Display;

use baocao_app::submit::AskedRevision;
use baocao_app::totals::Reading;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Finding, Reason, Refusal};
use prost_types::Timestamp;

use crate::convert::faults::Faults;
use crate::convert::time::instant;

/// The state of a period that a request names.
pub(crate) fn reading(edition: Option<u32>, as_of: Option<&Timestamp>) -> Result<Reading, Finding> {
    Ok(as_of_alone("edition", edition, as_of)?.map_or_else(|| edition.into(), Reading::AsOf))
}

/// The revision that a request names.
pub(crate) fn asked_revision(number: Option<u32>, as_of: Option<&Timestamp>) -> Result<AskedRevision, Refusal> {
    let mut faults = Faults::default();
    let as_of = faults.keep(as_of_alone("revision", number, as_of));
    faults.or(as_of.map(|as_of| as_of.map_or_else(|| number.into(), AskedRevision::AsOf)))
}

/// The instant, if one is given and no number beside it.
fn as_of_alone(
    numbered: &str,
    number: Option<impl Display>,
    as_of: Option<&Timestamp>,
) -> Result<Option<Instant>, Finding> {
    let Some(given) = as_of else { return Ok(None) };
    let fault = |given: String, expected: String| Finding::new("as_of", Reason::FieldRequired, given, expected);
    if let Some(number) = number {
        return Err(fault(format!("{numbered} {number} and as_of"), format!("{numbered} or as_of, not both")));
    }
    let at = instant(given);
    at.map(Some).ok_or_else(|| fault(format!("{} s, {} ns", given.seconds, given.nanos), "an instant".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::paths;

    #[test]
    fn a_state_has_a_number_or_an_instant_and_never_both() {
        let at = Timestamp { seconds: 1_663_304_400, nanos: 0 };
        let nowhere = Timestamp { seconds: i64::MAX, nanos: 0 };
        let instant = Instant::from_micros(1_663_304_400_000_000);
        for (number, as_of, read) in [
            (None, None, Ok((Reading::Now, AskedRevision::Current))),
            (Some(2), None, Ok((Reading::Edition(2), AskedRevision::Number(2)))),
            (None, Some(&at), Ok((Reading::AsOf(instant), AskedRevision::AsOf(instant)))),
            (Some(2), Some(&at), Err("as_of")),
            (None, Some(&nowhere), Err("as_of")),
        ] {
            let of_period = reading(number, as_of).map_err(|fault| fault.path);
            let of_submission = asked_revision(number, as_of).map_err(|refusal| paths(&refusal).concat());
            assert_eq!(of_period, read.map(|(reading, _)| reading).map_err(String::from));
            assert_eq!(of_submission, read.map(|(_, asked)| asked).map_err(String::from));
        }
    }
}
