//! Writes sample documents into the folder that is named, to be looked at, and says how long it took.

#[path = "../tests/it/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Instant;

use baocao_domain::edition::Edition;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::target::Span;
use support::{code, issue_record, lang_son, long_an, small};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    lang_son(folder)?;
    long_an(folder)?;
    small(folder)
}

/// Writes the report or its draft, and scorecards of these units, all checked.
fn write(
    folder: &Path,
    name: &str,
    edition: &Edition,
    issued: bool,
    units: &[&str],
) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let record = issue_record();
    let pdf = baocao_report::report(edition, issued.then_some(&record))?;
    let rendered = started.elapsed();
    baocao_report::check_report(&pdf, edition)?;
    let checked = started.elapsed() - rendered;
    eprintln!("{name}: {} kB, rendered in {rendered:?}, checked in {checked:?}", pdf.len() / 1000);
    std::fs::write(folder.join(format!("{name}.pdf")), pdf)?;
    for unit in units {
        let card = baocao_report::scorecard(edition, &code(unit))?;
        baocao_report::check_scorecard(&card, edition, &code(unit))?;
        std::fs::write(folder.join(format!("{name}-card-{unit}.pdf")), card)?;
    }
    Ok(())
}

/// As report 433/BC-UBND, and with names without end and reports that are late or missing.
fn lang_son(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let pair = |unit: &str, month: &str| (unit.to_owned(), month.to_owned());
    let plain = lang_son::edition("2022-Q3", &lang_son::Odd::default());
    write(folder, "lang-son", &plain, true, &["178", "20.SCT"])?;
    let missing = ["2022-M07", "2022-M08", "2022-M09"].map(|month| pair("20.STP", month));
    let odd = lang_son::Odd {
        missing: missing.into_iter().chain([pair("05971", "2022-M08")]).collect(),
        late: vec![pair("20.SYT", "2022-M08")],
        first_month: Some(6),
        name: Some(("185".into(), "Ban Quản lý ".repeat(30))),
    };
    let odd = lang_son::edition("2022-Q3", &odd);
    write(folder, "lang-son-odd", &odd, false, &["20", "178", "185", "20.SCT", "20.STP", "05971"])?;

    let before = |unit: &str| lang_son::Odd { missing: vec![pair(unit, "2022-M08")], ..lang_son::Odd::default() };
    write(folder, "lang-son-restated", &lang_son::restated("2022-Q3", &before("05971")), true, &[])?;
    write(folder, "lang-son-restated-department", &lang_son::restated("2022-Q3", &before("20.SCT")), false, &[])?;

    let started = Instant::now();
    let cards = plain.units.iter().map(|unit| Ok((unit, baocao_report::scorecard(&plain, &unit.code)?)));
    let cards = cards.collect::<Result<Vec<_>, baocao_report::ReportError>>()?;
    let rendered = started.elapsed();
    for (unit, card) in &cards {
        baocao_report::check_scorecard(card, &plain, &unit.code)?;
    }
    let checked = started.elapsed() - rendered;
    eprintln!("{} scorecards: rendered in {rendered:?}, checked in {checked:?}", cards.len());
    Ok(())
}

/// Ten indicators: before the decision applies, in quarter III, over the year, with long names, without rows.
fn long_an(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let plain = long_an::Odd::default;
    let missing = vec![("80.S03", "2024-M07"), ("27685", "2024-M08"), ("27685", "2024-M09")];
    for (name, period, communes, odd) in [
        ("long-an-no-target", "2024-H1", 40, plain()),
        ("long-an-q3", "2024-Q3", 188, long_an::Odd { missing, ..plain() }),
        ("long-an-9m", "2024-9M", 20, plain()),
        ("long-an-year", "2024", 188, plain()),
        ("long-an-long-names", "2024-Q3", 20, long_an::Odd { long_names: true, ..plain() }),
        ("long-an-no-rows", "2024-Q3", 20, long_an::Odd { no_rows: true, ..plain() }),
    ] {
        let edition = long_an::edition(period, communes, &odd);
        write(folder, name, &edition, false, &["80", "794", "80.S03", "27685"])?;
    }
    Ok(())
}

/// Maxima and exact targets, windows other than the year, a vertical agency, both vocabularies of service levels.
fn small(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let plain = small::Odd::default;
    let late = vec![("70102", "2022-M08"), ("70.STP", "2022-M09"), ("701", "2022-M09")];
    let missing = vec![("70201", "2022-M08"), ("70.SYT", "2022-M09")];
    let mixed = [Span::Period, Span::QuarterToDate, Span::YearToDate, Span::YearToDate];
    for (name, period, odd) in [
        ("small-maxima", "Q3", plain()),
        ("small-mixed-windows", "9M", small::Odd { windows: mixed, late, missing, ..plain() }),
        ("small-quarter", "M08", small::Odd { windows: [Span::QuarterToDate; 4], ..plain() }),
        ("small-period", "Q3", small::Odd { windows: [Span::Period; 4], ..plain() }),
        ("small-2018", "", small::Odd { year: 2018, has_targets: false, levels: vec![ServiceLevel::One], ..plain() }),
    ] {
        let edition = small::edition(period, &odd);
        write(folder, name, &edition, true, &["70", "70.CT", "70.SYT", "701", "703", "70201"])?;
    }
    Ok(())
}
