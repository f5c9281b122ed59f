//! Faults in `regime.toml`.

use baocao_domain::indicator::Term;

use super::*;

#[test]
fn names_and_calendar_of_the_head() {
    let head = "regime.toml";
    lang_son(head, "issuer = ", "isuer = ", "unknown field `isuer`");
    lang_son(head, "name = \"lang-son-2022\"", "name = \"Lạng Sơn\"", "expected such as lang-son-2022");
    lang_son(head, "\"2022-M07\"", "\"2022-Q3\"", "is not a month");
    lang_son(head, "\"12:00\"", "\"12h00\"", "is not a time of day");
    lang_son(
        head,
        "\"fifteenth_to_fourteenth\"",
        "\"fifteenth\"",
        "expected fifteenth_to_fourteenth or calendar_month",
    );
    lang_son(head, "\"half\", ", "\"month\", ", "expected quarter, half, nine_months or year");
    lang_son(head, "\"half\", ", "\"quarter\", ", "expected each once");
    lang_son(head, "\"first-working-day\"", "\"bac-kan\"", "expected first-working-day, bac-kan-2021, khanh-hoa-2023");
    lang_son(head, "lock_working_days = 1", "lock_working_days = 0", "0 days; expected 1 to 60");
    lang_son(
        head,
        "lock_working_days = 1",
        "lock_working_days = 1\npublish_time = ¦\"08:00\"",
        "expected both or neither",
    );
    let days = "lock_working_days = 1\npublish_working_days = ¦1";
    lang_son(head, "lock_working_days = 1", days, "expected both or neither");
    let deadline = |tier: &str, days: u8, kind: &str| {
        format!("[[calendar.deadline]]\ntier = \"{tier}\"\ndays = {days}\nkind = \"{kind}\"\ntime = \"17:00\"\n")
    };
    let with = |deadlines: &str| format!("lock_working_days = 1\n{deadlines}");
    let mark = |text: String, at: &str| text.replacen(at, &format!("{HERE}{at}"), 1);
    let province = mark(with(&deadline("province", 1, "working")), "tier");
    lang_son(head, "lock_working_days = 1", &province, "expected department, district or commune");
    let none = mark(with(&deadline("commune", 0, "working")), "days = 0");
    lang_son(head, "lock_working_days = 1", &none, "0 days; expected 1 to 60");
    let kind = mark(with(&deadline("commune", 1, "office")), "kind");
    lang_son(head, "lock_working_days = 1", &kind, "expected working or calendar");
    let twice = format!("{}{}", deadline("commune", 1, "working"), mark(deadline("commune", 2, "working"), "tier"));
    lang_son(head, "lock_working_days = 1", &with(&twice), "expected each tier once");
}

#[test]
fn the_form() {
    let head = "regime.toml";
    lang_son(head, "parts = [\"online\"", "parts = [\"onlin\"", "no filed column \"onlin\"; expected online, direct");
    lang_son(head, "opening = \"carried_over\"", "opening = \"direct\"", "not an opening stock");
    lang_son(head, "closings = [\"pending_in_time\"", "closings = [\"early\"", "not a closing stock");
    lang_son(head, "number = 5", "number = 4", "two columns have the number 4");
    let first = shipped("lang-son-2022")[head].find("over_time").expect("a column");
    let column = shipped("lang-son-2022")[head][..first].rsplit_once("heading").expect("a heading").1.to_owned();
    lang_son(
        head,
        &format!("{column}over_time = \"sum\""),
        &format!("{column}¦over_time = \"all\""),
        "expected sum, first or last",
    );
    lang_son(head, "left = [\"online\", \"direct\"", "left = [\"online\", \"online\"", "\"online\" is given twice");
    lang_son(
        head,
        "left = [\"online\", \"direct\", \"carried_over\"]",
        "left = []",
        "no filed column; expected at least one",
    );
}

#[test]
fn columns_and_single_fields_have_codes_of_their_own_and_are_not_too_many() {
    let head = "regime.toml";
    let column = |code: &str, number: usize| {
        format!("[[form.column]]\ncode = {code}\nnumber = {number}\nheading = \"x\"\nover_time = \"sum\"\n\n")
    };
    let derived = "[[form.derived]]";
    lang_son(head, derived, &format!("{}{derived}", column("¦\"online\"", 30)), "expected each code once");
    let many: String = (0..COLUMNS_MAX).map(|n| column(&format!("\"c{n}\""), 20 + n)).collect();
    let field = |n| format!("[[form.single_field]]\ncode = \"f{n}\"\nheading = \"x\"\nover_time = \"sum\"\n\n");
    let fields: String = (0..=SINGLE_FIELDS_MAX).map(field).collect();
    let code = "code = \"tthc\"";
    for (more, says) in [(many, "111 columns; expected 1 to 100"), (fields, "101 single fields; expected at most 100")]
    {
        let mut files = shipped("lang-son-2022");
        let line = plant(&mut files, head, code, code);
        plant(&mut files, head, derived, &format!("{more}{derived}"));
        one_fault(&format!("{head}:{line}: "), says, read_with(&files, &maps()));
    }
}

#[test]
fn single_fields_and_limits() {
    let (regime, head) = ("long-an-2024", "regime.toml");
    let add = |code: &str| {
        format!(
            "[[form.single_field]]\ncode = {HERE}\"{code}\"\nheading = \"x\"\nover_time = \"sum\"\n\n[[form.limit]]"
        )
    };
    check(regime, head, "[[form.limit]]", &add("online"), "online is the code of a column");
    check(regime, head, "[[form.limit]]", &add("received"), "received is the code of a column");
    check(regime, head, "[[form.limit]]", &add("rated"), "single field rated is given twice");
    check(regime, head, "[[form.limit]]", &add("Rated"), "is not a code");
    let owed_by = "owed_by = [\"district\", \"commune\"]";
    check(regime, head, owed_by, "owed_by = [\"province\"]", "expected department, district or commune");
    check(regime, head, owed_by, "owed_by = [\"commune\", \"district\", \"commune\"]", "\"commune\" is given twice");
    let limit = |part: &str, whole: &str| format!("part = \"{part}\"\nwhole = \"{whole}\"\n");
    let sound = limit("satisfied", "rated");
    check(regime, head, &sound, &limit("satisfed", "rated"), "no single field \"satisfed\"");
    check(regime, head, &sound, &limit("satisfied", "online").replace("whole", "¦whole"), "no single field \"online\"");
    check(regime, head, &sound, &limit("satisfied", "satisfied").replace("whole", "¦whole"), "expected two");
    let twice = format!("{sound}\n[[form.limit]]\n{HERE}{sound}");
    check(regime, head, &sound, &twice, "expected each pair once");
}

#[test]
fn a_part_is_owed_and_folded_like_its_whole() {
    let head = "regime.toml";
    for (field, from, to, part, says) in [
        ("copies_requested", "[\"district\", \"commune\"]", "[\"commune\"]", "copies_electronic", "tier district owe"),
        ("eligible_procedures", "\"last\"", "\"sum\"", "full_services", "expected both alike"),
    ] {
        let mut files = shipped("long-an-2024");
        let text = files.get_mut(head).expect(head);
        let (before, after) = text.split_once(&format!("code = \"{field}\"")).expect(field);
        *text = format!("{before}code = \"{field}\"{}", after.replacen(from, to, 1));
        let line = text.lines().position(|line| line == format!("part = \"{part}\"")).expect(part) + 1;
        one_fault(&format!("{head}:{line}: "), says, read_with(&files, &maps()));
    }
}

#[test]
fn indicators() {
    let head = "regime.toml";
    lang_son(head, "count = \"distinct_procedures\"", "count = \"procedures\"", "expected sum or distinct_procedures");
    lang_son(head, "scope = \"subtree\"", "scope = \"all\"", "expected own or subtree");
    lang_son(head, "valid_from = \"2022-06-15\"", "valid_from = \"15/6/2022\"", "is not a day");
    let ended = "valid_from = \"2022-06-15\"\nvalid_to = ¦\"2022-06-14\"";
    lang_son(head, "valid_from = \"2022-06-15\"", ended, "expected 2022-06-15 or later");
    let above = "columns = [\"online\"]\nlevels";
    let with = |columns: &str| format!("columns = [{columns}]\nlevels");
    lang_son(head, above, &with("\"early\""), "early is not counted below");
    lang_son(head, above, &with("\"receivd\""), "no filed column \"receivd\"");
    lang_son(head, above, &with("\"online\", \"online\""), "\"online\" is given twice");
    lang_son(head, above, &with(""), "no filed column; expected at least one");
    let table = |columns: &str| format!("¦[indicator.numerator]\n{}", with(columns));
    let numerator = format!("[indicator.numerator]\n{above}");
    lang_son(head, &numerator, &table("\"direct\", \"online\""), "which would always be 100%");
    lang_son(head, &numerator, "¦[indicator.numerator]\nlevels", "neither columns nor single_fields");
    lang_son(head, "levels = [\"3\", \"4\"]", "levels = [\"3\", \"5\"]", "\"5\"; expected 1, 2, 3, 4, partial or full");
    lang_son(head, "levels = [\"3\", \"4\"]", "levels = []", "an empty filter");
    let wider = numerator.clone() + " = [\"3\", \"4\"]";
    lang_son(head, &wider, &format!("¦{numerator} = [\"2\", \"3\"]"), "expected the denominator's filters or narrower");
    lang_son(head, above, "columns = [\"online\"]\nfields = [¦\"Sinh học\"]\nlevels", "no procedure is of the field");
    lang_son(head, above, "columns = [\"online\"]\ncompetence = [¦\"xã\"]\nlevels", "expected department, district");
    lang_son(head, above, "columns = [\"online\"]\nlist = ¦\"QD-1\"\nlevels", "list QD-1 is not declared");
    lang_son(head, above, "columns = [\"online\"]\nweights = ¦[1]\nlevels", "counted, not summed; expected none");
    check("hoa-binh-2020", head, "list = \"QD-1588\"", "list = \"QD-1589\"", "expected a [[list]]: QD-1588");
}

#[test]
fn weights_and_kinds_of_terms() {
    let (regime, head) = ("long-an-2024", "regime.toml");
    let above = "columns = [\"online\"]\n";
    let weighted = |weights: &str| format!("{above}weights = {weights}\n");
    check(regime, head, above, &weighted("[¦0]"), "weight 0; expected 1 to 1000");
    check(regime, head, above, &weighted("¦[1, 2]"), "2 weights; expected 1, one per term");
    check(
        regime,
        head,
        above,
        &weighted("[2]"),
        "online is not counted below; expected it in the denominator's columns",
    );
    let (fields, whole) = ("single_fields = [\"results_electronic\"]", "single_fields = [\"results_issued\"]");
    check(regime, head, fields, &format!("columns = [\"online\"]\n¦{fields}"), "expected one kind only");
    check(regime, head, fields, &format!("¦{fields}\nlevels = [\"full\"]"), "expected no levels, list");
    let of_columns = "[indicator.denominator]\ncolumns = [\"online\"]";
    check(regime, head, &format!("[indicator.denominator]\n{whole}"), of_columns, "expected one kind on both");
    check(regime, head, "count = \"sum\"", "count = \"distinct_procedures\"", "expected columns, or count");
    let unlimited = "single_fields = [\"satisfied\"]";
    check(regime, head, unlimited, "single_fields = [\"pakn_due\"]", "pakn_due is not counted below");

    let mut files = shipped(regime);
    plant(&mut files, head, above, "columns = [\"online\", \"direct\"]\nweights = [2, 1]\n");
    plant(
        &mut files,
        head,
        "columns = [\"online\", \"direct\"]\n\n",
        "columns = [\"direct\", \"online\", \"early\"]\nweights = [1, 2, 3]\n\n",
    );
    let loaded = read_with(&files, &maps()).expect("a weighted composite");
    let composite = loaded.regime.indicators.iter().find(|i| i.code.as_str() == "LA08").expect("LA08");
    let terms = |side: &[Term]| side.iter().map(|t| (t.position, t.weight)).collect::<Vec<_>>();
    assert_eq!(terms(&composite.numerator.columns), [(0, 2), (1, 1)]);
    assert_eq!(terms(&composite.denominator.columns), [(1, 1), (0, 2), (3, 3)]);
}

#[test]
fn versions_of_an_indicator_follow_one_another() {
    let (regime, head) = ("long-an-2024", "regime.toml");
    let text = &shipped(regime)[head];
    let start = text.find("[[indicator]]").expect("an indicator");
    let end = start + 1 + text[start + 1..].find("[[indicator]]").expect("another");
    let first = &text[start..end];
    let later = |from: &str| first.replacen("valid_from = \"2023-12-15\"", &format!("¦valid_from = \"{from}\""), 1);
    let both = |from: &str| format!("{first}{}", later(from));
    check(
        regime,
        head,
        first,
        &both("2024-07-01"),
        "another version of LA01, in force from 2023-12-15 on, shares days",
    );
    let mut files = shipped(regime);
    let begins = "valid_from = \"2023-12-15\"";
    let ended = first.replacen(begins, &format!("{begins}\nvalid_to = \"2024-06-30\""), 1);
    plant(&mut files, head, first, &format!("{ended}{}", later("2024-07-01")));
    let loaded = read_with(&files, &maps()).expect("one version after the other");
    assert_eq!(loaded.regime.indicators.len(), 11);
}

#[test]
fn delegations() {
    let head = "regime.toml";
    lang_son(head, "decision = \"1045/QĐ-UBND\"", "decision = \"1405/QĐ-UBND\"", "expected 1045/QĐ-UBND");
    lang_son(head, "indicator = \"HS_XU_LY_TT\"", "indicator = \"HS\"", "HS is unknown; expected DVCTT");
    lang_son(
        head,
        "indicator = \"HS_XU_LY_TT\"",
        "indicator = \"DVCTT_CO_PHAT_SINH_TT\"",
        "the delegation is given twice",
    );
    lang_son(head, "from = \"district\"", "from = \"huyện\"", "expected province, department, district or commune");
    let tiers = "from = \"district\"\nto = \"commune\"";
    lang_son(head, tiers, "from = \"commune\"\n¦to = \"district\"", "commune is not above district");
    lang_son(head, tiers, "from = \"department\"\n¦to = \"district\"", "department is not above district");
    lang_son(head, tiers, "from = \"department\"\n¦to = \"commune\"", "no commune is below a department");
    check("hoa-binh-2020", head, "floor = \"20\"", "floor = \"120\"", "from 0 to 100");
}
