"""Multi-head attention."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, PerAxis, Requirement, attr


class Attention(Layer, family="sequence"):
    """Multi-head attention, with its query, key, value and output projections; maps keep their sides.

    Of one input the positions attend to each other; with `from: [queries, memory]` those of the first to those of the
    second; a third one has the values. With a `window` they attend within windows, for which sides are padded before
    the projections; windows shifted by `shift` are smaller at the borders. `kv_heads` below `heads` lets several query
    heads read one key and one value.
    Source: Vaswani et al. 2017; windows Liu et al. 2021, Swin; shared keys and values Ainslie et al. 2023.
    """

    heads: int = attr("number of heads", at_least=1)
    inner: int = attr("width of the queries of all heads, by default the channels", default=None, at_least=1)
    value_width: int = attr("width of the values of all heads, by default `inner`", default=None, at_least=1)
    output_width: int = attr("number of output channels, by default those of the input", default=None, at_least=1)
    kv_heads: int = attr("number of heads of keys and values", default="$heads", at_least=1)
    window: PerAxis = attr("size of the windows, by default one around all", default=None, at_least=1)
    shift: PerAxis = attr("how far the windows are shifted, where there is more than one", default=0)
    position_table: bool = attr("learn a number for each head and each offset in a window", default=False)
    bias: bool = attr("biases of the four projections", default=True)

    reads = "sides"
    inputs = (1, 3)
    tensors = ("query", "key", "value")
    where = {
        "inner": "query_channels",
        "value_width": "inner",
        "output_width": "query_channels",
        "key_width": "inner / heads * kv_heads",
        "kept_width": "value_width / heads * kv_heads",
        "padded": {"window_given": "ceil(side / window) * window"},
        "shifted": {"window_given": "min(shift, padded - window)"},
        "offsets": {"window_given": "2 * window - 1"},
    }
    requires = [
        Requirement("inner % heads == 0", "the width of the queries must split evenly into the heads"),
        Requirement("value_width % heads == 0", "the width of the values must split evenly into the heads"),
        Requirement("heads % kv_heads == 0", "the heads must split evenly into those of keys and values"),
        Requirement("key_positions == value_positions", "keys and values must have as many positions"),
        Requirement("many == 1", "windows are for one input", when="window_given"),
        Requirement("shift < window", "windows are shifted by less than their size", when="window_given"),
        Requirement("window_given or shift == 0", "a `shift` is of a `window`"),
        Requirement("window_given", "a `position_table` is of a `window`", when="position_table"),
    ]
    out_channels = "output_width"
    sees = {
        "first": {"window_given": "(place - shifted) // window * window + shifted", "true": "0"},
        "last": {"window_given": "(place - shifted) // window * window + shifted + window - 1", "true": "side - 1"},
        "period": {"window_given": "window", "true": "1"},
    }
    weights = {
        "query": "query_channels * inner",
        "key": "key_channels * key_width",
        "value": "value_channels * kept_width",
        "output": "value_width * output_width",
        "position table": {"window_given and position_table": "prod(offsets) * heads"},
    }
    biases = {"biases": {"bias": "inner + key_width + kept_width + output_width"}}
    multiplies = {
        "query": {
            "window_given": "prod(padded) * query_channels * inner",
            "true": "query_positions * query_channels * inner",
        },
        "key": {
            "window_given": "prod(padded) * key_channels * key_width",
            "true": "key_positions * key_channels * key_width",
        },
        "value": {
            "window_given": "prod(padded) * value_channels * kept_width",
            "true": "value_positions * value_channels * kept_width",
        },
        "scores": {
            "window_given": "prod(padded) * prod(window) * inner",
            "true": "query_positions * key_positions * inner",
        },
        "weighted sums": {
            "window_given": "prod(padded) * prod(window) * value_width",
            "true": "query_positions * key_positions * value_width",
        },
        "output": {
            "window_given": "prod(padded) * value_width * output_width",
            "true": "query_positions * value_width * output_width",
        },
    }
    additions = {
        "sums": {
            "window_given": "products - prod(padded) * (inner + key_width + kept_width + value_width + output_width)"
            " - prod(padded) * prod(window) * heads",
            "true": "products - query_positions * (inner + value_width + output_width)"
            " - key_positions * (key_width + kept_width) - query_positions * key_positions * heads",
        },
        "biases": {
            "bias and window_given": "prod(padded) * (inner + key_width + kept_width + output_width)",
            "bias": "query_positions * (inner + output_width) + key_positions * (key_width + kept_width)",
            "true": "0",
        },
        "position table": {"window_given and position_table": "prod(padded) * prod(window) * heads", "true": "0"},
        "softmax": {
            "window_given": "prod(padded) * (prod(window) - 1) * heads",
            "true": "query_positions * (key_positions - 1) * heads",
        },
    }
    comparisons = {}
    examples = [
        Example("heads: 12", "197x768", "197x768", 2_362_368, 524_391_936),
        Example("heads: 8", "100x64, 400x64", "100x64", 16_640, 9_216_000),
        Example("heads: 3, window: 7, position_table: true", "56x56x96", "56x56x96", 37_755, 145_108_992),
        Example("heads: 3, window: 7, shift: 3", "56x56x96", "56x56x96", 37_248, 145_108_992),
        Example("heads: 4, kv_heads: 1, bias: false", "10x64", "10x64", 10_240, 115_200),
        Example("heads: 1, inner: 512", "14x14x1024", "14x14x1024", 2_099_712, 450_379_776),
    ]
