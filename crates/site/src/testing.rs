//! A small province with everything that can happen to a report: corrected, late, missing, nil, and hostile names.

use std::collections::BTreeSet;

use baocao_domain::calendar::Calendar;
use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::{Figures, RawFigures};
use baocao_domain::form::{Column, DerivedColumn, Form, Identity, OverTime};
use baocao_domain::ids::{ColumnCode, FormCode, IndicatorCode, ProcedureCode, UnitCode, UnitId};
use baocao_domain::indicator::{Catalogue, Count, Indicator, Procedure, Scope};
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::regime::{Letterhead, Regime};
use baocao_domain::target::{Target, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::{date, time};

/// Code, name, parent's place, group, tier.
type Unit = (&'static str, &'static str, Option<usize>, Option<PeerGroup>, Tier);

/// The province, departments, districts, communes.
const UNITS: [Unit; 10] = [
    ("20", "Tỉnh Lạng Sơn", None, None, Tier::Province),
    ("20.STTTT", "Sở Thông tin và Truyền thông", Some(0), Some(PeerGroup::A), Tier::Department),
    ("20.SCT", "Sở Công Thương", Some(0), Some(PeerGroup::A), Tier::Department),
    ("20.SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch", Some(0), Some(PeerGroup::A), Tier::Department),
    ("20.SNGV", "Sở Ngoại vụ", Some(0), Some(PeerGroup::A), Tier::Department),
    ("178", "Thành phố Lạng Sơn", Some(0), Some(PeerGroup::B), Tier::District),
    ("180", "Huyện Tràng Định", Some(0), Some(PeerGroup::B), Tier::District),
    ("05971", "Phường Hoàng Văn Thụ", Some(5), Some(PeerGroup::C), Tier::Commune),
    ("05974", "=1+1", Some(5), Some(PeerGroup::C), Tier::Commune),
    ("06001", "Xã <script>alert(1)</script>, \"Mới\"", Some(6), Some(PeerGroup::C), Tier::Commune),
];

pub(crate) fn period(key: &str) -> PeriodKey {
    PeriodKey::parse(key).expect(key)
}

pub(crate) fn unit(code: &str) -> UnitCode {
    UnitCode::parse(code).expect(code)
}

fn form() -> Form {
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
        continuity: Some((2, vec![6, 7])),
    }
}

fn catalogue() -> Catalogue {
    let procedures: Vec<Procedure> = (1..=12_u8)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("1.{n:06}")).expect("code"),
            name: format!("Thủ tục {n}"),
            level: 2 + n % 3,
            field: "Chung".into(),
            competence: Tier::Commune,
        })
        .collect();
    Catalogue::from(procedures)
}

fn indicators() -> Vec<Indicator> {
    let indicator = |code: &str, name: &str, short_name: &str, noun: &str, count| Indicator {
        code: IndicatorCode::parse(code).expect(code),
        name: name.into(),
        short_name: short_name.into(),
        noun: noun.into(),
        count,
        numerator: vec![0],
        denominator: vec![0, 1],
        levels: vec![3, 4],
        scope: Scope::Subtree,
        basis: "1045/QĐ-UBND".into(),
    };
    vec![
        indicator(
            "DVCTT_CO_PHAT_SINH_TT",
            "Tỷ lệ dịch vụ công trực tuyến có phát sinh hồ sơ trực tuyến",
            "DVCTT có phát sinh hồ sơ trực tuyến",
            "dịch vụ",
            Count::DistinctProcedures,
        ),
        indicator("HS_XU_LY_TT", "Tỷ lệ hồ sơ xử lý trực tuyến", "Hồ sơ xử lý trực tuyến", "hồ sơ", Count::Sum),
    ]
}

fn targets() -> Vec<Target> {
    let target = |code: &str, indicator: &str, threshold| Target {
        decision: "1045/QĐ-UBND".into(),
        issued: date(2022, 6, 21),
        year: 2022,
        indicator: IndicatorCode::parse(indicator).expect(indicator),
        unit: unit(code),
        threshold,
        basis: "named in the decision".into(),
    };
    let expected = [
        ("20.STTTT", Threshold::percent(90)),
        ("20.SCT", Threshold { value: 575, scale: 1 }),
        ("20.SVHTTDL", Threshold::percent(40)),
        ("20.SNGV", Threshold::percent(50)),
        ("178", Threshold::percent(50)),
        ("180", Threshold::percent(20)),
    ];
    expected
        .into_iter()
        .flat_map(|(code, online)| {
            [target(code, "DVCTT_CO_PHAT_SINH_TT", Threshold::percent(80)), target(code, "HS_XU_LY_TT", online)]
        })
        .collect()
}

pub(crate) fn letterhead() -> Letterhead {
    Letterhead {
        issuer: "ỦY BAN NHÂN DÂN".into(),
        issuer_place: "TỈNH LẠNG SƠN".into(),
        place: "Lạng Sơn".into(),
        province: "tỉnh Lạng Sơn".into(),
        symbol: "BC-UBND".into(),
        addressee: "Văn phòng Chính phủ".into(),
        recipients: vec!["Như trên".into()],
        signatory_lines: vec!["TM. ỦY BAN NHÂN DÂN".into(), "CHỦ TỊCH".into()],
        urging_organ: "Sở Thông tin và Truyền thông".into(),
    }
}

fn regime() -> Regime {
    Regime {
        name: "lang-son-2022".into(),
        province: unit("20"),
        letterhead: letterhead(),
        calendar: Calendar {
            window_rule: WindowRule::FifteenthToFourteenth,
            holidays: BTreeSet::from([date(2022, 9, 1), date(2022, 9, 2)]),
            due_time: time(17, 0, 0, 0),
            due_working_days: 1,
            lock_time: time(12, 0, 0, 0),
            lock_working_days: 1,
        },
        first_month: period("2022-M07"),
        form: form(),
        catalogue: catalogue(),
        indicators: indicators(),
        targets: targets(),
        contacts: Vec::new(),
        remarks: vec!["Phạm vi của huyện, thành phố gồm cả các xã, phường, thị trấn trực thuộc (suy luận).".into()],
    }
}

fn tree() -> Hierarchy {
    let versions: Vec<UnitVersion> = UNITS
        .iter()
        .zip(0..)
        .map(|((code, name, parent, group, tier), id)| UnitVersion {
            id: UnitId(id),
            valid_from: date(2022, 1, 1),
            code: unit(code),
            name: (*name).into(),
            tier: *tier,
            group: *group,
            parent: parent.map(|place| UnitId(i64::try_from(place).expect("small"))),
            reports: parent.is_some(),
            dissolved: false,
        })
        .collect();
    Hierarchy::at(&versions, date(2022, 9, 14)).expect("a tree")
}

/// One report; `seed` varies the figures, all of which balance.
fn report(place: i64, month: &str, seed: i64) -> SealedReport {
    let month = period(month);
    let columns =
        ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];
    let rows = (1..=12_i64)
        .filter(|n| (n + seed) % 4 != 0)
        .map(|n| {
            let (online, direct, carried_over) = ((n * seed * 7) % 23 * 3, (n + seed * 5) % 17, (n + seed) % 3);
            let (late, pending, overdue) = (i64::from(n == 5), (n * seed) % 3, i64::from(n == 6 && seed % 2 == 0));
            let resolved = online + direct + carried_over - pending - overdue;
            (resolved > late).then(|| {
                let early = (resolved - late) / 4;
                let values = [online, direct, carried_over, early, resolved - late - early, late, pending, overdue];
                (format!("1.{n:06}"), values.to_vec())
            })
        })
        .collect::<Vec<_>>();
    let rows: Vec<_> = rows.into_iter().flatten().collect();
    let raw = RawFigures { columns: columns.map(String::from).to_vec(), rows, ..RawFigures::default() };
    let due = regime().calendar.schedule(month).due;
    SealedReport {
        unit: UnitId(place),
        month,
        revision: 1,
        received_at: due.plus_seconds(-3600),
        nil: false,
        figures: Figures::parse(&form(), &catalogue(), &raw).expect("balanced"),
    }
}

fn nil(place: i64, month: &str) -> SealedReport {
    SealedReport { nil: true, figures: Figures::default(), ..report(place, month, 1) }
}

/// The sealed reports: the last unit misses August, one is late, one corrected itself, one has nothing in July and one
/// in August, and the department of foreign affairs has nothing at all.
pub(crate) fn reports() -> Vec<SealedReport> {
    let mut reports = Vec::new();
    for place in 1..=9 {
        for (month, shift) in [("2022-M07", 0), ("2022-M08", 3)] {
            match (place, month) {
                (9, "2022-M08") => {}
                (4, _) | (7, "2022-M08") | (8, "2022-M07") => reports.push(nil(place, month)),
                _ => reports.push(report(place, month, place + shift)),
            }
        }
    }
    reports[1].revision = 2;
    reports[2].received_at = reports[2].received_at.plus_seconds(3 * 3600);
    reports
}

pub(crate) struct Sample {
    pub(crate) edition: Edition,
    pub(crate) catalogue: Catalogue,
    pub(crate) reports: Vec<SealedReport>,
}

/// An edition of this period from the given reports.
pub(crate) fn edition_of(key: &str, number: u32, cause: Cause, reports: Vec<SealedReport>) -> Sample {
    let (regime, period) = (regime(), period(key));
    let sealed_at = regime.calendar.schedule(period).locks;
    let id = EditionId { period, number };
    Sample {
        edition: Edition::make(id, cause, sealed_at, &regime, &tree(), &reports),
        catalogue: regime.catalogue,
        reports,
    }
}

/// The first edition of this period from [`reports`].
pub(crate) fn sample(key: &str) -> Sample {
    edition_of(key, 1, Cause::Locked, reports())
}
