//! What a use case answers when it does not do what was asked.

use baocao_domain::reason::{Reason, Refusal};

use crate::ports::{Failure, StoreError};

/// A refusal that a person must read, or a failure that an operator must.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Refused, with every fault.
    #[error("refused")]
    Refused(#[from] Refusal),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something outside the database did not do it.
    #[error("cannot {doing}")]
    Failed {
        /// What was being done.
        doing: String,
        /// Why.
        #[source]
        source: Failure,
    },
    /// The right to do it is over: another instance may be at it already. What was not committed never happened.
    #[error("the lease {name} (fence {fence}) is over")]
    LeaseLost {
        /// The lease.
        name: String,
        /// The fence under which it was held.
        fence: i64,
    },
    /// What is stored does not make sense: a bug, or somebody changed it by hand.
    #[error("{0}")]
    Corrupt(String),
}

impl AppError {
    /// A refusal that is about no single field.
    #[must_use]
    pub const fn because(reason: Reason) -> Self {
        Self::Refused(Refusal::because(reason))
    }

    /// Says what was being done when something failed.
    pub fn failed(doing: impl Into<String>) -> impl FnOnce(Failure) -> Self {
        let doing = doing.into();
        move |source| Self::Failed { doing, source }
    }

    /// The whole chain in one line, for logs and the last error of a run.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}
