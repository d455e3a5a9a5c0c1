"""`foretell init`: a first `foretell.toml` for a story, made from what is in the story.

It promises one thing that every story should keep (`sound`); everything else is there as examples
in the story's own names, each a `#` away from being used:

    # It never comes to this, whatever the reader does.
    #[[claim]]
    #never = 'ending == "lost" && gold > 3'

What is prose begins with `# `, what is an example with `#` alone. Nothing is explored: names come
from the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from foretell.checker.questions import ask_story
from foretell.checker.whatif import initial_values
from foretell.container import CompiledStory
from foretell.loading import PROMISES
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["first_config"]

_MOST = 24  # names listed of a kind
_WIDTH = 96


def first_config(story: CompiledStory, title: str) -> str:
    """The text of a `foretell.toml` to begin with."""
    questions = ask_story(story, [])
    program = questions.program
    initial = initial_values(program)
    endings = _endings(program)
    tags = sorted({tag for choice in program.choices for tag in choice.tags})
    labels = [name for name in story.labels if _is_choice(program, story, name)]
    parts = [
        _comment(
            f"What {title} promises, who reads it, and what might be different. Read by `foretell "
            "check`, `foretell whatif` and the studio; docs/claims.md says what each word means. "
            "Examples begin with # alone: take it away to use them."
        ),
        _entries(program),
        _comment("Nothing breaks, nobody is stuck, and no line goes unread by everyone.")
        + '[[claim]]\nname = "Nothing is wrong"\nsound = true\n',
        _claims(program, initial, endings),
        _readers(tags),
        _whatifs(initial, story, labels),
        _externals(program),
        _bounds(initial),
        _names(program, initial, endings, tags),
    ]
    return "\n".join(part for part in parts if part)


def _entries(program: Program) -> str:
    """Where a game may enter the story: the knots it begins with."""
    knots = [place for place in program.places if place and "." not in place]
    if not knots:
        return ""
    shown = ", ".join(_quoted(name) for name in knots[:2])
    about = "The knots at which a game enters the story, if it does not begin at its top."
    return _comment(about) + f"#entries = [{shown}]\n"


def _bounds(initial: dict[str, int]) -> str:
    lines = ["[bounds]", "states = 10_000_000", "seconds = 120"]
    meter = next((n for n, v in initial.items() if v >> V.TAG_SHIFT == V.INT), None)
    about = "Where exploring stops, if a story is too large to be read whole."
    if meter and re.fullmatch(r"[A-Za-z0-9_]+", meter) and meter not in ("states", "seconds"):
        lines.append(f'{meter} = "0..100"')
        about += " A reader who takes a variable beyond its range is not followed further."
    return _comment(about) + "".join(f"#{line}\n" for line in lines)


def _comment(text: str) -> str:
    """Prose as lines of comment."""
    lines: list[str] = []
    line = "#"
    for word in text.split():
        if len(line) + len(word) + 1 > _WIDTH:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "\n".join([*lines, line]) + "\n"


def _quoted(text: str) -> str:
    """An expression as a TOML string: literal where that will do."""
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _endings(program: Program) -> list[str]:
    """The names endings have, as far as the code tells: fixed tags, and places with an END."""
    code, strings = program.code, program.values.strings
    tagged = [
        strings[code[pc * 4 + 1]] for pc in range(program.length) if code[pc * 4] == P.OP_ENDING
    ]
    if not tagged:
        tagged = [
            program.places[program.place_of_pc[pc]]
            for pc in range(program.length)
            if code[pc * 4] == P.OP_END
        ]
    return list(dict.fromkeys(name for name in tagged if name and '"' not in name))


def _is_choice(program: Program, story: CompiledStory, label: str) -> bool:
    path = story.labels[label].path
    return any(choice.target_path == path for choice in program.choices)


def _claims(program: Program, initial: dict[str, int], endings: list[str]) -> str:
    ending = f'ending == "{endings[0]}"' if endings else 'ending != ""'
    flag = next((n for n, v in initial.items() if v >> V.TAG_SHIFT == V.BOOL), None)
    meter = next((n for n, v in initial.items() if v >> V.TAG_SHIFT in (V.INT, V.FLOAT)), None)
    place = next((p for p in program.places if p), None)
    some = flag or (f"{meter} > 3" if meter else place) or "turns > 3"
    cautious = f"{meter} >= 0" if meter else f"not ({ending}) || {some}"
    lost = f"{ending} && {some}" if ending != some else ending
    odds = [f"odds = {_quoted(ending)}", "at_least = 0.1", 'reader = "uniform"']
    examples = [
        ("It never comes to this, whatever the reader does.", [f"never = {_quoted(lost)}"]),
        (
            "This is true whenever the reader may choose, and at the end.",
            [f"always = {_quoted(cautious)}"],
        ),
        ("Some reader, with some luck, comes to it.", [f"possible = {_quoted(ending)}"]),
        ("Every reader comes to it.", ["inevitable = 'ending != \"\"'"]),
        (
            "Once the one is true, the other will be, or is.",
            [f"after = {_quoted(some)}", "then = 'ending != \"\"'"],
        ),
        ("How likely it is, for somebody who chooses in some way.", odds),
    ]
    return "\n".join(
        _comment(about) + "".join(f"#{line}\n" for line in ["[[claim]]", 'name = "…"', *lines])
        for about, lines in examples
    )


def _readers(tags: list[str]) -> str:
    rules = [f"{{ tag = {_quoted(tag)}, weight = 4 }}" for tag in tags[:2]]
    rules = rules or ["{ text = '(?i)run|flee', weight = 0.25 }"]
    lines = ["[readers.careful]", 'about = "…"', f"weights = [{', '.join(rules)}]"]
    about = "A reader gives each choice a weight by its tag or its text, 1 where nothing fits."
    return _comment(about) + "".join(f"#{line}\n" for line in lines)


def _whatifs(initial: dict[str, int], story: CompiledStory, labels: list[str]) -> str:
    name, value = _changed(initial, story)
    lines = ["[[whatif]]", 'name = "…"', 'question = "What if it had been otherwise?"']
    if name:
        lines.append(f"set = {{ {name} = {value} }}")
    if labels:
        lines.append(f"forbid = [{_quoted(labels[0])}]")
    if not name and not labels:
        return ""
    lines.append("ask = ['turns']")
    about = "The story with something changed, beside the story as told."
    return _comment(about) + "".join(f"#{line}\n" for line in lines)


def _changed(initial: dict[str, int], story: CompiledStory) -> tuple[str, str]:
    """A variable or constant to change, and the value to try."""
    for name, value in initial.items():
        if value >> V.TAG_SHIFT == V.BOOL and re.fullmatch(r"[A-Za-z0-9_]+", name):
            return name, "false" if value & 1 else "true"
    for name, value in initial.items():
        if value >> V.TAG_SHIFT == V.INT and re.fullmatch(r"[A-Za-z0-9_]+", name):
            return name, str(V.number(value) + 1)
    for name, constant in story.constants.items():
        if isinstance(constant, int) and re.fullmatch(r"[A-Za-z0-9_]+", name):
            return name, str(constant + 1)
    return "", ""


def _externals(program: Program) -> str:
    out = []
    for name in program.externals:
        about = f"What the EXTERNAL function `{name}` may return, by chance or as the reader likes."
        key = name if re.fullmatch(r"[A-Za-z0-9_]+", name) else f'"{name}"'
        lines = [f"[externals.{key}]", "values = [0, 1]", 'by = "chance"']
        out.append(_comment(about) + "".join(f"#{line}\n" for line in lines))
    return "\n".join(out)


def _names(
    program: Program, initial: dict[str, int], endings: Iterable[str], tags: Iterable[str]
) -> str:
    shown = [
        f"{name} = {_value(program, initial[name])}" if name in initial else name
        for name in program.global_names
    ]
    rows = [
        ("Variables", shown),
        ("Places", [place for place in program.places if place]),
        ("Endings", list(endings)),
        ("Tags of choices", list(tags)),
    ]
    lines = [f"What {PROMISES} may speak of in this story, besides here, turns and ending."]
    out = _comment(lines[0])
    for what, names in rows:
        if names:
            more = f" … and {len(names) - _MOST} more" if len(names) > _MOST else ""
            out += _comment(f"{what}: {', '.join(names[:_MOST])}{more}")
    return out


def _value(program: Program, value: int) -> str:
    text = program.values.text(value).replace("\n", " ")
    tag = value >> V.TAG_SHIFT
    if tag == V.LIST:
        return f"({text})"
    if tag == V.TARGET:
        return f"-> {program.values.target_paths[value & V.PAYLOAD]}"
    return f'"{text}"' if tag == V.STRING else text
