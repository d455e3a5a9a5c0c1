"""Random ink programs that compile, for comparing two implementations of the language.

One grammar, asked for numbers by a `choose(n)` that gives 0 … n-1: `seeded(7)` makes it from
Python's generator, `programs()` from Hypothesis, which then shrinks what fails. Alternative 0 is
always the plainest one.

    python -m tests.generate_ink --seed 7 [--size 40] [--games] [--shuffles]

A program declares a few variables of each type, functions, tunnels and threads, then knots with
stitches. What keeps most programs from going round for ever: before a choice a knot diverts only
to later knots, tunnels and functions call only later ones; after a choice anything goes, and
rarely a backward divert is written all the same. Names are resolved here, so the compiler is asked
to accept, not to reject; errors have spec blocks of their own.

With `games` a program also throws dice and keeps counters as games do: tests of a die against
numbers and variables, switches on it, counters that only rise or fall and are compared. With
`shuffles` many of its lines hold shuffles that only vary the text, or nearly so.

Not written: INCLUDE, floats that JavaScript can't hold apart from integers, division by what may
be zero, and what inkjs is known to get wrong (named where it is left out).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hypothesis import strategies as st

__all__ = ["Choose", "Flow", "Writer", "program", "programs", "seeded"]

Choose = Callable[[int], int]
T = TypeVar("T")

_WORDS: Final = (
    "rain", "the door", "a", "Lamp", "said she,", "no one", "42", "é", "over", "quiet.", "why?",
    "it's", "so (so)", "…", "1.5", "north", "we", "“yes”", "end", "3 - 2",
)  # fmt: skip
_TAGS: Final = ("soft", "image: a.png", "x", "two words", "k:v", "ending: ash")
_ITEMS: Final = (("ash", "birch", "cedar", "dogwood"), ("one", "two", "three"))
_LISTS: Final = ("Tree", "Count")
_STRINGS: Final = ('"rain"', '""', '"a"', '"a b"')
_TREES: Final = (
    "ash, (birch), cedar, dogwood",
    "(ash), birch = 4, (cedar), dogwood",
    "ash, birch, cedar, dogwood",
)
# numbers of the two lists never meet: of equals ink takes the one put in first (spec/lists.md)
_COUNTS: Final = ("one = 7, two, (three)", "one = 8, (two), three = 12")
_SEQUENCES: Final = ("stopping", "cycle", "once", "shuffle", "shuffle once", "shuffle stopping")


@dataclass
class Flow:
    """A knot, stitch, function, tunnel or thread while it is being written."""

    kind: str  # "knot", "function", "tunnel" or "thread"
    index: int
    name: str
    temps: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)  # temporaries that hold a divert target


class Writer:
    """Writes one program; every method returns text or appends whole lines."""

    def __init__(
        self, choose: Choose, size: int, games: bool = False, shuffles: bool = False
    ) -> None:
        self.choose = choose
        self.games = games
        self.shuffles = shuffles
        self.left = size  # lines that may still be branched on
        self.lines: list[str] = []
        self.labels: list[str] = []  # absolute names of labels already written
        self.serial = 0
        self.arrows = True  # whether `->` may stand in an expression: not in a choice or a tag
        self.knots = 2 + choose(3)
        self.functions = choose(4)
        self.tunnels = choose(3)
        self.threads = choose(3)
        # parameters: how many integers each takes; knot 0 takes none
        self.knot_parameters = [0] + [choose(6) // 4 for _ in range(self.knots - 1)]
        self.tunnel_parameters = [choose(2) for _ in range(self.tunnels)]
        self.thread_parameters = [choose(3) // 2 for _ in range(self.threads)]
        self.function_kinds = [
            ("value", "ref", "text", "down", "list")[choose(5)] for _ in range(self.functions)
        ]
        self.stitches = [choose(4) // 2 for _ in range(self.knots)]
        self.external = choose(6) == 5

    # ------------------------------------------------------------ choosing
    def pick(self, options: Sequence[T]) -> T:
        return options[self.choose(len(options))]

    def once_in(self, n: int) -> bool:
        return self.choose(n) == n - 1

    def put(self, text: str) -> None:
        self.lines.append(text)
        self.left -= 1

    def fresh(self, stem: str) -> str:
        self.serial += 1
        return f"{stem}{self.serial}"

    # ------------------------------------------------------------ the program
    def write(self) -> str:
        if self.once_in(4):
            self.put("# title: " + self.pick(("Rain", "x y")))
            self.put("# author: nobody")
        self.put(f"VAR n = {self.choose(4)}")
        self.put(f"VAR m = {self.pick((0, 1, -3, 7))}")
        self.put(f"VAR flag = {self.pick(('false', 'true'))}")
        self.put(f"VAR word = {self.pick(_STRINGS)}")
        self.put(f"VAR half = {self.pick(('0.5', '1.25', '-2.5', '3.0'))}")
        self.put(f"VAR goal = -> {self.pick(self.plain_knots())}")
        self.put("CONST LIMIT = 3")
        self.put(f"LIST Tree = {self.pick(_TREES)}")
        self.put(f"LIST Count = {self.pick(_COUNTS)}")
        if self.once_in(2):
            self.put("VAR bag = ()")
        else:
            self.put("VAR bag = (ash, three)")
        if self.games:
            self.put(f"VAR up = {self.choose(3)}")
            self.put(f"VAR down = {2 + self.choose(4)}")
            self.put("VAR roll = 0")
        if self.external:
            self.put("EXTERNAL outside(x)")
        opening = Flow("knot", -1, "")
        if self.once_in(3):
            self.weave(opening, 1, 1 + self.choose(3), after_choice=False, closed=False)
        self.put(self.pick(("-> k0", "->k0", "-> k0 // go")))
        for index in range(self.knots):
            self.knot(index)
        for index in range(self.tunnels):
            self.side_knot("tunnel", index, self.tunnel_parameters[index])
        for index in range(self.threads):
            self.side_knot("thread", index, self.thread_parameters[index])
        for index in range(self.functions):
            self.function(index)
        if self.external:
            self.put("=== function outside(x)")
            self.put("~ return x + 100")
        return "\n".join(self.lines) + "\n"

    def plain_knots(self) -> list[str]:
        return [f"k{i}" for i, n in enumerate(self.knot_parameters) if n == 0]

    def knot(self, index: int) -> None:
        flow = Flow("knot", index, f"k{index}")
        head = self.pick(("=== {} ===", "== {}", "==={}===", "=== {}"))
        self.put(head.format(flow.name + self.parameters(flow, self.knot_parameters[index])))
        self.weave(flow, 1, 1 + self.choose(5), after_choice=False)
        for number in range(self.stitches[index]):
            stitch = Flow("knot", index, f"k{index}.s{number}")
            self.put(f"= s{number}")
            self.weave(stitch, 1, 1 + self.choose(3), after_choice=False)

    def side_knot(self, kind: str, index: int, count: int) -> None:
        flow = Flow(kind, index, f"{kind}{index}")
        self.put(f"== {flow.name}{self.parameters(flow, count)}")
        self.weave(flow, 1, 1 + self.choose(4), after_choice=False)

    def parameters(self, flow: Flow, count: int) -> str:
        if not count:
            return ""
        names = [f"p{i}" for i in range(count)]
        flow.temps += names
        return f"({', '.join(names)})"

    def function(self, index: int) -> None:
        kind = self.function_kinds[index]
        flow = Flow("function", index, f"f{index}", ["x"])
        self.put(f"=== function f{index}({'ref x' if kind == 'ref' else 'x'})")
        if kind == "ref":
            self.put(f"~ x = x + {self.integer(flow, 1)}")
            if self.once_in(2):
                self.statement(flow)
        elif kind == "text":
            self.put(self.prose(flow, 2))
            if self.once_in(2):
                self.conditional(flow, True)
        elif kind == "down":
            self.put("{ x <= 0:")
            self.put(f"    ~ return {self.integer(flow, 1)}")
            self.put("}")
            self.put(f"~ return x + f{index}(x - 1)")
        elif kind == "list":
            self.put(f"~ return {self.list_value(flow, 2)}")
        else:
            if self.once_in(2):
                self.statement(flow)
            if self.once_in(3):
                self.put(self.prose(flow, 1))
            self.put(f"~ return {self.integer(flow, 2)}")

    # ------------------------------------------------------------ weave
    def weave(
        self, flow: Flow, depth: int, count: int, *, after_choice: bool, closed: bool = True
    ) -> None:
        """Lines, choices and gathers at one depth; `closed` ends them with a divert."""
        for _ in range(count):
            if self.left > 0 and self.once_in(2) and depth < 4:
                self.choices(flow, depth, after_choice)
                after_choice = True
                if closed and self.once_in(16):
                    return  # the weave's loose ends meet the end of the knot
                self.gather(flow, depth)
            else:
                self.line(flow, after_choice)
        if closed:
            self.put(self.way_out(flow, after_choice))

    def choices(self, flow: Flow, depth: int, after_choice: bool) -> None:
        if self.threads and flow.kind == "knot" and self.once_in(4):
            index = self.choose(self.threads)
            self.put(f"<- thread{index}{self.arguments(flow, self.thread_parameters[index])}")
        count = 1 + self.choose(3)
        for _ in range(count):
            self.choice(flow, depth)
        if self.once_in(3):
            mark = " ".join(self.pick("*+") for _ in range(depth))
            self.put(f"{mark} ->" + self.pick(("", f" {self.onward(flow, after_choice)}")))
            if self.lines[-1].endswith("->"):
                self.put(self.prose(flow, 1))

    def choice(self, flow: Flow, depth: int) -> None:
        mark = self.pick(("*", "+")) * depth if self.once_in(2) else "* " * depth
        head = ["\t" * self.choose(2) + mark.strip()]
        if self.once_in(4):
            head.append(f"({self.label(flow)})")
        for _ in range(self.choose(4) // 3 + self.choose(6) // 5):
            head.append("{" + self.truth(flow, 1) + "}")
            if self.once_in(5):
                head.append("\n   ")
        self.arrows = False
        start, only, rest = (self.inline(flow, 1) for _ in range(3))
        text = self.pick((start, f"{start}[]{rest}", f"[{only}]", f"{start} [{only}]{rest}",
                          f"{start}[{only}] {rest}"))  # fmt: skip
        if self.once_in(4):
            text += " # " + self.tag(flow)
        if self.once_in(8):
            text = f"{start} # {self.tag(flow)} [{only} # {self.tag(flow)}] {rest}"
        self.arrows = True
        head.append(text)
        if self.once_in(3):
            head.append(self.way_out(flow, True))
            self.put(" ".join(head))
            return
        self.put(" ".join(head))
        if self.left > 0:
            self.weave(flow, depth + 1, self.choose(3), after_choice=True, closed=self.once_in(3))

    def gather(self, flow: Flow, depth: int) -> None:
        mark = "- " * depth
        if self.once_in(3):
            mark += f"({self.label(flow)}) "
        self.put(mark + self.pick(("", self.prose(flow, 1), self.prose(flow, 1))))

    def label(self, flow: Flow) -> str:
        name = self.fresh("w")
        if flow.name:
            self.labels.append(f"{flow.name}.{name}")
        return name

    def line(self, flow: Flow, after_choice: bool) -> None:
        if self.games and self.left > 0 and self.once_in(2):
            self.counter(flow) if self.once_in(2) else self.dice(flow, after_choice)
            return
        if self.shuffles and self.left > 0 and self.once_in(2):
            self.shuffled(flow)
            return
        kind = self.choose(11) if self.left > 0 else 0
        indent = "    " * self.choose(2)
        if kind <= 3:
            self.put(indent + self.prose(flow, 2))
        elif kind <= 5:
            self.statement(flow)
        elif kind == 6:
            self.conditional(flow, after_choice)
        elif kind == 7:
            self.sequence(flow)
        elif kind == 8 and self.tunnels and flow.kind == "knot":
            index = self.choose(self.tunnels)
            call = f"tunnel{index}{self.arguments(flow, self.tunnel_parameters[index])}"
            self.put(f"-> {call} ->" + (f" {call} ->" if self.once_in(5) else ""))
        elif kind == 9:
            self.put(self.pick(("// a remark", "/* two\nlines */", "", "TODO: later")))
        else:
            self.put(indent + self.prose(flow, 3))

    # ------------------------------------------------------------ shuffles
    def shuffled(self, flow: Flow) -> None:
        """A line, or several, that a shuffle varies; now and then in more than its text."""
        if self.once_in(4):
            self.put("{ " + self.pick(("shuffle", "shuffle once", "shuffle stopping")) + ":")
            for _ in range(2 + self.choose(2)):
                self.put(f"    - {self.pick(_WORDS)}{self.pick(('', '', ' # soft', ' {n}'))}")
                if self.once_in(12):
                    self.statement(flow)
            self.put("}")
            return
        self.put(self.pick(_WORDS) + " " + self.shuffle(flow, 1) + self.pick(("", " and so on")))

    def shuffle(self, flow: Flow, depth: int) -> str:
        """One that stands in a line; at a greater depth another may stand in its elements."""
        options = [self.pick(_WORDS) for _ in range(1 + self.choose(3))]
        options.insert(self.choose(len(options)), self.pick(("", "{n}", "<>", "two words more")))
        if depth > 0 and self.once_in(3):
            options[self.choose(len(options))] += " " + self.shuffle(flow, depth - 1)
        if self.once_in(12):
            options[0] += self.piece(flow, 1)
        return "{" + self.pick(("~", "~", "~", "!~", "$~")) + "|".join(options) + "}"

    # ------------------------------------------------------------ games
    def die(self) -> str:
        low = self.pick((1, 1, 1, 0, -2))
        die = f"RANDOM({low}, {low + self.pick((1, 3, 5, 9))})"
        kind = self.choose(9)
        if kind == 3:
            return f"{die} {self.pick(('+', '-'))} {self.choose(4)}"
        if kind == 4:
            return f"{self.choose(6)} - {die}"
        if kind == 5:
            return f"{die} {self.pick(('/', '%'))} {2 + self.choose(3)}"
        if kind == 6:
            return f"{self.pick(('MIN', 'MAX'))}({die}, {self.choose(5)})"
        if kind == 7:
            return f"{die} + {self.pick(('n', 'up', die, die))}"
        return die

    def dice(self, flow: Flow, after_choice: bool) -> None:
        """A throw, and what looks at it."""
        thrown = self.die()
        form = self.choose(5)
        if form >= 3:
            name = "roll"
            if form == 4 and flow.kind != "function" and flow.name:
                name = self.fresh("t")
                flow.temps.append(name)
                self.put(f"~ temp {name} = {thrown}")
            else:
                self.put(f"~ roll = {thrown}")
            thrown = name
        if form == 1:
            self.put("{ " + thrown + ":")
            for value in range(1 + self.choose(3)):
                self.put(f"- {value + 1}: {self.inline(flow, 1)}")
        elif form == 2:
            self.put("{ " + self.pick(("not ", "")) + f"({thrown}):")
            self.branch(flow, after_choice)
        else:
            for _ in range(1 + self.choose(2)):
                against = self.pick((str(self.choose(7)), "m", "n", "up", str(self.choose(7))))
                sign = self.pick(("<=", ">=", "<", ">", "==", "!="))
                self.put(
                    "{ " + self.pick((f"{thrown} {sign} {against}:", f"{against} {sign} {thrown}:"))
                )
                self.branch(flow, after_choice)
                self.put("}")
            return
        if self.once_in(2):
            self.put("- else:")
            self.branch(flow, after_choice)
        self.put("}")

    def counter(self, flow: Flow) -> None:
        """Something that is counted up or down, set back, or looked at."""
        kind = self.choose(12)
        if kind <= 3:
            self.put(f"~ {self.pick(('up++', 'up += 2', 'down--', 'down -= 3', 'up = up + 1'))}")
        elif kind == 4:
            self.put(f"~ {self.pick(('up', 'down'))} = {self.choose(4)}")
        elif kind == 5:
            self.put(self.pick(("~ down = up", "~ up = down + 1", "~ roll = up", "~ n = up")))
        elif kind == 6:
            self.put(self.pick(("~ up += RANDOM(0, 2)", "~ down -= RANDOM(1, 3)", "~ down = roll")))
        elif kind == 7:
            self.put(f"{{{self.pick(('up', 'down', 'roll'))}}}")
        else:
            name = self.pick(("up", "down", "roll"))
            test = f"{name} {self.pick(('>=', '==', '<', '>'))} {self.choose(5)}"
            self.put(
                f"{{ {self.pick((test, test, f'not {name}', name))}: {self.inline(flow, 1)} }}"
            )

    # ------------------------------------------------------------ where the flow goes
    def onward(self, flow: Flow, after_choice: bool) -> str:
        """A divert's target: any knot after a choice, else a later one."""
        if flow.kind != "knot" and not after_choice:
            return "DONE"
        low = 0 if after_choice or self.once_in(25) else flow.index + 1
        names = [(f"k{i}", self.knot_parameters[i]) for i in range(max(low, 0), self.knots)]
        if after_choice and self.labels and self.once_in(5):
            here = [name for name in self.labels if name.startswith(flow.name + ".")]
            if here:
                return self.pick(here)
        for i in range(max(low, 0), self.knots):
            names += [(f"k{i}.s{s}", 0) for s in range(self.stitches[i])]
        if after_choice and self.once_in(6):
            return "goal"
        if after_choice and flow.targets and self.once_in(2):
            return self.pick(flow.targets)
        if not names or self.once_in(4):
            names = [("DONE", 0), ("END", 0)]
        name, count = self.pick(names)
        return name + self.arguments(flow, count)

    def way_out(self, flow: Flow, after_choice: bool) -> str:
        if flow.kind == "tunnel" and not self.once_in(8):
            return "->->"
        if flow.kind == "tunnel":
            target = self.onward(flow, after_choice)
            return f"->-> {target}" if target not in ("DONE", "END") else "->->"
        if flow.kind == "thread" and not after_choice:
            return "-> DONE"
        target = self.onward(flow, after_choice)
        if flow.kind == "knot" and self.tunnels and self.once_in(10) and target != "goal":
            index = self.choose(self.tunnels)
            call = f"tunnel{index}{self.arguments(flow, self.tunnel_parameters[index])}"
            if target not in ("DONE", "END"):
                return f"-> {call} -> {target}"
        return f"-> {target}"

    def arguments(self, flow: Flow, count: int) -> str:
        if not count:
            return ""
        return "(" + ", ".join(self.integer(flow, 1) for _ in range(count)) + ")"

    # ------------------------------------------------------------ text
    def prose(self, flow: Flow, depth: int) -> str:
        text = self.inline(flow, depth)
        if self.once_in(8):
            text = "<>" + self.pick(("", " ")) + text
        if self.once_in(8):
            text += self.pick(("<>", " <>"))
        if self.once_in(8):
            text += self.pick((" # ", "#")) + self.tag(flow)
        if self.once_in(12):
            text += self.pick(("  ", " // aside", "\t"))
        return text

    def inline(self, flow: Flow, depth: int) -> str:
        parts = [self.pick(_WORDS)]
        for _ in range(self.choose(3)):
            parts.append(self.pick((" ", " ", "  ", "")))
            parts.append(self.piece(flow, depth))
        return "".join(parts)

    def piece(self, flow: Flow, depth: int) -> str:
        kind = self.choose(8) if depth > 0 else 0
        if kind <= 1:
            return self.pick(_WORDS)
        if kind == 2:
            return "{" + self.printable(flow, depth) + "}"
        if kind == 3:
            yes, no = self.inline(flow, depth - 1), self.inline(flow, depth - 1)
            bar = self.pick(("", "|" + no, "|"))
            return "{" + self.truth(flow, depth) + self.pick((":", ": ")) + yes + bar + "}"
        if kind in (4, 5):
            mark = self.pick(("", "&", "!", "~", "$", "!~"))
            options = [self.inline(flow, depth - 1) for _ in range(1 + self.choose(3))]
            options.insert(self.choose(len(options)), self.pick(("", options[0])))
            if not mark:
                options[0] = f"“{options[0]}"  # else it may be read as an expression
            return "{" + mark + "|".join(options) + "}"
        if kind == 6:
            return self.pick(("<>", "\\{", "\\|", "\\#", "\\[", "it{'s|}".replace("'s", "s")))
        return "{" + self.printable(flow, depth) + "}"

    def tag(self, flow: Flow) -> str:
        if self.once_in(3):
            arrows, self.arrows = self.arrows, False
            shown = self.integer(flow, 1)
            self.arrows = arrows
            return f"at {{{shown}}}"
        return self.pick(_TAGS)

    # ------------------------------------------------------------ blocks
    def conditional(self, flow: Flow, after_choice: bool) -> None:
        form = self.choose(4)
        if form == 0:
            self.put("{ " + self.truth(flow, 2) + ":")
            self.branch(flow, after_choice)
            if self.once_in(2):
                self.put("- else:")
                self.branch(flow, after_choice)
        elif form == 1:
            self.put("{")
            for _ in range(1 + self.choose(3)):
                self.put(f"    - {self.truth(flow, 2)}:")
                self.branch(flow, after_choice)
            if self.once_in(2):
                self.put("    - else:")
                self.branch(flow, after_choice)
        elif form == 2:
            self.put("{ " + self.integer(flow, 1) + ":")
            for value in range(1 + self.choose(3)):
                self.put(f"- {value}: {self.inline(flow, 1)}")
            if self.once_in(2):
                self.put("- else:")
                self.branch(flow, after_choice)
        else:
            self.put("{ " + self.truth(flow, 1) + ":")
            self.branch(flow, after_choice, choices=flow.kind == "knot")
        self.put("}")

    def branch(self, flow: Flow, after_choice: bool, *, choices: bool = False) -> None:
        temps = list(flow.temps)
        for _ in range(1 + self.choose(2)):
            if self.left > 0 and self.once_in(3):
                self.statement(flow)
            else:
                self.put("    " + self.prose(flow, 1))
        if choices:
            for _ in range(1 + self.choose(2)):
                self.put(f"    * {self.inline(flow, 1)}")
                self.put("      " + self.prose(flow, 1))
                self.put("      " + self.way_out(flow, True))
        elif flow.kind != "function" and self.once_in(8):
            self.put("    " + self.way_out(flow, after_choice))
        flow.temps = temps

    def sequence(self, flow: Flow) -> None:
        kind = self.pick(_SEQUENCES)
        self.put("{ " + kind + ":")
        temps = list(flow.temps)
        for _ in range(2 + self.choose(2)):
            self.put("    - " + self.prose(flow, 1))
            if self.once_in(3):
                self.statement(flow)
        flow.temps = temps
        self.put("}")

    def statement(self, flow: Flow) -> None:
        kind = self.choose(12)
        if kind <= 1:
            self.put(f"~ n = {self.integer(flow, 2)}")
        elif kind == 2:
            self.put(f"~ {self.pick(('n++', 'm--', 'n += 2', 'm -= n', 'n += m'))}")
        elif kind == 3:
            if flow.kind == "function" or not flow.name:
                self.put(f"~ m = {self.integer(flow, 2)}")
            else:
                name = self.fresh("t")
                self.put(f"~ temp {name} = {self.integer(flow, 2)}")
                flow.temps.append(name)
        elif kind == 4:
            self.put(f"~ flag = {self.truth(flow, 2)}")
        elif kind == 5:
            self.put(f"~ word = {self.string(flow, 2)}")
        elif kind == 6:
            self.put(f"~ bag = {self.list_value(flow, 2)}")
        elif kind == 7:
            items = self.pick(_ITEMS)
            self.put(f"~ bag {self.pick(('+=', '-='))} {self.pick(items)}")
        elif kind == 8:
            self.put(f"~ half = {self.number(flow, 2)}")
        elif kind == 9:
            self.put(f"~ goal = -> {self.pick(self.plain_knots())}")
        elif kind == 10:
            refs = [i for i, k in enumerate(self.function_kinds) if k == "ref"]
            refs = [i for i in refs if flow.kind != "function" or i > flow.index]
            if refs:
                self.put(f"~ f{self.pick(refs)}({self.pick(['n', 'm', *flow.temps[-1:]])})")
            else:
                self.put(f"~ SEED_RANDOM({self.choose(9)})")
        else:
            self.put(f"~ m = {self.integer(flow, 2)}")

    # ------------------------------------------------------------ expressions, by type
    def printable(self, flow: Flow, depth: int) -> str:
        kind = self.choose(7)
        if kind == 1:
            return self.truth(flow, depth)
        if kind == 2:
            return self.list_value(flow, depth)
        if kind == 3:
            return self.string(flow, depth)
        if kind == 4:
            return self.number(flow, depth)
        if kind == 5:
            calls = self.callable(flow, ("value", "text", "down", "list"))
            if calls:
                return f"f{self.pick(calls)}({self.choose(4)})"
        return self.integer(flow, depth)

    def callable(self, flow: Flow, kinds: Sequence[str]) -> list[int]:
        return [
            i
            for i, kind in enumerate(self.function_kinds)
            if kind in kinds and (flow.kind != "function" or i > flow.index)
        ]

    def integer(self, flow: Flow, depth: int) -> str:
        kind = self.choose(16) if depth > 0 else self.choose(4)
        a = flow.temps
        if kind <= 1:
            return str(self.choose(5))
        if kind <= 3:
            return self.pick(["n", "m", "LIMIT", *a])
        if kind == 4:
            sign = self.pick(("+", "-", "*"))
            return f"{self.integer(flow, depth - 1)} {sign} {self.integer(flow, depth - 1)}"
        if kind == 5:
            left = _group(self.integer(flow, depth - 1))
            return f"{left} {self.pick(('/', '%', 'mod'))} {1 + self.choose(4)}"
        if kind == 6:
            return f"RANDOM(1, {1 + self.choose(6)})"
        if kind == 7:
            return f"LIST_COUNT({self.list_value(flow, depth - 1)})"
        if kind == 8:
            return f"LIST_VALUE({self.list_value(flow, depth - 1)})"
        if kind == 9:
            return f"TURNS_SINCE(-> {self.place()})" if self.arrows else "TURNS()"
        if kind == 10:
            place = self.place()
            return self.pick((place, f"READ_COUNT(-> {place})")) if self.arrows else place
        if kind == 11:
            return self.pick(("TURNS()", "CHOICE_COUNT()"))
        if kind == 12:
            both = f"({self.integer(flow, 0)}, {self.integer(flow, depth - 1)})"
            return self.pick(("MIN", "MAX")) + both
        if kind == 13:
            return f"INT({self.number(flow, depth - 1)})"
        if kind == 14:
            calls = self.callable(flow, ("value", "down"))
            if calls:
                return f"f{self.pick(calls)}({self.choose(4)})"
            return "-n"
        if self.external:
            return f"outside({self.choose(9)})"
        return f"-{_group(self.integer(flow, depth - 1))}"

    def place(self) -> str:
        """The name of something whose visits are counted."""
        names = [f"k{i}" for i in range(self.knots)]
        for i, count in enumerate(self.stitches):
            names += [f"k{i}.s{s}" for s in range(count)]
        names += self.labels
        return self.pick(names)

    def number(self, flow: Flow, depth: int) -> str:
        kind = self.choose(6) if depth > 0 else self.choose(2)
        if kind == 0:
            return "half"
        if kind == 1:
            return self.pick(("0.5", "2.25", "1.1", "-0.75"))
        if kind == 2:
            return f"FLOAT({self.integer(flow, depth - 1)}) / {1 + self.choose(4)}"
        if kind == 3:
            return f"{self.pick(('FLOOR', 'CEILING'))}({self.number(flow, depth - 1)})"
        if kind == 4:
            sign = self.pick(("+", "-", "*"))
            return f"{self.number(flow, depth - 1)} {sign} {self.integer(flow, 0)}"
        return f"POW({self.choose(4)}, {self.choose(3)})"

    def truth(self, flow: Flow, depth: int) -> str:
        kind = self.choose(11) if depth > 0 else self.choose(3)
        if kind == 0:
            return "flag"
        if kind == 1:
            return self.pick(("not flag", "!flag", "n > 1", "true"))
        if kind == 2:
            return self.place()
        if kind <= 5:
            sign = self.pick(("==", "!=", "<", ">", "<=", ">="))
            return f"{self.integer(flow, depth - 1)} {sign} {self.integer(flow, depth - 1)}"
        if kind == 6:
            sign = self.pick(("and", "or", "&&", "||"))
            return f"{self.truth(flow, depth - 1)} {sign} {self.truth(flow, depth - 1)}"
        if kind == 7:
            sign = self.pick(("?", "!?", "has", "hasnt", "==", "!=", ">", "<=", "<", ">="))
            return f"{self.list_value(flow, depth - 1)} {sign} {self.list_value(flow, depth - 1)}"
        if kind == 8:
            sign = self.pick(("==", "!=", "?"))
            return f"{self.string(flow, depth - 1)} {sign} {self.string(flow, depth - 1)}"
        if kind == 9 and self.arrows:
            return f"goal == -> {self.pick(self.plain_knots())}"
        return f"not {_group(self.truth(flow, depth - 1))}"

    def string(self, flow: Flow, depth: int) -> str:
        kind = self.choose(5) if depth > 0 else self.choose(2)
        if kind == 0:
            return "word"
        if kind == 1:
            return self.pick(('"rain"', '""', '"a"', '"a b"'))
        if kind == 2:
            return f'"x {{{self.integer(flow, depth - 1)}}} y"'
        if kind == 3:
            return f'"{{{self.truth(flow, depth - 1)}:in|out}}"'
        return self.pick(('"<"', '"r"')) + f" + {self.integer(flow, 0)}"

    def list_value(self, flow: Flow, depth: int) -> str:
        kind = self.choose(13) if depth > 0 else self.choose(4)
        if kind == 0:
            return "bag"
        if kind == 1:
            return self.pick(_LISTS)
        if kind == 2:
            return "(" + ", ".join(sorted({self.pick(self.pick(_ITEMS)) for _ in range(2)})) + ")"
        if kind == 3:
            return self.pick(("Tree.ash", "Count.two", "birch", "()"))
        if kind == 4:
            sign = self.pick(("+", "-", "^"))
            return f"({self.list_value(flow, depth - 1)} {sign} {self.list_value(flow, depth - 1)})"
        if kind == 5:
            return f"{self.pick(('LIST_ALL', 'LIST_INVERT'))}({self.list_value(flow, depth - 1)})"
        if kind == 6:
            return f"{self.pick(('LIST_MIN', 'LIST_MAX'))}({self.list_value(flow, depth - 1)})"
        if kind == 7:
            return f"LIST_RANDOM({self.list_value(flow, depth - 1)})"
        if kind == 8:
            bounds = f"{self.choose(3)}, {2 + self.choose(3)}"
            return f"LIST_RANGE({self.list_value(flow, depth - 1)}, {bounds})"
        if kind == 9:
            bounds = self.pick(("ash, cedar", "birch, dogwood", "ash, dogwood"))
            return f"LIST_RANGE(LIST_ALL(Tree), {bounds})"
        if kind == 10:
            return f"{self.pick(_LISTS)}({self.integer(flow, 0)})"
        if kind == 11:
            return f"({self.pick(('birch', 'two', 'bag'))} {self.pick(('+', '-'))} 1)"
        calls = self.callable(flow, ("list",))
        if calls:
            return f"f{self.pick(calls)}({self.choose(3)})"
        return "Tree"


def _group(expression: str) -> str:
    """The expression in brackets, unless it is a name: `(n)` is a list with the item `n`."""
    if expression.replace("_", "").replace(".", "").isalnum():
        return expression
    return f"({expression})"


def program(choose: Choose, size: int = 40, games: bool = False, shuffles: bool = False) -> str:
    """One ink program; `size` bounds its lines, roughly."""
    return Writer(choose, size, games, shuffles).write()


def seeded(seed: int, size: int = 40, games: bool = False, shuffles: bool = False) -> str:
    """The program that a seed stands for, the same on every machine."""
    return program(random.Random(seed).randrange, size, games, shuffles)


@st.composite
def programs(draw: st.DrawFn, size: int = 40) -> str:
    """Programs that Hypothesis can shrink."""
    return program(lambda n: draw(st.integers(0, n - 1)), size)


def main() -> None:
    """Print a program."""
    parser = argparse.ArgumentParser(description="Write a random ink program.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--size", type=int, default=40)
    parser.add_argument("--games", action="store_true", help="with dice and counters")
    parser.add_argument("--shuffles", action="store_true", help="with text that is shuffled")
    options = parser.parse_args()
    print(seeded(options.seed, options.size, options.games, options.shuffles), end="")


if __name__ == "__main__":
    main()
