"""The program a story becomes, and the row that is its state.

A `Program` is what `lower` makes of a container tree and `machine` runs: instructions of four
integers each, `op a b c`, in one flat array, and a few tables beside it. Everything the machine
needs to run is in arrays of integers; everything a host needs to show what happened (strings,
names, source lines) stands beside them and is never read while running.

**The work row** is one array of integers holding all that ink remembers. Regions follow one
another; where each begins is in the program's tables, since it depends on the story:

    0         HEADER   pc, turn, tops of the stacks, flags            (names below)
    globals            one value each, in order of declaration
    visits             times each counted container was entered
    turns              turn in which it was last entered plus 2, 0 never
    shuffles           bit mask of what each shuffle has dealt this round
    stack              threads, each a block of frames                (grows)
    choices            choices generated this turn, each with its thread (grows)
    eval               evaluation stack                               (grows)
    output             tokens a player makes text of                  (grows)

A *thread* in `stack` is the base of the thread below (0 none), the pc at which it resumes, the
distance of its top frame, then its frames, bottom first. A *frame* is

    return-pc   where the caller goes on        kind   BOTTOM, TUNNEL, FUNCTION, FROM_HOST
    below       words down to the caller's frame     scope   which set of temporaries it has
    temporary 0 … width(scope)-1, each a value or UNSET

Frames know each other by distance, never by address, so a thread can be copied anywhere. A
*choice* in `choices` is

    size   words of this record           choice   index into the choice table
    from   container it was generated in, -1 where the stub's visits are exact
    start, only   its two texts (values)  tags     how many tag values follow
    top    distance of the top frame      tag values …, then a copy of the thread's frames

Sizes of the growing regions are a property of the work row (`Widths`), not of the story: a region
that is full makes the machine return `OVERFLOW`, and whoever drives it runs the turn again in a
wider row. What is hashed and kept of a state is not this row but its packed form
(`checker.exploring.rows`): only what is alive, in an order that does not depend on how it came
about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from foretell.container import ChoicePoint, Container, Domain
from foretell.diagnostics import Span
from foretell.vm.origins import Origins
from foretell.vm.patterns import choice_label
from foretell.vm.values import Values

__all__ = ["OPCODES", "ChoiceInfo", "Program", "Target", "Widths", "disassemble", "layout"]

# ------------------------------------------------------------------ header
PC: Final = 0  # next instruction, -1 at rest
TURN: Final = 1  # ink's turn index: -1 before the first choice
EVAL: Final = 2  # next free word of the evaluation stack
THREAD: Final = 3  # base of the current thread
FRAME: Final = 4  # base of the current frame
STACK: Final = 5  # next free word of the stack region
CHOICES: Final = 6  # how many choices have been generated
CHOICE_TOP: Final = 7  # next free word of the choices region
OUTPUT: Final = 8  # next free word of the output region
STRING: Final = 9  # where the innermost string under construction starts in output, 0 none
SAFE: Final = 10  # 1 after -> DONE; see `machine.note_text`
DRAW_LOW: Final = 11  # a draw: the lowest outcome
DRAW_COUNT: Final = 12  # a draw: how many outcomes there are
DRAW_KIND: Final = 13  # a draw: DRAW_RANDOM, DRAW_LIST …
DRAW_OUTCOME: Final = 14  # written by the host before it runs on; NO_OUTCOME until then
FAULT: Final = 15  # an error or a warning: its code
FAULT_VALUE: Final = 16  # … and a value that belongs to it
EMIT: Final = 17  # 1 where output tokens are kept (a player), 0 in kernels
WORDS: Final = 18  # words read since the host last set this to 0
FROM: Final = 19  # container that was left for a choice point without content
HERE: Final = 20  # knot or stitch entered last, as an index of `places`
ENDING: Final = 21  # last `# ending:` tag met, as a string index, 0 none
DRAW_DEALT: Final = 22  # a shuffle: the slot where its bits of what is dealt begin
OPERAND: Final = 23  # NEEDS_OPERATION: its second operand (the first is FAULT_VALUE)
LAST: Final = 24  # where the flow came to rest: the pc of the END, DONE or FALL
ENDED: Final = 25  # set by who asks an expression: 0, or 1 + the place the story ended in
ASKED_AT: Final = 26  # … and HERE as it was: a function that is asked may be a place itself
WHOLE: Final = 27  # set with DRAW_OUTCOME: 1 where it stands for all outcomes alike up to ALIKE
FACE: Final = 28  # the outcome whose turn is run, for itself and those alike
ALIKE: Final = 29  # … the highest so far that is alike: nothing has told those between apart
LEFT: Final = 30  # steps of its budget that the last run left
HEADER: Final = 31

# ------------------------------------------------------------------ program tables
# `Program.tables` starts with where things are; the walks of `targets` follow at T_WALKS.
T_GLOBALS: Final = 0
T_VISITS: Final = 1
T_TURNS: Final = 2
T_SHUFFLES: Final = 3
T_STACK: Final = 4
T_CHOICES: Final = 5
T_EVAL: Final = 6
T_OUTPUT: Final = 7
T_END: Final = 8  # width of the whole work row
T_TARGETS: Final = 9  # where the target records are in `tables`
T_CHOICE_TABLE: Final = 10  # where the choice records are
T_CONTAINER_ENDS: Final = 11  # where the container ends are
T_SCOPES: Final = 12  # where the widths of scopes are
T_EXTERNALS: Final = 13  # where the external records are
T_MEMO_MASK: Final = 14  # capacity of the memo minus one (a power of two)
T_LIMITS: Final = 15  # where (limit, step) of each visit slot are, 0 if visits are exact
T_PLACE_NAMES: Final = 16  # where the names of places are, as string indices; before: THE_END
T_LISTS: Final = 17  # where the region of lists begins in the memo (`lists`), 0: none
T_CALLS: Final = 18  # where what is known of calls begins, behind the row (`calls`), 0: nothing is
T_CALL_HEAD: Final = 19  # … and where, in these tables, what is known of functions does
TABLES: Final = 20

# an external record
EXT_MODE: Final = 0  # one of those below
EXT_CALL: Final = 1  # scope of its fallback << 8 | how many arguments it takes
EXT_DOMAIN: Final = 2  # FROM_DOMAIN: where [draw kind, n, value 0 … value n-1] is in `tables`
EXT_SIZE: Final = 3

FALLBACK: Final = 0  # an external is called as the story's own function of that name
BOUND: Final = 1  # … as the host's
ASSUMED: Final = 2  # … not at all: its result is taken to be 0
FROM_DOMAIN: Final = 3  # … not at all: its result is drawn from the values it may have

# a memo entry: (operation + 1, a, b, result); operation 0 is an empty slot
MEMO_SIZE: Final = 4

# a target record: a place a divert target value can lead to
TARGET_PC: Final = 0
TARGET_WALK: Final = 1  # where its walk is in `tables`
TARGET_WALKS: Final = 2  # how many containers the walk has
TARGET_VISITS: Final = 3  # visit slot of the container itself, -1 uncounted, -2 not a container
TARGET_TURNS: Final = 4
TARGET_SCOPE: Final = 5
TARGET_SIZE: Final = 6

# a walk entry: a container around a target, innermost first
WALK_CONTAINER: Final = 0
WALK_VISITS: Final = 1  # visit slot or -1
WALK_TURNS: Final = 2  # turn slot or -1
WALK_MODE: Final = 3  # bit 0: counted only when entered at the start; bit 1: entered at its start
WALK_SIZE: Final = 4

# a choice record in `tables`
CHOICE_FLAGS: Final = 0
CHOICE_STUB: Final = 1  # pc that makes the visits and jumps to the choice's content
CHOICE_TARGET: Final = 2  # its target, an index of `targets` (for choices without content)
CHOICE_ONCE: Final = 3  # visit slot of its target if it is once-only, else -1
CHOICE_SIZE: Final = 4

# a choice in the work row
C_SIZE: Final = 0
C_CHOICE: Final = 1
C_FROM: Final = 2
C_START: Final = 3
C_ONLY: Final = 4
C_TAGS: Final = 5
C_TOP: Final = 6
C_HEADER: Final = 7

# a thread and a frame
TH_BELOW: Final = 0
TH_RESUME: Final = 1
TH_TOP: Final = 2  # distance of its top frame, written when it is left for a thread above
TH_HEADER: Final = 3
FR_RETURN: Final = 0
FR_KIND: Final = 1
FR_BELOW: Final = 2
FR_SCOPE: Final = 3
FR_HEADER: Final = 4

BOTTOM: Final = 0
TUNNEL: Final = 1
FUNCTION: Final = 2
FROM_HOST: Final = 3

DRAW_RANDOM: Final = 0
DRAW_LIST: Final = 1
DRAW_SHUFFLE: Final = 2
DRAW_EXTERNAL: Final = 3  # which of its values an EXTERNAL function returns: luck
DRAW_DECIDED: Final = 4  # … or any reader's decision
DRAW_AFRESH: Final = 5  # a shuffle that keeps nothing of what it has dealt
DEAL_BITS: Final = 60  # elements of a shuffle that one word of the row keeps
NO_OUTCOME: Final = -(1 << 62)

# ------------------------------------------------------------------ status of a run
REST: Final = 0  # the turn is over: choices, or an end
DRAW: Final = 1  # write DRAW_OUTCOME and run on
NEEDS_OPERATION: Final = 2  # the memo lacks an operation: FAULT op; operands on the stack
NEEDS_STRING: Final = 3  # tokens from STRING on are a string: push its value, run on
NEEDS_TAG: Final = 4  # tokens from FAULT_VALUE on are a choice's tag: push it, run on
ERROR: Final = 5  # FAULT says which
WARNING: Final = 6  # FAULT says which; run on
BUDGET: Final = 7  # the step budget ran out: run on, or give up
OVERFLOW: Final = 8  # a region is full; the row is spoilt
EXTERNAL: Final = 9  # FAULT is the external's index: push its result, run on
RETURNED: Final = 10  # a function the host called has returned
FLUSH: Final = 11  # output is full: take the tokens, set OUTPUT back, run on

IN_STRING: Final = 4  # added to SAFE, unless that is 0, while a string is made

# ------------------------------------------------------------------ faults
F_RAN_OUT: Final = 1
F_RAN_OUT_TUNNEL: Final = 2
F_RAN_OUT_FUNCTION: Final = 3
F_RETURN_MISMATCH: Final = 4  # value: pop kind * 8 + frame kind
F_NOT_A_TARGET: Final = 5  # divert to a variable that holds no target; value: what it holds
F_OPERATION: Final = 6  # value: an ERROR value, payload a message
F_CONDITION_TARGET: Final = 7  # a divert target as a condition
F_COUNT_TARGET: Final = 8  # TURNS_SINCE or READ_COUNT of what is no target
F_UNCOUNTED: Final = 9  # a count of a container that is not counted
F_RANDOM_RANGE: Final = 10
F_RANDOM_TYPE: Final = 11
F_NO_DIVERT: Final = 12  # the target does not exist
F_UNSET_TEMP: Final = 13  # assignment to a temporary that does not exist
F_NO_EXTERNAL: Final = 14
F_EVAL_EMPTY: Final = 15  # popped an empty stack, or ended a string or tag that never began
F_NOT_LIST: Final = 16
F_SEED: Final = 17  # SEED_RANDOM of what is no integer
F_SHUFFLE: Final = 19
F_VARIABLE_MISSING: Final = 20  # divert to a variable that does not exist; value: name
W_NOT_FOUND: Final = 64  # a variable read before it exists; value: name
W_NO_CONTAINER: Final = 65  # a count of a place that is no container

# ------------------------------------------------------------------ output tokens
# token = kind << 40 | payload; a payload is a string index or a whole value
TOKEN_SHIFT: Final = 40
TEXT: Final = 1  # a string index
PRINT: Final = 2  # a value
GLUE: Final = 3
TAG_BEGIN: Final = 4
TAG_END: Final = 5
STRING_BEGIN: Final = 6  # payload: strings around it << 24 | words down to the next of them
STRING_WORDS: Final = (1 << 24) - 1
FRAME_PUSH: Final = 7  # payload: frame kind
FRAME_POP: Final = 8
THREAD_PUSH: Final = 9
THREAD_POP: Final = 10
FOLLOW: Final = 11  # a fallback choice was followed
FIXED_TAG: Final = 12  # a string index
RETAINED_TAG: Final = 13  # a string index: a choice's tag rescued from a string

# ------------------------------------------------------------------ opcodes
# A `call` operand is container << 4 | kind << 1 | in-evaluation: where the call stands, what frame
# it pushes, and whether a result is expected on the evaluation stack.
#                          operands              ( before -- after )   meaning
OP_TEXT: Final = 0  #      a string b words c kind ( -- )            put text out; kind: 0 text,
#                                                                    1 newline, 2 white space
OP_JUMP: Final = 1  #      a pc                    ( -- )            go on there
OP_PUSH: Final = 2  #      a value                 ( -- v )
OP_LOAD_GLOBAL: Final = 3  # a slot                ( -- v )
OP_JUMP_IF: Final = 4  #   a pc                    ( v -- )          jump if v is true
OP_JUMP_UNLESS: Final = 5  # a pc                  ( v -- )          jump if v is false
OP_VISIT: Final = 6  #     a slot b limit c step   ( -- )            count; past a limit, step back
OP_CHOICE: Final = 7  #    a choice c 1 if bare    ( [tags s] [tags s] [v] -- ) offer a choice
OP_LOAD_VISITS: Final = 8  # a slot                ( -- n )
OP_STORE_GLOBAL: Final = 9  # a slot               ( v -- )
OP_LOAD_TEMP: Final = 10  # a slot b name c 1 to divert ( -- v )     through a pointer if it is one
OP_SET_TEMP: Final = 11  # a slot                  ( v -- )          declare and set
OP_STORE_TEMP: Final = 12  # a slot b name         ( v -- )          set, through a pointer if any
OP_CALL: Final = 13  #     a pc b call c scope     ( -- )            push a frame and go there
OP_RETURN: Final = 14  #   a kind                  ( v -- )          ~ret and ->->
OP_FALL: Final = 15  #                             ( -- )            content ran out here
OP_DONE: Final = 16  #                             ( -- )
OP_END: Final = 17  #                              ( -- )
OP_EQ: Final = 18  #                               ( a b -- a==b )
OP_ADD: Final = 19  #                              ( a b -- a+b )
OP_SUB: Final = 20
OP_LT: Final = 21
OP_GT: Final = 22
OP_LE: Final = 23
OP_GE: Final = 24
OP_NE: Final = 25
OP_NOT: Final = 26  #                              ( a -- !a )
OP_AND: Final = 27
OP_OR: Final = 28
OP_MIN: Final = 29
OP_MAX: Final = 30
OP_MUL: Final = 31
OP_DIV: Final = 32
OP_MOD: Final = 33
OP_NEG: Final = 34
OP_BINARY: Final = 35  #   a operation             ( a b -- v )      by the memo
OP_UNARY: Final = 36  #    a operation             ( a -- v )        by the memo
OP_POP: Final = 37  #                              ( v -- )
OP_DUP: Final = 38  #                              ( v -- v v )
OP_PRINT: Final = 39  #                            ( v -- )          put a value out
OP_GLUE: Final = 40
OP_TAG_BEGIN: Final = 41
OP_TAG_END: Final = 42
OP_FIXED_TAG: Final = 43  # a string
OP_STRING_BEGIN: Final = 44  # a 1 where only a choice's label is built
OP_STRING_END: Final = 45  # a 1 where only a choice's label is built   ( -- s )
OP_TURN_MARK: Final = 46  # a slot                 ( -- )            record the turn of a visit
OP_LOAD_TURNS_SINCE: Final = 47  # a slot          ( -- n )
OP_LOAD_TURN: Final = 48  #                        ( -- n )          TURNS()
OP_CHOICE_COUNT: Final = 49  #                     ( -- n )
OP_LOAD_VISIT_INDEX: Final = 50  # a slot          ( -- n )          visits - 1
OP_POINT_GLOBAL: Final = 51  # a slot              ( -- p )
OP_POINT_TEMP: Final = 52  # a slot b global+1     ( -- p )          of the current frame
OP_JUMP_VALUE: Final = 53  # b container c name    ( t -- )          divert to a target value
OP_CALL_VALUE: Final = 54  # b call c name         ( t -- )          call a target value
OP_FORK: Final = 55  #     a resume pc             ( -- )            start a thread
OP_RANDOM: Final = 56  #                           ( low high -- n )
OP_LIST_RANDOM: Final = 57  #                      ( l -- l )
OP_SHUFFLE: Final = 58  #  a slot b words c 1 afresh ( count elements -- n ) afresh: any element
OP_SEED: Final = 59  #                             ( v -- void )
OP_COUNT_VISITS: Final = 60  #                     ( t -- n )        READ_COUNT
OP_COUNT_TURNS: Final = 61  #                      ( t -- n )        TURNS_SINCE
OP_LIST_RANGE: Final = 62  #                       ( l low high -- l )
OP_EXTERNAL: Final = 63  # a index b call c fallback pc or -1 ( args -- v )
OP_HERE: Final = 64  #     a place                 ( -- )            a knot or stitch is entered
OP_ENDING: Final = 65  #   a string                ( -- )            an ending's name
OP_FROM: Final = 66  #     a container             ( -- )            for a choice without content
OP_FAULT: Final = 67  #    a fault b value         ( -- )            what lowering found broken
OP_NOP: Final = 68
OP_LOAD_HERE: Final = 69  #                        ( -- s )          in expressions that ask only
OP_LOAD_ENDING: Final = 70  #                      ( -- s )          likewise

EFFECTS: Final[dict[int, tuple[int, int]]] = {
    **dict.fromkeys(
        (OP_PUSH, OP_LOAD_GLOBAL, OP_LOAD_TEMP, OP_LOAD_VISITS, OP_LOAD_VISIT_INDEX,
         OP_LOAD_TURNS_SINCE, OP_LOAD_TURN, OP_LOAD_HERE, OP_LOAD_ENDING, OP_CHOICE_COUNT,
         OP_POINT_GLOBAL, OP_POINT_TEMP, OP_STRING_END),
        (0, 1),
    ),
    **dict.fromkeys((OP_POP, OP_PRINT, OP_SET_TEMP, OP_STORE_GLOBAL, OP_STORE_TEMP), (1, 0)),
    **dict.fromkeys(
        (OP_NOT, OP_NEG, OP_UNARY, OP_LIST_RANDOM, OP_SEED, OP_COUNT_VISITS, OP_COUNT_TURNS), (1, 1)
    ),
    **dict.fromkeys({*range(OP_EQ, OP_BINARY + 1)} - {OP_NOT, OP_NEG}, (2, 1)),
    **dict.fromkeys((OP_RANDOM, OP_SHUFFLE), (2, 1)),
    OP_LIST_RANGE: (3, 1),
    OP_DUP: (1, 2),
    **dict.fromkeys(
        (OP_TEXT, OP_GLUE, OP_TAG_BEGIN, OP_TAG_END, OP_FIXED_TAG, OP_STRING_BEGIN, OP_VISIT,
         OP_TURN_MARK, OP_HERE, OP_ENDING, OP_FROM, OP_NOP, OP_FORK),
        (0, 0),
    ),
}  # fmt: skip
"""How many values an instruction takes and how many it gives, of those that the next one follows.

Calls, jumps, choices and what ends a frame are not among them.
"""

OPCODES: Final = {
    value: name[3:].lower() for name, value in list(globals().items()) if name.startswith("OP_")
}


DEEPEST: Final = 1 << 17  # words of stack: some 25,000 frames
MOST_STRINGS: Final = 1 << 15  # strings within strings: more than there can be frames


@dataclass(slots=True)
class Widths:
    """Words each growing region of a work row has."""

    stack: int = 256
    choices: int = 512
    eval: int = 64
    output: int = 4096

    def wider(self) -> Widths:
        """Twice as wide in every region."""
        return Widths(self.stack * 2, self.choices * 2, self.eval * 2, self.output * 2)

    @property
    def deepest(self) -> bool:
        """Whether this is as wide as a row gets: what needs more is taken for endless."""
        return self.stack >= DEEPEST


@dataclass(slots=True)
class Target:
    """A place a divert target value names."""

    path: str
    container: int  # container id of the place, or of what holds it


@dataclass(slots=True)
class ChoiceInfo:
    """What a host may want to know of a choice point."""

    point: ChoicePoint
    holder: Container  # it is an item of this container
    index: int
    target: Container | None  # what it leads to
    label: str
    pc: int
    place: int

    @property
    def path(self) -> str:
        """The path of the container that offers it."""
        return self.holder.path

    @property
    def target_path(self) -> str:
        """The path of what it leads to."""
        return self.point.target if self.target is None else self.target.path

    @property
    def flags(self) -> int:
        return self.point.flags

    @property
    def span(self) -> Span | None:
        """Its place in the source."""
        return self.holder.spans[self.index]

    def wording(self) -> tuple[str, tuple[str, ...], bool]:
        """Text and tags of its label as far as they are fixed; whether logic may say more or less.

        Few ask, so it is looked up in the tree when someone does.
        """
        return choice_label(self.holder, self.index)

    @property
    def text(self) -> str:
        """What its label says, as far as that is fixed."""
        return self.wording()[0]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of its label, as far as they are fixed."""
        return self.wording()[1]

    @property
    def varies(self) -> bool:
        """Whether logic in its label may say more, or less."""
        return self.wording()[2]


@dataclass(slots=True)
class Program:
    """A story ready to run. See the module's text for what the arrays hold."""

    code: list[int]
    tables: list[int]
    start_pc: int
    declarations_pc: int  # the global declarations, -1 if there are none
    global_names: list[str]
    visit_names: Sequence[str]  # path of the container each visit slot counts
    turn_names: Sequence[str]
    shuffle_sizes: list[int]  # elements of each shuffle, 0 if not known
    values: Values  # interned strings and lists; its first string is empty
    targets: list[Target]
    target_of_path: dict[str, int]
    choices: list[ChoiceInfo]
    externals: list[str]
    domains: dict[str, Domain]  # what some of the externals may return
    temp_names: list[str]
    scope_temps: list[list[int]]  # per scope: the name of each temporary, by slot
    places: list[str]  # knots and stitches, index 0 the top of the story
    place_of_pc: list[int]
    scope_of_pc: list[int]
    origins: Origins  # by pc: what it was lowered from
    words: int = 0  # words of prose in all its text
    copied: dict[int, int] = field(default_factory=dict)  # pc in a copy: in the function itself
    global_tags: list[str] = field(default_factory=list)
    lowering: Any = field(default=None, repr=False)  # see `lower.lower_expression`

    @property
    def spans(self) -> list[Span | None]:
        """By pc: its place in the source, None where that is not known."""
        return self.origins.spans

    @property
    def paths(self) -> list[str]:
        """By pc: the path of the container it was lowered from."""
        return self.origins.paths

    @property
    def length(self) -> int:
        """How many instructions there are."""
        return len(self.code) // 4

    def stores(self) -> dict[int, list[int]]:
        """By slot: where each global variable that nothing points at is stored to, in order."""
        code = self.code
        stores: dict[int, list[int]] = {}
        pointed: set[int] = set()
        for pc in range(self.length):
            op, a, b = code[pc * 4 : pc * 4 + 3]
            if op == OP_STORE_GLOBAL:
                stores.setdefault(a, []).append(pc)
            elif op == OP_POINT_GLOBAL:
                pointed.add(a)
            elif op == OP_POINT_TEMP and b > 0:
                pointed.add(b - 1)
        return {slot: where for slot, where in stores.items() if slot not in pointed}

    @property
    def uncopied(self) -> list[int]:
        """The code in which all calls lead to functions themselves, none to copies of them."""
        code = list(self.code)
        for at in range(0, len(code), 4) if self.copied else ():
            if code[at] == OP_CALL and code[at + 1] in self.copied:
                code[at + 1] = self.copied[code[at + 1]]
                code[at + 3] = self.scope_of_pc[code[at + 1]]
        return code

    def widths(self, output: int = 4096) -> Widths:
        """Those of a row in which a frame of any scope fits."""
        widest = max(map(len, self.scope_temps), default=0)
        widths = Widths(output=output)
        while widths.stack <= TH_HEADER + FR_HEADER + widest:
            widths.stack *= 2
        return widths

    @property
    def unanswered(self) -> list[int]:
        """The externals that have neither a fallback in the story nor values declared for them."""
        code = self.code
        calls = {
            code[at + 1]
            for at in range(0, len(code), 4)
            if code[at] == OP_EXTERNAL and code[at + 3] < 0
        }
        return sorted(index for index in calls if self.externals[index] not in self.domains)


def layout(program: Program, widths: Widths) -> list[int]:
    """The program's tables with the work row's regions laid out for `widths`."""
    tables = list(program.tables)
    at = HEADER
    for slot, size in (
        (T_GLOBALS, len(program.global_names)),
        (T_VISITS, len(program.visit_names)),
        (T_TURNS, len(program.turn_names)),
        (T_SHUFFLES, len(program.shuffle_sizes)),
        (T_STACK, widths.stack),
        (T_CHOICES, widths.choices),
        (T_EVAL, widths.eval),
        (T_OUTPUT, widths.output),
    ):
        tables[slot] = at
        at += size
    tables[T_END] = at
    return tables


def disassemble(program: Program) -> str:
    """The program as text: pc, source line or path, opcode, operands."""
    out: list[str] = []
    last = ""
    for pc in range(program.length):
        op, a, b, c = program.code[pc * 4 : pc * 4 + 4]
        span = program.spans[pc]
        where = span.place if span else program.paths[pc]
        shown = where if where != last else ""
        last = where
        name = OPCODES[op]
        note = ""
        if op == OP_TEXT:
            note = repr(program.values.strings[a])
        elif op in (OP_LOAD_GLOBAL, OP_STORE_GLOBAL, OP_POINT_GLOBAL):
            note = program.global_names[a]
        elif op in (OP_VISIT, OP_LOAD_VISITS, OP_LOAD_VISIT_INDEX):
            note = program.visit_names[a]
        elif op in (OP_TURN_MARK, OP_LOAD_TURNS_SINCE):
            note = program.turn_names[a]
        elif op in (OP_LOAD_TEMP, OP_STORE_TEMP):
            note = program.temp_names[b]
        elif op == OP_CHOICE:
            note = program.choices[a].path
        elif op == OP_HERE:
            note = program.places[a]
        out.append(f"{pc:6} {name:<16} {a:>8} {b:>4} {c:>6}  {note:<32} {shown}".rstrip())
    return "\n".join(out) + "\n"
