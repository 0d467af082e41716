"""The usual slips, as data: what a student forgot is forgotten in the layer, and the engine works out the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.core.record import Record
from cnncalc.teaching.rework import Rewritten

COUNTS = ("weights", "biases", "multiplies")
COUNTED = ("params", "multiplies")
ALL = ("shape", *COUNTED)
SUMS = ("sum",)
SEEN = "receptive_field"
_EXTENT = r"(\(dilation\*\(kernel - 1\) \+ 1\)|kernel)"  # of a window, in what a layer sees


class Slip(Record):
    """A slip: its name, a sentence for the student, where it can happen, and what it does to a layer.

    `asked` are the quantities that it makes wrong in the layer itself; a sum it makes wrong by each of its layers.
    `attributes` are other values; `formulas` other formulas; `reads` and `answers` say that a shape is read or written
    in another order.
    """

    name: str
    sentence: str
    asked: tuple[str, ...]
    attributes: Mapping[str, Any] = {}
    formulas: tuple[Rewritten, ...] = ()
    reads: str = ""
    answers: str = ""


def _everywhere(fields: tuple[str, ...], pattern: str, by: str) -> tuple[Rewritten, ...]:
    return tuple(Rewritten(field, pattern, by) for field in fields)


SLIPS = (
    Slip(
        "forgot the bias",
        "each filter, each unit has one bias: add them to the weights",
        ("params",),
        attributes={"bias": False},
    ),
    Slip(
        "counted one bias for the layer",
        "each filter, each unit has a bias of its own",
        ("params",),
        formulas=(Rewritten("biases", r"^(filters|units)$", "1"),),
    ),
    Slip(
        "added a bias where there is none",
        "this layer has no bias: its weights are all",
        ("params",),
        attributes={"bias": True},
    ),
    Slip(
        "forgot the groups",
        "with groups a filter reads only C/groups of the channels",
        COUNTED,
        attributes={"groups": 1},
    ),
    Slip(
        "rounded up instead of down",
        "a window that does not fit in whole is dropped: floor, not ceil",
        ALL,
        attributes={"ceil": True},
        formulas=(Rewritten("out_side", r"^(.+) // stride \+ 1$", r"ceil((\1) / stride) + 1"),),
    ),
    Slip(
        "rounded down instead of up",
        "here the number of windows is rounded up: ceil, not floor",
        ALL,
        attributes={"ceil": False},
        formulas=(Rewritten("out_side", r"^ceil\(side / stride\)$", "side // stride"),),
    ),
    Slip(
        "forgot the padding (2P)",
        "padding makes the input larger on both sides: W + 2P",
        ALL,
        attributes={"padding": 0},
    ),
    Slip(
        "counted the padding once",
        "padding stands at both ends: 2P, not P",
        ALL,
        formulas=(
            Rewritten("out_side", r"2\*padding", "padding"),
            Rewritten("out_side", r"before \+ after", "before"),
            Rewritten("out_side", r"^ceil\(side / stride\)$", "(side - kernel + (kernel - 1) // 2) // stride + 1"),
        ),
    ),
    Slip(
        "forgot the stride",
        "the window moves S positions at a time: divide by S",
        ALL,
        attributes={"stride": 1},
    ),
    Slip(
        "forgot the dilation",
        "a dilated window reaches dilation·(F − 1) + 1 positions",
        ALL,
        attributes={"dilation": 1},
    ),
    Slip(
        "F − 1 for F",
        "the window itself takes F positions: W − F",
        ALL,
        formulas=(
            Rewritten("out_side", r"side - kernel\b", "side - (kernel - 1)"),
            Rewritten("out_side", r"dilation\*\(kernel - 1\) \+ 1\)", "dilation*(kernel - 1))"),
            Rewritten("out_side", r"\+ kernel\b", "+ kernel - 1"),
        ),
    ),
    Slip(
        "F for F − 1 (forgot the + 1)",
        "the first window counts too: (W − F + 2P)/S + 1",
        ALL,
        formulas=(
            Rewritten("out_side", r" \+ 1(?=$|, )", ""),
            Rewritten("out_side", r"dilation\*\(kernel - 1\) \+ 1(?= -)", "dilation*kernel + 1"),
        ),
    ),
    Slip(
        "F − 1 for F in the weights",
        "a kernel has F_h·F_w weights for each channel",
        COUNTED,
        formulas=(
            Rewritten("weights", r"prod\(kernel\)", "one_less"),
            Rewritten("multiplies", r"prod\(kernel\)", "one_less"),
        ),
    ),
    Slip(
        "counted one side of the kernel",
        "a kernel is F_h·F_w numbers, not F",
        COUNTED,
        formulas=_everywhere(COUNTS, r"prod\(kernel\)", "one_side"),
    ),
    Slip(
        "H and W swapped with C",
        "look at the order of the three numbers",
        ("shape",),
        answers="swapped",
    ),
    Slip(
        "H and W swapped with C",
        "the number of channels is another number of the shape",
        COUNTED,
        reads="height for channels",
    ),
    Slip(
        "kept the channels of the input",
        "a convolution has as many output channels as filters",
        ("shape",),
        formulas=(Rewritten("out_channels", r"^filters$", "c"),),
    ),
    Slip(
        "multiplied by the output once too often",
        "weights are shared by all output positions, and each multiply is counted once",
        COUNTED,
        formulas=_everywhere(COUNTS, r"^(.+)$", r"(\1) * prod(out)"),
    ),
    Slip(
        "multiplied the weights by the output, then added the biases",
        "weights are shared by all output positions",
        ("params",),
        formulas=(Rewritten("weights", r"^(.+)$", r"(\1) * prod(out)"),),
    ),
    Slip(
        "forgot the output positions",
        "every output position costs the multiplies of one window",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r" \* prod\(out\)", ""),),
    ),
    Slip(
        "took the input's size for the output's",
        "count the positions of the output",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r"prod\(out\)", "prod(side)"),),
    ),
    Slip(
        "forgot the number of filters",
        "that is one filter: there are more",
        COUNTED,
        formulas=_everywhere(("weights", "multiplies"), r" \* filters", ""),
    ),
    Slip(
        "counted one filter with its bias",
        "that is one filter, or one unit: there are more",
        ("params",),
        formulas=(
            Rewritten("weights", r" \* (filters|units)", ""),
            Rewritten("biases", r"^(filters|units)$", "1"),
        ),
    ),
    Slip(
        "forgot the number of units",
        "that is one unit: there are more",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r"^c \* units", "c"),),
    ),
    Slip(
        "added the inputs and the units",
        "every unit reads every input: multiply them",
        COUNTED,
        formulas=(
            Rewritten("weights", r"^c \* units$", "c + units"),
            Rewritten("multiplies", r"^c \* units$", "c + units"),
            Rewritten("biases", r"^units$", "0"),
        ),
    ),
    Slip(
        "forgot the input channels",
        "a filter reaches through all channels of its input",
        COUNTED,
        formulas=_everywhere(("weights", "multiplies"), r"(?<=prod\(kernel\)) \* c( / groups)?(?= |$)", ""),
    ),
    Slip(
        "counted the bias additions as multiplies",
        "a bias is added, not multiplied",
        ("multiplies",),
        formulas=(
            Rewritten("multiplies", r"^(prod\(kernel\).+)$", r"\1 + filters * prod(out)"),
            Rewritten("multiplies", r"^(c \* units.*)$", r"\1 + units"),
        ),
    ),
    Slip(
        "counted additions too (FLOPs)",
        "multiplies are asked for: FLOPs are twice as many",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r"^(.+)$", r"2 * (\1)"),),
    ),
    Slip(
        "counted the running statistics",
        "running mean and variance are stored, not learned: 2C params, not 4C",
        ("params",),
        formulas=(Rewritten("weights", r"^c$", "3 * c"),),
    ),
    Slip(
        "forgot the shift of the normalisation",
        "each channel has a scale and a shift",
        ("params",),
        formulas=(Rewritten("biases", r"^c$", "0"),),
    ),
    Slip(
        "counted the biases among the weights",
        "weights and biases are asked for apart",
        ("weights",),
        formulas=(
            Rewritten("weights", r"^(prod\(kernel\).*)$", r"\1 + filters"),
            Rewritten("weights", r"^(c \* units)$", r"\1 + units"),
            Rewritten("weights", r"^c$", "2 * c"),
        ),
    ),
    Slip(
        "left out the norms",
        "each channel of a norm has a scale and a shift, which are learned",
        ("params",),
        formulas=_everywhere(("weights", "biases"), r"^c$", "0"),
    ),
    Slip(
        "left out a layer",
        "the sum is over all layers of the table",
        SUMS,
        formulas=_everywhere(COUNTS, r"^.+$", "0"),
    ),
    Slip(
        "added what is concatenated",
        "concat puts the channels one behind the other: add up their numbers",
        ALL,
        formulas=(Rewritten("out_channels", r"^sum\(channels\)$", "c"),),
    ),
    Slip(
        "forgot the stride",
        "each stride makes the jump of all that follows larger: r + (F − 1)·j",
        (SEEN,),
        formulas=(Rewritten("sees", r"place\*stride", "place"),),
    ),
    Slip(
        "forgot the dilation",
        "a dilated window reaches dilation·(F − 1) + 1 positions",
        (SEEN,),
        formulas=(
            Rewritten("sees", r"dilation\*\(kernel - 1\) \+ 1", "kernel"),
            Rewritten("sees", r"^dilation$", "1"),
        ),
    ),
    Slip(
        "added F for F − 1",
        "the first position of a window is seen already: r + (F − 1)·j",
        (SEEN,),
        formulas=(Rewritten("sees", rf"\+ {_EXTENT} - 1$", r"+ \1"),),
    ),
    Slip(
        "took the jump behind the layer",
        "a window steps over what the layer reads: the jump before its own stride",
        (SEEN,),
        formulas=(Rewritten("sees", rf"\+ {_EXTENT} - 1$", "+ (kernel - 1)*stride"),),
    ),
    Slip(
        "counted what is frozen",
        "training leaves it as it is: trainable are the other params",
        ("trainable",),
    ),
    Slip(
        "counted only what is frozen",
        "trainable is what training changes",
        ("trainable",),
    ),
    Slip(
        "counted numbers for bytes",
        "a number has several bytes: 4 as float32, 2 as float16",
        ("weight_memory", "buffer_memory", "activation_memory", "peak_memory", "kept_memory", "training_memory"),
    ),
    Slip(
        "multiplied by the channels",
        "a position is a place of the window: all channels of the output stand at each",
        ("positions",),
    ),
    Slip(
        "counted as many additions as products",
        "n products are added up by n − 1 additions; a bias is one more",
        ("additions",),
    ),
    Slip(
        "forgot to flatten the sides",
        "flatten makes one vector of all H·W·C values",
        ALL,
        formulas=(Rewritten("out_channels", r"^c \* prod\(side\)$", "c"),),
    ),
)
