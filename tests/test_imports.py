"""Imports point one way: every folder imports only folders before it, and each library has one place."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.package import FILES, PACKAGE, tree

BEFORE = {  # what a folder may import, besides itself
    "core": set(),
    "formats": {"core"},
    "analyses": {"core", "formats"},
    "render": {"core", "formats", "analyses"},
    "drawing": {"core", "formats", "analyses"},
    "teaching": {"core", "formats", "analyses", "render", "drawing"},
    "cli": {"core", "formats", "analyses", "render", "drawing", "teaching"},
}
HOMES = {
    "click": "cli",
    "rich": "render",
    "yaml": "formats/yaml",
    "pytest": "pytest_plugin.py",
    "openpyxl": "teaching/excel.py",
}


@cache
def imports(path: Path) -> set[str]:
    """The modules that a file imports, inside functions too, by their whole names."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports by dots"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def folder(module: str) -> str:
    """The folder of a module of the package; empty for other libraries and for the package's own names."""
    name = module.split(".")[1] if module.startswith("cnncalc.") else ""
    return name if (PACKAGE / name).is_dir() else ""


def test_every_folder_of_the_package_has_its_place() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == set(BEFORE)


@pytest.mark.parametrize("name", BEFORE)
def test_a_folder_imports_only_folders_before_it(name: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in FILES
        if path.relative_to(PACKAGE).parts[0] == name
        for module in imports(path)
        if folder(module) and folder(module) not in {name} | BEFORE[name]
    ]
    assert wrong == []


def test_the_core_imports_the_standard_library_alone() -> None:
    roots = {module.split(".")[0] for path in FILES if "core" in path.parts for module in imports(path)}
    assert roots - set(sys.stdlib_module_names) == {"cnncalc"}


def test_each_library_has_its_place() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in FILES
        for module in imports(path)
        if not path.relative_to(PACKAGE).as_posix().startswith(HOMES.get(module.split(".")[0], ""))
    ]
    assert wrong == []


def test_no_other_library_is_imported() -> None:
    roots = {module.split(".")[0] for path in FILES for module in imports(path)}
    assert roots - set(sys.stdlib_module_names) == {"cnncalc", *HOMES}


def test_no_two_classes_have_one_name() -> None:
    found: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
