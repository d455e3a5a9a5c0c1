"""Functions that take variables by reference: laid out once more for each that they are given.

    === function alter(ref x, k)              ~ alter(gold, 5)
    ~ x = x + k                               ~ alter(food, -1)

What `x` is stands in a pointer while the story runs, and to whoever reads the code it may be either
variable. So a function that is called with the names of global variables is copied behind all
other code, once for each set of them that it is called with, and the copy says `gold`, or `food`,
where the function says `x`:

    load_temp x  ▶  load_global gold      store_temp x  ▶  store_global gold
    point_temp x ▶  point_global gold     (handed on: the function called there is copied, too)

The machine does the same in a copy as in the function itself, and whatever cannot be told from the
code calls the function: pointers to temporaries, calls by a value, functions that set the parameter
anew, offer choices or divert to what a variable says. Copies together are at most as long as the
code without them.

What this does not do: ask whether a copy is worth it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from foretell.vm import program as P

__all__ = ["Code", "tell_references_apart"]

_NO_REFERENCE: Final = -1
_UNKNOWN: Final = -2  # a value that may be a pointer, for all that is known
_PLAIN: Final = -3  # a value that is none
_JUMPS: Final = frozenset({P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS})
_ENDS: Final = frozenset({P.OP_FALL, P.OP_RETURN})
_LEAVING: Final = frozenset(
    {P.OP_CHOICE, P.OP_FORK, P.OP_FROM, P.OP_JUMP_VALUE, P.OP_CALL_VALUE, P.OP_DONE, P.OP_END}
)
"""A function with one of these is not copied."""
_OF_TEMPORARIES: Final = {
    P.OP_LOAD_TEMP: P.OP_LOAD_GLOBAL,
    P.OP_STORE_TEMP: P.OP_STORE_GLOBAL,
    P.OP_POINT_TEMP: P.OP_POINT_GLOBAL,
}
_BEFORE_PARAMETERS: Final = frozenset({P.OP_HERE, P.OP_VISIT, P.OP_TURN_MARK})


@dataclass(slots=True)
class Code:
    """Code that copies are appended to, and what is known of each instruction.

    `where` has two numbers for each (`origins`). `leaders` gives where code may come from elsewhere
    than the instruction before, besides where jumps and calls say so.
    """

    code: list[int]
    where: list[int]
    place_of_pc: list[int]
    scope_of_pc: list[int]
    leaders: Callable[[], set[int]]


def tell_references_apart(program: Code, scopes: list[dict[str, int]]) -> dict[int, int]:
    """Append the copies and have calls lead to them; says of what each instruction is a copy.

    A copy has temporaries of its own, so `scopes` (the slots of each by name) grow as well.
    """
    if P.OP_POINT_GLOBAL not in program.code[::4]:
        return {}
    return _Copies(program, scopes).lay_out()


@dataclass(slots=True)
class _Call:
    """A function's call, and the globals that it is given pointers to, by parameter."""

    pc: int
    function: int
    given: tuple[int, ...]


class _Copies:
    def __init__(self, program: Code, scopes: list[dict[str, int]]) -> None:
        self.program = program
        self.scopes = scopes
        self.code = program.code
        self.length = len(program.code) // 4
        self.leaders = program.leaders()
        for at in range(0, len(self.code), 4):
            if self.code[at] in _JUMPS or self.code[at] in (P.OP_CALL, P.OP_FORK):
                self.leaders.add(self.code[at + 1])
            elif self.code[at] == P.OP_EXTERNAL:
                self.leaders.add(self.code[at + 3])
        self.parameters: dict[int, list[int]] = {}  # by function (`parameters_of`)
        self.bodies: dict[int, list[int]] = {}  # by function (`body_of`)
        self.begins: dict[tuple[int, tuple[int, ...]], int] = {}  # of copies
        self.copied: dict[int, int] = {}
        self.stored = False  # a pointer is stored in a variable …
        self.may_be_stored = False  # … or a value that may be one,
        self.lost = False  # … if any was lost sight of

    def lay_out(self) -> dict[int, int]:
        calls = self.calls(range(self.length))
        if self.stored or (self.may_be_stored and self.lost):
            return {}  # no compiler does that: a variable that holds a pointer leads further on
        waiting = calls[::-1]
        while waiting:
            call = waiting.pop()
            key = call.function, call.given
            begin = self.begins.get(key)
            if begin is None:
                target, _, scope = self.code[call.pc * 4 + 1 : call.pc * 4 + 4]
                if scope != self.program.scope_of_pc[target]:
                    continue  # damaged
                begin = self.copy(call.function, call.given)
                if begin < 0:
                    continue
                self.begins[key] = begin
                waiting += self.calls(range(begin, len(self.code) // 4))[::-1]
            self.code[call.pc * 4 + 1] = begin
            self.code[call.pc * 4 + 3] = self.program.scope_of_pc[begin]
        return self.copied

    # ------------------------------------------------------------ what calls are given

    def calls(self, pcs: Iterable[int]) -> list[_Call]:
        """The calls of functions there that are given pointers to globals."""
        code = self.code
        found: list[_Call] = []
        stack: list[int] = []  # a global that a value points to, or what is known of it

        def pop() -> int:
            return stack.pop() if stack else _UNKNOWN

        for pc in pcs:
            op, a, b, _ = code[pc * 4 : pc * 4 + 4]
            if pc in self.leaders:
                self.lose(stack)
            if op == P.OP_POINT_GLOBAL:
                stack.append(a)
            elif op == P.OP_POINT_TEMP:
                stack.append(_NO_REFERENCE)
            elif op == P.OP_DUP:
                value = pop()
                stack += (value, value)
            elif op in (P.OP_STORE_GLOBAL, P.OP_STORE_TEMP):
                value = pop()
                self.stored |= value >= _NO_REFERENCE
                self.may_be_stored |= value == _UNKNOWN
            elif op in P.EFFECTS:
                taken, given = P.EFFECTS[op]
                for _ in range(taken):
                    pop()
                stack += [_PLAIN] * given
            elif op in (P.OP_CALL, P.OP_JUMP):
                handed = tuple(pop() for _ in self.parameters_of(a))
                is_function = op == P.OP_CALL and b >> 1 & 7 == P.FUNCTION
                if is_function and max(handed, default=_PLAIN) >= 0:
                    function = self.copied.get(a, a)  # a copied call may lead to a copy already
                    given_to = tuple(max(value, _NO_REFERENCE) for value in handed)
                    found.append(_Call(pc, function, given_to))
                if not is_function:
                    self.lose(stack)
                elif b & 1:
                    stack.append(_UNKNOWN)
            else:
                self.lose(stack)
        self.lose(stack)
        return found

    def lose(self, stack: list[int]) -> None:
        """These values go where they aren't followed."""
        self.lost |= any(value >= _NO_REFERENCE for value in stack)
        stack.clear()

    def parameters_of(self, entry: int) -> list[int]:
        """The instructions that take what is handed to the code at `entry`, last argument first."""
        found = self.parameters.get(entry)
        if found is None:
            found = self.parameters[entry] = []
            for pc in range(entry, len(self.code) // 4):
                op = self.code[pc * 4]
                if op == P.OP_SET_TEMP:
                    found.append(pc)
                elif op not in _BEFORE_PARAMETERS:
                    break
        return found

    # ------------------------------------------------------------ copies

    def copy(self, function: int, given: tuple[int, ...]) -> int:
        """Append a function that is given these globals; gives where it begins, −1 if nowhere."""
        body = self.body_of(function)
        code, program = self.code, self.program
        begin = len(code) // 4
        if not body or begin + len(body) > 2 * self.length:
            return -1
        stores = self.parameters_of(function)
        globals_of = {
            code[store * 4 + 1]: slot
            for store, slot in zip(stores, given, strict=True)
            if slot >= 0
        }
        set_in = [code[pc * 4 + 1] for pc in body if code[pc * 4] == P.OP_SET_TEMP]
        if any(set_in.count(temp) > 1 for temp in globals_of):
            return -1
        scope = len(self.scopes)
        self.scopes.append(dict(self.scopes[program.scope_of_pc[function]]))
        moved = {pc: begin + n for n, pc in enumerate(body)}
        self.copied |= {copy: pc for pc, copy in moved.items()}
        for pc in body:
            op, a, b, c = code[pc * 4 : pc * 4 + 4]
            if op in _OF_TEMPORARIES and a in globals_of:
                op, a, b, c = _OF_TEMPORARIES[op], globals_of[a], 0, 0
            elif op in _JUMPS:
                a = moved[a]
            code += (op, a, b, c)
            program.where += program.where[pc * 2 : pc * 2 + 2]
            program.place_of_pc.append(program.place_of_pc[pc])
            program.scope_of_pc.append(scope)
        self.leaders |= {moved[pc] for pc in body if pc in self.leaders}
        return begin

    def body_of(self, function: int) -> list[int]:
        """The instructions of a function's own frame in order; none if it is not to be copied."""
        body = self.bodies.get(function)
        if body is None:
            body = self.bodies[function] = sorted(self.follow(function))
        return body

    def follow(self, function: int) -> set[int]:
        code, scopes = self.code, self.program.scope_of_pc
        heading = range(function, self.parameters_of(function)[-1] + 1)
        found = {function}
        waiting = [function]
        while waiting:
            pc = waiting.pop()
            op, a = code[pc * 4], code[pc * 4 + 1]
            if op in _LEAVING or (op == P.OP_RETURN and a != P.FUNCTION):
                return set()
            if scopes[pc] != scopes[function] or (op in _JUMPS and a in heading):
                return set()
            after = [a] if op in _JUMPS else []
            if op != P.OP_JUMP and op not in _ENDS:
                after.append(pc + 1)
            for following in after:
                if following not in found:
                    found.add(following)
                    waiting.append(following)
        return found
