//! A small installation with a row of every kind: six units of Lạng Sơn, a quarter, and what goes wrong in one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use baocao::clock::PlayClock;
use baocao::demo::scene::begins;
use baocao::files::DataFolder;
use baocao::setup::{KEYS_FILE, OPERATOR, first_start, read_keys};
use baocao::wire::{Wired, wire};
use baocao_app::actor::{Actor, Role};
use baocao_app::close::CloseAction;
use baocao_app::extension::GrantExtension;
use baocao_app::ports::{Accepted, BeforeBody, Clock, Envelope, Mailer, SendFailure, Store, StoreError};
use baocao_app::regime::{LoadedRegime, read};
use baocao_app::reopening::Reopen;
use baocao_app::setup::NewKey;
use baocao_app::submit::Submit;
use baocao_app::verify::{Asked, Verified};
use baocao_app::{App, Settings};
use baocao_domain::edition::EditionId;
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::PeriodKey;
use baocao_domain::unit::Tier;
use jiff::civil::time;
use tempfile::TempDir;

/// The province, three departments, a town and two of its wards.
const UNITS: [&str; 7] = ["20", "20.STTTT", "20.SCT", "20.SGTVT", "178", "05971", "05974"];

/// The ward that misses the lock of month 7 and files under an extension.
const LATE: &str = "05974";

/// The rows of the table of procedures that are kept: a few of each kind.
const PROCEDURES_STEP: usize = 60;

/// A relay that answers from a list, and takes everything once the list is empty.
#[derive(Default, Clone)]
pub(crate) struct Relay {
    answers: Arc<Mutex<VecDeque<SendFailure>>>,
}

impl Relay {
    fn will(&self, answers: &[SendFailure]) {
        self.answers.lock().expect("no panic").extend(answers.iter().cloned());
    }
}

#[tonic::async_trait]
impl Mailer for Relay {
    async fn send(&self, _: &Envelope, _: &[u8], before_body: &dyn BeforeBody) -> Result<Accepted, SendFailure> {
        before_body.note().await.map_err(|error| SendFailure::Temporary(error.to_string()))?;
        let answer = self.answers.lock().expect("no panic").pop_front();
        answer.map_or_else(|| Ok(Accepted { reply: "250 2.0.0 Ok: queued".into() }), Err)
    }
}

/// A play's clock that was set back by so many seconds.
struct Turned {
    play: PlayClock,
    back_s: Arc<AtomicI64>,
}

impl Clock for Turned {
    fn now(&self) -> Instant {
        self.play.now().plus_seconds(-self.back_s.load(Ordering::SeqCst))
    }
}

/// The installation.
pub(crate) struct Small {
    pub(crate) app: Arc<App>,
    clock: PlayClock,
    back_s: Arc<AtomicI64>,
    folder: TempDir,
    files: Arc<DataFolder>,
    relay: Relay,
    regime: LoadedRegime,
    keys: Vec<(String, String)>,
}

impl Small {
    /// On this database, on the first day of the regime.
    pub(crate) async fn on(store: Arc<dyn Store>) -> Self {
        let regime = cut(&[]);
        let folder = TempDir::new().expect("a temporary folder");
        let clock = PlayClock::at(begins(&regime.regime));
        let relay = Relay::default();
        let data = DataFolder::own(folder.path()).expect("a data folder");
        let settings = Settings::default();
        let back_s = Arc::new(AtomicI64::new(0));
        let turned = Turned { play: clock.clone(), back_s: Arc::clone(&back_s) };
        let Wired { app, folder: files } = wire(data, store, Arc::new(turned), Arc::new(relay.clone()), settings);
        first_start(&app, folder.path(), &regime, app.now()).await.expect("first start");
        let keys = read_keys(&folder.path().join(KEYS_FILE)).expect("keys");
        Self { app, clock, back_s, folder, files, relay, regime, keys }
    }

    /// A quarter with a correction, an extension, a new regime, mail in every state, and an issued report.
    pub(crate) async fn play(&self) {
        let import =
            "unit,period,procedure,online,direct,carried_over,early,on_time,late,pending_in_time,pending_overdue\n";
        let procedure = self.procedure("178");
        self.app
            .import(&format!("{import}178,2022-M06,{procedure},0,0,5,0,0,0,5,0\n"), &|_, _| {})
            .await
            .expect("imported");
        self.go("2022-M07", 0);
        for unit in UNITS.iter().filter(|unit| !["20", LATE].contains(unit)) {
            self.file(unit, "2022-M07", 3, None).await;
        }
        self.file("05971", "2022-M07", 4, Some(1)).await;
        self.relay.will(&[
            SendFailure::InDoubt("no answer after the body".into()),
            SendFailure::Permanent("550 no such mailbox".into()),
            SendFailure::Temporary("451 later".into()),
        ]);
        self.close("2022-M07").await;

        let grant = GrantExtension {
            unit: LATE.into(),
            form: "tthc".into(),
            period: "2022-M07".into(),
            reason: "mất kết nối".into(),
            expires_at: Some(self.app.now().plus_seconds(86_400)),
        };
        let operator = self.operator().await;
        self.app.note_call(&operator, "/baocao.v1.PeriodService/GrantExtension").await.expect("noted");
        self.app.grant_extension(&operator, &grant).await.expect("granted");
        self.file(LATE, "2022-M07", 2, None).await;
        self.relay.will(&[SendFailure::InDoubt("no answer after the body".into())]);
        self.clock.move_to(self.app.now().plus_seconds(3_600));
        self.work().await;

        // A ward is renamed, periods lock an hour later, and years are not closed any more.
        let next = cut(&[
            (
                "units.csv",
                "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-01-01",
                "05971,Phường Văn Thụ,commune,C,178,2022-08-15",
            ),
            ("regime.toml", "lock_time = \"12:00\"", "lock_time = \"13:00\""),
            ("regime.toml", "[\"quarter\", \"half\", \"year\"]", "[\"quarter\", \"half\"]"),
        ]);
        let plan = self.app.apply_regime(&next).await.expect("applied");
        assert!(!plan.is_empty());
        for month in ["2022-M08", "2022-M09"] {
            self.go(month, 0);
            for unit in UNITS.iter().filter(|unit| **unit != "20") {
                self.file(unit, month, 3, None).await;
            }
            self.close(month).await;
        }
        let edition = EditionId::parse("2022-Q3/1").expect("an edition");
        let record = IssueRecord {
            number: 433,
            date: self.app.now().local_date(),
            signatory: "Nguyễn Văn A".into(),
            signatory_lines: vec!["TM. ỦY BAN NHÂN DÂN".into(), "CHỦ TỊCH".into()],
        };
        self.app.issue_report(&operator, edition, &record).await.expect("issued");
        self.app.close_period(&operator, "tthc", "2022-M12", CloseAction::Retry).await.expect_err("it is not locked");
        self.reopen(&operator).await;
        self.clock.move_to(self.app.now().plus_seconds(60));
        self.relay.will(&[SendFailure::InDoubt("cut".into())]);
        self.work().await;
        // One more edition, after which a miss no longer stands; its mail waits, because the relay is down.
        let request = GrantExtension {
            period: "2022-M09".into(),
            expires_at: Some(self.app.now().plus_seconds(86_400)),
            ..grant
        };
        self.app.grant_extension(&operator, &request).await.expect("granted");
        self.file(LATE, "2022-M09", 5_000, Some(1)).await;
        self.relay.will(&[SendFailure::Temporary("421 down".into()), SendFailure::Temporary("421 down".into())]);
        self.work().await;
        self.app.keep_simulated_clock(self.app.now()).await.expect("kept");
    }

    /// A month is opened again by two people, corrected and closed; another reopening waits for the second.
    async fn reopen(&self, first: &Actor) {
        let province = UnitCode::parse("20").expect("a code");
        let key = NewKey { client: "second".into(), role: Role::Operator, scope: province, days: 400 };
        let mut text = String::new();
        let kept = |texts: &[String]| {
            text.clone_from(&texts[0]);
            Ok(())
        };
        self.app.create_keys(&[key], kept).await.expect("a key");
        let second = self.app.authenticate(&text).await.expect("a good key");
        let command = |hours: i64| Reopen {
            form: "tthc".into(),
            period: "2022-M08".into(),
            reason: "nhầm biểu mẫu".into(),
            until: Some(self.app.now().plus_seconds(hours * 3_600)),
        };
        let asked = self.app.reopen(first, &command(1)).await.expect("asked");
        self.app.approve_reopening(&second, asked.id).await.expect("approved");
        self.file("05971", "2022-M08", 5, Some(1)).await;
        self.clock.move_to(self.app.now().plus_seconds(3_600));
        self.work().await;
        self.app.reopen(first, &command(24)).await.expect("asked once more");
    }

    /// Everything that the jobs do, until nothing is left to do now.
    async fn work(&self) {
        for _ in 0..2 {
            self.app.plan_periods().await.expect("planned");
            let closed = self.app.close_due().await.expect("closed");
            assert_eq!(closed.failed, [], "a close failed");
            self.app.publish_due().await.expect("published");
            self.app.deliver_due().await.expect("delivered");
        }
    }

    /// To the due day of a month, so many days later.
    fn go(&self, period: &str, days: i64) {
        let schedule = self.regime.regime.calendar.schedule(PeriodKey::parse(period).expect("a period"));
        self.clock.move_to(Instant::at(schedule.due.local_date(), time(8, 0, 0, 0)).plus_seconds(days * 86_400));
    }

    /// A day after the lock of a month, with everything done; mail in doubt is tried again.
    async fn close(&self, period: &str) {
        self.go(period, 2);
        self.work().await;
        self.clock.move_to(self.app.now().plus_seconds(1_200));
        self.work().await;
    }

    fn procedure(&self, unit: &str) -> String {
        let tier = match unit.len() {
            3 => Tier::District,
            5 => Tier::Commune,
            _ => Tier::Department,
        };
        let all = self.regime.regime.catalogue.procedures();
        let of_tier = all.iter().find(|procedure| procedure.competence == tier).expect("a procedure of each tier");
        of_tier.code.to_string()
    }

    async fn file(&self, unit: &str, period: &str, online: i64, expected_revision: Option<u32>) {
        let columns =
            ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];
        let figures = RawFigures {
            columns: columns.map(String::from).to_vec(),
            rows: vec![(self.procedure(unit), vec![online, 4, 0, 1, online, 3, 0, 0])],
            ..RawFigures::default()
        };
        let actor = self.actor(unit).await;
        let request = Submit {
            request_id: request_id(),
            unit: unit.into(),
            form: "tthc".into(),
            period: period.into(),
            figures,
            expected_revision,
            reason: expected_revision.map_or_else(String::new, |_| "nhập nhầm".into()),
            explanation: "số đầu kỳ đã được rà soát".into(),
            ..Submit::default()
        };
        self.app.submit(&actor, &request).await.unwrap_or_else(|error| panic!("{unit} {period}: {error:?}"));
    }

    /// The caller with a client's key.
    pub(crate) async fn actor(&self, client: &str) -> Actor {
        let (_, key) = self.keys.iter().find(|(name, _)| name == client).expect("a key");
        self.app.authenticate(key).await.expect("a good key")
    }

    /// The officer.
    pub(crate) async fn operator(&self) -> Actor {
        self.actor(OPERATOR).await
    }

    /// Proves it.
    pub(crate) async fn verify(&self) -> Verified {
        self.verify_with(&Asked::default()).await
    }

    /// Proves it against what was kept.
    pub(crate) async fn verify_with(&self, asked: &Asked) -> Verified {
        self.app.verify(asked, &|_, _, _| {}).await.expect("checked")
    }

    /// The rows with cells that no entry covers, as the jobs read them: what does not matter must not keep them from it.
    pub(crate) async fn reads_what_is_uncovered(&self, store: &Arc<dyn Store>) -> Result<(), StoreError> {
        let form = &self.regime.regime.form.code;
        let mut tx = store.read().await?;
        tx.close_runs(form).await?;
        for edition in tx.editions(form).await? {
            tx.documents(form, edition.id).await?;
            tx.deliveries(form, edition.id).await?;
        }
        Ok(())
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The public tree.
    pub(crate) fn site(&self) -> PathBuf {
        self.files.site()
    }

    /// Sets the clock back.
    pub(crate) fn back_by(&self, seconds: i64) {
        self.back_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// To the next day, with everything done.
    pub(crate) async fn sleep(&self) {
        self.clock.move_to(self.app.now().plus_seconds(86_400));
        self.work().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a client makes its own request ids")]
fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The regime of Lạng Sơn with the rows of a few units and procedures, and with edits: file, text, what stands instead.
fn cut(edits: &[(&str, &str, &str)]) -> LoadedRegime {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/regimes/lang-son-2022");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the regime") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if name.ends_with(".md") {
            continue;
        }
        let mut text = std::fs::read_to_string(&path).expect("text");
        for (_, from, to) in edits.iter().filter(|(file, _, _)| *file == name) {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replacen(from, to, 1);
        }
        let is_kept = |(number, line): &(usize, &str)| {
            let mut cells = line.split(',');
            let first = cells.next().unwrap_or_default();
            *number == 0
                || match name.as_str() {
                    "units.csv" | "assumed-units.csv" | "assumed-contacts.csv" => UNITS.contains(&first),
                    "targets.csv" => {
                        cells.nth(1).is_some_and(|to| UNITS.iter().any(|unit| to == format!("unit:{unit}")))
                    }
                    "assumed-procedures.csv" => number % PROCEDURES_STEP == 1,
                    _ => true,
                }
        };
        let kept: Vec<&str> = text.lines().enumerate().filter(is_kept).map(|(_, line)| line).collect();
        files.push((name, kept.join("\n") + "\n"));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    read(&files, &[]).unwrap_or_else(|faults| panic!("{faults:#?}"))
}
