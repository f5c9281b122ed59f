//! Faults planted in the shipped regimes, one at a time: each is told once, with its file, its line and the remedy.

mod head;
mod tables;

use super::*;

/// Marks the line that the fault is on, where it is not the one that the replacement begins on.
const HERE: char = '¦';

/// Replaces `from`, which must occur, by `to` in one file, and answers the place of the fault.
fn plant(files: &mut Files, file: &str, from: &str, to: &str) -> u64 {
    let text = files.get_mut(file).unwrap_or_else(|| panic!("there is no {file}"));
    let start = text.find(from).unwrap_or_else(|| panic!("{file} does not contain {from:?}"));
    let changed = text.replacen(from, to, 1);
    let offset = changed.find(HERE).unwrap_or(start);
    *text = changed.replacen(HERE, "", 1);
    u64::try_from(text[..offset].matches('\n').count()).expect("a line") + 1
}

fn one_fault(place: &str, says: &str, read: Result<LoadedRegime, Vec<Fault>>) {
    let told: Vec<String> = read.expect_err(place).iter().map(ToString::to_string).collect();
    let is_told = told.iter().any(|fault| fault.starts_with(place) && fault.contains(says));
    assert!(is_told, "{place}{says}: {told:#?}");
    assert_eq!(told.len(), 1, "one fault is told once: {told:#?}");
    let has_remedy = ["expected", "1 to 32 of"].iter().any(|word| told[0].contains(word));
    assert!(has_remedy, "what was expected: {told:#?}");
}

fn check(regime: &str, file: &str, from: &str, to: &str, says: &str) {
    let mut files = shipped(regime);
    let line = plant(&mut files, file, from, to);
    one_fault(&format!("{file}:{line}: "), says, read_with(&files, &maps()));
}

fn lang_son(file: &str, from: &str, to: &str, says: &str) {
    check("lang-son-2022", file, from, to, says);
}

#[test]
fn all_faults_are_listed_not_the_first() {
    let mut files = shipped("lang-son-2022");
    let mut lines = BTreeMap::new();
    for (file, from, to) in [
        ("units.csv", "Sở Công Thương,department", "Sở Công Thương,phòng"),
        ("targets.csv", "unit:20.STTTT,", "unit:20.STTTTT,"),
        ("assumed-procedures.csv", "0001,4,", "0001,9,"),
        ("decisions.csv", "2022-06-21,2022-06-21", "21/6/2022,2022-06-21"),
        ("obligations.csv", ",1,1,", ",1,1x,"),
        ("days-off.csv", ",off,", ",on,"),
        ("regime.toml", "\"12:00\"", "\"25:00\""),
    ] {
        lines.insert(file, Some(plant(&mut files, file, from, to)));
    }
    let also = plant(&mut files, "regime.toml", "scope = \"subtree\"", "scope = \"sub\"");
    files.insert("unit.csv".into(), String::new());
    files.remove("assumed-contacts.csv");
    let places: Vec<_> =
        read_with(&files, &maps()).expect_err("faults").into_iter().map(|f| (f.file, f.line)).collect();
    let expected = [
        ("assumed-procedures.csv", Some(2)),
        ("contacts.csv", None),
        ("days-off.csv", Some(2)),
        ("decisions.csv", Some(2)),
        ("obligations.csv", Some(2)),
        ("regime.toml", lines["regime.toml"]),
        ("regime.toml", Some(also)),
        ("targets.csv", Some(2)),
        ("unit.csv", None),
        ("units.csv", Some(4)),
    ];
    assert_eq!(places, expected.map(|(file, line)| (file.to_owned(), line)));
}

#[test]
fn files_are_there_once_and_end_their_lines_in_one_way() {
    for missing in ["units.csv", "obligations.csv", "decisions.csv", "targets.csv"] {
        let mut files = shipped("lang-son-2022");
        files.remove(missing);
        files.remove(&format!("assumed-{missing}"));
        let told = read_with(&files, &maps()).expect_err(missing);
        let own: Vec<_> = told.iter().filter(|fault| fault.file == missing).map(|f| f.message.as_str()).collect();
        assert_eq!(
            own,
            [format!("the file is missing, and so is assumed-{missing}; expected one of them")],
            "{told:#?}"
        );
        assert_eq!(told.len(), 1, "{told:#?}");
    }
    let mut files = shipped("lang-son-2022");
    files.remove("regime.toml");
    one_fault("regime.toml: ", "the file is missing", read_with(&files, &maps()));
    let mut files = shipped("lang-son-2022");
    let contacts = files.get_mut("assumed-contacts.csv").expect("contacts");
    *contacts = contacts.replace('\n', "\r\n");
    one_fault("assumed-contacts.csv:1: ", "expected lines that end in LF alone", read_with(&files, &maps()));
    let mut files = shipped("lang-son-2022");
    files.insert("assumed-contacts.csv".into(), String::new());
    one_fault("assumed-contacts.csv: ", "the file is empty; expected the header unit,", read_with(&files, &maps()));
    let rows = (0..=ROWS_MAX).map(|n| format!("20,Chủ tịch,c{n}@langson.example\n"));
    files.insert("assumed-contacts.csv".into(), format!("unit,addressee,email\n{}", rows.collect::<String>()));
    let place = format!("assumed-contacts.csv:{}: ", ROWS_MAX + 2);
    one_fault(&place, "too many rows; expected at most 50000", read_with(&files, &maps()));
    let texts = shipped("lang-son-2022");
    let mut twice: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    twice.push(("units.csv", ""));
    one_fault("units.csv: ", "the file is given twice", read(&twice, &[]));
}

#[test]
fn units_in_a_circle_are_not_a_tree() {
    let mut files = shipped("lang-son-2022");
    let line = "178,Thành phố Lạng Sơn,district,B,";
    plant(&mut files, "units.csv", &format!("{line}20,"), &format!("{line}05971,"));
    one_fault("units.csv: ", "not below the root; expected one tree", read_with(&files, &maps()));
}

#[test]
fn what_refers_to_something_unreadable_is_not_judged() {
    let (ls, hb, la) = ("lang-son-2022", "hoa-binh-2020", "long-an-2024");
    for (regime, file, from, to, says) in [
        (hb, "regime.toml", "issuer = ", "isuer = ", "unknown field `isuer`"),
        (hb, "regime.toml", "province = \"17\"", "province = \"mười bảy\"", "is not a code"),
        (hb, "regime.toml", "code = \"QD-1588\"", "code = \"QĐ-1588\"", "is not a code"),
        (hb, "assumed-procedures.csv", "9.000001,", "9_000001,", "is not a code"),
        (la, "regime.toml", "code = \"LA03\"", "code = \"la03\"", "is not a code"),
        (la, "regime.toml", "code = \"rated\"", "code = \"Rated\"", "is not a code"),
        (la, "regime.toml", "code = \"online\"", "code = \"Online\"", "is not a code"),
        (la, "assumed-units.csv", "80.SNV,", "80.snv,", "is not a code"),
        (ls, "decisions.csv", "1045/QĐ-UBND", " 1045/QĐ-UBND", "no blanks around"),
        (ls, "decisions.csv", "21,2022-06-21", "21,2022-06-31", "is not a day"),
        (ls, "units.csv", "2022-01-01", "1/1/2022", "is not a day"),
        (ls, "regime.toml", "\"fifteenth_to", "\"15th_to", "expected fifteenth_to"),
    ] {
        check(regime, file, from, to, says);
    }
}
