//! The open data of samples: recomputed by another program, escaped, complete, and true to what was filed.

use std::path::Path;
use std::process::Command;

use baocao_domain::edition::{Cause, Filing};

use super::*;
use crate::edition_files;
use crate::testing::{Sample, every_rule, long_an, restated, sample, sample_without_targets, text, unit};

const RECOMPUTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/recompute.py");

fn write(files: &[SiteFile], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        std::fs::write(path, &file.bytes).expect("written");
    }
}

/// What the script says, and whether it found no difference.
fn recompute(folders: &[&Path]) -> (String, bool) {
    let output = Command::new("python3").arg(RECOMPUTE).args(folders).output();
    let output = output.expect("python3 is needed for this test: install it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (said, output.status.success())
}

/// Writes the editions, and has the script find no difference and say these lines.
fn check_agreement(samples: &[Sample], expected: &[&str]) {
    let root = tempfile::tempdir().expect("folder");
    let folders: Vec<_> = samples
        .iter()
        .map(|sample| {
            let folder = root.path().join(sample.edition.id.to_string());
            write(&sample.files(), &folder);
            folder
        })
        .collect();
    let (said, agrees) = recompute(&folders.iter().map(|folder| folder.as_path()).collect::<Vec<_>>());
    assert!(agrees, "{said}");
    for line in expected {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn the_recomputation_finds_no_difference_with_late_missing_and_nil_reports() {
    let samples = ["2022-M07", "2022-M08", "2022-Q3"].map(sample);
    let line =
        "2022-Q3/1: 10 units, 220 totals, 0 single fields, 40 ratios, 24 verdicts, 0 places, 0 changes: no difference";
    let july = "24 verdicts, 28 places";
    check_agreement(&samples, &[july, line]);
}

#[test]
fn the_recomputation_finds_no_difference_where_every_rule_is_in_use() {
    let samples = ["2022-M06", "2022-M07", "2022-M08", "2022-M09", "2022-Q3"].map(every_rule::sample);
    check_agreement(&samples, &["2022-Q3/1: 10 units, 220 totals, 42 single fields, 210 ratios, 162 verdicts"]);
}

#[test]
fn the_recomputation_finds_no_difference_with_ten_indicators_or_without_targets() {
    check_agreement(&[long_an::sample("2024-M07")], &["78 units, 1716 totals, 1396 single fields, 1560 ratios"]);
    check_agreement(&[long_an::sample("2024-M06"), sample_without_targets("2022-M08")], &["0 verdicts"]);
}

#[test]
fn the_recomputation_finds_no_difference_in_what_a_later_edition_changed() {
    let samples = [sample("2022-M08"), restated("2022-M08", Cause::Locked)];
    let listed = samples[1].edition.restatement.as_ref().expect("a restatement").changes.len();
    check_agreement(&samples, &[&format!("places, {listed} changes: no difference")]);

    let root = tempfile::tempdir().expect("folder");
    write(&samples[0].files(), &root.path().join("2022-M08/1"));
    for (from, to, said) in [
        (",coverage,,,,8,9,9,9,", ",coverage,,,,7,9,9,9,", "changed and not listed"),
        (
            "2022-M08/2,2022-M08/1,06001,report,2022-M08,,,missing,,revision 1,,own_report\n",
            "",
            "changed and not listed",
        ),
        ("06001,report,2022-M08,,,missing", "06001,report,2022-M07,,,missing", "listed and not changed"),
    ] {
        let mut files = samples[1].files();
        let table = files.iter_mut().find(|file| file.path == "data/changes.csv").expect("the table");
        let text = String::from_utf8(table.bytes.clone()).expect("UTF-8");
        assert_eq!(text.matches(from).count(), 1, "{from}\n{text}");
        table.bytes = text.replace(from, to).into_bytes();
        let folder = root.path().join("2022-M08/2");
        write(&files, &folder);
        let (answer, agrees) = recompute(&[&folder]);
        assert!(!agrees && answer.contains(said), "{from}: {answer}");
    }
}

/// The sample of every rule is worth its name only if all of these come out somewhere.
#[test]
fn every_kind_of_verdict_bound_and_place_is_published() {
    let tables: Vec<String> = ["2022-M07", "2022-M08", "2022-Q3"]
        .iter()
        .map(|key| every_rule::sample(key).text("data/results.csv"))
        .collect();
    let rows: Vec<std::collections::BTreeMap<String, String>> = tables
        .iter()
        .flat_map(|table| {
            csv::Reader::from_reader(table.as_bytes()).deserialize().map(|row| row.expect("row")).collect::<Vec<_>>()
        })
        .collect();
    for wanted in [
        &[("verdict", "MET"), ("direction", ">="), ("span", "quarter_to_date"), ("of_record", "1")][..],
        &[("verdict", "MISSED"), ("direction", "<="), ("span", "year_to_date"), ("of_record", "1")],
        &[("verdict", "MISSED"), ("direction", "="), ("threshold_pct", "100")],
        &[("verdict", "UNCERTAIN"), ("low_numerator", "4"), ("low_denominator", "8"), ("high_denominator", "6")],
        &[("verdict", "UNCERTAIN"), ("indicator", "PAKN"), ("low_reached", "0"), ("high_reached", "1")],
        &[("verdict", "UNCERTAIN"), ("may_be_nothing", "1")],
        &[("verdict", "MET"), ("may_be_nothing", "0")],
        &[("verdict", "MISSED"), ("may_be_nothing", "0")],
        &[("verdict", "NOT_APPLICABLE")],
        &[("competence", "district"), ("scope", "own"), ("of_record", "1")],
        &[("eligible_after_days", "5"), ("eligible_until", "2022-07-31")],
        &[("selector", "tier:commune@178"), ("of_record", "1")],
        &[("decision", ""), ("verdict", ""), ("rank", "1")],
        &[("unit", "20.SCT"), ("indicator", "QH"), ("decision", "")],
    ] {
        let is_there = rows.iter().any(|row| wanted.iter().all(|(name, value)| row[*name] == *value));
        assert!(is_there, "no row has {wanted:?}");
    }
}

#[test]
fn the_recomputation_notices_whatever_is_changed() {
    let base = every_rule::sample("2022-M08").files();
    for (table, from, to) in [
        ("figures", "2022-M07,20.STTTT,1,1.000001,3,online,21", "2022-M07,20.STTTT,1,1.000001,3,online,22"),
        ("single_fields", "2022-M08,178,1,pakn_due,", "2022-M08,178,1,pakn_due,1"),
        ("reports", ",missing,,,,\n", ",reported,1,2022-08-15T16:00:00+07:00,0,0\n"),
        ("reports", "2022-M08,0,", "2022-M09,0,"),
        ("units", "180,Huyện Tràng Định,district,B,20,1,", "180,Huyện Tràng Định,district,B,20,0,"),
        ("units", "\n178,Thành phố Lạng Sơn,district,B,20,1,1,1,", "\n178,Thành phố Lạng Sơn,district,B,20,1,1,2,"),
        ("procedures", "1.000001,Thủ tục 1,3,", "1.000001,Thủ tục 1,2,"),
        ("procedures", "2022-07-20", "2022-01-01"),
        ("lists", "1.000006,2022-05-15,2022-08-20", "1.000006,2022-05-15,2022-08-10"),
        ("months", "2022-M07,2022-06-15,2022-07-14,0,1,1", "2022-M07,2022-06-15,2022-07-14,0,0,1"),
        (
            "form",
            "column,carried_over,6,Từ kỳ trước chuyển qua,first",
            "column,carried_over,6,Từ kỳ trước chuyển qua,last",
        ),
        ("indicators", "3*online+direct", "2*online+direct"),
        ("indicators", ",lower,", ",higher,"),
        ("indicators", "Tư pháp|Đất đai, môi trường", "Tư pháp"),
        ("single_field_totals", "178,full,", "178,full,1"),
        ("results", ",MET,", ",MISSED,"),
        ("results", ",UNCERTAIN,,", ",MET,,"),
        ("results", ",1,1\n", ",1,2\n"),
        ("results", ",district,,,", ",,,,"),
        ("results", ",5,2022-07-31,", ",5,2022-06-01,"),
    ] {
        let mut files = base.clone();
        let path = format!("data/{table}.csv");
        let changed = text(&files, &path).replacen(from, to, 1);
        assert_ne!(changed, text(&files, &path), "{table} has no {from:?}");
        files.iter_mut().find(|file| file.path == path).expect("table").bytes = changed.into_bytes();
        let root = tempfile::tempdir().expect("folder");
        write(&files, root.path());
        let (said, agrees) = recompute(&[root.path()]);
        assert!(!agrees && said.contains("differences"), "{table} {from:?}: {said}");
    }
}

#[test]
fn a_missing_report_is_absent_and_a_nil_report_is_zero() {
    let sample = sample("2022-M08");
    let csv = sample.text("data/units.csv");
    let row = |code: &str| csv.lines().find(|line| line.starts_with(&format!("{code},"))).expect("row").to_owned();
    assert!(row("06001").ends_with(&format!(",180,1,0,1,0,1{}", ",".repeat(22))), "{}", row("06001"));
    assert!(row("20.SNGV").ends_with(&format!(",20,1,1,1,1,1{}", ",0".repeat(22))), "{}", row("20.SNGV"));
    let missing = sample.edition.unit(&unit("06001")).expect("unit");
    assert_eq!(missing.filings[0].filing, Filing::Missing);
    let results = sample.text("data/results.csv");
    for row in [
        ",1045/QĐ-UBND,2022-06-21,unit:180,>=,20,1,UNCERTAIN,,,\n",
        ",0,0,,1,1,,,,,,,,1045/QĐ-UBND,2022-06-21,unit:20.SNGV,>=,50,0,NOT_APPLICABLE,0,,\n",
    ] {
        assert!(results.contains(row), "{row}: {results}");
    }
}

#[test]
fn the_reports_say_what_was_owed_and_how_it_came() {
    let sample = sample("2022-M08");
    let csv = sample.text("data/reports.csv");
    for row in [
        "20.STTTT,2022-M07,1,2022-07-15T17:00:00+07:00,reported,1,2022-07-15T16:00:00+07:00,0,0\n",
        "20.STTTT,2022-M08,1,2022-08-15T17:00:00+07:00,reported,2,2022-08-15T16:00:00+07:00,0,0\n",
        "20.SCT,2022-M07,1,2022-07-15T17:00:00+07:00,reported,1,2022-07-15T19:00:00+07:00,1,0\n",
        "20.SNGV,2022-M08,1,2022-08-15T17:00:00+07:00,reported,1,2022-08-15T16:00:00+07:00,0,1\n",
        "06001,2022-M08,1,2022-08-15T17:00:00+07:00,missing,,,,\n",
    ] {
        assert!(csv.contains(row), "{row}: {csv}");
    }
    let csv = every_rule::sample("2022-M08").text("data/reports.csv");
    let months = |unit: &str| {
        let rows = csv.lines().filter(|line| line.starts_with(&format!("{unit},")));
        rows.map(|row| row.split(',').take(3).skip(1).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(months("05974"), ["2022-M08 1"], "owes nothing before August");
    assert_eq!(months("20.SVHTTDL"), ["2022-M06 1", "2022-M07 1"], "owes nothing from August on");
    assert_eq!(months("20.SNGV"), ["2022-M06 0", "2022-M07 0", "2022-M08 0"], "is not added into the province");
}

#[test]
fn a_report_that_nobody_owed_is_not_published() {
    let sample = every_rule::sample("2022-M08");
    assert!(sample.reports.iter().any(|report| report.unit.0 == 8 && report.month.to_string() == "2022-M07"));
    let figures = sample.text("data/figures.csv");
    assert!(figures.contains("\n2022-M08,05974,") && !figures.contains("\n2022-M07,05974,"));
}

#[test]
fn names_are_escaped_for_each_kind_of_file() {
    let files = sample("2022-M08").files();
    let csv = text(&files, "data/units.csv");
    assert!(csv.contains("05974,\"'=1+1\",commune,C,178,"), "{csv}");
    assert!(csv.contains("06001,\"Xã <script>alert(1)</script>, \"\"Mới\"\"\",commune,"), "{csv}");
    assert!(text(&files, "data/units.json").contains(r#""name":"=1+1""#));
}

#[test]
fn a_row_of_results_never_needs_quoting() {
    for sample in [every_rule::sample("2022-Q3"), long_an::sample("2024-M07")] {
        let csv = sample.text("data/results.csv");
        let width = csv.lines().next().expect("a head").split(',').count();
        assert!(!csv.contains('"') && csv.lines().all(|line| line.split(',').count() == width));
    }
}

#[test]
fn the_compact_json_says_the_same_as_the_table() {
    let files = sample("2022-Q3").files();
    let json: serde_json::Value = serde_json::from_str(&text(&files, "data/figures.json")).expect("JSON");
    let columns = json["columns"].as_array().expect("columns");
    let mut lines = vec!["month,unit,revision,procedure,level,column,value".to_owned()];
    for row in json["rows"].as_array().expect("rows") {
        let cells: Vec<String> =
            row.as_array().expect("row").iter().map(|cell| cell.to_string().replace('"', "")).collect();
        for (column, value) in columns.iter().zip(&cells).skip(5) {
            lines.push(format!("{},{},{value}", cells[..5].join(","), column.as_str().expect("name")));
        }
    }
    assert!(lines.len() > 500);
    assert_eq!(text(&files, "data/figures.csv").trim_end(), lines.join("\n"));
}

#[test]
fn the_head_names_the_hash_of_every_table() {
    let files = sample("2022-M08").files();
    let head: serde_json::Value = serde_json::from_str(&text(&files, "data/edition.json")).expect("JSON");
    assert_eq!(
        head["coverage"],
        serde_json::json!({
            "reported": 8, "obliged": 9, "missing": [{ "unit": "06001", "months": ["2022-M08"] }],
        })
    );
    let checksums = text(&files, "CHECKSUMS");
    let listed = head["files"].as_array().expect("files");
    assert_eq!(listed.len(), 11);
    for file in listed {
        let line = format!("{}  {}\n", file["sha256"].as_str().expect("hash"), file["path"].as_str().expect("path"));
        assert!(checksums.contains(&line), "{line}");
    }
}

#[test]
fn every_column_is_described() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/open-data.md");
    let docs = std::fs::read_to_string(docs).expect("docs/open-data.md");
    let (first, second) = (every_rule::sample("2022-Q3"), restated("2022-M08", Cause::Locked));
    let mut section = "";
    let changes = second.files().into_iter().filter(|file| file.path.ends_with("changes.csv"));
    for file in first.files().into_iter().chain(changes).filter(|file| file.path.ends_with(".csv")) {
        let name = file.path.trim_start_matches("data/");
        section = docs.split("\n## ").find(|section| section.starts_with(&format!("`{name}`"))).expect(name);
        let table = String::from_utf8(file.bytes.clone()).expect("UTF-8");
        for column in table.lines().next().expect("a head").split(',') {
            let is_total = name == "units.csv" && (column.starts_with("own_") || column.starts_with("subtree_"));
            let side = column.split_once('_').filter(|(side, _)| matches!(*side, "numerator" | "denominator"));
            let written = match side {
                Some((_, cell)) if name == "indicators.csv" => format!("`…_{cell}`"),
                _ => format!("`{column}`"),
            };
            assert!(is_total || section.contains(&written), "{name} does not describe {written}");
        }
    }
    assert!(!section.is_empty());
}

#[test]
fn an_edition_is_not_published_without_a_report_that_it_counts() {
    let Sample { edition, regime, mut reports } = sample("2022-M08");
    reports.retain(|report| report.revision == 1);
    let refused = edition_files(&edition, &regime, &reports, &[]);
    assert!(matches!(refused, Err(SiteError::ReportNotGiven { .. })));
}

#[test]
fn the_changes_of_a_later_edition_are_published_old_and_new() {
    let second = restated("2022-M08", Cause::Locked);
    let table = second.text("data/changes.csv");
    let rows: Vec<&str> = table.lines().collect();
    let count = second.edition.restatement.as_ref().expect("a restatement").changes.len();
    assert_eq!((rows.len(), rows[0].split(',').count()), (count + 1, 12));
    for row in [
        "2022-M08/2,2022-M08/1,20,coverage,,,,8,9,9,9,report_below",
        "2022-M08/2,2022-M08/1,06001,report,2022-M08,,,missing,,revision 1,,own_report",
    ] {
        assert!(rows.contains(&row), "{row}\n{table}");
    }
    let received = rows.iter().find(|row| row.contains(",06001,column,received,own,,")).expect("a row");
    assert!(received.contains(",own,,,,") && received.ends_with(",,own_report"), "absent, not zero: {received}");

    let head: serde_json::Value = serde_json::from_str(&second.text("data/edition.json")).expect("JSON");
    let source = &head["restatement"]["sources"][0];
    assert_eq!((&head["restatement"]["of"], &source["unit"]), (&"2022-M08/1".into(), &"06001".into()));
    assert_eq!((source["before"].is_null(), &source["now"]), (true, &1.into()));
    let first: serde_json::Value = serde_json::from_str(&sample("2022-M08").text("data/edition.json")).expect("JSON");
    assert!(first.get("restatement").is_none(), "a first edition is as it was before there were restatements");
}
