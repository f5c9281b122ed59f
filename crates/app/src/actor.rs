//! Who acts: roles, and the unit with everything below it that a key is for.

use baocao_domain::ids::UnitId;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::tree::Hierarchy;

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Files and reads the figures of the units in its scope.
    UnitWriter,
    /// Reads figures and reports of the units in its scope.
    RegionReader,
    /// Runs the reporting of the province: closes, extensions, issuing.
    Operator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::UnitWriter, Self::RegionReader, Self::Operator];

    /// The stable name, as it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnitWriter => "unit-writer",
            Self::RegionReader => "region-reader",
            Self::Operator => "operator",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A caller whose key was proved good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name that audit entries bear.
    pub client: String,
    /// The public part of its key.
    pub key: String,
    /// What it may do.
    pub role: Role,
    /// Where it may do so: this unit and everything below it.
    pub scope: UnitId,
}

impl Actor {
    /// Whether the actor may act for this unit. Asked before anything about the unit is revealed.
    ///
    /// # Errors
    /// [`Reason::OutsideSubtree`], whether the unit exists or not.
    pub fn may_act_for(&self, tree: &Hierarchy, unit: Option<UnitId>) -> Result<(), Refusal> {
        let root = tree.root().id;
        match unit {
            Some(unit) if tree.is_within(unit, self.scope) => Ok(()),
            // The whole province is its scope: to it, an unknown unit is unknown, not hidden.
            None if self.scope == root => Ok(()),
            _ => Err(Refusal::because(Reason::OutsideSubtree)),
        }
    }
}
