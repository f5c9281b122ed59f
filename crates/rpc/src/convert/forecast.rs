//! Forecasts: what a target still needs.

use baocao_app::outlook::ForecastOfUnit;
use baocao_domain::forecast::Prospect;

use crate::convert::time::date_message;
use crate::v1;

impl From<Prospect> for v1::Prospect {
    fn from(prospect: Prospect) -> Self {
        match prospect {
            Prospect::Reached => Self::Reached,
            Prospect::WithinReach => Self::WithinReach,
            Prospect::BeyondLastVolume => Self::BeyondLastVolume,
            Prospect::OutOfReach => Self::OutOfReach,
        }
    }
}

impl From<ForecastOfUnit> for v1::ForecastTargetResponse {
    fn from(found: ForecastOfUnit) -> Self {
        Self {
            decision: found.decision,
            threshold: Some(found.threshold.into()),
            span: v1::Span::from(found.span).into(),
            numerator: found.ratio.numerator,
            denominator: found.ratio.denominator,
            reference: found.reference.map(|month| month.to_string()).unwrap_or_default(),
            last_volume: found.outlook.last_volume,
            reference_days: found.outlook.reference_days,
            days_left: found.outlook.days_left,
            closes_on: Some(date_message(found.closes_on)),
            needed: found.forecast.needed,
            expected: found.forecast.expected,
            prospect: v1::Prospect::from(found.forecast.prospect).into(),
            words: found.words,
        }
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::forecast::{Forecast, Outlook};
    use baocao_domain::indicator::Ratio;
    use baocao_domain::target::{Span, Threshold};
    use jiff::civil::date;

    use super::*;
    use crate::convert::testing::month;

    #[test]
    fn a_forecast_says_what_it_rests_on() {
        let (threshold, ratio) = (Threshold::percent(80), Ratio { numerator: 70, denominator: 100 });
        let outlook = Outlook { last_volume: 90, reference_days: 30, days_left: 10 };
        let found = ForecastOfUnit {
            decision: "1045/QĐ-UBND".into(),
            threshold,
            span: Span::YearToDate,
            ratio,
            reference: Some(month()),
            outlook,
            closes_on: date(2022, 10, 14),
            forecast: Forecast::of(ratio, threshold, outlook),
            words: "Cần 50 hồ sơ mới.".into(),
        };
        let answer = v1::ForecastTargetResponse::from(found.clone());
        assert_eq!((answer.needed, answer.expected, answer.prospect()), (Some(50), 30, v1::Prospect::BeyondLastVolume));
        assert_eq!((answer.reference.as_str(), answer.span()), ("2022-M09", v1::Span::YearToDate));
        assert_eq!((answer.last_volume, answer.reference_days, answer.days_left), (90, 30, 10));
        assert_eq!(answer.closes_on.map(|day| (day.month, day.day)), Some((10, 14)));
        let threshold = Threshold::percent(100);
        let forecast = Forecast::of(ratio, threshold, outlook);
        let hopeless =
            v1::ForecastTargetResponse::from(ForecastOfUnit { threshold, forecast, reference: None, ..found });
        assert_eq!((hopeless.needed, hopeless.reference.as_str()), (None, ""));
    }

    #[test]
    fn a_prospect_on_the_wire_has_the_name_that_open_data_has() {
        for prospect in [Prospect::Reached, Prospect::WithinReach, Prospect::BeyondLastVolume, Prospect::OutOfReach] {
            assert_eq!(v1::Prospect::from(prospect).as_str_name(), format!("PROSPECT_{}", prospect.code()));
        }
    }
}
