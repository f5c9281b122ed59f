//! Samples: a small province with everything that can happen to a report (corrected, late, missing, nil, and hostile
//! names); below, [`every_rule`] with everything that a regime can say, and [`long_an`] with ten indicators.

mod build;
pub(crate) mod every_rule;
pub(crate) mod long_an;

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::calendar::{Calendar, LongerPeriod};
use baocao_domain::days_off::DaysOff;
use baocao_domain::deadline::preset;
use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::ids::{IndicatorCode, UnitCode};
use baocao_domain::indicator::{Count, Filter, Indicator};
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::procedure::{Catalogue, ServiceLevel};
use baocao_domain::regime::{Decision, Letterhead, Regime};
use baocao_domain::restatement::Source;
use baocao_domain::target::{Direction, Target, Threshold};
use baocao_domain::unit::{PeerGroup, Tier};
use jiff::civil::{date, time};

use build::{catalogue, columns, form, indicator, nil, obligation, report, target, tree};

use crate::{SiteFile, edition_files};

/// The name of a commune that would be obeyed if it were not escaped.
const HOSTILE_NAME: &str = "Xã <script>alert(1)</script>, \"Mới\"";

/// Code, name, parent's place, group, tier.
pub(crate) type Unit = (String, String, Option<usize>, Option<PeerGroup>, Tier);

/// The province, departments, districts, communes.
fn units() -> Vec<Unit> {
    let unit = |code: &str, name: &str, parent, group, tier| (code.to_owned(), name.to_owned(), parent, group, tier);
    let (a, b, c) = (Some(PeerGroup::A), Some(PeerGroup::B), Some(PeerGroup::C));
    vec![
        unit("20", "Tỉnh Lạng Sơn", None, None, Tier::Province),
        unit("20.STTTT", "Sở Thông tin và Truyền thông", Some(0), a, Tier::Department),
        unit("20.SCT", "Sở Công Thương", Some(0), a, Tier::Department),
        unit("20.SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch", Some(0), a, Tier::Department),
        unit("20.SNGV", "Sở Ngoại vụ", Some(0), a, Tier::Department),
        unit("178", "Thành phố Lạng Sơn", Some(0), b, Tier::District),
        unit("180", "Huyện Tràng Định", Some(0), b, Tier::District),
        unit("05971", "Phường Hoàng Văn Thụ", Some(5), c, Tier::Commune),
        unit("05974", "=1+1", Some(5), c, Tier::Commune),
        unit("06001", HOSTILE_NAME, Some(6), c, Tier::Commune),
    ]
}

pub(crate) fn period(key: &str) -> PeriodKey {
    PeriodKey::parse(key).expect(key)
}

pub(crate) fn unit(code: &str) -> UnitCode {
    UnitCode::parse(code).expect(code)
}

pub(crate) fn code(indicator: &str) -> IndicatorCode {
    IndicatorCode::parse(indicator).expect(indicator)
}

fn indicators() -> Vec<Indicator> {
    let online = || Filter { levels: vec![ServiceLevel::Three, ServiceLevel::Four], ..Filter::default() };
    let sides = || (columns(&[(0, 1)], online()), columns(&[(0, 1), (1, 1)], online()));
    let (above, below) = sides();
    let services = Indicator {
        count: Count::DistinctProcedures,
        ..indicator(
            "DVCTT_CO_PHAT_SINH_TT",
            "Tỷ lệ dịch vụ công trực tuyến có phát sinh hồ sơ trực tuyến",
            "dịch vụ",
            above,
            below,
        )
    };
    let (above, below) = sides();
    vec![services, indicator("HS_XU_LY_TT", "Tỷ lệ hồ sơ xử lý trực tuyến", "hồ sơ", above, below)]
}

fn targets() -> Vec<Target> {
    let expected = [
        ("unit:20.STTTT", Threshold::percent(90)),
        ("unit:20.SCT", Threshold { value: 575, scale: 1, direction: Direction::AtLeast }),
        ("unit:20.SVHTTDL", Threshold::percent(40)),
        ("unit:20.SNGV", Threshold::percent(50)),
        ("unit:178", Threshold::percent(50)),
        ("unit:180", Threshold::percent(20)),
    ];
    expected
        .into_iter()
        .flat_map(|(selector, online)| {
            let services = target(selector, "DVCTT_CO_PHAT_SINH_TT", Some(Threshold::percent(80)));
            [services, target(selector, "HS_XU_LY_TT", Some(online))]
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
    let quoc_khanh = [date(2022, 9, 1), date(2022, 9, 2)].map(|day| (day, "Quốc khánh".to_owned()));
    Regime {
        name: "lang-son-2022".into(),
        province: unit("20"),
        letterhead: letterhead(),
        calendar: Calendar {
            window_rule: WindowRule::FifteenthToFourteenth,
            days_off: DaysOff { off: BTreeMap::from(quoc_khanh), worked: BTreeSet::new() },
            deadlines: preset("first-working-day").expect("a preset"),
            lock_time: time(12, 0, 0, 0),
            lock_working_days: 1,
            publish: None,
            longer_periods: BTreeSet::from([LongerPeriod::Quarter]),
        },
        first_month: period("2022-M07"),
        obligations: vec![obligation("all", "2022-M07", None, (true, true))],
        form: form(),
        catalogue: Catalogue::from(catalogue(&[ServiceLevel::Three, ServiceLevel::Four, ServiceLevel::Two])),
        lists: Vec::new(),
        indicators: indicators(),
        decisions: vec![Decision {
            number: "1045/QĐ-UBND".into(),
            issued: Some(date(2022, 6, 21)),
            title: "Về việc giao chỉ tiêu".into(),
        }],
        targets: targets(),
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: vec!["Phạm vi của huyện, thành phố gồm cả các xã, phường, thị trấn trực thuộc (suy luận).".into()],
    }
}

/// The sealed reports: the last unit misses August, one is late, one corrected itself, one has nothing in July and one
/// in August, and the department of foreign affairs has nothing at all.
pub(crate) fn reports() -> Vec<SealedReport> {
    let (regime, units) = (regime(), units());
    let mut reports = Vec::new();
    for (place, seed) in (1..10).zip(1..) {
        for (month, shift) in [("2022-M07", 0), ("2022-M08", 3)] {
            let report = report(&regime, &units, place, month, seed + shift);
            match (place, month) {
                (9, "2022-M08") => {}
                (4, _) | (7, "2022-M08") | (8, "2022-M07") => reports.push(nil(&report)),
                _ => reports.push(report),
            }
        }
    }
    reports[1].revision = 2;
    reports[2].received_at = reports[2].received_at.plus_seconds(3 * 3600);
    reports
}

/// An edition with what it was made from.
pub(crate) struct Sample {
    pub(crate) edition: Edition,
    pub(crate) regime: Regime,
    pub(crate) reports: Vec<SealedReport>,
}

impl Sample {
    fn of(regime: Regime, units: &[Unit], id: EditionId, cause: Cause, reports: Vec<SealedReport>) -> Self {
        let sealed_at = regime.calendar.schedule(id.period).locks;
        let edition = Edition::make(id, cause, sealed_at, &regime, &tree(units), &reports);
        Self { edition, regime, reports }
    }

    /// Its files, without documents.
    pub(crate) fn files(&self) -> Vec<SiteFile> {
        edition_files(&self.edition, &self.regime, &self.reports, &[]).expect("files")
    }

    /// One of its files, as text.
    pub(crate) fn text(&self, path: &str) -> String {
        text(&self.files(), path)
    }
}

/// One of these files, as text.
pub(crate) fn text(files: &[SiteFile], path: &str) -> String {
    let file = files.iter().find(|file| file.path == path).expect(path);
    String::from_utf8(file.bytes.clone()).expect("UTF-8")
}

/// An edition of this period from the given reports.
pub(crate) fn edition_of(key: &str, number: u32, cause: Cause, reports: Vec<SealedReport>) -> Sample {
    Sample::of(regime(), &units(), EditionId { period: period(key), number }, cause, reports)
}

/// The second edition of this period, in which the report that August misses is in.
pub(crate) fn restated(key: &str, cause: Cause) -> Sample {
    let late = report(&regime(), &units(), 9, "2022-M08", 12);
    let source = Source {
        unit: unit("06001"),
        name: HOSTILE_NAME.into(),
        month: period("2022-M08"),
        before: None,
        now: Some(1),
        note: "=gửi <i>chậm</i>".into(),
    };
    let Sample { edition, regime, reports } = edition_of(key, 2, cause, reports().into_iter().chain([late]).collect());
    Sample { edition: edition.restating(&sample(key).edition, vec![source]), regime, reports }
}

/// The first edition of this period from [`reports`].
pub(crate) fn sample(key: &str) -> Sample {
    edition_of(key, 1, Cause::Locked, reports())
}

/// The same, before any decision applies.
pub(crate) fn sample_without_targets(key: &str) -> Sample {
    let regime = Regime { targets: Vec::new(), decisions: Vec::new(), ..regime() };
    Sample::of(regime, &units(), EditionId { period: period(key), number: 1 }, Cause::Locked, reports())
}
