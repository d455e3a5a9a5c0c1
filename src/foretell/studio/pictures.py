"""Pictures as SVG text: the map, the river, and how many words are read.

A picture is one `<svg>` element without any style or script in it: shapes have classes, which
`static/pictures.css` colours for every theme, and everything that came from a story is escaped.
The page puts it in as it is; so does a report.

    story_map(nodes, routes, start, columns=7)     places in rows, from the start down
    river(ended, at, lost, outcomes, names)        who is still reading, and who has come where
    word_dots(quantiles)                           one dot for every fiftieth reader

What this does not do: find out what is drawn (`data`), or answer to a mouse (`static/`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from foretell.studio.layers import arrange

__all__ = ["COLOURS", "DOTS", "Node", "bar", "percent", "river", "story_map", "word_dots"]

COLOURS = 18
"""How many classes `e0` … colour endings, before they repeat."""

DOTS = 50
"""How many dots stand for all readers."""

_COLUMN, _ROW, _EDGE = 168, 78, 26  # pixels of the map's grid, and around it
_BESIDE = 7  # pixels that a route leaves between itself and a place it passes
_SERIF_WIDTH = 0.56  # of a letter, to its size: on the generous side for system fonts

_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _text(text: str) -> str:
    """A story's text for XML: escaped, without what XML can't hold.

    What has letters that run from right to left is set apart, so that figures beside it stay.
    """
    if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
        text = f"\u2068{text}\u2069"
    return escape(_CONTROL.sub("\ufffd", text), quote=True)


def percent(x: float) -> str:
    """A share as people read it; 0 and 100 only where it is exactly that."""
    if x <= 0:
        return "0 %"
    if x >= 1:
        return "100 %"
    p = 100 * x
    if p < 0.1:
        return f"{p:.2g} %" if p >= 1e-4 else f"{p:.1e} %"
    if p > 99.9:
        digits = min(8, math.ceil(-math.log10(100 - p)) + 1)
        return f"{math.floor(p * 10**digits) / 10**digits:.{digits}f}".rstrip("0") + " %"
    return f"{p:.2f} %" if p < 10 else f"{p:.1f} %"


# The map ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A place or an outcome on the map.

    `share` sizes it (None: no reader comes there), `colour` is the class of the outcome it leans
    to and `lean` how much. `said` is what someone hears who does not see it.
    """

    id: int
    name: str
    share: float | None
    colour: str
    lean: float
    href: str
    said: str
    ending: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    size: float
    texts: tuple[str, ...]  # one line or two
    row: int


def story_map(
    nodes: Sequence[Node],
    routes: Sequence[tuple[int, int, float]],
    columns: int,
    start: int = 0,
    unmet: str = "no reader comes here",
) -> str:
    """The map: nodes in rows of at most `columns`, routes between them as wide as travelled.

    Nodes without a share stand below all others, under the words `unmet`.
    """
    by_id = {node.id: node for node in nodes}
    reached = [node.id for node in nodes if node.share is not None]
    never = [node.id for node in nodes if node.share is None]
    known = set(reached)
    edges = [(a, b) for a, b, _ in routes if a in known and b in known]
    rows = arrange(reached, edges, start, columns) if reached else []
    longest = max([1, *map(len, rows), min(columns, len(never))])
    columns = min(columns, max(longest, 2))
    below = [never[i : i + columns] for i in range(0, len(never), columns)]
    boxes: dict[int, _Box] = {}
    for r, row in enumerate([*rows, *below]):
        gap = _EDGE if r >= len(rows) else 0
        for c, i in enumerate(row):
            x = _EDGE + _COLUMN * (columns - len(row)) / 2 + _COLUMN * (c + 0.5)
            y = _EDGE + _ROW * (r + 0.5) + (gap + 20 if gap else 0)
            boxes[i] = _box(by_id[i], x, y, r)
    lanes = [sorted((boxes[i] for i in row), key=lambda box: box.x) for row in rows]
    width = 2 * _EDGE + _COLUMN * columns
    height = 2 * _EDGE + _ROW * (len(rows) + len(below)) + (_EDGE + 20 if below else 0)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="group" aria-label="Map of the story">'
    )
    out = [head, '<g class="routes" aria-hidden="true">']
    for a, b, times in sorted(routes, key=lambda route: route[2]):
        if a in known and b in known and a != b:
            out.append(_route(boxes[a], boxes[b], by_id[b], a, b, times, lanes))
    out.append("</g>")
    if below:
        y = _EDGE + _ROW * len(rows) + 24
        out.append(
            f'<text class="caption" x="{width / 2:g}" y="{y:g}" text-anchor="middle">{unmet}</text>'
        )
    out += [_node(by_id[i], box) for i, box in boxes.items()]
    out.append("</svg>")
    return "".join(out)


def _box(node: Node, x: float, y: float, row: int) -> _Box:
    weight = math.sqrt(node.share or 0.0)
    size = 12 + 3.5 * weight
    room = int((_COLUMN - 30) / (_SERIF_WIDTH * size))
    texts = _two_lines(node.name.replace("_", " "), room)
    longest = max(map(len, texts))
    width = max(46.0, longest * _SERIF_WIDTH * size + 22 + (10 if node.ending else 0))
    height = 25 + 13 * weight + (len(texts) - 1) * size
    return _Box(x, y, width, height, size, texts, row)


def _two_lines(name: str, room: int) -> tuple[str, ...]:
    """A name in a line, or in two broken as evenly as its spaces allow, cut if need be."""
    if len(name) <= room:
        return (name,)
    breaks = [i for i, c in enumerate(name) if c in " ."]
    at = min(breaks, key=lambda i: abs(2 * i - len(name)), default=-1)
    parts = (name[: at + 1].strip(), name[at + 1 :].strip()) if at > 0 else (name,)
    return tuple(part if len(part) <= room else part[: room - 1] + "…" for part in parts)


def _node(node: Node, box: _Box) -> str:
    kinds = ["place"]
    if node.ending:
        kinds = ["place", "outcome"]
    elif node.share is None:
        kinds.append("never")
    x, y = box.x - box.width / 2, box.y - box.height / 2
    radius = box.height / 2 if node.ending else 6
    strength = 0.0 if not node.colour else 0.1 + 0.3 * min(1.0, node.lean * 1.6)
    frame = f'x="{x:g}" y="{y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius:g}"'
    tint = (
        f'<rect class="tint {node.colour}" {frame} fill-opacity="{strength:.2f}"/>'
        if node.colour
        else ""
    )
    first = box.y + box.size * (0.34 - 0.55 * (len(box.texts) - 1))
    lines = " ".join(
        f'<tspan x="{box.x:g}" y="{first + i * box.size * 1.12:g}">{_text(text)}</tspan>'
        for i, text in enumerate(box.texts)
    )
    said = node.said.replace("_", " ")
    visible = " ".join(box.texts)
    if visible not in said:  # it was cut: what is seen is part of what is said all the same
        said = f"{visible} {said}"
    return (
        f'<a class="{" ".join(kinds)}" href="{_text(node.href)}" data-node="{node.id}" '
        f'aria-label="{_text(said)}"><title>{_text(said)}</title>'
        f'<rect class="back" {frame}/>{tint}'
        f'<rect class="frame {node.colour}" {frame}/>'
        f'<text font-size="{box.size:.1f}" text-anchor="middle">{lines}</text></a>'
    )


def _route(
    a: _Box, b: _Box, target: Node, i: int, j: int, times: float, lanes: Sequence[Sequence[_Box]]
) -> str:
    """A route's curve: down to a lower row, under one's own, up again dashed.

    Through the rows between it goes where no place stands (`lanes` are the boxes of each row).
    """
    kind = "route"
    if b.row == a.row:
        x0, y0, x1, y1 = a.x, a.y + a.height / 2, b.x, b.y + b.height / 2
        dip = max(y0, y1) + 16 + min(16.0, abs(x1 - x0) / 40)
        d = f"M{x0:g} {y0:g}C{x0:g} {dip:g} {x1:g} {dip:g} {x1:g} {y1:g}"
    else:
        down = 1 if b.row > a.row else -1
        x0, x1 = a.x, b.x
        if down < 0:
            side = 1 if b.x >= a.x else -1
            x0, x1 = a.x + side * a.width * 0.3, b.x + side * b.width * 0.3
            kind = "route up"
        y0, y1 = a.y + down * a.height / 2, b.y - down * b.height / 2
        d = f"M{x0:g} {y0:g}"
        between = range(a.row + down, b.row, down)
        for passed, row in enumerate(between, start=1):
            share = passed / (len(between) + 1)
            x = _clear(lanes[row], a.x + (b.x - a.x) * share, x0)
            deep = max(box.height for box in lanes[row]) / 2
            near, far = lanes[row][0].y - down * deep, lanes[row][0].y + down * deep
            d += _flowing(x0, y0, x, near) + f"V{far:g}"
            x0, y0 = x, far
        d += _flowing(x0, y0, x1, y1)
    colour = f" {target.colour}" if target.ending else ""
    wide = 0.8 + 5.2 * math.sqrt(min(1.0, times))
    return (
        f'<path class="{kind}{colour}" data-from="{i}" data-to="{j}" stroke-width="{wide:.1f}" '
        f'd="{d}"/>'
    )


def _flowing(x0: float, y0: float, x1: float, y1: float) -> str:
    """A curve that sets out and arrives straight up or down."""
    bend = (y1 - y0) / 2
    return f"C{x0:g} {y0 + bend:g} {x1:g} {y1 - bend:g} {x1:g} {y1:g}"


def _clear(row: Sequence[_Box], wished: float, before: float) -> float:
    """Where a route passes a row: as near to where it would as no box stands, without a detour."""
    free = [
        x for x in (wished, before) if all(abs(x - box.x) >= box.width / 2 + _BESIDE for box in row)
    ]
    edges = [(box.x - box.width / 2 - _BESIDE, box.x + box.width / 2 + _BESIDE) for box in row]
    free += (x for left, right in edges for x in (left, right))
    free = [x for x in free if all(not left < x < right for left, right in edges)]
    return min(free, key=lambda x: abs(x - wished) + 0.5 * abs(x - before))


# The river -------------------------------------------------------------------------------------

_RIVER_WIDTH, _RIVER_HEIGHT, _RIVER_LABELS = 1000.0, 480.0, 210.0
_WATERS = 6  # classes w0 … that tell neighbouring places apart
_NAMED = 16  # places told apart; the others flow together


def river(
    ended: Any,
    at: Any,
    lost: Any,
    outcomes: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    final: Sequence[float] | None = None,
    least: str = "",
) -> str:
    """Readers after t choices: `ended[t, k]` at outcomes, `at[t, p]` in places, `lost[t]` unknown.

    Endings branch off to both sides, the early ones outermost; in the middle flow those who still
    read, by the place they are in. All of it together is 1 at every t. The picture stops where few
    are still reading; `final` is what outcomes come to in the end, and is told beside them, after
    `least` where that is a bound.
    """
    final = [float(share) for share in ended[-1]] if final is None else final
    turns = _until_calm(at)
    ended, at, lost = ended[:turns], at[:turns], lost[:turns]
    x = np.linspace(14, _RIVER_WIDTH - _RIVER_LABELS, turns) if turns > 1 else np.array([14.0, 100])
    if turns == 1:
        ended, at, lost = (np.repeat(array, 2, axis=0) for array in (ended, at, lost))
    above, below = _banks(ended)
    streams = _streams(at)

    def bank(k: int) -> tuple[str, str, Any, float]:
        return str(outcomes[k]["colour"]), str(outcomes[k]["name"]), ended[:, k], final[k]

    layers = [bank(k) for k in above]  # class, name, thickness by turn, what it comes to
    first_water = len(layers)
    for i, p in enumerate(streams):
        layers.append((f"w{i % _WATERS}", names[p], at[:, p], 0.0))
    others = at.sum(axis=1) - at[:, streams].sum(axis=1)
    if others.max(initial=0) > 1e-9:
        layers.append(("water", "other places", np.clip(others, 0, None), 0.0))
    if lost.max(initial=0) > 0:
        layers.append(("unknown", "not followed", lost, 0.0))
    last_water = len(layers)
    layers += [bank(k) for k in below]
    deep = _RIVER_HEIGHT - 60
    top = 14 + deep * np.concatenate(
        [np.zeros((1, len(x))), np.cumsum([layer[2] for layer in layers], axis=0)]
    )
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="river" role="img" '
        f'viewBox="0 0 {_RIVER_WIDTH:g} {_RIVER_HEIGHT:g}" '
        'aria-label="Readers by number of choices: the figures are in the table below">'
    )
    out = [head]
    labels: list[tuple[float, str, str, float]] = []
    for i, (colour, name, _, share) in enumerate(layers):
        water = first_water <= i < last_water
        said = name if water else f"{name}: {percent(share)}"
        out.append(
            f'<path class="{"stream" if water else "end"} {colour}" '
            f'd="{_band(x, top[i], top[i + 1])}"><title>{_text(said)}</title></path>'
        )
        if not water:
            middle = float(top[i, -1] + top[i + 1, -1]) / 2
            labels.append((middle, name.replace("_", " "), colour, share))
    taken: list[tuple[float, float, float, float]] = []
    out += [
        _water_name(x, top[i], top[i + 1], layers[i][1], taken)
        for i in range(first_water, last_water)
    ]
    out += _bank_names(labels, float(x[-1]), least)
    out += _choices_axis(x, turns)
    out.append("</svg>")
    return "".join(out)


def _until_calm(at: Any) -> int:
    """How many turns are worth a picture: until fewer than one reader in 500 still reads."""
    going = at.sum(axis=1)
    few = np.flatnonzero(going < 0.002)
    return int(few[0]) + 1 if len(few) else len(going)


def _banks(ended: Any) -> tuple[list[int], list[int]]:
    """Outcomes above and below the river: the early ones outermost, both sides about even."""
    final = ended[-1]
    arriving = np.diff(ended, axis=0, prepend=0)
    when = (arriving * np.arange(len(ended))[:, None]).sum(axis=0) / np.maximum(final, 1e-300)
    above: list[int] = []
    below: list[int] = []
    sums = [0.0, 0.0]
    for k in sorted(np.flatnonzero(final > 0), key=lambda k: float(when[k])):
        side = 0 if sums[0] <= sums[1] else 1
        (above, below)[side].append(int(k))
        sums[side] += float(final[k])
    return above, below[::-1]


def _streams(at: Any) -> list[int]:
    """The places told apart in the river, in the order readers come to them."""
    total = at.sum(axis=0)
    main = [int(p) for p in np.argsort(-total)[:_NAMED] if total[p] > 0]
    turn = np.arange(len(at))
    return sorted(main, key=lambda p: float((at[:, p] * turn).sum() / total[p]))


def _band(x: Any, top: Any, bottom: Any) -> str:
    """The outline between two lines, flowing level through every point."""

    def line(xs: Any, ys: Any) -> str:
        parts = []
        for i in range(1, len(xs)):
            half = (xs[i - 1] + xs[i]) / 2
            parts.append(
                f"C{half:.1f} {ys[i - 1]:.2f} {half:.1f} {ys[i]:.2f} {xs[i]:.1f} {ys[i]:.2f}"
            )
        return "".join(parts)

    there = f"M{x[0]:.1f} {top[0]:.2f}" + line(x, top)
    return there + f"L{x[-1]:.1f} {bottom[-1]:.2f}" + line(x[::-1], bottom[::-1]) + "Z"


def _water_name(
    x: Any, top: Any, bottom: Any, name: str, taken: list[tuple[float, float, float, float]]
) -> str:
    """A place's name along or across its stream, if there is room that no other name has."""
    thick = bottom - top
    shown = name.replace("_", " ")
    length = len(shown) * 6.4 + 6
    for i in np.argsort(-thick)[:8]:
        cy = float(top[i] + bottom[i]) / 2
        for across in (False, True):
            half = (7.0, length / 2) if across else (length / 2, 8.0)
            cx = float(np.clip(x[i], x[0] + half[0] + 2, x[-1] - half[0] - 2))
            box = (cx - half[0], cy - half[1], cx + half[0], cy + half[1])
            xs = np.linspace(box[0], box[2], 7)
            fits = (np.interp(xs, x, top) < box[1]).all() and (
                np.interp(xs, x, bottom) > box[3]
            ).all()
            if not fits or any(
                box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken
            ):
                continue
            taken.append(box)
            turned = f' transform="rotate(-90 {cx:.1f} {cy:.1f})"' if across else ""
            return (
                f'<text class="water-name" x="{cx:.1f}" y="{cy + 4:.1f}" text-anchor="middle"'
                f"{turned}>{_text(shown)}</text>"
            )
    return ""


def _bank_names(labels: list[tuple[float, str, str, float]], x: float, least: str) -> list[str]:
    """The outcomes' names beside their bands, moved apart; the rarest make way for the others."""
    room = int((_RIVER_HEIGHT - 60) / 16)
    more = len(labels) - room + 1 if len(labels) > room else 0
    kept = sorted(labels, key=lambda label: -label[3])[: len(labels) - more]
    kept.sort()
    ys = [label[0] for label in kept]
    for i in range(1, len(ys)):
        ys[i] = max(ys[i], ys[i - 1] + 16)
    if ys:
        ys[-1] = min(ys[-1], _RIVER_HEIGHT - 46 - (16 if more else 0))
    for i in range(len(ys) - 2, -1, -1):
        ys[i] = min(ys[i], ys[i + 1] - 16)
    out = []
    for y, (middle, name, colour, share) in zip(ys, kept, strict=True):
        shown = name if len(name) <= 19 else name[:18] + "…"
        out.append(
            f'<path class="leader {colour}" d="M{x + 1:.1f} {middle:.1f}l6 0L{x + 14:.1f} {y:.1f}'
            f'l4 0"/><text class="bank-name" x="{x + 22:.1f}" y="{y + 4:.1f}">{_text(shown)} '
            f'<tspan class="figure">{least}{percent(share)}</tspan></text>'
        )
    if more:
        out.append(
            f'<text class="bank-name figure" x="{x + 22:.1f}" y="{_RIVER_HEIGHT - 42:g}">'
            f"and {more:,} more</text>"
        )
    return out


def _choices_axis(x: Any, turns: int) -> list[str]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if turns / s <= 12 or s == 500)
    y = _RIVER_HEIGHT - 30
    out = [
        f'<path class="tick" d="M{x[t]:.1f} {y - 10:g}v5"/>'
        f'<text class="axis" x="{x[t]:.1f}" y="{y + 10:g}" text-anchor="middle">{t}</text>'
        for t in range(0, turns, step)
    ]
    middle = float(x[0] + x[-1]) / 2
    out.append(
        f'<text class="axis title" x="{middle:.1f}" y="{y + 26:g}" text-anchor="middle">'
        "choices made</text>"
    )
    return out


# Words -----------------------------------------------------------------------------------------


def word_dots(quantiles: Sequence[float]) -> str:
    """Readers as dots, each where the words it reads put it: `quantiles` has one for each dot."""
    low, high = min(quantiles), max(quantiles)
    bins = 30
    span = (high - low) or 1.0
    piles = [0] * bins
    places = []
    for words in quantiles:
        b = min(bins - 1, int((words - low) / span * bins))
        places.append((b, piles[b]))
        piles[b] += 1
    step = min(18.0, 260.0 / max(piles))
    height = max(piles) * step + 54
    width = bins * 18.0 + 60
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dots" role="img" '
        f'viewBox="0 0 {width:g} {height:g}" aria-label="Words read: of {len(quantiles)} readers '
        f'half read fewer than {quantiles[len(quantiles) // 2]:,.0f}">'
    )
    out = [head]
    base = height - 40
    for b, pile in places:
        cx, cy = 30 + (b + 0.5) * 18.0, base - (pile + 0.5) * step
        out.append(f'<circle class="reader-dot" cx="{cx:g}" cy="{cy:g}" r="{step * 0.42:g}"/>')
    out.append(f'<path class="tick" d="M30 {base + 2:g}H{width - 30:g}"/>')
    marks = {round(low + part * span): part for part in (1.0, 0.75, 0.5, 0.25, 0.0)}
    for words, part in marks.items():  # no number twice, where there are few
        cx = 30 + part * bins * 18.0
        out.append(
            f'<text class="axis" x="{cx:g}" y="{base + 18:g}" text-anchor="middle">{words:,}</text>'
        )
    out.append(
        f'<text class="axis" x="{width / 2:g}" y="{base + 34:g}" text-anchor="middle">'
        "words read</text></svg>"
    )
    return "".join(out)


# Bars ------------------------------------------------------------------------------------------


def bar(parts: Sequence[tuple[str, str, float]], width: float = 240, height: float = 10) -> str:
    """A stacked bar of (class, name, share); what is missing to 1 stays empty."""
    x = 0.0
    out = []
    for colour, name, share in parts:
        if share > 0:
            out.append(
                f'<rect class="end {colour}" x="{x:.2f}" y="0" width="{share * width:.2f}" '
                f'height="{height:g}"><title>{_text(name)} {percent(share)}</title></rect>'
            )
        x += share * width
    said = ", ".join(f"{name} {percent(share)}" for _, name, share in parts[:4])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bar" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{_text(said)}" '
        f'preserveAspectRatio="none">{"".join(out)}</svg>'
    )
