//! Faults in tables and maps.

use super::*;

#[test]
fn units() {
    let file = "units.csv";
    lang_son(file, "code,name,tier", "code,tier,name", "expected code,name,tier");
    lang_son(file, "20.STTTT,", "20.STTTTx,", "is not a code");
    let twice = "20.STTTT,Sở nữa,department,A,20,2022-01-01\n";
    lang_son(file, "20.SCT,", &format!("{HERE}{twice}20.SCT,"), "expected each code once");
    lang_son(file, "department,A,20,", "department,A,21,", "no unit has the code 21");
    lang_son(file, "department,A,20,", "department,A,,", "parent: none");
    lang_son(file, "department,A,20,", "sở,A,20,", "expected province, department");
    lang_son(file, "department,A,20,", "department,,20,", "expected A, B or C");
    lang_son(file, "Sơn,district,", "Sơn,province,", "expected province for 20 and for no other unit");
    lang_son(file, "department,A,20,", "department,D,20,", "expected A, B or C");
    lang_son(file, "A,20,2022-01-01", "A,20,01/01/2022", "is not a day");
    lang_son(file, "A,20,2022-01-01", "A,20,1,2022-01-01", "7 cells; expected 6");
    lang_son(file, "A,20,2022-01-01", "A,20,2021-12-31", "before the parent's");
    lang_son(file, "Sở Công Thương", " Sở Công Thương", "no blanks around");
    lang_son(file, "Sở Công Thương", "Sở Co\u{302}ng Thương", "NFC");
    lang_son(file, "Sở Công Thương,", "Sở Công Thương\u{1},", "control character");
}

#[test]
fn the_province_is_there_when_the_first_month_ends() {
    let mut files = shipped("lang-son-2022");
    plant(&mut files, "regime.toml", "province = \"20\"", "province = \"21\"");
    one_fault("units.csv: ", "no row for the province 21; expected one", read_with(&files, &maps()));
    let mut files = shipped("lang-son-2022");
    for file in ["units.csv", "assumed-units.csv"] {
        let text = files.get_mut(file).expect(file);
        *text = text.replace("2022-01-01", "2022-08-01");
    }
    one_fault(
        "units.csv:2: ",
        "expected a day not after the first month's last, 2022-07-14",
        read_with(&files, &maps()),
    );
}

#[test]
fn maps_and_units_beside_them() {
    let head = "regime.toml";
    check(
        "hoa-binh-2020",
        head,
        "\"hoa-binh-2023\"",
        "\"hoa-binh\"",
        "expected hoa-binh-2023, khanh-hoa-2019 or long-an-2023",
    );
    check("hoa-binh-2020", head, "\"hoa-binh-2023\"", "\"long-an-2023\"", "has no province 17");
    check(
        "hoa-binh-2020",
        head,
        "valid_from = \"2019-12-15\"",
        "valid_from = \"2020-01-15\"",
        "expected a day not after",
    );
    let office = "17.X,Huyện Đà Bắc,district,B,17,2019-12-15";
    let of_map = office.replace("17.X", "150");
    let file = "assumed-units.csv";
    let add = |row: &str| format!("valid_from\n{HERE}{row}\n");
    check("hoa-binh-2020", file, "valid_from\n", &add(&of_map), "stands for two units (see maps/hoa-binh-2023.csv:4)");
    check(
        "hoa-binh-2020",
        file,
        "valid_from\n",
        &add(&office.replace("2019-12-15", "2019-12-01")),
        "before the parent's",
    );
}

#[test]
fn the_map_itself() {
    let map = "khanh-hoa-2019";
    for (from, to, says) in [
        ("level,code", "code,level", "expected level,code"),
        ("huyen,568", "quan,568", "expected tinh, huyen or xa"),
        ("huyen,568,56", "huyen,568,57", "no row has the code 57"),
        ("huyen,568,56", "huyen,568,", "parent_code: none"),
        ("huyen,568,56", "huyen,568,569", "not of a higher level"),
        ("Thành phố Nha Trang", "Thành phố Nha\u{a0}Trang ", "no blanks around"),
    ] {
        let mut maps = maps();
        let line = plant(&mut maps, map, from, to);
        one_fault(&format!("maps/{map}.csv:{line}: "), says, read_with(&shipped("khanh-hoa-2018"), &maps));
    }
    let without = read_with(&shipped("khanh-hoa-2018"), &Files::new());
    let line =
        shipped("khanh-hoa-2018")["regime.toml"].lines().position(|line| line.contains(map)).expect("the map") + 1;
    one_fault(&format!("regime.toml:{line}: "), "expected a known one, and there is none", without);
}

#[test]
fn obligations() {
    let file = "obligations.csv";
    lang_son(file, "all,", "each,", "is no selector; expected all, unit:178");
    lang_son(file, "all,", "unit:177,", "no unit has the code 177");
    lang_son(file, "all,", "tier:district@178,", "is about nobody");
    lang_son(file, "all,2022-M07", "all,2022-Q3", "from: \"2022-Q3\" is not a month");
    lang_son(file, "2022-M07,,", "2022-M07,2022-M06,", "expected 2022-M07 or later");
    lang_son(file, ",1,1,", ",2,1,", "owes: \"2\"; expected 0 or 1");
    lang_son(file, ",1,1,", ",1,,", "include_in_parent: \"\"; expected 0 or 1");
    let row = "group:B,2022-M07,2022-M09,1,0,x\n";
    let of_tier = |months| format!("{row}{HERE}tier:district,{months},1,1,x\nall,");
    lang_son(file, "all,", &of_tier("2022-M09,"), "178 has two rows of equal rank (see obligations.csv:2)");
    let mut files = shipped("lang-son-2022");
    plant(&mut files, file, "all,", &of_tier("2022-M10,"));
    assert!(read_with(&files, &maps()).is_ok(), "one after the other");
    plant(&mut files, file, "tier:district,", "tier:district@20,");
    assert!(read_with(&files, &maps()).is_ok(), "a row below a unit is more specific");
}

#[test]
fn somebody_owes() {
    for (from, to, is_sound) in [
        (",1,1,", ",0,1,", false),
        ("all,2022-M07,,1", "all,2022-M01,2022-M06,1", false),
        ("all,2022-M07,,1", "unit:178,2022-M07,2022-M09,0,1,x\nunit:178,2022-M10,,1", true),
    ] {
        let mut files = shipped("lang-son-2022");
        plant(&mut files, "obligations.csv", from, to);
        let read = read_with(&files, &maps());
        match is_sound {
            true => assert!(read.is_ok(), "{to}"),
            false => one_fault("obligations.csv: ", "nobody owes a report from 2022-M07 on", read),
        }
    }
}

#[test]
fn procedures_and_lists() {
    let file = "assumed-procedures.csv";
    lang_son(file, "9.000002,", "9.000001,", "expected each code once");
    lang_son(file, "0001,4,", "0001,5,", "level: \"5\"; expected 1, 2, 3, 4, partial or full");
    lang_son(file, ",department,\n", ",province,\n", "expected department, district or commune");
    lang_son(file, ",department,\n", ",department,6/2022\n", "in_force_from: \"6/2022\" is not a day");
    let (regime, file) = ("hoa-binh-2020", "assumed-lists.csv");
    check(regime, file, "QD-1588,", "QD-1589,", "is not declared; expected a [[list]]: QD-1588");
    check(regime, file, ",9.", ",8.", "expected one of the procedures");
    check(regime, file, "2019-12-15,,", "2019-12-15,2019-12-14,", "expected 2019-12-15 or later");
    check(regime, file, "2019-12-15,,", "14/7/2020,,", "from: \"14/7/2020\" is not a day");
    let first = shipped(regime)[file].lines().nth(1).expect("a row").to_owned();
    check(regime, file, &first, &format!("{first}\n{HERE}{first}"), "expected each procedure once at a time");
    let head = "regime.toml";
    let other = "[[list]]\ncode = ¦\"KHAC\"\ntitle = \"x\"\nbasis = \"x\"\n\n[[list]]";
    check(
        regime,
        head,
        "[[list]]",
        other,
        "list KHAC has no procedure; expected at least one row in assumed-lists.csv",
    );
    let twice = "code = \"QD-1588\"\ntitle = \"x\"\nbasis = \"x\"\n[[list]]\ncode = ¦\"QD-1588\"\ntitle";
    check(regime, head, "code = \"QD-1588\"\ntitle", twice, "list QD-1588 is given twice");
}

#[test]
fn decisions() {
    let file = "decisions.csv";
    lang_son(file, "1045/QĐ-UBND,2022-06-21", "1045/QĐ-UBND,2022-06-31", "issued: \"2022-06-31\" is not a day");
    lang_son(file, "21,2022-06-21", "21,2202-06-21", "expected 2000 to 2100");
    lang_son(file, "21,2022-06-21", "21,", "applies_from: \"\" is not a day");
    let twice = "basis\n1045/QĐ-UBND,,2022-07-01,x,x\n¦";
    lang_son(file, "basis\n", twice, "expected each number once");
}

#[test]
fn targets() {
    let file = "targets.csv";
    lang_son(file, "1045/QĐ-UBND", "1405/QĐ-UBND", "expected 1045/QĐ-UBND");
    lang_son(file, ",2022,", ",22,", "is not a year");
    lang_son(file, ",2022,", ",2021,", "no month of 2021 ends on or after 2022-06-21");
    lang_son(file, "unit:20.STTTT,", "unit:20.STTTTT,", "no unit has the code 20.STTTTT");
    lang_son(file, "unit:20.STTTT,", "20.STTTT,", "is no selector");
    lang_son(file, "unit:20.STTTT,", "tier:commune@20.STTTT,", "is about nobody");
    lang_son(file, "HS_XU_LY_TT", "HS_XU_LY", "expected DVCTT_CO_PHAT_SINH_TT or HS_XU_LY_TT");
    lang_son(file, "HS_XU_LY_TT,>=,90", "HS_XU_LY_TT,>=,101", "from 0 to 100");
    lang_son(file, "HS_XU_LY_TT,>=,90", "HS_XU_LY_TT,>,90", "expected >=, <= or =");
    lang_son(file, "HS_XU_LY_TT,>=,90", "HS_XU_LY_TT,,90", "expected >=, <= or =");
    lang_son(file, "HS_XU_LY_TT,>=,90", "HS_XU_LY_TT,=,90", "expected = only with 100");
    lang_son(file, "HS_XU_LY_TT,>=,90", "HS_XU_LY_TT,>=,exempt", "expected none where units are exempt");
    lang_son(file, "HS_XU_LY_TT,>=,90", "DVCTT_CO_PHAT_SINH_TT,>=,90", "two targets of equal rank");
    lang_son(file, "year_to_date,", "month,", "expected period, quarter_to_date or year_to_date");
    lang_son(file, "year_to_date,,", "year_to_date,all,", "expected own or subtree");
    lang_son(file, "year_to_date,,,", "year_to_date,,province,", "expected department, district or commune");
    lang_son(file, "year_to_date,,,,", "year_to_date,,,367,", "expected a number of days up to 366");
    lang_son(file, "year_to_date,,,,,", "year_to_date,,,5,14/12/2022,", "eligible_until: \"14/12/2022\" is not a day");
    lang_son(file, "year_to_date,,,,,", "year_to_date,,,5,2202-12-14,", "expected 2000 to 2100");
    let la = "…/QĐ-UBND,2024,all,LA01,=,100,year_to_date,,";
    check("long-an-2024", file, &format!("{la},,,"), &format!("{la}commune,,,"), "counts single fields");
    check(
        "long-an-2024",
        file,
        &format!("{la},,,"),
        &format!("{la},,2024-12-14,"),
        "eligible_until: LA01 counts single",
    );
}

#[test]
fn targets_that_are_sound_though_unusual() {
    let row = "1045/QĐ-UBND,2022,unit:20.STTTT,HS_XU_LY_TT,>=,90,year_to_date,,,,,";
    for other in [
        "1045/QĐ-UBND,2022,unit:20.STTTT,HS_XU_LY_TT,,exempt,year_to_date,,,,,",
        "1045/QĐ-UBND,2022,unit:20.STTTT,HS_XU_LY_TT,=,100.00,quarter_to_date,own,department,5,2022-12-14,",
        "1045/QĐ-UBND,2022,unit:20.STTTT,HS_XU_LY_TT,<=,57.5,period,subtree,,,2022-12-14,",
        "1045/QĐ-UBND,2022,tier:department@20,HS_XU_LY_TT,>=,90,year_to_date,,,0,,",
    ] {
        let mut files = shipped("lang-son-2022");
        plant(&mut files, "targets.csv", row, other);
        assert!(read_with(&files, &maps()).is_ok(), "{other}: {:?}", read_with(&files, &maps()).err());
    }
    let mut files = shipped("lang-son-2022");
    plant(&mut files, "decisions.csv", "basis\n", "basis\n2000/QĐ-UBND,,2022-10-01,x,x\n");
    plant(&mut files, "targets.csv", row, &format!("{}y\n{row}", row.replace("1045", "2000")));
    assert!(read_with(&files, &maps()).is_ok(), "a decision that applies later wins");
}

#[test]
fn an_indicator_that_is_never_in_force_when_its_target_is_judged() {
    // December's window ends on 14/12: a version from the next day on measures nothing of the year.
    let mut files = shipped("lang-son-2022");
    let text = files.get_mut("regime.toml").expect("the head");
    *text = text.replace("valid_from = \"2022-06-15\"", "valid_from = \"2022-12-15\"");
    let faults = read_with(&files, &maps()).expect_err("targets that nothing measures");
    assert_eq!(faults.len(), 54);
    assert!(
        faults.iter().all(|fault| fault.file == "targets.csv" && fault.message.contains("no version of")),
        "{faults:?}"
    );
}

#[test]
fn contacts() {
    let file = "assumed-contacts.csv";
    lang_son(file, "stttt@langson", "stttt langson", "is not an address");
    lang_son(file, "20.STTTT,", "20.KHAC,", "no unit has the code 20.KHAC");
    let twice = "20.STTTT,Phó Giám đốc,stttt@langson.example\n20.SCT,";
    lang_son(file, "20.SCT,", &format!("{HERE}{twice}"), "has this mailbox twice");
}

#[test]
fn days_off() {
    let file = "assumed-days-off.csv";
    lang_son(file, "2022-09-01,off", "2022-09-01,free", "expected off or work");
    lang_son(file, "2022-09-01,off", "2022-09-01,work", "2022-09-01 is a Thursday; expected work only of a Saturday");
    lang_son(file, "2022-09-01,off", "2022-05-03,off", "expected each day once");
    lang_son(file, "2022-09-01,off", "2122-09-01,off", "expected 2000 to 2100");
    lang_son(file, "2022-09-01,off", "2012-09-01,off", "expected a day of 2022 or later");
    lang_son(file, "2022-09-01,off", "1/9/2022,off", "is not a day");
    lang_son("assumed-days-off.csv", "2022-09-01,", "2022-09-02,", "(see days-off.csv:2)");
}
