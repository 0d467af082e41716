"""Two versions of one network: what they differ in is said in one sentence, and of two networks nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.comparing.sameness import Sameness, sameness
from tests.foreign.onnx_file import model, node, tensor, value
from tests.running import invoke

pytestmark = pytest.mark.quick

INPUT = "input: {channels: 3, size: 8}\nlayers: "
CASES = [
    ("[conv: [4, 3]]", "[conv: {filters: 4, kernel: 3, name: a}]", "the same network"),
    ("[conv: [4, 3, bias: false], batch_norm]", "[conv: [4, 3]]", "the same network, but for 1 folded batch norm"),
    ("[conv: [4, 3]]", "[conv: [4, 3, bias: false], batch_norm]", "the same network, but for 1 folded batch norm"),
    ("[conv: [4, 3], batch_norm]", "[conv: [4, 3]]", "the same network, but for 1 folded batch norm"),
    (
        "[conv: [4, 3, bias: false], batch_norm]",
        "[conv: [4, 3, bias: false]]",
        "the same network, but for 1 batch norm",
    ),
    ("[conv: [4, 3]]", "[conv: [4, 3, bias: false]]", "the same network, but for 1 bias"),
    (
        "[conv: [4, 3, bias: false, repeat: 2], dropout, flatten, dense: 3, softmax]",
        "[conv: [4, 3, repeat: 2], flatten, dropout, dropout, dense: 3]",
        "the same network, but for 2 biases, 1 dropout and the softmax at the end",
    ),
    ("[conv: [4, 3, padding: same]]", "[conv: [4, 3, padding: 1]]", "the same network"),
    ("[global_avg_pool, dense: 3]", "[adaptive_avg_pool: 1, conv: [3, 1], flatten]", "the same network"),
    ("[add: {branches: [[conv: [3, 1]], []]}]", "[add: {branches: [[], [conv: [3, 1]]]}]", "the same network"),
    ("[conv: [4, 3]]", "[conv: [5, 3]]", ""),
    ("[conv: [4, 3]]", "[conv: [4, 3], relu]", ""),
    ("[conv: [4, 3, padding: 1]]", "[conv: [4, 3, padding: 1, dilation: 1], relu]", ""),
    ("[conv: [4, 3, padding: 1]]", "[conv: [4, 5, padding: 2]]", ""),
    ("[relu, conv: [4, 3]]", "[conv: [4, 3], relu]", ""),
    ("[add: {branches: [[relu], [conv: [3, 1]]]}]", "[add: {branches: [[], [relu, conv: [3, 1]]]}]", ""),
    ("[softmax, conv: [3, 1]]", "[conv: [3, 1]]", ""),
    ("[batch_norm, conv: [3, 1]]", "[conv: [3, 1]]", ""),
    ("[concat: {branches: [[relu], []]}]", "[concat: {branches: [[], [relu]]}]", ""),
    ("[operator: {type: A, weights: 1}]", "[operator: {type: A, weights: 1}]", ""),  # multiplies are not known
]


@pytest.mark.parametrize(("one", "other", "said"), CASES)
def test_what_is_the_same(one: str, other: str, said: str) -> None:
    found = sameness(*(cnncalc.analyze(cnncalc.loads(INPUT + text)) for text in (one, other)))
    assert (found.text if found else "") == said


def test_networks_on_other_inputs_are_not_the_same() -> None:
    one, other = (cnncalc.analyze(cnncalc.load("vgg16", input_size=size)) for size in ("224", "256"))
    assert sameness(one, other) is None


def test_every_layer_of_a_deep_network_is_told_apart() -> None:
    one, other = (cnncalc.analyze(cnncalc.load(name)) for name in ("resnet101", "resnet152"))
    assert (sameness(one, one), sameness(one, other)) == (Sameness(), None)


def test_an_exported_model_is_the_network_that_it_is_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nodes = [
        node("Conv", ["x", "onnx::Conv_9", "onnx::Conv_10"], ["a"], "/conv/Conv", kernel_shape=[3, 3]),
        node("Relu", ["a"], ["b"], "/relu/Relu"),
        node("GlobalAveragePool", ["b"], ["c"], "/pool/Pool"),
        node("Flatten", ["c"], ["y"], "/Flatten"),
    ]
    stored = [tensor("onnx::Conv_9", [4, 3, 3, 3]), tensor("onnx::Conv_10", [4])]
    (tmp_path / "model.onnx").write_bytes(model(nodes, [value("x", [1, 3, 8, 8])], [value("y", [1, 4])], stored))
    (tmp_path / "net.yaml").write_text(INPUT + "[conv: [4, 3, bias: false], batch_norm, relu, global_avg_pool]\n")
    assert invoke("compare", "model.onnx", "net.yaml").out.splitlines()[-1] == (
        "The same network, but for 1 folded batch norm."
    )
    found = json.loads(invoke("compare", "model.onnx", "net.yaml", "--format", "json").out)
    assert found["same_but_for"] == {
        "folded_batch_norms": 1, "batch_norms": 0, "biases": 0, "dropouts": 0, "softmax": 0,
    }  # fmt: skip
    found = json.loads(invoke("compare", "vgg16", "vgg19", "--format", "json").out)
    assert found["same_but_for"] is None
