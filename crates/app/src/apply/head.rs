//! The head of a regime in words: names, calendar, form and indicators.
//!
//! As in `rows`, everything is taken apart whole.

use baocao_domain::calendar::{Calendar, LongerPeriod};
use baocao_domain::days_off::DaysOff;
use baocao_domain::deadline::{Days, Deadline};
use baocao_domain::form::{Column, DerivedColumn, Form, OverTime, SingleField};
use baocao_domain::indicator::{Better, Count, Filter, Indicator, Side, Term};
use baocao_domain::period::WindowRule;
use baocao_domain::regime::{Letterhead, Regime};

use super::compare::Row;
use super::rows::{text, tiers};

/// Name, province, first month and remarks.
pub(super) fn names(regime: &Regime) -> Vec<Row> {
    let mut rows = vec![
        Row::value("name", &regime.name),
        Row::value("province", regime.province.to_string()),
        Row::value("first month", regime.first_month.to_string()),
    ];
    rows.extend(regime.remarks.iter().map(|remark| Row::value("remark", remark)));
    rows
}

pub(super) fn letterhead(letterhead: &Letterhead) -> Vec<Row> {
    let Letterhead {
        issuer,
        issuer_place,
        place,
        province,
        symbol,
        addressee,
        recipients,
        signatory_lines,
        urging_organ,
    } = letterhead;
    vec![
        Row::value("issuer", issuer),
        Row::value("issuer_place", issuer_place),
        Row::value("place", place),
        Row::value("province", province),
        Row::value("symbol", symbol),
        Row::value("addressee", addressee),
        Row::value("recipients", recipients.join("; ")),
        Row::value("signatory_lines", signatory_lines.join("; ")),
        Row::value("urging_organ", urging_organ),
    ]
}

/// The calendar without its days off.
pub(super) fn calendar(calendar: &Calendar) -> Vec<Row> {
    let Calendar { window_rule, days_off: _, deadlines, lock_time, lock_working_days, publish, longer_periods } =
        calendar;
    let longer: Vec<&str> = longer_periods.iter().copied().map(longer_name).collect();
    let publish = publish.map_or_else(
        || "at the lock".to_owned(),
        |(days, time)| format!("{days} working days after the lock day, {}", time.strftime("%H:%M")),
    );
    vec![
        Row::value("windows", window_name(*window_rule)),
        Row::value("longer periods", longer.join(", ")),
        Row::value("department due", deadline(deadlines.department)),
        Row::value("district due", deadline(deadlines.district)),
        Row::value("commune due", deadline(deadlines.commune)),
        Row::value(
            "lock",
            format!("{lock_working_days} working days after the last due day, {}", lock_time.strftime("%H:%M")),
        ),
        Row::value("publication", publish),
    ]
}

pub(super) fn days_off(days_off: &DaysOff) -> Vec<Row> {
    let DaysOff { off, worked } = days_off;
    let off = off.iter().map(|(day, name)| Row::value(day.to_string(), format!("off: {name}")));
    off.chain(worked.iter().map(|day| Row::value(day.to_string(), "worked"))).collect()
}

pub(super) fn form(form: &Form) -> Vec<Row> {
    let Form { code, title, columns, derived, identities, single_fields, limits, continuity } = form;
    let codes = |positions: &[usize]| positions.iter().map(|i| column(form, *i)).collect::<Vec<_>>().join(" + ");
    let numbered = |number: u8, heading: &str| [("number", number.to_string()), ("heading", heading.to_owned())];
    let mut rows = vec![Row::value("code", code.to_string()), Row::value("title", title)];
    rows.extend(columns.iter().map(|Column { code, number, heading, over_time }| {
        let fields = numbered(*number, heading).into_iter().chain([over_time_field(*over_time)]);
        Row::new(format!("column {code}"), fields)
    }));
    rows.extend(derived.iter().map(|DerivedColumn { code, number, heading, parts }| {
        let fields = numbered(*number, heading).into_iter().chain([("sum of", codes(parts))]);
        Row::new(format!("derived column {code}"), fields)
    }));
    rows.extend(
        identities
            .iter()
            .map(|identity| Row::value("identity", format!("{} = {}", codes(&identity.left), codes(&identity.right)))),
    );
    rows.extend(single_fields.iter().map(|SingleField { code, heading, over_time, owed_by }| {
        let fields = [("heading", heading.clone()), over_time_field(*over_time), ("owed by", tiers(owed_by))];
        Row::new(format!("single field {code}"), fields)
    }));
    let field = |position: usize| form.single_fields.get(position).map_or("", |field| field.code.as_str());
    rows.extend(
        limits
            .iter()
            .map(|limit| Row::value("limit", format!("{} not above {}", field(limit.part), field(limit.whole)))),
    );
    let opening =
        |(opening, closings): &(usize, Vec<usize>)| format!("{} = {}", column(form, *opening), codes(closings));
    rows.extend(continuity.as_ref().map(|continuity| Row::value("continuity", opening(continuity))));
    rows
}

/// All versions of the indicators, with the columns and single fields of this form.
pub(super) fn indicators(all: &[Indicator], form: &Form) -> Vec<Row> {
    all.iter().map(|one| indicator(one, form)).collect()
}

fn indicator(one: &Indicator, form: &Form) -> Row {
    let Indicator {
        code,
        name,
        short_name,
        noun,
        count,
        numerator,
        denominator,
        scope,
        better,
        valid_from,
        valid_to,
        basis,
    } = one;
    let count = match count {
        Count::Sum => "sum",
        Count::DistinctProcedures => "distinct_procedures",
    };
    let better = match better {
        Better::Higher => "higher",
        Better::Lower => "lower",
    };
    Row::new(
        format!("{code} from {valid_from}"),
        [
            ("to", text(valid_to.as_ref())),
            ("name", name.clone()),
            ("short name", short_name.clone()),
            ("noun", noun.clone()),
            ("count", count.to_owned()),
            ("above", side(numerator, form)),
            ("below", side(denominator, form)),
            ("scope", scope.code().to_owned()),
            ("better", better.to_owned()),
            ("basis", basis.clone()),
        ],
    )
}

/// `2 × online + direct where level 3, 4 and list QD-1588`.
fn side(side: &Side, form: &Form) -> String {
    let Side { columns, single_fields, filter } = side;
    let weighted = |term: &Term, code: &str| match term.weight {
        1 => code.to_owned(),
        weight => format!("{weight} × {code}"),
    };
    let fields = single_fields.iter().map(|term| {
        let code = form.single_fields.get(term.position).map_or("", |field| field.code.as_str());
        weighted(term, code)
    });
    let terms: Vec<String> =
        columns.iter().map(|term| weighted(term, column(form, term.position))).chain(fields).collect();
    let Filter { levels, list, competence, fields } = filter;
    let mut only = Vec::new();
    if !levels.is_empty() {
        only.push(format!("level {}", levels.iter().map(|level| level.code()).collect::<Vec<_>>().join(", ")));
    }
    only.extend(list.as_ref().map(|list| format!("list {list}")));
    if !competence.is_empty() {
        only.push(format!("competence {}", tiers(competence)));
    }
    if !fields.is_empty() {
        only.push(format!("field {}", fields.join(", ")));
    }
    let only = if only.is_empty() { String::new() } else { format!(" where {}", only.join(" and ")) };
    format!("{}{only}", terms.join(" + "))
}

/// The code of a filed column.
fn column(form: &Form, position: usize) -> &str {
    form.columns.get(position).map_or("", |column| column.code.as_str())
}

/// As data writes it.
pub(super) fn over_time_field(over_time: OverTime) -> (&'static str, String) {
    let word = match over_time {
        OverTime::Sum => "sum",
        OverTime::First => "first",
        OverTime::Last => "last",
    };
    ("over time", word.to_owned())
}

fn longer_name(longer: LongerPeriod) -> &'static str {
    match longer {
        LongerPeriod::Quarter => "quarter",
        LongerPeriod::Half => "half",
        LongerPeriod::NineMonths => "nine_months",
        LongerPeriod::Year => "year",
    }
}

fn window_name(rule: WindowRule) -> &'static str {
    match rule {
        WindowRule::FifteenthToFourteenth => "fifteenth_to_fourteenth",
        WindowRule::CalendarMonth => "calendar_month",
    }
}

fn deadline(deadline: Deadline) -> String {
    let (days, kind) = match deadline.days {
        Days::Working(days) => (days, "working"),
        Days::Calendar(days) => (days, "calendar"),
    };
    format!("{days} {kind} days after the window, {}", deadline.time.strftime("%H:%M"))
}
