//! Rows of procedures, and of the dated lists that they are members of.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::ids::{ListCode, ProcedureCode};
use baocao_domain::procedure::{Membership, Procedure, ProcedureList};

use super::fault::Faults;
use super::source::{HEAD, Row, Table};
use super::words::{date, level, names, optional, tier_below};

/// The procedures, and what other rows may refer to.
pub(super) struct Procedures {
    pub(super) all: Vec<Procedure>,
    /// The codes, those of rows with a fault elsewhere included; none if a row could not be read.
    codes: Option<BTreeSet<ProcedureCode>>,
    /// The fields (lĩnh vực) likewise.
    pub(super) fields: Option<BTreeSet<String>>,
}

/// A list as the head declares it, with the line on which it does.
pub(super) struct Declared {
    pub(super) list: ProcedureList,
    pub(super) line: u64,
}

/// Reads the procedures.
pub(super) fn read(table: &Table, faults: &mut Faults) -> Procedures {
    let mut seen: BTreeMap<ProcedureCode, &Row> = BTreeMap::new();
    let mut all = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let procedure = procedure(row, faults);
        let Ok(code) = ProcedureCode::parse(row.cell("code")) else { continue };
        if let Some(first) = seen.get(&code) {
            let place = first.place();
            row.fault(faults, format!("code: {code} stands for two procedures (see {place}); expected each code once"));
        } else {
            seen.insert(code, row);
        }
        all.extend(procedure);
    }
    let codes = table.rows.iter().map(|row| ProcedureCode::parse(row.cell("code")).ok()).collect::<Option<_>>();
    let fields = table.rows.iter().map(|row| row.cell("field").to_owned()).collect();
    Procedures { all, codes: codes.filter(|_| table.is_whole), fields: Some(fields).filter(|_| table.is_whole) }
}

fn procedure(row: &Row, faults: &mut Faults) -> Option<Procedure> {
    let code = row.get("code", faults, ProcedureCode::parse);
    let name = row.text("name", faults);
    let level = row.get("level", faults, level);
    let field = row.text("field", faults);
    let competence = row.get("competence", faults, tier_below);
    let in_force_from = row.get("in_force_from", faults, optional(date));
    Some(Procedure {
        code: code?,
        name: name?,
        level: level?,
        field: field?,
        competence: competence?,
        in_force_from: in_force_from?,
    })
}

/// Puts the members into the declared lists; none of these when the head could not be read.
pub(super) fn lists(
    table: &Table,
    declared: Option<Vec<Declared>>,
    procedures: &Procedures,
    faults: &mut Faults,
) -> Vec<ProcedureList> {
    let is_judged = declared.is_some();
    let mut lists: BTreeMap<ListCode, ProcedureList> = BTreeMap::new();
    let mut order = Vec::new();
    for Declared { list, line } in declared.into_iter().flatten() {
        let is_named = table.rows.iter().any(|row| row.cell("list") == list.code.as_str());
        if table.is_whole && !is_named {
            let file = &table.file;
            faults.add(HEAD, line, format!("list {} has no procedure; expected at least one row in {file}", list.code));
        }
        order.push(list.code.clone());
        lists.insert(list.code.clone(), list);
    }
    for row in &table.rows {
        let read = member(row, procedures, faults);
        let known = lists.keys().map(ListCode::as_str).collect::<Vec<_>>();
        if is_judged && !known.contains(&row.cell("list")) {
            let known = names(known);
            row.fault(faults, format!("list: {:?} is not declared; expected a [[list]]: {known}", row.cell("list")));
            continue;
        }
        let Some((list, procedure, membership)) = read else { continue };
        let Some(list) = lists.get_mut(&list) else { continue };
        let memberships = list.members.entry(procedure.clone()).or_default();
        if memberships.iter().any(|other| share_a_day(*other, membership)) {
            let message = format!("from: {procedure} is in the list already; expected each procedure once at a time");
            row.fault(faults, message);
        }
        memberships.push(membership);
    }
    order.iter().filter_map(|code| lists.remove(code)).collect()
}

fn member(row: &Row, procedures: &Procedures, faults: &mut Faults) -> Option<(ListCode, ProcedureCode, Membership)> {
    let list = ListCode::parse(row.cell("list")).ok();
    let procedure = row.get("procedure", faults, |cell| {
        let code = ProcedureCode::parse(cell).map_err(|error| error.to_string())?;
        match &procedures.codes {
            Some(codes) if !codes.contains(&code) => {
                Err(format!("no procedure has the code {code}; expected one of the procedures"))
            }
            _ => Ok(code),
        }
    });
    let from = row.get("from", faults, date);
    let to = row.get("to", faults, optional(date));
    row.text("basis", faults);
    if let (Some(from), Some(Some(to))) = (from, to)
        && to < from
    {
        row.fault(faults, format!("to: {to} is before {from}; expected {from} or later, or nothing"));
        return None;
    }
    Some((list?, procedure?, Membership { from: from?, to: to? }))
}

fn share_a_day(one: Membership, other: Membership) -> bool {
    one.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| one.from <= to)
}
