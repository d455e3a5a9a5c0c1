"""Where stories come from: a path, a bundled story's name, or a text at hand.

This is the only place that reads story files. A file is ink JSON if it is called `.json` (or has
no telling name and looks like it), else ink source, which is compiled with what it INCLUDEs.

    found = read_story("tale/main.ink")     # or "vigil", a bundled story
    found.usable()                          # its CompiledStory; StoryError if there are errors
    found.diagnostics, found.files          # what the compiler said; what was read, or asked for

    stories/
      vigil/vigil.ink  body.ink …           # `vigil`: a folder with a main file of its own name

Not finding a story is an exception; what is wrong inside it is in `diagnostics`, and `files` then
still tells what to watch for a mended version. INCLUDEs are relative to the main file's folder.
They may lead out of it (`../shared.ink`) as inklecate lets them, unless the story is `confined`.

Nothing here plays, watches or writes.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretell.container import CompiledStory, Container, Divert, Domain
from foretell.diagnostics import Diagnostic, Source, Span, StoryError, closest

if TYPE_CHECKING:
    from foretell.config import Config, Setting

__all__ = [
    "PROMISES",
    "Loaded",
    "bundled_stories",
    "compile_text",
    "find_story",
    "playable",
    "read_promises",
    "read_story",
]

PROMISES: Final = "foretell.toml"  # claims, readers and what-ifs, beside a story's main file
BUNDLED: Final = Path(__file__).resolve().parent / "stories"
MAX_BYTES: Final = 64 << 20  # of one file; the largest story known is a fiftieth of this
_SUFFIXES: Final = (".ink", ".json")


@dataclass(slots=True)
class Loaded:
    """A story's text and what became of it.

    `name` is what people call it: the path or the bundled name they gave. `path` is its main
    file, None for a text at hand. `story` is None where `diagnostics` holds an error.
    """

    name: str
    path: Path | None = None
    story: CompiledStory | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    words: int = 0  # words of prose; 0 for ink JSON

    @property
    def stem(self) -> str:
        """The main file's name without its endings: `inn` of `docs/inn.ink.json`."""
        return self.path.name.split(".")[0] if self.path and self.path.name else "story"

    @property
    def is_source(self) -> bool:
        """Whether it was compiled from ink, rather than read from ink JSON."""
        return bool(self.sources)

    @property
    def errors(self) -> list[Diagnostic]:
        """What keeps it from being used."""
        return [problem for problem in self.diagnostics if problem.severity == "error"]

    def usable(self) -> CompiledStory:
        """The compiled story; raises StoryError with every diagnostic if there are errors."""
        if self.story is None or self.errors:
            raise StoryError(self.diagnostics)
        return self.story


def bundled_stories() -> list[str]:
    """The names of the stories that come with foretell."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/*.ink") if _is_main(path))


def find_story(where: str | os.PathLike[str]) -> Path:
    """The main file meant by a path or a bundled story's name; a path goes first.

    Raises StoryError where there is neither.
    """
    text = os.fspath(where)
    try:
        path = Path(text)
        if text and path.exists() and not path.is_dir():
            if path.suffix == ".toml":
                raise _refusal("not-a-story", f"`{text}` is no story", _inside(path.parent))
            return path
        if text in bundled_stories():
            return BUNDLED / text / f"{text}.ink"
        if path.is_dir() and text:
            raise _refusal("not-a-file", f"`{text}` is a folder", _inside(path))
        raise _refusal("no-such-story", *_not_found(text, path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refusal("no-such-story", f"`{_short(text)}` can't be read: {reason}") from None


def read_story(
    where: str | os.PathLike[str],
    *,
    count_all: bool = False,
    confined: bool = False,
    constants: Mapping[str, bool | int | float | str] | None = None,
) -> Loaded:
    """Read the story meant by a path or a bundled name, and compile it if it is source.

    `count_all` counts the visits of everything, asked for or not. A `confined` story can include
    nothing from outside its main file's folder. `constants` gives CONSTs other values. Raises
    StoryError if there is no such story.
    """
    path = find_story(where)
    bundled = path.is_relative_to(BUNDLED)
    shown = path.name if bundled else path.as_posix()
    loaded = Loaded(path.parent.name if bundled else shown, path, files={path})
    try:
        text = _text_of(path)
    except UnicodeDecodeError as error:
        loaded.diagnostics.append(_not_utf8(shown, error))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        loaded.diagnostics.append(_problem("unreadable", f"`{shown}` can't be read: {reason}"))
    else:
        if _is_json(path, text):
            _take_json(loaded, text, shown)
        else:
            _compile(loaded, text, shown, count_all, confined, constants)
    return loaded


def read_promises(loaded: Loaded) -> Config:
    """The `foretell.toml` beside a story, an empty one where there is none.

    Raises StoryError, with the places of its mistakes, if it won't do.
    """
    from foretell.config import Config, read_config

    if loaded.path is None:
        return Config()
    path = loaded.path.parent / PROMISES
    loaded.files.add(path)
    try:
        text = _text_of(path, pipe=False)
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError as error:
        raise StoryError([_not_utf8(path.as_posix(), error)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refusal("unreadable", f"`{path.as_posix()}` can't be read: {reason}") from None
    shown = PROMISES if path.is_relative_to(BUNDLED) else path.as_posix()
    config = read_config(text, shown)
    if loaded.story is not None and config.externals:
        loaded.story.domains = _domains_of(loaded.story, config)
    return config


def playable(loaded: Loaded) -> CompiledStory:
    """The compiled story, its EXTERNAL functions returning what foretell.toml says they may.

    Raises StoryError where the story can't be used, or a file that it needs.
    """
    story = loaded.usable()
    if next(_external_calls(story.root), None) is not None:
        read_promises(loaded)
    return story


def _external_calls(root: Container) -> Iterator[str]:
    """The EXTERNAL functions a story calls, once for each call."""
    for node, _ in root.walk():
        if isinstance(node, Divert) and node.kind == "x()":
            yield node.target


def _domains_of(story: CompiledStory, config: Config) -> dict[str, Domain]:
    """What a story's EXTERNAL functions may return; StoryError where one is named that it lacks."""
    called = set(_external_calls(story.root))
    items = {item for definition in story.list_definitions.values() for item in definition}
    items |= {f"{o}.{i}" for o, names in story.list_definitions.items() for i in names}
    found: list[Diagnostic] = []
    domains: dict[str, Domain] = {}
    for name, external in config.externals.items():
        if name not in called:
            likely = closest(name, called)
            hint = f"did you mean `{likely}`?" if likely else ""
            message = f"the story calls no EXTERNAL function `{name}`"
            found.append(Diagnostic("error", "unknown-name", message, external.span, hint=hint))
        for value in external.values:
            why = _unfit(value, items)
            if why:
                message = f"`{name}` can't return that: {why}"
                found.append(Diagnostic("error", "external", message, external.span))
        domains[name] = Domain(external.values, external.by == "reader")
    if found:
        raise StoryError(found)
    return domains


def _unfit(value: Setting, items: set[str]) -> str:
    """Why ink can't hold a value, "" if it can."""
    if isinstance(value, tuple):
        strange = [item for item in value if item not in items]
        return f"no list has an item `{strange[0]}`" if strange else ""
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        return f"{value} does not fit ink's 32-bit integers"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is no number to reckon with"
    if isinstance(value, str) and value.startswith("-> "):
        return f"`{value}` is a divert target"
    return ""


def compile_text(text: str, *, name: str = "story.ink", count_all: bool = False) -> Loaded:
    """A story from its text: ink source, which can include nothing, or ink JSON."""
    loaded = Loaded(name)
    if _looks_like_json(text):
        _take_json(loaded, text, name)
    else:
        _compile(loaded, text, name, count_all, True, None)
    return loaded


# ---------------------------------------------------------------- inside


def _compile(
    loaded: Loaded,
    text: str,
    name: str,
    count_all: bool,
    confined: bool,
    constants: Mapping[str, bool | int | float | str] | None,
) -> None:
    from foretell.compiler import compile_ink

    folder = loaded.path.parent if loaded.path else None

    def read(included: str) -> str:
        assert folder is not None
        path = folder / included.replace("\\", "/")
        if confined and not path.resolve().is_relative_to(folder.resolve()):
            raise PermissionError(1, "it lies outside the story's folder", included)
        loaded.files.add(path)
        return _text_of(path, pipe=False)

    reader = read if folder else None
    done = compile_ink(text, name=name, read=reader, count_all=count_all, constants=constants)
    loaded.story, loaded.diagnostics = done.story, list(done.diagnostics)
    loaded.sources, loaded.words = done.sources, done.words


def _take_json(loaded: Loaded, text: str, name: str) -> None:
    from foretell import ink_json

    try:
        loaded.story = ink_json.load(text.removeprefix("\ufeff"), name=name)
    except StoryError as error:
        loaded.diagnostics += error.diagnostics


def _text_of(path: Path, pipe: bool = True) -> str:
    """A file's text without its byte order mark.

    A story may come through a `pipe`; what lies beside it never does, and would be waited for.
    Raises OSError, UnicodeDecodeError, or ValueError for what no story can be in.
    """
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(21, "it is a folder", str(path))
    if stat.S_ISFIFO(kind) and not pipe:
        raise ValueError("it is a pipe, not a file")
    if not stat.S_ISREG(kind) and not stat.S_ISFIFO(kind):
        raise ValueError("it is a device, not a file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES >> 20} MiB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("it is text in UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise ValueError("it is not text but a binary file")
    return data.decode("utf-8-sig")


def _is_main(path: Path) -> bool:
    return path.stem == path.parent.name


def _is_json(path: Path, text: str) -> bool:
    suffix = path.suffix.lower()
    return suffix == ".json" or (suffix != ".ink" and _looks_like_json(text))


def _looks_like_json(text: str) -> bool:
    # ink source may begin with a brace too, but never with a quoted key in it
    return text.lstrip("\ufeff \t\r\n").startswith("{") and '"inkVersion"' in text


def _not_found(text: str, path: Path) -> tuple[str, str]:
    """What to say of a story that is not there, and what to try instead."""
    looks_like_path = bool(path.suffix) or len(path.parts) > 1
    message = f"there is no file `{_short(text)}`"
    if not looks_like_path:
        message = f"there is no file and no bundled story called `{_short(text)}`"
    beside = _stories_in(path.parent)
    for suffix in _SUFFIXES:
        if path.name + suffix in beside:
            return message, f"did you mean `{path}{suffix}`?"
    # endings are alike in every name, so names are compared without
    names = {name.split(".")[0]: str(path.parent / name) for name in beside}
    if not looks_like_path:
        names.update({name: name for name in bundled_stories()})
    near = closest(path.name.split(".")[0], names)
    if near is not None:
        return message, f"did you mean `{names[near]}`?"
    known = ", ".join(f"`{name}`" for name in bundled_stories())
    return message, f"give an .ink or .json file, or the name of a bundled story: {known}"


def _inside(folder: Path) -> str:
    """What to try instead of a folder."""
    names = _stories_in(folder)
    if not names:
        return "give the story's main .ink file, or its compiled .json"
    shown = ", ".join(f"`{folder / name}`" for name in names[:4])
    return f"give the story's main file: {shown}" + (" …" if len(names) > 4 else "")


def _stories_in(folder: Path) -> list[str]:
    try:
        return sorted(p.name for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES)
    except OSError:
        return []


def _not_utf8(name: str, error: UnicodeDecodeError) -> Diagnostic:
    before = bytes(error.object[: error.start])
    line = before.count(b"\n") + 1
    start = before.rfind(b"\n") + 1
    rest = bytes(error.object[start:]).partition(b"\n")[0]
    column = len(before[start:].decode("utf-8", "replace")) + 1
    shown = "\n" * (line - 1) + rest.decode("utf-8", "replace")
    return Diagnostic(
        "error",
        "unreadable",
        f"`{name}` is not text in UTF-8",
        Span(Source(name, shown), line, column, line, column + 1),
        label=f"byte {error.object[error.start]:#04x}",
        hint="save it as UTF-8",
    )


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:99] + "…"


def _problem(code: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic("error", code, message, hint=hint)


def _refusal(code: str, message: str, hint: str = "") -> StoryError:
    return StoryError([_problem(code, message, hint)])
