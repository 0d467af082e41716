"""darknet: a network as sections of a `.cfg`, each of which is a layer that reads the one before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Place, clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.foreign.base import Format
from cnncalc.formats.foreign.books import listed
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
        Match("reorg reorg3d", "pixel_shuffle", {"factor": "stride"}, "x", "reverse == 1", axis="first", window=True),
        Match("reorg reorg3d", "space_to_depth", {"factor": "stride"}, axis="first", window=True),
        Match("connected", "dense", {"units": "output", "bias": "not batch_normalize"}, axis="last"),
        Match("batch_normalize", "batch_norm", axis="first"),
        Match("flatten", "Flatten"),
        Match("maxpool", "max_pool", {"kernel": "size", "stride": "stride", "padding": "padding"}, axis="first",
              window=True),
        Match("maxpool_depth", "ToChannels", {"channels": "out_channels"}),
        Match("local_avgpool blur", "avg_pool", {"kernel": "size", "stride": "stride", "padding": "padding"},
              axis="first", window=True),
        Match("avgpool", "adaptive_avg_pool", {"size": "1"}, axis="first", window=True),
        Match("upsample", "upsample", {"factor": "stride"}, axis="first", window=True),
        Match("crop", "CropTo", {"size": "sides"}),
        Match("part", "slice", {"part": "part", "of": "of"}, axis="first"),
        Match("route", "concat", {}, "x*", axis="first"),
        Match("shortcut", "operator", {"type": "kind", "weights": "parts if weights_type == 1 else parts*c",
              "multiplies": "0"}, "x*", "weights_type > 0", axis="first", defaults={"weights_type": 0}),
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
        Match("cost same activation", SAME),
        Match("unread", "operator", {"type": "said", "weights": "learned"}, axis="first"),
    ]
)  # fmt: skip
_NAMES = {"conv": "convolutional", "fc": "connected", "max": "maxpool", "avg": "avgpool", "deconv": "deconvolutional",
          "soft": "softmax", "conn": "connected", "network": "net", "local_avg": "local_avgpool",
          "batchnorm": "batch_normalize"}  # fmt: skip
_ENDS = ("yolo", "region", "detection", "Gaussian_yolo")

# Options of each section: those that are read, and behind the bar those that change no shape and no count. Those of
# `*` may stand in every section. What is in no list is named, and the layer is not exact.
_ANYWHERE = """clip onlyforward dont_update burnin_update stopbackward train_only_bn dontload dontloadscales dontsave
    numload learning_rate smooth truth stream wait_stream"""
OPTIONS = {
    "convolutional": """batch_normalize filters size stride stride_x stride_y pad padding groups dilation activation
        share_index cbn | assisted_excitation binary xnor bin_output flipped dot angle grad_centr reverse""",
    "deconvolutional": "batch_normalize filters size stride stride_x stride_y pad padding activation | dot",
    "local": "filters size stride pad activation |",
    "connected": "output batch_normalize activation |",
    "maxpool": "size stride stride_x stride_y padding maxpool_depth out_channels | maxpool_zero_nonmax",
    "local_avgpool": "size stride stride_x stride_y padding |",
    "avgpool": "|",
    "reorg": "stride reverse | flatten",
    "reorg3d": "stride reverse |",
    "batch_normalize": "|",
    "upsample": "stride | scale",
    "crop": "crop_height crop_width | flip angle saturation exposure noadjust shift",
    "route": "layers groups group_id |",
    "shortcut": "from activation weights_type | weights_normalization",
    "scale_channels": "from activation | scale_wh",
    "sam": "from activation |",
    "dropout": "probability | dropblock dropblock_size_rel dropblock_size_abs",
    "activation": "activation |",
    "softmax": "| groups temperature tree spatial noloss",
    "cost": "| type scale ratio activation",
    "yolo": """| classes num mask max show_details max_delta counters_per_class label_smooth_eps scale_x_y
        objectness_smooth new_coords iou_normalizer obj_normalizer cls_normalizer delta_normalizer iou_loss
        iou_thresh_kind beta_nms nms_kind jitter resize focal_loss ignore_thresh truth_thresh iou_thresh random
        track_history_size sim_thresh dets_for_track dets_for_show track_ciou_norm embedding_layer map anchors
        uc_normalizer yolo_point""",
    "region": """| coords classes num max log sqrt softmax focal_loss jitter resize rescore thresh classfix absolute
        random coord_scale object_scale noobject_scale mask_scale class_scale bias_match tree map anchors background""",
    "detection": """| coords classes rescore num side softmax sqrt max coord_scale forced object_scale noobject_scale
        class_scale jitter resize random reorg""",
    "net": """channels height width inputs | batch subdivisions max_batches learning_rate_min sgdr_cycle sgdr_mult
        momentum decay time_steps track augment_speed sequential_subdivisions try_fix_nan weights_reject_freq
        equidistant_point badlabels_rejection_percentage num_sigmas_reject_badlabels ema_alpha use_cuda_graph
        loss_scale dynamic_minibatch optimized_memory workspace_size_limit_MB adam B1 B2 eps max_crop min_crop flip
        blur gaussian_noise mixup cutmix mosaic letter_box mosaic_bound contrastive contrastive_jit_flip
        contrastive_color unsupervised label_smooth_eps resize_step attention adversarial_lr max_chart_loss angle
        aspect saturation exposure hue power policy burn_in step scale steps scales seq_scales gamma
        show_receptive_field max_epochs seen center notruth random hierarchy log_step""",
}
OPTIONS["Gaussian_yolo"] = OPTIONS["yolo"]
_KNOWN = {type: {*text.split(), *_ANYWHERE.split()} for type, text in OPTIONS.items()}
_UNMODELLED = {"antialiasing", "coordconv", "sway", "rotate", "stretch", "stretch_sway", "extra"}  # 0: they are off
_UNLEARNED = {"antialiasing", "sway", "rotate", "stretch", "stretch_sway"}  # with params as without them
_UNCOUNTED = (*_ENDS, "net", "softmax", "cost", "dropout")  # whose options change no count, whatever they are


_BLOBS = {"convolutional": ("weights", "biases"), "batch_normalize": ("weights", "biases", "buffers")}


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
        text = line.partition("#")[0].partition(";")[0].strip()
        if not text:
            continue
        if "=" in text and found and text[0] != "[":  # most lines
            key, _, value = text.partition("=")
            found[-1].values.setdefault(key.strip(), value.strip())  # darknet finds the first one
            continue
        place = Place(source.name, number, len(line) - len(line.lstrip()) + 1, len(text), line)
        if text.startswith("["):
            if len(found) > MOST_OPERATORS:
                raise fail("limit", f"more than {MOST_OPERATORS:,} layers (limit: operators {MOST_OPERATORS:,})", place)
            head = text.strip("[] ")
            found.append(CfgSection(_NAMES.get(head, head), {}, place))
        else:
            raise fail("not-an-architecture", f"`{clean(text[:80])}` is neither a section nor a value", place)
    return found


class _Sections:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.net = Foreign(source.name, source.name, {}, (), [])
        self.ends: list[str] = []
        self.holders: dict[str, str] = {}  # layers whose weights are shared, and where these are first
        self.unread: dict[tuple[str, str], list[str]] = {}  # options that nobody knows, and the layers that have them

    def read(self) -> Foreign:
        found = sections(self.source)
        if not found or found[0].type != "net":
            raise fail("not-an-architecture", "there is no `[net]`", Place(self.source.name, 1, 1))
        net = found[0]
        sides = [_number(net, name, None) for name in ("channels", "height", "width")]
        flat = _number(net, "inputs", None)
        self.net.inputs = {"input": (1, flat) if flat and not any(sides) else (1, *sides)}
        last = "input"
        self._share(found[1:])
        self._options(net, "")
        for at, section in enumerate(found[1:]):
            last = self._section(section, at, last)
            if section.type in _ENDS:
                self.ends.append(last)
        self.net.outputs = tuple(dict.fromkeys([*self.ends, last]))
        for (type, key), names in self.unread.items():
            said = ": counted is as if it were not there, its figures are not known"
            said = "" if type in _UNCOUNTED else said if key not in _UNLEARNED else ", its multiplies are not known"
            where = f": {listed(names)}" if any(names) else ""
            self.net.notes.append(f"`{clean(key)}` of `[{clean(type)}]` is not understood{said}{where}")
        return self.net

    def _share(self, found: list[CfgSection]) -> None:
        """Note where the weights of layers are first that say where they have them from."""
        for at, section in enumerate(found):
            if section.type == "convolutional" and (said := _number(section, "share_index", None)) is not None:
                holder = said + at if said < 0 else said
                if not 0 <= holder < at or found[holder].type != "convolutional":
                    message = f"`share_index={said}`: there is no such convolutional layer before it"
                    raise fail("unknown-name", message, section.place)
                first = f"convolutional{holder}"
                self.holders[f"convolutional{at}"] = self.holders.setdefault(first, first)

    def _options(self, section: CfgSection, name: str) -> list[str]:
        """The options of a section that nobody knows; they are noted down."""
        known = _KNOWN.get(section.type)
        if known is None:
            return []
        unread = [key for key, value in section.values.items()
                  if key not in known and not (key in _UNMODELLED and value == "0")]  # fmt: skip
        for key in unread:
            self.unread.setdefault((section.type, key), []).append(name)
        return unread

    def _section(self, section: CfgSection, at: int, last: str) -> str:
        type = section.type
        name = f"{type}{at}"
        whole = {"batch_normalize", "groups", "size", "stride", "pad", "padding", "filters", "output", "dilation"}
        values: dict[str, Any] = {key: _number(section, key, None) for key in whole if key in section.values}
        reads = [last]
        if type in ("convolutional", "deconvolutional", "local"):
            size = values.get("size", 1)
            values = {"filters": 1, "size": size, "stride": 1, "groups": 1, "dilation": 1, "padding": 0, **values}
            values["stride"] = _strides(section, values["stride"])
            if type == "local":  # whose border, if any, is as wide as keeps the sides
                values["padding"] = ((size // 2, (size - 1) // 2),) * 2 if values.get("pad") else 0
            elif values.get("pad"):
                values["padding"] = size // 2
            if type == "convolutional":  # its border is as many times as wide as the window
                values["dilation"] = 1 if size == 1 else values["dilation"]
                values["padding"] *= values["dilation"]
            values["batch_normalize"] = bool(values.get("batch_normalize") or _number(section, "cbn", 0))
        elif type in ("maxpool", "local_avgpool"):
            stride = values.get("stride", 1)
            size = values.get("size", stride)
            padding = values.get("padding", size - 1)
            half = padding // 2
            stride = _strides(section, stride)
            values = {"size": size, "stride": stride, "padding": ((half, padding - half),) * 2}
            if type == "maxpool" and _number(section, "maxpool_depth", 0):
                type, values = "maxpool_depth", {"out_channels": _number(section, "out_channels", 1)}
        elif type == "connected":
            values = {"output": 1, **values, "batch_normalize": bool(values.get("batch_normalize"))}
            reads = [self._add("flatten", f"{name}/flatten", {}, reads, section, name)]
        elif type == "crop":
            values = {"sides": tuple(_number(section, f"crop_{side}", 1) for side in ("height", "width"))}
        elif type in ("reorg", "reorg3d"):
            values = {"stride": values.get("stride", 1), "reverse": _number(section, "reverse", 0)}
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
            kinds = {"per_feature": 1, "per_layer": 1, "per_channel": 2}
            values = {"parts": len(reads), "weights_type": kinds.get(section.values.get("weights_type", ""), 0)}
        elif type == "dropout" and "probability" in section.values:
            values = {"probability": _share(section)}
        steps: list[tuple[str, dict[str, Any]]] = [(type, values)]
        if values.get("batch_normalize"):
            steps.append(("batch_normalize", {}))
        usual = "logistic" if type in ("convolutional", "connected", "deconvolutional", "local") else "linear"
        activation = section.values.get("activation", usual)
        if activation != "linear" and type not in (*_ENDS, "softmax", "cost", "dropout"):
            steps.append((f"activation/{activation}", {}))
        unread = self._options(section, name)
        if "antialiasing" in unread and type in ("convolutional", "maxpool"):  # the steps are those of a blur behind it
            two = _number(section, "antialiasing", 0) == 2
            steps.append(("blur", {"size": 2 if two else 3, "stride": values["stride"], "padding": 0 if two else 1}))
            values["stride"] = 1
        if section.type not in _UNCOUNTED:
            steps += [("unread", {"said": clean(key), "learned": 0 if key in _UNLEARNED else None}) for key in unread]
        for place, (step, attributes) in enumerate(steps):
            tensor = f"{at}:0" if place == len(steps) - 1 else f"{name}/{step}"
            reads = [self._add(step, tensor, attributes, reads, section, name)]
        return reads[0]

    def _add(
        self, type: str, gives: str, values: dict[str, Any], reads: list[str], section: CfgSection, name: str
    ) -> str:
        leaf = type.removeprefix("activation/")
        holder = self.holders.get(name)
        blobs = [(one, f"{holder}/{type}/{one}") for one in _BLOBS.get(type, ())] if holder else []
        self.net.operations.append(
            Operation(leaf, type, values, tuple(reads), (gives,), section.place, (name,), blobs=tuple(blobs))
        )
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


def _strides(section: CfgSection, stride: int) -> Any:
    """The step of a window: one, or those of height and width."""
    strides = tuple(_number(section, f"stride_{side}", stride) for side in "yx")
    return strides[0] if strides[0] == strides[1] else strides


def _share(section: CfgSection) -> float:
    try:
        return float(section.values["probability"])
    except ValueError:
        raise fail("bad-value", "`probability` must be a number", section.place) from None
