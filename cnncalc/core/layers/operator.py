"""What has no layer type."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Dims, Example, Layer, Word, attr

_SAID = "as the file says"


class Operator(Layer, family="operator"):
    """Whatever has no layer type: it has the figures that the file says of it.

    What the file leaves out is not known, and then the totals of that quantity are lower bounds: params where neither
    `weights` nor `biases` is given, multiplies where `multiplies` is not.
    """

    type_: Word = attr("what it is called")
    output: Dims = attr("its output shape, where it is not that of the first input", default=None)
    weights_: int = attr("how many weights it learns", default=None, symbol=_SAID)
    biases_: int = attr("how many biases it learns", default=None, symbol=_SAID)
    buffers_: int = attr("how many numbers it stores and does not learn", default=None, symbol=_SAID)
    multiplies_: int = attr("how many multiplies one image takes", default=None, symbol=_SAID)

    inputs = (1, None)
    out_shape = "output"
    sees = WHOLE | {"every": "0"}  # at most
    unknown = {"params": "not (weights_given or biases_given)", "multiplies": "not multiplies_given"}
    weights = {"weights": {"weights_given": "weights"}}
    biases = {"biases": {"biases_given": "biases"}}
    buffers = {"buffers": {"buffers_given": "buffers"}}
    multiplies = {"multiplies": {"multiplies_given": "multiplies"}}
    examples = [
        Example("type: GRN, weights: channels, biases: channels, multiplies: 0", "14x14x384", "14x14x384", 768),
        Example("type: RoIAlign, output: 1000x12544, weights: 0", "50x50x256, 1000x4", "1000x12544"),
        Example("type: DeformConv", "28x28x128", "28x28x128"),
    ]
