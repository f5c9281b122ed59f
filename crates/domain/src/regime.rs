//! A regime: who reports what by when and is expected what, as data.
//!
//! It is made from the files of one decision (`deploy/regimes/<place-year>/`), checked as a whole, and is then part of
//! every edition's meaning: a new regime never changes a closed edition.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::form::Form;
use crate::ids::{IndicatorCode, UnitCode};
use crate::indicator::Indicator;
use crate::obligation::{Duty, Obligation, duty};
use crate::period::PeriodKey;
use crate::procedure::{Catalogue, ProcedureList};
use crate::target::{Effective, Span, Target, Threshold, effective};
use crate::tree::Hierarchy;
use crate::unit::Tier;

/// Names that documents print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// The issuing organ, first line: `ỦY BAN NHÂN DÂN`.
    pub issuer: String,
    /// The issuing organ, second line: `TỈNH LẠNG SƠN`.
    pub issuer_place: String,
    /// The place before the date: `Lạng Sơn`.
    pub place: String,
    /// The province in running text: `tỉnh Lạng Sơn`.
    pub province: String,
    /// The symbol behind the number: `BC-UBND`.
    pub symbol: String,
    /// To whom reports go: `Văn phòng Chính phủ`.
    pub addressee: String,
    /// Recipients in the foot (nơi nhận), without dash and semicolon.
    pub recipients: Vec<String>,
    /// Authority and post of the signatory, one per line: `TM. ỦY BAN NHÂN DÂN`, `CHỦ TỊCH`.
    pub signatory_lines: Vec<String>,
    /// Who urges units that miss their targets.
    pub urging_organ: String,
}

/// A mailbox of a unit, or of leadership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Whose mailbox; the province's is leadership's.
    pub unit: UnitCode,
    /// Whom the letter addresses: `Giám đốc Sở Công Thương`.
    pub addressee: String,
    /// The address.
    pub email: String,
}

/// A decision that targets stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its number: `1045/QĐ-UBND`; `…/QĐ-UBND` where no source tells it.
    pub number: String,
    /// The day of its issue; none where no source tells it.
    pub issued: Option<Date>,
    /// Its title.
    pub title: String,
}

/// Who may assign targets to whom: a district to its communes, as a decision of the province allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// The decision that delegates.
    pub decision: String,
    /// For which indicator.
    pub indicator: IndicatorCode,
    /// Who assigns.
    pub from: Tier,
    /// To whom.
    pub to: Tier,
    /// The least that may be assigned; none where the decision states none.
    pub floor: Option<Threshold>,
    /// The text that it is taken from.
    pub basis: String,
}

/// A regime as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regime {
    /// Its name: `lang-son-2022`.
    pub name: String,
    /// The province.
    pub province: UnitCode,
    /// Names that documents print.
    pub letterhead: Letterhead,
    /// When periods open, fall due and lock.
    pub calendar: Calendar,
    /// The first month for which reports are owed.
    pub first_month: PeriodKey,
    /// Who owes reports.
    pub obligations: Vec<Obligation>,
    /// The form.
    pub form: Form,
    /// The procedures.
    pub catalogue: Catalogue,
    /// Dated lists of procedures.
    pub lists: Vec<ProcedureList>,
    /// The indicators: all versions.
    pub indicators: Vec<Indicator>,
    /// The decisions that the targets stand in.
    pub decisions: Vec<Decision>,
    /// The targets of these decisions.
    pub targets: Vec<Target>,
    /// Who may assign targets to whom.
    pub delegations: Vec<Delegation>,
    /// Targets that were assigned under a delegation. They are not part of the regime's files and outlive a new version
    /// of them.
    pub assigned: Vec<Target>,
    /// The decisions that assigned them.
    pub assigning: Vec<Decision>,
    /// The mailboxes.
    pub contacts: Vec<Contact>,
    /// What readers must know: inferences and assumptions, in Vietnamese.
    pub remarks: Vec<String>,
}

impl Regime {
    /// Those of the months for which reports are owed.
    #[must_use]
    pub fn owed(&self, months: &[PeriodKey]) -> Vec<PeriodKey> {
        months.iter().copied().filter(|month| *month >= self.first_month).collect()
    }

    /// The months of a span that ends with this period, those for which reports are owed.
    #[must_use]
    pub fn months_of(&self, span: Span, period: PeriodKey) -> Vec<PeriodKey> {
        self.owed(&match span {
            Span::Period => period.months(),
            Span::QuarterToDate => period.quarter_to_date(),
            Span::YearToDate => period.year_to_date(),
        })
    }

    /// What the unit at this position owes for a month.
    #[must_use]
    pub fn duty(&self, tree: &Hierarchy, position: usize, month: PeriodKey) -> Duty {
        if month < self.first_month {
            return Duty { owes: false, is_included: true };
        }
        duty(&self.obligations, tree, position, month)
    }

    /// The indicators for windows that end on this day, one version of each, in the order of the files.
    pub fn indicators_on(&self, day: Date) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().filter(move |indicator| indicator.is_in_force(day))
    }

    /// The targets of decisions and the assigned ones.
    pub fn all_targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().chain(&self.assigned)
    }

    /// The decision with this number.
    #[must_use]
    pub fn decision(&self, number: &str) -> Option<&Decision> {
        self.decisions.iter().chain(&self.assigning).find(|decision| decision.number == number)
    }

    /// The target that holds for the unit at this position in windows of this year that end on this day.
    #[must_use]
    pub fn effective(
        &self,
        tree: &Hierarchy,
        position: usize,
        indicator: &IndicatorCode,
        window_of: (Date, i16),
    ) -> Option<Effective<'_>> {
        effective(self.all_targets(), tree, position, indicator, window_of)
    }

    /// The mailboxes of a unit.
    pub fn contacts_of<'a>(&'a self, unit: &'a UnitCode) -> impl Iterator<Item = &'a Contact> {
        self.contacts.iter().filter(move |contact| contact.unit == *unit)
    }
}
