//! The calendar of the head: windows, deadlines, lock and publication.

use std::collections::BTreeSet;

use baocao_domain::calendar::{Calendar, LongerPeriod};
use baocao_domain::days_off::DaysOff;
use baocao_domain::deadline::{Days, Deadline, Deadlines, PRESETS, preset};
use baocao_domain::period::WindowRule;
use baocao_domain::unit::Tier;
use jiff::civil::Time;
use toml::Spanned;

use super::raw::{RawCalendar, RawDeadline};
use super::{Check, Head};
use crate::regime::fault::Faults;
use crate::regime::words::{clock, either, one_of, quoted, tier_below};

/// The most days from a window to its deadline, and from there to the lock and to publication.
pub const WORKING_DAYS_MAX: u8 = 60;

const LONGER_PERIODS: [(&str, LongerPeriod); 4] = [
    ("quarter", LongerPeriod::Quarter),
    ("half", LongerPeriod::Half),
    ("nine_months", LongerPeriod::NineMonths),
    ("year", LongerPeriod::Year),
];

/// Where windows begin and end.
pub(super) fn window_rule(word: &str) -> Result<WindowRule, String> {
    let fifteenth = ("fifteenth_to_fourteenth", WindowRule::FifteenthToFourteenth);
    one_of(&[fifteenth, ("calendar_month", WindowRule::CalendarMonth)])(word)
}

impl Head<'_> {
    /// The calendar with these days off; none if a part of it has a fault.
    pub(in crate::regime) fn calendar(&self, days_off: DaysOff, faults: &mut Faults) -> Option<Calendar> {
        let (raw, mut check) = (&self.raw.calendar, self.check(faults));
        let window_rule = check.value(&raw.window_rule, window_rule);
        let longer_periods = check.values(&raw.longer_periods, one_of(&LONGER_PERIODS));
        let deadlines = check.deadlines(raw);
        let lock_time = check.value(&raw.lock_time, clock);
        let lock_working_days = check.days(&raw.lock_working_days, 1);
        let publish = check.publish(raw);
        Some(Calendar {
            window_rule: window_rule?,
            days_off,
            deadlines: deadlines?,
            lock_time: lock_time?,
            lock_working_days: lock_working_days?,
            publish: publish?,
            longer_periods: longer_periods?.into_iter().collect(),
        })
    }
}

impl Check<'_> {
    fn days(&mut self, at: &Spanned<u8>, least: u8) -> Option<u8> {
        let days = *at.get_ref();
        if (least..=WORKING_DAYS_MAX).contains(&days) {
            return Some(days);
        }
        self.fault(at, format!("{days} days; expected {least} to {WORKING_DAYS_MAX}"));
        None
    }

    /// The preset, with other deadlines for some tiers.
    fn deadlines(&mut self, raw: &RawCalendar) -> Option<Deadlines> {
        let base = self.value(&raw.deadlines, |name| {
            let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            preset(name).ok_or_else(|| format!("no preset {}; expected {}", quoted(name), either(&known)))
        });
        let mut seen = BTreeSet::new();
        let mut others: Vec<Option<(Tier, Deadline)>> = Vec::with_capacity(raw.deadline.len());
        for deadline in &raw.deadline {
            let other = self.deadline(deadline);
            if let Some((tier, _)) = other.filter(|(tier, _)| !seen.insert(*tier)) {
                let message = format!("{} has two deadlines; expected each tier once", tier.code());
                self.fault(&deadline.tier, message);
            }
            others.push(other);
        }
        let others = others.into_iter().collect::<Option<Vec<_>>>()?;
        others.into_iter().try_fold(base?, |deadlines, (tier, deadline)| deadlines.with(tier, deadline))
    }

    fn deadline(&mut self, raw: &RawDeadline) -> Option<(Tier, Deadline)> {
        let tier = self.value(&raw.tier, tier_below);
        let days = self.days(&raw.days, 1);
        let of = self.value(
            &raw.kind,
            one_of::<fn(u8) -> Option<Days>>(&[("working", Days::working), ("calendar", Days::calendar)]),
        );
        let time = self.value(&raw.time, clock);
        Some((tier?, Deadline { days: of?(days?)?, time: time? }))
    }

    /// Days and hour of publication after the lock; within, none: at the lock.
    fn publish(&mut self, raw: &RawCalendar) -> Option<Option<(u8, Time)>> {
        match (&raw.publish_working_days, &raw.publish_time) {
            (None, None) => Some(None),
            (Some(days), Some(time)) => {
                let (days, time) = (self.days(days, 0), self.value(time, clock));
                Some(Some((days?, time?)))
            }
            (Some(days), None) => {
                self.fault(days, "publish_working_days without publish_time; expected both or neither");
                None
            }
            (None, Some(time)) => {
                self.fault(time, "publish_time without publish_working_days; expected both or neither");
                None
            }
        }
    }
}
