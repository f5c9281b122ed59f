//! What is expected of units: the target that holds for each, and why it and not another.

use baocao_domain::ids::UnitCode;
use baocao_domain::indicator::{Indicator, Scope};
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::selector::Specificity;
use baocao_domain::target::Target;

use crate::actor::Actor;
use crate::app::{App, require};
use crate::error::AppError;
use crate::submit::visible_unit;

/// The target that holds for one indicator of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The unit.
    pub unit: UnitCode,
    /// Its name.
    pub name: String,
    /// The target that holds; its threshold is none where the unit is excepted.
    pub target: Target,
    /// Whose rows count for it.
    pub scope: Scope,
    /// How specifically it is about the unit.
    pub specificity: Specificity,
    /// Why it holds, in Vietnamese and English.
    pub why: (String, String),
    /// Other targets about the unit, which it displaces: the strongest first.
    pub displaced: Vec<Target>,
}

impl App {
    /// The targets that hold for a unit, and for everything below it if asked, in windows of a period.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `PERIOD_NOT_ALIGNED`.
    pub async fn expectations(
        &self,
        actor: &Actor,
        unit: &str,
        period: &str,
        with_subtree: bool,
    ) -> Result<Vec<Expectation>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        drop(tx);
        let period = PeriodKey::parse(period).ok();
        let seen = visible_unit(&in_force, actor, unit, period, self.now())?;
        let Some(period) = period else { return Err(Refusal::because(Reason::PeriodNotAligned).into()) };
        require(period >= in_force.regime.first_month, Reason::UnknownPeriod)?;
        let day = period.window(in_force.regime.calendar.window_rule).to;
        let units = if with_subtree { seen.tree.subtree(seen.position) } else { seen.position..seen.position + 1 };
        let indicators: Vec<&Indicator> = in_force.regime.indicators_on(day).collect();
        let mut held = Vec::new();
        for position in units {
            let node = &seen.tree.nodes()[position];
            for indicator in &indicators {
                let effective = in_force.regime.effective(&seen.tree, position, &indicator.code, (day, period.year()));
                held.extend(effective.map(|effective| Expectation {
                    unit: node.code.clone(),
                    name: node.name.clone(),
                    scope: effective.target.scope.unwrap_or(indicator.scope),
                    specificity: effective.specificity,
                    why: why(effective.target, effective.displaced.first().copied()),
                    displaced: effective.displaced.into_iter().cloned().collect(),
                    target: effective.target.clone(),
                }));
            }
        }
        Ok(held)
    }
}

/// Why a target holds, and what it displaces.
fn why(target: &Target, displaced: Option<&Target>) -> (String, String) {
    let mut texts = (
        format!("Quyết định số {}: {}", target.decision, target.why()),
        format!("decision {}, row {}", target.decision, target.selector),
    );
    if let Some(other) = displaced {
        let (vi, en) = if other.selector == target.selector {
            ("áp dụng sau", "applies later than")
        } else {
            ("cụ thể hơn", "more specific than")
        };
        texts.0 += &format!("; {vi} mức của Quyết định số {} ({})", other.decision, other.why());
        texts.1 += &format!("; {en} decision {}, row {}", other.decision, other.selector);
    }
    texts
}
