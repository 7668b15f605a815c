#!/usr/bin/env python3
"""What once_add_idl builds again, and what it leaves alone.

    add_idl_test.py --root DIR --source SOURCE --oncec ONCEC --generator NAME

A project of two targets, one of which includes the IDL of the other and has its code in parts. After the first build nothing is done; after a
change of the included file both are generated and compiled again, and what has nothing to do with it is not; after
that nothing is done again.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(outside CXX)
add_library(once INTERFACE)
target_include_directories(once INTERFACE "{source}/runtime/include")
set(ONCE_COMPILER "{oncec}")
include("{source}/cmake/OnceAddIdl.cmake")
once_add_idl(types_idl idl/sub/types.idl INCLUDES idl CODECS xdr)
once_add_idl(shop_idl idl/shop.idl idl/alone.idl LINKS types_idl CODECS xdr SPLIT 2)
"""


class Failure(Exception):
    pass


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    if result.returncode != 0:
        raise Failure(f"`{' '.join(map(str, command))}` ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


def built(folder):
    """Builds; gives back which IDL files were read and which sources compiled."""
    output = run("cmake", "--build", folder)
    return (set(re.findall(r"Generating C\+\+ from (\S+)", output)),
            set(map("".join, re.findall(r"Building CXX object \S*/(\w+)\.once(\.\d+)?\.cpp\.o", output))))


def expect(what, found, wanted):
    if found != wanted:
        raise Failure(f"{what}: expected {wanted}, found {found}")


def change(path, text):
    """Writes, and makes sure that a clock which counts in whole seconds would see it."""
    before = path.stat().st_mtime
    path.write_text(text, encoding="utf-8")
    later = max(time.time(), before + 2)
    os.utime(path, (later, later))


def test(root, source, oncec, generator):
    shutil.rmtree(root, ignore_errors=True)
    types = root / "idl/sub/types.idl"
    types.parent.mkdir(parents=True)
    types.write_text("module sub { typedef long Id; };\n", encoding="utf-8")
    (root / "idl/shop.idl").write_text('#include "sub/types.idl"\nstruct Item { sub::Id id; };\n', encoding="utf-8")
    (root / "idl/alone.idl").write_text("struct Alone { long x; };\n", encoding="utf-8")
    (root / "CMakeLists.txt").write_text(PROJECT.format(source=source, oncec=oncec), encoding="utf-8")
    folder = root / "build"
    run("cmake", "-S", root, "-B", folder, "-G", generator)
    everything = ({"types.idl", "shop.idl", "alone.idl"}, {"types", "shop", "shop.2", "alone", "alone.2"})
    expect("the first build", built(folder), everything)
    if not (folder / "sub/types.once.hpp").exists():
        raise Failure("INCLUDES idl: idl/sub/types.idl gave no sub/types.once.hpp")
    expect("nothing has changed", built(folder), (set(), set()))

    change(types, "module sub { typedef short Id; };\n")
    expect("an included file has changed", built(folder), ({"types.idl", "shop.idl"}, {"types", "shop", "shop.2"}))
    expect("nothing has changed since", built(folder), (set(), set()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--oncec", type=pathlib.Path, required=True)
    parser.add_argument("--generator", required=True)
    options = parser.parse_args()
    try:
        test(options.root, options.source, options.oncec, options.generator)
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
