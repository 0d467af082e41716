"""Layers beside Keras 3 (on its torch backend): shapes, parameters, multiplies, where Keras' own rules decide.

Those are `same` padding with any stride and uneven rests, transposed convolutions, depthwise and separable ones,
pooling, and batch normalisation, of which Keras counts the running statistics as parameters that are not trained.
Each case is an engine text and a Keras layer for the same input, which is run: PyTorch's counter counts its FLOPs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import cnncalc
from tests.oracles.attributes import Shape
from tests.oracles.compare import Verdicts

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import torch
from keras import layers as kl
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Case:
    """What is written for the engine, and the layer of Keras for the same input (channels first here)."""

    shape: Shape
    entries: list[str]
    layer: Any

    @property
    def text(self) -> str:
        """The engine's file."""
        channels, *sides = self.shape
        size = f", size: {sides}" if sides else ""
        listed = "\n".join(f"  - {entry}" for entry in self.entries)
        return f"input: {{channels: {channels}{size}}}\nlayers:\n{listed}\n"


CASES: dict[str, Callable[[Random], Case]] = {}


def _case(function: Callable[[Random], Case]) -> Callable[[Random], Case]:
    CASES[function.__name__] = function
    return function


def judge(name: str, rng: Random, verdicts: Verdicts) -> None:
    """Compare one random layer of the kind `name`."""
    case = CASES[name](rng)
    verdicts.add("equal", f"{case.layer.__class__.__name__} {case.layer.get_config()}\n{case.text}", differences(case))


def differences(case: Case) -> list[str]:
    """Where the engine and Keras disagree on a case."""
    analysis = cnncalc.analyze(cnncalc.loads(case.text))
    channels, *sides = case.shape
    times = 2 if isinstance(case.layer, (kl.MultiHeadAttention, kl.GroupQueryAttention)) else 1  # queries and values
    symbolic = case.layer(*[keras.Input((*sides, channels))] * times)
    with torch.no_grad(), FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        output = case.layer(*[torch.zeros((1, *sides, channels))] * times)
    last, totals = analysis.rows[-1].output_shape, analysis.totals
    operations = counter.get_total_flops() // 2
    steps = sides[0] if isinstance(case.layer, (kl.RNN, kl.Bidirectional)) else 0
    if steps and operations * steps == totals.multiplies * (steps + 1):
        operations = totals.multiplies  # some of its loops take one step more, to see what comes out
    shape = (*last[1:], last[0])
    ours = {"output": shape, "output when run": shape, "params": totals.params, "buffers": totals.buffers,
            "multiplies": totals.multiplies}  # fmt: skip
    theirs = {
        "output": tuple(symbolic.shape[1:]),
        "output when run": tuple(output.shape[1:]),
        "params": sum(_size(weight) for weight in case.layer.weights if _learned(weight)),
        "buffers": sum(_size(weight) for weight in case.layer.weights if not _learned(weight)),
        "multiplies": operations,
    }
    return [f"{what}: engine {ours[what]}, Keras {theirs[what]}" for what in ours if ours[what] != theirs[what]]


def _size(weight: Any) -> int:
    size = 1
    for side in weight.shape:
        size *= side
    return size


def _learned(weight: Any) -> bool:
    """Running statistics are stored; frozen weights (`trainable = False`) are still learned numbers."""
    return "moving_" not in weight.name


# ------------------------------------------------------------------------------------------------ random values


def _sides(rng: Random, rank: int) -> list[int]:
    return [rng.randint(6, (40, 16, 8)[rank - 1]) for _ in range(rank)]


def _axes(rng: Random, rank: int, most: int) -> list[int]:
    return [rng.randint(1, most)] * rank if rng.random() < 0.5 else [rng.randint(1, most) for _ in range(rank)]


def _window(rng: Random, rank: int) -> dict[str, Any]:
    """Kernel, stride, padding; Keras allows a dilation only where the stride is 1."""
    window: dict[str, Any] = {"kernel": _axes(rng, rank, 4), "stride": _axes(rng, rank, 3), "dilation": [1] * rank}
    if rng.random() < 0.3:
        window |= {"kernel": _axes(rng, rank, 3), "stride": [1] * rank, "dilation": [rng.randint(1, 2)] * rank}
    window["padding"] = rng.choice(["same", "same", "valid"])
    return window


def _written(attributes: dict[str, Any]) -> str:
    words = {True: "true", False: "false"}
    return ", ".join(f"{name}: {words.get(v, v) if isinstance(v, bool) else v}" for name, v in attributes.items())


# -------------------------------------------------------------------------------------------------- convolutions


@_case
def conv(rng: Random) -> Case:
    rank = rng.randint(1, 3)
    groups = rng.choice([1, 1, 2, 3])
    channels, filters = groups * rng.randint(1, 4), groups * rng.randint(1, 4)
    window = _window(rng, rank)
    bias = rng.random() < 0.5
    layer = (kl.Conv1D, kl.Conv2D, kl.Conv3D)[rank - 1](
        filters,
        window["kernel"],
        window["stride"],
        window["padding"],
        dilation_rate=window["dilation"],
        groups=groups,
        use_bias=bias,
    )
    entry = f"conv: {{filters: {filters}, {_written({**window, 'groups': groups, 'bias': bias})}}}"
    return Case((channels, *_sides(rng, rank)), [entry], layer)


@_case
def depthwise_conv(rng: Random) -> Case:
    rank = rng.randint(1, 2)
    channels, times = rng.randint(1, 6), rng.randint(1, 3)
    window = _depthwise_window(rng, rank)
    bias = rng.random() < 0.5
    layer = (kl.DepthwiseConv1D, kl.DepthwiseConv2D)[rank - 1](
        **_depthwise_arguments(window), depth_multiplier=times, use_bias=bias
    )
    entry = f"conv: {{filters: channels * {times}, groups: channels, {_written({**window, 'bias': bias})}}}"
    return Case((channels, *_sides(rng, rank)), [entry], layer)


@_case
def separable_conv(rng: Random) -> Case:
    """A depthwise convolution without bias, then one of 1×1."""
    rank = rng.randint(1, 2)
    channels, times, filters = rng.randint(1, 6), rng.randint(1, 3), rng.randint(1, 6)
    window = _depthwise_window(rng, rank)
    bias = rng.random() < 0.5
    layer = (kl.SeparableConv1D, kl.SeparableConv2D)[rank - 1](
        filters, **_depthwise_arguments(window), depth_multiplier=times, use_bias=bias
    )
    first = f"conv: {{filters: channels * {times}, groups: channels, bias: false, {_written(window)}}}"
    second = f"conv: {{filters: {filters}, kernel: 1, {_written({'bias': bias})}}}"
    return Case((channels, *_sides(rng, rank)), [first, second], layer)


def _depthwise_window(rng: Random, rank: int) -> dict[str, Any]:
    """Keras wants one stride for both axes here."""
    window = _window(rng, rank)
    return {**window, "stride": window["stride"][:1] * rank}


def _depthwise_arguments(window: dict[str, Any]) -> dict[str, Any]:
    """A window as these layers of Keras take it: on one axis as numbers."""
    lists = {"kernel_size": window["kernel"], "strides": window["stride"], "dilation_rate": window["dilation"]}
    one_axis = len(window["kernel"]) == 1
    return {"padding": window["padding"], **{name: one[0] if one_axis else one for name, one in lists.items()}}


@_case
def transposed_conv(rng: Random) -> Case:
    """Where the window is smaller than its stride, Keras adds the rest that PyTorch leaves to `output_padding`."""
    rank = rng.randint(1, 3)
    channels, filters = rng.randint(1, 5), rng.randint(1, 5)
    window = _window(rng, rank)
    bias = rng.random() < 0.5
    added = [rng.randrange(stride) for stride in window["stride"]] if rng.random() < 0.4 else None
    layer = (kl.Conv1DTranspose, kl.Conv2DTranspose, kl.Conv3DTranspose)[rank - 1](
        filters,
        window["kernel"],
        window["stride"],
        window["padding"],
        output_padding=added,
        dilation_rate=window["dilation"],
        use_bias=bias,
    )
    ours = dict(window)
    if added is not None:
        ours["output_padding"] = added
    elif window["padding"] == "valid":
        ours["output_padding"] = [max(s - k, 0) for k, s in zip(window["kernel"], window["stride"], strict=True)]
    entry = f"transposed_conv: {{filters: {filters}, {_written({**ours, 'bias': bias})}}}"
    return Case((channels, *_sides(rng, rank)), [entry], layer)


# ------------------------------------------------------------------------------------------------------- pooling


@_case
def max_pool(rng: Random) -> Case:
    return _pool(rng, "max_pool", (kl.MaxPooling1D, kl.MaxPooling2D, kl.MaxPooling3D))


@_case
def avg_pool(rng: Random) -> Case:
    return _pool(rng, "avg_pool", (kl.AveragePooling1D, kl.AveragePooling2D, kl.AveragePooling3D))


def _pool(rng: Random, layer_type: str, classes: tuple[Any, ...]) -> Case:
    rank = rng.randint(1, 3)
    attributes: dict[str, Any] = {"kernel": _axes(rng, rank, 4)}
    stride = None
    if rng.random() < 0.7:
        stride = attributes["stride"] = _axes(rng, rank, 3)
    attributes["padding"] = rng.choice(["same", "valid"])
    layer = classes[rank - 1](attributes["kernel"], stride, attributes["padding"])
    return Case((rng.randint(1, 5), *_sides(rng, rank)), [f"{layer_type}: {{{_written(attributes)}}}"], layer)


@_case
def global_pool(rng: Random) -> Case:
    rank = rng.randint(1, 3)
    layer_type, classes = rng.choice(
        [
            ("global_avg_pool", (kl.GlobalAveragePooling1D, kl.GlobalAveragePooling2D, kl.GlobalAveragePooling3D)),
            ("global_max_pool", (kl.GlobalMaxPooling1D, kl.GlobalMaxPooling2D, kl.GlobalMaxPooling3D)),
        ]
    )
    return Case((rng.randint(1, 5), *_sides(rng, rank)), [layer_type], classes[rank - 1]())


# ------------------------------------------------------------------------------------------- dense, norms, others


@_case
def dense(rng: Random) -> Case:
    units, bias, rank = rng.randint(1, 9), rng.random() < 0.5, rng.randint(0, 2)
    per = ", per: position" if rank else ""
    entry = f"dense: {{units: {units}, {_written({'bias': bias})}{per}}}"
    shape = (rng.randint(1, 9), *(_sides(rng, rank) if rank else []))
    return Case(shape, [entry], kl.Dense(units, use_bias=bias))


@_case
def batch_norm(rng: Random) -> Case:
    rank, scale, shift = rng.randint(0, 3), rng.random() < 0.5, rng.random() < 0.5
    layer = kl.BatchNormalization(scale=scale, center=shift, trainable=rng.random() < 0.5)
    shape = (rng.randint(1, 9), *(_sides(rng, rank) if rank else []))
    return Case(shape, [f"batch_norm: {{{_written({'scale': scale, 'shift': shift})}}}"], layer)


@_case
def other_norm(rng: Random) -> Case:
    groups = rng.randint(1, 3)
    shape = (groups * rng.randint(1, 4), *_sides(rng, 2))
    scale, shift = rng.random() < 0.5, rng.random() < 0.5
    written = _written({"scale": scale, "shift": shift})
    if rng.random() < 0.3:
        return Case(shape, ["rms_norm"], kl.RMSNormalization())
    if rng.random() < 0.6:
        over, axes = rng.choice([("channels", -1), ("all", [1, 2, 3])])
        layer = kl.LayerNormalization(axis=axes, scale=scale, center=shift)
        return Case(shape, [f"layer_norm: {{{written}, over: {over}}}"], layer)
    layer = kl.GroupNormalization(groups, scale=scale, center=shift)
    return Case(shape, [f"group_norm: {{groups: {groups}, {written}}}"], layer)


@_case
def resizing(rng: Random) -> Case:
    factor = _axes(rng, 2, 3)
    pads = [[rng.randint(0, 3), rng.randint(0, 3)] for _ in range(2)]
    shape = (rng.randint(1, 4), *_sides(rng, 2))
    entry, layer = rng.choice(
        [
            (f"upsample: {{factor: {factor}}}", kl.UpSampling2D(tuple(factor))),
            (f"pad: {{padding: {pads}}}", kl.ZeroPadding2D(tuple(map(tuple, pads)))),
            ("flatten", kl.Flatten()),
        ]
    )
    return Case(shape, [entry], layer)


@_case
def prelu(rng: Random) -> Case:
    shape = (rng.randint(1, 6), *_sides(rng, 2))
    per, axes = rng.choice([("all", [1, 2, 3]), ("channel", [1, 2]), ("value", None)])
    return Case(shape, [f"prelu: {{per: {per}}}"], kl.PReLU(shared_axes=axes))


@_case
def attention(rng: Random) -> Case:
    """At least two channels: of one, PyTorch's `einsum` makes a product that its counter does not look at."""
    heads, bias = rng.randint(1, 4), rng.random() < 0.5
    per_head, value, output, channels = (rng.randint(2, 4) for _ in range(4))
    layer = kl.MultiHeadAttention(heads, per_head, value, use_bias=bias, output_shape=output)
    widths = {"heads": heads, "inner": heads * per_head, "value_width": heads * value, "output_width": output}
    entry = f"attention: {{{_written({**widths, 'bias': bias})}}}"
    return Case((channels, rng.randint(2, 12)), [entry], layer)


@_case
def grouped_attention(rng: Random) -> Case:
    kept, per_head, bias = rng.randint(1, 3), rng.randint(2, 4), rng.random() < 0.5
    heads, channels = kept * rng.randint(1, 3), rng.randint(2, 9)
    layer = kl.GroupQueryAttention(per_head, heads, kept, use_bias=bias)
    widths = {"heads": heads, "kv_heads": kept, "inner": heads * per_head}
    return Case((channels, rng.randint(2, 12)), [f"attention: {{{_written({**widths, 'bias': bias})}}}"], layer)


@_case
def recurrent(rng: Random) -> Case:
    """Keras' GRU has two biases unless it resets before the product; the others have one."""
    units, bias, after, all_steps = rng.randint(2, 6), rng.random() < 0.7, rng.random() < 0.5, rng.random() < 0.6
    kind = rng.choice(["lstm", "gru", "rnn"])
    given = {"units": units, "use_bias": bias, "return_sequences": all_steps}
    if kind == "gru":
        inner = kl.GRU(**given, reset_after=after)
    else:
        inner = (kl.LSTM if kind == "lstm" else kl.SimpleRNN)(**given)
    attributes: dict[str, Any] = {"units": units, "biases": (2 if kind == "gru" and after else 1) if bias else 0}
    attributes["gives"] = "all" if all_steps else "last"
    both = rng.random() < 0.4
    layer = kl.Bidirectional(inner) if both else inner
    entry = f"{kind}: {{{_written({**attributes, 'bidirectional': both})}}}"
    return Case((rng.randint(2, 6), rng.randint(2, 8)), [entry], layer)


@_case
def causal_conv(rng: Random) -> Case:
    kernel, filters = rng.randint(1, 4), rng.randint(1, 5)
    stride, dilation = rng.choice([(1, rng.randint(1, 3)), (rng.randint(1, 3), 1)])
    layer = kl.Conv1D(filters, kernel, stride, "causal", dilation_rate=dilation)
    window = {"filters": filters, "kernel": kernel, "stride": stride, "dilation": dilation}
    return Case((rng.randint(1, 5), rng.randint(6, 40)), [f"conv: {{{_written(window)}, padding: causal}}"], layer)


@_case
def words(rng: Random) -> Case:
    count, width = rng.randint(1, 50), rng.randint(1, 9)
    entry = f"embedding: {{words: {count}, width: {width}}}"
    return Case((rng.randint(1, 12),), [entry], kl.Embedding(count, width))


@_case
def cropping(rng: Random) -> Case:
    ends = [[rng.randint(0, 2), rng.randint(0, 2)] for _ in range(2)]
    return Case((3, *_sides(rng, 2)), [f"crop: {{by: {ends}}}"], kl.Cropping2D(tuple(map(tuple, ends))))
