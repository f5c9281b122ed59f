//! Editions (bản công bố): what a close freezes.
//!
//! An edition is a pure function of the sealed revisions and the regime. It carries everything that documents, mails
//! and pages show, so that they need no database; the raw rows stay in the revisions that it names. A later correction
//! makes edition n + 1; this one stays as it is.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fold::{Coverage, Folded, Reports, fold};
use crate::form::Form;
use crate::ids::{ColumnCode, IndicatorCode, UnitCode, UnitId};
use crate::indicator::{Count, Ratio, Scope};
use crate::instant::Instant;
use crate::period::{PeriodKey, Window};
use crate::regime::{Letterhead, Regime};
use crate::target::{Target, Threshold, Verdict};
use crate::tree::Hierarchy;
use crate::unit::{PeerGroup, Tier};

/// An edition's name: `2022-Q3/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditionId {
    /// The period that was closed.
    pub period: PeriodKey,
    /// 1 for the first close, then without gaps.
    pub number: u32,
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.period, self.number)
    }
}

impl EditionId {
    /// Reads an edition's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (period, number) = text.split_once('/')?;
        let number = number.parse().ok().filter(|n| *n > 0)?;
        Some(Self { period: PeriodKey::parse(period).ok()?, number })
    }

    /// For file names: `2022-Q3-1`.
    #[must_use]
    pub fn hyphened(&self) -> String {
        format!("{}-{}", self.period, self.number)
    }
}

/// Why an edition was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// The period locked.
    Locked,
    /// A unit filed under an extension.
    ExtensionFiled {
        /// The unit.
        unit: UnitCode,
        /// Why the extension was granted.
        reason: String,
    },
    /// A month of this longer period was restated.
    MonthRestated {
        /// The month's edition.
        edition: EditionId,
    },
}

/// Whether a unit's report of one month is in the edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Filing {
    /// In.
    Reported {
        /// The revision that counts.
        revision: u32,
        /// When it was received.
        received_at: Instant,
        /// Received after the due instant.
        late: bool,
        /// The unit stated that nothing happened.
        nil: bool,
    },
    /// Not in: named as missing, never counted as zero.
    Missing,
}

/// Over which months an outcome is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The period itself: progress (tiến độ).
    Period,
    /// From the first month of the year that is owed to the end of the period: the verdict of record.
    YearToDate,
}

/// A target that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The decision's number.
    pub decision: String,
    /// What it expects.
    pub threshold: Threshold,
    /// Whether it was reached.
    pub verdict: Verdict,
}

/// One indicator of one unit over one span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was measured.
    pub indicator: IndicatorCode,
    /// Over which months.
    pub span: Span,
    /// The counts.
    pub ratio: Ratio,
    /// The reports that it rests on, in the indicator's scope.
    pub coverage: Coverage,
    /// Against which target; none where no decision names the unit.
    pub judgement: Option<Judgement>,
}

/// The results of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitResult {
    /// Its own identity, for the service itself; never shown.
    pub id: UnitId,
    /// Its official code.
    pub code: UnitCode,
    /// Its name on the last day of the window.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The group it is listed in; none for the province.
    pub group: Option<PeerGroup>,
    /// The code of its parent; none for the province.
    pub parent: Option<UnitCode>,
    /// Its reports, by month of the period; empty for a unit that owes none.
    pub filings: Vec<(PeriodKey, Filing)>,
    /// Its own figures over the period, by filed column of the form.
    pub own: Vec<i64>,
    /// The figures of the unit and of everything below it.
    pub subtree: Vec<i64>,
    /// The reports that `subtree` rests on.
    pub subtree_coverage: Coverage,
    /// Its indicators: by span, then in the order of the regime.
    pub outcomes: Vec<Outcome>,
}

/// How many online services there are, by level (Decree 43/2011/NĐ-CP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCounts {
    /// Services of level 2.
    pub level_2: i64,
    /// Services of level 3.
    pub level_3: i64,
    /// Services of level 4.
    pub level_4: i64,
}

/// An indicator as documents name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorHead {
    /// Its code.
    pub code: IndicatorCode,
    /// Its full name.
    pub name: String,
    /// A name for the head of a table.
    pub short_name: String,
    /// What is counted: `hồ sơ` or `dịch vụ`.
    pub noun: String,
    /// Whose rows count.
    pub scope: Scope,
    /// How it is counted.
    pub count: Count,
    /// The columns above.
    pub numerator: Vec<ColumnCode>,
    /// The columns below.
    pub denominator: Vec<ColumnCode>,
    /// Levels of service that count; empty = all.
    pub levels: Vec<u8>,
}

/// A decision that targets were judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionHead {
    /// Its number: `1045/QĐ-UBND`.
    pub number: String,
    /// The day of its issue.
    pub issued: Date,
}

/// A frozen snapshot of a close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Its name.
    pub id: EditionId,
    /// The form.
    pub form: Form,
    /// First and last day counted.
    pub window: Window,
    /// First and last day of the verdict of record.
    pub year_to_date: Window,
    /// The months of the period.
    pub months: Vec<PeriodKey>,
    /// Until when each month's reports were due (hạn gửi).
    pub dues: Vec<(PeriodKey, Instant)>,
    /// The months of the verdict of record.
    pub year_to_date_months: Vec<PeriodKey>,
    /// When its revisions were sealed (số liệu chốt lúc).
    pub sealed_at: Instant,
    /// Why it was made.
    pub cause: Cause,
    /// The regime that it follows.
    pub regime: String,
    /// Names and places that documents print.
    pub letterhead: Letterhead,
    /// The decisions that targets were judged by.
    pub decisions: Vec<DecisionHead>,
    /// The indicators, in the order of outcomes.
    pub indicators: Vec<IndicatorHead>,
    /// The services on offer.
    pub services: ServiceCounts,
    /// The results: the province first, each unit followed by everything below it.
    pub units: Vec<UnitResult>,
    /// What the reader must know to read the figures rightly: inferences and assumptions of the regime.
    pub remarks: Vec<String>,
}

/// One sealed report: the head of a revision with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedReport {
    /// Whose.
    pub unit: UnitId,
    /// For which month.
    pub month: PeriodKey,
    /// Which revision.
    pub revision: u32,
    /// When it was received.
    pub received_at: Instant,
    /// Whether it says that nothing happened.
    pub nil: bool,
    /// Its figures.
    pub figures: crate::figures::Figures,
}

impl Edition {
    /// Makes the edition: folds, computes the indicators, judges the targets. Cannot fail.
    ///
    /// `reports` holds every sealed report of the period's months and of the earlier months of the year.
    #[must_use]
    pub fn make(
        id: EditionId,
        cause: Cause,
        sealed_at: Instant,
        regime: &Regime,
        tree: &Hierarchy,
        reports: &[SealedReport],
    ) -> Self {
        let months = regime.owed(&id.period.months());
        let year_to_date_months = regime.owed(&id.period.year_to_date());
        let by_key: Reports<'_> = reports.iter().map(|r| ((r.unit, r.month), &r.figures)).collect();
        let run =
            |months: &[PeriodKey]| fold(tree, &regime.form, &regime.catalogue, &regime.indicators, months, &by_key);
        let (period, to_date) = (run(&months), run(&year_to_date_months));
        let window = id.period.window(regime.calendar.window_rule);
        let judge = Judge { regime, day: window.to, year: id.period.year() };
        let units = tree
            .nodes()
            .iter()
            .zip(period.iter().zip(&to_date))
            .map(|(node, (period, to_date))| UnitResult {
                id: node.id,
                code: node.code.clone(),
                name: node.name.clone(),
                tier: node.tier,
                group: node.group,
                parent: node.parent.map(|parent| tree.nodes()[parent].code.clone()),
                filings: if node.reports { filings(regime, node.id, &months, reports) } else { Vec::new() },
                own: period.own.clone(),
                subtree: period.subtree.clone(),
                subtree_coverage: period.subtree_coverage,
                outcomes: [(Span::Period, period), (Span::YearToDate, to_date)]
                    .into_iter()
                    .flat_map(|(span, folded)| judge.outcomes(&node.code, span, folded))
                    .collect(),
            })
            .collect();
        let columns = |positions: &[usize]| -> Vec<ColumnCode> {
            positions.iter().map(|position| regime.form.columns[*position].code.clone()).collect()
        };
        let first_day = |months: &[PeriodKey], window: Window| {
            months.first().map_or(window.from, |month| month.window(regime.calendar.window_rule).from)
        };
        Self {
            id,
            form: regime.form.clone(),
            window,
            year_to_date: Window { from: first_day(&year_to_date_months, window), to: window.to },
            dues: months.iter().map(|month| (*month, regime.calendar.schedule(*month).due)).collect(),
            months,
            year_to_date_months,
            sealed_at,
            cause,
            regime: regime.name.clone(),
            letterhead: regime.letterhead.clone(),
            decisions: decisions(&regime.targets, window.to, id.period.year()),
            indicators: regime
                .indicators
                .iter()
                .map(|indicator| IndicatorHead {
                    code: indicator.code.clone(),
                    name: indicator.name.clone(),
                    short_name: indicator.short_name.clone(),
                    noun: indicator.noun.clone(),
                    scope: indicator.scope,
                    count: indicator.count,
                    numerator: columns(&indicator.numerator),
                    denominator: columns(&indicator.denominator),
                    levels: indicator.levels.clone(),
                })
                .collect(),
            services: ServiceCounts {
                level_2: regime.catalogue.count_at_level(2),
                level_3: regime.catalogue.count_at_level(3),
                level_4: regime.catalogue.count_at_level(4),
            },
            units,
            remarks: regime.remarks.clone(),
        }
    }

    /// The province's results.
    #[must_use]
    pub fn province(&self) -> &UnitResult {
        &self.units[0]
    }

    /// The results of the unit with this code.
    #[must_use]
    pub fn unit(&self, code: &UnitCode) -> Option<&UnitResult> {
        self.units.iter().find(|unit| unit.code == *code)
    }

    /// The units that owe reports, in the order of the tree.
    pub fn reporting(&self) -> impl Iterator<Item = &UnitResult> {
        self.units.iter().filter(|unit| !unit.filings.is_empty())
    }

    /// The units of one group, by code.
    pub fn group(&self, group: PeerGroup) -> impl Iterator<Item = &UnitResult> {
        self.units.iter().filter(move |unit| unit.group == Some(group))
    }

    /// Units with a report missing, and the months for which it is.
    pub fn missing(&self) -> impl Iterator<Item = (&UnitResult, Vec<PeriodKey>)> {
        self.units.iter().filter_map(|unit| {
            let months = unit.missing_months();
            (!months.is_empty()).then_some((unit, months))
        })
    }

    /// A column of a unit's row, filed or derived: 0 if the form has no such column.
    #[must_use]
    pub fn value(&self, row: &[i64], column: &str) -> i64 {
        self.form.value(row, column).unwrap_or_default()
    }

    /// Until when the reports of this month of the period were due.
    #[must_use]
    pub fn due(&self, month: PeriodKey) -> Option<Instant> {
        self.dues.iter().find(|(due_for, _)| *due_for == month).map(|(_, due)| *due)
    }

    /// The head of the indicator with this code.
    #[must_use]
    pub fn indicator(&self, code: &IndicatorCode) -> Option<&IndicatorHead> {
        self.indicators.iter().find(|head| head.code == *code)
    }
}

impl UnitResult {
    /// The months of the period for which no report is in.
    #[must_use]
    pub fn missing_months(&self) -> Vec<PeriodKey> {
        self.filings.iter().filter(|(_, filing)| *filing == Filing::Missing).map(|(month, _)| *month).collect()
    }

    /// The outcomes over one span that a target was judged for.
    pub fn judged(&self, span: Span) -> impl Iterator<Item = (&Outcome, &Judgement)> {
        self.outcomes
            .iter()
            .filter(move |outcome| outcome.span == span)
            .filter_map(|outcome| outcome.judgement.as_ref().map(|judgement| (outcome, judgement)))
    }

    /// The verdicts of record, in the order of the indicators.
    #[must_use]
    pub fn verdicts_of_record(&self) -> Vec<Verdict> {
        self.judged(Span::YearToDate).map(|(_, judgement)| judgement.verdict).collect()
    }
}

fn filings(regime: &Regime, unit: UnitId, months: &[PeriodKey], reports: &[SealedReport]) -> Vec<(PeriodKey, Filing)> {
    months
        .iter()
        .map(|month| {
            let due = regime.calendar.schedule(*month).due;
            let report = reports.iter().find(|report| report.unit == unit && report.month == *month);
            let filing = report.map_or(Filing::Missing, |report| Filing::Reported {
                revision: report.revision,
                received_at: report.received_at,
                late: report.received_at > due,
                nil: report.nil,
            });
            (*month, filing)
        })
        .collect()
}

fn decisions(targets: &[Target], day: Date, year: i16) -> Vec<DecisionHead> {
    let mut heads: Vec<DecisionHead> = targets
        .iter()
        .filter(|target| target.applies(day, year))
        .map(|target| DecisionHead { number: target.decision.clone(), issued: target.issued })
        .collect();
    heads.sort_by(|a, b| (a.issued, &a.number).cmp(&(b.issued, &b.number)));
    heads.dedup();
    heads
}

/// Judges by the targets that apply to a window.
struct Judge<'a> {
    regime: &'a Regime,
    day: Date,
    year: i16,
}

impl Judge<'_> {
    fn outcomes(&self, unit: &UnitCode, span: Span, folded: &Folded) -> Vec<Outcome> {
        self.regime
            .indicators
            .iter()
            .zip(&folded.ratios)
            .map(|(indicator, ratio)| {
                let coverage = match indicator.scope {
                    Scope::Own => folded.own_coverage,
                    Scope::Subtree => folded.subtree_coverage,
                };
                let target = self.regime.targets.iter().find(|target| {
                    target.unit == *unit && target.indicator == indicator.code && target.applies(self.day, self.year)
                });
                let judgement = target.map(|target| Judgement {
                    decision: target.decision.clone(),
                    threshold: target.threshold,
                    verdict: Verdict::of(*ratio, target.threshold, coverage.is_complete()),
                });
                Outcome { indicator: indicator.code.clone(), span, ratio: *ratio, coverage, judgement }
            })
            .collect()
    }
}
