"""Runs the checks of checks.py, two at a time, and prints what they found. scripts/prove is its front door."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from checks import BUILDS, FUZZ_SECONDS, LIMIT, NIGHTLY, SIZES, Check, all_checks

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "prove"
SKIPPED = 77  # how a check says that this machine cannot run it


@dataclass
class Result:
    """How a check ended; `size` is what its own output says that it did."""

    check: Check
    state: str  # held, violated, skipped, measured, failed (without naming a violation), "no end" or "did nothing"
    violations: int | None
    size: str
    figures: str
    last_line: str
    seconds: float
    log: Path

    @property
    def is_good(self):
        return self.state in ("held", "skipped", "measured")

    @property
    def verdict(self):
        """For the table's last column."""
        return str(self.violations) if self.state in ("held", "violated") else self.state

    @property
    def is_skipped(self):
        return self.state == "skipped"


class Progress:
    """One line that changes on a terminal, a line for each check elsewhere; always on standard error."""

    def __init__(self, total):
        self.total, self.done, self.begin = total, 0, time.monotonic()
        self.is_terminal = sys.stderr.isatty()

    def show(self, running):
        if self.is_terminal:
            names = ", ".join(run.check.test for run in running)
            self._write(f"\r\033[K{self._clock()}  {self.done} of {self.total} done; running: {names}"[:150])

    def end(self, result):
        self.done += 1
        text = f"{self._clock()}  {self.done:2} of {self.total}  {result.check.test}: {result.verdict} ({result.seconds:.0f} s)"
        self._write(("\r\033[K" if self.is_terminal else "") + text + "\n")

    def say(self, text):
        self._write(("\r\033[K" if self.is_terminal else "") + f"{self._clock()}  {text}\n")

    def _clock(self):
        seconds = int(time.monotonic() - self.begin)
        return f"{seconds // 60:3}:{seconds % 60:02}"

    @staticmethod
    def _write(text):
        sys.stderr.write(text)
        sys.stderr.flush()


class Run:
    """A check under way."""

    def __init__(self, check, size):
        self.check = check
        self.begin = time.monotonic()
        self.end = self.begin + LIMIT[size]
        self.log = LOGS / (check.test.replace(" ", "-").replace("/", "-") + ".txt")
        environment = dict(os.environ, **check.environment(size))
        with open(self.log, "w", encoding="utf-8") as log:
            command = check.command(size)
            log.write("$ " + " ".join(command) + "\n")
            log.flush()
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def result(self):
        """None while it runs."""
        status = self.process.poll()
        if status is None and time.monotonic() < self.end:
            return None
        text = self.log.read_text(errors="replace")
        size = self.check.size_in(text)
        violations = None
        if status is None:
            self.stop()
            state = "no end"
        elif status == SKIPPED:
            state = "skipped"
        elif status != 0:
            violations = self.check.violations_in(text)
            state = "violated" if violations else "failed"
        elif not size:
            state = "did nothing"  # it says that all is well, and not that it has done anything
        else:
            state, violations = ("measured", None) if self.check.is_measured else ("held", 0)
        last_line = (text.rstrip().splitlines() or [""])[-1]
        return Result(self.check, state, violations, size or "–", self.check.figures_in(text), last_line, time.monotonic() - self.begin, self.log)


def build(checks, size, progress):
    """Builds what the checks need; ends the program if that fails."""
    for name, configure in BUILDS.items():
        targets = sorted({target for check in checks if check.build == name for target in check.targets})
        if not targets:
            continue
        log = LOGS / f"build-{name}.txt"
        log.unlink(missing_ok=True)
        configure = [word.format(fuzz_seconds=FUZZ_SECONDS[size], nightly=NIGHTLY[size]) for word in configure]
        for command in [configure, ["cmake", "--build", f"build/{name}", "--target", *targets]]:
            progress.say(" ".join(command))
            with open(log, "a", encoding="utf-8") as output:
                if subprocess.call(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) != 0:
                    sys.exit(f"prove: that failed; see {log}")


def run_all(checks, size, progress):
    """Two at a time; a check that measures time runs alone. None of them outlives this."""
    waiting, running, results = deque(sorted(checks, key=lambda check: check.is_measured)), [], []
    try:
        while waiting or running:
            while waiting and len(running) < 2 and not (running and (waiting[0].is_measured or running[0].check.is_measured)):
                running.append(Run(waiting.popleft(), size))
            for run in list(running):
                result = run.result()
                if result is not None:
                    running.remove(run)
                    results.append(result)
                    progress.end(result)
            progress.show(running)
            time.sleep(0.2)
    finally:
        for run in running:
            run.stop()
    order = {id(check): place for place, check in enumerate(checks)}
    return sorted(results, key=lambda result: order[id(result.check)])


def print_table(results):
    rows = [("property", "test", "size", "violations")]
    rows += [(result.check.property, result.check.test, result.size, result.verdict) for result in results]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    for result in results:
        if result.figures:
            print(f"\n{result.check.test}\n{result.figures}")
    for result in results:
        if result.is_skipped:
            print(f"\n{result.check.test} was skipped: {result.last_line}")
        elif not result.is_good:
            print(f"\n{result.check.test}: {result.state}; it wrote {result.log.relative_to(ROOT)}")


def as_json(results, size, seconds):
    return json.dumps({"size": size, "seconds": round(seconds), "good": all(result.is_good for result in results),
                       "skipped": sum(result.is_skipped for result in results),
                       "checks": [{"property": result.check.property, "test": result.check.test, "size": result.size,
                                   "state": result.state, "violations": result.violations,
                                   "seconds": round(result.seconds, 1), "figures": result.figures,
                                   "log": str(result.log.relative_to(ROOT))} for result in results]}, indent=2)


def main():
    parser = argparse.ArgumentParser(prog="scripts/prove", description="Checks the guarantee; scripts/prove --help tells more.")
    sizes = parser.add_mutually_exclusive_group()
    for size in SIZES:
        sizes.add_argument(f"--{size}", dest="size", action="store_const", const=size)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="WORD")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    size = options.size or SIZES[0]
    wanted = [word.lower() for word in options.only]
    checks = [check for check in all_checks(size)
              if not wanted or any(word in f"{check.property} {check.test}".lower() for word in wanted)]
    if not checks:
        parser.error("no check has that in its property or test; see --list")
    if options.list:
        for check in checks:
            print(f"{check.property}: {check.test}\n    {' '.join(check.command(size))}")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as for Ctrl-C: what runs is ended
    LOGS.mkdir(parents=True, exist_ok=True)
    progress = Progress(len(checks))
    build(checks, size, progress)
    begin = time.monotonic()
    results = run_all(checks, size, progress)
    if options.json:
        print(as_json(results, size, time.monotonic() - begin))
    else:
        print_table(results)
    return 0 if all(result.is_good for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
