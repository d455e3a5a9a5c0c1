"""Random ink programs of the rest of the language: what `generate_ink` does not write.

    python -m tests.generate_wide --seed 7 [--size 40]

It writes the same programs with more in them: targets as arguments of knots, tunnels, threads and
functions; tunnels and threads through variables; `ref` to globals, temporaries, lists and strings;
`->->` with a target; knots that begin with a stitch, stitches with parameters; diverts and weaves
inside of conditionals and sequences; switches on strings, lists and truth values; tags with
logic in them; strings and lists that are built up; floats and integers mixed; and, now and then,
what goes wrong at run time: operands of the wrong type, division by what may be zero, a variable
that holds no target, ranges upside down.

It is a grammar of its own, not a wider `generate_ink`, because many tests name programs of that one
by their seeds.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from typing import Final

from tests.generate_ink import Choose, Flow, Writer

__all__ = ["wide", "wide_seeded"]

_FAULTS: Final = (  # statements that end the turn with an error, or may
    "~ n = n / m", "~ n = n % m", "~ n = word - 1", "~ n = bag * 2", "~ half = half / 0",
    "{bag + 1.5}", "~ goal = 0", "{RANDOM(3, 1)}", "~ n = RANDOM(word, 2)",
    "{LIST_RANDOM(()) }", "{word > 1}", "{TURNS_SINCE(n)}", "{READ_COUNT(word)}", "{goal: yes}",
    "{not goal: yes}", "{word: yes|no}", "~ n = f_void()", "{f_void()}", "{MIN(word, 1)}",
    "{FLOOR(word)}", "{-word}", "{goal + 1}", "{LIST_COUNT(n)}", "{LIST_VALUE(word)}",
    "{LIST_ALL(3)}", "{bag && 1}", "{not bag}", "{bag ? 3}", "{Tree(m)}",
    "{LIST_RANGE(bag, 1, 0.5)}", "{INT(word)}", "{word * 2}", "{flag + 1}", "{flag + word}",
    "{bag == n}", "{bag == word}", "{word == n}", "{goal == n}", "{word ? n}", "{flag == 1}",
    "{flag > half}", "{POW(word, 2)}", "{bag > 1}", "{-bag}", "{bag + word}", "{word + bag}",
    "{half % m}", "{POW(0, -1)}", "{goal}", "{LIST_MIN(word)}", "{bag - 1}", "{bag ^ word}",
    "{FLOAT(bag)}", "{flag && word}",
)  # fmt: skip
_BUILDING: Final = (
    "~ bag++", "~ bag--", "~ bag += (ash, two)", "~ bag -= (birch, three)",
    "~ bag = LIST_INVERT(bag)", "~ bag += Tree", "~ bag -= Count", "~ half++", "~ half -= 0.25",
    "~ half = half % 2", "~ half = n + half", "~ half = n", "~ word = word + n",
    '~ word += "x"', "~ word = flag", "~ word = bag", '~ word = "{bag}"', "~ n = 7",
    "~ bag = ()", "~ flag = n", "~ flag = not flag", "~ bag = bag ^ LIST_ALL(Tree)",
    "~ m = half", "~ half = FLOAT(n) / 3", "~ n = 2147483647", "~ n = n * n", "~ m = -m",
    "~ half = half * half", "~ bag = LIST_RANGE(LIST_ALL(bag), 2, 8)", "~ bag += LIST_MAX(bag)",
    "~ bag = Tree(n) + Count(m)",
)  # fmt: skip
_TAGGED: Final = (
    "{n}", "{flag:on|off}", "{~x|y}", "a{&b|c}d", "mood: {word}", "{bag}", "x # y",
    "{f_text()}", "\\# no",
)  # fmt: skip


class _Wide(Writer):
    """Writes one program of the wider grammar."""

    def __init__(self, choose: Choose, size: int) -> None:
        super().__init__(choose, size, choose(3) == 2)
        self.onto = 1 + choose(2)  # knots that are told where to go on
        self.rows = 1 + choose(2)  # knots that begin with a stitch

    # ------------------------------------------------------------ the program
    def write(self) -> str:
        super().write()
        self.put('CONST NAME = "Ann"')
        self.put("VAR HOME = -> k0")
        self.put("CONST RATE = 1.5")
        self.put("VAR way = -> t_plain")
        for index in range(self.onto):
            self.told_where(index)
        for index in range(self.rows):
            self.stitched(index)
        self.tunnels_of_its_own()
        self.threads_of_its_own()
        self.functions_of_its_own()
        return "\n".join(self.lines) + "\n"

    def told_where(self, index: int) -> None:
        flow = Flow("knot", self.knots - 1, f"d{index}", ["x"], ["where"])
        self.put(f"== d{index}(-> where, x)")
        self.put(self.prose(flow, 2))
        if self.once_in(2):
            self.put(f"* {self.inline(flow, 1)} -> where")
            self.put(f"+ {self.inline(flow, 1)}")
            self.put(
                f"  -> d{index}(-> k{self.choose(self.knots)}, x + 1)"
                if self.knot_parameters[0] == 0
                and self.once_in(3)
                and not any(self.knot_parameters)
                else "  -> DONE"
            )
        else:
            self.put("-> where")

    def stitched(self, index: int) -> None:
        name = f"row{index}"
        first = Flow("knot", self.knots - 1, f"{name}.first")
        self.put(f"=== {name} ===")
        self.put("= first")
        self.put(self.prose(first, 2))
        self.put(f"* (taken) {self.inline(first, 1)}")
        self.put("- (after) " + self.prose(first, 1))
        if self.once_in(2):
            self.put("+ {after < 3} [again] -> after")
            self.put("* [on] -> second(taken)")
        self.put(self.pick(("-> second(n)", "-> second(taken + after)", f"-> {name}.second(2)")))
        second = Flow("knot", self.knots - 1, f"{name}.second", ["y"])
        self.put("= second(y)")
        self.put("{y} {first} {first.after} {row0.first.taken}")
        self.weave(second, 1, 1 + self.choose(3), after_choice=False)

    def tunnels_of_its_own(self) -> None:
        self.put("== t_plain")
        flow = Flow("tunnel", 9, "t_plain")
        self.put(self.prose(flow, 2))
        if self.once_in(2):
            self.put("* in the tunnel")
            self.put("+ in it again")
            self.put("-")
        self.put("->->")
        self.put("== t_to(-> back, ref x)")
        flow = Flow("tunnel", 9, "t_to", ["x"], ["back"])
        self.put(f"~ x = x {self.pick(('+', '-'))} 1")
        self.put(self.prose(flow, 1))
        if self.once_in(2):
            self.put("+ stay")
            self.put("  ->->")
            self.put("+ go -> away")
        self.put("- (away) {x > 1: ->-> back}")
        self.put("->->")
        self.put("== t_deep(k)")
        self.put("{k}")
        self.put("{k > 0: -> t_deep(k - 1) ->}")
        self.put(self.pick(("->->", "-> t_plain ->\n->->", "-> t_plain -> t_plain ->\n->->")))

    def threads_of_its_own(self) -> None:
        flow = Flow("thread", 9, "h_back", [], ["back"])
        self.put("== h_back(-> back)")
        self.put(self.prose(flow, 1))
        self.put(f"+ {self.inline(flow, 1)} -> back")
        if self.once_in(2):
            self.put("* [once]")
            self.put("  -> t_plain -> back")
        self.put("- -> DONE")
        self.put("== h_both(x)")
        self.put(self.pick(("<- h_back(-> k0)", "{x}<- h_back(-> k0)", "<- h_back(goal)")))
        self.put("* {x > 0} [more {x}] -> h_done(x)")
        self.put("-> DONE")
        self.put("== h_done(x)")
        self.put("{x: <- h_both(x - 1)}")
        self.put("-> DONE")

    def functions_of_its_own(self) -> None:
        self.put("=== function f_seen(-> where)")
        self.put(
            self.pick(
                (
                    "~ return READ_COUNT(where)",
                    "~ return TURNS_SINCE(where)",
                    "~ return TURNS_SINCE(where) + READ_COUNT(where)",
                    "{where == -> k0: <>home<>|away}\n~ return 1",
                )
            )
        )
        self.put("=== function f_put(ref what, item)")
        self.put("~ what += item")
        self.put(self.pick(("", "{what}", "~ return what")))
        self.put("=== function f_twice(ref a, ref b)")
        self.put("~ a = b")
        self.put("~ f_raise(b)")
        self.put("~ return a + b")
        self.put("=== function f_raise(ref c)")
        self.put("~ c++")
        self.put("=== function f_void()")
        self.put(self.pick(("~ n = n", "nothing")))
        self.put("=== function f_text()")
        flow = Flow("function", 99, "f_text")
        self.put(self.prose(flow, 2))
        self.put("=== function f_early(x)")
        self.put("{")
        self.put("- x > 3: ~ return 1")
        self.put('- x > 1:\n    {x}\n    ~ return "two"')
        self.put("- else:")
        self.put("    early <>")
        self.put("    ~ return ()")
        self.put("}")

    # ------------------------------------------------------------ lines
    def line(self, flow: Flow, after_choice: bool) -> None:
        kind = self.choose(16) if self.left > 0 and flow.kind != "function" else 0
        if kind < 5:
            super().line(flow, after_choice)
        elif kind == 5:
            self.put(self.pick(_BUILDING))
        elif kind == 6:
            self.put(self.pick(_FAULTS) if self.once_in(6) else self.pick(_BUILDING))
        elif kind == 7:
            self.switch(flow, after_choice)
        elif kind == 8:
            self.with_diverts(flow, after_choice)
        elif kind == 9:
            self.calls(flow)
        elif kind == 10 and flow.kind == "knot" and flow.name:
            self.tunnel_calls(flow)
        elif kind == 11 and flow.kind != "function" and flow.name:
            self.temporary(flow)
        elif kind == 12:
            self.put(f"{self.inline(flow, 1)} # {self.pick(_TAGGED)} # {self.tag(flow)}")
        elif kind == 13:
            self.nested(flow, after_choice)
        elif kind == 14 and flow.kind == "knot":
            self.weave_inside(flow)
        else:
            self.put(self.strange(flow))

    def strange(self, flow: Flow) -> str:
        """Lines whose white space, glue or marks are out of the ordinary."""
        a, b = self.inline(flow, 1), self.inline(flow, 1)
        return self.pick(
            (
                f"<> {a}",
                f"{a} <> <> {b}",
                f"{a}<>{{n > 1:<>}}{b}",
                f"{{n > 99:{a}}}",
                f"{{n > 99:{a}|}} {b}",
                f"{a}\\ \\ {b}",
                f"{{{{n > 1:{a}|{b}}}|{b}}}",
                "{word}{word} {bag}",
                f"# {self.tag(flow)}",
                f"{{f_text()}}{a}",
                f"{a} {{f_early(n)}}",
                "{f_early(2)}<>",
                "{NAME} {RATE * 2} {HOME == goal}",
                f"{{!{a}}}",
                f"{{!|{a}}} ",
                f"{{stopping:\n- {a}\n- {{&{a}|{b}}}\n}}",
                "{n}{m}{half}",
                f"/* x */{a}//{b}",
                f"{{cycle:\n-\n- {a}\n}}",
                f"{{\n- n > 1: {a}\n- else:\n}}",
                f"{{n > 1:\n{a}\n- else: {b}\n}}",
            )
        )

    def switch(self, flow: Flow, after_choice: bool) -> None:
        subject, cases = self.pick(
            (
                ("word", ('"rain"', '"a"', '""')),
                ("flag", ("true", "false")),
                ("bag", ("()", "(ash, three)", "ash")),
                ("half", ("0.5", "3", "n")),
                ("goal", ("-> k0", "HOME")),
                ("n", ("m", "LIMIT", "2 + 1")),
                ("LIST_COUNT(bag)", ("0", "1", "2")),
                ("f_early(n)", ("1", '"two"', "()")),
            )
        )
        self.put("{ " + subject + ":")
        for case in cases[: 1 + self.choose(len(cases))]:
            self.put(f"- {case}:" + self.pick(("", f" {self.inline(flow, 1)}")))
            if self.once_in(2):
                self.branch(flow, after_choice)
        if self.once_in(2):
            self.put("- else:")
            self.branch(flow, after_choice)
        self.put("}")

    def with_diverts(self, flow: Flow, after_choice: bool) -> None:
        a, b = self.inline(flow, 1), self.inline(flow, 1)
        go = self.way_out(flow, after_choice)
        other = self.way_out(flow, after_choice)
        test = self.truth(flow, 1)
        self.put(
            self.pick(
                (
                    f"{{{test}: {go}}}",
                    f"{{{test}: {a} {go}|{b}}}",
                    f"{{{test}: {a}|{b} {go}}}",
                    f"{{{a}|{b}|{go}}}",
                    f"{{&“{a}|{b} {go}}}",
                    f"{{~“{a}|{b} {go}}}",
                    f"{{!“{a} {go}}}",
                    f"{{{test}:{go}|{other}}}",
                    f"{a} {{{test}:<>}} {{!|{go}}}",
                    f"{{stopping:\n- {a}\n- {b}\n  {go}\n}}",
                    f"{{shuffle once:\n- {a}\n- {go}\n- {b}\n}}",
                    f"{{\n- {test}: {go}\n- else: {b}\n}}",
                )
            )
        )

    def calls(self, flow: Flow) -> None:
        place = self.place()
        number = self.pick(["n", "m", *[t for t in flow.temps if t != "y"]])
        self.put(
            self.pick(
                (
                    f"{{f_seen(-> {place})}}",
                    f"~ n = f_seen(-> {place})",
                    "~ f_put(bag, cedar)",
                    '~ f_put(word, "z")',
                    f"~ f_put({number}, 2)",
                    "{f_put(bag, two)}",
                    f"~ f_twice({number}, m)",
                    f"{{f_twice(m, {number})}}",
                    "~ f_text()",
                    "{f_seen(goal)}",
                    '~ word = "{f_text()}"',
                    '~ word = "{f_early(n)} {word}"',
                    "~ bag = f_early(0)",
                    "{f_early(4)}{f_early(2)}{f_early(0)}",
                    "~ f_put(half, 0.5)",
                    "~ f_raise(half)",
                    "{TURNS_SINCE(goal) + READ_COUNT(HOME)}",
                    f"{{f_seen(-> {place}) > 1: {self.inline(flow, 1)}}}",
                )
            )
        )

    def tunnel_calls(self, flow: Flow) -> None:
        knot = self.pick(self.plain_knots())
        number = self.pick(["n", "m", *flow.temps])
        self.put(
            self.pick(
                (
                    "-> t_plain ->",
                    "-> way ->",
                    f"-> t_to(-> {knot}, {number}) ->",
                    "-> t_deep(2) ->",
                    f"-> t_plain -> t_to(goal, {number}) ->",
                    f"{{-> t_plain ->|{self.inline(flow, 1)}}}",
                    f"{{{self.truth(flow, 1)}: -> t_deep(1) ->}}",
                    "<- h_back(-> k0)",
                    "<- h_both(1)",
                    f"<- h_back(-> {knot})",
                    "~ way = -> t_plain",
                    f"{self.inline(flow, 1)} -> t_plain ->",
                    "<- h_done(1)",
                )
            )
        )

    def temporary(self, flow: Flow) -> None:
        """A temporary that holds no number: it is used at once, or kept as a target."""
        name = self.fresh("v")
        kind = self.choose(4)
        if kind == 0:
            self.put(f"~ temp {name} = -> {self.pick(self.plain_knots())}")
            flow.targets.append(name)
        elif kind == 1:
            self.put(f"~ temp {name} = {self.string(flow, 2)}")
            self.put(f"~ {name} += {self.string(flow, 1)}")
            self.put(f'{{{name}}}{{{name} ? "a"}}')
        elif kind == 2:
            self.put(f"~ temp {name} = {self.list_value(flow, 2)}")
            self.put(f"~ f_put({name}, {self.pick(('ash', 'two', 'bag'))})")
            self.put(f"{{{name}}} {{LIST_COUNT({name})}} {{{name} ? (ash, two)}}")
        else:
            self.put(f"~ temp {name} = {self.number(flow, 2)}")
            self.put(f"{{{name} * 2}} {{{name} == n}} {{INT({name})}} {{FLOOR({name})}}")

    def nested(self, flow: Flow, after_choice: bool) -> None:
        self.put("{ " + self.pick(("stopping", "cycle", "shuffle", "once")) + ":")
        for _ in range(2):
            self.put("-   " + self.inline(flow, 1))
            if self.left > 0 and self.once_in(2):
                temps = list(flow.temps)
                self.conditional(flow, after_choice) if self.once_in(2) else self.switch(
                    flow, after_choice
                )
                flow.temps = temps
        self.put("}")

    def weave_inside(self, flow: Flow) -> None:
        """Choices and gathers in the branches of a conditional or a sequence."""
        temps = list(flow.temps)
        self.put(
            self.pick(
                (
                    "{ " + self.truth(flow, 1) + ":",
                    "{ stopping:\n-",
                    "{ shuffle:\n-",
                    "{\n- " + self.truth(flow, 1) + ":",
                )
            )
        )
        self.put("    " + self.prose(flow, 1))
        for _ in range(1 + self.choose(2)):
            self.put(f"    {self.pick('*+')} {self.inline(flow, 1)}")
            self.put("        " + self.prose(flow, 1))
            self.put("        " + self.way_out(flow, True))
        self.put("}")
        flow.temps = temps

    # ------------------------------------------------------------ where the flow goes
    def onward(self, flow: Flow, after_choice: bool) -> str:
        target = super().onward(flow, after_choice)
        if flow.kind == "knot" and flow.name and self.once_in(5):
            plain = self.pick(self.plain_knots()) if after_choice else "DONE"
            if plain == "DONE" or not after_choice:
                return target
            row = f"row{self.choose(self.rows)}"
            return self.pick(
                (
                    f"d{self.choose(self.onto)}(-> {plain}, {self.integer(flow, 1)})",
                    row,
                    f"{row}.first",
                    f"{row}.second(n)",
                    f"{row}.first.after",
                )
            )
        return target

    def tag(self, flow: Flow) -> str:
        return self.pick(_TAGGED) if self.once_in(3) else super().tag(flow)


def wide(choose: Choose, size: int = 40) -> str:
    """One ink program of the wider grammar; `size` bounds its lines, roughly."""
    return _Wide(choose, size).write()


def wide_seeded(seed: int, size: int = 40) -> str:
    """The program that a seed stands for, the same on every machine."""
    return wide(random.Random(seed).randrange, size)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a program."""
    parser = argparse.ArgumentParser(description="Write a random program of the wider grammar.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--size", type=int, default=40)
    options = parser.parse_args(arguments)
    print(wide_seeded(options.seed, options.size), end="")


if __name__ == "__main__":
    main()
