//! Extensions (gia hạn): one unit may file after the lock, for a reason and until an instant.

use baocao_domain::instant::Instant;
use baocao_domain::reason::{Finding, Reason, Refusal};
use baocao_domain::submission::SubmissionKey;

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::audit::{self, Entry};
use crate::content;
use crate::error::AppError;
use crate::ports::{ExtensionRow, RowLock};
use crate::submit::visible_unit;
use crate::text;

/// What an officer decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantExtension {
    /// The unit.
    pub unit: String,
    /// The form.
    pub form: String,
    /// The month.
    pub period: String,
    /// Why.
    pub reason: String,
    /// Until when the unit may file.
    pub expires_at: Option<Instant>,
}

impl App {
    /// Lets one unit file after the lock. The same grant given twice is one grant with the same effect.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator; every fault of the command otherwise.
    pub async fn grant_extension(&self, actor: &Actor, command: &GrantExtension) -> Result<ExtensionRow, AppError> {
        let now = self.now();
        let answer = self.try_grant(actor, command, now).await;
        if let Err(AppError::Refused(refusal)) = &answer {
            let object = format!("{}/{}/{}", command.unit, command.form, command.period);
            self.record_refusal(actor, "grant-extension", &object, refusal, now).await?;
        }
        answer
    }

    async fn try_grant(&self, actor: &Actor, command: &GrantExtension, now: Instant) -> Result<ExtensionRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let period = self.period_row(tx.as_mut(), &command.form, &command.period, RowLock::None).await?;
        let seen = visible_unit(&in_force, actor, &command.unit, Some(period.period), now)?;
        require(period.period.is_month(), Reason::PeriodNotAligned)?;
        require(in_force.regime.duty(&seen.tree, seen.position, period.period).owes, Reason::NotObliged)?;
        let unit = seen.node();

        let mut findings = Vec::new();
        let reason =
            text::needed_line("reason", &command.reason, "why the unit may file after the lock", &mut findings);
        let expires_at = command.expires_at.filter(|expires_at| *expires_at > now);
        if expires_at.is_none() {
            let given = command.expires_at.map_or_else(String::new, Instant::iso);
            findings.push(Finding::new("expires_at", Reason::FieldRequired, given, "an instant in the future"));
        }
        if let Some(refusal) = Refusal::of(findings) {
            return Err(refusal.into());
        }

        let mut extension = ExtensionRow {
            id: 0,
            key: SubmissionKey { unit: unit.id, form: period.form, period: period.period },
            reason,
            expires_at: expires_at.unwrap_or(now),
            granted_by: actor.client.clone(),
            granted_at: now,
        };
        let standing = tx.extension(&extension.key, now).await?.filter(|standing| {
            let of = |row: &ExtensionRow| (row.reason.clone(), row.expires_at, row.granted_by.clone());
            of(standing) == of(&extension)
        });
        if let Some(standing) = standing {
            return Ok(standing);
        }
        extension.id = tx.append_extension(&extension).await?;
        let name = format!("{}/{}/{}", unit.code, extension.key.form, extension.key.period);
        let entry = Entry::about(&actor.client, "grant-extension", &content::extension(&extension), &name);
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(extension)
    }
}
