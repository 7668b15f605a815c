#!/usr/bin/env python3
"""Runs a benchmark server and its client through every mode, operation, codec and semantics, each for a moment,
and holds them to the contract of benchmarks/README.md. Speed is not looked at.

    smoke_test.py SERVER CLIENT [OPTION_OF_SERVER...]
"""
import json
import os
import signal
import socket
import subprocess
import sys

HOST = "127.0.0.1"
TIMEOUT = 30
REPORT = {"peer": str, "op": str, "size": int, "mode": str, "inflight": int, "connections": int, "calls": int,
          "seconds": float, "calls_per_s": float, "p50_us": float, "p99_us": float, "p999_us": float,
          "mb_per_s": float, "errors": int, "calls_total": int}

LOADS = [
    {"op": "null", "mode": "sync"},
    {"op": "null", "mode": "sync", "connections": 3},
    {"op": "bytes", "size": 1024, "mode": "sync"},
    {"op": "bytes", "size": 32768, "mode": "sync", "codec": "xdr"},
    {"op": "persons", "size": 100, "mode": "sync"},
    {"op": "persons", "size": 100, "mode": "sync", "codec": "xdr", "semantics": "at-least-once"},
    {"op": "null", "mode": "pipelined", "inflight": 64},
    {"op": "null", "mode": "pipelined", "inflight": 64, "connections": 2, "semantics": "at-least-once"},
    {"op": "bytes", "size": 100, "mode": "pipelined", "inflight": 8, "codec": "xdr"},
    {"op": "persons", "size": 10, "mode": "pipelined", "inflight": 8},
    {"op": "null", "mode": "pipelined", "inflight": 16, "duplicates": 0.2},
]


class Failure(Exception):
    pass


def free_port():
    """A port that nobody uses for TCP or UDP now, below the range that the system hands out by itself."""
    for attempt in range(1000):
        port = 20000 + (os.getpid() * 7 + attempt) % 10000
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((HOST, port))
            return port
        except OSError:
            continue
    raise Failure("no free port")


def start_server(path, options):
    """The server and its port. Another process may take the port meanwhile: then the next one."""
    for _ in range(5):
        port = free_port()
        server = subprocess.Popen([path, "--host", HOST, "--port", str(port)] + options, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        line = server.stdout.readline()
        if line == "READY\n":
            return server, port
        server.wait(TIMEOUT)
        error = server.stderr.read().strip()
    raise Failure(f"the server said {line!r} where READY was expected: {error}")


def words(load):
    return [word for name, value in load.items() for word in ("--" + name, str(value))]


def run_load(client, port, load):
    command = [client, "--host", HOST, "--port", str(port), "--duration", "0.1", "--warmup", "0.05"] + words(load)
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise Failure(f"exit status {result.returncode}: {result.stderr.strip()}")
    lines = result.stdout.splitlines()
    if len(lines) != 1:
        raise Failure(f"{len(lines)} lines where one was expected: {result.stdout!r}")
    report = json.loads(lines[0])
    for name, kind in REPORT.items():
        if name not in report:
            raise Failure(f"no '{name}' in {lines[0]}")
        if not isinstance(report[name], (int, float) if kind is float else kind):
            raise Failure(f"'{name}' is no {kind.__name__} in {lines[0]}")
    for name in ("op", "mode", "size", "inflight", "connections"):
        if name in load and report[name] != load[name]:
            raise Failure(f"'{name}' is {report[name]}, not {load[name]}")
    if report["errors"] != 0:
        raise Failure(f"{report['errors']} errors: {result.stderr.strip()}")
    if "duplicates" in load and report["executions"] != report["calls_total"]:
        raise Failure(f"{report['calls_total']} calls were executed {report['executions']} times")
    if report["calls_total"] == 0:
        raise Failure("not one call was made")


def run_idle(client, port, connections):
    command = [client, "--host", HOST, "--port", str(port), "--mode", "idle", "--connections", str(connections)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        report = json.loads(process.stdout.readline())
        if (report["mode"], report["connections"], report["errors"]) != ("idle", connections, 0):
            raise Failure(f"unexpected report {report}")
        if process.poll() is not None:
            raise Failure("the client ended before its standard input was closed")
        process.stdin.close()
        if process.wait(TIMEOUT) != 0:
            raise Failure(f"exit status {process.returncode}")


def main():
    server_path, client_path, *options = sys.argv[1:]
    failures = 0
    server, port = start_server(server_path, options)
    try:
        idle = {"mode": "idle", "connections": 20}
        for load in LOADS + [idle]:
            try:
                if load is idle:
                    run_idle(client_path, port, idle["connections"])
                else:
                    run_load(client_path, port, load)
                print("passed:", *words(load))
            except (Failure, ValueError, subprocess.TimeoutExpired) as failure:
                print("FAILED:", *words(load), "--", failure)
                failures += 1
        if server.poll() is not None:
            print("FAILED: the server ended by itself:", server.stderr.read().strip())
            failures += 1
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
        status = server.wait(TIMEOUT)
    if status != 0:
        print("FAILED: the server's exit status after SIGTERM is", status)
        failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
