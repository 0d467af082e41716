"""Layers of Keras, of all its versions: the table, and what one of them does, one operation after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, Match, Matches

REARRANGED = tuple(f"ops/{name}" for name in (
    "Reshape", "ExpandDims", "Squeeze", "Transpose", "Swapaxes", "Moveaxis", "Ravel", "Flip", "Roll", "DepthToSpace",
    "SpaceToDepth",
))  # fmt: skip
REPEATED = ("ops/Repeat", "ops/Tile", "ops/Concatenate", "Concatenate")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU")

_ONE = "x_first == 1"  # image: several stand side by side where their number was put among them
_LAST = "axes == 1 and (at == -1 or at == dims_rank - 1)"
_CHANNELS = "axes == 1 and (at == -1 or at == 1 or at == dims_rank - 1)"
_CONV = {
    "kernel": "kernel_size", "stride": "strides", "padding": "padding", "dilation": "dilation_rate", "bias": "use_bias",
}  # fmt: skip
_POOL = {"kernel": "pool_size", "stride": "strides", "padding": "padding"}
_NORM = {"scale": "scale", "shift": "center"}
_CELL = {"units": "units", "bidirectional": "both_ways", "biases": "biases", "gives": "gives"}
_REDUCED = {"axes": "axis", "keepdims": "1 if keepdims else 0"}
_NO_COST = {"type": "kind", "weights": "0", "multiplies": "0"}
_STARTED = {  # from states that other layers give
    "type": "kind", "weights": "gates * units * (c + units)", "biases": "gates * units * biases",
    "multiplies": "gates * units * (c + units) * dim_1",
}  # fmt: skip
_HEADS = {
    "heads": "num_heads", "inner": "num_heads * key_dim", "value_width": "num_heads * value_dim",
    "output_width": "width", "bias": "use_bias",
}  # fmt: skip

TABLE = Matches(
    [
        # convolutions
        Match("Conv1D Conv2D Conv3D", "conv", {"filters": "filters", "groups": "groups", **_CONV}, axis="format",
              window=True, defaults={"use_bias": True, "groups": 1}),
        Match("LocallyConnected1D LocallyConnected2D", "conv", {"filters": "filters", "shared": "false", **_CONV},
              axis="format", window=True, defaults={"use_bias": True}),
        Match("DepthwiseConv1D DepthwiseConv2D DepthwiseConv3D", "conv",
              {"filters": "c * depth_multiplier", "groups": "c", **_CONV}, axis="format", window=True,
              defaults={"use_bias": True, "depth_multiplier": 1}),
        Match("Conv1DTranspose Conv2DTranspose Conv3DTranspose", "transposed_conv",
              {"filters": "filters", "output_padding": "output_padding", **_CONV}, axis="format", window=True,
              defaults={"use_bias": True}),
        # dense
        Match("Dense", "dense", {"units": "units", "bias": "use_bias", "per": "position if rank > 0 else none"},
              axis="last", defaults={"use_bias": True}),
        # normalisations
        Match("BatchNormalization", "batch_norm", _NORM, "x", _CHANNELS, axis="format"),
        Match("LayerNormalization", "layer_norm", _NORM, "x", _LAST, axis="last"),
        Match("LayerNormalization", "layer_norm", {**_NORM, "over": "all"}, "x", f"axes == dims_rank - 1 and {_ONE}",
              axis="last"),
        Match("GroupNormalization", "group_norm", {"groups": "groups", **_NORM}, "x", f"groups > 0 and ({_CHANNELS})",
              axis="format", defaults={"groups": 32}),
        Match("GroupNormalization", "group_norm", {"groups": "c", **_NORM}, "x", f"groups == -1 and ({_CHANNELS})",
              axis="format"),
        Match("RMSNormalization", "rms_norm", {}, "x", _LAST, axis="last"),
        Match("RMSNormalization", "rms_norm", {"over": "all"}, "x", f"axes == dims_rank - 1 and {_ONE}", axis="last"),
        Match("Normalization", "operator", _NO_COST, "x", "stated"),
        Match("Normalization", "operator", {**_NO_COST, "buffers": "3"}, "x", "axes == 0"),
        Match("Normalization", "operator", {**_NO_COST, "buffers": "2 * c + 1"}, "x", _LAST, axis="last"),
        Match("BatchNormalization LayerNormalization GroupNormalization RMSNormalization Normalization", "operator",
              {"type": "kind", "multiplies": "0"}),
        Match("SpectralNormalization", "operator", {**_NO_COST, "buffers": "width"}),
        Match("LayerScale", "scale", axis="last"),
        Match("Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout", "dropout",
              {"rate": "rate"}, "x", "rate >= 0 and rate <= 1"),
        Match("StochasticDepth", "stochastic_depth", {"rate": "rate"}),
        # activations
        Match("activation/relu", "relu"), Match("activation/relu6", "relu6"), Match("activation/sigmoid", "sigmoid"),
        Match("activation/tanh", "tanh"), Match("activation/softmax Softmax", "softmax"),
        Match("activation/elu ELU", "elu"), Match("activation/selu", "selu"), Match("activation/gelu", "gelu"),
        Match("activation/swish activation/silu", "silu"), Match("activation/hard_sigmoid", "hard_sigmoid"),
        Match("activation/hard_swish activation/hard_silu", "hard_swish"),
        Match("activation/leaky_relu", "leaky_relu"),
        Match("activation", "operator", {"type": "called"}),
        Match("ReLU", "leaky_relu", {"slope": "negative_slope"}, "x", "negative_slope > 0",
              defaults={"negative_slope": 0}),
        Match("ReLU", "relu6", {}, "x", "max_value == 6"),
        Match("ReLU", "relu", {}, "x", "not limited"),
        Match("LeakyReLU", "leaky_relu", {"slope": "negative_slope"}),
        Match("PReLU", "prelu", {"per": "channel"}, "x",
              "shared == dims_rank - 2 and (channels_first or last_shared < dims_rank - 1)", axis="format"),
        Match("PReLU", "prelu", {"per": "value"}, "x", f"shared == 0 and {_ONE}", axis="format"),
        Match("PReLU", "operator", {"type": "kind", "multiplies": "0"}),
        # sequences
        Match("LSTM GRU SimpleRNN", "operator", {**_STARTED, "output": ("dim_1", "units")}, "x*",
              "started and return_sequences", axis="last", defaults={"return_sequences": False}),
        Match("LSTM GRU SimpleRNN", "operator", {**_STARTED, "output": ("units",)}, "x*", "started", axis="last"),
        Match("LSTM", "lstm", _CELL, axis="last"), Match("GRU", "gru", _CELL, axis="last"),
        Match("SimpleRNN", "rnn", _CELL, axis="last"),
        Match("Embedding", "embedding", {"words": "input_dim", "width": "output_dim"}, "x", "dims_rank == 2"),
        Match("MultiHeadAttention", "attention", _HEADS, "x*",
              f"one_width and (axes == 0 or axes == dims_rank - 2) and {_ONE}", axis="last",
              defaults={"use_bias": True}),
        Match("MultiHeadAttention", "attention", {**_HEADS, "window": ("1", "dim_1")}, "x",
              "one_width and many == 1 and dims_rank == 3 and axes < 2", axis="last", defaults={"use_bias": True}),
        Match("MultiHeadAttention", "attention", {**_HEADS, "window": ("1", "dim_1")}, "x",
              "one_width and many == 1 and dims_rank == 4 and axes == 1 and (axis == 2 or axis == -2)", axis="last",
              defaults={"use_bias": True}),
        Match("MultiHeadAttention", "attention", {**_HEADS, "window": ("dim_2", "1")}, "x",
              "one_width and many == 1 and dims_rank == 4 and axes == 1 and (axis == 1 or axis == -3)", axis="last",
              defaults={"use_bias": True}),
        Match("GroupQueryAttention GroupedQueryAttention", "attention",
              {"heads": "num_query_heads", "kv_heads": "num_key_value_heads", "inner": "num_query_heads * head_dim",
               "bias": "use_bias"}, "x*", _ONE, axis="last", defaults={"use_bias": True}),
        Match("Attention", "operator",
              {"type": "kind", "output": ("q_before", "v_last"), "weights": "1 if use_scale else 0",
               "multiplies": "q_before * v_before * (q_last + v_last)"}, "q v k",
              "dots and q_rank == 3 and v_rank == 3 and q_first == 1", axis="last",
              defaults={"use_scale": False}),
        Match("AdditiveAttention", "operator",
              {"type": "kind", "output": ("q_before", "v_last"), "weights": "q_last if use_scale else 0"}, "q v k",
              "q_rank == 3 and v_rank == 3 and q_first == 1", axis="last", defaults={"use_scale": True}),
        Match("EinsumDense", "operator",
              {"type": "kind", "output": "output", "weights": "weights", "biases": "biases",
               "multiplies": "weights * x_size / shared"}, "x", "x_size == size", axis="last"),
        Match("ConvLSTM1D/state ConvLSTM1D/gates", "operator", {**_NO_COST, "output": ("dim_2", "dim_1", "filters")},
              axis="last"),
        Match("ConvLSTM2D/state ConvLSTM2D/gates", "operator",
              {**_NO_COST, "output": ("dim_3", "dim_2", "dim_1", "filters")}, axis="last"),
        Match("ConvLSTM1D/last", "operator", {**_NO_COST, "output": ("dim_1", "filters")}, axis="last"),
        Match("ConvLSTM2D/last", "operator", {**_NO_COST, "output": ("dim_2", "dim_1", "filters")}, axis="last"),
        Match("state", "operator", {**_NO_COST, "output": ("units",)}, axis="last"),
        # pooling
        Match("MaxPooling1D MaxPooling2D MaxPooling3D", "max_pool", _POOL, axis="format", window=True),
        Match("AveragePooling1D AveragePooling2D AveragePooling3D", "avg_pool", _POOL, axis="format", window=True),
        Match("GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D", "adaptive_avg_pool",
              {"size": "1"}, "x", "keepdims", axis="format", window=True),
        Match("GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D", "global_avg_pool", axis="format",
              window=True),
        Match("GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D", "adaptive_max_pool",
              {"size": "1"}, "x", "keepdims", axis="format", window=True),
        Match("GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D", "global_max_pool", axis="format",
              window=True),
        Match("TimeDistributed/GlobalAveragePooling1D", "adaptive_avg_pool", {"size": ("dim_2", "1")}, axis="last"),
        Match("TimeDistributed/GlobalAveragePooling2D", "adaptive_avg_pool", {"size": ("dim_3", "1", "1")},
              axis="last"),
        Match("TimeDistributed/GlobalMaxPooling1D", "adaptive_max_pool", {"size": ("dim_2", "1")}, axis="last"),
        Match("TimeDistributed/GlobalMaxPooling2D", "adaptive_max_pool", {"size": ("dim_3", "1", "1")}, axis="last"),
        Match("AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D", "adaptive_avg_pool",
              {"size": "output_size"}, axis="format", window=True),
        Match("AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D", "adaptive_max_pool",
              {"size": "output_size"}, axis="format", window=True),
        # joins
        Match("Add Multiply Subtract Average Maximum Minimum CustomScaleLayer", NOTHING, reads="x*"),
        Match("Concatenate", "Concat", {"axis": "axis"}, "x*", defaults={"axis": -1}),
        # shapes
        Match("Flatten", "Flatten"), Match("Reshape", "Reshape", {"shape": "shape"}),
        Match("Permute", "Transpose", {"perm": "perm"}),
        Match("ZeroPadding1D ZeroPadding2D ZeroPadding3D", "pad", {"padding": "padding"}, axis="format", window=True),
        Match("Cropping1D Cropping2D Cropping3D", "crop", {"by": "by"}, axis="format", window=True),
        Match("CenterCrop RandomCrop", "operator", {**_NO_COST, "output": ("height", "width", "c")}, "x", _ONE,
              axis="format"),
        Match("RepeatVector", "operator", {**_NO_COST, "output": ("n", "c")}, "x", _ONE, axis="last"),
        Match("UpSampling1D UpSampling2D UpSampling3D", "upsample", {"factor": "size"}, axis="format", window=True),
        Match("Resizing", "resize", {"size": "size"}, axis="format", window=True),
        # what gives what it reads, or values by themselves
        Match("activation/linear InputLayer Identity ActivityRegularization Masking GaussianNoise", SAME),
        Match("Rescaling ReLU ThresholdedReLU UnitNormalization RandomFlip RandomRotation RandomZoom "
              "RandomContrast RandomTranslation RandomBrightness RandomColorDegeneration RandomColorJitter "
              "RandomElasticTransform RandomErasing RandomGaussianBlur RandomGrayscale RandomHue RandomInvert "
              "RandomPerspective RandomPosterization RandomSaturation RandomSharpness RandomShear AutoContrast "
              "Equalization Solarization AugMix RandAugment activation/softplus activation/softsign "
              "activation/exponential activation/mish activation/celu activation/log_softmax activation/hard_tanh",
              NOTHING),
        # functions of `keras.ops`
        Match("ops/Matmul", PRODUCT, reads="x w"),
        Match("ops/Einsum", EINSUM, reads="x*"),
        Match("ops/Mean", "ReduceMean", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Sum", "ReduceSum", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Max ops/Amax", "ReduceMax", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Min ops/Amin", "ReduceMin", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Concatenate", "Concat", {"axis": "axis"}, "x*", defaults={"axis": -1}),
        Match("ops/Transpose", "Transpose", {"perm": "axes"}),
        Match("ops/Reshape", "Reshape", {"shape": "newshape", "allowzero": "true"}),
        Match("ops/ExpandDims ops/Squeeze ops/GetItem ops/Slice ops/Split ops/ArraySplit ops/Stack "
              "ops/Unstack ops/Take ops/TakeAlongAxis ops/BroadcastTo ops/Repeat ops/Tile ops/Pad ops/Roll "
              "ops/Flip ops/Swapaxes ops/Moveaxis ops/Ravel ops/Argmax ops/Argmin ops/OneHot ops/DepthToSpace "
              "ops/SpaceToDepth",
              "Declared", reads="x*"),
        Match("ops/TrueDivide ops/Divide ops/FloorDivide ops/Mod ops/Power ops/Sqrt ops/Rsqrt ops/Square ops/Exp "
              "ops/Log ops/Log1p ops/Expm1 ops/Absolute ops/Abs ops/Negative ops/Sign ops/Sin ops/Cos ops/Erf "
              "ops/Reciprocal ops/Clip ops/Round ops/Floor ops/Ceil ops/Where ops/Equal ops/NotEqual ops/Greater "
              "ops/GreaterEqual ops/Less ops/LessEqual ops/LogicalAnd ops/LogicalOr ops/LogicalNot ops/OnesLike "
              "ops/ZerosLike",
              NOTHING, reads="x*"),
        Match("tf/math.add tf/math.subtract tf/math.multiply tf/math.truediv tf/math.divide tf/math.maximum "
              "tf/math.minimum tf/math.pow tf/math.square tf/math.sqrt tf/math.exp tf/math.abs "
              "tf/__operators__.add tf/nn.bias_add tf/clip_by_value tf/nn.relu tf/nn.relu6 tf/nn.sigmoid "
              "tf/math.sigmoid tf/math.tanh tf/nn.softmax tf/nn.gelu tf/nn.silu",
              NOTHING, reads="x*"),
        Match("tf/cast tf/identity tf/stop_gradient", SAME),
        Match("ops/Cast ops/Copy ops/StopGradient ops/ConvertToTensor", SAME),
    ]
)  # fmt: skip


# ------------------------------------------------------------------------------------------ what is written

_FORMER = {
    "nb_filter": "filters", "subsample": "strides", "border_mode": "padding", "bias": "use_bias",
    "p": "rate", "pool_length": "pool_size", "stride": "strides", "subsample_length": "strides", "alpha":
    "negative_slope", "atrous_rate": "dilation_rate",
}  # fmt: skip
_CLASSES = {
    "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D", "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose", "SeparableConvolution2D": "SeparableConv2D",
    "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization", "MaxPool2D":
    "MaxPooling2D", "AvgPool2D": "AveragePooling2D", "SyncBatchNormalization": "BatchNormalization",
    "CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU",
}  # fmt: skip
JOINS = ("Add", "Multiply", "Subtract", "Maximum", "Minimum")
FUNCTIONS = {  # functions that are activations
    "Relu": "activation/relu", "Relu6": "activation/relu6", "Sigmoid": "activation/sigmoid", "Tanh": "activation/tanh",
    "Softmax": "activation/softmax", "Elu": "activation/elu", "Selu": "activation/selu", "Gelu": "activation/gelu",
    "Silu": "activation/silu", "HardSigmoid": "activation/hard_sigmoid", "HardSilu": "activation/hard_silu",
    "LeakyRelu": "activation/leaky_relu", "Softplus": "activation/softplus", "Softsign": "activation/softsign",
    "LogSoftmax": "activation/log_softmax",
}  # fmt: skip
MERGES = {"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum"}


_TRAINING = ("dropout", "stochastic_depth")  # layers that do nothing else
# Attributes of layers of the table that are read, and those that change neither shapes nor counts
_READ = {
    *_FORMER,
    "activation", "attention_axes", "axis", "bias_axes", "biases", "both_ways", "center", "cropping", "data_format",
    "depth_multiplier", "dilation_rate", "dim_ordering", "dims", "equation", "filter_length", "filters", "groups",
    "head_dim", "height", "input_dim", "keepdims", "kernel_size", "key_dim", "length", "many", "max_value", "mean",
    "n", "nb_col", "nb_row", "negative_slope", "noise_shape", "num_heads", "num_key_value_heads", "num_query_heads",
    "output", "output_dim", "output_padding", "output_shape", "output_size", "padding", "pool_size", "rate",
    "reset_after", "return_sequences", "return_state", "rms_scaling", "scale", "score_mode", "shared",
    "shared_axes", "size", "strides", "target_shape", "threshold", "units", "use_bias", "use_scale", "value_dim",
    "weights", "width",
}  # fmt: skip
_WITHOUT_EFFECT = {
    "align_corners", "antialias", "autocast", "batch_input_shape", "batch_shape", "build_input_shape",
    "cache_enabled", "consume_less", "crop_to_aspect_ratio", "custom_name", "dropout", "dropout_U", "dropout_W",
    "dtype", "epsilon", "fill_mode", "fill_value", "flash_attention", "fused", "go_backwards", "implementation",
    "init", "init_values", "inner_activation", "inner_init", "input_dtype", "input_length", "input_shape",
    "interpolation", "invert", "key_shape", "mask_zero", "mode", "momentum", "name", "pad_to_aspect_ratio",
    "projection_dim", "query_shape", "ragged", "recurrent_activation", "recurrent_dropout", "renorm_clipping",
    "renorm_momentum", "seed", "sliding_window", "sparse", "stateful", "synchronized", "trainable",
    "truncate_gradient", "unit_forget_bias", "unroll", "value_shape", "variance", "weights", "zero_output_for_mask",
}  # fmt: skip
_BESIDE = re.compile(r"\w+_(init|initializer|regularizer|constraint)")  # how numbers begin, and what holds them back


def unread(config: Mapping[str, Any]) -> list[str]:
    """The attributes of a layer that are not read, and may mean other shapes or counts."""
    known = _READ | _WITHOUT_EFFECT
    given = [key for key, value in config.items() if value is not None and value is not False]
    found = [key for key in given if key not in known and not _BESIDE.fullmatch(key)]
    type = config.get("dtype")
    policy = type.get("class_name") if isinstance(type, dict) else type
    return [*found, "dtype"] if re.search("Quantized|_from_", str(policy)) else found


def steps_of(type: str, config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operations of a layer, one after the other: a convolution, then its activation."""
    found = {_FORMER.get(key, key): value for key, value in config.items() if value is not None}
    if type != "Embedding" and "output_dim" in found:
        found["units"] = found.pop("output_dim")
    if type == "Merge":
        type = MERGES.get(str(found.get("mode")), "Merge")
        found["axis"] = found.get("concat_axis", -1)
    if type.startswith("CuDNN"):
        found["reset_after"] = True  # two biases, also of an LSTM
    type = _CLASSES.get(type, type)
    if "nb_row" in found:
        found["kernel_size"] = [found["nb_row"], found["nb_col"]]
    if "filter_length" in found:
        found["kernel_size"] = found["filter_length"]
    first = found.get("data_format") == "channels_first" or found.get("dim_ordering") == "th"
    found["channels_first"] = first
    activation = _activation(found.get("activation"))
    if type == "Activation":
        yield _activated(activation, found)
        return
    rows = TABLE.by_operator.get(f"Depthwise{type[9:]}" if type.startswith("Separable") else type, ())
    if rows and rows[0].type not in (NOTHING, SAME, *_TRAINING) and (others := unread(config)):
        yield f"{type} with {', '.join(others)}", found
        return
    _prepare(type, found)
    if type == "Dropout" and found.get("noise_shape"):  # the same for all of an image: its whole branch
        type = "StochasticDepth"
    if type.startswith("SeparableConv"):
        depthwise = {**found, "use_bias": False, "dilation_rate": found.get("dilation_rate", 1)}
        yield f"Depthwise{type[9:]}", depthwise
        point: dict[str, Any] = {key: found[key] for key in ("filters", "use_bias", "channels_first") if key in found}
        yield type[9:], {**point, "kernel_size": 1}
    else:
        yield type, found
    if activation not in ("", "linear") and type not in ("LSTM", "GRU", "SimpleRNN", "MultiHeadAttention"):
        yield _activated(activation, {})


def _activated(name: str, found: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The operation of an activation; one that is not known gives as many values as it reads, too."""
    step = f"activation/{name}"
    return (step, found) if step in TABLE.by_operator else ("activation", {**found, "called": step})


def _activation(written: Any) -> str:
    """The name of an activation: a word, or a class of Keras; of others with their package."""
    if isinstance(written, dict):
        kind, inner = written.get("class_name", ""), written.get("config")
        written = inner if isinstance(inner, str) and kind == "function" else kind
    name = str(written or "")
    return name.lower() if name in ("ReLU", "Softmax") else name


def _prepare(type: str, found: dict[str, Any]) -> None:
    """Attributes that our formulas need in another form."""
    kernel, stride = (_listed(found.get(key, 1)) for key in ("kernel_size", "strides"))
    if type.startswith("Conv") and type.endswith("Transpose"):
        rank = max(len(kernel), len(stride), int(type[4]))
        dilation = _listed(found.get("dilation_rate", 1))
        kernel, stride, dilation = (one * rank if len(one) == 1 else one for one in (kernel, stride, dilation))
        reach = [(side - 1) * step + 1 for side, step in zip(kernel, dilation, strict=True)]
        if found.get("output_padding") is not None and found.get("padding") == "same":
            found["padding"] = [side // 2 for side in reach]
        elif found.get("output_padding") is None and found.get("padding") == "valid":
            spare = [max(step - side, 0) for side, step in zip(reach, stride, strict=True)]
            if any(spare):
                found["output_padding"] = spare
    if type.startswith("ZeroPadding"):
        found["padding"] = _ends(found.get("padding", 1), int(type[-2]))
    if type.startswith("Cropping"):
        found["by"] = _ends(found.get("cropping", 1), int(type[-2]))
    if type == "Reshape":
        found["shape"] = [0, *(found.get("target_shape") or found["dims"])]
    if type == "Permute":
        found["perm"] = [0, *found["dims"]]
    if type.endswith("Normalization"):
        axes = _listed(found.get("axis", -1))
        found |= {"axes": len(axes), "at": axes[0] if axes else -1, "channels_first": axes == [1]}
        found["stated"] = "mean" in found  # not worked out from data
    if type == "LayerNormalization" and found.get("rms_scaling"):
        found |= {"scale": True, "center": False}
    if type in ("LSTM", "GRU", "SimpleRNN"):
        several = found.get("reset_after", False)
        found["biases"] = (2 if several else 1) if found.get("use_bias", True) else 0
        found["gives"] = "all" if found.get("return_sequences") else "last"
        found["gates"] = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[type]
        found.setdefault("both_ways", False)
    if type == "MultiHeadAttention":
        found.setdefault("value_dim", found["key_dim"])
        width, axes = _listed(found.get("output_shape", [])), _listed(found.get("attention_axes", []))
        found["one_width"] = len(width) < 2
        found["axes"] = len(axes)
        if width:
            found["width"] = width[0]
        if len(axes) == 1:
            found["axis"] = axes[0]
    if type == "PReLU":
        shared = _listed(found.get("shared_axes") or [])
        found |= {"shared": len(shared), "last_shared": max(shared, default=0)}
        found["channels_first"] = bool(shared) and 1 not in shared
    if type == "Attention":
        found["dots"] = found.get("score_mode", "dot") == "dot"
    if type == "ReLU":
        found["limited"] = "max_value" in found or bool(found.get("threshold"))
    if type in ("UpSampling1D", "Resizing"):
        found["size"] = found.get("size", 2) if type == "UpSampling1D" else [found["height"], found["width"]]
    if type.startswith(("GlobalAverage", "GlobalMax")):
        found.setdefault("keepdims", False)


def repeats_of_images(type: str, config: Mapping[str, Any], reads: int) -> int:
    """Number of images that a layer gives for each that it reads, where it repeats or joins along an axis."""
    times: Any = config.get("repeats")
    if type == "ops/Tile":
        times = times[0] if isinstance(times, list) and len(times) > 1 else 1
    elif config.get("axis") != 0:
        return 1
    elif type != "ops/Repeat":
        times = reads
    return times if isinstance(times, int) else 1


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _ends(value: Any, rank: int) -> list[list[int]]:
    """Numbers at both ends of each axis, from one for all, one for each, or both for each."""
    if not isinstance(value, list):
        return [[value, value]] * rank
    if rank == 1 and len(value) == 2 and not isinstance(value[0], list):
        return [value]
    return [_listed(one) * (2 if len(_listed(one)) == 1 else 1) for one in value]


def may_fail(type: str) -> bool:
    """Whether what an operation gives may not be worked out, for no row is for all that it may be."""
    return not any(row.when == "true" for row in TABLE.by_operator.get(type, ()))


def keeps(type: str) -> bool:
    """Whether a layer works value by value, and so gives as many as it reads, of any shape."""
    if type in ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"):
        return True
    rows = TABLE.by_operator.get(type, ())
    return bool(rows and rows[0].type in (NOTHING, SAME, *_TRAINING))


# ------------------------------------------------------------------------------------------ layers of other layers


def cells_of(config: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The layers that the cells of an `RNN` are, the first first; none where it is one that is not known."""
    cell = as_dict(config.get("cell"))
    cells = cell["config"]["cells"] if cell.get("class_name") == "StackedRNNCells" else [cell]
    names = [str(one.get("class_name")).removesuffix("Cell") for one in cells]
    if config.get("return_state") or not set(names) <= set(RECURRENT):
        return []
    every = [True] * (len(cells) - 1) + [bool(config.get("return_sequences"))]
    found = zip(names, cells, every, strict=True)
    return [(name, {**one["config"], "return_sequences": all_}) for name, one, all_ in found]


_SIDES = ("kernel_size", "strides", "dilation_rate", "pool_size", "size")
_RAISED = re.compile(r"((?:Depthwise|Separable)?Conv|(?:Max|Average)Pooling|ZeroPadding|Cropping|UpSampling)([12])D")


def at_each_step(layer: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The layers that do the same at each step of a sequence: with one side more, along which they do nothing."""
    type, config = str(layer.get("class_name")), as_dict(layer.get("config"))
    type = _CLASSES.get(type, type)
    if type == "Dense" or keeps(type):
        return [(type, config)]
    if type.endswith("Normalization") and _listed(config.get("axis", -1)) in ([-1], [_rank(layer) - 1]):
        return [(type, {**config, "axis": -1})]
    if type == "Concatenate":
        axis = config.get("axis", -1)
        return [(type, {"axis": axis + 1 if axis > 0 else axis})]
    if type == "Flatten":
        return [("Reshape", {"target_shape": [0, -1]})]
    if type == "Reshape":
        return [("Reshape", {"target_shape": [0, *config["target_shape"]]})]
    first = config.get("data_format") == "channels_first" or config.get("dim_ordering") == "th"
    if re.fullmatch("Global(Average|Max)Pooling[12]D", type) and not first:
        last = [] if config.get("keepdims") else [("Reshape", {"target_shape": [0, -1]})]
        return [(f"TimeDistributed/{type}", {}), *last]
    raised = _RAISED.fullmatch(type)
    if raised is None or first or config.get("padding") == "causal":
        return [(f"TimeDistributed of {type}", {})]
    rank = int(raised[2])
    found = dict(config)
    for key in _SIDES:
        if config.get(key) is not None:
            sides = _listed(config[key])
            found[key] = [1, *(sides * rank if len(sides) == 1 else sides)]
    for key in ("padding", "cropping"):
        if type.startswith(("ZeroPadding", "Cropping")) and key in config:
            found[key] = [[0, 0], *_ends(config[key], rank)]
    return [(f"{raised[1]}{rank + 1}D", found)]


def convolved(type: str, config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parts of a `ConvLSTM`: a convolution of what it reads, one of its state, and what four gates make of both."""
    rank, filters, bias = type[-2], config["filters"], config.get("use_bias", True)
    own = {**config, "filters": 4 * filters, "use_bias": bias, "activation": None}
    state = {"filters": 4 * filters, "kernel_size": config["kernel_size"], "padding": "same", "use_bias": False}
    for one, gates in ((own, "state"), (state, "gates" if config.get("return_sequences") else "last")):
        yield from at_each_step({"class_name": f"Conv{rank}D", "config": one})
        yield f"{type}/{gates}", {"filters": filters}


def sums_of(config: dict[str, Any], shape: Any) -> dict[str, Any]:
    """The counts of an `EinsumDense` on a shape that is written: `size` is that of what it reads, `shared` of what
    its weights have in common with that."""
    sides, _, gives = str(config["equation"]).replace(" ", "").partition("->")
    reads, _, kernel = sides.partition(",")
    named = gives[3:] if gives.startswith("...") else gives[1:]  # behind the images, or behind axes without a letter
    given = _listed(config["output_shape"])
    if not isinstance(shape, list) or None in shape[1:] or "..." in named + kernel or len(given) != len(named):
        return {}
    more = "ABCDEFGH"[: len(shape) - len(reads.replace("...", ""))]
    reads, gives = (one.replace("...", more) for one in (reads, gives))
    sizes = dict(zip(reads, [1, *shape[1:]], strict=True))
    for letter, side in zip(named, given, strict=True):
        sizes.setdefault(letter, side)
    return {
        "output": tuple(sizes[letter] for letter in gives[1:]),
        "weights": prod(sizes[letter] for letter in kernel),
        "biases": prod(sizes[letter] for letter in config["bias_axes"]) if config.get("bias_axes") else 0,
        "shared": prod(sizes[letter] for letter in set(kernel) & set(reads)),
        "size": prod(sizes[letter] for letter in reads),
    }


def kernel_width(layer: dict[str, Any]) -> Any:
    """The last side of the kernel of a layer, for which a vector is kept where its norm is held; None of others."""
    config = as_dict(layer.get("config"))
    key = {"Dense": "units", "Embedding": "output_dim"}.get(str(layer.get("class_name")), "filters")
    return config.get(key) if re.fullmatch("Dense|Embedding|Conv[123]D", str(layer.get("class_name"))) else None


def _rank(layer: dict[str, Any]) -> int:
    """The number of axes that a layer reads, where the file says it; 0 where not."""
    shape = as_dict(layer.get("build_config")).get("input_shape")
    return len(shape) if isinstance(shape, list) else 0


def as_dict(value: Any) -> dict[str, Any]:
    """A configuration as a mapping: a list is one of layers, and anything else has nothing in it."""
    return value if isinstance(value, dict) else {"layers": value} if isinstance(value, list) else {}
