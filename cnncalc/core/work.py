"""One layer and the shapes it reads → its output shape, its counts, and every step of the working.

All numbers come from the formulas that the layer declares; `work` and `steps` read them by the same walk, so a
number and its explanation cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from math import gcd, prod
from typing import Any

from cnncalc.core.formula import LARGEST, Tree, compiled, denied, left_over, names, parse, shown, written
from cnncalc.core.layers.base import COUNTS, FIGURES, Formula, Layer, Requirement
from cnncalc.core.record import Record
from cnncalc.core.shape import AXES, MOST_SIDES, Shape, TensorShape, written_shape

Term = tuple[str, str, int | None, str, Any]  # quantity, label, axis, formula, value


class Impossible(ValueError):
    """A layer cannot read such an input: a problem `code`, what is wrong, and where known a cure.

    `reason` says for programs why, more closely than the code: `kind` of input, what does not `split`. `term` is the
    formula that cannot be, with its value, where one is to blame.
    """

    def __init__(
        self, code: str, what: str, cure: str | None = None, term: Term | None = None, reason: str = ""
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.cure = cure
        self.term = term
        self.reason = reason


class Work(Record):
    """The work of one layer on one image: its output shape and its counts, exact integers."""

    output: TensorShape
    weights: int
    biases: int
    buffers: int
    multiplies: int
    activations: int


class Named(Record):
    """The meaning of a name in a formula: its symbol and its number; as a whole tuple, several of each.

    `prod(kernel)` reads the whole: `F_h·F_w` is `11·11`.
    """

    symbol: str
    number: str
    symbols: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class Step(Record):
    """One number of a layer: a formula, what its names stand for, and the value.

    `quantity` is output, weights, biases, buffers or multiplies; `axis` names the side for the sizes of an output.
    `remainder` is what a stride leaves over: border positions that no window reaches. Where a layer is impossible,
    `quantity` may be requires, and the value of its last step is false, not whole, or less than 1.

    >>> stands_for = {"side": Named("W", "5"), "kernel": Named("F", "3")}
    >>> size = Step("output", "size", "width", "side - kernel + 1", stands_for, 3)
    >>> size.symbols, size.numbers, size.remainder
    ('W − F + 1', '5 − 3 + 1', 0)
    """

    quantity: str
    label: str
    axis: str | None
    formula: str
    names: Mapping[str, Named]
    value: Any
    remainder: int = 0

    @property
    def symbols(self) -> str:
        """The formula as lecture notes write it."""
        return shown(self.formula, lambda name: self.names[name].symbol, lambda name: self.names[name].symbols)

    @property
    def numbers(self) -> str:
        """The formula with the numbers put in."""
        return shown(self.formula, lambda name: self.names[name].number, lambda name: self.names[name].numbers)


def work(layer: Layer, inputs: tuple[Shape, ...]) -> Work:
    """Output shape and counts of `layer` on `inputs` (channels first); raises Impossible."""
    scope = _scope(layer, inputs)
    output: list[int] = []
    counts = dict.fromkeys(COUNTS, 0)
    for quantity, _, _, _, value in _terms(layer, scope):
        if quantity == "output":
            output.append(value)
        else:
            counts[quantity] += value
    shape = TensorShape(output)
    activations = 1
    for side in shape:
        activations *= side
    return Work(shape, counts["weights"], counts["biases"], counts["buffers"], counts["multiplies"], activations)


def steps(layer: Layer, inputs: tuple[Shape, ...]) -> list[Step]:
    """The working of every number that `work` gives, channels first among the output's; raises Impossible."""
    found, failure = attempt(layer, inputs)
    if failure:
        raise failure
    return found


def attempt(layer: Layer, inputs: tuple[Shape, ...]) -> tuple[list[Step], Impossible | None]:
    """The steps as far as they go: to the end, or up to the one that fails, and why it does.

    >>> from cnncalc.core.layers import LAYERS
    >>> pool = LAYERS["upsample"]({"factor": (2,)})
    >>> [step.value for step in attempt(pool, ((8, 5),))[0]], attempt(pool, ((8,),))[1].code
    ([8, 10], 'wrong-input')
    """
    failure = None
    terms = []
    scope: dict[str, Any] = {}
    try:
        scope = _scope(layer, inputs)
        for term in _terms(layer, scope):  # all of them first: they fill the scope
            terms.append(term)
    except Impossible as error:
        failure = error
        terms += [error.term] if error.term else []
    return [_step(layer, scope, *term) for term in terms], failure


def operations(layer: Layer, inputs: tuple[Shape, ...], done: Work, quantity: str) -> list[Step] | None:
    """The working of a layer's `additions` or `comparisons`, given its work; None where nobody knows them all.

    >>> from cnncalc.core.layers import LAYERS
    >>> dense = LAYERS["dense"]({"units": 3, "bias": False, "per": "none"})
    >>> sums, _ = operations(dense, ((5,),), work(dense, ((5,),)), "additions")
    >>> sums.symbols, sums.numbers, sums.value  # each of 3 outputs adds up 5 products; no biases
    ('multiplies − outputs', '15 − 3', 12)
    """
    formulas: dict[str, Formula] | None = getattr(layer, quantity)
    if formulas is None:
        return None
    scope = scope_of(layer, inputs, done.output)
    scope |= {"products": done.multiplies, "in_values": prod(inputs[0]), "out_values": done.activations}
    found = []
    for label, formula in formulas.items():
        text = _pick(layer, formula, scope, None)
        if not text:
            return None
        value = _value(layer, text, scope, None, quantity, label)
        found.append(_step(layer, scope, quantity, label, None, text, value))
    return found


class Taps(Record):
    """The positions of its input that one place of an output reads on an axis: `first` to `last`, `every` so many.

    `every` is 0 where not all of them may be read; `last` stands before `first` where none is.
    """

    first: int
    last: int
    every: int


class Reach(Record):
    """The reach of an output's places on one axis: those of a period, and how far the next period's are moved on."""

    taps: tuple[Taps, ...]
    shift: int


def borders(layer: Layer, reads: Shape, output: Shape) -> tuple[tuple[int, int], ...]:
    """The zeros before and behind each side of what a window slides over; those of `padding: same` follow its output.

    >>> from cnncalc.core.layers import LAYERS
    >>> pool = LAYERS["max_pool"]({"kernel": (3, 3), "stride": (2, 2), "padding": "same", "ceil": False})
    >>> borders(pool, (8, 6, 5), (8, 3, 3))
    ((0, 1), (1, 1))
    """
    values, found = layer.values, []
    padding, dilation = values.get("padding"), values.get("dilation") or (1,) * (len(reads) - 1)
    for axis, (side, places) in enumerate(zip(reads[1:], output[1:], strict=True)):
        extent = dilation[axis] * (values["kernel"][axis] - 1) + 1
        if padding == "same":
            zeros = max(0, (places - 1) * values["stride"][axis] + extent - side)
            found.append((zeros // 2, zeros - zeros // 2))
        elif padding == "causal":
            found.append((extent - 1, 0))
        else:
            found.append(padding[axis] if padding else (0, 0))
    return tuple(found)


def reach(layer: Layer, inputs: tuple[Shape, ...], output: Shape) -> tuple[Reach, ...]:
    """The reach of a layer that says what it `sees`, on each axis of its first input.

    >>> from cnncalc.core.layers import LAYERS
    >>> pool = LAYERS["max_pool"]({"kernel": (3,), "stride": (2,), "padding": ((1, 1),), "dilation": (1,)})
    >>> reach(pool, ((8, 9),), (8, 5))
    (Reach(taps=(Taps(first=-1, last=1, every=1),), shift=2),)
    """
    scope = _scope(layer, inputs)
    scope["out"] = output[1:]
    found = []
    for axis in range(len(scope["side"])):

        def value(which: str, place: int, axis: int = axis) -> int:
            scope["place"] = place
            text = _pick(layer, layer.sees.get(which, _OWN_PLACE[which]), scope, axis)
            return int(compiled(text, layer.per_axis)(scope, axis))

        period = value("period", 0) if len(output) == len(inputs[0]) else 1
        taps = tuple(Taps(*(value(which, place) for which in ("first", "last", "every"))) for place in range(period))
        shift = value("first", period) - taps[0].first if len(output) == len(inputs[0]) else 0
        found.append(_shortest(taps, shift))
    return tuple(found)


_OWN_PLACE = {"first": "place", "last": "place", "every": "1", "period": "1"}


def _shortest(taps: tuple[Taps, ...], shift: int) -> Reach:
    """The same with the shortest period."""
    period = len(taps)
    parts = gcd(period, shift)
    if parts > 1:
        step, moved = period // parts, shift // parts
        if all(
            (one.first + moved, one.last + moved, one.every) == other
            for one, other in zip(taps[:-step], taps[step:], strict=True)
        ):
            return Reach(taps[:step], moved)
    return Reach(taps, shift)


def learned(layer: Layer, inputs: tuple[Shape, ...]) -> list[str]:
    """Params of a layer, with the numbers of each formula: equal where weights have one shape, and can be shared.

    >>> from cnncalc.core.layers import LAYERS
    >>> learned(LAYERS["scale"]({"bias": False, "per": "value"}), ((8, 2, 3),))
    ['8·2·3']
    """
    return [step.numbers for step in steps(layer, inputs) if step.quantity in ("weights", "biases")]


def _step(
    layer: Layer, scope: dict[str, Any], quantity: str, label: str, axis: int | None, text: str, value: Any
) -> Step:
    side = AXES[len(scope.get("out", scope["side"]))][axis] if axis is not None else None
    stands_for = {
        name: Named(
            symbol_of(layer, name),
            _figure(scope, name, None if function else axis),
            tuple(_symbols(layer, name, scope)),
            _figures(scope, name) if function else (),
        )
        for name, function in names(text).items()
    }
    left = left_over(text, layer.per_axis) if axis is not None else None
    return Step(quantity, label, side, text, stands_for, value, left(scope, axis) if left else 0)


# ------------------------------------------------------------------------------------------- the walk of formulas


def scope_of(layer: Layer, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
    """The names that formulas about a layer may use, where its output is known; raises Impossible."""
    return _scope(layer, inputs) | {"out": output[1:]}


def _scope(layer: Layer, inputs: tuple[Shape, ...]) -> dict[str, Any]:
    """The names that the formulas may use, for these inputs; raises Impossible where a layer cannot read them."""
    main = (spread(inputs) or inputs[0]) if layer.alike == "spread" else inputs[0]
    for shape in inputs if layer.tensors else (main,):
        _check_reads(layer, shape)
    scope = dict(layer.names)
    scope["c"] = main[0]
    scope["side"] = sides = main[1:]
    scope["vector"] = not sides
    scope["channels"] = tuple(shape[0] for shape in inputs)
    scope["many"] = len(inputs)
    for place, name in enumerate(layer.tensors):
        channels, *rest = inputs[min(place, len(inputs) - 1)]
        scope |= {f"{name}_channels": channels, f"{name}_positions": prod(rest)}
    if layer.along:
        _join(layer, scope, inputs)
    if layer.second_input:
        scope[f"{layer.second_input}_given"] = len(inputs) == 2
        if len(inputs) == 2:
            if len(inputs[1]) != len(main):
                shapes = " and ".join(map(written_shape, inputs))
                raise Impossible("shape-mismatch", f"`{layer.type}` reads {shapes}: as many sides are needed in both")
            scope[layer.second_input] = inputs[1][1:]
    for name, formula in layer.where.items():
        if scope.get(name) is not None:
            continue
        axes = range(len(sides)) if name in layer.per_axis else (None,)
        texts = [_pick(layer, formula, scope, axis) for axis in axes]
        if "" not in texts:
            values = [compiled(text, layer.per_axis)(scope, axis) for text, axis in zip(texts, axes, strict=True)]
            scope[name] = tuple(values) if name in layer.per_axis else values[0]
    return scope


def _check_reads(layer: Layer, shape: Shape) -> None:
    """Refuse an input that the layer cannot read."""
    if layer.reads == "sides" and not shape[1:]:
        what = f"`{layer.type}` needs maps with sides, its input is a vector of {shape[0]:,}"
        cure = "put `reshape: [1, 1, channels]` before it, or give the input a `size`"
        raise Impossible("wrong-input", what, cure, reason="kind")
    if layer.reads == "vector" and shape[1:]:
        cure = "put `flatten` before it"
        what = f"`{layer.type}` reads a vector, its input is {written_shape(shape)}"
        raise Impossible("wrong-input", what, cure, reason="kind")
    if layer.reads == "tokens" and len(shape) != 2:
        what = f"`{layer.type}` reads tokens, its input is {written_shape(shape)}"
        cure = "put `to_sequence` before it"
        if not shape[1:]:
            what = f"`{layer.type}` reads tokens, its input is a vector of {shape[0]:,}"
            cure = "put `reshape: [LENGTH, WIDTH]` before it, or give the input a `length`"
        raise Impossible("wrong-input", what, cure, reason="kind")


def _join(layer: Layer, scope: dict[str, Any], inputs: tuple[Shape, ...]) -> None:
    """The names for inputs that are joined on one axis."""
    axis, axes = layer.values[layer.along or ""], AXES[len(scope["side"])]
    if axis not in ("channels", *axes):
        known = " and ".join(f"`{name}`" for name in ("channels", *axes))
        what = f"`{layer.type}` joins on the {axis}, and what it reads is {written_shape(inputs[0])}"
        raise Impossible("wrong-input", what, f"it has {known}", reason="kind")
    place = 0 if axis == "channels" else 1 + axes.index(axis)
    scope["along_channels"] = axis == "channels"
    scope["along"] = tuple(name == axis for name in axes)
    scope["joined"] = tuple(shape[place] for shape in inputs)


def spread(inputs: tuple[Shape, ...]) -> Shape | None:
    """The shape that all inputs take where each side, and the channels, of 1 is spread; None where they do not fit.

    A vector has sides of 1.

    >>> spread(((64, 28, 28), (1, 28, 28), (64,))), spread(((64, 28, 28), (32,)))
    ((64, 28, 28), None)
    """
    rank = max(map(len, inputs))
    if any(len(shape) not in (1, rank) for shape in inputs):
        return None
    found = []
    for place in range(rank):
        sizes = {shape[place] if place < len(shape) else 1 for shape in inputs}
        found.append(max(sizes))
        if len(sizes - {1}) > 1:
            return None
    return tuple(found)


def spread_over(shape: Shape, output: Shape) -> list[str]:
    """The axes over which one of the inputs is spread.

    >>> spread_over((64,), (64, 28, 28)), spread_over((1, 28, 28), (64, 28, 28))
    (['height', 'width'], ['channels'])
    """
    own = (*shape, *(1,) * (len(output) - len(shape)))
    names = ("channels", *AXES[len(output) - 1])
    return [name for name, size, whole in zip(names, own, output, strict=True) if size != whole]


def _terms(layer: Layer, scope: dict[str, Any]) -> Iterator[Term]:
    """Every formula that holds, with its value. Fills `out` into the scope."""
    for requirement in layer.requires:
        if requirement.when == "true" or compiled(requirement.when, layer.per_axis)(scope, None):
            _require(layer, scope, requirement)
    if layer.out_shape and scope.get(layer.out_shape) is not None:
        shape: Shape = scope[layer.out_shape]
        scope["out"] = shape[1:]
        for index, side in enumerate(shape):
            yield "output", "channels" if index == 0 else "size", index - 1 if index else None, str(side), side
    else:
        text = _pick(layer, layer.out_channels, scope, None)
        channels = _value(layer, text, scope, None, "output", "channels")
        if not 0 < channels <= LARGEST:
            raise _no_size(layer, scope, text, None, channels, "channels")
        yield "output", "channels", None, text, channels
        sides: list[int] = []
        for axis, text in _side_formulas(layer, scope):
            side = _value(layer, text, scope, axis, "output", "size")
            if not 0 < side <= LARGEST:
                raise _no_size(layer, scope, text, axis, side, "size")
            sides.append(side)
            yield "output", "size", axis or 0, text, side
        scope["out"] = tuple(sides)
    for quantity in COUNTS:
        formulas: dict[str, Formula] = getattr(layer, quantity)
        for label, formula in formulas.items():
            picked = _pick(layer, formula, scope, None)
            if picked:
                yield quantity, label, None, picked, _value(layer, picked, scope, None, quantity, label)


def _side_formulas(layer: Layer, scope: dict[str, Any]) -> Iterator[tuple[int | None, str]]:
    if layer.out_vector and compiled(layer.out_vector)(scope, None):
        return
    if layer.out_tokens and (text := _pick(layer, layer.out_tokens, scope, None)):
        yield None, text
    elif layer.out_side is not None:
        for axis in range(len(scope["side"])):
            yield axis, _pick(layer, layer.out_side, scope, axis)


def _pick(layer: Layer, formula: Formula, scope: dict[str, Any], axis: int | None) -> str:
    """The text that holds: of cases, the first whose condition is true; empty where none is."""
    if isinstance(formula, str):
        return formula
    for condition, text in formula.items():
        known = scope.get(condition)  # most conditions are the name of a flag: no need to compile these
        if isinstance(known, tuple) and axis is not None:
            known = known[axis]
        if condition == "true" or (known if known is not None else compiled(condition, layer.per_axis)(scope, axis)):
            return text
    return ""


def _value(layer: Layer, text: str, scope: dict[str, Any], axis: int | None, quantity: str, label: str) -> int:
    value = compiled(text, layer.per_axis)(scope, axis)
    if type(value) is not int:
        what = f"`{layer.type}`: {_working(scope, text, axis)} = {written(value)}, which is not whole"
        raise Impossible("not-whole", what, None, (quantity, label, axis, text, value))
    return value


def _require(layer: Layer, scope: dict[str, Any], requirement: Requirement) -> None:
    text = requirement.holds
    for axis in range(len(scope["side"])) if _by_axis(text, layer.per_axis) else (None,):
        if not compiled(text, layer.per_axis)(scope, axis):
            plain = not any(isinstance(scope.get(name), bool) for name in names(text))
            compared = _working(scope, denied(parse(text)), axis)
            working = f" ({_requirement(layer, text, len(scope['side']))}: {compared})" if plain else ""
            message = requirement.message
            what = f"{message if '`' in message else f'`{layer.type}`: {message}'}{working}"
            term = ("requires", message, axis, text, False) if plain else None
            raise Impossible("requirement", what, None, term, requirement.reason)


@cache
def _by_axis(text: str, per_axis: frozenset[str]) -> bool:
    return any(name in per_axis and not function for name, function in names(text).items())


def _requirement(layer: Layer, text: str, sides: int) -> str:
    """A requirement in the words of the file, where it has one."""

    def word(name: str) -> str:
        return name if name in layer.attributes else _SYMBOLS.get(name, name)

    def parts(name: str) -> list[str]:
        return list(_SIDES[sides]) if name == "side" and sides else [word(name)]

    return shown(text, word, parts)


def _no_size(layer: Layer, scope: dict[str, Any], text: str, axis: int | None, value: int, label: str) -> Impossible:
    sides = scope["side"]
    side = AXES[len(sides)][axis] if axis is not None else label
    term = ("output", label, axis, text, value)
    if value > 0:
        what = f"`{layer.type}`: {side} = {_working(scope, text, axis)} is beyond 10^15 (limit: numbers 10^15)"
        return Impossible("limit", what, None, term)
    figure = f"−{-value}" if value < 0 else str(value)
    cure = "the window is larger than its padded input: a smaller kernel, more padding, or less shrinking before it"
    if "kernel" not in layer.attributes or "output_padding" in layer.attributes:  # no window slides over it
        cure = "take less away here, or shrink less before it"
    if axis is not None and sides[axis] == 1 < max(sides):
        cure = f"{side} 1: are the axes in this order? Else {cure}"
    return Impossible(
        "empty-output",
        f"`{layer.type}` leaves nothing: {side} = {_working(scope, text, axis)} = {figure}",
        cure,
        term,
    )


# ------------------------------------------------------------------------------------------------ text of the steps


def _figure(scope: dict[str, Any], name: str, axis: int | None) -> str:
    value = scope.get(name)
    if value is None:  # in the part of `A if x_given else B` that does not hold
        return "none"
    if name in FIGURES:  # figures, and no sizes
        return f"{value:,}"
    return written(value[axis] if isinstance(value, tuple) and axis is not None else value)


def _figures(scope: dict[str, Any], name: str) -> tuple[str, ...]:
    """The factors or addends of a tuple; of many addends, equal neighbours are multiplied: `6·3 + 9·4 + 6`."""
    values = scope.get(name)
    if values is None:
        return ("none",)
    if name == "shape":  # as shapes are written, channels last
        values = (*values[1:], values[0])
    parts = [written(part) for part in values]
    if len(parts) > 6:  # more than an input has sides: addends
        runs = [(len(list(run)), part) for part, run in groupby(parts)]
        parts = [f"{times}·{part}" if times > 1 else part for times, part in runs]
    return tuple(parts)


def _working(scope: dict[str, Any], formula: str | Tree, axis: int | None) -> str:
    return shown(formula, lambda name: _figure(scope, name, axis), lambda name: _figures(scope, name))


_SYMBOLS = {"many": "inputs", "c": "C_in", "side": "W", "before": "P_before", "after": "P_after", "like": "W_like",
            "products": "multiplies", "in_values": "inputs", "out_values": "outputs"}  # fmt: skip
_SIDES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def symbol_of(layer: Layer, name: str) -> str:
    """The symbol that lecture notes have for a name in a formula of a layer."""
    declared = layer.attributes.get(name)
    tensor, _, what = name.rpartition("_")
    if tensor in layer.tensors and what in ("channels", "positions"):
        return f"{'C' if what == 'channels' else 'N'}_{tensor}"
    return (declared.symbol if declared else None) or _SYMBOLS.get(name, name)


def _symbols(layer: Layer, name: str, scope: dict[str, Any]) -> tuple[str, ...]:
    """The factors that `prod(name)` stands for, `F_h·F_w`; or the addends of `sum(name)`."""
    if name in ("channels", "joined"):
        many = len(scope[name])
        letter = "C" if name == "channels" or not layer.along else layer.values[layer.along][0].upper()
        return (
            tuple(f"{letter}_{number + 1}" for number in range(many))
            if many <= 6
            else (f"{letter}_1", "…", f"{letter}_{many}")
        )
    if name not in layer.per_axis:
        return (name,)
    rank = len(scope.get("out", ())) if name == "out" else len(scope["side"])
    letters = _SIDES.get(rank, ())
    if name in ("out", "side"):
        return tuple(f"{letter}_{'out' if name == 'out' else 'in'}" for letter in letters)
    symbol = symbol_of(layer, name)
    return tuple(f"{symbol}_{letter.lower()}" for letter in letters) if rank > 1 else (symbol,)


def check_alike(layer: Layer, inputs: tuple[Shape, ...]) -> bool:
    """Whether several inputs have the shapes that the layer can join."""
    if layer.alike == "shapes":
        return len(set(inputs)) == 1
    if layer.alike == "along":
        rank = len(inputs[0]) - 1
        names = ("channels", *AXES[rank])
        axis = layer.values[layer.along or ""]
        kept = [place for place, name in enumerate(names) if name != axis]
        return all(len(shape) == rank + 1 for shape in inputs) and all(
            shape[place] == inputs[0][place] for shape in inputs for place in kept
        )
    return layer.alike != "spread" or spread(inputs) is not None


assert max(AXES) == MOST_SIDES
