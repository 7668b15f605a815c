"""What scripts/prove runs: each check, its size at each level, and how its output is read."""

import re
from dataclasses import dataclass, field

SIZES = ("quick", "nightly", "release")

# How each build folder is made; the targets follow from the checks.
BUILDS = {
    "release": [["cmake", "--preset", "release", "-DONCE_UNITE=ON"]],
    "asan": [["cmake", "--preset", "asan", "-DONCE_UNITE=ON"]],
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
    sizes: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)  # of its environment
    violations: str = ""  # finds how many there are, in the output of a check that failed
    figures: str = ""     # finds what is worth reading besides
    build: str = "release"
    is_alone: bool = False

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
        return " ".join(match.groups() or [match.group(0)]) if match else ""

    def violations_in(self, text):
        match = re.search(self.violations, text, re.MULTILINE) if self.violations else None
        return match.group(1) if match else "at least 1"

    def figures_in(self, text):
        match = re.search(self.figures, text, re.MULTILINE | re.DOTALL) if self.figures else None
        return match.group(0).rstrip() if match else ""


def simulated():
    yield Check("G1–G9, S1–S12", "simulator", ["build/release/bin/simulator", "--calls", "{calls}", "--floors"], ["simulator"],
                size=r"^(\d+ calls, \d+ seeds)", sizes={"calls": ("1000000", "10000000", "100000000")})


def crashes():
    for transport in ("udp", "tcp"):
        for option, what in ((), "servers"), (("--kill-clients",), "servers and clients"):
            yield Check("G1, G2, G5, G6", f"kill -9 of {what}, {transport}",
                        ["build/release/bin/crash", "--kills", "{kills}", "--transport", transport, *option], ["crash"],
                        size=r"^kills +(\d+)", sizes={"kills": ("50", "1000", "10000")}, violations=r"^violations +(\d+)")
    yield Check("G2", "power cuts", ["build/release/bin/disk_test"], ["disk_test"], size=r"^(\d+ power cuts)",
                variables={"ONCE_DISK_SEEDS": "{seeds}"}, sizes={"seeds": ("150", "5000", "30000")})


def all_checks():
    return [*simulated(), *crashes()]
