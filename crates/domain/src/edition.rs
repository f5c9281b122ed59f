//! Editions (bản công bố): what a close freezes.
//!
//! An edition is a pure function of the sealed revisions and the regime. It carries everything that documents, mails
//! and pages show, so that they need no database; the raw rows stay in the revisions that it names. A later correction
//! makes edition n + 1; this one stays as it is.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::fold::{Coverage, FieldTotal};
use crate::form::Form;
use crate::ids::{IndicatorCode, UnitCode, UnitId};
use crate::indicator::{Better, Count, Filter, Indicator, Ratio, Scope, Side, Term};
use crate::instant::Instant;
use crate::making::Work;
use crate::period::{PeriodKey, Window};
use crate::procedure::{Eligibility, ServiceLevel};
use crate::rank::Rank;
use crate::regime::{Letterhead, Regime};
use crate::restatement::Restatement;
use crate::selector::Selector;
use crate::target::{Span, Threshold, Verdict};
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
    /// An extension expired, and the unit had not filed.
    ExtensionExpired {
        /// The unit.
        unit: UnitCode,
        /// Why the extension was granted.
        reason: String,
    },
    /// The whole period was reopened, by two people, and has locked again.
    Reopened {
        /// Why it was reopened.
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

/// A target that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The decision's number.
    pub decision: String,
    /// Of whom it is expected, as the decision says.
    pub selector: Selector,
    /// What it expects.
    pub threshold: Threshold,
    /// Whether it was reached.
    pub verdict: Verdict,
    /// Whether this is the span over which the target is judged for the record.
    pub is_of_record: bool,
}

/// One indicator of one unit over one span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was measured.
    pub indicator: IndicatorCode,
    /// Over which months.
    pub span: Span,
    /// Whose rows count.
    pub scope: Scope,
    /// Only procedures of this competence count; none: all.
    pub competence: Option<Tier>,
    /// From when on new procedures count; none: always.
    pub eligibility: Option<Eligibility>,
    /// The counts.
    pub ratio: Ratio,
    /// The reports that it rests on, in its scope.
    pub coverage: Coverage,
    /// Between which shares it can still end; none if no missing report could change it.
    pub bounds: Option<Bounds>,
    /// Its place in its group; none where nothing happened, where missing reports could still change it, and for the
    /// province.
    pub rank: Option<Rank>,
    /// Against which target; none where no decision is about the unit.
    pub judgement: Option<Judgement>,
}

/// The report of one month that a unit owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedReport {
    /// The month.
    pub month: PeriodKey,
    /// Until when it was due (hạn gửi).
    pub due: Instant,
    /// Whether it is in.
    pub filing: Filing,
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
    /// The reports that it owes, by month of the period; empty for a unit that owes none.
    pub filings: Vec<OwedReport>,
    /// Whether its figures are added into the unit above it; a vertical agency's are not.
    pub is_included: bool,
    /// Its own figures over the period, by filed column of the form.
    pub own: Vec<i64>,
    /// The figures of the unit and of everything below it.
    pub subtree: Vec<i64>,
    /// The reports that `subtree` rests on.
    pub subtree_coverage: Coverage,
    /// Its own single fields over the period, in the order of the form.
    pub own_fields: Vec<FieldTotal>,
    /// Those of the unit and of everything below it.
    pub subtree_fields: Vec<FieldTotal>,
    /// Its indicators: by span, then in the order of the regime.
    pub outcomes: Vec<Outcome>,
}

/// A column or single field that counts, with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermHead {
    /// The code of the column or the single field.
    pub code: String,
    /// How often it counts.
    pub weight: i64,
}

/// What counts above, or below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideHead {
    /// Columns of the table.
    pub columns: Vec<TermHead>,
    /// Single fields.
    pub single_fields: Vec<TermHead>,
    /// In rows of which procedures.
    pub filter: Filter,
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
    /// What counts above.
    pub numerator: SideHead,
    /// What counts below.
    pub denominator: SideHead,
    /// Which end of a ranking is the good one.
    pub better: Better,
    /// The text that it is taken from.
    pub basis: String,
}

/// A decision that targets were judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionHead {
    /// Its number: `1045/QĐ-UBND`.
    pub number: String,
    /// The day of its issue; none where no source tells it.
    pub issued: Option<Date>,
    /// Its title.
    pub title: String,
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
    /// The services on offer, by level.
    pub services: Vec<(ServiceLevel, i64)>,
    /// The results: the province first, each unit followed by everything below it.
    pub units: Vec<UnitResult>,
    /// What the reader must know to read the figures rightly: inferences and assumptions of the regime.
    pub remarks: Vec<String>,
    /// What it changed of the edition before it; none for the first edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restatement: Option<Restatement>,
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
        let window = id.period.window(regime.calendar.window_rule);
        let work = Work::new(regime, tree, id.period, window.to, reports);
        let months = regime.months_of(Span::Period, id.period);
        let year_to_date_months = regime.months_of(Span::YearToDate, id.period);
        let first_day =
            year_to_date_months.first().map_or(window.from, |month| month.window(regime.calendar.window_rule).from);
        Self {
            id,
            form: regime.form.clone(),
            window,
            year_to_date: Window { from: first_day, to: window.to },
            units: work.units(&months),
            months,
            year_to_date_months,
            sealed_at,
            cause,
            regime: regime.name.clone(),
            letterhead: regime.letterhead.clone(),
            decisions: work.decisions(),
            indicators: work.indicators.iter().map(|indicator| head(&regime.form, indicator)).collect(),
            services: regime.catalogue.count_by_level(),
            remarks: regime.remarks.clone(),
            restatement: None,
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

    /// The unit at this place and everything below it: each unit stands before what is below it.
    #[must_use]
    pub fn subtree(&self, first: usize) -> &[UnitResult] {
        let units = &self.units[first..];
        let is_below = |within: &[UnitResult], unit: &UnitResult| {
            // Looked for from the back: the parent is seldom far.
            within.iter().rev().any(|above| unit.parent.as_ref() == Some(&above.code))
        };
        let end = (1..units.len()).find(|end| !is_below(&units[..*end], &units[*end]));
        &units[..end.unwrap_or(units.len())]
    }

    /// The unit at this place and everything that is added into it: not what stands below a vertical agency, nor the agency.
    #[must_use]
    pub fn added_into(&self, first: usize) -> Vec<&UnitResult> {
        let mut within: Vec<&UnitResult> = Vec::new();
        for (i, unit) in self.subtree(first).iter().enumerate() {
            let parent_counts = || within.iter().rev().any(|above| unit.parent.as_ref() == Some(&above.code));
            if i == 0 || (unit.is_included && parent_counts()) {
                within.push(unit);
            }
        }
        within
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

    /// The head of the indicator with this code.
    #[must_use]
    pub fn indicator(&self, code: &IndicatorCode) -> Option<&IndicatorHead> {
        self.indicators.iter().find(|head| head.code == *code)
    }
}

impl UnitResult {
    /// Its own reports of the period that are in, of those that it owes.
    #[must_use]
    pub fn own_coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        for owed in &self.filings {
            coverage.add(Coverage { reported: i64::from(owed.filing != Filing::Missing), obliged: 1 });
        }
        coverage
    }

    /// The months of the period for which no report is in.
    #[must_use]
    pub fn missing_months(&self) -> Vec<PeriodKey> {
        self.filings.iter().filter(|owed| owed.filing == Filing::Missing).map(|owed| owed.month).collect()
    }

    /// The outcomes over one span that a target was judged for.
    pub fn judged(&self, span: Span) -> impl Iterator<Item = (&Outcome, &Judgement)> {
        self.outcomes
            .iter()
            .filter(move |outcome| outcome.span == span)
            .filter_map(|outcome| outcome.judgement.as_ref().map(|judgement| (outcome, judgement)))
    }

    /// The outcomes that a target was judged for, each over the span that makes the record.
    pub fn judged_for_record(&self) -> impl Iterator<Item = (&Outcome, &Judgement)> {
        Span::ALL.into_iter().flat_map(|span| self.judged(span)).filter(|(_, judgement)| judgement.is_of_record)
    }

    /// The verdicts of record, by indicator.
    #[must_use]
    pub fn verdicts_of_record(&self) -> Vec<Verdict> {
        self.judged_for_record().map(|(_, judgement)| judgement.verdict).collect()
    }
}

fn head(form: &Form, indicator: &Indicator) -> IndicatorHead {
    let terms = |terms: &[Term], code: &dyn Fn(usize) -> String| -> Vec<TermHead> {
        terms.iter().map(|term| TermHead { code: code(term.position), weight: term.weight }).collect()
    };
    let side = |side: &Side| SideHead {
        columns: terms(&side.columns, &|position| form.columns[position].code.to_string()),
        single_fields: terms(&side.single_fields, &|position| form.single_fields[position].code.to_string()),
        filter: side.filter.clone(),
    };
    IndicatorHead {
        code: indicator.code.clone(),
        name: indicator.name.clone(),
        short_name: indicator.short_name.clone(),
        noun: indicator.noun.clone(),
        scope: indicator.scope,
        count: indicator.count,
        numerator: side(&indicator.numerator),
        denominator: side(&indicator.denominator),
        better: indicator.better,
        basis: indicator.basis.clone(),
    }
}
