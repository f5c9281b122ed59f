//! Holding: two switches that stop what cannot be taken back.
//!
//! While `mail_hold` is set no message is handed over; while `close_pause` is set no period is closed. Each setting holds
//! the reason that was given. Both live in the database, so that every process of an installation sees them at its next
//! look and none has to be restarted; and so that a copy that was restored cannot act before somebody has looked at it.
//! Reports are accepted and editions published all the same: neither reaches anybody twice.

use baocao_domain::instant::Instant;
use baocao_domain::reason::{Reason, Refusal};

use crate::app::App;
use crate::audit::{self, Entry, Noted};
use crate::content;
use crate::deliver::LEASE as MAIL;
use crate::error::AppError;
use crate::ports::{DeliveryRow, DeliveryState, Store, StoreError, Tx};
use crate::setup::SERVICE;
use crate::text;

/// The most deliveries that are put aside before the next are read.
const BATCH_MAX: u32 = 500;

/// How long the lease is taken under which mail is put aside, in seconds; it ends with the transaction.
const SKIP_LEASE_SECONDS: u32 = 60;

/// The most deliveries that are counted: more than a province sends in a century.
const COUNTED_MAX: u32 = 10_000_000;

/// What can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// Handing mail over.
    Mail,
    /// Closing periods.
    Closing,
}

impl Switch {
    /// All switches.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Closing];

    /// The setting that holds the reason.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Mail => "mail_hold",
            Self::Closing => "close_pause",
        }
    }

    /// Its name in commands, logs and audit entries.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Closing => "closing",
        }
    }
}

/// Why something is held; none while it is not.
///
/// # Errors
/// Those of the database.
pub async fn held(tx: &mut dyn Tx, switch: Switch) -> Result<Option<String>, StoreError> {
    Ok(tx.setting(switch.setting()).await?.filter(|reason| !reason.is_empty()))
}

/// Holds what is named, for a reason; each switch is an entry of the audit chain.
///
/// Takes a database and not the application: an installation must be held also where its mail or its folders are broken.
///
/// # Errors
/// `FIELD_REQUIRED` or `BAD_TEXT` for a reason that nobody could read later; those of the database.
pub async fn hold(store: &dyn Store, now: Instant, switches: &[Switch], reason: &str) -> Result<(), AppError> {
    let reason = text::line(reason).map_err(|expected| Refusal::at("reason", Reason::BadText, reason, expected))?;
    if reason.is_empty() {
        return Err(Refusal::at("reason", Reason::FieldRequired, "", "why it is held").into());
    }
    let (mut tx, mut noted) = (store.begin().await?, None);
    for switch in switches {
        noted = Some(switched(tx.as_mut(), now, "hold", *switch, &reason).await?);
    }
    if let Some(noted) = noted {
        audit::commit(tx, noted).await?;
    }
    Ok(())
}

/// Releases what is named; each switch is an entry of the audit chain. Answers with the reasons for which it was held.
///
/// # Errors
/// Those of the database.
pub async fn release(store: &dyn Store, now: Instant, switches: &[Switch]) -> Result<Vec<(Switch, String)>, AppError> {
    let mut tx = store.begin().await?;
    let (mut released, mut noted) = (Vec::new(), None);
    for switch in switches {
        if let Some(reason) = held(tx.as_mut(), *switch).await? {
            noted = Some(switched(tx.as_mut(), now, "release", *switch, "").await?);
            released.push((*switch, reason));
        }
    }
    if let Some(noted) = noted {
        audit::commit(tx, noted).await?;
    }
    Ok(released)
}

/// How many mails are not with the relay.
///
/// # Errors
/// Those of the database.
pub async fn unsent(store: &dyn Store) -> Result<usize, StoreError> {
    Ok(store.read().await?.unsent_deliveries(COUNTED_MAX).await?.len())
}

/// Leaves every mail that is not with the relay to an operator, in one transaction; answers how many there were.
///
/// After a restore the copy believes unsent what was sent since it was made. Whoever knows that it was sent, from the
/// relay's log, lets none of it go out again.
///
/// # Errors
/// [`AppError::Corrupt`] while mail is not held: somebody might be at a message. Those of the database.
pub async fn skip_queued(store: &dyn Store, now: Instant) -> Result<usize, AppError> {
    let mut tx = store.begin().await?;
    let Some(reason) = held(tx.as_mut(), Switch::Mail).await? else {
        return Err(AppError::Corrupt("mail is not held: what is queued may be on its way".into()));
    };
    // Whoever is at a message has this lease, and notes what the relay said before it lets go of it.
    let Some(lease) = tx.take_lease(MAIL, "skip-queued", SKIP_LEASE_SECONDS).await? else {
        return Err(AppError::Corrupt("a message is being handed over: try again in a moment".into()));
    };
    let reply = format!("put aside at {}; mail was held: {reason}", now.iso());
    let mut entries = Vec::new();
    loop {
        let batch = tx.unsent_deliveries(BATCH_MAX).await?;
        if batch.is_empty() {
            break;
        }
        for delivery in batch {
            let was = delivery.state;
            let aside = DeliveryRow { state: DeliveryState::Held, last_reply: reply.clone(), ..delivery };
            if !tx.move_delivery(was, &aside).await? {
                return Err(AppError::Corrupt(format!("delivery {} moved while it was held", aside.id)));
            }
            entries.push(Entry::about(SERVICE, "mail.skipped", &content::delivery(&aside), ""));
        }
    }
    let skipped = entries.len();
    if skipped > 0 {
        tx.release_lease(&lease).await?;
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
    }
    Ok(skipped)
}

/// Sets a switch, with the entry that notes it.
async fn switched(
    tx: &mut dyn Tx,
    now: Instant,
    action: &str,
    switch: Switch,
    reason: &str,
) -> Result<Noted, StoreError> {
    tx.put_setting(switch.setting(), reason).await?;
    let content = content::setting(switch.setting(), reason);
    audit::record(tx, now, Entry::about(SERVICE, action, &content, reason)).await
}

impl App {
    /// Why something is held; none while it is not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn held(&self, switch: Switch) -> Result<Option<String>, AppError> {
        Ok(held(self.ports.store.read().await?.as_mut(), switch).await?)
    }
}
