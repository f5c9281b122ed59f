//! Open data: everything that a reader needs to recompute the edition without us.
//!
//! `figures.csv` holds the sealed figures as they were filed; the other tables hold what was made of them. The columns
//! are described in `docs/open-data.md`, and `tests/recompute.py` reads nothing else.

mod table;

pub(crate) mod head;
mod results;

use baocao_domain::edition::Edition;
use baocao_domain::indicator::Catalogue;
use serde::Serialize;

use crate::{PublishedDocument, Sealed, SiteError, SiteFile};
use table::{Cell, push_row};

/// The files below `data/`.
pub(crate) fn files(
    edition: &Edition,
    catalogue: &Catalogue,
    sealed: &Sealed<'_>,
    documents: &[PublishedDocument],
) -> Result<Vec<SiteFile>, SiteError> {
    let mut files = vec![
        file("figures.csv", figures_csv(edition, catalogue, sealed)),
        json("figures.json", &figures_json(edition, catalogue, sealed))?,
    ];
    let tables = [
        ("units", results::units(edition, sealed)),
        ("indicators", results::indicators(edition)),
        ("targets", results::targets(edition)),
    ];
    for (name, table) in &tables {
        files.push(file(&format!("{name}.csv"), table.csv()));
        files.push(json(&format!("{name}.json"), table)?);
    }
    let head = head::of(edition, &files, documents);
    files.push(json("edition.json", &head)?);
    Ok(files)
}

fn file(name: &str, text: String) -> SiteFile {
    SiteFile { path: format!("data/{name}"), bytes: text.into_bytes() }
}

fn json(name: &str, value: &impl Serialize) -> Result<SiteFile, SiteError> {
    let path = format!("data/{name}");
    match serde_json::to_vec(value) {
        Ok(mut bytes) => {
            bytes.push(b'\n');
            Ok(SiteFile { path, bytes })
        }
        Err(source) => Err(SiteError::Json { path, source }),
    }
}

/// The head of a figure: where a row of the form was filed.
struct Filed<'a> {
    month: String,
    unit: &'a str,
    revision: u32,
    procedure: &'a str,
    level: Option<u8>,
    values: &'a [i64],
}

/// Every filed row that counts, by month, then in the order of the units, then by procedure.
fn filed<'a>(
    edition: &'a Edition,
    catalogue: &'a Catalogue,
    sealed: &'a Sealed<'a>,
) -> impl Iterator<Item = Filed<'a>> {
    let reports = edition
        .year_to_date_months
        .iter()
        .flat_map(move |month| edition.units.iter().filter_map(move |unit| Some((unit, sealed.get(unit.id, *month)?))));
    reports.flat_map(move |(unit, report)| {
        report.figures.rows.iter().map(move |(procedure, values)| Filed {
            month: report.month.to_string(),
            unit: unit.code.as_str(),
            revision: report.revision,
            procedure: procedure.as_str(),
            level: catalogue.get(procedure).map(|procedure| procedure.level),
            values,
        })
    })
}

/// One row per month × unit × procedure × filed column.
fn figures_csv(edition: &Edition, catalogue: &Catalogue, sealed: &Sealed<'_>) -> String {
    let mut out = String::from("period,unit,revision,procedure,level,column,value\n");
    for row in filed(edition, catalogue, sealed) {
        for (column, value) in edition.form.columns.iter().zip(row.values) {
            push_row(
                &mut out,
                &[
                    Cell::text(&row.month),
                    Cell::text(row.unit),
                    Cell::Count(row.revision.into()),
                    Cell::text(row.procedure),
                    row.level.map_or(Cell::Absent, |level| Cell::Count(level.into())),
                    Cell::text(column.code.as_str()),
                    Cell::Count(*value),
                ],
            );
        }
    }
    out
}

/// The same, compact: the columns once, then one array per month × unit × procedure.
fn figures_json(edition: &Edition, catalogue: &Catalogue, sealed: &Sealed<'_>) -> serde_json::Value {
    let head = ["period", "unit", "revision", "procedure", "level"];
    let columns: Vec<&str> =
        head.into_iter().chain(edition.form.columns.iter().map(|column| column.code.as_str())).collect();
    let rows: Vec<Vec<serde_json::Value>> = filed(edition, catalogue, sealed)
        .map(|row| {
            let mut cells: Vec<serde_json::Value> =
                vec![row.month.into(), row.unit.into(), row.revision.into(), row.procedure.into(), row.level.into()];
            cells.extend(row.values.iter().map(|value| serde_json::Value::from(*value)));
            cells
        })
        .collect();
    serde_json::json!({ "edition": edition.id.to_string(), "columns": columns, "rows": rows })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use baocao_domain::edition::Filing;

    use super::*;
    use crate::edition_files;
    use crate::testing::{Sample, sample, unit};

    const RECOMPUTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/recompute.py");

    fn files_of(sample: &Sample) -> Vec<SiteFile> {
        edition_files(&sample.edition, &sample.catalogue, &sample.reports, &[]).expect("files")
    }

    fn text(files: &[SiteFile], path: &str) -> String {
        let file = files.iter().find(|file| file.path == path).expect(path);
        String::from_utf8(file.bytes.clone()).expect("UTF-8")
    }

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

    #[test]
    fn the_recomputation_finds_no_difference_with_late_missing_and_nil_reports() {
        let root = tempfile::tempdir().expect("folder");
        let folders = ["2022-M07", "2022-M08", "2022-Q3"].map(|key| {
            let folder = root.path().join(key).join("1");
            write(&files_of(&sample(key)), &folder);
            folder
        });
        let (said, agrees) = recompute(&folders.each_ref().map(|folder| folder.as_path()));
        assert!(agrees, "{said}");
        assert!(said.contains("2022-Q3/1: 10 units, 220 totals, 40 ratios, 24 verdicts: no difference"), "{said}");
    }

    #[test]
    fn the_recomputation_notices_a_changed_figure_total_ratio_and_verdict() {
        for (table, from, to) in [
            ("figures", "2022-M07,20.STTTT,1,1.000001,3,online,21", "2022-M07,20.STTTT,1,1.000001,3,online,22"),
            ("units", ",2022-M07 2022-M08,,", ",2022-M07,2022-M08,"),
            ("indicators", ",2,2\n", ",1,2\n"),
            ("targets", ",MET,", ",MISSED,"),
        ] {
            let root = tempfile::tempdir().expect("folder");
            let mut files = files_of(&sample("2022-M08"));
            let path = format!("data/{table}.csv");
            let changed = text(&files, &path).replacen(from, to, 1);
            assert_ne!(changed, text(&files, &path), "{table} has no {from:?}");
            files.iter_mut().find(|file| file.path == path).expect("table").bytes = changed.into_bytes();
            write(&files, root.path());
            let (said, agrees) = recompute(&[root.path()]);
            assert!(!agrees && said.contains("computed"), "{table}: {said}");
        }
    }

    #[test]
    fn a_missing_report_is_absent_and_a_nil_report_is_zero() {
        let sample = sample("2022-M08");
        let files = files_of(&sample);
        let csv = text(&files, "data/units.csv");
        let row = |code: &str| csv.lines().find(|line| line.starts_with(&format!("{code},"))).expect("row").to_owned();
        assert!(row("06001").ends_with(&",".repeat(22)), "{}", row("06001"));
        assert!(row("06001").contains(",1,1,0,,2022-M08,2022-M07,2022-M08,"), "{}", row("06001"));
        assert!(row("20.SNGV").ends_with(&",0".repeat(22)), "{}", row("20.SNGV"));
        let missing = sample.edition.unit(&unit("06001")).expect("unit");
        assert_eq!(missing.filings[0].1, Filing::Missing);
        assert!(
            text(&files, "data/targets.csv").contains("180,HS_XU_LY_TT,period,progress,1045/QĐ-UBND,2022-06-21,>=,20,")
        );
        assert!(text(&files, "data/targets.csv").contains(",UNCERTAIN,\n"));
        assert!(text(&files, "data/targets.csv").contains(",0,0,NOT_APPLICABLE,0\n"));
    }

    #[test]
    fn names_are_escaped_for_each_kind_of_file() {
        let files = files_of(&sample("2022-M08"));
        let csv = text(&files, "data/units.csv");
        assert!(csv.contains("05974,\"'=1+1\",commune,C,178,"), "{csv}");
        assert!(csv.contains("06001,\"Xã <script>alert(1)</script>, \"\"Mới\"\"\",commune,"), "{csv}");
        assert!(text(&files, "data/units.json").contains(r#""name":"=1+1""#));
    }

    #[test]
    fn the_compact_json_says_the_same_as_the_table() {
        let files = files_of(&sample("2022-Q3"));
        let json: serde_json::Value = serde_json::from_str(&text(&files, "data/figures.json")).expect("JSON");
        let columns = json["columns"].as_array().expect("columns");
        let mut lines = vec!["period,unit,revision,procedure,level,column,value".to_owned()];
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
        let files = files_of(&sample("2022-M08"));
        let head: serde_json::Value = serde_json::from_str(&text(&files, "data/edition.json")).expect("JSON");
        assert_eq!(
            head["coverage"],
            serde_json::json!({
                "reported": 8, "obliged": 9, "missing": [{ "unit": "06001", "months": ["2022-M08"] }],
            })
        );
        let checksums = text(&files, "CHECKSUMS");
        for file in head["files"].as_array().expect("files") {
            let line =
                format!("{}  {}\n", file["sha256"].as_str().expect("hash"), file["path"].as_str().expect("path"));
            assert!(checksums.contains(&line), "{line}");
        }
    }

    #[test]
    fn an_edition_is_not_published_without_a_report_that_it_counts() {
        let Sample { edition, catalogue, mut reports } = sample("2022-M08");
        reports.retain(|report| report.revision == 1);
        let refused = edition_files(&edition, &catalogue, &reports, &[]);
        assert!(matches!(refused, Err(SiteError::ReportNotGiven { .. })));
    }
}
