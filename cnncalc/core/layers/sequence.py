"""Layers of transformers. Tokens are a shape with one side: positions × channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class ToSequence(Layer, family="sequence"):
    """Every position of the maps becomes a token."""

    reads = "sides"
    out_tokens = "prod(side)"
    examples = [Example("", "14x14x768", "196x768")]


class ClassToken(Layer, family="sequence"):
    """One learned token in front of the others. Source: Dosovitskiy et al. 2020, ViT."""

    reads = "tokens"
    out_side = "side + 1"
    weights = {"token": "c"}
    examples = [Example("", "196x768", "197x768", 768)]


class PositionEmbedding(Layer, family="sequence"):
    """Add one learned number to every value of every token."""

    reads = "tokens"
    weights = {"embedding": "prod(side) * c"}
    examples = [Example("", "197x768", "197x768", 151_296)]


class TakeToken(Layer, family="sequence"):
    """One token, as a vector."""

    index: int = attr("which token, counted from 0", default=0)

    reads = "tokens"
    requires = [Requirement("index < prod(side)", "there are only so many tokens")]
    out_side = None
    examples = [Example("index: 0", "197x768", "768")]


class SelfAttention(Layer, family="sequence"):
    """Multi-head attention of the tokens to each other, with its query, key, value and output projections.

    For N tokens of C channels the projections cost 4·N·C² multiplies; scores and weighted sums N²·C each.
    Source: Vaswani et al. 2017.
    """

    heads: int = attr("number of heads", at_least=1)
    bias: bool = attr("biases of the four projections", default=True)

    reads = "tokens"
    requires = [Requirement("c % heads == 0", "the channels must split evenly into the heads")]
    weights = {"query, key, value, output": "4 * c * c"}
    biases = {"biases": {"bias": "4 * c"}}
    multiplies = {
        "projections": "4 * prod(side) * c * c",
        "scores and weighted sums": "2 * prod(side) * prod(side) * c",
    }
    examples = [Example("heads: 12", "197x768", "197x768", 2_362_368, 524_391_936)]
