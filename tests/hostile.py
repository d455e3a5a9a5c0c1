"""Stories that nobody meant well: damaged, endless, enormous.

    python -m tests.hostile --seeds 0-20000        # damage stories, see each survived
    python -m tests.hostile --seeds 17 --show      # the damaged text that seed 17 stands for

`damaged` takes a sound story's text or JSON and hurts it in a way that its seed decides; `outlive`
compiles and plays what is left of it, and tells what should not have happened. `HUGE` are texts as
large as they are asked to be, each dense in one thing.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from foretell import ink_json
from foretell.diagnostics import StoryError, render_all
from foretell.loading import BUNDLED, compile_text
from foretell.vm.story import Story
from tests.conftest import corpus_folder
from tests.generate_ink import seeded

__all__ = ["HUGE", "damaged", "grounds", "outlive"]

TURNS: Final = 6
STEPS: Final = 30_000  # a turn's; what is damaged loops often
SECONDS: Final = 20.0  # for one small story, on a busy machine
LARGEST: Final = 60_000  # characters of a story that is damaged

_PIECES: Final = (
    '{ } | * + - -> ->-> <- == = ~ ( ) [ ] # " <> : , . \\ // /* */ \n \n\n & ! $ && || not mod '
    "? !? ^ has hasnt == VAR\x20 LIST\x20 CONST\x20 EXTERNAL\x20 INCLUDE\x20 temp\x20 ref\x20 "
    "return else: stopping: shuffle once: cycle: function\x20 END DONE 0 1 -1 2147483648 1e9 0. "
    "TURNS() RANDOM(1,6) LIST_ALL( SEED_RANDOM( \u00e9 \U0001f600 \ufeff \u2028 \t \r"
).split(" ")
_JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1e400,
    2**40,
    0.5,
    "",
    "^",
    "\n",
    "ev",
    "/ev",
    "done",
    "end",
    "pop",
    "out",
    "str",
    "/str",
    "~ret",
    "->->",
    "du",
    "visit",
    "seq",
    "thread",
    "#",
    "/#",
    "+",
    "MIN",
    "L^",
    "turns",
    "nop",
    [],
    {},
    [None],
    {"->": ".^.^.^"},
    {"->": ".^"},
    {"->": "0"},
    {"->": ""},
    {"f()": "x", "var": True},
    {"->t->": ".^"},
    {"x()": "f", "exArgs": -5},
    {"^->": "nowhere"},
    {"^var": "x", "ci": 99},
    {"*": ".^", "flg": 31},
    {"*": "0", "flg": -1},
    {"CNT?": "0"},
    {"VAR?": "nothing"},
    {"VAR=": "x"},
    {"temp=": "x", "re": True},
    {"list": {"a.b": "c"}, "origins": [1]},
    {"list": {}},
    {"#": "tag"},
    [{"#f": 7, "#n": "0"}],
)


def grounds() -> list[tuple[str, str]]:
    """The sound stories that damage is done to: our own, and the corpus's where there is one."""
    paths = sorted(BUNDLED.glob("*/*.ink"))
    pages = Path(__file__).parent / "spec"
    found = [(p.name, p.read_text("utf-8")) for p in paths]
    for page in sorted(pages.glob("*.md")):
        blocks = re.findall(r"```ink\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        found += [(f"{page.stem} {number}", block) for number, block in enumerate(blocks)]
    corpus = corpus_folder()
    if corpus is not None:
        for path in sorted(corpus.glob("stories/*/**/*.ink")):
            found.append((path.name, path.read_text("utf-8-sig", "replace")))
        for path in sorted(corpus.glob("ink-proof/*/*/*.ink")):
            found.append((path.parent.name, path.read_text("utf-8-sig", "replace")))
    return [(name, text) for name, text in found if len(text) <= LARGEST]


def damaged(seed: int, stories: list[tuple[str, str]]) -> tuple[str, bool]:
    """A story hurt as `seed` says, and whether it is JSON; every tenth is a generated program."""
    chance = random.Random(seed)
    text = seeded(seed) if chance.random() < 0.1 else chance.choice(stories)[1]
    if chance.random() < 0.5:
        return _hurt_text(text, chance), False
    story = compile_text(text).story
    if story is None:
        return _hurt_text(text, chance), False
    written = ink_json.dump(story)
    if chance.random() < 0.2:
        return _hurt_text(written, chance), True
    tree = json.loads(written)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        _hurt_tree(tree, chance)
    return json.dumps(tree), True


def _hurt_text(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2, 3, 6, 12))):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + int(chance.expovariate(0.05)))
        match chance.randrange(7):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:end] + text[at:end] * chance.randrange(1, 40) + text[end:]
            case 3:
                to = chance.randrange(len(text) + 1)
                text = text[:to] + text[at:end] + text[to:]
            case 4:
                text = text[:at] + chr(chance.randrange(1, 0x3000)) + text[at:]
            case _:
                text = text[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 1, 3)) + text[at:]
    return text


def _hurt_tree(tree: Any, chance: random.Random) -> None:
    """Replace, repeat, move or drop one piece of a JSON tree."""
    holders = [node for node in _inside(tree) if node]
    if not holders:
        return
    holder = chance.choice(holders)
    key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else None
    if key is None:
        key = chance.randrange(len(holder))
    other = chance.choice(holders)
    taken = next(iter(other.values())) if isinstance(other, dict) else chance.choice(other)
    taken = json.loads(json.dumps(taken))  # a copy: a tree that holds itself can't be written
    match chance.randrange(6):
        case 0 | 1:
            holder[key] = deepcopy(chance.choice(_JUNK))  # damage is done to junk, too
        case 2:
            holder[key] = taken
        case 3 if isinstance(holder, list):
            holder.insert(key, deepcopy(chance.choice(_JUNK)))
        case 4 if isinstance(holder, dict):
            holder[chance.choice(("->", "#n", "#f", "flg", "var", "c", "re", "0", "^->"))] = taken
        case 5 if isinstance(holder[key], str):
            value = holder[key]
            holder[key] = chance.choice((value * 50, value[1:], value + ".0", f".^.^.{value}"))
        case _:
            del holder[key]


def _inside(tree: Any) -> Iterator[Any]:
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict | list):
            yield node
            stack.extend(node.values() if isinstance(node, dict) else node)


def outlive(text: str, chance: random.Random) -> str | None:
    """What should not have happened to a story, or None.

    It is compiled; if it compiles, written and read again, and played a few turns, with undo, save
    and a jump. Anything that goes wrong must be a problem told in words.
    """
    begun = time.process_time()
    try:
        loaded = compile_text(text)
        render_all(loaded.diagnostics[:20])
        if loaded.story is not None:
            _play(Story(loaded.story, step_budget=STEPS, seed=1), chance)
            _play(Story(ink_json.load(ink_json.dump(loaded.story)), step_budget=STEPS), chance)
        elif not loaded.errors:
            return "no story, and no error says why"
    except StoryError as error:
        if not error.diagnostics or not render_all(error.diagnostics):
            return "an error that says nothing"
    except Exception:
        return traceback.format_exc()
    seconds = time.process_time() - begun
    return f"took {seconds:.1f} s" if seconds > SECONDS else None


def _play(story: Story, chance: random.Random) -> None:
    for _ in range(TURNS):
        render_all(story.turn.problems)
        if not story.choices:
            break
        story.choose(chance.randrange(len(story.choices)))
    saved = story.save()
    story.undo()
    story.restore(saved)
    places = [place for place in story.program.places if place]
    if places:
        story.jump(chance.choice(places))
    story.play("")


# ---------------------------------------------------------------- enormous


def _full(piece: str, size: int) -> str:
    return piece * (size // len(piece) + 1)


HUGE: Final[dict[str, Callable[[int], str]]] = {
    "words": lambda n: _full("word ", n),
    "logic": lambda n: (
        "VAR x = 1\n" + _full("{x+1}{x>2:{x}|{&a|b}}{f(x)}\n", n) + "== function f(a)\n~ return a\n"
    ),
    "unknown names": lambda n: _full("{x+1}{x>2:{x}|{&a|b}}{f(x)} ", n),
    "lines of logic": lambda n: "VAR x = 1\n" + _full("~ x = (x + 1) * 2 - x / 3 % 4\n", n),
    "increments": lambda n: "VAR x = 1\n" + _full("~ x = x + 1\n", n),
    "inline conditions": lambda n: (
        "VAR a = 1\nVAR b = 2\nVAR c = 3\n" + _full("{a + b * c > 3: x|y}\n", n)
    ),
    "one line of conditions": lambda n: (
        "VAR a = 1\nVAR b = 2\nVAR c = 3\n" + _full("{a + b * c > 3: x|y} ", n) + "\n"
    ),
    "strings": lambda n: 'VAR s = ""\n' + _full('~ s = "{s}a" + "b"\n', n),
    "prose": lambda n: _full("It was a dark and stormy night; the rain fell in torrents.\n", n),
    "short lines": lambda n: _full("a\n", n),
    "a sum": lambda n: "{" + _full("1+", n) + "1}\n",
    "minus signs": lambda n: "{" + "-" * n + "1}\n",
    "a sequence": lambda n: "{" + _full("a|", n) + "}\n",
    "a block of a sequence": lambda n: "{stopping:\n" + _full("- a\n", n) + "}\n",
    "a block of conditions": lambda n: "VAR x = 1\n{\n" + _full("- x: a\n", n) + "}\n",
    "glue": lambda n: _full("a<>b ", n),
    "glue alone": lambda n: _full("<>", n) + "\n",
    "lines of glue": lambda n: _full("<> a\n", n),
    "tags": lambda n: _full("#a ", n),
    "escapes": lambda n: "\\" * n,
    "open braces": lambda n: "{" * n,
    "nested braces": lambda n: "{x:" * (n // 4) + "a" + "}" * (n // 4) + "\n",
    "braces twenty deep": lambda n: "VAR x = 1\n" + _full("{x:" * 20 + "a" + "}" * 20 + "\n", n),
    "open braces twenty deep": lambda n: "VAR x = 1\n" + _full("{x:" * 20 + "a\n", n),
    "sequences twenty deep": lambda n: _full("{a|" * 20 + "b" + "}" * 20 + "\n", n),
    "strings ten deep": lambda n: _full('{"{a|' * 10 + "b" + '}"}' * 10 + "\n", n),
    "nested parentheses": lambda n: "{" + "(" * (n // 2) + "1" + ")" * (n // 2) + "}\n",
    "nested strings": lambda n: '{"' * (n // 4) + '"}' * (n // 4) + "\n",
    "choices": lambda n: _full("* a -> END\n", n),
    "empty choices": lambda n: _full("*\n", n),
    "choices and carriage returns": lambda n: _full("* a\r", n),
    "choices with text": lambda n: _full("* [Go on] I went on.\n  It was late.\n- \n", n),
    "choices with conditions": lambda n: (
        "VAR x = 1\n" + _full("+ {x > 1 && x < 9} a [b] c -> END\n", n)
    ),
    "labelled choices": lambda n: "".join(f"* (l{i}) a\n" for i in range(n // 10)),
    "stars": lambda n: "*" * n + "a\n",
    "nested choices": lambda n: "".join("* " * i + "a\n" for i in range(1, int(n**0.5))),
    "gathers": lambda n: _full("- a\n", n),
    "choices below gathers": lambda n: (
        _full("- a\n", min(n // 16, 19_000)) + _full("* a -> END\n", n)
    ),
    "diverts to the depths": lambda n: (
        _full("- a\n", min(n // 16, 19_000)) + "- (g)\n-> k\n== k\n" + _full("-> g\n", n)
    ),
    "knots": lambda n: "".join(f"== k{i}\n-> k{i // 2}\n" for i in range(n // 16)),
    "lost knots": lambda n: "".join(f"== k{i}\n-> j{i + 1}\n" for i in range(n // 16)),
    "stitches": lambda n: (
        "== k\n" + "".join(f"= s{i}\n-> s{(i + 1) % (n // 16)}\n" for i in range(n // 16))
    ),
    "knots that ask": lambda n: "".join(
        f"== k{i}\n{{k{i // 2} > 2: -> k{i // 3}}}\n-> END\n" for i in range(n // 32)
    ),
    "tunnels and functions": lambda n: (
        _full("-> t ->\n~ f(1)\n", n) + "== t\na\n->->\n== function f(a)\n~ return a\n"
    ),
    "knots of one name": lambda n: _full("== k\n-> END\n", n),
    "empty knots": lambda n: _full("== k\n", n),
    "variables": lambda n: "".join(f"VAR v{i} = {i}\n" for i in range(n // 16)),
    "items of a list": lambda n: "LIST l = " + ", ".join(f"i{i}" for i in range(n // 8)) + "\n",
    "an item of many lists": lambda n: (
        "".join(f"LIST l{i} = (a), b\n" for i in range(n // 36)) + _full("{a} {l9.a}\n", n // 2)
    ),
    "temporaries": lambda n: "".join(f"~ temp t{i} = {i}\n" for i in range(n // 20)),
    "externals": lambda n: "".join(f"EXTERNAL f{i}()\n~ f{i}()\n" for i in range(n // 28)),
    "a long constant": lambda n: f'CONST c = "{_full("ab ", n // 64)}"\n' + _full("{c}\n", n),
    "lists": lambda n: "".join(f"LIST l{i} = (a{i}), b{i}, c{i}\n" for i in range(n // 28)),
    "list literals": lambda n: "LIST l = (a), b, c\n" + _full("~ l = (a, b) + c\n", n),
    "shuffles": lambda n: _full("{~a|b|c} {&d|e}\n", n),
    "arguments": lambda n: "{f(" + _full("1,", n) + "1)}\n== function f(a)\n~ return a\n",
    "threads": lambda n: _full("<- a\n", n) + "== a\n* x -> END\n",
    "tunnels": lambda n: _full("-> a", n) + "-> END\n== a\n->->\n",
    "an open comment": lambda n: "/*" + _full("a*", n),
    "blanks": lambda n: " " * n + "\n",
    "empty lines": lambda n: "\n" * n,
    "carriage returns": lambda n: _full("a\r", n),
    "equals signs": lambda n: "=" * n,
    "dots": lambda n: "{" + _full("a.", n) + "a}\n",
    "digits": lambda n: "{" + "9" * n + "}\n",
    "decimals": lambda n: "{1." + "9" * n + "}\n",
    "one long name": lambda n: "VAR " + "a" * n + " = 1\n{" + "b" * n + "}\n",
    "missing includes": lambda n: _full("INCLUDE none.ink\n", n),
    "broken lines": lambda n: _full("{a b c\n", n),
    "nothing but noise": lambda n: "".join(
        random.Random(2).choices('{}|*+-<>=~()[]#\\"ab\n :&!', k=n)
    ),
    "noise of words": lambda n: "".join(random.Random(3).choices(_PIECES, k=n // 3)),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", default="0-999", help="a seed, or the first and the last")
    asked.add_argument("--show", action="store_true", help="print the damaged story instead")
    options = asked.parse_args()
    first, _, last = options.seeds.partition("-")
    stories = grounds()
    failed = 0
    seeds = range(int(first), int(last or first) + 1)
    for seed in seeds:
        text, _ = damaged(seed, stories)
        if options.show:
            print(text)
            continue
        problem = outlive(text, random.Random(seed))
        if problem is not None:
            failed += 1
            print(f"seed {seed}: {problem}", flush=True)
    if not options.show:
        print(f"{len(seeds)} damaged stories, {failed} not survived")


if __name__ == "__main__":
    main()
