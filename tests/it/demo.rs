//! The demo as a newcomer runs it, and what is left when it is killed in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::processes::{Process, query, wait_for, wait_for_any};

const EDITIONS: [&str; 5] = ["2022-M07/1", "2022-M08/1", "2022-M08/2", "2022-M09/1", "2022-Q3/1"];

/// Every figure of report 433/BC-UBND that the demo's quarter must show.
const FIGURES: [&str; 20] = [
    "205.488",
    "64.771",
    "31,52%",
    "202.543",
    "39.850",
    "19,67%",
    "162.404",
    "80,19%",
    "289",
    "0,14%",
    "2.945",
    "67",
    "2,28%",
    "1.819",
    "383",
    "390",
    "1.046",
    "57,5%",
    "228",
    "433/BC-UBND",
];

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|_| panic!("{program} is not there"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}{errors}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn play(dir: &Path) {
    let mut demo = Process::start(&["demo", "--exit", "--dir", dir.to_str().expect("a path")]);
    assert!(demo.wait(Duration::from_secs(300)).success(), "{}", log(dir));
}

fn log(dir: &Path) -> String {
    fs::read_to_string(dir.join("baocao.log")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_report_433_to_the_last_figure() {
    let home = TempDir::new().expect("a temporary folder");
    let dir = home.path().join("demo");
    play(&dir);

    let counts = "select (select count(*) from submission) || '/' || (select count(*) from revision)";
    assert_eq!(query(&dir, counts).await, ["684/685"]);
    let editions = "select period || '/' || number from edition order by number, period";
    assert_eq!(query(&dir, editions).await, ["2022-M07/1", "2022-M08/1", "2022-M09/1", "2022-Q3/1", "2022-M08/2"]);
    let scorecards = "select cast(count(*) as text) from document where kind = 'scorecard' group by period, edition";
    assert_eq!(query(&dir, scorecards).await, ["228"; 5]);

    report_says_everything(&dir.join("site/reports/bao-cao-433-2022-Q3-1.pdf"));
    every_pdf_is_light(&dir.join("site"));
    a_second_program_finds_no_difference(&dir);
    mails_are_those_that_the_targets_call_for(&dir);
    assert_eq!(verified(&dir), Some(0), "the whole play is proved");
    rendering_again_in_another_process_gives_the_same_bytes(home.path(), &dir);
    std::fs::write(dir.join("site/2022-Q3/1/units/178.html"), "").expect("emptied");
    assert_eq!(verified(&dir), Some(1), "a page was changed");
    assert_eq!(verified(&home.path().join("nowhere")), Some(2), "nothing is known");
}

/// The exit code of a proof.
fn verified(dir: &Path) -> Option<i32> {
    Process::start(&["verify", "--data", dir.to_str().expect("a path")]).wait(Duration::from_secs(120)).code()
}

fn report_says_everything(pdf: &Path) {
    let path = pdf.to_str().expect("a path");
    let text = run("pdftotext", &["-layout", path, "-"]);
    for figure in FIGURES {
        assert!(text.contains(figure), "the report does not say {figure}");
    }
    assert!(text.contains("ngày 16 tháng 9 năm 2022") && !text.contains("DỰ THẢO"));
    let fonts = run("pdffonts", &[path]);
    let faces: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(faces.len() >= 3, "{fonts}");
    for face in faces {
        let flags: Vec<&str> = face.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(flags, ["yes"; 3], "embedded, subset, with a Unicode map: {face}");
    }
}

fn every_pdf_is_light(folder: &Path) {
    for path in files(folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "pdf")) {
        let size_bytes = fs::metadata(&path).expect("a file").len();
        assert!(size_bytes <= 150 * 1024, "{} has {size_bytes} bytes", path.display());
    }
}

fn a_second_program_finds_no_difference(dir: &Path) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("recompute.py");
    let text = fs::read_to_string(&program).expect("recompute.py");
    assert!(text.lines().count() <= 150, "recompute.py has grown");
    for edition in EDITIONS {
        let folder = dir.join("site").join(edition);
        let answer = run("python3", &[program.to_str().expect("a path"), folder.to_str().expect("a path")]);
        assert!(answer.contains("no difference"), "{answer}");
    }
}

/// What the published targets say of each unit by its verdicts of record, edition by edition.
fn verdicts(dir: &Path, edition: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(dir.join("site").join(edition).join("data/results.csv")).expect("results.csv");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let column = |name: &str| head.iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no {name}"));
    let (unit, of_record, verdict) = (column("unit"), column("of_record"), column("verdict"));
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cells in lines.map(|line| line.split(',').collect::<Vec<_>>()) {
        if cells[of_record] == "1" {
            found.entry(cells[unit].to_owned()).or_default().push(cells[verdict].to_owned());
        }
    }
    found
}

fn mails_are_those_that_the_targets_call_for(dir: &Path) {
    let missed = |edition: &str| {
        let units = verdicts(dir, edition);
        assert_eq!(units.len(), 27, "{edition}");
        for wanted in [["MET", "MET"], ["MET", "MISSED"], ["MISSED", "MET"], ["MISSED", "MISSED"]] {
            assert!(units.values().any(|verdicts| verdicts == &wanted), "nobody is {wanted:?} in {edition}");
        }
        assert!(units.values().any(|verdicts| verdicts.contains(&"NOT_APPLICABLE".to_owned())), "{edition}");
        let has_miss = |verdicts: &Vec<String>| verdicts.contains(&"MISSED".to_owned());
        units.into_iter().filter(|(_, verdicts)| has_miss(verdicts)).map(|(unit, _)| unit).collect::<Vec<_>>()
    };
    let (first, second) = (missed("2022-M08/1"), missed("2022-M08/2"));
    let changed: Vec<&String> = second.iter().filter(|unit| !first.contains(unit)).collect();
    assert_eq!(changed, ["20.SLDTBXH"]);

    let wanted: usize = ["2022-M07/1", "2022-M09/1", "2022-Q3/1"].iter().map(|edition| missed(edition).len()).sum();
    let wanted = wanted + first.len() + changed.len();
    let mails = files(&dir.join("mail"));
    let (mut notices, mut reports) = (0, 0);
    for mail in &mails {
        let name = mail.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(mail).expect("a mail");
        assert!(text.contains("application/pdf"), "{name} has no PDF");
        assert!(text.contains("Message-ID: <d."), "{name} has no id of ours");
        if name.contains("lanhdao") || text.contains("bao-cao-433") { reports += 1 } else { notices += 1 }
    }
    assert_eq!((notices, reports), (wanted, 1));
    let innocent =
        mails.iter().any(|mail| mail.to_string_lossy().contains("ngoaivu") || mail.to_string_lossy().contains("sngv@"));
    assert!(!innocent, "a unit without dossiers was written to");
}

/// The draft is rendered again by another process from the stored edition: `serve` of a copy that lost its documents.
fn rendering_again_in_another_process_gives_the_same_bytes(home: &Path, first: &Path) {
    let again = home.join("again");
    play(&again);
    let names = |dir: &Path| {
        let mut objects: Vec<_> = files(&dir.join("objects"))
            .into_iter()
            .filter(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"%PDF-")))
            .map(|path| path.file_name().expect("a name").to_os_string())
            .collect();
        objects.sort();
        objects
    };
    // Objects are named by their hash: two plays in two processes made the same PDF files, byte for byte.
    assert_eq!(names(first), names(&again));
    for edition in EDITIONS {
        for file in ["figures.csv", "reports.csv", "indicators.csv", "results.csv", "units.csv", "edition.json"] {
            let path = Path::new("site").join(edition).join("data").join(file);
            assert_eq!(
                fs::read(first.join(&path)).expect("first"),
                fs::read(again.join(&path)).expect("again"),
                "{file}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_that_was_killed_is_finished_by_serve_to_the_same_bytes() {
    let home = TempDir::new().expect("a temporary folder");
    let mut hashes = Vec::new();
    // `DONE`: the close was not disturbed; this is what the others must come to.
    for step in ["DONE", "SEALED", "AGGREGATED", "RENDERED", "CHECKED", "PUBLISHED"] {
        let dir = home.path().join(step);
        let data = dir.to_str().expect("a path");
        let july = "select step from close_run where period = '2022-M07'";
        kill_at(step, &dir, july).await;

        let mut serve = Process::start_serving(&["serve", "--data", data], &home.path().join("serve.log"));
        let shown = "select cast(released_at is not null as text) from edition where period = '2022-M07'";
        wait_for(&dir, july, "DONE", Duration::from_secs(120)).await;
        wait_for(&dir, shown, "1", Duration::from_secs(60)).await;
        assert!(serve.terminate().success(), "a clean stop");

        let editions = "select content_hash from edition where period = '2022-M07'";
        let found = query(&dir, editions).await;
        assert_eq!(found.len(), 1, "closed once");
        let documents = query(&dir, "select sha256 from document where period = '2022-M07' order by kind, unit").await;
        assert_eq!(documents.len(), 228);
        let data = dir.join("site/2022-M07/1/data");
        let tables: Vec<_> = ["figures.csv", "reports.csv", "indicators.csv", "results.csv", "units.csv"]
            .map(|file| fs::read(data.join(file)).expect("published"))
            .into();
        hashes.push((step, found, documents, tables));
    }
    let (_, edition, documents, tables) = &hashes[0];
    for (step, its_edition, its_documents, its_tables) in &hashes[1..] {
        assert_eq!(its_edition, edition, "killed at {step}");
        assert_eq!(its_documents, documents, "killed at {step}");
        assert!(its_tables == tables, "killed at {step}");
    }
}

/// Plays until July's close is at this step, and kills; a machine too busy to catch the step gets another go.
async fn kill_at(step: &str, dir: &Path, july: &'static str) {
    for _ in 0..5 {
        let mut demo = Process::start(&["demo", "--dir", dir.to_str().expect("a path"), "--exit"]);
        wait_for_any(dir, july, &[step, "DONE"], Duration::from_secs(120)).await;
        demo.kill();
        if (query(dir, july).await == ["DONE"]) == (step == "DONE") {
            return;
        }
    }
    panic!("July's close could not be caught at {step}");
}

/// Two months of Khánh Hòa, on a map of its own, and one of Long An, with single fields: late, missing, correcting; what
/// is published recomputes.
#[test]
fn other_regimes_play_month_by_month() {
    let home = TempDir::new().expect("a temporary folder");
    for (regime, months, editions) in [
        ("khanh-hoa-2018", "2", &["2018-M01/1", "2018-M02/1", "2018-M02/2"][..]),
        ("long-an-2024", "1", &["2024-M01/1"]),
    ] {
        let dir = home.path().join(regime);
        let data = dir.to_str().expect("a path");
        let mut demo = Process::start(&["demo", "--regime", regime, "--months", months, "--exit", "--dir", data]);
        assert!(demo.wait(Duration::from_secs(300)).success(), "{regime}");
        assert_eq!(verified(&dir), Some(0), "{regime} is proved");
        for edition in editions {
            let folder = dir.join("site").join(edition);
            let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("recompute.py");
            let answer = run("python3", &[program.to_str().expect("a path"), folder.to_str().expect("a path")]);
            assert!(answer.contains("no difference"), "{edition}: {answer}");
        }
    }
    let totals = home.path().join("long-an-2024/site/2024-M01/1/data/single_field_totals.csv");
    let totals = fs::read_to_string(totals).expect("single_field_totals.csv");
    let of_province = totals.lines().find(|line| line.starts_with("80,results_issued,")).expect("a row");
    assert!(of_province.ends_with(",221,221"), "every unit gives the field: {of_province}");
}

#[test]
fn a_folder_that_is_not_a_demos_is_refused() {
    let home = TempDir::new().expect("a temporary folder");
    fs::write(home.path().join("thesis.txt"), "precious").expect("written");
    let mut demo = Process::start(&["demo", "--exit", "--dir", home.path().to_str().expect("a path")]);
    assert!(!demo.wait(Duration::from_secs(10)).success());
    assert!(home.path().join("thesis.txt").exists());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found.sort();
    found
}
