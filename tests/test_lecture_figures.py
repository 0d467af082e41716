"""The figures of the lecture notes: each is what the bundled file and layer beside it give, and its verdict holds."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.measures import Use, used
from cnncalc.core.figures import read_figure
from cnncalc.core.layers import LAYERS
from cnncalc.formats import bundled
from tests.running import data

ROOT = Path(__file__).resolve().parent.parent
DATA = data("lecture_figures.yaml")
FIGURES: list[dict[str, Any]] = DATA["figures"]
BY_ID = {figure["id"]: figure for figure in FIGURES}

NOTES = {0: 19, 1: 72, 2: 15, 3: 14, 4: 20}  # figures in each
SLIPS = [
    "S0-08",
    "S0-09",
    "S0-11",
    "S0-17",
    "S1-14",
    "S1-48",
    "S1-54",
    "S1-57",
    "S1-71",
    "S3-10",
    "S4-03",
    "S4-11",
    "S4-13",
]
NOT_REPRODUCED = ["S0-17", "S0-18", "S0-19", "S1-14", "S2-01", "S3-04", "S3-10", "S3-12", "S3-13", "S3-14", "S4-13"]
VERDICTS = {
    "exact": 99,
    "rounded": 13,
    "truncated": 1,
    "slip": 13,
    "not an architecture figure": 6,
    "computed": 8,
}
FIELDS = {"id", "note", "quote", "quantity", "stated", "written", "computed", "verdict", "why", "not_reproduced", "at"}

CHECKS = [(figure, check) for figure in FIGURES for check in figure.get("at", ())]


# ------------------------------------------------------------------------------------------------- reading an analysis


@cache
def analysis(file: str, overrides: tuple[tuple[str, str], ...] = ()) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.load(file, set=dict(overrides)))


class Entry:
    """A layer, a group, `input` or `total` of an analysis."""

    def __init__(self, of: cnncalc.Analysis, name: str) -> None:
        self.of, self.name = of, name
        self.found = None if name in ("input", "total") else of.find(name)
        assert self.found is not None or name in ("input", "total"), f"no `{name}` in {of.file}"

    @property
    def shape(self) -> tuple[int, ...]:
        if self.found is not None:
            return self.found.output_shape
        (shape,) = (self.of.inputs if self.name == "input" else self.of.outputs).values()
        return shape

    @property
    def counts(self) -> Any:
        assert self.name != "input"
        return self.found.counts if self.found is not None else self.of.totals

    @property
    def row(self) -> cnncalc.Row:
        assert isinstance(self.found, cnncalc.Row), f"`{self.name}` in {self.of.file} is no layer"
        return self.found

    @property
    def sides(self) -> dict[str, int]:
        """The width, filter, padding and stride of a square convolution or pool, as the notes abbreviate them."""
        row, values = self.row, self.row.attributes
        (_, height, width), (kernel, across), (stride, _) = row.input_shapes[0], values["kernel"], values["stride"]
        ((before, after), _) = values["padding"]
        assert height == width
        assert kernel == across
        assert before == after
        return {"W": width, "F": kernel, "P": before, "S": stride}


def channels_last(shape: tuple[int, ...]) -> list[int]:
    return [*shape[1:], shape[0]]


def plain(value: Any) -> Any:
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def _side(entry: Entry) -> int:
    _, height, width = entry.shape
    assert height == width
    return height


def _filter(entry: Entry) -> list[int]:
    values = entry.row.attributes
    return [*values["kernel"], entry.row.input_shapes[0][0] // values["groups"]]


def _connections(entry: Entry) -> int:
    return sum(len(read) for read in entry.row.attributes["connections"])


def _additions(entry: Entry) -> int:
    """Adding n products takes n − 1 additions; each output that has a bias takes one more."""
    without = entry.counts.multiplies - entry.counts.activations
    return without + (entry.counts.activations if entry.row.attributes["bias"] else 0)


def _weights_of_filters(entry: Entry) -> int:
    row = entry.row
    height, width = row.attributes["kernel"]
    return height * width * row.input_shapes[0][0] * row.output_shape[0]


def _weights_of_units(entry: Entry) -> int:
    row = entry.row
    return math.prod(row.input_shapes[0]) * row.output_shape[0]


FORMULAS: dict[str, Callable[[Entry], float]] = {
    "k*k*C_in*C_out": _weights_of_filters,
    "n_in*n_out": _weights_of_units,
    "floor((W-F+2P)/S)+1": lambda e: (e.sides["W"] - e.sides["F"] + 2 * e.sides["P"]) // e.sides["S"] + 1,
    "(W-F)/S+1": lambda e: (e.sides["W"] - e.sides["F"]) / e.sides["S"] + 1,
    "(W-F)/S": lambda e: (e.sides["W"] - e.sides["F"]) / e.sides["S"],
}

OF_ENTRY: dict[str, Callable[[Entry], Any]] = {
    **{name: lambda entry, of=measure.of: of(entry.counts) for name, measure in used(Use.FIGURES).items()},
    "output": lambda entry: channels_last(entry.shape),
    "channels": lambda entry: entry.shape[0],
    "side": _side,
    "positions": lambda entry: math.prod(entry.shape[1:]),
    "type": lambda entry: entry.row.type,
    "filter": _filter,
    "filter_depth": lambda entry: _filter(entry)[2],
    "dense": lambda entry: [math.prod(entry.row.input_shapes[0]), *entry.shape],
    "matrix": lambda entry: [*entry.shape, math.prod(entry.row.input_shapes[0])],
    "connections": _connections,
    "additions": _additions,
    "attributes": lambda entry: entry.row.attributes,
}


def _count(of: cnncalc.Analysis, types: tuple[str, ...], without: str | None = None) -> int:
    return sum(row.type in types and without not in row.name.split("/") for row in of.rows)


def _after(of: cnncalc.Analysis, type: str) -> list[int]:
    """The numbers of the convolutions that layers of a type follow, with no other convolution in between."""
    found, convolutions = [], 0
    for row in of.rows:
        convolutions += row.type == "conv"
        if row.type == type:
            found.append(convolutions)
    return found


def _only_input(of: cnncalc.Analysis) -> tuple[int, ...]:
    (shape,) = of.inputs.values()
    return shape


OF_FILE: dict[str, Callable[[cnncalc.Analysis, dict[str, Any]], Any]] = {
    "input": lambda of, check: channels_last(_only_input(of)),
    "input_channels_first": lambda of, check: list(_only_input(of)),
    "input_values": lambda of, check: math.prod(_only_input(of)) * check["times"],
    "weight_layers": lambda of, check: _count(of, ("conv", "dense"), check.get("without")),
    "count": lambda of, check: _count(of, (check["of"],)),
    "groups": lambda of, check: sum(group.kind == check["of"] and not group.copies for group in of.groups.values()),
    "after": lambda of, check: _after(of, check["of"]),
}


def measure(check: dict[str, Any], expected: Any) -> Any:
    """What `how` gives at the file and name of a check; of several files or names a list."""
    how, of = check["how"], check.get("of")
    files = check["file"] if isinstance(check["file"], list) else [check["file"]]
    overrides = tuple((key, str(value)) for key, value in check.get("set", {}).items())
    found = [analysis(file, overrides) for file in files]
    if how in OF_FILE:
        values = [OF_FILE[how](each, check) for each in found]
        return values if isinstance(check["file"], list) else values[0]
    names = check["name"] if isinstance(check["name"], list) else [check["name"]]
    entries = [Entry(each, name) for each in found for name in names]
    if how == "formula":  # holds for all of them
        wrong = [entry.name for entry in entries if FORMULAS[expected](entry) != OF_ENTRY[of](entry)]
        return wrong or expected
    if how == "formula_value":
        return FORMULAS[check["formula"]](entries[0])
    if how in ("ratio", "smaller"):
        first, second = (OF_ENTRY[of](entry) for entry in entries)
        return round(first / second, check["digits"]) if how == "ratio" else first < second
    if how == "channels_sum":
        return sum(entry.shape[0] for entry in entries)
    if how == "multiple":
        return [round(number / OF_ENTRY[of](entries[0]), check["digits"]) for number in check["numbers"]]
    if how == "attribute":
        values = [plain(entry.row.attributes[of]) for entry in entries]
    else:
        values = [OF_ENTRY[how](entry) for entry in entries]
    return values if isinstance(check["file"], list) or isinstance(check["name"], list) else values[0]


# --------------------------------------------------------------------------------------------------------------- tests


def test_all_140_figures_are_there() -> None:
    wanted = [f"S{note}-{number:02}" for note, count in NOTES.items() for number in range(1, count + 1)]
    assert [figure["id"] for figure in FIGURES] == wanted
    assert len(wanted) == 140
    assert DATA["notes"].keys() == NOTES.keys()
    for figure in FIGURES:
        assert figure["id"].startswith(f"S{figure['note']}-")
        assert figure["quote"]
        assert figure.keys() <= FIELDS
        assert figure.keys() >= {"quantity", "stated", "computed"}


def test_the_slips_are_listed() -> None:
    assert [figure["id"] for figure in FIGURES if figure["verdict"] == "slip"] == SLIPS


def test_verdicts() -> None:
    found = [figure["verdict"] for figure in FIGURES]
    assert {verdict: found.count(verdict) for verdict in found} == VERDICTS


def test_what_is_not_reproduced() -> None:
    assert [figure["id"] for figure in FIGURES if "not_reproduced" in figure] == NOT_REPRODUCED


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["id"])
def test_figure_is_reproduced_or_says_why_not(figure: dict[str, Any]) -> None:
    own = [check for check in figure.get("at", ()) if "value" not in check]
    assert len(own) == (0 if "not_reproduced" in figure else 1)
    if figure["verdict"] == "not an architecture figure":
        assert figure["computed"] is None
        assert "at" not in figure


@pytest.mark.parametrize(
    ("figure", "check"), [pytest.param(figure, check, id=f"{figure['id']}-{check['how']}") for figure, check in CHECKS]
)
def test_the_named_file_and_layer_give_it(figure: dict[str, Any], check: dict[str, Any]) -> None:
    expected = check.get("value", figure["computed"])
    found = measure(check, expected)
    assert found == expected
    assert type(found) is type(expected) or check["how"] == "formula_value"  # True is not 1, and 1.0 is not


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["id"])
def test_verdict_holds(figure: dict[str, Any]) -> None:
    stated, computed, verdict = figure["stated"], figure["computed"], figure["verdict"]
    if verdict == "exact":
        _check_exact(stated, computed)
    elif verdict in ("rounded", "truncated"):
        assert "why" in figure or verdict == "rounded"
        _check_rounding(figure)
    elif verdict == "slip":
        assert figure["why"]
        if "written" in figure:  # right arithmetic for the wrong network
            assert read_figure(figure["written"]).fits(computed)
        else:
            assert stated != computed
    elif verdict == "computed":
        assert stated is None
        assert computed is not None
    else:
        assert verdict == "not an architecture figure"


def _check_exact(stated: Any, computed: Any) -> None:
    """Equal; a note that prints only height and width leaves out the channels. Words are not compared."""
    if isinstance(stated, list) and len(stated) < len(computed):
        assert len(stated) == 2
        assert stated == computed[:2]
    elif not isinstance(stated, str):
        assert stated is not None
        assert stated == computed


def _check_rounding(figure: dict[str, Any]) -> None:
    stated, computed, verdict = figure["stated"], figure["computed"], figure["verdict"]
    if isinstance(computed, list):  # an order of magnitude
        assert min(computed) < stated < max(computed)
        return
    assert stated != computed
    written = read_figure(figure["written"])
    assert written is not None
    assert written.value() == stated
    if written.sign == "~":  # within 5 %
        assert 20 * abs(computed - stated) <= stated
        return
    assert written.fits(computed)
    assert (written.rewritten(computed) == figure["written"]) == (verdict == "rounded")
    if verdict == "truncated":
        assert stated < computed


def test_names_in_the_data_are_whole() -> None:
    """A file is a bundled one, and a path is that of a layer or group, no short form."""
    for figure, check in CHECKS:
        for file in check["file"] if isinstance(check["file"], list) else [check["file"]]:
            assert file in bundled.names(), figure["id"]
            known = {row.name for row in analysis(file).rows} | analysis(file).groups.keys() | {"input", "total"}
            names = check.get("name", "total")
            assert known.issuperset(names if isinstance(names, list) else [names]), figure["id"]
        if check["how"] in ("count", "after"):
            assert check["of"] in LAYERS


def test_every_fragment_of_the_notes_is_used() -> None:
    """It is there for a figure of theirs, or for a part of a network that they describe without one."""
    fragments = {name for name in bundled.names() if name.startswith("fragments/")}
    of_the_notes = {name for name in fragments if (analysis(name).source or "").startswith("lecture notes")}
    used = {
        file
        for _, check in CHECKS
        for file in (check["file"] if isinstance(check["file"], list) else [check["file"]])
        if file.startswith("fragments/")
    }
    without = {f"fragments/{name}" for name in ("dense_block", "residual_identity", "transition")}
    assert used | without == of_the_notes
    assert not used & without


# --------------------------------------------------------------------------------------------------------------- page


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lecture_figures", ROOT / "docs" / "evidence" / "lecture_figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_every_figure() -> None:
    page = _script().render()
    for figure in FIGURES:
        assert page.count(f"\n| {figure['id']} | ") == 1
    assert f"The slips: {', '.join(SLIPS)}." in page
