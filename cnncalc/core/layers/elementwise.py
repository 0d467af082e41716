"""Other functions of several tensors, value by value."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, Word, attr


class Elementwise(Layer, family="join"):
    """Put tensors together value by value in another way than `add` and `multiply`; what is 1 is spread."""

    type_: Word = attr(
        "what is done; the last three are of exactly two",
        choices=("maximum", "minimum", "subtract", "divide", "power"),
    )

    inputs = (2, None)
    branches = True
    alike = "spread"
    verb = "combines"
    requires = [
        Requirement("many == 2", "it takes exactly two inputs", when="subtract or divide or power"),
    ]
    additions = {"differences": {"subtract": "out_values", "true": "0"}}
    comparisons = {"values": {"maximum or minimum": "(many - 1) * out_values", "true": "0"}}
    examples = [
        Example("type: maximum", "8x8x16, 8x8x16, 8x8x16", "8x8x16"),
        Example("type: divide", "8x4, 8x1", "8x4"),
    ]
