#!/usr/bin/env python3
"""Pages quote the files of an example: a fenced block behind a line `<!-- examples/hello/FILE -->` must equal that file, and all files of
the page's example are quoted but those that it leaves to its reader.

    readme_test.py SOURCE_DIR
"""
import difflib
import pathlib
import sys

import markdown


# Which page tells about which example, and what it does not quote.
PAGES = {
    "README.md": ("examples/hello", set()),
    "docs/exactly-once.md": ("examples/ledger", set()),
    "docs/simulation.md": ("examples/bank/simulation", set()),
}


def check(source, page, example, left_out):
    quoted = set()
    failures = 0
    for block in markdown.blocks(source / page):
        if not block.comment.startswith("examples/"):
            continue
        quoted.add(block.comment)
        place = f"{page}:{block.line}"
        if not (source / block.comment).is_file():
            print(f"{place}: quotes {block.comment}, which does not exist")
            failures += 1
            continue
        wanted = (source / block.comment).read_text(encoding="utf-8")
        if block.text != wanted:
            print(f"{place}: differs from {block.comment}:")
            sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(keepends=True), block.text.splitlines(keepends=True),
                                                       block.comment, page))
            failures += 1
    for path in sorted((source / example).iterdir()):
        name = path.relative_to(source).as_posix()
        if name not in quoted and path.name not in left_out:
            print(f"{page}: does not quote {name}: <!-- {name} -->, and the file in a fenced block right behind")
            failures += 1
    return failures


def main():
    source = pathlib.Path(sys.argv[1])
    failures = sum(check(source, page, example, left_out) for page, (example, left_out) in PAGES.items())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
