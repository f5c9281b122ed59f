//! Forecasts: how much a unit still needs to reach a target by the data close, and whether that can still come.

use std::sync::Arc;

use baocao_domain::edition::{Edition, Outcome};
use baocao_domain::forecast::{Forecast, Outlook};
use baocao_domain::ids::{IndicatorCode, UnitId};
use baocao_domain::indicator::Ratio;
use baocao_domain::period::{PeriodKey, Window};
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::target::{Span, Threshold};
use jiff::civil::Date;

use crate::actor::Actor;
use crate::app::{App, InForce};
use crate::error::AppError;
use crate::ports::{RowLock, Tx};
use crate::ranking::known_indicator;
use crate::submit::visible_unit;
use crate::totals::{Reading, Standing};

/// A forecast with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastOfUnit {
    /// The decision of the target.
    pub decision: String,
    /// What it expects.
    pub threshold: Threshold,
    /// Over which months it is judged.
    pub span: Span,
    /// The counts so far, of the reports that are in.
    pub ratio: Ratio,
    /// The month whose volume is taken for those to come; none if no month is in.
    pub reference: Option<PeriodKey>,
    /// What the volume still to come is estimated from.
    pub outlook: Outlook,
    /// The last day counted.
    pub closes_on: Date,
    /// The forecast.
    pub forecast: Forecast,
    /// The forecast in Vietnamese words.
    pub words: String,
}

impl App {
    /// What a unit still needs to reach a target by the end of a period, on the reports that stand now.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_INDICATOR`, `NO_TARGET`.
    pub async fn forecast(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        indicator: &str,
    ) -> Result<ForecastOfUnit, AppError> {
        let now = self.now();
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, unit, PeriodKey::parse(period).ok(), now)?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let unit = seen.node().id;
        let Standing { edition, .. } = self.standing(tx.as_mut(), &in_force, &row, Reading::Now).await?;
        let indicator = known_indicator(&edition, "indicator", indicator)?;
        let of_record = outcomes(&edition, unit, &indicator)
            .find_map(|outcome| outcome.judgement.as_ref().filter(|j| j.is_of_record).map(|j| (outcome, j)));
        let (outcome, judgement) = of_record.ok_or(Refusal::because(Reason::NoTarget))?;

        let today = now.local_date();
        let reference = self.reference(tx.as_mut(), &in_force, &row.period, unit, &indicator, today).await?;
        let outlook = Outlook {
            last_volume: reference.map_or(0, |(_, volume)| volume),
            reference_days: reference.map_or(0, |(month, _)| days(month.window(in_force.regime.calendar.window_rule))),
            days_left: days_between(today, edition.window.to).max(0),
        };
        let forecast = Forecast::of(outcome.ratio, judgement.threshold, outlook);
        let noun = edition.indicator(&indicator).map_or("hồ sơ", |head| head.noun.as_str());
        Ok(ForecastOfUnit {
            decision: judgement.decision.clone(),
            threshold: judgement.threshold,
            span: outcome.span,
            ratio: outcome.ratio,
            reference: reference.map(|(month, _)| month),
            outlook,
            closes_on: edition.window.to,
            words: forecast.in_words(outcome.ratio, judgement.threshold, noun),
            forecast,
        })
    }

    /// The last month of the period that is over and in which the unit's figures are in, with its denominator.
    async fn reference(
        &self,
        tx: &mut dyn Tx,
        in_force: &Arc<InForce>,
        period: &PeriodKey,
        unit: UnitId,
        indicator: &IndicatorCode,
        today: Date,
    ) -> Result<Option<(PeriodKey, i64)>, AppError> {
        let rule = in_force.regime.calendar.window_rule;
        let form = in_force.regime.form.code.clone();
        let over = in_force.regime.owed(&period.year_to_date()).into_iter().filter(|m| m.window(rule).to < today);
        for month in over.rev() {
            let Some(row) = tx.period(&form, month, RowLock::None).await? else { continue };
            let Standing { edition, .. } = self.standing(tx, in_force, &row, Reading::Now).await?;
            let of_month = outcomes(&edition, unit, indicator).find(|outcome| outcome.span == Span::Period);
            if let Some(outcome) = of_month.filter(|outcome| outcome.coverage.reported > 0) {
                return Ok(Some((month, outcome.ratio.denominator)));
            }
        }
        Ok(None)
    }
}

fn outcomes<'a>(edition: &'a Edition, unit: UnitId, indicator: &'a IndicatorCode) -> impl Iterator<Item = &'a Outcome> {
    let result = edition.units.iter().find(|result| result.id == unit);
    result.into_iter().flat_map(|result| &result.outcomes).filter(move |outcome| outcome.indicator == *indicator)
}

/// The days of a window, both ends counted.
fn days(window: Window) -> i64 {
    days_between(window.from, window.to) + 1
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
