//! Long An in 2024: ten targets, four of them exactly 100%, on single fields beside form II.06a; services that are partly
//! or fully online; a decision whose number and day no source tells.

use std::collections::BTreeMap;

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::form::{Form, Limit, OverTime};
use baocao_domain::ids::{IndicatorCode, ProcedureCode, SingleFieldCode, UnitId};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope, Side, Term};
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::{Catalogue, Procedure, ServiceLevel};
use baocao_domain::regime::{Decision, Regime};
use baocao_domain::selector::Selector;
use baocao_domain::target::{Direction, Span, Target, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::date;

use super::form::{field, form_ii_06a};
use super::{calendar, code, everybody_owes, key, letterhead};

const DECISION: &str = "…/QĐ-UBND";
const DISTRICTS: [&str; 15] = [
    "Thành phố Tân An",
    "Thị xã Kiến Tường",
    "Huyện Tân Hưng",
    "Huyện Vĩnh Hưng",
    "Huyện Mộc Hóa",
    "Huyện Tân Thạnh",
    "Huyện Thạnh Hóa",
    "Huyện Đức Huệ",
    "Huyện Đức Hòa",
    "Huyện Bến Lức",
    "Huyện Thủ Thừa",
    "Huyện Tân Trụ",
    "Huyện Cần Đước",
    "Huyện Cần Giuộc",
    "Huyện Châu Thành",
];
const DEPARTMENTS: usize = 18;

/// One of the ten: full and short name, noun, direction and percentage, and the headings of its two single fields; none
/// for the one that counts columns of the table.
struct Ten {
    name: &'static str,
    short: &'static str,
    noun: &'static str,
    expected: (Direction, i64),
    fields: Option<[&'static str; 2]>,
}

const fn ten(
    name: &'static str,
    short: &'static str,
    noun: &'static str,
    expected: (Direction, i64),
    fields: Option<[&'static str; 2]>,
) -> Ten {
    Ten { name, short, noun, expected, fields }
}

const ALL: (Direction, i64) = (Direction::Exactly, 100);

const TEN: [Ten; 10] = [
    ten(
        "Tỷ lệ cấp kết quả giải quyết TTHC điện tử",
        "Kết quả điện tử",
        "kết quả",
        ALL,
        Some(["Số kết quả giải quyết TTHC cấp bản điện tử", "Số kết quả giải quyết TTHC đã cấp trong kỳ"]),
    ),
    ten(
        "Tỷ lệ thực hiện chứng thực bản sao điện tử từ bản chính tại UBND cấp xã và Phòng Tư pháp cấp huyện",
        "Chứng thực bản sao điện tử",
        "yêu cầu",
        ALL,
        Some([
            "Số yêu cầu chứng thực bản sao điện tử từ bản chính đã thực hiện",
            "Số yêu cầu chứng thực bản sao điện tử từ bản chính",
        ]),
    ),
    ten(
        "Tỷ lệ công bố, công khai TTHC đúng hạn",
        "Công bố, công khai đúng hạn",
        "thủ tục",
        ALL,
        Some(["Số TTHC công bố, công khai đúng hạn", "Số TTHC đến hạn công bố, công khai trong kỳ"]),
    ),
    ten(
        "Tỷ lệ xử lý phản ánh, kiến nghị đúng hạn",
        "Xử lý PAKN đúng hạn",
        "phản ánh, kiến nghị",
        ALL,
        Some(["Số phản ánh, kiến nghị xử lý đúng hạn", "Số phản ánh, kiến nghị đến hạn xử lý trong kỳ"]),
    ),
    ten(
        "Mức độ hài lòng trong tiếp nhận, giải quyết TTHC của người dân, doanh nghiệp",
        "Mức độ hài lòng",
        "lượt đánh giá",
        (Direction::AtLeast, 90),
        Some(["Số lượt đánh giá hài lòng", "Số lượt người dân, doanh nghiệp đánh giá việc tiếp nhận, giải quyết TTHC"]),
    ),
    ten(
        "Tỷ lệ cung cấp DVCTT toàn trình trên tổng số TTHC có đủ điều kiện (Cổng DVCQG)",
        "DVCTT toàn trình",
        "thủ tục",
        (Direction::AtLeast, 80),
        Some([
            "Số TTHC cung cấp DVCTT toàn trình trên Cổng DVCQG, cuối kỳ",
            "Số TTHC đủ điều kiện cung cấp DVCTT toàn trình, cuối kỳ",
        ]),
    ),
    ten(
        "Tỷ lệ số hóa hồ sơ, kết quả giải quyết TTHC",
        "Số hóa hồ sơ, kết quả",
        "hồ sơ, kết quả",
        (Direction::AtLeast, 80),
        Some(["Số hồ sơ, kết quả giải quyết TTHC đã số hóa", "Số hồ sơ, kết quả giải quyết TTHC phải số hóa"]),
    ),
    ten(
        "Tỷ lệ hồ sơ trực tuyến trên tổng số hồ sơ tiếp nhận, giải quyết TTHC",
        "Hồ sơ trực tuyến",
        "hồ sơ",
        (Direction::AtLeast, 50),
        None,
    ),
    ten(
        "Tỷ lệ khai thác, sử dụng lại thông tin, dữ liệu số hóa",
        "Sử dụng lại dữ liệu số hóa",
        "thành phần hồ sơ",
        (Direction::AtLeast, 50),
        Some([
            "Số thành phần hồ sơ, dữ liệu đã số hóa được khai thác, sử dụng lại",
            "Số thành phần hồ sơ, dữ liệu đã số hóa có thể khai thác, sử dụng lại",
        ]),
    ),
    ten(
        "Tỷ lệ thanh toán trực tuyến trên Cổng DVCQG trên tổng số giao dịch thanh toán của dịch vụ công",
        "Thanh toán trực tuyến",
        "giao dịch",
        (Direction::AtLeast, 45),
        Some(["Số giao dịch thanh toán trực tuyến trên Cổng DVCQG", "Số giao dịch thanh toán của dịch vụ công"]),
    ),
];

/// What is unusual about it.
#[derive(Default)]
pub(crate) struct Odd {
    /// Tables name the indicators by their full names.
    pub(crate) long_names: bool,
    /// Nobody has a row in the table; single fields are filed all the same.
    pub(crate) no_rows: bool,
    /// These reports are missing: unit and month.
    pub(crate) missing: Vec<(&'static str, &'static str)>,
}

/// An edition of this period, of a province with so many communes.
pub(crate) fn edition(period: &str, communes: usize, odd: &Odd) -> Edition {
    let units = units(communes);
    let regime = regime(odd);
    let period = key(period);
    let window = period.window(regime.calendar.window_rule);
    let tree = Hierarchy::at(&units, window.to).expect("a tree");
    let mut reports = Vec::new();
    for (u, unit) in units.iter().enumerate().skip(1) {
        for month in period.year_to_date() {
            if !odd.missing.contains(&(unit.code.as_str(), month.to_string().as_str())) {
                reports.push(report((u, unit), month, &regime, odd.no_rows));
            }
        }
    }
    let sealed_at = regime.calendar.schedule(period).locks;
    let id = EditionId { period, number: 1 };
    Edition::make(id, Cause::Locked, sealed_at, &regime, &tree, &reports)
}

fn units(communes: usize) -> Vec<UnitVersion> {
    let mut units: Vec<UnitVersion> = Vec::new();
    let mut add = |text: String, name: String, tier, group, parent: Option<UnitId>| {
        let id = UnitId(i64::try_from(units.len()).expect("few units"));
        let valid_from = date(2023, 1, 1);
        units.push(UnitVersion { id, valid_from, code: code(&text), name, tier, group, parent, dissolved: false });
        id
    };
    let province = add("80".into(), "Tỉnh Long An".into(), Tier::Province, None, None);
    for i in 1..=DEPARTMENTS {
        let name = format!("Sở chuyên ngành thứ {i}");
        add(format!("80.S{i:02}"), name, Tier::Department, Some(PeerGroup::A), Some(province));
    }
    let districts: Vec<UnitId> = DISTRICTS
        .iter()
        .enumerate()
        .map(|(i, name)| {
            add(format!("{}", 794 + i), (*name).into(), Tier::District, Some(PeerGroup::B), Some(province))
        })
        .collect();
    for i in 0..communes {
        let (text, name) = (format!("{:05}", 27_685 + 3 * i), format!("Xã Mỹ Thạnh {i}"));
        add(text, name, Tier::Commune, Some(PeerGroup::C), Some(districts[i % districts.len()]));
    }
    units
}

/// Figures that differ from unit to unit and month to month, and are the same in every run.
fn report((u, unit): (usize, &UnitVersion), month: PeriodKey, regime: &Regime, no_rows: bool) -> SealedReport {
    let (_, m) = month.month_range();
    let seed = 37 * count(u) + 11 * i64::from(m);
    let mut single_fields = BTreeMap::new();
    for (k, one) in TEN.iter().enumerate().filter(|(_, one)| one.fields.is_some()) {
        let whole = 20 + (seed + 53 * count(k)) % 180;
        let percent = match one.expected {
            ALL if (u + k).is_multiple_of(4) => 97,
            ALL => 100,
            (_, threshold) => threshold - 8 + (7 * count(u) + 13 * count(k)) % 25,
        };
        for (suffix, value) in [("part", whole * percent.min(100) / 100), ("whole", whole)] {
            let field = SingleFieldCode::parse(&format!("la{:02}_{suffix}", k + 1)).expect("a code");
            let is_owed = regime.form.single_fields.iter().any(|f| f.code == field && f.is_owed_by(unit.tier));
            single_fields.extend(is_owed.then_some((field, value)));
        }
    }
    let mut rows = BTreeMap::new();
    if !no_rows {
        let (online, direct) = (10 + seed % 70, 5 + seed % 90);
        let row = vec![online, direct, 0, online, direct, 0, 0, 0];
        rows.insert(ProcedureCode::parse(&format!("9.{:06}", 1 + u % 360)).expect("a code"), row);
    }
    SealedReport {
        unit: unit.id,
        month,
        revision: 1,
        received_at: regime.calendar.due(month, unit.tier).plus_seconds(-3_600),
        nil: false,
        figures: Figures { rows, single_fields },
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).expect("few")
}

fn regime(odd: &Odd) -> Regime {
    let form = form();
    Regime {
        name: "long-an-2024".into(),
        province: code("80"),
        letterhead: letterhead("Long An"),
        calendar: calendar(),
        first_month: key("2024-M01"),
        obligations: vec![everybody_owes("2024-M01")],
        catalogue: catalogue(),
        lists: Vec::new(),
        indicators: TEN.iter().enumerate().map(|(k, one)| indicator(&form, k, one, odd.long_names)).collect(),
        decisions: vec![Decision {
            number: DECISION.into(), issued: None, title: "Về việc giao 10 chỉ tiêu".into()
        }],
        targets: TEN.iter().enumerate().flat_map(|(k, one)| targets(k, one)).collect(),
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: ["Tử số và mẫu số của từng chỉ tiêu là suy luận từ tên gọi.", "Danh sách sở, ban, ngành là giả định."]
            .map(String::from)
            .to_vec(),
        form,
    }
}

fn indicator_code(k: usize) -> IndicatorCode {
    IndicatorCode::parse(&format!("LA{:02}", k + 1)).expect("a code")
}

fn form() -> Form {
    let mut form = form_ii_06a();
    for (k, one) in TEN.iter().enumerate() {
        let Some([part, whole]) = one.fields else { continue };
        let over_time = if k == 5 { OverTime::Last } else { OverTime::Sum };
        let owed_by: &[Tier] = if k == 1 { &[Tier::District, Tier::Commune] } else { &[] };
        let position = form.single_fields.len();
        form.single_fields.push(field(&format!("la{:02}_whole", k + 1), whole, over_time, owed_by));
        form.single_fields.push(field(&format!("la{:02}_part", k + 1), part, over_time, owed_by));
        form.limits.push(Limit { part: position + 1, whole: position });
    }
    form
}

fn indicator(form: &Form, k: usize, one: &Ten, long_names: bool) -> Indicator {
    let term = |position| vec![Term { position, weight: 1 }];
    let side = |columns: &[usize], field: &str| Side {
        columns: columns.iter().flat_map(|position| term(*position)).collect(),
        single_fields: form.single_field(&format!("la{:02}_{field}", k + 1)).map_or_else(Vec::new, term),
        filter: Filter::default(),
    };
    let (above, below): (&[usize], &[usize]) = if one.fields.is_some() { (&[], &[]) } else { (&[0], &[0, 1]) };
    Indicator {
        code: indicator_code(k),
        name: one.name.into(),
        short_name: if long_names { one.name.into() } else { one.short.into() },
        noun: one.noun.into(),
        count: Count::Sum,
        numerator: side(above, "part"),
        denominator: side(below, "whole"),
        scope: Scope::Subtree,
        better: Better::Higher,
        valid_from: date(2023, 12, 15),
        valid_to: None,
        basis: DECISION.into(),
    }
}

fn targets(k: usize, one: &Ten) -> Vec<Target> {
    let (direction, percent) = one.expected;
    let selectors =
        if k == 1 { vec![Selector::Tier(Tier::District), Selector::Tier(Tier::Commune)] } else { vec![Selector::All] };
    let target = |selector| Target {
        decision: DECISION.into(),
        applies_from: date(2024, 7, 6),
        year: 2024,
        indicator: indicator_code(k),
        selector,
        threshold: Some(Threshold { direction, ..Threshold::percent(percent) }),
        window: Span::YearToDate,
        scope: None,
        competence: None,
        eligibility: None,
        basis: String::new(),
    };
    selectors.into_iter().map(target).collect()
}

/// 366 procedures: 140 partly, 226 fully online.
fn catalogue() -> Catalogue {
    let procedures: Vec<Procedure> = (1..=366_usize)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("9.{n:06}")).expect("a code"),
            name: format!("Thủ tục {n}"),
            level: if n <= 140 { ServiceLevel::Partial } else { ServiceLevel::Full },
            field: "Lĩnh vực".into(),
            competence: Tier::Commune,
            in_force_from: None,
        })
        .collect();
    Catalogue::from(procedures)
}
