"""darknet: a network as sections of a `.cfg`, each of which is a layer that reads the one before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Place, clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.foreign.base import Format
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, Foreign, Operation
from cnncalc.formats.foreign.table import NOTHING, SAME, Match, Matches
from cnncalc.formats.source import Source

TABLE = Matches(
    [
        Match("convolutional", "conv",
              {"filters": "filters", "kernel": "size", "stride": "stride", "padding": "padding", "groups": "groups",
               "dilation": "dilation", "bias": "not batch_normalize"}, axis="first", window=True),
        Match("deconvolutional", "transposed_conv",
              {"filters": "filters", "kernel": "size", "stride": "stride", "padding": "padding",
               "bias": "not batch_normalize"}, axis="first", window=True),
        Match("local", "conv", {"filters": "filters", "kernel": "size", "stride": "stride", "padding": "padding",
              "shared": "false"}, axis="first", window=True),
        Match("reorg", "space_to_depth", {"factor": "stride"}, axis="first", window=True),
        Match("connected", "dense", {"units": "output", "bias": "not batch_normalize"}, axis="last"),
        Match("batch_normalize", "batch_norm", axis="first"),
        Match("flatten", "Flatten"),
        Match("maxpool", "max_pool", {"kernel": "size", "stride": "stride", "padding": "padding"}, axis="first",
              window=True),
        Match("local_avgpool", "avg_pool", {"kernel": "size", "stride": "stride", "padding": "padding"}, axis="first",
              window=True),
        Match("avgpool", "adaptive_avg_pool", {"size": "1"}, axis="first", window=True),
        Match("upsample", "upsample", {"factor": "stride"}, axis="first", window=True),
        Match("crop", "CropTo", {"size": "sides"}),
        Match("part", "slice", {"part": "part", "of": "of"}, axis="first"),
        Match("route", "concat", {}, "x*", axis="first"),
        Match("shortcut", "Onto", {}, "x*"),
        Match("scale_channels sam", "multiply", {}, "x*"),
        Match("dropout", "dropout", {"rate": "probability"}, defaults={"probability": 0.5}),
        Match("softmax", "softmax"),
        Match("activation/relu", "relu"), Match("activation/relu6", "relu6"), Match("activation/elu", "elu"),
        Match("activation/leaky", "leaky_relu", {"slope": "0.1"}), Match("activation/logistic", "sigmoid"),
        Match("activation/tanh", "tanh"), Match("activation/selu", "selu"), Match("activation/gelu", "gelu"),
        Match("activation/swish", "silu"), Match("activation/hard_swish", "hard_swish"),
        Match("activation/mish activation/ramp activation/relie activation/plse activation/hardtan activation/lhtan "
              "activation/stair activation/loggy activation/hard_mish", NOTHING),
        Match("yolo region detection Gaussian_yolo", NOTHING),
        Match("cost same", SAME),
    ]
)  # fmt: skip
_NAMES = {"conv": "convolutional", "fc": "connected", "max": "maxpool", "avg": "avgpool", "deconv": "deconvolutional",
          "soft": "softmax", "conn": "connected", "network": "net", "local_avg": "local_avgpool"}  # fmt: skip
_ENDS = ("yolo", "region", "detection", "Gaussian_yolo")


class CfgSection(Record):
    """The lines under a `[head]`, and where that is."""

    type: str
    values: dict[str, str]
    place: Place


class Darknet(Format):
    """A model of darknet; see `TABLE` for its layers."""

    called = "a model of darknet"
    suffixes = (".cfg",)
    table = TABLE

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is a cfg of darknet."""
        return bool(re.match(rb"(?:\s|[#;][^\n]*\n)*\[net(?:work)?\]", head)) or super().recognises(name, head)

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a cfg; raises ProblemsFound, also where `vars` are given."""
        self.refuse_vars(vars)
        return lower(_Sections(source).read(), TABLE, input_size)


def sections(source: Source) -> list[CfgSection]:
    """The sections of a file; raises ProblemsFound where a line is neither a head nor a value."""
    found: list[CfgSection] = []
    for number, line in enumerate(source.text.splitlines(), 1):
        text = re.split("[#;]", line, maxsplit=1)[0].strip()
        if not text:
            continue
        place = Place(source.name, number, len(line) - len(line.lstrip()) + 1, len(text), line)
        if text.startswith("["):
            if len(found) > MOST_OPERATORS:
                raise fail("limit", f"more than {MOST_OPERATORS:,} layers (limit: operators {MOST_OPERATORS:,})", place)
            head = text.strip("[] ")
            found.append(CfgSection(_NAMES.get(head, head), {}, place))
        elif "=" in text and found:
            key, _, value = text.partition("=")
            found[-1].values[key.strip()] = value.strip()
        else:
            raise fail("not-an-architecture", f"`{clean(text[:80])}` is neither a section nor a value", place)
    return found


class _Sections:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.net = Foreign(source.name, source.name, {}, (), [])
        self.ends: list[str] = []
        self.ended = False

    def read(self) -> Foreign:
        found = sections(self.source)
        if not found or found[0].type != "net":
            raise fail("not-an-architecture", "there is no `[net]`", Place(self.source.name, 1, 1))
        net = found[0]
        sides = [_number(net, name, None) for name in ("channels", "height", "width")]
        flat = _number(net, "inputs", None)
        self.net.inputs = {"input": (1, flat) if flat and not any(sides) else (1, *sides)}
        last = "input"
        for at, section in enumerate(found[1:]):
            last = self._section(section, at, last)
            if section.type in _ENDS:
                self.ends.append(last)
        self.net.outputs = tuple(dict.fromkeys([*self.ends, last]))
        return self.net

    def _section(self, section: CfgSection, at: int, last: str) -> str:
        type = section.type
        name = f"{type}{at}"
        whole = {"batch_normalize", "groups", "size", "stride", "pad", "padding", "filters", "output", "dilation"}
        values: dict[str, Any] = {key: _number(section, key, None) for key in whole if key in section.values}
        reads = [last]
        if type in ("convolutional", "deconvolutional", "local"):
            size = values.get("size", 1)
            values = {"filters": 1, "size": size, "stride": 1, "groups": 1, "dilation": 1, "padding": 0, **values}
            strides = [_number(section, f"stride_{side}", values["stride"]) for side in "yx"]
            if strides[0] != strides[1]:
                values["stride"] = tuple(strides)
            if values.get("pad"):
                values["padding"] = size // 2
            values["batch_normalize"] = bool(values.get("batch_normalize"))
        elif type in ("maxpool", "local_avgpool"):
            stride = values.get("stride", 1)
            size = values.get("size", stride)
            padding = values.get("padding", size - 1)
            half = padding // 2
            values = {"size": size, "stride": stride, "padding": ((half, padding - half),) * 2}
        elif type == "connected":
            values = {"output": 1, **values, "batch_normalize": bool(values.get("batch_normalize"))}
            reads = [self._add("flatten", f"{name}/flatten", {}, reads, section, name)]
        elif type == "crop":
            values = {"sides": tuple(_number(section, f"crop_{side}", 0) for side in ("height", "width"))}
        elif type == "upsample":
            values = {"stride": values.get("stride", 2)}
        elif type == "route":
            reads = [f"{one}:0" for one in self._layers(section, "layers", at)]
            parts = _number(section, "groups", 1)
            if parts > 1:
                which = {"part": _number(section, "group_id", 0) + 1, "of": parts}
                reads = [
                    self._add("part", f"{name}/part{n}", which, [one], section, name) for n, one in enumerate(reads)
                ]
            type = "route" if len(reads) > 1 else "same"
        elif type in ("shortcut", "scale_channels", "sam"):
            reads = [last, *(f"{one}:0" for one in self._layers(section, "from", at))]
        elif type == "dropout" and "probability" in section.values:
            values = {"probability": _share(section)}
        steps: list[tuple[str, dict[str, Any]]] = [(type, values)]
        if values.get("batch_normalize"):
            steps.append(("batch_normalize", {}))
        usual = "logistic" if type in ("convolutional", "connected", "deconvolutional", "local") else "linear"
        activation = section.values.get("activation", usual)
        if activation != "linear" and type not in (*_ENDS, "softmax", "cost", "dropout"):
            steps.append((f"activation/{activation}", {}))
        for place, (step, attributes) in enumerate(steps):
            tensor = f"{at}:0" if place == len(steps) - 1 else f"{name}/{step}"
            reads = [self._add(step, tensor, attributes, reads, section, name)]
        return reads[0]

    def _add(
        self, type: str, gives: str, values: dict[str, Any], reads: list[str], section: CfgSection, name: str
    ) -> str:
        leaf = type.removeprefix("activation/")
        self.net.operations.append(Operation(leaf, type, values, tuple(reads), (gives,), section.place, (name,)))
        return gives

    def _layers(self, section: CfgSection, key: str, at: int) -> list[int]:
        """The layers that a section names: counted from 0, or back from itself."""
        found = []
        for word in section.values.get(key, "").split(","):
            number = _whole(word.strip(), section, key)
            place = number + at if number < 0 else number
            if not 0 <= place < at:
                raise fail(
                    "unknown-name", f"`{key}={clean(word.strip())}`: there is no such layer before it", section.place
                )
            found.append(place)
        return found


def _whole(text: str, section: CfgSection, key: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,15}", text):
        raise fail("bad-value", f"`{clean(key)}={clean(text[:80])}` must be a whole number", section.place)
    return int(text)


def _number(section: CfgSection, key: str, default: Any) -> Any:
    text = section.values.get(key)
    return default if text is None else _whole(text, section, key)


def _share(section: CfgSection) -> float:
    try:
        return float(section.values["probability"])
    except ValueError:
        raise fail("bad-value", "`probability` must be a number", section.place) from None
