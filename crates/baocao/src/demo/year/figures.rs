//! What every unit files in a year's play: invented by plain arithmetic on integers, the same on every machine.
//!
//! No source gives any of these figures; a regime's targets only say how the units stand: most meet theirs, some miss
//! them, a few have nothing to report. Stocks go on from month to month, so that each opening is the closing before.

use std::collections::BTreeMap;

use baocao_domain::figures::RawFigures;
use baocao_domain::form::{Form, OverTime};
use baocao_domain::ids::UnitCode;
use baocao_domain::indicator::{Count, Filter, Indicator, Side};
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::{Procedure, ServiceLevel};
use baocao_domain::regime::Regime;
use baocao_domain::target::Target;
use baocao_domain::tree::{Hierarchy, Node};
use baocao_domain::unit::Tier;

use crate::demo::spread::{apportion, scatter};

/// The columns of form II.06a that units file.
const COLUMNS: [&str; 8] =
    ["online", "direct", "carried_over", "early", "on_time", "late", "pending_in_time", "pending_overdue"];

/// What the units file, by unit and month.
pub(super) type Filings = BTreeMap<(UnitCode, PeriodKey), RawFigures>;

/// How a unit does in the play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nothing ever happens: nil reports.
    Quiet,
    /// So many percentage points above its targets.
    Above(i64),
    /// So many below.
    Below(i64),
}

impl Standing {
    fn of(unit: &UnitCode) -> Self {
        match scatter(&["standing", unit.as_str()], 0, 39) {
            0 => Self::Quiet,
            1..=26 => Self::Above(scatter(&["above", unit.as_str()], 1, 20)),
            _ => Self::Below(scatter(&["below", unit.as_str()], 2, 20)),
        }
    }

    /// The percentage that the unit comes to, against a target or none.
    fn share(self, target: Option<&Target>) -> i64 {
        let threshold = target.and_then(|target| target.threshold);
        let percent = threshold.map_or(40, |t| t.value / 10_i64.pow(u32::from(t.scale)));
        match self {
            Self::Quiet => 0,
            Self::Above(points) => (percent + points).min(100),
            Self::Below(points) => (percent - points).max(0),
        }
    }
}

/// Invents the figures of these months for every unit that owes them.
pub(super) fn invent(regime: &Regime, tree: &Hierarchy, months: &[PeriodKey]) -> Filings {
    let mut filings = Filings::new();
    for (position, node) in tree.nodes().iter().enumerate() {
        let mut desk = Desk::new(regime, tree, node, Standing::of(&node.code));
        for month in months {
            let figures = desk.month(*month, position);
            if regime.duty(tree, position, *month).owes {
                filings.insert((node.code.clone(), *month), figures);
            }
        }
    }
    filings
}

/// One unit's desk, where its procedures are handled.
struct Desk<'a> {
    regime: &'a Regime,
    tree: &'a Hierarchy,
    node: &'a Node,
    standing: Standing,
    procedures: Vec<&'a Procedure>,
    /// What each procedure left pending: in time and overdue.
    pending: Vec<(i64, i64)>,
}

impl<'a> Desk<'a> {
    fn new(regime: &'a Regime, tree: &'a Hierarchy, node: &'a Node, standing: Standing) -> Self {
        let procedures = procedures_of(regime, tree, node);
        let opening = |procedure: &&Procedure| (scatter(&[node.code.as_str(), procedure.code.as_str()], 0, 3), 0);
        Self { regime, tree, node, standing, pending: procedures.iter().map(opening).collect(), procedures }
    }

    fn month(&mut self, month: PeriodKey, position: usize) -> RawFigures {
        if self.standing == Standing::Quiet {
            return RawFigures { nil: true, ..RawFigures::default() };
        }
        // All year round the unit works towards what holds at its end.
        let day = month.last_of_year().window(self.regime.calendar.window_rule).to;
        let target = |indicator: &Indicator| {
            let effective = self.regime.effective(self.tree, position, &indicator.code, (day, month.year()))?;
            Some(effective.target)
        };
        let in_force: Vec<(&Indicator, Option<&Target>)> =
            self.regime.indicators_on(day).map(|indicator| (indicator, target(indicator))).collect();
        let new = self.new_dossiers(month);
        let online = self.online(month, &in_force, &new);
        let fields = self.fields(month, &in_force);
        let mut rows = Vec::new();
        for (i, procedure) in self.procedures.iter().enumerate() {
            let values = settle(
                &[self.node.code.as_str(), procedure.code.as_str(), &month.to_string()],
                online[i],
                new[i],
                &mut self.pending[i],
            );
            if values.iter().any(|value| *value != 0) {
                rows.push((procedure.code.to_string(), values.to_vec()));
            }
        }
        let nil = rows.is_empty() && fields.is_empty();
        let columns = if rows.is_empty() { Vec::new() } else { COLUMNS.map(String::from).to_vec() };
        RawFigures { nil, columns, rows, fields }
    }

    /// The dossiers of the month, by procedure: some procedures rest.
    fn new_dossiers(&self, month: PeriodKey) -> Vec<i64> {
        let high = match self.node.tier {
            Tier::Province | Tier::Department => 60,
            Tier::District => 30,
            Tier::Commune => 12,
        };
        let month = month.to_string();
        let count = |procedure: &&Procedure| {
            let names = [self.node.code.as_str(), procedure.code.as_str(), &month];
            if scatter(&names, 0, 5) == 0 { 0 } else { scatter(&names, 1, high) }
        };
        self.procedures.iter().map(count).collect()
    }

    /// Those of them that come online: as many as the unit's standing asks of the indicator of dossiers, where it counts.
    fn online(&self, month: PeriodKey, in_force: &[(&Indicator, Option<&Target>)], new: &[i64]) -> Vec<i64> {
        let window = month.window(self.regime.calendar.window_rule);
        let admits = |filter: &Filter, target: Option<&Target>, procedure: &Procedure| {
            filter.admits(procedure, &self.regime.lists, window)
                && target.and_then(|target| target.competence).is_none_or(|tier| tier == procedure.competence)
        };
        let sum = in_force.iter().find(|(i, _)| i.count == Count::Sum && !i.numerator.columns.is_empty());
        let Some((indicator, target)) = sum else {
            return self.procedures.iter().zip(new).map(|(p, n)| if is_online(p) { n / 5 } else { 0 }).collect();
        };
        let counted = |side: &Side, i: usize| admits(&side.filter, *target, self.procedures[i]);
        let below: i64 = (0..new.len()).filter(|i| counted(&indicator.denominator, *i)).map(|i| new[i]).sum();
        let weights: Vec<i64> = (0..new.len())
            .map(|i| if counted(&indicator.numerator, i) && is_online(self.procedures[i]) { new[i] } else { 0 })
            .collect();
        let wanted = (below * self.standing.share(*target) + 99) / 100;
        let mut online = apportion(wanted.min(weights.iter().sum()), &weights);
        for (i, procedure) in self.procedures.iter().enumerate() {
            if !counted(&indicator.numerator, i) && is_online(procedure) {
                online[i] = new[i] / 5;
            }
        }
        online
    }

    /// The single fields that the unit's tier owes: each whole is invented, each part follows the standing.
    fn fields(&self, month: PeriodKey, in_force: &[(&Indicator, Option<&Target>)]) -> Vec<(String, i64)> {
        let form = &self.regime.form;
        let mut values: BTreeMap<usize, i64> = BTreeMap::new();
        for (position, field) in form.single_fields.iter().enumerate() {
            if field.is_owed_by(self.node.tier) {
                values.insert(position, self.whole(form, position, month));
            }
        }
        for limit in &form.limits {
            let Some(whole) = values.get(&limit.whole).copied() else { continue };
            let counts = |indicator: &Indicator| {
                let positions = [&indicator.numerator, &indicator.denominator].map(|side| side.single_fields.first());
                positions.map(|term| term.map(|term| term.position)) == [Some(limit.part), Some(limit.whole)]
            };
            let target = in_force.iter().find(|(indicator, _)| counts(indicator)).and_then(|(_, target)| *target);
            let part = (whole * self.standing.share(target) + 99) / 100;
            if let Some(value) = values.get_mut(&limit.part) {
                *value = part.min(whole);
            }
        }
        let code = |position: usize| form.single_fields[position].code.to_string();
        values.into_iter().map(|(position, value)| (code(position), value)).collect()
    }

    /// A stock is the same in every month, a flow is not.
    fn whole(&self, form: &Form, position: usize, month: PeriodKey) -> i64 {
        let field = &form.single_fields[position];
        let month = if field.over_time == OverTime::Sum { month.to_string() } else { String::new() };
        scatter(&[self.node.code.as_str(), field.code.as_str(), &month], 8, 60)
    }
}

/// Every department has a share of its tier's procedures; districts and communes have some of theirs.
fn procedures_of<'a>(regime: &'a Regime, tree: &Hierarchy, node: &Node) -> Vec<&'a Procedure> {
    let of_tier = regime.catalogue.procedures().iter().filter(|procedure| procedure.competence == node.tier);
    if node.tier == Tier::Department {
        let departments: Vec<&UnitCode> =
            tree.nodes().iter().filter(|other| other.tier == Tier::Department).map(|other| &other.code).collect();
        let place = departments.iter().position(|code| **code == node.code).unwrap_or_default();
        return of_tier.enumerate().filter(|(i, _)| i % departments.len() == place).map(|(_, p)| p).take(12).collect();
    }
    let is_handled = |p: &&Procedure| scatter(&["desk", node.code.as_str(), p.code.as_str()], 0, 9) < 4;
    of_tier.filter(is_handled).take(if node.tier == Tier::District { 14 } else { 8 }).collect()
}

const fn is_online(procedure: &Procedure) -> bool {
    use ServiceLevel::{Four, Full, Partial, Three};
    matches!(procedure.level, Three | Four | Partial | Full)
}

/// Settles a procedure's month: what is resolved and what stays pending, in the order of [`COLUMNS`].
fn settle(names: &[&str], online: i64, new: i64, pending: &mut (i64, i64)) -> [i64; 8] {
    let draw = |what: &str, low: u32, high: u32| {
        let names: Vec<&str> = std::iter::once(what).chain(names.iter().copied()).collect();
        scatter(&names, low, high)
    };
    let part = |what: &str, of: i64, low: u32, high: u32| of * draw(what, low, high) / 100;
    let carried_over = pending.0 + pending.1;
    let received = new + carried_over;
    let open = part("pending", received, 4, 15);
    let is_overdue = open > 0 && draw("forgotten", 0, 15) == 0;
    let overdue = part("overdue", open, 0, 12).max(i64::from(is_overdue));
    let resolved = received - open;
    let late = part("late", resolved, 0, 4);
    let early = part("early", resolved - late, 10, 35);
    *pending = (open - overdue, overdue);
    [online, new - online, carried_over, early, resolved - late - early, late, open - overdue, overdue]
}
