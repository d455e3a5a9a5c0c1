"""Statements: lines, choices, gathers, knots, declarations and included files.

    story ─ statements ┬ a line of text        Text … Text("\\n")
                       ├ a line of logic        ~ …
                       ├ a choice or gather     * …   - …
                       ├ a declaration          VAR LIST CONST EXTERNAL INCLUDE TODO
                       └ a knot ─ statements ─ a stitch ─ statements

Which rule reads a line follows from its first characters, as in ink's own parser: arrows first,
then a knot's `==`, bullets, `TODO`, dashes, a stitch's `=`, the declarations, `~`, and text last.
Statements at one level end where a line belongs to a level above: a knot ends at `==`, a stitch
also at `=`, a block inside braces at a dash or a closing brace.

Included files are read where they are included: their knots go to the end of the story, the rest
of them to the place of the INCLUDE.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from foretell.compiler.ast import (
    KNOT,
    STITCH,
    STORY,
    Argument,
    Assignment,
    Choice,
    ConstDeclaration,
    Content,
    Divert,
    DivertTargetExpression,
    ExternalDeclaration,
    Flow,
    FunctionCall,
    Gather,
    IncDec,
    Include,
    ListDeclaration,
    ListItem,
    ListLiteral,
    MultipleConditions,
    Name,
    Number,
    Return,
    StringExpression,
    Syntax,
    TagMark,
    Text,
    Todo,
    VarDeclaration,
    VariableUse,
    walk,
)
from foretell.compiler.content import ContentParser, trim_end
from foretell.compiler.scanner import IDENTIFIER_CHARACTERS, LOGIC, MAX_NESTING, NestingError
from foretell.compiler.weave import build_weave
from foretell.diagnostics import Diagnostic, Source, Span

__all__ = ["Files", "StatementParser", "parse_story"]

MOST_INCLUDES: Final = 5_000  # of a story: a file counts each time that it is included
MOST_TEXT: Final = 64 << 20  # characters of all the files of a story

_INNER: Final = 3  # inside braces, below STITCH, KNOT and STORY

_BULLETS: Final = re.compile(r"(?:\*[ \t]*)+|(?:\+[ \t]*)+")
_DASHES: Final = re.compile(r"[ \t]*(?:-(?!>)[ \t]*)+")
_KNOT: Final = re.compile(r"[ \t]*==+")
_LETTERS: Final = IDENTIFIER_CHARACTERS.removeprefix("0-9")
_STITCH: Final = re.compile(rf"[ \t]*=(?!=)[ \t]*(?:function[ \t]*)?+(?=[0-9]*[{_LETTERS}])")
_INNER_BREAK: Final = re.compile(r"[ \t]*(?:-(?!>)|\})")
_EQUALS: Final = re.compile(r"==+")
_MORE_OF_A_NAME: Final = re.compile(r"[ \t]*+((?:\w++[ \t]*+)++)=*+[ \t]*+$", re.MULTILINE)
_KEYWORD: Final = re.compile(
    rf"(TODO|LIST|VAR|CONST|EXTERNAL)(?![{IDENTIFIER_CHARACTERS}])|INCLUDE"
)


@dataclass(slots=True)
class Files:
    """The files of one story: how to read them, which were, and which are open now."""

    read: Callable[[str], str] | None
    sources: list[Source]
    problems: list[Diagnostic]
    open: list[str] = field(default_factory=list)
    pieces: int = 0  # statements and braces read so far
    included: Counter[str] = field(default_factory=Counter)  # how often each file was
    characters: int = 0  # of all of them
    full: bool = False  # whether there were too many: no more are read


def parse_story(source: Source, files: Files, *, is_root: bool = True) -> Flow:
    """The syntax tree of `source` and of what it includes; problems go to `files.problems`."""
    return StatementParser(source, files).story(is_root)


class StatementParser(ContentParser):
    """The rules for statements."""

    def __init__(self, source: Source, files: Files) -> None:
        super().__init__(source, files.problems)
        self.files = files
        self.pieces = files.pieces
        self._braces = {}

    def story(self, is_root: bool) -> Flow:
        """The whole text as the story's flow."""
        items: list[Syntax] = []
        try:
            items = self.statements(STORY) or []
            self._warn_of_unread_text()
        except NestingError:
            pass
        files = self.files
        files.pieces = self.pieces
        span = self.span(0, 0)
        items = _with_included(items)
        if is_root:
            end = self.span(self.pos, self.pos)
            items.append(Gather(end, None, 1))
            items.append(Divert(end, (Name("DONE", end),), []))
        return _flow(span, STORY, None, [], False, items)

    def _warn_of_unread_text(self) -> None:
        self.any_space()
        if self.pos < len(self.text):
            character = self.text[self.pos]
            self.report(
                "warning",
                "unread-text",
                f"ink stops reading at this `{character}`: nothing after it is in the story",
                self.span(self.pos, self.pos + 1),
                "from here on",
                f"take it away, or write `\\{character}` to show it",
            )

    # --- statements -----------------------------------------------------------------------

    def block(self) -> list[Syntax] | None:
        return self.statements(_INNER)

    def statements(self, level: int) -> list[Syntax] | None:
        """Statements up to where a line belongs to a level above `level`."""
        begin = self.pos
        if level == _INNER:
            match = _DASHES.match(self.text, self.pos)
            if match is not None:
                self.error(
                    "syntax",
                    "a gather can't stand inside braces",
                    match.end() - len(match.group().lstrip()),
                    match.end(),
                    hint="in a block of sequence elements or conditions write a single dash",
                )
                self.pos = match.end()
        items: list[Syntax] = []
        self.newlines()
        end = len(self.text)
        while self.pos < end and not self._at_break(level):
            before = self.pos
            self.piece()
            found = self._statement(level)
            if found is None:
                self.pos = before
                if not self.has_errors:
                    break
                self.skip_line()  # ink's compiler stops here; the other problems are wanted too
            elif isinstance(found, list):
                items.extend(found)
            else:
                items.append(found)
            self.newlines()
        if not items:
            self.pos = begin
            return None
        return items

    def _at_break(self, level: int) -> bool:
        text, pos = self.text, self.pos
        if level == STORY:
            return False
        if _KNOT.match(text, pos):
            return True
        if level == KNOT:
            return False
        if _STITCH.match(text, pos):
            return True
        return level == _INNER and _INNER_BREAK.match(text, pos) is not None

    def _statement(self, level: int) -> Syntax | list[Syntax] | None:
        self.space()
        text, pos = self.text, self.pos
        character = text[pos : pos + 1]
        if character in ("*", "+"):
            return self._choice()
        if character in ("-", "<") and text[pos : pos + 2] in ("->", "<-"):
            diverts = self.diverts()
            assert diverts is not None
            self.expect_end_of_line()
            return diverts
        if character == "-" and level != _INNER:
            return self._gather()
        if character == "=":
            if level == STORY and _KNOT.match(text, pos):
                return self._knot()
            if level in (STORY, KNOT) and _STITCH.match(text, pos):
                return self._stitch()
        elif character == "~":
            found = self._logic_line()
            if level == STORY and isinstance(found, Return):
                self.report(
                    "error",
                    "return-outside-function",
                    "there is nothing to return from here",
                    found.span,
                    hint="`~ return` belongs in a function: == function name() ==",
                )
            return found
        elif character in "TLVCEI" and character:
            match = _KEYWORD.match(text, pos)
            if match is not None:
                declared = self._declaration(match)
                if declared is not None:
                    return declared
                self.pos = pos
        return self._line_of_text()

    def _line_of_text(self) -> list[Syntax] | None:
        start = self.pos
        words = self.only_words()
        items: list[Syntax] | None = [words] if words is not None else self.more_than_words()
        if not items:
            return None
        first = items[0]
        if isinstance(first, Text) and first.text.startswith("return"):
            self.report(
                "warning",
                "return-as-text",
                "this line is shown to the reader, though it looks like a return",
                first.span,
                hint="to return from a function write `~ return`",
            )
        if not isinstance(items[-1], Divert):
            trim_end(items, with_space=False)
        self.end_tag(items)
        is_tag_line = bool(items) and isinstance(items[0], TagMark) and items[0].is_start
        if not is_tag_line:
            items.append(Text(self.span(start) if words is None else words.span, "\n"))
        if not self.end_of_line():
            self.expect_end_of_line(self._line_end_hint())
        return items

    def _line_end_hint(self) -> str:
        character = self.text[self.pos : self.pos + 1]
        if character == "}":
            return "this brace closes nothing; to show it write `\\}`"
        if character == "|":
            return "to show the character write `\\|`"
        return ""

    # --- choices and gathers --------------------------------------------------------------

    def _choice(self) -> Choice:
        start = self.pos
        match = _BULLETS.match(self.text, start)
        assert match is not None
        self.piece(LOGIC - 1)  # beyond the line that it is
        bullets = match.group()
        symbol = bullets[0]
        depth = bullets.count(symbol)
        self.pos = match.end()
        self._check_depth(depth, start)
        label = self._bracketed_name()
        self.space()
        if label is not None:
            self.newline()
        condition = self._choice_condition()
        self.space()
        self.in_choice = True
        begin = self.pos
        first = self.mixed()
        first_end = self.pos
        only = inner = None
        has_brackets = self.take("[")
        if has_brackets:
            self.end_tag(first)
            only_begin = self.pos
            only = self.mixed()
            only_end = self.pos
            self.expect("]", "`]` to close the part that only the choice shows")
            self.end_tag(only)
            inner_begin = self.pos
            inner = self.mixed()
            inner_end = self.pos
        self.space()
        self.end_tag(inner if inner is not None else first)
        diverts = self.diverts()
        self.in_choice = False
        self.space()
        is_empty = first is None and only is None and inner is None
        span = self.span(start, max(self.pos, match.end()))
        self._warn_of_empty_choice(span, is_empty, diverts, first, only, has_brackets)
        after = inner if inner is not None else []
        self.end_tag(after)
        for divert in diverts or ():
            if not (isinstance(divert, Divert) and not divert.target):
                after.append(divert)
        after.append(Text(span, "\n"))
        self.expect_end_of_line()
        return Choice(
            span,
            label,
            depth,
            condition,
            None if first is None else Content(self.span(begin, first_end), first),
            None if only is None else Content(self.span(only_begin, only_end), only),
            Content(span if inner is None else self.span(inner_begin, inner_end), after),
            symbol == "*",
            is_empty,
        )

    def _check_depth(self, depth: int, start: int) -> None:
        if depth > MAX_NESTING:
            self.error(
                "too-deep",
                f"choices and gathers are indented more than {MAX_NESTING} deep here",
                start,
                hint="divert to a knot or stitch instead",
            )
            raise NestingError

    def _warn_of_empty_choice(
        self,
        span: Span,
        is_empty: bool,
        diverts: list[Syntax] | None,
        first: list[Syntax] | None,
        only: list[Syntax] | None,
        has_brackets: bool,
    ) -> None:
        if is_empty and diverts is None:
            self.report(
                "warning",
                "empty-choice",
                "this choice is empty: a fallback, followed when nothing else is offered",
                span,
                hint="if that is meant, write `* ->`",
            )
        elif first is None and only is None and has_brackets:
            self.report(
                "warning",
                "blank-choice",
                "this choice shows no text",
                span,
                hint="for a fallback, followed when nothing else is offered, write `* ->`",
            )

    def _choice_condition(self) -> Syntax | None:
        start = self.pos
        conditions: list[Syntax] = []
        while self.take("{"):
            self.enter()
            condition = self.expression()
            self.nesting -= 1
            if condition is None:
                self.expected("the choice's condition in the braces")
            else:
                self._disallow_increment(condition)
                conditions.append(condition)
            self.expect("}", "`}` to close the choice's condition")
            end = self.pos
            self.newline()
            self.space()
            if condition is None:
                break
        if not conditions:
            return None
        if len(conditions) == 1:
            return conditions[0]
        return MultipleConditions(self.span(start, end), conditions)

    def _gather(self) -> Gather:
        start = self.pos
        match = _DASHES.match(self.text, start)
        assert match is not None
        self.pos = match.end()
        depth = match.group().count("-")
        self._check_depth(depth, start)
        label = self._bracketed_name()
        span = self.span(start)
        self.newline()
        return Gather(span, label, depth)

    def _bracketed_name(self) -> Name | None:
        """`(label)`"""
        mark = self.mark()
        if not self.take("("):
            return None
        self.space()
        name = self.name()
        if name is None:
            self.reset(mark)
            return None
        self.space()
        self.expect(
            ")",
            "`)` after the label",
            "brackets here hold a label; to show them write `\\(`",
        )
        return name

    # --- logic ----------------------------------------------------------------------------

    def _logic_line(self) -> Syntax:
        start = self.pos
        self.pos += 1
        self.space()
        begin = self.pos
        result = self._return() or self._assignment() or self.expression()
        if result is None:
            self.expected("logic after the `~`")
            self.skip_line()
            return Content(self.span(start, start), [])
        if isinstance(
            result,
            Number | StringExpression | VariableUse | ListLiteral | DivertTargetExpression,
        ) or not isinstance(result, Return | Assignment | FunctionCall | IncDec):
            self._useless_expression(result, begin)
        if self.text.find("(", start, self.pos) >= 0 and any(
            isinstance(node, FunctionCall) for node in walk(result)
        ):
            line_end = Text(self.span(start), "\n")
            result = Content(self.span(start), [result, line_end])
        self.expect_end_of_line()
        return result

    def _useless_expression(self, result: Syntax, begin: int) -> None:
        if isinstance(result, VariableUse) and result.dotted == "include":
            hint = "to include a file write `INCLUDE file.ink`, without the `~`"
        elif isinstance(result, VariableUse) and result.dotted == "if":
            hint = "a condition stands in braces: `{ gold > 3: … }`"
        else:
            hint = "write `~ x = …`, `~ temp x = …`, `~ x++`, `~ f()` or `~ return`"
        self.error("syntax", "this logic has no effect", begin, self.pos, hint=hint)

    def _return(self) -> Return | None:
        start = self.pos
        if self.identifier() != "return":
            self.pos = start
            return None
        end = self.pos
        self.space()
        value = self.expression()
        return Return(self.span(start, end if value is None else self.pos), value)

    def _assignment(self) -> Syntax | None:
        """`temp x = value`, `x = value`, `x += value`, `x -= value`"""
        mark = self.mark()
        start = self.pos
        is_temp = self.identifier() == "temp"
        if not is_temp:
            self.pos = start
        self.space()
        name = self.name()
        if name is None:
            if is_temp:
                self.expected("the name of the variable")
            self.reset(mark)
            return None
        self.space()
        is_increment = self.take("+")
        is_decrement = self.take("-")
        if is_increment and is_decrement:
            self.error("syntax", "unexpected `+-`", self.pos - 2, self.pos)
        if not self.take("="):
            if is_temp:
                self.expected("`=` and a value", "a temporary variable needs a first value")
            self.reset(mark)
            return None
        value = self.expression()
        if value is None:
            self.expected("a value to assign")
            value = Number(self.span(self.pos, self.pos), 0)
        span = self.span(start)
        if is_increment or is_decrement:
            return IncDec(span, name, value, is_increment)
        return Assignment(span, name, value, is_temp)

    # --- declarations ---------------------------------------------------------------------

    def _declaration(self, keyword: re.Match[str]) -> Syntax | None:
        start = self.pos
        self.pos = keyword.end()
        self.space()
        declared: Syntax | None
        match keyword.group():
            case "TODO":
                self.take(":")
                self.space()
                message = self.rest_of_line()
                declared = Todo(self.span(start), message.rstrip())
            case "LIST":
                declared = self._list(start)
            case "VAR":
                declared = self._variable_declaration(start)
            case "CONST":
                declared = self._constant(start)
            case "EXTERNAL":
                declared = self._external(start)
            case _:
                declared = self._include(start)
        if declared is not None:
            self.expect_end_of_line()
        return declared

    def _declared_name(self, what: str, hint: str) -> Name:
        name = self.name()
        if name is None:
            self.expected(what)
            name = Name("", self.span(self.pos, self.pos))
        self.space()
        self.expect("=", "`=`", hint)
        self.space()
        return name

    def _variable_declaration(self, start: int) -> Syntax | None:
        name = self._declared_name("the variable's name", "write VAR x = 5")
        at = self.pos
        value = self.expression()
        if value is None:
            self.expected("the variable's first value")
            return None
        if not isinstance(
            value, Number | StringExpression | DivertTargetExpression | VariableUse | ListLiteral
        ):
            self.error(
                "initial-value",
                "a variable's first value must be a literal, a constant, a list or a divert target",
                at,
                self.pos,
                hint=f"begin with a plain value; write `~ {name.text} = …` where the story starts",
            )
        before = self.pos
        self.any_space()
        if self.take(","):
            self.error(
                "syntax", "unexpected `,`", self.pos - 1, hint="a list is declared by LIST, not VAR"
            )
            self.any_space()
        else:
            self.pos = before
            self._check_plain_string(value)
        return VarDeclaration(self.span(start), name, value)

    def _check_plain_string(self, value: Syntax) -> None:
        if isinstance(value, StringExpression) and not value.is_plain:
            self.report("error", "initial-value", "a first value can't hold logic", value.span)

    def _constant(self, start: int) -> Syntax | None:
        name = self._declared_name("the constant's name", "write CONST X = 5")
        at = self.pos
        value = self.expression()
        if value is None:
            self.expected("the constant's value")
            return None
        if not isinstance(value, Number | DivertTargetExpression | StringExpression):
            self.error(
                "initial-value", "a constant must be a number, text, true or false", at, self.pos
            )
        self._check_plain_string(value)
        return ConstDeclaration(self.span(start), name, value)

    def _list(self, start: int) -> Syntax | None:
        name = self._declared_name("the list's name", "write LIST colours = red, (blue)")
        after_name = self.pos
        self.any_space()
        items: list[ListItem] = []
        number = 1
        while (item := self._list_item(number)) is not None:
            items.append(item)
            number = item.number + 1
            before = self.pos
            self.any_space()
            if not self.take(","):
                self.pos = before
                break
            self.any_space()
        else:
            if items:
                self.pos = before
        if not items:
            self.pos = after_name
            self.expected("the names of the list's items")
            return None
        return ListDeclaration(self.span(start), name, items)

    def _list_item(self, number: int) -> ListItem | None:
        mark = self.mark()
        start = self.pos
        is_initial = self.take("(")
        is_open = is_initial
        self.space()
        name = self.name()
        if name is None:
            self.reset(mark)
            return None
        self.space()
        if is_open and self.take(")"):
            is_open = False
            self.space()
        if self.take("="):
            self.space()
            value = self.integer()
            if value is None:
                self.expected("the item's number")
            else:
                number = int(value.value)
            if is_open:
                self.space()
                is_open = not self.take(")")
        if is_open:
            self.expected("`)`")
        return ListItem(self.span(start), name, number, is_initial)

    def _external(self, start: int) -> ExternalDeclaration:
        name = self.name()
        if name is None:
            self.expected("the name of the external function")
            name = Name("", self.span(self.pos, self.pos))
        self.space()
        arguments = self._parameters()
        if arguments is None:
            self.expected(f"its parameters, even if there are none: EXTERNAL {name.text}()")
        return ExternalDeclaration(self.span(start), name, [a.name.text for a in arguments or ()])

    def _include(self, start: int) -> Include:
        at = self.pos
        path = self.rest_of_line().rstrip(" \t")
        span = self.span(at, at + len(path))
        if not path:
            self.expected("the file to include")
            return Include(self.span(start), path, None)
        return Include(self.span(start), path, self._included(path, span))

    def _included(self, path: str, span: Span) -> Flow | None:
        files = self.files

        def fail(message: str, hint: str = "") -> None:
            self.report("error", "include", message, span, "included here", hint)

        key = _normal(path)
        if key in files.open:
            chain = " → ".join([*files.open[files.open.index(key) :], key])
            fail(f"`{path}` includes itself: {chain}", "take one of these INCLUDEs away")
            return None
        if files.read is None:
            fail(f"`{path}` can't be included: there is no folder to read it from")
            return None
        if len(files.open) > MAX_NESTING:
            fail("files include each other too deeply")
            return None
        if files.full:
            return None  # which has been told
        if files.included.total() >= MOST_INCLUDES:
            files.full = True
            often, times = files.included.most_common(1)[0]
            counting = f", counting `{often}` {times:,} times" if times > 1 else ""
            fail(
                f"the story includes more than {MOST_INCLUDES:,} files{counting}",
                "include each file once, and divert to its knots where they are wanted",
            )
            return None
        try:
            text = files.read(path)
        except FileNotFoundError:
            fail(f"there is no file `{path}`", "paths are relative to the folder of the main file")
        except UnicodeDecodeError:
            fail(f"`{path}` is not text in UTF-8", "save it as UTF-8")
        except (OSError, ValueError) as problem:
            fail(f"`{path}` can't be read: {getattr(problem, 'strerror', None) or problem}")
        else:
            files.included[key] += 1
            files.characters += len(text)
            if files.characters > MOST_TEXT:
                files.full = True
                fail(
                    f"the story's files have more than {MOST_TEXT >> 20} million characters "
                    "together",
                    "it is too large to be compiled as one story",
                )
                return None
            # shown as seen from where the main file's name is
            shown = posixpath.join(posixpath.dirname(files.sources[0].name), path)
            source = Source(posixpath.normpath(shown), text.removeprefix("\ufeff"))
            files.sources.append(source)
            files.open.append(key)
            files.pieces = self.pieces
            included = parse_story(source, files, is_root=False)
            self.pieces = files.pieces
            files.open.pop()
            return included
        return None

    # --- knots and stitches ---------------------------------------------------------------

    def _knot(self) -> Flow:
        start = self.pos
        match = _EQUALS.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()
        self.space()
        name = self.name()
        is_function = name is not None and name.text == "function"
        if is_function:
            if not self.space():
                self.expected("a blank after `function`")
            name = self.name()
        if name is None:
            self.expected(f"the name of the {'function' if is_function else 'knot'}")
            name = Name("", self.span(self.pos, self.pos))
        arguments, span = self._flow_head(start)
        match = _EQUALS.match(self.text, self.pos)
        if match is not None:
            self.pos = match.end()
        more = _MORE_OF_A_NAME.match(self.text, self.pos) if name.text else None
        joined = "_".join([name.text, *more[1].split()]) if more is not None else ""
        self.expect_end_of_line(f"a name has no blanks: write `{joined}`" if joined else "")
        return self._flow_body(span, KNOT, name, arguments, is_function)

    def _stitch(self) -> Flow:
        start = self.pos
        match = _STITCH.match(self.text, self.pos)
        assert match is not None
        is_function = "function" in match.group()
        self.pos = match.end()
        name = self.name()
        if name is None:
            self.expected("the name of the stitch")
            name = Name("", self.span(self.pos, self.pos))
        arguments, span = self._flow_head(start)
        self.expect_end_of_line()
        return self._flow_body(span, STITCH, name, arguments, is_function)

    def _flow_head(self, start: int) -> tuple[list[Argument], Span]:
        end = self.pos
        self.space()
        arguments = self._parameters()
        if arguments is not None:
            end = self.pos
        self.space()
        return arguments or [], self.span(start, end)

    def _flow_body(
        self, span: Span, level: int, name: Name, arguments: list[Argument], is_function: bool
    ) -> Flow:
        items = self.statements(level)
        if items is None:
            what = "function" if is_function else ("story", "knot", "stitch")[level]
            self.report(
                "error",
                "empty-flow",
                f"the {what} `{name.text}` is empty",
                span,
                hint="write at least one line in it, if only `-> DONE`",
            )
            items = [Text(span, "")]
        return _flow(span, level, name, arguments, is_function, items)

    def _parameters(self) -> list[Argument] | None:
        """`(a, ref b, -> c)`"""
        if not self.take("("):
            return None
        found: list[Argument] = []
        while (parameter := self._parameter()) is not None:
            found.append(parameter)
            if not self.take(","):
                break
        self.expect(")", "`)` to close the parameters")
        return found

    def _parameter(self) -> Argument | None:
        mark = self.mark()
        self.space()
        first = self.name()
        self.space()
        is_divert = self.take("->")
        self.space()
        second = self.name()
        if first is None and second is None:
            self.reset(mark)
            return None
        is_reference = first is not None and first.text == "ref"
        name = second if is_reference or is_divert else first
        if name is None:
            self.expected("the name of a parameter")
            name = Name("", self.span(self.pos, self.pos))
        self.space()
        return Argument(name, is_reference, is_divert)


def _normal(path: str) -> str:
    """`path` without `.` and `..`, so that one file has one name."""
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _flow(
    span: Span,
    level: int,
    name: Name | None,
    arguments: list[Argument],
    is_function: bool,
    items: list[Syntax],
) -> Flow:
    """A flow of `items`, its knots or stitches apart from its weave."""
    content = [i for i in items if not isinstance(i, Flow)]
    flows = [i for i in items if isinstance(i, Flow)]
    weave = build_weave(content, span, 0) if content else None
    return Flow(span, level, name, arguments, is_function, weave, flows)


def _with_included(items: list[Syntax]) -> list[Syntax]:
    """`items` with the included files put in: their knots at the end, the rest in place."""
    if not any(isinstance(i, Include) for i in items):
        return items
    found: list[Syntax] = []
    flows: list[Flow] = []
    for item in items:
        if not isinstance(item, Include):
            found.append(item)
            continue
        if item.flow is None or (item.flow.weave is None and not item.flow.flows):
            continue
        flows.extend(item.flow.flows)
        if item.flow.weave is not None:
            found.append(item.flow.weave)
        found.append(Text(item.span, "\n"))
    return [*found, *flows]
