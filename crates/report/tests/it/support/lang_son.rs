//! Lạng Sơn in 2022: the figures of report 433/BC-UBND spread over units, without a database or a regime file.

use std::collections::BTreeMap;

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::ids::{IndicatorCode, ProcedureCode, UnitId};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope, Side, Term};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::{Catalogue, Procedure, ServiceLevel};
use baocao_domain::regime::{Decision, Regime};
use baocao_domain::restatement::Source;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Span, Target, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::{date, time};

use super::form::form_ii_06a;
use super::{calendar, code, everybody_owes, key, letterhead};

const DEPARTMENTS: [(&str, &str); 17] = [
    ("SCT", "Sở Công Thương"),
    ("SGDDT", "Sở Giáo dục và Đào tạo"),
    ("SGTVT", "Sở Giao thông vận tải"),
    ("SKHCN", "Sở Khoa học và Công nghệ"),
    ("SKHDT", "Sở Kế hoạch và Đầu tư"),
    ("SLDTBXH", "Sở Lao động - Thương binh và Xã hội"),
    ("SNGV", "Sở Ngoại vụ"),
    ("SNNPTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
    ("SNV", "Sở Nội vụ"),
    ("STC", "Sở Tài chính"),
    ("STNMT", "Sở Tài nguyên và Môi trường"),
    ("STP", "Sở Tư pháp"),
    ("STTTT", "Sở Thông tin và Truyền thông"),
    ("SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch"),
    ("SXD", "Sở Xây dựng"),
    ("SYT", "Sở Y tế"),
    ("BQLKKT", "Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn"),
];
const DISTRICTS: [(&str, &str); 11] = [
    ("178", "Thành phố Lạng Sơn"),
    ("180", "Huyện Tràng Định"),
    ("181", "Huyện Bình Gia"),
    ("182", "Huyện Văn Lãng"),
    ("183", "Huyện Cao Lộc"),
    ("184", "Huyện Văn Quan"),
    ("185", "Huyện Bắc Sơn"),
    ("186", "Huyện Hữu Lũng"),
    ("187", "Huyện Chi Lăng"),
    ("188", "Huyện Lộc Bình"),
    ("189", "Huyện Đình Lập"),
];
const COMMUNES: usize = 200;
/// Online, direct, carried over, early, on time, late, pending in time, pending overdue.
const TOTALS: [i64; 8] = [64_771, 137_000, 3_717, 39_850, 162_404, 289, 2_878, 67];

/// What is unusual about a province.
#[derive(Default, Clone)]
pub(crate) struct Odd {
    /// This unit has this name.
    pub(crate) name: Option<(String, String)>,
    /// These reports are missing: unit and month.
    pub(crate) missing: Vec<(String, String)>,
    /// These reports came after the due instant.
    pub(crate) late: Vec<(String, String)>,
    /// Reports are owed from this month of 2022 on; 7 if it is not said.
    pub(crate) first_month: Option<i8>,
}

/// An edition of this period, of a province with 228 reporting units.
pub(crate) fn edition(period: &str, odd: &Odd) -> Edition {
    let units = units(odd);
    let regime = regime(odd);
    let tree = Hierarchy::at(&units, date(2022, 9, 14)).expect("a tree");
    let reports = reports(&units, &regime, odd);
    let id = EditionId { period: key(period), number: 1 };
    let sealed_at = Instant::at(date(2022, 9, 16), time(12, 0, 0, 0));
    Edition::make(id, Cause::Locked, sealed_at, &regime, &tree, &reports)
}

/// The second edition of this period: what the first one missed of month 8 was filed.
pub(crate) fn restated(period: &str, before: &Odd) -> Edition {
    let first = edition(period, before);
    let month = key("2022-M08");
    let plain = edition(period, &Odd::default());
    let filed = before.missing.iter().map(|(unit, _)| {
        let unit = plain.unit(&code(unit)).expect("a unit");
        let note = "khôi phục kết nối".into();
        Source { unit: unit.code.clone(), name: unit.name.clone(), month, before: None, now: Some(1), note }
    });
    let sources = filed.collect();
    let second = Edition {
        id: EditionId { number: 2, ..plain.id },
        cause: Cause::MonthRestated { edition: EditionId { period: month, number: 2 } },
        ..plain
    };
    second.restating(&first, sources)
}

fn units(odd: &Odd) -> Vec<UnitVersion> {
    let mut units = Vec::new();
    let mut add = |text: &str, name: &str, tier, group, parent: Option<UnitId>| {
        let renamed = odd.name.as_ref().filter(|(unit, _)| unit == text).map(|(_, name)| name.clone());
        let id = UnitId(i64::try_from(units.len()).expect("few units"));
        units.push(UnitVersion {
            id,
            valid_from: date(2020, 1, 1),
            code: code(text),
            name: renamed.unwrap_or_else(|| name.to_owned()),
            tier,
            group,
            parent,
            dissolved: false,
        });
        id
    };
    let province = add("20", "Tỉnh Lạng Sơn", Tier::Province, None, None);
    for (text, name) in DEPARTMENTS {
        add(&format!("20.{text}"), name, Tier::Department, Some(PeerGroup::A), Some(province));
    }
    let districts = DISTRICTS.map(|(text, name)| add(text, name, Tier::District, Some(PeerGroup::B), Some(province)));
    for i in 0..COMMUNES {
        let name = format!("Xã Hữu Khánh {i}");
        let parent = districts[i % districts.len()];
        add(&format!("{:05}", 5971 + i), &name, Tier::Commune, Some(PeerGroup::C), Some(parent));
    }
    units
}

/// Every reporting unit files in every month; the last one takes what the division leaves.
fn reports(units: &[UnitVersion], regime: &Regime, odd: &Odd) -> Vec<SealedReport> {
    let months: Vec<PeriodKey> = (6..=9).map(|m| PeriodKey::month(2022, m).expect("a month")).collect();
    let reporting: Vec<&UnitVersion> = units.iter().filter(|unit| unit.tier != Tier::Province).collect();
    let is_in = |list: &[(String, String)], unit: &UnitVersion, month: PeriodKey| {
        list.iter().any(|(u, m)| u == unit.code.as_str() && *m == month.to_string())
    };
    let mut reports = Vec::new();
    for (u, unit) in reporting.iter().enumerate() {
        for (m, month) in months.iter().enumerate().filter(|(_, month)| **month >= regime.first_month) {
            if is_in(&odd.missing, unit, *month) {
                continue;
            }
            let is_nil = u == 3;
            let rows = if is_nil { BTreeMap::new() } else { rows(u, m, reporting.len()) };
            let due = regime.calendar.due(*month, unit.tier);
            reports.push(SealedReport {
                unit: unit.id,
                month: *month,
                revision: 1,
                received_at: due.plus_seconds(if is_in(&odd.late, unit, *month) { 3_600 } else { -3_600 }),
                nil: is_nil,
                figures: Figures { rows, single_fields: BTreeMap::new() },
            });
        }
    }
    reports
}

/// The share of unit `u` in month `m`: flows a third each month, opening stocks in July, closing ones in September.
fn rows(u: usize, m: usize, units: usize) -> BTreeMap<ProcedureCode, Vec<i64>> {
    let count = |n: usize| i64::try_from(n).expect("few");
    let filing = count(units - 1);
    let values: Vec<i64> = TOTALS
        .iter()
        .enumerate()
        .map(|(column, total)| {
            let parts = match column {
                2 => [0, *total, 0, 0],
                6 | 7 => [0, 0, 0, *total],
                _ => [total / 3, total / 3, total / 3, total - 2 * (total / 3)],
            };
            let of_month = parts[m];
            // Units differ: online shares rise from unit to unit, so that some miss their targets.
            let own = of_month / filing;
            if u == units - 1 { of_month - own * (filing - 1) } else { own }
        })
        .collect();
    let mut rows = BTreeMap::new();
    // Two procedures of levels 3 and 4; every fifth unit has nothing online at the first.
    let procedure = |n: usize| ProcedureCode::parse(&format!("9.{n:06}")).expect("a code");
    let mut first: Vec<i64> = values.iter().map(|value| value / 4).collect();
    if u.is_multiple_of(5) {
        first[0] = 0;
    }
    let second: Vec<i64> = values.iter().zip(&first).map(|(value, part)| value - part).collect();
    rows.insert(procedure(400 + u), first);
    rows.insert(procedure(1_000 + u), second);
    rows
}

fn regime(odd: &Odd) -> Regime {
    Regime {
        name: "lang-son-2022".into(),
        province: code("20"),
        letterhead: letterhead("Lạng Sơn"),
        calendar: calendar(),
        first_month: key(&format!("2022-M{:02}", odd.first_month.unwrap_or(7))),
        obligations: vec![everybody_owes("2022-M01")],
        form: form_ii_06a(),
        catalogue: catalogue(),
        lists: Vec::new(),
        indicators: indicators(),
        decisions: vec![Decision {
            number: "1045/QĐ-UBND".into(),
            issued: Some(date(2022, 6, 21)),
            title: "Về việc giao chỉ tiêu tỷ lệ dịch vụ công trực tuyến".into(),
        }],
        targets: targets(),
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: [
            "Chỉ tiêu của huyện, thành phố tính cả số liệu của xã, phường, thị trấn trực thuộc: suy luận từ Quyết định \
             số 1045/QĐ-UBND.",
            "Số hồ sơ từ kỳ trước chuyển qua tại ngày 15/6/2022 là giả định.",
        ]
        .map(String::from)
        .to_vec(),
    }
}

fn targets() -> Vec<Target> {
    let departments = DEPARTMENTS[..16].iter().map(|(text, _)| format!("20.{text}"));
    let units = departments.chain(DISTRICTS.iter().map(|(text, _)| (*text).to_owned()));
    let mut targets = Vec::new();
    for (i, unit) in units.enumerate() {
        for (indicator, percent) in [("DVC_PHAT_SINH_TT", 80), ("HS_XU_LY_TT", if i % 3 == 0 { 30 } else { 50 })] {
            targets.push(Target {
                decision: "1045/QĐ-UBND".into(),
                applies_from: date(2022, 6, 21),
                year: 2022,
                indicator: IndicatorCode::parse(indicator).expect("a code"),
                selector: Selector::Unit(code(&unit)),
                threshold: Some(Threshold::percent(percent)),
                window: Span::YearToDate,
                scope: None,
                competence: None,
                eligibility: None,
                basis: "named".into(),
            });
        }
    }
    targets
}

fn indicators() -> Vec<Indicator> {
    let side = |columns: &[usize]| Side {
        columns: columns.iter().map(|position| Term { position: *position, weight: 1 }).collect(),
        single_fields: Vec::new(),
        filter: Filter { levels: vec![ServiceLevel::Three, ServiceLevel::Four], ..Filter::default() },
    };
    let indicator = |code: &str, name: &str, short: &str, noun: &str, count| Indicator {
        code: IndicatorCode::parse(code).expect("a code"),
        name: name.into(),
        short_name: short.into(),
        noun: noun.into(),
        count,
        numerator: side(&[0]),
        denominator: side(&[0, 1]),
        scope: Scope::Subtree,
        better: Better::Higher,
        valid_from: date(2022, 1, 1),
        valid_to: None,
        basis: "1045/QĐ-UBND".into(),
    };
    vec![
        indicator(
            "DVC_PHAT_SINH_TT",
            "Tỷ lệ dịch vụ công trực tuyến mức độ 3, mức độ 4 có phát sinh hồ sơ trực tuyến",
            "DVCTT có phát sinh hồ sơ trực tuyến",
            "dịch vụ",
            Count::DistinctProcedures,
        ),
        indicator(
            "HS_XU_LY_TT",
            "Tỷ lệ hồ sơ tiếp nhận, giải quyết trực tuyến của các dịch vụ công trực tuyến mức độ 3, mức độ 4",
            "Hồ sơ xử lý trực tuyến",
            "hồ sơ",
            Count::Sum,
        ),
    ]
}

fn catalogue() -> Catalogue {
    let procedures: Vec<Procedure> = (1..=1_819_usize)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("9.{n:06}")).expect("a code"),
            name: format!("Thủ tục {n}"),
            level: match n {
                1..=383 => ServiceLevel::Two,
                384..=773 => ServiceLevel::Three,
                _ => ServiceLevel::Four,
            },
            field: "Lĩnh vực".into(),
            competence: Tier::Commune,
            in_force_from: None,
        })
        .collect();
    Catalogue::from(procedures)
}
