//! The hierarchy as on one day.
//!
//! Built from dated unit versions, proved once to be a tree with one root, and laid out in order: parents before their
//! children, so that folding upwards is one pass from the back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;

use crate::ids::{UnitCode, UnitId};
use crate::unit::{PeerGroup, Tier, UnitVersion};

/// The most units of one installation: a limit with a name; the whole nation has some 12.000.
pub const UNITS_MAX: usize = 20_000;

/// One unit in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its identity.
    pub id: UnitId,
    /// Its official code on that day.
    pub code: UnitCode,
    /// Its name on that day.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The group it is listed in.
    pub group: Option<PeerGroup>,
    /// The position of its parent; none for the root.
    pub parent: Option<usize>,
}

/// All units as on one day, in preorder: the root first, each unit followed by everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    nodes: Vec<Node>,
    ends: Vec<usize>,
    by_code: BTreeMap<UnitCode, usize>,
    by_id: BTreeMap<UnitId, usize>,
}

/// Why the units of a day are not one tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATree {
    /// There is no unit without a parent, or more than one.
    #[error("expected one unit without a parent, found {0}")]
    Roots(usize),
    /// A parent is not in force on that day.
    #[error("unit {0} has a parent that is not in force on that day")]
    Orphan(UnitCode),
    /// Two units bear one code on that day.
    #[error("code {0} stands for two units on that day")]
    CodeTwice(UnitCode),
    /// Some units are not reachable from the root: they form a circle.
    #[error("{0} units are not below the root")]
    Circle(usize),
    /// More units than one installation may have.
    #[error("{0} units are more than the {UNITS_MAX} of one installation")]
    TooMany(usize),
}

impl Hierarchy {
    /// The tree as on this day.
    ///
    /// # Errors
    /// [`NotATree`] when the versions in force do not form one tree.
    pub fn at(versions: &[UnitVersion], day: Date) -> Result<Self, NotATree> {
        let mut current: BTreeMap<UnitId, &UnitVersion> = BTreeMap::new();
        for version in versions.iter().filter(|v| v.valid_from <= day) {
            let latest = current.entry(version.id).or_insert(version);
            if version.valid_from >= latest.valid_from {
                *latest = version;
            }
        }
        current.retain(|_, version| !version.dissolved);
        if current.len() > UNITS_MAX {
            return Err(NotATree::TooMany(current.len()));
        }

        let mut seen = BTreeSet::new();
        if let Some(twice) = current.values().find(|v| !seen.insert(&v.code)) {
            return Err(NotATree::CodeTwice(twice.code.clone()));
        }
        let mut children: BTreeMap<Option<UnitId>, Vec<&UnitVersion>> = BTreeMap::new();
        for version in current.values() {
            if version.parent.is_some_and(|parent| !current.contains_key(&parent)) {
                return Err(NotATree::Orphan(version.code.clone()));
            }
            children.entry(version.parent).or_default().push(version);
        }
        for siblings in children.values_mut() {
            siblings.sort_by(|a, b| (a.group, &a.code).cmp(&(b.group, &b.code)));
        }
        let roots = children.get(&None).map_or(0, Vec::len);
        if roots != 1 {
            return Err(NotATree::Roots(roots));
        }
        Self::lay_out(&children, current.len())
    }

    fn lay_out(children: &BTreeMap<Option<UnitId>, Vec<&UnitVersion>>, count: usize) -> Result<Self, NotATree> {
        let mut nodes: Vec<Node> = Vec::with_capacity(count);
        let mut stack: Vec<(&UnitVersion, Option<usize>)> = children[&None].iter().map(|root| (*root, None)).collect();
        while let Some((version, parent)) = stack.pop() {
            let position = nodes.len();
            nodes.push(Node {
                id: version.id,
                code: version.code.clone(),
                name: version.name.clone(),
                tier: version.tier,
                group: version.group,
                parent,
            });
            let below = children.get(&Some(version.id)).into_iter().flatten();
            stack.extend(below.rev().map(|child| (*child, Some(position))));
        }
        if nodes.len() != count {
            return Err(NotATree::Circle(count - nodes.len()));
        }
        let mut ends: Vec<usize> = (1..=count).collect();
        for position in (1..count).rev() {
            if let Some(parent) = nodes[position].parent {
                ends[parent] = ends[parent].max(ends[position]);
            }
        }
        let by_code = nodes.iter().enumerate().map(|(i, node)| (node.code.clone(), i)).collect();
        let by_id = nodes.iter().enumerate().map(|(i, node)| (node.id, i)).collect();
        Ok(Self { nodes, ends, by_code, by_id })
    }

    /// All units, parents before children.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The unit at the top.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// The position of a unit by its code on that day.
    #[must_use]
    pub fn position(&self, code: &UnitCode) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The unit with this code on that day.
    #[must_use]
    pub fn find(&self, code: &UnitCode) -> Option<&Node> {
        self.position(code).map(|position| &self.nodes[position])
    }

    /// The unit with this identity.
    #[must_use]
    pub fn by_id(&self, id: UnitId) -> Option<&Node> {
        self.by_id.get(&id).map(|position| &self.nodes[*position])
    }

    /// How many units stand above the unit at this position: 0 for the root.
    #[must_use]
    pub fn depth(&self, position: usize) -> u8 {
        let above = std::iter::successors(self.nodes[position].parent, |parent| self.nodes[*parent].parent);
        u8::try_from(above.count()).unwrap_or(u8::MAX)
    }

    /// Positions of the unit and of everything below it.
    #[must_use]
    pub fn subtree(&self, position: usize) -> Range<usize> {
        position..self.ends[position]
    }

    /// Whether `unit` is `top` or stands below it.
    #[must_use]
    pub fn is_within(&self, unit: UnitId, top: UnitId) -> bool {
        match (self.by_id.get(&unit), self.by_id.get(&top)) {
            (Some(unit), Some(top)) => self.subtree(*top).contains(unit),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn version(id: i64, code: &str, parent: Option<i64>) -> UnitVersion {
        UnitVersion {
            id: UnitId(id),
            valid_from: date(2022, 1, 1),
            code: UnitCode::parse(code).expect(code),
            name: format!("unit {code}"),
            tier: Tier::Commune,
            group: None,
            parent: parent.map(UnitId),
            dissolved: false,
        }
    }

    #[test]
    fn everything_below_a_unit_follows_it() {
        let versions = [
            version(1, "20", None),
            version(4, "05971", Some(2)),
            version(2, "178", Some(1)),
            version(3, "180", Some(1)),
        ];
        let tree = Hierarchy::at(&versions, date(2022, 7, 1)).expect("a tree");
        let codes: Vec<_> = tree.nodes().iter().map(|node| node.code.as_str()).collect();
        assert_eq!(codes, ["20", "178", "05971", "180"]);
        assert_eq!(tree.subtree(1), 1..3);
        assert!(tree.is_within(UnitId(4), UnitId(2)) && !tree.is_within(UnitId(3), UnitId(2)));
    }

    #[test]
    fn the_last_version_before_the_day_counts() {
        let mut renamed = version(2, "178", Some(1));
        renamed.valid_from = date(2022, 8, 1);
        renamed.name = "renamed".into();
        let mut ended = version(3, "180", Some(1));
        ended.valid_from = date(2022, 9, 1);
        ended.dissolved = true;
        let versions = [version(1, "20", None), version(2, "178", Some(1)), version(3, "180", Some(1)), renamed, ended];
        let july = Hierarchy::at(&versions, date(2022, 7, 1)).expect("a tree");
        let september = Hierarchy::at(&versions, date(2022, 9, 1)).expect("a tree");
        assert_eq!((july.nodes().len(), july.nodes()[1].name.as_str()), (3, "unit 178"));
        assert_eq!((september.nodes().len(), september.nodes()[1].name.as_str()), (2, "renamed"));
    }

    #[test]
    fn what_is_not_a_tree_is_named() {
        let day = date(2022, 7, 1);
        let at = |versions: &[UnitVersion]| Hierarchy::at(versions, day).expect_err("not a tree");
        assert_eq!(at(&[]), NotATree::Roots(0));
        assert_eq!(at(&[version(1, "20", None), version(2, "21", None)]), NotATree::Roots(2));
        assert_eq!(
            at(&[version(1, "20", None), version(2, "21", Some(9))]),
            NotATree::Orphan(UnitCode::parse("21").expect("code"))
        );
        assert_eq!(
            at(&[version(1, "20", None), version(2, "20", Some(1))]),
            NotATree::CodeTwice(UnitCode::parse("20").expect("code"))
        );
        assert_eq!(
            at(&[version(1, "20", None), version(2, "21", Some(3)), version(3, "22", Some(2))]),
            NotATree::Circle(2)
        );
    }
}
