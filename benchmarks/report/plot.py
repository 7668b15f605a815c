"""Pictures, as SVG that is written by hand: bars for the scenarios beside peers, lines for what grows."""
import math
from xml.sax.saxutils import escape

from .figures import shown

WIDTH, LEFT, BAR, GAP = 860, 150, 13, 26
ONCE, RAW, PEER = "#c0392b", "#7f8c8d", "#9db4c8"
COLOURS = {"once_tcp": ONCE, "once_udp": "#e08e0b", "once": ONCE, "raw_tcp": RAW, "raw_udp": "#b8b8b8"}


class Picture:
    def __init__(self):
        self.parts, self.height = [], 0

    def text(self, x, y, words, anchor="start", size=11, weight="normal", colour="#222"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
                          f'fill="{colour}">{escape(words)}</text>')

    def box(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height}" fill="{colour}"/>')

    def line(self, points, colour, width=1.0, dash=""):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>')

    def dot(self, x, y, colour):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height:.0f}" width="{WIDTH}" height="{self.height:.0f}" '
                f'font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n")


def bars(rows):
    """A block for each row: Once, then the peers, as shares of the raw socket's rate, whose line is 1."""
    picture, y = Picture(), 24
    picture.text(10, y, "Calls per second, raw socket = 1 (dashed); the mark is the goal", size=14, weight="bold")
    y += 16
    for row in rows:
        if row.figure is None:
            continue
        entries = [("Once", row.figure, ONCE)] + [(name, figure, PEER) for name, figure in
                                                  sorted(row.peers.items(), key=lambda peer: -peer[1].median)]
        most = max([1.0, row.goal or 0] + [figure.high for _, figure, _ in entries])
        scale = (WIDTH - LEFT - 70) / most
        y += GAP
        picture.text(10, y - 6, row.title, weight="bold")
        top = y
        for name, figure, colour in entries:
            picture.text(LEFT - 6, y + BAR - 3, name, "end", 10)
            picture.box(LEFT, y, figure.median * scale, BAR - 2, colour)
            picture.line([(LEFT + figure.low * scale, y + BAR / 2 - 1), (LEFT + figure.high * scale, y + BAR / 2 - 1)], "#222")
            picture.text(LEFT + figure.high * scale + 5, y + BAR - 3, shown(figure.median), size=10)
            y += BAR
        picture.line([(LEFT + scale, top - 2), (LEFT + scale, y)], "#444", dash="3 3")
        if row.goal:
            picture.line([(LEFT + row.goal * scale, top - 2), (LEFT + row.goal * scale, top + BAR)], "#1e8449", 2.5)
    picture.height = y + 16
    return picture.svg()


def lines(curves):
    """One diagram for each curve, both axes logarithmic."""
    picture, y = Picture(), 10
    for curve in curves:
        y = diagram(picture, curve, y)
    picture.height = y
    return picture.svg()


def ticks(low, high):
    return [10.0 ** exponent for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def diagram(picture, curve, top, height=230):
    points = [(x, figure.median) for line in curve.lines.values() for x, figure in line]
    if not points:
        return top
    steps_x = ticks(min(x for x, _ in points), max(x for x, _ in points))
    steps_y = ticks(min(y for _, y in points), max(y for _, y in points))
    right, floor, ceiling = WIDTH - 130, top + height - 34, top + 34
    share = lambda value, steps: (math.log10(value) - math.log10(steps[0])) / max(1, len(steps) - 1)
    place = lambda x, y: (70 + share(x, steps_x) * (right - 70), floor - share(y, steps_y) * (floor - ceiling))
    picture.text(10, top + 16, f"{curve.title}: {curve.y}", size=13, weight="bold")
    for step in steps_x:
        x, _ = place(step, steps_y[0])
        picture.line([(x, ceiling), (x, floor)], "#ddd")
        picture.text(x, floor + 14, shown(step), "middle", 10)
    for step in steps_y:
        _, y = place(steps_x[0], step)
        picture.line([(70, y), (right, y)], "#ddd")
        picture.text(64, y + 4, shown(step), "end", 10)
    picture.text((70 + right) / 2, floor + 28, curve.x, "middle", 11)
    for name, line in curve.lines.items():
        colour = COLOURS.get(name, PEER)
        at = [place(x, figure.median) for x, figure in line]
        picture.line(at, colour, 1.8)
        for x, y in at:
            picture.dot(x, y, colour)
    ends = sorted((place(*[(x, figure.median) for x, figure in line][-1])[1], name) for name, line in curve.lines.items())
    last = -100
    for y, name in ends:  # no name on top of another
        last = max(y, last + 12)
        picture.text(right + 8, last + 4, name, size=11, colour=COLOURS.get(name, PEER))
    return top + height
