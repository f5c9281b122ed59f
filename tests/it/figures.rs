//! Figures out: who owes what, rankings with their movement, and numbers traced to their revisions.

use std::sync::Arc;

use baocao_app::error::AppError;
use baocao_app::ranking::{RankUnits, Ranking, Unranked};
use baocao_app::totals::Reading;
use baocao_app::trace::Figure;
use baocao_domain::edition::Filing;
use baocao_domain::indicator::{Ratio, Scope};
use baocao_domain::reason::Reason;
use baocao_domain::target::Span;
use baocao_domain::unit::PeerGroup;
use baocao_jobs::{JobName, Jobs};

use crate::database::Database;
use crate::world::World;

/// A commune of Hữu Lũng that files nothing in month 8.
const ABSENT: &str = "06400";
const ITS_DISTRICT: &str = "186";

/// Months 7 and 8 are closed; in month 8 one commune is missing.
async fn august(database: &Database) -> World {
    let world = World::on(Arc::clone(&database.store)).await;
    for (place, (month, absent)) in [("2022-M07", &[][..]), ("2022-M08", &[ABSENT])].into_iter().enumerate() {
        world.go_to_due_day(month);
        world.file_all_but(absent, place).await;
        world.go_to_lock(month);
        Jobs::run_once(&world.app, JobName::Close).await.expect("closed");
    }
    world
}

async fn ranking(world: &World, client: &str, period: &str, volume_min: i64) -> Result<Ranking, AppError> {
    let asked = RankUnits {
        form: "tthc".into(),
        period: period.into(),
        reading: Reading::Edition(1),
        indicator: "HS_XU_LY_TT".into(),
        span: Span::Period,
        group: PeerGroup::B,
        volume_min,
    };
    world.app.rank_units(&world.actor(client).await, &asked).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn districts_are_ranked_by_exact_fractions_with_how_they_moved() {
    let database = Database::sqlite().await;
    let world = august(&database).await;
    let (july, august) = (
        ranking(&world, "operator", "2022-M07", 0).await.expect("July"),
        ranking(&world, "operator", "2022-M08", 0).await.expect("August"),
    );
    assert_eq!((july.units.len(), july.compared_with), (11, None));
    let ranks: Vec<_> = july.units.iter().map(|unit| unit.rank.expect("all are in")).collect();
    assert!(ranks.iter().all(|rank| rank.of == 11));
    for (pair, ranks) in july.units.windows(2).zip(ranks.windows(2)) {
        let order = pair[0].ratio.compare(pair[1].ratio);
        assert!(order.is_ge(), "best first: {pair:?}");
        assert_eq!(order.is_eq(), ranks[0].place == ranks[1].place, "equal fractions share a place: {pair:?}");
    }
    // Its commune is missing, so the district has no place, and those behind it moved up.
    assert_eq!(august.compared_with.map(|edition| edition.to_string()).as_deref(), Some("2022-M07/1"));
    let last = august.units.last().expect("a unit");
    assert_eq!((last.unit.as_str(), last.rank), (ITS_DISTRICT, Err(Unranked::ReportsMissing)));
    for unit in august.units.iter().filter(|unit| unit.rank.is_ok()) {
        let then = july.units.iter().find(|then| then.unit == unit.unit).and_then(|then| then.rank.ok());
        let places = then.zip(unit.rank.ok()).map(|(then, now)| i64::from(then.place) - i64::from(now.place));
        assert_eq!(unit.movement, places, "{}", unit.unit);
    }
    let small = ranking(&world, "operator", "2022-M07", i64::MAX).await.expect("July");
    assert!(small.units.iter().all(|unit| unit.rank == Err(Unranked::TooFew)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ranking_is_shown_to_units_when_it_is_public() {
    let database = Database::sqlite().await;
    let world = august(&database).await;
    match ranking(&world, "178", "2022-M07", 0).await {
        Err(AppError::Refused(refusal)) => assert_eq!(refusal.reason, Reason::OutsideSubtree),
        other => panic!("July is not public yet: {other:?}"),
    }
    Jobs::run_once(&world.app, JobName::Publish).await.expect("published");
    assert_eq!(ranking(&world, "178", "2022-M07", 0).await.expect("public").units.len(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_traced_to_the_revisions_that_it_was_made_of() {
    let database = Database::sqlite().await;
    let world = august(&database).await;
    let operator = world.operator().await;
    let totals = world.app.totals(&operator, ITS_DISTRICT, "tthc", "2022-M08", Some(1)).await.expect("totals");
    let unit = &totals.edition.units[totals.position];
    let trace = async |client: &str, figure: Figure| {
        world.app.trace(&world.actor(client).await, ITS_DISTRICT, "tthc", "2022-M08", Some(1), &figure).await
    };

    let column = Figure::Column { code: "received".into(), scope: Scope::Subtree };
    let received = trace(ITS_DISTRICT, column).await.expect("a trace");
    assert_eq!(received.total.numerator, totals.edition.value(&unit.subtree, "received"));
    assert_eq!(received.contributions.iter().map(|c| c.given.numerator).sum::<i64>(), received.total.numerator);
    assert_eq!((received.coverage.reported, received.coverage.obliged), (24, 25), "24 communes and the office");
    let absent = received.contributions.iter().find(|c| c.unit.as_str() == ABSENT).expect("it is listed");
    assert_eq!((&absent.revision, absent.given.numerator), (&None, 0));

    for (code, span) in [("HS_XU_LY_TT", Span::YearToDate), ("DVCTT_CO_PHAT_SINH_TT", Span::Period)] {
        let figure = Figure::Indicator { code: code.into(), span };
        let traced = trace("operator", figure).await.expect("a trace");
        let is_asked = |o: &&baocao_domain::edition::Outcome| o.indicator.as_str() == code && o.span == span;
        let outcome = unit.outcomes.iter().find(is_asked).expect("an outcome");
        assert_eq!((traced.total, traced.coverage), (outcome.ratio, outcome.coverage), "{code}");
        let sum = traced.contributions.iter().fold(Ratio::default(), |sum, c| Ratio {
            numerator: sum.numerator + c.given.numerator,
            denominator: sum.denominator + c.given.denominator,
        });
        assert_eq!(traced.adds_up, sum == traced.total, "{code}: procedures that several units count are one");
        assert!(traced.contributions.iter().filter(|c| c.revision.is_none()).count() == 1);
    }
    let unknown = trace("operator", Figure::Column { code: "recived".into(), scope: Scope::Own }).await;
    assert!(matches!(unknown, Err(AppError::Refused(refusal)) if refusal.reason == Reason::UnknownColumn));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completeness_is_counted_from_obligations() {
    let database = Database::sqlite().await;
    let world = august(&database).await;
    let owed = world.app.obligations(&world.operator().await, "20", "tthc", "2022-M08", None).await.expect("known");
    assert_eq!((owed.coverage.reported, owed.coverage.obliged, owed.units.len()), (227, 228, 228));
    let missing: Vec<&str> = owed
        .units
        .iter()
        .filter(|unit| unit.owed.iter().any(|owed| owed.filing == Filing::Missing))
        .map(|unit| unit.unit.as_str())
        .collect();
    assert_eq!(missing, [ABSENT]);
    let own = world.app.obligations(&world.actor("178").await, "178", "tthc", "2022-Q3", None).await.expect("known");
    assert_eq!((own.units.len(), own.coverage.obliged), (9, 27), "8 communes and the office, three months");
}
