"""What stories, graphs and odds look like in a notebook.

Tables are HTML whose styles stand with each element, and pictures are images with all they need in
them, so nothing shown changes anything else on the notebook's page. What a story says is escaped.

    graph._repr_html_()          # a heading, a bar and the endings
    graph.map                    # a Picture: `_repr_html_` in a notebook, `.svg` to keep
    graph.map.save("map.svg")

What this does not do: draw (`studio.pictures`), or compute.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foretell.output import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from foretell.checker.graphs.solve import Interval
    from foretell.library import Compared, Endings, Graph, Odds, Story

__all__ = [
    "Picture",
    "compared_html",
    "endings_html",
    "graph_html",
    "map_of",
    "odds_html",
    "river_of",
    "story_html",
]

_STATIC = Path(__file__).resolve().parent / "studio" / "static"
_RIGHT = ' style="text-align:right;padding:.1em .6em"'
_LEFT = ' style="text-align:left;padding:.1em .6em"'
_QUIET = ' style="opacity:.7"'
_WIDEST = 110  # pixels of a bar that means certainty


@dataclass(frozen=True)
class Picture:
    """A picture that stands by itself: `svg` is a whole file."""

    svg: str
    said: str

    def save(self, path: str | Path) -> None:
        """Write it to a file."""
        write_whole(Path(path), self.svg)

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode()
        style = "max-width:100%;height:auto;background:#fcfbf8"
        said = escape(self.said, quote=True)
        return f'<img alt="{said}" style="{style}" src="data:image/svg+xml;base64,{data}"/>'

    def _repr_svg_(self) -> str:
        return self.svg


# Pictures --------------------------------------------------------------------------------------


@cache
def _style() -> str:
    """The studio's light colours, for a picture that stands by itself."""
    page = (_STATIC / "page.css").read_text("utf-8")
    pictures = (_STATIC / "pictures.css").read_text("utf-8")
    colours = re.search(r":root \{(.*?)\}", page, re.DOTALL)
    waters = re.search(r":root \{(.*?)\}", pictures, re.DOTALL)
    assert colours is not None
    assert waters is not None
    rules = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", pictures)
    rules = re.sub(r":root[^{]*\{[^}]*\}", "", rules)
    return f"svg {{{colours[1]}{waters[1]}background: #fcfbf8}}{rules}"


def _standing_alone(svg: str, said: str) -> Picture:
    end = svg.index(">") + 1
    return Picture(f"{svg[:end]}<style>{_style()}</style>{svg[end:]}", said)


def _edition(graph: Graph) -> Any:
    from foretell.studio.report import edition_of

    return edition_of(graph.analysis, graph.loaded, graph.entry)


def map_of(graph: Graph) -> Picture:
    """The map of a story's places."""
    from foretell.studio import data

    picture = data.VIEWS["map"](_edition(graph), {"columns": "6"})["picture"]
    # links lead nowhere outside the studio
    picture = re.sub(r'(<a class="[^"]*") href="[^"]*"', r"\1", picture)
    return _standing_alone(picture, f"Map of {graph.title}")


def river_of(graph: Graph) -> Picture:
    """The river of a story's readers."""
    from foretell.studio import data

    picture = data.VIEWS["river"](_edition(graph), {})["picture"]
    return _standing_alone(picture, f"Readers of {graph.title} by number of choices")


# Tables ----------------------------------------------------------------------------------------


def _odds(x: Interval | None) -> str:
    from foretell.studio.pictures import percent

    if x is None:
        return "–"
    if x.high - x.low < 1e-9:
        return percent(x.low)
    return f"{percent(x.low).removesuffix(' %')} to {percent(x.high)}"


def _e(text: object) -> str:
    return escape(str(text), quote=True)


def _bar(share: float, colour: str = "#0b8bc0") -> str:
    width = max(1, round(_WIDEST * share)) if share > 0 else 0
    style = f"display:inline-block;height:.6em;width:{width}px;background:{colour}"
    return f'<span style="{style}"></span>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A table whose first `words` columns are words, the others figures; cells are HTML."""

    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{_LEFT if i < words or i == len(row) - 1 else _RIGHT}>{cell}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def story_html(story: Story) -> str:
    """Where a story stands: its last turn and its choices."""
    title = story.loaded.stem
    for tag in story.global_tags:
        name, colon, value = tag.partition(":")
        if colon and name.strip().lower() == "title":
            title = value.strip()
    lines = "".join(f"<p>{_e(line.text)}</p>" for line in story.turn.lines if line.text)
    choices = "".join(f"<li>{_e(choice.text)}</li>" for choice in story.choices)
    end = ""
    if story.ended:
        end = f"<p><i>{_e(story.ending) if story.ending else 'the end'}</i></p>"
    path = f"<p{_QUIET}>path {_e(story.path)}</p>" if story.path else ""
    return (
        f'<div style="max-width:38em"><h3>{_e(title)}</h3>{lines}'
        + (f'<ol start="0">{choices}</ol>' if choices else end)
        + f"{path}</div>"
    )


def graph_html(graph: Graph) -> str:
    """What a graph comes to: how large it is, and its endings."""
    count = graph.playthroughs
    ways = "endlessly many playthroughs" if count is None else f"{count:,} playthroughs"
    if count is not None and not graph.complete:
        ways = f"at least {ways}"
    whole = "read whole" if graph.complete else f"read in part ({graph.analysis.stopped})"
    return (
        f"<div><h3>{_e(graph.title)}</h3><p>{ways}, {graph.states:,} situations, "
        f"{graph.turns:,} turns; {whole}</p>{endings_html(graph.endings)}</div>"
    )


def endings_html(endings: Endings) -> str:
    """Endings with their odds for the uniform, the best and the worst reader."""
    rows = []
    for e in endings.values():
        kind = "" if e.kind == "ending" else f" <i>{_e(e.kind)}</i>"
        words = "–" if e.words != e.words else f"{e.words:,.0f}"
        shortest = "–" if e.shortest is None else f"<code>{_e(e.shortest or '(the start)')}</code>"
        figures = [_odds(x) for x in (e.uniform, e.best, e.worst)]
        name = _e(e.name.replace("_", " ")) + kind
        rows.append([name, *figures, words, f"{_bar(e.uniform.low)} {shortest}"])
    head = ["ending", "uniform", "best", "worst", "words", "shortest path"]
    return _table(head, rows)


def odds_html(odds: Odds) -> str:
    """A reader's odds."""
    rows = [[_e(name.replace("_", " ")), _odds(x), _bar(x.low)] for name, x in odds.items()]
    return _table(["ending", f"{_e(odds.reader)} reader", ""], rows)


def compared_html(compared: Compared) -> str:
    """A what-if, ending by ending."""
    told: Mapping[str, Interval] = compared.told
    changed: Mapping[str, Interval] = compared.changed
    rows = []
    for name, by in compared.difference.items():
        before, after = told.get(name), changed.get(name)
        sign = "=" if abs(by) < 1e-9 else f"{'+' if by > 0 else '−'} {_odds_of(abs(by))}"
        low = after.low if after is not None else 0.0
        rows.append([_e(name.replace("_", " ")), _odds(before), _odds(after), sign, _bar(low)])
    head = ["ending", "as told", "as changed", "difference", ""]
    part = "" if compared.complete else f"<p{_QUIET}>Read in part: figures are bounds.</p>"
    return f"<h4>What if {_e(compared.comparison.whatif.name)}?</h4>{part}{_table(head, rows)}"


def _odds_of(x: float) -> str:
    from foretell.studio.pictures import percent

    return percent(x)
