//! Points at which a test makes the process die or freeze: at each border of a step, where a crash would hurt most.
//!
//! The points are always told; who listens is a port. In a release build nobody does.

use crate::app::App;
use crate::ports::CloseStep;

/// Where a step stands when a point is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// Before its work.
    Begun,
    /// Its work is done and not committed.
    Ready,
    /// It is committed.
    Committed,
}

impl Border {
    const fn code(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Ready => "ready",
            Self::Committed => "committed",
        }
    }
}

/// All points, in the order in which a report passes them.
pub const POINTS: &[&str] = &[
    "submit.begun",
    "submit.ready",
    "submit.committed",
    "close.sealed.begun",
    "close.sealed.ready",
    "close.sealed.committed",
    "close.aggregated.begun",
    "close.aggregated.ready",
    "close.aggregated.committed",
    "close.rendered.begun",
    "close.rendered.ready",
    "close.rendered.committed",
    "close.checked.begun",
    "close.checked.ready",
    "close.checked.committed",
    "close.published.begun",
    "close.published.ready",
    "close.published.committed",
    "close.enqueued.begun",
    "close.enqueued.ready",
    "close.enqueued.committed",
    "close.done.begun",
    "close.done.ready",
    "close.done.committed",
    "publish.begun",
    "publish.shown",
    "publish.committed",
    "mail.claimed",
    "mail.body",
    "mail.accepted",
    "mail.noted",
];

/// Whoever wants to know that a point was reached.
pub trait Watcher: Send + Sync {
    /// The process has come to this point.
    fn reached(&self, point: &str);
}

/// Nobody: what a release build has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Watcher for Nobody {
    fn reached(&self, _point: &str) {}
}

impl App {
    /// Tells that a point was reached.
    pub(crate) fn reach(&self, point: &str) {
        debug_assert!(POINTS.contains(&point), "{point} is not listed");
        self.ports.watcher.reached(point);
    }

    /// Tells that the border of a step of a close was reached; the step is the one that the commit leads to.
    pub(crate) fn reach_step(&self, step: CloseStep, border: Border) {
        self.reach(&format!("close.{}.{}", step.code().to_lowercase(), border.code()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_border_of_every_step_is_listed_once() {
        for step in CloseStep::ALL {
            for border in [Border::Begun, Border::Ready, Border::Committed] {
                let point = format!("close.{}.{}", step.code().to_lowercase(), border.code());
                assert_eq!(POINTS.iter().filter(|listed| **listed == point).count(), 1, "{point}");
            }
        }
    }
}
