"""Compares the octets of Once with those of another system, for one file.

Of each type that both can express, random values are encoded by both, and must give the same octets; each then
decodes what the other has written and encodes it again, which must give the same octets once more.

A step of ours that does not work (oncec, the C++ compiler on Once's code, a program with it) is a failure. If it is one
of theirs, nothing can be compared; but a program of theirs that ends while it reads what Once wrote is a failure, too.
"""

import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import fills

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
TIME_LIMIT_S = 1200


@dataclass
class Comparison:
    file: str
    types: int = 0
    values: int = 0
    mismatches: list = field(default_factory=list)
    failure: str = ""  # the step of ours that did not work
    problem: str = ""  # why nothing could be compared, through no fault of ours


class Failed(Exception):
    """A step of ours did not work."""


class NotComparable(Exception):
    """The other system, or the C++ generator of this version, has no code for the file."""


WITHOUT_CPP = "which the C++ generator does not support"  # how oncec ends the message about it


def call(words, folder, stdin=None, failure=Failed):
    words = [str(word) for word in words]
    name = Path(words[0]).name
    try:
        done = subprocess.run(words, cwd=folder, input=stdin, capture_output=True, timeout=TIME_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise failure(f"{name} did not end in {TIME_LIMIT_S} s") from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        first = next((line for line in lines if "error" in line), lines[0] if lines else f"status {done.returncode}")
        raise (NotComparable if WITHOUT_CPP in first else failure)(f"{name}: {first}")
    return done.stdout


def call_theirs(words, folder):
    return call(words, folder, failure=NotComparable)


def load_schema(work):
    """Has protoc make a module of model.proto, and loads it."""
    work.mkdir(parents=True, exist_ok=True)
    call(["protoc", f"-I{SOURCE / 'idl'}", f"--python_out={work}", "model.proto"], work)
    sys.path.insert(0, str(work))
    import model_pb2

    fills.PRIMITIVES.update({value: name for name, value in model_pb2.Type.Primitive.items()})


def load_model(oncec, path, options, work):
    import model_pb2

    call([oncec, "--descriptor-out", work / "model", *options, path], work)
    return model_pb2.Model.FromString((work / "model").read_bytes())


CCACHE = ["ccache"] if shutil.which("ccache") else []


class Job:
    """`settings`: oncec, library (libonce.a), work, values."""

    def __init__(self, settings, path, options):
        self.settings = settings
        self.path = Path(path)
        self.options = list(options)
        self.is_onc = self.path.suffix == ".x"
        name = str(self.path).strip("/").replace("/", "-").replace(".", "-")[-100:]
        self.work = settings.work / name
        self.result = Comparison(str(path))

    def run(self):
        try:
            self.compare()
        except Failed as failure:
            self.result.failure = str(failure)
        except NotComparable as reason:
            self.result.problem = str(reason)
        return self.result

    def compare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        model = load_model(self.settings.oncec, self.path, self.options, self.work)
        types = fills.Types(model)
        narrow = self.is_onc and "char" in self.path.read_text(errors="replace")
        once = fills.Once("xdr" if self.is_onc else "cdr", narrow)
        other = fills.Rpcgen(narrow) if self.is_onc else fills.OmniOrb()
        theirs = set(types.tested(other))
        numbers = [number for number in types.tested(once) if number in theirs]
        if not numbers:
            return
        unit = self.path.stem
        (self.work / "once_main.cpp").write_text(once.program(unit, types, numbers))
        self.build_once(unit)
        if self.is_onc:
            self.build_rpcgen(unit, other.program(unit, types, numbers))
        else:
            self.build_omniorb(unit, other.program(unit, types, numbers))

        count = self.settings.values
        ours = self.octets("once", "encode", len(numbers))
        others = self.octets("other", "encode", len(numbers), failure=NotComparable)
        again_ours = self.octets("once", "recode", len(numbers), others)
        again_others = self.octets("other", "recode", len(numbers), ours)
        self.result.types = len(numbers)
        self.result.values = len(numbers) * count
        for index in range(len(numbers) * count):
            values = (ours[index], others[index], again_ours[index], again_others[index])
            if None in values or len(set(values)) != 1:
                name = types.declarations[numbers[index // count]].qualified_name
                shown = "\n".join(f"      {who:<17}{'refused' if value is None else value.hex()[:400]}" for who, value in
                                  zip(("Once", "the other", "Once, again", "the other, again"), values))
                self.result.mismatches.append(f"{name}, value {index % count}\n{shown}")

    def build_once(self, unit):
        codec = "xdr" if self.is_onc else "cdr"
        rule = call([self.settings.oncec, "--cpp-out", self.work, "-M", *self.options, self.path], self.work).decode()
        files = rule.replace("\\\n", " ").split(": ", 1)[1].split()
        for file in [self.path, *(Path(f) for f in files if Path(f).resolve() != self.path.resolve())]:
            call([self.settings.oncec, "--cpp-out", self.work, "--codecs", codec, *self.options, file], self.work)
        sources = [f for f in self.work.rglob("*.once.cpp") if f.name != f"{unit}.once.cpp"]
        call([*CCACHE, "g++", "-std=c++20", "-w", "-O0", f"-I{HERE}", f"-I{SOURCE / 'runtime/include'}", "-I.",
              "-c", "once_main.cpp", "-o", "once_main.o"], self.work)
        for source in sources:
            call([*CCACHE, "g++", "-std=c++20", "-w", "-O0", f"-I{SOURCE / 'runtime/include'}", "-I.", "-c", source,
                  "-o", source.with_suffix(".o")], self.work)
        call(["g++", "once_main.o", *(s.with_suffix(".o") for s in sources), self.settings.library, "-lpthread", "-o", "once"],
             self.work)

    def build_rpcgen(self, unit, program):
        for file in self.path.parent.glob("*.x"):
            if not (self.work / file.name).exists():
                shutil.copy(file, self.work)
        for kind, name in (("-h", f"{unit}.h"), ("-c", f"{unit}_xdr.c")):
            call_theirs(["rpcgen", "-N", kind, f"{unit}.x", "-o", name], self.work)
        (self.work / "other_main.c").write_text(program)
        flags = ["-w", "-Dbool=bool_t", "-I.", "-I/usr/include/tirpc", f"-I{HERE}"]
        call_theirs([*CCACHE, "gcc", *flags, "-c", "other_main.c"], self.work)
        call_theirs([*CCACHE, "gcc", *flags, "-c", f"{unit}_xdr.c"], self.work)
        call_theirs(["gcc", "other_main.o", f"{unit}_xdr.o", "-ltirpc", "-o", "other"], self.work)

    def build_omniorb(self, unit, program):
        options = [word for word in self.options if word[:2] in ("-I", "-D")]
        call_theirs(["omniidl", "-bcxx", "-Wbinline", f"-C{self.work}", *options, self.path], self.work)
        program = program.replace(f'#include "{unit}.hh"', f'#include "{unit}SK.cc"')
        (self.work / "other_main.cc").write_text(program)
        call_theirs([*CCACHE, "g++", "-std=c++20", "-w", "-O0", "-I.", f"-I{HERE}", "-c", "other_main.cc"], self.work)
        call_theirs(["g++", "other_main.o", "-lomniORB4", "-lomnithread", "-o", "other"], self.work)

    def octets(self, program, action, types, stdin=None, failure=Failed):
        """One entry for each value: its octets, or None if it was refused."""
        packed = None
        if stdin is not None:
            packed = b"".join(struct.pack("=I", 2**32 - 1) if value is None else struct.pack("=I", len(value)) + value
                              for value in stdin)
        out = call([self.work / program, action, self.settings.values], self.work, packed, failure)
        values, place = [], 0
        while place < len(out):
            (length,) = struct.unpack_from("=I", out, place)
            place += 4
            if length == 2**32 - 1:
                values.append(None)
                continue
            values.append(out[place:place + length])
            place += length
        if len(values) != types * self.settings.values:
            raise failure(f"{program} {action}: {len(values)} values, not {types * self.settings.values}")
        return values
