"""Keras: the JSON of `to_json()` from 0.3 to 3, as it is, in a `.keras` archive or in HDF5. Nothing is run."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, ProblemsFound, clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.foreign.base import DAMAGE, Format, Stream, opened, why_not
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, Foreign, Operation
from cnncalc.formats.foreign.moves import MOVES
from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, Match, Matches
from cnncalc.formats.source import Source

LARGEST_CONFIG = 32 * 2**20
DEEPEST_MODEL = 20
HDF5 = b"\x89HDF\r\n\x1a\n"
MODELS = ("Functional", "Model", "Sequential", "Graph")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU")

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
        Match("DepthwiseConv1D DepthwiseConv2D", "conv",
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
        Match("LayerNormalization", "layer_norm", {**_NORM, "over": "all"}, "x", "axes == dims_rank - 1", axis="last"),
        Match("GroupNormalization", "group_norm", {"groups": "groups", **_NORM}, "x", f"groups > 0 and ({_CHANNELS})",
              axis="format", defaults={"groups": 32}),
        Match("GroupNormalization", "group_norm", {"groups": "c", **_NORM}, "x", f"groups == -1 and ({_CHANNELS})",
              axis="format"),
        Match("RMSNormalization", "rms_norm", {}, "x", _LAST, axis="last"),
        Match("RMSNormalization", "rms_norm", {"over": "all"}, "x", "axes == dims_rank - 1", axis="last"),
        Match("Normalization", "operator", _NO_COST, "x", "stated"),
        Match("Normalization", "operator", {**_NO_COST, "buffers": "3"}, "x", "axes == 0"),
        Match("Normalization", "operator", {**_NO_COST, "buffers": "2 * c + 1"}, "x", _LAST, axis="last"),
        Match("BatchNormalization LayerNormalization GroupNormalization RMSNormalization Normalization", "operator",
              {"type": "kind", "multiplies": "0"}),
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
        Match("ReLU", "leaky_relu", {"slope": "negative_slope"}, "x", "negative_slope > 0",
              defaults={"negative_slope": 0}),
        Match("ReLU", "relu6", {}, "x", "max_value == 6"),
        Match("ReLU", "relu", {}, "x", "not limited"),
        Match("LeakyReLU", "leaky_relu", {"slope": "negative_slope"}),
        Match("PReLU", "prelu", {"per": "channel if shared > 0 else value"}, "x",
              "shared == 0 or (shared == dims_rank - 2 and (channels_first or last_shared < dims_rank - 1))",
              axis="format"),
        Match("PReLU", "operator", {"type": "kind", "multiplies": "0"}),
        # sequences
        Match("LSTM GRU SimpleRNN", "operator", {**_STARTED, "output": ("dim_1", "units")}, "x*",
              "started and return_sequences", axis="last", defaults={"return_sequences": False}),
        Match("LSTM GRU SimpleRNN", "operator", {**_STARTED, "output": ("units",)}, "x*", "started", axis="last"),
        Match("LSTM", "lstm", _CELL, axis="last"), Match("GRU", "gru", _CELL, axis="last"),
        Match("SimpleRNN", "rnn", _CELL, axis="last"),
        Match("Embedding", "embedding", {"words": "input_dim", "width": "output_dim"}, "x", "dims_rank == 2"),
        Match("MultiHeadAttention", "attention", _HEADS, "x*",
              "one_width and (axes == 0 or axes == dims_rank - 2)", axis="last", defaults={"use_bias": True}),
        Match("MultiHeadAttention", "attention", {**_HEADS, "window": ("1", "dim_1")}, "x",
              "one_width and many == 1 and dims_rank == 4 and axes == 1 and (axis == 2 or axis == -2)", axis="last",
              defaults={"use_bias": True}),
        Match("MultiHeadAttention", "attention", {**_HEADS, "window": ("dim_2", "1")}, "x",
              "one_width and many == 1 and dims_rank == 4 and axes == 1 and (axis == 1 or axis == -3)", axis="last",
              defaults={"use_bias": True}),
        Match("GroupQueryAttention GroupedQueryAttention", "attention",
              {"heads": "num_query_heads", "kv_heads": "num_key_value_heads", "inner": "num_query_heads * head_dim",
               "bias": "use_bias"}, "x*", axis="last", defaults={"use_bias": True}),
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
        # joins
        Match("Add Multiply Subtract Average Maximum Minimum CustomScaleLayer", NOTHING, reads="x*"),
        Match("Concatenate", "Concat", {"axis": "axis"}, "x*", defaults={"axis": -1}),
        # shapes
        Match("Flatten", "Flatten"), Match("Reshape", "Reshape", {"shape": "shape"}),
        Match("Permute", "Transpose", {"perm": "perm"}),
        Match("ZeroPadding1D ZeroPadding2D ZeroPadding3D", "pad", {"padding": "padding"}, axis="format", window=True),
        Match("Cropping1D Cropping2D Cropping3D", "crop", {"by": "by"}, axis="format", window=True),
        Match("CenterCrop RandomCrop", "operator", {**_NO_COST, "output": ("height", "width", "c")}, axis="format"),
        Match("RepeatVector", "operator", {**_NO_COST, "output": ("n", "c")}, axis="last"),
        Match("UpSampling1D UpSampling2D UpSampling3D", "upsample", {"factor": "size"}, axis="format", window=True),
        Match("Resizing", "resize", {"size": "size"}, axis="format", window=True),
        # what gives what it reads, or values by themselves
        Match("activation/linear InputLayer ActivityRegularization Masking GaussianNoise", SAME),
        Match("Rescaling ReLU ThresholdedReLU UnitNormalization RandomFlip RandomRotation RandomZoom RandomContrast "
              "RandomTranslation RandomBrightness activation/softplus activation/softsign activation/exponential "
              "activation/mish activation/celu activation/log_softmax activation/hard_tanh", NOTHING),
        # functions of `keras.ops`
        Match("ops/Matmul", PRODUCT, reads="x w"),
        Match("ops/Einsum", EINSUM, reads="x*"),
        Match("ops/Mean", "ReduceMean", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Sum", "ReduceSum", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Max ops/Amax", "ReduceMax", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Min ops/Amin", "ReduceMin", _REDUCED, defaults={"keepdims": False}),
        Match("ops/Concatenate", "Concat", {"axis": "axis"}, "x*", defaults={"axis": -1}),
        Match("ops/Transpose", "Transpose", {"perm": "axes"}),
        Match("ops/Reshape ops/ExpandDims ops/Squeeze ops/GetItem ops/Slice ops/Split ops/ArraySplit ops/Stack "
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
        Match("ops/Cast ops/Copy ops/StopGradient ops/ConvertToTensor", SAME),
    ]
)  # fmt: skip


class Keras(Format):
    """A model of Keras; see `TABLE` for its layers."""

    called = "a model of Keras"
    suffixes = (".keras", ".h5", ".hdf5")
    binary = True
    table = TABLE

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is a model of Keras: an archive, HDF5 or JSON."""
        archive = rb"PK\x03\x04.{26}(?:metadata|config)\.json"
        whole = rb'\s*\{.{0,200}?"(?:class_name|name)"\s*:\s*"(?:Functional|Model|Sequential|Graph)"'
        if head.startswith(HDF5):
            return True
        return bool(re.match(archive, head, re.DOTALL) or re.match(whole, head, re.DOTALL)) or super().recognises(
            name, head
        )

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a model; raises ProblemsFound, also where `vars` are given."""
        self.refuse_vars(vars)
        return lower(self.foreign(source), TABLE, input_size)

    def foreign(self, source: Source) -> Foreign:
        """The network as the file says it; raises ProblemsFound where it is no model."""
        try:
            return _Config(source.name).read(json.loads(_config(source)))
        except RecursionError:
            raise fail("limit", f"`{source.name}` is nested too deeply", Label(source.name, "")) from None
        except DAMAGE as error:
            message = f"`{source.name}` is no whole model of Keras: {why_not(error)}"
            raise fail("unreadable", message, Label(source.name, "")) from None


def _config(source: Source) -> str:
    """The JSON of a model: the file, or what is in the archive."""
    if bytes(source.data[:8]) == HDF5:
        return _of_hdf5(source)
    if bytes(source.data[:4]) != b"PK\x03\x04":
        if len(source.data) > LARGEST_CONFIG:
            raise _too_large(source)
        return bytes(source.data[:]).decode()
    with zipfile.ZipFile(Stream(source.data)) as archive, opened(archive, "config.json") as file:
        text = file.read(LARGEST_CONFIG + 1)
    if len(text) > LARGEST_CONFIG:
        raise _too_large(source)
    return text.decode()


def _of_hdf5(source: Source) -> str:
    """The JSON that Keras 1 and 2 keep in a file of HDF5, beside the weights."""
    try:
        h5py: Any = import_module("h5py")
    except ImportError:
        cure = "install the extra: `pip install 'cnncalc[h5]'`"
        raise fail("unreadable", f"`{source.name}` is HDF5, which needs h5py", Label(source.name, ""), cure) from None
    with h5py.File(Stream(source.data), "r") as file:
        config = file.attrs.get("model_config")
    if config is None:
        message = f"`{source.name}` has weights, and no layers"
        raise fail("not-an-architecture", message, Label(source.name, ""), "save the model: `model.save(…)`")
    text = config.decode() if isinstance(config, bytes) else str(config)
    if len(text) > LARGEST_CONFIG:
        raise _too_large(source)
    return text


def _too_large(source: Source) -> ProblemsFound:
    most = f"limit: configuration {LARGEST_CONFIG // 2**20} MB"
    return fail("limit", f"`{source.name}` is too large ({most})", Label(source.name, ""))


class _Call(Record):
    """A call of a layer: the key of its tensors, its name, the models that it stands in, and its place."""

    key: str
    name: str
    scope: tuple[str, ...]
    place: Label


class _Config:
    def __init__(self, file: str) -> None:
        self.file = file
        self.net = Foreign(file, file, {}, (), [], channels_last=True)
        self.calls: dict[str, int] = {}  # of each layer
        self.first: dict[str, str] = {}  # the operation that holds a layer's weights
        self.given: dict[str, int] = {}  # of each call the number of the last tensor that is read

    def read(self, whole: dict[str, Any]) -> Foreign:
        if "config" not in whole:  # before version 1
            whole = {"class_name": whole.get("class_name") or whole["name"], "config": whole}
        config = whole["config"]
        self.net.name = str(config.get("name") or self.file) if isinstance(config, dict) else self.file
        if self.net.name in ("Sequential", "sequential", "functional", "model"):
            self.net.name = self.file
        given = self._model(whole, "", (), None, 0)
        self.net.outputs = tuple(given)
        self._sort()
        return self.net

    # ------------------------------------------------------------------------------------------ models

    def _model(
        self, whole: dict[str, Any], prefix: str, scope: tuple[str, ...], reads: list[str] | None, depth: int
    ) -> list[str]:
        """The operations of a model below a prefix, on what it reads; what it gives."""
        if depth > DEEPEST_MODEL:
            raise fail("limit", f"models stand in each other more than {DEEPEST_MODEL} deep", Label(self.file, ""))
        config = whole["config"]
        layers = config if isinstance(config, list) else config["layers"]
        if whole["class_name"] == "Sequential" or isinstance(config, list):
            return self._sequence(layers, config, prefix, scope, reads, depth)
        by_name = {_name_of(layer): layer for layer in layers}
        first = _first_calls(by_name, config["output_layers"])
        entries = _references(config["input_layers"])
        aliases: dict[str, str] = {}
        if reads is not None:
            aliases = {f"{prefix}{name}:0:0": read for (name, _, _), read in zip(entries, reads, strict=False)}
        calls = []
        for name, layer in by_name.items():
            inbound = layer.get("inbound_nodes") or []
            if layer["class_name"] == "InputLayer" or not inbound:
                if f"{prefix}{name}:0:0" not in aliases:
                    self._input(f"{prefix}{name}:0:0", layer["config"], name)
                continue
            for at, node in enumerate(inbound):
                tensors = []
                for one, place, index, shape in _tensors(layer["class_name"], node):
                    tensor = f"{prefix}{one}:{place - first[one][0] if one in first else place}"
                    self._asks(tensor, index)
                    tensor = aliases.get(f"{tensor}:{index}", f"{tensor}:{index}")
                    tensors.append(tensor)
                    if shape:
                        self.net.declared.setdefault(tensor, tuple(shape))
                calls.append((layer, tensors, f"{prefix}{name}:{at}"))
        outputs = []
        for name, place, index in _references(config["output_layers"]):
            tensor = f"{prefix}{name}:{place - first[name][1] if name in first else place}"
            self._asks(tensor, index)
            outputs.append(f"{tensor}:{index}")
        for layer, tensors, key in calls:
            self._call(layer, tensors, key, scope, prefix, depth)
        return [aliases.get(one, one) for one in outputs]

    def _asks(self, call: str, index: int) -> None:
        """Note that somebody reads so many of the tensors that a call gives."""
        self.given[call] = max(self.given.get(call, 0), index)

    def _sequence(
        self,
        layers: list[Any],
        config: Any,
        prefix: str,
        scope: tuple[str, ...],
        reads: list[str] | None,
        depth: int,
    ) -> list[str]:
        for at, layer in enumerate(layers):
            layer = _wrapped(layer)
            name = _name_of(layer) or f"layer{at + 1}"
            if layer["class_name"] == "InputLayer":
                if reads is None:
                    reads = [self._input(f"{prefix}{name}:0:0", layer["config"], name)]
                continue
            if reads is None:
                own = layer["config"] if isinstance(layer["config"], dict) else {}
                shape = own.get("batch_input_shape") or own.get("batch_shape")
                if not shape and own.get("input_shape"):
                    shape = [None, *own["input_shape"]]
                if not shape and isinstance(config, dict):
                    shape = config.get("build_input_shape")
                if not shape and layer["class_name"] not in MODELS:
                    raise fail(
                        "missing-key", f"the model `{clean(self.net.name)}` says not what it reads",
                        Label(self.file, f"layer `{clean(name)}`"), "build it before it is saved",
                    )  # fmt: skip
                if shape:
                    reads = [self._input(f"{prefix}input:0:0", {"batch_shape": shape}, "input")]
            if layer["class_name"] in MODELS and reads is None:
                reads = self._model(layer, f"{prefix}{name}/", (*scope, name), None, depth + 1)
            else:
                reads = self._call(layer, reads or [], f"{prefix}{name}:0", scope, prefix, depth)
                shape = _read_by(layers[at + 1 :])
                if shape and self.net.operations and self.net.operations[-1].type not in TABLE.by_operator:
                    self.net.declared.setdefault(reads[0], tuple(shape))
        return reads or []

    def _input(self, tensor: str, config: dict[str, Any], name: str) -> str:
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if not isinstance(shape, list):
            raise fail(
                "missing-key", f"the input `{clean(name)}` has no shape", Label(self.file, f"layer `{clean(name)}`")
            )
        shown = name if name not in self.net.inputs else tensor
        self.net.inputs[shown] = (1 if shape[0] is None else shape[0], *shape[1:])
        self.net.operations.append(
            Operation(shown, "InputLayer", {}, (shown,), (tensor,), Label(self.file, f"layer `{clean(name)}`"))
        )
        return tensor

    # ------------------------------------------------------------------------------------------ layers

    def _call(
        self, layer: dict[str, Any], reads: list[str], key: str, scope: tuple[str, ...], prefix: str, depth: int
    ) -> list[str]:
        """The operations of one call of a layer; what it gives."""
        type, name = layer["class_name"], _name_of(layer) or key
        if _is_model(layer):
            again = f"{prefix}{name}" in self.calls
            self.calls[f"{prefix}{name}"] = self.calls.get(f"{prefix}{name}", 0) + 1
            inner = f"{key}/" if again else f"{prefix}{name}/"
            given = self._model(layer, inner, (*scope, name), reads, depth + 1)
            return self._renamed(given, key)
        call = _Call(key, name, scope, Label(self.file, f"layer `{clean('/'.join([*scope, name]))}`"))
        config = _as_dict(layer["config"])
        if str(layer.get("module")).startswith("keras.src.ops"):  # a function, and no layer
            type = type if type in _JOINS else _OPS.get(type, f"ops/{type}")
            return self._chain([(type, {**config, "equation": config.get("subscripts")})], reads, call)
        wrapped = _as_dict(config.get("layer"))
        if type == "TimeDistributed":
            type, config = _at_each_step(wrapped)
        if type == "RNN" and (cells := _cells(config)) and len(reads) == 1:
            return self._stacked(cells, reads, call)
        if type == "Bidirectional" and wrapped.get("class_name") in RECURRENT:
            return self._both_ways(config, reads, call)
        if type == "MultiHeadAttention":  # query, value, key
            reads = [reads[0], *reads[1:][::-1]] if len(set(reads)) > 1 else reads[:1]
            config = {**config, "many": len(reads)}
        if type == "Lambda" and isinstance(shape := config.get("output_shape"), list):
            self.net.declared.setdefault(f"{call.key}:0", (None, *shape))
        return self._chain(_steps(type, config), reads, call)

    def _chain(self, steps: Iterable[tuple[str, dict[str, Any]]], reads: list[str], call: _Call) -> list[str]:
        """Operations that read each other, of one layer; what it gives."""
        steps = list(steps)
        for at, (step, attributes) in enumerate(steps):
            last = at == len(steps) - 1
            gives = [f"{call.key}:0" if last else f"{call.key}:{step}"]
            called = call.name if at == 0 else f"{call.name}_{step.rpartition('/')[2]}"
            states = attributes.get("return_state") and step in RECURRENT
            attributes["started"] = len(reads) > 1
            if last and not states and (more := self.given.get(call.key, 0)):
                gives += [f"{call.key}:{index + 1}" for index in range(more)]
                rows = TABLE.by_operator.get(step, ())
                step = f"{step} of several outputs" if rows and rows[0].type not in MOVES else step
            self._put(step, attributes, reads, gives, call._replace(name=called))
            reads = gives[:1]
            if states:
                reads += self._states(attributes, reads[0], call, 1, self.given.get(call.key, 0))
        return reads

    def _stacked(self, cells: list[tuple[str, dict[str, Any]]], reads: list[str], call: _Call) -> list[str]:
        """Recurrent layers in the place of cells on each other."""
        for at, (type, config) in enumerate(cells):
            last = at == len(cells) - 1
            own = call if last else _Call(f"{call.key}:{at}", f"{call.name}_{at + 1}", call.scope, call.place)
            reads = self._chain(_steps(type, config), reads, own)
        return reads

    def _states(self, attributes: dict[str, Any], whole: str, call: _Call, first: int, last: int) -> list[str]:
        """The states in which a recurrent layer ends, as far as they are read."""
        found = [f"{call.key}:{index}" for index in range(first, last + 1)]
        for at, tensor in enumerate(found):
            called = call._replace(name=f"{call.name}_{'cell' if at % 2 else 'state'}")
            self._put("state", {"units": attributes["units"]}, [whole], [tensor], called)
        return found

    def _both_ways(self, config: dict[str, Any], reads: list[str], call: _Call) -> list[str]:
        """A recurrent layer that reads a sequence from both ends: one layer of ours, or two where they differ."""
        forward, mode = config["layer"], config.get("merge_mode", "concat")
        backward = config.get("backward_layer") or forward
        alike = forward["class_name"] == backward["class_name"] and all(
            forward["config"].get(key) == backward["config"].get(key)
            for key in ("units", "use_bias", "reset_after", "return_sequences")
        )
        states = forward["config"].get("return_state")
        if alike and mode == "concat" and not states and len(reads) == 1:
            steps = _steps(forward["class_name"], {**forward["config"], "both_ways": True})
            return self._chain(steps, reads, call)
        ways = []
        begun = len(reads) // 2  # half of the states in which it begins
        starts = reads[1 : 1 + begun], reads[1 + begun :]
        for way, one, begins in zip(("forward", "backward"), (forward, backward), starts, strict=True):
            own = _Call(f"{call.key}:{way}", f"{call.name}_{way}", call.scope, call.place)
            steps = _steps(one["class_name"], {**one["config"], "return_state": False})
            ways += self._chain(steps, [*reads[:1], *begins], own)
        if mode is None:
            gives = [f"{call.key}:{at}" for at in range(len(ways))]
            for way, given in zip(ways, gives, strict=True):
                self._put("InputLayer", {}, [way], [given], call)
        else:
            gives = [f"{call.key}:0"]
            self._put(_MODES.get(mode, mode), {"axis": -1}, ways, gives, call)
        if states:
            each = 2 if forward["class_name"].endswith("LSTM") else 1
            for way, one in zip(ways, (forward, backward), strict=True):
                last = min(len(gives) + each - 1, self.given.get(call.key, 0))
                gives += self._states(one["config"], way, call, len(gives), last)
        return gives

    def _put(
        self, type: str, attributes: dict[str, Any], reads: Iterable[str], gives: Iterable[str], call: _Call
    ) -> None:
        """Enter an operation; the first of its name holds the weights of all."""
        if len(self.net.operations) >= MOST_OPERATORS:
            message = f"more than {MOST_OPERATORS:,} layers (limit: operators {MOST_OPERATORS:,})"
            raise fail("limit", message, Label(self.file, ""))
        id = f"{call.key}:{call.name}:{type}"
        owner = self.first.setdefault(f"{'/'.join(call.scope)}/{call.name}", id)
        self.net.operations.append(
            Operation(call.name, type, attributes, tuple(reads), tuple(gives), call.place, call.scope, id, owner)
        )

    def _renamed(self, given: list[str], key: str) -> list[str]:
        """The outputs of a model under the names by which others read them."""
        found = []
        for at, tensor in enumerate(given):
            found.append(f"{key}:{at}")
            self.net.operations.append(Operation(key, "InputLayer", {}, (tensor,), (found[-1],), Label(self.file, "")))
        return found

    def _sort(self) -> None:
        """Bring the operations in the order in which they run: what is read stands before."""
        givers = {name: at for at, one in enumerate(self.net.operations) for name in one.gives}
        state = [0] * len(self.net.operations)
        ordered = []
        for start in range(len(state)):
            stack = [start]
            while stack:
                at = stack[-1]
                if state[at] == 2:
                    stack.pop()
                    continue
                waiting = [givers[name] for name in self.net.operations[at].reads if name in givers]
                waiting = [one for one in waiting if state[one] != 2]
                if state[at] == 1 and any(state[one] == 1 for one in waiting):
                    raise fail("wrong-input", "layers read each other in a circle", self.net.operations[at].place)
                if waiting:
                    state[at] = 1
                    stack += reversed(waiting)
                    continue
                state[at] = 2
                ordered.append(self.net.operations[at])
                stack.pop()
        self.net.operations = ordered


# ------------------------------------------------------------------------------------------------ what is written


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"layers": value} if isinstance(value, list) else {}


def _wrapped(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer of a version before 1, whose class is its name, as later ones are written."""
    if "class_name" in layer:
        return layer
    return {"class_name": layer["name"], "config": {**layer, "name": layer.get("custom_name", "")}}


def _name_of(layer: dict[str, Any]) -> str:
    return str(layer.get("name") or _as_dict(layer["config"]).get("name") or "")


def _is_model(layer: dict[str, Any]) -> bool:
    """Whether a layer is a model of layers, also where a program gives such models a class of its own."""
    config = layer["config"]
    if isinstance(config, list):
        return layer["class_name"] in MODELS
    return "layers" in config and (layer["class_name"] in MODELS or "input_layers" in config)


def _read_by(layers: list[Any]) -> list[Any] | None:
    """The shape that the first of some layers reads, where the file says it: version 3 does."""
    for layer in layers:
        shape = _as_dict(layer.get("build_config")).get("input_shape")
        rows = TABLE.by_operator.get(str(layer.get("class_name")), ())
        keeps = layer.get("class_name") == "Activation" or (rows and rows[0].type in (NOTHING, SAME, *_TRAINING))
        if isinstance(shape, list) or not keeps:
            return shape if isinstance(shape, list) else None
    return None


def _references(written: Any) -> list[tuple[str, int, int]]:
    """`["name", 0, 0]`, a list of them, or a mapping of them."""
    if isinstance(written, dict):
        written = [written[name] for name in sorted(written)]
    if isinstance(written, list) and len(written) == 3 and isinstance(written[0], str):
        return [(written[0], int(written[1]), int(written[2]))]
    return [one for part in written for one in _references(part)]


def _first_calls(layers: Mapping[str, dict[str, Any]], outputs: Any) -> dict[str, tuple[int, int]]:
    """The number that the first call of each nested model has where layers read it, and among the outputs.

    A model that knows its inputs was called when it was made, which counts; Keras 3 leaves that out where layers read.
    """
    models = [name for name, layer in layers.items() if _is_model(layer)]
    used: dict[str, tuple[set[int], set[int]]] = {name: (set(), set()) for name in models}
    if not used:
        return {}
    for layer in layers.values():
        for node in layer.get("inbound_nodes") or []:
            for name, place, _, _ in _tensors(layer["class_name"], node):
                if name in used:
                    used[name][0].add(place)
    for name, place, _ in _references(outputs):
        if name in used:
            used[name][1].add(place)
    found = {}
    for name, (read, given) in used.items():
        nodes = layers[name].get("inbound_nodes") or []
        new = any(isinstance(node, dict) for node in nodes)
        said = (0 if new else 1, 0 if new and layers[name]["class_name"] == "Sequential" else 1)
        found[name] = (_fitting(said[0], read, len(nodes)), _fitting(said[1], given, len(nodes)))
    return found


def _fitting(first: int, used: set[int], many: int) -> int:
    """The number of the first of so many calls: as it should be, or as those fit that are used."""
    if not used or (first <= min(used) and max(used) < first + many):
        return first
    return 1 - first


def _cells(config: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The layers that the cells of an `RNN` are, the first first; none where it is one that is not known."""
    cell = _as_dict(config.get("cell"))
    cells = cell["config"]["cells"] if cell.get("class_name") == "StackedRNNCells" else [cell]
    names = [str(one.get("class_name")).removesuffix("Cell") for one in cells]
    if config.get("return_state") or not set(names) <= set(RECURRENT):
        return []
    every = [True] * (len(cells) - 1) + [bool(config.get("return_sequences"))]
    found = zip(names, cells, every, strict=True)
    return [(name, {**one["config"], "return_sequences": all_}) for name, one, all_ in found]


_SIDES = ("kernel_size", "strides", "dilation_rate", "pool_size", "size")
_RAISED = re.compile(r"(Conv|(?:Max|Average)Pooling|ZeroPadding|Cropping|UpSampling)([12])D")


def _at_each_step(wrapped: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The layer that does the same at each step of a sequence: with one side more, along which it does nothing."""
    type, config = str(wrapped.get("class_name")), _as_dict(wrapped.get("config"))
    rows = TABLE.by_operator.get(type, ())
    if type in ("Dense", "Activation", "Dropout") or (rows and rows[0].type in (NOTHING, SAME)):
        return type, config
    if type.endswith("Normalization") and config.get("axis", -1) in (-1, [-1]):
        return type, config
    if type == "Flatten":
        return "Reshape", {"target_shape": [0, -1]}
    raised = _RAISED.fullmatch(type)
    first = config.get("data_format") == "channels_first" or config.get("dim_ordering") == "th"
    if raised is None or first or config.get("padding") == "causal":
        return f"TimeDistributed of {type}", {}
    rank = int(raised[2])
    found = dict(config)
    for key in _SIDES:
        if config.get(key) is not None:
            sides = _listed(config[key])
            found[key] = [1, *(sides * rank if len(sides) == 1 else sides)]
    for key in ("padding", "cropping"):
        if type.startswith(("ZeroPadding", "Cropping")) and key in config:
            found[key] = [[0, 0], *_ends(config[key], rank)]
    return f"{raised[1]}{rank + 1}D", found


_ARGUMENTS = {
    "MultiHeadAttention": ("query", "value", "key"),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"), ("sequences", "initial_state", "mask")),
}


def _tensors(type: str, node: Any) -> Iterator[tuple[str, int, int, Any]]:
    """The tensors that a call reads, but for masks: names, places, indices, and their shape where that is written."""
    if isinstance(node, dict):
        given = [node.get("args", ()), node.get("kwargs", {})]
    else:  # before version 3 by place, with what is named behind the tensor
        one = [node] if node and isinstance(node[0], str) else node
        given = [one, {key: value for part in one for key, value in (part[3] if len(part) > 3 else {}).items()}]
    order = _ARGUMENTS.get(type, ())
    arguments = {order[at] if at < len(order) else f"{at}": one for at, one in enumerate(given[0])} | given[1]
    for name in (*order, *(name for name in arguments if name not in order)):
        if not name.endswith("mask"):
            yield from _written(arguments.get(name))


def _written(value: Any) -> Iterator[tuple[str, int, int, Any]]:
    """The tensors that an argument is, or has in it."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            name, at, index = value["config"]["keras_history"]
            yield name, at, index, value["config"].get("shape")
        else:
            for key in sorted(value):
                yield from _written(value[key])
    elif isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
            if value[0] != "_CONSTANT_VALUE":
                yield value[0], value[1], value[2], None
        else:
            for part in value:
                yield from _written(part)


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
_JOINS = ("Add", "Multiply", "Subtract", "Maximum", "Minimum")
_OPS = {  # functions that are activations
    "Relu": "activation/relu", "Relu6": "activation/relu6", "Sigmoid": "activation/sigmoid", "Tanh": "activation/tanh",
    "Softmax": "activation/softmax", "Elu": "activation/elu", "Selu": "activation/selu", "Gelu": "activation/gelu",
    "Silu": "activation/silu", "HardSigmoid": "activation/hard_sigmoid", "HardSilu": "activation/hard_silu",
    "LeakyRelu": "activation/leaky_relu", "Softplus": "activation/softplus", "Softsign": "activation/softsign",
    "LogSoftmax": "activation/log_softmax",
}  # fmt: skip
_MODES = {"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum"}


_TRAINING = ("dropout", "stochastic_depth")  # layers that do nothing else
# Attributes of layers of the table that are read, and those that change neither shapes nor counts
_READ = {
    *_FORMER,
    "activation", "attention_axes", "axis", "both_ways", "center", "cropping", "data_format", "depth_multiplier",
    "dilation_rate", "dim_ordering", "dims", "filter_length", "filters", "groups", "head_dim", "height",
    "input_dim", "keepdims", "kernel_size", "key_dim", "length", "many", "max_value", "mean", "n", "nb_col",
    "nb_row", "negative_slope", "noise_shape", "num_heads", "num_key_value_heads", "num_query_heads", "output_dim",
    "output_padding", "output_shape", "padding", "pool_size", "rate", "reset_after", "return_sequences",
    "return_state", "rms_scaling", "scale", "shared_axes", "size", "strides", "target_shape", "threshold", "units",
    "use_bias", "value_dim", "width",
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


def _unread(config: Mapping[str, Any]) -> list[str]:
    """The attributes of a layer that are not read, and may mean other shapes or counts."""
    known = _READ | _WITHOUT_EFFECT
    given = [key for key, value in config.items() if value is not None and value is not False]
    found = [key for key in given if key not in known and not _BESIDE.fullmatch(key)]
    type = config.get("dtype")
    policy = type.get("class_name") if isinstance(type, dict) else type
    return [*found, "dtype"] if re.search("Quantized|_from_", str(policy)) else found


def _steps(type: str, config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a layer does, one operation after the other: a convolution, then its activation."""
    found = {_FORMER.get(key, key): value for key, value in config.items() if value is not None}
    if type != "Embedding" and "output_dim" in found:
        found["units"] = found.pop("output_dim")
    if type == "Merge":
        type = _MODES.get(str(found.get("mode")), "Merge")
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
        yield f"activation/{activation}", found
        return
    rows = TABLE.by_operator.get(f"Depthwise{type[9:]}" if type.startswith("Separable") else type, ())
    if rows and rows[0].type not in (NOTHING, SAME, *_TRAINING) and (unread := _unread(config)):
        yield f"{type} with {', '.join(unread)}", found
        return
    _prepare(type, found)
    if type == "Dropout" and found.get("noise_shape"):  # the same for all of an image: its whole branch
        type = "StochasticDepth"
    if type in ("SeparableConv2D", "SeparableConv1D"):
        depthwise = {**found, "use_bias": False, "dilation_rate": found.get("dilation_rate", 1)}
        yield f"Depthwise{type[9:]}", depthwise
        point: dict[str, Any] = {key: found[key] for key in ("filters", "use_bias", "channels_first") if key in found}
        yield type[9:], {**point, "kernel_size": 1}
    else:
        yield type, found
    if activation not in ("", "linear") and type not in ("LSTM", "GRU", "SimpleRNN", "MultiHeadAttention"):
        yield f"activation/{activation}", {}


def _activation(written: Any) -> str:
    """The name of an activation: a word, or a class of Keras."""
    if isinstance(written, dict):
        inner = written.get("config")
        written = inner if isinstance(inner, str) else written.get("class_name", "")
    name = str(written or "").rpartition(">")[2]
    return name.lower() if name in ("ReLU", "Softmax") else name


def _prepare(type: str, found: dict[str, Any]) -> None:
    """Attributes that our formulas need in another form."""
    kernel, stride = (_listed(found.get(key, 1)) for key in ("kernel_size", "strides"))
    if type.startswith("Conv") and type.endswith("Transpose"):
        rank = max(len(kernel), len(stride), int(type[4]))
        kernel, stride = (one * rank if len(one) == 1 else one for one in (kernel, stride))
        if found.get("output_padding") is not None and found.get("padding") == "same":
            found["padding"] = [side // 2 for side in kernel]
        elif found.get("output_padding") is None and found.get("padding") == "valid":
            spare = [max(step - side, 0) for side, step in zip(kernel, stride, strict=True)]
            if any(spare):
                found["output_padding"] = spare
    if type.startswith("ZeroPadding"):
        found["padding"] = _ends(found.get("padding", 1), int(type[-2]))
    if type.startswith("Cropping"):
        found["by"] = _ends(found.get("cropping", 1), int(type[-2]))
    if type == "Reshape":
        found["shape"] = [1, *(found.get("target_shape") or found["dims"])]
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
    if type == "ReLU":
        found["limited"] = "max_value" in found or bool(found.get("threshold"))
    if type in ("UpSampling1D", "Resizing"):
        found["size"] = found.get("size", 2) if type == "UpSampling1D" else [found["height"], found["width"]]
    if type.startswith(("GlobalAverage", "GlobalMax")):
        found.setdefault("keepdims", False)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _ends(value: Any, rank: int) -> list[list[int]]:
    """Numbers at both ends of each axis, from one for all, one for each, or both for each."""
    if not isinstance(value, list):
        return [[value, value]] * rank
    if rank == 1 and len(value) == 2 and not isinstance(value[0], list):
        return [value]
    return [_listed(one) * (2 if len(_listed(one)) == 1 else 1) for one in value]
