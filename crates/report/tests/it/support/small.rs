//! A small province with everything that Lạng Sơn does not have: targets that are maxima or exact, windows other than
//! the year, a vertical agency, deadlines by tier, a district that owes no report, services of level 1.

use std::collections::BTreeMap;

use baocao_domain::deadline::preset;
use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::form::{Form, Limit, OverTime};
use baocao_domain::ids::{IndicatorCode, ProcedureCode, SingleFieldCode, UnitId};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope, Side, Term};
use baocao_domain::obligation::Obligation;
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::{Catalogue, Eligibility, Procedure, ServiceLevel};
use baocao_domain::regime::{Decision, Regime};
use baocao_domain::selector::Selector;
use baocao_domain::target::{Direction, Span, Target, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::date;

use super::form::{field, form_ii_06a};
use super::{calendar, code, everybody_owes, key, letterhead};

/// Code, name, group, parent. The first is the province; `70.CT` is a vertical agency; `703` owes no report.
const UNITS: [(&str, &str, Tier, Option<PeerGroup>, usize); 12] = [
    ("70", "Tỉnh Bình Minh", Tier::Province, None, 0),
    ("70.CT", "Cục Thuế tỉnh Bình Minh", Tier::Department, Some(PeerGroup::A), 0),
    ("70.STP", "Sở Tư pháp", Tier::Department, Some(PeerGroup::A), 0),
    ("70.SYT", "Sở Y tế", Tier::Department, Some(PeerGroup::A), 0),
    ("701", "Huyện Đông Sơn", Tier::District, Some(PeerGroup::B), 0),
    ("702", "Huyện Tây Sơn", Tier::District, Some(PeerGroup::B), 0),
    ("703", "Huyện Hòn Đảo", Tier::District, Some(PeerGroup::B), 0),
    ("70101", "Xã Một", Tier::Commune, Some(PeerGroup::C), 4),
    ("70102", "Xã Hai", Tier::Commune, Some(PeerGroup::C), 4),
    ("70201", "Xã Ba", Tier::Commune, Some(PeerGroup::C), 5),
    ("70202", "Xã Bốn", Tier::Commune, Some(PeerGroup::C), 5),
    ("70203", "Xã Năm", Tier::Commune, Some(PeerGroup::C), 5),
];

/// What this edition of it is like.
pub(crate) struct Odd {
    /// The year.
    pub(crate) year: i16,
    /// Over which spans the four targets are judged: overdue, petitions, services, dossiers.
    pub(crate) windows: [Span; 4],
    /// Whether there are targets at all.
    pub(crate) has_targets: bool,
    /// These reports are missing: unit and month.
    pub(crate) missing: Vec<(&'static str, &'static str)>,
    /// These reports come ten minutes after they are due.
    pub(crate) late: Vec<(&'static str, &'static str)>,
    /// The services on offer: levels in turn.
    pub(crate) levels: Vec<ServiceLevel>,
}

impl Default for Odd {
    fn default() -> Self {
        Self {
            year: 2022,
            windows: [Span::YearToDate; 4],
            has_targets: true,
            missing: Vec::new(),
            late: Vec::new(),
            levels: vec![ServiceLevel::One, ServiceLevel::Two, ServiceLevel::Three, ServiceLevel::Four],
        }
    }
}

/// The edition of a period of its year: `Q3`, `H1`, `M08`; nothing for the year itself.
pub(crate) fn edition(period: &str, odd: &Odd) -> Edition {
    let regime = regime(odd);
    let year = odd.year;
    let period = key(&if period.is_empty() { format!("{year}") } else { format!("{year}-{period}") });
    let units: Vec<UnitVersion> = UNITS.iter().enumerate().map(|(i, unit)| version(i, unit)).collect();
    let tree = Hierarchy::at(&units, period.window(regime.calendar.window_rule).to).expect("a tree");
    let mut reports = Vec::new();
    for (u, unit) in units.iter().enumerate().skip(1).filter(|(_, unit)| unit.code != code("703")) {
        for month in period.year_to_date() {
            let name = month.to_string();
            if odd.missing.contains(&(unit.code.as_str(), name.as_str())) {
                continue;
            }
            let is_late = odd.late.contains(&(unit.code.as_str(), name.as_str()));
            let due = regime.calendar.due(month, unit.tier);
            let received_at = due.plus_seconds(if is_late { 600 } else { -600 });
            let figures = figures(u, month);
            reports.push(SealedReport { unit: unit.id, month, revision: 1, received_at, nil: false, figures });
        }
    }
    let sealed_at = regime.calendar.schedule(period).locks;
    Edition::make(EditionId { period, number: 1 }, Cause::Locked, sealed_at, &regime, &tree, &reports)
}

fn version(i: usize, (text, name, tier, group, parent): &(&str, &str, Tier, Option<PeerGroup>, usize)) -> UnitVersion {
    let id = |i: usize| UnitId(i64::try_from(i).expect("few units"));
    UnitVersion {
        id: id(i),
        valid_from: date(2015, 1, 1),
        code: code(text),
        name: (*name).into(),
        tier: *tier,
        group: *group,
        parent: (i > 0).then(|| id(*parent)),
        dissolved: false,
    }
}

/// Three procedures a unit; one in twelve of the resolved dossiers of every third unit is late, else one in two hundred.
fn figures(u: usize, month: PeriodKey) -> Figures {
    let (_, m) = month.month_range();
    let unit = i64::try_from(u).expect("few");
    let mut rows = BTreeMap::new();
    for p in 0..3_usize {
        let online = if p == 2 && u.is_multiple_of(2) { 0 } else { 40 + 10 * unit + i64::from(m) };
        let direct = 60 + 15 * i64::try_from(p).expect("few");
        let resolved = online + direct;
        let late = if u.is_multiple_of(3) { resolved / 12 } else { resolved / 200 };
        let row = vec![online, direct, 0, 10, resolved - late - 10, late, 0, 0];
        rows.insert(ProcedureCode::parse(&format!("9.{:06}", 1 + (3 * u + p) % 40)).expect("a code"), row);
    }
    let field = |code: &str, value: i64| (SingleFieldCode::parse(code).expect("a code"), value);
    let missed = i64::from(u == 5);
    let single_fields = BTreeMap::from([field("pakn_due", 12), field("pakn_in_time", 12 - missed)]);
    Figures { rows, single_fields }
}

fn regime(odd: &Odd) -> Regime {
    let form = form();
    let rule = |selector: &str, owes, include_in_parent| Obligation {
        selector: Selector::parse(selector).expect(selector),
        owes,
        include_in_parent,
        ..everybody_owes(&format!("{}-M01", odd.year))
    };
    Regime {
        name: "binh-minh".into(),
        province: code("70"),
        letterhead: letterhead("Bình Minh"),
        calendar: baocao_domain::calendar::Calendar {
            deadlines: preset("bac-kan-2021").expect("a preset"),
            ..calendar()
        },
        first_month: key(&format!("{}-M01", odd.year)),
        obligations: vec![rule("all", true, true), rule("unit:70.CT", true, false), rule("unit:703", false, true)],
        catalogue: catalogue(&odd.levels),
        lists: Vec::new(),
        indicators: indicators(&form, odd.year),
        decisions: vec![Decision {
            number: "12/QĐ-UBND".into(),
            issued: Some(date(odd.year, 1, 5)),
            title: "Về việc giao chỉ tiêu".into(),
        }],
        targets: if odd.has_targets { targets(odd) } else { Vec::new() },
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: vec!["Số liệu là giả định.".into()],
        form,
    }
}

fn form() -> Form {
    let petition = |code: &str, heading: &str| field(code, heading, OverTime::Sum, &[]);
    Form {
        single_fields: vec![
            petition("pakn_due", "Số phản ánh, kiến nghị đến hạn xử lý trong kỳ"),
            petition("pakn_in_time", "Số phản ánh, kiến nghị xử lý đúng hạn"),
        ],
        limits: vec![Limit { part: 1, whole: 0 }],
        ..form_ii_06a()
    }
}

const CODES: [&str; 4] = ["QUA_HAN", "PAKN", "DVC", "HS"];

fn indicators(form: &Form, year: i16) -> Vec<Indicator> {
    let terms =
        |positions: &[usize]| positions.iter().map(|position| Term { position: *position, weight: 1 }).collect();
    let columns =
        |positions: &[usize]| Side { columns: terms(positions), single_fields: Vec::new(), filter: Filter::default() };
    let field = |code: &str| Side {
        columns: Vec::new(),
        single_fields: terms(&[form.single_field(code).expect("a field")]),
        filter: Filter::default(),
    };
    let indicator = |i: usize, name: &str, short: &str, noun: &str, (numerator, denominator)| Indicator {
        code: IndicatorCode::parse(CODES[i]).expect("a code"),
        name: name.into(),
        short_name: short.into(),
        noun: noun.into(),
        count: if i == 2 { Count::DistinctProcedures } else { Count::Sum },
        numerator,
        denominator,
        scope: Scope::Subtree,
        better: if i == 0 { Better::Lower } else { Better::Higher },
        valid_from: date(year - 1, 12, 15),
        valid_to: None,
        basis: String::new(),
    };
    let overdue = (columns(&[5]), columns(&[3, 4, 5]));
    let online = || (columns(&[0]), columns(&[0, 1]));
    let petitions = (field("pakn_in_time"), field("pakn_due"));
    vec![
        indicator(0, "Tỷ lệ hồ sơ giải quyết quá hạn", "Hồ sơ giải quyết quá hạn", "hồ sơ", overdue),
        indicator(
            1,
            "Tỷ lệ xử lý phản ánh, kiến nghị đúng hạn",
            "Xử lý PAKN đúng hạn",
            "phản ánh, kiến nghị",
            petitions,
        ),
        indicator(2, "Tỷ lệ DVCTT có phát sinh hồ sơ trực tuyến", "DVCTT có phát sinh hồ sơ", "dịch vụ", online()),
        indicator(3, "Tỷ lệ hồ sơ trực tuyến", "Hồ sơ trực tuyến", "hồ sơ", online()),
    ]
}

/// At most 2% overdue, all petitions in time, 80% of services, 57,5% of dossiers: those of districts only of their own
/// competence and their own office, and of new procedures only from five days after they took effect.
fn targets(odd: &Odd) -> Vec<Target> {
    let threshold = |value, scale, direction| Threshold { value, scale, direction };
    let target = |i: usize, selector: &str, threshold| Target {
        decision: "12/QĐ-UBND".into(),
        applies_from: date(odd.year, 1, 5),
        year: odd.year,
        indicator: IndicatorCode::parse(CODES[i]).expect("a code"),
        selector: Selector::parse(selector).expect(selector),
        threshold: Some(threshold),
        window: odd.windows[i],
        scope: None,
        competence: None,
        eligibility: None,
        basis: String::new(),
    };
    let dossiers = threshold(575, 1, Direction::AtLeast);
    vec![
        target(0, "all", threshold(2, 0, Direction::AtMost)),
        target(1, "all", threshold(100, 0, Direction::Exactly)),
        target(2, "all", threshold(80, 0, Direction::AtLeast)),
        target(3, "group:A", dossiers),
        Target {
            scope: Some(Scope::Own),
            competence: Some(Tier::District),
            eligibility: Some(Eligibility { after_days: 5, until: Some(date(odd.year, 12, 14)) }),
            ..target(3, "group:B", dossiers)
        },
    ]
}

/// Forty procedures, of these levels in turn.
fn catalogue(levels: &[ServiceLevel]) -> Catalogue {
    let procedures: Vec<Procedure> = (1..=40_usize)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("9.{n:06}")).expect("a code"),
            name: format!("Thủ tục {n}"),
            level: levels[n % levels.len()],
            field: "Lĩnh vực".into(),
            competence: Tier::District,
            in_force_from: None,
        })
        .collect();
    Catalogue::from(procedures)
}
