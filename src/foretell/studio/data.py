"""What the views show, made from an analysis: plain lists, dicts, texts and numbers.

Each view is a function of an edition and its query: `VIEWS["endings"](edition, {})`. What takes
time is made once for an edition and kept with it; `prepare` makes it before anyone asks.

Numbers are the uniform reader's wherever it isn't said otherwise. They are intervals, `[low,
high]`, where the story was not read whole.

What this does not do: draw (`pictures`), know places (`places`), or compute anything that the
checker could be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from foretell.checker.ahead import reads_ahead, resumptions
from foretell.checker.claims import Verdict
from foretell.checker.entries import joint_problems, joint_verdict
from foretell.checker.exploring.growth import Growing
from foretell.checker.graphs.graph import CHOICE, TERMINAL, GraphError
from foretell.checker.graphs.lengths import word_quantiles
from foretell.checker.graphs.river import mass_by_turn
from foretell.checker.lines import shown_lines
from foretell.diagnostics import Diagnostic, Source, counted
from foretell.studio import pictures, whatifs, whys
from foretell.studio.edition import Edition, Json
from foretell.studio.places import map_view, place_view, places_of
from foretell.studio.playback import problem_json
from foretell.studio.shares import Shares, sample_lines
from foretell.vm import program as P

__all__ = [
    "VIEWS",
    "claims",
    "dream",
    "endings",
    "found_problems",
    "lines_seen",
    "overview",
    "overview_view",
    "prepare",
    "problems",
    "readers",
    "river",
    "sample",
    "source",
    "whatif",
    "why",
    "words",
]


_OF_THE_WHOLE = ("unreachable", "never-offered", "idle-choice")  # problems that take all entries
_SLOW = 20.0  # seconds for the random readers of a story that a thousand can't read in three
_PATIENCE = 10.0  # seconds for the river of a story that goes round and round


def overview(edition: Edition) -> str:
    """How large the story is, in a sentence."""
    analysis = edition.analysis
    if analysis is None:
        return ""
    count = analysis.playthroughs
    if count.total == 0 and not analysis.complete:
        return "No way through it was found so far."
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
        long = f"{least:,} to {int(most):,}" if most > least else f"{least:,}"
        length = f", {long} choice{'' if most == 1 else 's'} long"
    found = "" if analysis.complete else " found so far"
    ends = counted(endings, "ending") if endings or not analysis.complete else "no ending"
    return f"{ways} through it{luck}{length}, to {ends}{found}."


def _power(n: int) -> str:
    digits = str(n)
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(len(digits) - 1))
    return f"{digits[0]}.{digits[1:3]} · 10{raised}"


def prepare(edition: Edition) -> None:
    """Make beforehand what the views take longest over."""
    places_of(edition)
    river(edition, {})
    words(edition, {})
    claims(edition, {})


def sample(edition: Edition) -> None:
    """Find out how many readers see each line."""
    edition.views["shares"] = sample_lines(
        edition.program,
        start=edition.entry or None,
        patience=_SLOW,
        wanted=lambda: not edition.outdated,
    )


# The dream -------------------------------------------------------------------------------------


def dream(edition: Edition, path: str) -> Json | None:
    """The odds at the end of a path and after each choice there; None where it was not explored."""
    analysis = edition.need()
    graph = analysis.graph
    state = _state(edition, path)
    if state is None:
        return None
    best, _ = analysis.extremes
    possible = [k for k in range(len(graph.outcomes)) if best[k].high[state] > 0]
    first, last = int(graph.first_edge[state]), int(graph.first_edge[state + 1])
    made: Json = {"outcomes": edition.outcomes, **_odds_of(analysis, state), "choices": []}
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
    analysis = edition.need()
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
    high = analysis.flow.odds[outcome].high
    return {"outcome": outcome, "low": odds[outcome], "high": high, "rank": rank, "of": len(real)}


# Endings, problems, words ----------------------------------------------------------------------


def endings(edition: Edition, _: dict[str, str]) -> Json:
    """Every outcome with its odds, its shortest path, and what it takes to read."""
    analysis = edition.need()
    graph = analysis.graph
    outcomes = edition.outcomes
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
    shares: Shares = edition.views.get("shares") or Shares()
    met = {(end.name, end.kind): [end.share, end.low, end.high] for end in shares.endings}
    return {
        "outcomes": outcomes,
        "rows": rows,
        "forever": _pair(analysis.forever),
        "complete": analysis.complete,
        "followed": float(analysis.followed),
        "overview": overview(edition),
        # what random readers met: told beside bounds, needless beside exact figures
        "sampled": None
        if analysis.complete or not shares.readers
        else {
            "readers": shares.readers,
            "rows": [met.get((o.name, o.kind)) for o in graph.outcomes],
            "others": [
                {"name": end.name, "kind": end.kind, "share": [end.share, end.low, end.high]}
                for end in shares.endings
                if (end.name, end.kind) not in by_name
            ],
        },
    }


def problems(edition: Edition, _: dict[str, str]) -> Json:
    """What exploring found wrong."""
    analysis = edition.analysis
    return {
        "explored": analysis is not None,
        "problems": [problem_json(p) for p in found_problems(edition)],
        "growing": [] if analysis is None else [_growing(thing) for thing in analysis.growing],
    }


def _growing(thing: Growing) -> Json:
    """What takes ever more values, who reads it, and what would make an end of it."""
    places = [(read.how, read.span) for read in thing.reads]
    return {
        "name": thing.name,
        "summary": thing.summary,
        "reads": [[how, f"{s.source.name}:{s.line}" if s else None] for how, s in places],
        "hint": thing.hint,
        "bound": thing.bound,
    }


def found_problems(edition: Edition) -> list[Diagnostic]:
    """What exploring found wrong and the compiler had not said already."""
    if edition.analysis is None:
        return []
    told = "unread-variable" if edition.opened.sources else ""
    return [p for p in _problems_together(edition) if p.code != told]


def _problems_together(edition: Edition) -> list[Diagnostic]:
    """The problems of all entries, each once; until all are explored, those that one shows."""
    analyses = [each.analysis for each in edition.together if each.analysis is not None]
    if len(edition.together) == 1:
        alone: list[Diagnostic] = edition.need().problems
        return alone
    if len(analyses) < len(edition.together):
        return [p for p in edition.need().problems if p.code not in _OF_THE_WHOLE]
    changed = sorted(edition.asked.get("expected_unread", ()))
    together = "problems", *(each.revision for each in edition.together)
    return edition.kept(together, lambda: joint_problems(analyses, changed))


def claims(edition: Edition, _: dict[str, str]) -> Json:
    """What the author promises, and whether it is so; a claim that fails has its witness."""
    from foretell.checker.claims import decide

    edition.need()
    config, questions = edition.opened.config, edition.opened.questions

    def make() -> list[Json]:
        if questions is None:
            return []
        explored = [each.analysis for each in edition.together if each.analysis is not None]
        each_entry = [
            decide(
                config.claims,
                analysis.exploration,
                questions,
                readers=config.readers,
                problems=[*edition.opened.diagnostics, *_problems_together(edition)],
            )
            for analysis in explored
        ]
        found = [joint_verdict(same) for same in zip(*each_entry, strict=True)]
        if len(explored) < len(edition.together):
            found = [_so_far(verdict) for verdict in found]
        return [
            {
                "title": verdict.text,
                "text": verdict.claim.text,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "bound": verdict.bound,
                "path": verdict.path,
                "odds": None if verdict.odds is None else _pair(verdict.odds),
            }
            for verdict in found
        ]

    together = "claims", *(each.revision for each in edition.together)
    return {"claims": edition.kept(together, make)}


def _so_far(verdict: Verdict) -> Verdict:
    """A verdict where some entries are still to be explored: one may show the contrary."""
    if verdict.verdict == ("holds" if verdict.claim.kind == "possible" else "fails"):
        return verdict
    return replace(
        verdict,
        verdict="unknown",
        why="not all entries have been read yet",
        path=None,
        loop=None,
        values={},
    )


def whatif(edition: Edition, query: dict[str, str]) -> Json:
    """The story with something changed: see `whatifs`."""
    return whatifs.asked(edition, query.get("change", ""))


def why(edition: Edition, query: dict[str, str]) -> Json:
    """How readers come to a line: see `whys`."""
    return whys.asked(edition, query.get("target", ""))


def readers(edition: Edition, query: dict[str, str]) -> Json:
    """Who will still read each variable from the end of a path: places in the source.

    Lines that no reader of the whole story ever comes to are left out.
    """
    program, analysis = edition.program, edition.analysis
    starts = edition.player.at(query.get("path", ""), lambda story: story.state_in(resumptions))
    seen = analysis.exploration.seen if analysis is not None and analysis.complete else None
    found: dict[str, list[str]] = {}
    for name, pcs in reads_ahead(program, starts or []).items():
        spans = [program.spans[pc] for pc in pcs if seen is None or seen[pc]]
        places = [f"{span.source.name}:{span.line}" for span in spans if span is not None]
        found[name] = list(dict.fromkeys(places))
    return {"readers": found, "source": bool(edition.opened.sources)}


def words(edition: Edition, _: dict[str, str]) -> Json:
    """How much there is to read, and how much of it readers do read."""
    analysis = edition.need()

    def spread() -> list[list[float]] | None:
        shares = [(i + 0.5) / pictures.DOTS for i in range(pictures.DOTS)]
        found = word_quantiles(analysis.graph, shares)
        return None if found is None else [[q.low, q.high] for q in found]

    quantiles = edition.kept("word spread", spread)
    outcomes = edition.outcomes
    names = {(o["name"], o["kind"]): k for k, o in enumerate(outcomes)}
    return {
        "all": edition.program.words,
        "mean": _number(analysis.flow.all_words),
        "mean_choices": _number(analysis.flow.all_turns),
        "least": analysis.words.least,
        "most": _number(analysis.words.most),
        "quantiles": quantiles,
        "dealt_afresh": analysis.deals_again,
        "picture": pictures.word_dots([low for low, _ in quantiles])
        if quantiles and quantiles[0] != quantiles[-1]
        else None,
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


# The river -------------------------------------------------------------------------------------


def river(edition: Edition, _: dict[str, str]) -> Json:
    """Where readers are after so many choices, as a picture and as figures."""
    analysis = edition.need()

    def make() -> Json:
        places = places_of(edition)
        # fewer than the picture's last hair's breadth are followed no further
        found = mass_by_turn(analysis.graph, max_turns=400, least=1e-5, patience=_PATIENCE)
        outcomes = edition.outcomes
        turns = len(found.going)
        at = np.zeros((turns, places.count))
        for t, (states, mass) in enumerate(found.at):
            resting = places.rest[states] >= 0
            at[t] = np.bincount(places.rest[states[resting]], mass[resting], places.count)
        ended = np.cumsum(found.ended, axis=0)
        lost = np.cumsum(found.unexplored)
        return {
            "picture": pictures.river(
                ended,
                at,
                lost,
                outcomes,
                [places.name(p) for p in range(places.count)],
                [interval.low for interval in analysis.flow.odds],
                "" if analysis.complete else "≥ ",
            ),
            "turns": turns,
            "going": [float(x) for x in found.going],
            "ended": [[float(x) for x in row] for row in found.ended],
            "left": float(found.going[-1]),
            "outcomes": outcomes,
        }

    made: Json = edition.kept("river", make)
    return made


# The source ------------------------------------------------------------------------------------


def source(edition: Edition, _: dict[str, str]) -> Json:
    """Every file's lines, and for those that are read which are seen by any reader, by how many.

    `marks` are {line: share}: null for a line that some reader sees but that was not sampled, 0 for
    one that no reader ever sees (only where every playthrough was read). `held` are, for a line's
    conditions, the parts of those readers who come there for whom each ever holds.
    """
    analysis = edition.analysis
    shares: Shares = edition.views.get("shares") or Shares()
    files: dict[Source, Json] = {
        s: {"name": s.name, "lines": s.text.replace("\r", "").split("\n"), "marks": {}, "held": {}}
        for s in edition.opened.sources
    }
    if analysis is not None:
        for key, seen in lines_seen(edition).items():
            if key[0] in files and (seen or analysis.complete):
                share = shares.seen.get(key) or None  # no sampled reader, but one there is
                files[key[0]]["marks"][key[1]] = share if seen else 0
    for (file, line), share in shares.seen.items():
        if share > 0 and file in files:
            files[file]["marks"][line] = share
    for (file, line), held in shares.held.items():
        if file in files and any(part is not None for part in held):
            files[file]["held"][line] = held
    amiss = {p.code for p in found_problems(edition)} & {"unreachable", "never-offered"}
    return {
        "files": list(files.values()),
        # whether lines that no reader sees are all there for what-ifs, so that nothing is wrong
        "meant": bool(edition.opened.config.whatifs) and not amiss,
        "explored": analysis is not None,
        "complete": bool(analysis is not None and analysis.complete),
        "sampled": shares.readers,
        "entry": edition.entry,
    }


def lines_seen(edition: Edition) -> dict[tuple[Source, int], bool]:
    """Whether any reader sees each line that shows something."""

    def make() -> dict[tuple[Source, int], bool]:
        program, seen = edition.program, edition.need().exploration.seen
        records = program.tables[P.T_CHOICE_TABLE]
        lines = shown_lines(program)
        return {
            key: any(seen[pc] for pc in pcs)
            # a choice that is offered was followed
            or any(
                seen[program.tables[records + c * P.CHOICE_SIZE + P.CHOICE_STUB]] for c in points
            )
            for key, pcs, points in zip(lines.keys, lines.pcs, lines.points, strict=True)
        }

    return edition.kept("lines seen", make)


def overview_view(edition: Edition, _: dict[str, str]) -> Json:
    """How large the story is."""
    return {"overview": overview(edition)}


VIEWS: dict[str, Callable[[Edition, dict[str, str]], Json]] = {
    "claims": claims,
    "endings": endings,
    "map": map_view,
    "overview": overview_view,
    "place": place_view,
    "problems": problems,
    "readers": readers,
    "river": river,
    "source": source,
    "whatif": whatif,
    "why": why,
    "words": words,
}
"""The views by name."""
