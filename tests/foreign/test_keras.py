"""Keras: JSON of every version, `.keras` archives, and what becomes of files that are none."""

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
from tests.running import invoke

pytestmark = pytest.mark.quick


def layer(type: str, name: str, **config: Any) -> dict[str, Any]:
    """A layer as Keras writes it."""
    return {"class_name": type, "config": {"name": name, **config}, "name": name}


def sequential(*layers: dict[str, Any], shape: tuple[int | None, ...] = (None, 8, 8, 3)) -> dict[str, Any]:
    """A model whose layers follow each other."""
    first = layer("InputLayer", "input", batch_shape=shape)
    return {"class_name": "Sequential", "config": {"name": "small", "layers": [first, *layers]}}


def tensor(name: str, shape: list[int | None] | None = None, call: int = 0) -> dict[str, Any]:
    """What version 3 writes for a tensor that is read."""
    return {"class_name": "__keras_tensor__", "config": {"shape": shape, "keras_history": [name, call, 0]}}


def functional(layers: list[dict[str, Any]], gives: str, calls: dict[str, list[list[Any]]]) -> dict[str, Any]:
    """A model whose layers read tensors by name: of each layer its calls, and what each reads."""
    written = [
        {**one, "inbound_nodes": [{"args": reads, "kwargs": {}} for reads in calls.get(one["name"], [])]}
        for one in layers
    ]
    config = {"name": "net", "layers": written, "input_layers": [["x", 0, 0]], "output_layers": [[gives, 0, 0]]}
    return {"class_name": "Functional", "config": config}


X = layer("InputLayer", "x", batch_shape=[None, 8, 8, 3])
SMALL = sequential(
    layer("Conv2D", "conv", filters=4, kernel_size=[3, 3], strides=[1, 1], padding="same", activation="relu"),
    layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2], padding="valid"),
    layer("Flatten", "flatten"),
    layer("Dense", "fc", units=10, activation="softmax"),
)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], str]:
    monkeypatch.chdir(tmp_path)

    def written(data: Any) -> str:
        (tmp_path / "net.json").write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return "net.json"

    return written


def analyzed(file: str) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.load(file))


def figures(file: str) -> list[tuple[str, str, tuple[int, ...], int, int]]:
    return [
        (row.name, row.type, row.output_shape, row.counts.params, row.counts.multiplies) for row in analyzed(file).rows
    ]


ROWS = [
    ("conv", "conv", (4, 8, 8), 112, 6_912),
    ("conv_relu", "relu", (4, 8, 8), 0, 0),
    ("pool", "max_pool", (4, 4, 4), 0, 0),
    ("flatten", "flatten", (64,), 0, 0),
    ("fc", "dense", (10,), 650, 640),
    ("fc_softmax", "softmax", (10,), 0, 0),
]


def test_a_model_is_read_layer_by_layer(write: Callable[[Any], str]) -> None:
    assert figures(write(SMALL)) == ROWS


def test_an_archive_is_read_without_its_weights(write: Callable[[Any], str]) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(SMALL))
        archive.writestr("model.weights.h5", b"nobody reads this")
    assert figures(write(data.getvalue())) == ROWS


VERSIONS: dict[str, Any] = {
    "0.3": {
        "name": "Sequential",
        "layers": [
            {"name": "Convolution2D", "nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "same",
             "subsample": [1, 1], "dim_ordering": "th", "input_shape": [3, 8, 8], "custom_name": "conv",
             "activation": "relu"},
            {"name": "MaxPooling2D", "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid",
             "dim_ordering": "th", "custom_name": "pool"},
            {"name": "Flatten", "custom_name": "flatten"},
            {"name": "Dense", "output_dim": 10, "activation": "softmax", "custom_name": "fc"},
        ],
    },
    "1": {
        "class_name": "Sequential",
        "keras_version": "1.2.2",
        "config": [
            {"class_name": "Convolution2D", "config": {"name": "conv", "nb_filter": 4, "nb_row": 3, "nb_col": 3,
             "border_mode": "same", "dim_ordering": "tf", "batch_input_shape": [None, 8, 8, 3], "activation": "relu"}},
            {"class_name": "MaxPooling2D", "config": {"name": "pool", "pool_size": [2, 2], "border_mode": "valid"}},
            {"class_name": "Flatten", "config": {"name": "flatten"}},
            {"class_name": "Dense", "config": {"name": "fc", "output_dim": 10, "activation": "softmax", "bias": True}},
        ],
    },
    "2": {
        "class_name": "Model",
        "keras_version": "2.2.4",
        "config": {
            "name": "net",
            "layers": [
                {**layer("InputLayer", "x", batch_input_shape=[None, 8, 8, 3]), "inbound_nodes": []},
                {**SMALL["config"]["layers"][1], "inbound_nodes": [[["x", 0, 0, {}]]]},
                {**SMALL["config"]["layers"][2], "inbound_nodes": [[["conv", 0, 0, {}]]]},
                {**SMALL["config"]["layers"][3], "inbound_nodes": [[["pool", 0, 0, {}]]]},
                {**SMALL["config"]["layers"][4], "inbound_nodes": [[["flatten", 0, 0, {}]]]},
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["fc", 0, 0]],
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read(version: str, write: Callable[[Any], str]) -> None:
    assert figures(write(VERSIONS[version])) == ROWS


LAYERS = {  # layer, what it reads, what it gives, params, buffers, multiplies
    "depthwise": (layer("DepthwiseConv2D", "a", kernel_size=3, padding="same", use_bias=False), (4, 8, 8),
                  36, 0, 2_304),
    "no scale": (layer("BatchNormalization", "a", axis=[3], scale=False), (4, 8, 8), 4, 8, 0),
    "both": (layer("BatchNormalization", "a", axis=-1), (4, 8, 8), 8, 8, 0),
    "mean and variance": (layer("Normalization", "a", axis=[-1]), (4, 8, 8), 0, 9, 0),
    "padding": (layer("ZeroPadding2D", "a", padding=[[0, 1], [2, 3]]), (4, 9, 13), 0, 0, 0),
    "cropping": (layer("Cropping2D", "a", cropping=[[1, 0], [2, 1]]), (4, 7, 5), 0, 0, 0),
    "transposed, same": (
        layer("Conv2DTranspose", "a", filters=2, kernel_size=3, strides=2, padding="same"), (2, 16, 16), 74, 0, 4_608,
    ),
    "transposed, a kernel below the stride": (
        layer("Conv2DTranspose", "a", filters=2, kernel_size=2, strides=3, padding="valid"), (2, 24, 24), 34, 0, 2_048,
    ),
    "kept sides": (layer("GlobalAveragePooling2D", "a", keepdims=True), (4, 1, 1), 0, 0, 0),
    "each channel": (layer("PReLU", "a", shared_axes=[1, 2]), (4, 8, 8), 4, 0, 0),
    "twice as large": (layer("UpSampling2D", "a", size=[2, 2]), (4, 16, 16), 0, 0, 0),
    "at each position": (layer("Dense", "a", units=5), (5, 8, 8), 25, 0, 1_280),
    "a shape": (layer("Reshape", "a", target_shape=[4, 64]), (64, 4), 0, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layers_have_the_figures_of_keras(name: str, write: Callable[[Any], str]) -> None:
    one, shape, *counts = LAYERS[name]
    (row,) = analyzed(write(sequential(one, shape=(None, 8, 8, 4)))).rows
    assert (row.output_shape, [row.counts.params, row.counts.buffers, row.counts.multiplies]) == (shape, counts)


def test_a_separable_convolution_is_two(write: Callable[[Any], str]) -> None:
    two = layer("SeparableConv2D", "sep", filters=6, kernel_size=3, padding="same", depth_multiplier=2)
    assert figures(write(sequential(two))) == [
        ("sep", "conv", (6, 8, 8), 54, 3_456),
        ("sep_Conv2D", "conv", (6, 8, 8), 42, 2_304),
    ]


def test_channels_may_stand_first(write: Callable[[Any], str]) -> None:
    first = layer("Conv2D", "conv", filters=4, kernel_size=3, data_format="channels_first")
    assert analyzed(write(sequential(first, shape=(None, 3, 8, 9)))).outputs == {"conv": (4, 6, 7)}


def test_a_layer_that_is_called_twice_holds_its_weights_once(write: Callable[[Any], str]) -> None:
    shared = functional(
        [X, layer("Conv2D", "conv", filters=3, kernel_size=3, padding="same"), layer("Add", "sum")],
        "sum",
        {"conv": [[tensor("x")], [tensor("conv")]], "sum": [[[tensor("conv"), tensor("conv", call=1)]]]},
    )
    rows = analyzed(write(shared)).rows
    assert [(row.name, row.counts.params, row.counts.multiplies, row.shares) for row in rows] == [
        ("conv", 84, 5_184, None),
        ("conv_2", 0, 5_184, "conv"),
        ("sum", 0, 0, None),
    ]


def test_a_model_in_a_model_is_a_group(write: Callable[[Any], str]) -> None:
    inner = functional(
        [X, layer("Conv2D", "conv", filters=3, kernel_size=3), layer("Activation", "act", activation="relu")],
        "act",
        {"conv": [[tensor("x")]], "act": [[tensor("conv")]]},
    )
    outer = functional([X, {**inner, "name": "body"}], "body", {"body": [[tensor("x")]]})
    analysis = analyzed(write(outer))
    assert [row.name for row in analysis.rows] == ["body/conv", "body/act"]
    assert analysis.groups["body"].counts.params == 84


def test_a_lambda_is_never_run_and_is_named(write: Callable[[Any], str]) -> None:
    code = layer("Lambda", "odd", function={"class_name": "__lambda__", "config": {"code": "4wEAAAA="}})
    file = write(
        functional(
            [X, code, layer("Activation", "act", activation="relu")],
            "act",
            {"odd": [[tensor("x", [None, 8, 8, 3])]], "act": [[tensor("odd", [None, 4, 4, 3])]]},
        )
    )
    analysis = analyzed(file)
    assert [(row.name, row.type, row.output_shape) for row in analysis.rows] == [
        ("odd", "operator", (3, 4, 4)),
        ("act", "relu", (3, 4, 4)),
    ]
    assert analysis.lower_bound == ("params", "multiplies")
    assert invoke("summary", file, "--strict").code == 2


def test_a_shape_that_is_written_and_does_not_follow_is_told(write: Callable[[Any], str]) -> None:
    odd = functional(
        [X, layer("MaxPooling2D", "pool", pool_size=2), layer("Activation", "act", activation="relu")],
        "act",
        {"pool": [[tensor("x")]], "act": [[tensor("pool", [None, 5, 5, 3])]]},
    )
    assert analyzed(write(odd)).notes == (
        "as the file says, for our formulas say otherwise: `pool` (MaxPooling2D): declared is 1×5×5×3, and 1×4×4×3 "
        "follows",
    )


def _bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 200_000_000)
    return data.getvalue()


def _nested(depth: int) -> Any:
    model: Any = sequential(layer("Flatten", "f"))
    for at in range(depth):
        model = sequential({**model, "name": f"m{at}"})
    return model


HOSTILE: dict[str, Callable[[], Any]] = {
    "a bomb": _bomb,
    "deep JSON": lambda: b'{"class_name": "Model", "config": ' + b"[" * 100_000,
    "deep models": lambda: _nested(60),
    "a circle": lambda: functional(
        [X, layer("Flatten", "a"), layer("Flatten", "b")], "b", {"a": [[tensor("b")]], "b": [[tensor("a")]]}
    ),
    "huge sides": lambda: sequential(layer("Flatten", "a"), shape=(None, 2**60, 2**60, 3)),
    "a number of a million digits": lambda: b'{"class_name": "Model", "config": ' + b"1" * 1_000_000 + b"}",
    "no layers": lambda: {"class_name": "Model", "config": {}},
    "no archive": lambda: b"PK\x03\x04" + b"\0" * 26 + b"config.json{}",
    "words where numbers belong": lambda: sequential(layer("Flatten", "a"), shape=("a", "b", "c")),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly(name: str, write: Callable[[Any], str]) -> None:
    file = write(HOSTILE[name]())
    begin = time.process_time()
    code, out, err = invoke("summary", file)
    assert (code, out) == (2, "")
    assert err.startswith("error[")
    assert time.process_time() - begin < allowed(6)  # 2 s, thrice as much while coverage is measured


def test_a_file_that_ends_anywhere_is_refused(write: Callable[[Any], str]) -> None:
    whole = json.dumps(SMALL).encode()
    for stop in range(60, len(whole) - 1, 7):
        with suppress(cnncalc.ProblemsFound):
            analyzed(write(whole[:stop]))
            raise AssertionError(stop)


def test_an_archive_with_weights_is_not_read_whole(tmp_path: Path) -> None:
    """A file beyond a megabyte is not read whole; its archive is found all the same."""
    path = tmp_path / "large.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(SMALL))
        archive.writestr("model.weights.h5", bytes(2**21))
    assert cnncalc.load(path).nodes
