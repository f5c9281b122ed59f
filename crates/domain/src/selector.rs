//! Selectors: whom a row of a regime is about. A unit, a tier below a unit, a group, a tier, or all.
//!
//! Where several rows are about one unit, the most specific wins: a unit by name, then a tier below a unit (the nearer
//! unit first), then a group or a tier, then all.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::UnitCode;
use crate::tree::Hierarchy;
use crate::unit::{PeerGroup, Tier};

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Selector {
    /// Every unit below the province.
    All,
    /// Every unit of a tier.
    Tier(Tier),
    /// Every unit of a group.
    Group(PeerGroup),
    /// Every unit of a tier below a unit.
    TierBelow {
        /// The tier.
        tier: Tier,
        /// The unit.
        parent: UnitCode,
    },
    /// One unit.
    Unit(UnitCode),
}

/// How specific a row is for a unit: the greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Specificity {
    /// The row is about all.
    All,
    /// The row is about the unit's group or tier.
    Kind,
    /// The row is about the unit's tier below the unit at this depth; the province is at depth 0.
    Below(u8),
    /// The row names the unit.
    Named,
}

/// A text that is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no selector; expected all, unit:178, group:B, tier:commune or tier:commune@178")]
pub struct BadSelector(String);

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`BadSelector`] when the text is none.
    pub fn parse(text: &str) -> Result<Self, BadSelector> {
        Self::read(text).ok_or_else(|| BadSelector(text.chars().take(64).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        let (kind, name) = text.split_once(':')?;
        match (kind, name.split_once('@')) {
            ("unit", None) => Some(Self::Unit(UnitCode::parse(name).ok()?)),
            ("group", None) => PeerGroup::ALL.into_iter().find(|group| group.letter() == name).map(Self::Group),
            ("tier", None) => Tier::parse(name).map(Self::Tier),
            ("tier", Some((tier, parent))) => {
                Some(Self::TierBelow { tier: Tier::parse(tier)?, parent: UnitCode::parse(parent).ok()? })
            }
            _ => None,
        }
    }

    /// Whether the row is about the unit at this position, and how specifically.
    #[must_use]
    pub fn selects(&self, tree: &Hierarchy, position: usize) -> Option<Specificity> {
        let node = &tree.nodes()[position];
        match self {
            Self::All => (node.tier != Tier::Province).then_some(Specificity::All),
            Self::Tier(tier) => (node.tier == *tier).then_some(Specificity::Kind),
            Self::Group(group) => (node.group == Some(*group)).then_some(Specificity::Kind),
            Self::TierBelow { tier, parent } => {
                let parent = tree.position(parent)?;
                let is_below = position != parent && tree.subtree(parent).contains(&position);
                (node.tier == *tier && is_below).then(|| Specificity::Below(tree.depth(parent)))
            }
            Self::Unit(code) => (node.code == *code).then_some(Specificity::Named),
        }
    }

    /// The units that the selector names, for checking references.
    #[must_use]
    pub const fn unit(&self) -> Option<&UnitCode> {
        match self {
            Self::Unit(code) | Self::TierBelow { parent: code, .. } => Some(code),
            Self::All | Self::Tier(_) | Self::Group(_) => None,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tier(tier) => write!(f, "tier:{}", tier.code()),
            Self::Group(group) => write!(f, "group:{}", group.letter()),
            Self::TierBelow { tier, parent } => write!(f, "tier:{}@{parent}", tier.code()),
            Self::Unit(code) => write!(f, "unit:{code}"),
        }
    }
}

impl TryFrom<String> for Selector {
    type Error = BadSelector;
    fn try_from(text: String) -> Result<Self, BadSelector> {
        Self::parse(&text)
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tree;

    #[test]
    fn a_selector_reads_back() {
        for text in ["all", "unit:178", "group:B", "tier:commune", "tier:commune@178"] {
            assert_eq!(Selector::parse(text).expect(text).to_string(), text);
        }
        for text in ["", "every", "unit:", "unit:17 8", "group:Z", "tier:village", "tier:commune@", "group:B@178"] {
            assert!(Selector::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_most_specific_wins() {
        let tree = tree();
        let commune = tree.position(&UnitCode::parse("05971").expect("code")).expect("a commune");
        let of = |text: &str| Selector::parse(text).expect(text).selects(&tree, commune);
        let order = ["all", "tier:commune", "tier:commune@20", "tier:commune@178", "unit:05971"].map(of);
        assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");
        assert_eq!(of("group:C"), of("tier:commune"));
        for text in ["tier:district", "group:A", "tier:commune@180", "tier:commune@05971", "unit:178"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(Selector::All.selects(&tree, 0), None, "the province is nobody's");
    }
}
