"""The map's matter: where readers rest, what they pass through, and the routes between.

**Places** are knots and stitches. A reader *rests* in one where its choices are offered; others
are passed through. Routes between resting places are those that readers travel, with the number
of times the uniform reader does; to and from places passed through they are the diverts that were
executed, since no state stands there. A place that is passed through to an ending of its own name
is that ending. Functions are no places.

    places_of(edition).routes                  # {(3, 5): 0.25, …}; an outcome k is node -1 - k
    map_view(edition, {"columns": "5"})        # the picture, and the places as a list
    place_view(edition, {"name": "cellar"})    # one place: who comes, from where, its source

What this does not do: draw (`pictures`) or lay out (`layers`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

import numpy as np

from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.checker.graphs.solve import absorb, flow
from foretell.studio import pictures
from foretell.studio.edition import Edition, Json
from foretell.vm import program as P

__all__ = ["Places", "map_nodes", "map_view", "place_view", "places_of"]

_percent = pictures.percent
_LEAN = 0.02  # a place leans to an ending that is likelier from there by more than this


class Places:
    """Where readers rest and what they pass through, with the routes between.

    `rest[s]` is the place of state s (−1 where it is no choice), `visits[p]` how often the uniform
    reader rests in place p, `odds[p]` the mean odds of every outcome from there. `routes` are
    {(from, to): times}; an outcome k is node −1 − k, and a route without times is None.
    """

    def __init__(self, edition: Edition) -> None:
        analysis = edition.need()
        self.edition = edition
        self.graph = analysis.graph
        self.program = edition.program
        self.count = len(self.program.places)
        self.rest = self._resting(analysis)
        met = np.where(np.isfinite(analysis.flow.visits), analysis.flow.visits, 0.0)
        resting = self.rest >= 0
        self.visits = np.bincount(self.rest[resting], met[resting], self.count)
        k = analysis.odds.low.shape[1]
        self.odds = np.zeros((self.count, k))
        for j in range(k):
            weight = met[resting] * analysis.odds.low[resting, j]
            self.odds[:, j] = np.bincount(self.rest[resting], weight, self.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.odds = np.nan_to_num(self.odds / self.visits[:, None])
        self.rests = np.zeros(self.count, np.bool_)
        self.rests[self.rest[resting]] = True
        seen = analysis.exploration.seen
        self.entered = np.zeros(self.count, np.bool_)
        for pc in range(self.program.length):
            if seen[pc]:
                self.entered[self.program.place_of_pc[pc]] = True
        self.functions = self._functions()
        self.routes = self._travelled(met)
        self.ends: dict[int, int] = {}  # places that are an ending of their own name: which
        self._add_passed(seen)
        self.start = int(self.rest[0]) if self.rest[0] >= 0 else 0

    def _resting(self, analysis: Any) -> Any:
        """The place of each state: that of the first choice it offers."""
        graph = self.graph
        point_place = np.array([info.place for info in self.program.choices] + [-1], np.int64)
        rest = np.full(graph.n, -1, np.int64)
        states = np.flatnonzero(graph.kind == CHOICE)
        point = analysis.exploration.edge_point[graph.first_edge[states]]
        rest[states] = point_place[point]
        return rest

    def _functions(self) -> set[int]:
        """The places that are functions: what is called as one, and what only calls reach."""
        code, program = self.program.code, self.program
        found = set()
        for pc in range(program.length):
            op, a, b, _ = code[4 * pc : 4 * pc + 4]
            if op == P.OP_CALL and (b >> 1) & 7 == P.FUNCTION:
                found.add(program.place_of_pc[a])
        with_choices = {info.place for info in program.choices}
        return {p for p in found if p and p not in with_choices}

    def _travelled(self, met: Any) -> dict[tuple[int, int], float | None]:
        """Routes between resting places and to outcomes; draws on the way are followed."""
        graph = self.graph
        node = self.rest.copy()
        ends = graph.kind == TERMINAL
        node[ends] = -1 - graph.outcome[ends]
        known = (self.rest >= 0) | ends
        degree = np.diff(graph.first_edge)
        weight = graph.edge_weight
        total = np.bincount(graph.edge_source, weight, graph.n)
        sources = np.flatnonzero(self.rest >= 0)
        wide = len(graph.outcomes) + self.count
        sums = np.zeros(self.count * wide)
        # (origin, state, times) grouped by origin and state, carried through draws
        edges = np.repeat(graph.first_edge[sources], degree[sources])
        edges += np.arange(len(edges)) - np.repeat(
            np.cumsum(degree[sources]) - degree[sources], degree[sources]
        )
        origin = self.rest[graph.edge_source[edges]]
        times = met[graph.edge_source[edges]] / degree[graph.edge_source[edges]]
        target = graph.edge_target[edges].astype(np.int64)
        for _ in range(64):
            here = known[target]
            key = origin[here] * wide + node[target[here]] + len(graph.outcomes)
            sums += np.bincount(key, times[here], len(sums))
            origin, target, times = origin[~here], target[~here], times[~here]
            drawing = degree[target] > 0
            origin, target, times = origin[drawing], target[drawing], times[drawing]
            if not len(target):
                break
            (origin, target), times = _grouped(origin, target, times, graph.n)
            counts = degree[target]
            edges = np.repeat(graph.first_edge[target] - np.cumsum(counts) + counts, counts)
            edges += np.arange(len(edges))
            times = np.repeat(times / total[target], counts) * weight[edges]
            origin = np.repeat(origin, counts)
            target = graph.edge_target[edges].astype(np.int64)
        routes = {
            (int(key) // wide, int(key) % wide - len(graph.outcomes)): float(sums[key])
            for key in np.flatnonzero(sums)
        }
        return {(a, b): times for (a, b), times in routes.items() if a != b}

    def _add_passed(self, seen: bytearray) -> None:
        """Routes by executed diverts to and from places where nobody rests."""
        program, code = self.program, self.program.code
        names = {o.name: -1 - k for k, o in enumerate(self.graph.outcomes)}
        passed = {p for p in range(self.count) if self.passed(p)}
        onward: dict[int, set[int]] = defaultdict(set)
        for pc in range(program.length):
            if not seen[pc]:
                continue
            op, a, b, _ = code[4 * pc : 4 * pc + 4]
            here = program.place_of_pc[pc]
            to: list[int] = []
            tunnel = op == P.OP_CALL and (b >> 1) & 7 == P.TUNNEL
            if tunnel or op in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
                to.append(a)
            if op not in (P.OP_JUMP, P.OP_DONE, P.OP_END, P.OP_FALL, P.OP_RETURN):
                to.append(pc + 1)
            for target in to:
                there = program.place_of_pc[target] if target < program.length else here
                if there != here and seen[target] and (here in passed or there in passed):
                    onward[here].add(there)
            if here in passed and op == P.OP_ENDING and program.values.strings[a] in names:
                onward[here].add(names[program.values.strings[a]])
        for p in passed & {program.places.index(n) for n in names if n in program.places}:
            onward[p].add(names[program.places[p]])
        for a, ends in onward.items():
            for b in ends:
                self.routes.setdefault((a, b), None)
        for (a, b), times in list(self.routes.items()):
            if b < 0 and times is not None and a not in passed:
                self._lead(a, b, times, onward, passed)
        for p in passed:
            out = [b for a, b in self.routes if a == p]
            if len(out) == 1 and names.get(program.places[p]) == out[0]:
                into = {a for a, b in self.routes if b == out[0]}
                if into == {p}:
                    del self.routes[p, out[0]]
                    self.ends[p] = -1 - out[0]

    def _lead(
        self, a: int, outcome: int, times: float, onward: dict[int, set[int]], passed: set[int]
    ) -> None:
        """Lead a route to an outcome through the places passed on the way, where they are known."""
        came: dict[int, int] = {a: a}
        queue = deque([a])
        while queue:
            here = queue.popleft()
            if outcome in onward[here] and here != a:
                break
            for there in onward[here]:
                if there in passed and there not in came:
                    came[there] = here
                    queue.append(there)
        else:
            return
        del self.routes[a, outcome]
        last = outcome
        while here != a:
            self.routes[here, last] = (self.routes.get((here, last)) or 0.0) + times
            weight = self.visits[here] + times
            self.odds[here] *= self.visits[here] / weight
            self.odds[here, -1 - outcome] += times / weight
            self.visits[here] = weight
            last, here = here, came[here]
        self.routes[a, last] = (self.routes.get((a, last)) or 0.0) + times

    def passed(self, p: int) -> bool:
        """Whether readers come through a place without resting there."""
        return bool(self.entered[p]) and not self.rests[p] and p not in self.functions and p != 0

    def shown(self) -> list[int]:
        """The places a map shows, in the story's order."""
        return [
            p
            for p in range(self.count)
            if p not in self.functions and (p or self.rests[0] or self.count == 1)
        ]

    def lean(self, p: int) -> tuple[int, float] | None:
        """The outcome that a place makes likelier than it was at the start, most, and by what."""
        if not self.odds[p].any():
            return None
        gain = self.odds[p] - self.edition.need().odds.low[0]
        k = int(gain.argmax())
        return (k, float(gain[k])) if gain[k] > _LEAN else None

    def reach(self, p: int) -> float | None:
        """The share of readers who ever rest in a place; None where nobody can rest there."""
        if not self.rests[p]:
            return None
        return self.edition.kept(("reach", p), lambda: self._reach(p))

    def _reach(self, p: int) -> float:
        goal = self.rest == p
        if goal[0]:
            return 1.0
        return float(flow(absorb(self.graph, goal)).odds[len(self.graph.outcomes)].low)

    def name(self, p: int) -> str:
        """A place's name; the top of the story has none of its own."""
        return self.program.places[p] or "the beginning"

    def witness(self, p: int) -> str | None:
        """The shortest path to where a place's choices are offered."""
        return self.graph.witness(self.rest == p) if self.rests[p] else None


def _grouped(a: Any, b: Any, times: Any, n: int) -> tuple[tuple[Any, Any], Any]:
    key, place = np.unique(a * n + b, return_inverse=True)
    return (key // n, key % n), np.bincount(place, times)


def places_of(edition: Edition) -> Places:
    """The edition's places, made once."""
    made: Places = edition.kept("places", lambda: Places(edition))
    return made


def map_view(edition: Edition, query: dict[str, str]) -> Json:
    """The map as a picture, and as a list of its places. `columns` bounds its width."""
    try:
        columns = min(12, max(2, int(query.get("columns", "7"))))
    except ValueError:
        columns = 7
    places = places_of(edition)
    outcomes = edition.outcomes

    def make() -> Json:
        return {
            "picture": pictures.story_map(
                map_nodes(places, outcomes),
                _routes(places),
                columns,
                places.start,
                _unmet(places),
            ),
            "places": [
                {
                    "name": places.program.places[p],
                    "shown": places.name(p),
                    "visits": float(places.visits[p]),
                    "entered": bool(places.entered[p]),
                    "lean": places.lean(p),
                }
                for p in places.shown()
            ],
            "outcomes": outcomes,
        }

    made: Json = edition.kept(("map", columns), make)
    return made


def map_nodes(places: Places, outcomes: list[Json]) -> list[pictures.Node]:
    """The map's nodes: places, and the outcomes that routes lead to."""
    nodes = []
    for p in places.shown():
        lean = places.lean(p)
        share = float(min(1.0, places.visits[p]))
        colour, strength = (outcomes[lean[0]]["colour"], lean[1]) if lean else ("", 0.0)
        if p in places.ends:
            colour, strength = outcomes[places.ends[p]]["colour"], 1.0
        nodes.append(
            pictures.Node(
                p,
                places.name(p),
                share if places.entered[p] else None,
                colour,
                strength,
                ending=p in places.ends,
                href="#/map/" + (places.program.places[p] or "-"),
                said=_said(places, p, lean, outcomes),
            )
        )
    odds = places.edition.need().flow.odds
    reached = sorted({b for _, b in places.routes if b < 0}, reverse=True)
    for node in reached:
        k = -1 - node
        nodes.append(
            pictures.Node(
                node,
                outcomes[k]["name"],
                odds[k].low,
                outcomes[k]["colour"],
                1.0,
                ending=True,
                href="#/endings",
                said=f"{outcomes[k]['name']} ({outcomes[k]['kind']}): {_percent(odds[k].low)}",
            )
        )
    return nodes


def _said(places: Places, p: int, lean: tuple[int, float] | None, outcomes: list[Json]) -> str:
    name = places.name(p)
    if not places.entered[p]:
        return f"{name}: {_unmet(places)}"
    if not places.rests[p] and not places.visits[p]:
        return f"{name}: passed through"
    said = f"{name}: {_times(float(places.visits[p]))}"
    if lean:
        k = lean[0]
        said += f"; leans to {outcomes[k]['name']}, {_percent(float(places.odds[p, k]))}"
    return said


def _unmet(places: Places) -> str:
    """What is known of places that were not met: nothing, unless everything was read."""
    complete = places.edition.need().complete
    return "no reader comes here" if complete else "not come to so far"


def _times(visits: float) -> str:
    if visits <= 1:
        return f"{_percent(visits)} of readers, if none comes twice"
    return f"a reader rests here {visits:.1f} times"


def _routes(places: Places) -> list[tuple[int, int, float]]:
    shown = set(places.shown())
    return [
        (a, b, times or 0.0)
        for (a, b), times in places.routes.items()
        if a in shown and (b < 0 or b in shown)
    ]


def place_view(edition: Edition, query: dict[str, str]) -> Json:
    """One place: how many come, what becomes of them, where from, where to, and its source."""
    places = places_of(edition)
    name = query.get("name", "")
    name = "" if name == "-" else name
    if name not in edition.program.places:
        raise KeyError(f"the story has no knot or stitch `{name}`")
    p = edition.program.places.index(name)
    odds = places.odds[p]
    lines = _source_of(edition, p)
    return {
        "name": name,
        "shown": places.name(p),
        "reach": places.reach(p),
        "visits": float(places.visits[p]),
        "entered": bool(places.entered[p]),
        "complete": bool(places.edition.need().complete),
        "rests": bool(places.rests[p]),
        "odds": [
            [int(k), float(odds[k]), float(odds[k])] for k in np.argsort(-odds) if odds[k] > 0
        ],
        "outcomes": edition.outcomes,
        "path": places.witness(p),
        "into": _ends(places, [(a, t) for (a, b), t in places.routes.items() if b == p]),
        "out": _ends(places, [(b, t) for (a, b), t in places.routes.items() if a == p]),
        "source": lines,
    }


def _ends(places: Places, routes: list[tuple[int, float | None]]) -> list[Json]:
    """The far ends of routes, the most travelled first."""
    routes.sort(key=lambda route: -(route[1] or 0.0))
    return [
        {"outcome": -1 - node, "times": times}
        if node < 0
        else {"name": places.program.places[node], "shown": places.name(node), "times": times}
        for node, times in routes
    ]


def _source_of(edition: Edition, p: int) -> Json | None:
    """Where a place stands in the source: its file, its lines, and their text."""
    program = edition.program
    spans = [
        span
        for pc, span in enumerate(program.spans)
        if span is not None and program.place_of_pc[pc] == p
    ]
    if not spans:
        return None
    source = spans[0].source
    numbers = [span.line for span in spans if span.source is source]
    first, last = min(numbers), max(numbers)
    while first > 1 and not source.line(first - 1).lstrip().startswith("="):
        if source.line(first - 1).strip() or first < min(numbers) - 3:
            break
        first -= 1
    if first > 1 and source.line(first - 1).lstrip().startswith("="):
        first -= 1
    return {
        "file": source.name,
        "first": first,
        "lines": [source.line(n).rstrip("\r") for n in range(first, min(last, first + 400) + 1)],
    }
