//! Leases: of several instances on one database, one works on a thing at a time.
//!
//! A lease expires by the clock of the database unless it is renewed, so that what a dead instance held is free again. Every
//! transaction that writes under a lease first holds the lease's row: a holder that slept past its end is refused, and nobody
//! can take over between the look and the commit. The fence grows with each holder and tells an old one from a new one.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::app::App;
use crate::audit::{self, Unnoted};
use crate::error::AppError;
use crate::ports::{Lease, Store, StoreError, Tx};

/// The longest that a lease may last, in seconds: so long nobody takes over what a dead instance was at.
pub const LEASE_S_MAX: u32 = 3_600;

/// A lease is renewed so many times before it would expire.
const RENEWALS: u32 = 3;

/// A lease that is renewed as long as this lives.
#[derive(Debug)]
pub struct HeldLease {
    lease: Lease,
    _renewal: DropGuard,
}

impl HeldLease {
    /// The fence: writes under an older one are refused.
    pub(crate) const fn fence(&self) -> i64 {
        self.lease.fence
    }
}

impl App {
    /// Takes the lease with this name; none while another instance holds it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_lease(&self, name: &str) -> Result<Option<HeldLease>, AppError> {
        let lasts_s = self.settings.lease_s;
        let mut tx = self.ports.store.begin().await?;
        let Some(lease) = tx.take_lease(name, &self.ports.instance, lasts_s).await? else { return Ok(None) };
        audit::commit_unnoted(tx, Unnoted::Lease).await?;
        let over = CancellationToken::new();
        self.spawn(keep(Arc::clone(&self.ports.store), lease.clone(), lasts_s, over.clone()));
        Ok(Some(HeldLease { lease, _renewal: over.drop_guard() }))
    }

    /// Begins a transaction under a lease.
    ///
    /// # Errors
    /// [`AppError::LeaseLost`] when the lease is over: what was being done belongs to somebody else now.
    pub(crate) async fn begin_under(&self, lease: &HeldLease) -> Result<Box<dyn Tx>, AppError> {
        let mut tx = self.ports.store.begin().await?;
        if tx.hold_lease(&lease.lease).await? {
            return Ok(tx);
        }
        Err(AppError::LeaseLost { name: lease.lease.name.clone(), fence: lease.lease.fence })
    }

    /// Gives a lease back, so that nobody has to wait for its end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back(&self, lease: HeldLease) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        tx.release_lease(&lease.lease).await?;
        Ok(audit::commit_unnoted(tx, Unnoted::Lease).await?)
    }

    /// Gives a lease back as well as can be: one that is not given back expires.
    pub(crate) async fn let_go(&self, lease: HeldLease) {
        if let Err(error) = self.give_back(lease).await {
            tracing::warn!(error = %error.chain(), "lease not given back");
        }
    }
}

/// Renews a lease until it is dropped or lost. A database that does not answer is asked again.
async fn keep(store: Arc<dyn Store>, lease: Lease, lasts_s: u32, over: CancellationToken) {
    let pause = Duration::from_secs(u64::from(lasts_s)) / RENEWALS;
    while over.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        match renew(store.as_ref(), &lease, lasts_s).await {
            Ok(true) => {}
            Ok(false) => return tracing::warn!(lease.name = %lease.name, lease.fence = lease.fence, "lease lost"),
            Err(error) => tracing::warn!(lease.name = %lease.name, %error, "lease not renewed"),
        }
    }
}

async fn renew(store: &dyn Store, lease: &Lease, lasts_s: u32) -> Result<bool, StoreError> {
    let mut tx = store.begin().await?;
    let renewed = tx.renew_lease(lease, lasts_s).await?;
    audit::commit_unnoted(tx, Unnoted::Lease).await?;
    Ok(renewed)
}
