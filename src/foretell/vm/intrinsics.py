"""What the helpers of `foretell.vm.kernel` are in machine code, and Python's own arithmetic.

Each intrinsic is a small LLVM function, always inlined, written out only in modules that use it.
It agrees with the Python body of its helper on every argument for which that helper is defined,
and for all others gives *some* number: none of them traps, reads memory or is undefined for LLVM.
So a division by zero that slips through gives 0 here, where Python raises; with bounds checks the
translator tests for it first.

    INTRINSICS[kernel.rotl64]  → Intrinsic("rotl64", ("i64", "i64"), "i64", "…LLVM IR…")
    PYTHON["mod"]              → Python's `%` on integers, which LLVM has no instruction for

LLVM's funnel shifts, saturating conversions, population and zero counts are used where they say
exactly what is meant; the processor's own instruction results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from foretell.vm import kernel

__all__ = ["INTRINSICS", "PYTHON", "Intrinsic"]


class Intrinsic(NamedTuple):
    """One LLVM function: its name, the types it takes and gives, and the lines of its body.

    Parameters are called %a, %b, … in `body`; `declares` are LLVM's own functions it calls.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    body: str
    declares: tuple[str, ...] = ()

    @property
    def definition(self) -> str:
        names = ", ".join(f"{t} %{n}" for t, n in zip(self.parameters, "abcd", strict=False))
        return (
            f"define internal {self.result} @{self.name}({names}) alwaysinline nounwind {{\n"
            f"{self.body.strip()}\n}}\n"
        )


def _binary(op: str) -> str:
    """A single-precision operation on bit patterns that gives NaN as one pattern."""
    return f"""
    %a32 = trunc i64 %a to i32
    %b32 = trunc i64 %b to i32
    %x = bitcast i32 %a32 to float
    %y = bitcast i32 %b32 to float
    %z = {op} float %x, %y
    %bits = bitcast float %z to i32
    %nan = fcmp uno float %z, %z
    %r32 = select i1 %nan, i32 2143289344, i32 %bits
    %r = zext i32 %r32 to i64
    ret i64 %r"""


def _compare(op: str) -> str:
    return f"""
    %a32 = trunc i64 %a to i32
    %b32 = trunc i64 %b to i32
    %x = bitcast i32 %a32 to float
    %y = bitcast i32 %b32 to float
    %r = fcmp {op} float %x, %y
    ret i1 %r"""


# A divisor of 0 or −1 is replaced by 1 before dividing (both trap on some processors: the second
# overflows for the least integer), and the result put right afterwards.
_DIVIDE = """
    %zero = icmp eq i64 %b, 0
    %minus = icmp eq i64 %b, -1
    %odd = or i1 %zero, %minus
    %safe = select i1 %odd, i64 1, i64 %b
    %negated = sub i64 0, %a
    %other = select i1 %zero, i64 0, i64 %negated
"""

# Python's float remainder takes the divisor's sign. %apart: there is a remainder, of other sign.
_REMAINDER = """
    %m = frem double %a, %b
    %exact = fcmp oeq double %m, 0.0
    %mneg = fcmp olt double %m, 0.0
    %bneg = fcmp olt double %b, 0.0
    %differ = xor i1 %mneg, %bneg
    %some = xor i1 %exact, true
    %apart = and i1 %some, %differ
"""

_FLOOR = "declare double @llvm.floor.f64(double)"
_COPYSIGN = "declare double @llvm.copysign.f64(double, double)"
_CTPOP = "declare i64 @llvm.ctpop.i64(i64)"
_CTTZ = "declare i64 @llvm.cttz.i64(i64, i1)"
_FSHL = "declare i64 @llvm.fshl.i64(i64, i64, i64)"
_TO_I32 = "declare i32 @llvm.fptosi.sat.i32.f32(float)"
_TO_I64 = "declare i64 @llvm.fptosi.sat.i64.f64(double)"

_I = ("i64",)
_II = ("i64", "i64")
_DD = ("double", "double")

PYTHON: dict[str, Intrinsic] = {
    intrinsic.name: intrinsic
    for intrinsic in (
        Intrinsic(
            "floordiv",
            _II,
            "i64",
            f"""{_DIVIDE}
            %q = sdiv i64 %a, %safe
            %r = srem i64 %a, %safe
            %some = icmp ne i64 %r, 0
            %sign = xor i64 %r, %b
            %differ = icmp slt i64 %sign, 0
            %down = and i1 %some, %differ
            %one = zext i1 %down to i64
            %floor = sub i64 %q, %one
            %result = select i1 %odd, i64 %other, i64 %floor
            ret i64 %result""",
        ),
        Intrinsic(
            "mod",
            _II,
            "i64",
            f"""{_DIVIDE}
            %r = srem i64 %a, %safe
            %some = icmp ne i64 %r, 0
            %sign = xor i64 %r, %b
            %differ = icmp slt i64 %sign, 0
            %up = and i1 %some, %differ
            %more = select i1 %up, i64 %b, i64 0
            %floor = add i64 %r, %more
            %result = select i1 %odd, i64 0, i64 %floor
            ret i64 %result""",
        ),
        Intrinsic(
            "lshift",
            _II,
            "i64",
            """
            %fits = icmp ult i64 %b, 64
            %n = select i1 %fits, i64 %b, i64 0
            %x = shl i64 %a, %n
            %r = select i1 %fits, i64 %x, i64 0
            ret i64 %r""",
        ),
        Intrinsic(
            "rshift",
            _II,
            "i64",
            """
            %fits = icmp ult i64 %b, 64
            %n = select i1 %fits, i64 %b, i64 63
            %r = ashr i64 %a, %n
            ret i64 %r""",
        ),
        Intrinsic(
            "floatmod",
            _DD,
            "double",
            f"""{_REMAINDER}
            %moved = fadd double %m, %b
            %zero = call double @llvm.copysign.f64(double 0.0, double %b)
            %r0 = select i1 %apart, double %moved, double %m
            %r = select i1 %exact, double %zero, double %r0
            ret double %r""",
            (_COPYSIGN,),
        ),
        Intrinsic(
            "floatfloordiv",
            _DD,
            "double",
            # The quotient of what is left after the remainder is within rounding of an integer.
            f"""{_REMAINDER}
            %left = fsub double %a, %m
            %quotient = fdiv double %left, %b
            %lower = fsub double %quotient, 1.0
            %d = select i1 %apart, double %lower, double %quotient
            %f = call double @llvm.floor.f64(double %d)
            %over = fsub double %d, %f
            %far = fcmp ogt double %over, 0.5
            %next = fadd double %f, 1.0
            %rounded = select i1 %far, double %next, double %f
            %ratio = fdiv double %a, %b
            %zero = call double @llvm.copysign.f64(double 0.0, double %ratio)
            %none = fcmp oeq double %d, 0.0
            %r = select i1 %none, double %zero, double %rounded
            ret double %r""",
            (_FLOOR, _COPYSIGN),
        ),
        Intrinsic(
            "truncate",
            ("double",),
            "i64",
            "%r = call i64 @llvm.fptosi.sat.i64.f64(double %a)\nret i64 %r",
            (_TO_I64,),
        ),
    )
}

INTRINSICS: dict[Callable[..., Any], Intrinsic] = {
    kernel.wrap32: Intrinsic(
        "wrap32", _I, "i64", "%x = trunc i64 %a to i32\n%r = sext i32 %x to i64\nret i64 %r"
    ),
    kernel.wrap64: Intrinsic("wrap64", _I, "i64", "ret i64 %a"),
    kernel.add64: Intrinsic("add64", _II, "i64", "%r = add i64 %a, %b\nret i64 %r"),
    kernel.mul64: Intrinsic("mul64", _II, "i64", "%r = mul i64 %a, %b\nret i64 %r"),
    kernel.shr64: Intrinsic(
        "shr64", _II, "i64", "%n = and i64 %b, 63\n%r = lshr i64 %a, %n\nret i64 %r"
    ),
    kernel.rotl64: Intrinsic(
        "rotl64",
        _II,
        "i64",
        "%r = call i64 @llvm.fshl.i64(i64 %a, i64 %a, i64 %b)\nret i64 %r",
        (_FSHL,),
    ),
    kernel.popcount64: Intrinsic(
        "popcount64", _I, "i64", "%r = call i64 @llvm.ctpop.i64(i64 %a)\nret i64 %r", (_CTPOP,)
    ),
    kernel.ctz64: Intrinsic(
        "ctz64",
        _I,
        "i64",
        "%r = call i64 @llvm.cttz.i64(i64 %a, i1 false)\nret i64 %r",
        (_CTTZ,),
    ),
    kernel.div_trunc: Intrinsic(
        "div_trunc",
        _II,
        "i64",
        f"""{_DIVIDE}
        %q = sdiv i64 %a, %safe
        %result = select i1 %odd, i64 %other, i64 %q
        ret i64 %result""",
    ),
    kernel.mod_trunc: Intrinsic(
        "mod_trunc",
        _II,
        "i64",
        f"""{_DIVIDE}
        %r = srem i64 %a, %safe
        ret i64 %r""",
    ),
    kernel.f32_add: Intrinsic("f32_add", _II, "i64", _binary("fadd")),
    kernel.f32_sub: Intrinsic("f32_sub", _II, "i64", _binary("fsub")),
    kernel.f32_mul: Intrinsic("f32_mul", _II, "i64", _binary("fmul")),
    kernel.f32_div: Intrinsic("f32_div", _II, "i64", _binary("fdiv")),
    kernel.f32_lt: Intrinsic("f32_lt", _II, "i1", _compare("olt")),
    kernel.f32_eq: Intrinsic("f32_eq", _II, "i1", _compare("oeq")),
    kernel.f32_from_int: Intrinsic(
        "f32_from_int",
        _I,
        "i64",
        """
        %d = sitofp i64 %a to double
        %s = fptrunc double %d to float
        %bits = bitcast float %s to i32
        %r = zext i32 %bits to i64
        ret i64 %r""",
    ),
    kernel.f32_to_int: Intrinsic(
        "f32_to_int",
        _I,
        "i64",
        """
        %a32 = trunc i64 %a to i32
        %x = bitcast i32 %a32 to float
        %n = call i32 @llvm.fptosi.sat.i32.f32(float %x)
        %r = sext i32 %n to i64
        ret i64 %r""",
        (_TO_I32,),
    ),
}
