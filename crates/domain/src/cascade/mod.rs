//! Cascades (giao chỉ tiêu cho cấp dưới): a district gives its communes targets of their own, so that its own is met.
//!
//! Decision 1045/QĐ-UBND of Lạng Sơn (2022) lets each district set its communes' rates "nhằm bảo đảm hoàn thành chỉ
//! tiêu chung được giao"; decision 2566/QĐ-UBND of Hòa Bình (2020) lets nobody go below 20%. Whether rates tᵢ make the
//! district's own T certain is arithmetic: if every part reaches just its tᵢ, the whole reaches Σ wᵢtᵢ / Σ wᵢ, where wᵢ
//! is the part's volume, taken from its last closed figures. So the test is Σ wᵢtᵢ ≥ T·Σ wᵢ, on integers, and it is as
//! good as those volumes are a guide to the next ones.
//!
//! The parent's own office handles dossiers too. It is a part that keeps T, and is left out of repairs, unless it is
//! given another rate: then it is a part like any other.
//!
//! Deliberately absent: targets to be kept from above ("at most"), which no source hands down; who may assign to whom
//! (the regime); and the storing of what was assigned.

mod exact;
mod fault;
mod plan;
mod repair;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::exact::{FULL, ceiling, exact, narrowed, saturated, share_beside};
pub use self::fault::Fault;
pub use self::plan::{Line, Outcome, Plan, Role};
use self::repair::Rated;
pub use self::repair::{Raise, Repair, Repairs};
use crate::ids::UnitCode;
use crate::indicator::Ratio;
use crate::rounding::partition_text;
use crate::target::Threshold;

/// One that takes part in reaching the common target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Who.
    pub unit: UnitCode,
    /// Its own last closed figures; the denominator is its weight. 0/0 where it had none.
    pub last: Ratio,
}

/// What is to be spread, and over whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cascade {
    /// The parent's own threshold T.
    pub whole: Threshold,
    /// Nobody may be given less.
    pub floor: Option<Threshold>,
    /// The parent's own office, with its own rows only.
    pub office: Option<Part>,
    /// The units below.
    pub parts: Vec<Part>,
    /// Whether the parts' counts add up to the parent's. Sums do. Distinct procedures do not, because several units can
    /// count the same one: then the rates of the parts say nothing certain about the whole.
    pub adds_up: bool,
}

/// How the rates of the units below are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The same for every unit below.
    Uniform(Threshold),
    /// As given, for every unit below. May name the parent's office as well, which otherwise keeps T.
    Each(BTreeMap<UnitCode, Threshold>),
    /// Each unit's last share, rounded up to a whole percent and raised; at least the floor, at most 100%. A unit
    /// without volume gets T, or the floor if that is higher.
    FromLast {
        /// By how many percentage points.
        points: u8,
    },
}

impl Cascade {
    /// Gives every part its rate and weighs the result.
    ///
    /// # Errors
    /// Every [`Fault`], not the first. Where T or the floor is wrong, only that is said: nothing can be held against
    /// it.
    pub fn plan(&self, rule: &Rule) -> Result<Plan, Vec<Fault>> {
        let common = [Some(self.whole), self.floor].into_iter().flatten().filter(|given| exact(*given).is_none());
        let faults: Vec<Fault> = common.map(|given| Fault::BadThreshold { unit: None, given }).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut faults = self.strangers(rule);
        let mut seen = BTreeSet::new();
        let mut rated = Vec::with_capacity(self.parts.len() + 1);
        for (part, role) in self.members(rule) {
            if !seen.insert(&part.unit) {
                faults.push(Fault::Twice { unit: part.unit.clone() });
            }
            match self.rate(rule, part, role) {
                Ok(part) => rated.push(part),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(self.weigh(&rated)) } else { Err(faults) }
    }

    /// The parts with their roles: the office first, then the units by code.
    fn members(&self, rule: &Rule) -> Vec<(&Part, Role)> {
        let mut units: Vec<&Part> = self.parts.iter().collect();
        units.sort_by_key(|part| &part.unit);
        let is_given = |office: &Part| matches!(rule, Rule::Each(given) if given.contains_key(&office.unit));
        let office =
            self.office.iter().map(|part| (part, if is_given(part) { Role::GivenOffice } else { Role::Office }));
        office.chain(units.into_iter().map(|part| (part, Role::Unit))).collect()
    }

    /// Units that are given a rate and take no part.
    fn strangers(&self, rule: &Rule) -> Vec<Fault> {
        let Rule::Each(given) = rule else { return Vec::new() };
        let takes_part: BTreeSet<&UnitCode> = self.office.iter().chain(&self.parts).map(|part| &part.unit).collect();
        let strangers = given.keys().filter(|unit| !takes_part.contains(unit));
        strangers.map(|unit| Fault::NotAPart { unit: unit.clone() }).collect()
    }

    /// A part with its rate, if it is given a proper one.
    fn rate<'a>(&self, rule: &Rule, part: &'a Part, role: Role) -> Result<Rated<'a>, Fault> {
        let unit = || part.unit.clone();
        if !(0..=part.last.denominator).contains(&part.last.numerator) {
            return Err(Fault::BadLast { unit: unit() });
        }
        let threshold = match (rule, role) {
            (_, Role::Office) => self.whole,
            (Rule::Uniform(threshold), _) => *threshold,
            (Rule::Each(given), _) => *given.get(&part.unit).ok_or_else(|| Fault::NotGiven { unit: unit() })?,
            (Rule::FromLast { points }, _) => self.raised_from(part.last, *points),
        };
        let exact_rate =
            exact(threshold).ok_or_else(|| Fault::BadThreshold { unit: Some(unit()), given: threshold })?;
        match self.floor {
            Some(floor) if role != Role::Office && Some(exact_rate) < exact(floor) => {
                Err(Fault::BelowFloor { unit: unit(), given: threshold, floor })
            }
            _ => Ok(Rated { part, role, threshold, exact: exact_rate }),
        }
    }

    /// The last share, rounded up to a whole percent and raised; at least the floor, at most 100%.
    fn raised_from(&self, last: Ratio, points: u8) -> Threshold {
        let raised = if last.denominator == 0 {
            self.whole
        } else {
            let percent = ceiling(i128::from(last.numerator) * 100, i128::from(last.denominator)) + i128::from(points);
            Threshold::percent(saturated(percent.min(100)))
        };
        self.floor.filter(|floor| exact(*floor) > exact(raised)).unwrap_or(raised)
    }

    fn weigh(&self, rated: &[Rated<'_>]) -> Plan {
        let volume: i128 = rated.iter().map(Rated::weight).sum();
        let products: Vec<i128> = rated.iter().map(|part| part.weight() * part.exact).collect();
        let reached: i128 = products.iter().sum();
        let lacking = exact(self.whole).map_or(0, |whole| whole * volume - reached);
        let outcome = match (self.adds_up && volume > 0, lacking) {
            (false, _) => Outcome::Unknown,
            (true, ..=0) => Outcome::Feasible,
            (true, lacking) => Outcome::Infeasible { lacking: saturated(ceiling(lacking, FULL)) },
        };
        let shares = if self.adds_up { partition_text(&narrowed(&products), 2) } else { None };
        let share = |i: usize| shares.as_ref().map(|shares| shares[i].clone());
        Plan {
            whole: self.whole,
            floor: self.floor,
            adds_up: self.adds_up,
            lines: rated.iter().enumerate().map(|(i, part)| part.line(share(i))).collect(),
            volume: saturated(volume),
            reached: if outcome == Outcome::Unknown { None } else { share_beside(reached, FULL * volume, self.whole) },
            outcome,
            repairs: matches!(outcome, Outcome::Infeasible { .. }).then(|| Repairs::of(rated, lacking)),
        }
    }
}
