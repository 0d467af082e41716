"""Attributes of operators of ONNX that change what these give, and how often they multiply."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from tests.foreign.onnx_file import floats, model, node, tensor, value

pytestmark = pytest.mark.quick


class Case(NamedTuple):
    """A node that reads `x`, what it gives, and what it multiplies."""

    node: bytes
    dims: list[int]
    output: tuple[int, ...]
    multiplies: int = 0
    stored: list[bytes] = []


def pool(**given: Any) -> bytes:
    return node("AveragePool", ["x"], ["h"], kernel_shape=[3, 3], **given)


def resize(policy: str, reads: tuple[str, ...] = ("x", "", "", "s"), **given: Any) -> bytes:
    return node("Resize", reads, ["h"], keep_aspect_ratio_policy=policy, axes=[2, 3], **given)


def spread(**given: Any) -> bytes:
    return node("ConvTranspose", ["x", "w"], ["h"], strides=[2, 2], output_shape=[10, 10], **given)


SIDES = [tensor("s", [2], [10, 20])]
KERNEL = [tensor("w", [3, 4, 3, 3])]
SMALL = [1, 3, 5, 5]
CUT = {"coordinate_transformation_mode": "tf_crop_and_resize"}
CASES = {
    "a pool with holes": Case(pool(dilations=[2, 2]), [1, 3, 10, 10], (3, 6, 6)),
    "a pool with holes and a border": Case(pool(dilations=[2, 3], pads=[1, 1, 1, 1]), [1, 3, 10, 10], (3, 8, 6)),
    "a pool with holes whose last window is cut": Case(
        pool(dilations=[2, 2], strides=[2, 2], ceil_mode=1), [1, 3, 10, 10], (3, 4, 4)
    ),
    "a pool with holes of the same size": Case(
        pool(dilations=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER"), [1, 3, 9, 9], (3, 5, 5)
    ),
    "a pool without holes": Case(pool(dilations=[1, 1]), [1, 3, 10, 10], (3, 8, 8)),
    "a size that is not larger": Case(resize("not_larger"), SMALL, (3, 10, 10), 0, SIDES),
    "a size that is not smaller": Case(resize("not_smaller"), SMALL, (3, 20, 20), 0, SIDES),
    "a size that is stretched": Case(resize("stretch"), SMALL, (3, 10, 20), 0, SIDES),
    "a part that is enlarged": Case(
        resize("stretch", ("x", "r", "f"), **CUT), SMALL, (3, 7, 5), 0,
        [floats("r", [4], [0, 0.5, 0.75, 1]), floats("f", [2], [2, 2])],
    ),
    "a size that is spread to": Case(spread(), SMALL, (4, 10, 10), 25 * 108, KERNEL),
    "one that is cut in front": Case(spread(auto_pad="SAME_UPPER"), SMALL, (4, 10, 10), 25 * 108, KERNEL),
    "one with a rest": Case(spread(output_padding=[1, 1]), SMALL, (4, 10, 10), 25 * 108, KERNEL),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_attribute_changes_what_is_given(case: Case, tmp_path: Path) -> None:
    """Also where the file says no sizes."""
    nodes = [case.node, node("GlobalAveragePool", ["h"], ["y"])]
    data = model(nodes, [value("x", case.dims)], [value("y", [1, "c", 1, 1])], case.stored)
    (tmp_path / "net.onnx").write_bytes(data)
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.rows[0].output_shape, analysis.totals.multiplies) == (case.output, case.multiplies)
    assert (analysis.status, analysis.notes) == ("exact", ())


def attention(*reads: str, **given: Any) -> bytes:
    return node("Attention", reads, ["y"], "attention", **given)


HEADS = {"q_num_heads": 4, "kv_num_heads": 4}
ATTENTION: dict[str, tuple[bytes, dict[str, list[int]], tuple[int, ...], int]] = {
    "heads": (attention("x", "k", "v"), {"x": [1, 4, 3, 8], "k": [1, 4, 3, 8], "v": [1, 4, 3, 8]},
        (1, 4, 3, 8), 2 * 4 * 9 * 8),
    "what is past": (
        attention("x", "k", "v", "", "pk", "pv"),
        {"x": [1, 4, 3, 8], "k": [1, 4, 3, 8], "v": [1, 4, 3, 8], "pk": [1, 4, 5, 8], "pv": [1, 4, 5, 8]},
        (1, 4, 3, 8), 2 * 4 * 3 * 8 * 8),
    "narrower values": (attention("x", "k", "v", **HEADS), {"x": [1, 3, 32], "k": [1, 3, 32], "v": [1, 3, 20]},
        (1, 3, 20), 4 * 9 * 8 + 4 * 9 * 5),
    "narrower values of heads": (attention("x", "k", "v"), {"x": [1, 4, 3, 8], "k": [1, 4, 3, 8], "v": [1, 4, 3, 5]},
        (1, 4, 3, 5), 4 * 9 * 8 + 4 * 9 * 5),
}  # fmt: skip


@pytest.mark.parametrize(("one", "inputs", "output", "multiplies"), ATTENTION.values(), ids=ATTENTION)
def test_attention_has_the_values_sizes_and_what_is_past(
    one: bytes, inputs: dict[str, list[int]], output: tuple[int, ...], multiplies: int, tmp_path: Path
) -> None:
    shown = [value(name, dims) for name, dims in inputs.items()]
    (tmp_path / "net.onnx").write_bytes(model([one], shown, [value("y", list(output))]))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.totals.multiplies, analysis.status, analysis.notes) == (multiplies, "exact", ())


FUSED = {
    "as they are": ({}, [8, 12], (1, 5, 8), 96, 480),
    "the matrix turned": ({"transB": 1}, [12, 8], (1, 5, 8), 96, 480),
    "the image turned": ({"transA": 1}, [8, 8], (1, 8, 5), 64, 320),
    "both turned": ({"transA": 1, "transB": 1}, [12, 8], (1, 8, 5), 96, 480),
}


@pytest.mark.parametrize(("given", "matrix", "dims", "params", "multiplies"), FUSED.values(), ids=FUSED)
def test_a_fused_product_turns_what_it_reads(
    given: dict[str, int], matrix: list[int], dims: tuple[int, ...], params: int, multiplies: int, tmp_path: Path
) -> None:
    nodes = [node("FusedMatMul", ["x", "w"], ["y"], "one", "com.microsoft", **given)]
    data = model(nodes, [value("x", list(dims))], [value("y", [1, 5, params // 8])], [tensor("w", matrix)])
    (tmp_path / "net.onnx").write_bytes(data)
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.totals.params, analysis.totals.multiplies) == (params, multiplies)
    assert (analysis.status, analysis.notes) == ("exact", ())
