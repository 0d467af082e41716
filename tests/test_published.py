"""Every published figure of tests/data/published.yaml, held against the bundled networks.

The head of that file says what its verdicts and its `as` mean.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.measures import Use, told
from cnncalc.core.analysis import GroupRow, Row
from cnncalc.core.figures import read_figure
from cnncalc.core.formula import evaluate, parse
from cnncalc.core.shape import written_shape
from tests.running import data

ROOT = Path(__file__).resolve().parent.parent
DATA: dict[str, Any] = data("published.yaml")
FIGURES = [
    pytest.param(
        {"file": network["file"], "name": "total", **figure},
        id=f"{id}-{figure.get('name', 'total')}-{figure['stated']}",
    )
    for id, network in DATA["networks"].items()
    for figure in network["figures"]
]
COMPARED = [
    pytest.param({"name": "total", **figure}, id=f"{row['id']}-{figure['stated']}")
    for row in DATA["contradictions"]
    for figure in row["figures"]
    if "file" in figure
]


@cache
def analysis(file: str, changes: tuple[tuple[str, str], ...] = (), size: str | None = None) -> cnncalc.Analysis:
    return cnncalc.analyze(
        cnncalc.load(ROOT / f"architectures/{file}.yaml", set=dict(changes) or None, input_size=size)
    )


def counted(figure: dict[str, Any]) -> int | Fraction | str:
    """What our network has of that quantity, in the source's convention where `as` says which."""
    changes = tuple((key, str(value)) for key, value in figure.get("set", {}).items())
    network = analysis(figure["file"], changes, str(figure["input_size"]) if "input_size" in figure else None)
    entry: Row | GroupRow | None = None
    if figure["name"] != "total":
        entry = network.find(figure["name"])
        assert entry is not None, f"{figure['file']} has no `{figure['name']}`"
    if figure["quantity"] == "output":
        return written_shape(entry.output_shape if entry else next(iter(network.outputs.values())), times="x")
    rows = network.rows
    if entry is not None:
        rows = rows[entry.start : entry.stop] if isinstance(entry, GroupRow) else (entry,)
    counts = entry.counts if entry else network.totals

    def of_type(match: re.Match[str]) -> str:
        alike = [row for row in rows if row.type == match[1]]
        return str(len(alike) if match[2] == "layers" else sum(getattr(row.counts, match[2]) for row in alike))

    scope = {quantity: measure.of(counts) for quantity, measure in told(Use.COLUMNS).items() if measure.of}
    scope["input_values"] = sum(math.prod(shape) for shape in network.inputs.values())
    text = re.sub(r"\b([a-z_]+)\.([a-z]+)\b", of_type, figure.get("as", figure["quantity"]))
    number: int | Fraction = evaluate(parse(text), scope)
    for part in figure.get("without", ()):
        number -= counted({**figure, "name": part, "without": ()})  # type: ignore[operator]
    return number


def agreement(stated: int | str, number: int | Fraction | str) -> str | None:
    """How a number may be written as stated; None where it may not."""
    if isinstance(number, str):
        return "exact" if str(stated) == number else None
    figure = read_figure(str(stated))
    assert figure is not None, f"`{stated}` is no figure"
    if figure.sign == "<":
        return "below" if number < figure.value() else None
    unit = Fraction(1000 ** " kMG".index(figure.suffix.replace("K", "k") or " "), 10**figure.decimals)
    if unit == 1 and Fraction(number).denominator == 1:
        return "exact" if number == figure.digits else None
    if (2 * number + unit) // (2 * unit) == figure.digits:
        return "rounds"
    return "truncates" if number // unit == figure.digits else None


@pytest.mark.parametrize("figure", FIGURES)
def test_figure(figure: dict[str, Any]) -> None:
    assert figure["source"] in DATA["sources"]
    how = agreement(figure["stated"], counted(figure))
    verdict = figure["verdict"]
    if verdict == "convention":
        assert figure["why"]
        assert (how is not None) == ("as" in figure), "agrees where `as` says how, and only there"
    elif verdict == "contradiction":
        assert figure["why"]
        assert how is None
    else:
        assert how == verdict


@pytest.mark.parametrize("figure", COMPARED)
def test_contradiction(figure: dict[str, Any]) -> None:
    assert agreement(figure["stated"], counted(figure)), f"{counted(figure)} counted"


def test_contradictions_are_30_and_explained() -> None:
    rows = DATA["contradictions"]
    assert [row["id"] for row in rows] == [f"C{number:02}" for number in range(1, 31)]
    for row in rows:
        assert row["text"]
        assert len(row["figures"]) >= 2
        assert all(figure["from"] for figure in row["figures"])
        assert all((ROOT / f"architectures/{file}.yaml").is_file() for file in row["files"])
    seen = {figure.get("see") for network in DATA["networks"].values() for figure in network["figures"]} - {None}
    assert seen <= {row["id"] for row in rows}


def test_a_contradiction_is_named_in_a_note() -> None:
    for row in DATA["contradictions"]:
        notes = [analysis(file).note for file in row["files"]]
        assert any(notes) or not row["files"], row["id"]
