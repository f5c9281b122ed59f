//! The page of one indicator: how it is counted, and where every unit stands.

use askama::Template;
use baocao_domain::edition::{Edition, IndicatorHead, SideHead, TermHead};
use baocao_domain::indicator::{Better, Count, Filter};
use baocao_domain::regime::Regime;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use super::measure::{Shown, over_spans};
use super::ranking::{Ranking, rankings};
use crate::words;

#[derive(Template)]
#[template(path = "indicator.html")]
pub(super) struct IndicatorPage<'a> {
    edition: &'a Edition,
    head: &'a IndicatorHead,
    period: String,
    window: String,
    sealed_at: String,
    definition: Vec<(&'static str, String)>,
    province: Vec<Shown>,
    groups: Vec<(PeerGroup, Vec<Ranking<'a>>)>,
}

pub(super) fn page<'a>(edition: &'a Edition, regime: &'a Regime, head: &'a IndicatorHead) -> IndicatorPage<'a> {
    let groups = PeerGroup::ALL.into_iter().map(|group| (group, rankings(edition, regime, group, head, "../")));
    IndicatorPage {
        edition,
        head,
        period: edition.id.period.in_words(),
        window: wording::window(edition.window),
        sealed_at: wording::moment(edition.sealed_at),
        definition: definition(edition, regime, head),
        province: over_spans(edition, regime, edition.province(), head),
        groups: groups.filter(|(_, tables)| !tables.is_empty()).collect(),
    }
}

/// How the indicator is counted, line by line.
fn definition(edition: &Edition, regime: &Regime, head: &IndicatorHead) -> Vec<(&'static str, String)> {
    let way = match head.count {
        Count::Sum => {
            "cộng số liệu của các đơn vị; số phát sinh cộng qua các tháng, số đầu kỳ lấy của tháng đầu, số cuối kỳ lấy của \
             tháng cuối"
        }
        Count::DistinctProcedures => "đếm số thủ tục có số liệu lớn hơn 0, mỗi thủ tục một lần trong cả phạm vi",
    };
    let mut lines = vec![
        ("Cách đếm", way.to_owned()),
        ("Tử số", side(edition, regime, &head.numerator)),
        ("Mẫu số", side(edition, regime, &head.denominator)),
        ("Phạm vi", words::scope(head.scope).into()),
    ];
    if head.better == Better::Lower {
        lines.push(("Xếp thứ", "tỷ lệ thấp hơn xếp trên".into()));
    }
    lines.push(("Căn cứ", head.basis.clone()));
    lines
}

/// `Tiếp nhận trong kỳ - Trực tuyến, của thủ tục mức độ 3, mức độ 4`.
fn side(edition: &Edition, regime: &Regime, side: &SideHead) -> String {
    let form = &edition.form;
    let column = |term: &TermHead| {
        let heading = form.position(&term.code).map(|position| form.columns[position].heading.as_str());
        weighted(term, heading)
    };
    let field = |term: &TermHead| {
        let heading = form.single_field(&term.code).map(|position| form.single_fields[position].heading.as_str());
        weighted(term, heading)
    };
    let terms: Vec<String> = side.columns.iter().map(column).chain(side.single_fields.iter().map(field)).collect();
    let mut parts = vec![terms.join(" + ")];
    parts.extend(filter(regime, &side.filter));
    parts.join("; ")
}

fn weighted(term: &TermHead, heading: Option<&str>) -> String {
    let heading = heading.unwrap_or(&term.code);
    match term.weight {
        1 => heading.to_owned(),
        weight => format!("{weight} × {heading}"),
    }
}

/// In which rows it is counted; nothing where every procedure counts.
fn filter(regime: &Regime, filter: &Filter) -> Vec<String> {
    let mut parts = Vec::new();
    let joined = |words: Vec<&str>| words.join(", ");
    if !filter.levels.is_empty() {
        let levels = filter.levels.iter().map(|level| level.in_words()).collect();
        parts.push(format!("chỉ tính thủ tục cung cấp dịch vụ công {}", joined(levels)));
    }
    if let Some(code) = &filter.list {
        let list = regime.lists.iter().find(|list| list.code == *code);
        let title = list.map_or_else(|| code.to_string(), |list| format!("{} ({})", list.title, list.basis));
        parts.push(format!("chỉ tính thủ tục trong danh mục: {title}"));
    }
    if !filter.competence.is_empty() {
        let tiers = filter.competence.iter().map(|tier| tier.level_in_words()).collect();
        parts.push(format!("chỉ tính thủ tục thuộc thẩm quyền {}", joined(tiers)));
    }
    if !filter.fields.is_empty() {
        let fields = filter.fields.iter().map(String::as_str).collect();
        parts.push(format!("chỉ tính lĩnh vực {}", joined(fields)));
    }
    parts
}
