"""The direction of imports, what importing costs, and what modules say they offer.

    compiler ─▶ container ◀─ vm ◀─ checker ◀─ front doors

A module may import what its row below names, itself and its own package aside. Imports inside
functions count as well: they are only later, not another direction.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "foretell"
MODULES = sorted(PACKAGE.rglob("*.py"))

BASE = ("diagnostics",)
NO_DEPENDENCIES: tuple[str, ...] = ()

# Longest prefix wins. Names are relative to `foretell`.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "diagnostics": NO_DEPENDENCIES,
    "container": BASE,
    "ink_json": (*BASE, "container"),
    "compiler": (*BASE, "container", "ink_json"),
    "vm": (*BASE, "container", "vm"),
    "vm.lists": ("vm.kernel", "vm.intrinsics", "vm.program", "vm.values"),
    "vm.calls": ("vm.kernel", "vm.intrinsics", "vm.program", "vm.values", "vm.lists"),
    "vm.machine": (
        *("vm.kernel", "vm.intrinsics", "vm.program", "vm.values"),
        *("vm.calls", "vm.dice", "vm.lists"),
    ),
    "vm.kernel": ("vm",),
    "toml_places": BASE,
    "config": (*BASE, "toml_places"),
    "checker": (*BASE, "container", "config", "vm"),
    # the expressions that a story is asked are source text: a line each
    "checker.questions": (*BASE, "container", "config", "vm", "compiler.standalone"),
    "checker.choices": (*BASE, "container", "config", "vm", "compiler.standalone"),
    # arrays only: it would serve any transition system
    "checker.graphs": ("vm.kernel", "vm.jit", "checker.graphs"),
    "checker.reduction": (*BASE, "vm", "checker.reduction"),
    "checker.exploring": (
        *(*BASE, "container", "config", "vm"),
        *("checker.graphs", "checker.reduction", "checker.exploring"),
    ),
    "checker.exploring.checkpoint": ("checker.exploring.room",),
    "checker.simulation": (
        *(*BASE, "vm"),
        *("checker.graphs", "checker.exploring", "checker.simulation"),
    ),
}
# these may not import all of their own package
APART = (
    "vm.machine",
    "checker.graphs",
    "checker.reduction",
    "checker.exploring",
    "checker.exploring.checkpoint",
    "checker.simulation",
)


def module_name(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def imports(path: Path) -> set[str]:
    """The foretell modules a file imports, relative to the package."""
    modules = {module_name(m) for m in MODULES}
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner
            if any(name.removeprefix("foretell.") not in modules for name in inner):
                found.add(node.module)
    own = {name.removeprefix("foretell.") for name in found if name.startswith("foretell.")}
    return {name for name in own if name in modules}


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == p or name.startswith(p + ".") for p in prefixes)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_only_what_lies_before_it(path: Path) -> None:
    name = module_name(path)
    if name.split(".")[0] not in {row.split(".")[0] for row in MAY_IMPORT}:
        return  # a front door: it may use everything, and no row lets anything use it
    rows = [row for row in MAY_IMPORT if within(name, (row,))]
    assert rows, f"{name} has no row in MAY_IMPORT"
    row = max(rows, key=len)
    allowed = (*MAY_IMPORT[row], name.split(".")[0])
    if row in APART:
        allowed = MAY_IMPORT[row]
    wrong = sorted(m for m in imports(path) if not within(m, allowed))
    assert not wrong, f"{name} may not import {', '.join(wrong)}"


def test_the_compiler_needs_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "foretell"}
    for path in [*(PACKAGE / "compiler").glob("*.py"), PACKAGE / "diagnostics.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            outside = {name.split(".")[0] for name in names} - allowed
            assert not outside, f"{path.name} imports {outside}"


def test_importing_foretell_loads_no_compiler_of_machine_code() -> None:
    heavy = "llvmlite numpy scipy rich click starlette uvicorn altair".split()
    script = f"import sys, foretell; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def is_kernel(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Kernels call each other by name across modules, offered or not."""
    return any(isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list)


def is_command(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """A verb of the command line is offered there, not to other modules."""
    return any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and d.func.attr == "command"
        for d in node.decorator_list
    )


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_all_names_what_a_module_defines_for_others(path: Path) -> None:
    name = module_name(path)
    if name.endswith("__main__"):
        return
    module = importlib.import_module(f"foretell.{name}" if name != "__init__" else "foretell")
    offered = getattr(module, "__all__", None)
    tree = ast.parse(path.read_text("utf-8"))
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not is_kernel(node)
        and not is_command(node)
    }
    if offered is None:
        assert not defined, f"{name} defines {sorted(defined)} and has no __all__"
        return
    assert len(offered) == len(set(offered))
    missing = [n for n in offered if not hasattr(module, n)]
    assert not missing, f"{name}.__all__ names what is not there: {missing}"
    assert defined <= set(offered), f"{name}.__all__ lacks {sorted(defined - set(offered))}"
