"""docs/performance.md: what stands between two markers is written anew, the rest is somebody's text."""
import re

from .figures import shown, table
from .plot import bars, lines


def replaced(text, name, content):
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"docs/performance.md has no place for {name}")
    return pattern.sub(lambda found: found[1] + content + "\n" + found[2], text)


def growth_table(curve):
    """A line for each place on the x axis, a column for each line of the diagram."""
    names = list(curve.lines)
    places = sorted({x for line in curve.lines.values() for x, _ in line})
    by_place = {name: dict(line) for name, line in curve.lines.items()}
    head = [f"| {curve.x} | " + " | ".join(f"{name}, {curve.y}" for name in names) + " |", "| ---: |" + " ---: |" * len(names)]
    cell = lambda name, x: shown(by_place[name][x].median) if x in by_place[name] else ""
    return "\n".join(head + [f"| {x:,} | " + " | ".join(cell(name, x) for name in names) + " |" for x in places])


def draw(folder, report):
    (folder / "performance.svg").write_text(bars([row for row in report.beside if "raw" in row.unit]))
    if report.curves:
        (folder / "performance-growth.svg").write_text(lines(report.curves))


def write(source, report):
    page = source / "docs/performance.md"
    text = page.read_text()
    text = replaced(text, "the run", report.run)
    text = replaced(text, "beside peers", table(report.beside))
    text = replaced(text, "without a peer", table(report.alone))
    if report.curves:
        text = replaced(text, "growth", "\n\n".join(f"{curve.title}:\n\n{growth_table(curve)}" for curve in report.curves))
    page.write_text(text)
    draw(page.parent, report)
