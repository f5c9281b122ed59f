"""The third part of recompute.py: every verdict and place of results.csv, from its counts and bounds.

A verdict stands only if no share between the bounds could change it. Places are given within a group, among units for
which an indicator is counted in the same way. Shares are compared as exact fractions, never as rounded percentages.
"""

from collections import defaultdict
from fractions import Fraction
from math import ceil, floor


COUNTED_BY = ("indicator", "span", "scope", "competence", "eligible_after_days", "eligible_until")


def percentage(row, numerator, denominator):
    return 100 * Fraction(int(row[numerator]), int(row[denominator]))


def verdict(row):
    """MET, MISSED, NOT_APPLICABLE (nothing happened) or UNCERTAIN (missing reports could still change it)."""
    threshold, at_most = Fraction(row["threshold_pct"]), row["direction"] == "<="
    if row["may_be_nothing"] == "":  # no report is missing that could change anything
        if int(row["denominator"] or 0) == 0:
            return "NOT_APPLICABLE"
        share = percentage(row, "numerator", "denominator")
        return "MET" if (share <= threshold if at_most else share >= threshold) else "MISSED"
    if row["may_be_nothing"] == "1":
        return "UNCERTAIN"
    low, high = (percentage(row, f"{end}_numerator", f"{end}_denominator") for end in ("low", "high"))
    if at_most:
        surely_met = high <= threshold
        surely_missed = low > threshold or (low == threshold and row["low_reached"] == "0")
    else:  # at least; or exactly 100, which no share exceeds
        surely_met = low >= threshold
        surely_missed = high < threshold or (high == threshold and row["high_reached"] == "0")
    return "MET" if surely_met else "MISSED" if surely_missed else "UNCERTAIN"


def shortfall(row):
    """How many too few the numerator has (at most: too many)."""
    limit = Fraction(row["threshold_pct"]) * int(row["denominator"] or 0) / 100
    numerator = int(row["numerator"] or 0)
    return max(0, numerator - floor(limit) if row["direction"] == "<=" else ceil(limit) - numerator)


def check_verdicts(edition):
    judged = [row for row in edition.results if row["decision"]]
    for row in judged:
        computed = verdict(row)
        less = "" if computed == "UNCERTAIN" else shortfall(row)
        what = f"{row['unit']} {row['indicator']} {row['span']}"
        edition.compare(what, {"verdict": computed, "shortfall": less}, row)
    return len(judged)


def check_places(edition):
    """1, 2, 2, 4: as many units are ahead as have a better share. Nothing happened, or still open: no place."""
    fields = defaultdict(list)  # the units that are compared with one another
    for row in edition.results:
        group = edition.units[row["unit"]]["group"]
        is_placed = group and int(row["denominator"] or 0) > 0 and row["may_be_nothing"] == ""
        fields[(group, *(row[name] for name in COUNTED_BY)) if is_placed else None].append(row)
    for row in fields.pop(None, []):
        edition.compare(f"{row['unit']} {row['indicator']} {row['span']}", {"rank": "", "ranked": ""}, row)
    for rows in fields.values():
        shares = [percentage(row, "numerator", "denominator") for row in rows]
        lower_is_better = edition.indicators[rows[0]["indicator"]]["better"] == "lower"
        for row, share in zip(rows, shares):
            ahead = sum(other < share if lower_is_better else other > share for other in shares)
            computed = {"rank": ahead + 1, "ranked": len(rows)}
            edition.compare(f"{row['unit']} {row['indicator']} {row['span']}", computed, row)
    return sum(len(rows) for rows in fields.values())
