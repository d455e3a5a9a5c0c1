"""What one instruction does: the one place where ink's semantics live.

`run` executes a program on a work row (`program` draws both) until something happens that it may
not settle itself, and returns a status. It is written in the kernels' subset of Python: a player
runs it as it stands, the explorer and the random readers as machine code.

    status = start(code, tables, memo, row, seen)
    while True:
        status = run(code, tables, memo, row, seen, budget)
        if status == DRAW:               row[DRAW_OUTCOME] = …
        elif status == NEEDS_OPERATION:  …write the memo…
        elif status == REST:             …show choices…; choose(code, tables, row, seen, 2)

Every status but the last ones of a turn is *resumable*: the row stands before the instruction that
could not go on, and running again tries it anew. So a row may be copied at any draw and the copies
run on with different outcomes.

It does not know text, names, source places or exceptions, holds no random numbers, and never
looks at what a value's index stands for; that is `values` and `story`.
"""

from __future__ import annotations

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.calls import (
    A_DEPTH,
    A_FRAME,
    A_HIGH,
    A_HIGH_EVAL,
    A_STEPS,
    call_made,
    give_up_calls,
    keep_call,
    recall,
)
from foretell.vm.dice import drawn_result, drawn_truth, thrown
from foretell.vm.kernel import (
    I64,
    U8,
    copy,
    div_trunc,
    fill,
    kernel,
    mod_trunc,
    mul64,
    popcount64,
    shr64,
    wrap32,
)
from foretell.vm.lists import L_GROW, list_operation, range_of

__all__ = ["choose", "memo_find", "memo_slot", "run", "start", "start_at"]


@kernel
def memo_slot(memo: I64, mask: int, operation: int, a: int, b: int) -> int:
    """The memo entry (its first word) that holds this operation, or the empty one to put it in."""
    h = mul64(a, -7046029254386353131) ^ mul64(b, -4417276706812531889) ^ (operation * 1000003)
    h = shr64(mul64(h ^ shr64(h, 29), -4658895280553007687), 20)
    i = h & mask
    while True:
        at = i * P.MEMO_SIZE
        key = memo[at]
        if key == 0:
            return at
        if key == operation + 1 and memo[at + 1] == a and memo[at + 2] == b:
            return at
        i = (i + 1) & mask


@kernel
def memo_find(memo: I64, mask: int, operation: int, a: int, b: int) -> int:
    """The result of an operation, or -1 where the memo does not know it."""
    at = memo_slot(memo, mask, operation, a, b)
    if memo[at] == 0:
        return -1
    return memo[at + 3]


@kernel
def look_up(tables: I64, memo: I64, operation: int, a: int, b: int) -> int:
    """The result of an operation, by the region of lists or the memo; -1: only the host knows."""
    at = tables[P.T_LISTS]
    if at != 0 and (a >> 32) == V.LIST:
        found = list_operation(memo, at, operation, a, b, memo[at + L_GROW])
        if found >= 0:
            return found
    return memo_find(memo, tables[P.T_MEMO_MASK], operation, a, b)


@kernel
def assembled(memo: I64, mask: int, row: I64, at: int, operation: int) -> int:
    """The string (or tag) that the output's tokens from `at` on make, or -1.

    The memo chains tokens one by one, so whatever was read once needs no host again. Where it
    lacks an operation, that stands in FAULT, FAULT_VALUE and OPERAND.
    """
    chain = 0
    for i in range(at, row[P.OUTPUT]):
        found = memo_find(memo, mask, V.O_CONS, chain, row[i])
        if found < 0:
            row[P.FAULT] = V.O_CONS
            row[P.FAULT_VALUE] = chain
            row[P.OPERAND] = row[i]
            return -1
        chain = found
    found = memo_find(memo, mask, operation, chain, 0)
    if found < 0:
        row[P.FAULT] = operation
        row[P.FAULT_VALUE] = chain
        row[P.OPERAND] = 0
    return found


@kernel
def is_dealt(tables: I64, row: I64, slot: int, element: int) -> int:
    """1 if the shuffle that begins at `slot` has dealt this element in its present round."""
    word = row[tables[P.T_SHUFFLES] + slot + element // P.DEAL_BITS]
    return (word >> (element % P.DEAL_BITS)) & 1


@kernel
def truth(v: int) -> int:
    """1 if a condition with this value holds, 0 if not, 2 if it may not be one, 3 if drawn."""
    tag = v >> 32
    payload = v & 0xFFFFFFFF
    if tag <= V.BOOL:
        return 1 if payload != 0 else 0
    if tag == V.FLOAT:
        return 1 if (payload & 0x7FFFFFFF) != 0 else 0
    if tag == V.LIST:
        return payload & 1
    if tag == V.STRING:
        return 1 if payload != 0 else 0
    if tag == V.TARGET:
        return 2
    return 3 if tag >= V.DRAWN else 0


@kernel
def put(row: I64, token: int) -> None:
    """Append a token to the output."""
    row[row[P.OUTPUT]] = token
    row[P.OUTPUT] += 1


@kernel
def note_text(row: I64, kind: int) -> None:
    """Follow how many lines come after a -> DONE.

    ink forgets that the flow ended safely when it starts the next line, which shows only where a
    fallback choice is followed after -> DONE and its content runs out: SAFE goes 1 (done), 2 (a
    line has begun), 3 (it has ended), and with the next text back to 0. Inside of strings, whose
    text is on no line, it is IN_STRING more for each.
    """
    safe = row[P.SAFE]
    if kind == 1:
        if safe == 2:
            row[P.SAFE] = 3
    elif kind == 0:
        if safe == 1:
            row[P.SAFE] = 2
        elif safe == 3:
            row[P.SAFE] = 0


@kernel
def leave_string(row: I64) -> None:
    """Note that a string has ended: see `note_text`."""
    if row[P.SAFE] >= P.IN_STRING:
        row[P.SAFE] -= P.IN_STRING


@kernel
def count_visit(tables: I64, row: I64, slot: int) -> None:
    """Count a visit that no VISIT instruction counts, up to the slot's limit if it has one."""
    at = tables[P.T_VISITS] + slot
    row[at] += 1
    limit = tables[P.T_LIMITS]
    if limit != 0 and tables[limit + slot * 2] != 0 and row[at] > tables[limit + slot * 2]:
        row[at] -= tables[limit + slot * 2 + 1]


@kernel
def walk(tables: I64, row: I64, target: int, origin: int) -> None:
    """Count the visits of a divert from container `origin` (-1 none) to `target`.

    Containers around the target are counted from the innermost out, until one that the divert
    did not leave: it and all around it were already being visited. Those that count only entries
    at their start are asked however far out they are.
    """
    record = tables[P.T_TARGETS] + target * P.TARGET_SIZE
    at = tables[record + P.TARGET_WALK]
    n = tables[record + P.TARGET_WALKS]
    ends = tables[P.T_CONTAINER_ENDS]
    for i in range(n):
        entry = at + i * P.WALK_SIZE
        c = tables[entry + P.WALK_CONTAINER]
        mode = tables[entry + P.WALK_MODE]
        if (mode & 1) == 0 and origin >= c and origin < tables[ends + c]:
            return
        if mode != 1:
            slot = tables[entry + P.WALK_VISITS]
            if slot >= 0:
                count_visit(tables, row, slot)
            slot = tables[entry + P.WALK_TURNS]
            if slot >= 0:
                row[tables[P.T_TURNS] + slot] = row[P.TURN] + 2


@kernel
def enter(tables: I64, row: I64, target: int, origin: int) -> None:
    """Count the visits of a divert to a target that was a value.

    ink points such a divert at the container itself, which is then entered like any other: it is
    counted even from inside, and those around it are not, even from outside.
    """
    record = tables[P.T_TARGETS] + target * P.TARGET_SIZE
    slot = tables[record + P.TARGET_VISITS]
    if slot == -2:
        walk(tables, row, target, origin)
        return
    if slot >= 0:
        count_visit(tables, row, slot)
    slot = tables[record + P.TARGET_TURNS]
    if slot >= 0:
        row[tables[P.T_TURNS] + slot] = row[P.TURN] + 2


@kernel
def push_frame(tables: I64, row: I64, return_pc: int, kind: int, scope: int) -> int:
    """Push a frame onto the current thread; 0 where the stack is full."""
    frame = row[P.STACK]
    width = tables[tables[P.T_SCOPES] + scope]
    if frame + P.FR_HEADER + width >= tables[P.T_CHOICES]:
        return 0
    row[frame + P.FR_RETURN] = return_pc
    row[frame + P.FR_KIND] = kind
    row[frame + P.FR_BELOW] = frame - row[P.FRAME]
    row[frame + P.FR_SCOPE] = scope
    fill(row, frame + P.FR_HEADER, width, V.UNSET_VALUE)
    row[P.FRAME] = frame
    row[P.STACK] = frame + P.FR_HEADER + width
    return 1


@kernel
def reset_stack(tables: I64, row: I64, scope: int) -> None:
    """One thread with one bottom frame."""
    base = tables[P.T_STACK]
    row[base + P.TH_BELOW] = 0
    row[base + P.TH_RESUME] = -1
    row[P.THREAD] = base
    frame = base + P.TH_HEADER
    row[P.FRAME] = frame
    row[P.STACK] = frame
    push_frame(tables, row, -1, P.BOTTOM, scope)
    row[frame + P.FR_BELOW] = 0


@kernel
def force_end(tables: I64, row: I64) -> None:
    """Stop everything: what -> END does, and an error."""
    reset_stack(tables, row, 0)
    row[P.CHOICES] = 0
    row[P.CHOICE_TOP] = tables[P.T_CHOICES]
    row[P.EVAL] = tables[P.T_EVAL]
    row[P.SAFE] = 1
    row[P.PC] = -1
    row[P.STRING] = 0


@kernel
def start(tables: I64, row: I64, pc: int) -> None:
    """A fresh row about to execute `pc`; globals are all 0 until their declarations run."""
    fill(row, 0, tables[P.T_END], 0)
    row[P.TURN] = -1
    row[P.FROM] = -1
    row[P.CHOICE_TOP] = tables[P.T_CHOICES]
    row[P.EVAL] = tables[P.T_EVAL]
    row[P.OUTPUT] = tables[P.T_OUTPUT]
    row[P.DRAW_OUTCOME] = P.NO_OUTCOME
    reset_stack(tables, row, 0)
    row[P.PC] = pc


@kernel
def start_at(tables: I64, row: I64, target: int) -> None:
    """Leave whatever was going on and go to `target`, keeping variables and counts."""
    record = tables[P.T_TARGETS] + target * P.TARGET_SIZE
    force_end(tables, row)
    reset_stack(tables, row, tables[record + P.TARGET_SCOPE])
    row[P.SAFE] = 0
    walk(tables, row, target, -1)
    row[P.PC] = tables[record + P.TARGET_PC]


@kernel
def choice_at(row: I64, tables: I64, index: int, visible: int) -> int:
    """Where the choice number `index` is in the row (fallbacks skipped where `visible`), or -1."""
    at = tables[P.T_CHOICES]
    left = index
    for _i in range(row[P.CHOICES]):
        flags = tables[tables[P.T_CHOICE_TABLE] + row[at + P.C_CHOICE] * P.CHOICE_SIZE]
        if visible == 0 or (flags & 8) == 0:
            if left == 0:
                return at
            left -= 1
        at += row[at + P.C_SIZE]
    return -1


@kernel
def follow(tables: I64, row: I64, at: int) -> None:
    """Make the choice at `at` in the row: its thread becomes the only one."""
    tags = row[at + P.C_TAGS]
    frames = at + P.C_HEADER + tags
    size = row[at + P.C_SIZE] - P.C_HEADER - tags
    choice = tables[P.T_CHOICE_TABLE] + row[at + P.C_CHOICE] * P.CHOICE_SIZE
    origin = row[at + P.C_FROM]
    base = tables[P.T_STACK]
    row[base + P.TH_BELOW] = 0
    row[base + P.TH_RESUME] = -1
    copy(row, base + P.TH_HEADER, row, frames, size)
    row[P.THREAD] = base
    row[P.FRAME] = base + P.TH_HEADER + row[at + P.C_TOP]
    row[P.STACK] = base + P.TH_HEADER + size
    row[P.CHOICES] = 0
    row[P.CHOICE_TOP] = tables[P.T_CHOICES]
    if origin >= 0:
        target = tables[choice + P.CHOICE_TARGET]
        walk(tables, row, target, origin)
        row[P.PC] = tables[tables[P.T_TARGETS] + target * P.TARGET_SIZE]
    else:
        row[P.PC] = tables[choice + P.CHOICE_STUB]


@kernel
def choose(tables: I64, row: I64, index: int) -> int:
    """Take the visible choice number `index`, which starts a turn; 0 if there is none."""
    at = choice_at(row, tables, index, 1)
    if at < 0:
        return 0
    row[P.TURN] += 1
    row[P.SAFE] = 0
    row[P.WORDS] = 0
    row[P.OUTPUT] = tables[P.T_OUTPUT]
    row[P.STRING] = 0
    row[P.EVAL] = tables[P.T_EVAL]  # what an odd story left there is not carried over
    follow(tables, row, at)
    return 1


@kernel
def rest(tables: I64, row: I64) -> int:
    """Settle a flow that has come to its end: follow a fallback (-1), or give the status."""
    kind = row[row[P.FRAME] + P.FR_KIND]
    if kind == P.FROM_HOST:
        return P.RETURNED
    n = row[P.CHOICES]
    if n > 0:
        if choice_at(row, tables, 0, 1) >= 0:
            return P.REST
        if row[P.EMIT] != 0 and row[P.OUTPUT] >= tables[P.T_END] - 1:
            return P.FLUSH  # then it is asked again
        follow(tables, row, tables[P.T_CHOICES])
        if row[P.EMIT] != 0:
            put(row, P.FOLLOW << P.TOKEN_SHIFT)
        return -1
    if row[P.SAFE] != 0:
        return P.REST
    if kind == P.TUNNEL:
        row[P.FAULT] = P.F_RAN_OUT_TUNNEL
    elif kind == P.FUNCTION:
        row[P.FAULT] = P.F_RAN_OUT_FUNCTION
    else:
        row[P.FAULT] = P.F_RAN_OUT
    return P.ERROR


@kernel
def offer(tables: I64, row: I64, sp: int, choice: int, bare: int) -> int:
    """Offer a choice whose texts and condition end at `sp`.

    Gives the evaluation stack's new top, or a negative number: -1 for a full region, -2 for a
    condition that is none.
    """
    record = tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE
    flags = tables[record + P.CHOICE_FLAGS]
    bottom = tables[P.T_EVAL]
    show = 1
    if (flags & 1) != 0:
        sp -= 1
        held = truth(row[sp])
        if held >= 2:
            if held == 2:
                return -2
            held = drawn_truth(row, row[sp])
        if held == 0:
            show = 0
    only = 0
    only_tags = sp
    only_count = 0
    if (flags & 4) != 0:
        sp -= 1
        only = row[sp]
        while sp > bottom and (row[sp - 1] >> 32) == V.TAG:
            sp -= 1
            only_count += 1
        only_tags = sp
    first = 0
    first_tags = sp
    first_count = 0
    if (flags & 2) != 0:
        sp -= 1
        first = row[sp]
        while sp > bottom and (row[sp - 1] >> 32) == V.TAG:
            sp -= 1
            first_count += 1
        first_tags = sp
    once = tables[record + P.CHOICE_ONCE]
    if once >= 0 and row[tables[P.T_VISITS] + once] > 0:
        show = 0
    if show == 0:
        return sp
    frames = row[P.THREAD] + P.TH_HEADER
    size = row[P.STACK] - frames
    tags = only_count + first_count
    at = row[P.CHOICE_TOP]
    total = P.C_HEADER + tags + size
    if at + total > bottom:
        return -1
    row[at + P.C_SIZE] = total
    row[at + P.C_CHOICE] = choice
    row[at + P.C_FROM] = row[P.FROM] if bare != 0 else -1
    row[at + P.C_START] = first
    row[at + P.C_ONLY] = only
    row[at + P.C_TAGS] = tags
    row[at + P.C_TOP] = row[P.FRAME] - frames
    copy(row, at + P.C_HEADER, row, first_tags, first_count)
    copy(row, at + P.C_HEADER + first_count, row, only_tags, only_count)
    copy(row, at + P.C_HEADER + tags, row, frames, size)
    row[P.CHOICE_TOP] = at + total
    row[P.CHOICES] += 1
    return sp


@kernel
def integer_result(op: int, x: int, y: int) -> int:
    """The value of an operator on two integers (32 bits); the divisor is not 0."""
    if op == P.OP_EQ:
        return V.TRUE if x == y else V.FALSE
    if op == P.OP_ADD:
        return (x + y) & 0xFFFFFFFF
    if op == P.OP_SUB:
        return (x - y) & 0xFFFFFFFF
    if op == P.OP_LT:
        return V.TRUE if x < y else V.FALSE
    if op == P.OP_GT:
        return V.TRUE if x > y else V.FALSE
    if op == P.OP_LE:
        return V.TRUE if x <= y else V.FALSE
    if op == P.OP_GE:
        return V.TRUE if x >= y else V.FALSE
    if op == P.OP_NE:
        return V.TRUE if x != y else V.FALSE
    if op == P.OP_AND:
        return V.TRUE if x != 0 and y != 0 else V.FALSE
    if op == P.OP_OR:
        return V.TRUE if x != 0 or y != 0 else V.FALSE
    if op == P.OP_MIN:
        return min(x, y) & 0xFFFFFFFF
    if op == P.OP_MAX:
        return max(x, y) & 0xFFFFFFFF
    if op == P.OP_MUL:
        return (x * y) & 0xFFFFFFFF
    if op == P.OP_DIV:
        return div_trunc(x, y) & 0xFFFFFFFF
    return mod_trunc(x, y) & 0xFFFFFFFF


@kernel
def operation_of(op: int) -> int:
    """The memo's operation for a binary operator that has an opcode of its own."""
    if op == P.OP_EQ:
        return V.O_EQ
    if op == P.OP_ADD:
        return V.O_ADD
    if op == P.OP_SUB:
        return V.O_SUB
    if op == P.OP_LT:
        return V.O_LT
    if op == P.OP_GT:
        return V.O_GT
    if op == P.OP_LE:
        return V.O_LE
    if op == P.OP_GE:
        return V.O_GE
    if op == P.OP_NE:
        return V.O_NE
    if op == P.OP_AND:
        return V.O_AND
    if op == P.OP_OR:
        return V.O_OR
    if op == P.OP_MIN:
        return V.O_MIN
    if op == P.OP_MAX:
        return V.O_MAX
    if op == P.OP_MUL:
        return V.O_MUL
    if op == P.OP_DIV:
        return V.O_DIV
    return V.O_MOD


@kernel
def temp_address(tables: I64, row: I64, address: int) -> int:
    """Where the variable really is whose slot is at `address`: pointers are followed."""
    hops = 0
    while (row[address] >> 32) == V.POINTER and hops < 64:
        hops += 1
        p = row[address] & 0xFFFFFFFF
        if (p & 1) != 0:
            address = row[P.THREAD] + (p >> 1)
        else:
            address = tables[P.T_GLOBALS] + (p >> 1)
    return address


@kernel
def end_thread(row: I64, keep: int) -> int:
    """End the current thread; gives the pc at which the one below goes on."""
    thread = row[P.THREAD]
    below = row[thread + P.TH_BELOW]
    row[P.STACK] = thread
    row[P.THREAD] = below
    row[P.FRAME] = below + row[below + P.TH_TOP]
    if keep != 0:
        put(row, P.THREAD_POP << P.TOKEN_SHIFT)
    return row[below + P.TH_RESUME]


@kernel
def run(code: I64, tables: I64, memo: I64, row: I64, seen: U8, budget: int) -> int:
    """Execute at most `budget` instructions; the status says why it stopped.

    `seen[pc]` is set to 1 for every instruction executed. What is left of the budget is in LEFT
    then, for who runs on: a turn that warns for ever must use it up, too.
    """
    pc = row[P.PC]
    sp = row[P.EVAL]
    status = -1
    steps = budget
    mask = tables[P.T_MEMO_MASK]
    g = tables[P.T_GLOBALS]
    visits = tables[P.T_VISITS]
    bottom = tables[P.T_EVAL]
    top = tables[P.T_OUTPUT] - 4
    out_top = tables[P.T_END] - 8
    emit = row[P.EMIT]
    keep = 1 if emit != 0 or row[P.STRING] != 0 else 0
    calls = tables[P.T_CALLS]
    if calls != 0:
        row[calls + A_DEPTH] = 0
        row[calls + A_FRAME] = 0
        row[calls + A_HIGH] = 0
        row[calls + A_HIGH_EVAL] = 0
    fault = 0
    operation = 0
    value = 0
    x = 0
    y = 0
    while status < 0:
        if pc < 0:
            row[P.PC] = pc
            row[P.EVAL] = sp
            status = rest(tables, row)
            pc = row[P.PC]
            sp = row[P.EVAL]
            if status == P.ERROR:
                fault = row[P.FAULT]
                value = 0
            continue
        if steps <= 0:
            status = P.BUDGET
            break
        if sp >= top:
            status = P.OVERFLOW
            break
        steps -= 1
        seen[pc] = 1
        at = pc * 4
        op = code[at]
        a = code[at + 1]
        if op < P.OP_EQ:
            if op == P.OP_TEXT:
                if keep != 0:
                    if row[P.OUTPUT] >= out_top:
                        status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                        break
                    put(row, (P.TEXT << P.TOKEN_SHIFT) | a)
                row[P.WORDS] += code[at + 2]
                if row[P.SAFE] != 0:
                    note_text(row, code[at + 3])
                pc += 1
            elif op == P.OP_JUMP:
                pc = a
            elif op == P.OP_PUSH:
                row[sp] = a
                sp += 1
                pc += 1
            elif op == P.OP_LOAD_GLOBAL:
                row[sp] = row[g + a]
                sp += 1
                pc += 1
            elif op == P.OP_JUMP_IF or op == P.OP_JUMP_UNLESS:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                sp -= 1
                x = truth(row[sp])
                if x >= 2:
                    if x == 2:
                        fault = P.F_CONDITION_TARGET
                        value = row[sp]
                        status = P.ERROR
                        break
                    x = drawn_truth(row, row[sp])
                if op == P.OP_JUMP_IF:
                    pc = a if x != 0 else pc + 1
                else:
                    pc = a if x == 0 else pc + 1
            elif op == P.OP_VISIT:
                x = row[visits + a] + 1
                if code[at + 2] != 0 and x > code[at + 2]:
                    x -= code[at + 3]
                row[visits + a] = x
                pc += 1
            elif op == P.OP_CHOICE:
                x = offer(tables, row, sp, a, code[at + 3])
                if x < 0:
                    if x == -1:
                        status = P.OVERFLOW
                    else:
                        fault = P.F_CONDITION_TARGET
                        value = row[sp - 1]
                        status = P.ERROR
                    break
                sp = x
                pc += 1
            elif op == P.OP_LOAD_VISITS:
                row[sp] = row[visits + a]
                sp += 1
                pc += 1
            elif op == P.OP_STORE_GLOBAL or op == P.OP_STORE_TEMP:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                y = row[sp - 1]
                x = g + a
                if op == P.OP_STORE_TEMP:
                    x = temp_address(tables, row, row[P.FRAME] + P.FR_HEADER + a)
                    if row[x] == V.UNSET_VALUE:
                        fault = P.F_UNSET_TEMP
                        value = code[at + 2]
                        status = P.ERROR
                        break
                if (y >> 32) == V.LIST and (y & 1) == 0 and (row[x] >> 32) == V.LIST:
                    y = look_up(tables, memo, V.O_RETAIN, row[x], row[sp - 1])
                    if y < 0:
                        operation = V.O_RETAIN
                        value = row[sp - 1]
                        x = row[x]
                        status = P.NEEDS_OPERATION
                        break
                row[x] = y
                sp -= 1
                pc += 1
            elif op == P.OP_LOAD_TEMP:
                x = temp_address(tables, row, row[P.FRAME] + P.FR_HEADER + a)
                y = row[x]
                if y == V.UNSET_VALUE:
                    y = 0
                    fault = P.W_NOT_FOUND
                    value = code[at + 2]
                    status = P.WARNING
                    if code[at + 3] != 0:
                        fault = P.F_VARIABLE_MISSING
                        status = P.ERROR
                        break
                pc += 1
                row[sp] = y
                sp += 1
            elif op == P.OP_SET_TEMP:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                y = row[sp - 1]
                if (y >> 32) == V.POINTER:
                    p = y & 0xFFFFFFFF
                    x = row[P.THREAD] + (p >> 1) if (p & 1) != 0 else g + (p >> 1)
                    if (row[x] >> 32) == V.POINTER:
                        p = row[x] & 0xFFFFFFFF
                        y = row[x]
                        x = row[P.THREAD] + (p >> 1) if (p & 1) != 0 else g + (p >> 1)
                    if x == row[P.FRAME] + P.FR_HEADER + a:
                        # a variable passed by reference to a parameter of its own name and frame
                        sp -= 1
                        pc += 1
                        continue
                x = row[P.FRAME] + P.FR_HEADER + a
                if (y >> 32) == V.LIST and (y & 1) == 0 and (row[x] >> 32) == V.LIST:
                    y = look_up(tables, memo, V.O_RETAIN, row[x], row[sp - 1])
                    if y < 0:
                        operation = V.O_RETAIN
                        value = row[sp - 1]
                        x = row[x]
                        status = P.NEEDS_OPERATION
                        break
                row[x] = y
                sp -= 1
                pc += 1
            elif op == P.OP_CALL:
                if keep != 0 and row[P.OUTPUT] >= out_top:
                    status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                    break
                kind = (code[at + 2] >> 1) & 7
                x = 0
                if calls != 0 and keep == 0 and kind == P.FUNCTION and (code[at + 2] & 1) != 0:
                    x = recall(tables, row, seen, sp, code[at + 3], a, steps)
                    if x > 0:
                        sp = x
                        steps -= row[calls + A_STEPS]
                        pc += 1
                        continue
                if push_frame(tables, row, pc + 1, kind, code[at + 3]) == 0:
                    status = P.OVERFLOW
                    break
                if calls != 0:
                    call_made(tables, row, seen, sp, code[at + 3], steps, -x)
                if keep != 0:
                    put(row, (P.FRAME_PUSH << P.TOKEN_SHIFT) | kind)
                pc = a
            elif op == P.OP_RETURN:
                frame = row[P.FRAME]
                kind = row[frame + P.FR_KIND]
                y = 0
                x = sp
                if a == P.TUNNEL:
                    if sp <= bottom:
                        fault = P.F_EVAL_EMPTY
                        status = P.ERROR
                        break
                    x = sp - 1
                    y = row[x]
                if kind == P.FROM_HOST:
                    sp = x
                    row[P.SAFE] = 1
                    pc = -1
                elif kind != a:
                    fault = P.F_RETURN_MISMATCH
                    value = a * 8 + kind
                    status = P.ERROR
                    break
                else:
                    if keep != 0:
                        if row[P.OUTPUT] >= out_top:
                            status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                            break
                        put(row, P.FRAME_POP << P.TOKEN_SHIFT)
                    sp = x
                    pc = row[frame + P.FR_RETURN]
                    row[P.STACK] = frame
                    row[P.FRAME] = frame - row[frame + P.FR_BELOW]
                    if calls != 0 and row[calls + A_FRAME] == frame:
                        keep_call(tables, row, seen, sp, steps)
                    if (y >> 32) == V.TARGET:
                        origin = code[(pc - 1) * 4 + 2] >> 4
                        y = y & 0xFFFFFFFF
                        record = tables[P.T_TARGETS] + y * P.TARGET_SIZE
                        row[P.FROM] = origin
                        enter(tables, row, y, origin)
                        pc = tables[record + P.TARGET_PC]
            elif op == P.OP_FALL:
                frame = row[P.FRAME]
                if row[frame + P.FR_KIND] == P.FUNCTION:
                    if keep != 0:
                        if row[P.OUTPUT] >= out_top:
                            status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                            break
                        put(row, P.FRAME_POP << P.TOKEN_SHIFT)
                    pc = row[frame + P.FR_RETURN]
                    row[P.STACK] = frame
                    row[P.FRAME] = frame - row[frame + P.FR_BELOW]
                    if (code[(pc - 1) * 4 + 2] & 1) != 0:
                        row[sp] = V.VOID_VALUE
                        sp += 1
                    if calls != 0 and row[calls + A_FRAME] == frame:
                        keep_call(tables, row, seen, sp, steps)
                elif row[row[P.THREAD] + P.TH_BELOW] != 0 and row[frame + P.FR_KIND] != 3:
                    pc = end_thread(row, keep)
                else:
                    row[P.LAST] = pc
                    pc = -1
            elif op == P.OP_DONE:
                if (
                    row[row[P.THREAD] + P.TH_BELOW] != 0
                    and row[row[P.FRAME] + P.FR_KIND] != P.FROM_HOST
                ):
                    pc = end_thread(row, keep)
                else:
                    row[P.SAFE] = 1
                    row[P.LAST] = pc
                    pc = -1
            else:  # OP_END
                force_end(tables, row)
                row[P.LAST] = pc
                sp = row[P.EVAL]
                pc = -1
        elif op <= P.OP_MOD:
            if op == P.OP_NOT:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = row[sp - 1]
                if (x >> 32) <= V.BOOL:
                    row[sp - 1] = V.TRUE if (x & 0xFFFFFFFF) == 0 else V.FALSE
                    pc += 1
                elif (x >> V.DRAWN_SHIFT) == 1:
                    row[sp - 1] = V.TRUE if drawn_truth(row, x) == 0 else V.FALSE
                    pc += 1
                else:
                    y = look_up(tables, memo, V.O_NOT, x, 0)
                    if y < 0:
                        operation = V.O_NOT
                        value = 0
                        status = P.NEEDS_OPERATION
                    elif (y >> 32) == V.FAILED:
                        fault = P.F_OPERATION
                        value = y
                        status = P.ERROR
                    else:
                        row[sp - 1] = y
                        pc += 1
            else:
                if sp < bottom + 2:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = row[sp - 2]
                y = row[sp - 1]
                if (
                    (x >> 32) <= V.BOOL
                    and (y >> 32) <= V.BOOL
                    and not (op >= P.OP_DIV and (y & 0xFFFFFFFF) == 0)
                ):
                    row[sp - 2] = integer_result(op, wrap32(x), wrap32(y))
                    sp -= 1
                    pc += 1
                elif (x >> V.DRAWN_SHIFT) == 1 or (y >> V.DRAWN_SHIFT) == 1:
                    value = drawn_result(row, op, x, y)
                    if value >= 0:
                        row[sp - 2] = value
                        sp -= 1
                        pc += 1
                    else:  # numbers from here on: the instruction is run again
                        row[sp - 2] = thrown(row, x)
                        row[sp - 1] = thrown(row, y)
                else:
                    operation = operation_of(op)
                    value = y
                    y = look_up(tables, memo, operation, x, y)
                    if y < 0:
                        status = P.NEEDS_OPERATION
                    elif (y >> 32) == V.FAILED:
                        fault = P.F_OPERATION
                        value = y
                        status = P.ERROR
                    else:
                        row[sp - 2] = y
                        sp -= 1
                        pc += 1
        elif op <= P.OP_STRING_END:
            if op == P.OP_POP:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                sp -= 1
                pc += 1
            elif op == P.OP_DUP:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                row[sp] = row[sp - 1]
                sp += 1
                pc += 1
            elif op == P.OP_PRINT:
                if sp > bottom:
                    y = row[sp - 1]
                    if (y >> 32) != V.VOID:
                        if keep != 0:
                            if row[P.OUTPUT] >= out_top:
                                status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                                break
                            put(row, (P.PRINT << P.TOKEN_SHIFT) | thrown(row, y))
                        row[P.WORDS] += 1
                        if row[P.SAFE] != 0:
                            note_text(row, 0)
                    sp -= 1
                pc += 1
            elif op == P.OP_NEG or op == P.OP_UNARY:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = row[sp - 1]
                if op == P.OP_NEG and (x >> 32) <= V.BOOL:
                    row[sp - 1] = (-x) & 0xFFFFFFFF
                    pc += 1
                elif (x >> V.DRAWN_SHIFT) == 1:
                    y = drawn_result(row, P.OP_SUB, 0, x) if op == P.OP_NEG else -1
                    if y >= 0:
                        row[sp - 1] = y
                        pc += 1
                    else:
                        row[sp - 1] = thrown(row, x)
                else:
                    operation = V.O_NEG if op == P.OP_NEG else a
                    value = 0
                    y = look_up(tables, memo, operation, x, 0)
                    if y < 0:
                        status = P.NEEDS_OPERATION
                    elif (y >> 32) == V.FAILED:
                        fault = P.F_OPERATION
                        value = y
                        status = P.ERROR
                    else:
                        row[sp - 1] = y
                        pc += 1
            elif op == P.OP_BINARY:
                if sp < bottom + 2:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = thrown(row, row[sp - 2])
                operation = a
                value = thrown(row, row[sp - 1])
                row[sp - 2] = x
                row[sp - 1] = value
                y = look_up(tables, memo, operation, x, value)
                if y < 0:
                    status = P.NEEDS_OPERATION
                elif (y >> 32) == V.FAILED:
                    fault = P.F_OPERATION
                    value = y
                    status = P.ERROR
                else:
                    row[sp - 2] = y
                    sp -= 1
                    pc += 1
            elif op == P.OP_STRING_BEGIN:
                if emit != 0 or a == 0:
                    # a string must fit behind what is there: make room while that can be taken
                    if row[P.STRING] == 0 and row[P.OUTPUT] > (tables[P.T_OUTPUT] + out_top) // 2:
                        status = P.FLUSH
                        break
                    if row[P.OUTPUT] >= out_top:
                        status = P.OVERFLOW
                        break
                    x = row[P.OUTPUT]
                    y = 0
                    if row[P.STRING] != 0:
                        y = row[row[P.STRING]] & ((1 << P.TOKEN_SHIFT) - 1)
                        y = (((y >> 24) + 1) << 24) | (x - row[P.STRING])
                    if (y >> 24) >= P.MOST_STRINGS:
                        status = P.OVERFLOW  # in the widest row, too, where it is an error
                        break
                    put(row, (P.STRING_BEGIN << P.TOKEN_SHIFT) | y)
                    row[P.STRING] = x
                    keep = 1
                if row[P.SAFE] != 0:
                    row[P.SAFE] += P.IN_STRING
                pc += 1
            elif op == P.OP_STRING_END:
                if row[P.STRING] == 0 and (emit != 0 or a == 0):
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                elif emit != 0:
                    leave_string(row)
                    status = P.NEEDS_STRING  # the host pops the tokens, pushes and steps on
                elif a != 0:
                    leave_string(row)
                    row[sp] = V.STRING << 32
                    sp += 1
                    pc += 1
                else:
                    start = row[P.STRING]
                    y = assembled(memo, mask, row, start + 1, V.O_STRING)
                    if y < 0:
                        operation = row[P.FAULT]
                        x = row[P.FAULT_VALUE]
                        value = row[P.OPERAND]
                        status = P.NEEDS_OPERATION
                    elif (y >> 32) == V.FAILED:
                        fault = P.F_OPERATION
                        value = y
                        status = P.ERROR
                    else:
                        x = row[start] & P.STRING_WORDS
                        row[P.OUTPUT] = start
                        row[P.STRING] = start - x if x != 0 else 0
                        keep = 1 if row[P.STRING] != 0 else 0
                        leave_string(row)
                        row[sp] = y
                        sp += 1
                        pc += 1
            elif op == P.OP_TAG_END and keep != 0 and row[P.STRING] != 0:
                start = row[P.OUTPUT] - 1
                while start > row[P.STRING] and (row[start] >> P.TOKEN_SHIFT) != P.TAG_BEGIN:
                    start -= 1
                if start == row[P.STRING]:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                elif emit != 0:
                    status = P.NEEDS_TAG
                else:
                    y = assembled(memo, mask, row, start + 1, V.O_TAG)
                    if y < 0:
                        operation = row[P.FAULT]
                        x = row[P.FAULT_VALUE]
                        value = row[P.OPERAND]
                        status = P.NEEDS_OPERATION
                    elif (y >> 32) == V.FAILED:
                        fault = P.F_OPERATION
                        value = y
                        status = P.ERROR
                    else:
                        row[P.OUTPUT] = start
                        row[sp] = y
                        sp += 1
                        pc += 1
            else:  # GLUE, TAG_BEGIN, TAG_END, FIXED_TAG
                if keep != 0:
                    if row[P.OUTPUT] >= out_top:
                        status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                        break
                    if op == P.OP_GLUE:
                        put(row, P.GLUE << P.TOKEN_SHIFT)
                    elif op == P.OP_TAG_BEGIN:
                        put(row, P.TAG_BEGIN << P.TOKEN_SHIFT)
                    elif op == P.OP_TAG_END:
                        put(row, P.TAG_END << P.TOKEN_SHIFT)
                    else:
                        put(row, (P.FIXED_TAG << P.TOKEN_SHIFT) | a)
                pc += 1
        elif op <= P.OP_POINT_TEMP:
            if op == P.OP_TURN_MARK:
                row[tables[P.T_TURNS] + a] = row[P.TURN] + 2
                pc += 1
            elif op == P.OP_LOAD_VISIT_INDEX:
                row[sp] = (row[visits + a] - 1) & 0xFFFFFFFF
                sp += 1
                pc += 1
            elif op == P.OP_LOAD_TURNS_SINCE:
                x = row[tables[P.T_TURNS] + a]
                row[sp] = (row[P.TURN] + 2 - x if x != 0 else -1) & 0xFFFFFFFF
                sp += 1
                pc += 1
            elif op == P.OP_LOAD_TURN:
                row[sp] = row[P.TURN] + 1
                sp += 1
                pc += 1
            elif op == P.OP_CHOICE_COUNT:
                row[sp] = row[P.CHOICES]
                sp += 1
                pc += 1
            elif op == P.OP_POINT_GLOBAL:
                row[sp] = (V.POINTER << 32) | (a << 1)
                sp += 1
                pc += 1
            else:  # OP_POINT_TEMP
                x = row[P.FRAME] + P.FR_HEADER + a
                if row[x] != V.UNSET_VALUE:
                    row[sp] = (V.POINTER << 32) | ((x - row[P.THREAD]) << 1) | 1
                elif code[at + 2] > 0:
                    row[sp] = (V.POINTER << 32) | ((code[at + 2] - 1) << 1)
                else:
                    fault = P.F_UNSET_TEMP
                    value = code[at + 3]
                    status = P.ERROR
                    break
                sp += 1
                pc += 1
        elif op <= P.OP_FORK:
            if op == P.OP_FORK:
                x = row[P.THREAD]
                y = row[P.STACK]
                n = y - x
                if y + n >= tables[P.T_CHOICES]:
                    status = P.OVERFLOW
                    break
                if keep != 0:
                    if row[P.OUTPUT] >= out_top:
                        status = P.OVERFLOW if row[P.STRING] != 0 else P.FLUSH
                        break
                    put(row, P.THREAD_PUSH << P.TOKEN_SHIFT)
                copy(row, y, row, x, n)
                row[x + P.TH_RESUME] = a
                row[x + P.TH_TOP] = row[P.FRAME] - x
                row[y + P.TH_BELOW] = x
                row[P.THREAD] = y
                row[P.FRAME] += n
                row[P.STACK] = y + n
                pc += 1
            else:  # JUMP_VALUE, CALL_VALUE
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                y = row[sp - 1]
                if (y >> 32) != V.TARGET:
                    fault = P.F_NOT_A_TARGET
                    value = thrown(row, y)
                    status = P.ERROR
                    break
                y = y & 0xFFFFFFFF
                record = tables[P.T_TARGETS] + y * P.TARGET_SIZE
                x = code[at + 2]
                if op == P.OP_CALL_VALUE:
                    kind = (x >> 1) & 7
                    if push_frame(tables, row, pc + 1, kind, tables[record + P.TARGET_SCOPE]) == 0:
                        status = P.OVERFLOW
                        break
                    if keep != 0:
                        put(row, (P.FRAME_PUSH << P.TOKEN_SHIFT) | kind)
                    x = x >> 4
                sp -= 1
                row[P.FROM] = x
                enter(tables, row, y, x)
                pc = tables[record + P.TARGET_PC]
        elif op <= P.OP_SHUFFLE:
            if op == P.OP_RANDOM:
                if sp < bottom + 2:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                row[sp - 2] = thrown(row, row[sp - 2])
                row[sp - 1] = thrown(row, row[sp - 1])
                if (row[sp - 2] >> 32) != V.INT or (row[sp - 1] >> 32) != V.INT:
                    fault = P.F_RANDOM_TYPE
                    value = 1 if (row[sp - 2] >> 32) == V.INT else 0
                    status = P.ERROR
                    break
                x = wrap32(row[sp - 2])
                y = wrap32(row[sp - 1]) - x + 1
                if y <= 0 or y > 0x7FFFFFFF:
                    fault = P.F_RANDOM_RANGE
                    value = (x & 0xFFFFFFFF) | (wrap32(row[sp - 1]) << 32)
                    status = P.ERROR
                    break
                z = row[P.DRAW_OUTCOME]
                if y == 1:
                    z = x
                elif z == P.NO_OUTCOME:
                    row[P.DRAW_KIND] = P.DRAW_RANDOM
                    row[P.DRAW_LOW] = x
                    row[P.DRAW_COUNT] = y
                    status = P.DRAW
                    break
                row[P.DRAW_OUTCOME] = P.NO_OUTCOME
                if y > 1 and row[P.WHOLE] != 0:
                    row[sp - 2] = V.DRAWN << 32
                else:
                    row[sp - 2] = z & 0xFFFFFFFF
                sp -= 1
                pc += 1
            elif op == P.OP_LIST_RANDOM:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = row[sp - 1]
                if (x >> 32) != V.LIST:
                    fault = P.F_NOT_LIST
                    value = thrown(row, x)
                    status = P.ERROR
                    break
                n = 0
                if (x & 1) != 0:
                    n = look_up(tables, memo, V.O_LIST_COUNT, x, 0)
                    if n < 0:
                        operation = V.O_LIST_COUNT
                        value = 0
                        status = P.NEEDS_OPERATION
                        break
                z = row[P.DRAW_OUTCOME]
                if n > 1 and z == P.NO_OUTCOME:
                    row[P.DRAW_KIND] = P.DRAW_LIST
                    row[P.DRAW_LOW] = 0
                    row[P.DRAW_COUNT] = n
                    status = P.DRAW
                    break
                if n == 1:
                    z = 0
                y = V.LIST << 32
                if n > 0:
                    y = look_up(tables, memo, V.O_PICK, x, z)
                    if y < 0:
                        operation = V.O_PICK
                        value = z
                        status = P.NEEDS_OPERATION
                        break
                row[P.DRAW_OUTCOME] = P.NO_OUTCOME
                row[sp - 1] = y
                pc += 1
            else:  # OP_SHUFFLE
                if sp < bottom + 2:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                row[sp - 1] = thrown(row, row[sp - 1])
                row[sp - 2] = thrown(row, row[sp - 2])
                n = wrap32(row[sp - 1])
                x = wrap32(row[sp - 2])
                if n <= 0 or n > code[at + 2] * P.DEAL_BITS:
                    fault = P.F_SHUFFLE
                    value = row[sp - 1]
                    status = P.ERROR
                    break
                y = tables[P.T_SHUFFLES] + a
                words = code[at + 2]
                count = 0
                for i in range(words):
                    count += popcount64(row[y + i])
                if mod_trunc(x, n) <= 0 or count >= n or code[at + 3] != 0:
                    fill(row, y, words, 0)
                    count = 0
                z = row[P.DRAW_OUTCOME]
                if count == n - 1:
                    z = 0
                elif z == P.NO_OUTCOME:
                    row[P.DRAW_KIND] = P.DRAW_AFRESH if code[at + 3] != 0 else P.DRAW_SHUFFLE
                    row[P.DRAW_LOW] = 0
                    row[P.DRAW_COUNT] = n
                    row[P.DRAW_DEALT] = a
                    status = P.DRAW
                    break
                row[P.DRAW_OUTCOME] = P.NO_OUTCOME
                while is_dealt(tables, row, a, z) != 0:
                    z = z + 1 if z + 1 < n else 0
                row[y + z // P.DEAL_BITS] = row[y + z // P.DEAL_BITS] | (1 << (z % P.DEAL_BITS))
                if count + 1 >= n or code[at + 3] != 0:
                    fill(row, y, words, 0)
                row[sp - 2] = z
                sp -= 1
                pc += 1
        elif op <= P.OP_EXTERNAL:
            if op == P.OP_SEED:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                y = thrown(row, row[sp - 1])
                if (y >> 32) != V.INT:
                    fault = P.F_SEED
                    status = P.ERROR
                    break
                row[sp - 1] = V.VOID_VALUE
                pc += 1
            elif op == P.OP_COUNT_VISITS or op == P.OP_COUNT_TURNS:
                if sp <= bottom:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                y = row[sp - 1]
                if (y >> 32) != V.TARGET:
                    fault = P.F_COUNT_TARGET
                    value = thrown(row, y)
                    status = P.ERROR
                    break
                record = tables[P.T_TARGETS] + (y & 0xFFFFFFFF) * P.TARGET_SIZE
                x = tables[record + P.TARGET_VISITS]
                if op == P.OP_COUNT_TURNS:
                    x = tables[record + P.TARGET_TURNS]
                if x == -1:
                    fault = P.F_UNCOUNTED
                    value = y
                    status = P.ERROR
                    break
                y = 0
                if op == P.OP_COUNT_VISITS:
                    if x >= 0:
                        y = row[visits + x]
                else:
                    y = -1
                    if x >= 0 and row[tables[P.T_TURNS] + x] != 0:
                        y = row[P.TURN] + 2 - row[tables[P.T_TURNS] + x]
                if x == -2:
                    fault = P.W_NO_CONTAINER
                    value = row[sp - 1]
                    status = P.WARNING
                row[sp - 1] = y & 0xFFFFFFFF
                pc += 1
            elif op == P.OP_LIST_RANGE:
                if sp < bottom + 3:
                    fault = P.F_EVAL_EMPTY
                    status = P.ERROR
                    break
                x = thrown(row, row[sp - 2])
                value = thrown(row, row[sp - 1])
                operation = V.O_BOUNDS
                y = -1
                if tables[P.T_LISTS] != 0:
                    z = tables[P.T_LISTS]
                    y = range_of(memo, z, thrown(row, row[sp - 3]), x, value, memo[z + L_GROW])
                if y < 0:
                    y = memo_find(memo, mask, operation, x, value)
                    if y >= 0:
                        x = thrown(row, row[sp - 3])
                        value = y
                        operation = V.O_RANGE
                        y = memo_find(memo, mask, operation, x, value)
                if y < 0:
                    status = P.NEEDS_OPERATION
                elif (y >> 32) == V.FAILED:
                    fault = P.F_OPERATION
                    value = y
                    status = P.ERROR
                else:
                    row[sp - 3] = y
                    sp -= 2
                    pc += 1
            else:  # OP_EXTERNAL
                record = tables[P.T_EXTERNALS] + a * P.EXT_SIZE
                x = tables[record + P.EXT_MODE]
                if x == P.BOUND:
                    fault = a
                    status = P.EXTERNAL
                    break
                if x == P.ASSUMED:
                    sp -= tables[record + P.EXT_CALL] & 0xFF
                    row[sp] = 0
                    sp += 1
                    pc += 1
                    continue
                if x == P.FROM_DOMAIN:
                    domain = tables[record + P.EXT_DOMAIN]
                    n = tables[domain + 1]
                    z = row[P.DRAW_OUTCOME]
                    if z == P.NO_OUTCOME:
                        sp -= tables[record + P.EXT_CALL] & 0xFF  # nobody is there to look at them
                        if n > 1:
                            row[P.DRAW_KIND] = tables[domain]
                            row[P.DRAW_LOW] = 0
                            row[P.DRAW_COUNT] = n
                            status = P.DRAW
                            break
                        z = 0
                    row[P.DRAW_OUTCOME] = P.NO_OUTCOME
                    row[sp] = tables[domain + 2 + z]
                    sp += 1
                    pc += 1
                    continue
                if code[at + 3] < 0:
                    fault = P.F_NO_EXTERNAL
                    value = a
                    status = P.ERROR
                    break
                scope = tables[record + P.EXT_CALL] >> 8
                if push_frame(tables, row, pc + 1, P.FUNCTION, scope) == 0:
                    status = P.OVERFLOW
                    break
                if keep != 0:
                    put(row, (P.FRAME_PUSH << P.TOKEN_SHIFT) | P.FUNCTION)
                pc = code[at + 3]
        elif op == P.OP_HERE:
            row[P.HERE] = a
            pc += 1
        elif op == P.OP_ENDING:
            row[P.ENDING] = a
            pc += 1
        elif op == P.OP_FROM:
            row[P.FROM] = a
            pc += 1
        elif op == P.OP_LOAD_HERE:
            row[sp] = (V.STRING << 32) | tables[tables[P.T_PLACE_NAMES] + row[P.ASKED_AT]]
            sp += 1
            pc += 1
        elif op == P.OP_LOAD_ENDING:
            x = 0
            if row[P.ENDED] != 0:
                x = row[P.ENDING]
                if x == 0 and row[P.ENDED] == 1:
                    x = tables[tables[P.T_PLACE_NAMES] - 1]
                elif x == 0:
                    x = tables[tables[P.T_PLACE_NAMES] + row[P.ENDED] - 1]
            row[sp] = (V.STRING << 32) | x
            sp += 1
            pc += 1
        elif op == P.OP_FAULT:
            fault = a
            value = code[at + 2]
            status = P.WARNING if a >= P.W_NOT_FOUND else P.ERROR
            if status == P.WARNING:
                pc += 1
        else:
            pc += 1
    if calls != 0 and row[calls + A_DEPTH] > 0:
        give_up_calls(tables, row, seen)
    row[P.PC] = pc
    row[P.EVAL] = sp
    row[P.LEFT] = steps
    if status == P.ERROR or status == P.WARNING or status == P.EXTERNAL:
        row[P.FAULT] = fault
        row[P.FAULT_VALUE] = value
    elif status == P.NEEDS_OPERATION:
        row[P.FAULT] = operation
        row[P.FAULT_VALUE] = x
        row[P.OPERAND] = value
    return status
