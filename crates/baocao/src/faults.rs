//! Dying and freezing on demand, for tests of debug builds; a release build has none of it.
//!
//! `BAOCAO_TEST_FAULT=<point>:<kill|freeze>[:<n>]`: when the point is reached for the n-th time (the first, where no number
//! stands), the process sends itself SIGKILL or SIGSTOP. The points: [`baocao_app::faults::POINTS`].

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use baocao_app::faults::{Nobody, POINTS, Watcher};

use crate::log;

/// The variable that asks for a fault.
const VARIABLE: &str = "BAOCAO_TEST_FAULT";

/// How long a process may take to stop or die after the signal was sent.
const TAKEN_WITHIN: Duration = Duration::from_millis(300);

/// Whoever watches the points: the fault that the environment asks for, in a debug build.
#[must_use]
pub fn from_environment() -> Arc<dyn Watcher> {
    let asked = cfg!(debug_assertions).then(|| log::environment().find(|(name, _)| name == VARIABLE)).flatten();
    match asked.and_then(|(_, text)| Fault::parse(&text)) {
        Some(fault) => Arc::new(fault),
        None => Arc::new(Nobody),
    }
}

/// Dies or freezes at one point.
#[derive(Debug)]
struct Fault {
    point: &'static str,
    signal: &'static str,
    /// How often the point may still be passed.
    passes: AtomicU32,
}

impl Fault {
    /// Reads `<point>:<kill|freeze>[:<n>]`; none if it names no point or no fault.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let wanted = parts.next()?;
        let point = POINTS.iter().copied().find(|point| *point == wanted)?;
        let signal = match parts.next()? {
            "kill" => "-KILL",
            "freeze" => "-STOP",
            _ => return None,
        };
        let nth: u32 = parts.next().map_or(Some(1), |nth| nth.parse().ok()).filter(|nth| *nth > 0)?;
        Some(Self { point, signal, passes: AtomicU32::new(nth) })
    }
}

impl Watcher for Fault {
    fn reached(&self, point: &str) {
        if point != self.point || self.passes.load(Ordering::SeqCst) == 0 {
            return;
        }
        if self.passes.fetch_sub(1, Ordering::SeqCst) == 1 {
            let sent = Command::new("kill").args([self.signal, &std::process::id().to_string()]).status();
            tracing::warn!(point, signal = self.signal, sent = ?sent.map(|status| status.success()), "fault on demand");
            // The signal stops all threads once one of them has taken it, which on a busy machine need not be at once.
            std::thread::sleep(TAKEN_WITHIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_a_point_and_a_kind() {
        for good in ["submit.ready:kill", "close.done.committed:freeze:3"] {
            assert!(Fault::parse(good).is_some(), "{good}");
        }
        for bad in
            ["", "submit.ready", "submit.ready:pause", "nowhere:kill", "submit.ready:kill:0", "submit.ready:kill:x"]
        {
            assert!(Fault::parse(bad).is_none(), "{bad}");
        }
    }
}
