//! Days, hours and reasons as Vietnamese official documents write them.

use baocao_domain::edition::{Cause, Edition};
use baocao_domain::rounding::count_text;
use baocao_domain::unit::Tier;

/// `35.184 byte`: exact, so that a reader can compare it with the file.
pub(crate) fn size(size_bytes: u64) -> String {
    format!("{} byte", count_text(i64::try_from(size_bytes).unwrap_or(i64::MAX)))
}

/// Why the edition was made, as one sentence; none for an ordinary close.
pub(crate) fn cause(edition: &Edition) -> Option<String> {
    match &edition.cause {
        Cause::Locked => None,
        Cause::ExtensionFiled { unit, reason } => {
            let name = edition.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
            Some(format!("{name} gửi báo cáo trong thời gian được gia hạn (lý do gia hạn: {reason})."))
        }
        Cause::MonthRestated { edition } => Some(format!(
            "số liệu {} đã được đính chính (bản công bố số {}).",
            edition.period.in_words(),
            edition.number
        )),
    }
}

/// A tier as people name it.
pub(crate) const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Province => "cấp tỉnh",
        Tier::Department => "sở, ban, ngành",
        Tier::District => "cấp huyện",
        Tier::Commune => "cấp xã",
    }
}
