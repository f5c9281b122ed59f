//! Form II.06a of Circular 01/2020/TT-VPCP, and single fields beside it.

use baocao_domain::form::{Column, DerivedColumn, Form, Identity, OverTime, SingleField};
use baocao_domain::ids::{ColumnCode, FormCode, SingleFieldCode};
use baocao_domain::unit::Tier;

/// A single field that these tiers owe; none: all.
pub(crate) fn field(code: &str, heading: &str, over_time: OverTime, owed_by: &[Tier]) -> SingleField {
    SingleField {
        code: SingleFieldCode::parse(code).expect("a code"),
        heading: heading.into(),
        over_time,
        owed_by: owed_by.to_vec(),
    }
}

pub(crate) fn form_ii_06a() -> Form {
    let column = |code: &str, number, heading: &str, over_time| Column {
        code: ColumnCode::parse(code).expect("a code"),
        number,
        heading: heading.into(),
        over_time,
    };
    let derived = |code: &str, number, heading: &str, parts: &[usize]| DerivedColumn {
        code: ColumnCode::parse(code).expect("a code"),
        number,
        heading: heading.into(),
        parts: parts.to_vec(),
    };
    Form {
        code: FormCode::parse("tthc").expect("a code"),
        title: "Biểu số II.06a".into(),
        columns: vec![
            column("online", 4, "Tiếp nhận trong kỳ - Trực tuyến", OverTime::Sum),
            column("direct", 5, "Tiếp nhận trong kỳ - Trực tiếp, dịch vụ bưu chính", OverTime::Sum),
            column("carried_over", 6, "Từ kỳ trước chuyển qua", OverTime::First),
            column("early", 8, "Đã giải quyết - Trước hạn", OverTime::Sum),
            column("on_time", 9, "Đã giải quyết - Đúng hạn", OverTime::Sum),
            column("late", 10, "Đã giải quyết - Quá hạn", OverTime::Sum),
            column("pending_in_time", 12, "Đang giải quyết - Trong hạn", OverTime::Last),
            column("pending_overdue", 13, "Đang giải quyết - Quá hạn", OverTime::Last),
        ],
        derived: vec![
            derived("received", 3, "Số hồ sơ tiếp nhận - Tổng số", &[0, 1, 2]),
            derived("resolved", 7, "Đã giải quyết - Tổng số", &[3, 4, 5]),
            derived("pending", 11, "Đang giải quyết - Tổng số", &[6, 7]),
        ],
        identities: vec![Identity { left: vec![0, 1, 2], right: vec![3, 4, 5, 6, 7] }],
        single_fields: Vec::new(),
        limits: Vec::new(),
        continuity: None,
    }
}
