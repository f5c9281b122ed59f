//! A sample in which every rule that a regime can say is in use: obligations that change, a vertical agency, dated lists,
//! eligibility, competence, weights, stocks, single fields, targets of every direction, window and scope, and exceptions.

use baocao_domain::edition::{Cause, EditionId, SealedReport};
use baocao_domain::form::{Form, Limit, OverTime, SingleField};
use baocao_domain::ids::{ListCode, ProcedureCode, SingleFieldCode};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope};
use baocao_domain::procedure::{Catalogue, Eligibility, Membership, Procedure, ProcedureList, ServiceLevel};
use baocao_domain::regime::Regime;
use baocao_domain::target::{Direction, Span, Target, Threshold};
use baocao_domain::unit::Tier;
use jiff::civil::date;

use super::build::{self, columns, indicator, nil, obligation, report, single_field, target};
use super::{Sample, period, units};

/// Online and paper dossiers in procedures that are listed, or of some levels, or of some competence and field.
fn indicators() -> Vec<Indicator> {
    let listed = |levels: &[ServiceLevel]| Filter {
        levels: levels.to_vec(),
        list: Some(ListCode::parse("DM-01").expect("code")),
        ..Filter::default()
    };
    let levels = [ServiceLevel::Three, ServiceLevel::Four];
    let courts = || Filter {
        competence: vec![Tier::District, Tier::Commune],
        fields: vec!["Tư pháp".into(), "Đất đai, môi trường".into()],
        ..Filter::default()
    };
    let all = Filter::default;
    vec![
        Indicator {
            count: Count::DistinctProcedures,
            ..indicator(
                "DV",
                "Tỷ lệ dịch vụ trong danh mục có hồ sơ trực tuyến",
                "dịch vụ",
                columns(&[(0, 1)], listed(&levels)),
                columns(&[(0, 1), (1, 1)], listed(&[])),
            )
        },
        indicator(
            "HS",
            "Tỷ lệ hồ sơ trực tuyến có trọng số",
            "điểm",
            columns(&[(0, 3)], courts()),
            columns(&[(0, 3), (1, 1)], courts()),
        ),
        Indicator {
            better: Better::Lower,
            ..indicator(
                "QH",
                "Tỷ lệ hồ sơ giải quyết quá hạn",
                "hồ sơ",
                columns(&[(5, 1)], all()),
                columns(&[(3, 1), (4, 1), (5, 1)], all()),
            )
        },
        Indicator {
            better: Better::Lower,
            scope: Scope::Own,
            ..indicator(
                "TON",
                "Tỷ lệ hồ sơ tồn quá hạn",
                "hồ sơ",
                columns(&[(7, 1)], all()),
                columns(&[(6, 1), (7, 1)], all()),
            )
        },
        Indicator {
            count: Count::DistinctProcedures,
            ..indicator(
                "CHUYEN",
                "Tỷ lệ thủ tục có hồ sơ từ kỳ trước chuyển qua",
                "thủ tục",
                columns(&[(2, 1)], all()),
                columns(&[(2, 1), (0, 1)], all()),
            )
        },
        indicator("PAKN", "Tỷ lệ phản ánh, kiến nghị đúng hạn", "phản ánh", single_field(0), single_field(1)),
        indicator("TOAN-TRINH", "Tỷ lệ dịch vụ toàn trình", "dịch vụ", single_field(2), single_field(3)),
    ]
}

fn form() -> Form {
    let field = |code: &str, heading: &str, over_time, owed_by: &[Tier]| SingleField {
        code: SingleFieldCode::parse(code).expect(code),
        heading: heading.into(),
        over_time,
        owed_by: owed_by.to_vec(),
    };
    let local = [Tier::District, Tier::Commune];
    Form {
        single_fields: vec![
            field("pakn_in_time", "Số phản ánh, kiến nghị xử lý đúng hạn", OverTime::Sum, &local),
            field("pakn_due", "Số phản ánh, kiến nghị đến hạn", OverTime::Sum, &local),
            field("full", "Số dịch vụ toàn trình, cuối kỳ", OverTime::Last, &[]),
            field("eligible", "Số thủ tục đủ điều kiện, cuối kỳ", OverTime::Last, &[]),
            field("staff_at_start", "Số công chức đầu kỳ", OverTime::First, &[]),
        ],
        limits: vec![Limit { part: 0, whole: 1 }, Limit { part: 2, whole: 3 }],
        ..build::form()
    }
}

/// Procedures of two tiers and three fields; four took effect in the summer of 2022.
fn catalogue() -> Catalogue {
    let fields = ["Tư pháp", "Đất đai, môi trường", "Hộ tịch"];
    let levels = [ServiceLevel::Three, ServiceLevel::Four, ServiceLevel::Two, ServiceLevel::One];
    let mut procedures: Vec<Procedure> = build::catalogue(&levels);
    for (i, procedure) in procedures.iter_mut().enumerate() {
        procedure.field = fields[i % 3].into();
        procedure.competence = [Tier::Commune, Tier::District, Tier::Commune, Tier::Department][i % 4];
    }
    let days = [date(2022, 6, 9), date(2022, 6, 11), date(2022, 7, 20), date(2022, 8, 1)];
    for (place, day) in [1, 4, 6, 8].into_iter().zip(days) {
        procedures[place].in_force_from = Some(day);
    }
    Catalogue::from(procedures)
}

/// Eight procedures from the beginning, of which three leave in the middle of August; one comes in the middle of July.
fn list() -> ProcedureList {
    let stay =
        |n: u8, from, to| (ProcedureCode::parse(&format!("1.{n:06}")).expect("code"), vec![Membership { from, to }]);
    let mut members: Vec<_> = (1..=5).map(|n| stay(n, date(2022, 5, 15), None)).collect();
    members.extend((6..=8).map(|n| stay(n, date(2022, 5, 15), Some(date(2022, 8, 20)))));
    members.push(stay(9, date(2022, 7, 16), None));
    ProcedureList {
        code: ListCode::parse("DM-01").expect("code"),
        title: "Danh mục dịch vụ công trực tuyến".into(),
        basis: "Quyết định số 1588/QĐ-UBND".into(),
        members: members.into_iter().collect(),
    }
}

fn targets() -> Vec<Target> {
    let percent = |direction, value| Some(Threshold { direction, ..Threshold::percent(value) });
    let least = |value| percent(Direction::AtLeast, value);
    let five_days = Some(Eligibility { after_days: 5, until: Some(date(2022, 7, 31)) });
    vec![
        target("group:A", "DV", least(60)),
        Target { window: Span::QuarterToDate, ..target("unit:20.SCT", "DV", least(60)) },
        Target { eligibility: five_days, ..target("tier:district", "DV", least(50)) },
        Target { window: Span::QuarterToDate, ..target("tier:commune@178", "DV", least(40)) },
        Target { competence: Some(Tier::District), scope: Some(Scope::Own), ..target("group:B", "HS", least(80)) },
        Target { window: Span::Period, ..target("group:A", "HS", least(70)) },
        target("all", "QH", Some(Threshold { value: 2, scale: 1, direction: Direction::AtMost })),
        target("unit:20.SCT", "QH", None),
        Target { window: Span::QuarterToDate, ..target("all", "TON", percent(Direction::AtMost, 0)) },
        target("all", "CHUYEN", least(0)),
        target("all", "PAKN", percent(Direction::Exactly, 100)),
        target("tier:district", "TOAN-TRINH", least(80)),
        target("tier:commune", "TOAN-TRINH", percent(Direction::AtMost, 100)),
    ]
}

fn regime() -> Regime {
    Regime {
        first_month: period("2022-M06"),
        obligations: vec![
            obligation("all", "2022-M06", None, (true, true)),
            obligation("unit:20.SNGV", "2022-M06", None, (true, false)),
            obligation("unit:05974", "2022-M06", Some("2022-M07"), (false, true)),
            obligation("unit:20.SVHTTDL", "2022-M08", None, (false, true)),
        ],
        form: form(),
        catalogue: catalogue(),
        lists: vec![list()],
        indicators: indicators(),
        targets: targets(),
        remarks: Vec::new(),
        ..super::regime()
    }
}

/// June to September. Three reports are missing, one lacks a single field, one says that nothing happened, and two
/// are there that nobody owed.
fn reports(regime: &Regime) -> Vec<SealedReport> {
    let units = units();
    let mut reports = Vec::new();
    for (place, seed) in (1..10).zip(1..) {
        for (month, shift) in [("2022-M06", 2), ("2022-M07", 0), ("2022-M08", 3), ("2022-M09", 11)] {
            let mut report = report(regime, &units, place, month, seed + shift);
            match (place, month) {
                (9, "2022-M08") | (2, "2022-M07") | (4, "2022-M09") => continue,
                (7, "2022-M08") => report = nil(&report),
                (8, "2022-M08") => {
                    let part = SingleFieldCode::parse("full").expect("code");
                    report.figures.single_fields.remove(&part);
                }
                _ => {}
            }
            reports.push(report);
        }
    }
    reports
}

/// The first edition of this period.
pub(crate) fn sample(key: &str) -> Sample {
    let regime = regime();
    let reports = reports(&regime);
    Sample::of(regime, &units(), EditionId { period: period(key), number: 1 }, Cause::Locked, reports)
}
