"""`foretell.toml`: what an author promises and asks, read and checked.

    [[claim]]                                   [readers.careful]
    name = "Nobody drowns"                      about = "keeps away from the water"
    never = "drowned and ending != \\"sea\\""     weights = [{ tag = "risky", weight = 0.2 }]

    [[whatif]]                                  [bounds]
    question = "Had she brought a lamp?"        states = 1_000_000
    set = { lamp = true }                       day = "0..30"

Reading is pure, text in and dataclasses out, and finds every mistake of form at once: unknown
keys, wrong types, a claim that says two things. What the expressions mean is checked against a
story (`checker.questions`); here they are texts with places.

    config = read_config(text, "foretell.toml")    # StoryError, with places, if it won't do
    parse_claim("after called then nina_came")     # the same claim as a line of its own
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from foretell.diagnostics import Diagnostic, Source, Span, StoryError, closest
from foretell.toml_places import Path, TomlPlaces

__all__ = [
    "BUILT_IN_READERS",
    "KINDS",
    "Bounds",
    "Claim",
    "Config",
    "EndingRule",
    "Expression",
    "External",
    "Kind",
    "Reader",
    "Setting",
    "VariableBound",
    "Weight",
    "WhatIf",
    "parse_claim",
    "read_config",
]

Kind = Literal["never", "always", "possible", "inevitable", "after", "odds", "sound"]
Setting = bool | int | float | str | tuple[str, ...]

KINDS: Final[tuple[Kind, ...]] = (
    "never",
    "always",
    "possible",
    "inevitable",
    "after",
    "odds",
    "sound",
)
BUILT_IN_READERS: Final = ("uniform", "best", "worst")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of ink's, and where it stands; `verbatim` if its text stands there as it is."""

    text: str
    span: Span | None = None
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A promise about every playthrough. `then` goes with `after`, the figures with `odds`."""

    kind: Kind
    expression: Expression | None = None
    then: Expression | None = None
    at_least: float | None = None
    at_most: float | None = None
    reader: str = "uniform"
    name: str = ""
    span: Span | None = None
    reader_span: Span | None = None

    @property
    def text(self) -> str:
        """The claim as one writes it in a line."""
        if self.kind == "sound" or self.expression is None:
            return "sound"
        if self.kind == "after" and self.then is not None:
            return f"after {self.expression.text} then {self.then.text}"
        if self.kind != "odds":
            return f"{self.kind} {self.expression.text}"
        figures = [
            f"at {word} {figure:g}"
            for word, figure in (("least", self.at_least), ("most", self.at_most))
            if figure is not None
        ]
        return f"odds {self.expression.text} {' and '.join(figures)} for reader {self.reader}"

    @property
    def title(self) -> str:
        """Its name, or the claim itself where it has none."""
        return self.name or self.text

    @property
    def expressions(self) -> list[Expression]:
        """The expressions it asks."""
        return [e for e in (self.expression, self.then) if e is not None]


@dataclass(frozen=True, slots=True)
class Weight:
    """How likely a choice with this tag, or with this pattern in its text, is to be made."""

    weight: float
    tag: str | None = None
    text: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader; the first weight that fits a choice is its weight, else 1."""

    name: str
    weights: tuple[Weight, ...] = ()
    about: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The story with something changed, and what to compare."""

    name: str
    question: str = ""
    set: dict[str, Setting] = field(default_factory=dict)
    force: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    ask: tuple[Expression, ...] = ()
    reader: str = ""
    span: Span | None = None
    places: dict[str, Span] = field(default_factory=dict)  # of what is set, forced, forbidden


@dataclass(frozen=True, slots=True)
class EndingRule:
    """An ending by condition, for stories without `# ending:` tags; the first that holds names
    the ending."""

    name: str
    when: Expression


@dataclass(frozen=True, slots=True)
class External:
    """What an EXTERNAL function may return, and who picks: the reader or chance."""

    name: str
    values: tuple[Setting, ...]
    by: Literal["reader", "chance"] = "chance"
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class VariableBound:
    """Where a variable's whole numbers are held.

    A turn that ends beyond is not followed (a cut), or, `saturating`, the variable is set to the
    bound it passed, which changes the story.
    """

    name: str
    low: int
    high: int
    saturating: bool
    text: str = ""  # as it is written: "0..30"
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where exploring stops; None leaves what the command line says."""

    states: int | None = None
    seconds: float | None = None
    variables: tuple[VariableBound, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole `foretell.toml`."""

    claims: tuple[Claim, ...] = ()
    readers: dict[str, Reader] = field(default_factory=dict)
    whatifs: tuple[WhatIf, ...] = ()
    endings: tuple[EndingRule, ...] = ()
    externals: dict[str, External] = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    entry_places: dict[str, Span] = field(default_factory=dict)
    bounds: Bounds = Bounds()
    source: Source | None = None

    @property
    def weighed_tags(self) -> set[str]:
        """The tags of choices that some reader weighs: said to foretell, not to who reads."""
        return {w.tag for r in self.readers.values() for w in r.weights if w.tag is not None}


def read_config(text: str, name: str = "foretell.toml") -> Config:
    """The configuration a TOML text describes; StoryError, with every mistake, if it is none."""
    source = Source(name, text.removeprefix("\ufeff"))
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise StoryError([_syntax_error(source, error)]) from None
    reader = _Reading(TomlPlaces(source))
    config = reader.config(table, source)
    if reader.found:
        place = {id(d): (d.span.line, d.span.column) if d.span else (0, 0) for d in reader.found}
        raise StoryError(sorted(reader.found, key=lambda d: place[id(d)]))
    return config


def _syntax_error(source: Source, error: tomllib.TOMLDecodeError) -> Diagnostic:
    message = str(error)
    match = re.search(r"\(at line (\d+), column (\d+)\)", message)
    if match is not None:
        span = Span(source, int(match[1]), int(match[2]))
        message = message[: match.start()].strip()
    else:
        lines = source.text.split("\n")
        span = Span(source, len(lines), len(lines[-1]) + 1)
        message = message.partition(" (at")[0]
    message = message[:1].lower() + message[1:]
    hint = "texts stand in quotes, tables begin with [name] or [[name]]"
    return Diagnostic("error", "toml", f"this is not TOML: {message}", span, hint=hint)


_LARGEST: Final = 1e18
_LIMITS: Final = ("states", "seconds")
_RANGE: Final = re.compile(
    r"\s*(?:(?P<low>[+-]?\d+)?\s*\.\.\s*(?P<high>[+-]?\d+)?"
    r"|<=\s*(?P<most>[+-]?\d+)|>=\s*(?P<least>[+-]?\d+))"
    r"(?:\s+(?P<how>saturating|cutting))?\s*"
)
_CLAIM: Final = re.compile(r"\s*([a-z]+)\b\s*(.*)", re.DOTALL)
_ODDS: Final = re.compile(
    r"(.*?)\s+at\s+(least|most)\s+([0-9.]+)\s*(%?)"
    r"(?:\s+and\s+at\s+(least|most)\s+([0-9.]+)\s*(%?))?(?:\s+for\s+(?:the\s+)?(?:reader\s+)?"
    r"([\w-]+)(?:\s+reader)?)?\s*",
    re.DOTALL,
)


def parse_claim(text: str, name: str = "") -> Claim:
    """A claim written as a line: `never p`, `after p then q`, `odds p at least 0.5 for reader r`.

    Raises StoryError where it is none.
    """
    source = Source("claim", text)

    def refuse(message: str, hint: str = "") -> StoryError:
        return StoryError([Diagnostic("error", "claim", message, Span(source, 1), hint=hint)])

    match = _CLAIM.fullmatch(text)
    word = match[1] if match else ""
    if match is None or word not in KINDS:
        found = closest(word, KINDS)
        hint = f"did you mean `{found}`?" if found else f"it begins with one of {', '.join(KINDS)}"
        raise refuse("this is no claim", hint)
    kind: Kind = next(k for k in KINDS if k == word)
    rest, at = match[2].rstrip(), match.start(2)

    def expression(start: int, end: int) -> Expression:
        shown = text[start:end].strip()
        column = start + len(text[start:end]) - len(text[start:end].lstrip())
        return Expression(shown, Span(source, 1, column + 1, 1, column + 1 + len(shown)), True)

    if kind == "sound":
        if rest:
            raise refuse("`sound` says all by itself", "leave the rest away")
        return Claim(kind, name=name)
    if not rest:
        raise refuse(f"`{kind}` wants an expression")
    if kind == "after":
        middle = re.search(r"\bthen\b", rest)
        if middle is None:
            raise refuse("`after p` wants a `then q`")
        return Claim(
            kind,
            expression(at, at + middle.start()),
            expression(at + middle.end(), len(text)),
            name=name,
        )
    if kind != "odds":
        return Claim(kind, expression(at, len(text)), name=name)
    odds = _ODDS.fullmatch(rest)
    if odds is None:
        raise refuse("`odds p` wants `at least` or `at most` and a figure", "odds p at least 0.5")
    figures: dict[str, float] = {}
    for word, figure, percent in (odds.group(2, 3, 4), odds.group(5, 6, 7)):
        if word:
            try:
                figures[word] = float(figure) / (100 if percent else 1)
            except ValueError:
                raise refuse(f"`{figure}` is no figure") from None
    return Claim(
        kind,
        expression(at, at + odds.end(1)),
        at_least=figures.get("least"),
        at_most=figures.get("most"),
        reader=odds[8] or "uniform",
        name=name,
    )


class _Reading:
    """One reading of a TOML table, collecting what is wrong with it."""

    def __init__(self, places: TomlPlaces) -> None:
        self.places = places
        self.found: list[Diagnostic] = []

    # --- small things ---------------------------------------------------------------------

    def error(self, code: str, message: str, span: Span, label: str = "", hint: str = "") -> None:
        self.found.append(Diagnostic("error", code, message, span, label, hint))

    def check_keys(self, table: dict[str, Any], path: Path, known: Iterable[str]) -> None:
        """Refuse keys that mean nothing here."""
        known = list(known)
        for key in table:
            if key not in known:
                likely = closest(key, known)
                hint = f"did you mean `{likely}`?" if likely else f"known are {', '.join(known)}"
                where = f"in `{path[0]}`" if path else "at the top"
                span = self.places.key((*path, key))
                self.error("unknown-key", f"`{key}` means nothing {where}", span, "", hint)

    def of_type(self, value: Any, path: Path, wanted: type | tuple[type, ...], what: str) -> bool:
        """Whether a value has the type it must have; an error where not."""
        kinds = wanted if isinstance(wanted, tuple) else (wanted,)
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if not fits:
            name = next((str(p) for p in reversed(path) if isinstance(p, str)), "this")
            span = self.places.value(path)
            self.error("wrong-type", f"`{name}` must be {what}", span, f"this is {_called(value)}")
        return fits

    def text(self, table: dict[str, Any], key: str, path: Path) -> str:
        value = table.get(key, "")
        return value if self.of_type(value, (*path, key), str, "a text in quotes") else ""

    def number(self, table: dict[str, Any], key: str, path: Path) -> float | None:
        value = table.get(key)
        if value is None or not self.of_type(value, (*path, key), (int, float), "a number"):
            return None
        if not -_LARGEST <= value <= _LARGEST:  # inf and nan, too, which TOML knows
            message = f"`{key}` must be a number that can be counted to"
            self.error("wrong-value", message, self.places.value((*path, key)), "")
            return None
        return float(value)

    def texts(self, table: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
        """A list of texts; a single one will do."""
        value = table.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not self.of_type(value, (*path, key), list, "a list of texts"):
            return ()
        good = [
            self.of_type(item, (*path, key, index), str, "a list of texts")
            for index, item in enumerate(value)
        ]
        return tuple(value) if all(good) else ()

    def expression(self, value: Any, path: Path) -> Expression | None:
        if not self.of_type(value, path, str, "an expression in quotes"):
            return None
        return Expression(value, self.places.value(path), self.places.is_verbatim(path))

    def expressions(self, table: dict[str, Any], key: str, path: Path) -> tuple[Expression, ...]:
        value = table.get(key, [])
        if isinstance(value, str):
            one = self.expression(value, (*path, key))
            return (one,) if one is not None else ()
        if not self.of_type(value, (*path, key), list, "a list of expressions"):
            return ()
        found = [self.expression(item, (*path, key, i)) for i, item in enumerate(value)]
        return tuple(e for e in found if e is not None)

    def tables(self, value: Any, key: str) -> Sequence[tuple[dict[str, Any], Path]]:
        """The tables of an array `[[key]]`."""
        if isinstance(value, dict):
            span = self.places.key((key,))
            self.error("wrong-type", f"`{key}` is a list", span, "", f"write [[{key}]]")
            return []
        if not self.of_type(value, (key,), list, f"tables that begin with [[{key}]]"):
            return []
        return [
            (item, (key, i))
            for i, item in enumerate(value)
            if self.of_type(item, (key, i), dict, f"tables that begin with [[{key}]]")
        ]

    def named_tables(self, value: Any, key: str) -> Sequence[tuple[str, dict[str, Any], Path]]:
        """The tables `[key.NAME]`."""
        if not self.of_type(value, (key,), dict, f"tables that begin with [{key}.NAME]"):
            return []
        return [
            (name, item, (key, name))
            for name, item in value.items()
            if self.of_type(item, (key, name), dict, f"a table [{key}.{name}]")
        ]

    # --- the parts ------------------------------------------------------------------------

    def config(self, table: dict[str, Any], source: Source) -> Config:
        """The whole."""
        known = ("claim", "readers", "whatif", "ending", "externals", "entries", "bounds")
        self.check_keys(table, (), known)
        readers = {
            name: self.reader(name, item, path)
            for name, item, path in self.named_tables(table.get("readers", {}), "readers")
        }
        claims = [self.claim(*item) for item in self.tables(table.get("claim", []), "claim")]
        whatifs = [self.whatif(*item) for item in self.tables(table.get("whatif", []), "whatif")]
        endings = [self.ending(*item) for item in self.tables(table.get("ending", []), "ending")]
        for asked in (*claims, *whatifs):
            if asked is None or not asked.reader or asked.reader in (*BUILT_IN_READERS, *readers):
                continue
            span = asked.reader_span if isinstance(asked, Claim) else asked.span
            likely = closest(asked.reader, [*BUILT_IN_READERS, *readers])
            hint = f"did you mean `{likely}`?" if likely else "describe one in [readers.NAME]"
            message = f"there is no reader `{asked.reader}`"
            assert span is not None
            self.error("unknown-reader", message, span, "this reader", hint)
        return Config(
            claims=tuple(c for c in claims if c is not None),
            readers=readers,
            whatifs=tuple(whatifs),
            endings=tuple(e for e in endings if e is not None),
            externals=self.externals(table.get("externals", {})),
            entries=(entries := self.texts(table, "entries", ())),
            entry_places={
                entry: self.places.value(
                    ("entries",) if isinstance(table["entries"], str) else ("entries", index)
                )
                for index, entry in enumerate(entries)
            },
            bounds=self.bounds(table.get("bounds", {})),
            source=source,
        )

    def claim(self, table: dict[str, Any], path: Path) -> Claim | None:
        before = len(self.found)
        self.check_keys(
            table, path, ("name", *KINDS, "then", "at_least", "at_most", "reader", "about")
        )
        kinds = [kind for kind in KINDS if kind in table]
        span = self.places.key(path)
        if not kinds and len(self.found) > before:
            return None  # most likely one of them, misspelt
        if len(kinds) != 1:
            what = "nothing" if not kinds else " and ".join(f"`{kind}`" for kind in kinds)
            hint = f"write one of {', '.join(KINDS)} = …"
            self.error("claim", f"a claim says one thing; this says {what}", span, "", hint)
            return None
        kind = kinds[0]
        name = self.text(table, "name", path)
        for key, owner in (
            ("then", "after"),
            ("at_least", "odds"),
            ("at_most", "odds"),
            ("reader", "odds"),
        ):
            if key in table and kind != owner:
                place = self.places.key((*path, key))
                self.error("claim", f"`{key}` goes with `{owner}`, not with `{kind}`", place)
        if kind == "sound":
            if table["sound"] is not True:
                place = self.places.value((*path, "sound"))
                self.error("wrong-type", "`sound` can only be true", place)
            return Claim("sound", name=name, span=span)
        expression = self.expression(table[kind], (*path, kind))
        then: Expression | None = None
        if kind == "after":
            if "then" not in table:
                hint = 'then = "what comes of it"'
                self.error("claim", "`after` wants a `then`", span, "", hint)
                return None
            then = self.expression(table["then"], (*path, "then"))
        least, most = (self.figure(table, key, path) for key in ("at_least", "at_most"))
        if kind == "odds" and "at_least" not in table and "at_most" not in table:
            hint = "at_least = 0.5 or at_most = 0.5"
            self.error("claim", "`odds` wants a figure to compare with", span, "", hint)
        if expression is None:
            return None
        return Claim(
            kind,
            expression,
            then,
            least,
            most,
            self.text(table, "reader", path) or "uniform",
            name,
            span,
            self.places.value((*path, "reader")) if "reader" in table else span,
        )

    def figure(self, table: dict[str, Any], key: str, path: Path) -> float | None:
        value = self.number(table, key, path)
        if value is not None and not 0 <= value <= 1:
            span = self.places.value((*path, key))
            self.error("odds", f"odds are from 0 to 1, not {value:g}", span)
        return value

    def reader(self, name: str, table: dict[str, Any], path: Path) -> Reader:
        self.check_keys(table, path, ("about", "weights"))
        span = self.places.key(path)
        if name in BUILT_IN_READERS:
            self.error(
                "reserved-name",
                f"`{name}` is a reader that foretell knows already",
                span,
                "this name",
                "choose another",
            )
        weights: list[Weight] = []
        value = table.get("weights", [])
        if self.of_type(value, (*path, "weights"), list, "a list of tables"):
            for index, item in enumerate(value):
                weight = self.weight(item, (*path, "weights", index))
                if weight is not None:
                    weights.append(weight)
        return Reader(name, tuple(weights), self.text(table, "about", path), span)

    def weight(self, table: Any, path: Path) -> Weight | None:
        what = 'tables such as { tag = "risky", weight = 0.2 }'
        if not self.of_type(table, path, dict, what):
            return None
        self.check_keys(table, path, ("tag", "text", "weight"))
        span = self.places.value(path)
        if ("tag" in table) == ("text" in table):
            self.error("weight", "a weight is for a `tag` or for a `text`", span, "", what)
            return None
        weight = self.number(table, "weight", path)
        if weight is None:
            if "weight" not in table:
                self.error("weight", "this weighs nothing", span, "no `weight`", what)
            return None
        if not 0 <= weight < float("inf"):
            self.error("weight", "a weight is 0 or more", self.places.value((*path, "weight")))
            return None
        tag = self.text(table, "tag", path) if "tag" in table else None
        text = self.text(table, "text", path) if "text" in table else None
        if text is not None:
            try:
                re.compile(text)
            except re.error as error:
                place = self.places.value((*path, "text"))
                message = f"this is no regular expression: {error.msg}"
                self.error("pattern", message, place)
                return None
        return Weight(weight, tag, text, span)

    def whatif(self, table: dict[str, Any], path: Path) -> WhatIf:
        known = ("name", "question", "set", "force", "forbid", "ask", "reader")
        self.check_keys(table, path, known)
        places: dict[str, Span] = {}
        settings: dict[str, Setting] = {}
        value = table.get("set", {})
        if self.of_type(value, (*path, "set"), dict, "a table such as { lamp = true }"):
            for name, setting in value.items():
                where = (*path, "set", name)
                places[name] = self.places.key(where)
                good = self.setting(setting, where)
                if good is not None:
                    settings[name] = good
        forced, forbidden = self.texts(table, "force", path), self.texts(table, "forbid", path)
        for key, choices in (("force", forced), ("forbid", forbidden)):
            for index, choice in enumerate(choices):
                places[choice] = self.places.value((*path, key, index))
        if not (settings or forced or forbidden) and not self.found:
            hint = "say so by set = { NAME = value }, force = […] or forbid = […]"
            span = self.places.key(path)
            self.error("whatif", "this what-if changes nothing", span, "", hint)
        question = self.text(table, "question", path)
        name = self.text(table, "name", path)
        return WhatIf(
            name=name or question or ", ".join([*settings, *forced, *forbidden]),
            question=question,
            set=settings,
            force=forced,
            forbid=forbidden,
            ask=self.expressions(table, "ask", path),
            reader=self.text(table, "reader", path),
            span=self.places.key(path),
            places=places,
        )

    def setting(self, value: Any, path: Path) -> Setting | None:
        """A value for a variable: a list of texts is a list's items."""
        if isinstance(value, list):
            good = [
                self.of_type(item, (*path, index), str, "a value, or a list of a LIST's items")
                for index, item in enumerate(value)
            ]
            return tuple(value) if all(good) else None
        what = "a truth value, a number, a text or a list of items"
        if not self.of_type(value, path, (bool, int, float, str), what):
            return None
        setting: Setting = value
        return setting

    def ending(self, table: dict[str, Any], path: Path) -> EndingRule | None:
        self.check_keys(table, path, ("name", "when"))
        span = self.places.key(path)
        for key in ("name", "when"):
            if key not in table:
                hint = 'name = "rescued"\nwhen = "boat and alive"'
                self.error("ending", f"an ending by condition wants `{key}`", span, "", hint)
                return None
        when = self.expression(table["when"], (*path, "when"))
        name = self.text(table, "name", path)
        if not name:
            self.error("ending", "an ending needs a name", self.places.value((*path, "name")))
        return EndingRule(name, when) if name and when is not None else None

    def externals(self, value: Any) -> dict[str, External]:
        found: dict[str, External] = {}
        for name, table, path in self.named_tables(value, "externals"):
            self.check_keys(table, path, ("values", "by"))
            values = table.get("values", [])
            if not self.of_type(values, (*path, "values"), list, "a list of values"):
                continue
            if not values:
                span = self.places.key(path)
                hint = "values = [true, false]"
                self.error("external", f"say what `{name}` may return", span, "", hint)
            by = self.text(table, "by", path) or "chance"
            if by not in ("reader", "chance"):
                span = self.places.value((*path, "by"))
                self.error("external", "`by` is `reader` or `chance`", span)
            settings = [self.setting(v, (*path, "values", i)) for i, v in enumerate(values)]
            found[name] = External(
                name,
                tuple(s for s in settings if s is not None),
                "reader" if by == "reader" else "chance",
                self.places.key(path),
            )
        return found

    def bounds(self, table: Any) -> Bounds:
        path: Path = ("bounds",)
        if not self.of_type(table, path, dict, "a table [bounds]"):
            return Bounds()
        variables: list[VariableBound] = []
        for name, value in table.items():
            if name in _LIMITS:
                continue
            likely = closest(name, _LIMITS)
            if likely and not isinstance(value, str):
                hint = f"did you mean `{likely}`?"
                message = f"`{name}` means nothing in `bounds`"
                self.error("unknown-key", message, self.places.key((*path, name)), "", hint)
                continue
            bound = self.variable_bound(name, value, (*path, name))
            if bound is not None:
                variables.append(bound)
        states, seconds = self.number(table, "states", path), self.number(table, "seconds", path)
        for key, figure in (("states", states), ("seconds", seconds)):
            if figure is not None and figure <= 0:
                self.error("bounds", "a bound is greater than 0", self.places.value((*path, key)))
        return Bounds(None if states is None else int(states), seconds, tuple(variables))

    def variable_bound(self, name: str, value: Any, path: Path) -> VariableBound | None:
        """A range for a variable: "0..30", "..30", "<= 30", "0..30 saturating"."""
        if not self.of_type(value, path, str, 'a range in quotes, such as "0..30"'):
            return None
        span = self.places.value(path)
        match = _RANGE.fullmatch(value)
        ends = match.group("low", "least", "high", "most") if match is not None else ()
        if match is None or not any(ends):
            hint = 'write "0..30", "<= 30" or "0..30 saturating"'
            self.error("bounds", f"`{value}` is no range of whole numbers", span, "", hint)
            return None
        low = max(-(1 << 31), int(ends[0] or ends[1] or -(1 << 31)))
        high = min((1 << 31) - 1, int(ends[2] or ends[3] or (1 << 31) - 1))
        if low > high:
            self.error("bounds", f"nothing lies in `{value}`", span)
            return None
        saturating = match["how"] == "saturating"
        shown = value.removesuffix(match["how"] or "").strip()
        return VariableBound(name, low, high, saturating, shown, self.places.key(path))


def _called(value: Any) -> str:
    for kind, name in (
        (bool, "a truth value"),
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "a table"),
    ):
        if isinstance(value, kind):
            return name
    return "a date or time"
