"""Of several tensors that an operator gives any may be the one that is read: what it learns counts all the same."""

from __future__ import annotations

from itertools import chain, combinations
from math import prod
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.foreign import onnx_file as onnx
from tests.foreign.test_pt2 import archive, node, program
from tests.running import invoke

pytestmark = pytest.mark.quick

Sizes = dict[str, list[int]]
IMAGE, ROW = [1, 6, 8, 8], [1, 11, 6]


def recurrent(type: str, gates: int, *, layers: int = 1, ways: int = 1, biases: bool = True) -> tuple[Any, Sizes]:
    """A stack of 7 units as `torch.export` writes it, on 11 steps of 6, and what it learns."""
    sizes: Sizes = {}
    for layer in range(layers):
        for way in range(ways):
            sizes[f"p_i{layer}{way}"] = [7 * gates, 7 * ways if layer else 6]
            sizes[f"p_h{layer}{way}"] = [7 * gates, 7]
            if biases:
                sizes |= {f"p_b{layer}{way}": [7 * gates], f"p_c{layer}{way}": [7 * gates]}
    states = ["b_h", "b_c"] if type == "lstm" else ["b_h"]
    made = node(
        f"{type}.input", {"input": "a"} | {one: one for one in (*states, *sizes)}, "y h c" if type == "lstm" else "y h",
        has_biases=biases, num_layers=layers, dropout=0.0, bidirectional=ways == 2, batch_first=True,
    )  # fmt: skip
    state = [layers * ways, 1, 7]
    return made, {**sizes, **dict.fromkeys(states, state), "y": [1, 11, 7 * ways], "h": state, "c": state}


KINDS: dict[str, tuple[dict[str, Any], Sizes]] = {
    "lstm": recurrent("lstm", 4),
    "gru, two ways, without biases": recurrent("gru", 3, ways=2, biases=False),
    "three rnns": recurrent("rnn_tanh", 1, layers=3, ways=2),
    "an unknown one": (
        node("strange.default", {"self": "a", "weight": "p_s"}, "y h c"),
        {"p_s": [5, 5], "y": ROW, "h": [1, 4], "c": [2]},
    ),
    "with a table": (node("topk.default", {"self": "a", "other": "p_t"}, "y h"), {"p_t": [9], "y": ROW, "h": ROW}),
    "a norm": (
        node("native_layer_norm.default", {"input": "a", "w": "p_w", "b": "p_v"}, "y h c", normalized_shape=[6]),
        {"p_w": [6], "p_v": [6], "y": ROW, "h": [1, 11, 1], "c": [1, 11, 1]},
    ),
}  # fmt: skip


def chosen() -> list[tuple[str, tuple[str, ...]]]:
    """Each kind with each choice of what is read of it."""
    return [
        (name, some)
        for name, (made, _) in KINDS.items()
        for names in [[one["as_tensor"]["name"] for one in made["outputs"]]]
        for some in chain.from_iterable(combinations(names, many) for many in range(1, len(names) + 1))
    ]


@pytest.mark.parametrize(("kind", "read"), chosen())
def test_all_that_is_learned_counts_whatever_is_read(kind: str, read: tuple[str, ...], tmp_path: Path) -> None:
    """In front stands a layer that learns 6·6, and behind each tensor that is read one that adds a number to it."""
    made, sizes = KINDS[kind]
    sizes = sizes | {"x": ROW, "p_first": [6, 6], "a": ROW}
    nodes = [node("linear.default", {"input": "x", "weight": "p_first", "bias": None}, "a"), made]
    for name in read:
        nodes.append(node("add.Tensor", {"self": name, "other": f"p_{name}"}, f"{name}z"))
        sizes |= {f"p_{name}": [sizes[name][-1]], f"{name}z": sizes[name]}
    (tmp_path / "net.pt2").write_bytes(archive(program(nodes, sizes, " ".join(f"{name}z" for name in read))))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.pt2"))
    assert analysis.totals.params == sum(prod(dims) for name, dims in sizes.items() if name.startswith("p_"))
    assert not analysis.notes or kind == "an unknown one"


def test_the_places_of_what_is_largest_put_it_back(tmp_path: Path) -> None:
    nodes = [
        node("max_pool2d_with_indices.default", {"self": "x"}, "a i", kernel_size=[2, 2], stride=[2, 2]),
        node("max_unpool2d.default", {"self": "a", "indices": "i"}, "u", output_size=[8, 8]),
        node("conv2d.default", {"input": "u", "weight": "p_w", "bias": None}, "y"),
    ]
    small = [1, 6, 4, 4]
    sizes = {"p_w": [4, 6, 1, 1], "x": IMAGE, "a": small, "i": small, "u": IMAGE, "y": [1, 4, 8, 8]}
    (tmp_path / "net.pt2").write_bytes(archive(program(nodes, sizes, "y")))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.pt2"))
    assert [(row.type, row.output_shape) for row in analysis.rows] == [
        ("max_pool", (6, 4, 4)),
        ("operator", (6, 4, 4)),
        ("operator", (6, 8, 8)),
        ("conv", (4, 8, 8)),
    ]
    assert (analysis.totals.multiplies, analysis.status) == (24 * 64, "exact")


@pytest.mark.parametrize(
    ("made", "multiplies"),
    [
        (recurrent("lstm", 4), 11 * 4 * 7 * (6 + 7)),
        (recurrent("gru", 3, ways=2, biases=False), 11 * 2 * 3 * 7 * (6 + 7)),
        (recurrent("rnn_relu", 1, layers=2, ways=2), 11 * 2 * 7 * (6 + 7 + 14 + 7)),
    ],
)
def test_the_last_state_alone_is_worked_out_over_all_steps(made: Any, multiplies: int, tmp_path: Path) -> None:
    one, sizes = made
    nodes = [node("relu.default", {"self": "x"}, "a"), one]
    (tmp_path / "net.pt2").write_bytes(archive(program(nodes, sizes | {"a": ROW, "x": ROW}, "h")))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.pt2"))
    assert (analysis.totals.multiplies, analysis.status) == (multiplies, "exact")


def test_a_stack_with_projections_is_a_lower_bound_also_by_its_second_output(tmp_path: Path) -> None:
    one, sizes = recurrent("lstm", 4)
    one["inputs"].append({"name": "p_r", "arg": {"as_tensor": {"name": "p_r"}}, "kind": 1})
    sizes |= {"a": ROW, "x": ROW, "p_r": [3, 7], "y": [1, 11, 3], "h": [1, 1, 3]}
    file = tmp_path / "net.pt2"
    file.write_bytes(archive(program([node("relu.default", {"self": "x"}, "a"), one], sizes, "h")))
    analysis = cnncalc.analyze(cnncalc.load(file))
    assert (analysis.totals.params, analysis.status) == (28 * 6 + 28 * 7 + 2 * 28 + 3 * 7, "lower_bound")
    assert invoke("summary", str(file), "--strict").code == 2


BEFORE = node("linear.default", {"input": "x", "weight": "p_v", "bias": None}, "a")
STATE = {"h": "b_h"}
BESIDES: dict[str, tuple[list[dict[str, Any]], Sizes, int]] = {
    "a state that a layer works out": (
        [
            BEFORE,
            node("mean.dim", {"self": "a"}, "m", dim=[0, 1]),
            node("unsqueeze.default", {"self": "m"}, "n", dim=0),
            node("unsqueeze.default", {"self": "n"}, "s", dim=0),
            node("gru.input", {"input": "x", "h": "s", "i": "p_i", "r": "p_h"}, "y h", has_biases=False, num_layers=1,
                 dropout=0.0, bidirectional=False, batch_first=True),
        ],
        {"p_v": [7, 6], "a": [1, 11, 7], "m": [7], "n": [1, 7], "s": [1, 1, 7], "p_i": [21, 6], "p_h": [21, 7],
         "x": ROW, "y": [1, 11, 7], "h": [1, 1, 7]},
        11 * 42 + 11 * 21 * 13,
    ),
    "a state that is learned": (
        [node("gru.input", {"input": "x", "h": "p_s", "i": "p_i", "r": "p_h"}, "y h", has_biases=False, num_layers=1,
              dropout=0.0, bidirectional=False, batch_first=True)],
        {"p_s": [1, 1, 7], "p_i": [21, 6], "p_h": [21, 7], "x": ROW, "y": [1, 11, 7], "h": [1, 1, 7]},
        11 * 21 * 13,
    ),
    "a mask that is learned": (
        [node("scaled_dot_product_attention.default", {"query": "x", "key": "x", "value": "x", "m": "p_m"}, "y")],
        {"p_m": [11, 11], "x": ROW, "y": ROW},
        2 * 11 * 11 * 6,
    ),
    "a mask that a layer works out": (
        [
            node("linear.default", {"input": "x", "weight": "p_v", "bias": None}, "m"),
            node("scaled_dot_product_attention.default", {"query": "x", "key": "x", "value": "x", "m": "m"}, "y"),
        ],
        {"p_v": [11, 6], "m": [1, 11, 11], "x": ROW, "y": ROW},
        11 * 66 + 2 * 11 * 11 * 6,
    ),
    "what is added to a product": (
        [
            node("linear.default", {"input": "x", "weight": "p_v", "bias": None}, "a"),
            node("transpose.int", {"self": "x"}, "t", dim0=1, dim1=2),
            node("baddbmm.default", {"self": "a", "batch1": "x", "batch2": "t"}, "y"),
        ],
        {"p_v": [11, 6], "a": [1, 11, 11], "x": ROW, "t": [1, 6, 11], "y": [1, 11, 11]},
        11 * 66 + 11 * 11 * 6,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDES)
def test_what_a_layer_reads_besides_counts(name: str, tmp_path: Path) -> None:
    nodes, sizes, multiplies = BESIDES[name]
    (tmp_path / "net.pt2").write_bytes(archive(program(nodes, sizes, "y")))
    totals = cnncalc.analyze(cnncalc.load(tmp_path / "net.pt2")).totals
    params = sum(prod(dims) for one, dims in sizes.items() if one.startswith("p_"))
    assert (totals.params, totals.multiplies) == (params, multiplies)


def test_what_is_read_for_its_size_alone_holds_nothing(tmp_path: Path) -> None:
    """The table counts where it is read for an output, and not at what only gives a shape."""
    data = onnx.model(
        [
            onnx.node("Strange", ["x", "w"], ["a", "b"], "strange"),
            onnx.node("Shape", ["a"], ["s"], "shape"),
            onnx.node("Expand", ["b", "s"], ["y"], "expand"),
        ],
        [onnx.value("x", [1, 4, 8, 8])],
        [onnx.value("y", [1, 4, 8, 8])],
        [onnx.tensor("w", [5, 5])],
        [onnx.value("a", [1, 4, 8, 8]), onnx.value("b", [1, 4, 1, 1])],
    )
    (tmp_path / "net.onnx").write_bytes(data)
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.totals.params, analysis.status) == (25, "lower_bound")
    assert analysis.notes == ("`Strange` is not understood, its multiplies are not known: `strange`",)
