//! What a later edition changed, in sentences: the figures of the province and the verdicts of record. All of it is in the
//! annex, or beyond its limit in the open data.

use baocao_domain::edition::Edition;
use baocao_domain::restatement::{Change, Item, Restatement};
use baocao_domain::rounding::count_in_prose;

use super::counted;
use crate::annex::{self, Annex};
use crate::reading::Reading;
use crate::results::outcome_of_change;
use crate::words;

/// The most indicators and verdicts that are told one by one; where there are more, the annex has them.
const TOLD_MAX: usize = 20;

/// The edition that is restated, the changes that matter, and where the others are.
pub(crate) fn changes(reading: &Reading<'_>, restatement: &Restatement) -> Vec<String> {
    let edition = reading.edition;
    let reports = match i64::try_from(restatement.sources.len()).unwrap_or(i64::MAX) {
        0 => String::new(),
        count => format!("; có {} của đơn vị được gửi bổ sung, đính chính", counted(count, "báo cáo")),
    };
    let mut sentences =
        vec![format!("Báo cáo này đính chính số liệu, kết quả của bản công bố {}{reports}.", restatement.of)];
    if restatement.changes.is_empty() {
        sentences.push("Không có số liệu, kết quả nào thay đổi.".into());
        return sentences;
    }
    let indicators: Vec<String> = of_province(edition, restatement).map(|change| indicator(edition, change)).collect();
    sentences.extend(listed(&words::capitalised(&format!("kết quả chung của {}", kind(edition))), &indicators));
    let verdicts: Vec<String> = of_record(edition, restatement).map(|change| verdict(edition, change)).collect();
    sentences.extend(listed("Kết luận về thực hiện chỉ tiêu được giao", &verdicts));
    let numeral = annex::numeral(reading, Annex::Changes).unwrap_or_default();
    sentences.push(format!("Nội dung đính chính nêu tại Phụ\u{a0}lục\u{a0}{numeral}."));
    sentences
}

/// The province's indicators.
pub(crate) fn of_province<'a>(edition: &'a Edition, restatement: &'a Restatement) -> impl Iterator<Item = &'a Change> {
    let province = &edition.province().code;
    restatement.changes.iter().filter(move |c| c.unit == *province && matches!(c.item, Item::Ratio { .. }))
}

/// The verdicts of record, of all units.
pub(crate) fn of_record<'a>(edition: &'a Edition, restatement: &'a Restatement) -> impl Iterator<Item = &'a Change> {
    let is_of_record = |change: &Change| {
        let outcome = outcome_of_change(edition, change);
        outcome.and_then(|outcome| outcome.judgement.as_ref()).is_some_and(|judgement| judgement.is_of_record)
    };
    restatement.changes.iter().filter(move |c| matches!(c.item, Item::Verdict { .. }) && is_of_record(c))
}

/// `Hồ sơ trực tuyến, trong kỳ, từ 466/1.000 (46,60%) thành 500/1.000 (50,00%)`.
pub(crate) fn indicator(edition: &Edition, change: &Change) -> String {
    let [old, new] = change.values_in_words(edition);
    format!("{}, từ {old} thành {new}", change.item.in_words(edition))
}

/// `Huyện Đình Lập (Hồ sơ trực tuyến) từ chưa đạt thành đạt`.
pub(crate) fn verdict(edition: &Edition, change: &Change) -> String {
    let [old, new] = change.values_in_words(edition).map(|words| words::uncapitalised(&words));
    let indicator = outcome_of_change(edition, change).and_then(|outcome| edition.indicator(&outcome.indicator));
    let indicator = indicator.map(|head| head.short_name.clone()).unwrap_or_default();
    format!("{} ({indicator}) từ {old} thành {new}", words::name_of_change(edition, change))
}

/// What was said of it before and is said now, item by item; none if nothing of it changed.
fn listed(of: &str, items: &[String]) -> Option<String> {
    let shown = items.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join("; ");
    let left = match items.len().saturating_sub(TOLD_MAX) {
        0 => String::new(),
        left => format!("; và {} thay đổi khác", count_in_prose(i64::try_from(left).unwrap_or(i64::MAX))),
    };
    (!items.is_empty()).then(|| format!("{of} thay đổi: {shown}{left}."))
}

fn kind(edition: &Edition) -> &str {
    words::kind_of_province(&edition.letterhead)
}
