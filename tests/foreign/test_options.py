"""Options of layers in Caffe and darknet: what changes figures is read, or named; what is shared counts once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc.formats.foreign.caffe import BLOBS, FIELDS
from cnncalc.formats.foreign.caffe import TABLE as CAFFE
from cnncalc.formats.foreign.darknet import OPTIONS
from cnncalc.formats.foreign.darknet import TABLE as DARKNET

pytestmark = pytest.mark.quick


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    monkeypatch.chdir(tmp_path)

    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return written


class Case(NamedTuple):
    """A network, the shape and the params of it, its notes, and which totals are lower bounds."""

    what: str
    text: str
    shape: tuple[int, ...]
    params: int
    notes: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


AS_WITHOUT = "not understood: counted is as if it were not there, its figures are not known"
BOTH = ("params", "multiplies")
NET = "[net]\nwidth=32\nheight=32\nchannels=8\n"
CONV = "[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=linear\n"
LOCAL = "[local]\nfilters=4\nsize=4\nactivation=linear\n"
SECTIONS = [
    Case("steps of a pool", "[maxpool]\nsize=2\nstride=2\nstride_x=4\n", (8, 16, 8), 0),
    Case("steps of an average", "[local_avgpool]\nsize=2\nstride_x=4\nstride_y=2\n", (8, 16, 8), 0),
    Case("a pool over channels", "[maxpool]\nmaxpool_depth=1\nout_channels=4\nsize=1\nstride=1\n", (4, 32, 32), 0),
    Case("a norm of a minibatch", CONV + "cbn=1\n", (4, 32, 32), 3 * 3 * 8 * 4 + 2 * 4),
    Case("a border for a wide window", CONV + "dilation=3\n", (4, 32, 32), 3 * 3 * 8 * 4 + 4),
    Case("a window of one", CONV.replace("size=3", "size=1") + "dilation=3\n", (4, 32, 32), 8 * 4 + 4),
    Case("the first of two", CONV + "filters=9\n", (4, 32, 32), 3 * 3 * 8 * 4 + 4),
    Case("what is known to change nothing", CONV + "binary=1\nxnor=1\nflipped=1\nonlyforward=1\n", (4, 32, 32), 292),
    Case("a reorg that is turned", "[reorg]\nstride=2\nreverse=1\n", (2, 64, 64), 0),
    Case("an activation", "[activation]\nactivation=relu\n", (8, 32, 32), 0),
    Case("a norm by itself", "[batchnorm]\n", (8, 32, 32), 16),
    Case("a sum", CONV + "[shortcut]\nfrom=-1\nweights_type=none\n", (4, 32, 32), 292),
    Case("a weighted sum", CONV + "[shortcut]\nfrom=-1\nweights_type=per_feature\n", (4, 32, 32), 292 + 2),
    Case("weighted channels", CONV + "[shortcut]\nfrom=-1\nweights_type=per_channel\n", (4, 32, 32), 292 + 2 * 4),
    Case(
        "a blur", CONV + "stride=2\nantialiasing=1\n", (4, 16, 16), 292,
        ("`antialiasing` of `[convolutional]` is not understood, its multiplies are not known: `convolutional0`",),
        ("multiplies",),
    ),
    Case(
        "a blur of two", "[maxpool]\nsize=3\nstride=2\nantialiasing=2\n", (8, 16, 16), 0,
        ("`antialiasing` of `[maxpool]` is not understood, its multiplies are not known: `maxpool0`",),
        ("multiplies",),
    ),
    Case("a border of an even window", LOCAL + "pad=1\n", (4, 32, 32), (4 * 4 * 8 + 1) * 4 * 32 * 32),
    Case("an even window without a border", LOCAL, (4, 29, 29), (4 * 4 * 8 + 1) * 4 * 29 * 29),
    Case("steps of an even window", LOCAL + "pad=1\nstride=3\n", (4, 11, 11), (4 * 4 * 8 + 1) * 4 * 11 * 11),
    Case("no blur", CONV + "antialiasing=0\n", (4, 32, 32), 292),
    Case(
        "an option that nobody knows", CONV + "wobble=1\n[softmax]\nfoo=2\n", (4, 32, 32), 292,
        (f"`wobble` of `[convolutional]` is {AS_WITHOUT}: `convolutional0`",
         "`foo` of `[softmax]` is not understood: `softmax1`"), BOTH,
    ),
    Case(
        "an option of all that nobody knows", "wibble=1\n" + CONV, (4, 32, 32), 292,
        ("`wibble` of `[net]` is not understood",),
    ),
    Case(
        "shared weights", (CONV + "batch_normalize=1\n").replace("=4", "=8") * 2 + "share_index=0\n",
        (8, 32, 32), 3 * 3 * 8 * 8 + 2 * 8,
    ),
    Case(
        "weights that are shared on", CONV.replace("=4", "=8") * 2 + "share_index=-1\n"
        + CONV.replace("=4", "=8") + "share_index=1\n", (8, 32, 32), 3 * 3 * 8 * 8 + 8,
    ),
]  # fmt: skip

INPUT = (
    'name: "net"\ninput: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'
    'input: "c" input_shape { dim: 1 dim: 3 dim: 8 dim: 4 }\n'
)


def layer(type: str, said: str, name: str = "l", bottom: str = "data") -> str:
    """A layer that reads a blob, and gives one of its name."""
    reads = " ".join(f'bottom: "{one}"' for one in bottom.split())
    return f'layer {{ name: "{name}" type: "{type}" {reads} top: "{name}" {said} }}\n'


def convolution(name: str, params: str, bottom: str = "data", said: str = "") -> str:
    """A convolution whose tensors are called so."""
    named = " ".join(f'param {{ name: "{one}" }}' for one in params.split())
    return layer(
        "Convolution", f"{named} convolution_param {{ num_output: 3 kernel_size: 3 pad: 1 {said} }}", name, bottom
    )


def dense(name: str, bottom: str, said: str = "") -> str:
    """A dense layer whose weights are called `w`."""
    return layer("InnerProduct", f'param {{ name: "w" }} inner_product_param {{ num_output: 5 {said} }}', name, bottom)


def unknown(field: str, type: str) -> tuple[str, ...]:
    """The note on a field of a layer `l`."""
    return (f"`{field}` of `{type}` is {AS_WITHOUT}: `l`",)


ADDED = layer("Eltwise", "", "sum", "a b")
SMALLER = layer("Convolution", "convolution_param { num_output: 2 kernel_size: 2 }", "s")
MESSAGES = [
    Case("one tensor in two layers", convolution("a", "w b") + convolution("b", "w b") + ADDED, (3, 8, 8), 84),
    Case("one after the other", convolution("a", "w b") + convolution("b", "w b", "a"), (3, 8, 8), 84),
    Case("only the weights", convolution("a", "w") + convolution("b", "w") + ADDED, (3, 8, 8), 81 + 3 + 3),
    Case("only the biases", convolution("a", "w b") + convolution("b", "v b") + ADDED, (3, 8, 8), 81 + 3 + 81),
    Case(
        "of two layers", convolution("a", "w b") + convolution("c", "v a") + convolution("b", "w a") + ADDED
        + layer("Eltwise", "", "all", "sum c"), (3, 8, 8), 2 * 84,
    ),
    Case(
        "a layer without the biases", layer("InnerProduct", "inner_product_param { num_output: 5 }", "c")
        + dense("d", "c") + dense("e", "d", "bias_term: false"), (5,), (3 * 8 * 8 * 5 + 5) + (5 * 5 + 5),
    ),
    Case("names that are empty", convolution("a", "") + convolution("b", "") + ADDED, (3, 8, 8), 2 * 84),
    Case(
        "a norm", "".join(layer("BatchNorm", 'param { name: "m" } param { name: "v" }', name) for name in "ab") + ADDED,
        (3, 8, 8), 0,
    ),
    Case(
        "the form of version 1", "".join(
            f"layers {{ name: '{name}' type: CONVOLUTION bottom: 'data' top: '{name}' param: 'w' param: 'b' "
            "convolution_param { num_output: 3 kernel_size: 3 pad: 1 } }\n" for name in "ab"
        ) + "layers { name: 'sum' type: ELTWISE bottom: 'a' bottom: 'b' top: 'sum' }\n", (3, 8, 8), 84,
    ),
    Case("what is known to change nothing", layer("LRN", "lrn_param { norm_region: WITHIN_CHANNEL }"), (3, 8, 8), 0),
    Case("what is as it is by default", layer("Scale", "scale_param { axis: 1 num_axes: 1 }"), (3, 8, 8), 3),
    Case("another axis", layer("Scale", "scale_param { axis: -1 bias_term: true }", "l", "c"), (3, 8, 4), 2 * 4),
    Case("two axes", layer("Scale", "scale_param { axis: 2 num_axes: 2 }", "l", "c"), (3, 8, 4), 8 * 4),
    Case("every value", layer("Scale", "scale_param { num_axes: -1 }", "l", "c"), (3, 8, 4), 3 * 8 * 4),
    Case("one factor for all", layer("Scale", "scale_param { axis: 0 num_axes: 0 }", "l", "c"), (3, 8, 4), 1),
    Case("one for each image", layer("Scale", "scale_param { axis: 0 }"), (3, 8, 8), 1, unknown("axis", "Scale"), BOTH),
    Case("biases of channels", layer("Bias", "", "l", "c"), (3, 8, 4), 3),
    Case("biases along an axis", layer("Bias", "bias_param { axis: 2 }", "l", "c"), (3, 8, 4), 8),
    Case("a bias for every value", layer("Bias", "bias_param { axis: -3 num_axes: -1 }", "l", "c"), (3, 8, 4), 96),
    Case("one bias", layer("Bias", "bias_param { num_axes: 0 }", "l", "c"), (3, 8, 4), 1),
    Case("a product at each row", layer("InnerProduct", "inner_product_param { num_output: 5 axis: -1 }", "l", "c"),
         (5, 3, 8), 4 * 5 + 5),
    Case("a product of each map", layer("InnerProduct", "inner_product_param { num_output: 5 axis: 2 }", "l", "c"),
         (5, 3), 8 * 4 * 5 + 5),
    Case("a product over images", layer("InnerProduct", "inner_product_param { num_output: 5 axis: 0 }", "l", "c"),
         (5,), 3 * 8 * 4 * 5 + 5, unknown("axis", "InnerProduct"), BOTH),
    Case("sides that are cut", layer("Crop", "", "l", "data c"), (3, 8, 4), 0),
    Case("channels that are cut, too", SMALLER + layer("Crop", "crop_param { axis: 1 offset: 0 }", "l", "data s"),
         (2, 7, 7), 3 * 2 * 2 * 2 + 2),
    Case("a width that is cut", SMALLER + layer("Crop", "crop_param { axis: -1 }", "l", "data s"), (3, 8, 7), 26),
    Case("maps that are flat", layer("Flatten", "flatten_param { axis: 2 }", "f", "c")
         + layer("InnerProduct", "inner_product_param { num_output: 5 axis: -1 }", "l", "f"), (5, 3), 8 * 4 * 5 + 5),
    Case(
        "a norm that scales", layer("BatchNorm", "batch_norm_param { scale_bias: true }"), (3, 8, 8), 0,
        unknown("scale_bias", "BatchNorm"), BOTH,
    ),
    Case(
        "a window with holes", layer("Convolution", "convolution_param { num_output: 2 kernel_size: 1 hole: 2 }"),
        (2, 8, 8), 8, unknown("hole", "Convolution"), BOTH,
    ),
    Case("a field of a layer", layer("ReLU", "wobble: 3"), (3, 8, 8), 0, unknown("wobble", "ReLU"), BOTH),
    Case(
        "a scale by what is worked out", layer("Pooling", "pooling_param { pool: AVE global_pooling: true }", "p")
        + layer("Scale", "", "s", "data p"), (3, 8, 8), 0,
    ),
    Case("its biases", layer("Scale", "scale_param { bias_term: true }", "s", "data data"), (3, 8, 8), 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "case"),
    [
        *(("net.cfg", case._replace(text=NET + case.text)) for case in SECTIONS),
        *(("net.prototxt", case._replace(text=INPUT + case.text)) for case in MESSAGES),
    ],
    ids=lambda one: one.what.replace(" ", "-") if isinstance(one, Case) else None,
)
def test_what_is_said_counts_or_is_named(file: str, case: Case, write: Callable[[str, str], str]) -> None:
    analysis = cnncalc.analyze(cnncalc.load(write(file, case.text)))
    assert (analysis.rows[-1].output_shape, analysis.totals.params) == (case.shape, case.params)
    assert analysis.notes == case.notes
    assert analysis.lower_bound == case.bound


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "net.cfg",
            NET + CONV + CONV + "share_index=0\n",
            "`convolutional`: `convolutional0/convolutional/weights` has 144 numbers here, and 288 where it is first",
        ),
        (
            "net.cfg",
            NET + CONV + "share_index=3\n",
            "`share_index=3`: there is no such convolutional layer before it",
        ),
        (
            "net.cfg",
            NET + "[softmax]\n" + CONV + "share_index=-1\n",
            "`share_index=-1`: there is no such convolutional layer before it",
        ),
        (
            "net.prototxt",
            INPUT + convolution("a", "w") + convolution("b", "w", said="group: 3"),
            "`Convolution`: `w` has 27 numbers here, and 81 where it is first",
        ),
    ],
)
def test_tensors_of_one_name_that_differ(file: str, text: str, message: str, write: Callable[[str, str], str]) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(write(file, text))
    assert found.value.problems[0].message == message


def test_the_options_of_every_layer_are_known() -> None:
    """Only what our own steps are called has none."""
    layers = {one.replace("Eltwise/", "Eltwise ").split()[0] for row in CAFFE.rows for one in row.operators.split()}
    assert layers - {"unread"} == FIELDS.keys()
    assert BLOBS.keys() <= FIELDS.keys()
    steps = {"unread", "blur", "part", "same", "flatten", "maxpool_depth"}
    layers = {one for row in DARKNET.rows for one in row.operators.split() if not one.startswith("activation/")}
    assert layers - steps == OPTIONS.keys() - {"net"}
