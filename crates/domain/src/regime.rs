//! A regime: who reports what by when and is expected what, as data.
//!
//! It is made from the files of one decision (`deploy/regimes/<place-year>/`), checked as a whole, and is then part of
//! every edition's meaning: a new regime never changes a closed edition.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::form::Form;
use crate::ids::UnitCode;
use crate::indicator::{Catalogue, Indicator};
use crate::period::PeriodKey;
use crate::target::Target;

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
    /// The form.
    pub form: Form,
    /// The procedures.
    pub catalogue: Catalogue,
    /// The indicators.
    pub indicators: Vec<Indicator>,
    /// The targets.
    pub targets: Vec<Target>,
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

    /// The mailboxes of a unit.
    pub fn contacts_of<'a>(&'a self, unit: &'a UnitCode) -> impl Iterator<Item = &'a Contact> {
        self.contacts.iter().filter(move |contact| contact.unit == *unit)
    }
}
