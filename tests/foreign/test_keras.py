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
from tests.test_hostile_input import measured

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
    "transposed, with holes": (
        layer("Conv2DTranspose", "a", filters=2, kernel_size=3, padding="same", output_padding=0, dilation_rate=2),
        (2, 8, 8), 74, 0, 4_608,
    ),
    "transposed, an even window with holes": (
        layer("Conv2DTranspose", "a", filters=2, kernel_size=4, padding="same", output_padding=0, dilation_rate=2),
        (2, 8, 8), 130, 0, 8_192,
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
        archive.writestr("config.json", b" " * 40_000_000)
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
    "a tensor of a huge number": lambda: functional(
        [X, layer("Flatten", "a"), layer("Flatten", "b")],
        "b",
        {"a": [[tensor("x")]], "b": [[{**tensor("a"), "config": {"keras_history": ["a", 0, 10**12]}}]]},
    ),
    "huge sides": lambda: sequential(layer("Flatten", "a"), shape=(None, 2**60, 2**60, 3)),
    "a number of a million digits": lambda: b'{"class_name": "Model", "config": ' + b"1" * 1_000_000 + b"}",
    "no layers": lambda: {"class_name": "Model", "config": {}},
    "no archive": lambda: b"PK\x03\x04" + b"\0" * 26 + b"config.json{}",
    "words where numbers belong": lambda: sequential(layer("Flatten", "a"), shape=("a", "b", "c")),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.sweep) if one == "a bomb" else one for one in HOSTILE]
)
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


# ------------------------------------------------------------------------------------------ several calls and outputs


def at(name: str, call: int = 0, index: int = 0, shape: list[int | None] | None = None) -> dict[str, Any]:
    """A tensor of a call that is read: of version 3, by its number."""
    return {"class_name": "__keras_tensor__", "config": {"shape": shape, "keras_history": [name, call, index]}}


def net(layers: list[dict[str, Any]], calls: dict[str, list[Any]], gives: Any, reads: str = "x") -> dict[str, Any]:
    """A model of version 3: of each layer its calls, each a list of arguments, or these and those by name."""
    written = []
    for one in layers:
        nodes = [
            call if isinstance(call, dict) else {"args": call, "kwargs": {}} for call in calls.get(one["name"], [])
        ]
        written.append({**one, "inbound_nodes": nodes})
    inputs = [[name, 0, 0] for name in reads.split()]
    config = {"name": "net", "layers": written, "input_layers": inputs, "output_layers": gives}
    return {"class_name": "Functional", "config": config, "name": "net"}


def source(name: str, *shape: int) -> dict[str, Any]:
    return layer("InputLayer", name, batch_shape=[None, *shape])


HEAD = {  # 3·3·3·4 + 4 params, 6·6 positions; 144·2 + 2 params
    **net(
        [X, layer("Conv2D", "conv", filters=4, kernel_size=3), layer("Flatten", "flat"), layer("Dense", "fc", units=2)],
        {"conv": [[at("x")]], "flat": [[at("conv")]], "fc": [[at("flat")]]},
        ["fc", 0, 0],
    ),
    "name": "head",
}
CHAIN = {**sequential(*HEAD["config"]["layers"][1:]), "name": "head"}
CHAIN["config"]["name"] = "head"
CALLS: dict[str, tuple[Any, Any, list[Any], int, int]] = {  # nested, calls, outputs; params, multiplies
    "an output of a nested model counts the call that made it": (HEAD, [[at("x")]], [["head", 1, 0]], 402, 4_176),
    "of two calls both": (HEAD, [[at("x")], [at("y")]], [["head", 1, 0], ["head", 2, 0]], 402, 8_352),
    "of two calls the first": (HEAD, [[at("x")], [at("y")]], [["head", 1, 0]], 402, 4_176),
    "a sequence counts it not": (CHAIN, [[at("x")], [at("y")]], [["head", 0, 0], ["head", 1, 0]], 402, 8_352),
    "version 2 counts it in both": (HEAD, [[["x", 0, 0, {}]], [["y", 0, 0, {}]]], [["head", 2, 0]], 402, 4_176),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_output_may_be_what_a_nested_model_gives(name: str, write: Callable[[Any], str]) -> None:
    nested, calls, gives, *counts = CALLS[name]
    nodes = [call if isinstance(call[0], list) else {"args": call, "kwargs": {}} for call in calls]
    model = net([X, source("y", 8, 8, 3)], {}, gives, "x y")
    model["config"]["layers"].append({**nested, "inbound_nodes": nodes})
    analysis = analyzed(write(model))
    assert [analysis.totals.params, analysis.totals.multiplies] == counts
    assert (list(analysis.outputs.values()), analysis.lower_bound) == ([(2,)] * len(gives), ())


def test_version_2_counts_the_first_call_of_a_nested_model_where_layers_read_it(write: Callable[[Any], str]) -> None:
    model = net([X], {}, [["top", 0, 0]])
    model["config"]["layers"] += [
        {**HEAD, "class_name": "Model", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {**layer("Dense", "top", units=3), "inbound_nodes": [[["head", 1, 0, {}]]]},
    ]
    assert analyzed(write(model)).totals.params == 402 + 9


def test_an_output_that_nothing_gives_is_an_error(write: Callable[[Any], str]) -> None:
    file = write(net([X, layer("Flatten", "flat")], {"flat": [[at("x")]]}, [["flat", 0, 0], ["gone", 0, 0]]))
    assert invoke("summary", file) == (
        2,
        "",
        "error[unknown-name]: nothing gives the output `gone:0:0`\n--> net.json\n",
    )


def test_what_has_names_is_in_their_order(write: Callable[[Any], str]) -> None:
    """Keras takes and gives a mapping in the order of its names, whatever the file writes first."""
    inner = net(
        [X, source("a", 5), layer("Flatten", "flat"), layer("Dense", "fc", units=3)],
        {"flat": [[at("x")]], "fc": [[at("a")]]},
        {"z": ["flat", 0, 0], "c": ["fc", 0, 0]},
    )
    inner["config"]["input_layers"] = {"x": ["x", 0, 0], "a": ["a", 0, 0]}
    model = net(
        [X, source("y", 5), {**inner, "name": "inner"}, layer("Dense", "top", units=2)],
        {"inner": [[{"x": at("x"), "a": at("y")}]], "top": [[at("inner", 0, 1)]]},
        [["top", 0, 0]],
        "x y",
    )
    assert figures(write(model)) == [
        ("inner", "flatten", (192,), 0, 0),
        ("top", "dense", (2,), 386, 384),
    ]


# ------------------------------------------------------------------------------------------------ attributes that count

TOKENS, SHORT, ROWS_OF = source("x", 10, 16), source("y", 7, 12), source("x", 6, 10, 16)
ATTENTION: dict[str, tuple[dict[str, Any], Any, tuple[int, ...], int, int]] = {  # layer, call; what it gives
    "another width": (
        layer("MultiHeadAttention", "a", num_heads=2, key_dim=8, output_shape=[9]), [at("x"), at("x")],
        (9, 10), 969, 12_320,
    ),
    "values of their own": (
        layer("MultiHeadAttention", "a", num_heads=4, key_dim=5, value_dim=6, output_shape=9), [at("x"), at("y")],
        (9, 10), 1_137, 12_136,
    ),
    "by name": (
        layer("MultiHeadAttention", "a", num_heads=2, key_dim=5),
        {"args": [], "kwargs": {"key": at("y"), "value": at("y"), "query": at("x"), "attention_mask": at("x")}},
        (16, 10), 606, 6_280,
    ),
    "several heads read one": (
        layer("GroupQueryAttention", "a", head_dim=8, num_query_heads=4, num_key_value_heads=2), [at("x"), at("x")],
        (16, 10), 1_616, 21_760,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTENTION)
def test_attention_has_the_figures_of_keras(name: str, write: Callable[[Any], str]) -> None:
    one, call, *found = ATTENTION[name]
    (row,) = analyzed(write(net([TOKENS, SHORT, one], {"a": [call]}, ["a", 0, 0], "x y"))).rows
    assert [row.output_shape, row.counts.params, row.counts.multiplies] == found


def test_attention_without_projections_is_read(write: Callable[[Any], str]) -> None:
    """Keras reads the values before the keys."""
    layers = [TOKENS, source("y", 7, 16), source("v", 7, 9), layer("Attention", "a", use_scale=True, score_mode="dot")]
    (row,) = analyzed(write(net(layers, {"a": [[[at("x"), at("v"), at("y")]]]}, ["a", 0, 0], "x y v"))).rows
    assert (row.output_shape, row.counts.params, row.counts.multiplies) == ((9, 10), 1, 10 * 7 * (16 + 9))


AXES = {(2,): 80_640, (-2,): 80_640, (1,): 61_440 + 10 * 2 * 6 * 6 * 16, (1, 2): 61_440 + 2 * 60 * 60 * 16}


@pytest.mark.parametrize("axes", AXES)
def test_attention_is_along_the_axes_that_are_said(axes: tuple[int, ...], write: Callable[[Any], str]) -> None:
    one = layer("MultiHeadAttention", "a", num_heads=2, key_dim=8, attention_axes=axes)
    (row,) = analyzed(write(net([ROWS_OF, one], {"a": [[at("x"), at("x")]]}, ["a", 0, 0]))).rows
    assert (row.type, row.counts.params, row.counts.multiplies) == ("attention", 1_088, AXES[axes])


def test_attention_to_others_along_some_axes_is_named(write: Callable[[Any], str]) -> None:
    layers = [ROWS_OF, source("y", 6, 11, 16), layer("Flatten", "flat")]
    layers.insert(2, layer("MultiHeadAttention", "a", num_heads=2, key_dim=8, attention_axes=[2]))
    calls = {"a": [[at("x"), at("y")]], "flat": [[at("a", shape=[None, 6, 10, 16])]]}
    analysis = analyzed(write(net(layers, calls, ["flat", 0, 0], "x y")))
    assert analysis.lower_bound == ("params", "multiplies")
    assert analysis.notes == ("`MultiHeadAttention` is not understood, its multiplies are not known: `a`",)


def _cell(type: str, **config: Any) -> dict[str, Any]:
    return layer(type, "cell", units=7, **config)


BOTH_WAYS: dict[str, tuple[dict[str, Any], int, tuple[int, ...], int]] = {  # merge; layers, shape, params
    "concat": ({"layer": _cell("LSTM", return_sequences=True)}, 1, (14, 11), 728),
    "another layer back": ({"layer": _cell("LSTM"), "backward_layer": _cell("GRU", reset_after=True)}, 3, (14,), 658),
    "sum": ({"layer": _cell("GRU"), "merge_mode": "sum"}, 3, (7,), 546),
    "mul": ({"layer": _cell("SimpleRNN", return_sequences=True), "merge_mode": "mul"}, 3, (7, 11), 182),
    "ave": ({"layer": _cell("LSTM"), "merge_mode": "ave"}, 3, (7,), 728),
}


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_both_ways_have_the_figures_of_keras(name: str, write: Callable[[Any], str]) -> None:
    config, layers, shape, params = BOTH_WAYS[name]
    analysis = analyzed(write(sequential(layer("Bidirectional", "both", **config), shape=(None, 11, 5))))
    assert (len(analysis.rows), analysis.rows[-1].output_shape) == (layers, shape)
    assert (analysis.totals.params, analysis.lower_bound) == (params, ())


def test_both_ways_may_stay_apart(write: Callable[[Any], str]) -> None:
    both = layer("Bidirectional", "both", layer=_cell("LSTM"), merge_mode=None)
    layers = [source("x", 11, 5), both, layer("Dense", "fc", units=2)]
    analysis = analyzed(write(net(layers, {"both": [[at("x")]], "fc": [[at("both", 0, 1)]]}, ["fc", 0, 0])))
    assert [row.name for row in analysis.rows] == ["both_backward", "fc"]
    assert analysis.totals.params == 364 + 16


STATES = {"LSTM": (2, 760), "GRU": (1, 578), "SimpleRNN": (1, 214)}


@pytest.mark.parametrize("type", STATES)
def test_states_are_given_and_taken(type: str, write: Callable[[Any], str]) -> None:
    """An encoder, whose states a decoder begins with."""
    states, params = STATES[type]
    layers = [
        source("x", 11, 5),
        source("y", 6, 5),
        layer(type, "encoder", units=7, return_state=True),
        layer(type, "decoder", units=7, return_sequences=True),
        layer("Dense", "fc", units=4),
    ]
    begin = [at("encoder", 0, index + 1) for index in range(states)]
    calls = {
        "encoder": [[at("x")]],
        "decoder": [{"args": [at("y")], "kwargs": {"initial_state": begin, "mask": at("x")}}],
        "fc": [[at("decoder")]],
    }
    analysis = analyzed(write(net(layers, calls, ["fc", 0, 0], "x y")))
    assert (analysis.totals.params, analysis.lower_bound, analysis.notes) == (params, (), ())
    assert (analysis.find("decoder").output_shape, analysis.find("fc").output_shape) == ((7, 6), (4, 6))
    assert analysis.totals.multiplies == (params - 32 - analysis.totals.biases + 4) // 2 * 17 + 28 * 6


WORDS: dict[str, tuple[Any, int]] = {
    "3": (sequential(layer("Embedding", "e", input_dim=50, output_dim=8), shape=(None, 11)), 400),
    "1": (
        {"class_name": "Sequential", "config": [
            layer("Embedding", "e", input_dim=50, output_dim=8, batch_input_shape=[None, 11]),
            layer("LSTM", "l", output_dim=4),
        ]},
        400 + 208,
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", WORDS)
def test_words_are_read(version: str, write: Callable[[Any], str]) -> None:
    model, params = WORDS[version]
    analysis = analyzed(write(model))
    assert analysis.rows[0].output_shape == (8, 11)
    assert analysis.totals.params == params


UNREAD = {
    "BatchNormalization with renorm": layer("BatchNormalization", "a", renorm=True),
    "Dense with lora_rank, lora_alpha": layer("Dense", "a", units=3, lora_rank=2, lora_alpha=2),
    "Conv2D with dtype": layer("Conv2D", "a", filters=3, kernel_size=1, dtype={"class_name": "QuantizedDTypePolicy"}),
    "SeparableConv2D with blocks": layer("SeparableConv2D", "a", filters=3, kernel_size=1, blocks=4),
    "LSTM with time_major": layer("LSTM", "a", units=3, time_major=True, return_sequences=True),
    "MultiHeadAttention with use_gate": layer("MultiHeadAttention", "a", num_heads=1, key_dim=3, use_gate=True),
}


@pytest.mark.parametrize("called", UNREAD)
def test_an_attribute_that_may_count_and_is_not_read_is_named(called: str, write: Callable[[Any], str]) -> None:
    layers = [X, UNREAD[called], layer("Flatten", "flat")]
    analysis = analyzed(
        write(net(layers, {"a": [[at("x")]], "flat": [[at("a", shape=[None, 8, 8, 3])]]}, ["flat", 0, 0]))
    )
    assert analysis.notes == (f"`{called}` is not understood, its multiplies are not known: `a`",)
    assert analysis.lower_bound == ("params", "multiplies")


# ------------------------------------------------------------------------------------------ layers in others


def each(type: str, name: str, **config: Any) -> dict[str, Any]:
    return layer("TimeDistributed", name, layer={"class_name": type, "config": {"name": "inner", **config}})


WRAPPED: dict[str, tuple[list[dict[str, Any]], tuple[int, ...], tuple[int, ...], int, int]] = {  # shapes, figures
    "frames of a film": (
        [each("Conv2D", "a", filters=5, kernel_size=[3, 3], activation="relu"),
         each("MaxPooling2D", "b", pool_size=[2, 2]),
         each("BatchNormalization", "c", axis=-1), each("Flatten", "d"), layer("LSTM", "e", units=3)],
        (4, 16, 16, 3), (3,), 140 + 10 + 2_988, 4 * 14 * 14 * 135 + 4 * 12 * 248,
    ),
    "padding and stride": (
        [each("ZeroPadding2D", "a", padding=[1, 2]), each("Conv2D", "b", filters=2, kernel_size=3, strides=2)],
        (4, 8, 8, 3), (2, 4, 4, 5), 56, 4 * 4 * 5 * 54,
    ),
    "signals": (
        [each("Conv1D", "a", filters=2, kernel_size=[3], padding="same"), each("Dense", "b", units=4)],
        (4, 9, 3), (4, 4, 9), 20 + 12, 36 * (18 + 8),
    ),
    "a network for each frame": (
        [each("Sequential", "a", layers=[
            layer("SeparableConv2D", "b", filters=4, kernel_size=3), layer("DepthwiseConv2D", "c", kernel_size=[3, 3]),
            layer("Reshape", "d", target_shape=[4, 4, 4]), layer("GlobalAveragePooling2D", "e")])],
        (5, 8, 8, 3), (4, 5), 27 + 16 + 40, 5 * (36 * (27 + 12) + 16 * 36),
    ),
    "convolutions of what it reads and of its state": (
        [layer("ConvLSTM2D", "a", filters=5, kernel_size=[3, 3], padding="same", return_sequences=True),
         layer("ConvLSTM2D", "b", filters=2, kernel_size=[3, 3])],
        (4, 8, 8, 3), (2, 6, 6), 1_460 + 8 * 45 + 8 * 18 + 8, 368_640 + 4 * 36 * (8 * 45 + 8 * 18),
    ),
    "a sum by an equation": (
        [{**layer("EinsumDense", "a", equation="...x,xy->...y", output_shape=[7], bias_axes="y"),
          "build_config": {"input_shape": [None, 4, 6]}},
         {**layer("EinsumDense", "b", equation="abc,cde->abde", output_shape=[None, 2, 3], bias_axes=None),
          "build_config": {"input_shape": [None, 4, 7]}}],
        (4, 6), (3, 4, 2), 49 + 42, 4 * 42 + 4 * 42,
    ),
    "as many as are wanted": ([layer("AdaptiveAveragePooling2D", "a", output_size=[2, 3])], (8, 9, 3), (3, 2, 3), 0, 0),
    "one cell": ([layer("RNN", "a", cell=_cell("LSTMCell"))], (11, 5), (7,), 364, 3_696),
    "cells on each other": (
        [layer("RNN", "a", return_sequences=True, cell={"class_name": "StackedRNNCells", "config": {"cells": [
            _cell("LSTMCell"), layer("GRUCell", "b", units=3, reset_after=True), layer("GRUCell", "c", units=3)]}})],
        (11, 5), (3, 11), 364 + 108 + 63, 3_696 + 11 * 90 + 11 * 54,
    ),
    "kernels of their own": (
        [layer("LocallyConnected2D", "a", filters=4, kernel_size=[3, 3])], (8, 8, 3), (4, 6, 6), 36 * 112, 36 * 108,
    ),
    "a library's cells": (
        [layer("CuDNNLSTM", "a", units=7, return_sequences=True), layer("CuDNNGRU", "b", units=7)],
        (11, 5), (7,), 392 + 336, 3_696 + 3_234,
    ),
    "said again": ([layer("RepeatVector", "a", n=4), layer("GRU", "b", units=3)], (5,), (3,), 81, 288),
    "parts": (
        [layer("RandomCrop", "a", height=6, width=6), layer("CenterCrop", "b", height=5, width=4)],
        (8, 8, 3), (3, 5, 4), 0, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRAPPED)
def test_layers_of_other_layers_have_the_figures_of_keras(name: str, write: Callable[[Any], str]) -> None:
    layers, reads, gives, params, multiplies = WRAPPED[name]
    analysis = analyzed(write(sequential(*layers, shape=(None, *reads))))
    assert analysis.rows[-1].output_shape == gives
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.lower_bound) == (params, multiplies, ())


def test_a_part_of_a_layer_is_no_other_layer_of_that_name(write: Callable[[Any], str]) -> None:
    """Weights are shared by calls of one layer, not by what is called alike here."""
    cells = {"class_name": "StackedRNNCells", "config": {"cells": [_cell("LSTMCell"), _cell("LSTMCell")]}}
    both = [layer("RNN", "rnn", cell=cells, return_sequences=True), layer("LSTM", "rnn_1", units=7)]
    rows = analyzed(write(sequential(*both, shape=(None, 11, 7)))).rows
    assert [(row.counts.params, row.shares) for row in rows] == [(420, None)] * 3


UNKNOWN = {
    "Mine": layer("Mine", "odd"),
    "Lambda": layer("Lambda", "odd", output_shape=[4, 4, 3]),
    "TimeDistributed of GRU": each("GRU", "odd", units=3),
    "TimeDistributed of Sequential": each("Sequential", "odd", layers=[layer("Mine", "mine")]),
    "EinsumDense": layer("EinsumDense", "odd", equation="abcd,de->abce", output_shape=[None, None, 3]),
    "Dense with lora_rank": layer("Dense", "odd", units=3, lora_rank=4),
}


@pytest.mark.parametrize("called", UNKNOWN)
def test_what_the_next_layer_reads_is_what_an_unknown_one_gives(called: str, write: Callable[[Any], str]) -> None:
    """Version 3 writes it; between them may stand what keeps a shape."""
    rest = [layer("Activation", "act", activation="relu"), layer("Flatten", "flat"), layer("Dense", "fc", units=2)]
    rest[1]["build_config"] = {"input_shape": [None, 4, 4, 3]}
    analysis = analyzed(write(sequential(UNKNOWN[called], *rest)))
    assert [(row.name, row.type, row.output_shape) for row in analysis.rows[:2]] == [
        ("odd", "operator", (3, 4, 4)),
        ("act", "relu", (3, 4, 4)),
    ]
    assert analysis.notes == (f"`{called}` is not understood, its multiplies are not known: `odd`",)
    assert (analysis.lower_bound, analysis.totals.params) == (("params", "multiplies"), 98)


def test_an_activation_that_is_not_known_keeps_the_shape(write: Callable[[Any], str]) -> None:
    analysis = analyzed(write(sequential(layer("Dense", "fc", units=5, activation="mine>odd"), shape=(None, 8))))
    assert [(row.name, row.output_shape) for row in analysis.rows] == [("fc", (5,)), ("fc_activation", (5,))]
    assert (analysis.totals.params, analysis.lower_bound) == (45, ("params", "multiplies"))
    assert "not known    activation/mine>odd (fc_activation)" in analysis.to_text()


def test_a_norm_that_is_held_keeps_a_vector(write: Callable[[Any], str]) -> None:
    held = layer("SpectralNormalization", "a", layer=layer("Conv2D", "b", filters=4, kernel_size=3, activation="relu"))
    analysis = analyzed(write(sequential(held)))
    assert [row.type for row in analysis.rows] == ["conv", "operator", "relu"]
    assert (analysis.totals.params, analysis.totals.buffers, analysis.lower_bound) == (112, 4, ())


def test_an_unknown_layer_that_nobody_reads_is_refused_by_name(write: Callable[[Any], str]) -> None:
    code, _, err = invoke("summary", write(sequential(layer("Flatten", "flat"), layer("Mine", "odd"))))
    assert code == 2
    assert err.splitlines()[0] == "error[unknown-layer]: `Mine`: it is not known, and the file says not what it gives"


# ------------------------------------------------------------------------------------------ functions


def function(type: str, name: str, **config: Any) -> dict[str, Any]:
    return {**layer(type, name, **config), "module": "keras.src.ops.numpy"}


def test_functions_of_keras_are_read(write: Callable[[Any], str]) -> None:
    layers = [
        source("x", 8, 6),
        function("Transpose", "turned", axes=[0, 2, 1]),
        function("Matmul", "scores"),
        function("Multiply", "scaled"),
        {**function("Softmax", "shares", axis=-1), "module": "keras.src.ops.nn"},
        function("Einsum", "sums", subscripts="bij,bjk->bik"),
        function("Concatenate", "both", axis=-1),
        function("Mean", "mean", axis=[1], keepdims=False),
        layer("Dense", "fc", units=2),
    ]
    calls: dict[str, list[Any]] = {
        "turned": [[at("x")]],
        "scores": [[at("x"), at("turned")]],
        "scaled": [[at("scores"), 0.5]],
        "shares": [[at("scaled")]],
        "sums": [[at("shares"), at("x")]],
        "both": [[[at("sums"), at("x")]]],
        "mean": [[at("both")]],
        "fc": [[at("mean", shape=[None, 12])]],
    }
    analysis = analyzed(write(net(layers, calls, ["fc", 0, 0])))
    assert (analysis.lower_bound, analysis.notes, analysis.outputs) == ((), (), {"fc": (2,)})
    assert (analysis.totals.params, analysis.totals.multiplies) == (26, 2 * 8 * 8 * 6 + 24)


def test_functions_of_tensorflow_are_read(write: Callable[[Any], str]) -> None:
    """As version 2 writes what is done to an image before a network reads it."""
    layers = [
        {**X, "inbound_nodes": []},
        {**layer("TFOpLambda", "tf.math.truediv", function="math.truediv"),
         "inbound_nodes": [["x", 0, 0, {"y": 127.5, "name": None}]]},
        {**layer("TFOpLambda", "tf.__operators__.add", function="__operators__.add"),
         "inbound_nodes": [["tf.math.truediv", 0, 0, {"y": ["x", 0, 0], "name": None}]]},
        {**layer("Flatten", "flat"), "inbound_nodes": [[["tf.__operators__.add", 0, 0, {}]]]},
    ]  # fmt: skip
    model = net([], {}, [["flat", 0, 0]])
    model["config"]["layers"] = layers
    analysis = analyzed(write(model))
    assert (analysis.outputs, analysis.lower_bound, len(analysis.rows)) == ({"flat": (192,)}, (), 3)


def test_a_layer_that_is_not_as_it_should_be_is_named(write: Callable[[Any], str]) -> None:
    code, _, err = invoke("summary", write(sequential(layer("Reshape", "odd", dims=None))))
    assert (code, err.splitlines()[:2]) == (
        2,
        ["error[bad-value]: `Reshape`: its attributes are not as they should be", "--> net.json, layer `odd`"],
    )


def test_a_function_that_is_not_known_is_named(write: Callable[[Any], str]) -> None:
    layers = [X, function("Tensordot", "odd", axes=2), layer("Dense", "fc", units=2)]
    file = write(net(layers, {"odd": [[at("x"), at("x")]], "fc": [[at("odd", shape=[None, 5])]]}, ["fc", 0, 0]))
    assert analyzed(file).notes == ("`ops/Tensordot` is not understood, its multiplies are not known: `odd`",)


def test_a_function_at_each_step_has_other_axes(write: Callable[[Any], str]) -> None:
    inner = net([X, function("Mean", "mean", axis=[1, 2])], {"mean": [[at("x")]]}, ["mean", 0, 0])
    each = layer("TimeDistributed", "each", layer=inner)
    model = net(
        [source("x", 4, 8, 8, 3), each, layer("Flatten", "flat")],
        {"each": [[at("x")]], "flat": [[at("each", shape=[None, 4, 3])]]},
        ["flat", 0, 0],
    )
    notes = analyzed(write(model)).notes
    assert notes == ("`TimeDistributed of Functional` is not understood, its multiplies are not known: `each`",)


def test_a_function_that_keras_has_also_as_a_layer_is_not_taken_for_it(write: Callable[[Any], str]) -> None:
    """A `Reshape` of `keras.ops` has the images among its sizes, and another attribute for them."""
    layers = [X, function("Reshape", "flat", newshape=[-1, 192]), layer("Dense", "fc", units=2)]
    file = write(net(layers, {"flat": [[at("x")]], "fc": [[at("flat", shape=[None, 192])]]}, ["fc", 0, 0]))
    assert figures(file) == [("flat", "flatten", (192,), 0, 0), ("fc", "dense", (2,), 386, 384)]


def test_at_another_size_shapes_that_are_written_count_no_more(write: Callable[[Any], str]) -> None:
    layers = [X, layer("Conv2D", "a", filters=3, kernel_size=3), layer("Conv2D", "b", filters=3, kernel_size=3)]
    file = write(net(layers, {"a": [[at("x")]], "b": [[at("a", shape=[None, 6, 6, 3])]]}, ["b", 0, 0]))
    analysis = cnncalc.analyze(cnncalc.load(file, input_size=20))
    assert (analysis.outputs, analysis.notes) == ({"b": (3, 16, 16)}, ())


@pytest.mark.sweep
def test_a_long_sequence_takes_as_long_as_it_is_long(tmp_path: Path) -> None:
    """What is read behind each layer is not looked for anew: 60,000 layers took ten times as long as 20,000."""
    entries = [
        {"class_name": "Activation", "config": {"name": f"a{number}", "activation": "relu"}} for number in range(60_000)
    ]
    first = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8]}}
    sequence = {"class_name": "Sequential", "config": {"name": "long", "layers": [first, *entries]}}
    (tmp_path / "net.json").write_text(json.dumps(sequence), encoding="utf-8")
    ran = measured("summary", "net.json", cwd=tmp_path)
    assert (ran.code, "(limit: operators 50,000)" in ran.err) == (2, True)
    assert ran.seconds < allowed(2.5)
