"""Traps of the field: what other counters get wrong, or got wrong for years, and we do not.

A row is one such trap: who fell into it, a network, and the figures that it really has. Sources are the issues and
files of the projects named, or runs of them. That samples of a README are run, and give what they show, is held by
`tests/test_docs.py` (calflops#42: its sample prints three times too much).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.columns import COLUMNS
from cnncalc.analyses.outline import outline
from cnncalc.analyses.style import Style
from cnncalc.core.figures import megabytes
from cnncalc.core.work import steps

pytestmark = pytest.mark.quick


@dataclass(frozen=True)
class Trap:
    """A trap: its figures by `layer.quantity` or `total.quantity`."""

    trap: str
    who: str
    file: str
    figures: dict[str, Any]


def net(shape: str, *entries: str) -> str:
    """A file: the input as `CxHxW`, and its entries."""
    channels, *sides = shape.split("x")
    size = f", size: [{', '.join(sides)}]" if sides else ""
    return f"{{input: {{channels: {channels}{size}}}, layers: [{', '.join(entries)}]}}"


TRAPS = [
    # ------------------------------------------------------------------------------------ transposed convolutions
    Trap(
        "a transposed convolution works on input positions",
        "torchinfo, thop, flopth, torchscan: 4 times too many, onnx-tool: 8 times; fvcore#78, ptflops#57, thop#93",
        net("16x20x20", "transposed_conv: {filters: 32, kernel: 2, stride: 2}"),
        {"total.multiplies": 819_200, "total.params": 2_080, "transposed_conv1.output": (32, 40, 40)},
    ),
    Trap(
        "a grouped transposed convolution is divided by its groups once",
        "calflops and DeepSpeed: divided twice (DeepSpeed#3815)",
        net("16x20x20", "transposed_conv: {filters: 32, kernel: 2, stride: 2, groups: 4}"),
        {"total.multiplies": 204_800, "total.params": 544},
    ),
    Trap(
        "output padding makes the output larger and multiplies nothing",
        "torchinfo, thop: positions of the output, 4 times as many",
        net("2x5x5", "transposed_conv: {filters: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1}"),
        {"total.multiplies": 5 * 5 * 9 * 2 * 4, "transposed_conv1.output": (4, 10, 10)},
    ),
    Trap(
        "with dilation, and unlike padding at the two ends, as well",
        "sizes from a formula that forgets one of them",
        net(
            "2x5x5",
            "transposed_conv: {filters: 4, kernel: 3, stride: 2, dilation: 2, padding: 1, output_padding: 1}",
            "transposed_conv: {filters: 4, kernel: 3, stride: 2, padding: [[0, 1], [1, 2]], output_padding: 1}",
        ),
        {
            "transposed_conv1.output": (4, 12, 12),  # 4·2 + 2·2 + 1 − 2 + 1
            "transposed_conv2.output": (4, 25, 23),  # 11·2 + 3 − 1 + 1 and 11·2 + 3 − 3 + 1
            "transposed_conv1.multiplies": 5 * 5 * 9 * 2 * 4,
            "transposed_conv2.multiplies": 12 * 12 * 9 * 4 * 4,
        },
    ),
    Trap(
        "a dilated transposed convolution has as many weights, and a larger output",
        "netscope: one dilation for all axes",
        net("2x5x5", "transposed_conv: {filters: 4, kernel: 3, stride: 2, dilation: [2, 1]}"),
        {"total.multiplies": 5 * 5 * 9 * 2 * 4, "total.weights": 72, "transposed_conv1.output": (4, 13, 11)},
    ),
    # --------------------------------------------------------------------------------------------- groups, 1-D, 3-D
    Trap(
        "a grouped convolution is never 0",
        "TensorFlow's profiler, and keras-flops with it: 0",
        net("96x27x27", "conv: {filters: 256, kernel: 5, padding: 2, groups: 2}"),
        {"total.multiplies": 223_948_800, "total.params": 307_456},
    ),
    Trap(
        "nor is a depthwise one",
        "TensorFlow's profiler",
        net("32x14x14", "conv: {filters: 32, kernel: 3, padding: 1, groups: channels, bias: false}"),
        {"total.multiplies": 56_448, "total.params": 288},
    ),
    Trap(
        "one axis",
        "DeepSpeed#1949: a negative count for Conv1d; ptflops#148: no 1-D input",
        net("1x8000", "conv: {filters: 128, kernel: 80, stride: 4}"),
        {"total.multiplies": 20_285_440, "total.params": 10_368},
    ),
    Trap(
        "three axes",
        "torchscan, torchlens: the kernel of a pool, given as one number, is taken for its area",
        net("3x16x112x112", "conv: {filters: 64, kernel: 3, padding: 1}"),
        {"total.multiplies": 27 * 3 * 64 * 16 * 112 * 112, "total.params": 5_248},
    ),
    # -------------------------------------------------------------------------------- biases, norms, activations
    Trap(
        "biases are params and no multiplies, in a convolution",
        "calflops: FLOPs of a convolution's bias, none of a linear layer's; torchinfo: 144 more",
        net("3x8x8", "conv: {filters: 4, kernel: 3}"),
        {"total.multiplies": 3_888, "total.biases": 4, "total.params": 112},
    ),
    Trap(
        "and in a dense layer alike",
        "ptflops#60: the linear bias was missing; torchinfo adds it to the mult-adds",
        net("10", "dense: 4"),
        {"total.multiplies": 40, "total.biases": 4, "total.params": 44},
    ),
    Trap(
        "batch norm by channels, not by elements",
        "onnx-tool: 31 operations for each element; thop: 4; fvcore: 2, in training 5",
        net("64x56x56", "batch_norm"),
        {"total.params": 128, "total.buffers": 128, "total.multiplies": 0},
    ),
    Trap(
        "an activation or a pool is not counted, let alone twice",
        "ptflops' default backend: 2 for each element, 12,800 for this relu",
        net("64x10x10", "relu", "max_pool: 2", "upsample: 2", "softmax"),
        {"total.multiplies": 0, "total.params": 0, "relu1.activations": 6_400},
    ),
    Trap(
        "nor are the means of windows, of whole maps, or of as many windows as are wanted",
        "onnx-tool: the area of each window; thop: I + O; ptflops: 2 for each element",
        net("8x12x12", "avg_pool: 2", "adaptive_avg_pool: 3", "global_avg_pool"),
        {
            "total.multiplies": 0,
            "total.params": 0,
            "adaptive_avg_pool1.activations": 72,
            "global_avg_pool1.output": (8,),
        },
    ),
    Trap(
        "nor a norm over neighbouring channels",
        "onnx-tool: 42 operations for each element; torchlens: 11; fvcore lists it as unsupported",
        net("96x27x27", "lrn"),
        {"total.multiplies": 0, "total.params": 0, "lrn1.activations": 69_984},
    ),
    Trap(
        "nor enlarging a map, whichever way",
        "thop: 11 for each output; fvcore: 4; calflops: those of the input, the scale is lost",
        net("8x6x6", "resize: {size: 12}", "resize: {size: [20, 24]}"),
        {"total.multiplies": 0, "resize1.output": (8, 12, 12), "resize2.activations": 3_840},
    ),
    Trap(
        "nor joining maps",
        "torchinfo, fvcore: 0; onnx-tool, netscope: one for each output of `add`, whose additions are no multiplies",
        net("8x6x6", "relu: {name: a}", "relu: {name: b}", "add: {name: s, from: [a, b]}", "concat: {from: [s, a]}"),
        {"total.multiplies": 0, "s.activations": 288, "concat1.output": (16, 6, 6)},
    ),
    Trap(
        "learned numbers outside of layers with a kernel",
        "torchsummary#148 and torchinfo#54 miss a bare nn.Parameter",
        net("8x4", "class_token", "position_embedding", "scale", "prelu"),
        {
            "class_token1.params": 8,
            "position_embedding1.params": 40,
            "scale1.params": 8,
            "prelu1.params": 8,
            "total.params": 64,
        },
    ),
    # ------------------------------------------------------------------------------------------------- shared weights
    Trap(
        "a layer used twice counts once in the params and each time in the multiplies",
        "torchsummary#201: twice in both, 224 params; thop#142: a crash",
        """
        inputs: {left: {channels: 3, size: 8}, right: {channels: 3, size: 8}}
        layers:
          - conv: {name: a, from: left, filters: 4, kernel: 3}
          - conv: {name: b, from: right, filters: 4, kernel: 3, share: a}
          - add: {from: [a, b]}
        """,
        {"total.params": 112, "a.params": 112, "b.params": 0, "total.multiplies": 7_776, "b.multiplies": 3_888},
    ),
    # -------------------------------------------------------------------------------------------- rounding of sizes
    Trap(
        "pooling rounds down",
        "netscope: always up",
        net("64x112x112", "max_pool: {kernel: 3, stride: 2}"),
        {"max_pool1.output": (64, 55, 55)},
    ),
    Trap(
        "unless it is told to round up",
        "ethereon/netscope#25, caffe#1318: ceil_mode ignored",
        net("64x112x112", "max_pool: {kernel: 3, stride: 2, ceil: true}"),
        {"max_pool1.output": (64, 56, 56)},
    ),
    Trap(
        "a rounded-up window that would begin outside is dropped, as in PyTorch",
        "shapes from a formula that forgets it",
        net("1x6x6", "max_pool: {kernel: 1, stride: 4, ceil: true}"),
        {"max_pool1.output": (1, 2, 2)},
    ),
    Trap(
        "but not in Caffe, where there is no padding",
        "the same",
        net("1x6x6", "max_pool: {kernel: 1, stride: 4, ceil: true, clip: caffe}"),
        {"max_pool1.output": (1, 3, 3)},
    ),
    Trap(
        "`same` keeps ceil(W/S), with an even kernel and an uneven rest too",
        "padding by half the kernel: 3",
        net("1x7x7", "conv: {filters: 1, kernel: 2, stride: 2, padding: same}"),
        {"conv1.output": (1, 4, 4)},
    ),
    # ------------------------------------------------------------------------------------------------------ attention
    Trap(
        "attention is counted",
        "torchinfo#126, #226: lost",
        net("768x197", "attention: 12"),
        {"total.params": 2_362_368, "total.multiplies": 524_391_936},
    ),
    Trap(
        "a dense layer on tokens multiplies at each of them",
        "counting each weight once",
        net("768x197", "dense: {units: 3072, per: position}"),
        {"total.params": 2_362_368, "total.multiplies": 464_781_312},
    ),
    # -------------------------------------------------------------------------------------------------- large numbers
    Trap(
        "no integer overflows",
        "Paddle#33481: a negative total, from 32 bits",
        net("1000x4000x4000", "conv: {filters: 1000000, kernel: 101, padding: 50, bias: false}"),
        {"total.multiplies": 101**2 * 1000 * 10**6 * 4000**2, "total.weights": 101**2 * 10**9},
    ),
]


def figure(analysis: cnncalc.Analysis, name: str) -> Any:
    layer, _, quantity = name.rpartition(".")
    if layer == "total":
        return getattr(analysis.totals, quantity)
    row = analysis.find(layer)
    assert row is not None
    return row.output_shape if quantity == "output" else getattr(row.counts, quantity)


@pytest.mark.parametrize("row", TRAPS, ids=[row.trap for row in TRAPS])
def test_trap(row: Trap) -> None:
    analysis = cnncalc.analyze(cnncalc.loads(row.file))
    assert {name: figure(analysis, name) for name in row.figures} == row.figures
    assert analysis.totals.flops == 2 * analysis.totals.multiplies  # the word means one thing


# Two ways to write one thing, that some counters take for two things

ALIKE = [
    ("one number or one for each axis: torchscan squares only one of them",
     net("3x9x9", "conv: {filters: 4, kernel: 3, stride: 2, padding: 1, dilation: 1}"),
     net("3x9x9", "conv: {filters: 4, kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1]}")),
    ("the same for a pool: torchlens",
     net("3x9x9", "max_pool: 3"),
     net("3x9x9", "max_pool: {kernel: [3, 3], stride: [3, 3]}")),
    ("`+` or torch.add: ptflops counts only the second",
     net("3x9x9", "relu: {name: a}", "relu: {name: b}", "add: {from: [a, b]}"),
     net("3x9x9", "relu: {name: a}", "add: [[[], [relu: {name: b}]]]")),
    ("dropout, which acts in training: no figure depends on a mode",
     net("3x9x9", "conv: [4, 3]", "dropout: 0.5", "batch_norm"),
     net("3x9x9", "conv: [4, 3]", "dropout: 0", "batch_norm")),
    ("a depthwise convolution by its number or by name",
     net("6x9x9", "conv: {filters: 6, kernel: 3, groups: 6}"),
     net("6x9x9", "conv: {filters: channels, kernel: 3, groups: channels}")),
    ("a convolution over the whole map is a dense layer",
     net("4x6x6", "conv: {filters: 10, kernel: 6}", "flatten"),
     net("4x6x6", "flatten", "dense: 10")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in ALIKE], ids=[row[0] for row in ALIKE])
def test_written_in_two_ways(one: str, other: str) -> None:
    analyses = [cnncalc.analyze(cnncalc.loads(text)) for text in (one, other)]
    for quantity in ("params", "weights", "biases", "buffers", "multiplies"):
        assert len({getattr(analysis.totals, quantity) for analysis in analyses}) == 1, quantity
    assert len({analysis.rows[-1].output_shape for analysis in analyses}) == 1


# Whole networks: one word, one number

NETWORKS = [
    # file, params, multiplies; the figure that convolutions and dense layers alone give, in which the others agree
    ("alexnet_torchvision", 61_100_840, 714_188_480),  # calflops' sample: 2.14 G, three times as many (calflops#42)
    ("alexnet_paper", 60_965_224, 724_406_816),  # the same name, other networks
    ("alexnet_single_tower", 62_378_344, 1_135_256_096),
    ("googlenet_torchvision", 6_624_904, 1_498_376_192),
    ("vgg16", 138_357_544, 15_470_264_320),
    ("resnet18", 11_689_512, 1_814_073_344),
    ("resnet50_v1_5", 25_557_032, 4_089_184_256),  # MMEngine: 4.145 G, batch norm as in training; onnx-tool: 4.45 G
    ("resnet50", 25_557_032, 3_857_973_248),  # the stride one layer earlier: thop#46 is lost between the two
    ("mobilenet_v2", 3_504_872, 300_774_272),  # onnx-tool: 520 M, for the batch norms
    ("vit_b_16", 86_567_656, 17_563_828_224),  # torchinfo#226: 173 M, the attention and its products missing
]


@pytest.mark.parametrize(("name", "params", "multiplies"), NETWORKS, ids=[row[0] for row in NETWORKS])
def test_network(name: str, params: int, multiplies: int) -> None:
    totals = cnncalc.analyze(cnncalc.load(name)).totals
    assert (totals.params, totals.multiplies) == (params, multiplies)


# What no figure can tell


def test_an_unknown_operator_makes_a_lower_bound() -> None:
    """calflops#55: a GRU is 0; Ultralytics prints 0.0 GFLOPs after any error (ultralytics#19367)."""
    text = net("3x8x8", "conv: [4, 3]", "operator: {type: DeformConv2d}")
    analysis = cnncalc.analyze(cnncalc.loads(text))
    assert analysis.status == "lower_bound"
    assert analysis.uncounted == (("operator1", "DeformConv2d", ("params", "multiplies")),)
    assert analysis.totals.multiplies == 3_888


def test_an_unknown_layer_is_an_error() -> None:
    """thop#128: modules it does not know are "treated as zero"."""
    with pytest.raises(cnncalc.ProblemsFound, match="no layer or block `grn`"):
        cnncalc.loads(net("3x8", "grn"))


def test_a_failed_file_leaves_nothing_behind() -> None:
    """calflops: two failed calls in one process, and the next result is exactly three times too much."""
    good, bad = net("3x8x8", "conv: [4, 3]"), net("3x8x8", "conv: [4, 3]", "conv: [4, 99]")
    before = cnncalc.analyze(cnncalc.loads(good)).totals
    for _ in range(2):
        with pytest.raises(cnncalc.ProblemsFound):
            cnncalc.loads(bad)
    assert cnncalc.analyze(cnncalc.loads(good)).totals == before


@pytest.mark.parametrize("name", ["googlenet_aux", "resnet50", "densenet121"])
def test_the_rows_add_up(name: str) -> None:
    """torchinfo#60: containers show `--`; thop#114: parents miss their parts; calflops#24: the whole is 50 %."""
    analysis = cnncalc.analyze(cnncalc.load(name))
    for quantity in ("params", "buffers", "multiplies", "activations"):
        total = getattr(analysis.totals, quantity)
        assert sum(getattr(row.counts, quantity) for row in analysis.rows) == total
        for group in analysis.groups.values():
            inside = analysis.rows[group.start : group.stop]
            assert sum(getattr(row.counts, quantity) for row in inside) == getattr(group.counts, quantity)


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "unet"])
def test_shares_have_one_denominator(name: str) -> None:
    """calflops#24: the rows of a table are percents of different wholes, and the whole is 50 %."""
    analysis = cnncalc.analyze(cnncalc.load(name))
    cells = [COLUMNS["share"].cell(line, analysis, Style()) for line in outline(analysis)]
    shares = [float(cell.removesuffix("%")) for cell in cells if cell.endswith("%")]
    assert len(shares) > 5
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(shares))  # each is rounded to a tenth


def test_a_megabyte_is_a_million_bytes() -> None:
    """torchsummary and Keras call 2^20 bytes MB: 527.79 for VGG-16, torchinfo 553.43."""
    totals = cnncalc.analyze(cnncalc.load("vgg16")).totals
    assert (totals.size, megabytes(totals.size)) == (4 * 138_357_544, "553.4 MB")


@pytest.mark.parametrize(("side", "left_over"), [(227, 0), (224, 1)])
def test_a_border_that_no_window_reaches(side: int, left_over: int) -> None:
    """The paper's AlexNet reads 224, which (224 − 11) / 4 does not divide: every tool rounds down and says nothing."""
    (row,) = cnncalc.analyze(cnncalc.loads(net(f"3x{side}x{side}", "conv: [96, 11, 4]"))).rows
    assert {step.remainder for step in steps(row.layer, row.input_shapes) if step.axis} == {left_over}


def test_the_published_memory_of_vgg_16_is_a_slip() -> None:
    """CS231n's own rows add up to 15.2 M values, its printed total says 24 M; convnet-burden has 58 MB."""
    analysis = cnncalc.analyze(cnncalc.load("vgg16"))
    drawn = [row for row in analysis.rows if row.type in ("conv", "max_pool", "dense")]
    assert sum(prod(row.output_shape) for row in drawn) + 3 * 224 * 224 == 15_237_608
