"""What one output sees of the input: size, jump and start of published tables, and of every kind of layer by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.measures.receptive_field import Field, of_layer
from cnncalc.core.analysis import GroupRow
from tests.running import data, invoke, networks

PUBLISHED: dict[str, Any] = data("receptive_fields.yaml")


def field(analysis: cnncalc.Analysis, name: str, number: int = 0) -> Field:
    """The field of a layer, or of the last one of a block."""
    found = analysis.find(name)
    assert found is not None
    row = analysis.rows[found.stop - 1] if isinstance(found, GroupRow) else found
    return of_layer(analysis, row)[number]


CASES = [(name, *case) for name, table in PUBLISHED["networks"].items() for case in table["layers"].items()]


@pytest.mark.parametrize(("name", "layer", "figures"), CASES)
def test_published(name: str, layer: str, figures: list[int]) -> None:
    """Size and jump; the third is the effective padding of networks whose border is that of the source."""
    size, jump, *padding = figures
    axes = field(cnncalc.analyze(cnncalc.load(name)), layer).axes
    assert [(axis.size, axis.jump) for axis in axes] == [(size, jump)] * len(axes)
    assert not padding or [-axis.start for axis in axes] == padding * len(axes)


# entries → (size, jump, start) of each axis at the last layer, and whether it is exact; the input is 32×32 or 64
LAYERS: list[tuple[str, list[tuple[int, str, int]], bool]] = [
    ("conv: [4, 3]", [(3, "1", 0)], True),
    ("conv: [4, [1, 7], padding: [0, 3]]", [(1, "1", 0), (7, "1", -3)], True),
    ("conv: [4, 3, dilation: 2]", [(5, "1", 0)], False),
    ("conv: [4, 3], conv: [4, 3, dilation: 2]", [(7, "1", 0)], True),
    ("conv: [4, 3, dilation: 2], conv: [4, 3]", [(7, "1", 0)], True),
    ("conv: [4, 1, 2], conv: [4, 3]", [(5, "2", 0)], False),
    ("conv: [4, 3, 2, padding: same]", [(3, "2", 0)], True),  # TensorFlow's odd zero stands behind
    ("max_pool: {kernel: 3, stride: 2, padding: [[1, 0], [0, 1]]}", [(3, "2", -1), (3, "2", 0)], True),
    ("avg_pool: 2, avg_pool: 2", [(4, "4", 0)], True),
    ("adaptive_avg_pool: 12", [(4, "8/3", 0)], True),  # 2.67 positions and parts of two more
    ("upsample: 2", [(1, "1/2", 0)], True),
    ("upsample: 2, conv: [4, 3, padding: 1]", [(2, "1/2", -1)], True),
    ("max_pool: 2, upsample: 2", [(2, "1", 0)], True),
    ("transposed_conv: [4, 2, 2]", [(1, "1/2", 0)], True),
    ("transposed_conv: [4, 4, 2, padding: 1]", [(2, "1/2", -1)], True),
    ("transposed_conv: [4, 3, 2, padding: same]", [(2, "1/2", -1)], True),
    ("transposed_conv: [4, 3, 2, dilation: 2]", [(3, "1/2", -2)], False),
    ("pixel_shuffle: 2", [(1, "1/2", 0)], True),
    ("space_to_depth: 4", [(4, "4", 0)], True),
    ("pad: 2, conv: [4, 5]", [(5, "1", -2)], True),
    ("crop: {by: 3}", [(1, "1", 3)], True),
    ("relu, batch_norm, dense: {units: 3, per: position}, layer_norm", [(1, "1", 0)], True),
    ("instance_norm", [(32, "0", 0)], True),
    ("global_avg_pool", [(32, "0", 0)], True),
    ("conv: [4, 3, padding: 1], flatten, dense: 10", [(34, "0", -1)], True),
    ("attention: 2", [(32, "0", 0)], True),
    ("attention: {heads: 2, window: 8}", [(8, "1", 0)], True),
    ("conv: [4, 3], attention: {heads: 2, window: 6}", [(8, "1", 0)], True),
    ("attention: {heads: 2, window: 8}, attention: {heads: 2, window: 8, shift: 4}", [(16, "1", -8)], True),
    ("attention: {heads: 2, window: 32, shift: 4}", [(32, "1", 0)], True),
    ("operator: {type: Odd}", [(32, "0", 0)], False),
    ("add: {branches: [[conv: [4, 3, padding: 1], conv: [4, 3, padding: 1]], []]}", [(5, "1", -2)], True),
    ("concat: {branches: [[conv: [4, [1, 7], padding: same]], [conv: [4, [7, 1], padding: same]]]}",
     [(7, "1", -3)], False),
    ("multiply: {branches: [[global_avg_pool, dense: 4], []]}", [(32, "0", 0)], True),
    ("concat: {axis: height, branches: [[conv: [4, 3, padding: 1]], []]}", [(34, "0", -1), (34, "0", -1)], False),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "axes", "exact"), LAYERS)
def test_layers(entries: str, axes: list[tuple[int, str, int]], exact: bool) -> None:
    analysis = cnncalc.analyze(cnncalc.loads(f"{{input: {{channels: 4, size: 32}}, layers: [{entries}]}}"))
    found = field(analysis, analysis.rows[-1].name)
    assert [(axis.size, str(axis.jump), axis.start) for axis in found.axes] == (axes * 2)[:2]
    assert found.exact is exact
    assert MEASURES["receptive_field"].value(analysis, analysis.rows[-1]) == max(size for size, _, _ in axes)


def test_causal() -> None:
    layers = "conv: [2, 2, padding: causal], conv: [2, 2, padding: causal, dilation: 4]"
    text = f"{{input: {{channels: 1, size: [64]}}, layers: [{layers}]}}"
    (axis,) = field(cnncalc.analyze(cnncalc.loads(text)), "conv2").axes
    assert (axis.size, axis.jump, axis.start) == (6, Fraction(1), -5)


def test_each_input_by_itself() -> None:
    text = """
inputs: {left: {channels: 2, size: 16}, right: {channels: 2, size: 16}, code: {channels: 2}}
layers:
  - conv: [2, 3, padding: 1, from: left, name: a]
  - conv: [2, 5, padding: 2, from: right, name: b]
  - add: {from: [a, b], name: both}
  - multiply: {from: [both, code], name: out}
"""
    analysis = cnncalc.analyze(cnncalc.loads(text))
    assert [field(analysis, "out", number).axes[0].size for number in (0, 1)] == [3, 5]
    row = analysis.rows[-1]
    assert list(of_layer(analysis, row)) == [0, 1]


def test_a_vector_sees_nothing_of_a_side() -> None:
    analysis = cnncalc.analyze(cnncalc.loads("{input: {channels: 8}, layers: [dense: 4]}"))
    assert MEASURES["receptive_field"].value(analysis) is None


def test_expect_and_budget(tmp_path: Any) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(
        "input: {channels: 3, size: 32}\nlayers:\n  - conv: [4, 3, name: one]\n  - conv: [4, 3, name: two]\n"
        "expect: {two: {receptive_field: 5}}\nbudget: {receptive_field: 4}\n",
        encoding="utf-8",
    )
    result = invoke("check", str(file))
    assert result.code == 1
    assert "`total` receptive_field: limit 4, is 5, over by 1" in result.err


def test_the_working() -> None:
    result = invoke("explain", "vgg16", "pool5", "--of", "receptive_field")
    for line in (
        "  seen         r + (F − 1)·j          = 196 + (2 − 1)·16         = 212",
        "  jump         j·S                    = 16·2                     = 32",
        "  start        s − P·j                = −90 − 0·16               = −90",
        "  sees         212 positions, every 32, from −90 (exact)",
    ):
        assert line in result.out.splitlines()


def test_an_operator_may_see_all_of_inputs_of_other_axes() -> None:
    text = """
inputs: {maps: {channels: 4, size: 9}, boxes: {channels: 4, length: 10}}
layers:
  - operator: {type: RoIAlign, output: 10x12, weights: 0, from: [maps, boxes]}
"""
    analysis = cnncalc.analyze(cnncalc.loads(text))
    seen = of_layer(analysis, analysis.rows[0])
    assert [[axis.size for axis in field.axes] for field in seen.values()] == [[9, 9], [10]]
    assert not any(field.filled for field in seen.values())


def test_the_window_says_what_is_seen() -> None:
    result = invoke("diagram", "alexnet", "pool1", "--style", "window")
    assert "of input one output sees 19 positions, every 8, from 0" in result.out


def test_json_has_it_where_it_is_asked_for() -> None:
    assert "receptive_field" not in invoke("summary", "lenet5", "-f", "json").out
    assert '"receptive_field": 5' in invoke("summary", "lenet5", "-f", "json", "--columns", "receptive_field").out
    assert invoke("summary", "lenet5", "-f", "csv", "--columns", "layer,receptive_field").out.splitlines()[1] == (
        "lenet5.yaml,C1,5"
    )


@pytest.mark.parametrize("name", networks(every=12))
def test_every_layer_has_one(name: str) -> None:
    """Nothing shrinks on the way but by a crop, and what is exact has no gaps."""
    analysis = cnncalc.analyze(cnncalc.load(name))
    for row in analysis.rows:
        for seen in of_layer(analysis, row).values():
            assert all(axis.size >= 1 for axis in seen.axes)
