//! A cascade as its readers see it: the rates, what they come to, and the words for both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::repair::Repairs;
use crate::ids::UnitCode;
use crate::rounding::{count_in_prose, count_text, threshold_in_words, threshold_text};
use crate::target::Threshold;

/// What a part stands for in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A unit below.
    Unit,
    /// The parent's office, which keeps T.
    Office,
    /// The parent's office, which was given a rate of its own.
    GivenOffice,
}

/// One part of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who.
    pub unit: UnitCode,
    /// As what.
    pub role: Role,
    /// Its last volume wᵢ.
    pub weight: i64,
    /// Its rate tᵢ.
    pub threshold: Threshold,
    /// The cases that reach the rate at that volume: ⌈wᵢtᵢ / 100⌉.
    pub cases: i64,
    /// Its share of Σ wᵢtᵢ as text, such as `12,30%`; all shares make 100%. None where the sum is zero or means
    /// nothing.
    pub share: Option<String>,
}

/// Whether the rates make the common target certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// If every part reaches its rate, the whole reaches T.
    Feasible,
    /// It may miss T although every part reaches its rate.
    Infeasible {
        /// By so many cases: ⌈(T·Σ wᵢ − Σ wᵢtᵢ) / 100⌉, at least 1.
        lacking: i64,
    },
    /// Nothing to weigh with: no part has any volume, or the parts do not add up.
    Unknown,
}

/// A cascade with everything that its reader needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The parent's own threshold T.
    pub whole: Threshold,
    /// Nobody may be given less.
    pub floor: Option<Threshold>,
    /// Whether the parts' counts add up to the parent's.
    pub adds_up: bool,
    /// The parts: the office first, then the units by code.
    pub lines: Vec<Line>,
    /// All weights: Σ wᵢ.
    pub volume: i64,
    /// What is certain if every part reaches its rate, Σ wᵢtᵢ / Σ wᵢ, as text beside T. None if the outcome is unknown.
    pub reached: Option<String>,
    /// Whether that is enough.
    pub outcome: Outcome,
    /// What would make it enough, if it is not.
    pub repairs: Option<Repairs>,
}

impl Plan {
    /// The rates of the units below, which the parent assigns; the office is not among them.
    #[must_use]
    pub fn assigned(&self) -> BTreeMap<UnitCode, Threshold> {
        let units = self.lines.iter().filter(|line| line.role == Role::Unit);
        units.map(|line| (line.unit.clone(), line.threshold)).collect()
    }

    /// The outcome as one Vietnamese line; the noun is the indicator's (`hồ sơ`).
    #[must_use]
    pub fn in_words(&self, noun: &str) -> String {
        let whole = threshold_text(self.whole);
        let reached = self.reached.as_deref().unwrap_or("0%");
        match self.outcome {
            Outcome::Feasible => format!(
                "Bảo đảm chỉ tiêu chung {whole}: nếu các đơn vị đạt đúng mức được giao thì kết quả chung là {reached}."
            ),
            Outcome::Infeasible { lacking } => format!(
                "Chưa bảo đảm chỉ tiêu chung {whole}: nếu các đơn vị chỉ đạt đúng mức được giao thì kết quả chung là \
                 {reached}, còn thiếu {} {noun}.",
                count_in_prose(lacking)
            ),
            Outcome::Unknown if self.adds_up => format!(
                "Chưa xác định được có bảo đảm chỉ tiêu chung {whole} hay không: kỳ gần nhất không đơn vị nào phát \
                 sinh {noun}."
            ),
            Outcome::Unknown => format!(
                "Không xác định được có bảo đảm chỉ tiêu chung {whole} hay không: số {noun} của các đơn vị có phần \
                 trùng nhau nên không cộng được."
            ),
        }
    }
}

impl Line {
    /// The part as one Vietnamese line, without its name; the noun is the indicator's (`hồ sơ`).
    #[must_use]
    pub fn in_words(&self, noun: &str) -> String {
        let rate = threshold_in_words(self.threshold);
        let rate = match self.role {
            Role::Unit => format!("Giao {rate}"),
            Role::Office => format!("Cơ quan của cấp giao chỉ tiêu, giữ mức chung {rate}"),
            Role::GivenOffice => format!("Cơ quan của cấp giao chỉ tiêu, mức riêng {rate}"),
        };
        if self.weight == 0 {
            return format!("{rate}; kỳ gần nhất không phát sinh {noun}.");
        }
        let share = self.share.as_ref().map_or_else(String::new, |share| format!(", chiếm {share} kết quả chung"));
        format!(
            "{rate}: ít nhất {} trên {} {noun} của kỳ gần nhất{share}.",
            count_text(self.cases),
            count_text(self.weight)
        )
    }
}
