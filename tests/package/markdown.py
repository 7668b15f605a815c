"""The fenced blocks of a Markdown page."""
import dataclasses
import re


@dataclasses.dataclass
class Block:
    language: str
    text: str  # the lines between the fences, each with its end
    line: int  # of the opening fence, from 1
    comment: str  # of an HTML comment in the line before, "" if there is none


def blocks(path):
    """All fenced blocks, in order. A fence that is never closed is an error."""
    found = []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    opening = None
    for number, line in enumerate(lines, start=1):
        if not line.startswith("```"):
            continue
        if opening is None:
            opening = number
            continue
        before = re.fullmatch(r"<!--\s*(.*?)\s*-->\s*", lines[opening - 2]) if opening > 1 else None
        found.append(Block(language=lines[opening - 1][3:].strip(), text="".join(lines[opening:number - 1]),
                           line=opening, comment=before.group(1) if before else ""))
        opening = None
    if opening is not None:
        raise ValueError(f"{path}:{opening}: this block is never closed")
    return found
