//! Ports: what the use cases ask of the outside world.
//!
//! `store` the database and its transactions, `rows` what it keeps, `table` the same as plain cells · `files` objects and the
//! public tree · `render` documents, pages and messages · `mail` handing over · `backup` copies of everything · [`Clock`] and
//! [`Ids`] time and chance.
//!
//! One [`Tx`] is one transaction: dropped without [`Tx::commit`] it leaves no trace. Methods are single statements with
//! no rules in them; rules live in the use cases and in the domain.

mod backup;
mod files;
mod mail;
mod render;
mod rows;
mod store;
mod table;

use std::error::Error;

use baocao_domain::instant::Instant;

pub use backup::Backups;
pub use files::{Files, LinkedDocument, ListedEdition, PageFile};
pub use mail::{Accepted, BeforeBody, Envelope, Letter, Mailer, SendFailure};
pub use render::{EditionPages, Renderers};
pub use rows::{
    AnsweredRow, AuditHead, AuditRow, CloseRequestRow, CloseRunRow, CloseStep, DeliveryRow, DeliveryState,
    DocumentKind, DocumentRow, EditionRow, ExtensionRow, JobRow, JobRun, KeyRow, Lease, PeriodRow, Purpose, RegimeRow,
    ReopeningRow, RevisionHead, Signature,
};
pub use store::{RowLock, Store, StoreError, Tx};
pub use table::{Cells, Table};

/// Why an implementation of a port failed, as the edge logs it.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The time of business. Leases would ask the database instead.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
    /// Whether it tells the time of the world, so that it can be compared with other clocks; a simulated one does not.
    fn is_of_the_world(&self) -> bool {
        false
    }
}

/// Where chance comes from.
pub trait Ids: Send + Sync {
    /// A new universally unique id, in lower-case hex with hyphens.
    fn uuid(&self) -> String;
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
