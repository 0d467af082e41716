"""Each rule of the file format, one case or more a rule: `data/format_rules.yaml` and `format_parts.yaml` specify it.

A case has a `rule`, the text of a `file` (or several `files`, the last of which is loaded), and what must come out:

- `names`: the leaf layers, in order;
- `has`: by name (`total` too) the output, a figure, or `attributes`;
- `inputs`, `outputs`, `notes`; `lower_bound`, the quantities that are not known of all layers;
- `passes`: how many figures `check` holds, all kept; `breaks` and `warns`: what it says of the others;
- `problems`: `code LINE: message` of each thing that is wrong, with `help` and `why` (its notes) where they matter.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc import Analysis
from cnncalc.analyses.checks.expect import CheckResult, check
from tests.running import table

pytestmark = pytest.mark.quick

CASES = table("format_rules.yaml") + table("format_parts.yaml")
KEYS = {
    "rule", "file", "files", "set", "input_size", "names", "has", "inputs", "outputs", "notes",
    "lower_bound", "passes", "breaks", "warns", "problems", "help", "why",
}  # fmt: skip
WORKING = [case for case in CASES if "problems" not in case]
FAILING = [case for case in CASES if "problems" in case]


def ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["rule"] for case in cases]


def load(case: dict[str, Any], folder: Path) -> cnncalc.Graph:
    overrides = {"set": case.get("set"), "input_size": case.get("input_size")}
    if "files" not in case:
        return cnncalc.loads(case["file"], name="net.yaml", **overrides)
    for name, text in case["files"].items():
        (folder / name).write_text(text, encoding="utf-8")
    return cnncalc.load(folder / list(case["files"])[-1], **overrides)


def written(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, (*shape[1:], shape[0])))


def plain(value: object) -> str:
    """An attribute's value as the table writes it: `[3, 3]`, `true`."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(plain, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def figures(analysis: Analysis, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the network has of the quantities in `wanted`."""
    rows = {row.name: row for row in analysis.rows} | analysis.groups
    if name == "total":
        return {quantity: f"{getattr(analysis.totals, quantity)}" for quantity in wanted}
    entry: Any = rows[name]
    found: dict[str, Any] = {}
    for quantity, value in wanted.items():
        if quantity == "output":
            found[quantity] = written(entry.output_shape)
        elif quantity == "attributes":
            found[quantity] = {key: plain(entry.attributes[key]) for key in value}
        elif quantity == "type":
            found[quantity] = entry.type
        else:
            found[quantity] = str(getattr(entry.counts, quantity))
    return found


def test_the_table_itself() -> None:
    assert [case["rule"] for case in CASES if set(case) - KEYS] == []
    assert len({case["rule"] for case in CASES}) == len(CASES)
    assert [case["rule"] for case in CASES if not set(case) - {"rule", "file", "files", "set", "input_size"}] == []


@pytest.mark.parametrize("case", WORKING, ids=ids(WORKING))
def test_rule(case: dict[str, Any], tmp_path: Path) -> None:
    graph = load(case, tmp_path)
    analysis = cnncalc.analyze(graph)
    checked: CheckResult | None = None
    if {"passes", "breaks", "warns"} & set(case):
        checked = check(graph)
    found = {
        "names": lambda: [row.name for row in analysis.rows],
        "has": lambda: {name: figures(analysis, name, wanted) for name, wanted in case["has"].items()},
        "inputs": lambda: {name: written(shape) for name, shape in analysis.inputs.items()},
        "outputs": lambda: {name: written(shape) for name, shape in analysis.outputs.items()},
        "lower_bound": lambda: list(analysis.lower_bound),
        "notes": lambda: [without(note, tmp_path) for note in (*graph.notes, *(checked.notes if checked else ()))],
        "breaks": lambda: [problem.message for problem in checked.broken] if checked else [],
        "warns": lambda: [problem.message for problem in checked.warnings] if checked else [],
    }
    for key in set(case) & set(found):
        assert found[key]() == case[key]
    if "passes" in case and checked:
        assert (checked.passed, str(checked.figures)) == (True, case["passes"])


@pytest.mark.parametrize("case", FAILING, ids=ids(FAILING))
def test_rule_refuses(case: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        check(load(case, tmp_path))
    problems = raised.value.problems
    assert [without(described(problem), tmp_path) for problem in problems] == case["problems"]
    if "help" in case:
        assert case["help"] in [problem.help for problem in problems]
    if "why" in case:
        assert [without(note, tmp_path) for problem in problems for note in problem.notes] == case["why"]


def described(problem: cnncalc.Problem) -> str:
    place = f" {problem.where.line}" if problem.where else ""
    return f"{problem.code}{place}: {problem.message}"


def without(text: str, folder: Path) -> str:
    """A message without the folder of this test."""
    return re.sub(rf"{re.escape(str(folder))}/", "", text)
