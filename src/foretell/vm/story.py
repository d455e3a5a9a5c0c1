"""A story being played: what a host shows, and what it may ask.

A `Story` runs the machine turn by turn in plain Python. A *turn* is everything from one choice to
the next: its lines, the choices it ends in, and what went wrong in it.

    story = foretell.load("vigil")
    for line in story.turn.lines: print(line.text)
    story.choose(0)
    story.path            # "0"
    story.undo()

Chance is the story's own generator, seeded; every draw is recorded in the path (`0/2@17,3/1`:
second choice made was number 2, and in the turn it started 17 and 3 were drawn), so a path
replays exactly. Draws may also be given in advance. A host may enter a story at a knot instead of
its top: `story.play("kitchen:")` does, and its paths then begin with that name.

Where ink delivers one line at a time, a turn is run to its end at once: what an EXTERNAL function
does happens before the host sees the turn's first line. Nothing else can tell.

A step budget ends a turn that does not come to rest: the story then stands at an error, and no
host ever hangs.
"""

from __future__ import annotations

import hashlib
import json
import random
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from foretell.container import THE_END, CompiledStory
from foretell.diagnostics import Diagnostic, StoryError
from foretell.vm import faults, machine
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.lower import lower
from foretell.vm.program import Program, layout
from foretell.vm.text import Line, Lines, assemble_string, assemble_tag, length, operate

__all__ = [
    "Choice",
    "PathError",
    "Story",
    "Turn",
    "entry_and_steps",
    "format_path",
    "parse_path",
    "widened",
]

Found = TypeVar("Found")

STEP_BUDGET: Final = 2_000_000
_CHUNK: Final = 20_000
_MOST_QUOTED: Final = 80  # characters of a path in an error
_STOP_COST: Final = 50  # steps that a stop for the host is counted as
_MEMO_START: Final = 256
_MOST_BUILT: Final = 1 << 26  # characters of strings and items of lists built in a turn
_MOST_SHOWN: Final = 1 << 22  # characters shown in a turn
_BUILT_A_STEP: Final = 32  # characters that cost as much as a step
_ITEMS_A_STEP: Final = 8  # … and items of lists


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice on offer. `index` counts from 0 among those visible."""

    index: int
    text: str
    tags: tuple[str, ...] = ()
    label: str = ""
    point: int = -1  # index into the program's choice points


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened from one choice to the next.

    `ending` is the name of the ending reached, or None while the story goes on or if it broke.
    """

    lines: tuple[Line, ...] = ()
    choices: tuple[Choice, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    ending: str | None = None
    words: int = 0

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to choose."""
        return not self.choices

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.text for line in self.lines)


class PathError(ValueError):
    """A path that does not lead where it says: a choice or a draw that is not there."""


@dataclass(slots=True)
class _Moment:
    """The story as it stood after a turn."""

    row: array[int]
    turn: Turn
    steps: int  # of the path that led there
    random_state: object


def parse_path(path: str) -> list[tuple[int, list[int]]]:
    """A path's turns as (choice, draws); the first has choice -1: the turn before any choice.

    Raises PathError where it is not written as a path is.
    """
    steps: list[tuple[int, list[int]]] = [(-1, [])]
    text = path.strip().strip("/")
    if not text:
        return steps
    for place, piece in enumerate(text.split("/")):
        choice, at, draws = piece.partition("@")
        try:
            drawn = [int(draw) for draw in draws.split(",")] if at else []
            if not choice and place == 0:
                steps[0] = (-1, drawn)
                continue
            index = int(choice)
        except ValueError:
            index = -1
            drawn = []
        if index < 0:
            raise PathError(
                f"`{_short(piece)}` in the path `{_short(path)}` is not a choice like `2` or "
                "`2@17,3`"
            )
        steps.append((index, drawn))
    return steps


def entry_and_steps(path: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """The knot or stitch a path starts at (`kitchen:0/2`), "" for the top, and its turns.

    Raises PathError where it is not written as a path is.
    """
    entry, colon, rest = path.partition(":")
    return (entry.strip(), parse_path(rest)) if colon else ("", parse_path(path))


def format_path(steps: Iterable[tuple[int, list[int]]], entry: str = "") -> str:
    """The path of turns as `parse_path` gives them, with the place they start at in front."""
    pieces: list[str] = []
    for choice, draws in steps:
        piece = "" if choice < 0 else str(choice)
        if draws:
            piece += "@" + ",".join(map(str, draws))
        if piece:
            pieces.append(piece)
    walked = "/".join(pieces)
    return f"{entry}:{walked}" if entry else walked


class Story:
    """A story at one moment of one playthrough.

    `source` is a compiled story or a program. `draws` are outcomes to use, in order, before the
    generator seeded by `seed` is asked. `constants` replaces initial values of variables by name.
    `assume_externals` lets an EXTERNAL function that has no fallback in ink return 0, as the
    checker does, where it would be an error until it is bound. `path` is followed at once.
    Raises StoryError where the story's own declarations fail, PathError where the path can't be
    followed.
    """

    def __init__(
        self,
        source: CompiledStory | Program,
        *,
        seed: int = 0,
        draws: Iterable[int] | None = None,
        constants: Mapping[str, object] | None = None,
        step_budget: int = STEP_BUDGET,
        assume_externals: bool = False,
        entry: str = "",
        path: str = "",
    ) -> None:
        self.program = source if isinstance(source, Program) else lower(source)
        self.values = self.program.values
        self.step_budget = step_budget
        self._widths = self.program.widths()
        self._memo = [0] * (_MEMO_START * P.MEMO_SIZE)
        self._memo_used = 0
        self._tables = layout(self.program, self._widths)
        self._tables[P.T_MEMO_MASK] = _MEMO_START - 1
        self.assume_externals = assume_externals
        for index in self.program.unanswered if assume_externals else ():
            record = self._tables[P.T_EXTERNALS] + index * P.EXT_SIZE
            self._tables[record + P.EXT_MODE] = P.ASSUMED
        self._row: list[int] = [0] * self._tables[P.T_END]
        self.seen = bytearray(self.program.length)
        self._bound: dict[str, Callable[..., object]] = {}
        self._observers: dict[str, list[Callable[[str, object], None]]] = {}
        self._constants = dict(constants or {})
        self.seed = seed
        self._random = random.Random(seed)
        self._forced: Iterator[int] = iter(draws or ())
        self._replaying: list[int] | None = None
        self._drawn: list[int] = []
        self._steps: list[tuple[int, list[int]]] = []
        self._history: list[_Moment] = []
        self._entry = entry  # the knot or stitch the story was entered at, "" for its top
        self._turn = Turn()
        if path:
            self.play(path)
        else:
            self._begin()

    # ---------------------------------------------------------- playing

    @property
    def turn(self) -> Turn:
        """The turn just read."""
        return self._turn

    @property
    def undoable(self) -> list[Turn]:
        """The turns that undoing leads back to, the earliest first."""
        return [moment.turn for moment in self._history]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the turn just read."""
        return self._turn.lines

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices on offer."""
        return self._turn.choices

    @property
    def ended(self) -> bool:
        """Whether the story is over."""
        return self._turn.ended

    @property
    def ending(self) -> str | None:
        """The ending reached, if one was."""
        return self._turn.ending

    @property
    def path(self) -> str:
        """The choices and draws that lead here from the start."""
        return format_path(self._steps, self._entry)

    @property
    def draws(self) -> list[int]:
        """Every outcome of chance so far."""
        return [draw for _, draws in self._steps for draw in draws]

    @property
    def global_tags(self) -> list[str]:
        """The tags at the top of the story."""
        return list(self.program.global_tags)

    @property
    def here(self) -> str:
        """The knot or stitch entered last (`""` before any)."""
        return self.program.places[self._row[P.HERE]]

    @property
    def turns(self) -> int:
        """How many choices have been made."""
        return sum(1 for choice, _ in self._steps if choice >= 0)

    def choose(self, index: int) -> Turn:
        """Make the choice `index` (from 0) and read the turn it starts.

        Raises IndexError if it is not on offer.
        """
        if not isinstance(index, int):
            raise TypeError(f"a choice is made by its number, from 0, not by {index!r}")
        if not 0 <= index < len(self._turn.choices):
            offered = len(self._turn.choices)
            raise IndexError(f"choice {index} is not on offer: there are {offered}")
        self._remember()
        machine.choose(self._tables, self._row, index)
        self._play(index)
        return self._turn

    def undo(self) -> bool:
        """Take the last choice back; False at the start."""
        if not self._history:
            return False
        moment = self._history.pop()
        self._restore_row(moment.row)
        self._turn = moment.turn
        del self._steps[moment.steps :]
        self._random.setstate(moment.random_state)  # type: ignore[arg-type]
        return True

    def restart(self, seed: int | None = None) -> Turn:
        """Begin again, with another seed if one is given."""
        if seed is not None:
            self.seed = seed
        self._random = random.Random(self.seed)
        self._begin()
        return self._turn

    def play(self, path: str) -> Turn:
        """Begin again and follow a path; raises PathError where it can't be followed.

        Draws the path does not give come from the seed, so a path always leads to the same turn.
        """
        entry, steps = entry_and_steps(path)
        if entry and entry not in self.program.target_of_path:
            raise PathError(
                f"the path `{_short(path)}` starts at `{_short(entry)}`, which is no knot or stitch"
            )
        self._entry = entry
        self._random = random.Random(self.seed)
        self._begin(steps[0][1])
        self._check_drawn(path, steps[0][1])
        for number, (choice, draws) in enumerate(steps[1:], start=1):
            if choice >= len(self._turn.choices):
                count = len(self.choices)
                why = f"{count} are on offer" if count > 1 else "only one is on offer"
                why = "the story has ended" if self.ended else why
                where = f"after `{_short(self.path)}`" if self.path else "at the start"
                raise PathError(
                    f"the path `{_short(path)}` does not fit: its choice number {number} is "
                    f"{_short(str(choice))}, but {why} {where}"
                )
            self._remember()
            machine.choose(self._tables, self._row, choice)
            left = self._replaying = list(draws)
            try:
                self._play(choice)
            finally:
                self._replaying = None
            self._check_drawn(path, left)
        return self._turn

    def _check_drawn(self, path: str, left: list[int]) -> None:
        """Raise PathError where a path gives outcomes of draws that its turn did not make."""
        broken = any(problem.severity == "error" for problem in self._turn.problems)
        if not left or broken:
            return
        made = len(self._steps[-1][1])
        drawn = f"only {made} {'is' if made == 1 else 'are'}" if made else "nothing is"
        surplus = _short(", ".join(map(str, left)))
        raise PathError(
            f"the path `{_short(path)}` does not fit: it draws {surplus} in the turn after "
            f"`{_short(self.path)}`, where {drawn} drawn"
        )

    def jump(self, path: str) -> Turn:
        """Leave the present scene for a knot or `knot.stitch`; variables and counts stay.

        Raises KeyError for a place that is not in the story. A jump starts the path anew.
        """
        target = self._target(path)
        machine.start_at(self._tables, self._row, target)
        self._row[P.OUTPUT] = self._tables[P.T_OUTPUT]
        self._row[P.WORDS] = 0
        self._steps = []
        self._entry = ""
        self._history = []
        self._play(-1)
        return self._turn

    # ---------------------------------------------------------- asking

    @property
    def variables(self) -> dict[str, object]:
        """Every global variable's value as Python knows it."""
        base = self._tables[P.T_GLOBALS]
        return {
            name: self.values.to_python(self._row[base + slot])
            for slot, name in enumerate(self.program.global_names)
        }

    def set(self, name: str, value: object) -> None:
        """Give a global variable a value.

        Raises KeyError for an unknown name; ValueError or TypeError for a value ink can't hold.
        """
        slot = self._global(name)
        self._row[self._tables[P.T_GLOBALS] + slot] = self.values.from_python(value)

    def shown(self, name: str) -> str:
        """A global variable's value as ink prints it."""
        return self.values.text(self._row[self._tables[P.T_GLOBALS] + self._global(name)])

    def visits(self, path: str) -> int | None:
        """How often a container was visited, or None if the story does not count it."""
        try:
            slot = self.program.visit_names.index(path)
        except ValueError:
            return None
        return self._row[self._tables[P.T_VISITS] + slot]

    def call(self, name: str, *arguments: object) -> tuple[object, str]:
        """Call one of the story's functions; gives its result and the text it printed.

        Raises KeyError for an unknown function, StoryError if it fails.
        """
        target = self._target(name)
        tables, row = self._tables, self._row
        record = tables[P.T_TARGETS] + target * P.TARGET_SIZE
        kept = row[: P.HEADER]
        before = self._drawn
        self._drawn = []
        if not machine.push_frame(tables, row, -1, P.FROM_HOST, tables[record + P.TARGET_SCOPE]):
            self._widen()
            tables, row = self._tables, self._row
            kept = row[: P.HEADER]
            machine.push_frame(tables, row, -1, P.FROM_HOST, tables[record + P.TARGET_SCOPE])
        for argument in arguments:
            row[row[P.EVAL]] = self.values.from_python(argument)
            row[P.EVAL] += 1
        machine.walk(tables, row, target, -1)
        row[P.PC] = tables[record + P.TARGET_PC]
        row[P.OUTPUT] = tables[P.T_OUTPUT]
        lines, problems, _ = self._drive()
        tables, row = self._tables, self._row
        errors = [problem for problem in problems if problem.severity == "error"]
        result: object = None
        shift = row[P.FRAME] - (kept[P.FRAME] + row[row[P.FRAME] + P.FR_BELOW]) if not errors else 0
        if not errors and shift == 0 and row[P.EVAL] > kept[P.EVAL]:
            result = self.values.to_python(row[row[P.EVAL] - 1])
        row[: P.HEADER] = kept
        self._drawn = before
        if errors:
            raise StoryError(errors)
        return result, "\n".join(line.text for line in lines)

    def ask(self, pc: int) -> bool:
        """Whether an expression lowered into the program at `pc` is true here.

        One that has no value is not. The story stays as it is.
        """
        seen = bytes(self.seen)
        self._remember()
        row = self._row
        row[P.ASKED_AT] = row[P.HERE]
        row[P.ENDED] = 0
        if self._turn.ending is not None:
            row[P.ENDED] = 1 + self.program.place_of_pc[row[P.LAST]]
        while not machine.push_frame(self._tables, self._row, -1, P.FROM_HOST, 0):
            self._widen()
        row, tables = self._row, self._tables
        row[P.EVAL], row[P.OUTPUT], row[P.STRING] = tables[P.T_EVAL], tables[P.T_OUTPUT], 0
        row[P.PC] = pc
        _, _, status = self._drive()
        row, tables = self._row, self._tables
        is_true = False
        if status == P.RETURNED and row[P.EVAL] > tables[P.T_EVAL]:
            is_true = machine.truth(row[row[P.EVAL] - 1]) == 1
        self.undo()
        self.seen[:] = seen
        return is_true

    def bind(self, name: str, function: Callable[..., object]) -> None:
        """Let an EXTERNAL function be this one.

        It takes the arguments as Python values and returns one (None for nothing). The story has
        begun by the time anything can be bound; `restart` to have it used from the first line.
        Raises KeyError for a name the story does not declare.
        """
        if name not in self.program.externals:
            raise KeyError(f"the story calls no EXTERNAL function `{name}`")
        self._bound[name] = function
        record = self.program.externals.index(name) * P.EXT_SIZE
        self._tables[self._tables[P.T_EXTERNALS] + record + P.EXT_MODE] = P.BOUND

    def observe(self, name: str, function: Callable[[str, object], None]) -> None:
        """Call `function(name, value)` after every turn that changed a global variable."""
        self._global(name)
        self._observers.setdefault(name, []).append(function)

    def state_in(self, find: Callable[[list[int], list[int]], Found]) -> Found:
        """What `find` makes of the story's present row: an explored graph's number for it."""
        return find(self._tables, self._row)

    # ---------------------------------------------------------- saving

    @property
    def digest(self) -> str:
        """What tells this story from any other version of itself."""
        program = self.program
        parts = (program.code, program.tables, program.global_names)
        digest = hashlib.sha256(repr(parts)[:-1].encode())
        for index, name in enumerate(program.visit_names):  # which in a deep story are long
            digest.update(f"{', ' if index else ', ['}{name!r}".encode())
        digest.update(b"])" if program.visit_names else b", [])")
        return digest.hexdigest()[:16]

    def save(self) -> str:
        """The story as it stands, as JSON that `restore` takes."""
        row, tables = self._row, self._tables
        words = [*row[: row[P.STACK]]]
        choices = row[tables[P.T_CHOICES] : row[P.CHOICE_TOP]]
        saved = {
            "foretell": 1,
            "story": self.digest,
            "path": self.path,
            "seed": self.seed,
            "random": _random_json(self._random),
            "row": words,
            "choices": choices,
            "strings": self.values.strings,
            "lists": [[list(map(list, x.items)), list(x.origins)] for x in self.values.lists],
            "turn": {
                "lines": [[line.text, list(line.tags)] for line in self._turn.lines],
                "choices": [[c.text, list(c.tags), c.label, c.point] for c in self._turn.choices],
                "ending": self._turn.ending,
                "words": self._turn.words,
            },
        }
        return json.dumps({**saved, "sum": _checksum(saved)})

    def restore(self, text: str) -> Turn:
        """Stand where `save` was called.

        Raises StoryError for a text that is no save, for one of which anything was changed, and for
        one made by another version of the story; the hint then gives its path.
        """
        try:
            saved: Any = json.loads(text)
            if saved["foretell"] != 1:
                raise ValueError("unknown format")
            digest, path = str(saved["story"]), str(saved["path"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _refusal("bad-save", "this is not a saved story of foretell's") from None
        if digest != self.digest:
            raise _refusal(
                "outgrown-save",
                "the story has changed since this was saved",
                f"the way there was `{path}`: try `play --path {path}`",
            )
        try:
            if saved.pop("sum") != _checksum(saved):
                raise ValueError("not what was saved")
            self._restore(saved)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
            raise _refusal("bad-save", "this saved story is damaged") from None
        return self._turn

    def _restore(self, saved: dict[str, Any]) -> None:
        entry, steps = entry_and_steps(saved["path"])
        strings = [self.values.string_index(str(text)) for text in saved["strings"]]
        lists = [
            self.values.list_value(
                V.InkList(tuple((int(n), str(o), str(i)) for n, o, i in items), tuple(origins))
            )
            for items, origins in saved["lists"]
        ]

        def word(value: object) -> int:
            if not isinstance(value, int) or isinstance(value, bool):
                raise ValueError("not a word")
            tag = value >> V.TAG_SHIFT
            if tag in (V.STRING, V.TAG):
                return (tag << V.TAG_SHIFT) | strings[value & V.PAYLOAD]
            if tag == V.LIST:
                return lists[(value & V.PAYLOAD) >> 1]
            return value

        words = [word(value) for value in saved["row"]]
        choices = [word(value) for value in saved["choices"]]
        turn = saved["turn"]
        restored = Turn(
            tuple(Line(str(text), tuple(map(str, tags))) for text, tags in turn["lines"]),
            tuple(
                Choice(i, str(text), tuple(map(str, tags)), str(label), int(point))
                for i, (text, tags, label, point) in enumerate(turn["choices"])
            ),
            (),
            turn["ending"],
            int(turn["words"]),
        )
        generator = random.Random()
        version, state, gauss = saved["random"]
        generator.setstate((version, tuple(state), gauss))
        while (
            len(words) > self._tables[P.T_CHOICES]
            or self._tables[P.T_CHOICES] + len(choices) > self._tables[P.T_EVAL]
        ):
            self._widen()
        tables, row = self._tables, self._row
        header = words[: P.HEADER]
        row[P.HEADER : len(words)] = words[P.HEADER :]
        row[: P.HEADER] = header
        row[tables[P.T_CHOICES] : tables[P.T_CHOICES] + len(choices)] = choices
        row[P.CHOICE_TOP] = tables[P.T_CHOICES] + len(choices)
        row[P.EVAL] = tables[P.T_EVAL]
        row[P.OUTPUT] = tables[P.T_OUTPUT]
        row[P.EMIT] = 1
        self._random = generator
        self._entry = entry
        self._steps = steps
        self._history = []
        self._turn = restored

    # ---------------------------------------------------------- inside

    def _global(self, name: str) -> int:
        try:
            return self.program.global_names.index(name)
        except ValueError:
            raise KeyError(f"the story has no variable `{name}`") from None

    def _target(self, path: str) -> int:
        target = self.program.target_of_path.get(path)
        if target is None:
            raise KeyError(f"the story has no knot, stitch or function `{path}`")
        return target

    def _begin(self, draws: list[int] | None = None) -> None:
        """Run the declarations, then the first turn."""
        self._history = []
        self._steps = []
        self._replaying = draws
        tables, row = self._tables, self._row
        machine.start(tables, row, self.program.declarations_pc)
        row[P.EMIT] = 1
        self._drawn = []
        if self.program.declarations_pc >= 0:
            _, problems, _ = self._drive()
            errors = [problem for problem in problems if problem.severity == "error"]
            if errors:
                raise StoryError(errors)
        for name, value in self._constants.items():
            self.set(name, value)
        tables, row = self._tables, self._row
        machine.reset_stack(tables, row, 0)
        row[P.SAFE] = 0
        row[P.WORDS] = 0
        row[P.OUTPUT] = tables[P.T_OUTPUT]
        row[P.PC] = self.program.start_pc
        if self._entry:
            machine.start_at(tables, row, self._target(self._entry))
        try:
            self._play(-1)
        finally:
            self._replaying = None

    def _play(self, choice: int) -> None:
        """Run the turn that has been set up, and make it the present one."""
        before = self._globals() if self._observers else []
        self._drawn = []
        lines, problems, status = self._drive()
        row = self._row
        choices: list[Choice] = []
        ending: str | None = None
        if status == P.REST:
            choices = list(self._offered())
            if not choices:
                name = row[P.ENDING]
                place = self.program.places[self.program.place_of_pc[row[P.LAST]]]
                ending = self.values.strings[name] if name else place or THE_END
        self._turn = Turn(tuple(lines), tuple(choices), tuple(problems), ending, row[P.WORDS])
        self._steps.append((choice, self._drawn))
        self._drawn = []
        for slot, (old, new) in enumerate(zip(before, self._globals(), strict=False)):
            if old != new:
                name_ = self.program.global_names[slot]
                for function in self._observers.get(name_, ()):
                    function(name_, self.values.to_python(new))

    def _globals(self) -> list[int]:
        base = self._tables[P.T_GLOBALS]
        return self._row[base : base + len(self.program.global_names)]

    def _offered(self) -> Iterator[Choice]:
        row, tables = self._row, self._tables
        at = tables[P.T_CHOICES]
        index = 0
        for _ in range(row[P.CHOICES]):
            info = self.program.choices[row[at + P.C_CHOICE]]
            if not info.flags & 8:
                parts = [row[at + P.C_START], row[at + P.C_ONLY]]
                text = "".join(self.values.text(v) for v in parts if v >> V.TAG_SHIFT == V.STRING)
                first = at + P.C_HEADER
                tags = [self.values.text(v) for v in row[first : first + row[at + P.C_TAGS]]]
                point = row[at + P.C_CHOICE]
                yield Choice(index, text.strip(" \t"), tuple(tags), info.label, point)
                index += 1
            at += row[at + P.C_SIZE]

    def _drive(self) -> tuple[list[Line], list[Diagnostic], int]:
        """Run until the turn rests, serving whatever the machine stops for."""
        lines = Lines(self.values)
        problems: list[Diagnostic] = []
        code = self.program.code
        left = self.step_budget
        status = P.BUDGET
        most = self.values.built + _MOST_BUILT
        shown = 0
        while True:
            chunk = min(left, _CHUNK)
            status = machine.run(code, self._tables, self._memo, self._row, self.seen, chunk)
            row = self._row
            if status in (P.REST, P.RETURNED):
                break
            # a stop costs, too: a loop that stops before its chunk is used must come to an end
            left -= chunk if status in (P.BUDGET, P.FLUSH) else _STOP_COST
            if self.values.built > most:
                problems.append(faults.too_deep(self.program, self._at))
                machine.force_end(self._tables, row)
                status = P.ERROR
                break
            if left <= 0:
                problems.append(faults.endless(self.program, self._at))
                machine.force_end(self._tables, row)
                status = P.ERROR
                break
            if status == P.BUDGET:
                continue
            if status == P.DRAW:
                row[P.DRAW_OUTCOME] = self._draw()
            elif status == P.NEEDS_OPERATION:
                left -= self._learn(row[P.FAULT], row[P.FAULT_VALUE], row[P.OPERAND])
            elif status in (P.NEEDS_STRING, P.NEEDS_TAG):
                built = self._end_string() if status == P.NEEDS_STRING else self._end_tag()
                left -= built // _BUILT_A_STEP
                if built > V.MOST_CHARACTERS:
                    row[P.FAULT], row[P.FAULT_VALUE] = P.F_OPERATION, self.values.too_long()
                    problems.append(faults.describe(self.program, row, P.ERROR))
                    machine.force_end(self._tables, row)
                    status = P.ERROR
                    break
            elif status == P.FLUSH:
                shown += self._flush(lines)
                if shown > _MOST_SHOWN:
                    problems.append(faults.endless(self.program, self._at))
                    machine.force_end(self._tables, row)
                    status = P.ERROR
                    break
            elif status == P.OVERFLOW:
                if self._widths.deepest:
                    problems.append(faults.too_deep(self.program, self._at))
                    machine.force_end(self._tables, row)
                    status = P.ERROR
                    break
                self._widen()
            elif status == P.EXTERNAL:
                problem = self._external(row[P.FAULT])
                if problem is not None:
                    problems.append(problem)
                    machine.force_end(self._tables, row)
                    status = P.ERROR
                    break
            else:
                problems.append(faults.describe(self.program, row, status))
                if status == P.ERROR:
                    machine.force_end(self._tables, row)
                    break
        self._flush(lines)
        return lines.finish(), problems, status

    @property
    def _at(self) -> int:
        """The instruction that is told where a turn is stopped: the last, if none is next."""
        row = self._row
        return row[P.PC] if row[P.PC] >= 0 else row[P.LAST]

    def _flush(self, lines: Lines) -> int:
        """Take in what was written; gives its length, of which too much is not shown."""
        row, start = self._row, self._tables[P.T_OUTPUT]
        tokens = row[start : row[P.OUTPUT]]
        characters = length(tokens, self.values)
        if characters <= _MOST_SHOWN:
            lines.feed(tokens)
        row[P.OUTPUT] = start
        return characters

    def _draw(self) -> int:
        """An outcome for the draw the row stands at: replayed, forced, or from the generator."""
        row = self._row
        low, count = row[P.DRAW_LOW], row[P.DRAW_COUNT]
        possible: Sequence[int] = range(low, low + count)
        if row[P.DRAW_KIND] == P.DRAW_SHUFFLE:
            tables, slot = self._tables, row[P.DRAW_DEALT]
            possible = [e for e in possible if not machine.is_dealt(tables, row, slot, e)]
        outcome: int | None = None
        if self._replaying:
            outcome = self._replaying.pop(0)
        elif self._replaying is None:
            outcome = next(self._forced, None)
        if outcome is None:
            outcome = self._random.choice(possible)
        elif outcome not in possible:
            span = self.program.spans[row[P.PC]]
            where = f" at {span.place}" if span else ""
            raise PathError(f"{outcome} can't be drawn{where}: {low} to {low + count - 1} can")
        self._drawn.append(outcome)
        return outcome

    def _learn(self, operation: int, a: int, b: int) -> int:
        """Compute an operation the memo lacks and put it in; gives the steps it is counted as."""
        if self._memo_used * 2 > len(self._memo) // P.MEMO_SIZE:
            old = self._memo
            size = len(old) // P.MEMO_SIZE * 2
            self._memo = [0] * (size * P.MEMO_SIZE)
            self._tables[P.T_MEMO_MASK] = size - 1
            for at in range(0, len(old), P.MEMO_SIZE):
                if old[at]:
                    slot = machine.memo_slot(
                        self._memo, size - 1, old[at] - 1, old[at + 1], old[at + 2]
                    )
                    self._memo[slot : slot + P.MEMO_SIZE] = old[at : at + P.MEMO_SIZE]
        built = self.values.built
        result = operate(self.values, operation, a, b)
        steps = (self.values.built - built) // _BUILT_A_STEP
        for value in (a, b):
            if value >> V.TAG_SHIFT == V.LIST:
                steps += len(self.values.ink_list(value).items) // _ITEMS_A_STEP
        mask = self._tables[P.T_MEMO_MASK]
        slot = machine.memo_slot(self._memo, mask, operation, a, b)
        self._memo[slot : slot + P.MEMO_SIZE] = [operation + 1, a, b, result]
        self._memo_used += 1
        return steps

    def _end_string(self) -> int:
        """Put what was written since the string began on the stack, if it is not too long.

        Gives how many characters it has.
        """
        row = self._row
        start = row[P.STRING]
        tokens = row[start + 1 : row[P.OUTPUT]]
        characters = length(tokens, self.values)
        if characters > V.MOST_CHARACTERS:
            return characters
        outer = row[start] & P.STRING_WORDS  # words down to it, 0 none
        text = assemble_string(tokens, self.values)
        row[row[P.EVAL]] = self.values.string_value(text)
        row[P.EVAL] += 1
        row[P.OUTPUT] = start
        row[P.STRING] = start - outer if outer else 0
        row[P.PC] += 1
        return characters

    def _end_tag(self) -> int:
        """The same with a tag of a choice."""
        row = self._row
        start = row[P.OUTPUT] - 1
        while start > row[P.STRING] and row[start] >> P.TOKEN_SHIFT != P.TAG_BEGIN:
            start -= 1
        tokens = row[start + 1 : row[P.OUTPUT]]
        characters = length(tokens, self.values)
        if characters > V.MOST_CHARACTERS:
            return characters
        text = assemble_tag(tokens, self.values)
        row[row[P.EVAL]] = (V.TAG << V.TAG_SHIFT) | self.values.string_index(text)
        row[P.EVAL] += 1
        row[P.OUTPUT] = start
        row[P.PC] += 1
        return characters

    def _external(self, index: int) -> Diagnostic | None:
        """Call a bound function with its arguments from the evaluation stack."""
        row, tables = self._row, self._tables
        name = self.program.externals[index]
        count = tables[tables[P.T_EXTERNALS] + index * P.EXT_SIZE + P.EXT_CALL] & 0xFF
        first = row[P.EVAL] - count
        arguments = [self.values.to_python(v) for v in row[first : row[P.EVAL]]]
        try:
            result = self.values.from_python(self._bound[name](*arguments))
        except Exception as error:  # whatever a host's function raises becomes the story's error
            return faults.external_failed(self.program, row[P.PC], name, error)
        row[first] = result
        row[P.EVAL] = first + 1
        row[P.PC] += 1
        return None

    def _remember(self) -> None:
        row = array("q", self._row[: self._tables[P.T_EVAL]])
        chance: object = self._random.getstate()
        if self._history and self._history[-1].random_state == chance:
            chance = self._history[-1].random_state  # nothing was drawn: one is enough
        self._history.append(_Moment(row, self._turn, len(self._steps), chance))

    def _restore_row(self, kept: array[int]) -> None:
        while len(kept) < self._tables[P.T_EVAL]:
            kept = array("q", [*kept, *([0] * (self._tables[P.T_EVAL] - len(kept)))])
        self._row[: len(kept)] = kept.tolist()
        self._row[P.EVAL] = self._tables[P.T_EVAL]
        self._row[P.OUTPUT] = self._tables[P.T_OUTPUT]

    def _widen(self) -> None:
        """Move the row into one twice as wide."""
        old, row = self._tables, self._row
        self._widths = self._widths.wider()
        mask = old[P.T_MEMO_MASK]
        size = P.EXT_SIZE * len(self.program.externals)
        externals = old[old[P.T_EXTERNALS] : old[P.T_EXTERNALS] + size]
        self._tables = new = layout(self.program, self._widths)
        new[P.T_MEMO_MASK] = mask
        new[new[P.T_EXTERNALS] : new[P.T_EXTERNALS] + len(externals)] = externals
        self._row = widened(row, old, new)
        for moment in self._history:
            wide = widened([*moment.row, *([0] * (len(row) - len(moment.row)))], old, new)
            moment.row = array("q", wide[: new[P.T_EVAL]])


def widened(row: list[int], old: list[int], new: list[int]) -> list[int]:
    """A work row laid out anew: `old` and `new` are tables with the layouts."""
    out = [0] * new[P.T_END]
    out[: old[P.T_STACK]] = row[: old[P.T_STACK]]
    for region, following in (
        (P.T_STACK, P.T_CHOICES),
        (P.T_CHOICES, P.T_EVAL),
        (P.T_EVAL, P.T_OUTPUT),
        (P.T_OUTPUT, P.T_END),
    ):
        size = old[following] - old[region]
        out[new[region] : new[region] + size] = row[old[region] : old[region] + size]
    moved = new[P.T_CHOICES] - old[P.T_CHOICES]
    out[P.CHOICE_TOP] += moved
    out[P.EVAL] += new[P.T_EVAL] - old[P.T_EVAL]
    out[P.OUTPUT] += new[P.T_OUTPUT] - old[P.T_OUTPUT]
    if out[P.STRING]:
        out[P.STRING] += new[P.T_OUTPUT] - old[P.T_OUTPUT]
    return out


def _short(text: str) -> str:
    """A text as an error quotes it: of a long one the beginning and the end."""
    half = _MOST_QUOTED // 2
    return text if len(text) <= _MOST_QUOTED else f"{text[:half]}…{text[-half:]}"


def _random_json(generator: random.Random) -> list[object]:
    version, state, gauss = generator.getstate()
    return [version, list(state), gauss]


def _checksum(saved: dict[str, Any]) -> str:
    """What tells a saved story from one of which a word was changed."""
    return hashlib.sha256(json.dumps(saved, sort_keys=True).encode()).hexdigest()[:16]


def _refusal(code: str, message: str, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", code, message, hint=hint)])
