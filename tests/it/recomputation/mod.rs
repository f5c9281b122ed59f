//! Ten thousand random provinces, recomputed by a naive program that was written from `docs/arithmetic.md` alone.
//!
//! Trees with units that come, go and move; obligations with exceptions and vertical agencies; late filings, corrections,
//! missing and nil reports; indicators over columns, stocks and single fields, with weights and filters; targets of every
//! kind. Counts are small, so that shares fall on thresholds and ties occur.

pub(crate) mod chance;
mod export;
mod worlds;

use std::io::{BufWriter, Write as _};
use std::process::{Command, Stdio};

use baocao_domain::target::Verdict;

use self::chance::Chance;
use self::worlds::{Kinds, World};

/// How many provinces.
const CASES: u64 = 10_000;

/// How many of the naive program run side by side.
const LANES: u64 = 2;

#[test]
fn a_naive_recomputation_of_ten_thousand_random_provinces_finds_no_difference() {
    let lanes: Vec<_> = (0..LANES).map(|lane| std::thread::spawn(move || recompute(lane))).collect();
    let mut kinds = Kinds::default();
    for lane in lanes {
        kinds.add(lane.join().expect("no difference"));
    }
    kinds.assert_all_occur(CASES);
}

#[test]
fn no_missing_report_overturns_a_verdict_that_is_not_uncertain() {
    let (mut upheld, mut decided) = (0_u32, 0_u32);
    for number in 0..CASES / 10 {
        let world = World::random(&mut Chance::seeded(number));
        let edition = world.edition();
        for completion in 0..5 {
            let completed = world.completed(&mut Chance::seeded(CASES + 5 * number + completion)).edition();
            for (before, after) in edition.units.iter().zip(&completed.units) {
                for (before, after) in before.outcomes.iter().zip(&after.outcomes) {
                    assert_eq!(after.bounds, None, "case {number}: nothing is missing any more");
                    let verdicts = [before, after].map(|outcome| outcome.judgement.as_ref().map(|j| j.verdict));
                    let [Some(verdict), Some(now)] = verdicts else { continue };
                    match before.bounds {
                        Some(_) if verdict == Verdict::Uncertain => decided += 1,
                        Some(_) => upheld += 1,
                        None => {}
                    }
                    assert!(
                        verdict == Verdict::Uncertain || verdict == now,
                        "case {number}: {before:?} became {after:?}"
                    );
                }
            }
        }
    }
    assert!(upheld > 1_000 && decided > 1_000, "{upheld} upheld, {decided} decided: the cases say too little");
}

/// Hands every case of a lane to a naive program of its own.
fn recompute(lane: u64) -> Kinds {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/naive.py");
    let mut naive = Command::new("python3")
        .args([program, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut cases = BufWriter::new(naive.stdin.take().expect("an open pipe"));
    let mut kinds = Kinds::default();
    for number in (lane..CASES).step_by(usize::try_from(LANES).expect("small")) {
        let world = World::random(&mut Chance::seeded(number));
        let edition = world.edition();
        kinds.count(&edition);
        serde_json::to_writer(&mut cases, &export::case(number, &world, &edition)).expect("written");
        cases.write_all(b"\n").expect("written");
    }
    drop(cases.into_inner().expect("written"));
    let output = naive.wait_with_output().expect("python3 ends");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert_eq!(told.trim_end(), format!("{} cases, 0 differences", CASES / LANES));
    kinds
}
