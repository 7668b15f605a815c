#!/usr/bin/env python3
"""The README quotes files: a fenced block behind a line `<!-- examples/hello/FILE -->` must equal that file.

    readme_test.py SOURCE_DIR
"""
import difflib
import pathlib
import sys

import markdown


def main():
    source = pathlib.Path(sys.argv[1])
    quoted = set()
    failures = 0
    for block in markdown.blocks(source / "README.md"):
        if not block.comment.startswith("examples/"):
            continue
        quoted.add(block.comment)
        place = f"README.md:{block.line}"
        if not (source / block.comment).is_file():
            print(f"{place}: quotes {block.comment}, which does not exist")
            failures += 1
            continue
        wanted = (source / block.comment).read_text(encoding="utf-8")
        if block.text != wanted:
            print(f"{place}: differs from {block.comment}:")
            sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(keepends=True), block.text.splitlines(keepends=True),
                                                       block.comment, "README.md"))
            failures += 1
    for path in sorted((source / "examples/hello").iterdir()):
        name = path.relative_to(source).as_posix()
        if name not in quoted:
            print(f"README.md: does not quote {name}: <!-- {name} -->, and the file in a fenced block right behind")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
