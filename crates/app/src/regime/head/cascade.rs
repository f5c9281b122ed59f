//! Delegations of the head: who may assign targets to whom.

use std::collections::BTreeSet;

use baocao_domain::ids::IndicatorCode;
use baocao_domain::regime::Delegation;
use baocao_domain::target::{Direction, Threshold};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::Tier;

use super::raw::RawCascade;
use super::{Check, Head};
use crate::regime::decisions::Decisions;
use crate::regime::fault::Faults;
use crate::regime::targets::indicator;
use crate::regime::words::{percentage, tier};

impl Head<'_> {
    /// The delegations; none if one has a fault. Without a tree it is not asked whether there are such units.
    pub(in crate::regime) fn delegations(
        &self,
        decisions: &Decisions,
        tree: Option<&Hierarchy>,
        faults: &mut Faults,
    ) -> Option<Vec<Delegation>> {
        let codes = self.indicator_codes();
        let mut check = self.check(faults);
        let mut seen = BTreeSet::new();
        let mut read = Vec::with_capacity(self.raw.cascade.len());
        for raw in &self.raw.cascade {
            let key = [&raw.decision, &raw.indicator, &raw.from, &raw.to].map(|text| text.get_ref());
            if !seen.insert(key) {
                let message = "the delegation is given twice; expected each indicator once a decision, from and to";
                check.fault(&raw.indicator, message);
            }
            read.push(check.delegation(raw, codes.as_ref(), decisions, tree));
        }
        read.into_iter().collect()
    }
}

impl Check<'_> {
    fn delegation(
        &mut self,
        raw: &RawCascade,
        codes: Option<&BTreeSet<IndicatorCode>>,
        decisions: &Decisions,
        tree: Option<&Hierarchy>,
    ) -> Option<Delegation> {
        let decision = self.value(&raw.decision, |number| decisions.number(number));
        let indicator = self.value(&raw.indicator, |code| indicator(code, codes));
        let (from, to) = (self.value(&raw.from, tier), self.value(&raw.to, tier));
        let floor = match &raw.floor {
            Some(floor) => self.value(floor, percentage).map(Some),
            None => Some(None),
        };
        let basis = self.text(&raw.basis);
        let (from, to) = (from?, to?);
        if !is_above(from, to) {
            let message = format!("{} is not above {}; expected a tier below", from.code(), to.code());
            self.fault(&raw.to, message);
            return None;
        }
        if tree.is_some_and(|tree| !has_pair(tree, from, to)) {
            let message =
                format!("no {} is below a {}; expected tiers of which there are units", to.code(), from.code());
            self.fault(&raw.to, message);
            return None;
        }
        let floor = floor?.map(|(value, scale)| Threshold { value, scale, direction: Direction::AtLeast });
        Some(Delegation { decision: decision?, indicator: indicator?, from, to, floor, basis: basis? })
    }
}

/// Departments and districts stand beside one another.
const fn is_above(from: Tier, to: Tier) -> bool {
    const fn height(tier: Tier) -> u8 {
        match tier {
            Tier::Province => 2,
            Tier::Department | Tier::District => 1,
            Tier::Commune => 0,
        }
    }
    height(from) > height(to)
}

/// Whether a unit of the one tier stands somewhere below one of the other.
fn has_pair(tree: &Hierarchy, from: Tier, to: Tier) -> bool {
    let nodes = tree.nodes();
    let of_tier = (0..nodes.len()).filter(|position| nodes[*position].tier == from);
    of_tier.flat_map(|position| tree.subtree(position)).any(|position| nodes[position].tier == to)
}
