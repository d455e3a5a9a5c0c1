"""Where stories come from: files, bundled stories, texts, and what is none of these."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

import foretell
from foretell import ink_json
from foretell.diagnostics import StoryError
from foretell.loading import bundled_stories, compile_text, find_story, read_story

ROOT = Path(__file__).resolve().parents[1]
INN = ROOT / "docs" / "inn.ink"


def problem_of(where: str | Path) -> str:
    """What is said of a story that can't be used: the first problem, and its hint."""
    with pytest.raises(StoryError) as caught:
        read_story(where).usable()
    problem = caught.value.diagnostics[0]
    return f"{problem} · {problem.hint}"


def test_a_path_gives_the_story_in_the_file() -> None:
    loaded = read_story(INN)
    assert loaded.usable().root.content
    assert loaded.files == {INN}
    assert loaded.stem == "inn"
    assert loaded.is_source
    assert loaded.words > 20


def test_a_bundled_story_is_found_by_its_name_and_shown_by_its_files_names() -> None:
    assert "vigil" in bundled_stories()
    loaded = read_story("vigil")
    loaded.usable()
    assert loaded.name == "vigil"
    assert loaded.sources[0].name == "vigil.ink"
    assert "body.ink" in [source.name for source in loaded.sources]
    assert len(loaded.files) == len(loaded.sources)


def test_a_file_goes_before_a_bundled_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vigil").write_text("Another one.\n")
    monkeypatch.chdir(tmp_path)
    assert foretell.load("vigil").turn.text == "Another one."


def test_a_folder_of_a_bundled_storys_name_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vigil").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_story("vigil").name == "vigil.ink"


def test_json_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    text = ink_json.dump(read_story(INN).usable())
    for number, mark in enumerate(("", "\ufeff")):
        file = tmp_path / f"{number}.json"
        file.write_text(mark + text, "utf-8")
        assert ink_json.dump(read_story(file).usable()) == text


def test_ink_with_a_byte_order_mark_and_dos_line_ends_is_the_same_story(tmp_path: Path) -> None:
    file = tmp_path / "inn.ink"
    file.write_bytes(b"\xef\xbb\xbf" + INN.read_bytes().replace(b"\n", b"\r\n"))
    assert ink_json.dump(read_story(file).usable()) == ink_json.dump(read_story(INN).usable())


def test_ink_source_that_starts_with_a_brace_is_not_taken_for_json(tmp_path: Path) -> None:
    file = tmp_path / "brace"
    file.write_text("{true: Yes.}\n")
    assert foretell.load(file).turn.text == "Yes."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_story_may_come_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("Through a pipe.\n",))
    writer.start()
    assert foretell.load(pipe).turn.text == "Through a pipe."
    writer.join()


# ---------------------------------------------------------------- INCLUDE


def included(tmp_path: Path) -> Path:
    folder = tmp_path / "tale"
    (folder / "parts").mkdir(parents=True)
    (folder / "main.ink").write_text(
        "INCLUDE parts/one.ink\nINCLUDE ../shared.ink\n-> one ->\n-> two\n"
    )
    (folder / "parts" / "one.ink").write_text("=== one\nOne.\n->->\n")
    (tmp_path / "shared.ink").write_text("=== two\nTwo.\n-> END\n")
    return folder / "main.ink"


def test_includes_are_relative_to_the_main_files_folder_and_may_lead_out_of_it(
    tmp_path: Path,
) -> None:
    loaded = read_story(included(tmp_path))
    loaded.usable()
    assert {file.name for file in loaded.files} == {"main.ink", "one.ink", "shared.ink"}
    assert foretell.load(included_again := tmp_path / "tale" / "main.ink").turn.text == "One.\nTwo."
    assert included_again in loaded.files


def test_a_confined_story_includes_nothing_from_outside_its_folder(tmp_path: Path) -> None:
    loaded = read_story(included(tmp_path), confined=True)
    assert [problem.message for problem in loaded.errors if problem.code == "include"] == [
        "`../shared.ink` can't be read: it lies outside the story's folder"
    ]
    assert tmp_path / "shared.ink" not in {file.resolve() for file in loaded.files}


def test_a_link_out_of_the_folder_does_not_free_a_confined_story(tmp_path: Path) -> None:
    main = included(tmp_path)
    (main.parent / "inside.ink").symlink_to(tmp_path / "shared.ink")
    main.write_text("INCLUDE inside.ink\n-> two\n")
    assert not read_story(main).errors
    assert read_story(main, confined=True).errors


def test_a_problem_in_an_included_file_names_it_as_seen_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = included(tmp_path)
    (main.parent / "parts" / "one.ink").write_text("=== one\n-> nowhere\n")
    monkeypatch.chdir(tmp_path)
    assert problem_of("tale/main.ink").startswith("tale/parts/one.ink:2:4: error[unknown-divert]")


def test_a_missing_include_is_an_error_and_still_a_file_to_watch_for(tmp_path: Path) -> None:
    main = tmp_path / "main.ink"
    main.write_text("INCLUDE gone.ink\nHi.\n")
    loaded = read_story(main)
    assert "there is no file `gone.ink`" in loaded.errors[0].message
    assert tmp_path / "gone.ink" in loaded.files


def test_a_text_at_hand_can_include_nothing() -> None:
    errors = compile_text("INCLUDE secret.ink\n").errors
    assert "no folder to read it from" in errors[0].message


# ---------------------------------------------------------------- what is no story


def test_a_missing_file_is_met_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "kitchen.ink").write_text("Hi.\n")
    assert f"did you mean `{tmp_path}/kitchen.ink`?" in problem_of(tmp_path / "kitchn.ink")
    assert f"did you mean `{tmp_path}/kitchen.ink`?" in problem_of(tmp_path / "kitchen")
    assert "did you mean" not in problem_of(tmp_path / "zoo.ink")


def test_a_misspelt_bundled_story_is_met_with_its_name() -> None:
    assert "did you mean `vigil`?" in problem_of("vigl")


def test_a_folder_is_met_with_the_story_in_it(tmp_path: Path) -> None:
    (tmp_path / "main.ink").write_text("Hi.\n")
    told = problem_of(tmp_path)
    assert "[not-a-file]" in told
    assert f"`{tmp_path}/main.ink`" in told


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x01\x02", "binary"),
        ("Hi".encode("utf-16"), "UTF-16"),
        (b"Hi\ncaf\xe9\n", "x.ink:2:4: error[unreadable]"),
    ],
    ids=["binary", "utf-16", "latin-1"],
)
def test_what_is_not_utf_8_is_refused_with_the_reason(
    tmp_path: Path, data: bytes, said: str
) -> None:
    file = tmp_path / "x.ink"
    file.write_bytes(data)
    assert said in problem_of(file)


@pytest.mark.parametrize("where", ["", "a\0b", "x" * 5000, "/dev/zero", "no/such/folder/x.ink"])
def test_a_strange_name_is_refused(where: str) -> None:
    told = problem_of(where)
    assert "error[no-such-story]" in told or "error[unreadable]" in told
    assert len(told) < 400


def test_a_file_too_large_for_a_story_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.loading.MAX_BYTES", 100)
    file = tmp_path / "x.ink"
    file.write_text("x" * 101)
    assert "larger than" in problem_of(file)


# ---------------------------------------------------------------- foretell.load


def test_load_takes_a_path_a_name_and_a_text() -> None:
    assert foretell.load(INN).turn.choices[1].text == "Go on"
    assert foretell.load(str(INN)).turn.choices[1].text == "Go on"
    assert foretell.load("vigil").turn.choices
    assert foretell.load("Once.\n* Twice\n").turn.choices[0].text == "Twice"
    assert foretell.load(ink_json.dump(read_story(INN).usable())).turn.choices[1].text == "Go on"


def test_load_does_not_take_the_name_of_a_missing_file_for_a_story() -> None:
    with pytest.raises(StoryError, match="no-such-story"):
        foretell.load("Once upon a time")


def test_load_hands_on_seed_draws_and_constants() -> None:
    text = "VAR gold = 1\n{RANDOM(1, 1000)} {RANDOM(1, 1000)} {gold}\n"
    same = [foretell.load(text, seed=5, constants={"gold": 7}).turn.text for _ in range(2)]
    assert same[0] == same[1]
    assert same[0].endswith(" 7")
    assert foretell.load(text, draws=[17, 3]).turn.text == "17 3 1"


def test_everything_offered_is_there_and_the_version_is_the_packages() -> None:
    assert all(getattr(foretell, name) is not None for name in foretell.__all__)
    assert set(foretell.__all__) <= set(dir(foretell))
    with pytest.raises(AttributeError):
        foretell.nothing_of_the_kind  # noqa: B018
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert foretell.__version__ == project["version"]


def test_importing_foretell_imports_nothing_of_the_machine() -> None:
    script = (
        "import sys, foretell; "
        "print([m for m in sys.modules if m.startswith('foretell.')], 'json' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] False"
