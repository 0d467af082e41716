"""Work that no declaration describes."""

from __future__ import annotations

from cnncalc.core.layers.base import Dims, Example, Layer, Word, attr


class Uncounted(Layer, family="uncounted"):
    """An operator that cannot be counted: it is listed by name, and the totals become lower bounds."""

    operator: Word = attr("what the operator is called")
    shape: Dims = attr("its output shape, channels last, where it differs from the input's", default=None)

    counted = False
    out_shape = "shape"
    examples = [Example("operator: DeformConv2d, shape: 28x28x256", "28x28x128", "28x28x256")]
