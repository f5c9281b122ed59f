//! Verdicts, judgements, coverage.

use baocao_domain::fold::Coverage;
use baocao_domain::indicator::Ratio;
use baocao_domain::target::{Threshold, Verdict};

use crate::v1;

impl From<Verdict> for v1::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Met,
            Verdict::Missed => Self::Missed,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Uncertain => Self::Uncertain,
        }
    }
}

impl From<Coverage> for v1::Coverage {
    fn from(coverage: Coverage) -> Self {
        Self { reported: coverage.reported, obliged: coverage.obliged }
    }
}

pub(crate) fn judgement(decision: String, threshold: Threshold, verdict: Verdict, ratio: Ratio) -> v1::Judgement {
    v1::Judgement {
        decision,
        threshold_value: threshold.value,
        threshold_scale: threshold.scale.into(),
        verdict: v1::Verdict::from(verdict).into(),
        shortfall: threshold.shortfall(ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_on_the_wire_has_the_name_that_open_data_has() {
        for verdict in [Verdict::Met, Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain] {
            assert_eq!(v1::Verdict::from(verdict).as_str_name(), format!("VERDICT_{}", verdict.code()));
        }
    }

    #[test]
    fn a_judgement_says_how_many_are_missing() {
        let ratio = Ratio { numerator: 7, denominator: 9 };
        let judged = judgement("1045/QĐ-UBND".into(), Threshold { value: 800, scale: 1 }, Verdict::Missed, ratio);
        assert_eq!((judged.threshold_value, judged.threshold_scale, judged.shortfall), (800, 1, 1));
    }
}
