//! The chain from its first entry to its head: what every entry says, what each row must be, and how every day ended.

use std::collections::HashMap;

use baocao_domain::instant::Instant;

use super::Found;
use crate::audit::{GENESIS, hash_of_texts};
use crate::canonical::sha256_hex;
use crate::content::SITE;
use crate::error::AppError;
use crate::heads::{self, DayHead, PATH, PUBLISH};
use crate::ports::{Cells, Table, Tx};
use crate::submit::SUBMIT;

const AUDIT: &str = Table::Audit.name();
const HEAD: &str = Table::AuditHead.name();

/// The last entry about a row.
#[derive(Debug)]
pub(super) struct Covering {
    /// Its place.
    pub(super) seq: i64,
    /// The content that the row must have; empty if it was taken back.
    pub(super) content: String,
    /// How people call the row: `05971/tthc/2022-M07/1`.
    pub(super) name: String,
}

/// An entry that answered a request.
#[derive(Debug)]
pub(super) struct Answered {
    /// Its place.
    pub(super) seq: i64,
    /// Its hash, which the receipt bears.
    pub(super) hash: String,
    /// The content of the answer but for that.
    pub(super) content: String,
}

/// What is noted once and never changes: a second entry about it would make a change look right.
const NOTED_ONCE: [&str; 8] = [
    Table::Regime.name(),
    Table::UnitVersion.name(),
    Table::Revision.name(),
    Table::Extension.name(),
    Table::ApiKey.name(),
    Table::Document.name(),
    Table::Issue.name(),
    SITE,
];

/// What the chain says.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// By table and key, the last entry about each row.
    pub(super) rows: HashMap<(&'static str, String), Covering>,
    /// By client and request.
    pub(super) answers: HashMap<(String, String), Answered>,
    /// The places of the entries that froze editions, by key.
    pub(super) frozen: HashMap<String, i64>,
    /// When the last entry was noted, in microseconds.
    pub(super) ended_at: i64,
    /// How every day ended, the last one so far.
    days: Vec<DayHead>,
    /// The hashes of the file of heads, as it was published last and before that.
    published: Vec<String>,
}

/// The end of what was followed.
struct End {
    seq: i64,
    hash: String,
    at: i64,
}

/// Follows the chain.
pub(super) async fn follow(tx: &mut dyn Tx, found: &mut Found<'_>) -> Result<Chain, AppError> {
    let head = tx.cells(Table::AuditHead, &[], 2).await?;
    let expected: usize = head.first().and_then(|cells| cells[1].as_deref()?.parse().ok()).unwrap_or(0);
    let (mut chain, mut end) = (Chain::default(), End { seq: 0, hash: GENESIS.into(), at: 0 });
    let (mut from, mut count) = (Vec::new(), 0);
    loop {
        let batch = tx.cells(Table::Audit, &from, Table::Audit.batch_max()).await?;
        for cells in &batch {
            chain.take(cells, &mut end, found);
        }
        count += batch.len();
        (found.progress)(AUDIT, count, expected);
        if batch.len() < Table::Audit.batch_max() as usize {
            break;
        }
        from = vec![end.seq.saturating_add(1).to_string()];
    }
    found.checked(AUDIT, count);
    let is_end = |cells: &Cells| {
        let last = [end.seq.to_string(), end.hash.clone(), end.at.to_string()];
        cells[1..].iter().map(Option::as_deref).eq(last.iter().map(|cell| Some(cell.as_str())))
    };
    if i64::try_from(expected).is_ok_and(|expected| expected > end.seq) {
        found.fault(
            AUDIT,
            (end.seq + 1).to_string(),
            format!("is missing: by its head the chain ends with entry {expected}"),
        );
    }
    match head.as_slice() {
        [cells] if is_end(cells) => {}
        [_] => found.fault(HEAD, "1", format!("is not where the chain ends: entry {} with hash {}", end.seq, end.hash)),
        _ => found.fault(HEAD, "1", format!("{} rows instead of one", head.len())),
    }
    Ok(chain)
}

impl Chain {
    fn take(&mut self, cells: &Cells, end: &mut End, found: &mut Found<'_>) {
        let texts: Vec<&str> = cells.iter().map(|cell| cell.as_deref().unwrap_or("")).collect();
        let [seq, prev_hash, at, actor, action, object, content, outcome, hash] = texts[..] else { return };
        let (place, noted_at) = (seq.parse().unwrap_or(i64::MIN), at.parse().unwrap_or(i64::MIN));
        if place != end.seq + 1 {
            found.fault(AUDIT, (end.seq + 1).to_string(), format!("is missing: entry {seq} follows"));
        }
        let own = hash_of_texts([seq, prev_hash, at, actor, action, object, content, outcome]);
        if own != hash {
            found.fault(AUDIT, seq, format!("its hash is {hash}, but its cells have the hash {own}"));
        } else if prev_hash != end.hash {
            found.fault(AUDIT, seq, format!("does not follow entry {}: it names another hash before it", end.seq));
        } else if noted_at < end.at {
            found.fault(AUDIT, seq, "is older than the entry before it");
        }
        // The next entry was chained to what this one was: where only the hash was changed, that is what its cells say.
        let hash = if own == hash { hash } else { &own };
        (end.seq, end.hash, end.at) = (place, hash.to_owned(), noted_at);
        self.ended_at = self.ended_at.max(noted_at);
        heads::follow(&mut self.days, Instant::from_micros(noted_at).local_date(), place, hash);
        if outcome != "ok" {
            return;
        }
        if action == PUBLISH {
            self.published.insert(0, content.to_owned());
            self.published.truncate(2);
        }
        let covering = Covering { seq: place, content: content.to_owned(), name: String::new() };
        let answered = (action == SUBMIT).then_some((actor, hash));
        self.cover(object, covering, answered, found);
    }

    /// Reads what an entry is about: a table, a key, a name; where a request was answered, by whom and under which hash. In
    /// any other entry the name is people's text and says nothing more.
    fn cover(&mut self, object: &str, mut covering: Covering, answered: Option<(&str, &str)>, found: &mut Found<'_>) {
        let mut words = object.splitn(3, ' ');
        let (Some(what), Some(key)) = (words.next(), words.next()) else { return };
        let tables = Table::ALL.iter().map(|table| table.name()).chain([SITE]);
        let Some(what) = tables.into_iter().find(|table| *table == what) else { return };
        let name = words.next().unwrap_or("");
        match answered.and_then(|by| Some((by, name.split_once(" answer ")?))) {
            None => name.clone_into(&mut covering.name),
            Some(((actor, hash), (name, answer))) => {
                name.clone_into(&mut covering.name);
                let (request, content) = answer.split_once(' ').unwrap_or((answer, ""));
                let answered = Answered { seq: covering.seq, hash: hash.to_owned(), content: content.to_owned() };
                if let Some(first) = self.answers.insert((actor.to_owned(), request.to_owned()), answered) {
                    let what = format!("entry {} answers it a second time, after entry {}", covering.seq, first.seq);
                    found.fault(Table::Answer.name(), format!("{actor}/{request}"), what);
                }
            }
        }
        if what == Table::Edition.name() {
            self.frozen.entry(key.to_owned()).or_insert(covering.seq);
        }
        let seq = covering.seq;
        let before = self.rows.insert((what, key.to_owned()), covering);
        if let Some(first) = before.filter(|_| NOTED_ONCE.contains(&what)) {
            let what_is_wrong = format!("entry {seq} notes it a second time, after entry {}", first.seq);
            found.fault(what, key, what_is_wrong);
        }
    }
}

/// Holds the file of the public tree against the chain, and against what the chain says was published.
pub(super) fn check_published(chain: &Chain, text: Option<&str>, found: &mut Found<'_>) {
    let Some(text) = text else {
        if !chain.published.is_empty() {
            found.fault(SITE, PATH, "is not there");
        }
        return;
    };
    // The one before is in place for the moment between the note and the file.
    let is_known = chain.published.is_empty() || chain.published.contains(&sha256_hex(text.as_bytes()));
    if !is_known {
        found.fault(SITE, PATH, "is not the file that the chain notes as published");
    }
    check_heads(chain, text, "published", found);
}

/// Holds a file of heads against the chain: what a day ended with must stand in it, and nothing more of that day.
pub(super) fn check_heads(chain: &Chain, text: &str, which: &str, found: &mut Found<'_>) {
    let heads = match heads::read(text) {
        Ok(heads) => heads,
        Err(line) => return found.fault(SITE, PATH, format!("line {line} of the {which} heads does not read")),
    };
    let days: HashMap<_, _> = chain.days.iter().map(|head| (head.day, head)).collect();
    for head in &heads {
        let ended = days.get(&head.day);
        if ended != Some(&head) {
            let now =
                ended.map_or_else(|| "nothing".into(), |ended| format!("entry {} with hash {}", ended.seq, ended.hash));
            let what = format!(
                "the {which} head of {} is entry {} with hash {}; the chain has {now}",
                head.day, head.seq, head.hash
            );
            found.fault(AUDIT, head.seq.to_string(), what);
        }
    }
    let listed: HashMap<_, _> = heads.iter().map(|head| (head.day, head.seq)).collect();
    let last = heads.last().map(|head| head.day);
    for day in chain.days.iter().filter(|day| Some(day.day) < last && !listed.contains_key(&day.day)) {
        found.fault(SITE, PATH, format!("the {which} heads leave out {}", day.day));
    }
    let count = heads.len();
    found.checked(if which == "kept" { "kept heads" } else { "published heads" }, count);
}
