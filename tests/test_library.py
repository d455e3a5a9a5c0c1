"""foretell from Python: the page on it, the graph's questions, and what notebooks show."""

from __future__ import annotations

import doctest
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import foretell
from foretell.checker.analysis import analyse
from foretell.diagnostics import StoryError
from foretell.library import Graph
from foretell.loading import compile_text
from foretell.vm.lower import lower
from tests.studio_stories import EVIL, LAMP

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def lamp() -> Graph:
    return foretell.load(LAMP).explore()


def test_every_example_on_the_page_gives_what_is_shown() -> None:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        found = doctest.testfile(
            str(ROOT / "docs" / "python.md"), module_relative=False, encoding="utf-8"
        )
    finally:
        os.chdir(before)
    assert found.attempted >= 20
    assert found.failed == 0


def test_a_graph_says_what_the_checker_does(lamp: Graph) -> None:
    told = analyse(lower(compile_text(LAMP).usable()))
    assert lamp.complete
    assert lamp.states == told.states
    for ending in told.endings:
        assert lamp.endings[ending.name].uniform == ending.uniform
        assert lamp.odds()[ending.name] == ending.uniform
        assert lamp.odds(reader="worst")[ending.name] == ending.worst
    assert sum(x.low for x in lamp.odds().values()) == pytest.approx(1)


def test_a_limit_leaves_bounds() -> None:
    graph = foretell.load(LAMP).explore(states=6)
    assert not graph.complete
    assert "in part" in repr(graph)
    assert all(x.low <= x.high for x in graph.odds().values())
    assert graph.claim('never ending == "lost"').verdict in ("fails", "unknown")


def test_a_reader_nobody_described_is_refused_with_a_remedy(lamp: Graph) -> None:
    with pytest.raises(StoryError, match="no reader is called") as refused:
        lamp.odds(reader="unifrom")
    assert "uniform" in refused.value.diagnostics[0].hint


def test_a_claim_that_is_none_is_refused(lamp: Graph) -> None:
    with pytest.raises(StoryError):
        lamp.claim("newer oil > 3")
    assert lamp.claim("never oil > 2") is lamp.claim("never oil > 2")


def test_a_story_of_several_files_with_promises_is_asked_like_any(tmp_path: Path) -> None:
    (tmp_path / "tale.ink").write_text("INCLUDE part.ink\nVAR open = false\n-> door\n")
    (tmp_path / "part.ink").write_text(
        "=== door\n* {open} [In # shy] # ending: in\n -> END\n* [Off] # ending: off\n -> END\n"
    )
    (tmp_path / "foretell.toml").write_text(
        '[readers.shy]\nweights = [{ tag = "shy", weight = 3 }]\n'
    )
    graph = foretell.load(tmp_path / "tale.ink").explore()
    assert graph.odds(reader="shy")["off"].low == 1
    compared = graph.whatif(open=True, reader="shy")
    assert compared.changed["in"].low == 0.75
    assert compared.complete


def test_arrays_are_the_graph(lamp: Graph) -> None:
    arrays = lamp.arrays
    assert len(arrays["kind"]) == lamp.states
    assert arrays["first_edge"][-1] == len(arrays["edge_target"])
    assert arrays["edge_target"].max() < lamp.states


def test_frames_are_there_where_pandas_is(lamp: Graph) -> None:
    pytest.importorskip("pandas")
    endings = lamp.endings.frame()
    assert list(endings["ending"]) == list(lamp.endings)
    edges = lamp.frame()
    assert len(edges) == len(lamp.arrays["edge_target"])
    assert list(edges.columns) == ["source", "target", "label", "weight", "words"]
    assert len(lamp.odds().frame()) == len(lamp.odds())


def test_without_pandas_a_frame_says_what_to_install(
    lamp: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        lamp.endings.frame()


def test_what_a_notebook_shows_is_well_formed_and_its_story_text_only_text() -> None:
    story = foretell.load(EVIL)
    graph = story.explore()
    compared = graph.whatif(word="<i>")
    for shown in (story, graph, graph.endings, graph.odds(), compared, graph.map, graph.river):
        html = shown._repr_html_()
        ET.fromstring(f"<div>{html}</div>")
        assert "<script" not in html
        assert "onerror=" not in html.replace("onerror=&quot;", "")
    for picture in (graph.map, graph.river):
        root = ET.fromstring(picture._repr_svg_())
        assert root.tag.endswith("svg")
        assert "href" not in picture.svg
        assert "url(" not in picture.svg


def test_a_picture_is_kept_as_a_file(lamp: Graph, tmp_path: Path) -> None:
    lamp.map.save(tmp_path / "map.svg")
    assert "signal" in (tmp_path / "map.svg").read_text("utf-8")


def test_what_a_prompt_shows_is_short_and_says_what_it_is() -> None:
    story = foretell.load(str(ROOT / "docs" / "inn.ink"))
    assert repr(story) == "<Story The Inn at its beginning: 2 choices>"
    graph = story.explore()
    assert repr(story.play("1/0")).startswith("Turn(")
    assert repr(story) == "<Story The Inn at 1/0: ended>"
    assert repr(graph.claim('never ending == "lost"')) == (
        '<never ending == "lost": fails at 1/0; it comes true; ending = lost>'
    )
    assert repr(graph.why("lost")) == (
        "<Why the ending `lost`: shortest path 1/0, 2 needed, 2 rule it out>"
    )
    (problem,) = graph.problems
    assert len(repr(problem)) < 500  # it does not hold the source


def test_what_makes_no_sense_is_told() -> None:
    story = foretell.load(str(ROOT / "docs" / "inn.ink"))
    graph = story.explore()
    with pytest.raises(TypeError, match="by its number"):
        story.choose("Go in")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nothing is changed"):
        graph.whatif()
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="0 or more"):
            graph.odds(reader={"risky": weight})
    with pytest.raises(StoryError, match="did you mean `vigil`"):
        foretell.load("vigl")
