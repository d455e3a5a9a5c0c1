"""foretell.toml: what is read from it, and what is said of one that won't do."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from foretell.config import Weight, parse_claim, read_config
from foretell.diagnostics import Diagnostic, StoryError

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "foretell.schema.json").read_text("utf-8"))

WHOLE = """
entries = ["kitchen"]
[[claim]]
name = "Nobody drowns"
never = 'drowned && ending != "sea"'
[[claim]]
after = "called"
then = "came"
[[claim]]
odds = "rich"
at_least = 0.25
at_most = 1
reader = "careful"
[[claim]]
sound = true
[readers.careful]
about = "keeps dry"
weights = [{ tag = "risky", weight = 0 }, { text = "(?i)swim", weight = 2.5 }]
[[whatif]]
name = "lamp"
question = "With a lamp?"
set = { lamp = true, bag = ["rope", "Bag.torch"], coins = 3, name = "Ann" }
force = "door.open"
forbid = ["hall.leave"]
ask = ["coins"]
reader = "careful"
[[ending]]
name = "rescued"
when = "boat"
[externals.dice]
values = [1, 2]
by = "reader"
[bounds]
states = 1_000
seconds = 2.5
coins = "0..50"
day = "<= 30 saturating"
mood = "-3.. cutting"
"""


def problems(text: str) -> list[Diagnostic]:
    with pytest.raises(StoryError) as caught:
        read_config(text)
    return caught.value.diagnostics


def only(text: str) -> Diagnostic:
    found = problems(text)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def test_a_whole_file_is_read() -> None:
    config = read_config(WHOLE)
    never, after, odds, sound = config.claims
    assert never.name == "Nobody drowns"
    assert never.expression is not None and never.expression.verbatim
    assert never.expression.span is not None and never.expression.span.place.endswith(":5:10")
    assert never.text == 'never drowned && ending != "sea"'
    assert after.text == "after called then came" == after.title
    assert odds.text == "odds rich at least 0.25 and at most 1 for reader careful"
    assert sound.text == "sound" and sound.expressions == []
    assert config.readers["careful"].weights[0] == Weight(
        0.0, "risky", None, config.readers["careful"].weights[0].span
    )
    whatif = config.whatifs[0]
    assert whatif.set == {"lamp": True, "bag": ("rope", "Bag.torch"), "coins": 3, "name": "Ann"}
    assert whatif.force == ("door.open",) and whatif.forbid == ("hall.leave",)
    assert whatif.places["bag"].line == 22
    assert [rule.name for rule in config.endings] == ["rescued"]
    assert config.externals["dice"].values == (1, 2) and config.externals["dice"].by == "reader"
    assert config.entries == ("kitchen",)
    assert (config.bounds.states, config.bounds.seconds) == (1000, 2.5)
    assert [(b.name, b.low, b.high, b.saturating, b.text) for b in config.bounds.variables] == [
        ("coins", 0, 50, False, "0..50"),
        ("day", -(2**31), 30, True, "<= 30"),
        ("mood", -3, 2**31 - 1, False, "-3.."),
    ]


def test_an_empty_file_promises_nothing() -> None:
    assert read_config("").claims == ()


def test_the_schema_takes_what_is_read() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(tomllib.loads(WHOLE), SCHEMA)


@pytest.mark.parametrize(
    ("text", "code", "place", "hint"),
    [
        ('[[claim]]\nnevr = "x"', "unknown-key", ":2:1", "did you mean `never`?"),
        ('clam = 1', "unknown-key", ":1:1", "did you mean `claim`?"),
        ("[[claim]]\nnever = 3", "wrong-type", ":2:9", ""),
        ('[[claim]]\nnever = "a"\nalways = "b"', "claim", ":1:1", "write one of never"),
        ('[[claim]]\nname = "a"', "claim", ":1:1", "write one of never"),
        ('[[claim]]\nafter = "a"', "claim", ":1:1", "then ="),
        ('[[claim]]\nodds = "a"', "claim", ":1:1", "at_least ="),
        ('[[claim]]\nodds = "a"\nat_least = 2', "odds", ":3:12", ""),
        ('[[claim]]\nnever = "a"\nat_most = 0.5', "claim", ":3:1", ""),
        ("[[claim]]\nsound = false", "wrong-type", ":2:9", ""),
        (
            '[[claim]]\nodds = "a"\nat_most = 1\nreader = "carefull"\n[readers.careful]\n',
            "unknown-reader",
            ":4:11",
            "did you mean `careful`?",
        ),
        ("[readers.best]\n", "reserved-name", ":1:1", "choose another"),
        ('[readers.a]\nweights = [{ tag = "b" }]', "weight", ":2:12", ""),
        ('[readers.a]\nweights = [{ weight = 1 }]', "weight", ":2:12", ""),
        ('[readers.a]\nweights = [{ tag = "b", weight = -1 }]', "weight", ":2:34", ""),
        ('[readers.a]\nweights = [{ text = "(", weight = 1 }]', "pattern", ":2:22", ""),
        ('[[whatif]]\nname = "a"', "whatif", ":1:1", "say so by set"),
        ("[[whatif]]\nset = { a = 1979-05-27 }", "wrong-type", ":2:13", ""),
        ('[[whatif]]\nforbid = [1]', "wrong-type", ":2:11", ""),
        ('[[ending]]\nname = "a"', "ending", ":1:1", ""),
        ("[externals.f]\n", "external", ":1:1", "values ="),
        ('[externals.f]\nvalues = [1]\nby = "me"', "external", ":3:7", ""),
        ("[bounds]\nstates = 0", "bounds", ":2:10", ""),
        ("[bounds]\nstates = true", "wrong-type", ":2:10", ""),
        ("[bounds]\nstats = 3", "unknown-key", ":2:1", "did you mean `states`?"),
        ("[bounds]\nday = 3", "wrong-type", ":2:7", ""),
        ('[bounds]\nday = "30"', "bounds", ":2:8", 'write "0..30"'),
        ('[bounds]\nday = ".."', "bounds", ":2:8", 'write "0..30"'),
        ('[bounds]\nday = "3..1"', "bounds", ":2:8", ""),
        ("claim = 1", "wrong-type", ":1:9", ""),
        ("[claim]\n", "wrong-type", ":1:1", "write [[claim]]"),
        ("a = \n", "toml", ":1:5", ""),
        ("a = 1\na = 2\n", "toml", ":2:6", ""),
        ("a = [1,\n", "toml", ":2:1", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, code: str, place: str, hint: str) -> None:
    found = only(text)
    assert found.code == code
    assert found.span is not None and found.span.place == f"foretell.toml{place}"
    assert found.hint.startswith(hint)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    found = problems("[[claim]]\nnever = 1\n[bounds]\nstates = -1\n[reders.x]\n")
    assert [problem.code for problem in found] == ["wrong-type", "bounds", "unknown-key"]


@pytest.mark.parametrize(
    "text",
    [
        "never paid && coins > 0",
        "always coins >= 0",
        "possible x",
        'inevitable ending != ""',
        "after p then q",
        "odds p at least 0.5 for reader careful",
        "odds p at least 0.25 and at most 0.75 for reader uniform",
        "sound",
    ],
)
def test_a_claim_in_a_line_reads_as_it_is_written(text: str) -> None:
    assert parse_claim(text).text == text


def test_a_claim_in_a_line_may_say_per_cent_and_leave_out_the_reader() -> None:
    claim = parse_claim("odds a == 3 at most 12.5 %")
    assert (claim.at_most, claim.reader) == (0.125, "uniform")
    assert claim.expression is not None and claim.expression.text == "a == 3"


@pytest.mark.parametrize(
    "text", ["nevr x", "", "never", "sound x", "after p", "odds p", "odds p at least", "odds p 0.5"]
)
def test_what_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(StoryError) as caught:
        parse_claim(text)
    assert caught.value.diagnostics[0].code == "claim"
