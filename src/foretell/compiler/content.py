"""Content: text with logic in it, tags, glue and diverts.

Text is whatever no other rule wants. It runs up to a character that may begin something else
(which depends on where it stands: a quote ends it in a string, a bracket in a choice) or to an
arrow or glue. Blanks are kept as they stand; the lines above trim them.

Braces are tried in a fixed order: a sequence with its kind written out, then a conditional if an
expression and a colon come first, then a block of branches, a sequence of two or more elements,
and at last an expression to print. What braces at one place give is remembered, since one reading
that fails leaves most of its work to the next, and strings in braces in strings would otherwise
be read twice as often at every level.

A tag runs until something ends it: another tag, a divert, the end of the line, of a choice's
part, or of the braces in which it began.
"""

from __future__ import annotations

import re
from typing import Final

from foretell.compiler.ast import (
    CYCLE,
    ONCE,
    SHUFFLE,
    STOPPING,
    Branch,
    Conditional,
    Content,
    Divert,
    Glue,
    IncDec,
    Name,
    Output,
    Sequence,
    Syntax,
    TagMark,
    Text,
    TunnelOnwards,
    VariableUse,
    Weave,
)
from foretell.compiler.expressions import RESERVED_WORDS, ExpressionParser
from foretell.compiler.scanner import IDENTIFIER_CHARACTERS, LOGIC, MOST_PARTS, Mark
from foretell.compiler.weave import build_weave

__all__ = ["ContentParser", "trim_end"]

_TEXT: Final = re.compile(r"(?:[^{}|\n\r\\#<-]+|-(?!>)|<(?![->]))+")
_CHOICE_TEXT: Final = re.compile(r"(?:[^{}|\n\r\\#\[\]<-]+|-(?!>)|<(?![->]))+")
_ONE_EQUALS: Final = re.compile(r"\{[ \t]*(\w+)[ \t]*=(?!=)")
_STRING_TEXT: Final = re.compile(r"(?:[^{}|\n\r\\#\"<-]+|-(?!>)|<(?![->]))+")
_GOES_ON: Final = frozenset("{#\\<-")  # what may follow words and belong to the same content
_TILDE: Final = re.compile(r"[ \t]*~[ \t]*")
_TAG: Final = re.compile(r"[ \t]*#")
_CLOSING: Final = re.compile(r"[ \t]*\}")
_ONE_NAME: Final = re.compile(
    rf"\{{[ \t]*(?!(?:[0-9]+|{'|'.join(sorted(RESERVED_WORDS))})[ \t}}])"
    rf"([{IDENTIFIER_CHARACTERS}]+)[ \t]*\}}"
)
_WORDS_FIRST: Final = re.compile(
    rf"(?!(?:[0-9]|(?:{'|'.join(sorted(RESERVED_WORDS))})(?![{IDENTIFIER_CHARACTERS}])))"
    rf"[{IDENTIFIER_CHARACTERS}]++"
    rf"(?:[ \t]++(?!(?:and|or|has|hasnt|mod)[ \t])[{IDENTIFIER_CHARACTERS}]++)*+[ \t]*+\|(?!\|)"
)
_NO_WORDS: Final = frozenset(["", *"{}|\n\r#"])  # what ends text wherever it stands
_BEFORE_TILDE: Final = frozenset(" \t~")
_BEFORE_ARROW: Final = frozenset(" \t-<")
_PLAIN_DIVERT: Final = re.compile(
    rf"[ \t]*+(->)[ \t]*+(?![0-9]++(?![{IDENTIFIER_CHARACTERS}]))([{IDENTIFIER_CHARACTERS}]++)"
    r"[ \t]*+(?![.(]|->)"
)
_ELSE: Final = re.compile(r"else[ \t]*:")
_KIND: Final = re.compile(r"[!&~$]|once|cycle|shuffle|stopping")
_SYMBOLS: Final = re.compile(r"[!&~$]+")
_SYMBOL_KIND: Final = {"!": ONCE, "&": CYCLE, "~": SHUFFLE, "$": STOPPING}
_WORD_KIND: Final = {"once": ONCE, "cycle": CYCLE, "shuffle": SHUFFLE, "stopping": STOPPING}
_KINDS: Final = frozenset({ONCE, CYCLE, STOPPING, SHUFFLE, SHUFFLE | STOPPING, SHUFFLE | ONCE})

_Remembered = tuple[Content | None, int, bool, bool]


class ContentParser(ExpressionParser):
    """The rules for content."""

    _braces: dict[tuple[int, bool, bool, bool], _Remembered]

    def block(self) -> list[Syntax] | None:
        """The statements inside a block of braces (see `parser`)."""
        raise NotImplementedError

    def mixed(self) -> list[Syntax] | None:
        """Text and logic, and where no choice is being read, diverts at the end."""
        words = self.only_words()
        return self.more_than_words() if words is None else [words]

    def more_than_words(self) -> list[Syntax] | None:
        """The same, where it is not words alone (see `only_words`)."""
        mark = self.mark()
        match = None
        if self.text[mark[0] : mark[0] + 1] in _BEFORE_TILDE:
            match = _TILDE.match(self.text, self.pos)
        if match is not None:
            self.error(
                "syntax",
                "a `~` begins a line of logic and can't stand inside text",
                match.end() - 1,
                hint="logic inside a line stands in { braces }; for the character write `\\~`",
            )
            self.pos = match.end()
        found: list[Syntax] = []
        while True:
            text = self._words()
            if text is not None:
                found.append(text)
            item = self._inline_item()
            if item is None:
                break
            found.append(item)
        if not self.in_choice:
            diverts = self.diverts()
            if diverts is not None:
                self.end_tag(found)
                trim_end(found, with_space=True)
                found.extend(diverts)
        if not found:
            self.reset(mark)
            return None
        return found

    def only_words(self) -> Text | None:
        """Words that nothing else follows, as most content is."""
        text, start = self.text, self.pos
        match = self._pattern.match(text, start)
        if match is None:
            return None
        end = match.end()
        after = text[end : end + 1]
        if after in _GOES_ON and not (after == "-" and self.in_choice):
            return None
        if text[start] in _BEFORE_TILDE and _TILDE.match(text, start) is not None:
            return None
        self.pos = end
        return Text(self.span(start, end), match.group())

    def _are_words(self, start: int) -> bool:
        """Whether all from `start` to the position would be words, were it text."""
        match = self._pattern.match(self.text, start)
        return match is not None and match.end() == self.pos

    @property
    def _pattern(self) -> re.Pattern[str]:
        """What words are made of here."""
        return _STRING_TEXT if self.in_string else _CHOICE_TEXT if self.in_choice else _TEXT

    def _words(self) -> Text | None:
        start = self.pos
        text = self.text
        if text[start : start + 1] in _NO_WORDS:
            return None
        pattern = self._pattern
        match = pattern.match(text, start)
        if match is not None:
            self.pos = match.end()
        if not text.startswith("\\", self.pos):
            return None if match is None else Text(self.span(start), match.group())
        parts = [match.group()] if match is not None else []
        while self.take("\\"):
            parts.append(text[self.pos : self.pos + 1])
            self.pos = min(self.pos + 1, len(text))
            match = pattern.match(text, self.pos)
            if match is not None:
                parts.append(match.group())
                self.pos = match.end()
        return Text(self.span(start), "".join(parts))

    def _inline_item(self) -> Syntax | None:
        """Braces, glue or the start of a tag."""
        character = self.text[self.pos : self.pos + 1]
        if character == "{":
            return self._inline_logic()
        if character == "<":
            start = self.pos
            return Glue(self.span(start)) if self.take("<>") else None
        if character in "# \t" and character:
            return self._start_tag()
        return None

    # --- tags -----------------------------------------------------------------------------

    def _start_tag(self) -> Syntax | None:
        match = _TAG.match(self.text, self.pos)
        if match is None:
            return None
        start = match.end() - 1
        if self.in_string:
            self.error(
                "syntax", "a string can't hold a tag", start, hint="for the character write `\\#`"
            )
        self.pos = match.end()
        span = self.span(start)
        began = TagMark(span, True)
        result = Content(span, [TagMark(span, False), began]) if self.in_tag else began
        self.in_tag = True
        self.space()
        return result

    def end_tag(self, items: list[Syntax] | None) -> None:
        """End the tag that is open, if any, by a mark in `items`."""
        if self.in_tag:
            if items is not None:
                items.append(TagMark(self.span(self.pos, self.pos), False))
            self.in_tag = False

    # --- braces ---------------------------------------------------------------------------

    def _inline_logic(self) -> Content | None:
        key = (self.pos, self.in_string, self.in_tag, self.in_choice)
        remembered = self._braces.get(key)
        if remembered is None:
            found = self._read_braces()
            self._braces[key] = (found, self.pos, self.in_tag, self.in_choice)
            return found
        found, self.pos, self.in_tag, self.in_choice = remembered
        return found

    def _read_braces(self) -> Content | None:
        start = self.pos
        match = _ONE_NAME.match(self.text, start)
        if match is not None:
            return self._one_name(match)
        mark = self.mark()
        self.pos += 1
        self.piece(LOGIC)
        self.enter()
        logic = self._inner_logic()
        self.nesting -= 1
        if logic is None:
            closed = "}" in self.text[start : start + 1000].partition("\n")[0]
            hint = "for the character itself write `\\{`"
            asked = _ONE_EQUALS.match(self.text, start)
            if asked is not None:
                hint = f"`=` sets; to ask, write `{asked[1]} == …`"
            self.expected(
                "logic, a conditional or a sequence in the braces"
                + ("" if closed else ", and `}` to close them"),
                hint,
            )
            self.reset(mark)
            return None
        if isinstance(logic, Output) and isinstance(logic.value, IncDec):
            self._disallow_increment(logic.value)
        self.space()
        if not self.take("}"):
            self.expected("`}` to close the braces", self._brace_hint(start, logic))
        self.in_string = mark[1]
        items: list[Syntax] = [logic]
        if not mark[2]:
            self.end_tag(items)
        return Content(self.span(start), items)

    def _one_name(self, match: re.Match[str]) -> Content:
        """`{name}`, as most braces are, which no other rule would read differently."""
        span = self.span(match.start(1), match.end(1))
        self.pos = match.end()
        value = VariableUse(span, (Name(match.group(1), span),))
        return Content(self.span(match.start()), [Output(span, value)])

    def _brace_hint(self, start: int, logic: Syntax) -> str:
        line = self.span(start, start + 1).line
        here = self.span(self.pos, self.pos + 1).line
        if here > line:
            return f"the `{{` of line {line} is still open"
        if self.in_choice and self.at("->"):
            return "in a choice's own line no divert stands in braces: put it on the line below"
        ends_line = self.text[self.pos : self.pos + 1] in ("\n", "\r", "")
        if ends_line and isinstance(logic, Conditional):
            return "what takes several lines begins on the line below `{…:`"
        if ends_line and isinstance(logic, Sequence):
            kinds = "`{stopping:`, `{cycle:`, `{once:` or `{shuffle:`"
            return (
                f"a sequence over several lines is {kinds}, then a line with `-` for each element"
            )
        return ""

    def _disallow_increment(self, expression: Syntax) -> None:
        if isinstance(expression, IncDec):
            line = expression.span
            self.report(
                "error",
                "syntax",
                "a variable can only be increased or decreased on a line of its own",
                line,
                "here",
                f"write `~ {expression.name.text}{'++' if expression.is_increment else '--'}`",
            )

    def _inner_logic(self) -> Syntax | None:
        self.space()
        start = self.pos
        kind = self._sequence_kind()
        if kind is not None:
            elements = self._sequence_elements()
            if elements is None:
                self.expected("the elements of the sequence")
                return None
            return Sequence(self.span(start), kind, elements)
        mark = self.mark()
        if _WORDS_FIRST.match(self.text, start) is not None:  # no conditional, nor a value
            return self._plain_sequence(mark)
        query = self.expression()
        if query is not None:
            self.space()
            if self.take(":"):
                self._disallow_increment(query)
                conditional = self._conditional(query, start)
                if conditional is None:
                    self.expected("something to show after the condition")
                return conditional
            if self.at("}") and self._are_words(start):
                return Output(query.span, query)  # as a sequence it would have but one element
        after_query = self.mark()
        self.reset(mark)
        conditional = self._conditional(None, start)
        if conditional is not None and _CLOSING.match(self.text, self.pos):
            return conditional
        self.reset(mark)
        sequence = self._plain_sequence(mark)
        if sequence is not None:
            return sequence
        if query is not None:
            self.reset(after_query)
            if _CLOSING.match(self.text, self.pos):
                return Output(query.span, query)
            self.reset(mark)
        return None

    # --- sequences ------------------------------------------------------------------------

    def _plain_sequence(self, mark: Mark) -> Sequence | None:
        """`a|b` up to the closing brace, or the position as it was marked."""
        elements = self._sequence_elements()
        if elements is not None and len(elements) > 1 and _CLOSING.match(self.text, self.pos):
            return Sequence(self.span(mark[0]), STOPPING, elements)
        self.reset(mark)
        return None

    def _sequence_kind(self) -> int | None:
        """The kind a sequence is said to have: `&`, `shuffle once:` …"""
        start = self.pos
        if _KIND.match(self.text, start) is None:
            return None
        kind = 0
        match = _SYMBOLS.match(self.text, start)
        if match is not None:
            self.pos = match.end()
            for symbol in match.group():
                kind |= _SYMBOL_KIND[symbol]
        else:
            while True:
                before = self.pos
                word = self.identifier() or ""
                if word not in _WORD_KIND:
                    self.pos = before
                    break
                kind |= _WORD_KIND[word]
                if not self.space():
                    break
            if not kind or not self.take(":"):
                self.pos = start
                return None
        if kind not in _KINDS:
            self.error(
                "syntax",
                "these kinds of sequence can't be combined",
                start,
                self.pos,
                hint="only shuffle goes with another kind: once or stopping",
            )
            return STOPPING
        return kind

    def _sequence_elements(self) -> list[Weave | None] | None:
        if not self.newline():
            return self._inline_elements()
        self.newlines()
        elements: list[Weave | None] = []
        while True:
            if len(elements) > MOST_PARTS:
                self.too_many("elements in this sequence")
            mark = self.mark()
            self.space()
            if self.at("->") or not self.take("-"):
                self.reset(mark)
                break
            start = self.pos
            self.space()
            items = self.block()
            if items is None:
                self.newlines()
                elements.append(None)
            else:
                span = self.span(start)
                items.insert(0, Text(span, "\n"))
                elements.append(build_weave(items, span))
        return elements or None

    def _inline_elements(self) -> list[Weave | None] | None:
        elements: list[Weave | None] = []
        had_any = had_content = False
        while True:
            start = self.pos
            words = self.only_words()
            if words is not None:
                had_any = had_content = True
                elements.append(Weave(words.span, [words], 0))
            elif (items := self.more_than_words()) is not None:
                had_any = had_content = True
                elements.append(build_weave(items, self.span(start)))
            if not self.take("|"):
                break
            if len(elements) > MOST_PARTS:
                self.too_many("elements in this sequence")
            had_any = True
            if not had_content:
                elements.append(None)
            had_content = False
        if not had_any:
            return None
        if not had_content:
            elements.append(None)
        return elements

    # --- conditionals ---------------------------------------------------------------------

    def _conditional(self, query: Syntax | None, start: int) -> Conditional | None:
        mark = self.mark()
        is_inline = not self.newline()
        if is_inline and query is None:
            return None
        branches: list[Branch] | None
        if is_inline:
            branches = self._inline_branches()
        else:
            self.newlines()
            branches = self._branches(query)
        if branches is None:
            self.reset(mark)
            return None
        for branch in branches:
            branch.is_inline = is_inline
        return Conditional(self.span(start), query, branches)

    def _inline_branches(self) -> list[Branch] | None:
        start = self.pos
        bodies: list[Branch] = []
        while (items := self.mixed()) is not None:
            span = self.span(start)
            bodies.append(Branch(span, None, build_weave(items, span)))
            if len(bodies) > MOST_PARTS:
                self.too_many("alternatives in this conditional")
            if not self.take("|"):
                break
            start = self.pos
        if not bodies:
            return None
        bodies[0].is_true = True
        if len(bodies) > 1:
            bodies[1].is_else = True
        if len(bodies) > 2:
            extra = bodies[2].span
            self.report(
                "error",
                "syntax",
                "a conditional has two alternatives at most: {condition: yes|no}",
                extra,
                "a third one",
                "for a sequence leave out the condition; for more cases write a block of branches",
            )
        return bodies[:2]

    def _branches(self, query: Syntax | None) -> list[Branch] | None:
        branches: list[Branch] = []
        while (branch := self._branch()) is not None:
            branches.append(branch)
            if len(branches) > MOST_PARTS:
                self.too_many("branches in this conditional")
        if branches:
            self.newlines()
            if len(branches) == 1 and branches[0].is_else and query is not None:
                branches.insert(0, Branch(branches[0].span, None, None, is_true=True))
        elif query is not None:
            at = self.pos
            items = self.block()
            if items is None:
                return None
            span = self.span(at)
            branches.append(Branch(span, None, build_weave(items, span)))
            otherwise = self._branch()
            if otherwise is not None:
                if not otherwise.is_else:
                    self._branch_error(
                        "expected an `- else:` branch, since the first has no `-`",
                        otherwise,
                        self._missing_colon(otherwise),
                    )
                    otherwise.is_else = True
                branches.append(otherwise)
        else:
            return None
        if query is not None:
            self._arrange_by_query(branches)
        else:
            self._arrange_conditions(branches)
        return branches

    def _branch_error(self, message: str, branch: Branch, hint: str = "") -> None:
        self.report("error", "syntax", message, branch.span, "this branch", hint)

    def _missing_colon(self, branch: Branch) -> str:
        """A hint for `- else` without its colon."""
        line = branch.span.source.line(branch.span.line)
        return "write `- else:`, with a colon" if line.strip() == "- else" else ""

    def _arrange_by_query(self, branches: list[Branch]) -> None:
        """Settle what each branch compares: a switch, or true and false."""
        is_switch = False
        for index, branch in enumerate(branches):
            is_last = index == len(branches) - 1
            if branch.condition is not None:
                branch.matches = True
                is_switch = True
            elif is_switch and is_last:
                branch.matches = True
                branch.is_else = True
            elif not is_last and len(branches) > 2:
                self._branch_error(
                    "only the last branch can do without a condition", branch, "is a `:` missing?"
                )
            elif index == 0:
                branch.is_true = True
            else:
                branch.is_else = True

    def _arrange_conditions(self, branches: list[Branch]) -> None:
        """Check the branches of a block without a query."""
        last = branches[-1]
        for branch in branches[:-1]:
            if branch.condition is not None:
                continue
            if not branch.is_else:
                self._branch_error(
                    "this branch has no condition",
                    branch,
                    "is a `:` missing? A sequence begins with its kind, as in {stopping: …}",
                )
            elif last.is_else:
                self._branch_error("a block has one `else` at most, as its last branch", last)
            else:
                self._branch_error("the `else` branch must be the last", branch)
        if last.condition is None:
            last.is_else = True
            if len(branches) == 1:
                self._branch_error("a block of conditions without a condition", last)

    def _branch(self) -> Branch | None:
        """`- condition: …` or `- else: …`"""
        mark = self.mark()
        self.space()
        start = self.pos
        if self.at("->") or not self.take("-"):
            self.reset(mark)
            return None
        self.space()
        condition = None
        match = _ELSE.match(self.text, self.pos)
        if match is not None:
            self.pos = match.end()
        else:
            condition = self._condition()
        head = self.span(start)
        items = self.block()
        if condition is None and items is None:
            self.expected("something in this branch after the `-`")
            items = [Text(head, "")]
        self.newlines()
        span = self.span(start) if items is None else head
        weave = None if items is None else build_weave(items, span)
        return Branch(span, condition, weave, is_else=match is not None)

    def _condition(self) -> Syntax | None:
        """An expression and a colon."""
        mark = self.mark()
        found = self.expression()
        if found is None:
            return None
        self._disallow_increment(found)
        self.space()
        if not self.take(":"):
            self.reset(mark)
            return None
        return found

    # --- diverts --------------------------------------------------------------------------

    def diverts(self) -> list[Syntax] | None:
        """`-> a`, `-> a -> b`, `->->`, `<- a` and their like."""
        if self.text[self.pos : self.pos + 1] not in _BEFORE_ARROW:
            return None
        match = _PLAIN_DIVERT.match(self.text, self.pos)
        if match is not None:
            return self._plain_divert(match)
        mark = self.mark()
        self.space()
        start = self.pos
        if self.take("<-"):
            return [self._thread(start)]
        if not self.at("->"):
            self.reset(mark)
            return None
        found: list[Syntax] = []
        self.end_tag(found)
        parts: list[tuple[int, int, Divert | None]] = []  # where, how many arrows, what follows
        while True:
            at = self.pos
            arrows = 0
            while self.take("->"):
                arrows += 1
            if not arrows:
                break
            if arrows > 2:
                self.error("syntax", "too many arrows", at, self.pos, hint="write `->` or `->->`")
                arrows = 2
            target = self._divert_to(at)
            parts.append((at, arrows, target))
            if target is None:
                break
        self._arrange_diverts(parts, found)
        if not found:
            found.append(Divert(self.span(start), (), [], "->"))
            if not self.in_choice:
                self.error(
                    "syntax",
                    "this arrow leads nowhere",
                    start,
                    start + 2,
                    hint="name a knot, stitch or label, DONE or END; only a choice can do without",
                )
        return found

    def _plain_divert(self, match: re.Match[str]) -> list[Syntax]:
        """`-> name`, as most diverts are."""
        found: list[Syntax] = []
        start, end = match.start(1), match.end(2)
        self.pos = start
        self.end_tag(found)
        self.pos = match.end()
        name = Name(match[2], self.span(match.start(2), end))
        found.append(Divert(self.span(start, end), (name,), []))
        return found

    def _arrange_diverts(
        self, parts: list[tuple[int, int, Divert | None]], found: list[Syntax]
    ) -> None:
        """Settle which arrows are tunnels: all but the last that go somewhere."""
        last = len(parts) - 1
        for index, (at, arrows, target) in enumerate(parts):
            if arrows == 2:
                if index != 0 and index != last:
                    self.error("syntax", "`->->` can only come first or last", at, at + 4)
                found.append(TunnelOnwards(self.span(at), target))
                return
            if target is not None:
                if index < last:
                    target.kind = "->t->"
                found.append(target)

    def _thread(self, start: int) -> Divert:
        self.space()
        divert = self._divert_to(start)
        if divert is None:
            self.expected("the knot or stitch that begins the thread")
            divert = Divert(self.span(start), (), [])
        divert.kind = "thread"
        return divert

    def _divert_to(self, start: int) -> Divert | None:
        """A path of names and perhaps arguments."""
        before = self.pos
        names: list[Name] = []
        while True:
            self.space()
            name = self.name()
            if name is None:
                break
            names.append(name)
            end = self.pos
            self.space()
            if not self.take("."):
                break
        if not names:
            self.pos = before
            return None
        self.space()
        arguments = self.arguments()
        if arguments is not None:
            end = self.pos
        self.space()
        return Divert(self.span(start, end), tuple(names), arguments or [])


def trim_end(items: list[Syntax], with_space: bool) -> None:
    """Take blanks off the end of `items`, leaving one space where `with_space`."""
    while items:
        last = items[-1]
        if not isinstance(last, Text):
            return
        trimmed = last.text.rstrip(" \t")
        if with_space:
            items[-1] = Text(last.span, trimmed + " ")
            return
        if trimmed:
            if trimmed != last.text:
                items[-1] = Text(last.span, trimmed)
            return
        items.pop()
