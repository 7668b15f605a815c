"""The corpus: real .idl and .x files, where they come from, and what is known about each.

The files are those of Debian's packages, fetched with apt-get (no package is installed) and kept in a folder.
notes.txt beside this file says which options a file needs, which files are rightly refused, and why, and what warnings mean.
"""

import fnmatch
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = [
    "rpcsvc-proto", "libtirpc-dev", "libntirpc-dev", "libnsl-dev", "libocamlnet-ocaml-doc",
    "omniorb-idl", "omniorb-doc", "libomnievents-dev", "tcl-combat", "javacc-doc", "antlr-doc",
    "umbrello-data", "libfastrtps-doc", "libfastrtps-dev", "cyclonedds-doc", "cyclonedds-dev",
]

# Where the files of these packages look for each other.
PACKAGE_INCLUDES = ["usr/share/idl/omniORB", "usr/share/idl/omniORB/COS", "usr/share/idl/omniEvents", "usr/share/idl",
                    "usr/include"]


class Unavailable(Exception):
    """The packages cannot be had: no network, or no apt-get."""


@dataclass
class Unit:
    """One file, and what oncec needs to be told about it."""

    path: Path
    folder: str  # in the table
    options: list = field(default_factory=list)  # -I and others
    refused: str = ""  # why it is refused; empty: it must be accepted

    @property
    def is_onc(self):
        return self.path.suffix == ".x"


def fetch(cache, report=lambda text: None):
    """The folder with the unpacked packages; downloads what is not there yet."""
    tree = cache / "tree"
    for index, package in enumerate(PACKAGES):
        done = cache / f"{package}.done"
        if done.exists():
            continue
        if not shutil.which("apt-get") or not shutil.which("dpkg"):
            raise Unavailable("apt-get and dpkg are not here")
        report(f"fetching {package} ({index + 1} of {len(PACKAGES)})")
        work = cache / "download"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        # Left to themselves, apt's downloads drop their rights and cannot write here.
        result = subprocess.run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", package], cwd=work,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        archives = list(work.glob("*.deb"))
        if result.returncode != 0 or not archives:
            last = result.stdout.strip().splitlines()[-1:] or ["no answer"]
            raise Unavailable(f"apt-get download {package}: {last[0]}")
        tree.mkdir(exist_ok=True)
        subprocess.run(["dpkg", "-x", archives[0], tree], check=True)
        done.touch()
        shutil.rmtree(work)
    return tree


def read_notes(path):
    """Rows of (what, pattern, text): see notes.txt."""
    rows = []
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            what, pattern, text = line.split(None, 2)
            rows.append((what, pattern, text.strip()))
    return rows


def find_units(roots, includes, notes):
    """All files below the folders `roots` (or these files themselves), in a fixed order."""
    units = []
    for root in roots:
        root = Path(root).resolve()
        paths = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.suffix in (".idl", ".x"))
        for path in paths:
            if not path.is_file():
                continue
            folder = os.path.relpath(path.parent, root if root.is_dir() else root.parent)
            unit = Unit(path, root.name if folder == "." else folder)
            unit.options += [f"-I{path.parent}"] + [f"-I{Path(d).resolve()}" for d in includes]
            left_out = False
            for what, pattern, text in notes:
                if what == "warning" or not fnmatch.fnmatch(str(path), pattern):
                    continue
                if what == "options":
                    unit.options += shlex.split(text)
                elif what == "refused":
                    unit.refused = text
                elif what == "not-ours":
                    left_out = True
                else:
                    raise ValueError(f"notes.txt: unknown word '{what}'")
            if not left_out:
                units.append(unit)
    return units
