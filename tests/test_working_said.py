"""What `explain` says besides its steps: the P of `same`, weights by group, formulas of what counts nothing."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.analyses.columns import weight_layers
from cnncalc.analyses.working import explain, working_of
from tests.running import invoke

SAME = [
    ("conv: {filters: 8, kernel: 5, padding: same}", 27, "same is P = (F − 1)/2 = (5 − 1)/2 = 2 at each end"),
    ("conv: {filters: 8, kernel: 1, padding: same}", 27, "same is P = (F − 1)/2 = (1 − 1)/2 = 0 at each end"),
    ("conv: {filters: 8, kernel: 2, padding: same}", 27, "same is 0 zeros before and 1 behind"),
    # 27 // 2 rounded up is 14 places, the last begins at 26 and needs 3: 29 − 27 = 2 zeros
    ("conv: {filters: 8, kernel: 3, stride: 2, padding: same}", 27, "(F − 1)/2 = (3 − 1)/2 = 1 at each end"),
    ("conv: {filters: 8, kernel: 3, stride: 2, padding: same}", 28, "same is 0 zeros before and 1 behind"),
    ("conv: {filters: 8, kernel: 3, dilation: 2, padding: same}", 27, "(5 − 1)/2 = 2 at each end"),
    (
        "conv: {filters: 8, kernel: [1, 3], padding: same}", 27,
        "(1 − 1)/2 = 0 at each end in height; same is P = (F − 1)/2 = (3 − 1)/2 = 1 at each end in width",
    ),
    ("max_pool: {kernel: 3, stride: 1, padding: same}", 27, "(3 − 1)/2 = 1 at each end"),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "size", "said"), SAME)
def test_the_p_of_same_is_said(layer: str, size: int, said: str) -> None:
    text = f"input: {{channels: 3, size: {size}}}\nlayers:\n  - {layer}\n"
    lines = invoke("explain", "-", input=text).out.splitlines()
    (line,) = [line for line in lines if line.startswith("  padding ")]
    assert line.endswith(said)


@pytest.mark.parametrize("layer", ["conv: {filters: 8, kernel: 3, padding: 1}", "conv: {filters: 8, kernel: 3}"])
def test_a_padding_that_is_written_is_not_said_again(layer: str) -> None:
    text = f"input: {{channels: 3, size: 9}}\nlayers:\n  - {layer}\n"
    assert "  padding " not in invoke("explain", "-", input=text).out


@pytest.mark.parametrize(
    ("name", "layer", "numbers"),
    [("alexnet", "conv2", "5·5·48·128·2"), ("alexnet", "conv4", "3·3·192·192·2"), ("alexnet", "conv3", "")],
)
def test_groups_as_the_notes_write_them(name: str, layer: str, numbers: str) -> None:
    row = cnncalc.analyze(cnncalc.load(name)).find(layer)
    symbols, found = working_of(row).by_group
    assert found == numbers
    if numbers:
        assert symbols == "F_h·F_w·C_in/groups·filters/groups·groups"
        product = 1
        for number in found.split("·"):
            product *= int(number)
        assert product == row.counts.weights


VALUES = [
    ("fragments/lrn", "lrn1", "b_c = a_c / (k + α·Σ a_j²)^β over 5 channels j around c; k = 2, α = 0.0001, β = 0.75"),
    ("fragments/gap", "global_avg_pool1", "y_c = 1/(7·7)·Σ_h Σ_w x_c(h, w)"),
    ("fragments/residual_identity", "add1", "y = Σ x_i, value by value; with a shortcut a[l+2] = g(z[l+2] + a[l])"),
    ("vgg16", "softmax1", "p_c = exp(x_c) / Σ_j exp(x_j)"),
    ("lenet5", "tanh1", "y = (exp(x) − exp(−x)) / (exp(x) + exp(−x))"),
]


@pytest.mark.parametrize(("name", "layer", "formula"), VALUES)
def test_what_counts_nothing_has_its_formula(name: str, layer: str, formula: str) -> None:
    assert working_of(cnncalc.analyze(cnncalc.load(name)).find(layer)).computes == formula
    assert f"  value        {formula}" in invoke("explain", name, layer).out


def test_a_dense_layer_behind_a_mean_of_maps_gives_class_activation_maps() -> None:
    analysis = cnncalc.analyze(cnncalc.load("vgg16_cam"))
    assert explain(analysis, [analysis.find("fc")]).entries[0].maps == "global_avg_pool1"
    said = "class map    M_k(h, w) = Σ_c w_k,c·f_c(h, w), the maps before global_avg_pool1"
    assert said in invoke("explain", "vgg16_cam", "fc").out
    assert "class map" not in invoke("explain", "vgg16", "fc6").out


@pytest.mark.parametrize(("name", "layers"), [("vgg16", 16), ("vgg19", 19), ("alexnet", 8), ("lenet5", 5)])
def test_the_depth_of_a_network_is_its_weight_layers(name: str, layers: int) -> None:
    assert weight_layers(cnncalc.analyze(cnncalc.load(name))) == layers
    assert f" layers       {layers} weight layers" in invoke("summary", name).out
