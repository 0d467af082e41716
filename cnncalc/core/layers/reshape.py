"""Another shape of the same values."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Dims, Example, Layer, Requirement, attr


class Reshape(Layer, family="reshape"):
    """The same values in another shape."""

    shape: Dims = attr("the new shape, channels last: `7x7x512`")

    requires = [Requirement("prod(shape) == prod(side) * c", "a reshape keeps the number of values")]
    out_shape = "shape"
    sees = WHOLE | {"every": "0"}  # at most
    additions = {}
    comparisons = {}
    examples = [Example("shape: 4x4x256", "4096", "4x4x256")]
