#!/usr/bin/env python3
"""Compares graphs of values with omniORB: each side reads what the other has written, and writes it again as it writes
the same graph itself; without boxes the octets of both are equal. (omniORB writes a box's repository id in chunks.)

    values_test.py ONCEC LIBRARY WORK
"""
import shutil
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
COUNT = 500
CCACHE = ["ccache"] if shutil.which("ccache") else []


def call(words, work, stdin=None):
    done = subprocess.run([str(word) for word in words], cwd=work, input=stdin, capture_output=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{words[0]} ends with {done.returncode}:\n{done.stderr.decode(errors='replace')[:4000]}")
    return done.stdout


def build(oncec, library, work):
    call([oncec, "--cpp-out", work, "--codecs", "cdr", HERE / "graphs.idl"], work)
    call(["omniidl", "-bcxx", HERE / "graphs.idl"], work)
    compiler = [*CCACHE, "g++", "-std=c++20", "-w", "-O0", "-I.", f"-I{HERE}", f"-I{HERE.parent}", f"-I{SOURCE / 'runtime/include'}"]
    call([*compiler, "-c", HERE / "once_main.cpp"], work)
    call([*compiler, "-c", "graphs.once.cpp"], work)
    call(["g++", "once_main.o", "graphs.once.o", library, "-lpthread", "-o", "once"], work)
    call([*compiler, "-c", HERE / "omniorb_main.cpp"], work)
    call(["g++", "omniorb_main.o", "-lomniDynamic4", "-lomniORB4", "-lomnithread", "-o", "other"], work)


def values_of(octets):
    values, place = [], 0
    while place < len(octets):
        (length,) = struct.unpack_from("=I", octets, place)
        place += 4
        if length == 2**32 - 1:
            values.append(None)
            continue
        values.append(octets[place:place + length])
        place += length
    return values


def main():
    oncec, library, work = map(Path, sys.argv[1:])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    build(oncec, library, work)
    ours = call(["./once", "encode", COUNT], work)
    theirs = call(["./other", "encode", COUNT], work)
    again_ours = values_of(call(["./once", "recode", COUNT], work, theirs))
    again_theirs = values_of(call(["./other", "recode", COUNT], work, ours))
    ours, theirs = values_of(ours), values_of(theirs)
    failures = 0
    for i, values in enumerate(zip(ours, theirs, again_ours, again_theirs)):
        same = values[0] == values[2] and values[1] == values[3] and (i >= COUNT or values[0] == values[1])
        if None not in values and same:
            continue
        failures += 1
        print(f"graph {i}")
        for who, value in zip(("Once", "omniORB", "Once, again", "omniORB, again"), values):
            print(f"  {who:<15}{'refused' if value is None else value.hex()}")
    print(f"{len(ours)} graphs, {failures} differ")
    return 1 if failures or len(ours) != 2 * COUNT else 0


if __name__ == "__main__":
    sys.exit(main())
