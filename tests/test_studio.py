"""The studio's server: what it plays, whom it answers, and what it does when files change."""

from __future__ import annotations

import http.client
import threading
from pathlib import Path
from typing import Any

import pytest

from foretell.studio.guard import POLICY
from foretell.studio.opening import inside, open_story
from foretell.studio.playback import (
    MisfitError,
    Player,
    directives,
    front_matter,
    reading_json,
)
from foretell.vm.story import Story
from tests.studio_stories import BROKEN, CLAIMS, EVIL, LAMP, MARKS, Studio, running, write_story


def player_of(folder: Path, text: str = LAMP) -> Player:
    program = open_story(write_story(folder, text)).program
    assert program is not None
    return Player(program)


# Playing ----------------------------------------------------------------------------------------


def test_a_path_gives_every_turn_on_the_way(tmp_path: Path) -> None:
    player = player_of(tmp_path)
    reading = player.read("1/0/0/1")
    assert [m.path for m in reading.moments] == ["", "1", "1/0", "1/0/0", "1/0/0/1"]
    assert [m.choice for m in reading.moments][1:] == [
        "Look into the boathouse", "Take the bell", "Climb", "Ring the bell",
    ]  # fmt: skip
    assert reading.moments[-1].turn.ending == "warned"


def test_a_playthrough_gone_on_or_back_is_the_one_played_from_the_start(tmp_path: Path) -> None:
    player = player_of(tmp_path)
    for path in ("1", "1/0", "1/0/0", "1/0", "1/1", "1/1/0/2", "0", "1/0/0/1", ""):
        reading = player.read(path)
        story = Story(player.program)
        story.play(path)
        assert reading.path == path
        assert reading.moments[-1].turn.lines == story.lines
        assert [c.text for c in reading.moments[-1].turn.choices] == [c.text for c in story.choices]
        assert reading.moments[-1].variables == {n: story.shown(n) for n in story.variables}


def test_draws_left_open_are_made_and_named(tmp_path: Path) -> None:
    player = player_of(tmp_path)
    path = player.read("0/0").path
    assert path.startswith("0/0@")
    assert player.read(path).path == path
    other = "0/0@1" if path != "0/0@1" else "0/0@6"
    assert player.read(other).path == other
    assert "broken pane" in player.read("0/0@1").moments[-1].turn.text


@pytest.mark.parametrize(
    ("path", "fits"),
    [("7", ""), ("1/0/9/9", "1/0"), ("0/0@99", "0"), ("0@3", ""), ("0/0@1,1", "0"), ("x", "")],
)
def test_a_path_that_does_not_fit_is_refused_with_what_does(
    tmp_path: Path, path: str, fits: str
) -> None:
    player = player_of(tmp_path)
    player.read("0")
    with pytest.raises(MisfitError) as caught:
        player.read(path)
    assert caught.value.fits == fits
    assert player.read("0").moments[-1].path == "0"  # and nothing is spoilt


def test_only_turns_that_the_page_lacks_are_sent(tmp_path: Path) -> None:
    player = player_of(tmp_path)
    told = reading_json(player.read("1/0"), tmp_path, "1")
    assert told["known"] == 2
    assert [turn["path"] for turn in told["turns"]] == ["1/0"]
    assert told["back"] == "1"
    changed = {
        v["name"]: (v["before"], v["value"]) for v in told["variables"] if v["before"] is not None
    }
    assert changed == {"carried": ("", "bell")}
    assert reading_json(player.read("1/0"), tmp_path, "0/5")["known"] == 0


def test_tags_mean_what_they_mean_in_inkys_export(tmp_path: Path) -> None:
    (tmp_path / "pixel.png").write_bytes(b"\x89PNG")
    assert directives(("CLASS: red", "clear"), tmp_path) == {"classes": ["red"], "clear": True}
    assert directives(("RESTART",), tmp_path) == {"restart": True}
    assert directives(("IMAGE: pixel.png",), tmp_path) == {"image": "pixel.png"}
    assert directives(("thought",), tmp_path) == {"marks": ["thought"]}
    assert directives(("CLASS: a b", 'CLASS: x" y="', "a sentence of tags"), tmp_path) == {}
    assert "outside" in directives(("IMAGE: ../x.png",), tmp_path)["note"]
    assert "kind" in directives(("IMAGE: x.exe",), tmp_path)["note"]
    assert "not in" in directives(("IMAGE: y.png",), tmp_path)["note"]


def test_front_matter_is_title_author_theme_and_notes() -> None:
    assert front_matter(["Title: A", "author:  B", "theme: dark", "plain", "warnings: rain"]) == {
        "title": "A", "author": "B", "theme": "dark", "notes": [["warnings", "rain"]],
    }  # fmt: skip


def test_nothing_outside_the_folder_is_inside(tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    (tmp_path / "secret.png").write_text("x")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    assert inside(folder, "a/b.png") == folder / "a" / "b.png"
    for name in ("../secret.png", "/etc/passwd", "link.png", "a/../../secret.png", "..\\secret.png",
                 "", ".", "a\0b"):  # fmt: skip
        assert inside(folder, name) is None, name


def test_an_include_from_outside_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    (tmp_path / "secret.ink").write_text("A secret.")
    opened = open_story(write_story(folder, "INCLUDE ../secret.ink\nHello.\n"))
    assert opened.program is None
    assert any("outside" in str(d) for d in opened.diagnostics)


# Whom it answers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lamp")
    (folder / "pixel.png").write_bytes(b"\x89PNG\r\n")
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "outside.png").write_bytes(b"\x89PNG\r\n")
    path = write_story(folder, LAMP, foretell_toml=CLAIMS)
    with running(path) as studio:
        studio.until("ready")
        yield studio


def test_every_answer_carries_the_whole_policy(studio: Studio) -> None:
    for path in ("/", "/static/app.js", "/api/status", "/api/nothing", "/story/pixel.png", "/nope"):
        _, headers, _ = studio.ask(path)
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in POLICY
    assert "data:" not in POLICY


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:1"])
def test_a_request_under_another_name_is_refused(studio: Studio, host: str) -> None:
    status, _, body = studio.ask("/api/read", host=host)
    assert status == 421
    assert b"boat" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate"},
    ],
)
def test_another_sites_page_may_not_ask(studio: Studio, headers: dict[str, str]) -> None:
    assert studio.ask("/api/read", **headers)[0] == 403


def test_a_link_from_elsewhere_may_open_the_page(studio: Studio) -> None:
    opening = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate",
               "Sec_Fetch_Dest": "document"}  # fmt: skip
    assert studio.ask("/", **opening)[0] == 200
    framed = {**opening, "Sec_Fetch_Dest": "iframe"}
    assert studio.ask("/", **framed)[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_is_ever_sent_to_it(studio: Studio, method: str) -> None:
    assert studio.ask("/api/status", method=method)[0] == 405


@pytest.mark.parametrize(
    "path",
    ["/story/secret.txt", "/story/tale.ink", "/story/../outside.png", "/story/%2e%2e/outside.png",
     "/story/..%2foutside.png", "/story//etc/passwd", "/story/%00", "/static/../app.py",
     "/static/..%2fapp.py", "/static/guard.py", "/story/%2e%2e%5coutside.png"],
)  # fmt: skip
def test_no_file_but_a_picture_of_the_story_is_served(studio: Studio, path: str) -> None:
    status, _, body = studio.ask(path)
    assert status in (400, 404), body


def test_a_picture_of_the_story_is_served(studio: Studio) -> None:
    status, headers, body = studio.ask("/story/pixel.png")
    assert (status, headers["content-type"], body) == (200, "image/png", b"\x89PNG\r\n")


def test_a_token_is_asked_for_away_from_loopback(tmp_path: Path) -> None:
    path = write_story(tmp_path, "Hello.")
    with running(path, token="right", host="story.lan") as studio:
        name = f"story.lan:{studio.port}"
        assert studio.ask("/", host=name)[0] == 401
        assert studio.ask("/api/status", host=name)[0] == 401
        assert studio.ask("/?token=wrong", host=name)[0] == 401
        assert studio.ask("/api/status?token=right", host=name)[0] == 401
        assert studio.ask("/?token=right")[0] == 421
        status, headers, _ = studio.ask("/?token=right", host=name)
        assert status == 200
        cookie = headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        kept = cookie.partition(";")[0]
        assert studio.ask("/api/status", host=name, Cookie=kept)[0] == 200
        assert studio.ask("/api/status", host=name, Authorization="Bearer right")[0] == 200
        assert studio.ask("/api/status", host=name, Cookie=kept + "x")[0] == 401


# What it tells ----------------------------------------------------------------------------------


def test_the_dream_has_the_odds_of_each_choice(studio: Studio) -> None:
    told = studio.json("/api/read?path=1/0/0")
    dream = told["dream"]
    names = [o["name"] for o in dream["outcomes"]]
    assert [c["text"] for c in told["choices"]][1] == "Ring the bell"
    after = dream["choices"][1]
    assert [(names[k], low, high) for k, low, high in after["odds"]] == [("warned", 1.0, 1.0)]
    assert [names[k] for k in after["impossible"]] == ["lost"]
    best = {names[k]: low for k, low, _ in dream["best"]}
    worst = {names[k]: low for k, low, _ in dream["worst"]}
    assert best == {"warned": 1.0, "lost": 1.0}
    assert worst == {"warned": 0.0, "lost": 0.0}
    for choice in dream["choices"]:
        assert sum(low for _, low, _ in choice["odds"]) == pytest.approx(1)


def test_an_ending_says_how_rare_it_is_and_what_was_seen(studio: Studio) -> None:
    told = studio.json("/api/read?path=1/0/0/1")
    assert told["ending"] == "warned"
    rarity = told["dream"]["ending"]
    assert 0 < rarity["low"] < 1
    assert (rarity["rank"], rarity["of"]) == (2, 2)
    assert 0 < told["seen_words"] < told["all_words"]


def test_claims_carry_their_witness(studio: Studio) -> None:
    drown, end = studio.json("/api/claims")["claims"]
    assert (drown["verdict"], end["verdict"]) == ("fails", "fails" if end["path"] else "holds")
    played = studio.json(f"/api/read?path={drown['path']}")
    assert played["ending"] == "lost"


def test_every_path_in_the_endings_replays(studio: Studio) -> None:
    answer = studio.json("/api/endings")
    assert {answer["outcomes"][r["outcome"]]["name"] for r in answer["rows"]} == {"lost", "warned"}
    for row in answer["rows"]:
        ending = studio.json(f"/api/read?path={row['shortest']}")["ending"]
        assert ending == answer["outcomes"][row["outcome"]]["name"]
    assert sum(r["uniform"][0] for r in answer["rows"]) == pytest.approx(1)


def test_views_that_are_not_there_are_said_so(studio: Studio) -> None:
    assert studio.ask("/api/nothing")[0] == 404
    assert studio.ask("/api/place?name=nowhere")[0] == 404
    assert studio.ask("/api/map?columns=lots")[0] == 200
    assert studio.ask("/api/read?path=99")[0] == 400
    assert studio.ask("/api/read?path=" + "0/" * 6000)[0] in (400, 414, 431)


@pytest.mark.parametrize(
    "tag",
    [
        "IMAGE: javascript:alert(1)",
        "IMAGE: data:text/html,<script>alert(1)</script>",
        "IMAGE: https://example.com/x.png",
        "IMAGE: //example.com/x.png",
        "IMAGE: ../../etc/passwd",
        "IMAGE: /etc/passwd",
        "IMAGE: tale.ink",
        "CLASS: a b",
        'CLASS: x" onload="y',
        "CLASS: " + "x" * 200,
        "<b>mark</b>",
        "BACKGROUND: url(https://example.com)",
    ],
)
def test_a_tag_asks_for_nothing_that_could_hurt(tmp_path: Path, tag: str) -> None:
    write_story(tmp_path, "x")
    asked = directives((tag,), tmp_path)
    assert not {"image", "classes", "marks"} & set(asked)


@pytest.mark.parametrize(
    "path",
    [
        "/api/read?path=" + "0/" * 100_000 + "0",
        "/api/read?path=" + "9" * 4000,
        "/api/read?path=0@" + "1/" * 3000,
        "/api/read?path=%00%ff",
        "/api/whatif?change=" + "x" * 30_000,
        "/api/why?target=" + "(" * 5000,
        "/api/place?name=" + "x" * 30_000,
        "/api/map?columns=99999999999999999999",
        "/api/readers?path=7/7/7",
    ],
)
def test_huge_and_senseless_requests_are_answered_and_nothing_breaks(
    studio: Studio, path: str
) -> None:
    try:
        status, _, body = studio.ask(path)
    except (ConnectionError, http.client.HTTPException):
        status, body = 400, b""  # cut off by the server: as good an answer
    assert status in (200, 400, 404, 409, 414, 431)
    assert b"Traceback" not in body
    assert studio.ask("/api/status")[0] == 200


# What goes on meanwhile -------------------------------------------------------------------------


def test_reading_is_possible_while_exploring_goes_on(tmp_path: Path) -> None:
    held = threading.Event()

    def slow(program: object, progress: Any, **_: object) -> object:
        progress(7, 3, 0.1)
        while not held.wait(0.02):
            progress(9, 5, 0.2)
        raise ValueError("no more")

    with running(write_story(tmp_path, LAMP), explore=slow) as studio:
        assert studio.until("exploring")["explored"] is False
        assert studio.json("/api/read?path=0")["turns"]
        assert studio.ask("/api/endings")[0] == 409
        held.set()
        assert "no more" in studio.until("failed")["failure"]
        assert studio.json("/api/read?path=0")["turns"]


def test_a_changed_file_is_a_new_edition_and_a_broken_one_keeps_the_last(tmp_path: Path) -> None:
    path = write_story(tmp_path, "INCLUDE part.ink\n* [A] -> END\n", part_ink="One.\n")
    with running(path, watch=True) as studio:
        first = studio.until("ready")
        assert studio.json("/api/read?path=")["turns"][0]["lines"][0]["text"] == "One."
        (tmp_path / "part.ink").write_text("Two.\n")
        second = studio.until("ready", first["edition"] + 1)
        assert studio.json("/api/read?path=")["turns"][0]["lines"][0]["text"] == "Two."
        path.write_text("* [A -> nowhere\n")
        broken = studio.until("broken")
        assert broken["stale"]
        assert broken["problems"]
        assert studio.json("/api/read?path=")["turns"][0]["lines"][0]["text"] == "Two."
        path.write_text("Mended. * no\n")
        assert studio.until("ready", second["edition"] + 1)["problems"] is not None


def test_a_story_that_never_compiled_says_why(tmp_path: Path) -> None:
    with running(write_story(tmp_path, "-> nowhere\n")) as studio:
        status = studio.until("broken")
        assert status["problems"][0]["file"] == "tale.ink"
        assert studio.ask("/api/read")[0] == 409


def test_a_story_with_faults_is_read_and_its_faults_have_paths(tmp_path: Path) -> None:
    with running(write_story(tmp_path, BROKEN)) as studio:
        studio.until("ready")
        found = studio.json("/api/problems")["problems"]
        assert {p["severity"] for p in found} >= {"error"}
        for problem in found:
            if problem["path"]:
                studio.json(f"/api/read?path={problem['path']}")
        kinds = {o["kind"] for o in studio.json("/api/endings")["outcomes"]}
        assert "for ever" in kinds
        studio.json("/api/river")
        studio.json("/api/map")


def test_hostile_text_stays_text_in_pictures(tmp_path: Path) -> None:
    with running(write_story(tmp_path, EVIL)) as studio:
        studio.until("ready")
        for view in ("map", "river"):
            picture = studio.json(f"/api/{view}")["picture"]
            assert "<script" not in picture
            assert "<i>" not in picture
            assert "&lt;i&gt;evil" in picture
        told = studio.json("/api/read?path=")
        assert "outside" in told["turns"][0]["lines"][0]["note"]


def test_marks_reach_the_page(tmp_path: Path) -> None:
    (tmp_path / "pixel.png").write_bytes(b"\x89PNG")
    with running(write_story(tmp_path, MARKS)) as studio:
        studio.until("ready")
        turns = studio.json("/api/read?path=0/0")["turns"]
        assert turns[0]["lines"][0]["image"] == "pixel.png"
        assert turns[1]["lines"][-1]["clear"]
        assert turns[2]["lines"][-1]["restart"]
