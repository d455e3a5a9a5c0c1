"""Expressions: what stands after `~`, between braces and in arguments.

A Pratt parser: an operand, then operators as long as they bind tighter than what is being
parsed. The table of operators is in the order in which they are tried, which matters as much as
how tightly they bind: `<` after `<=`, `has` before `hasnt` (a word operator wants blanks after
it). Lowest first: `and or`, comparisons, `? has !? hasnt ^`, then `+`, `-`, `*`, `/`, `%` each
on a level of its own, so that `a - b + c` is `a - (b) + c` but `a + b - c` is `a + (b - c)`,
which comes to the same.

Curiosities of the language kept here on purpose: a trailing `.` or `,` is swallowed (`f(a,)`);
`(x)` with a single name is a list of one item, not a parenthesis; a name may begin with digits.
"""

from __future__ import annotations

import re
from typing import Final

from foretell.compiler.ast import (
    Binary,
    Divert,
    DivertTargetExpression,
    FunctionCall,
    IncDec,
    ListLiteral,
    Name,
    Number,
    StringExpression,
    Syntax,
    TagMark,
    Text,
    TunnelOnwards,
    Unary,
    VariableUse,
)
from foretell.compiler.scanner import IDENTIFIER_CHARACTERS, MOST_PARTS, Scanner

__all__ = ["RESERVED_WORDS", "ExpressionParser"]

RESERVED_WORDS: Final = frozenset(
    {"true", "false", "not", "return", "else", "VAR", "CONST", "temp", "LIST", "function"}
)

_OPERATOR: Final = re.compile(
    r"&&|\|\||and(?=[ \t])|or(?=[ \t])|==|>=|<=|<|>|!=|\?|has(?=[ \t])|!\?|hasnt(?=[ \t])|\^"
    r"|\+|-|\*|/|%|mod(?=[ \t])"
)
_BINDING: Final = {
    "&&": ("&&", 1),
    "||": ("||", 1),
    "and": ("&&", 1),
    "or": ("||", 1),
    "==": ("==", 2),
    ">=": (">=", 2),
    "<=": ("<=", 2),
    "<": ("<", 2),
    ">": (">", 2),
    "!=": ("!=", 2),
    "?": ("?", 3),
    "has": ("?", 3),
    "!?": ("!?", 3),
    "hasnt": ("!?", 3),
    "^": ("^", 3),
    "+": ("+", 4),
    "-": ("-", 5),
    "*": ("*", 6),
    "/": ("/", 7),
    "%": ("%", 8),
    "mod": ("%", 8),
}
_NAME: Final = f"[{IDENTIFIER_CHARACTERS}]++"
_PLAIN_OPERAND: Final = re.compile(
    rf"[ \t]*+(?:([0-9]{{1,9}}+)(?![{IDENTIFIER_CHARACTERS}.])"
    rf"|(?!(?:{'|'.join(sorted(RESERVED_WORDS))}|[0-9]++)(?![{IDENTIFIER_CHARACTERS}]))({_NAME}))"
    r"[ \t]*+(?![(.]|\+\+|--)"
)
_LIST: Final = re.compile(rf"\([ \t]*+(?:\)|{_NAME}[ \t]*+[.,)])")
_NUMBER: Final = re.compile(r"(-?)[ \t]*([0-9]+)(\.[0-9]*)?")
_INTEGER: Final = re.compile(r"(-?)[ \t]*([0-9]+)")
_LARGEST_INTEGER: Final = 2**31 - 1
_INTEGER_HINT: Final = "the largest number that can be written is 2147483647"


class ExpressionParser(Scanner):
    """The rules for expressions."""

    def mixed(self) -> list[Syntax] | None:
        """Text and logic (see `content`)."""
        raise NotImplementedError

    def diverts(self) -> list[Syntax] | None:
        """Arrows and their targets (see `content`)."""
        raise NotImplementedError

    def expression(self, minimum: int = 0) -> Syntax | None:
        """An expression whose operators bind tighter than `minimum`."""
        mark = self.mark()
        left: Syntax | None
        match = _PLAIN_OPERAND.match(self.text, self.pos)
        if match is not None:
            left = self._plain_operand(match)
            start = match.start(match.lastindex or 0)
        else:
            self.space()
            start = self.pos
            left = self._unary()
            if left is None:
                self.reset(mark)
                return None
            self.space()
        operators = 0
        while True:
            match = _OPERATOR.match(self.text, self.pos)
            if match is None:
                break
            symbol = match.group()
            operator, binding = _BINDING[symbol]
            if binding <= minimum:
                break
            operators += 1
            if operators > MOST_PARTS:
                self.too_many("operators")
            operator_at = self.pos
            self.pos = match.end()
            self.enter()
            right = self.expression(binding)
            self.nesting -= 1
            if right is None:
                self._missing_right_side(symbol, operator_at)
                self.reset(mark)
                return None
            left = Binary(self.span(start), left, right, operator)
        self.space()
        return left

    def _missing_right_side(self, symbol: str, operator_at: int) -> None:
        if symbol == "-" and self.text.startswith("->", operator_at):
            self.error(
                "syntax",
                "a divert can't follow an expression here",
                operator_at,
                operator_at + 2,
                label="this arrow",
                hint="the words before it were read as an expression; begin the text with"
                " something that is not a name, or write a `\\` before the arrow",
            )
            return
        hint = ""
        if symbol in "?!^%*/<>+-":
            hint = f"if `{symbol}` is text, write `\\` before it or put other text first"
        self.expected(f"the right side of `{symbol}`", hint)

    # --- operands -------------------------------------------------------------------------

    def _plain_operand(self, match: re.Match[str]) -> Syntax:
        """A name or a number, as most operands are, which no other rule would read differently."""
        which = match.lastindex or 0
        span = self.span(match.start(which), match.end(which))
        self.pos = match.end()
        if which == 1:
            return Number(span, int(match[1]))
        return VariableUse(span, (Name(match[2], span),))

    def _unary(self) -> Syntax | None:
        mark = self.mark()
        start = self.pos
        character = self.text[start : start + 1]
        prefix = ""
        if character == "-":
            target = self._divert_target()
            if target is not None:
                return target
            prefix = "_"
            self.pos += 1
        elif character == "!":
            prefix = "!"
            self.pos += 1
        elif character == "n" and self.at("not"):
            if self.identifier() == "not":
                prefix = "!"
            else:
                self.reset(mark)
        self.space()
        operand = self._operand()
        if operand is None and prefix:
            self.enter()
            operand = self._unary()
            self.nesting -= 1
        if operand is None:
            self.reset(mark)
            return None
        if prefix:
            operand = self._with_prefix(prefix, operand, start)
        self.space()
        if self.at("++") or self.at("--"):
            is_increment = self.at("++")
            self.pos += 2
            if isinstance(operand, VariableUse):
                span = self.span(start)
                name = Name(operand.dotted, operand.span)
                operand = IncDec(span, name, None, is_increment)
            else:
                word = "increment" if is_increment else "decrement"
                self.error("syntax", f"can only {word} a variable", start, self.pos)
        return operand

    def _with_prefix(self, prefix: str, operand: Syntax, start: int) -> Syntax:
        """`operand` negated, at once where it is a number."""
        span = self.span(start)
        if not isinstance(operand, Number):
            return Unary(span, operand, prefix)
        value = operand.value
        if prefix == "!":
            return Number(span, value == 0)
        if isinstance(value, bool):
            self.error(
                "syntax", "`-` can't negate a truth value", start, self.pos, hint="use `not`"
            )
            return operand
        return Number(span, -value)

    def _operand(self) -> Syntax | None:
        if self.pos >= len(self.text):
            return None
        character = self.text[self.pos]
        if character == "(":
            return self._list_literal() or self._parenthesis()
        if character == '"':
            return self._string()
        start = self.pos
        first = self.name()
        if first is not None:
            call = self._call_of(first, start)
            if call is not None:
                return call
            if first.text not in RESERVED_WORDS:
                return self._variable(first, start)
            if first.text in ("true", "false"):
                return Number(first.span, first.text == "true")
            self.pos = start
            return None
        return self._number()

    def _call_of(self, name: Name, start: int) -> FunctionCall | None:
        after_name = self.pos
        self.space()
        arguments = self.arguments()
        if arguments is None:
            self.pos = after_name
            return None
        return FunctionCall(self.span(start), name, arguments)

    def arguments(self) -> list[Syntax] | None:
        """`(a, b)`"""
        start = self.pos
        if not self.take("("):
            return None
        self.enter()
        found: list[Syntax] = []
        while (argument := self.expression()) is not None:
            found.append(argument)
            if not self.take(","):
                break
        self.space()
        if not self.take(")"):
            self.expected(
                "`)` to close the arguments",
                "a name followed by `(` is a function call; if it is text, write `\\(`"
                if self.line_has_text_after(start)
                else "",
            )
        self.nesting -= 1
        return found

    def line_has_text_after(self, start: int) -> bool:
        """Whether the line goes on with a letter after `start`: more likely prose than a call."""
        rest = self.text[start + 1 : start + 2]
        return bool(rest) and rest.isalpha()

    def _variable(self, first: Name, start: int) -> VariableUse:
        names = [first]
        while True:
            before = self.pos
            self.space()
            if not self.take("."):
                self.pos = before
                break
            self.space()
            following = self.name()
            if following is None:
                break
            names.append(following)
        return VariableUse(self.span(start), tuple(names))

    def _list_literal(self) -> ListLiteral | None:
        if _LIST.match(self.text, self.pos) is None:
            return None
        mark = self.mark()
        start = self.pos
        self.pos += 1
        self.space()
        members: list[Name] = []
        member = self._list_member()
        while member is not None:
            members.append(member)
            before = self.pos
            self.space()
            if not self.take(","):
                self.pos = before
                break
            self.space()
            member = self._list_member()
            if member is None:
                self.pos = before
        self.space()
        if not self.take(")"):
            self.reset(mark)
            return None
        return ListLiteral(self.span(start), members)

    def _list_member(self) -> Name | None:
        mark = self.mark()
        self.space()
        start = self.pos
        found = self.name()
        if found is None:
            self.reset(mark)
            return None
        if self.take("."):
            item = self.name()
            if item is None:
                self.expected(f"an item of the list `{found.text}`")
            else:
                found = Name(f"{found.text}.{item.text}", self.span(start))
        self.space()
        return found

    def _parenthesis(self) -> Syntax | None:
        mark = self.mark()
        self.pos += 1
        self.enter()
        inner = self.expression()
        self.nesting -= 1
        if inner is None:
            self.reset(mark)
            return None
        self.space()
        self.expect(")", "`)` to close the parenthesis")
        return inner

    def _number(self) -> Number | None:
        start = self.pos
        match = _NUMBER.match(self.text, start)
        if match is None:
            return None
        if match.group(3) is not None and int(match.group(2)) <= _LARGEST_INTEGER:
            self.pos = match.end()
            digits = f"{match.group(1)}{match.group(2)}{match.group(3)}0"
            return Number(self.span(start), float(digits))
        return self.integer()

    def integer(self) -> Number | None:
        """Digits, with a sign perhaps."""
        start = self.pos
        match = _INTEGER.match(self.text, start)
        if match is None:
            return None
        if len(match.group(2)) > 18 or int(match.group(2)) > _LARGEST_INTEGER:
            self.error(
                "number-range", "this number is too large", start, match.end(), hint=_INTEGER_HINT
            )
            return None
        self.pos = match.end()
        value = int(match.group(2))
        return Number(self.span(start), -value if match.group(1) else value)

    def _string(self) -> StringExpression:
        start = self.pos
        self.pos += 1
        self.in_string = True
        self.enter()
        items = self.mixed()
        self.nesting -= 1
        self.expect('"', '`"` to close the string')
        self.in_string = False
        if items is None:
            items = [Text(self.span(start), "")]
        elif any(isinstance(item, Divert) for item in items):
            self.error("syntax", "a string can't hold a divert", start, self.pos)
        return StringExpression(self.span(start), items)

    def _divert_target(self) -> DivertTargetExpression | None:
        mark = self.mark()
        self.space()
        if not self.at("->"):
            self.reset(mark)
            return None
        start = self.pos
        found = self.diverts()
        if found is None or len(found) != 1:
            self.reset(mark)
            return None
        divert = found[0]
        if (
            isinstance(divert, TunnelOnwards | TagMark)
            or not isinstance(divert, Divert)
            or divert.kind != "->"
        ):
            self.reset(mark)
            return None
        span = self.span(start)
        self.space()
        return DivertTargetExpression(span, divert)
