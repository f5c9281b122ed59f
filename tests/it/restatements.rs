//! Restatements: what a correction changes is previewed, listed by the next editions, and read again at any instant.

use std::process::Command;
use std::sync::Arc;

use baocao_app::error::AppError;
use baocao_app::extension::GrantExtension;
use baocao_app::ranking::RankUnits;
use baocao_app::restatements::Restated;
use baocao_app::submit::{AskedRevision, Submit};
use baocao_app::totals::Reading;
use baocao_app::trace::Figure;
use baocao_domain::edition::{Edition, EditionId};
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::{FormCode, UnitCode};
use baocao_domain::indicator::Scope;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::Reason;
use baocao_domain::restatement::{Item, Value, Why};
use baocao_domain::target::Span;
use baocao_domain::unit::PeerGroup;
use baocao_jobs::{JobName, Jobs};

use crate::database::Database;
use crate::world::World;

/// A commune of Hữu Lũng that files nothing in month 7 before the lock.
const ABSENT: &str = "06400";
const ITS_DISTRICT: &str = "186";
const PERIODS: [&str; 2] = ["2022-M07", "2022-Q3"];

/// The quarter is closed; in month 7 one commune is missing.
async fn quarter(database: &Database) -> World {
    let world = World::on(Arc::clone(&database.store)).await;
    for (place, (month, absent)) in
        [("2022-M07", &[ABSENT][..]), ("2022-M08", &[]), ("2022-M09", &[])].into_iter().enumerate()
    {
        world.go_to_due_day(month);
        world.file_all_but(absent, place).await;
    }
    world.go_to_lock("2022-M09");
    assert_eq!(world.app.close_due().await.expect("closed").closed.len(), 4);
    world
}

async fn edition(database: &Database, name: &str) -> Edition {
    let form = FormCode::parse("tthc").expect("form");
    let id = EditionId::parse(name).expect("edition");
    let row = database.store.read().await.expect("read").edition(&form, id).await.expect("query");
    serde_json::from_str(&row.expect(name).document).expect("an edition")
}

async fn restated_by(database: &Database, number: u32) -> Vec<Restated> {
    let mut restated = Vec::new();
    for period in PERIODS {
        let edition = edition(database, &format!("{period}/{number}")).await;
        restated.push(Restated { edition: edition.id, restatement: edition.restatement.expect("a restatement") });
    }
    restated
}

async fn extend(world: &World) {
    let grant = GrantExtension {
        unit: ABSENT.into(),
        form: "tthc".into(),
        period: "2022-M07".into(),
        reason: "mất kết nối".into(),
        expires_at: Some(world.app.now().plus_seconds(3_600)),
    };
    world.app.grant_extension(&world.operator().await, &grant).await.expect("granted");
}

/// What the next editions would change, as a client is told.
async fn preview(world: &World, client: &str, command: &Submit) -> Vec<Restated> {
    let checked = Submit { request_id: world.new_uuid(), validate_only: true, ..command.clone() };
    world.app.submit(&world.actor(client).await, &checked).await.expect("accepted").restatements
}

/// Files a while later and closes.
async fn file_and_close(world: &World, command: &Submit) {
    world.clock.move_to(world.app.now().plus_seconds(600));
    let answer = world.app.submit(&world.actor(ABSENT).await, command).await.expect("accepted");
    assert_eq!(answer.restatements, [], "a preview comes with a check alone");
    world.clock.move_to(world.app.now().plus_seconds(600));
    let closed: Vec<String> =
        world.app.close_due().await.expect("closed").closed.iter().map(|edition| edition.period.to_string()).collect();
    assert_eq!(closed, PERIODS);
}

/// The figures with dossiers of the first row that has any moved from direct to online: every identity still holds.
fn corrected(mut figures: RawFigures) -> RawFigures {
    let place = |name: &str| figures.columns.iter().position(|column| column == name).expect(name);
    let (online, direct) = (place("online"), place("direct"));
    let row = figures.rows.iter_mut().find(|(_, values)| values[direct] > 0).expect("a direct dossier");
    row.1[online] += row.1[direct];
    row.1[direct] = 0;
    figures
}

fn part_of(restated: &[Restated], unit: &str) -> Vec<Restated> {
    let alone = |code: &UnitCode| code.as_str() == unit;
    let part = |Restated { edition, restatement }: &Restated| Restated {
        edition: *edition,
        restatement: restatement.clone().of_units(alone),
    };
    restated.iter().map(part).collect()
}

/// Two corrections, each checked first: the late report, and then other figures in its place.
async fn corrected_twice(database: &Database) -> World {
    let world = quarter(database).await;
    let first = world.request(ABSENT, "2022-M07", world.figures(ABSENT, 0));
    extend(&world).await;
    let form = FormCode::parse("tthc").expect("form");
    let stored = async || {
        let mut tx = database.store.read().await.expect("read");
        (tx.submission_counts(&form).await.expect("counts"), tx.audit_head().await.expect("head"))
    };
    let before = stored().await;
    let (all, own) = (preview(&world, "operator", &first).await, preview(&world, ABSENT, &first).await);
    assert_eq!(stored().await, before, "a check leaves nothing");
    file_and_close(&world, &first).await;
    assert_eq!(all, restated_by(database, 2).await);
    assert_eq!(own, part_of(&all, ABSENT), "nothing is public yet: a key is told about its own units");
    assert!(own.iter().all(|restated| !restated.restatement.changes.is_empty()));

    let second = Submit {
        expected_revision: Some(1),
        reason: "nhập nhầm cột".into(),
        ..world.request(ABSENT, "2022-M07", corrected(world.figures(ABSENT, 0)))
    };
    let publishes =
        PERIODS.map(|period| world.loaded.regime.calendar.schedule(PeriodKey::parse(period).expect(period)).publishes);
    world.clock.move_to(publishes.into_iter().max().expect("two periods").max(world.app.now()));
    Jobs::run_once(&world.app, JobName::Publish).await.expect("published");
    extend(&world).await;
    let (all, own) = (preview(&world, "operator", &second).await, preview(&world, ABSENT, &second).await);
    file_and_close(&world, &second).await;
    assert_eq!(all, restated_by(database, 3).await);
    assert_eq!(own, all, "what it changes is public: anybody can work it out");
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_of_a_correction_previews_exactly_what_the_next_editions_list() {
    let database = Database::sqlite().await;
    let world = corrected_twice(&database).await;
    let [late, other] = [2, 3].map(|number| format!("2022-M07/{number}"));
    let (late, other) = (edition(&database, &late).await, edition(&database, &other).await);
    let told = late.restatement.as_ref().expect("a restatement");
    let of = |unit: &str, item: Item| {
        let mut of_unit = told.changes.iter().filter(|change| change.unit.as_str() == unit && change.item == item);
        of_unit.next().map(|change| (change.old.clone(), change.new.clone(), change.why))
    };
    let july = Item::Report { month: PeriodKey::parse("2022-M07").expect("month") };
    let filed = Value::Reported { revision: 1, late: true, nil: false };
    assert_eq!(of(ABSENT, july), Some((Some(Value::Missing), Some(filed), Why::OwnReport)));
    let online = of(ITS_DISTRICT, Item::Column { code: "online".into(), scope: Scope::Subtree });
    assert_eq!(online.map(|(_, _, why)| why), Some(Why::ReportBelow));
    assert!(told.changes.iter().any(|change| change.why == Why::OtherUnits), "places move");
    assert!(told.changes.iter().all(|change| change.old != change.new && change.why != Why::Rules));

    let source = &other.restatement.as_ref().expect("a restatement").sources[0];
    assert_eq!((source.before, source.now, source.note.as_str()), (Some(1), Some(2), "nhập nhầm cột"));

    let listed = world.app.restatements(&world.operator().await, "tthc", "2022-M07").await.expect("listed");
    let stored: Vec<_> = [&other, &late].map(|e| (e.id, e.restatement.clone())).into();
    assert_eq!(listed.into_iter().map(|r| (r.edition, Some(r.restatement))).collect::<Vec<_>>(), stored);
    let own = world.app.restatements(&world.actor(ABSENT).await, "tthc", "2022-M07").await.expect("listed");
    assert_eq!(own[0].restatement, stored[0].1.clone().expect("one").of_units(|unit| unit.as_str() == ABSENT));
    assert_eq!(Some(&own[1].restatement), stored[1].1.as_ref(), "edition 2 is public");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_is_exact_on_both_databases() {
    Database::postgres().await.tell(|database| async move { drop(corrected_twice(&database).await) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filing_before_the_lock_restates_nothing() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    let command = world.request(ABSENT, "2022-M07", world.figures(ABSENT, 0));
    assert_eq!(preview(&world, ABSENT, &command).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_of_any_instant_gives_exactly_what_stood_then() {
    let database = Database::sqlite().await;
    let world = corrected_twice(&database).await;
    world.clock.move_to(world.app.now().plus_seconds(60));
    world.app.publish_due().await.expect("published");
    let site = world.files.site();
    let program = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("recompute.py");
    for period in PERIODS {
        for number in 1..=3 {
            let edition = site.join(period).join(number.to_string());
            let said = Command::new("python3").arg(&program).arg(&edition).output().expect("python3 runs");
            let words = String::from_utf8_lossy(&said.stdout);
            assert!(said.status.success() && words.contains("no difference"), "{words}");
            assert_eq!(number == 1, words.contains(" 0 changes"), "{words}");
        }
    }
    let operator = world.operator().await;
    let moment = |at: Instant, micros: i64| Instant::from_micros(at.micros() + micros);
    for period in PERIODS {
        let mut frozen = Vec::new();
        for number in 1..=3 {
            frozen.push(edition(&database, &format!("{period}/{number}")).await);
        }
        let read = async |at| {
            let totals = world.app.totals(&operator, "20", "tthc", period, Reading::AsOf(at)).await.expect("known");
            (totals.edition, totals.is_frozen)
        };
        for (i, edition) in frozen.iter().enumerate() {
            let until = frozen.get(i + 1).map_or_else(|| world.app.now(), |next| moment(next.sealed_at, -1));
            for at in [edition.sealed_at, moment(edition.sealed_at, 1), until] {
                assert_eq!(read(at).await, (edition.clone(), true), "{} at {}", edition.id, at.iso());
            }
        }
        // A moment before the first seal everything was received that it seals, and nothing was frozen.
        let (before, is_frozen) = read(moment(frozen[0].sealed_at, -1)).await;
        assert_eq!((before.units == frozen[0].units, is_frozen), (true, false), "{period}");

        let figure = Figure::Column { code: "online".into(), scope: Scope::Subtree };
        let ranked = |reading| RankUnits {
            form: "tthc".into(),
            period: period.into(),
            reading,
            indicator: "HS_XU_LY_TT".into(),
            span: Span::Period,
            group: PeerGroup::C,
            volume_min: 0,
        };
        for (number, edition) in (1..).zip(&frozen) {
            let (numbered, then) = (Reading::Edition(number), Reading::AsOf(moment(edition.sealed_at, 1)));
            let traced = async |reading| {
                world.app.trace(&operator, ITS_DISTRICT, "tthc", period, reading, &figure).await.expect("a trace")
            };
            assert_eq!(traced(then).await, traced(numbered).await, "{}", edition.id);
            let ranking = async |reading| world.app.rank_units(&operator, &ranked(reading)).await.expect("a ranking");
            assert_eq!(ranking(then).await.units, ranking(numbered).await.units, "{}", edition.id);
        }
    }
    // On the due day of month 8 one report of two months was there.
    let schedule = world.loaded.regime.calendar.schedule(PeriodKey::parse("2022-M08").expect("month"));
    let lock_of_july = world.loaded.regime.calendar.schedule(PeriodKey::parse("2022-M07").expect("month")).locks;
    assert!(lock_of_july < schedule.locks);
    let early = world.app.totals(&operator, "20", "tthc", "2022-Q3", Reading::AsOf(lock_of_july)).await.expect("known");
    let coverage = early.edition.province().subtree_coverage;
    assert_eq!((coverage.reported, coverage.obliged, early.is_frozen), (227, 684, false));
    a_submission_is_read_as_it_stood(&world).await;
}

async fn a_submission_is_read_as_it_stood(world: &World) {
    let read = async |asked: AskedRevision| {
        let answer = world.app.submission(&world.actor(ABSENT).await, ABSENT, "tthc", "2022-M07", asked).await;
        answer.map(|(revision, _)| revision.number).map_err(|error| match error {
            AppError::Refused(refusal) => refusal.reason,
            other => panic!("{other}"),
        })
    };
    let mut received = Vec::new();
    for number in [1, 2] {
        let named = world.app.submission(&world.actor(ABSENT).await, ABSENT, "tthc", "2022-M07", Some(number)).await;
        received.push(named.expect("known").0.received_at);
    }
    let (before, just) = (|at: Instant| Instant::from_micros(at.micros() - 1), AskedRevision::AsOf);
    assert_eq!(read(just(before(received[0]))).await, Err(Reason::UnknownSubmission));
    assert_eq!(read(just(received[0])).await, Ok(1));
    assert_eq!(read(just(before(received[1]))).await, Ok(1));
    assert_eq!(read(just(received[1])).await, Ok(2));
    assert_eq!(read(just(world.app.now())).await, Ok(2));
    assert_eq!(read(just(world.app.now().plus_seconds(1))).await, Err(Reason::FieldRequired));
    let ahead = Reading::AsOf(world.app.now().plus_seconds(1));
    match world.app.totals(&world.operator().await, "20", "tthc", "2022-Q3", ahead).await {
        Err(AppError::Refused(refusal)) => assert_eq!(refusal.findings[0].path, "as_of"),
        other => panic!("the future is not known: {:?}", other.map(|totals| totals.edition.id)),
    }
}
