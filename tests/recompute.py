#!/usr/bin/env python3
"""Recomputes published editions from their open data: every total, ratio, bound, verdict and place.

Usage: python3 tests/recompute.py site/2022-Q3/1 [more editions]

Reads only the CSV files below data/ of each edition (described in docs/open-data.md), with the standard library alone
and in whole numbers. What was filed and the rules are taken as they are; what was made of them is computed again and
compared: totals here, the rest beside this file (recompute_*.py). Exits with 1 if any differs.
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True  # the program leaves no files behind
import recompute_changes, recompute_results, recompute_verdicts

SHOWN_MAX = 20


class Edition:
    """The published tables of one edition, and the differences that were found."""

    def __init__(self, folder):
        def read(name, key=None):
            with open(folder / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            return {row[key]: row for row in rows} if key else rows

        self.name, self.differences = "/".join(folder.resolve().parts[-2:]), []
        self.form, self.months, self.units = read("form", "code"), read("months", "month"), read("units", "unit")
        self.procedures, self.indicators = read("procedures", "procedure"), read("indicators", "indicator")
        self.field_totals, self.results = read("single_field_totals"), read("results")
        self.stays = defaultdict(list)  # (list, procedure) -> first and last day in it
        for row in read("lists"):
            self.stays[row["list"], row["procedure"]].append((row["from"], row["to"] or "9999-12-31"))
        self.owed = defaultdict(dict)  # unit -> month -> the report that is owed
        for row in read("reports"):
            self.owed[row["unit"]][row["month"]] = row
        self.rows = defaultdict(lambda: defaultdict(dict))  # (unit, month) -> procedure -> column -> value
        for row in read("figures"):
            self.rows[row["unit"], row["month"]][row["procedure"]][row["column"]] = int(row["value"])
        self.fields = defaultdict(dict)  # (unit, month) -> single field -> value
        for row in read("single_fields"):
            self.fields[row["unit"], row["month"]][row["single_field"]] = int(row["value"])
        self.added = defaultdict(list)  # a unit -> it, and every unit below it that is added into it
        for unit, row in self.units.items():
            self.added[unit].append(unit)
            while row["included"] == "1" and row["parent"]:
                self.added[row["parent"]].append(unit)
                row = self.units[row["parent"]]

    def compare(self, what, computed, published):
        for name, value in computed.items():
            if str(value) != published[name]:
                self.differences.append(f"{what} {name}: computed {value}, published {published[name]}")

    def months_owed(self, unit, span):
        return [month for month, row in self.months.items() if row[span] == "1" and month in self.owed[unit]]

    def is_in(self, unit, month):
        return self.owed[unit].get(month, {"status": ""})["status"] == "reported"

    def owes_field(self, unit, field):
        return not self.form[field]["owed_by"] or self.units[unit]["tier"] in self.form[field]["owed_by"].split()

    def field(self, unit, month, field):
        """A single field: zero in a nil report, none where the report is missing or says nothing of it."""
        is_nil = self.is_in(unit, month) and self.owed[unit][month]["nil"] == "1"
        return self.fields[unit, month].get(field, 0 if is_nil else None)

    def counts(self, code, month, months_in):
        """Flows count in every month, opening stocks in the first that is in, closing stocks in the last."""
        over_time = self.form[code]["over_time"]
        return {"sum": True, "first": month == months_in[0], "last": month == months_in[-1]}[over_time]

    def own_totals(self, unit):
        """The unit's figures over the period's months, by column; none if no report is in."""
        months_in = [month for month in self.months_owed(unit, "period") if self.is_in(unit, month)]
        totals = {code: 0 for code, row in self.form.items() if row["kind"] == "column"}
        for month in months_in:
            for cells in self.rows[unit, month].values():
                for column, value in cells.items():
                    totals[column] += value if self.counts(column, month, months_in) else 0
        for code, row in self.form.items():
            if row["kind"] == "derived":
                totals[code] = sum(totals[part] for part in row["parts"].split("+"))
        return totals if months_in else None

    def check_totals(self):
        own, checked = {unit: self.own_totals(unit) for unit in self.units}, 0
        owed = {unit: self.months_owed(unit, "period") for unit in self.units}
        for unit, row in self.units.items():
            for side, units in (("own", [unit]), ("subtree", self.added[unit])):
                known = [own[other] for other in units if own[other] is not None]
                computed = {
                    f"{side}_obliged": sum(len(owed[other]) for other in units),
                    f"{side}_reported": sum(self.is_in(other, month) for other in units for month in owed[other]),
                }
                for code in [code for code in self.form if f"{side}_{code}" in row]:
                    computed[f"{side}_{code}"] = sum(totals[code] for totals in known) if known else ""
                    checked += 1
                self.compare(unit, computed, row)
        for unit, month in [*self.rows, *self.fields]:
            if not self.is_in(unit, month):
                self.differences.append(f"{unit} has figures for {month} and is not listed as reported")
        return checked

    def own_field(self, unit, field):
        """A single field over the period's months: its total, in how many reports it is, and in how many it is owed."""
        owed = self.months_owed(unit, "period") if self.owes_field(unit, field) else []
        months_in = [month for month in owed if self.field(unit, month, field) is not None]
        values = [self.field(unit, month, field) for month in months_in if self.counts(field, month, months_in)]
        return sum(values), len(months_in), len(owed)

    def check_fields(self):
        published = {(row["unit"], row["single_field"]): row for row in self.field_totals}
        for field in [code for code, row in self.form.items() if row["kind"] == "single_field"]:
            own = {unit: self.own_field(unit, field) for unit in self.units}
            for unit in self.units:
                subtree = [sum(column) for column in zip(*(own[other] for other in self.added[unit]))]
                if subtree[2] == 0:
                    continue  # nobody owes it
                computed = {}
                for side, (total, reported, obliged) in (("own", own[unit]), ("subtree", subtree)):
                    computed[side] = total if reported else ""
                    computed |= {f"{side}_reported": reported, f"{side}_obliged": obliged}
                self.compare(f"{unit} {field}", computed, published.pop((unit, field), dict.fromkeys(computed, "")))
        self.differences += [f"{unit} {field}: published, and nobody owes it" for unit, field in published]
        return len(self.field_totals)


def main(folders):
    found = 0
    for folder in folders:
        edition = Edition(Path(folder))
        totals, fields = edition.check_totals(), edition.check_fields()
        ratios, changes = recompute_results.check(edition), recompute_changes.check(edition, Path(folder))
        verdicts, places = recompute_verdicts.check_verdicts(edition), recompute_verdicts.check_places(edition)
        found += len(edition.differences)
        said = f"{len(edition.differences)} differences" if edition.differences else "no difference"
        counts = f"{len(edition.units)} units, {totals} totals, {fields} single fields, {ratios} ratios"
        print(f"{edition.name}: {counts}, {verdicts} verdicts, {places} places, {changes} changes: {said}")
        print("".join(f"{difference}\n" for difference in edition.differences[:SHOWN_MAX]), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
