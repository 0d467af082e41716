"""What a layer declares, and the registry that every declaration enters by itself.

A layer is a class whose body is data: attributes, and formulas as text. `work.py` reads the formulas. A formula
field holds one text, or *cases*: a mapping of condition to text, read from the top, of which the first that is
true holds. The names a formula may use:

- the layer's attributes; one whose name is taken in a class body ends in `_` there (`type_`, `biases_`);
- `c`, the input's channels; with several inputs `channels`, those of all;
- `side` and `out`, the input's and output's size on one axis; per-axis attributes likewise. `prod(side)`,
  `prod(kernel)` multiply over all axes. A size formula and a requirement are written once and read for every axis;
  in all other formulas stand `prod` and `sum`. `out` is known in what counts;
- `vector`, whether the input has no sides; each of the `choices` of a word; `X_given` where the default of X is None;
- for `padding`: `padding` where both ends are equal, else `before` and `after`; `same_size` for `padding: same`;
- `many`, the number of inputs; of each of the `tensors` a layer reads `X_channels` and `X_positions`; where inputs are
  joined on one axis `along` (whether it is this one), `along_channels`, and `joined`, the sizes of all on it;
- what `where` declares;
- in `additions` and `comparisons`: `products`, the multiplies; `in_values`, `out_values` of first input and output;
- for a table: `partial`, whether there is one, its `rows`, and the `highest` number in it;
- in what a layer `sees`: `place`, a position of its output on one axis, counted from 0; and `out`.

What cannot be meant is refused when Python reads the class: see `checking/`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from cnncalc.core.figures import many
from cnncalc.core.formula import compiled, simple, written
from cnncalc.core.record import Record
from cnncalc.core.registry import modules
from cnncalc.core.shape import MOST_SIDES, read_shape

Cases = dict[str, str]
Formula = str | Cases
COUNTS = ("weights", "biases", "buffers", "multiplies")
OPERATIONS = ("additions", "comparisons")  # worked out where they are asked for; a layer may leave them open
FIGURES = ("products", "in_values", "out_values")  # names of their formulas
SEEN = ("first", "last", "every", "period")
WHOLE: dict[str, Formula] = {"first": "0", "last": "side - 1"}  # what reads all positions
FAMILIES = (
    "activation", "conv", "dense", "join", "norm", "operator", "pool", "reshape", "resize", "sequence", "other",
)  # fmt: skip

_REQUIRED: Any = object()


class BadValue(ValueError):
    """An attribute cannot take a value: what it must be, and a problem's `code`."""

    def __init__(self, what: str, code: str = "bad-value") -> None:
        super().__init__(what)
        self.code = code


class Attribute(Record):
    """One declared attribute: its name, kind, help and, where it has one, its default.

    `default` may be a value, or `$other` for the value of another attribute.
    """

    name: str
    kind: str
    help: str
    default: Any
    at_least: int
    choices: tuple[str, ...]
    symbol: str | None

    @property
    def required(self) -> bool:
        """Whether a layer must give it."""
        return self.default is _REQUIRED

    def is_value(self, text: str) -> bool:
        """Whether a text is the value itself and not an expression: a word, a name, a shape like `7x7x512`."""
        return self.kind in ("Word", "Name") or (self.kind == "Dims" and read_shape(text) is not None)

    def convert(self, value: Any, rank: int) -> Any:
        """The value as the layer keeps it, for an input with `rank` sides; raises BadValue."""
        return KINDS[self.kind](self, value, rank)


def attr(
    help: str,
    *,
    default: Any = _REQUIRED,
    at_least: int = 0,
    choices: tuple[str, ...] = (),
    symbol: str | None = None,
) -> Any:
    """Declare an attribute; its kind is the annotation. `symbol` is what lecture notes call it."""
    return Attribute("", "", help, default, at_least, choices, symbol)


# ------------------------------------------------------------------------------------------------ kinds of values


def _whole(attribute: Attribute, value: Any, rank: int = 0) -> int:
    if type(value) is not int:
        raise BadValue(f"must be a whole number, is {written(value)}")
    if value < attribute.at_least:
        raise BadValue(f"must be at least {attribute.at_least}, is {value}")
    return value


def _number(attribute: Attribute, value: Any, rank: int) -> float:
    if isinstance(value, (bool, str, tuple)):
        raise BadValue(f"must be a number, is {written(value)}")
    return float(value) if type(value) is not int else value


def _flag(attribute: Attribute, value: Any, rank: int) -> bool:
    if not isinstance(value, bool):
        raise BadValue(f"must be true or false, is {written(value)}")
    return value


def _word(attribute: Attribute, value: Any, rank: int) -> str:
    if not str(value).isprintable():
        raise BadValue("must be printable")
    if not str(value).strip():
        raise BadValue("must be a word, is empty")
    if attribute.choices and value not in attribute.choices:
        raise BadValue(f"must be {' or '.join(attribute.choices)}, is {written(value)}")
    return str(value)


def _per_axis(attribute: Attribute, value: Any, rank: int) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        return (_whole(attribute, value),) * rank
    if len(value) != rank:
        raise BadValue(f"has {many(len(value), 'value')} for an input with {many(rank, 'side')}")
    return tuple(_whole(attribute, part) for part in value)


def _sides(attribute: Attribute, value: Any, rank: int) -> tuple[int | str, ...]:
    if not isinstance(value, tuple):
        value = (value,) * rank
    kept = _per_axis(attribute, tuple(max(attribute.at_least, 1) if part == "keep" else part for part in value), rank)
    return tuple("keep" if part == "keep" else side for part, side in zip(value, kept, strict=True))


def _factors(attribute: Attribute, value: Any, rank: int) -> tuple[Any, ...]:
    from fractions import Fraction

    factors = []
    for part in value if isinstance(value, tuple) else (value,) * rank:
        if isinstance(part, bool | str | tuple) or part <= 0:
            raise BadValue(f"must be a number above 0, is {written(part)}")
        factors.append(simple(part if type(part) is int else Fraction(part)))
    if len(factors) != rank:
        raise BadValue(f"has {many(len(factors), 'value')} for an input with {many(rank, 'side')}")
    return tuple(factors)


def _padding(attribute: Attribute, value: Any, rank: int) -> Any:
    if value == "same" or (isinstance(value, str) and value in attribute.choices):
        return value
    if value == "valid":
        return ((0, 0),) * rank
    if isinstance(value, tuple) and len(value) != rank:
        raise BadValue(f"has {many(len(value), 'value')} for an input with {many(rank, 'side')}")
    ends = []
    for end in value if isinstance(value, tuple) else (value,) * rank:
        pair = end if isinstance(end, tuple) else (end, end)
        if len(pair) != 2:
            raise BadValue(f"must be a number or [before, after] on each axis, is {written(end)}")
        if isinstance(end, str) or not all(type(part) is int for part in pair):
            raise BadValue(
                f"must be a whole number, `same`, `valid` or a list of one entry per axis, is {written(value)}"
            )
        ends.append((_whole(attribute, pair[0]), _whole(attribute, pair[1])))
    return tuple(ends)


def _table(attribute: Attribute, value: Any, rank: int) -> tuple[tuple[int, ...], ...] | None:
    if value is None:
        return None
    if not isinstance(value, tuple) or not all(isinstance(row, tuple) for row in value):
        raise BadValue("must be a list with one list of input maps for each filter")
    for number, row in enumerate(value):
        if not row or len(set(row)) != len(row):
            raise BadValue(f"row {number + 1} must name at least one input map, and each only once")
        for part in row:
            _whole(attribute, part)
    return value


def _dims(attribute: Attribute, value: Any, rank: int) -> tuple[int, ...]:
    if isinstance(value, tuple) and value:
        value = "x".join(str(_whole(attribute, part)) for part in value)
    shape = read_shape(str(value))
    if shape is None or 0 in shape:
        raise BadValue(f"must be a shape like 7x7x512 (channels last), is {written(value)}")
    if len(shape) - 1 > MOST_SIDES:
        raise BadValue(f"has {len(shape) - 1} sides (limit: sides {MOST_SIDES})", "limit")
    return shape


def _name(attribute: Attribute, value: Any, rank: int) -> str:
    return str(value)


PER_AXIS = ("PerAxis", "Sides", "Factors")  # kinds with one value for each axis
KINDS: dict[str, Any] = {
    "int": _whole,
    "float": _number,
    "bool": _flag,
    "Word": _word,
    "PerAxis": _per_axis,
    "Sides": _sides,
    "Factors": _factors,
    "Padding": _padding,
    "Table": _table,
    "Dims": _dims,
    "Name": _name,
}


def _in_front(values: dict[str, Any]) -> tuple[int, ...]:
    """What `causal` adds before the first value of each axis, so that no window reads what comes later."""
    return tuple((size - 1) * step for size, step in zip(values["kernel"], values["dilation"], strict=True))


# What annotations of declarations say, for type checkers
Word = str
PerAxis = tuple[int, ...]
Sides = tuple[int | str, ...]
Factors = tuple[Any, ...]
Padding = Any
Table = tuple[tuple[int, ...], ...] | None
Dims = tuple[int, ...]
Name = str


# ------------------------------------------------------------------------------------------------ the declaration


class Example(Record):
    """A layer as written, what it reads and what must come out: run by the tests, printed in the reference.

    `inputs` and `output` are channels last; several inputs are separated by commas.
    """

    attributes: str
    inputs: str
    output: str
    params: int = 0
    multiplies: int = 0


class Requirement(Record):
    """A condition without which a layer is impossible: the `message` says why.

    It is asked for only where `when` is true. `reason` is for programs: `split`, `kind`.
    """

    holds: str
    message: str
    when: str = "true"
    reason: str = ""


class LayerTypes(MutableMapping[str, "type[Layer]"]):
    """The layer types by name; of all of them in the order of families, then of names.

    One of ours is the file of its name beside this one, which is read when it is first asked for: a network has few
    types. A class that somebody else declares is there when Python has read it.
    """

    def __init__(self) -> None:
        self._entered: dict[str, type[Layer]] = {}

    def __getitem__(self, name: str) -> type[Layer]:
        if name not in self._entered and name in _ours():
            import_module(f"{__package__}.{name}")  # which enters it
        return self._entered[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entered or name in _ours()

    def __setitem__(self, name: str, layer: type[Layer]) -> None:
        self._entered[name] = layer

    def __delitem__(self, name: str) -> None:
        del self._entered[name]

    def __iter__(self) -> Iterator[str]:
        for name in _ours():
            self[name]
        return iter(sorted(self._entered, key=lambda name: (FAMILIES.index(self._entered[name].family), name)))

    def __len__(self) -> int:
        return len(_ours() | self._entered.keys())


@cache
def _ours() -> frozenset[str]:
    return frozenset(modules([os.path.dirname(__file__)])) - {"base"}


LAYERS = LayerTypes()


class Layer:
    """A layer type; subclasses declare, and are found by their name in snake case. `family` stands in the first line.

    What several types have in common may stand in an `abstract` class, which is none. A class that cannot be meant
    raises a `DeclarationError`.

    >>> class Scaled(Layer, family="norm"):
    ...     "Multiply each channel by one learned number."
    ...     weigths = {"scale": "c"}
    Traceback (most recent call last):
    cnncalc.core.layers.checking.body.DeclarationError: Scaled.weigths: is no field of a layer (did you mean `weights`?)
    """

    type: ClassVar[str]
    family: ClassVar[str] = "other"
    attributes: ClassVar[dict[str, Attribute]] = {}
    per_axis: ClassVar[frozenset[str]]

    reads: ClassVar[str] = "anything"  # or: sides, vector, tokens
    inputs: ClassVar[int | tuple[int, int | None]] = 1  # how many; or at least and at most so many, None: any number
    tensors: ClassVar[tuple[str, ...]] = ()  # what formulas call the inputs; a missing one is the one before it
    branches: ClassVar[bool] = False  # whether its inputs may be written as branches of it
    alike: ClassVar[str] = ""  # of several inputs: shapes must agree, all but `along`, or what is 1 is spread
    along: ClassVar[str | None] = None  # an attribute that names the axis on which inputs are joined
    verb: ClassVar[str] = "joins"  # what is done to several inputs
    computes: ClassVar[str] = ""  # what its values are, as a formula; `{name}` is an attribute, `{sides}` all of them
    second_input: ClassVar[str | None] = None  # an attribute that names one more input, for its sides
    unknown: ClassVar[dict[str, str]] = {}  # params, multiplies: the condition under which they are not known
    where: ClassVar[dict[str, Formula]] = {}  # more names, in order; of an attribute: what it is where it is left out
    requires: ClassVar[list[Requirement]] = []
    out_channels: ClassVar[Formula] = "c"
    out_side: ClassVar[Formula | None] = "side"  # None: the output is a vector
    out_tokens: ClassVar[Formula | None] = None  # the output is so many tokens; of cases, where one holds
    out_vector: ClassVar[str] = ""  # the condition under which the output is a vector
    out_shape: ClassVar[str | None] = None  # an attribute that is the output shape
    # On each axis the `first` and `last` position that one `place` reads, by default its own, and with what step
    # (`every`; 0: not known). After a `period` of places the next ones read the same, moved on.
    sees: ClassVar[dict[str, Formula]] = {}
    weights: ClassVar[dict[str, Formula]] = {}
    biases: ClassVar[dict[str, Formula]] = {}
    buffers: ClassVar[dict[str, Formula]] = {}
    multiplies: ClassVar[dict[str, Formula]] = {}
    additions: ClassVar[dict[str, Formula] | None] = None  # None, or no case that holds: nobody knows
    comparisons: ClassVar[dict[str, Formula] | None] = None
    examples: ClassVar[list[Example]] = []

    def __init_subclass__(cls, *, family: str | None = None, abstract: bool = False) -> None:
        from cnncalc.core.layers.checking.body import check_body, check_fields, check_type, has_unknown_words

        check_body(cls)
        cls.family = family or cls.family
        cls.type = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if not abstract:
            check_type(cls)
        declared = dict(cls.attributes)
        for name, kind in cls.__dict__.get("__annotations__", {}).items():
            if isinstance(given := cls.__dict__.get(name), Attribute):
                delattr(cls, name)
                name = name.rstrip("_")
                declared[name] = given._replace(name=name, kind=kind)
        cls.attributes = declared
        fields = check_fields(cls)
        cls.per_axis = frozenset(
            {"side", "out"} | {name for name, a in declared.items() if a.kind in (*PER_AXIS, "Padding")}
            | ({"before", "after"} if any(a.kind == "Padding" for a in declared.values()) else set())
            | ({cls.second_input} if cls.second_input else set())
            | ({"along"} if cls.along else set())
        )  # fmt: skip
        for name, formula in cls.where.items():
            texts = [formula] if isinstance(formula, str) else formula.values()
            if not cls.per_axis.isdisjoint(re.findall(r"(?<!prod\()(?<!sum\()\b[a-z]\w*", " ".join(texts))):
                cls.per_axis |= {name}
        if not cls.__module__.startswith(f"{__package__}.") or has_unknown_words(cls, fields):
            cls.check_formulas()  # of ours the tests check all: to parse them at every start would take too long
        if not abstract:
            LAYERS[cls.type] = cls

    @classmethod
    def check_formulas(cls) -> None:
        """Refuse formulas that cannot be meant; raises DeclarationError."""
        from cnncalc.core.layers.checking.formulas import check_formulas

        check_formulas(cls)

    @classmethod
    def resolved(cls, given: list[Any], rank: int, refuse: Callable[[str, BadValue], None]) -> dict[str, Any] | None:
        """The values of all attributes, defaults filled in, for an input with `rank` sides.

        `given` follows the order of the attributes; None stands for a default. `refuse` is told the name of each
        attribute that cannot take its value, and why; then None.
        """
        values: dict[str, Any] = {}
        fine = True
        for (name, attribute), value in zip(cls.attributes.items(), given, strict=True):
            default = attribute.default
            try:
                if value is not None:
                    values[name] = attribute.convert(value, rank)
                elif isinstance(default, str) and default.startswith("$"):
                    values[name] = values.get(default[1:])  # None where that is wrong
                else:
                    values[name] = default if default is None else attribute.convert(default, rank)
            except BadValue as error:
                refuse(name, error)
                fine = False
        if fine and rank > 1 and values.get("padding") == "causal":
            pairs = written(tuple(zip(_in_front(values), (0,) * rank, strict=True)))
            refuse("padding", BadValue(f"can be `causal` on one axis only; on {rank} write, as there, {pairs}"))
            fine = False
        return values if fine else None

    @classmethod
    def takes(cls, many: int) -> bool:
        """Whether it can read so many inputs."""
        if isinstance(cls.inputs, int):
            return many == cls.inputs or (many == 2 and cls.second_input is not None)
        least, most = cls.inputs
        return many >= least and (most is None or many <= most)

    @property
    def left_open(self) -> tuple[str, ...]:
        """The quantities that nobody knows of it: what stands in the counts is at least so."""
        return tuple(quantity for quantity, condition in self.unknown.items() if compiled(condition)(self.names, None))

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.names: dict[str, Any] = {}
        for name, value in values.items():
            attribute = self.attributes[name]
            kind = attribute.kind
            if attribute.default is None:
                self.names[f"{name}_given"] = value is not None
            if kind == "Padding":
                self.names["same_size"] = value == "same"
                if value == "causal":
                    value = tuple((before, 0) for before in _in_front(values))
                if isinstance(value, tuple):
                    before, after = (tuple(end[place] for end in value) for place in (0, 1))
                    self.names |= {name: before, "before": before, "after": after}
            elif kind == "Table":
                self.names["partial"] = value is not None
                if value is not None:
                    highest = max((part for row in value for part in row), default=0)
                    self.names |= {name: tuple(map(len, value)), "rows": len(value), "highest": highest}
            elif kind == "Sides":  # in formulas 0 is `keep`
                self.names[name] = value and tuple(0 if part == "keep" else part for part in value)
            elif kind == "Word":
                self.names |= {choice: value == choice for choice in attribute.choices}
            else:
                self.names[name] = value
