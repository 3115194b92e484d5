"""Turns what the rounds gave into the table of medians and ratios, and into docs/benchmarks.md."""

import os
from statistics import median

from .measures import NGINX, REGISTRY, ROOST

CLIENT_BOUND = 0.95
SIGNS = {">=": "≥", "<=": "≤", "==": "exactly"}
NOTES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "notes.md")


class Report:
    """`results` maps (measure key, peer name) to one value per round; `shares` likewise to the client's share of a core."""

    def __init__(self, measures, results, shares, rounds):
        self._measures = measures
        self._results = results
        self._shares = shares
        self._rounds = rounds

    def table(self):
        """The comparison, a markdown table with aligned columns."""
        rows = [["measure", ROOST, NGINX, REGISTRY, f"against {NGINX}", f"against {REGISTRY}", "target"]]
        for measure in self._measures:
            verdicts = [target.met(self._judged(measure, target)) for target in measure.targets]
            rows.append([
                self._title(measure),
                *(self._value(measure, peer) for peer in (ROOST, NGINX, REGISTRY)),
                *(self._against(measure, peer) for peer in (NGINX, REGISTRY)),
                self._verdict(measure, verdicts),
            ])
        return aligned(rows)

    def spread(self):
        """The lowest and highest round of every value, and the client's share of a core."""
        rows = [["measure", *(f"{peer}, lowest – highest" for peer in (ROOST, NGINX, REGISTRY)), "client's core busy"]]
        for measure in self._measures:
            shares = [
                f"{100 * median(self._shares[measure.key, peer]):.0f} %"
                for peer in (ROOST, NGINX, REGISTRY) if (measure.key, peer) in self._shares
            ]
            rows.append([
                self._title(measure), *(self._range(measure, peer) for peer in (ROOST, NGINX, REGISTRY)),
                " / ".join(shares),
            ])
        return aligned(rows)

    def missed(self):
        """A sentence for each target that was not met."""
        sentences = []
        for measure in self._measures:
            for target in measure.targets:
                judged = self._judged(measure, target)
                if not target.met(judged):
                    against = f" of {target.against}'s" if target.against else f" {measure.unit}".rstrip()
                    if measure.faster:
                        against = f" times faster than {target.against}"
                    sentences.append(
                        f"{self._title(measure)}: {number(judged)}{against}, target {SIGNS[target.sign]} {number(target.bound)}")
        return sentences

    def markdown(self, described, blob_megabytes, load):
        """The whole document."""
        notes = ""
        if os.path.exists(NOTES):
            with open(NOTES) as file:
                notes = "\n## Notes\n\n" + file.read().strip() + "\n"
        missed = self.missed()
        lines = [
            "# Benchmarks",
            "",
            "Written by `Benchmarks/run`; how each number is taken is in `Benchmarks/README.md`.",
            "",
            *(f"- {what}: {value}" for what, value in described),
            f"- method: medians of {self._rounds} rounds, the servers in turns within each round; "
            f"large blobs are {blob_megabytes} MB; load average before the start {load:.2f}",
            "",
            "## Medians, ratios, targets",
            "",
            self.table(),
            "",
            "A ratio is Roost's value divided by the other's; for times it is how many times faster Roost was.",
            "",
            "## Missed",
            "",
            *([f"- {sentence}" for sentence in missed] or ["Nothing."]),
            "",
            "## Spread",
            "",
            self.spread(),
            "",
            f"Where the client's one core was {100 * CLIENT_BOUND:.0f} % busy or more, the client set the pace, "
            "and the true ratio is further from 1 than the table says. In the order of the columns.",
        ]
        return "\n".join(lines) + "\n" + notes

    def _title(self, measure):
        if not measure.title.startswith("…"):
            return measure.title
        keys = [other.key for other in self._measures]
        owner = next(
            other for other in reversed(self._measures[:keys.index(measure.key)]) if not other.title.startswith("…"))
        return f"{owner.title}: {measure.title[1:].strip()}"

    def _median(self, measure, peer):
        values = self._results.get((measure.key, peer))
        return None if not values else median(values)

    def _judged(self, measure, target):
        """What a target is held against. A bound without a peer must hold in every round, not only in the median."""
        if target.against is None:
            values = self._results[measure.key, ROOST]
            return min(values) if target.sign == ">=" else max(values)
        return measure.ratio(self._median(measure, ROOST), self._median(measure, target.against))

    def _value(self, measure, peer):
        value = self._median(measure, peer)
        return "–" if value is None else f"{value:,.{measure.digits}f} {measure.unit}".rstrip()

    def _range(self, measure, peer):
        values = self._results.get((measure.key, peer))
        return "–" if not values else " – ".join(f"{value:,.{measure.digits}f}" for value in (min(values), max(values)))

    def _against(self, measure, peer):
        roost, other = self._median(measure, ROOST), self._median(measure, peer)
        if roost is None or other is None:
            return "–"
        return number(measure.ratio(roost, other)) + (" times faster" if measure.faster else "")

    @staticmethod
    def _verdict(measure, verdicts):
        return "; ".join(
            f"{SIGNS[target.sign]} {number(target.bound)}{' of ' + target.against if target.against else ''}"
            f" {'met' if met else '**missed**'}"
            for target, met in zip(measure.targets, verdicts))


def number(value):
    """A ratio with as many digits as matter."""
    if value >= 10:
        return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if value >= 0.1 or value == 0 else f"{value:.2g}"


def aligned(rows):
    """A markdown table whose columns line up in plain text, too."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
