//! Tracing: a published number back to the revisions that it was made of.

use baocao_domain::edition::{Edition, EditionId, Outcome, UnitResult};
use baocao_domain::fold::Coverage;
use baocao_domain::form::{Form, OverTime};
use baocao_domain::ids::UnitCode;
use baocao_domain::indicator::{Count, Indicator, Ratio, Scope};
use baocao_domain::measure::{Counter, Measure};
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::regime::Regime;
use baocao_domain::submission::Revision;
use baocao_domain::target::Span;
use baocao_domain::tree::Hierarchy;

use crate::actor::Actor;
use crate::app::{App, InForce};
use crate::error::AppError;
use crate::ports::RowLock;
use crate::ranking::{has_span, known_indicator};
use crate::submit::visible_unit;
use crate::totals::{Reading, Standing};

/// Which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// A column of the form, filed or derived, or a single field, of the unit or of its subtree.
    Column {
        /// Its code.
        code: String,
        /// Whose figures it adds up.
        scope: Scope,
    },
    /// An indicator over a span, in the scope in which it is counted for the unit.
    Indicator {
        /// Its code.
        code: String,
        /// Over which months.
        span: Span,
    },
}

/// What one revision gives to the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Whose.
    pub unit: UnitCode,
    /// For which month.
    pub month: PeriodKey,
    /// Which revision, and the hash of its content; none: a report is owed and not in.
    pub revision: Option<(u32, String)>,
    /// What it gives: a count (over 1), or the counts above and below.
    pub given: Ratio,
}

/// A number with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The edition that it stands in.
    pub edition: EditionId,
    /// How it is made, in words.
    pub formula: String,
    /// The number: a count over 1, or the counts above and below.
    pub total: Ratio,
    /// Whether contributions add up to it. Sets of procedures are united instead: one that two units count is one.
    pub adds_up: bool,
    /// Reports that are in, of those owed.
    pub coverage: Coverage,
    /// The contributions, by unit in the order of the tree, then by month.
    pub contributions: Vec<Contribution>,
}

impl App {
    /// Traces a number to its revisions.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`, `UNKNOWN_COLUMN`,
    /// `UNKNOWN_INDICATOR`.
    pub async fn trace(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        reading: impl Into<Reading>,
        figure: &Figure,
    ) -> Result<Trace, AppError> {
        let reading = reading.into();
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, unit, PeriodKey::parse(period).ok(), self.now())?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let Standing { edition, .. } = self.standing(tx.as_mut(), &in_force, &row, reading).await?;
        let (in_force, revisions) = self.revisions_behind(tx.as_mut(), &in_force, &row, reading).await?;
        let day = row.period.window(in_force.regime.calendar.window_rule).to;
        let source = Source { in_force: &in_force, tree: in_force.tree(day)?, revisions, edition: &edition };
        let unit = edition.units.iter().find(|result| result.id == seen.node().id);
        let unit = unit.ok_or(Refusal::because(Reason::UnknownUnit))?;
        match figure {
            Figure::Column { code, scope } => source.column(unit, code, *scope),
            Figure::Indicator { code, span } => source.indicator(unit, code, *span),
        }
    }
}

/// What a number is traced in.
struct Source<'a> {
    in_force: &'a InForce,
    tree: Hierarchy,
    revisions: Vec<Revision>,
    edition: &'a Edition,
}

impl Source<'_> {
    /// The places in the tree of the units whose reports count for a unit.
    fn units(&self, unit: &UnitResult, scope: Scope) -> Vec<usize> {
        let first = self.edition.units.iter().position(|result| result.id == unit.id);
        let counted = match (scope, first) {
            (Scope::Subtree, Some(first)) => self.edition.added_into(first),
            (Scope::Own, _) | (Scope::Subtree, None) => vec![unit],
        };
        counted.into_iter().filter_map(|result| self.tree.position(&result.code)).collect()
    }

    /// The months that a unit owes, each with what it filed.
    fn owed(&self, position: usize, months: &[PeriodKey]) -> Vec<(PeriodKey, Option<&Revision>)> {
        let id = self.tree.nodes()[position].id;
        let owed = months.iter().filter(|month| self.in_force.regime.duty(&self.tree, position, **month).owes);
        let filed =
            |month: PeriodKey| self.revisions.iter().find(|r| r.submission.unit == id && r.submission.period == month);
        owed.map(|month| (*month, filed(*month))).collect()
    }

    fn contribution(
        &self,
        position: usize,
        month: PeriodKey,
        revision: Option<&Revision>,
        given: Ratio,
    ) -> Contribution {
        Contribution {
            unit: self.tree.nodes()[position].code.clone(),
            month,
            revision: revision.map(|revision| (revision.number, revision.content_hash.clone())),
            given,
        }
    }

    fn column(&self, unit: &UnitResult, code: &str, scope: Scope) -> Result<Trace, AppError> {
        let form = &self.in_force.regime.form;
        let formula = formula_of_column(form, code).ok_or_else(|| {
            Refusal::at("column.code", Reason::UnknownColumn, code, "a column or single field of the form")
        })?;
        let mut contributions = Vec::new();
        let mut coverage = Coverage::default();
        for position in self.units(unit, scope) {
            let tier = self.tree.nodes()[position].tier;
            if form.single_field(code).is_some_and(|field| !form.single_fields[field].is_owed_by(tier)) {
                continue;
            }
            let owed = self.owed(position, &self.edition.months);
            let given = |revision: &Revision| value(form, code, revision).is_some();
            let filed: Vec<PeriodKey> =
                owed.iter().filter(|(_, r)| r.is_some_and(given)).map(|(month, _)| *month).collect();
            for (month, revision) in &owed {
                let revision = revision.filter(|revision| given(revision));
                let at = (filed.first() == Some(month), filed.last() == Some(month));
                let numerator = revision.map_or(0, |revision| count(form, code, revision, at));
                coverage.add(Coverage { reported: i64::from(revision.is_some()), obliged: 1 });
                contributions.push(self.contribution(position, *month, revision, Ratio { numerator, denominator: 1 }));
            }
        }
        let total = contributions.iter().map(|contribution| contribution.given.numerator).sum();
        let total = Ratio { numerator: total, denominator: 1 };
        Ok(Trace { edition: self.edition.id, formula, total, adds_up: true, coverage, contributions })
    }

    fn indicator(&self, unit: &UnitResult, code: &str, span: Span) -> Result<Trace, AppError> {
        let code = known_indicator(self.edition, "indicator.code", code)?;
        has_span(self.edition, span)?;
        let regime = &self.in_force.regime;
        let is_asked = |outcome: &&Outcome| outcome.indicator == code && outcome.span == span;
        let outcome = unit.outcomes.iter().find(is_asked).ok_or(Refusal::because(Reason::UnknownIndicator))?;
        let mut indicators = regime.indicators_on(self.edition.window.to).enumerate();
        let found = indicators.find(|(_, indicator)| indicator.code == code);
        let (i, indicator) = found.ok_or(Refusal::because(Reason::UnknownIndicator))?;
        let measure = Measure {
            indicator: i,
            scope: outcome.scope,
            competence: outcome.competence,
            eligibility: outcome.eligibility,
        };
        let months = regime.months_of(span, self.edition.id.period);
        let counter = Counter::new(regime, indicator, measure, &months);
        let mut contributions = Vec::new();
        for position in self.units(unit, outcome.scope) {
            let tier = self.tree.nodes()[position].tier;
            let owed = self.owed(position, &months);
            let filed = |n: usize| -> Vec<_> {
                owed.iter().take(n).map(|(month, revision)| (*month, revision.map(|r| &r.figures))).collect()
            };
            if counter.count(tier, &filed(owed.len())).coverage.obliged == 0 {
                continue;
            }
            // What a month gives is what it changes: stocks and sets depend on the months before it.
            let mut before = Ratio::default();
            for (n, (month, revision)) in owed.iter().enumerate() {
                let after = counter.count(tier, &filed(n + 1)).ratio();
                let given = Ratio {
                    numerator: after.numerator - before.numerator,
                    denominator: after.denominator - before.denominator,
                };
                contributions.push(self.contribution(position, *month, *revision, given));
                before = after;
            }
        }
        Ok(Trace {
            edition: self.edition.id,
            formula: formula_of_indicator(regime, indicator),
            total: outcome.ratio,
            adds_up: indicator.count == Count::Sum,
            coverage: outcome.coverage,
            contributions,
        })
    }
}

/// The value of a column or single field in a revision.
fn value(form: &Form, code: &str, revision: &Revision) -> Option<i64> {
    match form.single_field(code) {
        Some(field) => revision.figures.single_field(&form.single_fields[field].code),
        None => form.value(&revision.figures.totals(form), code),
    }
}

/// What a revision gives to a column of a longer period: flows always, stocks in the first or the last month that is in.
fn count(form: &Form, code: &str, revision: &Revision, at: (bool, bool)) -> i64 {
    let counts = |over_time: OverTime| over_time.counts(at.0, at.1);
    if let Some(field) = form.single_field(code) {
        let value = value(form, code, revision).unwrap_or_default();
        return if counts(form.single_fields[field].over_time) { value } else { 0 };
    }
    let totals = revision.figures.totals(form);
    let parts = match form.position(code) {
        Some(position) => vec![position],
        None => form.derived.iter().find(|c| c.code.as_str() == code).map(|c| c.parts.clone()).unwrap_or_default(),
    };
    parts.into_iter().filter(|part| counts(form.columns[*part].over_time)).map(|part| totals[part]).sum()
}

fn formula_of_column(form: &Form, code: &str) -> Option<String> {
    let over_time = |over_time| match over_time {
        OverTime::Sum => "added up over the months",
        OverTime::First => "of the first month that is in",
        OverTime::Last => "of the last month that is in",
    };
    if let Some(field) = form.single_field(code) {
        return Some(format!("{code}, {}, added up over the units", over_time(form.single_fields[field].over_time)));
    }
    if let Some(position) = form.position(code) {
        return Some(format!("{code}, {}, added up over the units", over_time(form.columns[position].over_time)));
    }
    let derived = form.derived.iter().find(|column| column.code.as_str() == code)?;
    let parts: Vec<&str> = derived.parts.iter().map(|part| form.columns[*part].code.as_str()).collect();
    Some(format!("{code} = {}, each of its own rule over the months, added up over the units", parts.join(" + ")))
}

fn formula_of_indicator(regime: &Regime, indicator: &Indicator) -> String {
    let sides = [&indicator.numerator, &indicator.denominator].map(|side| {
        let column = |position: usize| regime.form.columns[position].code.as_str();
        let field = |position: usize| regime.form.single_fields[position].code.as_str();
        let weighted =
            |code: &str, weight: i64| if weight == 1 { code.to_owned() } else { format!("{weight} × {code}") };
        let columns = side.columns.iter().map(|term| weighted(column(term.position), term.weight));
        let fields = side.single_fields.iter().map(|term| weighted(field(term.position), term.weight));
        columns.chain(fields).collect::<Vec<_>>().join(" + ")
    });
    let what = match indicator.count {
        Count::Sum => "sum of",
        Count::DistinctProcedures => "distinct procedures with at least one in",
    };
    format!("{what} {} / {what} {}; {}", sides[0], sides[1], indicator.basis)
}
