//! The smallest raises of rates after which the common target is certain.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::Part;
use super::exact::{FULL, POINT, ceiling, saturated};
use super::plan::{Line, Role};
use crate::ids::UnitCode;
use crate::rounding::{count_in_prose, threshold_text};
use crate::target::Threshold;

/// One rate that is raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// Whose.
    pub unit: UnitCode,
    /// As it was given.
    pub from: Threshold,
    /// As it should be.
    pub to: Threshold,
    /// In how many steps of one point; the last one before 100% may be shorter.
    pub points: i64,
}

/// Raises after which the common target is certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The points of all raises together.
    pub points: i64,
    /// The raises, by unit.
    pub raises: Vec<Raise>,
}

/// The two smallest repairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repairs {
    /// The fewest points in total: where a point gains most (the largest weight) first, equal ones by code.
    pub fewest: Repair,
    /// The smallest raise that is the same for all, up to 100%.
    pub even: Repair,
    /// The points of that raise for each part.
    pub even_points: i64,
}

/// A part with a rate that is proved to be one.
pub(super) struct Rated<'a> {
    pub(super) part: &'a Part,
    pub(super) role: Role,
    pub(super) threshold: Threshold,
    pub(super) exact: i128,
}

impl Rated<'_> {
    pub(super) fn weight(&self) -> i128 {
        i128::from(self.part.last.denominator)
    }

    pub(super) fn line(&self, share: Option<String>) -> Line {
        Line {
            unit: self.part.unit.clone(),
            role: self.role,
            weight: self.part.last.denominator,
            threshold: self.threshold,
            cases: saturated(ceiling(self.weight() * self.exact, FULL)),
            share,
        }
    }

    /// How far the rate can rise: an office that keeps T does not.
    fn room(&self) -> i128 {
        if self.role == Role::Office { 0 } else { FULL - self.exact }
    }

    /// What so many points add to Σ wᵢtᵢ.
    fn gain(&self, points: i128) -> i128 {
        self.weight() * self.room().min(points * POINT)
    }

    /// The rate raised by so many points, at most to 100%. None if that changes nothing.
    fn raise(&self, points: i128) -> Option<Raise> {
        let points = points.min(ceiling(self.room(), POINT));
        if points <= 0 {
            return None;
        }
        let points = saturated(points);
        let from = self.threshold;
        let to = if i128::from(points) * POINT >= self.room() {
            Threshold { value: 100, scale: 0, ..from } // `100%`, not `100,0%`
        } else {
            Threshold { value: from.value + points * 10_i64.pow(u32::from(from.scale)), ..from }
        };
        Some(Raise { unit: self.part.unit.clone(), from, to, points })
    }
}

impl Repairs {
    /// Both exist: at 100% everywhere, but for an office that keeps T, nothing is lacking.
    pub(super) fn of(rated: &[Rated<'_>], lacking: i128) -> Self {
        let gain = |points| rated.iter().map(|part| part.gain(points)).sum::<i128>();
        let even = (1..100).find(|points| gain(*points) >= lacking).unwrap_or(100);
        Self {
            fewest: Self::fewest(rated, lacking),
            even: Repair::of(rated.iter().filter_map(|part| part.raise(even)).collect()),
            even_points: saturated(even),
        }
    }

    /// The points that gain most, until nothing is lacking. No other choice of as many gains more, so none of fewer is
    /// enough. Every point of a part gains its weight, but for a shorter last one before 100%, which gains less and
    /// therefore comes later by itself.
    fn fewest(rated: &[Rated<'_>], lacking: i128) -> Repair {
        let mut steps = Vec::with_capacity(2 * rated.len());
        for (i, part) in rated.iter().enumerate() {
            let rest = part.room() % POINT;
            steps.push((part.weight() * POINT, i, part.room() / POINT));
            steps.push((part.weight() * rest, i, i128::from(rest > 0)));
        }
        steps.retain(|(gain, _, count)| *gain > 0 && *count > 0);
        steps.sort_by_key(|(gain, i, _)| (Reverse(*gain), &rated[*i].part.unit));
        let mut lacking = lacking;
        let mut taken = vec![0; rated.len()];
        for (gain, i, count) in steps {
            let points = count.min(ceiling(lacking.max(0), gain));
            taken[i] += points;
            lacking -= points * gain;
        }
        Repair::of(rated.iter().zip(taken).filter_map(|(part, points)| part.raise(points)).collect())
    }
}

impl Repair {
    fn of(raises: Vec<Raise>) -> Self {
        Self { points: raises.iter().map(|raise| raise.points).sum(), raises }
    }

    /// The repair as one Vietnamese line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let units = i64::try_from(self.raises.len()).unwrap_or(i64::MAX);
        format!("Tăng tổng cộng {} điểm phần trăm tại {} đơn vị.", count_in_prose(self.points), count_in_prose(units))
    }
}

impl Raise {
    /// The raise as one Vietnamese line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let (from, to) = (threshold_text(self.from), threshold_text(self.to));
        format!("Đơn vị {}: tăng từ {from} lên {to}.", self.unit)
    }
}
