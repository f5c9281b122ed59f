//! A sample with ten indicators on single fields, as the decision of Long An for 2024 has them, and a group of communes
//! that is too long for one page.

use baocao_domain::edition::{Cause, EditionId, SealedReport};
use baocao_domain::form::{Form, Limit, OverTime, SingleField};
use baocao_domain::ids::SingleFieldCode;
use baocao_domain::indicator::{Filter, Indicator};
use baocao_domain::procedure::{Catalogue, ServiceLevel};
use baocao_domain::regime::{Decision, Letterhead, Regime};
use baocao_domain::target::{Direction, Target, Threshold};
use baocao_domain::unit::{PeerGroup, Tier};
use jiff::civil::date;

use super::build::{self, columns, indicator, obligation, report, single_field, target};
use super::{Sample, Unit, period, unit};

/// Code, name, noun, percentage; at 100% it must be reached exactly.
const EXPECTED: [(&str, &str, &str, i64); 10] = [
    ("LA01", "Tỷ lệ cấp kết quả giải quyết TTHC điện tử", "kết quả", 100),
    (
        "LA02",
        "Tỷ lệ thực hiện chứng thực bản sao điện tử từ bản chính tại UBND cấp xã và Phòng Tư pháp cấp huyện",
        "yêu cầu",
        100,
    ),
    ("LA03", "Tỷ lệ công bố, công khai TTHC đúng hạn", "thủ tục", 100),
    ("LA04", "Tỷ lệ xử lý phản ánh, kiến nghị đúng hạn", "phản ánh, kiến nghị", 100),
    ("LA05", "Mức độ hài lòng trong tiếp nhận, giải quyết TTHC của người dân, doanh nghiệp", "lượt đánh giá", 90),
    ("LA06", "Tỷ lệ cung cấp DVCTT toàn trình trên tổng số TTHC có đủ điều kiện (Cổng DVCQG)", "thủ tục", 80),
    ("LA07", "Tỷ lệ số hóa hồ sơ, kết quả giải quyết TTHC", "hồ sơ, kết quả", 80),
    ("LA08", "Tỷ lệ hồ sơ trực tuyến trên tổng số hồ sơ tiếp nhận, giải quyết TTHC", "hồ sơ", 50),
    ("LA09", "Tỷ lệ khai thác, sử dụng lại thông tin, dữ liệu số hóa", "thành phần hồ sơ", 50),
    (
        "LA10",
        "Tỷ lệ thanh toán trực tuyến trên Cổng DVCQG trên tổng số giao dịch thanh toán của dịch vụ công",
        "giao dịch",
        45,
    ),
];

/// The indicator on columns of the table.
const ON_DOSSIERS: &str = "LA08";

/// Communes of the first district: with them the group is too long for one page.
const COMMUNES: usize = 70;

fn units() -> Vec<Unit> {
    let mut units: Vec<Unit> = vec![("80".into(), "Tỉnh Long An".into(), None, None, Tier::Province)];
    let departments = [
        ("80.SNNPTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("80.SLDTBXH", "Sở Lao động - Thương binh và Xã hội"),
        ("80.BQLKKT", "Ban Quản lý Khu kinh tế tỉnh"),
        ("80.CTHUE", "Cục Thuế tỉnh"),
    ];
    for (code, name) in departments {
        units.push((code.into(), name.into(), Some(0), Some(PeerGroup::A), Tier::Department));
    }
    let first_district = units.len();
    for (code, name) in [("794", "Thành phố Tân An"), ("795", "Thị xã Kiến Tường"), ("803", "Huyện Đức Hòa")]
    {
        units.push((code.into(), name.into(), Some(0), Some(PeerGroup::B), Tier::District));
    }
    for n in 0..COMMUNES {
        let name = if n == 0 { "Thị trấn Tầm Vu".into() } else { format!("Xã Bình Thạnh {n}") };
        let parent = first_district + usize::from(n > 60);
        units.push((format!("{}", 27_685 + n), name, Some(parent), Some(PeerGroup::C), Tier::Commune));
    }
    units
}

fn form() -> Form {
    let on_fields = EXPECTED.iter().filter(|(code, ..)| *code != ON_DOSSIERS);
    let single_fields: Vec<SingleField> = on_fields
        .flat_map(|(code, name, noun, _)| {
            let owed_by = if *code == "LA02" { vec![Tier::District, Tier::Commune] } else { Vec::new() };
            let over_time = if *code == "LA06" { OverTime::Last } else { OverTime::Sum };
            let field = |part: &str, heading: String| SingleField {
                code: SingleFieldCode::parse(&format!("{}_{part}", code.to_lowercase())).expect("code"),
                heading,
                over_time,
                owed_by: owed_by.clone(),
            };
            let done = name.trim_start_matches("Tỷ lệ ");
            [field("done", format!("Số {noun}: {done}")), field("all", format!("Tổng số {noun}"))]
        })
        .collect();
    let limits = (0..single_fields.len() / 2).map(|i| Limit { part: 2 * i, whole: 2 * i + 1 }).collect();
    Form { single_fields, limits, ..build::form() }
}

fn indicators() -> Vec<Indicator> {
    let mut fields = (0..).step_by(2);
    EXPECTED
        .iter()
        .map(|(code, name, noun, _)| {
            if *code == ON_DOSSIERS {
                let all = Filter::default;
                return indicator(code, name, noun, columns(&[(0, 1)], all()), columns(&[(0, 1), (1, 1)], all()));
            }
            let part = fields.next().expect("endless");
            indicator(code, name, noun, single_field(part), single_field(part + 1))
        })
        .collect()
}

fn targets() -> Vec<Target> {
    let expected = |(of, _, _, percent): &(&str, &str, &str, i64)| {
        let direction = if *percent == 100 { Direction::Exactly } else { Direction::AtLeast };
        let threshold = Some(Threshold { direction, ..Threshold::percent(*percent) });
        let selectors: &[&str] = if *of == "LA02" { &["tier:district", "tier:commune"] } else { &["all"] };
        let of_2024 = |selector: &&str| Target {
            decision: "…/QĐ-UBND".into(),
            applies_from: date(2024, 7, 6),
            year: 2024,
            ..target(selector, of, threshold)
        };
        selectors.iter().map(of_2024).collect::<Vec<_>>()
    };
    EXPECTED.iter().flat_map(expected).collect()
}

fn regime() -> Regime {
    Regime {
        name: "long-an-2024".into(),
        province: unit("80"),
        letterhead: Letterhead {
            issuer_place: "TỈNH LONG AN".into(),
            place: "Long An".into(),
            province: "tỉnh Long An".into(),
            ..super::letterhead()
        },
        first_month: period("2024-M06"),
        obligations: vec![
            obligation("all", "2024-M06", None, (true, true)),
            obligation("unit:80.CTHUE", "2024-M06", None, (true, false)),
        ],
        form: form(),
        catalogue: Catalogue::from(build::catalogue(&[ServiceLevel::Full, ServiceLevel::Partial, ServiceLevel::Full])),
        indicators: indicators(),
        decisions: vec![Decision {
            number: "…/QĐ-UBND".into(),
            issued: None,
            title: "Về việc giao 10 chỉ tiêu cải cách thủ tục hành chính trên địa bàn tỉnh Long An năm 2024".into(),
        }],
        targets: targets(),
        remarks: vec!["Tử số và mẫu số của từng chỉ tiêu là suy luận từ tên gọi.".into()],
        ..super::regime()
    }
}

/// June and July; one commune misses July.
fn reports(regime: &Regime) -> Vec<SealedReport> {
    let units = units();
    let mut reports = Vec::new();
    for (place, seed) in (1..units.len()).zip(1..) {
        for (month, shift) in [("2024-M06", 0), ("2024-M07", 3)] {
            if (place, month) != (20, "2024-M07") {
                reports.push(report(regime, &units, place, month, seed + shift));
            }
        }
    }
    reports
}

/// The first edition of this period: the decision applies from July on.
pub(crate) fn sample(key: &str) -> Sample {
    let regime = regime();
    let reports = reports(&regime);
    Sample::of(regime, &units(), EditionId { period: period(key), number: 1 }, Cause::Locked, reports)
}
