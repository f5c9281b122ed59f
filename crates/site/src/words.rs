//! Reasons, ways of counting and spans as Vietnamese official documents word them.

use baocao_domain::edition::{Cause, Edition};
use baocao_domain::indicator::Scope;
use baocao_domain::procedure::Eligibility;
use baocao_domain::rounding::count_text;
use baocao_domain::target::Span;
use baocao_domain::unit::Tier;
use baocao_domain::wording;

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
        Cause::ExtensionExpired { unit, reason } => {
            let name = edition.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
            Some(format!("hết thời gian gia hạn, {name} chưa gửi báo cáo (lý do gia hạn: {reason})."))
        }
        Cause::Reopened { reason } => Some(format!("kỳ báo cáo được mở lại (lý do: {reason}).")),
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

/// A span, as the head of what was counted over it.
pub(crate) const fn span(span: Span) -> &'static str {
    match span {
        Span::Period => "Trong kỳ",
        Span::QuarterToDate => "Lũy kế từ đầu quý",
        Span::YearToDate => "Lũy kế từ đầu năm",
    }
}

/// Whose rows count.
pub(crate) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "số liệu của riêng đơn vị",
        Scope::Subtree => "số liệu của đơn vị và các đơn vị trực thuộc",
    }
}

/// From when on new procedures count.
pub(crate) fn eligibility(rule: Eligibility) -> String {
    let from = match rule.after_days {
        0 => "thủ tục mới tính từ ngày có hiệu lực".to_owned(),
        days => format!("thủ tục mới tính sau {days} ngày kể từ ngày có hiệu lực"),
    };
    match rule.until {
        Some(until) => format!("{from}, không tính thủ tục có hiệu lực sau ngày {}", wording::day(until)),
        None => from,
    }
}
