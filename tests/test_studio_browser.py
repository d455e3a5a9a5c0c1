"""The studio in a real browser: by mouse, by keyboard alone, wide and narrow, and with axe-core."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from foretell.cli import run
from foretell.loading import find_story
from tests.conftest import corpus_folder
from tests.studio_stories import (
    BROKEN,
    CLAIMS,
    EVIL,
    LAMP,
    MARKS,
    Studio,
    many_knots,
    running,
    write_story,
)

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next((p for n in ("chromium", "chromium-browser") if (p := shutil.which(n))), None)
AXE = Path(__file__).parent / "peers" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
VIEWS = ("read", "map", "river", "endings", "claims", "whatif", "source", "words", "problems")
WIDE, NARROW = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running_playwright:
        browser = running_playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages, which have to stay free of errors and to ask nobody but the studio."""
    contexts = []
    troubles: list[str] = []

    def opened(studio: Studio, hash_: str = "", size: tuple[int, int] = WIDE, **kept: Any) -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on(
            "console",
            lambda told: (
                troubles.append(told.text)
                if told.type == "error"
                and "the server responded" not in told.text
                and "ERR_CONNECTION_REFUSED" not in told.text  # its studio was closed before it
                else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                troubles.append(f"asked {asked.url}")
                if not asked.url.startswith(studio.address)
                else None
            ),
        )
        if kept:
            page.add_init_script(
                f"localStorage.setItem('foretell', {json.dumps(json.dumps(kept))})"
            )
        page.goto(studio.address + hash_)
        page.wait_for_selector("main > *")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, troubles


@pytest.fixture(scope="module")
def lamp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    path = write_story(tmp_path_factory.mktemp("lamp"), LAMP, foretell_toml=CLAIMS)
    with running(path) as studio:
        studio.until("ready")
        yield studio


def becomes(page: Any, expression: str, seconds: float = 15) -> None:
    """Wait until an expression is true; the page's policy forbids it to be asked from inside."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression} never came true at {page.url}"
        page.wait_for_timeout(30)


def see(page: Any, view: str) -> None:
    """Go to a view and wait until it is there."""
    page.evaluate(f"location.hash = '#/{view}'")
    name = view.partition("/")[0]
    page.wait_for_selector(f"main.view-{name} h1, main.view-{name} .turn, main.view-{name} .front")


def faults_of(page: Any) -> list[str]:
    """What axe-core finds wrong with a page as it stands."""
    if not AXE.is_file():
        pytest.skip("axe-core is missing: npm ci --prefix tests/peers")
    # evaluated over the debugger, which the page's own policy does not bind
    page.evaluate(AXE.read_text("utf-8") + "\n;0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {v['help']}: {[n['html'][:120] for n in v['nodes'][:3]]}"
        for v in found["violations"]
    ]


# Reading ----------------------------------------------------------------------------------------


def test_a_story_is_read_by_mouse_from_its_front_page_to_its_end(
    lamp: Studio, open_page: Any
) -> None:
    page = open_page(lamp)
    assert page.inner_text(".front h1") == "The Lamp"
    assert "the foretell project" in page.inner_text(".author")
    page.click("text=Begin")
    page.wait_for_selector(".turn")
    assert page.get_attribute(".prose", "role") == "log"
    for choice in ("Look into the boathouse", "Take the bell", "Climb", "Ring the bell"):
        page.click(f"button.choice:has-text('{choice}')")
        page.wait_for_selector(f".taken:has-text('{choice}')", state="attached")
    assert page.url.endswith("#/read/1/0/0/1")
    end = page.inner_text(".the-end")
    assert "warned" in end
    assert re.search(r"of readers come here|1 reader in", end)
    assert "4 choices" in end
    page.click(".the-end >> text=Take the last choice back")
    page.wait_for_selector("button.choice:has-text('Ring the bell')")
    assert page.locator(".turn").count() == 4


def test_a_story_is_read_by_keyboard_alone(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp)
    page.wait_for_selector(".front")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Begin":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".choice")
    page.keyboard.press("2")
    becomes(page, "location.hash === '#/read/1'")
    becomes(page, "document.activeElement.matches('.turn:last-child')")
    page.keyboard.press("Tab")
    becomes(page, "document.activeElement.matches('button.choice')")
    page.keyboard.press("Enter")
    becomes(page, "location.hash === '#/read/1/0'")
    page.keyboard.press("u")
    becomes(page, "location.hash === '#/read/1'")
    becomes(page, "document.activeElement.matches('button.choice')")
    page.keyboard.press("o")
    page.wait_for_selector(".omen .bar")
    page.keyboard.press("o")
    page.wait_for_selector(".omen", state="detached")
    page.keyboard.press("9")  # not on offer
    page.keyboard.press("r")
    becomes(page, "location.hash === '#/read/'")
    # the address is there at once, the page when the server has answered
    becomes(page, "document.querySelectorAll('.turn').length === 1")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_view_is_come_to_and_used_by_keyboard_alone(
    lamp: Studio, open_page: Any, size: tuple[int, int]
) -> None:
    page = open_page(lamp, "#/read/", size)
    page.wait_for_selector(".choice")

    def tab_to(selector: str, most: int = 80) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"{selector} is not come to with Tab at {page.url}")

    for view in VIEWS[1:]:
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.focus("#skip")
        tab_to(f"#views a[href='#/{view}']")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main.view-{view} h1")
        becomes(page, "document.activeElement.matches('main')")
        if view == "map":
            tab_to("svg.map a.place")
            page.keyboard.press("Enter")
            page.wait_for_selector(".place-detail .close")
        elif view == "endings":
            tab_to("table.endings a")
            page.keyboard.press("Enter")
            page.wait_for_selector(".the-end")
        elif view == "claims":
            tab_to(".claim.fails a")
        elif view == "whatif":
            tab_to("#what-name")
            page.keyboard.type("oil")
            tab_to("#what-value")
            page.keyboard.type("1")
            page.keyboard.press("Enter")
            page.wait_for_selector(".comparison table")
        elif view == "source":
            tab_to("tr.seen .number a")
            page.keyboard.press("Enter")
            page.wait_for_selector(".line-told >> text=of readers")
        elif view in ("river", "words"):
            tab_to(".scroller")


def test_single_keys_can_be_switched_off(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/", keys=False)
    page.wait_for_selector(".choice")
    page.keyboard.press("1")
    page.wait_for_timeout(150)
    assert page.evaluate("location.hash") == "#/read/"


def test_back_forward_and_a_link_give_the_same_page(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/1")
    page.click("button.choice >> nth=1")
    becomes(page, "location.hash === '#/read/1/1'")
    page.wait_for_selector("text=do not light it")
    text = page.inner_text(".prose")
    page.go_back()
    becomes(page, "document.querySelectorAll('.turn').length === 2")
    page.go_forward()
    becomes(page, "document.querySelectorAll('.turn').length === 3")
    assert page.inner_text(".prose") == text
    other = open_page(lamp, "#/read/1/1")
    other.wait_for_selector("text=do not light it")
    assert other.inner_text(".prose") == text


def test_luck_enters_the_address(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/0")
    page.click("text=Trim the wick")
    becomes(page, r"/^#\/read\/0\/0@\d$/.test(location.hash)")
    for draw, line in ((1, "broken pane"), (6, "It holds")):
        other = open_page(lamp, f"#/read/0/0@{draw}")
        other.wait_for_selector(f"text={line}")


def test_a_link_that_no_longer_fits_offers_what_does(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/1/7/3")
    page.wait_for_selector("text=does not fit")
    page.click("text=Read up to where it still fits")
    becomes(page, "location.hash === '#/read/1'")
    page.wait_for_selector(".choice")


def test_the_dream_shows_odds_and_what_a_choice_makes_impossible(
    lamp: Studio, open_page: Any
) -> None:
    page = open_page(lamp, "#/read/1/0/0")
    page.wait_for_selector(".choice")
    page.click("text=The dream")
    omen = page.locator("li:has-text('Ring the bell') .omen")
    assert "warned 100 %" in omen.inner_text()
    assert "Makes impossible: lost" in omen.inner_text()
    assert page.locator(".panel").inner_text().startswith("From here")
    see(page, "read/1/0")
    page.wait_for_selector(".variables.changed")
    assert "carried" in page.inner_text(".variables.changed")
    page.click("li:has-text('Climb') summary")
    assert "worst" in page.inner_text("li:has-text('Climb') table")


def test_clear_restart_class_and_image_do_what_they_say(tmp_path: Path, open_page: Any) -> None:
    (tmp_path / "pixel.png").write_bytes(PIXEL)
    with running(write_story(tmp_path, MARKS)) as studio:
        studio.until("ready")
        page = open_page(studio, "#/read/")
        page.wait_for_selector("figure img")
        becomes(page, "document.querySelector('figure img').naturalWidth === 1")
        page.click("text=On")
        page.wait_for_selector("text=Second.")
        assert not page.is_visible("text=First.")
        page.keyboard.press("1")
        becomes(page, "location.hash === '#/read/'")
        page.wait_for_selector("text=First.")
        assert page.locator(".turn").count() == 1
    with running(write_story(tmp_path, LAMP, "lamp.ink")) as studio:
        studio.until("ready")
        page = open_page(studio, "#/read/1/1")
        page.wait_for_selector(".line.story-shed")
        page.wait_for_selector(".line.mark-thought")


def test_themes_and_type_are_kept(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/")
    page.click("summary:has-text('Page')")
    colours = set()
    for theme in ("light", "sepia", "dark"):
        page.check(f"input[name=theme][value={theme}]")
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 3
    page.keyboard.press("Escape")
    assert not page.is_visible(".wish-box")
    page.reload()
    page.wait_for_selector(".choice")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_measure_is_that_of_a_book(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/")
    page.wait_for_selector(".line")
    ems = page.evaluate(
        "(() => { const p = document.querySelector('.prose');"
        " return p.clientWidth / parseFloat(getComputedStyle(p).fontSize); })()"
    )
    assert 32 <= ems <= 36


# The other views --------------------------------------------------------------------------------


def test_a_place_on_the_map_is_chosen_and_read_from_by_keyboard(
    lamp: Studio, open_page: Any
) -> None:
    page = open_page(lamp, "#/map")
    page.wait_for_selector("svg.map a.place")
    page.focus("svg.map a[href='#/map/gallery']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-detail >> text=Read from here")
    assert "100 % of readers" in page.inner_text(".place-detail")
    assert "=== gallery" in page.inner_text(".place-detail pre")
    page.focus(".map-frame")
    before = page.get_attribute("svg.map", "width")
    page.keyboard.press("+")
    assert float(page.get_attribute("svg.map", "width")) > float(before)
    page.click(".place-detail >> text=Read from here")
    page.wait_for_selector("text=one green eye")


def test_a_failing_claim_opens_its_witness(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/claims")
    page.click(".claim.fails >> text=Read how it fails")
    page.wait_for_selector(".the-end")
    assert "lost" in page.inner_text(".the-end")


def test_endings_lead_to_their_shortest_way(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/endings")
    page.click("tr:has-text('warned') a")
    page.wait_for_selector(".the-end >> text=warned")


def test_a_what_if_is_asked_from_the_page(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/whatif")
    page.wait_for_selector("#what-name option >> nth=1", state="attached")
    page.select_option("#what-name", "oil")
    page.fill("#what-value", "0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".comparison table")
    assert "oil = 0" in page.inner_text(".comparison h2")
    see(page, "whatif/nothing_like_it=1")
    page.wait_for_selector(".remark.error")


def test_a_variable_is_turned_over_by_one_click(tmp_path: Path, open_page: Any) -> None:
    text = "VAR open = false\n* {open} [In] # ending: in\n -> END\n* [Away] -> END\n"
    with running(write_story(tmp_path, text)) as studio:
        studio.until("ready")
        page = open_page(studio, "#/whatif")
        page.click(".flips a:has-text('open')")
        page.wait_for_selector(".comparison tr:has-text('in') >> text=50.0 %")
        assert page.url.endswith("#/whatif/open=true")


def test_a_line_tells_its_exact_share_and_the_ways_there(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/source")
    page.click("tr:has-text('It says only') .number a")
    page.wait_for_selector(".line-told >> text=of readers")
    told = page.inner_text(".line-told")
    assert re.search(r"^\d+\.\d+ %, exactly, of readers", told), told
    assert "Every way here needs: “Look into the boathouse”" in told
    page.click(".line-told >> text=Read the shortest way here")
    page.wait_for_selector("text=do not light it")


def test_the_panel_tells_who_will_still_read_a_variable(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/read/1/0", dream=True, keys=True)
    page.wait_for_selector(".variables .ahead")
    assert "read at tale.ink:34 :28" in page.inner_text(".variables.changed")  # carried
    page.click(".variables.changed .ahead a >> nth=0")
    page.wait_for_selector("tr.target")


def test_while_a_story_is_read_its_pages_show_bounds(tmp_path: Path, open_page: Any) -> None:
    from foretell.checker.analysis import Limits, analyse

    more = threading.Event()

    def slowly(program: Any, limits: Limits, progress: Any, **asked: Any) -> Any:
        if limits.seconds < 10:
            bound = Limits(states=8)
            found = analyse(program, limits=bound, compiled=False, **asked)
            found.exploration.stopped = "time"
            return found
        while not more.wait(0.02):
            progress(9, 5, 0.2)
        return analyse(program, **asked)

    with running(write_story(tmp_path, LAMP), explore=slowly) as studio:
        page = open_page(studio, "#/endings")
        page.wait_for_selector(".bounds >> text=Still reading")
        assert " to " in page.inner_text("table.endings")
        for view in ("map", "river", "words"):
            see(page, view)
            page.wait_for_selector(".bounds")
            assert not faults_of(page), view
        see(page, "read/")
        page.wait_for_selector(".choice")
        page.keyboard.press("o")
        page.wait_for_selector(".omen")
        assert "figures are bounds" in page.inner_text("#now")
        more.set()
        page.wait_for_selector("#now >> text=every playthrough read")
        see(page, "endings")
        page.wait_for_selector("table.endings >> text=warned")
        assert page.locator(".bounds").count() == 0


def test_a_story_too_big_says_what_keeps_it_from_being_finished(
    tmp_path: Path, open_page: Any
) -> None:
    text = "VAR gold = 0\n- (top)\n+ [Dig]\n  ~ gold++\n{gold > 9000: -> END}\n-> top\n"
    promises = "[bounds]\nstates = 300\n"
    with running(write_story(tmp_path, text, foretell_toml=promises)) as studio:
        status = studio.until("ready")
        assert not status["complete"]
        assert status["growing"] == ["gold"]
        page = open_page(studio, "#/endings")
        page.click(".bounds a")
        page.wait_for_selector(".growing h3 >> text=gold")
        page.click(".growing li li a")
        page.wait_for_selector("tr.target")
        see(page, "problems")
        page.wait_for_selector(".growing")
        assert "every playthrough was read" not in page.inner_text("main")
        assert not faults_of(page)


def test_the_source_marks_lines_that_nobody_reads(lamp: Studio, open_page: Any) -> None:
    page = open_page(lamp, "#/source")
    page.wait_for_selector("tr.never")
    assert "Nobody comes this way" in page.inner_text("tr.never")
    page.wait_for_selector("tr:has-text('The boat leaves') >> text=100 %")


def test_a_changed_file_changes_the_open_page(tmp_path: Path, open_page: Any) -> None:
    path = write_story(tmp_path, "One.\n* [A] Two. -> END\n")
    with running(path, watch=True) as studio:
        studio.until("ready")
        page = open_page(studio, "#/read/0")
        page.wait_for_selector("text=Two.")
        path.write_text("One.\n* [A] Three. -> END\n")
        page.wait_for_selector("text=Three.")
        assert page.evaluate("location.hash") == "#/read/0"
        path.write_text("* [A -> nowhere\n")
        page.wait_for_selector("#banner >> text=See the problems")
        assert page.is_visible("text=Three.")


def test_a_story_that_cannot_be_played_says_so_and_comes_when_it_is_mended(
    tmp_path: Path, open_page: Any
) -> None:
    path = write_story(tmp_path, "* [A -> nowhere\n")
    with running(path, watch=True) as studio:
        studio.until("broken")
        page = open_page(studio)
        page.wait_for_selector("h1 >> text=can’t be played yet")
        see(page, "map")
        page.click(".waiting a")
        page.wait_for_selector(".problem.error")
        see(page, "read")
        path.write_text("One.\n* [A] -> END\n")
        page.wait_for_selector(".choice")


def test_hostile_text_does_nothing(tmp_path: Path, open_page: Any) -> None:
    with running(write_story(tmp_path, EVIL)) as studio:
        studio.until("ready")
        page = open_page(studio)
        page.wait_for_selector(".front")
        for view in ("read/", "read/0", *VIEWS[1:]):
            if view != "claims":
                see(page, view)
        see(page, "map/a_place")
        see(page, "read/")
        page.wait_for_selector("text=window.hurt = 3")
        assert page.evaluate("window.hurt") is None
        assert (
            page.locator(
                "main script, main img[src^='http'], main [onload], main [onerror]"
            ).count()
            == 0
        )


def test_a_map_of_four_hundred_knots_is_drawn_whole(tmp_path: Path, open_page: Any) -> None:
    with running(write_story(tmp_path, many_knots(400))) as studio:
        studio.until("ready", seconds=60)
        page = open_page(studio, "#/problems")
        see(page, "map")
        page.wait_for_selector("svg.map a.place")
        assert page.locator("svg.map a.place").count() >= 400


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "sepia", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    lamp: Studio, open_page: Any, theme: str, size: tuple[int, int]
) -> None:
    page = open_page(lamp, "", size, theme=theme, keys=True, dream=True)
    found = [("front", fault) for fault in faults_of(page)]
    for view in ("read/1/0", "read/1/0/0/1", "map/gallery", *VIEWS[1:]):
        see(page, view)
        page.wait_for_timeout(250)
        found += [(view, fault) for fault in faults_of(page)]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append((view, f"{over} pixels too wide"))
    assert not found, "\n".join(f"{view}: {fault}" for view, fault in found)


# Whole stories ----------------------------------------------------------------------------------


def walk_through(studio: Studio, open_page: Any, size: tuple[int, int]) -> None:
    """Every view of a story, with axe-core, and a playthrough by keys."""
    page = open_page(studio, "#/read/", size, dream=True, keys=True)
    page.wait_for_selector(".turn")
    for turn in range(12):
        if not page.locator(".choice").count():
            break
        page.keyboard.press("1")
        becomes(page, f"document.querySelectorAll('.turn').length > {turn + 1}")
    faults = faults_of(page)
    names = page.locator("#views a").evaluate_all("links => links.map(a => a.hash.slice(2))")
    for view in names[1:]:
        see(page, view)
        page.wait_for_timeout(200)
        faults += [f"{view}: {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_broken_story_goes_through_every_view(
    tmp_path: Path, open_page: Any, size: tuple[int, int]
) -> None:
    with running(write_story(tmp_path, BROKEN)) as studio:
        studio.until("ready")
        walk_through(studio, open_page, size)


def test_the_vigil_goes_through_every_view(open_page: Any) -> None:
    with running(find_story("vigil").resolve()) as studio:
        studio.until("ready", seconds=240)
        walk_through(studio, open_page, WIDE)
        walk_through(studio, open_page, NARROW)


@pytest.mark.corpus
def test_the_intercept_goes_through_every_view(open_page: Any) -> None:
    folder = corpus_folder()
    found = sorted(folder.rglob("TheIntercept.ink")) if folder else []
    if not found:
        pytest.skip("the corpus is not here")
    with running(found[0].resolve()) as studio:
        studio.until("ready", seconds=120)
        walk_through(studio, open_page, WIDE)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_a_list_chooses_where_the_story_is_entered(tmp_path: Path, open_page: Any) -> None:
    path = write_story(
        tmp_path,
        "=== kitchen\nBread.\n* [Eat.] -> full\n* [Leave.] -> gone\n"
        "=== hall\nCold.\n* [Go.] -> gone\n=== full\n-> END\n=== gone\n-> END\n",
        foretell_toml='entries = ["kitchen", "hall"]\n',
    )
    with running(path) as studio:
        studio.until("ready")
        page = open_page(studio, "#/endings")
        page.wait_for_selector("table.endings >> text=full")
        page.select_option("#entry select", "hall")
        becomes(page, "!document.querySelector('table.endings')?.innerText.includes('full')")
        becomes(page, "location.search === '?entry=hall'")
        page.reload()
        page.wait_for_selector("table.endings >> text=gone")
        assert "full" not in page.inner_text("table.endings")
        assert page.eval_on_selector("#entry select", "list => list.value") == "hall"
        # a link into another entry is followed there, and the list says so
        see(page, "read/kitchen:")
        page.wait_for_selector("text=Bread.")
        becomes(page, "document.querySelector('#entry select').value === 'kitchen'")
        page.click("text=Eat.")
        becomes(page, "location.hash === '#/read/kitchen:0'")
        page.wait_for_selector(".the-end")
        page.keyboard.press("u")
        becomes(page, "location.hash === '#/read/kitchen:'")
        page.select_option("#entry select", "hall")
        page.wait_for_selector("text=Cold.")
        becomes(page, "location.hash === '#/read/hall:'")
        see(page, "map")
        page.wait_for_selector("svg.map a[aria-label^='hall: 100 %']")


def test_the_reading_bar_stands_below_the_bar_at_the_top_however_many_rows_that_has(
    lamp: Studio, open_page: Any
) -> None:
    for width in (700, 768, 900, 1280):
        page = open_page(lamp, "#/read/1/0", (width, 400))
        page.wait_for_selector(".reading-bar")
        page.evaluate("scrollTo(0, 200)")
        page.wait_for_timeout(250)
        boxes = [
            page.locator(which).bounding_box() for which in (".top", ".reading-bar button >> nth=1")
        ]
        assert boxes[0] and boxes[1]
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"], width


ARABIC = """\
# title: الفندق
-> بداية
== بداية
إنها تمطر، ولا يزال في الفندق ضوء واحد.
* [ادخل إلى الداخل] -> دافئ
* [Go on]
  Mud. # ending: lost
  -> END
== دافئ
دافئ أخيراً. # ending: دافئ
-> END
"""


def test_words_run_the_way_their_letters_do(tmp_path: Path, open_page: Any) -> None:
    where = """(p) => {
        const range = document.createRange();
        range.selectNodeContents(p);
        const line = range.getBoundingClientRect(), box = p.getBoundingClientRect();
        return line.left - box.left > box.right - line.right ? "right" : "left";
    }"""
    with running(write_story(tmp_path, ARABIC, "hotel.ink")) as studio:
        studio.until("ready")
        page = open_page(studio, "#/read/")
        page.wait_for_selector(".choice")
        shown = [page.locator(".line").evaluate(where)]
        shown += [words.evaluate(where) for words in page.locator(".choice .words").all()]
        assert shown == ["right", "right", "left"]
        see(page, "river")
        legend = page.locator("svg.river .bank-name").all_text_contents()
        assert "\u2068دافئ\u2069 50.0 %" in legend and "lost 50.0 %" in legend


def test_a_story_without_claims_or_variables_says_so(tmp_path: Path, open_page: Any) -> None:
    with running(write_story(tmp_path, "Hello.\n* [Hi] -> END\n", "tiny.ink")) as studio:
        studio.until("ready")
        page = open_page(studio, "#/claims")
        page.wait_for_selector("text=Nothing is claimed so far")
        see(page, "whatif")
        page.wait_for_selector("text=no variable that could begin otherwise")
        assert not page.locator("form.change").is_visible()
        see(page, "words")
        page.wait_for_selector("text=words in every playthrough")
        assert page.locator("svg.dots").count() == 0
        see(page, "map")
        page.wait_for_selector("text=The one place as a list")


def test_hundreds_of_endings_with_long_names_stay_on_the_page(
    tmp_path: Path, open_page: Any
) -> None:
    ends = [f"end_{i}_and_they_lived_in_it_for_a_very_long_time_indeed" for i in range(200)]
    text = "".join(f"+ [Number {i}] -> {name}\n" for i, name in enumerate(ends))
    text += "".join(f"== {name}\nThe end.\n-> END\n" for name in ends)
    with running(write_story(tmp_path, text, "many.ink")) as studio:
        studio.until("ready")
        for size in (NARROW, WIDE):
            page = open_page(studio, "", size, dream=True)
            for view in ("read/", "map", "river", "endings", "words"):
                see(page, view)
                page.wait_for_timeout(250)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert over <= 0, f"{view} at {size}: {over} too wide"
                bars = page.locator("main .bar").evaluate_all(
                    "bars => bars.map(b => b.scrollWidth - b.clientWidth)"
                )
                assert all(more <= 1 for more in bars), f"{view} at {size}: a bar is cut off"
            see(page, "river")
            assert "more" in page.locator(".view-river figure").inner_text()


@pytest.mark.parametrize("size", [(360, 740), NARROW])
def test_on_a_phone_the_river_is_whole_and_its_endings_are_named_below(
    lamp: Studio, open_page: Any, size: tuple[int, int]
) -> None:
    page = open_page(lamp, "#/river", size)
    page.wait_for_selector("svg.river")
    last = page.locator("svg.river .end").last.bounding_box()
    assert last and last["x"] + last["width"] <= size[0]
    named = page.locator(".river-legend li").all_inner_texts()
    assert len(named) == page.locator("svg.river .end").count()
    assert any(text.startswith("warned") for text in named)


def test_a_report_is_read_on_a_phone_and_printed(tmp_path: Path, browser: Any) -> None:
    """Tables are no wider than the page, on paper the map is whole, and what claims ask is read."""
    claims = '[[claim]]\nnever = "unused > 3"\n'
    story = write_story(tmp_path, "VAR unused = 1\n" + many_knots(60), "many.ink")
    (tmp_path / "foretell.toml").write_text(claims, "utf-8")
    target = tmp_path / "report.html"
    assert run(["report", str(story), "-o", str(target)]) == 0
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(target.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for cell in page.locator(".endings td, .endings th").all():
        box = cell.bounding_box()
        assert box is None or box["x"] + box["width"] <= 390
    assert "unused" not in page.locator("#problems").inner_text()
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print")
    box = page.locator("svg.map").bounding_box()
    assert box is not None and box["x"] + box["width"] <= 794 and box["height"] <= 1000
    page.close()
