#!/usr/bin/env python3
"""Every ```idl and ```x block of the pages must be taken by oncec without a word. A fragment, which cannot stand alone, says so:
the line before its fence is `<!-- fragment -->`, and it is skipped.

    idl_blocks_test.py ONCEC PAGE…
"""
import pathlib
import subprocess
import sys
import tempfile

import markdown


def main():
    oncec, *pages = sys.argv[1:]
    checked = failures = 0
    for page in map(pathlib.Path, pages):
        for block in markdown.blocks(page):
            if block.language not in ("idl", "x") or block.comment == "fragment":
                continue
            checked += 1
            with tempfile.TemporaryDirectory() as folder:
                # As many empty lines as the page has before the block: oncec's line numbers are then the page's.
                file = pathlib.Path(folder) / f"{page.stem}.{block.language}"
                file.write_text("\n" * block.line + block.text, encoding="utf-8")
                result = subprocess.run([oncec, "--cpp-out", folder, file], capture_output=True, text=True)
            if result.returncode != 0 or result.stderr:
                print(f"{page}:{block.line}: oncec ends with {result.returncode} and says:")
                print(result.stderr.replace(str(file), str(page)))
                failures += 1
    print(f"{checked} blocks, {failures} refused")
    if checked == 0:
        print("there was nothing to check")
    return 1 if failures or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
