//! The heads of the audit chain, day by day, as they are published: whoever keeps the file is a witness.
//!
//! A chain without witnesses can be written anew from any place on. So the last entry of each finished day (legal time)
//! is published in one file that grows and never changes, beside the list of editions. An entry's time never goes back,
//! and publishing a head is itself an entry of a later day: what a day ended with stays its end.

use std::fmt::Write as _;
use std::sync::Arc;

use baocao_domain::instant::Instant;
use jiff::civil::{Date, Time};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::canonical::sha256_hex;
use crate::error::AppError;
use crate::ports::{AuditRow, PageFile, Tx};
use crate::setup::SERVICE;

/// Where the file is, below the root of the site.
pub const PATH: &str = "audit/heads.csv";

/// The action of the entry that notes the file as it is published.
pub(crate) const PUBLISH: &str = "publish-heads";

/// Its first line.
const HEADER: &str = "day,seq,hash\n";

/// Entries that are read at a time.
const BATCH_MAX: u32 = 1_000;

/// The last entry of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayHead {
    /// The day, in legal time.
    pub day: Date,
    /// The place of its last entry.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// Reads such a file.
///
/// # Errors
/// The number of the first line that does not read, from 1.
pub fn read(text: &str) -> Result<Vec<DayHead>, usize> {
    let rest = text.strip_prefix(HEADER).ok_or(1_usize)?;
    rest.lines().enumerate().map(|(i, line)| read_line(line).ok_or(i + 2)).collect()
}

fn read_line(line: &str) -> Option<DayHead> {
    let mut cells = line.split(',');
    let head =
        DayHead { day: cells.next()?.parse().ok()?, seq: cells.next()?.parse().ok()?, hash: cells.next()?.to_owned() };
    cells.next().is_none().then_some(head)
}

/// What an entry adds to the heads of the days: a new day, or another end of the last one.
pub(crate) fn follow(heads: &mut Vec<DayHead>, day: Date, seq: i64, hash: &str) {
    let head = DayHead { day, seq, hash: hash.to_owned() };
    match heads.last_mut() {
        Some(last) if last.day == day => *last = head,
        _ => heads.push(head),
    }
}

fn text(heads: &[DayHead]) -> String {
    heads.iter().fold(HEADER.to_owned(), |mut text, head| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{},{},{}", head.day, head.seq, head.hash);
        text
    })
}

/// The place after the last head.
fn behind(heads: &[DayHead]) -> i64 {
    heads.last().map_or(1, |last| last.seq + 1)
}

/// Whether an entry from this place on notes a file of heads with this hash.
async fn is_noted(tx: &mut dyn Tx, mut from: i64, hash: &str) -> Result<bool, AppError> {
    loop {
        let batch = tx.audit_entries(from, BATCH_MAX).await?;
        let Some(last) = batch.last() else { return Ok(false) };
        from = last.seq + 1;
        if batch.iter().any(|entry| entry.action == PUBLISH && entry.content_hash == hash) {
            return Ok(true);
        }
    }
}

/// Whether what is published stands in the chain.
async fn is_sound(tx: &mut dyn Tx, heads: &[DayHead]) -> Result<bool, AppError> {
    if let Some(last) = heads.last() {
        let entry = tx.audit_entries(last.seq, 1).await?.pop();
        if entry.is_none_or(|entry| (entry.seq, &entry.hash) != (last.seq, &last.hash)) {
            tracing::error!(day = %last.day, seq = last.seq, "published head is not in the audit chain");
            return Ok(false);
        }
    }
    Ok(true)
}

impl App {
    /// The last entry of the last finished day; none before the end of the first.
    pub(crate) async fn last_finished(&self, tx: &mut dyn Tx) -> Result<Option<AuditRow>, AppError> {
        let today = Instant::at(self.now().local_date(), Time::midnight());
        Ok(tx.audit_before(today).await?)
    }

    /// The file of heads as it is to be published; none if what is published contradicts the chain, and is left as it is.
    pub(crate) async fn heads_page(&self) -> Result<Option<PageFile>, AppError> {
        let files = Arc::clone(&self.ports.files);
        let published = self.aside("read the published heads", move || files.site_file(PATH)).await?;
        let published = published.and_then(|bytes| String::from_utf8(bytes).ok());
        let mut heads = match published.as_deref().map(read) {
            None => Vec::new(),
            Some(Ok(heads)) => heads,
            Some(Err(line)) => {
                tracing::error!(line, "published heads of the audit chain do not read, left as they are");
                return Ok(None);
            }
        };
        let mut tx = self.ports.store.read().await?;
        if !is_sound(tx.as_mut(), &heads).await? {
            return Ok(None);
        }
        let known = heads.len();
        self.go_on(tx.as_mut(), &mut heads).await?;
        // Of several instances each publishes for itself; what they publish is noted once.
        let hash = sha256_hex(text(&heads).as_bytes());
        let is_news = heads.len() > known && !is_noted(tx.as_mut(), behind(&heads), &hash).await?;
        drop(tx);
        if is_news {
            heads = self.note_heads(heads).await?;
        }
        Ok(Some(PageFile { path: PATH.into(), bytes: text(&heads).into_bytes() }))
    }

    /// Adds the days that are finished.
    async fn go_on(&self, tx: &mut dyn Tx, heads: &mut Vec<DayHead>) -> Result<(), AppError> {
        if let Some(finished) = self.last_finished(tx).await? {
            let mut next = behind(heads);
            while next <= finished.seq {
                let batch = tx.audit_entries(next, BATCH_MAX).await?;
                let Some(last) = batch.last() else { break };
                next = last.seq + 1;
                for entry in batch.iter().filter(|entry| entry.seq <= finished.seq) {
                    follow(heads, entry.at.local_date(), entry.seq, &entry.hash);
                }
            }
        }
        Ok(())
    }

    /// Notes what is about to be published, and answers with it. Gone on with while the end of the chain is held: a filing that
    /// began before midnight and commits after it belongs to the day before, unless this entry comes first.
    async fn note_heads(&self, mut heads: Vec<DayHead>) -> Result<Vec<DayHead>, AppError> {
        // Which days are finished goes by the time of day.
        self.compare_clocks().await?;
        let mut tx = self.ports.store.begin().await?;
        tx.audit_head().await?;
        self.go_on(tx.as_mut(), &mut heads).await?;
        let content_hash = sha256_hex(text(&heads).as_bytes());
        // Another instance may have noted it since the look, perhaps while this one stood still.
        if is_noted(tx.as_mut(), behind(&heads), &content_hash).await? {
            return Ok(heads);
        }
        let entry = Entry { actor: SERVICE, action: PUBLISH, object: PATH.to_owned(), content_hash, refused: None };
        let noted = audit::record(tx.as_mut(), self.now(), entry).await?;
        audit::commit(tx, noted).await?;
        Ok(heads)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_has_one_head_and_the_file_reads_back() {
        let mut heads = Vec::new();
        for (day, seq) in [(1, 1), (1, 2), (3, 3), (3, 4)] {
            follow(&mut heads, date(2022, 7, day), seq, &seq.to_string().repeat(64));
        }
        let text = text(&heads);
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("2022-07-01,2,22")), "{text}");
        assert_eq!(read(&text), Ok(heads));
        assert_eq!(read("seq,hash\n"), Err(1));
        assert_eq!(read("day,seq,hash\n2022-07-01,2,aa\n2022-07-02,x,bb\n"), Err(3));
        assert_eq!(read("day,seq,hash\n2022-07-01,2,aa,more\n"), Err(2));
    }
}
