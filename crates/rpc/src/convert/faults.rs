//! The faults of one request, collected while it is read.

use baocao_domain::figures::FINDINGS_MAX;
use baocao_domain::reason::{Finding, Reason, Refusal};

/// Faults in the order of the request.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    findings: Vec<Finding>,
}

impl Faults {
    /// What was read; a fault is kept instead.
    pub(crate) fn keep<T>(&mut self, read: Result<T, Finding>) -> Option<T> {
        read.map_err(|finding| self.add(finding)).ok()
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        // One answer lists so many; to keep more would let a request decide how much memory it takes.
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// What was read as a whole, if nothing of it was wrong; otherwise every fault.
    pub(crate) fn or<T>(self, read: Option<T>) -> Result<T, Refusal> {
        match (Refusal::of(self.findings), read) {
            (None, Some(read)) => Ok(read),
            (Some(refusal), _) => Err(refusal),
            (None, None) => Err(Refusal::because(Reason::FieldRequired)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str) -> Finding {
        Finding::new(path, Reason::NegativeCount, -1, "0 or more")
    }

    #[test]
    fn one_fault_refuses_the_whole_and_all_are_told() {
        let mut faults = Faults::default();
        assert_eq!(faults.keep(Ok(1)), Some(1));
        assert_eq!(faults.keep::<i32>(Err(fault("a"))), None);
        faults.add(fault("b"));
        let refusal = faults.or(Some(1)).expect_err("a refusal");
        let paths: Vec<_> = refusal.findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!((refusal.reason, paths), (Reason::NegativeCount, vec!["a", "b"]));
        assert_eq!(Faults::default().or(Some(1)), Ok(1));
        assert_eq!(Faults::default().or::<i32>(None).map_err(|refusal| refusal.reason), Err(Reason::FieldRequired));
    }

    #[test]
    fn a_request_does_not_decide_how_many_faults_are_kept() {
        let mut faults = Faults::default();
        for i in 0..2 * FINDINGS_MAX {
            faults.add(fault(&i.to_string()));
        }
        assert_eq!(faults.or(Some(1)).expect_err("a refusal").findings.len(), FINDINGS_MAX);
    }
}
