"""Imports point downwards: every room imports only rooms below it, and each library has one place."""

from __future__ import annotations

import ast
from pathlib import Path

import cnncalc

PACKAGE = Path(cnncalc.__file__).parent

# From the ground up; modules on one line do not import each other.
ROOMS = [
    ["formula", "problem", "codes", "shape", "bundled", "figures"],
    ["layers", "source", "latex"],
    ["work", "tree", "git"],
    ["reading"],
    ["graph", "schema_layers"],
    ["building", "rules"],
    ["analysis", "config"],
    ["api", "outline", "budget", "schema", "lint"],
    ["columns", "expect", "working", "diagram"],
    ["comparing", "checks", "teaching"],
    ["baselines", "dependents"],
    ["render"],
    ["cli", "pytest_plugin"],
]
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names}
HOMES = {
    "click": {"cli"},
    "rich": {"render"},
    "yaml": {"tree"},
    "pytest": {"pytest_plugin"},
    "fast_sugiyama": {"diagram"},
}
FREE = {"__init__", "__main__"}  # the package's front doors


def imports(path: Path) -> set[tuple[str, bool]]:
    """(module, whether inside a function) of every import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for inner in ast.walk(node)}
    found: set[tuple[str, bool]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"cnncalc.{alias.name}" for alias in node.names] if node.module == "cnncalc" else [node.module]
            found |= {(name, id(node) in lazy) for name in names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, id(node) in lazy) for alias in node.names}
    return found


def room(module: str) -> str:
    return module.split(".")[1] if module.startswith("cnncalc.") else ""


def files() -> list[tuple[str, Path]]:
    return [(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path) for path in sorted(PACKAGE.rglob("*.py"))]


def test_every_room_stands_in_the_list() -> None:
    assert {name for name, _ in files()} - FREE == set(LEVEL)


def test_imports_point_downwards() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for name, path in files()
        if name not in FREE
        for module, lazy in imports(path)
        if room(module) in LEVEL
        and room(module) != name
        and LEVEL[room(module)] >= LEVEL[name]
        and not (lazy and path.name == "analysis.py" and room(module) == "render")  # __rich__ and _repr_html_
    ]
    assert wrong == []


def test_each_library_has_its_place() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for name, path in files()
        for module, _ in imports(path)
        if name not in HOMES.get(module.split(".")[0], {name})
    ]
    assert wrong == []


def test_no_other_library_is_imported() -> None:
    import sys

    roots = {module.split(".")[0] for _, path in files() for module, _ in imports(path)}
    assert roots - set(sys.stdlib_module_names) == {"click", "cnncalc", "fast_sugiyama", "pytest", "rich", "yaml"}
