"""What-ifs in the studio: comparisons made in the background (`jobs`).

    whatifs.asked(edition, "")                     # those of foretell.toml, one after another
    whatifs.asked(edition, "lamp=true")            # a change typed into the page

What this does not do: compare (`checker.whatif`), or read settings (`asking`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foretell.asking import parse_setting
from foretell.checker.whatif import Answer, Comparison, by_size, comparisons, initial_values
from foretell.config import Setting, WhatIf
from foretell.container import CompiledStory
from foretell.loading import read_story
from foretell.studio import jobs
from foretell.studio.edition import Edition, Json
from foretell.vm import values as V

__all__ = ["asked", "changeable"]


def changeable(edition: Edition) -> list[Json]:
    """The variables a what-if may give another first value, and what they begin with."""
    program = edition.program
    first = initial_values(program)
    found = []
    for name in sorted(program.global_names, key=str.lower):
        value = first.get(name)
        flips = value is not None and value >> V.TAG_SHIFT == V.BOOL
        shown = None if value is None else program.values.text(value)
        found.append({"name": name, "value": shown, "flips": flips})
    return found


def asked(edition: Edition, change: str) -> Json:
    """A comparison, or how far it has come; StoryError where the question is none.

    `change` is settings as one types them, parted by `;`; the author's own what-ifs if empty.
    """
    edition.need()
    if change:
        settings = dict(parse_setting(part) for part in change.split(";") if part.strip())
        wanted: Sequence[WhatIf] = [WhatIf(name=change, set=settings)]
    else:
        wanted = edition.opened.config.whatifs
    variables = changeable(edition)
    if not wanted:
        return {"phase": "ready", "comparisons": [], "variables": variables}

    def work(job: Json, progress: jobs.Progress) -> None:
        colours = {(o["name"], o["kind"]): o for o in edition.outcomes}
        found = comparisons(
            compile_story,
            wanted,
            edition.opened.config,
            start=edition.entry or None,
            apart=len(edition.together) > 1,
            progress=progress,
        )
        for comparison in found:
            job["comparisons"] = [*job.get("comparisons", ()), _comparison(comparison, colours)]

    def compile_story(constants: Mapping[str, bool | int | float | str]) -> CompiledStory:
        changed = read_story(edition.opened.path, confined=True, constants=constants).usable()
        if edition.opened.story is not None:
            changed.domains = edition.opened.story.domains
        return changed

    job = jobs.asked(edition, f"whatif {change}", work)
    return {"comparisons": [], "wanted": len(wanted), **job, "variables": variables}


def _comparison(comparison: Comparison, colours: Mapping[tuple[str, str], Json]) -> Json:
    """A comparison for the page: endings, answers and claims, as told and as changed."""
    told, changed = comparison.told, comparison.changed
    names = list(told.endings) + [name for name in changed.endings if name not in told.endings]
    rows = []
    for name in names:
        kind = (told.endings.get(name) or changed.endings[name]).kind
        known = colours.get((name, kind), {"colour": "broken", "rank": len(colours)})
        rows.append(
            {
                "name": name,
                "kind": kind,
                "colour": known["colour"],
                "rank": known["rank"],
                "told": _odds(told.endings, name, "odds"),
                "changed": _odds(changed.endings, name, "odds"),
                "best": [_odds(told.endings, name, "best"), _odds(changed.endings, name, "best")],
            }
        )
    before = {verdict.text: verdict.verdict for verdict in told.verdicts}
    return {
        "name": comparison.whatif.name,
        "question": comparison.whatif.question,
        "change": _change(comparison.whatif),
        "reader": comparison.reader,
        "complete": told.complete and changed.complete,
        "rows": sorted(rows, key=lambda row: int(row["rank"])),
        "words": [_number(told.words), _number(changed.words)],
        "answers": [
            {
                "expression": text,
                "told": _likeliest(told.answers[text]),
                "changed": _likeliest(answer),
            }
            for text, answer in changed.answers.items()
            if text in told.answers
        ],
        "claims": [
            {"text": v.text, "told": before[v.text], "changed": v.verdict}
            for v in changed.verdicts
            if before.get(v.text, v.verdict) != v.verdict
        ],
    }


def _odds(endings: Mapping[str, Any], name: str, which: str) -> list[float]:
    found = endings.get(name)
    if found is None:
        return [0.0, 0.0]
    interval = getattr(found, which)
    return [float(interval.low), float(interval.high)]


def _number(x: float) -> float | None:
    return None if x != x else float(x)


def _change(whatif: WhatIf) -> str:
    """What is changed, as one says it."""
    parts = [f"{name} = {_shown(value)}" for name, value in whatif.set.items()]
    parts += [f"force {choice}" for choice in whatif.force]
    parts += [f"forbid {choice}" for choice in whatif.forbid]
    return ", ".join(parts)


def _shown(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _likeliest(answer: Answer) -> list[list[object]]:
    """The likeliest values with their odds, numbers by size."""
    return [[value, p] for value, p in sorted(answer.values[:6], key=lambda v: by_size(v[0]))]
