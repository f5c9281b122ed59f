"""The second part of recompute.py: every ratio of results.csv, with its bounds, from what was filed.

A result is counted as its row says (span, scope, competence, eligibility), from the definition in indicators.csv.
Where reports are missing, the share can still end between two bounds. For sums any share is possible, except an end
that one case already rules out; sets of procedures cannot outgrow those that count at all; stocks may come out anew.
"""

from datetime import date, timedelta

SIDES = ("numerator", "denominator")


def terms(cell):
    """`3*online+direct` as pairs of code and weight."""
    pairs = [term.rpartition("*") for term in cell.split("+") if term]
    return [(code, int(weight or 1)) for weight, _, code in pairs]


class Tally:
    """What one unit, or a unit with all that is added into it, counts."""

    def __init__(self):
        self.sums = dict.fromkeys(SIDES, 0)
        self.sets = {side: set() for side in SIDES}  # procedures with a value above zero
        self.addable = {side: set() for side in SIDES}  # procedures that a missing report could add
        self.is_open = False  # whether a missing report could add anything
        self.reported = self.obliged = 0

    def add(self, other):
        for side in SIDES:
            self.sums[side] += other.sums[side]
            self.sets[side] |= other.sets[side]
            self.addable[side] |= other.addable[side]
        self.is_open |= other.is_open
        self.reported, self.obliged = self.reported + other.reported, self.obliged + other.obliged


class Counter:
    """One way of counting one indicator over one span, as a row of results.csv says it."""

    def __init__(self, edition, row):
        self.edition, self.row, self.indicator = edition, row, edition.indicators[row["indicator"]]
        self.columns = {side: terms(self.indicator[side + "_columns"]) for side in SIDES}
        self.fields = {side: terms(self.indicator[side + "_single_fields"]) for side in SIDES}
        used = [code for terms_of in (self.columns, self.fields) for side in SIDES for code, _ in terms_of[side]]
        self.counts_stocks = any(edition.form[code]["over_time"] != "sum" for code in used)
        self.admitted = {(side, month): self.procedures(side, month) for side in SIDES for month in edition.months}
        self.tallies = {unit: self.count(unit) for unit in edition.units}

    def procedures(self, side, month):
        """Those that count on one side in one month: in the list, and eligible, on every day of it."""
        window, found = self.edition.months[month], set()
        for code, procedure in self.edition.procedures.items() if self.columns[side] else ():
            wanted = [
                (procedure["level"], self.indicator[side + "_levels"].split()),
                (procedure["competence"], self.indicator[side + "_competence"].split()),
                (procedure["competence"], self.row["competence"].split()),
                (procedure["field"], [field for field in self.indicator[side + "_fields"].split("|") if field]),
            ]
            stays = self.edition.stays[self.indicator[side + "_list"], code]
            is_listed = any(first <= window["from"] and last >= window["to"] for first, last in stays)
            if all(not allowed or value in allowed for value, allowed in wanted):
                if (is_listed or not self.indicator[side + "_list"]) and self.is_eligible(procedure, window):
                    found.add(code)
        return found

    def is_eligible(self, procedure, window):
        in_force_from, after_days = procedure["in_force_from"], self.row["eligible_after_days"]
        if not in_force_from or not after_days:
            return True
        counts_from = date.fromisoformat(in_force_from) + timedelta(days=int(after_days))
        return counts_from.isoformat() <= window["from"] and in_force_from <= (self.row["eligible_until"] or "9999")

    def count(self, unit):
        """What the unit itself filed. A report that lacks a single field of the indicator is not in."""
        edition, tally = self.edition, Tally()
        fields = {field for side in SIDES for field, _ in self.fields[side]}
        owed_fields = [field for field in fields if edition.owes_field(unit, field)]
        if fields and not owed_fields:
            return tally  # the indicator is not about units of this tier
        months = edition.months_owed(unit, self.row["span"])
        has_all = lambda month: all(edition.field(unit, month, field) is not None for field in owed_fields)
        months_in = [month for month in months if edition.is_in(unit, month) and has_all(month)]
        for month in [month for month in months if month not in months_in]:
            tally.is_open |= bool(fields or self.admitted["denominator", month])
            for side in SIDES:
                tally.addable[side] |= self.admitted[side, month]
        for side, month in [(side, month) for side in SIDES for month in months_in]:
            weights = {code: n for code, n in self.columns[side] if edition.counts(code, month, months_in)}
            for procedure in self.admitted[side, month] & edition.rows[unit, month].keys():
                cells = edition.rows[unit, month][procedure]
                value = sum(weight * cells[column] for column, weight in weights.items())
                tally.sums[side] += value
                tally.sets[side] |= {procedure} if value > 0 else set()
            for field, weight in self.fields[side]:
                if edition.counts(field, month, months_in):
                    tally.sums[side] += weight * (edition.field(unit, month, field) or 0)
        tally.reported, tally.obliged = len(months_in), len(months)
        return tally

    def result(self, unit, scope):
        """The cells that the unit's row of results.csv should have."""
        tally, is_set = Tally(), self.indicator["count"] == "distinct_procedures"
        for other in self.edition.added[unit] if scope == "subtree" else [unit]:
            tally.add(self.tallies[other])
        above, below = (len(tally.sets[side]) if is_set else tally.sums[side] for side in SIDES)
        hundredths = (20000 * above + below) // (2 * below) if below else 0  # half-up
        computed = {
            "numerator": above if tally.reported else "",
            "denominator": below if tally.reported else "",
            "percent": f"{hundredths // 100}.{hundredths % 100:02}" if below else "",
            "reported": tally.reported,
            "obliged": tally.obliged,
        }
        may_be_nothing = int(below == 0)
        if not (tally.addable["denominator"] if is_set else tally.is_open):
            bounds = ("",) * 7
        elif self.counts_stocks:  # a missing report may be the first or last one: what is counted now may not count then
            bounds = 0, 1, 1, 1, 1, 1, 1
        elif is_set:
            low = above, len(tally.sets["denominator"] | tally.addable["denominator"]), 1
            high = (len(tally.sets[side] | tally.addable["numerator"]) for side in SIDES)
            bounds = *low, *high, 1, may_be_nothing
        else:  # enough new cases, all or none of them counted above, outweigh what is in
            bounds = 0, 1, int(above == 0), 1, 1, int(above == below), may_be_nothing
        names = [f"{end}_{part}" for end in ("low", "high") for part in ("numerator", "denominator", "reached")]
        return computed | dict(zip([*names, "may_be_nothing"], bounds))


def check(edition):
    """Compares every row of results.csv with what is counted for it."""
    counters = {}
    for row in edition.results:
        way = [row[name] for name in ("indicator", "span", "competence", "eligible_after_days", "eligible_until")]
        if tuple(way) not in counters:
            counters[tuple(way)] = Counter(edition, row)
        computed = counters[tuple(way)].result(row["unit"], row["scope"])
        edition.compare(f"{row['unit']} {row['indicator']} {row['span']}", computed, row)
    return len(edition.results)
