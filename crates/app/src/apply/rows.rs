//! The tables of a regime, row by row, in words.
//!
//! Every row is taken apart whole: a field that is added to the domain does not compile until it is told here.

use baocao_domain::obligation::Obligation;
use baocao_domain::procedure::{Catalogue, Procedure, ProcedureList};
use baocao_domain::regime::{Contact, Decision, Delegation};
use baocao_domain::rounding::threshold_text;
use baocao_domain::target::{Target, Threshold};
use baocao_domain::unit::Tier;

use super::compare::Row;

pub(super) fn obligations(all: &[Obligation]) -> Vec<Row> {
    let row = |obligation: &Obligation| {
        let Obligation { selector, from, to, owes, include_in_parent, basis } = obligation;
        Row::new(
            format!("{selector} from {from}"),
            [
                ("to", text(to.as_ref())),
                ("owes", yes(*owes)),
                ("added into its parent", yes(*include_in_parent)),
                ("basis", basis.clone()),
            ],
        )
    };
    all.iter().map(row).collect()
}

pub(super) fn procedures(catalogue: &Catalogue) -> Vec<Row> {
    let row = |procedure: &Procedure| {
        let Procedure { code, name, level, field, competence, in_force_from } = procedure;
        Row::new(
            code.to_string(),
            [
                ("name", name.clone()),
                ("level", level.code().to_owned()),
                ("field", field.clone()),
                ("competence", competence.code().to_owned()),
                ("in force from", text(in_force_from.as_ref())),
            ],
        )
    };
    catalogue.procedures().iter().map(row).collect()
}

/// The lists, each followed by its members.
pub(super) fn lists(all: &[ProcedureList]) -> Vec<Row> {
    let mut rows = Vec::new();
    for ProcedureList { code, title, basis, members } in all {
        rows.push(Row::new(code.to_string(), [("title", title.clone()), ("basis", basis.clone())]));
        for (procedure, memberships) in members {
            rows.extend(memberships.iter().map(|membership| {
                let key = format!("{code} {procedure} from {}", membership.from);
                Row::new(key, [("to", text(membership.to.as_ref()))])
            }));
        }
    }
    rows
}

pub(super) fn decisions(all: &[Decision]) -> Vec<Row> {
    let row = |Decision { number, issued, title }: &Decision| {
        Row::new(number.clone(), [("issued", text(issued.as_ref())), ("title", title.clone())])
    };
    all.iter().map(row).collect()
}

pub(super) fn targets(all: &[Target]) -> Vec<Row> {
    let row = |target: &Target| {
        let Target {
            decision,
            applies_from,
            year,
            indicator,
            selector,
            threshold,
            window,
            scope,
            competence,
            eligibility,
            basis,
        } = target;
        Row::new(
            format!("{decision} {year} {selector} {indicator}"),
            [
                ("", threshold.map_or_else(|| "exempt".to_owned(), percentage)),
                ("window", window.code().to_owned()),
                ("scope", scope.map_or_else(String::new, |scope| scope.code().to_owned())),
                ("competence", competence.map_or_else(String::new, |tier| tier.code().to_owned())),
                ("eligible after days", eligibility.map_or_else(String::new, |rule| rule.after_days.to_string())),
                ("eligible until", text(eligibility.and_then(|rule| rule.until).as_ref())),
                ("applies from", applies_from.to_string()),
                ("basis", basis.clone()),
            ],
        )
    };
    all.iter().map(row).collect()
}

pub(super) fn delegations(all: &[Delegation]) -> Vec<Row> {
    let row = |delegation: &Delegation| {
        let Delegation { decision, indicator, from, to, floor, basis } = delegation;
        Row::new(
            format!("{decision} {indicator} from {} to {}", from.code(), to.code()),
            [("floor", floor.map_or_else(String::new, threshold_text)), ("basis", basis.clone())],
        )
    };
    all.iter().map(row).collect()
}

pub(super) fn contacts(all: &[Contact]) -> Vec<Row> {
    let row = |Contact { unit, addressee, email }: &Contact| {
        Row::new(unit.to_string(), [("", email.clone()), ("addressee", addressee.clone())])
    };
    all.iter().map(row).collect()
}

/// `>= 57,5%`.
fn percentage(threshold: Threshold) -> String {
    format!("{} {}", threshold.direction.code(), threshold_text(threshold))
}

/// The names of tiers, as data writes them.
pub(super) fn tiers(tiers: &[Tier]) -> String {
    tiers.iter().map(|tier| tier.code()).collect::<Vec<_>>().join(", ")
}

pub(super) fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// A value, or nothing.
pub(super) fn text(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}
