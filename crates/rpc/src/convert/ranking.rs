//! Rankings.

use baocao_app::ranking::{RankUnits, Ranked, Ranking, Unranked};
use baocao_domain::reason::{Finding, Reason, Refusal};
use baocao_domain::unit::PeerGroup;

use crate::convert::faults::Faults;
use crate::convert::indicator::read_span;
use crate::convert::reading::reading;
use crate::v1;
use crate::v1::ranked_unit::Standing;

impl From<Unranked> for v1::UnrankedReason {
    fn from(why: Unranked) -> Self {
        match why {
            Unranked::NothingHappened => Self::NothingHappened,
            Unranked::ReportsMissing => Self::ReportsMissing,
            Unranked::TooFew => Self::TooFew,
        }
    }
}

impl TryFrom<v1::RankUnitsRequest> for RankUnits {
    type Error = Refusal;

    fn try_from(request: v1::RankUnitsRequest) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let span = faults.keep(read_span(request.span, "span"));
        let group = faults.keep(read_group(request.group));
        if request.volume_min < 0 {
            faults.add(Finding::new("volume_min", Reason::NegativeCount, request.volume_min, "0 or more"));
        }
        let reading = faults.keep(reading(request.edition, request.as_of.as_ref()));
        let asked = span.zip(group).zip(reading).map(|((span, group), reading)| Self {
            form: request.form,
            period: request.period,
            reading,
            indicator: request.indicator,
            span,
            group,
            volume_min: request.volume_min,
        });
        faults.or(asked)
    }
}

fn read_group(given: i32) -> Result<PeerGroup, Finding> {
    match v1::PeerGroup::try_from(given) {
        Ok(v1::PeerGroup::A) => Ok(PeerGroup::A),
        Ok(v1::PeerGroup::B) => Ok(PeerGroup::B),
        Ok(v1::PeerGroup::C) => Ok(PeerGroup::C),
        Ok(v1::PeerGroup::Unspecified) | Err(_) => {
            Err(Finding::new("group", Reason::FieldRequired, given, "A, B or C"))
        }
    }
}

impl From<Ranking> for v1::RankUnitsResponse {
    fn from(ranking: Ranking) -> Self {
        Self {
            edition: ranking.edition.to_string(),
            compared_with: ranking.compared_with.map(|edition| edition.to_string()).unwrap_or_default(),
            units: ranking.units.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Ranked> for v1::RankedUnit {
    fn from(ranked: Ranked) -> Self {
        let standing = match ranked.rank {
            Ok(rank) => Standing::Rank(rank.into()),
            Err(why) => Standing::Unranked(v1::UnrankedReason::from(why).into()),
        };
        Self {
            unit: ranked.unit.into(),
            name: ranked.name,
            numerator: ranked.ratio.numerator,
            denominator: ranked.ratio.denominator,
            verdict: ranked.verdict.map(|verdict| v1::Verdict::from(verdict).into()),
            movement: ranked.movement,
            standing: Some(standing),
        }
    }
}

#[cfg(test)]
mod tests {
    use baocao_app::totals::Reading;
    use baocao_domain::edition::EditionId;
    use baocao_domain::indicator::Ratio;
    use baocao_domain::rank::Rank;
    use baocao_domain::target::{Span, Verdict};

    use super::*;
    use crate::convert::testing::{code, paths};

    fn request() -> v1::RankUnitsRequest {
        v1::RankUnitsRequest {
            form: "tthc".into(),
            period: "2022-Q3".into(),
            edition: Some(1),
            indicator: "HS_XU_LY_TT".into(),
            span: v1::Span::YearToDate.into(),
            group: v1::PeerGroup::B.into(),
            volume_min: 100,
            as_of: None,
        }
    }

    #[test]
    fn what_is_asked_arrives() {
        for (number, group) in [(1, PeerGroup::A), (2, PeerGroup::B), (3, PeerGroup::C)] {
            let asked = RankUnits::try_from(v1::RankUnitsRequest { group: number, ..request() }).expect("a command");
            assert_eq!((asked.group, asked.span, asked.volume_min), (group, Span::YearToDate, 100));
            let texts = [&asked.form, &asked.period, &asked.indicator];
            assert_eq!(
                (texts, asked.reading),
                (["tthc", "2022-Q3", "HS_XU_LY_TT"].map(String::from).each_ref(), Reading::Edition(1))
            );
        }
    }

    #[test]
    fn all_faults_are_told_together() {
        let at = prost_types::Timestamp { seconds: 0, nanos: 0 };
        for (faulty, told) in [
            (
                v1::RankUnitsRequest { span: 0, group: 4, volume_min: -1, as_of: Some(at), ..request() },
                vec!["span", "group", "volume_min", "as_of"],
            ),
            (v1::RankUnitsRequest { group: 0, ..request() }, vec!["group"]),
            (v1::RankUnitsRequest { volume_min: i64::MIN, ..request() }, vec!["volume_min"]),
        ] {
            assert_eq!(paths(&RankUnits::try_from(faulty).expect_err("a refusal")), told);
        }
    }

    fn ranked(unit: &str, rank: Result<Rank, Unranked>) -> Ranked {
        Ranked {
            unit: code(unit),
            name: format!("Đơn vị {unit}"),
            ratio: Ratio { numerator: 3, denominator: 4 },
            verdict: None,
            rank,
            movement: None,
        }
    }

    #[test]
    fn a_unit_has_a_place_or_a_reason_why_not() {
        let first =
            Ranked { verdict: Some(Verdict::Met), movement: Some(-2), ..ranked("178", Ok(Rank { place: 1, of: 9 })) };
        let reasons = [Unranked::NothingHappened, Unranked::ReportsMissing, Unranked::TooFew];
        let units = [first].into_iter().chain(reasons.map(|why| ranked("180", Err(why)))).collect();
        let ranking = Ranking {
            edition: EditionId::parse("2022-Q3/1").expect("edition"),
            compared_with: EditionId::parse("2022-Q2/3"),
            units,
        };
        let answer = v1::RankUnitsResponse::from(ranking.clone());
        assert_eq!((answer.edition.as_str(), answer.compared_with.as_str()), ("2022-Q3/1", "2022-Q2/3"));
        let standings: Vec<_> = answer.units.iter().filter_map(|unit| unit.standing).collect();
        assert_eq!(
            standings,
            [
                Standing::Rank(v1::Rank { place: 1, of: 9 }),
                Standing::Unranked(v1::UnrankedReason::NothingHappened.into()),
                Standing::Unranked(v1::UnrankedReason::ReportsMissing.into()),
                Standing::Unranked(v1::UnrankedReason::TooFew.into()),
            ]
        );
        let met = Some(i32::from(v1::Verdict::Met));
        assert_eq!((answer.units[0].verdict, answer.units[0].movement), (met, Some(-2)));
        assert_eq!((answer.units[1].verdict, answer.units[1].movement), (None, None));
        let alone = v1::RankUnitsResponse::from(Ranking { compared_with: None, ..ranking });
        assert_eq!(alone.compared_with, "");
    }
}
