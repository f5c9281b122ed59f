//! Changes in the wording of official documents, and as open data writes them.

use super::{Change, Item, Restatement, Source, Value, Why};
use crate::edition::Edition;
use crate::ids::IndicatorCode;
use crate::indicator::{Ratio, Scope};
use crate::procedure::Eligibility;
use crate::rounding::{count_text, percent_text, percent_text_beside, threshold_in_words};
use crate::target::{Span, Threshold};
use crate::wording;

impl Item {
    /// The stable name of its kind, as open data writes it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Window { .. } => "window",
            Self::Decision { .. } => "decision",
            Self::Definition { .. } => "definition",
            Self::Services { .. } => "services",
            Self::Remark { .. } => "remark",
            Self::Unit => "unit",
            Self::Tier => "tier",
            Self::Group => "group",
            Self::Parent => "parent",
            Self::Included => "included",
            Self::Due { .. } => "due",
            Self::Report { .. } => "report",
            Self::Coverage => "coverage",
            Self::Column { .. } => "column",
            Self::Field { .. } => "single_field",
            Self::FieldCoverage { .. } => "single_field_coverage",
            Self::Measure { .. } => "measure",
            Self::Target { .. } => "target",
            Self::Ratio { .. } => "ratio",
            Self::IndicatorCoverage { .. } => "indicator_coverage",
            Self::Bounds { .. } => "bounds",
            Self::Verdict { .. } => "verdict",
            Self::Rank { .. } => "rank",
        }
    }

    /// What it is of, as open data writes it: a month, a column, an indicator … ; empty where the kind says it all.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Decision { number } => number.clone(),
            Self::Definition { indicator }
            | Self::Measure { indicator, .. }
            | Self::Target { indicator, .. }
            | Self::Ratio { indicator, .. }
            | Self::IndicatorCoverage { indicator, .. }
            | Self::Bounds { indicator, .. }
            | Self::Verdict { indicator, .. }
            | Self::Rank { indicator, .. } => indicator.to_string(),
            Self::Services { level } => level.code().to_owned(),
            Self::Remark { text } => text.clone(),
            Self::Due { month } | Self::Report { month } => month.to_string(),
            Self::Column { code, .. } | Self::Field { code, .. } | Self::FieldCoverage { code, .. } => code.clone(),
            Self::Window { .. }
            | Self::Unit
            | Self::Tier
            | Self::Group
            | Self::Parent
            | Self::Included
            | Self::Coverage => String::new(),
        }
    }

    /// Whose figures it adds up, where that is a choice.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        match self {
            Self::Column { scope, .. } | Self::Field { scope, .. } | Self::FieldCoverage { scope, .. } => Some(*scope),
            _ => None,
        }
    }

    /// Over which months, where that is a choice.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Window { span }
            | Self::Measure { span, .. }
            | Self::Target { span, .. }
            | Self::Ratio { span, .. }
            | Self::IndicatorCoverage { span, .. }
            | Self::Bounds { span, .. }
            | Self::Verdict { span, .. }
            | Self::Rank { span, .. } => Some(*span),
            _ => None,
        }
    }

    /// As a table of a document names it; the edition knows the headings.
    #[must_use]
    pub fn in_words(&self, edition: &Edition) -> String {
        let indicator = |code: &IndicatorCode| short_name(edition, code);
        match self {
            Self::Window { span } => format!("Thời gian lấy số liệu, {}", span_in_words(*span)),
            Self::Decision { number } => format!("{} giao chỉ tiêu", wording::decision(number, None)),
            Self::Definition { indicator: code } => format!("Cách tính {}", indicator(code)),
            Self::Services { level } => format!("Số dịch vụ {}", level.in_words()),
            Self::Remark { text } => format!("Ghi chú: {text}"),
            Self::Unit => "Đơn vị trong danh sách".into(),
            Self::Tier => "Cấp của đơn vị".into(),
            Self::Group => "Nhóm của đơn vị".into(),
            Self::Parent => "Đơn vị cấp trên trực tiếp".into(),
            Self::Included => "Cộng vào số liệu của đơn vị cấp trên".into(),
            Self::Due { month } => format!("Hạn gửi báo cáo {}", month.in_words()),
            Self::Report { month } => format!("Báo cáo {}", month.in_words()),
            Self::Coverage => "Số báo cáo đã nhận".into(),
            Self::Column { code, scope } => with_scope(heading(edition, code), *scope),
            Self::Field { code, scope } => with_scope(heading(edition, code), *scope),
            Self::FieldCoverage { code, scope } => {
                with_scope(format!("Số báo cáo đã nhận về: {}", heading(edition, code)), *scope)
            }
            Self::Measure { indicator: code, span } => of_span("Cách tính cho đơn vị: ", &indicator(code), *span),
            Self::Target { indicator: code, span } => of_span("Chỉ tiêu giao: ", &indicator(code), *span),
            Self::Ratio { indicator: code, span } => of_span("", &indicator(code), *span),
            Self::IndicatorCoverage { indicator: code, span } => {
                of_span("Số báo cáo đã nhận để tính: ", &indicator(code), *span)
            }
            Self::Bounds { indicator: code, span } => of_span("Khoảng có thể: ", &indicator(code), *span),
            Self::Verdict { indicator: code, span } => of_span("Kết luận: ", &indicator(code), *span),
            Self::Rank { indicator: code, span } => of_span("Xếp thứ: ", &indicator(code), *span),
        }
    }

    /// What stands where there is no value.
    const fn without_value(&self) -> &'static str {
        match self {
            Self::Column { .. } | Self::Field { .. } | Self::Ratio { .. } => "chưa có số liệu",
            Self::Rank { .. } => "không xếp thứ",
            Self::Target { .. } => "không giao",
            Self::Verdict { .. } => "không kết luận",
            Self::Bounds { .. } => "không còn thay đổi",
            Self::Report { .. } | Self::Due { .. } => "không phải gửi",
            _ => "không có",
        }
    }
}

impl Change {
    /// Old and new as a table of a document shows them.
    #[must_use]
    pub fn values_in_words(&self, edition: &Edition) -> [String; 2] {
        let threshold = self.threshold(edition);
        [&self.old, &self.new].map(|value| {
            value.as_ref().map_or_else(|| self.item.without_value().to_owned(), |value| value.in_words(threshold))
        })
    }

    /// The threshold beside which a share of the unit is printed.
    fn threshold(&self, edition: &Edition) -> Option<Threshold> {
        let Item::Ratio { indicator, span } = &self.item else { return None };
        let outcomes = edition.unit(&self.unit).map(|unit| unit.outcomes.iter()).into_iter().flatten();
        let mut of_item = outcomes.filter(|outcome| outcome.indicator == *indicator && outcome.span == *span);
        of_item.next()?.judgement.as_ref().map(|judgement| judgement.threshold)
    }
}

impl Value {
    /// As open data writes it; what has parts has them joined by a slash, a point in time or a window by its own.
    #[must_use]
    pub fn data(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Ratio(Ratio { numerator, denominator }) => format!("{numerator}/{denominator}"),
            Self::Coverage(coverage) => format!("{}/{}", coverage.reported, coverage.obliged),
            Self::Bounds(bounds) => {
                let sign = |is_reached: bool| if is_reached { "=" } else { "" };
                let (low, high) = (bounds.low, bounds.high);
                format!(
                    ">{}{}/{} <{}{}/{}{}",
                    sign(bounds.low_is_reached),
                    low.numerator,
                    low.denominator,
                    sign(bounds.high_is_reached),
                    high.numerator,
                    high.denominator,
                    if bounds.may_be_nothing { " or 0/0" } else { "" }
                )
            }
            Self::Rank(rank) => format!("{}/{}", rank.place, rank.of),
            Self::Verdict(verdict) => verdict.code().to_owned(),
            Self::Target { decision, selector, threshold, is_of_record } => {
                let direction = threshold.direction.code();
                let percent = crate::rounding::threshold_text(*threshold).replace(',', ".");
                let record = if *is_of_record { "; of_record" } else { "" };
                format!("{direction} {percent}; {decision}; {selector}{record}")
            }
            Self::Measure { scope, competence, eligibility } => {
                let competence = competence.map(|tier| format!("; {}", tier.code())).unwrap_or_default();
                let eligibility = eligibility.map(|rule| {
                    let until = rule.until.map(|day| format!(" until {day}")).unwrap_or_default();
                    format!("; after {} days{until}", rule.after_days)
                });
                format!("{}{competence}{}", scope.code(), eligibility.unwrap_or_default())
            }
            Self::Missing => "missing".into(),
            Self::Reported { revision, late, nil } => {
                let late = if *late { " late" } else { "" };
                let nil = if *nil { " nil" } else { "" };
                format!("revision {revision}{late}{nil}")
            }
            Self::Instant(instant) => instant.iso(),
            Self::Window(window) => format!("{}/{}", window.from, window.to),
            Self::Flag(is_set) => is_set.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// As documents write it; a share that a target is about is printed beside its threshold.
    fn in_words(&self, threshold: Option<Threshold>) -> String {
        match self {
            Self::Count(count) => count_text(*count),
            Self::Ratio(ratio) => {
                let beside = |threshold| percent_text_beside(*ratio, threshold);
                let percent = percent_text(*ratio, 2).map(|plain| threshold.and_then(beside).unwrap_or(plain));
                let counts = format!("{}/{}", count_text(ratio.numerator), count_text(ratio.denominator));
                percent.map_or_else(|| "không phát sinh".into(), |percent| format!("{counts} ({percent})"))
            }
            Self::Coverage(coverage) => format!("{}/{}", count_text(coverage.reported), count_text(coverage.obliged)),
            Self::Bounds(bounds) => {
                let share = |ratio| percent_text(ratio, 2).unwrap_or_else(|| "0%".into());
                format!("từ {} đến {}", share(bounds.low), share(bounds.high))
            }
            Self::Rank(rank) => format!("{}/{}", rank.place, rank.of),
            Self::Verdict(verdict) => verdict.in_words().into(),
            Self::Target { decision, threshold, .. } => format!("{} ({decision})", threshold_in_words(*threshold)),
            Self::Measure { scope, competence, eligibility } => {
                let rows = match scope {
                    Scope::Own => "số liệu của riêng đơn vị",
                    Scope::Subtree => "số liệu của đơn vị và các đơn vị trực thuộc",
                };
                let competence = competence.map(|tier| format!(", thủ tục {}", tier.level_in_words()));
                let eligibility = eligibility.map(eligibility_in_words);
                format!("{rows}{}{}", competence.unwrap_or_default(), eligibility.unwrap_or_default())
            }
            Self::Missing => "chưa có số liệu".into(),
            Self::Reported { revision, late, nil } => {
                let late = if *late { ", gửi muộn" } else { "" };
                let nil = if *nil { ", không phát sinh" } else { "" };
                format!("lần gửi thứ {revision}{late}{nil}")
            }
            Self::Instant(instant) => wording::moment(*instant),
            Self::Window(window) => wording::window(*window),
            Self::Flag(is_set) => if *is_set { "có" } else { "không" }.into(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Why {
    /// As open data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnReport => "own_report",
            Self::ReportBelow => "report_below",
            Self::OtherUnits => "other_units",
            Self::Rules => "rules",
        }
    }
}

impl Source {
    /// What became of the report: `đính chính báo cáo tháng 7 năm 2022 (nhập nhầm cột)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let month = self.month.in_words();
        let act = match (self.before, self.now) {
            (None, _) => format!("gửi bổ sung báo cáo {month}"),
            (Some(_), Some(_)) => format!("đính chính báo cáo {month}"),
            (Some(_), None) => format!("không còn báo cáo {month}"),
        };
        let note = self.note.replace('\n', "; ");
        if note.is_empty() { act } else { format!("{act} ({note})") }
    }
}

impl Restatement {
    /// Why a value changed, as a table of a document says it.
    #[must_use]
    pub fn why_in_words(&self, edition: &Edition, change: &Change) -> String {
        let sources = self.behind(edition, change);
        match (change.why, sources.as_slice()) {
            (Why::OwnReport, sources) => {
                let acts: Vec<String> = sources.iter().map(|source| source.in_words()).collect();
                format!("đơn vị {}", acts.join("; "))
            }
            (Why::ReportBelow, [source]) => format!("{} {}", source.name, source.in_words()),
            (Why::ReportBelow, sources) => {
                let count = i64::try_from(sources.len()).unwrap_or(i64::MAX);
                format!("{} báo cáo của đơn vị trực thuộc thay đổi", count_text(count))
            }
            (Why::OtherUnits, _) => "số liệu của đơn vị khác cùng nhóm thay đổi".into(),
            (Why::Rules, _) => "chỉ tiêu, cách tính hoặc danh sách đơn vị thay đổi".into(),
        }
    }
}

/// A span, behind a comma.
const fn span_in_words(span: Span) -> &'static str {
    match span {
        Span::Period => "trong kỳ",
        Span::QuarterToDate => "lũy kế từ đầu quý",
        Span::YearToDate => "lũy kế từ đầu năm",
    }
}

fn of_span(what: &str, indicator: &str, span: Span) -> String {
    format!("{what}{indicator}, {}", span_in_words(span))
}

fn short_name(edition: &Edition, code: &IndicatorCode) -> String {
    edition.indicator(code).map_or_else(|| code.to_string(), |head| head.short_name.clone())
}

/// The heading of a column or a single field.
fn heading(edition: &Edition, code: &str) -> String {
    let form = &edition.form;
    let columns = form.columns.iter().map(|column| (column.code.as_str(), &column.heading));
    let derived = form.derived.iter().map(|column| (column.code.as_str(), &column.heading));
    let fields = form.single_fields.iter().map(|field| (field.code.as_str(), &field.heading));
    let mut all = columns.chain(derived).chain(fields);
    all.find(|(known, _)| *known == code).map_or_else(|| code.to_owned(), |(_, heading)| heading.clone())
}

fn with_scope(heading: String, scope: Scope) -> String {
    match scope {
        Scope::Own => format!("{heading} (số liệu của riêng đơn vị)"),
        Scope::Subtree => heading,
    }
}

fn eligibility_in_words(rule: Eligibility) -> String {
    let from = match rule.after_days {
        0 => ", thủ tục mới tính từ ngày có hiệu lực".to_owned(),
        days => format!(", thủ tục mới tính sau {days} ngày kể từ ngày có hiệu lực"),
    };
    match rule.until {
        Some(until) => format!("{from}, không tính thủ tục có hiệu lực sau ngày {}", wording::day(until)),
        None => from,
    }
}
