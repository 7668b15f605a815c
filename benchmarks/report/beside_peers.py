"""The rows that stand beside other systems: scenarios of calls, idle connections, and marshalling in memory."""
import copy
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .contest import Contestant, discover, measure_calls, measure_idle, take_turns
from .figures import Figure, Row, ratios

NULL, PIPELINED = {"op": "null", "mode": "sync"}, {"op": "null", "mode": "pipelined", "inflight": 64}
BYTES = {"op": "bytes", "mode": "sync"}
PERSONS = {"op": "persons", "size": 100, "mode": "sync"}


@dataclass
class Variant:
    """A way to start Once's programs: words for the server and for the client, asked for only where --help has them."""
    name: str
    server: list = field(default_factory=list)
    client: list = field(default_factory=list)

    def missing_from(self, programs, transport):
        """Of the words, one that a program does not know."""
        for side, asked in (("server", self.server), ("client", self.client)):
            program = programs / f"peerbench_{side}_{transport}"
            text = subprocess.run([program, "--help"], stdout=subprocess.PIPE, text=True).stdout
            for word in asked:
                if word.startswith("--") and word not in text:
                    return f"{program.name} has no {word}"
        return None


PLAIN = Variant("")
LEAST = Variant("_at_least_once", client=["--semantics", "at-least-once"])
THREADS = Variant("_threads", server=["--threading", "connection"])
REUSE = Variant("_reuse", server=["--reuse"], client=["--reuse"])


@dataclass
class Scenario:
    name: str
    title: str
    transport: str
    options: dict
    goals: list  # (Variant, goal, what stands behind the title)
    one_cpu: bool = False
    prices: str = ""  # the title of the row of at most once against at least once

    @property
    def raw(self):
        return f"raw_{self.transport}"

    @property
    def variants(self):
        return [variant for variant, _, _ in self.goals] + ([LEAST] if self.prices else [])


SCENARIOS = [
    Scenario("null_one_cpu_tcp", "null, sync, one CPU, TCP", "tcp", NULL,
             [(PLAIN, 0.87, ""), (THREADS, 0.93, ", a thread for each connection")], one_cpu=True, prices="TCP, sync"),
    Scenario("null_one_cpu_udp", "null, sync, one CPU, UDP", "udp", NULL, [(PLAIN, 0.87, "")], one_cpu=True, prices="UDP, sync"),
    Scenario("null_tcp", "null, sync, two CPUs, TCP", "tcp", NULL, [(PLAIN, 0.92, "")]),
    Scenario("null_udp", "null, sync, two CPUs, UDP", "udp", NULL, [(PLAIN, 0.92, "")]),
    Scenario("bytes1k", "1 KiB, sync, TCP", "tcp", {**BYTES, "size": 1024}, [(PLAIN, 0.92, "")]),
    Scenario("bytes64k", "64 KiB, sync, TCP", "tcp", {**BYTES, "size": 65536}, [(PLAIN, 0.90, "")]),
    Scenario("bytes1m", "1 MiB, sync, TCP", "tcp", {**BYTES, "size": 1 << 20}, [(PLAIN, 1.05, "")]),
    Scenario("persons100", "100 structures, sync, TCP", "tcp", PERSONS, [(PLAIN, 0.65, ""), (REUSE, 0.75, ", objects reused")]),
    Scenario("pipe64", "null, 64 in flight, one connection, TCP", "tcp", PIPELINED, [(PLAIN, 0.50, "")], prices="TCP, 64 in flight"),
    Scenario("pipe64x4", "null, 64 in flight, 4 connections, TCP", "tcp", {**PIPELINED, "connections": 4}, [(PLAIN, 0.40, "")]),
    Scenario("pipe64_udp", "null, 64 in flight, UDP", "udp", PIPELINED, [(PLAIN, 1.5, "")], prices="UDP, 64 in flight"),
    Scenario("sync32", "null, 32 synchronous connections, TCP", "tcp", {**NULL, "connections": 32}, [(PLAIN, 1.10, "")]),
]
PRICE_GOAL = 0.97


def once(programs, transport, variant):
    server, client = (str(programs / f"peerbench_{side}_{transport}") for side in ("server", "client"))
    return Contestant(f"once_{transport}{variant.name}", [server, *variant.server], [client, *variant.client])


def contestants_for(scenario, programs, peers):
    """Those that can, and for each variant that cannot, why."""
    found, missing = [], {}
    for variant in scenario.variants:
        why = variant.missing_from(programs, scenario.transport)
        if why:
            missing[variant.name] = why
        else:
            found.append(once(programs, scenario.transport, variant))
    found += [copy.deepcopy(peer) for peer in peers if peer.is_udp == (scenario.transport == "udp")]
    return found, missing


def rates(contestant):
    return [result and result.get("calls_per_s") for result in contestant.results]


def rows_of(scenario, contestants, missing):
    by_name = {contestant.name: contestant for contestant in contestants}
    raw = rates(by_name[scenario.raw]) if scenario.raw in by_name else []
    rows = []
    for variant, goal, behind in scenario.goals:
        row = Row(scenario.name + variant.name, scenario.title + behind, f"× {scenario.raw}", goal, note=missing.get(variant.name, ""))
        rows.append(row)
        mine = by_name.get(f"once_{scenario.transport}{variant.name}")
        if mine is None:
            continue
        row.figure = Figure.of(ratios(rates(mine), raw))
        if not raw:
            row.note = f"{scenario.raw} was not built"
        for peer in contestants:
            if not peer.is_once and not peer.is_raw:
                row.compare(peer.name, Figure.of(ratios(rates(peer), raw)), rates(mine), rates(peer))
    return rows


def price_row(scenario, contestants):
    by_name = {contestant.name: contestant for contestant in contestants}
    most, least = (by_name[f"once_{scenario.transport}{variant.name}"] for variant in (PLAIN, LEAST))
    return Row(f"price_{scenario.name}", f"at most once against at least once, {scenario.prices}", "×", PRICE_GOAL,
               figure=Figure.of(ratios(rates(most), rates(least))))


def run_scenario(scenario, programs, peers, settings):
    contestants, missing = contestants_for(scenario, programs, peers)
    options = {**scenario.options, "duration": settings.seconds, "warmup": settings.warmup}
    take_turns(contestants, lambda one: measure_calls(one, options, scenario.one_cpu), settings.rounds, settings.say)
    rows = rows_of(scenario, contestants, missing)
    prices = [price_row(scenario, contestants)] if scenario.prices else []
    return rows, prices, {contestant.name: contestant.results for contestant in contestants}


def run_idle(programs, peers, settings):
    """Memory does not vary as times do: three rounds."""
    contestants = [once(programs, "tcp", PLAIN)] + [copy.deepcopy(peer) for peer in peers if not peer.is_udp]
    options = {"mode": "idle", "connections": 1000}
    take_turns(contestants, lambda one: measure_idle(one, options, False), min(3, settings.rounds), settings.say)
    octets = lambda contestant: [result and result["kb_per_connection"] for result in contestant.results]
    row = Row("idle", "memory per idle connection, server", "KB", 2.0, more_is_better=False, figure=Figure.of(octets(contestants[0])))
    for peer in contestants[1:]:
        if not peer.is_raw:
            row.compare(peer.name, Figure.of(octets(peer)), octets(contestants[0]), octets(peer))
    return [row], {contestant.name: contestant.results for contestant in contestants}


# ---- marshalling ----

def marshallers(programs, peers_folder):
    found = {f"once_{codec}": programs / f"peerbench_marshal_{codec}" for codec in ("cdr", "xdr")}
    folder = Path(peers_folder, "marshal") if peers_folder else None
    if folder and folder.is_dir():
        found |= {path.name: path / "marshal" for path in sorted(folder.iterdir()) if (path / "marshal").exists()}
    return found


def run_marshal(programs, peers_folder, settings):
    """By codec, case and kind of time: the nanoseconds of each round."""
    times = {}
    for _ in range(settings.rounds):
        for path in marshallers(programs, peers_folder).values():
            out = subprocess.run([path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=300).stdout
            for result in map(json.loads, filter(lambda line: line.startswith("{"), out.splitlines())):
                for kind in ("encode_ns", "decode_ns", "decode_reuse_ns"):
                    times.setdefault(result["codec"], {}).setdefault(result["case"], {}).setdefault(kind, []).append(result.get(kind))
    return times


def marshal_rows(times):
    rows = []
    peers = [codec for codec in times if not codec.startswith("once_") and codec not in ("memcpy", "capnp_in_place")]
    column = lambda codec, case, kind: times.get(codec, {}).get(case, {}).get(kind, [])
    for kind, goal, title in (("encode_ns", 1.0, "encode"), ("decode_ns", 5.5, "decode into new objects"),
                              ("decode_reuse_ns", 2.7, "decode into reused ones")):
        for codec in ("once_cdr", "once_xdr"):
            mine = [value / 1000 for value in column(codec, "persons100", kind)]
            row = Row(f"persons100_{kind[:-3]}_{codec[5:]}", f"100 structures, {title}, {codec[5:].upper()}", "µs", goal,
                      more_is_better=False, figure=Figure.of(mine))
            for peer in peers:
                theirs = [value and value / 1000 for value in column(peer, "persons100", kind)]
                row.compare(peer, Figure.of(theirs), mine, theirs)
            rows.append(row)
    for case in ("longs4096", "doubles4096"):
        for codec, goal in (("once_cdr", 1.1), ("once_xdr", 2.0)):
            rows.append(array_row(column, peers, case, codec, goal))
    return rows


def array_row(column, peers, case, codec, goal):
    """The worse of encoding and of decoding into a reused object, beside one memcpy of as many octets."""
    def worse(name):
        encode = ratios(column(name, case, "encode_ns"), column("memcpy", case, "encode_ns"))
        reuse = column(name, case, "decode_reuse_ns")
        decode = ratios(reuse if any(reuse) else column(name, case, "decode_ns"), column("memcpy", case, "decode_ns"))
        return [max(pair) for pair in zip(encode, decode)]

    mine = worse(codec)
    title = f"4,096 {case.removesuffix('4096')}, {codec[5:].upper()}, the worse of encode and decode"
    row = Row(f"{case}_{codec[5:]}", title, "× memcpy", goal, more_is_better=False, figure=Figure.of(mine))
    for peer in peers:
        theirs = worse(peer)
        row.compare(peer, Figure.of(theirs), mine, theirs)
    return row
