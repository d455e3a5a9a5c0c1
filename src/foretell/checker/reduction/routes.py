"""Where the code leads: what can be executed at all, within which function, within which string.

    routes = follow_routes(program, [program.start_pc])
    routes.reached[pc]               # 1 where a story that begins there may come
    routes.functions.get(pc, ())     # the functions, by where they begin, that it is part of
    routes.string_at.get(pc)         # the STRING_BEGIN of the string that is built there, if any

A divert to a variable may lead to every place whose name is pushed as a value where a story may
come. What this does not do: follow values (`flow`) or what is read (`liveness`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["BLOCK_ENDS", "NO_STRING", "Routes", "call_kind", "follow_routes"]

NO_STRING: Final = -1
BLOCK_ENDS: Final = frozenset(
    {
        P.OP_JUMP,
        P.OP_JUMP_IF,
        P.OP_JUMP_UNLESS,
        P.OP_JUMP_VALUE,
        P.OP_CALL,
        P.OP_CALL_VALUE,
        P.OP_EXTERNAL,
        P.OP_RETURN,
        P.OP_FALL,
        P.OP_DONE,
        P.OP_END,
    }
)
"""After these something else than the next instruction may be executed."""
_LEADING: Final = BLOCK_ENDS | {P.OP_FORK, P.OP_CHOICE}  # they may bring other code about, too


def call_kind(call: int) -> int:
    """What a CALL's operand pushes: P.FUNCTION, P.TUNNEL."""
    return call >> 1 & 7


@dataclass(slots=True)
class Routes:
    """What `follow_routes` finds; places are pcs, a function is named by where it begins.

    `taken` are the targets that a value may name. `opened` are functions that something other
    than a plain call may begin. `looping` are functions that may go round, in themselves or by
    calling each other; `torn` the strings (by their STRING_BEGIN) that do, or that are not
    begun and ended in one way.
    """

    program: Program
    reached: bytearray
    leaders: set[int]  # where code may come from elsewhere than the instruction before
    roots: set[int] = field(default_factory=set)  # where a frame or a thread may begin
    taken: list[int] = field(default_factory=list)
    functions: dict[int, set[int]] = field(default_factory=dict)
    callers: dict[int, list[int]] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    looping: set[int] = field(default_factory=set)
    string_at: dict[int, int] = field(default_factory=dict)
    string_around: dict[int, int] = field(default_factory=dict)  # STRING_BEGIN: the one around it
    string_ended: dict[int, int] = field(default_factory=dict)  # STRING_END: its STRING_BEGIN
    torn: set[int] = field(default_factory=set)
    declarations: range = range(0)  # what gives variables their first values, and never runs again

    def target_pc(self, target: int) -> int:
        """Where the code of a target begins."""
        tables = self.program.tables
        return tables[tables[P.T_TARGETS] + target * P.TARGET_SIZE + P.TARGET_PC]

    def fallback(self, pc: int) -> int:
        """Where the function begins that stands in for the EXTERNAL called at `pc`, −1 none."""
        code = self.program.code
        way = code[pc * 4 + 3]
        while way >= 0 and code[way * 4] != P.OP_JUMP:
            way += 1
        return code[way * 4 + 1] if way >= 0 else -1

    def leads_anywhere(self, pc: int) -> bool:
        """Whether an instruction may go on wherever a value says: ->-> may, unless it has none."""
        code = self.program.code
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op != P.OP_RETURN or a != P.TUNNEL:
            return op in (P.OP_JUMP_VALUE, P.OP_CALL_VALUE)
        given = code[pc * 4 - 4] == P.OP_PUSH and code[pc * 4 - 3] >> V.TAG_SHIFT == V.VOID
        return not given or pc in self.leaders

    def after(self, pc: int) -> list[int]:
        """What the same frame may execute next; a called frame's code is not among it."""
        code = self.program.code
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op == P.OP_JUMP:
            return [a]
        if op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            return [pc + 1, a]
        if op == P.OP_JUMP_VALUE:
            return [self.target_pc(target) for target in self.taken]
        if op in (P.OP_RETURN, P.OP_FALL, P.OP_DONE, P.OP_END):
            return []
        return [pc + 1]

    def begun(self, pc: int) -> list[int]:
        """What an instruction may bring about, in a frame of its own or later."""
        program = self.program
        code, tables = program.code, program.tables
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op in (P.OP_CALL, P.OP_FORK):
            return [a]
        if op == P.OP_EXTERNAL:
            return [code[pc * 4 + 3]] if code[pc * 4 + 3] >= 0 else []
        if op == P.OP_CHOICE:
            record = tables[P.T_CHOICE_TABLE] + a * P.CHOICE_SIZE
            return [tables[record + P.CHOICE_STUB]]
        return []


def follow_routes(program: Program, entries: Iterable[int]) -> Routes:
    """Follow the code from where stories begin, and from the expressions that are evaluated."""
    led_to = _led_to(program)
    leaders = led_to | {program.start_pc, program.declarations_pc}
    routes = Routes(program, bytearray(program.length + 1), leaders)
    routes.declarations = _declarations(program, led_to)
    routes.roots = _reach(routes, [pc for pc in entries if pc >= 0])
    _find_functions(routes)
    _find_strings(routes)
    return routes


def _declarations(program: Program, led_to: set[int]) -> range:
    """The instructions from where declarations begin, as far as they are run in order and once."""
    first = end = program.declarations_pc
    while 0 <= end < program.length and program.code[end * 4] not in _LEADING:
        end += 1
    found = range(max(first, 0), max(end, 0))
    return range(0) if any(pc in found for pc in led_to) else found


def _led_to(program: Program) -> set[int]:
    """The instructions to which others may lead, the one before aside."""
    code, routes = program.code, Routes(program, bytearray(), set())
    found: set[int] = set()
    for pc in range(program.length):
        if code[pc * 4] in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            found.add(code[pc * 4 + 1])
        found.update(routes.begun(pc))
    found.update(map(routes.target_pc, range(len(program.targets))))
    return found


def _reach(routes: Routes, entries: list[int]) -> set[int]:
    """Mark what can be executed; gives the places where a frame or a thread may begin."""
    reached, code, end = routes.reached, routes.program.code, routes.program.length
    waiting, roots = list(entries), set(entries)
    anywhere = False  # a divert to a variable was met
    named: set[int] = set()
    while waiting:
        pc = waiting.pop()
        while pc < end and not reached[pc]:
            reached[pc] = 1
            op, a = code[pc * 4], code[pc * 4 + 1]
            if op == P.OP_PUSH:
                if a >> V.TAG_SHIFT == V.TARGET:
                    named.add(a & V.PAYLOAD)
                    if anywhere:
                        roots.add(routes.target_pc(a & V.PAYLOAD))
                        waiting.append(routes.target_pc(a & V.PAYLOAD))
            elif op in _LEADING:
                begun = routes.begun(pc)
                if not anywhere and routes.leads_anywhere(pc):
                    anywhere = True
                    begun += [routes.target_pc(target) for target in named]
                roots.update(begun)
                waiting += [*begun, *routes.after(pc)]
                break
            pc += 1
    routes.taken = sorted(named)
    return roots


def _body(routes: Routes, begins: int) -> set[int]:
    """The instructions that a frame begun there executes."""
    found, end = {begins}, routes.program.length
    waiting = [begins]
    while waiting:
        for following in routes.after(waiting.pop()):
            if following not in found and following < end:
                found.add(following)
                waiting.append(following)
    return found


def _goes_round(routes: Routes, code: set[int]) -> bool:
    """Whether these instructions can be executed again and again among themselves."""
    after = {pc: [to for to in routes.after(pc) if to in code] for pc in code}
    degree = dict.fromkeys(code, 0)
    for targets in after.values():
        for to in targets:
            degree[to] += 1
    waiting = [pc for pc in code if not degree[pc]]
    left = len(code)
    while waiting:
        left -= 1
        for to in after[waiting.pop()]:
            degree[to] -= 1
            if not degree[to]:
                waiting.append(to)
    return left > 0


def _find_functions(routes: Routes) -> None:
    """Which functions there are, who calls them, and which may go round."""
    program = routes.program
    code = program.code
    for pc in range(program.length):
        if not routes.reached[pc]:
            continue
        op, a, b = code[pc * 4 : pc * 4 + 3]
        if op == P.OP_CALL and call_kind(b) == P.FUNCTION:
            routes.callers.setdefault(a, []).append(pc)
        elif op == P.OP_EXTERNAL:
            routes.opened.add(routes.fallback(pc))
    routes.opened |= {routes.target_pc(target) for target in routes.taken}
    calls: dict[int, set[int]] = {}
    for function in routes.callers:
        body = _body(routes, function)
        calls[function] = {code[pc * 4 + 1] for pc in body if code[pc * 4] == P.OP_CALL}
        opaque = (P.OP_CALL_VALUE, P.OP_EXTERNAL, P.OP_JUMP_VALUE)
        if _goes_round(routes, body) or any(code[pc * 4] in opaque for pc in body):
            routes.looping.add(function)
        for pc in body:
            routes.functions.setdefault(pc, set()).add(function)
    # a function all of whose calls are settled does not go round: what is left over may
    settled: set[int] = set()
    while True:
        more = {
            function
            for function, called in calls.items()
            if function not in settled and function not in routes.looping and called <= settled
        }
        if not more:
            break
        settled |= more
    routes.looping |= calls.keys() - settled


def _find_strings(routes: Routes) -> None:
    """Which string, if any, each instruction is executed for in its own frame."""
    program = routes.program
    code = program.code
    around = routes.string_around
    end = program.length
    if not any(code[pc * 4] == P.OP_STRING_BEGIN and code[pc * 4 + 1] == 0 for pc in range(end)):
        return
    seen: dict[int, int] = {}
    waiting = [(pc, NO_STRING) for pc in routes.roots]
    while waiting:
        pc, string = waiting.pop()
        if pc >= end:
            continue
        if pc in seen:
            if seen[pc] != string:
                routes.torn |= {seen[pc], string} - {NO_STRING}
            continue
        seen[pc] = inner = string
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op == P.OP_STRING_BEGIN and a == 0:
            around[pc] = string
            inner = pc
        elif op == P.OP_STRING_END and a == 0:
            routes.string_ended[pc] = string
            inner = around.get(string, NO_STRING)
        elif string != NO_STRING:
            routes.string_at[pc] = string
            if op == P.OP_CALL:
                opaque = code[pc * 4 + 1] not in routes.callers
                if opaque or code[pc * 4 + 1] in routes.looping:
                    routes.torn.add(string)
            elif op in (P.OP_CALL_VALUE, P.OP_JUMP_VALUE, P.OP_EXTERNAL):
                routes.torn.add(string)
        waiting += ((following, inner) for following in routes.after(pc))
    parts: dict[int, set[int]] = {}
    for pc, string in routes.string_at.items():
        parts.setdefault(string, set()).add(pc)
    routes.torn |= {string for string, part in parts.items() if _goes_round(routes, part)}
