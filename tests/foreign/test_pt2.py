"""Exported programs of PyTorch: the JSON in the archive is read, and nothing else of it."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.pace import allowed
from tests.running import invoke, sample

pytestmark = pytest.mark.quick


def tensor(name: str) -> dict[str, Any]:
    return {"as_tensor": {"name": name}}


def node(type: str, reads: dict[str, str | None], gives: str, module: str = "", **given: Any) -> dict[str, Any]:
    """A node as `torch.export` writes it, which gives one or several tensors; `module` is where it stands.

    That is the path and the class of a module.
    """
    inputs = [
        {"name": key, "arg": {"as_none": True} if one is None else tensor(one), "kind": 1} for key, one in reads.items()
    ]
    for key, value in given.items():
        kind = {bool: "as_bool", int: "as_int", float: "as_float", list: "as_ints"}[type_of(value)]
        inputs.append({"name": key, "arg": {kind: value}, "kind": 1})
    stack = f"L__self__,,Net;{module}" if module else ""
    return {
        "target": f"torch.ops.aten.{type}",
        "inputs": inputs,
        "outputs": [tensor(one) for one in gives.split()],
        "metadata": {"nn_module_stack": stack},
        "name": gives.partition(" ")[0],
    }


type_of = type


def program(nodes: list[dict[str, Any]], sizes: dict[str, list[int]], gives: str) -> dict[str, Any]:
    """A whole program: `x` is the input, `p_…` are parameters and `b_…` buffers."""
    specs: list[dict[str, Any]] = []
    for name in sizes:
        if name.startswith("p_"):
            specs.append({"parameter": {"arg": {"name": name}, "parameter_name": name[2:]}})
        elif name.startswith("b_"):
            specs.append({"buffer": {"arg": {"name": name}, "buffer_name": name[2:], "persistent": True}})
    specs.append({"user_input": {"arg": tensor("x")}})
    values = {name: {"dtype": 7, "sizes": [{"as_int": side} for side in dims]} for name, dims in sizes.items()}
    outputs = [tensor(one) for one in gives.split()]
    graph = {"inputs": [], "outputs": outputs, "nodes": nodes, "tensor_values": values}
    signature = {"input_specs": specs, "output_specs": [{"user_output": {"arg": one}} for one in outputs]}
    return {"graph_module": {"graph": graph, "signature": signature}, "schema_version": {"major": 8, "minor": 20}}


SMALL = program(
    [
        node(
            "conv2d.default",
            {"input": "x", "weight": "p_w", "bias": None},
            "a",
            "L__self__body,body,Body;L__self__body.conv,body.conv,Conv2d",
            padding=[1, 1],
        ),
        node(
            "batch_norm.default",
            {"input": "a", "weight": "p_s", "bias": "p_b", "running_mean": "b_m", "running_var": "b_v"},
            "n",
            "L__self__body,body,Body;L__self__body.norm,body.norm,BatchNorm2d",
        ),
        node("relu_.default", {"self": "n"}, "r", "L__self__act,act,ReLU"),
        node("mean.dim", {"self": "r"}, "m", dim=[2, 3]),
        node("linear.default", {"input": "m", "weight": "p_f", "bias": "p_g"}, "y", "L__self__fc,fc,Linear"),
    ],
    {"p_w": [4, 3, 3, 3], "p_s": [4], "p_b": [4], "b_m": [4], "b_v": [4], "p_f": [10, 4], "p_g": [10],
     "x": [1, 3, 8, 8], "a": [1, 4, 8, 8], "n": [1, 4, 8, 8], "r": [1, 4, 8, 8], "m": [1, 4], "y": [1, 10]},
    "y",
)  # fmt: skip


def archive(whole: Any, name: str = "net/models/model.json") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("net/archive_format", "pt2")
        file.writestr(name, whole if isinstance(whole, bytes) else json.dumps(whole))
        file.writestr("net/data/weights/weight_0", b"nobody reads this")
    return data.getvalue()


def beside(weights: bytes, whole: dict[str, Any] = SMALL) -> bytes:
    """A program, and what the archive says of its weights."""
    data = io.BytesIO(archive(whole))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("net/data/weights/model_weights_config.json", weights)
    return data.getvalue()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], str]:
    monkeypatch.chdir(tmp_path)

    def written(data: bytes) -> str:
        (tmp_path / "net.pt2").write_bytes(data)
        return "net.pt2"

    return written


def test_a_program_is_read_layer_by_layer(write: Callable[[bytes], str]) -> None:
    analysis = cnncalc.analyze(cnncalc.load(write(archive(SMALL))))
    assert [
        (row.name, row.type, row.output_shape, row.counts.params, row.counts.multiplies) for row in analysis.rows
    ] == [
        ("body/conv", "conv", (4, 8, 8), 108, 6_912),
        ("body/norm", "batch_norm", (4, 8, 8), 8, 0),
        ("act", "relu", (4, 8, 8), 0, 0),
        ("m", "global_avg_pool", (4,), 0, 0),
        ("fc", "dense", (10,), 50, 40),
    ]
    assert (analysis.status, analysis.notes, analysis.totals.buffers) == ("exact", (), 8)
    assert {name: group.kind for name, group in analysis.groups.items()} == {"body": "Body"}


def test_attention_is_counted(write: Callable[[bytes], str]) -> None:
    """4 heads of 16, 10 queries and 7 keys: 10·7·16 for the scores of a head, and as many for its sums."""
    sizes = {"x": [1, 4, 10, 16], "k": [1, 4, 7, 16], "y": [1, 4, 10, 16]}
    nodes = [
        node("slice.Tensor", {"self": "x"}, "k", dim=2, start=0, end=7),
        node("scaled_dot_product_attention.default", {"query": "x", "key": "k", "value": "k"}, "y"),
    ]
    analysis = cnncalc.analyze(cnncalc.load(write(archive(program(nodes, sizes, "y")))))
    assert (analysis.totals.multiplies, analysis.status) == (2 * 4 * 10 * 7 * 16, "exact")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("s16", "s16"),
        ("Symbol('s16', positive=True, integer=True)", "s16"),
        ("Mul(Integer(2), Symbol('s16', positive=True, integer=True))", "2*s16"),
    ],
)
def test_a_size_that_is_left_open_has_the_name_that_the_program_gave_it(
    said: str, shown: str, write: Callable[[bytes], str]
) -> None:
    whole = json.loads(json.dumps(SMALL))
    whole["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][2] = {"as_expr": {"expr_str": said}}
    code, _, err = invoke("summary", write(archive(whole)))
    assert (code, err.splitlines()[0]) == (2, f"error[missing-key]: the input `x` leaves sizes open: {shown}")


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_tensor_that_has_several_names_is_one(device: str, write: Callable[[bytes], str]) -> None:
    """The archive says which file each parameter stands in; without data all may stand in the same."""
    nodes = [
        node("layer_norm.default", {"input": "x", "weight": "p_w", "bias": "p_b"}, "a", normalized_shape=[8]),
        node("layer_norm.default", {"input": "a", "weight": "p_w", "bias": "p_b"}, "y", normalized_shape=[8]),
    ]
    sizes = {"p_w": [8], "p_v": [8], "p_u": [8], "p_b": [8], "x": [1, 5, 8], "a": [1, 5, 8], "y": [1, 5, 8]}
    meta = {"sizes": [8], "storage_offset": 0, "device": {"type": device}}
    files = {"w": "weight_0", "v": "weight_0", "u": "weight_0", "b": "weight_1"}
    config = {"config": {name: {"path_name": file, "tensor_meta": meta} for name, file in files.items()}}
    graph = cnncalc.load(write(beside(json.dumps(config).encode(), program(nodes, sizes, "y"))))
    analysis = cnncalc.analyze(graph)
    noted = ("16 stored numbers are read by nobody: `p_v`, `p_u`",) if device == "meta" else ()
    assert (analysis.totals.params, analysis.notes) == (16, noted)
    assert graph.file_bytes == {"float32": 64 if device == "cpu" else 128}


HOSTILE: dict[str, Callable[[], bytes]] = {  # made where they are needed: to compress a bomb takes a second
    "a bomb": lambda: archive(b" " * 40_000_000),
    "deep JSON": lambda: archive(b"[" * 100_000),
    "no program": lambda: archive(SMALL, "net/models/model.txt"),
    "a program of nothing": lambda: archive({}),
    "a path outside": lambda: archive(SMALL, "../../models/model.json"),
    "weights of another kind": lambda: beside(b'{"config": 7}'),
    "weights that are a bomb": lambda: beside(b" " * 40_000_000),
    "no archive": lambda: b"PK\x03\x04" + b"\0" * 26 + b"net/archive_format",
}


@pytest.mark.parametrize("name", sample(3, sorted(HOSTILE)))
def test_a_hostile_file_is_refused_quickly(name: str, write: Callable[[bytes], str]) -> None:
    file = write(HOSTILE[name]())
    begin = time.process_time()
    code, out, err = invoke("summary", file)
    assert (code, out) == (2, "")
    assert err.startswith("error[")
    assert time.process_time() - begin < allowed(6)  # 2 s, thrice as much while coverage is measured


def test_a_file_that_ends_anywhere_is_refused(write: Callable[[bytes], str]) -> None:
    whole = archive(SMALL)
    for stop in range(1, len(whole), 11):
        with suppress(cnncalc.ProblemsFound):
            cnncalc.load(write(whole[:stop]))


def test_a_file_of_weights_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl")
    code, _, err = invoke("summary", str(path))
    assert code == 2
    assert "which is not read" in err
    assert "torch.export.save(torch.export.export(model, args)" in err


def test_what_is_written_into_a_part_is_read_with_the_whole(write: Callable[[bytes], str]) -> None:
    """`part = x[:, :, 1:]; part += conv(part)`: the whole depends on the convolution, though no edge leads there."""
    nodes = [
        node("slice.Tensor", {"self": "x"}, "part", dim=2, start=1, end=8),
        node("conv2d.default", {"input": "part", "weight": "p_w", "bias": None}, "conv"),
        node("add_.Tensor", {"self": "part", "other": "conv"}, "sum"),
        node("relu.default", {"self": "x"}, "y"),
    ]
    sizes = {"x": [1, 3, 8, 8], "p_w": [3, 3, 1, 1], "part": [1, 3, 7, 8], "conv": [1, 3, 7, 8], "sum": [1, 3, 7, 8],
             "y": [1, 3, 8, 8]}  # fmt: skip
    analysis = cnncalc.analyze(cnncalc.load(write(archive(program(nodes, sizes, "y")))))
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (9, 504, "exact")


def test_a_table_that_a_layer_makes_of_constants_is_counted(write: Callable[[bytes], str]) -> None:
    """It reads no image, and yet is worked out for each."""
    nodes = [
        node("linear.default", {"input": "b_table", "weight": "p_w", "bias": None}, "bias"),
        node("add.Tensor", {"self": "x", "other": "bias"}, "y"),
    ]
    sizes = {"x": [1, 6, 8], "b_table": [6, 2], "p_w": [8, 2], "bias": [6, 8], "y": [1, 6, 8]}
    analysis = cnncalc.analyze(cnncalc.load(write(archive(program(nodes, sizes, "y")))))
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (16, 96, "exact")


def test_a_sum_goes_by_its_equation(write: Callable[[bytes], str]) -> None:
    nodes = [node("einsum.default", {"a": "x", "b": "p_w"}, "y")]
    nodes[0]["inputs"].append({"name": "equation", "arg": {"as_string": "bij,kj->bik"}, "kind": 1})
    sizes = {"x": [1, 6, 8], "p_w": [5, 8], "y": [1, 6, 5]}
    analysis = cnncalc.analyze(cnncalc.load(write(archive(program(nodes, sizes, "y")))))
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (40, 240, "exact")
