#!/usr/bin/env python3
"""Runs the bank demonstration as a user would, and holds it to what it claims.

bank_demo_test.py PROGRAM right SEEDS CALLS    at most once is right and at least once is wrong, for each seed
bank_demo_test.py PROGRAM calm                 on a good network everything is right
bank_demo_test.py PROGRAM unfiltered           without the duplicate filter at most once is wrong, and the status is 1
bank_demo_test.py PROGRAM command-line         help, and what a wrong command line gets
"""
import json
import subprocess
import sys

FIELDS = {"semantics", "transport", "calls", "requests_sent", "duplicates", "executed", "replayed", "balance",
          "expected", "right"}


def run(program, *words):
    return subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)


def rows_of(done):
    rows = json.loads(done.stdout)
    assert len(rows) == 6, f"six rows expected, got {len(rows)}"
    for row in rows:
        assert set(row) == FIELDS, f"fields {sorted(row)}"
    return {(row["semantics"], row["transport"]): row for row in rows}


def right(program, seeds, calls):
    for seed in range(1, int(seeds) + 1):
        done = run(program, "--json", "--seed", str(seed), "--calls", calls)
        assert done.returncode == 0, f"seed {seed}: status {done.returncode}\n{done.stdout}{done.stderr}"
        rows = rows_of(done)
        for transport in ("udp", "tcp"):
            most, least = rows["at most once", transport], rows["at least once", transport]
            assert most["right"] and most["executed"] == int(calls), f"seed {seed}: {most}"
            assert not least["right"] and least["executed"] > int(calls), f"seed {seed}: {least}"
            assert most["duplicates"] > 0 and most["replayed"] > 0, f"seed {seed}: no duplicate to filter: {most}"
        print(f"seed {seed}: at most once right, at least once wrong, over udp and tcp", flush=True)


def calm(program):
    done = run(program, "--json", "--loss", "0", "--calls", "100")
    assert done.returncode == 0, done.stderr
    for row in rows_of(done).values():
        assert row["right"] and row["executed"] == 100, row


def unfiltered(program):
    done = run(program, "--no-duplicate-filter", "--json", "--calls", "100")
    assert done.returncode == 1, f"status {done.returncode}, {done.stderr}"
    rows = rows_of(done)
    assert not rows["at most once", "udp"]["right"], rows


def command_line(program):
    done = run(program, "--help")
    assert done.returncode == 0 and "--seed" in done.stdout and "--role" not in done.stdout, done.stdout
    done = run(program, "--loss", "much")
    assert done.returncode == 2 and "--loss" in done.stderr, (done.returncode, done.stderr)


if __name__ == "__main__":
    {"right": right, "calm": calm, "unfiltered": unfiltered, "command-line": command_line}[sys.argv[2]](
        sys.argv[1], *sys.argv[3:])
