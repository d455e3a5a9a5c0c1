"""The studio's pictures, its figures, and the report: drawn from known stories and checked."""

from __future__ import annotations

import itertools
import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell.checker.claims import decide
from foretell.checker.simulation.simulate import sample
from foretell.loading import read_story
from foretell.studio import data, pictures, report
from foretell.studio import shares as shares_module
from foretell.studio.edition import Edition
from foretell.studio.layers import arrange, crossings, layers_from
from foretell.studio.places import places_of
from foretell.studio.shares import sample_lines
from tests.studio_stories import BROKEN, CLAIMS, EVIL, LAMP, analysed, many_knots, write_story

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def lamp(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    path = write_story(tmp_path_factory.mktemp("lamp"), LAMP, foretell_toml=CLAIMS)
    return analysed(path)


# Layers -----------------------------------------------------------------------------------------


def slow_crossings(upper: list[int], lower: list[int], edges: list[tuple[int, int]]) -> int:
    ends = [
        (upper.index(a), lower.index(b))
        for pair in edges
        for a, b in (pair, pair[::-1])
        if a in upper and b in lower
    ]
    return sum((a - c) * (b - d) < 0 for (a, b), (c, d) in itertools.combinations(ends, 2))


def test_crossings_are_those_counted_pair_by_pair() -> None:
    luck = random.Random(4)
    for _ in range(50):
        upper, lower = list(range(6)), list(range(6, 13))
        luck.shuffle(upper)
        luck.shuffle(lower)
        edges = [(luck.randrange(6), luck.randrange(6, 13)) for _ in range(luck.randrange(20))]
        assert crossings(upper, lower, edges) == slow_crossings(upper, lower, edges)


def test_a_layer_is_the_distance_from_the_start() -> None:
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 0), (5, 6), (6, 5)]
    assert layers_from([0, 1, 2, 3, 4, 5, 6], edges, 0) == [[0, 4], [1, 2], [3], [5], [6]]


def test_arranging_keeps_every_node_once_and_never_crosses_more() -> None:
    luck = random.Random(5)
    for _ in range(20):
        nodes = list(range(30))
        edges = [(luck.randrange(i), i) for i in range(1, 30)]
        edges += [(luck.randrange(30), luck.randrange(30)) for _ in range(15)]
        before = layers_from(nodes, edges, 0)
        rows = arrange(nodes, edges, 0, 99)
        assert sorted(n for row in rows for n in row) == nodes
        assert [sorted(row) for row in rows] == [sorted(row) for row in before]

        def total(layers: list[list[int]], among: list[tuple[int, int]] = edges) -> int:
            return sum(crossings(a, b, among) for a, b in itertools.pairwise(layers))

        assert total(rows) <= total(before)
        assert max(map(len, arrange(nodes, edges, 0, 4))) <= 4


# Places -----------------------------------------------------------------------------------------


def test_places_are_met_as_often_as_the_uniform_reader_does(lamp: Edition) -> None:
    places = places_of(lamp)
    at = {name: i for i, name in enumerate(lamp.program.places)}
    assert places.reach(at["gallery"]) == 1.0
    # half go to the boathouse at first; those who climb never come back down
    assert places.reach(at["boathouse"]) == pytest.approx(0.5)
    assert places.visits[at["landing"]] == pytest.approx(1.5)
    assert not places.entered[at["never_here"]]
    assert places.passed(at["wind"])
    assert not places.rests[at["wind"]]
    assert places.routes[at["landing"], at["gallery"]] == pytest.approx(1.0)
    assert places.routes[at["landing"], at["boathouse"]] == pytest.approx(0.5)
    assert places.routes[at["boathouse"], at["landing"]] == pytest.approx(0.5)


def test_what_flows_into_endings_is_their_odds(lamp: Edition) -> None:
    places = places_of(lamp)
    analysis = lamp.need()
    for k, outcome in enumerate(analysis.graph.outcomes):
        into = sum(times or 0.0 for (_, b), times in places.routes.items() if b == -1 - k)
        assert into == pytest.approx(analysis.flow.odds[k].low), outcome.name
    signal = lamp.program.places.index("signal")
    assert any(a == signal and b < 0 for a, b in places.routes)


def test_a_place_has_its_source_and_a_path_that_leads_there(lamp: Edition) -> None:
    told = data.VIEWS["place"](lamp, {"name": "gallery"})
    assert told["source"]["lines"][0] == "=== gallery"
    assert lamp.player.read(told["path"]).moments[-1].here == "gallery"
    assert sum(low for _, low, _ in told["odds"]) == pytest.approx(1)
    with pytest.raises(KeyError, match="no knot"):
        data.VIEWS["place"](lamp, {"name": "nowhere"})


def test_functions_are_no_places(tmp_path: Path) -> None:
    text = "{double(2)}\n* [A] -> there\n=== there\nB.\n-> END\n"
    text += "=== function double(x)\n~ return x * 2\n"
    edition = analysed(write_story(tmp_path, text))
    names = [p["name"] for p in data.VIEWS["map"](edition, {})["places"]]
    assert "double" not in names
    assert {"", "there"} <= set(names)


# Pictures ---------------------------------------------------------------------------------------


def parsed(picture: str) -> ET.Element:
    root = ET.fromstring(picture)
    assert root.tag == SVG + "svg"
    for element in root.iter():
        assert element.tag not in (SVG + "script", SVG + "style", SVG + "foreignObject")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    return root


def test_every_picture_is_plain_svg_whatever_the_story_says(tmp_path: Path) -> None:
    for i, text in enumerate((LAMP, EVIL, BROKEN, "Only a line.\n", "* [\x01\ufffe] -> END\n")):
        edition = analysed(write_story(tmp_path, text, f"tale{i}.ink"))
        for view in ("map", "river", "words"):
            picture = data.VIEWS[view](edition, {})["picture"]
            if picture:
                parsed(picture)


def test_the_map_shows_every_place_and_route_once_and_apart(lamp: Edition) -> None:
    root = parsed(data.VIEWS["map"](lamp, {"columns": "4"})["picture"])
    links = root.findall(f".//{SVG}a")
    shown = [a.get("data-node") for a in links]
    assert len(shown) == len(set(shown))
    assert len(links) == len(places_of(lamp).shown()) + 2
    boxes = []
    for link in links:
        frame = link.find(f"{SVG}rect")
        assert frame is not None
        boxes.append([float(frame.get(k, "")) for k in ("x", "y", "width", "height")])
    for (x, y, w, h), (u, v, p, q) in itertools.combinations(boxes, 2):
        assert x + w <= u or u + p <= x or y + h <= v or v + q <= y, "two places overlap"
    assert "no reader comes here" in "".join(root.itertext())


@pytest.mark.parametrize("count", [30, 300])
def test_places_do_not_overlap_on_large_maps(tmp_path: Path, count: int) -> None:
    edition = analysed(write_story(tmp_path, many_knots(count)))
    root = parsed(data.VIEWS["map"](edition, {"columns": "6"})["picture"])
    cells = set()
    for link in root.findall(f".//{SVG}a"):
        text = link.find(f"{SVG}text/{SVG}tspan")
        frame = link.find(f"{SVG}rect")
        assert text is not None
        assert frame is not None
        assert float(frame.get("width", "")) < 168
        assert float(frame.get("height", "")) < 78
        cells.add((text.get("x"), frame.get("y")))
    assert len(cells) == len(root.findall(f".//{SVG}a"))


def _points(d: str) -> list[tuple[float, float]]:
    """Points along a path of M, C and V, some sixteen for each piece."""
    out: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MCV])([^MCV]+)", d):
        n = [float(x) for x in numbers.split()]
        if letter == "M":
            out.append((n[0], n[1]))
            continue
        x, y = out[-1]
        curve = [(x, y), (n[0], n[1]), (n[2], n[3]), (n[4], n[5])] if letter == "C" else []
        for step in range(1, 17):
            t = step / 16
            if letter == "V":
                out.append((x, y + t * (n[0] - y)))
                continue
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            out.append(
                (
                    sum(w * p[0] for w, p in zip(weights, curve, strict=True)),
                    sum(w * p[1] for w, p in zip(weights, curve, strict=True)),
                )
            )
    return out


@pytest.mark.parametrize("columns", ["2", "3", "6"])
def test_a_route_passes_beside_the_places_it_does_not_lead_to(tmp_path: Path, columns: str) -> None:
    edition = analysed(write_story(tmp_path, many_knots(60)))
    root = parsed(data.VIEWS["map"](edition, {"columns": columns})["picture"])
    boxes = {}
    for link in root.findall(f".//{SVG}a"):
        frame = link.find(f"{SVG}rect")
        assert frame is not None
        x, y, w, h = (float(frame.get(k, "")) for k in ("x", "y", "width", "height"))
        boxes[link.get("data-node")] = (x, y, x + w, y + h)
    routes = root.findall(f".//{SVG}path")
    assert len(routes) > 60
    for route in routes:
        ends = (route.get("data-from"), route.get("data-to"))
        for x, y in _points(route.get("d", "")):
            for node, (left, top, right, bottom) in boxes.items():
                inside = left < x < right and top < y < bottom
                assert node in ends or not inside, f"{ends} runs behind {node}"


def test_the_river_is_as_high_at_every_turn(lamp: Edition) -> None:
    answer = data.VIEWS["river"](lamp, {})
    total = np.cumsum(np.array(answer["ended"]), axis=0).sum(axis=1) + np.array(answer["going"])
    assert total == pytest.approx(1)
    root = parsed(answer["picture"])
    bands = [
        p for p in root.findall(f"{SVG}path") if p.get("class", "").split()[0] in ("end", "stream")
    ]
    starts = [tuple(map(float, re.findall(r"[-\d.]+", p.get("d", ""))[:2])) for p in bands]
    assert all(x == starts[0][0] for x, _ in starts)
    assert {"e0", "e1"} <= {c for p in bands for c in p.get("class", "").split()}


def test_words_have_a_dot_for_every_fiftieth_reader(lamp: Edition) -> None:
    answer = data.VIEWS["words"](lamp, {})
    root = parsed(answer["picture"])
    assert len(root.findall(f"{SVG}circle")) == pictures.DOTS
    assert answer["least"] <= answer["mean"] <= answer["most"]


@pytest.mark.parametrize(
    ("x", "shown"),
    [(0, "0 %"), (1, "100 %"), (0.5, "50.0 %"), (0.05, "5.00 %"), (0.0004, "0.04 %"),
     (1e-9, "1.0e-07 %"), (0.99999, "99.999 %"), (1 - 1e-12, "99.99999999 %")],
)  # fmt: skip
def test_percentages_say_0_and_100_of_nothing_else(x: float, shown: str) -> None:
    assert pictures.percent(x) == shown


def test_bounds_are_shown_where_a_story_was_not_read_whole(tmp_path: Path) -> None:
    from foretell.checker.analysis import Limits, analyse

    edition = analysed(write_story(tmp_path, LAMP))
    edition = Edition(1, edition.opened)
    edition.analysis = analyse(edition.program, limits=Limits(states=8), compiled=False)
    assert not edition.need().complete
    rows = data.VIEWS["endings"](edition, {})["rows"]
    assert all(row["uniform"][0] <= row["uniform"][1] for row in rows)
    for view in ("map", "river", "words", "source", "endings"):
        data.VIEWS[view](edition, {})
    assert "no reader" not in data.VIEWS["map"](edition, {})["picture"]  # nobody knows that
    assert "so far" in data.VIEWS["map"](edition, {})["picture"]
    assert "so far" in data.overview(edition)
    unmet = data.VIEWS["place"](edition, {"name": "never_here"})
    assert not unmet["entered"]
    assert not unmet["complete"]
    assert "Read in part" in report.html(edition.need(), read_story(tmp_path / "tale.ink"))


# Shares of lines --------------------------------------------------------------------------------


def test_shares_of_lines_are_those_of_readers(lamp: Edition) -> None:
    shares = sample_lines(lamp.program, readers=20_000, seconds=30, seed=3)
    assert shares.readers == 20_000
    source = lamp.opened.sources[0]
    by_text = {source.line(line): share for (_, line), share in shares.seen.items()}
    assert (
        by_text["The lamp is {oil > 0:low|out}. Out past the bar a ship is showing one green eye."]
        == 1
    )
    assert by_text[
        "A rope, a bell, and a letter nobody has opened. # CLASS: shed"
    ] == pytest.approx(0.5, abs=0.02)
    assert by_text["Nobody comes this way."] == 0


def test_a_line_with_several_texts_is_seen_by_who_sees_any_and_a_choice_by_who_is_offered_it(
    tmp_path: Path,
) -> None:
    text = """\
VAR lamp = 0
~ lamp = RANDOM(1, 4)
{lamp == 1: Bright.}{lamp == 2: Dim.}
* {lamp == 3} [Only then] Odd. -> END
* {lamp > 4} [Never] -> END
+ [Always] -> END
"""
    edition = analysed(write_story(tmp_path, text))
    shares = sample_lines(edition.program, readers=40_000, seconds=30)
    by_line = {line: share for (_, line), share in shares.seen.items()}
    assert by_line[3] == pytest.approx(0.5, abs=0.01)
    assert by_line[4] == pytest.approx(0.25, abs=0.01)
    assert by_line[5] == 0
    assert by_line[6] == 1
    held = {line: parts for (_, line), parts in shares.held.items()}
    assert held[3] == [pytest.approx(0.25, abs=0.01)] * 2
    assert held[4] == [pytest.approx(0.25, abs=0.01)]
    assert held[5] == [0.0]
    edition.views["shares"] = shares
    marks = data.VIEWS["source"](edition, {})["files"][0]["marks"]
    assert marks[5] == 0  # proved: nobody is offered it


def test_shares_are_those_of_running_in_plain_python(lamp: Edition) -> None:
    from foretell.checker.lines import shown_lines
    from foretell.checker.simulation.simulate import sample

    groups = shown_lines(lamp.program).groups
    fast = sample(lamp.program, 300, seed=5, groups=groups, compiled=True)
    slow = sample(lamp.program, 300, seed=5, groups=groups, compiled=False)
    assert fast.met.tolist() == slow.met.tolist()
    assert fast.offered.tolist() == slow.offered.tolist()
    assert fast.met.max() == 300


def test_sampling_stops_when_it_is_told_to(lamp: Edition) -> None:
    assert sample_lines(lamp.program, wanted=lambda: False).readers == 0


# The report -------------------------------------------------------------------------------------


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_report_is_one_file_that_fetches_nothing(tmp_path: Path) -> None:
    path = write_story(tmp_path, EVIL)
    edition = analysed(path)
    report.write(edition.need(), path, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    page = _Page()
    page.feed(text)
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    for name, value in page.attributes:
        if name == "href":
            assert str(value).startswith("#")
    assert "default-src 'none'" in text
    assert "&lt;script&gt;window.hurt = 1" in text
    assert "<i>evil" not in text


def test_the_report_says_what_the_studio_does(lamp: Edition) -> None:
    questions = lamp.opened.questions
    assert questions is not None
    verdicts = decide(lamp.opened.config.claims, lamp.need().exploration, questions)
    text = report.html(lamp.need(), read_story(lamp.opened.path), verdicts)
    assert '<a href="#claims">' in text
    assert '<a href="#claims">' not in report.html(lamp.need(), read_story(lamp.opened.path))
    for said in (
        "The Lamp",
        "Nobody drowns",
        "fails",
        "Nobody comes this way.",
        "Endings",
        "River",
    ):
        assert said in text
    for row in data.VIEWS["endings"](lamp, {})["rows"]:
        assert pictures.percent(row["uniform"][0]) in text
        assert f"<code>{row['shortest']}</code>" in text


def test_of_a_slow_story_more_readers_are_waited_for(
    lamp: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reader takes 20 ms here: three seconds are enough for few, twenty for a thousand."""
    sent: list[int] = []

    def slow(program: Any, count: int, **options: Any) -> Any:
        sent.append(count)
        found = sample(program, min(count, 200), seed=1, groups=options["groups"])
        return replace(found, runs=count, seconds=0.019 * count)

    monkeypatch.setattr(shares_module, "sample", slow)
    assert sample_lines(lamp.program, seconds=3.0, patience=20.0).readers == 1000
    assert sent == [64, 157, 1000]
    assert sample_lines(lamp.program, seconds=3.0).readers == 157
