"""ink source to container tree, in three steps that each know one thing.

    text ─ scanner, expressions, content, parser ▶ syntax tree (ast, weave)
                                                       │ resolve, naming
                                                       ▼
                                       emit, emit_expressions ▶ container tree

    >>> done = compile_ink("Hello.\\n* [Wave] -> END\\n")
    >>> done.story is not None, done.words
    (True, 2)

The compiler reads no files: whoever calls it passes a function that does. Every problem of all
files is found in one go; a story with errors is not emitted. What is compiled, and to what, is
meant to be exactly what inkle's own compiler makes of it, slips of its grammar included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from foretell.compiler.ast import Number, StringExpression, Syntax, Text
from foretell.compiler.emit import emit_story
from foretell.compiler.naming import check_names
from foretell.compiler.parser import Files, parse_story
from foretell.compiler.resolve import Problems, Symbols
from foretell.compiler.scanner import MAX_NESTING
from foretell.compiler.standalone import StoryNames, compile_expression
from foretell.container import CompiledStory, building
from foretell.diagnostics import Diagnostic, Found, Source, Span, TooManyError

__all__ = ["Compilation", "StoryNames", "compile_expression", "compile_ink"]


@dataclass(slots=True)
class Compilation:
    """What compiling gave: a story unless there are errors, and all that was found.

    `sources` are the main text and every file it includes; `words` counts the words of prose.
    """

    story: CompiledStory | None
    diagnostics: list[Diagnostic]
    sources: list[Source]
    words: int


def compile_ink(
    text: str,
    *,
    name: str = "story.ink",
    read: Callable[[str], str] | None = None,
    count_all: bool = False,
    constants: Mapping[str, bool | int | float | str] | None = None,
) -> Compilation:
    """Compile `text`, shown as `name` in messages.

    `read` gives the text of an included file by its path, relative to the folder of the main
    file, and raises OSError or UnicodeDecodeError where it can't. `count_all` counts the visits
    of everything, whether or not the story asks for them (inklecate's `-c`). `constants` gives
    CONSTs of the story other values than are written.
    """
    source = Source(name, text.removeprefix("\ufeff"))
    sources = [source]
    found = Found()
    problems = Problems(found)
    story: CompiledStory | None = None
    words = 0
    is_whole = True
    try:
        with building():
            root = name.replace("\\", "/").rsplit("/", 1)[-1]
            tree = parse_story(source, Files(read, sources, found, [root]))
            symbols = Symbols(tree, problems)
            for constant in symbols.constant_list:
                if constants is not None and constant.name.text in constants:
                    constant.value = _literal(constants[constant.name.text], constant.value.span)
            words = symbols.words
            if symbols.is_whole:
                check_names(symbols, problems)
                story = emit_story(symbols, problems, count_all)
    except TooManyError:
        story = None
        is_whole = False
    except RecursionError:
        story = None
        problems.error(
            "too-deep",
            "the story nests its logic too deeply",
            Span(source, 1),
            hint=f"keep braces and indentation within {MAX_NESTING} levels",
        )
    if story is not None:
        story.source_lines = sum(s.text.count("\n") + (not s.text.endswith("\n")) for s in sources)
    told = _in_order(found, sources)
    if found.untold or not is_whole:
        told.append(_more_problems(found.untold, told, is_whole))
    return Compilation(story, told, sources, words)


def _literal(value: bool | int | float | str, span: Span) -> Syntax:
    if isinstance(value, str):
        return StringExpression(span, [Text(span, value)])
    return Number(span, value)


def _more_problems(count: int, told: list[Diagnostic], is_whole: bool) -> Diagnostic:
    severity = told[-1].severity if all(d.severity != "error" for d in told) else "error"
    plural = "" if count == 1 else "s"
    parts = [f"{count:,} more problem{plural} like these are not shown"] if count else []
    parts += [] if is_whole else ["no others were looked for"]
    message = ", and ".join(parts)
    return Diagnostic(severity, "more-problems", message, hint="mend those above first")


def _in_order(found: list[Diagnostic], sources: list[Source]) -> list[Diagnostic]:
    """Each problem once, in the order of files and lines."""
    order = {id(source): index for index, source in enumerate(sources)}
    seen: set[tuple[str, str, int, int, int]] = set()
    kept: list[Diagnostic] = []
    for problem in found:
        span = problem.span
        place = (0, 0, 0) if span is None else (order[id(span.source)], span.line, span.column)
        key = (problem.code, problem.message, *place)
        if key not in seen:
            seen.add(key)
            kept.append(problem)

    def position(problem: Diagnostic) -> tuple[int, int, int]:
        span = problem.span
        return (0, 0, 0) if span is None else (order[id(span.source)], span.line, span.column)

    kept.sort(key=position)
    return kept
