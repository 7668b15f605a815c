"""The rows without a peer: counts, sizes, memory, times of the core and of builds."""
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from .beside_peers import PLAIN, PIPELINED, Variant, once
from .contest import Failed, measure_calls
from .figures import Figure, Row

MEBI = 1 << 20


def output_of(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          **options).stdout


def one(value):
    return Figure.of([value])


# ---- the core ----

def core_rate(bin_folder, settings):
    out = json.loads(output_of(bin_folder / "core_benchmark", "--benchmark_filter=at_most_once/0/(1|64)$", "--benchmark_format=json",
                               f"--benchmark_repetitions={settings.rounds}", f"--benchmark_min_time={settings.seconds / 5}"))
    rates = {calls: [run["items_per_second"] / 1e6 for run in out["benchmarks"]
                     if run["run_type"] == "iteration" and run["run_name"].endswith(f"/{calls}")] for calls in (1, 64)}
    return [Row("core", "the core alone, one call at a time", "M calls/s", 5.0, figure=Figure.of(rates[1])),
            Row("core_64", "the same, 64 at a time", "M calls/s", 5.0, figure=Figure.of(rates[64]))]


def sessions(bin_folder, settings):
    """The rows, and the curves: nanoseconds of a call by number of sessions."""
    lines = output_of(bin_folder / "sessions_benchmark", settings.rounds).splitlines()
    crowds = {crowd["sessions"]: crowd for crowd in map(json.loads, lines)}
    few, many = crowds[1000], crowds[1_000_000]

    def growth(name, title, times, goal):
        figure = Figure.of(b / a for a, b in zip(few[times], many[times]))
        note = f"{statistics.median(few[times]):,.0f} ns and {statistics.median(many[times]):,.0f} ns"
        return Row(name, f"{title} with 1,000,000 sessions, against 1,000", "×", goal, more_is_better=False, figure=figure, note=note)

    rows = [growth("sessions", "a call over TCP to a server", "call_ns", 1.3),
            growth("core_sessions", "what the server's core does for a call", "core_ns", None),
            Row("session_memory", "1,000,000 idle sessions", "MB", 512.0, more_is_better=False, figure=one(many["resident_octets"] / 1e6))]
    curves = {line: [(size, Figure.of(crowd[times])) for size, crowd in crowds.items()]
              for line, times in (("a call over TCP", "call_ns"), ("the server's core", "core_ns"))}
    return rows, curves


# ---- what is counted ----

def counted(figures, left_out):
    """From scripts/budgets: instructions, allocations and system calls of a call."""
    goals = {"instructions": {"null_tcp.client": 1000, "null_tcp.server": 1000, "null_udp.client": 1000, "null_udp.server": 1000},
             "system calls": {"null_tcp.client": 2, "null_tcp.server": 3, "null_udp.client": 2, "null_udp.server": None},
             "allocations": {f"{what}_{transport}.{side}": 0 for what in ("null", "bytes1k") for transport in ("tcp", "udp")
                             for side in ("client", "server")}}
    rows = []
    for kind, of_kind in goals.items():
        for name, goal in of_kind.items():
            scenario, side = name.split(".")
            operation, transport = scenario.split("_")
            title = f"{kind} of a call, {operation.replace('bytes1k', '1 KiB')}, {transport.upper()}, {side}"
            figure = one(figures[kind][name]) if name in figures.get(kind, {}) else None
            rows.append(Row(f"{kind} {name}", title, "", goal, more_is_better=False, figure=figure, note=left_out.get(kind, "")))
    return rows


def copies(bin_folder):
    """Two encodings, two decodings and the copy that the servant makes are not counted."""
    rows = []
    for scenario, octets, title in (("bytes32k_tcp", 32768, "32 KiB, TCP"), ("bytes32k_udp", 32768, "32 KiB, UDP"),
                                    ("bytes64k_tcp", 65536, "64 KiB, TCP")):
        made = json.loads(output_of(bin_folder / "count_copies", scenario, octets))["copies"]
        rows.append(Row(f"copies_{scenario}", f"copies of the payload beyond encode and decode, echo of {title}", "", 0,
                        more_is_better=False, figure=one(round(made - 5, 2))))
    return rows


def duplicates(programs, settings):
    """A client whose datagrams travel twice now and then: how often its calls ran, and, to see that there is something to filter,
    how often those that may run twice did."""
    rows = []
    for semantics, goal in (("at-most-once", 1.0), ("at-least-once", None)):
        contestant = once(programs, "udp", Variant("", client=["--semantics", semantics, "--duplicates", "0.2"]))
        options = {**PIPELINED, "inflight": 16, "duration": settings.seconds, "warmup": settings.warmup}
        row = Row(f"duplicates_{semantics}", f"executions for each call, every fifth datagram sent twice, {semantics.replace('-', ' ')}",
                  "", goal, more_is_better=False)
        try:
            result = measure_calls(contestant, options, False)
            row.figure = one(result["executions"] / result["calls_total"])
            row.note = f"{result['calls_total']:,} calls, {result['executions']:,} executions, {result['duplicated_datagrams']:,} copies of datagrams"
        except Failed as why:
            row.note = str(why)
        rows.append(row)
    return rows


# ---- large calls, sizes, builds ----

def large_call(bin_folder, settings):
    out = output_of(bin_folder / "large_benchmark", "--loss", 0, "--datagram", 60000, "--json", "--rounds", settings.rounds)
    result = json.loads(out.splitlines()[-1])
    figure = Figure.of(raw / mine for raw, mine in zip(result["raw_ms"], result["echo_ms"]))
    return [Row("large", "16 MiB over UDP, echoed, beside raw_tcp's rate", "× raw_tcp", 0.5, figure=figure)]


def client_size(programs):
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder, "stripped")
        output_of("strip", "-o", stripped, programs / "bank_client")
        size = stripped.stat().st_size / 1000
    return [Row("size", "stripped client of the bank, runtime linked statically", "KB", 600.0, more_is_better=False, figure=one(size))]


def processor_seconds(*words, **options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output_of(*words, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def builds(source, build, settings):
    """One clean build takes a minute or more: it is done once, and not in a quick run."""
    rows = [Row("build", "clean build of the runtime, processor time", "s", 60.0, more_is_better=False),
            Row("generated", "compiling the code of 1,000 lines of IDL, -O2, against protoc's for the same types", "×", 1.0, more_is_better=False)]
    if settings.quick:
        for row in rows:
            row.note = "not in a quick run"
        return rows
    folder = Path(build, "clean")
    shutil.rmtree(folder, ignore_errors=True)
    oncec = source / "build/release/bin/oncec"
    output_of("cmake", "--preset", "release", "-B", folder, f"-DONCE_COMPILER={oncec}", "-DONCE_BUILD_TESTS=OFF", "-DONCE_BUILD_BENCHMARKS=OFF",
              "-DONCE_BUILD_EXAMPLES=OFF", cwd=source)
    rows[0].figure = one(processor_seconds("cmake", "--build", folder, "--target", "once", "-j1", env={**os.environ, "CCACHE_DISABLE": "1"}))
    shutil.rmtree(folder)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name, "compiled.json")
        output_of(source / "benchmarks/compiler/run", "--lines", 1000, "--compiled-lines", 1000, "--rounds", 3, "--json", out)
        tables = json.loads(out.read_text())
    seconds = next(table["processor_s"] for table in tables if re.search(r"compiling the code .* -O2$", table["title"]))
    if "protoc's" in seconds:
        rows[1].figure = Figure.of(a / b for a, b in zip(seconds["oncec's, one codec (CDR)"], seconds["protoc's"]))
    else:
        rows[1].note = "protoc is not installed"
    return rows
