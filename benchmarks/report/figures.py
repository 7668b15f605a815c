"""Figures: their median and spread over rounds, and the rows that they stand in."""
import statistics
from dataclasses import dataclass, field
from typing import Optional


@dataclass
class Figure:
    """The median of a figure over the rounds; the spread goes from the lower to the upper quartile."""
    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, values):
        values = sorted(value for value in values if value is not None)
        if not values:
            return None
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(statistics.median(values), low, high, len(values))


def ratios(ours, others):
    """Round by round; what failed in a round has none there."""
    return [a / b for a, b in zip(ours, others) if a and b]


@dataclass
class Row:
    name: str
    title: str
    unit: str  # behind the figure: "× raw_tcp"
    goal: Optional[float]  # None: nothing is asked for
    more_is_better: bool = True
    figure: Optional[Figure] = None
    note: str = ""  # why there is no figure, or what else there is to say
    best_peer: str = ""
    peers: dict = field(default_factory=dict)  # name: Figure in the same unit
    ahead: list = field(default_factory=list)  # peers that are ahead beyond the noise

    @property
    def reached(self):
        if self.figure is None or self.goal is None:
            return None
        return self.figure.median >= self.goal if self.more_is_better else self.figure.median <= self.goal

    @property
    def met(self):
        if self.goal is None:
            return ""
        if self.figure is None:
            return "not measured"
        if not self.reached:
            return "no"
        return "yes" if not self.ahead else "no: " + ", ".join(self.ahead) + " ahead"

    def compare(self, name, figure, ours, theirs):
        """Takes a peer in: `ours` and `theirs` are the values of each round. It is ahead beyond the noise if it is in more than
        three quarters of the rounds."""
        if figure is None:
            return
        self.peers[name] = figure
        best = max if self.more_is_better else min
        self.best_peer = best(self.peers, key=lambda peer: self.peers[peer].median)
        lead = Figure.of(ratios(theirs, ours) if self.more_is_better else ratios(ours, theirs))
        if lead and lead.low > 1:
            self.ahead.append(name)


def shown(value):
    """Three digits that count."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 or float(value).is_integer() else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def table(rows):
    """The rows as a table in Markdown."""
    lines = ["| figure | measured | spread | best peer in the same run | *goal* | *met* |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        figure = f"{shown(row.figure.median)} {row.unit}" if row.figure else "–"
        spread = f"{shown(row.figure.low)}–{shown(row.figure.high)}" if row.figure and row.figure.rounds > 1 else ""
        peer = f"{row.best_peer} {shown(row.peers[row.best_peer].median)}" if row.best_peer else ""
        goal = "" if row.goal is None else ("≥ " if row.more_is_better else "≤ ") + shown(row.goal)
        note = f" ({row.note})" if row.note else ""
        lines.append(f"| {row.title}{note} | {figure} | {spread} | {peer} | {goal} | {row.met} |")
    return "\n".join(lines)
