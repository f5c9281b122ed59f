//! Selectors of a folder: whom a row is about, and that it is about somebody.

use std::collections::BTreeMap;

use baocao_domain::selector::{Selector, Specificity};
use baocao_domain::tree::Hierarchy;

use super::fault::Faults;
use super::source::Row;
use super::units::Units;

/// A unit by its position in the tree, and how specifically a row is about it.
pub(super) type Reached = (usize, Specificity);

/// The selector of a row. A unit that there is not, or nobody whom it is about, is a fault.
pub(super) fn selector(row: &Row, units: &Units, faults: &mut Faults) -> Option<Selector> {
    let selector = row.get("selector", faults, Selector::parse)?;
    if let Some(unit) = selector.unit().filter(|unit| units.lack(unit)) {
        row.fault(faults, format!("selector: no unit has the code {unit}; expected a unit of this folder"));
        return None;
    }
    if units.tree.as_ref().is_some_and(|tree| reached(&selector, tree).is_empty()) {
        let message = format!("selector: {selector} is about nobody; expected one that units of this folder fit");
        row.fault(faults, message);
        return None;
    }
    Some(selector)
}

/// Whom a selector is about.
pub(super) fn reached(selector: &Selector, tree: &Hierarchy) -> Vec<Reached> {
    let candidates = match selector {
        Selector::Unit(code) => tree.position(code).map_or(0..0, |position| position..position + 1),
        Selector::TierBelow { parent, .. } => tree.position(parent).map_or(0..0, |parent| tree.subtree(parent)),
        Selector::All | Selector::Tier(_) | Selector::Group(_) => 0..tree.nodes().len(),
    };
    candidates.filter_map(|position| selector.selects(tree, position).map(|rank| (position, rank))).collect()
}

/// Rows by whom they are about, with what else they must not share. Two of equal rank for one unit are a fault.
pub(super) struct Ranks<'a, K> {
    tree: Option<&'a Hierarchy>,
    seen: BTreeMap<Reached, Vec<(&'a Row, K)>>,
}

impl<'a, K> Ranks<'a, K> {
    pub(super) fn new(units: &'a Units) -> Self {
        Self { tree: units.tree.as_ref(), seen: BTreeMap::new() }
    }

    /// The first unit that an earlier row is about too, at equal rank, where the keys clash; and that row.
    pub(super) fn clash(
        &mut self,
        row: &'a Row,
        selector: &Selector,
        key: K,
        is_clash: impl Fn(&K, &K) -> bool,
    ) -> Option<(String, &'a Row)>
    where
        K: Clone,
    {
        let tree = self.tree?;
        let mut found = None;
        for reached in reached(selector, tree) {
            let others = self.seen.entry(reached).or_default();
            if let Some((other, _)) = others.iter().find(|(_, other)| is_clash(other, &key)).filter(|_| found.is_none())
            {
                found = Some((tree.nodes()[reached.0].code.to_string(), *other));
            }
            others.push((row, key.clone()));
        }
        found
    }
}
