"""Shuffles that only vary the text: what they have dealt is no state.

`The wind {~howls|moans}.` met again and again would multiply states by what was dealt before, 2ⁿ
sets for n elements, though nothing but words depends on it. Such a shuffle is *text-only*: all that
lies between its draw and the place where its elements meet again puts out text, and no more. The
explorer then forgets what it dealt and draws afresh each time (`Liveness.afresh`): every element of
a round is as likely as any other, so odds, endings and expected words stay exact, and a path is
made one that can be played by moving on to an element not yet dealt (`deals`).

    text_only_shuffles(program)                  # the slots of such shuffles
    text_only_shuffles(program, watched=[pc])    # … a line that is asked for is told apart

Layout of a shuffle (`compiler.emit`, and inklecate's), the elements anywhere:

    visit s · load_visit_index s · push n · shuffle                              {~a|b}
    visit s · load_visit_index s · push · min ·                                  {shuffle once: …}
        dup · push n · eq · jump_if switch · push n · shuffle
    switch:  (dup · push k · eq · jump_if element k) for each k
    meet:    …                   element k:  pop · text … · jump meet

What is not followed here counts as more than text: conditions, calls, temporaries, named places.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from foretell.checker.reduction.effects import reached_code
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["text_only_shuffles"]

_TEXT: Final = frozenset(
    {P.OP_TEXT, P.OP_GLUE, P.OP_FIXED_TAG, P.OP_TAG_BEGIN, P.OP_TAG_END, P.OP_NOP}
)
_STEPS: Final = 100_000  # of one element, after which it is given up
_NESTED: Final = 8  # strings in strings that are followed


def text_only_shuffles(
    program: Program,
    observed: Iterable[str] = (),
    asked: Iterable[int] = (),
    watched: Iterable[int] = (),
    unbuilt: Iterable[int] = (),
) -> frozenset[int]:
    """The slots of the shuffles whose elements nothing but their text tells apart.

    `observed`, `asked` and `watched` are what claims and questions look at, as an explorer is told.
    `unbuilt` are the beginnings of strings that nobody looks at (`Liveness.unbuilt`).
    """
    draws: dict[int, list[int]] = {}  # slot → where it is dealt from
    for pc in range(program.length):
        if program.code[pc * 4] == P.OP_SHUFFLE:
            draws.setdefault(program.code[pc * 4 + 1], []).append(pc)
    if not draws:
        return frozenset()
    search = _Search(program, draws, set(observed), set(asked), set(watched), set(unbuilt))
    return frozenset(slot for slot in draws if search.holds(slot))


class _Search:
    def __init__(
        self,
        program: Program,
        draws: dict[int, list[int]],
        observed: set[str],
        asked: set[int],
        watched: set[int],
        unbuilt: set[int],
    ) -> None:
        self.program = program
        self.draws = draws
        self.code = code = program.code
        self.watched = watched
        self.known: dict[int, bool] = {}  # by slot
        self.elements: dict[int, tuple[int, ...] | None] = {}  # by draw: what `_effect` gave
        self.visits: dict[int, set[int]] = {}  # visit slot → where it is counted
        self.loads: dict[int, set[int]] = {}  # … and where it is read
        self.entered: set[int] = set()  # instructions that something jumps to
        tables = program.tables
        for pc in range(program.length):
            op, a = code[pc * 4], code[pc * 4 + 1]
            if op == P.OP_VISIT:
                self.visits.setdefault(a, set()).add(pc)
            elif op in (P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX):
                self.loads.setdefault(a, set()).add(pc)
            elif op in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_CALL, P.OP_FORK):
                self.entered.add(a)
            elif op == P.OP_EXTERNAL:
                self.entered.add(code[pc * 4 + 3])
        # counts that someone may look at in another way, or that something else may raise
        self.told = {slot for slot, name in enumerate(program.visit_names) if name in observed}
        for index in range(len(program.choices)):
            record = tables[P.T_CHOICE_TABLE] + index * P.CHOICE_SIZE
            self.told.add(tables[record + P.CHOICE_ONCE])
            self.entered.add(tables[record + P.CHOICE_STUB])
        for target in range(len(program.targets)):
            record = tables[P.T_TARGETS] + target * P.TARGET_SIZE
            self.entered.add(tables[record + P.TARGET_PC])
            self.told.add(tables[record + P.TARGET_VISITS])
            walk = tables[record + P.TARGET_WALK]
            for entry in range(tables[record + P.TARGET_WALKS]):
                self.told.add(tables[walk + entry * P.WALK_SIZE + P.WALK_VISITS])
        self.barred = _inside_strings(program, unbuilt)
        for pc in asked:
            self.barred |= reached_code(program, pc)
        # where a fallback choice may be followed after -> DONE, text after it can be told from none
        leaves = {P.OP_JUMP, P.OP_RETURN, P.OP_FALL, P.OP_DONE, P.OP_END}
        self.counts_lines = any(choice.flags & 8 for choice in program.choices) and any(
            code[pc * 4] == P.OP_DONE and (pc in self.entered or code[pc * 4 - 4] not in leaves)
            for pc in range(program.length)
        )

    def holds(self, slot: int) -> bool:
        """Whether the shuffle in this slot is text-only wherever it is dealt from."""
        if slot not in self.known:
            self.known[slot] = False  # one that comes to itself is not
            pcs = self.draws[slot]
            counts = {self._counted(pc) for pc in pcs}
            alike = len(counts) == 1 and None not in counts
            self.known[slot] = alike and all(self._effect(pc) is not None for pc in pcs)
        return self.known[slot]

    # ------------------------------------------------------------ the shape of a shuffle

    def _is(self, pc: int, *ops: int) -> bool:
        """Whether the instructions from `pc` on are these."""
        code, n = self.code, self.program.length
        if not 0 <= pc <= n - len(ops):
            return False
        return all(code[(pc + i) * 4] == op for i, op in enumerate(ops))

    def _number(self, pc: int) -> int:
        """The integer that is pushed at `pc`, −1 if none is."""
        value = self.code[pc * 4 + 1]
        pushed = self.code[pc * 4] == P.OP_PUSH and value >> V.TAG_SHIFT == V.INT
        return V.number(value) if pushed else -1

    def _head(self, pc: int) -> int | None:
        """Where the visit is counted that the draw at `pc` goes by."""
        plain = (P.OP_VISIT, P.OP_LOAD_VISIT_INDEX, P.OP_PUSH)
        if self._is(pc - 3, *plain):
            return pc - 3
        limited = (*plain, P.OP_MIN, P.OP_DUP, P.OP_PUSH, P.OP_EQ, P.OP_JUMP_IF, P.OP_PUSH)
        if self._is(pc - 9, *limited):
            stays = self._number(pc - 4) == self._number(pc - 1)
            if stays and self.code[(pc - 2) * 4 + 1] == pc + 1:
                return pc - 9
        return None

    def _counted(self, pc: int) -> int | None:
        """The visit slot that the draw at `pc` goes by, if it goes up once for each deal and is
        good for nothing else: then a round is over after as many deals as there are elements."""
        head = self._head(pc)
        if head is None:
            return None
        slot = self.code[head * 4 + 1]
        if slot in self.told or self.code[(head + 1) * 4 + 1] != slot:
            return None
        if any(at in self.entered for at in range(head + 1, pc + 1)):
            return None
        loads = self.loads.get(slot, set())
        if self.visits.get(slot, set()) != {load - 1 for load in loads}:
            return None
        heads = {self._head(at) for at in self.draws[self.code[pc * 4 + 1]]}
        return slot if {load - 1 for load in loads} <= heads else None

    def _switch(self, pc: int) -> tuple[list[int], int] | None:
        """Where the elements of the draw at `pc` are, and where they meet."""
        n = self._number(pc - 1)
        if not 0 < n <= self.code[pc * 4 + 2] * P.DEAL_BITS:
            return None
        found: dict[int, int] = {}
        at = pc + 1
        while self._is(at, P.OP_DUP, P.OP_PUSH, P.OP_EQ, P.OP_JUMP_IF):
            found.setdefault(self._number(at + 1), self.code[(at + 3) * 4 + 1])
            at += 4
        if any(k not in found for k in range(n)):
            return None
        return [found[k] for k in range(n)], at

    # ------------------------------------------------------------ what elements do

    def _effect(self, pc: int) -> tuple[int, ...] | None:
        """What any element of the draw at `pc` makes of the row's SAFE, by what that is before
        (`machine.note_text`); None where an element does more than text, or they differ."""
        if pc not in self.elements:
            self.elements[pc] = None
            self.elements[pc] = self._common(pc)
        return self.elements[pc]

    def _common(self, pc: int) -> tuple[int, ...] | None:
        found = self._switch(pc)
        if pc in self.barred or found is None or self._counted(pc) is None:
            return None
        starts, meet = found
        if any(at in self.watched for at in range(pc, meet)):
            return None
        effects = {self._element(start, meet) for start in starts}
        if None in effects or (self.counts_lines and len(effects) > 1):
            return None
        return effects.pop()

    def _element(self, pc: int, meet: int) -> tuple[int, ...] | None:
        """The same of the element that begins at `pc`."""
        code = self.code
        if not self._is(pc, P.OP_POP):
            return None
        pc += 1
        safe: tuple[int, ...] = (0, 1, 2, 3)
        for _ in range(_STEPS):
            if pc == meet:
                return safe
            if pc in self.watched:
                return None
            op, a = code[pc * 4], code[pc * 4 + 1]
            if op == P.OP_JUMP:
                pc = a
            elif op in _TEXT:
                if op == P.OP_TEXT:
                    safe = _noted(safe, code[pc * 4 + 3])
                pc += 1
            elif op in (P.OP_LOAD_GLOBAL, P.OP_PUSH) and self._is(pc + 1, P.OP_PRINT):
                safe = _noted(safe, 0)
                pc += 2
            elif op == P.OP_VISIT and self._is(pc + 3, P.OP_SHUFFLE) and self._head(pc + 3) == pc:
                if not self.holds(code[(pc + 3) * 4 + 1]):
                    return None
                inner, switch = self._effect(pc + 3), self._switch(pc + 3)
                assert inner is not None and switch is not None
                safe = tuple(inner[before] for before in safe)
                pc = switch[1]
            elif op == P.OP_VISIT and a not in self.told and not self.loads.get(a):
                pc += 1
            else:
                return None
        return None


def _noted(safe: tuple[int, ...], kind: int) -> tuple[int, ...]:
    """What `machine.note_text` makes of each."""
    after = {(1, 2): 3, (0, 1): 2, (0, 3): 0}
    return tuple(after.get((kind, before), before) for before in safe)


def _inside_strings(program: Program, unbuilt: set[int]) -> set[int]:
    """The instructions that may be executed while a string is built that is a value, or a tag."""
    code = program.code
    found: set[int] = set()
    begins = {P.OP_STRING_BEGIN, P.OP_TAG_BEGIN}
    ends = {P.OP_STRING_END, P.OP_TAG_END}
    waiting = [
        (pc + 1, 1)
        for pc in range(program.length)
        if code[pc * 4] in begins
        and pc not in unbuilt
        and not (code[pc * 4] == P.OP_STRING_BEGIN and code[pc * 4 + 1])
    ]
    met = set(waiting)
    while waiting:
        pc, depth = waiting.pop()
        op, a = code[pc * 4], code[pc * 4 + 1]
        found.add(pc)
        if op in ends:
            after = [(pc + 1, depth - 1)] if depth > 1 else []
        elif op in begins:
            if depth == _NESTED:
                return set(range(program.length))
            after = [(pc + 1, depth + 1)]
        elif op == P.OP_JUMP:
            after = [(a, depth)]
        elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            after = [(pc + 1, depth), (a, depth)]
        elif op in (P.OP_CALL, P.OP_EXTERNAL):
            found |= reached_code(program, a if op == P.OP_CALL else code[pc * 4 + 3])
            after = [(pc + 1, depth)]
        elif op in (P.OP_CALL_VALUE, P.OP_JUMP_VALUE, P.OP_FORK):
            return set(range(program.length))
        elif op in (P.OP_RETURN, P.OP_FALL, P.OP_DONE, P.OP_END):
            after = []
        else:
            after = [(pc + 1, depth)]
        for each in after:
            if each not in met and each[0] < program.length:
                met.add(each)
                waiting.append(each)
    return found
