//! Units (đơn vị): who reports, and who is reported on.
//!
//! A unit is its own identity with dated versions of code, name, tier and parent: official codes were reused when the
//! map was redrawn on 01/7/2025, so a code alone names a unit only together with a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{UnitCode, UnitId};

/// A unit's place among the tiers of government.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Tỉnh, thành phố trực thuộc trung ương.
    Province,
    /// Sở, ban, ngành: a specialised body of the province.
    Department,
    /// Huyện, quận, thị xã, thành phố thuộc tỉnh; the tier ended on 01/7/2025.
    District,
    /// Xã, phường, thị trấn, đặc khu.
    Commune,
}

impl Tier {
    /// All tiers, from the top.
    pub const ALL: [Self; 4] = [Self::Province, Self::Department, Self::District, Self::Commune];

    /// As data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Department => "department",
            Self::District => "district",
            Self::Commune => "commune",
        }
    }

    /// Reads a tier as data writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.code() == text)
    }

    /// As official documents name the units of the tier: `các xã, phường, thị trấn`.
    #[must_use]
    pub const fn units_in_words(self) -> &'static str {
        match self {
            Self::Province => "tỉnh",
            Self::Department => "các sở, ban, ngành",
            Self::District => "UBND cấp huyện",
            Self::Commune => "UBND cấp xã",
        }
    }

    /// As official documents name the level of competence: `cấp tỉnh`, `cấp huyện`, `cấp xã`.
    #[must_use]
    pub const fn level_in_words(self) -> &'static str {
        match self {
            Self::Province | Self::Department => "cấp tỉnh",
            Self::District => "cấp huyện",
            Self::Commune => "cấp xã",
        }
    }
}

/// The group inside which units are listed and compared, as in the tables of BC-UBND reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PeerGroup {
    /// A. Sở, ban, ngành.
    A,
    /// B. Huyện, thành phố.
    B,
    /// C. Xã, phường, thị trấn.
    C,
}

impl PeerGroup {
    /// All groups, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The heading of the group in tables.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::A => "Sở, ban, ngành",
            Self::B => "Huyện, thành phố",
            Self::C => "Xã, phường, thị trấn",
        }
    }

    /// The letter of the group in tables.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// What was true of a unit from one day on, until its next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitVersion {
    /// Whose version this is.
    pub id: UnitId,
    /// First day on which it is true.
    pub valid_from: Date,
    /// The official code.
    pub code: UnitCode,
    /// The full name with its type: "Phường Đông Kinh".
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The group it is listed in; none for the province itself.
    pub group: Option<PeerGroup>,
    /// Its parent; none for the province itself.
    pub parent: Option<UnitId>,
    /// Whether the unit ended on `valid_from` (dissolved or merged).
    pub dissolved: bool,
}
