"""Models that Keras itself writes, as they are read here: params with buffers, and the shape of each output."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.formats.foreign.keras_layers import TABLE, unread
from cnncalc.formats.foreign.table import NOTHING, SAME
from tests.oracles.asked import keep

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def keras() -> Iterator[Any]:
    """Keras, on PyTorch."""
    os.environ["KERAS_BACKEND"] = "torch"
    yield pytest.importorskip("keras", reason="pip install -e '.[oracle]'")
    keep()


def _head(k: Any) -> Any:
    x = k.Input((8, 8, 3))
    return k.Model(x, k.layers.Dense(2)(k.layers.Flatten()(k.layers.Conv2D(4, 3)(x))), name="head")


def _chain(k: Any) -> Any:
    layers = [k.Input((8, 8, 3)), k.layers.Conv2D(4, 3), k.layers.Flatten(), k.layers.Dense(2)]
    return k.Sequential(layers, name="chain")


def _twice(k: Any, inner: Any, *chosen: int) -> Any:
    x, y = k.Input((8, 8, 3)), k.Input((8, 8, 3))
    given = [inner(x), inner(y)]
    return k.Model([x, y], [given[at] for at in chosen] + [k.layers.Flatten()(x), k.layers.Flatten()(y)])


def _mapping(k: Any) -> Any:
    x, y = k.Input((8, 8, 3)), k.Input((5,))
    inner = k.Model({"x": x, "a": y}, {"z": k.layers.Flatten()(x), "c": k.layers.Dense(3)(y)})
    given = inner({"x": x, "a": y})
    return k.Model([x, y], {"q": k.layers.Dense(2)(given["z"]), "b": given["c"]})


def _attention(k: Any, call: Callable[[Any, Any, Any], Any] = lambda layer, x, y: layer(x, y), **given: Any) -> Any:
    x, y = k.Input((10, 16)), k.Input((7, 12))
    return k.Model([x, y], [k.layers.Dense(3)(call(k.layers.MultiHeadAttention(2, 5, **given), x, y)), x + 1, y * 2])


def _both(k: Any, cell: str, mode: str | None, back: str = "", **given: Any) -> Any:
    x = k.Input((11, 5))
    behind = getattr(k.layers, back)(7, go_backwards=True, **given) if back else None
    one = k.layers.Bidirectional(getattr(k.layers, cell)(7, **given), merge_mode=mode, backward_layer=behind)(x)
    return k.Model(x, one)


def _states(k: Any, cell: str, both: bool) -> Any:
    x, y = k.Input((11, 5)), k.Input((6, 5))

    def made(**given: Any) -> Any:
        one = getattr(k.layers, cell)(7, **given)
        return k.layers.Bidirectional(one) if both else one

    _, *states = made(return_state=True)(x)
    return k.Model([x, y], made(return_sequences=True)(y, initial_state=states))


def _masked(k: Any) -> Any:
    x = k.Input((10,))
    words = k.layers.Embedding(9, 16, mask_zero=True)(x)
    return k.Model(x, k.layers.Bidirectional(k.layers.LSTM(4))(k.layers.MultiHeadAttention(2, 5)(words, words)))


def _film(k: Any) -> Any:
    each = k.layers.TimeDistributed
    layers = [each(k.layers.Conv2D(5, 3)), each(k.layers.MaxPooling2D()), each(k.layers.BatchNormalization())]
    return k.Sequential([k.Input((4, 16, 16, 3)), *layers, each(k.layers.Flatten()), k.layers.LSTM(3)])


def _each(k: Any, inner: Any) -> Any:
    return k.Sequential([k.Input((4, 32, 32, 3)), k.layers.TimeDistributed(inner), k.layers.LSTM(3)])


def _mobile(k: Any) -> Any:
    return k.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), include_top=False, pooling="avg")


def _last_is_output(k: Any) -> Any:
    x = k.Input((32, 32, 3))
    return k.Model(x, [_mobile(k)(x), k.layers.GlobalAveragePooling2D()(x)])


def _cells(k: Any) -> Any:
    cells = [k.layers.LSTMCell(7), k.layers.GRUCell(3, reset_after=False), k.layers.SimpleRNNCell(4)]
    return k.Sequential(
        [k.Input((11, 5)), k.layers.RNN(cells, return_sequences=True), k.layers.RNN(k.layers.LSTMCell(2))]
    )


def _self_attention(k: Any, type: str, **given: Any) -> Any:
    x = k.Input((10, 16))
    layer = getattr(k.layers, type)(**given)
    return k.Model(x, layer(x, x) if type == "GroupQueryAttention" else layer([x, x]))


def _functions(k: Any) -> Any:
    x = k.Input((8, 6))
    shares = k.ops.softmax(k.ops.matmul(x, k.ops.transpose(x, (0, 2, 1))) / 2)
    return k.Model(x, k.layers.Dense(2)(k.ops.mean(k.ops.einsum("bij,bjk->bik", shares, x), axis=1)))


def _one(k: Any, type: str, *shape: int, **given: Any) -> Any:
    return k.Sequential([k.Input(shape), getattr(k.layers, type)(**given), k.layers.Activation("relu")])


MODELS: dict[str, Callable[[Any], Any]] = {
    "nested, last": lambda k: (x := k.Input((8, 8, 3))) is not None and k.Model(x, _head(k)(x)),
    "nested, both calls": lambda k: _twice(k, _head(k), 0, 1),
    "nested, the first call": lambda k: _twice(k, _head(k), 0),
    "nested, the second call": lambda k: _twice(k, _head(k), 1),
    "a sequence, both calls": lambda k: _twice(k, _chain(k), 0, 1),
    "a sequence, the second call": lambda k: _twice(k, _chain(k), 1),
    "mappings": _mapping,
    "attention": _attention,
    "attention, its width": lambda k: _attention(k, output_shape=9, value_dim=4),
    "attention, by name": lambda k: _attention(k, lambda layer, x, y: layer(key=y, value=y, query=x)),
    "attention, scores": lambda k: _attention(k, lambda layer, x, y: layer(x, y, return_attention_scores=True)[0]),
    "masks": _masked,
    **{f"both ways, {mode}": lambda k, mode=mode: _both(k, "LSTM", mode) for mode in ("concat", "sum", "ave", None)},
    "both ways, another back": lambda k: _both(k, "LSTM", "mul", "GRU", return_sequences=True),
    **{
        f"states, {cell}, {both}": lambda k, cell=cell, both=both: _states(k, cell, both)
        for cell in ("LSTM", "GRU", "SimpleRNN")
        for both in (False, True)
    },
    "words": lambda k: _one(k, "Embedding", 11, input_dim=50, output_dim=8),
    **{f"batch norm, {at}": lambda k, at=at: _one(k, "BatchNormalization", 6, 7, 4, axis=at) for at in (-1, 3)},
    **{f"layer norm, {at}": lambda k, at=at: _one(k, "LayerNormalization", 6, 7, 4, axis=at) for at in (-1, [1, 2, 3])},
    "layer norm, no mean": lambda k: _one(k, "LayerNormalization", 6, 7, 4, rms_scaling=True),
    "each channel a group": lambda k: _one(k, "GroupNormalization", 6, 7, 4, groups=-1),
    "one mean": lambda k: _one(k, "Normalization", 6, 7, 4, axis=None),
    "a mean that is said": lambda k: _one(k, "Normalization", 6, 7, 4, mean=1.0, variance=2.0),
    "films": _film,
    "a network for each frame": lambda k: _each(k, _mobile(k)),
    "an output that is a network": _last_is_output,
    "cells": _cells,
    "convolutions of states": lambda k: _one(k, "ConvLSTM2D", 4, 8, 8, 3, filters=5, kernel_size=3),
    "convolutions of all states": lambda k: _one(
        k, "ConvLSTM1D", 4, 8, 3, filters=5, kernel_size=3, return_sequences=True, strides=2, use_bias=False
    ),
    "an equation": lambda k: _one(
        k, "EinsumDense", 4, 6, equation="...x,xyz->...yz", output_shape=(3, 5), bias_axes="z"
    ),
    "attention, no projections": lambda k: _self_attention(k, "Attention", use_scale=True),
    "attention, shared keys": lambda k: _self_attention(
        k, "GroupQueryAttention", head_dim=8, num_query_heads=4, num_key_value_heads=2
    ),
    "pools of a size": lambda k: _one(k, "AdaptiveAveragePooling2D", 8, 9, 3, output_size=(2, 3)),
    "a norm that is held": lambda k: _one(k, "SpectralNormalization", 8, 9, 3, layer=k.layers.Conv2D(4, 3)),
    "crops": lambda k: _one(k, "CenterCrop", 8, 9, 3, height=5, width=4),
    **{
        name: lambda k, name=name: _one(k, name, 8, 9, 3, factor=0.1)
        for name in ("RandomRotation", "RandomInvert", "RandomGrayscale", "RandomErasing")
    },
    "functions": _functions,
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_keras_writes_is_read_with_its_figures(name: str, keras: Any, tmp_path: Path) -> None:
    model = MODELS[name](keras)
    (tmp_path / "net.json").write_text(model.to_json())
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.json"))
    assert analysis.totals.params + analysis.totals.buffers == model.count_params()
    shapes = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    assert sorted((*sides, channels) for channels, *sides in analysis.outputs.values()) == sorted(shapes)
    assert analysis.lower_bound == ()


GIVEN = {
    "filters": 4, "kernel_size": 3, "units": 5, "rate": 0.1, "input_dim": 7, "output_dim": 8, "num_heads": 2, "n": 2,
    "key_dim": 4, "target_shape": (2, 2), "dims": (1, 2), "height": 4, "width": 4, "pool_size": 2, "head_dim": 4,
    "num_query_heads": 4, "num_key_value_heads": 2, "equation": "ab,bc->ac", "output_shape": 3, "output_size": 2,
}  # fmt: skip


def test_every_attribute_of_keras_is_read_or_without_effect(keras: Any) -> None:
    """Else a layer of the next version of Keras, written as ever, would be one that is not understood."""
    for name, rows in TABLE.by_operator.items():
        made = getattr(keras.layers, name, None)
        if made is None or rows[0].type in (NOTHING, SAME):
            continue
        required = {key for key, one in inspect.signature(made).parameters.items() if one.default is one.empty}
        if "layer" in required:  # it stands around another, which is looked at by itself
            continue
        config = made(**{key: GIVEN[key] for key in required & GIVEN.keys()}).get_config()
        assert unread(config) == [], name
