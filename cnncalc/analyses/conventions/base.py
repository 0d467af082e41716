"""Convention: how a tool or framework counts, as the terms that lead from our figure to its.

A convention says of each layer type what becomes of it: its multiplies are counted as they are here (`products`), more
or fewer are counted (`terms`, formulas as text), or `nothing` is. What it says nothing of is not known, and named.

The names that a formula may use are those of the layer's own formulas (`core/layers/base.py`), and

- `in_values`, `out_values`: values in the first input, in the output; `all_in_values`, in all inputs;
- `multiplies`, `weights`, `biases`, `buffers`: the layer's own figures;
- `sides`: how many sides the input has; `module`: False where the code calls the layer as a function;
- `norm_positions`: how many positions a layer norm has, each with its own statistics;
- of attention `written_as`, one of the `ATTENTION`, or `windows`: each is a name, too; `pairs` of a query and a key, of
  all heads; `dots`, the multiplies of scores and weighted sums; `projected`, the values that the projections give, and
  `queries`, those of the queries; `of_windows`, the pairs of one head;
- `square`: whether all sides of a window are equal, so that code writes one number, `window_side`;
- what `where` declares: for each axis, if it reads what has one value for each axis.
"""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.core.formula import compiled, names
from cnncalc.core.layers.base import Formula, Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.core.work import Work, scope_of

Scope = dict[str, Any]
CONVENTIONS: dict[str, Convention] = {}  # those that were asked for; `all_conventions` has all of them

# What many conventions have in common: types, by what tools see of them
REARRANGING = (
    "flatten reshape slice pad_channels channel_shuffle pixel_shuffle space_to_depth transpose identity concat "
    "to_sequence class_token take_token crop pad stochastic_depth"
)
ACTIVATIONS = "relu relu6 leaky_relu sigmoid tanh elu selu gelu silu hard_swish hard_sigmoid"
POOLS = "max_pool avg_pool global_avg_pool global_max_pool adaptive_avg_pool adaptive_max_pool"
OVER_CHANNELS = "channel_avg_pool channel_max_pool"
RECURRENT = "lstm gru rnn"
NORMS = "batch_norm layer_norm rms_norm group_norm instance_norm"
OPERATORS = (  # which code writes as `+`, `*`, `.mean()`
    f"add multiply elementwise distance {OVER_CHANNELS} scale position_embedding"
)


ATTENTION = {  # how code writes it
    "multihead": "nn.MultiheadAttention",
    "no_grad": "nn.MultiheadAttention under torch.no_grad()",
    "sdpa": "dense layers and F.scaled_dot_product_attention",
    "matmul": "dense layers, torch.matmul and softmax",
}


def each(types: str, formula: Formula) -> dict[str, Formula]:
    """The same formula for several layer types."""
    return dict.fromkeys(types.split(), formula)


class CodeStyle(Record):
    """Style of a network's code, which decides some tools' figures.

    That is the layer types that it calls as functions, and how it writes attention.
    """

    functional: tuple[str, ...] = ()
    attention: str = "multihead"


AS_MODULES = CodeStyle()


class Adds(Record):
    """A term: how much a convention counts for what, beyond our figure, and the formula by layer type.

    A formula gives what is added for one layer, and is negative where less is counted than here. Without a `label` it
    is called as the layer.
    """

    rate: str
    formulas: dict[str, Formula]
    label: str = ""


# Terms that several tools have
CONV_BIAS = Adds(
    "1 an output", {"conv": {"bias": "out_values"}, "transposed_conv": {"bias": "out_values"}}, label="conv bias"
)
DENSE_BIAS = Adds("1 an output", {"dense": {"bias": "out_values"}}, label="dense bias")
AT_OUTPUT_POSITIONS = Adds(
    "at output positions", {"transposed_conv": "weights * prod(out) - multiplies"}, label="transposed convolution"
)


def gates(lstm: int, gru: int) -> Adds:
    """The term of recurrent layers: biases, and so many products and sums for each unit; a plain one has 1."""
    each_unit = {"lstm": f"{lstm} * ", "gru": f"{gru} * ", "rnn": ""}
    formulas: dict[str, Formula] = {
        type: f"(biases + {many}units * directions) * prod(side)" for type, many in each_unit.items()
    }
    return Adds("biases, products and sums of the gates", formulas)


def attention(rate: str, label: str = "", **formulas: str) -> Adds:
    """A term of attention, by how the code writes it: `multihead`, `no_grad`, `sdpa`, `matmul` or `windows`."""
    return Adds(rate, {"attention": formulas}, label=label)


def attention_uncounted(*ways: str, factor: int = 1) -> Adds:
    """The term of attention that a tool does not see."""
    return attention("not counted", **dict.fromkeys(ways, f"-{factor} * multiplies"))


def attention_projects(*ways: str, factor: int = 1) -> Adds:
    """The term of attention of which a tool sees the projections alone."""
    return attention("its projections alone", **dict.fromkeys(ways, f"-{factor} * dots"))


def projection_bias(*ways: str) -> Adds:
    """The term of the biases of attention's projections."""
    return attention("1 an output", "bias of projections", **dict.fromkeys(ways, "projected * bias"))


class Part(Record):
    """The share of one layer in a term."""

    term: str
    rate: str
    amount: int


class Convention:
    """The way a tool counts: `tool` and `version` that was read or asked, its `word` for the figure, and its terms.

    Its figure is `factor` × multiplies, or of params where `quantity` says so, and what `terms` add. `unknown` is the
    condition, by layer type, under which nobody asked the tool. `sees` is what a tool looks at: `modules`, and then a
    layer that is called as a function is invisible to it; `functions`, as modules call them; `operators`.
    """

    def __init__(
        self,
        name: str,
        *,
        tool: str,
        version: str,
        word: str,
        source: str,
        products: str,
        nothing: str = "",
        terms: tuple[Adds, ...] = (),
        unknown: dict[str, str] | None = None,
        where: dict[str, str] | None = None,
        quantity: str = "multiplies",
        factor: int = 1,
        sees: str = "operators",
        asked: bool = True,
        unsized: dict[str, Formula] | None = None,
        unsized_unknown: str = "",
        note: str = "",
    ) -> None:
        self.name, self.tool, self.version, self.word, self.source = name, tool, version, word, source
        self.terms, self.products, self.nothing, self.unknown = terms, products.split(), nothing.split(), unknown or {}
        self.where, self.quantity, self.factor, self.sees = where or {}, quantity, factor, sees
        self.asked, self.note = asked, note
        self.unsized, self.unsized_unknown = unsized, unsized_unknown.split()
        self.known = {*self.products, *self.nothing, *(type for term in terms for type in term.formulas)}
        CONVENTIONS[name] = self

    def parts(
        self, layer: Layer, scope: Scope, code: CodeStyle = AS_MODULES, unsized: bool = False
    ) -> list[Part] | None:
        """The terms of one layer, which added to our figure give theirs; None where that is not known.

        `unsized`: it stands behind a grouped convolution, and no sizes were written out since.

        >>> import cnncalc
        >>> from cnncalc.analyses.conventions import convention
        >>> norm = cnncalc.load("resnet18").nodes[1]
        >>> convention("thop").parts(norm.layer, scope_for(norm.layer, (norm.work.output,), norm.work))
        [Part(term='batch norm', rate='4 a value, 2 without scale', amount=3211264)]
        """
        own = scope["multiplies"] if self.quantity == "multiplies" else scope["weights"] + scope["biases"]
        found = (
            [Part("products", f"{self.factor} for each", (self.factor - 1) * own)] if self.factor > 1 and own else []
        )
        module = layer.type not in code.functional
        if self.sees == "modules" and not module:
            return [*found, *self._left_out(layer, own, "called as a function")]
        if layer.type not in self.known:
            return None
        if layer.type in self.nothing:
            return [*found, *self._left_out(layer, own, "not counted")]
        if unsized and self.unsized is not None:
            if layer.type in self.unsized_unknown:
                return None
            amount = _amount(self.unsized.get(layer.type, "0"), scope, layer) - self.factor * own
            return [*found, *([Part(_words(layer.type), "behind a grouped convolution", amount)] if amount else [])]
        scope = scope | {"module": module}
        if layer.type == "attention":
            scope |= _written_as(scope, code.attention)
        for name, text in self.where.items():
            if all(read in scope for read in names(text)):
                axes = range(len(scope["side"]))
                scope[name] = tuple(compiled(text, layer.per_axis)(scope, axis) for axis in axes)
        condition = self.unknown.get(layer.type)
        if condition and compiled(condition, layer.per_axis)(scope, None):
            return None
        for term in self.terms:
            if layer.type in term.formulas and (amount := _amount(term.formulas[layer.type], scope, layer)):
                found.append(Part(term.label or _words(layer.type), term.rate, amount))
        return found

    def _left_out(self, layer: Layer, own: int, why: str) -> list[Part]:
        return [Part(_words(layer.type), why, -self.factor * own)] if own else []


def scope_for(layer: Layer, inputs: tuple[Shape, ...], work: Work) -> Scope:
    """The names that formulas of conventions may use, for one layer; `module` and those of `where` are added."""
    scope = scope_of(layer, inputs, work.output)
    values = [prod(shape) for shape in inputs]
    scope |= {
        "in_values": values[0],
        "all_in_values": sum(values),
        "out_values": work.activations,
        "weights": work.weights,
        "biases": work.biases,
        "buffers": work.buffers,
        "multiplies": work.multiplies,
        "sides": len(inputs[0]) - 1,
        "norm_positions": 1 if layer.values.get("over") == "all" else prod(inputs[0][1:]),
    }
    if layer.type == "attention":
        windows = scope["window_given"]
        queries = prod(scope["padded"]) if windows else scope["query_positions"]
        keys = queries if windows else scope["key_positions"]
        seen = queries * (prod(scope["window"]) if windows else keys)
        scope |= {
            "pairs": scope["heads"] * seen,
            "dots": seen * (scope["inner"] + scope["value_width"]),
            "of_windows": seen,
            "queries": queries * scope["inner"],
            "projected": queries * (scope["inner"] + scope["output_width"])
            + keys * (scope["key_width"] + scope["kept_width"]),
        }
    if "kernel" in scope:
        scope |= {"square": len(set(scope["kernel"])) == 1, "window_side": scope["kernel"][0]}
    if not scope["out"]:  # a vector has sides of 1
        scope["out"] = (1,) * (len(inputs[0]) - 1)
    return scope


def _written_as(scope: Scope, code: str) -> Scope:
    """Which of the ways holds.

    What nn.MultiheadAttention cannot be is written with F.scaled_dot_product_attention; its short cut under no_grad is
    for self-attention with biases and an even number of heads.
    """
    widths = {scope["query_channels"], scope["inner"], scope["value_width"], scope["output_width"]}
    if scope["window_given"]:
        code = "windows"
    elif code in ("multihead", "no_grad") and (len(widths) > 1 or scope["kv_heads"] != scope["heads"]):
        code = "sdpa"
    elif code == "no_grad" and not (scope["bias"] and scope["many"] == 1 and scope["heads"] % 2 == 0):
        code = "multihead"
    return {way: way == code for way in (*ATTENTION, "windows")}


def _words(type: str) -> str:
    return type.replace("_", " ")


def _amount(formula: Formula, scope: Scope, layer: Layer) -> int:
    """The value of a formula; of cases, of the first that is true, and 0 where none is."""
    cases = {"true": formula} if isinstance(formula, str) else formula
    for condition, text in cases.items():
        if condition == "true" or compiled(condition, layer.per_axis)(scope, None):
            value = compiled(text, layer.per_axis)(scope, None)
            assert type(value) is int, f"{text} is {value}"
            return value
    return 0
