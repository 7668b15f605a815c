"""A run: what is measured in which order, and its results as JSON."""
import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import alone, beside_peers, growth
from .contest import discover
from .figures import Figure, Row


@dataclass
class Settings:
    rounds: int
    seconds: float
    warmup: float
    quick: bool
    only: list
    say: object

    def wants(self, name):
        return not self.only or any(word in name for word in self.only)


@dataclass
class Places:
    source: Path
    release: Path   # programs of the release build
    programs: Path  # programs that were built against the installed package
    build: Path
    peers: object   # a folder, or None


@dataclass
class Report:
    run: str = ""
    beside: list = field(default_factory=list)
    alone: list = field(default_factory=list)
    curves: list = field(default_factory=list)
    raw: dict = field(default_factory=dict)

    def save(self, path):
        Path(path).write_text(json.dumps({
            "run": self.run, "beside peers": list(map(asdict, self.beside)), "without a peer": list(map(asdict, self.alone)),
            "growth": list(map(asdict, self.curves)), "results": self.raw}, indent=1))

    @classmethod
    def load(cls, path):
        kept = json.loads(Path(path).read_text())
        curves = [growth.Curve(**{**curve, "lines": {name: [(x, figure(y)) for x, y in line] for name, line in curve["lines"].items()}})
                  for curve in kept["growth"]]
        return cls(kept["run"], list(map(row, kept["beside peers"])), list(map(row, kept["without a peer"])), curves, kept["results"])


def figure(kept):
    return Figure(**kept) if kept else None


def row(kept):
    return Row(**{**kept, "figure": figure(kept["figure"]), "peers": {name: figure(peer) for name, peer in kept["peers"].items()}})


def described(settings):
    return (f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} CPUs ({platform.machine()}); {settings.rounds} rounds of {settings.seconds:g} s, "
            f"load at the start {os.getloadavg()[0]:.2f}.")


def price_names(scenario):
    return [f"price_{scenario.name}"] if scenario.prices else []


def beside(places, settings, report):
    """The prices of the promise are measured in the same rounds, and stand in the other table."""
    peers = discover(places.peers) if places.peers else []
    for scenario in beside_peers.SCENARIOS:
        if not any(map(settings.wants, [scenario.name, *price_names(scenario)])):
            continue
        settings.say(f"  {scenario.title}")
        rows, prices, results = beside_peers.run_scenario(scenario, places.programs, peers, settings)
        report.beside += rows
        report.alone += prices
        report.raw[scenario.name] = results
    if settings.wants("idle"):
        settings.say("  idle connections")
        rows, report.raw["idle"] = beside_peers.run_idle(places.programs, peers, settings)
        report.beside += rows
    if settings.wants("marshal"):
        settings.say("  marshalling")
        report.raw["marshal"] = beside_peers.run_marshal(places.programs, places.peers, settings)
        report.beside += beside_peers.marshal_rows(report.raw["marshal"])


def without_peers(places, settings, report, count):
    sessions_lines = {}

    def all_sessions():
        rows, curves = alone.sessions(places.release, settings)
        sessions_lines.update(curves)
        return rows

    parts = {"core": lambda: alone.core_rate(places.release, settings), "sessions": all_sessions, "counts": lambda: alone.counted(*count()),
             "copies": lambda: alone.copies(places.release), "large": lambda: alone.large_call(places.release, settings),
             "duplicates": lambda: alone.duplicates(places.programs, settings), "size": lambda: alone.client_size(places.programs),
             "builds": lambda: alone.builds(places.source, places.build, settings)}
    for name, measure in parts.items():
        if settings.wants(name):
            settings.say(f"  {name}")
            report.alone += measure()
    return sessions_lines


def curves(places, settings, report, sessions_lines):
    peers = discover(places.peers) if places.peers else []
    for name, measure in (("payload", growth.payload), ("connections", growth.connections)):
        if settings.wants(name):
            settings.say(f"  growth: {name}")
            report.curves.append(measure(places.programs, peers, settings))
    if sessions_lines:
        report.curves.append(growth.sessions(sessions_lines))


def everything(places, settings, count):
    report = Report(run=described(settings))
    beside(places, settings, report)
    line = without_peers(places, settings, report, count)
    curves(places, settings, report, line)
    return report
