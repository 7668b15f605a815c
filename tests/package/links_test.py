#!/usr/bin/env python3
"""Every link of the documentation leads somewhere: to a file of the tree, and to a heading in it.

Usage: links_test.py SOURCE
"""
import re
import sys
from pathlib import Path

LINK = re.compile(r"\]\(([^)\s]+)\)")


def without_code(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problems(source):
    pages = [*source.glob("*.md"), *source.glob("docs/*.md"), *source.glob("examples/**/*.md"), *source.glob("benchmarks/**/*.md")]
    for page in pages:
        for link in LINK.findall(without_code(page.read_text())):
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            where = f"{page.relative_to(source)}: ({link})"
            if not target.exists():
                yield f"{where}: there is no such file"
            elif anchor and anchor not in anchors(target):
                yield f"{where}: there is no such heading"


found = list(problems(Path(sys.argv[1]).resolve()))
print("\n".join(found) or "every link leads somewhere")
sys.exit(1 if found else 0)
