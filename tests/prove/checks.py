"""What scripts/prove runs: each check, its size at each level, and how its output is read."""

import re
from dataclasses import dataclass, field

SIZES = ("quick", "nightly", "release")
LIMIT = dict(zip(SIZES, (15 * 60, 12 * 3600, 7 * 24 * 3600)))  # seconds, for one check

# How each build folder is made; the targets follow from the checks. The fuzzers have one of their own, since it says how long they run.
FUZZ_SECONDS = dict(zip(SIZES, (60, 600, 7200)))
NIGHTLY = dict(zip(SIZES, ("OFF", "ON", "ON")))
BUILDS = {
    "release": ["cmake", "--preset", "release", "-DONCE_UNITE=ON", "-DONCE_NIGHTLY={nightly}"],
    "fuzz": ["cmake", "--preset", "asan", "-B", "build/fuzz", "-DONCE_UNITE=ON", "-DONCE_NIGHTLY={nightly}", "-DONCE_FUZZ_SECONDS={fuzz_seconds}"],
}


@dataclass
class Check:
    """One command that ends with status 0 if what it checks holds.

    `arguments` may contain {name}, for which `sizes[name]` has a value for each of SIZES. `size` finds in the output how much was
    really done: a regular expression, whose groups are joined, or whose number of matches counts if `counts` says of what."""

    property: str  # names of docs/guarantees.md
    test: str
    arguments: list
    targets: list
    size: str
    counts: str = ""
    unit: str = ""
    sizes: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)  # of its environment
    violations: str = ""  # finds how many there are, in the output of a check that failed
    figures: str = ""     # finds what is worth reading besides
    build: str = "release"
    is_measured: bool = False  # figures, which cannot be wrong; it runs alone
    at: tuple = SIZES

    def _fill(self, word, size):
        return word.format(**{name: values[SIZES.index(size)] for name, values in self.sizes.items()})

    def command(self, size):
        return [self._fill(word, size) for word in self.arguments]

    def environment(self, size):
        return {name: self._fill(word, size) for name, word in self.variables.items()}

    def size_in(self, text):
        if self.counts:
            found = len(re.findall(self.size, text, re.MULTILINE))
            return f"{found} {self.counts}" if found else ""
        match = re.search(self.size, text, re.MULTILINE)
        words = [*(match.groups() or [match.group(0)]), self.unit] if match else []
        return " ".join(words).rstrip()

    def violations_in(self, text):
        """None: it does not say, or that there are none: then it failed in another way."""
        match = re.search(self.violations, text, re.MULTILINE) if self.violations else None
        return int(match.group(1)) or None if match else None

    def figures_in(self, text):
        match = re.search(self.figures, text, re.MULTILINE | re.DOTALL) if self.figures else None
        return re.sub(r"^\d+: ", "", match.group(0), flags=re.MULTILINE).rstrip() if match else ""  # as ctest numbers lines


def program(name, *arguments):
    return [f"build/release/bin/{name}", *arguments]


def ctest(build, *arguments):
    return ["ctest", "--test-dir", f"build/{build}", "--no-tests=error", "--verbose", *arguments]


def simulated():
    yield Check("G1–G9", "simulator", program("simulator", "--calls", "{calls}", "--floors"), ["simulator"],
                size=r"^(\d+ calls, \d+ seeds)", sizes={"calls": ("1000000", "10000000", "100000000")})
    yield Check("the checks", "planted bugs in the simulator", program("simulator", "--mutants", "--calls-max", "{calls}"), ["simulator"],
                size=r"^(\d+) of \d+ (found)", sizes={"calls": ("1000000",) * 3}, figures=r"^bug  .*(?=^\d+ of)")
    yield Check("G1, G2, G5", "a user's service, simulated", program("bank_test"), ["bank_test"], size=r"(\d+ seeds, \d+ crashes)",
                variables={"ONCE_SEEDS": "{seeds}"}, sizes={"seeds": ("1000", "20000", "200000")})


def modelled():
    yield Check("G1–G3, G5, G6", "model, every state", program("model", "--all"), ["model"], size=r"^\S+ .* holds", counts="configurations")
    yield Check("the checks", "broken rules in the model", program("model", "--mutants"), ["model"],
                size=r"^[a-z-]+ +[A-Z]\d", counts="mutants")


def crashes():
    kills = {"kills": ("50", "1000", "10000")}
    many = {**kills, "calls": ("1000", "10000", "100000")}
    for transport in ("udp", "tcp"):
        command = program("crash", "--kills", "{kills}", "--transport", transport)
        for what, options, sizes in (("kill -9 of servers", [], kills),
                                     ("kill -9 of servers and clients", ["--kill-clients"], kills),
                                     ("kill -9 behind a harmful proxy", ["--kill-clients", "--proxy", "harsh"], kills),
                                     ("a harmful proxy alone", ["--kills", "0", "--proxy", "harsh", "--calls", "{calls}"], many),
                                     ("kill -9 while addresses and links change", ["--namespaces", "--calls", "{calls}"], many)):
            has_kills = "--kills" not in options
            yield Check("G1, G2, G5, G6", f"{what}, {transport}", [*(command if has_kills else command[:1] + command[3:]), *options], ["crash"],
                        size=r"^kills +(\d+)" if has_kills else r"^calls +(\d+)", unit="kills" if has_kills else "calls", sizes=sizes, violations=r"^violations +(\d+)")
    yield Check("G2", "power cuts", program("disk_test"), ["disk_test"], size=r"^(\d+ power cuts)",
                variables={"ONCE_DISK_SEEDS": "{seeds}"}, sizes={"seeds": ("150", "5000", "30000")})


FUZZED = ("xdr", "cdr", "protobuf", "header", "stream", "reference", "fragments", "server", "client", "omg_idl", "onc_rpc")
# What the table of attacks in docs/testing.md names, and tests/attacks has not.
IN_OTHER_ROOMS = (r"(^|/)(Load|ReplayBudget|WaitingQueue|Retry|Numbers|Verdicts|Flow|Lease|Refusals|Moved(Client|Session|Transfer)|Connections|"
                  r"Mutations|Bombs)[./]")


def fuzzed():
    inputs = r"stat::number_of_executed_units: +(\d+)"
    for name in FUZZED:
        targets = [f"fuzz_{name}"] + (["fuzz_seed_files"] if "_" not in name else [])
        yield Check("G8", f"fuzzer of {name}", ctest("fuzz", "-R", f"^fuzz_{name}$"), targets, size=inputs, unit="inputs", build="fuzz")
    yield Check("the checks", "lines that the fuzzers come to", ["tests/fuzz/coverage", "60"], ["oncec"], size=r"^\w+ +\d+ +\d+ +[\d.]+ %", counts="rooms",
                variables={"ONCE_COMPILER": "build/release/bin/oncec"}, figures=r"^fuzzer +lines.*", at=("nightly", "release"))


def attacked():
    full = {"variables": {"ONCE_ATTACKS": "{size}"}, "sizes": {"size": ("small", "full", "full")}}
    counted = {"size": r"tests failed out of (\d+)", "unit": "tests", "violations": r"(\d+) tests failed"}
    yield Check("G8, G9", "attacks", ctest("release", "-L", "attack"), ["attacks_core_test", "attacks_socket_test", "attacks_values_test", "oncec"],
                figures=r"^\d+: type  +messages.*?(?=^\d+: figure)", **counted, **full)
    yield Check("G1, G8, G9", "attacks that the rooms' own tests make", ctest("release", "-R", IN_OTHER_ROOMS), ["codec_test", "core_test", "rpc_test"], **counted)
    yield Check("the checks", "bugs planted in processes and stores", ctest("release", "-R", r"^(crash|stores)\.finds"), ["crash", "stores_test"], **counted)
    yield Check("the checks", "bugs planted in what is fuzzed", ctest("fuzz", "-R", r"^fuzz\.finds"),
                [f"fuzz_{name}" for name in FUZZED if "_" not in name] + ["fuzz_seed_files"], build="fuzz", **counted)


def measured():
    """Figures, which are no promise: they depend on the machine."""
    yield Check("–", "overload (rows O1 to O4)", program("overload_benchmark", "--rounds", "{rounds}"), ["overload_benchmark"], size=r"(\d+ rounds)",
                sizes={"rounds": ("1", "5", "9")}, figures=r"^(?:udp|tcp),.*", is_measured=True)
    yield Check("–", "a flood of HELLOs (row A2)", program("flood_benchmark", "--rounds", "{rounds}"), ["flood_benchmark"], size=r"(sessions.*)",
                sizes={"rounds": ("1", "5", "9")}, figures=r"^datagrams.*", is_measured=True)


def all_checks(size):
    checks = [*simulated(), *modelled(), *crashes(), *fuzzed(), *attacked(), *measured()]
    return [check for check in checks if size in check.at]
