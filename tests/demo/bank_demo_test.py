#!/usr/bin/env python3
"""Runs the bank demonstration as a user would, and holds it to what it claims.

bank_demo_test.py PROGRAM right SEEDS CALLS    at most once and exactly once are right and at least once is wrong, for each seed
bank_demo_test.py PROGRAM kills KILLS CALLS    exactly once is right though the server is killed, at every point of a call
bank_demo_test.py PROGRAM calm                 on a good network everything is right
bank_demo_test.py PROGRAM unfiltered           without the duplicate filter at most once is wrong, and the status is 1
bank_demo_test.py PROGRAM command-line         help, and what a wrong command line gets
"""
import json
import subprocess
import sys

FIELDS = {"semantics", "transport", "calls", "requests_sent", "duplicates", "executed", "replayed", "balance",
          "expected", "right"}
KILL_FIELDS = FIELDS | {"answered", "violations", "kills"}


def run(program, *words):
    return subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)


def rows_of(done, count=8, fields=FIELDS):
    rows = json.loads(done.stdout)
    assert len(rows) == count, f"{count} rows expected, got {len(rows)}"
    for row in rows:
        assert set(row) == fields, f"fields {sorted(row)}"
    return {(row["semantics"], row["transport"]): row for row in rows}


def right(program, seeds, calls):
    for seed in range(1, int(seeds) + 1):
        done = run(program, "--json", "--seed", str(seed), "--calls", calls)
        assert done.returncode == 0, f"seed {seed}: status {done.returncode}\n{done.stdout}{done.stderr}"
        rows = rows_of(done)
        for transport in ("udp", "tcp"):
            least = rows["at least once", transport]
            assert not least["right"] and least["executed"] > int(calls), f"seed {seed}: {least}"
            for once in rows["at most once", transport], rows["exactly once", transport]:
                assert once["right"] and once["executed"] == int(calls), f"seed {seed}: {once}"
                assert once["duplicates"] > 0 and once["replayed"] > 0, f"seed {seed}: no duplicate to filter: {once}"
        print(f"seed {seed}: at most once and exactly once right, at least once wrong, over udp and tcp", flush=True)


def kills(program, count, calls):
    done = run(program, "--semantics", "exactly-once", "--kills", count, "--calls", calls, "--json")
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    for row in rows_of(done, 2, KILL_FIELDS).values():
        assert row["right"] and row["answered"] == int(calls) and row["violations"] == 0, row
        fell = row["kills"]
        assert fell["all"] == int(count) and fell["before_commit"] > 0 and fell["before_reply"] > 0, row
        print(f"{row['transport']}: {fell}", flush=True)
    done = run(program, "--semantics", "exactly-once", "--kills", "1000", "--calls", "20")
    assert done.returncode == 2 and "too short" in done.stderr, (done.returncode, done.stderr)


def calm(program):
    done = run(program, "--json", "--loss", "0", "--calls", "100")
    assert done.returncode == 0, done.stderr
    for row in rows_of(done).values():
        assert row["right"] and row["executed"] == 100, row


def unfiltered(program):
    done = run(program, "--no-duplicate-filter", "--json", "--calls", "100", "--semantics", "at-most-once")
    assert done.returncode == 1, f"status {done.returncode}, {done.stderr}"
    rows = rows_of(done, 2)
    assert not rows["at most once", "udp"]["right"], rows


def command_line(program):
    done = run(program, "--help")
    assert done.returncode == 0 and "--seed" in done.stdout and "--role" not in done.stdout, done.stdout
    done = run(program, "--loss", "much")
    assert done.returncode == 2 and "--loss" in done.stderr, (done.returncode, done.stderr)
    for words in (), ("--semantics", "at-most-once"):
        done = run(program, "--kills", "3", *words)
        assert done.returncode == 2 and "--semantics exactly-once" in done.stderr, (done.returncode, done.stderr)
    done = run(program, "--semantics", "twice")
    assert done.returncode == 2 and "--semantics" in done.stderr, (done.returncode, done.stderr)


if __name__ == "__main__":
    {"right": right, "kills": kills, "calm": calm, "unfiltered": unfiltered, "command-line": command_line}[sys.argv[2]](
        sys.argv[1], *sys.argv[3:])
