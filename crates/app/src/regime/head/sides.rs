//! One side of an indicator: what counts above, or below, and in which rows.

use baocao_domain::ids::ListCode;
use baocao_domain::indicator::{Count, Filter, Side, Term};
use toml::Spanned;

use super::Check;
use super::indicators::Known;
use super::raw::{RawSide, Texts};
use crate::regime::words::{level, names, quoted, tier_below};

/// The largest weight of a term.
pub const WEIGHT_MAX: i64 = 1_000;

impl Check<'_> {
    /// A side; what procedures it needs is asked of columns only, for single fields belong to none.
    pub(super) fn side(&mut self, raw: &Spanned<RawSide>, count: Option<Count>, known: &Known<'_>) -> Option<Side> {
        let side = raw.get_ref();
        let weights = self.weights(side, count);
        let filter = self.filter(side, known);
        match (&side.columns, &side.single_fields) {
            (Some(columns), None) => {
                let positions = self.positions(&known.columns, columns);
                let columns = terms(positions?, &weights?);
                Some(Side { columns, single_fields: Vec::new(), filter: filter? })
            }
            (None, Some(fields)) => {
                let is_plain = self.is_plain(side, fields);
                let positions = self.positions(&known.single_fields, fields);
                let single_fields = terms(positions?, &weights?);
                is_plain.then_some(Side { columns: Vec::new(), single_fields, filter: filter? })
            }
            (None, None) => {
                self.fault(raw, "neither columns nor single_fields; expected one of them");
                None
            }
            (Some(_), Some(fields)) => {
                self.fault(fields, "columns and single_fields on one side; expected one kind only");
                None
            }
        }
    }

    /// Weights as given: empty where all are 1.
    fn weights(&mut self, side: &RawSide, count: Option<Count>) -> Option<Vec<i64>> {
        let Some(weights) = &side.weights else { return Some(Vec::new()) };
        let terms = side.columns.as_ref().or(side.single_fields.as_ref()).map_or(0, |terms| terms.get_ref().len());
        if count == Some(Count::DistinctProcedures) {
            self.fault(weights, "weights of procedures that are counted, not summed; expected none");
            return None;
        }
        if weights.get_ref().len() != terms {
            self.fault(weights, format!("{} weights; expected {terms}, one per term", weights.get_ref().len()));
            return None;
        }
        let is_weight = |weight: &Spanned<i64>| (1..=WEIGHT_MAX).contains(weight.get_ref());
        if let Some(weight) = weights.get_ref().iter().find(|weight| !is_weight(weight)) {
            self.fault(weight, format!("weight {}; expected 1 to {WEIGHT_MAX}", weight.get_ref()));
            return None;
        }
        Some(weights.get_ref().iter().map(|weight| *weight.get_ref()).collect())
    }

    fn is_plain(&mut self, side: &RawSide, fields: &Texts) -> bool {
        let filters = [&side.levels, &side.competence, &side.fields];
        let is_filtered = side.list.is_some() || filters.into_iter().any(Option::is_some);
        if is_filtered {
            self.fault(fields, "single fields belong to no procedure; expected no levels, list, competence or fields");
        }
        !is_filtered
    }

    fn filter(&mut self, side: &RawSide, known: &Known<'_>) -> Option<Filter> {
        let levels = self.filter_of(side.levels.as_ref(), level);
        let competence = self.filter_of(side.competence.as_ref(), tier_below);
        let fields = self.filter_of(side.fields.as_ref(), |name| known.field(name));
        let list = match &side.list {
            Some(list) => self.value(list, |code| known.list(code)).map(Some),
            None => Some(None),
        };
        Some(Filter { levels: levels?, list: list?, competence: competence?, fields: fields? })
    }

    /// What a filter admits; a filter that is there and empty would admit everything.
    fn filter_of<T>(&mut self, at: Option<&Texts>, parse: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let Some(at) = at else { return Some(Vec::new()) };
        if at.get_ref().is_empty() {
            self.fault(at, "an empty filter; expected at least one value, or no such key");
            return None;
        }
        self.values(at.get_ref(), parse)
    }
}

impl Known<'_> {
    fn list(&self, code: &str) -> Result<ListCode, String> {
        let list = ListCode::parse(code).map_err(|error| error.to_string())?;
        match &self.lists {
            Some(lists) if !lists.contains(&list) => {
                let known = names(lists.iter().map(ListCode::as_str));
                Err(format!("list {list} is not declared; expected a [[list]]: {known}"))
            }
            _ => Ok(list),
        }
    }

    fn field(&self, name: &str) -> Result<String, String> {
        match self.procedure_fields {
            Some(fields) if !fields.contains(name) => {
                let known = names(fields.iter().map(String::as_str));
                Err(format!("no procedure is of the field {}; expected {known}", quoted(name)))
            }
            _ => Ok(name.to_owned()),
        }
    }
}

fn terms(positions: Vec<usize>, weights: &[i64]) -> Vec<Term> {
    let weights = weights.iter().copied().chain(std::iter::repeat(1));
    positions.into_iter().zip(weights).map(|(position, weight)| Term { position, weight }).collect()
}
