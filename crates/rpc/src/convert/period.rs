//! Periods, close runs, extensions, reopenings.

use baocao_app::close::CloseAction;
use baocao_app::extension::GrantExtension;
use baocao_app::period::{PeriodState, PeriodView};
use baocao_app::ports::{CloseRunRow, CloseStep, ExtensionRow, ReopeningRow};
use baocao_app::reopening::Reopen;
use baocao_domain::edition::Cause;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::unit::Tier;
use prost_types::Timestamp;

use crate::convert::time::{instant, timestamp};
use crate::v1;

impl From<PeriodState> for v1::PeriodState {
    fn from(state: PeriodState) -> Self {
        match state {
            PeriodState::Planned => Self::Planned,
            PeriodState::Open => Self::Open,
            PeriodState::Due => Self::Due,
            PeriodState::Locked => Self::Locked,
            PeriodState::Closed => Self::Closed,
        }
    }
}

impl From<CloseStep> for v1::CloseStep {
    fn from(step: CloseStep) -> Self {
        match step {
            CloseStep::Sealed => Self::Sealed,
            CloseStep::Aggregated => Self::Aggregated,
            CloseStep::Rendered => Self::Rendered,
            CloseStep::Checked => Self::Checked,
            CloseStep::Published => Self::Published,
            CloseStep::Enqueued => Self::Enqueued,
            CloseStep::Done => Self::Done,
        }
    }
}

impl From<PeriodView> for v1::Period {
    fn from(view: PeriodView) -> Self {
        Self {
            form: view.row.form.into(),
            period: view.row.period.to_string(),
            opens: Some(timestamp(view.row.opens)),
            due: Some(timestamp(view.row.due)),
            locks: Some(timestamp(view.row.locks)),
            publishes: Some(timestamp(view.row.publishes)),
            state: v1::PeriodState::from(view.state).into(),
            edition: view.edition.map(|edition| edition.to_string()).unwrap_or_default(),
            dues: view.dues.into_iter().map(due).collect(),
        }
    }
}

fn due((tier, due): (Tier, Instant)) -> v1::TierDue {
    v1::TierDue { tier: v1::Tier::from(tier).into(), due: Some(timestamp(due)) }
}

impl From<CloseRunRow> for v1::CloseRun {
    fn from(run: CloseRunRow) -> Self {
        Self {
            form: run.form.into(),
            edition: run.edition.to_string(),
            step: v1::CloseStep::from(run.step).into(),
            cause: cause(&run.cause),
            sealed_at: Some(timestamp(run.sealed_at)),
            tries: run.tries,
            last_error: run.last_error,
            held: run.held,
            skip_notify: run.skip_notify,
            abandoned: run.abandoned,
        }
    }
}

/// Why an edition was made.
fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Locked => "locked".into(),
        Cause::ExtensionFiled { unit, reason } => format!("extension filed by {unit}: {reason}"),
        Cause::ExtensionExpired { unit, reason } => format!("extension of {unit} expired: {reason}"),
        Cause::Reopened { reason } => format!("reopened: {reason}"),
        Cause::MonthRestated { edition } => format!("month restated: {edition}"),
    }
}

impl TryFrom<v1::GrantExtensionRequest> for GrantExtension {
    type Error = Refusal;

    fn try_from(request: v1::GrantExtensionRequest) -> Result<Self, Refusal> {
        let expires_at = optional_instant(request.expires_at, "expires_at")?;
        Ok(Self { unit: request.unit, form: request.form, period: request.period, reason: request.reason, expires_at })
    }
}

impl TryFrom<v1::ReopenPeriodRequest> for Reopen {
    type Error = Refusal;

    fn try_from(request: v1::ReopenPeriodRequest) -> Result<Self, Refusal> {
        let until = optional_instant(request.until, "until")?;
        Ok(Self { form: request.form, period: request.period, reason: request.reason, until })
    }
}

impl From<ReopeningRow> for v1::Reopening {
    fn from(row: ReopeningRow) -> Self {
        let approved = row.approved;
        Self {
            id: row.id,
            form: row.form.into(),
            period: row.period.to_string(),
            reason: row.reason,
            until: Some(timestamp(row.until)),
            requested_by: row.requested.client,
            requested_at: Some(timestamp(row.requested.at)),
            approved_by: approved.as_ref().map(|approved| approved.client.clone()).unwrap_or_default(),
            approved_at: approved.map(|approved| timestamp(approved.at)),
        }
    }
}

/// What an operator asks of a close.
pub(crate) fn close_action(given: i32) -> Result<CloseAction, Refusal> {
    match v1::CloseAction::try_from(given) {
        Ok(v1::CloseAction::Unspecified | v1::CloseAction::Retry) => Ok(CloseAction::Retry),
        Ok(v1::CloseAction::SkipNotify) => Ok(CloseAction::SkipNotify),
        Err(_) => Err(Refusal::at("action", Reason::UnknownField, given, "RETRY or SKIP_NOTIFY")),
    }
}

/// The instant at a path of a request; whether one is needed is the use case's to say.
fn optional_instant(given: Option<Timestamp>, path: &str) -> Result<Option<Instant>, Refusal> {
    let Some(timestamp) = given else { return Ok(None) };
    let read = instant(&timestamp).ok_or_else(|| {
        let given = format!("{} s, {} ns", timestamp.seconds, timestamp.nanos);
        Refusal::at(path, Reason::FieldRequired, given, "an instant of the years 1 to 9999")
    })?;
    Ok(Some(read))
}

/// The extension of the unit with this code.
pub(crate) fn extension(row: ExtensionRow, unit: String) -> v1::Extension {
    v1::Extension {
        unit,
        form: row.key.form.into(),
        period: row.key.period.to_string(),
        reason: row.reason,
        expires_at: Some(timestamp(row.expires_at)),
        granted_by: row.granted_by,
        granted_at: Some(timestamp(row.granted_at)),
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::EditionId;
    use baocao_domain::ids::UnitCode;

    use super::*;

    #[test]
    fn a_step_on_the_wire_has_the_name_that_logs_have() {
        for step in CloseStep::ALL {
            assert_eq!(v1::CloseStep::from(step).as_str_name(), format!("CLOSE_STEP_{}", step.code()));
        }
    }

    #[test]
    fn a_cause_is_told_in_words() {
        let unit = UnitCode::parse("05971").expect("code");
        let edition = EditionId::parse("2022-M08/2").expect("edition");
        for (given, told) in [
            (Cause::Locked, "locked"),
            (
                Cause::ExtensionFiled { unit: unit.clone(), reason: "mất điện".into() },
                "extension filed by 05971: mất điện",
            ),
            (Cause::ExtensionExpired { unit, reason: "mất điện".into() }, "extension of 05971 expired: mất điện"),
            (Cause::Reopened { reason: "nhầm biểu mẫu".into() }, "reopened: nhầm biểu mẫu"),
            (Cause::MonthRestated { edition }, "month restated: 2022-M08/2"),
        ] {
            assert_eq!(cause(&given), told);
        }
    }

    #[test]
    fn an_expiry_that_is_no_instant_is_a_fault_and_none_is_left_to_the_use_case() {
        let mut request = v1::GrantExtensionRequest { unit: "178".into(), ..Default::default() };
        assert_eq!(GrantExtension::try_from(request.clone()).map(|command| command.expires_at), Ok(None));
        request.expires_at = Some(Timestamp { seconds: i64::MAX, nanos: 0 });
        let refusal = GrantExtension::try_from(request).expect_err("a refusal");
        assert_eq!(refusal.findings[0].path, "expires_at");
    }
}
