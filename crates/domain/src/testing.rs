//! The form and a small catalogue for unit tests of this crate.

use crate::form::{Column, DerivedColumn, Form, Identity, OverTime};
use crate::ids::{ColumnCode, FormCode, ProcedureCode};
use crate::indicator::{Catalogue, Procedure};
use crate::unit::Tier;

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
        continuity: Some((2, vec![6, 7])),
    }
}

/// Ten procedures: 9.000001 … 9.000010, of levels 2, 3 and 4 in turn.
pub(crate) fn catalogue() -> Catalogue {
    let procedures: Vec<Procedure> = (1..=10_u8)
        .map(|n| Procedure {
            code: ProcedureCode::parse(&format!("9.{n:06}")).expect("code"),
            name: format!("procedure {n}"),
            level: 2 + n % 3,
            field: "field".into(),
            competence: Tier::Commune,
        })
        .collect();
    Catalogue::from(procedures)
}
