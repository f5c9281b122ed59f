//! The form and a small catalogue for unit tests of this crate.

use std::collections::BTreeSet;

use jiff::civil::{date, time};

use crate::calendar::{Calendar, LongerPeriod};
use crate::days_off::DaysOff;
use crate::deadline::preset;
use crate::form::{Column, DerivedColumn, Form, Identity, Limit, OverTime, SingleField};
use crate::ids::{ColumnCode, FormCode, IndicatorCode, ProcedureCode, SingleFieldCode, UnitCode, UnitId};
use crate::indicator::{Better, Count, Indicator, Scope, Side, Term};
use crate::obligation::Obligation;
use crate::period::{PeriodKey, WindowRule};
use crate::procedure::{Catalogue, Procedure, ServiceLevel};
use crate::regime::{Letterhead, Regime};
use crate::selector::Selector;
use crate::tree::Hierarchy;
use crate::unit::{PeerGroup, Tier, UnitVersion};

/// Form II.06a.
pub(crate) fn form() -> Form {
    let column = |code: &str, number, over_time| Column {
        code: ColumnCode::parse(code).expect(code),
        number,
        heading: code.to_owned(),
        over_time,
    };
    let derived = |code: &str, number, parts: &[usize]| DerivedColumn {
        code: ColumnCode::parse(code).expect(code),
        number,
        heading: code.to_owned(),
        parts: parts.to_vec(),
    };
    Form {
        code: FormCode::parse("tthc").expect("code"),
        title: "Biểu II.06a".into(),
        columns: vec![
            column("online", 4, OverTime::Sum),
            column("direct", 5, OverTime::Sum),
            column("carried_over", 6, OverTime::First),
            column("early", 8, OverTime::Sum),
            column("on_time", 9, OverTime::Sum),
            column("late", 10, OverTime::Sum),
            column("pending_in_time", 12, OverTime::Last),
            column("pending_overdue", 13, OverTime::Last),
        ],
        derived: vec![
            derived("received", 3, &[0, 1, 2]),
            derived("resolved", 7, &[3, 4, 5]),
            derived("pending", 11, &[6, 7]),
        ],
        identities: vec![Identity { left: vec![0, 1, 2], right: vec![3, 4, 5, 6, 7] }],
        single_fields: Vec::new(),
        limits: Vec::new(),
        continuity: Some((2, vec![6, 7])),
    }
}

/// Form II.06a with two single fields that districts and communes owe: what was due, and what of it came in time.
pub(crate) fn form_with_fields() -> Form {
    let field = |code: &str| SingleField {
        code: SingleFieldCode::parse(code).expect(code),
        heading: code.to_owned(),
        over_time: OverTime::Sum,
        owed_by: vec![Tier::District, Tier::Commune],
    };
    Form { single_fields: vec![field("due"), field("in_time")], limits: vec![Limit { part: 1, whole: 0 }], ..form() }
}

/// A province with a department, two districts and three communes.
pub(crate) fn tree() -> Hierarchy {
    let unit = |id, code: &str, tier, group, parent: Option<i64>| UnitVersion {
        id: UnitId(id),
        valid_from: date(2020, 1, 1),
        code: UnitCode::parse(code).expect(code),
        name: code.to_owned(),
        tier,
        group,
        parent: parent.map(UnitId),
        dissolved: false,
    };
    let versions = [
        unit(1, "20", Tier::Province, None, None),
        unit(2, "20.STTTT", Tier::Department, Some(PeerGroup::A), Some(1)),
        unit(3, "178", Tier::District, Some(PeerGroup::B), Some(1)),
        unit(4, "180", Tier::District, Some(PeerGroup::B), Some(1)),
        unit(5, "05971", Tier::Commune, Some(PeerGroup::C), Some(3)),
        unit(6, "05974", Tier::Commune, Some(PeerGroup::C), Some(3)),
        unit(7, "06001", Tier::Commune, Some(PeerGroup::C), Some(4)),
    ];
    Hierarchy::at(&versions, date(2022, 7, 14)).expect("a tree")
}

/// A regime without indicators and targets: everybody below the province owes form II.06a from month 7 of 2022 on.
pub(crate) fn regime() -> Regime {
    let text = String::new;
    Regime {
        name: "test".into(),
        province: UnitCode::parse("20").expect("code"),
        letterhead: Letterhead {
            issuer: text(),
            issuer_place: text(),
            place: text(),
            province: text(),
            symbol: text(),
            addressee: text(),
            recipients: Vec::new(),
            signatory_lines: Vec::new(),
            urging_organ: text(),
        },
        calendar: Calendar {
            window_rule: WindowRule::FifteenthToFourteenth,
            days_off: DaysOff::default(),
            deadlines: preset("first-working-day").expect("a preset"),
            lock_time: time(12, 0, 0, 0),
            lock_working_days: 1,
            publish: None,
            longer_periods: BTreeSet::from([LongerPeriod::Quarter]),
        },
        first_month: PeriodKey::parse("2022-M07").expect("a month"),
        obligations: vec![Obligation {
            selector: Selector::All,
            from: PeriodKey::parse("2022-M07").expect("a month"),
            to: None,
            owes: true,
            include_in_parent: true,
            basis: text(),
        }],
        form: form(),
        catalogue: catalogue(),
        lists: Vec::new(),
        indicators: Vec::new(),
        decisions: Vec::new(),
        targets: Vec::new(),
        delegations: Vec::new(),
        assigned: Vec::new(),
        assigning: Vec::new(),
        contacts: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Online dossiers, or procedures with one, over all new ones, of the unit and everything below it.
pub(crate) fn indicator(count: Count) -> Indicator {
    let side = |positions: &[usize]| Side {
        columns: positions.iter().map(|position| Term { position: *position, weight: 1 }).collect(),
        ..Side::default()
    };
    Indicator {
        code: IndicatorCode::parse("HS").expect("code"),
        name: "indicator".into(),
        short_name: "indicator".into(),
        noun: "hồ sơ".into(),
        count,
        numerator: side(&[0]),
        denominator: side(&[0, 1]),
        scope: Scope::Subtree,
        better: Better::Higher,
        valid_from: date(2022, 1, 1),
        valid_to: None,
        basis: String::new(),
    }
}

/// Ten procedures: 9.000001 … 9.000010, of levels 2, 3 and 4 in turn.
pub(crate) fn catalogue() -> Catalogue {
    let procedures: Vec<Procedure> = (1..=10_u8)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("9.{n:06}")).expect("code"),
            name: format!("procedure {n}"),
            level: [ServiceLevel::Two, ServiceLevel::Three, ServiceLevel::Four][usize::from(n % 3)],
            field: "field".into(),
            competence: Tier::Commune,
            in_force_from: None,
        })
        .collect();
    Catalogue::from(procedures)
}
