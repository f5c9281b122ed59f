//! Why a cascade cannot be planned.

use serde::{Deserialize, Serialize};

use crate::ids::UnitCode;
use crate::rounding::threshold_text;
use crate::target::Threshold;

/// Why a cascade cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// A rate that cannot be handed down.
    #[error("{given:?} is not \"at least\" a percentage from 0 to 100 of at most nine decimals, or \"exactly\" 100")]
    BadThreshold {
        /// Whose; none for the parent's threshold and the floor.
        unit: Option<UnitCode>,
        /// The rate.
        given: Threshold,
    },
    /// Last figures that are no share of a whole.
    #[error("the last figures of unit {unit} are not a share from 0 to 1")]
    BadLast {
        /// Whose.
        unit: UnitCode,
    },
    /// A unit that is listed twice.
    #[error("unit {unit} takes part twice")]
    Twice {
        /// Which.
        unit: UnitCode,
    },
    /// A unit that is given a rate and takes no part.
    #[error("unit {unit} takes no part")]
    NotAPart {
        /// Which.
        unit: UnitCode,
    },
    /// A unit that takes part and is given no rate.
    #[error("unit {unit} is given no rate")]
    NotGiven {
        /// Which.
        unit: UnitCode,
    },
    /// A unit that is given less than the floor.
    #[error("unit {unit} is given less than the floor")]
    BelowFloor {
        /// Which.
        unit: UnitCode,
        /// What it is given.
        given: Threshold,
        /// The least that it may be given.
        floor: Threshold,
    },
}

impl Fault {
    /// The fault as one Vietnamese line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let proper = "phải là tỷ lệ tối thiểu từ 0% đến 100%, không quá 09 chữ số thập phân, hoặc phải đạt 100%";
        match self {
            Self::BadThreshold { unit: None, .. } => format!("Chỉ tiêu chung hoặc mức sàn không hợp lệ: {proper}."),
            Self::BadThreshold { unit: Some(unit), .. } => format!("Đơn vị {unit}: mức giao không hợp lệ, {proper}."),
            Self::BadLast { unit } => format!("Đơn vị {unit}: số liệu kỳ gần nhất không hợp lệ."),
            Self::Twice { unit } => format!("Đơn vị {unit} bị lặp lại."),
            Self::NotAPart { unit } => format!("Đơn vị {unit} không thuộc phạm vi được giao."),
            Self::NotGiven { unit } => format!("Đơn vị {unit} chưa được giao mức nào."),
            Self::BelowFloor { unit, given, floor } => {
                let (given, floor) = (threshold_text(*given), threshold_text(*floor));
                format!("Đơn vị {unit}: giao {given}, thấp hơn mức sàn {floor}.")
            }
        }
    }
}
