#!/usr/bin/env python3
"""Every macro that meets generated code is kept away from its names: a file that has constants of all these names
compiles. The macros are what the C++ compiler says it knows at the end of a generated file.

  macros_test.py --oncec PATH --source DIR --work DIR [--cxx g++]
"""

import argparse
import re
import subprocess
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    for name in ("--oncec", "--source", "--work"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--cxx", default="g++")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    compiler = [options.cxx, "-std=c++20", f"-I{options.source / 'runtime/include'}", f"-I{options.work}",
                "-DASIO_STANDALONE", "-DASIO_SEPARATE_COMPILATION", "-DASIO_NO_DEPRECATED", "-DASIO_HAS_STD_ALIGNED_ALLOC"]

    def generate(text):
        (options.work / "macros.x").write_text(text)
        subprocess.run([options.oncec, "--cpp-out", options.work, options.work / "macros.x"], check=True)

    generate("program P { version V { int f(int) = 1; } = 1; } = 1;\n")
    known = subprocess.run([*compiler, "-dM", "-E", options.work / "macros.once.cpp"], check=True, text=True,
                           capture_output=True).stdout
    # A name may not begin with an underscore in IDL, and does not in files of the ONC RPC language.
    names = sorted({name for name in re.findall(r"^#define ([A-Za-z]\w*)", known, re.M)})
    assert len(names) > 1000, f"only {len(names)} macros"
    generate("".join(f"const {name} = {number};\n" for number, name in enumerate(names)) +
             "program P { version V { int f(int) = 1; } = 1; } = 1;\n")
    subprocess.run([*compiler, "-fsyntax-only", options.work / "macros.once.cpp"], check=True)
    print(f"{len(names)} names of macros")


if __name__ == "__main__":
    main()
