//! Random provinces with their regimes and reports.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::calendar::Calendar;
use baocao_domain::days_off::DaysOff;
use baocao_domain::deadline::{Days, preset};
use baocao_domain::edition::{Cause, Edition, EditionId, Filing, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::form::{Column, Form, Limit, OverTime, SingleField};
use baocao_domain::ids::{
    ColumnCode, FormCode, IndicatorCode, ListCode, ProcedureCode, SingleFieldCode, UnitCode, UnitId,
};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Scope, Side, Term};
use baocao_domain::instant::Instant;
use baocao_domain::obligation::Obligation;
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::procedure::{Catalogue, Eligibility, Membership, Procedure, ProcedureList, ServiceLevel};
use baocao_domain::regime::{Letterhead, Regime};
use baocao_domain::selector::Selector;
use baocao_domain::target::{Direction, Span, Target, Threshold, Verdict};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::ToSpan;
use jiff::civil::{Date, date, time};

use super::chance::Chance;

const PERIODS: [&str; 12] = [
    "2022-M04", "2022-M05", "2022-M06", "2022-M08", "2022-Q2", "2022-Q2", "2022-H1", "2022-H1", "2022-9M", "2022",
    "2022-M07", "2022-Q3",
];
const MONTHS: [&str; 7] = ["2022-M01", "2022-M02", "2022-M03", "2022-M04", "2022-M05", "2022-M06", "2022-M07"];
const LEVELS: [ServiceLevel; 3] = [ServiceLevel::Two, ServiceLevel::Three, ServiceLevel::Four];
const TIERS: [Tier; 3] = [Tier::Department, Tier::District, Tier::Commune];
const FIELDS: [&str; 2] = ["Tư pháp", "Đất đai"];
const SPANS: [Span; 3] = Span::ALL;

/// A province, its regime and every revision that was ever filed.
pub(super) struct World {
    pub(super) regime: Regime,
    pub(super) versions: Vec<UnitVersion>,
    pub(super) revisions: Vec<SealedReport>,
    pub(super) period: PeriodKey,
    pub(super) sealed_at: Instant,
}

impl World {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let regime = regime(chance);
        let versions = versions(chance);
        let period = month(chance.one_of(&PERIODS)).max(regime.first_month);
        let ends = period.window(regime.calendar.window_rule).to;
        let sealed_at = Instant::at(ends.saturating_add(3.days()), time(12, 0, 0, 0));
        let mut world = Self { regime, versions, revisions: Vec::new(), period, sealed_at };
        world.revisions = revisions(chance, &world);
        world
    }

    /// The reports that count: of each submission the last revision before the sealing.
    fn sealed(&self) -> Vec<SealedReport> {
        let mut last: BTreeMap<(UnitId, PeriodKey), &SealedReport> = BTreeMap::new();
        for revision in self.revisions.iter().filter(|revision| revision.received_at <= self.sealed_at) {
            let known = last.entry((revision.unit, revision.month)).or_insert(revision);
            if revision.revision > known.revision {
                *known = revision;
            }
        }
        last.into_values().cloned().collect()
    }

    /// The same province with every report in, whatever the missing ones may have said: what is in stays as it is, single
    /// fields that it lacks are added.
    pub(super) fn completed(&self, chance: &mut Chance) -> Self {
        let mut sealed: BTreeMap<(UnitId, PeriodKey), SealedReport> =
            self.sealed().into_iter().map(|report| ((report.unit, report.month), report)).collect();
        let units: BTreeMap<UnitId, Tier> = self.versions.iter().map(|version| (version.id, version.tier)).collect();
        for month in self.period.year_to_date() {
            for (unit, tier) in &units {
                let received_at = self.sealed_at;
                let report = sealed.entry((*unit, month)).or_insert_with(|| {
                    let nil = chance.once_in(3);
                    let figures = if nil { Figures::default() } else { figures(chance, &self.regime, *tier) };
                    SealedReport { unit: *unit, month, revision: 1, received_at, nil, figures }
                });
                if !report.nil {
                    fill_fields(chance, &self.regime, *tier, &mut report.figures);
                }
            }
        }
        Self {
            regime: self.regime.clone(),
            versions: self.versions.clone(),
            revisions: sealed.into_values().collect(),
            period: self.period,
            sealed_at: self.sealed_at,
        }
    }

    pub(super) fn edition(&self) -> Edition {
        let day = self.period.window(self.regime.calendar.window_rule).to;
        let tree = Hierarchy::at(&self.versions, day).expect("a tree");
        let id = EditionId { period: self.period, number: 1 };
        Edition::make(id, Cause::Locked, self.sealed_at, &self.regime, &tree, &self.sealed())
    }
}

/// How often each kind of result occurred: a test of nothing would pass as well.
#[derive(Default)]
pub(super) struct Kinds {
    seen: BTreeMap<&'static str, u64>,
}

impl Kinds {
    pub(super) fn count(&mut self, edition: &Edition) {
        let mut see = |kind| *self.seen.entry(kind).or_default() += 1;
        for unit in &edition.units {
            if !unit.is_included {
                see("a vertical agency");
                if edition.units.iter().any(|other| other.parent.as_ref() == Some(&unit.code)) {
                    see("a vertical agency with units below it");
                }
            }
            for owed in &unit.filings {
                match owed.filing {
                    Filing::Missing => see("a missing report"),
                    Filing::Reported { late: true, .. } => see("a late report"),
                    Filing::Reported { revision: 2.., .. } => see("a corrected report"),
                    Filing::Reported { nil: true, .. } => see("a nil report"),
                    Filing::Reported { .. } => {}
                }
            }
            for outcome in &unit.outcomes {
                if let Some(judgement) = &outcome.judgement {
                    see(judgement.verdict.code());
                    let is_exact = outcome.ratio.denominator > 0 && judgement.threshold.compare(outcome.ratio).is_eq();
                    if is_exact {
                        see("a share exactly on its threshold");
                    }
                    if outcome.bounds.is_some() && judgement.verdict != Verdict::Uncertain {
                        see("a verdict that missing reports cannot change");
                    }
                }
                if outcome.rank.is_some_and(|rank| rank.place > 1) {
                    see("a place behind another");
                }
                if outcome.eligibility.is_some() {
                    see("a rule of eligibility");
                }
            }
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (kind, count) in other.seen {
            *self.seen.entry(kind).or_default() += count;
        }
    }

    pub(super) fn assert_all_occur(&self, cases: u64) {
        for kind in [
            "a vertical agency",
            "a vertical agency with units below it",
            "a missing report",
            "a late report",
            "a corrected report",
            "a nil report",
            "MET",
            "MISSED",
            "NOT_APPLICABLE",
            "UNCERTAIN",
            "a share exactly on its threshold",
            "a verdict that missing reports cannot change",
            "a place behind another",
            "a rule of eligibility",
        ] {
            let seen = self.seen.get(kind).copied().unwrap_or_default();
            assert!(seen >= cases / 10, "{kind} occurred only {seen} times in {cases} cases");
        }
    }
}

fn month(text: &str) -> PeriodKey {
    PeriodKey::parse(text).expect(text)
}

fn unit_code(text: &str) -> UnitCode {
    UnitCode::parse(text).expect(text)
}

/// A province with departments, districts and communes; some come later, end, are renamed or move.
fn versions(chance: &mut Chance) -> Vec<UnitVersion> {
    let begin = date(2021, 1, 1);
    let version = |id: i64, code: String, tier, group, parent: Option<i64>| UnitVersion {
        id: UnitId(id),
        valid_from: begin,
        code: unit_code(&code),
        name: format!("Đơn vị {code}"),
        tier,
        group,
        parent: parent.map(UnitId),
        dissolved: false,
    };
    let mut versions = vec![version(1, "20".into(), Tier::Province, None, None)];
    let mut next = 2;
    for n in 0..1 + chance.below(2) {
        versions.push(version(next, format!("20.D{n}"), Tier::Department, Some(PeerGroup::A), Some(1)));
        next += 1;
    }
    let mut districts = Vec::new();
    for n in 0..1 + chance.below(3) {
        districts.push(next);
        versions.push(version(next, format!("1{n}"), Tier::District, Some(PeerGroup::B), Some(1)));
        next += 1;
    }
    for n in 0..chance.below(5) {
        let parent = chance.one_of(&districts);
        versions.push(version(next, format!("05{n}"), Tier::Commune, Some(PeerGroup::C), Some(parent)));
        next += 1;
        let changed = UnitVersion { valid_from: day_of_2022(chance), ..versions[versions.len() - 1].clone() };
        match chance.below(8) {
            0 => versions.push(UnitVersion { dissolved: true, ..changed }),
            1 => versions.push(UnitVersion { parent: Some(UnitId(chance.one_of(&districts))), ..changed }),
            2 => versions.push(UnitVersion { code: unit_code(&format!("06{n}")), ..changed }),
            3 => {
                let last = versions.len() - 1;
                versions[last].valid_from = changed.valid_from;
            }
            _ => {}
        }
    }
    versions
}

fn day_of_2022(chance: &mut Chance) -> Date {
    date(2022, 1, 1).saturating_add(i64::try_from(chance.below(240)).expect("small").days())
}

fn regime(chance: &mut Chance) -> Regime {
    let form = form(chance);
    let lists = vec![list(chance)];
    let indicators = indicators(chance);
    let targets = targets(chance, &indicators);
    Regime {
        name: "random".into(),
        province: unit_code("20"),
        letterhead: Letterhead {
            issuer: String::new(),
            issuer_place: String::new(),
            place: String::new(),
            province: String::new(),
            symbol: String::new(),
            addressee: String::new(),
            recipients: Vec::new(),
            signatory_lines: Vec::new(),
            urging_organ: String::new(),
        },
        calendar: calendar(chance),
        first_month: month(chance.one_of(&MONTHS[..4])),
        obligations: obligations(chance),
        form,
        catalogue: catalogue(chance),
        lists,
        indicators,
        decisions: Vec::new(),
        targets,
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: Vec::new(),
    }
}

fn calendar(chance: &mut Chance) -> Calendar {
    let mut deadlines = preset("bac-kan-2021").expect("a preset");
    deadlines.commune.days = Days::working(1).expect("a day");
    Calendar {
        window_rule: chance.one_of(&[WindowRule::FifteenthToFourteenth, WindowRule::CalendarMonth]),
        days_off: DaysOff::default(),
        deadlines,
        lock_time: time(12, 0, 0, 0),
        lock_working_days: 1,
        publish: None,
        longer_periods: BTreeSet::new(),
    }
}

/// A flow, an opening and a closing stock, and two single fields of which one is a part of the other.
fn form(chance: &mut Chance) -> Form {
    let column = |code: &str, over_time| Column {
        code: ColumnCode::parse(code).expect(code),
        number: 0,
        heading: String::new(),
        over_time,
    };
    let over_time = chance.one_of(&[OverTime::Sum, OverTime::Sum, OverTime::First, OverTime::Last]);
    let owed_by = chance.one_of(&[vec![], vec![Tier::Commune], vec![Tier::Commune, Tier::District]]);
    let field = |code: &str| SingleField {
        code: SingleFieldCode::parse(code).expect(code),
        heading: String::new(),
        over_time,
        owed_by: owed_by.clone(),
    };
    Form {
        code: FormCode::parse("tthc").expect("code"),
        title: String::new(),
        columns: vec![
            column("online", OverTime::Sum),
            column("direct", OverTime::Sum),
            column("opening", OverTime::First),
            column("closing", OverTime::Last),
        ],
        derived: Vec::new(),
        identities: Vec::new(),
        single_fields: vec![field("whole"), field("part")],
        limits: vec![Limit { part: 1, whole: 0 }],
        continuity: None,
    }
}

fn procedure(n: usize) -> ProcedureCode {
    ProcedureCode::parse(&format!("9.{n}")).expect("a code")
}

fn catalogue(chance: &mut Chance) -> Catalogue {
    let procedures: Vec<Procedure> = (0..3 + chance.below(4))
        .map(|n| Procedure {
            code: procedure(n),
            name: String::new(),
            level: chance.one_of(&LEVELS),
            field: chance.one_of(&FIELDS).to_owned(),
            competence: chance.one_of(&TIERS),
            in_force_from: chance.once_in(3).then(|| day_of_2022(chance)),
        })
        .collect();
    Catalogue::from(procedures)
}

fn list(chance: &mut Chance) -> ProcedureList {
    let members = (0..7).filter(|_| chance.once_in(2)).collect::<Vec<_>>();
    let members = members.into_iter().map(|n| {
        let from = if chance.once_in(2) { date(2021, 1, 1) } else { day_of_2022(chance) };
        let to = chance.once_in(3).then(|| from.saturating_add(95.days()));
        let again =
            to.filter(|_| chance.once_in(2)).map(|to| Membership { from: to.saturating_add(20.days()), to: None });
        (procedure(n), std::iter::once(Membership { from, to }).chain(again).collect())
    });
    ProcedureList {
        code: ListCode::parse("L-1").expect("a code"),
        title: String::new(),
        basis: String::new(),
        members: members.collect(),
    }
}

fn obligations(chance: &mut Chance) -> Vec<Obligation> {
    let mut obligations = vec![obligation("all", "2022-M01", None, true, true)];
    if chance.once_in(3) {
        obligations.push(obligation("tier:commune", "2022-M01", Some("2022-M03"), chance.once_in(2), true));
    }
    if chance.once_in(3) {
        obligations.push(obligation("unit:20.D0", "2022-M02", None, true, false));
    }
    if chance.once_in(6) {
        obligations.push(obligation("unit:10", "2022-M01", None, true, false));
    }
    if chance.once_in(6) {
        obligations.push(obligation("group:B", "2022-M03", None, chance.once_in(2), true));
    }
    if chance.once_in(4) {
        obligations.push(obligation("tier:commune@10", "2022-M04", None, chance.once_in(2), chance.once_in(2)));
    }
    obligations
}

fn obligation(selector: &str, from: &str, to: Option<&str>, owes: bool, include_in_parent: bool) -> Obligation {
    Obligation {
        selector: Selector::parse(selector).expect(selector),
        from: month(from),
        to: to.map(month),
        owes,
        include_in_parent,
        basis: String::new(),
    }
}

/// Indicators whose numerator is a part of the denominator, as the loader demands.
fn indicators(chance: &mut Chance) -> Vec<Indicator> {
    let mut indicators = Vec::new();
    for n in 0..1 + chance.below(3) {
        let counts_fields = chance.once_in(4);
        let weight = chance.one_of(&[1, 1, 2]);
        let count = if counts_fields || chance.once_in(2) { Count::Sum } else { Count::DistinctProcedures };
        let (numerator, denominator) =
            if counts_fields { (fields(&[(1, weight)]), fields(&[(0, weight)])) } else { columns(chance) };
        let mut indicator = Indicator {
            code: IndicatorCode::parse(&format!("I{n}")).expect("a code"),
            name: String::new(),
            short_name: String::new(),
            noun: "hồ sơ".into(),
            count,
            numerator,
            denominator,
            scope: chance.one_of(&[Scope::Own, Scope::Subtree, Scope::Subtree]),
            better: chance.one_of(&[Better::Higher, Better::Higher, Better::Lower]),
            valid_from: date(2021, 1, 1),
            valid_to: None,
            basis: String::new(),
        };
        if chance.once_in(4) {
            let last = day_of_2022(chance);
            let next = Indicator { valid_from: last.saturating_add(1.day()), ..indicator.clone() };
            indicator.valid_to = Some(last);
            indicators.push(indicator);
            let (numerator, denominator) =
                if counts_fields { (next.numerator, next.denominator) } else { columns(chance) };
            indicators.push(Indicator { numerator, denominator, ..next });
        } else {
            indicators.push(indicator);
        }
    }
    indicators
}

fn terms(given: &[(usize, i64)]) -> Vec<Term> {
    given.iter().map(|(position, weight)| Term { position: *position, weight: *weight }).collect()
}

fn fields(given: &[(usize, i64)]) -> Side {
    Side { single_fields: terms(given), ..Side::default() }
}

fn columns(chance: &mut Chance) -> (Side, Side) {
    // (column, weight) above, and the one that counts below only.
    let (above, more) =
        chance.one_of(&[((0, 1), (1, 1)), ((0, 1), (1, 1)), ((0, 3), (1, 2)), ((3, 1), (0, 1)), ((2, 1), (1, 1))]);
    let list = || ListCode::parse("L-1").expect("a code");
    let wide = Filter {
        levels: if chance.once_in(2) { chance.some_of(&LEVELS) } else { Vec::new() },
        list: None,
        competence: if chance.once_in(4) { chance.some_of(&TIERS) } else { Vec::new() },
        fields: if chance.once_in(4) { vec![chance.one_of(&FIELDS).to_owned()] } else { Vec::new() },
    };
    let narrow = Filter { list: chance.once_in(3).then(list), ..wide.clone() };
    let wide = if chance.once_in(4) { narrow.clone() } else { wide };
    let side = |given: &[(usize, i64)], filter| Side { columns: terms(given), single_fields: Vec::new(), filter };
    (side(&[above], narrow), side(&[above, more], wide))
}

/// No two rows of equal rank and day for one unit, as the loader demands.
fn targets(chance: &mut Chance, indicators: &[Indicator]) -> Vec<Target> {
    let selectors = [
        "all",
        "group:A",
        "tier:district",
        "tier:commune",
        "tier:commune@20",
        "tier:commune@10",
        "unit:20.D0",
        "unit:10",
        "unit:050",
    ];
    let mut targets: Vec<Target> = Vec::new();
    for code in indicators.iter().map(|indicator| &indicator.code).collect::<BTreeSet<_>>() {
        for (n, selector) in selectors.iter().enumerate() {
            let some_day = day_of_2022(chance);
            for applies_from in [date(2022, 1, 10), some_day] {
                if !chance.once_in(3) {
                    continue;
                }
                let is_same = |t: &Target| t.indicator == *code && t.selector.to_string() == *selector;
                if targets.iter().any(|t| is_same(t) && t.applies_from == applies_from) {
                    continue;
                }
                targets.push(Target {
                    decision: format!("{n}/QĐ-UBND {applies_from}"),
                    applies_from,
                    year: if chance.once_in(12) { 2021 } else { 2022 },
                    indicator: code.clone(),
                    selector: Selector::parse(selector).expect(selector),
                    threshold: (!chance.once_in(8)).then(|| threshold(chance)),
                    window: chance.one_of(&SPANS),
                    scope: chance.one_of(&[None, None, Some(Scope::Own), Some(Scope::Subtree)]),
                    competence: chance.one_of(&[None, None, Some(Tier::Commune), Some(Tier::District)]),
                    eligibility: chance.once_in(4).then(|| Eligibility {
                        after_days: chance.one_of(&[0, 5, 30]),
                        until: chance.once_in(2).then(|| day_of_2022(chance)),
                    }),
                    basis: String::new(),
                });
            }
        }
    }
    targets
}

fn threshold(chance: &mut Chance) -> Threshold {
    let at_least = |value, scale| Threshold { value, scale, direction: Direction::AtLeast };
    chance.one_of(&[
        at_least(0, 0),
        at_least(20, 0),
        at_least(50, 0),
        at_least(50, 0),
        at_least(575, 1),
        at_least(6_667, 2),
        at_least(100, 0),
        Threshold { direction: Direction::Exactly, ..at_least(100, 0) },
        Threshold { direction: Direction::AtMost, ..at_least(0, 0) },
        Threshold { direction: Direction::AtMost, ..at_least(25, 0) },
        Threshold { direction: Direction::AtMost, ..at_least(100, 0) },
    ])
}

/// Every unit files most months of the year to date, some late, some twice, some after the sealing.
fn revisions(chance: &mut Chance, world: &World) -> Vec<SealedReport> {
    let regime = &world.regime;
    let units: BTreeMap<UnitId, Tier> = world.versions.iter().map(|version| (version.id, version.tier)).collect();
    let mut revisions = Vec::new();
    // In every other province reports are missing; there, one of four.
    let all_file = chance.once_in(2);
    for month in world.period.year_to_date() {
        for (unit, tier) in &units {
            if !all_file && chance.once_in(4) {
                continue;
            }
            for number in 1..=1 + u32::from(chance.once_in(5)) {
                let due = regime.calendar.due(month, *tier);
                let received_at = match chance.below(12) {
                    0 => due.plus_seconds(1),
                    1 => due,
                    2 if number > 1 => world.sealed_at.plus_seconds(1),
                    _ => due.plus_seconds(-3_600),
                };
                let nil = chance.once_in(10);
                let figures = if nil { Figures::default() } else { figures(chance, regime, *tier) };
                revisions.push(SealedReport { unit: *unit, month, revision: number, received_at, nil, figures });
            }
        }
    }
    revisions
}

fn figures(chance: &mut Chance, regime: &Regime, tier: Tier) -> Figures {
    let mut figures = Figures::default();
    for procedure in regime.catalogue.procedures() {
        if chance.once_in(2) {
            let row = (0..regime.form.columns.len()).map(|_| chance.one_of(&[0, 0, 1, 1, 2, 3])).collect();
            figures.rows.insert(procedure.code.clone(), row);
        }
    }
    let [whole, part] = [0, 1].map(|field| &regime.form.single_fields[field]);
    if whole.is_owed_by(tier) && !chance.once_in(6) {
        let count = chance.one_of(&[0, 1, 2, 4]);
        figures.single_fields.insert(whole.code.clone(), count);
        if !chance.once_in(6) {
            figures.single_fields.insert(part.code.clone(), count.min(chance.one_of(&[0, 1, 2, 4])));
        }
    }
    if figures.rows.is_empty() && figures.single_fields.is_empty() {
        let procedure = &regime.catalogue.procedures()[0];
        figures.rows.insert(procedure.code.clone(), vec![0; regime.form.columns.len()]);
    }
    figures
}

/// Gives the single fields that a report lacks; the part within the whole.
fn fill_fields(chance: &mut Chance, regime: &Regime, tier: Tier, figures: &mut Figures) {
    let [whole, part] = [0, 1].map(|field| &regime.form.single_fields[field]);
    if whole.is_owed_by(tier) {
        let count = *figures.single_fields.entry(whole.code.clone()).or_insert_with(|| chance.one_of(&[0, 1, 2, 9]));
        figures.single_fields.entry(part.code.clone()).or_insert_with(|| count.min(chance.one_of(&[0, 1, 9])));
    }
}
