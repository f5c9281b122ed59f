//! What samples are built from: form II.06a, twelve procedures, indicators, targets, obligations, units and reports.

use baocao_domain::edition::SealedReport;
use baocao_domain::figures::{Figures, RawFigures};
use baocao_domain::form::{Column, DerivedColumn, Form, Identity, OverTime, SingleField};
use baocao_domain::ids::{ColumnCode, FormCode, ProcedureCode, UnitId};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope, Side, Term};
use baocao_domain::obligation::Obligation;
use baocao_domain::procedure::{Procedure, ServiceLevel};
use baocao_domain::regime::Regime;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Span, Target, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{Tier, UnitVersion};
use jiff::civil::date;

use super::{Unit, code, period, unit};
/// Form II.06a.
pub(crate) fn form() -> Form {
    let code = |code: &str| ColumnCode::parse(code).expect(code);
    let column = |name: &str, number, heading: &str, over_time| Column {
        code: code(name),
        number,
        heading: heading.into(),
        over_time,
    };
    let derived = |name: &str, number, heading: &str, parts: &[usize]| DerivedColumn {
        code: code(name),
        number,
        heading: heading.into(),
        parts: parts.to_vec(),
    };
    Form {
        code: FormCode::parse("tthc").expect("code"),
        title: "Tình hình, kết quả giải quyết thủ tục hành chính".into(),
        columns: vec![
            column("online", 4, "Tiếp nhận trong kỳ - Trực tuyến", OverTime::Sum),
            column("direct", 5, "Tiếp nhận trong kỳ - Trực tiếp, dịch vụ bưu chính", OverTime::Sum),
            column("carried_over", 6, "Từ kỳ trước chuyển qua", OverTime::First),
            column("early", 8, "Đã giải quyết - Trước hạn", OverTime::Sum),
            column("on_time", 9, "Đã giải quyết - Đúng hạn", OverTime::Sum),
            column("late", 10, "Đã giải quyết - Quá hạn", OverTime::Sum),
            column("pending_in_time", 12, "Đang giải quyết - Trong hạn", OverTime::Last),
            column("pending_overdue", 13, "Đang giải quyết - Quá hạn", OverTime::Last),
        ],
        derived: vec![
            derived("received", 3, "Số hồ sơ tiếp nhận - Tổng số", &[0, 1, 2]),
            derived("resolved", 7, "Đã giải quyết - Tổng số", &[3, 4, 5]),
            derived("pending", 11, "Đang giải quyết - Tổng số", &[6, 7]),
        ],
        identities: vec![Identity { left: vec![0, 1, 2], right: vec![3, 4, 5, 6, 7] }],
        single_fields: Vec::new(),
        limits: Vec::new(),
        continuity: Some((2, vec![6, 7])),
    }
}

/// Twelve procedures, of these levels in turn.
pub(crate) fn catalogue(levels: &[ServiceLevel]) -> Vec<Procedure> {
    let levels = levels.iter().cycle();
    let procedures = (1..=12_u8).zip(levels).map(|(n, level)| Procedure {
        code: ProcedureCode::parse(&format!("1.{n:06}")).expect("code"),
        name: format!("Thủ tục {n}"),
        level: *level,
        field: "Chung".into(),
        competence: Tier::Commune,
        in_force_from: None,
    });
    procedures.collect()
}

/// What counts: columns or single fields with their weights, in rows that the filter admits.
pub(crate) fn columns(terms: &[(usize, i64)], filter: Filter) -> Side {
    let terms = terms.iter().map(|(position, weight)| Term { position: *position, weight: *weight }).collect();
    Side { columns: terms, single_fields: Vec::new(), filter }
}

/// A single field that counts.
pub(crate) fn single_field(position: usize) -> Side {
    Side { single_fields: vec![Term { position, weight: 1 }], ..Side::default() }
}

/// A sum over subtrees of which more is better; what is different is said where it is used.
pub(crate) fn indicator(of: &str, name: &str, noun: &str, numerator: Side, denominator: Side) -> Indicator {
    Indicator {
        code: code(of),
        name: name.into(),
        short_name: name.into(),
        noun: noun.into(),
        count: Count::Sum,
        numerator,
        denominator,
        scope: Scope::Subtree,
        better: Better::Higher,
        valid_from: date(2020, 1, 1),
        valid_to: None,
        basis: "Quyết định số 1045/QĐ-UBND".into(),
    }
}

/// A target of 2022 over the year to date; what is different is said where it is used.
pub(crate) fn target(selector: &str, of: &str, threshold: Option<Threshold>) -> Target {
    Target {
        decision: "1045/QĐ-UBND".into(),
        applies_from: date(2022, 6, 21),
        year: 2022,
        indicator: code(of),
        selector: Selector::parse(selector).expect(selector),
        threshold,
        window: Span::YearToDate,
        scope: None,
        competence: None,
        eligibility: None,
        basis: "nêu trong văn bản".into(),
    }
}

/// Who owes reports.
pub(crate) fn obligation(
    selector: &str,
    from: &str,
    to: Option<&str>,
    (owes, include_in_parent): (bool, bool),
) -> Obligation {
    Obligation {
        selector: Selector::parse(selector).expect(selector),
        from: period(from),
        to: to.map(period),
        owes,
        include_in_parent,
        basis: String::new(),
    }
}

/// The units as a tree; each has its place as its identity.
pub(crate) fn tree(units: &[Unit]) -> Hierarchy {
    let versions: Vec<UnitVersion> = units
        .iter()
        .zip(0..)
        .map(|((code, name, parent, group, tier), id)| UnitVersion {
            id: UnitId(id),
            valid_from: date(2020, 1, 1),
            code: unit(code),
            name: name.clone(),
            tier: *tier,
            group: *group,
            parent: parent.map(|place| UnitId(i64::try_from(place).expect("small"))),
            dissolved: false,
        })
        .collect();
    Hierarchy::at(&versions, date(2024, 12, 14)).expect("a tree")
}

/// One report of the unit at this place, an hour before it is due; `seed` varies the figures, all of which balance.
pub(crate) fn report(regime: &Regime, units: &[Unit], place: usize, month: &str, seed: i64) -> SealedReport {
    let (month, tier) = (period(month), units[place].4);
    let row = |n: i64| {
        let (online, direct, carried_over) = ((n * seed * 7) % 23 * 3, (n + seed * 5) % 17, (n + seed) % 3);
        let (late, pending, overdue) = (i64::from(n == 5), (n * seed) % 3, i64::from(n == 6 && seed % 2 == 0));
        let resolved = online + direct + carried_over - pending - overdue;
        let early = (resolved - late) / 4;
        let values = [online, direct, carried_over, early, resolved - late - early, late, pending, overdue];
        (resolved > late).then(|| (format!("1.{n:06}"), values.to_vec()))
    };
    // Of two fields of which one is a part of the other, the first is the part; a seed of 7 has nothing in the whole.
    let field = |(position, field): (usize, &SingleField)| {
        let whole = i64::try_from(position / 2).expect("small") * 3 + seed % 7 * 4;
        let value = if position.is_multiple_of(2) { whole - (whole * seed) % 5 * whole / 20 } else { whole };
        (field.code.to_string(), value)
    };
    let owed = regime.form.single_fields.iter().enumerate().filter(|(_, field)| field.is_owed_by(tier));
    let raw = RawFigures {
        nil: false,
        columns: regime.form.columns.iter().map(|column| column.code.to_string()).collect(),
        rows: (1..=12_i64).filter(|n| (n + seed) % 4 != 0).filter_map(row).collect(),
        fields: owed.map(field).collect(),
    };
    SealedReport {
        unit: UnitId(i64::try_from(place).expect("small")),
        month,
        revision: 1,
        received_at: regime.calendar.due(month, tier).plus_seconds(-3600),
        nil: false,
        figures: Figures::parse(&regime.form, &regime.catalogue, tier, &raw).expect("balanced"),
    }
}

/// The same report, saying that nothing happened.
pub(crate) fn nil(report: &SealedReport) -> SealedReport {
    SealedReport { nil: true, figures: Figures::default(), ..report.clone() }
}
