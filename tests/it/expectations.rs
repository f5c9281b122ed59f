//! What is expected of units: effective targets, targets that a district assigns, forecasts.

use std::collections::BTreeMap;
use std::sync::Arc;

use baocao_app::cascade::{CascadeTargets, Cascaded};
use baocao_app::error::AppError;
use baocao_app::ports::Store;
use baocao_domain::cascade::{Outcome, Rule};
use baocao_domain::forecast::Prospect;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::target::Threshold;
use baocao_jobs::{JobName, Jobs};
use jiff::civil::{date, time};

use crate::database::Database;
use crate::world::World;

/// Tràng Định, 22 communes.
const DISTRICT: &str = "180";
const INDICATOR: &str = "HS_XU_LY_TT";

/// Month 7 is closed with every report in.
async fn july(store: Arc<dyn Store>) -> World {
    let world = World::on(store).await;
    world.go_to_due_day("2022-M07");
    world.file_all_but(&[], 0).await;
    world.go_to_lock("2022-M07");
    let report = Jobs::run_once(&world.app, JobName::Close).await.expect("closed");
    assert_eq!((report.done, report.failed), (1, 0));
    world
}

fn command(unit: &str, indicator: &str, year: i16, rule: Rule) -> CascadeTargets {
    CascadeTargets {
        unit: unit.into(),
        indicator: indicator.into(),
        year,
        decision: "215/QĐ-UBND".into(),
        issued: date(year, 7, 20),
        rule,
        validate_only: false,
    }
}

async fn cascade(world: &World, client: &str, command: &CascadeTargets) -> Result<Cascaded, AppError> {
    world.app.cascade(&world.actor(client).await, command).await
}

fn refused(answer: Result<Cascaded, AppError>) -> Refusal {
    match answer {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The rate that holds for a unit, and the decision that it stands in.
async fn expected(world: &World, unit: &str, period: &str) -> Option<(i64, String)> {
    let held = world.app.expectations(&world.operator().await, unit, period, false).await.expect("known");
    let of_dossiers = held.into_iter().find(|held| held.target.indicator.as_str() == INDICATOR)?;
    Some((of_dossiers.target.threshold?.value, of_dossiers.target.decision))
}

async fn a_district_assigns(store: Arc<dyn Store>) {
    let world = july(store).await;
    let uniform = |percent| Rule::Uniform(Threshold::percent(percent));
    assert_eq!(expected(&world, "05974", "2022-M08").await, None, "the province names districts only");
    assert_eq!(expected(&world, DISTRICT, "2022-M08").await, Some((50, "1045/QĐ-UBND".into())));

    // Too little everywhere: the district's own 50% would not be certain. The smallest repair is told.
    let refusal = refused(cascade(&world, DISTRICT, &command(DISTRICT, INDICATOR, 2022, uniform(30))).await);
    assert_eq!(refusal.reason, Reason::CascadeInfeasible);
    assert!(refusal.findings.len() > 1, "what it comes to, then each raise: {refusal:?}");
    assert_eq!(expected(&world, "06001", "2022-M08").await, None, "nothing was assigned");

    // A commune may not, nor may a department; another district not for this one.
    for (client, unit, reason) in
        [("06001", "06001", Reason::CascadeNotDelegated), ("178", DISTRICT, Reason::OutsideSubtree)]
    {
        let refusal = refused(cascade(&world, client, &command(unit, INDICATOR, 2022, uniform(60))).await);
        assert_eq!(refusal.reason, reason, "{client}");
    }

    // Enough: 60% for every commune, weighed with July's figures. Tried first, then done, then done again.
    let tried = CascadeTargets { validate_only: true, ..command(DISTRICT, INDICATOR, 2022, uniform(60)) };
    assert!(!cascade(&world, DISTRICT, &tried).await.expect("feasible").changed);
    assert_eq!(expected(&world, "06001", "2022-M08").await, None, "tried only");
    let done = cascade(&world, DISTRICT, &command(DISTRICT, INDICATOR, 2022, uniform(60))).await.expect("feasible");
    assert_eq!((done.changed, done.plan.outcome), (true, Outcome::Feasible));
    assert_eq!(done.weighed_to.map(|month| month.to_string()).as_deref(), Some("2022-M07"));
    assert_eq!(done.plan.lines.len(), 23, "22 communes and the office");
    assert!(!cascade(&world, DISTRICT, &command(DISTRICT, INDICATOR, 2022, uniform(60))).await.expect("again").changed);
    assert_eq!(expected(&world, "06001", "2022-M08").await, Some((60, "215/QĐ-UBND".into())));
    assert_eq!(expected(&world, "06001", "2022-M07").await, None, "July ended before the district's decision");

    // August is judged by them; July's edition is what it was.
    world.go_to_due_day("2022-M08");
    world.file_all_but(&[], 1).await;
    world.go_to_lock("2022-M08");
    Jobs::run_once(&world.app, JobName::Close).await.expect("closed");
    for (period, judged) in [("2022-M07", 0), ("2022-M08", 22)] {
        let totals = world.app.totals(&world.operator().await, DISTRICT, "tthc", period, Some(1)).await.expect("known");
        let below = totals.edition.subtree(totals.position);
        let judged_communes = below[1..].iter().filter(|unit| unit.judged_for_record().next().is_some()).count();
        assert_eq!(judged_communes, judged, "{period}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_assigns_targets_to_its_communes() {
    let sqlite = Database::sqlite().await;
    a_district_assigns(Arc::clone(&sqlite.store)).await;
    let postgres = Database::postgres().await;
    postgres.tell(|database| async move { a_district_assigns(Arc::clone(&database.store)).await }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_given_less_than_the_floor_of_the_decision() {
    let database = Database::sqlite().await;
    let world = World::of("hoa-binh-2020", Arc::clone(&database.store)).await;
    world.clock.move_to(Instant::at(date(2020, 8, 20), time(9, 0, 0, 0)));
    let tree = world.app.hierarchy(date(2020, 8, 20)).await.expect("a tree");
    let district = tree.nodes().iter().find(|node| node.code.as_str().len() == 3).expect("a district").code.clone();
    let communes = tree.subtree(tree.position(&district).expect("a place")).len() - 1;
    let indicator = "HS_TT_M34_TREN_TONG";

    let low = command(district.as_str(), indicator, 2020, Rule::Uniform(Threshold::percent(19)));
    let refusal = refused(cascade(&world, district.as_str(), &low).await);
    assert_eq!(refusal.reason, Reason::CascadeBelowFloor);
    assert_eq!(refusal.findings.len(), communes, "every commune that is below is named");

    // Nothing is closed yet: whether 20% is enough is unknown, and that is not a refusal.
    let enough = command(district.as_str(), indicator, 2020, Rule::Uniform(Threshold::percent(20)));
    let done = cascade(&world, district.as_str(), &enough).await.expect("at the floor");
    assert_eq!((done.plan.outcome, done.weighed_to), (Outcome::Unknown, None));

    // One forgotten, one foreign: both are told.
    let mut rates: BTreeMap<UnitCode, Threshold> = done.plan.assigned();
    let (forgotten, _) = rates.pop_first().expect("a commune");
    rates.insert(UnitCode::parse("17").expect("a code"), Threshold::percent(30));
    let refusal =
        refused(cascade(&world, district.as_str(), &CascadeTargets { rule: Rule::Each(rates), ..enough }).await);
    let told: Vec<&str> = refusal.findings.iter().map(|finding| finding.given.as_str()).collect();
    assert_eq!(told, ["17", forgotten.as_str()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecast_says_what_is_needed_and_whether_it_can_still_come() {
    let database = Database::sqlite().await;
    let world = july(Arc::clone(&database.store)).await;
    let forecast = async |unit: &str, period: &str| {
        world.app.forecast(&world.operator().await, unit, "tthc", period, INDICATOR).await
    };
    // Hạn cuối năm: 14/12/2022; today is the lock of month 7, 18/7/2022.
    let missed = forecast("20.SLDTBXH", "2022").await.expect("a target");
    let needed = missed.threshold.new_cases_needed(missed.ratio).expect("reachable");
    assert_eq!(missed.forecast.needed, Some(needed));
    assert!(needed > 0, "the play has this department miss its target");
    assert_eq!((missed.closes_on, missed.outlook.days_left), (date(2022, 12, 14), 149));
    assert_eq!(missed.reference.map(|month| month.to_string()).as_deref(), Some("2022-M07"));
    assert_eq!(missed.outlook.last_volume, missed.ratio.denominator);
    let expected = missed.outlook.last_volume * 149 / 30;
    let prospect = if needed > expected { Prospect::BeyondLastVolume } else { Prospect::WithinReach };
    assert_eq!((missed.forecast.expected, missed.forecast.prospect), (expected, prospect));
    // The month itself is over: no day is left.
    let over = forecast("20.SLDTBXH", "2022-M07").await.expect("a target");
    assert_eq!((over.outlook.days_left, over.forecast.prospect), (0, Prospect::OutOfReach));
    let met = forecast("20.SNV", "2022").await.expect("a target");
    assert_eq!((met.forecast.needed, met.forecast.prospect), (Some(0), Prospect::Reached));
    match forecast("05971", "2022").await {
        Err(AppError::Refused(refusal)) => assert_eq!(refusal.reason, Reason::NoTarget),
        other => panic!("a commune has no target yet: {other:?}"),
    }
}
