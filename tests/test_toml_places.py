"""Every value's place, compared with what tomllib reads there."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from foretell.diagnostics import Source
from foretell.toml_places import Path, TomlPlaces

SAMPLE = """\
top = "a # b"
dotted.key = 1
[[claim]]
never = 'x > "y"'   # [[claim]]
list = [ "one", # [no]
  'two', ["three"], { four = "4", five = [5] } ]
[[claim]]
never = "a \\" b"
[readers.careful]
about = \"\"\"
two "lines"
]\"\"\"
weights = [{ tag = "risky", weight = 0.25 }, { text = '''x]''', weight = 1_000 }]
[[claim]]
after = "p"
[claim.inner]
deep = true
"""


def leaves(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for i, item in enumerate(value) for leaf in leaves(item, (*path, i))]
    return [(path, value)]


def cut(text: str, span: Any) -> str:
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first = lines[span.line - 1][span.column - 1 :]
    return "\n".join([first, *lines[span.line : span.end_line - 1],
                      lines[span.end_line - 1][: span.end_column - 1]])  # fmt: skip


@pytest.mark.parametrize(("path", "value"), leaves(tomllib.loads(SAMPLE)))
def test_a_value_stands_where_it_is_said_to(path: Path, value: Any) -> None:
    places = TomlPlaces(Source("t.toml", SAMPLE))
    shown = cut(SAMPLE, places.value(path))
    if isinstance(value, bool):
        assert shown == str(value).lower()
    elif isinstance(value, str):
        assert shown.removeprefix("\n").replace('\\"', '"') == value
        assert places.is_verbatim(path) == (shown == value and "\n" not in shown)
    else:
        assert float(shown) == value


def test_a_key_and_a_table_have_places() -> None:
    places = TomlPlaces(Source("t.toml", SAMPLE))
    assert cut(SAMPLE, places.key(("claim", 1, "never"))) == "never"
    assert places.key(("claim", 1)).line == 7
    assert cut(SAMPLE, places.key(("readers", "careful"))) == "[readers.careful]"
    assert cut(SAMPLE, places.key(("readers", "careful", "weights", 1, "text"))) == "text"


def test_what_is_not_there_is_placed_at_what_holds_it() -> None:
    places = TomlPlaces(Source("t.toml", SAMPLE))
    assert places.value(("claim", 0, "missing")).line == 3
    assert places.key(("nothing",)).line == 1
