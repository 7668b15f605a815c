"""How the cost of a call grows with its payload and with the number of connections."""
import copy
from dataclasses import dataclass

from .beside_peers import BYTES, NULL, PLAIN, once
from .contest import measure_calls, take_turns
from .figures import Figure


@dataclass
class Curve:
    title: str
    x: str
    y: str
    lines: dict  # name: [(x, Figure)]


def measured(programs, raws, transport, options, one_cpu, of_rate, settings):
    """What Once and the raw socket of its transport take, interleaved."""
    contestants = [once(programs, transport, PLAIN)] + [copy.deepcopy(raw) for raw in raws if raw.name == f"raw_{transport}"]
    timed = {**options, "duration": settings.seconds / 2, "warmup": settings.warmup / 2}
    take_turns(contestants, lambda one: measure_calls(one, timed, one_cpu), max(1, settings.rounds // 3), settings.say)
    rates = {contestant.name: [result["calls_per_s"] for result in contestant.results if result] for contestant in contestants}
    return {name: Figure.of(map(of_rate, values)) for name, values in rates.items() if values}


def payload(programs, peers, settings):
    lines = {}
    for transport, sizes in (("tcp", (1, 256, 1024, 4096, 16384, 65536, 262144, 1 << 20)), ("udp", (1, 256, 1024, 4096, 16384, 32768))):
        for size in sizes:
            figures = measured(programs, peers, transport, {**BYTES, "size": size}, True, lambda rate: 1e6 / rate, settings)
            for name, figure in figures.items():
                lines.setdefault(name, []).append((size, figure))
    return Curve("Echo, sync, client and server on one CPU", "octets of the payload", "µs a call", lines)


def connections(programs, peers, settings):
    lines = {}
    for transport in ("tcp", "udp"):
        for count in (1, 4, 16, 64, 256):
            figures = measured(programs, peers, transport, {**NULL, "connections": count}, False,
                               lambda rate: rate / 1000, settings)
            for name, figure in figures.items():
                lines.setdefault(name, []).append((count, figure))
    return Curve("null, sync, a thread for each connection of the client, two CPUs", "connections", "1,000 calls/s", lines)


def sessions(lines):
    return Curve("A call, calls spread over all sessions at random", "sessions", "ns a call", lines)
