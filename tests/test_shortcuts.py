"""The parser's shortcuts against the rules they stand for.

A plain operand, words alone, braces around one name: what is met most often is recognised at once.
Without its shortcuts the parser makes the same tree of every text, places included, and finds the
same problems, only later.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from foretell.compiler import content, expressions
from foretell.compiler.ast import Argument, Name, Syntax
from foretell.compiler.parser import Files, parse_story
from foretell.diagnostics import Diagnostic, Found, Source, Span, TooManyError
from tests import ours
from tests.generate_ink import seeded
from tests.generate_wide import wide_seeded
from tests.hostile import HUGE, damaged, grounds

NEVER = re.compile(r"(?!)")
ALWAYS = re.compile("")
TOKENS = (
    "{ } | : ~ ( ) x y f f( 1 2.5 007 1a 9999999999 - + ++ -- not not\x20 ! && || \x20and\x20 "
    "\x20or\x20 == != < > <= >= ? !? \x20has\x20 hasnt\x20 ^ , . -> ->END ->END\x20 ->x ->007 "
    '->x.y ->x(1) <- <> # " \\ \n \x20 \t * ] [ = % mod\x20 / & $ &a|b stopping: shuffle once: '
    "cycle else: true false temp return nothing truth \u00e9 \u00b2 x.y (a) (a,b) f(x) {x} {a|b} "
    "{x:a|b} // \r"
).split(" ")


def noise(seed: int) -> str:
    """Pieces of logic in no order, most of them in braces."""
    chance = random.Random(seed)
    text = "".join(chance.choices(TOKENS, k=chance.randrange(1, 30)))
    for _ in range(6):
        text += "{" + "".join(chance.choices(TOKENS, k=chance.randrange(1, 9))) + "}"
        text += chance.choice(("\n", " ", "\n* ", "\n~ x = "))
    return text


def texts(seeds: range) -> Iterator[str]:
    stories = grounds()
    for seed in seeds:
        yield noise(seed)
        if seed % 4 == 0:
            yield seeded(seed)
            yield wide_seeded(seed)
            text, is_json = damaged(seed, stories)
            if not is_json:
                yield text
    for kind in HUGE.values():
        yield kind(400)


def shape(tree: object) -> list[object]:
    """What can be compared of a syntax tree: its nodes in order, their names, values and places."""
    found: list[object] = []
    stack = [tree]
    while stack:
        node: Any = stack.pop()
        if isinstance(node, Syntax | Name | Argument):
            stack += [getattr(node, field.name) for field in reversed(fields(node))]
        elif isinstance(node, Span):
            node = node[1:]
        elif isinstance(node, list | tuple):
            stack += reversed(node)
            node = len(node)
        found.append(type(node))
        if isinstance(node, str | int | float | tuple):
            found.append(node)
    return found


def told(problem: Diagnostic) -> object:
    return problem.code, problem.message, problem.span and problem.span[1:], problem.hint


def read(text: str) -> object:
    source = Source("story.ink", text)
    found = Found()
    try:
        tree = shape(parse_story(source, Files(None, [source], found)))
    except TooManyError:
        tree = None
    return tree, [told(problem) for problem in found]


def compare(monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    for text in texts(seeds):
        shortly = read(text)
        with monkeypatch.context() as without:
            without.setattr(expressions, "_PLAIN_OPERAND", NEVER)
            without.setattr(expressions, "_LIST", ALWAYS)
            without.setattr(content, "_ONE_NAME", NEVER)
            without.setattr(content, "_KIND", ALWAYS)
            without.setattr(content.ContentParser, "only_words", lambda _: None)
            without.setattr(content, "_PLAIN_DIVERT", NEVER)
            without.setattr(content.ContentParser, "_are_words", lambda *_: False)
            assert read(text) == shortly, text


def test_what_is_recognised_at_once_is_what_the_rules_read(monkeypatch: pytest.MonkeyPatch) -> None:
    compare(monkeypatch, range(400))


@pytest.mark.long
def test_that_holds_of_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    compare(monkeypatch, range(400, 4_000))


def test_blocks_that_fail_within_each_other_are_told_once() -> None:
    """What was read in vain within braces is read again as text: its errors are the same ones."""
    deep = 22
    source = "{\n    - value >=nner(amount, ref list, item, ref value)\n" * deep + "    - else:\n"
    _, problems = ours.compiled(source)
    places = [(problem.code, str(problem.span)) for problem in problems]
    assert len(places) == len(set(places)) == 3 * deep + 1
    assert {problem.code for problem in problems} == {"syntax"}
