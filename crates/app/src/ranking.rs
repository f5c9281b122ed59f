//! Ranking: the places of the units of one group for one indicator, with how they moved since the period before.

use std::collections::BTreeMap;

use baocao_domain::edition::{Edition, EditionId, Outcome, UnitResult};
use baocao_domain::ids::{FormCode, IndicatorCode, UnitCode};
use baocao_domain::indicator::Ratio;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::rank::{Rank, places};
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::target::{Span, Verdict};
use baocao_domain::unit::PeerGroup;

use crate::actor::Actor;
use crate::app::{App, read_edition};
use crate::error::AppError;
use crate::ports::{RowLock, Tx};
use crate::totals::{Origin, Reading, Standing};

/// What is to be ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankUnits {
    /// The form.
    pub form: String,
    /// The period.
    pub period: String,
    /// Which state of it.
    pub reading: Reading,
    /// The indicator.
    pub indicator: String,
    /// Over which months.
    pub span: Span,
    /// Inside which group.
    pub group: PeerGroup,
    /// Units with a smaller denominator have no place.
    pub volume_min: i64,
}

/// Why a unit has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unranked {
    /// Nothing happened: 0/0.
    NothingHappened,
    /// Reports are missing that could still change its share.
    ReportsMissing,
    /// Its denominator is below the least that was asked for.
    TooFew,
}

/// A unit in a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Its official code.
    pub unit: UnitCode,
    /// Its name.
    pub name: String,
    /// Its counts.
    pub ratio: Ratio,
    /// The verdict of its target, if it has one.
    pub verdict: Option<Verdict>,
    /// Its place, or why it has none.
    pub rank: Result<Rank, Unranked>,
    /// By how many places it rose since the last edition of the period before; negative: it fell. None where it had no
    /// place then, or has none now.
    pub movement: Option<i64>,
}

/// A ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// The edition that it is of.
    pub edition: EditionId,
    /// The edition that it is compared with; none if the period before has none.
    pub compared_with: Option<EditionId>,
    /// The best first, then those without a place by code.
    pub units: Vec<Ranked>,
}

impl App {
    /// Ranks the units of a group by exact fractions. Equal fractions share a place (1, 2, 2, 4).
    ///
    /// What is not public yet is shown to keys of the whole province only: a place tells about the others.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`, `UNKNOWN_INDICATOR`.
    pub async fn rank_units(&self, actor: &Actor, asked: &RankUnits) -> Result<Ranking, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let row = self.period_row(tx.as_mut(), &asked.form, &asked.period, RowLock::None).await?;
        if actor.scope != in_force.tree(self.now().local_date())?.root().id {
            let hidden = || Refusal::because(Reason::OutsideSubtree);
            let Origin::Run(id) = self.origin(tx.as_mut(), &row, asked.reading).await? else {
                return Err(hidden().into());
            };
            let released = tx.edition(&row.form, id).await?;
            released.and_then(|row| row.released_at).ok_or_else(hidden)?;
        }
        let Standing { edition, .. } = self.standing(tx.as_mut(), &in_force, &row, asked.reading).await?;
        let indicator = known_indicator(&edition, "indicator", &asked.indicator)?;
        has_span(&edition, asked.span)?;
        let until = match asked.reading {
            Reading::AsOf(at) => Some(at),
            Reading::Now | Reading::Edition(_) => None,
        };
        let before = last_edition(tx.as_mut(), &row.form, row.period.previous(), until).await?;

        let mut units = rank(&edition, &indicator, asked);
        if let Some(before) = &before {
            let then: BTreeMap<UnitCode, Rank> = rank(before, &indicator, asked)
                .into_iter()
                .filter_map(|unit| unit.rank.ok().map(|rank| (unit.unit, rank)))
                .collect();
            for unit in &mut units {
                let places = unit.rank.ok().zip(then.get(&unit.unit));
                unit.movement = places.map(|(now, then)| i64::from(then.place) - i64::from(now.place));
            }
        }
        units.sort_by_key(|unit| (unit.rank.map_or(u32::MAX, |rank| rank.place), unit.unit.clone()));
        Ok(Ranking { edition: edition.id, compared_with: before.map(|before| before.id), units })
    }
}

/// The indicator with this code, if the edition has it; the path is where it was asked for.
pub(crate) fn known_indicator(edition: &Edition, path: &str, code: &str) -> Result<IndicatorCode, Refusal> {
    let known: Vec<&str> = edition.indicators.iter().map(|head| head.code.as_str()).collect();
    let head = edition.indicators.iter().find(|head| head.code.as_str() == code);
    let unknown = || Refusal::at(path, Reason::UnknownIndicator, code, known.join(", "));
    head.map(|head| head.code.clone()).ok_or_else(unknown)
}

/// An edition has the quarter to date only where a target is judged over it.
pub(crate) fn has_span(edition: &Edition, span: Span) -> Result<(), Refusal> {
    let has = edition.province().outcomes.iter().any(|outcome| outcome.span == span);
    let expected =
        || Refusal::at("span", Reason::NoTarget, span.code(), "period or year_to_date: no target is judged over it");
    if has { Ok(()) } else { Err(expected()) }
}

/// The last edition of a period, or the last one that was sealed by an instant; none if there was none.
async fn last_edition(
    tx: &mut dyn Tx,
    form: &FormCode,
    period: PeriodKey,
    until: Option<Instant>,
) -> Result<Option<Edition>, AppError> {
    let is_sealed = |sealed_at: Instant| until.is_none_or(|until| sealed_at <= until);
    let of_period = tx.editions(form).await?.into_iter().filter(|row| row.id.period == period);
    let last = of_period.filter(|row| is_sealed(row.sealed_at)).map(|row| row.id).max();
    let Some(last) = last else { return Ok(None) };
    tx.edition(form, last).await?.as_ref().map(read_edition).transpose()
}

/// The units of the group, in the order of the tree, with the places of those that have one.
fn rank(edition: &Edition, indicator: &IndicatorCode, asked: &RankUnits) -> Vec<Ranked> {
    let is_asked = |outcome: &&Outcome| outcome.indicator == *indicator && outcome.span == asked.span;
    let of_group: Vec<(&UnitResult, &Outcome)> = edition
        .group(asked.group)
        .filter_map(|unit| unit.outcomes.iter().find(is_asked).map(|outcome| (unit, outcome)))
        .collect();
    let unranked = |outcome: &Outcome| {
        if outcome.bounds.is_some() {
            Some(Unranked::ReportsMissing)
        } else if outcome.ratio.denominator == 0 {
            Some(Unranked::NothingHappened)
        } else {
            (outcome.ratio.denominator < asked.volume_min).then_some(Unranked::TooFew)
        }
    };
    let placed: Vec<Ratio> =
        of_group.iter().filter(|(_, o)| unranked(o).is_none()).map(|(_, outcome)| outcome.ratio).collect();
    let better = edition.indicator(indicator).map(|head| head.better).unwrap_or_default();
    let mut places = places(&placed, better).into_iter();
    of_group
        .into_iter()
        .map(|(unit, outcome)| Ranked {
            unit: unit.code.clone(),
            name: unit.name.clone(),
            ratio: outcome.ratio,
            verdict: outcome.judgement.as_ref().map(|judgement| judgement.verdict),
            rank: match unranked(outcome) {
                None => places.next().ok_or(Unranked::NothingHappened),
                Some(why) => Err(why),
            },
            movement: None,
        })
        .collect()
}
