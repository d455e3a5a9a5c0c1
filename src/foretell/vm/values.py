"""ink's values as integers, and ink's operators.

A value is one integer, `tag << 32 | payload`, the payload an unsigned 32-bit pattern:

    INT      the number                BOOL    0 or 1           FLOAT  IEEE single bits
    STRING   index of the string       LIST    index * 2 + (1 if it has items)
    TARGET   index of a divert target  VOID    0 (no result)    UNSET  0 (no such temporary)
    POINTER  global slot * 2, or distance of a temporary in its thread * 2 + 1
    TAG      index of a string: a choice's tag on its way to the choice
    FAILED   index of a message: the operation is an error
    DEAD     0: in exploring, a variable whose value nobody can observe

Strings and lists are *interned* in a `Values`: equal content has the equal index, so a value is
compared, hashed and copied as the integer it is. A list is kept in ink's printing order (number,
then name of its origin), so two lists that differ only in the order their items were added are
one value; ink itself can tell them apart only where `LIST_MIN` or `LIST_MAX` meets a tie.

`Values.operate` is the one definition of every operator; `machine` computes the commonest cases
on integers itself and looks all others up in the memo, which is filled from here. Rules of
coercion, wording of errors and 32-bit arithmetic are those of inkle's runtime 1.2 (C#).
"""

from __future__ import annotations

import ctypes
import math
import struct
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

__all__ = [
    "BOOL",
    "DEAD",
    "DEAD_VALUE",
    "DRAWN",
    "DRAWN_SHIFT",
    "EMPTY_LIST",
    "FAILED",
    "FALSE",
    "FLOAT",
    "INT",
    "LIST",
    "MOST_CHARACTERS",
    "OPERATIONS",
    "OPPOSED",
    "POINTER",
    "STRING",
    "TAG",
    "TAG_SHIFT",
    "TARGET",
    "TOO_LONG",
    "TRUE",
    "UNSET",
    "UNSET_VALUE",
    "VOID",
    "VOID_VALUE",
    "InkList",
    "Values",
    "float_number",
    "float_text",
    "float_value",
    "int_value",
    "number",
    "single",
]

INT: Final = 0
BOOL: Final = 1
FLOAT: Final = 2
LIST: Final = 3
STRING: Final = 4
TARGET: Final = 5
POINTER: Final = 6
VOID: Final = 7
UNSET: Final = 8
TAG: Final = 9
FAILED: Final = 10
MOST_CHARACTERS: Final = 1 << 20  # of a string
TOO_LONG: Final = f"a string of more than {MOST_CHARACTERS} characters is longer than any may be"
DEAD: Final = 11
# a die that is still whole, in the explorer only (`dice`): its face plus, or the payload minus it
DRAWN: Final = 1 << 29
OPPOSED: Final = DRAWN + 1
DRAWN_SHIFT: Final = 61  # no other word of a packed row has this bit alone at its top

TAG_SHIFT: Final = 32
PAYLOAD: Final = 0xFFFFFFFF

FALSE: Final = BOOL << TAG_SHIFT
TRUE: Final = (BOOL << TAG_SHIFT) | 1
VOID_VALUE: Final = VOID << TAG_SHIFT
UNSET_VALUE: Final = UNSET << TAG_SHIFT
EMPTY_LIST: Final = LIST << TAG_SHIFT  # of no origin
DEAD_VALUE: Final = DEAD << TAG_SHIFT

# Operations the memo knows: every binary and unary operator under ink JSON's name, and a few of
# the machine's own. `bounds` makes one value of LIST_RANGE's two limits. `cons` adds an output
# token to a chain of them (0 is the empty one), `string` and `tag` are what such a chain reads as.
OPERATIONS: Final[tuple[str, ...]] = (
    *"+ - * / % == != < > <= >= && || MIN MAX POW ? !? ^".split(),
    *"_ ! FLOOR CEILING INT FLOAT".split(),
    *"LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE LIST_INVERT".split(),
    *"listInt bounds range retain pick cons string tag".split(),
)
OPERATION: Final[dict[str, int]] = {name: index for index, name in enumerate(OPERATIONS)}
UNARY: Final = frozenset(
    "_ ! FLOOR CEILING INT FLOAT LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE "
    "LIST_INVERT".split()
)

O_ADD: Final = OPERATION["+"]
O_SUB: Final = OPERATION["-"]
O_MUL: Final = OPERATION["*"]
O_DIV: Final = OPERATION["/"]
O_MOD: Final = OPERATION["%"]
O_EQ: Final = OPERATION["=="]
O_NE: Final = OPERATION["!="]
O_LT: Final = OPERATION["<"]
O_GT: Final = OPERATION[">"]
O_LE: Final = OPERATION["<="]
O_GE: Final = OPERATION[">="]
O_AND: Final = OPERATION["&&"]
O_OR: Final = OPERATION["||"]
O_MIN: Final = OPERATION["MIN"]
O_MAX: Final = OPERATION["MAX"]
O_NEG: Final = OPERATION["_"]
O_NOT: Final = OPERATION["!"]
O_LIST_INT: Final = OPERATION["listInt"]
O_BOUNDS: Final = OPERATION["bounds"]
O_RANGE: Final = OPERATION["range"]
O_RETAIN: Final = OPERATION["retain"]
O_PICK: Final = OPERATION["pick"]
O_CONS: Final = OPERATION["cons"]
O_STRING: Final = OPERATION["string"]
O_TAG: Final = OPERATION["tag"]
O_HAS: Final = OPERATION["?"]
O_HAS_NOT: Final = OPERATION["!?"]
O_BOTH: Final = OPERATION["^"]
O_LIST_MIN: Final = OPERATION["LIST_MIN"]
O_LIST_MAX: Final = OPERATION["LIST_MAX"]
O_LIST_ALL: Final = OPERATION["LIST_ALL"]
O_LIST_COUNT: Final = OPERATION["LIST_COUNT"]
O_LIST_VALUE: Final = OPERATION["LIST_VALUE"]
O_LIST_INVERT: Final = OPERATION["LIST_INVERT"]

_TYPE_NAMES: Final = {
    INT: "Int",
    BOOL: "Bool",
    FLOAT: "Float",
    LIST: "List",
    STRING: "String",
    TARGET: "DivertTarget",
    POINTER: "VariablePointer",
}
# ink's order of types: an operation on two types happens in the higher one
_RANK: Final = {BOOL: -1, INT: 0, FLOAT: 1, LIST: 2, STRING: 3, TARGET: 4, POINTER: 5}
_INT_MAX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class InkList:
    """A list value: items as `(number, origin, name)`, sorted; an empty one may keep origins."""

    items: tuple[tuple[int, str, str], ...]
    origins: tuple[str, ...] = ()

    @property
    def known_origins(self) -> tuple[str, ...]:
        """Names of the lists the items come from, or an empty list came from."""
        if not self.items:
            return self.origins
        return tuple(dict.fromkeys(origin for _, origin, _ in self.items))


class _OperationError(Exception):
    """An operation ink does not allow; the message is ink's."""


def int_value(n: int) -> int:
    """The INT value of `n`, wrapped to 32 bits."""
    return n & PAYLOAD


def number(value: int) -> int:
    """The signed number in an INT's or BOOL's payload."""
    n = value & PAYLOAD
    return n - 0x100000000 if n >= 0x80000000 else n


def single(x: float) -> float:
    """`x` rounded to single precision."""
    return ctypes.c_float(x).value


def float_value(x: float) -> int:
    """The FLOAT value of `x`, rounded to single precision."""
    bits = int.from_bytes(struct.pack("<f", single(x)), "little")
    return (FLOAT << TAG_SHIFT) | bits


def float_number(value: int) -> float:
    """The number in a FLOAT's payload."""
    result: float = struct.unpack("<f", (value & PAYLOAD).to_bytes(4, "little"))[0]
    return result


def float_text(x: float) -> str:
    """A single-precision number as C# prints it: the shortest digits that read back as it."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    if x == 0:
        return "-0" if math.copysign(1, x) < 0 else "0"
    for digits in range(1, 10):
        shown = f"{x:.{digits - 1}e}"
        if single(float(shown)) == x:
            break
    mantissa, exponent_text = shown.split("e")
    sign = "-" if mantissa.startswith("-") else ""
    figures = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    point = int(exponent_text) + 1  # digits before the decimal point
    if point > max(len(figures), 7) or point < -3:
        head, rest = figures[0], figures[1:]
        exponent = point - 1
        tail = f".{rest}" if rest else ""
        return f"{sign}{head}{tail}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{figures}"
    if len(figures) <= point:
        return sign + figures + "0" * (point - len(figures))
    return f"{sign}{figures[:point]}.{figures[point:]}"


class Values:
    """The interned strings and lists of one story, and its operators.

    `strings` starts as the program's own strings, so an index means the same in both.
    """

    def __init__(
        self,
        strings: Iterable[str],
        list_definitions: dict[str, dict[str, int]],
        target_paths: Iterable[str],
        global_names: Iterable[str] = (),
    ) -> None:
        self.strings = list(strings)
        self._string_index = {text: i for i, text in reversed(list(enumerate(self.strings)))}
        self._lists: list[InkList] = []
        self._owed: list[tuple[int, Any, Callable[[Any], InkList]]] = []  # first number, rows
        self.list_count = 0
        self.lock = threading.RLock()  # held where lists get numbers
        self._list_index: dict[InkList, int] = {}
        self.messages: list[str] = []
        # characters of strings, items of lists and bytes of rows that were ever interned
        self.built = 0
        self._message_index: dict[str, int] = {}
        self.definitions = list_definitions
        self.target_paths = list(target_paths)
        self.global_names = list(global_names)
        self._origin_items = {
            name: tuple(sorted((n, name, item) for item, n in items.items()))
            for name, items in list_definitions.items()
        }
        self._numbered = {  # the first item of each number
            name: {item[0]: item for item in reversed(items)}
            for name, items in self._origin_items.items()
        }
        self._chains: list[tuple[int, int]] = [(0, 0)]  # (chain, its last token)
        self._chain_index: dict[tuple[int, int], int] = {}
        self._bounds: dict[str, tuple[int, int]] = {}
        self.list_value(InkList(()))  # EMPTY_LIST

    # ---------------------------------------------------------- interning

    def string_value(self, text: str) -> int:
        """The STRING value of `text`."""
        return (STRING << TAG_SHIFT) | self.string_index(text)

    def string_index(self, text: str) -> int:
        """The index of `text`, interned if it is new."""
        index = self._string_index.get(text)
        if index is None:
            index = len(self.strings)
            self.built += len(text)
            self.strings.append(text)
            self._string_index[text] = index
        return index

    def list_value(self, content: InkList) -> int:
        """The LIST value of `content`; the order of an empty list's origins plays no part."""
        if content.origins:
            origins = () if content.items else tuple(sorted(set(content.origins)))
            content = InkList(content.items, origins)
        index = self._list_index.get(content)
        if index is None:
            with self.lock:
                self._settle()
                index = self._list_index.get(content)
                if index is None:
                    index = self.list_count
                    self.list_count += 1
                    self._enter(content)
        return (LIST << TAG_SHIFT) | (index * 2 + bool(content.items))

    def _enter(self, content: InkList) -> None:
        self.built += len(content.items)
        self._list_index[content] = len(self._lists)
        self._lists.append(content)

    def owe(self, rows: Any, content: Callable[[Any], InkList]) -> None:
        """Give the next numbers to new lists; `content` tells what a row of `rows` holds.

        Exploring makes millions of lists at which nobody ever looks, so that is asked only where
        somebody does.
        """
        with self.lock:
            self._owed.append((self.list_count, rows, content))
            self.list_count += len(rows)
            self.built += int(rows.nbytes)

    def _settle(self) -> None:
        """Enter the lists that are owed."""
        for _, rows, content in self._owed:
            for row in rows:
                self._enter(content(row))
        self._owed.clear()

    @property
    def lists(self) -> list[InkList]:
        """All lists, by number."""
        with self.lock:
            self._settle()
            return self._lists

    def list_of(self, items: Iterable[tuple[str, int]], origins: Iterable[str] = ()) -> int:
        """The LIST value of items given as `("Origin.item", number)`."""
        content: list[tuple[int, str, str]] = []
        for full_name, n in items:
            origin, _, name = full_name.rpartition(".")
            content.append((n, origin, name))
        if content:
            return self.list_value(InkList(tuple(sorted(set(content)))))
        return self.list_value(InkList((), tuple(origins)))

    def ink_list(self, value: int) -> InkList:
        """The list a LIST value stands for."""
        return self.list_at((value & PAYLOAD) >> 1)

    def list_at(self, number: int) -> InkList:
        """The list of a number."""
        if number < len(self._lists):
            return self._lists[number]
        with self.lock:
            if number < len(self._lists):
                return self._lists[number]
            block = bisect_right(self._owed, number, key=itemgetter(0)) - 1
            first, rows, content = self._owed[block]
            return content(rows[number - first])

    def chain(self, before: int, token: int) -> int:
        """The number of the chain of output tokens `before` (0 for none) with one more."""
        index = self._chain_index.get((before, token))
        if index is None:
            index = len(self._chains)
            self._chains.append((before, token))
            self._chain_index[before, token] = index
        return index

    def chained(self, chain: int) -> list[int]:
        """The tokens of a chain, in order."""
        tokens: list[int] = []
        while chain:
            chain, token = self._chains[chain]
            tokens.append(token)
        return tokens[::-1]

    def too_long(self) -> int:
        """The failure of building a string of more than `MOST_CHARACTERS`."""
        return self._failed(TOO_LONG)

    def _failed(self, message: str) -> int:
        index = self._message_index.get(message)
        if index is None:
            index = len(self.messages)
            self.messages.append(message)
            self._message_index[message] = index
        return (FAILED << TAG_SHIFT) | index

    # ---------------------------------------------------------- keeping

    def dump(self) -> dict[str, Any]:
        """All that was interned, as plain data: what indices into it mean, wherever it is read."""
        return {
            "strings": self.strings,
            "lists": [[list(map(list, each.items)), list(each.origins)] for each in self.lists],
            "messages": self.messages,
            "chains": self._chains,
            "bounds": [[text, low, high] for text, (low, high) in self._bounds.items()],
        }

    def restore(self, dumped: dict[str, Any]) -> None:
        """Intern what was dumped, each thing at the index it had.

        Raises ValueError where that can't be, since something else has an index already.
        """
        lists = [
            InkList(tuple((int(n), o, name) for n, o, name in items), tuple(origins))
            for items, origins in dumped["lists"]
        ]
        chains = [(int(before), int(token)) for before, token in dumped["chains"]]
        for mine, theirs in (
            (self.strings, dumped["strings"]),
            (self.lists, lists),
            (self.messages, dumped["messages"]),
            (self._chains, chains),
        ):
            if mine != theirs[: len(mine)]:
                raise ValueError("what is interned does not begin alike")
        for text in dumped["strings"][len(self.strings) :]:
            self._string_index.setdefault(text, len(self.strings))
            self.strings.append(text)
        for content in lists[len(self.lists) :]:
            self.list_value(content)
        for message in dumped["messages"][len(self.messages) :]:
            self._failed(message)
        for before, token in chains[len(self._chains) :]:
            self.chain(before, token)
        self._bounds.update({text: (low, high) for text, low, high in dumped["bounds"]})

    # ---------------------------------------------------------- showing

    def text(self, value: int) -> str:
        """The value as ink prints it."""
        tag = value >> TAG_SHIFT
        if tag == INT:
            return str(number(value))
        if tag in (STRING, TAG):
            return self.strings[value & PAYLOAD]
        if tag == FLOAT:
            return float_text(float_number(value))
        if tag == BOOL:
            return "true" if value & 1 else "false"
        if tag == LIST:
            return ", ".join([name for _, _, name in self.ink_list(value).items])
        if tag == TARGET:
            return f"DivertTargetValue({self.target_paths[value & PAYLOAD]})"
        if tag == POINTER:
            return "VariablePointerValue"
        return ""

    def to_python(self, value: int) -> object:
        """The value as Python knows it: int, float, bool, str, a tuple of names, or None."""
        tag = value >> TAG_SHIFT
        if tag == INT:
            return number(value)
        if tag == BOOL:
            return bool(value & 1)
        if tag == FLOAT:
            return float_number(value)
        if tag == STRING:
            return self.strings[value & PAYLOAD]
        if tag == LIST:
            return tuple(f"{origin}.{name}" for _, origin, name in self.ink_list(value).items)
        if tag == TARGET:
            return f"-> {self.target_paths[value & PAYLOAD]}"
        return None

    def from_python(self, value: object) -> int:
        """The value for a Python int, float, bool, str, or names of list items.

        Raises TypeError for anything else, ValueError for an unknown item or target.
        """
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, int):
            if not -(2**31) <= value < 2**31:
                raise ValueError(f"{value} does not fit ink's 32-bit integers")
            return int_value(value)
        if isinstance(value, float):
            return float_value(value)
        if isinstance(value, str):
            if value.startswith("-> "):
                path = value[3:].strip()
                if path not in self.target_paths:
                    raise ValueError(f"no place called `{path}` is used as a divert target")
                return (TARGET << TAG_SHIFT) | self.target_paths.index(path)
            return self.string_value(value)
        if value is None:
            return VOID_VALUE
        if isinstance(value, list | tuple | set | frozenset):
            items: set[tuple[int, str, str]] = set()
            for name in value:
                items.add(self.item(str(name)))
            return self.list_value(InkList(tuple(sorted(items))))
        raise TypeError(f"a {type(value).__name__} can't be an ink value")

    def item(self, name: str) -> tuple[int, str, str]:
        """The list item called `name` or `Origin.name`; raises ValueError if there is none."""
        origin, _, short = name.rpartition(".")
        for list_name, items in self.definitions.items():
            if origin in ("", list_name) and short in items:
                return (items[short], list_name, short)
        raise ValueError(f"no list has an item called `{name}`")

    # ---------------------------------------------------------- operators

    def operate(self, operation: int, a: int, b: int = 0) -> int:
        """The result of an operation, or a FAILED value with ink's message."""
        name = OPERATIONS[operation]
        if name == "cons":
            return self.chain(a, b)
        if DEAD in (a >> TAG_SHIFT, b >> TAG_SHIFT):
            return b if name == "retain" else DEAD_VALUE
        try:
            if name in UNARY:
                return self._unary(name, a)
            if name == "retain":
                return self._retain(a, b)
            if name == "listInt":
                return self._list_from_int(a, b)
            if name == "bounds":
                return self._range_bounds(a, b)
            if name == "range":
                return self._range(a, b)
            if name == "pick":
                item = self.ink_list(a).items[number(b)]
                return self.list_value(InkList((item,)))
            return self._binary(name, a, b)
        except _OperationError as error:
            return self._failed(str(error))

    def _type(self, value: int) -> str:
        return _TYPE_NAMES.get(value >> TAG_SHIFT, "Void")

    def _refuse_void(self, name: str, *operands: int) -> None:
        for operand in operands:
            if operand >> TAG_SHIFT == VOID:
                raise _OperationError(
                    f"Attempting to perform {name} on a void value. "
                    "Did you forget to 'return' a value from a function you called here?"
                )

    def _unary(self, name: str, a: int) -> int:
        self._refuse_void(name, a)
        tag = a >> TAG_SHIFT
        if tag == LIST:
            return self._unary_list(name, self.ink_list(a))
        if tag in (INT, BOOL):
            n = number(a)
            if name == "_":
                return int_value(-n)
            if name == "!":
                return TRUE if n == 0 else FALSE
            if name in ("FLOOR", "CEILING", "INT"):
                return int_value(n)
            if name == "FLOAT":
                return float_value(n)
        elif tag == FLOAT:
            x = float_number(a)
            if name == "_":
                return float_value(-x)
            if name == "!":
                return TRUE if x == 0 else FALSE
            if name == "FLOAT":
                return a
            if name == "INT":
                return int_value(_truncate(x))
            if math.isfinite(x) and name in ("FLOOR", "CEILING"):
                whole = math.floor(x) if name == "FLOOR" else math.ceil(x)
                return float_value(math.copysign(whole, x))  # C# keeps the sign of -0
            if name in ("FLOOR", "CEILING"):
                return a
        shown = "Int" if tag == BOOL else self._type(a)
        raise _OperationError(f"Cannot perform operation '{name}' on {shown}")

    def _unary_list(self, name: str, content: InkList) -> int:
        items = content.items
        if name == "!":
            return int_value(0 if items else 1)
        if name == "LIST_COUNT":
            return int_value(len(items))
        if name == "LIST_VALUE":
            return int_value(items[-1][0] if items else 0)
        if name == "LIST_MIN":
            return self.list_value(InkList(items[:1]))
        if name == "LIST_MAX":
            return self.list_value(InkList(_highest(items)))
        if name in ("LIST_ALL", "LIST_INVERT"):
            found = [
                item
                for origin in content.known_origins
                for item in self._origin_items.get(origin, ())
            ]
            if name == "LIST_INVERT":
                taken = set(items)
                found = [item for item in found if item not in taken]
            return self.list_value(InkList(tuple(sorted(found))))
        raise _OperationError(f"Cannot perform operation '{name}' on List")

    def _binary(self, name: str, a: int, b: int) -> int:
        self._refuse_void(name, a, b)
        left, right = a >> TAG_SHIFT, b >> TAG_SHIFT
        if LIST in (left, right):
            return self._binary_list(name, a, b)
        rank = max(_RANK.get(left, 0), _RANK.get(right, 0), 0)
        if rank == 0:
            return self._binary_int(name, number(a), number(b))
        if rank == 1:
            return self._binary_float(name, self._as_float(a), self._as_float(b))
        if rank == 3:
            return self._binary_string(name, self.text(a), self.text(b))
        if rank == 4:
            for operand in (a, b):
                if operand >> TAG_SHIFT != TARGET:
                    held = self.text(operand)
                    if operand >> TAG_SHIFT == BOOL:
                        held = held.capitalize()  # C#'s own words for what ink prints as true
                    raise _OperationError(
                        f"Can't cast {held} from {self._type(operand)} to DivertTarget"
                    )
            if name == "==":
                return TRUE if a == b else FALSE
            if name == "!=":
                return TRUE if a != b else FALSE
            raise _OperationError(f"Cannot perform operation '{name}' on DivertTarget")
        raise _OperationError(f"Cannot perform operation '{name}' on VariablePointer")

    def _as_float(self, value: int) -> float:
        return float_number(value) if value >> TAG_SHIFT == FLOAT else single(number(value))

    def _binary_int(self, name: str, x: int, y: int) -> int:
        compare = _COMPARE.get(name)
        if compare is not None:
            return TRUE if compare(x, y) else FALSE
        if name == "+":
            return int_value(x + y)
        if name == "-":
            return int_value(x - y)
        if name == "*":
            return int_value(x * y)
        if name in ("/", "%"):
            if y == 0:
                raise _OperationError("Attempted to divide by zero.")
            quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
            return int_value(quotient if name == "/" else x - quotient * y)
        if name == "&&":
            return TRUE if x and y else FALSE
        if name == "||":
            return TRUE if x or y else FALSE
        if name == "MIN":
            return int_value(min(x, y))
        if name == "MAX":
            return int_value(max(x, y))
        if name == "POW":
            return float_value(_power(x, y))
        raise _OperationError(f"Cannot perform operation '{name}' on Int")

    def _binary_float(self, name: str, x: float, y: float) -> int:
        compare = _COMPARE.get(name)
        if compare is not None:
            return TRUE if compare(x, y) else FALSE
        if name == "+":
            return float_value(x + y)
        if name == "-":
            return float_value(x - y)
        if name == "*":
            return float_value(x * y)
        if name == "/":
            return float_value(_divide(x, y))
        if name == "%":
            if y == 0 or math.isinf(x) or math.isnan(x) or math.isnan(y):
                return float_value(math.nan)
            return float_value(math.fmod(x, y))
        if name == "&&":
            return TRUE if x and y else FALSE
        if name == "||":
            return TRUE if x or y else FALSE
        if name in ("MIN", "MAX"):
            if math.isnan(x) or math.isnan(y):
                return float_value(math.nan)
            if x == y:  # 0 and -0, of which the latter is the smaller
                x, y = sorted((x, y), key=lambda z: math.copysign(1, z))
                return float_value(x if name == "MIN" else y)
            return float_value(min(x, y) if name == "MIN" else max(x, y))
        if name == "POW":
            return float_value(_power(x, y))
        raise _OperationError(f"Cannot perform operation '{name}' on Float")

    def _binary_string(self, name: str, x: str, y: str) -> int:
        if name == "+":
            if len(x) + len(y) > MOST_CHARACTERS:
                raise _OperationError(TOO_LONG)
            return self.string_value(x + y)
        if name == "==":
            return TRUE if x == y else FALSE
        if name == "!=":
            return TRUE if x != y else FALSE
        if name == "?":
            return TRUE if y in x else FALSE
        if name == "!?":
            return FALSE if y in x else TRUE
        raise _OperationError(f"Cannot perform operation '{name}' on String")

    def _binary_list(self, name: str, a: int, b: int) -> int:
        left, right = a >> TAG_SHIFT, b >> TAG_SHIFT
        if name in ("+", "-") and left == LIST and right == INT:
            return self._step_list(self.ink_list(a), number(b) * (1 if name == "+" else -1))
        if name in ("&&", "||") and (left != LIST or right != LIST):
            if TARGET in (left, right):
                raise _OperationError("Shouldn't be checking the truthiness of a divert target")
            x, y = self.truthy(a), self.truthy(b)
            return TRUE if (x and y if name == "&&" else x or y) else FALSE
        if left != LIST or right != LIST:
            raise _OperationError(
                f"Can not call use '{name}' operation on {self._type(a)} and {self._type(b)}"
            )
        one, two = self.ink_list(a), self.ink_list(b)
        x_items, y_items = one.items, two.items
        if name in ("+", "-", "^"):  # what is in order stays so
            if name == "+":
                new = set(y_items).difference(x_items)
                return self._list_like(one, tuple(sorted((*x_items, *new))) if new else x_items)
            other = set(y_items)
            if name == "-":
                return self._list_like(one, tuple(i for i in x_items if i not in other))
            return self.list_value(InkList(tuple(i for i in x_items if i in other)))
        if name in ("?", "!?"):
            has = bool(x_items) and bool(y_items) and set(y_items).issubset(x_items)
            return TRUE if has == (name == "?") else FALSE
        if name == "&&":
            return TRUE if x_items and y_items else FALSE
        if name == "||":
            return TRUE if x_items or y_items else FALSE
        if name == "==":
            return TRUE if x_items == y_items else FALSE
        if name == "!=":
            return TRUE if x_items != y_items else FALSE
        if name in ("<", ">", "<=", ">="):
            return TRUE if _compare_lists(name, one, two) else FALSE
        raise _OperationError(f"Cannot perform operation '{name}' on List")

    def _list_like(self, model: InkList, items: tuple[tuple[int, str, str], ...]) -> int:
        return self.list_value(InkList(items, () if items else model.known_origins))

    def _step_list(self, content: InkList, step: int) -> int:
        moved: set[tuple[int, str, str]] = set()
        for n, origin, _ in content.items:
            there = self._numbered.get(origin, {}).get(number(int_value(n + step)))
            if there is not None:
                moved.add(there)
        return self.list_value(InkList(tuple(sorted(moved))))

    def _retain(self, old: int, new: int) -> int:
        if old >> TAG_SHIFT == LIST and new >> TAG_SHIFT == LIST and not new & 1:
            return self.list_value(InkList((), self.ink_list(old).known_origins))
        return new

    def _list_from_int(self, name: int, n: int) -> int:
        if n >> TAG_SHIFT != INT:
            raise _OperationError(
                "Passed non-integer when creating a list element from a numerical value."
            )
        list_name = self.text(name)
        if list_name not in self._numbered:
            raise _OperationError(f"Failed to find LIST called {list_name}")
        item = self._numbered[list_name].get(number(n))
        return self.list_value(InkList(() if item is None else (item,)))

    def _range_bounds(self, low: int, high: int) -> int:
        lowest, highest = 0, _INT_MAX
        if low >> TAG_SHIFT == INT:
            lowest = number(low)
        elif low >> TAG_SHIFT == LIST and low & 1:
            lowest = self.ink_list(low).items[0][0]
        if high >> TAG_SHIFT == INT:
            highest = number(high)
        elif high >> TAG_SHIFT == LIST and high & 1:
            highest = self.ink_list(high).items[-1][0]
        text = f"\0{lowest}..{highest}"
        self._bounds[text] = (lowest, highest)
        return self.string_value(text)

    def _range(self, value: int, bounds: int) -> int:
        if value >> TAG_SHIFT != LIST:
            raise _OperationError("Expected list, minimum and maximum for LIST_RANGE")
        lowest, highest = self._bounds[self.text(bounds)]
        content = self.ink_list(value)
        if not content.items:
            return self.list_value(InkList(()))
        items = tuple(item for item in content.items if lowest <= item[0] <= highest)
        return self._list_like(content, items)

    def truthy(self, value: int) -> bool:
        """Whether a condition with this value holds (VOID never does)."""
        tag = value >> TAG_SHIFT
        if tag == FLOAT:
            return float_number(value) != 0
        if tag == LIST:
            return bool(value & 1)
        if tag == STRING:
            return bool(self.strings[value & PAYLOAD])
        return tag in (INT, BOOL) and value & PAYLOAD != 0


def _highest(items: tuple[tuple[int, str, str], ...]) -> tuple[tuple[int, str, str], ...]:
    """The first item with the greatest number, as a tuple of one (or none)."""
    if not items:
        return ()
    top = items[-1][0]
    return next((item,) for item in items if item[0] == top)


def _compare_lists(name: str, one: InkList, two: InkList) -> bool:
    """ink's order of lists: by the span from lowest to highest number."""
    if name in ("<", "<="):
        name = ">" if name == "<" else ">="
        one, two = two, one
    if not one.items:
        return False
    if not two.items:
        return True
    one_low, one_high = one.items[0][0], one.items[-1][0]
    two_low, two_high = two.items[0][0], two.items[-1][0]
    if name == ">":
        return one_low > two_high
    return one_low >= two_low and one_high >= two_high


def _truncate(x: float) -> int:
    """C#'s conversion to a 32-bit integer (out of range gives the lowest integer)."""
    if math.isnan(x) or math.isinf(x):
        return -(2**31)
    n = math.trunc(x)
    return n if -(2**31) <= n < 2**31 else -(2**31)


def _divide(x: float, y: float) -> float:
    if y != 0:
        return x / y
    if x == 0 or math.isnan(x):
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def _power(x: float, y: float) -> float:
    try:
        result = math.pow(x, y)
    except OverflowError:
        return math.inf if x > 0 or y % 2 == 0 else -math.inf
    except ValueError:
        return math.inf if x == 0 else math.nan
    return result


_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "<": lambda x, y: x < y,
    ">": lambda x, y: x > y,
    "<=": lambda x, y: x <= y,
    ">=": lambda x, y: x >= y,
}
