//! Setting an installation up: the periods, the day from which on they close by themselves, the keys.
//!
//! The regime itself is applied in [`crate::apply`].

use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::regime::Regime;

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::apply::plan_periods;
use crate::audit::{self, Entry, Noted, Unnoted};
use crate::backup::BACKUP_DUE;
use crate::canonical::{hex, sha256_hex};
use crate::content;
use crate::error::AppError;
use crate::ports::{Failure, KeyRow, Store, StoreError, Tx};
use crate::text;

/// The setting that says from which instant on periods are closed by themselves.
pub const LIVE_FROM: &str = "live_from";

/// The setting that says that keys were made.
pub const KEYS_MADE: &str = "keys_made";

/// The setting that says that the time of this installation is simulated: it was played. Unlike the instant it is an entry
/// of the chain.
pub const SIMULATED: &str = "simulated";

/// The setting that holds the instant of a simulated clock.
pub const CLOCK: &str = "clock";

/// Settings that nothing lasting hangs on: they are no part of the chain.
pub const BOOKKEEPING: [&str; 2] = [CLOCK, BACKUP_DUE];

/// Who acts when nobody called.
pub const SERVICE: &str = "service";

/// The instant from which a simulated clock goes on; none where the time is the world's, whatever stands in the database.
///
/// # Errors
/// Those of the database.
pub async fn simulated_clock(store: &dyn Store) -> Result<Option<Instant>, StoreError> {
    let mut tx = store.read().await?;
    if tx.setting(SIMULATED).await?.is_none() {
        return Ok(None);
    }
    Ok(tx.setting(CLOCK).await?.and_then(|micros| micros.parse().ok()).map(Instant::from_micros))
}

/// From which instant on periods are closed by themselves; none before the first start.
pub(crate) async fn live_from(tx: &mut dyn Tx) -> Result<Option<Instant>, StoreError> {
    Ok(tx.setting(LIVE_FROM).await?.and_then(|micros| micros.parse().ok()).map(Instant::from_micros))
}

/// Sets a value of the installation, with the entry that notes it.
async fn put_setting(tx: &mut dyn Tx, now: Instant, name: &str, value: &str) -> Result<Noted, StoreError> {
    tx.put_setting(name, value).await?;
    audit::record(tx, now, Entry::about(SERVICE, "put-setting", &content::setting(name, value), value)).await
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// The name that audit entries and receipts will bear.
    pub client: String,
    /// What it allows.
    pub role: Role,
    /// For this unit and everything below it.
    pub scope: UnitCode,
    /// How long it is good, in days.
    pub days: u16,
}

/// The longest life of a key, in days.
pub const KEY_DAYS_MAX: u16 = 400;

impl App {
    /// Whether a regime is applied.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_regime(&self) -> Result<bool, AppError> {
        Ok(self.ports.store.read().await?.regime_id().await?.is_some())
    }

    /// The regime in force.
    ///
    /// # Errors
    /// [`AppError::Corrupt`] before one is applied.
    pub async fn regime(&self) -> Result<Regime, AppError> {
        let mut tx = self.ports.store.read().await?;
        Ok(self.in_force(tx.as_mut()).await?.regime.clone())
    }

    /// Plans months and longer periods a good year ahead; what is planned stays.
    ///
    /// # Errors
    /// Those of the database; when its clock and this machine's differ.
    pub async fn plan_periods(&self) -> Result<(), AppError> {
        self.compare_clocks().await?;
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let now = self.now();
        let entries = plan_periods(tx.as_mut(), &in_force.regime, now).await?;
        if !entries.is_empty() {
            let noted = audit::record_all(tx.as_mut(), now, entries).await?;
            audit::commit(tx, noted).await?;
        }
        Ok(())
    }

    /// Sets from which instant on periods are closed by themselves, unless it is set.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn go_live(&self, from: Instant) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        if tx.setting(LIVE_FROM).await?.is_none() {
            let noted = put_setting(tx.as_mut(), self.now(), LIVE_FROM, &from.micros().to_string()).await?;
            audit::commit(tx, noted).await?;
        }
        Ok(())
    }

    /// A setting of the installation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, AppError> {
        Ok(self.ports.store.read().await?.setting(key).await?)
    }

    /// Notes that the time is simulated here, and from which instant it goes on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_simulated_clock(&self, instant: Instant) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        tx.put_setting(CLOCK, &instant.micros().to_string()).await?;
        if tx.setting(SIMULATED).await?.is_some() {
            return Ok(audit::commit_unnoted(tx, Unnoted::Bookkeeping).await?);
        }
        let noted = put_setting(tx.as_mut(), self.now(), SIMULATED, "1").await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// Keeps a setting that nothing lasting hangs on.
    pub(crate) async fn keep_bookkeeping(&self, key: &str, value: &str) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        tx.put_setting(key, value).await?;
        Ok(audit::commit_unnoted(tx, Unnoted::Bookkeeping).await?)
    }

    /// Makes keys. Their texts are given to `hand_over` before anything is durable, and are kept nowhere: if they cannot
    /// be handed over, there are no keys.
    ///
    /// # Errors
    /// `UNKNOWN_UNIT` when a scope is not a unit of today, `ROLE_NOT_ALLOWED` for an operator of less than the province.
    pub async fn create_keys(
        &self,
        keys: &[NewKey],
        hand_over: impl FnOnce(&[String]) -> Result<(), Failure> + Send,
    ) -> Result<(), AppError> {
        let now = self.now();
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let tree = in_force.tree(now.local_date())?;
        let mut texts = Vec::with_capacity(keys.len());
        for key in keys {
            let unit = tree
                .find(&key.scope)
                .ok_or_else(|| Refusal::at("scope", Reason::UnknownUnit, &key.scope, "the official code of a unit"))?;
            if key.role == Role::Operator && unit.id != tree.root().id {
                let expected = format!("{}: an operator runs the whole province", tree.root().code);
                return Err(Refusal::at("scope", Reason::RoleNotAllowed, &key.scope, expected).into());
            }
            let client = text::line(&key.client).ok().filter(|client| !client.is_empty());
            let client = client.ok_or_else(|| {
                Refusal::at("client", Reason::BadText, &key.client, "one line without control characters")
            })?;
            let id = self.ports.ids.uuid().replace('-', "");
            let secret = hex(&self.ports.ids.secret());
            let days = i64::from(key.days.min(KEY_DAYS_MAX));
            let row = KeyRow {
                id: id.clone(),
                client: client.clone(),
                role: key.role,
                scope: unit.id,
                secret_sha256: sha256_hex(secret.as_bytes()),
                expires_at: now.plus_seconds(days * 24 * 3600),
                revoked_at: None,
            };
            tx.append_key(&row).await?;
            texts.push(key_text(&id, &secret));
            let name = format!("{client} {} {}", key.role.code(), key.scope);
            let entry = Entry::about(SERVICE, "create-key", &content::api_key(&row), &name);
            audit::record(tx.as_mut(), now, entry).await?;
        }
        hand_over(&texts).map_err(AppError::failed("hand the keys over"))?;
        let noted = put_setting(tx.as_mut(), now, KEYS_MADE, "1").await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// The caller whose key this is.
    ///
    /// # Errors
    /// `KEY_MISSING`, `KEY_UNKNOWN`, `KEY_EXPIRED`, `KEY_REVOKED`.
    pub async fn authenticate(&self, key: &str) -> Result<Actor, AppError> {
        let unknown = || Refusal::because(Reason::KeyUnknown);
        if key.is_empty() {
            return Err(AppError::because(Reason::KeyMissing));
        }
        let (id, secret) = read_key(key).ok_or_else(unknown)?;
        let row = self.ports.store.read().await?.key(id).await?.ok_or_else(unknown)?;
        if !equal_in_constant_time(&sha256_hex(secret.as_bytes()), &row.secret_sha256) {
            return Err(unknown().into());
        }
        if row.revoked_at.is_some_and(|revoked_at| revoked_at <= self.now()) {
            return Err(AppError::because(Reason::KeyRevoked));
        }
        if row.expires_at <= self.now() {
            return Err(AppError::because(Reason::KeyExpired));
        }
        Ok(Actor { client: row.client, key: row.id, role: row.role, scope: row.scope })
    }

    /// How many submissions and revisions there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn submission_counts(&self) -> Result<(i64, i64), AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        Ok(tx.submission_counts(&form).await?)
    }
}

/// `bc1_<id>_<secret>_<check>`: the prefix lets secret scanners find leaks, the check tells a slip from a wrong key.
fn key_text(id: &str, secret: &str) -> String {
    let body = format!("bc1_{id}_{secret}");
    let check = &sha256_hex(body.as_bytes())[..6];
    format!("{body}_{check}")
}

fn read_key(text: &str) -> Option<(&str, &str)> {
    let (body, check) = text.rsplit_once('_')?;
    let (id, secret) = body.strip_prefix("bc1_")?.split_once('_')?;
    (sha256_hex(body.as_bytes()).get(..6)? == check).then_some((id, secret))
}

/// Compares two hex digests without telling by its duration where they differ.
fn equal_in_constant_time(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_slip_is_seen() {
        let text = key_text("0123456789abcdef", "aa55");
        assert_eq!(read_key(&text), Some(("0123456789abcdef", "aa55")));
        for slip in [text.replace("aa55", "aa56"), text.to_uppercase(), text[1..].to_owned(), "bc1".into()] {
            assert_eq!(read_key(&slip), None, "{slip}");
        }
        assert!(equal_in_constant_time("ab", "ab") && !equal_in_constant_time("ab", "ac"));
    }
}
