//! `regime.toml`: names, calendar, form, lists, indicators and delegations.
//!
//! The file's shape is proved by its types (a key that is not known is an error that names it); what types cannot say
//! is checked here, with the line of the value. Parts are read one by one, so that a fault in one hides none in
//! another.

mod calendar;
mod cascade;
mod fields;
mod form;
mod indicators;
mod raw;
mod sides;

use std::collections::BTreeSet;
use std::fmt::Display;

use baocao_domain::ids::{IndicatorCode, ListCode, UnitCode};
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::procedure::ProcedureList;
use baocao_domain::regime::Letterhead;
use toml::Spanned;

use super::fault::Faults;
use super::maps::Choice;
use super::procedures::Declared;
use super::source::HEAD;
use super::words::{date, month, names, quoted, text};
use raw::{RawHead, RawLetterhead, RawList, Text, Texts};

pub use calendar::WORKING_DAYS_MAX;
pub use fields::SINGLE_FIELDS_MAX;
pub use form::COLUMNS_MAX;
pub(super) use indicators::SCOPES;
pub use sides::WEIGHT_MAX;

/// The head, in the shape that it must have.
pub(super) struct Head<'a> {
    source: &'a str,
    raw: RawHead,
}

/// What the head says first. A part with a fault is none.
#[derive(Default)]
pub(super) struct Basics {
    pub(super) name: Option<String>,
    pub(super) province: Option<UnitCode>,
    pub(super) first_month: Option<PeriodKey>,
    pub(super) window_rule: Option<WindowRule>,
    pub(super) letterhead: Option<Letterhead>,
    pub(super) remarks: Option<Vec<String>>,
    /// The map; within, none if the regime is drawn on none.
    pub(super) map: Option<Option<Choice>>,
}

impl<'a> Head<'a> {
    /// Proves the shape; only its first fault is known.
    pub(super) fn parse(source: &'a str, faults: &mut Faults) -> Option<Self> {
        match toml::from_str(source) {
            Ok(raw) => Some(Self { source, raw }),
            Err(error) => {
                let line = error.span().map(|span| line_of(source, span.start));
                faults.add(HEAD, line, error.message().trim_end());
                None
            }
        }
    }

    fn check<'f>(&self, faults: &'f mut Faults) -> Check<'f>
    where
        'a: 'f,
    {
        Check { source: self.source, faults }
    }

    /// Names, the first month, the letterhead and the map.
    pub(super) fn basics(&self, faults: &mut Faults) -> Basics {
        let (raw, mut check) = (&self.raw, self.check(faults));
        let first_month = check.value(&raw.first_month, month);
        let window_rule = calendar::window_rule(raw.calendar.window_rule.get_ref()).ok();
        Basics {
            name: check.value(&raw.name, folder_name),
            province: check.value(&raw.province, UnitCode::parse),
            first_month,
            window_rule,
            letterhead: check.letterhead(&raw.letterhead),
            remarks: check.texts(&raw.remarks),
            map: check.map(raw, first_month.zip(window_rule)),
        }
    }

    /// The declared lists, each with its line and without its members; none if one has a fault.
    pub(super) fn lists(&self, faults: &mut Faults) -> Option<Vec<Declared>> {
        let mut check = self.check(faults);
        let mut seen = BTreeSet::new();
        let read: Vec<_> = self
            .raw
            .list
            .iter()
            .map(|list| {
                if !seen.insert(list.code.get_ref()) {
                    check.fault(&list.code, format!("list {} is given twice; expected each once", list.code.get_ref()));
                }
                check.list(list)
            })
            .collect();
        read.into_iter().collect()
    }

    /// The codes of the indicators, those with a fault elsewhere included; none if a code could not be read.
    pub(super) fn indicator_codes(&self) -> Option<BTreeSet<IndicatorCode>> {
        self.raw.indicator.iter().map(|indicator| IndicatorCode::parse(indicator.code.get_ref()).ok()).collect()
    }
}

/// Columns or single fields that others refer to.
struct Names<'a> {
    /// What faults call one.
    noun: &'static str,
    /// Their codes by position; none if one could not be read: references are then not judged.
    known: Option<Vec<&'a str>>,
}

/// Reads values of the head, each with its line.
struct Check<'a> {
    source: &'a str,
    faults: &'a mut Faults,
}

impl Check<'_> {
    fn fault<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        self.faults.add(HEAD, line_of(self.source, at.span().start), message);
    }

    fn value<T, E: Display>(&mut self, at: &Text, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        match parse(at.get_ref()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(at, error.to_string());
                None
            }
        }
    }

    fn text(&mut self, at: &Text) -> Option<String> {
        self.value(at, text)
    }

    fn texts(&mut self, at: &[Text]) -> Option<Vec<String>> {
        let read: Vec<_> = at.iter().map(|one| self.text(one)).collect();
        read.into_iter().collect()
    }

    /// Values of which each may stand once.
    fn values<T, E: Display>(&mut self, at: &[Text], parse: impl Fn(&str) -> Result<T, E>) -> Option<Vec<T>> {
        let mut seen = BTreeSet::new();
        let read: Vec<_> = at
            .iter()
            .map(|one| {
                let value = self.value(one, &parse);
                if !seen.insert(one.get_ref()) && value.is_some() {
                    self.fault(one, format!("{} is given twice; expected each once", quoted(one.get_ref())));
                    return None;
                }
                value
            })
            .collect();
        read.into_iter().collect()
    }

    /// Positions of named columns or single fields: at least one, each once.
    fn positions(&mut self, names: &Names<'_>, at: &Texts) -> Option<Vec<usize>> {
        if at.get_ref().is_empty() {
            self.fault(at, format!("no {}; expected at least one", names.noun));
            return None;
        }
        let known = names.known.as_ref()?;
        self.values(at.get_ref(), |name| position(names.noun, known, name))
    }

    fn position(&mut self, names: &Names<'_>, at: &Text) -> Option<usize> {
        let known = names.known.as_ref()?;
        self.value(at, |name| position(names.noun, known, name))
    }

    fn letterhead(&mut self, raw: &RawLetterhead) -> Option<Letterhead> {
        let issuer = self.text(&raw.issuer);
        let issuer_place = self.text(&raw.issuer_place);
        let place = self.text(&raw.place);
        let province = self.text(&raw.province);
        let symbol = self.text(&raw.symbol);
        let addressee = self.text(&raw.addressee);
        let recipients = self.texts(&raw.recipients);
        let signatory_lines = self.texts(&raw.signatory_lines);
        let urging_organ = self.text(&raw.urging_organ);
        Some(Letterhead {
            issuer: issuer?,
            issuer_place: issuer_place?,
            place: place?,
            province: province?,
            symbol: symbol?,
            addressee: addressee?,
            recipients: recipients?,
            signatory_lines: signatory_lines?,
            urging_organ: urging_organ?,
        })
    }

    fn map(&mut self, raw: &RawHead, first: Option<(PeriodKey, WindowRule)>) -> Option<Option<Choice>> {
        let Some(map) = &raw.map else { return Some(None) };
        let valid_from = self.value(&map.valid_from, date)?;
        let ends = first.map(|(month, rule)| month.window(rule).to);
        if let Some(ends) = ends.filter(|ends| valid_from > *ends) {
            let message = format!("valid_from: {valid_from}; expected a day not after the first month's last, {ends}");
            self.fault(&map.valid_from, message);
            return None;
        }
        let line = line_of(self.source, map.name.span().start);
        Some(Some(Choice { name: map.name.get_ref().clone(), line, valid_from }))
    }

    fn list(&mut self, raw: &RawList) -> Option<Declared> {
        let line = line_of(self.source, raw.code.span().start);
        let code = self.value(&raw.code, ListCode::parse);
        let (title, basis) = (self.text(&raw.title), self.text(&raw.basis));
        let list = ProcedureList { code: code?, title: title?, basis: basis?, members: Default::default() };
        Some(Declared { list, line })
    }
}

fn position(noun: &str, known: &[&str], name: &str) -> Result<usize, String> {
    let position = known.iter().position(|code| *code == name);
    position.ok_or_else(|| format!("no {noun} {}; expected {}", quoted(name), names(known.iter().copied())))
}

/// A regime's name is also its folder's.
fn folder_name(name: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&name.len()) && name.chars().all(is_name) {
        return Ok(name.to_owned());
    }
    Err(format!("{} is not a regime's name; expected such as lang-son-2022", quoted(name)))
}

fn line_of(source: &str, offset: usize) -> u64 {
    source.bytes().take(offset).filter(|byte| *byte == b'\n').map(|_| 1).sum::<u64>() + 1
}
