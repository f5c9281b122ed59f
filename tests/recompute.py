#!/usr/bin/env python3
"""Recomputes published editions from their open data: every total, ratio and verdict.

Usage: python3 tests/recompute.py site/2022-Q3/1 [more editions]

Reads only data/{figures,units,indicators,targets}.csv of each edition (described in docs/open-data.md), with the
standard library alone and in whole numbers. From figures.csv come the counts, from units.csv the tree and which
reports are in; the published numbers are then only compared with. Exits with 1 if anything differs.
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

# Form II.06a: how a column is folded over months (others are flows and add up), and the totals derived from columns.
FIRST, LAST = {"carried_over"}, {"pending_in_time", "pending_overdue"}
DERIVED = {
    "received": ("online", "direct", "carried_over"),
    "resolved": ("early", "on_time", "late"),
    "pending": ("pending_in_time", "pending_overdue"),
}
NO_FIGURES = {"numerator": "", "denominator": ""}  # no report is in: neither zero nor any other number
SHOWN_MAX = 20


class Edition:
    def __init__(self, folder):
        def read(name):
            with open(folder / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        self.name = "/".join(folder.resolve().parts[-2:])
        self.units, self.indicators, self.targets = read("units"), read("indicators"), read("targets")
        self.rows = defaultdict(lambda: defaultdict(dict))  # (unit, month) -> (procedure, level) -> column -> value
        for row in read("figures"):
            cells = self.rows[row["unit"], row["period"]][row["procedure"], row["level"]]
            assert row["column"] not in cells, f"a figure stands twice: {row}"
            cells[row["column"]] = int(row["value"])
        self.below = defaultdict(set)  # a unit and everything below it
        parents = {row["unit"]: row["parent"] for row in self.units}
        for unit in parents:
            above = unit
            while above:
                self.below[above].add(unit)
                above = parents[above]
        self.reported, self.owed = defaultdict(dict), defaultdict(dict)
        for row in self.units:
            for span, prefix in (("period", ""), ("year_to_date", "ytd_")):
                reported, missing = row[prefix + "reported"].split(), row[prefix + "missing"].split()
                self.reported[span][row["unit"]] = sorted(reported)
                self.owed[span][row["unit"]] = len(reported) + len(missing) if row["reports"] == "1" else 0
        self.faults = []

    def compare(self, what, computed, published):
        for name, value in computed.items():
            if str(value) != published[name]:
                self.faults.append(f"{self.name}: {what} {name}: computed {value}, published {published[name]}")

    def own(self, unit):
        """The unit's figures over the period's months, by column; none if no report is in."""
        months = self.reported["period"][unit]
        totals = defaultdict(int)
        for month in months:
            for cells in self.rows.get((unit, month), {}).values():
                for column, value in cells.items():
                    counts_in = months[:1] if column in FIRST else months[-1:] if column in LAST else months
                    totals[column] += value if month in counts_in else 0
        totals.update({total: sum(totals[part] for part in parts) for total, parts in DERIVED.items()})
        return totals if months else None

    def check_totals(self):
        own, count = {row["unit"]: self.own(row["unit"]) for row in self.units}, 0
        for row in self.units:
            unit = row["unit"]
            reported, owed = len(self.reported["period"][unit]), self.owed["period"][unit]
            computed = {"months_reported": reported, "months_owed": owed}
            known = {"own": [own[unit]], "subtree": [own[other] for other in self.below[unit]]}
            for name in row:
                side, _, column = name.partition("_")
                if side in known:
                    parts = [totals[column] for totals in known[side] if totals is not None]
                    computed[name] = sum(parts) if parts else ""
                    count += 1
            self.compare(unit, computed, row)
        for unit, month in self.rows:
            if month not in self.reported["year_to_date"][unit]:
                self.faults.append(f"{self.name}: {unit} has figures for {month} and is not listed as reported")
        return count

    def ratio(self, row):
        """Numerator and denominator of one row of indicators.csv, and the reports they rest on."""
        units = self.below[row["unit"]] if row["scope"] == "subtree" else {row["unit"]}
        reported, levels = self.reported[row["span"]], row["levels"].split()
        dossiers, procedures = {"numerator": 0, "denominator": 0}, {"numerator": set(), "denominator": set()}
        for unit in units:
            for month in reported[unit]:
                for (procedure, level), cells in self.rows.get((unit, month), {}).items():
                    for side in dossiers if not levels or level in levels else ():
                        value = sum(cells[column] for column in row[side + "_columns"].split("+"))
                        dossiers[side] += value
                        procedures[side] |= {procedure} if value > 0 else set()
        distinct = row["count"] == "distinct_procedures"
        counts = [len(procedures[side]) if distinct else dossiers[side] for side in dossiers]
        coverage = sum(len(reported[unit]) for unit in units), sum(self.owed[row["span"]][unit] for unit in units)
        return *counts, *coverage

    def check_ratios(self):
        computed = {}
        for row in self.indicators:
            key = row["unit"], row["indicator"], row["span"]
            numerator, denominator, reported, obliged = computed[key] = self.ratio(row)
            hundredths = (20000 * numerator + denominator) // (2 * denominator) if denominator else None  # half-up
            percent = f"{hundredths // 100}.{hundredths % 100:02}" if denominator else ""
            known = {"numerator": numerator, "denominator": denominator} if reported else NO_FIGURES
            self.compare(" ".join(key), {**known, "percent": percent, "reported": reported, "obliged": obliged}, row)
        return computed

    def check_verdicts(self, ratios):
        for row in self.targets:
            key = row["unit"], row["indicator"], row["span"]
            numerator, denominator, reported, obliged = ratios[key]
            whole, _, decimals = row["threshold_pct"].partition(".")
            threshold, unit = int(whole + decimals), 10 ** len(decimals)
            reached = numerator * 100 * unit >= threshold * denominator
            judged = "NOT_APPLICABLE" if denominator == 0 else "MET" if reached else "MISSED"
            verdict = "UNCERTAIN" if reported < obliged else judged
            needed = -(-threshold * denominator // (100 * unit))  # rounded up
            shortfall = "" if verdict == "UNCERTAIN" else max(0, needed - numerator)
            known = {"numerator": numerator, "denominator": denominator} if reported else NO_FIGURES
            self.compare(" ".join(key), {**known, "verdict": verdict, "shortfall": shortfall}, row)


def main(folders):
    faults = 0
    for folder in folders:
        edition = Edition(Path(folder))
        totals, ratios = edition.check_totals(), edition.check_ratios()
        edition.check_verdicts(ratios)
        faults += len(edition.faults)
        result = f"{len(edition.faults)} differences" if edition.faults else "no difference"
        counts = f"{len(edition.units)} units, {totals} totals, {len(ratios)} ratios, {len(edition.targets)} verdicts"
        print("\n".join([f"{edition.name}: {counts}: {result}", *edition.faults[:SHOWN_MAX]]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
