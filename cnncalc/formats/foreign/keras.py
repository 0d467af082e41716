"""Keras: the JSON of `to_json()` from 0.3 to 3, as it is, in a `.keras` archive or in HDF5. Nothing is run."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from math import prod
from types import NoneType
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, ProblemsFound, clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.foreign.base import DAMAGE, Format, Stream, opened, why_not
from cnncalc.formats.foreign.keras_layers import (
    FUNCTIONS,
    JOINS,
    MERGES,
    REARRANGED,
    RECURRENT,
    REPEATED,
    TABLE,
    as_dict,
    at_each_step,
    cells_of,
    convolved,
    keeps,
    kernel_width,
    may_fail,
    repeats_of_images,
    steps_of,
    sums_of,
    unread,
)
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, Foreign, Operation
from cnncalc.formats.foreign.moves import MOVES
from cnncalc.formats.source import Source

LARGEST_CONFIG = 32 * 2**20
DEEPEST_MODEL = 20
MOST_AHEAD = 20  # layers that are looked at for what an unknown one gives
HDF5 = b"\x89HDF\r\n\x1a\n"
MODELS = ("Functional", "Model", "Sequential", "Graph")
OWN = ("keras", "tf_keras", "keras_core", "tensorflow", "builtins")  # modules whose classes are those of the table


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
            whole = json.loads(_config(source))
            _tell_others(whole)
            return _Config(source.name).read(whole)
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


class _LayerCall(Record):
    """A call of a layer: the key of its tensors, what it is called here, the layer, the models around it, its place."""

    key: str
    name: str
    layer: str
    scope: tuple[str, ...]
    place: Label


class _Config:
    def __init__(self, file: str) -> None:
        self.file = file
        self.net = Foreign(file, file, {}, (), [], channels_last=True)
        self.calls: dict[str, int] = {}  # of each layer
        self.first: dict[str, str] = {}  # the operation that holds a layer's weights
        self.each = False  # whether what is read happens at each step of a sequence
        self.given: dict[str, int] = {}  # of each call the number of the last tensor that is read
        self.asked = 0  # their sum

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
        self._count_images()
        return self.net

    def _count_images(self) -> None:
        """Put numbers of images for `None` where a shape that is written has more than those of one: 5 frames of it.

        A shape into which its values do not fit is forgotten: it takes several images.
        """
        images: dict[str, int] = {}
        shapes = dict(self.net.declared)
        for one in self.net.operations:
            read = [images.get(name, 1) for name in one.reads]
            many = max(read, default=1)
            if one.type in REARRANGED and read:
                before, after = (_values_beside(shapes.get(name)) for name in (one.reads[0], one.gives[0]))
                if before and after:
                    many, rest = divmod(read[0] * before, after)
                    if rest:
                        del self.net.declared[one.gives[0]]
            elif one.type in REPEATED:
                many *= repeats_of_images(one.type, one.attributes, len(read))
            for name in one.gives if many > 1 else ():
                images[name] = many
                shape = shapes.get(name)
                if shape and shape[0] is None:
                    self.net.declared[name] = (many, *shape[1:])

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
                    if shape and not self.each:
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
        known = self.given.get(call, 0)
        self.asked += max(0, index - known)
        if self.asked > MOST_OPERATORS:
            message = f"layers that give more than {MOST_OPERATORS:,} tensors (limit: operators {MOST_OPERATORS:,})"
            raise fail("limit", message, Label(self.file, ""))
        self.given[call] = max(known, index)

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
                if may_fail(self.net.operations[-1].type) and not self.each:
                    shape = _read_by(layers[at + 1 : at + 1 + MOST_AHEAD])
                    if shape:
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
        call = _LayerCall(key, name, name, scope, Label(self.file, f"layer `{clean('/'.join([*scope, name]))}`"))
        try:
            return self._layer(layer, reads, call, depth)
        except DAMAGE:
            problem = f"`{clean(str(type))}`: its attributes are not as they should be"
            raise fail("bad-value", problem, call.place) from None

    def _layer(self, layer: dict[str, Any], reads: list[str], call: _LayerCall, depth: int) -> list[str]:
        """The same of a layer that is no model."""
        type, config = layer["class_name"], as_dict(layer["config"])
        if str(layer.get("module")).startswith("keras.src.ops"):  # a function, and no layer
            type = type if type in JOINS else FUNCTIONS.get(type, f"ops/{type}")
            if self.each and not (type.startswith("activation/") or keeps(type)):
                type = f"TimeDistributed of {type}"  # whose axes are others
            return self._chain([(type, {**config, "equation": config.get("subscripts")})], reads, call)
        if type in ("TFOpLambda", "SlicingOpLambda"):  # a function of TensorFlow
            return self._chain([(f"tf/{config.get('function')}", config)], reads, call)
        wrapped = as_dict(config.get("layer"))
        if type == "TimeDistributed" and _is_model(wrapped) and not self.each:
            self.each, before = True, len(self.net.operations)
            given = self._model(wrapped, f"{call.key}/", (*call.scope, call.name), reads, depth + 1)
            self.each = False
            if all(one.type in TABLE.by_operator for one in self.net.operations[before:]):
                return self._renamed(given, call.key)
            del self.net.operations[before:]  # of what is not known in it nobody says the shape
            return self._chain([(f"TimeDistributed of {wrapped['class_name']}", {})], reads, call)
        if self.each or type == "TimeDistributed":
            steps = at_each_step(wrapped if type == "TimeDistributed" and not self.each else layer)
            return self._chain((step for type, config in steps for step in steps_of(type, config)), reads, call)
        plain = config.get("data_format") != "channels_first" and not config.get("return_state") and len(reads) == 1
        if type in ("ConvLSTM1D", "ConvLSTM2D") and plain and config.get("padding") != "causal" and not unread(config):
            parts = convolved(type, config)
            return self._chain((step for type, config in parts for step in steps_of(type, config)), reads, call)
        if type == "SpectralNormalization" and (width := kernel_width(wrapped)):
            inner = steps_of(wrapped["class_name"], {**wrapped["config"], "activation": None})
            activation = list(steps_of("Activation", {"activation": wrapped["config"].get("activation") or "linear"}))
            return self._chain([*inner, ("SpectralNormalization", {"width": width}), *activation], reads, call)
        if type == "RNN" and (cells := cells_of(config)) and len(reads) == 1:
            return self._stacked(cells, reads, call)
        if type == "Bidirectional" and wrapped.get("class_name") in RECURRENT:
            return self._both_ways(config, reads, call)
        if type in ("Bidirectional", "RNN"):  # of what is not known
            unknown = (wrapped or as_dict(config.get("cell"))).get("class_name")
            return self._chain([(f"{type} of {unknown}", {})], reads, call)
        if type == "MultiHeadAttention":  # query, value, key
            reads = [reads[0], *reads[1:][::-1]] if len(set(reads)) > 1 else reads[:1]
            config = {**config, "many": len(reads)}
        if type == "EinsumDense":
            config = {**config, **sums_of(config, as_dict(layer.get("build_config")).get("input_shape"))}
        if type == "Lambda" and isinstance(shape := config.get("output_shape"), list):
            self.net.declared.setdefault(f"{call.key}:0", (None, *shape))
        return self._chain(steps_of(type, config), reads, call)

    def _chain(self, steps: Iterable[tuple[str, dict[str, Any]]], reads: list[str], call: _LayerCall) -> list[str]:
        """Operations that read each other, of one layer; what it gives."""
        steps = list(steps)
        for at, (step, attributes) in enumerate(steps):
            last = at == len(steps) - 1
            gives = [f"{call.key}:0" if last else f"{call.key}:{at}:{step}"]
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

    def _stacked(self, cells: list[tuple[str, dict[str, Any]]], reads: list[str], call: _LayerCall) -> list[str]:
        """Recurrent layers in the place of cells on each other."""
        for at, (type, config) in enumerate(cells):
            last = at == len(cells) - 1
            own = call if last else call._replace(key=f"{call.key}:{at}", name=f"{call.name}_{at + 1}")
            reads = self._chain(steps_of(type, config), reads, own)
        return reads

    def _states(self, attributes: dict[str, Any], whole: str, call: _LayerCall, first: int, last: int) -> list[str]:
        """The states in which a recurrent layer ends, as far as they are read."""
        found = [f"{call.key}:{index}" for index in range(first, last + 1)]
        for at, tensor in enumerate(found):
            called = call._replace(name=f"{call.name}_{'cell' if at % 2 else 'state'}")
            self._put("state", {"units": attributes["units"]}, [whole], [tensor], called)
        return found

    def _both_ways(self, config: dict[str, Any], reads: list[str], call: _LayerCall) -> list[str]:
        """A recurrent layer that reads a sequence from both ends: one layer of ours, or two where they differ."""
        forward, mode = config["layer"], config.get("merge_mode", "concat")
        backward = config.get("backward_layer") or forward
        alike = forward["class_name"] == backward["class_name"] and all(
            forward["config"].get(key) == backward["config"].get(key)
            for key in ("units", "use_bias", "reset_after", "return_sequences")
        )
        states = forward["config"].get("return_state")
        if alike and mode == "concat" and not states and len(reads) == 1:
            steps = steps_of(forward["class_name"], {**forward["config"], "both_ways": True})
            return self._chain(steps, reads, call)
        ways = []
        begun = len(reads) // 2  # half of the states in which it begins
        starts = reads[1 : 1 + begun], reads[1 + begun :]
        for way, one, begins in zip(("forward", "backward"), (forward, backward), starts, strict=True):
            own = call._replace(key=f"{call.key}:{way}", name=f"{call.name}_{way}")
            steps = steps_of(one["class_name"], {**one["config"], "return_state": False})
            ways += self._chain(steps, [*reads[:1], *begins], own)
        if mode is None:
            gives = [f"{call.key}:{at}" for at in range(len(ways))]
            for way, given in zip(ways, gives, strict=True):
                self._put("InputLayer", {}, [way], [given], call)
        else:
            gives = [f"{call.key}:0"]
            self._put(MERGES.get(mode, mode), {"axis": -1}, ways, gives, call)
        if states:
            each = 2 if forward["class_name"].endswith("LSTM") else 1
            for way, one in zip(ways, (forward, backward), strict=True):
                last = min(len(gives) + each - 1, self.given.get(call.key, 0))
                gives += self._states(one["config"], way, call, len(gives), last)
        return gives

    def _put(
        self, type: str, attributes: dict[str, Any], reads: Iterable[str], gives: Iterable[str], call: _LayerCall
    ) -> None:
        """Enter an operation; the first of its name holds the weights of all."""
        if len(self.net.operations) >= MOST_OPERATORS:
            message = f"more than {MOST_OPERATORS:,} layers (limit: operators {MOST_OPERATORS:,})"
            raise fail("limit", message, Label(self.file, ""))
        id = f"{call.key}:{call.name}:{type}"
        owner = self.first.setdefault("/".join((*call.scope, call.layer, call.name)), id)
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


def _values_beside(shape: Any) -> int:
    """The values of a shape for each of what it leaves open; 0 where that is not one side."""
    if shape is None or list(shape).count(None) != 1 or any(type(side) not in (int, NoneType) for side in shape):
        return 0
    return prod(side for side in shape if side is not None)


def _tell_others(whole: Any) -> None:
    """Call each class that is not Keras' own by its package or module, too, as it is registered: `my>Dense`.

    A model of a class of its own says its layers, and is read by these.
    """
    waiting = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.values()
            if isinstance(one.get("class_name"), str) and not ("config" in one and _is_model(one)):
                one["class_name"] = _full_name(one)


def _full_name(one: dict[str, Any]) -> str:
    """The name of a class, with its package or module where it is not Keras' own."""
    module, registered = one.get("module"), one.get("registered_name")
    called = str(one.get("config") if one["class_name"] == "function" else one["class_name"])
    if isinstance(module, str) and module.partition(".")[0] in OWN:
        return str(one["class_name"])
    if isinstance(registered, str) and ">" in registered:
        return registered
    if isinstance(module, str):
        return f"{module}.{called}"
    return str(one["class_name"]) if registered is None else f"Custom>{called}"


def _wrapped(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer of a version before 1, whose class is its name, as later ones are written."""
    if "class_name" in layer:
        return layer
    return {"class_name": layer["name"], "config": {**layer, "name": layer.get("custom_name", "")}}


def _name_of(layer: dict[str, Any]) -> str:
    return str(layer.get("name") or as_dict(layer["config"]).get("name") or "")


def _is_model(layer: dict[str, Any]) -> bool:
    """Whether a layer is a model of layers, also where a program gives such models a class of its own."""
    config = layer["config"]
    if isinstance(config, list):
        return layer["class_name"] in MODELS
    return (
        isinstance(config, dict) and "layers" in config and (layer["class_name"] in MODELS or "input_layers" in config)
    )


def _read_by(layers: list[Any]) -> list[Any] | None:
    """The shape that the first of some layers reads, where the file says it: version 3 does."""
    for layer in layers:
        shape = as_dict(layer.get("build_config")).get("input_shape")
        if isinstance(shape, list) or not keeps(str(layer.get("class_name"))):
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


_ARGUMENTS = {
    "MultiHeadAttention": ("query", "value", "key"),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"), ("sequences", "initial_state", "mask")),
}


def _tensors(type: str, node: Any) -> Iterator[tuple[str, int, int, Any]]:
    """The tensors that a call reads, but for masks: names, places, indices, and their shape where that is written."""
    if isinstance(node, dict):
        given = [node.get("args", ()), node.get("kwargs", {})]
    else:  # before version 3 by place, with what is named behind the tensor
        parts = [node] if node and isinstance(node[0], str) else node
        given = [parts, {key: value for part in parts for key, value in (part[3] if len(part) > 3 else {}).items()}]
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
