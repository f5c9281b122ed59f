//! The shape of `regime.toml`: every key that it may have, each value with its place in the file.
//!
//! Words stay texts here, so that a wrong one is a fault among others and does not end the reading.

use serde::Deserialize;
use toml::Spanned;

pub(super) type Text = Spanned<String>;
pub(super) type Texts = Spanned<Vec<Text>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHead {
    pub(super) name: Text,
    pub(super) province: Text,
    pub(super) first_month: Text,
    pub(super) remarks: Vec<Text>,
    pub(super) map: Option<RawMap>,
    pub(super) letterhead: RawLetterhead,
    pub(super) calendar: RawCalendar,
    pub(super) form: RawForm,
    #[serde(default)]
    pub(super) list: Vec<RawList>,
    pub(super) indicator: Vec<RawIndicator>,
    #[serde(default)]
    pub(super) cascade: Vec<RawCascade>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMap {
    pub(super) name: Text,
    pub(super) valid_from: Text,
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
    pub(super) window_rule: Text,
    pub(super) longer_periods: Vec<Text>,
    pub(super) deadlines: Text,
    #[serde(default)]
    pub(super) deadline: Vec<RawDeadline>,
    pub(super) lock_time: Text,
    pub(super) lock_working_days: Spanned<u8>,
    pub(super) publish_time: Option<Text>,
    pub(super) publish_working_days: Option<Spanned<u8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDeadline {
    pub(super) tier: Text,
    pub(super) days: Spanned<u8>,
    pub(super) kind: Text,
    pub(super) time: Text,
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
    #[serde(default)]
    pub(super) single_field: Vec<RawSingleField>,
    #[serde(default)]
    pub(super) limit: Vec<RawLimit>,
    pub(super) continuity: Option<RawContinuity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    pub(super) code: Text,
    pub(super) number: Spanned<u8>,
    pub(super) heading: Text,
    pub(super) over_time: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDerived {
    pub(super) code: Text,
    pub(super) number: Spanned<u8>,
    pub(super) heading: Text,
    pub(super) parts: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentity {
    pub(super) left: Texts,
    pub(super) right: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSingleField {
    pub(super) code: Text,
    pub(super) heading: Text,
    pub(super) over_time: Text,
    #[serde(default)]
    pub(super) owed_by: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    pub(super) part: Text,
    pub(super) whole: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContinuity {
    pub(super) opening: Text,
    pub(super) closings: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawList {
    pub(super) code: Text,
    pub(super) title: Text,
    pub(super) basis: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIndicator {
    pub(super) code: Text,
    pub(super) name: Text,
    pub(super) short_name: Text,
    pub(super) noun: Text,
    pub(super) count: Text,
    pub(super) scope: Text,
    pub(super) valid_from: Text,
    pub(super) valid_to: Option<Text>,
    pub(super) basis: Text,
    pub(super) numerator: Spanned<RawSide>,
    pub(super) denominator: Spanned<RawSide>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSide {
    pub(super) columns: Option<Texts>,
    pub(super) single_fields: Option<Texts>,
    pub(super) weights: Option<Spanned<Vec<Spanned<i64>>>>,
    pub(super) levels: Option<Texts>,
    pub(super) list: Option<Text>,
    pub(super) competence: Option<Texts>,
    pub(super) fields: Option<Texts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCascade {
    pub(super) decision: Text,
    pub(super) indicator: Text,
    pub(super) from: Text,
    pub(super) to: Text,
    pub(super) floor: Option<Text>,
    pub(super) basis: Text,
}
