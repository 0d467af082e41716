"""Caffe and darknet: text, so problems stand under their lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import cnncalc
from tests.pace import allowed
from tests.running import DATA, invoke, sample

pytestmark = pytest.mark.quick

SMALL = {name: (DATA / "foreign" / name).read_text(encoding="utf-8") for name in ("small.cfg", "small.prototxt")}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    monkeypatch.chdir(tmp_path)

    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return written


def rows(file: str) -> list[tuple[str, str, tuple[int, ...], int, int, int, int | None]]:
    analysis = cnncalc.analyze(cnncalc.load(file))
    return [
        (row.name, row.type, row.output_shape, row.counts.params, row.counts.buffers, row.counts.multiplies, row.line)
        for row in analysis.rows
    ]


def test_a_cfg_is_read_layer_by_layer(write: Callable[[str, str], str]) -> None:
    assert rows(write("net.cfg", SMALL["small.cfg"])) == [
        ("convolutional0/convolutional", "conv", (8, 16, 16), 216, 0, 55_296, 8),
        ("convolutional0/batch_normalize", "batch_norm", (8, 16, 16), 16, 16, 0, 8),
        ("convolutional0/leaky", "leaky_relu", (8, 16, 16), 0, 0, 0, 8),
        ("maxpool1", "max_pool", (8, 8, 8), 0, 0, 0, 16),
        ("convolutional2", "conv", (8, 8, 8), 72, 0, 4_096, 20),
        ("shortcut3", "add", (8, 8, 8), 0, 0, 0, 25),
        ("route4", "concat", (16, 8, 8), 0, 0, 0, 29),
        ("avgpool5", "adaptive_avg_pool", (16, 1, 1), 0, 0, 0, 32),
        ("connected6/flatten", "flatten", (16,), 0, 0, 0, 34),
        ("connected6/connected", "dense", (10,), 170, 0, 160, 34),
        ("softmax7", "softmax", (10,), 0, 0, 0, 38),
    ]


def test_a_prototxt_is_read_layer_by_layer(write: Callable[[str, str], str]) -> None:
    file = write("net.prototxt", SMALL["small.prototxt"])
    assert rows(file) == [
        ("conv1", "conv", (8, 15, 15), 216, 0, 48_600, 15),
        ("bn1", "batch_norm", (8, 15, 15), 0, 16, 0, 22),
        ("scale1", "scale", (8, 15, 15), 16, 0, 0, 23),
        ("relu1", "relu", (8, 15, 15), 0, 0, 0, 24),
        ("pool1", "max_pool", (8, 8, 8), 0, 0, 0, 25),
        ("fc_flatten", "flatten", (512,), 0, 0, 0, 32),
        ("fc", "dense", (10,), 5_130, 0, 5_120, 32),
        ("loss", "softmax", (10,), 0, 0, 0, 39),
    ]
    analysis = cnncalc.analyze(cnncalc.load(file))
    assert (analysis.name, analysis.status) == ("small", "exact")
    assert analysis.notes == ("left out, for they are only for training: `noise`",)


FORMS = {
    "version 1": 'input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9\n'
    "layers { name: 'c' type: CONVOLUTION bottom: 'data' top: 'c' "
    "convolution_param { num_output: 4 kernel_size: 3 } }\n"
    "layers { name: 'p' type: POOLING bottom: 'c' top: 'p' pooling_param { pool: AVE kernel_size: 2 stride: 2 } }\n",
    "version 0": 'input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9\n'
    "layers { layer { name: 'c' type: 'conv' num_output: 4 kernelsize: 3 } bottom: 'data' top: 'c' }\n"
    "layers { layer { name: 'p' type: 'pool' pool: AVE kernelsize: 2 stride: 2 } bottom: 'c' top: 'p' }\n",
    "lists": 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }\n'
    "layer { name: 'c' type: 'Convolution' bottom: ['data'] top: 'c' "
    "convolution_param < num_output: 4; kernel_size: [3, 3] > }\n"
    "layer { name: 'p' type: 'Pooling' bottom: 'c' top: 'p' pooling_param { pool: 1 kernel_size: 2 stride: 2 } }\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_prototxt_is_read(form: str, write: Callable[[str, str], str]) -> None:
    found = [(name, type, shape, params) for name, type, shape, params, *_ in rows(write("net.prototxt", FORMS[form]))]
    assert found == [("c", "conv", (4, 7, 7), 112), ("p", "avg_pool", (4, 4, 4), 0)]


def test_data_that_is_elsewhere_leaves_its_size_open(write: Callable[[str, str], str]) -> None:
    file = write(
        "net.prototxt",
        'layer { name: "data" type: "Data" top: "data" top: "label" data_param { source: "/dev/zero" } }\n'
        'layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 5 } }\n'
        'layer { name: "right" type: "Accuracy" bottom: "fc" bottom: "label" top: "right" }\n',
    )
    code, _, err = invoke("summary", file)
    assert code == 2
    assert "the input `data` leaves sizes open: channels, height, width" in err
    code, out, _ = invoke("summary", file, "--input-size", "2x3x4", "-f", "json")
    assert (code, '"params": 125' in out) == (0, True)


SSD = """input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "b" type: "PriorBox" bottom: "c" bottom: "data" top: "b"
  prior_box_param { min_size: 60 max_size: 90 aspect_ratio: 2 aspect_ratio: 3 aspect_ratio: 1 SAID } }
layer { name: "o" type: "DetectionOutput" bottom: "c" bottom: "c" bottom: "b" top: "o"
  detection_output_param { num_classes: 4 keep_top_k: 20 } }
layer { name: "e" type: "DetectionEvaluate" bottom: "o" bottom: "label" top: "e" include { phase: TEST } }
"""


@pytest.mark.parametrize(("said", "boxes"), [("", 6), ("flip: false", 4)])
def test_boxes_stand_at_each_place(said: str, boxes: int, write: Callable[[str, str], str]) -> None:
    """As SSD has them: one for each shape, turned too, and one more for each largest size; four corners of each."""
    graph = cnncalc.load(write("ssd.prototxt", SSD.replace("SAID", said)))
    assert [(node.layer.type, graph.shape(at)) for at, node in enumerate(graph.nodes)] == [
        ("conv", (4, 6, 6)),
        ("operator", (6 * 6 * boxes * 4, 2)),
        ("operator", (1, 20, 7)),
    ]


def test_a_file_for_training_is_read_with_its_data(write: Callable[[str, str], str]) -> None:
    """Where nothing but the data of training gives what is read; its sides are those that images are brought to."""
    for size in ("crop_size: 9", "resize_param { height: 9 width: 9 }"):
        file = write(
            "train.prototxt",
            'layer { name: "d" type: "AnnotatedData" top: "data" top: "label" include { phase: TRAIN } '
            f"transform_param {{ mean_value: 1 mean_value: 1 mean_value: 1 {size} }} }}\n"
            'layer { name: "c" type: "Convolution" bottom: "data" top: "c" '
            "convolution_param { num_output: 4 kernel_size: 3 } }\n"
            'layer { name: "l" type: "MultiBoxLoss" bottom: "c" bottom: "label" top: "l" include { phase: TRAIN } }\n',
        )
        graph = cnncalc.load(file)
        assert (graph.inputs, graph.shape(0)) == ({"data": (3, 9, 9)}, (4, 7, 7))
        assert graph.notes == ("left out, for they are only for training: `l`",)


def test_a_crop_has_the_sides_that_it_says(write: Callable[[str, str], str]) -> None:
    cut = "[net]\nheight=9\nwidth=8\nchannels=3\n[crop]\ncrop_height=6\ncrop_width=6\n"
    graph = cnncalc.load(write("net.cfg", cut))
    assert [(node.layer.type, graph.shape(at)) for at, node in enumerate(graph.nodes)] == [("crop", (3, 6, 6))]
    code, _, err = invoke("summary", write("net.cfg", cut.replace("width=6", "width=9")))
    assert (code, err.splitlines()[0]) == (2, "error[bad-value]: `crop`: (6, 9) are no sides of a part of (1, 3, 9, 8)")


def test_what_is_not_known_is_told_at_once(write: Callable[[str, str], str]) -> None:
    """Also what stands behind it, of which nobody can say what it reads."""
    text = "[net]\nheight=8\nwidth=8\nchannels=3\n[wobble]\n[convolutional]\nfilters=2\n[wibble]\n"
    code, _, err = invoke("summary", write("net.cfg", text))
    assert code == 2
    assert [line for line in err.splitlines() if line.startswith("error")] == [
        "error[unknown-layer]: `wobble`: it is not known, and the file says not what it gives",
        "error[unknown-layer]: `wibble`: it is not known",
    ]


MESSAGES = {
    "an unknown layer": (
        "net.cfg",
        "[net]\nheight=8\nwidth=8\nchannels=3\n[wobble]\n[convolutional]\nfilters=2\n[route]\nlayers=-1\n",
        ["error[unknown-layer]: `wobble`: it is not known, and the file says not what it gives", " --> net.cfg:5:1"],
    ),
    "a layer that is not there": (
        "net.cfg",
        "[net]\nheight=8\nwidth=8\nchannels=3\n[route]\nlayers=-5\n",
        ["error[unknown-name]: `layers=-5`: there is no such layer before it", " --> net.cfg:5:1"],
    ),
    "a word that is no number": (
        "net.cfg",
        "[net]\nheight=8\nwidth=8\nchannels=3\n[convolutional]\nfilters=many\n",
        ["error[bad-value]: `filters=many` must be a whole number", " --> net.cfg:5:1"],
    ),
    "a blob that nobody gives": (
        "net.prototxt",
        'layer {\n  name: "a"\n  type: "ReLU"\n  bottom: "b"\n}\n',
        ["error[unknown-name]: nothing gives the blob `b` before it", " --> net.prototxt:1:1"],
    ),
    "a message that does not end": (
        "net.prototxt",
        'layer {\n  name: "a"\n',
        ["error[not-an-architecture]: the file ends within a message", " --> net.prototxt:1:1"],
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_problem_stands_under_its_line(name: str, write: Callable[[str, str], str]) -> None:
    file, text, lines = MESSAGES[name]
    code, _, err = invoke("summary", write(file, text))
    assert code == 2
    assert err.splitlines()[:2] == lines


HOSTILE = {
    "deep messages": ("net.prototxt", "layer { " + "a { " * 100_000),
    "many words": ("net.prototxt", "layer { name: 'a' }\n" * 400_000),
    "a list without end": ("net.prototxt", "layer { a: [" + "1," * 100_000),
    "a string without end": ("net.prototxt", 'layer { name: "' + "a" * 1_000_000),
    "huge numbers": (
        "net.prototxt",
        "layer { name: 'd' type: 'Input' top: 'd' "
        "input_param { shape { dim: 1 dim: 99999999999999999 dim: 9 dim: 9 } } }\n"
        "layer { name: 'r' type: 'ReLU' bottom: 'd' top: 'r' }",
    ),
    "many sections": ("net.cfg", "[net]\nheight=8\nwidth=8\nchannels=3\n" + "[softmax]\n" * 60_000),
    "a huge kernel": ("net.cfg", "[net]\nheight=8\nwidth=8\nchannels=3\n[convolutional]\nsize=999999999999999\n"),
}


@pytest.mark.sweep
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly(name: str, write: Callable[[str, str], str]) -> None:
    file = write(*HOSTILE[name])
    begin = time.process_time()
    code, out, err = invoke("summary", file)
    assert (code, out) == (2, "")
    assert err.startswith("error[")
    assert time.process_time() - begin < allowed(6)  # 2 s, thrice as much while coverage is measured


@pytest.mark.parametrize("first", sample(6, range(6)))
@pytest.mark.parametrize("name", SMALL)
def test_a_file_that_ends_anywhere_is_read_or_refused(name: str, first: int, write: Callable[[str, str], str]) -> None:
    for stop in range(first, len(SMALL[name]), 6):
        with suppress(cnncalc.ProblemsFound):
            cnncalc.load(write(name, SMALL[name][:stop] or "\n"))


@pytest.mark.parametrize("name", SMALL)
def test_what_is_inside_tells_the_format(name: str, write: Callable[[str, str], str]) -> None:
    assert rows(write("net", SMALL[name])) == rows(write(name, SMALL[name]))
