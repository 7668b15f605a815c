"""Programs that follow the contract of benchmarks/README.md, measured in turns: a round is one measurement of each."""
import json
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PATIENCE = 60  # seconds beyond what a measurement takes


class Failed(Exception):
    pass


@dataclass
class Contestant:
    name: str
    server: list
    client: list
    results: list = field(default_factory=list)  # a dictionary for each round; None: it failed

    @property
    def is_udp(self):
        return "udp" in self.name

    @property
    def is_raw(self):
        return self.name.startswith("raw_")

    @property
    def is_once(self):
        return self.name.startswith("once_")


def free_port():
    """A port that is free for TCP and UDP, below those that the system hands out by itself."""
    for attempt in range(1000):
        free_port.last = 20000 + (free_port.last - 20000 + 1) % 10000
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((HOST, free_port.last))
            return free_port.last
        except OSError:
            continue
    raise Failed("no free port")


free_port.last = 20000 + os.getpid() % 5000


def pinned(role, one_cpu):
    """Client and server on one processor, or each on a half of them: left alone, the scheduler does now this, now that."""
    count = os.cpu_count()
    if count < 2:
        return None
    cpus = {0} if one_cpu else set(range(count // 2) if role == "server" else range(count // 2, count))
    return lambda: os.sched_setaffinity(0, cpus)


def read_line(process, seconds):
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    if not ready:
        raise Failed("it said nothing in time")
    return process.stdout.readline()


class Server:
    """A contestant's server, from READY until the end of the block."""

    def __init__(self, command, one_cpu):
        self.port = free_port()
        self.process = subprocess.Popen([*command, "--host", HOST, "--port", str(self.port)], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, preexec_fn=pinned("server", one_cpu))
        if read_line(self.process, PATIENCE).strip() != "READY":
            self.process.kill()
            raise Failed("its server did not say READY")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident_kb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def words(options):
    return [word for name, value in options.items() for word in (f"--{name}", str(value))]


def report_of(line):
    report = json.loads(line)
    if report.get("unsupported"):
        raise Failed("unsupported")
    if report.get("errors"):
        raise Failed(f"{report['errors']} calls failed")
    return report


def run_client(contestant, server, options, one_cpu):
    command = [*contestant.client, "--host", HOST, "--port", str(server.port), *words(options)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
                            timeout=PATIENCE + 2 * options.get("duration", 0), preexec_fn=pinned("client", one_cpu))
    if result.returncode != 0 or not result.stdout:
        raise Failed(f"its client ended with {result.returncode}")
    return report_of(result.stdout.splitlines()[-1])


def measure_calls(contestant, options, one_cpu):
    with Server(contestant.server, one_cpu) as server:
        return run_client(contestant, server, options, one_cpu)


def measure_idle(contestant, options, one_cpu):
    """What the server's memory grows by for each connection that made a call and stays."""
    with Server(contestant.server, one_cpu) as server:
        run_client(contestant, server, {"op": "null", "mode": "sync", "duration": 0.2, "warmup": 0.1}, one_cpu)
        time.sleep(0.2)
        before = server.resident_kb()
        command = [*contestant.client, "--host", HOST, "--port", str(server.port), *words(options)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as client:
            report_of(read_line(client, PATIENCE))
            time.sleep(0.3)  # nobody says when the last page has been touched
            after = server.resident_kb()
            client.stdin.close()
            client.wait(PATIENCE)
        return {"kb_per_connection": (after - before) / options["connections"]}


def take_turns(contestants, measure, rounds, say):
    """Measures each so many times, round by round, each round beginning with another; fills in their results."""
    for number in range(rounds):
        first = number % len(contestants)
        for contestant in contestants[first:] + contestants[:first]:
            if contestant.results and contestant.results[0] is None:
                continue  # what fails once is not tried again and again
            try:
                contestant.results.append(measure(contestant))
            except (Failed, OSError, ValueError, subprocess.TimeoutExpired) as why:
                contestant.results.append(None)
                say(f"    {contestant.name}: {why}")


def discover(folder):
    """The peers that were built there: FOLDER/<peer>/server and client."""
    found = []
    for name in sorted(os.listdir(folder)):
        programs = [os.path.join(folder, name, side) for side in ("server", "client")]
        if all(os.access(program, os.X_OK) for program in programs):
            found.append(Contestant(name, [programs[0]], [programs[1]]))
    return found
