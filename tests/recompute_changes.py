"""What an edition says that it changed, against the results of the edition before it: part of recompute.py.

The edition before must stand beside it (site/2022-M08/1 beside site/2022-M08/2). Every result is read as a value of both;
each that differs must be listed in changes.csv, old and new, and nothing else. What is said of an edition as a whole
(windows, decisions, definitions, services, remarks) stands in edition.json and is not compared.
"""

import csv

WHOLE = {"window", "decision", "definition", "services", "remark"}


def read(folder, name):
    with open(folder / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(folder):
    """(unit, item, subject, scope, span) -> (value, of how many); what is absent is not there."""
    found = {}

    def add(unit, item, value, of="", subject="", scope="", span=""):
        if value != "":
            found[unit, item, subject, scope, span] = (value, of)

    for row in read(folder, "units"):
        unit = row["unit"]
        add(unit, "unit", row["name"])
        for item in ("tier", "group", "parent", "included"):
            add(unit, item, row[item])
        add(unit, "coverage", row["subtree_reported"], row["subtree_obliged"])
        for cell, value in row.items():
            side, _, code = cell.partition("_")
            if side in ("own", "subtree") and code not in ("reported", "obliged"):
                add(unit, "column", value, subject=code, scope=side)
    for row in read(folder, "single_field_totals"):
        for side in ("own", "subtree"):
            subject = {"subject": row["single_field"], "scope": side}
            add(row["unit"], "single_field", row[side], **subject)
            add(row["unit"], "single_field_coverage", row[f"{side}_reported"], row[f"{side}_obliged"], **subject)
    for row in read(folder, "reports"):
        marks = [mark for mark in ("late", "nil") if row[mark] == "1"]
        revision = " ".join([f"revision {row['revision']}", *marks])
        add(row["unit"], "report", revision if row["status"] == "reported" else "missing", subject=row["month"])
        add(row["unit"], "due", row["due"], subject=row["month"])
    for row in read(folder, "results"):
        def of_indicator(item, value, of=""):
            add(row["unit"], item, value, of, row["indicator"], "", row["span"])

        of_indicator("ratio", row["numerator"], row["denominator"])
        of_indicator("indicator_coverage", row["reported"], row["obliged"])
        of_indicator("verdict", row["verdict"])
        of_indicator("rank", row["rank"], row["ranked"])
        if row["low_numerator"] != "":
            low, high = [
                f"{'=' if row[f'{end}_reached'] == '1' else ''}{row[f'{end}_numerator']}/{row[f'{end}_denominator']}"
                for end in ("low", "high")
            ]
            of_indicator("bounds", f">{low} <{high}{' or 0/0' if row['may_be_nothing'] == '1' else ''}")
        if row["decision"] != "":
            parts = [f"{row['direction']} {row['threshold_pct']}", row["decision"], row["selector"]]
            of_indicator("target", "; ".join(parts + ["of_record"] * (row["of_record"] == "1")))
        eligible = f"after {row['eligible_after_days']} days"
        if row["eligible_until"] != "":
            eligible += f" until {row['eligible_until']}"
        parts = [row["competence"], eligible if row["eligible_after_days"] != "" else ""]
        of_indicator("measure", "; ".join([row["scope"], *filter(None, parts)]))
    return found


def check(edition, folder):
    """How many changes were compared; none if the edition before is not there."""
    number = folder.resolve().name
    before = folder.resolve().parent / (str(int(number) - 1) if number.isdigit() else "none")
    if not before.is_dir():
        return 0
    old, new = values(before), values(folder)
    none = ("", "")
    expected = {
        (*key, *old.get(key, none), *new.get(key, none))
        for key in old.keys() | new.keys()
        if old.get(key, none) != new.get(key, none)
    }
    cells = ("unit", "item", "subject", "scope", "span", "old", "old_of", "new", "new_of")
    listed = [tuple(row[cell] for cell in cells) for row in read(folder, "changes") if row["item"] not in WHOLE]
    published = set(listed)
    edition.differences += [f"changed and not listed: {','.join(change)}" for change in sorted(expected - published)]
    edition.differences += [f"listed and not changed: {','.join(change)}" for change in sorted(published - expected)]
    if len(listed) != len(published):
        edition.differences.append("a change is listed twice")
    return len(listed)
