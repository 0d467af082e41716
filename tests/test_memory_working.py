"""The working of bytes, and of what is trained: `explain --of`, line by line."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES, Use, used

NET = """
input: {channels: 3, size: 16}
layers:
  - conv: {name: c1, filters: 8, kernel: 3, padding: 1, trainable: false}
  - relu
  - max_pool: {name: p1, kernel: 2}
  - conv: {name: c2, filters: 8, kernel: 3, padding: 1}
  - batch_norm: {name: n2}
  - operator: {name: it, type: Strange, output: 8x8x8}
"""
ADAM = "float32, 2 images, activations not in place, adam"
LINES = {
    ("c2", "weight_memory"): ["weight mem. params·bytes 584·4 2,336", f"   {ADAM}"],
    ("n2", "buffer_memory"): ["buffer mem. buffers·bytes 16·4 64", f"   {ADAM}"],
    ("c2", "activation_memory"): ["output mem. activations·images·bytes 512·2·4 4,096", f"   {ADAM}"],
    ("c1", "kept_memory"): ["kept   0 bytes: its input: kept before, or not needed"],
    ("c2", "kept_memory"): ["kept   4,096 bytes: its input, without what is kept before"],
    ("n2", "kept_memory"): ["kept   4,160 bytes: its input and means and deviations, without what is kept before"],
    ("it", "kept_memory"): ["kept   not known of `operator`"],
    ("c1", "training_memory"): [
        "training kept + bytes·(4·trainable + frozen + buffers) 0 + 4·(4·0 + 224 + 0) 896",
        f"   params, gradients and 2 states of adam: {ADAM}",
    ],
    ("n2", "training_memory"): [
        "training kept + bytes·(4·trainable + frozen + buffers) 4,160 + 4·(4·16 + 0 + 16) 4,480",
        f"   params, gradients and 2 states of adam: {ADAM}",
    ],
    ("it", "training_memory"): ["training   not known of `operator`"],
    ("c1", "trainable"): ["trainable params − frozen 224 − 224 0"],
    ("c1", "frozen"): ["frozen   224 of 224 params: where it says `trainable: false`"],
}


@pytest.fixture(scope="module")
def analysis() -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.loads(NET).with_memory(batch=2, optimizer="adam"))


@pytest.mark.parametrize(("name", "quantity"), LINES)
def test_of_a_layer(name: str, quantity: str, analysis: cnncalc.Analysis) -> None:
    (layer,) = cnncalc.explain(analysis, name, of=[quantity]).layers
    assert [" ".join(line[:4]) for line in layer.asked[quantity]] == LINES[name, quantity]


@pytest.mark.parametrize("quantity", ["weight_memory", "buffer_memory", "activation_memory", "trainable"])
def test_the_numbers_of_a_total_give_its_value(quantity: str, analysis: cnncalc.Analysis) -> None:
    worked = MEASURES[quantity].worked
    assert worked is not None
    line = worked(analysis, None)[0]
    assert eval(line.numbers.replace(",", "").replace("·", "*").replace("−", "-")) == int(line.value.replace(",", ""))
    assert line.value == f"{MEASURES[quantity].value(analysis):,}"


def test_numbers_of_several_types_are_summed() -> None:
    text = "{input: {channels: 3, size: 8}, layers: [conv: [4, 3, dtype: int8], conv: [4, 3]]}"
    worked = MEASURES["weight_memory"].worked
    assert worked is not None
    (line,) = worked(cnncalc.analyze(cnncalc.loads(text)), None)
    assert line.value == (
        "704 bytes, of numbers of several types: float32, int8 in 1 layer, 1 image, activations not in place, sgd"
    )


def test_every_quantity_has_a_working() -> None:
    """The others are steps of each layer by themselves, or a sum or a double of such."""
    assert [name for name, one in used(Use.COLUMNS).items() if not one.worked and one.of is None] == []
