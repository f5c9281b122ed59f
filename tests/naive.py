#!/usr/bin/env python3
"""Recomputes closed periods from raw reports, naively, and compares with what the service said.

A second opinion, written from docs/arithmetic.md alone, section by section, to be read beside it: a set is a set, a sum
is a sum, a share is a `Fraction`, nothing is a float. Days and months are the ISO texts of the case. What the document
rules out (rows of equal rank, a parent that is not there) counts as a difference. `lru_cache` is there for speed only.

    naive.py CASES.jsonl     one case a line, `-` is standard input; exit 0 only if there are cases and none differs
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

PRINTED_MAX = 20
Row = dict[str, Any]
Months = tuple[str, ...]
Difference = tuple[str, str, Any, Any]  # unit, what, expected, given


class Record(SimpleNamespace):
    """A JSON object by its names; hashed as the one object that it is."""
    __hash__ = object.__hash__


def covers(begin: str, end: str | None, at: str) -> bool:
    return begin <= at and (end is None or at <= end)


# 1. Months and spans
def spans_of(period: str) -> dict[str, list[str]]:
    year, part = period[:4], period[5:]
    size, number = {"": (12, 1), "9M": (9, 1)}.get(part) or ({"M": 1, "Q": 3, "H": 6}[part[0]], int(part[1:]))
    last = size * number
    first_of = {"period": last - size + 1, "quarter_to_date": last - (last - 1) % 3, "year_to_date": 1}
    return {span: [f"{year}-M{month:02}" for month in range(first, last + 1)] for span, first in first_of.items()}


@lru_cache
def window_of(rule: str, month: str) -> tuple[str, str]:
    """First and last day."""
    first = date(int(month[:4]), int(month[6:]), 1)
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    windows = {
        "fifteenth_to_fourteenth": (before.replace(day=15), first.replace(day=14)),
        "calendar_month": (first, after.replace(day=1) - timedelta(days=1)),
    }
    return windows[rule][0].isoformat(), windows[rule][1].isoformat()


# 2. The tree
def above(unit: Record) -> list[Record]:
    return [unit.parent, *above(unit.parent)] if unit.parent else []


def with_below(unit: Record, keep: Callable[[Record], bool]) -> list[Record]:
    return [unit, *(below for child in unit.children if keep(child) for below in with_below(child, keep))]


def tree_on(versions: list[Row], day: str) -> list[Record]:
    """The units that are there on the day, in the order of the tree."""
    begun = sorted((version for version in versions if version["valid_from"] <= day), key=lambda row: row["valid_from"])
    latest = {version["id"]: version for version in begun}
    units = {key: Record(**row, children=[]) for key, row in latest.items() if not row["dissolved"]}
    siblings = sorted(units.values(), key=lambda unit: (unit.group or "", unit.code))
    for unit in siblings:
        unit.parent = None if unit.parent is None else units[unit.parent]
        (unit.parent.children if unit.parent else []).append(unit)
    return [below for unit in siblings if not unit.parent for below in with_below(unit, lambda _: True)]


# 3. Selectors
def rank_of(selector: str, unit: Record) -> tuple[int, int] | None:
    """How specific the selector is; None if it does not select the unit."""
    kind, _, value = selector.partition(":")
    tier, at, code = value.partition("@")
    depths = [len(above(other)) for other in above(unit) if other.code == code] if at else []
    selects, rank = {
        "all": (unit.tier != "province", (0, 0)),
        "group": (unit.group == value, (1, 0)),
        "tier": (unit.tier == tier and (not at or depths != []), (2, *depths) if at else (1, 0)),
        "unit": (unit.code == value, (3, 0)),
    }[kind]
    return rank if selects else None


def most_specific(rows: list[Row], unit: Record) -> Row | None:
    """At equal rank the one that applies later; obligations have no such day."""
    about = [row for row in rows if rank_of(row["selector"], unit) is not None]
    ranks = [(rank_of(row["selector"], unit), row.get("applies_from")) for row in about]
    if ranks and ranks.count(max(ranks)) > 1:
        raise LookupError(f"rows of equal rank for {unit.code}")
    return about[ranks.index(max(ranks))] if ranks else None


def over_time(rule: str, values: list[int]) -> int:
    """Of values in order of the months."""
    return {"sum": sum(values), "first": values[0], "last": values[-1]}[rule] if values else 0


def added(totals: Iterable[list[list[int]]]) -> list[list[int]]:
    return [[sum(numbers) for numbers in zip(*lists, strict=True)] for lists in zip(*totals, strict=True)]


class Measure(NamedTuple):
    scope: str
    competence: str | None
    eligible_after_days: int | None
    eligible_until: str | None


class Count(NamedTuple):
    sums: list[int]  # above and below, of `sum`
    sets: list[set[str]]  # above and below, of `distinct_procedures`
    coverage: list[int]
    missing: set[str]  # months in which some unit's report is missing


class Case:
    """Regime, raw reports and a period; all of it as on the last day of the period's window."""

    def __init__(self, raw: Row) -> None:
        self.raw, spans = raw, spans_of(raw["period"])
        self.spans = {span: tuple(m for m in months if m >= raw["first_month"]) for span, months in spans.items()}
        self.last_month = spans["period"][-1]
        self.last_day = window_of(raw["window_rule"], self.last_month)[1]
        self.units = tree_on(raw["versions"], self.last_day)
        self.columns = {row["code"]: (index, row["over_time"]) for index, row in enumerate(raw["columns"])}
        self.fields = {row["code"]: row for row in raw["single_fields"]}
        in_force = [row for row in raw["indicators"] if covers(row["valid_from"], row["valid_to"], self.last_day)]
        sides = [[Record(**row["numerator"]), Record(**row["denominator"])] for row in in_force]
        self.indicators = [Record(**row, sides=both) for row, both in zip(in_force, sides, strict=True)]

    # 4. Obligations
    @lru_cache
    def obligation(self, unit: Record, month: str) -> Row:
        rows = [row for row in self.raw["obligations"] if covers(row["from"], row["to"], month)]
        return most_specific(rows, unit) or {"owes": False, "include_in_parent": True}

    def is_included(self, unit: Record) -> bool:
        return self.obligation(unit, self.last_month)["include_in_parent"]

    @lru_cache
    def owed(self, unit: Record, months: Months) -> list[str]:
        return [month for month in months if self.obligation(unit, month)["owes"]]

    @lru_cache
    def report(self, unit: Record, month: str) -> Row | None:
        """The revision that counts. If nil, it has no rows, and every single field is zero."""
        sealed = datetime.fromisoformat(self.raw["sealed_at"])
        filed = [row for row in self.raw["revisions"] if (row["unit"], row["month"]) == (unit.id, month)]
        filed = [row for row in filed if datetime.fromisoformat(row["received_at"]) <= sealed]
        report = max(filed, key=lambda row: row["revision"], default=None)
        return report | {"rows": {}, "fields": dict.fromkeys(self.fields, 0)} if report and report["nil"] else report

    @lru_cache
    def reports(self, unit: Record, months: Months) -> list[Row]:
        """The owed reports that are in, in order of the months."""
        return [report for month in self.owed(unit, months) if (report := self.report(unit, month))]

    def filing(self, unit: Record, month: str) -> Row:
        report = self.report(unit, month)
        if report is None:
            return {"month": month, "status": "missing"}
        due = datetime.fromisoformat(self.raw["due"][month][unit.tier])
        said = {"late": datetime.fromisoformat(report["received_at"]) > due, "nil": report["nil"]}
        return {"month": month, "status": "reported", "revision": report["revision"], **said}

    # 5. Totals of a unit over a span's months
    def owes_field(self, unit: Record, field: str) -> bool:
        return self.fields[field]["owed_by"] == [] or unit.tier in self.fields[field]["owed_by"]

    def own(self, unit: Record) -> list[list[int]]:
        """Columns; coverage; for every single field its value, the reports that give it, the reports owed."""
        owed, reports = self.owed(unit, self.spans["period"]), self.reports(unit, self.spans["period"])
        totals = [[], [len(reports), len(owed)]]
        for index, rule in self.columns.values():
            sums = [sum(figures[index] for figures in report["rows"].values()) for report in reports]
            totals[0].append(over_time(rule, sums))
        for field, row in self.fields.items():
            values = [report["fields"][field] for report in reports if field in report["fields"]]
            given = [over_time(row["over_time"], values), len(values), len(owed)]
            totals.append(given if self.owes_field(unit, field) else [0, 0, 0])
        return totals

    # 6. Indicators
    @lru_cache
    def admitted(self, side: Record, measure: Measure, month: str) -> set[str]:
        procedures = self.raw["procedures"] if side.columns else []
        return {procedure["code"] for procedure in procedures if self.admits(side, measure, month, procedure)}

    def admits(self, side: Record, measure: Measure, month: str, procedure: Row) -> bool:
        window = window_of(self.raw["window_rule"], month)
        in_force_from, days, until = procedure["in_force_from"], measure.eligible_after_days, measure.eligible_until
        if in_force_from is not None and days is not None:
            counts_from = date.fromisoformat(in_force_from) + timedelta(days=days)
            if counts_from.isoformat() > window[0] or (until is not None and in_force_from > until):
                return False
        member = (side.list, procedure["code"])
        listings = [row for row in self.raw["lists"] if (row["list"], row["procedure"]) == member] if side.list else []
        is_listed = any(all(covers(row["from"], row["to"], day) for day in window) for row in listings)
        return (
            (side.levels == [] or procedure["level"] in side.levels)
            and (side.competence == [] or procedure["competence"] in side.competence)
            and (side.fields == [] or procedure["field"] in side.fields)
            and (side.list is None or is_listed)
            and (measure.competence is None or procedure["competence"] == measure.competence)
        )

    def counted_rows(self, side: Record, measure: Measure, reports: list[Row]) -> Iterator[tuple[str, int]]:
        """Rows of admitted procedures: the procedure, and the weighted sum of the columns that count in this report."""
        for report in reports:
            counts = {"sum": True, "first": report is reports[0], "last": report is reports[-1]}
            columns = [(*self.columns[code], weight) for code, weight in side.columns]
            columns = [(index, weight) for index, rule, weight in columns if counts[rule]]
            for procedure in self.admitted(side, measure, report["month"]) & report["rows"].keys():
                yield procedure, sum([report["rows"][procedure][index] * weight for index, weight in columns])

    @lru_cache
    def unit_count(self, unit: Record, indicator: Record, measure: Measure, months: Months) -> Count:
        counted = {field for side in indicator.sides for field, _ in side.single_fields}
        fields = {field for field in counted if self.owes_field(unit, field)}
        if counted and not fields:
            months = ()  # the indicator is not about the unit
        reports = [report for report in self.reports(unit, months) if fields <= report["fields"].keys()]
        sums, sets = [0, 0], [set(), set()]
        for index, side in enumerate(indicator.sides):
            rows = list(self.counted_rows(side, measure, reports))
            sets[index] = {procedure for procedure, amount in rows if amount > 0}
            sums[index] = sum(amount for _, amount in rows)
            for field, weight in side.single_fields:
                values = [report["fields"][field] for report in reports if field in fields]
                sums[index] += over_time(self.fields[field]["over_time"], values) * weight
        owed = self.owed(unit, months)
        return Count(sums, sets, [len(reports), len(owed)], set(owed) - {report["month"] for report in reports})

    def count(self, unit: Record, indicator: Record, measure: Measure, months: Months) -> Count:
        units = {"own": [unit], "subtree": with_below(unit, self.is_included)}[measure.scope]
        parts = [self.unit_count(part, indicator, measure, months) for part in units]
        sums, coverage = added([part.sums, part.coverage] for part in parts)
        sets = [set().union(*side) for side in zip(*(part.sets for part in parts))]
        return Count(sums, sets, coverage, set().union(*(part.missing for part in parts)))

    # 7. Targets
    @lru_cache
    def target(self, unit: Record, indicator: Record) -> Row | None:
        """The target that holds; None also for an exception."""
        rows = [row for row in self.raw["targets"] if row["indicator"] == indicator.code]
        rows = [row for row in rows if str(row["year"]) == self.last_month[:4] and row["applies_from"] <= self.last_day]
        target = most_specific(rows, unit)
        return None if target is None or target["threshold"] == "exempt" else target

    def verdict(self, target: Row, ratio: list[int], bounds: Row | None) -> str:
        direction, (whole, _, decimals) = target["direction"], target["threshold"].partition(".")

        def stands(sign: str, numerator: int, denominator: int) -> bool:
            left, right = numerator * 100 * 10 ** len(decimals), int(whole + decimals) * denominator
            return {">=": left >= right, "<=": left <= right, "=": left == right}[sign]

        if bounds is None:
            return "NOT_APPLICABLE" if ratio[1] == 0 else "MET" if stands(direction, *ratio) else "MISSED"
        if bounds["may_be_nothing"]:  # from here on section 8
            return "UNCERTAIN"
        worst, best = ("high", "low") if direction == "<=" else ("low", "high")
        if stands(direction, *bounds[worst]):
            return "MET"
        if not stands(direction, *bounds[best]) or (stands("=", *bounds[best]) and not bounds[f"{best}_reached"]):
            return "MISSED"
        return "UNCERTAIN"

    # 8. Bounds
    def bounds(self, indicator: Record, measure: Measure, count: Count, ratio: list[int]) -> Row | None:
        a, b = ({p for m in count.missing for p in self.admitted(side, measure, m)} for side in indicator.sides)
        if indicator.count == "distinct_procedures":
            is_open, (A, B) = b != set(), count.sets
            low, low_reached, high, high_reached = [len(A), len(B | b)], True, [len(A | a), len(B | a)], True
        else:
            counts_fields = any(side.single_fields for side in indicator.sides)
            is_open = b != set() or (counts_fields and count.missing != set())
            low, low_reached, high, high_reached = [0, 1], ratio[0] == 0, [1, 1], ratio[0] == ratio[1]
        nothing = ratio[1] == 0
        if self.counts_stocks(indicator):
            low, low_reached, high, high_reached, nothing = [0, 1], True, [1, 1], True, True
        said = {"low": low, "low_reached": low_reached, "high": high, "high_reached": high_reached}
        return said | {"may_be_nothing": nothing} if is_open else None

    def counts_stocks(self, indicator: Record) -> bool:
        columns = [self.columns[code][1] for side in indicator.sides for code, _ in side.columns]
        fields = [self.fields[code]["over_time"] for side in indicator.sides for code, _ in side.single_fields]
        return any(rule != "sum" for rule in columns + fields)

    def outcome(self, unit: Record, indicator: Record, span: str) -> Row:
        target, judged = self.target(unit, indicator), None
        stated = target or dict.fromkeys(Measure._fields)
        days = stated["eligible_after_days"]
        until = None if days is None else stated["eligible_until"]
        measure = Measure(stated["scope"] or indicator.scope, stated["competence"], days, until)
        count = self.count(unit, indicator, measure, self.spans[span])
        ratio = {"sum": count.sums, "distinct_procedures": [len(side) for side in count.sets]}[indicator.count]
        bounds = self.bounds(indicator, measure, count, ratio)
        if target is not None:
            judged = {name: target[name] for name in ("decision", "selector", "direction", "threshold")}
            judged |= {"verdict": self.verdict(target, ratio, bounds), "of_record": target["window"] == span}
        said = {"indicator": indicator.code, "span": span, **measure._asdict(), "ratio": ratio}
        return said | {"coverage": count.coverage, "bounds": bounds, "rank": None, "target": judged}

    # 9. Ranks
    def rank(self, indicator: Record, outcomes: list[Row]) -> None:
        placed: dict[Any, list[tuple[Fraction, Row]]] = {}
        for unit, outcome in zip(self.units, outcomes, strict=True):
            if unit.tier != "province" and outcome["ratio"][1] > 0 and outcome["bounds"] is None:
                share = Fraction(*outcome["ratio"]) * {"higher": 1, "lower": -1}[indicator.better]
                placed.setdefault((unit.group, *map(outcome.get, Measure._fields)), []).append((share, outcome))
        for group in placed.values():
            for share, outcome in group:
                outcome["rank"] = [1 + sum(other > share for other, _ in group), len(group)]

    def results(self) -> Row:
        targets = [self.target(unit, indicator) for unit in self.units for indicator in self.indicators]
        judged_over = {target["window"] for target in targets if target} | {"period", "year_to_date"}
        outcomes: list[list[Row]] = [[] for _ in self.units]
        for span in [span for span in self.spans if span in judged_over]:
            for indicator in self.indicators:
                of_units = [self.outcome(unit, indicator, span) for unit in self.units]
                self.rank(indicator, of_units)
                for said, outcome in zip(outcomes, of_units, strict=True):
                    said.append(outcome)
        own, rows = {unit: self.own(unit) for unit in self.units}, []
        for unit, said in zip(self.units, outcomes, strict=True):
            columns, coverage, *fields = added(own[part] for part in with_below(unit, self.is_included))
            filings = [self.filing(unit, month) for month in self.owed(unit, self.spans["period"])]
            row = {"code": unit.code, "parent": unit.parent and unit.parent.code, "included": self.is_included(unit)}
            row |= {"filings": filings, "own": own[unit][0], "subtree": columns, "coverage": coverage}
            rows.append(row | {"own_fields": own[unit][2:], "subtree_fields": fields, "outcomes": said})
        return {"months": self.spans["period"], "units": rows}


# Comparison
def compared(unit: str, what: str, expected: Any, given: Any) -> Iterator[Difference]:
    if json.dumps(expected, sort_keys=True) == json.dumps(given, sort_keys=True):  # tells 1 from true
        return
    pair = (expected, given)
    if all(isinstance(side, dict) for side in pair) and expected.keys() == given.keys():
        for key in expected:
            yield from compared(unit, f"{what} {key}".strip(), expected[key], given[key])
    elif all(isinstance(side, list) and all(isinstance(row, dict) for row in side) for side in pair):
        keys = ("code", "month", "span", "indicator")
        names = [[" ".join(str(row[key]) for key in keys if key in row) for row in side] for side in pair]
        if names[0] != names[1]:
            yield unit, f"{what}: which, in which order", *names
        for name, *rows in zip(names[0], *pair, strict=True) if names[0] == names[1] else ():
            yield from compared(name, "", *rows) if what == "units" else compared(unit, f"{what} {name}", *rows)
    else:
        yield unit, what, *pair


def consistent(tree: list[Record], given: list[Row]) -> Iterator[Difference]:
    """What must be so within the service's own words, whatever the reports are."""
    ranked: dict[Any, list[tuple[str, list[int]]]] = {}
    groups = {unit.code: unit.group for unit in tree}
    for row in given:
        below = [child for child in given if child["parent"] == row["code"] and child["included"]]
        filed = [sum(filing["status"] == "reported" for filing in row["filings"]), len(row["filings"])]
        own = [row["own"], filed, *row["own_fields"]]
        subtree, *of_children = [[r["subtree"], r["coverage"], *r["subtree_fields"]] for r in [row, *below]]
        yield from compared(row["code"], "totals that own and children add up to", added([own, *of_children]), subtree)
        of_fields = [field[1:] for field in row["own_fields"] + row["subtree_fields"]]
        for coverage in [row["coverage"], *of_fields, *(outcome["coverage"] for outcome in row["outcomes"])]:
            if not 0 <= coverage[0] <= coverage[1]:
                yield row["code"], "coverage is within what is owed", f"at most {coverage[1]}", coverage[0]
        for outcome in (outcome for outcome in row["outcomes"] if outcome["rank"]):
            key = (*map(outcome.get, ("span", "indicator", *Measure._fields)), groups[row["code"]])
            ranked.setdefault(key, []).append((row["code"], outcome["rank"]))
    for (span, indicator, *_), ranks in ranked.items():
        for code, (place, of) in ranks:
            shaped = [1 + sum(other < place for _, (other, _) in ranks), len(ranks)]
            yield from compared(code, f"rank {span} {indicator} is shaped 1, 2, 2, 4", shaped, [place, of])


def differences(raw: Row) -> Iterator[Difference]:
    try:
        case = Case(raw)
        yield from compared("-", "", case.results(), raw["results"])
        yield from consistent(case.units, raw["results"]["units"])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        yield "-", "can be recomputed and compared", "yes", repr(fault)


def main(path: str) -> int:
    cases, count = 0, 0
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            raw = json.loads(line, parse_float=str, parse_constant=str)  # a text is no figure
            cases += 1
            for count, (unit, what, expected, given) in enumerate(differences(raw), start=count + 1):
                if count <= PRINTED_MAX:
                    print(f"case {raw['case']}, unit {unit}, {what}: expected {expected}, given {given}")
    print(f"{cases} cases, {count} differences")
    return 0 if cases > 0 and count == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
