"""Positions, additions and comparisons: what notes count beside multiplies, in every place where quantities are.

That they are right of every layer type is held by a walk that adds and compares one by one: test_oracle_counting.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import OPERATIONS
from tests.running import invoke

NET = """\
input: {channels: 6, size: 6}
layers:
  - conv: {name: a, filters: 4, kernel: 3}
  - relu: {name: r}
  - max_pool: {name: p, kernel: 2}
  - flatten: {name: f}
  - dense: {name: d, units: 3, bias: false}
"""
OPEN = """\
input: {channels: 4, size: 4}
layers:
  - conv: {name: a, filters: 2, kernel: 1}
  - resize: {name: u, size: 8}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")
    Path("open.yaml").write_text(OPEN, encoding="utf-8")


# What notes say, layer by layer: positions, additions, comparisons
NOTED: list[tuple[str, str, str, tuple[int | None, int | None, int | None]]] = [
    # a 1×1 filter on 6×6×32 looks at each of the 36 positions, and adds up 32 products at each
    ("{channels: 32, size: 6}", "conv: {filters: 1, kernel: 1, bias: false}", "36", (36, 36 * 31, 0)),
    # an inception module's 5×5 on 28×28×192: as many additions as multiplies, but one for each output
    ("{channels: 192, size: 28}", "conv: {filters: 32, kernel: 5, padding: 2, bias: false}", "", (784, 120_397_312, 0)),
    ("{channels: 192, size: 28}", "conv: {filters: 32, kernel: 5, padding: 2}", "bias", (784, 120_422_400, 0)),
    # edge detection on a 280×320 image by [1, −1]: 319·280 positions, 2 multiplies and 1 addition each
    ("{channels: 1, size: [280, 320]}", "conv: {filters: 1, kernel: [1, 2], bias: false}", "", (89_320, 89_320, 0)),
    ("{channels: 9216}", "dense: 4096", "", (None, 37_748_736, 0)),
    ("{channels: 96, size: 55}", "max_pool: {kernel: 3, stride: 2}", "", (729, 0, 8 * 69_984)),
    ("{channels: 2, size: 4}", "avg_pool: 2", "", (4, 3 * 8, 0)),
    ("{channels: 512, size: 7}", "global_avg_pool", "", (None, 48 * 512, 0)),
    ("{channels: 96, size: 55}", "relu", "", (3025, 0, 290_400)),
    ("{channels: 64, size: 56}", "batch_norm", "one factor, one summand", (3136, 200_704, 0)),
    ("{channels: 8, size: 5}", "upsample: 2", "how it interpolates is not said", (100, None, 0)),
    ("{channels: 8, size: 5}", "gelu", "an error function", (25, None, 0)),
    ("{channels: 8, size: 5}", "operator: DeformConv", "", (25, None, None)),
    ("{channels: 8, size: 5}", "adaptive_avg_pool: 2", "windows of two lengths", (4, None, 0)),
    ("{channels: 8, size: 6}", "adaptive_max_pool: 2", "", (4, 0, 8 * 4 * 8)),
]


@pytest.mark.parametrize(("input", "layer", "why", "figures"), NOTED)
@pytest.mark.quick
def test_noted(input: str, layer: str, why: str, figures: tuple[int | None, ...]) -> None:
    analysis = cnncalc.analyze(cnncalc.loads(f"input: {input}\nlayers: [{layer}]\n"))
    names = ("positions", *OPERATIONS)
    assert tuple(MEASURES[name].value(analysis, analysis.rows[0]) for name in names) == figures, why


@pytest.mark.quick
def test_every_layer_type_says_them_or_is_one_of_those_that_leave_them_open() -> None:
    """Nothing is silently zero: a new type without them is not known, and this list is where it is looked at."""
    left_open = {name: [type for type, layer in LAYERS.items() if getattr(layer, name) is None] for name in OPERATIONS}
    assert {name: sorted(types) for name, types in left_open.items()} == {
        "additions": ["elu", "gelu", "gru", "lstm", "operator", "resize", "rnn", "selu", "upsample"],
        "comparisons": ["operator"],
    }


def test_columns() -> None:
    text = invoke("summary", "net.yaml", "--columns", "layer,positions,additions,comparisons").out
    assert [line.split() for line in text.splitlines()[4:9]] == [
        ["a", "16", "3,456", "–"],
        ["r", "16", "–", "64"],
        ["p", "4", "–", "48"],
        ["f", "–", "–"],
        ["d", "45", "–"],
    ]
    assert ["total", "16", "3,501", "112"] in [line.split() for line in text.splitlines()]


def test_what_is_not_known_is_named_and_the_sum_a_lower_bound() -> None:
    table = invoke("summary", "open.yaml", "--columns", "layer,additions").out
    assert [line.split() for line in table.splitlines()[4:9]][:2] == [["a", "128"], ["u", "≥", "0"]]
    assert ["total", "≥", "128"] in [line.split() for line in table.splitlines()]
    said = invoke("explain", "open.yaml", "u", "total", "--of", "additions").out
    assert "additions    not known of `resize`" in said
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "additions conv = 128 = ≥ 128" in lines
    assert "not known of u" in lines


def test_json_and_csv_where_they_are_asked_for() -> None:
    layers = json.loads(invoke("summary", "net.yaml", "-f", "json").out)["layers"]
    assert not {"positions", *OPERATIONS} & set(layers[0])
    asked = ("--columns", "layer,positions,additions,comparisons")
    layers = json.loads(invoke("summary", "net.yaml", "-f", "json", *asked).out)["layers"]
    assert [layers[0][name] for name in ("positions", *OPERATIONS)] == [16, 3456, 0]
    assert [layers[4][name] for name in ("positions", *OPERATIONS)] == [None, 45, 0]
    assert invoke("summary", "net.yaml", "-f", "csv", *asked).out.splitlines()[1:3] == [
        "net.yaml,a,16,3456,0", "net.yaml,r,16,0,64",
    ]  # fmt: skip


def test_explained_with_their_working() -> None:
    said = invoke("explain", "net.yaml", "a", "p", "d", "total", "--of", "positions,additions,comparisons").out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "positions H_out·W_out = 4·4 = 16" in lines
    place = lines.index("additions multiplies − outputs = 3,456 − 64 = 3,392 sums")
    assert lines[place + 1 : place + 3] == [
        "additions outputs = 64 = 64 biases", "additions sums + biases = 3,392 + 64 = 3,456",
    ]  # fmt: skip
    assert "comparisons (F_h·F_w − 1)·outputs = (2·2 − 1)·16 = 48" in lines
    assert "additions multiplies − outputs = 48 − 3 = 45" in lines
    assert "comparisons relu + max_pool = 64 + 48 = 112" in lines
    assert "additions conv + dense = 3,456 + 45 = 3,501" in lines


# Held by a file; what nobody knows cannot be
HELD: list[tuple[str, str, int, str]] = [
    (NET, "expect: {a: {positions: 16, additions: 3456}, total: {comparisons: 112}}", 0, ""),
    (NET, "expect: {a: {additions: 3.4k}}", 0, ""),
    (NET, "expect: {a: {additions: 3457}}", 1, "`a` additions: expected 3,457, is 3,456 (1 less"),
    (NET, "expect: {f: {positions: 1}}", 1, "`f` positions: expected 1, is none"),
    (NET, "budget: {comparisons: 100}", 1, "`total` comparisons: limit 100, is 112, over by 12 (+12.0 %)"),
    (OPEN, "expect: {a: {additions: 128}}", 0, ""),
    (OPEN, "expect: {total: {additions: 128}}", 2, "nobody knows all of `additions` here: no figure can be held"),
    (OPEN, "budget: {additions: 1M}", 2, "nobody knows all of `additions` here: no limit can be held"),
]


@pytest.mark.parametrize(("net", "said", "code", "message"), HELD)
def test_held(net: str, said: str, code: int, message: str) -> None:
    Path("net.yaml").write_text(f"{net}{said}\n", encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert (ran.code, message in ran.err) == (code, True)
