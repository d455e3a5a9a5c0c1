"""What the views show, made from an analysis: plain lists, dicts, texts and numbers.

Each view is a function of an edition and its query: `VIEWS["endings"](edition, {})`. What takes
time is made once for an edition and kept with it. Outcomes go by their index in the graph's
`outcomes`; going on for ever is the one after the last. Each has a *colour*, which is a class of
`pictures.css`: `e0` for the likeliest ending, `e1` for the next, … , `broken`, `forever`.

**Places** are knots and stitches. A reader *rests* in one where its choices are offered; others
are passed through. Routes between resting places are those that readers travel, with the number
of times the uniform reader does; to and from places passed through they are the diverts that were
executed, since no state stands there. Functions are no places.

Numbers are the uniform reader's wherever it isn't said otherwise. They are intervals, `[low,
high]`, where the story was not read whole.

What this does not do: draw (`pictures`), or compute anything that the checker could be asked for.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from foretell.checker.graph import CHOICE, TERMINAL, GraphError
from foretell.checker.lengths import word_quantiles
from foretell.checker.river import mass_by_turn
from foretell.checker.solve import absorb, flow
from foretell.studio import pictures
from foretell.studio.playback import problem_json
from foretell.studio.session import Edition
from foretell.vm import program as P

__all__ = [
    "VIEWS",
    "NotYetError",
    "Places",
    "dream",
    "outcomes_of",
    "overview",
    "places_of",
    "prepare",
]

Json = dict[str, Any]

_LEAN = 0.02  # a place leans to an ending that is likelier from there by more than this


class NotYetError(Exception):
    """A view was asked for before there is an analysis to make it from."""


def _analysis(edition: Edition) -> Any:
    if edition.analysis is None:
        raise NotYetError("the story's playthroughs have not been read yet")
    return edition.analysis


def _kept(edition: Edition, key: object, make: Callable[[], Any]) -> Any:
    """A view's part, made once for an edition."""
    with edition.making:
        if key not in edition.views:
            edition.views[key] = make()
        return edition.views[key]


def outcomes_of(edition: Edition) -> list[Json]:
    """Name, kind and colour of every outcome, going on for ever last."""

    def make() -> list[Json]:
        analysis = _analysis(edition)
        found = analysis.graph.outcomes
        low = [interval.low for interval in analysis.flow.odds[: len(found)]]
        endings = sorted(
            (k for k in range(len(found)) if found[k].kind == "ending"), key=lambda k: -low[k]
        )
        colours = {k: f"e{i % pictures.COLOURS}" for i, k in enumerate(endings)}
        made = [
            {
                "name": o.name,
                "kind": o.kind,
                "colour": colours.get(k, "broken"),
                "rank": endings.index(k) if k in colours else len(endings),
            }
            for k, o in enumerate(found)
        ]
        caught = {"name": "goes on for ever", "kind": "for ever", "colour": "forever"}
        return [*made, {**caught, "rank": len(made)}]

    return list(_kept(edition, "outcomes", make))


def overview(edition: Edition) -> str:
    """How large the story is, in a sentence."""
    analysis = edition.analysis
    if analysis is None:
        return ""
    count = analysis.playthroughs
    endings = sum(1 for ending in analysis.endings if ending.kind == "ending")
    if count.total is None:
        ways = "Endlessly many ways"
    else:
        many = f"{count.total:,}" if count.total < 10**30 else _power(count.total)
        ways = f"{many} {'way' if count.total == 1 else 'ways'}"
        if not count.complete:
            ways = "At least " + ways
    luck = ", luck included" if count.drawn else ""
    least, most = analysis.choices.least, analysis.choices.most
    length = ""
    if least is not None and most not in (None, np.inf):
        length = f", {least:,} to {int(most):,} choices long"
    return f"{ways} through it{luck}{length}, to {endings} ending{'s' if endings != 1 else ''}."


def _power(n: int) -> str:
    digits = str(n)
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(len(digits) - 1))
    return f"{digits[0]}.{digits[1:3]} · 10{raised}"


def prepare(edition: Edition) -> None:
    """Make beforehand what the views take longest over."""
    for make in (outcomes_of, places_of):
        make(edition)
    river(edition, {})
    words(edition, {})


# The dream -------------------------------------------------------------------------------------


def dream(edition: Edition, path: str) -> Json | None:
    """The odds at the end of a path and after each choice there; None where it was not explored."""
    analysis = _analysis(edition)
    graph = analysis.graph
    state = _state(edition, path)
    if state is None:
        return None
    best, _ = analysis.extremes
    possible = [k for k in range(len(graph.outcomes)) if best[k].high[state] > 0]
    first, last = int(graph.first_edge[state]), int(graph.first_edge[state + 1])
    made: Json = {"outcomes": outcomes_of(edition), **_odds_of(analysis, state), "choices": []}
    if graph.kind[state] == TERMINAL:
        made["ending"] = _rarity(analysis, int(graph.outcome[state]))
    if graph.kind[state] == CHOICE:
        for e in range(first, last):
            target = int(graph.edge_target[e])
            lost = [k for k in possible if best[k].high[target] == 0]
            made["choices"].append({**_odds_of(analysis, target), "impossible": lost})
    return made


def _state(edition: Edition, path: str) -> int | None:
    """The state a path leads to; by what the story holds there if the graph took another way."""
    analysis = _analysis(edition)
    try:
        return int(analysis.graph.follow(path))
    except GraphError:
        found: int | None = edition.player.at(path, analysis.state_of)
        return found


def _odds_of(analysis: Any, state: int) -> Json:
    """Uniform, best and worst odds of what is possible from a state: [outcome, low, high]."""
    odds, (best, worst) = analysis.odds, analysis.extremes
    low, high = odds.low[state], odds.high[state]
    listed = [k for k in range(len(low)) if high[k] > 0]
    listed.sort(key=lambda k: -low[k])
    inner = [k for k in listed if k < len(best)]
    return {
        "odds": [[k, float(low[k]), float(high[k])] for k in listed],
        "best": [[k, float(best[k].low[state]), float(best[k].high[state])] for k in inner],
        "worst": [[k, float(worst[k].low[state]), float(worst[k].high[state])] for k in inner],
    }


def _rarity(analysis: Any, outcome: int) -> Json:
    odds = [interval.low for interval in analysis.flow.odds[: len(analysis.graph.outcomes)]]
    real = [k for k, o in enumerate(analysis.graph.outcomes) if o.kind == "ending"]
    rank = 1 + sum(1 for k in real if odds[k] > odds[outcome]) if outcome in real else 0
    return {"outcome": outcome, "low": odds[outcome], "rank": rank, "of": len(real)}


# Endings, problems, words ----------------------------------------------------------------------


def endings(edition: Edition, _: dict[str, str]) -> Json:
    """Every outcome with its odds, its shortest path, and what it takes to read."""
    analysis = _analysis(edition)
    graph = analysis.graph
    outcomes = outcomes_of(edition)
    by_name = {(o.name, o.kind): k for k, o in enumerate(graph.outcomes)}
    counts = analysis.playthroughs.each
    rows = []
    for ending in analysis.endings:
        k = by_name[ending.name, ending.kind]
        rows.append(
            {
                "outcome": k,
                "uniform": _pair(ending.uniform),
                "best": _pair(ending.best),
                "worst": _pair(ending.worst),
                "shortest": ending.shortest,
                "choices": _length(ending.shortest),
                "words": _number(ending.words),
                "playthroughs": None if counts[k] is None else f"{counts[k]:,}",
            }
        )
    rows.sort(key=lambda row: (-row["uniform"][0], row["outcome"]))
    return {
        "outcomes": outcomes,
        "rows": rows,
        "forever": _pair(analysis.forever),
        "complete": analysis.complete,
        "followed": float(analysis.followed),
        "stopped": analysis.stopped,
        "overview": overview(edition),
    }


def problems(edition: Edition, _: dict[str, str]) -> Json:
    """What exploring found wrong."""
    analysis = edition.analysis
    found = analysis.problems if analysis is not None else []
    return {"explored": analysis is not None, "problems": [problem_json(p) for p in found]}


def words(edition: Edition, _: dict[str, str]) -> Json:
    """How much there is to read, and how much of it readers do read."""
    analysis = _analysis(edition)

    def spread() -> list[list[float]] | None:
        shares = [(i + 0.5) / pictures.DOTS for i in range(pictures.DOTS)]
        found = word_quantiles(analysis.graph, shares)
        return None if found is None else [[q.low, q.high] for q in found]

    quantiles = _kept(edition, "word spread", spread)
    outcomes = outcomes_of(edition)
    names = {(o["name"], o["kind"]): k for k, o in enumerate(outcomes)}
    return {
        "all": edition.program.words,
        "mean": _number(analysis.flow.all_words),
        "mean_choices": _number(analysis.flow.all_turns),
        "least": analysis.words.least,
        "most": _number(analysis.words.most),
        "quantiles": quantiles,
        "picture": pictures.word_dots([low for low, _ in quantiles]) if quantiles else None,
        "outcomes": outcomes,
        "rows": [
            {"outcome": names[e.name, e.kind], "words": _number(e.words)}
            for e in sorted(analysis.endings, key=lambda e: -(e.words if e.words == e.words else 0))
        ],
    }


def _pair(interval: Any) -> list[float]:
    return [float(interval.low), float(interval.high)]


def _number(x: Any) -> float | None:
    """A number that JSON knows, None for what is none or has no bound."""
    return None if x is None or x != x or x in (np.inf, -np.inf) else float(x)


def _length(path: str | None) -> int | None:
    if path is None:
        return None
    return sum(1 for turn in path.split("/") if turn and not turn.startswith("@"))


# Places ----------------------------------------------------------------------------------------


class Places:
    """Where readers rest and what they pass through, with the routes between.

    `rest[s]` is the place of state s (−1 where it is no choice), `visits[p]` how often the uniform
    reader rests in place p, `odds[p]` the mean odds of every outcome from there. `routes` are
    {(from, to): times}; an outcome k is node −1 − k, and a route without times is None.
    """

    def __init__(self, edition: Edition) -> None:
        analysis = _analysis(edition)
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
            if op in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
                to.append(a)
            elif op == P.OP_CALL and (b >> 1) & 7 == P.TUNNEL:
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
        gain = self.odds[p] - _analysis(self.edition).odds.low[0]
        k = int(gain.argmax())
        return (k, float(gain[k])) if gain[k] > _LEAN else None

    def reach(self, p: int) -> float | None:
        """The share of readers who ever rest in a place; None where nobody can rest there."""
        if not self.rests[p]:
            return None
        return _kept(self.edition, ("reach", p), lambda: self._reach(p))  # type: ignore[no-any-return]

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
    made: Places = _kept(edition, "places", lambda: Places(edition))
    return made


def map_view(edition: Edition, query: dict[str, str]) -> Json:
    """The map as a picture, and as a list of its places. `columns` bounds its width."""
    try:
        columns = min(12, max(2, int(query.get("columns", "7"))))
    except ValueError:
        columns = 7
    places = places_of(edition)
    outcomes = outcomes_of(edition)

    def make() -> Json:
        return {
            "picture": pictures.story_map(
                map_nodes(places, outcomes), _routes(places), columns, places.start
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

    made: Json = _kept(edition, ("map", columns), make)
    return made


def map_nodes(places: Places, outcomes: list[Json]) -> list[pictures.Node]:
    """The map's nodes: places, and the outcomes that routes lead to."""
    nodes = []
    for p in places.shown():
        lean = places.lean(p)
        share = float(min(1.0, places.visits[p]))
        nodes.append(
            pictures.Node(
                p,
                places.name(p),
                share if places.entered[p] else None,
                outcomes[lean[0]]["colour"] if lean else "",
                lean[1] if lean else 0.0,
                href="#/map/" + (places.program.places[p] or "-"),
                said=_said(places, p, lean, outcomes),
            )
        )
    odds = _analysis(places.edition).flow.odds
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
                said=f"{outcomes[k]['kind']} {outcomes[k]['name']}: {pictures.percent(odds[k].low)}",
            )
        )
    return nodes


def _said(places: Places, p: int, lean: tuple[int, float] | None, outcomes: list[Json]) -> str:
    name = places.name(p)
    if not places.entered[p]:
        return f"{name}: no reader comes here"
    if not places.rests[p] and not places.visits[p]:
        return f"{name}: passed through"
    said = f"{name}: {_times(float(places.visits[p]))}"
    if lean:
        k = lean[0]
        said += f"; leans to {outcomes[k]['name']}, {pictures.percent(float(places.odds[p, k]))}"
    return said


def _times(visits: float) -> str:
    if visits <= 1:
        return f"{pictures.percent(visits)} of readers, if none comes twice"
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
        "rests": bool(places.rests[p]),
        "odds": [[int(k), float(odds[k]), float(odds[k])] for k in np.argsort(-odds) if odds[k] > 0],
        "outcomes": outcomes_of(edition),
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


# The river -------------------------------------------------------------------------------------


def river(edition: Edition, _: dict[str, str]) -> Json:
    """Where readers are after so many choices, as a picture and as figures."""
    analysis = _analysis(edition)

    def make() -> Json:
        places = places_of(edition)
        found = mass_by_turn(analysis.graph, max_turns=400)
        outcomes = outcomes_of(edition)
        turns = len(found.going)
        at = np.zeros((turns, places.count))
        for t, (states, mass) in enumerate(found.at):
            resting = places.rest[states] >= 0
            at[t] = np.bincount(places.rest[states[resting]], mass[resting], places.count)
        ended = np.cumsum(found.ended, axis=0)
        lost = np.cumsum(found.unexplored)
        return {
            "picture": pictures.river(
                ended, at, lost, outcomes, [places.name(p) for p in range(places.count)]
            ),
            "turns": turns,
            "going": [float(x) for x in found.going],
            "ended": [[float(x) for x in row] for row in found.ended],
            "left": float(found.going[-1]),
            "outcomes": outcomes,
        }

    made: Json = _kept(edition, "river", make)
    return made


# The source ------------------------------------------------------------------------------------

_PROSE = {P.OP_TEXT, P.OP_PRINT, P.OP_CHOICE, P.OP_FIXED_TAG}


def source(edition: Edition, _: dict[str, str]) -> Json:
    """Every file's lines, and for those that are read which are seen by any reader, by how many.

    `marks` are {line: share}: null for a line that is run but was not sampled, 0 for one that no
    reader ever sees (only where every playthrough was read).
    """
    analysis = edition.analysis
    files = {id(s): {"name": s.name, "lines": s.text.replace("\r", "").split("\n"), "marks": {}}
             for s in edition.opened.sources}  # fmt: skip
    shares = edition.views.get("line shares", {})
    if analysis is not None:
        for key, line in readable_lines(edition):
            seen = any(analysis.exploration.seen[pc] for pc in _pcs(edition)[key, line])
            if key in files and (seen or analysis.complete):
                files[key]["marks"][line] = shares.get((key, line)) if seen else 0
    return {
        "files": list(files.values()),
        "explored": analysis is not None,
        "complete": bool(analysis is not None and analysis.complete),
        "sampled": edition.views.get("sampled", 0),
    }


def _pcs(edition: Edition) -> dict[tuple[int, int], list[int]]:
    """The instructions that show something, by source and line."""

    def make() -> dict[tuple[int, int], list[int]]:
        program, code = edition.program, edition.program.code
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for pc in range(program.length):
            span, op = program.spans[pc], code[4 * pc]
            blank = op == P.OP_TEXT and code[4 * pc + 3] != 0
            if span is not None and op in _PROSE and not blank:
                found[id(span.source), span.line].append(pc)
        return dict(found)

    made: dict[tuple[int, int], list[int]] = _kept(edition, "pcs", make)
    return made


def readable_lines(edition: Edition) -> list[tuple[int, int]]:
    """The lines that hold something to read, as (source, number)."""
    return sorted(_pcs(edition))


def overview_view(edition: Edition, _: dict[str, str]) -> Json:
    """How large the story is."""
    return {"overview": overview(edition)}


VIEWS: dict[str, Callable[[Edition, dict[str, str]], Json]] = {
    "endings": endings,
    "map": map_view,
    "overview": overview_view,
    "place": place_view,
    "problems": problems,
    "river": river,
    "source": source,
    "words": words,
}
"""The views by name."""
