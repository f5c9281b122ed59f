//! The folder and the black hole: what becomes of a message that goes to no relay.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use baocao_app::ports::{BeforeBody, Envelope, Mailer, SendFailure, StoreError};
use baocao_mail::{MailSettings, SettingsError, Transport};

const MESSAGE: &[u8] = b"Message-ID: <d.17-a@langson.gov.vn>\r\nSubject: x\r\n\r\nbody\r\n";

/// Counts the marks; refuses to make them durable if told so.
#[derive(Default)]
struct Marks {
    noted: AtomicUsize,
    is_broken: bool,
}

#[async_trait]
impl BeforeBody for Marks {
    async fn note(&self) -> Result<(), StoreError> {
        if self.is_broken {
            return Err(StoreError::Conflict { doing: "noting the body" });
        }
        self.noted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn envelope() -> Envelope {
    Envelope { from: "tthc@langson.gov.vn".to_owned(), to: "soct@langson.gov.vn".to_owned() }
}

fn names(dir: &PathBuf) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_message_is_one_whole_file_however_often_it_is_handed_over() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path().join("not/yet/there");
    let folder = Transport::open(MailSettings::Folder { dir: dir.clone() }).expect("it can be made");
    let marks = Marks::default();
    for _ in 0..2 {
        let accepted = folder.send(&envelope(), MESSAGE, &marks).await.expect("it is kept");
        assert_eq!(accepted.reply, "250 2.0.0 Ok: kept as d.17-a.eml");
    }
    assert_eq!(names(&dir), ["d.17-a.eml", "tmp"]);
    assert_eq!(names(&dir.join("tmp")), Vec::<String>::new());
    assert_eq!(fs::read(dir.join("d.17-a.eml")).expect("the message"), MESSAGE);
    assert_eq!(marks.noted.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn another_message_with_the_same_id_is_refused_and_the_first_stays() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path().to_path_buf();
    let folder = Transport::open(MailSettings::Folder { dir: dir.clone() }).expect("it can be made");
    folder.send(&envelope(), MESSAGE, &Marks::default()).await.expect("it is kept");
    let other = b"Message-ID: <d.17-a@langson.gov.vn>\r\n\r\nother\r\n";
    let outcome = folder.send(&envelope(), other, &Marks::default()).await;
    assert!(matches!(outcome, Err(SendFailure::Permanent(_))), "{outcome:?}");
    assert_eq!(fs::read(dir.join("d.17-a.eml")).expect("the message"), MESSAGE);
}

#[tokio::test]
async fn a_message_without_a_usable_id_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = Transport::open(MailSettings::Folder { dir: home.path().to_path_buf() }).expect("it can be made");
    for message in ["Subject: x\r\n\r\n", "Message-ID: <../../etc/x@y>\r\n\r\n", ""] {
        let outcome = folder.send(&envelope(), message.as_bytes(), &Marks::default()).await;
        assert!(matches!(outcome, Err(SendFailure::Permanent(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn without_a_durable_mark_nothing_is_handed_over() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path().to_path_buf();
    for settings in [MailSettings::Folder { dir: dir.clone() }, MailSettings::Blackhole] {
        let transport = Transport::open(settings).expect("it can be made");
        let marks = Marks { is_broken: true, ..Marks::default() };
        let outcome = transport.send(&envelope(), MESSAGE, &marks).await;
        assert!(matches!(outcome, Err(SendFailure::Temporary(_))), "{outcome:?}");
    }
    assert_eq!(names(&dir), ["tmp"]);
}

#[tokio::test]
async fn the_black_hole_accepts_everything() {
    let marks = Marks::default();
    let hole = Transport::open(MailSettings::Blackhole).expect("nothing to make");
    hole.send(&envelope(), b"anything", &marks).await.expect("it accepts");
    assert_eq!(marks.noted.load(Ordering::SeqCst), 1);
    hole.close().await;
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_at_start() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("file");
    fs::write(&file, "x").expect("written");
    let outcome = Transport::open(MailSettings::Folder { dir: file.join("mail") });
    assert!(matches!(outcome, Err(SettingsError::Folder { .. })), "{outcome:?}");
}
