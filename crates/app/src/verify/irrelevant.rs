//! What does not matter: the cells that no entry of the chain covers, each with the reason why that is right.

use crate::backup::BACKUP_DUE;
use crate::setup::CLOCK;

/// Cells that no entry covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Irrelevant {
    /// The table.
    pub table: &'static str,
    /// The column; `*` for all.
    pub column: &'static str,
    /// Only in rows in which this column has one of these values, before and after; none: in every row.
    pub only: Option<(&'static str, &'static [&'static str])>,
    /// Why it does not matter.
    pub why: &'static str,
}

const fn always(table: &'static str, column: &'static str, why: &'static str) -> Irrelevant {
    Irrelevant { table, column, only: None, why }
}

const fn while_in(
    table: &'static str,
    column: &'static str,
    only: (&'static str, &'static [&'static str]),
    why: &'static str,
) -> Irrelevant {
    Irrelevant { table, column, only: Some(only), why }
}

/// The whole list. Every other cell of every table is covered.
pub const IRRELEVANT: &[Irrelevant] = &[
    while_in(
        "setting",
        "value",
        ("name", &[CLOCK, BACKUP_DUE]),
        "a simulated clock, of an installation that is noted to have one, goes on from the last note of it; a backup too many or a \
         night too late is seen in its folder",
    ),
    while_in("setting", "name", ("name", &[CLOCK, BACKUP_DUE]), "see their values"),
    always(
        "lease",
        "*",
        "who works on what, for seconds; a write under an old lease is refused whatever stands here; one that would last is reported",
    ),
    always("job", "*", "what a job did last, for operators to look at"),
    always("document", "id", "a number of the database that nothing refers to; the key is edition, kind and unit"),
    always(
        "close_run",
        "tries",
        "counts tries of one step, and begins anew with the next; what is no count is reported",
    ),
    always(
        "close_run",
        "failures",
        "counts failures of one step, and begins anew with the next; that a run is held is covered, and what is no count is reported",
    ),
    always("close_run", "last_error", "a remark for the operator on the last failure"),
    always(
        "close_run",
        "next_try_at",
        "a pause between tries: the step is taken within it, with the same outcome; one that is longer than any pause is reported",
    ),
    always(
        "close_run",
        "fence",
        "tells an old holder from a new one while a run is worked on; one that nobody has had is reported",
    ),
    always("delivery", "attempts", "counts tries, for the length of the pauses; what is no count is reported"),
    always(
        "delivery",
        "next_at",
        "a pause between tries: the mail goes within it, what it says and to whom is covered; one that is longer than any pause is \
         reported",
    ),
    always("delivery", "data_begun", "is read of a mail only that somebody is at, and every try begins by clearing it"),
    while_in(
        "delivery",
        "last_reply",
        ("state", &["queued", "sending"]),
        "a remark while the mail waits; of an outcome it is covered",
    ),
    while_in(
        "delivery",
        "state",
        ("state", &["queued", "sending"]),
        "whether somebody is at a mail that waits: the next run takes it up either way",
    ),
    while_in(
        "delivery",
        "state",
        ("state", &["unknown", "sending"]),
        "whether somebody is at a mail in doubt: the next run takes it up either way",
    ),
    always(
        "_sqlx_migrations",
        "*",
        "which migrations were applied: every opening compares them with the program's own",
    ),
];

/// Whether it does not matter that a cell became another one. `before` and `after` are the values of a column of the row.
#[must_use]
pub fn is_irrelevant(
    table: &str,
    column: &str,
    before: impl Fn(&str) -> Option<String>,
    after: impl Fn(&str) -> Option<String>,
) -> bool {
    let holds = |line: &Irrelevant| {
        let is_in = |(column, values): (&str, &[&str])| {
            let is_one = |value: &Option<String>| value.as_deref().is_some_and(|value| values.contains(&value));
            [before(column), after(column)].iter().all(is_one)
        };
        line.table == table && (line.column == "*" || line.column == column) && line.only.is_none_or(is_in)
    };
    IRRELEVANT.iter().any(holds)
}
