"""Every declaration: complete, documented, and true to its own examples."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.analyses.outline import describe_layer
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import COUNTS, BadValue, Example, Layer
from cnncalc.core.shape import read_shape
from cnncalc.core.work import steps

pytestmark = pytest.mark.quick

EXAMPLES = [
    pytest.param(layer, example, id=f"{layer.type}: {example.attributes or example.inputs}")
    for layer in LAYERS.values()
    for example in layer.examples
]


def graph_of(layer: type[Layer], example: Example) -> cnncalc.Graph:
    """The example as a network of one layer."""
    shapes = [read_shape(text.strip()) for text in example.inputs.split(",")]
    inputs = []
    for index, shape in enumerate(shapes):
        assert shape is not None
        size = f", size: {list(shape[1:])}" if shape[1:] else ""
        inputs.append(f"x{index}: {{channels: {shape[0]}{size}}}")
    reads = ", ".join(f"x{index}" for index in range(len(shapes)))
    attributes = f", {example.attributes}" if example.attributes else ""
    entry = f"{layer.type}: {{name: it, from: [{reads}]{attributes}}}"
    return cnncalc.loads(f"inputs: {{{', '.join(inputs)}}}\nlayers:\n  - {entry}\n")


@pytest.mark.parametrize(("layer", "example"), EXAMPLES)
def test_an_example_is_true(layer: type[Layer], example: Example) -> None:
    (row,) = cnncalc.analyze(graph_of(layer, example)).rows
    assert row.output_shape == read_shape(example.output)
    assert (row.counts.params, row.counts.multiplies) == (example.params, example.multiplies)


@pytest.mark.parametrize(("layer", "example"), EXAMPLES)
def test_the_working_gives_the_very_numbers(layer: type[Layer], example: Example) -> None:
    (row,) = cnncalc.analyze(graph_of(layer, example)).rows
    working = steps(row.layer, row.input_shapes)
    assert tuple(step.value for step in working if step.quantity == "output") == row.output_shape
    for quantity in COUNTS:
        assert sum(step.value for step in working if step.quantity == quantity) == getattr(row.counts, quantity)


@pytest.mark.parametrize(("layer", "example"), EXAMPLES)
def test_the_numbers_put_in_evaluate_to_the_result(layer: type[Layer], example: Example) -> None:
    """What `explain` prints is arithmetic that anybody can redo: here Python does."""
    from math import ceil, floor

    (row,) = cnncalc.analyze(graph_of(layer, example)).rows
    for step in steps(row.layer, row.input_shapes):
        text = step.numbers.replace("·", "*").replace("−", "-")
        assert eval(text, {"ceil": ceil, "floor": floor, "min": min, "max": max}) == step.value


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_declaration_is_documented(layer: type[Layer]) -> None:
    assert (layer.__doc__ or "").split("\n")[0].endswith(".")
    assert layer.examples
    assert all(attribute.help for attribute in layer.attributes.values())


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_its_formulas_can_be_meant(layer: type[Layer]) -> None:
    """What `check_formulas` finds: other classes are checked when Python reads them, ours here."""
    layer.check_formulas()


def test_names_are_the_words_of_the_file_format() -> None:
    assert list(LAYERS["conv"].attributes) == [
        "filters", "kernel", "stride", "padding", "dilation", "groups", "bias", "connections", "shared",
    ]  # fmt: skip


DESCRIPTIONS = {
    "conv: {filters: 96, kernel: 11, stride: 4}": "conv 11×11, 96, stride 4",
    "conv: {filters: 6, kernel: 5, padding: same, groups: 3}": "conv 5×5, 6, same, depthwise",
    "conv: {filters: 6, kernel: [1, 7], padding: [0, 3], bias: false}": "conv 1×7, 6, padding 0×3, no bias",
    "conv: {filters: 2, kernel: 3, padding: [[0, 1], 1]}": "conv 3×3, 2, padding 0+1×1",
    "max_pool: {kernel: 3, stride: 2, ceil: true}": "max_pool 3×3, stride 2, ceil",
    "max_pool: {kernel: 3, stride: 2, ceil: true, clip: caffe}": "max_pool 3×3, stride 2, ceil, caffe",
    "leaky_relu: 0.1": "leaky_relu, slope 0.1",
    "adaptive_avg_pool: 1": "adaptive_avg_pool, size 1",
    "relu": "relu",
    "conv: {filters: 6, kernel: 3, shared: false}": "conv 3×3, 6, locally connected",
    "attention: {heads: 3, inner: 6, window: 4, position_table: true}": (
        "attention, heads 3, inner 6, window 4, position_table"
    ),
    "attention: {heads: 3, kv_heads: 1}": "attention, heads 3, kv_heads 1",
    "operator: {type: GRN, weights: channels, multiplies: 0}": "operator GRN",
    "operator: {type: RoIAlign, output: 4x7}": "operator RoIAlign, 4×7",
    "upsample: 1.5": "upsample, factor 1.5",
    "adaptive_avg_pool: [[1, keep]]": "adaptive_avg_pool, size 1×keep",
    "crop: {by: [[1, 0], 2]}": "crop, by 1+0×2",
    "batch_norm: {shift: false}": "batch_norm, no shift",
    "instance_norm: {scale: true}": "instance_norm, scale",
}


@pytest.mark.parametrize(("entry", "text"), DESCRIPTIONS.items())
def test_a_layer_is_described_as_a_lecturer_would(entry: str, text: str) -> None:
    (row,) = cnncalc.analyze(cnncalc.loads(f"input: {{channels: 3, size: 32}}\nlayers:\n  - {entry}\n")).rows
    assert describe_layer(row.layer, 3) == text


# The least that a number may be, where it is not 1; floats and words have no bound
LEAST = {
    "padding": 0,
    "shift": 0,
    "output_padding": 0,
    "index": 0,
    "by": 0,
    "weights": 0,
    "biases": 0,
    "buffers": 0,
    "multiplies": 0,
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_least_that_a_number_may_be(name: str) -> None:
    for attribute in LAYERS[name].attributes.values():
        if attribute.kind in ("int", "PerAxis", "Padding"):
            least = LEAST.get(attribute.name, 1)
            attribute.convert(least, 2)
            with pytest.raises(BadValue, match=f"must be at least {least}, is {least - 1}"):
                attribute.convert(least - 1, 2)


SYMBOLS = {"kernel": "F", "stride": "S", "padding": "P", "by": "P"}


@pytest.mark.parametrize("name", LAYERS)
def test_lecture_notes_have_letters_for_some(name: str) -> None:
    attributes = LAYERS[name].attributes
    if name != "operator":  # whose figures are as the file says
        assert {key: attribute.symbol for key, attribute in attributes.items()} == {
            key: SYMBOLS.get(key) for key in attributes
        }


def test_an_example_costs_nothing_unless_it_says_so() -> None:
    assert Example("", "1", "2") == ("", "1", "2", 0, 0)
