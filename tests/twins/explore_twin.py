"""Every situation of a story, by playing it: no reduction, no kernel, no packed rows.

A `Story` is played on from every situation met, once for each choice and each outcome of each
draw. A situation is the whole row: all variables, all counts, the whole stack, what choices say.
Only the turn number is left out where no instruction reads it, and turn indices are taken
relative to it, since ink gives a story no way to tell them otherwise.

    twin = explore(program, most=500)
    twin.nodes[0].edges          # [(node, label, words), …]
    profile(twin.nodes, 8)       # what readers meet after 0 … 7 steps, and how many ways lead there

`profile` is what two explorations are compared by: for each number of steps (choices and draws)
and each thing that can be observed there (which choices are offered, which draw is made, which
end or error it is), the number of ways to it and the words read on all of them together. It is
the same for any two graphs that no reader can tell apart, however many states each has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass, field

from foretell.checker.exploring import expand as X
from foretell.checker.exploring.explore import Exploration
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph
from foretell.diagnostics import Diagnostic
from foretell.vm import faults, machine
from foretell.vm import program as P
from foretell.vm.program import Program
from foretell.vm.story import Story

Problem = tuple[str, str]  # code and place


@dataclass
class Node:
    """A situation: its kind, what can be seen of it, and where it leads, in words read."""

    kind: int
    seen: Hashable = None
    edges: list[tuple[int, int, int]] = field(default_factory=list)  # node, label, words


@dataclass
class Twin:
    """What playing found. `complete` says whether all of it was played."""

    nodes: list[Node]
    reached: bytearray  # instructions executed
    warnings: set[Problem]
    start_words: int
    complete: bool

    def graph(self) -> StateGraph:
        """The nodes as a graph, outcomes in the order of their names."""
        outcomes = sorted({end_name(n) for n in self.nodes if n.kind == TERMINAL})
        first, target, label, words = [0], [], [], []
        for node in self.nodes:
            for to, name, read in node.edges:
                target.append(to)
                label.append(name)
                words.append(read)
            first.append(len(target))
        return StateGraph(
            kind=[n.kind for n in self.nodes],  # type: ignore[arg-type]
            first_edge=first,  # type: ignore[arg-type]
            edge_target=target,  # type: ignore[arg-type]
            edge_label=label,  # type: ignore[arg-type]
            edge_words=words,  # type: ignore[arg-type]
            outcome=[outcomes.index(end_name(n)) if n.kind == TERMINAL else 0 for n in self.nodes],  # type: ignore[arg-type]
            outcomes=[Outcome(name) for name in outcomes] or [Outcome("none")],
            start_words=self.start_words,
        )


class _UndrawnError(Exception):
    """A draw whose outcome has not been chosen yet."""


class _Played(Story):
    """A story that stops at every draw it was not told the outcome of."""

    told: list[int]

    def _draw(self) -> int:
        if not self.told:
            raise _UndrawnError
        return self.told.pop()

    def twin(self) -> _Played:
        """The same moment once more; only `seen` is shared."""
        other = copy(self)
        other._row, other._tables, other._memo = [*self._row], [*self._tables], [*self._memo]
        other._history, other._steps, other._drawn = [], [], []
        other.told = []
        return other


def explore(program: Program, *, most: int = 1000, steps: int = 20_000) -> Twin:
    """Play on from every situation, the earliest first, until `most` have been played on from."""
    reads_turn = any(program.code[pc * 4] == P.OP_LOAD_TURN for pc in range(program.length))
    nodes: list[Node] = []
    stories: list[_Played] = []
    number: dict[Hashable, int] = {}
    warnings: set[Problem] = set()

    def note(story: _Played, drawing: bool) -> int:
        """The number of the situation a story stands in."""
        node, key = _situation(story, drawing, reads_turn)
        found = number.setdefault(key, len(nodes))
        if found == len(nodes):
            nodes.append(node)
            stories.append(story)
        return found

    def play(story: _Played, begin: Callable[[], object]) -> tuple[int, int]:
        """Where beginning leads to, and the words read on the way."""
        drawing = False
        try:
            begin()
            warnings.update(problem(p) for p in story.turn.problems if p.severity == "warning")
        except _UndrawnError:
            drawing = True
        return note(story, drawing), story._row[P.WORDS]

    first = _Played.__new__(_Played)
    first.told = []
    _, start_words = play(first, lambda: first.__init__(program, step_budget=steps))  # type: ignore[misc]
    at = 0
    while at < min(most, len(nodes)):
        node, here = nodes[at], stories[at]
        for label in _labels(node):
            story = here.twin()
            if node.kind == CHANCE:
                story.told = [label]
                story._row[P.WORDS] = 0
                to, words = play(story, lambda story=story: story._play(-1))  # type: ignore[misc]
            else:
                to, words = play(story, lambda story=story, n=label: story.choose(n))  # type: ignore[misc]
            node.edges.append((to, label, words))
        at += 1
    for node in nodes[at:]:
        if node.kind != TERMINAL:
            node.kind = UNEXPLORED
    complete = all(node.kind != UNEXPLORED for node in nodes)
    reached = bytearray(first.seen)
    for copied, pc in program.copied.items():  # it is the function that was executed
        reached[pc] |= reached[copied]
        reached[copied] = 0
    return Twin(nodes, reached, warnings, start_words, complete)


def _labels(node: Node) -> Sequence[int]:
    if node.kind == CHANCE:
        return node.seen[2]  # type: ignore[index]
    return range(len(node.seen[1])) if node.kind == CHOICE else ()  # type: ignore[index]


def problem(found: Diagnostic) -> Problem:
    """What a problem is compared by."""
    return found.code, found.span.place if found.span else ""


def _situation(story: _Played, drawing: bool, reads_turn: bool) -> tuple[Node, Hashable]:
    """What can be seen of a situation, and all of it as a key."""
    row, tables = story._row, story._tables
    if drawing:
        low, count = row[P.DRAW_LOW], row[P.DRAW_COUNT]
        outcomes = tuple(range(low, low + count))
        if row[P.DRAW_KIND] == P.DRAW_SHUFFLE:
            slot = row[P.DRAW_DEALT]
            outcomes = tuple(n for n in outcomes if not machine.is_dealt(tables, row, slot, n))
        node = Node(CHANCE, ("draw", row[P.DRAW_KIND], outcomes))
    elif story.turn.choices:
        node = Node(CHOICE, ("choices", tuple(choice.point for choice in story.turn.choices)))
    else:
        errors = [problem(p) for p in story.turn.problems if p.severity == "error"]
        node = Node(TERMINAL, ("error", *errors[0]) if errors else ("end", story.ending))
        return node, node.seen
    turn = row[P.TURN]
    marks = row[tables[P.T_TURNS] : tables[P.T_SHUFFLES]]
    header = [P.PC, P.SAFE, P.FROM, P.HERE, P.ENDING, P.THREAD, P.FRAME, P.STACK, P.CHOICES]
    key = (
        node.kind,
        node.seen,
        turn if reads_turn else 0,
        tuple(row[word] for word in header),
        tuple(row[P.HEADER : tables[P.T_TURNS]]),
        tuple(turn - mark if mark else None for mark in marks),
        tuple(row[tables[P.T_SHUFFLES] : row[P.STACK]]),
        tuple(row[tables[P.T_CHOICES] : row[P.CHOICE_TOP]]),
        tuple(row[tables[P.T_EVAL] : row[P.EVAL]]),
        tuple(row[tables[P.T_OUTPUT] : row[P.OUTPUT]]) if row[P.STRING] else (),
    )
    return node, key


# The explorer's graph, seen the same way ---------------------------------------------------------


def nodes_of(found: Exploration) -> list[Node]:
    """An exploration's states as nodes that can be compared with the twin's."""
    return [node_of(found, s) for s in range(found.graph.n)]


def node_of(found: Exploration, s: int) -> Node:
    """One state as a node."""
    graph, program = found.graph, found.program
    kind = int(graph.kind[s])
    span = range(int(graph.first_edge[s]), int(graph.first_edge[s + 1]))
    edges = [  # an edge that stands for several outcomes of a draw is as many
        (int(graph.edge_target[e]), int(graph.edge_label[e]) + face, int(graph.edge_words[e]))
        for e in span
        for face in range(int(graph.edge_weight[e]) if kind == CHANCE else 1)
    ]
    seen: Hashable = None
    if kind == CHOICE:
        seen = ("choices", tuple(int(found.edge_point[e]) for e in span))
    elif kind == CHANCE:
        seen = ("draw", tuple(label for _, label, _ in edges))
    elif kind == TERMINAL:
        seen = _end(program, found.codes[int(graph.outcome[s])])
    return Node(kind, seen, edges)


def end_name(node: Node) -> str:
    """What an end is called by."""
    if isinstance(node.seen, tuple) and node.seen[1] in ("no-rest", "too-deep"):
        return "given up"
    return str(node.seen)


def _end(program: Program, code: X.OutcomeCode) -> Hashable:
    if code.kind == X.K_ENDING:
        return ("end", program.values.strings[code.number])
    if code.kind == X.K_PLACE:
        return ("end", program.places[code.number] or "the end")
    if code.kind == X.K_FAULT:
        return (
            "error",
            *problem(faults.describe_at(program, code.fault, code.value, code.number)),
        )
    return ("error", "too-deep" if code.kind == X.K_DEEP else "no-rest", "")


def warnings_of(found: Exploration) -> set[Problem]:
    """An exploration's warnings as the twin notes them."""
    out: set[Problem] = set()
    for fault, pc, _, _ in found.warnings:
        value = found.program.code[pc * 4 + 2] if fault == P.W_NOT_FOUND else 0
        out.add(problem(faults.describe_at(found.program, fault, value, pc, "warning")))
    return out


Profile = list[Counter[tuple[Hashable, str]]]


def profile(nodes: Sequence[Node], most: int) -> Profile:
    """What is met after 0 … most-1 steps from the first node: ways to it, and words on them.

    It ends before the first step that leads to a node that was not played on from.
    """
    level: dict[int, tuple[int, int]] = {0: (1, 0)}
    out: Profile = []
    for _ in range(most):
        if not level or any(nodes[n].kind == UNEXPLORED for n in level):
            break
        met: Counter[tuple[Hashable, str]] = Counter()
        onward: dict[int, tuple[int, int]] = {}
        for n, (ways, words) in level.items():
            node = nodes[n]
            seen = node.seen if node.kind != CHANCE else ("draw", tuple(e[1] for e in node.edges))
            if isinstance(seen, tuple) and seen[1] in ("no-rest", "too-deep"):
                # where and when a turn was given up is no part of the story
                met["given up", "ways"] += ways
                continue
            met[seen, "ways"] += ways
            met[seen, "words"] += words
            for to, _, read in node.edges:
                known = onward.get(to, (0, 0))
                onward[to] = (known[0] + ways, known[1] + words + ways * read)
        out.append(met)
        level = onward
    return out


def first_difference(ours: Profile, theirs: Profile) -> str | None:
    """Where two profiles part, as far as both go."""
    for step, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if one != other:
            only = {k: (one[k], other[k]) for k in one | other if one[k] != other[k]}
            return f"after {step} steps: " + "; ".join(f"{k}: {v}" for k, v in only.items())
    return None
