"""Caffe: a prototxt, in the three forms that there were, for deployment or with its phases. Its pools round up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Place, clean, fail
from cnncalc.formats.foreign.base import Format
from cnncalc.formats.foreign.books import listed
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, Foreign, Operation
from cnncalc.formats.foreign.table import NOTHING, SAME, Match, Matches
from cnncalc.formats.source import Source

MOST_TOKENS = 300_000
DEEPEST_MESSAGE = 50

_CONV = {"filters": "num_output", "kernel": "kernel", "stride": "stride", "padding": "padding", "dilation": "dilation",
         "groups": "group", "bias": "bias_term"}  # fmt: skip
_PLAIN = {"group": 1, "bias_term": True}
_POOL = {"kernel": "kernel", "stride": "stride", "padding": "padding", "ceil": "rounds_up", "clip": "caffe"}
_DEEPEST = 6  # axes of what a `Scale` reads
_AXES = {"axis": 1, "num_axes": 1}


def _values_of(first: str) -> str:
    """The formula of the count of values along `num_axes` axes, all behind where that is below 0, whose first stands so
    many from the end."""
    along = "dim_{0} if {0} < {1} and (num_axes < 0 or {0} >= {1} - num_axes) else 1"
    return " * ".join(f"({along.format(at, first)})" for at in range(_DEEPEST))


_PLACES = {
    f"axis >= 0 and dims_rank <= {_DEEPEST}": _values_of("dims_rank - axis"),
    f"axis < 0 and dims_rank <= {_DEEPEST}": _values_of("-axis"),
}
_SCALED = {**_AXES, "bias_term": False}
_CUT = {"type": "kind", "weights": "0", "multiplies": "0"}
_CHANNELS = "axis == 1 or axis == 1 - dims_rank"

TABLE = Matches(
    [
        Match("Convolution", "conv", _CONV, axis="first", window=True, defaults=_PLAIN),
        Match("ConvolutionDepthwise DepthwiseConvolution", "conv", {**_CONV, "groups": "num_output"}, axis="first",
              window=True, defaults=_PLAIN),
        Match("Deconvolution", "transposed_conv", _CONV, axis="first", window=True, defaults=_PLAIN),
        Match("InnerProduct", "dense", {"units": "num_output", "bias": "bias_term",
              "per": "position if rank > 0 else none"}, axis="last", defaults=_PLAIN),
        Match("Pooling", "adaptive_max_pool", {"size": "1"}, "x", "global_pooling and pool == 0", axis="first",
              window=True, defaults={"global_pooling": False}),
        Match("Pooling", "adaptive_avg_pool", {"size": "1"}, "x", "global_pooling", axis="first", window=True,
              defaults={"global_pooling": False}),
        Match("Pooling", "max_pool", _POOL, "x", "pool == 0", axis="first", window=True),
        Match("Pooling", "avg_pool", _POOL, axis="first", window=True),
        Match("LRN", "lrn", {"size": "local_size", "alpha": "alpha", "beta": "beta", "k": "k"}, axis="first",
              defaults={"local_size": 5, "alpha": 1, "beta": 0.75, "k": 1}),
        Match("BatchNorm", "batch_norm", {"scale": "false", "shift": "false"}, axis="first"),
        Match("Scale", "scale", {"bias": "bias_term"}, "x", f"num_axes == 1 and ({_CHANNELS})", axis="first",
              defaults=_SCALED),
        Match("Scale", "scale", {"bias": "bias_term", "per": "all"}, "x", "num_axes == 0", axis="first",
              defaults=_SCALED),
        Match("Scale", "scale", {"bias": "bias_term", "per": "value"}, "x",
              f"(num_axes == -1 or num_axes == dims_rank - 1) and ({_CHANNELS})", axis="first", defaults=_SCALED),
        *(Match("Scale", "operator", {"type": "kind", "weights": many, "biases": f"{many} if bias_term else 0",
                "multiplies": "0"}, "x", when, axis="first", defaults=_SCALED) for when, many in _PLACES.items()),
        Match("Scale/Tensor Bias/Tensor", "operator", {"type": "kind", "weights": "0",
              "biases": "c if bias_term else 0", "multiplies": "0"}, "x*", axis="first", defaults={"bias_term": False}),
        *(Match("Bias", "operator", {"type": "kind", "weights": "0", "biases": many, "multiplies": "0"}, "x", when,
                axis="first", defaults=_AXES) for when, many in _PLACES.items()),
        Match("Normalize", "operator", {"type": "kind", "weights": "1 if channel_shared else c", "multiplies": "0"},
              axis="first", defaults={"channel_shared": True}),
        Match("ReLU", "leaky_relu", {"slope": "negative_slope"}, "x", "negative_slope != 0",
              defaults={"negative_slope": 0}),
        Match("ReLU", "relu"), Match("ReLU6", "relu6"), Match("Sigmoid", "sigmoid"), Match("TanH", "tanh"),
        Match("ELU", "elu"), Match("PReLU", "prelu", {"per": "all if channel_shared else channel"}, axis="first",
              defaults={"channel_shared": False}),
        Match("Softmax", "softmax"), Match("Dropout", "dropout", {"rate": "dropout_ratio"}),
        Match("ShuffleChannel", "channel_shuffle", {"groups": "group"}, axis="first"),
        Match("Concat", "Concat", {"axis": "axis"}, "x*", defaults={"axis": 1}),
        Match("Crop", "crop", {}, "x*", "axis == 2 or axis == 2 - dims_rank", axis="first", defaults={"axis": 2}),
        Match("Crop", "operator", {**_CUT, "output": ("y_before", "y_last", "y_second")}, "x y",
              "dims_rank == 4 and y_rank == 4 and (axis < 2 and axis != -1 and axis != -2)", axis="first"),
        Match("Crop", "operator", {**_CUT, "output": ("x_before", "y_last", "x_second")}, "x y",
              "dims_rank == 4 and y_rank == 4 and (axis == 3 or axis == -1)", axis="first"),
        Match("Interp", "resize", {"size": "size"}, axis="first", window=True),
        Match("Upsample", "upsample", {"factor": "scale"}, axis="first", window=True),
        Match("Slice", "Split", {"axis": "axis", "split": "split"}, defaults={"axis": 1}),
        Match("Reshape", "Reshape", {"shape": "shape"}),
        Match("Flatten", "Flatten", {"axis": "1"}, "x", _CHANNELS, defaults={"axis": 1}),
        *(Match("Flatten", "Reshape", {"shape": (*["0"] * kept, "-1")}, "x",
                f"axis == {kept} or axis == {kept} - dims_rank") for kept in range(_DEEPEST)),
        Match("Permute", "Transpose", {"perm": "order"}),
        Match("PriorBox", "PriorBox", reads="x*"), Match("DetectionOutput", "DetectionOutput", reads="x*"),
        Match("Split Input", SAME),
        Match("unread", "operator", {"type": "said"}, axis="first"),
        Match("Eltwise/SUM Eltwise/PROD Eltwise/MAX", NOTHING, reads="x*"),
        Match("Power AbsVal Exp Log BNLL Threshold MVN Swish", NOTHING),
    ]
)  # fmt: skip
ENDS = {"SoftmaxWithLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}  # in testing they are their activation
JUDGES = ("Accuracy", "EuclideanLoss", "HingeLoss", "ContrastiveLoss", "InfogainLoss", "MultinomialLogisticLoss",
          "Silence", "SmoothL1Loss", "MultiBoxLoss", "DetectionEvaluate", *ENDS)  # fmt: skip
_BLOBS = ("weights", "biases")
BLOBS: dict[str, tuple[str, ...]] = {  # what a layer stores, in the order in which `param` names it
    **dict.fromkeys(("Convolution", "ConvolutionDepthwise", "DepthwiseConvolution", "Deconvolution"), _BLOBS),
    "InnerProduct": _BLOBS, "Scale": _BLOBS, "Bias": ("biases",), "PReLU": ("weights",), "Normalize": ("weights",),
    "BatchNorm": ("buffers", "buffers"),
}  # fmt: skip
DATA = ("Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData")
LABELS: dict[str, list[Any]] = {  # what stands behind the data of an image, and its dims
    "Data": [1], "ImageData": [1], "MemoryData": [1], "WindowData": [1], "AnnotatedData": [1, 1, "boxes", 8],
}  # fmt: skip
FORMER = {
    "conv": "Convolution", "convolution": "Convolution", "innerproduct": "InnerProduct", "relu": "ReLU", "pool":
    "Pooling", "pooling": "Pooling", "lrn": "LRN", "dropout": "Dropout", "softmax": "Softmax", "softmaxloss":
    "SoftmaxWithLoss", "concat": "Concat", "eltwise": "Eltwise", "tanh": "TanH", "sigmoid": "Sigmoid", "data": "Data",
    "imagedata": "ImageData", "hdf5data": "HDF5Data", "accuracy": "Accuracy", "flatten": "Flatten", "split": "Split",
    "deconvolution": "Deconvolution", "slice": "Slice", "power": "Power", "absval": "AbsVal", "bnll": "BNLL", "exp":
    "Exp", "threshold": "Threshold", "prelu": "PReLU", "silence": "Silence", "euclideanloss": "EuclideanLoss",
    "hingeloss": "HingeLoss", "padding": "Padding", "memorydata": "MemoryData", "windowdata": "WindowData", "mvn":
    "MVN", "dummydata": "DummyData", "sigmoidcrossentropyloss": "SigmoidCrossEntropyLoss",
}  # fmt: skip


# Fields of the messages of each layer: those that are read, some only where they are as they are by default (`axis=1`),
# and behind the bar those that change no shape and no count. What is in no list is named, and the layer is not exact.
_WINDOW = "pad pad_h pad_w kernel_size kernelsize kernel_h kernel_w stride stride_h stride_w"
_FILLED = "weight_filler bias_filler filler engine"
_LAYER = """name type bottom top phase loss_weight param blobs propagate_down include exclude layer transform_param
    loss_param blobs_lr weight_decay blob_share_mode"""
FIELDS = {
    "Convolution": f"num_output bias_term biasterm group dilation dilation_h dilation_w axis=1 {_WINDOW} | {_FILLED} "
                   "force_nd_im2col",
    "InnerProduct": f"num_output bias_term biasterm axis | {_FILLED} transpose",
    "Pooling": f"pool global_pooling round_mode ceil_mode {_WINDOW} | engine",
    "LRN": "local_size alpha beta k | norm_region engine",
    "BatchNorm": "| use_global_stats moving_average_fraction eps engine",
    "Scale": f"bias_term axis num_axes | {_FILLED}",
    "Bias": f"axis num_axes | {_FILLED}",
    "Scale/Tensor": f"bias_term | {_FILLED} axis num_axes",
    "Bias/Tensor": f"| {_FILLED} axis num_axes",
    "Normalize": "channel_shared | across_spatial scale_filler eps",
    "ReLU": "negative_slope | engine", "ReLU6": "| engine threshold", "Sigmoid": "| engine", "TanH": "| engine",
    "ELU": "alpha", "PReLU": "channel_shared | filler", "Softmax": "| engine axis", "Dropout": "dropout_ratio |",
    "ShuffleChannel": "group", "Concat": "axis concat_dim", "Crop": "axis | offset",
    "Interp": "height width | pad_beg pad_end", "Upsample": "scale", "Slice": "axis slice_dim slice_point",
    "Reshape": "shape axis=0 num_axes=-1", "Flatten": "axis end_axis=-1", "Permute": "order",
    "PriorBox": "min_size max_size aspect_ratio flip | clip variance img_size img_h img_w step step_h step_w offset",
    "DetectionOutput": """keep_top_k | num_classes share_location background_label_id nms_param code_type
        variance_encoded_in_target confidence_threshold save_output_param visualize visualize_threshold save_file""",
    "Eltwise": "operation | coeff stable_prod_grad", "Power": "| power scale shift", "AbsVal": "",
    "Exp": "| base scale shift", "Log": "| base scale shift", "BNLL": "", "Threshold": "| threshold",
    "MVN": "| normalize_variance across_channels eps", "Swish": "| beta", "Split": "", "Input": "shape",
}  # fmt: skip
FIELDS |= dict.fromkeys(("Deconvolution", "ConvolutionDepthwise", "DepthwiseConvolution"), FIELDS["Convolution"])
_KNOWN = {
    type: dict(word.partition("=")[::2] for word in f"{text} {_LAYER}".split() if word != "|")
    for type, text in FIELDS.items()
}


class Caffe(Format):
    """A model of Caffe; see `TABLE` for its layers."""

    called = "a model of Caffe"
    suffixes = (".prototxt",)
    table = TABLE

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is a prototxt."""
        begins = rb'(?:\s*(?:#[^\n]*\n|\w+\s*:\s*(?:"[^"\n]*"|[\w.]+)|input_shape\s*\{[^}]*\}))*\s*layers?\s*\{'
        return bool(re.match(begins, head)) or super().recognises(name, head)

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a prototxt; raises ProblemsFound, also where `vars` are given."""
        self.refuse_vars(vars)
        return lower(_Prototxt(source).read(), TABLE, input_size)


class Message:
    """A message of protobuf's text format: of each field the values, and the place where each begins."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.fields: dict[str, list[tuple[Any, Place]]] = {}

    def all(self, name: str) -> list[Any]:
        """Every value of a field."""
        return [value for value, _ in self.fields.get(name, ())]

    def get(self, name: str, default: Any = None) -> Any:
        """The last value of a field."""
        found = self.fields.get(name)
        return found[-1][0] if found else default

    def messages(self, name: str) -> list[Message]:
        """Every message of a field."""
        return [value for value in self.all(name) if isinstance(value, Message)]


_TOKEN = re.compile(r'[ \t\r\f\v]+|#[^\n]*|(?P<line>\n)|(?P<string>"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
                    r"|(?P<word>[\w.+-]+)|(?P<mark>[{}<>:\[\],;])")  # fmt: skip


def _tokens(source: Source) -> Iterator[tuple[str, str, Place]]:
    text, at, line, begin = source.text, 0, 1, 0
    count = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise fail("not-an-architecture", f"unexpected `{clean(text[at])}`", _place(source, line, at - begin, 1))
        at = found.end()
        kind = found.lastgroup
        if kind == "line":
            line, begin = line + 1, at
        elif kind:
            count += 1
            if count > MOST_TOKENS:
                raise fail("limit", f"more than {MOST_TOKENS:,} words (limit: words {MOST_TOKENS:,})", None)
            yield kind, found[0], Place(source.name, line, found.start() - begin + 1, len(found[0]), "")


def _place(source: Source, line: int, column: int, length: int) -> Place:
    return Place(source.name, line, column + 1, length, source.text.splitlines()[line - 1] if source.text else "")


def parse(source: Source) -> Message:
    """The whole of a file; raises ProblemsFound where it is no message."""
    whole = Message(Place(source.name, 1, 1))
    stack = [whole]
    tokens = _tokens(source)
    for kind, text, place in tokens:
        if text in ("}", ">") and kind == "mark":
            if len(stack) == 1:
                raise fail("not-an-architecture", f"`{text}` closes nothing", place)
            stack.pop()
        elif kind == "word":
            if len(stack) > DEEPEST_MESSAGE:
                raise fail("limit", f"messages stand in each other more than {DEEPEST_MESSAGE} deep", place)
            for value in _values(tokens, text, place, stack):
                stack[-1 - isinstance(value, Message)].fields.setdefault(text, []).append((value, place))
        elif text not in (",", ";"):
            raise fail("not-an-architecture", f"unexpected `{clean(text[:40])}`", place)
    if len(stack) > 1:
        raise fail("not-an-architecture", "the file ends within a message", stack[-1].place)
    return whole


def _values(tokens: Iterator[tuple[str, str, Place]], name: str, at: Place, stack: list[Message]) -> Iterator[Any]:
    """What stands behind a name: a value, several in brackets, or a message, which is opened."""
    kind, text, place = next(tokens, ("end", "", at))
    if text == ":":
        kind, text, place = next(tokens, ("end", "", at))
    if text == "[" and kind == "mark":
        for kind, text, place in tokens:
            if text == "]" and kind == "mark":
                return
            if kind != "mark":
                yield _scalar(kind, text)
            elif text != ",":
                raise fail("not-an-architecture", f"unexpected `{text}`", place)
        raise fail("not-an-architecture", f"the list of `{clean(name)}` has no end", at)
    if text in ("{", "<") and kind == "mark":
        stack.append(Message(at))
        yield stack[-1]
    elif kind in ("word", "string"):
        yield _scalar(kind, text)
    else:
        raise fail("not-an-architecture", f"`{clean(name[:40])}` has no value", at)


def _scalar(kind: str, text: str) -> Any:
    if kind == "string":
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


class _Prototxt:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.net = Foreign(source.name, source.name, {}, (), [])
        self.given: dict[str, str] = {}  # a blob, and the tensor that it is now: layers may work in place
        self.in_training: dict[str, Message] = {}  # blobs of data that only training has
        self.left_out: list[str] = []  # layers for training
        self.of_others: list[str] = []  # layers of other stages or levels
        self.stages: list[Any] = []
        self.labels: set[str] = set()  # tensors that are labels, or made of labels alone
        self.read_by: set[str] = set()
        self.ends: dict[str, str] = {}
        self.lines = source.text.splitlines()
        self.unread: dict[tuple[str, str], list[str]] = {}  # fields that nobody knows, and the layers that have them

    def read(self) -> Foreign:
        whole = parse(self.source)
        self.net.name = clean(str(whole.get("name") or self.source.name))
        self._inputs(whole)
        self.stages = [stage for state in whole.messages("state") for stage in state.all("stage")]
        layers = whole.messages("layer") + whole.messages("layers")
        if not layers:
            raise fail("not-an-architecture", "there are no layers", self._shown(whole.place))
        if len(layers) > MOST_OPERATORS:
            raise fail("limit", f"more than {MOST_OPERATORS:,} layers (limit: operators {MOST_OPERATORS:,})", None)
        for layer in layers:
            if self._is_in(layer, ("TEST", 1)):
                self._layer(layer)
            elif self._is_in(layer, ("TRAIN", 0)):
                self._for_training(layer)
            else:
                self.of_others.append(_called(layer))
        if self.left_out:
            self.net.notes.append(f"left out, for they are only for training: {listed(self.left_out)}")
        if self.of_others:
            why = "their `include` and `exclude` are for other stages or levels"
            self.net.notes.append(f"left out, for {why}: {listed(self.of_others)}")
        for (type, key), names in self.unread.items():
            figures = "is not understood: counted is as if it were not there, its figures are not known"
            self.net.notes.append(f"`{clean(key)}` of `{clean(type)}` {figures}: {listed(names)}")
        known = self.read_by | self.labels | self.net.inputs.keys()
        last = [one for one in self.given.values() if one not in known]
        self.net.outputs = tuple(dict.fromkeys([*self.ends, *last]))
        return self.net

    def _inputs(self, whole: Message) -> None:
        dims = whole.all("input_dim")
        shapes = [one.all("dim") for one in whole.messages("input_shape")]
        for at, name in enumerate(whole.all("input")):
            shape = shapes[at] if at < len(shapes) else dims[4 * at : 4 * at + 4]
            self._input(str(name), shape)

    def _input(self, name: str, shape: list[Any]) -> None:
        self.net.inputs[name] = (1, *shape[1:]) if shape else (1, "channels", "height", "width")
        self.given[name] = name

    def _is_in(self, layer: Message, phase: tuple[str, int]) -> bool:
        """Whether a layer is there in a phase, as `include` and `exclude` say."""
        include, exclude = layer.messages("include"), layer.messages("exclude")
        return (not include or any(self._meets(rule, phase) for rule in include)) and not any(
            self._meets(rule, phase) for rule in exclude
        )

    def _meets(self, rule: Message, phase: tuple[str, int]) -> bool:
        """Whether a rule is met in a phase, at level 0, in the stages of the file; source: Caffe's `StateMeetsRule`."""
        return (
            rule.get("phase", phase[0]) in phase
            and not any(isinstance(level, int) and level > 0 for level in rule.all("min_level"))
            and not any(isinstance(level, int) and level < 0 for level in rule.all("max_level"))
            and all(stage in self.stages for stage in rule.all("stage"))
            and not any(stage in self.stages for stage in rule.all("not_stage"))
        )

    def _for_training(self, layer: Message) -> None:
        """Remember the data of training, from which a network reads its sizes where it has none for testing."""
        self.left_out.append(_called(layer))
        if _said(layer)[1] in DATA:
            self.in_training.update(dict.fromkeys(map(str, layer.all("top")), layer))

    def _layer(self, layer: Message) -> None:
        said, type = _said(layer)
        name = _called(layer)
        place = self._shown(layer.place)
        bottoms, tops = [str(one) for one in layer.all("bottom")], [str(one) for one in layer.all("top")]
        params = [one for key in said.fields for one in said.messages(key) if key.endswith("_param")]
        values = {key: found[-1][0] for one in [said, *params] for key, found in one.fields.items()}
        lists = {key: [value for value, _ in found] for one in [said, *params] for key, found in one.fields.items()}
        if type in DATA or (type == "Input" and not bottoms):
            self._data(type, tops, said, lists)
            return
        if type in JUDGES and type != "Silence":
            self._end(type, name, bottoms, place)
            return
        reads = []
        for bottom in bottoms:
            if bottom not in self.given and bottom in self.in_training:
                self._layer(self.in_training[bottom])
                self.left_out.remove(_called(self.in_training[bottom]))
            if bottom not in self.given:
                raise fail("unknown-name", f"nothing gives the blob `{clean(bottom)}` before it", place)
            reads.append(self.given[bottom])
        self.read_by.update(reads)
        if type == "Silence":
            return
        gives = []
        for top in tops or [name]:
            tensor = f"{top}:{len(self.net.operations)}"
            gives.append(tensor)
        if type in ("Scale", "Bias") and len(reads) > 1:  # by another blob, not by a learned one
            type = f"{type}/Tensor"
        unread = self._unread(type, name, said, layer)
        if type == "InnerProduct":
            flat, axis = f"{name}:flat", {"axis": values.get("axis", 1)}
            self.net.operations.append(Operation(f"{name}_flatten", "Flatten", axis, tuple(reads[:1]), (flat,), place))
            reads = [flat]
        attributes = _attributes(type, values, lists)
        if type == "Eltwise":
            type = (
                f"Eltwise/{ {0: 'PROD', 1: 'SUM', 2: 'MAX'}.get(values.get('operation', 1), values.get('operation')) }"
            )
        named = [one.get("name", "") if isinstance(one, Message) else one for one in layer.all("param")]
        blobs = zip(BLOBS.get(type, ()), chain(map(str, named), repeat("")), strict=False) if any(named) else ()
        self.net.operations.append(
            Operation(name, type, attributes, tuple(reads), tuple(gives), place, blobs=tuple(blobs))
        )
        self.given.update(zip(tops or [name], gives, strict=False))
        if reads and self.labels.issuperset(reads):
            self.labels.update(gives)
        for key in unread:
            top = (tops or [name])[0]
            reads, self.given[top] = [self.given[top]], f"{top}:{len(self.net.operations)}"
            said_ = {"said": clean(key)}
            self.net.operations.append(
                Operation(f"{name}_{key}", "unread", said_, tuple(reads), (self.given[top],), place)
            )

    def _unread(self, type: str, name: str, said: Message, layer: Message) -> list[str]:
        """The fields of a layer that nobody knows, or in another way than they are read; they are noted down."""
        known = _KNOWN.get(type)
        if known is None:
            return []
        found: dict[str, Any] = {}
        for message in {id(one): one for one in (layer, said)}.values():
            for key, values in message.fields.items():
                inner = values[-1][0]
                if isinstance(inner, Message) and key.endswith("_param") and key not in known:
                    found |= {field: given[-1][0] for field, given in inner.fields.items()}
                else:
                    found[key] = inner
        unread = [key for key, value in found.items() if key not in known or known[key] not in ("", str(value))]
        if found.get("axis") == 0 != found.get("num_axes") and type in ("InnerProduct", "Scale", "Bias"):
            unread.append("axis")  # with a factor for each image
        for key in unread:
            self.unread.setdefault((type, key), []).append(name)
        return unread

    def _data(self, type: str, tops: list[str], said: Message, lists: dict[str, list[Any]]) -> None:
        """The tensors of a layer that gives data: of one shape, of one each, or of those of an image and of labels."""
        shapes = [one.all("dim") for param in said.fields for m in said.messages(param) for one in m.messages("shape")]
        sides = [lists.get(side, []) for side in ("num", "channels", "height", "width")]
        if type == "DummyData" and not shapes and all(sides):
            shapes = [[side[min(at, len(side) - 1)] for side in sides] for at in range(len(tops))]
        if len(shapes) == 1:
            shapes *= len(tops)
        for at, top in enumerate(tops):
            if top in self.given:
                continue
            is_label = at > 0 and type in LABELS
            shape = shapes[at] if at < len(shapes) else LABELS[type] if is_label else _image(type, said, lists)
            self._input(top, shape)
            if is_label:
                self.labels.add(top)

    def _end(self, type: str, name: str, bottoms: list[str], place: Place) -> None:
        """A loss or a measure: what it judges is an output."""
        known = self.labels | self.net.inputs.keys()
        tensor = next((self.given[one] for one in bottoms if self.given.get(one, "") not in {"", *known}), None)
        if not tensor:
            return
        self.read_by.add(tensor)
        if type in ENDS:
            given = f"{name}:{len(self.net.operations)}"
            self.net.operations.append(Operation(name, ENDS[type], {}, (tensor,), (given,), place))
            self.ends.pop(tensor, None)
            tensor = given
        elif any(one.reads == (tensor,) and one.gives[0] in self.ends for one in self.net.operations):
            return
        self.ends[tensor] = name

    def _shown(self, place: Place) -> Place:
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        return place._replace(text=line)


def _called(layer: Message) -> str:
    """The name of a layer, or its type where it has none."""
    said, type = _said(layer)
    return clean(str(said.get("name") or type))


def _image(type: str, said: Message, lists: dict[str, list[Any]]) -> list[Any]:
    """The shape of images that are elsewhere, as far as it is said; what is open has the name of its side."""
    if type == "MemoryData":
        return [1, *(lists.get(side, [side])[-1] for side in ("channels", "height", "width"))]
    transform = said.get("transform_param")
    transform = transform if isinstance(transform, Message) else Message(said.place)
    resized = transform.get("resize_param")
    sides = [resized.get(side) for side in ("height", "width")] if isinstance(resized, Message) else [None] * 2
    crop = transform.get("crop_size") or lists.get("crop_size", [None])[-1]
    means = len(transform.all("mean_value"))
    return [1, means if means > 1 else "channels", crop or sides[0] or "height", crop or sides[1] or "width"]


def _said(layer: Message) -> tuple[Message, str]:
    """What says what a layer is, and its type, as it is called now."""
    inner = layer.get("layer")  # of the first form, which has all attributes in it
    said = inner if isinstance(inner, Message) else layer
    written = str(said.get("type", ""))
    return said, FORMER.get(written.lower().replace("_", ""), written)


def _attributes(type: str, values: dict[str, Any], lists: dict[str, list[Any]]) -> dict[str, Any]:
    """The attributes of a layer, and those that our formulas need in another form."""
    found = {key: value for key, value in values.items() if not isinstance(value, Message)}

    def both(name: str, short: str, default: int | None) -> Any:
        if f"{short}_h" in values or f"{short}_w" in values:
            return values.get(f"{short}_h", default), values.get(f"{short}_w", default)
        given = lists.get(name, [])
        return tuple(given) if len(given) > 1 else given[0] if given else default

    if type in ("Convolution", "Deconvolution", "Pooling", "ConvolutionDepthwise", "DepthwiseConvolution"):
        found["kernel"] = both("kernel_size" if "kernel_size" in lists else "kernelsize", "kernel", None)
        found["stride"], found["padding"] = both("stride", "stride", 1), both("pad", "pad", 0)
        found["dilation"] = both("dilation", "dilation", 1)
        found["bias_term"] = values.get("bias_term", values.get("biasterm", True))
        found["pool"] = {"MAX": 0, "AVE": 1, "STOCHASTIC": 2}.get(str(values.get("pool", 0)), values.get("pool", 0))
        found["rounds_up"] = values.get("round_mode", "CEIL") in ("CEIL", 0) and values.get("ceil_mode", True) is True
    elif type == "Concat":
        found["axis"] = values.get("axis", values.get("concat_dim", 1))
    elif type == "Slice":
        found["axis"] = values.get("axis", values.get("slice_dim", 1))
        points = lists.get("slice_point", [])
        if points and all(isinstance(one, int) for one in points):
            found["points"] = tuple(points)
    elif type == "Reshape":
        shape = values.get("shape")
        found["shape"] = tuple(shape.all("dim")) if isinstance(shape, Message) else ()
    elif type == "Permute":
        found["order"] = tuple(lists.get("order", ()))
    elif type == "PriorBox":
        ratios = {1.0}
        for ratio in lists.get("aspect_ratio", []):
            if not isinstance(ratio, int | float):
                continue
            ratios |= {float(ratio), 1 / ratio if values.get("flip", True) and ratio else float(ratio)}
        found["boxes"] = len({round(one, 6) for one in ratios}) * len(lists.get("min_size", [])) + len(
            lists.get("max_size", [])
        )
    elif type == "Interp":
        found["size"] = (values.get("height"), values.get("width")) if "height" in values else None
    return found
