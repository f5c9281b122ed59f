//! A proof finds what was changed past the service, and names it.

mod insider;
pub(crate) mod past;
pub(crate) mod small;

use std::collections::BTreeMap;
use std::sync::Arc;

use baocao_app::heads::PATH;
use baocao_app::ports::Table;
use baocao_app::verify::{Asked, Fault, IRRELEVANT, is_irrelevant};

use crate::database::Database;
use crate::recomputation::chance::Chance;
use past::{Cells, Past, Rows, another, is_row, literal};
use small::Small;

/// What the changes are drawn from.
const SEED: u64 = 20_220_916;

/// An installation on this database that was played.
async fn played(database: &Arc<Database>) -> Small {
    let small = Small::on(Arc::clone(&database.store)).await;
    small.play().await;
    assert_eq!(small.verify().await.faults, [], "nothing was changed yet");
    small
}

/// One cell that became another.
struct Change<'a> {
    rows: &'a Rows,
    place: usize,
    before: &'a Cells,
    after: Cells,
}

impl Change<'_> {
    fn column(&self) -> &str {
        &self.rows.columns[self.place].name
    }

    /// Writes one state of the row over the other.
    async fn write(&self, past: &mut Past, from: &Cells, to: &Cells) -> Result<(), sqlx::Error> {
        let column = &self.rows.columns[self.place];
        let value = literal(column, to[self.place].as_deref());
        let (table, row) = (self.rows.table.name(), is_row(self.rows, from));
        past.run(&format!("update {table} set {} = {value} where {row}", column.name)).await
    }

    fn is_irrelevant(&self) -> bool {
        let cell = |cells: &'_ Cells, column: &str| self.rows.cell(cells, column).map(str::to_owned);
        let (table, column) = (self.rows.table.name(), self.column());
        is_irrelevant(table, column, |column| cell(self.before, column), |column| cell(&self.after, column))
    }

    fn is_named(&self, faults: &[Fault]) -> bool {
        let keys = [self.rows.key(self.before), self.rows.key(&self.after)];
        faults.iter().any(|fault| fault.table == self.rows.table.name() && keys.contains(&fault.key))
    }

    fn in_words(&self) -> String {
        let value = |cells: &Cells| format!("{:?}", cells[self.place]).chars().take(80).collect::<String>();
        let (table, key) = (self.rows.table.name(), self.rows.key(self.before));
        format!("{table} {key} {}: {} → {}", self.column(), value(self.before), value(&self.after))
    }
}

/// Changes so many cells at random, one at a time, and undoes each.
async fn change_cells(database: Arc<Database>, changes: usize) {
    let small = played(&database).await;
    let mut past = Past::of(&database).await;
    let everything = past.everything().await;
    let filled: Vec<&Rows> = everything.iter().filter(|rows| !rows.rows.is_empty()).collect();
    assert_eq!(filled.len(), everything.len(), "the installation has a row of every kind");
    let (mut chance, mut missed) = (Chance::seeded(SEED), Vec::new());
    let (mut reported, mut irrelevant, mut faults_in_all) = (BTreeMap::<&str, usize>::new(), BTreeMap::new(), 0);
    let mut done = 0;
    while done < changes {
        let rows = chance.one_of(&filled);
        let (before, place) = (&rows.rows[chance.below(rows.rows.len())], chance.below(rows.columns.len()));
        let mut after = before.clone();
        after[place] = another(&mut chance, rows, place, before[place].as_deref());
        let change = Change { rows, place, before, after };
        // The database itself refuses some: a key that is taken, a number that must be positive.
        if change.after == *before || change.write(&mut past, before, &change.after).await.is_err() {
            continue;
        }
        done += 1;
        let faults = small.verify().await.faults;
        faults_in_all += faults.len();
        if change.is_named(&faults) {
            *reported.entry(rows.table.name()).or_default() += 1;
        } else if faults.is_empty() && change.is_irrelevant() {
            small
                .reads_what_is_uncovered(&database.store)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", change.in_words()));
            *irrelevant.entry(format!("{}.{}", rows.table.name(), change.column())).or_insert(0_usize) += 1;
        } else {
            missed.push(format!("{}: {faults:?}", change.in_words()));
        }
        change.write(&mut past, &change.after, before).await.expect("undone");
    }
    let sum = |counts: &mut dyn Iterator<Item = &usize>| counts.sum::<usize>();
    println!(
        "seed {SEED}: {changes} changes; reported {} {reported:?}; does not matter {} {irrelevant:?}; faults a change {:.1}",
        sum(&mut reported.values()),
        sum(&mut irrelevant.values()),
        faults_in_all as f64 / changes as f64,
    );
    assert!(missed.is_empty(), "{} not named:\n{}", missed.len(), missed.join("\n"));
    assert_eq!(small.verify().await.faults, [], "everything was undone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_random_cells_are_named_or_do_not_matter_on_sqlite() {
    Database::sqlite().await.tell(|database| change_cells(database, 1_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_random_cells_are_named_or_do_not_matter_on_postgres() {
    Database::postgres().await.tell(|database| change_cells(database, 100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_gone_or_was_planted_is_named() {
    let database = Arc::new(Database::sqlite().await);
    let small = played(&database).await;
    let mut past = Past::of(&database).await;
    for rows in past.everything().await {
        let table = rows.table.name();
        let is_told = |faults: &[Fault], key: &str| faults.iter().any(|fault| fault.table == table && fault.key == key);
        let names: Vec<&str> = rows.columns.iter().map(|column| column.name.as_str()).collect();
        for cells in [rows.rows.first(), rows.rows.last()].into_iter().flatten() {
            let key = rows.key(cells);
            let values: Vec<String> =
                rows.columns.iter().zip(cells).map(|(column, cell)| literal(column, cell.as_deref())).collect();
            let insert = |values: &[String]| {
                format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", "))
            };
            let row = is_row(&rows, cells);
            past.run(&format!("delete from {table} where {row}")).await.expect("deleted");
            let faults = small.verify().await.faults;
            let matters = table != "setting" || !["clock", "backup_due"].contains(&key.as_str());
            assert_eq!(is_told(&faults, &key), matters, "{table} {key} is gone: {faults:?}");
            past.run(&insert(&values)).await.expect("put back");

            // The same row once more under another key.
            let place = rows.columns.iter().position(|column| column.name == rows.table.columns()[0]).expect("a key");
            let mut planted = cells.clone();
            planted[place] = Some(planted[place].as_deref().map_or("1".into(), |key| format!("{key}9")));
            let values: Vec<String> =
                rows.columns.iter().zip(&planted).map(|(column, cell)| literal(column, cell.as_deref())).collect();
            if past.run(&insert(&values)).await.is_ok() {
                let key = rows.key(&planted);
                let faults = small.verify().await.faults;
                assert!(is_told(&faults, &key), "{table} {key} was planted: {faults:?}");
                past.run(&format!("delete from {table} where {}", is_row(&rows, &planted))).await.expect("taken out");
            }
        }
    }
    assert_eq!(small.verify().await.faults, [], "everything was undone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_is_cut_and_written_anew_is_shown_by_the_published_heads_alone() {
    let database = Arc::new(Database::sqlite().await);
    let small = played(&database).await;
    small.sleep().await;
    let published = small.site().join(PATH);
    let kept = std::fs::read_to_string(&published).expect("published");
    let heads = baocao_app::heads::read(&kept).expect("reads");
    assert!(heads.len() > 3, "a head a day on which something happened: {kept}");

    // Every entry but the last two days' is as before; what the cut entries noted was taken out as well: here the day's
    // own notes of heads, which cover no row.
    let mut past = Past::of(&database).await;
    let last = &heads[heads.len() - 1];
    let cut = past.everything().await;
    let audit = cut.iter().find(|rows| rows.table.name() == "audit").expect("the chain");
    let after: Vec<&Cells> = audit
        .rows
        .iter()
        .filter(|cells| audit.cell(cells, "seq").expect("a place").parse::<i64>().expect("a number") >= last.seq)
        .collect();
    assert!(!after.is_empty());
    for cells in &after {
        past.run(&format!("delete from audit where {}", is_row(audit, cells))).await.expect("cut");
    }
    let faults = small.verify().await.faults;
    assert!(
        faults.iter().any(|fault| fault.table == "audit_head"),
        "a cut without more shows at the head row: {faults:?}"
    );
    past.run(
        "update audit_head set (seq, hash, noted_at) = \
         (select seq, hash, noted_at from audit order by seq desc limit 1)",
    )
    .await
    .expect("moved");
    let told =
        |faults: &[Fault]| faults.iter().any(|fault| fault.table == "audit" && fault.key == last.seq.to_string());
    let faults = small.verify().await.faults;
    assert!(told(&faults), "the published head of {} is not in the chain: {faults:?}", last.day);

    std::fs::remove_file(&published).expect("removed");
    let faults = small.verify().await.faults;
    assert!(!told(&faults), "{faults:?}");
    let asked = Asked { heads: Some(kept), without_files: false };
    let faults = small.verify_with(&asked).await.faults;
    assert!(told(&faults), "a copy that somebody kept tells as much: {faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_an_entry_never_goes_back_when_the_clock_does() {
    let database = Database::sqlite().await;
    let small = Small::on(Arc::clone(&database.store)).await;
    let operator = small.operator().await;
    let last =
        || async { database.store.read().await.expect("read").cells(Table::AuditHead, &[], 1).await.expect("read") };
    let before = last().await;
    small.back_by(86_400);
    small.app.note_call(&operator, "/baocao.v1.PeriodService/ListPeriods").await.expect("noted");
    let after = last().await;
    let at = Table::AuditHead.place("noted_at");
    assert_eq!(after[0][at], before[0][at], "the clock went back by a day, the chain did not");
    assert_ne!(after[0][1], before[0][1], "there is an entry more");
    assert_eq!(small.verify().await.faults, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn published_files_and_objects_are_named() {
    let database = Arc::new(Database::sqlite().await);
    let small = played(&database).await;
    // The root may follow what was released for an hour.
    small.sleep().await;
    let told = |faults: &[Fault], table: &str, key: &str| {
        assert!(faults.iter().any(|fault| fault.table == table && fault.key == key), "{table} {key}: {faults:?}");
    };
    let page = small.site().join("2022-Q3/1/index.html");
    let before = std::fs::read(&page).expect("a page");
    std::fs::write(&page, [before.as_slice(), b" "].concat()).expect("changed");
    told(&small.verify().await.faults, "site", "2022-Q3/1/index.html");
    std::fs::remove_file(&page).expect("removed");
    told(&small.verify().await.faults, "site", "2022-Q3/1/index.html");
    std::fs::write(&page, before).expect("put back");

    let list = small.site().join("2022-Q3/1/CHECKSUMS");
    let before = std::fs::read_to_string(&list).expect("a list");
    std::fs::write(&list, before.replacen('a', "b", 1)).expect("changed");
    told(&small.verify().await.faults, "site", "2022-Q3/1/CHECKSUMS");
    std::fs::write(&list, before).expect("put back");

    let stray = small.site().join("2022-Q3/1/data/more.csv");
    std::fs::write(&stray, "1").expect("planted");
    told(&small.verify().await.faults, "site", "2022-Q3/1/data/more.csv");
    std::fs::remove_file(&stray).expect("removed");

    let reports = small.site().join("reports");
    let report = std::fs::read_dir(&reports).expect("reports").next().expect("one").expect("an entry").path();
    let before = std::fs::read(&report).expect("a report");
    std::fs::write(&report, "%PDF-").expect("changed");
    let name = report.file_name().and_then(|name| name.to_str()).expect("a name");
    told(&small.verify().await.faults, "site", &format!("reports/{name}"));
    std::fs::remove_file(&report).expect("removed");
    told(&small.verify().await.faults, "site", &format!("reports/{name}"));
    std::fs::write(&report, before).expect("put back");

    for path in ["index.html", "editions.json", "feed.xml"] {
        let page = small.site().join(path);
        let before = std::fs::read(&page).expect("a page of the root");
        std::fs::write(&page, [before.as_slice(), b" "].concat()).expect("changed");
        told(&small.verify().await.faults, "site", path);
        std::fs::remove_file(&page).expect("removed");
        told(&small.verify().await.faults, "site", path);
        std::fs::write(&page, before).expect("put back");
    }
    for path in ["more.html", "reports/more.pdf", "2022-Q3/note.html", "audit/more.csv"] {
        std::fs::write(small.site().join(path), "1").expect("planted");
        told(&small.verify().await.faults, "site", path);
        std::fs::remove_file(small.site().join(path)).expect("removed");
    }

    let planted = small.site().join("2022-Q3/9");
    std::fs::create_dir(&planted).expect("planted");
    told(&small.verify().await.faults, "site", "2022-Q3/9");
    std::fs::remove_dir(&planted).expect("removed");

    for table in ["document", "delivery"] {
        let column = if table == "document" { "sha256" } else { "message_sha256" };
        let key = if table == "document" {
            "form || '/' || period || '/' || edition || '/' || kind || '/' || unit"
        } else {
            "id"
        };
        let row = database
            .raw(&format!("select {key} || ' ' || {column} from {table} order by 1 limit 1"))
            .await
            .expect("a row");
        let (key, hash) = row[0].split_once(' ').expect("key and hash");
        let object = small.data().join("objects").join(&hash[..2]).join(hash);
        let before = std::fs::read(&object).expect("an object");
        std::fs::write(&object, "other").expect("changed");
        told(&small.verify().await.faults, table, key);
        // One that is not there is another instance's: it is made again, to the same bytes.
        std::fs::remove_file(&object).expect("removed");
        assert_eq!(small.verify().await.faults, [], "{table} {key}");
        assert_eq!(std::fs::read(&object).expect("made again"), before);
    }
    assert_eq!(small.verify().await.faults, [], "everything was undone");
}

#[test]
fn what_does_not_matter_is_written_down_for_people() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
    let text = std::fs::read_to_string(root.join("docs/ARCHITECTURE.md")).expect("the map");
    for line in IRRELEVANT {
        let name = if line.column == "*" { line.table.to_owned() } else { format!("{}.{}", line.table, line.column) };
        assert!(text.contains(&format!("`{name}`")), "docs/ARCHITECTURE.md does not list {name}: {}", line.why);
    }
}
