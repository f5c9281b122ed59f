//! Writes sample documents into the folder that is named, to be looked at, and says how long it took.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::time::Instant;

use support::{Odd, code, edition, issue_record};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let pair = |unit: &str, month: &str| (unit.to_owned(), month.to_owned());
    let plain = edition("2022-Q3", &Odd::default());
    let odd = edition(
        "2022-Q3",
        &Odd {
            missing: vec![
                pair("05971", "2022-M08"),
                pair("20.STP", "2022-M07"),
                pair("20.STP", "2022-M08"),
                pair("20.STP", "2022-M09"),
            ],
            late: vec![pair("20.SYT", "2022-M08")],
            first_month: Some(6),
            name: Some(("185".into(), "Ban Quản lý ".repeat(30))),
        },
    );
    let started = Instant::now();
    let issued = baocao_report::report(&plain, Some(&issue_record()))?;
    let first = started.elapsed();
    let draft = baocao_report::report(&odd, None)?;
    let second = started.elapsed() - first;
    std::fs::write(folder.join("report.pdf"), &issued)?;
    std::fs::write(folder.join("draft.pdf"), &draft)?;
    for unit in ["20", "178", "185", "20.SCT", "20.STP", "05971"] {
        std::fs::write(folder.join(format!("card-{unit}.pdf")), baocao_report::scorecard(&odd, &code(unit))?)?;
    }
    let started = Instant::now();
    let mut cards = Vec::new();
    for unit in &plain.units {
        cards.push((unit, baocao_report::scorecard(&plain, &unit.code)?));
    }
    let rendered = started.elapsed();
    for (unit, card) in &cards {
        baocao_report::check_scorecard(card, &plain, &unit.code)?;
    }
    let checked = started.elapsed() - rendered;
    baocao_report::check_report(&issued, &plain)?;
    let report_checked = started.elapsed() - rendered - checked;
    eprintln!("first report {first:?}, second {second:?}, checked {report_checked:?}");
    eprintln!("{} scorecards: rendered {rendered:?}, checked {checked:?}", cards.len());
    Ok(())
}
