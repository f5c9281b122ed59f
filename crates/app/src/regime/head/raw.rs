//! The shape of `regime.toml`: every key that it may have, each value with its place in the file.

use baocao_domain::form::OverTime;
use baocao_domain::indicator::{Count, Scope};
use baocao_domain::period::WindowRule;
use serde::Deserialize;
use toml::Spanned;

pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHead {
    pub(super) name: Text,
    pub(super) province: Text,
    pub(super) first_month: Text,
    pub(super) remarks: Vec<Text>,
    pub(super) letterhead: RawLetterhead,
    pub(super) calendar: RawCalendar,
    #[serde(default)]
    pub(super) holiday: Vec<RawHoliday>,
    pub(super) form: RawForm,
    pub(super) indicator: Vec<RawIndicator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLetterhead {
    pub(super) issuer: Text,
    pub(super) issuer_place: Text,
    pub(super) place: Text,
    pub(super) province: Text,
    pub(super) symbol: Text,
    pub(super) addressee: Text,
    pub(super) recipients: Vec<Text>,
    pub(super) signatory_lines: Vec<Text>,
    pub(super) urging_organ: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCalendar {
    pub(super) window_rule: WindowRule,
    pub(super) due_time: Text,
    pub(super) due_working_days: Spanned<u8>,
    pub(super) lock_time: Text,
    pub(super) lock_working_days: Spanned<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHoliday {
    pub(super) day: Text,
    pub(super) name: Text,
    pub(super) basis: Text,
    /// For the reader of the file: the calendar needs only the day.
    #[serde(rename = "assumed")]
    _assumed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForm {
    pub(super) code: Text,
    pub(super) title: Text,
    pub(super) column: Vec<RawColumn>,
    #[serde(default)]
    pub(super) derived: Vec<RawDerived>,
    #[serde(default)]
    pub(super) identity: Vec<RawIdentity>,
    pub(super) continuity: Option<RawContinuity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    pub(super) code: Text,
    pub(super) number: Spanned<u8>,
    pub(super) heading: Text,
    pub(super) over_time: OverTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDerived {
    pub(super) code: Text,
    pub(super) number: Spanned<u8>,
    pub(super) heading: Text,
    pub(super) parts: Spanned<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentity {
    pub(super) left: Spanned<Vec<Text>>,
    pub(super) right: Spanned<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContinuity {
    pub(super) opening: Text,
    pub(super) closings: Spanned<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIndicator {
    pub(super) code: Text,
    pub(super) name: Text,
    pub(super) short_name: Text,
    pub(super) noun: Text,
    pub(super) count: Count,
    pub(super) numerator: Spanned<Vec<Text>>,
    pub(super) denominator: Spanned<Vec<Text>>,
    pub(super) levels: Vec<Spanned<u8>>,
    pub(super) scope: Scope,
    pub(super) basis: Text,
}
