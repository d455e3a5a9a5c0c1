"""A story's report as one HTML file: nothing beside it, nothing fetched, no script.

    write(analysis, story, Path("report.html"))

The same figures and pictures as the studio's, for someone who has neither foretell nor the story:
size, endings, claims, river, map, words, problems, and every line with whether it is read. All of
the story's text is escaped; a Content-Security-Policy in the file allows its own style and no
more. Light and dark follow the reader's system, and it prints.

`story` is the path or the loaded story the analysis was made of; with `verdicts` given, claims
are shown. Of a story that a host enters at several places (an `Entered` in place of the analysis)
the pictures of each entry come in turn; claims, problems and source are of them all.

What this does not do: play. Paths are given as text, to be read with `foretell play --path`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from foretell import __version__
from foretell.checker.analysis import Analysis
from foretell.checker.entries import Entered
from foretell.checker.exploring.growth import Growing
from foretell.diagnostics import Diagnostic
from foretell.loading import Loaded, read_story
from foretell.output import write_whole
from foretell.studio import data, pictures
from foretell.studio.edition import Edition, Json
from foretell.studio.opening import Opened
from foretell.studio.places import places_of
from foretell.studio.shares import sample_lines

__all__ = ["edition_of", "html", "is_report", "name_by_folder", "write"]

_STATIC = Path(__file__).resolve().parent / "static"
_COLUMNS = 6
_MARK: Final = '<meta name="generator" content="foretell">'
_LINK = re.compile(r'<a( class="[^"]*") href="[^"]*" data-node="[^"]*" aria-label="[^"]*"')
percent = pictures.percent


def is_report(path: Path) -> bool:
    """Whether a file is a report that foretell wrote, so that a newer one may take its place."""
    with path.open("rb") as file:
        return _MARK.encode() in file.read(200)


def write(
    analysis: Analysis | Entered,
    story: Loaded | str | Path,
    path: str | Path,
    verdicts: Sequence[Any] = (),
) -> None:
    """Write the report on an analysed story to a file; OSError where that can't be."""
    write_whole(Path(path), html(analysis, story, verdicts))


def html(
    analysis: Analysis | Entered, story: Loaded | str | Path, verdicts: Sequence[Any] = ()
) -> str:
    """The report's whole text."""
    loaded = story if isinstance(story, Loaded) else read_story(story)
    entries = analysis.entries if isinstance(analysis, Entered) else [("", analysis)]
    editions = [edition_of(each, loaded, entry) for entry, each in entries]
    for edition in editions:
        edition.together = editions
        edition.views["shares"] = sample_lines(
            edition.program, seconds=2.0 / len(editions), start=edition.entry or None
        )
    edition = editions[0]
    title = edition.title
    if len(editions) == 1:
        parts = [
            _front(edition, claims=bool(verdicts)),
            _endings(edition),
            _claims(verdicts),
            _river(edition),
            _map(edition),
            _words(edition),
        ]
    else:
        parts = [_front(edition, claims=bool(verdicts)), _claims(verdicts)]
        for number, each in enumerate(editions, start=1):
            parts.append(_entered(each, number))
            pictured = (_endings(each), _river(each), _map(each), _words(each))
            parts += [part.replace('<section id="', f'<section id="{number}-') for part in pictured]
    told = analysis.problems if isinstance(analysis, Entered) else None
    parts += [_problems(edition, told), _source(edition)]
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    made = f"foretell {__version__}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"{_MARK}\n"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_e(title)}: a report</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main>{''.join(parts)}</main>\n"
        f"<footer><p>Made by {_e(made)}. Odds are exact unless an interval is given; the uniform "
        "reader takes every choice offered as often as any other.</p></footer>\n</body>\n</html>\n"
    )


def edition_of(analysis: Analysis, loaded: Loaded, entry: str = "") -> Edition:
    """An edition of a story that was analysed elsewhere."""
    name_by_folder(loaded)
    opened = Opened(
        loaded.path or Path(loaded.name),
        program=analysis.program,
        diagnostics=list(loaded.diagnostics),
        sources=loaded.sources,
    )
    edition = Edition(1, opened, entry)
    edition.analysis = analysis
    return edition


def name_by_folder(loaded: Loaded) -> None:
    """Call a story's files by their place in its folder, wherever that is on this machine."""
    if loaded.path is not None:
        for source in loaded.sources:
            source.name = source.name.removeprefix(loaded.path.parent.as_posix() + "/")


def _e(text: object) -> str:
    return escape(str(text), quote=True)


def _style() -> str:
    """The report's style: the studio's colours and pictures, and a page around them."""
    page, pictured, own = (
        (_STATIC / name).read_text("utf-8") for name in ("page.css", "pictures.css", "report.css")
    )
    return page.split("/* after this")[0] + pictured + own


# Sections --------------------------------------------------------------------------------------


def _section(name: str, title: str, lead: str, body: str) -> str:
    led = f'<p class="lead">{lead}</p>' if lead else ""
    return f'<section id="{name}"><h2>{title}</h2>{led}{body}</section>\n'


def _front(edition: Edition, claims: bool) -> str:
    front = edition.front
    author = f'<p class="author">by {_e(front["author"])}</p>' if front.get("author") else ""
    notes = "".join(
        f"<div><dt>{_e(name)}</dt><dd>{_e(text)}</dd></div>" for name, text in front["notes"]
    )
    several = len(edition.together) > 1
    if several:
        lead = f"A game enters it at {len(edition.together)} places; each is read by itself."
        listed = [
            (f"entry-{number}", each.entry or "the top")
            for number, each in enumerate(edition.together, start=1)
        ]
    else:
        lead = f"{data.overview(edition)} {_read(edition)}"
        listed = [("endings", "Endings"), ("river", "River"), ("map", "Map"), ("words", "Words")]
    if claims:
        listed.insert(0 if several else 1, ("claims", "Claims"))
    listed += [("problems", "Problems"), ("source", "Source")]
    links = "".join(f'<li><a href="#{name}">{_e(shown)}</a></li>' for name, shown in listed)
    return (
        f"<header><h1>{_e(edition.title)}</h1>{author}"
        f'<p class="lead">{_e(lead)}</p>'
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>'
        + (f"<dl>{notes}</dl>" if notes else "")
        + "</header>\n"
    )


def _read(edition: Edition) -> str:
    """How much was read, in a sentence."""
    analysis = edition.need()
    if analysis.complete:
        return "Every playthrough was read."
    return (
        f"Read in part, up to the limit on {analysis.stopped}: {percent(analysis.followed)} of "
        "random playthroughs were followed to their end, and figures are bounds that hold the "
        "truth."
    )


def _entered(edition: Edition, number: int) -> str:
    """What stands above the pictures of one entry of several."""
    name = edition.entry or "the top"
    return (
        f'<header class="entry" id="entry-{number}"><h1>Entered at {_e(name)}</h1>'
        f'<p class="lead">{_e(data.overview(edition))} {_e(_read(edition))}</p></header>\n'
    )


def _odds(pair: Sequence[float]) -> str:
    low, high = pair
    if high - low < 1e-9:
        return percent(low)
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def _roughly(pair: Sequence[float]) -> str:
    """Odds to a tenth of a percent, as the studio's table has them; never 0 or 100 of others."""
    low, high = pair
    if low == high and 0 < low < 0.0005:
        return "&lt; 0.1 %"
    if low == high and 0.9995 < low < 1:
        return "&gt; 99.9 %"
    return _odds(pair)


def _chip(outcome: Json) -> str:
    plain = outcome["kind"] in ("ending", "for ever")  # its name says the kind
    kind = "" if plain else f' <span class="kind">{_e(outcome["kind"])}</span>'
    name = _e(outcome["name"].replace("_", " "))
    return (
        f'<span class="dot {outcome["colour"]}" aria-hidden="true"></span><bdi>{name}</bdi>{kind}'
    )


def _endings(edition: Edition) -> str:
    answer = data.VIEWS["endings"](edition, {})
    outcomes = answer["outcomes"]
    rows = []
    for row in answer["rows"]:
        words = "–" if row["words"] is None else f"{row['words']:,.0f}"
        path = "–" if row["shortest"] is None else f"<code>{_e(row['shortest'] or '(none)')}</code>"
        rows.append(
            f'<tr><th scope="row">{_chip(outcomes[row["outcome"]])}</th>'
            f'<td class="n" data-name="uniform">{_odds(row["uniform"])}</td>'
            + "".join(
                f'<td class="n" data-name="{k}">{_roughly(row[k])}</td>' for k in ("best", "worst")
            )
            + f'<td class="n" data-name="words">{words}</td>'
            f'<td class="path" data-name="shortest path">{path}</td></tr>'
        )
    if answer["forever"][1] > 0:
        rows.append(
            f'<tr><th scope="row">{_chip(outcomes[-1])}</th>'
            f'<td class="n" data-name="uniform">{_odds(answer["forever"])}</td>'
            + "<td></td>" * 4
            + "</tr>"
        )
    parts = [
        (outcomes[r["outcome"]]["colour"], outcomes[r["outcome"]]["name"], r["uniform"][0])
        for r in answer["rows"]
    ]
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Ending", "uniform", "best", "worst", "words", "shortest path")
    )
    body = f"<tbody>{''.join(rows)}</tbody>"
    table = f'<table class="endings"><thead><tr>{head}</tr></thead>{body}</table>'
    lead = "Best and worst are the most and the least that any reader can bring about."
    return _section("endings", "Endings", lead, pictures.bar(parts, 960, 14) + _scroll(table))


def _scroll(inner: str) -> str:
    return f'<div class="scroller" tabindex="0" role="region" aria-label="Table">{inner}</div>'


def _claims(verdicts: Sequence[Any]) -> str:
    if not verdicts:
        return ""
    items = []
    for verdict in verdicts:
        witness = f" Path: <code>{_e(verdict.path)}</code>" if verdict.path else ""
        items.append(
            f'<li class="{_e(verdict.verdict)}"><b>{_e(verdict.verdict)}</b> {_e(verdict.text)}'
            f'<p class="lead">{_e(verdict.reason)}{witness}</p></li>'
        )
    return _section("claims", "Claims", "", f'<ul class="claims">{"".join(items)}</ul>')


def _river(edition: Edition) -> str:
    answer = data.VIEWS["river"](edition, {})
    lead = "Random readers after each choice: in the middle those still reading, by place."
    picture = '<div class="scroller" tabindex="0" role="region" aria-label="River">{}</div>'
    return _section("river", "River", lead, picture.format(answer["picture"]))


def _map(edition: Edition) -> str:
    answer = data.VIEWS["map"](edition, {"columns": str(_COLUMNS)})
    # Without a script a picture's links lead nowhere in this file.
    picture = _LINK.sub(r"<g\1", answer["picture"]).replace("</a>", "</g>")
    unseen = [p for p in answer["places"] if not p["entered"]]
    lead = "Larger is met more often; the colour is the ending that a place makes likelier."
    if unseen:
        how = "are never reached" if edition.need().complete else "were not met"
        lead += f" {len(unseen)} of {len(answer['places'])} places {how}."
    frame = f'<div class="scroller" tabindex="0" role="region" aria-label="Map">{picture}</div>'
    places = places_of(edition)
    unmet = "never" if edition.need().complete else "not met"
    rows = "".join(
        f'<tr><th scope="row">{_e(places.name(p))}</th><td class="n">'
        + (unmet if not places.entered[p] else f"{places.visits[p]:.4g}")
        + "</td></tr>"
        for p in sorted(places.shown(), key=lambda p: -places.visits[p])
    )
    listed = (
        "<details><summary>The places as a list</summary><table><thead><tr>"
        '<th scope="col">Place</th><th scope="col">times a reader rests there</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )
    return _section("map", "Map", lead, frame + listed)


def _words(edition: Edition) -> str:
    answer = data.VIEWS["words"](edition, {})
    if answer["mean"] is None:
        return _section("words", "Words", f"{answer['all']:,} words in all.", "")
    lead = (
        f"{answer['all']:,} words in all of its prose; a playthrough has {answer['mean']:,.0f} of "
        f"them on average, in {answer['mean_choices']:.1f} choices."
    )
    picture = (
        f"{answer['picture']}<p>Each dot is one reader in fifty.</p>" if answer["picture"] else ""
    )
    return _section("words", "Words", lead, picture)


def _growing(thing: Growing) -> str:
    """A thing that takes ever more values, and what would make an end of it."""
    hint = f"<p>Hint: {_e(thing.hint)}</p>" if thing.hint else ""
    bound = f"<code>[bounds]<br>{_e(thing.bound)}</code>" if thing.bound else ""
    return (
        f"<li><b>{_e(thing.name)}</b> keeps it from being finished: {_e(thing.summary)}{hint}"
        + (f"<p>Or in foretell.toml: {bound}</p>" if bound else "")
        + "</li>"
    )


def _problems(edition: Edition, told: Sequence[Diagnostic] | None) -> str:
    """What is wrong, the gravest first: what `check` tells, where that is known."""
    found = told
    if found is None:
        found = [*edition.opened.diagnostics, *data.found_problems(edition)]
    found = sorted(found, key=lambda p: ("error", "warning", "note").index(p.severity))
    growing = [thing for each in edition.together for thing in each.need().growing]
    if not found and not growing:
        return _section("problems", "Problems", "None.", "")
    items = [_growing(thing) for thing in growing]
    for problem in found:
        place = (
            f'<p class="lead">{_e(problem.span.place)} {_e(problem.label)}</p>'
            if problem.span
            else ""
        )
        text = problem.span.source.line(problem.span.line).strip() if problem.span else ""
        quoted = f"<pre>{_e(text)}</pre>" if text else ""
        hint = f"<p>Hint: {_e(problem.hint)}</p>" if problem.hint else ""
        way = (
            f"<p>Path: <code>{_e(problem.path or '(the start)')}</code></p>"
            if problem.path is not None
            else ""
        )
        items.append(
            f'<li class="{problem.severity}"><b>{problem.severity}</b> {_e(problem.message)}'
            f"{place}{quoted}{hint}{way}</li>"
        )
    return _section("problems", "Problems", "", f'<ul class="claims">{"".join(items)}</ul>')


def _source(edition: Edition) -> str:
    answers = [data.VIEWS["source"](each, {}) for each in edition.together]
    if not answers[0]["files"]:
        return ""
    several = len(answers) > 1
    files = []
    for place, file in enumerate(answers[0]["files"]):
        marked = [answer["files"][place]["marks"] for answer in answers]
        rows = []
        for number, text in enumerate(file["lines"], start=1):
            marks = [each.get(number, "") for each in marked]
            kind = ' class="never"' if all(mark == 0 for mark in marks) else ""
            shown = "".join(
                f'<td class="n">{"never" if mark == 0 else percent(mark) if mark else ""}</td>'
                for mark in marks
            )
            rows.append(f'<tr{kind}><td class="n">{number}</td>{shown}<td>{_e(text)}</td></tr>')
        head = '<thead><tr><th scope="col">line</th>'
        for each in edition.together:
            seen = f"from {each.entry or 'the top'}" if several else "seen by"
            head += f'<th scope="col" class="n">{_e(seen)}</th>'
        head += '<th scope="col">text</th></tr></thead>'
        files.append(
            f"<details><summary>{_e(file['name'])}</summary>"
            f'<table class="lines">{head}<tbody>{"".join(rows)}</tbody></table></details>'
        )
    sampled = min(answer["sampled"] for answer in answers)
    lead = f"Each line with the share of {sampled:,} random readers who see it."
    if several:
        lead = f"Each line with the share of {sampled:,} random readers from each entry who see it."
    return _section("source", "Source", lead, "".join(files))
