//! What a letter becomes: the same bytes each time, readable again, and never a panic.

mod decode;

use baocao_app::ports::Letter;
use baocao_domain::instant::Instant;
use baocao_mail::{ATTACHMENTS_MAX_BYTES, ComposeError, NAME_MAX_CHARS, SUBJECT_MAX_CHARS, TEXT_MAX_BYTES, compose};
use decode::{Part, words};

const TEXT: &str =
    "Kính gửi: Sở Công Thương,\n\nTrong kỳ báo cáo quý III/2022, đơn vị chưa đạt chỉ tiêu.\n.\n\nTrân trọng.\n";

fn letter() -> Letter {
    Letter {
        delivery_id: "0b9f4c1e-2f6c-4a53-8f0e-6a1f4f1f9d10".to_owned(),
        from: "tthc@langson.gov.vn".to_owned(),
        from_name: "Văn phòng Ủy ban nhân dân tỉnh Lạng Sơn".to_owned(),
        to: "soct@langson.gov.vn".to_owned(),
        to_name: "Giám đốc Sở Công Thương".to_owned(),
        subject: "Đôn đốc thực hiện chỉ tiêu tiếp nhận hồ sơ trực tuyến quý III năm 2022 (tiến độ) của Sở Công Thương"
            .to_owned(),
        text: TEXT.to_owned(),
        date: Instant::from_micros(1_663_304_400_000_000),
        attachments: Vec::new(),
    }
}

fn with(change: impl FnOnce(&mut Letter)) -> Result<Vec<u8>, ComposeError> {
    let mut letter = letter();
    change(&mut letter);
    compose(&letter)
}

#[test]
fn a_letter_reads_back_as_it_was_written() {
    let message = Part::read(&compose(&letter()).expect("a good letter"));
    assert_eq!(message.header("message-id"), "<d.0b9f4c1e-2f6c-4a53-8f0e-6a1f4f1f9d10@langson.gov.vn>");
    assert_eq!(message.header("date"), "Fri, 16 Sep 2022 05:00:00 +0000");
    assert_eq!(words(message.header("subject")), letter().subject);
    assert_eq!(words(message.header("from")), format!("{} <tthc@langson.gov.vn>", letter().from_name));
    assert_eq!(words(message.header("to")), format!("{} <soct@langson.gov.vn>", letter().to_name));
    assert_eq!(message.header("auto-submitted"), "auto-generated");
    assert_eq!(message.header("content-language"), "vi");
    assert_eq!(message.header("mime-version"), "1.0");
    assert_eq!(message.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(message.bytes(), TEXT.replace('\n', "\r\n").as_bytes());
}

#[test]
fn attachments_read_back_byte_for_byte() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let files = [
        ("bao-cao-2022-Q3-H37.pdf", every_byte),
        ("phu-luc.v2.pdf", b"%PDF-1.7 all of it is ASCII\n.\n".to_vec()),
        ("rong.pdf", Vec::new()),
    ];
    let bytes = with(|letter| letter.attachments = files.iter().map(|(n, b)| ((*n).to_owned(), b.clone())).collect());
    let message = Part::read(&bytes.expect("a good letter"));
    assert!(message.header("content-type").starts_with("multipart/mixed; boundary="));
    let parts = message.parts();
    assert_eq!(parts.len(), 4);
    assert_eq!(parts[0].header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(parts[0].bytes(), TEXT.replace('\n', "\r\n").as_bytes());
    for (part, (name, bytes)) in parts[1..].iter().zip(&files) {
        assert_eq!(part.header("content-type"), "application/pdf");
        assert_eq!(part.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(&part.bytes(), bytes, "{name}");
    }
}

#[test]
fn the_same_letter_is_the_same_bytes_and_another_delivery_is_not() {
    let attach = |letter: &mut Letter| letter.attachments = vec![("a.pdf".to_owned(), b"%PDF".to_vec())];
    let first = with(attach).expect("a good letter");
    assert_eq!(first, with(attach).expect("a good letter"));
    let other = with(|letter| {
        attach(letter);
        letter.delivery_id = "other".to_owned();
    });
    assert_ne!(first, other.expect("a good letter"));
}

#[test]
fn lines_are_short_ascii_and_end_with_crlf() {
    let bytes = with(|letter| {
        letter.text = "Ặ".repeat(50_000);
        letter.subject = "Ặ".repeat(SUBJECT_MAX_CHARS);
        letter.to_name = "Ặ".repeat(NAME_MAX_CHARS);
        letter.attachments = vec![("a.pdf".to_owned(), vec![0xff; 100_000])];
    });
    let text = String::from_utf8(bytes.expect("a good letter")).expect("ASCII");
    let lines: Vec<&str> = text.strip_suffix("\r\n").expect("it ends a line").split("\r\n").collect();
    assert!(lines.iter().all(|line| line.len() <= 78 && !line.contains(['\r', '\n']) && line.is_ascii()));
    assert_eq!(words(Part::read(text.as_bytes()).header("subject")), "Ặ".repeat(SUBJECT_MAX_CHARS));
}

#[test]
fn hostile_text_is_refused_with_the_name_of_the_part() {
    let hostile =
        ["a\r\nBcc: x@y", "a\nb", "a\rb", "\0", "a\u{7f}", "a\u{202e}b", "a\u{2066}b", "\u{feff}a", "a\u{2028}b"];
    let only_in_lines = ["=?utf-8?b?YQ==?=", " a", "a ", "a\tb"];
    for text in hostile.into_iter().chain(only_in_lines) {
        check("sender's name", with(|letter| letter.from_name = text.to_owned()), text);
        check("recipient's name", with(|letter| letter.to_name = text.to_owned()), text);
        check("subject", with(|letter| letter.subject = text.to_owned()), text);
        check("sender's address", with(|letter| letter.from = format!("{text}@b.vn")), text);
        check("recipient's address", with(|letter| letter.to = format!("a@b.vn{text}")), text);
        check("delivery's id", with(|letter| letter.delivery_id = text.to_owned()), text);
        check("name of an attachment", with(|letter| letter.attachments = vec![(format!("{text}.pdf"), vec![])]), text);
    }
    for text in ["a\rb", "a\0b", "a\u{202e}b", "\u{1b}[31m"] {
        check("text", with(|letter| letter.text = text.to_owned()), text);
    }
}

#[test]
fn everything_has_a_limit() {
    check("recipient's name", with(|letter| letter.to_name = "ư".repeat(NAME_MAX_CHARS + 1)), "long name");
    check("subject", with(|letter| letter.subject = "ư".repeat(SUBJECT_MAX_CHARS + 1)), "long subject");
    check("subject", with(|letter| letter.subject.clear()), "no subject");
    check("text", with(|letter| letter.text = "x".repeat(TEXT_MAX_BYTES + 1)), "long text");
    check("delivery's id", with(|letter| letter.delivery_id.clear()), "no id");
    check("delivery's id", with(|letter| letter.delivery_id = "x".repeat(65)), "long id");
    for micros in [-1, i64::MIN, i64::MAX, 253_402_300_800_000_000] {
        check("date", with(|letter| letter.date = Instant::from_micros(micros)), "date");
    }
    let heavy = vec![0; ATTACHMENTS_MAX_BYTES + 1];
    check("list of attachments", with(|letter| letter.attachments = vec![("a.pdf".to_owned(), heavy)]), "heavy");
    let many = vec![("a.pdf".to_owned(), Vec::new()); 11];
    check("list of attachments", with(|letter| letter.attachments = many), "many");
    for name in ["", ".pdf", "a.exe", "..pdf", "../a.pdf", "a b.pdf", "báo-cáo.pdf", "a.pdf\"; x=\"", "a"] {
        check("name of an attachment", with(|letter| letter.attachments = vec![(name.to_owned(), vec![])]), name);
    }
}

/// Whatever a name consists of, the answer is a message that reads back or a refusal.
#[test]
fn no_name_makes_composing_panic() {
    let alphabet: Vec<char> = "aZ9 .,;:()<>@[]\"\\'`=?_-/\t\r\n\0ệĐ𝄞\u{300}\u{200b}\u{202e}".chars().collect();
    let mut seed = 20_220_916_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % below
    };
    let mut accepted = 0;
    for _ in 0..5_000 {
        let length = next(12);
        let name: String = (0..length).map(|_| alphabet[next(alphabet.len())]).collect();
        match with(|letter| letter.to_name.clone_from(&name)) {
            Err(ComposeError::Refused { .. }) => {}
            Err(error) => panic!("{name:?}: {error:?}"),
            Ok(bytes) => {
                accepted += 1;
                let message = Part::read(&bytes);
                assert!(message.header("to").contains("soct@langson.gov.vn"), "{name:?}");
                assert_eq!(message.headers.len(), 10, "{name:?}");
            }
        }
    }
    assert!(accepted > 500, "{accepted}");
}

#[track_caller]
fn check(expected_part: &str, given: Result<Vec<u8>, ComposeError>, what: &str) {
    match given {
        Err(ComposeError::Refused { part, .. }) => assert_eq!(part, expected_part, "{what:?}"),
        other => panic!("{expected_part} {what:?}: {:?}", other.map(String::from_utf8)),
    }
}
