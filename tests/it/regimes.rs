//! Regimes that are planned and applied, and figures that are imported: as commands, and against what is closed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use baocao::regimes;
use baocao::setup::{KEYS_FILE, first_start, read_keys};
use baocao_app::apply::Plan;
use baocao_app::close::CloseAction;
use baocao_app::error::AppError;
use baocao_app::extension::GrantExtension;
use baocao_app::import::{ImportError, Imported};
use baocao_app::ports::{EditionRow, PeriodRow};
use baocao_app::regime::LoadedRegime;
use baocao_domain::edition::{Edition, EditionId, Filing};
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::reason::Reason;
use jiff::civil::{Time, date};
use tempfile::TempDir;

use crate::database::Database;
use crate::processes::{Process, program, query};
use crate::world::World;

const COLUMNS: &str = "online,direct,carried_over,early,on_time,late,pending_in_time,pending_overdue";

/// Everything that a plan must leave as it is.
const ALL_ROWS: &str = "select 'regime ' || id || name || content_hash from regime union all \
    select 'unit ' || unit_id || valid_from || code || name from unit_version union all \
    select 'period ' || period || opens || '/' || due || '/' || locks from period union all \
    select 'setting ' || name || value from setting union all \
    select 'revision ' || id || content_hash from revision union all \
    select 'audit ' || seq || action || hash from audit";

fn form() -> FormCode {
    FormCode::parse("tthc").expect("a form")
}

/// A copy of the regime of Lạng Sơn with a text of a file replaced.
fn folder(home: &Path, name: &str, edits: &[(&str, &str, &str)]) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/regimes/lang-son-2022");
    let folder = home.join(name);
    std::fs::create_dir(&folder).expect("a folder");
    for entry in std::fs::read_dir(shipped).expect("the shipped regime") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("copied");
    }
    for (file, from, to) in edits {
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(folder.join(file), text.replacen(from, to, 1)).expect(file);
    }
    folder
}

/// Runs a command to its end.
fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program starts")
}

/// What a command says that must succeed.
fn says(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command says that must fail: on standard output, and on standard error.
fn fails(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_changes_nothing_and_a_regime_is_applied_once() {
    let home = TempDir::new().expect("a temporary folder");
    let path = home.path().join("data");
    let data = path.to_str().expect("a path");
    let first = says(&["regime", "plan", "lang-son-2022", "--data", data]);
    assert!(first.contains("Nothing is in force") && first.contains("Targets (54)") && first.contains("and 34 more"));
    assert!(!path.exists(), "a plan made an installation");

    assert!(says(&["regime", "apply", "lang-son-2022", "--data", data]).ends_with("Applied lang-son-2022.\n"));
    let applied = query(&path, ALL_ROWS).await;
    assert!(says(&["regime", "apply", "lang-son-2022", "--data", data]).contains("Nothing to change."));
    assert_eq!(query(&path, ALL_ROWS).await, applied, "the second apply wrote something");

    let changed = folder(
        home.path(),
        "next",
        &[
            ("targets.csv", "unit:20.STTTT,HS_XU_LY_TT,>=,90,", "unit:20.STTTT,HS_XU_LY_TT,>=,95,"),
            (
                "units.csv",
                "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-01-01",
                "05971,Phường Văn Thụ,commune,C,178,2022-08-15",
            ),
        ],
    );
    let changed = changed.to_str().expect("a path");
    let told = [
        "~ 1045/QĐ-UBND 2022 unit:20.STTTT HS_XU_LY_TT: >= 90% → >= 95%",
        "~ 05971: Phường Hoàng Văn Thụ → Phường Văn Thụ; valid from 2022-01-01 → 2022-08-15",
    ];
    let plan = says(&["regime", "plan", changed, "--data", data]);
    assert!(told.iter().all(|line| plan.contains(line)), "{plan}");
    assert_eq!(query(&path, ALL_ROWS).await, applied, "the plan wrote something");

    let answer = says(&["regime", "apply", changed, "--data", data]);
    assert!(told.iter().all(|line| answer.contains(line)), "{answer}");
    let kept: Vec<String> = query(&path, ALL_ROWS).await;
    assert!(applied.iter().all(|row| kept.contains(row)), "history was rewritten");
    assert_eq!(kept.len(), applied.len() + 3, "a regime, a version of a unit, an audit entry: {}", kept.len());
    let audited = "select a.action || ' ' || (a.content_hash = r.content_hash) from audit a, regime r \
                   where a.seq = (select max(seq) from audit) and r.id = (select max(id) from regime)";
    assert_eq!(query(&path, audited).await, ["apply-regime 1"]);
    assert!(says(&["regime", "plan", changed, "--data", data]).contains("Nothing to change."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_folder_is_listed_with_its_line_and_nothing_is_changed() {
    let home = TempDir::new().expect("a temporary folder");
    let path = home.path().join("data");
    let data = path.to_str().expect("a path");
    says(&["regime", "apply", "lang-son-2022", "--data", data]);
    let before = query(&path, ALL_ROWS).await;
    let faulty = folder(
        home.path(),
        "faulty",
        &[
            ("targets.csv", "unit:20.STTTT,HS_XU_LY_TT,>=,90,", "unit:20.STTTT,HS_XU_LY_TT,>=,900,"),
            ("obligations.csv", "all,2022-M07,", "all,2022-M13,"),
            ("regime.toml", "deadlines = \"first-working-day\"", "deadlines = \"some-day\""),
        ],
    );
    for action in ["plan", "apply"] {
        let (listed, error) = fails(&["regime", action, faulty.to_str().expect("a path"), "--data", data]);
        for place in ["targets.csv:3: ", "obligations.csv:2: ", "regime.toml:46: "] {
            assert!(listed.lines().any(|line| line.starts_with(place)), "{place} is not in {listed}");
        }
        assert!(error.contains("has faults (3): nothing was changed"), "{error}");
    }
    let (told, error) = fails(&["regime", "apply", "long-an-2024", "--data", data]);
    assert!(told.contains("province: 80; expected 20"), "{told}");
    assert!(error.contains("long-an-2024 cannot be applied"), "{error}");
    let (_, error) = fails(&["regime", "plan", "no-such-regime", "--data", data]);
    assert!(error.contains("there is no folder no-such-regime") && error.contains("hoa-binh-2020"), "{error}");
    assert_eq!(query(&path, ALL_ROWS).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_imported_whole_or_not_at_all_and_once() {
    let home = TempDir::new().expect("a temporary folder");
    let data = home.path().to_str().expect("a path");
    let mut serve = Process::start_serving(&["serve", "--data", data], &home.path().join("log"));
    assert!(serve.terminate().success());
    let file = home.path().join("2022.csv");
    let name = file.to_str().expect("a path");
    let right = format!(
        "unit,period,procedure,{COLUMNS}\n178,2022-M06,9.000308,0,0,5,0,0,0,5,0\n178,2022-M07,9.000308,12,30,5,8,33,0,6,0\n\
         180,2022-M07,nil,,,,,,,,\n"
    );
    std::fs::write(&file, right.replace("33,0,6,0", "33,0,9,0").replace("180,", "999,")).expect("written");
    let revisions = "select s.period || ' ' || r.number || ' ' || r.client from revision r join submission s \
                     on s.id = r.submission_id order by r.id";
    let (listed, error) = fails(&["import", name, "--data", data]);
    assert!(listed.contains(&format!("{name}:3: row: IDENTITY_BROKEN")), "{listed}");
    assert!(listed.contains(&format!("{name}:4: unit: UNKNOWN_UNIT")), "{listed}");
    assert!(error.contains("has faults (2): nothing was stored"), "{error}");
    assert_eq!(query(home.path(), revisions).await, Vec::<String>::new());

    std::fs::write(&file, &right).expect("written");
    assert!(says(&["import", name, "--data", data]).contains("Imported 2022-M06, 2022-M07."));
    let stored = ["2022-M06 1 import", "2022-M07 1 import", "2022-M07 1 import"];
    assert_eq!(query(home.path(), revisions).await, stored);
    assert!(says(&["import", name, "--data", data]).contains("Nothing to change"));
    assert_eq!(query(home.path(), revisions).await, stored);
    let audited = "select object || ' ' || outcome from audit where action = 'import' order by seq";
    let entries =
        ["file IDENTITY_BROKEN", "178/tthc/2022-M06/1 ok", "178/tthc/2022-M07/1 ok", "180/tthc/2022-M07/1 ok"];
    assert_eq!(query(home.path(), audited).await, entries);

    std::fs::write(&file, right.replace("12,30,5,8,33,0,6,0", "12,30,4,8,33,0,5,0")).expect("written");
    let answer = says(&["import", name, "--data", data]);
    assert!(answer.contains(&format!("{name}:3: 178/2022-M07 carried_over: EXPLANATION_REQUIRED \"4\"")), "{answer}");
    assert_eq!(query(home.path(), revisions).await.last().map(String::as_str), Some("2022-M07 2 import"));
}

impl World {
    /// On this database, set up to be live from a day of 2022 on.
    async fn live_from(database: &Database, month: i8, day: i8) -> Self {
        let mut world = Self::bare(Arc::clone(&database.store)).await;
        let live_from = Instant::at(date(2022, month, day), Time::midnight());
        first_start(&world.app, world.data(), &world.loaded, live_from).await.expect("first start");
        world.keys = read_keys(&world.data().join(KEYS_FILE)).expect("keys").into_iter().collect();
        world
    }

    /// A file with what the play has every unit file in a month.
    fn file_of_month(&self, month: usize, period: &str) -> String {
        let mut text = format!("unit,period,procedure,{COLUMNS}\n");
        for (unit, months) in self.allotment.filings() {
            let RawFigures { nil, rows, .. } = &months[month];
            if *nil {
                writeln!(text, "{unit},{period},nil,,,,,,,,").expect("text");
            }
            for (procedure, values) in rows {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                writeln!(text, "{unit},{period},{procedure},{}", values.join(",")).expect("text");
            }
        }
        text
    }

    async fn import(&self, text: &str) -> Result<Imported, ImportError> {
        self.app.import(text, &|_, _| {}).await
    }

    async fn editions(&self, database: &Database) -> Vec<(EditionRow, Edition)> {
        let mut tx = database.store.read().await.expect("read");
        let mut editions = Vec::new();
        for row in tx.editions(&form()).await.expect("editions") {
            let row = tx.edition(&form(), row.id).await.expect("read").expect("an edition");
            let edition = serde_json::from_str(&row.document).expect("an edition");
            editions.push((row, edition));
        }
        editions
    }

    async fn period(&self, database: &Database, name: &str) -> PeriodRow {
        let mut tx = database.store.read().await.expect("read");
        let periods = tx.periods(&form()).await.expect("periods");
        periods.into_iter().find(|row| row.period.to_string() == name).expect(name)
    }
}

/// Lạng Sơn with deadlines of two working days, another target and one longer period more.
fn next_regime() -> LoadedRegime {
    let home = TempDir::new().expect("a temporary folder");
    let edits = [
        ("regime.toml", "deadlines = \"first-working-day\"", "deadlines = \"khanh-hoa-2023\""),
        ("regime.toml", "\"half\", \"year\"", "\"half\", \"nine_months\", \"year\""),
        ("targets.csv", "unit:178,HS_XU_LY_TT,>=,50,", "unit:178,HS_XU_LY_TT,>=,99,"),
    ];
    regimes::named(folder(home.path(), "next", &edits).to_str().expect("a path")).expect("a regime")
}

async fn what_is_closed_stays_as_it_was_closed(database: Arc<Database>) {
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    world.file_all_but(&["06400"], 0).await;
    world.go_to_lock("2022-M07");
    world.app.close_due().await.expect("closed");
    let before = world.editions(&database).await;

    let next = next_regime();
    let (one, other) = tokio::join!(world.app.apply_regime(&next), world.app.apply_regime(&next));
    let applied: Vec<bool> = [one, other].into_iter().map(|plan| plan.expect("applied").is_empty()).collect();
    assert!(applied == [false, true] || applied == [true, false], "two that apply at once apply once: {applied:?}");
    assert!(world.app.plan_regime(&next).await.expect("planned").is_empty());

    assert_eq!(world.editions(&database).await, before, "an edition changed");
    assert_eq!(world.period(&database, "2022-M07").await.due.iso(), "2022-07-15T17:00:00+07:00", "it is sealed");
    assert_eq!(world.period(&database, "2022-M08").await.due.iso(), "2022-08-16T17:00:00+07:00", "it moved");
    assert_eq!(world.period(&database, "2022-9M").await.locks.iso(), "2022-09-19T12:00:00+07:00", "it is new");

    // What is closed later follows the new regime; the edition from before still says which one it followed.
    world.clock.move_to(world.period(&database, "2022-M08").await.locks);
    world.app.close_due().await.expect("closed");
    let runs = database.store.read().await.expect("read").close_runs(&form()).await.expect("runs");
    let regimes: Vec<(String, i64)> = runs.iter().map(|run| (run.edition.to_string(), run.regime)).collect();
    assert_eq!(regimes, [("2022-M07/1".into(), 1), ("2022-M08/1".into(), 2)]);
    let after = world.editions(&database).await;
    assert_eq!(after[0], before[0]);

    let tables = [("first_month = \"2022-M07\"", "first_month = \"2022-M08\"")];
    let refused = refused(&world, &tables.map(|(from, to)| ("regime.toml", from, to))).await;
    assert!(refused.contains("expected 2022-M07 or earlier, as 2022-M07 has an edition"), "{refused}");
}

/// Why a changed regime cannot be applied.
async fn refused(world: &World, edits: &[(&str, &str, &str)]) -> String {
    let home = TempDir::new().expect("a temporary folder");
    let regime = regimes::named(folder(home.path(), "next", edits).to_str().expect("a path")).expect("a regime");
    let plan: Plan = world.app.plan_regime(&regime).await.expect("planned");
    let error = world.app.apply_regime(&regime).await.expect_err("it is refused");
    assert!(matches!(&error, AppError::Failed { .. }), "{error:?}");
    assert!(error.chain().contains(&plan.refused.join("; ")), "{}", error.chain());
    error.chain()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_closed_stays_as_it_was_closed_on_sqlite() {
    Database::sqlite().await.tell(what_is_closed_stays_as_it_was_closed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_closed_stays_as_it_was_closed_on_postgres() {
    Database::postgres().await.tell(what_is_closed_stays_as_it_was_closed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_reports_are_filed_on_stays() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    world.file("178", 0).await.expect("filed");
    let another = ("regime.toml", "code = \"late\"\nnumber = 10\n", "code = \"overdue\"\nnumber = 10\n");
    let derived = ("regime.toml", "\"on_time\", \"late\"]", "\"on_time\", \"overdue\"]");
    let identity = ("regime.toml", "\"on_time\", \"late\", ", "\"on_time\", \"overdue\", ");
    let refused = refused(&world, &[another, derived, identity]).await;
    assert!(refused.contains("form columns: ") && refused.contains("as reports are filed on it"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_balances_are_what_the_first_month_is_compared_with() {
    let database = Database::sqlite().await;
    let world = World::on(Arc::clone(&database.store)).await;
    world.go_to_due_day("2022-M07");
    let opening = format!("unit,period,procedure,{COLUMNS}\n178,2022-M06,9.000308,0,0,5,0,0,0,5,0\n");
    let imported = world.import(&opening).await.expect("imported, although the service is live");
    assert_eq!((imported.reports, imported.revisions), (1, 1));

    let columns: Vec<String> = COLUMNS.split(',').map(str::to_owned).collect();
    let figures = |carried_over| RawFigures {
        columns: columns.clone(),
        rows: vec![("9.000308".into(), vec![1, 0, carried_over, 1 + carried_over, 0, 0, 0, 0])],
        ..RawFigures::default()
    };
    let unit = world.actor("178").await;
    let refused = world.app.submit(&unit, &world.request("178", "2022-M07", figures(4))).await.expect_err("a break");
    assert!(matches!(refused, AppError::Refused(refusal) if refusal.reason == Reason::ExplanationRequired));
    world.app.submit(&unit, &world.request("178", "2022-M07", figures(5))).await.expect("continuous");

    // The opening month is no period of its own: it is neither listed nor closed, and nobody files for it.
    let periods = world.app.periods(&unit).await.expect("periods");
    assert!(periods.iter().all(|view| view.row.period.to_string() != "2022-M06"));
    let refused = world.app.submit(&unit, &world.request("178", "2022-M06", figures(5))).await.expect_err("not owed");
    assert!(matches!(refused, AppError::Refused(refusal) if refusal.reason == Reason::NotObliged));
    world.go_to_lock("2022-M07");
    let closed = world.app.close_due().await.expect("closed").closed;
    assert_eq!(closed, [EditionId::parse("2022-M07/1").expect("an edition")]);
}

async fn old_months_are_imported_closed_and_restated_without_mail(database: Arc<Database>) {
    let world = World::live_from(&database, 8, 1).await;
    world.go_to_due_day("2022-M08");
    let live = world.import(&world.file_of_month(1, "2022-M08")).await.expect_err("month 8 is live");
    let ImportError::Refused(faults) = live else { panic!("{live:?}") };
    let told: Vec<_> = faults.listed.iter().map(|fault| (fault.line, fault.finding.reason)).collect();
    assert_eq!(told, [(2, Reason::PeriodIsLive)], "told once");

    let july = world.file_of_month(0, "2022-M07");
    let imported = world.import(&july).await.expect("imported");
    assert_eq!((imported.reports, imported.revisions, imported.restated.len()), (228, 228, 0));
    assert_eq!(world.import(&july).await.expect("again").revisions, 0);
    world.file_all_but(&[], 1).await;
    world.go_to_lock("2022-M08");
    assert_eq!(world.app.close_due().await.expect("closed").closed.len(), 1, "only month 8 closes by itself");

    let operator = world.operator().await;
    world.app.close_period(&operator, "tthc", "2022-M07", CloseAction::Retry).await.expect("closed by hand");
    let editions = world.editions(&database).await;
    let (_, edition) = editions.iter().find(|(row, _)| row.id.to_string() == "2022-M07/1").expect("it is closed");
    let filings = || edition.units.iter().flat_map(|unit| &unit.filings);
    assert_eq!(filings().count(), 228);
    assert!(filings().all(|owed| matches!(owed.filing, Filing::Reported { late: false, .. })), "nobody was late");
    assert!(
        edition.units.iter().any(|unit| unit.verdicts_of_record().contains(&baocao_domain::target::Verdict::Missed))
    );
    assert_eq!(mails(&database, "2022-M07/1").await, 0, "nobody is written to about an old month");
    assert!(mails(&database, "2022-M08/1").await > 0, "about a live one they are");

    // A unit that files what was imported files nothing new: imported and filed content is one content.
    let unit = world.actor("178").await;
    let grant = GrantExtension {
        unit: "178".into(),
        form: "tthc".into(),
        period: "2022-M07".into(),
        reason: "đối chiếu".into(),
        expires_at: Some(world.app.now().plus_seconds(3_600)),
    };
    world.app.grant_extension(&operator, &grant).await.expect("granted");
    let filed =
        world.app.submit(&unit, &world.request("178", "2022-M07", world.figures("178", 0))).await.expect("filed");
    assert!(filed.receipt.unchanged && filed.receipt.revision == 1);

    // Other figures of a closed month are a new revision, and another edition that is not mailed either.
    let first = july.lines().nth(1).expect("a row").split(',').take(2).collect::<Vec<_>>().join(",");
    let others: String =
        july.lines().filter(|line| !line.starts_with(&first)).fold(String::new(), |text, line| text + line + "\n");
    let changed = world.import(&format!("{others}{first},nil,,,,,,,,\n")).await.expect("imported");
    assert_eq!((changed.revisions, changed.restated.len()), (1, 1));
    let closed = world.app.close_due().await.expect("closed").closed;
    assert_eq!(closed, [EditionId::parse("2022-M07/2").expect("an edition")]);
    assert_eq!(mails(&database, "2022-M07/2").await, 0);
    let runs = database.store.read().await.expect("read").close_runs(&form()).await.expect("runs");
    let first_edition = runs.iter().find(|run| run.edition.to_string() == "2022-M07/1").expect("a run");
    assert_eq!(first_edition.revisions.len(), 228, "what was sealed stays sealed");
}

/// How many mails an edition queued.
async fn mails(database: &Database, edition: &str) -> usize {
    let edition = EditionId::parse(edition).expect("an edition");
    database.store.read().await.expect("read").deliveries(&form(), edition).await.expect("mails").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_months_are_imported_closed_and_restated_without_mail_on_sqlite() {
    Database::sqlite().await.tell(old_months_are_imported_closed_and_restated_without_mail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_months_are_imported_closed_and_restated_without_mail_on_postgres() {
    Database::postgres().await.tell(old_months_are_imported_closed_and_restated_without_mail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_those_of_the_regime_that_was_applied() {
    let database = Database::sqlite().await;
    let world = World::bare(Arc::clone(&database.store)).await;
    let fewer = TempDir::new().expect("a temporary folder");
    let edits = [(
        "obligations.csv",
        "all,2022-M07,,1,1,",
        "unit:20.SCT,2022-M07,2022-M08,1,1,x\nunit:20.SXD,2022-M09,,1,1,x\nunit:20.STTTT,2022-M07,,0,1,",
    )];
    let applied = regimes::named(folder(fewer.path(), "few", &edits).to_str().expect("a path")).expect("a regime");
    world.app.apply_regime(&applied).await.expect("applied before the first start");
    let begins = world.app.now();
    assert!(first_start(&world.app, world.data(), &world.loaded, begins).await.expect("first start"));
    assert_eq!(world.app.regime().await.expect("a regime").obligations.len(), 3, "what was applied stays in force");
    let clients: Vec<String> =
        read_keys(&world.data().join(KEYS_FILE)).expect("keys").into_iter().map(|(client, _)| client).collect();
    assert_eq!(clients, ["20.SCT", "20.SXD", "operator"], "whoever owes a month of the year, and the officer");
}
