//! The dialogue with a relay: what each of its misdeeds means, and what the next message sees of it.

#[path = "../../baocao/src/demo/sink.rs"]
pub mod sink;

mod scripted;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use baocao_app::ports::{Accepted, BeforeBody, Envelope, Letter, Mailer, SendFailure, StoreError};
use baocao_mail::{
    MailSettings, SettingsError, SmtpCredentials, SmtpLimits, SmtpSettings, SmtpTls, Transport, compose,
};
use scripted::{Act, SILENCE, Script, Scripted, Stage, cut, late, say};
use sink::Sink;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const MESSAGE: &[u8] = b"Message-ID: <d.1@langson.gov.vn>\r\n\r\n.one dot\r\n..two\r\n.\r\nend\r\n";
const LIMIT: Duration = Duration::from_millis(400);

/// The durable mark, when nothing is to be seen of it.
struct Unseen;

#[async_trait]
impl BeforeBody for Unseen {
    async fn note(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn settings(addr: SocketAddr) -> SmtpSettings {
    SmtpSettings {
        host: addr.ip().to_string(),
        port: addr.port(),
        tls: SmtpTls::None,
        extra_root_pem: None,
        credentials: None,
        hello_name: "baocao.langson.gov.vn".to_owned(),
        limits: SmtpLimits {
            greeting: LIMIT,
            command: LIMIT,
            data: LIMIT,
            final_reply: LIMIT,
            quit: LIMIT,
            ..SmtpLimits::default()
        },
    }
}

fn relay(settings: SmtpSettings) -> Transport {
    open(settings).expect("good settings")
}

fn open(settings: SmtpSettings) -> Result<Transport, SettingsError> {
    Transport::open(MailSettings::Smtp(Box::new(settings)))
}

fn envelope() -> Envelope {
    Envelope { from: "tthc@langson.gov.vn".to_owned(), to: "soct@langson.gov.vn".to_owned() }
}

async fn send(relay: &Transport) -> Result<Accepted, SendFailure> {
    relay.send(&envelope(), MESSAGE, &Unseen).await
}

fn kind(outcome: &Result<Accepted, SendFailure>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(SendFailure::Temporary(_)) => "temporary",
        Err(SendFailure::Permanent(_)) => "permanent",
        Err(SendFailure::InDoubt(_)) => "in doubt",
    }
}

/// One misdeed at one point: what it means, that it is over soon, and that the next message goes through.
async fn check(stage: Stage, act: Act, expected: &str) {
    let server = Scripted::start(vec![(stage, 0, act)]).await;
    let relay = relay(settings(server.addr));
    let begun = Instant::now();
    let outcome = send(&relay).await;
    assert_eq!(kind(&outcome), expected, "{stage:?} {act:?}: {outcome:?}");
    assert!(begun.elapsed() < LIMIT * 5, "{stage:?} {act:?} took {:?}", begun.elapsed());
    let next = send(&relay).await;
    assert_eq!(kind(&next), "accepted", "after {stage:?} {act:?}: {next:?}");
    let connections = if outcome.is_ok() { 1 } else { 2 };
    assert_eq!(server.log().connections, connections, "{stage:?} {act:?}");
}

/// Checks a table, each row with a server of its own, at the same time.
async fn check_all(rows: impl IntoIterator<Item = (Stage, Act, &'static str)>) {
    let mut checks = JoinSet::new();
    for (stage, act, expected) in rows {
        checks.spawn(check(stage, act, expected));
    }
    assert!(!checks.is_empty());
    checks.join_all().await;
}

const BEFORE_THE_BODY: [Stage; 5] = [Stage::Greeting, Stage::Ehlo, Stage::Mail, Stage::Rcpt, Stage::Data];

#[tokio::test]
async fn a_refusal_for_now_is_temporary_wherever_it_comes() {
    for stage in BEFORE_THE_BODY.into_iter().chain([Stage::Body]) {
        check_all([
            (stage, say("421 4.3.2 closing down\r\n"), "temporary"),
            (stage, cut("421 4.3.2 closing down\r\n"), "temporary"),
            (stage, say("450 4.2.0 later\r\n"), "temporary"),
            (stage, say("452-4.3.1 full\r\n452 4.3.1 up\r\n"), "temporary"),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_permanent_once_it_is_about_the_message() {
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Body] {
        check(stage, say("550 5.1.1 no such user\r\n"), "permanent").await;
        check(stage, say("554-5.7.1 no\r\n554 5.7.1 never\r\n"), "permanent").await;
    }
    for stage in [Stage::Greeting, Stage::Ehlo] {
        check(stage, say("554 5.3.2 not to you\r\n"), "temporary").await;
    }
}

#[tokio::test]
async fn silence_ends_at_the_limit_and_leaves_doubt_only_after_the_body() {
    check_all(BEFORE_THE_BODY.map(|stage| (stage, SILENCE, "temporary"))).await;
    check_all([
        (Stage::Greeting, say("220-it begins\r\n"), "temporary"),
        (Stage::Rcpt, say("250-it begins\r\n"), "temporary"),
        (Stage::InBody, SILENCE, "in doubt"),
        (Stage::Body, SILENCE, "in doubt"),
        (Stage::Body, say("250-it begins\r\n"), "in doubt"),
        (Stage::Body, say("550 5.0.0 no end of the line"), "in doubt"),
    ])
    .await;
}

#[tokio::test]
async fn a_cut_leaves_doubt_only_after_the_body_has_begun() {
    check_all(BEFORE_THE_BODY.map(|stage| (stage, cut(""), "temporary"))).await;
    check_all(BEFORE_THE_BODY.map(|stage| (stage, cut("25"), "temporary"))).await;
    check_all([
        (Stage::InBody, cut(""), "in doubt"),
        (Stage::Body, cut(""), "in doubt"),
        (Stage::Body, cut("250 2.0.0 Ok"), "in doubt"),
    ])
    .await;
}

#[tokio::test]
async fn a_positive_answer_of_the_wrong_kind_is_no_acceptance() {
    check_all([
        (Stage::Mail, say("354 go on\r\n"), "temporary"),
        (Stage::Rcpt, say("354 go on\r\n"), "temporary"),
        (Stage::Data, say("250 2.0.0 Ok\r\n"), "temporary"),
        (Stage::Rcpt, say("251 2.1.5 elsewhere\r\n"), "accepted"),
        (Stage::Body, say("354 go on\r\n"), "in doubt"),
        (Stage::Body, say("251 2.0.0 elsewhere\r\n"), "in doubt"),
        (Stage::Body, say("220 what\r\n"), "in doubt"),
        (Stage::Body, say("nonsense\r\n"), "in doubt"),
        (Stage::Body, say("250\u{fffd} \r\n"), "in doubt"),
    ])
    .await;
}

#[tokio::test]
async fn nobody_there_is_temporary() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("an address");
    drop(listener);
    assert_eq!(kind(&send(&relay(settings(addr))).await), "temporary");
}

#[tokio::test]
async fn the_answer_that_came_too_late_is_never_the_next_message_s() {
    let script: Script = vec![
        (Stage::Body, 0, late("250 2.0.0 Ok: the first\r\n", LIMIT + LIMIT / 4)),
        (Stage::Body, 1, late("554 5.7.1 the second\r\n", LIMIT / 2)),
    ];
    let server = Scripted::start(script).await;
    let relay = relay(settings(server.addr));
    assert_eq!(kind(&send(&relay).await), "in doubt");
    let second = send(&relay).await;
    assert_eq!(second, Err(SendFailure::Permanent("end of message: 554 5.7.1 the second".to_owned())));
    assert_eq!(server.log().connections, 2);
}

#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_no_answer_behind() {
    let script: Script = vec![
        (Stage::Body, 0, late("250 2.0.0 Ok: the first\r\n", LIMIT / 2)),
        (Stage::Body, 1, say("554 5.7.1 the second\r\n")),
    ];
    let server = Scripted::start(script).await;
    let relay = relay(settings(server.addr));
    let has_arrived = async {
        while server.log().messages.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        outcome = send(&relay) => panic!("nothing was answered yet: {outcome:?}"),
        () = has_arrived => {}
    }
    assert_eq!(kind(&send(&relay).await), "permanent");
    assert_eq!(server.log().connections, 2);
}

#[tokio::test]
async fn answers_nobody_asked_for_never_make_a_message_accepted() {
    let script: Script = vec![
        (Stage::Body, 0, say("250 2.0.0 Ok: the first\r\n250 2.0.0 Ok: what?\r\n250 2.0.0 Ok: why?\r\n")),
        (Stage::Body, 1, say("554 5.7.1 the second\r\n")),
    ];
    let server = Scripted::start(script).await;
    let relay = relay(settings(server.addr));
    assert_eq!(kind(&send(&relay).await), "accepted");
    assert_eq!(kind(&send(&relay).await), "temporary");
    assert_eq!(kind(&send(&relay).await), "permanent");
    assert_eq!(server.log().connections, 2);
}

/// What the server had seen when the mark was made.
struct Watch {
    server: Arc<Scripted>,
    seen: Mutex<Option<(String, usize)>>,
    outcome: fn() -> Result<(), StoreError>,
}

#[async_trait]
impl BeforeBody for Watch {
    async fn note(&self) -> Result<(), StoreError> {
        // Long enough for bytes that were sent too early to arrive.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let log = self.server.log();
        let last_command = log.commands.last().cloned().unwrap_or_default();
        *self.seen.lock().expect("nobody panics here") = Some((last_command, log.body_bytes));
        (self.outcome)()
    }
}

async fn watched(outcome: fn() -> Result<(), StoreError>) -> (Result<Accepted, SendFailure>, Arc<Scripted>) {
    let server = Arc::new(Scripted::start(Vec::new()).await);
    let relay = relay(settings(server.addr));
    let watch = Watch { server: Arc::clone(&server), seen: Mutex::default(), outcome };
    let outcome = relay.send(&envelope(), MESSAGE, &watch).await;
    let seen = watch.seen.into_inner().expect("nobody panicked");
    assert_eq!(seen, Some(("DATA".to_owned(), 0)));
    (outcome, server)
}

#[tokio::test]
async fn the_mark_is_made_after_data_and_before_any_byte_of_the_body() {
    let (outcome, server) = watched(|| Ok(())).await;
    assert_eq!(kind(&outcome), "accepted");
    assert!(server.log().body_bytes > 0);
}

#[tokio::test]
async fn without_the_mark_no_byte_of_the_body_goes_out() {
    let (outcome, server) = watched(|| Err(StoreError::Conflict { doing: "noting the body" })).await;
    assert_eq!(kind(&outcome), "temporary");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.log().body_bytes, 0);
}

#[tokio::test]
async fn a_connection_takes_several_messages_up_to_its_limits() {
    let server = Scripted::start(Vec::new()).await;
    let mut settings = settings(server.addr);
    settings.limits.messages_max = 3;
    settings.limits.idle = LIMIT;
    let relay = relay(settings);
    for _ in 0..3 {
        send(&relay).await.expect("accepted");
    }
    assert_eq!(server.log().connections, 1);
    send(&relay).await.expect("accepted");
    assert_eq!(server.log().connections, 2);
    tokio::time::sleep(LIMIT + LIMIT / 4).await;
    send(&relay).await.expect("accepted");
    assert_eq!(server.log().connections, 3);
    relay.close().await;
    let log = server.log();
    assert_eq!(log.commands.iter().filter(|command| *command == "QUIT").count(), 3);
    assert_eq!(log.commands[0], "EHLO baocao.langson.gov.vn");
    assert_eq!(log.commands[1], "MAIL FROM:<tthc@langson.gov.vn>");
    assert_eq!(log.commands[2], "RCPT TO:<soct@langson.gov.vn>");
    assert_eq!(log.messages.len(), 5);
}

#[tokio::test]
async fn what_is_not_fit_for_the_wire_is_refused_before_anybody_is_called() {
    let server = Scripted::start(Vec::new()).await;
    let relay = relay(settings(server.addr));
    for message in ["", "no end", "a\n.\nMAIL FROM:<x@y>\r\n", "quý\r\n"] {
        let outcome = relay.send(&envelope(), message.as_bytes(), &Unseen).await;
        assert_eq!(kind(&outcome), "permanent", "{message:?}");
    }
    for bad in ["", "a@b>\r\nRCPT TO:<c@d", "sở@langson.gov.vn", "a"] {
        let outcome = relay.send(&Envelope { to: bad.to_owned(), ..envelope() }, MESSAGE, &Unseen).await;
        assert_eq!(kind(&outcome), "permanent", "{bad:?}");
        let outcome = relay.send(&Envelope { from: bad.to_owned(), ..envelope() }, MESSAGE, &Unseen).await;
        assert_eq!(kind(&outcome), "permanent", "{bad:?}");
    }
    assert_eq!(server.log().connections, 0);
}

#[tokio::test]
async fn signing_in_comes_before_mail_and_a_wrong_password_is_temporary() {
    let ehlo = say("250-scripted\r\n250 AUTH PLAIN LOGIN\r\n");
    let server = Scripted::start(vec![(Stage::Ehlo, 0, ehlo), (Stage::Ehlo, 1, ehlo)]).await;
    let mut settings = settings(server.addr);
    settings.credentials = Some(SmtpCredentials { user: "baocao".to_owned(), password: "planted-secret".to_owned() });
    let relay = relay(settings);
    assert!(!format!("{relay:?}").contains("planted-secret"), "{relay:?}");
    // The scripted server knows no AUTH and answers 221.
    let outcome = send(&relay).await;
    assert_eq!(kind(&outcome), "temporary");
    assert!(!format!("{outcome:?}").contains("planted-secret"));
    let log = server.log();
    assert!(log.commands[1].starts_with("AUTH PLAIN "), "{:?}", log.commands);
    assert_eq!(log.commands.len(), 2);
}

#[tokio::test]
async fn without_starttls_or_with_a_false_handshake_there_is_no_mail() {
    let no_starttls: Script = Vec::new();
    let not_tls: Script = vec![(Stage::Ehlo, 0, say("250-scripted\r\n250 STARTTLS\r\n"))];
    for (tls, script) in
        [(SmtpTls::StartTls, no_starttls.clone()), (SmtpTls::StartTls, not_tls), (SmtpTls::Implicit, no_starttls)]
    {
        let server = Scripted::start(script).await;
        let outcome = send(&relay(SmtpSettings { tls, ..settings(server.addr) })).await;
        assert_eq!(kind(&outcome), "temporary", "{tls:?}: {outcome:?}");
        assert!(!server.log().commands.iter().any(|command| command.starts_with("MAIL")));
    }
}

#[test]
fn settings_that_are_not_safe_are_refused_at_start() {
    let good = settings(SocketAddr::from(([127, 0, 0, 1], 25)));
    let with = |change: fn(&mut SmtpSettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        open(settings)
    };
    for host in ["localhost", "::1", "127.0.0.9"] {
        let settings = SmtpSettings { host: host.to_owned(), ..good.clone() };
        assert!(open(settings).is_ok(), "{host}");
    }
    let elsewhere = with(|settings| settings.host = "mail.langson.gov.vn".to_owned());
    assert!(matches!(elsewhere, Err(SettingsError::PlainToElsewhere { .. })), "{elsewhere:?}");
    let elsewhere = with(|settings| settings.host = "10.0.0.1".to_owned());
    assert!(matches!(elsewhere, Err(SettingsError::PlainToElsewhere { .. })), "{elsewhere:?}");
    let hello = with(|settings| settings.hello_name = "x\r\nMAIL".to_owned());
    assert!(matches!(hello, Err(SettingsError::HelloName { .. })), "{hello:?}");
    let host = with(|settings| settings.host = "a b".to_owned());
    assert!(matches!(host, Err(SettingsError::Relay { .. })), "{host:?}");
    let certificate = with(|settings| {
        settings.tls = SmtpTls::Implicit;
        settings.extra_root_pem = Some(b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n".to_vec());
    });
    assert!(matches!(certificate, Err(SettingsError::Tls { .. })), "{certificate:?}");
}

fn kept(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
        .expect("a folder")
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
            (name, std::fs::read(&path).expect("its bytes"))
        })
        .collect();
    files.sort();
    files
}

/// Says lines to a sink in one breath and gives all its answers up to the end of the dialogue.
async fn say_to(sink: &Sink, said: &[u8]) -> Vec<String> {
    let mut stream = TcpStream::connect(sink.addr).await.expect("a connection");
    stream.write_all(said).await.expect("written");
    stream.write_all(b"QUIT\r\n").await.expect("written");
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).await.expect("read");
    String::from_utf8_lossy(&answers).lines().map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn the_sink_keeps_exactly_the_bytes_that_were_composed() {
    let dir = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let sink = Sink::start(dir.path().join("mail"), stop.clone()).await.expect("started");
    let relay = relay(settings(sink.addr));
    let letter = Letter {
        delivery_id: "1".to_owned(),
        from: envelope().from,
        from_name: "Ủy ban nhân dân tỉnh Lạng Sơn".to_owned(),
        to: envelope().to,
        to_name: "Sở Công Thương".to_owned(),
        subject: "Kết quả quý III năm 2022".to_owned(),
        text: "Kính gửi.\n".to_owned(),
        date: baocao_domain::instant::Instant::from_micros(0),
        attachments: vec![("a.pdf".to_owned(), vec![b'.'; 200_000])],
    };
    let composed = compose(&letter).expect("a good letter");
    let accepted = relay.send(&envelope(), &composed, &Unseen).await.expect("accepted");
    assert_eq!(accepted.reply, "250 2.0.0 Ok: queued as 1");
    send(&relay).await.expect("accepted");
    assert_eq!(sink.accepted(), 2);
    relay.close().await;
    stop.cancel();
    sink.stopped().await;

    let again = Sink::start(dir.path().join("mail"), CancellationToken::new()).await.expect("started");
    send(&self::relay(settings(again.addr))).await.expect("accepted");
    assert_eq!(again.accepted(), 1);
    let expected = [
        ("000001-soct@langson.gov.vn.eml".to_owned(), composed),
        ("000002-soct@langson.gov.vn.eml".to_owned(), MESSAGE.to_vec()),
        ("000003-soct@langson.gov.vn.eml".to_owned(), MESSAGE.to_vec()),
    ];
    assert_eq!(kept(&dir.path().join("mail")), expected);
}

#[tokio::test]
async fn the_sink_keeps_to_the_order_of_the_dialogue_and_to_harmless_names() {
    let dir = tempfile::tempdir().expect("a folder");
    let sink = Sink::start(dir.path().to_path_buf(), CancellationToken::new()).await.expect("started");
    let said = b"NOOP\r\nDATA\r\nRCPT TO:<a@b>\r\nEHLO x\r\nMAIL FROM <a@b>\r\nMAIL FROM:<a@b> BODY=8BITMIME SIZE=99999999\r\n\
        MAIL FROM:<a@b> SIZE=10\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>\r\nRCPT TO:<../../\xc3\xa9 x@b>\r\nRSET\r\nDATA\r\nHELO x\r\n\
        mail from:<>\r\nrcpt to:<../../e x@b>\r\ndata\r\nbare\n.\nend\n..\r\n..dot\r\n.\r\nTURN\r\n";
    let codes: Vec<String> = say_to(&sink, said).await.iter().map(|answer| answer[..4].to_owned()).collect();
    let expected = [
        "220 ", "250 ", "503 ", "503 ", "250-", "250-", "250 ", "501 ", "552 ", "250 ", "503 ", "501 ", "250 ", "250 ",
        "503 ", "250 ", "250 ", "250 ", "354 ", "250 ", "502 ", "221 ",
    ];
    assert_eq!(codes, expected);
    let message = b"bare\n.\nend\n..\r\n.dot\r\n".to_vec();
    assert_eq!(kept(dir.path()), [("000001-.._.._e_x@b.eml".to_owned(), message)]);
}

#[tokio::test]
async fn the_sink_refuses_what_is_too_heavy_too_long_or_too_many() {
    let dir = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let sink = Sink::start(dir.path().to_path_buf(), stop.clone()).await.expect("started");
    let mut heavy = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n".to_vec();
    heavy.extend_from_slice(format!("{}\r\n", "x".repeat(1_000)).repeat(10_500).as_bytes());
    heavy.extend_from_slice(b".\r\n");
    let answers = say_to(&sink, &heavy).await;
    assert!(answers.iter().any(|answer| answer.starts_with("552 ")), "{answers:?}");

    let mut talker = TcpStream::connect(sink.addr).await.expect("a connection");
    talker.write_all(&[b'x'; 8 * 1024]).await.expect("written");
    let mut answers = Vec::new();
    talker.read_to_end(&mut answers).await.expect("read");
    assert!(String::from_utf8_lossy(&answers).contains("\r\n500 "));

    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(sink.addr).await.expect("a connection");
        assert_eq!(stream.read_u8().await.expect("a greeting"), b'2');
        crowd.push(stream);
    }
    let mut one_more = TcpStream::connect(sink.addr).await.expect("a connection");
    assert_eq!(one_more.read_u8().await.expect("an answer"), b'4');
    assert_eq!((sink.accepted(), kept(dir.path()).len()), (0, 0));

    stop.cancel();
    tokio::time::timeout(Duration::from_secs(1), sink.stopped()).await.expect("it stops with a hundred idle peers");
    assert!(TcpStream::connect(sink.addr).await.is_err());
}
