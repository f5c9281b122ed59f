//! What each decision expects of whom, as its text says it.

use baocao_domain::ids::IndicatorCode;
use baocao_domain::period::PeriodKey;
use baocao_domain::target::Effective;
use baocao_domain::tree::Hierarchy;

use super::*;

/// A regime at the end of its year.
struct Year {
    regime: Regime,
    tree: Hierarchy,
    year: i16,
}

impl Year {
    fn of(regime: &str, year: i16) -> Self {
        let LoadedRegime { regime, units, .. } = load(regime);
        Self { regime, tree: units::tree(&units).expect("a tree"), year }
    }

    fn effective(&self, unit: &str, indicator: &str) -> Option<Effective<'_>> {
        let position = self.tree.position(&UnitCode::parse(unit).expect(unit)).expect(unit);
        let indicator = IndicatorCode::parse(indicator).expect(indicator);
        let last_day = PeriodKey::month(self.year, 12).expect("a month").window(self.regime.calendar.window_rule).to;
        self.regime.effective(&self.tree, position, &indicator, (last_day, self.year))
    }

    /// As the decision writes it: `>=80`; none where nothing is expected.
    fn expected(&self, unit: &str, indicator: &str) -> Option<String> {
        let threshold = self.effective(unit, indicator)?.target.threshold?;
        assert_eq!(threshold.scale, 0, "{unit} {indicator}");
        Some(format!("{}{}", threshold.direction.code(), threshold.value))
    }

    /// The units of a tier, by code, that stand right below another.
    fn below(&self, parent: &str, tier: Tier) -> Vec<String> {
        let parent = self.tree.position(&UnitCode::parse(parent).expect(parent));
        let of_parent = self.tree.nodes().iter().filter(|node| node.parent == parent && node.tier == tier);
        of_parent.map(|node| node.code.to_string()).collect()
    }

    fn of_tier(&self, tier: Tier) -> Vec<String> {
        self.tree.nodes().iter().filter(|node| node.tier == tier).map(|node| node.code.to_string()).collect()
    }
}

/// Decision 1045/QĐ-UBND: services with an online dossier (A), dossiers handled online (B), in percent.
const LANG_SON: [(&str, i64, i64); 27] = [
    ("20.STTTT", 80, 90),
    ("20.SCT", 80, 90),
    ("20.SGTVT", 80, 90),
    ("20.SVHTTDL", 80, 90),
    ("20.SNV", 80, 80),
    ("20.SNNPTNT", 80, 70),
    ("20.SXD", 80, 70),
    ("20.STNMT", 80, 60),
    ("20.SKHDT", 80, 50),
    ("20.STC", 80, 50),
    ("20.SKHCN", 80, 50),
    ("20.SGDDT", 80, 50),
    ("20.SYT", 80, 50),
    ("20.SLDTBXH", 80, 50),
    ("20.STP", 80, 50),
    ("20.SNGV", 80, 50),
    ("178", 80, 50),
    ("180", 80, 50),
    ("181", 80, 50),
    ("182", 80, 50),
    ("183", 80, 50),
    ("184", 80, 50),
    ("185", 80, 50),
    ("186", 80, 50),
    ("187", 80, 50),
    ("188", 80, 50),
    ("189", 80, 50),
];

#[test]
fn lang_son_expects_54_rates_of_27_units() {
    let year = Year::of("lang-son-2022", 2022);
    let indicators = ["DVCTT_CO_PHAT_SINH_TT", "HS_XU_LY_TT"];
    for (unit, a, b) in LANG_SON {
        for (indicator, rate) in indicators.into_iter().zip([a, b]) {
            assert_eq!(year.expected(unit, indicator), Some(format!(">={rate}")), "{unit} {indicator}");
        }
    }
    let named: Vec<&str> = LANG_SON.iter().map(|(unit, ..)| *unit).collect();
    let others = year.tree.nodes().iter().filter(|node| !named.contains(&node.code.as_str()));
    let others: Vec<_> = others.map(|node| node.code.to_string()).collect();
    assert_eq!(others.len(), 1 + 1 + 200, "the province, the board of the economic zone, the communes");
    for unit in others {
        assert!(indicators.iter().all(|indicator| year.effective(&unit, indicator).is_none()), "{unit}");
    }
    let delegated: Vec<_> = year.regime.delegations.iter().map(|d| (d.indicator.as_str(), d.from, d.to)).collect();
    assert_eq!(delegated, indicators.map(|indicator| (indicator, Tier::District, Tier::Commune)));
    assert!(year.regime.delegations.iter().all(|delegation| delegation.floor.is_none()), "the decision has no floor");
}

#[test]
fn hoa_binh_expects_20_percent_of_everybody_and_never_less() {
    let year = Year::of("hoa-binh-2020", 2020);
    let tiers = [Tier::Department, Tier::District, Tier::Commune].map(|tier| year.of_tier(tier));
    assert_eq!([tiers[0].len(), tiers[1].len(), tiers[2].len()], [17, 10, 151]);
    for unit in tiers.iter().flatten() {
        assert_eq!(year.expected(unit, "HS_TT_M34_TREN_TONG").as_deref(), Some(">=20"), "{unit}");
    }
    assert!(year.effective("17", "HS_TT_M34_TREN_TONG").is_none(), "the province");
    let [delegation] = year.regime.delegations.as_slice() else { panic!("one delegation") };
    let floor = delegation.floor.map(|floor| (floor.value, floor.scale));
    assert_eq!((delegation.decision.as_str(), floor), ("2566/QĐ-UBND", Some((20, 0))));
}

#[test]
fn khanh_hoa_expects_six_rates_and_nothing_of_truong_sa() {
    let year = Year::of("khanh-hoa-2018", 2018);
    let indicator = "HS_TT_M34_TREN_TTHC_CONG_BO_M34";
    let at_40 = [
        "56.BQLKKT",
        "56.SKHCN",
        "56.STTTT",
        "56.SNNPTNT",
        "56.SNV",
        "56.SVHTT",
        "56.STNMT",
        "56.STC",
        "56.SKHDT",
        "56.SYT",
        "56.SCT",
        "56.SXD",
        "56.SDL",
    ];
    let at_35 = ["56.SLDTBXH", "56.SGDDT", "56.STP", "56.SGTVT"];
    let at_30 = ["570", "571", "574", "572", "569", "568"];
    let at_25 = ["575", "573"];
    let rates: [(&[&str], i64, Option<Tier>); 4] =
        [(&at_40, 40, None), (&at_35, 35, None), (&at_30, 30, Some(Tier::Commune)), (&at_25, 25, Some(Tier::Commune))];
    let mut communes = Vec::new();
    for (units, rate, tier_below) in rates {
        for unit in units {
            assert_eq!(year.expected(unit, indicator), Some(format!(">={rate}")), "{unit}");
            for commune in tier_below.map(|tier| year.below(unit, tier)).unwrap_or_default() {
                assert_eq!(year.expected(&commune, indicator), Some(format!(">={}", rate - 10)), "{commune}");
                communes.push(rate - 10);
            }
        }
    }
    assert_eq!([20, 15].map(|rate| communes.iter().filter(|of| **of == rate).count()), [115, 22]);
    let truong_sa = year.below("576", Tier::Commune);
    assert_eq!(truong_sa.len(), 3);
    for unit in truong_sa.iter().map(String::as_str).chain(["576", "56"]) {
        assert!(year.effective(unit, indicator).is_none(), "{unit}");
    }
    assert_eq!(at_40.len() + at_35.len(), year.of_tier(Tier::Department).len());
    assert!(year.regime.delegations.is_empty(), "the province sets the rates of communes itself");
}

#[test]
fn khanh_hoa_counts_each_unit_by_its_own_level_of_competence() {
    let year = Year::of("khanh-hoa-2018", 2018);
    for (unit, competence, scope) in [
        ("56.STTTT", Tier::Department, None),
        ("568", Tier::District, Some(baocao_domain::indicator::Scope::Own)),
        ("22327", Tier::Commune, None),
    ] {
        let effective = year.effective(unit, "HS_TT_M34_TREN_TTHC_CONG_BO_M34").expect(unit);
        assert_eq!((effective.target.competence, effective.target.scope), (Some(competence), scope), "{unit}");
    }
}

#[test]
fn long_an_expects_ten_rates_and_electronic_copies_only_where_they_are_made() {
    let year = Year::of("long-an-2024", 2024);
    let rates = ["=100", "=100", "=100", "=100", ">=90", ">=80", ">=80", ">=50", ">=50", ">=45"];
    for tier in [Tier::Department, Tier::District, Tier::Commune] {
        for unit in year.of_tier(tier) {
            for (rate, number) in rates.into_iter().zip(1..) {
                let indicator = format!("LA{number:02}");
                let is_about = number != 2 || tier != Tier::Department;
                let expected = is_about.then(|| rate.to_owned());
                assert_eq!(year.expected(&unit, &indicator), expected, "{unit} {indicator}");
            }
        }
    }
    assert_eq!(year.regime.indicators.len(), 10);
    assert!((1..=10).all(|number| year.effective("80", &format!("LA{number:02}")).is_none()), "the province");
    let delegated: Vec<_> = year.regime.delegations.iter().map(|d| d.indicator.to_string()).collect();
    assert_eq!(delegated, (1..=10).map(|number| format!("LA{number:02}")).collect::<Vec<_>>());
    assert!(year.regime.delegations.iter().all(|delegation| delegation.floor.is_none()));
}
