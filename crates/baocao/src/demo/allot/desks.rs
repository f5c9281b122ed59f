//! Who files which services: the rows of every unit, still without figures.

use baocao_app::regime::UnitRow;
use baocao_domain::ids::ProcedureCode;
use baocao_domain::procedure::{Catalogue, Procedure, ServiceLevel};
use baocao_domain::unit::Tier;

use super::Line;
use super::plan::{
    BALANCE, COMMUNE_LEVEL_2, COMMUNE_SERVICES, DEPARTMENTS, DISTRICTS, Department, District, NIL_COMMUNES, Share,
};
use crate::demo::spread::scatter;

/// The highest level of service that cannot be filed online.
const LEVEL_OVER_THE_COUNTER: ServiceLevel = ServiceLevel::Two;

/// How the dossiers of a service come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Levels 3 and 4: online and over the counter.
    Online,
    /// Levels 3 and 4, but nobody files online.
    CounterOnly,
    /// Level 2: never online.
    Level2,
}

/// One service of one unit.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) procedure: ProcedureCode,
    pub(super) kind: Kind,
    /// How often it is used, beside the unit's other services.
    pub(super) weight: i64,
    pub(super) months: [Line; 3],
}

/// One unit at work.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) unit: &'a UnitRow,
    pub(super) rows: Vec<Row>,
    /// Dossiers of levels 3 and 4 a month, as a weight.
    pub(super) dossiers: i64,
    /// Dossiers of level 2 a month, as a weight.
    pub(super) level_2_dossiers: i64,
    /// A small commune, where some services get through a month without a dossier online.
    pub(super) is_small: bool,
}

/// What is judged together: a department, or a district with its communes.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub(super) share: Share,
    pub(super) is_balance: bool,
    pub(super) desks: Vec<Desk<'a>>,
}

/// Opens the desks of all units in the plan.
pub(super) fn open<'a>(catalogue: &Catalogue, units: &'a [UnitRow]) -> Vec<Account<'a>> {
    let find = |code: &str| units.iter().find(|unit| unit.code.as_str() == code);
    let departments =
        DEPARTMENTS.iter().filter_map(|plan| Some(department(plan, find(plan.code)?, catalogue.procedures())));
    let districts = DISTRICTS.iter().enumerate().filter_map(|(place, plan)| {
        let office = find(plan.code)?;
        let communes = units.iter().filter(|unit| unit.parent.as_ref() == Some(&office.code)).collect();
        Some(district(place, plan, office, communes, catalogue.procedures()))
    });
    departments.chain(districts).collect()
}

fn department<'a>(plan: &Department, unit: &'a UnitRow, procedures: &[Procedure]) -> Account<'a> {
    let own = |p: &Procedure| p.competence == Tier::Department && plan.fields.contains(&p.field.as_str());
    let (online, level_2) = by_level(procedures, own);
    let size = plan.size;
    let services = window(&online, 0, size.services, size.counter_only);
    let desk = Desk {
        unit,
        rows: rows(unit, &services, &window(&level_2, 0, size.level_2, 0)),
        dossiers: size.dossiers,
        level_2_dossiers: size.level_2_dossiers,
        is_small: false,
    };
    Account { share: plan.share, is_balance: plan.code == BALANCE, desks: vec![desk] }
}

fn district<'a>(
    place: usize,
    plan: &District,
    office: &'a UnitRow,
    communes: Vec<&'a UnitRow>,
    procedures: &[Procedure],
) -> Account<'a> {
    let size = plan.size;
    let (online, level_2) = by_level(procedures, |p| p.competence == Tier::District);
    let services = window(&online, place * 17, size.services, size.counter_only);
    let office_desk = Desk {
        unit: office,
        rows: rows(office, &services, &window(&level_2, place * 4, size.level_2, 0)),
        dossiers: size.dossiers,
        level_2_dossiers: size.level_2_dossiers,
        is_small: false,
    };

    let (online, level_2) = by_level(procedures, |p| p.competence == Tier::Commune);
    let pool = window(&online, place * 11, COMMUNE_SERVICES, plan.communes_counter_only);
    let pool_2 = window(&level_2, place * 3, COMMUNE_LEVEL_2, 0);
    let commune_desks = communes
        .into_iter()
        .filter(|unit| !NIL_COMMUNES.contains(&unit.code.as_str()))
        .map(|unit| commune(unit, &pool, &pool_2));
    let desks = std::iter::once(office_desk).chain(commune_desks).collect();
    Account { share: plan.share, is_balance: false, desks }
}

/// Towns and wards use all services of their district's communes, so that the district's set of services is the same in
/// every month; the other communes use some of them.
fn commune<'a>(unit: &'a UnitRow, pool: &[Service<'_>], pool_2: &[Service<'_>]) -> Desk<'a> {
    let code = unit.code.as_str();
    let is_town = ["Phường ", "Thị trấn "].iter().any(|kind| unit.name.starts_with(kind));
    let (services, level_2) = if is_town {
        (pool.to_vec(), pool_2.to_vec())
    } else {
        (some_of(pool, code, 14, 21), some_of(pool_2, code, 5, 7))
    };
    let size = if is_town { scatter(&[code, "size"], 230, 320) } else { scatter(&[code, "size"], 90, 210) };
    Desk {
        unit,
        rows: rows(unit, &services, &level_2),
        dossiers: size * 42 / 100,
        level_2_dossiers: size * 58 / 100,
        is_small: !is_town,
    }
}

/// A service, whether it is used over the counter only, and its place in popularity.
#[derive(Clone, Copy)]
struct Service<'a> {
    procedure: &'a Procedure,
    counter_only: bool,
    place: usize,
}

fn by_level(procedures: &[Procedure], is_own: impl Fn(&Procedure) -> bool) -> (Vec<&Procedure>, Vec<&Procedure>) {
    procedures.iter().filter(|p| is_own(p)).partition(|p| p.level > LEVEL_OVER_THE_COUNTER)
}

/// So many services from this place of a list on, round its end; those over the counter only are spread evenly.
fn window<'a>(list: &[&'a Procedure], from: usize, count: usize, counter_only: usize) -> Vec<Service<'a>> {
    let from_there = list.iter().cycle().skip(from).take(count.min(list.len())).enumerate();
    from_there
        .map(|(place, procedure)| {
            let counter_only = (place + 1) * counter_only / count > place * counter_only / count;
            Service { procedure, counter_only, place }
        })
        .collect()
}

fn some_of<'a>(pool: &[Service<'a>], code: &str, low: u32, high: u32) -> Vec<Service<'a>> {
    let count = usize::try_from(scatter(&[code, "count"], low, high)).unwrap_or(pool.len());
    let from = usize::try_from(scatter(&[code, "from"], 0, high)).unwrap_or(0);
    pool.iter().cycle().skip(from).take(count.min(pool.len())).copied().collect()
}

fn rows(unit: &UnitRow, services: &[Service<'_>], level_2: &[Service<'_>]) -> Vec<Row> {
    let kind = |service: &Service<'_>| if service.counter_only { Kind::CounterOnly } else { Kind::Online };
    let with_kind = services.iter().map(|service| (service, kind(service)));
    let mut rows: Vec<Row> = with_kind
        .chain(level_2.iter().map(|service| (service, Kind::Level2)))
        .map(|(service, kind)| {
            let procedure = service.procedure.code.clone();
            let weight = popularity(service.place) + scatter(&[unit.code.as_str(), procedure.as_str()], 0, 20);
            Row { procedure, kind, weight, months: [Line::default(); 3] }
        })
        .collect();
    rows.sort_by(|a, b| a.procedure.cmp(&b.procedure));
    rows
}

/// A few services are used much more than the others.
fn popularity(place: usize) -> i64 {
    i64::try_from(480 / (place + 4)).unwrap_or(0) + 5
}
